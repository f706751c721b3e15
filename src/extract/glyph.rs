//! Glyphs with places: the one form in which any PDF engine hands a page to the layout.

/// Drawn with an invisible render mode.
pub const INVISIBLE: u8 = 1;
/// Set in vertical writing.
pub const VERTICAL: u8 = 2;
/// The character comes from ActualText.
pub const ACTUAL: u8 = 4;
/// Inside marked content that the file calls an artifact.
pub const ARTIFACT: u8 = 8;
/// Drawn with a Type3 font.
pub const TYPE3: u8 = 16;

/// One character at its place. U+FFFD says that the file gives no Unicode for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Glyph {
    /// The character.
    pub ch: char,
    /// Left end of the baseline, points from the left edge.
    pub x: f32,
    /// Baseline, points from the top edge.
    pub y: f32,
    /// Advance along the writing direction, points.
    pub w: f32,
    /// Effective font size, points.
    pub size: f32,
    /// Number of the font.
    pub font: u16,
    /// Direction: 0, 1, 2, 3 for 0, 90, 180, 270 degrees, 4 for any other.
    pub dir: u8,
    /// [`INVISIBLE`] and its like.
    pub flags: u8,
    /// Marked-content id, or -1.
    pub mcid: i32,
}

#[cfg(test)]
impl Glyph {
    /// A visible one, a point wide.
    pub(crate) fn small(ch: char, x: f32, y: f32) -> Glyph {
        Glyph { ch, x, y, w: 1.0, size: 1.0, font: 0, dir: 0, flags: 0, mcid: -1 }
    }
}

/// What the name of a font tells about it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FontInfo {
    /// Name without the subset prefix.
    pub name: String,
    /// Bold or heavier.
    pub bold: bool,
    /// Italic or oblique.
    pub italic: bool,
    /// Fixed width.
    pub mono: bool,
    /// Mathematics.
    pub math: bool,
}

/// The glyphs of one page, in the order of the content stream.
#[derive(Clone, Debug, Default)]
pub struct PageGlyphs {
    /// Width, points.
    pub width: f32,
    /// Height, points.
    pub height: f32,
    /// Glyphs.
    pub glyphs: Vec<Glyph>,
}

/// Returns the letters of a ligature.
pub fn ligature(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{FB00}' => "ff",
        '\u{FB01}' => "fi",
        '\u{FB02}' => "fl",
        '\u{FB03}' => "ffi",
        '\u{FB04}' => "ffl",
        '\u{FB05}' | '\u{FB06}' => "st",
        '\u{0132}' => "IJ",
        '\u{0133}' => "ij",
        _ => return None,
    })
}
