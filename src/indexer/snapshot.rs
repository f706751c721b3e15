//! What the last run saw, as a file that any process can read while another one indexes.
//!
//! It is written whole after each commit and replaced at once. It says nothing that the ledger does
//! not know; it is there because the ledger belongs to the one process that writes.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::reader::Failure;
use crate::corpus::{Belongs, Fingerprint};
use crate::extract::{Engine, Fault, ocr};

/// Name of the snapshot in the folder of a generation.
pub(crate) const FILE_NAME: &str = "snapshot";

/// What a run saw and did, file by file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Snapshot {
    /// Number of the engine's commit that it belongs to.
    pub generation: u64,
    /// True if the run came to its end.
    pub whole: bool,
    /// Version of the reader and its settings.
    pub reader: u64,
    /// When the corpus was looked at, seconds since 1970.
    pub seen: u64,
    /// Files in order of path, the bibliography and the survey maps among them.
    pub files: Vec<SeenFile>,
    /// What could not be read of the bibliography and the survey maps.
    pub faults: Vec<(String, String)>,
    /// Passages that the engine holds.
    pub passages: u64,
}

/// A file as a run saw it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeenFile {
    /// Relative to the corpus.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Time of the last change, nanoseconds since 1970.
    pub mtime_ns: i64,
    /// Its content; none if it could not be read.
    pub content: Option<Fingerprint>,
    /// What became of it.
    pub state: FileState,
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum FileState {
    /// Its text is in the index.
    Indexed {
        /// The work.
        key: String,
        /// Why it is that work.
        belongs: Belongs,
        /// Parts that could not be read.
        faults: Vec<Fault>,
        /// Pages that it has, and that were read.
        pages: (u32, u32),
        /// The PDF that gives its page numbers, if it has none itself.
        pages_from: Option<String>,
        /// What read most pages of a PDF.
        engine: Option<Engine>,
        /// How far the text can be trusted, 0 to 1.
        quality: f32,
    },
    /// Another file of the same work is in the index.
    Spare {
        /// The work.
        key: String,
        /// Why it is that work.
        belongs: Belongs,
        /// The file that is in the index.
        instead: String,
        /// True if the two are equal.
        same_content: bool,
    },
    /// Nothing could be read from it.
    Failed {
        /// The work that it would be.
        key: String,
        /// Why.
        reason: Failure,
    },
    /// A collection of records.
    Collection {
        /// Records in the index.
        records: u64,
        /// Records left out because another file holds their work.
        covered: u64,
        /// True if all of it is in the index.
        whole: bool,
        /// Lines without a record, and why; the first of them.
        faults: Vec<(u64, String)>,
        /// How many such lines there are.
        n_faults: u64,
    },
    /// The bibliography or a survey map.
    Corpus,
}

impl FileState {
    /// Which work has no text because of this file, and why; none if its text can be found, or
    /// another file has it.
    pub fn failure(&self) -> Option<(&str, Failure)> {
        match self {
            FileState::Failed { key, reason } => Some((key, reason.clone())),
            FileState::Indexed { key, faults, .. }
                if faults.iter().any(ocr::is_needed) =>
            {
                Some((key, Failure::Scan))
            }
            _ => None,
        }
    }
}

impl Snapshot {
    /// Reads the snapshot of a generation; none if there is none or if it is damaged.
    pub fn load(folder: &Path) -> Option<Snapshot> {
        let bytes = fs::read(folder.join(FILE_NAME)).ok()?;
        let (hash, packed) = bytes.split_at_checked(32)?;
        if checksum(packed) != hash {
            return None;
        }
        let bytes = lz4_flex::decompress_size_prepended(packed).ok()?;
        postcard::from_bytes(&bytes).ok()
    }

    /// Replaces the snapshot of a generation.
    pub(crate) fn save(&self, folder: &Path) -> io::Result<()> {
        let bytes = postcard::to_stdvec(self).expect("plain data always encodes");
        let packed = lz4_flex::compress_prepend_size(&bytes);
        let fresh = folder.join("snapshot.tmp");
        let mut file = File::create(&fresh)?;
        file.write_all(&checksum(&packed))?;
        file.write_all(&packed)?;
        // A lost snapshot costs one walk, so the folder need not be synced.
        file.sync_data()?;
        fs::rename(&fresh, folder.join(FILE_NAME))
    }
}

/// Covers the form too: one that another version wrote is as good as lost.
fn checksum(packed: &[u8]) -> [u8; 32] {
    /// Raised when the form changes.
    const FORM: u8 = 2;
    *blake3::Hasher::new().update(&[FORM]).update(packed).finalize().as_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_was_and_damage_is_noticed() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(Snapshot::load(dir.path()), None);
        let snapshot = Snapshot {
            generation: 3,
            files: vec![SeenFile {
                path: "a.pdf".into(),
                size: 5,
                mtime_ns: 7,
                content: None,
                state: FileState::Corpus,
            }],
            ..Snapshot::default()
        };
        snapshot.save(dir.path()).unwrap();
        assert_eq!(Snapshot::load(dir.path()), Some(snapshot));
        let path = dir.path().join(FILE_NAME);
        let mut bytes = fs::read(&path).unwrap();
        bytes[40] ^= 1;
        fs::write(&path, bytes).unwrap();
        assert_eq!(Snapshot::load(dir.path()), None);
        fs::write(&path, "short").unwrap();
        assert_eq!(Snapshot::load(dir.path()), None);
    }
}
