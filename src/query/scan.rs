//! A cursor over the characters of a query, and which characters make words.

use unicode_normalization::char::is_combining_mark;

/// A place in the text of a query.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cursor<'a> {
    /// The whole query.
    pub text: &'a str,
    /// Byte offset.
    pub at: usize,
}

impl<'a> Cursor<'a> {
    /// The rest of the text.
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// The next character.
    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    /// The character after the next one.
    pub(super) fn peek_second(&self) -> Option<char> {
        self.rest().chars().nth(1)
    }

    /// The character before.
    pub(super) fn previous(&self) -> Option<char> {
        self.text[..self.at].chars().next_back()
    }

    /// Takes the next character.
    pub(super) fn bump(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    /// Takes `prefix` if it comes next.
    pub(super) fn eat(&mut self, prefix: &str) -> bool {
        let found = self.rest().starts_with(prefix);
        if found {
            self.at += prefix.len();
        }
        found
    }

    /// Takes characters while `belongs` says so, and returns them.
    pub(super) fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let length = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    /// Whether a word could not go on here: the end, a space, a closing parenthesis or another sign.
    pub(super) fn at_word_end(&self) -> bool {
        self.peek().is_none_or(|c| !is_word_char(c))
    }

    /// Whether the end, a space or a closing parenthesis comes next.
    pub(super) fn at_space(&self) -> bool {
        self.peek().is_none_or(|c| c.is_whitespace() || c == ')')
    }

    /// Whether an operator may stand here: at the beginning, after a space or an opening parenthesis.
    pub(super) fn after_space(&self) -> bool {
        self.previous().is_none_or(|c| c.is_whitespace() || c == '(')
    }
}

/// Whether `c` is part of words: a letter, a digit, or a mark on one.
pub(super) fn is_word_char(c: char) -> bool {
    if c.is_ascii() {
        return c.is_ascii_alphanumeric();
    }
    c.is_alphanumeric() || is_combining_mark(c) || is_invisible(c)
}

/// Soft hyphens and joiners, which stand inside words and are not seen.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{AD}' | '\u{200C}' | '\u{200D}' | '\u{2060}')
}

/// Whether `c` joins words into one when letters or digits stand on both sides.
pub(super) fn is_joiner(c: char) -> bool {
    matches!(c, '-' | '_' | '.' | '/' | '&' | '\'' | '\u{2019}' | '\u{2010}'..='\u{2013}')
}

/// Whether `c` can open a quote.
pub(super) fn is_opening_quote(c: char) -> bool {
    matches!(c, '"' | '\u{201C}')
}

/// Whether the bound of a range can stand without quotes.
pub(super) fn is_bare_bound(text: &str) -> bool {
    text != "*" && text != "TO" && !text.is_empty() && text.chars().all(is_bound_char)
}

/// Characters of a bound without quotes.
pub(super) fn is_bound_char(c: char) -> bool {
    !c.is_whitespace()
        && !matches!(c, '"' | '\u{201C}' | '\u{201D}' | '[' | ']' | '{' | '}')
}
