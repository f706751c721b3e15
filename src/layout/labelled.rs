//! Tables without a caption: labels at the left, and beside each what it stands for.
//!
//! In: the pieces of a page that no float has. Out: those that are such a table, which would
//! otherwise be read as all labels first, then all that they stand for.

use super::drawing::is_sentence;
use super::kind::{Piece, is_table_turn};
use super::line::Cell;
use super::measure::{Edges, Measure};
use super::{BlockKind, Heading};

/// A label has no more characters than this: it may be a question.
const LONGEST_LABEL: usize = 240;

/// Fewer rows than this make no table.
const LEAST_ROWS: usize = 3;

/// A page of more pieces is no table of labels.
const MOST_PIECES: usize = 400;

/// A label and what stands beside it.
struct Row {
    /// Left edge of the label.
    label: f32,
    label_end: f32,
    /// Left edge of what it stands for.
    value: f32,
    value_end: f32,
    top: f32,
    bottom: f32,
    says: bool,
}

/// Returns the pieces, in reading order, that make each table of labels; `free` tells which may.
pub(super) fn labelled(
    pieces: &[Piece],
    free: impl Fn(usize) -> bool,
    edges: &Edges,
    measure: Measure,
) -> Vec<Vec<usize>> {
    let able: Vec<usize> =
        (0..pieces.len()).filter(|k| free(*k) && may_be_cell(&pieces[*k])).collect();
    if able.len() > MOST_PIECES {
        return vec![];
    }
    let rows: Vec<Row> = able.iter().filter_map(|k| row(pieces, *k, &able)).collect();
    let like = |a: &Row, b: &Row| {
        (a.label - b.label).abs() < 1.5 && (a.value - b.value).abs() < 3.0
    };
    let often = |a: &&Row| rows.iter().filter(|b| like(a, b)).count();
    let Some(model) = rows.iter().max_by_key(often) else { return vec![] };
    let mut alike: Vec<&Row> = rows.iter().filter(|row| like(model, row)).collect();
    let n_says = alike.iter().filter(|row| row.says).count();
    if alike.len() < LEAST_ROWS || n_says < 2 || edges.is_left(model.value) {
        return vec![];
    }
    // Columns of text are of one width.
    let end =
        |of: fn(&Row) -> f32| alike.iter().map(|row| of(row)).fold(f32::MIN, f32::max);
    let label_width = end(|row| row.label_end) - model.label;
    let value_width = end(|row| row.value_end) - model.value;
    if label_width > 0.6 * value_width {
        return vec![];
    }
    alike.sort_by(|a, b| a.top.total_cmp(&b.top));
    let bbox = |k: usize| pieces[k].paragraph.bbox;
    // Words that reach over from the labels to the other side end a table, and so do captions and
    // headings with numbers.
    let crosses = |c: &Cell| c.x0 < model.value - 10.0 && c.x1 > model.value + 10.0;
    let is_wall = |k: usize| {
        let lines = pieces[k].paragraph.lines.iter();
        let n_crossing = lines.filter(|line| line.cells.iter().any(crosses)).count();
        let turns = is_table_turn(pieces[k].paragraph.text());
        !turns && able.binary_search(&k).is_err() || n_crossing >= 2
    };
    let walls: Vec<f32> =
        (0..pieces.len()).filter(|k| is_wall(*k)).map(|k| bbox(k)[1]).collect();
    let apart = |a: &&Row, b: &&Row| walls.iter().any(|y| *y > a.top && *y < b.top);
    let mut tables = vec![];
    for rows in alike.chunk_by(|a, b| !apart(a, b)) {
        let top = rows[0].top - 2.0;
        let mut bottom = rows.iter().map(|row| row.bottom).fold(f32::MIN, f32::max);
        let wall = walls.iter().copied().filter(|y| *y > top).fold(f32::MAX, f32::min);
        // What the last label stands for may be several paragraphs.
        let mut inside: Vec<usize> = able
            .iter()
            .copied()
            .filter(|k| bbox(*k)[1] > top && bbox(*k)[3] < wall + 2.0)
            .collect();
        inside.sort_by(|a, b| bbox(*a)[1].total_cmp(&bbox(*b)[1]));
        for k in &inside {
            let [x0, y0, _, y1] = bbox(*k);
            if x0 > model.value - 4.0 && y0 < bottom + 2.5 * measure.pitch {
                bottom = bottom.max(y1);
            }
        }
        inside.retain(|k| bbox(*k)[3] < bottom + 2.0);
        inside.sort_unstable();
        if rows.len() >= 2 {
            tables.push(inside);
        }
    }
    tables
}

fn may_be_cell(piece: &Piece) -> bool {
    !piece.paragraph.lines.is_empty()
        && !is_table_turn(piece.paragraph.text())
        && matches!(
            piece.kind,
            BlockKind::Paragraph
                | BlockKind::ListItem
                | BlockKind::Figure
                | BlockKind::Equation
                | BlockKind::Code
                | BlockKind::Table
                | BlockKind::Heading(Heading { number: None, .. })
        )
}

/// Returns the row that a piece begins: a label with the nearest piece beside it, or both in one.
fn row(pieces: &[Piece], index: usize, able: &[usize]) -> Option<Row> {
    let label = &pieces[index].paragraph;
    let first = &label.lines[0];
    let gap = 0.9 * first.size;
    if let [cell, beside, ..] = first.cells.as_slice()
        && beside.x0 - cell.x1 > gap
    {
        let [_, top, value_end, bottom] = label.bbox;
        let (label, label_end, value) = (cell.x0, cell.x1, beside.x0);
        let says = false;
        return Some(Row { label, label_end, value, value_end, top, bottom, says });
    }
    let text = label.text();
    if label.lines.len() > 6
        || text.chars().count() > LONGEST_LABEL
        || text.trim_end().ends_with(['.', ';', ',', '-'])
    {
        return None;
    }
    let beside = |k: &usize| {
        let value = &pieces[*k].paragraph.lines[0];
        value.x0 > label.bbox[2] + gap && (value.y - first.y).abs() < 0.3 * first.size
    };
    let left = |k: usize| pieces[k].paragraph.bbox[0];
    let value = able.iter().copied().filter(beside);
    let value = value.min_by(|a, b| left(*a).total_cmp(&left(*b)))?;
    let value = &pieces[value].paragraph;
    Some(Row {
        label: label.bbox[0],
        label_end: label.bbox[2],
        value: value.bbox[0],
        value_end: value.bbox[2],
        top: label.bbox[1].min(value.bbox[1]),
        bottom: label.bbox[3].max(value.bbox[3]),
        says: is_sentence(value.text()),
    })
}
