//! TeX's tokens, from text and back to it.
//!
//! The categories are LaTeX's usual ones; `\catcode` is not obeyed, but for `@` between
//! `\makeatletter` and `\makeatother`.

use std::rc::Rc;

/// A token of TeX.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token {
    /// `\name`, or `\` and one other character.
    Control(Rc<str>),
    /// `{`
    Open,
    /// `}`
    Close,
    /// `$`
    Math,
    /// `&`
    Align,
    /// `#` in the text of a definition.
    Hash,
    /// `#1` to `#9` in the body of a macro.
    Param(u8),
    /// White space.
    Space,
    /// An empty line.
    Par,
    /// Any other character; `~` is U+00A0.
    Char(char),
}

impl Token {
    /// Tells whether the token is the control sequence `name`.
    pub(super) fn is(&self, name: &str) -> bool {
        matches!(self, Token::Control(n) if &**n == name)
    }
}

/// Text that is being split into tokens.
#[derive(Debug)]
pub(super) struct Source {
    /// The file, for inputs relative to it and against loops.
    pub name: Rc<str>,
    text: Rc<str>,
    at: usize,
    line_start: bool,
    /// True if `@` counts as a letter.
    pub at_letter: bool,
}

impl Source {
    pub(super) fn new(name: Rc<str>, text: Rc<str>) -> Self {
        let at_letter = name.ends_with(".sty") || name.ends_with(".cls");
        Source { name, text, at: 0, line_start: true, at_letter }
    }

    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    /// Skips the rest of the file.
    pub(super) fn finish(&mut self) {
        self.at = self.text.len();
    }

    /// Takes the text up to `end`, and skips `end`; nothing if `end` does not come.
    pub(super) fn take_until(&mut self, end: &str) -> Option<String> {
        let found = self.rest().find(end)?;
        let taken = self.rest()[..found].to_owned();
        self.at += found + end.len();
        Some(taken)
    }

    /// Takes the next character as it stands.
    pub(super) fn take_char(&mut self) -> Option<char> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        Some(c)
    }

    /// Takes what `\verb` or a command like it shows: the letters between two of one kind, or between
    /// braces, after a star or options in brackets. `\mintinline` has a language before them.
    pub(super) fn take_delimited(&mut self, command: &str) -> Option<String> {
        if self.rest().starts_with('*') {
            self.at += 1;
        }
        if command != "verb" && self.rest().starts_with('[') {
            self.take_until("]")?;
        }
        if command == "mintinline" && self.rest().starts_with('{') {
            self.take_until("}")?;
        }
        let open = self.take_char()?;
        let line_end = self.rest().find('\n').unwrap_or(self.rest().len());
        let close = if open == '{' { '}' } else { open };
        let shown = self.rest()[..line_end].find(close)?;
        let text = self.rest()[..shown].to_owned();
        self.at += shown + close.len_utf8();
        Some(text)
    }

    /// Gives the next token.
    pub(super) fn next(&mut self) -> Option<Token> {
        loop {
            let c = self.take_char()?;
            let at_start = std::mem::replace(&mut self.line_start, false);
            return Some(match c {
                '\\' => self.control(),
                '{' => Token::Open,
                '}' => Token::Close,
                '$' => Token::Math,
                '&' => Token::Align,
                '#' => Token::Hash,
                '~' => Token::Char('\u{A0}'),
                '%' => {
                    self.skip_comment();
                    continue;
                }
                '\n' => match self.line_end(at_start) {
                    Some(token) => token,
                    None => continue,
                },
                c if c.is_whitespace() => {
                    self.line_start = at_start;
                    if at_start {
                        continue;
                    }
                    self.skip_blanks();
                    Token::Space
                }
                c => Token::Char(c),
            });
        }
    }

    fn control(&mut self) -> Token {
        let at_letter = self.at_letter;
        let is_letter =
            |c: char| c.is_alphabetic() && c.is_ascii() || c == '@' && at_letter;
        let rest = self.rest();
        let end = rest.find(|c| !is_letter(c)).unwrap_or(rest.len());
        if end > 0 {
            let name: Rc<str> = rest[..end].into();
            self.at += end;
            self.skip_blanks();
            // One line end after a control word is skipped with the blanks; an empty line stays.
            if self.rest().starts_with('\n') {
                let after = self.rest()[1..].trim_start_matches([' ', '\t', '\r']);
                if !after.starts_with('\n') {
                    self.at += 1;
                    self.line_start = true;
                }
            }
            return Token::Control(name);
        }
        match self.take_char() {
            None => Token::Char('\\'),
            Some(c) if c.is_whitespace() => {
                self.line_start = c == '\n';
                Token::Control(" ".into())
            }
            Some(c) => Token::Control(c.to_string().into()),
        }
    }

    fn skip_blanks(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start_matches([' ', '\t', '\r']).len();
    }

    fn skip_comment(&mut self) {
        let rest = self.rest();
        self.at += rest.find('\n').map_or(rest.len(), |end| end + 1);
        self.line_start = true;
        self.skip_blanks();
    }

    /// After a line's end: a paragraph if the line was empty, else a blank.
    fn line_end(&mut self, was_empty: bool) -> Option<Token> {
        self.line_start = true;
        if !was_empty {
            let ahead = self.rest().trim_start_matches([' ', '\t', '\r']);
            if !ahead.starts_with('\n') {
                return Some(Token::Space);
            }
        }
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
        Some(Token::Par)
    }
}

/// Writes tokens as TeX would read them.
pub(super) fn to_tex(tokens: &[Token]) -> String {
    let mut out = String::new();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            Token::Control(name) => {
                out.push('\\');
                out.push_str(name);
                let letters = name.ends_with(|c: char| c.is_ascii_alphabetic());
                let next = tokens.get(index + 1);
                if letters && matches!(next, Some(Token::Char(c)) if c.is_alphabetic()) {
                    out.push(' ');
                }
            }
            Token::Open => out.push('{'),
            Token::Close => out.push('}'),
            Token::Math => out.push('$'),
            Token::Align => out.push('&'),
            Token::Hash => out.push('#'),
            Token::Param(n) => {
                out.push('#');
                out.push(char::from(b'0' + n));
            }
            Token::Space | Token::Par => out.push(' '),
            Token::Char('\u{A0}') => out.push('~'),
            Token::Char(c) => out.push(*c),
        }
    }
    out.trim().to_owned()
}

/// Splits a text into tokens.
pub(super) fn tokens_of(text: &str) -> Vec<Token> {
    let mut source = Source::new("".into(), text.into());
    std::iter::from_fn(|| source.next()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let tokens = tokens_of(text);
        let shown: Vec<String> = tokens
            .iter()
            .map(|token| match token {
                Token::Par => "¶".into(),
                Token::Space => "_".into(),
                other => to_tex(std::slice::from_ref(other)),
            })
            .collect();
        assert_eq!(shown.join("|"), expected, "{text:?}");
    }

    #[test]
    fn blanks_comments_and_paragraphs() {
        check("a  b", "a|_|b");
        check("a\n  b", "a|_|b");
        check("a%c\n  b", "a|b");
        check("a \n\n\n b", "a|_|¶|b");
        check("a\n%c\n\nb", "a|_|¶|b");
        check("\\foo bar", "\\foo|b|a|r");
        check("\\foo\nbar", "\\foo|b|a|r");
        check("\\foo\n\nb", "\\foo|¶|b");
        check("\\%\\ x~$#1$", "\\%|\\|x|~|$|#|1|$");
    }
}
