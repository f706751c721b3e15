//! A set of documents of one segment.

/// One bit a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bits {
    pub(super) words: Vec<u64>,
    n_docs: u32,
}

impl Bits {
    /// The empty set over `n_docs` documents.
    pub(super) fn none(n_docs: u32) -> Bits {
        Bits { words: vec![0; (n_docs as usize).div_ceil(64)], n_docs }
    }

    /// All documents.
    pub(super) fn all(n_docs: u32) -> Bits {
        let mut bits = Bits::none(n_docs);
        bits.insert_range(0, n_docs);
        bits
    }

    pub(super) fn insert(&mut self, doc: u32) {
        self.words[doc as usize / 64] |= 1 << (doc % 64);
    }

    /// Inserts `from..to`.
    pub(super) fn insert_range(&mut self, from: u32, to: u32) {
        insert_range(&mut self.words, from, to.min(self.n_docs));
    }

    /// The documents that stand right before a member, and the last of all.
    pub(super) fn before(&self) -> Bits {
        let mut bits = Bits::none(self.n_docs);
        let next = self.words.iter().skip(1).chain([&0]);
        for (word, (here, next)) in bits.words.iter_mut().zip(self.words.iter().zip(next))
        {
            *word = here >> 1 | next << 63;
        }
        if let Some(last) = self.n_docs.checked_sub(1) {
            bits.insert(last);
        }
        bits
    }

    /// The last member that is not behind `doc`.
    pub(super) fn last_to(&self, doc: u32) -> Option<u32> {
        let mut at = doc as usize / 64;
        let mut word = self.words[at] & (u64::MAX >> (63 - doc % 64));
        while word == 0 {
            at = at.checked_sub(1)?;
            word = self.words[at];
        }
        Some(at as u32 * 64 + 63 - word.leading_zeros())
    }

    /// The first member that is not before `doc`.
    pub(super) fn first_from(&self, doc: u32) -> Option<u32> {
        let mut at = doc as usize / 64;
        let mut word = self.words[at] & (u64::MAX << (doc % 64));
        while word == 0 {
            at += 1;
            word = *self.words.get(at)?;
        }
        Some(at as u32 * 64 + word.trailing_zeros())
    }

    pub(super) fn remove(&mut self, doc: u32) {
        self.words[doc as usize / 64] &= !(1 << (doc % 64));
    }

    pub(super) fn contains(&self, doc: u32) -> bool {
        self.words[doc as usize / 64] >> (doc % 64) & 1 == 1
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    pub(super) fn and(&mut self, other: &Bits) {
        and(&mut self.words, &other.words);
    }

    pub(super) fn or(&mut self, other: &Bits) {
        for (a, b) in self.words.iter_mut().zip(&other.words) {
            *a |= b;
        }
    }

    pub(super) fn and_not(&mut self, other: &Bits) {
        for (a, b) in self.words.iter_mut().zip(&other.words) {
            *a &= !b;
        }
    }

    /// Documents in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(i, word)| ones(*word, i as u32 * 64))
    }
}

/// Leaves in `words` what is in `other`, too.
pub(super) fn and(words: &mut [u64], other: &[u64]) {
    for (a, b) in words.iter_mut().zip(other) {
        *a &= b;
    }
}

/// Inserts `from..to` into a set.
pub(super) fn insert_range(words: &mut [u64], from: u32, to: u32) {
    let mut doc = from;
    while doc < to {
        let n = (64 - doc % 64).min(to - doc);
        words[doc as usize / 64] |= u64::MAX >> (64 - n) << (doc % 64);
        doc += n;
    }
}

/// Widens a set to all documents of the papers it has one of. `ends` are the last documents of all
/// papers; a paper that goes on before or behind these words is widened within them.
pub(super) fn fill_papers(set: &mut [u64], ends: &[u64]) {
    // Each document takes over from the one before it, those from the two before them, and so on, as
    // far as no paper ends between them; then the same from behind.
    let mut goes_on = 0;
    for (word, ends) in set.iter_mut().zip(ends) {
        let mut some = *word | goes_on;
        let mut open = if some == 0 { 0 } else { !(ends << 1 | 1) };
        let mut step = 1;
        while open != 0 {
            some |= some << step & open;
            open &= open << step;
            step *= 2;
        }
        *word = some;
        goes_on = (some & !ends) >> 63;
    }
    let mut goes_on = 0;
    for (word, ends) in set.iter_mut().zip(ends).rev() {
        let mut some = *word | goes_on & !ends;
        let mut open = if some == 0 { 0 } else { !(ends | 1 << 63) };
        let mut step = 1;
        while open != 0 {
            some |= some >> step & open;
            open &= open >> step;
            step *= 2;
        }
        *word = some;
        goes_on = some << 63;
    }
}

/// The positions of the ones in a word, each plus `base`.
pub(super) fn ones(mut word: u64, base: u32) -> impl Iterator<Item = u32> {
    std::iter::from_fn(move || {
        if word == 0 {
            return None;
        }
        let bit = word.trailing_zeros();
        word &= word - 1;
        Some(base + bit)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn papers_are_filled() {
        let mut random = fastrand::Rng::with_seed(7);
        for round in 0..200u64 {
            let n_docs = 64 * random.u32(1..5);
            let (mut ends, mut some) = (Bits::none(n_docs), Bits::none(n_docs));
            for doc in 0..n_docs {
                if random.u64(..=round / 4) == 0 {
                    ends.insert(doc);
                }
                if random.u64(..=10 * (round % 7)) == 0 {
                    some.insert(doc);
                }
            }
            let (mut naive, mut from) = (Bits::none(n_docs), 0);
            for doc in 0..n_docs {
                if ends.contains(doc) || doc + 1 == n_docs {
                    if (from..=doc).any(|doc| some.contains(doc)) {
                        naive.insert_range(from, doc + 1);
                    }
                    from = doc + 1;
                }
            }
            fill_papers(&mut some.words, &ends.words);
            assert_eq!(some, naive);
        }
    }

    #[test]
    fn ranges_and_members() {
        let mut bits = Bits::none(200);
        bits.insert_range(3, 140);
        bits.insert(199);
        assert_eq!(
            bits.iter().collect::<Vec<_>>(),
            (3..140).chain([199]).collect::<Vec<_>>()
        );
        assert_eq!((bits.last_to(198), bits.last_to(64)), (Some(139), Some(64)));
        assert_eq!((bits.first_from(140), bits.first_from(5)), (Some(199), Some(5)));
        assert_eq!((bits.last_to(2), Bits::none(200).first_from(0)), (None, None));
        let before: Vec<u32> = (2..139).chain([198, 199]).collect();
        assert_eq!(bits.before().iter().collect::<Vec<_>>(), before);
        assert_eq!(Bits::none(0).before(), Bits::none(0));
        let mut rest = Bits::all(200);
        rest.and_not(&bits);
        assert_eq!(rest.iter().count(), 200 - 138);
        assert!(!rest.contains(3) && rest.contains(2));
    }
}
