//! The engine's folder, readable also by those who may not write to it.
//!
//! The engine takes a lock, a file opened for writing, whenever a reader opens the segments: so
//! that a writer does not remove what the reader is about to open. Where that file cannot be
//! written (another person's index, a read-only disk) there is no lock to take: the reader goes
//! without, and a commit that lands in that moment makes it open anew.
//!
//! The engine writes a commit's file whole and renames it, but does not wait until the folder that
//! names it is written: here it does.
//!
//! Its lock of writers is freed by closing a file, which a process that is being started has open as
//! well for a moment. `Root::lock` keeps writers apart, so here a busy lock is tried again a while.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use tantivy::directory::error::{
    DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError,
};
use tantivy::directory::{
    Directory, DirectoryLock, FileHandle, Lock, META_LOCK, MmapDirectory, WatchCallback,
    WatchHandle, WritePtr,
};

/// The file that a commit replaces.
const COMMIT: &str = "meta.json";

/// How often a busy lock is tried, and how long after each try.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(5);

/// Files of a folder, mapped into memory.
#[derive(Clone, Debug)]
pub(super) struct Folder(MmapDirectory);

impl Folder {
    pub(super) fn open(path: &Path) -> Result<Folder, OpenDirectoryError> {
        MmapDirectory::open(path).map(Folder)
    }
}

impl Directory for Folder {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.0.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.0.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.0.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        self.0.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.0.atomic_read(path)
    }

    /// The engine removes the files of the last commit once the new one is written, and the ledger
    /// says that it is: both only after the new name is on the disk too.
    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        self.0.atomic_write(path, data)?;
        match path.as_os_str() == COMMIT {
            true => self.0.sync_directory(),
            false => Ok(()),
        }
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.0.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        let mut tries = 0;
        loop {
            match self.0.acquire_lock(lock) {
                Err(LockError::IoError(_)) if lock.filepath == META_LOCK.filepath => {
                    return Ok(DirectoryLock::from(Box::new(())));
                }
                Err(LockError::LockBusy) if tries < TRIES => tries += 1,
                other => return other,
            }
            thread::sleep(PAUSE);
        }
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.0.watch(callback)
    }
}
