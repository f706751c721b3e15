//! Brings an index up to date with its corpus, and tells how they compare.
//!
//! ```text
//! walk -> what changed -> reader (worker processes, cache) -> catalogue of works -> passages -> engine
//! ```
//!
//! In: a corpus folder and an index folder. Out: a [`Report`]. A run does only what is left to do:
//! files are known by size, time and content, works by a digest of all that goes into their
//! passages. It can be killed at any moment; the index then holds its last commit, and the next run
//! goes on from there. A rebuild happens beside the index and takes its place when it is whole.

mod attempt;
mod cache;
mod catalog;
mod check;
mod collection;
mod crew;
mod documents;
mod ledger;
mod progress;
pub mod reader;
mod record;
mod run;
mod scan;
mod session;
mod snapshot;
mod staleness;
#[cfg(test)]
mod tests;
mod topics;
mod work;
mod years;

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

pub use cache::CacheError;
pub use check::{Finding, Health, Part, Problem, Remedy, examine, prune};
pub use ledger::LedgerError;
pub use progress::{Progress, Stage};
pub use reader::{Failure, ReadSettings, read_file, work};
pub use run::run;
pub use snapshot::{FileState, SeenFile, Snapshot};
pub use staleness::{Stale, staleness};

use crate::corpus::bib::BibError;
use crate::corpus::walk::WalkError;
use crate::index::{IndexError, Summary};

/// What a run is told.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The corpus folder.
    pub corpus: &'a Path,
    /// The index folder; made if it is not there.
    pub index: &'a Path,
    /// Threads, and reader processes; 0 for one a core.
    pub jobs: usize,
    /// Memory of the engine's writer, bytes.
    pub memory: usize,
    /// How files are read.
    pub reading: &'a ReadSettings,
    /// Make the index anew, from the extraction cache where it can be.
    pub rebuild: bool,
    /// Try files again that could not be read.
    pub retry: bool,
    /// How long to wait for another process that writes.
    pub wait: Duration,
    /// Time between commits of a long run.
    pub commit_every: Duration,
    /// Join the engine's segments at the end, which takes a moment and makes searches faster.
    pub tidy: bool,
    /// Seconds since 1970.
    pub now: u64,
    /// Set it to end the run at its next commit.
    pub stop: &'a AtomicBool,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// The corpus in numbers, as the index now knows it.
    pub summary: Summary,
    /// Files read by a reader.
    pub read: u64,
    /// New, changed or moved files whose content was known.
    pub known: u64,
    /// Files that are gone since the last run.
    pub gone: u64,
    /// Works put into the index, anew or again.
    pub put: u64,
    /// Works taken out.
    pub removed: u64,
    /// Records of collections put into the index.
    pub records: u64,
    /// Passages in the index.
    pub passages: u64,
    /// Files that could not be read, also by earlier runs, with the reason; in order of path.
    pub failed: Vec<(String, Failure)>,
    /// Lines of collections without a record: file, how many, and the first ones.
    pub line_faults: Vec<(String, u64, Vec<(u64, String)>)>,
    /// What else was met: folders that cannot be entered, entries that cannot be read.
    pub notes: Vec<Note>,
    /// True if it was stopped before its end.
    pub interrupted: bool,
}

/// Something met on the way that a person may want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// A folder or file could not be looked at.
    Walk {
        /// Which.
        path: PathBuf,
        /// Why.
        what: String,
    },
    /// An entry of the bibliography or a survey map could not be read.
    Corpus {
        /// The file.
        path: String,
        /// What is wrong.
        what: String,
    },
    /// The index was made anew.
    Rebuilt {
        /// Why.
        why: Rebuild,
    },
    /// The extraction cache was damaged and is made anew.
    CacheLost,
    /// The system does not confine workers as it should.
    Unconfined {
        /// What is not enforced.
        what: String,
    },
    /// A reader or the passage cutter failed on a document that is in the cache.
    Uncut {
        /// The work.
        key: String,
    },
}

/// Why an index was made anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rebuild {
    /// It was asked for.
    Asked,
    /// An earlier version of the program wrote it.
    OlderFormat,
    /// It was damaged.
    Damaged,
}

/// Why a run came to no end.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The corpus cannot be walked.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// The bibliography cannot be read.
    #[error(transparent)]
    Bibliography(#[from] BibError),
    /// The index cannot be used.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The ledger cannot be used.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The cache cannot be used.
    #[error(transparent)]
    Cache(#[from] CacheError),
    /// The engine gave up, and its disk is full: the threads that write do not tell the reason.
    #[error("{}: no space left on the disk", path.display())]
    DiskFull {
        /// The index folder.
        path: PathBuf,
    },
    /// A file beside them cannot be written or read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

impl RunError {
    /// True if the disk is full.
    pub fn is_disk_full(&self) -> bool {
        matches!(self, RunError::DiskFull { .. })
            || self.io_kind() == Some(std::io::ErrorKind::StorageFull)
    }

    /// True if the folder may not be written.
    pub fn is_read_only(&self) -> bool {
        use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
        matches!(self.io_kind(), Some(PermissionDenied | ReadOnlyFilesystem))
    }

    /// Finds the reason of a failure of the engine in the disk below it.
    pub(crate) fn look_at_disk(self, index: &Path) -> RunError {
        /// Less than the engine needs for the files of a commit.
        const LITTLE: u64 = 32 << 20;
        match self {
            RunError::Index(IndexError::Engine { .. })
                if fs4::available_space(index).is_ok_and(|left| left < LITTLE) =>
            {
                RunError::DiskFull { path: index.to_owned() }
            }
            error => error,
        }
    }

    /// True if an index built anew would not have this fault.
    pub(crate) fn is_damage(&self) -> bool {
        match self {
            RunError::Index(error) => {
                matches!(error, IndexError::Damaged { .. } | IndexError::Missing { .. })
            }
            RunError::Ledger(LedgerError::Damaged { .. }) => true,
            RunError::Ledger(LedgerError::Store { source, .. }) => {
                store_is_damaged(source)
            }
            _ => false,
        }
    }

    /// The kind of the system's error at the bottom of the chain.
    fn io_kind(&self) -> Option<std::io::ErrorKind> {
        let mut error: Option<&(dyn std::error::Error + 'static)> = Some(self);
        while let Some(now) = error {
            if let Some(io) = now.downcast_ref::<std::io::Error>() {
                return Some(io.kind());
            }
            if let Some(redb::Error::Io(io)) = now.downcast_ref::<redb::Error>() {
                return Some(io.kind());
            }
            if let Some(boxed) = now.downcast_ref::<Box<redb::Error>>()
                && let redb::Error::Io(io) = &**boxed
            {
                return Some(io.kind());
            }
            error = now.source();
        }
        None
    }
}

/// True if a store's file is damaged, as against out of reach.
pub(crate) fn store_is_damaged(error: &redb::Error) -> bool {
    use std::io::ErrorKind::{InvalidData, UnexpectedEof};
    match error {
        redb::Error::Io(error) => matches!(error.kind(), InvalidData | UnexpectedEof),
        redb::Error::Corrupted(_)
        | redb::Error::RepairAborted
        | redb::Error::UpgradeRequired(_)
        | redb::Error::TableTypeMismatch { .. } => true,
        _ => false,
    }
}
