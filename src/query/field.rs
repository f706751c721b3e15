//! Reads fields and their values: words, groups, ranges and years.

use std::ops::{Bound, Range};

use super::parse::{Parser, clean_phrase, group};
use super::scan::{is_bound_char, is_opening_quote, is_word_char};
use super::{Clause, Fault, Field, Node, Occur, QueryError};

impl Parser<'_> {
    /// Takes a field name and its colon, if a value stands directly behind them.
    pub(super) fn field_name(&mut self) -> Result<Option<Field>, QueryError> {
        let start = self.cursor.at;
        if self
            .cursor
            .previous()
            .is_some_and(|c| !c.is_whitespace() && !"(+-:\u{FF08}".contains(c))
        {
            return Ok(None);
        }
        let mut ahead = self.cursor;
        let name = ahead.take_while(|c| c.is_ascii_alphabetic() || c == '_');
        let span = start..ahead.at;
        let found = Field::from_name(name);
        // The colon of Chinese prose, `CLIP：一种`, makes no field of other words.
        let has_colon = ahead.eat(":") || found.is_some() && ahead.eat("\u{FF1A}");
        if name.is_empty() || !has_colon {
            return Ok(None);
        }
        let is_path = found == Some(Field::Topic) && ahead.rest().starts_with('/');
        let goes_on = ahead.rest().starts_with([':', '/']) && !is_path;
        // `std::vector`, `http://`
        if goes_on && found.is_none() {
            return Ok(None);
        }
        let is_lower = !name.contains(|c: char| c.is_ascii_uppercase());
        let has_value = !goes_on && !ahead.at_space();
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

    pub(super) fn field_value(
        &mut self,
        field: Field,
        start: usize,
    ) -> Result<Clause, QueryError> {
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
            let is_end = !is_word || self.peek_operator().is_some();
            self.cursor = before;
            if is_end {
                break;
            }
            self.pass_to(ahead.at);
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
