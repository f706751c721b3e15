//! Turns files into documents: each content once, in worker processes, with the cache in between.
//!
//! In: a file of the corpus. Out: a `Reading`: the content's fingerprint and a packed document,
//! or the reason why there is none. The bytes are collected here and handed to a worker, which runs
//! [`work`]: extraction, layout and understanding in one go. Markdown and plain text, whose readers
//! cannot be made to loop or overflow, are read in this process.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::attempt::Attempts;
use super::cache::{Cache, CacheError, CacheKey, Cached};
use super::work::cited;
use crate::corpus::{Fingerprint, Format};
use crate::extract::ocr::{self, OcrCommand, OcrFault};
use crate::extract::worker::{Job, PoolConfig, WorkerFault};
use crate::extract::{self, CollectError, Content, ExtractError, Input, ReadOptions};
use crate::layout;
use crate::paper::{self, Document, Reference};

/// How files are read.
#[derive(Clone, Debug)]
pub struct ReadSettings {
    /// What readers are told.
    pub options: ReadOptions,
    /// The worker processes; without, everything is read in this process.
    pub workers: Option<PoolConfig>,
    /// The program that adds a text layer to scans, and its time for one; without, a scan stays
    /// without text.
    pub ocr: Option<(OcrCommand, Duration)>,
}

impl ReadSettings {
    /// Names the reader with its settings: what another version or another setting may read
    /// differently has another number. Passwords have no part in it: what one of them opened stays
    /// read when a later run has none.
    pub(crate) fn version(&self) -> u64 {
        let mut options = self.options.clone();
        options.pdf.passwords.clear();
        let mut hash = blake3::Hasher::new();
        hash.update(env!("CARGO_PKG_VERSION").as_bytes());
        hash.update(&layout::READER_VERSION.to_le_bytes());
        hash.update(&encode(&options));
        if let Some((command, _)) = &self.ocr {
            hash.update(&encode(&command.words()));
        }
        let mut first = [0; 8];
        first.copy_from_slice(&hash.finalize().as_bytes()[..8]);
        u64::from_le_bytes(first)
    }

    /// True if reading the same bytes again with these settings would end the same way.
    pub(crate) fn would_fail_again(&self, failure: &Failure) -> bool {
        failure.lasts() && (self.options.pdf.passwords.is_empty() || !failure.is_locked())
    }
}

/// Why nothing could be read from a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
pub enum Failure {
    /// The document gives nothing.
    #[error(transparent)]
    Extract(ExtractError),
    /// The worker that read it was stopped.
    #[error(transparent)]
    Worker(WorkerFault),
    /// It is a scan, and the program that was to recognise it cannot be run.
    #[error("no text layer: needs OCR, but {fault}")]
    Ocr {
        /// What is wrong with the program.
        fault: OcrFault,
    },
    /// It is a scan: of its text there is nothing, or a stamp.
    #[error("no text layer: needs OCR")]
    Scan,
    /// The disk says no.
    #[error("cannot be opened: {what}")]
    Unreadable {
        /// What the system said.
        what: String,
    },
    /// More than any sound document.
    #[error("more than {limit} {what}")]
    TooLarge {
        /// What there is too much of.
        what: String,
        /// The limit.
        limit: u64,
    },
}

impl Failure {
    /// True if reading the same bytes again would end the same way.
    pub fn lasts(&self) -> bool {
        match self {
            Failure::Extract(_) | Failure::TooLarge { .. } | Failure::Scan => true,
            Failure::Worker(fault) => fault.is_of_document(),
            Failure::Unreadable { .. } | Failure::Ocr { .. } => false,
        }
    }

    /// True if a password might open the file.
    fn is_locked(&self) -> bool {
        matches!(self, Failure::Extract(ExtractError::NeedsPassword { .. }))
    }
}

/// What the catalogue needs to know of a document without unpacking it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Facts {
    pub(crate) title: String,
    pub(crate) authors: Vec<String>,
    pub(crate) year: Option<i32>,
    /// See [`Document::year_is_stated`].
    pub(crate) year_is_stated: bool,
    pub(crate) venue: Option<String>,
    pub(crate) arxiv: Option<String>,
    pub(crate) doi: Option<String>,
    pub(crate) licence: Option<String>,
    pub(crate) lang: Option<String>,
    pub(crate) own_key: Option<String>,
    pub(crate) own_topic: Option<(String, String)>,
    pub(crate) n_pages: u32,
    pub(crate) pages_read: u32,
    /// What read most pages of a PDF.
    pub(crate) engine: Option<extract::Engine>,
    /// How far the text can be trusted, 0 to 1.
    pub(crate) quality: f32,
    /// What went wrong with parts of it.
    pub(crate) faults: Vec<extract::Fault>,
}

impl Facts {
    /// Takes the facts from a document.
    pub(crate) fn of(document: &Document) -> Facts {
        /// Faults kept of one document.
        const FAULTS: usize = 20;
        Facts {
            title: document.title.clone(),
            authors: document.authors.clone(),
            year: document.year,
            year_is_stated: document.year_is_stated,
            venue: document.venue.clone(),
            arxiv: document.arxiv.clone(),
            doi: document.doi.clone(),
            licence: document.licence.clone(),
            lang: document.lang.clone(),
            own_key: document.own_key.clone(),
            own_topic: document.own_topic.clone(),
            n_pages: document.n_pages,
            pages_read: document.pages_read,
            engine: document.engine,
            quality: document.quality.score,
            faults: document.faults.iter().take(FAULTS).cloned().collect(),
        }
    }

    /// True if no text stands behind them.
    pub(crate) fn is_scan(&self) -> bool {
        self.faults.iter().any(ocr::is_needed)
    }
}

/// What came of reading a file.
#[derive(Debug)]
pub(crate) struct Reading {
    /// The content.
    pub(crate) fingerprint: Fingerprint,
    /// The document's facts and references, or the reason why there is none.
    pub(crate) result: Result<(Facts, Vec<Reference>), Failure>,
    /// What the cache does not have yet.
    pub(crate) fresh: Option<(CacheKey, Cached)>,
}

/// Reads files; several threads may share it.
pub(crate) struct Reader<'a> {
    settings: &'a ReadSettings,
    version: u64,
    attempts: Attempts<'a>,
    cache: &'a Cache,
}

impl<'a> Reader<'a> {
    /// Makes a reader; the first file that needs a worker starts one.
    pub(crate) fn new(
        settings: &'a ReadSettings,
        cache: &'a Cache,
    ) -> std::io::Result<Reader<'a>> {
        Ok(Reader {
            settings,
            version: settings.version(),
            attempts: Attempts::new(settings)?,
            cache,
        })
    }

    /// Reads the document at `path`, or finds it in the cache; none if its content is the `known`
    /// one.
    pub(crate) fn read_other(
        &self,
        path: &Path,
        format: Format,
        known: Option<Fingerprint>,
    ) -> Result<Option<Reading>, CacheError> {
        let input = match extract::collect(path, format, &self.settings.options.limits) {
            Ok(input) => input,
            Err(error) => {
                return Ok(Some(Reading::failed(Fingerprint([0; 32]), error.into())));
            }
        };
        let fingerprint = fingerprint(&input.content);
        match known == Some(fingerprint) {
            true => Ok(None),
            false => self.read_input(input, fingerprint).map(Some),
        }
    }

    /// Reads the document at `path`, or finds it in the cache.
    pub(crate) fn read(
        &self,
        path: &Path,
        format: Format,
    ) -> Result<Reading, CacheError> {
        let reading = self.read_other(path, format, None)?;
        Ok(reading.expect("no content is known"))
    }

    fn read_input(
        &self,
        input: Input,
        fingerprint: Fingerprint,
    ) -> Result<Reading, CacheError> {
        let format = input.format;
        let key = CacheKey::new(fingerprint, self.version, format);
        match self.cache.get(key)? {
            Some(Cached::Failed(failure)) if self.settings.would_fail_again(&failure) => {
                return Ok(Reading::failed(fingerprint, failure));
            }
            Some(Cached::Document(packed)) => {
                // A damaged entry is read afresh.
                if let Some(document) = packed.unpack() {
                    let result = Ok((Facts::of(&document), cited(&document)));
                    return Ok(Reading { fingerprint, result, fresh: None });
                }
            }
            Some(Cached::Failed(_)) | None => {}
        }
        Ok(match self.attempts.read(input) {
            Ok((document, packed)) => Reading {
                fingerprint,
                result: Ok((Facts::of(&document), cited(&document))),
                fresh: Some((key, Cached::Document(packed))),
            },
            Err(failure) => {
                let fresh =
                    failure.lasts().then(|| (key, Cached::Failed(failure.clone())));
                Reading { fingerprint, result: Err(failure), fresh }
            }
        })
    }

    /// Lets the worker processes go; the next file that needs one starts another.
    pub(crate) fn rest(&self) {
        self.attempts.rest();
    }

    /// What the system cannot enforce on workers; none if no worker was needed.
    pub(crate) fn unconfined(&self) -> Option<String> {
        self.attempts.unconfined()
    }
}

impl Reading {
    fn failed(fingerprint: Fingerprint, failure: Failure) -> Reading {
        Reading { fingerprint, result: Err(failure), fresh: None }
    }
}

impl From<CollectError> for Failure {
    fn from(error: CollectError) -> Failure {
        match error {
            CollectError::Io { source, .. } => {
                Failure::Unreadable { what: source.to_string() }
            }
            CollectError::TooLarge { what, limit, .. } => {
                Failure::TooLarge { what: what.to_owned(), limit }
            }
        }
    }
}

/// What a worker process does with a job of a `Reader`: the handler for
/// [`extract::worker::serve`].
pub fn work(job: Job) -> Result<Vec<u8>, ExtractError> {
    let options: ReadOptions = postcard::from_bytes(&job.options).map_err(|_| {
        ExtractError::Reader { what: "settings of another version".to_owned() }
    })?;
    let is_file = matches!(job.files.as_slice(), [file] if file.path.is_empty());
    let mut files = job.files.into_iter().map(|file| (file.path, file.bytes));
    let content = match files.next() {
        Some((_, bytes)) if is_file => Content::File(Arc::new(bytes)),
        first => Content::Folder(first.into_iter().chain(files).collect()),
    };
    let input = Input { format: job.format, path: Path::new("").to_owned(), content };
    read_document(&input, &options).map(|document| encode(&document))
}

/// Reads one file, through a worker process if the settings have them, without any cache.
pub fn read_file(
    path: &Path,
    format: Format,
    settings: &ReadSettings,
) -> Result<Document, Failure> {
    let input = extract::collect(path, format, &settings.options.limits)?;
    let attempts = Attempts::new(settings)
        .map_err(|error| Failure::Unreadable { what: error.to_string() })?;
    attempts.read(input).map(|(document, _)| document)
}

/// Reads one document in this process: extraction, layout, understanding.
pub fn read_document(
    input: &Input,
    options: &ReadOptions,
) -> Result<Document, ExtractError> {
    let extracted = extract::read(input, options)?;
    Ok(paper::understand(layout::lay(extracted)))
}

/// The fingerprint that a document at `path` has now; none if it cannot be read.
pub(crate) fn fingerprint_at(path: &Path, format: Format) -> Option<Fingerprint> {
    let input = extract::collect(path, format, &ReadOptions::default().limits).ok()?;
    Some(fingerprint(&input.content))
}

/// A folder's fingerprint covers the names of its files too.
fn fingerprint(content: &Content) -> Fingerprint {
    match content {
        Content::File(bytes) => Fingerprint(*blake3::hash(bytes).as_bytes()),
        Content::Folder(files) => {
            let mut hash = blake3::Hasher::new();
            for (path, bytes) in files {
                hash.update(&(path.len() as u64).to_le_bytes());
                hash.update(path.as_bytes());
                hash.update(&(bytes.len() as u64).to_le_bytes());
                hash.update(bytes);
            }
            Fingerprint(*hash.finalize().as_bytes())
        }
    }
}

pub(super) fn encode<T: Serialize>(value: &T) -> Vec<u8> {
    postcard::to_stdvec(value).expect("plain data always encodes")
}
