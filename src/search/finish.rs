//! From candidates to hits: pairs of words, the final order, and what is shown of each paper.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use tantivy::DocAddress;

use super::concept::keep_best;
use super::gather::{Candidate, Gather, Match};
use super::pairs::Pairs;
use super::plan::Plan;
use super::present::Present;
use super::ranking::Priors;
use super::reach::{Lift, Reach};
use super::searcher::Searcher;
use super::segment::SegmentView;
use super::topics::TopicTable;
use super::window::{Ask, Window};
use super::{Group, Hit, PaperInfo, PassageHit, Request, SearchError};
use crate::schema::{IndexPassage, Stored, Work};
use crate::snippet::{Matcher, highlight};

/// Candidates whose pairs are looked at before the rest is judged again.
const FIRST_LOOK: usize = 10;

/// What is needed to make hits of candidates.
pub(super) struct Finish<'a> {
    pub(super) searcher: &'a Searcher,
    pub(super) request: &'a Request,
    pub(super) plan: &'a Plan,
    pub(super) table: &'a TopicTable,
    pub(super) priors: Priors,
    pub(super) lift: &'a Lift,
    /// The query as texts see it.
    pub(super) matcher: Matcher,
}

/// A candidate with its final score.
struct Ranked<'a> {
    candidate: &'a Candidate,
    /// Stable key of the paper, read for those that may be shown.
    order: u64,
    score: f32,
    /// Its best passage.
    doc: u32,
    /// Of several passages those whose pairs were looked at, in order, with their final scores.
    looked_at: Vec<(u32, f32)>,
}

impl Finish<'_> {
    /// Makes the hits that were asked for, in order.
    pub(super) fn hits(&self, gather: &Gather) -> Result<Vec<Hit>, SearchError> {
        let wanted = self.request.limit.saturating_add(self.request.offset);
        let mut ranked = self.rank(gather, wanted)?;
        if let Some(least) = self.nth_best(&mut ranked, wanted) {
            ranked.retain(|r| (r.candidate.first, r.score) >= least);
        }
        for Ranked { candidate, order, .. } in &mut ranked {
            let view = &self.searcher.segments[candidate.segment];
            *order = view.order.values.get_val(candidate.lead);
        }
        ranked.sort_by(|a, b| {
            (b.candidate.first.cmp(&a.candidate.first))
                .then(b.score.total_cmp(&a.score))
                .then(a.order.cmp(&b.order))
                .then(a.doc.cmp(&b.doc))
        });
        let page: Vec<(usize, Ranked)> = ranked
            .into_iter()
            .skip(self.request.offset)
            .take(self.request.limit)
            .enumerate()
            .collect();
        let mut hits: Vec<(usize, Hit)> = Vec::with_capacity(page.len());
        for (number, view) in self.searcher.segments.iter().enumerate() {
            let mut here: Vec<&(usize, Ranked)> =
                page.iter().filter(|(_, r)| r.candidate.segment == number).collect();
            // The lists are read forward only.
            here.sort_by_key(|(_, r)| (r.candidate.lead, r.doc));
            let mut reading = Reading { finish: self, number, view, gather, pairs: None };
            for (rank, ranked) in here {
                hits.push((*rank, reading.hit(ranked)?));
            }
        }
        hits.sort_by_key(|(rank, _)| *rank);
        Ok(hits.into_iter().map(|(_, hit)| hit).collect())
    }

    /// Gives each candidate that can still be among the wanted its final score.
    fn rank<'g>(
        &self,
        gather: &'g Gather,
        wanted: usize,
    ) -> Result<Vec<Ranked<'g>>, SearchError> {
        let mut all: Vec<&Candidate> = gather.candidates.iter().collect();
        all.sort_by(|a, b| {
            b.first
                .cmp(&a.first)
                .then((b.score + b.second).total_cmp(&(a.score + a.second)))
        });
        let segments = self.searcher.segments.iter();
        let reaches =
            segments.map(|view| Ok((view, Reach::open(self.searcher, view, self.plan)?)));
        let mut reaches = reaches.collect::<tantivy::Result<Vec<_>>>()?;
        let mut ranked: Vec<Ranked> = Vec::new();
        let mut rest = all.as_slice();
        let mut size = wanted.saturating_add(FIRST_LOOK);
        while !rest.is_empty() {
            let least = self.nth_best(&mut ranked, wanted);
            let needed = least.map_or(0.0, |least| self.lift.least(least.1));
            let mut hopeless = |c: &Candidate| {
                let Some(least) = least else { return false };
                if (c.first, c.score + c.second) >= least {
                    return false;
                }
                // The bound of all is quick, that of what is there is close.
                if (c.first, c.score + c.second) < (least.0, needed) {
                    return true;
                }
                let (view, reach) = &mut reaches[c.segment];
                let most = c.passages.clone().map(|at| {
                    let Match { doc, score } = gather.pool[at];
                    let prior = self.priors.of_passage(view.facts(doc));
                    reach.most(doc, score, prior, gather.present(at))
                });
                (c.first, most.fold(0.0, f32::max) + c.second) < least
            };
            let (now, later) = rest.split_at(size.min(rest.len()));
            let now: Vec<&Candidate> =
                now.iter().copied().filter(|c| !hopeless(c)).collect();
            if now.is_empty() {
                break;
            }
            self.score(&now, gather, &mut ranked)?;
            rest = later;
            size = size.saturating_mul(4);
        }
        Ok(ranked)
    }

    /// Rank of the last of the wanted so far, if there are so many.
    fn nth_best(&self, ranked: &mut [Ranked], n: usize) -> Option<(u64, f32)> {
        if n == 0 || ranked.len() < n {
            return None;
        }
        let (_, nth, _) = ranked.select_nth_unstable_by(n - 1, |a, b| {
            b.candidate.first.cmp(&a.candidate.first).then(b.score.total_cmp(&a.score))
        });
        Some((nth.candidate.first, nth.score))
    }

    fn score<'g>(
        &self,
        now: &[&'g Candidate],
        gather: &Gather,
        out: &mut Vec<Ranked<'g>>,
    ) -> Result<(), SearchError> {
        for (number, view) in self.searcher.segments.iter().enumerate() {
            let mut here: Vec<&Candidate> =
                now.iter().copied().filter(|c| c.segment == number).collect();
            if here.is_empty() {
                continue;
            }
            here.sort_by_key(|c| c.passages.start);
            let mut pairs = Pairs::open(self.searcher, view, self.plan)?;
            for candidate in here {
                let mut best: Option<(f32, u32)> = None;
                let several = candidate.passages.len() > 1;
                let mut looked_at = Vec::new();
                let passages = candidate.passages.clone().map(|at| (at, gather.pool[at]));
                // Pairs cannot lift the others above the best.
                let needed = self.lift.least(candidate.score);
                for (at, passage) in passages.filter(|(_, m)| m.score >= needed) {
                    let Match { doc, score } = passage;
                    let prior = self.priors.of_passage(view.facts(doc));
                    let score = score + prior * pairs.score(doc, gather.present(at))?;
                    if best.is_none_or(|(most, _)| score > most) {
                        best = Some((score, doc));
                    }
                    if several {
                        looked_at.push((doc, score));
                    }
                }
                let (score, doc) = best.unwrap_or((candidate.score, candidate.lead));
                let score = score + candidate.second;
                out.push(Ranked { candidate, order: 0, score, doc, looked_at });
            }
        }
        Ok(())
    }
}

/// Reads what is shown of the papers of one segment, going forward.
struct Reading<'a> {
    finish: &'a Finish<'a>,
    number: usize,
    view: &'a SegmentView,
    gather: &'a Gather<'a>,
    /// Opened where a paper has other passages to choose from than were looked at.
    pairs: Option<Pairs<'a>>,
}

impl Reading<'_> {
    fn hit(&mut self, ranked: &Ranked) -> Result<Hit, SearchError> {
        let request = self.finish.request;
        let lead = ranked.candidate.lead;
        if !request.texts {
            let work = self.stored(lead)?.and_then(|stored| stored.work);
            let paper = paper_info(work.unwrap_or_default(), self.finish.searcher)?;
            return Ok(Hit { score: ranked.score, paper, ..Hit::default() });
        }
        let (chosen, topics) = match request.group {
            Group::Paper => self.passages(ranked)?,
            Group::Passage => {
                let mut topics = Vec::new();
                self.finish.table.of(self.number, ranked.doc, &mut topics);
                (vec![(ranked.doc, ranked.score)], topics)
            }
        };
        let (work, mut first) = match self.stored(lead)? {
            Some(Stored { work, passage }) => (work.unwrap_or_default(), Some(passage)),
            None => (Work::default(), None),
        };
        let mut passages = Vec::new();
        for (doc, score) in chosen {
            let passage = match first.take_if(|_| doc == lead) {
                Some(passage) => Some(passage),
                None => self.stored(doc)?.map(|stored| stored.passage),
            };
            if let Some(passage) = passage {
                let mut hit = passage_hit(passage, score);
                hit.highlights = highlight(&hit.text, &self.finish.matcher);
                if request.explain {
                    hit.why = self.why(doc)?;
                }
                passages.push(hit);
            }
        }
        let paths = &self.finish.table.paths;
        let topics: BTreeSet<u32> = topics.into_iter().collect();
        Ok(Hit {
            score: ranked.score,
            topics: topics.iter().map(|t| paths[*t as usize].clone()).collect(),
            paper: paper_info(work, self.finish.searcher)?,
            passages,
        })
    }

    /// The best matching passages of a paper, and the topics of all that match.
    fn passages(
        &mut self,
        ranked: &Ranked,
    ) -> tantivy::Result<(Vec<(u32, f32)>, Vec<u32>)> {
        let Finish { searcher, plan, request, table, priors, lift, .. } = self.finish;
        let range = ranked.candidate.passages.clone();
        let found = &self.gather.pool[range.clone()];
        let mut topics = Vec::new();
        for passage in found {
            table.of(self.number, passage.doc, &mut topics);
        }
        if found.len() == 1 {
            return Ok((vec![(ranked.doc, ranked.score)], topics));
        }
        let wanted = request.per_paper.max(1);
        let mut scores: Vec<f32> = found.iter().map(|m| m.score).collect();
        scores.sort_unstable_by_key(|score| Reverse(score.to_bits()));
        let least = scores.get(wanted - 1).copied().unwrap_or(0.0);
        let needed = lift.least(least);
        let mut scored = Vec::with_capacity(found.len());
        for (at, Match { doc, score }) in range.zip(found.iter().copied()) {
            if score < needed {
                continue;
            }
            if let Ok(at) = ranked.looked_at.binary_search_by_key(&doc, |(doc, _)| *doc) {
                scored.push(ranked.looked_at[at]);
                continue;
            }
            let pairs = match &mut self.pairs {
                Some(pairs) => pairs,
                None => self.pairs.insert(Pairs::open(searcher, self.view, plan)?),
            };
            let prior = priors.of_passage(self.view.facts(doc));
            scored
                .push((doc, score + prior * pairs.score(doc, self.gather.present(at))?));
        }
        scored.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        scored.truncate(wanted);
        Ok((scored, topics))
    }

    fn stored(&self, doc: u32) -> Result<Option<Stored>, SearchError> {
        self.finish.searcher.stored(self.number, doc)
    }

    /// What each unit of the plan gave a passage, those that gave nothing left out.
    fn why(&self, doc: u32) -> Result<Vec<(String, String, f32)>, SearchError> {
        let Finish { searcher, plan, .. } = self.finish;
        let (mut why, mut scores) = (Vec::new(), Vec::new());
        let prior = self.finish.priors.of_passage(self.view.facts(doc));
        for unit in &plan.units {
            let units = std::slice::from_ref(unit);
            let mut window = Window::open(
                self.view,
                &searcher.scales,
                &searcher.ranking,
                &plan.entries,
                units,
                &[],
            )?;
            let from = doc - doc % 64;
            window.run(from, doc + 1, &Ask { matching: None, least: 0.0 });
            scores.push(window.scores[(doc - from) as usize]);
        }
        keep_best(&plan.others, &plan.units, &mut scores);
        for (unit, score) in plan.units.iter().zip(scores).filter(|(_, s)| *s != 0.0) {
            why.push((unit.label.clone(), unit.field.to_owned(), score * prior));
        }
        let score =
            Pairs::open(searcher, self.view, plan)?.score(doc, Present::UNKNOWN)? * prior;
        if score > 0.0 {
            why.push((
                "words side by side and as typed".to_owned(),
                "text".to_owned(),
                score,
            ));
        }
        Ok(why)
    }
}

impl Searcher {
    /// Reads what is stored with a passage.
    pub(super) fn stored(
        &self,
        segment: usize,
        doc: u32,
    ) -> Result<Option<Stored>, SearchError> {
        let address = DocAddress::new(segment as u32, doc);
        Ok(self.view.schema.stored(self.view.searcher.doc(address)?))
    }
}

/// A passage as it is shown.
pub(super) fn passage_hit(entry: IndexPassage, score: f32) -> PassageHit {
    let IndexPassage { passage, topics, .. } = entry;
    PassageHit {
        id: format!("{}#{}", passage.paper, passage.ordinal),
        score,
        kind: passage.kind,
        section: passage.section,
        page: passage.page,
        page_end: passage.page_end,
        text: passage.text,
        highlights: Vec::new(),
        topics,
        why: Vec::new(),
    }
}

/// A paper as it is shown.
pub(super) fn paper_info(
    work: Work,
    searcher: &Searcher,
) -> Result<PaperInfo, SearchError> {
    Ok(PaperInfo {
        cited: searcher.cited(&work.key)?,
        title: if work.title.is_empty() { work.key.clone() } else { work.title },
        key: work.key,
        authors: work.authors,
        year: work.year,
        venue: work.venue,
        arxiv: work.arxiv,
        doi: work.doi,
        path: work.path,
    })
}
