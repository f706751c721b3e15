//! Arrays of references, some of which lead nowhere.

use hayro_syntax::object::{Array, Dict, MaybeRef, Object};
use hayro_syntax::xref::XRef;

/// Returns the objects of an array; a reference that leads nowhere is passed over.
///
/// The library's own iterator ends at the first of those, and would lose all links of a page
/// behind one dead annotation.
pub(super) fn objects<'a>(
    array: &Array<'a>,
    xref: &'a XRef,
) -> impl Iterator<Item = Object<'a>> + use<'a> {
    array.raw_iter().filter_map(move |item| match item {
        MaybeRef::Ref(reference) => xref.get::<Object<'a>>(reference.into()),
        MaybeRef::NotRef(object) => Some(object),
    })
}

/// Returns the dictionaries among [`objects`].
pub(super) fn dicts<'a>(
    array: &Array<'a>,
    xref: &'a XRef,
) -> impl Iterator<Item = Dict<'a>> + use<'a> {
    objects(array, xref).filter_map(Object::into_dict)
}
