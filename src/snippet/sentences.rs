//! Where the sentences of a passage end.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// Words whose period does not end a sentence, in small letters.
const ABBREVIATIONS: [&str; 20] = [
    "al", "approx", "cf", "dr", "e.g", "eq", "eqs", "etc", "fig", "figs", "i.e", "no",
    "p", "pp", "prof", "resp", "sec", "st", "tab", "vs",
];

/// Returns the sentences of `text` in order, without the space around them.
pub(super) fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut start = 0;
    for (at, bound) in text.split_sentence_bound_indices() {
        let end = at + bound.len();
        if !ends_with_abbreviation(&text[start..end]) || end == text.len() {
            found.extend(trimmed(text, start..end));
            start = end;
        }
    }
    found
}

fn ends_with_abbreviation(sentence: &str) -> bool {
    let Some(body) = sentence.trim_end().strip_suffix('.') else { return false };
    let word =
        body.rsplit(|c: char| c.is_whitespace() || c == '(').next().unwrap_or(body);
    let is_initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    is_initial || ABBREVIATIONS.contains(&word.to_lowercase().as_str())
}

/// The range without space at its ends; none if nothing else is in it.
pub(super) fn trimmed(text: &str, range: Range<usize>) -> Option<Range<usize>> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start().len());
    let end = start + part.trim().len();
    (start < end).then_some(start..end)
}
