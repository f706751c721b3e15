//! What becomes of broken and hostile PDFs in a pool of workers, and of papers with random damage.
//!
//! ```text
//! cargo bench --bench hostile -- files DIR...            every file below the folders
//! cargo bench --bench hostile -- mutate N SEED DIR...    N damaged copies of the PDFs there
//! cargo bench --bench hostile -- second files DIR...     either, with the second engine alone
//! ```
//!
//! Limits are 10 s and 500 MB of address space a file. Prints a table of outcomes by kind (the
//! part of the file's name between its number and its extension), the reasons, the slowest files,
//! workers started, and the peak of memory of the parent. The damage is one of: bits flipped, the
//! end cut off, a piece copied over another, a piece of another paper put in; numbers come from
//! `SEED` alone, so a file that fails can be made again. The program is its own worker.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use citemap::corpus::Format;
use citemap::extract::pdf::{EngineChoice, PdfOptions, read};
use citemap::extract::worker::{Job, JobFile, Pool, PoolConfig, WorkerFault, serve};
use citemap::extract::{ExtractError, ocr};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        ["worker"] => serve(answer).unwrap(),
        ["files", ref roots @ ..] => run(&whole(roots), EngineChoice::Auto),
        ["second", "files", ref roots @ ..] => run(&whole(roots), EngineChoice::Second),
        ["mutate", n, seed, ref roots @ ..] => {
            run(
                &damaged(n.parse().unwrap(), seed.parse().unwrap(), roots),
                EngineChoice::Auto,
            );
        }
        _ => println!("files DIR... | second files DIR... | mutate N SEED DIR..."),
    }
}

/// The worker: reads, and answers with a summary.
fn answer(job: Job) -> Result<Vec<u8>, ExtractError> {
    let engine = match job.options.first() {
        Some(1) => EngineChoice::Second,
        _ => EngineChoice::Auto,
    };
    let read =
        read(&job.files[0].bytes, &PdfOptions { engine, ..PdfOptions::default() })?;
    let glyphs: usize = read.pages.iter().map(|p| p.glyphs.len()).sum();
    Ok(match () {
        () if read.faults.iter().any(ocr::is_needed) => b"needs OCR".to_vec(),
        () if glyphs == 0 => b"no text".to_vec(),
        () if !read.faults.is_empty() => b"text, with faults".to_vec(),
        () => b"text".to_vec(),
    })
}

type Case = (String, Box<dyn Fn() -> Vec<u8> + Send + Sync>);

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        std::fs::read_dir(path).unwrap().for_each(|e| collect(&e.unwrap().path(), files));
    } else if path.extension().is_none_or(|e| e != "tsv" && e != "json") {
        files.push(path.to_path_buf());
    }
}

fn sorted(roots: &[&str]) -> Vec<PathBuf> {
    let mut files = Vec::new();
    roots.iter().for_each(|root| collect(Path::new(root), &mut files));
    files.sort();
    files
}

fn whole(roots: &[&str]) -> Vec<Case> {
    let case = |path: PathBuf| -> Case {
        (path.display().to_string(), Box::new(move || std::fs::read(&path).unwrap()))
    };
    sorted(roots).into_iter().map(case).collect()
}

fn damaged(n: usize, seed: u64, roots: &[&str]) -> Vec<Case> {
    let mut files = sorted(roots);
    files.retain(|f| f.extension().is_some_and(|e| e == "pdf"));
    let papers: std::sync::Arc<Vec<Vec<u8>>> =
        files.iter().map(|f| std::fs::read(f).unwrap()).collect::<Vec<_>>().into();
    let case = |i: usize| -> Case {
        let papers = std::sync::Arc::clone(&papers);
        let kind = ["flip", "cut", "copy", "splice"][i % 4];
        let make =
            move || damage(kind, &papers, &mut Random(seed ^ (i as u64) << 20 | 1));
        (format!("{i:05}-{kind}.pdf"), Box::new(make))
    };
    (0..n).map(case).collect()
}

/// xorshift64*, enough for damage.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % n.max(1)
    }
}

fn damage(kind: &str, papers: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    (0..20).for_each(|_| _ = random.below(2));
    let mut bytes = papers[random.below(papers.len())].clone();
    let n = bytes.len();
    match kind {
        "flip" => {
            for _ in 0..1 << random.below(12) {
                bytes[random.below(n)] ^= 1 << random.below(8);
            }
        }
        "cut" => bytes.truncate(random.below(n)),
        _ => {
            let other = match kind {
                "copy" => bytes.clone(),
                _ => papers[random.below(papers.len())].clone(),
            };
            for _ in 0..1 + random.below(4) {
                let length = 1 << random.below(16);
                let from = random.below(other.len().saturating_sub(length));
                let to = random.below(n);
                let piece = &other[from..(from + length).min(other.len())];
                let end = (to + piece.len()).min(n);
                bytes[to..end].copy_from_slice(&piece[..end - to]);
            }
        }
    }
    bytes
}

fn kind_of(name: &str) -> String {
    let stem = Path::new(name).file_stem().unwrap().to_string_lossy().into_owned();
    let parent = Path::new(name).parent().and_then(|p| p.file_name());
    match stem.split_once('-') {
        Some((number, kind)) if number.bytes().all(|b| b.is_ascii_digit()) => {
            kind.to_string()
        }
        _ => parent.map_or_else(|| stem.clone(), |p| p.to_string_lossy().into_owned()),
    }
}

fn outcome(result: &Result<Vec<u8>, WorkerFault>) -> String {
    match result {
        Ok(summary) => String::from_utf8_lossy(summary).into_owned(),
        Err(WorkerFault::Document(_)) => "said why not".to_string(),
        Err(WorkerFault::Panic { .. }) => "panic, caught".to_string(),
        Err(fault) => format!("KILLED: {fault}"),
    }
}

fn run(cases: &[Case], engine: EngineChoice) {
    let program = std::env::current_exe().unwrap();
    let mut config = PoolConfig::new(program, vec!["worker".into()]);
    config.memory = 500 << 20;
    let pool = Pool::new(config).unwrap();
    let table: Mutex<BTreeMap<String, BTreeMap<String, usize>>> = Mutex::default();
    let slow: Mutex<Vec<(Duration, String)>> = Mutex::default();
    let next = AtomicUsize::new(0);
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((name, make)) =
                    cases.get(next.fetch_add(1, Ordering::Relaxed))
                {
                    let file = JobFile { path: name.clone(), bytes: make() };
                    let options = vec![u8::from(engine == EngineChoice::Second)];
                    let job = Job { format: Format::Pdf, files: vec![file], options };
                    let start = Instant::now();
                    let result = pool.run(&job);
                    slow.lock().unwrap().push((start.elapsed(), name.clone()));
                    if let Err(fault) = &result {
                        println!("{name}: {fault}");
                    }
                    let mut table = table.lock().unwrap();
                    let row = table.entry(kind_of(name)).or_default();
                    *row.entry(outcome(&result)).or_default() += 1;
                }
            });
        }
    });
    println!("\n| kind | outcomes |\n|---|---|");
    for (kind, row) in table.lock().unwrap().iter() {
        let cells: Vec<_> = row.iter().map(|(what, n)| format!("{what} {n}")).collect();
        println!("| {kind} | {} |", cells.join(", "));
    }
    let mut slow = slow.into_inner().unwrap();
    slow.sort_by(|a, b| b.cmp(a));
    for (took, name) in slow.iter().take(5) {
        println!("slowest: {:.2} s {name}", took.as_secs_f64());
    }
    println!(
        "{} files, {:.1} s, {} workers started, {:?}, peak of the parent {} MB",
        cases.len(),
        start.elapsed().as_secs_f64(),
        pool.n_started(),
        pool.confinement().unwrap_or_default(),
        peak_mb()
    );
}

fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024
}
