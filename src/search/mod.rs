//! Compiles a query against the schema, collects, ranks, groups by paper, explains.
//!
//! In: [`Request`]. Out: [`Answer`]: hits with passages and highlights, facets, totals. A [`Hit`]
//! never holds an engine address.
//!
//! A passage matches bare words if its own text holds one that is not a stop word; the title is
//! the own text of a paper's first passage. It is scored by the words in its text and, as context,
//! in its paper's title; a paper by its best passage.

#[cfg(test)]
mod any_query;
mod bits;
mod browse;
mod concept;
mod count;
mod entries;
mod error;
pub mod eval;
mod expand;
mod finish;
mod gather;
mod leaf;
mod lists;
mod matching;
mod names;
mod pairs;
mod places;
mod plan;
mod present;
mod ranking;
mod reach;
mod searcher;
mod segment;
mod similar;
mod spelling;
mod tally;
mod terms;
#[cfg(test)]
mod tests;
mod topics;
mod window;

use std::ops::Range;

use crate::facets::Facet;
use crate::passage::PassageKind;
use crate::query::Query;

pub use browse::{CitedAt, TopicCount};
pub use error::SearchError;
pub use ranking::Ranking;
pub use searcher::Searcher;
pub use similar::{Similar, SuggestedTopic};

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request {
    /// The query.
    pub query: Query,
    /// Filters from options.
    pub filters: Filters,
    /// Facets wanted: name and number of values (`None`: all).
    pub facets: Vec<(String, Option<usize>)>,
    /// Papers (or passages) to return.
    pub limit: usize,
    /// Papers (or passages) to skip.
    pub offset: usize,
    /// Passages shown per paper.
    pub per_paper: usize,
    /// Group by paper, or list passages.
    pub group: Group,
    /// Order.
    pub sort: Sort,
    /// Record what each term gave.
    pub explain: bool,
    /// Apply acronyms and the glossary.
    pub expand: bool,
    /// Read the texts of passages and mark what matches; without it hits have no passages.
    pub texts: bool,
}

impl Request {
    /// The papers that a query finds, best first, and nothing else of them.
    pub fn papers(query: Query, limit: usize) -> Request {
        Request {
            query,
            filters: Filters::default(),
            facets: Vec::new(),
            limit,
            offset: 0,
            per_paper: 1,
            group: Group::Paper,
            sort: Sort::Score,
            explain: false,
            expand: true,
            texts: false,
        }
    }
}

/// Filters: OR within a field, AND across them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filters {
    /// Topic paths; each includes what is below it.
    pub topics: Vec<String>,
    /// Years, inclusive; open ends allowed.
    pub years: Option<(Option<i32>, Option<i32>)>,
    /// Authors: a word or words of the name.
    pub authors: Vec<String>,
    /// Venues.
    pub venues: Vec<String>,
    /// Kinds of passage.
    pub kinds: Vec<PassageKind>,
    /// Papers.
    pub papers: Vec<String>,
    /// Languages.
    pub langs: Vec<String>,
}

/// What a hit is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Group {
    /// A paper with its best passages.
    #[default]
    Paper,
    /// A passage.
    Passage,
}

/// Order of hits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// Best first.
    #[default]
    Score,
    /// Newest first.
    Year,
    /// Most cited inside the corpus first.
    Cited,
}

/// What came back.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Hits in order.
    pub hits: Vec<Hit>,
    /// Matching passages in all.
    pub total_passages: u64,
    /// Papers with at least one matching passage.
    pub total_papers: u64,
    /// Facets in the order asked.
    pub facets: Vec<Facet>,
    /// The query after expansion, in the query language.
    pub parsed: String,
    /// Expansions applied, for people: `MIM` also `masked image modeling`.
    pub expansions: Vec<(String, String)>,
    /// What a person should know, for people: signs read as text, a pattern that stands for too many words.
    pub notes: Vec<String>,
    /// A spelling that would find more, if little was found.
    pub corrected: Option<String>,
}

/// A paper (or, ungrouped, one passage of it).
#[derive(Clone, Debug, Default)]
pub struct Hit {
    /// Score of the hit.
    pub score: f32,
    /// Paths of the topics of its matching passages, sorted.
    pub topics: Vec<String>,
    /// The paper.
    pub paper: PaperInfo,
    /// Passages in order of score, the best first: at least one, or none where no texts were asked for.
    pub passages: Vec<PassageHit>,
}

/// Metadata of a paper as the index holds it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PaperInfo {
    /// Key.
    pub key: String,
    /// Title; the key if there is none.
    pub title: String,
    /// Authors in order.
    pub authors: Vec<String>,
    /// Year.
    pub year: Option<i32>,
    /// Venue.
    pub venue: Option<String>,
    /// arXiv id.
    pub arxiv: Option<String>,
    /// DOI.
    pub doi: Option<String>,
    /// Document file, relative to the corpus; none if the corpus lacks it.
    pub path: Option<String>,
    /// Works of the corpus that cite it.
    pub cited: u64,
}

/// A passage that matched.
#[derive(Clone, Debug, PartialEq)]
pub struct PassageHit {
    /// `KEY#ORDINAL`.
    pub id: String,
    /// Its score.
    pub score: f32,
    /// Kind.
    pub kind: PassageKind,
    /// Section path.
    pub section: Vec<String>,
    /// First page.
    pub page: Option<u32>,
    /// Last page.
    pub page_end: Option<u32>,
    /// Whole text.
    pub text: String,
    /// Byte ranges of matches in `text`, sorted, not touching.
    pub highlights: Vec<Range<usize>>,
    /// Paths of its topics.
    pub topics: Vec<String>,
    /// What each term gave, if asked: term, field, score.
    pub why: Vec<(String, String, f32)>,
}
