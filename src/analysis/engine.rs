//! The engine's view of the tokens: one tokenizer for stems, one for exact forms.
//!
//! Both give the same tokens at the same positions, so a phrase may be asked of either.

use tantivy::tokenizer::{Token as EngineToken, TokenStream, Tokenizer};

use super::Stream;
use super::cut::Cutter;
use super::stem::Stems;

/// Gives the engine the exact form of each token.
#[derive(Clone, Copy, Debug, Default)]
pub struct ExactTokenizer;

/// Gives the engine the stem of each token.
#[derive(Default)]
pub struct StemTokenizer {
    /// Made at first use and kept from text to text.
    stems: Option<Box<Stems>>,
}

impl Clone for StemTokenizer {
    /// Clones the tokenizer without its memory.
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl Tokenizer for ExactTokenizer {
    type TokenStream<'a> = ExactStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> ExactStream<'a> {
        ExactStream {
            stream: Stream::new(Cutter::new(text)),
            token: EngineToken::default(),
        }
    }
}

impl Tokenizer for StemTokenizer {
    type TokenStream<'a> = StemStream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> StemStream<'a> {
        StemStream {
            stream: Stream::new(Cutter::new(text)),
            stems: self.stems.get_or_insert_with(|| Box::new(Stems::new())),
            token: EngineToken::default(),
        }
    }
}

/// Tokens of one text in their exact form.
pub struct ExactStream<'a> {
    stream: Stream<'a>,
    token: EngineToken,
}

/// Tokens of one text as stems.
pub struct StemStream<'a> {
    stream: Stream<'a>,
    stems: &'a mut Stems,
    token: EngineToken,
}

impl TokenStream for ExactStream<'_> {
    fn advance(&mut self) -> bool {
        next_token(&mut self.stream, None, &mut self.token)
    }

    fn token(&self) -> &EngineToken {
        &self.token
    }

    fn token_mut(&mut self) -> &mut EngineToken {
        &mut self.token
    }
}

impl TokenStream for StemStream<'_> {
    fn advance(&mut self) -> bool {
        next_token(&mut self.stream, Some(self.stems), &mut self.token)
    }

    fn token(&self) -> &EngineToken {
        &self.token
    }

    fn token_mut(&mut self) -> &mut EngineToken {
        &mut self.token
    }
}

fn next_token(
    stream: &mut Stream<'_>,
    stems: Option<&mut Stems>,
    token: &mut EngineToken,
) -> bool {
    let Some(raw) = stream.advance() else { return false };
    token.position = raw.position as usize;
    token.offset_from = raw.range.start;
    token.offset_to = raw.range.end;
    token.position_length = 1;
    token.text.clear();
    token.text.push_str(match stems {
        Some(stems) => stems.stem_typed(raw.typed, raw.exact),
        None => raw.exact,
    });
    true
}
