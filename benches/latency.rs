//! Measures: what an answer costs, beside the engine's bare top ten on the same passages.
//!
//! Data: a JSONL collection (gzip or plain) given as the first argument, repeated with changed ids
//! until there are as many passages as the second argument says (100 000). Queries: 1 000 of two to
//! eight words, taken from titles by a fixed generator (seed 17). Everything is in memory, in one
//! process, one thread, in one run; each kind of request runs over all queries in turn.
//!
//!     cargo bench --bench latency -- RECORDS.jsonl.gz [PASSAGES]
//!
//! Prints p50, p99 and the worst in milliseconds: bare engine (one stemmed field, top 10, no
//! counts), ours without facets, with the default facets, with all facets.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::fs::File;
use std::io::{BufReader, Read};
use std::time::Instant;

use citemap::analysis::StemTokenizer;
use citemap::corpus::WorkKey;
use citemap::extract::jsonl;
use citemap::index::{Store, Tables};
use citemap::layout::marked::lay_marked;
use citemap::schema::{IndexPassage, Work};
use citemap::search::{Filters, Group, Request, Searcher, Sort};
use citemap::{facets, paper, passage, query};
use tantivy::schema::{IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::TextAnalyzer;

type Anything<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Anything<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let Some(path) = args.first() else { return Ok(()) };
    let wanted: usize = args.get(1).map_or(Ok(100_000), |n| n.parse())?;
    let (works, titles) = read(path)?;
    let began = Instant::now();
    let (store, n_passages) = build(&works, wanted)?;
    println!("ours: {n_passages} passages in {:.1} s", began.elapsed().as_secs_f64());
    let began = Instant::now();
    let bare = build_bare(&works, wanted)?;
    println!("bare: {:.1} s", began.elapsed().as_secs_f64());
    let queries = queries(&titles);
    let searcher = Searcher::open(&store)?;
    let default: &[&str] = &["topic", "year", "kind"];
    for round in 0..2 {
        let mut rows = vec![("bare top 10", time_bare(&bare, &queries)?)];
        for (label, facets) in [
            ("no facets", &[][..]),
            ("default facets", default),
            ("all facets", &facets::NAMES[..]),
        ] {
            rows.push((label, time(&searcher, &queries, facets)?));
        }
        // The first round warms the caches.
        for (label, times) in rows.iter().filter(|_| round == 1) {
            let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
            println!(
                "{label:<16} p50 {:.3}  p99 {:.3}  worst {:.3} ms",
                at(0.5),
                at(0.99),
                at(1.0)
            );
        }
    }
    Ok(())
}

fn read(path: &str) -> Anything<(Vec<(Work, Vec<IndexPassage>)>, Vec<String>)> {
    let file = File::open(path)?;
    let reader: Box<dyn Read> = match path.ends_with(".gz") {
        true => Box::new(flate2::read::MultiGzDecoder::new(file)),
        false => Box::new(file),
    };
    let (mut works, mut titles) = (Vec::new(), Vec::new());
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
        titles.push(doc.title.clone());
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
    Ok((works, titles))
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
        Ok(writer.add(store.schema().documents(&work, &passages))?)
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
    Ok((index, body))
}

/// Two to eight words in a row of a title; the same each time.
fn queries(titles: &[String]) -> Vec<String> {
    let mut state: u64 = 17;
    let mut next = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below.max(1) as u64) as usize
    };
    let mut queries = Vec::new();
    while queries.len() < 1000 {
        let title = &titles[next(titles.len())];
        let words: Vec<&str> = title
            .split(|c: char| !c.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        let n = 2 + next(7);
        if words.len() >= n {
            let from = next(words.len() - n + 1);
            queries.push(words[from..from + n].join(" ").to_lowercase());
        }
    }
    queries
}

fn time(searcher: &Searcher, queries: &[String], names: &[&str]) -> Anything<Vec<f64>> {
    let mut times = Vec::new();
    for text in queries {
        let began = Instant::now();
        let request = Request {
            query: query::parse(text).map_err(|e| format!("{text}: {e}"))?,
            filters: Filters::default(),
            facets: names.iter().map(|name| ((*name).to_owned(), Some(20))).collect(),
            limit: 10,
            offset: 0,
            per_paper: 3,
            group: Group::Paper,
            sort: Sort::Score,
            explain: false,
            expand: true,
        };
        let answer = searcher.search(&request)?;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
        std::hint::black_box(answer.total_papers);
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}

fn time_bare(
    (index, body): &(tantivy::Index, tantivy::schema::Field),
    queries: &[String],
) -> Anything<Vec<f64>> {
    let searcher = index.reader()?.searcher();
    let parser = tantivy::query::QueryParser::for_index(index, vec![*body]);
    let mut times = Vec::new();
    for text in queries {
        let began = Instant::now();
        let (parsed, _) = parser.parse_query_lenient(text);
        let top = tantivy::collector::TopDocs::with_limit(10).order_by_score();
        let found = searcher.search(&parsed, &top)?;
        times.push(began.elapsed().as_secs_f64() * 1000.0);
        std::hint::black_box(found.len());
    }
    times.sort_by(f64::total_cmp);
    Ok(times)
}
