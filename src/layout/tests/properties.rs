//! What holds for every page, however its words are scattered.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::page::{BODY, BOLD, Page, document};
use crate::extract::{Bookmark, Destination, Extracted, Link, LinkTarget, Positioned};
use crate::layout::positioned::lay_with_dropped;
use crate::layout::{BlockKind, lay};

/// Words on a grid of places, so that no two overlap.
fn scattered() -> impl Strategy<Value = Vec<(u8, u8, bool, String)>> {
    let word = "[a-zA-Z0-9]{1,12}";
    prop::collection::vec((0..6u8, 0..50u8, any::<bool>(), word), 1..80)
}

fn page_of(words: &[(u8, u8, bool, String)]) -> Page {
    let mut page = Page::new();
    let mut taken = std::collections::BTreeSet::new();
    for (column, row, bold, word) in words {
        if taken.insert((*column, *row)) {
            let (x, y) =
                (30.0 + 95.0 * f32::from(*column), 40.0 + 14.0 * f32::from(*row));
            page.line(x, y, 10.0, if *bold { BOLD } else { BODY }, word);
        }
    }
    page
}

fn count<'a>(texts: impl Iterator<Item = &'a str>) -> BTreeMap<char, usize> {
    let mut counts = BTreeMap::new();
    for ch in texts.flat_map(str::chars).filter(|c| c.is_alphanumeric()) {
        *counts.entry(ch).or_default() += 1;
    }
    counts
}

fn letters_of(positioned: &Positioned) -> BTreeMap<char, usize> {
    let mut counts = BTreeMap::new();
    for glyph in positioned.pages.iter().flat_map(|page| &page.glyphs) {
        if glyph.ch.is_alphanumeric() {
            *counts.entry(glyph.ch).or_default() += 1;
        }
    }
    counts
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_character_is_in_one_block_or_dropped(
        first in scattered(), second in scattered(), third in scattered(),
    ) {
        let pages = [page_of(&first), page_of(&second), page_of(&third)];
        let positioned = document(pages);
        let there = letters_of(&positioned);
        let (laid, dropped) = lay_with_dropped(positioned);
        let blocks = laid.blocks.iter().map(|b| b.text.as_str());
        let out = count(blocks.chain(dropped.iter().map(|d| d.text.as_str())));
        prop_assert_eq!(there, out);
    }

    #[test]
    fn citations_lie_on_characters_inside_their_block(
        words in scattered(),
        rects in prop::collection::vec((0..560u16, 0..760u16, 5..200u16, 5..40u16, 0..4u8), 0..12),
        text in "[a-zäß漢字é ]{0,40}",
    ) {
        let mut page = page_of(&words);
        page.line(40.0, 745.0, 10.0, BODY, &text);
        let mut positioned = document([page]);
        positioned.links = rects
            .iter()
            .map(|(x, y, w, h, key)| Link {
                page: 0,
                rect: [f32::from(*x), f32::from(*y), f32::from(x + w), f32::from(y + h)],
                target: LinkTarget::Named(format!("cite.key{key}")),
            })
            .collect();
        for block in lay(Extracted::Positioned(positioned)).blocks {
            let mut end = 0;
            for cite in &block.cites {
                prop_assert!(block.text.get(cite.range.clone()).is_some_and(|t| !t.is_empty()));
                prop_assert!(cite.range.start >= end);
                end = cite.range.end;
            }
        }
    }

    #[test]
    fn every_bookmark_is_a_heading_in_order(
        words in scattered(),
        marks in prop::collection::vec(("[A-Z][a-z]{2,8}", 0..3u8, 0..800u16), 0..12),
    ) {
        let mut positioned = document([page_of(&words)]);
        positioned.bookmarks = marks
            .iter()
            .map(|(title, level, y)| Bookmark {
                level: *level,
                title: title.clone(),
                dest: Some(Destination { page: 0, x: None, y: Some(f32::from(*y)) }),
                name: None,
            })
            .collect();
        let laid = lay(Extracted::Positioned(positioned));
        let found: Vec<(u8, String)> = laid
            .blocks
            .iter()
            .filter_map(|block| match &block.kind {
                BlockKind::Heading(h) if h.outlined => {
                    Some((h.level, crate::layout::title_of(&block.text).to_owned()))
                }
                _ => None,
            })
            .collect();
        // A lone bookmark is the document's name.
        let marks = if marks.len() == 1 { vec![] } else { marks };
        let wanted: Vec<(u8, String)> =
            marks.into_iter().map(|(title, level, _)| (level + 1, title)).collect();
        prop_assert_eq!(found, wanted);
    }
}
