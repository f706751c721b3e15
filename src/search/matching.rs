//! Which passages of a segment match: the tree of a plan, and the filters beside it.

use super::Filters;
use super::bits::Bits;
use super::entries::Entries;
use super::leaf::Leaf;
use super::plan::{Tree, forms_of};
use super::segment::SegmentView;
use crate::schema::{IndexSchema, pack_lang};

impl SegmentView {
    /// The passages that a tree asks for.
    pub(super) fn matching(
        &self,
        entries: &Entries,
        tree: &Tree,
    ) -> tantivy::Result<Bits> {
        match tree {
            Tree::Leaf(leaf) => self.bits(entries, leaf),
            Tree::Any(trees) => {
                let mut bits = Bits::none(self.max_doc());
                for tree in trees {
                    bits.or(&self.matching(entries, tree)?);
                }
                Ok(bits)
            }
            Tree::Every(trees) => {
                let mut bits = Bits::all(self.max_doc());
                for (at, tree) in trees.iter().enumerate() {
                    if bits.is_empty() {
                        break;
                    }
                    if !trees[..at].contains(tree) {
                        bits.and(&self.matching(entries, tree)?);
                    }
                }
                Ok(bits)
            }
            Tree::Without(base, nots) => {
                let mut bits = self.matching(entries, base)?;
                bits.and_not(&self.matching(entries, nots)?);
                Ok(bits)
            }
        }
    }
}

/// A field that filters choose in; its facet ignores its own choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Dimension {
    Topic,
    Year,
    Author,
    Venue,
    Kind,
    Paper,
    Lang,
}

/// The leaves of each filtered dimension: one of them must hold.
pub(super) fn filter_leaves(
    filters: &Filters,
    schema: &IndexSchema,
) -> Vec<(Dimension, Vec<Leaf>)> {
    let names = |field, given: &[String]| -> Vec<Leaf> {
        given.iter().map(|name| Leaf::Names(field, forms_of(name))).collect()
    };
    let topics =
        filters.topics.iter().map(|t| t.trim_end_matches('/').to_owned()).collect();
    let years = filters.years.map(|(from, to)| Leaf::Year(from, to));
    let langs = filters.langs.iter().map(|lang| pack_lang(lang)).collect();
    [
        (
            Dimension::Topic,
            !filters.topics.is_empty(),
            vec![Leaf::Terms(schema.topic, topics)],
        ),
        (Dimension::Year, years.is_some(), years.into_iter().collect()),
        (
            Dimension::Author,
            !filters.authors.is_empty(),
            names(schema.author, &filters.authors),
        ),
        (
            Dimension::Venue,
            !filters.venues.is_empty(),
            names(schema.venue, &filters.venues),
        ),
        (
            Dimension::Kind,
            !filters.kinds.is_empty(),
            vec![Leaf::Kinds(filters.kinds.clone())],
        ),
        (
            Dimension::Paper,
            !filters.papers.is_empty(),
            vec![Leaf::Terms(schema.key, filters.papers.clone())],
        ),
        (Dimension::Lang, !filters.langs.is_empty(), vec![Leaf::Langs(langs)]),
    ]
    .into_iter()
    .filter(|(_, active, _)| *active)
    .map(|(dimension, _, leaves)| (dimension, leaves))
    .collect()
}

/// Filters as sets of passages of one segment.
pub(super) struct Sieve {
    sets: Vec<(Dimension, Bits)>,
}

impl Sieve {
    pub(super) fn new(
        view: &SegmentView,
        entries: &Entries,
        filters: &[(Dimension, Vec<Leaf>)],
    ) -> tantivy::Result<Sieve> {
        let mut sets = Vec::new();
        for (dimension, leaves) in filters {
            let mut bits = Bits::none(view.max_doc());
            for leaf in leaves {
                bits.or(&view.bits(entries, leaf)?);
            }
            sets.push((*dimension, bits));
        }
        Ok(Sieve { sets })
    }

    /// The passages that each filter lets through.
    pub(super) fn sets(&self) -> impl Iterator<Item = (Dimension, &Bits)> {
        self.sets.iter().map(|(dimension, bits)| (*dimension, bits))
    }
}
