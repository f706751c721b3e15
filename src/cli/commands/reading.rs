//! What the commands that read documents share: how readers are set up, and what a run says.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::cli::Context;
use crate::cli::error::CliError;
use crate::cli::progress::ProgressLine;
use crate::extract::ReadOptions;
use crate::extract::ocr::OcrCommand;
use crate::extract::pdf::EngineChoice;
use crate::extract::worker::PoolConfig;
use crate::indexer::{Progress, ReadSettings, Stage};

/// Set by Ctrl-C: long work ends at its next commit.
pub static STOP: AtomicBool = AtomicBool::new(false);

/// Makes Ctrl-C set [`STOP`].
pub fn stop_on_interrupt() {
    use std::sync::atomic::Ordering;
    // A second handler is refused, which only says that the first one is there.
    let _ = ctrlc::set_handler(|| STOP.store(true, Ordering::Relaxed));
}

/// Seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the clock is read here and passed down")]
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
}

/// How documents are read: in worker processes of this same program, within the limits of the settings.
pub fn read_settings(
    context: &Context,
    engine: Option<EngineChoice>,
    password_file: Option<&Path>,
) -> Result<ReadSettings, CliError> {
    let settings = &context.config.settings.extract;
    let mut options = ReadOptions::default();
    options.pdf.engine = match (engine, settings.engine.as_str()) {
        (Some(engine), _) => engine,
        (None, "auto") => EngineChoice::Auto,
        (None, "main") => EngineChoice::Main,
        (None, "second") => EngineChoice::Second,
        (None, other) => {
            let message = format!("unknown PDF engine `{other}`");
            return Err(CliError::user(message).hint("engines are auto, main and second"));
        }
    };
    if let Some(file) = password_file {
        let text = std::fs::read_to_string(file)
            .map_err(|e| CliError::user(format!("{}: {e}", file.display())))?;
        options.pdf.passwords =
            text.lines().filter(|l| !l.is_empty()).map(str::to_owned).collect();
    }
    let program = std::env::current_exe()?;
    let mut workers = PoolConfig::new(program, vec!["worker".into()]);
    workers.deadline = Duration::from_secs(settings.timeout_s.max(1));
    workers.memory = settings.memory_mb.max(64) << 20;
    workers.max_output = settings.max_output_mb.max(1) << 20;
    let ocr = match settings.ocr_command.is_empty() {
        true => None,
        false => {
            let command = OcrCommand::new(&settings.ocr_command).map_err(|fault| {
                CliError::user(format!("extract.ocr_command: {fault}")).hint(
                    "for instance [\"ocrmypdf\", \"--skip-text\", \"{input}\", \"{output}\"]",
                )
            })?;
            Some((command, Duration::from_secs(settings.ocr_timeout_s.max(1))))
        }
    };
    Ok(ReadSettings { options, workers: Some(workers), ocr })
}

/// Draws the progress of an index run.
pub struct RunProgress {
    may_draw: bool,
    now: Option<(Stage, ProgressLine)>,
}

impl RunProgress {
    /// Progress for this terminal.
    pub fn new(context: &Context) -> Self {
        Self { may_draw: context.ui.progress, now: None }
    }

    /// Takes the line away.
    pub fn end(self) {
        if let Some((_, line)) = self.now {
            line.end();
        }
    }
}

impl Progress for RunProgress {
    fn step(&mut self, stage: Stage, done: u64, total: u64, what: &str) {
        if self.now.as_ref().is_none_or(|(s, _)| *s != stage) {
            if let Some((_, line)) = self.now.take() {
                line.end();
            }
            let name = match stage {
                Stage::Reading => "reading",
                Stage::Indexing => "indexing",
                Stage::Records => "records",
                Stage::Tidying => "tidying",
            };
            self.now = Some((stage, ProgressLine::start(self.may_draw, name, total)));
        }
        if let Some((_, line)) = &mut self.now {
            line.step(done, total, what);
        }
    }
}

/// The path as a person gave it, or as it stands below the working folder.
pub fn given(context: &Context, path: &Path) -> PathBuf {
    match &context.global.dir {
        Some(dir) if path.is_relative() => dir.join(path),
        _ => path.to_path_buf(),
    }
}
