//! Why a query is refused, and where.

use std::ops::Range;

use unicode_width::UnicodeWidthChar;

use super::Field;

/// Columns of the query that are shown around the place of an error.
const WINDOW: usize = 72;

/// A refused query: what is wrong and where.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{fault}")]
pub struct QueryError {
    /// The query as typed.
    pub text: String,
    /// Byte range in `text` of what is wrong.
    pub span: Range<usize>,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with a query.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Fault {
    /// `autor:knuth`
    #[error("unknown field `{name}`")]
    UnknownField {
        /// As typed.
        name: String,
        /// The field that was probably meant.
        meant: Option<Field>,
    },
    /// `title:` and nothing behind it.
    #[error("field `{0}` has no value")]
    EmptyField(Field),
    /// `title:(author:knuth)`
    #[error("field `{inner}` inside field `{outer}`")]
    NestedField {
        /// The field outside.
        outer: Field,
        /// The field inside.
        inner: Field,
    },
    /// A quote without its partner.
    #[error("the quote is not closed")]
    OpenQuote,
    /// `""`
    #[error("no word between the quotes")]
    EmptyPhrase,
    /// `(` without its partner.
    #[error("the parenthesis is not closed")]
    OpenParenthesis,
    /// `)` without its partner.
    #[error("the parenthesis was not opened")]
    UnopenedParenthesis,
    /// `AND` without words on both sides, `NOT` without a word behind it.
    #[error("`{0}` lacks a word to work on")]
    MissingOperand(&'static str),
    /// `year:[2019 2021]`
    #[error("not a range")]
    BadRange,
    /// `[a TO b]` without a field.
    #[error("a range needs a field")]
    RangeWithoutField,
    /// `year:[2021 TO 2019]`
    #[error("the range from `{from}` to `{to}` is empty")]
    EmptyRange {
        /// Its beginning.
        from: String,
        /// Its end.
        to: String,
    },
    /// `*word`
    #[error("a wildcard cannot begin a word")]
    LeadingWildcard,
    /// `a*`
    #[error("`{pattern}` matches too many words")]
    TooBroad {
        /// The pattern.
        pattern: String,
    },
    /// `foo,*`
    #[error("a wildcard must follow a letter or digit")]
    MisplacedWildcard,
    /// `"deep learn*"`
    #[error("no wildcards between quotes")]
    WildcardInPhrase,
    /// `year:soon`
    #[error("`{0}` is not a year")]
    NotAYear(String),
    /// `word~3`
    #[error("`{given}` is more than {limit}")]
    TooLarge {
        /// As typed.
        given: String,
        /// What is allowed.
        limit: u32,
    },
    /// `of~2`
    #[error("`{word}` is too short for {distance} edits")]
    TooShort {
        /// The word.
        word: String,
        /// Edits asked for.
        distance: u8,
    },
    /// `word~0.8`, `"a b"~x`, `(a b)^x`
    #[error("`{0}` needs a number behind it")]
    BadNumber(char),
    /// `word^5000`
    #[error("a weight of `{0}` is out of range")]
    BadBoost(String),
    /// `a && b`, `!a`
    #[error("`{given}` is not part of the query language")]
    Foreign {
        /// As typed.
        given: &'static str,
        /// What the language has for it.
        instead: &'static str,
    },
    /// `(a b) NEAR c`
    #[error("`NEAR` stands between two words or phrases")]
    BadNear,
    /// `-+word`, `a NEAR -b`
    #[error("`{0}` does not stand directly before a word")]
    IdleSign(char),
    /// `(a b)~2`, `word~1~2`, `word^2^3`
    #[error("`{0}` has nothing to work on here")]
    MisplacedSign(char),
    /// Too many parentheses.
    #[error("parentheses are nested more than {0} deep")]
    TooDeep(usize),
    /// Too many words.
    #[error("the query has more than {limit} {unit}")]
    TooLong {
        /// What is allowed.
        limit: usize,
        /// Of what.
        unit: &'static str,
    },
    /// Only signs.
    #[error("there is no word in the query")]
    NoWord,
}

/// Returns the part of `text` around the byte range `span` and a line with carets under it, for a fixed-width
/// display. Control characters are shown as spaces, a long text is cut around the place.
pub fn caret_lines(text: &str, span: &Range<usize>) -> [String; 2] {
    let cells: Vec<(usize, char)> = text
        .char_indices()
        .map(|(at, c)| (at, if c.is_control() { ' ' } else { c }))
        .collect();
    let first = cells.iter().position(|&(at, _)| at >= span.start);
    let first = first.unwrap_or(cells.len());
    // As much before the place as leaves room for what follows it.
    let from = first.saturating_sub(WINDOW / 2);
    let shown = &cells[from..cells.len().min(from + WINDOW)];

    let mut line = String::from(if from > 0 { "…" } else { "" });
    let mut carets = String::from(if from > 0 { " " } else { "" });
    for &(at, c) in shown {
        let width = c.width().unwrap_or(0);
        line.push(c);
        let sign = if span.contains(&at) { '^' } else { ' ' };
        carets.extend(std::iter::repeat_n(sign, width));
    }
    if from + WINDOW < cells.len() {
        line.push('…');
    }
    if !carets.contains('^') {
        // The place is the end of the text.
        carets = line.chars().map(|c| " ".repeat(c.width().unwrap_or(0))).collect();
        carets.push('^');
    }
    [line, carets.trim_end().to_owned()]
}

impl QueryError {
    /// Returns the line of the query where it went wrong and a line with carets under the place.
    pub fn lines(&self) -> [String; 2] {
        caret_lines(&self.text, &self.span)
    }

    /// Returns what to do about it.
    pub fn hint(&self) -> Option<String> {
        let text = match &self.fault {
            Fault::UnknownField { name, meant } => {
                let names: Vec<&str> = Field::ALL.iter().map(|f| f.name()).collect();
                let names = names.join(", ");
                return Some(match meant {
                    Some(field) => {
                        format!("fields are {names}; did you mean `{field}`?")
                    }
                    None => format!(
                        "fields are {names}; to search for `{name}` as a word, put a space after the colon"
                    ),
                });
            }
            Fault::EmptyField(field) => {
                return Some(format!(
                    "write the value directly after the colon: `{field}:value`"
                ));
            }
            Fault::EmptyRange { from, to } => {
                return Some(format!("write `[{to} TO {from}]`"));
            }
            Fault::NestedField { .. } => "put the fields side by side",
            Fault::OpenQuote => "close it with a second `\"`, or leave it out",
            Fault::EmptyPhrase => "put words between the quotes, or leave the quotes out",
            Fault::OpenParenthesis => "close it with `)`, or leave it out",
            Fault::UnopenedParenthesis => "open it with `(`, or leave it out",
            Fault::MissingOperand(_) => "to search for the word itself, put it in quotes",
            Fault::BadRange => {
                "write `[a TO b]`, with `{` or `}` to leave an end out and `*` for an open end"
            }
            Fault::RangeWithoutField => "write `year:[2019 TO 2021]`",
            Fault::LeadingWildcard => "give the beginning of the word: `word*`, `w?rd`",
            Fault::TooBroad { .. } => {
                "put at least two letters or digits before the wildcard, or one before it and three behind"
            }
            Fault::MisplacedWildcard => {
                "write `word*` or `wor?d`; put a space before a `*` that is not meant as a wildcard"
            }
            Fault::WildcardInPhrase => {
                "take the word out of the quotes: `+\"deep\" +learn*`, or leave the `*` out"
            }
            Fault::NotAYear(_) => {
                "write `year:2020`, `year:[2019 TO 2021]` or `year:>=2020`"
            }
            Fault::TooLarge { .. } => "take a smaller number",
            Fault::TooShort { .. } => {
                "one edit needs a word of three letters, two edits one of five"
            }
            Fault::BadNumber('~') => {
                "write `word~1` or `word~2` for edits, `\"near words\"~5` for distance"
            }
            Fault::BadNumber(_) => "write `word^2` or `word^0.5`",
            Fault::BadBoost(_) => "take a weight between 0 and 1000",
            Fault::Foreign { instead, .. } => return Some(format!("write `{instead}`")),
            Fault::BadNear => "write `a NEAR/5 b` or `\"a b\"~5`",
            Fault::IdleSign(_) => {
                "write `-word` or `+word`, with one sign and nothing between; a word after `NEAR` takes none"
            }
            Fault::MisplacedSign(_) => {
                "write `word~1`, `\"near words\"~5`; one `^2` may follow: `word~1^2`, `(a OR b)^2`"
            }
            Fault::TooDeep(_) => "leave out parentheses",
            Fault::TooLong { .. } => "shorten it",
            Fault::NoWord => "type a word, or `*` for everything",
        };
        Some(text.to_owned())
    }
}
