//! Papers as a bibliography: BibTeX, CSL-JSON, RIS, JSONL.
//!
//! In: [`Cited`] works. Out: text that reference managers read. What a form has no place for is
//! left out; nothing is made up.

use serde_json::{Map, Value, json};

use crate::corpus::bib::NewEntry;
use crate::output::sanitize::clean;
use crate::paper::reference::names::is_particle;

/// The name that BibTeX has for authors who are left out.
pub const OTHERS: &str = "others";

/// A work to export.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cited {
    /// Key.
    pub key: String,
    /// BibTeX's type: `article`, `inproceedings`, `misc`, ...
    pub kind: String,
    /// Title.
    pub title: String,
    /// Authors, `First Last`; [`OTHERS`] last if some are left out.
    pub authors: Vec<String>,
    /// Year.
    pub year: Option<i32>,
    /// Journal or conference.
    pub venue: Option<String>,
    /// arXiv id.
    pub arxiv: Option<String>,
    /// DOI.
    pub doi: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// Abstract.
    pub abstract_text: Option<String>,
    /// File in the corpus.
    pub path: Option<String>,
}

impl Cited {
    fn address(&self) -> Option<String> {
        let arxiv = self.arxiv.as_ref().map(|id| format!("https://arxiv.org/abs/{id}"));
        self.url.clone().or(arxiv)
    }

    fn is_paper_of_meeting(&self) -> bool {
        matches!(self.kind.as_str(), "inproceedings" | "conference")
    }

    /// Types that BibTeX does not have become `misc`.
    fn bibtex_kind(&self) -> &str {
        const KINDS: [&str; 14] = [
            "article",
            "inproceedings",
            "misc",
            "book",
            "incollection",
            "inbook",
            "phdthesis",
            "mastersthesis",
            "techreport",
            "proceedings",
            "unpublished",
            "manual",
            "online",
            "thesis",
        ];
        match self.kind.as_str() {
            "conference" => "inproceedings",
            kind if KINDS.contains(&kind) => kind,
            _ if self.venue.is_some() => "article",
            _ => "misc",
        }
    }
}

/// A name in two parts.
struct Name {
    family: String,
    given: String,
}

/// Words that stand in names of organisations and in no person's.
const ORGANISATIONS: [&str; 12] = [
    "team",
    "group",
    "consortium",
    "collaboration",
    "contributors",
    "project",
    "foundation",
    "community",
    "laboratory",
    "university",
    "institute",
    "inc",
];

/// Cuts `First van Last` before its particle; a name in Han characters and that of an organisation
/// stay whole.
fn name_of(author: &str) -> Name {
    let author = clean(author).split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((family, given)) = author.split_once(", ") {
        return Name { family: family.into(), given: given.into() };
    }
    let words: Vec<&str> = author.split(' ').collect();
    let of_many = |w: &&str| {
        ORGANISATIONS.contains(&w.trim_end_matches('.').to_lowercase().as_str())
    };
    if words.iter().any(of_many) {
        return Name { family: author, given: String::new() };
    }
    let mut from = words.len().saturating_sub(1);
    if from > 0 && matches!(words[from].trim_end_matches('.'), "Jr" | "Sr" | "II" | "III")
    {
        from -= 1;
    }
    while from > 1 && is_particle(words[from - 1]) {
        from -= 1;
    }
    Name { family: words[from..].join(" "), given: words[..from].join(" ") }
}

/// BibTeX.
pub fn bibtex(works: &[Cited]) -> String {
    let entries = works.iter().map(|work| {
        let authors = work.authors.iter().map(|a| {
            let name = name_of(a);
            match name.given.is_empty() {
                true if name.family == OTHERS => OTHERS.into(),
                // A name that is one word, or of an organisation, is not to be cut.
                true => format!("{{{}}}", name.family.replace(['{', '}'], "")),
                false => format!("{}, {}", name.family, name.given),
            }
        });
        let authors = authors.collect::<Vec<_>>().join(" and ");
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let venue = match work.is_paper_of_meeting() {
            true => "booktitle",
            false => "journal",
        };
        let archive = if work.arxiv.is_some() { "arXiv" } else { "" };
        NewEntry { kind: work.bibtex_kind().into(), key: key_of(work), fields: vec![] }
            .with("title", clean(&work.title))
            .with("author", clean(&authors))
            .with("year", work.year.map(|y| y.to_string()).unwrap_or_default())
            .with(venue, clean(&text(&work.venue)))
            .with("eprint", text(&work.arxiv))
            .with("archiveprefix", archive)
            .with("doi", clean(&text(&work.doi)))
            .with("url", clean(&text(&work.url)))
            .with("abstract", clean(&text(&work.abstract_text)))
            .with("file", clean(&text(&work.path)))
            .render()
    });
    entries.collect::<Vec<_>>().join("\n")
}

fn key_of(work: &Cited) -> String {
    let fits = |c: &char| !c.is_whitespace() && !"{}(),#%\"'\\~=@".contains(*c);
    let key: String = clean(&work.key).chars().filter(fits).collect();
    if key.is_empty() { "unnamed".into() } else { key }
}

/// CSL-JSON: one array.
pub fn csl_json(works: &[Cited]) -> String {
    let items: Vec<Value> = works.iter().map(csl_item).collect();
    let mut text = serde_json::to_string_pretty(&items).unwrap_or_default();
    text.push('\n');
    text
}

fn csl_item(work: &Cited) -> Value {
    let kind = match work.bibtex_kind() {
        "inproceedings" => "paper-conference",
        "book" => "book",
        "incollection" | "inbook" => "chapter",
        "phdthesis" | "mastersthesis" | "thesis" => "thesis",
        "techreport" => "report",
        "article" => "article-journal",
        _ => "article",
    };
    let mut item = Map::new();
    item.insert("id".into(), json!(work.key));
    item.insert("citation-key".into(), json!(work.key));
    item.insert("type".into(), json!(kind));
    let mut set = |name: &str, value: Option<Value>| {
        if let Some(value) = value.filter(|v| v.as_str() != Some("")) {
            item.insert(name.into(), value);
        }
    };
    set("title", Some(json!(work.title)));
    let authors: Vec<Value> = work
        .authors
        .iter()
        .map(|author| match name_of(author) {
            Name { family, given } if given.is_empty() => json!({"literal": family}),
            Name { family, given } => json!({"family": family, "given": given}),
        })
        .collect();
    set("author", (!authors.is_empty()).then_some(Value::Array(authors)));
    set("issued", work.year.map(|y| json!({"date-parts": [[y]]})));
    set("container-title", work.venue.as_ref().map(|v| json!(v)));
    set("DOI", work.doi.as_ref().map(|d| json!(d)));
    set("URL", work.address().map(|u| json!(u)));
    set("abstract", work.abstract_text.as_ref().map(|a| json!(a)));
    if let Some(id) = &work.arxiv {
        set("archive", Some(json!("arXiv")));
        set("number", Some(json!(format!("arXiv:{id}"))));
    }
    Value::Object(item)
}

/// RIS; lines end as its definition says, with CR and LF.
pub fn ris(works: &[Cited]) -> String {
    let mut out = String::new();
    let mut line = |tag: &str, value: &str| {
        let value = clean(value).split_whitespace().collect::<Vec<_>>().join(" ");
        if !value.is_empty() || tag == "ER" {
            out.push_str(&format!("{tag}  - {value}\r\n"));
        }
    };
    for work in works {
        let kind = match work.bibtex_kind() {
            "inproceedings" => "CPAPER",
            "book" => "BOOK",
            "incollection" | "inbook" => "CHAP",
            "phdthesis" | "mastersthesis" | "thesis" => "THES",
            "techreport" => "RPRT",
            "article" => "JOUR",
            _ => "GEN",
        };
        line("TY", kind);
        line("ID", &work.key);
        line("TI", &work.title);
        for author in &work.authors {
            match name_of(author) {
                Name { family, given } if given.is_empty() => line("AU", &family),
                Name { family, given } => line("AU", &format!("{family}, {given}")),
            }
        }
        line("PY", &work.year.map(|y| y.to_string()).unwrap_or_default());
        let venue = if work.is_paper_of_meeting() { "T2" } else { "JO" };
        line(venue, work.venue.as_deref().unwrap_or_default());
        line("DO", work.doi.as_deref().unwrap_or_default());
        line("UR", &work.address().unwrap_or_default());
        line("AB", work.abstract_text.as_deref().unwrap_or_default());
        if let Some(id) = &work.arxiv {
            line("M1", &format!("arXiv:{id}"));
        }
        line("ER", "");
    }
    out
}

/// One JSON object a line, in the form that the corpus reads itself.
pub fn jsonl(works: &[Cited]) -> String {
    let mut out = String::new();
    for work in works {
        let mut item = Map::new();
        let mut set = |name: &str, value: Value| {
            if !value.is_null() {
                item.insert(name.into(), value);
            }
        };
        set("id", json!(work.key));
        set("title", json!(work.title));
        set("authors", json!(work.authors));
        set("year", json!(work.year));
        set("venue", json!(work.venue));
        set("arxiv", json!(work.arxiv));
        set("doi", json!(work.doi));
        set("url", json!(work.address()));
        set("abstract", json!(work.abstract_text));
        set("path", json!(work.path));
        out.push_str(&Value::Object(item).to_string());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::bib::Bibliography;

    fn works() -> Vec<Cited> {
        vec![
            Cited {
                key: "oord2018".into(),
                kind: "inproceedings".into(),
                title: "Representation Learning & 100% of {CPC}_x".into(),
                authors: vec![
                    "Aaron van den Oord".into(),
                    "李 明".into(),
                    "OpenAI".into(),
                ],
                year: Some(2018),
                venue: Some("NeurIPS".into()),
                arxiv: Some("1807.03748".into()),
                doi: Some("10.1000/a_b".into()),
                abstract_text: Some("One\nline $x_1$.".into()),
                ..Cited::default()
            },
            Cited { key: "b".into(), title: "B".into(), ..Cited::default() },
        ]
    }

    #[test]
    fn bibtex_reads_back() {
        let text = bibtex(&works());
        let read = Bibliography::parse(&text);
        assert_eq!(read.faults, []);
        let first = &read.entries[0];
        assert_eq!(first.title, "Representation Learning & 100% of CPC_x");
        assert_eq!(first.authors, ["Aaron van den Oord", "李 明", "OpenAI"]);
        assert_eq!(first.arxiv.as_deref(), Some("1807.03748"));
        assert_eq!(first.doi.as_deref(), Some("10.1000/a_b"));
        assert_eq!(first.venue.as_deref(), Some("NeurIPS"));
        assert_eq!(read.entries[1].key, "b");
    }

    #[test]
    fn organisations_are_not_cut() {
        let authors = ["citemap contributors", "NLLB Team", "Ann Lee", OTHERS];
        let work = Cited {
            key: "a".into(),
            title: "A".into(),
            authors: authors.map(str::to_owned).into(),
            ..Cited::default()
        };
        let text = bibtex(std::slice::from_ref(&work));
        assert!(
            text.contains("{citemap contributors} and {NLLB Team} and Lee, Ann"),
            "{text}"
        );
        assert!(text.contains("Lee, Ann and others}"), "{text}");
        let read = Bibliography::parse(&text);
        assert_eq!(read.entries[0].authors, authors[..3]);
        assert!(read.entries[0].more_authors);
        assert!(ris(&[work]).contains("AU  - NLLB Team\r\n"));
    }

    #[test]
    fn csl_ris_and_jsonl_have_every_field() {
        let csl: Value = serde_json::from_str(&csl_json(&works())).unwrap();
        assert_eq!(
            csl[0]["author"][0],
            json!({"family": "van den Oord", "given": "Aaron"})
        );
        assert_eq!(csl[0]["type"], "paper-conference");
        assert_eq!(csl[0]["issued"]["date-parts"][0][0], 2018);
        let ris = ris(&works());
        assert!(ris.starts_with("TY  - CPAPER\r\nID  - oord2018\r\n"), "{ris}");
        assert!(ris.contains("AU  - van den Oord, Aaron\r\n"), "{ris}");
        assert_eq!(ris.matches("ER  - \r\n").count(), 2);
        assert_eq!(jsonl(&works()).lines().count(), 2);
    }
}
