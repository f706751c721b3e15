//! The measures of a document: size of its running text and distance of its lines.

use std::collections::BTreeMap;

use super::chunk::{Chunk, PageChunks};

/// The main part of a paper is hardly longer, in pages; what follows may be set in other type.
const MAIN_PAGES: usize = 10;

/// What is normal in a document, in points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Measure {
    /// Type size of running text.
    pub body: f32,
    /// Distance of its baselines.
    pub pitch: f32,
}

/// Measures a document.
pub(super) fn measure(pages: &[PageChunks]) -> Measure {
    let sizes = sizes(pages);
    // An appendix of samples may be longer than the paper before it.
    let most = sizes.values().copied().max().unwrap_or(0);
    let mut first = self::sizes(&pages[..pages.len().min(MAIN_PAGES)]);
    first.retain(|size, _| sizes[size] * 3 >= most);
    let body = most_common(&first).or_else(|| most_common(&sizes));
    let body = body.map_or(10.0, |size| size as f32 / 4.0).max(1.0);
    let mut steps: BTreeMap<i32, u32> = BTreeMap::new();
    for page in pages {
        count_steps(page, body, &mut steps);
    }
    let pitch = most_common(&steps).map_or(1.2 * body, |step| step as f32 / 2.0);
    Measure { body, pitch }
}

/// Returns how many characters of each size, in quarters of a point, there are.
fn sizes(pages: &[PageChunks]) -> BTreeMap<i32, u32> {
    let mut sizes = BTreeMap::new();
    for chunk in pages.iter().flat_map(|page| &page.main) {
        *sizes.entry((chunk.size * 4.0).round() as i32).or_default() +=
            chunk.styles.chars;
    }
    sizes
}

/// Where the columns of running text begin and end, over all pages, in points.
#[derive(Clone, Debug, Default)]
pub(super) struct Edges {
    left: Vec<f32>,
    right: Vec<f32>,
}

impl Edges {
    /// Finds the edges that a good part of the long lines have.
    pub(super) fn of(pages: &[PageChunks], measure: Measure) -> Edges {
        let is_line = |c: &&Chunk| {
            (c.size - measure.body).abs() < 0.06 * measure.body && c.styles.chars >= 30
        };
        let lines: Vec<&Chunk> =
            pages.iter().flat_map(|page| &page.main).filter(is_line).collect();
        Edges {
            left: common(lines.iter().map(|line| line.x0).collect()),
            right: common(lines.iter().map(|line| line.x1).collect()),
        }
    }

    /// Tells whether a column begins at `x`; true where no edge is known.
    pub(super) fn is_left(&self, x: f32) -> bool {
        self.left.is_empty() || self.left.iter().any(|edge| (edge - x).abs() < 2.0)
    }

    /// Returns the edges, left and right, of the narrowest column around what reaches from `x0` to `x1`.
    pub(super) fn column(&self, x0: f32, x1: f32) -> Option<[f32; 2]> {
        let left = self.left.iter().copied().filter(|edge| *edge < x0 + 2.0);
        let right = self.right.iter().copied().filter(|edge| *edge > x1 - 2.0);
        Some([left.reduce(f32::max)?, right.reduce(f32::min)?])
    }

    /// Tells whether a column ends at `x`; false where no edge is known.
    pub(super) fn is_right(&self, x: f32) -> bool {
        self.right.iter().any(|edge| (edge - x).abs() < 2.0)
    }
}

/// Returns the numbers that stand in heaps of an eighth of all.
fn common(mut values: Vec<f32>) -> Vec<f32> {
    values.sort_by(f32::total_cmp);
    let mut heaps: Vec<&[f32]> = values
        .chunk_by(|a, b| b - a < 0.3)
        .filter(|h| h.len() * 8 >= values.len())
        .collect();
    heaps.sort_by_key(|heap| heap.len());
    heaps.iter().map(|heap| heap[heap.len() / 2]).collect()
}

/// Returns the key with the largest count, the smallest of equals.
fn most_common(counts: &BTreeMap<i32, u32>) -> Option<i32> {
    counts.iter().max_by_key(|(key, n)| (**n, -**key)).map(|(key, _)| *key)
}

/// Counts the distances, in half points, between lines of running text.
fn count_steps(page: &PageChunks, body: f32, steps: &mut BTreeMap<i32, u32>) {
    let is_body = |c: &&Chunk| (c.size - body).abs() < 0.06 * body && c.styles.chars > 8;
    let mut chunks: Vec<&Chunk> = page.main.iter().filter(is_body).collect();
    chunks.sort_by(|a, b| a.y.total_cmp(&b.y));
    for (i, upper) in chunks.iter().enumerate() {
        if upper.styles.chars < 25 {
            continue;
        }
        for lower in chunks[i + 1..].iter().take(12) {
            let overlap = upper.x1.min(lower.x1) - upper.x0.max(lower.x0);
            let step = lower.y - upper.y;
            if overlap > 0.5 * (lower.x1 - lower.x0) && step > 0.5 * body {
                if step < 3.2 * body {
                    *steps.entry((step * 2.0).round() as i32).or_default() += 1;
                }
                break;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_appendix_does_not_measure_the_paper() {
        let page = |size: f32| {
            let mut chunk = Chunk::default();
            (chunk.size, chunk.styles.chars) = (size, 60);
            PageChunks { main: vec![chunk; 40], ..PageChunks::default() }
        };
        let body = |n: [usize; 2]| {
            let mut pages = vec![page(10.0); n[0]];
            pages.extend(vec![page(9.0); n[1]]);
            measure(&pages).body
        };
        assert_eq!(body([9, 20]), 10.0);
        // A title page of large type is no paper.
        assert_eq!(body([1, 20]), 9.0);
    }
}
