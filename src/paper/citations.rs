//! Every place where a paper cites a reference, with its sentence, section and page.
//!
//! In: blocks with their sections, and the references. Out: citations in reading order. Links
//! (marks in the blocks) are believed; a document without any is read for the marks that it
//! prints, see [`super::printed`].

use std::ops::Range;

use super::sentences::sentences;
use super::{Citation, Reference, printed};
use crate::layout::{Block, BlockKind, Cite};

/// Finds the citations of a document. True: they were told from print, for lack of links.
pub(super) fn find(
    blocks: &mut [(Option<usize>, Block)],
    references: &[Reference],
) -> (Vec<Citation>, bool) {
    let linked =
        blocks.iter().any(|(_, b)| b.kind != BlockKind::Reference && !b.cites.is_empty());
    let mut from_print = false;
    if linked {
        printed::supplement(blocks, references);
    } else if !references.is_empty() {
        from_print = printed::mark(blocks, references);
    }
    let mut citations = Vec::new();
    for (at, (section, block)) in blocks.iter().enumerate() {
        if block.kind == BlockKind::Reference || block.cites.is_empty() {
            continue;
        }
        place(at, *section, block, &mut citations);
    }
    (citations, from_print)
}

fn place(
    at: usize,
    section: Option<usize>,
    block: &Block,
    citations: &mut Vec<Citation>,
) {
    let spans = sentences(&block.text);
    let mut previous: Option<&Cite> = None;
    for cite in &block.cites {
        // A mark that wraps over a line has two links, side by side and to one target.
        let wrapped = previous.is_some_and(|p| {
            p.key == cite.key && adjoins(&block.text, &p.range, &cite.range)
        });
        previous = Some(cite);
        if wrapped {
            continue;
        }
        citations.push(Citation {
            key: cite.key.clone(),
            section,
            page: if cite.page > 0 { cite.page } else { block.page },
            sentence: sentence_of(&block.text, &spans, cite.range.start),
            block: at,
        });
    }
}

fn adjoins(text: &str, a: &Range<usize>, b: &Range<usize>) -> bool {
    text.get(a.end.min(b.start)..b.start.max(a.end.min(b.start))).is_some_and(|gap| {
        gap.chars().all(|c| c.is_whitespace() || matches!(c, ',' | '(' | '-'))
    })
}

/// The sentence around a byte; a mark behind the period belongs to the sentence before it.
fn sentence_of(text: &str, spans: &[Range<usize>], byte: usize) -> String {
    let Some(at) = spans.iter().position(|s| byte < s.end) else {
        return spans.last().map_or(String::new(), |s| text[s.clone()].to_owned());
    };
    text[spans[at].clone()].to_owned()
}
