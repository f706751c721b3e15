//! Measures: how good the ranking is, on judged collections, and what each of its parts gives.
//!
//! Data: a folder given as the first argument, with a folder for each collection, in which
//! `citemap index` was run over what it ranks, beside `queries.jsonl` and `qrels.tsv` in the
//! layout of BEIR. So what is measured is what the program does. Nothing is random. 100 papers are
//! taken of each query.
//!
//!     cargo bench --bench ranking -- FOLDER            the present settings
//!     cargo bench --bench ranking -- FOLDER parts      without each part of the ranking
//!     cargo bench --bench ranking -- FOLDER sweep      one parameter at a time
//!     cargo bench --bench ranking -- FOLDER try k1=0.9,b=0.6 k1=1.5      settings by hand
//!
//! Prints tables of nDCG@10 (`parts`: also recall@10 and MRR@10). `benches/ranking.md` keeps the
//! tables that the defaults were chosen by; `benches/peers.py` measures other engines.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use citemap::analysis::Glossary;
use citemap::index::{self, Root, Store};
use citemap::query;
use citemap::search::eval::{self, BatchQuery, Measures, Qrels};
use citemap::search::{Ranking, Request, Searcher};

type Anything<T> = Result<T, Box<dyn std::error::Error>>;

/// Papers taken of each query.
const DEPTH: usize = 100;

struct Collection {
    name: String,
    store: Store,
    glossary: Glossary,
    queries: Vec<BatchQuery>,
    qrels: Qrels,
}

/// Means over the queries of one collection.
struct Row {
    measures: Measures,
    recall10: f64,
}

fn main() -> Anything<()> {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let Some(folder) = args.first() else {
        // `cargo test --all-targets` runs benches without arguments.
        return Ok(());
    };
    let mut folders: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|e| e.map(|e| e.path())).collect::<Result<_, _>>()?;
    folders.sort();
    let mut collections = Vec::new();
    for path in folders.iter().filter(|p| p.join("qrels.tsv").is_file()) {
        collections.push(load(path)?);
    }
    let parts = args.get(1).is_some_and(|arg| arg == "parts");
    let show: fn(&Row) -> String = match parts {
        true => |row| {
            let m = &row.measures;
            format!("{:.4} {:.4} {:.4}", m.ndcg10, row.recall10, m.mrr10)
        },
        false => |row| format!("{:.4}", row.measures.ndcg10),
    };
    let width = if parts { 22 } else { 10 };
    let line = |label: &str, cells: Vec<String>| {
        let cells: Vec<String> =
            cells.iter().map(|cell| format!("{cell:>width$}")).collect();
        println!("{label:<28} {}", cells.join(" "));
    };
    line("", collections.iter().map(|c| c.name.clone()).collect());
    let measured = |label: &str, ranking: Option<Ranking>| -> Anything<()> {
        let rows = measure(&collections, ranking.unwrap_or_default(), ranking.is_some())?;
        line(label, rows.iter().map(show).collect());
        Ok(())
    };
    measured("defaults", Some(Ranking::default()))?;
    match args.get(1).map(String::as_str) {
        Some("parts") => {
            for (label, ranking) in without_each() {
                measured(label, Some(ranking))?;
            }
            // Without settings nothing is expanded.
            measured("no names added", None)?;
        }
        Some("sweep") => {
            for (label, ranking) in variants() {
                measured(&label, Some(ranking))?;
            }
        }
        Some("try") => {
            for settings in &args[2..] {
                measured(settings, Some(read_ranking(settings)?))?;
            }
        }
        _ => {}
    }
    Ok(())
}

/// The ranking with one part of it taken away.
fn without_each() -> Vec<(&'static str, Ranking)> {
    let d = Ranking::default();
    vec![
        ("no length normalisation", Ranking { b: 0.0, ..d }),
        ("no floor for short passages", Ranking { shortest: 0.0, ..d }),
        ("title words not in the text", Ranking { title_words: 0.0, ..d }),
        ("no score of the title", Ranking { title: 0.0, ..d }),
        ("no title at all", Ranking { title_words: 0.0, title: 0.0, ..d }),
        ("all kinds of passage alike", Ranking { reference: 1.0, table: 1.0, ..d }),
        ("no pairs of words", Ranking { pairs: 0.0, ..d }),
        ("no form as typed", Ranking { typed: 0.0, ..d }),
        ("no whole query", Ranking { whole: 0.0, titled: 0.0, ..d }),
        ("Chinese by all its pairs", Ranking { run: 0.0, ..d }),
        ("added forms as they weigh", Ranking { most_added: f32::MAX, ..d }),
        ("stop words as other words", Ranking { stop: 1.0, ..d }),
        ("compounds only whole", Ranking { compound: 1.0, parts: 0.0, ..d }),
        ("compounds only in parts", Ranking { compound: 0.0, parts: 1.0, ..d }),
    ]
}

/// Reads `k1=0.9,b=0.6`; the rest as it is by default.
fn read_ranking(settings: &str) -> Anything<Ranking> {
    let mut ranking = Ranking::default();
    for setting in settings.split(',') {
        let (name, value) = setting.split_once('=').ok_or("a setting is name=value")?;
        let slot = match name {
            "k1" => &mut ranking.k1,
            "b" => &mut ranking.b,
            "shortest" => &mut ranking.shortest,
            "title_words" => &mut ranking.title_words,
            "title" => &mut ranking.title,
            "pairs" => &mut ranking.pairs,
            "stop" => &mut ranking.stop,
            "compound" => &mut ranking.compound,
            "parts" => &mut ranking.parts,
            "expansion" => &mut ranking.expansion,
            "whole" => &mut ranking.whole,
            "titled" => &mut ranking.titled,
            "typed" => &mut ranking.typed,
            "most_added" => &mut ranking.most_added,
            "run" => &mut ranking.run,
            "second" => &mut ranking.second,
            "reference" => &mut ranking.reference,
            "table" => &mut ranking.table,
            "foreign" => &mut ranking.foreign,
            _ => return Err(format!("no parameter is called {name}").into()),
        };
        *slot = value.parse()?;
    }
    Ok(ranking)
}

fn variants() -> Vec<(String, Ranking)> {
    let d = Ranking::default();
    let mut all = Vec::new();
    let mut vary = |name: &str, values: &[f32], set: fn(&mut Ranking, f32)| {
        for value in values {
            let mut ranking = d;
            set(&mut ranking, *value);
            all.push((format!("{name} {value}"), ranking));
        }
    };
    vary("k1", &[0.6, 0.9, 1.5, 1.8, 2.2], |r, v| r.k1 = v);
    vary("b", &[0.4, 0.55, 0.65, 0.85], |r, v| r.b = v);
    vary("shortest", &[0.0, 0.25, 0.75, 1.0], |r, v| r.shortest = v);
    vary("title_words", &[0.0, 0.5, 1.5, 2.0], |r, v| r.title_words = v);
    vary("title", &[0.0, 0.05, 0.2, 0.3], |r, v| r.title = v);
    vary("pairs", &[0.0, 0.05, 0.2, 0.3], |r, v| r.pairs = v);
    vary("stop", &[0.05, 0.1, 0.2, 0.5], |r, v| r.stop = v);
    vary("parts", &[0.0, 0.1, 0.5, 1.0], |r, v| r.parts = v);
    vary("expansion", &[0.0, 0.1, 0.25, 1.0], |r, v| r.expansion = v);
    vary("whole", &[0.0, 0.25, 1.0], |r, v| r.whole = v);
    vary("titled", &[0.0, 0.25], |r, v| r.titled = v);
    vary("typed", &[0.0, 0.1, 0.2], |r, v| r.typed = v);
    vary("most_added", &[0.5, 0.75, 2.0, 100.0], |r, v| r.most_added = v);
    vary("run", &[0.0, 0.25, 0.75, 1.0], |r, v| r.run = v);
    vary("compound", &[0.1, 0.3, 0.6], |r, v| r.compound = v);
    vary("second", &[0.02, 0.05, 0.1, 0.2], |r, v| r.second = v);
    vary("reference", &[0.2, 0.6, 1.0], |r, v| r.reference = v);
    vary("foreign", &[0.5, 0.85, 1.0], |r, v| r.foreign = v);
    vary("table", &[0.5, 0.85, 1.0], |r, v| r.table = v);
    all
}

fn load(path: &Path) -> Anything<Collection> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let live = Root::open(&path.join("index"))?.live()?;
    let live = live.ok_or_else(|| format!("{name}: run `citemap index` there first"))?;
    let glossary = match fs::read_to_string(path.join("corpus/glossary.toml")) {
        Ok(text) => Glossary::parse(&text)?,
        Err(_) => Glossary::default(),
    };
    let queries = eval::read_queries(&fs::read_to_string(path.join("queries.jsonl"))?)?;
    let qrels = eval::read_qrels(&fs::read_to_string(path.join("qrels.tsv"))?)?;
    Ok(Collection { name, store: index::open(&live)?, glossary, queries, qrels })
}

fn measure(
    collections: &[Collection],
    ranking: Ranking,
    expand: bool,
) -> Anything<Vec<Row>> {
    let mut rows = Vec::new();
    for Collection { store, glossary, queries, qrels, .. } in collections {
        let searcher = Searcher::with_ranking(store.view()?, ranking)?;
        let searcher = searcher.with_glossary(glossary.clone());
        let mut run = BTreeMap::new();
        let mut recall = 0.0;
        for query in queries {
            let Some(judged) = qrels.get(&query.id) else { continue };
            // A query that is refused counts as one that found nothing.
            let Ok(request) = request(&query.text, expand) else { continue };
            let hits = searcher.search(&request)?.hits;
            let found: Vec<(String, f32)> =
                hits.into_iter().map(|hit| (hit.paper.key, hit.score)).collect();
            let is_relevant = |key: &String| judged.get(key).is_some_and(|g| *g > 0);
            let n_found = found.iter().take(10).filter(|(key, _)| is_relevant(key));
            let n_relevant = judged.values().filter(|grade| **grade > 0).count();
            recall += n_found.count() as f64 / n_relevant as f64;
            run.insert(query.id.clone(), found);
        }
        let recall10 = recall / qrels.len() as f64;
        rows.push(Row { measures: eval::measure(qrels, &run), recall10 });
    }
    Ok(rows)
}

fn request(text: &str, expand: bool) -> Anything<Request> {
    let query = query::parse(text).map_err(|e| format!("{text}: {e}"))?;
    Ok(Request { expand, ..Request::papers(query, DEPTH) })
}
