//! Chunks of one column to lines.

use super::bidi;
use super::chunk::{Chunk, SPACE_EM};
use super::run::Run;
use super::styles::Styles;

/// A chunk inside a line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cell {
    /// Left edge.
    pub x0: f32,
    /// Right edge.
    pub x1: f32,
    /// Where its text starts in the line's.
    pub start: usize,
}

/// A line of a column.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// Page, from 1.
    pub page: u32,
    /// The text.
    pub run: Run,
    /// Left edge.
    pub x0: f32,
    /// Right edge.
    pub x1: f32,
    /// Baseline.
    pub y: f32,
    /// Size of its largest type.
    pub size: f32,
    /// Styles of its characters.
    pub styles: Styles,
    /// Number of the column on the page, in reading order.
    pub column: u32,
    /// Left edge of the column.
    pub column_x0: f32,
    /// Right edge of the column.
    pub column_x1: f32,
    /// Bytes at the start of the text that are all bold or all italic.
    pub lead: usize,
    /// The chunks that it is made of.
    pub cells: Vec<Cell>,
}

impl Line {
    /// Its text.
    pub(super) fn text(&self) -> &str {
        &self.run.text
    }

    /// Top edge.
    pub(super) fn top(&self) -> f32 {
        self.y - 0.72 * self.size
    }

    /// Bottom edge.
    pub(super) fn bottom(&self) -> f32 {
        self.y + 0.22 * self.size
    }
}

/// Chunks that share a baseline, while a column is put in rows.
struct Row {
    y: f32,
    size: f32,
    chunks: Vec<usize>,
}

/// Returns the lines of one column from top to bottom.
pub(super) fn lines(
    chunks: &[Chunk],
    members: &[usize],
    page: u32,
    column: u32,
) -> Vec<Line> {
    let mut order = members.to_vec();
    order.sort_by(|a, b| {
        let (a, b) = (&chunks[*a], &chunks[*b]);
        a.y.total_cmp(&b.y).then(a.x0.total_cmp(&b.x0))
    });
    let (mut x0, mut x1) = (f32::MAX, f32::MIN);
    let mut rows: Vec<Row> = vec![];
    for index in order {
        x0 = x0.min(chunks[index].x0);
        x1 = x1.max(chunks[index].x1);
        place(chunks, index, &mut rows);
    }
    rows.into_iter()
        .map(|row| Line { page, column, ..line(chunks, row, (x0, x1)) })
        .collect()
}

/// Puts a chunk into the row it belongs to.
fn place(chunks: &[Chunk], index: usize, rows: &mut Vec<Row>) {
    let chunk = &chunks[index];
    for row in rows.iter_mut().rev().take(3) {
        let script = chunk.size < 0.88 * row.size || row.size < 0.88 * chunk.size;
        let slack = if script { 0.5 } else { 0.28 } * row.size.max(chunk.size);
        if (chunk.y - row.y).abs() >= slack {
            continue;
        }
        let covers = |other: &usize| {
            let other = &chunks[*other];
            let overlap = chunk.x1.min(other.x1) - chunk.x0.max(other.x0);
            overlap > 0.5 * chunk.size.min(other.size)
        };
        if row.chunks.iter().any(covers) {
            continue;
        }
        if chunk.size > row.size {
            row.size = chunk.size;
            row.y = chunk.y;
        }
        row.chunks.push(index);
        return;
    }
    rows.push(Row { y: chunk.y, size: chunk.size, chunks: vec![index] });
}

/// Joins the chunks of a row.
fn line(chunks: &[Chunk], mut row: Row, (x0, x1): (f32, f32)) -> Line {
    row.chunks.sort_by(|a, b| chunks[*a].x0.total_cmp(&chunks[*b].x0));
    let mut line = Line {
        y: row.y,
        size: row.size,
        x0: f32::MAX,
        x1: f32::MIN,
        column_x0: x0,
        column_x1: x1,
        ..Line::default()
    };
    let length = |index: &usize| chunks[*index].run.text.len() + 1;
    line.run.text.reserve_exact(row.chunks.iter().map(length).sum());
    line.cells.reserve_exact(row.chunks.len());
    let mut end = f32::MIN;
    for index in row.chunks {
        let chunk = &chunks[index];
        if chunk.x0 - end > SPACE_EM * chunk.size {
            line.run.space();
        }
        line.cells.push(Cell { x0: chunk.x0, x1: chunk.x1, start: line.run.text.len() });
        let all_led = line.lead > 0 && line.lead == line.run.text.trim_end().len();
        if line.run.text.is_empty() || all_led && chunk.lead > 0 {
            line.lead = line.run.text.len() + chunk.lead;
        }
        line.run.append(&chunk.run);
        line.styles.add(&chunk.styles);
        line.x0 = line.x0.min(chunk.x0);
        line.x1 = line.x1.max(chunk.x1);
        end = chunk.x1;
    }
    if let Some(logical) = bidi::logical(&line.run.text) {
        line.run.rewrite(logical);
        line.cells.truncate(1);
        line.lead = 0;
    }
    line
}
