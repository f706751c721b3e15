//! Lines to paragraphs: where one ends, by distance, indent, type and what the next line says.

use super::hyphen::{self, Vocabulary};
use super::line::{Cell, Line};
use super::measure::Measure;
use super::numbering::{caption, is_list_item, numbering};
use super::run::Run;
use super::styles::Styles;

/// Lines that belong together, before and after they have a kind.
#[derive(Clone, Debug, Default)]
pub(super) struct Paragraph {
    /// The text, lines joined.
    pub run: Run,
    /// Page of the first line, from 1.
    pub page: u32,
    /// Page of the last line.
    pub page_end: u32,
    /// Its lines.
    pub lines: Vec<Line>,
    /// `[x0, y0, x1, y1]` of the lines of the first page.
    pub bbox: [f32; 4],
    /// Largest type size of its lines.
    pub size: f32,
    /// Styles of its characters.
    pub styles: Styles,
    /// Bytes at the start of the text that are all bold or all italic.
    pub lead: usize,
}

impl Paragraph {
    /// Makes a paragraph of lines in reading order.
    pub(super) fn of(lines: Vec<Line>, words: &Vocabulary) -> Paragraph {
        let mut paragraph = Paragraph {
            page: lines.first().map_or(0, |line| line.page),
            page_end: lines.last().map_or(0, |line| line.page),
            ..Paragraph::default()
        };
        let mut bbox = [f32::MAX, f32::MAX, f32::MIN, f32::MIN];
        for line in &lines {
            let all_led = paragraph.lead == paragraph.run.text.len();
            hyphen::join(&mut paragraph.run, &line.run, words);
            if all_led {
                let plain = line.run.text.len().saturating_sub(line.lead);
                paragraph.lead = paragraph.run.text.len().saturating_sub(plain);
            }
            paragraph.size = paragraph.size.max(line.size);
            paragraph.styles.add(&line.styles);
            if line.page != paragraph.page {
                continue;
            }
            bbox = [
                bbox[0].min(line.x0),
                bbox[1].min(line.top()),
                bbox[2].max(line.x1),
                bbox[3].max(line.bottom()),
            ];
        }
        paragraph.bbox = bbox;
        paragraph.lines = lines;
        paragraph
    }

    /// Adds the rows of a table below.
    pub(super) fn extend_table(&mut self, below: Paragraph) {
        self.run.text.push('\n');
        self.run.append(&below.run);
        self.take_beside(below);
    }

    /// Adds the lines of a paragraph of the same page, not its text.
    pub(super) fn take_beside(&mut self, below: Paragraph) {
        self.styles.add(&below.styles);
        self.bbox = [
            self.bbox[0].min(below.bbox[0]),
            self.bbox[1].min(below.bbox[1]),
            self.bbox[2].max(below.bbox[2]),
            self.bbox[3].max(below.bbox[3]),
        ];
        self.lines.extend(below.lines);
    }

    /// Its text.
    pub(super) fn text(&self) -> &str {
        &self.run.text
    }
}

/// Cuts the lines of a page into paragraphs.
pub(super) fn paragraphs(
    lines: Vec<Line>,
    measure: Measure,
    words: &Vocabulary,
) -> Vec<Paragraph> {
    let mut out = vec![];
    let mut open: Vec<Line> = vec![];
    for line in lines {
        if !open.is_empty() && ends_before(&open, &line, measure) {
            out.push(Paragraph::of(std::mem::take(&mut open), words));
        }
        open.push(line);
    }
    if !open.is_empty() {
        out.push(Paragraph::of(open, words));
    }
    out
}

/// Tells whether the paragraph of `open` ends before `next`.
fn ends_before(open: &[Line], next: &Line, measure: Measure) -> bool {
    let last = &open[open.len() - 1];
    let em = last.size.max(next.size);
    if next.column != last.column {
        return !captions_across(open, next, em);
    }
    if leaves_caption(open, next) {
        return true;
    }
    if goes_on(last, next, measure, em) || captions_on(open, next, em) {
        return false;
    }
    changes_type(&open[0], last, next, em)
        || is_set_off(open, next, measure, em)
        || caption(next.text()).is_some() && !runs_on(last, next, measure, em)
        || starts_item(last, next, em)
        || starts_anew(open, next, em)
}

/// Tells whether a sentence of running text goes on in the next line, which a tall sign in it may
/// have pushed down: a full line without an end, and then one that starts at the left edge.
fn goes_on(last: &Line, next: &Line, measure: Measure, em: f32) -> bool {
    let text = last.text().trim_end();
    let joined = text.ends_with('-') && text.len() > 20;
    let small = |line: &Line| {
        let words = line.text().split_whitespace();
        words.filter(|w| w.len() > 1 && w.bytes().all(|b| b.is_ascii_lowercase())).count()
    };
    let plain = next.styles.is_bold() == last.styles.is_bold() || joined;
    let usual = (measure.pitch / measure.body * em).max(1.1 * em);
    let step = next.y - last.y;
    last.x1 > last.column_x1 - 0.6 * em
        && last.x1 - last.x0 > 14.0 * em
        && !text.ends_with(['.', '?', '!', ':', ';', '。'])
        && (next.x0 - last.x0).abs() < 0.3 * em
        && (next.x0 - last.column_x0).abs() < 0.3 * em
        && (last.size - next.size).abs() < 0.04 * em
        && step > 0.8 * em
        && step < 1.7 * usual
        && plain
        && (small(last) >= 3 || joined)
        && !is_list_item(next.text())
}

/// Tells whether a caption goes on in the next line, whatever its letters look like.
fn captions_on(open: &[Line], next: &Line, em: f32) -> bool {
    let last = &open[open.len() - 1];
    let widest = open.iter().map(|line| line.x1).fold(next.x1, f32::max);
    let alike = (last.size - next.size).abs() < 0.05 * em;
    // Its name may be set in larger type than the rest.
    let named = open.len() == 1 && (0.8..1.0).contains(&(next.size / last.size));
    caption(open[0].text()).is_some()
        && caption(next.text()).is_none()
        && (!ends_sentence(last) || last.x1 > widest - 2.0 * em)
        && last.x1 > widest - 6.0 * em
        && (alike || named)
        && next.y - last.y < 1.3 * em
        && next.x0 < open[0].x0 + 2.0 * em
        && !is_spaced(next)
}

/// Tells whether a caption in the middle of a sentence goes on in the next line, though the page
/// was cut between the two.
fn captions_across(open: &[Line], next: &Line, em: f32) -> bool {
    let last = &open[open.len() - 1];
    let below = next.y - last.y;
    !ends_sentence(last)
        && below > 0.8 * em
        && (next.x0 - last.x0).abs() < 0.3 * em
        && last.x1 - last.x0 > 14.0 * em
        && captions_on(open, next, em)
}

/// Tells whether the next line is a row of the table under a caption that has come to its end.
fn leaves_caption(open: &[Line], next: &Line) -> bool {
    let last = &open[open.len() - 1];
    let em = last.size;
    let widest = open.iter().map(|line| line.x1).fold(next.x1, f32::max);
    let short = last.x1 < widest - 6.0 * em;
    let over = short || ends_sentence(last);
    let is_row = over && holes(next) > 0
        || holes(next) > 1 && holes(last) == 0
        || short && next.x0 > open[0].x0 + 6.0 * em;
    is_row && caption(open[0].text()).is_some()
}

/// Tells whether a line has a hole wider than any between its words.
fn is_spaced(line: &Line) -> bool {
    holes(line) > 0
}

/// Returns how many holes a line has that are wider than any between words.
fn holes(line: &Line) -> usize {
    let is_hole = |pair: &&[Cell]| pair[1].x0 - pair[0].x1 > 0.9 * line.size;
    line.cells.windows(2).filter(is_hole).count()
}

fn ends_sentence(line: &Line) -> bool {
    line.text().trim_end().ends_with(['.', '?', '!', '。'])
}

/// Tells whether a sentence goes on in the next line: `as it is shown in` + `Fig. 8. See ...`.
fn runs_on(last: &Line, next: &Line, measure: Measure, em: f32) -> bool {
    let full = last.x1 > last.column_x1 - 2.0 * em;
    let ended = last.text().trim_end().ends_with(['.', '?', '!', ':', '。']);
    let close = next.y - last.y < (1.15 * measure.pitch).max(1.3 * em);
    full && !ended && close && (last.size - next.size).abs() < 0.04 * em
}

/// A change of size, or between bold and plain.
fn changes_type(first: &Line, last: &Line, next: &Line, em: f32) -> bool {
    let both_long = last.styles.chars > 3 && next.styles.chars > 3;
    if (last.size - next.size).abs() > 0.09 * em && both_long {
        return true;
    }
    let (was_bold, is_bold) = (first.styles.is_bold(), next.styles.is_bold());
    let numbered = numbering(next.text()).is_some();
    if was_bold && is_bold {
        return numbered && numbering(last.text()).is_some();
    }
    // A bold line that stands by itself in the middle is no part of the sentence above.
    if is_bold && !was_bold && next.x0 > last.x0.max(next.column_x0) + 3.0 * em {
        return true;
    }
    // A bold sentence that ends in plain type, in the middle of a line, is one paragraph.
    let runs_on = last.x1 > last.column_x1 - 2.0 * em
        && next.text().starts_with(char::is_lowercase)
        && next.y - last.y < 1.4 * em;
    was_bold != is_bold
        && last.styles.chars > 2
        && next.styles.chars > 2
        && (numbered || was_bold && !runs_on)
}

/// More white above than between the lines before.
fn is_set_off(open: &[Line], next: &Line, measure: Measure, em: f32) -> bool {
    let last = &open[open.len() - 1];
    let step = next.y - last.y;
    let Measure { body, pitch } = measure;
    let usual = if (em - body).abs() < 0.08 * body { pitch } else { pitch / body * em };
    if step > (1.3 * usual).max(1.32 * em) {
        return true;
    }
    let Some(second) = open.get(1) else { return false };
    let own = second.y - open[0].y;
    step > 1.28 * own && step > 1.1 * em && own > 0.9 * usual
}

/// The mark of a list item at the left edge.
fn starts_item(last: &Line, next: &Line, em: f32) -> bool {
    if !is_list_item(next.text()) {
        return false;
    }
    let bullet = next.text().starts_with(|c: char| !c.is_alphanumeric() && c != '(');
    let at_edge = next.x0 <= last.x0 + 2.5 * em;
    at_edge
        && (bullet
            || last.text().ends_with(['.', ';', ':', ','])
            || is_list_item(last.text()))
}

/// An indented first line, or a short last line before a capital.
fn starts_anew(open: &[Line], next: &Line, em: f32) -> bool {
    let last = &open[open.len() - 1];
    let is_short = last.x1 < last.column_x1 - 2.5 * em;
    let ends = last.text().ends_with(['.', '?', '!', ':']);
    let indented = next.x0 > last.x0 + 0.7 * em
        && next.x0 < last.x0 + 3.5 * em
        && (open.len() >= 2 || last.x0 <= last.column_x0 + 0.3 * em);
    if indented && (is_short || ends) {
        return true;
    }
    let very_short = last.x1 < last.column_x1 - 4.0 * em;
    let capital = next.text().chars().next().is_some_and(|c| !c.is_lowercase());
    very_short
        && (ends || last.text().ends_with(';'))
        && capital
        && next.x0 <= last.x0 + 0.5 * em
}
