//! The papers nearest to one: by the words that mark it, by shared citations, by shared topics.
//!
//! Each of the three gives a share between 0 and 1 of the nearest paper's; what each gave, and the
//! words, works and topics that are shared, is told with each result.

use std::collections::{BTreeMap, BTreeSet};

use super::browse::TopicCount;
use super::finish::paper_info;
use super::leaf::{Leaf, Words};
use super::plan::{Plan, Scored};
use super::terms::idf;
use super::{Filters, Group, PaperInfo, Request, SearchError, Searcher};
use crate::analysis::{self, TokenKind, is_stop};
use crate::query::{Clause, Node, Occur, Query};

/// Words that stand for a paper.
const N_TERMS: usize = 30;
/// Papers looked at for each way of being near.
const N_LOOKED_AT: usize = 200;
/// Weight of words, citations and topics.
const WEIGHTS: (f32, f32, f32) = (1.0, 0.5, 0.25);

/// A paper near another.
#[derive(Clone, Debug, PartialEq)]
pub struct Similar {
    /// The paper.
    pub paper: PaperInfo,
    /// Sum of the three parts.
    pub score: f32,
    /// What words gave.
    pub by_words: f32,
    /// What citations gave.
    pub by_citations: f32,
    /// What topics gave.
    pub by_topics: f32,
    /// Words that both have, as the other paper writes them, those that say most first; at most eight.
    pub words: Vec<String>,
    /// Keys of works that both cite, sorted; at most eight.
    pub both_cite: Vec<String>,
    /// Keys of works that cite both, sorted; at most eight.
    pub cited_together: Vec<String>,
    /// Paths of topics that both have, sorted.
    pub topics: Vec<String>,
}

/// A topic that a paper outside a survey would have.
#[derive(Clone, Debug, PartialEq)]
pub struct SuggestedTopic {
    /// Path.
    pub path: String,
    /// Share of the nearest topic's score, 0 to 1.
    pub score: f32,
    /// Keys of the nearest papers there, the nearest first; at most three.
    pub papers: Vec<String>,
}

/// Text, citations and topics of a paper or of one of its passages.
struct Portrait {
    key: String,
    /// Terms with their weight, the heaviest first.
    terms: Vec<(String, f32)>,
    cites: BTreeSet<String>,
    topics: BTreeSet<String>,
}

impl Searcher {
    /// Returns the papers nearest to a paper, or to one passage of it.
    pub fn similar(
        &self,
        key: &str,
        passage: Option<u32>,
        limit: usize,
    ) -> Result<Vec<Similar>, SearchError> {
        let Some(portrait) = self.portrait(key, passage)? else {
            if let Some(ordinal) = passage
                && self.paper(key)?.is_some()
            {
                let key = key.to_owned();
                return Err(SearchError::UnknownPassage { key, ordinal });
            }
            let near = self.keys_like(key)?;
            return Err(SearchError::UnknownPaper { given: key.to_owned(), near });
        };
        let by_words = self.near_by_words(&portrait)?;
        let (both_cite, together) = self.near_by_citations(&portrait)?;
        let most_words = by_words.iter().map(|(_, score)| *score).fold(0.0, f32::max);
        let strength = |other: &str| {
            let n = |of: &BTreeMap<String, BTreeSet<String>>| {
                of.get(other).map_or(0, BTreeSet::len)
            };
            (n(&both_cite) + n(&together)) as f32
        };
        let mut others: BTreeSet<&str> =
            by_words.iter().map(|(key, _)| key.as_str()).collect();
        others.extend(both_cite.keys().chain(together.keys()).map(String::as_str));
        others.remove(key);
        let most_cites = others.iter().map(|other| strength(other)).fold(0.0, f32::max);
        let words: BTreeMap<&str, f32> =
            by_words.iter().map(|(key, score)| (key.as_str(), *score)).collect();
        let mut found = Vec::new();
        for other in others {
            let share = |part: f32, most: f32| if most > 0.0 { part / most } else { 0.0 };
            let topics = self.shared_topics(other, &portrait.topics)?;
            let by_words = share(words.get(other).copied().unwrap_or(0.0), most_words);
            let by_citations = share(strength(other), most_cites);
            let by_topics = share(topics.len() as f32, portrait.topics.len() as f32);
            let (a, b, c) =
                (by_words * WEIGHTS.0, by_citations * WEIGHTS.1, by_topics * WEIGHTS.2);
            found.push((a + b + c, other, (a, b, c), topics));
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        found.truncate(limit);
        found
            .into_iter()
            .map(|(score, other, (by_words, by_citations, by_topics), topics)| {
                let first = |of: &BTreeMap<String, BTreeSet<String>>| {
                    of.get(other).into_iter().flatten().take(8).cloned().collect()
                };
                let work = self.work(other)?.unwrap_or_default();
                Ok(Similar {
                    paper: paper_info(work, self)?,
                    score,
                    by_words,
                    by_citations,
                    by_topics,
                    words: self.shared_words(other, &portrait.terms)?,
                    both_cite: first(&both_cite),
                    cited_together: first(&together),
                    topics,
                })
            })
            .collect()
    }

    /// Returns the topics whose papers and sections are nearest to a paper by their text.
    ///
    /// They are suggestions: no facet and no filter counts them.
    pub fn suggest_topics(
        &self,
        key: &str,
        limit: usize,
    ) -> Result<Vec<SuggestedTopic>, SearchError> {
        let Some(portrait) = self.portrait(key, None)? else { return Ok(Vec::new()) };
        let mut filters = Filters::default();
        filters
            .topics
            .extend(self.view.tables.trees.iter().map(|t| format!("/{}", t.key)));
        if filters.topics.is_empty() {
            return Ok(Vec::new());
        }
        let request = Request { filters, ..words_request(Group::Passage) };
        let answer = self.answer(&request, &portrait.plan(self))?;
        let mut scores: BTreeMap<String, (f32, Vec<String>)> = BTreeMap::new();
        for (rank, hit) in
            answer.hits.iter().enumerate().filter(|(_, h)| h.paper.key != key)
        {
            // Near passages say more, and a topic with many papers must not win by their number.
            let weight = hit.score / (rank + 5) as f32;
            for topic in &hit.topics {
                let (score, papers) = scores.entry(topic.clone()).or_default();
                *score += weight / hit.topics.len() as f32;
                if papers.len() < 3 && !papers.contains(&hit.paper.key) {
                    papers.push(hit.paper.key.clone());
                }
            }
        }
        let most =
            scores.values().map(|(score, _)| *score).fold(f32::MIN_POSITIVE, f32::max);
        let mut found: Vec<SuggestedTopic> = scores
            .into_iter()
            .map(|(path, (score, papers))| SuggestedTopic {
                path,
                score: score / most,
                papers,
            })
            .collect();
        found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.path.cmp(&b.path)));
        found.truncate(limit);
        Ok(found)
    }

    fn portrait(
        &self,
        key: &str,
        passage: Option<u32>,
    ) -> Result<Option<Portrait>, SearchError> {
        let Some((segment, lead, stored)) = self.lead(key)? else { return Ok(None) };
        let view = &self.segments[segment];
        let mut counts: BTreeMap<String, f32> = BTreeMap::new();
        let mut portrait = Portrait {
            key: key.to_owned(),
            terms: Vec::new(),
            cites: BTreeSet::new(),
            topics: BTreeSet::new(),
        };
        let mut add = |text: &str, weight: f32| {
            for token in analysis::tokens(text) {
                if !is_stop(&token.exact) && token.stem.chars().count() > 1 {
                    *counts.entry(token.stem).or_default() += weight;
                }
            }
        };
        add(&stored.work.unwrap_or_default().title, 3.0);
        let mut any = passage.is_none();
        for doc in lead..view.end_of(lead) {
            let Some(stored) = self.stored(segment, doc)? else { continue };
            let entry = stored.passage;
            if passage.is_some_and(|wanted| wanted != entry.passage.ordinal) {
                continue;
            }
            any = true;
            add(&entry.passage.text, 1.0);
            portrait
                .cites
                .extend(entry.mentions.into_iter().map(|mention| mention.work.0));
            portrait.topics.extend(entry.topics);
        }
        if !any {
            return Ok(None);
        }
        let n_docs = self.view.searcher.num_docs();
        let lexicon = self.lexicon();
        for (stem, count) in counts {
            let df = lexicon.doc_freq(self.view.schema.text, &stem)?;
            // A term that nothing else has says nothing of nearness.
            if df >= 2 {
                let weight = (1.0 + count.ln().max(0.0)) * idf(df, n_docs);
                portrait.terms.push((stem, weight));
            }
        }
        portrait.terms.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        portrait.terms.truncate(N_TERMS);
        Ok(Some(portrait))
    }

    fn near_by_words(
        &self,
        portrait: &Portrait,
    ) -> Result<Vec<(String, f32)>, SearchError> {
        let answer = self.answer(&words_request(Group::Paper), &portrait.plan(self))?;
        let hits = answer.hits.into_iter().filter(|hit| hit.paper.key != portrait.key);
        Ok(hits.map(|hit| (hit.paper.key, hit.score)).collect())
    }

    /// By other paper: works that both cite, and works that cite both.
    #[allow(clippy::type_complexity)]
    fn near_by_citations(
        &self,
        portrait: &Portrait,
    ) -> Result<
        (BTreeMap<String, BTreeSet<String>>, BTreeMap<String, BTreeSet<String>>),
        SearchError,
    > {
        let mut both_cite: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for cited in &portrait.cites {
            let citing = self.citing(cited)?;
            // What everybody cites makes no one a neighbour.
            if citing.len() > N_LOOKED_AT {
                continue;
            }
            for other in citing.into_keys() {
                both_cite.entry(other).or_default().insert(cited.clone());
            }
        }
        let mut together: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (by, passages) in self.citing(&portrait.key)? {
            // Works named in one passage belong together; a survey cites everything somewhere.
            for other in passages.into_iter().flatten() {
                together.entry(other).or_default().insert(by.clone());
            }
        }
        both_cite.remove(&portrait.key);
        together.remove(&portrait.key);
        Ok((both_cite, together))
    }

    /// Papers that cite a work; of each, what every citing passage cites.
    fn citing(
        &self,
        key: &str,
    ) -> Result<BTreeMap<String, Vec<BTreeSet<String>>>, SearchError> {
        let mut found: BTreeMap<String, Vec<BTreeSet<String>>> = BTreeMap::new();
        for (segment, view) in self.segments.iter().enumerate() {
            for doc in self.docs_with(view, view.schema.cites, key)? {
                let Some(stored) = self.stored(segment, doc)? else { continue };
                let entry = stored.passage;
                let cites = entry.mentions.into_iter().map(|mention| mention.work.0);
                found.entry(entry.passage.paper.0).or_default().push(cites.collect());
            }
        }
        Ok(found)
    }

    fn shared_topics(
        &self,
        key: &str,
        topics: &BTreeSet<String>,
    ) -> Result<Vec<String>, SearchError> {
        let Some((segment, lead, _)) = self.lead(key)? else { return Ok(Vec::new()) };
        let table = self.topic_table()?;
        let mut own = Vec::new();
        table.of(segment, lead, &mut own);
        let paths: BTreeSet<&String> =
            own.iter().map(|topic| &table.paths[*topic as usize]).collect();
        Ok(paths.into_iter().filter(|path| topics.contains(*path)).cloned().collect())
    }

    fn shared_words(
        &self,
        key: &str,
        terms: &[(String, f32)],
    ) -> Result<Vec<String>, SearchError> {
        let mut written: BTreeMap<String, String> = BTreeMap::new();
        for passage in self.passages(key)? {
            for token in analysis::tokens(&passage.text) {
                let word = &passage.text[token.range.clone()];
                if is_telling(token.kind, word) {
                    written.entry(token.stem).or_insert_with(|| word.to_owned());
                }
            }
        }
        let shared = terms.iter().filter_map(|(stem, _)| written.get(stem));
        Ok(shared.take(8).cloned().collect())
    }
}

impl Portrait {
    /// A plan that ranks by the portrait's terms.
    fn plan(&self, searcher: &Searcher) -> Plan {
        let lexicon = searcher.lexicon();
        let units = self
            .terms
            .iter()
            .map(|(stem, weight)| {
                let leaf = Leaf::Text(Words::one(stem.clone()));
                let (idf, idf_title) = lexicon.idf(&leaf);
                Scored {
                    leaf,
                    // The rarity is in the weight already; the title's follows it.
                    weight: weight / idf.max(f32::MIN_POSITIVE),
                    idf,
                    idf_title,
                    finds: true,
                    typed: None,
                    other: None,
                    label: stem.clone(),
                    field: "text",
                }
            })
            .collect();
        Plan { units, ..Plan::default() }
    }
}

/// Whether a word tells a person what two papers have in common: neither a piece of a compound nor a
/// number, nor a letter or two of a formula.
fn is_telling(kind: TokenKind, word: &str) -> bool {
    let n_letters = word.chars().filter(|c| c.is_alphabetic()).count();
    let is_short =
        n_letters < 3 && !word.chars().all(|c| c.is_uppercase() || !c.is_ascii());
    !matches!(kind, TokenKind::Part | TokenKind::Character)
        && n_letters > 0
        && !is_short
        && !word.contains(char::is_whitespace)
}

fn words_request(group: Group) -> Request {
    let root = Clause { occur: Occur::Should, node: Node::All, boost: 1.0, span: 0..0 };
    let query = Query { text: String::new(), root, asides: Vec::new() };
    let texts = group == Group::Passage;
    Request { group, texts, expand: false, ..Request::papers(query, N_LOOKED_AT) }
}

impl TopicCount {
    /// True if no passage has the topic.
    pub fn is_empty(&self) -> bool {
        self.passages == 0
    }
}
