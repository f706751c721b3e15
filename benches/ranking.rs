//! Measures: how good the ranking is, on judged collections, and what each of its parts gives.
//!
//! Data: a folder of collections in the layout of BEIR (`NAME/corpus.jsonl`, `queries.jsonl`,
//! `qrels.tsv`), given as the first argument; nothing random. Each record goes the whole way:
//! record, blocks, document, passages, index in memory, parsed query, search of 100 papers.
//!
//!     cargo bench --bench ranking -- FOLDER            the present settings
//!     cargo bench --bench ranking -- FOLDER sweep      one parameter at a time
//!     cargo bench --bench ranking -- FOLDER try k1=0.9,b=0.6 k1=1.5      settings by hand
//!
//! Prints a table of nDCG@10 (and MAP, recall@100, MRR@10 for the present settings). Beside it, for
//! comparison, `plain`: the engine's own query parser and BM25 over one field with title and body,
//! with our stems. `benches/ranking.md` keeps the table that the defaults were chosen by.

#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::collections::BTreeMap;
use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use citemap::analysis::{self, AcronymTable};
use citemap::corpus::WorkKey;
use citemap::extract::jsonl;
use citemap::index::{Store, Tables};
use citemap::layout::marked::lay_marked;
use citemap::schema::{IndexPassage, Work};
use citemap::search::eval::{self, BatchQuery, Measures, Qrels};
use citemap::search::{Filters, Group, Ranking, Request, Searcher, Sort};
use citemap::{paper, passage, query};

type Anything<T> = Result<T, Box<dyn std::error::Error>>;

struct Collection {
    name: String,
    store: Store,
    plain: tantivy::Index,
    queries: Vec<BatchQuery>,
    qrels: Qrels,
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
    for path in folders.iter().filter(|p| p.join("corpus.jsonl").is_file()) {
        collections.push(load(path)?);
    }
    println!("{:<28} {}", "", names(&collections));
    let plain: Vec<Measures> = collections.iter().map(plain).collect::<Anything<_>>()?;
    row("plain engine", &plain);
    let now = measure(&collections, Ranking::default())?;
    row("defaults", &now);
    for (collection, m) in collections.iter().zip(&now) {
        println!(
            "  {}: queries={} ndcg10={:.4} map={:.4} recall100={:.4} mrr10={:.4}",
            collection.name, m.queries, m.ndcg10, m.map, m.recall100, m.mrr10
        );
    }
    match args.get(1).map(String::as_str) {
        Some("sweep") => {
            for (label, ranking) in variants() {
                row(&label, &measure(&collections, ranking)?);
            }
        }
        Some("try") => {
            for settings in &args[2..] {
                row(settings, &measure(&collections, read_ranking(settings)?)?);
            }
        }
        _ => {}
    }
    Ok(())
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
            "second" => &mut ranking.second,
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
    vary("compound", &[0.1, 0.3, 0.6], |r, v| r.compound = v);
    vary("second", &[0.02, 0.05, 0.1, 0.2], |r, v| r.second = v);
    all
}

fn names(collections: &[Collection]) -> String {
    let all: Vec<String> =
        collections.iter().map(|c| format!("{:>10}", c.name)).collect();
    all.join(" ")
}

fn row(label: &str, measures: &[Measures]) {
    let all: Vec<String> =
        measures.iter().map(|m| format!("{:>10.4}", m.ndcg10)).collect();
    println!("{label:<28} {}", all.join(" "));
}

fn load(path: &Path) -> Anything<Collection> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let store = Store::in_memory()?;
    let mut writer = store.writer(1, 100_000_000)?;
    let mut schema = tantivy::schema::Schema::builder();
    let options = tantivy::schema::TextOptions::default().set_indexing_options(
        tantivy::schema::TextFieldIndexing::default()
            .set_tokenizer("stems")
            .set_index_option(tantivy::schema::IndexRecordOption::WithFreqsAndPositions),
    );
    let body = schema.add_text_field("body", options);
    let key_field =
        schema.add_text_field("key", tantivy::schema::STRING | tantivy::schema::STORED);
    let plain = tantivy::Index::create_in_ram(schema.build());
    let stems =
        tantivy::tokenizer::TextAnalyzer::from(analysis::StemTokenizer::default());
    plain.tokenizers().register("stems", stems);
    let mut plain_writer = plain.writer_with_num_threads(1, 100_000_000)?;
    let mut acronyms = AcronymTable::default();
    let file = BufReader::new(fs::File::open(path.join("corpus.jsonl"))?);
    for record in jsonl::records(file) {
        let Ok(record) = record else { continue };
        let doc = paper::understand(lay_marked(record.into_marked()));
        let key = doc.own_key.clone().ok_or("a record without an id")?;
        let mut flat = tantivy::TantivyDocument::default();
        flat.add_text(key_field, &key);
        let passages: Vec<IndexPassage> = passage::cut(&WorkKey(key.clone()), &doc)
            .into_iter()
            .map(|passage| IndexPassage {
                passage,
                lang: None,
                topics: Vec::new(),
                mentions: Vec::new(),
            })
            .collect();
        let found = passages.iter().flat_map(|p| analysis::acronyms(&p.passage.text));
        acronyms.add_paper(found);
        let texts: Vec<&str> = passages.iter().map(|p| p.passage.text.as_str()).collect();
        flat.add_text(body, texts.join("\n"));
        plain_writer.add_document(flat)?;
        let work = Work { key, title: doc.title, ..Work::default() };
        writer.add(store.schema().documents(&work, &passages))?;
    }
    writer.commit(&Tables { acronyms, ..Tables::default() })?;
    plain_writer.commit()?;
    let queries = eval::read_queries(&fs::read_to_string(path.join("queries.jsonl"))?)?;
    let qrels = eval::read_qrels(&fs::read_to_string(path.join("qrels.tsv"))?)?;
    Ok(Collection { name, store, plain, queries, qrels })
}

fn measure(collections: &[Collection], ranking: Ranking) -> Anything<Vec<Measures>> {
    collections
        .iter()
        .map(|collection| {
            let searcher = Searcher::with_ranking(collection.store.view()?, ranking)?;
            let mut run = BTreeMap::new();
            for query in &collection.queries {
                if !collection.qrels.contains_key(&query.id) {
                    continue;
                }
                // A query that is refused counts as one that found nothing.
                let Ok(request) = request(&query.text) else { continue };
                let answer = searcher.search(&request)?;
                let found = answer
                    .hits
                    .into_iter()
                    .map(|hit| (hit.paper.key, hit.score))
                    .collect();
                run.insert(query.id.clone(), found);
            }
            Ok(eval::measure(&collection.qrels, &run))
        })
        .collect()
}

fn plain(collection: &Collection) -> Anything<Measures> {
    use tantivy::schema::Value;
    let searcher = collection.plain.reader()?.searcher();
    let schema = collection.plain.schema();
    let (body, key) = (schema.get_field("body")?, schema.get_field("key")?);
    let parser = tantivy::query::QueryParser::for_index(&collection.plain, vec![body]);
    let mut run = BTreeMap::new();
    for query in &collection.queries {
        let (parsed, _) = parser.parse_query_lenient(&query.text);
        let top = tantivy::collector::TopDocs::with_limit(100).order_by_score();
        let mut found = Vec::new();
        for (score, address) in searcher.search(&parsed, &top)? {
            let doc: tantivy::TantivyDocument = searcher.doc(address)?;
            let key = doc.get_first(key).and_then(|v| v.as_str()).unwrap_or_default();
            found.push((key.to_owned(), score));
        }
        run.insert(query.id.clone(), found);
    }
    Ok(eval::measure(&collection.qrels, &run))
}

fn request(text: &str) -> Anything<Request> {
    Ok(Request {
        query: query::parse(text).map_err(|e| format!("{text}: {e}"))?,
        filters: Filters::default(),
        facets: Vec::new(),
        limit: 100,
        offset: 0,
        per_paper: 1,
        group: Group::Paper,
        sort: Sort::Score,
        explain: false,
        expand: true,
        texts: false,
    })
}
