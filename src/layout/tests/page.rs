//! Pages set by hand: every character is half an em wide.

use crate::extract::glyph::VERTICAL;
use crate::extract::{Engine, FontInfo, Glyph, PageGlyphs, Positioned};

/// The font of running text.
pub(super) const BODY: u16 = 0;
/// The bold one.
pub(super) const BOLD: u16 = 1;

/// A page of 612 by 792 points.
pub(super) struct Page {
    glyphs: Vec<Glyph>,
}

impl Page {
    /// Returns an empty page.
    pub(super) fn new() -> Page {
        Page { glyphs: vec![] }
    }

    fn put(&mut self, ch: char, (x, y): (f32, f32), size: f32, font: u16) -> &mut Glyph {
        let w = 0.5 * size;
        let glyph = Glyph { ch, x, y, w, size, font, dir: 0, flags: 0, mcid: -1 };
        self.glyphs.push(glyph);
        self.glyphs.last_mut().expect("just pushed")
    }

    /// Sets a line with its baseline at `y`.
    pub(super) fn line(
        &mut self,
        x: f32,
        y: f32,
        size: f32,
        font: u16,
        text: &str,
    ) -> &mut Page {
        for (i, ch) in text.chars().enumerate() {
            self.put(ch, (x + 0.5 * size * i as f32, y), size, font);
        }
        self
    }

    /// Sets lines of running text of 10 points, 12 points apart.
    pub(super) fn prose(&mut self, x: f32, y: f32, lines: &[&str]) -> &mut Page {
        for (i, line) in lines.iter().enumerate() {
            self.line(x, y + 12.0 * i as f32, 10.0, BODY, line);
        }
        self
    }

    /// Sets a line that runs upwards.
    pub(super) fn upwards(&mut self, x: f32, y: f32, size: f32, text: &str) -> &mut Page {
        for (i, ch) in text.chars().enumerate() {
            self.put(ch, (x, y - 0.5 * size * i as f32), size, BODY).dir = 1;
        }
        self
    }

    /// Sets a line that climbs at 45 degrees.
    pub(super) fn slanted(&mut self, x: f32, y: f32, size: f32, text: &str) -> &mut Page {
        for (i, ch) in text.chars().enumerate() {
            let along = 0.5 * size * i as f32 * std::f32::consts::FRAC_1_SQRT_2;
            self.put(ch, (x + along, y - along), size, BODY).dir = 4;
        }
        self
    }

    /// Sets a column of vertical writing.
    pub(super) fn vertical(
        &mut self,
        x: f32,
        y: f32,
        size: f32,
        text: &str,
    ) -> &mut Page {
        for (i, ch) in text.chars().enumerate() {
            let glyph = self.put(ch, (x, y + size * i as f32), size, BODY);
            glyph.flags = VERTICAL;
            glyph.w = size;
        }
        self
    }

    /// Returns the right end of the last character.
    pub(super) fn end(&self) -> f32 {
        self.glyphs.last().map_or(0.0, |glyph| glyph.x + glyph.w)
    }
}

/// Makes a document of pages.
pub(super) fn document(pages: impl IntoIterator<Item = Page>) -> Positioned {
    let pages: Vec<PageGlyphs> = pages
        .into_iter()
        .map(|page| PageGlyphs { width: 612.0, height: 792.0, glyphs: page.glyphs })
        .collect();
    let body = FontInfo { name: "Body".into(), ..FontInfo::default() };
    let bold = FontInfo { name: "Body-Bold".into(), bold: true, ..FontInfo::default() };
    Positioned {
        fonts: vec![body, bold],
        engines: vec![Engine::Main; pages.len()],
        n_pages: pages.len() as u32,
        pages,
        ..Positioned::default()
    }
}
