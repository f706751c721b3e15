//! Worker processes: the same program, reading hostile files under hard limits.
//!
//! A PDF can make any reader loop, overflow its stack or take all memory, and the last two cannot
//! be caught inside a process. So a [`Pool`] keeps child processes of this program in the call
//! [`serve`], hands each a [`Job`] over its standard input and takes bytes back. A child has a limit of memory, no files and no network (Linux), and a deadline for each
//! job; one that dies is replaced, and why it died is a [`WorkerFault`] of that job alone.
//!
//! The parent sends content, never paths: a child needs no file at all.

mod child;
mod frame;
mod pool;
#[cfg(target_os = "linux")]
mod sandbox;
#[cfg(test)]
mod tests;

use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use self::child::serve;
pub use self::pool::{Pool, PoolConfig};
use super::ExtractError;
use crate::corpus::Format;

/// One document for a worker to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// The form of the document.
    pub format: Format,
    /// Its files: one, or those of a folder with paths relative to it.
    pub files: Vec<JobFile>,
    /// What the handler wants to know besides; opaque here.
    pub options: Vec<u8>,
}

/// A file of a [`Job`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobFile {
    /// Its name, or its path relative to the folder.
    pub path: String,
    /// Its content.
    pub bytes: Vec<u8>,
}

/// Limits that a worker sets on itself before its first job.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Limits {
    /// Address space, bytes.
    memory: u64,
    /// Stack of the thread that reads, bytes.
    stack: u64,
}

/// What the operating system lets a worker do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confinement {
    /// The limit of memory holds.
    pub memory: bool,
    /// No file can be opened.
    pub files: bool,
    /// No socket can be made and no program started.
    pub network: bool,
}

impl Confinement {
    /// Tells in words what this system cannot enforce; `None` where all holds.
    pub fn missing(&self) -> Option<String> {
        let parts: Vec<&str> = [
            (self.memory, "memory"),
            (self.files, "access to files"),
            (self.network, "access to the network"),
        ]
        .iter()
        .filter(|(holds, _)| !holds)
        .map(|(_, what)| *what)
        .collect();
        match parts.is_empty() {
            true => None,
            false => Some(format!("workers are not limited in {}", parts.join(", "))),
        }
    }
}

/// Why a job gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum WorkerFault {
    /// The reader ran and says why it could not read the document.
    #[error(transparent)]
    Document(#[from] ExtractError),
    /// It did not end in time and was killed.
    #[error("gave up after {} s", .limit.as_secs_f32())]
    Timeout {
        /// The deadline.
        limit: Duration,
    },
    /// It asked for more memory than it may have.
    #[error("needs more than {} MB of memory", .limit >> 20)]
    Memory {
        /// The limit, bytes.
        limit: u64,
    },
    /// It nested calls deeper than the stack holds.
    #[error("nested too deeply")]
    Depth,
    /// A bug of the reader, caught.
    #[error("reader failed: {what}")]
    Panic {
        /// The message, and where it was raised.
        what: String,
    },
    /// The process died.
    #[error("reader crashed{}", signal_words(.signal))]
    Crash {
        /// The signal that ended it, if one did.
        signal: Option<i32>,
    },
    /// Its answer is longer than any document's.
    #[error("gives more than {} MB of text", .limit >> 20)]
    Output {
        /// The limit, bytes.
        limit: u64,
    },
    /// No worker could be started.
    #[error("no worker process: {what}")]
    Start {
        /// What the system said.
        what: String,
    },
}

fn signal_words(signal: &Option<i32>) -> String {
    signal.map(|s| format!(" (signal {s})")).unwrap_or_default()
}

impl WorkerFault {
    /// Tells whether reading the same bytes again would end the same way.
    ///
    /// False for what the machine did: a worker that could not start, or was killed from outside.
    pub fn is_of_document(&self) -> bool {
        match self {
            WorkerFault::Start { .. } => false,
            // Interrupt, kill, terminate: somebody else sent them.
            WorkerFault::Crash { signal } => !matches!(signal, Some(2 | 9 | 15)),
            _ => true,
        }
    }
}
