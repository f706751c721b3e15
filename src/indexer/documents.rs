//! The documents of a run: read what changed, put the works that follow from it.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::cache::{Cache, CacheError, CacheKey, Cached};
use super::catalog::{Catalog, CatalogWork};
use super::collection::Collections;
use super::crew::{each, with_crew};
use super::ledger::{Changes, FileRow, Outcome, WorkRow};
use super::reader::{Reader, Reading};
use super::run::{Context, is_settled, named};
use super::session::{Session, threads};
use super::work::{self, Recipe};
use super::{Note, Options, Progress, Report, RunError, Stage};
use crate::analysis::{Acronym, AcronymTable, acronyms};
use crate::corpus::walk::{Found, FoundFile};
use crate::corpus::{Fingerprint, Format};
use crate::index::Acronyms;
use crate::paper::{self, Document, Reference};
use crate::passage::PassageKind;
use crate::schema::IndexPassage;

/// Readings are written to cache and ledger together, this many or this often: while others are
/// read, so that little is left to be written when all are.
const BATCH: usize = 64;
const BATCH_TIME: Duration = Duration::from_millis(250);

/// Acronyms that are kept: every search reads them.
pub(super) const ACRONYMS: usize = 5000;

/// Reads the documents that are new or changed; rows of those that are not stay as they are.
///
/// Returns false if it was stopped before the end; what was read by then is kept.
#[expect(clippy::too_many_arguments, reason = "all parts of a run meet here")]
pub(super) fn read(
    found: &Found,
    files: &mut BTreeMap<String, FileRow>,
    session: &Session,
    reader: &Reader<'_>,
    cache: &Cache,
    options: &Options<'_>,
    progress: &mut dyn Progress,
    report: &mut Report,
) -> Result<bool, RunError> {
    let version = options.reading.version();
    // What reading the same content again would give.
    let before = |name: &str, file: &FoundFile| {
        files.get(name).filter(|row| {
            let lasts = match &row.outcome {
                Outcome::Failed(failure) => {
                    options.reading.would_fail_again(failure) && !options.retry
                }
                _ => true,
            };
            row.format == file.format && row.reader == version && lasts
        })
    };
    let mut todo: Vec<(String, &FoundFile, Option<Fingerprint>)> = Vec::new();
    for (name, file) in named(found, false) {
        let row = before(&name, file);
        let is_known = row.is_some_and(|row| {
            (row.size, row.mtime_ns) == (file.size, file.mtime_ns)
                && is_settled(row.mtime_ns, row.seen)
        });
        if !is_known {
            let content = row.map(|row| row.fingerprint);
            todo.push((name, file, content));
        }
    }
    if todo.is_empty() {
        return Ok(true);
    }
    // The largest first: of what is last, the threads that have no more wait for little.
    todo.sort_by_key(|(_, file, _)| Reverse(file.size));

    let read = |(name, file, content): (String, &FoundFile, Option<Fingerprint>)| {
        let path = options.corpus.join(&file.path);
        let reading = reader.read_other(&path, file.format, content);
        (name, file.clone(), reading)
    };
    let total = todo.len() as u64;
    let n = threads(options).min(todo.len());
    with_crew(n, &read, |crew| {
        let mut batch = Batch::new(session, cache);
        let mut done = 0;
        let mut stopped = false;
        let mut take =
            |result: (String, FoundFile, Result<Option<Reading>, CacheError>),
             batch: &mut Batch<'_>|
             -> Result<(), RunError> {
                let (name, file, reading) = result;
                done += 1;
                progress.step(Stage::Reading, done, total, &name);
                let Some(reading) = reading? else {
                    report.known += 1;
                    let row =
                        files.get_mut(&name).expect("its content is known from its row");
                    (row.size, row.mtime_ns) = (file.size, file.mtime_ns);
                    row.seen = options.now;
                    return batch.add(name, row.clone(), None);
                };
                match reading.fresh {
                    Some(_) => report.read += 1,
                    None => report.known += 1,
                }
                let row =
                    batch.add_reading(&name, &file, reading, version, options.now)?;
                files.insert(name, row);
                Ok(())
            };
        for job in todo {
            if options.stop.load(Ordering::Relaxed) {
                stopped = true;
                break;
            }
            if let Some(result) = crew.give(job) {
                take(result, &mut batch)?;
            }
        }
        while let Some(result) = crew.take() {
            take(result, &mut batch)?;
        }
        batch.flush()?;
        reader.rest();
        Ok(!stopped)
    })
}

/// Readings that are not written yet.
struct Batch<'a> {
    session: &'a Session,
    cache: &'a Cache,
    /// Rows of files; with their references, where these may have changed.
    rows: Vec<(String, FileRow, Option<Vec<Reference>>)>,
    fresh: Vec<(CacheKey, Cached)>,
    since: Instant,
}

impl<'a> Batch<'a> {
    fn new(session: &'a Session, cache: &'a Cache) -> Batch<'a> {
        Batch {
            session,
            cache,
            rows: Vec::new(),
            fresh: Vec::new(),
            since: Instant::now(),
        }
    }

    fn add_reading(
        &mut self,
        name: &str,
        file: &FoundFile,
        reading: Reading,
        version: u64,
        now: u64,
    ) -> Result<FileRow, RunError> {
        let (outcome, references) = match reading.result {
            Ok((facts, references)) => (Outcome::Read(Box::new(facts)), references),
            Err(failure) => (Outcome::Failed(failure), Vec::new()),
        };
        let row = FileRow {
            size: file.size,
            mtime_ns: file.mtime_ns,
            seen: now,
            format: file.format,
            fingerprint: reading.fingerprint,
            reader: version,
            outcome,
        };
        self.fresh.extend(reading.fresh);
        self.add(name.to_owned(), row.clone(), Some(references))?;
        Ok(row)
    }

    fn add(
        &mut self,
        name: String,
        row: FileRow,
        references: Option<Vec<Reference>>,
    ) -> Result<(), RunError> {
        self.rows.push((name, row, references));
        match self.rows.len() >= BATCH || self.since.elapsed() > BATCH_TIME {
            true => self.flush(),
            false => Ok(()),
        }
    }

    /// The cache comes first: a row says that the cache holds its document.
    fn flush(&mut self) -> Result<(), RunError> {
        if !self.fresh.is_empty() {
            self.cache.put(self.fresh.iter().map(|(key, cached)| (*key, cached)))?;
        }
        if !self.rows.is_empty() {
            let rows = self.rows.iter().map(|(path, row, references)| {
                (path.as_str(), Some((row, references.as_deref())))
            });
            self.session.ledger.put_files(rows)?;
        }
        self.fresh.clear();
        self.rows.clear();
        self.since = Instant::now();
        Ok(())
    }
}

/// Works that have to be put, and those that have to go.
pub(super) struct Documents<'a> {
    put: Vec<(String, Recipe<'a>, [u8; 16], [u8; 16])>,
    remove: Vec<String>,
    /// What the engine will hold.
    rows: BTreeMap<String, WorkRow>,
    /// Works whose document is a record.
    joined: BTreeSet<String>,
    catalog_digest: u64,
}

impl<'a> Documents<'a> {
    /// Compares the catalogue with what the engine holds.
    pub(super) fn plan(
        context: &Context<'a>,
        session: &Session,
        collections: &Collections,
    ) -> Result<Documents<'a>, RunError> {
        let catalog = context.catalog;
        let catalog_digest = digest_of(catalog);
        let same_catalog = session.ledger.catalog()? == Some(catalog_digest);
        let rows = session.ledger.works()?;
        let mut documents = Documents {
            put: Vec::new(),
            remove: Vec::new(),
            rows: BTreeMap::new(),
            joined: BTreeSet::new(),
            catalog_digest,
        };
        let mut open = Vec::new();
        for (key, work) in &catalog.works {
            if work.best().is_none() && collections.has(key) {
                documents.joined.insert(key.clone());
                continue;
            }
            if work.best().is_none() && work.entry.is_none() {
                continue;
            }
            let recipe = recipe(context, key, work);
            let base = recipe.digest();
            match rows.get(key).filter(|row| same_catalog && row.base == base) {
                Some(row) => drop(documents.rows.insert(key.clone(), row.clone())),
                None => open.push((key, work.best(), recipe, base)),
            }
        }
        let any = open.iter().any(|(_, best, ..)| best.is_some());
        let resolver = any.then(|| catalog.resolver());
        let n = threads(context.options).min(open.len());
        let resolved = each(n, open, |(key, best, mut recipe, base)| {
            if let (Some(best), Some(resolver)) = (best, &resolver) {
                let references = session.ledger.references(&best.path)?;
                recipe.cites = work::resolve(&references, resolver, key);
            }
            let digest = recipe.digest();
            Ok::<_, RunError>((key, recipe, base, digest))
        });
        for result in resolved {
            let (key, recipe, base, digest) = result?;
            match rows.get(key).filter(|row| row.digest == digest && row.base == base) {
                Some(row) => drop(documents.rows.insert(key.clone(), row.clone())),
                None => documents.put.push((key.clone(), recipe, base, digest)),
            }
        }
        documents.put.sort_by(|(a, ..), (b, ..)| a.cmp(b));
        let stays = |key: &String| {
            documents.rows.contains_key(key)
                || documents.put.binary_search_by(|(k, ..)| k.cmp(key)).is_ok()
        };
        documents.remove = rows.into_keys().filter(|key| !stays(key)).collect();
        Ok(documents)
    }

    /// Takes out the works that are no more.
    pub(super) fn remove(
        &mut self,
        session: &Session,
        changes: &mut Changes,
        report: &mut Report,
    ) {
        for key in std::mem::take(&mut self.remove) {
            session.writer().delete_work(&key);
            changes.works.insert(key, None);
            report.removed += 1;
        }
    }

    /// Puts the works that are new or changed. Returns false if it was stopped before the end.
    pub(super) fn put(
        &mut self,
        context: &Context<'_>,
        session: &mut Session,
        changes: &mut Changes,
        progress: &mut dyn Progress,
        report: &mut Report,
    ) -> Result<bool, RunError> {
        let mut todo = std::mem::take(&mut self.put).into_iter().peekable();
        let total = todo.len() as u64;
        let n = threads(context.options).min(todo.len());
        while todo.peek().is_some() {
            if context.is_stopped() {
                return Ok(false);
            }
            self.put_some(
                &mut todo, n, total, context, session, changes, progress, report,
            )?;
            if todo.peek().is_some() && session.is_due() {
                let tables = session.tables.clone();
                session.commit(changes, tables)?;
                *changes = Changes::default();
            }
        }
        Ok(true)
    }

    /// Puts works until a commit is due.
    #[expect(clippy::too_many_arguments, reason = "all parts of a run meet here")]
    fn put_some(
        &mut self,
        todo: &mut dyn Iterator<Item = (String, Recipe<'a>, [u8; 16], [u8; 16])>,
        n: usize,
        total: u64,
        context: &Context<'_>,
        session: &Session,
        changes: &mut Changes,
        progress: &mut dyn Progress,
        report: &mut Report,
    ) -> Result<(), RunError> {
        let put = |(key, recipe, base, digest): (String, Recipe<'_>, _, _)| {
            let (passages, cut) = passages(&recipe, context)?;
            let row = WorkRow {
                digest,
                base,
                passages: passages.len() as u32,
                acronyms: explained(&passages),
            };
            let docs = session.store().schema().documents(&recipe.work, passages);
            session.writer().put(&key, docs)?;
            Ok::<_, RunError>((key, row, cut))
        };
        with_crew(n, &put, |crew| {
            let mut take = |result: Result<(String, WorkRow, bool), RunError>| {
                let (key, row, cut) = result?;
                report.put += 1;
                progress.step(Stage::Indexing, report.put, total, &key);
                if !cut {
                    report.notes.push(Note::Uncut { key: key.clone() });
                }
                changes.works.insert(key.clone(), Some(row.clone()));
                self.rows.insert(key, row);
                Ok::<(), RunError>(())
            };
            // However short the time between commits is, some work is done between them.
            for job in &mut *todo {
                if let Some(result) = crew.give(job) {
                    take(result)?;
                }
                if session.is_due() || context.is_stopped() {
                    break;
                }
            }
            while let Some(result) = crew.take() {
                take(result)?;
            }
            Ok(())
        })
    }

    /// True if the work's document is a record of a collection.
    pub(super) fn is_joined(&self, key: &str) -> bool {
        self.joined.contains(key)
    }

    /// Hash of all that references are resolved against.
    pub(super) fn catalog_digest(&self) -> u64 {
        self.catalog_digest
    }

    /// Short forms with the long ones that the texts give them: the table of the last commit, if
    /// the same texts give the same ones.
    pub(super) fn acronyms(
        &self,
        collections: &mut Collections,
        session: &Session,
    ) -> Result<Acronyms, RunError> {
        let explained = self.rows.iter().map(|(key, row)| (key, &row.acronyms));
        let explained: Vec<_> = explained.filter(|(_, own)| !own.is_empty()).collect();
        let sources = postcard::to_stdvec(&(explained, collections.contents()))
            .expect("plain data always encodes");
        let mut of = [0; 16];
        of.copy_from_slice(&blake3::hash(&sources).as_bytes()[..16]);
        if session.tables.acronyms.of == of {
            return Ok(session.tables.acronyms.clone());
        }
        let mut table = AcronymTable::default();
        for row in self.rows.values() {
            let pairs = row.acronyms.iter().cloned();
            table.add_paper(pairs.map(|(short, long)| Acronym { short, long }));
        }
        collections.add_acronyms(&mut table, session)?;
        table.keep_most(ACRONYMS);
        Ok(session.writer().keep_acronyms(of, &table)?)
    }
}

/// The recipe of a work, its citations aside.
fn recipe<'a>(context: &Context<'a>, key: &str, work: &CatalogWork) -> Recipe<'a> {
    let catalog = context.catalog;
    let claimed = catalog.facts(work).and_then(|facts| facts.own_topic.as_ref());
    Recipe {
        work: catalog.describe(key, work),
        abstract_text: catalog.entry(work).and_then(|e| e.abstract_text.as_deref()),
        topics: work::topics_of(key, claimed, context.topics),
        survey: context.topics.tree(key),
        cites: BTreeMap::new(),
        source: work.best().map(|best| (best.fingerprint, context.version)),
        pages: work.pages_from().map(|pdf| (pdf.path.clone(), pdf.fingerprint)),
    }
}

/// The passages of a work, and whether its document could be cut.
fn passages(
    recipe: &Recipe<'_>,
    context: &Context<'_>,
) -> Result<(Vec<IndexPassage>, bool), RunError> {
    let Some(document) = document(recipe, context)? else {
        return Ok((recipe.without_document(), recipe.source.is_none()));
    };
    // What comes from a hostile file may still trip what follows: that costs this work its text.
    let cut = catch_unwind(AssertUnwindSafe(|| recipe.of_document(&document)));
    Ok(cut
        .map_or_else(|_| (recipe.without_document(), false), |passages| (passages, true)))
}

/// The short forms that a work explains, with the long ones, each pair once.
fn explained(passages: &[IndexPassage]) -> Vec<(String, String)> {
    let own = passages.iter().filter(|p| p.passage.kind != PassageKind::Reference);
    let found = own.flat_map(|p| acronyms(&p.passage.text));
    let mut pairs: Vec<_> = found.map(|pair| (pair.short, pair.long)).collect();
    pairs.sort();
    pairs.dedup();
    pairs
}

/// The document of a work, with the pages of its PDF where it has none itself.
fn document(
    recipe: &Recipe<'_>,
    context: &Context<'_>,
) -> Result<Option<Document>, RunError> {
    let (Some((fingerprint, _)), Some(path), Some(format)) =
        (recipe.source, &recipe.work.path, recipe.work.format)
    else {
        return Ok(None);
    };
    let Some(mut document) = kept(context, path, fingerprint, format)? else {
        return Ok(None);
    };
    if document.n_pages == 0
        && let Some((path, fingerprint)) = &recipe.pages
        && let Some(pdf) = kept(context, path, *fingerprint, Format::Pdf)?
    {
        paper::take_pages(&mut document, &pdf);
    }
    Ok(Some(document))
}

/// Fetches a document from the cache; one that the cache has lost is read again.
fn kept(
    context: &Context<'_>,
    path: &str,
    fingerprint: Fingerprint,
    format: Format,
) -> Result<Option<Document>, RunError> {
    let key = CacheKey::new(fingerprint, context.version, format);
    let unpack = |cached| match cached {
        Some(Cached::Document(packed)) => packed.unpack(),
        _ => None,
    };
    if let Some(document) = unpack(context.cache.get(key)?) {
        return Ok(Some(document));
    }
    let reading = context.reader.read(&context.options.corpus.join(path), format)?;
    Ok(match reading.fresh {
        Some((key, cached)) => {
            context.cache.put(std::iter::once((key, &cached)))?;
            unpack(Some(cached))
        }
        None => None,
    })
}

/// Hash of all that references are resolved against: keys, identifiers, titles, years.
fn digest_of(catalog: &Catalog<'_>) -> u64 {
    let mut hash = blake3::Hasher::new();
    for (key, work) in &catalog.works {
        let facts = catalog.facts(work);
        let entry = catalog.entry(work);
        let parts = (
            key,
            entry.map(|e| (&e.title, &e.arxiv, &e.doi, e.year)),
            facts.map(|f| (&f.title, &f.arxiv, &f.doi, f.year)),
            catalog.cited_years.get(key),
        );
        hash.update(&postcard::to_stdvec(&parts).expect("plain data always encodes"));
    }
    let mut first = [0; 8];
    first.copy_from_slice(&hash.finalize().as_bytes()[..8]);
    u64::from_le_bytes(first)
}
