//! The parts of a passage that show best why it was found.

use std::ops::Range;

use rustc_hash::FxHashMap;
use unicode_segmentation::UnicodeSegmentation;

use super::sentences::{sentences, trimmed};

/// Fragments of a snippet, at most.
const MAX_FRAGMENTS: usize = 3;
/// What a word counts that another chosen fragment shows already.
const REPEATED: f32 = 0.1;

/// The part of a passage that is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet {
    /// Fragments: byte ranges of the passage, in order, cut at sentence or word ends.
    pub fragments: Vec<Range<usize>>,
}

/// Chooses fragments of `text` of at most `budget` characters in all that show the most of what was asked
/// for; the beginning of the text if nothing is marked.
///
/// `highlights` are byte ranges as [`super::highlight`] gives them. A sentence that is longer than the budget is cut at
/// word ends, never inside a highlight unless that alone is longer.
pub fn choose(text: &str, highlights: &[Range<usize>], budget: usize) -> Snippet {
    if text.chars().count() <= budget {
        return Snippet { fragments: trimmed(text, 0..text.len()).into_iter().collect() };
    }
    let pieces = pieces(text, highlights, budget);
    let chosen = pick(text, &pieces, highlights, budget);
    let mut fragments: Vec<Range<usize>> = Vec::new();
    for (i, piece) in pieces.iter().enumerate() {
        if !chosen[i] {
            continue;
        }
        match fragments.last_mut() {
            Some(last) if i > 0 && chosen[i - 1] => last.end = piece.range.end,
            _ => fragments.push(piece.range.clone()),
        }
    }
    Snippet { fragments }
}

/// A sentence, or a part of a long one.
struct Piece {
    range: Range<usize>,
    n_chars: usize,
    /// Characters between the piece before and this one.
    gap: usize,
}

/// Cuts the text into sentences, and those that exceed the budget into parts.
fn pieces(text: &str, highlights: &[Range<usize>], budget: usize) -> Vec<Piece> {
    let mut found = Vec::new();
    for sentence in sentences(text) {
        let n_chars = text[sentence.clone()].chars().count();
        if n_chars <= budget {
            found.push(Piece { range: sentence, n_chars, gap: 0 });
        } else {
            cut_sentence(text, sentence, highlights, budget, &mut found);
        }
    }
    for i in 1..found.len() {
        found[i].gap = text[found[i - 1].range.end..found[i].range.start].chars().count();
    }
    found
}

/// Characters that showing piece `i` adds, with the space between it and chosen neighbours.
fn cost(pieces: &[Piece], chosen: &[bool], i: usize) -> usize {
    let joins_before = i > 0 && chosen[i - 1];
    let joins_after = chosen.get(i + 1) == Some(&true);
    let before = if joins_before { pieces[i].gap } else { 0 };
    let after = if joins_after { pieces[i + 1].gap } else { 0 };
    pieces[i].n_chars + before + after
}

fn cut_sentence(
    text: &str,
    sentence: Range<usize>,
    highlights: &[Range<usize>],
    budget: usize,
    found: &mut Vec<Piece>,
) {
    let is_inside = |at: usize| highlights.iter().any(|h| h.start < at && at < h.end);
    let mut push = |range: Range<usize>| {
        if let Some(range) = trimmed(text, range) {
            let n_chars = text[range.clone()].chars().count();
            found.push(Piece { range, n_chars, gap: 0 });
        }
    };
    // The last place where a cut is allowed, and the characters since the last cut.
    let (mut start, mut allowed, mut n_chars) = (sentence.start, sentence.start, 0);
    let mut since_allowed = 0;
    for (offset, word) in text[sentence.clone()].split_word_bound_indices() {
        let at = sentence.start + offset;
        let length = word.chars().count();
        let clings = text[..at].ends_with(OPENING) || word.starts_with(CLOSING);
        if !is_inside(at) && !clings {
            (allowed, since_allowed) = (at, 0);
        }
        if n_chars + length > budget && n_chars > 0 {
            if allowed == start {
                (allowed, since_allowed) = (at, 0);
            }
            push(start..allowed);
            (start, n_chars) = (allowed, since_allowed);
        }
        n_chars += length;
        since_allowed += length;
    }
    // A single word longer than the budget.
    let rest = &text[start..sentence.end];
    let end = rest.char_indices().nth(budget).map_or(sentence.end, |(at, _)| start + at);
    push(start..end);
}

/// Signs that belong to the word behind them, `@` of a cited key among them.
const OPENING: [char; 11] = ['(', '[', '{', '@', '“', '‘', '（', '「', '『', '《', '【'];

/// Signs that belong to the word before them.
const CLOSING: [char; 20] = [
    ')', ']', '}', ',', '.', ';', ':', '!', '?', '”', '’', '）', '」', '』', '》', '】',
    '，', '。', '；', '：',
];

/// Marks the pieces to show.
fn pick(
    text: &str,
    pieces: &[Piece],
    highlights: &[Range<usize>],
    budget: usize,
) -> Vec<bool> {
    let marks: Vec<Vec<(String, f32)>> =
        pieces.iter().map(|piece| marks(text, piece, highlights)).collect();
    let mut chosen = vec![false; pieces.len()];
    let mut shown: FxHashMap<&str, ()> = FxHashMap::default();
    let mut room = budget;
    for _ in 0..MAX_FRAGMENTS {
        let mut best: Option<(usize, f32)> = None;
        for i in 0..pieces.len() {
            if chosen[i] || cost(pieces, &chosen, i) > room {
                continue;
            }
            let gain = gain(&marks[i], &shown);
            let least = if room == budget { 0.0 } else { 0.5 };
            if gain > best.map_or(least, |(_, gain)| gain) {
                best = Some((i, gain));
            }
        }
        let Some((i, _)) = best else { break };
        room -= cost(pieces, &chosen, i);
        chosen[i] = true;
        shown.extend(marks[i].iter().map(|(word, _)| (word.as_str(), ())));
    }
    if !chosen.contains(&true) {
        let Some(first) = pieces.iter().position(|piece| piece.n_chars <= room) else {
            return chosen;
        };
        chosen[first] = true;
        room -= pieces[first].n_chars;
    }
    extend(pieces, &mut chosen, room);
    chosen
}

/// The marked words of a piece, folded, with their weights.
fn marks(text: &str, piece: &Piece, highlights: &[Range<usize>]) -> Vec<(String, f32)> {
    let is_within = |h: &&Range<usize>| {
        piece.range.start <= h.start && h.end <= piece.range.end && !h.is_empty()
    };
    highlights
        .iter()
        .filter(is_within)
        .map(|h| {
            let word = text[h.clone()].to_lowercase();
            // A phrase or a long word says more than a short one.
            let weight = 1.0 + (word.chars().count() as f32).sqrt() / 4.0;
            (word, weight)
        })
        .collect()
}

fn gain(marks: &[(String, f32)], shown: &FxHashMap<&str, ()>) -> f32 {
    let mut total = 0.0;
    for (i, (word, weight)) in marks.iter().enumerate() {
        let is_repeated = shown.contains_key(word.as_str())
            || marks[..i].iter().any(|(earlier, _)| earlier == word);
        total += if is_repeated { REPEATED } else { *weight };
    }
    total
}

/// Uses what room is left for the sentences after, then before, the chosen ones.
fn extend(pieces: &[Piece], chosen: &mut [bool], mut room: usize) {
    loop {
        let next = (0..pieces.len()).find(|&i| {
            let follows = i > 0 && chosen[i - 1];
            !chosen[i] && follows && cost(pieces, chosen, i) <= room
        });
        let before = (0..pieces.len()).find(|&i| {
            let leads = chosen.get(i + 1) == Some(&true);
            !chosen[i] && leads && cost(pieces, chosen, i) <= room
        });
        let Some(i) = next.or(before) else { return };
        room -= cost(pieces, chosen, i);
        chosen[i] = true;
    }
}
