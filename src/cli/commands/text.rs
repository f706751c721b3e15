//! `citemap text` and `citemap outline`: what extraction makes of one document, index or not.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::opening::open;
use super::reading::{given, read_settings};
use super::show::find;
use crate::cli::Context;
use crate::cli::args::{EngineChoice as Choice, OutlineArgs, TextArgs};
use crate::cli::error::{CliError, FOUND, TROUBLE};
use crate::corpus::Format;
use crate::corpus::walk::{ending, format_of};
use crate::extract::ocr;
use crate::extract::pdf::EngineChoice;
use crate::indexer::read_file;
use crate::output::human::{fitted, padded};
use crate::output::sanitize::{clean, clean_lines};
use crate::output::style::Role;
use crate::output::wire::{OutlineJson, TextJson};
use crate::paper::Document;

/// Prints the blocks of a document, or its plain text.
pub fn text(context: &Context, args: &TextArgs) -> Result<u8, CliError> {
    let engine = match args.engine {
        Choice::Auto => None,
        Choice::Main => Some(EngineChoice::Main),
        Choice::Second => Some(EngineChoice::Second),
    };
    let document = read(context, &args.path, engine, args.password_file.as_deref())?;
    let mut out = context.ui.out();
    if context.global.json {
        let object = TextJson::from(&document);
        serde_json::to_writer(&mut out, &object).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        for (_, block) in &document.blocks {
            writeln!(out, "{}\n", clean_lines(&block.text))?;
        }
    }
    out.flush()?;
    say_faults(context, &document);
    Ok(FOUND)
}

/// Prints the sections of a document and what each cites.
pub fn outline(context: &Context, args: &OutlineArgs) -> Result<u8, CliError> {
    let document = read(context, &args.file, None, None)?;
    let mut out = context.ui.out();
    if context.global.json {
        let object = OutlineJson::from(&document);
        serde_json::to_writer(&mut out, &object).map_err(std::io::Error::from)?;
        writeln!(out)?;
        out.flush()?;
        return Ok(FOUND);
    }
    let page = context.page();
    let title = fitted(&clean(&document.title), page.width);
    writeln!(out, "{}", page.style.paint(Role::Title, &title))?;
    let room = page.width.saturating_sub(24).min(80);
    writeln!(out, "{} page  cites", " ".repeat(room))?;
    for (i, section) in document.sections.iter().enumerate() {
        let indent = "  ".repeat(usize::from(section.level.saturating_sub(1)));
        let name = format!("{indent}{}", clean(&document.section_label(section)));
        let mut keys: Vec<&str> = document
            .citations
            .iter()
            .filter(|c| c.section == Some(i))
            .map(|c| c.key.as_str())
            .collect();
        keys.sort_unstable();
        keys.dedup();
        let name = padded(&fitted(&name, room), room);
        writeln!(out, "{name} {:>4} {:>6}", section.page, keys.len())?;
    }
    let line = format!(
        "{} sections from {}, {} references, {} citations",
        document.sections.len(),
        OutlineJson::source_name(&document),
        document.references.len(),
        document.citations.len()
    );
    writeln!(out, "{}", page.style.paint(Role::Meta, &line))?;
    out.flush()?;
    say_faults(context, &document);
    Ok(if document.sections.is_empty() { TROUBLE } else { FOUND })
}

fn read(
    context: &Context,
    path: &Path,
    engine: Option<EngineChoice>,
    password_file: Option<&Path>,
) -> Result<Document, CliError> {
    let path = match (given(context, path), path.to_str()) {
        (file, Some(name)) if matches!(file.try_exists(), Ok(false)) => {
            of_paper(context, name).unwrap_or(file)
        }
        (file, _) => file,
    };
    let shown = path.display().to_string();
    let meta = std::fs::metadata(&path).map_err(|e| {
        CliError::user(format!("{shown}: {e}")).hint(
            "give a file, or the key or id of a paper in the index that has a document",
        )
    })?;
    let format = match format_of(&path) {
        _ if meta.is_dir() => Format::Tex,
        Some(Format::Jsonl) => {
            return Err(CliError::user(format!(
                "{shown}: a collection of records is not one document"
            ))
            .hint("add it to the corpus and search it: `citemap add FILE`"));
        }
        Some(format) => format,
        None => {
            let message = match ending(&path) {
                e if e.is_empty() => {
                    format!("{shown}: a name without an ending tells no form")
                }
                e => format!("{shown}: documents of the form .{e} cannot be read"),
            };
            return Err(CliError::user(message)
                .hint("forms are pdf, tex, tar.gz, zip, html, xml (JATS), md, txt, docx, epub and folders of TeX"));
        }
    };
    let settings = read_settings(context, engine, password_file)?;
    read_file(&path, format, &settings)
        .map_err(|failure| CliError::user(format!("{shown}: {failure}")))
}

/// The document of a paper in the index, by its key, arXiv id or DOI.
fn of_paper(context: &Context, name: &str) -> Option<PathBuf> {
    let opened = open(context, true).ok()?;
    let paper = find(&opened, name).ok()?;
    Some(context.corpus.join(paper.path?))
}

fn say_faults(context: &Context, document: &Document) {
    for fault in document.faults.iter().take(20) {
        let place = fault.page.map(|p| format!("page {p}: ")).unwrap_or_default();
        context.ui.note(&format!("citemap: {place}{}", clean(&fault.what)));
    }
    if document.faults.iter().any(ocr::is_needed)
        && context.config.settings.extract.ocr_command.is_empty()
    {
        context.ui.note(
            "hint: set `[extract] ocr_command` in citemap.toml to have scans recognised, \
             for instance [\"ocrmypdf\", \"--skip-text\", \"{input}\", \"{output}\"]",
        );
    }
    if document.pages_read < document.n_pages {
        let (read, all) = (document.pages_read, document.n_pages);
        context.ui.note(&format!("citemap: {read} of {all} pages read"));
    }
}
