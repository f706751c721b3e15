//! Fetches the jobs of a plan, one after the other.
//!
//! In: jobs, the client, the ledger. Out: a [`Report`]. A failed paper never stops the rest; a
//! server that denies access or is too busy does: what is left is said, with the time to go on.

use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::client::{Answer, Client, GetError};
use super::content::{self, HEAD, TAIL, Wrong};
use super::ledger::{Event, Ledger, Record};
use super::plan::{FOLDER, Job};
use super::{Clock, Form};
use crate::corpus::disk;

/// A paper whose connection failed is asked for again so often in one run.
const TRIES: u32 = 2;
/// A busy server is asked so often for one paper.
const BUSY_TRIES: u32 = 3;
/// The first wait for a busy server that does not say how long, in intervals: a minute of 3 s.
const BACKOFF_INTERVALS: u32 = 20;
/// A server that wants to be left alone longer than so many intervals ends the run: 5 minutes of 3 s.
const PATIENCE_INTERVALS: u32 = 100;

/// Told while the run goes.
#[derive(Clone, Debug)]
pub enum Progress<'a> {
    /// A paper is about to be asked for.
    Job {
        /// From 0.
        n: usize,
        /// All.
        total: usize,
        /// Which.
        job: &'a Job,
    },
    /// The server asked to slow down.
    Waiting {
        /// How long.
        time: Duration,
        /// HTTP status.
        status: u16,
    },
    /// A paper came.
    Got {
        /// Which.
        job: &'a Job,
        /// Bytes.
        bytes: u64,
    },
    /// A paper did not come.
    Failed {
        /// Which.
        failure: &'a Failure,
    },
}

/// A paper that did not come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Key of the work.
    pub key: String,
    /// Address.
    pub url: String,
    /// Why.
    pub reason: String,
    /// When it may be tried again, seconds since 1970.
    pub retry_at: u64,
}

/// Why a run ended before its jobs did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The server denies access.
    Denied {
        /// The host.
        host: String,
    },
    /// The server is too busy.
    Busy {
        /// HTTP status.
        status: u16,
        /// When to go on, seconds since 1970.
        retry_at: u64,
    },
    /// The server cannot be reached.
    Unreachable {
        /// What the system says.
        reason: String,
    },
    /// The person wants to stop.
    Interrupted,
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Files that came: key and path in the corpus.
    pub got: Vec<(String, PathBuf)>,
    /// Works whose file is the newest already.
    pub unchanged: Vec<String>,
    /// Papers that did not come.
    pub failed: Vec<Failure>,
    /// Keys of papers that were not asked for.
    pub left: Vec<String>,
    /// Why not.
    pub stop: Option<Stop>,
}

/// Fetches `jobs` into `corpus`.
///
/// # Errors
/// If the ledger cannot be written: without it nothing is asked.
pub fn run(
    jobs: &[Job],
    client: &mut Client<'_>,
    ledger: &mut Ledger,
    corpus: &Path,
    clock: &Clock<'_>,
    told: &mut dyn FnMut(Progress<'_>),
) -> io::Result<Report> {
    disk::sweep(&corpus.join(FOLDER))?;
    let mut report = Report::default();
    let mut run = Run { client, ledger, corpus, clock, refused: 0, unreached: 0 };
    for (n, job) in jobs.iter().enumerate() {
        told(Progress::Job { n, total: jobs.len(), job });
        match run.job(job, told)? {
            Outcome::Got(path, bytes) => {
                told(Progress::Got { job, bytes });
                report.got.push((job.key.clone(), path));
            }
            Outcome::Unchanged => report.unchanged.push(job.key.clone()),
            Outcome::Failed(failure, stop) => {
                told(Progress::Failed { failure: &failure });
                report.failed.push(failure);
                report.stop = stop;
            }
            Outcome::Stopped => report.stop = Some(Stop::Interrupted),
        }
        if report.stop.is_some() {
            let from = n + usize::from(report.stop != Some(Stop::Interrupted));
            report.left = jobs[from..].iter().map(|j| j.key.clone()).collect();
            break;
        }
    }
    Ok(report)
}

/// Notes the files that a killed run had put in their places, but not into the ledger.
///
/// # Errors
/// If the ledger cannot be written.
pub fn settle(
    unsettled: &[Job],
    ledger: &mut Ledger,
    corpus: &Path,
    now: u64,
) -> io::Result<()> {
    for job in unsettled {
        for ending in endings(job.form) {
            let path = with_ending(&job.stem, ending);
            let Ok(bytes) = std::fs::read(corpus.join(&path)) else { continue };
            let mut record = Record::new(now, Event::Arrived, &job.key, job.form.name());
            record.url = Some(job.url.clone());
            record.path = Some(path.to_string_lossy().into_owned());
            record.bytes = Some(bytes.len() as u64);
            record.blake3 = Some(blake3::hash(&bytes).to_hex().to_string());
            ledger.add(record)?;
            break;
        }
    }
    Ok(())
}

enum Outcome {
    Got(PathBuf, u64),
    Unchanged,
    Failed(Failure, Option<Stop>),
    Stopped,
}

struct Run<'r, 'a> {
    client: &'r mut Client<'a>,
    ledger: &'r mut Ledger,
    corpus: &'r Path,
    clock: &'r Clock<'r>,
    /// Papers in a row that a busy server refused.
    refused: u32,
    /// Papers in a row whose server could not be reached.
    unreached: u32,
}

impl Run<'_, '_> {
    fn now(&self) -> u64 {
        (self.clock.now_ms)() / 1000
    }

    fn record(&self, event: Event, job: &Job) -> Record {
        let mut record = Record::new(self.now(), event, &job.key, job.form.name());
        record.url = Some(job.url.clone());
        record
    }

    fn job(
        &mut self,
        job: &Job,
        told: &mut dyn FnMut(Progress<'_>),
    ) -> io::Result<Outcome> {
        let (mut tries, mut busy) = (0, 0);
        loop {
            self.ledger.add(self.record(Event::Asked, job))?;
            let error = match self.fetch(job) {
                Ok(outcome) => {
                    (self.refused, self.unreached) = (0, 0);
                    return Ok(outcome);
                }
                Err(error) => error,
            };
            match error {
                JobError::Get(GetError::Interrupted) => return Ok(Outcome::Stopped),
                JobError::Get(GetError::Busy { status, retry_after }) => {
                    busy += 1;
                    let wait = self.backoff(job, busy, retry_after);
                    self.client.rest(&job.url, wait)?;
                    // A second paper refused at once: it is the server, not the paper.
                    let patience = self.client.policy().interval * PATIENCE_INTERVALS;
                    let too_long = retry_after.is_some() && wait > patience;
                    if self.refused > 0 || too_long {
                        return self.stop_busy(job, status, wait);
                    }
                    if busy >= BUSY_TRIES {
                        self.refused += 1;
                        let error = GetError::Busy { status, retry_after };
                        return self.fail(job, &JobError::Get(error), None);
                    }
                    told(Progress::Waiting { time: wait, status });
                }
                error if error.may_pass() && tries + 1 < TRIES => tries += 1,
                error => {
                    self.refused = 0;
                    let unreachable =
                        matches!(error, JobError::Get(GetError::Unreachable { .. }));
                    self.unreached = if unreachable { self.unreached + 1 } else { 0 };
                    let stop = match &error {
                        // Two in a row: it is the net, and nothing else will come either.
                        JobError::Get(_) if self.unreached > 1 => {
                            Some(Stop::Unreachable { reason: error.to_string() })
                        }
                        JobError::Get(GetError::Denied { host }) => {
                            Some(Stop::Denied { host: host.clone() })
                        }
                        _ => None,
                    };
                    return self.fail(job, &error, stop);
                }
            }
        }
    }

    /// The server's own time, or a minute, two, four, each stretched by up to a half: programs that
    /// were refused together do not come back together.
    fn backoff(&self, job: &Job, nth: u32, said: Option<Duration>) -> Duration {
        let seed = format!("{}{nth}{}", job.url, (self.clock.now_ms)());
        let byte = blake3::hash(seed.as_bytes()).as_bytes()[0];
        let jitter = f64::from(byte) / 512.0;
        let interval = self.client.policy().interval;
        match said {
            Some(time) => time.max(interval) + interval.mul_f64(jitter),
            None => {
                let doubled = 1 << nth.saturating_sub(1).min(5);
                (interval * BACKOFF_INTERVALS * doubled).mul_f64(1.0 + jitter)
            }
        }
    }

    fn stop_busy(
        &mut self,
        job: &Job,
        status: u16,
        wait: Duration,
    ) -> io::Result<Outcome> {
        let retry_at = self.now() + wait.as_secs() + 1;
        let stop = Stop::Busy { status, retry_at };
        let error = GetError::Busy { status, retry_after: Some(wait) };
        self.fail(job, &JobError::Get(error), Some(stop))
    }

    fn fail(
        &mut self,
        job: &Job,
        error: &JobError,
        stop: Option<Stop>,
    ) -> io::Result<Outcome> {
        let mut record = self.record(Event::Failed, job);
        let retry_at = self.now() + error.pause_s();
        record.reason = Some(error.to_string());
        record.status = error.status();
        record.retry_at = Some(retry_at);
        self.ledger.add(record)?;
        let (key, url) = (job.key.clone(), job.url.clone());
        let failure = Failure { key, url, reason: error.to_string(), retry_at };
        Ok(Outcome::Failed(failure, stop))
    }

    fn fetch(&mut self, job: &Job) -> Result<Outcome, JobError> {
        let part = disk::part_of(&self.corpus.join(&job.stem));
        let made = self.fetch_part(job, &part);
        if made.is_err() {
            let _ = std::fs::remove_file(&part);
        }
        made
    }

    fn fetch_part(&mut self, job: &Job, part: &Path) -> Result<Outcome, JobError> {
        let disk = |e| JobError::Get(GetError::Disk(e));
        if let Some(folder) = part.parent() {
            std::fs::create_dir_all(folder).map_err(disk)?;
        }
        let file = File::options()
            .create(true)
            .truncate(true)
            .read(true)
            .write(true)
            .open(part)
            .map_err(disk)?;
        let mut sink =
            Hashing { inner: BufWriter::new(file), hash: blake3::Hasher::new() };
        let answer = self.client.get(&job.url, &job.ask, &mut sink)?;
        if answer.status == 304 {
            let _ = std::fs::remove_file(part);
            let record = self.record(Event::Unchanged, job);
            self.ledger.add(record).map_err(disk)?;
            return Ok(Outcome::Unchanged);
        }
        let hash = sink.hash.finalize().to_hex().to_string();
        let mut file = sink.inner.into_inner().map_err(|e| disk(e.into_error()))?;
        let (head, tail) = ends(&mut file).map_err(disk)?;
        let called = answer.content_type.as_deref();
        let ending = content::check(job.form, &head, &tail, called)?;
        let path = with_ending(&job.stem, ending);
        disk::settle(file, part, &self.corpus.join(&path)).map_err(disk)?;
        let bytes = answer.bytes;
        let record = self.arrival(job, answer, &path, hash);
        self.ledger.add(record).map_err(disk)?;
        Ok(Outcome::Got(path, bytes))
    }

    fn arrival(&self, job: &Job, answer: Answer, path: &Path, hash: String) -> Record {
        let mut record = self.record(Event::Arrived, job);
        record.url = Some(answer.url);
        record.path = Some(path.to_string_lossy().into_owned());
        record.status = Some(answer.status);
        record.bytes = Some(answer.bytes);
        record.blake3 = Some(hash);
        record.etag = answer.etag;
        record.modified = answer.modified;
        record
    }
}

/// Why a job failed.
#[derive(Debug, thiserror::Error)]
enum JobError {
    #[error(transparent)]
    Get(#[from] GetError),
    #[error(transparent)]
    Wrong(#[from] Wrong),
}

impl JobError {
    /// True for what may go better a moment later.
    fn may_pass(&self) -> bool {
        match self {
            Self::Get(GetError::Status { status }) => *status >= 500,
            Self::Get(
                GetError::BrokeOff { .. }
                | GetError::Unreachable { .. }
                | GetError::Net(_)
                | GetError::TooSlow { .. },
            )
            | Self::Wrong(Wrong::BreaksOff | Wrong::Empty) => true,
            _ => false,
        }
    }

    fn status(&self) -> Option<u16> {
        match self {
            Self::Get(GetError::Status { status } | GetError::Busy { status, .. }) => {
                Some(*status)
            }
            Self::Get(GetError::Denied { .. }) => Some(403),
            _ => None,
        }
    }

    /// Seconds until it makes sense to try again.
    fn pause_s(&self) -> u64 {
        const HOUR: u64 = 3600;
        match self {
            Self::Get(GetError::Busy { retry_after, .. }) => {
                retry_after.map_or(HOUR, |t| t.as_secs().max(60))
            }
            Self::Get(GetError::Denied { .. }) => 24 * HOUR,
            Self::Get(GetError::Status { status: 404 | 410 }) => 30 * 24 * HOUR,
            Self::Get(GetError::Refused(_) | GetError::Redirected { .. }) => 24 * HOUR,
            Self::Get(GetError::TooLarge { .. }) => 7 * 24 * HOUR,
            Self::Get(GetError::Disk(_) | GetError::Unreachable { .. }) => 0,
            Self::Wrong(Wrong::Withdrawn) => 30 * 24 * HOUR,
            Self::Wrong(_) => 24 * HOUR,
            _ => HOUR,
        }
    }
}

/// Endings that a form may get.
fn endings(form: Form) -> &'static [&'static str] {
    match form {
        Form::Pdf => &["pdf"],
        Form::Html => &["html"],
        Form::Tex => &["tar.gz", "tar", "zip", "tex", "pdf"],
    }
}

fn with_ending(stem: &Path, ending: &str) -> PathBuf {
    let mut name = stem.as_os_str().to_os_string();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

fn ends(file: &mut File) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let length = file.metadata()?.len();
    let mut read = |from: u64, n: usize| {
        file.seek(io::SeekFrom::Start(from))?;
        let mut bytes = Vec::new();
        (&mut *file).take(n as u64).read_to_end(&mut bytes)?;
        Ok::<_, io::Error>(bytes)
    };
    let head = read(0, HEAD)?;
    let tail = read(length.saturating_sub(TAIL as u64), TAIL)?;
    Ok((head, tail))
}

struct Hashing<W> {
    inner: W,
    hash: blake3::Hasher,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.inner.write(bytes)?;
        self.hash.update(&bytes[..n]);
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}
