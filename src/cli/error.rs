//! The one place that decides what an error looks like, and with which status the program ends.

use std::fmt::Write as _;
use std::process::ExitCode;

use crate::cli::config::ConfigError;
use crate::output::sanitize::clean;

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
