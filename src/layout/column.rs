//! Reading order: a page is cut into columns and bands, recursively, until only lines are left.
//!
//! In: the chunks of a page. Out: its [`Line`]s in reading order, each with its column. Cuts are
//! tried in this order: white from top to bottom; a gutter that wide elements cross; a float that
//! running text is wrapped around; white from side to side.

use super::chunk::Chunk;
use super::line::{self, Line};
use super::measure::Measure;

/// Cuts deeper than this are given up: the rest is read row by row.
const MAX_DEPTH: u32 = 40;

/// Returns the lines of a page in reading order.
pub(super) fn reading_order(chunks: &[Chunk], page: u32, measure: Measure) -> Vec<Line> {
    let mut cutter = Cutter { chunks, page, measure, lines: vec![], column: 0 };
    cutter.cut((0..chunks.len()).collect(), 0);
    cutter.lines
}

struct Cutter<'a> {
    chunks: &'a [Chunk],
    page: u32,
    measure: Measure,
    lines: Vec<Line>,
    column: u32,
}

/// What a set of chunks covers from one edge to the other.
type Extent = (f32, f32);

impl Cutter<'_> {
    /// Reads a set of chunks that no cut divides.
    fn emit(&mut self, members: &[usize]) {
        self.column += 1;
        self.lines.extend(line::lines(self.chunks, members, self.page, self.column));
    }

    fn cut(&mut self, members: Vec<usize>, depth: u32) {
        if members.len() < 2 || depth > MAX_DEPTH {
            if !members.is_empty() {
                self.emit(&members);
            }
            return;
        }
        if let Some((first, second)) = self.white_column(&members) {
            self.cut(first, depth + 1);
            self.cut(second, depth + 1);
            return;
        }
        if let Some((gutter, spanning, beside)) = self.crossed_gutter(&members) {
            self.cut_bands(gutter, spanning, beside, depth);
            return;
        }
        self.cut_rows(members, depth);
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
        let (left_y, right_y) = (self.height(&left), self.height(&right));
        let overlap = shared(left_y, right_y);
        let (left_reads, right_reads) = (self.reads(&left), self.reads(&right));
        let far = gap > 4.0 * self.measure.body
            && (left_reads || right_reads)
            && left.len() >= 4
            && right.len() >= 4;
        let apart = overlap <= 0.05;
        if !(left_reads && right_reads && overlap > 0.3 || apart || far) {
            return None;
        }
        if apart && left_y.0 > right_y.0 {
            Some((right, left))
        } else {
            Some((left, right))
        }
    }

    /// Finds a gutter in the middle that some elements cross; returns its place, the chunks that
    /// cross it, with what stands on a row with them, and the others.
    fn crossed_gutter(&self, members: &[usize]) -> Option<(f32, Vec<usize>, Vec<usize>)> {
        let chunks = self.chunks;
        let (x0, x1) = self.width(members);
        if members.len() < 8 || x1 - x0 <= 20.0 * self.measure.body {
            return None;
        }
        let gutter = self.gutter(members, (x0, x1))?;
        let crosses =
            |i: &usize| chunks[*i].x0 < gutter - 1.0 && chunks[*i].x1 > gutter + 1.0;
        let crossing: Vec<usize> = members.iter().copied().filter(crosses).collect();
        let on_crossed_row = |i: &usize| {
            crossing.iter().any(|s| {
                let size = chunks[*s].size.max(chunks[*i].size);
                (chunks[*s].y - chunks[*i].y).abs() < 0.4 * size
            })
        };
        let (spanning, beside): (Vec<usize>, Vec<usize>) =
            members.iter().partition(|i| on_crossed_row(i));
        if spanning.is_empty() || beside.is_empty() {
            return None;
        }
        Some((gutter, spanning, beside))
    }

    /// Reads bands from top to bottom: full-width ones, and between them two columns each.
    fn cut_bands(
        &mut self,
        gutter: f32,
        mut spanning: Vec<usize>,
        mut beside: Vec<usize>,
        depth: u32,
    ) {
        let chunks = self.chunks;
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
                self.cut_rows(band, depth + 1);
                continue;
            }
            let is_left = |i: &&usize| (chunks[**i].x0 + chunks[**i].x1) / 2.0 < gutter;
            let (left, right): (Vec<usize>, Vec<usize>) = band.iter().partition(is_left);
            self.cut(left, depth + 1);
            self.cut(right, depth + 1);
        }
    }

    /// Cuts at the widest white from side to side, or reads the set as one column.
    fn cut_rows(&mut self, members: Vec<usize>, depth: u32) {
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
        self.cut(order, depth + 1);
        self.cut(below, depth + 1);
    }

    /// Finds the gutter between two columns of text inside `(x0, x1)`.
    fn gutter(&self, members: &[usize], (x0, x1): Extent) -> Option<f32> {
        let chunks = self.chunks;
        let gutter = self.least_covered(members, (x0, x1))?;
        let left: Vec<usize> =
            members.iter().copied().filter(|i| chunks[*i].x1 <= gutter + 1.0).collect();
        let right: Vec<usize> =
            members.iter().copied().filter(|i| chunks[*i].x0 >= gutter - 1.0).collect();
        if left.len() < 4 || right.len() < 4 {
            return None;
        }
        let (area_left, area_right) = (self.area(&left), self.area(&right));
        let area = self.area(members);
        let fair = area_left >= 0.12 * area
            && area_right >= 0.12 * area
            && area_left + area_right >= 0.3 * area;
        // Columns of text have lines that fill them; columns of a table do not.
        let fills = |side: &[usize], width: f32| {
            let is_long = |i: &&usize| chunks[**i].x1 - chunks[**i].x0 > 0.6 * width;
            let n_long = side.iter().filter(is_long).count();
            n_long >= 4 && n_long * 4 >= side.len().min(60)
        };
        if !fair || !fills(&left, gutter - x0) || !fills(&right, x1 - gutter) {
            return None;
        }
        (shared(self.height(&left), self.height(&right)) >= 0.3).then_some(gutter)
    }

    /// Returns the middle of the strip in the middle half that the least text covers.
    fn least_covered(&self, members: &[usize], (x0, x1): Extent) -> Option<f32> {
        let n_bins = (x1 - x0).ceil() as usize + 1;
        if n_bins > 5000 {
            return None;
        }
        let mut cover = vec![0f32; n_bins + 1];
        for index in members {
            let chunk = &self.chunks[*index];
            let first = (chunk.x0 - x0).max(0.0) as usize;
            let last = (chunk.x1 - x0).max(0.0).ceil() as usize;
            for bin in &mut cover[first..last.min(n_bins)] {
                *bin += chunk.size;
            }
        }
        let most = cover.iter().copied().fold(0f32, f32::max);
        let (low, high) = (n_bins / 4, n_bins * 3 / 4);
        let need = (0.7 * self.measure.body).max(5.0) as usize;
        let mut best: Option<(f32, usize)> = None;
        for start in low..high.saturating_sub(need) {
            let worst = cover[start..start + need].iter().copied().fold(0f32, f32::max);
            if best.is_none_or(|(least, _)| worst < least - 0.01) {
                best = Some((worst, start));
            }
        }
        let (least, start) = best?;
        if most <= 0.0 || least > 0.55 * most {
            return None;
        }
        let mut end = start + need;
        while end < high && cover[end] <= least + 0.01 {
            end += 1;
        }
        Some(x0 + (start + end) as f32 / 2.0)
    }

    fn area(&self, members: &[usize]) -> f32 {
        let area = |i: &usize| {
            let chunk = &self.chunks[*i];
            (chunk.x1 - chunk.x0) * chunk.size
        };
        members.iter().map(area).sum()
    }

    fn height(&self, members: &[usize]) -> Extent {
        members.iter().fold((f32::MAX, f32::MIN), |(top, bottom), i| {
            let chunk = &self.chunks[*i];
            (top.min(chunk.top()), bottom.max(chunk.bottom()))
        })
    }

    fn width(&self, members: &[usize]) -> Extent {
        members.iter().fold((f32::MAX, f32::MIN), |(x0, x1), i| {
            let chunk = &self.chunks[*i];
            (x0.min(chunk.x0), x1.max(chunk.x1))
        })
    }

    /// Tells whether a set looks like running text, unlike cells of a table or labels.
    fn reads(&self, members: &[usize]) -> bool {
        let chars: u32 = members.iter().map(|i| self.chunks[*i].styles.chars).sum();
        chars as f32 >= 12.0 * members.len() as f32
    }
}

/// Returns which share of the smaller extent lies inside the other.
fn shared(a: Extent, b: Extent) -> f32 {
    let overlap = a.1.min(b.1) - a.0.max(b.0);
    overlap / (a.1 - a.0).min(b.1 - b.0).max(1.0)
}
