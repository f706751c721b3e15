//! What the person owns: the bibliography, the folder of documents, and which file is which work.
//!
//! In: a corpus folder. Out: [`Source`]s, each a file with its format, fingerprint and the work
//! that it belongs to. Nothing here opens a document beyond the bytes needed to tell its format.

pub mod bib;
pub mod disk;
pub mod identity;
pub mod ids;
pub mod import;
pub mod unpack;
pub mod walk;

use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Names a work: its key in `papers.bib`, or one made from its file.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct WorkKey(pub String);

impl fmt::Display for WorkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The form in which a document came.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Portable Document Format.
    Pdf,
    /// One TeX file, a folder of TeX, or an archive (tar.gz, gz, zip) of it.
    Tex,
    /// HTML, LaTeXML's among it.
    Html,
    /// JATS XML of PubMed Central.
    Jats,
    /// Markdown with optional front matter.
    Markdown,
    /// Plain text.
    Text,
    /// A collection, one JSON document a line.
    Jsonl,
    /// Office Open XML text.
    Docx,
    /// EPUB.
    Epub,
}

/// The blake3 hash of a file's bytes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
pub struct Fingerprint(pub [u8; 32]);

/// Why a file is held to be a certain work; in the order of trust.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Belongs {
    /// The entry's `file` field names it.
    FileField,
    /// The file's stem equals the key, an arXiv id or a DOI of the entry.
    Stem,
    /// The arXiv stamp on the first page.
    Stamp,
    /// A DOI on the first page.
    Doi,
    /// XMP or document info.
    Info,
    /// Its title.
    Title,
    /// It says so itself (front matter `key`, JSONL `_id`).
    Itself,
    /// It belongs to no entry: a work of its own.
    Own,
}

impl fmt::Display for Belongs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FileField => "the entry's file field names it",
            Self::Stem => "its name is the key, arXiv id or DOI of the entry",
            Self::Stamp => "its arXiv stamp",
            Self::Doi => "the DOI on its first page",
            Self::Info => "the title in its metadata",
            Self::Title => "its title",
            Self::Itself => "it names its own key",
            Self::Own => "no entry fits: a work of its own",
        })
    }
}

/// A document file that belongs to a work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// The work.
    pub key: WorkKey,
    /// The file, relative to the corpus folder.
    pub path: PathBuf,
    /// Its form.
    pub format: Format,
    /// Its content.
    pub fingerprint: Fingerprint,
    /// Why it is that work.
    pub belongs: Belongs,
}
