//! What the commands that search share: an index that is there and, where that is quick, fresh.

use std::time::Duration;

use super::index::{self, RunKind};
use super::reading::read_settings;
use crate::analysis::Glossary;
use crate::cli::Context;
use crate::cli::error::CliError;
use crate::index::{self as store, IndexError, Root};
use crate::indexer::{self, Report, Stale};
use crate::output::human::counted;
use crate::output::sanitize::clean;
use crate::output::wire::Coverage;
use crate::search::Searcher;

/// More than this is not brought up to date on the way: about a second's work.
const QUICK_BYTES: u64 = 16 << 20;
const QUICK_FILES: usize = 100;

/// An index to search, and what is to be said of it.
pub struct Opened {
    /// Searches the last commit.
    pub searcher: Searcher,
    /// How much of the corpus it holds.
    pub coverage: Coverage,
}

/// Opens the index: builds it if there is none, brings it up to date if that is quick, else says
/// what is stale. With `no_update`, neither.
pub fn open(context: &Context, no_update: bool) -> Result<Opened, CliError> {
    if !no_update {
        freshen(context)?;
    }
    let root = Root::open(&context.index).map_err(|e| missing(context, e))?;
    let live = root.live()?.ok_or_else(|| no_index(context))?;
    let store = store::open(&live)?;
    let searcher = with_glossary(context, Searcher::open(&store)?);
    let summary = &searcher.view().tables.summary;
    let coverage = Coverage {
        papers: summary.papers,
        indexed: summary.indexed,
        failed: summary.failed,
        missing: summary.missing,
        faults: summary.faults,
    };
    Ok(Opened { searcher, coverage })
}

/// Adds the corpus's own glossary; one that cannot be read is said and left out.
fn with_glossary(context: &Context, searcher: Searcher) -> Searcher {
    let path = context.corpus.join("glossary.toml");
    let Ok(text) = std::fs::read_to_string(&path) else { return searcher };
    match Glossary::parse(&text) {
        Ok(glossary) => searcher.with_glossary(glossary),
        Err(error) => {
            let what = format!("citemap: {}: {error}: left out", path.display());
            context.ui.note(&clean(&what));
            searcher
        }
    }
}

fn freshen(context: &Context) -> Result<(), CliError> {
    let live = Root::open(&context.index).and_then(|root| root.live());
    let is_older = matches!(live, Err(IndexError::Older { .. }));
    let has_index = match live {
        Ok(live) => live.is_some(),
        Err(IndexError::Missing { .. }) => false,
        Err(error @ IndexError::Older { .. }) => {
            context.ui.detail(&format!("citemap: {}", clean(&error.to_string())));
            false
        }
        Err(error) => return Err(error.into()),
    };
    if !context.corpus.is_dir() {
        // An index beside it may be of another corpus: the answer would be to another question.
        let message = format!("{}: no such corpus folder", context.corpus.display());
        let hint = match has_index {
            true => {
                "name it with --corpus DIR; `search --no-update` answers from the index alone"
            }
            false => {
                "start in the folder that holds your corpus, name it with --corpus DIR, or begin one: `citemap build 2309.10020`"
            }
        };
        return Err(CliError::user(message).hint(hint));
    }
    let stale = match indexer::staleness(&context.corpus, &context.index) {
        Ok(stale) => stale,
        Err(error) if has_index => {
            context.ui.note(&format!(
                "citemap: {}: the answer is from the last index",
                clean(&error.to_string())
            ));
            return Ok(());
        }
        Err(error) => return Err(error.into()),
    };
    if stale.is_fresh() && has_index {
        if !stale.touched.is_empty() {
            // So that their content need not be compared again. A failure costs the next search
            // that much.
            let _ = update(context, true);
        }
        return Ok(());
    }
    let quick = stale.bytes <= QUICK_BYTES && stale.n_files() <= QUICK_FILES;
    if has_index && !quick {
        say_stale(context, &stale);
        return Ok(());
    }
    if !has_index && !is_older {
        context.ui.note(&format!(
            "citemap: indexing {} for the first time",
            clean(&context.corpus.display().to_string())
        ));
    }
    match update(context, has_index) {
        Ok(report) => {
            if !has_index || context.ui.verbose {
                index::say(context, &report);
            }
            Ok(())
        }
        Err(error) if has_index => {
            context.ui.note(error.render().trim_end());
            say_stale(context, &stale);
            Ok(())
        }
        Err(error) => Err(error),
    }
}

/// Brings the index up to date; segments are joined by `citemap index`, not on the way to an answer.
fn update(context: &Context, has_index: bool) -> Result<Report, CliError> {
    let reading = read_settings(context, None, None)?;
    let kind = RunKind {
        jobs: context.config.settings.index.jobs,
        wait: Duration::from_secs(if has_index { 0 } else { 600 }),
        tidy: !has_index,
        ..RunKind::default()
    };
    index::once(context, &reading, kind)
}

fn say_stale(context: &Context, stale: &Stale) {
    let mut parts = Vec::new();
    for (n, what) in [
        (stale.new.len(), "new"),
        (stale.changed.len(), "changed"),
        (stale.gone.len(), "removed"),
    ] {
        if n > 0 {
            parts.push(format!("{n} {what}"));
        }
    }
    if parts.is_empty() {
        parts.push("the last run did not come to its end".into());
    } else {
        parts.push(format!(
            "{} not in this answer",
            counted(stale.n_files() as u64, "file")
        ));
    }
    context.ui.note(&format!(
        "citemap: the index is stale: {}: run `citemap index`",
        parts.join(", ")
    ));
}

fn missing(context: &Context, error: IndexError) -> CliError {
    match error {
        IndexError::Missing { .. } => no_index(context),
        other => other.into(),
    }
}

fn no_index(context: &Context) -> CliError {
    CliError::user(format!("{}: there is no index", context.index.display()))
        .hint("make it with `citemap index`")
}
