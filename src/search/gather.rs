//! One pass over all matching passages: totals, facets, and the papers that may reach the top.
//!
//! A paper's passages stand side by side, so a paper is complete when the next one begins.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::bits::{Bits, ones};
use super::count::{Counts, PaperSeen};
use super::leaf::SegmentView;
use super::matching::{Dimension, Sieve};
use super::ranking::Priors;
use super::topics::TopicTable;
use super::window::{WIDTH, Window};
use super::{Group, Sort};
use crate::schema::Facts;

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
    /// Stable key.
    pub(super) order: u64,
    /// Its passages that match all filters, with their scores; a range of [`Gather::pool`].
    pub(super) passages: std::ops::Range<usize>,
}

/// What is kept while matches go by.
pub(super) struct Gather<'a> {
    pub(super) counts: Counts<'a>,
    table: &'a TopicTable,
    group: Group,
    sort: Sort,
    /// Citations of each paper, by stable key; only where those order the hits.
    cited: &'a std::collections::HashMap<u64, u64>,
    n_wanted: usize,
    /// By how much pairs can raise a score, at most.
    lift: f32,
    second: f32,
    priors: Priors,
    pub(super) candidates: Vec<Candidate>,
    pub(super) pool: Vec<(u32, f32)>,
    best: BinaryHeap<Reverse<Rank>>,
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

/// The paper that is being read.
struct Open {
    segment: usize,
    lead: u32,
    seen: PaperSeen,
    /// Passages that match all filters, with scores.
    passages: Vec<(u32, f32)>,
}

/// How hits are chosen.
pub(super) struct Choice<'a> {
    pub(super) group: Group,
    pub(super) sort: Sort,
    pub(super) cited: &'a std::collections::HashMap<u64, u64>,
    pub(super) n_wanted: usize,
    pub(super) lift: f32,
    pub(super) second: f32,
    pub(super) priors: Priors,
}

impl<'a> Gather<'a> {
    pub(super) fn new(
        counts: Counts<'a>,
        table: &'a TopicTable,
        choice: &Choice<'a>,
    ) -> Gather<'a> {
        Gather {
            counts,
            table,
            group: choice.group,
            sort: choice.sort,
            cited: choice.cited,
            n_wanted: choice.n_wanted,
            lift: choice.lift,
            second: choice.second,
            priors: choice.priors,
            candidates: Vec::new(),
            pool: Vec::new(),
            best: BinaryHeap::new(),
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
    ) -> tantivy::Result<()> {
        let alive = view.reader.alive_bitset();
        let mut open = Open {
            segment: number,
            lead: u32::MAX,
            seen: PaperSeen::default(),
            passages: Vec::new(),
        };
        let lone = self.takes_lone(number);
        let mut from = 0;
        while from < view.max_doc() {
            let to = view.max_doc().min(from + WIDTH);
            window.run(from, to);
            let words = match matching {
                Some(bits) => &bits.words[from as usize / 64..(to as usize).div_ceil(64)],
                None => &window.found[..((to - from) as usize).div_ceil(64)],
            };
            for (i, word) in words.iter().enumerate().filter(|(_, word)| **word != 0) {
                for doc in ones(*word, from + i as u32 * 64) {
                    if alive.is_some_and(|alive| alive.is_deleted(doc)) {
                        continue;
                    }
                    let at = (doc - from) as usize;
                    let facts = view.facts(doc);
                    let score = window.scores[at] * self.priors.of_passage(facts);
                    let failed = sieve.failed(doc);
                    if lone && failed == 0 && view.is_lone(doc) {
                        self.flush(&mut open, view);
                        self.lone(number, view, doc, facts, score);
                    } else {
                        self.passage(&mut open, view, doc, facts, score, failed);
                    }
                }
            }
            from = to;
        }
        self.flush(&mut open, view);
        Ok(())
    }

    /// Whether papers of one passage can be taken at once: where what is counted of them stands in
    /// their facts, and the score alone orders them.
    fn takes_lone(&self, segment: usize) -> bool {
        self.group == Group::Paper
            && self.sort == Sort::Score
            && self.counts.wanted.by_facts()
            && (!self.counts.wanted.topic || self.table.is_empty(segment))
    }

    /// A paper of one passage that matches all filters: what `passage` and `flush` do with it, in
    /// one step. Collections are made of such papers.
    #[inline]
    fn lone(
        &mut self,
        segment: usize,
        view: &SegmentView,
        doc: u32,
        facts: u64,
        score: f32,
    ) {
        self.n_passages += 1;
        self.n_papers += 1;
        self.counts.add_lone(facts);
        if !self.may_reach(Rank(0, score)) {
            return;
        }
        self.pool.push((doc, score));
        self.candidates.push(Candidate {
            segment,
            lead: doc,
            first: 0,
            score,
            second: 0.0,
            order: view.order.values.get_val(doc),
            passages: self.pool.len() - 1..self.pool.len(),
        });
        self.thin_out();
    }

    #[inline]
    fn passage(
        &mut self,
        open: &mut Open,
        view: &SegmentView,
        doc: u32,
        facts: u64,
        score: f32,
        failed: u8,
    ) {
        if failed.count_ones() > 1 {
            return;
        }
        let lead = doc.saturating_sub((facts & Facts::MAX_BACK as u64) as u32);
        if lead != open.lead {
            self.flush(open, view);
            open.lead = lead;
            open.seen.lead = lead;
        }
        let seen = &mut open.seen;
        seen.facts = facts;
        // Failing nothing counts for every dimension, failing one only for that.
        seen.but |= if failed == 0 { u8::MAX } else { failed };
        if failed == 0 {
            seen.whole = true;
            self.n_passages += 1;
            open.passages.push((doc, score));
        }
        if failed & !(1 << Dimension::Kind as u8) == 0 {
            seen.kinds |= 1 << (facts >> Facts::KIND_SHIFT & 15);
        }
        if self.counts.wanted.lang && failed & !(1 << Dimension::Lang as u8) == 0 {
            let lang = Facts::unpack(facts).lang;
            if let Some(lang) = lang.filter(|lang| !seen.langs.contains(lang)) {
                seen.langs.push(lang);
            }
        }
        let wants_topics = self.counts.wanted.topic || self.counts.wanted.survey;
        if wants_topics && facts >> Facts::VARIED_SHIFT & 1 == 1 {
            if failed & !(1 << Dimension::Topic as u8) == 0 {
                self.table.of(open.segment, doc, &mut seen.topics);
            }
            if failed == 0 {
                self.table.of(open.segment, doc, &mut seen.whole_topics);
            }
        }
    }

    /// The paper is complete: counts it, and keeps it if it may be among the best.
    fn flush(&mut self, open: &mut Open, view: &SegmentView) {
        if open.lead == u32::MAX {
            return;
        }
        let Open { segment, seen, .. } = open;
        let wants_topics = self.counts.wanted.topic || self.counts.wanted.survey;
        let varied = seen.facts >> Facts::VARIED_SHIFT & 1 == 1;
        if wants_topics && !varied && !self.table.is_empty(*segment) {
            if seen.but >> Dimension::Topic as u8 & 1 == 1 {
                self.table.of(*segment, seen.lead, &mut seen.topics);
            }
            if seen.whole {
                self.table.of(*segment, seen.lead, &mut seen.whole_topics);
            }
        }
        if self.counts.any {
            self.counts.add(*segment, seen, self.table);
        }
        if open.seen.whole {
            self.n_papers += 1;
            match self.group {
                Group::Paper => self.keep_paper(open, view),
                Group::Passage => self.keep_passages(open, view),
            }
        }
        open.seen.clear();
        open.passages.clear();
        open.lead = u32::MAX;
    }

    fn first_key(&self, seen: &PaperSeen, view: &SegmentView) -> u64 {
        match self.sort {
            Sort::Score => 0,
            Sort::Year => seen.facts >> Facts::YEAR_SHIFT,
            Sort::Cited => {
                let order = view.order.values.get_val(seen.lead);
                self.cited.get(&order).copied().unwrap_or(0)
            }
        }
    }

    fn keep_paper(&mut self, open: &Open, view: &SegmentView) {
        let (mut best, mut second) = (f32::MIN, 0.0);
        for (_, score) in &open.passages {
            if *score > best {
                second = if best == f32::MIN { 0.0 } else { best };
                best = *score;
            } else if *score > second {
                second = *score;
            }
        }
        let second = second * self.second;
        let rank = Rank(self.first_key(&open.seen, view), best + second);
        if !self.may_reach(rank) {
            return;
        }
        let start = self.pool.len();
        self.pool.extend_from_slice(&open.passages);
        self.candidates.push(Candidate {
            segment: open.segment,
            lead: open.lead,
            first: rank.0,
            score: best,
            second,
            order: view.order.values.get_val(open.lead),
            passages: start..self.pool.len(),
        });
        self.thin_out();
    }

    fn keep_passages(&mut self, open: &Open, view: &SegmentView) {
        let first = self.first_key(&open.seen, view);
        for (doc, score) in &open.passages {
            if !self.may_reach(Rank(first, *score)) {
                continue;
            }
            let start = self.pool.len();
            self.pool.push((*doc, *score));
            self.candidates.push(Candidate {
                segment: open.segment,
                lead: open.lead,
                first,
                score: *score,
                second: 0.0,
                order: view.order.values.get_val(open.lead),
                passages: start..start + 1,
            });
        }
        self.thin_out();
    }

    /// Says whether a rank may be among the wanted ones in the end, and remembers it.
    fn may_reach(&mut self, rank: Rank) -> bool {
        if self.n_wanted == 0 {
            return false;
        }
        if self.best.len() < self.n_wanted {
            self.best.push(Reverse(rank));
            return true;
        }
        let Some(Reverse(least)) = self.best.peek().copied() else { return true };
        if rank > least {
            self.best.pop();
            self.best.push(Reverse(rank));
        }
        rank.0 > least.0 || (rank.0 == least.0 && rank.1 * self.lift >= least.1)
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
        let lift = self.lift;
        self.candidates.retain(|c| {
            c.first > least.0
                || (c.first == least.0 && (c.score + c.second) * lift >= least.1)
        });
    }
}
