//! `citemap index --watch`: stays, and indexes whenever the corpus changes.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use notify::{RecursiveMode, Watcher};

use super::index::{RunKind, once, say};
use super::reading::STOP;
use crate::cli::Context;
use crate::cli::error::{CliError, INTERRUPTED};
use crate::indexer::{self, ReadSettings};
use crate::output::sanitize::clean;

/// Changes this close together are one: editors write, rename and touch.
const SETTLE: Duration = Duration::from_millis(300);
/// Changes that do not end (a download, a sync) are waited for no longer than this.
const LONGEST: Duration = Duration::from_secs(5);
/// How often the corpus is compared where the system's events may be lost.
const LOOK_ANYWAY: Duration = Duration::from_secs(30);

/// Watches until interrupted.
pub(super) fn run(
    context: &Context,
    reading: &ReadSettings,
    kind: RunKind,
) -> Result<u8, CliError> {
    let (sender, events) = channel();
    let mut watcher = notify::recommended_watcher(move |event| {
        // Whatever happened, the corpus is compared anew; a closed channel means the end.
        let _: Result<notify::Event, _> = event;
        let _ = sender.send(());
    })
    .map_err(|e| CliError::internal(&e))?;
    let path = clean(&context.corpus.display().to_string()).into_owned();
    watcher
        .watch(&context.corpus, RecursiveMode::Recursive)
        .map_err(|e| CliError::user(format!("{path}: cannot be watched: {e}")))?;
    context.ui.note(&format!("citemap: watching {path}; Ctrl-C ends"));
    let mut idle = Duration::ZERO;
    while !STOP.load(Ordering::Relaxed) {
        match events.recv_timeout(SETTLE) {
            Ok(()) => settle(&events, SETTLE, LONGEST),
            Err(RecvTimeoutError::Timeout) if idle < LOOK_ANYWAY => {
                idle += SETTLE;
                continue;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
        idle = Duration::ZERO;
        match indexer::staleness(&context.corpus, &context.index) {
            Ok(stale) if stale.is_fresh() => {}
            _ => match once(context, reading, kind) {
                Ok(report) => say(context, &report),
                Err(error) => context.ui.note(error.render().trim_end()),
            },
        }
    }
    Ok(INTERRUPTED)
}

/// Waits until there is no event for `quiet`, or `longest` has gone by, or the program is to end.
fn settle(events: &Receiver<()>, quiet: Duration, longest: Duration) {
    let start = Instant::now();
    while events.recv_timeout(quiet).is_ok()
        && start.elapsed() < longest
        && !STOP.load(Ordering::Relaxed)
    {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_without_end_are_not_waited_for() {
        let (sender, events) = channel();
        let (quiet, longest) = (Duration::from_secs(60), Duration::from_millis(100));
        std::thread::spawn(move || {
            while sender.send(()).is_ok() {
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        let start = Instant::now();
        settle(&events, quiet, longest);
        assert!((longest..quiet).contains(&start.elapsed()));
    }

    #[test]
    fn the_end_of_the_changes_is_waited_for() {
        let (sender, events) = channel();
        for _ in 0..100 {
            sender.send(()).unwrap();
        }
        settle(&events, Duration::from_millis(20), Duration::from_secs(60));
        assert!(events.try_recv().is_err());
    }
}
