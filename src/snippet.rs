//! Chooses what of a passage is shown, and marks the words that match.

use std::ops::Range;

/// The part of a passage that is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// Fragments: byte ranges of the passage, in order, cut at sentence or word ends.
    pub fragments: Vec<Range<usize>>,
}
