//! Did you mean: words of a query that the corpus lacks, and the words of it that look like them; and words
//! that name a paper.

use super::plan::arxiv_id;
use super::searcher::Searcher;
use super::terms::{Lexicon, forms_near};
use super::{Request, SearchError};
use crate::analysis::{self, Unit, is_stop, spelling};
use crate::query::{self, Clause, Field, Node, Occur, Query};

/// Fewer papers than this are little.
const LITTLE: u64 = 3;
/// Words of a query that are looked at.
const MOST_WORDS: usize = 8;

impl Searcher {
    /// Returns the query with words put right that the corpus lacks, or, if little was found, has
    /// hardly; none if there is nothing to put right.
    pub(super) fn corrected(
        &self,
        lexicon: &Lexicon,
        query: &Query,
        n_papers: u64,
    ) -> Result<Option<String>, SearchError> {
        let mut words = Vec::new();
        collect(&query.root, &mut words);
        let mut text = query.text.clone();
        let mut changed = false;
        // From the end, so that the places before stay where they are.
        for clause in words.into_iter().take(MOST_WORDS).rev() {
            let Node::Word(word) = &clause.node else { continue };
            let Some(better) = better(lexicon, word, n_papers < LITTLE)? else {
                continue;
            };
            let Some(place) = text.get(clause.span.clone()) else { continue };
            let put = place.replacen(word.as_str(), &like(word, better), 1);
            if put != place {
                text.replace_range(clause.span.clone(), &put);
                changed = true;
            }
        }
        // What would be refused is no advice: `masked2021title:x` may become an unknown field.
        Ok((changed && query::parse(&text).is_ok()).then_some(text))
    }
}

impl Searcher {
    /// Keys of the papers whose authors and title have all words of a text or of another's key
    /// (`devlin2018bert`).
    pub(super) fn keys_of_words(&self, given: &str) -> Result<Vec<String>, SearchError> {
        let plain = |node| Clause { occur: Occur::Should, node, boost: 1.0, span: 0..0 };
        let clauses: Vec<Clause> = given
            .split(|c: char| !c.is_alphabetic())
            .filter(|word| word.chars().count() > 2 && !is_stop(&word.to_lowercase()))
            .take(MOST_WORDS)
            .map(|word| {
                let there = [Field::Title, Field::Author].map(|field| {
                    let word = plain(Node::Word(word.to_owned()));
                    plain(Node::Field(field, Box::new(word)))
                });
                Clause { occur: Occur::Must, ..plain(Node::Group(there.into())) }
            })
            .collect();
        if clauses.is_empty() {
            return Ok(Vec::new());
        }
        let root = plain(Node::Group(clauses));
        let query = Query { text: given.to_owned(), root, asides: Vec::new() };
        let found =
            self.search(&Request { expand: false, ..Request::papers(query, 3) })?;
        Ok(found.hits.into_iter().map(|hit| hit.paper.key).collect())
    }

    /// Says of the words that are a paper's key or arXiv id how the paper itself is found.
    pub(super) fn papers_named(
        &self,
        lexicon: &Lexicon,
        query: &Query,
    ) -> Result<Vec<String>, SearchError> {
        let mut words = Vec::new();
        collect(&query.root, &mut words);
        let mut notes = Vec::new();
        for clause in words.into_iter().take(MOST_WORDS) {
            let Node::Word(word) = &clause.node else { continue };
            if !word.contains(|c: char| c.is_ascii_digit()) {
                continue;
            }
            if lexicon.doc_freq(self.view.schema.key, word)? > 0 {
                notes.push(format!(
                    "`{word}` is the key of a paper: `key:{word}`, `citemap show {word}`"
                ));
            } else if lexicon.doc_freq(self.view.schema.arxiv, &arxiv_id(word))? > 0 {
                notes.push(format!(
                    "`{word}` is the arXiv id of a paper: `arxiv:{word}`, `citemap show {word}`"
                ));
            }
        }
        Ok(notes)
    }
}

/// The word that was meant, where the corpus lacks this one or `little` was found.
fn better(
    lexicon: &Lexicon,
    word: &str,
    little: bool,
) -> Result<Option<String>, SearchError> {
    let units = analysis::units(word);
    let form = match units.as_slice() {
        [Unit::Word { form, .. }] => form,
        [Unit::Compound { whole, .. }] => {
            let known = lexicon.doc_freq(lexicon.schema.text, &whole.stem)?;
            if known > 0 && !little {
                return Ok(None);
            }
            return better_parts(lexicon, word, little);
        }
        _ => return Ok(None),
    };
    let exact = form.exact.as_str();
    let plain = exact.chars().all(char::is_alphabetic) && exact.chars().count() >= 4;
    // `β` is short, though `beta` is not.
    if !plain || word.chars().count() < 4 || is_stop(exact) {
        return Ok(None);
    }
    let frequency =
        |form: &str| lexicon.doc_freq(lexicon.schema.exact, form).unwrap_or(0);
    let own = frequency(exact);
    let stem = lexicon.doc_freq(lexicon.schema.text, &form.stem)?;
    // Another ending of a known word is no mistake.
    if (own > 0 || stem > 0) && !little {
        return Ok(None);
    }
    let distance = if exact.chars().count() < 8 { 1 } else { 2 };
    let near = forms_near(lexicon, exact, distance)?;
    let near = near.iter().map(|(form, n)| (form.as_str(), *n));
    let better = spelling::correct(exact, own, near);
    if better.is_some() || own > 0 {
        return Ok(better);
    }
    let split = spelling::split(exact, frequency);
    Ok(split.map(|(left, right)| format!("{left} {right}")))
}

/// A compound (`chain-of-thougth`) with each part put right by itself.
fn better_parts(
    lexicon: &Lexicon,
    compound: &str,
    little: bool,
) -> Result<Option<String>, SearchError> {
    let mut put = String::with_capacity(compound.len());
    let mut changed = false;
    for part in compound.split_inclusive(|c: char| !c.is_alphabetic()) {
        let word = part.trim_end_matches(|c: char| !c.is_alphabetic());
        // A part may be a compound by its script alone (`TNFα`); that has no parts to look at.
        let better = match word.len() < compound.len() {
            true => better(lexicon, word, little)?,
            false => None,
        };
        let better = better.filter(|better| !better.contains(' '));
        changed |= better.is_some();
        put.push_str(better.as_deref().unwrap_or(word));
        put.push_str(&part[word.len()..]);
    }
    Ok(changed.then_some(put))
}

/// `better` with a capital where `word` has one.
fn like(word: &str, better: String) -> String {
    let mut letters = better.chars();
    match letters.next() {
        Some(first) if word.starts_with(char::is_uppercase) => {
            first.to_uppercase().chain(letters).collect()
        }
        _ => better,
    }
}

/// The bare words that are asked for, in order.
fn collect<'a>(clause: &'a Clause, out: &mut Vec<&'a Clause>) {
    if clause.occur == Occur::MustNot {
        return;
    }
    match &clause.node {
        Node::Word(_) => out.push(clause),
        Node::Group(clauses) => clauses.iter().for_each(|inner| collect(inner, out)),
        _ => {}
    }
}
