//! Places that links and bookmarks lead to, and the line that stands there.

use crate::extract::Destination;

use super::line::Line;

/// Tells how far from a destination a line stands, mainly how far below, in points; `None` if it is
/// not at that place.
///
/// A destination lies at the top of its line or a little above it; its `x` is the left edge of the
/// column.
pub(super) fn distance(line: &Line, place: &Destination) -> Option<f32> {
    if line.page as usize != place.page + 1 {
        return None;
    }
    if let Some(x) = place.x
        && (x > line.column_x1 + 2.0 || x < line.column_x0 - 4.0 * line.size)
    {
        return None;
    }
    let Some(y) = place.y else { return Some(0.0) };
    let below = line.y - y;
    // Of two columns at one height, the one whose left edge is nearer.
    let aside = place.x.map_or(0.0, |x| (x - line.column_x0).abs());
    (below > -0.3 * line.size).then_some(below + 0.15 * aside)
}

/// Returns a text's letters and digits in lower case.
pub(super) fn letters_of(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Returns where in `text` the letters of `wanted` end, if it starts with them.
pub(super) fn end_of_prefix(text: &str, wanted: &str) -> Option<usize> {
    let mut wanted = wanted.chars();
    let mut next = wanted.next();
    for (at, ch) in text.char_indices() {
        let Some(_) = next else { return Some(at) };
        if !ch.is_alphanumeric() {
            continue;
        }
        for lower in ch.to_lowercase() {
            if next != Some(lower) {
                return None;
            }
            next = wanted.next();
        }
    }
    next.is_none().then_some(text.len())
}
