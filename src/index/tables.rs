//! What belongs to a commit beside the passages: topic trees, acronyms, a summary.
//!
//! They are written to a file of their own, and the commit names it: either both are new, or both
//! are old. A file is named by its content, so one that exists is never written again.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tantivy::directory::error::OpenReadError;
use tantivy::{Directory, Index};

use super::IndexError;
use crate::survey::TopicTree;

/// Tables of a commit.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tables {
    /// Topic trees, in the order shown.
    pub trees: Vec<TopicTree>,
    /// Short forms with their long ones, most frequent first; sorted by short form.
    pub acronyms: Vec<(String, Vec<String>)>,
    /// The corpus in numbers.
    pub summary: Summary,
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
    /// Signature of the walk that led here; equal if nothing has changed since.
    pub walk: Vec<u8>,
    /// Number of the run.
    pub generation: u64,
}

/// Prefix of the files.
const PREFIX: &str = "tables-";

/// Writes the tables; returns the name for the commit.
pub(super) fn save(
    index: &Index,
    path: &Path,
    tables: &Tables,
) -> Result<String, IndexError> {
    let bytes = postcard::to_stdvec(tables).expect("plain data always encodes");
    let hash = blake3::hash(&bytes).to_hex();
    let name = format!("{PREFIX}{}", &hash[..32]);
    let file = PathBuf::from(&name);
    let directory = index.directory();
    let io = |source| IndexError::Io { path: path.join(&name), source };
    let there = directory.exists(&file).map_err(|e| open_error(path, e))?;
    if !there {
        // The engine's own atomic write: a temporary file, synced, then renamed.
        directory.atomic_write(&file, &bytes).map_err(io)?;
    }
    Ok(name)
}

/// Reads the tables that a commit names.
pub(super) fn load(index: &Index, path: &Path, name: &str) -> Result<Tables, IndexError> {
    let damaged = || IndexError::Damaged { path: path.join(name), source: None };
    let file = PathBuf::from(name);
    if !name.starts_with(PREFIX) || file.components().count() != 1 {
        return Err(damaged());
    }
    let bytes = index.directory().atomic_read(&file).map_err(|e| open_error(path, e))?;
    let hash = blake3::hash(&bytes).to_hex();
    if name.strip_prefix(PREFIX) != Some(&hash[..32]) {
        return Err(damaged());
    }
    postcard::from_bytes(&bytes).map_err(|_| damaged())
}

/// Removes tables that neither of `keep` names. Failing to is no fault: they are only in the way.
pub(super) fn sweep(path: &Path, keep: &[&str]) {
    let Ok(entries) = std::fs::read_dir(path) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        if name.starts_with(PREFIX) && !keep.contains(&name) {
            // Another process may be reading it on a system that forbids removal then.
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

fn open_error(path: &Path, error: OpenReadError) -> IndexError {
    IndexError::from_engine(path, error.into())
}
