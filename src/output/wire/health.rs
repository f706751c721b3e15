//! What `status --json` and `doctor --json` print.

use std::collections::BTreeMap;

use serde::Serialize;

/// `status --json`
#[derive(Debug, Default, Serialize)]
pub struct StatusJson {
    /// Version of the object.
    pub version: u32,
    /// The corpus folder.
    pub corpus: String,
    /// The index folder.
    pub index: String,
    /// Works known.
    pub papers: u64,
    /// Works whose text is in the index.
    pub indexed: u64,
    /// Works whose document could not be read.
    pub failed: u64,
    /// Works without a document.
    pub missing: u64,
    /// Passages in the index.
    pub passages: u64,
    /// Surveys with a topic tree.
    pub surveys: Vec<String>,
    /// What differs between corpus and index.
    pub stale: StaleJson,
    /// Files by what became of them: `indexed`, `spare`, `collection`, `failed`.
    pub files: BTreeMap<&'static str, u64>,
    /// Documents by how far their text can be trusted: `sound`, `fair`, `poor`.
    pub quality: BTreeMap<&'static str, u64>,
    /// Files that could not be read.
    pub failures: Vec<FailureJson>,
    /// How many files failed for each reason.
    pub reasons: BTreeMap<String, u64>,
    /// Files whose work is indexed from another file.
    pub spare: Vec<SpareJson>,
    /// Files whose text is of poor quality, with their scores from 0 to 1.
    pub poor: Vec<PoorJson>,
    /// Lines that are no records, entries that cannot be read.
    pub faults: Vec<FaultJson>,
}

/// A file whose text can hardly be trusted.
#[derive(Debug, Default, Serialize)]
pub struct PoorJson {
    /// The file.
    pub path: String,
    /// Its score, from 0 to 1.
    pub quality: f32,
}

/// What differs between corpus and index.
#[derive(Debug, Default, Serialize)]
pub struct StaleJson {
    /// Files that the index has not seen.
    pub new: Vec<String>,
    /// Files that have changed since.
    pub changed: Vec<String>,
    /// Files that are no more.
    pub gone: Vec<String>,
    /// The last run did not come to its end.
    pub unfinished: bool,
}

/// A file that could not be read.
#[derive(Debug, Serialize)]
pub struct FailureJson {
    /// Relative to the corpus.
    pub path: String,
    /// The work that it would be.
    pub key: String,
    /// Why.
    pub reason: String,
}

/// A file whose work is indexed from another one.
#[derive(Debug, Serialize)]
pub struct SpareJson {
    /// Relative to the corpus.
    pub path: String,
    /// The work.
    pub key: String,
    /// The file that is indexed.
    pub instead: String,
    /// The two are equal.
    pub same_content: bool,
}

/// A part of a file that could not be read.
#[derive(Debug, Serialize)]
pub struct FaultJson {
    /// Relative to the corpus.
    pub path: String,
    /// What is wrong.
    pub what: String,
}

/// `doctor --json`
#[derive(Debug, Serialize)]
pub struct DoctorJson {
    /// Version of the object.
    pub version: u32,
    /// The index itself is whole.
    pub sound: bool,
    /// Passages in the index.
    pub passages: u64,
    /// What was found, the gravest first.
    pub findings: Vec<FindingJson>,
    /// Bytes of each part of the index folder.
    pub space: BTreeMap<&'static str, u64>,
}

/// Something that the doctor found.
#[derive(Debug, Serialize)]
pub struct FindingJson {
    /// What it is, in words.
    pub what: String,
    /// What helps, in a word: `index`, `retry`, `rebuild`, `prune`, `fetch`, `edit`, `copy`, `wait`.
    pub remedy: &'static str,
    /// What to do, in words.
    pub hint: &'static str,
}
