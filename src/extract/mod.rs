//! Bytes to text: what a file says, before anyone decides what is a paragraph.
//!
//! In: the bytes of one document. Out: [`Extracted`], either glyphs with places (PDF) or marked-up
//! elements (TeX, HTML, Markdown, ...), with the faults met on the way. `Err` is only for a file of
//! which nothing could be read.

mod archive;
mod authors;
mod charset;
mod docx;
mod epub;
pub mod error;
mod front_matter;
pub mod glyph;
mod html;
pub mod input;
mod jats;
pub mod jsonl;
mod latex;
mod markdown;
pub mod ocr;
pub mod pdf;
mod prose;
mod text;
pub mod worker;
mod xml;

use serde::{Deserialize, Serialize};

pub use error::{ExtractError, Looks};
pub use glyph::{FontInfo, Glyph, PageGlyphs};
pub use input::{CollectError, Content, Input, Limits, ReadOptions, collect};

use crate::corpus::Format;

/// Reads a document of any form.
///
/// Errors only where nothing at all could be read; what is missing of the rest is among the
/// faults. Hostile bytes may take much time and memory: run this in a worker process.
pub fn read(input: &Input, options: &ReadOptions) -> Result<Extracted, ExtractError> {
    let limits = &options.limits;
    let marked = match input.format {
        Format::Pdf => {
            return pdf::read_shared(input.bytes()?, &options.pdf)
                .map(Extracted::Positioned);
        }
        Format::Tex => latex::read(input, limits)?,
        Format::Html => html::read(input.bytes()?, limits)?,
        Format::Jats => jats::read(input.bytes()?, limits)?,
        Format::Markdown => markdown::read(input.bytes()?, limits)?,
        Format::Text => text::read(input.bytes()?, limits)?,
        Format::Jsonl => jsonl::read(input.bytes()?, limits)?,
        Format::Docx => docx::read(input.bytes()?, limits)?,
        Format::Epub => epub::read(input.bytes()?, limits)?,
    };
    Ok(Extracted::Marked(marked))
}

/// Something that went wrong with a part of a document, in words for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// The page, from 1, where known.
    pub page: Option<u32>,
    /// What happened: lower case, no period.
    pub what: String,
}

/// What one document says.
#[derive(Clone, Debug)]
pub enum Extracted {
    /// Pages of glyphs.
    Positioned(Positioned),
    /// Elements that already know what they are.
    Marked(Marked),
}

/// The text of a PDF as glyphs with places, and what the file says about itself.
#[derive(Clone, Debug, Default)]
pub struct Positioned {
    /// Fonts by number, as [`Glyph::font`] counts them.
    pub fonts: Vec<FontInfo>,
    /// Pages in order.
    pub pages: Vec<PageGlyphs>,
    /// Bookmarks in order.
    pub bookmarks: Vec<Bookmark>,
    /// Link annotations with a target inside the document, or a URI.
    pub links: Vec<Link>,
    /// Named destinations, sorted by name.
    pub destinations: Vec<(String, Destination)>,
    /// The document's own metadata.
    pub info: Info,
    /// What went wrong.
    pub faults: Vec<Fault>,
    /// Which engine read each page.
    pub engines: Vec<Engine>,
    /// Pages that the document has, read or not.
    pub n_pages: u32,
}

/// What read a page of a PDF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Engine {
    /// The main one: text-only interpretation on hayro-syntax and hayro-font.
    Main,
    /// The second one: pdf-extract.
    Second,
    /// The page could not be read.
    Neither,
    /// A program of the user's recognised the text of a scan.
    Ocr,
}

impl Engine {
    /// The name as settings and JSON have it.
    pub fn name(self) -> &'static str {
        match self {
            Engine::Main => "main",
            Engine::Second => "second",
            Engine::Neither => "neither",
            Engine::Ocr => "ocr",
        }
    }
}

/// Metadata that a document states about itself (document info, XMP, front matter, `<meta>`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Info {
    /// Title.
    pub title: Option<String>,
    /// Authors, one a person.
    pub authors: Vec<String>,
    /// Abstract.
    pub abstract_text: Option<String>,
    /// Year of publication.
    pub year: Option<i32>,
    /// Journal, conference or publisher.
    pub venue: Option<String>,
    /// arXiv id, without version.
    pub arxiv: Option<String>,
    /// DOI, lower case.
    pub doi: Option<String>,
    /// BCP-47 language, if stated.
    pub lang: Option<String>,
    /// Licence, if stated.
    pub licence: Option<String>,
    /// Key that the document claims for itself (front matter `key`, JSONL `_id`).
    pub key: Option<String>,
    /// Survey and topic number that a guide page belongs to (front matter `survey`, `topic`).
    pub topic: Option<(String, String)>,
    /// Other categories or topics stated (JSONL `categories`).
    pub categories: Vec<String>,
}

/// A place in a PDF: page from 0, points from the top left.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Destination {
    /// Page index.
    pub page: usize,
    /// Left edge, if stated.
    pub x: Option<f32>,
    /// Top edge, if stated.
    pub y: Option<f32>,
}

/// An entry of a PDF's outline.
#[derive(Clone, Debug, PartialEq)]
pub struct Bookmark {
    /// Depth, from 0.
    pub level: u8,
    /// Title as written.
    pub title: String,
    /// Where it points, if that could be resolved.
    pub dest: Option<Destination>,
    /// Name of the destination, such as `section.2`.
    pub name: Option<String>,
}

/// A link annotation.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Page index.
    pub page: usize,
    /// Box `[x0, y0, x1, y1]` in points from the top left.
    pub rect: [f32; 4],
    /// Where it leads.
    pub target: LinkTarget,
}

/// Where a link leads.
#[derive(Clone, Debug, PartialEq)]
pub enum LinkTarget {
    /// A named destination such as `cite.li2022blip`.
    Named(String),
    /// A place.
    Place(Destination),
    /// An address.
    Uri(String),
}

/// The text of a marked-up document (TeX, HTML, JATS, Markdown, plain text) as elements in order.
#[derive(Clone, Debug, Default)]
pub struct Marked {
    /// Whose word the headings are.
    pub markup: Markup,
    /// Elements in reading order.
    pub elements: Vec<Element>,
    /// Bibliography entries in order.
    pub references: Vec<MarkedReference>,
    /// The document's own metadata.
    pub info: Info,
    /// What went wrong.
    pub faults: Vec<Fault>,
}

/// What says which element is which.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Markup {
    /// TeX commands.
    Tex,
    /// Elements of HTML, JATS, DOCX, or Markdown.
    #[default]
    Elements,
    /// Nothing: plain text, its structure guessed from its look.
    Guessed,
}

/// One element of a marked-up document.
#[derive(Clone, Debug, Default)]
pub struct Element {
    /// What it is.
    pub kind: ElementKind,
    /// Its text, citations rendered as the author's marks (or `[key]`).
    pub text: String,
    /// Citations inside the text: byte range of the mark and the reference key.
    pub cites: Vec<(std::ops::Range<usize>, String)>,
    /// `\label` or `id`.
    pub label: Option<String>,
    /// Page, from 1, where the form has pages (JATS, page breaks in HTML).
    pub page: Option<u32>,
}

/// What an element is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ElementKind {
    /// The document's title.
    Title,
    /// An author or the line of authors.
    Authors,
    /// A paragraph of the abstract.
    Abstract,
    /// A heading: depth from 1, and its printed number.
    Heading(u8, Option<String>),
    /// A paragraph.
    #[default]
    Paragraph,
    /// An item of a list.
    ListItem,
    /// A caption, with the kind of float and its number.
    Caption,
    /// A table: rows by line feed, cells by tab.
    Table,
    /// Displayed mathematics, as LaTeX.
    Equation,
    /// A footnote.
    Footnote,
    /// Code or an algorithm.
    Code,
}

/// A bibliography entry of a marked-up document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MarkedReference {
    /// Its key: `\bibitem` key, `id` of the HTML item.
    pub key: String,
    /// Its text as printed, or rendered from a .bib entry.
    pub text: String,
    /// Fields, where the form has them (.bib, JATS): name and value.
    pub fields: Vec<(String, String)>,
}
