//! Which engine reads which page.
//!
//! The main engine reads all; the second is opened only for a page that the main one could not
//! read or read as garbage, and its page is taken only if it looks like words.

use hayro_syntax::Pdf;

use super::legibility::{self, Legibility};
use super::main_engine::MainEngine;
use super::second_engine::SecondEngine;
use super::{EngineChoice, Extractor, PageFault, PageRead, PdfOptions, diagnosis};
use crate::extract::{Engine, Fault, PageGlyphs, Positioned};

/// Length from which a file is not handed to the second engine unasked, bytes.
const MAX_FOR_SECOND: usize = 64 << 20;
/// Pages without gain after which the second engine is not asked again.
const MAX_REFUSED: u32 = 8;

/// Reads the first `n` pages of a document into `out`.
pub(super) fn read(
    pdf: &Pdf,
    bytes: &[u8],
    options: &PdfOptions,
    n: usize,
    out: &mut Positioned,
) {
    let open = || SecondEngine::open(bytes, &options.passwords, Some(pdf));
    let mut main = Box::new(MainEngine::new(pdf));
    let mut second = match options.engine {
        EngineChoice::Second => Second::Open(open().map(Box::new)),
        EngineChoice::Auto if bytes.len() <= MAX_FOR_SECOND => Second::Closed,
        EngineChoice::Auto | EngineChoice::Main => Second::Open(None),
    };
    let mut refused = 0;
    for index in 0..n {
        if options.engine == EngineChoice::Second {
            let read = second.page(index, &open);
            put(
                out,
                index,
                read.unwrap_or_else(|| PageRead::failed(PageFault::Content)),
                true,
            );
            continue;
        }
        let read = main.page(index);
        let better = (needs_second(&read) && refused < MAX_REFUSED)
            .then(|| second.page(index, &open))
            .flatten()
            .filter(|other| is_better(other, &read));
        refused += u32::from(needs_second(&read) && better.is_none());
        let by_second = better.is_some();
        put(out, index, better.unwrap_or(read), by_second);
    }
    finish(out, main, second);
}

/// Reads a file that only the second engine can open; it has neither bookmarks nor links.
pub(super) fn second_alone(bytes: &[u8], options: &PdfOptions) -> Option<Positioned> {
    let mut engine = SecondEngine::open(bytes, &options.passwords, None)?;
    let mut out =
        Positioned { n_pages: engine.n_pages() as u32, ..Positioned::default() };
    for index in 0..engine.n_pages().min(options.max_pages as usize) {
        let read = engine.page(index);
        put(&mut out, index, read, true);
    }
    if out.pages.iter().all(|page| page.glyphs.is_empty()) {
        return None;
    }
    let what = "damaged: read by the second engine alone, without bookmarks and links";
    out.faults.push(Fault { page: None, what: what.to_string() });
    out.fonts = Box::new(engine).into_fonts();
    diagnosis::of_text(&mut out, true);
    Some(out)
}

/// The second engine, opened when first needed.
enum Second {
    Closed,
    Open(Option<Box<SecondEngine>>),
}

impl Second {
    fn page(
        &mut self,
        index: usize,
        open: &dyn Fn() -> Option<SecondEngine>,
    ) -> Option<PageRead> {
        if let Second::Closed = self {
            *self = Second::Open(open().map(Box::new));
        }
        match self {
            Second::Open(Some(engine)) => Some(engine.page(index)),
            _ => None,
        }
    }
}

fn needs_second(read: &PageRead) -> bool {
    match read.fault {
        Some(PageFault::Budget) => false,
        Some(PageFault::Font) => true,
        Some(PageFault::Content) if read.page.glyphs.is_empty() => true,
        _ => legibility::is_garbage(&read.page.glyphs),
    }
}

fn is_better(other: &PageRead, than: &PageRead) -> bool {
    let (new, old) =
        (Legibility::of(&other.page.glyphs), Legibility::of(&than.page.glyphs));
    let known = |l: &Legibility| l.n - l.unknown;
    new.is_plausible() && known(&new) > known(&old)
}

/// Takes a page; its glyphs number the fonts of their engine until [`finish`].
fn put(out: &mut Positioned, index: usize, read: PageRead, by_second: bool) {
    if let Some(fault) = read.fault {
        let page = Some(index as u32 + 1);
        out.faults.push(Fault { page, what: fault.words().to_string() });
    }
    let unread = read.fault.is_some() && read.page.glyphs.is_empty();
    out.engines.push(match (unread, by_second) {
        (true, _) => Engine::Neither,
        (false, true) => Engine::Second,
        (false, false) => Engine::Main,
    });
    out.pages.push(read.page);
}

/// Joins the fonts of the two engines.
fn finish(out: &mut Positioned, main: Box<MainEngine<'_>>, second: Second) {
    out.fonts = main.into_fonts();
    let Second::Open(Some(second)) = second else { return };
    let first = out.fonts.len().min(usize::from(u16::MAX));
    out.fonts.extend(second.into_fonts());
    let pages = out.pages.iter_mut().zip(&out.engines);
    for (PageGlyphs { glyphs, .. }, _) in pages.filter(|(_, e)| **e == Engine::Second) {
        for glyph in glyphs {
            glyph.font = glyph.font.saturating_add(first as u16);
        }
    }
}
