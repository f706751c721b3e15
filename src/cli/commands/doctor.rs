//! `citemap doctor`: checks index and corpus, explains, and repairs if asked.

use std::io::Write;
use std::time::Duration;

use super::index::{RunKind, once, say, status_of};
use super::reading::{now, read_settings};
use crate::cli::Context;
use crate::cli::args::DoctorArgs;
use crate::cli::error::{CliError, FOUND, TROUBLE};
use crate::indexer::{self, Health, Part, Problem, Remedy};
use crate::output::human::counted;
use crate::output::sanitize::clean;
use crate::output::style::Role;
use crate::output::wire::{DoctorJson, FindingJson, VERSION};

/// How long to wait for another process that writes, before a repair.
const PATIENCE: Duration = Duration::from_secs(600);

/// Checks, and with `--retry` or `--repair` does something about it first.
pub fn run(context: &Context, args: &DoctorArgs) -> Result<u8, CliError> {
    let mut status = FOUND;
    if args.repair {
        let health = indexer::examine(&context.corpus, &context.index, now())?;
        if health.findings.iter().any(|finding| finding.remedy == Remedy::Prune) {
            let (files, entries) = indexer::prune(&context.index, now())?;
            context.ui.note(&format!(
                "citemap: removed {} and {} from the extraction cache",
                counted(files, "stray file"),
                counted(entries, "document"),
            ));
        }
        status = repair(context, !health.is_sound(), args.retry)?;
    } else if args.retry {
        status = repair(context, false, true)?;
    }
    let health = indexer::examine(&context.corpus, &context.index, now())?;
    let mut out = context.ui.out();
    if context.global.json {
        serde_json::to_writer(&mut out, &as_json(&health))
            .map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        write_health(&mut out, context, &health)?;
    }
    out.flush()?;
    Ok(if health.is_sound() { status } else { TROUBLE })
}

fn repair(context: &Context, rebuild: bool, retry: bool) -> Result<u8, CliError> {
    let reading = read_settings(context, None, None)?;
    let jobs = context.config.settings.index.jobs;
    let kind = RunKind { rebuild, retry, wait: PATIENCE, jobs, tidy: true };
    let report = once(context, &reading, kind)?;
    say(context, &report);
    Ok(status_of(&report))
}

fn as_json(health: &Health) -> DoctorJson {
    let findings = health.findings.iter().map(|finding| FindingJson {
        what: said(&finding.what),
        remedy: word(finding.remedy),
        hint: hint(finding.remedy),
    });
    DoctorJson {
        version: VERSION,
        sound: health.is_sound(),
        passages: health.passages,
        findings: findings.collect(),
        space: health.space.iter().map(|(part, bytes)| (name(*part), *bytes)).collect(),
    }
}

fn write_health(
    out: &mut impl Write,
    context: &Context,
    health: &Health,
) -> std::io::Result<()> {
    let style = &context.ui.style;
    let mut rest = health.findings.as_slice();
    // Findings with one remedy stand together, and the remedy is said once.
    while let Some(first) = rest.first() {
        let alike = rest.iter().take_while(|f| f.remedy == first.remedy).count();
        for finding in &rest[..alike] {
            let line = clean(&said(&finding.what)).into_owned();
            writeln!(out, "{}", style.paint(Role::Warning, &line))?;
        }
        writeln!(out, "  hint: {}\n", hint(first.remedy))?;
        rest = &rest[alike..];
    }
    if health.findings.iter().any(|finding| finding.what == Problem::NoIndex) {
        return Ok(());
    }
    let space: Vec<String> = health
        .space
        .iter()
        .filter(|(_, bytes)| *bytes > 0)
        .map(|(part, bytes)| format!("{} {}", name(*part), megabytes(*bytes)))
        .collect();
    let verdict = match health.is_sound() {
        true => "the index is sound",
        false => "the index is damaged",
    };
    let passages = counted(health.passages, "passage");
    writeln!(out, "{verdict}: {passages}; {}", space.join(", "))
}

fn said(problem: &Problem) -> String {
    match problem {
        Problem::NoIndex => "there is no index yet".into(),
        Problem::CannotOpen { why } => format!("the index cannot be opened: {why}"),
        Problem::Damaged { path } => {
            format!("{}: differs from its checksum", path.display())
        }
        Problem::Unreadable { passages } => {
            format!("{} cannot be read", counted(*passages, "passage"))
        }
        Problem::Disagree { works, ledger, engine } => format!(
            "the engine holds {engine} passages, the ledger says {ledger}; works: {}",
            works.iter().take(5).cloned().collect::<Vec<_>>().join(", ")
        ),
        Problem::CacheDamaged => "the extraction cache is damaged".into(),
        Problem::CacheLacks { documents } => format!(
            "the extraction cache lacks {}, which would be read again",
            counted(*documents, "document")
        ),
        Problem::CacheHoldsMore { entries } => format!(
            "the extraction cache holds {entries} documents that are in the corpus no more"
        ),
        Problem::Orphan { path, bytes } => {
            format!("{}: no part of the index ({})", path.display(), megabytes(*bytes))
        }
        Problem::Busy { holder: Some(holder) } => format!(
            "process {} is indexing: what it holds open was not checked",
            holder.pid
        ),
        Problem::Busy { holder: None } => {
            "another process is indexing: what it holds open was not checked".into()
        }
        Problem::Stale(stale) => format!(
            "the corpus has changed: {} new, {} changed, {} gone{}",
            stale.new.len(),
            stale.changed.len(),
            stale.gone.len(),
            if stale.unfinished { "; the last run was cut short" } else { "" },
        ),
        Problem::Failed { path, reason } => format!("{path}: {reason}"),
        Problem::Poor { path, pages, quality } if pages.1 < pages.0 => format!(
            "{path}: {} of {} pages read, text quality {quality:.2} of 1",
            pages.1, pages.0
        ),
        Problem::Poor { path, quality, .. } => {
            format!("{path}: text quality {quality:.2} of 1")
        }
        Problem::Lines { path, n, first } => {
            let example = first.first().map_or("", |(_, what)| what.as_str());
            format!("{path}: {} without a record ({example})", counted(*n, "line"))
        }
        Problem::Corpus { path, what } => format!("{path}: {what}"),
        Problem::Missing { works } => {
            format!("{} without a document", counted(*works, "paper"))
        }
    }
}

fn word(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Index => "index",
        Remedy::Retry => "retry",
        Remedy::Rebuild => "rebuild",
        Remedy::Prune => "prune",
        Remedy::Fetch => "fetch",
        Remedy::Edit => "edit",
        Remedy::BetterCopy => "copy",
        Remedy::Wait => "wait",
    }
}

fn hint(remedy: Remedy) -> &'static str {
    match remedy {
        Remedy::Index => "`citemap index` brings the index up to date",
        Remedy::Retry => {
            "replace the file, or try it again with `citemap doctor --retry`; \
             a file that needs a password gets it with `citemap index --password-file FILE`"
        }
        Remedy::Rebuild => {
            "`citemap doctor --repair` makes the index anew; what was read is kept"
        }
        Remedy::Prune => "`citemap doctor --repair` removes it",
        Remedy::Fetch => {
            "`citemap fetch` gets what is open; add the others with `citemap add FILE`"
        }
        Remedy::Edit => "mend the line or entry; the rest is in the index",
        Remedy::BetterCopy => {
            "find a better copy, or set `ocr_command` in citemap.toml for scans"
        }
        Remedy::Wait => "run it again when that has ended",
    }
}

fn name(part: Part) -> &'static str {
    match part {
        Part::Engine => "engine",
        Part::Ledger => "ledger",
        Part::Cache => "cache",
        Part::Orphans => "orphans",
    }
}

fn megabytes(bytes: u64) -> String {
    match bytes {
        0..1_000_000 => format!("{} kB", bytes.div_ceil(1000)),
        _ => format!("{:.1} MB", bytes as f64 / 1e6),
    }
}
