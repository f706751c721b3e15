//! What fuzzing drives: from the bytes of one input to everything that may be made of them.
//!
//! In: any bytes. Nothing comes out: a panic is a finding, and so is a broken promise, of which
//! each target names a few. The fuzzer's binaries call these functions, and so does a test over the
//! committed seeds and their mutations, which needs no fuzzer.

use std::path::Path;

use citemap::analysis;
use citemap::corpus::bib::{BibText, Bibliography};
use citemap::corpus::{Format, WorkKey};
use citemap::extract::{Content, Input, Limits, ReadOptions, jsonl};
use citemap::indexer::reader::read_document;
use citemap::passage;
use citemap::query;
use citemap::survey::SurveyMap;

/// A target with its name.
pub(crate) type Target = (&'static str, fn(&[u8]));

/// Every target, in order of name.
pub(crate) const TARGETS: [Target; 8] = [
    ("archive", archive),
    ("bib", bib),
    ("html", html),
    ("jsonl", records),
    ("pdf", pdf),
    ("query", ask),
    ("survey", survey),
    ("tex", tex),
];

/// Bounds for inputs of a few kilobytes: small enough that reaching one is quick.
fn options() -> ReadOptions {
    let mut options = ReadOptions {
        limits: Limits {
            max_bytes: 4 << 20,
            max_entries: 500,
            max_elements: 20_000,
            max_expansions: 20_000,
            ..Limits::default()
        },
        ..ReadOptions::default()
    };
    options.pdf.max_pages = 20;
    options
}

/// Reads one document as the indexer does: extraction, layout, understanding, passages, tokens.
fn read(format: Format, bytes: &[u8]) {
    let content = Content::File(bytes.to_vec().into());
    let input = Input { format, path: Path::new("input").to_owned(), content };
    let Ok(document) = read_document(&input, &options()) else { return };
    for passage in passage::cut(&WorkKey("key".to_owned()), &document) {
        for token in analysis::tokens(&passage.text) {
            assert!(passage.text.get(token.range.clone()).is_some(), "{token:?}");
        }
    }
    for (_, block) in &document.blocks {
        for cite in &block.cites {
            assert!(block.text.get(cite.range.clone()).is_some(), "{cite:?}");
        }
    }
}

/// PDF to passages.
pub(crate) fn pdf(bytes: &[u8]) {
    read(Format::Pdf, bytes);
}

/// One file of TeX to passages.
pub(crate) fn tex(bytes: &[u8]) {
    read(Format::Tex, bytes);
}

/// HTML to passages; the first byte may make it JATS or Markdown.
pub(crate) fn html(bytes: &[u8]) {
    let format = match bytes.first() {
        Some(b'?') => Format::Jats,
        Some(b'#') => Format::Markdown,
        _ => Format::Html,
    };
    read(format, bytes);
}

/// An archive of TeX, EPUB or DOCX: its guards, and what it holds.
pub(crate) fn archive(bytes: &[u8]) {
    for format in [Format::Tex, Format::Epub, Format::Docx] {
        read(format, bytes);
    }
}

/// Records: each line gives one record, one fault or nothing.
pub(crate) fn records(bytes: &[u8]) {
    let n_lines = bytes.split(|b| *b == b'\n').count();
    let n_items = jsonl::records(bytes).count();
    assert!(n_items <= n_lines, "{n_items} of {n_lines} lines");
    for line in bytes.split(|b| *b == b'\n') {
        if let Ok(record) = jsonl::record(line, 1) {
            assert_eq!(jsonl::id_of(line), record.info.key);
        }
    }
}

/// A query: what is understood is printed so that it is understood as the same.
pub(crate) fn ask(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match query::parse(&text) {
        Ok(parsed) => {
            let printed = parsed.to_string();
            let again = query::parse(&printed).map(|query| query.to_string());
            assert_eq!(again.as_deref(), Ok(printed.as_str()));
        }
        Err(error) => assert!(text.get(error.span.clone()).is_some(), "{error:?}"),
    }
}

/// A bibliography: read, and edited in its place without moving the entries around it.
pub(crate) fn bib(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let keys = |bib: &Bibliography| -> Vec<String> {
        bib.entries.iter().map(|entry| entry.key.clone()).collect()
    };
    let before = Bibliography::parse(&text);
    let Some(first) = before.entries.first() else { return };
    let mut edited = BibText::new(text.as_ref());
    if edited.set_field(&first.key, "note", "a {note} of 5 %") {
        assert_eq!(keys(&edited.parse()), keys(&before), "{}", edited.as_str());
    }
}

/// A survey map: what is read, written and read again is the same.
pub(crate) fn survey(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let path = Path::new("survey.toml");
    let Ok(map) = SurveyMap::parse(path, &text) else { return };
    for before in [text.as_ref(), ""] {
        let written = map.render(path, before).expect("what was read is TOML");
        let again =
            SurveyMap::parse(path, &written).expect("what was written can be read");
        assert_eq!(again, map, "{written}");
    }
}
