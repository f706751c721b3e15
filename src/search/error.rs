//! Why a search cannot be answered.

use std::ops::Range;

use tantivy::TantivyError;

use crate::facets;
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
    /// Several topics are called that.
    #[error("`{given}` means several topics")]
    AmbiguousTopic {
        /// As given.
        given: String,
        /// Where in the query; none if it was an option.
        span: Option<Range<usize>>,
        /// Paths and labels of those that fit.
        fits: Vec<String>,
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
    /// The paper has no such passage.
    #[error("{key} has no passage {ordinal}")]
    UnknownPassage {
        /// Key of the paper.
        key: String,
        /// As given.
        ordinal: u32,
    },
    /// The index cannot be read.
    #[error(transparent)]
    Index(#[from] IndexError),
    /// The engine fails.
    #[error("the search engine failed")]
    Engine(#[source] Box<TantivyError>),
}

impl SearchError {
    /// Where in the query's text the fault is.
    pub fn span(&self) -> Option<Range<usize>> {
        match self {
            SearchError::UnknownTopic { span, .. }
            | SearchError::AmbiguousTopic { span, .. }
            | SearchError::UnknownKind { span, .. } => span.clone(),
            SearchError::BadYear { span, .. }
            | SearchError::RangeWithoutYear { span }
            | SearchError::PatternInField { span, .. } => Some(span.clone()),
            _ => None,
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        let quoted = |names: &[String]| {
            names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
        };
        match self {
            SearchError::UnknownTopic { near, .. } if !near.is_empty() => {
                Some(format!("did you mean {}?", near.join(", ")))
            }
            SearchError::UnknownTopic { .. } => {
                Some("`citemap topics` lists the topics".to_owned())
            }
            SearchError::AmbiguousTopic { fits, .. } => {
                Some(format!("give one of {}", fits.join(", ")))
            }
            SearchError::UnknownKind { .. } => {
                let kinds: Vec<&str> = crate::schema::kind_names().collect();
                Some(format!("kinds are {}", kinds.join(", ")))
            }
            SearchError::UnknownFacet { .. } => {
                Some(format!("facets are {}", facets::NAMES.join(", ")))
            }
            SearchError::BadYear { .. } => Some("a year is four digits".to_owned()),
            SearchError::RangeWithoutYear { .. } => {
                Some("write `year:[2020 TO 2023]`".to_owned())
            }
            SearchError::PatternInField { field, .. } => {
                Some(format!("write the value whole: `{field}:value`"))
            }
            SearchError::UnknownPaper { near, .. } if !near.is_empty() => {
                Some(format!("did you mean {}?", quoted(near)))
            }
            SearchError::UnknownPassage { key, .. } => {
                Some(format!("`citemap show {key}` lists its passages"))
            }
            _ => None,
        }
    }
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
