//! Did you mean: words of a query that the corpus lacks, and the words of it that look like them.

use super::SearchError;
use super::leaf::doc_freq;
use super::searcher::Searcher;
use super::terms::forms_near;
use crate::analysis::{self, Unit, is_stop, spelling};
use crate::query::{Clause, Node, Occur, Query};

/// Fewer papers than this are little.
const LITTLE: u64 = 3;
/// Words of a query that are looked at.
const MOST_WORDS: usize = 8;

impl Searcher {
    /// Returns the query with words put right that the corpus lacks, or, if little was found, has
    /// hardly; none if there is nothing to put right.
    pub(super) fn corrected(
        &self,
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
            let Some(better) = self.better(word, n_papers < LITTLE)? else { continue };
            let Some(place) = text.get(clause.span.clone()) else { continue };
            let put = place.replacen(word.as_str(), &better, 1);
            if put != place {
                text.replace_range(clause.span.clone(), &put);
                changed = true;
            }
        }
        Ok(changed.then_some(text))
    }

    fn better(&self, word: &str, little: bool) -> Result<Option<String>, SearchError> {
        let units = analysis::units(word);
        let form = match units.as_slice() {
            [Unit::Word { form, .. }] => form,
            [Unit::Compound { whole, .. }] => {
                let known =
                    doc_freq(&self.view.searcher, self.view.schema.text, &whole.stem)?;
                let is_right = known > 0 && !little;
                return if is_right { Ok(None) } else { self.better_parts(word, little) };
            }
            _ => return Ok(None),
        };
        let exact = form.exact.as_str();
        let plain = exact.chars().all(char::is_alphabetic) && exact.chars().count() >= 4;
        if !plain || is_stop(exact) {
            return Ok(None);
        }
        let frequency = |form: &str| {
            doc_freq(&self.view.searcher, self.view.schema.exact, form).unwrap_or(0)
        };
        let own = frequency(exact);
        let stem = doc_freq(&self.view.searcher, self.view.schema.text, &form.stem)?;
        // Another ending of a known word is no mistake.
        if (own > 0 || stem > 0) && !little {
            return Ok(None);
        }
        let distance = if exact.chars().count() < 8 { 1 } else { 2 };
        let near = forms_near(&self.lexicon(), exact, distance)?;
        let near = near.iter().map(|(form, n)| (form.as_str(), *n));
        let better = spelling::correct(exact, own, near);
        if better.is_some() || own > 0 {
            return Ok(better);
        }
        let split = spelling::split(exact, frequency);
        Ok(split.map(|(left, right)| format!("{left} {right}")))
    }
}

impl Searcher {
    /// A compound (`chain-of-thougth`) with each part put right by itself.
    fn better_parts(
        &self,
        compound: &str,
        little: bool,
    ) -> Result<Option<String>, SearchError> {
        let mut put = String::with_capacity(compound.len());
        let mut changed = false;
        for part in compound.split_inclusive(|c: char| !c.is_alphabetic()) {
            let word = part.trim_end_matches(|c: char| !c.is_alphabetic());
            // A part may be a compound by its script alone (`TNFα`); that has no parts to look at.
            let better = match word.len() < compound.len() {
                true => self.better(word, little)?,
                false => None,
            };
            let better = better.filter(|better| !better.contains(' '));
            changed |= better.is_some();
            put.push_str(better.as_deref().unwrap_or(word));
            put.push_str(&part[word.len()..]);
        }
        Ok(changed.then_some(put))
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
