//! Carries our own tokens through the engine's text fields.
//!
//! A text is analysed once, by [`crate::analysis`], and the tokens are written into a string with
//! two separators; the tokenizer that the engine calls only cuts it apart again.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::analysis;

/// Name of the tokenizer.
pub(crate) const ENCODED: &str = "encoded";

/// Before a token that stands one position further.
const NEXT: char = '\u{1e}';
/// Before a token that shares the position of the one before it.
const SAME: char = '\u{1f}';
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
    let mut out = String::new();
    for text in texts {
        append(&mut out, text, form);
    }
    out
}

/// Appends one more text after a gap.
pub(super) fn append(out: &mut String, text: &str, form: Form) {
    if !out.is_empty() {
        out.extend(std::iter::repeat_n(NEXT, GAP));
    }
    push(out, &analysis::tokens(text), form);
}

/// Encodes tokens in both forms: stems, then exact forms.
pub(super) fn encode_both(tokens: &[analysis::Token]) -> (String, String) {
    let (mut stems, mut exact) = (String::new(), String::new());
    push(&mut stems, tokens, Form::Stem);
    push(&mut exact, tokens, Form::Exact);
    (stems, exact)
}

fn push(out: &mut String, tokens: &[analysis::Token], form: Form) {
    let mut at = None;
    for (i, token) in tokens.iter().enumerate() {
        let word = match form {
            Form::Stem => &token.stem,
            Form::Exact => &token.exact,
        };
        // Alternatives may share a stem; the word is there once.
        let repeats = tokens[..i]
            .iter()
            .rev()
            .take_while(|before| before.position == token.position)
            .any(|before| match form {
                Form::Stem => before.stem == *word,
                Form::Exact => before.exact == *word,
            });
        if word.is_empty() || repeats {
            continue;
        }
        match at {
            Some(last) if last == token.position => out.push(SAME),
            Some(last) => {
                let steps = token.position.saturating_sub(last).clamp(1, GAP as u32);
                out.extend(std::iter::repeat_n(NEXT, steps as usize));
            }
            None => out.push(NEXT),
        }
        at = Some(token.position);
        out.push_str(word);
    }
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
        EncodedStream { rest: text, at: 0, token: &mut self.token }
    }
}

/// The tokens of an encoded string.
pub(crate) struct EncodedStream<'a> {
    rest: &'a str,
    at: usize,
    token: &'a mut Token,
}

impl TokenStream for EncodedStream<'_> {
    fn advance(&mut self) -> bool {
        let bytes = self.rest.as_bytes();
        let mut start = 0;
        while start < bytes.len()
            && (bytes[start] == NEXT as u8 || bytes[start] == SAME as u8)
        {
            if bytes[start] == NEXT as u8 {
                self.token.position = self.token.position.wrapping_add(1);
            }
            start += 1;
        }
        if start == bytes.len() {
            return false;
        }
        let len = bytes[start..]
            .iter()
            .position(|b| *b == NEXT as u8 || *b == SAME as u8)
            .unwrap_or(bytes.len() - start);
        self.token.text.clear();
        self.token.text.push_str(&self.rest[start..start + len]);
        self.token.offset_from = self.at + start;
        self.token.offset_to = self.at + start + len;
        self.rest = &self.rest[start + len..];
        self.at += start + len;
        true
    }

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
    fn alternatives_share_a_position() {
        assert_eq!(
            cut("\u{1e}vit-b\u{1f}vitb\u{1e}model"),
            [(0, "vit-b".into()), (0, "vitb".into()), (1, "model".into())]
        );
    }
}
