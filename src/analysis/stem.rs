//! English stems, remembered: a text uses the same few thousand words again and again.

use std::borrow::Cow;
use std::hash::Hasher;

use frostem::{Algorithm, Stemmer};
use rustc_hash::FxHasher;

/// Slots, a power of two, of the memory when many texts are read.
const SLOTS: usize = 1 << 13;
/// Slots for a query.
const FEW_SLOTS: usize = 16;

/// Stems words of plain letters, and leaves all others as they are.
pub(super) struct Stems {
    stemmer: Stemmer,
    /// Word and stem at the slot that the word's hash names; a later word takes the place.
    slots: Vec<(String, String)>,
}

impl Stems {
    /// For the many words of passages.
    pub(super) fn new() -> Self {
        Self::with_slots(SLOTS)
    }

    /// For the few words of a query.
    pub(super) fn small() -> Self {
        Self::with_slots(FEW_SLOTS)
    }

    fn with_slots(n_slots: usize) -> Self {
        let slots = vec![(String::new(), String::new()); n_slots];
        Self { stemmer: Stemmer::new(Algorithm::English), slots }
    }

    /// Returns the stem of a folded word.
    pub(super) fn stem<'a>(&'a mut self, word: &'a str) -> &'a str {
        // Words of two letters have no endings; with digits or other scripts they are names.
        if word.len() < 3 || !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return word;
        }
        let place = hash(word.as_bytes()) & (self.slots.len() - 1);
        let slot = &mut self.slots[place];
        if slot.0 != word {
            slot.0.clear();
            slot.0.push_str(word);
            slot.1.clear();
            match self.stemmer.stem(word) {
                Cow::Borrowed(stem) => slot.1.push_str(stem),
                Cow::Owned(stem) => slot.1 = stem,
            }
        }
        &slot.1
    }
}

fn hash(word: &[u8]) -> usize {
    let mut hasher = FxHasher::default();
    hasher.write(word);
    hasher.finish() as usize
}
