//! Paragraphs that run over a column, a page or a float become one again.

use super::BlockKind;
use super::hyphen::{self, Vocabulary, ends_in_hyphen};
use super::kind::Piece;
use super::measure::{Edges, Measure};

/// Farther back, in pieces, nothing is looked for that goes on.
const MOST_BETWEEN: usize = 60;

/// Joins each paragraph that goes on elsewhere with its rest.
pub(super) fn join_paragraphs(
    pieces: Vec<Piece>,
    measure: Measure,
    edges: &Edges,
    words: &Vocabulary,
) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match goes_on(&out, &piece, measure, edges) {
            Some(index) => {
                let before = &mut out[index].paragraph;
                hyphen::join(&mut before.run, &piece.paragraph.run, words);
                let rest = piece.paragraph.run.text.trim().len();
                let turn = before.run.text.len().saturating_sub(rest);
                for _ in before.page_end..piece.paragraph.page {
                    before.run.turns.push(turn);
                }
                before.page_end = piece.paragraph.page_end;
                before.styles.add(&piece.paragraph.styles);
                before.lines.extend(piece.paragraph.lines);
            }
            None => out.push(piece),
        }
    }
    out
}

/// Returns the earlier piece that `piece` is the rest of.
fn goes_on(
    before: &[Piece],
    piece: &Piece,
    measure: Measure,
    edges: &Edges,
) -> Option<usize> {
    if !is_prose(piece) || piece.paragraph.styles.chars < 12 {
        return note_goes_on(before, piece);
    }
    let (index, open) = before
        .iter()
        .enumerate()
        .rev()
        .take(MOST_BETWEEN)
        .take_while(|(_, p)| !matches!(p.kind, BlockKind::Heading(_) | BlockKind::Title))
        .find(|(_, p)| {
            let size = piece.paragraph.size;
            let text = p.paragraph.text();
            is_prose(p)
                && (text.len() >= 80 || text.len() >= 24 && ends_full(p))
                && (p.paragraph.size - size).abs() < 0.05 * size
        })?;
    if open.kind == BlockKind::Abstract && piece.kind != BlockKind::Abstract {
        return None;
    }
    if before[index + 1..].iter().any(|p| displayed(p, open, piece, measure)) {
        return None;
    }
    let text = open.paragraph.text().trim_end();
    let broken = ends_in_hyphen(text);
    let closed = text.ends_with(['.', '?', '!', ':', '。', '？', '！']);
    let full = ends_full(open);
    let ended = closed || !full && text.ends_with(['”', ')']);
    let last = open.paragraph.lines.last()?;
    let first = piece.paragraph.lines.first()?;
    let elsewhere = open.paragraph.page_end != piece.paragraph.page
        || last.y > first.y
        || last.y + 2.0 * measure.pitch < first.y;
    let near = open.paragraph.page_end + 1 >= piece.paragraph.page;
    let next = piece.paragraph.text().chars().next()?;
    let unspaced = ('\u{2E80}'..='\u{9FFF}').contains(&next);
    // A sentence that stops at the end of a full line goes on with a name or a number, too.
    let far = open.paragraph.page_end != piece.paragraph.page
        || last.y > first.y
        || last.y + 5.0 * measure.pitch < first.y;
    let cut = far
        && full
        && edges.is_right(last.x1)
        && edges.is_left(first.x0)
        && !text.ends_with(['”', ')', ';'])
        && piece.kind == BlockKind::Paragraph;
    let continues = next.is_lowercase() || broken || unspaced || cut;
    (elsewhere && near && (!ended || broken) && continues).then_some(index)
}

/// Returns the footnote that a footnote of the next column or page is the rest of.
fn note_goes_on(before: &[Piece], piece: &Piece) -> Option<usize> {
    let is_note = |p: &Piece| p.kind == BlockKind::Footnote;
    if !is_note(piece) {
        return None;
    }
    let index = before.iter().rposition(is_note)?;
    let open = &before[index].paragraph;
    let first = piece.paragraph.lines.first()?;
    let away = open.page_end + 1 == piece.paragraph.page
        || open.page_end == piece.paragraph.page
            && open.lines.last().is_some_and(|last| last.column != first.column);
    let text = open.text().trim_end();
    let cut = !text.ends_with(['.', '?', '!', '。', '/']) && text.len() >= 20;
    let goes_on = piece.paragraph.text().starts_with(char::is_lowercase)
        && !piece.paragraph.text().starts_with("http");
    (away && cut && goes_on).then_some(index)
}

/// Tells whether a piece is an equation that one of two paragraphs is set around.
fn displayed(piece: &Piece, above: &Piece, below: &Piece, measure: Measure) -> bool {
    let (at, next) = (&piece.paragraph, &below.paragraph);
    let beside = |bbox: [f32; 4]| at.bbox[0] < bbox[2] && at.bbox[2] > bbox[0];
    let near = |gap: f32| (-measure.pitch..2.5 * measure.pitch).contains(&gap);
    let follows = above.paragraph.lines.last().is_some_and(|last| {
        at.page == last.page
            && beside([last.column_x0, 0.0, last.column_x1, 0.0])
            && near(at.bbox[1] - last.bottom())
    });
    let leads =
        at.page == next.page && beside(next.bbox) && near(next.bbox[1] - at.bbox[3]);
    piece.kind == BlockKind::Equation && (follows || leads)
}

/// Tells whether the last line of a piece reaches the right edge of its column.
fn ends_full(piece: &Piece) -> bool {
    let last = piece.paragraph.lines.last();
    last.is_some_and(|line| line.x1 > line.column_x1 - 2.0 * line.size)
}

fn is_prose(piece: &Piece) -> bool {
    matches!(piece.kind, BlockKind::Paragraph | BlockKind::Abstract | BlockKind::ListItem)
}
