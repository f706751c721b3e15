//! Full-text search over a survey paper and everything that it cites.
//!
//! The modules stand in the order of the two pipelines:
//!
//! ```text
//! write: Source -> Laid (extract, layout) -> Document (+ topics from survey) -> [Passage] -> IndexDoc -> commit -> Report
//! read:  text -> Query -> (schema, analysis) -> engine query -> Hit + FacetCount + Snippet -> Printer | JSON | screen
//! ```
//!
//! ARCHITECTURE.md says who may import whom, and why.

pub mod corpus;
pub mod fetch;

pub mod extract;
pub mod layout;

pub mod paper;
pub mod survey;

pub mod passage;

pub mod analysis;
pub mod schema;

pub mod index;
pub mod indexer;

pub mod query;

pub mod facets;
pub mod snippet;

pub mod search;

pub mod output;

pub mod cli;
