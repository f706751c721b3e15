//! Collections: files with a record a line, each a work of its own.
//!
//! A collection may have a million records, so nothing is kept of each but the hash of its id. A
//! changed file is put anew as a whole; a run that was cut off goes on at the line where the last commit
//! ended. Records whose id is the key of a work in the bibliography are that work's document;
//! those whose work has a better document are left out.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use rustc_hash::{FxHashMap, FxHashSet};

use super::catalog::Catalog;
use super::crew::with_crew;
use super::documents::ACRONYMS;
use super::ledger::{Changes, CollectionRow, FileRow, Outcome};
use super::reader::Failure;
use super::record::{self, Batch, Put};
use super::run::{Context, is_settled, named};
use super::session::{Session, threads};
use super::snapshot::FileState;
use super::{Options, Progress, Report, RunError, Stage};
use crate::analysis::AcronymTable;
use crate::corpus::walk::{Found, FoundFile};
use crate::corpus::{Fingerprint, Format};
use crate::extract::jsonl;

/// Bytes of lines that are handed to a thread at once.
const BATCH: usize = 256 << 10;
/// Faults of lines that are kept of a collection.
pub(super) const FAULTS: usize = 20;

/// The collections of a corpus.
#[derive(Default)]
pub(crate) struct Collections {
    files: BTreeMap<String, Collection>,
    /// Collections that the engine holds and the corpus does not.
    gone: Vec<String>,
    /// Keys of the catalogue that are ids of records.
    met: BTreeMap<String, u64>,
    /// Hashes of ids that several collections use.
    shared: FxHashSet<u64>,
}

/// One collection.
struct Collection {
    path: PathBuf,
    size: u64,
    /// What stands before an id that is not alone.
    stem: String,
    fingerprint: Fingerprint,
    /// What the engine holds of it.
    row: CollectionRow,
    /// True if something of it is to be put.
    todo: bool,
    /// Keys of the catalogue among its ids.
    met: Vec<String>,
}

impl Collections {
    /// Finds the collections of a walk, and the ids of those that changed.
    pub(crate) fn scan(
        found: &Found,
        files: &mut BTreeMap<String, FileRow>,
        session: &Session,
        options: &Options<'_>,
        report: &mut Report,
    ) -> Result<Collections, RunError> {
        let mut rows = session.ledger.collections()?;
        let mut collections = Collections::default();
        for (name, file) in named(found, true) {
            if !is_known(files.get(&name), file) {
                let row = scan_file(&name, file, session, options, report)?;
                files.insert(name.clone(), row);
            }
            let row = rows.remove(&name).unwrap_or_default();
            let FileRow { fingerprint, outcome: Outcome::Collection, .. } = &files[&name]
            else {
                // It could not be read; what the engine holds of it is of another time.
                rows.insert(name, row);
                continue;
            };
            let collection = Collection {
                path: options.corpus.join(&file.path),
                size: file.size,
                stem: stem(&file.path),
                fingerprint: *fingerprint,
                row,
                todo: false,
                met: Vec::new(),
            };
            collections.files.insert(name, collection);
        }
        let there = |path: &String| rows.contains_key(path);
        collections.gone = rows.keys().filter(|path| there(path)).cloned().collect();
        collections.part_stems();
        Ok(collections)
    }

    /// Two collections of one name are told apart by their paths.
    fn part_stems(&mut self) {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for collection in self.files.values() {
            *seen.entry(collection.stem.clone()).or_default() += 1;
        }
        for (name, collection) in &mut self.files {
            if seen[&collection.stem] > 1 {
                collection.stem = name
                    .rsplit_once('.')
                    .map_or(name.as_str(), |(stem, _)| stem)
                    .to_owned();
            }
        }
    }

    /// Finds which ids are keys of the catalogue, and which are used by several collections.
    pub(crate) fn meet(
        &mut self,
        catalog: &Catalog<'_>,
        topical: impl Iterator<Item = impl AsRef<str>>,
        session: &Session,
    ) -> Result<(), RunError> {
        if self.files.is_empty() {
            return Ok(());
        }
        let mut keys: FxHashMap<u64, String> = FxHashMap::default();
        for key in catalog.works.keys() {
            keys.insert(hash_of(key), key.clone());
        }
        for key in topical {
            keys.insert(hash_of(key.as_ref()), key.as_ref().to_owned());
        }
        let several = self.files.len() > 1;
        let mut all: Vec<u64> = Vec::new();
        for (name, collection) in &mut self.files {
            let mut ids = session.ledger.ids(name)?;
            for id in &ids {
                if let Some(key) = keys.get(id) {
                    collection.met.push(key.clone());
                    *self.met.entry(key.clone()).or_default() += 1;
                }
            }
            collection.met.sort();
            collection.met.dedup();
            if several {
                ids.sort_unstable();
                ids.dedup();
                all.extend(ids);
            }
        }
        all.sort_unstable();
        self.shared = all
            .windows(2)
            .filter(|two| two[0] == two[1] && two[0] != 0)
            .map(|two| two[0])
            .collect();
        Ok(())
    }

    /// True if a record has this key as its id.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.met.contains_key(key) && !self.shared.contains(&hash_of(key))
    }

    /// Decides what is to be put; takes out what is gone or changed.
    pub(crate) fn plan(
        &mut self,
        context: &Context<'_>,
        session: &Session,
        changes: &mut Changes,
    ) -> Result<(), RunError> {
        for path in &self.gone {
            session.writer().delete_file(path);
            changes.collections.insert(path.clone(), None);
            session.ledger.put_ids(path, &[])?;
        }
        let mut shared: Vec<u64> = self.shared.iter().copied().collect();
        shared.sort_unstable();
        for (name, collection) in &mut self.files {
            let digest = collection.digest(context, &shared);
            if collection.row.digest == digest {
                collection.todo = !collection.row.whole;
                continue;
            }
            if collection.row.passages > 0 || collection.row.records > 0 {
                session.writer().delete_file(name);
            }
            collection.row = CollectionRow { digest, ..CollectionRow::default() };
            collection.todo = true;
            changes.collections.insert(name.clone(), Some(collection.row.clone()));
        }
        Ok(())
    }

    /// Puts the records that are to be put. Returns false if it was stopped before the end.
    pub(crate) fn put(
        &mut self,
        context: &Context<'_>,
        session: &mut Session,
        changes: &mut Changes,
        progress: &mut dyn Progress,
        report: &mut Report,
    ) -> Result<bool, RunError> {
        let total: u64 = self.files.values().filter(|c| c.todo).map(|c| c.size).sum();
        let mut before = 0;
        let shared = std::mem::take(&mut self.shared);
        let mut whole = true;
        for (name, collection) in self.files.iter_mut().filter(|(_, c)| c.todo) {
            let ids = session.ledger.ids(name)?;
            let stem = collection.stem.clone();
            let plan = record::Plan {
                name,
                stem: &stem,
                catalog: context.catalog,
                topics: context.topics,
                shared: &shared,
                firsts: firsts(&ids),
            };
            drop(ids);
            while !collection.row.whole {
                collection.put_some(&plan, context, session, report, |done| {
                    progress.step(Stage::Records, before + done, total, name);
                })?;
                changes.collections.insert(name.clone(), Some(collection.row.clone()));
                if context.is_stopped() {
                    whole = collection.row.whole;
                    break;
                }
                if !collection.row.whole {
                    let tables = session.tables.clone();
                    session.commit(changes, tables)?;
                    *changes = Changes::default();
                }
            }
            before += collection.size;
            if !whole {
                break;
            }
        }
        self.shared = shared;
        Ok(whole)
    }

    /// Records in the engine.
    pub(crate) fn records(&self) -> u64 {
        self.files.values().map(|collection| collection.row.records).sum()
    }

    /// Short forms that records explain, with the long ones, a table for each collection.
    pub(crate) fn acronyms(&self) -> impl Iterator<Item = &AcronymTable> {
        self.files.values().map(|collection| &collection.row.acronyms)
    }

    /// What became of a collection; none if the file is none.
    pub(crate) fn state(
        &self,
        path: &str,
        files: &BTreeMap<String, FileRow>,
    ) -> Option<FileState> {
        if let Some(Collection { row, .. }) = self.files.get(path) {
            return Some(FileState::Collection {
                records: row.records,
                covered: row.covered,
                whole: row.whole,
                faults: row.faults.clone(),
                n_faults: row.n_faults,
            });
        }
        match &files.get(path)?.outcome {
            Outcome::Failed(reason) => Some(FileState::Failed {
                key: stem(Path::new(path)),
                reason: reason.clone(),
            }),
            _ => None,
        }
    }
}

impl Collection {
    /// Hash of all that goes into the records beside the engine's format.
    fn digest(&self, context: &Context<'_>, shared: &[u64]) -> [u8; 16] {
        let mut hash = blake3::Hasher::new();
        let mut add = |bytes: &[u8]| {
            hash.update(&(bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        add(&record::VERSION.to_le_bytes());
        add(&self.fingerprint.0);
        if !shared.is_empty() {
            add(self.stem.as_bytes());
            for id in shared {
                add(&id.to_le_bytes());
            }
        }
        for key in &self.met {
            let about = context.catalog.works.get(key).map(|work| {
                let described = context.catalog.describe(key, work);
                (work.best().is_some(), described)
            });
            let parts = (key, about, context.topics.citing(key));
            add(&postcard::to_stdvec(&parts).expect("plain data always encodes"));
        }
        let mut digest = [0; 16];
        digest.copy_from_slice(&hash.finalize().as_bytes()[..16]);
        digest
    }

    /// Puts records from where the last commit ended until a commit is due or the file ends.
    fn put_some(
        &mut self,
        plan: &record::Plan<'_>,
        context: &Context<'_>,
        session: &Session,
        report: &mut Report,
        mut progress: impl FnMut(u64),
    ) -> Result<(), RunError> {
        let io = |source| RunError::Io { path: self.path.clone(), source };
        let mut file =
            BufReader::with_capacity(1 << 20, File::open(&self.path).map_err(io)?);
        file.seek(SeekFrom::Start(self.row.done)).map_err(io)?;
        let work = |batch: Batch| (batch.first_line, record::put(plan, &batch, session));
        // Batches end in any order; what they found is joined in the order of their lines.
        let mut waiting: BTreeMap<u64, Put> = BTreeMap::new();
        let row = &mut self.row;
        let path = &self.path;
        with_crew(threads(context.options), &work, |crew| {
            let mut counted = row.lines;
            let mut took = |(line, put): (u64, Result<Put, RunError>),
                            row: &mut CollectionRow| {
                waiting.insert(line, put?);
                while let Some(put) = waiting.remove(&(counted + 1)) {
                    report.records += put.records;
                    counted += put.lines;
                    put.count_into(row);
                }
                Ok::<(), RunError>(())
            };
            // However short the time between commits is, some work is done between them.
            loop {
                let (batch, bytes, lines) = read_batch(&mut file, row.lines)
                    .map_err(|source| RunError::Io { path: path.clone(), source })?;
                if lines == 0 {
                    row.whole = true;
                    break;
                }
                row.done += bytes;
                row.lines += lines;
                progress(row.done);
                if let Some(put) = crew.give(batch) {
                    took(put, row)?;
                }
                if session.is_due() || context.is_stopped() {
                    break;
                }
            }
            while let Some(put) = crew.take() {
                took(put, row)?;
            }
            row.acronyms.keep_most(ACRONYMS);
            Ok(())
        })
    }
}

/// True if the file is as the ledger has it.
fn is_known(row: Option<&FileRow>, file: &FoundFile) -> bool {
    row.is_some_and(|row| {
        (row.size, row.mtime_ns) == (file.size, file.mtime_ns)
            && row.outcome == Outcome::Collection
            && is_settled(row.mtime_ns, row.seen)
    })
}

/// Hashes a collection and collects the ids of its lines.
fn scan_file(
    name: &str,
    file: &FoundFile,
    session: &Session,
    options: &Options<'_>,
    report: &mut Report,
) -> Result<FileRow, RunError> {
    let scanned = scan_lines(&options.corpus.join(&file.path), threads(options));
    let (fingerprint, outcome) = match scanned {
        Ok((fingerprint, ids)) => {
            session.ledger.put_ids(name, &ids)?;
            (fingerprint, Outcome::Collection)
        }
        Err(error) => {
            let failure = Failure::Unreadable { what: error.to_string() };
            (Fingerprint([0; 32]), Outcome::Failed(failure))
        }
    };
    report.read += 1;
    let row = FileRow {
        size: file.size,
        mtime_ns: file.mtime_ns,
        seen: options.now,
        format: Format::Jsonl,
        fingerprint,
        reader: u64::from(record::VERSION),
        outcome,
    };
    session.ledger.put_files(std::iter::once((name, Some((&row, None)))))?;
    Ok(row)
}

/// The fingerprint that a collection has now; none if it cannot be read.
pub(crate) fn fingerprint_at(path: &Path) -> Option<Fingerprint> {
    let mut file = BufReader::with_capacity(1 << 20, File::open(path).ok()?);
    let mut hash = blake3::Hasher::new();
    loop {
        match read_batch(&mut file, 0) {
            Ok((_, _, 0)) => return Some(Fingerprint(*hash.finalize().as_bytes())),
            Ok((batch, ..)) => hash.update(&batch.bytes),
            Err(_) => return None,
        };
    }
}

/// The file's fingerprint, and for each line the hash of its id, 0 where it has none.
fn scan_lines(path: &Path, n_threads: usize) -> io::Result<(Fingerprint, Vec<u64>)> {
    let mut file = BufReader::with_capacity(1 << 20, File::open(path)?);
    let mut hash = blake3::Hasher::new();
    let find = |batch: Batch| {
        let id = |line| jsonl::id_of(line).map_or(0, |id| hash_of(&id));
        (batch.first_line, batch.lines().map(id).collect::<Vec<u64>>())
    };
    // By the first line of each batch: batches end in any order.
    let mut found: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    with_crew(n_threads, &find, |crew| {
        let mut read = 0;
        loop {
            let (batch, _, lines) = read_batch(&mut file, read)?;
            if lines == 0 {
                break;
            }
            read += lines;
            hash.update(&batch.bytes);
            found.extend(crew.give(batch));
        }
        found.extend(std::iter::from_fn(|| crew.take()));
        Ok::<(), io::Error>(())
    })?;
    let ids = found.into_values().flatten().collect();
    Ok((Fingerprint(*hash.finalize().as_bytes()), ids))
}

/// Reads whole lines, about [`BATCH`] bytes of them: the batch, its bytes and lines in the file.
fn read_batch(file: &mut impl BufRead, lines: u64) -> io::Result<(Batch, u64, u64)> {
    let mut bytes = Vec::with_capacity(BATCH + (16 << 10));
    let mut ends = Vec::with_capacity(BATCH >> 10);
    let mut n_bytes = 0;
    while bytes.len() < BATCH {
        let n = jsonl::read_line(file, &mut bytes)?;
        if n == 0 {
            break;
        }
        n_bytes += n;
        ends.push(bytes.len());
    }
    let n_lines = ends.len() as u64;
    Ok((Batch { first_line: lines + 1, bytes, ends }, n_bytes, n_lines))
}

/// The first line of each id that several lines have.
fn firsts(ids: &[u64]) -> FxHashMap<u64, u64> {
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    let twice: FxHashSet<u64> = sorted
        .windows(2)
        .filter(|two| two[0] == two[1] && two[0] != 0)
        .map(|two| two[0])
        .collect();
    let mut firsts = FxHashMap::default();
    if !twice.is_empty() {
        for (line, id) in (1..).zip(ids) {
            if twice.contains(id) {
                firsts.entry(*id).or_insert(line);
            }
        }
    }
    firsts
}

/// The hash of an id; never 0.
pub(super) fn hash_of(id: &str) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&blake3::hash(id.as_bytes()).as_bytes()[..8]);
    u64::from_le_bytes(first).max(1)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
