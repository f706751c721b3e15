//! PDF to glyphs with places, bookmarks, links and metadata.
//!
//! In: the bytes of a PDF. Out: [`Positioned`]. Two engines read pages behind one trait,
//! `Extractor`: the main one interprets the content for its text alone; the second one, of the
//! crate pdf-extract, is asked for a page that the first cannot read or reads as garbage, or for
//! all by choice. No image is decoded and nothing is recognised: see [`super::ocr`] for scans.
//!
//! A hostile file can take much time and memory, and the second engine may abort the process: run
//! this in a worker process ([`super::worker`]).

mod array;
mod cid_font;
mod codes;
mod content;
mod diagnosis;
mod font;
mod font_name;
mod glyph_name;
mod layers;
mod legibility;
mod lexer;
mod main_engine;
mod marked;
mod matrix;
mod metadata;
mod outline;
mod pages;
mod path;
mod places;
mod run;
mod second_engine;
mod simple_font;
mod skim;
mod state;
mod stream;
mod string;
#[cfg(test)]
mod tests;
mod text;

use std::sync::Arc;

use hayro_syntax::Pdf;
use serde::{Deserialize, Serialize};

use self::places::Places;
use super::{ExtractError, Fault, FontInfo, PageGlyphs, Positioned};

/// How a PDF is to be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PdfOptions {
    /// Tried in order, after the empty one.
    pub passwords: Vec<String>,
    /// Which engine reads.
    pub engine: EngineChoice,
    /// Pages that are read; the rest is a fault.
    pub max_pages: u32,
}

impl Default for PdfOptions {
    fn default() -> Self {
        PdfOptions { passwords: Vec::new(), engine: EngineChoice::Auto, max_pages: 5000 }
    }
}

/// Which engine reads the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EngineChoice {
    /// The main one, and the second where the main one fails.
    #[default]
    Auto,
    /// The main one alone.
    Main,
    /// The second one alone.
    Second,
}

/// An engine with a document open: pages of glyphs by number.
trait Extractor {
    /// Pages of the document.
    fn n_pages(&self) -> usize;
    /// Reads the page at `index`, from 0.
    fn page(&mut self, index: usize) -> PageRead;
    /// Gives the fonts that the glyphs of all pages read so far number.
    fn into_fonts(self: Box<Self>) -> Vec<FontInfo>;
}

/// What an engine made of one page.
struct PageRead {
    page: PageGlyphs,
    fault: Option<PageFault>,
}

impl PageRead {
    fn failed(fault: PageFault) -> PageRead {
        PageRead { page: PageGlyphs::default(), fault: Some(fault) }
    }
}

/// Why a page was not read, or not to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PageFault {
    /// Its content could not be decoded.
    Content,
    /// Text is set in a font that could not be read.
    Font,
    /// It, or the pages before it, asks for more work than any sound document.
    Budget,
}

impl PageFault {
    fn words(self) -> &'static str {
        match self {
            PageFault::Content => "a part of the content cannot be decoded",
            PageFault::Font => "text in a font that cannot be read is missing",
            PageFault::Budget => "cut short: asks for more work than the limits allow",
        }
    }
}

/// Reads a PDF.
///
/// Errors only where nothing at all could be read; what is missing of the rest is said in
/// [`Positioned::faults`].
pub fn read(bytes: &[u8], options: &PdfOptions) -> Result<Positioned, ExtractError> {
    read_shared(&Arc::new(bytes.to_vec()), options)
}

/// The same without a copy of the file.
pub fn read_shared(
    bytes: &Arc<Vec<u8>>,
    options: &PdfOptions,
) -> Result<Positioned, ExtractError> {
    if bytes.is_empty() {
        return Err(ExtractError::Empty);
    }
    let error = match open(bytes, &options.passwords) {
        Ok(pdf) if !pdf.pages().is_empty() => return Ok(read_open(&pdf, bytes, options)),
        Ok(_) => diagnosis::without_pages(bytes),
        Err(error) => error,
    };
    let second = options.engine != EngineChoice::Main
        && !matches!(
            error,
            ExtractError::OtherKind { .. } | ExtractError::NeedsPassword { .. }
        );
    match second.then(|| pages::second_alone(bytes, options)).flatten() {
        Some(read) => Ok(read),
        None => Err(error),
    }
}

/// Opens a file with the empty password, then with the given ones.
fn open(bytes: &Arc<Vec<u8>>, passwords: &[String]) -> Result<Pdf, ExtractError> {
    let first = match Pdf::new(Arc::clone(bytes)) {
        Ok(pdf) => return Ok(pdf),
        Err(error) => error,
    };
    if !diagnosis::wants_password(&first) {
        return Err(diagnosis::of_error(&first, bytes, false));
    }
    let opened = passwords.iter().map(|p| Pdf::new_with_password(Arc::clone(bytes), p));
    match opened.flatten().next() {
        Some(pdf) => Ok(pdf),
        None => Err(diagnosis::of_error(&first, bytes, !passwords.is_empty())),
    }
}

/// Reads a document that the main engine's library could open.
fn read_open(pdf: &Pdf, bytes: &[u8], options: &PdfOptions) -> Positioned {
    let mut out = Positioned { info: metadata::info(pdf), ..Positioned::default() };
    out.faults = diagnosis::of_open(pdf, bytes);
    out.n_pages = diagnosis::n_pages(pdf);
    let n_read = pdf.pages().len().min(options.max_pages as usize);
    read_structure(pdf, n_read, &mut out);
    pages::read(pdf, bytes, options, n_read, &mut out);
    if n_read < pdf.pages().len() {
        let what = format!("{n_read} of {} pages read", out.n_pages);
        out.faults.push(Fault { page: None, what });
    }
    diagnosis::of_text(&mut out, diagnosis::has_images(pdf));
    out
}

/// Reads destinations, bookmarks and links.
fn read_structure(pdf: &Pdf, n_read: usize, out: &mut Positioned) {
    let places = Places::new(pdf);
    let (named, cut_names) = places.named();
    let (bookmarks, cut_bookmarks) = outline::bookmarks(pdf, &places, &named);
    let (links, cut_links) = outline::links(pdf, &places, n_read);
    for (cut, thing, limit) in [
        (cut_names, "named destinations", places::MAX_DESTINATIONS),
        (cut_bookmarks, "bookmarks", outline::MAX_BOOKMARKS),
        (cut_links, "links", outline::MAX_LINKS),
    ] {
        if cut {
            let what = format!("more than {limit} {thing}: the rest is left out");
            out.faults.push(Fault { page: None, what });
        }
    }
    out.destinations = named;
    out.bookmarks = bookmarks;
    out.links = links;
}
