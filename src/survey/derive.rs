//! A survey's document becomes its map.
//!
//! In: the document, and which work each of its references is. Out: a [`SurveyMap`]. A reference
//! that was not resolved stands in no section: the map speaks of works alone.

use std::collections::BTreeMap;

use super::map::{MAP_VERSION, MapSection, SurveyMap};
use crate::corpus::WorkKey;
use crate::layout::HeadingSource;
use crate::paper::Document;

/// Derives the map of a survey; `works` leads from reference keys to works.
pub fn derive(
    doc: &Document,
    key: &WorkKey,
    works: &BTreeMap<String, WorkKey>,
) -> SurveyMap {
    let mut sections: Vec<MapSection> = doc
        .sections
        .iter()
        .map(|s| MapSection {
            number: s.number.clone(),
            level: s.level,
            title: s.title.clone(),
            page: (s.page > 0).then_some(s.page),
            ..MapSection::default()
        })
        .collect();
    for citation in &doc.citations {
        let (Some(section), Some(work)) = (citation.section, works.get(&citation.key))
        else {
            continue;
        };
        let cites = &mut sections[section].cites;
        if !cites.contains(&work.0) {
            cites.push(work.0.clone());
        }
    }
    let printed = doc.faults.iter().any(|f| f.what.contains("no links"));
    let evidence = if printed {
        "citations told from the marks that the survey prints"
    } else {
        "citations from the survey's own links"
    };
    let source = match doc.outline_source {
        HeadingSource::Bookmarks => "bookmarks",
        HeadingSource::Headings => "headings",
        HeadingSource::Tex => "tex",
        HeadingSource::Html => "html",
    };
    let map = SurveyMap {
        version: MAP_VERSION,
        key: key.0.clone(),
        title: doc.title.clone(),
        arxiv: doc.arxiv.clone(),
        source: source.to_owned(),
        language: doc.lang.clone(),
        evidence: Some(evidence.to_owned()),
        sections,
        ..SurveyMap::default()
    };
    // Against an empty map of its own the sections get their digests.
    let empty = SurveyMap { sections: Vec::new(), ..map.clone() };
    map.merge_edits(&empty)
}
