//! How far the text of a document can be trusted.

use super::Quality;

/// Glyphs and pages, counted while a document is read.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counts {
    /// Glyphs that show something.
    pub glyphs: u64,
    /// Those without Unicode.
    pub unknown: u64,
    /// Pages read.
    pub pages: u64,
    /// Those without text.
    pub empty: u64,
}

/// Judges a document by its counts and its words.
pub(super) fn judge<'a>(counts: Counts, texts: impl Iterator<Item = &'a str>) -> Quality {
    let (mut n_words, mut n_odd) = (0u64, 0u64);
    for word in texts.flat_map(str::split_whitespace) {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '\u{FFFD}');
        if word.chars().any(|c| c.is_alphabetic() || c == '\u{FFFD}') {
            n_words += 1;
            n_odd += u64::from(is_odd(word));
        }
    }
    let share = |part: u64, whole: u64| {
        if whole == 0 { 0.0 } else { part as f32 / whole as f32 }
    };
    let no_unicode = share(counts.unknown, counts.glyphs);
    let odd_words = share(n_odd, n_words);
    let empty_pages = share(counts.empty, counts.pages);
    // A tenth of the words odd is what mathematics does; from there on it counts.
    let words = 1.0 - (odd_words - 0.1).max(0.0) / 0.5;
    let score = (1.0 - 2.0 * no_unicode).min(words).min(1.0 - empty_pages).max(0.0);
    let score = if n_words == 0 { 0.0 } else { score };
    Quality { no_unicode, odd_words, empty_pages, score }
}

/// Tells whether a word looks like none: unknown characters, changes of script, letters mixed with
/// symbols, no vowel, capitals inside.
fn is_odd(word: &str) -> bool {
    // Most words, at once: small letters and a vowel among them.
    let is_vowel = |b: u8| matches!(b, b'a' | b'e' | b'i' | b'o' | b'u' | b'y');
    if word.len() <= 40
        && word.bytes().all(|b| b.is_ascii_lowercase())
        && word.bytes().any(is_vowel)
    {
        return false;
    }
    let (mut letters, mut symbols, mut latin, mut vowels, mut lower) = (0, 0, 0, 0, 0);
    for c in word.chars() {
        match c {
            'a'..='z' | 'A'..='Z' => {
                (letters, latin) = (letters + 1, latin + 1);
                lower += usize::from(c.is_ascii_lowercase());
                let vowel =
                    matches!(c.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
                vowels += usize::from(vowel);
            }
            '\u{FFFD}' => return true,
            c if is_private(c) => return true,
            c if c.is_alphabetic() => letters += 1,
            c if c.is_numeric() || "-'’.,/–‐:()@_&+".contains(c) => {}
            _ => symbols += 1,
        }
    }
    if symbols * 3 > letters || letters > 40 && word.is_ascii() {
        return true;
    }
    latin == letters && lower >= 4 && vowels == 0
}

fn is_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFD}')
}
