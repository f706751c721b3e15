//! The only file that knows field names: a work and its passages become documents of the engine.
//!
//! In: a [`Work`] with its [`IndexPassage`]s. Out: one opaque [`IndexDoc`] a passage, in order.
//! All passages of a work are written side by side, so the first one stands for the paper: what
//! belongs to the paper alone (authors, venue, identifiers) is indexed there only.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use tantivy::schema::{
    FAST, Field, IndexRecordOption, OwnedValue, STORED, STRING, Schema,
    TextFieldIndexing, TextOptions,
};

use crate::corpus::{Format, WorkKey};
use crate::passage::{Passage, PassageKind};

mod document;
mod encoded;
mod facts;

pub(crate) use document::Content;
pub use document::IndexDoc;
pub(crate) use encoded::{EXACTS, Encoded, STEMS};
pub(crate) use facts::{Facts, format_names, pack_lang, unpack_lang};
pub use facts::{Grade, kind_name, kind_names, kind_of};

/// Format of an index on disk; raised with every change of schema or analysis.
pub const FORMAT_VERSION: u32 = 11;

/// A work as the index holds it: the bibliography's word first, then the document's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Work {
    /// Key; names the work everywhere.
    pub key: String,
    /// Title; empty if none is known.
    pub title: String,
    /// Authors in order, `First Last`.
    pub authors: Vec<String>,
    /// Year of publication.
    pub year: Option<i32>,
    /// Journal or conference.
    pub venue: Option<String>,
    /// arXiv id without version.
    pub arxiv: Option<String>,
    /// DOI, lower case.
    pub doi: Option<String>,
    /// Document file, relative to the corpus; none if the corpus lacks it. What
    /// [`crate::index::Writer::delete_file`] goes by.
    pub path: Option<String>,
    /// Main language, as a two-letter code.
    pub lang: Option<String>,
    /// Form of the document; none if the corpus lacks it.
    pub format: Option<Format>,
    /// Licence, if one is stated.
    pub licence: Option<String>,
    /// How far the text can be trusted, 0 to 1.
    pub quality: f32,
}

/// A passage with what the corpus says about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct IndexPassage {
    /// The passage; [`Passage::paper`] is the work's key.
    pub passage: Passage,
    /// Language of its text; the work's if not given.
    pub lang: Option<String>,
    /// Paths of its topics: of all sections that cite its paper, or of the survey's own section.
    pub topics: Vec<String>,
    /// Works of the corpus that it cites, with the sentences that do.
    pub mentions: Vec<Mention>,
}

/// A sentence that cites a work.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mention {
    /// The work cited.
    pub work: WorkKey,
    /// Page of the sentence, from 1; 0 where there are none.
    pub page: u32,
    /// The sentence.
    pub sentence: String,
}

/// What is stored with a passage beside its text; the first one of a paper also holds the work.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Stored {
    pub(crate) passage: IndexPassage,
    pub(crate) work: Option<Work>,
}

/// The same as [`Stored`], to be written.
#[derive(Serialize)]
struct Lent<'a> {
    passage: &'a IndexPassage,
    work: Option<&'a Work>,
}

/// The fields of an index.
#[derive(Clone, Debug)]
pub struct IndexSchema {
    pub(crate) schema: Schema,
    /// Key of the paper, on each passage; what a work is replaced by.
    pub(crate) key: Field,
    /// Document file, on each passage.
    pub(crate) file: Field,
    /// Stems of the passage's own text, with positions.
    pub(crate) text: Field,
    /// Forms of the passage's own text as written (folded), for exact words and for patterns.
    pub(crate) exact: Field,
    /// Stems of the paper's title, on each passage.
    pub(crate) title: Field,
    /// Stems of the titles of the sections around the passage.
    pub(crate) section: Field,
    /// Words of the authors' names; on the first passage.
    pub(crate) author: Field,
    /// Words of the venue; on the first passage.
    pub(crate) venue: Field,
    /// arXiv id; on the first passage.
    pub(crate) arxiv: Field,
    /// DOI; on the first passage.
    pub(crate) doi: Field,
    /// Topics and all that are above them.
    pub(crate) topic: Field,
    /// Keys of the works that the passage cites.
    pub(crate) cites: Field,
    /// Marks: a passage's kind, and [`LEAD`] for the first one of a paper.
    pub(crate) mark: Field,
    /// The passage's text as it is shown. The engine writes and reads a text whole, but bytes one by
    /// one.
    shown: Field,
    /// [`Stored`], encoded.
    stored: Field,
    facts: Field,
    /// Stable key of the paper: the order of equal scores.
    pub(crate) order: Field,
    author_name: Field,
    venue_name: Field,
    topic_path: Field,
}

/// The mark of the first passage of a paper.
pub(crate) const LEAD: &str = "lead";

/// Names of the columns beside the postings.
pub(crate) mod column {
    /// Packed small facts of a passage: see [`super::Facts`].
    pub(crate) const FACTS: &str = "facts";
    /// Stable key of the paper: the order of equal scores.
    pub(crate) const ORDER: &str = "order";
    /// Author names as printed; on the first passage.
    pub(crate) const AUTHOR: &str = "author_name";
    /// Venue as printed; on the first passage.
    pub(crate) const VENUE: &str = "venue_name";
    /// Paths of a passage's own topics, without those above.
    pub(crate) const TOPIC: &str = "topic_path";
}

impl Default for IndexSchema {
    fn default() -> Self {
        IndexSchema::new()
    }
}

impl IndexSchema {
    /// Builds the schema of this version.
    pub fn new() -> IndexSchema {
        let words = |forms: &str, record: IndexRecordOption, norms: bool| {
            TextOptions::default().set_indexing_options(
                TextFieldIndexing::default()
                    .set_tokenizer(forms)
                    .set_index_option(record)
                    .set_fieldnorms(norms),
            )
        };
        let positions = || words(STEMS, IndexRecordOption::WithFreqsAndPositions, true);
        let plain = || words(EXACTS, IndexRecordOption::Basic, false);
        let names = || TextOptions::default().set_fast("raw");
        let mut b = Schema::builder();
        IndexSchema {
            key: b.add_text_field("key", STRING),
            file: b.add_text_field("file", STRING),
            text: b.add_text_field("text", positions()),
            exact: b.add_text_field(
                "exact",
                words(EXACTS, IndexRecordOption::WithFreqs, false),
            ),
            title: b.add_text_field("title", positions()),
            section: b.add_text_field(
                "section",
                words(STEMS, IndexRecordOption::WithFreqsAndPositions, false),
            ),
            author: b.add_text_field("author", plain()),
            venue: b.add_text_field("venue", plain()),
            arxiv: b.add_text_field("arxiv", STRING),
            doi: b.add_text_field("doi", STRING),
            topic: b.add_text_field("topic", STRING),
            cites: b.add_text_field("cites", STRING),
            mark: b.add_text_field("mark", STRING),
            shown: b.add_text_field("shown", STORED),
            stored: b.add_bytes_field("stored", STORED),
            facts: b.add_u64_field(column::FACTS, FAST),
            order: b.add_u64_field(column::ORDER, FAST),
            author_name: b.add_text_field(column::AUTHOR, names()),
            venue_name: b.add_text_field(column::VENUE, names()),
            topic_path: b.add_text_field(column::TOPIC, names()),
            schema: b.build(),
        }
    }

    /// Makes the documents of a work, one a passage, in order.
    ///
    /// They must be written together and in this order ([`crate::index::Writer::put`] does).
    /// A work with more than 2^20 passages loses those beyond.
    pub fn documents(
        &self,
        work: &Work,
        mut passages: Vec<IndexPassage>,
    ) -> Vec<IndexDoc> {
        passages.truncate(Facts::MAX_BACK + 1);
        let same_topics =
            passages.windows(2).all(|pair| pair[0].topics == pair[1].topics);
        let title = encoded::encode(&[&work.title]);
        let order = order_of(&work.key);
        passages
            .into_iter()
            .enumerate()
            .map(|(back, entry)| {
                let mut doc = IndexDoc::new();
                let facts = Facts {
                    back,
                    kind: entry.passage.kind,
                    format: work.format,
                    lang: entry
                        .lang
                        .as_deref()
                        .or(work.lang.as_deref())
                        .map(facts::pack_lang),
                    varied: !same_topics,
                    grade: work.format.map(|_| Grade::of(work.quality)),
                    year: work.year,
                };
                doc.number(self.facts, facts.pack());
                doc.number(self.order, order);
                doc.text(self.key, work.key.as_str());
                if let Some(path) = &work.path {
                    doc.text(self.file, path.as_str());
                }
                doc.tokens(self.title, &title);
                doc.name(self.mark, kind_name(entry.passage.kind));
                if back == 0 {
                    doc.tokens(self.exact, &title);
                    self.add_paper(&mut doc, work);
                }
                self.add_passage(&mut doc, work, entry, back == 0);
                doc
            })
            .collect()
    }

    /// What the first passage says of its paper.
    fn add_paper(&self, doc: &mut IndexDoc, work: &Work) {
        doc.name(self.mark, LEAD);
        let authors: Vec<&str> = work.authors.iter().map(String::as_str).collect();
        doc.tokens(self.author, &encoded::encode_exacts(&authors));
        for author in &work.authors {
            doc.text(self.author_name, author.as_str());
        }
        if let Some(venue) = &work.venue {
            doc.tokens(self.venue, &encoded::encode_exacts(&[venue]));
            doc.text(self.venue_name, venue.as_str());
        }
        if let Some(arxiv) = &work.arxiv {
            doc.text(self.arxiv, arxiv.as_str());
        }
        if let Some(doi) = &work.doi {
            doc.text(self.doi, doi.as_str());
        }
    }

    fn add_passage(
        &self,
        doc: &mut IndexDoc,
        work: &Work,
        mut entry: IndexPassage,
        lead: bool,
    ) {
        let passage = &entry.passage;
        // A title passage repeats the title, which has a field of its own.
        let own = match passage.kind {
            PassageKind::Title => {
                passage.text.strip_prefix(&work.title).unwrap_or(&passage.text)
            }
            _ => passage.text.as_str(),
        };
        let own = encoded::encode(&[own]);
        doc.tokens(self.text, &own);
        doc.tokens(self.exact, &own);
        if !passage.section.is_empty() {
            let section: Vec<&str> = passage.section.iter().map(String::as_str).collect();
            doc.tokens(self.section, &encoded::encode(&section));
        }
        for topic in &entry.topics {
            doc.text(self.topic_path, topic.as_str());
        }
        for above in with_ancestors(&entry.topics) {
            doc.text(self.topic, above);
        }
        let mut cited: Vec<&str> =
            entry.mentions.iter().map(|m| m.work.0.as_str()).collect();
        cited.sort_unstable();
        cited.dedup();
        for key in cited {
            doc.text(self.cites, key);
        }
        doc.text(self.shown, std::mem::take(&mut entry.passage.text));
        let stored = Lent { passage: &entry, work: lead.then_some(work) };
        // Room for names and sections.
        let bytes = postcard::to_extend(&stored, Vec::with_capacity(512))
            .expect("plain data always encodes");
        doc.bytes(self.stored, bytes);
    }

    /// Reads what is stored with a passage; `None` if it cannot be decoded.
    pub(crate) fn stored(&self, mut doc: BTreeMap<Field, OwnedValue>) -> Option<Stored> {
        let OwnedValue::Bytes(bytes) = doc.remove(&self.stored)? else { return None };
        let OwnedValue::Str(text) = doc.remove(&self.shown)? else { return None };
        let mut stored: Stored = postcard::from_bytes(&bytes).ok()?;
        stored.passage.passage.text = text;
        Some(stored)
    }
}

/// Returns the stable key of a paper, by which equal scores are ordered.
pub(crate) fn order_of(key: &str) -> u64 {
    let hash = blake3::hash(key.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(first)
}

/// Returns the paths and all that are above them, sorted, each once.
pub(crate) fn with_ancestors(paths: &[String]) -> Vec<&str> {
    let mut all: Vec<&str> = Vec::new();
    for path in paths {
        let ends = path.char_indices().skip(1).filter(|(_, c)| *c == '/').map(|(i, _)| i);
        all.extend(ends.map(|end| &path[..end]));
        all.push(path);
    }
    all.sort_unstable();
    all.dedup();
    all
}
