//! What `add --survey` and `build` do with a survey: read it, find its works, derive its map.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::add::Added;
use super::net::{self, Net};
use super::reading::read_settings;
use crate::cli::Context;
use crate::cli::args::{FetchForm, FetchOptions};
use crate::cli::error::{CliError, chain};
use crate::cli::progress::ProgressLine;
use crate::corpus::bib::{BibText, Bibliography, Entry, NewEntry};
use crate::corpus::identity::{Facts, Known, identify, own_key};
use crate::corpus::import::made_key;
use crate::corpus::{Belongs, Format, WorkKey, walk};
use crate::fetch::arxiv::{self, ApiError, Cache, Paper};
use crate::fetch::resolve::{Match, Wanted, best, proves};
use crate::fetch::second;
use crate::fetch::{Client, Event, GetError, Ledger, Record};
use crate::indexer;
use crate::output::human::counted;
use crate::output::sanitize::clean;
use crate::paper::Document;
use crate::survey::resolve::{WorkFacts, settle};
use crate::survey::{SurveyMap, derive as derive_map};

/// How an entry begins its evidence when a survey's reference made it.
const OF_REFERENCE: &str = "reference of ";
/// A search that found nothing is not repeated for so many seconds.
const SEARCH_AGAIN_S: u64 = 30 * 24 * 3600;

/// Derives a map for each document added, and for the documents of works named by id; returns how
/// many could not be derived.
pub(super) fn derive(
    context: &Context,
    added: &Added,
    offline: bool,
) -> Result<usize, CliError> {
    let mut documents = added.documents.clone();
    let mut faults = 0;
    if !added.works.is_empty() {
        documents.extend(documents_of(context, &added.works, offline)?);
        if documents.is_empty() {
            return Err(CliError::user("the survey's own file could not be had")
                .hint("give the path of your copy instead: `citemap build SURVEY.pdf`"));
        }
    }
    documents.sort();
    documents.dedup();
    for path in documents.iter().filter(|p| walk::format_of(p) != Some(Format::Jsonl)) {
        if let Err(error) = derive_one(context, path) {
            faults += 1;
            context.ui.note(error.render().trim_end());
        }
    }
    if !offline {
        resolve(context)?;
    }
    Ok(faults)
}

/// The files of works, fetched if they are not there.
fn documents_of(
    context: &Context,
    works: &[String],
    offline: bool,
) -> Result<Vec<PathBuf>, CliError> {
    let there = files_of(context, works)?;
    let missing: Vec<String> =
        works.iter().filter(|w| !there.iter().any(|(k, _)| k == *w)).cloned().collect();
    if missing.is_empty() {
        return Ok(there.into_iter().map(|(_, path)| path).collect());
    }
    let options =
        FetchOptions { limit: None, dry_run: false, offline, source: FetchForm::Pdf };
    let done = super::fetch::fetch_missing(context, &missing, &options)?;
    done.say(context);
    let files = files_of(context, works)?;
    Ok(files.into_iter().map(|(_, path)| path).collect())
}

/// True if the corpus has a document of the work with that arXiv id.
pub(super) fn has_document(context: &Context, id: &str) -> Result<bool, CliError> {
    let bibliography = load(context)?;
    let known = Known::new(&bibliography, &context.corpus);
    let Some(key) = known.with_arxiv(id) else { return Ok(false) };
    Ok(!files_of(context, &[key.to_owned()])?.is_empty())
}

fn files_of(
    context: &Context,
    works: &[String],
) -> Result<Vec<(String, PathBuf)>, CliError> {
    let bibliography = load(context)?;
    let known = Known::new(&bibliography, &context.corpus);
    let found = walk::walk(&context.corpus).map_err(|e| CliError::user(e.to_string()))?;
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    for file in found.files {
        let (key, belongs) = identify(&known, &Facts::of(&file.path));
        let first = !files.iter().any(|(k, _)| *k == key.0);
        if belongs != Belongs::Own && works.contains(&key.0) && first {
            files.push((key.0, file.path));
        }
    }
    Ok(files)
}

fn load(context: &Context) -> Result<Bibliography, CliError> {
    Bibliography::load(&context.corpus).map_err(|e| CliError::user(chain(&e)))
}

/// Reads a survey, adds the works that it cites to papers.bib, writes its map.
fn derive_one(context: &Context, path: &Path) -> Result<(), CliError> {
    let shown = path.display().to_string();
    let full = context.corpus.join(path);
    let format = match full.is_dir() {
        true => Format::Tex,
        false => walk::format_of(path)
            .ok_or_else(|| CliError::user(format!("{shown}: no document")))?,
    };
    let reading = read_settings(context, None, None)?;
    let doc = indexer::read_file(&full, format, &reading)
        .map_err(|failure| CliError::user(format!("{shown}: {failure}")))?;
    let mut text =
        BibText::load(&context.corpus).map_err(|e| CliError::user(chain(&e)))?;
    let key = survey_key(context, path, &doc, &mut text);
    let works: Vec<WorkFacts> = text.parse().entries.iter().map(facts_of).collect();
    let found = settle(&doc.references, &works);
    let entries: Vec<NewEntry> =
        found.new_works.iter().map(|work| entry_of(work, &key)).collect();
    text.append(Some(&format!("Cited by {key}")), &entries);
    text.save(&context.corpus).map_err(|e| CliError::user(chain(&e)))?;

    let map_path = context.corpus.join("surveys").join(format!("{key}.toml"));
    let mut map = derive_map(&doc, &WorkKey(key.clone()), &found.works);
    if map_path.is_file() {
        let old = SurveyMap::load(&map_path).map_err(|e| CliError::user(chain(&e)))?;
        map = map.merge_edits(&old);
    }
    map.save(&map_path).map_err(|e| CliError::user(chain(&e)))?;

    context.ui.note(&format!(
        "survey: {}: {}, {}: {} in papers.bib before, {} new, {} not told",
        clean(&key),
        counted(map.sections.len() as u64, "section"),
        counted(doc.references.len() as u64, "reference"),
        found.matched.len(),
        found.new_works.len(),
        found.unresolved.len(),
    ));
    for open in &found.unresolved {
        let text: String = open.text.chars().take(100).collect();
        context.ui.detail(&format!(
            "not told: {}: {}",
            clean(&open.reference),
            clean(&text)
        ));
    }
    if map.sections.is_empty() {
        return Err(CliError::user(format!("{shown}: no outline could be found"))
            .hint("write the sections into the map yourself: surveys/KEY.toml"));
    }
    Ok(())
}

/// The key of a survey: its entry's, else one made for an entry that is added.
fn survey_key(
    context: &Context,
    path: &Path,
    doc: &Document,
    text: &mut BibText,
) -> String {
    let bibliography = text.parse();
    let known = Known::new(&bibliography, &context.corpus);
    let facts = Facts {
        arxiv: doc.arxiv.as_deref(),
        doi: doc.doi.as_deref(),
        title: &doc.title,
        authors: &doc.authors,
        year: doc.year,
        ..Facts::of(path)
    };
    let (key, belongs) = identify(&known, &facts);
    let year = doc.year.map(|y| y.to_string()).unwrap_or_default();
    if belongs != Belongs::Own {
        // An entry made of a bare id learns its title from the document.
        if let Some(entry) = bibliography.get(&key.0)
            && entry.title.is_empty()
        {
            for (name, value) in [
                ("title", doc.title.clone()),
                ("author", doc.authors.join(" and ")),
                ("year", year),
            ] {
                if !value.is_empty() {
                    text.set_field(&key.0, name, &value);
                }
            }
        }
        return key.0;
    }
    let told = !doc.title.is_empty() && !doc.authors.is_empty();
    let stem = match told {
        true => made_key(&doc.authors[0], Some(&year), &doc.title),
        false => own_key(path),
    };
    let key = (2..)
        .map(|n| if n == 2 { stem.clone() } else { format!("{stem}-{}", n - 1) })
        .find(|key| !known.has_key(key))
        .expect("numbers do not end");
    let archive = if doc.arxiv.is_some() { "arXiv" } else { "" };
    let entry = NewEntry { kind: "misc".into(), key: key.clone(), fields: vec![] }
        .with("title", doc.title.clone())
        .with("author", doc.authors.join(" and "))
        .with("year", year)
        .with("eprint", doc.arxiv.clone().unwrap_or_default())
        .with("archiveprefix", archive)
        .with("doi", doc.doi.clone().unwrap_or_default())
        .with("file", path.to_string_lossy());
    text.append(None, &[entry]);
    key
}

fn facts_of(entry: &Entry) -> WorkFacts {
    WorkFacts {
        key: entry.key.clone(),
        title: entry.title.clone(),
        authors: entry.authors.clone(),
        more_authors: false,
        year: entry.year,
        arxiv: entry.arxiv.clone(),
        doi: entry.doi.clone(),
        venue: entry.venue.clone(),
    }
}

fn entry_of(work: &WorkFacts, survey: &str) -> NewEntry {
    let venue = work.venue.clone().unwrap_or_default();
    let lower = venue.to_lowercase();
    let of_meeting =
        ["conference", "proceedings", "proc.", "workshop", "symposium", "in "]
            .iter()
            .any(|w| lower.contains(w))
            || [
                "cvpr", "iccv", "eccv", "neurips", "nips", "icml", "iclr", "acl",
                "emnlp", "naacl", "aaai",
            ]
            .iter()
            .any(|w| lower.starts_with(w));
    let (kind, field) = match (venue.is_empty() || lower.contains("arxiv"), of_meeting) {
        (true, _) => ("misc", "howpublished"),
        (false, true) => ("inproceedings", "booktitle"),
        (false, false) => ("article", "journal"),
    };
    let archive = if work.arxiv.is_some() { "arXiv" } else { "" };
    let mut authors: Vec<String> =
        work.authors.iter().map(|a| a.replace(" and ", " ")).collect();
    if work.more_authors && !authors.is_empty() {
        authors.push("others".into());
    }
    NewEntry { kind: kind.into(), key: work.key.clone(), fields: vec![] }
        .with("title", work.title.clone())
        .with("author", authors.join(" and "))
        .with("year", work.year.map(|y| y.to_string()).unwrap_or_default())
        .with(field, venue)
        .with("eprint", work.arxiv.clone().unwrap_or_default())
        .with("archiveprefix", archive)
        .with("doi", work.doi.clone().unwrap_or_default())
        .with("x-evidence", format!("{OF_REFERENCE}{survey}"))
}

/// Proves the ids that references carry and searches for those they lack.
fn resolve(context: &Context) -> Result<(), CliError> {
    let net = Net::new(context);
    let mut ledger = net.ledger()?;
    let bibliography = load(context)?;
    let now = super::reading::now();
    let wanted: Vec<Wanted> = bibliography
        .entries
        .iter()
        .filter(|e| e.evidence.as_deref().is_some_and(|w| w.starts_with(OF_REFERENCE)))
        .filter(|e| is_open(e, &ledger, now))
        .map(|e| Wanted {
            key: e.key.clone(),
            title: e.title.clone(),
            authors: e.authors.clone(),
            year: e.year,
            arxiv: e.arxiv.clone(),
        })
        .collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let clock = net::clock();
    let mut client = net.client(context, &clock)?;
    let folder = net.folder.join("api");
    let cache = Cache { folder: &folder, now_ms: clock.now_ms };
    let mut asking = Asking {
        api: &net.addresses.api,
        second: &net.second,
        client: &mut client,
        cache: &cache,
        ledger: &mut ledger,
        text: BibText::load(&context.corpus).map_err(|e| CliError::user(chain(&e)))?,
        corpus: &context.corpus,
        now,
        counts: (0, 0, 0),
    };
    let done = asking.prove(&wanted).and_then(|()| asking.search(context, &wanted));
    let (mut text, (proven, found, open)) = (asking.text, asking.counts);
    text.save(&context.corpus).map_err(|e| CliError::user(chain(&e)))?;
    context.ui.note(&format!(
        "resolve: {proven} ids proven, {found} found by title, {open} without a sure match"
    ));
    match done {
        Ok(()) => Ok(()),
        Err(ApiError::Get(error @ (GetError::Denied { .. } | GetError::Interrupted))) => {
            Err(net::get_error(error))
        }
        Err(error) => {
            let message = format!(
                "citemap: arXiv's API: {}: the rest is looked up next time",
                clean(&chain(&error))
            );
            context.ui.note(&message);
            Ok(())
        }
    }
}

/// True if a work's id is neither proven nor searched for lately.
fn is_open(entry: &Entry, ledger: &Ledger, now: u64) -> bool {
    let last = ledger.last(&entry.key, "id");
    match &entry.arxiv {
        Some(id) => last.is_none_or(|r| r.url.as_ref() != Some(id)),
        None => {
            !entry.title.is_empty()
                && last.is_none_or(|r| r.retry_at.is_none_or(|at| at <= now))
        }
    }
}

struct Asking<'r, 'c> {
    api: &'r str,
    second: &'r [second::Source],
    client: &'r mut Client<'c>,
    cache: &'r Cache<'r>,
    ledger: &'r mut Ledger,
    text: BibText,
    corpus: &'r std::path::Path,
    now: u64,
    /// Proven, found, open.
    counts: (usize, usize, usize),
}

impl Asking<'_, '_> {
    fn note(
        &mut self,
        event: Event,
        key: &str,
        id: Option<&str>,
        reason: String,
    ) -> Result<(), ApiError> {
        // What was learnt is on disk before the ledger says that it need not be asked again.
        self.text
            .save(self.corpus)
            .map_err(|e| GetError::Disk(std::io::Error::other(e)))?;
        let mut record = Record::new(self.now, event, key, "id");
        record.url = id.map(str::to_string);
        record.reason = Some(reason);
        if event == Event::Unresolved {
            record.retry_at = Some(self.now + SEARCH_AGAIN_S);
        }
        self.ledger.add(record).map_err(|e| GetError::Disk(e).into())
    }

    fn prove(&mut self, wanted: &[Wanted]) -> Result<(), ApiError> {
        let with_id: Vec<&Wanted> = wanted.iter().filter(|w| w.arxiv.is_some()).collect();
        for batch in with_id.chunks(arxiv::BATCH) {
            let ids: Vec<String> = batch.iter().filter_map(|w| w.arxiv.clone()).collect();
            let papers = arxiv::by_ids(self.client, self.cache, self.api, &ids)?;
            for wanted in batch {
                let id = wanted.arxiv.as_deref().unwrap_or_default();
                let Some(paper) = papers.iter().find(|p| p.id == id) else {
                    continue;
                };
                match proves(wanted, paper) {
                    true => self.learn(wanted, paper, "the reference's own id")?,
                    false => {
                        let reason = format!(
                            "arXiv {id} is \"{}\", the reference says \"{}\"",
                            paper.title, wanted.title
                        );
                        self.note(Event::Mismatch, &wanted.key, Some(id), reason)?;
                        self.counts.2 += 1;
                    }
                }
            }
        }
        Ok(())
    }

    /// Fills in what the reference did not tell.
    fn learn(
        &mut self,
        wanted: &Wanted,
        paper: &Paper,
        evidence: &str,
    ) -> Result<(), ApiError> {
        if wanted.title.is_empty() {
            self.text.set_field(&wanted.key, "title", &paper.title);
        }
        if wanted.authors.is_empty() && !paper.authors.is_empty() {
            self.text.set_field(&wanted.key, "author", &paper.authors.join(" and "));
        }
        self.keep_what_it_states(&wanted.key, paper);
        self.counts.0 += 1;
        self.note(Event::Resolved, &wanted.key, Some(&paper.id), evidence.into())
    }

    /// Licence and retraction, where the source states them; what the entry says stays.
    fn keep_what_it_states(&mut self, key: &str, paper: &Paper) {
        let there = self.text.parse();
        let Some(entry) = there.get(key) else { return };
        for (name, stated, kept) in [
            ("license", &paper.licence, &entry.licence),
            ("x-retracted", &paper.retracted, &entry.retracted),
        ] {
            if let (Some(stated), None) = (stated, kept) {
                self.text.set_field(key, name, stated);
            }
        }
    }

    /// A work without an arXiv id is looked for again in a month.
    fn note_found(
        &mut self,
        key: &str,
        paper: &Paper,
        reason: String,
    ) -> Result<(), ApiError> {
        match paper.id.is_empty() {
            true => self.note(Event::Unresolved, key, None, reason),
            false => self.note(Event::Resolved, key, Some(&paper.id), reason),
        }
    }

    /// What the second sources have of a work, if one is sure.
    fn ask_second(
        &mut self,
        wanted: &Wanted,
    ) -> Result<Option<(Paper, Match)>, ApiError> {
        for source in self.second {
            let papers =
                second::by_title(self.client, self.cache, source, &wanted.title)?;
            if let (Some(paper), found) = best(wanted, &papers) {
                return Ok(Some((paper.clone(), found)));
            }
        }
        Ok(None)
    }

    fn search(&mut self, context: &Context, wanted: &[Wanted]) -> Result<(), ApiError> {
        let without: Vec<&Wanted> = wanted.iter().filter(|w| w.arxiv.is_none()).collect();
        let taken: BTreeSet<String> =
            self.text.parse().entries.into_iter().filter_map(|e| e.arxiv).collect();
        let total = without.len() as u64;
        let mut line = ProgressLine::start(context.ui.progress, "searching", total);
        for (n, wanted) in without.iter().enumerate() {
            line.step(n as u64, total, &wanted.title);
            let papers =
                arxiv::by_title(self.client, self.cache, self.api, &wanted.title)?;
            let (paper, found) = best(wanted, &papers);
            let more = match paper {
                Some(_) => None,
                None => self.ask_second(wanted)?,
            };
            let found = more.as_ref().map_or(found, |(_, m)| m.clone());
            let paper = paper.or(more.as_ref().map(|(p, _)| p));
            match paper.filter(|p| p.id.is_empty() || !taken.contains(&p.id)) {
                Some(paper) => {
                    if let Some(doi) = paper.doi.as_ref().filter(|_| more.is_some()) {
                        self.text.set_field(&wanted.key, "doi", doi);
                    }
                    if !paper.id.is_empty() {
                        self.text.set_field(&wanted.key, "eprint", &paper.id);
                        self.text.set_field(&wanted.key, "archiveprefix", "arXiv");
                    }
                    self.keep_what_it_states(&wanted.key, paper);
                    self.counts.1 += 1;
                    let reason = format!("{:.2}: {}", found.confidence, found.evidence);
                    self.note_found(&wanted.key, paper, reason)?;
                }
                None => {
                    self.counts.2 += 1;
                    let text = clean(&found.evidence).into_owned();
                    context
                        .ui
                        .detail(&format!("no match: {}: {text}", clean(&wanted.key)));
                    self.note(Event::Unresolved, &wanted.key, None, found.evidence)?;
                }
            }
        }
        line.end();
        Ok(())
    }
}
