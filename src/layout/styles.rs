//! In which styles a piece of text is set.

use crate::extract::FontInfo;

/// How many characters of a piece of text are set in which style.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Styles {
    /// All characters but spaces.
    pub chars: u32,
    /// Bold ones.
    pub bold: u32,
    /// Italic ones.
    pub italic: u32,
    /// Ones of a mathematical font.
    pub math: u32,
    /// Ones of a fixed-width font.
    pub mono: u32,
    /// The font of most characters.
    pub font: u16,
    /// By how many characters it leads.
    votes: u32,
}

impl Styles {
    /// Counts `n` characters of `font`.
    pub(super) fn count(&mut self, number: u16, font: &FontInfo, n: u32) {
        self.vote(number, n);
        self.chars += n;
        self.bold += u32::from(font.bold) * n;
        self.italic += u32::from(font.italic) * n;
        self.math += u32::from(font.math) * n;
        self.mono += u32::from(font.mono) * n;
    }

    /// Boyer and Moore's majority vote.
    fn vote(&mut self, font: u16, votes: u32) {
        if font == self.font {
            self.votes += votes;
        } else if votes > self.votes {
            self.font = font;
            self.votes = votes - self.votes;
        } else {
            self.votes -= votes;
        }
    }

    /// Adds the counts of another piece.
    pub(super) fn add(&mut self, other: &Styles) {
        self.vote(other.font, other.votes);
        self.chars += other.chars;
        self.bold += other.bold;
        self.italic += other.italic;
        self.math += other.math;
        self.mono += other.mono;
    }

    /// Tells whether all characters but mathematics are bold.
    pub(super) fn is_bold(&self) -> bool {
        self.bold > 0 && self.bold * 20 >= self.chars.saturating_sub(self.math) * 19
    }

    /// Tells whether all characters but a number are italic.
    pub(super) fn is_italic(&self) -> bool {
        self.italic > 0 && self.italic * 10 >= self.chars.saturating_sub(4) * 9
    }

    /// Tells whether nearly all characters are of fixed width.
    pub(super) fn is_mono(&self) -> bool {
        self.chars > 0 && self.mono * 10 >= self.chars * 7
    }
}
