//! Scores the passages of a segment, a window of documents at a time.
//!
//! The engine's own disjunction skips what cannot reach the top, but exact totals and facets need
//! every match. So each word's postings are read block by block, and their documents come out in
//! order as bits. Scores are added up in a small array, the words that can give most first; from
//! where the words that are left cannot lift a document into the wanted ones any more, only those
//! are scored that still can (MaxScore: Turtle and Flood 1995).

use tantivy::fieldnorm::FieldNormReader;
use tantivy::schema::Field;
use tantivy::{Searcher, Term};

use super::bits::{fill_papers, insert_range, ones};
use super::concept::{Other, Sides};
use super::entries::Entries;
use super::leaf::{Leaf, Words};
use super::lists::{List, open_lists};
use super::plan::Scored;
use super::present::Presence;
use super::ranking::Ranking;
use super::segment::SegmentView;
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

    /// What a word gives at most that stands `count` times in a passage, of its weight.
    fn most(&self, count: f32) -> f32 {
        // The shortest passage has the smallest scale.
        if count.is_finite() { count / (count + self.text[0]) } else { 1.0 }
    }

    /// Scale of a passage's length.
    #[inline]
    pub(super) fn of_text(&self, lengths: &FieldNormReader, doc: u32) -> f32 {
        self.text[lengths.fieldnorm_id(doc) as usize]
    }
}

/// Room for rounding where sums of scores are compared with what is needed.
const SLACK: f32 = 1.0 - 1e-4;

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
    /// More than this it gives no document.
    most: f32,
    /// Share of the segment's documents that have it, about.
    share: f32,
    text: List,
    title: List,
    /// Documents of the window that have it in the text, and in the title.
    in_text: Vec<u64>,
    in_title: Vec<u64>,
}

/// Documents to score for which it pays to look which of them can still win: to look at a whole
/// window costs as much as to score some two hundred, and not all of them lose.
const WORTHWHILE: f32 = 512.0;

/// Which documents of a window still get scores.
#[derive(Clone, Copy, PartialEq)]
enum Scores {
    All,
    Hopeful,
    None,
}

/// What is asked of a window.
#[derive(Clone, Copy)]
pub(super) struct Ask<'a> {
    /// Documents that match, whatever the units find; bits of the window.
    pub(super) matching: Option<&'a [u64]>,
    /// Documents that score less need no exact score.
    pub(super) least: f32,
}

/// Scores the units of a plan in one segment, window after window.
pub(super) struct Window<'a> {
    view: &'a SegmentView,
    scales: &'a Scales,
    ranking: &'a Ranking,
    text_lengths: FieldNormReader,
    title_lengths: FieldNormReader,
    tracks: Vec<Track>,
    /// The first of them are scored for every document: those that belong to a concept.
    n_always: usize,
    others: &'a [Other],
    sides: Sides,
    /// Score of each document of the window, exact where `hopeful`.
    pub(super) scores: Vec<f32>,
    /// Documents of the window that match.
    pub(super) found: Vec<u64>,
    /// Documents of the window that may score what was asked, those of the same papers, and those of
    /// papers that reach over an edge of the window.
    pub(super) hopeful: Vec<u64>,
    edges: Vec<u64>,
    /// Documents of the window with a score, of the units that were scored for all.
    touched: Vec<u64>,
    counts: Vec<f32>,
    /// The units that have no track may stand anywhere.
    unscored: Vec<u64>,
}

impl<'a> Window<'a> {
    /// Opens the postings of `units`; without `others` each unit scores by itself.
    pub(super) fn open(
        view: &'a SegmentView,
        scales: &'a Scales,
        ranking: &'a Ranking,
        entries: &Entries,
        units: &[Scored],
        others: &'a [Other],
    ) -> tantivy::Result<Window<'a>> {
        let lengths = |field: Field| view.reader.get_fieldnorms_reader(field);
        let sides = Sides::new(units.len(), others, WIDTH as usize);
        let mut tracks: Vec<Track> = Vec::with_capacity(units.len());
        for (number, unit) in units.iter().enumerate() {
            if unit.weight == 0.0 && !unit.finds {
                continue;
            }
            let (text, title) = match (&unit.leaf, tracks.last()) {
                // The titles that hold this row were read just now.
                (Leaf::Titled(row), Some(last))
                    if is_row(&units[last.unit].leaf, row) =>
                {
                    (last.title.titled(view), List::Empty)
                }
                (leaf, _) => open_lists(view, entries, leaf)?,
            };
            let flat = !matches!(
                unit.leaf,
                Leaf::Text(_)
                    | Leaf::Compound(..)
                    | Leaf::Exact(_)
                    | Leaf::Title(_)
                    | Leaf::AnyTitle(_)
            );
            let weight = unit.weight * unit.idf * scales.gain;
            let title_weight = unit.weight * unit.idf_title * scales.gain;
            let count = text.most() + ranking.title_words * title.most();
            let mut most = if flat { weight } else { weight * scales.most(count) };
            if !matches!(title, List::Empty) {
                most += ranking.title * title_weight;
            }
            tracks.push(Track {
                weight,
                title_weight,
                finds: unit.finds,
                unit: number,
                other: unit.other.filter(|_| !others.is_empty()),
                flat,
                most,
                share: (text.len() + title.len()) as f32 / view.max_doc().max(1) as f32,
                text,
                title,
                in_text: vec![0; WIDTH as usize / 64],
                in_title: vec![0; WIDTH as usize / 64],
            });
        }
        // What belongs to a concept comes first, in order, then what can give most.
        let always =
            |track: &Track| track.other.is_some() || sides.said[track.unit].is_some();
        tracks.sort_by(|a, b| match (always(a), always(b)) {
            (false, false) => b.most.total_cmp(&a.most),
            (a, b) => b.cmp(&a),
        });
        let mut unscored = vec![0; units.len().div_ceil(64)];
        insert_range(&mut unscored, 0, units.len() as u32);
        for track in &tracks {
            unscored[track.unit / 64] &= !(1 << (track.unit % 64));
        }
        Ok(Window {
            view,
            scales,
            ranking,
            text_lengths: lengths(view.schema.text)?,
            title_lengths: lengths(view.schema.title)?,
            n_always: tracks.iter().filter(|track| always(track)).count(),
            tracks,
            others,
            sides,
            scores: vec![0.0; WIDTH as usize],
            found: vec![0; WIDTH as usize / 64],
            hopeful: vec![0; WIDTH as usize / 64],
            edges: vec![0; WIDTH as usize / 64],
            touched: vec![0; WIDTH as usize / 64],
            counts: vec![0.0; WIDTH as usize],
            unscored,
        })
    }

    /// Finds and scores `from..to`, at most [`WIDTH`] documents; calls must move forward, and `from` is a
    /// multiple of 64.
    pub(super) fn run(&mut self, from: u32, to: u32, ask: &Ask) {
        let width = (to - from) as usize;
        let words = width.div_ceil(64);
        self.scores.fill(0.0);
        self.hopeful.fill(0);
        self.hopeful[..words].fill(u64::MAX);
        self.mark_edges(from, to);
        match ask.matching {
            Some(bits) => self.found[..words].copy_from_slice(bits),
            None => self.found[..words].fill(0),
        }
        if ask.matching.is_some_and(|bits| bits.iter().all(|word| *word == 0)) {
            self.hopeful.fill(0);
            return;
        }
        let mut tracks = std::mem::take(&mut self.tracks);
        let (always, others) = tracks.split_at_mut(self.n_always);
        self.concepts(always, from, to, ask);
        self.touched.fill(0);
        always.iter().for_each(|track| self.touch(track));
        let mut left: f32 = others.iter().map(|track| track.most).sum();
        let mut to_read: f32 = others.iter().map(|track| track.share).sum();
        let mut n_hopeful = to - from;
        let mut scored = Scores::All;
        for track in others {
            // To look at all costs as much as to score some.
            let pays = n_hopeful as f32 * to_read > WORTHWHILE;
            if left < ask.least * SLACK && scored != Scores::None && pays {
                n_hopeful = self.narrow(from, to, ask.least * SLACK - left);
                scored = match n_hopeful {
                    0 => Scores::None,
                    _ => Scores::Hopeful,
                };
            }
            left -= track.most;
            to_read -= track.share;
            let finds = track.finds && ask.matching.is_none();
            match scored {
                Scores::All => {
                    self.add::<true>(track, from, to, finds);
                    self.touch(track);
                }
                Scores::Hopeful => self.add::<false>(track, from, to, finds),
                Scores::None if finds => self.find(track, from, to),
                Scores::None => {}
            }
        }
        self.tracks = tracks;
        if ask.least > 0.0 && scored != Scores::None {
            self.narrow(from, to, ask.least * SLACK);
        }
    }

    /// What belongs to a concept is added up apart: only its best form counts.
    fn concepts(&mut self, tracks: &mut [Track], from: u32, to: u32, ask: &Ask) {
        if tracks.is_empty() {
            return;
        }
        let width = (to - from) as usize;
        self.sides.clear(width);
        for track in tracks {
            let finds = track.finds && ask.matching.is_none();
            self.swap_side(track);
            self.add::<true>(track, from, to, finds);
            self.swap_side(track);
            if let (None, Some(side)) = (track.other, &self.sides.said[track.unit]) {
                for (score, said) in self.scores[..width].iter_mut().zip(side) {
                    *score += said;
                }
            }
        }
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

    /// Remembers which documents of the window a unit stands in: the others have no score of it.
    fn touch(&mut self, track: &Track) {
        let words = track.in_text.iter().zip(&track.in_title);
        for (touched, (text, title)) in self.touched.iter_mut().zip(words) {
            *touched |= text | title;
        }
    }

    /// Leaves hope to those papers of the window that have a hopeful document with a score of
    /// `need`; returns how many documents those have.
    fn narrow(&mut self, from: u32, to: u32, need: f32) -> u32 {
        let mut any = 0;
        let words = self.hopeful.iter_mut().zip(self.touched.iter().zip(&self.edges));
        for ((word, (touched, edge)), scores) in words.zip(self.scores.as_chunks().0) {
            let some = *word & touched;
            *word &= match some.count_ones() {
                0 => *edge,
                1..8 => ones(some, 0)
                    .filter(|at| scores[*at as usize] >= need)
                    .fold(*edge, |kept, at| kept | 1 << at),
                _ => reaching(scores, need) | edge,
            };
            any |= *word;
        }
        if any == 0 {
            return 0;
        }
        let words = from as usize / 64..(to as usize).div_ceil(64);
        fill_papers(&mut self.hopeful, &self.view.ends.words[words]);
        self.hopeful.iter().map(|word| word.count_ones()).sum()
    }

    /// Marks papers that reach over an edge of the window: what they score beyond is not known here.
    fn mark_edges(&mut self, from: u32, to: u32) {
        self.edges.fill(0);
        if !self.view.is_lead(from) {
            let end = self.view.end_of(from).min(to);
            insert_range(&mut self.edges, 0, end - from);
        }
        if to < self.view.max_doc() && !self.view.is_lead(to) {
            let lead = self.view.lead_of(to).max(from);
            insert_range(&mut self.edges, lead - from, to - from);
        }
    }

    /// Adds what a unit gives: `ALL` documents, or those that are hopeful.
    fn add<const ALL: bool>(
        &mut self,
        track: &mut Track,
        from: u32,
        to: u32,
        finds: bool,
    ) {
        track.in_text.fill(0);
        track.in_title.fill(0);
        if track.flat {
            let Track { weight, text, in_text, .. } = track;
            text.each(from, to, |doc, _| {
                let at = (doc - from) as usize;
                in_text[at / 64] |= 1 << (at % 64);
                self.scores[at] += *weight;
            });
        } else if track.title.reaches(to) {
            self.text_and_title::<ALL>(track, from, to);
        } else {
            self.text_only::<ALL>(track, from, to);
        }
        if finds {
            // The title is that of the first passage.
            let leads = &self.view.leads.words[from as usize / 64..];
            let own = track.in_text.iter().zip(&track.in_title).zip(leads);
            for (found, ((text, title), leads)) in self.found.iter_mut().zip(own) {
                *found |= text | title & leads;
            }
        }
    }

    /// Says which units stand in a document of the window for which all units were scored.
    pub(super) fn present(&self, at: usize, out: &mut Presence) {
        let (in_text, in_title) = out.push(&self.unscored);
        for track in &self.tracks {
            let (word, bit) = (track.unit / 64, track.unit % 64);
            in_text[word] |= (track.in_text[at / 64] >> (at % 64) & 1) << bit;
            in_title[word] |= (track.in_title[at / 64] >> (at % 64) & 1) << bit;
        }
    }

    fn text_only<const ALL: bool>(&mut self, track: &mut Track, from: u32, to: u32) {
        let Window { scores, hopeful, scales, text_lengths, .. } = self;
        let Track { weight, text, in_text, .. } = track;
        text.each(from, to, |doc, count| {
            let at = (doc - from) as usize;
            in_text[at / 64] |= 1 << (at % 64);
            if ALL || hopeful[at / 64] >> (at % 64) & 1 == 1 {
                let scale = scales.of_text(text_lengths, doc);
                scores[at] += *weight * count / (count + scale);
            }
        });
    }

    /// The title counts as part of the text; what the text alone gave is corrected for it.
    fn text_and_title<const ALL: bool>(&mut self, track: &mut Track, from: u32, to: u32) {
        let Window { scores, hopeful, counts, scales, .. } = self;
        let (text_lengths, title_lengths) = (&self.text_lengths, &self.title_lengths);
        let Track { weight, title_weight, text, title, in_text, in_title, .. } = track;
        text.each(from, to, |doc, count| {
            let at = (doc - from) as usize;
            in_text[at / 64] |= 1 << (at % 64);
            if ALL || hopeful[at / 64] >> (at % 64) & 1 == 1 {
                let scale = scales.of_text(text_lengths, doc);
                scores[at] += *weight * count / (count + scale);
                counts[at] = count;
            }
        });
        let (share, words) = (self.ranking.title, self.ranking.title_words);
        title.each(from, to, |doc, count| {
            let at = (doc - from) as usize;
            in_title[at / 64] |= 1 << (at % 64);
            if ALL || hopeful[at / 64] >> (at % 64) & 1 == 1 {
                let scale = scales.of_text(text_lengths, doc);
                let title_scale = scales.title[title_lengths.fieldnorm_id(doc) as usize];
                let has_text = in_text[at / 64] >> (at % 64) & 1 == 1;
                let own = if has_text { counts[at] } else { 0.0 };
                let both = own + words * count;
                scores[at] += *weight * (both / (both + scale) - own / (own + scale))
                    + share * *title_weight * count / (count + title_scale);
            }
        });
    }

    /// Finds the documents of a unit; the title is that of the first passage.
    fn find(&mut self, track: &mut Track, from: u32, to: u32) {
        let Window { found, view, .. } = self;
        track.text.each(from, to, |doc, _| {
            let at = (doc - from) as usize;
            found[at / 64] |= 1 << (at % 64);
        });
        track.title.each(from, to, |doc, _| {
            let at = (doc - from) as usize;
            if view.is_lead(doc) {
                found[at / 64] |= 1 << (at % 64);
            }
        });
    }
}

fn is_row(leaf: &Leaf, row: &Words) -> bool {
    matches!(leaf, Leaf::Text(words) if words == row)
}

/// Which scores reach `need`, as bits.
fn reaching(scores: &[f32; 64], need: f32) -> u64 {
    // Mostly none does, which is known in half the time.
    if !scores.iter().fold(false, |any, score| any | (*score >= need)) {
        return 0;
    }
    let flags: [u8; 64] = std::array::from_fn(|at| u8::from(scores[at] >= need));
    let eights = flags.as_chunks().0.iter().rev();
    eights.fold(0, |bits, eight| {
        // The product has the lowest bits of the eight bytes side by side at its top.
        let eight = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080);
        bits << 8 | eight >> 56
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_that_reach_are_bits() {
        let mut random = fastrand::Rng::with_seed(5);
        for _ in 0..100 {
            let scores = std::array::from_fn(|_| random.u32(..4) as f32);
            let kept = (0..64).filter(|at| scores[*at] >= 2.0);
            assert_eq!(reaching(&scores, 2.0), kept.fold(0, |bits, at| bits | 1 << at));
        }
    }
}
