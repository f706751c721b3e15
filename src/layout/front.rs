//! The front of a paper: its title, authors and abstract on the first pages.

use std::ops::Range;

use super::drawing::is_sentence;
use super::heading;
use super::measure::Measure;
use super::numbering::{Scheme, caption, numbering};
use super::paragraph::Paragraph;

/// What a paragraph of the front is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FrontKind {
    /// Part of the title.
    Title,
    /// Authors, affiliations, addresses.
    Authors,
    /// The word "Abstract" alone.
    AbstractLabel,
    /// A paragraph of the abstract.
    Abstract,
}

/// Returns what the paragraphs of the first page are; `None` for those that belong to the body.
pub(super) fn front(
    paragraphs: &[Paragraph],
    measure: Measure,
    height: f32,
) -> Vec<Option<FrontKind>> {
    let mut kinds = vec![None; paragraphs.len()];
    let title = title(paragraphs, measure, height);
    for index in &title {
        kinds[*index] = Some(FrontKind::Title);
    }
    let after_title = title.last().map_or(0, |last| last + 1);
    let label = paragraphs
        .iter()
        .position(|p| is_abstract_label(p.text()) || run_in_label(p.text()).is_some());
    let body = paragraphs
        .iter()
        .position(|p| opens_body(p, measure))
        .filter(|body| label.is_none_or(|label| *body > label));
    if title.is_empty() && label.is_none() {
        return kinds;
    }
    let front_end = label.or(body).unwrap_or(0);
    let is_caption = |index: usize| caption(paragraphs[index].text()).is_some();
    let between = after_title.min(front_end)..front_end;
    for (index, kind) in kinds.iter_mut().enumerate().filter(|(i, _)| between.contains(i))
    {
        if !is_caption(index) {
            kind.get_or_insert(FrontKind::Authors);
        }
    }
    match label {
        Some(label) => {
            let end = body.unwrap_or(paragraphs.len().min(label + 3)).max(label + 1);
            mark_abstract(paragraphs, &mut kinds, label..end);
            mark_beside(paragraphs, &mut kinds, &title, label);
        }
        // Without a label, a long paragraph before the introduction is the abstract.
        None => {
            for index in after_title.min(front_end)..front_end {
                let text = paragraphs[index].text();
                if kinds[index] == Some(FrontKind::Authors)
                    && text.len() > 400
                    && is_sentence(text)
                {
                    kinds[index] = Some(FrontKind::Abstract);
                }
            }
        }
    }
    kinds
}

/// Marks the abstract from its label on; drawings among it are none of it.
fn mark_abstract(
    paragraphs: &[Paragraph],
    kinds: &mut [Option<FrontKind>],
    range: Range<usize>,
) {
    let mut size = None;
    for index in range {
        let paragraph = &paragraphs[index];
        if is_abstract_label(paragraph.text()) {
            kinds[index] = Some(FrontKind::AbstractLabel);
            continue;
        }
        let usual = *size.get_or_insert(paragraph.size);
        let same_type = (paragraph.size - usual).abs() < 0.15 * usual;
        if same_type && caption(paragraph.text()).is_none() {
            kinds[index] = Some(FrontKind::Abstract);
        }
    }
}

/// Marks what stands between the title and the height of the abstract's label in other columns:
/// the authors at the right.
fn mark_beside(
    paragraphs: &[Paragraph],
    kinds: &mut [Option<FrontKind>],
    title: &[usize],
    label: usize,
) {
    let Some(top) = title.last().map(|last| paragraphs[*last].bbox[3]) else { return };
    let bottom = paragraphs[label].bbox[1];
    for index in label + 1..paragraphs.len() {
        let bbox = paragraphs[index].bbox;
        let text = paragraphs[index].text();
        if bbox[1] > top - 2.0
            && bbox[3] < bottom
            && caption(text).is_none()
            && !is_sentence(text)
        {
            kinds[index] = Some(FrontKind::Authors);
        }
    }
}

/// Returns the paragraphs in reading order: authors that the columns put behind the abstract come
/// before it.
pub(super) fn order(kinds: &[Option<FrontKind>]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..kinds.len()).collect();
    let label = kinds
        .iter()
        .position(|k| matches!(k, Some(FrontKind::AbstractLabel | FrontKind::Abstract)));
    let Some(label) = label else { return order };
    let late =
        |index: &usize| *index > label && kinds[*index] == Some(FrontKind::Authors);
    let (authors, rest): (Vec<usize>, Vec<usize>) = order.drain(label..).partition(late);
    order.extend(authors);
    order.extend(rest);
    order
}

/// Returns the paragraphs of the title: the largest type in the upper part of the page.
fn title(paragraphs: &[Paragraph], measure: Measure, height: f32) -> Vec<usize> {
    let may_be = |p: &Paragraph| {
        let letters = p.text().chars().filter(|c| c.is_alphabetic()).count();
        let is_heading = opens_body(p, measure)
            || heading::opens_bibliography(p.text())
            || is_abstract_label(p.text());
        letters > 3
            && !is_heading
            && p.bbox[1] < 0.6 * height
            && p.styles.chars > 2 * p.styles.math
    };
    let largest = paragraphs
        .iter()
        .filter(|p| may_be(p) && p.styles.chars >= 4)
        .map(|p| p.size)
        .fold(0f32, f32::max);
    if largest <= 1.15 * measure.body {
        return vec![];
    }
    // A numbered heading further down is no title, however large.
    let later_heading = |index: usize| {
        let number = numbering(paragraphs[index].text());
        index >= 2 && number.is_some_and(|n| n.scheme == Scheme::Arabic)
    };
    let is_title = |p: &Paragraph| p.size >= 0.97 * largest && may_be(p);
    let first = paragraphs.iter().position(is_title);
    let Some(first) = first.filter(|index| !later_heading(*index)) else { return vec![] };
    (first..paragraphs.len()).take_while(|i| is_title(&paragraphs[*i])).collect()
}

/// Words that name the abstract.
const ABSTRACT_WORDS: [&str; 9] = [
    "abstract",
    "summary",
    "résumé",
    "zusammenfassung",
    "resumen",
    "аннотация",
    "摘要",
    "概要",
    "要旨",
];

/// Tells whether a text is the word "Abstract" alone, also when spaced out.
pub(super) fn is_abstract_label(text: &str) -> bool {
    let plain: String =
        text.chars().filter(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    text.len() < 40 && ABSTRACT_WORDS.contains(&plain.as_str())
}

/// Returns where the text of an abstract starts that is set after its label: `Abstract—We ...`.
pub(super) fn run_in_label(text: &str) -> Option<usize> {
    let end = text.find(|c: char| !c.is_alphabetic())?;
    let label = text[..end].to_lowercase();
    if !ABSTRACT_WORDS.contains(&label.as_str()) {
        return None;
    }
    let rest = &text[end..];
    let mark = rest.trim_start_matches(['—', '–', '-', '.', ':', ' ', '|']);
    let set_off = rest.len() - mark.len();
    let is_label = !rest.starts_with(' ') || rest[..set_off].len() > 1;
    (set_off > 0 && is_label && mark.len() > 40).then(|| end + set_off)
}

/// Tells whether a text is the heading that ends the front.
fn opens_body(paragraph: &Paragraph, measure: Measure) -> bool {
    let text = paragraph.text().trim();
    if text.len() >= 80 {
        return false;
    }
    let numbering = numbering(text);
    let title = numbering.as_ref().map_or(text, |n| &text[n.prefix..]).to_lowercase();
    let title = title.trim_end_matches(['.', ':']);
    let stands_out = paragraph.styles.is_bold()
        || paragraph.size > 1.04 * measure.body
        || !title.is_empty() && text.chars().all(|c| !c.is_lowercase());
    let is_first = numbering.is_some_and(|n| n.number == "1" || n.number == "I");
    is_first && stands_out || FIRST_HEADINGS.contains(&title)
}

/// Headings that end the front.
const FIRST_HEADINGS: [&str; 6] =
    ["introduction", "contents", "keywords", "index terms", "引言", "はじめに"];
