//! What the layout finds in real papers, against what their PDFs say about themselves.
//!
//! ```text
//! cargo bench --bench layout -- DATA [-v]
//! ```
//!
//! DATA is a folder with `papers/*.pdf`, `papers.json` (file and title of each), and any other
//! PDFs below it. Measured:
//! - headings: bookmarks are hidden, and the headings found are compared with them by title;
//!   "References", "Acknowledgments" and "Contents" count only where they are bookmarks, since LaTeX
//!   makes none of them;
//! - references: destinations are hidden, and the entries found are counted against the distinct
//!   `cite.*` destinations; then the same with the destinations;
//! - citations: links to `cite.*` that became citations of some block;
//! - titles and abstracts of `papers.json`;
//! - pages a second, reading and layout apart.
//!
//! Nothing is random. `-v` names every heading missed or found too much.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use citemap::extract::pdf::{self, PdfOptions};
use citemap::extract::{Extracted, LinkTarget, Positioned};
use citemap::layout::{self, BlockKind, Laid};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let verbose = args.iter().any(|arg| arg == "-v");
    let Some(data) = args.iter().find(|arg| !arg.starts_with('-')) else {
        return Err(
            "the folder of data is missing: cargo bench --bench layout -- DATA".into()
        );
    };
    let titles = titles(Path::new(data)).unwrap_or_default();
    let mut files = vec![];
    find_pdfs(Path::new(data), &mut files)?;
    files.sort();
    let mut sums = Sums::default();
    let mut out = io::stdout().lock();
    for file in files {
        let bytes = std::fs::read(&file)?;
        let start = Instant::now();
        let Ok(positioned) = pdf::read(&bytes, &PdfOptions::default()) else { continue };
        sums.reading += start.elapsed();
        sums.pages += positioned.pages.len();
        let name = name_of(&file);
        measure(&name, positioned, &titles, verbose, &mut sums, &mut out)?;
    }
    sums.report(&mut out)?;
    Ok(())
}

/// Sums over all files.
#[derive(Default)]
struct Sums {
    reading: Duration,
    laying: Duration,
    pages: usize,
    headings_right: usize,
    headings_found: usize,
    headings_true: usize,
    precisions: Vec<f64>,
    recalls: Vec<f64>,
    references_off: Vec<f64>,
    references_off_linked: Vec<f64>,
    cite_links: usize,
    cite_links_placed: usize,
    titles: usize,
    titles_right: usize,
    abstracts: usize,
}

impl Sums {
    fn report(&self, out: &mut impl Write) -> io::Result<()> {
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len().max(1) as f64;
        let within = |v: &[f64]| v.iter().filter(|off| **off <= 0.02).count();
        let share = |a: usize, b: usize| a as f64 / b.max(1) as f64;
        writeln!(
            out,
            "headings: precision {:.3} recall {:.3} (mean of files: {:.3} {:.3}, {} files)",
            share(self.headings_right, self.headings_found),
            share(self.headings_right, self.headings_true),
            mean(&self.precisions),
            mean(&self.recalls),
            self.precisions.len(),
        )?;
        writeln!(
            out,
            "references within 2 %: {} of {} without destinations, {} with",
            within(&self.references_off),
            self.references_off.len(),
            within(&self.references_off_linked),
        )?;
        writeln!(
            out,
            "citation links placed: {} of {}",
            self.cite_links_placed, self.cite_links
        )?;
        writeln!(
            out,
            "titles right: {} of {}, abstracts found: {}",
            self.titles_right, self.titles, self.abstracts,
        )?;
        let all = (self.reading + self.laying).as_secs_f64();
        writeln!(
            out,
            "{} pages: reading {:.2} s, layout {:.2} s, {:.0} pages a second",
            self.pages,
            self.reading.as_secs_f64(),
            self.laying.as_secs_f64(),
            self.pages as f64 / all,
        )
    }
}

fn measure(
    name: &str,
    positioned: Positioned,
    titles: &BTreeMap<String, String>,
    verbose: bool,
    sums: &mut Sums,
    out: &mut impl Write,
) -> io::Result<()> {
    let mut hidden = positioned.clone();
    hidden.bookmarks.clear();
    hidden.destinations.clear();
    hidden.links.clear();
    let plain = layout::lay(Extracted::Positioned(hidden));
    let start = Instant::now();
    let laid = layout::lay(Extracted::Positioned(positioned.clone()));
    sums.laying += start.elapsed();

    if let Some(title) = titles.get(name) {
        sums.titles += 1;
        let found = text_of(&laid, &BlockKind::Title);
        if letters(&found) == letters(title) {
            sums.titles_right += 1;
        } else {
            writeln!(out, "{name}: title `{found}`, not `{title}`")?;
        }
        let n_abstract = text_of(&laid, &BlockKind::Abstract).chars().count();
        if (300..3500).contains(&n_abstract) {
            sums.abstracts += 1;
        } else {
            writeln!(out, "{name}: abstract of {n_abstract} characters")?;
        }
    }
    headings(name, &positioned, &plain, verbose, sums, out)?;
    references(name, &positioned, &plain, &laid, sums, out)
}

/// Compares the headings found with the bookmarks.
fn headings(
    name: &str,
    positioned: &Positioned,
    plain: &Laid,
    verbose: bool,
    sums: &mut Sums,
    out: &mut impl Write,
) -> io::Result<()> {
    let wanted: Vec<String> = positioned
        .bookmarks
        .iter()
        .map(|b| letters(&shown(&b.title)))
        .filter(|title| !title.is_empty() && title != "abstract")
        .collect();
    if wanted.len() < 4 {
        return Ok(());
    }
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for title in &wanted {
        *left.entry(title).or_default() += 1;
    }
    let (mut n_found, mut n_right) = (0, 0);
    for block in &plain.blocks {
        if !matches!(block.kind, BlockKind::Heading(_)) {
            continue;
        }
        let (text, bare) = (&block.text, &shown(&block.text));
        let forms = [text, layout::title_of(text), bare, layout::title_of(bare)];
        let right = forms.into_iter().any(|printed| {
            let printed = letters(printed);
            let matched = left.iter_mut().find(|(title, n)| {
                let bare = title.trim_start_matches(|c: char| c.is_ascii_digit());
                **n > 0 && (**title == printed || bare == printed)
            });
            matched.map(|(_, n)| *n -= 1).is_some()
        });
        let free = ["references", "acknowledg", "bibliography", "contents"];
        let is_free = free.iter().any(|word| letters(text).starts_with(word));
        n_right += usize::from(right);
        n_found += usize::from(right || !is_free);
        if verbose && !right && !is_free {
            writeln!(out, "  + p{} {}", block.page, block.text)?;
        }
    }
    if verbose {
        for (title, _) in left.iter().filter(|(_, n)| **n > 0) {
            writeln!(out, "  - {title}")?;
        }
    }
    let precision = n_right as f64 / n_found.max(1) as f64;
    let recall = n_right as f64 / wanted.len() as f64;
    writeln!(
        out,
        "{name}: headings {n_right} of {}, {n_found} found: precision {precision:.2} recall {recall:.2}",
        wanted.len(),
    )?;
    sums.headings_right += n_right;
    sums.headings_found += n_found;
    sums.headings_true += wanted.len();
    sums.precisions.push(precision);
    sums.recalls.push(recall);
    Ok(())
}

/// Counts entries of the bibliography and citations.
fn references(
    name: &str,
    positioned: &Positioned,
    plain: &Laid,
    laid: &Laid,
    sums: &mut Sums,
    out: &mut impl Write,
) -> io::Result<()> {
    let is_cite = |name: &str| name.starts_with("cite.");
    let n_true = positioned.destinations.iter().filter(|(name, _)| is_cite(name)).count();
    if n_true < 5 {
        return Ok(());
    }
    let count = |laid: &Laid| {
        laid.blocks.iter().filter(|b| b.kind == BlockKind::Reference).count()
    };
    let off = |n: usize| (n as f64 - n_true as f64).abs() / n_true as f64;
    let (n_plain, n_linked) = (count(plain), count(laid));
    sums.references_off.push(off(n_plain));
    sums.references_off_linked.push(off(n_linked));
    if off(n_plain) > 0.02 || off(n_linked) > 0.02 {
        writeln!(out, "{name}: references {n_plain} and {n_linked} of {n_true}")?;
    }
    let mut links: BTreeSet<(String, u32)> = BTreeSet::new();
    for link in &positioned.links {
        if let LinkTarget::Named(target) = &link.target
            && is_cite(target)
        {
            links.insert((target.clone(), link.page as u32 + 1));
        }
    }
    let mut placed: BTreeSet<(String, u32)> = BTreeSet::new();
    for cite in laid.blocks.iter().flat_map(|block| &block.cites) {
        placed.insert((format!("cite.{}", cite.key), cite.page));
    }
    sums.cite_links += links.len();
    sums.cite_links_placed += links.intersection(&placed).count();
    if verbose_missing(&links, &placed) > 0.01 {
        for (key, page) in links.difference(&placed).take(3) {
            writeln!(out, "{name}: no citation `{key}` on page {page}")?;
        }
    }
    Ok(())
}

/// Returns the share of links without a citation.
fn verbose_missing(
    links: &BTreeSet<(String, u32)>,
    placed: &BTreeSet<(String, u32)>,
) -> f64 {
    links.difference(placed).count() as f64 / links.len().max(1) as f64
}

/// Returns the text of all blocks of a kind.
fn text_of(laid: &Laid, kind: &BlockKind) -> String {
    let texts: Vec<&str> =
        laid.blocks.iter().filter(|b| b.kind == *kind).map(|b| b.text.as_str()).collect();
    texts.join(" ")
}

/// Returns a heading's words without what only the page or only the bookmark has: marks of
/// citations (`[37, 59]`), raw keys of citations (`antol2015vqa,wu2017visual`), and the word before
/// an appendix's letter.
fn shown(title: &str) -> String {
    let year = |w: &str| {
        w.as_bytes().windows(4).any(|d| {
            matches!(d, [b'1', b'9', ..] | [b'2', b'0', ..])
                && d.iter().all(u8::is_ascii_digit)
        })
    };
    let is_key = |w: &str| {
        w.starts_with(|c: char| c.is_ascii_lowercase()) && w.len() > 7 && year(w)
    };
    let mut words: Vec<&str> = title.split_whitespace().filter(|w| !is_key(w)).collect();
    let mark = words.iter().rposition(|w| w.starts_with('['));
    if let Some(at) = mark.filter(|at| {
        *at > 0
            && words[*at..]
                .iter()
                .all(|w| w.bytes().all(|b| b"[],. 0123456789".contains(&b)))
    }) {
        words.truncate(at);
    }
    if words.len() > 2 && matches!(words[0], "Appendix" | "APPENDIX" | "Annexe") {
        words.remove(0);
    }
    words.join(" ")
}

/// Returns a text's letters and digits in lower case.
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns the titles of `papers.json` by file.
fn titles(data: &Path) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let json: serde_json::Value =
        serde_json::from_slice(&std::fs::read(data.join("papers.json"))?)?;
    let entry = |paper: &serde_json::Value| {
        let field = |name: &str| Some(paper.get(name)?.as_str()?.to_owned());
        Some((field("file")?, field("title")?))
    };
    Ok(json.as_array().into_iter().flatten().filter_map(entry).collect())
}

/// Returns the file's name, with its folder's where the name says nothing.
fn name_of(file: &Path) -> String {
    let part = |p: Option<&std::ffi::OsStr>| {
        p.unwrap_or_default().to_string_lossy().into_owned()
    };
    let name = part(file.file_name());
    if name == "paper.pdf" { part(file.parent().and_then(Path::file_name)) } else { name }
}

/// Collects the PDFs below a folder, except folders of broken ones.
fn find_pdfs(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            if !["hostile", "source"].contains(&name.as_str()) {
                find_pdfs(&path, files)?;
            }
        } else if name.ends_with(".pdf") {
            files.push(path);
        }
    }
    Ok(())
}
