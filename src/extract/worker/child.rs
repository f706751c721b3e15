//! The worker's side: takes jobs from its parent until the line is closed.

use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::thread;

use super::frame::{self, Answer};
use super::{Confinement, ExtractError, Job, Limits};

/// Bytes that a worker may write to any file; it has none but its own messages of distress.
#[cfg(unix)]
const MAX_FILE: u64 = 16 << 20;

/// The message of the last panic, left by the hook for the answer.
static LAST_PANIC: Mutex<String> = Mutex::new(String::new());

/// Runs jobs with `handler` until the parent closes the line; this is all that a worker process
/// does.
///
/// Takes the process over: sets its limits, and gives up files and network for good. A panic of the handler is an answer like any
/// other; what it was working on is lost.
pub fn serve<H>(handler: H) -> io::Result<()>
where
    H: Fn(Job) -> Result<Vec<u8>, ExtractError> + Send + 'static,
{
    let (input, output) = line()?;
    let mut input = BufReader::with_capacity(1 << 16, input);
    let limits: Limits = frame::receive(&mut input)?;
    watch_parent();
    std::panic::set_hook(Box::new(|info| {
        if let Ok(mut last) = LAST_PANIC.lock() {
            *last = info.to_string();
        }
    }));
    // Set before the thread starts: its stack counts too.
    let memory = limit_memory(limits.memory);
    thread::Builder::new()
        .name("reader".to_string())
        .stack_size(limits.stack as usize)
        .spawn(move || run(input, output, memory, &handler))?
        .join()
        .map_err(|_| io::Error::other("the reading thread died"))?
}

fn run(
    mut input: impl Read,
    mut output: File,
    memory: bool,
    handler: &dyn Fn(Job) -> Result<Vec<u8>, ExtractError>,
) -> io::Result<()> {
    let (files, network) = confine();
    frame::send(&mut output, &Confinement { memory, files, network })?;
    loop {
        let job = match frame::receive_job(&mut input) {
            Ok(job) => job,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        };
        let done = catch_unwind(AssertUnwindSafe(|| handler(job)));
        match done {
            Ok(Ok(bytes)) => {
                frame::send(&mut output, &Answer::Done(bytes.len() as u64))?;
                output.write_all(&bytes)?;
            }
            Ok(Err(error)) => frame::send(&mut output, &Answer::Failed(error))?,
            Err(_) => frame::send(&mut output, &Answer::Panicked(last_panic()))?,
        }
    }
}

/// Returns the message of the last panic on one line, at most 500 characters of it.
fn last_panic() -> String {
    let mut last =
        LAST_PANIC.lock().map(|mut l| std::mem::take(&mut *l)).unwrap_or_default();
    last = last.split_whitespace().collect::<Vec<_>>().join(" ");
    match last.char_indices().nth(500) {
        Some((at, _)) => last[..at].to_string(),
        None => last,
    }
}

/// Returns the two ends of the line to the parent.
///
/// Standard input is a socket, for both ways: libraries may print to standard output what they
/// like.
#[cfg(unix)]
fn line() -> io::Result<(File, File)> {
    use std::os::fd::AsFd;
    let socket = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    Ok((socket.try_clone()?, socket))
}

#[cfg(windows)]
fn line() -> io::Result<(File, File)> {
    use std::os::windows::io::AsHandle;
    let input = io::stdin().as_handle().try_clone_to_owned()?;
    let output = io::stdout().as_handle().try_clone_to_owned()?;
    Ok((File::from(input), File::from(output)))
}

/// Ends the process when its parent is gone, also while a job runs.
#[cfg(unix)]
fn watch_parent() {
    let parent = rustix::process::getppid();
    let watch = move || {
        while rustix::process::getppid() == parent {
            thread::sleep(std::time::Duration::from_secs(1));
        }
        std::process::abort();
    };
    // Without the thread a worker outlives a killed parent until its job is done.
    let _ = thread::Builder::new().stack_size(64 << 10).spawn(watch);
}

#[cfg(not(unix))]
fn watch_parent() {}

/// Limits the address space, and forbids core dumps and large files.
#[cfg(unix)]
fn limit_memory(bytes: u64) -> bool {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let to = |n: u64| Rlimit { current: Some(n), maximum: Some(n) };
    // The two below only save disk space; that they fail changes nothing.
    let _ = setrlimit(Resource::Core, to(0));
    let _ = setrlimit(Resource::Fsize, to(MAX_FILE));
    setrlimit(Resource::As, to(bytes)).is_ok()
}

#[cfg(not(unix))]
fn limit_memory(_bytes: u64) -> bool {
    false
}

#[cfg(target_os = "linux")]
fn confine() -> (bool, bool) {
    super::sandbox::enter()
}

#[cfg(not(target_os = "linux"))]
fn confine() -> (bool, bool) {
    (false, false)
}
