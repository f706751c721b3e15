//! Collections: one JSON document a line.
//!
//! In: any reader. Out: an iterator of [`Record`]s that holds one line at a time. A broken line is a
//! [`LineFault`] with its number and the rest goes on; a line past the limit is skipped without being
//! held. Knows the forms of BEIR (`_id`, `title`, `text`, `metadata`), of arXiv's metadata dump
//! (`abstract`, `journal-ref`, `update_date`, `authors_parsed`) and of plain exports.

use std::borrow::Cow;
use std::io::{self, BufRead, Read};

use serde::Deserialize;
use thiserror::Error;

use super::input::Limits;
use super::{Element, ElementKind, ExtractError, Fault, Info, Marked, Markup};
use super::{markdown, prose};
use crate::corpus::ids;

mod value;

use value::{Fields, Value};

/// Bytes of the longest line that is read.
pub const MAX_LINE: u64 = 16 << 20;

/// The mark that some programs put before UTF-8.
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// One document of a collection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// Its line, from 1.
    pub line: u64,
    /// What it states about itself; [`Info::key`] is its id, if it has one.
    pub info: Info,
    /// Its text; empty where the record has an abstract alone.
    pub text: String,
}

/// Why a line gave no record.
#[derive(Debug, Error)]
pub enum LineFault {
    /// It is not JSON.
    #[error("line {line}: not valid JSON (column {column})")]
    Syntax {
        /// The line, from 1.
        line: u64,
        /// The column, from 1.
        column: usize,
    },
    /// It is JSON, but no object.
    #[error("line {line}: not a JSON object")]
    NoObject {
        /// The line, from 1.
        line: u64,
    },
    /// It has neither title nor text.
    #[error("line {line}: neither title nor text")]
    NoText {
        /// The line, from 1.
        line: u64,
    },
    /// It is longer than [`MAX_LINE`].
    #[error("line {line}: longer than {limit} bytes")]
    TooLong {
        /// The line, from 1.
        line: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The file cannot be read further; the last item of the iterator.
    #[error("line {line}: {source}")]
    Io {
        /// The line, from 1.
        line: u64,
        /// Why.
        source: io::Error,
    },
}

/// Reads the records of a collection, one line at a time.
pub fn records(reader: impl BufRead) -> Records<impl BufRead> {
    Records { reader, line: 0, buffer: Vec::new(), done: false }
}

/// Iterator over the records of a collection: see [`records`].
#[derive(Debug)]
pub struct Records<R> {
    reader: R,
    line: u64,
    buffer: Vec<u8>,
    done: bool,
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = Result<Record, LineFault>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            self.line += 1;
            self.buffer.clear();
            match read_line(&mut self.reader, &mut self.buffer) {
                Err(source) => {
                    self.done = true;
                    return Some(Err(LineFault::Io { line: self.line, source }));
                }
                Ok(0) => {
                    self.done = true;
                    return None;
                }
                Ok(_) => {}
            }
            let line = self.buffer.strip_suffix(b"\n").unwrap_or(&self.buffer);
            if !line.strip_prefix(BOM).unwrap_or(line).trim_ascii().is_empty() {
                return Some(record(line, self.line));
            }
        }
        None
    }
}

/// Appends the next line to `buffer`, with a line feed whether or not the file has one there.
///
/// Returns the bytes that it takes up in the file; 0 at the end. What is past [`MAX_LINE`] is
/// skipped without being held.
pub fn read_line(reader: &mut impl BufRead, buffer: &mut Vec<u8>) -> io::Result<u64> {
    let start = buffer.len();
    let mut n = reader.by_ref().take(MAX_LINE + 1).read_until(b'\n', buffer)? as u64;
    if n > MAX_LINE && !buffer.ends_with(b"\n") {
        n += reader.skip_until(b'\n')? as u64;
    }
    if buffer.len() > start && !buffer.ends_with(b"\n") {
        buffer.push(b'\n');
    }
    Ok(n)
}

/// Reads the id of the record on a line, and nothing else of it; none if it has none, or if the
/// line is no record.
pub fn id_of(bytes: &[u8]) -> Option<String> {
    /// The names that [`record`] knows, in its order.
    #[derive(Deserialize)]
    struct Ids<'a> {
        #[serde(rename = "_id", borrow)]
        first: Option<Value<'a>>,
        #[serde(borrow)]
        id: Option<Value<'a>>,
        #[serde(borrow)]
        key: Option<Value<'a>>,
        #[serde(borrow)]
        docid: Option<Value<'a>>,
    }
    let text = text_of(bytes);
    // A name that comes twice is refused here, and not by `record`.
    let ids: Option<Ids<'_>> = serde_json::from_str(text.trim()).ok();
    let named = ids.as_ref().map(|ids| [&ids.first, &ids.id, &ids.key, &ids.docid]);
    match named.into_iter().flatten().find_map(|value| present(value.as_ref())) {
        Some(id) => scalar(id).map(|id| prose::squeeze(&id)),
        // It may stand further in.
        None => record(bytes, 0).ok()?.info.key,
    }
}

/// Reads the record on a line.
pub fn record(bytes: &[u8], line: u64) -> Result<Record, LineFault> {
    if bytes.len() as u64 > MAX_LINE {
        return Err(LineFault::TooLong { line, limit: MAX_LINE });
    }
    let text = text_of(bytes);
    let value: Value<'_> = serde_json::from_str(text.trim())
        .map_err(|error| LineFault::Syntax { line, column: error.column() })?;
    let Value::Object(fields) = value else { return Err(LineFault::NoObject { line }) };
    let record = from_fields(&fields, line);
    if record.text.is_empty()
        && record.info.title.is_none()
        && record.info.abstract_text.is_none()
    {
        return Err(LineFault::NoText { line });
    }
    Ok(record)
}

/// The text of a line. A record from a file in another encoding loses its odd bytes, not its place.
fn text_of(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    // The check alone takes several bytes at once, the replacement looks at each.
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(bytes),
    }
}

fn from_fields(fields: &Fields<'_>, line: u64) -> Record {
    let inner = fields.get("metadata").and_then(Value::as_object);
    let field = |names: &[&str]| {
        let here = names.iter().find_map(|name| present(fields.get(name)));
        here.or_else(|| names.iter().find_map(|name| present(inner?.get(name))))
    };
    let string =
        |names: &[&str]| field(names).and_then(scalar).map(|s| prose::squeeze(&s));
    let key = string(&["_id", "id", "key", "docid"]);
    let date = ["year", "published", "date", "update_date", "listed"]
        .iter()
        .find_map(|name| string(&[name]).as_deref().and_then(prose::year_in));
    let info = Info {
        title: string(&["title"]),
        authors: field(&["authors_parsed"])
            .and_then(parsed_authors)
            .or_else(|| field(&["authors", "author"]).map(authors))
            .unwrap_or_default(),
        abstract_text: string(&["abstract", "summary"]),
        year: first_version_year(field(&["versions"])).or(date),
        venue: string(&["venue", "journal", "journal-ref", "journal_ref"]),
        arxiv: string(&["arxiv", "arxiv_id", "eprint"])
            .or_else(|| key.clone())
            .as_deref()
            .and_then(ids::arxiv_id),
        doi: string(&["doi"]).as_deref().and_then(ids::doi),
        lang: string(&["lang", "language"]),
        licence: string(&["licence", "license"]),
        categories: field(&["categories", "topics"]).map(categories).unwrap_or_default(),
        key,
        topic: None,
    };
    let text = field(&["text", "body", "content"]).map(paragraphs).unwrap_or_default();
    Record { line, info, text }
}

fn present<'v, 'a>(value: Option<&'v Value<'a>>) -> Option<&'v Value<'a>> {
    value.filter(|value| match value {
        Value::Literal(None) => false,
        Value::String(s) => !s.trim().is_empty(),
        Value::Array(list) => !list.is_empty(),
        _ => true,
    })
}

fn scalar<'v>(value: &'v Value<'_>) -> Option<Cow<'v, str>> {
    match value {
        Value::Array(list) => list.first().and_then(scalar_leaf),
        other => scalar_leaf(other),
    }
}

fn scalar_leaf<'v>(value: &'v Value<'_>) -> Option<Cow<'v, str>> {
    match value {
        Value::String(s) => Some(Cow::Borrowed(s)),
        Value::Number(n) => Some(Cow::Owned(n.to_string())),
        _ => None,
    }
}

/// A text, or a list of paragraphs; paragraphs are parted by a blank line.
fn paragraphs(value: &Value<'_>) -> String {
    match value {
        Value::Array(list) => {
            list.iter().filter_map(scalar_leaf).collect::<Vec<_>>().join("\n\n")
        }
        other => scalar(other).unwrap_or_default().into_owned(),
    }
}

fn authors(value: &Value<'_>) -> Vec<String> {
    let Value::Array(list) = value else {
        return scalar(value).map(|line| prose::split_authors(&line)).unwrap_or_default();
    };
    let names = list.iter().filter_map(author).map(|name| prose::squeeze(&name));
    names.filter(|name| !name.is_empty()).collect()
}

/// A name, or its parts.
fn author<'v>(value: &'v Value<'_>) -> Option<Cow<'v, str>> {
    let Value::Object(person) = value else { return scalar_leaf(value) };
    let part = |name: &str| person.get(name).and_then(scalar).unwrap_or_default();
    person.get("name").and_then(scalar).or_else(|| {
        let first = [part("first"), part("given")].concat();
        Some(format!("{first} {}", [part("last"), part("family")].concat()).into())
    })
}

/// arXiv's own split: `[["Last", "First", "Jr", ...], ...]`.
fn parsed_authors(value: &Value<'_>) -> Option<Vec<String>> {
    let person = |value: &Value<'_>| {
        let parts: Vec<&str> =
            value.as_array()?.iter().filter_map(Value::as_str).collect();
        let (last, first) = (parts.first()?, parts.get(1).copied().unwrap_or_default());
        let junior = parts.get(2).copied().unwrap_or_default();
        Some(prose::squeeze(&format!("{first} {last} {junior}")))
    };
    value.as_array()?.iter().map(person).collect()
}

/// Year of the first of arXiv's `versions`.
fn first_version_year(versions: Option<&Value<'_>>) -> Option<i32> {
    let first = versions?.as_array()?.first()?;
    prose::year_in(first.as_object()?.get("created")?.as_str()?)
}

/// A list, or arXiv's string of names parted by blanks.
fn categories(value: &Value<'_>) -> Vec<String> {
    match value {
        Value::Array(list) => {
            let split =
                |s: Cow<'_, str>| s.split(';').map(prose::squeeze).collect::<Vec<_>>();
            list.iter().filter_map(scalar_leaf).flat_map(split).collect()
        }
        Value::String(s) if s.contains(',') || s.contains(';') => {
            s.split([',', ';']).map(prose::squeeze).filter(|c| !c.is_empty()).collect()
        }
        other => scalar(other)
            .map(|s| s.split_whitespace().map(str::to_owned).collect())
            .unwrap_or_default(),
    }
}

impl Record {
    /// Gives the record as a document of its own.
    pub fn into_marked(self) -> Marked {
        let mut elements = markdown::front_elements(&self.info);
        let pieces =
            self.text.split("\n\n").map(prose::squeeze).filter(|p| !p.is_empty());
        elements.extend(pieces.map(|text| Element { text, ..Element::default() }));
        Marked {
            markup: Markup::Elements,
            elements,
            info: self.info,
            ..Marked::default()
        }
    }
}

/// Reads a whole collection as one document, each record below a heading.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Marked, ExtractError> {
    let mut out = Marked::default();
    for item in records(bytes) {
        if out.elements.len() >= limits.max_elements || out.faults.len() >= 1000 {
            let what = format!("only the first {} elements are read", out.elements.len());
            out.faults.push(Fault { page: None, what });
            break;
        }
        match item {
            Err(fault) => out.faults.push(Fault { page: None, what: fault.to_string() }),
            Ok(mut record) => {
                let line = record.line;
                let key = record.info.key.clone();
                let title = record.info.title.take().or(key);
                out.elements.push(Element {
                    kind: ElementKind::Heading(1, None),
                    text: title.unwrap_or_else(|| format!("line {line}")),
                    label: record.info.key.clone(),
                    ..Element::default()
                });
                out.elements.extend(record.into_marked().elements);
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_they_are_written() {
        let line = br#"{"id":7,"title":"a","title":"\u00e9t\u00e9\n \"b\"","abs\u0074ract":["x y"],
            "authors":[{"given":"Ann","family":"Lee"},"Bo",3],"year":null,"metadata":{"year":"2021"}}"#;
        let Record { info, text, .. } = record(line, 1).unwrap();
        assert_eq!(info.key.as_deref(), Some("7"));
        assert_eq!(info.title.as_deref(), Some("été \"b\""));
        assert_eq!(info.abstract_text.as_deref(), Some("x y"));
        assert_eq!(info.authors, ["Ann Lee", "Bo", "3"]);
        assert_eq!((info.year, text.as_str()), (Some(2021), ""));
        let deep =
            format!("{{\"title\":\"a\",\"x\":{}1{}}}", "[".repeat(200), "]".repeat(200));
        assert!(matches!(
            record(deep.as_bytes(), 3),
            Err(LineFault::Syntax { line: 3, .. })
        ));
    }
}
