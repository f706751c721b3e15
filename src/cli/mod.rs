//! The command line: arguments, settings, one file per command.
//!
//! In: the program's arguments and environment. Out: an exit status. Everything below gets plain
//! values: the environment, the clock and the terminal are read here only.

pub mod args;
pub mod commands;
pub mod config;
pub mod error;
mod guard;
pub mod progress;
pub mod ui;

use std::ffi::OsString;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use args::{Cli, Command, Global};
use config::Config;
use error::{CliError, TROUBLE};
use ui::{Surroundings, Ui};

use crate::output::human::Page;

/// What every command is given.
pub struct Context {
    /// Options that every command has.
    pub global: Global,
    /// Settings.
    pub config: Config,
    /// The terminal.
    pub ui: Ui,
    /// The corpus folder.
    pub corpus: PathBuf,
    /// The index folder.
    pub index: PathBuf,
}

impl Context {
    /// The page that results for people are printed on.
    pub fn page(&self) -> Page {
        let corpus =
            std::path::absolute(&self.corpus).unwrap_or_else(|_| self.corpus.clone());
        Page { width: self.ui.width, style: self.ui.style, corpus }
    }
}

/// Runs the program with these arguments (the program's name first) and returns its exit status.
pub fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => {
            let asked = !error.use_stderr();
            let _ = error.print();
            return ExitCode::from(if asked { 0 } else { TROUBLE });
        }
    };
    match guard::guarded(|| dispatch(cli)) {
        Ok(status) => ExitCode::from(status),
        Err(error) => {
            if error.kind != error::Kind::BrokenPipe {
                let _ = write!(std::io::stderr().lock(), "{}", error.render());
            }
            error.exit()
        }
    }
}

fn dispatch(cli: Cli) -> Result<u8, CliError> {
    if let Command::Worker = cli.command {
        return commands::worker::run();
    }
    let context = context(cli.global)?;
    match &cli.command {
        Command::Index(args) => commands::index::run(&context, args),
        Command::Search(args) => commands::search::run(&context, args),
        Command::Topics(args) => commands::topics::run(&context, args),
        Command::Show(args) => commands::show::show(&context, args),
        Command::Cited(args) => commands::show::cited(&context, args),
        Command::Open(args) => commands::show::open_hit(&context, args),
        Command::Text(args) => commands::text::text(&context, args),
        Command::Outline(args) => commands::text::outline(&context, args),
        Command::Build(args) => commands::build::run(&context, args),
        Command::Add(args) => commands::add::run(&context, args),
        Command::Fetch(args) => commands::fetch::run(&context, args),
        Command::Export(args) => commands::export::run(&context, args),
        Command::Status => commands::status::run(&context),
        Command::Doctor(args) => commands::doctor::run(&context, args),
        Command::Similar(args) => commands::similar::run(&context, args),
        Command::Eval(args) => commands::eval::run(&context, args),
        Command::Config => commands::config::run(&context),
        Command::Completions(args) => commands::manual::completions(&context, args),
        Command::Man => commands::manual::man(&context),
        Command::Worker => commands::worker::run(),
    }
}

/// Merges options, settings and surroundings.
fn context(global: Global) -> Result<Context, CliError> {
    let environment: Vec<(String, String)> = environment().collect();
    let base = global.dir.clone().unwrap_or_else(|| PathBuf::from("."));
    if !base.is_dir() {
        return Err(CliError::user(format!("{}: no such folder", base.display())));
    }
    let file = global.config.clone().or_else(|| config::find(&base));
    let ours = environment.iter().filter(|(name, _)| name.starts_with("CITEMAP_"));
    let config = config::load(file.as_deref(), ours.cloned())?;
    let home = match (&global.config, &config.file) {
        (None, Some(found)) => found.parent().unwrap_or(&base).to_path_buf(),
        _ => base.clone(),
    };
    let folder = |given: &Option<PathBuf>, name: &str| match given {
        Some(path) => base.join(path),
        None => home.join(name),
    };
    let (corpus, index) =
        (folder(&global.corpus, "corpus"), folder(&global.index, "index"));
    let ui = Ui::new(&global, &surroundings(&environment));
    Ok(Context { global, config, ui, corpus, index })
}

/// The environment as text; what is not Unicode is none of ours.
fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(k, v)| Some((k.into_string().ok()?, v.into_string().ok()?)))
}

fn surroundings(environment: &[(String, String)]) -> Surroundings {
    let get = |name: &str| {
        environment
            .iter()
            .find(|(n, v)| n == name && !v.is_empty())
            .map(|(_, v)| v.as_str())
    };
    let forced = |name| get(name).is_some_and(|v| v != "0");
    Surroundings {
        no_color: get("NO_COLOR").is_some() || get("CLICOLOR") == Some("0"),
        force_color: forced("CLICOLOR_FORCE") || forced("FORCE_COLOR"),
        dumb: get("TERM") == Some("dumb"),
        columns: get("COLUMNS").and_then(|v| v.parse().ok()),
    }
}
