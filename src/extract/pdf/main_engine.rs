//! The main engine: our own text interpreter on hayro-syntax and hayro-font.

use hayro_syntax::Pdf;

use super::font::Fonts;
use super::layers::Layers;
use super::text::{Budget, Forms, Interpreter};
use super::{Extractor, PageFault, PageRead};
use crate::extract::{FontInfo, PageGlyphs};

/// Reads pages of an open document.
pub(super) struct MainEngine<'a> {
    pdf: &'a Pdf,
    fonts: Fonts<'a>,
    forms: Forms,
    layers: Layers,
    budget: Budget,
}

impl<'a> MainEngine<'a> {
    /// Prepares to read pages of `pdf`.
    pub(super) fn new(pdf: &'a Pdf) -> Self {
        MainEngine {
            pdf,
            fonts: Fonts::new(),
            forms: Forms::new(),
            layers: Layers::of(pdf),
            budget: Budget::DOCUMENT,
        }
    }
}

impl Extractor for MainEngine<'_> {
    fn n_pages(&self) -> usize {
        self.pdf.pages().len()
    }

    fn page(&mut self, index: usize) -> PageRead {
        let Some(page) = self.pdf.pages().get(index) else {
            return PageRead::failed(PageFault::Content);
        };
        if self.budget.is_spent() {
            return PageRead::failed(PageFault::Budget);
        }
        let (width, height) = page.render_dimensions();
        let (content, whole) = self.forms.decoder.page_content(page);
        self.budget.inflated = self.budget.inflated.saturating_sub(content.len() as u64);
        let ctm = page.initial_transform(true).as_coeffs();
        let interpreter = Interpreter::new(
            &mut self.fonts,
            &mut self.forms,
            &self.layers,
            &mut self.budget,
        );
        let text = interpreter.page(&content, page.resources(), ctm, (width, height));
        let fault = match (text.cut, whole) {
            (true, _) => Some(PageFault::Budget),
            (false, false) => Some(PageFault::Content),
            (false, true) if text.unset > 0 => Some(PageFault::Font),
            (false, true) => None,
        };
        PageRead { page: PageGlyphs { width, height, glyphs: text.glyphs }, fault }
    }

    fn into_fonts(self: Box<Self>) -> Vec<FontInfo> {
        self.fonts.infos
    }
}
