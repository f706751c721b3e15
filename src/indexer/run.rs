//! A run: what changed is read, what follows from it is put into the index.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use super::cache::{self, Cache};
use super::catalog::{Catalog, CatalogWork};
use super::collection::Collections;
use super::crew;
use super::documents::{self, Documents};
use super::ledger::{Changes, FileRow, Outcome};
use super::reader::{Facts, ReadSettings, Reader};
use super::session::{Session, threads};
use super::snapshot::{FileState, SeenFile, Snapshot};
use super::staleness::{SURVEYS, Seen, compare, name_of, own_files, plain_content};
use super::topics::Topics;
use super::years::OpenYears;
use super::{CacheError, Note, Options, Progress, Rebuild, Report, RunError, Stage};
use crate::corpus::bib::{self, Bibliography};
use crate::corpus::walk::{Found, walk};
use crate::corpus::{Fingerprint, Format};
use crate::index::{IndexError, Lock, Root, Summary, Tables};
use crate::survey::{SurveyMap, TopicTree};

/// Brings the index up to date with the corpus.
///
/// Errors leave the index as its last commit has it. Files that cannot be read are no error: they
/// are in the report.
pub fn run(
    options: &Options<'_>,
    progress: &mut dyn Progress,
) -> Result<Report, RunError> {
    run_or_fail(options, progress).map_err(|error| error.look_at_disk(options.index))
}

fn run_or_fail(
    options: &Options<'_>,
    progress: &mut dyn Progress,
) -> Result<Report, RunError> {
    let found = walk(options.corpus)?;
    let root = Root::open_or_create(options.index)?;
    let _lock = lock(&root, options)?;
    let mut report = Report::default();
    let cache = open_cache(options.index, &mut report)?;
    let why = match root.live() {
        Ok(Some(folder)) if !options.rebuild => {
            let done = Session::open(&folder, options).and_then(|session| {
                update(session, &cache, &found, options, progress, &mut report)
            });
            match done {
                Err(error) if error.is_damage() => Rebuild::Damaged,
                other => return other.map(|_| report),
            }
        }
        Ok(Some(_)) => Rebuild::Asked,
        Ok(None) => {
            // There is nothing to keep: what is committed on the way can be searched.
            let session = Session::create(&root, options)?;
            root.swap(session.folder())?;
            update(session, &cache, &found, options, progress, &mut report)?;
            return Ok(report);
        }
        Err(IndexError::Older { .. }) => Rebuild::OlderFormat,
        Err(IndexError::Damaged { .. }) => Rebuild::Damaged,
        Err(error) => return Err(error.into()),
    };
    report = Report { notes: vec![Note::Rebuilt { why }], ..Report::default() };
    let session = Session::create(&root, options)?;
    let folder = session.folder().to_owned();
    update(session, &cache, &found, options, progress, &mut report)?;
    if !report.interrupted {
        root.swap(&folder)?;
    }
    Ok(report)
}

/// Waits for the lock as long as it may.
fn lock(root: &Root, options: &Options<'_>) -> Result<Lock, RunError> {
    let start = Instant::now();
    loop {
        match root.lock(options.now) {
            Err(IndexError::Busy { .. })
                if start.elapsed() < options.wait && !is_stopped(options) =>
            {
                thread::sleep(Duration::from_millis(50));
            }
            other => return Ok(other?),
        }
    }
}

fn is_stopped(options: &Options<'_>) -> bool {
    options.stop.load(Ordering::Relaxed)
}

/// A damaged cache is thrown away: it can be made again.
fn open_cache(index: &Path, report: &mut Report) -> Result<Cache, CacheError> {
    match Cache::open(index) {
        Err(error) if super::store_is_damaged(error.store()) => {
            report.notes.push(Note::CacheLost);
            // If it cannot be removed, opening fails again and says why.
            let _ = fs::remove_file(index.join(cache::FILE_NAME));
            Cache::open(index)
        }
        other => other,
    }
}

/// Everything that a run knows when it begins to write.
pub(crate) struct Context<'a> {
    pub(crate) options: &'a Options<'a>,
    pub(crate) cache: &'a Cache,
    pub(crate) reader: &'a Reader<'a>,
    pub(crate) catalog: &'a Catalog<'a>,
    pub(crate) topics: &'a Topics,
    /// Version of the reader and its settings.
    pub(crate) version: u64,
}

impl Context<'_> {
    /// True if the run shall end at its next commit.
    pub(crate) fn is_stopped(&self) -> bool {
        is_stopped(self.options)
    }
}

fn update(
    mut session: Session,
    cache: &Cache,
    found: &Found,
    options: &Options<'_>,
    progress: &mut dyn Progress,
    report: &mut Report,
) -> Result<(), RunError> {
    let version = options.reading.version();
    let seen = Seen::of(options.corpus, found);
    for (path, what) in &found.faults {
        report.notes.push(Note::Walk { path: path.clone(), what: what.clone() });
    }
    if options.retry {
        cache.forget_failures()?;
    } else if let Some(snapshot) = fresh(&session, &seen, options.reading) {
        report.summary = session.tables.summary.clone();
        report.passages = snapshot.passages;
        take_faults(report, &snapshot);
        return Ok(());
    }

    let reader = Reader::new(options.reading, cache)
        .map_err(|source| RunError::Io { path: options.index.to_owned(), source })?;
    let mut files = session.ledger.files()?;
    let gone: Vec<String> =
        files.keys().filter(|path| !seen.0.contains_key(*path)).cloned().collect();
    if !gone.is_empty() {
        files.retain(|path, _| seen.0.contains_key(path));
        session.ledger.put_files(gone.iter().map(|path| (path.as_str(), None)))?;
        report.gone = gone.len() as u64;
    }
    let whole = documents::read(
        found, &mut files, &session, &reader, cache, options, progress, report,
    )?;
    let mut collections =
        Collections::scan(found, &mut files, &session, options, report)?;
    if let Some(what) = reader.unconfined() {
        report.notes.push(Note::Unconfined { what });
    }
    if !whole || is_stopped(options) {
        // What was read is in the cache; the index stays as it is.
        report.interrupted = true;
        report.summary = session.tables.summary.clone();
        report.passages = session.passages()?;
        return Ok(());
    }

    // Before they are read: what changes in between is then seen to have changed.
    let own: BTreeMap<String, Fingerprint> = own_files(options.corpus)
        .into_iter()
        .filter_map(|path| {
            Some((name_of(&path), plain_content(&options.corpus.join(&path))?))
        })
        .collect();
    let bibliography = Bibliography::load(options.corpus)?;
    let (topics, map_faults) = load_topics(options.corpus);
    let mut faults: Vec<(String, String)> = bibliography
        .faults
        .iter()
        .map(|f| (bib::FILE_NAME.to_owned(), format!("line {}: {}", f.line, f.what)))
        .collect();
    faults.extend(map_faults);
    let mut catalog = Catalog::join(&bibliography, options.corpus, &files);
    catalog.cited_years = cited_years(&catalog, &session, options)?;
    let context = Context {
        options,
        cache,
        reader: &reader,
        catalog: &catalog,
        topics: &topics,
        version,
    };

    let mut changes = Changes::default();
    collections.meet(&catalog, topics.works(), &session)?;
    faults.extend(unknown_works(&topics, &catalog, &collections));
    let mut documents = Documents::plan(&context, &session, &collections)?;
    collections.plan(&context, &session, &mut changes)?;
    documents.remove(&session, &mut changes, report);
    let mut whole =
        documents.put(&context, &mut session, &mut changes, progress, report)?;
    if whole {
        whole =
            collections.put(&context, &mut session, &mut changes, progress, report)?;
    }
    report.interrupted = !whole;
    report.summary = Summary {
        faults: faults.len() as u64,
        ..summary(&catalog, &documents, &collections)
    };
    let tables = Tables {
        trees: topics.trees().to_vec(),
        acronyms: documents.acronyms(&mut collections, &session)?,
        summary: Summary { generation: session.number(), ..report.summary.clone() },
    };
    let catalog_digest = Some(documents.catalog_digest());
    let other_tables = tables != session.tables;
    if !changes.is_empty() || other_tables || session.ledger.catalog()? != catalog_digest
    {
        changes.catalog = catalog_digest.filter(|_| whole);
        session.commit(&changes, tables)?;
    }
    report.summary.generation = session.number();
    report.passages = session.passages()?;
    let snapshot = Snapshot {
        generation: session.number(),
        whole,
        reader: version,
        seen: options.now,
        files: seen_files(&seen, &files, &own, &catalog, &collections),
        faults,
        passages: report.passages,
    };
    snapshot
        .save(session.folder())
        .map_err(|source| RunError::Io { path: session.folder().to_owned(), source })?;
    take_faults(report, &snapshot);
    progress.step(Stage::Tidying, 0, 1, "");
    session.close(options.tidy)
}

/// Works that a survey's map cites and nothing else knows: an entry was lost, or a key misspelt.
fn unknown_works(
    topics: &Topics,
    catalog: &Catalog<'_>,
    collections: &Collections,
) -> Vec<(String, String)> {
    /// Keys that are named; there may be hundreds.
    const NAMED: usize = 3;
    let unknown = |key: &&str| !catalog.works.contains_key(*key) && !collections.has(key);
    let mut faults = Vec::new();
    for tree in topics.trees() {
        let works = tree.topics.iter().flat_map(|topic| &topic.works);
        let keys: BTreeSet<&str> = works.map(|w| w.0.as_str()).filter(unknown).collect();
        if keys.is_empty() {
            continue;
        }
        let named: Vec<&str> = keys.iter().copied().take(NAMED).collect();
        let more = if keys.len() > NAMED { ", ..." } else { "" };
        let what = format!(
            "cites {} that neither {} nor a document has: {}{more}",
            if keys.len() == 1 {
                "a work".to_owned()
            } else {
                format!("{} works", keys.len())
            },
            bib::FILE_NAME,
            named.join(", ")
        );
        faults.push((format!("{SURVEYS}/{}.toml", tree.key), what));
    }
    faults
}

/// The years by which the documents cite works of which none is stated.
fn cited_years(
    catalog: &Catalog<'_>,
    session: &Session,
    options: &Options<'_>,
) -> Result<BTreeMap<String, i32>, RunError> {
    let mut open = OpenYears::of(catalog);
    if open.is_empty() {
        return Ok(BTreeMap::new());
    }
    let n = threads(options).min(catalog.works.len());
    let documents = catalog.works.values().filter_map(CatalogWork::best);
    let said = crew::each(n, documents, |best| {
        let references = session.ledger.references(&best.path)?;
        Ok::<_, RunError>(open.said(&references))
    });
    for cast in said {
        open.take(cast?);
    }
    Ok(open.told())
}

/// Returns the snapshot if nothing has changed since it was taken.
fn fresh(session: &Session, seen: &Seen, reading: &ReadSettings) -> Option<Snapshot> {
    let snapshot = Snapshot::load(session.folder())?;
    let same = snapshot.generation == session.number()
        && snapshot.reader == reading.version()
        && compare(seen, Some(&snapshot)).is_fresh();
    // A file that changed while it was looked at may have changed again without showing it.
    let settled = seen.0.values().all(|(_, mtime)| is_settled(*mtime, snapshot.seen));
    // What a disk or a system refused may work today, and a password may open what was locked.
    let lasting = snapshot.files.iter().all(|file| match &file.state {
        FileState::Failed { reason, .. } => reading.would_fail_again(reason),
        _ => true,
    });
    (same && settled && lasting).then_some(snapshot)
}

/// True if a file's time says that it changed well before it was looked at.
pub(crate) fn is_settled(mtime_ns: i64, seen: u64) -> bool {
    let mtime = u64::try_from(mtime_ns / 1_000_000_000).unwrap_or(0);
    mtime + 1 < seen
}

fn take_faults(report: &mut Report, snapshot: &Snapshot) {
    for (path, what) in &snapshot.faults {
        report.notes.push(Note::Corpus { path: path.clone(), what: what.clone() });
    }
    for file in &snapshot.files {
        if let Some((_, failure)) = file.state.failure() {
            report.failed.push((file.path.clone(), failure));
        }
        if let FileState::Collection { faults, n_faults, .. } = &file.state
            && *n_faults > 0
        {
            report.line_faults.push((file.path.clone(), *n_faults, faults.clone()));
        }
    }
}

fn summary(
    catalog: &Catalog<'_>,
    documents: &Documents<'_>,
    collections: &Collections,
) -> Summary {
    let joined = |key: &str| documents.is_joined(key);
    let count = |kind: &dyn Fn(&str, &CatalogWork) -> bool| {
        catalog.works.iter().filter(|(key, work)| kind(key, work)).count() as u64
    };
    let records = collections.records();
    let is_scan = |work: &CatalogWork| catalog.facts(work).is_some_and(Facts::is_scan);
    let with_document = count(&|key, work| work.best().is_some() && !joined(key));
    let scans = count(&|key, work| is_scan(work) && !joined(key));
    let failed = scans + count(&|key, work| work.failed() && !joined(key));
    let missing = count(&|key, work| work.sources.is_empty() && !joined(key));
    Summary {
        papers: with_document - scans + failed + missing + records,
        indexed: with_document - scans + records,
        failed,
        missing,
        ..Summary::default()
    }
}

/// Says of every file what became of it.
fn seen_files(
    seen: &Seen,
    files: &BTreeMap<String, FileRow>,
    own: &BTreeMap<String, Fingerprint>,
    catalog: &Catalog<'_>,
    collections: &Collections,
) -> Vec<SeenFile> {
    let mut states: BTreeMap<&str, FileState> = BTreeMap::new();
    for (key, work) in &catalog.works {
        let best = work.best();
        for source in &work.sources {
            let Some(row) = files.get(&source.path) else { continue };
            let state = match (&row.outcome, best) {
                (Outcome::Failed(reason), _) => {
                    FileState::Failed { key: key.clone(), reason: reason.clone() }
                }
                (Outcome::Read(facts), Some(best)) if best.path == source.path => {
                    FileState::Indexed {
                        key: key.clone(),
                        belongs: source.belongs.clone(),
                        faults: facts.faults.clone(),
                        pages: (facts.n_pages, facts.pages_read),
                        pages_from: work.pages_from().map(|pdf| pdf.path.clone()),
                        engine: facts.engine,
                        quality: facts.quality,
                    }
                }
                (_, Some(best)) => FileState::Spare {
                    key: key.clone(),
                    belongs: source.belongs.clone(),
                    instead: best.path.clone(),
                    same_content: best.fingerprint == source.fingerprint,
                },
                (_, None) => continue,
            };
            states.insert(&source.path, state);
        }
    }
    let mut all = Vec::new();
    for (path, (size, mtime_ns)) in &seen.0 {
        let state = match states.remove(path.as_str()) {
            Some(state) => state,
            None => collections.state(path, files).unwrap_or(FileState::Corpus),
        };
        all.push(SeenFile {
            path: path.clone(),
            size: *size,
            mtime_ns: *mtime_ns,
            content: match files.get(path) {
                Some(row) => Some(row.fingerprint),
                None => own.get(path).copied(),
            },
            state,
        });
    }
    all
}

/// Reads the survey maps; one that cannot be read is a fault, and the others go on.
fn load_topics(corpus: &Path) -> (Topics, Vec<(String, String)>) {
    let mut trees: Vec<TopicTree> = Vec::new();
    let mut faults = Vec::new();
    for path in own_files(corpus).iter().filter(|path| path.starts_with(SURVEYS)) {
        match SurveyMap::load(&corpus.join(path)) {
            Ok(map) if trees.iter().any(|tree| tree.key == map.key) => {
                let what = format!("another map is of the survey `{}` too", map.key);
                faults.push((name_of(path), what));
            }
            Ok(map) => trees.push(TopicTree::from(&map)),
            Err(error) => faults.push((name_of(path), error.to_string())),
        }
    }
    trees.sort_by(|a, b| a.key.cmp(&b.key));
    (Topics::new(trees), faults)
}

/// The files of a walk with their names, documents or collections.
pub(crate) fn named(
    found: &Found,
    collections: bool,
) -> impl Iterator<Item = (String, &crate::corpus::walk::FoundFile)> {
    found
        .files
        .iter()
        .filter(move |file| (file.format == Format::Jsonl) == collections)
        .map(|file| (name_of(&file.path), file))
}
