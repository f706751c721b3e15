//! Cuts a document into the units that are ranked: a few sentences of one paper, inside one section, with their pages.
//!
//! In: a [`Document`]. Out: [`Passage`]s in reading order, the title's first. Every text of the
//! document stands in exactly one passage, save three that have their own place: headings (in
//! the section path), the lines of title and authors (in the title's passage, as told), and the
//! labels of drawings, which are no prose; their sentences go with the caption. A document that holds nothing else gives those.

mod stream;

use std::collections::BTreeSet;
use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::corpus::WorkKey;
use crate::layout::{Block, BlockKind, is_sentence, opens_bibliography};
use crate::paper::Document;
use crate::paper::reference::names::is_cjk;
use stream::{Stream, weight};

/// Weight of a passage of prose that is aimed at, in words; a CJK character is 0.6 of a word.
const TARGET: f32 = 150.0;
/// From here a passage ends at the next end of a sentence.
const FULL: f32 = 180.0;
/// A shorter rest is joined to the passage before it.
const REST: f32 = 45.0;
/// Whole abstracts and records up to here are one passage: cutting them loses rank.
const ABSTRACT: f32 = 420.0;
/// Anything longer is cut, also where no sentence ends.
const LONGEST: f32 = 400.0;

/// What a passage is made of.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum PassageKind {
    /// Title, authors, year of a work (also of a work without a document).
    Title,
    /// Abstract.
    Abstract,
    /// Prose.
    Body,
    /// Caption of a figure or table.
    Caption,
    /// A table.
    Table,
    /// A displayed equation with the words around it.
    Equation,
    /// A footnote.
    Footnote,
    /// Code or an algorithm.
    Code,
    /// A bibliography entry.
    Reference,
}

/// A unit of retrieval.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Passage {
    /// The paper.
    pub paper: WorkKey,
    /// Place in the paper, from 0; with the key it makes the id `KEY#ORDINAL`.
    pub ordinal: u32,
    /// What it is.
    pub kind: PassageKind,
    /// Section titles from the outermost, each with its number.
    pub section: Vec<String>,
    /// Number of the innermost section.
    pub section_number: Option<String>,
    /// First page, from 1.
    pub page: Option<u32>,
    /// Last page.
    pub page_end: Option<u32>,
    /// The text.
    pub text: String,
    /// Reference keys cited here, as the paper names them, in order without repeats.
    pub cites: Vec<String>,
}

impl PassageKind {
    /// Every kind, in the order of the facet.
    pub const ALL: [Self; 9] = [
        Self::Title,
        Self::Abstract,
        Self::Body,
        Self::Caption,
        Self::Table,
        Self::Equation,
        Self::Footnote,
        Self::Code,
        Self::Reference,
    ];

    /// The name as queries, facets and JSON have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Abstract => "abstract",
            Self::Body => "body",
            Self::Caption => "caption",
            Self::Table => "table",
            Self::Equation => "equation",
            Self::Footnote => "footnote",
            Self::Code => "code",
            Self::Reference => "reference",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|k| k.name() == name)
    }
}

/// Cuts a document into passages.
pub fn cut(key: &WorkKey, doc: &Document) -> Vec<Passage> {
    let mut pieces = Vec::new();
    let plan = Plan::of(doc);
    let mut stream = Stream::new(doc);
    // Sentences of a drawing wait for its caption, which stands below it.
    let mut drawn: Vec<usize> = Vec::new();
    for (at, (section, block)) in doc.blocks.iter().enumerate() {
        if drawn.last().is_some_and(|last| doc.blocks[*last].1.page != block.page) {
            stream.drawn(std::mem::take(&mut drawn), &mut pieces);
        }
        match plan.route(block) {
            Route::Prose(kind) => stream.prose(at, *section, kind, &mut pieces),
            Route::Equation => stream.equation(at, *section, &mut pieces),
            Route::Alone(PassageKind::Caption) => {
                stream.caption(at, std::mem::take(&mut drawn), &mut pieces);
            }
            Route::Alone(kind) => stream.alone(at, kind, &mut pieces),
            Route::Drawn => drawn.push(at),
            Route::Elsewhere => {}
        }
    }
    stream.drawn(drawn, &mut pieces);
    stream.end(&mut pieces);
    pieces.sort_by_key(|p: &Piece| (p.spans[0].0, p.spans[0].1.start));

    let mut passages = vec![title_passage(
        key,
        &doc.title,
        &doc.authors,
        doc.venue.as_deref(),
        doc.year,
    )];
    let stated = doc.abstract_text.trim();
    let shown = doc.blocks.iter().any(|(_, b)| b.kind == BlockKind::Abstract);
    if !shown && !stated.is_empty() && !plan.record {
        passages.push(Passage {
            text: stated.to_owned(),
            ..bare(key, PassageKind::Abstract)
        });
    }
    passages.extend(pieces.into_iter().map(|piece| piece.passage(key, doc)));
    for (ordinal, passage) in passages.iter_mut().enumerate() {
        passage.ordinal = u32::try_from(ordinal).expect("a document has fewer passages");
    }
    passages
}

/// Makes the passage by which a work is found by its title, authors and year; all there is of a
/// work without a document.
pub fn title_passage(
    key: &WorkKey,
    title: &str,
    authors: &[String],
    venue: Option<&str>,
    year: Option<i32>,
) -> Passage {
    let mut text = title.to_owned();
    let mut line = |part: &str| {
        if !part.is_empty() {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(part);
        }
    };
    line(&authors.join(", "));
    let year = year.map_or(String::new(), |y| y.to_string());
    line([venue.unwrap_or(""), &year].join(" ").trim());
    Passage { text, ..bare(key, PassageKind::Title) }
}

/// Returns the passage that holds a sentence of the document.
pub fn holding<'a>(passages: &'a [Passage], sentence: &str) -> Option<&'a Passage> {
    passages
        .iter()
        .filter(|p| p.kind != PassageKind::Reference && p.kind != PassageKind::Title)
        .find(|p| p.text.contains(sentence))
}

fn bare(key: &WorkKey, kind: PassageKind) -> Passage {
    Passage {
        paper: key.clone(),
        ordinal: 0,
        kind,
        section: Vec::new(),
        section_number: None,
        page: None,
        page_end: None,
        text: String::new(),
        cites: Vec::new(),
    }
}

/// Where the text of a block goes.
enum Route {
    /// Joined with its neighbours.
    Prose(PassageKind),
    /// Joined with the words around it.
    Equation,
    /// By itself.
    Alone(PassageKind),
    /// With the caption below it.
    Drawn,
    /// Into the section path or the title's passage, or nowhere.
    Elsewhere,
}

/// What has to be known of the whole document before it is cut.
struct Plan {
    /// The document outlines itself, so that other headings are words of the text.
    outlined: bool,
    /// A short text without sections or pages: an abstract, whatever its form calls it.
    record: bool,
    /// There is nothing but the words of drawings.
    drawings: bool,
}

impl Plan {
    fn of(doc: &Document) -> Self {
        let blocks = || doc.blocks.iter().map(|(_, b)| b);
        let heading = |b: &Block| matches!(b.kind, BlockKind::Heading(_));
        let prose =
            |b: &Block| matches!(b.kind, BlockKind::Paragraph | BlockKind::Abstract);
        Self {
            outlined: blocks()
                .any(|b| matches!(&b.kind, BlockKind::Heading(h) if h.outlined)),
            record: doc.n_pages == 0
                && doc.own_key.is_some()
                && !blocks().any(heading)
                && blocks().filter(|b| prose(b)).map(|b| weight(&b.text)).sum::<f32>()
                    <= ABSTRACT,
            drawings: blocks().all(|b| {
                matches!(
                    b.kind,
                    BlockKind::Figure
                        | BlockKind::Title
                        | BlockKind::Authors
                        | BlockKind::Heading(_)
                )
            }),
        }
    }

    fn route(&self, block: &Block) -> Route {
        match &block.kind {
            BlockKind::Title | BlockKind::Authors => Route::Elsewhere,
            BlockKind::Heading(h)
                if self.outlined && !h.outlined && !opens_bibliography(&block.text) =>
            {
                Route::Prose(PassageKind::Body)
            }
            BlockKind::Heading(_) => Route::Elsewhere,
            BlockKind::Abstract => Route::Prose(PassageKind::Abstract),
            BlockKind::Paragraph | BlockKind::ListItem if self.record => {
                Route::Prose(PassageKind::Abstract)
            }
            BlockKind::Paragraph | BlockKind::ListItem => Route::Prose(PassageKind::Body),
            BlockKind::Equation => Route::Equation,
            BlockKind::Caption => Route::Alone(PassageKind::Caption),
            BlockKind::Table => Route::Alone(PassageKind::Table),
            BlockKind::Footnote => Route::Alone(PassageKind::Footnote),
            BlockKind::Code => Route::Alone(PassageKind::Code),
            BlockKind::Reference => Route::Alone(PassageKind::Reference),
            BlockKind::Figure if self.drawings => Route::Prose(PassageKind::Body),
            BlockKind::Figure if says(&block.text) => Route::Drawn,
            BlockKind::Figure => Route::Elsewhere,
        }
    }
}

/// Tells whether a drawing's text is a sentence from its beginning to its end: not a part of one,
/// nor labels that come again and again.
fn says(text: &str) -> bool {
    /// So many words say something, though they stop in the middle of a sentence.
    const MANY: usize = 30;
    /// The words that are looked at for repetition.
    const FIRST: usize = 100;
    let words: Vec<&str> = text.split_whitespace().collect();
    let ends = |word: &&str| {
        let word = word.trim_end_matches(['"', '”', '’', '\'', ')', ']', '✓', '✗', '✅']);
        word.ends_with(['.', '?', '!', '。', '？', '！'])
    };
    let introduces = words.last().is_some_and(|word| word.ends_with(':'));
    let ended = words.iter().rev().take(2).any(ends)
        || (introduces || words.len() >= MANY) && words.iter().any(ends);
    let begins = !text.starts_with(|c: char| c.is_lowercase() || ",.;:)".contains(c));
    let first = &words[..words.len().min(FIRST)];
    let distinct: BTreeSet<&str> = first.iter().copied().collect();
    let repeats = distinct.len() * 2 <= first.len();
    is_sentence(text) && !repeats && (begins && ended || text.contains(is_cjk))
}

/// A passage in the making: spans of blocks in reading order.
struct Piece {
    kind: PassageKind,
    section: Option<usize>,
    spans: Vec<(usize, Range<usize>)>,
}

impl Piece {
    fn passage(self, key: &WorkKey, doc: &Document) -> Passage {
        let mut passage = bare(key, self.kind);
        passage.section = doc.section_path(self.section);
        passage.section_number = self.section.map(|s| doc.sections[s].number.clone());
        for (at, span) in &self.spans {
            let block = &doc.blocks[*at].1;
            if !passage.text.is_empty() {
                passage.text.push('\n');
            }
            passage.text.push_str(&block.text[span.clone()]);
            if block.page > 0 {
                let (start, end) = block.pages_of(span.clone());
                passage.page = Some(passage.page.map_or(start, |p| p.min(start)));
                passage.page_end = Some(passage.page_end.map_or(end, |p| p.max(end)));
            }
            if block.kind == BlockKind::Reference {
                continue;
            }
            for cite in &block.cites {
                if span.contains(&cite.range.start) && !passage.cites.contains(&cite.key)
                {
                    passage.cites.push(cite.key.clone());
                }
            }
        }
        passage
    }
}

#[cfg(test)]
mod tests;
