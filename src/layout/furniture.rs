//! What stands on a page without being its text: running heads, page numbers, line numbers,
//! watermarks, the arXiv stamp.
//!
//! In: the chunks of all pages. Out: the same without furniture, and the list of what was dropped.
//! A page is never emptied by it.

use std::collections::BTreeMap;
use std::ops::Range;

use rustc_hash::{FxHashMap, FxHashSet};

use super::chunk::{Chunk, PageChunks};
use crate::corpus::ids;

/// A piece of furniture: page index and text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Dropped {
    /// Page index.
    pub page: u32,
    /// Its text.
    pub text: String,
}

/// Chunks of a page that share a baseline.
struct Row {
    y: f32,
    /// Its largest type.
    size: f32,
    chunks: Vec<usize>,
    text: String,
}

/// Removes the furniture of all pages, whose running text is of size `body`, and returns it.
pub(super) fn drop_furniture(pages: &mut [PageChunks], body: f32) -> Vec<Dropped> {
    let rows: Vec<Vec<Row>> = pages.iter().map(edge_rows).collect();
    let repeated = Repeated::count(&rows, body);
    let numbered = numbered_margins(pages);
    let mut places: Vec<(f32, f32)> = vec![];
    let mut kills = vec![];
    for (index, page) in pages.iter().enumerate() {
        let mut kill = FxHashSet::default();
        for row in &rows[index] {
            if repeated.is_furniture(row, index, &rows[index], page.height) {
                kill.extend(row.chunks.iter().copied());
                if let ([chunk], true) = (&row.chunks[..], is_page_number(&row.text)) {
                    places.push(place(&page.main[*chunk]));
                }
            }
        }
        kills.push(kill);
    }
    let mut dropped = vec![];
    for (index, (page, mut kill)) in pages.iter_mut().zip(kills).enumerate() {
        kill.extend(placed_numbers(page, &rows[index], &places));
        kill.extend(line_numbers(page, &numbered));
        kill.extend(watermarks(page));
        spare_text(page, &mut kill);
        take(&mut page.main, &kill, index as u32, &mut dropped);
    }
    dropped
}

/// Returns the middle of a chunk and its baseline.
fn place(chunk: &Chunk) -> (f32, f32) {
    ((chunk.x0 + chunk.x1) / 2.0, chunk.y)
}

/// Returns numbers that stand where other pages have theirs, though text stands on their line.
fn placed_numbers(page: &PageChunks, rows: &[Row], places: &[(f32, f32)]) -> Vec<usize> {
    /// As many other pages tell where the number is.
    const LEAST: usize = 3;
    let is_number = |index: &usize| {
        let chunk = &page.main[*index];
        let at = place(chunk);
        let same = |p: &&(f32, f32)| (p.0 - at.0).abs() < 2.0 && (p.1 - at.1).abs() < 2.0;
        let outside = chunk.y < 0.12 * page.height || chunk.y > 0.88 * page.height;
        outside
            && number_of(chunk).is_some()
            && places.iter().filter(same).take(LEAST).count() == LEAST
    };
    let on_edge = rows.iter().flat_map(|row| &row.chunks).copied();
    on_edge.filter(is_number).collect()
}

/// Removes `kill` from `chunks`.
fn take(
    chunks: &mut Vec<Chunk>,
    kill: &FxHashSet<usize>,
    page: u32,
    dropped: &mut Vec<Dropped>,
) {
    if kill.is_empty() {
        return;
    }
    let mut index = 0;
    chunks.retain(|chunk| {
        let keep = !kill.contains(&index);
        if !keep {
            dropped.push(Dropped { page, text: chunk.run.text.clone() });
        }
        index += 1;
        keep
    });
}

/// Lets a page keep its text where nearly all of it looks like furniture.
fn spare_text(page: &PageChunks, kill: &mut FxHashSet<usize>) {
    let (mut left, mut lost) = (0, 0);
    for (index, chunk) in page.main.iter().enumerate() {
        if kill.contains(&index) {
            lost += chunk.styles.chars;
        } else {
            left += chunk.styles.chars;
        }
    }
    if left < 20 && lost > left {
        kill.retain(|index| is_page_number(&page.main[*index].run.text));
        if left == 0 {
            kill.clear();
        }
    }
}

/// Returns the outermost three rows at the top and at the bottom of a page.
fn edge_rows(page: &PageChunks) -> Vec<Row> {
    let mut order: Vec<usize> = (0..page.main.len()).collect();
    order.sort_by(|a, b| page.main[*a].y.total_cmp(&page.main[*b].y));
    // Baseline, largest type and place in the order of each row.
    let mut rows: Vec<(f32, f32, Range<usize>)> = vec![];
    for (at, index) in order.iter().enumerate() {
        let Chunk { y, size, .. } = page.main[*index];
        match rows.last_mut() {
            Some((row_y, most, members)) if (y - *row_y).abs() < 2.5 => {
                *most = most.max(size);
                members.end = at + 1;
            }
            _ => rows.push((y, size, at..at + 1)),
        }
    }
    let (n, height) = (rows.len(), page.height);
    let is_edge = |(row, (y, _, _)): &(usize, (f32, f32, Range<usize>))| {
        *row < 3 && *y < 0.16 * height
            || row + 3 >= n && *y > 0.86 * height
            || *y < 0.07 * height
            || *y > 0.93 * height
    };
    let edge = rows.into_iter().enumerate().filter(is_edge);
    edge.map(|(_, (y, size, members))| {
        let mut chunks = order[members].to_vec();
        chunks.sort_by(|a, b| page.main[*a].x0.total_cmp(&page.main[*b].x0));
        let texts: Vec<&str> =
            chunks.iter().map(|i| page.main[*i].run.text.as_str()).collect();
        Row { y, size, text: texts.join(" "), chunks }
    })
    .collect()
}

/// On how many pages a text stands at one height.
struct Repeated {
    counts: FxHashMap<(String, i32), u32>,
    /// On how many pages a text stands at any height.
    anywhere: FxHashMap<String, u32>,
    n_pages: usize,
    /// Size of running text.
    body: f32,
}

impl Repeated {
    fn count(pages: &[Vec<Row>], body: f32) -> Repeated {
        let mut counts: FxHashMap<(String, i32), u32> = FxHashMap::default();
        let mut anywhere: FxHashMap<String, u32> = FxHashMap::default();
        for rows in pages {
            let mut here = FxHashSet::default();
            let mut texts = FxHashSet::default();
            for row in rows {
                let key = without_digits(&row.text);
                for shift in -1..=1 {
                    here.insert((key.clone(), level(row.y) + shift));
                }
                if texts.insert(key.clone()) {
                    *anywhere.entry(key).or_default() += 1;
                }
            }
            let mut here: Vec<_> = here.into_iter().collect();
            here.sort();
            for key in here {
                *counts.entry(key).or_default() += 1;
            }
        }
        Repeated { counts, anywhere, n_pages: pages.len(), body }
    }

    fn is_furniture(&self, row: &Row, page: usize, rows: &[Row], height: f32) -> bool {
        let key = (without_digits(&row.text), level(row.y));
        let count = self.counts.get(&key).copied().unwrap_or(0) as usize;
        let is_number = is_page_number(&row.text);
        // The foot of the first page is set apart from that of the others.
        let anywhere = self.anywhere.get(&key.0).copied().unwrap_or(0) as usize;
        if page == 0
            && row.y > 0.88 * height
            && key.0.chars().count() >= 20
            && anywhere >= (self.n_pages / 8).max(3)
        {
            return true;
        }
        if self.n_pages >= 3 && count >= 3 {
            let often = count >= self.n_pages / 8 && key.0.chars().count() > 1;
            // The first page's head may be the title, but not in small type.
            let small = row.size <= 1.05 * self.body;
            if often && (page > 0 || small) || is_number {
                return true;
            }
        }
        let first_or_last = rows.first().is_some_and(|r| r.y == row.y)
            || rows.last().is_some_and(|r| r.y == row.y);
        let outside = row.y < 0.12 * height || row.y > 0.88 * height;
        let far_outside = row.y < 0.07 * height || row.y > 0.93 * height;
        is_number && outside && (first_or_last || far_outside)
    }
}

/// Returns the height of a row in steps of four points; of a page of any size.
fn level(y: f32) -> i32 {
    (y / 4.0).round().clamp(-1e6, 1e6) as i32
}

/// Returns the text in lower case, without spaces, every number as `0`.
fn without_digits(text: &str) -> String {
    let mut out = String::new();
    let mut in_number = false;
    for ch in text.chars() {
        if ch.is_ascii_digit() {
            if !in_number {
                out.push('0');
            }
            in_number = true;
        } else if !ch.is_whitespace() {
            in_number = false;
            out.extend(ch.to_lowercase());
        }
    }
    out
}

/// Tells whether a row is a page number: `12`, `- 12 -`, `xii`, `Page 3 of 9`.
fn is_page_number(text: &str) -> bool {
    let around = |c: char| c.is_whitespace() || "-–—.|[]".contains(c);
    let text = text.trim_matches(around);
    if text.is_empty() {
        return false;
    }
    let lower = text.to_lowercase();
    let arabic = text.len() <= 6 && text.bytes().all(|b| b.is_ascii_digit());
    let roman = text.len() <= 6 && text.chars().all(|c| "ivxlc".contains(c));
    let in_words = lower.starts_with("page ") || lower.starts_with("p. ");
    arabic || roman || in_words && lower.len() < 16
}

/// Edges, in points, of columns of line numbers found on some page; left ones are negative.
type NumberedMargins = Vec<f32>;

/// Returns a chunk's number if it is nothing else.
fn number_of(chunk: &Chunk) -> Option<i32> {
    let text = chunk.text();
    let is_number =
        (1..=4).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if is_number { text.parse().ok() } else { None }
}

/// Returns columns of numbers of a page with a common edge, left or right, from top to bottom.
fn number_columns(page: &PageChunks) -> Vec<(f32, Vec<usize>)> {
    let numbers: Vec<usize> =
        (0..page.main.len()).filter(|i| number_of(&page.main[*i]).is_some()).collect();
    let mut columns = vec![];
    for at_right in [true, false] {
        let mut by_edge: BTreeMap<i32, Vec<usize>> = BTreeMap::new();
        for index in &numbers {
            let chunk = &page.main[*index];
            let edge = if at_right { chunk.x1 } else { chunk.x0 };
            let near = |e: &i32| (*e as f32 - edge).abs() <= 1.6;
            let key = by_edge.keys().copied().find(near).unwrap_or(edge.round() as i32);
            by_edge.entry(key).or_default().push(*index);
        }
        columns.extend(by_edge.into_iter().map(|(edge, mut column)| {
            column.sort_by(|a, b| page.main[*a].y.total_cmp(&page.main[*b].y));
            // Left and right edges are told apart by their sign.
            (if at_right { edge as f32 } else { -edge as f32 }, column)
        }));
    }
    columns
}

/// Tells whether a column of numbers stands clear of the running text.
fn is_clear(page: &PageChunks, column: &[usize]) -> bool {
    let (mut x0, mut x1) = (f32::MAX, f32::MIN);
    for index in column {
        x0 = x0.min(page.main[*index].x0);
        x1 = x1.max(page.main[*index].x1);
    }
    let top = page.main[column[0]].y;
    let bottom = page.main[column[column.len() - 1]].y;
    let crossing = page
        .main
        .iter()
        .filter(|c| c.styles.chars >= 20 && c.y >= top && c.y <= bottom)
        .filter(|c| c.x0 < x1 + 0.5 && c.x1 > x0 - 0.5)
        .count();
    crossing * 12 <= column.len()
}

/// Tells whether the text of a good part of the pages keeps clear of a column's place: left and
/// right pages may differ. The numbers of a table of contents stand where the paragraphs of all
/// other pages begin.
fn is_margin(pages: &[PageChunks], page: &PageChunks, column: &[usize]) -> bool {
    let x0 = column.iter().map(|i| page.main[*i].x0).fold(f32::MAX, f32::min);
    let x1 = column.iter().map(|i| page.main[*i].x1).fold(f32::MIN, f32::max);
    let (mut n, mut clear) = (0usize, 0usize);
    for page in pages {
        let long = page.main.iter().filter(|c| c.styles.chars >= 20);
        let crosses = |c: &&Chunk| c.x0 < x1 && c.x1 > x0;
        let (all, crossing) = (long.clone().count(), long.filter(crosses).count());
        n += usize::from(all >= 5);
        clear += usize::from(all >= 5 && crossing * 8 <= all);
    }
    clear * 3 >= n
}

/// Finds margins that hold the line numbers of a review draft: a column of numbers, clear of the
/// text, that mostly grow by one step, over a good part of a page.
fn numbered_margins(pages: &[PageChunks]) -> NumberedMargins {
    let mut margins = vec![];
    for page in pages {
        for (edge, column) in number_columns(page) {
            if column.len() < 4 || !is_clear(page, &column) {
                continue;
            }
            let values: Vec<i32> =
                column.iter().filter_map(|i| number_of(&page.main[*i])).collect();
            let mut steps: BTreeMap<i32, usize> = BTreeMap::new();
            for pair in values.windows(2) {
                *steps.entry(pair[1] - pair[0]).or_default() += 1;
            }
            let Some((step, n)) = steps.into_iter().max_by_key(|(_, n)| *n) else {
                continue;
            };
            let last = column[column.len() - 1];
            let span = page.main[last].y - page.main[column[0]].y;
            // Of each fifth line there are few on a page, but none is out of step.
            let fifths = matches!(step, 5 | 10)
                && n + 1 == values.len()
                && values.iter().all(|value| value % step == 0);
            let steady = (1..=10).contains(&step)
                && n * 10 >= values.len() * 6
                && (values.len() >= 8 || fifths);
            if steady && span > 0.3 * page.height && is_margin(pages, page, &column) {
                margins.push(edge);
            }
        }
    }
    margins.sort_by(f32::total_cmp);
    margins.dedup();
    margins
}

/// Returns the line numbers of a page whose margins are known to hold them.
fn line_numbers(page: &PageChunks, margins: &NumberedMargins) -> Vec<usize> {
    if margins.is_empty() {
        return vec![];
    }
    number_columns(page)
        .into_iter()
        .filter(|(edge, _)| margins.iter().any(|m| (m - edge).abs() <= 2.0))
        .filter(|(_, column)| is_clear(page, column))
        .flat_map(|(_, column)| column)
        .collect()
}

/// Returns huge letters across a page of ordinary text.
fn watermarks(page: &PageChunks) -> Vec<usize> {
    let text: u32 = page.main.iter().map(|c| c.styles.chars).sum();
    if text < 400 {
        return vec![];
    }
    let is_huge = |chunk: &Chunk| chunk.size > 60.0 && chunk.styles.chars <= 20;
    (0..page.main.len()).filter(|i| is_huge(&page.main[*i])).collect()
}

/// Finds arXiv's stamp among turned text: returns its id without version.
pub(super) fn arxiv_stamp(text: &str) -> Option<String> {
    ids::arxiv_id(text.trim()).filter(|_| text.trim().starts_with("arXiv:"))
}
