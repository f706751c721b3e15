//! Carries our own tokens through the engine's text fields.
//!
//! A text is analysed once, by [`crate::analysis`], and the tokens are written into a string, each
//! behind a mark and its length; the tokenizer that the engine calls only cuts it apart again.

use std::ops::Range;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::analysis;

/// Name of the tokenizer.
pub(crate) const ENCODED: &str = "encoded";

/// Before a token that stands one position further.
const NEXT: u8 = 1;
/// Before a token that shares the position of the one before it.
const SAME: u8 = 2;
/// In place of the length of a token that is too long for one byte of ASCII.
const LONG: u8 = 3;
/// The length of a token is written as so much more.
const LENGTH: usize = 4;
/// Positions between two texts of one field, so that no phrase runs across.
const GAP: usize = 8;

/// Which form of the tokens a field holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Stem,
    Exact,
}

/// Encodes texts one after the other, with a gap between.
pub(super) fn encode(texts: &[&str], form: Form) -> String {
    let mut out = Coder::default();
    for text in texts {
        out.begin_text();
        match form {
            Form::Stem => analysis::each_token(text, |at, _, stem| out.push(at, stem)),
            Form::Exact => analysis::each_exact(text, |at, exact| out.push(at, exact)),
        }
    }
    out.text
}

/// Encodes a text in both forms: stems, then exact forms.
pub(super) fn encode_both(text: &str) -> (String, String) {
    let (mut stems, mut exacts) = (Coder::for_text(text), Coder::for_text(text));
    analysis::each_token(text, |position, exact, stem| {
        stems.push(position, stem);
        exacts.push(position, exact);
    });
    (stems.text, exacts.text)
}

/// Writes tokens behind one another.
#[derive(Default)]
struct Coder {
    text: String,
    /// Position of the last token of the present text.
    at: Option<u32>,
    /// Where the tokens at that position begin.
    here: usize,
}

impl Coder {
    fn for_text(text: &str) -> Coder {
        Coder {
            text: String::with_capacity(text.len() + text.len() / 4),
            ..Coder::default()
        }
    }

    /// What follows stands after a gap.
    fn begin_text(&mut self) {
        if !self.text.is_empty() {
            self.step(GAP);
        }
        self.at = None;
    }

    fn step(&mut self, n: usize) {
        for _ in 0..n {
            self.text.push(char::from(NEXT));
        }
    }

    fn push(&mut self, position: u32, word: &str) {
        if word.is_empty() {
            return;
        }
        match self.at {
            Some(last) if last == position => {
                // Alternatives may share a stem; the word is there once.
                if self.stands_here(word) {
                    return;
                }
                self.text.push(char::from(SAME));
            }
            Some(last) => {
                let steps = position.saturating_sub(last).clamp(1, GAP as u32);
                self.here = self.text.len();
                self.step(steps as usize);
            }
            None => {
                self.here = self.text.len();
                self.step(1);
            }
        }
        self.at = Some(position);
        let length = u8::try_from(word.len() + LENGTH).ok().filter(u8::is_ascii);
        self.text.push(char::from(length.unwrap_or(LONG)));
        self.text.push_str(word);
    }

    /// Tells whether a word is one of those at the last position.
    fn stands_here(&self, word: &str) -> bool {
        let mut at = self.here;
        while let Some((_, range)) = next_token(&self.text, at) {
            if &self.text[range.clone()] == word {
                return true;
            }
            at = range.end;
        }
        false
    }
}

/// The next token from `at` on: how many positions further it stands, and where its word is.
#[inline]
fn next_token(text: &str, at: usize) -> Option<(usize, Range<usize>)> {
    let bytes = text.as_bytes();
    let (mut start, mut steps) = (at, 0);
    let length = loop {
        let byte = *bytes.get(start)?;
        start += 1;
        match byte {
            NEXT => steps += 1,
            SAME => {}
            length => break length,
        }
    };
    let end = match length {
        LONG => bytes[start..]
            .iter()
            .position(|b| *b == NEXT || *b == SAME)
            .map_or(bytes.len(), |length| start + length),
        _ => start + usize::from(length) - LENGTH,
    };
    Some((steps, start..end))
}

/// Cuts an encoded string into its tokens.
#[derive(Clone, Default)]
pub(crate) struct Encoded {
    token: Token,
}

impl Tokenizer for Encoded {
    type TokenStream<'a> = EncodedStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> EncodedStream<'a> {
        self.token.reset();
        EncodedStream { text, at: 0, token: &mut self.token }
    }
}

/// The tokens of an encoded string.
pub(crate) struct EncodedStream<'a> {
    text: &'a str,
    /// Where the next token's marks begin.
    at: usize,
    token: &'a mut Token,
}

impl TokenStream for EncodedStream<'_> {
    #[inline]
    fn advance(&mut self) -> bool {
        let Some((steps, word)) = next_token(self.text, self.at) else { return false };
        self.token.position = self.token.position.wrapping_add(steps);
        self.token.text.clear();
        self.token.text.push_str(&self.text[word.clone()]);
        self.token.offset_from = word.start;
        self.token.offset_to = word.end;
        self.at = word.end;
        true
    }

    #[inline]
    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(encoded: &str) -> Vec<(usize, String)> {
        let mut tokenizer = Encoded::default();
        let mut stream = tokenizer.token_stream(encoded);
        let mut out = Vec::new();
        while stream.advance() {
            out.push((stream.token().position, stream.token().text.clone()));
        }
        out
    }

    #[test]
    fn words_keep_their_positions() {
        let cut = cut(&encode(&["one two", "three"], Form::Exact));
        let words: Vec<(usize, &str)> =
            cut.iter().map(|(p, w)| (*p, w.as_str())).collect();
        assert_eq!(words, [(0, "one"), (1, "two"), (10, "three")]);
    }

    #[test]
    fn long_words_are_whole() {
        for length in [1, 26, 27, 28, 123, 124, 125, 400] {
            let mut coder = Coder::default();
            coder.push(0, &"x".repeat(length));
            coder.push(3, "y");
            let cut = cut(&coder.text);
            assert_eq!(cut, [(0, "x".repeat(length)), (3, "y".into())], "{length}");
        }
    }

    #[test]
    fn alternatives_share_a_position() {
        assert_eq!(
            cut(&encode(&["vit-b model"], Form::Exact)),
            [(0, "vitb".into()), (0, "vit".into()), (1, "b".into()), (2, "model".into())]
        );
    }
}
