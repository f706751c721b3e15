//! Small documents with the blocks that they must become, side by side in `cases/`.
//!
//! `cases/NAME.ENDING` (or a folder `cases/NAME.tex/`) is read, laid out and printed; the result
//! must equal `cases/NAME.ENDING.blocks`. With `UPDATE_EXPECT=1` in the environment, the expected
//! files are written instead.

mod hostile;

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use citemap::corpus::Format;
use citemap::extract::{self, Extracted, Limits, ReadOptions};
use citemap::layout::marked::lay_marked;
use citemap::layout::{BlockKind, Laid};

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/extract/cases")
}

fn format_of(name: &str) -> Format {
    match name.rsplit('.').next().unwrap_or_default() {
        "md" => Format::Markdown,
        "txt" => Format::Text,
        "jsonl" => Format::Jsonl,
        "html" => Format::Html,
        "xml" => Format::Jats,
        "docx" => Format::Docx,
        "epub" => Format::Epub,
        _ => Format::Tex,
    }
}

fn inputs() -> Vec<PathBuf> {
    let entries = fs::read_dir(cases()).expect("the folder of cases");
    let mut paths: Vec<PathBuf> = entries.map(|e| e.expect("an entry").path()).collect();
    paths.retain(|p| p.extension().is_none_or(|e| e != "blocks"));
    paths.sort();
    paths
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the variable that says: write, not compare"
)]
fn documents_become_their_blocks() {
    let update = std::env::var_os("UPDATE_EXPECT").is_some();
    let mut wrong = Vec::new();
    for path in inputs() {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let input =
            extract::collect(&path, format_of(&name), &Limits::default()).unwrap();
        let found = match extract::read(&input, &ReadOptions::default()) {
            Ok(Extracted::Marked(marked)) => printed(&lay_marked(marked)),
            Ok(Extracted::Positioned(_)) => panic!("{name}: not a marked-up form"),
            Err(error) => format!("error: {error}\n"),
        };
        let expected_path = path.with_file_name(format!("{name}.blocks"));
        let expected = fs::read_to_string(&expected_path).unwrap_or_default();
        if update {
            fs::write(&expected_path, &found).unwrap();
        } else if found != expected {
            wrong.push(format!("== {name}\n{}", difference(&expected, &found)));
        }
    }
    assert!(wrong.is_empty(), "UPDATE_EXPECT=1 accepts these:\n{}", wrong.join("\n"));
}

/// First lines that differ.
fn difference(expected: &str, found: &str) -> String {
    let lines = expected.lines().zip(found.lines()).enumerate();
    match lines.into_iter().find(|(_, (a, b))| a != b) {
        Some((n, (a, b))) => format!("line {}\n-{a}\n+{b}", n + 1),
        None => format!(
            "{} lines expected, {} found",
            expected.lines().count(),
            found.lines().count()
        ),
    }
}

/// One line a block: kind, anchor, text; below it the citations and fields.
fn printed(laid: &Laid) -> String {
    let mut out = String::new();
    let info = &laid.info;
    for (name, value) in [
        ("title", info.title.clone()),
        ("authors", (!info.authors.is_empty()).then(|| info.authors.join("; "))),
        ("abstract", info.abstract_text.clone()),
        ("year", info.year.map(|y| y.to_string())),
        ("venue", info.venue.clone()),
        ("arxiv", info.arxiv.clone()),
        ("doi", info.doi.clone()),
        ("lang", info.lang.clone()),
        ("licence", info.licence.clone()),
        ("key", info.key.clone()),
        ("topic", info.topic.as_ref().map(|(s, t)| format!("{s} {t}"))),
        ("categories", (!info.categories.is_empty()).then(|| info.categories.join("; "))),
    ] {
        if let Some(value) = value {
            writeln!(out, "{name}: {value}").unwrap();
        }
    }
    for fault in &laid.faults {
        writeln!(out, "fault: {}", fault.what).unwrap();
    }
    for block in &laid.blocks {
        let kind = match &block.kind {
            BlockKind::Heading(heading) => {
                let number = heading.number.as_deref().unwrap_or("-");
                format!("\nHeading {} {number}", heading.level)
            }
            other => format!("{other:?}"),
        };
        let page =
            if block.page > 0 { format!(" p{}", block.page) } else { String::new() };
        let anchor = block.anchor.as_ref().map_or_else(String::new, |a| format!(" #{a}"));
        writeln!(out, "{kind}{page}{anchor}| {}", block.text).unwrap();
        for cite in &block.cites {
            writeln!(
                out,
                "    cites {} as {}",
                cite.key,
                &block.text[cite.range.clone()]
            )
            .unwrap();
        }
        for (name, value) in &block.fields {
            writeln!(out, "    {name} = {value}").unwrap();
        }
    }
    out
}
