//! Tokenizers and filters: one definition for writing, querying and highlighting.
//!
//! In: text of any script. Out: [`tokens`] for what is indexed and marked, [`units()`] for what a query asks,
//! [`StemTokenizer`] and [`ExactTokenizer`] for the engine. No setting and no language is needed:
//! what a word becomes depends on its letters alone, so a query meets every passage in the same form.
//!
//! Each word has two forms. *Exact* is folded: case, accents, ligatures, width, soft hyphens. *Stem* is
//! the English stem of it; the plural of an initialism (`GPUs`) has that of the initialism. Stop words stay, since phrases need them; [`is_stop`] names them.
//!
//! Compounds (`GPT-4`, `ViT-B/16`) give their parts at consecutive positions and the joined form at the
//! position of the first part. Scripts without spaces (Chinese, Japanese, Korean, Thai) give each
//! character and, at the position of its first character, each pair. A citation key (`@he2022masked`) is
//! one word, so that no part of it is found or marked.

mod acronyms;
mod cut;
mod engine;
mod fold;
mod glossary;
mod language;
pub mod spelling;
mod stem;
mod stop;
mod units;

#[cfg(test)]
mod tests;

use std::cell::RefCell;
use std::ops::Range;

pub use acronyms::{Acronym, AcronymTable, acronyms};
pub use engine::{ExactTokenizer, StemTokenizer};
pub use glossary::{Glossary, GlossaryError, Term};
pub use language::language;
pub use stem::Stem;
pub use stop::is_stop;
pub use units::{Form, Unit, fold_pattern, phrase, units};

use cut::Cutter;
use stem::Stems;

/// A word of a text in its two forms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Place in the text, from 0. The joined form of a compound has the position of its first part, a
    /// pair of characters that of its first character.
    pub position: u32,
    /// Byte range in the text as given.
    pub range: Range<usize>,
    /// Folded: case, accents, ligatures, width.
    pub exact: String,
    /// Folded and stemmed; equal to `exact` where there is no stem (CJK, numbers, names with digits).
    pub stem: String,
    /// What of its word it is.
    pub kind: TokenKind,
}

/// What a token is of the word that it was cut from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A whole word.
    Word,
    /// A part of a compound.
    Part,
    /// The joined form of a compound of so many parts; it covers them all.
    Whole(u8),
    /// A character of a script without spaces.
    Character,
    /// Two neighbouring characters of such a script.
    Pair,
}

/// Cuts `text` into tokens, in order of position; a joined form comes before its parts.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut found = Vec::with_capacity(text.len() / 6);
    let mut stream = Stream::new(Cutter::new(text));
    STEMS.with_borrow_mut(|stems| {
        while let Some(raw) = stream.advance() {
            let stem = stems.stem_typed(raw.typed, raw.exact);
            found.push(raw.token(stem));
        }
    });
    found
}

/// Returns those tokens of `text` that `keep` wants by their exact form and their stem; it is asked
/// only of those that `may` wants by their exact form, or by the word as it stands in the text.
///
/// The stem of a word begins with the letter that the word begins with. Where few tokens are wanted
/// this is much faster than [`tokens`].
pub fn tokens_where(
    text: &str,
    may: impl Fn(&str) -> bool,
    keep: impl Fn(&str, &str) -> bool,
) -> Vec<Token> {
    let mut found = Vec::new();
    let mut stream = Stream::new(Cutter::new(text));
    STEMS.with_borrow_mut(|stems| {
        loop {
            stream.pass_over(&may);
            let Some(raw) = stream.advance() else { break };
            if !may(raw.exact) {
                continue;
            }
            let stem = stems.stem_typed(raw.typed, raw.exact);
            if keep(raw.exact, stem) {
                found.push(raw.token(stem));
            }
        }
    });
    found
}

/// Shows each token of `text` to `take` in the order of [`tokens`], without giving it memory of its
/// own: position, exact form, stem.
pub fn each_token(text: &str, mut take: impl FnMut(u32, &str, Stem<'_>)) {
    let mut stream = Stream::new(Cutter::new(text));
    STEMS.with_borrow_mut(|stems| {
        while let Some(raw) = stream.advance() {
            let stem = match raw.is_plain {
                true => stems.cut_plain(raw.typed, raw.exact),
                false => stems.cut_typed(raw.typed, raw.exact),
            };
            take(raw.position, raw.exact, stem);
        }
    });
}

/// Shows each token's position and exact form like [`each_token`]; nothing is stemmed.
pub fn each_exact(text: &str, mut take: impl FnMut(u32, &str)) {
    let mut stream = Stream::new(Cutter::new(text));
    while let Some(raw) = stream.advance() {
        take(raw.position, raw.exact);
    }
}

thread_local! {
    // Passages are short and many: what one has taught helps with the next.
    static STEMS: RefCell<Stems> = RefCell::new(Stems::new());
}

/// Returns the exact form of `text` without what joins or separates its words: `k-NN` is `knn`.
pub fn fold_words(text: &str) -> String {
    fold_pattern(text).replace(['*', '?'], "")
}

/// A token before it is given its own memory.
struct Raw<'a> {
    position: u32,
    range: Range<usize>,
    /// The text in this range.
    typed: &'a str,
    exact: &'a str,
    /// True if it is plain letters and nothing else.
    is_plain: bool,
    kind: TokenKind,
}

impl Raw<'_> {
    fn token(&self, stem: &str) -> Token {
        Token {
            position: self.position,
            range: self.range.clone(),
            exact: self.exact.to_owned(),
            stem: stem.to_owned(),
            kind: self.kind,
        }
    }
}

/// Gives the tokens of one compound after another, without allocating.
struct Stream<'a> {
    cutter: Cutter<'a>,
    /// Position of the first piece of the present compound.
    position: u32,
    /// Which token of the compound comes next.
    step: usize,
    steps: usize,
}

impl<'a> Stream<'a> {
    fn new(cutter: Cutter<'a>) -> Self {
        Self { cutter, position: 0, step: 0, steps: 0 }
    }

    /// Passes over the plain words that come next and that `may` does not want.
    fn pass_over(&mut self, may: impl Fn(&str) -> bool) {
        if self.step == self.steps {
            self.leave_compound();
            self.position += self.cutter.pass_over(may);
        }
    }

    /// What comes next stands behind the present compound.
    fn leave_compound(&mut self) {
        self.position += self.cutter.pieces.len() as u32;
        self.cutter.pieces.clear();
    }

    fn advance(&mut self) -> Option<Raw<'_>> {
        if self.step == self.steps {
            self.leave_compound();
            if let Some((range, is_small)) = self.cutter.plain_word() {
                let position = self.position;
                self.position += 1;
                let typed = self.cutter.typed(&range);
                let exact = if is_small { typed } else { self.cutter.lower(typed) };
                let kind = TokenKind::Word;
                return Some(Raw { position, range, typed, exact, is_plain: true, kind });
            }
        }
        while self.step == self.steps {
            self.leave_compound();
            if !self.cutter.advance() {
                return None;
            }
            let n_pieces = self.cutter.pieces.len();
            self.step = 0;
            self.steps = match () {
                () if n_pieces == 0 => 0,
                () if self.cutter.is_cjk() => 2 * n_pieces - 1,
                () => n_pieces + usize::from(self.cutter.has_whole()),
            };
        }
        let step = self.step;
        self.step += 1;
        Some(if self.cutter.is_cjk() { self.character(step) } else { self.part(step) })
    }

    /// The characters of a run at the even steps, the pairs that they begin at the odd ones.
    fn character(&self, step: usize) -> Raw<'_> {
        let place = step / 2;
        let last = place + step % 2;
        let (from, to) = (&self.cutter.pieces[place], &self.cutter.pieces[last]);
        let range = from.range.start..to.range.end;
        Raw {
            position: self.position + place as u32,
            typed: self.cutter.typed(&range),
            range,
            exact: &self.cutter.buffer[from.folded.start..to.folded.end],
            is_plain: false,
            kind: if place == last { TokenKind::Character } else { TokenKind::Pair },
        }
    }

    /// The joined form at step 0 if there is one, then the parts.
    fn part(&self, step: usize) -> Raw<'_> {
        let n_pieces = self.cutter.pieces.len();
        let has_whole = self.steps > n_pieces;
        if has_whole && step == 0 {
            let range = self.cutter.range();
            return Raw {
                position: self.position,
                typed: self.cutter.typed(&range),
                range,
                exact: &self.cutter.buffer,
                is_plain: false,
                kind: TokenKind::Whole(n_pieces as u8),
            };
        }
        let place = step - usize::from(has_whole);
        let piece = &self.cutter.pieces[place];
        Raw {
            position: self.position + place as u32,
            typed: self.cutter.typed(&piece.range),
            range: piece.range.clone(),
            exact: &self.cutter.buffer[piece.folded.clone()],
            is_plain: false,
            kind: if has_whole || n_pieces > 1 {
                TokenKind::Part
            } else {
                TokenKind::Word
            },
        }
    }
}
