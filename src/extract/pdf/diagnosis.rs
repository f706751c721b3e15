//! What is wrong with a file, in terms that a person can act on.

use hayro_syntax::object::{Dict, Name, Stream};
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};

use crate::extract::{ExtractError, Fault, Looks, Positioned, ocr};

/// Pages that a damaged file may claim to have before the claim is not believed.
const MAX_CLAIMED: u32 = 100_000;

/// Tells whether a password might open the file.
pub(super) fn wants_password(error: &LoadPdfError) -> bool {
    matches!(error, LoadPdfError::Decryption(DecryptionError::PasswordProtected))
}

/// Names the reason why a file did not open.
pub(super) fn of_error(error: &LoadPdfError, bytes: &[u8], given: bool) -> ExtractError {
    match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => {
            ExtractError::NeedsPassword { given }
        }
        LoadPdfError::Decryption(_) => ExtractError::Encryption,
        LoadPdfError::Invalid => without_pages(bytes),
    }
}

/// Names the reason why a file has no page to read.
pub(super) fn without_pages(bytes: &[u8]) -> ExtractError {
    if bytes.is_empty() {
        return ExtractError::Empty;
    }
    let n = bytes.len() as u64;
    let head = &bytes[..bytes.len().min(4096)];
    let objects =
        bytes.windows(5).take(1 << 20).any(|w| w == b" obj\n" || w == b" obj\r");
    if !holds(head, b"%PDF-") && !objects {
        let found = Looks::of(bytes);
        return ExtractError::OtherKind { expected: "PDF".to_string(), found };
    }
    if !has_end(bytes) {
        return ExtractError::Truncated { bytes: n };
    }
    if holds(bytes, b"/Pages") && !holds(bytes, b"/Page ") {
        return ExtractError::NoPages;
    }
    ExtractError::Damaged { bytes: n }
}

/// Names what is wrong with a file that opened all the same.
pub(super) fn of_open(pdf: &Pdf, bytes: &[u8]) -> Vec<Fault> {
    let mut faults = Vec::new();
    let found = pdf.pages().len();
    let mut say = |what: String| faults.push(Fault { page: None, what });
    if !has_end(bytes) {
        say(format!("file is cut off after {} bytes", bytes.len()));
    }
    if n_pages(pdf) as usize > found {
        say(format!("{found} of {} pages found: the file is damaged", n_pages(pdf)));
    }
    faults
}

/// Tells whether one of the first pages shows an image.
pub(super) fn has_images(pdf: &Pdf) -> bool {
    pdf.pages().iter().take(8).any(|page| {
        let objects = &page.resources().x_objects;
        objects.keys().take(100).any(|key| {
            let stream = objects.get::<Stream<'_>>(AsRef::<[u8]>::as_ref(&key));
            let kind = stream.and_then(|s| s.dict().get::<Name<'_>>(b"Subtype"));
            kind.is_some_and(|k| k.as_str() == "Image")
        })
    })
}

/// Says so if a document has no text, or none that can be read.
pub(super) fn of_text(read: &mut Positioned, images: bool) {
    let (mut n, mut unknown) = (0, 0);
    for page in &read.pages {
        for glyph in &page.glyphs {
            n += usize::from(!glyph.ch.is_whitespace());
            unknown += usize::from(glyph.ch == char::REPLACEMENT_CHARACTER);
        }
    }
    if let Some(what) = ocr::need(read.pages.len(), n, unknown, images) {
        read.faults.push(Fault { page: None, what });
    }
}

/// Returns the number of pages that the document has: what its page tree claims, if that is more
/// than was found.
pub(super) fn n_pages(pdf: &Pdf) -> u32 {
    let found = pdf.pages().len() as u32;
    let xref = pdf.xref();
    let claimed = xref
        .get::<Dict<'_>>(xref.root_id())
        .and_then(|catalog| catalog.get::<Dict<'_>>(b"Pages"))
        .and_then(|pages| pages.get::<u32>(b"Count"));
    claimed.filter(|c| *c <= MAX_CLAIMED).map_or(found, |c| c.max(found))
}

/// Tells whether the end mark stands near the end; some writers add rubbish behind it.
fn has_end(bytes: &[u8]) -> bool {
    let tail = &bytes[bytes.len().saturating_sub(4096)..];
    holds(tail, b"%%EOF") || holds(tail, b"startxref")
}

fn holds(bytes: &[u8], what: &[u8]) -> bool {
    bytes.windows(what.len()).any(|w| w == what)
}
