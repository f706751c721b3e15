//! Citing sentences grouped by the work that they cite.
//!
//! In: a document and what its references were resolved to. Out: mentions in reading order, each
//! sentence once for a work. Tells nothing of works that no reference leads to.

use std::collections::BTreeMap;

use super::Document;
use crate::corpus::WorkKey;

/// A sentence that cites a work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Section titles from the outermost, each with its number.
    pub section: Vec<String>,
    /// Number of the innermost section.
    pub section_number: Option<String>,
    /// Page from 1; 0 where the form has none.
    pub page: u32,
    /// The sentence, marks kept.
    pub sentence: String,
    /// Index of the block it stands in.
    pub block: usize,
}

/// Groups the citing sentences of a document by work; `works` leads from reference keys to works.
pub fn mentions(
    doc: &Document,
    works: &BTreeMap<String, WorkKey>,
) -> BTreeMap<WorkKey, Vec<Mention>> {
    let mut grouped: BTreeMap<WorkKey, Vec<Mention>> = BTreeMap::new();
    for citation in &doc.citations {
        let Some(work) = works.get(&citation.key) else { continue };
        let list = grouped.entry(work.clone()).or_default();
        let again = list
            .iter()
            .any(|m| m.block == citation.block && m.sentence == citation.sentence);
        if again {
            continue;
        }
        list.push(Mention {
            section: doc.section_path(citation.section),
            section_number: citation.section.map(|s| doc.sections[s].number.clone()),
            page: citation.page,
            sentence: citation.sentence.clone(),
            block: citation.block,
        });
    }
    grouped
}
