//! A query tree becomes a plan: leaves that are scored, and a tree that says which passages match.

use std::ops::Range;

use super::SearchError;
use super::concept::{Other, settle};
use super::entries::Entries;
use super::leaf::{Leaf, Words};
use super::ranking::Ranking;
use super::terms::Lexicon;
use crate::analysis::{self, Form, Unit, is_stop};
use crate::paper::reference::names::is_cjk;
use crate::query::{Clause, Field, Node, Occur, Query};
use crate::schema::IndexSchema;

mod fields;
mod works;

pub(super) use fields::{arxiv_id, forms_of};

/// A scored leaf.
#[derive(Clone, Debug)]
pub(super) struct Scored {
    pub(super) leaf: Leaf,
    /// From boosts and repetition.
    pub(super) weight: f32,
    /// Rarity in texts.
    pub(super) idf: f32,
    /// Rarity in titles.
    pub(super) idf_title: f32,
    /// Finds passages by itself where the plan has no tree.
    pub(super) finds: bool,
    /// The form in which a plain word was typed.
    pub(super) typed: Option<String>,
    /// Which other form of a part of the query it belongs to.
    pub(super) other: Option<usize>,
    /// The term, for explanations.
    pub(super) label: String,
    /// Field, for explanations.
    pub(super) field: &'static str,
}

/// Two neighbouring terms of the query: indices of their units, each a single place of text.
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
#[derive(Clone, Debug, Default)]
pub(super) struct Plan {
    /// What is known of the words of the query, from compiling it on.
    pub(super) entries: Entries,
    pub(super) units: Vec<Scored>,
    pub(super) pairs: Vec<Pair>,
    /// Other ways of saying parts of the query.
    pub(super) others: Vec<Other>,
    /// `None`: passages that any finding unit has.
    pub(super) tree: Option<Tree>,
    /// What was cut short, for people.
    pub(super) notes: Vec<String>,
}

/// Most pairs of neighbouring words that are looked for, those of the rarest words: of a question of 200
/// words all of them would cost as much as all else.
const MOST_PAIRS: usize = 64;

/// Where in the query tree a clause stands.
#[derive(Clone, Copy)]
struct Place {
    boost: f32,
    /// Not under a negation.
    ranks: bool,
    /// Ranked words also find passages.
    finds: bool,
    /// Must match: all pieces of a word are needed.
    strict: bool,
    field: Option<Field>,
}

/// Compiles queries for one view of an index.
pub(super) struct Compiler<'a> {
    lexicon: &'a Lexicon<'a>,
    schema: &'a IndexSchema,
    ranking: &'a Ranking,
    units: Vec<Scored>,
    pairs: Vec<Pair>,
    others: Vec<Other>,
    notes: Vec<String>,
    /// The term before.
    last: Option<usize>,
    /// Units with the parts of the query that they come from.
    spans: Vec<(usize, Span)>,
    /// The part that is being compiled.
    span: Span,
    /// It is another form of what stands before it: which one.
    other: Option<usize>,
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
            others: Vec::new(),
            notes: Vec::new(),
            last: None,
            spans: Vec::new(),
            span: 0..0,
            other: None,
        }
    }

    /// Compiles a query.
    pub(super) fn compile(mut self, query: &Query) -> Result<Plan, SearchError> {
        let place =
            Place { boost: 1.0, ranks: true, finds: true, strict: false, field: None };
        let plain = is_plain(&query.root);
        let tree = match query.root.occur {
            Occur::MustNot => {
                let none = Place { ranks: false, ..place };
                let tree = self.clause(&query.root, none)?;
                let tree = tree.unwrap_or(Tree::Leaf(Leaf::Nothing));
                Tree::Without(Box::new(Tree::Leaf(Leaf::All)), Box::new(tree))
            }
            _ => self.clause(&query.root, place)?.unwrap_or(Tree::Leaf(Leaf::Nothing)),
        };
        let finds = self.units.iter().any(|unit| unit.finds);
        let tree = (!(plain && finds)).then_some(tree);
        if plain && let Node::Group(clauses) = &query.root.node {
            self.whole(clauses, place);
        }
        settle(&mut self.others, &mut self.units, self.ranking.most_added);
        if self.pairs.len() > MOST_PAIRS {
            let rarity =
                |pair: &Pair| self.units[pair.left].idf + self.units[pair.right].idf;
            self.pairs.sort_by(|a, b| rarity(b).total_cmp(&rarity(a)));
            self.pairs.truncate(MOST_PAIRS);
        }
        let Compiler { units, pairs, others, notes, .. } = self;
        Ok(Plan { units, pairs, others, tree, notes, entries: Entries::default() })
    }

    /// Compiles a clause, without its own occur; `None` if it takes no part in matching.
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
                None => self.word(word, place),
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
            Node::Range(from, to) => {
                let leaf = self.range(place.field, from, to, &clause.span)?;
                Ok(Some(Tree::Leaf(leaf)))
            }
        }
    }

    fn group(
        &mut self,
        clauses: &[Clause],
        place: Place,
    ) -> Result<Option<Tree>, SearchError> {
        // Where nothing but stop words stands, they are what the person means.
        let positive = |c: &&Clause| c.occur != Occur::MustNot;
        let all_stop = clauses.iter().filter(positive).all(is_stop_clause);
        let (mut musts, mut shoulds, mut nots) = (Vec::new(), Vec::new(), Vec::new());
        self.last = None;
        let mut said_to = 0;
        for clause in clauses {
            self.begin(clause, said_to);
            said_to = said_to.max(clause.span.end);
            let is_word = matches!(clause.node, Node::Word(_));
            if !is_word || clause.occur == Occur::MustNot {
                self.last = None;
            }
            let drops = !all_stop && place.field.is_none() && is_stop_clause(clause);
            match clause.occur {
                Occur::MustNot => {
                    let place = Place { ranks: false, strict: true, ..place };
                    nots.extend(self.clause(clause, place)?);
                }
                Occur::Must => {
                    let place = Place { strict: true, ..place };
                    musts.extend(self.clause(clause, place)?);
                }
                Occur::Should if drops => {
                    let boost = place.boost * self.ranking.stop;
                    self.clause(clause, Place { boost, finds: false, ..place })?;
                }
                Occur::Should => shoulds.extend(self.clause(clause, place)?),
            }
            if !is_word {
                self.last = None;
            }
        }
        self.other = None;
        shoulds.extend(self.works(clauses, place));
        // Fields only filter: what is looked for beside them has to be found.
        if clauses.iter().filter(|c| c.occur == Occur::Must).all(is_filter)
            && !musts.is_empty()
            && !shoulds.is_empty()
        {
            musts.push(join(std::mem::take(&mut shoulds), Tree::Any));
        }
        let positive = match (musts.is_empty(), shoulds.is_empty()) {
            (false, _) => Some(join(musts, Tree::Every)),
            (true, false) => Some(join(shoulds, Tree::Any)),
            (true, true) => None,
        };
        if nots.is_empty() {
            return Ok(positive);
        }
        let base = positive.unwrap_or(Tree::Leaf(Leaf::All));
        Ok(Some(Tree::Without(Box::new(base), Box::new(join(nots, Tree::Any)))))
    }

    /// A word as typed: what analysis makes of it, each piece ranked by itself.
    fn word(&mut self, word: &str, place: Place) -> Result<Option<Tree>, SearchError> {
        let make = if place.strict { Tree::Every } else { Tree::Any };
        let mut trees = Vec::new();
        let clause = self.span.clone();
        for unit in analysis::units(word) {
            if clause.len() == word.len() {
                let range = unit.range();
                self.span = clause.start + range.start..clause.start + range.end;
            }
            match unit {
                Unit::Word { form, .. } => {
                    trees.push(self.term(form.stem, place));
                    if let Some(last) = self.last.filter(|_| place.ranks) {
                        self.units[last].typed = Some(form.exact);
                    }
                }
                Unit::Compound { whole, parts, .. } if parts.len() == 1 => {
                    trees.push(self.term(whole.stem, place));
                }
                Unit::Compound { whole, parts, range } => {
                    let typed = &word[range];
                    trees.push(self.compound(&whole, &parts, typed, place)?);
                }
                Unit::Run { terms, range } => {
                    trees.push(join(self.run(terms, &word[range], place), make));
                }
            }
        }
        self.span = clause;
        Ok((!trees.is_empty()).then(|| join(trees, make)))
    }

    /// Pairs of characters, ranked each by itself; a run weighs like some words, not like so many pairs.
    fn run(&mut self, pairs: Vec<Form>, text: &str, place: Place) -> Vec<Tree> {
        let boost = place.boost * self.ranking.run_share(pairs.len());
        let run = self.span.clone();
        let mut starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        starts.push(text.len());
        let as_typed = run.len() == text.len() && starts.len() == pairs.len() + 2;
        let mut trees = Vec::with_capacity(pairs.len());
        for (at, form) in pairs.into_iter().enumerate() {
            if as_typed {
                self.span = run.start + starts[at]..run.start + starts[at + 2];
            }
            // Pairs of characters overlap: that two stand side by side says little more.
            self.last = None;
            trees.push(self.term(form.stem, Place { boost, ..place }));
        }
        self.last = None;
        trees
    }

    /// Takes note of the part of the query that a clause is; what a clause before it covers, up to
    /// `said_to`, it says in another way.
    fn begin(&mut self, clause: &Clause, said_to: usize) {
        self.span = clause.span.clone();
        self.other = None;
        if clause.span.start < said_to {
            let span = clause.span.clone();
            let inside = |s: &Span| span.start <= s.start && s.end <= span.end;
            let said = self.spans.iter().filter(|(_, part)| inside(part));
            let mut of: Vec<usize> = said.map(|(unit, _)| *unit).collect();
            of.sort_unstable();
            of.dedup();
            self.other = Some(self.others.len());
            self.others.push(Other { span, of, concept: 0 });
            self.last = None;
        }
    }

    /// One term of the query; it makes a pair with the one before it.
    fn term(&mut self, stem: String, place: Place) -> Tree {
        let leaf = Leaf::Text(Words::one(stem.clone()));
        if place.ranks {
            let unit = self.unit(leaf.clone(), place.boost, place.finds, &stem, "text");
            if let Some(left) = self.last
                && left != unit
            {
                let pair = Pair { left, right: unit };
                if self.other.is_none() && !self.pairs.contains(&pair) {
                    self.pairs.push(pair);
                }
            }
            self.last = Some(unit);
        }
        Tree::Leaf(leaf)
    }

    fn compound(
        &mut self,
        whole: &Form,
        parts: &[Form],
        typed: &str,
        place: Place,
    ) -> Result<Tree, SearchError> {
        let places = parts.iter().map(|part| part.stem.clone()).collect();
        let offsets = (0..parts.len() as u32).collect();
        let row = Words { places, offsets, slop: None };
        let asks = place.ranks && !place.strict && self.other.is_none();
        if asks && !self.lexicon.occurs(&whole.stem, &row)? {
            // What says something of itself: a number or a stop word would find everything.
            let says = |part: &&Form| {
                !is_stop(&part.exact) && part.exact.contains(|c: char| !c.is_numeric())
            };
            let words: Vec<&Form> = parts.iter().filter(says).collect();
            if !words.is_empty() {
                self.note(format!("`{typed}` stands nowhere; its parts are searched"));
                let words =
                    words.into_iter().map(|part| self.term(part.stem.clone(), place));
                return Ok(join(words.collect(), Tree::Any));
            }
        }
        let leaf = Leaf::Compound(whole.stem.clone(), row);
        if place.ranks {
            let weight = place.boost * self.ranking.compound;
            self.unit(leaf.clone(), weight, place.finds, &whole.stem, "text");
            // Another form is found whole, or it does not say the same.
            let weight = place.boost * self.ranking.parts;
            let ranks = weight > 0.0 && self.other.is_none();
            for part in parts.iter().filter(|part| ranks && !is_stop(&part.exact)) {
                let leaf = Leaf::Text(Words::one(part.stem.clone()));
                self.unit(leaf, weight, false, &part.stem, "text");
            }
            self.last = None;
        }
        Ok(Tree::Leaf(leaf))
    }

    fn phrase(&mut self, text: &str, slop: Option<u32>, place: Place) -> Option<Tree> {
        let words = phrase_of(text, slop);
        if words.places.is_empty() {
            return None;
        }
        let leaf = match joined(text) {
            Some(whole) if slop.is_none() => Leaf::Compound(whole, words),
            _ => Leaf::Text(words),
        };
        if place.ranks {
            let pairs = analysis::phrase(text);
            let share = match pairs.iter().all(|(_, form)| form.exact.contains(is_cjk)) {
                true => self.ranking.run_share(pairs.len()),
                false => 1.0,
            };
            self.unit(leaf.clone(), place.boost * share, place.finds, text, "text");
            let plain = self.other.is_none();
            for (_, form) in pairs.into_iter().filter(|_| plain) {
                // A name or a number has no other form; a stop word says nothing.
                let inflects = form.exact.bytes().all(|b| b.is_ascii_alphabetic());
                if slop.is_none() && inflects && !is_stop(&form.exact) {
                    let weight = place.boost * self.ranking.exact;
                    let label = form.exact.clone();
                    let leaf = Leaf::Exact(vec![form.exact]);
                    self.unit(leaf, weight, false, &label, "exact");
                }
            }
        }
        Some(Tree::Leaf(leaf))
    }

    /// Adds a unit, or its weight to one that asks the same; returns its index.
    fn unit(
        &mut self,
        leaf: Leaf,
        weight: f32,
        finds: bool,
        label: &str,
        field: &'static str,
    ) -> usize {
        let other = self.other;
        let same = |unit: &Scored| unit.leaf == leaf && unit.other == other;
        let at = self.units.iter().position(same).unwrap_or(self.units.len());
        if other.is_none() {
            self.spans.push((at, self.span.clone()));
        }
        if let Some(unit) = self.units.get_mut(at) {
            unit.weight += weight;
            unit.finds |= finds;
            return at;
        }
        let (idf, idf_title) = self.idf(&leaf);
        let label = label.to_owned();
        self.units.push(Scored {
            leaf,
            weight,
            idf,
            idf_title,
            finds,
            typed: None,
            other,
            label,
            field,
        });
        at
    }

    /// Rarity of a leaf in texts and in titles; that of a row of words is known from its words.
    fn idf(&self, leaf: &Leaf) -> (f32, f32) {
        let of_place = |place: &String| {
            let is_place = |unit: &&Scored| match &unit.leaf {
                Leaf::Text(words) => {
                    words.places.as_slice() == std::slice::from_ref(place)
                }
                _ => false,
            };
            match self.units.iter().find(is_place) {
                Some(unit) => (unit.idf, unit.idf_title),
                None => self.lexicon.idf(&Leaf::Text(Words::one(place.clone()))),
            }
        };
        let sum = |words: &Words| {
            let places = words.places.iter().map(of_place);
            places.fold((0.0, 0.0), |sum, place| (sum.0 + place.0, sum.1 + place.1))
        };
        match leaf {
            Leaf::Text(words) if words.places.len() > 1 => sum(words),
            Leaf::Titled(words) => (sum(words).1, 0.0),
            leaf => self.lexicon.idf(leaf),
        }
    }

    fn note(&mut self, note: String) {
        self.notes.push(note);
    }
}

/// Only words and phrases, in groups or not: any of them finds a passage.
fn is_plain(root: &Clause) -> bool {
    fn any_finds(node: &Node) -> bool {
        match node {
            Node::Word(_) | Node::Phrase { .. } => true,
            Node::Group(clauses) => {
                clauses.iter().all(|c| c.occur == Occur::Should && any_finds(&c.node))
            }
            _ => false,
        }
    }
    root.occur != Occur::MustNot && any_finds(&root.node)
}

/// Fields and nothing else.
fn is_filter(clause: &Clause) -> bool {
    match &clause.node {
        Node::Field(..) => true,
        Node::Group(clauses) => clauses.iter().all(is_filter),
        _ => false,
    }
}

/// A word without any topic, or without any token at all.
fn is_stop_clause(clause: &Clause) -> bool {
    match &clause.node {
        Node::Word(word) => analysis::units(word).iter().all(|unit| match unit {
            Unit::Word { form, .. } => is_stop(&form.exact),
            Unit::Compound { whole, .. } => is_stop(&whole.exact),
            Unit::Run { terms, .. } => terms.iter().all(|form| is_stop(&form.exact)),
        }),
        _ => false,
    }
}

fn join(mut trees: Vec<Tree>, make: fn(Vec<Tree>) -> Tree) -> Tree {
    match trees.len() {
        1 => trees.remove(0),
        _ => make(trees),
    }
}

/// The joined form of a phrase that is one compound: the key of a citation stands in no other form.
fn joined(text: &str) -> Option<String> {
    match analysis::units(text).as_slice() {
        [Unit::Compound { whole, parts, .. }] if parts.len() > 1 => {
            Some(whole.stem.clone())
        }
        _ => None,
    }
}

/// A phrase as the index has it.
fn phrase_of(text: &str, slop: Option<u32>) -> Words {
    let (mut places, mut offsets) = (Vec::new(), Vec::new());
    let mut first = None;
    for (position, form) in analysis::phrase(text) {
        let first = *first.get_or_insert(position);
        offsets.push(position - first);
        places.push(form.stem);
    }
    Words { places, offsets, slop }
}

/// A place in the query, for errors.
pub(super) type Span = Range<usize>;
