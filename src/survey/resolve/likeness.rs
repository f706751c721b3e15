//! How alike two titles, lists of authors and years are.
//!
//! Titles are compared without case, accents, blanks and marks. Small differences are forgiven
//! (spelling, a lost hyphen, a lost subtitle); numbers, versions and negations are not.

use rustc_hash::FxHashSet;

use crate::paper::reference::names::{fold, is_cjk};

/// A title, ready to be compared.
pub(super) struct Title {
    /// Without case, accents, blanks and marks.
    pub(super) folded: String,
    words: Vec<String>,
}

/// Words too common to find a work by.
const COMMON: [&str; 44] = [
    "the",
    "and",
    "for",
    "with",
    "from",
    "via",
    "using",
    "towards",
    "toward",
    "into",
    "over",
    "learning",
    "deep",
    "neural",
    "networks",
    "network",
    "model",
    "models",
    "modeling",
    "based",
    "large",
    "language",
    "vision",
    "visual",
    "image",
    "images",
    "video",
    "data",
    "training",
    "pre",
    "pretraining",
    "transformer",
    "transformers",
    "multimodal",
    "multi",
    "survey",
    "text",
    "generation",
    "representation",
    "representations",
    "recognition",
    "understanding",
    "tasks",
    "is",
];

impl Title {
    pub(super) fn new(title: &str) -> Self {
        let words: Vec<String> = title
            .split(|c: char| !c.is_alphanumeric())
            .map(fold)
            .filter(|w| !w.is_empty())
            .collect();
        Self { folded: words.concat(), words }
    }

    pub(super) fn n_words(&self) -> usize {
        let cjk = self.folded.chars().filter(|c| is_cjk(*c)).count();
        self.words.len().max(cjk / 2)
    }

    /// Words by which the work may be found, the longest first, at most six.
    pub(super) fn rare_words(&self) -> Vec<&str> {
        let mut words: Vec<&str> = self
            .words
            .iter()
            .map(String::as_str)
            .filter(|w| w.len() >= 3 && !COMMON.contains(w))
            .collect();
        words.sort_by_key(|w| (std::cmp::Reverse(w.len()), *w));
        words.dedup();
        words.truncate(6);
        words
    }

    /// Likeness from 0 to 1.
    pub(super) fn likeness(&self, other: &Self) -> f32 {
        if self.folded.is_empty() || other.folded.is_empty() {
            return 0.0;
        }
        if self.folded == other.folded {
            return 1.0;
        }
        if self.is_head_of(other) || other.is_head_of(self) {
            return 0.95;
        }
        strsim::normalized_levenshtein(&self.folded, &other.folded) as f32
    }

    /// True if the titles may be one work's: equal, nearly so, or one lacks the subtitle.
    pub(super) fn same_work(&self, other: &Self) -> bool {
        if self.folded.is_empty() || other.folded.is_empty() {
            return false;
        }
        if self.folded == other.folded {
            return true;
        }
        let head = self.is_head_of(other) || other.is_head_of(self);
        let n = self.folded.chars().count().max(other.folded.chars().count());
        let allowed = (n * 5 / 100).clamp(1, 4);
        // Cheap tests first: most candidates fall by their length.
        let near = || {
            self.folded.len().abs_diff(other.folded.len()) <= allowed * 3
                && strsim::levenshtein(&self.folded, &other.folded) <= allowed
        };
        (head || near()) && self.versions() == other.versions() && !self.negates(other)
    }

    /// True if this is the other without its end: at least four words and 24 letters.
    fn is_head_of(&self, other: &Self) -> bool {
        self.words.len() >= 4
            && self.folded.chars().count() >= 24
            && other.words.len() > self.words.len()
            && other.folded.starts_with(&self.folded)
            && !self.cut_mid_word(other)
    }

    fn cut_mid_word(&self, other: &Self) -> bool {
        let mut at = 0;
        for word in &other.words {
            at += word.len();
            if at >= self.folded.len() {
                return at != self.folded.len();
            }
        }
        false
    }

    /// Words that number a work among its kin: digits, roman numbers, letters after digits.
    fn versions(&self) -> Vec<&str> {
        let mut versions: Vec<&str> = self
            .words
            .iter()
            .map(String::as_str)
            .filter(|w| {
                w.contains(|c: char| c.is_ascii_digit())
                    || matches!(
                        *w,
                        "i" | "ii" | "iii" | "iv" | "vi" | "first" | "second" | "plus"
                    )
            })
            .collect();
        versions.sort_unstable();
        versions
    }

    /// True if a word of one is a word of the other with a prefix that turns its meaning.
    fn negates(&self, other: &Self) -> bool {
        let mine: FxHashSet<&str> = self.words.iter().map(String::as_str).collect();
        let theirs: FxHashSet<&str> = other.words.iter().map(String::as_str).collect();
        let turned = |a: &FxHashSet<&str>, b: &FxHashSet<&str>| {
            self.words.iter().chain(&other.words).any(|w| {
                a.contains(w.as_str())
                    && !b.contains(w.as_str())
                    && ["un", "non", "in", "anti", "de", "dis", "semi", "self"]
                        .iter()
                        .any(|p| w.strip_prefix(p).is_some_and(|rest| b.contains(rest)))
            })
        };
        turned(&mine, &theirs) || turned(&theirs, &mine)
    }
}

/// Authors, ready to be compared.
pub(super) struct Authors {
    /// The words of each name, folded, without initials.
    names: Vec<Vec<String>>,
}

impl Authors {
    pub(super) fn new(authors: &[String]) -> Self {
        let names = authors
            .iter()
            .take(40)
            .map(|a| {
                if a.chars().any(is_cjk) {
                    return vec![fold(a)];
                }
                a.split([' ', '.', '\u{a0}'])
                    .map(fold)
                    .filter(|w| {
                        w.chars().count() > 1 && !matches!(w.as_str(), "jr" | "sr" | "al")
                    })
                    .collect::<Vec<_>>()
            })
            .filter(|words| !words.is_empty())
            .collect();
        Self { names }
    }
}

/// Whether two lists may be one work's; `None` if one is not known.
///
/// The first authors must share a name, or half of the shorter list must be in the longer.
pub(super) fn authors_agree(a: &Authors, b: &Authors) -> Option<bool> {
    let (first_a, first_b) = (a.names.first()?, b.names.first()?);
    if share_name(first_a, first_b) {
        return Some(true);
    }
    let (short, long) = if a.names.len() <= b.names.len() { (a, b) } else { (b, a) };
    let shared = short
        .names
        .iter()
        .filter(|n| long.names.iter().any(|m| share_name(n, m)))
        .count();
    Some(short.names.len() >= 2 && shared * 2 > short.names.len())
}

/// True if the family name of one, its last word, is a word of the other.
fn share_name(a: &[String], b: &[String]) -> bool {
    let last = |n: &[String]| n.last().cloned().unwrap_or_default();
    let family_a = last(a);
    let family_b = last(b);
    if !(b.contains(&family_a) || a.contains(&family_b)) {
        return false;
    }
    // `Wei Li` and `Bo Li`: given names that are written out must not differ.
    let given = |n: &[String], family: &str| {
        n.iter().filter(|w| *w != family).cloned().collect::<Vec<_>>()
    };
    let shared = if b.contains(&family_a) { family_a } else { family_b };
    let (given_a, given_b) = (given(a, &shared), given(b, &shared));
    given_a.is_empty()
        || given_b.is_empty()
        || given_a.iter().any(|w| given_b.contains(w))
        || given_a.iter().any(|w| {
            given_b.iter().any(|v| v.starts_with(w.as_str()) || w.starts_with(v.as_str()))
        })
        || given_a.concat() == given_b.concat()
        || initials(&given_a) == initials(&given_b) && a.len() != b.len()
}

fn initials(words: &[String]) -> Vec<Option<char>> {
    words.iter().map(|w| w.chars().next()).collect()
}

/// Whether two years may be one work's: a preprint comes up to two years before its journal.
pub(super) fn years_agree(a: Option<i32>, b: Option<i32>) -> Option<bool> {
    Some((a? - b?).abs() <= 2)
}
