//! Text that remembers which link annotation lies over which of its bytes.
//!
//! A [`Run`] grows from glyphs to chunks to lines to blocks, and its marks move along, so that a
//! citation's place in the final text is exact and never searched for.

use std::borrow::Cow;
use std::ops::Range;

/// Part of a text that lies under a link annotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// Bytes of the text.
    pub range: Range<usize>,
    /// Index of the annotation in the document's links.
    pub link: u32,
    /// Page index of the text.
    pub page: u32,
}

/// Text with marks, in order of their starts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Run {
    /// The text.
    pub text: String,
    /// Where links lie over it.
    pub marks: Vec<Mark>,
    /// Bytes at which the text goes over to a next page.
    pub turns: Vec<usize>,
}

impl Run {
    /// Adds a character that lies under `link` of `page`.
    #[inline]
    pub(super) fn push(&mut self, ch: char, link: Option<u32>, page: u32) {
        let start = self.text.len();
        self.text.push(ch);
        let Some(link) = link else { return };
        let end = self.text.len();
        match self.marks.last_mut() {
            Some(mark) if mark.link == link => mark.range.end = end,
            _ => self.marks.push(Mark { range: start..end, link, page }),
        }
    }

    /// Adds a space, unless the text is empty or ends with one.
    pub(super) fn space(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }

    /// Removes the last character; marks end before it.
    pub(super) fn pop(&mut self) -> Option<char> {
        let ch = self.text.pop()?;
        let end = self.text.len();
        for mark in &mut self.marks {
            mark.range.end = mark.range.end.min(end);
            mark.range.start = mark.range.start.min(end);
        }
        self.marks.retain(|mark| !mark.range.is_empty());
        self.turns.iter_mut().for_each(|turn| *turn = (*turn).min(end));
        Some(ch)
    }

    /// Adds another run as it is.
    pub(super) fn append(&mut self, other: &Run) {
        let shift = self.text.len();
        self.text.push_str(&other.text);
        self.marks.extend(other.marks.iter().map(|mark| Mark {
            range: mark.range.start + shift..mark.range.end + shift,
            ..*mark
        }));
        self.turns.extend(other.turns.iter().map(|turn| turn + shift));
    }

    /// Returns the part of the run in `range`, without the white space around it.
    pub(super) fn slice(&self, range: Range<usize>) -> Run {
        let part = &self.text[range.clone()];
        let start = range.start + (part.len() - part.trim_start().len());
        let text = part.trim().to_owned();
        let end = start + text.len();
        let marks = self
            .marks
            .iter()
            .filter(|mark| mark.range.start < end && mark.range.end > start)
            .map(|mark| Mark {
                range: mark.range.start.max(start) - start
                    ..mark.range.end.min(end) - start,
                ..*mark
            })
            .collect();
        let turns = self.turns.iter().filter(|t| (start..end).contains(*t));
        let turns = turns.map(|turn| turn - start).collect();
        Run { text, marks, turns }
    }

    /// Returns the run without the white space around it.
    pub(super) fn trimmed(&self) -> Cow<'_, Run> {
        if self.turns.is_empty() && self.text.trim().len() == self.text.len() {
            return Cow::Borrowed(self);
        }
        Cow::Owned(self.slice(0..self.text.len()))
    }

    /// Replaces the whole text where a rewrite moved bytes that no mark can follow.
    pub(super) fn rewrite(&mut self, text: String) {
        if self.text != text {
            self.text = text;
            self.marks.clear();
            self.turns.clear();
        }
    }
}
