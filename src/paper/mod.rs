//! A laid-out document becomes a paper: title, authors, year, identifiers, sections, references, citations.

use serde::{Deserialize, Serialize};

use crate::extract::Fault;
use crate::layout::{Block, HeadingSource, Quality};

/// A paper as its document states it. The bibliography may know better; `indexer` joins the two.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Title; empty if none could be told.
    pub title: String,
    /// Authors in order, `First Last`.
    pub authors: Vec<String>,
    /// The abstract; empty if none.
    pub abstract_text: String,
    /// Year of publication.
    pub year: Option<i32>,
    /// Journal or conference.
    pub venue: Option<String>,
    /// arXiv id without version.
    pub arxiv: Option<String>,
    /// DOI, lower case.
    pub doi: Option<String>,
    /// Licence, if the document states one.
    pub licence: Option<String>,
    /// Language, as a two-letter code.
    pub lang: Option<String>,
    /// Key that the document claims for itself.
    pub own_key: Option<String>,
    /// Survey key and topic number that a guide page claims.
    pub own_topic: Option<(String, String)>,
    /// Categories that the document states.
    pub categories: Vec<String>,
    /// Sections in reading order; a parent stands before its children.
    pub sections: Vec<Section>,
    /// Where the sections come from.
    pub outline_source: HeadingSource,
    /// Blocks in reading order, each with the index of its innermost section.
    pub blocks: Vec<(Option<usize>, Block)>,
    /// The bibliography in order.
    pub references: Vec<Reference>,
    /// Every citation in reading order.
    pub citations: Vec<Citation>,
    /// Pages; 0 where the form has none.
    pub n_pages: u32,
    /// Pages that were read.
    pub pages_read: u32,
    /// How far the text can be trusted.
    pub quality: Quality,
    /// What went wrong, also in this stage (for instance: citations told from print alone).
    pub faults: Vec<Fault>,
}

/// A section of a paper.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Number, unique in the document: the printed one, else made from its place (`2.1`).
    pub number: String,
    /// Title without its number.
    pub title: String,
    /// Depth from 1.
    pub level: u8,
    /// Page from 1; 0 where the form has none.
    pub page: u32,
    /// Index of the section above.
    pub parent: Option<usize>,
}

/// An entry of a bibliography.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Key: the anchor of the links that lead to it, else made (`ref-12`).
    pub key: String,
    /// Its text as printed.
    pub text: String,
    /// Title; empty if none could be told.
    pub title: String,
    /// Authors, `First Last`.
    pub authors: Vec<String>,
    /// `et al.` stood in the text.
    pub more_authors: bool,
    /// Year.
    pub year: Option<i32>,
    /// Journal or conference.
    pub venue: Option<String>,
    /// arXiv id without version.
    pub arxiv: Option<String>,
    /// DOI, lower case.
    pub doi: Option<String>,
}

/// One place where a paper cites a reference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// Key of the [`Reference`].
    pub key: String,
    /// Index of the innermost section.
    pub section: Option<usize>,
    /// Page from 1; 0 where the form has none.
    pub page: u32,
    /// The sentence it stands in.
    pub sentence: String,
    /// Index of the block.
    pub block: usize,
}
