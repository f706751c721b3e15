//! Makes text of documents, files and queries harmless for a terminal.
//!
//! Escape sequences, control characters, bidirectional overrides and invisible characters are what
//! hostile text uses to rewrite a screen (Unicode TR36, CVE-2021-42574). They become nothing, a
//! space, or a visible `\u{..}`; all else stays.

use std::borrow::Cow;

/// Characters that change the direction or the look of the text around them, or cannot be seen.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

/// Returns `text` without control, direction and invisible characters, on one line: white space
/// becomes a space, each other control character a visible `\u{..}`.
pub fn clean(text: &str) -> Cow<'_, str> {
    let harmless = |c: char| !c.is_control() && !is_invisible(c);
    if text.chars().all(harmless) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' | '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' => out.push(' '),
            _ if c.is_control() => out.extend(c.escape_unicode()),
            _ if is_invisible(c) => {}
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// Returns `text` cleaned line by line; line feeds and tabs stay.
pub fn clean_lines(text: &str) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| line.split('\t').map(clean).collect::<Vec<_>>().join("\t"))
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::{clean, clean_lines};

    #[test]
    fn plain_text_is_not_copied() {
        assert!(matches!(
            clean("caf\u{e9} \u{6df1}\u{5ea6}"),
            std::borrow::Cow::Borrowed(_)
        ));
    }

    #[test]
    fn escapes_become_visible_and_overrides_vanish() {
        assert_eq!(clean("a\x1b[31mb\n\u{202e}c\u{200b}d"), "a\\u{1b}[31mb cd");
    }

    #[test]
    fn lines_and_cells_of_a_table_stay() {
        assert_eq!(clean_lines("a\tb\x07\nc"), "a\tb\\u{7}\nc");
    }
}
