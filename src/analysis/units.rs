//! What a query asks of the index: the words of a text, each with the ways it may be written.
//!
//! In: the text of a word or phrase as the query language gives it. Out: [`Unit`]s to be ranked, or
//! terms at positions for a phrase. A word counts once, however many tokens it has: a compound
//! is found by its joined form *or* by its parts in order.

use std::ops::Range;

use super::cut::Cutter;
use super::fold::{Class, classify, fold_into};
use super::stem::Stems;
use super::{Stream, Token, TokenKind, tokens};

/// The two forms of a term.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Form {
    /// Folded.
    pub exact: String,
    /// Folded and stemmed.
    pub stem: String,
}

/// A word of a query and the terms by which the index knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A plain word.
    Word {
        /// Its term.
        form: Form,
        /// Byte range in the text.
        range: Range<usize>,
    },
    /// A compound: found as `whole`, or as `parts` one after the other.
    Compound {
        /// The joined form: `gpt4`.
        whole: Form,
        /// The parts: `gpt`, `4`; a single one if the compound is a name and a suffix (`c` of `C++`), and
        /// then it does not stand for the whole.
        parts: Vec<Form>,
        /// Byte range in the text.
        range: Range<usize>,
    },
    /// A run of a script without spaces: pairs of characters, each ranked (a lone character is its own
    /// term).
    Run {
        /// The pairs at consecutive positions.
        terms: Vec<Form>,
        /// Byte range in the text.
        range: Range<usize>,
    },
}

impl Unit {
    /// Byte range in the text that was cut.
    pub fn range(&self) -> Range<usize> {
        match self {
            Unit::Word { range, .. }
            | Unit::Compound { range, .. }
            | Unit::Run { range, .. } => range.clone(),
        }
    }
}

/// Cuts the text of a query into units, in order.
pub fn units(text: &str) -> Vec<Unit> {
    let mut cutter = Cutter::new(text);
    let mut stems = Stems::small();
    let mut found = Vec::new();
    while cutter.advance() {
        if cutter.pieces.is_empty() {
            continue;
        }
        let range = cutter.range();
        let mut form = |exact: &str, range: &Range<usize>| Form {
            exact: exact.to_owned(),
            stem: stems.stem_typed(cutter.typed(range), exact).to_owned(),
        };
        let mut piece = |at: usize| {
            let piece = &cutter.pieces[at];
            form(&cutter.buffer[piece.folded.clone()], &piece.range)
        };
        let n_pieces = cutter.pieces.len();
        let unit = if cutter.is_cjk() {
            let terms = match n_pieces {
                1 => vec![piece(0)],
                _ => cutter
                    .pieces
                    .windows(2)
                    .map(|pair| {
                        let both = pair[0].folded.start..pair[1].folded.end;
                        form(&cutter.buffer[both], &range)
                    })
                    .collect(),
            };
            Unit::Run { terms, range }
        } else if cutter.has_whole() {
            let parts = (0..n_pieces).map(&mut piece).collect();
            Unit::Compound { whole: form(&cutter.buffer, &range), parts, range }
        } else {
            // A compound too long for a joined form is its words.
            for at in 0..n_pieces - 1 {
                let range = cutter.pieces[at].range.clone();
                found.push(Unit::Word { form: piece(at), range });
            }
            let range = cutter.pieces[n_pieces - 1].range.clone();
            Unit::Word { form: piece(n_pieces - 1), range }
        };
        found.push(unit);
    }
    found
}

/// Cuts the text of a phrase into terms with their positions, from 0.
///
/// Compounds stand as their parts, which the index has at consecutive positions however the passage
/// writes them; characters of scripts without spaces as pairs. A name with a suffix (`C++`) stands as its
/// joined form.
pub fn phrase(text: &str) -> Vec<(u32, Form)> {
    let all = tokens(text);
    let mut terms = Vec::new();
    for (at, token) in all.iter().enumerate() {
        let previous = at.checked_sub(1).map(|before| &all[before]);
        let stands = match token.kind {
            TokenKind::Word | TokenKind::Pair => true,
            TokenKind::Whole(n_parts) => n_parts == 1,
            TokenKind::Part => !previous.is_some_and(|p| p.kind == TokenKind::Whole(1)),
            // The last character of a run is inside the pair before it, the others begin one.
            TokenKind::Character => {
                let begins_pair =
                    all.get(at + 1).is_some_and(|next| next.kind == TokenKind::Pair);
                let ends_pair = previous.is_some_and(|p| p.kind == TokenKind::Pair);
                !begins_pair && !ends_pair
            }
        };
        if stands {
            terms.push((token.position, form_of(token)));
        }
    }
    terms
}

fn form_of(token: &Token) -> Form {
    Form { exact: token.exact.clone(), stem: token.stem.clone() }
}

/// Folds the pattern of a prefix, wildcard or fuzzy word as the exact forms of the index are folded.
///
/// Joiners go, since compounds are indexed in their joined form (`pre-train*` is `pretrain*`); `*` and `?`
/// stay.
pub fn fold_pattern(pattern: &str) -> String {
    let mut folded = String::with_capacity(pattern.len());
    for c in pattern.chars() {
        match classify(c) {
            Class::Break if c == '*' || c == '?' => folded.push(c),
            Class::Break if c == '+' || c == '#' => folded.push(c),
            Class::Break | Class::Ignorable => {}
            Class::Letter | Class::Greek | Class::Digit | Class::Cjk | Class::Mark => {
                fold_into(c, 0, &mut folded);
            }
        }
    }
    folded
}

/// Calls `each` with the exact form of every token of `text`, without allocating.
pub(super) fn for_each_exact(text: &str, mut each: impl FnMut(&str, TokenKind)) {
    let mut stream = Stream::new(Cutter::new(text));
    while let Some(raw) = stream.advance() {
        each(raw.exact, raw.kind);
    }
}
