//! `citemap status`: what is and is not in the index, and why.

use std::collections::BTreeMap;
use std::io::Write;

use crate::cli::Context;
use crate::cli::error::{CliError, FOUND, TROUBLE};
use crate::index::{self, IndexError, Root};
use crate::indexer::{self, FileState, Snapshot};
use crate::output::human::counted;
use crate::output::sanitize::clean;
use crate::output::style::Role;
use crate::output::wire::{
    FailureJson, FaultJson, PoorJson, SpareJson, StaleJson, StatusJson, VERSION,
};
use crate::schema::Grade;

/// Files listed under each heading for people; `--json` lists all.
const SHOWN: usize = 20;

/// Prints the state of the index beside its corpus. Nothing is changed, and no lock is needed.
pub fn run(context: &Context) -> Result<u8, CliError> {
    let status = gather(context)?;
    let mut out = context.ui.out();
    if context.global.json {
        serde_json::to_writer(&mut out, &status).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        write_status(&mut out, context, &status)?;
    }
    out.flush()?;
    Ok(if status.failures.is_empty() && status.faults.is_empty() {
        FOUND
    } else {
        TROUBLE
    })
}

fn gather(context: &Context) -> Result<StatusJson, CliError> {
    let live = match Root::open(&context.index) {
        Ok(root) => root.live()?,
        Err(IndexError::Missing { .. }) => None,
        Err(error) => return Err(error.into()),
    };
    let stale = indexer::staleness(&context.corpus, &context.index)?;
    let mut status = StatusJson {
        version: VERSION,
        corpus: context.corpus.display().to_string(),
        index: context.index.display().to_string(),
        stale: StaleJson {
            new: stale.new,
            changed: stale.changed,
            gone: stale.gone,
            unfinished: stale.unfinished,
        },
        ..StatusJson::default()
    };
    let Some(live) = live else { return Ok(status) };
    let view = index::open(&live)?.view()?;
    let summary = &view.tables.summary;
    (status.papers, status.indexed) = (summary.papers, summary.indexed);
    (status.failed, status.missing) = (summary.failed, summary.missing);
    status.passages = view.passages();
    status.surveys = view.tables.trees.iter().map(|tree| tree.key.clone()).collect();
    take_files(&mut status, Snapshot::load(&live).unwrap_or_default());
    Ok(status)
}

fn take_files(status: &mut StatusJson, snapshot: Snapshot) {
    for (path, what) in snapshot.faults {
        status.faults.push(FaultJson { path, what });
    }
    for file in snapshot.files {
        let path = file.path;
        if let Some((key, reason)) = file.state.failure() {
            let (key, reason) = (key.to_owned(), reason.to_string());
            *status.reasons.entry(reason.clone()).or_default() += 1;
            status.failures.push(FailureJson { path, key, reason });
            *status.files.entry("failed").or_default() += 1;
            continue;
        }
        let name = match file.state {
            FileState::Indexed { quality, .. } => {
                let grade = Grade::of(quality);
                *status.quality.entry(grade.name()).or_default() += 1;
                if grade == Grade::Poor {
                    status.poor.push(PoorJson { path: path.clone(), quality });
                }
                "indexed"
            }
            FileState::Spare { key, instead, same_content, .. } => {
                status.spare.push(SpareJson { path, key, instead, same_content });
                "spare"
            }
            FileState::Collection { faults, n_faults, .. } => {
                let rest = n_faults.saturating_sub(faults.len() as u64);
                for (_, what) in faults {
                    status.faults.push(FaultJson { path: path.clone(), what });
                }
                if rest > 0 {
                    let what = format!("{} more without a record", counted(rest, "line"));
                    status.faults.push(FaultJson { path, what });
                }
                "collection"
            }
            FileState::Failed { .. } | FileState::Corpus => continue,
        };
        *status.files.entry(name).or_default() += 1;
    }
}

fn write_status(
    out: &mut impl Write,
    context: &Context,
    status: &StatusJson,
) -> std::io::Result<()> {
    let style = &context.ui.style;
    let head = |text: &str| style.paint(Role::Heading, text);
    let path = |text: &str| style.paint(Role::Place, &clean(text));
    writeln!(out, "{} {}", head("corpus"), path(&status.corpus))?;
    writeln!(out, "{}  {}", head("index"), path(&status.index))?;
    writeln!(
        out,
        "\n{}: {} with text, {} without a document, {} could not be read; {}",
        counted(status.papers, "paper"),
        status.indexed,
        status.missing,
        status.failed,
        counted(status.passages, "passage"),
    )?;
    if status.quality.keys().any(|grade| *grade != Grade::Sound.name()) {
        let grades = [Grade::Sound, Grade::Fair, Grade::Poor].map(Grade::name);
        let shown =
            grades.iter().filter_map(|g| Some(format!("{} {g}", status.quality.get(g)?)));
        writeln!(out, "text: {}", shown.collect::<Vec<_>>().join(", "))?;
    }
    if !status.surveys.is_empty() {
        writeln!(out, "surveys: {}", clean(&status.surveys.join(", ")))?;
    }
    let lists: [(&str, &[String]); 3] = [
        ("new since the last run", &status.stale.new),
        ("changed since", &status.stale.changed),
        ("gone since", &status.stale.gone),
    ];
    for (what, files) in lists {
        let lines: Vec<String> = files.iter().map(|f| path(f)).collect();
        write_list(out, &head(what), &lines)?;
    }
    let by_reason: BTreeMap<&str, Vec<&FailureJson>> =
        status.failures.iter().fold(BTreeMap::new(), |mut map, failure| {
            map.entry(failure.reason.as_str()).or_insert_with(Vec::new).push(failure);
            map
        });
    for (reason, failures) in by_reason {
        let lines: Vec<String> = failures.iter().map(|f| path(&f.path)).collect();
        let title = style.paint(Role::Warning, &format!("not read: {}", clean(reason)));
        write_list(out, &title, &lines)?;
    }
    let poor =
        status.poor.iter().map(|p| format!("{}: {:.2} of 1", path(&p.path), p.quality));
    let title = style.paint(Role::Warning, "text of poor quality");
    write_list(out, &title, &poor.collect::<Vec<_>>())?;
    let spare = status.spare.iter().map(|s| {
        let why = if s.same_content { "the same content as" } else { "indexed from" };
        format!("{}: {why} {}", path(&s.path), path(&s.instead))
    });
    write_list(out, &head("not needed"), &spare.collect::<Vec<_>>())?;
    let faults =
        status.faults.iter().map(|f| format!("{}: {}", path(&f.path), clean(&f.what)));
    write_list(out, &style.paint(Role::Warning, "faults"), &faults.collect::<Vec<_>>())?;
    let differ = !status.stale.new.is_empty()
        || !status.stale.changed.is_empty()
        || !status.stale.gone.is_empty();
    let hint = match () {
        () if differ || status.stale.unfinished => {
            "`citemap index` brings the index up to date"
        }
        () if !status.failures.is_empty() => "`citemap doctor` says what helps",
        () => "up to date",
    };
    writeln!(out, "\n{hint}")
}

fn write_list(
    out: &mut impl Write,
    title: &str,
    lines: &[String],
) -> std::io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title} ({})", lines.len())?;
    for line in lines.iter().take(SHOWN) {
        writeln!(out, "  {line}")?;
    }
    if lines.len() > SHOWN {
        writeln!(out, "  and {} more (--json lists all)", lines.len() - SHOWN)?;
    }
    Ok(())
}
