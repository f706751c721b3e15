//! Paths, as far as they clip text.

use hayro_syntax::content::ops::TypedInstruction as Op;
use hayro_syntax::object::Number;

use super::matrix::Bounds;
use super::state::State;

/// The rectangle around the path under construction, for the clip.
pub(super) struct Path {
    bounds: Bounds,
    clips: bool,
}

impl Path {
    pub(super) fn new() -> Path {
        Path { bounds: Bounds::EMPTY, clips: false }
    }

    fn add(&mut self, x: &Number, y: &Number) {
        self.bounds.add(x.as_f64(), y.as_f64());
    }

    /// Runs a path operator; any other is nothing to text.
    pub(super) fn operator(&mut self, op: &Op<'_, '_>, state: &mut State<'_>) {
        match op {
            Op::MoveTo(p) => self.add(&p.0, &p.1),
            Op::LineTo(p) => self.add(&p.0, &p.1),
            Op::CubicTo(p) => {
                self.add(&p.0, &p.1);
                self.add(&p.2, &p.3);
                self.add(&p.4, &p.5);
            }
            Op::CubicStartTo(p) => {
                self.add(&p.0, &p.1);
                self.add(&p.2, &p.3);
            }
            Op::CubicEndTo(p) => {
                self.add(&p.0, &p.1);
                self.add(&p.2, &p.3);
            }
            Op::RectPath(r) => {
                let (x, y) = (r.0.as_f64(), r.1.as_f64());
                self.bounds.add(x, y);
                self.bounds.add(x + r.2.as_f64(), y + r.3.as_f64());
            }
            Op::ClipNonZero(_) | Op::ClipEvenOdd(_) => self.clips = true,
            Op::StrokePath(_)
            | Op::CloseAndStrokePath(_)
            | Op::FillPathNonZero(_)
            | Op::FillPathNonZeroCompatibility(_)
            | Op::FillPathEvenOdd(_)
            | Op::FillAndStrokeNonZero(_)
            | Op::FillAndStrokeEvenOdd(_)
            | Op::CloseFillAndStrokeNonZero(_)
            | Op::CloseFillAndStrokeEvenOdd(_)
            | Op::EndPath(_) => {
                if self.clips && !self.bounds.is_empty() {
                    let bounds = self.bounds.under(&state.ctm);
                    state.clip = state.clip.intersect(&bounds);
                }
                *self = Path::new();
            }
            _ => {}
        }
    }
}
