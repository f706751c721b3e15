//! Results as a person reads them in a terminal: fitted to its width, readable without colour.

mod facets;
mod hits;
mod topics;

pub use facets::write_facets;
pub use hits::{place_line, write_answer, write_passage};
pub use topics::write_topics;

use std::path::{Path, PathBuf};

use textwrap::{Options, WordSplitter, wrap};
use unicode_width::UnicodeWidthStr;

use super::style::Style;
use super::wire::Coverage;

/// What the printer needs to know of where it prints.
#[derive(Clone, Debug)]
pub struct Page {
    /// Columns.
    pub width: usize,
    /// Colours and links.
    pub style: Style,
    /// The corpus folder, absolute: links to documents start here.
    pub corpus: PathBuf,
}

impl Page {
    /// Wraps `text` (already dressed) to the width, each line behind `indent`.
    pub fn wrapped(&self, text: &str, indent: &str) -> String {
        let options = Options::new(self.width.max(20))
            .initial_indent(indent)
            .subsequent_indent(indent)
            .word_splitter(WordSplitter::NoHyphenation);
        wrap(text, options).join("\n")
    }

    /// The address of a document, opened at a page where the viewer knows how.
    pub fn uri(&self, path: Option<&str>, page: Option<u32>) -> Option<String> {
        let file = self.corpus.join(Path::new(path?));
        let mut uri = url::Url::from_file_path(file).ok()?;
        if let Some(page) = page {
            uri.set_fragment(Some(&format!("page={page}")));
        }
        Some(uri.into())
    }
}

/// Cuts `text` to at most `width` columns, with `…` where something was cut.
pub fn fitted(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_string();
    }
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars() {
        let w = unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        if used + w + 1 > width {
            break;
        }
        used += w;
        out.push(c);
    }
    let mut out = out.trim_end().to_string();
    out.push('…');
    out
}

/// Pads `text` with spaces to `width` columns.
pub fn padded(text: &str, width: usize) -> String {
    let fill = width.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(fill))
}

/// A number with its noun, in the plural where due.
pub fn counted(n: u64, noun: &str) -> String {
    match n {
        1 => format!("1 {noun}"),
        _ => format!("{n} {noun}s"),
    }
}

/// The names of up to `most` authors, the rest as `et al.`
pub fn author_line(authors: &[String], most: usize) -> String {
    match authors.len() {
        0 => String::new(),
        n if n <= most => authors.join(", "),
        _ => format!("{} et al.", authors[0]),
    }
}

/// What is not in the index, and what to do about it; nothing if all is.
pub fn coverage_line(coverage: Coverage) -> Option<String> {
    let mut parts = Vec::new();
    if coverage.missing > 0 {
        parts.push(format!(
            "{} without a document, found by title and authors only (`citemap fetch`)",
            coverage.missing
        ));
    }
    if coverage.failed > 0 {
        parts.push(format!("{} could not be read (`citemap doctor`)", coverage.failed));
    }
    if coverage.faults > 0 {
        let what = counted(coverage.faults, "fault");
        parts.push(format!(
            "{what} in papers.bib or the surveys' maps (`citemap status`)"
        ));
    }
    if parts.is_empty() {
        return None;
    }
    let papers = counted(coverage.papers, "paper");
    Some(format!(
        "coverage: {} of {papers} indexed; {}",
        coverage.indexed,
        parts.join("; ")
    ))
}
