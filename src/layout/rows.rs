//! Which pieces of a page make a table: what lies near its caption, stands inside or beside its rows.
//!
//! In: the pieces of a page, a caption and the pieces that it may have. Out: the table's pieces in
//! reading order; tables that were read across, each by itself.

use super::drawing::{Floats, Frame, MOST_CAPTIONS, is_prose, overlaps};
use super::kind::Piece;
use super::measure::Edges;
use super::paragraph::Paragraph;
use super::{BlockKind, Heading, beside, table};

/// Divides tables that were read as one because they stand side by side, each with its caption.
pub(super) fn part_tables(pieces: Vec<Piece>, frame: &Frame) -> Vec<Piece> {
    let captions: Vec<[f32; 4]> = pieces
        .iter()
        .filter(|p| p.kind == BlockKind::Caption)
        .map(|p| p.paragraph.bbox)
        .take(MOST_CAPTIONS)
        .collect();
    if captions.len() < 2 {
        return pieces;
    }
    let near = |gap: f32| (-3.0..3.0 * frame.measure.pitch).contains(&gap);
    let parts = |piece: &Piece| {
        let at = piece.paragraph.bbox;
        let of = |c: &&[f32; 4]| {
            overlaps(at, **c) && (near(at[1] - c[3]) || near(c[1] - at[3]))
        };
        let mut beside: Vec<&[f32; 4]> = captions.iter().filter(of).collect();
        beside.sort_by(|a, b| a[0].total_cmp(&b[0]));
        let apart =
            |a: &[f32; 4], b: &[f32; 4]| a[2] < b[0] && a[1] < b[3] && b[1] < a[3];
        if beside.len() < 2 || !beside.windows(2).all(|pair| apart(pair[0], pair[1])) {
            return None;
        }
        let places: Vec<[f32; 2]> = beside.iter().map(|c| [c[0], c[2]]).collect();
        beside::parts(&piece.paragraph, &places)
    };
    let mut out = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let is_table = piece.kind == BlockKind::Table;
        match is_table.then(|| parts(&piece)).flatten() {
            Some(tables) => out.extend(tables.into_iter().map(|paragraph| Piece {
                kind: BlockKind::Table,
                paragraph,
                anchor: None,
            })),
            None => out.push(piece),
        }
    }
    out
}

/// Returns, in reading order, those of a caption's pieces that follow each other up to it without a
/// wide gap and end with a row. What stands in a box between the rows belongs to them.
pub(super) fn reach(
    pieces: &[Piece],
    may: impl Fn(&usize) -> bool,
    floats: &Floats,
    caption: [f32; 4],
) -> Vec<usize> {
    let Floats { frame, rows, prose, .. } = floats;
    let bbox = |k: usize| pieces[k].paragraph.bbox;
    let gap = |k: usize| (caption[1] - bbox(k)[3]).max(bbox(k)[1] - caption[3]);
    let is_part = |k: &usize| may(k) && (rows[*k] || is_boxed(&pieces[*k], frame));
    let mut order: Vec<usize> = (0..pieces.len()).filter(is_part).collect();
    order.sort_by(|a, b| gap(*a).total_cmp(&gap(*b)));
    let mut reached = 0.0f32;
    let mut near = vec![];
    for k in order {
        let at = bbox(k);
        let beside =
            |p: &[f32; 4]| p[1] < at[3] && p[3] > at[1] && (p[2] < at[0] || p[0] > at[2]);
        if gap(k) > reached + 3.0 * frame.measure.pitch
            || !rows[k] && prose.iter().any(beside)
        {
            break;
        }
        reached = reached.max(gap(k) + bbox(k)[3] - bbox(k)[1]);
        near.push(k);
    }
    let farthest = near.iter().rposition(|k| rows[*k]).map_or(0, |last| last + 1);
    near.truncate(farthest);
    near.sort_unstable();
    near
}

/// Tells whether a piece keeps clear of both edges of its column, as text in a box does, and is no
/// longer than a cell.
fn is_boxed(piece: &Piece, frame: &Frame) -> bool {
    /// Lines of a cell.
    const MOST_LINES: usize = 12;
    let [x0, _, x1, _] = piece.paragraph.bbox;
    let may = matches!(
        piece.kind,
        BlockKind::Paragraph
            | BlockKind::ListItem
            | BlockKind::Code
            | BlockKind::Heading(Heading { number: None, .. })
    );
    let column = frame.edges.column(x0, x1);
    let is_cell = may && piece.paragraph.lines.len() <= MOST_LINES;
    is_cell && column.is_some_and(|[left, right]| x0 > left + 2.0 && x1 < right - 2.0)
}

/// Adds to the members of the table of a caption what else stands inside it, or beside one of them in
/// its column; what stands at a caption beside is another table's, or a drawing's.
pub(super) fn within(
    pieces: &[Piece],
    mut members: Vec<usize>,
    caption: usize,
    owners: &[Option<usize>],
    floats: &Floats,
) -> Vec<usize> {
    let frame = floats.frame;
    let at = floats.captions[caption].1;
    let mut all = [f32::MAX, f32::MAX, f32::MIN, f32::MIN];
    for [x0, y0, x1, y1] in members.iter().map(|k| pieces[*k].paragraph.bbox) {
        all = [all[0].min(x0), all[1].min(y0), all[2].max(x1), all[3].max(y1)];
    }
    let column = frame.edges.column(all[0].min(at[0]), all[2].max(at[2]));
    let [left, right] = column.unwrap_or([f32::MIN, f32::MAX]);
    let is_inside = |piece: &Piece| {
        let [x0, y0, x1, y1] = piece.paragraph.bbox;
        let may = matches!(
            piece.kind,
            BlockKind::Paragraph
                | BlockKind::ListItem
                | BlockKind::Figure
                | BlockKind::Equation
                | BlockKind::Footnote
                | BlockKind::Heading(Heading { number: None, .. })
        );
        let at = &piece.paragraph;
        let beside = |k: &usize| in_row(at, &pieces[*k].paragraph, frame.edges);
        let in_column = x0 > left - 3.0 && x1 < right + 3.0;
        may && y0 > all[1] - 3.0
            && y1 < all[3] + 3.0
            && (x0 > all[0] - 3.0 && x1 < all[2] + 3.0
                || in_column && members.iter().any(beside))
            && !is_prose(piece, frame)
    };
    let of_other = |k: usize| {
        owners[k].filter(|owner| *owner != caption).is_some_and(|owner| {
            let other = floats.captions[owner].1;
            other[1] < at[3] && other[3] > at[1]
        })
    };
    let is_more = |k: &usize| {
        members.binary_search(k).is_err() && !of_other(*k) && is_inside(&pieces[*k])
    };
    let more: Vec<usize> = (0..pieces.len()).filter(is_more).collect();
    members.extend(more);
    members.sort_unstable();
    members
}

/// Tells whether pieces make rows: one has cells, or two stand side by side.
pub(super) fn is_rows(pieces: &[Piece], members: &[usize]) -> bool {
    let part = |k: &usize| &pieces[*k].paragraph;
    members.iter().any(|k| table::has_rows(part(k)))
        || members.iter().any(|a| members.iter().any(|b| stand_beside(part(a), part(b))))
}

/// Tells whether a piece at the foot of the page has another beside it in its column, as notes
/// have none.
pub(super) fn is_last_cell(piece: &Piece, pieces: &[Piece], edges: &Edges) -> bool {
    let is_note = |p: &Piece| p.kind == BlockKind::Footnote;
    let notes = || pieces.iter().filter(|p| is_note(p));
    is_note(piece) && notes().any(|p| in_row(&piece.paragraph, &p.paragraph, edges))
}

/// Tells whether the first lines of two paragraphs stand side by side in one column.
fn in_row(a: &Paragraph, b: &Paragraph, edges: &Edges) -> bool {
    let in_column = |left: &Paragraph, right: &Paragraph| {
        stand_beside(left, right) && !edges.is_left(right.bbox[0])
    };
    in_column(a, b) || in_column(b, a)
}

/// Tells whether the first line of one paragraph stands at the left of that of the other.
fn stand_beside(left: &Paragraph, right: &Paragraph) -> bool {
    let (Some(a), Some(b)) = (left.lines.first(), right.lines.first()) else {
        return false;
    };
    left.bbox[2] < right.bbox[0] && (a.y - b.y).abs() < 0.5 * left.size.min(right.size)
}
