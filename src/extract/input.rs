//! The bytes of one document, collected before anyone reads them.
//!
//! The parent process collects (it may touch the disk), the worker reads (it may not). In: a path.
//! Out: [`Input`], the bytes of a file, or the text files of a folder of TeX by relative path.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::ExtractError;
use super::pdf::PdfOptions;
use crate::corpus::Format;

/// Endings of the files in a folder of TeX that may hold text or macros.
const TEX_ENDINGS: [&str; 11] =
    ["tex", "ltx", "latex", "bib", "bbl", "sty", "cls", "tikz", "txt", "def", "cfg"];

/// One document as bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Input {
    /// Its form.
    pub format: Format,
    /// Where it was found; used for names only, never opened by a reader.
    pub path: PathBuf,
    /// What it holds.
    pub content: Content,
}

/// The bytes of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// One file; the reader of PDF keeps hold of it.
    File(Arc<Vec<u8>>),
    /// The text files of a folder, by path relative to it, with `/` between parts.
    Folder(BTreeMap<String, Vec<u8>>),
}

impl Input {
    /// Gives the bytes of the one file.
    ///
    /// Errors for a folder, and for a file without bytes.
    pub fn bytes(&self) -> Result<&Arc<Vec<u8>>, ExtractError> {
        match &self.content {
            Content::File(bytes) if bytes.is_empty() => Err(ExtractError::Empty),
            Content::File(bytes) => Ok(bytes),
            Content::Folder(_) => Err(ExtractError::Lacks { expected: "file".into() }),
        }
    }
}

/// How a document is to be read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadOptions {
    /// For PDFs.
    pub pdf: PdfOptions,
    /// For all other forms.
    pub limits: Limits,
}

/// Bounds that no sound document reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes of a file, and of all files that an archive unpacks to.
    pub max_bytes: u64,
    /// How many times its size an archive may unpack to, once past a megabyte.
    pub max_ratio: u64,
    /// Entries of an archive or folder.
    pub max_entries: usize,
    /// Depth of elements, groups, lists and inputs.
    pub max_depth: usize,
    /// Elements kept.
    pub max_elements: usize,
    /// Expansions of macros.
    pub max_expansions: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_bytes: 256 << 20,
            max_ratio: 200,
            max_entries: 20_000,
            max_depth: 200,
            max_elements: 200_000,
            max_expansions: 400_000,
        }
    }
}

/// Why a document's bytes could not be collected.
#[derive(Debug, Error)]
pub enum CollectError {
    /// The disk says no.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// More than any sound document.
    #[error("{}: more than {limit} {what}", path.display())]
    TooLarge {
        /// The file or folder.
        path: PathBuf,
        /// What there is too much of.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
}

/// Collects the bytes of the document at `path`: of the file, or of the text files of a folder.
///
/// Links inside a folder are not followed. Errors where the disk does, and past the limits.
pub fn collect(
    path: &Path,
    format: Format,
    limits: &Limits,
) -> Result<Input, CollectError> {
    let io = |source| CollectError::Io { path: path.to_owned(), source };
    let content = if fs::metadata(path).map_err(io)?.is_dir() {
        Content::Folder(collect_folder(path, limits)?)
    } else {
        Content::File(Arc::new(read_bounded(path, limits.max_bytes)?))
    };
    Ok(Input { format, path: path.to_owned(), content })
}

fn collect_folder(
    root: &Path,
    limits: &Limits,
) -> Result<BTreeMap<String, Vec<u8>>, CollectError> {
    let mut files = BTreeMap::new();
    let mut left = limits.max_bytes;
    for entry in walkdir::WalkDir::new(root).max_depth(16).sort_by_file_name() {
        let entry = entry.map_err(|error| CollectError::Io {
            path: error.path().unwrap_or(root).to_owned(),
            source: error.into(),
        })?;
        let wanted = entry.file_type().is_file() && is_tex_text(entry.path());
        let Some(name) = entry.path().strip_prefix(root).ok().and_then(slashed) else {
            continue;
        };
        if !wanted {
            continue;
        }
        if files.len() == limits.max_entries {
            let limit = limits.max_entries as u64;
            return Err(CollectError::TooLarge {
                path: root.to_owned(),
                what: "files",
                limit,
            });
        }
        let bytes = read_bounded(entry.path(), left)?;
        left -= bytes.len() as u64;
        files.insert(name, bytes);
    }
    Ok(files)
}

/// Tells whether a file in a folder of TeX may hold text, macros or references.
pub(super) fn is_tex_text(path: &Path) -> bool {
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    TEX_ENDINGS.iter().any(|e| ending.eq_ignore_ascii_case(e))
}

fn slashed(path: &Path) -> Option<String> {
    let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
    Some(parts?.join("/"))
}

fn read_bounded(path: &Path, limit: u64) -> Result<Vec<u8>, CollectError> {
    let io = |source| CollectError::Io { path: path.to_owned(), source };
    let file = fs::File::open(path).map_err(io)?;
    let length = file.metadata().map_err(io)?.len();
    // One byte more, so that the end is found without asking for more room.
    let mut bytes = Vec::with_capacity(length.min(limit) as usize + 1);
    file.take(limit + 1).read_to_end(&mut bytes).map_err(io)?;
    if bytes.len() as u64 > limit {
        return Err(CollectError::TooLarge {
            path: path.to_owned(),
            what: "bytes",
            limit,
        });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_gives_its_tex_files_by_relative_path() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("sections")).unwrap();
        fs::write(dir.path().join("main.tex"), "a").unwrap();
        fs::write(dir.path().join("sections/one.tex"), "b").unwrap();
        fs::write(dir.path().join("figure.png"), "c").unwrap();
        let input = collect(dir.path(), Format::Tex, &Limits::default()).unwrap();
        let Content::Folder(files) = input.content else { panic!("a folder") };
        assert_eq!(files.keys().collect::<Vec<_>>(), ["main.tex", "sections/one.tex"]);
    }

    #[test]
    fn a_file_past_the_limit_is_refused_by_name() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("long.txt");
        fs::write(&path, "12345").unwrap();
        let limits = Limits { max_bytes: 4, ..Limits::default() };
        let error = collect(&path, Format::Text, &limits).unwrap_err().to_string();
        assert!(error.ends_with("long.txt: more than 4 bytes"), "{error}");
    }
}
