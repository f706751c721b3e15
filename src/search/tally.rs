//! Counts passages and papers from bits, a word at a time.
//!
//! In: the passages of a segment that match, window after window, and its filters. Out: how many
//! passages and papers pass them all, and for facets how many papers have what. A facet whose field
//! is filtered counts what passes all other filters: the values beside the chosen ones stay.

use std::ops::Range;

use super::bits::{Bits, and, ones};
use super::count::Counts;
use super::matching::{Dimension, Sieve};
use super::segment::{Code, SegmentView};

/// Finds the papers of passages that come as bits, word after word.
#[derive(Clone, Copy, Debug, Default)]
struct Carry {
    /// A passage was found of the paper that goes on in the next word.
    inside: bool,
}

impl Carry {
    /// The last passages of the papers that have one of `found`; `ends` are those of all papers.
    ///
    /// In a sum of the ones before each paper's end with the passages found there, a carry reaches
    /// the end of just those papers that have one.
    #[inline]
    fn papers(&mut self, found: u64, ends: u64) -> u64 {
        let (sum, out) = (found & !ends).overflowing_add(!ends);
        let (sum, over) = sum.overflowing_add(u64::from(self.inside));
        self.inside = out | over;
        (sum | found) & ends
    }
}

/// Passages of a window that pass all filters, those of one field aside.
struct Part {
    /// The field; `None`: they pass all.
    aside: Option<Dimension>,
    found: Vec<u64>,
    /// Last passages of their papers.
    papers: Vec<u64>,
    carry: Carry,
    n_papers: u64,
}

impl Part {
    fn new(aside: Option<Dimension>) -> Part {
        let carry = Carry::default();
        Part { aside, found: Vec::new(), papers: Vec::new(), carry, n_papers: 0 }
    }

    fn set(&mut self, found: &[u64], ends: &[u64], sieve: &Sieve, words: &Range<usize>) {
        self.found.clear();
        self.found.extend_from_slice(found);
        for (dimension, bits) in sieve.sets() {
            if Some(dimension) != self.aside {
                and(&mut self.found, &bits.words[words.clone()]);
            }
        }
        self.papers.clear();
        for (found, ends) in self.found.iter().zip(ends) {
            let papers = self.carry.papers(*found, *ends);
            self.n_papers += u64::from(papers.count_ones());
            self.papers.push(papers);
        }
    }
}

/// Counts the papers that have a passage of a set.
struct Holders<'v> {
    set: &'v Bits,
    carry: Carry,
    n_papers: u64,
}

impl<'v> Holders<'v> {
    fn of(set: &'v Bits) -> Holders<'v> {
        Holders { set, carry: Carry::default(), n_papers: 0 }
    }

    fn add(&mut self, found: &[u64], ends: &[u64], words: &Range<usize>) {
        let set = &self.set.words[words.clone()];
        for ((found, ends), set) in found.iter().zip(ends).zip(set) {
            let papers = self.carry.papers(found & set, *ends);
            self.n_papers += u64::from(papers.count_ones());
        }
    }
}

/// Papers by the values of a code.
struct ByCode<'v> {
    code: Code,
    /// Which part is counted.
    part: usize,
    values: Vec<(usize, Holders<'v>)>,
    /// Papers with any of several values; `None`: all passages have one, or there is one at most.
    some: Option<Holders<'v>>,
}

/// What is counted of one segment, window after window.
pub(super) struct Tally<'v> {
    number: usize,
    view: &'v SegmentView,
    sieve: &'v Sieve,
    /// The first passes all filters; of the others each leaves one aside.
    parts: Vec<Part>,
    codes: Vec<ByCode<'v>>,
    pub(super) n_passages: u64,
}

impl<'v> Tally<'v> {
    /// Begins to count the segment of this number.
    pub(super) fn open(
        counts: &Counts,
        number: usize,
        view: &'v SegmentView,
        sieve: &'v Sieve,
    ) -> Tally<'v> {
        let asides = sieve.sets().map(|(dimension, _)| dimension);
        let asides = asides.filter(|dimension| counts.wanted.asks(*dimension));
        let parts = std::iter::once(None).chain(asides.map(Some)).map(Part::new);
        let mut tally = Tally {
            number,
            view,
            sieve,
            parts: parts.collect(),
            codes: Vec::new(),
            n_passages: 0,
        };
        for code in Code::ALL.into_iter().filter(|code| counts.wanted.code(*code)) {
            let sets = view.sets_of(code);
            let several = sets.values.len() > 1;
            let values =
                sets.values.iter().map(|(value, set)| (*value, Holders::of(set)));
            tally.codes.push(ByCode {
                code,
                part: code.dimension().map_or(0, |dimension| tally.part(dimension)),
                values: values.collect(),
                some: sets.some.as_ref().filter(|_| several).map(Holders::of),
            });
        }
        tally
    }

    /// Which part a facet of this field counts.
    fn part(&self, dimension: Dimension) -> usize {
        let fits = |part: &Part| part.aside == Some(dimension);
        self.parts.iter().position(fits).unwrap_or(0)
    }

    /// Papers that pass all filters, so far.
    pub(super) fn n_papers(&self) -> u64 {
        self.parts[0].n_papers
    }

    /// Counts the next window: `found` match in these words of the segment. Returns those that pass
    /// all filters.
    pub(super) fn add(
        &mut self,
        counts: &mut Counts,
        words: Range<usize>,
        found: &[u64],
    ) -> &[u64] {
        let ends = &self.view.ends.words[words.clone()];
        for part in &mut self.parts {
            part.set(found, ends, self.sieve, &words);
        }
        let whole = &self.parts[0].found;
        self.n_passages +=
            whole.iter().map(|word| u64::from(word.count_ones())).sum::<u64>();
        for ByCode { part, values, some, .. } in &mut self.codes {
            let found = &self.parts[*part].found;
            for holders in values.iter_mut().map(|(_, holders)| holders).chain(some) {
                holders.add(found, ends, &words);
            }
        }
        self.add_to(counts, words.start as u32 * 64);
        &self.parts[0].found
    }

    /// Counts what papers have beside codes.
    fn add_to(&self, counts: &mut Counts, from: u32) {
        let Tally { number, view, .. } = *self;
        if counts.wanted.year {
            let papers = &self.parts[self.part(Dimension::Year)].papers;
            each(papers, from, |last| counts.add_year(view.facts(last)));
        }
        let names = [
            (Dimension::Author, &mut counts.authors),
            (Dimension::Venue, &mut counts.venues),
        ];
        for (dimension, names) in names {
            if let Some(names) = names {
                names.add(number, &self.parts[self.part(dimension)].papers, from);
            }
        }
        let topics =
            [(self.part(Dimension::Topic), &mut counts.topics), (0, &mut counts.surveys)];
        for (part, topics) in topics {
            let Some(topics) = topics.as_mut().filter(|_| !counts.table.is_empty(number))
            else {
                continue;
            };
            each(&self.parts[part].found, from, |doc| {
                topics.add(counts.table, number, doc, view.facts(doc));
            });
        }
    }

    /// The segment is complete.
    pub(super) fn end(self, counts: &mut Counts) {
        let n_papers = |part: usize| self.parts[part].n_papers;
        for ByCode { code, part, values, some } in &self.codes {
            let counts = &mut counts.codes[*code as usize];
            for (value, holders) in values {
                counts[*value] += holders.n_papers;
            }
            let with_any = match (values.as_slice(), some) {
                ([], _) => 0,
                ([(_, only)], _) => only.n_papers,
                (_, Some(some)) => some.n_papers,
                (_, None) => n_papers(*part),
            };
            counts[0] += n_papers(*part) - with_any;
        }
        let without = counts.table.is_empty(self.number);
        let topics =
            [(self.part(Dimension::Topic), &mut counts.topics), (0, &mut counts.surveys)];
        for (part, topics) in topics {
            if let Some(topics) = topics {
                topics.end_paper();
                topics.none += if without { n_papers(part) } else { 0 };
            }
        }
    }
}

/// Shows the documents of a window that begins with `from` to `visit`.
fn each(words: &[u64], from: u32, mut visit: impl FnMut(u32)) {
    for (i, word) in (0..).zip(words) {
        ones(*word, from + i * 64).for_each(&mut visit);
    }
}
