//! Paragraphs that run over a column, a page or a float become one again.

use super::BlockKind;
use super::hyphen::{self, Vocabulary, ends_in_hyphen};
use super::kind::Piece;
use super::measure::Measure;

/// Joins each paragraph that goes on elsewhere with its rest.
pub(super) fn join_paragraphs(
    pieces: Vec<Piece>,
    measure: Measure,
    words: &Vocabulary,
) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match goes_on(&out, &piece, measure) {
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
fn goes_on(before: &[Piece], piece: &Piece, measure: Measure) -> Option<usize> {
    if !is_prose(piece) || piece.paragraph.styles.chars < 12 {
        return None;
    }
    let (index, open) = before
        .iter()
        .enumerate()
        .rev()
        .take(16)
        .take_while(|(_, p)| !matches!(p.kind, BlockKind::Heading(_) | BlockKind::Title))
        .find(|(_, p)| {
            let size = piece.paragraph.size;
            is_prose(p)
                && p.paragraph.text().len() >= 80
                && (p.paragraph.size - size).abs() < 0.05 * size
        })?;
    if open.kind == BlockKind::Abstract && piece.kind != BlockKind::Abstract {
        return None;
    }
    let text = open.paragraph.text().trim_end();
    let broken = ends_in_hyphen(text);
    let ended = text.ends_with(['.', '?', '!', ':', '”', ')', '。', '？', '！']);
    let last = open.paragraph.lines.last()?;
    let first = piece.paragraph.lines.first()?;
    let elsewhere = open.paragraph.page_end != piece.paragraph.page
        || last.y > first.y
        || last.y + 2.0 * measure.pitch < first.y;
    let near = open.paragraph.page_end + 1 >= piece.paragraph.page;
    let next = piece.paragraph.text().chars().next()?;
    let unspaced = ('\u{2E80}'..='\u{9FFF}').contains(&next);
    let continues = next.is_lowercase() || broken || unspaced;
    (elsewhere && near && (!ended || broken) && continues).then_some(index)
}

fn is_prose(piece: &Piece) -> bool {
    matches!(piece.kind, BlockKind::Paragraph | BlockKind::Abstract | BlockKind::ListItem)
}
