//! How fast PDFs are read, one thread, one process, both engines.
//!
//! ```text
//! cargo bench --bench pdf -- DIR...          every PDF below the folders
//! cargo bench --bench pdf -- --second DIR... with the second engine
//! cargo bench --bench pdf -- --peers DIR...  read and laid out once, beside pdftotext, mutool and
//!                                            the second engine, by processor time, file by file
//! cargo bench --bench pdf -- --dump FILE     characters of one file, a line a baseline
//! ```
//!
//! Prints files, pages, glyphs, seconds of wall time, pages a second, and the peak of memory; with
//! `--peers` seconds of processor time and pages a second of each. The programs start once a file,
//! as a person runs them. Compare ratios, not times.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use std::process::{Command, Stdio};

use citemap::extract::Extracted;
use citemap::extract::pdf::{EngineChoice, PdfOptions, read};
use citemap::layout::lay;

fn main() {
    let mut options = PdfOptions { engine: EngineChoice::Main, ..PdfOptions::default() };
    let mut roots = Vec::new();
    let (mut dump, mut peers) = (false, false);
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--second" => options.engine = EngineChoice::Second,
            "--auto" => options.engine = EngineChoice::Auto,
            "--dump" => dump = true,
            "--peers" => peers = true,
            "--bench" => {}
            path => roots.push(PathBuf::from(path)),
        }
    }
    if dump {
        roots.iter().for_each(|path| print_text(path, &options));
        return;
    }
    let mut files = Vec::new();
    roots.iter().for_each(|root| collect(root, &mut files));
    files.sort();
    if peers { beside_peers(&files) } else { measure(&files, &options) }
}

/// Reads every file with each program in turn, so that all meet the same noise.
fn beside_peers(files: &[PathBuf]) {
    let choice = |engine| PdfOptions { engine, ..PdfOptions::default() };
    let (auto, second) = (choice(EngineChoice::Auto), choice(EngineChoice::Second));
    let names = ["reading", "layout", "pdf-extract", "pdftotext", "mutool"];
    let mut spent = [0.0; 5];
    let mut n_pages = 0;
    for path in files {
        let bytes = std::fs::read(path).unwrap();
        let mut clock = cpu_seconds();
        let mut lap = |of: usize| {
            let now = cpu_seconds();
            spent[of] += now - clock;
            clock = now;
        };
        let Ok(positioned) = read(&bytes, &auto) else { continue };
        lap(0);
        n_pages += positioned.pages.len();
        let laid = lay(Extracted::Positioned(positioned));
        lap(1);
        drop(laid);
        lap(1);
        drop(read(&bytes, &second));
        lap(2);
        run(Command::new("pdftotext").arg(path).arg("/dev/null"));
        lap(3);
        run(Command::new("mutool")
            .args(["draw", "-q", "-F", "text", "-o", "/dev/null"])
            .arg(path));
        lap(4);
    }
    let ours = spent[0] + spent[1];
    println!("{} files, {n_pages} pages, peak {} MB", files.len(), peak_mb());
    for (name, seconds) in names.iter().zip(spent).chain([(&"reading and layout", ours)])
    {
        println!(
            "{name}: {seconds:.2} s of CPU, {:.0} pages/s, {:.2} times reading and layout",
            n_pages as f64 / seconds,
            seconds / ours
        );
    }
}

/// Runs a peer to its end; one that is not installed costs nothing.
fn run(command: &mut Command) {
    let _ = command.stdout(Stdio::null()).stderr(Stdio::null()).status();
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).unwrap() {
            collect(&entry.unwrap().path(), files);
        }
    } else if path.extension().is_some_and(|e| e == "pdf") {
        files.push(path.to_path_buf());
    }
}

fn measure(files: &[PathBuf], options: &PdfOptions) {
    let (mut pages, mut glyphs, mut unknown, mut failed) = (0, 0, 0, 0);
    let mut spent = Duration::ZERO;
    for path in files {
        let bytes = std::fs::read(path).unwrap();
        let start = Instant::now();
        let read = read(&bytes, options);
        let took = start.elapsed();
        spent += took;
        match read {
            Ok(read) => {
                pages += read.pages.len();
                let all = || read.pages.iter().flat_map(|p| &p.glyphs);
                glyphs += all().count();
                let none = all().filter(|g| g.ch == char::REPLACEMENT_CHARACTER).count();
                unknown += none;
                if none * 50 > all().count() || !read.faults.is_empty() {
                    let faults: Vec<_> = read.faults.iter().map(|f| &f.what).collect();
                    println!(
                        "{}: {none} glyphs without Unicode; {faults:?}",
                        path.display()
                    );
                }
            }
            Err(error) => {
                failed += 1;
                println!("{}: {error}", path.display());
            }
        }
        if took > Duration::from_secs(1) {
            println!("{}: slow, {:.1} s", path.display(), took.as_secs_f64());
        }
    }
    let seconds = spent.as_secs_f64();
    println!(
        "{} files, {failed} failed, {pages} pages, {glyphs} glyphs ({unknown} without Unicode), \
         {seconds:.2} s, {:.0} pages/s, whole process {:.2} s of CPU, peak {} MB",
        files.len(),
        pages as f64 / seconds,
        cpu_seconds(),
        peak_mb()
    );
}

/// Processor time of this process and of the programs that it ran. The kernel counts in ticks of
/// 10 ms, which even out over many files.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace();
    fields.skip(11).take(4).filter_map(|n| n.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn peak_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn print_text(path: &Path, options: &PdfOptions) {
    let read = read(&std::fs::read(path).unwrap(), options).unwrap();
    for (i, page) in read.pages.iter().enumerate() {
        let mut line = String::new();
        let mut last = None;
        for glyph in &page.glyphs {
            if last.is_some_and(|y: f32| (y - glyph.y).abs() > 2.0) {
                println!("{line}");
                line.clear();
            }
            last = Some(glyph.y);
            line.push(glyph.ch);
        }
        println!("{line}\n-- page {} by {:?}", i + 1, read.engines[i]);
    }
    println!("{:?}\n{:?}", read.info, read.faults);
}
