//! Either form of text to blocks: columns, reading order, headings, furniture dropped.
//!
//! In: [`Extracted`]. Out: [`Laid`], blocks in reading order. PDF, TeX and HTML meet here, and no
//! later stage knows which it was. Knows nothing of papers: what a title *says* is for `paper`.

mod accent;
mod backrefs;
mod beside;
mod bibliography;
mod bidi;
mod chunk;
mod cites;
mod column;
mod contents;
mod drawing;
mod entry_starts;
mod flow;
mod front;
mod furniture;
mod gutter;
mod heading;
mod heading_candidate;
mod hyphen;
mod kind;
mod labelled;
mod line;
mod links;
pub mod marked;
mod measure;
mod numbering;
mod outline;
mod paragraph;
mod places;
mod positioned;
mod quality;
mod rows;
mod run;
mod shadow;
mod slanted;
mod styles;
mod table;
#[cfg(test)]
mod tests;
mod type3;
mod wrap;

use serde::{Deserialize, Serialize};

use crate::extract::{Engine, Extracted, Fault, Info};

pub use contents::is_title as opens_contents;
pub use drawing::is_sentence;
pub use heading::opens_bibliography;
pub use numbering::title_of;

/// Version of extraction and layout together; keys the extraction cache.
pub const READER_VERSION: u32 = 17;

/// A document as blocks in reading order. This is what the extraction cache keeps.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Laid {
    /// Blocks in reading order.
    pub blocks: Vec<Block>,
    /// Where the headings come from.
    pub headings: HeadingSource,
    /// The document's own metadata, the arXiv stamp and a first-page DOI among it.
    pub info: Info,
    /// What stood at the edges of the first page and is in no block: running head, foot, the stamp
    /// of arXiv with its date. It is where a paper says when and where it was published.
    pub margin: Vec<String>,
    /// Pages that the document has; 0 where the form has none.
    pub n_pages: u32,
    /// Pages that were read.
    pub pages_read: u32,
    /// Engine of each page (PDF).
    pub engines: Vec<Engine>,
    /// How far the text can be trusted.
    pub quality: Quality,
    /// What went wrong.
    pub faults: Vec<Fault>,
}

/// A piece of the page that is one thing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// What it is.
    pub kind: BlockKind,
    /// Its text: one line, words joined, ligatures split; tables keep line feeds and tabs.
    pub text: String,
    /// First page, from 1; 0 where the form has no pages.
    pub page: u32,
    /// Last page.
    pub page_end: u32,
    /// Bytes of the text at which each further page begins; empty if that is not known.
    pub turns: Vec<usize>,
    /// `[x0, y0, x1, y1]` on the first page, points from the top left.
    pub bbox: Option<[f32; 4]>,
    /// Citations in the text, in order.
    pub cites: Vec<Cite>,
    /// The anchor that links lead to: `cite.KEY` without its prefix for a reference (KEY alone),
    /// the destination's name or label for a heading or float.
    pub anchor: Option<String>,
    /// Fields of a reference where the form has them (.bib, JATS): name as in BibTeX, and value.
    pub fields: Vec<(String, String)>,
}

impl Block {
    /// The page of a byte of the text, from 1; 0 where the form has no pages.
    pub fn page_at(&self, byte: usize) -> u32 {
        self.page + self.turns.iter().filter(|turn| **turn <= byte).count() as u32
    }

    /// First and last page of a part of the text; those of the whole where its turns are unknown.
    pub fn pages_of(&self, part: std::ops::Range<usize>) -> (u32, u32) {
        if self.turns.is_empty() {
            return (self.page, self.page_end.max(self.page));
        }
        (self.page_at(part.start), self.page_at(part.end.saturating_sub(1)))
    }
}

/// A citation mark in a block's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cite {
    /// Byte range of the mark in [`Block::text`].
    pub range: std::ops::Range<usize>,
    /// Key of the reference: the anchor of its block.
    pub key: String,
    /// Page of the mark, from 1.
    pub page: u32,
}

/// What a block is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BlockKind {
    /// The document's title.
    Title,
    /// Authors and affiliations.
    Authors,
    /// The abstract.
    Abstract,
    /// A heading.
    Heading(Heading),
    /// A paragraph.
    #[default]
    Paragraph,
    /// An item of a list.
    ListItem,
    /// A caption.
    Caption,
    /// A table: rows by line feed, cells by tab.
    Table,
    /// A displayed equation.
    Equation,
    /// A footnote.
    Footnote,
    /// An entry of the bibliography.
    Reference,
    /// Code or an algorithm.
    Code,
    /// Words of a drawing, and other residue that is not prose.
    Figure,
}

/// A heading's place in the outline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// Depth from 1.
    pub level: u8,
    /// Printed number such as `2.4.2`, `IV-A`, without a final period.
    pub number: Option<String>,
    /// True if a bookmark (or markup) says so, false if only its look does.
    pub outlined: bool,
}

/// Where the headings come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HeadingSource {
    /// The PDF's bookmarks.
    Bookmarks,
    /// The look of the page.
    #[default]
    Headings,
    /// TeX commands.
    Tex,
    /// HTML, Markdown or JATS elements.
    Html,
}

/// How far the text can be trusted; shares are 0.0 to 1.0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Quality {
    /// Share of glyphs without Unicode.
    pub no_unicode: f32,
    /// Share of words that look like no word.
    pub odd_words: f32,
    /// Share of pages without text.
    pub empty_pages: f32,
    /// 0 (useless) to 1 (sound), from the three.
    pub score: f32,
}

/// Lays out a document: blocks in reading order, furniture dropped.
pub fn lay(extracted: Extracted) -> Laid {
    match extracted {
        Extracted::Positioned(positioned) => positioned::lay_positioned(positioned),
        Extracted::Marked(marked) => marked::lay_marked(marked),
    }
}
