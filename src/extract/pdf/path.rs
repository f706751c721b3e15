//! Paths, as far as they clip text.

use super::content::Op;
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

    /// Runs a path operator; any other is nothing to text.
    pub(super) fn operator(&mut self, op: &Op<'_>, state: &mut State<'_>) {
        match *op {
            Op::Point(x, y) => self.bounds.add(x, y),
            Op::Curve([x1, y1, x2, y2, x3, y3]) => {
                self.bounds.add(x1, y1);
                self.bounds.add(x2, y2);
                self.bounds.add(x3, y3);
            }
            Op::Rectangle([x, y, width, height]) => {
                self.bounds.add(x, y);
                self.bounds.add(x + width, y + height);
            }
            Op::Clip => self.clips = true,
            Op::EndPath => {
                if self.clips && !self.bounds.is_empty() {
                    let bounds = self.bounds.under(&state.ctm);
                    state.clip = state.clip.intersect(&bounds);
                }
                *self = Path::new();
            }
            Op::Painted(_) => *self = Path::new(),
            _ => {}
        }
    }
}
