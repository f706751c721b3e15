//! `citemap index`: brings the index up to date with the corpus.

use std::io::Write;
use std::time::Duration;

use serde_json::json;

use super::reading::{RunProgress, STOP, now, read_settings, stop_on_interrupt};
use crate::cli::Context;
use crate::cli::args::IndexArgs;
use crate::cli::error::{CliError, FOUND, INTERRUPTED, TROUBLE};
use crate::indexer::{self, Note, Options, ReadSettings, Rebuild, Report};
use crate::output::human::counted;
use crate::output::sanitize::clean;
use crate::output::wire::VERSION;

/// Failed files named one by one; `status` lists the rest.
const FAILURES_SHOWN: usize = 10;

/// How one run differs from another.
#[derive(Clone, Copy, Debug, Default)]
pub struct RunKind {
    /// Make the index anew.
    pub rebuild: bool,
    /// Try failed files again.
    pub retry: bool,
    /// How long to wait for another process that writes.
    pub wait: Duration,
    /// Reader processes; 0 for one a core.
    pub jobs: usize,
    /// Join the engine's segments at the end.
    pub tidy: bool,
}

/// Indexes once, or until interrupted.
pub fn run(context: &Context, args: &IndexArgs) -> Result<u8, CliError> {
    let reading = read_settings(context, None, args.password_file.as_deref())?;
    let jobs = args.jobs.unwrap_or(context.config.settings.index.jobs);
    let kind = RunKind {
        rebuild: args.rebuild,
        wait: Duration::from_secs(600),
        jobs,
        tidy: true,
        ..RunKind::default()
    };
    let report = once(context, &reading, kind)?;
    say(context, &report);
    if context.global.json {
        write_json(context, &report)?;
    }
    if args.watch && !report.interrupted {
        return super::watch::run(context, &reading, RunKind { rebuild: false, ..kind });
    }
    Ok(status_of(&report))
}

/// Runs the indexer with progress.
pub fn once(
    context: &Context,
    reading: &ReadSettings,
    kind: RunKind,
) -> Result<Report, CliError> {
    stop_on_interrupt();
    let mut progress = RunProgress::new(context);
    let options = Options {
        corpus: &context.corpus,
        index: &context.index,
        jobs: kind.jobs,
        memory: context.config.settings.index.memory_mb.max(64) << 20,
        reading,
        rebuild: kind.rebuild,
        retry: kind.retry,
        wait: kind.wait,
        commit_every: Duration::from_secs(60),
        tidy: kind.tidy,
        now: now(),
        stop: &STOP,
    };
    let report = indexer::run(&options, &mut progress);
    progress.end();
    Ok(report?)
}

/// The exit status that a report asks for.
pub fn status_of(report: &Report) -> u8 {
    match () {
        () if report.interrupted => INTERRUPTED,
        () if !report.failed.is_empty() || !report.line_faults.is_empty() => TROUBLE,
        // An entry, a survey's map or a folder that is not in the index.
        () if report.notes.iter().any(|note| {
            matches!(note, Note::Corpus { .. } | Note::Walk { .. } | Note::Uncut { .. })
        }) =>
        {
            TROUBLE
        }
        () => FOUND,
    }
}

fn write_json(context: &Context, report: &Report) -> Result<(), CliError> {
    let failed: Vec<_> = report
        .failed
        .iter()
        .map(|(path, reason)| json!({"path": path, "reason": reason.to_string()}))
        .collect();
    let mut lines = Vec::new();
    for (path, _, first) in &report.line_faults {
        for (line, what) in first {
            lines.push(json!({"path": path, "line": line, "reason": what}));
        }
    }
    let object = json!({
        "version": VERSION, "papers": report.summary.papers,
        "indexed": report.summary.indexed, "missing": report.summary.missing,
        "passages": report.passages, "read": report.read, "removed": report.removed,
        "failed": failed, "line_faults": lines,
        "notes": report.notes.iter().map(said).collect::<Vec<_>>(),
        "interrupted": report.interrupted,
    });
    let mut out = context.ui.out();
    writeln!(out, "{object}")?;
    out.flush()?;
    Ok(())
}

/// Says what a run did, what it could not do, and what to do about it.
pub fn say(context: &Context, report: &Report) {
    let ui = &context.ui;
    for note in &report.notes {
        ui.note(&format!("citemap: {}", clean(&said(note))));
    }
    for (path, reason) in report.failed.iter().take(FAILURES_SHOWN) {
        ui.note(&format!("citemap: {}: {}", clean(path), clean(&reason.to_string())));
    }
    if report.failed.len() > FAILURES_SHOWN {
        let rest = report.failed.len() - FAILURES_SHOWN;
        ui.note(&format!("citemap: and {rest} more; `citemap status` lists them"));
    }
    for (path, n, first) in &report.line_faults {
        for (line, what) in first.iter().take(3) {
            ui.note(&format!("citemap: {}:{line}: {}", clean(path), clean(what)));
        }
        if *n > 3 {
            ui.note(&format!("citemap: {}: {n} lines without a record", clean(path)));
        }
    }
    let summary = &report.summary;
    let mut parts = vec![
        counted(summary.papers, "paper"),
        format!("{} with text", summary.indexed),
        counted(report.passages, "passage"),
    ];
    if report.read + report.put + report.removed + report.records == 0 {
        parts.push("nothing to do".into());
    } else {
        parts.push(format!("{} read", counted(report.read, "file")));
    }
    if summary.failed > 0 {
        parts.push(format!("{} failed (`citemap doctor` explains)", summary.failed));
    }
    if report.interrupted {
        parts.push("interrupted: run `citemap index` again to go on".into());
    }
    ui.note(&format!("index: {}", parts.join(", ")));
}

fn said(note: &Note) -> String {
    match note {
        Note::Walk { path, what } => format!("{}: {what}", path.display()),
        Note::Corpus { path, what } => format!("{path}: {what}"),
        Note::Rebuilt { why: Rebuild::Asked } => "the index is made anew".into(),
        Note::Rebuilt { why: Rebuild::OlderFormat } => {
            "an earlier version wrote this index: it is made anew".into()
        }
        Note::Rebuilt { why: Rebuild::Damaged } => {
            "the index was damaged: it is made anew".into()
        }
        Note::CacheLost => "the extraction cache was damaged: it is made anew".into(),
        Note::Unconfined { what } => format!("readers are not fully confined: {what}"),
        Note::Uncut { key } => format!("{key}: its passages could not be made"),
    }
}
