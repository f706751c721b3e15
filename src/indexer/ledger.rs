//! What was done: which files were read with what outcome, and which works the engine holds.
//!
//! Rows about files are facts about the corpus and are written at once. Rows about works and
//! collections mirror the engine's content, so they change together with a commit of the engine:
//! [`Ledger::intend`] writes them aside, the engine commits under the same number, and
//! [`Ledger::settle`] puts them in place, or throws them away if the engine's commit did not come
//! about. A process that dies in between leaves a ledger that the next `settle` makes whole.
//!
//! What is long of a collection, its ids and its acronyms, stands apart from its row: a run that has
//! another file to put reads only the ids that may be the new work's.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use redb::{
    Database, Durability, Key, ReadOnlyTable, ReadableDatabase, ReadableTable,
    ReadableTableMetadata, TableDefinition, TableError, WriteTransaction,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::reader::{Facts, Failure};
use crate::analysis::AcronymTable;
use crate::corpus::{Fingerprint, Format};
use crate::paper::Reference;

/// Name of the ledger in the folder of a generation.
pub(crate) const FILE_NAME: &str = "ledger.redb";

/// Pages that the store keeps in memory, in bytes.
const MEMORY: usize = 16 << 20;

type Rows = TableDefinition<'static, &'static str, &'static [u8]>;
type Parts = TableDefinition<'static, (&'static str, u64), &'static [u8]>;

const FILES: Rows = TableDefinition::new("files");
const REFERENCES: Rows = TableDefinition::new("references");
const WORKS: Rows = TableDefinition::new("works");
const COLLECTIONS: Rows = TableDefinition::new("collections");
const ACRONYMS: Rows = TableDefinition::new("acronyms");
const IDS: Parts = TableDefinition::new("sorted ids");
const REPEATED: Rows = TableDefinition::new("repeated ids");
const SHARED: Rows = TableDefinition::new("shared ids");
const NEXT_WORKS: Rows = TableDefinition::new("next works");
const NEXT_COLLECTIONS: Rows = TableDefinition::new("next collections");
const NEXT_ACRONYMS: Rows = TableDefinition::new("next acronyms");
const STATE: TableDefinition<'static, &'static str, u64> = TableDefinition::new("state");

/// The number of the last commit that the rows mirror.
const GENERATION: &str = "generation";
/// The number of the commit that the rows set aside belong to.
const INTENDED: &str = "intended";
/// Digest of the catalogue, now and as set aside.
const CATALOG: &str = "catalog";
const NEXT_CATALOG: &str = "next catalog";

/// Ids of a collection that stand in a row: as many as a page of the store has room for.
const PART: usize = 480;

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct FileRow {
    /// Bytes.
    pub(crate) size: u64,
    /// Time of the last change, nanoseconds since 1970.
    pub(crate) mtime_ns: i64,
    /// When size and time were taken, seconds since 1970.
    pub(crate) seen: u64,
    /// Its form.
    pub(crate) format: Format,
    /// Its content.
    pub(crate) fingerprint: Fingerprint,
    /// Version of the reader and of its settings.
    pub(crate) reader: u64,
    /// What came of reading it.
    pub(crate) outcome: Outcome,
}

/// What came of reading a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Outcome {
    /// A document.
    Read(Box<Facts>),
    /// Nothing could be read.
    Failed(Failure),
    /// A collection of records; see [`CollectionRow`].
    Collection,
}

/// A work that the engine holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct WorkRow {
    /// Hash of all that went into its passages.
    pub(crate) digest: [u8; 16],
    /// The same without its citations, which can be told without its references.
    pub(crate) base: [u8; 16],
    /// Its passages.
    pub(crate) passages: u32,
    /// Short forms that its text explains, with the long ones.
    pub(crate) acronyms: Vec<(String, String)>,
}

/// A file of records that the engine holds, whole or up to a place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CollectionRow {
    /// Hash of all that went into its records.
    pub(crate) digest: [u8; 16],
    /// Bytes of the file that are in the engine.
    pub(crate) done: u64,
    /// Lines of the file that are in the engine.
    pub(crate) lines: u64,
    /// True if all of it is in the engine.
    pub(crate) whole: bool,
    /// Records in the engine.
    pub(crate) records: u64,
    /// Passages in the engine.
    pub(crate) passages: u64,
    /// Records left out because another document holds their work, or an earlier line their id.
    pub(crate) covered: u64,
    /// Lines without a record, and why; the first of them.
    pub(crate) faults: Vec<(u64, String)>,
    /// How many such lines there are.
    pub(crate) n_faults: u64,
}

/// The ids of a collection, as hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ids {
    /// In order, each once.
    pub(crate) sorted: Vec<u64>,
    /// Those that several lines have, with the first line of each, in order.
    pub(crate) repeated: Vec<(u64, u64)>,
}

/// What collections have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shared {
    /// Hash of what all collections hold.
    pub(crate) of: [u8; 32],
    /// Hash of the ids that several of them use; none if there are none.
    pub(crate) ids: Option<[u8; 32]>,
}

/// Rows that change with a commit; `None` removes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    /// By key.
    pub(crate) works: BTreeMap<String, Option<WorkRow>>,
    /// By path.
    pub(crate) collections: BTreeMap<String, Option<CollectionRow>>,
    /// Short forms that the records of a collection explain, with the long ones, by path.
    pub(crate) acronyms: BTreeMap<String, Option<AcronymTable>>,
    /// Digest of the catalogue against which the citations of all works are resolved; none while
    /// that is not so.
    pub(crate) catalog: Option<u64>,
}

impl Changes {
    /// True if nothing changes.
    pub(crate) fn is_empty(&self) -> bool {
        self.works.is_empty()
            && self.collections.is_empty()
            && self.acronyms.is_empty()
            && self.catalog.is_none()
    }

    /// Changes what is known of a collection.
    pub(crate) fn put_collection(
        &mut self,
        path: &str,
        row: Option<(&CollectionRow, &AcronymTable)>,
    ) {
        let (row, acronyms) =
            row.map(|(row, table)| (row.clone(), table.clone())).unzip();
        self.collections.insert(path.to_owned(), row);
        self.acronyms.insert(path.to_owned(), acronyms);
    }
}

/// Why the ledger cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// The store refuses.
    #[error("{}: {source}", path.display())]
    Store {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<redb::Error>,
    },
    /// A row cannot be decoded, or the rows do not belong to the engine's commit.
    #[error("{}: the ledger is damaged", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
    },
}

/// The ledger of one generation of an index.
pub(crate) struct Ledger {
    db: Database,
    path: PathBuf,
}

impl Ledger {
    /// Opens the ledger in the folder of a generation; makes one if there is none.
    pub(crate) fn open(folder: &Path) -> Result<Ledger, LedgerError> {
        let path = folder.join(FILE_NAME);
        let db = Database::builder()
            .set_cache_size(MEMORY)
            .create(&path)
            .map_err(|e| LedgerError::Store { path: path.clone(), source: boxed(e) })?;
        Ok(Ledger { db, path })
    }

    /// Compares the rows set aside with the engine's commit `engine`: puts them in place if they
    /// belong to it, throws them away if they do not. Rows that belong to no commit of the engine
    /// are [`LedgerError::Damaged`].
    pub(crate) fn settle(&self, engine: u64) -> Result<(), LedgerError> {
        let intended = self.number(INTENDED)?;
        if let Some(intended) = intended {
            self.write(|tx| {
                if intended == engine {
                    move_rows(tx, NEXT_WORKS, WORKS)?;
                    move_rows(tx, NEXT_COLLECTIONS, COLLECTIONS)?;
                    move_rows(tx, NEXT_ACRONYMS, ACRONYMS)?;
                    let mut state = tx.open_table(STATE)?;
                    state.insert(GENERATION, engine)?;
                    let next = state.remove(NEXT_CATALOG)?.map(|n| n.value());
                    match next {
                        Some(digest) => drop(state.insert(CATALOG, digest)?),
                        None => drop(state.remove(CATALOG)?),
                    }
                }
                tx.delete_table(NEXT_WORKS)?;
                tx.delete_table(NEXT_COLLECTIONS)?;
                tx.delete_table(NEXT_ACRONYMS)?;
                let mut state = tx.open_table(STATE)?;
                state.remove(INTENDED)?;
                state.remove(NEXT_CATALOG)?;
                Ok(())
            })?;
        }
        if self.number(GENERATION)?.unwrap_or(0) == engine {
            Ok(())
        } else {
            Err(LedgerError::Damaged { path: self.path.clone() })
        }
    }

    /// Writes aside what the engine's commit `number` will change.
    pub(crate) fn intend(
        &self,
        number: u64,
        changes: &Changes,
    ) -> Result<(), LedgerError> {
        self.write(|tx| {
            set_aside(tx, NEXT_WORKS, &changes.works)?;
            set_aside(tx, NEXT_COLLECTIONS, &changes.collections)?;
            set_aside(tx, NEXT_ACRONYMS, &changes.acronyms)?;
            let mut state = tx.open_table(STATE)?;
            state.insert(INTENDED, number)?;
            match changes.catalog {
                Some(digest) => drop(state.insert(NEXT_CATALOG, digest)?),
                None => drop(state.remove(NEXT_CATALOG)?),
            }
            Ok(())
        })
    }

    /// Returns the digest of the catalogue against which the citations of all works are resolved.
    pub(crate) fn catalog(&self) -> Result<Option<u64>, LedgerError> {
        self.number(CATALOG)
    }

    /// Returns all files in order of path.
    pub(crate) fn files(&self) -> Result<BTreeMap<String, FileRow>, LedgerError> {
        self.rows(FILES)
    }

    /// Returns all works in order of key.
    pub(crate) fn works(&self) -> Result<BTreeMap<String, WorkRow>, LedgerError> {
        self.rows(WORKS)
    }

    /// Returns all collections in order of path.
    pub(crate) fn collections(
        &self,
    ) -> Result<BTreeMap<String, CollectionRow>, LedgerError> {
        self.rows(COLLECTIONS)
    }

    /// Returns the short forms that the records of a collection explain, with the long ones.
    pub(crate) fn acronyms(&self, path: &str) -> Result<AcronymTable, LedgerError> {
        Ok(self.row(ACRONYMS, path)?.unwrap_or_default())
    }

    /// Returns the references of the document in a file.
    pub(crate) fn references(&self, path: &str) -> Result<Vec<Reference>, LedgerError> {
        Ok(self.row(REFERENCES, path)?.unwrap_or_default())
    }

    /// Writes what is known of files, with their references; `None` forgets a file and its ids.
    pub(crate) fn put_files<'a>(
        &self,
        rows: impl IntoIterator<
            Item = (&'a str, Option<(&'a FileRow, Option<&'a [Reference]>)>),
        >,
    ) -> Result<(), LedgerError> {
        self.write(|tx| {
            let mut files = tx.open_table(FILES)?;
            let mut references = tx.open_table(REFERENCES)?;
            for (path, row) in rows {
                let Some((row, cited)) = row else {
                    files.remove(path)?;
                    references.remove(path)?;
                    write_ids(tx, path, &Ids::default())?;
                    continue;
                };
                files.insert(path, encode(row).as_slice())?;
                match cited {
                    Some([]) => drop(references.remove(path)?),
                    Some(cited) => {
                        references.insert(path, encode(&cited).as_slice())?;
                    }
                    None => {}
                }
            }
            Ok(())
        })
    }

    /// Returns the ids of a collection in order, each once.
    pub(crate) fn ids(&self, path: &str) -> Result<Vec<u64>, LedgerError> {
        let Some(table) = self.table(IDS)? else { return Ok(Vec::new()) };
        let mut ids = Vec::new();
        for row in table.range(parts(path, 0)).map_err(|e| self.fail(e))? {
            let (_, bytes) = row.map_err(|e| self.fail(e))?;
            ids.extend(numbers(bytes.value()));
        }
        Ok(ids)
    }

    /// Returns those of `wanted`, which is in order, that are ids of a collection. Reads no more of
    /// them than it must.
    pub(crate) fn ids_among(
        &self,
        path: &str,
        mut wanted: &[u64],
    ) -> Result<Vec<u64>, LedgerError> {
        let mut found = Vec::new();
        let Some(table) = self.table(IDS)? else { return Ok(found) };
        while let Some(&id) = wanted.first() {
            // The last part that begins before it, or, where that has ended before it, the next.
            let mut before =
                table.range((path, 0)..=(path, id)).map_err(|e| self.fail(e))?;
            let mut part = before.next_back().transpose().map_err(|e| self.fail(e))?;
            let ends_before =
                |bytes: &[u8]| numbers(bytes).next_back().is_none_or(|last| last < id);
            if part.as_ref().is_none_or(|(_, bytes)| ends_before(bytes.value())) {
                let mut behind =
                    table.range(parts(path, id)).map_err(|e| self.fail(e))?;
                part = behind.next().transpose().map_err(|e| self.fail(e))?;
            }
            let Some((_, bytes)) = part else { break };
            let ids: Vec<u64> = numbers(bytes.value()).collect();
            let Some(&last) = ids.last() else { break };
            let (here, rest) = wanted.split_at(wanted.partition_point(|id| *id <= last));
            found.extend(here.iter().filter(|id| ids.binary_search(id).is_ok()));
            wanted = rest;
        }
        Ok(found)
    }

    /// Returns the ids that several lines of a collection have, with the first line of each.
    pub(crate) fn repeated_ids(
        &self,
        path: &str,
    ) -> Result<Vec<(u64, u64)>, LedgerError> {
        Ok(self.row(REPEATED, path)?.unwrap_or_default())
    }

    /// Writes what is known of the file of a collection and the ids that it has, at once.
    pub(crate) fn put_scanned(
        &self,
        path: &str,
        row: &FileRow,
        ids: &Ids,
    ) -> Result<(), LedgerError> {
        self.write(|tx| {
            tx.open_table(FILES)?.insert(path, encode(row).as_slice())?;
            write_ids(tx, path, ids)
        })
    }

    /// Returns what collections had in common when that was last looked at.
    pub(crate) fn shared(&self) -> Result<Option<Shared>, LedgerError> {
        self.row(SHARED, "")
    }

    /// Writes what collections have in common.
    pub(crate) fn put_shared(&self, shared: &Shared) -> Result<(), LedgerError> {
        self.write(|tx| {
            tx.open_table(SHARED)?.insert("", encode(shared).as_slice())?;
            Ok(())
        })
    }

    fn number(&self, name: &str) -> Result<Option<u64>, LedgerError> {
        let Some(table) = self.table(STATE)? else { return Ok(None) };
        let number = table.get(name).map_err(|e| self.fail(e))?;
        Ok(number.map(|n| n.value()))
    }

    fn row<T: DeserializeOwned>(
        &self,
        table: Rows,
        name: &str,
    ) -> Result<Option<T>, LedgerError> {
        let Some(table) = self.table(table)? else { return Ok(None) };
        let bytes = table.get(name).map_err(|e| self.fail(e))?;
        bytes.map(|bytes| self.decode(bytes.value())).transpose()
    }

    fn rows<T: DeserializeOwned>(
        &self,
        table: Rows,
    ) -> Result<BTreeMap<String, T>, LedgerError> {
        let mut rows = BTreeMap::new();
        let Some(table) = self.table(table)? else { return Ok(rows) };
        for row in table.iter().map_err(|e| self.fail(e))? {
            let (key, bytes) = row.map_err(|e| self.fail(e))?;
            rows.insert(key.value().to_owned(), self.decode(bytes.value())?);
        }
        Ok(rows)
    }

    /// Opens a table for reading; none if nothing was ever written to it.
    fn table<K: Key + 'static, V: redb::Value + 'static>(
        &self,
        table: TableDefinition<'static, K, V>,
    ) -> Result<Option<ReadOnlyTable<K, V>>, LedgerError> {
        let tx = self.db.begin_read().map_err(|e| self.fail(e))?;
        match tx.open_table(table) {
            Ok(table) => Ok(Some(table)),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(e) => Err(self.fail(e)),
        }
    }

    fn write(
        &self,
        change: impl FnOnce(&WriteTransaction) -> Result<(), redb::Error>,
    ) -> Result<(), LedgerError> {
        let mut tx = self.db.begin_write().map_err(|e| self.fail(e))?;
        tx.set_durability(Durability::Immediate).map_err(|e| self.fail(e))?;
        change(&tx).map_err(|e| self.fail(e))?;
        tx.commit().map_err(|e| self.fail(e))
    }

    fn decode<T: DeserializeOwned>(&self, bytes: &[u8]) -> Result<T, LedgerError> {
        postcard::from_bytes(bytes)
            .map_err(|_| LedgerError::Damaged { path: self.path.clone() })
    }

    fn fail(&self, error: impl Into<redb::Error>) -> LedgerError {
        LedgerError::Store { path: self.path.clone(), source: boxed(error) }
    }
}

/// The parts of a collection's ids that begin with `first` or behind it.
fn parts(path: &str, first: u64) -> RangeInclusive<(&str, u64)> {
    (path, first)..=(path, u64::MAX)
}

/// The ids of a part.
fn numbers(bytes: &[u8]) -> impl DoubleEndedIterator<Item = u64> {
    bytes.as_chunks::<8>().0.iter().map(|n| u64::from_le_bytes(*n))
}

fn boxed(error: impl Into<redb::Error>) -> Box<redb::Error> {
    Box::new(error.into())
}

fn encode<T: Serialize>(row: &T) -> Vec<u8> {
    postcard::to_stdvec(row).expect("plain data always encodes")
}

/// No bytes stand for a removal: no row encodes to none.
fn encode_change<T: Serialize>(row: &Option<T>) -> Vec<u8> {
    row.as_ref().map(encode).unwrap_or_default()
}

fn write_ids(tx: &WriteTransaction, path: &str, ids: &Ids) -> Result<(), redb::Error> {
    let mut table = tx.open_table(IDS)?;
    table.retain_in(parts(path, 0), |_, _| false)?;
    for part in ids.sorted.chunks(PART) {
        let bytes: Vec<u8> = part.iter().flat_map(|id| id.to_le_bytes()).collect();
        table.insert((path, part[0]), bytes.as_slice())?;
    }
    let mut repeated = tx.open_table(REPEATED)?;
    match ids.repeated.is_empty() {
        true => drop(repeated.remove(path)?),
        false => drop(repeated.insert(path, encode(&ids.repeated).as_slice())?),
    }
    Ok(())
}

fn set_aside<T: Serialize>(
    tx: &WriteTransaction,
    to: Rows,
    rows: &BTreeMap<String, Option<T>>,
) -> Result<(), redb::Error> {
    tx.delete_table(to)?;
    let mut table = tx.open_table(to)?;
    for (name, row) in rows {
        table.insert(name.as_str(), encode_change(row).as_slice())?;
    }
    Ok(())
}

fn move_rows(tx: &WriteTransaction, from: Rows, to: Rows) -> Result<(), redb::Error> {
    let from = tx.open_table(from)?;
    if from.is_empty()? {
        return Ok(());
    }
    let mut to = tx.open_table(to)?;
    for row in from.iter()? {
        let (key, bytes) = row?;
        match bytes.value() {
            [] => drop(to.remove(key.value())?),
            bytes => drop(to.insert(key.value(), bytes)?),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn work(n: u8) -> WorkRow {
        WorkRow {
            digest: [n; 16],
            base: [n; 16],
            passages: n.into(),
            acronyms: Vec::new(),
        }
    }

    fn changes(rows: &[(&str, Option<WorkRow>)]) -> Changes {
        let works = rows.iter().map(|(k, r)| ((*k).to_owned(), r.clone())).collect();
        Changes { works, ..Changes::default() }
    }

    fn keys(ledger: &Ledger) -> Vec<(String, u32)> {
        let works = ledger.works().unwrap();
        works.into_iter().map(|(k, row)| (k, row.passages)).collect()
    }

    #[test]
    fn rows_follow_the_engine() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(dir.path()).unwrap();
        ledger.settle(0).unwrap();
        ledger
            .intend(1, &changes(&[("a", Some(work(1))), ("b", Some(work(2)))]))
            .unwrap();
        assert_eq!(keys(&ledger), []);
        ledger.settle(1).unwrap();
        assert_eq!(keys(&ledger), [("a".into(), 1), ("b".into(), 2)]);

        // The engine's second commit did not come about.
        ledger.intend(2, &changes(&[("a", None), ("c", Some(work(3)))])).unwrap();
        drop(ledger);
        let ledger = Ledger::open(dir.path()).unwrap();
        ledger.settle(1).unwrap();
        assert_eq!(keys(&ledger), [("a".into(), 1), ("b".into(), 2)]);

        // It did, but the process died before it could settle.
        ledger.intend(2, &changes(&[("a", None), ("c", Some(work(3)))])).unwrap();
        drop(ledger);
        let ledger = Ledger::open(dir.path()).unwrap();
        ledger.settle(2).unwrap();
        assert_eq!(keys(&ledger), [("b".into(), 2), ("c".into(), 3)]);
        ledger.settle(2).unwrap();
    }

    #[test]
    fn an_engine_of_another_time_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(dir.path()).unwrap();
        ledger.intend(1, &changes(&[("a", Some(work(1)))])).unwrap();
        ledger.settle(1).unwrap();
        assert!(matches!(ledger.settle(7), Err(LedgerError::Damaged { .. })));
    }

    #[test]
    fn ids_are_found_in_every_part() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = Ledger::open(dir.path()).unwrap();
        let row = FileRow {
            size: 1,
            mtime_ns: 1,
            seen: 1,
            format: Format::Jsonl,
            fingerprint: Fingerprint([1; 32]),
            reader: 1,
            outcome: Outcome::Collection,
        };
        let ids = |sorted: Vec<u64>| Ids { sorted, repeated: Vec::new() };
        let among = |path: &str, wanted: &[u64]| ledger.ids_among(path, wanted).unwrap();
        assert!(among("a.jsonl", &[1]).is_empty());
        let tens: Vec<u64> = (1..=10_000).map(|n| n * 10).collect();
        ledger.put_scanned("a.jsonl", &row, &ids(tens.clone())).unwrap();
        let two = Ids { sorted: vec![1, u64::MAX], repeated: vec![(1, 7)] };
        ledger.put_scanned("b.jsonl", &row, &two).unwrap();
        assert_eq!(ledger.ids("a.jsonl").unwrap(), tens);
        let all: Vec<u64> = (0..=100_100).collect();
        assert_eq!(among("a.jsonl", &all), tens);
        // The ends of parts, what lies between two of them, and what lies beyond all.
        let part = 10 * PART as u64;
        let wanted = [0, 10, 11, part, part + 1, part + 10, 99_999, 100_000, u64::MAX];
        assert_eq!(among("a.jsonl", &wanted), [10, part, part + 10, 100_000]);
        for id in wanted {
            assert_eq!(among("a.jsonl", &[id]).len(), usize::from(tens.contains(&id)));
        }
        assert_eq!(among("b.jsonl", &all), [1]);
        assert_eq!(among("b.jsonl", &[u64::MAX]), [u64::MAX]);
        assert!(among("", &all).is_empty());
        assert_eq!(ledger.repeated_ids("a.jsonl").unwrap(), []);
        assert_eq!(ledger.repeated_ids("b.jsonl").unwrap(), [(1, 7)]);
        ledger.put_scanned("b.jsonl", &row, &ids(vec![7])).unwrap();
        assert_eq!(ledger.ids("b.jsonl").unwrap(), [7]);
        assert_eq!(ledger.repeated_ids("b.jsonl").unwrap(), []);
        ledger.put_files([("b.jsonl", None)]).unwrap();
        assert!(ledger.ids("b.jsonl").unwrap().is_empty());
        assert_eq!(ledger.ids("a.jsonl").unwrap(), tens);
    }
}
