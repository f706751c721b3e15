//! Tables: rows by line feed, cells by tab.

use super::beside;
use super::drawing::is_sentence;
use super::line::{Cell, Line};
use super::paragraph::Paragraph;
use super::run::Run;

/// Tells whether a paragraph is a table, or a row of one: most of its lines are cells with white
/// between them, or numbers behind a label.
pub(super) fn is_table(paragraph: &Paragraph) -> bool {
    let lines = &paragraph.lines;
    if lines.len() == 1 {
        return starts_of_cells(&lines[0]).count() >= 3;
    }
    let is_row = |line: &&Line| starts_of_cells(line).count() >= 2;
    let n_rows = lines.iter().filter(is_row).count();
    let ended = paragraph.text().trim_end().ends_with(['.', '?', '!', '。']);
    let n_numbers = lines.iter().filter(|line| !ended && is_numeric(line)).count();
    n_rows >= 2 && n_rows * 10 >= lines.len() * 6
        || n_numbers >= 2 && n_numbers * 10 >= lines.len() * 6
}

/// Tells whether a paragraph is a table beyond doubt, as no entry of a bibliography with holes in
/// its lines is: most of them have three cells or more.
pub(super) fn is_wide(paragraph: &Paragraph) -> bool {
    let lines = &paragraph.lines;
    if let [line] = &lines[..] {
        let mut starts: Vec<usize> = starts_of_cells(line).collect();
        starts.push(line.run.text.len());
        // Between the words of a stretched line there is a hole each.
        let cells = starts.windows(2).map(|pair| line.run.text[pair[0]..pair[1]].trim());
        return starts.len() > 5 && cells.filter(|cell| cell.contains(' ')).count() >= 2;
    }
    let is_row = |line: &&Line| starts_of_cells(line).count() >= 3;
    lines.iter().filter(is_row).count() * 10 >= lines.len() * 7
}

/// Tells whether a paragraph holds a row of a table, though its cells may stand close together.
pub(super) fn has_rows(paragraph: &Paragraph) -> bool {
    let is_row = |line: &Line| starts_of_cells(line).count() >= 2 || is_numeric(line);
    paragraph.lines.iter().any(is_row)
}

/// Tells whether a third of the words of a line are numbers.
fn is_numeric(line: &Line) -> bool {
    let (mut words, mut numbers) = (0, 0);
    for word in line.text().split_whitespace() {
        words += 1;
        let digit = word.contains(|c: char| c.is_ascii_digit());
        let plain = !word.contains(|c: char| c.is_alphabetic() || "[](){}".contains(c));
        numbers += usize::from(digit && plain);
    }
    words >= 4 && numbers * 3 >= words
}

/// A line, or a cell of several lines, while a table is put together.
struct Part {
    y: f32,
    size: f32,
    x0: f32,
    run: Run,
}

/// Puts the parts of a table together: what stands side by side is one row. A cell that holds
/// sentences stays whole.
pub(super) fn whole(parts: Vec<Paragraph>) -> Paragraph {
    let (texts, others): (Vec<&Paragraph>, Vec<&Paragraph>) =
        parts.iter().partition(|part| is_text(part));
    // Where other cells show that a row begins.
    let starts = others.iter().flat_map(|part| match has_cells(part) || is_list(part) {
        true => &part.lines[..],
        false => &part.lines[..part.lines.len().min(1)],
    });
    let mut starts: Vec<f32> = starts.map(|line| line.y).collect();
    starts.sort_by(f32::total_cmp);
    let mut rows: Vec<Part> = vec![];
    for paragraph in others {
        rows.extend(paragraph.lines.iter().map(|line| part(line, cells(line))));
    }
    for paragraph in texts {
        match beside::columns(paragraph) {
            Some(columns) => {
                columns.iter().for_each(|column| add_text(column, &starts, &mut rows));
            }
            None => add_text(paragraph, &starts, &mut rows),
        }
    }
    let mut parts = parts.into_iter();
    let mut table = parts.next().unwrap_or_default();
    parts.for_each(|paragraph| table.take_beside(paragraph));
    rows.retain(|part| !part.run.text.is_empty());
    rows.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut run = Run::default();
    for row in rows.chunk_by_mut(|a, b| b.y - a.y < 0.5 * a.size.min(b.size)) {
        row.sort_by(|a, b| a.x0.total_cmp(&b.x0));
        for (i, part) in row.iter().enumerate() {
            match (i, run.text.is_empty()) {
                (0, true) => {}
                (0, false) => run.text.push('\n'),
                _ => run.text.push('\t'),
            }
            run.append(&part.run);
        }
    }
    table.run = run;
    table
}

/// Tells whether a paragraph is a cell that holds sentences.
fn is_text(paragraph: &Paragraph) -> bool {
    paragraph.lines.len() > 1
        && is_sentence(paragraph.text())
        && !has_cells(paragraph)
        && !is_list(paragraph)
}

/// Tells whether the lines of a paragraph end before they must, save a few: a cell each.
fn is_list(paragraph: &Paragraph) -> bool {
    let lines = &paragraph.lines;
    let end = right_edge(lines);
    let n_full = lines.windows(2).filter(|pair| is_full(&pair[0], &pair[1], end)).count();
    // The longest line is full by itself.
    n_full * 4 <= lines.len()
}

/// Returns the right end of the longest line.
fn right_edge(lines: &[Line]) -> f32 {
    lines.iter().map(|line| line.x1).fold(f32::MIN, f32::max)
}

/// Tells whether a line of a cell that reaches to `end` has no room for the first word of the next.
fn is_full(line: &Line, next: &Line, end: f32) -> bool {
    let text = next.text().trim_start();
    let first = text.split(' ').next().map_or(0, str::len) as f32;
    let width = (next.x1 - next.x0) * first / text.len().max(1) as f32;
    line.x1 + width + line.size > end
}

/// Adds a cell that holds sentences. It is divided where another row starts, in the order of
/// `starts`, and behind a line that ends long before it must.
fn add_text(paragraph: &Paragraph, starts: &[f32], parts: &mut Vec<Part>) {
    let lines = &paragraph.lines;
    let end = right_edge(lines);
    let goes_on = |a: &Line, b: &Line| {
        let fills = is_full(a, b, end) || a.x1 - a.x0 > 0.7 * (end - a.x0);
        let slack = 0.3 * b.size;
        let next = starts.partition_point(|y| *y < b.y - slack);
        fills && starts.get(next).is_none_or(|y| *y > b.y + slack)
    };
    if lines.windows(2).all(|pair| goes_on(&pair[0], &pair[1])) {
        let whole = paragraph.run.trimmed().into_owned();
        parts.extend(lines.first().map(|line| part(line, whole)));
        return;
    }
    for lines in lines.chunk_by(goes_on) {
        let mut run = Run::default();
        for line in lines {
            run.space();
            run.append(&line.run);
        }
        parts.push(part(&lines[0], run));
    }
}

/// Makes a part of its text, at the place of its first line.
fn part(line: &Line, run: Run) -> Part {
    Part { y: line.y, size: line.size, x0: line.x0, run }
}

/// Returns the paragraph's text with its rows and cells kept apart.
pub(super) fn rows(paragraph: &Paragraph) -> Run {
    let mut out = Run::default();
    for line in &paragraph.lines {
        let cells = cells(line);
        if !out.text.is_empty() && !cells.text.is_empty() {
            out.text.push('\n');
        }
        out.append(&cells);
    }
    out
}

/// Returns the text of a line with its cells kept apart; numbers side by side are one cell each.
fn cells(line: &Line) -> Run {
    let mut out = Run::default();
    let mut starts: Vec<usize> = starts_of_cells(line).collect();
    starts.push(line.run.text.len());
    for pair in starts.windows(2) {
        let mut cell = line.run.slice(pair[0]..pair[1]);
        if !cell.text.is_empty() && cell.text.chars().all(is_bracket) {
            continue;
        }
        if !out.text.is_empty() {
            out.text.push('\t');
        }
        if is_numbers(&cell.text) {
            cell.text = cell.text.replace(' ', "\t");
        }
        // A piece of a tall bracket may have no name at all.
        if cell.marks.is_empty() && cell.text.contains('\u{FFFD}') {
            cell.text = cell.text.replace('\u{FFFD}', "").trim().to_owned();
        }
        out.append(&cell);
    }
    out
}

/// Pieces of brackets over several rows, which stand on lines of their own.
fn is_bracket(c: char) -> bool {
    matches!(c, '(' | ')' | '[' | ']' | '{' | '}' | '|' | ' ' | '\u{FFFD}')
        || ('\u{239B}'..='\u{23B3}').contains(&c)
}

/// Tells whether half of the lines are cells with white between them.
pub(super) fn has_cells(paragraph: &Paragraph) -> bool {
    let n = paragraph.lines.iter().filter(|l| starts_of_cells(l).count() >= 2).count();
    n * 2 >= paragraph.lines.len()
}

/// Tells whether a text is three numbers or more, each by itself.
fn is_numbers(text: &str) -> bool {
    let is_number = |word: &str| {
        word.starts_with(|c: char| c.is_ascii_digit())
            && word.bytes().all(|b| b.is_ascii_digit() || b == b'.')
    };
    text.split(' ').count() >= 3 && text.split(' ').all(is_number)
}

/// Returns where the cells of a line start: chunks with more than a wide space between them.
fn starts_of_cells(line: &Line) -> impl Iterator<Item = usize> {
    let is_apart =
        |pair: &&[Cell]| pair[1].x0 - pair[0].x1 > 0.9 * line.size && pair[1].start > 0;
    let others = line.cells.windows(2).filter(is_apart).map(|pair| pair[1].start);
    std::iter::once(0).chain(others)
}
