//! The grammar: operators, groups, phrases, fields and ranges.
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

use std::ops::{Bound, Range};

use super::scan::{Cursor, is_bound_char, is_opening_quote, is_word_char};
use super::{Clause, Fault, Field, Node, Occur, Query, QueryError};

/// Parentheses in parentheses.
const MAX_DEPTH: usize = 24;
/// Words, phrases and groups of a query.
const MAX_CLAUSES: usize = 1024;
/// Bytes of a query.
const MAX_BYTES: usize = 64 * 1024;
/// Distance between near words.
const MAX_SLOP: u32 = 100;
/// Distance of `NEAR` without a number.
const NEAR_SLOP: u32 = 10;

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
    Ok(Query { text: text.to_owned(), root })
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
}

/// Words that are operators when written in capitals.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operator {
    And,
    Or,
    Not,
    Near(u32),
}

fn plain(node: Node, span: Range<usize>) -> Clause {
    Clause { occur: Occur::Should, node, boost: 1.0, span }
}

/// Makes one clause of several.
fn group(mut clauses: Vec<Clause>) -> Clause {
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

    /// Takes `wanted` if it comes next; the cursor is where a term may begin.
    fn operator(&mut self, wanted: Operator) -> Option<Range<usize>> {
        let (operator, span) = self.peek_operator()?;
        if operator != wanted {
            return None;
        }
        self.cursor.at = span.end;
        Some(span)
    }

    /// The operator that comes next, and its place. A word is one wherever it stands alone.
    fn peek_operator(&self) -> Option<(Operator, Range<usize>)> {
        let rest = self.cursor.rest();
        if !rest.starts_with(['A', 'O', 'N']) {
            return None;
        }
        let start = self.cursor.at;
        let length = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
        let mut ahead = Cursor { at: start + length, ..self.cursor };
        let operator = match &rest[..length] {
            "AND" => Operator::And,
            "OR" => Operator::Or,
            "NOT" => Operator::Not,
            "NEAR" => {
                let slop =
                    ahead.eat("/").then(|| ahead.take_while(|c| c.is_ascii_digit()));
                match slop.map(str::parse) {
                    None => Operator::Near(NEAR_SLOP),
                    Some(Ok(slop)) => Operator::Near(slop),
                    Some(Err(_)) => return None,
                }
            }
            _ => return None,
        };
        let next = ahead.peek();
        let is_alone = next.is_none_or(|c| {
            c.is_whitespace() || matches!(c, '(' | ')') || is_opening_quote(c)
        });
        (is_alone || !self.word_goes_on(ahead)).then_some((operator, start..ahead.at))
    }

    /// Whether the word that was read up to `ahead` goes on there (`AND-gate`).
    fn word_goes_on(&self, ahead: Cursor<'_>) -> bool {
        let mut rest = ahead.rest().chars();
        match rest.next() {
            Some(c) if super::scan::is_joiner(c) => {
                rest.next().is_some_and(|c| is_word_char(c) || c == '*')
            }
            Some('?') => {
                let rest = ahead.rest().trim_start_matches('?');
                rest.starts_with(|c| is_word_char(c) || c == '*')
            }
            Some('+') => rest.next() == Some('+'),
            Some('*') => true,
            Some('~' | '^' | ':') => true,
            Some(c) => is_word_char(c),
            None => false,
        }
    }

    fn sequence(&mut self) -> Result<Vec<Clause>, QueryError> {
        let mut clauses: Vec<Clause> = Vec::new();
        loop {
            if !self.skip_to_term()? {
                return Ok(clauses);
            }
            match self.peek_operator() {
                Some((Operator::And | Operator::Or, _)) => return Ok(clauses),
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
    fn skip_to_term(&mut self) -> Result<bool, QueryError> {
        while let Some(c) = self.cursor.peek() {
            let at = self.cursor.at;
            let next = self.cursor.peek_second();
            let after_word = self.cursor.previous().is_some_and(is_word_char);
            let begins_term = |c: char| {
                is_word_char(c) || is_opening_quote(c) || matches!(c, '(' | '*')
            };
            match c {
                '"' if !after_word => return Ok(true),
                '\u{201C}' if self.cursor.rest().contains('\u{201D}') => return Ok(true),
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
                '!' if self.cursor.after_space() && next.is_some_and(begins_term) => {
                    let fault = Fault::Foreign { given: "!", instead: "-word" };
                    return Err(self.fault(at..at + 1, fault));
                }
                '&' | '|' if self.cursor.after_space() => self.refuse_signs()?,
                '*' | '?' => {
                    if self.is_wildcard_here()? {
                        return Ok(true);
                    }
                }
                '/' if self.field == Some(Field::Topic) && self.cursor.after_space() => {
                    return Ok(true);
                }
                '[' | '{' if self.cursor.after_space() => self.refuse_bare_range()?,
                _ if is_word_char(c) => return Ok(true),
                _ => {}
            }
            self.cursor.bump();
        }
        Ok(false)
    }

    /// `&&` and `||` are operators elsewhere.
    fn refuse_signs(&self) -> Result<(), QueryError> {
        let at = self.cursor.at;
        for (given, instead) in [("&&", "AND"), ("||", "OR")] {
            if self.cursor.rest().starts_with(given) {
                return Err(self.fault(at..at + 2, Fault::Foreign { given, instead }));
            }
        }
        Ok(())
    }

    /// A star alone is everything; one before a word is an error; a question mark may be punctuation.
    fn is_wildcard_here(&self) -> Result<bool, QueryError> {
        let mut ahead = self.cursor;
        let signs = ahead.take_while(|c| matches!(c, '*' | '?'));
        let span = self.cursor.at..ahead.at;
        if !ahead.at_word_end() && self.cursor.previous().is_none_or(|c| !is_word_char(c))
        {
            return Err(self.fault(span, Fault::LeadingWildcard));
        }
        if !signs.contains('*') {
            return Ok(false);
        }
        let may_begin = self.cursor.after_space()
            || self.cursor.previous().is_some_and(|c| matches!(c, '+' | '-'));
        if may_begin && ahead.at_space() && !signs.contains('?') {
            return Ok(true);
        }
        Err(self.fault(span, Fault::MisplacedWildcard))
    }

    fn refuse_bare_range(&self) -> Result<(), QueryError> {
        let rest = self.cursor.rest();
        let Some(end) = rest.find([']', '}']) else { return Ok(()) };
        if !rest[..end].contains(" TO ") {
            return Ok(());
        }
        let span = self.cursor.at..self.cursor.at + end + 1;
        Err(self.fault(span, Fault::RangeWithoutField))
    }

    /// Reads a term; nothing for an empty group.
    fn term(&mut self) -> Result<Option<Clause>, QueryError> {
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
        self.n_clauses += 1;
        if self.n_clauses > MAX_CLAUSES {
            let fault = Fault::TooLong { limit: MAX_CLAUSES, unit: "words" };
            return Err(self.fault(self.cursor.at..self.cursor.at, fault));
        }
        let start = self.cursor.at;
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

    fn parenthesis(&mut self) -> Result<Option<Clause>, QueryError> {
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
        let boost = self.boost(true)?;
        let span = span.start..self.cursor.at;
        Ok(Some(Clause { occur: Occur::Should, node: Node::Group(clauses), boost, span }))
    }

    fn phrase(&mut self) -> Result<Clause, QueryError> {
        let start = self.cursor.at;
        let closing = match self.cursor.peek() {
            Some('\u{201C}') => '\u{201D}',
            _ => '"',
        };
        self.cursor.bump();
        let inside_at = self.cursor.at;
        let inside = self.cursor.take_while(|c| c != closing);
        if self.cursor.peek().is_none() {
            return Err(self.fault(start..start + 1, Fault::OpenQuote));
        }
        self.cursor.bump();
        if !inside.contains(|c: char| c.is_alphanumeric()) {
            return Err(self.fault(start..self.cursor.at, Fault::EmptyPhrase));
        }
        self.refuse_wildcards(inside_at, inside)?;
        let slop = self.slop()?;
        let text = clean_phrase(inside);
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

    /// Makes a near phrase of the clause before and the term behind `NEAR`.
    fn near(
        &mut self,
        clauses: &mut Vec<Clause>,
        slop: u32,
        span: Range<usize>,
    ) -> Result<(), QueryError> {
        let Some(before) = clauses.pop() else {
            return Err(self.fault(span, Fault::MissingOperand("NEAR")));
        };
        let has_next = self.skip_to_term()? && self.peek_operator().is_none();
        let after = if has_next { self.term()? } else { None };
        let Some(after) = after else {
            return Err(self.fault(span, Fault::MissingOperand("NEAR")));
        };
        let (Some(left), Some(right)) = (near_text(&before), near_text(&after)) else {
            return Err(self.fault(span, Fault::BadNear));
        };
        if slop > MAX_SLOP {
            let fault = Fault::TooLarge { given: slop.to_string(), limit: MAX_SLOP };
            return Err(self.fault(span, fault));
        }
        let text = format!("{left} {right}");
        clauses.push(Clause {
            occur: before.occur,
            node: Node::Phrase { text, slop: Some(slop) },
            boost: 1.0,
            span: before.span.start..after.span.end,
        });
        Ok(())
    }

    /// Takes a field name and its colon, if a value stands directly behind them.
    fn field_name(&mut self) -> Result<Option<Field>, QueryError> {
        let start = self.cursor.at;
        if self
            .cursor
            .previous()
            .is_some_and(|c| !c.is_whitespace() && !"(+-:".contains(c))
        {
            return Ok(None);
        }
        let mut ahead = self.cursor;
        let name = ahead.take_while(|c| c.is_ascii_alphabetic() || c == '_');
        let span = start..ahead.at;
        if name.is_empty() || !ahead.eat(":") || ahead.rest().starts_with([':', '/']) {
            let is_path =
                name.eq_ignore_ascii_case("topic") && ahead.rest().starts_with('/');
            if !is_path || ahead.previous() != Some(':') {
                return Ok(None);
            }
        }
        let is_lower = !name.contains(|c: char| c.is_ascii_uppercase());
        let has_value = !ahead.at_space();
        let found = Field::from_name(name);
        match (found, self.field) {
            (Some(field), _) if !has_value => {
                let fault = Fault::EmptyField(field);
                let span = span.start..ahead.at;
                // `Title: a paper` is prose.
                if is_lower { Err(self.fault(span, fault)) } else { Ok(None) }
            }
            (Some(inner), Some(outer)) => {
                Err(self.fault(span, Fault::NestedField { outer, inner }))
            }
            (Some(field), None) => {
                self.cursor.at = ahead.at;
                Ok(Some(field))
            }
            (None, _) => {
                let meant = nearest_field(name);
                let is_meant = is_lower && name.len() > 1 || meant.is_some();
                if has_value && is_meant {
                    let name = name.to_owned();
                    return Err(self.fault(span, Fault::UnknownField { name, meant }));
                }
                Ok(None)
            }
        }
    }

    fn field_value(&mut self, field: Field, start: usize) -> Result<Clause, QueryError> {
        self.field = Some(field);
        let empty = |parser: &Self| {
            let end = parser.cursor.at;
            parser.fault(start..end, Fault::EmptyField(field))
        };
        let value_at = self.cursor.at;
        if self.peek_operator().is_some() {
            return Err(empty(self));
        }
        let value = match self.cursor.peek() {
            Some('[' | '{') => self.range(field)?,
            Some('>' | '<') => self.comparison(field)?,
            Some('(') => self.parenthesis()?.ok_or_else(|| empty(self))?,
            Some(c) if is_opening_quote(c) => self.phrase()?,
            Some('*' | '?') => {
                return Err(self.fault(value_at..value_at + 1, Fault::LeadingWildcard));
            }
            Some('.') if field == Field::Year => self.year_span()?,
            Some(c) if is_word_char(c) && field == Field::Year => self.year_span()?,
            Some('/') if field == Field::Topic => self.word()?,
            Some(c) if is_word_char(c) => self.chunk()?,
            _ => return Err(empty(self)),
        };
        self.field = None;
        let span = start..self.cursor.at;
        let boost = value.boost;
        let value = Clause { boost: 1.0, ..value };
        let node = Node::Field(field, Box::new(value));
        Ok(Clause { occur: Occur::Should, node, boost, span })
    }

    /// Reads the words up to the next space: `title:vision/language,models` has three.
    fn chunk(&mut self) -> Result<Clause, QueryError> {
        self.field_name()?;
        let mut words = vec![self.word()?];
        loop {
            let mut ahead = self.cursor;
            ahead.take_while(|c| {
                !c.is_whitespace() && !is_word_char(c) && !"()\"\u{201C}*?".contains(c)
            });
            let is_word = ahead.peek().is_some_and(is_word_char);
            let before = std::mem::replace(&mut self.cursor, ahead);
            if !is_word || self.peek_operator().is_some() {
                self.cursor = before;
                break;
            }
            words.push(self.word()?);
        }
        Ok(group(words))
    }

    fn range(&mut self, field: Field) -> Result<Clause, QueryError> {
        let start = self.cursor.at;
        let opens_with = self.cursor.peek();
        self.cursor.bump();
        let from = self.bound(start)?;
        self.cursor.take_while(char::is_whitespace);
        if self.cursor.take_while(is_bound_char) != "TO" {
            return Err(self.fault(start..self.cursor.at, Fault::BadRange));
        }
        let to = self.bound(start)?;
        self.cursor.take_while(char::is_whitespace);
        let closes_with = self.cursor.peek();
        if !matches!(closes_with, Some(']' | '}')) {
            return Err(self.fault(start..self.cursor.at, Fault::BadRange));
        }
        self.cursor.bump();
        let bound = |text: Option<String>, is_excluded: bool| match text {
            None => Bound::Unbounded,
            Some(text) if is_excluded => Bound::Excluded(text),
            Some(text) => Bound::Included(text),
        };
        let from = bound(from, opens_with == Some('{'));
        let to = bound(to, closes_with == Some('}'));
        self.finish_range(field, from, to, start)
    }

    /// Reads a bound; none for `*`.
    fn bound(&mut self, start: usize) -> Result<Option<String>, QueryError> {
        self.cursor.take_while(char::is_whitespace);
        if self.cursor.eat("\"") {
            let text = clean_phrase(self.cursor.take_while(|c| c != '"'));
            if !self.cursor.eat("\"") || text.is_empty() {
                return Err(self.fault(start..self.cursor.at, Fault::BadRange));
            }
            return Ok(Some(text));
        }
        match self.cursor.take_while(is_bound_char) {
            "" | "TO" => Err(self.fault(start..self.cursor.at, Fault::BadRange)),
            "*" => Ok(None),
            text => Ok(Some(text.to_owned())),
        }
    }

    fn comparison(&mut self, field: Field) -> Result<Clause, QueryError> {
        let start = self.cursor.at;
        let is_above = self.cursor.eat(">");
        if !is_above {
            self.cursor.eat("<");
        }
        let is_included = self.cursor.eat("=");
        let text = self
            .cursor
            .take_while(|c| is_bound_char(c) && !"()^<>=*".contains(c))
            .trim_end_matches([',', ';', '.', '!', '?'])
            .to_owned();
        if text.is_empty() {
            return Err(self.fault(start..self.cursor.at, Fault::BadRange));
        }
        let bound =
            if is_included { Bound::Included(text) } else { Bound::Excluded(text) };
        let (from, to) =
            if is_above { (bound, Bound::Unbounded) } else { (Bound::Unbounded, bound) };
        self.finish_range(field, from, to, start)
    }

    /// `year:2020`, `year:2019..2021`, `year:2019..`
    fn year_span(&mut self) -> Result<Clause, QueryError> {
        let start = self.cursor.at;
        let mut ahead = self.cursor;
        let taken = ahead.take_while(|c| c.is_ascii_digit() || c == '.');
        let Some((from, to)) = taken.split_once("..") else { return self.word() };
        if ahead.peek().is_some_and(is_word_char) || from.is_empty() && to.is_empty() {
            return Err(self.fault(start..ahead.at, Fault::BadRange));
        }
        self.cursor = ahead;
        let bound = |text: &str| match text.trim_end_matches('.') {
            "" => Bound::Unbounded,
            text => Bound::Included(text.to_owned()),
        };
        self.finish_range(Field::Year, bound(from), bound(to), start)
    }

    fn finish_range(
        &mut self,
        field: Field,
        from: Bound<String>,
        to: Bound<String>,
        start: usize,
    ) -> Result<Clause, QueryError> {
        let span = start..self.cursor.at;
        if field == Field::Year {
            let (first, last) =
                (self.year_bound(&from, &span)?, self.year_bound(&to, &span)?);
            let is_open =
                matches!((&from, &to), (Bound::Excluded(_), _) | (_, Bound::Excluded(_)));
            let is_empty = first
                .zip(last)
                .is_some_and(|(first, last)| first > last || is_open && first == last);
            if is_empty {
                let (from, to) = (first.unwrap_or(0), last.unwrap_or(0));
                let fault =
                    Fault::EmptyRange { from: from.to_string(), to: to.to_string() };
                return Err(self.fault(span, fault));
            }
        }
        let boost = self.boost(true)?;
        let span = start..self.cursor.at;
        Ok(Clause { occur: Occur::Should, node: Node::Range(from, to), boost, span })
    }

    fn year_bound(
        &self,
        bound: &Bound<String>,
        span: &Range<usize>,
    ) -> Result<Option<i32>, QueryError> {
        match bound {
            Bound::Unbounded => Ok(None),
            Bound::Included(text) | Bound::Excluded(text) => match year_number(text) {
                Some(year) => Ok(Some(year)),
                None => Err(self.fault(span.clone(), Fault::NotAYear(text.clone()))),
            },
        }
    }

    /// Checks that a value of the year field is a year.
    pub(super) fn year(
        &self,
        node: Node,
        span: Range<usize>,
    ) -> Result<Node, QueryError> {
        match &node {
            Node::Word(text) if year_number(text).is_some() => Ok(node),
            Node::Word(_) | Node::Prefix(_) | Node::Wildcard(_) | Node::Fuzzy { .. } => {
                let given = self.cursor.text[span.clone()].trim_matches('"').to_owned();
                Err(self.fault(span, Fault::NotAYear(given)))
            }
            _ => Ok(node),
        }
    }
}

fn year_number(text: &str) -> Option<i32> {
    let is_number = text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// The words of a clause that may stand beside `NEAR`.
fn near_text(clause: &Clause) -> Option<&str> {
    match &clause.node {
        Node::Word(text) | Node::Phrase { text, slop: None } if clause.boost == 1.0 => {
            Some(text)
        }
        _ => None,
    }
}

/// What is required of an operand of `AND`.
fn as_needed(mut clauses: Vec<Clause>) -> Clause {
    let clause = match clauses.len() {
        1 => clauses.remove(0),
        _ => group(clauses),
    };
    match clause.occur {
        Occur::MustNot => clause,
        Occur::Should | Occur::Must => Clause { occur: Occur::Must, ..clause },
    }
}

/// What an operand of `OR` adds to the choices.
fn as_choices(mut clauses: Vec<Clause>) -> Vec<Clause> {
    if clauses.iter().all(|clause| clause.occur == Occur::Should) {
        return clauses;
    }
    if clauses.len() == 1 && clauses[0].occur == Occur::Must {
        let clause = clauses.remove(0);
        return vec![Clause { occur: Occur::Should, ..clause }];
    }
    vec![group(clauses)]
}

/// Puts single spaces between the words of a phrase, and drops quotes inside it.
fn clean_phrase(inside: &str) -> String {
    let unquoted = inside.replace(['"', '\u{201C}', '\u{201D}'], " ");
    unquoted.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The field whose name is within two edits of `name`.
fn nearest_field(name: &str) -> Option<Field> {
    let lower = name.to_ascii_lowercase();
    let limit = if lower.len() < 4 { 1 } else { 2 };
    Field::ALL
        .into_iter()
        .map(|field| (strsim::osa_distance(&lower, field.name()), field))
        .filter(|(distance, field)| {
            *distance <= limit && field.name().len() > *distance + 1
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, field)| field)
}
