//! Carries our own tokens through the engine's text fields.
//!
//! A text is analysed once, by [`crate::analysis`], and the tokens are written into a string, each
//! with its exact form and how much of that its stem keeps. Fields of exact forms and of stems
//! share the string; the tokenizers that the engine calls for them only cut it apart again.

use std::ops::Range;
use std::sync::Arc;

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

use crate::analysis::{self, Stem};

/// Name of the tokenizer that gives exact forms.
pub(crate) const EXACTS: &str = "encoded exacts";
/// Name of the tokenizer that gives stems.
pub(crate) const STEMS: &str = "encoded stems";

/// Before a token that stands one position further.
const NEXT: u8 = 1;
/// Before a token that shares the position of the one before it.
const SAME: u8 = 2;
/// Before each form of a token that is too long for lengths of one byte of ASCII, or whose stem is
/// more than a beginning of it and a letter.
const WHOLE: u8 = 3;
/// A length is written as so much more.
const LENGTH: usize = 4;
/// In place of the letter behind the beginning that a stem keeps: there is none.
const NO_LETTER: u8 = 4;
/// Positions between two texts of one field, so that no phrase runs across.
const GAP: usize = 8;

/// Encodes texts one after the other, with a gap between.
pub(super) fn encode(texts: &[&str]) -> Arc<String> {
    let mut out = Coder::new(texts);
    for text in texts {
        out.begin_text();
        analysis::each_token(text, |at, exact, stem| out.push(at, exact, stem));
    }
    out.finish()
}

/// Encodes texts for fields of exact forms alone.
pub(super) fn encode_exacts(texts: &[&str]) -> Arc<String> {
    let mut out = Coder::new(texts);
    for text in texts {
        out.begin_text();
        analysis::each_exact(text, |at, exact| out.push(at, exact, Stem::NONE));
    }
    out.finish()
}

/// Writes tokens behind one another.
struct Coder {
    /// UTF-8; whole words and signs of ASCII.
    text: Vec<u8>,
    /// Position of the last token of the present text.
    at: Option<u32>,
    /// Where the tokens at that position begin.
    here: usize,
}

impl Coder {
    fn new(texts: &[&str]) -> Coder {
        let length: usize = texts.iter().map(|text| text.len()).sum();
        // In place of the blank before each word stand four bytes.
        Coder { text: Vec::with_capacity(length + length / 2), at: None, here: 0 }
    }

    /// What follows stands after a gap.
    fn begin_text(&mut self) {
        if !self.text.is_empty() {
            self.text.extend([NEXT; GAP]);
        }
        self.at = None;
    }

    /// Writes a token; an empty stem is none. The exact forms at one position differ, for one goes
    /// on where the other ends.
    fn push(&mut self, position: u32, exact: &str, mut stem: Stem<'_>) {
        let mark = match self.at {
            Some(last) if last == position => {
                // Alternatives may share a stem; it is there once.
                if self.has_stem(parts(exact, stem)) {
                    stem = Stem::NONE;
                }
                SAME
            }
            last => {
                let steps = last.map_or(1, |last| position.saturating_sub(last));
                self.here = self.text.len();
                for _ in 1..steps.min(GAP as u32) {
                    self.text.push(NEXT);
                }
                NEXT
            }
        };
        self.at = Some(position);
        let length = u8::try_from(exact.len() + LENGTH).ok().filter(u8::is_ascii);
        if let (Some(length), Some((kept, letter))) = (length, kept(exact, stem)) {
            self.text.extend_from_slice(&[mark, length, (kept + LENGTH) as u8, letter]);
            self.text.extend_from_slice(exact.as_bytes());
        } else {
            let (start, more) = parts(exact, stem);
            self.text.extend([mark, WHOLE]);
            self.text.extend_from_slice(exact.as_bytes());
            self.text.push(WHOLE);
            self.text.extend_from_slice(start);
            self.text.extend(more);
        }
    }

    /// Tells whether a token at the last position has this stem.
    fn has_stem(&self, (start, more): (&[u8], Option<u8>)) -> bool {
        let mut at = self.here;
        while let Some(cut) = next_token(&self.text, at) {
            let letter = Some(cut.letter).filter(|letter| *letter != NO_LETTER);
            let there = self.text[cut.kept].iter().chain(&letter);
            if there.eq(start.iter().chain(&more)) {
                return true;
            }
            at = cut.end;
        }
        false
    }

    fn finish(self) -> Arc<String> {
        Arc::new(String::from_utf8(self.text).expect("all that is written is text"))
    }
}

/// A stem as what it begins with and the letter behind that.
fn parts<'a>(exact: &'a str, stem: Stem<'a>) -> (&'a [u8], Option<u8>) {
    match stem {
        Stem::Cut { kept, more } => (&exact.as_bytes()[..kept], more),
        Stem::Own(stem) => (stem.as_bytes(), None),
    }
}

/// How many bytes of the exact form a stem keeps, and the letter behind them; none if more follows.
fn kept(exact: &str, stem: Stem<'_>) -> Option<(usize, u8)> {
    let stem = match stem {
        Stem::Cut { kept, more } => return Some((kept, more.unwrap_or(NO_LETTER))),
        Stem::Own(stem) => stem,
    };
    if exact.starts_with(stem) {
        return Some((stem.len(), NO_LETTER));
    }
    let (at, last) = stem.char_indices().next_back()?;
    let letter = u8::try_from(last).ok().filter(u8::is_ascii)?;
    exact.starts_with(&stem[..at]).then_some((at, letter))
}

/// A token of an encoded string.
struct Cut {
    /// Positions behind the token before.
    steps: usize,
    exact: Range<usize>,
    /// What the stem keeps of the exact form; nothing if it has none of its own.
    kept: Range<usize>,
    /// The letter that the stem has behind that, or [`NO_LETTER`].
    letter: u8,
    /// Where the next token begins.
    end: usize,
}

/// Cuts off the token that begins at `at`.
#[inline]
fn next_token(text: &[u8], mut at: usize) -> Option<Cut> {
    let mut steps = 0;
    loop {
        // The shortest token has as many bytes.
        let [mark, length, kept, letter] = *text.get(at..)?.first_chunk()?;
        steps += usize::from(mark == NEXT);
        match length {
            NEXT => at += 1,
            WHOLE => return Some(whole_token(text, at + 2, steps)),
            _ => {
                let start = at + 4;
                let end = start + usize::from(length) - LENGTH;
                let kept = start..start + usize::from(kept) - LENGTH;
                return Some(Cut { steps, exact: start..end, kept, letter, end });
            }
        }
    }
}

/// The token whose forms follow whole, the exact one from `start` on.
fn whole_token(text: &[u8], start: usize, steps: usize) -> Cut {
    let to = |from: usize, ends: &[u8]| {
        let length = text[from..].iter().position(|byte| ends.contains(byte));
        length.map_or(text.len(), |length| from + length)
    };
    let middle = to(start, &[WHOLE]);
    let end = to(middle + 1, &[NEXT, SAME]);
    let kept = middle + 1..end;
    Cut { steps, exact: start..middle, kept, letter: NO_LETTER, end }
}

/// Cuts an encoded string into the tokens of one form.
#[derive(Clone)]
pub(crate) struct Encoded {
    form: Form,
    token: Token,
}

#[derive(Clone, Copy)]
enum Form {
    Exact,
    Stem,
}

impl Encoded {
    /// The tokenizer of [`EXACTS`].
    pub(crate) fn exacts() -> Encoded {
        Encoded { form: Form::Exact, token: Token::default() }
    }

    /// The tokenizer of [`STEMS`].
    pub(crate) fn stems() -> Encoded {
        Encoded { form: Form::Stem, token: Token::default() }
    }
}

impl Tokenizer for Encoded {
    type TokenStream<'a> = EncodedStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> EncodedStream<'a> {
        self.token.reset();
        EncodedStream { text, at: 0, form: self.form, token: &mut self.token }
    }
}

/// The tokens of an encoded string. Their offsets mean nothing, and the engine asks for none.
pub(crate) struct EncodedStream<'a> {
    text: &'a str,
    /// Where the next token begins.
    at: usize,
    form: Form,
    token: &'a mut Token,
}

impl TokenStream for EncodedStream<'_> {
    // Called for each token from the one loop of `process`.
    #[inline(always)]
    fn advance(&mut self) -> bool {
        let token = &mut *self.token;
        loop {
            let Some(cut) = next_token(self.text.as_bytes(), self.at) else {
                return false;
            };
            self.at = cut.end;
            token.position = token.position.wrapping_add(cut.steps);
            let (form, letter) = match self.form {
                Form::Exact => (cut.exact, NO_LETTER),
                Form::Stem => (cut.kept, cut.letter),
            };
            if form.is_empty() && letter == NO_LETTER {
                continue;
            }
            token.text.clear();
            token.text.push_str(&self.text[form]);
            if letter != NO_LETTER {
                token.text.push(char::from(letter));
            }
            return true;
        }
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

    fn cut(mut tokenizer: Encoded, encoded: &str) -> Vec<(usize, String)> {
        let mut stream = tokenizer.token_stream(encoded);
        let mut out = Vec::new();
        while stream.advance() {
            out.push((stream.token().position, stream.token().text.clone()));
        }
        out
    }

    fn check(texts: &[&str], exacts: &[(usize, &str)], stems: &[(usize, &str)]) {
        let owned = |tokens: &[(usize, &str)]| {
            tokens.iter().map(|(at, word)| (*at, (*word).to_owned())).collect::<Vec<_>>()
        };
        let encoded = encode(texts);
        assert_eq!(cut(Encoded::exacts(), &encoded), owned(exacts));
        assert_eq!(cut(Encoded::stems(), &encoded), owned(stems));
        assert_eq!(cut(Encoded::exacts(), &encode_exacts(texts)), owned(exacts));
        assert_eq!(cut(Encoded::stems(), &encode_exacts(texts)), []);
    }

    #[test]
    fn words_keep_their_positions() {
        let exacts = [(0, "happy"), (1, "models"), (10, "three")];
        check(
            &["Happy models", "three"],
            &exacts,
            &[(0, "happi"), (1, "model"), (10, "three")],
        );
    }

    #[test]
    fn alternatives_share_a_position_and_a_stem_once() {
        let exacts = [(0, "vitb"), (0, "vit"), (1, "b"), (2, "models")];
        let stems = [(0, "vitb"), (0, "vit"), (1, "b"), (2, "model")];
        check(&["vit-b models"], &exacts, &stems);
        let mut coder = Coder::new(&[]);
        for (at, exact, stem) in
            [(0, "gpus", "gpu"), (0, "gpu", "gpu"), (0, "g", "gp"), (1, "gpu", "gpu")]
        {
            coder.push(at, exact, Stem::Own(stem));
        }
        let encoded = coder.finish();
        let words = |tokens: Vec<(usize, String)>| {
            tokens.into_iter().map(|(at, word)| format!("{at}{word}")).collect::<Vec<_>>()
        };
        assert_eq!(words(cut(Encoded::stems(), &encoded)), ["0gpu", "0gp", "1gpu"]);
        let exacts = words(cut(Encoded::exacts(), &encoded));
        assert_eq!(exacts, ["0gpus", "0gpu", "0g", "1gpu"]);
    }

    #[test]
    fn forms_are_whole_however_long_and_unlike() {
        for length in [1, 26, 27, 28, 123, 124, 125, 400] {
            let long = "x".repeat(length);
            for stem in ["", "x", "xy", "xé", "yz", &long, &format!("{long}y")] {
                let mut coder = Coder::new(&[]);
                coder.push(0, &long, Stem::Own(stem));
                coder.push(3, "y", Stem::Cut { kept: 1, more: None });
                let encoded = coder.finish();
                let exacts = cut(Encoded::exacts(), &encoded);
                assert_eq!(exacts, [(0, long.clone()), (3, "y".into())], "{stem}");
                let mut stems = vec![(0, stem.to_owned()), (3, "y".into())];
                stems.retain(|(_, stem)| !stem.is_empty());
                assert_eq!(cut(Encoded::stems(), &encoded), stems);
            }
        }
    }
}
