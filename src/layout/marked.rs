//! Marked-up text to blocks: the author has said what is what, so little is left to do.
//!
//! In: [`Marked`]. Out: [`Laid`]: white space of running text collapsed (citations moved with it),
//! references as blocks at the end, quality judged from the words.

use std::ops::Range;

use super::{Block, BlockKind, Cite, Heading, HeadingSource, Laid, Quality, quality};
use crate::extract::{Element, ElementKind, Marked, MarkedReference, Markup};

/// Lays out a marked-up document.
pub fn lay_marked(marked: Marked) -> Laid {
    let guessed = marked.markup == Markup::Guessed;
    let headings = match marked.markup {
        Markup::Tex => HeadingSource::Tex,
        Markup::Elements => HeadingSource::Html,
        Markup::Guessed => HeadingSource::Headings,
    };
    let elements = marked.elements.into_iter().map(|e| block(e, !guessed));
    let references = marked.references.into_iter().map(reference);
    let mut blocks: Vec<Block> = elements.chain(references).collect();
    blocks.retain(|block| !block.text.is_empty());
    let n_pages = blocks.iter().map(|block| block.page_end).max().unwrap_or(0);
    Laid {
        quality: judged(&blocks),
        blocks,
        headings,
        info: marked.info,
        margin: Vec::new(),
        n_pages,
        pages_read: n_pages,
        engines: Vec::new(),
        faults: marked.faults,
    }
}

fn block(element: Element, outlined: bool) -> Block {
    let page = element.page.unwrap_or(0);
    let ranges = element.cites.iter().map(|(range, _)| range.clone()).collect::<Vec<_>>();
    let (text, moved) = match element.kind {
        ElementKind::Table | ElementKind::Code => {
            (element.text.trim_end().to_owned(), ranges)
        }
        _ => collapse(&element.text, &ranges),
    };
    let keys = element.cites.into_iter().map(|(_, key)| key);
    let cites = moved.into_iter().zip(keys).map(|(range, key)| Cite { range, key, page });
    Block {
        kind: kind(element.kind, outlined),
        cites: cites.collect(),
        text,
        page,
        page_end: page,
        anchor: element.label,
        ..Block::default()
    }
}

fn kind(kind: ElementKind, outlined: bool) -> BlockKind {
    match kind {
        ElementKind::Title => BlockKind::Title,
        ElementKind::Authors => BlockKind::Authors,
        ElementKind::Abstract => BlockKind::Abstract,
        ElementKind::Heading(level, number) => {
            BlockKind::Heading(Heading { level: level.max(1), number, outlined })
        }
        ElementKind::Paragraph => BlockKind::Paragraph,
        ElementKind::ListItem => BlockKind::ListItem,
        ElementKind::Caption => BlockKind::Caption,
        ElementKind::Table => BlockKind::Table,
        ElementKind::Equation => BlockKind::Equation,
        ElementKind::Footnote => BlockKind::Footnote,
        ElementKind::Code => BlockKind::Code,
    }
}

fn reference(reference: MarkedReference) -> Block {
    Block {
        kind: BlockKind::Reference,
        text: collapse(&reference.text, &[]).0,
        anchor: Some(reference.key),
        fields: reference.fields,
        ..Block::default()
    }
}

/// Collapses white space to single blanks, none at the ends, and moves `ranges` with the text.
fn collapse(text: &str, ranges: &[Range<usize>]) -> (String, Vec<Range<usize>>) {
    let mut out = String::with_capacity(text.len());
    // Offset in `out` of each byte offset in `text` at which a range begins or ends.
    let mut marks: Vec<usize> = ranges.iter().flat_map(|r| [r.start, r.end]).collect();
    marks.sort_unstable();
    marks.dedup();
    let mut places = Vec::with_capacity(marks.len());
    for (at, c) in text.char_indices() {
        let white = c.is_whitespace() || c.is_control();
        if white && !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
        while marks.get(places.len()).is_some_and(|&mark| mark <= at) {
            places.push(out.len());
        }
        if !white {
            out.push(c);
        }
    }
    out.truncate(out.trim_end().len());
    places.resize(marks.len(), out.len());
    let place = |offset: usize| {
        let found = marks.binary_search(&offset).map(|i| places[i]);
        found.unwrap_or(out.len()).min(out.len())
    };
    let moved = ranges
        .iter()
        .map(|range| {
            let (start, end) = (place(range.start), place(range.end));
            let end = start + out[start..end.max(start)].trim_end().len();
            start..end
        })
        .collect();
    (out, moved)
}

fn judged(blocks: &[Block]) -> Quality {
    let prose =
        |block: &&Block| !matches!(block.kind, BlockKind::Equation | BlockKind::Code);
    let texts = || blocks.iter().filter(prose).map(|block| block.text.as_str());
    let mut counts = quality::Counts::default();
    for c in texts().flat_map(str::chars).filter(|c| !c.is_whitespace()) {
        counts.glyphs += 1;
        counts.unknown += u64::from(c == '\u{FFFD}');
    }
    quality::judge(counts, texts())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn citations_move_with_collapsed_white_space() {
        let text = "  As\n  shown  [1,\n 2] by all. ";
        let start = text.find('[').unwrap();
        let end = text.find(']').unwrap() + 1;
        let (text, moved) = collapse(text, &[start..end, start..end]);
        assert_eq!(text, "As shown [1, 2] by all.");
        assert_eq!(
            moved.iter().map(|r| &text[r.clone()]).collect::<Vec<_>>(),
            ["[1, 2]"; 2]
        );
    }

    #[test]
    fn a_mark_at_either_end() {
        let (text, moved) = collapse(" [a] x [b] ", &[1..4, 7..10]);
        assert_eq!(text, "[a] x [b]");
        assert_eq!(moved, [0..3, 6..9]);
    }

    #[test]
    fn tables_keep_their_cells_and_references_their_keys() {
        let laid = lay_marked(Marked {
            elements: vec![Element {
                kind: ElementKind::Table,
                text: "a\tb\nc\td\n".into(),
                ..Element::default()
            }],
            references: vec![MarkedReference {
                key: "knuth84".into(),
                text: "D. Knuth.\n The book.".into(),
                fields: vec![("year".into(), "1984".into())],
            }],
            ..Marked::default()
        });
        assert_eq!(laid.blocks[0].text, "a\tb\nc\td");
        assert_eq!(laid.blocks[1].text, "D. Knuth. The book.");
        assert_eq!(laid.blocks[1].anchor.as_deref(), Some("knuth84"));
        assert_eq!(laid.blocks[1].kind, BlockKind::Reference);
    }
}
