//! Why a search cannot be answered.

use std::ops::Range;

use tantivy::TantivyError;

use crate::index::IndexError;

/// Why a search cannot be answered. A span is a byte range of the query's text.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// No topic is called that.
    #[error("unknown topic `{given}`")]
    UnknownTopic {
        /// As given.
        given: String,
        /// Where in the query; none if it was an option.
        span: Option<Range<usize>>,
        /// Labels that look alike, the nearest first.
        near: Vec<String>,
    },
    /// No kind of passage is called that.
    #[error("unknown kind `{given}`")]
    UnknownKind {
        /// As given.
        given: String,
        /// Where in the query; none if it was an option.
        span: Option<Range<usize>>,
    },
    /// No facet is called that.
    #[error("unknown facet `{given}`")]
    UnknownFacet {
        /// As given.
        given: String,
    },
    /// Not a number.
    #[error("`{given}` is not a year")]
    BadYear {
        /// As given.
        given: String,
        /// Where in the query.
        span: Range<usize>,
    },
    /// Only years have ranges.
    #[error("only `year` takes a range")]
    RangeWithoutYear {
        /// Where in the query.
        span: Range<usize>,
    },
    /// This field is matched as a whole.
    #[error("`{field}` takes no pattern")]
    PatternInField {
        /// The field.
        field: &'static str,
        /// Where in the query.
        span: Range<usize>,
    },
    /// There is no such paper.
    #[error("unknown paper `{given}`")]
    UnknownPaper {
        /// As given.
        given: String,
        /// Keys that look alike.
        near: Vec<String>,
    },
    /// The index cannot be read.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The engine fails.
    #[error("the search engine failed")]
    Engine(#[source] Box<TantivyError>),
}

impl From<TantivyError> for SearchError {
    fn from(error: TantivyError) -> SearchError {
        SearchError::Engine(Box::new(error))
    }
}

impl From<std::io::Error> for SearchError {
    fn from(error: std::io::Error) -> SearchError {
        SearchError::Engine(Box::new(error.into()))
    }
}
