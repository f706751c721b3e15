//! Bibliographies of other programs: BibTeX with attachments, RIS, CSL-JSON.
//!
//! In: text. Out: [`Imported`] entries, BibTeX ones with their own bytes, so that fields that
//! citemap does not know come along. A record that cannot be read is a fault, and the rest goes on.

use serde_json::Value;

use super::bib::{Bibliography, Entry, NewEntry};
use super::identity::{plain_key, surname, title_letters};
use super::ids::{arxiv_id, arxiv_of_doi, plain_doi};

/// An entry of another program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportedEntry {
    /// What it states.
    pub entry: Entry,
    /// Its BibTeX: the bytes of a .bib, else made.
    pub source: String,
}

/// A bibliography of another program.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Entries in order.
    pub entries: Vec<ImportedEntry>,
    /// `@string` pieces that the entries may use.
    pub strings: Vec<String>,
    /// What could not be read: the number of the line or record, and why.
    pub faults: Vec<(usize, String)>,
}

/// The form of a bibliography.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BibForm {
    /// BibTeX or BibLaTeX.
    Bibtex,
    /// RIS.
    Ris,
    /// CSL-JSON: an array, or an object with `items`.
    CslJson,
}

impl BibForm {
    /// The form that a file's ending tells.
    pub fn of_ending(ending: &str) -> Option<Self> {
        match ending {
            "bib" | "bibtex" | "biblatex" => Some(Self::Bibtex),
            "ris" => Some(Self::Ris),
            "json" => Some(Self::CslJson),
            _ => None,
        }
    }

    /// The form that a text's beginning tells.
    pub fn of_text(text: &str) -> Option<Self> {
        let start = text.trim_start_matches('\u{feff}').trim_start();
        let is_entry = |s: &str| {
            s.strip_prefix('@')
                .is_some_and(|s| s.starts_with(|c: char| c.is_alphabetic()))
        };
        match start {
            s if is_entry(s) => Some(Self::Bibtex),
            s if s.starts_with("TY  -") => Some(Self::Ris),
            s if s.starts_with('[') || s.starts_with('{') => Some(Self::CslJson),
            s if s.starts_with('%') && s.contains("\n@") => Some(Self::Bibtex),
            _ => None,
        }
    }
}

/// Reads a bibliography.
pub fn read(form: BibForm, text: &str) -> Imported {
    let text = text.trim_start_matches('\u{feff}');
    match form {
        BibForm::Bibtex => bibtex(text),
        BibForm::Ris => ris(text),
        BibForm::CslJson => csl_json(text),
    }
}

fn bibtex(text: &str) -> Imported {
    let read = Bibliography::parse(text);
    let faults = read.faults.into_iter().map(|f| (f.line, f.what)).collect();
    let entries = read.entries.into_iter().map(|entry| {
        let source = text[entry.span.clone()].to_string();
        ImportedEntry { entry, source }
    });
    let entries = entries.collect();
    Imported { entries, strings: super::bib::strings(text), faults }
}

fn made(new: NewEntry) -> Option<ImportedEntry> {
    let source = new.render();
    let entry = Bibliography::parse(&source).entries.into_iter().next()?;
    Some(ImportedEntry { entry, source: source.trim_end().to_string() })
}

fn ris(text: &str) -> Imported {
    let mut out = Imported::default();
    let mut fields: Vec<(String, String)> = Vec::new();
    let mut open = None;
    for (n, line) in text.lines().enumerate() {
        let tag = line.get(..2).filter(|_| {
            line.get(2..5).is_some_and(|s| s.trim_end() == "  -" || s.trim() == "-")
        });
        let Some(tag) = tag else {
            // A value that goes on.
            if let Some((_, value)) = fields.last_mut()
                && !line.trim().is_empty()
            {
                value.push(' ');
                value.push_str(line.trim());
            }
            continue;
        };
        let value = line.get(5..).unwrap_or_default().trim().to_string();
        match tag {
            "TY" => {
                fields = vec![(tag.into(), value)];
                open = Some(n + 1);
            }
            "ER" => {
                match made(ris_entry(&fields)) {
                    Some(entry) if open.is_some() => out.entries.push(entry),
                    _ => out.faults.push((n + 1, "a record that says nothing".into())),
                }
                fields.clear();
                open = None;
            }
            _ if open.is_some() => fields.push((tag.into(), value)),
            _ => {}
        }
    }
    if let Some(line) = open {
        out.faults.push((line, "a record without its end (`ER  -`)".into()));
    }
    out
}

fn ris_entry(fields: &[(String, String)]) -> NewEntry {
    let all = |tags: &[&str]| -> Vec<String> {
        let named =
            fields.iter().filter(|(t, v)| tags.contains(&t.as_str()) && !v.is_empty());
        named.map(|(_, v)| v.clone()).collect()
    };
    // The order of the tags is their order of trust.
    let first = |tags: &[&str]| tags.iter().find_map(|t| all(&[t]).into_iter().next());
    let kind = match first(&["TY"]).unwrap_or_default().as_str() {
        "JOUR" | "MGZN" | "EJOUR" => "article",
        "CPAPER" | "CONF" => "inproceedings",
        "BOOK" | "EBOOK" => "book",
        "CHAP" | "ECHAP" => "incollection",
        "THES" => "phdthesis",
        "RPRT" => "techreport",
        _ => "misc",
    };
    let files = all(&["L1", "L4"]).into_iter().map(|f| plain_file(&f));
    let year = first(&["PY", "Y1", "DA"]).unwrap_or_default();
    let note = all(&["M1", "N1", "UR", "AN"])
        .into_iter()
        .find(|v| v.to_lowercase().contains("arxiv"));
    let parts = Parts {
        key: first(&["ID", "LB"]),
        title: first(&["TI", "T1", "CT"]).unwrap_or_default(),
        authors: all(&["AU", "A1"]),
        year: year.chars().take(4).collect(),
        venue: first(&["T2", "JO", "JF", "JA", "BT"]),
        doi: first(&["DO"]),
        url: first(&["UR"]),
        abstract_text: first(&["AB", "N2"]),
        arxiv: note.and_then(|n| arxiv_id(&n)),
        files: files.collect(),
    };
    parts.entry(kind)
}

fn csl_json(text: &str) -> Imported {
    let mut out = Imported::default();
    let items = match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(items)) => items,
        Ok(Value::Object(mut object)) => match object.remove("items") {
            Some(Value::Array(items)) => items,
            _ => vec![Value::Object(object)],
        },
        Ok(_) => Vec::new(),
        Err(error) => {
            out.faults.push((error.line(), format!("no JSON: {error}")));
            return out;
        }
    };
    for (n, item) in items.iter().enumerate() {
        match item.is_object().then(|| csl_entry(item)).and_then(made) {
            Some(entry)
                if !entry.entry.title.is_empty()
                    || entry.entry.doi.is_some()
                    || entry.entry.arxiv.is_some() =>
            {
                out.entries.push(entry);
            }
            _ => {
                out.faults.push((n + 1, "an item without title, DOI and arXiv id".into()))
            }
        }
    }
    out
}

fn csl_entry(item: &Value) -> NewEntry {
    let text = |names: &[&str]| {
        let found = names.iter().find_map(|n| item.get(n))?;
        let text = match found {
            Value::String(s) => s.clone(),
            Value::Number(n) => n.to_string(),
            Value::Array(a) => a.first()?.as_str()?.to_string(),
            _ => return None,
        };
        (!text.trim().is_empty()).then_some(text)
    };
    let kind = match text(&["type", "itemType"]).unwrap_or_default().as_str() {
        "article-journal" | "journalArticle" | "article-magazine" => "article",
        "paper-conference" | "conferencePaper" => "inproceedings",
        "book" => "book",
        "chapter" | "bookSection" => "incollection",
        "thesis" => "phdthesis",
        "report" => "techreport",
        _ => "misc",
    };
    let people = item.get("author").or(item.get("creators")).and_then(Value::as_array);
    let part = |p: &Value, names: [&str; 2]| {
        let found = names.iter().find_map(|n| p.get(n)?.as_str());
        found.unwrap_or_default().to_string()
    };
    let name = |p: &Value| {
        let family = part(p, ["family", "lastName"]);
        let given = part(p, ["given", "firstName"]);
        let particle = part(p, ["non-dropping-particle", "dropping-particle"]);
        let family = format!("{particle} {family}").trim().to_string();
        match (family.is_empty(), given.is_empty()) {
            (false, false) => format!("{family}, {given}"),
            (false, true) => format!("{{{family}}}"),
            _ => format!("{{{}}}", part(p, ["literal", "name"])),
        }
    };
    // Zotero lists editors and translators among the creators.
    let wrote = |p: &&Value| {
        p.get("creatorType").and_then(Value::as_str).is_none_or(|kind| kind == "author")
    };
    let authors = people.into_iter().flatten().filter(wrote).map(name);
    let authors = authors.filter(|n| n.len() > 2);
    let date = item.pointer("/issued/date-parts/0/0");
    let year = match date {
        Some(Value::Number(n)) => n.to_string(),
        Some(Value::String(s)) => s.clone(),
        _ => item
            .pointer("/issued/raw")
            .or(item.pointer("/issued/literal"))
            .or(item.get("date"))
            .and_then(Value::as_str)
            .and_then(|t| t.split(|c: char| !c.is_ascii_digit()).find(|d| d.len() == 4))
            .unwrap_or_default()
            .into(),
    };
    let says_arxiv =
        ["archive", "number", "note", "URL", "url", "publisher", "archiveID"]
            .iter()
            .filter_map(|n| item.get(n)?.as_str())
            .find(|v| v.to_lowercase().contains("arxiv") && arxiv_id(v).is_some());
    let files = item.get("attachments").and_then(Value::as_array);
    let files = files
        .into_iter()
        .flatten()
        .filter_map(|a| a.get("path").or(a.get("localPath"))?.as_str())
        .map(plain_file);
    let parts = Parts {
        key: text(&["citation-key", "citationKey", "citekey", "id"]),
        title: text(&["title"]).unwrap_or_default(),
        authors: authors.collect(),
        year,
        venue: text(&[
            "container-title",
            "publicationTitle",
            "proceedingsTitle",
            "event-title",
        ]),
        doi: text(&["DOI", "doi"]),
        url: text(&["URL", "url"]),
        abstract_text: text(&["abstract", "abstractNote"]),
        arxiv: says_arxiv.and_then(arxiv_id),
        files: files.collect(),
    };
    parts.entry(kind)
}

/// What RIS and CSL-JSON have in common.
struct Parts {
    key: Option<String>,
    title: String,
    authors: Vec<String>,
    year: String,
    venue: Option<String>,
    doi: Option<String>,
    url: Option<String>,
    abstract_text: Option<String>,
    arxiv: Option<String>,
    files: Vec<String>,
}

impl Parts {
    fn entry(self, kind: &str) -> NewEntry {
        let year = Some(self.year.clone()).filter(|y| y.parse::<i32>().is_ok());
        let first = self.authors.first().map(String::as_str).unwrap_or_default();
        let key = self
            .key
            .filter(|k| !k.contains("://"))
            .map(|k| plain_key(&k))
            .unwrap_or_else(|| made_key(first, year.as_deref(), &self.title));
        let doi = self.doi.map(|d| plain_doi(&d));
        let arxiv = self.arxiv.or_else(|| doi.as_deref().and_then(arxiv_of_doi));
        let venue = if kind == "inproceedings" { "booktitle" } else { "journal" };
        let archive = if arxiv.is_some() { "arXiv" } else { "" };
        NewEntry { kind: kind.into(), key, fields: Vec::new() }
            .with("title", self.title)
            .with("author", self.authors.join(" and "))
            .with("year", year.unwrap_or_default())
            .with(venue, self.venue.unwrap_or_default())
            .with("eprint", arxiv.unwrap_or_default())
            .with("archiveprefix", archive)
            .with("doi", doi.unwrap_or_default())
            .with("url", self.url.unwrap_or_default())
            .with("abstract", self.abstract_text.unwrap_or_default())
            .with("file", self.files.join(";"))
    }
}

/// A key of the usual kind: family name, year, first word of the title that says something.
pub fn made_key(author: &str, year: Option<&str>, title: &str) -> String {
    const STOP: [&str; 12] =
        ["a", "an", "the", "on", "of", "in", "for", "to", "and", "is", "are", "with"];
    let words = title.split(|c: char| !c.is_alphanumeric()).map(title_letters);
    let word = words.filter(|w| w.len() > 1).find(|w| !STOP.contains(&w.as_str()));
    let name = surname(author.trim_matches(['{', '}']));
    let key = format!("{name}{}{}", year.unwrap_or_default(), word.unwrap_or_default());
    plain_key(&key)
}

fn plain_file(path: &str) -> String {
    path.strip_prefix("file://").unwrap_or(path).replace(';', "\\;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ris_records_become_entries() {
        let text = "TY  - JOUR\nAU  - He, Kaiming\nAU  - Zhang, X.\nTI  - Deep\nresiduals\nPY  - 2016/06//\nJO  - CVPR\nDO  - 10.1/X\nM1  - arXiv:1512.03385\nL1  - file:///z/he.pdf\nER  - \n\nTY  - GEN\nTI  - Open\n";
        let read = read(BibForm::Ris, text);
        assert_eq!(read.faults, [(13, "a record without its end (`ER  -`)".into())]);
        expect_test::expect![[r#"
            @article{he2016deep,
              title         = {Deep residuals},
              author        = {He, Kaiming and Zhang, X.},
              year          = {2016},
              journal       = {CVPR},
              eprint        = {1512.03385},
              archiveprefix = {arXiv},
              doi           = {10.1/x},
              file          = {/z/he.pdf}
            }"#]]
        .assert_eq(&read.entries[0].source);
    }

    #[test]
    fn csl_items_become_entries() {
        let text = r#"[{"id":"http://zotero.org/1","citation-key":"oord2018","type":"paper-conference",
          "title":"CPC","author":[{"family":"Oord","given":"A.","non-dropping-particle":"van den"},{"literal":"OpenAI"}],
          "issued":{"date-parts":[["2018",7]]},"URL":"https://arxiv.org/abs/1807.03748v2"}, 7]"#;
        let read = read(BibForm::CslJson, text);
        assert_eq!(read.faults.len(), 1);
        let entry = &read.entries[0].entry;
        assert_eq!(entry.key, "oord2018");
        assert_eq!(entry.authors, ["A. van den Oord", "OpenAI"]);
        assert_eq!(
            (entry.year, entry.arxiv.as_deref()),
            (Some(2018), Some("1807.03748"))
        );
        assert!(!super::read(BibForm::CslJson, "[{").faults.is_empty());
    }

    #[test]
    fn bibtex_comes_with_its_own_bytes() {
        let text = "@string{c = \"CVPR\"}\n@misc{a, booktitle = c,\n odd = {1} }\n@misc{b, title={x";
        let read = read(BibForm::Bibtex, text);
        assert_eq!(read.entries[0].source, "@misc{a, booktitle = c,\n odd = {1} }");
        assert_eq!(read.strings, ["@string{c = \"CVPR\"}"]);
        assert_eq!(read.faults.len(), 1);
    }

    #[test]
    fn forms_are_told_from_text() {
        for (text, form) in [
            ("\n@misc{a}", Some(BibForm::Bibtex)),
            ("% mine\n@misc{a}", Some(BibForm::Bibtex)),
            ("TY  - JOUR", Some(BibForm::Ris)),
            ("[{}]", Some(BibForm::CslJson)),
            ("2309.10020\n", None),
        ] {
            assert_eq!(BibForm::of_text(text), form, "{text}");
        }
    }
}
