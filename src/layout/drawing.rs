//! Floats: the words of drawings told from prose by their place, the rows of a table put together.
//!
//! In: the pieces of all pages with their kinds. Out: the same, with those that belong to a drawing
//! called so and those of a captioned table made one. A drawing reaches from its caption upwards to
//! the next prose, a table from its caption to the side where the document has its tables. Running
//! text keeps to the edges of its column; what stands in a box does not, and is no barrier. Sentences
//! of a drawing are its words, too: an example that a figure prints in full goes with its caption.

use super::kind::Piece;
use super::measure::{Edges, Measure};
use super::numbering::{CaptionOf, caption};
use super::paragraph::Paragraph;
use super::{BlockKind, Heading, table};

/// More captions than this on one page are not looked at.
const MOST_CAPTIONS: usize = 40;

/// What is normal in the document.
struct Frame<'a> {
    measure: Measure,
    edges: &'a Edges,
    /// The captions of tables stand below them.
    tables_above: bool,
}

/// Gives the words of drawings their kind and makes tables whole.
pub(super) fn settle(pieces: Vec<Piece>, measure: Measure, edges: &Edges) -> Vec<Piece> {
    let mut frame = Frame { measure, edges, tables_above: false };
    let is_same = |a: &Piece, b: &Piece| a.paragraph.page == b.paragraph.page;
    let (mut above, mut below) = (0, 0);
    for page in pieces.chunk_by(is_same) {
        let floats = Floats::of(page, &frame);
        for (caption, sides) in floats.captions.iter().zip(&floats.sides) {
            match sides {
                _ if caption.0 != CaptionOf::Table => {}
                (true, false) => above += 1,
                (false, true) => below += 1,
                _ => {}
            }
        }
    }
    frame.tables_above = above > below;
    let mut out = Vec::with_capacity(pieces.len());
    let mut page: Vec<Piece> = vec![];
    for piece in pieces {
        if page.last().is_some_and(|last| !is_same(last, &piece)) {
            settle_page(std::mem::take(&mut page), &frame, &mut out);
        }
        page.push(piece);
    }
    settle_page(page, &frame, &mut out);
    out
}

fn settle_page(mut pieces: Vec<Piece>, frame: &Frame, out: &mut Vec<Piece>) {
    let floats = Floats::of(&pieces, frame);
    let owners: Vec<Option<usize>> =
        pieces.iter().map(|piece| floats.owner(piece.paragraph.bbox)).collect();
    for (piece, owner) in pieces.iter_mut().zip(&owners) {
        let of = owner.map(|i| floats.captions[i].0);
        if let Some(kind) = kind_within(piece, of, frame) {
            piece.kind = kind;
        }
    }
    let mut tables: Vec<(usize, Vec<usize>)> = vec![];
    for (i, (of, at)) in floats.captions.iter().enumerate() {
        if *of != CaptionOf::Table {
            continue;
        }
        let of_table = |k: &usize| owners[*k] == Some(i) && floats.rows[*k];
        let members = reach(&pieces, (0..pieces.len()).filter(of_table), *at, frame);
        if members.iter().any(|k| table::has_rows(&pieces[*k].paragraph)) {
            tables.push((members[0], members));
        }
    }
    let mut whole: Vec<Option<Piece>> = pieces.into_iter().map(Some).collect();
    for (first, members) in tables {
        let parts = members.iter().filter_map(|k| whole[*k].take()).map(|p| p.paragraph);
        let paragraph = table::whole(parts.collect());
        whole[first] = Some(Piece { kind: BlockKind::Table, paragraph, anchor: None });
    }
    out.extend(whole.into_iter().flatten());
}

/// Returns, in reading order, those of the pieces that follow each other up to the caption without
/// a wide gap.
fn reach(
    pieces: &[Piece],
    members: impl Iterator<Item = usize>,
    caption: [f32; 4],
    frame: &Frame,
) -> Vec<usize> {
    let bbox = |k: usize| pieces[k].paragraph.bbox;
    let gap = |k: usize| (caption[1] - bbox(k)[3]).max(bbox(k)[1] - caption[3]);
    let mut order: Vec<usize> = members.collect();
    order.sort_by(|a, b| gap(*a).total_cmp(&gap(*b)));
    let mut reached = 0.0f32;
    let mut near = vec![];
    for k in order {
        if gap(k) > reached + 3.0 * frame.measure.pitch {
            break;
        }
        reached = reached.max(gap(k) + bbox(k)[3] - bbox(k)[1]);
        near.push(k);
    }
    near.sort_unstable();
    near
}

/// The captions of a page and what keeps floats apart.
struct Floats<'a> {
    frame: &'a Frame<'a>,
    captions: Vec<(CaptionOf, [f32; 4])>,
    /// For each caption, whether rows of a table stand closely above it, and below.
    sides: Vec<(bool, bool)>,
    /// Running text and headings.
    prose: Vec<[f32; 4]>,
    /// For each piece, whether it may be part of a table.
    rows: Vec<bool>,
}

impl<'a> Floats<'a> {
    fn of(pieces: &[Piece], frame: &'a Frame) -> Floats<'a> {
        let mut captions: Vec<(CaptionOf, [f32; 4])> = pieces
            .iter()
            .filter(|p| p.kind == BlockKind::Caption)
            .filter_map(|p| Some((caption(p.paragraph.text())?, p.paragraph.bbox)))
            .collect();
        // A list of figures is no page of figures.
        captions.truncate(MOST_CAPTIONS);
        let rows: Vec<bool> = pieces.iter().map(|p| is_row(p, frame)).collect();
        let near = |gap: f32| (-3.0..3.0 * frame.measure.pitch).contains(&gap);
        let sides = |caption: &(CaptionOf, [f32; 4])| {
            let mut sides = (false, false);
            let is_row = |p: &&Piece| {
                p.kind == BlockKind::Table
                    || p.kind != BlockKind::Caption && table::is_table(&p.paragraph)
            };
            for piece in pieces.iter().filter(is_row) {
                let at = piece.paragraph.bbox;
                if overlaps(at, caption.1) {
                    sides.0 |= near(caption.1[1] - at[3]);
                    sides.1 |= near(at[1] - caption.1[3]);
                }
            }
            sides
        };
        let prose = pieces.iter().filter(|p| is_prose(p, frame));
        Floats {
            frame,
            sides: captions.iter().map(sides).collect(),
            captions,
            prose: prose.map(|p| p.paragraph.bbox).collect(),
            rows,
        }
    }

    /// Returns the caption that a piece belongs to: of figures those below it, of tables those on
    /// the side where the document has them, or where nothing else is; none if prose lies between.
    fn owner(&self, at: [f32; 4]) -> Option<usize> {
        let slack = 3.0;
        let mut best: Option<(f32, usize)> = None;
        for (index, (of, caption)) in self.captions.iter().enumerate() {
            if !overlaps(at, *caption) || *caption == at {
                continue;
            }
            let (below, above) = (caption[1] - at[3], at[1] - caption[3]);
            let gap = match of {
                CaptionOf::Figure => below,
                CaptionOf::Table => match self.sides[index] {
                    (true, false) => below,
                    (false, true) => above,
                    (true, true) if self.frame.tables_above => below,
                    (true, true) => above,
                    (false, false) => below.max(above),
                },
                CaptionOf::Code => below.max(above),
            };
            if gap < -slack || best.is_some_and(|(least, _)| least <= gap) {
                continue;
            }
            let (top, bottom) = match below > above {
                true => (at[3], caption[1]),
                false => (caption[3], at[1]),
            };
            let between = |p: &[f32; 4]| {
                p[1] >= top - slack && p[3] <= bottom + slack && overlaps(*p, at)
            };
            let others = self.captions.iter().enumerate().filter(|(i, _)| *i != index);
            if !self.prose.iter().chain(others.map(|(_, (_, b))| b)).any(between) {
                best = Some((gap, index));
            }
        }
        best.map(|(_, index)| index)
    }
}

/// Running text, which no float reaches over.
fn is_prose(piece: &Piece, frame: &Frame) -> bool {
    let paragraph = &piece.paragraph;
    let running = matches!(
        piece.kind,
        BlockKind::Paragraph
            | BlockKind::Abstract
            | BlockKind::ListItem
            | BlockKind::Reference
    );
    let sized = paragraph.size > 0.92 * frame.measure.body;
    running
        && sized
        && paragraph.lines.len() >= 2
        && at_edge(piece, frame)
        && is_sentence(paragraph.text())
        || matches!(&piece.kind, BlockKind::Heading(Heading { number: Some(_), .. }))
}

/// Tells whether a piece keeps to the edges of a column of running text.
fn at_edge(piece: &Piece, frame: &Frame) -> bool {
    let bbox = piece.paragraph.bbox;
    piece.kind == BlockKind::Abstract
        || frame.edges.is_left(bbox[0])
        || frame.edges.is_right(bbox[2])
}

/// Tells whether a piece may be rows of a table.
fn is_row(piece: &Piece, frame: &Frame) -> bool {
    let paragraph = &piece.paragraph;
    let text = paragraph.text();
    match piece.kind {
        BlockKind::Table => true,
        BlockKind::Figure | BlockKind::Equation => !text.is_empty(),
        BlockKind::Heading(Heading { number: None, .. }) => {
            paragraph.size < 1.02 * frame.measure.body && !at_edge(piece, frame)
        }
        BlockKind::Paragraph | BlockKind::ListItem | BlockKind::Footnote => {
            let small = paragraph.size < 0.95 * frame.measure.body;
            (small || paragraph.lines.len() == 1 || table::has_rows(paragraph))
                && !is_rest(piece, frame)
                && (small && piece.kind != BlockKind::Footnote || !is_sentence(text))
                && !is_prose(piece, frame)
        }
        _ => false,
    }
}

/// Tells whether a line is the end of a paragraph that begins elsewhere.
fn is_rest(piece: &Piece, frame: &Frame) -> bool {
    let Paragraph { lines, size, bbox, .. } = &piece.paragraph;
    let body = frame.measure.body;
    lines.len() == 1
        && (size - body).abs() < 0.06 * body
        && frame.edges.is_left(bbox[0])
        && piece.paragraph.text().trim_end().ends_with(['.', '?', '!', ':', '。'])
}

/// Tells whether two boxes stand above one another.
fn overlaps(a: [f32; 4], b: [f32; 4]) -> bool {
    let width = (a[2] - a[0]).min(b[2] - b[0]).max(1.0);
    a[2].min(b[2]) - a[0].max(b[0]) > 0.3 * width
}

/// Returns the kind that a piece has after all, given the owner of its place.
fn kind_within(
    piece: &Piece,
    owner: Option<CaptionOf>,
    frame: &Frame,
) -> Option<BlockKind> {
    let paragraph = &piece.paragraph;
    let text = paragraph.text();
    let body = frame.measure.body;
    let small = paragraph.size < 0.95 * body;
    let in_figure = owner == Some(CaptionOf::Figure);
    match &piece.kind {
        BlockKind::Table if in_figure || owner.is_none() && !has_words(text) => {
            Some(BlockKind::Figure)
        }
        BlockKind::Footnote if in_figure => Some(BlockKind::Figure),
        BlockKind::Paragraph | BlockKind::ListItem
            if in_figure
                && (small || paragraph.lines.len() == 1 || !at_edge(piece, frame))
                && !is_rest(piece, frame) =>
        {
            Some(BlockKind::Figure)
        }
        BlockKind::Paragraph if small && text.len() < 120 && !has_words(text) => {
            Some(BlockKind::Figure)
        }
        // What is left of a drawing or a table that other captions stand nearer to.
        BlockKind::Paragraph
            if paragraph.size < 0.88 * body
                && text.len() < 100
                && !is_sentence(text)
                && !text.trim_end().ends_with(['.', '?', '!', ':', '。']) =>
        {
            Some(BlockKind::Figure)
        }
        BlockKind::Equation if in_figure && small => Some(BlockKind::Figure),
        BlockKind::Heading(Heading { number: None, .. })
            if in_figure && paragraph.size < 0.98 * body =>
        {
            Some(BlockKind::Figure)
        }
        _ => None,
    }
}

/// Tells whether a text reads like a sentence: most of its words small, as prose has them.
pub fn is_sentence(text: &str) -> bool {
    let (mut words, mut small, mut numbers, mut labels) = (0, 0, 0, 0);
    let mut unspaced = 0;
    for word in text.split_whitespace() {
        let (mut chars, mut letters, mut cased) = (0, 0, false);
        for c in word.chars() {
            chars += 1;
            if c.is_alphabetic() {
                letters += 1;
                cased |= c.is_uppercase();
            }
            unspaced += usize::from(('\u{2E80}'..='\u{9FFF}').contains(&c));
        }
        words += 1;
        numbers += usize::from(letters == 0);
        labels += usize::from(word.ends_with(':'));
        small += usize::from(letters >= 2 && !cased && letters * 2 > chars);
    }
    if unspaced >= 20 {
        return true;
    }
    words >= 6 && small * 2 >= words && numbers * 5 <= 2 * words && labels * 5 <= words
}

/// Tells whether a text has more letters in words than other signs.
fn has_words(text: &str) -> bool {
    let (mut visible, mut letters) = (0, 0);
    for word in text.split_whitespace() {
        let n = word.chars().filter(|c| c.is_alphabetic()).count();
        visible += word.chars().count();
        letters += if n >= 3 { n } else { 0 };
    }
    letters * 2 > visible
}

#[cfg(test)]
mod tests {
    use super::super::line::{Cell, Line};
    use super::super::run::Run;
    use super::*;

    fn piece(kind: BlockKind, text: &str, bbox: [f32; 4], size: f32) -> Piece {
        let run = Run { text: text.to_owned(), ..Run::default() };
        let lines =
            vec![Default::default(); if bbox[3] - bbox[1] > 15.0 { 3 } else { 1 }];
        let paragraph = Paragraph {
            run,
            bbox,
            size,
            page: 1,
            page_end: 1,
            lines,
            ..Paragraph::default()
        };
        Piece { kind, paragraph, anchor: None }
    }

    #[test]
    fn axes_and_legends_are_no_tables_and_no_footnotes() {
        let prose =
            "The share of mud grows with the depth of the water in all of the cores.";
        let pieces = vec![
            piece(BlockKind::Paragraph, prose, [50.0, 50.0, 300.0, 90.0], 10.0),
            piece(BlockKind::Table, "0.2\t0.4\t0.6", [60.0, 100.0, 280.0, 108.0], 7.0),
            piece(BlockKind::Footnote, "50", [60.0, 120.0, 70.0, 128.0], 7.0),
            piece(
                BlockKind::Paragraph,
                "core A Mud Sand",
                [60.0, 140.0, 200.0, 148.0],
                7.0,
            ),
            piece(BlockKind::Footnote, prose, [60.0, 150.0, 280.0, 158.0], 7.0),
            piece(
                BlockKind::Caption,
                "Figure 1: Grain sizes.",
                [50.0, 170.0, 300.0, 178.0],
                9.0,
            ),
            piece(BlockKind::Table, "Mud\t0.2\t0.4", [60.0, 200.0, 280.0, 208.0], 9.0),
            piece(
                BlockKind::Caption,
                "Table 1: Shares.",
                [50.0, 210.0, 300.0, 218.0],
                9.0,
            ),
            piece(BlockKind::Footnote, "2A word more.", [50.0, 700.0, 300.0, 708.0], 8.0),
            piece(
                BlockKind::Paragraph,
                "10 20 Depth (m)",
                [350.0, 50.0, 400.0, 58.0],
                7.0,
            ),
        ];
        let measure = Measure { body: 10.0, pitch: 12.0 };
        let pieces = settle(pieces, measure, &Edges::default());
        let kinds: Vec<&BlockKind> = pieces.iter().map(|p| &p.kind).collect();
        use BlockKind::{Caption, Figure, Footnote, Paragraph, Table};
        let wanted = [
            &Paragraph, &Figure, &Figure, &Figure, &Figure, &Caption, &Table, &Caption,
            &Footnote, &Figure,
        ];
        assert_eq!(kinds, wanted);
    }

    #[test]
    fn a_table_is_one_though_it_was_read_in_columns() {
        let at = |text: &str, x0: f32, y: f32| {
            let run = Run { text: text.to_owned(), ..Run::default() };
            let x1 = x0 + 50.0;
            let cell = Cell { x0, x1, start: 0 };
            let line = Line {
                run: run.clone(),
                x0,
                x1,
                y,
                size: 10.0,
                cells: vec![cell],
                ..Line::default()
            };
            let bbox = [x0, line.top(), x1, line.bottom()];
            let paragraph = Paragraph {
                run,
                bbox,
                size: 10.0,
                page: 1,
                lines: vec![line],
                ..Paragraph::default()
            };
            Piece { kind: BlockKind::Paragraph, paragraph, anchor: None }
        };
        let caption = piece(
            BlockKind::Caption,
            "Table 1: Shares.",
            [60.0, 80.0, 260.0, 88.0],
            10.0,
        );
        let pieces = vec![
            caption,
            at("Core", 60.0, 100.0),
            at("North", 60.0, 112.0),
            at("Mud Sand Clay", 160.0, 100.0),
            at("0.1 0.7 0.2 0.0", 160.0, 112.0),
        ];
        let measure = Measure { body: 10.0, pitch: 12.0 };
        let pieces = settle(pieces, measure, &Edges::default());
        let texts: Vec<&str> = pieces.iter().map(|p| p.paragraph.text()).collect();
        let table = "Core\tMud Sand Clay\nNorth\t0.1\t0.7\t0.2\t0.0";
        assert_eq!(texts, ["Table 1: Shares.", table]);
        assert_eq!(pieces[1].kind, BlockKind::Table);
    }
}
