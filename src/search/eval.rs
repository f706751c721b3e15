//! How good the ranking is: judged queries in, the measures that the field uses out.
//!
//! The definitions are those of `trec_eval`: documents of equal score are taken by id, descending,
//! so that no run gains by the order of its lines; a query without a relevant document is left out;
//! one that found nothing counts as zero.

use std::collections::BTreeMap;

use serde::Deserialize;

/// Grades of documents by query; above zero is relevant.
pub type Qrels = BTreeMap<String, BTreeMap<String, i64>>;

/// A query of a batch.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct BatchQuery {
    /// Its id.
    #[serde(rename = "_id", alias = "id", deserialize_with = "id_text")]
    pub id: String,
    /// Its text.
    #[serde(alias = "query")]
    pub text: String,
}

/// Why a file of queries or judgements cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// A line is no query.
    #[error("line {line}: no query: {source}")]
    Query {
        /// Line, from 1.
        line: usize,
        /// Why.
        source: serde_json::Error,
    },
    /// No line is a judgement.
    #[error(
        "no judgements: lines are `query document grade` or the four columns of TREC"
    )]
    NoJudgements,
}

/// Means over queries.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Measures {
    /// Queries with a relevant document.
    pub queries: usize,
    /// Normalised discounted cumulative gain of the first 10.
    pub ndcg10: f64,
    /// Mean average precision of the first 1000.
    pub map: f64,
    /// Share of the relevant documents among the first 5.
    pub recall5: f64,
    /// Share of the relevant documents among the first 100.
    pub recall100: f64,
    /// One over the rank of the first relevant document, if it is among the first 10.
    pub mrr10: f64,
}

/// Reads a batch of queries, one JSON object a line.
pub fn read_queries(text: &str) -> Result<Vec<BatchQuery>, EvalError> {
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(at, line)| {
            serde_json::from_str(line)
                .map_err(|source| EvalError::Query { line: at + 1, source })
        })
        .collect()
}

/// Reads judgements: `query document grade` (with or without a header), or TREC's four columns.
///
/// A line whose grade is no number is passed over, as a header is.
pub fn read_qrels(text: &str) -> Result<Qrels, EvalError> {
    let mut qrels = Qrels::new();
    for line in text.lines() {
        let columns: Vec<&str> = match line.contains('\t') {
            true => line.split('\t').map(str::trim).collect(),
            false => line.split_whitespace().collect(),
        };
        let (query, doc, grade) = match columns[..] {
            [query, doc, grade] => (query, doc, grade),
            [query, _, doc, grade] => (query, doc, grade),
            _ => continue,
        };
        let Ok(grade) = grade.parse::<f64>() else { continue };
        qrels.entry(query.to_owned()).or_default().insert(doc.to_owned(), grade as i64);
    }
    qrels.retain(|_, docs| docs.values().any(|grade| *grade > 0));
    if qrels.is_empty() { Err(EvalError::NoJudgements) } else { Ok(qrels) }
}

/// Measures a run: for each query the documents found, with scores, in any order.
pub fn measure(qrels: &Qrels, run: &BTreeMap<String, Vec<(String, f32)>>) -> Measures {
    let mut sum = Measures { queries: qrels.len(), ..Measures::default() };
    for (query, judged) in qrels {
        let Some(found) = run.get(query) else { continue };
        let mut found: Vec<(&str, f32)> =
            found.iter().map(|(doc, score)| (doc.as_str(), *score)).collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(b.0.cmp(a.0)));
        add(&mut sum, judged, &found);
    }
    let n = sum.queries.max(1) as f64;
    let Measures { ndcg10, map, recall5, recall100, mrr10, .. } = &mut sum;
    for value in [ndcg10, map, recall5, recall100, mrr10] {
        *value /= n;
    }
    sum
}

fn add(sum: &mut Measures, judged: &BTreeMap<String, i64>, ranked: &[(&str, f32)]) {
    let grade = |doc: &str| judged.get(doc).copied().unwrap_or(0).max(0);
    let discount = |rank: usize| 1.0 / ((rank + 2) as f64).log2();
    let gain: f64 = ranked
        .iter()
        .take(10)
        .enumerate()
        .map(|(rank, (doc, _))| grade(doc) as f64 * discount(rank))
        .sum();
    let mut grades: Vec<i64> =
        judged.values().copied().filter(|grade| *grade > 0).collect();
    grades.sort_unstable_by_key(|grade| std::cmp::Reverse(*grade));
    let ideal: f64 = grades
        .iter()
        .take(10)
        .enumerate()
        .map(|(rank, grade)| *grade as f64 * discount(rank))
        .sum();
    sum.ndcg10 += gain / ideal;
    let relevant = grades.len() as f64;
    let (mut n_found, mut precision) = (0.0, 0.0);
    for (rank, (doc, _)) in ranked.iter().take(1000).enumerate() {
        if grade(doc) > 0 {
            n_found += 1.0;
            precision += n_found / (rank + 1) as f64;
        }
    }
    sum.map += precision / relevant;
    let among =
        |n: usize| ranked.iter().take(n).filter(|(doc, _)| grade(doc) > 0).count();
    sum.recall5 += among(5) as f64 / relevant;
    sum.recall100 += among(100) as f64 / relevant;
    let first = ranked.iter().take(10).position(|(doc, _)| grade(doc) > 0);
    sum.mrr10 += first.map_or(0.0, |rank| 1.0 / (rank + 1) as f64);
}

/// An id may be written as a number.
fn id_text<'de, D: serde::Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    match serde_json::Value::deserialize(from)? {
        serde_json::Value::String(text) => Ok(text),
        other => Ok(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_by_hand() {
        let qrels = read_qrels("query-id\tcorpus-id\tscore\nq\ta\t2\nq\tb\t1\nr\tc\t0\n");
        let qrels = qrels.unwrap();
        let run = [("x", 3.0), ("a", 2.0), ("b", 2.0)];
        let run = run.map(|(doc, score)| (doc.to_owned(), score)).to_vec();
        let found = measure(&qrels, &BTreeMap::from([("q".to_owned(), run)]));
        assert_eq!(found.queries, 1);
        // `b` comes before `a`: equal scores go by id, descending.
        let gain = 1.0 / 3f64.log2() + 2.0 / 4f64.log2();
        let ideal = 2.0 + 1.0 / 3f64.log2();
        assert!((found.ndcg10 - gain / ideal).abs() < 1e-9);
        assert!((found.map - (1.0 / 2.0 + 2.0 / 3.0) / 2.0).abs() < 1e-9);
        assert_eq!((found.recall100, found.mrr10), (1.0, 0.5));
        assert_eq!(found.recall5, 1.0);
    }

    #[test]
    fn reads_queries() {
        let queries = read_queries("{\"_id\": 3, \"text\": \"what\"}\n\n").unwrap();
        assert_eq!(queries, [BatchQuery { id: "3".into(), text: "what".into() }]);
        assert!(matches!(read_queries("\nx"), Err(EvalError::Query { line: 2, .. })));
        assert!(read_qrels("a b\n").is_err());
        assert_eq!(read_qrels("q 0 d 1\n").unwrap()["q"]["d"], 1);
    }
}
