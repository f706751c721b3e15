//! When a host may be asked again: kept on disk, over all runs and processes.
//!
//! The folder's lock is held as long as a [`Pace`] lives, so that of all processes on one index
//! one has connections open. The time of a request is written before it is sent and again after
//! its answer: a run that is killed in between leaves a time that the next run heeds.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::corpus::disk;

const FILE: &str = "pace.json";
const LOCK: &str = "lock";

/// Requests reach a host a little after they are sent: the interval is stretched by this share and time.
const MARGIN: (f64, u64) = (0.05, 20);

/// The clock and the pause, as the caller has them.
pub struct Clock<'a> {
    /// Milliseconds since 1970.
    pub now_ms: &'a dyn Fn() -> u64,
    /// Waits; returns false if the person wants to stop.
    pub wait: &'a dyn Fn(Duration) -> bool,
    /// True once the person wants to stop.
    pub stopped: &'a dyn Fn() -> bool,
}

/// What is known of a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct HostTimes {
    /// The last request was sent, or answered.
    last_ms: u64,
    /// Not before, by the host's own word or after it refused.
    #[serde(default)]
    not_before_ms: u64,
}

/// The pace of requests.
#[derive(Debug)]
pub struct Pace {
    path: PathBuf,
    hosts: BTreeMap<String, HostTimes>,
    /// Held while this lives.
    lock: File,
}

impl Drop for Pace {
    fn drop(&mut self) {
        // A process that is being started has the file open too, so that closing it is not enough.
        let _ = fs4::FileExt::unlock(&self.lock);
    }
}

impl Pace {
    /// Takes the lock of `folder` and reads its times; `None` if another process holds it.
    pub fn try_open(folder: &Path) -> io::Result<Option<Self>> {
        std::fs::create_dir_all(folder)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(folder.join(LOCK))?;
        match fs4::FileExt::try_lock(&lock) {
            Ok(()) => {}
            Err(fs4::TryLockError::WouldBlock) => return Ok(None),
            Err(fs4::TryLockError::Error(e)) => return Err(e),
        }
        let path = folder.join(FILE);
        // A file that cannot be read means that nothing is known, not that all is allowed at once:
        // the caller's first request waits an interval from now.
        let hosts = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_default(),
            Err(_) => BTreeMap::new(),
        };
        Ok(Some(Self { path, hosts, lock }))
    }

    /// How long to wait before `host` may be asked.
    pub fn wait_for(&self, host: &str, interval: Duration, now_ms: u64) -> Duration {
        let Some(times) = self.hosts.get(&site(host)) else { return Duration::ZERO };
        let interval_ms = u64::try_from(interval.as_millis()).unwrap_or(u64::MAX);
        let (share, more) = MARGIN;
        let stretched =
            interval_ms.saturating_add((interval_ms as f64 * share) as u64 + more);
        // A clock that was set back must not make us wait for years.
        let last = times.last_ms.min(now_ms);
        let day = 24 * 3600 * 1000;
        let not_before = times.not_before_ms.min(now_ms.saturating_add(day));
        let at = last.saturating_add(stretched).max(not_before);
        Duration::from_millis(at.saturating_sub(now_ms))
    }

    /// Notes that a request is sent or was answered.
    pub fn mark(&mut self, host: &str, now_ms: u64) -> io::Result<()> {
        self.hosts.entry(site(host)).or_default().last_ms = now_ms;
        self.write()
    }

    /// Notes that the host wants to be left alone for that long.
    pub fn rest(&mut self, host: &str, now_ms: u64, time: Duration) -> io::Result<()> {
        let until =
            now_ms.saturating_add(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
        let times = self.hosts.entry(site(host)).or_default();
        times.not_before_ms = times.not_before_ms.max(until);
        self.write()
    }

    fn write(&self) -> io::Result<()> {
        let bytes = serde_json::to_vec(&self.hosts).map_err(io::Error::other)?;
        disk::write_whole(&self.path, &bytes)
    }
}

/// Hosts of one site share a pace: `export.arxiv.org` and `arxiv.org` are one service.
fn site(host: &str) -> String {
    let labels: Vec<&str> = host.split('.').collect();
    let is_name = host.parse::<std::net::IpAddr>().is_err();
    match labels.as_slice() {
        [.., a, b] if is_name => format!("{a}.{b}"),
        _ => host.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_interval_holds_over_runs_and_one_process_asks() {
        let dir = tempfile::tempdir().unwrap();
        let second = Duration::from_secs(1);
        let mut pace = Pace::try_open(dir.path()).unwrap().unwrap();
        assert_eq!(pace.wait_for("arxiv.org", second, 5_000), Duration::ZERO);
        pace.mark("export.arxiv.org", 5_000).unwrap();
        assert!(Pace::try_open(dir.path()).unwrap().is_none());
        drop(pace);
        let mut pace = Pace::try_open(dir.path()).unwrap().unwrap();
        assert_eq!(pace.wait_for("arxiv.org", second, 5_500), Duration::from_millis(570));
        assert_eq!(pace.wait_for("example.org", second, 5_500), Duration::ZERO);
        pace.rest("arxiv.org", 5_500, Duration::from_secs(60)).unwrap();
        assert_eq!(pace.wait_for("arxiv.org", second, 6_500), Duration::from_secs(59));
        // The clock was set back by an hour.
        assert!(pace.wait_for("arxiv.org", second, 1_000) < Duration::from_secs(66));
    }
}
