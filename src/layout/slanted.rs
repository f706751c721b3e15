//! Slanted text: glyphs that run along no side of the page, strung together as they are drawn.
//!
//! In: the glyphs of a page. Out: [`Slanted`] strings, which stand in no line: a watermark across
//! the page would otherwise leave a letter in each line that it crosses.

use crate::extract::Glyph;

use super::chunk::SPACE_EM;

/// [`Glyph::dir`] of slanted text.
pub(super) const SLANTED: u8 = 4;

/// A string of slanted text.
#[derive(Clone, Debug, Default)]
pub(super) struct Slanted {
    /// The text.
    pub text: String,
    /// Size of its type, points.
    pub size: f32,
}

/// Returns the slanted strings among the glyphs, spaces by distance.
pub(super) fn strings<'a>(glyphs: impl Iterator<Item = &'a Glyph>) -> Vec<Slanted> {
    let mut found: Vec<Slanted> = vec![];
    let mut last: Option<&Glyph> = None;
    let placed = |g: &&Glyph| g.x.is_finite() && g.y.is_finite() && g.w.is_finite();
    for glyph in glyphs.filter(|g| g.dir == SLANTED && !g.ch.is_control()).filter(placed)
    {
        let gap = last
            .map_or(f32::MAX, |last| (glyph.x - last.x).hypot(glyph.y - last.y) - last.w);
        last = Some(glyph);
        let blank = glyph.ch.is_whitespace();
        match found.last_mut() {
            Some(string) if gap < 2.0 * glyph.size && glyph.size == string.size => {
                if (blank || gap > SPACE_EM * glyph.size) && !string.text.ends_with(' ') {
                    string.text.push(' ');
                }
                if !blank {
                    string.text.push(glyph.ch);
                }
            }
            _ if blank => {}
            _ => found.push(Slanted { text: glyph.ch.into(), size: glyph.size }),
        }
    }
    found
}
