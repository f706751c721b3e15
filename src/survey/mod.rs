//! Outline and citations of a survey become a topic tree; works get the topics of the sections that cite them.
//!
//! In: a survey's document, or its map `corpus/surveys/KEY.toml`, which a person may edit. Out:
//! [`SurveyMap`], [`TopicTree`], and which work each reference is. Neither fetches nor reads
//! documents.

mod derive;
mod edits;
mod map;
pub mod resolve;
mod topics;

use serde::{Deserialize, Serialize};

use crate::corpus::WorkKey;

pub use derive::derive;
pub use map::{Digests, MAP_VERSION, MapError, MapSection, SurveyMap};
pub use topics::{Lookup, find};

/// The topics of one survey.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TopicTree {
    /// Key of the survey.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Topics in outline order; a parent stands before its children.
    pub topics: Vec<Topic>,
}

/// A node of the tree.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Topic {
    /// `/SURVEY-KEY/2/2.4/2.4.2`
    pub path: String,
    /// `2.4.2`
    pub number: String,
    /// Title of the section.
    pub label: String,
    /// Labels in other languages, by code, sorted.
    pub labels: Vec<(String, String)>,
    /// Index of the topic above.
    pub parent: Option<usize>,
    /// Works that the section itself cites.
    pub works: Vec<WorkKey>,
}
