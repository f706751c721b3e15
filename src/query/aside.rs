//! Signs of the language that are read as text, so that a person can be told.

use super::Query;
use super::parse::Parser;
use super::scan::is_word_char;

impl Parser<'_> {
    /// Goes past a character that is no part of a term, and remembers it if it could have been meant
    /// as a sign of the language.
    pub(super) fn pass(&mut self) {
        if let Some(sign) = self.cursor.peek() {
            if self.looks_meant(sign) {
                let at = self.cursor.at;
                self.asides.push(at..at + sign.len_utf8());
            }
            self.cursor.bump();
        }
    }

    /// Goes past all characters before `end`.
    pub(super) fn pass_to(&mut self, end: usize) {
        while self.cursor.at < end {
            self.pass();
        }
    }

    /// Whether `sign`, which comes next, means something elsewhere in the language or in others like it, and
    /// does not stand as it does in prose (`10^6`, `What is it?`, `state: the`).
    fn looks_meant(&self, sign: char) -> bool {
        let before = self.cursor.previous();
        let after = self.cursor.peek_second();
        let is_digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
        let is_word = |c: Option<char>| c.is_some_and(is_word_char);
        match sign {
            '^' | '~' => !(is_digit(before) && is_digit(after)),
            '"' | '(' | ')' | '\u{201C}' | '\u{201D}' | '|' | '\\' => true,
            '+' | '-' => self.cursor.after_space(),
            ':' => is_word(before) && is_word(after) && !is_digit(after),
            '?' => is_word(before) && self.is_query_or_goes_on(),
            _ => false,
        }
    }

    /// Whether a question mark that comes next ends the only word of the query, or the sentence goes on.
    fn is_query_or_goes_on(&self) -> bool {
        let (before, rest) = self.cursor.text.split_at(self.cursor.at);
        let rest = rest.trim_start_matches('?');
        let is_only = rest.trim().is_empty() && !before.trim().contains(' ');
        is_only || rest.trim_start().starts_with(char::is_lowercase)
    }
}

impl Query {
    /// Says which signs of the language were read as text; none if all had their meaning.
    pub fn aside(&self) -> Option<String> {
        let mut signs: Vec<&str> = Vec::new();
        for range in &self.asides {
            let sign = &self.text[range.clone()];
            if !signs.contains(&sign) {
                signs.push(sign);
            }
        }
        let named: Vec<String> = signs.iter().map(|sign| format!("`{sign}`")).collect();
        let verb = if named.len() == 1 { "is" } else { "are" };
        (!named.is_empty()).then(|| format!("{} {verb} read as text", named.join(", ")))
    }
}
