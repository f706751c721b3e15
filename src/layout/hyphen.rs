//! Joining lines: which hyphen at a line's end belongs to the word, and where no space belongs.
//!
//! The document's own words decide: if it has `selfsupervised` nowhere but `self-supervised`
//! somewhere, the hyphen stays.

use rustc_hash::FxHashSet;

use super::line::Line;
use super::run::Run;

/// The words that a document has inside its lines, in lower case.
#[derive(Clone, Debug, Default)]
pub(super) struct Vocabulary(FxHashSet<String>);

impl Vocabulary {
    /// Collects the words of `lines`, except where a line's end may have broken them.
    pub(super) fn of<'a>(lines: impl Iterator<Item = &'a Line>) -> Vocabulary {
        let mut words = FxHashSet::default();
        for line in lines {
            let n_words = line.text().split_whitespace().count();
            for (i, word) in line.text().split_whitespace().enumerate() {
                if i + 1 == n_words && ends_in_hyphen(word) {
                    continue;
                }
                let word = word.trim_matches(|c: char| !c.is_alphanumeric());
                if word.len() > 2 {
                    words.insert(word.to_lowercase());
                    for part in word.split('-').filter(|p| p.len() > 2 && *p != word) {
                        words.insert(part.to_lowercase());
                    }
                }
            }
        }
        Vocabulary(words)
    }

    fn has(&self, word: &str) -> bool {
        self.0.contains(word)
    }
}

/// Tells whether a line ends in a hyphen after a letter.
pub(super) fn ends_in_hyphen(text: &str) -> bool {
    let mut back = text.chars().rev();
    matches!(back.next(), Some('-' | '\u{2010}' | '\u{AD}'))
        && back.next().is_some_and(char::is_alphabetic)
}

/// Adds a line to a text as a reader would.
pub(super) fn join(text: &mut Run, line: &Run, words: &Vocabulary) {
    let line = &line.slice(0..line.text.len());
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

/// Decides whether the hyphen between two halves is the word's own.
fn keeps_hyphen(before: &str, after: &str, words: &Vocabulary) -> bool {
    let first = last_word(before).to_lowercase();
    let second = first_word(after).to_lowercase();
    if words.has(&format!("{first}{second}")) {
        return false;
    }
    if words.has(&format!("{first}-{second}")) {
        return true;
    }
    first.len() >= 3 && second.len() >= 3 && words.has(&first) && words.has(&second)
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
