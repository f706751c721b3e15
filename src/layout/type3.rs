//! The size of Type3 fonts.
//!
//! In: the glyphs of all pages. Out: the same with sizes that can be compared.

use rustc_hash::FxHashMap;

use crate::extract::glyph::TYPE3;
use crate::extract::{Glyph, PageGlyphs};

/// Gives Type3 fonts a size: their nominal one says nothing, so the mean width of a-z is taken.
pub(super) fn resize(pages: &mut [PageGlyphs]) {
    let is_type3 = |glyph: &&Glyph| glyph.flags & TYPE3 != 0;
    let mut seen: FxHashMap<u16, (f32, f32, u32)> = FxHashMap::default();
    for glyph in pages.iter().flat_map(|page| &page.glyphs).filter(is_type3) {
        if glyph.ch.is_ascii_lowercase() && glyph.size > 0.0 {
            let sums = seen.entry(glyph.font).or_default();
            sums.0 += glyph.w;
            sums.1 += glyph.size;
            sums.2 += 1;
        }
    }
    /// Mean width of a-z in running text, in em.
    const MEAN_WIDTH: f32 = 0.47;
    let scales: FxHashMap<u16, f32> = seen
        .into_iter()
        .filter(|(_, (_, _, n))| *n >= 3)
        .map(|(font, (width, size, _))| (font, width / size / MEAN_WIDTH))
        .filter(|(_, scale)| *scale > 1.5 || *scale < 0.6)
        .collect();
    let mut sorted: Vec<f32> = scales.values().copied().collect();
    sorted.sort_by(f32::total_cmp);
    let Some(&median) = sorted.get(sorted.len() / 2) else { return };
    for glyph in pages.iter_mut().flat_map(|page| &mut page.glyphs) {
        if glyph.flags & TYPE3 != 0 {
            glyph.size *= scales.get(&glyph.font).copied().unwrap_or(median);
        }
    }
}
