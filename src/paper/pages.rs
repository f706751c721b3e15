//! Page numbers for a text that has none, from the PDF of the same work.
//!
//! In: a document as read from TeX or HTML, and the same work as read from its PDF. Out: the first,
//! with the page, the box and the page turns of each block, found by the words that the two have
//! in common. Its text, its sections and its citations stay as they are.

use std::ops::Range;

use rustc_hash::{FxHashMap, FxHasher};
use std::hash::{Hash, Hasher};

use super::{Document, sections};
use crate::layout::Block;

/// Words that have to agree in a row to say anything.
const GRAM: usize = 3;
/// Places of one row of words that are looked at.
const MAX_PLACES: usize = 64;
/// Words that one of the texts may have between two places and the other not.
const MAX_DRIFT: i64 = 24;
/// Share of the words that have to be found for the two to be one text.
const MIN_FOUND: f32 = 0.4;

/// Gives each block of `document` its page and box in `pdf`.
///
/// False, and nothing is changed, if the two are not the same text.
pub fn take_pages(document: &mut Document, pdf: &Document) -> bool {
    let printed = Printed::of(pdf);
    let mut finder = Finder { printed: &printed, expected: 0 };
    let (mut n_found, mut n_words) = (0, 0);
    let mut places = Vec::with_capacity(document.blocks.len());
    for (_, block) in &document.blocks {
        let words = words(&block.text);
        let place = finder.place(&words);
        n_words += words.len();
        n_found += if place.is_empty() { 0 } else { words.len() };
        places.push(place);
    }
    if n_words == 0 || (n_found as f32) < MIN_FOUND * n_words as f32 {
        return false;
    }
    for ((_, block), place) in document.blocks.iter_mut().zip(&places) {
        settle(block, place, pdf);
    }
    fill(&mut document.blocks);
    document.n_pages = pdf.n_pages;
    document.pages_read = pdf.pages_read;
    sections::place(&mut document.sections, &document.blocks);
    for citation in &mut document.citations {
        let block = &document.blocks[citation.block].1;
        let at = block.text.find(&citation.sentence).unwrap_or(0);
        citation.page = block.page_at(at);
    }
    true
}

/// A word of a text: a hash of its letters, and its bytes.
struct Word {
    id: u64,
    span: Range<usize>,
}

/// Where a word of the one text stands in the other.
struct Found {
    /// First byte of the word in its block.
    byte: usize,
    page: u32,
    /// Index of the PDF's block.
    block: usize,
}

/// The words of a PDF in reading order.
struct Printed {
    /// Page and block of each word.
    words: Vec<(u32, usize)>,
    /// Where each row of words begins.
    grams: FxHashMap<u64, Vec<u32>>,
}

impl Printed {
    fn of(pdf: &Document) -> Printed {
        let mut ids = Vec::new();
        let mut places = Vec::new();
        for (at, (_, block)) in pdf.blocks.iter().enumerate() {
            for word in words(&block.text) {
                ids.push(word.id);
                places.push((block.page_at(word.span.start), at));
            }
        }
        let mut grams: FxHashMap<u64, Vec<u32>> = FxHashMap::default();
        for (at, row) in ids.windows(GRAM).enumerate() {
            let places = grams.entry(hash_of(row)).or_default();
            if places.len() < MAX_PLACES {
                places.push(at as u32);
            }
        }
        Printed { words: places, grams }
    }
}

/// Finds blocks one after the other.
struct Finder<'a> {
    printed: &'a Printed,
    /// Word of the PDF at which the last block ended.
    expected: i64,
}

impl Finder<'_> {
    /// Finds the words of a block in the PDF, in order; nothing if they are not there.
    fn place(&mut self, words: &[Word]) -> Vec<Found> {
        let mut hits: Vec<(i64, i64)> = Vec::new();
        for (at, row) in words.windows(GRAM).enumerate() {
            let ids: Vec<u64> = row.iter().map(|w| w.id).collect();
            let places = self.printed.grams.get(&hash_of(&ids));
            hits.extend(places.into_iter().flatten().map(|p| (at as i64, i64::from(*p))));
        }
        let Some(seed) = self.densest(&hits) else { return Vec::new() };
        let chain = chain(&hits, seed);
        self.expected = chain.last().map_or(self.expected, |(_, p)| p + GRAM as i64);
        let found = |(at, place): &(i64, i64)| {
            let (page, block) = self.printed.words[*place as usize];
            Found { byte: words[*at as usize].span.start, page, block }
        };
        chain.iter().map(found).collect()
    }

    /// Returns the hit around which most others agree; where several do, the one that is nearest
    /// to where the text went on.
    fn densest(&self, hits: &[(i64, i64)]) -> Option<(i64, i64)> {
        let mut votes: FxHashMap<i64, i64> = FxHashMap::default();
        for (at, place) in hits {
            let lane = (place - at).div_euclid(MAX_DRIFT);
            *votes.entry(lane).or_default() += 2;
            *votes.entry(lane - 1).or_default() += 1;
            *votes.entry(lane + 1).or_default() += 1;
        }
        let score = |(at, place): &(i64, i64)| {
            let agree = votes[&(place - at).div_euclid(MAX_DRIFT)];
            (agree, -(place - at - self.expected).abs(), -at)
        };
        hits.iter().max_by_key(|hit| score(hit)).copied()
    }
}

/// Follows the text from a hit in both directions, as long as the two texts stay in step.
fn chain(hits: &[(i64, i64)], seed: (i64, i64)) -> Vec<(i64, i64)> {
    let follow = |hits: &mut dyn Iterator<Item = &(i64, i64)>, sign: i64| {
        let mut last = seed;
        let mut kept = Vec::new();
        for hit in hits {
            let (step, stride) = ((hit.0 - last.0) * sign, (hit.1 - last.1) * sign);
            if step > 0 && stride > 0 && (step - stride).abs() <= MAX_DRIFT {
                kept.push(*hit);
                last = *hit;
            }
        }
        kept
    };
    let before: Vec<_> = hits.iter().filter(|h| h.0 < seed.0).copied().collect();
    let mut whole = follow(&mut before.iter().rev(), -1);
    whole.reverse();
    whole.push(seed);
    whole.extend(follow(&mut hits.iter().filter(|h| h.0 > seed.0), 1));
    whole
}

/// Writes what was found into a block.
fn settle(block: &mut Block, place: &[Found], pdf: &Document) {
    let (Some(first), Some(last)) = (place.first(), place.last()) else { return };
    block.page = first.page;
    block.page_end = last.page.max(first.page);
    block.turns.clear();
    for found in place {
        while block.page + (block.turns.len() as u32) < found.page {
            block.turns.push(found.byte);
        }
    }
    let mut boxes = place
        .iter()
        .filter(|f| f.page == first.page)
        .map(|f| &pdf.blocks[f.block].1)
        .filter(|b| b.page == first.page)
        .filter_map(|b| b.bbox);
    block.bbox = boxes.next().map(|first| {
        boxes.fold(first, |a, b| {
            [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]
        })
    });
    for cite in &mut block.cites {
        cite.page = page_of(block.page, &block.turns, cite.range.start);
    }
}

fn page_of(page: u32, turns: &[usize], byte: usize) -> u32 {
    page + turns.iter().filter(|turn| **turn <= byte).count() as u32
}

/// Gives blocks without common words the page on which the text before them ends.
fn fill(blocks: &mut [(Option<usize>, Block)]) {
    let first = blocks.iter().map(|(_, b)| b.page).find(|p| *p > 0).unwrap_or(0);
    let mut last = first;
    for (_, block) in blocks {
        if block.page == 0 {
            block.page = last;
            block.page_end = last;
            block.cites.iter_mut().for_each(|cite| cite.page = last);
        }
        last = block.page_end;
    }
}

/// Cuts a text into words: letters and digits, and each character of a script without spaces.
fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut open: Option<usize> = None;
    let ends = text.char_indices().chain(std::iter::once((text.len(), ' ')));
    for (at, c) in ends {
        let unspaced = ('\u{2E80}'..='\u{9FFF}').contains(&c);
        if c.is_alphanumeric() && !unspaced {
            open.get_or_insert(at);
            continue;
        }
        if let Some(start) = open.take() {
            words.push(word(text, start..at));
        }
        if unspaced && c.is_alphanumeric() {
            words.push(word(text, at..at + c.len_utf8()));
        }
    }
    words
}

fn word(text: &str, span: Range<usize>) -> Word {
    let mut hasher = FxHasher::default();
    for c in text[span.clone()].chars().flat_map(char::to_lowercase) {
        c.hash(&mut hasher);
    }
    Word { id: hasher.finish(), span }
}

fn hash_of(ids: &[u64]) -> u64 {
    let mut hasher = FxHasher::default();
    ids.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paper::Citation;

    fn document(texts: &[(&str, u32, u32)]) -> Document {
        let block = |(text, page, page_end): &(&str, u32, u32)| Block {
            text: (*text).to_owned(),
            page: *page,
            page_end: *page_end,
            bbox: (*page > 0).then_some([1.0, 2.0, 3.0, 4.0 + *page as f32]),
            ..Block::default()
        };
        Document {
            blocks: texts.iter().map(|t| (None, block(t))).collect(),
            n_pages: texts.iter().map(|t| t.2).max().unwrap_or(0),
            ..Document::default()
        }
    }

    const ONE: &str = "Sediment settles where the current slows and the basin deepens.";
    const TWO: &str =
        "Cores were drilled at nine sites and cut into slices of one centimetre.";
    const THREE: &str =
        "Each slice was dated twice, by lead and by the varves that it shows.";

    #[test]
    fn blocks_find_their_pages_and_turns() {
        let long = format!("{TWO} {THREE}");
        let mut pdf = document(&[(ONE, 1, 1), (&long, 1, 2), ("Fig. 1. A map.", 2, 2)]);
        pdf.blocks[1].1.turns = vec![TWO.len() + 1];
        // The figure stands elsewhere, an equation nowhere.
        let mut tex = document(&[
            (ONE, 0, 0),
            ("Fig. 1. A map.", 0, 0),
            ("x", 0, 0),
            (&long, 0, 0),
        ]);
        tex.citations.push(Citation {
            sentence: THREE.to_owned(),
            block: 3,
            ..Citation::default()
        });
        assert!(take_pages(&mut tex, &pdf));
        let pages: Vec<(u32, u32)> =
            tex.blocks.iter().map(|(_, b)| (b.page, b.page_end)).collect();
        assert_eq!(pages, [(1, 1), (2, 2), (2, 2), (1, 2)]);
        assert_eq!(tex.blocks[3].1.turns, [TWO.len() + 1]);
        assert_eq!(tex.blocks[0].1.bbox, pdf.blocks[0].1.bbox);
        assert_eq!((tex.citations[0].page, tex.n_pages), (2, 2));
    }

    #[test]
    fn another_text_gives_no_pages() {
        let mut tex = document(&[(ONE, 0, 0), (TWO, 0, 0)]);
        let before = tex.clone();
        assert!(!take_pages(&mut tex, &document(&[(THREE, 1, 1)])));
        assert_eq!(tex, before);
        assert!(!take_pages(&mut tex, &Document::default()));
    }
}
