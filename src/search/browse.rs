//! Reading an index without a query: papers, passages, who cites whom, numbers by topic.

use std::collections::BTreeMap;

use tantivy::schema::Field;

use super::finish::{paper_info, passage_hit};
use super::plan::arxiv_id;
use super::searcher::Searcher;
use super::{PaperInfo, PassageHit, SearchError};
use crate::corpus::ids;
use crate::schema::{Stored, Work};

/// A sentence that cites a paper, and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct CitedAt {
    /// The paper that cites.
    pub by: PaperInfo,
    /// The passage, without a score.
    pub passage: PassageHit,
    /// Page of the sentence.
    pub page: Option<u32>,
    /// The sentence.
    pub sentence: String,
}

/// How much there is of a topic, what is below it included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TopicCount {
    /// Papers with at least one passage there.
    pub papers: u64,
    /// Passages.
    pub passages: u64,
}

impl Searcher {
    /// Returns a work, or none if the index has no such key.
    pub fn work(&self, key: &str) -> Result<Option<Work>, SearchError> {
        Ok(self.lead(key)?.and_then(|(_, _, stored)| stored.work))
    }

    /// Returns a paper as hits show it.
    pub fn paper(&self, key: &str) -> Result<Option<PaperInfo>, SearchError> {
        self.work(key)?.map(|work| paper_info(work, self)).transpose()
    }

    /// Returns the passages of a paper in order.
    pub fn passages(&self, key: &str) -> Result<Vec<PassageHit>, SearchError> {
        let Some((segment, lead, _)) = self.lead(key)? else { return Ok(Vec::new()) };
        let view = &self.segments[segment];
        let mut passages = Vec::new();
        for doc in lead..view.end_of(lead) {
            let stored = self.stored(segment, doc)?;
            passages.extend(stored.map(|stored| passage_hit(stored.passage, 0.0)));
        }
        Ok(passages)
    }

    /// Returns the key of the paper with an arXiv id; a version is passed over.
    pub fn key_of_arxiv(&self, id: &str) -> Result<Option<String>, SearchError> {
        self.key_with(self.view.schema.arxiv, &arxiv_id(id))
    }

    /// Returns the key of the paper with a DOI.
    pub fn key_of_doi(&self, given: &str) -> Result<Option<String>, SearchError> {
        self.key_with(self.view.schema.doi, &ids::plain_doi(given))
    }

    fn key_with(&self, field: Field, term: &str) -> Result<Option<String>, SearchError> {
        for (segment, view) in self.segments.iter().enumerate() {
            for doc in self.docs_with(view, field, term)? {
                let stored = self.stored(segment, doc)?;
                if let Some(work) = stored.and_then(|stored| stored.work) {
                    return Ok(Some(work.key));
                }
            }
        }
        Ok(None)
    }

    /// Returns keys that look like `given`, the nearest first, for an error message.
    pub fn keys_like(&self, given: &str) -> Result<Vec<String>, SearchError> {
        let folded = given.to_lowercase();
        let mut near: Vec<(usize, String)> = Vec::new();
        for view in &self.segments {
            let index = view.reader.inverted_index(view.schema.key)?;
            let mut stream = index.terms().stream()?;
            while stream.advance() {
                let Ok(key) = std::str::from_utf8(stream.key()) else { continue };
                let other = key.to_lowercase();
                let distance = match other.contains(&folded) && !folded.is_empty() {
                    true => 0,
                    false => strsim::levenshtein(&other, &folded),
                };
                if distance <= 1 + folded.chars().count() / 4 {
                    near.push((distance, key.to_owned()));
                }
            }
        }
        near.sort();
        near.dedup();
        if near.is_empty() {
            return self.keys_of_words(given);
        }
        Ok(near.into_iter().take(3).map(|(_, key)| key).collect())
    }

    /// Returns every sentence that cites a paper, by citing paper in order of key, then in order
    /// of reading.
    pub fn cited_at(&self, key: &str) -> Result<Vec<CitedAt>, SearchError> {
        let mut found: BTreeMap<(String, u32), Vec<CitedAt>> = BTreeMap::new();
        for (segment, view) in self.segments.iter().enumerate() {
            for doc in self.docs_with(view, view.schema.cites, key)? {
                let Some(stored) = self.stored(segment, doc)? else { continue };
                let lead = self.stored(segment, view.lead_of(doc))?;
                let work = lead.and_then(|lead| lead.work).unwrap_or_default();
                let by = paper_info(work, self)?;
                let entry = (by.key.clone(), stored.passage.passage.ordinal);
                let mentions = stored.passage.mentions.clone();
                let passage = passage_hit(stored.passage, 0.0);
                let sentences = mentions.into_iter().filter(|m| m.work.0 == key);
                found.entry(entry).or_default().extend(sentences.map(|mention| {
                    CitedAt {
                        by: by.clone(),
                        passage: passage.clone(),
                        page: Some(mention.page).filter(|page| *page > 0),
                        sentence: mention.sentence,
                    }
                }));
            }
        }
        Ok(found.into_values().flatten().collect())
    }

    /// Returns the numbers of papers and passages of every topic, by path.
    pub fn topic_counts(&self) -> Result<BTreeMap<String, TopicCount>, SearchError> {
        let table = self.topic_table()?;
        let mut counts = vec![TopicCount::default(); table.paths.len()];
        let mut last_paper = vec![u64::MAX; table.paths.len()];
        let mut last_passage = vec![u64::MAX; table.paths.len()];
        let mut topics = Vec::new();
        for (number, view) in self.segments.iter().enumerate() {
            if table.is_empty(number) {
                continue;
            }
            let base = (number as u64) << 32;
            for doc in view.reader.doc_ids_alive() {
                topics.clear();
                table.of(number, doc, &mut topics);
                if topics.is_empty() {
                    continue;
                }
                let (paper, passage) =
                    (base | u64::from(view.lead_of(doc)), base | u64::from(doc));
                for node in topics.iter().flat_map(|topic| table.upward(*topic)) {
                    let node = node as usize;
                    if last_passage[node] != passage {
                        last_passage[node] = passage;
                        counts[node].passages += 1;
                    }
                    if last_paper[node] != paper {
                        last_paper[node] = paper;
                        counts[node].papers += 1;
                    }
                }
            }
        }
        Ok(table.paths.iter().cloned().zip(counts).collect())
    }

    /// The first passage of a paper: segment, document, what is stored.
    pub(super) fn lead(
        &self,
        key: &str,
    ) -> Result<Option<(usize, u32, Stored)>, SearchError> {
        for (segment, view) in self.segments.iter().enumerate() {
            for doc in self.docs_with(view, view.schema.key, key)? {
                if view.is_lead(doc)
                    && let Some(stored) = self.stored(segment, doc)?
                {
                    return Ok(Some((segment, doc, stored)));
                }
            }
        }
        Ok(None)
    }
}
