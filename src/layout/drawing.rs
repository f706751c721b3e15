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
use super::{BlockKind, Heading, beside, labelled, rows, table};

/// More captions than this on one page are not looked at.
pub(super) const MOST_CAPTIONS: usize = 40;

/// What is normal in the document.
pub(super) struct Frame<'a> {
    /// Type and lines of running text.
    pub measure: Measure,
    /// Edges of its columns.
    pub edges: &'a Edges,
    /// The captions of tables stand below them.
    tables_above: bool,
}

/// Gives the words of drawings their kind and makes tables whole.
pub(super) fn settle(pieces: Vec<Piece>, measure: Measure, edges: &Edges) -> Vec<Piece> {
    let mut frame = Frame { measure, edges, tables_above: false };
    let is_same = |a: &Piece, b: &Piece| a.paragraph.page == b.paragraph.page;
    let (mut above, mut below) = (0, 0);
    for page in pieces.chunk_by(is_same) {
        let mut captions = captions(page);
        captions.retain(|(of, _)| *of == CaptionOf::Table);
        for sides in sides(&captions, page, &frame) {
            match sides {
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

fn settle_page(pieces: Vec<Piece>, frame: &Frame, out: &mut Vec<Piece>) {
    let mut pieces = rows::part_tables(pieces, frame);
    caption_rests(&mut pieces, frame);
    let floats = Floats::of(&pieces, frame);
    let owners: Vec<Option<usize>> =
        pieces.iter().map(|piece| floats.owner(piece)).collect();
    let drawn = drawn_equations(&pieces, &owners);
    for (k, piece) in pieces.iter_mut().enumerate() {
        let of = owners[k].map(|i| floats.captions[i].0);
        if drawn.contains(&k) && of == Some(CaptionOf::Figure) {
            piece.kind = BlockKind::Figure;
        } else if let Some(kind) = kind_within(piece, of, frame) {
            piece.kind = kind;
        }
    }
    let mut tables: Vec<Vec<usize>> = vec![];
    let mut gone = vec![false; pieces.len()];
    for (i, (of, at)) in floats.captions.iter().enumerate() {
        if *of != CaptionOf::Table {
            continue;
        }
        let of_table = |k: &usize| owners[*k] == Some(i) && !gone[*k];
        let members = rows::reach(&pieces, of_table, &floats, *at);
        let mut members = rows::within(&pieces, members, i, &owners, &floats);
        members.retain(|k| !gone[*k]);
        if rows::is_rows(&pieces, &members) {
            members.iter().for_each(|k| gone[*k] = true);
            tables.push(members);
        }
    }
    let free = |k: usize| owners[k].is_none() && !gone[k];
    tables.extend(labelled::labelled(&pieces, free, frame.edges, frame.measure));
    let mut whole: Vec<Option<Piece>> = pieces.into_iter().map(Some).collect();
    let mut made: Vec<(usize, Vec<Paragraph>)> = vec![];
    for members in tables {
        let parts = members.iter().filter_map(|k| whole[*k].take()).map(|p| p.paragraph);
        let table = table::whole(parts.collect());
        made.push((members[0], beside::lettered(&table).unwrap_or_else(|| vec![table])));
    }
    for (k, piece) in whole.into_iter().enumerate() {
        let tables = made.iter_mut().find(|(first, _)| *first == k);
        let tables = tables.map_or(vec![], |(_, tables)| std::mem::take(tables));
        let as_table =
            |paragraph| Piece { kind: BlockKind::Table, paragraph, anchor: None };
        out.extend(tables.into_iter().map(as_table));
        let Some(piece) = piece else { continue };
        let says = piece.kind == BlockKind::Figure && is_sentence(piece.paragraph.text());
        match says.then(|| beside::columns(&piece.paragraph)).flatten() {
            Some(columns) => out.extend(columns.into_iter().map(|paragraph| Piece {
                kind: BlockKind::Figure,
                paragraph,
                anchor: None,
            })),
            None => out.push(piece),
        }
    }
}

/// Gives the further paragraphs of a caption its kind: of the same small type, in or right below it. What
/// a formula has cut off in the middle of a sentence is joined again.
fn caption_rests(pieces: &mut Vec<Piece>, frame: &Frame) {
    for k in 1..pieces.len() {
        let (before, after) = pieces.split_at_mut(k);
        let (above, piece) = (&mut before[k - 1], &mut after[0]);
        let (of, at) = (above.paragraph.bbox, piece.paragraph.bbox);
        let size = piece.paragraph.size;
        let beside = at[1] > of[1] && at[3] < of[3] + 1.0 && at[0] > of[0];
        let below = (-2.0..0.8 * frame.measure.pitch).contains(&(at[1] - of[3]))
            && (at[0] - of[0]).abs() < 0.3 * size;
        let goes_on = piece.kind == BlockKind::Paragraph
            && above.kind == BlockKind::Caption
            && size < 0.95 * frame.measure.body
            && (size - above.paragraph.size).abs() < 0.02 * size
            && (beside || below)
            && at[2] < of[2] + 3.0
            && is_sentence(piece.paragraph.text())
            && !table::is_table(&piece.paragraph);
        if !goes_on {
            continue;
        }
        piece.kind = BlockKind::Caption;
        if !above.paragraph.text().trim_end().ends_with(['.', '?', '!', '。']) {
            let rest = std::mem::take(&mut above.paragraph);
            let below = std::mem::replace(&mut piece.paragraph, rest);
            piece.paragraph.run.space();
            piece.paragraph.run.append(&below.run);
            piece.paragraph.take_beside(below);
            piece.anchor = above.anchor.take();
        }
    }
    pieces.retain(|piece| !piece.paragraph.run.text.is_empty());
}

/// Returns the equations that have words of the same drawing below them.
fn drawn_equations(pieces: &[Piece], owners: &[Option<usize>]) -> Vec<usize> {
    let is = |k: usize, kind: BlockKind| owners[k].is_some() && pieces[k].kind == kind;
    let at = |k: usize| pieces[k].paragraph.bbox;
    let below = |k: usize, other: usize| {
        is(other, BlockKind::Figure)
            && owners[other] == owners[k]
            && at(other)[1] > at(k)[3] - 3.0
    };
    let all = 0..pieces.len();
    all.clone()
        .filter(|k| is(*k, BlockKind::Equation) && all.clone().any(|o| below(*k, o)))
        .collect()
}

/// The captions of a page and what keeps floats apart.
pub(super) struct Floats<'a> {
    /// What is normal in the document.
    pub frame: &'a Frame<'a>,
    /// What its captions name, and where they stand.
    pub captions: Vec<(CaptionOf, [f32; 4])>,
    /// For each caption, from where to where its float may reach.
    spans: Vec<[f32; 4]>,
    /// For each caption, whether rows of a table stand closely above it, and below.
    sides: Vec<(bool, bool)>,
    /// Running text and headings.
    pub prose: Vec<[f32; 4]>,
    /// For each piece, whether it may be part of a table; empty where no caption is a table's.
    pub rows: Vec<bool>,
}

impl<'a> Floats<'a> {
    fn of(pieces: &[Piece], frame: &'a Frame) -> Floats<'a> {
        let captions = captions(pieces);
        // Where there are none, nobody asks what stands between.
        let prose = pieces.iter().filter(|p| !captions.is_empty() && is_prose(p, frame));
        Floats {
            frame,
            sides: sides(&captions, pieces, frame),
            spans: captions.iter().map(|c| span(*c, pieces, frame)).collect(),
            prose: prose.map(|p| p.paragraph.bbox).collect(),
            rows: match captions.iter().any(|(of, _)| *of == CaptionOf::Table) {
                true => pieces.iter().map(|p| may_be_row(p, pieces, frame)).collect(),
                false => vec![],
            },
            captions,
        }
    }

    /// Returns the caption that a piece belongs to: of figures those below it, of tables those on
    /// the side where the document has them, or where nothing else is; none if prose lies between.
    fn owner(&self, piece: &Piece) -> Option<usize> {
        self.nearest(piece.paragraph.bbox).or_else(|| self.owner_above(piece))
    }

    /// Returns the caption nearest to a place on the side where its float is looked for.
    fn nearest(&self, at: [f32; 4]) -> Option<usize> {
        let slack = 3.0;
        let mut best: Option<(f32, usize)> = None;
        for (index, (of, caption)) in self.captions.iter().enumerate() {
            if !overlaps(at, self.spans[index]) || *caption == at {
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

    /// Returns the caption of the drawing that words belong to which no caption has: the one that
    /// stands above them, and itself has no words above.
    fn owner_above(&self, piece: &Piece) -> Option<usize> {
        let at = piece.paragraph.bbox;
        let is_label = piece.paragraph.size < 0.95 * self.frame.measure.body
            && matches!(piece.kind, BlockKind::Table | BlockKind::Figure)
            && !is_sentence(piece.paragraph.text());
        let above = |(_, (of, caption)): &(usize, &(CaptionOf, [f32; 4]))| {
            *of == CaptionOf::Figure && caption[3] < at[1] && overlaps(at, *caption)
        };
        let captions = || self.captions.iter().enumerate();
        let bottom = |i: usize| self.captions[i].1[3];
        let (index, _) = captions()
            .filter(above)
            .max_by(|a, b| bottom(a.0).total_cmp(&bottom(b.0)))
            .filter(|(i, _)| is_label && self.sides[*i] == (false, true))?;
        let between = |p: &[f32; 4]| {
            p[1] >= bottom(index) - 3.0 && p[3] <= at[1] + 3.0 && overlaps(*p, at)
        };
        let barred = self.prose.iter().chain(captions().map(|(_, (_, b))| b));
        (!barred.into_iter().any(between)).then_some(index)
    }
}

/// Returns what the captions of a page name, and where they stand.
fn captions(pieces: &[Piece]) -> Vec<(CaptionOf, [f32; 4])> {
    let captions = pieces.iter().filter(|p| p.kind == BlockKind::Caption);
    let captions =
        captions.filter_map(|p| Some((caption(p.paragraph.text())?, p.paragraph.bbox)));
    // A list of figures is no page of figures.
    captions.take(MOST_CAPTIONS).collect()
}

/// Returns for each caption whether rows of a table stand closely above it, and below.
fn sides(
    captions: &[(CaptionOf, [f32; 4])],
    pieces: &[Piece],
    frame: &Frame,
) -> Vec<(bool, bool)> {
    let near = |gap: f32| (-3.0..3.0 * frame.measure.pitch).contains(&gap);
    let is_table = |piece: &Piece| {
        piece.kind == BlockKind::Table
            || piece.kind != BlockKind::Caption && table::is_table(&piece.paragraph)
    };
    let sides_of = |caption: [f32; 4], is_row: &dyn Fn(&Piece) -> bool| {
        let mut sides = (false, false);
        for piece in pieces {
            let at = piece.paragraph.bbox;
            let (above, below) = (near(caption[1] - at[3]), near(at[1] - caption[3]));
            if (above || below) && overlaps(at, caption) && is_row(piece) {
                sides.0 |= above;
                sides.1 |= below;
            }
        }
        sides
    };
    // Where no table is to be seen, words that may be rows tell the side.
    let sides = |(_, at): &(CaptionOf, [f32; 4])| match sides_of(*at, &is_table) {
        (false, false) => sides_of(*at, &|piece| may_be_row(piece, pieces, frame)),
        sides => sides,
    };
    captions.iter().map(sides).collect()
}

/// Returns where the words of a caption's float may stand: over the whole column where a short caption
/// stands alone in its middle.
fn span(caption: (CaptionOf, [f32; 4]), pieces: &[Piece], frame: &Frame) -> [f32; 4] {
    let (of, at) = caption;
    let beside = |p: &Piece| {
        let other = p.paragraph.bbox;
        other != at && other[1] < at[3] && other[3] > at[1]
    };
    match frame.edges.column(at[0], at[2]) {
        Some([x0, x1])
            if of != CaptionOf::Code
                && ((x0 + x1) - (at[0] + at[2])).abs() < 0.1 * (x1 - x0)
                && !pieces.iter().any(beside) =>
        {
            [x0, at[1], x1, at[3]]
        }
        _ => at,
    }
}

/// Running text, which no float reaches over.
pub(super) fn is_prose(piece: &Piece, frame: &Frame) -> bool {
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
        && paragraph.lines.len() >= 2
        && (sized && at_edge(piece, frame) || fills_column(piece, frame))
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

/// Tells whether a piece of text reaches from one edge of a column to the other.
fn fills_column(piece: &Piece, frame: &Frame) -> bool {
    reaches_over(piece, frame) && !table::has_cells(&piece.paragraph)
}

/// Tells whether a piece reaches from one edge of a column to the other.
fn reaches_over(piece: &Piece, frame: &Frame) -> bool {
    let bbox = piece.paragraph.bbox;
    frame.edges.is_left(bbox[0]) && frame.edges.is_right(bbox[2])
}

/// Tells whether a piece may be part of a table.
fn may_be_row(piece: &Piece, pieces: &[Piece], frame: &Frame) -> bool {
    is_row(piece, frame) || rows::is_last_cell(piece, pieces, frame.edges)
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
                && (paragraph.lines.len() <= 2 || !reaches_over(piece, frame))
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
pub(super) fn overlaps(a: [f32; 4], b: [f32; 4]) -> bool {
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
                && (small
                    || paragraph.lines.len() == 1
                    || !at_edge(piece, frame)
                    || !is_sentence(text))
                && !fills_column(piece, frame)
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
mod tests;
