//! The one writer of an index.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use tantivy::indexer::UserOperation;
use tantivy::schema::Field;
use tantivy::{IndexWriter, Term};

use super::queue::{Gate, Queued};
use super::tables::Shelf;
use super::{Acronyms, IndexError, Store, Tables};
use crate::analysis::AcronymTable;
use crate::schema::{IndexDoc, IndexSchema};

/// Adds and removes whole works; nothing is seen by readers before [`Writer::commit`].
///
/// Dropping it without a commit leaves the index as it was.
pub struct Writer {
    engine: IndexWriter<Queued>,
    gate: Arc<Gate>,
    /// Held while a removal is numbered and queued. The engine numbers first and queues later: two
    /// threads that overtake each other between the two leave a removal where the segment that
    /// holds the work put right after it takes it for a later one, and drops the work.
    turn: Mutex<()>,
    shelf: Shelf,
    path: PathBuf,
    key: Field,
    file: Field,
    /// The tables of the last two commits, and where their acronyms are: a reader may still be
    /// opening the older one.
    recent: Vec<(String, Acronyms)>,
}

impl Writer {
    /// Smallest budget of a thread that the engine accepts.
    const LEAST_MEMORY: usize = 15_000_000;

    pub(super) fn open(
        store: &Store,
        threads: usize,
        memory: usize,
    ) -> Result<Writer, IndexError> {
        let fail = |e| IndexError::from_engine(&store.path, e);
        // The engine has at most eight threads.
        let threads = threads.clamp(1, 8);
        let memory = memory.max(threads * Self::LEAST_MEMORY);
        let engine =
            store.index.writer_with_num_threads(threads, memory).map_err(fail)?;
        let recent = match store.index.load_metas().map_err(fail)?.payload {
            Some(name) => {
                let acronyms = store.shelf.load(&name)?.acronyms;
                vec![(name, acronyms)]
            }
            None => Vec::new(),
        };
        let IndexSchema { key, file, .. } = *store.schema;
        Ok(Writer {
            engine,
            gate: Arc::default(),
            turn: Mutex::new(()),
            shelf: store.shelf.clone(),
            path: store.path.clone(),
            key,
            file,
            recent,
        })
    }

    /// Puts a work in place of the one with the same key, if there is one.
    ///
    /// `docs` are all of its passages, as [`IndexSchema::documents`] makes them. They go into one
    /// segment side by side, which searching relies on. Can be called from several threads.
    pub fn put(&self, key: &str, docs: Vec<IndexDoc>) -> Result<(), IndexError> {
        let delete = UserOperation::Delete(self.term_of(key));
        let docs = self.gate.enter(docs);
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.run(std::iter::once(delete).chain(docs.map(UserOperation::Add)))
    }

    /// Adds a work that is known not to be there: cheaper than [`Writer::put`].
    pub fn add(&self, docs: Vec<IndexDoc>) -> Result<(), IndexError> {
        self.run(self.gate.enter(docs).map(UserOperation::Add))
    }

    /// Removes a work.
    pub fn delete_work(&self, key: &str) {
        self.delete(self.term_of(key));
    }

    /// Removes every work that came from a file.
    pub fn delete_file(&self, path: &str) {
        self.delete(Term::from_field_text(self.file, path));
    }

    fn delete(&self, term: Term) {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        self.engine.delete_term(term);
    }

    /// Writes a table of acronyms, for the tables of the next commit to name. `of` is the hash of all
    /// that it is made from.
    pub fn keep_acronyms(
        &self,
        of: [u8; 16],
        table: &AcronymTable,
    ) -> Result<Acronyms, IndexError> {
        self.shelf.save_acronyms(of, table)
    }

    /// Makes all changes visible together with `tables`, and durable.
    pub fn commit(&mut self, tables: &Tables) -> Result<(), IndexError> {
        let name = self.shelf.save(tables)?;
        let fail = |e| IndexError::from_engine(&self.path, e);
        let mut prepared = self.engine.prepare_commit().map_err(fail)?;
        prepared.set_payload(&name);
        prepared.commit().map_err(fail)?;
        self.recent.retain(|(old, _)| *old != name);
        self.recent.push((name, tables.acronyms.clone()));
        if self.recent.len() > 2 {
            self.recent.remove(0);
        }
        self.shelf.sweep(&self.recent);
        Ok(())
    }

    /// Counts the segments of the last commit.
    pub fn segments(&self) -> Result<usize, IndexError> {
        let segments = self.engine.index().searchable_segment_metas();
        segments
            .map(|metas| metas.len())
            .map_err(|e| IndexError::from_engine(&self.path, e))
    }

    /// Forgets all changes since the last commit.
    pub fn rollback(&mut self) -> Result<(), IndexError> {
        let fail = |e| IndexError::from_engine(&self.path, e);
        self.engine.rollback().map(drop).map_err(fail)
    }

    /// Keeps segments as they are, for tests of layouts.
    #[cfg(test)]
    pub(crate) fn keep_segments(&self) {
        self.engine.set_merge_policy(Box::new(tantivy::merge_policy::NoMergePolicy));
    }

    /// Waits for running merges and closes the writer.
    pub fn finish(self) -> Result<(), IndexError> {
        let Writer { engine, path, .. } = self;
        engine.wait_merging_threads().map_err(|e| IndexError::from_engine(&path, e))
    }

    fn term_of(&self, key: &str) -> Term {
        Term::from_field_text(self.key, key)
    }

    fn run(
        &self,
        operations: impl Iterator<Item = UserOperation<Queued>>,
    ) -> Result<(), IndexError> {
        let operations: Vec<UserOperation<Queued>> = operations.collect();
        if operations.is_empty() {
            return Ok(());
        }
        self.engine
            .run(operations)
            .map(drop)
            .map_err(|e| IndexError::from_engine(&self.path, e))
    }
}
