//! Chooses what of a passage is shown, and marks the words that match.
//!
//! In: the text of a passage and a [`Matcher`], which is a query seen from the side of the text. Out:
//! byte ranges of `text`, sorted, that neither overlap nor touch ([`highlight`]), and the fragments
//! worth showing ([`choose`]). The words are those of [`crate::analysis`], so what is marked
//! is what was searched. Words of a phrase are marked only where the phrase stands, unless they were
//! asked for on their own as well; stop words only where nothing else was asked for.

mod fragments;
mod matcher;
mod sentences;

#[cfg(test)]
mod tests;

use std::ops::Range;

pub use fragments::{Snippet, choose};
pub use matcher::Matcher;

use crate::analysis::{Token, tokens_where};

/// Returns what of `text` matches: byte ranges, sorted, not touching.
pub fn highlight(text: &str, matcher: &Matcher) -> Vec<Range<usize>> {
    if matcher.is_empty() {
        return Vec::new();
    }
    let tokens = tokens_where(
        text,
        |exact| matcher.may_mark(exact),
        |exact, stem| matcher.knows(exact, stem),
    );
    mark(&tokens, matcher)
}

fn mark(tokens: &[Token], matcher: &Matcher) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for token in tokens {
        if matcher.matches_word(token) {
            found.push(token.range.clone());
        }
    }
    if !matcher.phrases.is_empty() {
        let placed = Placed::new(tokens);
        for phrase in &matcher.phrases {
            phrase.find(&placed, &mut found);
        }
    }
    merge(found)
}

/// Tokens by position; not every position need have one.
pub(crate) struct Placed<'a> {
    tokens: &'a [Token],
    /// Index of the first token of each position, and the number of tokens at the end.
    starts: Vec<usize>,
}

impl<'a> Placed<'a> {
    fn new(tokens: &'a [Token]) -> Self {
        let mut starts = Vec::new();
        for (i, token) in tokens.iter().enumerate() {
            while starts.len() <= token.position as usize {
                starts.push(i);
            }
        }
        starts.push(tokens.len());
        Self { tokens, starts }
    }

    /// The tokens at a position; none behind the end.
    fn at(&self, position: usize) -> &'a [Token] {
        match (self.starts.get(position), self.starts.get(position + 1)) {
            (Some(&from), Some(&to)) => &self.tokens[from..to],
            _ => &[],
        }
    }

    fn n_positions(&self) -> usize {
        self.starts.len() - 1
    }
}

/// Sorts ranges and joins those that overlap or touch.
fn merge(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}
