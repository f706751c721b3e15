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
            title: doc.shown_title(s).to_owned(),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::{Citation, Reference, Section};

    #[test]
    fn sections_cite_the_works_that_their_references_are() {
        let reference = |key: &str| Reference { key: key.into(), ..Reference::default() };
        let cite = |key: &str, section| Citation {
            key: key.into(),
            section,
            ..Citation::default()
        };
        let doc = Document {
            sections: vec![Section {
                number: "1".into(),
                title: "Answering (VQA) a2015vqa,b2017visual.".into(),
                level: 1,
                ..Section::default()
            }],
            references: vec![reference("a2015vqa"), reference("b2017visual")],
            citations: vec![
                cite("b2017visual", Some(0)),
                cite("a2015vqa", Some(0)),
                cite("b2017visual", Some(0)),
                cite("open", Some(0)),
                cite("a2015vqa", None),
            ],
            ..Document::default()
        };
        let works: BTreeMap<String, WorkKey> =
            [("a2015vqa", "antol"), ("b2017visual", "b2017visual")]
                .map(|(k, w)| (k.to_owned(), WorkKey(w.to_owned())))
                .into();
        let map = derive(&doc, &WorkKey("s".into()), &works);
        assert_eq!(map.sections[0].title, "Answering (VQA)");
        assert_eq!(map.sections[0].cites, ["b2017visual", "antol"]);
        assert_eq!(map.derived_numbers, ["1"]);
    }
}
