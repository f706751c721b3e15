//! What a query has read of an index: where the dictionaries have its words, and where rows of them stand.

use std::cell::RefCell;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use tantivy::Term;
use tantivy::postings::TermInfo;
use tantivy::schema::Field;

use super::leaf::Words;
use super::places::Counted;
use super::segment::SegmentView;

/// What is known of the words of one query. Each is looked up once in a field of a segment: its rarity, its
/// lists, a row of words, pairs of words and the spelling all ask for it. A row of words is looked for
/// once: whether it occurs, what matches and what it scores.
#[derive(Clone, Debug, Default)]
pub(super) struct Entries {
    /// By term; with the segment's number and the field.
    known: RefCell<FxHashMap<String, Vec<(usize, Field, Option<TermInfo>)>>>,
    rows: RefCell<FxHashMap<(usize, Field, Words), Rc<Counted>>>,
}

impl Entries {
    /// The entry of a term in a field of a segment, if it has one.
    pub(super) fn find(
        &self,
        view: &SegmentView,
        field: Field,
        term: &str,
    ) -> tantivy::Result<Option<TermInfo>> {
        let mut known = self.known.borrow_mut();
        let here =
            |entry: &&(usize, Field, _)| (entry.0, entry.1) == (view.number, field);
        if let Some((.., entry)) = known.get(term).and_then(|all| all.iter().find(here)) {
            return Ok(entry.clone());
        }
        let index = view.reader.inverted_index(field)?;
        let entry = index.get_term_info(&Term::from_field_text(field, term))?;
        let all = known.entry(term.to_owned()).or_default();
        all.push((view.number, field, entry.clone()));
        Ok(entry)
    }

    /// The passages of a field of a segment that hold a row of words, which `count` looks for.
    pub(super) fn row(
        &self,
        view: &SegmentView,
        field: Field,
        words: &Words,
        count: impl FnOnce() -> tantivy::Result<Counted>,
    ) -> tantivy::Result<Rc<Counted>> {
        let key = (view.number, field, words.clone());
        if let Some(row) = self.rows.borrow().get(&key) {
            return Ok(row.clone());
        }
        let row = Rc::new(count()?);
        self.rows.borrow_mut().insert(key, row.clone());
        Ok(row)
    }

    /// Number of passages that hold a term; deleted ones that are still there count.
    pub(super) fn doc_freq(
        &self,
        segments: &[SegmentView],
        field: Field,
        term: &str,
    ) -> tantivy::Result<u64> {
        let mut sum = 0;
        for view in segments {
            sum += self.find(view, field, term)?.map_or(0, |e| u64::from(e.doc_freq));
        }
        Ok(sum)
    }
}
