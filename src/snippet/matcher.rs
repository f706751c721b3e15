//! A query seen from the side of the text: which words and phrases would match it.

use std::ops::Range;

use rustc_hash::FxHashSet;

use crate::analysis::{self, Form, Token, TokenKind, Unit};
use crate::query::{Clause, Field, Node, Occur, Query};

use super::Placed;

/// What a query marks in a text.
#[derive(Clone, Debug, Default)]
pub struct Matcher {
    /// Stems of words that are marked wherever they stand.
    words: FxHashSet<String>,
    /// Stems of stop words, where nothing else was asked for.
    stop_words: FxHashSet<String>,
    patterns: Vec<Pattern>,
    pub(super) phrases: Vec<Phrase>,
    /// Exact forms and stems of the phrases.
    in_phrases: FxHashSet<String>,
    initials: Initials,
}

/// How the words begin that are marked.
#[derive(Clone, Copy, Debug, Default)]
struct Initials {
    /// Hashes of their first three bytes.
    hashes: [u64; 16],
    /// Some have fewer than three.
    any_short: bool,
}

impl Initials {
    fn slot(first: u8, second: u8, third: u8) -> (usize, u64) {
        // A stem may have an i, a y or an e where its word has another of them.
        let third = if matches!(third, b'y' | b'e') { b'i' } else { third };
        let hash =
            (usize::from(first) * 31 + usize::from(second)) * 29 + usize::from(third);
        (hash / 64 % 16, 1 << (hash % 64))
    }

    fn add(&mut self, word: &str) {
        let byte = |at: usize| word.as_bytes().get(at).copied().unwrap_or(0);
        if !word.is_empty() {
            self.any_short |= word.len() < 3;
            let (word, bit) = Initials::slot(byte(0), byte(1), byte(2));
            self.hashes[word] |= bit;
        }
    }

    /// Whether a word, folded or of plain letters, may have a stem that was added: it begins with the
    /// same three letters, but for `dying` and its like, and stems of one or two letters.
    fn has(&self, word: &str) -> bool {
        let byte = |at: usize| word.as_bytes().get(at).map_or(0, u8::to_ascii_lowercase);
        let (first, second, third) = (byte(0), byte(1), byte(2));
        let has = |second, third| {
            let (word, bit) = Initials::slot(first, second, third);
            self.hashes[word] & bit != 0
        };
        has(second, third)
            || self.any_short && (has(second, 0) || has(0, 0))
            || second == b'y' && (has(b'i', third) || self.any_short && has(b'i', 0))
    }
}

/// A word of which only a part is given, against exact forms.
#[derive(Clone, Debug)]
enum Pattern {
    Prefix(String),
    Wildcard(Vec<char>),
    Fuzzy { word: String, distance: usize },
}

/// Words that are marked only together.
#[derive(Clone, Debug)]
pub(super) struct Phrase {
    /// Terms at positions from 0.
    terms: Vec<(u32, Form)>,
    /// Positions that may lie between, in any order.
    slop: Option<u32>,
    /// Exact forms are preferred; only without any are stems marked.
    is_quoted: bool,
}

impl Matcher {
    /// Builds the matcher of a query for a text that stands in the passage itself and, beside it, in
    /// `fields` (a title is also marked by what was asked of titles).
    pub fn new(query: &Query, fields: &[Field]) -> Self {
        let mut matcher = Self::default();
        matcher.add_clause(&query.root, fields);
        matcher.settle();
        matcher
    }

    /// Forgets the stop words where anything else was asked for, and notes how the rest begins.
    fn settle(&mut self) {
        if !(self.words.is_empty() && self.patterns.is_empty() && self.phrases.is_empty())
        {
            self.stop_words.clear();
        }
        self.initials = Initials::default();
        let forms = self.words.iter().chain(&self.stop_words).chain(&self.in_phrases);
        forms.for_each(|form| self.initials.add(form));
    }

    fn add_word(&mut self, form: Form) {
        self.words.insert(form.stem);
    }

    /// Whether a token might be marked, by its exact form or as it stands in the text.
    pub(super) fn may_mark(&self, exact: &str) -> bool {
        !self.patterns.is_empty() || self.initials.has(exact)
    }

    /// Whether a token of these forms is marked wherever it stands, or in some phrase.
    pub(super) fn knows(&self, exact: &str, stem: &str) -> bool {
        self.words.contains(stem)
            || self.in_phrases.contains(stem)
            || self.in_phrases.contains(exact)
            || self.stop_words.contains(stem)
            || self.patterns.iter().any(|pattern| pattern.matches(exact))
    }

    /// Adds another way of saying a word of the query, such as the long form of an acronym: a phrase
    /// if it has several words.
    pub fn add_expansion(&mut self, text: &str) {
        let terms = analysis::phrase(text);
        if terms.len() == 1 {
            terms.into_iter().for_each(|(_, form)| self.add_word(form));
        } else {
            self.add_phrase(terms, None, false);
        }
        self.settle();
    }

    /// Whether it marks nothing.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
            && self.stop_words.is_empty()
            && self.patterns.is_empty()
            && self.phrases.is_empty()
    }

    fn add_clause(&mut self, clause: &Clause, fields: &[Field]) {
        if clause.occur == Occur::MustNot {
            return;
        }
        match &clause.node {
            Node::Group(clauses) => {
                for clause in clauses {
                    self.add_clause(clause, fields);
                }
            }
            Node::Field(field, inner) if fields.contains(field) => {
                self.add_clause(inner, fields);
            }
            Node::Word(word) => {
                for unit in analysis::units(word) {
                    self.add_unit(unit);
                }
            }
            Node::Phrase { text, slop } => {
                if let ([Unit::Compound { whole, .. }], None) =
                    (analysis::units(text).as_slice(), slop)
                {
                    self.add_word(whole.clone());
                }
                self.add_phrase(analysis::phrase(text), *slop, true);
            }
            Node::Prefix(word) => self.add_prefix(word),
            Node::Wildcard(pattern) => {
                let folded = analysis::fold_pattern(pattern);
                self.patterns.push(Pattern::Wildcard(folded.chars().collect()));
            }
            Node::Fuzzy { word, distance } => {
                let word = analysis::fold_pattern(word);
                self.patterns
                    .push(Pattern::Fuzzy { word, distance: usize::from(*distance) });
            }
            Node::Field(..) | Node::Range(..) | Node::All => {}
        }
    }

    fn add_unit(&mut self, unit: Unit) {
        match unit {
            Unit::Word { form, .. } if analysis::is_stop(&form.exact) => {
                self.stop_words.insert(form.stem);
            }
            Unit::Word { form, .. } => {
                self.add_word(form);
            }
            Unit::Compound { whole, parts, .. } => {
                self.add_word(whole);
                if parts.len() > 1 {
                    let terms = (0..).zip(parts).collect();
                    self.add_phrase(terms, None, false);
                }
            }
            Unit::Run { terms, .. } => {
                terms.into_iter().for_each(|form| self.add_word(form));
            }
        }
    }

    fn add_phrase(
        &mut self,
        terms: Vec<(u32, Form)>,
        slop: Option<u32>,
        is_quoted: bool,
    ) {
        for (_, form) in &terms {
            self.in_phrases.insert(form.stem.clone());
            self.in_phrases.insert(form.exact.clone());
        }
        if !terms.is_empty() {
            self.phrases.push(Phrase { terms, slop, is_quoted });
        }
    }

    /// The beginning of a word in a script without spaces is a phrase: there are no words to begin.
    fn add_prefix(&mut self, word: &str) {
        match analysis::units(word).as_slice() {
            [Unit::Run { .. }] => self.add_phrase(analysis::phrase(word), None, false),
            _ => self.patterns.push(Pattern::Prefix(analysis::fold_pattern(word))),
        }
    }

    /// Whether the token is marked wherever it stands.
    pub(super) fn matches_word(&self, token: &Token) -> bool {
        if self.words.contains(&token.stem) || self.stop_words.contains(&token.stem) {
            return true;
        }
        let is_spaced = !matches!(token.kind, TokenKind::Character | TokenKind::Pair);
        is_spaced && self.patterns.iter().any(|pattern| pattern.matches(&token.exact))
    }
}

impl Pattern {
    fn matches(&self, word: &str) -> bool {
        match self {
            Pattern::Prefix(prefix) => word.starts_with(prefix.as_str()),
            Pattern::Wildcard(pattern) => matches_wildcard(pattern, word),
            Pattern::Fuzzy { word: asked, distance } => {
                word.len().abs_diff(asked.len()) <= 4 * distance
                    && strsim::osa_distance(asked, word) <= *distance
            }
        }
    }
}

/// Whether the whole of `word` fits `pattern`, where `?` is any character and `*` any number of them.
///
/// Goes back to the last star only, so it takes at most length times length steps.
fn matches_wildcard(pattern: &[char], word: &str) -> bool {
    let word: Vec<char> = word.chars().collect();
    let (mut at, mut in_word) = (0, 0);
    let mut last_star: Option<(usize, usize)> = None;
    while in_word < word.len() {
        match pattern.get(at) {
            Some('*') => {
                last_star = Some((at, in_word));
                at += 1;
            }
            Some(&c) if c == '?' || c == word[in_word] => {
                at += 1;
                in_word += 1;
            }
            _ => {
                let Some((star, from)) = last_star else { return false };
                last_star = Some((star, from + 1));
                at = star + 1;
                in_word = from + 1;
            }
        }
    }
    pattern[at..].iter().all(|&c| c == '*')
}

impl Phrase {
    /// Adds the places where the phrase stands.
    pub(super) fn find(&self, placed: &Placed<'_>, found: &mut Vec<Range<usize>>) {
        let before = found.len();
        if self.is_quoted {
            self.find_forms(placed, found, |token, form| token.exact == form.exact);
        }
        if found.len() == before {
            self.find_forms(placed, found, |token, form| token.stem == form.stem);
        }
    }

    fn find_forms(
        &self,
        placed: &Placed<'_>,
        found: &mut Vec<Range<usize>>,
        fits: impl Fn(&Token, &Form) -> bool + Copy,
    ) {
        match self.slop {
            None | Some(0) => self.find_in_order(placed, found, fits),
            Some(slop) => self.find_near(placed, slop as usize, found, fits),
        }
    }

    /// Marks from the first word of the phrase to its last.
    fn find_in_order(
        &self,
        placed: &Placed<'_>,
        found: &mut Vec<Range<usize>>,
        fits: impl Fn(&Token, &Form) -> bool,
    ) {
        for start in 0..placed.n_positions() {
            let mut whole: Option<Range<usize>> = None;
            for (offset, form) in &self.terms {
                let at = placed.at(start + *offset as usize);
                let Some(token) = at.iter().find(|token| fits(token, form)) else {
                    whole = None;
                    break;
                };
                let from = whole.map_or(token.range.start, |range| range.start);
                whole = Some(from..token.range.end);
            }
            found.extend(whole);
        }
    }

    /// Marks the words of the phrase where all of them stand within a window of their number and `slop`.
    fn find_near(
        &self,
        placed: &Placed<'_>,
        slop: usize,
        found: &mut Vec<Range<usize>>,
        fits: impl Fn(&Token, &Form) -> bool,
    ) {
        // For each position that has one of the terms: the term and the range.
        let mut places: Vec<(usize, usize, Range<usize>)> = Vec::new();
        for position in 0..placed.n_positions() {
            for (i, (_, form)) in self.terms.iter().enumerate() {
                if let Some(token) = placed.at(position).iter().find(|t| fits(t, form)) {
                    places.push((position, i, token.range.clone()));
                }
            }
        }
        let width = self.terms.len() + slop;
        for (first, (from, ..)) in places.iter().enumerate() {
            let window: Vec<_> =
                places[first..].iter().take_while(|(at, ..)| at - from < width).collect();
            // Each term needs a place of its own, also one that is asked for twice.
            let mut taken = FxHashSet::default();
            let is_complete = (0..self.terms.len()).all(|i| {
                window.iter().any(|(at, term, _)| *term == i && taken.insert(*at))
            });
            if is_complete {
                let shortest = window_end(&window, self.terms.len());
                found.extend(window[..shortest].iter().map(|(.., range)| range.clone()));
            }
        }
    }
}

/// How many places of a window are needed until each term was seen.
fn window_end(window: &[&(usize, usize, Range<usize>)], n_terms: usize) -> usize {
    let mut seen = vec![false; n_terms];
    for (i, (_, term, _)) in window.iter().enumerate() {
        seen[*term] = true;
        if seen.iter().all(|&is_seen| is_seen) {
            return i + 1;
        }
    }
    window.len()
}
