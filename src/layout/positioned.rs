//! Pages of glyphs to blocks: the way of a PDF.

use crate::extract::glyph::TYPE3;
use crate::extract::{Engine, Positioned};

use super::chunk::{self, PageChunks};
use super::cites::Resolver;
use super::furniture::{self, Dropped};
use super::hyphen::Vocabulary;
use super::kind::{self, Piece};
use super::links::PageLinks;
use super::measure::{Edges, measure};
use super::quality::{self, Counts};
use super::{
    Block, BlockKind, HeadingSource, Laid, backrefs, bibliography, column, drawing, flow,
    gutter, outline, paragraph, type3,
};

/// Lays out a PDF.
pub(super) fn lay_positioned(positioned: Positioned) -> Laid {
    lay_with_dropped(positioned).0
}

/// Lays out a PDF; also returns what is in no block.
pub(super) fn lay_with_dropped(mut positioned: Positioned) -> (Laid, Vec<Dropped>) {
    let has_type3 = positioned
        .pages
        .iter()
        .any(|page| page.glyphs.iter().any(|glyph| glyph.flags & TYPE3 != 0));
    if has_type3 {
        type3::resize(&mut positioned.pages);
    }
    let links = PageLinks::of(&positioned.links, positioned.pages.len());
    let mut pages: Vec<PageChunks> = positioned
        .pages
        .iter()
        .zip(&links)
        .map(|(page, links)| chunk::chunks(page, &positioned.fonts, links))
        .collect();
    let measure = measure(&pages);
    let mut dropped = furniture::drop_furniture(&mut pages, measure.body);
    let mut margin: Vec<String> =
        dropped.iter().filter(|d| d.page == 0).map(|d| d.text.clone()).collect();

    let edges = Edges::of(&pages, measure);
    let gutters = gutter::document_gutters(&pages, measure.body);
    let lines: Vec<_> = pages
        .iter()
        .enumerate()
        .map(|(index, page)| {
            column::reading_order(&page.main, index as u32 + 1, &gutters, measure)
        })
        .collect();
    let words = Vocabulary::of(lines.iter().flatten());
    let paragraphs: Vec<_> = lines
        .into_iter()
        .map(|lines| paragraph::paragraphs(lines, measure, &words))
        .collect();
    let heights: Vec<f32> = pages.iter().map(|page| page.height).collect();
    let (pieces, labels) = kind::classify(paragraphs, measure, &heights);
    let pieces = drawing::settle(pieces, measure, &edges);
    dropped.extend(labels.into_iter().map(|text| Dropped { page: 0, text }));
    let targets = bibliography::targets(&positioned.destinations);
    let pieces = bibliography::split_entries(pieces, &targets, &words);
    let pieces = flow::join_paragraphs(pieces, measure, &edges, &words);
    // A lone bookmark names the document; it is no outline.
    let bookmarks = match positioned.bookmarks.as_slice() {
        [_] => &[],
        all => all,
    };
    let mut pieces = outline::merge(pieces, bookmarks);
    let resolver =
        Resolver::new(&positioned.links, &positioned.destinations, &mut pieces);

    let sizes: Vec<(f32, f32)> =
        positioned.pages.iter().map(|page| (page.width, page.height)).collect();
    let mut blocks: Vec<Block> = pieces
        .into_iter()
        .map(|piece| block(piece, &resolver, &pages, &sizes))
        .filter(|block| !block.text.is_empty())
        .collect();
    dropped.extend(backrefs::drop_backrefs(&mut blocks, pages.len() as u32));
    let mut info = std::mem::take(&mut positioned.info);
    let turned = dropped.len();
    add_turned(&pages, measure.body, &mut blocks, &mut info, &mut dropped);
    let stamps = dropped[turned..].iter().filter(|d| d.page == 0);
    margin.extend(stamps.map(|d| d.text.clone()));

    let quality =
        quality::judge(counts(&positioned), blocks.iter().map(|b| b.text.as_str()));
    let n_pages = positioned.n_pages.max(positioned.pages.len() as u32);
    let unread = positioned.engines.iter().filter(|e| **e == Engine::Neither).count();
    let laid = Laid {
        headings: if bookmarks.is_empty() {
            HeadingSource::Headings
        } else {
            HeadingSource::Bookmarks
        },
        blocks,
        info,
        margin,
        n_pages,
        pages_read: (positioned.pages.len().saturating_sub(unread)) as u32,
        engines: positioned.engines,
        quality,
        faults: positioned.faults,
    };
    (laid, dropped)
}

/// Turns a piece into the block that leaves the layout.
fn block(
    piece: Piece,
    resolver: &Resolver,
    pages: &[PageChunks],
    sizes: &[(f32, f32)],
) -> Block {
    let paragraph = piece.paragraph;
    let run = paragraph.run.trimmed().into_owned();
    let cites = resolver.cites(&run);
    let index = paragraph.page.saturating_sub(1) as usize;
    let bbox = (!paragraph.lines.is_empty()).then(|| {
        let [x0, y0, x1, y1] = paragraph.bbox;
        let (Some(page), Some(size)) = (pages.get(index), sizes.get(index)) else {
            return paragraph.bbox;
        };
        let (a, b) = (page.turn.undo((x0, y0), *size), page.turn.undo((x1, y1), *size));
        [a.0.min(b.0), a.1.min(b.1), a.0.max(b.0), a.1.max(b.1)]
    });
    Block {
        kind: piece.kind,
        text: run.text,
        page: paragraph.page,
        page_end: paragraph.page_end,
        turns: run.turns,
        bbox,
        cites,
        anchor: piece.anchor,
        fields: Vec::new(),
    }
}

/// Slanted type larger than this many times that of the body is a watermark.
const WATERMARK: f32 = 1.8;

/// Puts turned text at the end of its page: labels of axes, tables set sideways. The arXiv stamp
/// goes to the metadata, watermarks to what is dropped.
fn add_turned(
    pages: &[PageChunks],
    body: f32,
    blocks: &mut Vec<Block>,
    info: &mut crate::extract::Info,
    dropped: &mut Vec<Dropped>,
) {
    for (index, page) in pages.iter().enumerate() {
        let mut texts: Vec<&str> = vec![];
        for chunk in &page.turned {
            if let Some(id) = furniture::arxiv_stamp(chunk.text()) {
                info.arxiv.get_or_insert(id);
                dropped
                    .push(Dropped { page: index as u32, text: chunk.run.text.clone() });
            } else {
                texts.push(chunk.text());
            }
        }
        for string in &page.slanted {
            if string.size > WATERMARK * body {
                dropped.push(Dropped { page: index as u32, text: string.text.clone() });
            } else {
                texts.push(string.text.trim());
            }
        }
        if texts.is_empty() {
            continue;
        }
        let page = index as u32 + 1;
        let at = blocks.iter().rposition(|b| b.page <= page).map_or(0, |i| i + 1);
        let text = texts.join(" ");
        let kind = BlockKind::Figure;
        blocks.insert(at, Block { kind, text, page, page_end: page, ..Block::default() });
    }
}

fn counts(positioned: &Positioned) -> Counts {
    let mut counts = Counts { pages: positioned.pages.len() as u64, ..Counts::default() };
    for page in &positioned.pages {
        let shown = page.glyphs.iter().filter(|g| !g.ch.is_whitespace());
        let (mut n, mut unknown) = (0u64, 0u64);
        for glyph in shown {
            n += 1;
            unknown += u64::from(glyph.ch == '\u{FFFD}');
        }
        counts.glyphs += n;
        counts.unknown += unknown;
        counts.empty += u64::from(n == 0);
    }
    counts
}
