//! Compares the corpus with what the last run saw: by size and time, and only where a time alone
//! differs (a copy, a checkout, a sync) by content.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::snapshot::Snapshot;
use super::{RunError, reader, scan};
use crate::corpus::walk::{Found, FoundFile, walk};
use crate::corpus::{Fingerprint, Format, bib};
use crate::index::{IndexError, Root};

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
    /// Files of another time and the same content: the index holds what they say.
    pub touched: Vec<String>,
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
/// Errors if the corpus cannot be walked or the index is of a later version; an index that is not
/// there, of an earlier version or never committed has seen nothing.
pub fn staleness(corpus: &Path, index: &Path) -> Result<Stale, RunError> {
    let live = match Root::open(index).and_then(|root| root.live()) {
        Ok(live) => live,
        Err(IndexError::Missing { .. } | IndexError::Older { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let snapshot = live.and_then(|folder| Snapshot::load(&folder));
    let found = walk(corpus)?;
    let mut stale = compare(&Seen::of(corpus, &found), snapshot.as_ref());
    if let Some(snapshot) = snapshot {
        stale.look_into(corpus, &found, &snapshot);
    }
    Ok(stale)
}

impl Stale {
    /// Finds the changed files whose content has not changed.
    fn look_into(&mut self, corpus: &Path, found: &Found, snapshot: &Snapshot) {
        /// Bytes that are hashed at most: a few tenths of a second.
        const MOST: u64 = 512 << 20;
        if self.changed.is_empty() {
            return;
        }
        let documents: BTreeMap<String, &FoundFile> =
            found.files.iter().map(|file| (name_of(&file.path), file)).collect();
        let mut left = MOST;
        let mut changed = Vec::new();
        for name in std::mem::take(&mut self.changed) {
            let files = &snapshot.files;
            let then = files.binary_search_by(|file| file.path.cmp(&name));
            let then = then.ok().map(|at| &files[at]);
            let size = then.map_or(0, |file| file.size);
            let content = then.and_then(|file| file.content);
            if content.is_none() || size > left {
                changed.push(name);
                continue;
            }
            left -= size;
            if content_at(corpus, &name, documents.get(&name).copied()) == content {
                self.bytes = self.bytes.saturating_sub(size);
                self.touched.push(name);
            } else {
                changed.push(name);
            }
        }
        self.changed = changed;
    }
}

/// The content that a file has now, in the way of its form.
fn content_at(
    corpus: &Path,
    name: &str,
    document: Option<&FoundFile>,
) -> Option<Fingerprint> {
    match document {
        Some(file) if file.format == Format::Jsonl => {
            scan::fingerprint_at(&corpus.join(&file.path))
        }
        Some(file) => reader::fingerprint_at(&corpus.join(&file.path), file.format),
        None => plain_content(&corpus.join(name)),
    }
}

/// The content of a file of the corpus that is no document.
pub(crate) fn plain_content(path: &Path) -> Option<Fingerprint> {
    Some(Fingerprint(*blake3::hash(&fs::read(path).ok()?).as_bytes()))
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
