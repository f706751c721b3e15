//! Floats that running text is wrapped around.
//!
//! Such text shows as a run of lines that all end (or start) well inside the column, flush with
//! each other, while something else stands in the space beside them.

use super::chunk::Chunk;
use super::gutter;
use super::measure::Measure;

/// Fewer narrow lines than this are no wrapped text.
const LEAST_LINES: usize = 4;

/// Finds a float inside a column; returns the chunks of the float and all others.
pub(super) fn wrapped_float(
    chunks: &[Chunk],
    members: &[usize],
    measure: Measure,
) -> Option<(Vec<usize>, Vec<usize>)> {
    let (x0, x1) = gutter::width(chunks, members);
    let body = measure.body;
    if members.len() < 2 * LEAST_LINES || x1 - x0 < 16.0 * body {
        return None;
    }
    let mut text: Vec<usize> = members
        .iter()
        .copied()
        .filter(|i| {
            let chunk = &chunks[*i];
            chunk.styles.chars >= 20 && (chunk.size - body).abs() < 0.1 * body
        })
        .collect();
    text.sort_by(|a, b| chunks[*a].y.total_cmp(&chunks[*b].y));
    for float_at_right in [true, false] {
        let starts_at_edge = |i: &&usize| {
            if float_at_right {
                chunks[**i].x0 < x0 + 5.0 * body
            } else {
                chunks[**i].x1 > x1 - 5.0 * body
            }
        };
        let lines: Vec<usize> = text.iter().filter(starts_at_edge).copied().collect();
        for run in narrow_runs(chunks, &lines, (x0, x1), measure, float_at_right) {
            if let Some(split) = beside(chunks, members, run, measure, float_at_right) {
                return Some(split);
            }
        }
    }
    None
}

/// Returns runs of lines that leave room for a float beside them.
fn narrow_runs<'a>(
    chunks: &[Chunk],
    lines: &'a [usize],
    (x0, x1): gutter::Extent,
    measure: Measure,
    float_at_right: bool,
) -> Vec<&'a [usize]> {
    let room = 6.0 * measure.body;
    let is_narrow = |i: usize| {
        if float_at_right { chunks[i].x1 < x1 - room } else { chunks[i].x0 > x0 + room }
    };
    let mut runs = vec![];
    let mut start = 0;
    for k in 0..=lines.len() {
        let goes_on = k < lines.len()
            && is_narrow(lines[k])
            && (k == start
                || chunks[lines[k]].y - chunks[lines[k - 1]].y < 2.3 * measure.pitch);
        if goes_on {
            continue;
        }
        if k - start >= LEAST_LINES {
            runs.push(&lines[start..k]);
        }
        start = if k < lines.len() && is_narrow(lines[k]) { k } else { k + 1 };
    }
    runs
}

/// Divides the members if the run is flush and something stands beside it.
fn beside(
    chunks: &[Chunk],
    members: &[usize],
    run: &[usize],
    measure: Measure,
    float_at_right: bool,
) -> Option<(Vec<usize>, Vec<usize>)> {
    let body = measure.body;
    let edge = |i: &usize| if float_at_right { chunks[*i].x1 } else { -chunks[*i].x0 };
    let flush = run.iter().map(edge).fold(f32::MIN, f32::max);
    let n_flush = run.iter().filter(|i| edge(i) > flush - 0.6 * body).count();
    if n_flush * 10 < run.len() * 6 {
        return None;
    }
    let top = chunks[run[0]].top() - measure.pitch;
    let bottom = chunks[run[run.len() - 1]].bottom() + 0.5 * measure.pitch;
    let is_float = |i: &usize| {
        let chunk = &chunks[*i];
        let inner = if float_at_right { chunk.x0 } else { -chunk.x1 };
        inner > flush + 0.5 * body && chunk.y > top && chunk.y < bottom
    };
    let (float, rest): (Vec<usize>, Vec<usize>) =
        members.iter().partition(|i| is_float(i));
    (!float.is_empty()).then_some((float, rest))
}
