//! Operators between clauses, and what they make of them.

use std::ops::Range;

use super::parse::{MAX_SLOP, Parser, group};
use super::scan::{Cursor, is_joiner, is_opening_quote, is_word_char};
use super::{Clause, Fault, Field, Node, Occur, QueryError};

/// Distance of `NEAR` without a number.
const NEAR_SLOP: u32 = 10;

/// Words that are operators when written in capitals.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    And,
    Or,
    Not,
    Near(u32),
}

impl Parser<'_> {
    /// Takes `wanted` if it comes next; the cursor is where a term may begin.
    pub(super) fn operator(&mut self, wanted: Operator) -> Option<Range<usize>> {
        let (operator, span) = self.peek_operator()?;
        if operator != wanted {
            return None;
        }
        self.cursor.at = span.end;
        Some(span)
    }

    /// The operator that comes next, and its place. A word is one wherever it stands alone.
    pub(super) fn peek_operator(&self) -> Option<(Operator, Range<usize>)> {
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
                match slop {
                    None => Operator::Near(NEAR_SLOP),
                    Some("") => return None,
                    Some(slop) => Operator::Near(slop.parse().unwrap_or(u32::MAX)),
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
            Some(c) if is_joiner(c) => {
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

    /// `&&` and `||` are operators elsewhere.
    pub(super) fn refuse_signs(&self) -> Result<(), QueryError> {
        let at = self.cursor.at;
        for (given, instead) in [("&&", "AND"), ("||", "OR")] {
            if self.cursor.rest().starts_with(given) {
                return Err(self.fault(at..at + 2, Fault::Foreign { given, instead }));
            }
        }
        Ok(())
    }

    /// Makes a near phrase of the clause before and the term behind `NEAR`.
    pub(super) fn near(
        &mut self,
        clauses: &mut Vec<Clause>,
        slop: u32,
        span: Range<usize>,
    ) -> Result<(), QueryError> {
        let Some(before) = clauses.pop() else {
            return Err(self.fault(span, Fault::MissingOperand("NEAR")));
        };
        let has_next = self.skip_to_term()? && self.peek_operator().is_none();
        let sign_at = self.cursor.at;
        let after = if has_next { self.term()? } else { None };
        let Some(after) = after else {
            return Err(self.fault(span, Fault::MissingOperand("NEAR")));
        };
        // The sign would be lost, and with a minus the opposite found.
        if let (Occur::Must | Occur::MustNot, Some(sign)) =
            (after.occur, self.cursor.text[sign_at..].chars().next())
        {
            return Err(self.fault(sign_at..sign_at + 1, Fault::IdleSign(sign)));
        }
        let (Some(left), Some(right)) = (near_text(&before), near_text(&after)) else {
            return Err(self.fault(span, Fault::BadNear));
        };
        if slop > MAX_SLOP {
            let digits = self.cursor.text[span.clone()].trim_start_matches("NEAR/");
            let fault = Fault::TooLarge { given: digits.to_owned(), limit: MAX_SLOP };
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
pub(super) fn as_needed(mut clauses: Vec<Clause>) -> Clause {
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
pub(super) fn as_choices(mut clauses: Vec<Clause>) -> Vec<Clause> {
    if clauses.iter().all(|clause| clause.occur == Occur::Should) {
        return clauses;
    }
    if clauses.len() == 1 && clauses[0].occur == Occur::Must {
        let clause = clauses.remove(0);
        return vec![Clause { occur: Occur::Should, ..clause }];
    }
    vec![group(clauses)]
}

/// What stands side by side, with fields as filters: beside other words or other fields a value is
/// required, as an option would require it; several values of one field are a choice among them.
///
/// A range is a filter of its own, so that two may bound a span. A field with a weight of its own
/// ranks, as does a field that stands alone.
pub(super) fn as_filters(clauses: Vec<Clause>) -> Vec<Clause> {
    let mut asked = clauses.iter().filter(|clause| clause.occur != Occur::MustNot);
    let first = asked.next().and_then(filter_field);
    let is_one_choice = first.is_some() && asked.all(|c| filter_field(c) == first);
    let n_asked = clauses.iter().filter(|c| c.occur != Occur::MustNot).count();
    let has_range = clauses.iter().any(is_range);
    if n_asked < 2 || is_one_choice && !has_range {
        return clauses;
    }
    let mut made: Vec<Clause> = Vec::with_capacity(clauses.len());
    let mut choices: Vec<(Field, usize)> = Vec::new();
    for clause in clauses {
        let Some(field) = filter_field(&clause) else {
            made.push(clause);
            continue;
        };
        let clause = Clause { occur: Occur::Must, ..clause };
        let before = choices.iter().find(|(other, _)| *other == field);
        match before {
            Some((_, at)) if !is_range(&clause) => join(&mut made[*at], clause),
            _ => {
                if !is_range(&clause) {
                    choices.push((field, made.len()));
                }
                made.push(clause);
            }
        }
    }
    made
}

/// The field of a clause that may become a filter.
fn filter_field(clause: &Clause) -> Option<Field> {
    match &clause.node {
        Node::Field(field, _) if clause.occur == Occur::Should && clause.boost == 1.0 => {
            Some(*field)
        }
        _ => None,
    }
}

fn is_range(clause: &Clause) -> bool {
    match &clause.node {
        Node::Field(_, inner) => matches!(inner.node, Node::Range(..)),
        _ => false,
    }
}

/// Makes a choice of a filter and one more value of its field.
fn join(filter: &mut Clause, value: Clause) {
    let value = Clause { occur: Occur::Should, ..value };
    filter.span.end = value.span.end;
    match &mut filter.node {
        Node::Group(choices) => choices.push(value),
        _ => {
            let first = Clause { occur: Occur::Should, ..filter.clone() };
            filter.node = Node::Group(vec![first, value]);
        }
    }
}
