//! The terminal as the commands see it: where results go, how wide, how coloured, how loud.

use std::io::{self, BufWriter, IsTerminal, Write};

use crate::cli::args::{ColorChoice, Global};
use crate::output::style::Style;

/// Columns where stdout is no terminal and COLUMNS says nothing.
const DEFAULT_WIDTH: usize = 80;

/// What the environment says about the terminal.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// `NO_COLOR` is set and not empty.
    pub no_color: bool,
    /// `CLICOLOR_FORCE` or `FORCE_COLOR` is set, and not to 0.
    pub force_color: bool,
    /// `TERM` is `dumb`.
    pub dumb: bool,
    /// `COLUMNS`.
    pub columns: Option<usize>,
}

/// Where and how to print.
pub struct Ui {
    /// How stdout may be dressed.
    pub style: Style,
    /// Columns of stdout.
    pub width: usize,
    /// Results and errors only.
    pub quiet: bool,
    /// More about what is done.
    pub verbose: bool,
    /// Progress may be drawn on stderr.
    pub progress: bool,
}

impl Ui {
    /// Decides once how to print.
    pub fn new(global: &Global, around: &Surroundings) -> Self {
        let terminal = io::stdout().is_terminal();
        let color = match global.color {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if around.no_color => false,
            ColorChoice::Auto if around.force_color => true,
            ColorChoice::Auto => terminal && !around.dumb,
        };
        let links = color
            && terminal
            && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout);
        let measured = terminal_size::terminal_size().map(|(w, _)| usize::from(w.0));
        let width =
            around.columns.or(measured.filter(|_| terminal)).unwrap_or(DEFAULT_WIDTH);
        Self {
            style: Style { color, links },
            width: width.clamp(30, 400),
            quiet: global.quiet,
            verbose: global.verbose,
            progress: io::stderr().is_terminal() && !global.quiet && !around.dumb,
        }
    }

    /// Stdout, locked and buffered; flush it before the program ends.
    pub fn out(&self) -> BufWriter<io::StdoutLock<'static>> {
        BufWriter::with_capacity(64 * 1024, io::stdout().lock())
    }

    /// Says something beside the results, unless quiet. What comes from documents is cleaned by the caller.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            let _ = writeln!(io::stderr().lock(), "{text}");
        }
    }

    /// Says more, if verbose.
    pub fn detail(&self, text: &str) {
        if self.verbose {
            self.note(text);
        }
    }
}
