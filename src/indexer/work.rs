//! What of a work goes into the index: its passages with topics and citations.
//!
//! In: a [`Recipe`], all that the index says of a work beside its text, and the document. Out:
//! passages in order. The recipe has a digest, so that a work whose text and recipe have not
//! changed is left alone.

use std::collections::BTreeMap;

use serde::Serialize;

use super::topics::{Topics, topic_of};
use crate::corpus::{Fingerprint, Format, WorkKey};
use crate::paper::{self, Document, Reference};
use crate::passage::{self, Passage, PassageKind};
use crate::schema::{IndexPassage, Mention, Work};
use crate::survey::TopicTree;
use crate::survey::resolve::{Resolver, WorkFacts};

/// All that the index says of a work beside its text.
#[derive(Debug)]
pub(crate) struct Recipe<'a> {
    /// The work.
    pub(crate) work: Work,
    /// The abstract as the bibliography has it, shown where there is no document.
    pub(crate) abstract_text: Option<&'a str>,
    /// Topics of all its passages.
    pub(crate) topics: Vec<String>,
    /// The tree whose survey it is.
    pub(crate) survey: Option<&'a TopicTree>,
    /// From the keys of its references to works.
    pub(crate) cites: BTreeMap<String, WorkKey>,
    /// The content that is indexed and the version of its reader.
    pub(crate) source: Option<(Fingerprint, u64)>,
    /// The PDF of the same work that gives its pages: path and content.
    pub(crate) pages: Option<(String, Fingerprint)>,
}

impl Recipe<'_> {
    /// Hash of all that goes into the passages.
    pub(crate) fn digest(&self) -> [u8; 16] {
        /// Raised when the same recipe makes other passages.
        const VERSION: u32 = 2;
        #[derive(Serialize)]
        struct Ingredients<'a> {
            version: u32,
            work: &'a Work,
            abstract_text: Option<&'a str>,
            topics: &'a [String],
            survey: Option<&'a TopicTree>,
            cites: &'a BTreeMap<String, WorkKey>,
            source: Option<(Fingerprint, u64)>,
            pages: Option<&'a Fingerprint>,
        }
        let bytes = postcard::to_stdvec(&Ingredients {
            version: VERSION,
            work: &self.work,
            abstract_text: self.abstract_text,
            topics: &self.topics,
            survey: self.survey,
            cites: &self.cites,
            source: self.source,
            pages: self.pages.as_ref().map(|(_, content)| content),
        })
        .expect("plain data always encodes");
        let mut digest = [0; 16];
        digest.copy_from_slice(&blake3::hash(&bytes).as_bytes()[..16]);
        digest
    }

    /// Makes the passages of a document.
    pub(crate) fn of_document(&self, document: &Document) -> Vec<IndexPassage> {
        let key = WorkKey(self.work.key.clone());
        let mut passages = passage::cut(&key, document);
        passages.retain(|passage| passage.kind != PassageKind::Title);
        passages.insert(0, self.title_passage());
        for (ordinal, passage) in (0..).zip(&mut passages) {
            passage.ordinal = ordinal;
        }
        let mut mentions = self.place_mentions(document, &passages);
        let topics: Vec<Vec<String>> =
            passages.iter().map(|passage| self.topics_of(passage)).collect();
        passages
            .into_iter()
            .zip(topics)
            .enumerate()
            .map(|(i, (passage, topics))| IndexPassage {
                lang: None,
                topics,
                mentions: mentions.remove(&i).unwrap_or_default(),
                passage,
            })
            .collect()
    }

    /// Makes the passages of a work without a document: its title, and the abstract if known.
    pub(crate) fn without_document(&self) -> Vec<IndexPassage> {
        let mut passages = vec![self.title_passage()];
        if let Some(text) = self.abstract_text {
            passages.push(Passage {
                ordinal: 1,
                kind: PassageKind::Abstract,
                text: text.to_owned(),
                ..self.title_passage()
            });
        }
        let bare = |passage| IndexPassage {
            passage,
            lang: None,
            topics: self.topics.clone(),
            mentions: Vec::new(),
        };
        passages.into_iter().map(bare).collect()
    }

    fn topics_of(&self, passage: &Passage) -> Vec<String> {
        let own = self.survey.and_then(|tree| topic_of(tree, passage));
        let mut topics = self.topics.clone();
        topics.extend(own.map(str::to_owned));
        topics.sort();
        topics.dedup();
        topics
    }

    /// The bibliography may know the title better than the document does.
    fn title_passage(&self) -> Passage {
        let Work { key, title, authors, year, venue, .. } = &self.work;
        let title = if title.is_empty() { key } else { title };
        let key = WorkKey(key.clone());
        let passage =
            passage::title_passage(&key, title, authors, venue.as_deref(), *year);
        let has_pages = self.work.format == Some(Format::Pdf) || self.pages.is_some();
        Passage {
            page: has_pages.then_some(1),
            page_end: has_pages.then_some(1),
            ..passage
        }
    }

    /// Finds the passage that each citing sentence stands in.
    fn place_mentions(
        &self,
        document: &Document,
        passages: &[Passage],
    ) -> BTreeMap<usize, Vec<Mention>> {
        let mut placed: BTreeMap<usize, Vec<Mention>> = BTreeMap::new();
        for (work, mentions) in paper::mentions(document, &self.cites) {
            let keys: Vec<&String> = self
                .cites
                .iter()
                .filter(|(_, cited)| **cited == work)
                .map(|(key, _)| key)
                .collect();
            let citing: Vec<usize> = (0..passages.len())
                .filter(|i| passages[*i].cites.iter().any(|c| keys.contains(&c)))
                .collect();
            for mention in mentions {
                let has = |i: &&usize| passages[**i].text.contains(&mention.sentence);
                let on_page = |i: &&usize| {
                    let passage = &passages[**i];
                    let pages = passage.page..=passage.page_end.or(passage.page);
                    pages.contains(&Some(mention.page))
                };
                let place = citing
                    .iter()
                    .find(has)
                    .or_else(|| citing.iter().find(on_page))
                    .or(citing.first());
                let Some(place) = place else { continue };
                placed.entry(*place).or_default().push(Mention {
                    work: work.clone(),
                    page: mention.page,
                    sentence: mention.sentence,
                });
            }
        }
        placed
    }
}

/// Leads the references of a document to works of the catalogue. A key that the document cites
/// without saying what it is stands for the work of that key.
pub(crate) fn resolve(
    references: &[Reference],
    resolver: &Resolver,
    own_key: &str,
) -> BTreeMap<String, WorkKey> {
    let mut cites = BTreeMap::new();
    for reference in references {
        let bare = reference.title.is_empty()
            && reference.authors.is_empty()
            && reference.arxiv.is_none()
            && reference.doi.is_none();
        let work = if bare && reference.text.is_empty() {
            let known = resolver.has_key(&reference.key);
            known.then(|| WorkKey(reference.key.clone()))
        } else {
            resolver.resolve(&WorkFacts::from(reference)).map(|found| found.work)
        };
        if let Some(work) = work.filter(|work| work.0 != own_key) {
            cites.insert(reference.key.clone(), work);
        }
    }
    cites
}

/// The references of a document, and the keys that it cites without listing them (`[@key]`).
pub(crate) fn cited(document: &Document) -> Vec<Reference> {
    let mut references = document.references.clone();
    let listed: Vec<&str> = references.iter().map(|r| r.key.as_str()).collect();
    let mut bare: Vec<&str> = document
        .citations
        .iter()
        .map(|citation| citation.key.as_str())
        .filter(|key| !listed.contains(key))
        .collect();
    bare.sort_unstable();
    bare.dedup();
    let bare: Vec<Reference> = bare
        .into_iter()
        .map(|key| Reference { key: key.to_owned(), ..Reference::default() })
        .collect();
    references.extend(bare);
    for reference in &mut references {
        // Of its text all that counts is that there is one: see [`resolve`].
        reference.text.truncate(usize::from(reference.text.is_ascii()));
    }
    references
}

/// The topics of all passages of a work: those of the sections that cite it, and the one that a
/// guide's page claims.
pub(crate) fn topics_of(
    key: &str,
    claimed: Option<&(String, String)>,
    topics: &Topics,
) -> Vec<String> {
    let mut paths = topics.citing(key).to_vec();
    if let Some((survey, number)) = claimed {
        paths.extend(topics.numbered(survey, number).map(str::to_owned));
    }
    paths.sort();
    paths.dedup();
    paths
}
