//! Synthetic glyph names: `a65`, `C0065`, `G41` say the character by its number.
//!
//! Old Type 3 fonts of TeX and fonts subset by careless writers have no Unicode, but their names
//! count in ASCII or in TeX's OT1 encoding.

use hayro_syntax::object::{Array, Dict, Object};
use rustc_hash::FxHashMap;

/// Reads the `/Differences` of a font without ToUnicode into characters by code.
///
/// In a Type 3 font any short prefix counts; elsewhere only the prefixes of known writers, since
/// `g12` in an outline font is as often the number of a glyph.
pub(super) fn numbered(font: &Dict<'_>, type3: bool) -> FxHashMap<u32, char> {
    let mut found = FxHashMap::default();
    if font.contains_key(b"ToUnicode") {
        return found;
    }
    let encoding = font.get::<Dict<'_>>(b"Encoding");
    let Some(differences) = encoding.and_then(|e| e.get::<Array<'_>>(b"Differences"))
    else {
        return found;
    };
    let mut names: Vec<(u32, String)> = Vec::new();
    let mut code = 0u32;
    for object in differences.iter::<Object<'_>>() {
        match object {
            Object::Number(n) => code = n.as_i64().clamp(0, 0xFFFF) as u32,
            Object::Name(n) => {
                names.push((code, n.as_str().to_string()));
                code += 1;
            }
            _ => {}
        }
        if names.len() > 0xFFFF {
            break;
        }
    }
    let hex = is_hexadecimal(&names);
    for (code, name) in names {
        if let Some(c) = character(&name, hex, type3) {
            found.insert(code, c);
        }
    }
    found
}

/// Tells whether all names are a letter and two hexadecimal digits, one of them beyond 9.
fn is_hexadecimal(names: &[(u32, String)]) -> bool {
    let mut letters = false;
    for (_, name) in names {
        let digits = name.as_bytes().get(1..).unwrap_or(&[]);
        if digits.len() != 2 || !digits.iter().all(u8::is_ascii_hexdigit) {
            return false;
        }
        letters |= digits.iter().any(u8::is_ascii_alphabetic);
    }
    letters
}

/// Reads one name.
fn character(name: &str, hex: bool, type3: bool) -> Option<char> {
    let first = name.chars().next()?;
    if hex {
        return from_number(u32::from_str_radix(name.get(1..)?, 16).ok()?);
    }
    let digits = name.trim_start_matches(|c: char| c.is_ascii_alphabetic());
    let prefix = name.len() - digits.len();
    let known = type3 && prefix <= 2
        || matches!(first, 'c' | 'C') && prefix == 1 && matches!(digits.len(), 2 | 3);
    if !known || digits.is_empty() || digits.len() > 4 {
        return None;
    }
    from_number(digits.parse().ok()?)
}

/// ASCII, with TeX's ligatures and dashes where ASCII has control codes or symbols that prose
/// does not use.
fn from_number(number: u32) -> Option<char> {
    Some(match number {
        11 => '\u{FB00}',
        12 => '\u{FB01}',
        13 => '\u{FB02}',
        14 => '\u{FB03}',
        15 => '\u{FB04}',
        34 => '\u{201D}',
        92 => '\u{201C}',
        123 => '\u{2013}',
        124 => '\u{2014}',
        33..=126 => char::from_u32(number)?,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names() {
        assert_eq!(character("a65", false, true), Some('A'));
        assert_eq!(character("C0065", false, true), Some('A'));
        assert_eq!(character("G6e", true, false), Some('n'));
        assert_eq!(character("C97", false, false), Some('a'));
        assert_eq!(character("g97", false, false), None);
        assert_eq!(character("Aacute", false, true), None);
        assert_eq!(character("a12", false, true), Some('ﬁ'));
        assert!(is_hexadecimal(&[(1, "G41".into()), (2, "G6E".into())]));
        assert!(!is_hexadecimal(&[(1, "G41".into()), (2, "space".into())]));
    }
}
