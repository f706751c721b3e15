//! The two-dimensional affine transforms of PDF, and boxes under them.

/// `[a b c d e f]` as PDF writes it: `x' = a x + c y + e`, `y' = b x + d y + f`.
pub(super) type Matrix = [f64; 6];

/// Changes nothing.
pub(super) const IDENTITY: Matrix = [1.0, 0.0, 0.0, 1.0, 0.0, 0.0];

/// Returns the transform that applies `inner` first, then `outer`.
pub(super) fn concat(outer: &Matrix, inner: &Matrix) -> Matrix {
    let (o, i) = (outer, inner);
    [
        o[0] * i[0] + o[2] * i[1],
        o[1] * i[0] + o[3] * i[1],
        o[0] * i[2] + o[2] * i[3],
        o[1] * i[2] + o[3] * i[3],
        o[0] * i[4] + o[2] * i[5] + o[4],
        o[1] * i[4] + o[3] * i[5] + o[5],
    ]
}

/// Moves the origin of `m` by `(x, y)` in its own coordinates.
pub(super) fn translate(m: &mut Matrix, x: f64, y: f64) {
    m[4] += m[0] * x + m[2] * y;
    m[5] += m[1] * x + m[3] * y;
}

/// Maps a point.
pub(super) fn apply(m: &Matrix, x: f64, y: f64) -> (f64, f64) {
    (m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5])
}

/// Tells the direction of the vector `(x, y)`, y downwards: 0, 1, 2, 3 for text that reads to the
/// right, up, to the left, down, and 4 for any other.
pub(super) fn direction(x: f64, y: f64) -> u8 {
    let length = x.hypot(y);
    if length == 0.0 || !length.is_finite() {
        return 0;
    }
    let (cos, sin) = (x / length, y / length);
    match () {
        () if cos > 0.96 => 0,
        () if cos < -0.96 => 2,
        () if sin < -0.96 => 1,
        () if sin > 0.96 => 3,
        () => 4,
    }
}

/// A box with its sides along the axes; empty until a point is added.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bounds {
    pub(super) x0: f64,
    pub(super) y0: f64,
    pub(super) x1: f64,
    pub(super) y1: f64,
}

impl Bounds {
    /// Holds no point.
    pub(super) const EMPTY: Bounds = Bounds {
        x0: f64::INFINITY,
        y0: f64::INFINITY,
        x1: f64::NEG_INFINITY,
        y1: f64::NEG_INFINITY,
    };

    /// Returns the box between two opposite corners.
    pub(super) fn between(x0: f64, y0: f64, x1: f64, y1: f64) -> Bounds {
        Bounds { x0: x0.min(x1), y0: y0.min(y1), x1: x0.max(x1), y1: y0.max(y1) }
    }

    /// Tells whether no point was added.
    pub(super) fn is_empty(&self) -> bool {
        self.x0 > self.x1 || self.y0 > self.y1
    }

    /// Grows to hold a point.
    pub(super) fn add(&mut self, x: f64, y: f64) {
        self.x0 = self.x0.min(x);
        self.y0 = self.y0.min(y);
        self.x1 = self.x1.max(x);
        self.y1 = self.y1.max(y);
    }

    /// Returns what both hold.
    pub(super) fn intersect(&self, other: &Bounds) -> Bounds {
        Bounds {
            x0: self.x0.max(other.x0),
            y0: self.y0.max(other.y0),
            x1: self.x1.min(other.x1),
            y1: self.y1.min(other.y1),
        }
    }

    /// Returns the box around this one after `m`.
    pub(super) fn under(&self, m: &Matrix) -> Bounds {
        let mut out = Bounds::EMPTY;
        for (x, y) in [
            (self.x0, self.y0),
            (self.x1, self.y0),
            (self.x0, self.y1),
            (self.x1, self.y1),
        ] {
            let (x, y) = apply(m, x, y);
            out.add(x, y);
        }
        out
    }

    /// Tells whether a point is inside, or not farther outside than `slack`.
    pub(super) fn holds(&self, x: f64, y: f64, slack: f64) -> bool {
        x >= self.x0 - slack
            && x <= self.x1 + slack
            && y >= self.y0 - slack
            && y <= self.y1 + slack
    }
}
