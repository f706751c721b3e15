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
        let to = to.min(self.n_docs);
        let mut doc = from;
        while doc < to {
            if doc.is_multiple_of(64) && to - doc >= 64 {
                self.words[doc as usize / 64] = u64::MAX;
                doc += 64;
            } else {
                self.insert(doc);
                doc += 1;
            }
        }
    }

    pub(super) fn remove(&mut self, doc: u32) {
        self.words[doc as usize / 64] &= !(1 << (doc % 64));
    }

    pub(super) fn contains(&self, doc: u32) -> bool {
        self.words[doc as usize / 64] >> (doc % 64) & 1 == 1
    }

    pub(super) fn and(&mut self, other: &Bits) {
        for (a, b) in self.words.iter_mut().zip(&other.words) {
            *a &= b;
        }
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
    fn ranges_and_members() {
        let mut bits = Bits::none(200);
        bits.insert_range(3, 140);
        bits.insert(199);
        assert_eq!(
            bits.iter().collect::<Vec<_>>(),
            (3..140).chain([199]).collect::<Vec<_>>()
        );
        let mut rest = Bits::all(200);
        rest.and_not(&bits);
        assert_eq!(rest.iter().count(), 200 - 138);
        assert!(!rest.contains(3) && rest.contains(2));
    }
}
