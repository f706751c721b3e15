//! `citemap search`: ranked passages beside facets, in every form.

use std::io::{BufRead, BufReader, Write};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::filters::filters_of;
use super::opening::{Opened, open};
use super::reading::given;
use crate::cli::Context;
use crate::cli::args::{GroupBy, SearchArgs, SearchFormat, SortBy};
use crate::cli::error::{CliError, FOUND, Kind, NOTHING, TROUBLE};
use crate::indexer;
use crate::output::human::{counted, write_answer};
use crate::output::sanitize::clean;
use crate::output::wire::{HitJson, SearchJson};
use crate::query::{self, Query};
use crate::search::{Answer, Filters, Group, Request, Sort};

/// Papers of a run in TREC's form, if no number is given.
const TREC_DEPTH: usize = 100;

/// Searches once, or for each query of a batch.
pub fn run(context: &Context, args: &SearchArgs) -> Result<u8, CliError> {
    let opened = open(context, args.no_update)?;
    let filters = filters_of(&opened.searcher, &args.filters)?;
    match &args.queries {
        Some(file) => batch(context, args, &opened, &filters, &given(context, file)),
        None => single(context, args, &opened, &filters),
    }
}

fn single(
    context: &Context,
    args: &SearchArgs,
    opened: &Opened,
    filters: &Filters,
) -> Result<u8, CliError> {
    let query = query::parse(&args.query.join(" "))?;
    let request = request(context, args, query, filters.clone())?;
    let started = Instant::now();
    let answer = answer(opened, &request)?;
    let took_ms = started.elapsed().as_secs_f64() * 1e3;
    let mut out = context.ui.out();
    write(&mut out, context, args, opened, &request, &answer, None, took_ms)?;
    out.flush()?;
    if answer.total_papers == 0 && format_of(context, args) == SearchFormat::Human {
        say_nothing(context, &request, &answer, opened.coverage.papers);
    }
    Ok(if answer.total_papers > 0 { FOUND } else { NOTHING })
}

/// A line of a batch.
#[derive(Deserialize)]
struct BatchLine {
    #[serde(rename = "_id", alias = "id")]
    id: String,
    text: String,
}

fn batch(
    context: &Context,
    args: &SearchArgs,
    opened: &Opened,
    filters: &Filters,
    file: &std::path::Path,
) -> Result<u8, CliError> {
    let name = file.display().to_string();
    let source =
        std::fs::File::open(file).map_err(|e| CliError::user(format!("{name}: {e}")))?;
    let mut out = context.ui.out();
    let (mut found, mut faults) = (false, 0);
    for (i, line) in BufReader::new(source).lines().enumerate() {
        let line = line.map_err(|e| CliError::user(format!("{name}:{}: {e}", i + 1)))?;
        if line.trim().is_empty() {
            continue;
        }
        let mut refuse = |what: &str| {
            faults += 1;
            context.ui.note(&clean(&format!("citemap: {name}:{}: {what}", i + 1)));
        };
        let read = serde_json::from_str::<BatchLine>(&line).map_err(|e| e.to_string());
        let parsed = read.and_then(|l| {
            query::parse(&l.text).map(|q| (l.id, q)).map_err(|e| e.to_string())
        });
        let (id, query) = match parsed {
            Ok(parsed) => parsed,
            Err(what) => {
                refuse(&what);
                continue;
            }
        };
        let request = request(context, args, query, filters.clone())?;
        let started = Instant::now();
        let answer = match answer(opened, &request) {
            Ok(answer) => answer,
            Err(CliError { kind: Kind::User, message, .. }) => {
                refuse(&message);
                continue;
            }
            Err(error) => return Err(error),
        };
        let took_ms = started.elapsed().as_secs_f64() * 1e3;
        found |= answer.total_papers > 0;
        write(&mut out, context, args, opened, &request, &answer, Some(id), took_ms)?;
    }
    out.flush()?;
    Ok(match () {
        () if faults > 0 => TROUBLE,
        () if found => FOUND,
        () => NOTHING,
    })
}

fn format_of(context: &Context, args: &SearchArgs) -> SearchFormat {
    match args.format {
        Some(format) => format,
        None if context.global.json => SearchFormat::Json,
        None => SearchFormat::Human,
    }
}

fn answer(opened: &Opened, request: &Request) -> Result<Answer, CliError> {
    let found = opened.searcher.search(request);
    found.map_err(|error| CliError::search(error, &request.query.text))
}

/// What the options ask for.
fn request(
    context: &Context,
    args: &SearchArgs,
    query: Query,
    filters: Filters,
) -> Result<Request, CliError> {
    let settings = &context.config.settings.search;
    let trec = format_of(context, args) == SearchFormat::Trec;
    let limit = args.limit.unwrap_or(if trec { TREC_DEPTH } else { settings.limit });
    let quiet_forms = args.count || args.papers_only || trec;
    let names = if args.facet.is_empty() { &settings.facets } else { &args.facet };
    let facets = match quiet_forms {
        true => Vec::new(),
        false => names.iter().map(|name| facet_of(name)).collect::<Result<_, _>>()?,
    };
    Ok(Request {
        query,
        filters,
        facets,
        limit: match args.limit {
            // A number needs no hits.
            _ if args.count => 0,
            None if args.papers_only => usize::MAX >> 1,
            _ => limit,
        },
        offset: args.offset,
        per_paper: if trec {
            1
        } else {
            args.per_paper.unwrap_or(settings.per_paper).max(1)
        },
        // A run lists a document once.
        group: match args.group {
            GroupBy::Passage if !trec => Group::Passage,
            _ => Group::Paper,
        },
        sort: match args.sort {
            SortBy::Score => Sort::Score,
            SortBy::Year => Sort::Year,
            SortBy::Cited => Sort::Cited,
        },
        explain: args.explain,
        expand: settings.expand && !args.no_expand,
        texts: !quiet_forms,
    })
}

/// `author:20` is the facet `author` with at most 20 values.
fn facet_of(given: &str) -> Result<(String, Option<usize>), CliError> {
    /// Values of a flat facet, if no number is given.
    const VALUES: usize = 12;
    let Some((name, n)) = given.split_once(':') else {
        let limit = (!matches!(given, "topic" | "year" | "kind")).then_some(VALUES);
        return Ok((given.to_string(), limit));
    };
    let n = n.parse().map_err(|_| {
        CliError::user(format!("`{n}` in --facet {given} is not a number"))
            .hint("write it as --facet author:20")
    })?;
    Ok((name.to_string(), Some(n)))
}

/// A hit on a line of its own, with the query that it answers where there are several.
#[derive(Serialize)]
struct BatchHitJson<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    query_id: Option<&'a str>,
    #[serde(flatten)]
    hit: HitJson,
}

#[expect(clippy::too_many_arguments, reason = "one call for every form of output")]
fn write(
    out: &mut dyn Write,
    context: &Context,
    args: &SearchArgs,
    opened: &Opened,
    request: &Request,
    answer: &Answer,
    query_id: Option<String>,
    took_ms: f64,
) -> Result<(), CliError> {
    // Of a batch each line says which query it answers.
    let id = query_id.as_deref().map(|id| format!("{}\t", clean(id))).unwrap_or_default();
    let rank = |i: usize| request.offset.saturating_add(i + 1);
    if args.count {
        writeln!(out, "{id}{}", answer.total_papers)?;
        return Ok(());
    }
    if args.papers_only {
        for hit in &answer.hits {
            writeln!(out, "{id}{}", clean(&hit.paper.key))?;
        }
        return Ok(());
    }
    match format_of(context, args) {
        SearchFormat::Human => {
            let page = context.page();
            write_answer(out, &page, request, answer, took_ms, opened.coverage)?;
        }
        SearchFormat::Json => {
            let object =
                SearchJson::new(request, answer, query_id, took_ms, opened.coverage);
            serde_json::to_writer(&mut *out, &object).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        SearchFormat::Jsonl => {
            for (i, hit) in answer.hits.iter().enumerate() {
                let hit = BatchHitJson {
                    query_id: query_id.as_deref(),
                    hit: HitJson::new(rank(i), hit),
                };
                serde_json::to_writer(&mut *out, &hit).map_err(std::io::Error::from)?;
                writeln!(out)?;
            }
        }
        SearchFormat::Tsv => {
            for (i, hit) in answer.hits.iter().enumerate() {
                let best = &hit.passages[0];
                let page = best.page.map(|p| p.to_string()).unwrap_or_default();
                writeln!(
                    out,
                    "{id}{}\t{}\t{}\t{page}\t{:.4}\t{}",
                    clean(&hit.paper.key),
                    rank(i),
                    clean(&best.id),
                    hit.score,
                    clean(&hit.paper.title),
                )?;
            }
        }
        SearchFormat::Trec => {
            let id = query_id.unwrap_or_else(|| "1".into());
            for (i, hit) in answer.hits.iter().enumerate() {
                let rank = rank(i);
                writeln!(
                    out,
                    "{} Q0 {} {rank} {:.6} citemap",
                    unspaced(&id),
                    unspaced(&hit.paper.key),
                    hit.score
                )?;
            }
        }
    }
    Ok(())
}

/// A TREC run is cut at spaces, so an id may have none.
fn unspaced(id: &str) -> String {
    clean(id).replace(char::is_whitespace, "_")
}

fn say_nothing(context: &Context, request: &Request, answer: &Answer, papers: u64) {
    if papers == 0 {
        // A first run that was interrupted leaves an index without papers.
        let left = indexer::staleness(&context.corpus, &context.index)
            .map_or(0, |stale| stale.n_files());
        if left > 0 {
            return context.ui.note(&format!(
                "citemap: nothing is indexed yet: {} to read\nhint: `citemap index` goes on",
                counted(left as u64, "file")
            ));
        }
        let corpus = context.corpus.display().to_string();
        return context.ui.note(&format!(
            "citemap: the corpus is empty\nhint: put PDFs below {}, `citemap add` files, or begin with a survey: `citemap build 2309.10020`",
            clean(&corpus)
        ));
    }
    let filtered = request.filters != Filters::default();
    // Chinese, Japanese, Korean: the papers are probably in English.
    let is_wide = |c: char| c.is_alphabetic() && u32::from(c) >= 0x2E80;
    let hint = match (filtered, request.query.text.contains(is_wide)) {
        _ if answer.corrected.is_some() => "search for what was meant, or other words",
        (true, _) => {
            "try it without the filters, or fewer or other words; `citemap topics` lists the topics"
        }
        (false, true) => {
            "papers in another language are found through names: add the term to corpus/glossary.toml, or a label to its section in corpus/surveys; else try the papers' own words"
        }
        (false, false) => {
            "try fewer or other words, word* for a beginning, word~1 for a spelling"
        }
    };
    context.ui.note(&format!("citemap: nothing found\nhint: {hint}"));
}
