//! Measures: how long any string whatever takes to be answered or refused.
//!
//! Data: the folder of an index given as the first argument, and the glossary of its corpus, if it has one, as
//! the second. Strings: 4 000 by a fixed generator (seed 17), 500 of each kind: any Unicode, soups
//! of operators, words of the corpus with signs on them, 200-word questions, patterns and
//! misspellings, runs of Chinese, one sign up to 64 kB long, pasted passages (quoted, near, bare).
//! Each is parsed and searched as `citemap search` does it, default facets and expansion included;
//! all are run three times in turn, and of each the quickest counts.
//!
//!     cargo bench --bench any_string -- INDEX [GLOSSARY]
//!
//! Prints, for each kind, how many were answered, p50, p99 and the worst in milliseconds, then the
//! slowest strings, and ends with status 1 if one took more than 50 ms.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use citemap::analysis::Glossary;
use citemap::index::{self, Root};
use citemap::query;
use citemap::search::{Request, Searcher};
use fastrand::Rng;

/// What a string may take.
const BOUND_MS: f64 = 50.0;
/// Strings of each kind.
const EACH: usize = 500;
const ROUNDS: usize = 3;
/// Bytes of the longest strings.
const LONGEST: usize = 64 << 10;

const KINDS: [&str; 8] = [
    "any Unicode",
    "operators",
    "words and signs",
    "200 words",
    "patterns",
    "Chinese",
    "one sign",
    "pasted",
];

const SOUP: [&str; 48] = [
    "(",
    ")",
    "\"",
    "+",
    "-",
    "~",
    "~1",
    "~2",
    "^",
    "^2",
    "^.5",
    "*",
    "?",
    ":",
    "[",
    "]",
    "{",
    "}",
    "/",
    "\\",
    "&&",
    "||",
    "!",
    "<",
    ">=",
    "“",
    "”",
    " ",
    " ",
    " AND ",
    " OR ",
    " NOT ",
    " NEAR/3 ",
    " TO ",
    "title:",
    "year:",
    "author:",
    "section:",
    "topic:2",
    "key:",
    "kind:body",
    "lang:zh",
    "2020..2023",
    "[2019 TO *]",
    "ab*",
    "a?b",
    "model",
    "视觉",
];

const SIGNS: [&str; 30] = [
    "(",
    "\"",
    "NOT ",
    "-",
    "*",
    "?",
    "a?",
    "ab*",
    "title:",
    "year:[",
    "a NEAR ",
    "(a ",
    "~",
    "^",
    "f(",
    "a OR ",
    "“",
    "[ TO ",
    "a AND (",
    "+(",
    "a,",
    "!",
    "title:a:",
    "a.*",
    "{",
    "扩",
    "a^1 ",
    "NOT(",
    "http://doi.org/-",
    ")",
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let Some(folder) = args.first() else { return ExitCode::SUCCESS };
    let live = Root::open(Path::new(folder)).unwrap().live().unwrap().unwrap();
    let mut searcher = Searcher::open(&index::open(&live).unwrap()).unwrap();
    if let Some(glossary) = args.get(1) {
        let text = std::fs::read_to_string(glossary).unwrap();
        searcher = searcher.with_glossary(Glossary::parse(&text).unwrap());
    }
    let texts = texts(&searcher);
    let strings = strings(&texts);
    let mut best = vec![f64::MAX; strings.len()];
    let mut answered = vec![false; strings.len()];
    for _ in 0..ROUNDS {
        for (i, text) in strings.iter().enumerate() {
            let began = Instant::now();
            answered[i] = ask(&searcher, text);
            best[i] = best[i].min(began.elapsed().as_secs_f64() * 1e3);
        }
    }
    report(&strings, &best, &answered)
}

/// Passages of the index, for words.
fn texts(searcher: &Searcher) -> Vec<String> {
    let all = Request { texts: true, ..Request::papers(query::parse("*").unwrap(), 300) };
    let hits = searcher.search(&all).unwrap().hits;
    hits.into_iter().flat_map(|hit| hit.passages).map(|passage| passage.text).collect()
}

/// Whether the string was answered; false if it was refused.
fn ask(searcher: &Searcher, text: &str) -> bool {
    let Ok(query) = query::parse(text) else { return false };
    let facets = ["topic", "year", "kind"].map(|name| (name.to_owned(), None)).to_vec();
    let papers = Request::papers(query, 10);
    searcher.search(&Request { facets, per_paper: 3, texts: true, ..papers }).is_ok()
}

/// The strings, `EACH` of each kind in order.
fn strings(texts: &[String]) -> Vec<String> {
    let mut random = Rng::with_seed(17);
    let words: Vec<&str> =
        texts.iter().flat_map(|text| text.split_whitespace()).collect();
    let kinds = (0..KINDS.len()).flat_map(|kind| std::iter::repeat_n(kind, EACH));
    kinds.map(|kind| string(kind, &mut random, &words, texts)).collect()
}

fn string(kind: usize, random: &mut Rng, words: &[&str], texts: &[String]) -> String {
    let mut made = String::new();
    match kind {
        0 => {
            for _ in 0..1 + random.usize(..80) {
                let last =
                    [0x80, 0x250, 0x2000, 0x3000, 0xA000, 0x11_0000][random.usize(..6)];
                made.extend(char::from_u32(random.usize(..last) as u32));
            }
        }
        1 => {
            (0..1 + random.usize(..40)).for_each(|_| made += random.choice(SOUP).unwrap())
        }
        2 => {
            for _ in 0..1 + random.usize(..12) {
                made += random.choice(words).unwrap();
                made += random.choice(SOUP).unwrap();
            }
        }
        3 => {
            let at = random.usize(..words.len().saturating_sub(200).max(1));
            made = words[at..words.len().min(at + 200)].join(" ");
        }
        4 => {
            for _ in 0..1 + random.usize(..8) {
                let word: Vec<char> = random
                    .choice(words)
                    .unwrap()
                    .chars()
                    .filter(|c| c.is_alphabetic())
                    .collect();
                let keep = word.len().min(1 + random.usize(..4));
                made.extend(&word[..keep]);
                made += random
                    .choice(["*", "?*", "*a*e*", "?bcd", "ing~2", "ion~1", "s~"])
                    .unwrap();
                made.push(' ');
            }
        }
        5 => {
            for _ in 0..1 + random.usize(..200) {
                match random.usize(..12) {
                    0 => {
                        made += random
                            .choice([
                                "视觉",
                                "扩散模型",
                                "掩码图像建模",
                                "的",
                                "CLIP",
                                "，",
                            ])
                            .unwrap()
                    }
                    _ => made
                        .extend(char::from_u32(0x4E00 + random.usize(..0x5000) as u32)),
                }
            }
        }
        6 => {
            let sign = random.choice(SIGNS).unwrap();
            made = sign.repeat(1 + random.usize(..LONGEST / sign.len()));
            made += random.choice(["", "a", ")", "\"", "]"]).unwrap();
        }
        _ => {
            let text = &texts[random.usize(..texts.len())];
            made = match random.usize(..4) {
                0 => format!("\"{}\"", text.replace('"', " ")),
                1 => format!("\"{}\"~20", text.replace('"', " ")),
                2 => format!("+{}", text.replace(' ', " +")),
                _ => text.clone(),
            };
        }
    }
    made
}

fn report(strings: &[String], best: &[f64], answered: &[bool]) -> ExitCode {
    for (kind, name) in KINDS.iter().enumerate() {
        let range = kind * EACH..(kind + 1) * EACH;
        let n = answered[range.clone()].iter().filter(|answered| **answered).count();
        let mut times = best[range].to_vec();
        times.sort_by(f64::total_cmp);
        println!(
            "{name:<16} {n:>4} of {EACH} answered  p50 {:>7.3}  p99 {:>7.3}  worst {:>7.3} ms",
            times[EACH / 2],
            times[EACH * 99 / 100],
            times[EACH - 1],
        );
    }
    let mut order: Vec<usize> = (0..strings.len()).collect();
    order.sort_by(|a, b| best[*b].total_cmp(&best[*a]));
    for &i in &order[..8] {
        let head: String = strings[i].chars().take(60).collect();
        let n = strings[i].len();
        println!("{:>8.3} ms  {} ({n} bytes): {head:?}", best[i], KINDS[i / EACH]);
    }
    let n_slow = best.iter().filter(|ms| **ms > BOUND_MS).count();
    println!("{} strings, {n_slow} took more than {BOUND_MS} ms", strings.len());
    if n_slow > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
