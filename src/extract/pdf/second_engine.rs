//! The second engine: the crate pdf-extract, through its `OutputDev`.
//!
//! Slower, and it gives neither fonts nor marked content nor render modes; it reads some pages
//! that the main engine cannot. It panics on many files, which is caught here, and may overflow
//! the stack or take all memory, which is not: only a worker process should run it.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hayro_syntax::Pdf;
use pdf_extract::{
    Dictionary, Document, MediaBox, Object, ObjectId, OutputDev, OutputError, Transform,
};
use rustc_hash::FxHashMap;

use super::matrix::{Matrix, apply, direction};
use super::{Extractor, PageFault, PageRead};
use crate::extract::glyph::ligature;
use crate::extract::{FontInfo, Glyph, PageGlyphs};

/// Glyphs of one page.
const MAX_PAGE_GLYPHS: usize = 2_000_000;

/// An open document of pdf-extract.
pub(super) struct SecondEngine {
    document: Document,
    pages: Vec<PageFrame>,
}

/// A page: its number in the library, and how its user space is shown.
struct PageFrame {
    number: u32,
    /// To points from the top left, and the size; `None` to take both from the media box.
    shown: Option<(Matrix, (f32, f32))>,
}

impl SecondEngine {
    /// Opens a document; pages are numbered and shown as the main engine does, if it could open
    /// the file.
    pub(super) fn open(
        bytes: &[u8],
        passwords: &[String],
        main: Option<&Pdf>,
    ) -> Option<SecondEngine> {
        catch_unwind(AssertUnwindSafe(|| {
            let mut document = Document::load_mem(bytes).ok()?;
            if document.is_encrypted() {
                let mut candidates =
                    std::iter::once("").chain(passwords.iter().map(|p| &**p));
                candidates.find(|password| document.decrypt(password).is_ok())?;
            }
            empty_images(&mut document);
            let pages = frames(&document, main);
            Some(SecondEngine { document, pages })
        }))
        .ok()?
    }
}

/// Empties all images: the library runs whatever `Do` names as page content.
fn empty_images(document: &mut Document) {
    for object in document.objects.values_mut() {
        if let Object::Stream(stream) = object
            && is_image(&stream.dict)
        {
            stream.content.clear();
            stream.dict.remove(b"Filter");
            stream.dict.remove(b"DecodeParms");
        }
    }
}

fn is_image(dict: &Dictionary) -> bool {
    matches!(dict.get(b"Subtype"), Ok(Object::Name(name)) if name == b"Image")
}

fn frames(document: &Document, main: Option<&Pdf>) -> Vec<PageFrame> {
    let numbers = document.get_pages();
    let Some(main) = main else {
        return numbers.keys().map(|&number| PageFrame { number, shown: None }).collect();
    };
    let number_of: FxHashMap<ObjectId, u32> =
        numbers.iter().map(|(number, id)| (*id, *number)).collect();
    let frame = |(index, page): (usize, &hayro_syntax::page::Page<'_>)| {
        let id = page.raw().obj_id();
        let id = id.map(|id| (id.obj_number, id.gen_number as u16));
        let same = id.and_then(|id| number_of.get(&id));
        let number = same.copied().unwrap_or(index as u32 + 1);
        let shown = page.initial_transform(true).as_coeffs();
        PageFrame { number, shown: Some((shown, page.render_dimensions())) }
    };
    main.pages().iter().enumerate().map(frame).collect()
}

impl Extractor for SecondEngine {
    fn n_pages(&self) -> usize {
        self.pages.len()
    }

    fn page(&mut self, index: usize) -> PageRead {
        let Some(frame) = self.pages.get(index) else {
            return PageRead::failed(PageFault::Content);
        };
        let mut device = Device { shown: frame.shown, page: PageGlyphs::default() };
        let read = catch_unwind(AssertUnwindSafe(|| {
            pdf_extract::output_doc_page(&self.document, &mut device, frame.number)
        }));
        let fault = match read {
            Ok(Ok(())) => None,
            _ => Some(PageFault::Content),
        };
        PageRead { page: device.page, fault }
    }

    fn into_fonts(self: Box<Self>) -> Vec<FontInfo> {
        vec![FontInfo::default()]
    }
}

/// Takes the characters of one page.
struct Device {
    shown: Option<(Matrix, (f32, f32))>,
    page: PageGlyphs,
}

impl OutputDev for Device {
    fn begin_page(
        &mut self,
        _number: u32,
        media: &MediaBox,
        _art: Option<(f64, f64, f64, f64)>,
    ) -> Result<(), OutputError> {
        let size = ((media.urx - media.llx) as f32, (media.ury - media.lly) as f32);
        let flip = [1.0, 0.0, 0.0, -1.0, -media.llx, media.ury];
        let (_, (width, height)) = *self.shown.get_or_insert((flip, size));
        self.page = PageGlyphs { width, height, glyphs: Vec::new() };
        Ok(())
    }

    fn output_character(
        &mut self,
        at: &Transform,
        width: f64,
        _spacing: f64,
        font_size: f64,
        text: &str,
    ) -> Result<(), OutputError> {
        let Some((shown, _)) = self.shown else { return Ok(()) };
        if self.page.glyphs.len() >= MAX_PAGE_GLYPHS {
            return Err(std::io::Error::other("too many glyphs").into());
        }
        let (x, y) = apply(&shown, at.m31, at.m32);
        // The axes of text space on the page, without its translation.
        let along = (
            shown[0] * at.m11 + shown[2] * at.m12,
            shown[1] * at.m11 + shown[3] * at.m12,
        );
        let up = (
            shown[0] * at.m21 + shown[2] * at.m22,
            shown[1] * at.m21 + shown[3] * at.m22,
        );
        let stretch = along.0.hypot(along.1);
        let advance = width * font_size.abs() * stretch;
        let unit = match stretch > 0.0 {
            true => (along.0 / stretch, along.1 / stretch),
            false => (1.0, 0.0),
        };
        let chars: Vec<char> = text.chars().flat_map(split).collect();
        let part = advance / chars.len().max(1) as f64;
        for (i, &ch) in chars.iter().enumerate() {
            let offset = part * i as f64;
            self.page.glyphs.push(Glyph {
                ch,
                x: (x + unit.0 * offset) as f32,
                y: (y + unit.1 * offset) as f32,
                w: part as f32,
                size: (font_size.abs() * up.0.hypot(up.1)) as f32,
                font: 0,
                dir: direction(along.0, along.1),
                flags: 0,
                mcid: -1,
            });
        }
        Ok(())
    }

    fn end_page(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn begin_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_word(&mut self) -> Result<(), OutputError> {
        Ok(())
    }

    fn end_line(&mut self) -> Result<(), OutputError> {
        Ok(())
    }
}

/// Splits a ligature into its letters; a control character becomes U+FFFD.
fn split(c: char) -> impl Iterator<Item = char> {
    let letters = ligature(c);
    let single = match c {
        _ if letters.is_some() => None,
        '\t' | '\n' | '\r' => Some(' '),
        c if c.is_control() => Some(char::REPLACEMENT_CHARACTER),
        c => Some(c),
    };
    letters.unwrap_or_default().chars().chain(single)
}
