//! Compares the corpus with what the last run saw, without opening any file of either.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::RunError;
use super::snapshot::Snapshot;
use crate::corpus::bib;
use crate::corpus::walk::{Found, walk};
use crate::index::Root;

/// Folder of the survey maps in a corpus.
pub(crate) const SURVEYS: &str = "surveys";

/// What differs between the corpus and the index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stale {
    /// Files that the index has not seen, in order of path.
    pub new: Vec<String>,
    /// Files of another size or time.
    pub changed: Vec<String>,
    /// Files that the index has seen and that are no more.
    pub gone: Vec<String>,
    /// True if the last run did not come to its end, or read with another reader.
    pub unfinished: bool,
    /// Bytes of new and changed files, for an estimate of the work.
    pub bytes: u64,
}

impl Stale {
    /// True if the index is up to date.
    pub fn is_fresh(&self) -> bool {
        self.new.is_empty()
            && self.changed.is_empty()
            && self.gone.is_empty()
            && !self.unfinished
    }

    /// Files that differ.
    pub fn n_files(&self) -> usize {
        self.new.len() + self.changed.len() + self.gone.len()
    }
}

/// Compares the corpus with what the last run saw. Works while another process indexes.
///
/// Errors if the corpus cannot be walked or the index is of another version; an index that is not
/// there, or was never committed, has seen nothing.
pub fn staleness(corpus: &Path, index: &Path) -> Result<Stale, RunError> {
    let live = match Root::open(index) {
        Ok(root) => root.live()?,
        Err(crate::index::IndexError::Missing { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let snapshot = live.and_then(|folder| Snapshot::load(&folder));
    let seen = Seen::of(corpus, &walk(corpus)?);
    Ok(compare(&seen, snapshot.as_ref()))
}

/// Size and time of everything that the index is made from.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Seen(pub(crate) BTreeMap<String, (u64, i64)>);

impl Seen {
    /// Collects the documents of a walk, the bibliography and the survey maps.
    pub(crate) fn of(corpus: &Path, found: &Found) -> Seen {
        let documents = found
            .files
            .iter()
            .map(|file| (name_of(&file.path), (file.size, file.mtime_ns)));
        let mut seen: BTreeMap<String, (u64, i64)> = documents.collect();
        for path in own_files(corpus) {
            let Ok(meta) = fs::metadata(corpus.join(&path)) else { continue };
            let since =
                meta.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
            let mtime = since.map_or(0, |t| i64::try_from(t.as_nanos()).unwrap_or(0));
            seen.insert(name_of(&path), (meta.len(), mtime));
        }
        Seen(seen)
    }
}

/// The bibliography and the survey maps that are there, relative to the corpus, in order.
pub(crate) fn own_files(corpus: &Path) -> Vec<PathBuf> {
    let mut paths = vec![PathBuf::from(bib::FILE_NAME)];
    let maps = fs::read_dir(corpus.join(SURVEYS)).into_iter().flatten().flatten();
    paths.extend(
        maps.map(|entry| Path::new(SURVEYS).join(entry.file_name()))
            .filter(|path| path.extension().is_some_and(|e| e == "toml")),
    );
    paths.retain(|path| corpus.join(path).is_file());
    paths.sort();
    paths
}

/// Names a path of the corpus as a string; two paths never have one name.
pub(crate) fn name_of(path: &Path) -> String {
    match path.to_str() {
        Some(name) => name.to_owned(),
        None => {
            let hash = blake3::hash(path.as_os_str().as_encoded_bytes()).to_hex();
            format!("{}~{}", path.to_string_lossy(), &hash[..8])
        }
    }
}

/// Compares what is there with what a run saw.
pub(crate) fn compare(seen: &Seen, snapshot: Option<&Snapshot>) -> Stale {
    let mut stale = Stale {
        unfinished: snapshot.is_none_or(|snapshot| !snapshot.whole),
        ..Stale::default()
    };
    let before: BTreeMap<&str, (u64, i64)> = snapshot
        .iter()
        .flat_map(|snapshot| &snapshot.files)
        .map(|file| (file.path.as_str(), (file.size, file.mtime_ns)))
        .collect();
    for (path, now) in &seen.0 {
        match before.get(path.as_str()) {
            None => stale.new.push(path.clone()),
            Some(then) if then != now => stale.changed.push(path.clone()),
            Some(_) => continue,
        }
        stale.bytes += now.0;
    }
    let gone = before.keys().filter(|path| !seen.0.contains_key(**path));
    stale.gone = gone.map(|path| (*path).to_owned()).collect();
    stale
}
