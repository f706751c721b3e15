//! Accents drawn as glyphs of their own, and ligatures: one glyph that is several characters.

/// Tells whether a character sits on the one before it.
pub(super) fn is_combining(ch: char) -> bool {
    ('\u{0300}'..='\u{036F}').contains(&ch)
}

/// Returns the combining form of an accent that fonts draw as a glyph of its own.
pub(super) fn combining_form(ch: char) -> Option<char> {
    Some(match ch {
        '\u{00B4}' | '\u{02CA}' => '\u{0301}',
        '`' | '\u{02CB}' => '\u{0300}',
        '\u{00A8}' => '\u{0308}',
        '\u{02C6}' => '\u{0302}',
        '\u{02DC}' => '\u{0303}',
        '\u{02C7}' => '\u{030C}',
        '\u{02D8}' => '\u{0306}',
        '\u{02DA}' => '\u{030A}',
        '\u{00AF}' | '\u{02C9}' => '\u{0304}',
        '\u{02D9}' => '\u{0307}',
        '\u{02DD}' => '\u{030B}',
        '\u{00B8}' => '\u{0327}',
        ch if is_combining(ch) => ch,
        _ => return None,
    })
}

/// Gives a letter its dot back, which an accent takes away.
pub(super) fn dotted(base: char) -> char {
    match base {
        '\u{0131}' => 'i',
        '\u{0237}' => 'j',
        _ => base,
    }
}
