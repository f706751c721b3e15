//! The documents of one leaf in one field with the counts of its words, read forward.

use std::rc::Rc;

use tantivy::postings::BlockSegmentPostings;
use tantivy::schema::{Field, IndexRecordOption};

use super::entries::Entries;
use super::leaf::{Leaf, Words};
use super::places::Counted;
use super::segment::SegmentView;

/// The documents of one list, read forward.
pub(super) enum List {
    Empty,
    Blocks { cursor: Box<BlockSegmentPostings>, at: usize },
    Counted { list: Rc<Counted>, at: usize },
}

impl List {
    fn of(list: Rc<Counted>) -> List {
        match list.is_empty() {
            true => List::Empty,
            false => List::Counted { list, at: 0 },
        }
    }

    /// The abstracts of papers whose titles hold a row of words, of the passages with such titles.
    pub(super) fn titled(&self, view: &SegmentView) -> List {
        match self {
            List::Counted { list, .. } => List::of(Rc::new(view.titled(list))),
            List::Empty | List::Blocks { .. } => List::Empty,
        }
    }

    /// The largest count, where it is known without reading all.
    pub(super) fn most(&self) -> f32 {
        match self {
            List::Empty => 0.0,
            List::Blocks { .. } => f32::INFINITY,
            List::Counted { list, .. } => {
                list.iter().map(|(_, count)| *count).max().unwrap_or(0) as f32
            }
        }
    }

    /// Number of documents, deleted ones included.
    pub(super) fn len(&self) -> usize {
        match self {
            List::Empty => 0,
            List::Blocks { cursor, .. } => cursor.doc_freq() as usize,
            List::Counted { list, .. } => list.len(),
        }
    }

    /// Whether a document before `to` is still to come.
    pub(super) fn reaches(&self, to: u32) -> bool {
        match self {
            List::Empty => false,
            List::Counted { list, at } => list.get(*at).is_some_and(|(doc, _)| *doc < to),
            List::Blocks { cursor, at } => {
                cursor.docs().get(*at).is_some_and(|doc| *doc < to)
            }
        }
    }

    /// Calls `visit` with each document in `from..to` and its count.
    #[inline]
    pub(super) fn each(&mut self, from: u32, to: u32, mut visit: impl FnMut(u32, f32)) {
        match self {
            List::Empty => {}
            List::Counted { list, at } => {
                while *at < list.len() && list[*at].0 < to {
                    if list[*at].0 >= from {
                        visit(list[*at].0, list[*at].1 as f32);
                    }
                    *at += 1;
                }
            }
            List::Blocks { cursor, at } => {
                if cursor.docs().get(*at).is_some_and(|doc| *doc < from) {
                    *at = cursor.seek(from);
                }
                loop {
                    let docs = cursor.docs();
                    if docs.is_empty() {
                        return;
                    }
                    let end = match docs.last() {
                        Some(last) if *last < to => docs.len(),
                        _ => *at + docs[*at..].partition_point(|doc| *doc < to),
                    };
                    let freqs = &cursor.freqs()[*at..end];
                    for (doc, freq) in docs[*at..end].iter().zip(freqs) {
                        visit(*doc, *freq as f32);
                    }
                    *at = end;
                    if *at < docs.len() {
                        return;
                    }
                    cursor.advance();
                    *at = 0;
                }
            }
        }
    }
}

/// Opens the lists of a leaf: in the text, and in the title.
pub(super) fn open_lists(
    view: &SegmentView,
    entries: &Entries,
    leaf: &Leaf,
) -> tantivy::Result<(List, List)> {
    if let Leaf::Text(words) = leaf
        && let Some(term) = single(words)
    {
        let text = open_blocks(view, entries, view.schema.text, term)?;
        let title = open_blocks(view, entries, view.schema.title, term)?;
        return Ok((text, title));
    }
    let (text, title) = view.counted(entries, leaf)?;
    Ok((List::of(text), List::of(title)))
}

/// The term of what is one term.
fn single(words: &Words) -> Option<&str> {
    match words.places.as_slice() {
        [word] => Some(word),
        _ => None,
    }
}

fn open_blocks(
    view: &SegmentView,
    entries: &Entries,
    field: Field,
    term: &str,
) -> tantivy::Result<List> {
    let Some(entry) = entries.find(view, field, term)? else { return Ok(List::Empty) };
    let index = view.reader.inverted_index(field)?;
    let cursor =
        index.read_block_postings_from_terminfo(&entry, IndexRecordOption::WithFreqs)?;
    Ok(match cursor.docs().is_empty() {
        true => List::Empty,
        false => List::Blocks { cursor: Box::new(cursor), at: 0 },
    })
}
