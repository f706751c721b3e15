//! Changes `papers.bib` in place.
//!
//! In: the text of a bibliography. Out: the same bytes but for the field that was set or the
//! entries that were added at the end: comments, order, unknown fields and white space are the
//! person's. A file that is no UTF-8 is not touched.

use std::path::{Path, PathBuf};

use biblatex::{Pair, RawBibliography};

use super::{Bibliography, FILE_NAME, raw_entries};
use crate::corpus::disk;

/// Why a bibliography could not be changed.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// It cannot be read.
    #[error("{}: cannot read the bibliography: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
    /// It is no UTF-8.
    #[error("{}: line {line} is not UTF-8: the bibliography is left as it is", path.display())]
    Encoding {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
    /// It cannot be written.
    #[error("{}: cannot write the bibliography: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The cause.
        source: std::io::Error,
    },
}

/// An entry to be added: fields in the order in which they are to stand, values in plain text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewEntry {
    /// `misc`, `article`, ...
    pub kind: String,
    /// Key; must be free.
    pub key: String,
    /// Names and values; a value is escaped for BibTeX when it is written.
    pub fields: Vec<(String, String)>,
}

/// The text of a bibliography.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BibText {
    text: String,
    changed: bool,
}

impl BibText {
    /// Reads the bibliography of a corpus folder; empty if there is none.
    ///
    /// # Errors
    /// If it is there and cannot be read, or is no UTF-8.
    pub fn load(corpus: &Path) -> Result<Self, EditError> {
        let path = corpus.join(FILE_NAME);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(source) => return Err(EditError::Read { path, source }),
        };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Self { text, changed: false }),
            Err(e) => {
                let before = &e.as_bytes()[..e.utf8_error().valid_up_to()];
                let line = 1 + before.iter().filter(|b| **b == b'\n').count();
                Err(EditError::Encoding { path, line })
            }
        }
    }

    /// Takes a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), changed: false }
    }

    /// The text as it stands.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// True if something was set or added.
    pub fn is_changed(&self) -> bool {
        self.changed
    }

    /// The entries as they stand.
    pub fn parse(&self) -> Bibliography {
        Bibliography::parse(&self.text)
    }

    /// Writes the text into a corpus folder, whole or not at all; nothing if nothing changed.
    ///
    /// # Errors
    /// If the folder cannot be written to.
    pub fn save(&mut self, corpus: &Path) -> Result<(), EditError> {
        if !self.changed {
            return Ok(());
        }
        let path = corpus.join(FILE_NAME);
        disk::write_whole(&path, self.text.as_bytes())
            .map_err(|source| EditError::Write { path, source })?;
        self.changed = false;
        Ok(())
    }

    /// Sets a field of an entry; returns whether the entry was found and can be read.
    ///
    /// A field that is there gets another value in its place, one that is not stands behind the
    /// last, indented as that one. Nothing else moves.
    pub fn set_field(&mut self, key: &str, name: &str, value: &str) -> bool {
        let Some(place) = self.place_of(key, name) else { return false };
        let value = escaped(name, value);
        match place {
            Place::Value(span) => {
                let inner = span.start + 1..span.end - 1;
                let quoted = self.text[span.clone()].starts_with('"');
                let delimited = quoted || self.text[span.clone()].starts_with('{');
                if delimited && self.text[inner.clone()] == value {
                    return true;
                }
                // A quote would end a value in quotes.
                match delimited && !(quoted && value.contains('"')) {
                    true => self.text.replace_range(inner, &value),
                    false => self.text.replace_range(span, &format!("{{{value}}}")),
                }
                self.changed = true;
            }
            Place::After { at, before, comma } => {
                let close = if comma { "" } else { "," };
                let field = format!("{close}{before}{name} = {{{value}}}");
                // Behind `value,` the new field takes the comma over.
                let (at, field) = match comma {
                    true => (at + 1, format!("{field},")),
                    false => (at, field),
                };
                self.text.insert_str(at, &field);
                self.changed = true;
            }
        }
        true
    }

    fn place_of(&self, key: &str, name: &str) -> Option<Place> {
        for raw in raw_entries(&self.text).into_iter().filter(|r| r.closed) {
            if matches!(raw.kind.as_str(), "comment" | "preamble" | "string") {
                continue;
            }
            let source = &self.text[raw.span.clone()];
            let Ok(parsed) = RawBibliography::parse(source) else { continue };
            let Some(entry) = parsed.entries.first().filter(|e| e.v.key.v == key) else {
                continue;
            };
            let base = raw.span.start;
            let fields = &entry.v.fields;
            if let Some(field) =
                fields.iter().find(|f| f.key.v.eq_ignore_ascii_case(name))
            {
                // Values joined with `#` are the person's own play with macros.
                if field.value.v.len() != 1 {
                    return None;
                }
                return whole_value(source, field)
                    .map(|span| Place::Value(span.start + base..span.end + base));
            }
            let Some(last) = fields.last() else {
                // `@misc{key}` or `@misc{key,}`
                let at = base + entry.v.key.span.end;
                let comma = self.text[at..].starts_with(',');
                return Some(Place::After { at, before: "\n  ".into(), comma });
            };
            // The parser's span takes the white space behind a value in.
            let at = base + trimmed(source, &last.value.span).end;
            let comma = self.text[at..].trim_start().starts_with(',');
            let at = match comma {
                true => at + self.text[at..].find(',').unwrap_or(0),
                false => at,
            };
            let before = lead_of(source, last.key.span.start);
            return Some(Place::After { at, before, comma });
        }
        None
    }

    /// Adds a piece of BibTeX at the end as it is, an empty line before it.
    pub fn append_source(&mut self, source: &str) {
        let end = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        if !self.text.is_empty() {
            if !self.text.ends_with('\n') {
                self.text.push_str(end);
            }
            self.text.push_str(end);
        }
        self.text.push_str(source.trim_end());
        self.text.push_str(end);
        self.changed = true;
    }

    /// Adds entries at the end, after `heading` as a comment if there is one.
    pub fn append(&mut self, heading: Option<&str>, entries: &[NewEntry]) {
        if entries.is_empty() {
            return;
        }
        let end = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        if !self.text.is_empty() && !self.text.ends_with('\n') {
            self.text.push_str(end);
        }
        if let Some(heading) = heading {
            if !self.text.is_empty() {
                self.text.push_str(end);
            }
            // An `@` in a comment would begin an entry for some readers.
            let heading = heading.replace(['\n', '\r'], " ").replace('@', "(at)");
            self.text.push_str(&format!("% ---- {heading} ----{end}"));
        }
        for entry in entries {
            if !self.text.is_empty() {
                self.text.push_str(end);
            }
            self.text.push_str(&entry.render().replace('\n', end));
        }
        self.changed = true;
    }
}

enum Place {
    /// A value that is there, with its braces or quotes.
    Value(std::ops::Range<usize>),
    /// Behind the last field: at its end, or at the comma behind it.
    After { at: usize, before: String, comma: bool },
}

/// A span without the white space at its end.
fn trimmed(source: &str, span: &std::ops::Range<usize>) -> std::ops::Range<usize> {
    span.start..span.start + source[span.clone()].trim_end().len()
}

/// A value with its braces or quotes, or a number; nothing for a macro, which is the person's own.
fn whole_value(source: &str, field: &Pair<'_>) -> Option<std::ops::Range<usize>> {
    let span = trimmed(source, &field.value.span);
    let value = &source[span.clone()];
    let within = |open, close| {
        value.len() > 1 && value.starts_with(open) && value.ends_with(close)
    };
    let number = !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    (within('{', '}') || within('"', '"') || number).then_some(span)
}

/// The line break and indent that stand before the last field, for a new one.
fn lead_of(source: &str, name_start: usize) -> String {
    let line = source[..name_start].rfind('\n').map_or(0, |i| i + 1);
    let indent = &source[line..name_start];
    if line == 0 || !indent.chars().all(char::is_whitespace) {
        return " ".into();
    }
    let cr = source[..line].ends_with("\r\n");
    format!("{}{indent}", if cr { "\r\n" } else { "\n" })
}

impl NewEntry {
    /// A field; nothing if the value is empty.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        let value = value.into();
        if !value.trim().is_empty() {
            self.fields.push((name.into(), value));
        }
        self
    }

    /// The entry in BibTeX, names of fields aligned, with a line break at its end.
    pub fn render(&self) -> String {
        let width = self.fields.iter().map(|(n, _)| n.len()).max().unwrap_or(0);
        let mut text = format!("@{}{{{}", self.kind, self.key);
        for (name, value) in &self.fields {
            text.push_str(&format!(",\n  {name:width$} = {{{}}}", escaped(name, value)));
        }
        text.push_str("\n}\n");
        text
    }
}

/// A value in BibTeX: on one line, braces in balance, TeX's special characters escaped where the
/// field is text.
pub fn escaped(name: &str, value: &str) -> String {
    /// What BibLaTeX takes as it stands.
    const VERBATIM: [&str; 5] = ["file", "url", "doi", "eprint", "pdf"];
    let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
    let value = balanced(&value);
    if VERBATIM.contains(&name.to_lowercase().as_str()) {
        return value;
    }
    let mut out = String::new();
    let mut rest = value.as_str();
    while let Some(c) = rest.chars().next() {
        let behind = &rest[c.len_utf8()..];
        rest = behind;
        match c {
            '\\' => {
                // Plain text has no commands; outside formulas a backslash is noise.
                let Some(next) = behind.chars().next() else { break };
                if "&%#_${}\\".contains(next) {
                    out.extend([c, next]);
                    rest = &behind[next.len_utf8()..];
                }
            }
            '$' => match formula(behind) {
                Some(inner) => {
                    out.push_str(&format!("${inner}$"));
                    rest = &behind[inner.len() + 1..];
                }
                None => out.push_str("\\$"),
            },
            '&' | '%' | '#' | '_' => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// The inside of the formula that a dollar sign before `text` opens; nothing if the sign is money.
///
/// As in Pandoc, no white space stands beside the signs on the inside: `$5 to $9` are prices. Braces
/// are in balance inside, or a reader would take one of them for the field's own, and the closing
/// sign is not escaped.
fn formula(text: &str) -> Option<&str> {
    let inner = &text[..text.find('$')?];
    let space = |c: char| c.is_whitespace();
    let fits = !inner.is_empty() && !inner.starts_with(space) && !inner.ends_with(space);
    (fits && in_balance(inner)).then_some(inner)
}

/// True if each brace has its partner, in order, and no backslash hangs at the end.
fn in_balance(value: &str) -> bool {
    let (mut depth, mut escape) = (0i32, false);
    for c in value.chars() {
        match c {
            _ if escape => escape = false,
            '\\' => escape = true,
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    depth == 0 && !escape
}

fn balanced(value: &str) -> String {
    match in_balance(value) {
        true => value.into(),
        false => value.replace(['{', '}'], "").trim_end_matches('\\').into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINE: &str = "% my list\n@Article{ a1 ,\n\ttitle =  \"A {Title}\" ,\n\tODD_field={x, {y} = z} % keep\n}\n\nloose text\n@misc{b2, title={B}, year=2020}\n@misc{c3,\n  title   = {C},\n  note    = {n},\n}\n";

    fn check(key: &str, name: &str, value: &str, from: &str, to: &str) {
        let mut bib = BibText::new(MINE);
        assert!(bib.set_field(key, name, value), "{key} {name}");
        assert_eq!(bib.as_str(), MINE.replacen(from, to, 1), "{key} {name}");
        let entries = bib.parse();
        assert_eq!(entries.faults, [], "{}", bib.as_str());
        assert_eq!(entries.entries.len(), 3);
    }

    #[test]
    fn a_field_is_set_and_nothing_else_moves() {
        check("a1", "file", "p/a.pdf", "= z}", "= z},\n\tfile = {p/a.pdf}");
        check("a1", "title", "New & Old", "A {Title}", "New \\& Old");
        check("b2", "doi", "10.1/x_y", "year=2020", "year=2020, doi = {10.1/x_y}");
        check("b2", "title", "D", "{B}", "{D}");
        check("c3", "note", "m", "{n}", "{m}");
        check("c3", "eprint", "1", "{n},", "{n},\n  eprint = {1},");
    }

    #[test]
    fn what_cannot_be_read_is_left() {
        let mut bib = BibText::new("@misc{open, title = {x\n");
        assert!(!bib.set_field("open", "doi", "1"));
        assert!(!bib.set_field("none", "doi", "1"));
        assert!(!bib.is_changed());
    }

    #[test]
    fn entries_are_added_at_the_end() {
        let mut bib = BibText::new("@misc{a, title={A}}");
        let entry = NewEntry { kind: "misc".into(), key: "b".into(), fields: vec![] }
            .with("title", "50% of {AI} & $x_1$ a_b")
            .with("note", "")
            .with("eprint", "2309.10020");
        bib.append(Some("Cited by a"), &[entry]);
        expect_test::expect![[r#"
            @misc{a, title={A}}

            % ---- Cited by a ----

            @misc{b,
              title  = {50\% of {AI} \& $x_1$ a\_b},
              eprint = {2309.10020}
            }
        "#]]
        .assert_eq(bib.as_str());
        let b = &bib.parse().entries[1];
        assert_eq!(b.arxiv.as_deref(), Some("2309.10020"));
    }

    #[test]
    fn windows_line_ends_stay() {
        let mut bib = BibText::new("@misc{a,\r\n  title={A}\r\n}\r\n");
        assert!(bib.set_field("a", "doi", "10.1/x"));
        bib.append(
            None,
            &[NewEntry { kind: "misc".into(), key: "b".into(), fields: vec![] }],
        );
        assert_eq!(
            bib.as_str(),
            "@misc{a,\r\n  title={A},\r\n  doi = {10.1/x}\r\n}\r\n\r\n@misc{b\r\n}\r\n"
        );
    }

    #[test]
    fn a_value_in_quotes_and_a_number_are_set() {
        let source = "@misc{a, title = \"A\", year = 2020, month = jan}";
        for (name, value, want) in [
            ("title", "B", source.replace("\"A\"", "\"B\"")),
            ("title", "the \"B\"", source.replace("\"A\"", "{the \"B\"}")),
            ("year", "2021", source.replace("2020", "{2021}")),
        ] {
            let mut bib = BibText::new(source);
            assert!(bib.set_field("a", name, value), "{name} {value}");
            assert_eq!(bib.as_str(), want);
            assert_eq!(bib.parse().faults, []);
        }
        let mut bib = BibText::new(source);
        assert!(!bib.set_field("a", "month", "2"), "a macro is the person's own");
    }

    #[test]
    fn dollars_are_formulas_or_money() {
        for (value, want) in [
            ("an $x_1$ b_c", "an $x_1$ b\\_c"),
            ("from $5 to $9", "from \\$5 to \\$9"),
            ("$5 and $y$", "\\$5 and $y$"),
            ("$a\\$ b", "\\$a\\$ b"),
            ("$${", "\\$\\$"),
            ("{$}$", "{\\$}\\$"),
            ("{$a}{b$}", "{\\$a}{b\\$}"),
            ("\\frac $\\frac{1}{2}$", "frac $\\frac{1}{2}$"),
        ] {
            assert_eq!(escaped("title", value), want, "{value}");
        }
    }

    /// Sets a field of the third entry and demands that every entry is read, that the letters of
    /// the value come back, and that nothing beside the value moved.
    fn reads_back(name: &str, place: &str, value: &str) {
        let source = MINE.replace("note    = {n}", "note    = \"n\"");
        let mut bib = BibText::new(&*source);
        assert!(bib.set_field("c3", name, value));
        let read = bib.parse();
        assert_eq!(read.faults, [], "{}", bib.as_str());
        assert_eq!(read.entries.len(), 3, "{}", bib.as_str());
        let start = source.find(place).unwrap();
        assert!(bib.as_str().starts_with(&source[..start]));
        assert!(bib.as_str().ends_with(&source[start + place.len()..]));
        if name == "title" {
            let letters =
                |t: &str| t.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
            assert_eq!(letters(&read.entries[2].title), letters(value));
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(1024))]
        #[test]
        fn any_value_reads_back_and_the_rest_stays(
            value in proptest::prop_oneof!["[ -~äπ中]{0,40}", r#"[\\${}&%#_~^":a -]{0,16}"#]
        ) {
            reads_back("title", "{C}", &value);
            reads_back("note", "\"n\"", &value);
            let mut bib = BibText::new(MINE);
            for name in ["file", "url", "keywords", "x-evidence"] {
                proptest::prop_assert!(bib.set_field("c3", name, &value));
            }
            proptest::prop_assert_eq!(bib.parse().faults, [], "{}", bib.as_str());
        }
    }
}
