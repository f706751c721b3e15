//! What each paragraph is.

use super::front::{self, FrontKind};
use super::heading::{self, Place};
use super::measure::Measure;
use super::numbering::{CaptionOf, caption, is_list_item, numbering};
use super::paragraph::Paragraph;
use super::{BlockKind, Heading};

/// A paragraph that has a kind.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// What it is.
    pub kind: BlockKind,
    /// Its text and place.
    pub paragraph: Paragraph,
    /// Anchor that links lead to.
    pub anchor: Option<String>,
}

/// Gives every paragraph its kind; `heights` are the pages'.
pub(super) fn classify(
    pages: Vec<Vec<Paragraph>>,
    measure: Measure,
    heights: &[f32],
) -> (Vec<Piece>, Vec<String>) {
    let mut state = State {
        measure,
        after_heading: false,
        in_bibliography: false,
        in_code: false,
        labels: vec![],
        pieces: vec![],
    };
    for (index, paragraphs) in pages.into_iter().enumerate() {
        let height = heights.get(index).copied().unwrap_or(800.0);
        let front = if index == 0 {
            front::front(&paragraphs, measure, height)
        } else {
            vec![None; paragraphs.len()]
        };
        let n_paragraphs = paragraphs.len();
        let below = sizes_below(&paragraphs);
        for (position, paragraph) in paragraphs.into_iter().enumerate() {
            let foot = position > 0
                && position < n_paragraphs
                && paragraph.bbox[1] > 0.55 * height
                && below[position] <= 1.06 * paragraph.size;
            state.take(paragraph, front[position], index == 0, foot);
        }
    }
    (state.pieces, state.labels)
}

/// Returns for each paragraph the largest type that follows it in its column.
fn sizes_below(paragraphs: &[Paragraph]) -> Vec<f32> {
    let mut below = vec![0f32; paragraphs.len()];
    for index in (0..paragraphs.len().saturating_sub(1)).rev() {
        let next = &paragraphs[index + 1];
        let column = |p: &Paragraph| p.lines.first().map(|line| line.column);
        if column(&paragraphs[index]) == column(next) {
            below[index] = below[index + 1].max(next.size);
        }
    }
    below
}

struct State {
    measure: Measure,
    after_heading: bool,
    in_bibliography: bool,
    in_code: bool,
    labels: Vec<String>,
    pieces: Vec<Piece>,
}

impl State {
    fn take(
        &mut self,
        mut paragraph: Paragraph,
        front: Option<FrontKind>,
        first_page: bool,
        foot: bool,
    ) {
        let kind = match front {
            Some(FrontKind::Title) => BlockKind::Title,
            Some(FrontKind::Authors) => BlockKind::Authors,
            Some(FrontKind::AbstractLabel) => {
                self.labels.push(paragraph.run.text);
                return;
            }
            Some(FrontKind::Abstract) => {
                if let Some(start) = front::run_in_label(paragraph.text()) {
                    self.labels.push(paragraph.run.text[..start].trim().to_owned());
                    paragraph.run = paragraph.run.slice(start..paragraph.run.text.len());
                }
                BlockKind::Abstract
            }
            None => self.kind(&paragraph, first_page, foot),
        };
        if let BlockKind::Heading(heading) = &kind {
            self.after_heading = true;
            let was = self.in_bibliography;
            self.in_bibliography = heading::opens_bibliography(paragraph.text())
                || was && !heading::ends_bibliography(paragraph.text(), heading.level);
        }
        self.pieces.push(Piece { kind, paragraph, anchor: None });
    }

    fn kind(&mut self, paragraph: &Paragraph, first_page: bool, foot: bool) -> BlockKind {
        let Measure { body, .. } = self.measure;
        let text = paragraph.text().trim();
        let styles = &paragraph.styles;
        let letters = text.chars().filter(|c| c.is_alphabetic()).count();
        let in_code = std::mem::take(&mut self.in_code);
        if let Some(of) = caption(text) {
            self.in_code = of == CaptionOf::Code;
            return BlockKind::Caption;
        }
        let place = Place {
            first_page,
            after_heading: self.after_heading,
            in_bibliography: self.in_bibliography,
        };
        if let Some(level) = heading::look(paragraph, self.measure, place) {
            let number = numbering(text).map(|n| n.number);
            return BlockKind::Heading(Heading { level, number, outlined: false });
        }
        let marked =
            text.starts_with(|c: char| c.is_ascii_digit() || "∗†‡§*".contains(c));
        let small = paragraph.size < 0.86 * body && letters > 20;
        if foot
            && paragraph.size < 0.92 * body
            && !self.in_bibliography
            && (marked || small)
        {
            return BlockKind::Footnote;
        }
        if self.in_bibliography {
            return BlockKind::Reference;
        }
        if styles.is_mono() && (paragraph.lines.len() > 1 || letters < text.len() * 3 / 4)
        {
            return BlockKind::Code;
        }
        if in_code {
            self.in_code = true;
            if is_code(text) {
                return BlockKind::Code;
            }
            self.in_code = false;
        }
        let visible = text.chars().filter(|c| !c.is_whitespace()).count();
        if styles.math * 2 > styles.chars {
            return BlockKind::Equation;
        }
        if text.len() < 40 && !text.ends_with('.') && paragraph.size < 0.95 * body
            || letters * 2 < visible
        {
            return BlockKind::Figure;
        }
        if is_list_item(text) {
            return BlockKind::ListItem;
        }
        BlockKind::Paragraph
    }
}

/// Tells whether a text looks like steps of an algorithm.
fn is_code(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words = [
        "for ", "while ", "if ", "return", "end ", "require", "input", "output", "ensure",
    ];
    let first =
        lower.trim_start_matches(|c: char| c.is_ascii_digit() || ": .".contains(c));
    text.starts_with(|c: char| c.is_ascii_digit())
        || words.iter().any(|w| first.starts_with(w))
}
