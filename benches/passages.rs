//! Passages of real papers, for a person to read: how many hold what is no text of the paper.
//!
//! ```text
//! cargo bench --bench passages -- FILE_OR_FOLDER... [--sample N] [--seed S]
//! ```
//!
//! Reads every PDF named or found in the folders, cuts it into passages as the index does, and
//! prints N of all (200 if it is not said) drawn with seed S (0), or with `--sample 0` all of them
//! in order; with `--blocks` the blocks of the layout with their boxes instead. Each passage has a head line: `KEY#ORDINAL kind page section`. What to look for: running heads
//! and page numbers, debris of tables and drawings, columns that are mixed, words cut in two.
//! A second table names per paper the words of each kind, so that two readers can be compared.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use citemap::corpus::WorkKey;
use citemap::extract::Extracted;
use citemap::extract::pdf::{self, PdfOptions};
use citemap::layout;
use citemap::paper;
use citemap::passage::{self, Passage, PassageKind};

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1).filter(|a| a != "--bench");
    let (mut files, mut n, mut seed, mut with_blocks) = (vec![], 200usize, 0u64, false);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--sample" => n = args.next().ok_or("--sample N")?.parse()?,
            "--seed" => seed = args.next().ok_or("--seed S")?.parse()?,
            "--blocks" => with_blocks = true,
            path => find_pdfs(Path::new(path), &mut files)?,
        }
    }
    if files.is_empty() {
        return Err("no PDF: cargo bench --bench passages -- FILE_OR_FOLDER...".into());
    }
    files.sort();
    let mut passages = vec![];
    let mut out = io::stdout().lock();
    let mut words: BTreeMap<String, BTreeMap<&str, usize>> = BTreeMap::new();
    for file in &files {
        let Ok(positioned) = pdf::read(&std::fs::read(file)?, &PdfOptions::default())
        else {
            continue;
        };
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let doc = paper::understand(layout::lay(Extracted::Positioned(positioned)));
        for (_, block) in doc.blocks.iter().filter(|_| with_blocks) {
            let [x0, y0, x1, y1] = block.bbox.unwrap_or_default();
            let at = format!("{x0:.0} {y0:.0} {x1:.0} {y1:.0}");
            writeln!(out, "{stem} p{} [{at}] {:?}", block.page, block.kind)?;
            writeln!(out, "{}\n", block.text)?;
        }
        let own = passage::cut(&WorkKey(stem.clone()), &doc);
        let counts = words.entry(stem).or_default();
        for passage in &own {
            *counts.entry(passage.kind.name()).or_default() +=
                passage.text.split_whitespace().count();
        }
        passages.extend(own);
    }
    if with_blocks {
        return Ok(());
    }
    if n == 0 {
        for passage in &passages {
            print(passage, &mut out)?;
        }
    } else {
        for index in drawn(passages.len(), n, seed) {
            print(&passages[index], &mut out)?;
        }
    }
    write!(out, "\nwords")?;
    for kind in PassageKind::ALL {
        write!(out, "\t{}", kind.name())?;
    }
    for (key, counts) in &words {
        write!(out, "\n{key}")?;
        for kind in PassageKind::ALL {
            write!(out, "\t{}", counts.get(kind.name()).copied().unwrap_or(0))?;
        }
    }
    writeln!(out)?;
    Ok(())
}

fn print(passage: &Passage, out: &mut impl Write) -> io::Result<()> {
    let Passage { paper, ordinal, kind, page, .. } = passage;
    let section = passage.section.last().map_or("", String::as_str);
    let page = page.unwrap_or(0);
    writeln!(out, "{}#{ordinal} {} p{page} {section:?}", paper.0, kind.name())?;
    writeln!(out, "{}\n", passage.text)
}

/// Returns `n` different numbers below `total`, in growing order.
fn drawn(total: usize, n: usize, seed: u64) -> Vec<usize> {
    let mut drawn = fastrand::Rng::with_seed(seed).choose_multiple(0..total, n);
    drawn.sort_unstable();
    drawn
}

fn find_pdfs(path: &Path, out: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            find_pdfs(&entry?.path(), out)?;
        }
    } else if path.extension().is_some_and(|e| e == "pdf") {
        out.push(path.to_owned());
    }
    Ok(())
}
