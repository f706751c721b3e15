//! What belongs to a commit beside the passages: topic trees, acronyms, a summary.
//!
//! They are written to a file of their own, and the commit names it: either both are new, or both
//! are old. The acronyms, which grow with the corpus, lie apart, named by the first: a run that
//! changes none neither reads nor writes them. A file is named by its content, so one that exists
//! is never written again.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::IndexError;
use crate::analysis::AcronymTable;
use crate::survey::TopicTree;

/// Tables of a commit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tables {
    /// Topic trees, in the order shown.
    pub trees: Vec<TopicTree>,
    /// Where the acronyms of the texts are.
    pub acronyms: Acronyms,
    /// The corpus in numbers.
    pub summary: Summary,
}

/// Where a table of acronyms is: see [`Writer::keep_acronyms`](super::Writer::keep_acronyms).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Acronyms {
    /// Hash of all that it is made from.
    pub of: [u8; 16],
    /// Its file; none while there is no table.
    name: Option<String>,
}

/// The corpus in numbers, as of a commit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Works known: with a document or only in the bibliography.
    pub papers: u64,
    /// Works whose text is in the index.
    pub indexed: u64,
    /// Works whose document could not be read.
    pub failed: u64,
    /// Works without a document.
    pub missing: u64,
    /// Entries of the bibliography and maps of surveys that could not be read.
    pub faults: u64,
    /// Signature of the walk that led here; equal if nothing has changed since.
    pub walk: Vec<u8>,
    /// Number of the run.
    pub generation: u64,
}

/// Prefixes of the files.
const TABLES: &str = "tables-";
const ACRONYMS: &str = "acronyms-";

/// Where the tables of an index are. Not in the engine's directory object: it removes what it does
/// not know.
#[derive(Clone)]
pub(super) enum Shelf {
    /// Beside the engine's files.
    Folder(PathBuf),
    /// In memory, by name.
    Memory(Arc<Mutex<BTreeMap<String, Vec<u8>>>>),
}

impl Shelf {
    /// Writes the tables durably; returns the name for the commit.
    pub(super) fn save(&self, tables: &Tables) -> Result<String, IndexError> {
        self.put(TABLES, tables)
    }

    /// Reads the tables that a commit names.
    pub(super) fn load(&self, name: &str) -> Result<Tables, IndexError> {
        self.get(TABLES, name)
    }

    /// Writes a table of acronyms durably; `of` is the hash of all that it is made from.
    pub(super) fn save_acronyms(
        &self,
        of: [u8; 16],
        table: &AcronymTable,
    ) -> Result<Acronyms, IndexError> {
        Ok(Acronyms { of, name: Some(self.put(ACRONYMS, table)?) })
    }

    /// Reads a table of acronyms.
    pub(super) fn load_acronyms(
        &self,
        at: &Acronyms,
    ) -> Result<AcronymTable, IndexError> {
        match &at.name {
            Some(name) => self.get(ACRONYMS, name),
            None => Ok(AcronymTable::default()),
        }
    }

    /// Makes sure that a table of acronyms is there.
    pub(super) fn find_acronyms(&self, at: &Acronyms) -> Result<(), IndexError> {
        let (Shelf::Folder(folder), Some(name)) = (self, &at.name) else { return Ok(()) };
        let path = folder.join(name);
        match path.is_file() {
            true => Ok(()),
            false => Err(IndexError::Damaged { path, source: None }),
        }
    }

    fn put(&self, prefix: &str, content: &impl Serialize) -> Result<String, IndexError> {
        let bytes = postcard::to_stdvec(content).expect("plain data always encodes");
        let hash = blake3::hash(&bytes).to_hex();
        let name = format!("{prefix}{}", &hash[..32]);
        match self {
            Shelf::Folder(folder) => {
                let file = folder.join(&name);
                let io = |source| IndexError::Io { path: file.clone(), source };
                if !file.try_exists().map_err(io)? {
                    write_whole(folder, &file, &bytes).map_err(io)?;
                }
            }
            Shelf::Memory(files) => {
                let mut files = files.lock().unwrap_or_else(PoisonError::into_inner);
                files.insert(name.clone(), bytes);
            }
        }
        Ok(name)
    }

    fn get<T: DeserializeOwned>(
        &self,
        prefix: &str,
        name: &str,
    ) -> Result<T, IndexError> {
        let (path, bytes) = match self {
            Shelf::Folder(folder) => {
                let path = folder.join(name);
                let plain = name.starts_with(prefix) && !name.contains(['/', '\\']);
                (path.clone(), plain.then(|| fs::read(&path).ok()).flatten())
            }
            Shelf::Memory(files) => {
                let files = files.lock().unwrap_or_else(PoisonError::into_inner);
                (PathBuf::from(name), files.get(name).cloned())
            }
        };
        let whole = bytes.filter(|bytes| {
            name.strip_prefix(prefix) == Some(&blake3::hash(bytes).to_hex()[..32])
        });
        whole
            .and_then(|bytes| postcard::from_bytes(&bytes).ok())
            .ok_or(IndexError::Damaged { path, source: None })
    }

    /// Removes tables that none of `keep` names, each a name with where its acronyms are. Failing to
    /// is no fault: they are only in the way.
    pub(super) fn sweep(&self, keep: &[(String, Acronyms)]) {
        let Shelf::Folder(folder) = self else { return };
        let Ok(entries) = fs::read_dir(folder) else { return };
        let is_kept = |name: &str| {
            keep.iter()
                .any(|(tables, at)| tables == name || at.name.as_deref() == Some(name))
        };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let is_ours = name.starts_with(TABLES) || name.starts_with(ACRONYMS);
            if is_ours && !is_kept(name) {
                // Another process may be reading it on a system that forbids removal then.
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// Writes a file that is either there as a whole or not at all.
fn write_whole(folder: &Path, file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut fresh = tempfile::NamedTempFile::new_in(folder)?;
    fresh.write_all(bytes)?;
    fresh.as_file().sync_all()?;
    fresh.persist(file).map_err(|e| e.error)?;
    super::root::sync_folder(folder)
}
