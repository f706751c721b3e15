//! Scores what only the best passages are asked: neighbouring words of the query that stand side by side,
//! and words in the form in which they were typed.

use tantivy::DocSet;
use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::{Field, IndexRecordOption};

use super::leaf::{Leaf, SegmentView, Words};
use super::places::Place;
use super::plan::{Pair, Plan, Scored};
use super::searcher::Searcher;
use super::window::Scales;

/// The pairs of a plan in one segment, read forward.
pub(super) struct Pairs<'a> {
    scales: &'a Scales,
    lengths: FieldNormReader,
    /// Each with its weight.
    pairs: Vec<(Pair, f32)>,
    title_words: f32,
    text: Spots,
    title: Spots,
    /// Passages that hold a word as it was typed, with its weight.
    typed: Vec<(SegmentPostings, f32)>,
}

/// Where the words of pairs stand, in one field.
struct Spots {
    places: Vec<Option<Place>>,
    /// The present passage holds the word.
    here: Vec<bool>,
    /// Its positions have been read: most passages hold only one word of a pair, and need none.
    read: Vec<bool>,
    positions: Vec<Vec<u32>>,
}

impl<'a> Pairs<'a> {
    /// Opens the postings of a plan's pairs.
    pub(super) fn open(
        searcher: &'a Searcher,
        view: &SegmentView,
        plan: &Plan,
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
        let mut typed = Vec::new();
        for unit in plan.units.iter().filter(|_| ranking.typed > 0.0) {
            let weight = ranking.typed * worth(unit);
            if let Some(form) = unit.typed.as_ref().filter(|_| weight > 0.0) {
                let record = IndexRecordOption::WithFreqs;
                let list = view.postings(view.schema.exact, form, record)?;
                typed.extend(list.map(|list| (list, weight)));
            }
        }
        Ok(Pairs {
            scales: &searcher.scales,
            lengths: view.reader.get_fieldnorms_reader(view.schema.text)?,
            typed,
            text: Spots::open(view, plan, &pairs, view.schema.text)?,
            title: Spots::open(view, plan, &pairs, view.schema.title)?,
            title_words: ranking.title_words,
            pairs,
        })
    }

    /// Score of the pairs in a passage; calls must move forward.
    pub(super) fn score(&mut self, doc: u32) -> f32 {
        let scale = self.scales.of_text(&self.lengths, doc);
        let gain = self.scales.gain;
        let mut sum = 0.0;
        for (list, weight) in &mut self.typed {
            if list.doc() < doc {
                list.seek(doc);
            }
            if list.doc() == doc {
                let count = list.term_freq() as f32;
                sum += *weight * gain * count / (count + scale);
            }
        }
        if self.pairs.is_empty() {
            return sum;
        }
        self.text.seek(doc);
        self.title.seek(doc);
        for (pair, weight) in &self.pairs {
            let mut count = self.text.count(doc, pair);
            count += self.title_words * self.title.count(doc, pair);
            if count > 0.0 {
                sum += weight * gain * count / (count + scale);
            }
        }
        sum
    }
}

impl Spots {
    fn open(
        view: &SegmentView,
        plan: &Plan,
        pairs: &[(Pair, f32)],
        field: Field,
    ) -> tantivy::Result<Spots> {
        let n = plan.units.len();
        let mut places: Vec<Option<Place>> = Vec::new();
        places.resize_with(n, || None);
        for unit in pairs.iter().flat_map(|(pair, _)| [pair.left, pair.right]) {
            if places[unit].is_some() {
                continue;
            }
            let mut lists = Vec::new();
            if let Leaf::Text(Words { places, .. }) = &plan.units[unit].leaf {
                for term in places.iter().flatten() {
                    let record = IndexRecordOption::WithFreqsAndPositions;
                    lists.extend(view.postings(field, term, record)?);
                }
            }
            places[unit] = (!lists.is_empty()).then_some(Place { lists });
        }
        let positions = vec![Vec::new(); n];
        Ok(Spots { places, here: vec![false; n], read: vec![false; n], positions })
    }

    fn seek(&mut self, doc: u32) {
        self.read.fill(false);
        for (place, here) in self.places.iter_mut().zip(&mut self.here) {
            *here = place.as_mut().is_some_and(|place| place.seek(doc) == doc);
        }
    }

    /// Counts the places where the right word follows the left one.
    fn count(&mut self, doc: u32, pair: &Pair) -> f32 {
        if !self.here[pair.left] || !self.here[pair.right] {
            return 0.0;
        }
        for unit in [pair.left, pair.right] {
            if !self.read[unit]
                && let Some(place) = &mut self.places[unit]
            {
                place.positions(doc, &mut self.positions[unit]);
                self.read[unit] = true;
            }
        }
        let (left, right) = (&self.positions[pair.left], &self.positions[pair.right]);
        let follows = |start: &&u32| right.binary_search(&(**start + 1)).is_ok();
        left.iter().filter(follows).count() as f32
    }
}
