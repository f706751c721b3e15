//! Tables: rows by line feed, cells by tab.

use super::line::Line;
use super::paragraph::Paragraph;
use super::run::Run;

/// Tells whether a paragraph is a table, or a row of one: most of its lines are cells with white
/// between them.
pub(super) fn is_table(paragraph: &Paragraph) -> bool {
    let lines = &paragraph.lines;
    let cells: Vec<usize> =
        lines.iter().map(|line| starts_of_cells(line).len()).collect();
    let n_rows = cells.iter().filter(|n| **n >= 2).count();
    if lines.len() == 1 {
        return cells[0] >= 3;
    }
    n_rows >= 2 && n_rows * 10 >= lines.len() * 6
}

/// Returns the paragraph's text with its rows and cells kept apart.
pub(super) fn rows(paragraph: &Paragraph) -> Run {
    let mut out = Run::default();
    for line in &paragraph.lines {
        if !out.text.is_empty() {
            out.text.push('\n');
        }
        let mut starts = starts_of_cells(line);
        starts.push(line.run.text.len());
        for (i, pair) in starts.windows(2).enumerate() {
            if i > 0 {
                out.text.push('\t');
            }
            out.append(&line.run.slice(pair[0]..pair[1]));
        }
    }
    out
}

/// Returns where the cells of a line start: chunks with more than a wide space between them.
fn starts_of_cells(line: &Line) -> Vec<usize> {
    let mut starts = vec![0];
    for pair in line.cells.windows(2) {
        if pair[1].x0 - pair[0].x1 > 0.9 * line.size && pair[1].start > 0 {
            starts.push(pair[1].start);
        }
    }
    starts
}
