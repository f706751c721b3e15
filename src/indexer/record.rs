//! Records of a collection to documents of the engine.

use rustc_hash::{FxHashMap, FxHashSet};

use super::RunError;
use super::catalog::Catalog;
use super::collection::FAULTS;
use super::ledger::CollectionRow;
use super::scan::hash_of;
use super::session::Session;
use super::topics::Topics;
use super::work::{Recipe, topics_of};
use crate::analysis::{AcronymTable, acronyms, language};
use crate::corpus::bib::Entry;
use crate::corpus::{Format, WorkKey};
use crate::extract::jsonl::{self, Record};
use crate::extract::{Extracted, Info};
use crate::passage::{self, Passage, PassageKind};
use crate::schema::{IndexPassage, Work};
use crate::{layout, paper};

/// Raised when the same records make other passages.
pub(super) const VERSION: u32 = 1;

/// A text of at most so many bytes is one passage: it ranks better whole.
const WHOLE: usize = 3200;

/// Lines of a collection.
pub(super) struct Batch {
    /// Number of the first line, from 1.
    pub(super) first_line: u64,
    /// The lines, each with its line feed.
    pub(super) bytes: Vec<u8>,
    /// Where each line ends, its line feed included.
    pub(super) ends: Vec<usize>,
}

impl Batch {
    /// The lines, their line feeds taken off.
    pub(super) fn lines(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.bytes[start..end - 1])
    }
}

/// What is to be known of a collection to put its records.
pub(super) struct Plan<'a> {
    /// Its file.
    pub(super) name: &'a str,
    /// What stands before an id that is not alone.
    pub(super) stem: &'a str,
    pub(super) catalog: &'a Catalog<'a>,
    pub(super) topics: &'a Topics,
    /// Hashes of ids that other collections use too.
    pub(super) shared: &'a FxHashSet<u64>,
    /// The line that counts, of ids that stand on several.
    pub(super) firsts: FxHashMap<u64, u64>,
}

/// What came of a batch.
#[derive(Default)]
pub(super) struct Put {
    pub(super) lines: u64,
    pub(super) records: u64,
    passages: u64,
    covered: u64,
    faults: Vec<(u64, String)>,
    n_faults: u64,
    acronyms: AcronymTable,
}

impl Put {
    /// Adds it to what the engine holds of the collection, and to its acronyms.
    pub(super) fn count_into(self, row: &mut CollectionRow, acronyms: &mut AcronymTable) {
        row.records += self.records;
        row.passages += self.passages;
        row.covered += self.covered;
        row.n_faults += self.n_faults;
        row.faults.extend(self.faults);
        row.faults.truncate(FAULTS);
        acronyms.merge(self.acronyms);
    }

    fn fault(&mut self, line: u64, what: String) {
        self.n_faults += 1;
        if self.faults.len() < FAULTS {
            self.faults.push((line, what));
        }
    }
}

/// Puts the records of a batch into the engine.
pub(super) fn put(
    plan: &Plan<'_>,
    batch: &Batch,
    session: &Session,
) -> Result<Put, RunError> {
    let mut put = Put::default();
    let mut docs = Vec::new();
    for (line, bytes) in (batch.first_line..).zip(batch.lines()) {
        put.lines += 1;
        if bytes.trim_ascii().is_empty() {
            continue;
        }
        let record = match jsonl::record(bytes, line) {
            Ok(record) => record,
            Err(fault) => {
                put.fault(line, fault.to_string());
                continue;
            }
        };
        let Some(key) = key_of(&record, plan, &mut put) else { continue };
        let (work, passages) = passages(key, record, plan);
        put.records += 1;
        put.passages += passages.len() as u64;
        put.acronyms.add_paper(passages.iter().flat_map(|p| acronyms(&p.passage.text)));
        docs.extend(session.store().schema().documents(&work, passages));
    }
    session.writer().add(docs)?;
    Ok(put)
}

/// The key of a record; none if its work is there already.
fn key_of(record: &Record, plan: &Plan<'_>, put: &mut Put) -> Option<String> {
    let Some(id) = &record.info.key else {
        return Some(format!("{}:{}", plan.stem, record.line));
    };
    let hash = hash_of(id);
    if let Some(first) = plan.firsts.get(&hash)
        && *first != record.line
    {
        put.covered += 1;
        put.fault(
            record.line,
            format!("line {}: id `{id}` stands on line {first} too", record.line),
        );
        return None;
    }
    if plan.shared.contains(&hash) {
        return Some(format!("{}:{id}", plan.stem));
    }
    if plan.catalog.works.get(id).is_some_and(|work| work.best().is_some()) {
        put.covered += 1;
        return None;
    }
    Some(id.clone())
}

fn passages(key: String, record: Record, plan: &Plan<'_>) -> (Work, Vec<IndexPassage>) {
    let entry = plan.catalog.works.get(&key).and_then(|work| plan.catalog.entry(work));
    let topics = topics_of(&key, None, plan.topics);
    let text_len =
        record.text.len() + record.info.abstract_text.as_ref().map_or(0, String::len);
    if text_len > WHOLE {
        let work = describe(key, record.info.clone(), entry, plan.name);
        let marked = Extracted::Marked(record.into_marked());
        let document = paper::understand(layout::lay(marked));
        let recipe = Recipe {
            work,
            abstract_text: None,
            topics,
            survey: None,
            cites: std::collections::BTreeMap::new(),
            source: None,
            pages: None,
        };
        let mut passages = recipe.of_document(&document);
        if passages.len() > 1 {
            // Its title is searched with each of its passages.
            passages.remove(0);
        }
        for (ordinal, passage) in (0..).zip(&mut passages) {
            passage.passage.ordinal = ordinal;
        }
        return (recipe.work, passages);
    }
    let Record { mut info, text: body, .. } = record;
    let abstract_text = info.abstract_text.take();
    let work = describe(key, info, entry, plan.name);
    let (kind, text) = match (abstract_text, body.is_empty()) {
        // Its blanks are single ones.
        (Some(text), true) => (PassageKind::Abstract, text),
        (None, false) => (PassageKind::Body, squeeze(&body)),
        (Some(a), false) => (PassageKind::Body, squeeze(&format!("{a}\n\n{body}"))),
        (None, true) => (PassageKind::Title, String::new()),
    };
    let key = WorkKey(work.key.clone());
    let passage = match kind {
        PassageKind::Title => passage::title_passage(
            &key,
            &work.title,
            &work.authors,
            work.venue.as_deref(),
            work.year,
        ),
        _ => Passage { kind, text, ..passage::title_passage(&key, "", &[], None, None) },
    };
    let lang = work.lang.is_none().then(|| language(&passage.text)).flatten();
    let lang = lang.map(str::to_owned);
    (work, vec![IndexPassage { passage, lang, topics, mentions: Vec::new() }])
}

/// Single blanks for all white space.
fn squeeze(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

fn describe(key: String, info: Info, entry: Option<&Entry>, file: &str) -> Work {
    let none = Entry::default();
    let entry = entry.unwrap_or(&none);
    let either = |a: &Option<String>, b: Option<String>| a.clone().or(b);
    Work {
        key,
        title: match entry.title.is_empty() {
            true => info.title.unwrap_or_default(),
            false => entry.title.clone(),
        },
        authors: match entry.authors.is_empty() {
            true => info.authors,
            false => entry.authors.clone(),
        },
        year: entry.year.or(info.year),
        venue: either(&entry.venue, info.venue),
        arxiv: either(&entry.arxiv, info.arxiv),
        doi: either(&entry.doi, info.doi),
        path: Some(file.to_owned()),
        lang: info.lang,
        format: Some(Format::Jsonl),
        licence: either(&entry.licence, info.licence),
        quality: 1.0,
    }
}
