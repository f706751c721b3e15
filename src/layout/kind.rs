//! What each paragraph is.

use super::contents;
use super::drawing::is_sentence;
use super::front::{self, FrontKind};
use super::heading::{self, Found};
use super::measure::Measure;
use super::numbering::{CaptionOf, caption, is_list_item};
use super::paragraph::Paragraph;
use super::table;
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
    let in_contents = contents::contents(&pages);
    let headings = heading::find(&pages, &in_contents, measure);
    let mut state = State {
        measure,
        in_bibliography: false,
        in_code: false,
        labels: vec![],
        pieces: vec![],
    };
    for (index, (paragraphs, found)) in pages.into_iter().zip(headings).enumerate() {
        let height = heights.get(index).copied().unwrap_or(800.0);
        let front = if index == 0 {
            front::front(&paragraphs, measure, height)
        } else {
            vec![None; paragraphs.len()]
        };
        let n_paragraphs = paragraphs.len();
        let below = sizes_below(&paragraphs);
        let order = front::order(&front);
        let mut parts: Vec<_> = paragraphs.into_iter().zip(found).map(Some).collect();
        for position in order {
            let Some((paragraph, found)) = parts[position].take() else { continue };
            let foot = position > 0
                && position < n_paragraphs
                && paragraph.bbox[1] > 0.55 * height
                && below[position] <= 1.06 * paragraph.size;
            let context = Context {
                front: front[position],
                found,
                at_foot: foot,
                in_contents: in_contents[index][position],
            };
            state.take(paragraph, context);
        }
    }
    (state.pieces, state.labels)
}

/// Returns for each paragraph the largest type that stands below it, a caption being larger than
/// any.
fn sizes_below(paragraphs: &[Paragraph]) -> Vec<f32> {
    /// Upright strips that a page is cut into.
    const STRIPS: usize = 128;
    /// Points at each side that say nothing: they may reach into the next column.
    const EDGE: f32 = 5.0;
    let left = paragraphs.iter().map(|p| p.bbox[0]).fold(f32::MAX, f32::min);
    let right = paragraphs.iter().map(|p| p.bbox[2]).fold(f32::MIN, f32::max);
    let strip = |x: f32| {
        let share = (x - left) / (right - left).max(1.0);
        ((share * STRIPS as f32) as usize).min(STRIPS - 1)
    };
    let span = |p: &Paragraph| {
        let (from, to) = (strip(p.bbox[0] + EDGE), strip(p.bbox[2] - EDGE));
        from.min(to)..=from.max(to)
    };
    let downwards = |edge: usize| {
        let mut order: Vec<usize> = (0..paragraphs.len()).collect();
        let at = |i: usize| paragraphs[i].bbox[edge];
        order.sort_by(|a, b| at(*b).total_cmp(&at(*a)));
        order
    };
    let mut tops = downwards(1).into_iter().peekable();
    let mut largest = [0f32; STRIPS];
    let mut below = vec![0f32; paragraphs.len()];
    for index in downwards(3) {
        let paragraph = &paragraphs[index];
        let bottom = paragraph.bbox[3] - 0.3 * paragraph.size;
        while let Some(next) = tops.next_if(|i| paragraphs[*i].bbox[1] >= bottom) {
            let other = &paragraphs[next];
            let size = match caption(other.text()) {
                Some(_) => f32::INFINITY,
                None => other.size,
            };
            largest[span(other)].iter_mut().for_each(|most| *most = most.max(size));
        }
        below[index] = largest[span(paragraph)].iter().copied().fold(0.0, f32::max);
    }
    below
}

/// What is known of a paragraph before its kind.
struct Context {
    front: Option<FrontKind>,
    found: Option<Found>,
    /// Nothing larger follows in the lower part of its column.
    at_foot: bool,
    in_contents: bool,
}

struct State {
    measure: Measure,
    in_bibliography: bool,
    in_code: bool,
    labels: Vec<String>,
    pieces: Vec<Piece>,
}

impl State {
    fn take(&mut self, mut paragraph: Paragraph, context: Context) {
        let kind = match context.front {
            Some(FrontKind::Title) => BlockKind::Title,
            Some(FrontKind::Authors) => {
                paragraph.run = table::rows(&paragraph);
                BlockKind::Authors
            }
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
            None => match context.found {
                Some(found) => return self.heading(paragraph, found),
                None => self.kind(&paragraph, &context),
            },
        };
        if kind == BlockKind::Table {
            paragraph.run = table::rows(&paragraph);
            if let Some(above) = self.pieces.last_mut().filter(|above| {
                above.kind == BlockKind::Table && above.paragraph.page == paragraph.page
            }) {
                above.paragraph.extend_table(paragraph);
                return;
            }
        }
        self.pieces.push(Piece { kind, paragraph, anchor: None });
    }

    /// Takes a heading, and the text that runs on after it.
    fn heading(&mut self, mut paragraph: Paragraph, found: Found) {
        let was = self.in_bibliography;
        self.in_bibliography = heading::opens_bibliography(paragraph.text())
            || was && !heading::ends_bibliography(paragraph.text(), found.level);
        let Found { level, number, end } = found;
        let kind = BlockKind::Heading(Heading { level, number, outlined: false });
        let Some(end) = end else {
            self.pieces.push(Piece { kind, paragraph, anchor: None });
            return;
        };
        let head = Paragraph {
            run: paragraph.run.slice(0..end),
            lines: paragraph.lines.iter().take(1).cloned().collect(),
            ..paragraph.clone()
        };
        paragraph.run = paragraph.run.slice(end..paragraph.run.text.len());
        self.pieces.push(Piece { kind, paragraph: head, anchor: None });
        let kind = BlockKind::Paragraph;
        self.pieces.push(Piece { kind, paragraph, anchor: None });
    }

    /// Tells whether text of the same small type, which is no footnote, stands above: a box that is
    /// set in small type.
    fn goes_on_above(&self, paragraph: &Paragraph) -> bool {
        let same = |above: &Paragraph| {
            above.page == paragraph.page
                && (above.size - paragraph.size).abs() < 0.05 * paragraph.size
        };
        let small = self.pieces.iter().rev().take(16).filter(|p| same(&p.paragraph));
        let boxed = small.take_while(|p| p.kind != BlockKind::Footnote).count();
        boxed >= 3
    }

    /// Tells whether the items of a list, in the same type, go on in a paragraph.
    fn is_next_item(&self, paragraph: &Paragraph) -> bool {
        let above = self.pieces.last().filter(|p| p.kind == BlockKind::ListItem);
        let same = |p: &Piece| (p.paragraph.size - paragraph.size).abs() < 0.1;
        above.is_some_and(same) && is_list_item(paragraph.text())
    }

    /// Tells whether a footnote that stops in the middle of a sentence, in the column or on the page
    /// before, goes on in a paragraph of its type.
    fn is_rest_of_note(&self, paragraph: &Paragraph) -> bool {
        let recent = |p: &&Piece| p.paragraph.page_end + 1 >= paragraph.page;
        let mut recent = self.pieces.iter().rev().take_while(recent);
        let Some(note) = recent.find(|p| p.kind == BlockKind::Footnote) else {
            return false;
        };
        let note = &note.paragraph;
        let column = |p: &Paragraph| p.lines.last().map(|l| (l.page, l.column));
        column(note) != column(paragraph)
            && (note.size - paragraph.size).abs() < 0.02 * note.size
            && paragraph.text().starts_with(char::is_lowercase)
            && !note.text().trim_end().ends_with(['.', '?', '!', '。', '/'])
            && is_sentence(paragraph.text())
    }

    fn kind(&mut self, paragraph: &Paragraph, context: &Context) -> BlockKind {
        let Measure { body, .. } = self.measure;
        let text = paragraph.text().trim();
        let styles = &paragraph.styles;
        let letters = || text.chars().filter(|c| c.is_alphabetic()).count();
        let in_code = std::mem::take(&mut self.in_code);
        if context.in_contents || contents::is_title(text) || is_table_turn(text) {
            return BlockKind::Figure;
        }
        if let Some(of) = caption(text) {
            self.in_code = of == CaptionOf::Code;
            return BlockKind::Caption;
        }
        let goes_on = in_code && is_code(text) || self.is_next_item(paragraph);
        if context.at_foot
            && !self.in_bibliography
            && !goes_on
            && is_footnote(text, paragraph.size / body)
            && (notes_mark(text) || text.contains('@') || !self.goes_on_above(paragraph))
        {
            return BlockKind::Footnote;
        }
        let is_imprint =
            paragraph.page == 1 && paragraph.size < 0.95 * body && imprint(text);
        if context.at_foot && (is_imprint || self.is_rest_of_note(paragraph)) {
            return BlockKind::Footnote;
        }
        if self.in_bibliography {
            return match table::is_wide(paragraph) {
                true => BlockKind::Table,
                false => BlockKind::Reference,
            };
        }
        if styles.is_mono()
            && (paragraph.lines.len() > 1 || letters() < text.len() * 3 / 4)
        {
            return BlockKind::Code;
        }
        self.in_code = in_code && (is_code(text) || goes_on_in_small(text));
        if self.in_code || is_steps(paragraph) {
            return BlockKind::Code;
        }
        let equals = text.contains(['=', '≜', '≡']) && !is_sentence(text);
        if styles.math * if equals { 4 } else { 2 } > styles.chars {
            return BlockKind::Equation;
        }
        if table::is_table(paragraph) {
            return match is_numbered_equation(paragraph) {
                true => BlockKind::Equation,
                false => BlockKind::Table,
            };
        }
        if text.len() < 40 && !text.ends_with('.') && paragraph.size < 0.95 * body
            || letters() * 2 < text.chars().filter(|c| !c.is_whitespace()).count()
        {
            return BlockKind::Figure;
        }
        if is_list_item(text) {
            return BlockKind::ListItem;
        }
        BlockKind::Paragraph
    }
}

/// Tells whether a paragraph is an equation and its number, though words stand in it for signs.
fn is_numbered_equation(paragraph: &Paragraph) -> bool {
    let is_numbered = |text: &str| {
        let Some((rest, number)) = text.rsplit_once('(') else { return false };
        let digits = number.strip_suffix(')').unwrap_or("");
        (1..=3).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && rest.contains(" = ")
    };
    paragraph.lines.len() <= 6
        && paragraph.lines.iter().any(|line| is_numbered(line.text().trim_end()))
}

/// Tells whether a text only says that a table goes on over the page.
pub(super) fn is_table_turn(text: &str) -> bool {
    let plain = text.trim_matches(|c: char| !c.is_alphabetic());
    [
        "continued on next page",
        "continued on the next page",
        "continued from previous page",
    ]
    .iter()
    .any(|turn| plain.eq_ignore_ascii_case(turn))
}

/// Tells whether a text starts with the mark of a footnote.
fn notes_mark(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit() || "∗†‡§*¶".contains(c))
}

/// Tells whether a text says where and when the paper is published, as its first page does below.
fn imprint(text: &str) -> bool {
    const STARTS: [&str; 12] = [
        "preprint",
        "proceedings of",
        "copyright",
        "©",
        "published",
        "accepted",
        "under review",
        "to appear",
        "appearing in",
        "submitted to",
        "permission to make",
        "this work is licensed",
    ];
    let lower = text.to_lowercase();
    let words = lower.trim_start_matches(|c: char| c.is_ascii_digit());
    let ordinal = ["st ", "nd ", "rd ", "th "].iter().any(|end| words.starts_with(end));
    STARTS.iter().any(|start| lower.starts_with(start))
        || words.starts_with(" the author")
        || words.len() < lower.len() && ordinal && words.contains("conference")
}

/// Tells whether a text at the foot of a column, of that share of the body's size, is a footnote:
/// words behind a mark, or sentences in small type.
fn is_footnote(text: &str, size: f32) -> bool {
    let words = text
        .trim_start_matches(|c: char| c.is_ascii_digit() || "∗†‡§*¶ ".contains(c))
        .trim_end();
    let marked = words.len() < text.trim_end().len();
    let letters = words.chars().filter(|c| c.is_alphabetic()).count();
    let visible = words.chars().filter(|c| !c.is_whitespace()).count();
    size < 0.92
        && letters * 10 >= visible * 6
        && (marked && letters >= 8
            || size < 0.86 && letters > 20 && (is_sentence(words) || words.contains('@')))
}

/// Tells whether a text is the rest of a step of an algorithm: few words that begin small.
fn goes_on_in_small(text: &str) -> bool {
    text.len() < 100 && text.starts_with(char::is_lowercase)
}

/// Tells whether most of the lines of a paragraph are steps of an algorithm: `3: x ← y`.
fn is_steps(paragraph: &Paragraph) -> bool {
    let is_step = |text: &str| {
        let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
        rest.len() < text.len() && rest.starts_with(':')
    };
    let n = paragraph.lines.iter().filter(|line| is_step(line.text())).count();
    n >= 2 && n * 10 >= paragraph.lines.len() * 6
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
