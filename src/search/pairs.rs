//! Scores what only the best passages are asked: neighbouring words of the query that stand side by side,
//! and words in the form in which they were typed.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::schema::{Field, IndexRecordOption};

use super::leaf::{Leaf, Words};
use super::places::Place;
use super::plan::{Pair, Plan, Scored};
use super::present::Present;
use super::searcher::Searcher;
use super::segment::SegmentView;
use super::window::Scales;

/// The pairs of a plan in one segment, read forward.
pub(super) struct Pairs<'a> {
    scales: &'a Scales,
    lengths: FieldNormReader,
    view: &'a SegmentView,
    plan: &'a Plan,
    /// Each with its weight.
    pairs: Vec<(Pair, f32)>,
    title_words: f32,
    text: Spots,
    title: Spots,
    typed: Vec<Typed<'a>>,
}

/// Passages that hold a word as it was typed.
struct Typed<'a> {
    unit: usize,
    form: &'a str,
    weight: f32,
    /// Opened for the first passage that holds the word.
    list: Option<Place>,
}

/// Where the words of pairs stand, in one field.
struct Spots {
    field: Field,
    /// By unit; opened for the first passage that holds both words of a pair.
    places: Vec<Option<Place>>,
    /// Positions in the passage that was asked last, and which it was.
    positions: Vec<(u32, Vec<u32>)>,
}

impl<'a> Pairs<'a> {
    /// Prepares the pairs of a plan.
    pub(super) fn open(
        searcher: &'a Searcher,
        view: &'a SegmentView,
        plan: &'a Plan,
    ) -> tantivy::Result<Pairs<'a>> {
        let ranking = &searcher.ranking;
        let worth = |unit: &Scored| unit.weight * unit.idf;
        let mut pairs = Vec::new();
        for pair in &plan.pairs {
            let (left, right) = (&plan.units[pair.left], &plan.units[pair.right]);
            let weight = ranking.pairs * (worth(left) + worth(right));
            if weight > 0.0 {
                pairs.push((*pair, weight));
            }
        }
        let typed = plan.units.iter().enumerate().filter_map(|(number, unit)| {
            let form = unit.typed.as_deref()?;
            let weight = ranking.typed * worth(unit);
            (weight > 0.0).then_some(Typed { unit: number, form, weight, list: None })
        });
        Ok(Pairs {
            scales: &searcher.scales,
            lengths: view.reader.get_fieldnorms_reader(view.schema.text)?,
            view,
            plan,
            typed: typed.collect(),
            text: Spots::new(view.schema.text, plan.units.len()),
            title: Spots::new(view.schema.title, plan.units.len()),
            title_words: ranking.title_words,
            pairs,
        })
    }

    /// Score of the pairs in a passage; calls must move forward.
    pub(super) fn score(&mut self, doc: u32, present: Present) -> tantivy::Result<f32> {
        let Pairs { view, plan, .. } = *self;
        let scale = self.scales.of_text(&self.lengths, doc);
        let gain = self.scales.gain;
        let mut sum = 0.0;
        for typed in self.typed.iter_mut().filter(|typed| present.has(typed.unit)) {
            let list = match &mut typed.list {
                Some(list) => list,
                None => {
                    let record = IndexRecordOption::WithFreqs;
                    let list = view.postings(
                        &plan.entries,
                        view.schema.exact,
                        typed.form,
                        record,
                    )?;
                    typed.list.insert(Place { list })
                }
            };
            if list.seek(doc) == doc {
                let count = list.freq() as f32;
                sum += typed.weight * gain * count / (count + scale);
            }
        }
        for (pair, weight) in &self.pairs {
            let mut count = 0.0;
            if present.in_text(pair) {
                count += self.text.count(view, plan, doc, pair)?;
            }
            if present.in_title(pair) {
                count += self.title_words * self.title.count(view, plan, doc, pair)?;
            }
            if count > 0.0 {
                sum += weight * gain * count / (count + scale);
            }
        }
        Ok(sum)
    }
}

impl Spots {
    fn new(field: Field, n_units: usize) -> Spots {
        let mut places = Vec::new();
        places.resize_with(n_units, || None);
        Spots { field, places, positions: vec![(u32::MAX, Vec::new()); n_units] }
    }

    /// Counts the places where the right word follows the left one.
    fn count(
        &mut self,
        view: &SegmentView,
        plan: &Plan,
        doc: u32,
        pair: &Pair,
    ) -> tantivy::Result<f32> {
        for unit in [pair.left, pair.right] {
            if self.positions[unit].0 != doc {
                self.read(view, plan, doc, unit)?;
            }
            if self.positions[unit].1.is_empty() {
                return Ok(0.0);
            }
        }
        let (left, right) = (&self.positions[pair.left].1, &self.positions[pair.right].1);
        let follows = |start: &&u32| right.binary_search(&(**start + 1)).is_ok();
        Ok(left.iter().filter(follows).count() as f32)
    }

    /// Reads the positions of a unit in a passage.
    fn read(
        &mut self,
        view: &SegmentView,
        plan: &Plan,
        doc: u32,
        unit: usize,
    ) -> tantivy::Result<()> {
        let place = match &mut self.places[unit] {
            Some(place) => place,
            None => {
                let list = match &plan.units[unit].leaf {
                    Leaf::Text(Words { places, .. }) => {
                        let record = IndexRecordOption::WithFreqsAndPositions;
                        view.postings(&plan.entries, self.field, &places[0], record)?
                    }
                    _ => None,
                };
                self.places[unit].insert(Place { list })
            }
        };
        let (read, positions) = &mut self.positions[unit];
        *read = doc;
        positions.clear();
        if place.seek(doc) == doc {
            place.positions(positions);
        }
        Ok(())
    }
}
