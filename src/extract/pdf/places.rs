//! Destinations of a PDF: where bookmarks and links lead.
//!
//! A destination is an array, a dictionary with one, or a name that a tree or a dictionary of the
//! catalog resolves. All coordinates become points from the top left of the page as it is shown.

use hayro_syntax::Pdf;
use hayro_syntax::object::{
    Array, Dict, MaybeRef, Name, Object, ObjectIdentifier, String as PdfString,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::array::{dicts, objects};
use super::matrix::apply;
use super::string::text_string;
use crate::extract::{Destination, LinkTarget};

/// Named destinations that are kept.
pub(super) const MAX_DESTINATIONS: usize = 100_000;

/// Resolves destinations of one document.
pub(super) struct Places<'a> {
    pdf: &'a Pdf,
    page_of: FxHashMap<ObjectIdentifier, usize>,
}

impl<'a> Places<'a> {
    /// Numbers the pages of a document.
    pub(super) fn new(pdf: &'a Pdf) -> Self {
        let mut page_of = FxHashMap::default();
        for (index, page) in pdf.pages().iter().enumerate() {
            if let Some(id) = page.raw().obj_id() {
                page_of.entry(id).or_insert(index);
            }
        }
        Places { pdf, page_of }
    }

    /// Maps user space of a page to points from the top left.
    pub(super) fn on_page(&self, page: usize, x: f64, y: f64) -> (f32, f32) {
        let Some(shown) = self.pdf.pages().get(page) else { return (0.0, 0.0) };
        let (x, y) = apply(&shown.initial_transform(true).as_coeffs(), x, y);
        (x as f32, y as f32)
    }

    /// Reads the target of a bookmark or link annotation: `/Dest`, or the action `/A`.
    pub(super) fn target(&self, dict: &Dict<'a>) -> Option<LinkTarget> {
        if let Some(object) = dict.get::<Object<'a>>(b"Dest") {
            return self.named_or_place(object);
        }
        let action = dict.get::<Dict<'a>>(b"A")?;
        let kind = action.get::<Name<'_>>(b"S")?;
        match kind.as_str() {
            "GoTo" => self.named_or_place(action.get::<Object<'a>>(b"D")?),
            "URI" => {
                let uri = action.get::<PdfString<'_>>(b"URI")?;
                Some(LinkTarget::Uri(text_string(uri.as_bytes())))
            }
            _ => None,
        }
    }

    fn named_or_place(&self, object: Object<'a>) -> Option<LinkTarget> {
        match object {
            Object::String(s) => Some(LinkTarget::Named(text_string(s.as_bytes()))),
            Object::Name(n) => Some(LinkTarget::Named(text_string(n.as_ref()))),
            other => self.place(other).map(LinkTarget::Place),
        }
    }

    fn place(&self, object: Object<'a>) -> Option<Destination> {
        match object {
            Object::Array(array) => self.place_of_array(&array),
            Object::Dict(dict) => self.place_of_array(&dict.get::<Array<'a>>(b"D")?),
            _ => None,
        }
    }

    /// Reads `[page /XYZ left top zoom]` and its kin, ISO 32000-2, table 149.
    fn place_of_array(&self, array: &Array<'a>) -> Option<Destination> {
        let page = match array.raw_iter().next()? {
            MaybeRef::Ref(reference) => *self.page_of.get(&reference.into())?,
            // Against the standard, but seen: the number of the page.
            MaybeRef::NotRef(Object::Number(n)) => usize::try_from(n.as_i64()).ok()?,
            MaybeRef::NotRef(_) => return None,
        };
        if page >= self.pdf.pages().len() {
            return None;
        }
        // Without the page itself, which would be read again for each place on it.
        let rest = array.raw_iter().skip(1).take(5).map_while(|item| match item {
            MaybeRef::Ref(reference) => self.pdf.xref().get(reference.into()),
            MaybeRef::NotRef(object) => Some(object),
        });
        let rest: Vec<Object<'a>> = rest.collect();
        let number = |i: usize| match rest.get(i) {
            Some(Object::Number(n)) => Some(n.as_f64()),
            _ => None,
        };
        let kind = match rest.first() {
            Some(Object::Name(n)) => n.as_str(),
            _ => "",
        };
        let (left, top) = match kind {
            "XYZ" => (number(1), number(2)),
            "FitH" | "FitBH" => (None, number(1)),
            "FitV" | "FitBV" => (number(1), None),
            "FitR" => (number(1), number(4)),
            _ => (None, None),
        };
        let (x, y) = self.on_page(page, left.unwrap_or(0.0), top.unwrap_or(0.0));
        Some(Destination { page, x: left.map(|_| x), y: top.map(|_| y) })
    }

    /// Reads all named destinations, sorted by name; the second value tells if a limit cut them.
    pub(super) fn named(&self) -> (Vec<(String, Destination)>, bool) {
        let mut found = Vec::new();
        let xref = self.pdf.xref();
        let Some(catalog) = xref.get::<Dict<'a>>(xref.root_id()) else {
            return (found, false);
        };
        if let Some(dict) = catalog.get::<Dict<'a>>(b"Dests") {
            for key in dict.keys().take(MAX_DESTINATIONS) {
                let object = dict.get::<Object<'a>>(AsRef::<[u8]>::as_ref(&key));
                if let Some(place) = object.and_then(|o| self.place(o)) {
                    found.push((text_string(key.as_ref()), place));
                }
            }
        }
        let names = catalog.get::<Dict<'a>>(b"Names");
        let cut = match names.and_then(|n| n.get::<Dict<'a>>(b"Dests")) {
            Some(root) => self.name_tree(root, &mut found),
            None => false,
        };
        // The name tree wins over the old dictionary; within one, the first.
        found.sort_by(|a, b| a.0.cmp(&b.0));
        found.dedup_by(|a, b| a.0 == b.0);
        (found, cut)
    }

    fn name_tree(&self, root: Dict<'a>, found: &mut Vec<(String, Destination)>) -> bool {
        let mut waiting = vec![root];
        let mut seen = FxHashSet::default();
        let mut left = MAX_DESTINATIONS;
        while let Some(node) = waiting.pop() {
            if node.obj_id().is_some_and(|id| !seen.insert(id)) {
                continue;
            }
            if let Some(pairs) = node.get::<Array<'a>>(b"Names") {
                let mut items = objects(&pairs, self.pdf.xref());
                while let (Some(name), Some(value)) = (items.next(), items.next()) {
                    if left == 0 {
                        return true;
                    }
                    left -= 1;
                    if let (Object::String(name), Some(place)) = (name, self.place(value))
                    {
                        found.push((text_string(name.as_bytes()), place));
                    }
                }
            }
            let Some(kids) = node.get::<Array<'a>>(b"Kids") else { continue };
            for kid in dicts(&kids, self.pdf.xref()) {
                if left == 0 {
                    return true;
                }
                left -= 1;
                waiting.push(kid);
            }
        }
        false
    }
}

/// Finds a destination in a list sorted by name.
pub(super) fn find(named: &[(String, Destination)], name: &str) -> Option<Destination> {
    let at = named.binary_search_by(|(n, _)| n.as_str().cmp(name)).ok()?;
    Some(named[at].1)
}
