//! One generation of an index, open for writing: the engine and the ledger, which commit together.

use std::path::{Path, PathBuf};
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};

use super::ledger::{Changes, Ledger};
use super::{Options, RunError};
use crate::index::{self, Root, Store, Tables, Writer};

/// The engine and the ledger of a generation.
pub(crate) struct Session {
    folder: PathBuf,
    store: Store,
    writer: RwLock<Writer>,
    pub(crate) ledger: Ledger,
    /// Number of the last commit.
    number: u64,
    /// The tables of the last commit.
    pub(crate) tables: Tables,
    committed: Instant,
    commit_every: Duration,
}

impl Session {
    /// Opens a generation, and makes engine and ledger agree if the last run was cut off.
    pub(crate) fn open(
        folder: &Path,
        options: &Options<'_>,
    ) -> Result<Session, RunError> {
        Session::of(index::open(folder)?, folder, options)
    }

    /// Makes an empty generation beside the live one.
    pub(crate) fn create(
        root: &Root,
        options: &Options<'_>,
    ) -> Result<Session, RunError> {
        let folder = root.begin_rebuild()?;
        Session::of(index::create(&folder)?, &folder, options)
    }

    fn of(
        store: Store,
        folder: &Path,
        options: &Options<'_>,
    ) -> Result<Session, RunError> {
        let tables = store.tables()?;
        let number = tables.summary.generation;
        let ledger = Ledger::open(folder)?;
        ledger.settle(number)?;
        let threads = threads(options);
        Ok(Session {
            folder: folder.to_owned(),
            writer: RwLock::new(store.writer(threads, options.memory)?),
            store,
            ledger,
            number,
            tables,
            committed: Instant::now(),
            commit_every: options.commit_every,
        })
    }

    /// The folder of the generation.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Number of the last commit.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The engine, to make documents for.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// The engine's writer, for any number of threads.
    pub(crate) fn writer(&self) -> RwLockReadGuard<'_, Writer> {
        // Nothing panics while it holds the lock for writing but the engine itself.
        self.writer.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// True if the last commit is long ago.
    pub(crate) fn is_due(&self) -> bool {
        self.committed.elapsed() >= self.commit_every
    }

    /// Makes all changes durable and visible: engine and ledger, or neither.
    pub(crate) fn commit(
        &mut self,
        changes: &Changes,
        mut tables: Tables,
    ) -> Result<(), RunError> {
        let number = self.number + 1;
        tables.summary.generation = number;
        self.ledger.intend(number, changes)?;
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner);
        writer.commit(&tables)?;
        self.ledger.settle(number)?;
        self.number = number;
        self.tables = tables;
        self.committed = Instant::now();
        Ok(())
    }

    /// Passages that the last commit holds.
    pub(crate) fn passages(&self) -> Result<u64, RunError> {
        Ok(self.store.passages()?)
    }

    /// Closes it; joins segments first if asked, or if there are very many.
    pub(crate) fn close(self, tidy: bool) -> Result<(), RunError> {
        /// Segments that make a search slow.
        const MANY: usize = 24;
        let writer = self.writer.into_inner().unwrap_or_else(PoisonError::into_inner);
        if tidy || writer.segments()? > MANY {
            writer.finish()?;
        }
        Ok(())
    }
}

/// Threads of a run.
pub(crate) fn threads(options: &Options<'_>) -> usize {
    match options.jobs {
        0 => std::thread::available_parallelism().map_or(2, usize::from),
        jobs => jobs,
    }
}
