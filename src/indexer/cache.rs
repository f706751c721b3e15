//! What reading gave, kept by content, so that nothing is read twice.
//!
//! The key is the content's hash with the version and settings of the reader and the form, so a file that moves keeps its
//! entry, a new reader reads afresh, and the engine's format has no part in it. Failures are kept
//! like documents: a file is tried again only if it or the reader changes, or on request.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use redb::{
    Database, ReadableDatabase, ReadableTable, ReadableTableMetadata, TableDefinition,
    TableError,
};

use super::reader::Failure;
use crate::corpus::{Fingerprint, Format};
use crate::paper::Document;

/// Name of the cache in the index folder.
pub(crate) const FILE_NAME: &str = "cache.redb";

const MEMORY: usize = 16 << 20;

const DOCUMENTS: TableDefinition<'static, &'static [u8], &'static [u8]> =
    TableDefinition::new("documents");
const FAILURES: TableDefinition<'static, &'static [u8], &'static [u8]> =
    TableDefinition::new("failures");

/// Names an entry: content, reader and form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CacheKey([u8; 41]);

impl CacheKey {
    /// Makes the key of a content as read by a version of the reader.
    pub(crate) fn new(content: Fingerprint, reader: u64, format: Format) -> CacheKey {
        let mut key = [0; 41];
        key[..32].copy_from_slice(&content.0);
        key[32..40].copy_from_slice(&reader.to_be_bytes());
        key[40] = format as u8;
        CacheKey(key)
    }
}

/// Why the cache cannot be used. It can always be deleted: it is made again by reading.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct CacheError {
    path: PathBuf,
    source: Box<redb::Error>,
}

impl CacheError {
    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the store says.
    pub fn store(&self) -> &redb::Error {
        &self.source
    }
}

/// What the cache holds of a content.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cached {
    /// A document, still packed.
    Document(Packed),
    /// Nothing could be read from it.
    Failed(Failure),
}

/// A document, packed: lz4 over postcard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Packed(Vec<u8>);

impl Packed {
    /// Packs a document.
    pub(crate) fn pack(document: &Document) -> Packed {
        let bytes = postcard::to_stdvec(document).expect("plain data always encodes");
        Packed::pack_bytes(&bytes)
    }

    /// Packs a document that is already encoded.
    pub(crate) fn pack_bytes(encoded: &[u8]) -> Packed {
        Packed(lz4_flex::compress_prepend_size(encoded))
    }

    /// Unpacks; `None` if the bytes are damaged or of another version.
    pub(crate) fn unpack(&self) -> Option<Document> {
        /// More than lz4 can make of a byte: a size that says so is damaged.
        const MOST: usize = 256;
        let size = u32::from_le_bytes(*self.0.first_chunk()?) as usize;
        if size / MOST > self.0.len() {
            return None;
        }
        let bytes = lz4_flex::decompress_size_prepended(&self.0).ok()?;
        postcard::from_bytes(&bytes).ok()
    }
}

/// The extraction cache of an index.
pub(crate) struct Cache {
    db: Database,
    path: PathBuf,
}

impl Cache {
    /// Opens the cache in an index folder; makes one if there is none.
    pub(crate) fn open(index: &Path) -> Result<Cache, CacheError> {
        let path = index.join(FILE_NAME);
        let db = Database::builder()
            .set_cache_size(MEMORY)
            .create(&path)
            .map_err(|e| CacheError { path: path.clone(), source: Box::new(e.into()) })?;
        Ok(Cache { db, path })
    }

    /// Returns what is known of a content.
    pub(crate) fn get(&self, key: CacheKey) -> Result<Option<Cached>, CacheError> {
        let tx = self.db.begin_read().map_err(|e| self.fail(e))?;
        if let Some(table) = self.opened(tx.open_table(DOCUMENTS))?
            && let Some(bytes) = table.get(&key.0[..]).map_err(|e| self.fail(e))?
        {
            return Ok(Some(Cached::Document(Packed(bytes.value().to_vec()))));
        }
        if let Some(table) = self.opened(tx.open_table(FAILURES))?
            && let Some(bytes) = table.get(&key.0[..]).map_err(|e| self.fail(e))?
        {
            // A failure that cannot be decoded is of an older version: it is tried again.
            return Ok(postcard::from_bytes(bytes.value()).ok().map(Cached::Failed));
        }
        Ok(None)
    }

    /// Writes entries, durably, all or none.
    pub(crate) fn put<'a>(
        &self,
        entries: impl Iterator<Item = (CacheKey, &'a Cached)>,
    ) -> Result<(), CacheError> {
        let tx = self.db.begin_write().map_err(|e| self.fail(e))?;
        {
            let mut documents = tx.open_table(DOCUMENTS).map_err(|e| self.fail(e))?;
            let mut failures = tx.open_table(FAILURES).map_err(|e| self.fail(e))?;
            for (key, cached) in entries {
                let key = &key.0[..];
                match cached {
                    Cached::Document(packed) => {
                        documents
                            .insert(key, packed.0.as_slice())
                            .map_err(|e| self.fail(e))?;
                        failures.remove(key).map_err(|e| self.fail(e))?;
                    }
                    Cached::Failed(failure) => {
                        let bytes = postcard::to_stdvec(failure)
                            .expect("plain data always encodes");
                        failures
                            .insert(key, bytes.as_slice())
                            .map_err(|e| self.fail(e))?;
                    }
                }
            }
        }
        tx.commit().map_err(|e| self.fail(e))
    }

    /// Forgets all failures, so that their files are tried again. Returns how many there were.
    pub(crate) fn forget_failures(&self) -> Result<u64, CacheError> {
        let tx = self.db.begin_write().map_err(|e| self.fail(e))?;
        let n = {
            let table = tx.open_table(FAILURES).map_err(|e| self.fail(e))?;
            table.len().map_err(|e| self.fail(e))?
        };
        tx.delete_table(FAILURES).map_err(|e| self.fail(e))?;
        tx.commit().map_err(|e| self.fail(e))?;
        Ok(n)
    }

    /// Removes the entries that `keep` does not hold. Returns how many went.
    pub(crate) fn retain(
        &self,
        keep: impl Fn(&CacheKey) -> bool,
    ) -> Result<u64, CacheError> {
        let keep =
            |key: &[u8]| <[u8; 41]>::try_from(key).is_ok_and(|k| keep(&CacheKey(k)));
        let mut gone = 0;
        let tx = self.db.begin_write().map_err(|e| self.fail(e))?;
        for table in [DOCUMENTS, FAILURES] {
            let mut table = tx.open_table(table).map_err(|e| self.fail(e))?;
            let before = table.len().map_err(|e| self.fail(e))?;
            table.retain(|key, _| keep(key)).map_err(|e| self.fail(e))?;
            gone += before - table.len().map_err(|e| self.fail(e))?;
        }
        tx.commit().map_err(|e| self.fail(e))?;
        Ok(gone)
    }

    /// Returns how many entries are not in `needed`, and how many of `needed` are not there.
    pub(crate) fn compare(
        &self,
        needed: &BTreeSet<CacheKey>,
    ) -> Result<(u64, u64), CacheError> {
        let tx = self.db.begin_read().map_err(|e| self.fail(e))?;
        let (mut more, mut met) = (0, 0);
        for table in [DOCUMENTS, FAILURES] {
            let Some(table) = self.opened(tx.open_table(table))? else { continue };
            for row in table.iter().map_err(|e| self.fail(e))? {
                let (key, _) = row.map_err(|e| self.fail(e))?;
                let key = <[u8; 41]>::try_from(key.value()).map(CacheKey);
                match key.is_ok_and(|key| needed.contains(&key)) {
                    true => met += 1,
                    false => more += 1,
                }
            }
        }
        Ok((more, needed.len() as u64 - met))
    }

    fn opened<T>(&self, table: Result<T, TableError>) -> Result<Option<T>, CacheError> {
        match table {
            Ok(table) => Ok(Some(table)),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(e) => Err(self.fail(e)),
        }
    }

    fn fail(&self, error: impl Into<redb::Error>) -> CacheError {
        CacheError { path: self.path.clone(), source: Box::new(error.into()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::ExtractError;

    #[test]
    fn keeps_documents_and_failures_by_content() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::open(dir.path()).unwrap();
        let key =
            |n: u8, reader| CacheKey::new(Fingerprint([n; 32]), reader, Format::Pdf);
        let document = Document { title: "A title".into(), ..Document::default() };
        let read = Cached::Document(Packed::pack(&document));
        let failed = Cached::Failed(Failure::Extract(ExtractError::Empty));
        cache.put([(key(1, 1), &read), (key(2, 1), &failed)].into_iter()).unwrap();
        assert_eq!(cache.get(key(1, 1)).unwrap(), Some(read.clone()));
        assert_eq!(cache.get(key(2, 1)).unwrap(), Some(failed));
        assert_eq!(cache.get(key(1, 2)).unwrap(), None);
        let Some(Cached::Document(packed)) = cache.get(key(1, 1)).unwrap() else {
            panic!("the document is there")
        };
        assert_eq!(packed.unpack(), Some(document));
        assert_eq!(cache.forget_failures().unwrap(), 1);
        assert_eq!(cache.get(key(2, 1)).unwrap(), None);
    }

    #[test]
    fn damaged_bytes_unpack_to_nothing() {
        assert_eq!(Packed(vec![1, 2, 3]).unpack(), None);
        let mut packed = Packed::pack(&Document::default());
        packed.0.truncate(packed.0.len() / 2);
        assert_eq!(packed.unpack(), None);
    }
}
