//! Which units of a plan stand in passages, kept as bits while the passages may be among the best.

use std::ops::Range;

use super::bits::ones;
use super::plan::Pair;

/// The units of many passages, each with bits for its text and bits for its title.
#[derive(Clone, Debug, Default)]
pub(super) struct Presence {
    bits: Vec<u64>,
    /// Words of bits for the text, and as many for the title.
    n_words: usize,
    n_passages: usize,
}

/// Which units stand in a passage: in its text, in its title. Those that are not scored may stand anywhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Present<'a> {
    text: &'a [u64],
    title: &'a [u64],
}

impl Presence {
    /// Begins with no passage; so many units may stand in each.
    pub(super) fn new(n_units: usize) -> Presence {
        Presence { n_words: n_units.div_ceil(64), ..Presence::default() }
    }

    /// Begins for the same units.
    pub(super) fn empty(&self) -> Presence {
        Presence { n_words: self.n_words, ..Presence::default() }
    }

    pub(super) fn len(&self) -> usize {
        self.n_passages
    }

    /// Adds a passage with these units in its text and in its title; returns the bits of both for more.
    pub(super) fn push(&mut self, units: &[u64]) -> (&mut [u64], &mut [u64]) {
        let from = self.bits.len();
        self.bits.extend_from_slice(units);
        self.bits.extend_from_slice(units);
        self.n_passages += 1;
        self.bits[from..].split_at_mut(self.n_words)
    }

    /// Adds some passages of another one.
    pub(super) fn extend(&mut self, other: &Presence, passages: Range<usize>) {
        let size = 2 * self.n_words;
        let bits = passages.start * size..passages.end * size;
        self.bits.extend_from_slice(&other.bits[bits]);
        self.n_passages += passages.len();
    }

    pub(super) fn get(&self, at: usize) -> Present<'_> {
        let size = 2 * self.n_words;
        let (text, title) = self.bits[at * size..(at + 1) * size].split_at(self.n_words);
        Present { text, title }
    }

    pub(super) fn clear(&mut self) {
        self.bits.clear();
        self.n_passages = 0;
    }
}

impl Present<'_> {
    /// Nothing is known.
    pub(super) const UNKNOWN: Present<'static> = Present { text: &[], title: &[] };

    /// The passage may have a unit in the text or in the title.
    pub(super) fn has(self, unit: usize) -> bool {
        holds(self.text, unit) || holds(self.title, unit)
    }

    /// The units that it has, and those that are not scored.
    pub(super) fn units(self) -> impl Iterator<Item = usize> {
        let words = self.text.iter().zip(self.title).zip((0..).step_by(64));
        words
            .flat_map(|((text, title), from)| ones(text | title, from))
            .map(|n| n as usize)
    }

    /// It may have both units of a pair in the text.
    pub(super) fn in_text(self, pair: &Pair) -> bool {
        holds(self.text, pair.left) && holds(self.text, pair.right)
    }

    /// It may have both in the title.
    pub(super) fn in_title(self, pair: &Pair) -> bool {
        holds(self.title, pair.left) && holds(self.title, pair.right)
    }
}

fn holds(units: &[u64], unit: usize) -> bool {
    units.get(unit / 64).is_none_or(|word| word >> (unit % 64) & 1 == 1)
}
