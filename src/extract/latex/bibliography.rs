//! The bibliography: `thebibliography` as BibTeX writes it, biblatex's .bbl, or the .bib itself.

use std::collections::BTreeMap;

use super::reader::Reader;
use super::token::{Source, Token, to_tex};
use crate::corpus::bib::{Bibliography, Entry};
use crate::extract::{Element, ElementKind, MarkedReference, prose};

/// How a reference is cited.
#[derive(Clone, Debug, Default)]
pub(super) struct Mark {
    /// Its number, or the label that its style gives it.
    pub label: String,
    /// Authors and year, in a style that cites by them.
    pub author_year: Option<(String, String)>,
    /// Authors, where known, in a style that cites by numbers.
    pub authors: Option<String>,
}

type Fields = Vec<(String, String)>;

impl Reader<'_> {
    /// Reads `thebibliography`.
    pub(super) fn bibliography_environment(&mut self, name: &str) {
        self.flush();
        self.stream.argument();
        self.heading();
        let tokens = self.until_end(name);
        let base = self.stream.enter();
        self.stream.push(tokens);
        while self.stream.next().is_some_and(|token| !token.is("bibitem")) {}
        while self.bibliography_item() {}
        self.stream.leave(base);
    }

    /// The heading that the class prints above its references, if the author has set none.
    fn heading(&mut self) {
        let known = |e: &Element| {
            matches!(e.kind, ElementKind::Heading(..))
                && ["references", "bibliography"]
                    .contains(&e.text.trim().to_lowercase().as_str())
        };
        if !self.out.last().is_some_and(known) && self.in_body {
            let text =
                super::reader::Text { text: "References".into(), cites: Vec::new() };
            self.element(ElementKind::Heading(1, None), text);
        }
    }

    /// Reads one item, its `\bibitem` having been taken; false at the end.
    fn bibliography_item(&mut self) -> bool {
        let label = self.stream.optional().map(|label| self.label_text(label));
        let key: String = to_tex(&self.stream.argument()).split_whitespace().collect();
        let mut tokens = Vec::new();
        let mut more = false;
        while let Some(token) = self.stream.next() {
            if token.is("bibitem") {
                more = true;
                break;
            }
            // Every block of an item is one text.
            tokens.push(if token == Token::Par { Token::Space } else { token });
        }
        let fields = info_fields(&tokens);
        let fields = fields
            .into_iter()
            .map(|(name, value)| (name, self.text_of(value).trimmed().to_owned()))
            .collect();
        let text = prose::squeeze(&self.text_of(tokens).text);
        if !key.is_empty() && !text.is_empty() {
            let number = self.references.len() + 1;
            let mark = mark_of(label.as_deref().unwrap_or_default(), number);
            self.add_reference(key, text, gathered(fields), mark);
        }
        more
    }

    fn label_text(&mut self, label: Vec<Token>) -> String {
        let mut tokens = Vec::with_capacity(label.len());
        let mut label = label.into_iter().peekable();
        while let Some(token) = label.next() {
            // natbib and the old author-year styles: `\citeauthoryear{full}{short}{year}`.
            if token.is("citeauthoryear") || token.is("citename@") {
                let rest: Vec<Token> = label.by_ref().collect();
                let groups = groups(&rest);
                if let [.., short, year] = &groups[..] {
                    tokens.extend(short.iter().cloned());
                    tokens.push(Token::Char('('));
                    tokens.extend(year.iter().cloned());
                    tokens.push(Token::Char(')'));
                }
            } else {
                tokens.push(token);
            }
        }
        prose::squeeze(&self.text_of(tokens).text)
    }

    fn add_reference(&mut self, key: String, text: String, fields: Fields, mark: Mark) {
        if self.learnt.marks.contains_key(&key)
            || self.references.len() >= self.limits.max_elements
        {
            return;
        }
        self.learnt.marks.insert(key.clone(), mark);
        self.references.push(MarkedReference { key, text, fields });
    }

    /// `\bibliography{a,b}`, `\addbibresource{a.bib}`, `\printbibliography`
    pub(super) fn bibliography_command(&mut self, name: &str) {
        if name != "printbibliography" {
            self.stream.optional();
            let files = to_tex(&self.stream.argument());
            self.bib_files.extend(files.split(',').map(|f| f.trim().to_owned()));
        } else {
            self.stream.optional();
        }
        if name == "addbibresource" {
            return;
        }
        self.flush();
        let Some((path, text)) =
            self.project.bbl().filter(|_| self.references.is_empty())
        else {
            return self.heading();
        };
        if text.contains("\\entry{") {
            self.heading();
            for (key, fields) in biblatex_entries(&text) {
                let fields: Fields = fields
                    .into_iter()
                    .map(|(name, value)| {
                        let tokens = super::token::tokens_of(&value);
                        (name, prose::squeeze(&self.text_of(tokens).text))
                    })
                    .collect();
                let text = composed(&fields);
                let mark = mark_from_fields(&fields, self.references.len() + 1);
                self.add_reference(key, text, fields, mark);
            }
        } else {
            self.stream.push_source(Source::new(path, text));
        }
    }

    /// Gives references the fields of the .bib; without a .bbl, makes them from it.
    pub(super) fn finish_bibliography(&mut self) {
        let mut entries: BTreeMap<String, Fields> = BTreeMap::new();
        for name in std::mem::take(&mut self.bib_files) {
            let Some((_, text)) = self.project.find(&name, "", &["", ".bib"]) else {
                continue;
            };
            for entry in Bibliography::parse(&text).entries {
                entries.entry(entry.key.clone()).or_insert_with(|| fields_of(&entry));
            }
        }
        for reference in &mut self.references {
            if let Some(fields) = entries.get(&reference.key) {
                reference.fields = fields.clone();
            }
        }
        for reference in &self.references {
            let Some(mark) = self.learnt.marks.get_mut(&reference.key) else { continue };
            mark.authors = short_authors(&reference.fields);
        }
        if !self.references.is_empty() {
            return;
        }
        for key in std::mem::take(&mut self.cited) {
            if let Some(fields) = entries.get(&key) {
                let mark = mark_from_fields(fields, self.references.len() + 1);
                self.add_reference(key, composed(fields), fields.clone(), mark);
            }
        }
    }
}

/// Reads a label: `Lee et al.(2020)Lee, Li` of natbib, `ABC20`, a number, or nothing.
fn mark_of(label: &str, number: usize) -> Mark {
    let year_at = label.find('(').filter(|&at| {
        let year: String = label[at + 1..].chars().take_while(|c| *c != ')').collect();
        year.get(..4).is_some_and(|y| y.bytes().all(|b| b.is_ascii_digit()))
            || year.starts_with("n.d")
    });
    match year_at {
        Some(at) => {
            let authors = label[..at].trim().to_owned();
            let year = label[at + 1..].chars().take_while(|c| *c != ')').collect();
            Mark {
                label: number.to_string(),
                author_year: Some((authors, year)),
                authors: None,
            }
        }
        None if label.is_empty() => Mark { label: number.to_string(), ..Mark::default() },
        None => Mark { label: label.to_owned(), ..Mark::default() },
    }
}

fn mark_from_fields(fields: &Fields, number: usize) -> Mark {
    let label = number.to_string();
    let year = field(fields, "year").map(str::to_owned);
    let authors = short_authors(fields);
    Mark { label, author_year: authors.clone().zip(year), authors }
}

fn field<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
}

/// `Lee`, `Lee and Li`, `Lee et al.`
fn short_authors(fields: &Fields) -> Option<String> {
    let authors = field(fields, "author")?;
    let names: Vec<&str> = authors.split(" and ").collect();
    let last = |name: &&str| name.rsplit(' ').next().unwrap_or_default().to_owned();
    Some(match &names[..] {
        [] => return None,
        [one] => last(one),
        [one, two] => format!("{} and {}", last(one), last(two)),
        [first, ..] => format!("{} et al.", last(first)),
    })
}

fn fields_of(entry: &Entry) -> Fields {
    let mut out = Fields::new();
    let mut put = |name: &str, value: Option<String>| {
        out.extend(value.filter(|v| !v.is_empty()).map(|value| (name.to_owned(), value)));
    };
    put("author", Some(entry.authors.join(" and ")));
    put("title", Some(entry.title.clone()));
    put("year", entry.year.map(|year| year.to_string()));
    put("venue", entry.venue.clone());
    put("eprint", entry.arxiv.clone());
    put("doi", entry.doi.clone());
    put("url", entry.url.clone());
    out
}

/// Writes a reference from its fields.
fn composed(fields: &Fields) -> String {
    let mut out = field(fields, "author").unwrap_or_default().replace(" and ", ", ");
    let mut add = |before: &str, value: Option<&str>| {
        if let Some(value) = value {
            if !out.is_empty() {
                out.push_str(if out.ends_with('.') { " " } else { ". " });
            }
            out.push_str(before);
            out.push_str(value);
        }
    };
    add("", field(fields, "title"));
    add("", field(fields, "venue"));
    add("", field(fields, "year"));
    add("arXiv:", field(fields, "eprint"));
    add("doi:", field(fields, "doi"));
    out
}

/// The groups at the top level of `tokens`.
fn groups(tokens: &[Token]) -> Vec<Vec<Token>> {
    let mut out: Vec<Vec<Token>> = Vec::new();
    let mut depth = 0usize;
    for token in tokens {
        match token {
            Token::Open if depth == 0 => {
                out.push(Vec::new());
                depth = 1;
                continue;
            }
            Token::Open => depth += 1,
            Token::Close => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > 0
            && let Some(last) = out.last_mut()
        {
            last.push(token.clone());
        }
    }
    out
}

/// Fields that the styles of REVTeX and ACM mark in the text: `\bibinfo{year}{2020}`.
fn info_fields(tokens: &[Token]) -> Vec<(String, Vec<Token>)> {
    let mut out = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if !token.is("bibinfo") && !token.is("showarticletitle") {
            continue;
        }
        let near = &tokens[index + 1..tokens.len().min(index + 400)];
        let groups = groups(near);
        if let [name, value, ..] = &groups[..] {
            out.push((to_tex(name).trim().to_owned(), value.clone()));
        }
    }
    out
}

/// Brings the names of [`info_fields`] to those of BibTeX; authors are joined.
fn gathered(fields: Fields) -> Fields {
    let mut out = Fields::new();
    let mut authors: Vec<String> = Vec::new();
    for (name, value) in fields {
        let value = prose::squeeze(&value);
        let name = match name.as_str() {
            "author" | "person" => {
                authors.push(value);
                continue;
            }
            "journal" | "booktitle" => "venue",
            name @ ("title" | "year" | "doi" | "eprint" | "volume" | "pages") => name,
            _ => continue,
        };
        if field(&out, name).is_none() && !value.is_empty() {
            out.push((name.to_owned(), value));
        }
    }
    if !authors.is_empty() {
        out.insert(0, ("author".to_owned(), authors.join(" and ")));
    }
    out
}

/// Reads the entries of a .bbl that biber wrote.
fn biblatex_entries(text: &str) -> Vec<(String, Fields)> {
    let mut out = Vec::new();
    for piece in text.split("\\entry{").skip(1) {
        let piece = piece.split("\\endentry").next().unwrap_or(piece);
        let Some((key, rest)) = piece.split_once('}') else { continue };
        let mut fields = Fields::new();
        let names: Vec<String> = rest
            .split("\\name{author}")
            .nth(1)
            .map(|names| names.split("\\field{").next().unwrap_or(names))
            .map(|names| names.split("\\strng{").next().unwrap_or(names))
            .into_iter()
            .flat_map(|names| names.split("family={").skip(1))
            .map(|person| {
                let family = braced(person);
                let given =
                    person.split("given={").nth(1).map(braced).unwrap_or_default();
                format!("{given} {family}").trim().to_owned()
            })
            .collect();
        if !names.is_empty() {
            fields.push(("author".into(), names.join(" and ")));
        }
        for (theirs, ours) in [
            ("title", "title"),
            ("year", "year"),
            ("journaltitle", "venue"),
            ("booktitle", "venue"),
            ("eprint", "eprint"),
        ] {
            let value = rest.split(&format!("\\field{{{theirs}}}{{")).nth(1).map(braced);
            if let Some(value) = value.filter(|_| field(&fields, ours).is_none()) {
                fields.push((ours.to_owned(), value));
            }
        }
        let doi =
            rest.split("\\verb{doi}").nth(1).and_then(|doi| doi.split("\\verb ").nth(1));
        if let Some(doi) = doi.and_then(|doi| doi.lines().next()) {
            fields.push(("doi".into(), doi.trim().to_owned()));
        }
        out.push((key.to_owned(), fields));
    }
    out
}

/// The text up to the brace that closes one already open.
fn braced(text: &str) -> String {
    let mut depth = 0usize;
    for (at, c) in text.char_indices().take(20_000) {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => return text[..at].to_owned(),
            '}' => depth -= 1,
            _ => {}
        }
    }
    String::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_with_and_without_a_year() {
        let year = |label| mark_of(label, 1).author_year.map(|(_, year)| year);
        assert_eq!(year("Lee et al.(2020)Lee, Li").as_deref(), Some("2020"));
        assert_eq!(year("Lee(n.d.)").as_deref(), Some("n.d."));
        assert_eq!(year("Lee(年年年)"), None);
        assert_eq!(year("Lee(20"), None);
    }
}
