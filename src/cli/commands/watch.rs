//! `citemap index --watch`: stays, and indexes whenever the corpus changes.

use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use notify::{RecursiveMode, Watcher};

use super::index::{RunKind, once, say};
use super::reading::STOP;
use crate::cli::Context;
use crate::cli::error::{CliError, INTERRUPTED};
use crate::indexer::{self, ReadSettings};
use crate::output::sanitize::clean;

/// Changes this close together are one: editors write, rename and touch.
const SETTLE: Duration = Duration::from_millis(300);
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
            Ok(()) => {
                while events.recv_timeout(SETTLE).is_ok() && !STOP.load(Ordering::Relaxed)
                {
                }
            }
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
