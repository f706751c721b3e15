//! English stems, remembered: a text uses the same few thousand words again and again.

use std::hash::Hasher;

use frostem::{Algorithm, Stemmer};
use rustc_hash::FxHasher;

/// Pairs of slots, a power of two, of the memory when many texts are read. A stem that is not
/// remembered costs as much as indexing some words does.
const SLOTS: usize = 1 << 14;
/// Pairs of slots for a query.
const FEW_SLOTS: usize = 8;

/// The stem of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stem<'a> {
    /// What the word begins with, and the letter behind it, if any.
    Cut {
        /// Bytes of the beginning.
        kept: usize,
        /// The letter, of ASCII.
        more: Option<u8>,
    },
    /// Any other.
    Own(&'a str),
}

impl Stem<'_> {
    /// No stem at all.
    pub const NONE: Stem<'static> = Stem::Cut { kept: 0, more: None };
}

/// Stems words of plain letters, and leaves all others as they are.
pub(super) struct Stems {
    stemmer: Stemmer,
    /// Words and stems at the pair of slots that a word's hash names. A new word takes the second
    /// slot, and goes to the first when it is met again: rare words do not push out common ones.
    slots: Vec<[Slot; 2]>,
    /// The stem last given, where it is no part of its word.
    stem: String,
}

/// A word and its stem, small enough for a pair to share a line of the processor's cache: the word,
/// its length, and of its stem how many letters it keeps and which one is behind them, 0 for none.
/// Plain bytes, so that a memory that few words are asked of is not written before.
type Slot = [u8; LONGEST + 3];

/// Bytes of the longest word that is remembered.
const LONGEST: usize = 29;

/// Where in a slot these are.
const LENGTH: usize = LONGEST;
const KEPT: usize = LONGEST + 1;
const MORE: usize = LONGEST + 2;

/// Remembers a stem; none if it takes more than a slot can hold.
fn slot_of(word: &str, stem: &str) -> Option<Slot> {
    let (word, stem) = (word.as_bytes(), stem.as_bytes());
    let kept = word.iter().zip(stem).take_while(|(a, b)| a == b).count();
    let more = match stem[kept..] {
        [] => 0,
        [last] => last,
        _ => return None,
    };
    let mut slot = [0; LONGEST + 3];
    slot[..LONGEST].get_mut(..word.len())?.copy_from_slice(word);
    (slot[LENGTH], slot[KEPT], slot[MORE]) = (word.len() as u8, kept as u8, more);
    Some(slot)
}

fn holds(slot: &Slot, word: &str) -> bool {
    slot[..usize::from(slot[LENGTH])] == *word.as_bytes()
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
        let slots = vec![[[0; LONGEST + 3]; 2]; n_slots];
        Self { stemmer: Stemmer::new(Algorithm::English), slots, stem: String::new() }
    }

    /// Returns the stem of a word from its folded form and from what was typed: that of `GPUs` is that
    /// of `GPU`.
    pub(super) fn stem_typed<'a>(&'a mut self, typed: &str, word: &'a str) -> &'a str {
        let Stem::Cut { kept, more } = self.cut_typed(typed, word) else {
            return &self.stem;
        };
        let Some(more) = more else { return &word[..kept] };
        self.stem.clear();
        self.stem.push_str(&word[..kept]);
        self.stem.push(char::from(more));
        &self.stem
    }

    /// Returns the same, as what it has in common with the word.
    pub(super) fn cut_typed(&mut self, typed: &str, word: &str) -> Stem<'_> {
        let word = singular(typed, word).unwrap_or(word);
        // With digits or of other scripts they are names.
        match word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            true => self.cut(word),
            false => Stem::Cut { kept: word.len(), more: None },
        }
    }

    /// Returns the same of a word of plain letters.
    pub(super) fn cut_plain(&mut self, typed: &str, word: &str) -> Stem<'_> {
        self.cut(singular(typed, word).unwrap_or(word))
    }

    /// Cuts a word of small letters.
    fn cut(&mut self, word: &str) -> Stem<'_> {
        // Words of two letters have no endings.
        if word.len() < 3 {
            return Stem::Cut { kept: word.len(), more: None };
        }
        let place = hash(word.as_bytes()) & (self.slots.len() - 1);
        let [first, second] = &mut self.slots[place];
        let slot = if holds(first, word) {
            &*first
        } else if holds(second, word) {
            std::mem::swap(first, second);
            &*first
        } else {
            let stem = self.stemmer.stem(word);
            let Some(slot) = slot_of(word, &stem) else {
                self.stem = stem.into_owned();
                return Stem::Own(&self.stem);
            };
            *second = slot;
            &*second
        };
        let more = Some(slot[MORE]).filter(|more| *more != 0);
        Stem::Cut { kept: usize::from(slot[KEPT]), more }
    }
}

/// The initialism whose plural the word is. The stemmer knows no words without vowels, and keeps the s
/// directly behind a word's only vowel (`cnns`, `gpus`).
///
/// Three letters in lower case may be an initialism that ends in an s of its own (`rms`, `gps`); as typed,
/// `LMs` is told from `RMS`.
fn singular<'a>(typed: &str, word: &'a str) -> Option<&'a str> {
    let body = word.strip_suffix('s')?;
    if body.len() < 2 || body.ends_with('s') {
        return None;
    }
    let capitals =
        typed.strip_suffix('s').filter(|capitals| capitals.len() == body.len());
    if capitals.is_some_and(|capitals| capitals.bytes().all(|b| b.is_ascii_uppercase())) {
        return Some(body);
    }
    if body.len() < 3 || !body.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return None;
    }
    let onset = body.find(['a', 'e', 'i', 'o', 'u', 'y']).unwrap_or(body.len());
    let is_spelt = match body.len() - onset {
        0 => true,
        1 => onset > 1 && !ONSETS.contains(&&body[..onset]),
        _ => false,
    };
    is_spelt.then_some(body)
}

/// Consonants with which English words begin; others are spelt letter by letter (`gpu`).
const ONSETS: [&str; 36] = [
    "bl", "br", "ch", "chr", "cl", "cr", "dr", "fl", "fr", "gh", "gl", "gn", "gr", "kn",
    "kr", "ph", "pl", "pr", "ps", "qu", "rh", "sc", "sh", "sk", "sl", "sm", "sn", "sp",
    "st", "str", "sw", "th", "thr", "tr", "tw", "wh",
];

fn hash(word: &[u8]) -> usize {
    let mut hasher = FxHasher::default();
    hasher.write(word);
    hasher.finish() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_is_what_the_stemmer_says() {
        let words = [
            "models",
            "happy",
            "hoping",
            "hopping",
            "dying",
            "skis",
            "relational",
            "gently",
            "early",
            "cries",
            "generalization",
            "flies",
            "sky",
            "succeed",
            "proceeding",
            "internationalizationally",
            "electroencephalographicallye",
            "electroencephalographically",
            "electroencephalographicallyes",
        ];
        let plain = Stemmer::new(Algorithm::English);
        let mut small = Stems::small();
        for word in [words, words].concat() {
            assert_eq!(small.stem_typed("", word), plain.stem(word), "{word}");
            assert_eq!(small.stem_typed("", word), plain.stem(word), "{word}, again");
        }
    }
}
