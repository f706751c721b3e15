//! What stands side by side and was read across: tables that share their rows, columns of a drawing.
//!
//! In: a paragraph, whose lines know their cells. Out: its parts from left to right, or nothing where
//! the page shows no white between them.

use super::line::{Cell, Line};
use super::paragraph::Paragraph;
use super::table;

/// Divides a table that reaches over several places, each from its left to its right edge, in the
/// widest white between each two of them.
pub(super) fn parts(table: &Paragraph, places: &[[f32; 2]]) -> Option<Vec<Paragraph>> {
    let cells = || table.lines.iter().flat_map(|line| &line.cells);
    let mut cuts = vec![];
    for pair in places.windows(2) {
        let (from, to) = (middle(pair[0]), middle(pair[1]));
        let near = cells().filter(|c| c.x1 > from && c.x0 < to);
        let mut covered: Vec<[f32; 2]> = near.map(|c| [c.x0, c.x1]).collect();
        covered.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let mut reach = from;
        let mut widest: Option<(f32, f32)> = None;
        for [x0, x1] in covered.into_iter().chain([[to, to]]) {
            if x0 - reach > widest.map_or(0.5 * table.size, |(width, _)| width) {
                widest = Some((x0 - reach, (x0 + reach) / 2.0));
            }
            reach = reach.max(x1);
        }
        cuts.push(widest?.1);
    }
    let at = |cell: &Cell| cuts.iter().filter(|cut| **cut < cell.x0).count();
    let parts = divided(&table.lines, places.len(), at);
    parts.iter().all(|lines| lines.len() >= 2).then(|| {
        parts.into_iter().map(|lines| table::whole(vec![of_lines(lines)])).collect()
    })
}

/// Divides a table into those that are called `(a)`, `(b)`, ... side by side under one caption.
pub(super) fn lettered(table: &Paragraph) -> Option<Vec<Paragraph>> {
    let mut lines: Vec<&Line> = table.lines.iter().collect();
    lines.sort_by(|a, b| a.y.total_cmp(&b.y));
    let rows: Vec<&[&Line]> =
        lines.chunk_by(|a, b| b.y - a.y < 0.5 * a.size.min(b.size)).collect();
    let names: Vec<Vec<[f32; 2]>> = rows.iter().map(|row| letters(row)).collect();
    let first = names.iter().position(|row| row.len() >= 2)?;
    let (mut out, mut band): (Vec<Paragraph>, Vec<Line>) = (vec![], vec![]);
    let mut places: &[[f32; 2]] = &[];
    let mut close = |band: &mut Vec<Line>, places: &[[f32; 2]]| {
        let whole = of_lines(std::mem::take(band));
        match places.len() >= 2 {
            true => out.extend(parts(&whole, places)?),
            false => out.push(table::whole(vec![whole])),
        }
        Some(())
    };
    for (row, name) in rows.iter().zip(&names) {
        let named = name.len() >= 2;
        // The names stand above all of the tables or below all of them.
        if named && first == 0 && !band.is_empty() {
            close(&mut band, places)?;
        }
        band.extend(row.iter().map(|line| (*line).clone()));
        if named {
            places = name;
        }
        if named && first > 0 {
            close(&mut band, places)?;
            places = &[];
        }
    }
    if !band.is_empty() {
        close(&mut band, places)?;
    }
    Some(out)
}

/// Returns where the cells of a row stand that begin with letters in brackets, one after the other.
fn letters(row: &[&Line]) -> Vec<[f32; 2]> {
    let mut found: Vec<(u8, [f32; 2])> = vec![];
    for line in row {
        for (cell, next) in line.cells.iter().zip(1..) {
            let end = line.cells.get(next).map_or(line.run.text.len(), |c| c.start);
            let text = line.run.text.get(cell.start..end).unwrap_or("").as_bytes();
            match text {
                [b'(', letter @ b'a'..=b'z', b')', ..] => {
                    found.push((*letter, [cell.x0, cell.x1]));
                }
                _ => {
                    let beside = found
                        .last_mut()
                        .filter(|(_, at)| (0.0..line.size).contains(&(cell.x0 - at[1])));
                    let Some((_, at)) = beside else { return vec![] };
                    at[1] = cell.x1;
                }
            }
        }
    }
    found.sort_by(|a, b| a.1[0].total_cmp(&b.1[0]));
    let follow = found.windows(2).all(|pair| pair[1].0 == pair[0].0 + 1);
    found.retain(|_| follow);
    found.into_iter().map(|(_, at)| at).collect()
}

/// Returns the columns of a drawing's words that were read row by row, if there are several.
pub(super) fn columns(drawn: &Paragraph) -> Option<Vec<Paragraph>> {
    if drawn.lines.len() < 2 {
        return None;
    }
    let cells = drawn.lines.iter().flat_map(|line| &line.cells);
    let mut places: Vec<[f32; 2]> = cells.map(|c| [c.x0, c.x1]).collect();
    places.sort_by(|a, b| a[0].total_cmp(&b[0]));
    places.dedup_by(|next, last| {
        let same = next[0] - last[1] < 0.3 * drawn.size;
        last[1] = if same { last[1].max(next[1]) } else { last[1] };
        same
    });
    if places.len() < 2 {
        return None;
    }
    let at = |cell: &Cell| places.iter().filter(|p| p[0] <= cell.x0).count() - 1;
    let columns = divided(&drawn.lines, places.len(), at);
    let joined = |lines: Vec<Line>| {
        let mut paragraph = of_lines(lines);
        for line in &paragraph.lines {
            paragraph.run.space();
            paragraph.run.append(&line.run);
        }
        paragraph
    };
    Some(columns.into_iter().map(joined).collect())
}

/// Divides lines into `n` columns; `at` tells in which one a cell stands.
fn divided(lines: &[Line], n: usize, at: impl Fn(&Cell) -> usize) -> Vec<Vec<Line>> {
    let mut columns = vec![vec![]; n];
    for line in lines {
        let mut start = 0;
        for group in line.cells.chunk_by(|a, b| at(a) == at(b)) {
            columns[at(&group[0])].push(part_of(line, start..start + group.len()));
            start += group.len();
        }
    }
    columns
}

/// Returns the part of a line that some of its cells make.
fn part_of(line: &Line, cells: std::ops::Range<usize>) -> Line {
    let end = line.cells.get(cells.end).map_or(line.run.text.len(), |c| c.start);
    let of_part = &line.cells[cells];
    let start = of_part[0].start;
    Line {
        run: line.run.slice(start..end),
        x0: of_part[0].x0,
        x1: of_part.iter().map(|c| c.x1).fold(f32::MIN, f32::max),
        lead: 0,
        cells: of_part.iter().map(|c| Cell { start: c.start - start, ..*c }).collect(),
        ..*line
    }
}

/// Makes a paragraph of lines without its text.
fn of_lines(lines: Vec<Line>) -> Paragraph {
    let mut paragraph = Paragraph {
        page: lines.first().map_or(0, |line| line.page),
        page_end: lines.first().map_or(0, |line| line.page),
        bbox: [f32::MAX, f32::MAX, f32::MIN, f32::MIN],
        ..Paragraph::default()
    };
    for line in &lines {
        let [x0, y0, x1, y1] = paragraph.bbox;
        paragraph.bbox =
            [x0.min(line.x0), y0.min(line.top()), x1.max(line.x1), y1.max(line.bottom())];
        paragraph.size = paragraph.size.max(line.size);
        paragraph.styles.add(&line.styles);
    }
    paragraph.lines = lines;
    paragraph
}

fn middle(place: [f32; 2]) -> f32 {
    (place[0] + place[1]) / 2.0
}
