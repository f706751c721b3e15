//! The bookmarks and the links of a PDF, as the file states them.

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Name, Rect, String as PdfString};
use rustc_hash::FxHashSet;

use super::array::dicts;
use super::places::{Places, find};
use super::string::text_string;
use crate::extract::{Bookmark, Destination, Link, LinkTarget};

/// Bookmarks that are kept.
pub(super) const MAX_BOOKMARKS: usize = 20_000;
/// Nesting of bookmarks that is followed.
const MAX_LEVEL: u8 = 16;
/// Annotations that are looked at on one page.
pub(super) const MAX_PAGE_LINKS: usize = 20_000;
/// Links that are kept.
pub(super) const MAX_LINKS: usize = 400_000;

/// Reads the outline in order; the second value tells if a limit cut it.
///
/// Loops are broken; an item without a title is dropped, what it holds is kept.
pub(super) fn bookmarks<'a>(
    pdf: &'a Pdf,
    places: &Places<'a>,
    named: &[(String, Destination)],
) -> (Vec<Bookmark>, bool) {
    let mut found = Vec::new();
    let xref = pdf.xref();
    let Some(catalog) = xref.get::<Dict<'a>>(xref.root_id()) else {
        return (found, false);
    };
    let Some(outline) = catalog.get::<Dict<'a>>(b"Outlines") else {
        return (found, false);
    };
    let mut waiting: Vec<(Dict<'a>, u8)> =
        outline.get::<Dict<'a>>(b"First").map(|first| (first, 0)).into_iter().collect();
    let mut seen = FxHashSet::default();
    while let Some((item, level)) = waiting.pop() {
        if item.obj_id().is_some_and(|id| !seen.insert(id)) {
            continue;
        }
        if found.len() >= MAX_BOOKMARKS {
            return (found, true);
        }
        let title = item.get::<PdfString<'_>>(b"Title");
        let title = title.map(|t| text_string(t.as_bytes())).unwrap_or_default();
        let (dest, name) = match places.target(&item) {
            Some(LinkTarget::Named(name)) => (find(named, &name), Some(name)),
            Some(LinkTarget::Place(place)) => (Some(place), None),
            _ => (None, None),
        };
        found.push(Bookmark { level, title, dest, name });
        // The sibling waits below the children, so that the order is that of the page.
        if let Some(next) = item.get::<Dict<'a>>(b"Next") {
            waiting.push((next, level));
        }
        if let Some(first) = item.get::<Dict<'a>>(b"First").filter(|_| level < MAX_LEVEL)
        {
            waiting.push((first, level + 1));
        }
    }
    found.retain(|b| !b.title.trim().is_empty());
    (found, false)
}

/// Reads the link annotations of the first `n_pages` pages; the second value tells if a limit
/// cut them.
pub(super) fn links<'a>(
    pdf: &'a Pdf,
    places: &Places<'a>,
    n_pages: usize,
) -> (Vec<Link>, bool) {
    let mut found = Vec::new();
    let xref = pdf.xref();
    for (page, shown) in pdf.pages().iter().take(n_pages).enumerate() {
        let Some(annotations) = shown.raw().get::<Array<'a>>(b"Annots") else { continue };
        for dict in dicts(&annotations, xref).take(MAX_PAGE_LINKS) {
            let kind = dict.get::<Name<'_>>(b"Subtype");
            if kind.is_none_or(|k| k.as_str() != "Link") {
                continue;
            }
            let Some(rect) = dict.get::<Rect>(b"Rect") else { continue };
            let Some(target) = places.target(&dict) else { continue };
            if found.len() >= MAX_LINKS {
                return (found, true);
            }
            let (ax, ay) = places.on_page(page, rect.x0, rect.y0);
            let (bx, by) = places.on_page(page, rect.x1, rect.y1);
            let rect = [ax.min(bx), ay.min(by), ax.max(bx), ay.max(by)];
            found.push(Link { page, rect, target });
        }
    }
    (found, false)
}
