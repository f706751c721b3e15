//! Gutters: the white between columns of running text.
//!
//! A document keeps its columns, so a gutter found on the plain pages helps on the hard ones: where
//! a table of contents, a wide equation or a figure leaves little text beside it.

use super::chunk::{Chunk, PageChunks};

/// What a set of chunks covers from one edge to the other.
pub(super) type Extent = (f32, f32);

/// White between two columns: right edge of the left one and left edge of the right one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Gutter {
    /// Where the left column ends.
    pub x0: f32,
    /// Where the right column starts.
    pub x1: f32,
}

impl Gutter {
    /// Its middle.
    pub(super) fn middle(&self) -> f32 {
        (self.x0 + self.x1) / 2.0
    }
}

/// Finds the gutters that at least two pages and a tenth of all have, and single ones of short
/// documents.
pub(super) fn document_gutters(pages: &[PageChunks], body: f32) -> Vec<Gutter> {
    let mut found: Vec<Gutter> = pages
        .iter()
        .filter_map(|page| {
            let all: Vec<usize> = (0..page.main.len()).collect();
            find(&page.main, &all, body)
        })
        .collect();
    found.sort_by(|a, b| a.middle().total_cmp(&b.middle()));
    let mut groups: Vec<Vec<Gutter>> = vec![];
    for gutter in found {
        match groups.last_mut() {
            Some(group) if gutter.middle() - group[0].middle() < 0.8 * body => {
                group.push(gutter);
            }
            _ => groups.push(vec![gutter]),
        }
    }
    let least = (pages.len() / 10).max(usize::from(pages.len() > 3) + 1);
    groups
        .into_iter()
        .filter(|group| group.len() >= least)
        .map(|group| {
            let median = |mut edges: Vec<f32>| {
                edges.sort_by(f32::total_cmp);
                edges[edges.len() / 2]
            };
            Gutter {
                x0: median(group.iter().map(|g| g.x0).collect()),
                x1: median(group.iter().map(|g| g.x1).collect()),
            }
        })
        .collect()
}

/// Finds the gutter between two columns of text.
pub(super) fn find(chunks: &[Chunk], members: &[usize], body: f32) -> Option<Gutter> {
    let (x0, x1) = width(chunks, members);
    if members.len() < 8 || x1 - x0 <= 20.0 * body {
        return None;
    }
    let middle = least_covered(chunks, members, (x0, x1), body)?;
    let left: Vec<usize> =
        members.iter().copied().filter(|i| chunks[*i].x1 <= middle + 1.0).collect();
    let right: Vec<usize> =
        members.iter().copied().filter(|i| chunks[*i].x0 >= middle - 1.0).collect();
    if left.len() < 4 || right.len() < 4 {
        return None;
    }
    let (area_left, area_right) = (area(chunks, &left), area(chunks, &right));
    let all = area(chunks, members);
    let fair = area_left >= 0.12 * all
        && area_right >= 0.12 * all
        && area_left + area_right >= 0.3 * all;
    // Columns of text have lines that fill them; columns of a table do not.
    let fills = |side: &[usize], width: f32| {
        let is_long = |i: &&usize| chunks[**i].x1 - chunks[**i].x0 > 0.6 * width;
        let n_long = side.iter().filter(is_long).count();
        n_long >= 4 && n_long * 4 >= side.len().min(60)
    };
    if !fair || !fills(&left, middle - x0) || !fills(&right, x1 - middle) {
        return None;
    }
    if shared(height(chunks, &left), height(chunks, &right)) < 0.3 {
        return None;
    }
    Some(Gutter { x0: width(chunks, &left).1, x1: width(chunks, &right).0 })
}

/// Returns the middle of the strip in the middle half that the least text covers.
fn least_covered(
    chunks: &[Chunk],
    members: &[usize],
    (x0, x1): Extent,
    body: f32,
) -> Option<f32> {
    let n_bins = (x1 - x0).ceil() as usize + 1;
    if n_bins > 5000 {
        return None;
    }
    let mut cover = vec![0f32; n_bins + 1];
    for index in members {
        let chunk = &chunks[*index];
        let first = ((chunk.x0 - x0).max(0.0) as usize).min(n_bins);
        let last = ((chunk.x1 - x0).max(0.0).ceil() as usize).min(n_bins);
        for bin in &mut cover[first..last.max(first)] {
            *bin += chunk.size;
        }
    }
    let most = cover.iter().copied().fold(0f32, f32::max);
    let (low, high) = (n_bins / 4, n_bins * 3 / 4);
    let need = (0.7 * body).max(5.0) as usize;
    let mut best: Option<(f32, usize)> = None;
    for start in low..high.saturating_sub(need) {
        let strip = &cover[start..start + need];
        if best.is_some_and(|(least, _)| strip.iter().any(|c| *c >= least - 0.01)) {
            continue;
        }
        let worst = strip.iter().copied().fold(0f32, f32::max);
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

/// Returns the sum of the chunks' areas.
fn area(chunks: &[Chunk], members: &[usize]) -> f32 {
    members.iter().map(|i| (chunks[*i].x1 - chunks[*i].x0) * chunks[*i].size).sum()
}

/// Returns what the chunks cover from top to bottom.
pub(super) fn height(chunks: &[Chunk], members: &[usize]) -> Extent {
    members.iter().fold((f32::MAX, f32::MIN), |(top, bottom), i| {
        (top.min(chunks[*i].top()), bottom.max(chunks[*i].bottom()))
    })
}

/// Returns what the chunks cover from left to right.
pub(super) fn width(chunks: &[Chunk], members: &[usize]) -> Extent {
    members.iter().fold((f32::MAX, f32::MIN), |(x0, x1), i| {
        (x0.min(chunks[*i].x0), x1.max(chunks[*i].x1))
    })
}

/// Returns which share of the smaller extent lies inside the other.
pub(super) fn shared(a: Extent, b: Extent) -> f32 {
    let overlap = a.1.min(b.1) - a.0.max(b.0);
    overlap / (a.1 - a.0).min(b.1 - b.0).max(1.0)
}
