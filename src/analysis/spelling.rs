//! Finds the word of the corpus that was probably meant.
//!
//! In: a word that finds little, and the words of the corpus with the number of documents of each. Out:
//! the nearest of them. It knows no dictionary: what the corpus does not write is never proposed.

use super::is_stop;

/// Letters below which a word is not corrected.
const MIN_LENGTH: usize = 4;
/// How many times more documents a word must have than the one that was typed.
const MIN_RATIO: u64 = 10;

/// Returns the word that `word` was probably meant to be: within one edit (two from eight letters on), in
/// many more documents than `word` itself is (`frequency`), the nearest and then the most frequent.
///
/// `words` are exact forms with their document frequencies, in any order; ties go to the smaller word, so
/// the answer does not depend on the order.
pub fn correct<'a>(
    word: &str,
    frequency: u64,
    words: impl IntoIterator<Item = (&'a str, u64)>,
) -> Option<String> {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() < MIN_LENGTH || !letters.iter().all(|c| c.is_alphabetic()) {
        return None;
    }
    let limit = if letters.len() < 8 { 1 } else { 2 };
    let mut best: Option<(usize, u64, &str)> = None;
    for (candidate, documents) in words {
        let enough = documents >= 2 && documents >= MIN_RATIO.saturating_mul(frequency);
        if !enough
            || candidate == word
            || !is_near_length(candidate, letters.len(), limit)
        {
            continue;
        }
        let distance = strsim::osa_distance(word, candidate);
        if distance > limit || has_digit(candidate) || is_stop(candidate) {
            continue;
        }
        let is_better = best.is_none_or(|(nearest, most, chosen)| {
            // A first letter is seldom mistyped, a doubled one often.
            let key = |d: usize, n: u64, w: &str| {
                let is_doubled = undoubled(w) == undoubled(word);
                let weight = 2 * d + usize::from(!w.starts_with(letters[0]))
                    - usize::from(is_doubled);
                (weight, std::cmp::Reverse(n))
            };
            let (this, that) =
                (key(distance, documents, candidate), key(nearest, most, chosen));
            this < that || this == that && candidate < chosen
        });
        if is_better {
            best = Some((distance, documents, candidate));
        }
    }
    best.map(|(.., chosen)| chosen.to_owned())
}

/// Returns the two words that `word` was probably meant to be, if each is in at least two documents
/// (`frequency`): the pair whose rarer word is the most frequent.
pub fn split(word: &str, frequency: impl Fn(&str) -> u64) -> Option<(String, String)> {
    if word.chars().count() < 2 * MIN_LENGTH - 2 {
        return None;
    }
    let cuts = word.char_indices().map(|(at, _)| at).skip(3);
    let mut best: Option<(u64, usize)> = None;
    for at in cuts.filter(|&at| word[at..].chars().count() >= 3) {
        let rarer = frequency(&word[..at]).min(frequency(&word[at..]));
        if rarer >= 2 && best.is_none_or(|(most, _)| rarer > most) {
            best = Some((rarer, at));
        }
    }
    best.map(|(_, at)| (word[..at].to_owned(), word[at..].to_owned()))
}

fn is_near_length(candidate: &str, length: usize, limit: usize) -> bool {
    let bytes = candidate.len();
    bytes + limit >= length && candidate.chars().count().abs_diff(length) <= limit
}

/// `word` with each run of a letter as one.
fn undoubled(word: &str) -> String {
    let mut kept = String::with_capacity(word.len());
    for c in word.chars() {
        if !kept.ends_with(c) {
            kept.push(c);
        }
    }
    kept
}

fn has_digit(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}
