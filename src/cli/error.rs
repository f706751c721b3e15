//! The one place that decides what an error looks like, and with which status the program ends.

use std::fmt::Write as _;
use std::process::ExitCode;

use crate::cli::config::ConfigError;
use crate::index::IndexError;
use crate::indexer::RunError;
use crate::output::sanitize::clean;
use crate::query::{QueryError, caret_lines};
use crate::search::SearchError;

/// Found, or done.
pub const FOUND: u8 = 0;
/// Nothing found.
pub const NOTHING: u8 = 1;
/// An error, also when only some files failed.
pub const TROUBLE: u8 = 2;
/// Interrupted.
pub const INTERRUPTED: u8 = 130;

/// What kind of trouble it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The person's input or files.
    User,
    /// The settings.
    Config,
    /// How the command was called.
    Usage,
    /// The reader of our output went away.
    BrokenPipe,
    /// Ours.
    Internal,
}

/// An error on its way to the person.
#[derive(Debug)]
pub struct CliError {
    /// Kind.
    pub kind: Kind,
    /// The message, and the causes below it.
    pub message: String,
    /// Lines under the message that point at the place (a caret under a query).
    pub place: Option<String>,
    /// What to do.
    pub hint: Option<String>,
}

impl CliError {
    /// An error of the person's input or files.
    pub fn user(message: impl Into<String>) -> Self {
        Self { kind: Kind::User, message: message.into(), place: None, hint: None }
    }

    /// An error of ours, with its causes.
    pub fn internal(error: &dyn std::error::Error) -> Self {
        Self { kind: Kind::Internal, ..Self::user(chain(error)) }
    }

    /// Adds what to do.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The text for stderr. Everything in it is cleaned for a terminal.
    pub fn render(&self) -> String {
        let mut text = format!("citemap: {}\n", clean(&self.message));
        if let Some(place) = &self.place {
            for line in place.lines() {
                let _ = writeln!(text, "  {}", clean(line));
            }
        }
        if let Some(hint) = &self.hint {
            let _ = writeln!(text, "hint: {}", clean(hint));
        }
        text
    }

    /// The exit status.
    pub fn exit(&self) -> ExitCode {
        match self.kind {
            Kind::BrokenPipe => ExitCode::from(FOUND),
            _ => ExitCode::from(TROUBLE),
        }
    }
}

impl CliError {
    /// A refused query, with carets under the place.
    pub fn query(error: &QueryError) -> Self {
        let place = Some(error.lines().join("\n"));
        Self { place, hint: error.hint(), ..Self::user(error.to_string()) }
    }

    /// A search that cannot be answered; `text` is the query or the option.
    pub fn search(error: SearchError, text: &str) -> Self {
        let place = error.span().map(|span| caret_lines(text, &span).join("\n"));
        let hint = error.hint();
        let kind = match &error {
            SearchError::Engine(_) => Kind::Internal,
            SearchError::Index(_) => return index_error(error),
            _ => Kind::User,
        };
        Self { kind, message: chain(&error), place, hint }
    }
}

fn index_error(error: SearchError) -> CliError {
    match error {
        SearchError::Index(error) => error.into(),
        other => CliError::internal(&other),
    }
}

impl From<QueryError> for CliError {
    fn from(error: QueryError) -> Self {
        Self::query(&error)
    }
}

impl From<SearchError> for CliError {
    fn from(error: SearchError) -> Self {
        Self::search(error, "")
    }
}

impl From<IndexError> for CliError {
    fn from(error: IndexError) -> Self {
        let hint = match &error {
            IndexError::Missing { .. } => Some("make it with `citemap index`"),
            IndexError::NotAnIndex { .. } => Some(
                "name an empty or new folder with --index DIR; nothing there was changed",
            ),
            IndexError::Older { .. } => {
                Some("`citemap index` makes it anew from what was read")
            }
            IndexError::Newer { .. } => Some(
                "use the newer citemap, or make an index of this version with --index DIR",
            ),
            IndexError::Damaged { .. } => Some(
                "`citemap doctor` looks into it; `citemap index --rebuild` makes it anew",
            ),
            IndexError::Busy { .. } => Some("wait for it to end, or search meanwhile"),
            _ => None,
        };
        let message = match &error {
            IndexError::Busy { holder: Some(holder), .. } => {
                format!("{error} (process {}, since {})", holder.pid, utc(holder.since))
            }
            _ => chain(&error),
        };
        Self { hint: hint.map(str::to_owned), ..Self::user(message) }
    }
}

impl From<RunError> for CliError {
    fn from(error: RunError) -> Self {
        let hint = match &error {
            _ if error.is_disk_full() => {
                Some("free some space and run it again: what was done is kept")
            }
            _ if error.is_read_only() => {
                Some("give an index folder that can be written with --index DIR")
            }
            RunError::Walk(_) => Some(
                "name the corpus with --corpus DIR, or begin one: `citemap build 2309.10020`",
            ),
            _ => None,
        };
        match error {
            RunError::Index(error) if hint.is_none() => error.into(),
            error => Self { hint: hint.map(str::to_owned), ..Self::user(chain(&error)) },
        }
    }
}

/// A time of day in UTC for seconds since 1970.
fn utc(seconds: u64) -> String {
    let day = seconds % 86_400;
    format!("{:02}:{:02}:{:02} UTC", day / 3600, day / 60 % 60, day % 60)
}

/// An error's message with its causes, each said once.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let message = error.to_string();
        if !text.contains(&message) {
            let _ = write!(text, ": {message}");
        }
        cause = error.source();
    }
    text
}

impl From<ConfigError> for CliError {
    fn from(error: ConfigError) -> Self {
        let hint = error.hint();
        Self { kind: Kind::Config, message: chain(&error), place: None, hint }
    }
}

impl From<std::io::Error> for CliError {
    fn from(error: std::io::Error) -> Self {
        let kind = match error.kind() {
            std::io::ErrorKind::BrokenPipe => Kind::BrokenPipe,
            _ => Kind::User,
        };
        Self { kind, ..Self::user(chain(&error)) }
    }
}
