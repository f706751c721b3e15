//! Goes over all matching passages: totals, facets, and the papers that may reach the top.
//!
//! A paper's passages stand side by side, so a paper is complete when the next one begins.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::bits::{Bits, and, ones};
use super::count::Counts;
use super::matching::Sieve;
use super::present::{Presence, Present};
use super::ranking::Priors;
use super::reach::Lift;
use super::segment::SegmentView;
use super::tally::Tally;
use super::window::{Ask, WIDTH, Window};
use super::{Group, Sort};
use crate::schema::Facts;

/// Passages in the first window: until it has shown what is good, all that match are candidates.
const FIRST_WIDTH: u32 = 256;

/// A paper, or a passage where those are listed, that may be among the best.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    pub(super) segment: usize,
    /// First passage of the paper.
    pub(super) lead: u32,
    /// Year or number of citations, where those order the hits.
    pub(super) first: u64,
    /// Score before pairs of words are looked at.
    pub(super) score: f32,
    /// Share of the second-best passage.
    pub(super) second: f32,
    /// Its passages that match all filters; a range of [`Gather::pool`].
    pub(super) passages: std::ops::Range<usize>,
}

/// A passage that matches, before pairs of words are looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Match {
    pub(super) doc: u32,
    pub(super) score: f32,
}

/// What is kept while matches go by.
pub(super) struct Gather<'a> {
    pub(super) counts: Counts<'a>,
    group: Group,
    sort: Sort,
    /// Citations of each paper, by stable key; only where those order the hits.
    cited: &'a std::collections::HashMap<u64, u64>,
    n_wanted: usize,
    /// By how much pairs can raise a score, at most.
    lift: &'a Lift,
    second: f32,
    priors: Priors,
    pub(super) candidates: Vec<Candidate>,
    pub(super) pool: Vec<Match>,
    /// What stands in the passages of the pool.
    present: Presence,
    best: BinaryHeap<Reverse<Rank>>,
    /// What must be scored to get past the last of `best`, pairs and all.
    needed: f32,
    next_thinning: usize,
    pub(super) n_passages: u64,
    pub(super) n_papers: u64,
}

/// What orders candidates while their final scores are not known.
#[derive(Clone, Copy, PartialEq)]
struct Rank(u64, f32);

impl PartialOrd for Rank {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Rank {}

impl Ord for Rank {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp(&other.0).then(self.1.total_cmp(&other.1))
    }
}

/// A paper that may be among the best.
struct Chosen {
    segment: usize,
    lead: u32,
    /// Hopeful passages that match all filters.
    passages: Vec<Match>,
    /// What stands in the first of them.
    present: Presence,
}

impl Chosen {
    /// Asks the window that begins with `from` what the passages hold.
    fn look(&mut self, window: &Window, from: u32) {
        for passage in &self.passages[self.present.len()..] {
            window.present((passage.doc - from) as usize, &mut self.present);
        }
    }
}

/// How hits are chosen.
pub(super) struct Choice<'a> {
    pub(super) group: Group,
    pub(super) sort: Sort,
    pub(super) cited: &'a std::collections::HashMap<u64, u64>,
    pub(super) n_wanted: usize,
    pub(super) lift: &'a Lift,
    /// Units of the plan.
    pub(super) n_units: usize,
    pub(super) second: f32,
    pub(super) priors: Priors,
}

impl<'a> Gather<'a> {
    pub(super) fn new(counts: Counts<'a>, choice: &Choice<'a>) -> Gather<'a> {
        Gather {
            counts,
            group: choice.group,
            sort: choice.sort,
            cited: choice.cited,
            n_wanted: choice.n_wanted,
            lift: choice.lift,
            second: choice.second,
            priors: choice.priors,
            candidates: Vec::new(),
            pool: Vec::new(),
            present: Presence::new(choice.n_units),
            best: BinaryHeap::new(),
            needed: 0.0,
            next_thinning: 4096,
            n_passages: 0,
            n_papers: 0,
        }
    }

    /// Reads the matches of a segment: those of `matching`, or those that `window` finds.
    pub(super) fn segment(
        &mut self,
        number: usize,
        view: &SegmentView,
        window: &mut Window,
        matching: Option<&Bits>,
        sieve: &Sieve,
    ) {
        let (passages, present) = (Vec::new(), self.present.empty());
        let mut chosen = Chosen { segment: number, lead: 0, passages, present };
        let mut tally = Tally::open(&self.counts, number, view, sieve);
        let (mut from, mut width) = (0, FIRST_WIDTH);
        while from < view.max_doc() {
            let to = view.max_doc().min(from + width);
            width = WIDTH.min(4 * width);
            let words = from as usize / 64..(to as usize).div_ceil(64);
            let matching = matching.map(|bits| &bits.words[words.clone()]);
            window.run(from, to, &Ask { matching, least: self.least() });
            let found = &mut window.found[..words.len()];
            if let Some(alive) = &view.alive {
                and(found, &alive.words[words.clone()]);
            }
            let whole = tally.add(&mut self.counts, words, found);
            and(&mut window.hopeful, whole);
            self.choose(&mut chosen, view, from, window);
            chosen.look(window, from);
            from = to;
        }
        self.keep(&mut chosen, view, window, from);
        self.n_passages += tally.n_passages;
        self.n_papers += tally.n_papers();
        tally.end(&mut self.counts);
    }

    /// What stands in a passage of the pool.
    pub(super) fn present(&self, at: usize) -> Present<'_> {
        self.present.get(at)
    }

    /// A passage that scores less cannot bring its paper among the wanted.
    fn least(&self) -> f32 {
        match self.best.peek() {
            _ if self.sort != Sort::Score => f32::MIN,
            Some(_) if self.best.len() == self.n_wanted => {
                self.needed / ((1.0 + self.second) * self.priors.most())
            }
            _ if self.n_wanted == 0 => f32::MAX,
            _ => f32::MIN,
        }
    }

    /// Takes the hopeful passages of a window that match all filters.
    fn choose(
        &mut self,
        chosen: &mut Chosen,
        view: &SegmentView,
        from: u32,
        window: &Window,
    ) {
        let hopeful = window.hopeful.iter();
        for (i, word) in hopeful.enumerate().filter(|(_, word)| **word != 0) {
            for doc in ones(*word, from + i as u32 * 64) {
                let facts = view.facts(doc);
                let lead = Facts::lead(facts, doc);
                if lead != chosen.lead {
                    self.keep(chosen, view, window, from);
                    chosen.lead = lead;
                }
                let score = window.scores[(doc - from) as usize];
                let score = score * self.priors.of_passage(facts);
                chosen.passages.push(Match { doc, score });
            }
        }
    }

    /// Keeps a paper, or its passages, if they may be among the best.
    fn keep(
        &mut self,
        chosen: &mut Chosen,
        view: &SegmentView,
        window: &Window,
        from: u32,
    ) {
        if chosen.passages.is_empty() {
            return;
        }
        match self.group {
            Group::Paper => self.keep_paper(chosen, view, window, from),
            Group::Passage => self.keep_passages(chosen, view, window, from),
        }
        chosen.passages.clear();
        chosen.present.clear();
        self.thin_out();
    }

    fn first_key(&self, lead: u32, view: &SegmentView) -> u64 {
        match self.sort {
            Sort::Score => 0,
            Sort::Year => view.facts(lead) >> Facts::YEAR_SHIFT,
            Sort::Cited => {
                let order = view.order.values.get_val(lead);
                self.cited.get(&order).copied().unwrap_or(0)
            }
        }
    }

    fn keep_paper(
        &mut self,
        chosen: &mut Chosen,
        view: &SegmentView,
        window: &Window,
        from: u32,
    ) {
        let (mut best, mut second) = (f32::MIN, 0.0);
        for Match { score, .. } in &chosen.passages {
            if *score > best {
                second = if best == f32::MIN { 0.0 } else { best };
                best = *score;
            } else if *score > second {
                second = *score;
            }
        }
        let second = second * self.second;
        let rank = Rank(self.first_key(chosen.lead, view), best + second);
        if !self.may_reach(rank) {
            return;
        }
        chosen.look(window, from);
        let start = self.pool.len();
        self.pool.extend_from_slice(&chosen.passages);
        self.present.extend(&chosen.present, 0..chosen.passages.len());
        self.candidates.push(Candidate {
            segment: chosen.segment,
            lead: chosen.lead,
            first: rank.0,
            score: best,
            second,
            passages: start..self.pool.len(),
        });
    }

    fn keep_passages(
        &mut self,
        chosen: &mut Chosen,
        view: &SegmentView,
        window: &Window,
        from: u32,
    ) {
        chosen.look(window, from);
        let first = self.first_key(chosen.lead, view);
        for (at, passage) in chosen.passages.iter().enumerate() {
            if !self.may_reach(Rank(first, passage.score)) {
                continue;
            }
            let start = self.pool.len();
            self.pool.push(*passage);
            self.present.extend(&chosen.present, at..at + 1);
            self.candidates.push(Candidate {
                segment: chosen.segment,
                lead: chosen.lead,
                first,
                score: passage.score,
                second: 0.0,
                passages: start..start + 1,
            });
        }
    }

    /// Says whether a rank may be among the wanted ones in the end, and remembers it.
    fn may_reach(&mut self, rank: Rank) -> bool {
        if self.n_wanted == 0 {
            return false;
        }
        if self.best.len() == self.n_wanted {
            let least = self.best.peek().map(|Reverse(least)| *least);
            if least.is_some_and(|least| rank <= least) {
                return least.is_some_and(|least| rank.0 == least.0)
                    && rank.1 >= self.needed;
            }
            self.best.pop();
        }
        self.best.push(Reverse(rank));
        if let Some(Reverse(least)) = self.best.peek() {
            self.needed = self.lift.least(least.1);
        }
        true
    }

    /// Drops candidates that can no longer reach the top, each time their number has doubled.
    fn thin_out(&mut self) {
        if self.candidates.len() >= self.next_thinning {
            self.drop_hopeless();
            self.next_thinning = 2 * self.candidates.len().max(2048);
        }
    }

    /// Drops candidates that cannot reach the top.
    pub(super) fn drop_hopeless(&mut self) {
        if self.best.len() < self.n_wanted {
            return;
        }
        let Some(Reverse(least)) = self.best.peek().copied() else { return };
        let needed = self.needed;
        self.candidates.retain(|c| {
            c.first > least.0 || (c.first == least.0 && c.score + c.second >= needed)
        });
    }
}

#[cfg(test)]
mod tests;
