//! A query tree becomes a plan: leaves that are scored, and a tree that says which passages match.

use std::ops::Range;

use super::SearchError;
use super::leaf::{Leaf, Words};
use super::ranking::Ranking;
use super::stop::is_stop;
use super::terms::Lexicon;
use crate::analysis;
use crate::query::{Clause, Field, Node, Occur, Query};
use crate::schema::IndexSchema;

mod fields;

pub(super) use fields::forms_of;

/// A scored leaf.
#[derive(Clone, Debug)]
pub(super) struct Unit {
    pub(super) leaf: Leaf,
    /// From boosts and repetition.
    pub(super) weight: f32,
    /// Rarity in texts.
    pub(super) idf: f32,
    /// Rarity in titles.
    pub(super) idf_title: f32,
    /// Finds passages by itself where the plan has no tree.
    pub(super) finds: bool,
    /// Words as the person typed them, for explanations.
    pub(super) label: String,
    /// Field, for explanations.
    pub(super) field: &'static str,
}

/// Two neighbouring words of the query: indices of their units, each a single place of text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Pair {
    pub(super) left: usize,
    pub(super) right: usize,
}

/// Which passages match.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree {
    Leaf(Leaf),
    Any(Vec<Tree>),
    Every(Vec<Tree>),
    Without(Box<Tree>, Box<Tree>),
}

/// A compiled query.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) units: Vec<Unit>,
    pub(super) pairs: Vec<Pair>,
    /// `None`: passages that any finding unit has.
    pub(super) tree: Option<Tree>,
    /// What was cut short, for people.
    pub(super) notes: Vec<String>,
}

/// Where in the query tree a clause stands.
#[derive(Clone, Copy)]
struct Place {
    boost: f32,
    /// Not under a negation.
    ranks: bool,
    /// Must match: a word of several tokens is taken as a phrase.
    strict: bool,
    field: Option<Field>,
}

/// Compiles queries for one view of an index.
pub(super) struct Compiler<'a> {
    pub(super) lexicon: &'a Lexicon<'a>,
    pub(super) schema: &'a IndexSchema,
    pub(super) ranking: &'a Ranking,
    units: Vec<Unit>,
    pairs: Vec<Pair>,
    notes: Vec<String>,
}

impl<'a> Compiler<'a> {
    pub(super) fn new(
        lexicon: &'a Lexicon<'a>,
        schema: &'a IndexSchema,
        ranking: &'a Ranking,
    ) -> Compiler<'a> {
        Compiler {
            lexicon,
            schema,
            ranking,
            units: Vec::new(),
            pairs: Vec::new(),
            notes: Vec::new(),
        }
    }

    /// Compiles a query.
    pub(super) fn compile(mut self, query: &Query) -> Result<Plan, SearchError> {
        let place = Place { boost: 1.0, ranks: true, strict: false, field: None };
        let plain = is_plain(&query.root);
        let tree = match query.root.occur {
            Occur::MustNot => {
                let none = Place { ranks: false, ..place };
                let tree =
                    self.clause(&query.root, none)?.unwrap_or(Tree::Leaf(Leaf::Nothing));
                Tree::Without(Box::new(Tree::Leaf(Leaf::All)), Box::new(tree))
            }
            _ => self.clause(&query.root, place)?.unwrap_or(Tree::Leaf(Leaf::Nothing)),
        };
        let finds = self.units.iter().any(|unit| unit.finds);
        let tree = (!(plain && finds)).then_some(tree);
        Ok(Plan { units: self.units, pairs: self.pairs, tree, notes: self.notes })
    }

    /// Compiles a clause, without its own occur; `None` if it only ranks.
    fn clause(
        &mut self,
        clause: &Clause,
        place: Place,
    ) -> Result<Option<Tree>, SearchError> {
        let place = Place { boost: place.boost * clause.boost, ..place };
        match &clause.node {
            Node::All => Ok(Some(Tree::Leaf(Leaf::All))),
            Node::Group(clauses) => self.group(clauses, place),
            Node::Field(field, inner) => {
                let place = Place { field: Some(*field), ..place };
                self.clause(inner, place)
            }
            Node::Word(word) => match place.field {
                None => Ok(self.word(word, place)),
                Some(field) => self.field_words(field, word, None, &clause.span, place),
            },
            Node::Phrase { text, slop } => match place.field {
                None => Ok(self.phrase(text, *slop, place)),
                Some(field) => {
                    self.field_words(field, text, Some(*slop), &clause.span, place)
                }
            },
            Node::Prefix(_) | Node::Wildcard(_) | Node::Fuzzy { .. } => {
                self.pattern(&clause.node, &clause.span, place).map(Some)
            }
            Node::Range(from, to) => self
                .range(place.field, from, to, &clause.span)
                .map(|l| Some(Tree::Leaf(l))),
        }
    }

    fn group(
        &mut self,
        clauses: &[Clause],
        place: Place,
    ) -> Result<Option<Tree>, SearchError> {
        // Where nothing but stop words stands, they are what the person means.
        let all_stop =
            !clauses.iter().any(|c| c.occur != Occur::MustNot && !is_stop_clause(c));
        let (mut musts, mut shoulds, mut nots) = (Vec::new(), Vec::new(), Vec::new());
        let mut last: Option<usize> = None;
        for clause in clauses {
            let before = self.units.len();
            match clause.occur {
                Occur::MustNot => {
                    let place = Place { ranks: false, strict: true, ..place };
                    nots.extend(self.clause(clause, place)?);
                    last = None;
                    continue;
                }
                Occur::Must => {
                    let place = Place { strict: true, ..place };
                    musts.extend(self.clause(clause, place)?);
                }
                Occur::Should
                    if !all_stop && is_stop_clause(clause) && place.field.is_none() =>
                {
                    self.stop_word(clause, place);
                }
                Occur::Should => shoulds.extend(self.clause(clause, place)?),
            }
            last = match (&clause.node, place.field) {
                (Node::Word(word), None) if place.ranks => {
                    self.neighbours(word, last, before)
                }
                _ => None,
            };
        }
        let positive = match (musts.is_empty(), shoulds.is_empty()) {
            (false, _) => Some(any_or_all(musts, Tree::Every)),
            (true, false) => Some(any_or_all(shoulds, Tree::Any)),
            (true, true) => None,
        };
        if nots.is_empty() {
            return Ok(positive);
        }
        let base = positive.unwrap_or(Tree::Leaf(Leaf::All));
        Ok(Some(Tree::Without(Box::new(base), Box::new(any_or_all(nots, Tree::Any)))))
    }

    /// Pairs the last token before with the tokens of `word`; returns the unit of its last one.
    fn neighbours(&mut self, word: &str, last: Option<usize>, _: usize) -> Option<usize> {
        let mut left = last;
        for alternatives in places_of(word, false) {
            let leaf = Leaf::Text(Words { places: vec![alternatives], slop: None });
            let right = self.units.iter().position(|unit| unit.leaf == leaf);
            if let (Some(left), Some(right)) = (left, right) {
                let pair = Pair { left, right };
                if left != right && !self.pairs.contains(&pair) {
                    self.pairs.push(pair);
                }
            }
            left = right;
        }
        left
    }

    fn stop_word(&mut self, clause: &Clause, place: Place) {
        let Node::Word(word) = &clause.node else { return };
        let weight = self.ranking.stop * place.boost * clause.boost;
        for alternatives in places_of(word, false) {
            let leaf = Leaf::Text(Words { places: vec![alternatives], slop: None });
            self.unit(leaf, weight, false, word, "text");
        }
    }

    fn word(&mut self, word: &str, place: Place) -> Option<Tree> {
        let places = places_of(word, false);
        if places.is_empty() {
            return None;
        }
        if place.ranks {
            for alternatives in &places {
                let label = alternatives.join("|");
                let leaf =
                    Leaf::Text(Words { places: vec![alternatives.clone()], slop: None });
                self.unit(leaf, place.boost, true, &label, "text");
            }
        }
        let single = |places| Tree::Leaf(Leaf::Text(Words { places, slop: None }));
        Some(if place.strict || places.len() == 1 {
            single(places)
        } else {
            any_or_all(places.into_iter().map(|p| single(vec![p])).collect(), Tree::Any)
        })
    }

    fn phrase(&mut self, text: &str, slop: Option<u32>, place: Place) -> Option<Tree> {
        let places = places_of(text, false);
        if places.is_empty() {
            return None;
        }
        let leaf = Leaf::Text(Words { places: places.clone(), slop });
        if place.ranks {
            self.unit(leaf.clone(), place.boost, false, text, "text");
            if slop.is_none() {
                let exact = places_of(text, true);
                for (forms, stems) in exact.into_iter().zip(&places) {
                    // A form that is its own stem says nothing more; nor does a stop word.
                    if forms == *stems && self.lexicon.is_invariant(&forms)
                        || forms.iter().any(|form| is_stop(form))
                    {
                        continue;
                    }
                    let label = forms.join("|");
                    let weight = place.boost * self.ranking.exact;
                    self.unit(Leaf::Exact(forms), weight, false, &label, "exact");
                }
            }
        }
        Some(Tree::Leaf(leaf))
    }

    /// Adds a unit, or its weight to one that asks the same.
    fn unit(
        &mut self,
        leaf: Leaf,
        weight: f32,
        finds: bool,
        label: &str,
        field: &'static str,
    ) {
        if let Some(unit) = self.units.iter_mut().find(|unit| unit.leaf == leaf) {
            unit.weight += weight;
            unit.finds |= finds;
            return;
        }
        let (idf, idf_title) = self.lexicon.idf(&leaf);
        let label = label.to_owned();
        self.units.push(Unit { leaf, weight, idf, idf_title, finds, label, field });
    }

    fn note(&mut self, note: String) {
        self.notes.push(note);
    }
}

/// Only words side by side: any of them finds a passage.
fn is_plain(root: &Clause) -> bool {
    let word = |c: &Clause| c.occur == Occur::Should && matches!(c.node, Node::Word(_));
    match &root.node {
        Node::Word(_) => root.occur != Occur::MustNot,
        Node::Group(clauses) => root.occur != Occur::MustNot && clauses.iter().all(word),
        _ => false,
    }
}

fn is_stop_clause(clause: &Clause) -> bool {
    match &clause.node {
        Node::Word(word) => {
            let tokens = analysis::tokens(word);
            !tokens.iter().any(|token| !is_stop(&token.exact))
        }
        _ => false,
    }
}

fn any_or_all(mut trees: Vec<Tree>, make: fn(Vec<Tree>) -> Tree) -> Tree {
    match trees.len() {
        1 => trees.remove(0),
        _ => make(trees),
    }
}

/// The tokens of a text, place by place, each with its alternatives.
pub(super) fn places_of(text: &str, exact: bool) -> Vec<Vec<String>> {
    let mut places: Vec<Vec<String>> = Vec::new();
    let mut at = None;
    for token in analysis::tokens(text) {
        let word = if exact { token.exact } else { token.stem };
        if at != Some(token.position) {
            places.push(Vec::new());
            at = Some(token.position);
        }
        if let Some(place) = places.last_mut()
            && !place.contains(&word)
        {
            place.push(word);
        }
    }
    places
}

/// A place in the query, for errors.
pub(super) type Span = Range<usize>;
