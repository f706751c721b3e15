//! Indexing a collection of many records, beside the bare engine with one text field.
//!
//! ```text
//! cargo bench --bench records -- RECORDS.jsonl.gz N FOLDER
//! ```
//!
//! `RECORDS.jsonl.gz` holds records with `title` and `abstract`. From them N records are made: ids
//! `r0`, `r1`, ..., words of the abstracts shuffled by xorshift with seed 42. In FOLDER, which must
//! be empty or hold the records of an earlier run, they are indexed by the bare engine (title and
//! abstract in one stemmed field with positions, nothing stored) with our stems and with the engine's
//! own `en_stem`, then by the indexer as `citemap index` does it, each in a process of its own on the
//! same number of threads. Then the indexer runs again with nothing changed, after one new small
//! document, and after that document is gone. Printed: seconds, records a second, processor time (the
//! machine may be busy), peak of memory, size of the index and of the text; of the indexer also its
//! records a second as a part of the bare engine's, by the clock and by processor time.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use citemap::analysis::StemTokenizer;
use citemap::extract::ReadOptions;
use citemap::indexer::{Options, ReadSettings, run};
use flate2::read::GzDecoder;
use frostem::{Algorithm, Stemmer};
use serde_json::Value;
use tantivy::schema::{IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{
    LowerCaser, RemoveLongFilter, SimpleTokenizer, TextAnalyzer, Token, TokenFilter,
    TokenStream, Tokenizer,
};
use tantivy::{Index, TantivyDocument};

const THREADS: usize = 2;
const MEMORY: usize = 512 << 20;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        ["bare", folder] => {
            bare(TextAnalyzer::from(StemTokenizer::default()), Path::new(folder));
        }
        ["en_stem", folder] => bare(en_stem(), Path::new(folder)),
        ["ours", folder] => ours(Path::new(folder)),
        [records, n, folder] => all(records, n.parse().unwrap(), Path::new(folder)),
        _ => println!("usage: records RECORDS.jsonl.gz N FOLDER"),
    }
}

fn all(records: &str, n: usize, folder: &Path) {
    let corpus = folder.join("corpus");
    let lines = corpus.join("records.jsonl");
    if !lines.try_exists().unwrap() {
        fs::create_dir_all(&corpus).unwrap();
        // Under its name only when it is whole.
        let half = folder.join("half");
        make(records, n, &half);
        fs::rename(half, &lines).unwrap();
    }
    println!("{n} records, {:.1} MB, {THREADS} threads", megabytes(&corpus));
    let step = |name: &str, what: &str| {
        let start = Instant::now();
        let child =
            Command::new(std::env::current_exe().unwrap()).arg(what).arg(folder).output();
        let output = String::from_utf8(child.unwrap().stdout).unwrap();
        let seconds = start.elapsed().as_secs_f64();
        let rate = n as f64 / seconds;
        println!("{name:24} {seconds:8.3} s {rate:9.0} records/s  {}", output.trim());
        let cpu = output.strip_prefix("cpu ").and_then(|rest| rest.split(' ').next());
        (seconds, cpu.and_then(|cpu| cpu.parse().ok()).unwrap_or(f64::NAN))
    };
    let mut bare = Vec::new();
    for (name, what) in [("bare engine", "bare"), ("bare engine, en_stem", "en_stem")] {
        bare.push((name, step(name, what)));
        println!("{:24} {:.1} MB", "  its index", megabytes(&folder.join("bare")));
    }
    fs::remove_dir_all(folder.join("bare")).unwrap();
    let (seconds, cpu) = step("indexer", "ours");
    for (name, (of_bare, cpu_of_bare)) in bare {
        let (by_clock, by_cpu) = (of_bare / seconds, cpu_of_bare / cpu);
        println!(
            "  of {name}: {by_clock:.2} by the clock, {by_cpu:.2} by processor time"
        );
    }
    println!("{:24} {:.1} MB", "  its index", megabytes(&folder.join("index")));
    step("nothing changed", "ours");
    fs::write(corpus.join("new.md"), "# One more\n\nA new document of few words.\n")
        .unwrap();
    step("one new document", "ours");
    step("nothing changed", "ours");
    fs::remove_file(corpus.join("new.md")).unwrap();
    step("it is gone", "ours");
}

fn make(records: &str, n: usize, to: &Path) {
    let lines = BufReader::new(GzDecoder::new(File::open(records).unwrap())).lines();
    let source: Vec<Value> =
        lines.map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    let mut out = BufWriter::new(File::create(to).unwrap());
    let mut state = 42u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for i in 0..n {
        let mut record = source[i % source.len()].clone();
        let text = record["abstract"].as_str().unwrap_or_default().to_owned();
        let mut words: Vec<&str> = text.split_whitespace().collect();
        for at in (1..words.len()).rev() {
            words.swap(at, random(at + 1));
        }
        record["id"] = Value::from(format!("r{i}"));
        record["abstract"] = Value::from(words.join(" "));
        writeln!(out, "{record}").unwrap();
    }
    out.flush().unwrap();
}

fn bare(analyzer: TextAnalyzer, folder: &Path) {
    let path = folder.join("bare");
    let _ = fs::remove_dir_all(&path);
    fs::create_dir(&path).unwrap();
    let mut schema = Schema::builder();
    let words = TextFieldIndexing::default()
        .set_tokenizer("stems")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let text =
        schema.add_text_field("text", TextOptions::default().set_indexing_options(words));
    let index = Index::create_in_dir(&path, schema.build()).unwrap();
    index.tokenizers().register("stems", analyzer);
    let mut writer = index.writer_with_num_threads(THREADS, MEMORY).unwrap();
    let file = BufReader::new(File::open(folder.join("corpus/records.jsonl")).unwrap());
    for line in file.lines() {
        let record: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let field = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
        let mut doc = TantivyDocument::default();
        doc.add_text(text, format!("{}\n{}", field("title"), field("abstract")));
        writer.add_document(doc).unwrap();
    }
    writer.commit().unwrap();
    writer.wait_merging_threads().unwrap();
    println!("{}", peak());
}

/// The engine's analyzer of that name, which a feature that we have no use for would bring.
fn en_stem() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(RemoveLongFilter::limit(40))
        .filter(LowerCaser)
        .filter(EnStem)
        .build()
}

struct EnStem;

#[derive(Clone)]
struct EnStemTokenizer<T>(T);

struct EnStemStream<T> {
    inner: T,
    stemmer: Stemmer,
    buffer: String,
}

impl TokenFilter for EnStem {
    type Tokenizer<T: Tokenizer> = EnStemTokenizer<T>;

    fn transform<T: Tokenizer>(self, inner: T) -> EnStemTokenizer<T> {
        EnStemTokenizer(inner)
    }
}

impl<T: Tokenizer> Tokenizer for EnStemTokenizer<T> {
    type TokenStream<'a> = EnStemStream<T::TokenStream<'a>>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        EnStemStream {
            inner: self.0.token_stream(text),
            stemmer: Stemmer::new(Algorithm::English),
            buffer: String::new(),
        }
    }
}

impl<T: TokenStream> TokenStream for EnStemStream<T> {
    fn advance(&mut self) -> bool {
        if !self.inner.advance() {
            return false;
        }
        let token = self.inner.token_mut();
        match self.stemmer.stem(&token.text) {
            Cow::Owned(stem) => token.text = stem,
            Cow::Borrowed(stem) => {
                self.buffer.clear();
                self.buffer.push_str(stem);
                std::mem::swap(&mut token.text, &mut self.buffer);
            }
        }
        true
    }

    fn token(&self) -> &Token {
        self.inner.token()
    }

    fn token_mut(&mut self) -> &mut Token {
        self.inner.token_mut()
    }
}

fn ours(folder: &Path) {
    let reading =
        ReadSettings { options: ReadOptions::default(), workers: None, ocr: None };
    let (corpus, index): (PathBuf, PathBuf) =
        (folder.join("corpus"), folder.join("index"));
    let stop = AtomicBool::new(false);
    let options = Options {
        corpus: &corpus,
        index: &index,
        jobs: THREADS,
        memory: MEMORY,
        reading: &reading,
        rebuild: false,
        retry: false,
        wait: Duration::ZERO,
        commit_every: Duration::from_secs(60),
        tidy: true,
        now: 4_000_000_000,
        stop: &stop,
    };
    let report = run(&options, &mut ()).unwrap();
    println!(
        "{} ({} papers, {} passages)",
        peak(),
        report.summary.papers,
        report.passages
    );
}

/// Processor time and peak of memory of this process.
fn peak() -> String {
    /// Ticks of a second, as Linux has them for every process to see.
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|n| n.parse::<f64>().ok());
    let cpu = (ticks(13).unwrap_or_default() + ticks(14).unwrap_or_default()) / TICKS;
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    let kb: u64 = line
        .and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or_default();
    format!("cpu {cpu:.2} s, peak {} MB", kb >> 10)
}

/// What the files of a folder hold.
fn megabytes(path: &Path) -> f64 {
    let entries = walkdir::WalkDir::new(path).into_iter().flatten();
    let files = entries.filter_map(|e| e.metadata().ok()).filter(|m| m.is_file());
    files.map(|m| m.len()).sum::<u64>() as f64 / f64::from(1 << 20)
}
