//! The ways in which one document is tried.
//!
//! In: the bytes of a document. Out: what it says, or why nothing came of it. A worker process reads
//! it. A PDF whose reading ended in a crash or at a limit is tried once more with the main engine
//! alone: the second engine may be what died. A scan goes through the user's OCR program, if one is
//! set, and what that wrote is read like any other file. Markdown and plain text, whose readers
//! cannot be made to loop or overflow, are read in this process.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::cache::Packed;
use super::reader::{Failure, ReadSettings, encode, read_document};
use crate::corpus::Format;
use crate::extract::ocr::{self, OcrCommand, OcrFault, Recognised};
use crate::extract::pdf::EngineChoice;
use crate::extract::worker::{Job, JobFile, Pool, WorkerFault};
use crate::extract::{Content, Engine, ExtractError, Fault, Input, ReadOptions};
use crate::paper::Document;

/// Files larger than this are read by a worker whatever their form, in bytes.
const LARGE: usize = 4 << 20;
/// Share of the deadline that a PDF gets with both engines; the rest is for the main one alone.
const FIRST: f64 = 0.7;

/// A document, and the same as the cache keeps it.
type Read = (Document, Packed);

/// Reads documents; several threads may share it.
pub(super) struct Attempts<'a> {
    settings: &'a ReadSettings,
    /// The options as workers get them.
    options: Vec<u8>,
    pool: Option<Pool>,
}

impl<'a> Attempts<'a> {
    /// Makes it ready; the first document that needs a worker starts one.
    pub(super) fn new(settings: &'a ReadSettings) -> std::io::Result<Attempts<'a>> {
        Ok(Attempts {
            settings,
            options: encode(&settings.options),
            pool: settings.workers.clone().map(Pool::new).transpose()?,
        })
    }

    /// What the system cannot enforce on workers; none if no worker was needed.
    pub(super) fn unconfined(&self) -> Option<String> {
        self.pool.as_ref()?.confinement()?.missing()
    }

    /// Lets the workers go.
    pub(super) fn rest(&self) {
        if let Some(pool) = &self.pool {
            pool.rest();
        }
    }

    /// Reads a document.
    pub(super) fn read(&self, input: Input) -> Result<Read, Failure> {
        let Some((command, limit)) = &self.settings.ocr else { return self.once(input) };
        let scan = (input.format == Format::Pdf).then(|| input.clone());
        let read = self.once(input)?;
        match scan {
            Some(scan) if read.0.faults.iter().any(ocr::is_needed) => {
                self.recognised(scan, read, command, *limit)
            }
            _ => Ok(read),
        }
    }

    /// Reads what the OCR program made of a scan; `read` is what the scan itself says.
    ///
    /// Errors only where the program cannot be run, which is for its user to mend.
    fn recognised(
        &self,
        scan: Input,
        read: Read,
        command: &OcrCommand,
        limit: Duration,
    ) -> Result<Read, Failure> {
        let bytes = scan.bytes().map_or(&[][..], |bytes| bytes);
        let what = match ocr::run(command, bytes, limit) {
            Ok(recognised) => match self.once(input_of(recognised, &scan)) {
                Ok((document, _)) if !document.faults.iter().any(ocr::is_needed) => {
                    return Ok(packed(by_ocr(document, &read.0, command)));
                }
                Ok(_) => format!("`{}` found no text", command.program()),
                Err(failure) => {
                    format!("the output of `{}`: {failure}", command.program())
                }
            },
            Err(fault @ (OcrFault::Run { .. } | OcrFault::Template { .. })) => {
                return Err(Failure::Ocr { fault });
            }
            Err(fault) => fault.to_string(),
        };
        let mut document = read.0;
        document.faults.push(Fault { page: None, what: format!("OCR: {what}") });
        Ok(packed(document))
    }

    /// Reads a document as it is.
    fn once(&self, input: Input) -> Result<Read, Failure> {
        let Some(pool) = self.pool.as_ref().filter(|_| !is_tame(&input)) else {
            return in_process(&input, &self.settings.options).map(packed);
        };
        let choice = self.settings.options.pdf.engine;
        let two = input.format == Format::Pdf && choice == EngineChoice::Auto;
        let mut job = job(input, &self.options);
        if !two {
            return of_answer(pool.run(&job));
        }
        let (start, deadline) = (Instant::now(), pool.deadline());
        let first = match pool.run_within(&job, deadline.mul_f64(FIRST)) {
            Err(fault) if may_be_second(&fault) => fault,
            answer => return of_answer(answer),
        };
        let mut options = self.settings.options.clone();
        options.pdf.engine = EngineChoice::Main;
        job.options = encode(&options);
        let left = deadline.saturating_sub(start.elapsed());
        match of_answer(pool.run_within(&job, left)) {
            Ok((mut document, _)) => {
                let what =
                    format!("read with the main engine alone: both together {first}");
                document.faults.push(Fault { page: None, what });
                Ok(packed(document))
            }
            Err(Failure::Worker(WorkerFault::Timeout { .. })) => {
                Err(Failure::Worker(WorkerFault::Timeout { limit: deadline }))
            }
            Err(failure) => Err(failure),
        }
    }
}

/// Tells whether the second engine may be what ended a job.
fn may_be_second(fault: &WorkerFault) -> bool {
    matches!(
        fault,
        WorkerFault::Timeout { .. }
            | WorkerFault::Memory { .. }
            | WorkerFault::Crash { .. }
            | WorkerFault::Depth
    )
}

fn input_of(recognised: Recognised, scan: &Input) -> Input {
    let (format, bytes) = match recognised {
        Recognised::Pdf(bytes) => (Format::Pdf, bytes),
        Recognised::Text(bytes) => (Format::Text, bytes),
    };
    Input { format, path: scan.path.clone(), content: Content::File(Arc::new(bytes)) }
}

/// Says that a document was recognised; what the scan itself states of it holds on.
fn by_ocr(mut document: Document, scan: &Document, command: &OcrCommand) -> Document {
    document.engine = Some(Engine::Ocr);
    document.n_pages = document.n_pages.max(scan.n_pages);
    document.pages_read = document.n_pages;
    if document.title.is_empty() {
        document.title.clone_from(&scan.title);
    }
    document.arxiv = document.arxiv.or_else(|| scan.arxiv.clone());
    document.doi = document.doi.or_else(|| scan.doi.clone());
    let what = format!("text recognised by `{}`", command.program());
    document.faults.push(Fault { page: None, what });
    document
}

fn packed(document: Document) -> Read {
    let packed = Packed::pack(&document);
    (document, packed)
}

fn of_answer(answer: Result<Vec<u8>, WorkerFault>) -> Result<Read, Failure> {
    let bytes = answer.map_err(|fault| match fault {
        WorkerFault::Document(error) => Failure::Extract(error),
        fault => Failure::Worker(fault),
    })?;
    let document = postcard::from_bytes(&bytes).map_err(|_| {
        let what = "the worker's answer is no document".to_owned();
        Failure::Extract(ExtractError::Reader { what })
    })?;
    Ok((document, Packed::pack_bytes(&bytes)))
}

/// A panic of a reader is a fault of the one file.
fn in_process(input: &Input, options: &ReadOptions) -> Result<Document, Failure> {
    let read = catch_unwind(AssertUnwindSafe(|| read_document(input, options)));
    read.unwrap_or_else(|_| {
        Err(ExtractError::Reader { what: "the reader panicked".to_owned() })
    })
    .map_err(Failure::Extract)
}

/// True where no worker is needed.
fn is_tame(input: &Input) -> bool {
    let Content::File(bytes) = &input.content else { return false };
    matches!(input.format, Format::Markdown | Format::Text) && bytes.len() <= LARGE
}

fn job(input: Input, options: &[u8]) -> Job {
    let files = match input.content {
        Content::File(bytes) => {
            vec![JobFile { path: String::new(), bytes: Arc::unwrap_or_clone(bytes) }]
        }
        Content::Folder(files) => {
            files.into_iter().map(|(path, bytes)| JobFile { path, bytes }).collect()
        }
    };
    Job { format: input.format, files, options: options.to_vec() }
}
