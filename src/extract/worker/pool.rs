//! The parent's side: starts workers, hands them jobs, replaces those that die.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::frame::{self, Answer};
use super::{Confinement, Job, Limits, WorkerFault};

/// How long a new worker may take until it is ready.
const START: Duration = Duration::from_secs(20);
/// How long an idle worker may take to end when its input is closed.
const END: Duration = Duration::from_millis(500);
/// Bytes of a dead worker's standard error that are looked at.
const MAX_LAST_WORDS: u64 = 64 << 10;

/// What workers are and how far they may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolConfig {
    /// The program: this one.
    pub program: PathBuf,
    /// The arguments that make it call [`super::serve`].
    pub args: Vec<OsString>,
    /// Time for one job.
    pub deadline: Duration,
    /// Address space of a worker, bytes; at least 256 MB are needed to start.
    pub memory: u64,
    /// Length of an answer, bytes.
    pub max_output: u64,
    /// Jobs after which a worker is replaced, so that what it leaks stays small.
    pub jobs_per_worker: u32,
}

impl PoolConfig {
    /// Ten seconds, 1 GB and 256 MB of answer for workers made by `program args`.
    pub fn new(program: impl Into<PathBuf>, args: Vec<OsString>) -> PoolConfig {
        PoolConfig {
            program: program.into(),
            args,
            deadline: Duration::from_secs(10),
            memory: 1 << 30,
            max_output: 256 << 20,
            jobs_per_worker: 500,
        }
    }

    fn limits(&self) -> Limits {
        Limits {
            memory: self.memory,
            stack: (self.memory / 8).clamp(16 << 20, 256 << 20),
        }
    }
}

/// A set of reusable workers; as many live as there are threads that call [`Pool::run`].
pub struct Pool {
    config: PoolConfig,
    idle: Mutex<Vec<Worker>>,
    /// Killed, and not yet waited for: the system takes its time to free their memory.
    gone: Mutex<Vec<Worker>>,
    clock: Arc<Clock>,
    timer: Option<JoinHandle<()>>,
    started: AtomicU64,
    confinement: Mutex<Option<Confinement>>,
}

impl Pool {
    /// Makes a pool without workers; the first job starts one.
    pub fn new(config: PoolConfig) -> io::Result<Pool> {
        let clock = Arc::new(Clock::default());
        let ticking = Arc::clone(&clock);
        let timer = thread::Builder::new()
            .name("worker deadlines".to_string())
            .spawn(move || ticking.run())?;
        Ok(Pool {
            config,
            idle: Mutex::default(),
            gone: Mutex::default(),
            clock,
            timer: Some(timer),
            started: AtomicU64::new(0),
            confinement: Mutex::default(),
        })
    }

    /// Time for one job.
    pub fn deadline(&self) -> Duration {
        self.config.deadline
    }

    /// Runs one job on an idle or a new worker, and waits for its answer.
    pub fn run(&self, job: &Job) -> Result<Vec<u8>, WorkerFault> {
        self.run_within(job, self.config.deadline)
    }

    /// The same with a deadline of its own.
    pub fn run_within(&self, job: &Job, limit: Duration) -> Result<Vec<u8>, WorkerFault> {
        let idle = lock(&self.idle).pop();
        let mut worker = match idle {
            Some(worker) if worker.is_alive() => worker,
            _ => self.start()?,
        };
        let alarm = self.clock.set(limit, &worker.life);
        let answer = worker.ask(job, self.config.max_output);
        self.clock.clear(alarm);
        let (answer, keep) = match answer {
            Ok(answer) => (answer, !worker.life.timed_out.load(Ordering::Acquire)),
            Err(AskError::Output) => {
                (Err(WorkerFault::Output { limit: self.config.max_output }), false)
            }
            Err(AskError::Pipe) => (Err(worker.post_mortem(&self.config, limit)), false),
        };
        worker.jobs += 1;
        if keep && worker.jobs < self.config.jobs_per_worker {
            worker.forget_words();
            lock(&self.idle).push(worker);
        }
        answer
    }

    /// Ends the idle workers without waiting for them; the next job starts another.
    pub fn rest(&self) {
        let idle = std::mem::take(&mut *lock(&self.idle));
        for worker in &idle {
            worker.kill();
        }
        lock(&self.gone).extend(idle);
    }

    /// Workers started so far; more than the threads in use means that some died.
    pub fn n_started(&self) -> u64 {
        self.started.load(Ordering::Relaxed)
    }

    /// What holds the workers, known once one has started.
    pub fn confinement(&self) -> Option<Confinement> {
        *lock(&self.confinement)
    }

    fn start(&self) -> Result<Worker, WorkerFault> {
        let fault = |error: io::Error| WorkerFault::Start { what: error.to_string() };
        let mut worker = Worker::spawn(&self.config).map_err(fault)?;
        self.started.fetch_add(1, Ordering::Relaxed);
        let alarm = self.clock.set(START, &worker.life);
        let ready = frame::send(&mut worker.input, &self.config.limits())
            .and_then(|()| frame::receive::<Confinement>(&mut worker.output));
        self.clock.clear(alarm);
        *lock(&self.confinement) = Some(ready.map_err(|error| {
            let words = worker.last_words();
            let what = match words.lines().next() {
                Some(line) => line.to_string(),
                None => format!("it ended before it was ready: {error}"),
            };
            WorkerFault::Start { what }
        })?);
        Ok(worker)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        self.rest();
        self.clock.stop();
        if let Some(timer) = self.timer.take() {
            // The thread cannot panic; nothing is lost if it did.
            let _ = timer.join();
        }
    }
}

/// A child process with its pipes.
struct Worker {
    life: Arc<Life>,
    input: Box<dyn Write + Send>,
    output: Box<dyn Read + Send>,
    /// What it prints: a file, for nobody reads it while it runs.
    words: File,
    jobs: u32,
}

/// What the timer shares with a worker.
struct Life {
    child: Mutex<Child>,
    timed_out: AtomicBool,
}

enum AskError {
    Pipe,
    Output,
}

impl From<io::Error> for AskError {
    fn from(_: io::Error) -> Self {
        AskError::Pipe
    }
}

impl Worker {
    fn spawn(config: &PoolConfig) -> io::Result<Worker> {
        let words = tempfile::tempfile()?;
        let mut command = Command::new(&config.program);
        command
            .args(&config.args)
            .env_clear()
            // Each arena of the C library reserves address space, which is what is limited.
            .env("MALLOC_ARENA_MAX", "1")
            .stderr(words.try_clone()?);
        let (child, input, output) = connect(command, &words)?;
        let life = Arc::new(Life {
            child: Mutex::new(child),
            timed_out: AtomicBool::new(false),
        });
        Ok(Worker { life, input, output, words, jobs: 0 })
    }

    /// Killed rather than asked: it holds nothing that could be lost.
    fn kill(&self) {
        // It may have ended by itself.
        let _ = lock(&self.life.child).kill();
    }

    fn is_alive(&self) -> bool {
        matches!(lock(&self.life.child).try_wait(), Ok(None))
    }

    fn ask(
        &mut self,
        job: &Job,
        max_output: u64,
    ) -> Result<Result<Vec<u8>, WorkerFault>, AskError> {
        frame::send_job(&mut self.input, job)?;
        Ok(match frame::receive::<Answer>(&mut self.output)? {
            Answer::Done(length) if length > max_output => return Err(AskError::Output),
            Answer::Done(length) => Ok(frame::read_bytes(&mut self.output, length)?),
            Answer::Failed(error) => Err(WorkerFault::Document(error)),
            Answer::Panicked(what) => Err(WorkerFault::Panic { what }),
        })
    }

    /// Waits for a worker whose pipes are closed, and tells why it died.
    fn post_mortem(&mut self, config: &PoolConfig, limit: Duration) -> WorkerFault {
        let status = {
            let mut child = lock(&self.life.child);
            // It may have sent rubbish and still live.
            wait(&mut child, END).or_else(|| {
                let _ = child.kill();
                child.wait().ok()
            })
        };
        let words = self.last_words();
        if self.life.timed_out.load(Ordering::Acquire) {
            WorkerFault::Timeout { limit }
        } else if words.contains("memory allocation of") {
            WorkerFault::Memory { limit: config.memory }
        } else if words.contains("overflowed its stack") {
            WorkerFault::Depth
        } else {
            WorkerFault::Crash { signal: status.and_then(signal) }
        }
    }

    fn last_words(&mut self) -> String {
        let mut bytes = Vec::new();
        // No words, no reason: the signal is told instead.
        let _ = self.words.seek(SeekFrom::Start(0));
        let _ = (&mut self.words).take(MAX_LAST_WORDS).read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Empties the file of standard error.
    fn forget_words(&mut self) {
        if self.words.metadata().is_ok_and(|m| m.len() > 0) {
            let _ = self.words.set_len(0);
            let _ = self.words.seek(SeekFrom::Start(0));
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.kill();
        let _ = lock(&self.life.child).wait();
    }
}

/// A child and the two ends of the line to it.
type Connected = (Child, Box<dyn Write + Send>, Box<dyn Read + Send>);

#[cfg(unix)]
fn connect(mut command: Command, words: &File) -> io::Result<Connected> {
    use std::os::fd::OwnedFd;
    use std::os::unix::net::UnixStream;
    use std::os::unix::process::CommandExt;
    let (ours, theirs) = UnixStream::pair()?;
    let child = command
        .stdin(Stdio::from(OwnedFd::from(theirs)))
        .stdout(words.try_clone()?)
        // Ctrl-C is for the parent, which ends its workers itself.
        .process_group(0)
        .spawn()?;
    Ok((child, Box::new(ours.try_clone()?), Box::new(ours)))
}

#[cfg(not(unix))]
fn connect(mut command: Command, _words: &File) -> io::Result<Connected> {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    let missing = || io::Error::other("no pipe");
    let input = child.stdin.take().ok_or_else(missing)?;
    let output = child.stdout.take().ok_or_else(missing)?;
    Ok((child, Box::new(input), Box::new(output)))
}

fn wait(child: &mut Child, at_most: Duration) -> Option<std::process::ExitStatus> {
    let start = Instant::now();
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if start.elapsed() < at_most => {
                thread::sleep(Duration::from_millis(2))
            }
            _ => return None,
        }
    }
}

#[cfg(unix)]
fn signal(status: std::process::ExitStatus) -> Option<i32> {
    std::os::unix::process::ExitStatusExt::signal(&status)
}

#[cfg(not(unix))]
fn signal(_status: std::process::ExitStatus) -> Option<i32> {
    None
}

/// Kills workers at their deadlines; one thread for the whole pool.
#[derive(Default)]
struct Clock {
    alarms: Mutex<Alarms>,
    changed: Condvar,
}

#[derive(Default)]
struct Alarms {
    waiting: BTreeMap<(Instant, u64), Arc<Life>>,
    next: u64,
    stopped: bool,
}

impl Clock {
    fn set(&self, after: Duration, life: &Arc<Life>) -> (Instant, u64) {
        let mut alarms = lock(&self.alarms);
        alarms.next += 1;
        let key = (Instant::now() + after, alarms.next);
        alarms.waiting.insert(key, Arc::clone(life));
        self.changed.notify_one();
        key
    }

    fn clear(&self, key: (Instant, u64)) {
        lock(&self.alarms).waiting.remove(&key);
    }

    fn stop(&self) {
        lock(&self.alarms).stopped = true;
        self.changed.notify_one();
    }

    fn run(&self) {
        let mut alarms = lock(&self.alarms);
        while !alarms.stopped {
            let now = Instant::now();
            match alarms.waiting.first_key_value().map(|(key, _)| key.0) {
                Some(due) if due <= now => {
                    if let Some((_, life)) = alarms.waiting.pop_first() {
                        life.timed_out.store(true, Ordering::Release);
                        // It may have ended by itself in this moment.
                        let _ = lock(&life.child).kill();
                    }
                }
                Some(due) => {
                    let waited = self.changed.wait_timeout(alarms, due - now);
                    alarms = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                None => {
                    let waited = self.changed.wait(alarms);
                    alarms = waited.unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }
}

/// Locks; no holder of these locks can panic in between, so a poisoned one is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
