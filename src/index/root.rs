//! The index folder: which generation is live, rebuilding beside it, and the lock of its writer.
//!
//! ```text
//! index/current       format and name of the live generation; replaced as a whole
//! index/engine-0007/  a generation: the engine's files and its tables
//! index/lock          held by who writes
//! ```

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use super::IndexError;
use crate::schema::FORMAT_VERSION;

const CURRENT: &str = "current";
const LOCK: &str = "lock";
const GENERATION: &str = "engine-";
const MAGIC: &str = "citemap index format ";

/// An index folder.
#[derive(Clone, Debug)]
pub struct Root {
    path: PathBuf,
}

/// Who writes an index.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockHolder {
    /// Process id.
    pub pid: u32,
    /// Since when, in seconds since 1970.
    pub since: u64,
}

impl std::fmt::Display for LockHolder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "process {}, since {} s after 1970", self.pid, self.since)
    }
}

/// Held while writing; the lock is free again when it is dropped or the process ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing would do, but for a process that is being started at this moment: until its program
        // runs it has the file open as well. Nothing can be done about an error here.
        let _ = self.file.unlock();
    }
}

impl Root {
    /// Opens an index folder that is there.
    ///
    /// A folder that holds other things is [`IndexError::NotAnIndex`]; one that is absent, empty, or
    /// holds nothing but a README or hidden files is [`IndexError::Missing`]. The format is checked by [`Root::live`].
    pub fn open(path: &Path) -> Result<Root, IndexError> {
        let root = Root { path: path.to_owned() };
        match fs::read_dir(path) {
            Ok(_) => {
                if root.file(CURRENT)?.is_some() || root.looks_started()? {
                    return Ok(root);
                }
                let path = path.to_owned();
                match only_notes(&path) {
                    true => Err(IndexError::Missing { path }),
                    false => Err(IndexError::NotAnIndex { path }),
                }
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => {
                Err(IndexError::Missing { path: path.to_owned() })
            }
            Err(e) if e.kind() == io::ErrorKind::NotADirectory => {
                Err(IndexError::NotAnIndex { path: path.to_owned() })
            }
            Err(source) => Err(IndexError::Io { path: path.to_owned(), source }),
        }
    }

    /// Opens an index folder, or makes one (mode 0700 on Unix) if there is none.
    pub fn open_or_create(path: &Path) -> Result<Root, IndexError> {
        match Root::open(path) {
            Err(IndexError::Missing { .. }) => {}
            other => return other,
        }
        let io = |source| IndexError::Io { path: path.to_owned(), source };
        make_private(path).map_err(io)?;
        let root = Root { path: path.to_owned() };
        // The lock file marks the folder as ours before the first generation is whole.
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(root.path.join(LOCK))
            .map_err(io)?;
        Ok(root)
    }

    /// Returns the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the folder of the live generation, or none if nothing was committed yet.
    ///
    /// [`IndexError::Older`] and [`IndexError::Newer`] tell of another format.
    pub fn live(&self) -> Result<Option<PathBuf>, IndexError> {
        let Some(text) = self.file(CURRENT)? else { return Ok(None) };
        let damaged =
            || IndexError::Damaged { path: self.path.join(CURRENT), source: None };
        let (head, name) = text.split_once('\n').ok_or_else(damaged)?;
        let found: u32 = head
            .strip_prefix(MAGIC)
            .and_then(|version| version.parse().ok())
            .ok_or_else(damaged)?;
        let (path, expected) = (self.path.clone(), FORMAT_VERSION);
        match found.cmp(&expected) {
            std::cmp::Ordering::Less => Err(IndexError::Older { path, found, expected }),
            std::cmp::Ordering::Greater => {
                Err(IndexError::Newer { path, found, expected })
            }
            std::cmp::Ordering::Equal => {
                let name = name.trim_end();
                number_of(name).ok_or_else(damaged)?;
                Ok(Some(self.path.join(name)))
            }
        }
    }

    /// Returns the folder for the next generation, emptied. The live one is not touched.
    ///
    /// Call with the lock held.
    pub fn begin_rebuild(&self) -> Result<PathBuf, IndexError> {
        let live = match self.live() {
            Ok(live) => live,
            // Whatever is there is being replaced.
            Err(IndexError::Older { .. } | IndexError::Damaged { .. }) => None,
            Err(e) => return Err(e),
        };
        let mut last = 0;
        for (number, path) in self.generations()? {
            last = last.max(number);
            if live.is_some() && live.as_ref() != Some(&path) {
                remove(&path)?;
            }
        }
        Ok(self.path.join(format!("{GENERATION}{:04}", last + 1)))
    }

    /// Makes `generation` the live one, durably and at once, and removes the others.
    pub fn swap(&self, generation: &Path) -> Result<(), IndexError> {
        let name = generation.file_name().and_then(|n| n.to_str()).unwrap_or_default();
        let io = |source| IndexError::Io { path: self.path.join(CURRENT), source };
        let fresh = self.path.join("current.tmp");
        let mut file = File::create(&fresh).map_err(io)?;
        write!(file, "{MAGIC}{FORMAT_VERSION}\n{name}\n").map_err(io)?;
        file.sync_all().map_err(io)?;
        fs::rename(&fresh, self.path.join(CURRENT)).map_err(io)?;
        sync_folder(&self.path).map_err(io)?;
        for (_, path) in self.generations()? {
            if path != generation {
                remove(&path)?;
            }
        }
        Ok(())
    }

    /// Takes the lock, or says who has it. `now` is in seconds since 1970.
    pub fn lock(&self, now: u64) -> Result<Lock, IndexError> {
        let path = self.path.join(LOCK);
        let io = |source| IndexError::Io { path: path.clone(), source };
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(io)?;
        // The system frees the lock of a process that died, so no lock is ever stale.
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::Error(source)) => return Err(io(source)),
            Err(TryLockError::WouldBlock) => {
                let mut text = String::new();
                // What it says is a courtesy; the lock itself is what counts.
                let _ = file.read_to_string(&mut text);
                let mut words = text.split_whitespace();
                let pid = words.next().and_then(|w| w.parse().ok());
                let since = words.next().and_then(|w| w.parse().ok());
                let holder = pid.zip(since).map(|(pid, since)| LockHolder { pid, since });
                return Err(IndexError::Busy { path: self.path.clone(), holder });
            }
        }
        file.set_len(0).map_err(io)?;
        file.rewind().map_err(io)?;
        writeln!(file, "{} {now}", std::process::id()).map_err(io)?;
        Ok(Lock { file })
    }

    fn file(&self, name: &str) -> Result<Option<String>, IndexError> {
        let path = self.path.join(name);
        match fs::read(&path) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(IndexError::Io { path, source }),
        }
    }

    /// An index that was begun and never committed.
    fn looks_started(&self) -> Result<bool, IndexError> {
        Ok(self.file(LOCK)?.is_some())
    }

    fn generations(&self) -> Result<Vec<(u64, PathBuf)>, IndexError> {
        let io = |source| IndexError::Io { path: self.path.clone(), source };
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.path).map_err(io)? {
            let entry = entry.map_err(io)?;
            if let Some(number) = entry.file_name().to_str().and_then(number_of) {
                found.push((number, entry.path()));
            }
        }
        found.sort();
        Ok(found)
    }
}

fn number_of(name: &str) -> Option<u64> {
    name.strip_prefix(GENERATION)?.parse().ok()
}

fn only_notes(path: &Path) -> bool {
    fs::read_dir(path).is_ok_and(|entries| {
        entries.flatten().all(|entry| {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            name.starts_with('.') || name.to_ascii_lowercase().starts_with("readme")
        })
    })
}

fn remove(path: &Path) -> Result<(), IndexError> {
    match fs::remove_dir_all(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(IndexError::Io { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}

#[cfg(unix)]
fn make_private(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(not(unix))]
fn make_private(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)
}

#[cfg(unix)]
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_a_folder_is() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("index");
        assert!(matches!(Root::open(&path), Err(IndexError::Missing { .. })));
        fs::create_dir(&path).unwrap();
        fs::write(path.join("README.md"), "notes").unwrap();
        assert!(matches!(Root::open(&path), Err(IndexError::Missing { .. })));
        let root = Root::open_or_create(&path).unwrap();
        assert_eq!(root.live().unwrap(), None);
        let generation = root.begin_rebuild().unwrap();
        crate::index::create(&generation).unwrap();
        root.swap(&generation).unwrap();
        assert_eq!(Root::open(&path).unwrap().live().unwrap(), Some(generation));
        fs::write(path.join(CURRENT), format!("{MAGIC}999\nengine-0001\n")).unwrap();
        assert!(matches!(root.live(), Err(IndexError::Newer { found: 999, .. })));
        fs::write(path.join(CURRENT), format!("{MAGIC}0\nengine-0001\n")).unwrap();
        assert!(matches!(root.live(), Err(IndexError::Older { found: 0, .. })));
        fs::write(path.join(CURRENT), "engine").unwrap();
        assert!(matches!(root.live(), Err(IndexError::Damaged { .. })));
    }

    #[test]
    fn a_folder_with_other_things_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("thesis.doc"), "precious").unwrap();
        let result = Root::open_or_create(dir.path());
        assert!(matches!(result, Err(IndexError::NotAnIndex { .. })));
    }

    #[test]
    fn a_lock_is_free_though_a_child_has_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::open_or_create(&dir.path().join("index")).unwrap();
        let lock = root.lock(17).unwrap();
        let inherited = lock.file.try_clone().unwrap();
        drop(lock);
        assert!(root.lock(18).is_ok());
        drop(inherited);
    }

    #[test]
    fn the_second_writer_is_told_who_writes() {
        let dir = tempfile::tempdir().unwrap();
        let root = Root::open_or_create(&dir.path().join("index")).unwrap();
        let lock = root.lock(17).unwrap();
        match root.lock(18) {
            Err(IndexError::Busy { holder: Some(holder), .. }) => {
                assert_eq!(holder, LockHolder { pid: std::process::id(), since: 17 });
            }
            other => panic!("{other:?}"),
        }
        drop(lock);
        root.lock(19).unwrap();
    }
}
