//! The year by which a corpus cites its papers.
//!
//! In: the catalogue and the references of all documents. Out: years of works of which neither the
//! bibliography nor the document itself states one. arXiv's stamp dates a version, not the paper;
//! what most of those who cite the paper write is what its next reader is to write too.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::catalog::{Catalog, TELLING_TITLE};
use super::reader::Facts;
use crate::corpus::identity::{surname, title_letters};
use crate::corpus::ids::arxiv_year;
use crate::paper::Reference;

/// A venue lies at most so many years behind a preprint.
const VENUE_YEARS: i32 = 3;

/// Works whose year is open, ready to be told by what a reference says.
#[derive(Default)]
pub(crate) struct OpenYears<'a> {
    works: Vec<(&'a str, &'a Facts)>,
    /// By arXiv id, DOI or the letters of the title.
    by_mark: FxHashMap<String, usize>,
    votes: BTreeMap<(usize, i32), u32>,
}

impl<'a> OpenYears<'a> {
    /// The works of a catalogue whose year nobody states.
    pub(crate) fn of(catalog: &'a Catalog<'_>) -> Self {
        let mut open = Self::default();
        for (key, work) in &catalog.works {
            let has_year = catalog.entry(work).is_some_and(|e| e.year.is_some());
            let Some(facts) = catalog.facts(work) else { continue };
            if has_year || facts.year_is_stated {
                continue;
            }
            let at = open.works.len();
            open.works.push((key, facts));
            for mark in marks(&facts.arxiv, &facts.doi, &facts.title) {
                open.by_mark.entry(mark).or_insert(at);
            }
        }
        open
    }

    /// True if there is nothing to ask for.
    pub(crate) fn is_empty(&self) -> bool {
        self.works.is_empty()
    }

    /// The years that the references of one document give to works.
    pub(crate) fn said(&self, references: &[Reference]) -> BTreeSet<(usize, i32)> {
        let mut cast = BTreeSet::new();
        for reference in references {
            let Some(year) = reference.year else { continue };
            let Reference { arxiv, doi, title, .. } = reference;
            let known = marks(arxiv, doi, title)
                .find_map(|mark| Some((*self.by_mark.get(&mark)?, mark)));
            let Some((at, mark)) = known else { continue };
            let (_, facts) = self.works[at];
            let by_id = !mark.starts_with(TITLE);
            if (by_id || shares_author(facts, reference)) && may_be(facts, year) {
                cast.insert((at, year));
            }
        }
        cast
    }

    /// Takes what one document has [said](Self::said): a vote for each year of a work.
    pub(crate) fn take(&mut self, cast: BTreeSet<(usize, i32)>) {
        for vote in cast {
            *self.votes.entry(vote).or_default() += 1;
        }
    }

    /// The year that most documents give each work; where two are given as often, the document's
    /// own, else the earlier.
    pub(crate) fn told(self) -> BTreeMap<String, i32> {
        let mut most: BTreeMap<usize, (u32, i32)> = BTreeMap::new();
        for (&(at, year), &n) in &self.votes {
            let own = self.works[at].1.year;
            let best = most.entry(at).or_insert((n, year));
            if n > best.0 || n == best.0 && own == Some(year) {
                *best = (n, year);
            }
        }
        let named =
            |(at, (_, year)): (usize, (u32, i32))| (self.works[at].0.to_owned(), year);
        most.into_iter().map(named).collect()
    }
}

/// What a mark made of a title begins with.
const TITLE: &str = "title ";

fn marks(
    arxiv: &Option<String>,
    doi: &Option<String>,
    title: &str,
) -> impl Iterator<Item = String> {
    let arxiv = arxiv.as_ref().map(|id| format!("arxiv {id}"));
    let doi = doi.as_ref().map(|doi| format!("doi {doi}"));
    let letters = title_letters(title);
    let title = (letters.len() >= TELLING_TITLE).then(|| format!("{TITLE}{letters}"));
    arxiv.into_iter().chain(doi).chain(title)
}

fn shares_author(facts: &Facts, reference: &Reference) -> bool {
    let theirs: Vec<String> = facts.authors.iter().map(|name| surname(name)).collect();
    reference.authors.iter().any(|name| theirs.contains(&surname(name)))
}

/// True for a year in which a paper of that id, or of about that year, can have come out: others
/// are misread.
fn may_be(facts: &Facts, year: i32) -> bool {
    match facts.arxiv.as_deref().and_then(arxiv_year) {
        Some(first) => (first..=first + VENUE_YEARS).contains(&year),
        None => facts.year.is_none_or(|own| own.abs_diff(year) <= VENUE_YEARS as u32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(facts: &Facts, cited: &[&[Reference]]) -> Option<i32> {
        let mut open = OpenYears::default();
        open.works.push(("k", facts));
        for mark in marks(&facts.arxiv, &facts.doi, &facts.title) {
            open.by_mark.insert(mark, 0);
        }
        for references in cited {
            open.take(open.said(references));
        }
        open.told().remove("k")
    }

    fn reference(title: &str, author: &str, year: i32) -> Reference {
        Reference {
            title: title.into(),
            authors: vec![author.into()],
            year: Some(year),
            ..Reference::default()
        }
    }

    #[test]
    fn the_year_is_what_most_who_cite_it_write() {
        let title = "Varves of a Northern Lake";
        let facts = Facts {
            title: title.into(),
            authors: vec!["Ann Lee".into(), "Bo Quill".into()],
            year: Some(2018),
            arxiv: Some("1708.00001".into()),
            ..Facts::default()
        };
        let by = |author: &str, year: i32| [reference(title, author, year)];
        let (y17, y18, y19) = (by("A. Lee", 2017), by("Lee, A.", 2018), by("Lee", 2019));
        assert_eq!(told(&facts, &[]), None);
        assert_eq!(told(&facts, &[&y17]), Some(2017));
        assert_eq!(told(&facts, &[&y17, &y19, &y19]), Some(2019));
        assert_eq!(told(&facts, &[&y17, &y18]), Some(2018), "its own, if as many say so");
        assert_eq!(told(&facts, &[&y17, &y19]), Some(2017));
        // Another paper of that title, and a year that was misread.
        assert_eq!(told(&facts, &[&by("M. Other", 2017)]), None);
        assert_eq!(told(&facts, &[&by("A. Lee", 2012), &by("A. Lee", 2022)]), None);
        // One document has one vote.
        let twice = [y17[0].clone(), y17[0].clone()];
        assert_eq!(told(&facts, &[&twice, &y18]), Some(2018));
    }
}
