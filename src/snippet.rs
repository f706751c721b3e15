//! Chooses what of a passage is shown, and marks the words that match.

use std::ops::Range;

/// The part of a passage that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// Fragments: byte ranges of the passage, in order, cut at sentence or word ends.
    pub fragments: Vec<Range<usize>>,
}

/// Chooses the fragments of `text` that show its `matches`, at most about `max_bytes` in all.
pub fn choose(text: &str, matches: &[Range<usize>], max_bytes: usize) -> Snippet {
    let start = matches.first().map_or(0, |m| text.floor_char_boundary(m.start));
    let end = text.floor_char_boundary((start + max_bytes).min(text.len()));
    Snippet { fragments: vec![start..end.max(start)] }
}
