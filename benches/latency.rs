//! Measures: what an answer costs, beside the engine's bare top ten on the same passages.
//!
//! Data: a JSONL collection (gzip or plain) given as the first argument, repeated with changed ids
//! until there are as many passages as the second argument says (100 000). Queries: 1 000 by a
//! fixed generator (seed 17): two to eight words of a title; of each ten, one has a phrase, one a
//! required word, and one is the first sentence of an abstract. Everything is in memory, in one process, one thread, in one run; each kind of request runs over all queries in turn, five times,
//! and of each query the quickest counts, so that what else the machine does matters little.
//!
//!     cargo bench --bench latency -- RECORDS.jsonl.gz [PASSAGES]
//!
//! Prints p50, p99 and the worst in milliseconds: bare engine (one stemmed field, top 10, no
//! counts), ours without facets, with the default facets, with all facets.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::fs::File;
use std::io::{BufReader, Read};
use std::time::Instant;

use citemap::analysis::{self, StemTokenizer};
use citemap::corpus::WorkKey;
use citemap::extract::jsonl;
use citemap::index::{Store, Tables};
use citemap::layout::marked::lay_marked;
use citemap::schema::{IndexPassage, Work};
use citemap::search::{Request, Searcher};
use citemap::{facets, paper, passage, query};
use tantivy::schema::{IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{
    PreTokenizedStream, PreTokenizedString, TextAnalyzer, Token, Tokenizer,
};

/// How often all queries are asked.
const ROUNDS: usize = 5;

type Anything<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Anything<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let Some(path) = args.first() else { return Ok(()) };
    let wanted: usize = args.get(1).map_or(Ok(100_000), |n| n.parse())?;
    let works = read(path)?;
    let began = Instant::now();
    let (store, n_passages) = build(&works, wanted)?;
    println!("ours: {n_passages} passages in {:.1} s", began.elapsed().as_secs_f64());
    let began = Instant::now();
    let bare = build_bare(&works, wanted)?;
    println!("bare: {:.1} s", began.elapsed().as_secs_f64());
    let queries = queries(&works);
    let searcher = Searcher::open(&store)?;
    let bare_searcher = bare.0.reader()?.searcher();
    let default: &[&str] = &["topic", "year", "kind"];
    let kinds: [(&str, Option<&[&str]>); 4] = [
        ("bare top 10", None),
        ("no facets", Some(&[])),
        ("default facets", Some(default)),
        ("all facets", Some(&facets::NAMES)),
    ];
    let mut best = vec![vec![f64::MAX; queries.len()]; kinds.len()];
    for _ in 0..ROUNDS {
        for ((_, names), best) in kinds.iter().zip(&mut best) {
            for (text, best) in queries.iter().zip(best) {
                let began = Instant::now();
                match names {
                    None => ask_bare(&bare_searcher, &bare, text)?,
                    Some(names) => ask(&searcher, text, names)?,
                }
                *best = best.min(began.elapsed().as_secs_f64() * 1000.0);
            }
        }
    }
    let mut base = 0.0;
    for ((label, names), mut times) in kinds.into_iter().zip(best) {
        times.sort_by(f64::total_cmp);
        let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
        if names.is_none() {
            base = at(0.5);
        }
        println!(
            "{label:<16} p50 {:.3}  p99 {:.3}  worst {:.3} ms  p50 {:.2} times bare",
            at(0.5),
            at(0.99),
            at(1.0),
            at(0.5) / base,
        );
    }
    Ok(())
}

fn read(path: &str) -> Anything<Vec<(Work, Vec<IndexPassage>)>> {
    let file = File::open(path)?;
    let reader: Box<dyn Read> = match path.ends_with(".gz") {
        true => Box::new(flate2::read::MultiGzDecoder::new(file)),
        false => Box::new(file),
    };
    let mut works = Vec::new();
    for record in jsonl::records(BufReader::new(reader)) {
        let Ok(record) = record else { continue };
        let doc = paper::understand(lay_marked(record.into_marked()));
        let key = doc.own_key.clone().unwrap_or_default();
        let passages = passage::cut(&WorkKey(key.clone()), &doc);
        let passages = passages.into_iter().map(|passage| IndexPassage {
            passage,
            lang: Some("en".to_owned()),
            topics: Vec::new(),
            mentions: Vec::new(),
        });
        let passages = passages.collect();
        let work = Work {
            key,
            title: doc.title,
            authors: doc.authors,
            year: doc.year,
            venue: doc.venue,
            ..Work::default()
        };
        works.push((work, passages));
    }
    Ok(works)
}

fn repeated(
    works: &[(Work, Vec<IndexPassage>)],
    wanted: usize,
    mut each: impl FnMut(Work, Vec<IndexPassage>) -> Anything<()>,
) -> Anything<usize> {
    let mut n = 0;
    for round in 0.. {
        for (work, passages) in works {
            if n >= wanted {
                return Ok(n);
            }
            let (mut work, mut passages) = (work.clone(), passages.clone());
            work.key = format!("{}-{round}", work.key);
            for entry in &mut passages {
                entry.passage.paper = WorkKey(work.key.clone());
            }
            n += passages.len();
            each(work, passages)?;
        }
    }
    Ok(n)
}

fn build(works: &[(Work, Vec<IndexPassage>)], wanted: usize) -> Anything<(Store, usize)> {
    let store = Store::in_memory()?;
    let mut writer = store.writer(1, 1_000_000_000)?;
    let n = repeated(works, wanted, |work, passages| {
        Ok(writer.add(store.schema().documents(&work, passages))?)
    })?;
    writer.commit(&Tables::default())?;
    Ok((store, n))
}

fn build_bare(
    works: &[(Work, Vec<IndexPassage>)],
    wanted: usize,
) -> Anything<(tantivy::Index, tantivy::schema::Field)> {
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default()
        .set_tokenizer("stems")
        .set_index_option(IndexRecordOption::WithFreqsAndPositions);
    let body = schema
        .add_text_field("body", TextOptions::default().set_indexing_options(indexing));
    let index = tantivy::Index::create_in_ram(schema.build());
    index.tokenizers().register("stems", TextAnalyzer::from(StemTokenizer::default()));
    let mut writer = index.writer_with_num_threads(1, 1_000_000_000)?;
    repeated(works, wanted, |_, passages| {
        for entry in passages {
            let mut doc = tantivy::TantivyDocument::default();
            doc.add_text(body, entry.passage.text);
            writer.add_document(doc)?;
        }
        Ok(())
    })?;
    writer.commit()?;
    index.tokenizers().register("stems", TextAnalyzer::from(OfQueries));
    Ok((index, body))
}

/// The same terms for the words of queries. The engine's parser clones the tokenizer for each word,
/// and one for texts would set up a memory of stems each time.
#[derive(Clone)]
struct OfQueries;

impl Tokenizer for OfQueries {
    type TokenStream<'a> = PreTokenizedStream;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> PreTokenizedStream {
        let tokens = analysis::tokens(text).into_iter().map(|token| Token {
            offset_from: token.range.start,
            offset_to: token.range.end,
            position: token.position as usize,
            text: token.stem,
            position_length: 1,
        });
        PreTokenizedString { text: text.to_owned(), tokens: tokens.collect() }.into()
    }
}

/// Words in a row of titles, and of each ten one with a phrase, one with a required word and one
/// sentence of an abstract; the same each time.
fn queries(works: &[(Work, Vec<IndexPassage>)]) -> Vec<String> {
    let mut state: u64 = 17;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let words_of = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric());
        words.filter(|word| !word.is_empty()).map(str::to_lowercase).collect()
    };
    let mut queries = Vec::new();
    while queries.len() < 1000 {
        let (work, passages) = &works[next(works.len())];
        let n = 2 + next(7);
        if queries.len() % 10 == 2 {
            let text = passages.last().map_or("", |entry| entry.passage.text.as_str());
            let sentence = words_of(text.split(". ").next().unwrap_or_default());
            if (10..40).contains(&sentence.len()) {
                queries.push(sentence.join(" "));
            }
            continue;
        }
        let words = words_of(&work.title);
        if words.len() >= n {
            let from = next(words.len() - n + 1);
            let part = &words[from..from + n];
            queries.push(match queries.len() % 10 {
                0 => format!("\"{} {}\" {}", part[0], part[1], part[2..].join(" ")),
                1 => format!("+{} {}", part[0], part[1..].join(" ")),
                _ => part.join(" "),
            });
        }
    }
    queries
}

fn ask(searcher: &Searcher, text: &str, names: &[&str]) -> Anything<()> {
    let query = query::parse(text).map_err(|e| format!("{text}: {e}"))?;
    let request = Request {
        facets: names.iter().map(|name| ((*name).to_owned(), Some(20))).collect(),
        per_paper: 3,
        texts: true,
        ..Request::papers(query, 10)
    };
    std::hint::black_box(searcher.search(&request)?.total_papers);
    Ok(())
}

fn ask_bare(
    searcher: &tantivy::Searcher,
    (index, body): &(tantivy::Index, tantivy::schema::Field),
    text: &str,
) -> Anything<()> {
    let parser = tantivy::query::QueryParser::for_index(index, vec![*body]);
    let (parsed, _) = parser.parse_query_lenient(text);
    let top = tantivy::collector::TopDocs::with_limit(10).order_by_score();
    std::hint::black_box(searcher.search(&parsed, &top)?.len());
    Ok(())
}
