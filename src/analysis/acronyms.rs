//! Learns acronyms from the text itself, as Schwartz and Hearst do (A simple algorithm for identifying
//! abbreviation definitions in biomedical text, PSB 2003).
//!
//! In: passages. Out: pairs of a short and a long form, `MIM` and `masked image modeling`, and a table of
//! those of a corpus. No dictionary and no guess: a pair is taken only where a text writes one
//! form behind the other in parentheses and the letters agree.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::is_stop;

/// Characters of a short form.
const SHORT_LENGTH: std::ops::RangeInclusive<usize> = 2..=10;
/// Long forms kept for a short form, the most frequent first.
const MAX_LONG: usize = 4;

/// A short form and what a text says that it stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Acronym {
    /// As written: `MIM`, `k-NN`.
    pub short: String,
    /// As written: `masked image modeling`.
    pub long: String,
}

/// Returns the acronyms that `text` defines, in order.
pub fn acronyms(text: &str) -> Vec<Acronym> {
    let mut found = Vec::new();
    for (open, _) in text.match_indices('(') {
        let inside_at = open + 1;
        let Some(length) = text[inside_at..].find([')', '(']) else { continue };
        let inside = text[inside_at..inside_at + length].trim();
        let before = text[..open].trim_end();
        // What stands behind a comma is not part of the definition: `(MIM, Fig. 2)`.
        let head = inside.split([',', ';', ':']).next().unwrap_or(inside).trim();
        let head = singular(head);
        if is_short_form(head) {
            if let Some(long) = long_form(before, head) {
                found.push(Acronym { short: head.to_owned(), long: long.to_owned() });
            }
            continue;
        }
        // The other way round: `MIM (masked image modeling)`.
        let short = singular(last_word(before));
        if is_short_form(short)
            && inside.contains(' ')
            && long_form(inside, short) == Some(inside)
        {
            found.push(Acronym { short: short.to_owned(), long: inside.to_owned() });
        }
    }
    found
}

/// `LLMs` is `LLM`.
fn singular(short: &str) -> &str {
    match short.strip_suffix('s') {
        Some(one) if one.ends_with(char::is_uppercase) => one,
        _ => short,
    }
}

fn last_word(text: &str) -> &str {
    text.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or(text)
}

/// Two to ten characters that begin with a letter or digit, with at least one capital, and are no
/// citation (`Smith 2020`) and no number.
fn is_short_form(text: &str) -> bool {
    let n_chars = text.chars().count();
    let n_capitals = text.chars().filter(|c| c.is_uppercase()).count();
    let is_one_word = !text.contains(char::is_whitespace);
    let is_plain =
        text.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '/' | '.'));
    let ends_digit = text.ends_with(|c: char| c.is_ascii_digit());
    let is_figure =
        ends_digit && n_capitals == 1 && !text.starts_with(char::is_uppercase);
    SHORT_LENGTH.contains(&n_chars)
        && is_one_word
        && is_plain
        && text.starts_with(char::is_alphanumeric)
        && !is_figure
        && (n_capitals >= 2 || n_capitals == 1 && n_chars <= 4 && !is_name(text))
}

/// A capital and small letters (`Ours`, `Fig`, `Left`) are a word, not an acronym.
fn is_name(text: &str) -> bool {
    text.chars().skip(1).all(char::is_lowercase)
}

/// The shortest stretch of whole words at the end of `before` that accounts for every character of `short`, in
/// order, each by the beginning of a word or, behind a beginning, by its word: `variational autoencoder` for
/// VAE, but not `policy optimization` for PPO.
fn long_form<'a>(before: &'a str, short: &str) -> Option<&'a str> {
    let letters: Vec<char> = short
        .chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect();
    let n_letters = letters.len();
    let max_words = (n_letters + 5).min(2 * n_letters);
    let window = window(before, &words(before, max_words));
    for start in (0..window.len()).rev() {
        let begins = start == 0 || window[start - 1].word != window[start].word;
        if !begins || !accounts_for(&window[start..], &letters) {
            continue;
        }
        let long = &before[window[start].at..];
        if is_sound(long, short, n_letters) {
            return Some(long);
        }
    }
    None
}

/// A character of the words before a parenthesis.
struct Letter {
    at: usize,
    /// In small letters.
    c: char,
    /// Number of its word; words end at spaces.
    word: usize,
    /// Whether no letter or digit stands before it.
    is_initial: bool,
}

fn window(before: &str, words: &[Range<usize>]) -> Vec<Letter> {
    let mut found = Vec::with_capacity(words.iter().map(Range::len).sum());
    for (word, range) in words.iter().enumerate() {
        let mut is_initial = true;
        for (at, c) in before[range.clone()].char_indices() {
            let lower = c.to_lowercase().next().unwrap_or(c);
            found.push(Letter { at: range.start + at, c: lower, word, is_initial });
            is_initial = !c.is_alphanumeric();
        }
    }
    found
}

/// Whether `letters` occur in `window` in order, from its first character on, each at the beginning of a
/// word or in a word that gave one before.
fn accounts_for(window: &[Letter], letters: &[char]) -> bool {
    let Some((first, rest)) = letters.split_first() else { return false };
    if window.first().is_none_or(|letter| letter.c != *first) {
        return false;
    }
    // Where the letters so far may end.
    let mut ends = vec![0];
    for wanted in rest {
        let mut next = Vec::new();
        for (at, letter) in window.iter().enumerate().skip(ends[0] + 1) {
            let goes_on =
                || ends.iter().any(|&end| end < at && window[end].word == letter.word);
            if letter.c == *wanted && (letter.is_initial || goes_on()) {
                next.push(at);
            }
        }
        if next.is_empty() {
            return false;
        }
        ends = next;
    }
    true
}

/// The last `n` words of a text, up to the end of the sentence before.
fn words(text: &str, n: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut end = text.len();
    while found.len() < n {
        let head = text[..end].trim_end();
        let start = head
            .rfind(char::is_whitespace)
            .map_or(0, |at| at + head[at..].chars().next().map_or(1, char::len_utf8));
        if start == head.len() {
            break;
        }
        let word = &head[start..];
        if !found.is_empty() && word.ends_with(['.', ';', ':', '?', '!', ')', ']']) {
            break;
        }
        found.push(start..head.len());
        end = start;
        if start == 0 {
            break;
        }
    }
    found.reverse();
    found
}

/// Whether a long form is longer than its short form, does not hold it, does not end on nothing, and has
/// words enough.
fn is_sound(long: &str, short: &str, n_letters: usize) -> bool {
    let words: Vec<&str> = long.split(|c: char| !c.is_alphanumeric()).collect();
    let words: Vec<&str> = words.into_iter().filter(|word| !word.is_empty()).collect();
    let holds_short = words.iter().any(|word| word.eq_ignore_ascii_case(short));
    let first = words.first().map(|word| word.to_lowercase()).unwrap_or_default();
    // Two letters in one long word agree by chance.
    let has_words = words.len() >= 2 || n_letters >= 3 && long.len() >= 2 * short.len();
    let n_initials = initials_in_order(&words, short);
    long.len() > short.len()
        && !holds_short
        && has_words
        && !(is_stop(&first) && words.len() > 1)
        && 2 * n_initials >= words.len().min(n_letters)
        && !long.contains(['(', ')', '[', ']', '=', '\n'])
}

/// How many letters of the short form are initials of words, in order.
fn initials_in_order(words: &[&str], short: &str) -> usize {
    let letters: Vec<char> = short.chars().flat_map(char::to_lowercase).collect();
    let mut at = 0;
    let mut count = 0;
    for word in words {
        let Some(initial) = word.chars().flat_map(char::to_lowercase).next() else {
            continue;
        };
        if let Some(step) = letters[at..].iter().position(|&letter| letter == initial) {
            at += step + 1;
            count += 1;
        }
    }
    count
}

/// The acronyms of a corpus, with the number of papers that define each.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AcronymTable {
    /// By the folded short form: folded long forms, with the form as first written and the number of
    /// papers.
    entries: BTreeMap<String, BTreeMap<String, (String, u32)>>,
    /// By the folded long form: short forms as written.
    by_long: BTreeMap<String, String>,
}

impl AcronymTable {
    /// Counts the acronyms of one paper. A pair counts once for each paper that defines it.
    pub fn add_paper(&mut self, found: impl IntoIterator<Item = Acronym>) {
        let mut of_paper: BTreeMap<(String, String), Acronym> = BTreeMap::new();
        for acronym in found {
            let key = (super::fold_words(&acronym.short), stems(&acronym.long));
            of_paper.entry(key).or_insert(acronym);
        }
        for ((short, long), acronym) in of_paper {
            self.by_long.entry(long.clone()).or_insert(acronym.short);
            let entry = self.entries.entry(short).or_default();
            entry.entry(long).or_insert((acronym.long, 0)).1 += 1;
        }
    }

    /// Adds the counts of another table.
    pub fn merge(&mut self, other: AcronymTable) {
        for (short, longs) in other.entries {
            let entry = self.entries.entry(short).or_default();
            for (long, (written, count)) in longs {
                entry.entry(long).or_insert((written, 0)).1 += count;
            }
        }
        for (long, short) in other.by_long {
            self.by_long.entry(long).or_insert(short);
        }
    }

    /// Keeps the `n` pairs that most papers define; of those that equally many do, the first by
    /// short form, then by long form.
    pub fn keep_most(&mut self, n: usize) {
        let counted = self.entries.iter().flat_map(|(short, longs)| {
            longs.iter().map(move |(long, (_, count))| (*count, short, long))
        });
        let mut ranked: Vec<(u32, &String, &String)> = counted.collect();
        if ranked.len() <= n {
            return;
        }
        ranked.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (a.1, a.2).cmp(&(b.1, b.2))));
        let kept: BTreeSet<(String, String)> =
            ranked[..n].iter().map(|(_, s, l)| ((*s).clone(), (*l).clone())).collect();
        let is_kept =
            |short: &String, long: &String| kept.contains(&(short.clone(), long.clone()));
        self.entries.retain(|short, longs| {
            longs.retain(|long, _| is_kept(short, long));
            !longs.is_empty()
        });
        let longs: BTreeSet<&String> = kept.iter().map(|(_, long)| long).collect();
        self.by_long.retain(|long, _| longs.contains(long));
    }

    /// Returns the long forms of a short form, the most frequent first; those defined by few papers beside one
    /// that most define are left out.
    pub fn long_forms(&self, short: &str) -> Vec<&str> {
        let Some(longs) = self.entries.get(&super::fold_words(singular(short))) else {
            return Vec::new();
        };
        let mut counted: Vec<&(String, u32)> = longs.values().collect();
        counted.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let most = counted.first().map_or(0, |(_, count)| *count);
        counted
            .into_iter()
            .filter(|(_, count)| 4 * count >= most)
            .take(MAX_LONG)
            .map(|(written, _)| written.as_str())
            .collect()
    }

    /// Returns the short form of a long form, given by its stems.
    pub fn short_form(&self, long: &[String]) -> Option<&str> {
        self.by_long.get(&long.join(" ")).map(String::as_str)
    }

    /// Number of short forms.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no acronym was found.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// The stems of a text, parts of compounds apart, with spaces between.
fn stems(text: &str) -> String {
    let terms = super::phrase(text).into_iter().map(|(_, form)| form.stem);
    terms.collect::<Vec<_>>().join(" ")
}
