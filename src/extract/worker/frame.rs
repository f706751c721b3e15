//! What goes through the line between a pool and its workers.
//!
//! ```text
//! parent: Limits                        child: Confinement
//! parent: head of a Job, its contents   child: one Answer, and so on until end of file
//! ```
//!
//! Every message is a length (8 bytes, little endian) and so many bytes; contents follow their head
//! without copying. Both ends are the same program, so there are no versions.

use std::io::{self, Read, Write};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{Job, JobFile};
use crate::corpus::Format;
use crate::extract::ExtractError;

/// Bytes of a head; the names of a folder's files are in it.
const MAX_HEAD: u64 = 16 << 20;

/// A job without its contents.
#[derive(Serialize, Deserialize)]
struct Head {
    format: Format,
    files: Vec<(String, u64)>,
    options: Vec<u8>,
}

/// What a worker answers, before its bytes.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Answer {
    /// So many bytes follow.
    Done(u64),
    /// The document could not be read.
    Failed(ExtractError),
    /// The reader panicked.
    Panicked(String),
}

/// Sends a value.
pub(super) fn send<T: Serialize>(to: &mut impl Write, value: &T) -> io::Result<()> {
    let bytes = postcard::to_stdvec(value).map_err(io::Error::other)?;
    to.write_all(&(bytes.len() as u64).to_le_bytes())?;
    to.write_all(&bytes)?;
    to.flush()
}

/// Receives a value; `UnexpectedEof` if the other side is gone.
pub(super) fn receive<T: DeserializeOwned>(from: &mut impl Read) -> io::Result<T> {
    let mut length = [0; 8];
    from.read_exact(&mut length)?;
    let length = u64::from_le_bytes(length);
    if length > MAX_HEAD {
        return Err(io::ErrorKind::InvalidData.into());
    }
    postcard::from_bytes(&read_bytes(from, length)?).map_err(io::Error::other)
}

/// Reads exactly `length` bytes, without trusting it with memory before they arrive.
pub(super) fn read_bytes(from: &mut impl Read, length: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(length.min(1 << 20) as usize);
    from.take(length).read_to_end(&mut bytes)?;
    match bytes.len() as u64 == length {
        true => Ok(bytes),
        false => Err(io::ErrorKind::UnexpectedEof.into()),
    }
}

/// Sends a job.
pub(super) fn send_job(to: &mut impl Write, job: &Job) -> io::Result<()> {
    let files =
        job.files.iter().map(|f| (f.path.clone(), f.bytes.len() as u64)).collect();
    let head = Head { format: job.format, files, options: job.options.clone() };
    send(to, &head)?;
    for file in &job.files {
        to.write_all(&file.bytes)?;
    }
    to.flush()
}

/// Receives a job.
pub(super) fn receive_job(from: &mut impl Read) -> io::Result<Job> {
    let head: Head = receive(from)?;
    let mut files = Vec::with_capacity(head.files.len());
    for (path, length) in head.files {
        files.push(JobFile { path, bytes: read_bytes(from, length)? });
    }
    Ok(Job { format: head.format, files, options: head.options })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_comes_out_as_it_went_in() {
        let file = |path: &str, bytes: &[u8]| JobFile {
            path: path.to_string(),
            bytes: bytes.to_vec(),
        };
        let job = Job {
            format: Format::Tex,
            files: vec![file("main.tex", b"\\input{a/b}"), file("a/b.tex", b"")],
            options: vec![1, 2, 3],
        };
        let mut pipe = Vec::new();
        send_job(&mut pipe, &job).unwrap();
        assert_eq!(receive_job(&mut &pipe[..]).unwrap(), job);
        let cut = receive_job(&mut &pipe[..pipe.len() - 1]).unwrap_err();
        assert_eq!(cut.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn rubbish_is_refused() {
        let huge = u64::MAX.to_le_bytes();
        assert!(receive::<Answer>(&mut &huge[..]).is_err());
        assert!(receive::<Answer>(&mut &b"usage: something"[..]).is_err());
    }
}
