//! Strings shown in a row: where their glyphs stand, how wide they are, where the pen goes.

use super::font::LoadedFont;
use super::matrix::{Matrix, apply, concat, direction, translate};
use super::state::{Pen, State};
use crate::extract::Glyph;

/// What stays the same while strings are shown and nothing but the place of the pen changes.
pub(super) struct Run {
    /// Text space to the page, without the translation of the pen.
    linear: Matrix,
    /// Scale of the two axes.
    scale: (f64, f64),
    /// One point along the writing direction, on the page.
    unit: (f64, f64),
    size: f32,
    dir: u8,
    font: u16,
    flags: u8,
    mcid: i32,
}

impl Run {
    pub(super) fn new(
        font: &LoadedFont<'_>,
        state: &State<'_>,
        pen: &Matrix,
        flags: u8,
        mcid: i32,
    ) -> Run {
        let linear = concat(&state.ctm, pen);
        let scale = (linear[0].hypot(linear[1]), linear[2].hypot(linear[3]));
        let dir = if font.horizontal {
            let sign = state.size.signum() * state.stretch.signum();
            direction(linear[0] * sign, linear[1] * sign)
        } else {
            direction(-linear[2], -linear[3])
        };
        let unit = match dir {
            0 => (1.0, 0.0),
            1 => (0.0, -1.0),
            2 => (-1.0, 0.0),
            3 => (0.0, 1.0),
            _ if scale.0 > 0.0 => (linear[0] / scale.0, linear[1] / scale.0),
            _ => (1.0, 0.0),
        };
        let size = (state.size.abs() * scale.1) as f32;
        Run { linear, scale, unit, size, dir, font: font.id, flags, mcid }
    }

    /// Returns where the next glyph starts, points on the page.
    pub(super) fn origin(&self, state: &State<'_>, pen: &Matrix) -> (f64, f64) {
        let (x, y) = apply(&state.ctm, pen[4], pen[5]);
        (x + self.linear[2] * state.rise, y + self.linear[3] * state.rise)
    }

    /// Returns how far the pen moves in text space, and how wide the glyph is on the page.
    pub(super) fn step(
        &self,
        font: &LoadedFont<'_>,
        state: &State<'_>,
        along: f64,
        spacing: f64,
    ) -> (f64, f64, f64) {
        if font.horizontal {
            let drawn = (along * state.stretch).abs() * self.scale.0;
            ((along + spacing) * state.stretch, 0.0, drawn)
        } else {
            (0.0, along + spacing, along.abs() * self.scale.1)
        }
    }

    /// Tells whether the middle of a glyph is inside the clip, with half an em of grace.
    pub(super) fn is_shown(
        &self,
        state: &State<'_>,
        origin: (f64, f64),
        drawn: f64,
    ) -> bool {
        let (ux, uy) = self.unit;
        let size = f64::from(self.size);
        let middle = (origin.0 + ux * drawn / 2.0, origin.1 + uy * drawn / 2.0);
        state.clip.holds(middle.0, middle.1, size.mul_add(0.5, 1.0))
    }

    /// Makes the glyph of character `index` of `of` that share one code.
    pub(super) fn glyph(
        &self,
        ch: char,
        origin: (f64, f64),
        drawn: f64,
        index: usize,
        of: usize,
    ) -> Glyph {
        let (ux, uy) = self.unit;
        let part = drawn / of as f64;
        let offset = part * index as f64;
        Glyph {
            ch,
            x: (origin.0 + ux * offset) as f32,
            y: (origin.1 + uy * offset) as f32,
            w: part as f32,
            size: self.size,
            font: self.font,
            dir: self.dir,
            flags: self.flags,
            mcid: self.mcid,
        }
    }
}

pub(super) fn spacing(state: &State<'_>, code: u32, length: usize) -> f64 {
    // Word spacing counts for the single byte 32 only, whatever it stands for.
    let word = if length == 1 && code == 32 { state.word_space } else { 0.0 };
    state.char_space + word
}

pub(super) fn advance_only(
    font: &LoadedFont<'_>,
    state: &State<'_>,
    pen: &mut Pen,
    text: &[u8],
) {
    let mut at = 0;
    while at < text.len() {
        let (number, length) = font.read_code(text, at);
        at += length;
        let along = f64::from(font.code(number, length).advance) * state.size;
        let by = along + spacing(state, number, length);
        if font.horizontal {
            translate(&mut pen.matrix, by * state.stretch, 0.0);
        } else {
            translate(&mut pen.matrix, 0.0, by);
        }
    }
}

/// Moves the pen by a number between the strings of `TJ`, thousandths of the font size.
pub(super) fn adjust(state: &State<'_>, pen: &mut Pen, thousandths: f64) {
    let by = -thousandths / 1000.0 * state.size;
    match &state.font {
        Some(font) if !font.horizontal => translate(&mut pen.matrix, 0.0, by),
        _ => translate(&mut pen.matrix, by * state.stretch, 0.0),
    }
}
