//! Paragraphs that may be headings, and the numbers that lead from one to the next.
//!
//! In: paragraphs. Out: those that start with a number or stand out in type, and of the numbered ones the
//! heaviest chain in which each number may follow the one before.

use rustc_hash::FxHashMap;

use super::measure::Measure;
use super::numbering::{Numbering, Scheme, numbering};
use super::paragraph::Paragraph;

/// Returns the font of most paragraphs' text.
pub(super) fn body_font(pages: &[Vec<Paragraph>]) -> u16 {
    let mut chars: FxHashMap<u16, u32> = FxHashMap::default();
    for paragraph in pages.iter().flatten() {
        *chars.entry(paragraph.styles.font).or_default() += paragraph.styles.chars;
    }
    chars.into_iter().max_by_key(|(font, n)| (*n, u16::MAX - font)).map_or(0, |(f, _)| f)
}

/// The type of a paragraph, as far as headings share it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Look {
    font: u16,
    /// Size in half points.
    size: u16,
    /// Most of it is bold.
    pub bold: bool,
    italic: bool,
    /// Most of its letters are capitals.
    pub capital: bool,
    /// It differs from running text.
    stands_out: bool,
}

impl Look {
    /// The type of a paragraph.
    pub(super) fn of(paragraph: &Paragraph, measure: Measure, body_font: u16) -> Look {
        let styles = &paragraph.styles;
        let capital = is_all_capital(paragraph.text());
        let (bold, italic) = (styles.is_bold(), styles.is_italic());
        let larger = paragraph.size > 1.06 * measure.body;
        let other_font = styles.font != body_font && paragraph.size > 0.94 * measure.body;
        Look {
            font: styles.font,
            size: (paragraph.size * 2.0).round().clamp(0.0, 2000.0) as u16,
            bold,
            italic,
            capital,
            stands_out: bold || italic || capital || larger || other_font,
        }
    }
}

/// A paragraph that may be, or start with, a heading.
pub(super) struct Candidate {
    /// Page and index of the paragraph.
    pub place: (usize, usize),
    /// Its type.
    pub look: Look,
    /// Its number, if it starts with one.
    pub numbering: Option<Numbering>,
    /// Bytes of the paragraph that may be the heading, if more follows.
    pub end: Option<usize>,
    weight: i32,
}

impl Candidate {
    /// What a paragraph may be, if anything.
    pub(super) fn of(
        paragraph: &Paragraph,
        look: Look,
        place: (usize, usize),
    ) -> Option<Candidate> {
        let text = paragraph.text();
        let numbering = numbering(text);
        let styles = &paragraph.styles;
        let whole = paragraph.lines.len() <= 3
            && text.chars().count() <= 150
            && text.chars().filter(|c| c.is_alphabetic()).nth(1).is_some()
            && !text.ends_with([',', ';']);
        if !whole || !look.stands_out {
            let numbering = numbering?;
            let end = run_in_end(paragraph, &numbering)?;
            let (numbering, end) = (Some(numbering), Some(end));
            // Plain type says less.
            let weight = if paragraph.lead == 0 { 1 } else { 2 };
            return Some(Candidate { place, look, numbering, end, weight });
        }
        if styles.math * 3 >= styles.chars || paragraph.lines[0].cells.len() > 5 {
            return None;
        }
        let end = numbering.is_some().then(|| margin_note(paragraph)).flatten();
        let ends = text.ends_with('.') && !text.ends_with("..");
        let weight = 2 + 2 * i32::from(look.bold || look.capital) - 2 * i32::from(ends);
        Some(Candidate { place, look, numbering, end, weight: weight.max(1) })
    }

    /// True if its number is of that kind.
    pub(super) fn is_scheme(&self, scheme: Scheme) -> bool {
        self.numbering.as_ref().is_some_and(|n| n.scheme == scheme)
    }
}

/// Returns where a word starts that stands far off at the end of a heading's line: a note in the
/// margin, such as `New`.
fn margin_note(paragraph: &Paragraph) -> Option<usize> {
    let [line] = &paragraph.lines[..] else { return None };
    let [.., before, last] = &line.cells[..] else { return None };
    let note = line.run.text.get(last.start..)?.trim();
    let far = last.x0 - before.x1 > 4.0 * line.size;
    (far && last.start > 0 && !note.contains(' ') && note.len() < 20)
        .then_some(last.start)
}

/// Returns where a numbered heading ends that running text follows on the same line: it is bold or
/// italic, and a period or the change of type sets it off; or its number is plain and has parts,
/// and a few words with a period follow.
fn run_in_end(paragraph: &Paragraph, numbering: &Numbering) -> Option<usize> {
    let text = paragraph.text();
    let lead = paragraph.lead;
    if lead == 0 && numbering.path.len() == 2 && numbering.scheme == Scheme::Arabic {
        return few_words(text, numbering.prefix);
    }
    if lead <= numbering.prefix + 2 || lead >= text.len() || lead > 160 {
        return None;
    }
    let title = text.get(numbering.prefix..lead)?.trim();
    let set_off =
        title.ends_with(['.', ':', '?']) || text[lead..].starts_with(['.', ':']);
    let depth = numbering.path.len() > 1 || numbering.number.contains('.');
    (set_off && (depth || paragraph.styles.bold > 0)).then_some(lead)
}

/// Returns the end of a first sentence that is as short as a title: `8.2. Poor man's bold. If`.
fn few_words(text: &str, from: usize) -> Option<usize> {
    let title = text.get(from..)?;
    let end = title.find(". ")?;
    let marked = text[..from].trim_end().ends_with('.');
    let short = end <= 60 && title[..end].split(' ').count() <= 8;
    (marked && short && title.starts_with(|c: char| !c.is_lowercase()))
        .then_some(from + end + 1)
}

fn is_all_capital(text: &str) -> bool {
    let (mut letters, mut others) = (0, 0);
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        letters += 1;
        others += usize::from(!c.is_uppercase());
        // Prose is told after its first words.
        if others * 10 > text.len() {
            return false;
        }
    }
    letters >= 3 && others * 10 <= letters
}

/// Returns the heaviest chain of numbered candidates in which each may follow the one before.
pub(super) fn longest_chain(candidates: &[Candidate]) -> Vec<usize> {
    /// How many numbered candidates back a predecessor is looked for.
    const WINDOW: usize = 300;
    let numbered: Vec<(usize, &Numbering)> = candidates
        .iter()
        .enumerate()
        .filter_map(|(i, c)| Some((i, c.numbering.as_ref()?)))
        .collect();
    let mut best: Vec<Option<(i32, Option<usize>)>> = vec![];
    for (at, (index, numbering)) in numbered.iter().enumerate() {
        let weight = candidates[*index].weight;
        let mut own = numbering.is_first().then_some((weight, None));
        for before in (at.saturating_sub(WINDOW)..at).rev() {
            let Some((score, _)) = best[before] else { continue };
            if score + weight > own.map_or(0, |(s, _)| s)
                && numbering.follows(numbered[before].1)
            {
                own = Some((score + weight, Some(before)));
            }
        }
        best.push(own);
    }
    let mut at = (0..best.len()).max_by_key(|i| (best[*i].map(|(s, _)| s), *i));
    let mut chain = vec![];
    while let Some(i) = at {
        let Some((_, before)) = best[i] else { break };
        chain.push(numbered[i].0);
        at = before;
    }
    chain.reverse();
    chain
}
