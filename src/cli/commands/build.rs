//! `citemap build`: a survey in, a searchable corpus out; every step goes on where it stopped.

use std::path::Path;
use std::time::Duration;

use super::index::{self, RunKind};
use super::reading::{given, read_settings};
use super::{add, fetch, survey};
use crate::cli::Context;
use crate::cli::args::BuildArgs;
use crate::cli::error::{CliError, FOUND, INTERRUPTED, TROUBLE};
use crate::corpus::ids::arxiv_id;
use crate::corpus::import::BibForm;
use crate::corpus::walk;

/// Adds the survey, fetches what it cites, indexes.
pub fn run(context: &Context, args: &BuildArgs) -> Result<u8, CliError> {
    // To say what there is to do nothing is asked.
    let offline = args.fetch.offline || args.fetch.dry_run;
    if args.fetch.dry_run
        && let Some(id) = arxiv_id(&args.source)
        && !given(context, Path::new(&args.source)).try_exists()?
        && !survey::has_document(context, &id)?
    {
        context.ui.note(&format!(
            "build: arXiv would be asked for the record of {id} and for the paper; what that cites, and how long it takes, is known once it is here"
        ));
        return Ok(FOUND);
    }
    let added = add::add(context, std::slice::from_ref(&args.source), offline)?;
    if added.faults > 0 {
        return Ok(TROUBLE);
    }
    let path = Path::new(&args.source);
    let is_bibliography = BibForm::of_ending(&walk::ending(path)).is_some();
    let mut faults = added.lost;
    if !is_bibliography {
        faults += survey::derive(context, &added, offline)?;
    }
    let done = fetch::fetch_missing(context, &[], &args.fetch)?;
    let asked_for_list = args.fetch.dry_run || context.global.json;
    match args.fetch.offline && !asked_for_list {
        true => done.say_plan(context, &args.fetch),
        false => done.write(context, &args.fetch)?,
    }
    if done.interrupted() {
        return Ok(INTERRUPTED);
    }
    if args.fetch.dry_run {
        return Ok(FOUND);
    }
    let reading = read_settings(context, None, None)?;
    let jobs = args.jobs.unwrap_or(context.config.settings.index.jobs);
    let kind = RunKind {
        wait: Duration::from_secs(600),
        jobs,
        tidy: true,
        ..RunKind::default()
    };
    let report = index::once(context, &reading, kind)?;
    index::say(context, &report);
    let trouble = faults > 0 || done.status() != FOUND;
    Ok(match index::status_of(&report) {
        FOUND if trouble => TROUBLE,
        status => status,
    })
}
