//! Marked content: artifacts, hidden layers, and text that stands for what is drawn.

use super::string::text_string;
use crate::extract::glyph::{ACTUAL, Glyph};

/// Nesting that is followed; what is opened beyond it is only counted.
const MAX_DEPTH: usize = 1000;

/// The marked-content sequences that are open at some place of a page.
pub(super) struct MarkedContent {
    open: Vec<Sequence>,
    /// Sequences open beyond [`MAX_DEPTH`].
    beyond: usize,
    hidden: u32,
    artifacts: u32,
    /// The innermost marked-content id, or -1.
    pub(super) id: i32,
}

struct Sequence {
    /// Glyphs on the page when it began.
    start: usize,
    actual: Option<Vec<char>>,
    outer_id: i32,
    artifact: bool,
    hidden: bool,
}

impl Default for MarkedContent {
    fn default() -> Self {
        MarkedContent { open: Vec::new(), beyond: 0, hidden: 0, artifacts: 0, id: -1 }
    }
}

impl MarkedContent {
    /// How many sequences are open.
    pub(super) fn depth(&self) -> usize {
        self.open.len() + self.beyond
    }

    /// Tells whether a hidden layer is open.
    pub(super) fn is_hidden(&self) -> bool {
        self.hidden > 0
    }

    /// Tells whether an artifact is open.
    pub(super) fn is_artifact(&self) -> bool {
        self.artifacts > 0
    }

    /// Opens a sequence when the page has `start` glyphs.
    pub(super) fn begin(
        &mut self,
        start: usize,
        tag: &[u8],
        actual: Option<&[u8]>,
        hidden: bool,
    ) {
        if self.open.len() >= MAX_DEPTH {
            self.beyond += 1;
            return;
        }
        let outer_id = self.id;
        let artifact = tag == b"Artifact";
        self.artifacts += u32::from(artifact);
        self.hidden += u32::from(hidden);
        let actual = actual.map(|bytes| text_string(bytes).chars().collect());
        self.open.push(Sequence { start, actual, outer_id, artifact, hidden });
    }

    /// Closes the innermost sequence, and puts its ActualText in place of its glyphs.
    pub(super) fn end(&mut self, glyphs: &mut Vec<Glyph>) {
        if self.beyond > 0 {
            self.beyond -= 1;
            return;
        }
        let Some(sequence) = self.open.pop() else { return };
        self.id = sequence.outer_id;
        self.artifacts -= u32::from(sequence.artifact);
        self.hidden -= u32::from(sequence.hidden);
        if let Some(actual) = sequence.actual {
            replace(glyphs, sequence.start, &actual);
        }
    }
}

/// Puts `text` in place of the glyphs from `start` on, spread over their places.
///
/// Each character takes the place of the glyph that stands as far along, so that text over
/// several lines stays on them.
fn replace(glyphs: &mut Vec<Glyph>, start: usize, text: &[char]) {
    let Some(drawn) =
        glyphs.get(start..).filter(|g| !g.is_empty()).map(<[Glyph]>::to_vec)
    else {
        return;
    };
    glyphs.truncate(start);
    let (n, k) = (drawn.len(), text.len());
    for (i, &ch) in text.iter().enumerate() {
        if ch.is_control() {
            continue;
        }
        // Character i of k covers the glyphs from i n/k up to (i + 1) n/k, or shares one.
        let first = i * n / k;
        let last = ((i + 1) * n / k).max(first + 1) - 1;
        let sharing = (k * (first + 1)).div_ceil(n) - (k * first).div_ceil(n);
        let place = i - (k * first).div_ceil(n).min(i);
        let mut glyph = drawn[first];
        if last == first && sharing > 1 {
            glyph.w /= sharing as f32;
            if glyph.dir == 0 {
                glyph.x += glyph.w * place as f32;
            }
        } else {
            glyph.w = drawn[first..=last].iter().map(|g| g.w).sum();
        }
        glyph.ch = ch;
        glyph.flags |= ACTUAL;
        glyphs.push(glyph);
    }
}
