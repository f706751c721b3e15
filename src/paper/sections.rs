//! Heading blocks become the section tree.
//!
//! In: blocks in reading order. Out: the sections, a parent before its children, each with a
//! number that is unique in the document, and the innermost section of every block. Where a
//! document outlines itself (bookmarks, markup), only its outline makes sections; a heading that
//! is told by its look alone then belongs to the section it stands in. The bibliography belongs to
//! no section but its own: what it lists is not said under the last heading before it.

use rustc_hash::FxHashSet;

use super::Section;
use crate::layout::{Block, BlockKind, Heading, opens_bibliography, opens_contents};

/// Builds the tree; the second value holds the innermost section of each block.
pub(super) fn build(blocks: &[Block]) -> (Vec<Section>, Vec<Option<usize>>) {
    let outlined = blocks.iter().any(|b| heading(b).is_some_and(|h| h.outlined));
    let mut printed: FxHashSet<String> = FxHashSet::default();
    for block in blocks {
        if let Some(number) = heading(block).and_then(|h| own_number(h, block)) {
            printed.insert(number);
        }
    }
    let mut sections: Vec<Section> = Vec::new();
    let mut used: FxHashSet<String> = FxHashSet::default();
    let mut within = Vec::with_capacity(blocks.len());
    for block in blocks {
        let of_bibliography = bare_bibliography(block);
        if let Some(heading) = heading(block)
            && (heading.outlined
                || !outlined && !of_bibliography && !opens_contents(&block.text))
        {
            let parent = parent_of(&sections, heading.level);
            let own = own_number(heading, block).filter(|n| !used.contains(n));
            let numbered = own.is_some();
            let title = title_of(block, heading.number.as_deref().or(own.as_deref()));
            let number = own
                .unwrap_or_else(|| number_by_place(&sections, parent, &used, &printed));
            used.insert(number.clone());
            sections.push(Section {
                title,
                level: heading.level.max(1),
                page: block.page,
                number,
                numbered,
                parent,
            });
        }
        let last = sections.len().checked_sub(1);
        let told = last.is_some_and(|at| opens_bibliography(&sections[at].title));
        let outside = of_bibliography || block.kind == BlockKind::Reference;
        within.push(last.filter(|_| told || !outside));
    }
    (sections, within)
}

/// Tells whether a block is the unnumbered heading over a bibliography, which no outline names.
fn bare_bibliography(block: &Block) -> bool {
    heading(block).is_some_and(|h| {
        !h.outlined && h.number.is_none() && opens_bibliography(&block.text)
    })
}

/// Gives the sections the pages of their headings.
pub(super) fn place(sections: &mut [Section], blocks: &[(Option<usize>, Block)]) {
    for (within, block) in blocks.iter().rev() {
        if let Some(at) = within {
            sections[*at].page = block.page;
        }
    }
}

fn heading(block: &Block) -> Option<&Heading> {
    match &block.kind {
        BlockKind::Heading(heading) => Some(heading),
        _ => None,
    }
}

/// The last section of a smaller depth; depths may skip.
fn parent_of(sections: &[Section], level: u8) -> Option<usize> {
    let mut at = sections.len().checked_sub(1)?;
    loop {
        if sections[at].level < level.max(1) {
            return Some(at);
        }
        at = sections[at].parent?;
    }
}

/// The printed number, else the one in the anchor (`subsection.2.4`, `appendix.A`).
fn own_number(heading: &Heading, block: &Block) -> Option<String> {
    let printed =
        heading.number.as_deref().map(|n| n.trim().trim_end_matches(['.', ':']));
    // Numbers are parts of topic paths: nothing else than their own marks may stand in them.
    let number: String = printed
        .unwrap_or("")
        .chars()
        .filter(|c| c.is_alphanumeric() || "._-()+".contains(*c))
        .collect();
    if !number.is_empty() {
        return Some(number);
    }
    let (kind, number) = block.anchor.as_deref()?.split_once('.')?;
    let counts = matches!(
        kind,
        "part"
            | "chapter"
            | "section"
            | "subsection"
            | "subsubsection"
            | "paragraph"
            | "subparagraph"
            | "appendix"
            | "subappendix"
    );
    let plain = number.split('.').all(|p| {
        !p.is_empty()
            && p.len() <= 4
            && p != "0"
            && (p.bytes().all(|b| b.is_ascii_digit())
                || p.bytes().all(|b| b.is_ascii_uppercase()))
    });
    (counts && plain).then(|| number.to_owned())
}

/// A number made from the place among the sections of the same parent, that nothing else has.
fn number_by_place(
    sections: &[Section],
    parent: Option<usize>,
    used: &FxHashSet<String>,
    printed: &FxHashSet<String>,
) -> String {
    let before = sections.iter().filter(|s| s.parent == parent).count();
    let stem = parent.map_or(String::new(), |p| format!("{}.", sections[p].number));
    let free = |n: &String| !used.contains(n) && !printed.contains(n);
    // Front matter before a printed `1`.
    let first =
        if before == 0 && printed.contains(&format!("{stem}1")) { 0 } else { before + 1 };
    (first..).map(|n| format!("{stem}{n}")).find(free).expect("numbers do not end")
}

/// The heading's text without its printed number.
fn title_of(block: &Block, number: Option<&str>) -> String {
    let text = block.text.trim();
    let bare = number.and_then(|n| {
        let rest = text.strip_prefix(n)?;
        // Some bookmarks set the period off: `A . Changelog`.
        let rest = rest.strip_prefix(" .").or(rest.strip_prefix('.')).unwrap_or(rest);
        rest.starts_with([' ', ':', '\u{a0}', '\u{3000}']).then_some(rest)
    });
    let bare = bare.unwrap_or(text).trim_start_matches([':', ' ', '\u{a0}', '\u{3000}']);
    let bare = bare.strip_prefix(". ").unwrap_or(bare).trim_start();
    if bare.is_empty() { text.to_owned() } else { bare.to_owned() }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(headings: &[(u8, Option<&str>, &str, bool)], expected: Expect) {
        let blocks: Vec<Block> = headings
            .iter()
            .map(|(level, number, text, outlined)| Block {
                kind: BlockKind::Heading(Heading {
                    level: *level,
                    number: number.map(str::to_owned),
                    outlined: *outlined,
                }),
                text: (*text).to_owned(),
                page: 1,
                ..Block::default()
            })
            .collect();
        let (sections, _) = build(&blocks);
        let mut out = String::new();
        for s in &sections {
            let above = s.parent.map_or("-", |p| sections[p].number.as_str());
            out.push_str(&format!("{} < {above}: {} ({})\n", s.number, s.title, s.level));
        }
        expected.assert_eq(&out);
    }

    #[test]
    fn printed_numbers_and_places() {
        check(
            &[
                (1, None, "Abstract", false),
                (1, None, "Contents", false),
                (1, Some("1"), "1 Introduction", false),
                (2, None, "Scope", false),
                (1, Some("2"), "2. Methods", false),
                (2, Some("2.1"), "2.1 Data", false),
                (3, None, "Sources.", false),
                (1, None, "Acknowledgements", false),
                (1, Some("A"), "A Proofs", false),
                (2, Some("A.1"), "A.1 Lemma", false),
            ],
            expect![[r#"
                0 < -: Abstract (1)
                1 < -: Introduction (1)
                1.1 < 1: Scope (2)
                2 < -: Methods (1)
                2.1 < 2: Data (2)
                2.1.1 < 2.1: Sources. (3)
                4 < -: Acknowledgements (1)
                A < -: Proofs (1)
                A.1 < A: Lemma (2)
            "#]],
        );
    }

    #[test]
    fn an_outline_is_the_tree() {
        check(
            &[
                (1, Some("1"), "1 Introduction", true),
                (4, None, "A run-in head.", false),
                (3, None, "Skips a level", true),
                (1, Some("1"), "1 Introduction", true),
            ],
            expect![[r#"
                1 < -: Introduction (1)
                1.1 < 1: Skips a level (3)
                2 < -: Introduction (1)
            "#]],
        );
    }

    #[test]
    fn the_bibliography_is_in_no_section_but_its_own() {
        let heading = |text: &str, outlined| Block {
            kind: BlockKind::Heading(Heading { level: 1, number: None, outlined }),
            text: text.to_owned(),
            ..Block::default()
        };
        let entry = || Block { kind: BlockKind::Reference, ..Block::default() };
        let of = |blocks: &[Block]| build(blocks).1;
        let (end, list) = (|| heading("Conclusion", true), heading("References", false));
        assert_eq!(
            of(&[end(), Block::default(), list.clone(), entry(), heading("A", true)]),
            [Some(0), Some(0), None, None, Some(1)]
        );
        assert_eq!(
            of(&[heading("Conclusion", false), list, entry()]),
            [Some(0), None, None]
        );
        assert_eq!(
            of(&[end(), heading("References", true), entry()]),
            [Some(0), Some(1), Some(1)]
        );
    }

    #[test]
    fn a_number_known_from_the_anchor_is_no_part_of_the_title() {
        let block = Block {
            kind: BlockKind::Heading(Heading { level: 1, number: None, outlined: true }),
            text: "A . Changelog".into(),
            anchor: Some("appendix.A".into()),
            ..Block::default()
        };
        let (sections, _) = build(&[block]);
        assert_eq!(
            (sections[0].number.as_str(), sections[0].title.as_str()),
            ("A", "Changelog")
        );
    }
}
