//! `citemap eval`: measures the ranking against judged queries.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

use super::opening::open;
use super::reading::given;
use crate::cli::Context;
use crate::cli::args::EvalArgs;
use crate::cli::error::{CliError, FOUND, TROUBLE};
use crate::output::sanitize::clean;
use crate::query;
use crate::search::Request;
use crate::search::eval::{measure, read_qrels, read_queries};

/// Papers of a query that are judged.
const DEPTH: usize = 1000;

/// Runs the queries and prints nDCG@10, MAP, recall@5, recall@100 and MRR@10.
pub fn run(context: &Context, args: &EvalArgs) -> Result<u8, CliError> {
    let (queries_file, qrels_file) =
        (given(context, &args.queries), given(context, &args.qrels));
    let fault = |file: &Path, what: &dyn std::fmt::Display| {
        CliError::user(format!("{}: {what}", file.display()))
    };
    let read = |file: &Path| std::fs::read_to_string(file).map_err(|e| fault(file, &e));
    let queries =
        read_queries(&read(&queries_file)?).map_err(|e| fault(&queries_file, &e))?;
    let qrels = read_qrels(&read(&qrels_file)?).map_err(|e| fault(&qrels_file, &e))?;
    let opened = open(context, false)?;
    let mut run = BTreeMap::new();
    let mut refused = 0;
    for line in queries {
        let query = match query::parse(&line.text) {
            Ok(query) => query,
            Err(error) => {
                refused += 1;
                let what = format!("citemap: query {}: {error}", line.id);
                context.ui.note(&clean(&what));
                continue;
            }
        };
        let expand = context.config.settings.search.expand;
        let request = Request { expand, ..Request::papers(query, DEPTH) };
        let answer = opened.searcher.search(&request)?;
        let found = answer.hits.into_iter().map(|hit| (hit.paper.key, hit.score));
        run.insert(line.id, found.collect());
    }
    let measured = measure(&qrels, &run);
    let mut out = context.ui.out();
    if context.global.json {
        let object = serde_json::json!({
            "version": 1,
            "queries": measured.queries,
            "refused": refused,
            "ndcg10": measured.ndcg10,
            "map": measured.map,
            "recall5": measured.recall5,
            "recall100": measured.recall100,
            "mrr10": measured.mrr10,
        });
        writeln!(out, "{object}")?;
    } else {
        writeln!(
            out,
            "queries={} ndcg10={:.4} map={:.4} recall5={:.4} recall100={:.4} mrr10={:.4}",
            measured.queries,
            measured.ndcg10,
            measured.map,
            measured.recall5,
            measured.recall100,
            measured.mrr10
        )?;
    }
    out.flush()?;
    Ok(if refused > 0 { TROUBLE } else { FOUND })
}
