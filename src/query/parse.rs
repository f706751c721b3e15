//! The grammar: sequences, groups and phrases. Operators are in `operator`, fields and ranges in
//! `field`, words in `word`.
//!
//! ```text
//! any      = all ("OR" all)*
//! all      = sequence ("AND" sequence)*
//! sequence = (term | term "NEAR/5" term)+
//! term     = ("+" | "-" | "NOT")? (field ":")? (word | phrase | range | "(" any ")" | "*") ("^" number)?
//! ```
//!
//! There is no token list: what a character means depends on its neighbours, so the grammar reads
//! the text itself, once, from left to right.

use std::ops::Range;

use super::operator::{Operator, as_choices, as_filters, as_needed};
use super::scan::{Cursor, is_opening_quote, is_word_char};
use super::{Clause, Fault, Field, Node, Occur, Query, QueryError};

/// Parentheses in parentheses.
const MAX_DEPTH: usize = 24;
/// Words, phrases and groups of a query.
const MAX_CLAUSES: usize = 1024;
/// Bytes of a query.
const MAX_BYTES: usize = 64 * 1024;
/// Distance between near words.
pub(super) const MAX_SLOP: u32 = 100;
/// Characters in which the end of a range without a field is looked for.
const MAX_RANGE: usize = 100;
/// Parses a query.
///
/// Errors point at the first place that cannot be understood. A text of spaces alone asks for everything.
pub fn parse(text: &str) -> Result<Query, QueryError> {
    let mut parser = Parser {
        cursor: Cursor { text, at: 0 },
        field: None,
        depth: 0,
        n_clauses: 0,
        n_groups: 0,
        n_loose: 0,
        asides: Vec::new(),
        last_closing_quote: text.rfind('\u{201D}').unwrap_or(0),
    };
    if text.len() > MAX_BYTES {
        let limit = Fault::TooLong { limit: MAX_BYTES, unit: "bytes" };
        return Err(parser.fault(0..text.len(), limit));
    }
    let mut clauses = parser.any()?;
    if clauses.is_empty() {
        if !text.trim().is_empty() {
            return Err(parser.fault(0..text.len(), Fault::NoWord));
        }
        clauses.push(plain(Node::All, 0..text.len()));
    }
    let root = plain(Node::Group(clauses), 0..text.len());
    Ok(Query { text: text.to_owned(), root, asides: parser.asides })
}

/// The state of parsing.
pub(super) struct Parser<'a> {
    pub(super) cursor: Cursor<'a>,
    /// The field whose value is being read.
    pub(super) field: Option<Field>,
    depth: usize,
    n_clauses: usize,
    /// Groups opened so far: from then on parentheses are syntax.
    n_groups: usize,
    /// Parentheses inside words (`f(x)`) that wait for their partner.
    n_loose: usize,
    /// Signs that were read as text.
    pub(super) asides: Vec<Range<usize>>,
    /// Where the last curly closing quote stands; 0 if there is none.
    last_closing_quote: usize,
}

pub(super) fn plain(node: Node, span: Range<usize>) -> Clause {
    Clause { occur: Occur::Should, node, boost: 1.0, span }
}

/// Makes one clause of several.
pub(super) fn group(mut clauses: Vec<Clause>) -> Clause {
    if clauses.len() == 1 && clauses[0].occur == Occur::Should {
        return clauses.remove(0);
    }
    let start = clauses.first().map_or(0, |clause| clause.span.start);
    let end = clauses.last().map_or(0, |clause| clause.span.end);
    plain(Node::Group(clauses), start..end)
}

impl Parser<'_> {
    pub(super) fn fault(&self, span: Range<usize>, fault: Fault) -> QueryError {
        QueryError { text: self.cursor.text.to_owned(), span, fault }
    }

    fn any(&mut self) -> Result<Vec<Clause>, QueryError> {
        let mut choices = self.all()?;
        let mut is_choice = false;
        while let Some(span) = self.operator(Operator::Or) {
            let next = self.all()?;
            if choices.is_empty() || next.is_empty() {
                return Err(self.fault(span, Fault::MissingOperand("OR")));
            }
            if !is_choice {
                choices = as_choices(choices);
                is_choice = true;
            }
            choices.extend(as_choices(next));
        }
        Ok(choices)
    }

    fn all(&mut self) -> Result<Vec<Clause>, QueryError> {
        let mut needed = self.sequence()?;
        let mut is_conjunction = false;
        while let Some(span) = self.operator(Operator::And) {
            let next = self.sequence()?;
            if needed.is_empty() || next.is_empty() {
                return Err(self.fault(span, Fault::MissingOperand("AND")));
            }
            if !is_conjunction {
                needed = vec![as_needed(needed)];
                is_conjunction = true;
            }
            needed.push(as_needed(next));
        }
        Ok(needed)
    }

    fn sequence(&mut self) -> Result<Vec<Clause>, QueryError> {
        let mut clauses: Vec<Clause> = Vec::new();
        loop {
            if !self.skip_to_term()? {
                return Ok(as_filters(clauses));
            }
            match self.peek_operator() {
                Some((Operator::And | Operator::Or, _)) => {
                    return Ok(as_filters(clauses));
                }
                Some((Operator::Near(slop), span)) => {
                    self.cursor.at = span.end;
                    self.near(&mut clauses, slop, span)?;
                }
                Some((Operator::Not, _)) | None => {
                    if let Some(clause) = self.term()? {
                        clauses.push(clause);
                    }
                }
            }
        }
    }

    /// Goes to where a term begins; false at the end of the text or of the group.
    pub(super) fn skip_to_term(&mut self) -> Result<bool, QueryError> {
        while let Some(c) = self.cursor.peek() {
            let at = self.cursor.at;
            let next = self.cursor.peek_second();
            let after_word = self.cursor.previous().is_some_and(is_word_char);
            let begins_term = |c: char| {
                is_word_char(c) || is_opening_quote(c) || matches!(c, '(' | '*')
            };
            match c {
                '"' if !after_word => return Ok(true),
                '\u{201C}' if self.last_closing_quote > at => return Ok(true),
                '(' if after_word => self.n_loose += 1,
                '(' => return Ok(true),
                ')' if self.n_loose > 0 => self.n_loose -= 1,
                ')' if self.depth > 0 => return Ok(false),
                ')' if self.n_groups > 0 => {
                    return Err(self.fault(at..at + 1, Fault::UnopenedParenthesis));
                }
                '+' | '-'
                    if self.cursor.after_space() && next.is_some_and(begins_term) =>
                {
                    return Ok(true);
                }
                '+' | '-' if self.cursor.after_space() => self.refuse_idle_sign(c)?,
                '!' if self.cursor.after_space() && next.is_some_and(begins_term) => {
                    let fault = Fault::Foreign { given: "!", instead: "-word" };
                    return Err(self.fault(at..at + 1, fault));
                }
                '&' | '|' if self.cursor.after_space() => self.refuse_signs()?,
                '*' | '?' => {
                    if self.is_wildcard_here()? {
                        return Ok(true);
                    }
                    while self.cursor.peek() == Some('?') {
                        self.pass();
                    }
                    continue;
                }
                '/' if self.field == Some(Field::Topic) && self.cursor.after_space() => {
                    return Ok(true);
                }
                '[' | '{' if self.cursor.after_space() => self.refuse_bare_range()?,
                _ if is_word_char(c) => return Ok(true),
                _ => {}
            }
            self.pass();
        }
        Ok(false)
    }

    /// A star alone is everything, one before a word is an error; a question mark here is punctuation.
    fn is_wildcard_here(&self) -> Result<bool, QueryError> {
        let mut ahead = self.cursor;
        let signs = ahead.take_while(|c| matches!(c, '*' | '?'));
        if !signs.contains('*') {
            return Ok(false);
        }
        let span = self.cursor.at..ahead.at;
        if !ahead.at_word_end() && self.cursor.previous().is_none_or(|c| !is_word_char(c))
        {
            return Err(self.fault(span, Fault::LeadingWildcard));
        }
        let may_begin = self.cursor.after_space()
            || self.cursor.previous().is_some_and(|c| matches!(c, '+' | '-'));
        if may_begin && ahead.at_space() && !signs.contains('?') {
            return Ok(true);
        }
        Err(self.fault(span, Fault::MisplacedWildcard))
    }

    /// A sign that other signs keep from its word (`-+word`, `-'word'`) is lost on it: without it the
    /// opposite would be found. Hyphens alone (`title --subtitle`) are a typed dash.
    fn refuse_idle_sign(&self, sign: char) -> Result<(), QueryError> {
        let at = self.cursor.at;
        let mut ahead = self.cursor;
        ahead.bump();
        let between = ahead.take_while(|c| "+-'\u{2018}\u{2019}@#$[{".contains(c));
        let begins_term = |c| is_word_char(c) || is_opening_quote(c) || c == '(';
        let is_dash = sign == '-' && between.bytes().all(|b| b == b'-');
        if !between.is_empty() && !is_dash && ahead.peek().is_some_and(begins_term) {
            return Err(self.fault(at..ahead.at, Fault::IdleSign(sign)));
        }
        Ok(())
    }

    fn refuse_bare_range(&self) -> Result<(), QueryError> {
        let rest = self.cursor.rest();
        let near =
            rest.char_indices().take(MAX_RANGE).find(|&(_, c)| matches!(c, ']' | '}'));
        let Some((end, _)) = near else { return Ok(()) };
        if !rest[..end].contains(" TO ") {
            return Ok(());
        }
        let span = self.cursor.at..self.cursor.at + end + 1;
        Err(self.fault(span, Fault::RangeWithoutField))
    }

    /// Reads a term; nothing for an empty group.
    pub(super) fn term(&mut self) -> Result<Option<Clause>, QueryError> {
        let start = self.cursor.at;
        let (occur, sign) = match self.cursor.peek() {
            Some('+') => (Occur::Must, Some("+")),
            Some('-') => (Occur::MustNot, Some("-")),
            _ if self.operator(Operator::Not).is_some() => (Occur::MustNot, Some("NOT")),
            _ => (Occur::Should, None),
        };
        let Some(sign) = sign else { return self.unsigned() };
        if sign != "NOT" {
            self.cursor.bump();
        }
        let missing = |parser: &Self| {
            parser.fault(start..start + sign.len(), Fault::MissingOperand(sign))
        };
        if !self.skip_to_term()? {
            return Err(missing(self));
        }
        let inner = match self.peek_operator() {
            Some((Operator::Not, _)) if sign == "NOT" => {
                self.deeper(start, Self::term)?
            }
            Some(_) => return Err(missing(self)),
            None if sign == "NOT" => self.deeper(start, Self::term)?,
            None => self.unsigned()?,
        };
        let Some(inner) = inner else { return Err(missing(self)) };
        let inner = match (occur, inner.occur) {
            (Occur::MustNot, Occur::MustNot) => {
                let span = inner.span.clone();
                plain(Node::Group(vec![inner]), span)
            }
            _ => inner,
        };
        let span = start..inner.span.end;
        Ok(Some(Clause { occur, span, ..inner }))
    }

    /// Calls `read` one level down.
    fn deeper<T>(
        &mut self,
        start: usize,
        read: impl FnOnce(&mut Self) -> Result<T, QueryError>,
    ) -> Result<T, QueryError> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            let fault = Fault::TooDeep(MAX_DEPTH);
            return Err(self.fault(start..start + 1, fault));
        }
        let result = read(self);
        self.depth -= 1;
        result
    }

    /// Reads a term without its sign. Signs inside a word may make several words of it.
    fn unsigned(&mut self) -> Result<Option<Clause>, QueryError> {
        let start = self.cursor.at;
        if let Some(clause) = self.address() {
            return Ok(Some(clause));
        }
        match self.cursor.peek() {
            Some('(') => self.parenthesis(),
            Some(c) if is_opening_quote(c) => self.phrase().map(Some),
            Some('*') => {
                self.cursor.take_while(|c| c == '*');
                Ok(Some(plain(Node::All, start..self.cursor.at)))
            }
            _ => match self.field_name()? {
                Some(field) => self.field_value(field, start).map(Some),
                None => self.word().map(Some),
            },
        }
    }

    /// Counts a word, phrase or group.
    pub(super) fn count(&mut self) -> Result<(), QueryError> {
        self.count_more(1)
    }

    /// Counts the further words of a text: those that spaces or joiners part, and each character of a
    /// script without spaces.
    pub(super) fn count_inside(&mut self, text: &str) -> Result<(), QueryError> {
        self.count_more(n_words(text).saturating_sub(1))
    }

    fn count_more(&mut self, n: usize) -> Result<(), QueryError> {
        self.n_clauses += n;
        if self.n_clauses > MAX_CLAUSES {
            let fault = Fault::TooLong { limit: MAX_CLAUSES, unit: "words" };
            return Err(self.fault(self.cursor.at..self.cursor.at, fault));
        }
        Ok(())
    }

    pub(super) fn parenthesis(&mut self) -> Result<Option<Clause>, QueryError> {
        self.count()?;
        let start = self.cursor.at;
        let loose = std::mem::take(&mut self.n_loose);
        self.n_groups += 1;
        self.cursor.bump();
        let clauses = self.deeper(start, Self::any)?;
        if !self.cursor.eat(")") {
            return Err(self.fault(start..start + 1, Fault::OpenParenthesis));
        }
        self.n_loose = loose;
        if clauses.is_empty() {
            return Ok(None);
        }
        let span = start..self.cursor.at;
        if self.cursor.peek() == Some('~') {
            return Err(self.misplaced('~'));
        }
        let boost = self.boost(true)?;
        let span = span.start..self.cursor.at;
        Ok(Some(Clause { occur: Occur::Should, node: Node::Group(clauses), boost, span }))
    }

    pub(super) fn phrase(&mut self) -> Result<Clause, QueryError> {
        self.count()?;
        let start = self.cursor.at;
        let closing = match self.cursor.peek() {
            Some('\u{201C}') => '\u{201D}',
            _ => '"',
        };
        self.cursor.bump();
        let inside_at = self.cursor.at;
        let inside = self.cursor.take_while(|c| c != closing);
        if self.cursor.peek().is_none() {
            return Err(self.fault(start..inside_at, Fault::OpenQuote));
        }
        self.cursor.bump();
        if !inside.contains(|c: char| c.is_alphanumeric()) {
            return Err(self.fault(start..self.cursor.at, Fault::EmptyPhrase));
        }
        self.refuse_wildcards(inside_at, inside)?;
        let slop = self.slop()?;
        let text = clean_phrase(inside);
        self.count_inside(&text)?;
        let node = match self.field {
            Some(Field::Year) => self.year(Node::Word(text), start..self.cursor.at)?,
            _ => Node::Phrase { text, slop },
        };
        let boost = self.boost(true)?;
        Ok(Clause { occur: Occur::Should, node, boost, span: start..self.cursor.at })
    }

    /// A star at the end of a word of two letters or more is meant as a wildcard (`A*` is not).
    fn refuse_wildcards(&self, at: usize, inside: &str) -> Result<(), QueryError> {
        for (star, _) in inside.match_indices('*') {
            let before = inside[..star].chars().rev().take_while(|&c| is_word_char(c));
            let after = inside[star + 1..].chars().next();
            if before.count() >= 2 && after.is_none_or(|c| !c.is_ascii_digit()) {
                let span = at + star..at + star + 1;
                return Err(self.fault(span, Fault::WildcardInPhrase));
            }
        }
        Ok(())
    }

    fn slop(&mut self) -> Result<Option<u32>, QueryError> {
        let Some((given, span)) = self.number('~', true)? else { return Ok(None) };
        match given.parse::<u32>() {
            Ok(slop) if slop <= MAX_SLOP => Ok(Some(slop)),
            _ if given.is_empty() || given.contains('.') => {
                Err(self.fault(span, Fault::BadNumber('~')))
            }
            _ => Err(self.fault(span, Fault::TooLarge { given, limit: MAX_SLOP })),
        }
    }
}

/// Words of a text, where each character of Thai, Chinese and other scripts without spaces is one.
fn n_words(text: &str) -> usize {
    let mut n = 0;
    let mut goes_on = false;
    for c in text.chars() {
        let is_unspaced =
            matches!(u32::from(c), 0xE00..=0x11FF | 0x1780..=0x17FF | 0x2E80..);
        if is_word_char(c) && (is_unspaced || !goes_on) {
            n += 1;
        }
        goes_on = is_word_char(c) && !is_unspaced;
    }
    n
}

/// Puts single spaces between the words of a phrase, and drops quotes inside it.
pub(super) fn clean_phrase(inside: &str) -> String {
    let unquoted = inside.replace(['"', '\u{201C}', '\u{201D}'], " ");
    unquoted.split_whitespace().collect::<Vec<_>>().join(" ")
}
