//! Reads the words of a query, with the wildcards, edits and weights that hang on them.

use super::parse::Parser;
use super::scan::{is_joiner, is_word_char};
use super::{Clause, Fault, Field, Node, Occur, QueryError};

/// Letters or digits before the first wildcard.
const MIN_BEFORE_WILDCARD: usize = 2;
/// Letters or digits behind the first wildcard, if only one stands before it.
const MIN_AFTER_WILDCARD: usize = 3;
/// Edits in a word.
const MAX_EDITS: u32 = 2;
/// Weight of a clause.
const MAX_BOOST: f32 = 1000.0;
/// Characters of an address.
const MAX_ADDRESS: usize = 200;
/// What stands before the identifier in the addresses of papers.
const HOSTS: [(&str, Field); 6] = [
    ("arxiv.org/abs/", Field::Arxiv),
    ("arxiv.org/pdf/", Field::Arxiv),
    ("arxiv.org/html/", Field::Arxiv),
    ("www.arxiv.org/abs/", Field::Arxiv),
    ("doi.org/", Field::Doi),
    ("dx.doi.org/", Field::Doi),
];

impl Parser<'_> {
    /// Reads the address of a paper as what it names: `https://arxiv.org/abs/1706.03762` is
    /// `arxiv:1706.03762`, one of doi.org is `doi:`.
    pub(super) fn address(&mut self) -> Option<Clause> {
        let start = self.cursor.at;
        let mut ahead = self.cursor;
        if self.field.is_some() || !(ahead.eat("https://") || ahead.eat("http://")) {
            return None;
        }
        let taken_at = ahead.at;
        let known = HOSTS.iter().find(|(host, _)| ahead.rest().starts_with(host));
        let &(host, field) = known?;
        let belongs = |c: char| is_identifier_char(c) && !"^~*?#".contains(c);
        let path: String =
            ahead.rest().chars().take(MAX_ADDRESS).take_while(|&c| belongs(c)).collect();
        let taken = path.trim_end_matches(is_closing_sign);
        let id = taken.strip_prefix(host)?;
        let id = id.strip_suffix(".pdf").unwrap_or(id);
        if !id.starts_with(is_word_char) || !id.ends_with(is_word_char) {
            return None;
        }
        self.cursor.at = taken_at + taken.len();
        let span = start..self.cursor.at;
        let word = Clause {
            occur: Occur::Should,
            node: Node::Word(id.to_owned()),
            boost: 1.0,
            span: span.clone(),
        };
        let node = Node::Field(field, Box::new(word));
        Some(Clause { occur: Occur::Should, node, boost: 1.0, span })
    }

    /// Reads a word at the cursor, which is at a letter or digit, and what hangs on it.
    pub(super) fn word(&mut self) -> Result<Clause, QueryError> {
        self.count()?;
        let start = self.cursor.at;
        let body = match self.field {
            Some(field) if field.is_identifier() => self.identifier(),
            _ => self.word_body(),
        };
        self.finish_word(start, body)
    }

    fn finish_word(&mut self, start: usize, body: String) -> Result<Clause, QueryError> {
        let end = self.cursor.at;
        self.count_inside(&body)?;
        let is_number = !body.chars().any(char::is_alphabetic) && self.field.is_none();
        let edits = if is_number { None } else { self.edits(&body, start)? };
        let is_pattern = body.contains(['*', '?']) && self.field != Some(Field::Doi);
        let node = match edits {
            Some(_) if is_pattern => {
                return Err(self.fault(start..end, Fault::MisplacedWildcard));
            }
            Some(distance) => Node::Fuzzy { word: body, distance },
            None if is_pattern => self.pattern(start..end, &body)?,
            None => {
                // `NEAR/x`
                if body == "NEAR" || body.starts_with("NEAR/") {
                    self.asides.push(start..start + "NEAR".len());
                }
                // `AND:` is the word; in small letters it is read as one again when it is printed.
                match body.as_str() {
                    "AND" | "OR" | "NOT" => Node::Word(body.to_lowercase()),
                    _ => Node::Word(body),
                }
            }
        };
        let node = match self.field {
            Some(Field::Year) => self.year(node, start..end)?,
            _ => node,
        };
        let boost_at = self.cursor.at;
        let boost = if is_number { 1.0 } else { self.boost(false)? };
        let has_sign = edits.is_some() || self.cursor.at > boost_at;
        if let Some(sign @ ('~' | '^')) = self.cursor.peek().filter(|_| has_sign) {
            return Err(self.misplaced(sign));
        }
        Ok(Clause { occur: Occur::Should, node, boost, span: start..self.cursor.at })
    }

    /// The error at a sign that comes next.
    pub(super) fn misplaced(&self, sign: char) -> QueryError {
        self.fault(self.cursor.at..self.cursor.at + 1, Fault::MisplacedSign(sign))
    }

    /// Takes letters, digits, what joins them, and wildcards where they can be.
    fn word_body(&mut self) -> String {
        let start = self.cursor.at;
        let mut n_letters = 0;
        while let Some(c) = self.cursor.peek() {
            let next = self.cursor.peek_second();
            let next_is_word = next.is_some_and(is_word_char);
            if is_word_char(c) {
                n_letters += 1;
            } else if c == '*' {
                // A wildcard, or a misplaced one; `pattern` will tell.
            } else if c == '?' {
                let rest = self.cursor.rest().trim_start_matches('?');
                if !rest.starts_with(|c| is_word_char(c) || c == '*') {
                    break;
                }
                self.cursor.at = self.cursor.text.len() - rest.len();
                continue;
            } else if c == '+' && self.cursor.rest().starts_with("++") {
                let ends_name = self.cursor.previous().is_some_and(is_word_char);
                if !ends_name {
                    break;
                }
                self.cursor.bump();
            } else if c == '#' {
                if n_letters != 1 || next_is_word || self.cursor.at != start + 1 {
                    break;
                }
            } else if c == ',' {
                let before = self.cursor.previous().is_some_and(|c| c.is_ascii_digit());
                if !before || !next.is_some_and(|c| c.is_ascii_digit()) {
                    break;
                }
            } else if is_joiner(c) {
                if !next_is_word && next != Some('*') {
                    break;
                }
            } else {
                break;
            }
            self.cursor.bump();
        }
        collapse_stars(&self.cursor.text[start..self.cursor.at])
    }

    /// Takes a key, path or number up to the next space or parenthesis.
    fn identifier(&mut self) -> String {
        let start = self.cursor.at;
        let taken = self.cursor.take_while(is_identifier_char);
        let taken = match taken.trim_end_matches(is_closing_sign) {
            // `year:202?` is no question.
            year if self.field == Some(Field::Year) && year.len() < 4 => taken,
            trimmed => trimmed,
        };
        // `^2` and `~1` at the end are not part of it.
        let digits = |c: char| c.is_ascii_digit() || c == '.';
        // What would be left has to end like a value: `key:a:^2` is none with a weight.
        let without = |text: &'_ str, sign: char| -> usize {
            let before = text.trim_end_matches(digits).strip_suffix(sign);
            before
                .filter(|kept| !kept.ends_with(is_closing_sign))
                .map_or(text.len(), str::len)
        };
        let kept = &taken[..without(taken, '^')];
        let kept = &kept[..without(kept, '~')];
        self.cursor.at = start + kept.len();
        collapse_stars(kept)
    }

    fn pattern(
        &self,
        span: std::ops::Range<usize>,
        body: &str,
    ) -> Result<Node, QueryError> {
        let first = body.find(['*', '?']).unwrap_or(body.len());
        let is_ideograph = |c: char| u32::from(c) >= 0x2E80;
        let weight = |part: &str| -> usize {
            let letters = part.chars().filter(|&c| is_word_char(c));
            letters.map(|c| if is_ideograph(c) { MIN_BEFORE_WILDCARD } else { 1 }).sum()
        };
        let is_narrow = match weight(&body[..first]) {
            0 => false,
            before if before < MIN_BEFORE_WILDCARD => {
                weight(&body[first..]) >= MIN_AFTER_WILDCARD
            }
            _ => true,
        };
        if !is_narrow {
            return Err(self.fault(span, Fault::TooBroad { pattern: body.to_owned() }));
        }
        Ok(match body.strip_suffix('*') {
            Some(prefix) if prefix.len() == first => Node::Prefix(prefix.to_owned()),
            _ => Node::Wildcard(body.to_owned()),
        })
    }

    /// Takes `~`, `~1` or `~2` if they hang on `word`.
    fn edits(&mut self, word: &str, start: usize) -> Result<Option<u8>, QueryError> {
        let Some((given, span)) = self.number('~', false)? else { return Ok(None) };
        let distance = match given.as_str() {
            "" => 1,
            _ => match given.parse::<u32>() {
                Ok(distance) if distance <= MAX_EDITS => distance as u8,
                Ok(_) => {
                    return Err(
                        self.fault(span, Fault::TooLarge { given, limit: MAX_EDITS })
                    );
                }
                Err(_) if given.contains('.') => {
                    return Err(self.fault(span, Fault::BadNumber('~')));
                }
                Err(_) => {
                    return Err(
                        self.fault(span, Fault::TooLarge { given, limit: MAX_EDITS })
                    );
                }
            },
        };
        if distance == 0 {
            return Err(self.fault(span, Fault::BadNumber('~')));
        }
        let n_letters = word.chars().filter(|&c| is_word_char(c)).count();
        if n_letters < 2 * usize::from(distance) + 1 {
            let fault = Fault::TooShort { word: word.to_owned(), distance };
            return Err(self.fault(start..span.end, fault));
        }
        Ok(Some(distance))
    }

    /// Takes `^2` if it hangs on what was just read. After a quote or parenthesis (`is_closed`) a `^`
    /// without a number is an error; after a word it only separates.
    pub(super) fn boost(&mut self, is_closed: bool) -> Result<f32, QueryError> {
        let Some((given, span)) = self.number('^', is_closed)? else { return Ok(1.0) };
        if let Some(sign @ ('~' | '^')) = self.cursor.peek().filter(|_| is_closed) {
            return Err(self.misplaced(sign));
        }
        if given.is_empty() && !is_closed {
            // `word^` of an unfinished formula.
            self.asides.push(span);
            return Ok(1.0);
        }
        if given.is_empty() {
            return Err(self.fault(span, Fault::BadNumber('^')));
        }
        match given.parse::<f32>() {
            Ok(boost) if boost <= MAX_BOOST => Ok(boost),
            _ => Err(self.fault(span, Fault::BadBoost(given))),
        }
    }

    /// Takes `sign` and the number behind it, which may be absent, if no word goes on there.
    pub(super) fn number(
        &mut self,
        sign: char,
        is_closed: bool,
    ) -> Result<Option<(String, std::ops::Range<usize>)>, QueryError> {
        let start = self.cursor.at;
        if self.cursor.peek() != Some(sign) {
            return Ok(None);
        }
        self.cursor.bump();
        let mut given = self.cursor.take_while(|c| c.is_ascii_digit() || c == '.');
        let trimmed = given.trim_end_matches('.');
        self.cursor.at -= given.len() - trimmed.len();
        given = trimmed;
        let span = start..self.cursor.at;
        let goes_on = !self.cursor.at_word_end();
        let is_lone = given.is_empty() && !self.cursor.at_space();
        if goes_on || is_lone || sign == '~' && given.starts_with('.') {
            if is_closed {
                let end = self.cursor.at.max(start + 1);
                return Err(self.fault(start..end, Fault::BadNumber(sign)));
            }
            self.cursor.at = start;
            return Ok(None);
        }
        Ok(Some((given.to_owned(), span)))
    }
}

fn is_identifier_char(c: char) -> bool {
    !c.is_whitespace() && !c.is_control() && !matches!(c, '"' | '(' | ')')
}

fn is_closing_sign(c: char) -> bool {
    matches!(c, ',' | ';' | ':' | '.' | '!' | '?' | '\'')
}

/// `wor**d` is `wor*d`.
fn collapse_stars(body: &str) -> String {
    let mut kept = String::with_capacity(body.len());
    for c in body.chars() {
        if c != '*' || !kept.ends_with('*') {
            kept.push(c);
        }
    }
    kept
}
