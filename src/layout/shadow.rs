//! Glyphs that are drawn twice at one place, as fake bold and shadows are.
//!
//! In: the glyphs of a page, one after the other. Out: whether one is new. Nearly all are, at
//! places where nothing was drawn before, which a bit for each place tells; names are compared
//! from the first glyph on whose place is taken.

use rustc_hash::FxHashSet;

use crate::extract::Glyph;

/// Rows and columns of places, two thirds of a point each: those of a page of usual size. Others
/// are folded into these.
const ROWS: usize = 1200;
const COLUMNS: usize = 1024;

/// What was drawn where.
pub(super) struct Drawn {
    /// The places where anything was drawn, a bit each, row by row.
    places: Vec<u64>,
    /// What is not yet among `names`.
    waiting: Vec<u64>,
    /// Characters with their places.
    names: FxHashSet<u64>,
}

impl Drawn {
    /// Returns an empty page, for about `n` glyphs.
    pub(super) fn new(n: usize) -> Drawn {
        Drawn {
            places: vec![0; ROWS * COLUMNS / 64],
            waiting: Vec::with_capacity(n),
            names: FxHashSet::default(),
        }
    }

    /// Notes a glyph that stands in `row`; returns whether there was none of its character at its
    /// place.
    #[inline]
    pub(super) fn is_new(&mut self, glyph: &Glyph, row: Row) -> bool {
        let column = steps(glyph.x);
        // Its character and its place in one number.
        let name = u64::from(u32::from(glyph.ch)) << 42 | column << 21 | row.0;
        let column = column as usize % COLUMNS;
        let places =
            &mut self.places[row.0 as usize % ROWS * (COLUMNS / 64) + column / 64];
        let place = 1 << (column % 64);
        if *places & place == 0 {
            *places |= place;
            self.waiting.push(name);
            return true;
        }
        self.names.extend(self.waiting.drain(..));
        self.names.insert(name)
    }
}

/// A row of places.
#[derive(Clone, Copy)]
pub(super) struct Row(u64);

impl Row {
    /// Returns the row of a baseline.
    pub(super) fn of(y: f32) -> Row {
        Row(steps(y))
    }
}

/// Returns a coordinate in steps; those beyond any page are taken together.
fn steps(at: f32) -> u64 {
    const MOST: f32 = (1 << 20) as f32;
    let steps = (at * 1.5).clamp(-MOST, MOST - 1.0);
    // `round` is a call where a processor's newer instructions are not taken for granted.
    let whole = steps as i32;
    let part = steps - whole as f32;
    let rounded = whole + i32::from(part >= 0.5) - i32::from(part <= -0.5);
    u64::from((rounded + MOST as i32) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_same_character_at_the_same_place_is_drawn_twice() {
        let mut drawn = Drawn::new(0);
        let mut is_new = |ch, x, y| drawn.is_new(&Glyph::small(ch, x, y), Row::of(y));
        assert!(is_new('a', 10.0, 20.0));
        assert!(is_new('b', 10.0, 20.0), "another character");
        assert!(is_new('a', 11.0, 20.0), "another column");
        assert!(is_new('a', 10.0, 21.0), "another row");
        assert!(!is_new('a', 10.2, 20.1));
        assert!(!is_new('b', 10.0, 20.0));
        let width = COLUMNS as f32 / 1.5;
        assert!(is_new('a', 10.0 + width, 20.0), "a wide page");
        assert!(!is_new('a', 10.0 + width, 20.0));
        assert!(is_new('a', -10.0, f32::MAX), "off the page");
        assert!(!is_new('a', -10.0, 1e30));
    }
}
