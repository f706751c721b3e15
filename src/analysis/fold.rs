//! Folds characters: case, accents, ligatures, width, and the marks that nobody types.
//!
//! In: one character. Out: its class, and its folded form appended to a buffer. Nothing here knows
//! of words.

use unicode_normalization::char::{compose, decompose_compatible, is_combining_mark};

/// What a character is to a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A letter; runs of letters of other scripts than Greek stand together.
    Letter,
    /// A Greek letter: one alone is a symbol and is called by its name.
    Greek,
    /// A digit, also raised, lowered or circled.
    Digit,
    /// A character of a script that is written without spaces.
    Cjk,
    /// A combining mark: belongs to the letter before it.
    Mark,
    /// Invisible: soft hyphen, joiners, byte order mark.
    Ignorable,
    /// Everything else: separates words.
    Break,
}

/// Says what `c` is to a word.
pub(super) fn classify(c: char) -> Class {
    if c.is_ascii() {
        return match c {
            'a'..='z' | 'A'..='Z' => Class::Letter,
            '0'..='9' => Class::Digit,
            _ => Class::Break,
        };
    }
    match u32::from(c) {
        0xAD | 0x34F | 0x200C | 0x200D | 0x2060..=0x2064 | 0xFE00..=0xFE0F | 0xFEFF => {
            Class::Ignorable
        }
        // The half-width voice marks are letters by their category.
        0xFF9E | 0xFF9F => Class::Mark,
        // Letterlike signs are the letters they stand for (ℝ, ℓ), trade marks are not.
        0x2120 | 0x2122 => Class::Break,
        // Some vowel signs count as letters; on their own they are nothing.
        _ if is_combining_mark(c) => Class::Mark,
        0x370..=0x3FF | 0x1F00..=0x1FFF if c.is_alphabetic() => Class::Greek,
        code if is_unspaced(code) && c.is_alphanumeric() => Class::Cjk,
        _ if c.is_alphabetic() => folded_class(c),
        _ if c.is_numeric() => folded_class(c),
        _ => Class::Break,
    }
}

/// Whether the script of this code point is written without spaces between words: Chinese,
/// Japanese, Korean (whose words take endings), Thai, Lao, Khmer, Burmese.
fn is_unspaced(code: u32) -> bool {
    matches!(code,
        0xE00..=0xEFF | 0x1000..=0x109F | 0x1100..=0x11FF | 0x1780..=0x17FF
        | 0x2E80..=0x2FDF | 0x3005..=0x3007 | 0x3040..=0x312F | 0x3130..=0x318F
        | 0x31A0..=0x31FF | 0x3400..=0x4DBF | 0x4E00..=0x9FFF | 0xAC00..=0xD7FF
        | 0xF900..=0xFAFF | 0xFF66..=0xFFDC | 0x20000..=0x3FFFF)
}

/// The class of a character by the first letter or digit of its compatible form.
fn folded_class(c: char) -> Class {
    let mut class = None;
    decompose_compatible(c, |part| {
        if class.is_none() && part.is_alphanumeric() {
            class = Some(match u32::from(part) {
                _ if part.is_ascii_digit() => Class::Digit,
                0x370..=0x3FF => Class::Greek,
                code if is_unspaced(code) => Class::Cjk,
                _ if part.is_alphabetic() => Class::Letter,
                _ => Class::Digit,
            });
        }
    });
    class.unwrap_or(Class::Break)
}

/// Appends the folded form of `c`, which is a letter, digit, CJK character or mark.
///
/// Latin and Greek lose their accents; marks of other scripts are kept, composed with the
/// character before them (`start` is where the word begins in `into`).
pub(super) fn fold_into(c: char, start: usize, into: &mut String) {
    if c.is_ascii() {
        into.push(c.to_ascii_lowercase());
        return;
    }
    if let Some(plain) = plain_form(c) {
        into.push_str(plain);
        return;
    }
    let code = u32::from(c);
    let has_own_marks = !is_latin_or_greek(code) && !is_compatibility(code);
    if has_own_marks && !is_combining_mark(c) {
        into.extend(c.to_lowercase().filter(|&low| low != '\u{307}'));
        return;
    }
    decompose_compatible(c, |part| {
        if is_combining_mark(part) {
            fold_mark(part, start, into);
        } else if part.is_alphanumeric() {
            match plain_form(part) {
                Some(plain) => into.push_str(plain),
                None => into.extend(part.to_lowercase()),
            }
        }
    });
}

/// Drops the accent of a Latin or Greek letter, composes or keeps the mark of any other.
fn fold_mark(mark: char, start: usize, into: &mut String) {
    let Some(base) = into[start..].chars().next_back() else { return };
    if is_latin_or_greek(u32::from(base)) {
        return;
    }
    if let Some(whole) = compose(base, mark) {
        into.pop();
        // The Cyrillic letter io is typed without its dots more often than with them.
        into.push(if whole == 'ё' { 'е' } else { whole });
    } else {
        into.push(mark);
    }
}

fn is_latin_or_greek(code: u32) -> bool {
    matches!(code, 0..=0x24F | 0x1E00..=0x1EFF | 0x2C60..=0x2C7F | 0xA720..=0xA7FF
        | 0x370..=0x3FF | 0x1F00..=0x1FFF)
}

/// Blocks whose characters are other ways to write a character of another block.
fn is_compatibility(code: u32) -> bool {
    matches!(code, 0x250..=0x2FF | 0x1D00..=0x1DBF | 0x2070..=0x209F | 0x2100..=0x218F
        | 0x2460..=0x24FF | 0x2F00..=0x2FDF | 0x3130..=0x318F | 0x3200..=0x33FF | 0xF900..=0xFAFF
        | 0xFB00..=0xFDFF | 0xFE70..=0xFEFF | 0xFF00..=0xFFEF | 0x1D400..=0x1D7FF
        | 0x2F800..=0x2FA1F)
}

/// Letters that have no decomposition but a usual spelling in plain letters.
fn plain_form(c: char) -> Option<&'static str> {
    Some(match c {
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'ø' | 'Ø' => "o",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'þ' | 'Þ' => "th",
        'ł' | 'Ł' => "l",
        'ħ' | 'Ħ' => "h",
        'ı' => "i",
        'ŋ' | 'Ŋ' => "n",
        'ё' | 'Ё' => "е",
        'ς' => "σ",
        _ => return None,
    })
}

/// The name of a lone Greek letter, as people type it.
pub(super) fn greek_name(folded: &str) -> Option<&'static str> {
    Some(match folded {
        "α" => "alpha",
        "β" => "beta",
        "γ" => "gamma",
        "δ" => "delta",
        "ε" => "epsilon",
        "ζ" => "zeta",
        "η" => "eta",
        "θ" => "theta",
        "ι" => "iota",
        "κ" => "kappa",
        "λ" => "lambda",
        "μ" => "mu",
        "ν" => "nu",
        "ξ" => "xi",
        "ο" => "omicron",
        "π" => "pi",
        "ρ" => "rho",
        "σ" => "sigma",
        "τ" => "tau",
        "υ" => "upsilon",
        "φ" => "phi",
        "χ" => "chi",
        "ψ" => "psi",
        "ω" => "omega",
        _ => return None,
    })
}

/// Whether `c` is a hyphen or a dash that is written inside words.
pub(super) fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2013}' | '\u{2212}' | '\u{FE63}' | '\u{FF0D}')
}

/// Whether `c` is an apostrophe.
pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '\u{2019}' | '\u{2BC}' | '\u{FF07}')
}
