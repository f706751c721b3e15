//! Checks an index against itself and its corpus, and says what to do about each finding.
//!
//! In: the folders. Out: [`Health`]. Nothing is changed: [`prune`] removes what is only in the way,
//! and the other remedies are runs of the indexer.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashMap;

use super::cache::{self, Cache, CacheKey};
use super::ledger::{self, Ledger, LedgerError, Outcome};
use super::reader::Failure;
use super::scan::hash_of;
use super::snapshot::{self, FileState, Snapshot};
use super::staleness::{Stale, staleness};
use super::{RunError, store_is_damaged};
use crate::index::{self, IndexError, LockHolder, Root, Store, Summary};

/// A quality below this is worth a word.
const POOR: f32 = 0.5;

/// What is right and wrong with an index.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Health {
    /// What was found, the gravest first.
    pub findings: Vec<Finding>,
    /// The corpus in numbers, as the index knows it.
    pub summary: Summary,
    /// Passages in the index.
    pub passages: u64,
    /// Bytes of each part: its name and size.
    pub space: Vec<(Part, u64)>,
}

/// A part of an index folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// The search engine's files.
    Engine,
    /// The ledger of what was done.
    Ledger,
    /// What reading gave.
    Cache,
    /// Files that are not needed.
    Orphans,
}

/// Something that a person may want to know or do something about.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it is.
    pub what: Problem,
    /// What helps.
    pub remedy: Remedy,
}

/// What can be wrong.
#[derive(Clone, Debug, PartialEq)]
pub enum Problem {
    /// There is no index yet.
    NoIndex,
    /// It cannot be opened.
    CannotOpen {
        /// Why.
        why: String,
    },
    /// A file of the engine differs from its checksum.
    Damaged {
        /// The file.
        path: PathBuf,
    },
    /// Passages whose stored text cannot be read.
    Unreadable {
        /// How many.
        passages: u64,
    },
    /// The engine does not hold what the ledger says.
    Disagree {
        /// Works or collections of which the engine holds too few or too many passages.
        works: Vec<String>,
        /// Passages by the ledger.
        ledger: u64,
        /// Passages in the engine.
        engine: u64,
    },
    /// The cache cannot be opened.
    CacheDamaged,
    /// Documents that a rebuild would have to read again.
    CacheLacks {
        /// How many.
        documents: u64,
    },
    /// Entries of the cache that no file of the corpus needs.
    CacheHoldsMore {
        /// How many.
        entries: u64,
    },
    /// A file or folder that is no part of the index.
    Orphan {
        /// Which.
        path: PathBuf,
        /// Its size.
        bytes: u64,
    },
    /// Another process is indexing; what it holds open was not checked.
    Busy {
        /// Who, if known.
        holder: Option<LockHolder>,
    },
    /// The corpus has changed, or the last run was cut short.
    Stale(Stale),
    /// A file could not be read.
    Failed {
        /// The file.
        path: String,
        /// Why.
        reason: Failure,
    },
    /// A file could be read only in part, or badly.
    Poor {
        /// The file.
        path: String,
        /// Pages that it has, and that were read.
        pages: (u32, u32),
        /// How far the text can be trusted, 0 to 1.
        quality: f32,
    },
    /// Lines of a collection that are no records.
    Lines {
        /// The file.
        path: String,
        /// How many.
        n: u64,
        /// The first of them.
        first: Vec<(u64, String)>,
    },
    /// The bibliography or a survey map could not be read in part.
    Corpus {
        /// The file.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// Works without a document.
    Missing {
        /// How many.
        works: u64,
    },
}

/// What helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Index.
    Index,
    /// Try failed files again, or replace them.
    Retry,
    /// Make the index anew.
    Rebuild,
    /// Remove what is not needed.
    Prune,
    /// Fetch the documents, or add them.
    Fetch,
    /// Mend the file.
    Edit,
    /// Run it through text recognition, or find a better copy.
    BetterCopy,
    /// Wait.
    Wait,
}

/// Checks everything. `now` is in seconds since 1970, for the lock.
///
/// Errors only if the corpus or the index folder cannot be looked at.
pub fn examine(corpus: &Path, index: &Path, now: u64) -> Result<Health, RunError> {
    let mut health = Health::default();
    let root = match Root::open(index) {
        Ok(root) => root,
        Err(IndexError::Missing { .. }) => {
            health.find(Problem::NoIndex, Remedy::Index);
            return Ok(health);
        }
        Err(error) => return Err(error.into()),
    };
    let live = match root.live() {
        Ok(live) => live,
        Err(error @ IndexError::Newer { .. }) => return Err(error.into()),
        Err(error) => {
            health.cannot_open(&error);
            None
        }
    };
    match root.lock(now) {
        Ok(_lock) => check_stores(index, live.as_deref(), &mut health),
        Err(IndexError::Busy { holder, .. }) => {
            health.find(Problem::Busy { holder }, Remedy::Wait);
        }
        Err(error) => return Err(error.into()),
    }
    health.weigh(index, live.as_deref());
    let snapshot = live.as_deref().and_then(Snapshot::load).unwrap_or_default();
    let stale = staleness(corpus, index)?;
    if !stale.is_fresh() {
        health.find(Problem::Stale(stale), Remedy::Index);
    }
    health.tell_files(&snapshot);
    if health.summary.missing > 0 {
        let works = health.summary.missing;
        health.find(Problem::Missing { works }, Remedy::Fetch);
    }
    Ok(health)
}

/// Removes what is only in the way: files that are no part of the index, and entries of the cache
/// that no file of the corpus needs. Returns how many of each went.
pub fn prune(index: &Path, now: u64) -> Result<(u64, u64), RunError> {
    let root = Root::open(index)?;
    let _lock = root.lock(now)?;
    let live = root.live()?;
    let mut files = 0;
    for path in orphans(index, live.as_deref()) {
        let gone = match path.is_dir() {
            true => fs::remove_dir_all(&path),
            false => fs::remove_file(&path),
        };
        gone.map_err(|source| RunError::Io { path, source })?;
        files += 1;
    }
    let Some(live) = live else { return Ok((files, 0)) };
    let needed = needed(&Ledger::open(&live)?)?;
    let entries = Cache::open(index)?.retain(|key| needed.contains(key))?;
    Ok((files, entries))
}

/// Checks what only the process that holds the lock may open.
fn check_stores(index: &Path, live: Option<&Path>, health: &mut Health) {
    let Some(live) = live else { return };
    let checked = (|| {
        let store = index::open(live)?;
        check_engine(&store, health)?;
        if !live.join(ledger::FILE_NAME).is_file() {
            // Opening it would make an empty one.
            let path = live.join(ledger::FILE_NAME);
            return Err(LedgerError::Damaged { path }.into());
        }
        let ledger = Ledger::open(live)?;
        ledger.settle(health.summary.generation)?;
        compare_works(&store, &ledger, health)?;
        let needed = needed(&ledger)?;
        match Cache::open(index) {
            Ok(cache) => {
                let (more, lacks) = cache.compare(&needed)?;
                if lacks > 0 {
                    health
                        .find(Problem::CacheLacks { documents: lacks }, Remedy::Rebuild);
                }
                if more > 0 {
                    health.find(Problem::CacheHoldsMore { entries: more }, Remedy::Prune);
                }
            }
            Err(error) if store_is_damaged(error.store()) => {
                health.find(Problem::CacheDamaged, Remedy::Rebuild);
            }
            Err(error) => return Err(error.into()),
        }
        Ok::<(), RunError>(())
    })();
    if let Err(error) = checked {
        health.cannot_open(&error);
    }
}

fn check_engine(store: &Store, health: &mut Health) -> Result<(), RunError> {
    for path in store.damaged_files()? {
        health.find(Problem::Damaged { path }, Remedy::Rebuild);
    }
    let view = store.view()?;
    health.summary = view.tables.summary.clone();
    health.passages = view.passages();
    Ok(())
}

/// Counts the passages of each work in the engine, and compares with the ledger.
fn compare_works(
    store: &Store,
    ledger: &Ledger,
    health: &mut Health,
) -> Result<(), RunError> {
    // By hash of the key: number of passages, and sum of their ordinals.
    let mut counts: FxHashMap<u64, (u64, u64)> = FxHashMap::default();
    let mut engine = 0;
    let unreadable = store.view()?.visit(|entry| {
        let count = counts.entry(hash_of(&entry.passage.paper.0)).or_default();
        count.0 += 1;
        count.1 += u64::from(entry.passage.ordinal);
        engine += 1;
    })?;
    if unreadable > 0 {
        let what = Problem::Unreadable { passages: unreadable };
        health.find(what, Remedy::Rebuild);
    }
    let mut works = Vec::new();
    let mut by_ledger = 0;
    for (key, row) in ledger.works()? {
        let n = u64::from(row.passages);
        by_ledger += n;
        let found = counts.remove(&hash_of(&key)).unwrap_or_default();
        // Ordinals are 0, 1, 2, ...: each once.
        if found != (n, n * n.saturating_sub(1) / 2) {
            works.push(key);
        }
    }
    let collections = ledger.collections()?;
    let in_collections: u64 = collections.values().map(|row| row.passages).sum();
    by_ledger += in_collections;
    let records: u64 = collections.values().map(|row| row.records).sum();
    let rest: u64 = counts.values().map(|(n, _)| n).sum();
    if rest != in_collections || counts.len() as u64 != records {
        works.extend(collections.into_keys());
    }
    if !works.is_empty() || by_ledger != engine {
        let what = Problem::Disagree { works, ledger: by_ledger, engine };
        health.find(what, Remedy::Rebuild);
    }
    Ok(())
}

/// The entries of the cache that the files of the corpus need.
fn needed(ledger: &Ledger) -> Result<BTreeSet<CacheKey>, RunError> {
    let files = ledger.files()?;
    let rows = files.values().filter(|row| match &row.outcome {
        Outcome::Read(_) => true,
        Outcome::Failed(failure) => failure.lasts(),
        Outcome::Collection => false,
    });
    Ok(rows.map(|row| CacheKey::new(row.fingerprint, row.reader, row.format)).collect())
}

/// Files and folders in the index folder that are no part of the index.
fn orphans(index: &Path, live: Option<&Path>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let is_part = |path: &Path, name: &str| {
        live == Some(path)
            || matches!(name, "current" | "lock" | cache::FILE_NAME)
            || name.starts_with('.')
            || name.to_ascii_lowercase().starts_with("readme")
    };
    for entry in fs::read_dir(index).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !is_part(&entry.path(), &name) {
            found.push(entry.path());
        }
    }
    for entry in live.map(fs::read_dir).into_iter().flatten().flatten().flatten() {
        if entry.path().extension().is_some_and(|e| e == "tmp") {
            found.push(entry.path());
        }
    }
    found.sort();
    found
}

fn size_of(path: &Path) -> u64 {
    let entries = walkdir::WalkDir::new(path).into_iter().flatten();
    let files = entries.filter_map(|entry| entry.metadata().ok()).filter(|m| m.is_file());
    files.map(|meta| meta.len()).sum()
}

impl Health {
    /// True if nothing is wrong with the index itself, whatever may be with the corpus.
    pub fn is_sound(&self) -> bool {
        !self.findings.iter().any(|finding| finding.remedy == Remedy::Rebuild)
    }

    fn find(&mut self, what: Problem, remedy: Remedy) {
        self.findings.push(Finding { what, remedy });
    }

    fn cannot_open(&mut self, error: &dyn std::error::Error) {
        let why = error.to_string();
        self.find(Problem::CannotOpen { why }, Remedy::Rebuild);
    }

    /// Finds the space of each part.
    fn weigh(&mut self, index: &Path, live: Option<&Path>) {
        let mut orphaned = 0;
        for path in orphans(index, live) {
            let bytes = size_of(&path);
            orphaned += bytes;
            self.find(Problem::Orphan { path, bytes }, Remedy::Prune);
        }
        let cache = size_of(&index.join(cache::FILE_NAME));
        let (mut ledger, mut engine) = (0, 0);
        if let Some(live) = live {
            ledger = size_of(&live.join(ledger::FILE_NAME))
                + size_of(&live.join(snapshot::FILE_NAME));
            engine = size_of(live).saturating_sub(ledger);
        }
        self.space = vec![
            (Part::Engine, engine),
            (Part::Ledger, ledger),
            (Part::Cache, cache),
            (Part::Orphans, orphaned),
        ];
    }

    /// Tells what the last run met in the files of the corpus.
    fn tell_files(&mut self, snapshot: &Snapshot) {
        for (path, what) in &snapshot.faults {
            let what = Problem::Corpus { path: path.clone(), what: what.clone() };
            self.find(what, Remedy::Edit);
        }
        for file in &snapshot.files {
            let path = file.path.clone();
            match &file.state {
                FileState::Failed { reason, .. } => {
                    let what = Problem::Failed { path, reason: reason.clone() };
                    self.find(what, Remedy::Retry);
                }
                FileState::Indexed { pages, quality, .. }
                    if pages.1 < pages.0 || *quality < POOR =>
                {
                    let what = Problem::Poor { path, pages: *pages, quality: *quality };
                    self.find(what, Remedy::BetterCopy);
                }
                FileState::Collection { faults, n_faults, .. } if *n_faults > 0 => {
                    let first = faults.clone();
                    self.find(Problem::Lines { path, n: *n_faults, first }, Remedy::Edit);
                }
                _ => {}
            }
        }
    }
}
