//! Scores the passages of a segment, a window of documents at a time.
//!
//! The engine's own disjunction skips what cannot reach the top, but exact facets need every match
//! anyway. So each word's postings are read block by block and added up in a small array; that
//! costs a few nanoseconds a posting, and the documents come out in order.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::postings::BlockSegmentPostings;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{Searcher, Term};

use super::concept::{Other, Sides};
use super::leaf::{Leaf, SegmentView, Words};
use super::places::Counted;
use super::plan::Scored;
use super::ranking::Ranking;
use crate::schema::IndexSchema;

/// Documents in a window.
pub(super) const WIDTH: u32 = 4096;

/// Length normalisation of one view, by the engine's code of a length.
pub(super) struct Scales {
    text: [f32; 256],
    title: [f32; 256],
    /// `k1 + 1`
    pub(super) gain: f32,
}

impl Scales {
    /// Reads the average lengths of a view.
    pub(super) fn new(
        searcher: &Searcher,
        schema: &IndexSchema,
        ranking: &Ranking,
    ) -> tantivy::Result<Scales> {
        let (mut tokens, mut title_tokens, mut docs, mut titles) =
            (0u64, 0u64, 0u64, 0u64);
        let is_title = Term::from_field_text(schema.mark, "title");
        for segment in searcher.segment_readers() {
            tokens += segment.inverted_index(schema.text)?.total_num_tokens();
            title_tokens += segment.inverted_index(schema.title)?.total_num_tokens();
            titles +=
                u64::from(segment.inverted_index(schema.mark)?.doc_freq(&is_title)?);
            docs += u64::from(segment.max_doc());
        }
        let docs = docs.max(1) as f32;
        let title = (title_tokens as f32 / docs).max(1.0);
        // Title passages hold hardly a word beside the title: they would halve the average.
        let text = tokens as f32 / (docs - titles as f32).max(docs / 2.0);
        let average = text + title;
        let scale = |len: f32, average: f32| {
            let len = len.max(ranking.shortest * average);
            ranking.k1 * (1.0 - ranking.b + ranking.b * len / average)
        };
        let length = |id: usize| FieldNormReader::id_to_fieldnorm(id as u8) as f32;
        Ok(Scales {
            text: std::array::from_fn(|id| scale(length(id) + title, average)),
            title: std::array::from_fn(|id| scale(length(id), title)),
            gain: ranking.k1 + 1.0,
        })
    }

    /// Scale of a passage's length.
    #[inline]
    pub(super) fn of_text(&self, lengths: &FieldNormReader, doc: u32) -> f32 {
        self.text[lengths.fieldnorm_id(doc) as usize]
    }
}

/// The documents of one list, read forward.
enum List {
    Empty,
    Blocks { cursor: Box<BlockSegmentPostings>, at: usize },
    Counted { list: Counted, at: usize },
}

impl List {
    fn of(list: Counted) -> List {
        match list.is_empty() {
            true => List::Empty,
            false => List::Counted { list, at: 0 },
        }
    }

    /// Whether a document before `to` is still to come.
    fn reaches(&self, to: u32) -> bool {
        match self {
            List::Empty => false,
            List::Counted { list, at } => list.get(*at).is_some_and(|(doc, _)| *doc < to),
            List::Blocks { cursor, at } => {
                cursor.docs().get(*at).is_some_and(|doc| *doc < to)
            }
        }
    }

    /// Calls `visit` with each document in `from..to` and its count.
    #[inline]
    fn each(&mut self, from: u32, to: u32, mut visit: impl FnMut(u32, f32)) {
        match self {
            List::Empty => {}
            List::Counted { list, at } => {
                while *at < list.len() && list[*at].0 < to {
                    if list[*at].0 >= from {
                        visit(list[*at].0, list[*at].1 as f32);
                    }
                    *at += 1;
                }
            }
            List::Blocks { cursor, at } => {
                if cursor.docs().get(*at).is_some_and(|doc| *doc < from) {
                    *at = cursor.seek(from);
                }
                loop {
                    let docs = cursor.docs();
                    if docs.is_empty() {
                        return;
                    }
                    let end = match docs.last() {
                        Some(last) if *last < to => docs.len(),
                        _ => *at + docs[*at..].partition_point(|doc| *doc < to),
                    };
                    let freqs = &cursor.freqs()[*at..end];
                    for (doc, freq) in docs[*at..end].iter().zip(freqs) {
                        visit(*doc, *freq as f32);
                    }
                    *at = end;
                    if *at < docs.len() {
                        return;
                    }
                    cursor.advance();
                    *at = 0;
                }
            }
        }
    }
}

/// A unit in one segment.
struct Track {
    weight: f32,
    title_weight: f32,
    finds: bool,
    /// Which unit it is, and of which other form.
    unit: usize,
    other: Option<usize>,
    /// Not by frequency and length: every match scores alike.
    flat: bool,
    text: List,
    title: List,
}

/// Scores the units of a plan in one segment, window after window.
pub(super) struct Window<'a> {
    view: &'a SegmentView,
    scales: &'a Scales,
    ranking: &'a Ranking,
    text_lengths: FieldNormReader,
    title_lengths: FieldNormReader,
    tracks: Vec<Track>,
    others: &'a [Other],
    sides: Sides,
    /// Score of each document of the window.
    pub(super) scores: Vec<f32>,
    /// Documents of the window that a finding unit has.
    pub(super) found: Vec<u64>,
    counts: Vec<f32>,
}

impl<'a> Window<'a> {
    /// Opens the postings of `units`; without `others` each unit scores by itself.
    pub(super) fn open(
        view: &'a SegmentView,
        scales: &'a Scales,
        ranking: &'a Ranking,
        units: &[Scored],
        others: &'a [Other],
    ) -> tantivy::Result<Window<'a>> {
        let lengths = |field: Field| view.reader.get_fieldnorms_reader(field);
        let mut tracks = Vec::with_capacity(units.len());
        for (number, unit) in units.iter().enumerate() {
            if unit.weight == 0.0 && !unit.finds {
                continue;
            }
            let (text, title) = open_lists(view, &unit.leaf)?;
            tracks.push(Track {
                weight: unit.weight * unit.idf * scales.gain,
                title_weight: unit.weight * unit.idf_title * scales.gain,
                finds: unit.finds,
                unit: number,
                other: unit.other.filter(|_| !others.is_empty()),
                flat: !matches!(
                    unit.leaf,
                    Leaf::Text(_) | Leaf::Compound(..) | Leaf::Exact(_) | Leaf::Title(_)
                ),
                text,
                title,
            });
        }
        Ok(Window {
            view,
            scales,
            ranking,
            text_lengths: lengths(view.schema.text)?,
            title_lengths: lengths(view.schema.title)?,
            tracks,
            others,
            sides: Sides::new(units.len(), others, WIDTH as usize),
            scores: vec![0.0; WIDTH as usize],
            found: vec![0; WIDTH as usize / 64],
            counts: vec![0.0; WIDTH as usize],
        })
    }

    /// Scores `from..to`, at most [`WIDTH`] documents; calls must move forward.
    pub(super) fn run(&mut self, from: u32, to: u32) {
        let width = (to - from) as usize;
        self.scores[..width].fill(0.0);
        self.found[..width.div_ceil(64)].fill(0);
        self.sides.clear(width);
        let mut tracks = std::mem::take(&mut self.tracks);
        for track in &mut tracks {
            // What belongs to a concept is added up apart: only its best form counts.
            self.swap_side(track);
            if track.flat {
                self.flat(track, from, to);
            } else if matches!(track.title, List::Empty) {
                self.text_only(track, from, to);
            } else {
                self.text_and_title(track, from, to);
            }
            self.swap_side(track);
            if let (None, Some(side)) = (track.other, &self.sides.said[track.unit]) {
                for (score, said) in self.scores[..width].iter_mut().zip(side) {
                    *score += said;
                }
            }
        }
        self.tracks = tracks;
        self.sides.add(self.others, &mut self.scores[..width]);
    }

    fn swap_side(&mut self, track: &Track) {
        let side = match track.other {
            Some(other) => Some(&mut self.sides.others[other]),
            None => self.sides.said[track.unit].as_mut(),
        };
        if let Some(side) = side {
            std::mem::swap(&mut self.scores, side);
        }
    }

    fn flat(&mut self, track: &mut Track, from: u32, to: u32) {
        let Window { scores, found, .. } = self;
        track.text.each(from, to, |doc, _| {
            let at = (doc - from) as usize;
            scores[at] += track.weight;
            if track.finds {
                found[at / 64] |= 1 << (at % 64);
            }
        });
    }

    fn text_only(&mut self, track: &mut Track, from: u32, to: u32) {
        let Window { scores, found, scales, text_lengths, .. } = self;
        let (weight, finds) = (track.weight, u64::from(track.finds));
        track.text.each(from, to, |doc, count| {
            let at = (doc - from) as usize;
            let scale = scales.of_text(text_lengths, doc);
            scores[at] += weight * count / (count + scale);
            found[at / 64] |= finds << (at % 64);
        });
    }

    /// The title counts as part of the text; what the text alone gave is corrected for it.
    fn text_and_title(&mut self, track: &mut Track, from: u32, to: u32) {
        let Window { scores, found, counts, scales, text_lengths, title_lengths, .. } =
            self;
        let (weight, finds) = (track.weight, u64::from(track.finds));
        if !track.title.reaches(to) {
            return self.text_only(track, from, to);
        }
        counts[..(to - from) as usize].fill(0.0);
        track.text.each(from, to, |doc, count| {
            let at = (doc - from) as usize;
            let scale = scales.of_text(text_lengths, doc);
            scores[at] += weight * count / (count + scale);
            counts[at] = count;
            found[at / 64] |= finds << (at % 64);
        });
        let (share, words) = (self.ranking.title, self.ranking.title_words);
        let view = self.view;
        track.title.each(from, to, |doc, count| {
            let at = (doc - from) as usize;
            let scale = scales.of_text(text_lengths, doc);
            let title_scale = scales.title[title_lengths.fieldnorm_id(doc) as usize];
            let in_text = counts[at];
            let both = in_text + words * count;
            scores[at] += weight * (both / (both + scale) - in_text / (in_text + scale))
                + share * track.title_weight * count / (count + title_scale);
            if finds == 1 && in_text == 0.0 && view.is_lead(doc) {
                found[at / 64] |= 1 << (at % 64);
            }
        });
    }
}

/// Opens the lists of a leaf: in the text, and in the title.
fn open_lists(view: &SegmentView, leaf: &Leaf) -> tantivy::Result<(List, List)> {
    if let Leaf::Text(words) = leaf
        && let Some(term) = single(words)
    {
        let text = open_blocks(view, view.schema.text, term)?;
        let title = open_blocks(view, view.schema.title, term)?;
        return Ok((text, title));
    }
    let (text, title) = view.counted(leaf)?;
    Ok((List::of(text), List::of(title)))
}

/// The term of what is one term.
fn single(words: &Words) -> Option<&str> {
    match words.places.as_slice() {
        [alternatives] if alternatives.len() == 1 => Some(&alternatives[0]),
        _ => None,
    }
}

fn open_blocks(view: &SegmentView, field: Field, term: &str) -> tantivy::Result<List> {
    let index = view.reader.inverted_index(field)?;
    let term = Term::from_field_text(field, term);
    let blocks = index.read_block_postings(&term, IndexRecordOption::WithFreqs)?;
    Ok(match blocks {
        Some(cursor) if !cursor.docs().is_empty() => {
            List::Blocks { cursor: Box::new(cursor), at: 0 }
        }
        _ => List::Empty,
    })
}
