//! The types that leave the process as JSON, apart from those that the library works with.
//!
//! Version 1. Keys may be added; none is lost or renamed without a new version.

mod document;
mod health;

pub use document::{CitedJson, OutlineJson, ShowJson, TextJson, facts_of};
pub use health::{
    DoctorJson, FailureJson, FaultJson, FindingJson, PoorJson, SpareJson, StaleJson,
    StatusJson,
};

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Serialize;

use crate::facets::{Facet, FacetValue};
use crate::search::{Answer, Filters, Hit, PaperInfo, PassageHit, Request};

/// Version of every object of this file.
pub const VERSION: u32 = 1;

/// `search --format json`
#[derive(Debug, Serialize)]
pub struct SearchJson {
    version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    query_id: Option<String>,
    query: QueryJson,
    took_ms: f64,
    total: TotalJson,
    hits: Vec<HitJson>,
    facets: serde_json::Map<String, serde_json::Value>,
    facets_missing: serde_json::Map<String, serde_json::Value>,
    coverage: Coverage,
}

#[derive(Debug, Serialize)]
struct QueryJson {
    text: String,
    parsed: String,
    filters: serde_json::Value,
    corrected: Option<String>,
    expansions: Vec<(String, String)>,
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct TotalJson {
    passages: u64,
    papers: u64,
}

/// How much of the corpus the index holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Works in the corpus.
    pub papers: u64,
    /// Works whose document is indexed.
    pub indexed: u64,
    /// Works whose document could not be read.
    pub failed: u64,
    /// Works without a document.
    pub missing: u64,
    /// Entries of the bibliography and maps of surveys that could not be read.
    pub faults: u64,
}

/// One hit.
#[derive(Debug, Serialize)]
pub struct HitJson {
    rank: usize,
    score: f32,
    topics: Vec<String>,
    paper: PaperJson,
    passage: PassageJson,
    more: Vec<PassageJson>,
}

/// A paper's metadata.
#[derive(Debug, Serialize)]
pub struct PaperJson {
    key: String,
    title: String,
    authors: Vec<String>,
    year: Option<i32>,
    venue: Option<String>,
    arxiv: Option<String>,
    doi: Option<String>,
    path: Option<String>,
    cited: u64,
}

/// A passage.
#[derive(Debug, Serialize)]
pub struct PassageJson {
    id: String,
    kind: crate::passage::PassageKind,
    section: Vec<String>,
    page: Option<u32>,
    page_end: Option<u32>,
    text: String,
    highlights: Vec<[usize; 2]>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    why: Vec<WhyJson>,
}

#[derive(Debug, Serialize)]
struct WhyJson {
    term: String,
    field: String,
    score: f32,
}

impl From<&PaperInfo> for PaperJson {
    fn from(paper: &PaperInfo) -> Self {
        Self {
            key: paper.key.clone(),
            title: paper.title.clone(),
            authors: paper.authors.clone(),
            year: paper.year,
            venue: paper.venue.clone(),
            arxiv: paper.arxiv.clone(),
            doi: paper.doi.clone(),
            path: paper.path.clone(),
            cited: paper.cited,
        }
    }
}

impl From<&PassageHit> for PassageJson {
    fn from(passage: &PassageHit) -> Self {
        let why = passage.why.iter().map(|(term, field, score)| WhyJson {
            term: term.clone(),
            field: field.clone(),
            score: *score,
        });
        Self {
            id: passage.id.clone(),
            kind: passage.kind,
            section: passage.section.clone(),
            page: passage.page,
            page_end: passage.page_end,
            text: passage.text.clone(),
            highlights: scalar_offsets(&passage.text, &passage.highlights),
            why: why.collect(),
        }
    }
}

impl HitJson {
    /// A hit at its rank, from 1.
    pub fn new(rank: usize, hit: &Hit) -> Self {
        let mut passages = hit.passages.iter().map(PassageJson::from);
        Self {
            rank,
            score: hit.score,
            topics: hit.topics.clone(),
            paper: PaperJson::from(&hit.paper),
            passage: passages.next().expect("a hit has at least one passage"),
            more: passages.collect(),
        }
    }
}

impl SearchJson {
    /// The object for one answer. `first_rank` is the rank of the first hit, from 1.
    pub fn new(
        request: &Request,
        answer: &Answer,
        query_id: Option<String>,
        took_ms: f64,
        coverage: Coverage,
    ) -> Self {
        let first = request.offset.saturating_add(1);
        let hits = answer
            .hits
            .iter()
            .enumerate()
            .map(|(i, h)| HitJson::new(first.saturating_add(i), h));
        Self {
            version: VERSION,
            query_id,
            query: QueryJson {
                text: request.query.text.clone(),
                parsed: answer.parsed.clone(),
                filters: filters_json(&request.filters),
                corrected: answer.corrected.clone(),
                expansions: answer.expansions.clone(),
                notes: answer.notes.clone(),
            },
            took_ms,
            total: TotalJson {
                passages: answer.total_passages,
                papers: answer.total_papers,
            },
            hits: hits.collect(),
            facets: answer.facets.iter().map(facet_json).collect(),
            facets_missing: answer
                .facets
                .iter()
                .map(|f| (f.name.clone(), f.missing.into()))
                .collect(),
            coverage,
        }
    }
}

fn filters_json(filters: &Filters) -> serde_json::Value {
    serde_json::json!({
        "topic": filters.topics,
        "year": filters.years.map(|(a, b)| [a, b]),
        "author": filters.authors,
        "venue": filters.venues,
        "kind": filters.kinds,
        "paper": filters.papers,
        "lang": filters.langs,
    })
}

fn facet_json(facet: &Facet) -> (String, serde_json::Value) {
    let tree = facet.name == "topic";
    let values = facet.values.iter().map(|v| value_json(v, tree)).collect();
    (facet.name.clone(), serde_json::Value::Array(values))
}

fn value_json(value: &FacetValue, tree: bool) -> serde_json::Value {
    match tree {
        true => serde_json::json!({
            "path": value.value,
            "number": value.number,
            "label": value.label,
            "count": value.count,
            "selected": value.selected,
            "children": value.children.iter().map(|v| value_json(v, true)).collect::<Vec<_>>(),
        }),
        false => serde_json::json!({
            "value": value.value,
            "count": value.count,
            "selected": value.selected,
        }),
    }
}

/// Turns byte ranges of `text`, sorted, into offsets in Unicode scalar values.
pub fn scalar_offsets(text: &str, ranges: &[Range<usize>]) -> Vec<[usize; 2]> {
    let (mut byte, mut scalar) = (0, 0);
    let mut at = |to: usize| {
        scalar += text[byte..to].chars().count();
        byte = to;
        scalar
    };
    ranges.iter().map(|r| [at(r.start), at(r.end)]).collect()
}

/// `topics --json`
#[derive(Debug, Serialize)]
pub struct TopicsJson {
    /// Version of the form.
    pub version: u32,
    /// Surveys in order of key.
    pub surveys: Vec<SurveyJson>,
}

/// The topics of one survey.
#[derive(Debug, Serialize)]
pub struct SurveyJson {
    /// Key.
    pub key: String,
    /// Title.
    pub title: String,
    /// Topics of the first level.
    pub topics: Vec<TopicJson>,
}

/// A topic with what is below it.
#[derive(Debug, Serialize)]
pub struct TopicJson {
    /// `/SURVEY-KEY/2/2.4`
    pub path: String,
    /// `2.4`
    pub number: String,
    /// Title of the section.
    pub label: String,
    /// Labels in other languages.
    pub labels: BTreeMap<String, String>,
    /// Papers there or below, each once.
    pub papers: u64,
    /// Passages there or below.
    pub passages: u64,
    /// Topics below.
    pub children: Vec<TopicJson>,
}

#[cfg(test)]
mod tests {
    use super::scalar_offsets;

    #[test]
    fn offsets_count_scalar_values() {
        let text = "\u{6df1}\u{5ea6} learning \u{1f600} \u{5b66}\u{4e60}";
        let first = text.find("learning").unwrap();
        let second = text.find('\u{5b66}').unwrap();
        let ranges = [first..first + 8, second..text.len()];
        assert_eq!(scalar_offsets(text, &ranges), [[3, 11], [14, 16]]);
    }
}
