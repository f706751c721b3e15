//! The state that text needs: transform, clip, font and spacing, and the pen.

use std::rc::Rc;

use super::font::LoadedFont;
use super::matrix::{Bounds, Matrix, translate};

/// The part of the graphics state that text needs.
#[derive(Clone)]
pub(super) struct State<'a> {
    pub(super) ctm: Matrix,
    pub(super) clip: Bounds,
    pub(super) font: Option<Rc<LoadedFont<'a>>>,
    pub(super) size: f64,
    pub(super) char_space: f64,
    pub(super) word_space: f64,
    /// Horizontal scaling, 1.0 for 100 %.
    pub(super) stretch: f64,
    pub(super) leading: f64,
    pub(super) rise: f64,
    pub(super) mode: i64,
}

/// The text matrices, alive from `BT` on.
pub(super) struct Pen {
    pub(super) matrix: Matrix,
    pub(super) line: Matrix,
}

impl Pen {
    pub(super) fn set(&mut self, m: Matrix) {
        self.matrix = m;
        self.line = m;
    }

    pub(super) fn next_line(&mut self, x: f64, y: f64) {
        translate(&mut self.line, x, y);
        self.matrix = self.line;
    }
}
