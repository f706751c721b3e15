//! Joining lines: which hyphen at a line's end belongs to the word, and where no space belongs.
//!
//! The document's own words decide: if it has `selfsupervised` nowhere but `self-supervised`
//! somewhere, the hyphen stays.

use rustc_hash::FxHashSet;

use super::line::Line;
use super::run::Run;

/// The words that a document has inside its lines, in lower case.
#[derive(Clone, Debug, Default)]
pub(super) struct Vocabulary {
    /// Sorted.
    words: Vec<String>,
}

impl Vocabulary {
    /// Collects the words of `lines`, except where a line's end may have broken them.
    pub(super) fn of<'a>(lines: impl Iterator<Item = &'a Line>) -> Vocabulary {
        let mut seen: FxHashSet<&str> = FxHashSet::default();
        let mut broken = false;
        for line in lines {
            let mut parts = line.text().split_whitespace().peekable();
            if broken {
                parts.next();
            }
            broken = false;
            while let Some(word) = parts.next() {
                if parts.peek().is_none() && ends_in_hyphen(word) {
                    broken = true;
                    continue;
                }
                let word = word.trim_matches(|c: char| !c.is_alphanumeric());
                if word.len() > 2 {
                    seen.insert(word);
                }
            }
        }
        // The first letters as a number settle most comparisons.
        let lowered = |word: &str| {
            let word = word.to_lowercase();
            (head(&word), word)
        };
        let mut words: Vec<(u64, String)> = seen.into_iter().map(lowered).collect();
        words.sort_unstable();
        words.dedup();
        Vocabulary { words: words.into_iter().map(|(_, word)| word).collect() }
    }

    fn has(&self, word: &str) -> bool {
        self.words.binary_search_by(|known| known.as_str().cmp(word)).is_ok()
    }

    /// Tells whether some word starts with `start`.
    fn has_start(&self, start: &str) -> bool {
        let at = self.words.partition_point(|word| word.as_str() < start);
        self.words.get(at).is_some_and(|word| word.starts_with(start))
    }
}

/// Returns the first eight bytes of a word as a number, in the order of the words.
fn head(word: &str) -> u64 {
    let mut head = [0; 8];
    for (to, from) in head.iter_mut().zip(word.bytes()) {
        *to = from;
    }
    u64::from_be_bytes(head)
}

/// Tells whether a line ends in a hyphen after a letter.
pub(super) fn ends_in_hyphen(text: &str) -> bool {
    let mut back = text.chars().rev();
    matches!(back.next(), Some('-' | '\u{2010}' | '\u{AD}'))
        && back.next().is_some_and(char::is_alphabetic)
}

/// Adds a line to a text as a reader would.
pub(super) fn join(text: &mut Run, line: &Run, words: &Vocabulary) {
    let line = &*line.trimmed();
    let (Some(last), Some(first)) =
        (text.text.chars().next_back(), line.text.chars().next())
    else {
        return text.append(line);
    };
    if ends_in_hyphen(&text.text) {
        let soft = last == '\u{AD}';
        if first.is_lowercase() || soft {
            if soft || !keeps_hyphen(&text.text, &line.text, words) {
                text.pop();
            }
            return text.append(line);
        }
        if first.is_uppercase() && is_broken_capital(&text.text, &line.text, words) {
            text.pop();
            return text.append(line);
        }
        // "Faster R-" + "CNN", "GPT-" + "3"
        if first.is_uppercase() || first.is_ascii_digit() {
            return text.append(line);
        }
    }
    if !(is_unspaced(last) && is_unspaced(first)) {
        text.space();
    }
    text.append(line);
}

/// Tells whether a word in capitals was broken: `LAN-` + `GUAGE`.
fn is_broken_capital(before: &str, after: &str, words: &Vocabulary) -> bool {
    let (first, second) = (last_word(before), first_word(after));
    let capitals = |word: &str| word.len() >= 2 && word.chars().all(char::is_uppercase);
    capitals(first)
        && capitals(second)
        && words.has(&format!("{first}{second}").to_lowercase())
}

/// First halves that keep their hyphen in English compounds.
const KEEP_AFTER: [&str; 20] = [
    "self", "well", "state", "high", "low", "long", "short", "real", "cross", "large",
    "small", "zero", "two", "three", "four", "third", "black", "coarse", "closed",
    "general",
];

/// First halves of words that are written as one.
const JOIN_AFTER: [&str; 22] = [
    "out", "over", "under", "with", "some", "any", "every", "there", "where", "here",
    "after", "mean", "through", "can", "how", "what", "when", "who", "up", "down",
    "inter", "never",
];

/// Second halves of words that are written as one.
const JOIN_BEFORE: [&str; 30] = [
    "ful", "fully", "less", "ness", "able", "ably", "ible", "ing", "tion", "tions",
    "ment", "ments", "ward", "wards", "ship", "hood", "ity", "ities", "ive", "ous",
    "ally", "ers", "ent", "ence", "ance", "ant", "ate", "ated", "age", "ever",
];

/// Decides whether the hyphen between two halves is the word's own.
fn keeps_hyphen(before: &str, after: &str, words: &Vocabulary) -> bool {
    let first = last_word(before).to_lowercase();
    let second = first_word(after).to_lowercase();
    let joined = format!("{first}{second}");
    if words.has(&joined) {
        return false;
    }
    if words.has(&format!("{first}-{second}")) {
        return true;
    }
    // "state-of-" + "the", "pre-" + "trained-model": a hyphen inside already.
    let inside = before.trim_end_matches(['-', '\u{2010}']);
    let chained = inside[..inside.len() - last_word(before).len()].ends_with('-');
    if chained && !JOIN_BEFORE.contains(&second.as_str()) && words.has(&first) {
        return true;
    }
    let chains_on = after[second_len(after)..].starts_with(['-', '\u{2010}']);
    let chain = format!("{first}-{second}-");
    if chains_on && (words.has(&first) || words.has_start(&chain)) {
        return true;
    }
    // Another form of the same word: "minimizes" for "minimiz-ing".
    let stem: String = {
        let n = joined.chars().count();
        joined.chars().take(n.saturating_sub(if n > 8 { 3 } else { 2 }).max(5)).collect()
    };
    if stem.len() > first.len() + 1 && words.has_start(&stem) {
        return false;
    }
    let is = |list: &[&str], half: &str| list.contains(&half);
    if is(&JOIN_BEFORE, &second) || is(&JOIN_AFTER, &first) {
        return false;
    }
    if second.len() < 3 || first.len() < 2 {
        return false;
    }
    let known = words.has(&second) && second.len() > 3;
    let adverb = first.len() > 5 && first.ends_with("ly");
    if is(&KEEP_AFTER, &first) || adverb {
        return known || second.len() > 4;
    }
    let participle = first.len() > 3
        && second.len() > 4
        && (second.ends_with("ed") || second.ends_with("ing"));
    first.len() >= 3 && words.has(&first) && (known || participle)
}

/// Returns the length of the first word.
fn second_len(after: &str) -> usize {
    first_word(after).len()
}

/// Returns the letters and digits before the hyphens at the end.
fn last_word(text: &str) -> &str {
    let text = text.trim_end_matches(['-', '\u{2010}', '\u{AD}']);
    let start = text
        .char_indices()
        .rev()
        .find(|(_, c)| !c.is_alphanumeric())
        .map_or(0, |(at, c)| at + c.len_utf8());
    &text[start..]
}

/// Returns the letters and digits at the start.
fn first_word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len());
    &text[..end]
}

/// Tells whether a character belongs to a script without spaces between words.
fn is_unspaced(ch: char) -> bool {
    matches!(ch, '\u{2E80}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}'
        | '\u{20000}'..='\u{3FFFF}')
}
