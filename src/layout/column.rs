//! Reading order: a page is cut into columns and bands, recursively, until only lines are left.
//!
//! In: the chunks of a page and the gutters of the document. Out: the page's [`Line`]s in reading
//! order, each with its column. Cuts are tried in this order: a gutter that the document is known
//! to have; white from top to bottom; a gutter that wide elements cross; a float that running text
//! is wrapped around; white from side to side.

use super::chunk::Chunk;
use super::gutter::{self, Gutter, shared};
use super::line::{self, Line};
use super::measure::Measure;
use super::numbering::caption;
use super::wrap;

/// Cuts deeper than this are given up: the rest is read row by row.
const MAX_DEPTH: u32 = 60;

/// Returns the lines of a page, counted from 1, in reading order.
pub(super) fn reading_order(
    chunks: &[Chunk],
    page: u32,
    gutters: &[Gutter],
    measure: Measure,
) -> Vec<Line> {
    let mut cutter = Cutter { chunks, page, gutters, measure, lines: vec![], column: 0 };
    cutter.cut((0..chunks.len()).collect(), 0, true);
    cutter.lines
}

struct Cutter<'a> {
    chunks: &'a [Chunk],
    page: u32,
    gutters: &'a [Gutter],
    measure: Measure,
    lines: Vec<Line>,
    column: u32,
}

/// Chunks on either side of a gutter and those that cross it.
struct Sides {
    middle: f32,
    spanning: Vec<usize>,
    beside: Vec<usize>,
}

impl Cutter<'_> {
    /// Reads a set of chunks that no cut divides.
    fn emit(&mut self, members: &[usize]) {
        self.column += 1;
        self.lines.extend(line::lines(self.chunks, members, self.page, self.column));
    }

    /// Cuts a set; `gutters` says whether a gutter that something crosses may still be looked for.
    fn cut(&mut self, members: Vec<usize>, depth: u32, gutters: bool) {
        if members.len() < 2 || depth > MAX_DEPTH {
            if !members.is_empty() {
                self.emit(&members);
            }
            return;
        }
        if gutters && let Some(sides) = self.known_gutter(&members) {
            return self.cut_bands(sides, depth);
        }
        if let Some((first, second)) = self.white_column(&members) {
            self.cut(first, depth + 1, true);
            self.cut(second, depth + 1, true);
            return;
        }
        if gutters
            && let Some(gutter) = gutter::find(self.chunks, &members, self.measure.body)
        {
            let sides = self.sides(&members, &gutter);
            if !sides.beside.is_empty() {
                return self.cut_bands(sides, depth);
            }
        }
        if let Some((float, text)) =
            wrap::wrapped_float(self.chunks, &members, self.measure)
        {
            self.cut(text, depth + 1, gutters);
            self.cut(float, depth + 1, gutters);
            return;
        }
        self.cut_rows(members, depth, gutters);
    }

    /// Tries the gutters that the document is known to have.
    fn known_gutter(&self, members: &[usize]) -> Option<Sides> {
        let body = self.measure.body;
        let (x0, x1) = gutter::width(self.chunks, members);
        for gutter in self.gutters {
            let middle = gutter.middle();
            if middle < x0 + 4.0 * body || middle > x1 - 4.0 * body {
                continue;
            }
            let sides = self.sides(members, gutter);
            let is_left = |i: &&usize| self.center(**i) < middle;
            let (left, right): (Vec<usize>, Vec<usize>) =
                sides.beside.iter().partition(is_left);
            if left.is_empty() || right.is_empty() {
                continue;
            }
            // A line of text that fills its column tells a column from cells of a wide table.
            let fills = |side: &[usize], width: f32| {
                let is_line = |i: &&usize| {
                    let chunk = &self.chunks[**i];
                    chunk.x1 - chunk.x0 > 0.6 * width && chunk.styles.chars >= 15
                };
                side.iter().filter(is_line).count()
            };
            let n_left = fills(&left, gutter.x0 - x0);
            let n_right = fills(&right, x1 - gutter.x1);
            if n_left + n_right >= 2
                && (n_left + n_right) * 6 >= left.len().max(right.len())
            {
                return Some(sides);
            }
        }
        None
    }

    fn center(&self, index: usize) -> f32 {
        (self.chunks[index].x0 + self.chunks[index].x1) / 2.0
    }

    /// Tells the chunks that cross a gutter, with what stands on a row with them, from the others.
    fn sides(&self, members: &[usize], gutter: &Gutter) -> Sides {
        let chunks = self.chunks;
        let middle = gutter.middle();
        let crosses = |i: &usize| {
            let chunk = &chunks[*i];
            if chunk.x0 >= middle - 1.0 || chunk.x1 <= middle + 1.0 {
                return false;
            }
            // A line that sticks out of its column by little does not cross.
            let (left, right) = (middle - chunk.x0, chunk.x1 - middle);
            left.min(right) > 0.08 * left.max(right) + 2.0
        };
        let mut crossing: Vec<(f32, f32)> = members
            .iter()
            .filter(|i| crosses(i))
            .map(|i| (chunks[*i].top(), chunks[*i].bottom()))
            .collect();
        crossing.sort_by(|a, b| a.0.total_cmp(&b.0));
        // Crossing lines one below the other make one block, with all that stands between them.
        let mut blocks: Vec<(f32, f32)> = vec![];
        for (top, bottom) in crossing {
            match blocks.last_mut() {
                Some(block) if top - block.1 < 0.9 * self.measure.pitch => {
                    block.1 = block.1.max(bottom);
                }
                _ => blocks.push((top, bottom)),
            }
        }
        let in_block = |i: &usize| {
            let middle = chunks[*i].y - 0.25 * chunks[*i].size;
            blocks.iter().any(|block| middle > block.0 && middle < block.1)
        };
        let (spanning, beside) = members.iter().partition(|i| in_block(i));
        Sides { middle, spanning, beside }
    }

    /// Reads bands from top to bottom: full-width ones, and between them two columns each.
    fn cut_bands(&mut self, sides: Sides, depth: u32) {
        let chunks = self.chunks;
        let Sides { middle, mut spanning, mut beside } = sides;
        spanning.sort_by(|a, b| chunks[*a].y.total_cmp(&chunks[*b].y));
        beside.sort_by(|a, b| chunks[*a].y.total_cmp(&chunks[*b].y));
        let mut bands: Vec<(bool, Vec<usize>)> = vec![];
        let (mut i, mut j) = (0, 0);
        while i < spanning.len() || j < beside.len() {
            let spans = j >= beside.len()
                || i < spanning.len() && chunks[spanning[i]].y <= chunks[beside[j]].y;
            let index = if spans { spanning[i] } else { beside[j] };
            i += usize::from(spans);
            j += usize::from(!spans);
            match bands.last_mut() {
                Some((kind, band)) if *kind == spans => band.push(index),
                _ => bands.push((spans, vec![index])),
            }
        }
        for (spans, band) in bands {
            if spans {
                self.cut(band, depth + 1, false);
                continue;
            }
            let (left, right): (Vec<usize>, Vec<usize>) =
                band.iter().partition(|i| self.center(**i) < middle);
            self.cut(left, depth + 1, true);
            self.cut(right, depth + 1, true);
        }
    }

    /// Finds white from top to bottom; returns both sides in reading order.
    fn white_column(&self, members: &[usize]) -> Option<(Vec<usize>, Vec<usize>)> {
        let chunks = self.chunks;
        let mut order = members.to_vec();
        order.sort_by(|a, b| chunks[*a].x0.total_cmp(&chunks[*b].x0));
        let mut best: Option<(f32, usize)> = None;
        let mut reach = chunks[order[0]].x1;
        for (k, index) in order.iter().enumerate().skip(1) {
            let gap = chunks[*index].x0 - reach;
            if gap >= 0.75 * self.measure.body
                && best.is_none_or(|(width, _)| gap > width)
            {
                best = Some((gap, k));
            }
            reach = reach.max(chunks[*index].x1);
        }
        let (gap, k) = best?;
        let right = order.split_off(k);
        let left = order;
        let left_y = gutter::height(chunks, &left);
        let right_y = gutter::height(chunks, &right);
        let overlap = shared(left_y, right_y);
        let (left_reads, right_reads) = (self.reads(&left), self.reads(&right));
        let far = gap > 4.0 * self.measure.body
            && (left_reads || right_reads)
            && left.len() >= 4
            && right.len() >= 4;
        let apart = overlap <= 0.05;
        if !(left_reads && right_reads && overlap > 0.3 || apart || far)
            || !apart && self.captions_across(&left, &right)
        {
            return None;
        }
        if apart && left_y.0 > right_y.0 {
            Some((right, left))
        } else {
            Some((left, right))
        }
    }

    /// Tells whether a caption goes on over white that no gutter of the document explains: its line is
    /// stretched.
    fn captions_across(&self, left: &[usize], right: &[usize]) -> bool {
        let chunks = self.chunks;
        let goes_on = |a: &Chunk, b: &Chunk| {
            (a.y - b.y).abs() < 0.1 * a.size
                && (a.size - b.size).abs() < 0.1 * a.size
                && b.x0 - a.x1 < 1.5 * a.size
        };
        self.gutters.is_empty()
            && left.iter().map(|i| &chunks[*i]).any(|a| {
                caption(a.text()).is_some()
                    && right.iter().any(|i| {
                        goes_on(a, &chunks[*i]) && caption(chunks[*i].text()).is_none()
                    })
            })
    }

    /// Cuts at the widest white from side to side, or reads the set as one column.
    fn cut_rows(&mut self, members: Vec<usize>, depth: u32, gutters: bool) {
        let chunks = self.chunks;
        let mut order = members.clone();
        order.sort_by(|a, b| chunks[*a].top().total_cmp(&chunks[*b].top()));
        let Measure { body, pitch } = self.measure;
        let least = (0.55 * body).max(1.3 * pitch - 0.94 * body);
        let mut best: Option<(f32, usize)> = None;
        let mut reach = chunks[order[0]].bottom();
        for (k, index) in order.iter().enumerate().skip(1) {
            let gap = chunks[*index].top() - reach;
            if gap > least && best.is_none_or(|(height, _)| gap > height) {
                best = Some((gap, k));
            }
            reach = reach.max(chunks[*index].bottom());
        }
        let Some((_, k)) = best else { return self.emit(&members) };
        let below = order.split_off(k);
        self.cut(order, depth + 1, gutters);
        self.cut(below, depth + 1, gutters);
    }

    /// Tells whether a set looks like running text, unlike cells of a table or labels.
    fn reads(&self, members: &[usize]) -> bool {
        let chars: u32 = members.iter().map(|i| self.chunks[*i].styles.chars).sum();
        chars as f32 >= 12.0 * members.len() as f32
    }
}
