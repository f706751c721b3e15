//! `citemap export`: the papers of a result set, or all, as a bibliography.

use std::io::Write;
use std::path::Path;

use super::filters::filters_of;
use super::opening::open;
use crate::cli::Context;
use crate::cli::args::{ExportArgs, ExportFormat, FilterArgs};
use crate::cli::error::{CliError, FOUND, NOTHING, chain};
use crate::corpus::bib::{Bibliography, Entry};
use crate::corpus::{Format, walk};
use crate::output::export::{self, Cited};
use crate::query;
use crate::search::{PaperInfo, Request};

/// Writes the bibliography of what the query finds; of everything if there is neither query nor filter.
pub fn run(context: &Context, args: &ExportArgs) -> Result<u8, CliError> {
    let bibliography =
        Bibliography::load(&context.corpus).map_err(|e| CliError::user(chain(&e)))?;
    let mut works = match args.query.is_empty() && !filters(&args.filters) {
        true => all(context, args, &bibliography)?,
        false => found(context, args, &bibliography)?,
    };
    works.truncate(args.limit.unwrap_or(usize::MAX));
    let text = match args.format {
        ExportFormat::Bibtex => export::bibtex(&works),
        ExportFormat::CslJson => export::csl_json(&works),
        ExportFormat::Ris => export::ris(&works),
        ExportFormat::Jsonl => export::jsonl(&works),
    };
    let mut out = context.ui.out();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    if works.is_empty() {
        context.ui.note("nothing found");
    }
    Ok(if works.is_empty() { NOTHING } else { FOUND })
}

/// Every entry, and behind them the papers that only a document tells of. Notes are no papers.
fn all(
    context: &Context,
    args: &ExportArgs,
    bibliography: &Bibliography,
) -> Result<Vec<Cited>, CliError> {
    let mut works: Vec<Cited> =
        bibliography.entries.iter().map(|e| cited(e, None)).collect();
    let is_note = |work: &Cited| {
        let format = work.path.as_ref().and_then(|p| walk::format_of(Path::new(p)));
        matches!(format, Some(Format::Markdown | Format::Text))
    };
    let found = found(context, args, bibliography)?;
    let unlisted = |work: &Cited| bibliography.get(&work.key).is_none() && !is_note(work);
    works.extend(found.into_iter().filter(unlisted));
    Ok(works)
}

fn filters(args: &FilterArgs) -> bool {
    let lists = [
        &args.topic,
        &args.chapter,
        &args.author,
        &args.venue,
        &args.kind,
        &args.paper,
        &args.lang,
    ];
    args.year.is_some() || lists.iter().any(|list| !list.is_empty())
}

fn found(
    context: &Context,
    args: &ExportArgs,
    bibliography: &Bibliography,
) -> Result<Vec<Cited>, CliError> {
    let opened = open(context, false)?;
    let text = if args.query.is_empty() { "*".into() } else { args.query.join(" ") };
    let limit = args.limit.unwrap_or(usize::MAX >> 1);
    let request = Request {
        filters: filters_of(&opened.searcher, &args.filters)?,
        expand: context.config.settings.search.expand,
        ..Request::papers(query::parse(&text)?, limit)
    };
    let answer = opened.searcher.search(&request);
    let answer = answer.map_err(|e| CliError::search(e, &request.query.text))?;
    let works = answer.hits.iter().map(|hit| match bibliography.get(&hit.paper.key) {
        Some(entry) => cited(entry, Some(&hit.paper)),
        None => unlisted(&hit.paper),
    });
    Ok(works.collect())
}

/// A work as its entry states it; the index knows its file.
fn cited(entry: &Entry, paper: Option<&PaperInfo>) -> Cited {
    // The index knows the authors that the entry leaves out, and the ids printed on the document.
    let whole = paper.filter(|p| p.authors.len() > entry.authors.len());
    let mut authors = match whole.filter(|_| entry.more_authors) {
        Some(paper) => paper.authors.clone(),
        None => entry.authors.clone(),
    };
    if entry.more_authors && whole.is_none() {
        authors.push(export::OTHERS.into());
    }
    let arxiv = || paper.and_then(|p| p.arxiv.clone());
    let doi = || paper.and_then(|p| p.doi.clone());
    Cited {
        key: entry.key.clone(),
        kind: entry.kind.clone(),
        title: entry.title.clone(),
        authors,
        year: entry.year.or(paper.and_then(|p| p.year)),
        venue: entry.venue.clone(),
        arxiv: entry.arxiv.clone().or_else(arxiv),
        doi: entry.doi.clone().or_else(doi),
        url: entry.url.clone(),
        abstract_text: entry.abstract_text.clone(),
        path: paper.and_then(|p| p.path.clone()).or(entry.files.first().cloned()),
    }
}

/// A work without an entry, as its document states it.
fn unlisted(paper: &PaperInfo) -> Cited {
    Cited {
        key: paper.key.clone(),
        kind: "misc".into(),
        title: paper.title.clone(),
        authors: paper.authors.clone(),
        year: paper.year,
        venue: paper.venue.clone(),
        arxiv: paper.arxiv.clone(),
        doi: paper.doi.clone(),
        path: paper.path.clone(),
        ..Cited::default()
    }
}
