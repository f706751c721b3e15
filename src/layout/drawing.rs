//! Words of drawings: axes, legends and labels, told from prose and tables by their place.
//!
//! In: the pieces of all pages with their kinds. Out: the same, with those that belong to a drawing
//! called so. A drawing reaches from its caption upwards to the next prose; what looks like a row
//! of a table or a footnote in there is none. Sentences stay what they are: an example that a
//! figure prints in full is worth finding.

use super::kind::Piece;
use super::measure::Measure;
use super::numbering::{CaptionOf, caption};
use super::{BlockKind, Heading};

/// Gives the words of drawings their kind.
pub(super) fn find_words(pieces: &mut [Piece], measure: Measure) {
    let mut start = 0;
    while start < pieces.len() {
        let page = pieces[start].paragraph.page;
        let n = pieces[start..].iter().take_while(|p| p.paragraph.page == page).count();
        settle_page(&mut pieces[start..start + n], measure);
        start += n;
    }
}

fn settle_page(pieces: &mut [Piece], measure: Measure) {
    let captions: Vec<(CaptionOf, [f32; 4])> = pieces
        .iter()
        .filter(|p| p.kind == BlockKind::Caption)
        .filter_map(|p| Some((caption(p.paragraph.text())?, p.paragraph.bbox)))
        .collect();
    let prose: Vec<[f32; 4]> = pieces
        .iter()
        .filter(|p| is_prose(p, measure))
        .map(|p| p.paragraph.bbox)
        .collect();
    for piece in pieces {
        let owner = owner(piece.paragraph.bbox, &captions, &prose);
        if let Some(kind) = kind_within(piece, owner, measure) {
            piece.kind = kind;
        }
    }
}

/// Running text, which no drawing reaches over.
fn is_prose(piece: &Piece, measure: Measure) -> bool {
    let paragraph = &piece.paragraph;
    let running = matches!(
        piece.kind,
        BlockKind::Paragraph
            | BlockKind::Abstract
            | BlockKind::ListItem
            | BlockKind::Reference
    );
    let sized = paragraph.size > 0.92 * measure.body;
    running && sized && paragraph.lines.len() >= 2 && is_sentence(paragraph.text())
        || matches!(&piece.kind, BlockKind::Heading(Heading { number: Some(_), .. }))
}

/// Returns what the caption that is nearest to a box belongs to: of figures those below it, of
/// tables those on either side; none if prose lies between.
fn owner(
    at: [f32; 4],
    captions: &[(CaptionOf, [f32; 4])],
    prose: &[[f32; 4]],
) -> Option<CaptionOf> {
    let slack = 3.0;
    let mut best: Option<(f32, CaptionOf)> = None;
    for (of, caption) in captions {
        if !overlaps(at, *caption) {
            continue;
        }
        let (below, above) = (caption[1] - at[3], at[1] - caption[3]);
        let gap = match of {
            CaptionOf::Figure => below,
            CaptionOf::Table | CaptionOf::Code => below.max(above),
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
        if !prose.iter().any(between) {
            best = Some((gap, *of));
        }
    }
    best.map(|(_, of)| of)
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
    measure: Measure,
) -> Option<BlockKind> {
    let paragraph = &piece.paragraph;
    let text = paragraph.text();
    let small = paragraph.size < 0.95 * measure.body;
    let in_figure = owner == Some(CaptionOf::Figure);
    match &piece.kind {
        BlockKind::Table if in_figure || owner.is_none() && !has_words(text) => {
            Some(BlockKind::Figure)
        }
        BlockKind::Footnote if in_figure => Some(match is_sentence(text) {
            true => BlockKind::Paragraph,
            false => BlockKind::Figure,
        }),
        BlockKind::Paragraph | BlockKind::ListItem
            if in_figure
                && (small || paragraph.lines.len() == 1)
                && !is_sentence(text) =>
        {
            Some(BlockKind::Figure)
        }
        BlockKind::Paragraph if small && text.len() < 120 && !has_words(text) => {
            Some(BlockKind::Figure)
        }
        // What is left of a drawing or a table that other captions stand nearer to.
        BlockKind::Paragraph
            if paragraph.size < 0.88 * measure.body
                && text.len() < 100
                && !is_sentence(text)
                && !text.trim_end().ends_with(['.', '?', '!', ':', '。']) =>
        {
            Some(BlockKind::Figure)
        }
        BlockKind::Equation if in_figure && small => Some(BlockKind::Figure),
        BlockKind::Heading(Heading { number: None, .. })
            if in_figure && paragraph.size < 0.98 * measure.body =>
        {
            Some(BlockKind::Figure)
        }
        _ => None,
    }
}

/// Tells whether a text reads like a sentence: most of its words small, as prose has them.
pub(super) fn is_sentence(text: &str) -> bool {
    let unspaced = text.chars().filter(|c| ('\u{2E80}'..='\u{9FFF}').contains(c)).count();
    if unspaced >= 20 {
        return true;
    }
    let (mut words, mut small) = (0, 0);
    for word in text.split_whitespace() {
        words += 1;
        let letters = word.chars().filter(|c| c.is_alphabetic()).count();
        let cased = word.chars().any(char::is_uppercase);
        let is_small = letters >= 2 && !cased && letters * 2 > word.chars().count();
        small += usize::from(is_small);
    }
    words >= 6 && small * 2 >= words
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
    use super::super::paragraph::Paragraph;
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
        let mut pieces = vec![
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
        find_words(&mut pieces, Measure { body: 10.0, pitch: 12.0 });
        let kinds: Vec<&BlockKind> = pieces.iter().map(|p| &p.kind).collect();
        use BlockKind::{Caption, Figure, Footnote, Paragraph, Table};
        let wanted = [
            &Paragraph, &Figure, &Figure, &Figure, &Paragraph, &Caption, &Table,
            &Caption, &Footnote, &Figure,
        ];
        assert_eq!(kinds, wanted);
    }
}
