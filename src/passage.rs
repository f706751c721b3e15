//! Cuts a document into the units that are ranked: a few sentences of one paper, inside one section, with their pages.

use serde::{Deserialize, Serialize};

use crate::corpus::WorkKey;

/// What a passage is made of.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum PassageKind {
    /// Title, authors, year of a work (also of a work without a document).
    Title,
    /// Abstract.
    Abstract,
    /// Prose.
    Body,
    /// Caption of a figure or table.
    Caption,
    /// A table.
    Table,
    /// A displayed equation with the words around it.
    Equation,
    /// A footnote.
    Footnote,
    /// Code or an algorithm.
    Code,
    /// A bibliography entry.
    Reference,
}

/// A unit of retrieval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// The paper.
    pub paper: WorkKey,
    /// Place in the paper, from 0; with the key it makes the id `KEY#ORDINAL`.
    pub ordinal: u32,
    /// What it is.
    pub kind: PassageKind,
    /// Section titles from the outermost, each with its number.
    pub section: Vec<String>,
    /// Number of the innermost section.
    pub section_number: Option<String>,
    /// First page, from 1.
    pub page: Option<u32>,
    /// Last page.
    pub page_end: Option<u32>,
    /// The text.
    pub text: String,
    /// Reference keys cited here, as the paper names them, in order without repeats.
    pub cites: Vec<String>,
}

impl PassageKind {
    /// Every kind, in the order of the facet.
    pub const ALL: [Self; 9] = [
        Self::Title,
        Self::Abstract,
        Self::Body,
        Self::Caption,
        Self::Table,
        Self::Equation,
        Self::Footnote,
        Self::Code,
        Self::Reference,
    ];

    /// The name as queries, facets and JSON have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Abstract => "abstract",
            Self::Body => "body",
            Self::Caption => "caption",
            Self::Table => "table",
            Self::Equation => "equation",
            Self::Footnote => "footnote",
            Self::Code => "code",
            Self::Reference => "reference",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.name() == name)
    }
}
