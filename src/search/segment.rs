//! A segment with what searches read of it again and again: the facts of its passages, where papers begin
//! and end, and the passages that have each value of a fact.

use std::sync::{Arc, OnceLock};

use tantivy::SegmentReader;
use tantivy::columnar::Column;
use tantivy::postings::SegmentPostings;
use tantivy::schema::{Field, IndexRecordOption};

use super::bits::Bits;
use super::entries::Entries;
use super::matching::Dimension;
use crate::schema::{Facts, IndexSchema, column};

/// A fact of passages that has few values: small numbers, zero for none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Code {
    Kind,
    Lang,
    Format,
    Grade,
}

impl Code {
    pub(super) const ALL: [Code; 4] = [Code::Kind, Code::Lang, Code::Format, Code::Grade];

    /// Values are below this.
    pub(super) fn limit(self) -> usize {
        if self == Code::Lang { 1 << 10 } else { 17 }
    }

    /// The field that filters by it, if one does.
    pub(super) fn dimension(self) -> Option<Dimension> {
        match self {
            Code::Kind => Some(Dimension::Kind),
            Code::Lang => Some(Dimension::Lang),
            Code::Format | Code::Grade => None,
        }
    }

    /// Every passage has a kind: it counts from one.
    fn of(self, facts: u64) -> usize {
        match self {
            Code::Kind => Facts::kind_code(facts) + 1,
            Code::Lang => Facts::lang_code(facts),
            Code::Format => Facts::format_code(facts),
            Code::Grade => Facts::grade_code(facts),
        }
    }
}

/// The passages of a segment that have each value of a code.
pub(super) struct CodeSets {
    /// Values but zero, in no order.
    pub(super) values: Vec<(usize, Bits)>,
    /// The passages with any of them; `None`: all passages.
    pub(super) some: Option<Bits>,
}

impl CodeSets {
    fn new(code: Code, facts: &[u64]) -> CodeSets {
        let n_docs = facts.len() as u32;
        let mut values: Vec<(usize, Bits)> = Vec::new();
        // Neighbours are often alike.
        let mut at = 0;
        for (doc, facts) in (0..).zip(facts) {
            let value = code.of(*facts);
            if values.get(at).is_none_or(|(known, _)| *known != value) {
                at = values.iter().position(|(v, _)| *v == value).unwrap_or_else(|| {
                    values.push((value, Bits::none(n_docs)));
                    values.len() - 1
                });
            }
            values[at].1.insert(doc);
        }
        let none = values.iter().position(|(value, _)| *value == 0);
        let some = none.map(|none| {
            let mut some = Bits::all(n_docs);
            some.and_not(&values.swap_remove(none).1);
            some
        });
        CodeSets { values, some }
    }
}

/// A segment with the columns that leaves and facets read.
pub(super) struct SegmentView {
    pub(super) reader: SegmentReader,
    /// Which segment it is.
    pub(super) number: usize,
    pub(super) schema: Arc<IndexSchema>,
    /// Packed facts of each passage, decoded: every match asks for them.
    facts: Vec<u64>,
    /// First passages of papers.
    pub(super) leads: Bits,
    /// Last passages of papers.
    pub(super) ends: Bits,
    /// Passages that are not deleted; `None`: all of them.
    pub(super) alive: Option<Bits>,
    pub(super) order: Column<u64>,
    /// Made when a facet first asks.
    codes: [OnceLock<CodeSets>; Code::ALL.len()],
}

impl SegmentView {
    /// Opens the columns of a segment.
    pub(super) fn open(
        reader: &SegmentReader,
        number: usize,
        schema: &Arc<IndexSchema>,
    ) -> tantivy::Result<SegmentView> {
        let columns = reader.fast_fields();
        let mut facts = vec![0; reader.max_doc() as usize];
        columns.u64(column::FACTS)?.values.get_range(0, &mut facts);
        let n_docs = reader.max_doc();
        let mut leads = Bits::none(n_docs);
        for (word, facts) in leads.words.iter_mut().zip(facts.chunks(64)) {
            let is_lead = |facts: &u64| u64::from(*facts & Facts::MAX_BACK as u64 == 0);
            *word = facts.iter().rev().fold(0, |word, facts| word << 1 | is_lead(facts));
        }
        let ends = leads.before();
        let alive = reader.alive_bitset().map(|alive| {
            let mut bits = Bits::none(n_docs);
            alive.iter_alive().for_each(|doc| bits.insert(doc));
            bits
        });
        Ok(SegmentView {
            leads,
            ends,
            alive,
            facts,
            order: columns.u64(column::ORDER)?,
            codes: Default::default(),
            number,
            reader: reader.clone(),
            schema: schema.clone(),
        })
    }

    pub(super) fn max_doc(&self) -> u32 {
        self.reader.max_doc()
    }

    pub(super) fn facts(&self, doc: u32) -> u64 {
        self.facts[doc as usize]
    }

    /// The passages that have each value of a code.
    pub(super) fn sets_of(&self, code: Code) -> &CodeSets {
        self.codes[code as usize].get_or_init(|| CodeSets::new(code, &self.facts))
    }

    pub(super) fn is_lead(&self, doc: u32) -> bool {
        self.leads.contains(doc)
    }

    /// First passage of the paper of `doc`.
    pub(super) fn lead_of(&self, doc: u32) -> u32 {
        self.leads.last_to(doc).unwrap_or(0)
    }

    /// Where the passages of the paper of `doc` end.
    pub(super) fn end_of(&self, doc: u32) -> u32 {
        self.ends.first_from(doc).map_or(self.max_doc(), |last| last + 1)
    }

    pub(super) fn postings(
        &self,
        entries: &Entries,
        field: Field,
        term: &str,
        record: IndexRecordOption,
    ) -> tantivy::Result<Option<SegmentPostings>> {
        let Some(entry) = entries.find(self, field, term)? else { return Ok(None) };
        let index = self.reader.inverted_index(field)?;
        Ok(Some(index.read_postings_from_terminfo(&entry, record)?))
    }
}
