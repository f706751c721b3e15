//! The leaves of a query: what each asks of a passage, and the passages of a segment that have it.

use std::rc::Rc;

use tantivy::schema::{Field, IndexRecordOption};

use super::bits::Bits;
use super::entries::Entries;
use super::places::{Counted, Place, count_places, most_of};
use super::plan::forms_of;
use super::segment::SegmentView;
use crate::passage::PassageKind;
use crate::schema::{Facts, column};

/// Words in a row, or one word.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Words {
    pub(super) places: Vec<String>,
    /// Where each place stands, from the first.
    pub(super) offsets: Vec<u32>,
    /// `None`: side by side in this order. `Some(n)`: within `n` words more than they are, in any
    /// order.
    pub(super) slop: Option<u32>,
}

impl Words {
    /// One word.
    pub(super) fn one(word: String) -> Words {
        Words { places: vec![word], offsets: vec![0], slop: None }
    }
}

/// What is asked of a passage.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Leaf {
    /// Every passage.
    All,
    /// No passage.
    Nothing,
    /// Stems in the passage's own text; the title belongs to the first passage.
    Text(Words),
    /// A compound, likewise: its joined form, or its parts in a row.
    Compound(String, Words),
    /// Any of these folded forms as written, likewise.
    Exact(Vec<String>),
    /// Stems in the paper's title.
    Title(Words),
    /// Any of these stems in the paper's title.
    AnyTitle(Vec<String>),
    /// Stems in the titles of the sections around.
    Section(Words),
    /// Any of these stems in the titles of the sections around.
    AnySection(Vec<String>),
    /// Any of these terms as they are, on the passage itself.
    Terms(Field, Vec<String>),
    /// Any of these terms as they are, on the paper.
    PaperTerms(Field, Vec<String>),
    /// All these words in one of the paper's names (authors, venue).
    Names(Field, Vec<String>),
    /// First passages of papers, one of whose authors has all these words in the name (a single one as
    /// the last), of this year if one is given.
    By(Vec<String>, Option<i32>),
    /// First passages with any of these terms as they are.
    First(Field, Vec<String>),
    /// Abstracts of papers whose title holds these words.
    Titled(Words),
    /// Year, inclusive.
    Year(Option<i32>, Option<i32>),
    /// Any of these kinds.
    Kinds(Vec<PassageKind>),
    /// Any of these packed languages.
    Langs(Vec<u16>),
}

impl SegmentView {
    /// The passages of a leaf.
    pub(super) fn bits(&self, entries: &Entries, leaf: &Leaf) -> tantivy::Result<Bits> {
        let n = self.max_doc();
        let mut bits = Bits::none(n);
        match leaf {
            Leaf::All => return Ok(Bits::all(n)),
            Leaf::Nothing => {}
            Leaf::Text(words) => {
                self.own(entries, words, self.schema.text, &mut bits)?;
            }
            Leaf::Compound(whole, parts) => {
                self.own(
                    entries,
                    &Words::one(whole.clone()),
                    self.schema.text,
                    &mut bits,
                )?;
                self.own(entries, parts, self.schema.text, &mut bits)?;
            }
            Leaf::Title(words) => {
                self.fill(entries, words, self.schema.title, &mut bits)?
            }
            Leaf::Section(words) => {
                self.fill(entries, words, self.schema.section, &mut bits)?
            }
            Leaf::Exact(forms) => {
                self.any(entries, self.schema.exact, forms, &mut bits)?
            }
            Leaf::AnyTitle(forms) => {
                self.any(entries, self.schema.title, forms, &mut bits)?
            }
            Leaf::AnySection(forms) => {
                self.any(entries, self.schema.section, forms, &mut bits)?
            }
            Leaf::Terms(field, terms) => self.any(entries, *field, terms, &mut bits)?,
            Leaf::PaperTerms(field, terms) => {
                let mut leads = Bits::none(n);
                self.any(entries, *field, terms, &mut leads)?;
                self.widen(&leads, &mut bits);
            }
            Leaf::Names(field, words) => {
                let mut leads = self.with_all(entries, *field, words)?;
                if words.len() > 1 && *field == self.schema.author {
                    leads =
                        self.with_one_author(&leads, |name| holds_all(name, words))?;
                }
                self.widen(&leads, &mut bits);
            }
            Leaf::By(words, year) => {
                let leads = self.with_all(entries, self.schema.author, words)?;
                bits = self.with_one_author(&leads, |name| match words.as_slice() {
                    [word] => name.last() == Some(word),
                    words => holds_all(name, words),
                })?;
                if let Some(year) = year {
                    let others = bits.iter().filter(|doc| {
                        Facts::unpack(self.facts(*doc)).year != Some(*year)
                    });
                    let others: Vec<u32> = others.collect();
                    others.into_iter().for_each(|doc| bits.remove(doc));
                }
            }
            Leaf::First(field, terms) => {
                let mut some = Bits::none(n);
                self.any(entries, *field, terms, &mut some)?;
                for doc in some.iter().filter(|doc| self.is_lead(*doc)) {
                    bits.insert(doc);
                }
            }
            Leaf::Titled(words) => {
                let rows = self.count(entries, words, self.schema.title)?;
                self.titled(&rows).into_iter().for_each(|(doc, _)| bits.insert(doc));
            }
            Leaf::Year(from, to) => self.by_facts(&mut bits, |facts| {
                facts.year.is_some_and(|y| {
                    from.is_none_or(|from| from <= y) && to.is_none_or(|to| y <= to)
                })
            }),
            Leaf::Kinds(kinds) => {
                self.by_facts(&mut bits, |facts| kinds.contains(&facts.kind));
            }
            Leaf::Langs(langs) => self.by_facts(&mut bits, |facts| {
                facts.lang.is_some_and(|lang| langs.contains(&lang))
            }),
        }
        Ok(bits)
    }

    /// The passages of a leaf with counts: in the text, and in the title as context.
    pub(super) fn counted(
        &self,
        entries: &Entries,
        leaf: &Leaf,
    ) -> tantivy::Result<(Rc<Counted>, Rc<Counted>)> {
        let none = Rc::default;
        Ok(match leaf {
            Leaf::Text(words) => (
                self.count(entries, words, self.schema.text)?,
                self.count(entries, words, self.schema.title)?,
            ),
            Leaf::Compound(whole, parts) => {
                let whole = Words::one(whole.clone());
                let either = |field: Field| -> tantivy::Result<Rc<Counted>> {
                    let whole = self.count(entries, &whole, field)?;
                    let parts = self.count(entries, parts, field)?;
                    Ok(if whole.is_empty() { parts } else { most_of(&whole, &parts) })
                };
                (either(self.schema.text)?, either(self.schema.title)?)
            }
            Leaf::Title(words) => {
                (none(), self.count(entries, words, self.schema.title)?)
            }
            Leaf::Section(words) => {
                (self.count(entries, words, self.schema.section)?, none())
            }
            Leaf::Exact(forms) => {
                (self.count_any(entries, forms, self.schema.exact)?, none())
            }
            Leaf::AnyTitle(forms) => {
                (none(), self.count_any(entries, forms, self.schema.title)?)
            }
            Leaf::AnySection(forms) => {
                (self.count_any(entries, forms, self.schema.section)?, none())
            }
            other => (
                Rc::new(self.bits(entries, other)?.iter().map(|doc| (doc, 1)).collect()),
                none(),
            ),
        })
    }

    /// Of the passages of papers whose titles hold a row of words, the abstracts.
    pub(super) fn titled(&self, rows: &[(u32, u32)]) -> Counted {
        let is_abstract =
            |doc: u32| Facts::unpack(self.facts(doc)).kind == PassageKind::Abstract;
        let docs = rows.iter().map(|(doc, _)| *doc);
        docs.filter(|doc| is_abstract(*doc)).map(|doc| (doc, 1)).collect()
    }

    fn by_facts(&self, bits: &mut Bits, keep: impl Fn(Facts) -> bool) {
        for doc in 0..self.max_doc() {
            if keep(Facts::unpack(self.facts(doc))) {
                bits.insert(doc);
            }
        }
    }

    /// Spreads papers, given by their first passages, over all of their passages.
    fn widen(&self, leads: &Bits, bits: &mut Bits) {
        for lead in leads.iter() {
            bits.insert_range(lead, self.end_of(lead));
        }
    }

    /// The passages that have all these terms in a field.
    fn with_all(
        &self,
        entries: &Entries,
        field: Field,
        terms: &[String],
    ) -> tantivy::Result<Bits> {
        let mut all: Option<Bits> = None;
        for term in terms {
            let mut some = Bits::none(self.max_doc());
            self.any(entries, field, std::slice::from_ref(term), &mut some)?;
            match &mut all {
                Some(all) => all.and(&some),
                None => all = Some(some),
            }
        }
        Ok(all.unwrap_or_else(|| Bits::none(self.max_doc())))
    }

    /// Of papers, given by their first passages, those one of whose authors has a name that fits.
    fn with_one_author(
        &self,
        leads: &Bits,
        fits: impl Fn(&[String]) -> bool,
    ) -> tantivy::Result<Bits> {
        let mut kept = Bits::none(self.max_doc());
        let Some(names) = self.reader.fast_fields().str(column::AUTHOR)? else {
            return Ok(kept);
        };
        // All at once and in order: the dictionary is read from the start of a block for each name, and
        // who wrote one paper wrote others.
        let authors = |lead: u32| names.ords().values_for_doc(lead);
        let mut ords: Vec<u64> = leads.iter().flat_map(authors).collect();
        ords.sort_unstable();
        ords.dedup();
        let (mut at, mut fitting) = (0, Vec::new());
        names.dictionary().sorted_ords_to_term_cb(&ords, |name| {
            if str::from_utf8(name).is_ok_and(|name| fits(&forms_of(name))) {
                fitting.push(ords[at]);
            }
            at += 1;
        })?;
        for lead in leads.iter() {
            if authors(lead).any(|ord| fitting.binary_search(&ord).is_ok()) {
                kept.insert(lead);
            }
        }
        Ok(kept)
    }

    fn any(
        &self,
        entries: &Entries,
        field: Field,
        terms: &[String],
        bits: &mut Bits,
    ) -> tantivy::Result<()> {
        let index = self.reader.inverted_index(field)?;
        for term in terms {
            let Some(entry) = entries.find(self, field, term)? else { continue };
            let basic = IndexRecordOption::Basic;
            let mut blocks = index.read_block_postings_from_terminfo(&entry, basic)?;
            while !blocks.docs().is_empty() {
                for doc in blocks.docs() {
                    bits.insert(*doc);
                }
                blocks.advance();
            }
        }
        Ok(())
    }

    fn fill(
        &self,
        entries: &Entries,
        words: &Words,
        field: Field,
        bits: &mut Bits,
    ) -> tantivy::Result<()> {
        match words.places.as_slice() {
            [word] => self.any(entries, field, std::slice::from_ref(word), bits),
            _ => {
                for (doc, _) in self.count(entries, words, field)?.iter() {
                    bits.insert(*doc);
                }
                Ok(())
            }
        }
    }

    /// Text of the passage, and the title on the first passage of the paper.
    fn own(
        &self,
        entries: &Entries,
        words: &Words,
        text: Field,
        bits: &mut Bits,
    ) -> tantivy::Result<()> {
        self.fill(entries, words, text, bits)?;
        let mut titles = Bits::none(self.max_doc());
        self.fill(entries, words, self.schema.title, &mut titles)?;
        for doc in titles.iter().filter(|doc| self.is_lead(*doc)) {
            bits.insert(doc);
        }
        Ok(())
    }

    /// The passages with a word, or with a row of words.
    pub(super) fn count(
        &self,
        entries: &Entries,
        words: &Words,
        field: Field,
    ) -> tantivy::Result<Rc<Counted>> {
        let count = |record| {
            let mut places = Vec::with_capacity(words.places.len());
            for word in &words.places {
                places.push(Place { list: self.postings(entries, field, word, record)? });
            }
            Ok(count_places(&mut places, &words.offsets, words.slop))
        };
        match words.places.len() {
            1 => count(IndexRecordOption::WithFreqs).map(Rc::new),
            _ => entries.row(self, field, words, || {
                count(IndexRecordOption::WithFreqsAndPositions)
            }),
        }
    }

    /// The passages with any of these terms, each with the count of the most frequent.
    fn count_any(
        &self,
        entries: &Entries,
        terms: &[String],
        field: Field,
    ) -> tantivy::Result<Rc<Counted>> {
        let index = self.reader.inverted_index(field)?;
        let mut counts = vec![0; self.max_doc() as usize];
        for term in terms {
            let Some(entry) = entries.find(self, field, term)? else { continue };
            let record = IndexRecordOption::WithFreqs;
            let mut blocks = index.read_block_postings_from_terminfo(&entry, record)?;
            while !blocks.docs().is_empty() {
                for (doc, count) in blocks.docs().iter().zip(blocks.freqs()) {
                    let most = &mut counts[*doc as usize];
                    *most = (*most).max(*count);
                }
                blocks.advance();
            }
        }
        let counts = (0..).zip(counts).filter(|(_, count)| *count > 0);
        Ok(Rc::new(counts.collect()))
    }
}

fn holds_all(name: &[String], words: &[String]) -> bool {
    words.iter().all(|word| name.contains(word))
}
