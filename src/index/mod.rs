//! An index on disk: create, open, version, check, write.
//!
//! [`Root`] is the folder with its generations; a [`Store`] is one generation, opened. Each commit
//! holds the passages together with the [`Tables`] that belong to them: both change at once.

mod directory;
mod queue;
mod root;
mod tables;
mod writer;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::directory::error::{LockError, OpenDirectoryError, OpenReadError};
use tantivy::directory::{Directory, RamDirectory};
use tantivy::{
    Index, IndexReader, IndexSettings, ReloadPolicy, SegmentReader, TantivyError,
};

use crate::analysis::AcronymTable;
use crate::schema::{EXACTS, Encoded, IndexPassage, IndexSchema, STEMS};

use directory::Folder;
pub use root::{Lock, LockHolder, Root};
pub use tables::{Acronyms, Summary, Tables};
pub use writer::Writer;

/// Bytes of what is stored with passages that are compressed together. A hit is read with its whole
/// block: a quarter of the engine's size makes a search some hundredths faster and the index larger
/// by as much.
const STORED_TOGETHER: usize = 4096;

/// Why an index cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// There is none.
    #[error("{path}: there is no index")]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The folder holds something else.
    #[error("{path}: is not an index folder")]
    NotAnIndex {
        /// The folder.
        path: PathBuf,
    },
    /// Written by an earlier version; to be rebuilt from the extraction cache.
    #[error("{path}: index format {found} is older than {expected}")]
    Older {
        /// The folder.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The format of this program.
        expected: u32,
    },
    /// Written by a later version of the program.
    #[error(
        "{path}: index format {found} is newer than {expected}, the newest known here"
    )]
    Newer {
        /// The folder.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The format of this program.
        expected: u32,
    },
    /// Its files contradict themselves or are incomplete.
    #[error("{path}: the index is damaged")]
    Damaged {
        /// The file or folder.
        path: PathBuf,
        /// What the engine says.
        source: Option<Box<TantivyError>>,
    },
    /// Somebody else writes.
    #[error("{path}: another process is writing the index")]
    Busy {
        /// The folder.
        path: PathBuf,
        /// Who, if known.
        holder: Option<LockHolder>,
    },
    /// The system refuses.
    #[error("{path}: {source}")]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The engine refuses.
    #[error("{path}: the search engine failed")]
    Engine {
        /// The folder.
        path: PathBuf,
        /// Why.
        source: Box<TantivyError>,
    },
}

impl IndexError {
    /// Sorts an error of the engine into what can be done about it.
    pub(crate) fn from_engine(path: &Path, error: TantivyError) -> IndexError {
        /// What a file says that holds something else than was written.
        fn is_garbled(error: &io::Error) -> bool {
            use io::ErrorKind::{InvalidData, UnexpectedEof};
            matches!(error.kind(), InvalidData | UnexpectedEof)
        }
        let path = path.to_owned();
        match error {
            TantivyError::OpenReadError(OpenReadError::IoError {
                ref io_error, ..
            }) if is_garbled(io_error) => {
                IndexError::Damaged { path, source: Some(Box::new(error)) }
            }
            TantivyError::IoError(ref io_error) if is_garbled(io_error) => {
                IndexError::Damaged { path, source: Some(Box::new(error)) }
            }
            TantivyError::OpenDirectoryError(OpenDirectoryError::DoesNotExist(_)) => {
                IndexError::Missing { path }
            }
            TantivyError::LockFailure(LockError::LockBusy, _) => {
                IndexError::Busy { path, holder: None }
            }
            TantivyError::LockFailure(LockError::IoError(source), _)
            | TantivyError::IoError(source) => {
                let source = io::Error::new(source.kind(), source);
                IndexError::Io { path, source }
            }
            error @ (TantivyError::DataCorruption(_)
            | TantivyError::OpenReadError(
                OpenReadError::FileDoesNotExist(_) | OpenReadError::IncompatibleIndex(_),
            )
            | TantivyError::IncompatibleIndex(_)
            | TantivyError::SchemaError(_)
            | TantivyError::DeserializeError(_)) => {
                IndexError::Damaged { path, source: Some(Box::new(error)) }
            }
            error => IndexError::Engine { path, source: Box::new(error) },
        }
    }
}

/// One generation of an index, open for reading and, through [`Store::writer`], writing.
#[derive(Clone)]
pub struct Store {
    pub(crate) index: Index,
    pub(crate) schema: Arc<IndexSchema>,
    shelf: tables::Shelf,
    /// Where it is; empty in memory.
    pub(crate) path: PathBuf,
}

/// What a commit shows: readers hold it as long as they like.
#[derive(Clone)]
pub struct View {
    pub(crate) searcher: tantivy::Searcher,
    pub(crate) schema: Arc<IndexSchema>,
    /// The tables of this commit.
    pub tables: Arc<Tables>,
    /// Short forms with the long ones that the texts give them.
    pub acronyms: Arc<AcronymTable>,
}

/// Creates an empty generation in `path`, which must be empty or absent.
pub fn create(path: &Path) -> Result<Store, IndexError> {
    std::fs::create_dir_all(path)
        .map_err(|source| IndexError::Io { path: path.to_owned(), source })?;
    let directory =
        Folder::open(path).map_err(|e| IndexError::from_engine(path, e.into()))?;
    let shelf = tables::Shelf::Folder(path.to_owned());
    Store::create_in(Box::new(directory), shelf, path)
}

/// Opens the generation in `path`.
pub fn open(path: &Path) -> Result<Store, IndexError> {
    let fail = |e| IndexError::from_engine(path, e);
    let folder = Folder::open(path).map_err(|e| fail(e.into()))?;
    let mut index = Index::open(folder).map_err(fail)?;
    let schema = IndexSchema::new();
    if index.schema() != schema.schema {
        return Err(IndexError::Damaged { path: path.to_owned(), source: None });
    }
    Store::prepare(&mut index);
    let shelf = tables::Shelf::Folder(path.to_owned());
    Ok(Store { index, schema: Arc::new(schema), shelf, path: path.to_owned() })
}

impl Store {
    /// Creates an empty index in memory, for tests and for measuring.
    pub fn in_memory() -> Result<Store, IndexError> {
        let shelf = tables::Shelf::Memory(Arc::default());
        Store::create_in(Box::new(RamDirectory::create()), shelf, Path::new(""))
    }

    fn create_in(
        directory: Box<dyn Directory>,
        shelf: tables::Shelf,
        path: &Path,
    ) -> Result<Store, IndexError> {
        let schema = IndexSchema::new();
        let settings =
            IndexSettings { docstore_blocksize: STORED_TOGETHER, ..Default::default() };
        let mut index = Index::create(directory, schema.schema.clone(), settings)
            .map_err(|e| IndexError::from_engine(path, e))?;
        Store::prepare(&mut index);
        Ok(Store { index, schema: Arc::new(schema), shelf, path: path.to_owned() })
    }

    fn prepare(index: &mut Index) {
        index.tokenizers().register(EXACTS, Encoded::exacts());
        index.tokenizers().register(STEMS, Encoded::stems());
    }

    /// Returns the schema, to make documents with.
    pub fn schema(&self) -> &IndexSchema {
        &self.schema
    }

    /// Opens the writer; there is one at a time.
    ///
    /// `memory` is the budget of all threads together, in bytes; at least 15 MB a thread are used.
    pub fn writer(&self, threads: usize, memory: usize) -> Result<Writer, IndexError> {
        Writer::open(self, threads, memory)
    }

    /// Returns the last commit.
    pub fn view(&self) -> Result<View, IndexError> {
        let fail = |e| IndexError::from_engine(&self.path, e);
        let reader: IndexReader = self
            .index
            .reader_builder()
            .reload_policy(ReloadPolicy::Manual)
            .try_into()
            .map_err(fail)?;
        // The tables are named by the commit. One that lands in between moves both on: try again.
        for _ in 0..8 {
            let before = self.index.load_metas().map_err(fail)?;
            let tables = self.tables_of(before.payload.as_deref()).and_then(|tables| {
                let acronyms = self.shelf.load_acronyms(&tables.acronyms)?;
                Ok((tables, acronyms))
            });
            reader.reload().map_err(fail)?;
            let after = self.index.load_metas().map_err(fail)?;
            if before.opstamp == after.opstamp {
                let (tables, acronyms) = tables?;
                return Ok(View {
                    searcher: reader.searcher(),
                    schema: self.schema.clone(),
                    tables: Arc::new(tables),
                    acronyms: Arc::new(acronyms),
                });
            }
        }
        Err(IndexError::Busy { path: self.path.clone(), holder: None })
    }

    /// Returns the tables of the last commit, for who writes. The acronyms are not read, and of the
    /// segments no more than opening them takes: what is lost or cut short is
    /// [`IndexError::Damaged`].
    pub(crate) fn tables(&self) -> Result<Tables, IndexError> {
        let fail = |e| IndexError::from_engine(&self.path, e);
        let metas = self.index.load_metas().map_err(fail)?;
        for segment in self.index.searchable_segments().map_err(fail)? {
            SegmentReader::open(&segment).map_err(fail)?;
        }
        let tables = self.tables_of(metas.payload.as_deref())?;
        self.shelf.find_acronyms(&tables.acronyms)?;
        Ok(tables)
    }

    fn tables_of(&self, name: Option<&str>) -> Result<Tables, IndexError> {
        name.map_or_else(|| Ok(Tables::default()), |name| self.shelf.load(name))
    }

    /// Counts the passages of the last commit, as [`View::passages`] does; no segment is opened.
    pub(crate) fn passages(&self) -> Result<u64, IndexError> {
        let metas = self.index.searchable_segment_metas();
        let metas = metas.map_err(|e| IndexError::from_engine(&self.path, e))?;
        Ok(metas.iter().map(|segment| u64::from(segment.num_docs())).sum())
    }

    /// Compares every file of the engine with its checksum; returns the files that differ, sorted.
    pub fn damaged_files(&self) -> Result<Vec<PathBuf>, IndexError> {
        let damaged = self
            .index
            .validate_checksum()
            .map_err(|e| IndexError::from_engine(&self.path, e))?;
        let mut files: Vec<PathBuf> =
            damaged.into_iter().map(|f| self.path.join(f)).collect();
        files.sort();
        Ok(files)
    }
}

impl View {
    /// Shows every passage to `visit`, in no certain order; returns how many could not be read.
    ///
    /// Reads the whole store: for checking, not for searching.
    pub fn visit(&self, mut visit: impl FnMut(IndexPassage)) -> Result<u64, IndexError> {
        let mut unreadable = 0;
        for segment in self.searcher.segment_readers() {
            let store = segment
                .get_store_reader(8)
                .map_err(|e| IndexError::from_engine(Path::new(""), e.into()))?;
            for doc in store.iter(segment.alive_bitset()) {
                match doc.ok().and_then(|doc| self.schema.stored(doc)) {
                    Some(stored) => visit(stored.passage),
                    None => unreadable += 1,
                }
            }
        }
        Ok(unreadable)
    }

    /// Passages that can be found.
    pub fn passages(&self) -> u64 {
        self.searcher.num_docs()
    }
}
