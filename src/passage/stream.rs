//! Prose in reading order is gathered sentence by sentence and let go as passages.

use std::ops::Range;

use super::{ABSTRACT, FULL, LONGEST, PassageKind, Piece, REST, TARGET};
use crate::layout::BlockKind;
use crate::paper::Document;
use crate::paper::reference::names::is_cjk;
use crate::paper::sentences::sentences;

/// From here a passage ends before an equation or a folded heading.
const ENOUGH: f32 = 60.0;

/// Weight of the first letter of a word.
const WORD: f32 = 0.9;
/// Weight of a CJK character.
const SIGN: f32 = 0.6;
/// Weight of a further letter: ten more are a tenth of a word.
const LETTER: f32 = 0.012;

/// Gathers the spans of one passage after the other.
pub(super) struct Stream<'a> {
    doc: &'a Document,
    open: Option<Open>,
}

/// The passage that is being gathered.
struct Open {
    piece: Piece,
    weight: f32,
    /// An equation was the last thing.
    after_equation: bool,
}

impl<'a> Stream<'a> {
    pub(super) fn new(doc: &'a Document) -> Self {
        Self { doc, open: None }
    }

    /// Adds a paragraph, sentence by sentence.
    pub(super) fn prose(
        &mut self,
        at: usize,
        section: Option<usize>,
        kind: PassageKind,
        pieces: &mut Vec<Piece>,
    ) {
        let block = &self.doc.blocks[at].1;
        let folded = matches!(block.kind, BlockKind::Heading(_));
        let full = if kind == PassageKind::Abstract { ABSTRACT } else { FULL };
        self.turn_to(section, kind, pieces);
        if folded && self.weight() >= ENOUGH {
            self.close(pieces);
        }
        let own = weight(&block.text);
        // A paragraph that would be cut late begins its own passage where the last is long enough.
        if kind == PassageKind::Body
            && self.weight() + own > FULL
            && self.weight() >= TARGET * 0.6
        {
            self.close(pieces);
        }
        for span in short_sentences(&block.text) {
            let more = weight(&block.text[span.clone()]);
            if self.weight() > 0.0 && self.weight() + more > full.max(TARGET + 40.0) {
                self.close(pieces);
            }
            let goes_on = self.open.as_ref().is_some_and(|o| o.after_equation)
                && continues(&block.text[span.clone()]);
            let equation =
                self.open.as_ref().is_some_and(|o| o.piece.kind == PassageKind::Equation);
            if equation && !goes_on && self.weight() >= ENOUGH {
                self.close(pieces);
            }
            self.add(at, section, kind, span, more);
            if kind == PassageKind::Body && self.weight() >= full {
                self.close(pieces);
            }
        }
        if kind == PassageKind::Body && self.weight() >= TARGET * 0.8 && !folded {
            self.close(pieces);
        }
    }

    /// Adds a displayed equation to the words before it.
    pub(super) fn equation(
        &mut self,
        at: usize,
        section: Option<usize>,
        pieces: &mut Vec<Piece>,
    ) {
        let text = &self.doc.blocks[at].1.text;
        self.turn_to(section, PassageKind::Body, pieces);
        if self.weight() >= FULL {
            self.close(pieces);
        }
        // A long passage stays prose: only its last sentence leads to the equation.
        if self
            .open
            .as_ref()
            .is_some_and(|o| o.piece.kind == PassageKind::Body && o.weight >= ENOUGH)
        {
            let lead = self.take_last_sentence();
            self.close(pieces);
            if let Some((block, span)) = lead {
                let more = weight(&self.doc.blocks[block].1.text[span.clone()]);
                self.add(block, section, PassageKind::Body, span, more);
            }
        }
        for span in cut_long(text, trimmed(text)) {
            let more = weight(&text[span.clone()]);
            if self.weight() + more > LONGEST {
                self.close(pieces);
            }
            self.add(at, section, PassageKind::Equation, span, more);
        }
        if let Some(open) = &mut self.open {
            open.piece.kind = PassageKind::Equation;
            open.after_equation = true;
        }
    }

    /// Adds a block that is a passage by itself, cut at line ends or sentences if it is long.
    pub(super) fn alone(
        &mut self,
        at: usize,
        kind: PassageKind,
        pieces: &mut Vec<Piece>,
    ) {
        let (section, block) = &self.doc.blocks[at];
        let text = &block.text;
        let follows = |p: &Piece| p.spans.last().is_some_and(|(last, _)| last + 1 == at);
        if kind == PassageKind::Code && self.goes_with_last(at, kind, pieces, follows) {
            return;
        }
        let mut current: Option<Range<usize>> = None;
        for span in short_sentences(text) {
            current = match current {
                Some(open) if !fits(&text[open.start..span.end], LONGEST * 0.75) => {
                    pieces.push(Piece {
                        kind,
                        section: *section,
                        spans: vec![(at, open)],
                    });
                    Some(span)
                }
                Some(open) => Some(open.start..span.end),
                None => Some(span),
            };
        }
        if let Some(open) = current {
            pieces.push(Piece { kind, section: *section, spans: vec![(at, open)] });
        }
    }

    /// Adds a caption, and behind it the sentences of its drawing.
    pub(super) fn caption(
        &mut self,
        at: usize,
        drawn: Vec<usize>,
        pieces: &mut Vec<Piece>,
    ) {
        self.alone(at, PassageKind::Caption, pieces);
        let own = pieces.last().map_or(0.0, |p| self.weight_of(p));
        let words: f32 = drawn.iter().map(|i| weight(&self.doc.blocks[*i].1.text)).sum();
        match pieces.last_mut() {
            Some(caption) if own + words <= LONGEST * 0.75 => {
                let whole = |i: usize| (i, trimmed(&self.doc.blocks[i].1.text));
                caption.spans.extend(drawn.into_iter().map(whole));
            }
            _ => self.drawn(drawn, pieces),
        }
    }

    /// Adds sentences of a drawing that has no caption, or says more than one passage holds.
    pub(super) fn drawn(&mut self, drawn: Vec<usize>, pieces: &mut Vec<Piece>) {
        let kind = PassageKind::Caption;
        let first = drawn.first().copied().unwrap_or(0);
        let of_drawing = |p: &Piece| p.spans[0].0 >= first;
        for at in drawn {
            if !self.goes_with_last(at, kind, pieces, of_drawing) {
                self.alone(at, kind, pieces);
            }
        }
    }

    /// Adds a block to the last passage, if that is of its section and kind and has room for it.
    fn goes_with_last(
        &self,
        at: usize,
        kind: PassageKind,
        pieces: &mut [Piece],
        may: impl Fn(&Piece) -> bool,
    ) -> bool {
        let (section, block) = &self.doc.blocks[at];
        let Some(last) = pieces.last_mut() else { return false };
        let room = TARGET - self.weight_of(last);
        let goes = last.kind == kind
            && last.section == *section
            && may(last)
            && weight(&block.text) <= room;
        if goes {
            last.spans.push((at, trimmed(&block.text)));
        }
        goes
    }

    /// Lets the last passage go.
    pub(super) fn end(mut self, pieces: &mut Vec<Piece>) {
        self.close(pieces);
    }

    fn weight(&self) -> f32 {
        self.open.as_ref().map_or(0.0, |o| o.weight)
    }

    /// Closes the open passage unless it is of this section and sort.
    fn turn_to(
        &mut self,
        section: Option<usize>,
        kind: PassageKind,
        pieces: &mut Vec<Piece>,
    ) {
        let same = self.open.as_ref().is_some_and(|o| {
            let kinds = o.piece.kind == kind
                || o.piece.kind == PassageKind::Equation && kind == PassageKind::Body;
            o.piece.section == section && kinds
        });
        if !same {
            self.close(pieces);
        }
    }

    fn add(
        &mut self,
        at: usize,
        section: Option<usize>,
        kind: PassageKind,
        span: Range<usize>,
        more: f32,
    ) {
        let open = self.open.get_or_insert_with(|| Open {
            piece: Piece { kind, section, spans: Vec::new() },
            weight: 0.0,
            after_equation: false,
        });
        open.weight += more;
        open.after_equation = false;
        match open.piece.spans.last_mut() {
            Some((block, last)) if *block == at => last.end = span.end,
            _ => open.piece.spans.push((at, span)),
        }
    }

    fn close(&mut self, pieces: &mut Vec<Piece>) {
        let Some(open) = self.open.take() else { return };
        // A short rest joins the passage before it, if that is of the same section and sort.
        if open.weight < REST
            && open.piece.kind == PassageKind::Body
            && let Some(last) = pieces.iter_mut().rfind(|p| p.kind == PassageKind::Body)
            && last.section == open.piece.section
            && self.weight_of(last) + open.weight <= FULL + REST
            && self.adjoins(last, &open.piece)
        {
            for (at, span) in open.piece.spans {
                match last.spans.last_mut() {
                    Some((block, end)) if *block == at => end.end = span.end,
                    _ => last.spans.push((at, span)),
                }
            }
            return;
        }
        pieces.push(open.piece);
    }

    /// True if no other prose stands between the two.
    fn adjoins(&self, last: &Piece, next: &Piece) -> bool {
        let (Some((end, _)), Some((start, _))) = (last.spans.last(), next.spans.first())
        else {
            return false;
        };
        self.doc.blocks[*end..*start]
            .iter()
            .skip(1)
            .all(|(_, b)| !matches!(b.kind, BlockKind::Paragraph | BlockKind::Equation))
    }

    fn weight_of(&self, piece: &Piece) -> f32 {
        piece
            .spans
            .iter()
            .map(|(at, s)| weight(&self.doc.blocks[*at].1.text[s.clone()]))
            .sum()
    }

    /// Takes the last sentence off the open passage, if others stay.
    fn take_last_sentence(&mut self) -> Option<(usize, Range<usize>)> {
        let doc = self.doc;
        let open = self.open.as_mut()?;
        let (at, span) = open.piece.spans.last_mut()?;
        let text = &doc.blocks[*at].1.text;
        let last = short_sentences(text)
            .into_iter()
            .rfind(|s| s.start > span.start && s.end <= span.end)?;
        let before = text[span.start..last.start].trim_end().len();
        if before == 0 {
            return None;
        }
        span.end = span.start + before;
        Some((*at, last))
    }
}

/// Sentences, the ones beyond all measure cut.
fn short_sentences(text: &str) -> Vec<Range<usize>> {
    sentences(text).into_iter().flat_map(|span| cut_long(text, span)).collect()
}

/// Cuts a span at blanks into parts of at most [`LONGEST`].
fn cut_long(text: &str, span: Range<usize>) -> Vec<Range<usize>> {
    if fits(&text[span.clone()], LONGEST) {
        return if span.is_empty() { Vec::new() } else { vec![span] };
    }
    let mut parts = Vec::new();
    let mut start = span.start;
    let mut load = 0.0;
    let mut previous_blank = false;
    for (i, c) in text[span.clone()].char_indices() {
        let at = span.start + i;
        let at_word = previous_blank && !c.is_whitespace() || is_cjk(c);
        // A word without end is cut anywhere.
        if load >= LONGEST * 0.6 && at_word || load >= LONGEST * 0.9 {
            parts.push(start..at);
            start = at;
            load = 0.0;
        }
        load += char_weight(c, previous_blank || at == start);
        previous_blank = c.is_whitespace();
    }
    parts.push(start..span.end);
    parts
        .into_iter()
        .map(|part| {
            let own = trimmed(&text[part.clone()]);
            part.start + own.start..part.start + own.end
        })
        .filter(|part| !part.is_empty())
        .collect()
}

fn trimmed(text: &str) -> Range<usize> {
    let end = text.trim_end().len();
    let start = text.len() - text.trim_start().len();
    start.min(end)..end
}

/// The length of a text in words; a CJK character is 0.6, a very long word more than one.
pub(super) fn weight(text: &str) -> f32 {
    if text.is_ascii() {
        // Counted without a branch: where words begin cannot be foreseen.
        let (mut words, mut letters) = (0_u32, 0_u32);
        let mut previous_blank = true;
        for byte in text.bytes() {
            let is_blank = (byte == b' ') | (b'\t'..=b'\r').contains(&byte);
            words += u32::from(previous_blank & !is_blank);
            letters += u32::from(!is_blank);
            previous_blank = is_blank;
        }
        return words as f32 * WORD + (letters - words) as f32 * LETTER;
    }
    let mut previous_blank = true;
    let mut sum = 0.0;
    for c in text.chars() {
        sum += char_weight(c, previous_blank);
        previous_blank = c.is_whitespace();
    }
    sum
}

/// Tells whether a text weighs at most so much; most are too short to be weighed.
pub(super) fn fits(text: &str, most: f32) -> bool {
    /// More than a byte weighs, the blank before a word of one letter counted.
    const BYTE: f32 = 0.46;
    (text.len() + 1) as f32 * BYTE <= most || weight(text) <= most
}

fn char_weight(c: char, starts_word: bool) -> f32 {
    if c.is_whitespace() {
        0.0
    } else if !c.is_ascii() && is_cjk(c) {
        SIGN
    } else if starts_word {
        WORD
    } else {
        LETTER
    }
}

/// True for `where x is ...` behind an equation.
fn continues(sentence: &str) -> bool {
    let first = sentence.split_whitespace().next().unwrap_or("");
    sentence.starts_with(char::is_lowercase)
        || matches!(first.trim_end_matches(','), "Here" | "Where" | "其中" | "式中")
        || sentence.starts_with("其中")
        || sentence.starts_with("式中")
}
