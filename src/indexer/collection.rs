//! Collections: files with a record a line, each a work of its own.
//!
//! A collection may have a million records, so nothing is kept of each but the hash of its id, and a
//! run that leaves a collection as it is asks for the ids of the works it knows, not for all. A
//! changed file is put anew as a whole; a run that was cut off goes on at the line where the last commit
//! ended. Records whose id is the key of a work in the bibliography are that work's document;
//! those whose work has a better document are left out.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;

use super::catalog::Catalog;
use super::crew::with_crew;
use super::documents::ACRONYMS;
use super::ledger::{Changes, CollectionRow, FileRow, Outcome, Shared};
use super::record::{self, Batch, Put};
use super::run::{Context, named};
use super::scan::{self, hash_of, read_batch, repeated};
use super::session::{Session, threads};
use super::snapshot::FileState;
use super::{Options, Progress, Report, RunError, Stage};
use crate::analysis::AcronymTable;
use crate::corpus::Fingerprint;
use crate::corpus::walk::Found;

/// Faults of lines that are kept of a collection.
pub(super) const FAULTS: usize = 20;

/// The collections of a corpus.
#[derive(Default)]
pub(crate) struct Collections {
    files: BTreeMap<String, Collection>,
    /// Collections that the engine holds and the corpus does not.
    gone: Vec<String>,
    /// Keys of the catalogue that are ids of records, and in how many collections.
    met: BTreeMap<String, u64>,
    /// Hash of the ids that several collections use; none if there are none.
    shared: Option<[u8; 32]>,
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
    /// Short forms that its records explain, with the long ones; none while nobody needed to know.
    acronyms: Option<AcronymTable>,
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
            if let Some(row) =
                scan::look_at(&name, file, files.get(&name), session, options, report)?
            {
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
                acronyms: None,
                todo: false,
                met: Vec::new(),
            };
            collections.files.insert(name, collection);
        }
        collections.gone = rows.into_keys().collect();
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
    pub(crate) fn meet<'a>(
        &mut self,
        catalog: &'a Catalog<'_>,
        topical: impl Iterator<Item = &'a str>,
        session: &Session,
    ) -> Result<(), RunError> {
        if self.files.is_empty() {
            return Ok(());
        }
        let mut keys: BTreeMap<u64, &str> = BTreeMap::new();
        keys.extend(catalog.works.keys().map(|key| (hash_of(key), key.as_str())));
        keys.extend(topical.map(|key| (hash_of(key), key)));
        let wanted: Vec<u64> = keys.keys().copied().collect();
        for (name, collection) in &mut self.files {
            let found = session.ledger.ids_among(name, &wanted)?;
            collection.met = found.iter().map(|id| keys[id].to_owned()).collect();
            collection.met.sort();
            for key in &collection.met {
                *self.met.entry(key.clone()).or_default() += 1;
            }
        }
        self.shared = self.find_shared(session)?;
        Ok(())
    }

    /// Hash of the ids that several collections use, as the ledger knows it, or found anew where
    /// these are other collections than then.
    fn find_shared(&self, session: &Session) -> Result<Option<[u8; 32]>, RunError> {
        if self.files.len() < 2 {
            return Ok(None);
        }
        let mut hash = blake3::Hasher::new();
        for (name, collection) in &self.files {
            hash.update(&(name.len() as u64).to_le_bytes());
            hash.update(name.as_bytes());
            hash.update(&collection.fingerprint.0);
        }
        let of = *hash.finalize().as_bytes();
        if let Some(shared) = session.ledger.shared()?.filter(|shared| shared.of == of) {
            return Ok(shared.ids);
        }
        let shared = self.shared_ids(session)?;
        let mut hash = blake3::Hasher::new();
        for id in &shared {
            hash.update(&id.to_le_bytes());
        }
        let ids = (!shared.is_empty()).then(|| *hash.finalize().as_bytes());
        session.ledger.put_shared(&Shared { of, ids })?;
        Ok(ids)
    }

    /// The ids that several collections use, in order.
    fn shared_ids(&self, session: &Session) -> Result<Vec<u64>, RunError> {
        let mut all: Vec<u64> = Vec::new();
        for name in self.files.keys() {
            all.extend(session.ledger.ids(name)?);
        }
        // Each collection's are in order, which this sort makes use of.
        all.sort();
        Ok(repeated(&all).collect())
    }

    /// True if a record has this key as its id.
    pub(crate) fn has(&self, key: &str) -> bool {
        self.met.get(key) == Some(&1)
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
            changes.put_collection(path, None);
        }
        for (name, collection) in &mut self.files {
            let digest = collection.digest(context, self.shared);
            if collection.row.digest == digest {
                collection.todo = !collection.row.whole;
                continue;
            }
            if collection.row.passages > 0 || collection.row.records > 0 {
                session.writer().delete_file(name);
            }
            collection.row = CollectionRow { digest, ..CollectionRow::default() };
            collection.todo = true;
            let none = collection.acronyms.insert(AcronymTable::default());
            changes.put_collection(name, Some((&collection.row, none)));
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
        if self.files.values().all(|collection| !collection.todo) {
            return Ok(true);
        }
        let total: u64 = self.files.values().filter(|c| c.todo).map(|c| c.size).sum();
        let mut before = 0;
        let shared: FxHashSet<u64> = match self.shared {
            Some(_) => self.shared_ids(session)?.into_iter().collect(),
            None => FxHashSet::default(),
        };
        for (name, collection) in self.files.iter_mut().filter(|(_, c)| c.todo) {
            let stem = collection.stem.clone();
            let plan = record::Plan {
                name,
                stem: &stem,
                catalog: context.catalog,
                topics: context.topics,
                shared: &shared,
                firsts: session.ledger.repeated_ids(name)?.into_iter().collect(),
            };
            let mut acronyms = match collection.acronyms.take() {
                Some(table) => table,
                None => session.ledger.acronyms(name)?,
            };
            while !collection.row.whole {
                collection.put_some(
                    &plan,
                    &mut acronyms,
                    context,
                    session,
                    report,
                    |done| {
                        progress.step(Stage::Records, before + done, total, name);
                    },
                )?;
                changes.put_collection(name, Some((&collection.row, &acronyms)));
                if context.is_stopped() {
                    break;
                }
                if !collection.row.whole {
                    let tables = session.tables.clone();
                    session.commit(changes, tables)?;
                    *changes = Changes::default();
                }
            }
            collection.acronyms = Some(acronyms);
            before += collection.size;
            if !collection.row.whole {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Records in the engine.
    pub(crate) fn records(&self) -> u64 {
        self.files.values().map(|collection| collection.row.records).sum()
    }

    /// What the acronyms of records are made from: path, digest and bytes of each collection.
    pub(crate) fn contents(&self) -> Vec<(&String, [u8; 16], u64)> {
        let rows = self.files.iter().map(|(name, collection)| (name, &collection.row));
        rows.map(|(name, row)| (name, row.digest, row.done)).collect()
    }

    /// Adds the short forms that records explain, with the long ones.
    pub(crate) fn add_acronyms(
        &mut self,
        table: &mut AcronymTable,
        session: &Session,
    ) -> Result<(), RunError> {
        for (name, collection) in &mut self.files {
            table.merge(match collection.acronyms.take() {
                Some(known) => known,
                None => session.ledger.acronyms(name)?,
            });
        }
        Ok(())
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
    fn digest(&self, context: &Context<'_>, shared: Option<[u8; 32]>) -> [u8; 16] {
        let mut hash = blake3::Hasher::new();
        let mut add = |bytes: &[u8]| {
            hash.update(&(bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        add(&record::VERSION.to_le_bytes());
        add(&self.fingerprint.0);
        if let Some(shared) = shared {
            add(self.stem.as_bytes());
            add(&shared);
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
        acronyms: &mut AcronymTable,
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
                    put.count_into(row, acronyms);
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
            Ok::<(), RunError>(())
        })?;
        acronyms.keep_most(ACRONYMS);
        Ok(())
    }
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
