//! A progress line on stderr: drawn on a terminal only, and only when work takes a moment.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::output::human::fitted;
use crate::output::sanitize::clean;

/// Work shorter than this shows nothing.
const DELAY: Duration = Duration::from_millis(250);

/// A progress line; nothing where none may be drawn.
pub struct ProgressLine {
    bar: ProgressBar,
    started: std::time::Instant,
    shown: bool,
    may_draw: bool,
}

impl ProgressLine {
    /// Starts a line for work of `total` steps called `what`.
    pub fn start(may_draw: bool, what: &str, total: u64) -> Self {
        let bar =
            ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden());
        let template = "{prefix} {bar:24} {pos}/{len} {eta} {wide_msg}";
        let style = ProgressStyle::with_template(template)
            .expect("the template is fixed")
            .progress_chars("█▌ ");
        bar.set_style(style);
        bar.set_prefix(what.to_string());
        Self { bar, started: std::time::Instant::now(), shown: false, may_draw }
    }

    /// Reports where the work is.
    pub fn step(&mut self, done: u64, total: u64, what: &str) {
        if !self.shown && self.may_draw && self.started.elapsed() > DELAY {
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
            self.shown = true;
        }
        self.bar.set_length(total);
        self.bar.set_position(done);
        self.bar.set_message(fitted(&clean(what), 60));
    }

    /// Takes the line away.
    pub fn end(self) {
        self.bar.finish_and_clear();
    }
}
