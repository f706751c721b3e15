//! arXiv's API: records by id, in batches, and by title.
//!
//! In: ids or a title. Out: [`Paper`]s. Answers are kept on disk for a day, as arXiv asks: the same
//! question is not put twice, also not by a run that goes on after a kill.

use std::io;
use std::path::Path;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::Event as Xml;
use url::Url;

use super::client::{Ask, Client, GetError};
use crate::corpus::disk;
use crate::corpus::ids::{arxiv_id, arxiv_version};

/// Ids in one question.
pub const BATCH: usize = 100;
/// Candidates asked for a title.
const CANDIDATES: usize = 5;
/// How long an answer is kept, milliseconds.
const KEPT_MS: u64 = 24 * 3600 * 1000;

/// A record of arXiv.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paper {
    /// Id without version.
    pub id: String,
    /// Newest version.
    pub version: Option<u16>,
    /// Title.
    pub title: String,
    /// Authors, `First Last`.
    pub authors: Vec<String>,
    /// Year of the first version.
    pub year: Option<i32>,
    /// Abstract.
    pub abstract_text: String,
    /// DOI of the published form.
    pub doi: Option<String>,
    /// Where it was published.
    pub journal: Option<String>,
    /// Licence, where the record states one.
    pub licence: Option<String>,
    /// What the source says where the work was retracted or withdrawn.
    pub retracted: Option<String>,
}

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// The request failed.
    #[error(transparent)]
    Get(#[from] GetError),
    /// The answer is no Atom feed.
    #[error("the API's answer cannot be read: {what}")]
    Form {
        /// What is wrong.
        what: String,
    },
    /// The API says that the question is wrong.
    #[error("the API says: {what}")]
    Said {
        /// Its words.
        what: String,
    },
}

/// Asks for records by id, at most [`BATCH`] of them. Ids that arXiv does not know are left out.
pub fn by_ids(
    client: &mut Client<'_>,
    cache: &Cache<'_>,
    api: &str,
    ids: &[String],
) -> Result<Vec<Paper>, ApiError> {
    let n = ids.len().to_string();
    let question =
        [("id_list", ids.join(",")), ("start", "0".into()), ("max_results", n)];
    ask(client, cache, api, &question)
}

/// Asks for the records whose titles hold this one.
pub fn by_title(
    client: &mut Client<'_>,
    cache: &Cache<'_>,
    api: &str,
    title: &str,
) -> Result<Vec<Paper>, ApiError> {
    // Inside quotes only words count; anything else could be taken for syntax.
    let words: String =
        title.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let question = [
        ("search_query", format!("ti:\"{words}\"")),
        ("start", "0".into()),
        ("max_results", CANDIDATES.to_string()),
    ];
    ask(client, cache, api, &question)
}

/// Where answers are kept.
pub struct Cache<'a> {
    /// The folder.
    pub folder: &'a Path,
    /// Milliseconds since 1970.
    pub now_ms: &'a dyn Fn() -> u64,
}

impl Cache<'_> {
    fn path(&self, url: &str) -> std::path::PathBuf {
        let name = blake3::hash(url.as_bytes()).to_hex();
        self.folder.join(format!("{}.xml", &name[..24]))
    }

    pub(crate) fn get(&self, url: &str) -> Option<Vec<u8>> {
        let bytes = std::fs::read(self.path(url)).ok()?;
        // The first line says when it was asked.
        let end = bytes.iter().position(|b| *b == b'\n')?;
        let at: u64 = std::str::from_utf8(&bytes[..end]).ok()?.parse().ok()?;
        let age = (self.now_ms)().abs_diff(at);
        (age < KEPT_MS).then(|| bytes[end + 1..].to_vec())
    }

    pub(crate) fn put(&self, url: &str, body: &[u8]) -> io::Result<()> {
        let mut bytes = format!("{}\n", (self.now_ms)()).into_bytes();
        bytes.extend_from_slice(body);
        disk::write_whole(&self.path(url), &bytes)
    }
}

/// Puts a question, or takes the answer that is kept.
fn ask(
    client: &mut Client<'_>,
    cache: &Cache<'_>,
    api: &str,
    question: &[(&str, String)],
) -> Result<Vec<Paper>, ApiError> {
    let url = question_url(api, question);
    if let Some(body) = cache.get(&url) {
        return read_feed(&body);
    }
    let mut body = Vec::new();
    client.get(&url, &Ask::default(), &mut body)?;
    let papers = read_feed(&body)?;
    cache.put(&url, &body).map_err(GetError::Disk)?;
    Ok(papers)
}

fn question_url(api: &str, question: &[(&str, String)]) -> String {
    match Url::parse(api) {
        Ok(mut url) => {
            url.query_pairs_mut().extend_pairs(question);
            url.to_string()
        }
        // The client will say what is wrong with it.
        Err(_) => api.to_string(),
    }
}

/// Reads an Atom feed.
pub fn read_feed(body: &[u8]) -> Result<Vec<Paper>, ApiError> {
    let form = |what: String| ApiError::Form { what };
    let body = String::from_utf8_lossy(body);
    let mut reader = Reader::from_str(&body);
    let mut papers = Vec::new();
    let mut entry: Option<Paper> = None;
    let mut path: Vec<String> = Vec::new();
    let mut text = String::new();
    let mut is_feed = false;
    loop {
        match reader.read_event().map_err(|e| form(e.to_string()))? {
            Xml::Start(tag) => {
                let name = local(tag.name().as_ref());
                is_feed |= name == "feed";
                if name == "entry" {
                    entry = Some(Paper::default());
                }
                path.push(name);
                text.clear();
            }
            Xml::Empty(tag) => {
                if let Some(paper) = &mut entry
                    && local(tag.name().as_ref()) == "link"
                {
                    take_link(paper, &tag);
                }
            }
            Xml::Text(piece) => {
                text.push_str(&piece);
            }
            Xml::CData(piece) => text.push_str(&piece),
            Xml::GeneralRef(name) => text.push_str(&character(&name)),
            Xml::End(tag) => {
                let name = local(tag.name().as_ref());
                path.pop();
                if name == "entry" {
                    papers.extend(entry.take());
                } else if let Some(paper) = &mut entry {
                    let within = path.last().map_or("", String::as_str);
                    let value = text.split_whitespace().collect::<Vec<_>>().join(" ");
                    take_field(paper, within, &name, value);
                }
                text.clear();
            }
            Xml::Eof => break,
            _ => {}
        }
    }
    if !is_feed {
        return Err(form("it is no Atom feed".into()));
    }
    if !path.is_empty() {
        return Err(form("it breaks off".into()));
    }
    if let [only] = papers.as_slice()
        && only.id.is_empty()
        && only.title.eq_ignore_ascii_case("error")
    {
        return Err(ApiError::Said { what: only.abstract_text.clone() });
    }
    papers.retain(|p| !p.id.is_empty());
    Ok(papers)
}

fn take_link(paper: &mut Paper, tag: &quick_xml::events::BytesStart<'_>) {
    let value = |name: &str| {
        let found = tag.attributes().flatten().find(|a| local(a.key.as_ref()) == name)?;
        Some(found.value.into_owned())
    };
    if value("rel").is_some_and(|rel| rel == "license") {
        paper.licence = value("href");
    }
}

fn take_field(paper: &mut Paper, within: &str, name: &str, value: String) {
    match (within, name) {
        (_, _) if value.is_empty() => {}
        ("entry", "id") => {
            paper.id = arxiv_id(&value).unwrap_or_default();
            paper.version = arxiv_version(&value);
        }
        ("entry", "title") => paper.title = value,
        ("entry", "published") => {
            paper.year = value.get(..4).and_then(|y| y.parse().ok());
        }
        ("author", "name") => paper.authors.push(value),
        ("entry", "doi") => paper.doi = Some(value.to_lowercase()),
        ("entry", "journal_ref") => paper.journal = Some(value),
        ("entry", "license" | "rights") => paper.licence = Some(value),
        // arXiv has no mark of its own: the authors' comment says so, or the abstract is replaced.
        ("entry", "comment" | "summary") if says_withdrawn(&value) => {
            paper.retracted = Some("arXiv: withdrawn".into());
            if name == "summary" {
                paper.abstract_text = value;
            }
        }
        ("entry", "summary") => paper.abstract_text = value,
        _ => {}
    }
}

/// True for `This paper has been withdrawn by the authors`, not for a paper about withdrawals.
fn says_withdrawn(text: &str) -> bool {
    let lower = text.to_lowercase();
    let by_word = |word: &str| {
        [
            "this paper has been ",
            "this article has been ",
            "this submission has been ",
            "paper ",
        ]
        .iter()
        .any(|start| lower.starts_with(&format!("{start}{word}")))
    };
    lower.len() < 2_000
        && (by_word("withdrawn") || by_word("retracted") || lower == "withdrawn")
}

fn local(name: &str) -> String {
    name.rsplit(':').next().unwrap_or_default().to_string()
}

/// The text of `&name;` or `&#n;`.
fn character(name: &quick_xml::events::BytesRef<'_>) -> String {
    if let Ok(Some(c)) = name.resolve_char_ref() {
        return c.to_string();
    }
    resolve_predefined_entity(name).unwrap_or(" ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_withdrawn_paper_is_told_by_its_comment() {
        for (text, yes) in [
            (
                "This paper has been withdrawn by the authors due to an error in Lemma 2",
                true,
            ),
            ("12 pages", false),
            ("Why papers are withdrawn: a study", false),
        ] {
            assert_eq!(says_withdrawn(text), yes, "{text}");
        }
        let feed = br#"<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>http://arxiv.org/abs/2101.00001v2</id>
            <title>T</title><summary>S.</summary>
            <arxiv:comment xmlns:arxiv="http://arxiv.org/schemas/atom">This paper has been withdrawn</arxiv:comment></entry></feed>"#;
        let papers = read_feed(feed).unwrap();
        assert_eq!(papers[0].retracted.as_deref(), Some("arXiv: withdrawn"));
        assert_eq!(papers[0].abstract_text, "S.");
    }

    #[test]
    fn reads_records_and_what_the_api_says() {
        let feed = br#"<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom">
          <title>ArXiv Query</title><id>http://arxiv.org/api/x</id>
          <entry><id>http://arxiv.org/abs/hep-th/9901001v2</id><published>1999-01-02T00:00:00Z</published>
            <title>Strings &amp; Branes:
              a &#x3b1; study</title><summary> Short. </summary>
            <author><name>Ann B. Lee</name><arxiv:affiliation>X</arxiv:affiliation></author><author><name>Bo Li</name></author>
            <arxiv:doi>10.1000/ABC</arxiv:doi><arxiv:journal_ref>J. X 1</arxiv:journal_ref>
            <link href="http://creativecommons.org/licenses/by/4.0/" rel="license"/></entry></feed>"#;
        let papers = read_feed(feed).unwrap();
        assert_eq!(
            papers,
            [Paper {
                id: "hep-th/9901001".into(),
                version: Some(2),
                title: "Strings & Branes: a α study".into(),
                authors: vec!["Ann B. Lee".into(), "Bo Li".into()],
                year: Some(1999),
                abstract_text: "Short.".into(),
                doi: Some("10.1000/abc".into()),
                journal: Some("J. X 1".into()),
                licence: Some("http://creativecommons.org/licenses/by/4.0/".into()),
                retracted: None,
            }]
        );
        let error =
            br#"<feed><entry><id>http://arxiv.org/api/errors#x</id><title>Error</title>
            <summary>incorrect id format for 1234</summary></entry></feed>"#;
        assert_eq!(
            read_feed(error).unwrap_err().to_string(),
            "the API says: incorrect id format for 1234"
        );
        assert!(read_feed(b"<html><body>busy</body></html>").is_err());
        assert!(read_feed(b"<feed><entry><id>http://arxiv.org/abs/2").is_err());
        assert_eq!(read_feed(b"<feed></feed>").unwrap(), []);
    }
}
