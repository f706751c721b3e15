//! Concepts: a part of the query and the other ways of saying it, of which the best one counts.
//!
//! An added form that scored beside what it stands for would count one thing twice, and a long form
//! would drown the rest of the query. So it adds only what it scores beyond the words that it
//! stands for, and of several forms of one concept only the best adds at all.

use std::ops::Range;

use super::plan::Scored;

/// Another way of saying a part of the query.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Other {
    /// The part, as bytes of the query.
    pub(super) span: Range<usize>,
    /// Units of the query that say it.
    pub(super) of: Vec<usize>,
    /// Forms whose parts overlap have the same number.
    pub(super) concept: usize,
}

/// Numbers the concepts of `others`, and takes care that none can weigh more than `most` times what
/// it stands for.
pub(super) fn settle(others: &mut [Other], units: &mut [Scored], most: f32) {
    for at in 0..others.len() {
        others[at].concept = at;
        for before in 0..at {
            let (a, b) = (&others[before].span, &others[at].span);
            if a.start < b.end && b.start < a.end {
                let (old, new) = (others[at].concept, others[before].concept);
                for other in others[..=at].iter_mut().filter(|o| o.concept == old) {
                    other.concept = new;
                }
            }
        }
        let worth = |unit: &Scored| unit.weight * unit.idf;
        let said: f32 = others[at].of.iter().map(|unit| worth(&units[*unit])).sum();
        let own = |unit: &&mut Scored| unit.other == Some(at);
        let added: f32 = units.iter_mut().filter(own).map(|unit| worth(unit)).sum();
        if said > 0.0 && added > most * said {
            for unit in units.iter_mut().filter(own) {
                unit.weight *= most * said / added;
            }
        }
    }
}

/// Leaves of the scores of one passage, by unit, what counts: of other forms the best of each concept, and
/// of it what it adds.
pub(super) fn keep_best(others: &[Other], units: &[Scored], scores: &mut [f32]) {
    let mut best: Vec<(f32, usize)> = vec![(0.0, usize::MAX); others.len()];
    for (at, other) in others.iter().enumerate() {
        let own = units.iter().zip(&*scores).filter(|(unit, _)| unit.other == Some(at));
        let score: f32 = own.map(|(_, score)| score).sum();
        let said: f32 = other.of.iter().map(|unit| scores[*unit]).sum();
        let gain = score - said;
        if gain > best[other.concept].0 {
            best[other.concept] = (gain, at);
        }
    }
    for (at, unit) in units.iter().enumerate() {
        let Some(other) = unit.other else { continue };
        let (gain, chosen) = &mut best[others[other].concept];
        // All units of the form give its gain together: the first one stands for them.
        scores[at] = if *chosen == other { std::mem::take(gain) } else { 0.0 };
    }
}

/// What the units of a concept score, in a window of documents.
pub(super) struct Sides {
    /// Scores of units that are said otherwise; by unit.
    pub(super) said: Vec<Option<Vec<f32>>>,
    /// Scores of the other forms.
    pub(super) others: Vec<Vec<f32>>,
    gains: Vec<f32>,
}

impl Sides {
    pub(super) fn new(n_units: usize, others: &[Other], width: usize) -> Sides {
        let mut said = vec![None; n_units];
        for unit in others.iter().flat_map(|other| &other.of) {
            said[*unit].get_or_insert_with(|| vec![0.0; width]);
        }
        let gains = if others.is_empty() { Vec::new() } else { vec![0.0; width] };
        Sides { said, others: vec![vec![0.0; width]; others.len()], gains }
    }

    pub(super) fn clear(&mut self, width: usize) {
        for list in self.said.iter_mut().flatten().chain(&mut self.others) {
            list[..width].fill(0.0);
        }
    }

    /// Adds to `scores` what the best form of each concept scores beyond the words themselves.
    pub(super) fn add(&mut self, others: &[Other], scores: &mut [f32]) {
        for (at, other) in others.iter().enumerate() {
            if others[..at].iter().any(|before| before.concept == other.concept) {
                continue;
            }
            self.gains[..scores.len()].fill(0.0);
            for (form, list) in others.iter().zip(&self.others) {
                if form.concept != other.concept {
                    continue;
                }
                for (doc, score) in list[..scores.len()].iter().enumerate() {
                    if *score > 0.0 {
                        let said = form.of.iter().filter_map(|u| self.said[*u].as_ref());
                        let said: f32 = said.map(|list| list[doc]).sum();
                        self.gains[doc] = self.gains[doc].max(score - said);
                    }
                }
            }
            for (score, gain) in scores.iter_mut().zip(&self.gains) {
                *score += gain;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::tests::{build, paper, request};
    use super::*;
    use crate::analysis::{self, AcronymTable};
    use crate::index::Tables;
    use crate::query;
    use crate::search::{Answer, Request};

    fn ask(texts: &[(&str, &str)], text: &str) -> Answer {
        let mut acronyms = AcronymTable::default();
        acronyms
            .add_paper(analysis::acronyms("We use masked image modeling (MIM) here."));
        let papers: Vec<_> = texts
            .iter()
            .map(|(key, text)| paper(key, "", 2023, &[(text, &[])]))
            .collect();
        let mut searcher = build(&papers, papers.len(), &Tables::default());
        searcher.view.acronyms = Arc::new(acronyms);
        let request = Request {
            expand: true,
            explain: true,
            ..request(query::parse(text).unwrap())
        };
        searcher.search(&request).unwrap()
    }

    #[test]
    fn a_concept_counts_once() {
        let answer = ask(
            &[
                ("both", "masked image modeling (MIM) and other things"),
                ("answer", "what MIM gives for the segmentation of scenes"),
                ("other", "nothing of the kind at all in this text"),
            ],
            "MIM segmentation",
        );
        let keys: Vec<&str> = answer.hits.iter().map(|h| h.paper.key.as_str()).collect();
        assert_eq!(keys, ["answer", "both"]);
        for hit in &answer.hits {
            let why: f32 = hit.passages[0].why.iter().map(|(.., score)| score).sum();
            assert!((why - hit.score).abs() < 1e-4, "{why} {}", hit.score);
        }
        // The long form, three rare words, gives no more than the short one can.
        let why = &answer.hits[1].passages[0].why;
        assert!(why.iter().any(|(term, ..)| term == "mim"), "{why:?}");
    }

    #[test]
    fn a_long_run_drowns_no_other() {
        let answer = ask(
            &[("parts", "多模态学习与模型选择"), ("both", "模型选择与幻觉的评测")],
            "多模态大模型 幻觉",
        );
        let keys: Vec<&str> = answer.hits.iter().map(|h| h.paper.key.as_str()).collect();
        assert_eq!(keys, ["both", "parts"]);
    }

    #[test]
    fn forms_of_overlapping_parts_are_one_concept() {
        let other = |span: Range<usize>| Other { span, of: Vec::new(), concept: 0 };
        let mut others = [other(0..9), other(12..15), other(3..6), other(20..30)];
        settle(&mut others, &mut [], 1.0);
        let concepts: Vec<usize> = others.iter().map(|other| other.concept).collect();
        assert_eq!(concepts, [0, 1, 0, 3]);
    }
}
