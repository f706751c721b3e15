//! Optional content: which layers of a document are hidden when it is opened.
//!
//! ISO 32000-2, 8.11. The default configuration decides; membership dictionaries with policies
//! and visibility expressions are followed. Usage (print, export, zoom) is not.

use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Name, Object, ObjectIdentifier};
use hayro_syntax::xref::XRef;
use rustc_hash::FxHashSet;

use super::array::dicts;

/// Nesting of visibility expressions that is followed.
const MAX_DEPTH: u32 = 8;
/// Groups that are looked at.
const MAX_GROUPS: usize = 20_000;

/// The layers that the default configuration hides.
#[derive(Default)]
pub(super) struct Layers {
    hidden: FxHashSet<ObjectIdentifier>,
}

impl Layers {
    /// Reads the catalog's configuration.
    pub(super) fn of(pdf: &Pdf) -> Layers {
        let mut layers = Layers::default();
        let xref = pdf.xref();
        let Some(catalog) = xref.get::<Dict<'_>>(xref.root_id()) else { return layers };
        let Some(properties) = catalog.get::<Dict<'_>>(b"OCProperties") else {
            return layers;
        };
        let Some(config) = properties.get::<Dict<'_>>(b"D") else { return layers };
        let state = config.get::<Name<'_>>(b"BaseState");
        if state.is_some_and(|s| s.as_str() == "OFF") {
            layers.hidden.extend(groups(&properties, b"OCGs", xref));
            for on in groups(&config, b"ON", xref) {
                layers.hidden.remove(&on);
            }
        }
        layers.hidden.extend(groups(&config, b"OFF", xref));
        layers
    }

    /// Tells whether content that belongs to `group`, a group or a membership dictionary, is
    /// hidden.
    pub(super) fn hides(&self, group: &Dict<'_>) -> bool {
        if self.hidden.is_empty() {
            return false;
        }
        let kind = group.get::<Name<'_>>(b"Type");
        if kind.is_some_and(|k| k.as_str() == "OCMD") {
            return !self.membership_shows(group);
        }
        group.obj_id().is_some_and(|id| self.hidden.contains(&id))
    }

    fn membership_shows(&self, membership: &Dict<'_>) -> bool {
        if let Some(expression) = membership.get::<Array<'_>>(b"VE") {
            let mut left = MAX_GROUPS;
            return self.expression_shows(&expression, &mut left, 0);
        }
        let members: Vec<bool> = match membership.get::<Object<'_>>(b"OCGs") {
            Some(Object::Dict(group)) => vec![self.shows(&group)],
            Some(Object::Array(list)) => {
                list.iter::<Dict<'_>>().take(MAX_GROUPS).map(|g| self.shows(&g)).collect()
            }
            _ => return true,
        };
        if members.is_empty() {
            return true;
        }
        let policy = membership.get::<Name<'_>>(b"P");
        match policy.as_ref().map_or("AnyOn", |p| p.as_str()) {
            "AllOn" => members.iter().all(|&on| on),
            "AnyOff" => members.iter().any(|&on| !on),
            "AllOff" => members.iter().all(|&on| !on),
            _ => members.iter().any(|&on| on),
        }
    }

    fn shows(&self, group: &Dict<'_>) -> bool {
        !group.obj_id().is_some_and(|id| self.hidden.contains(&id))
    }

    /// Evaluates `[/And ...]`, `[/Or ...]` or `[/Not x]`; `left` counts down over the whole tree.
    fn expression_shows(
        &self,
        expression: &Array<'_>,
        left: &mut usize,
        depth: u32,
    ) -> bool {
        let mut items = expression.iter::<Object<'_>>();
        let Some(Object::Name(operator)) = items.next() else { return true };
        if depth > MAX_DEPTH {
            return true;
        }
        let mut values = items.map_while(|item| {
            *left = left.checked_sub(1)?;
            Some(match item {
                Object::Dict(group) => self.shows(&group),
                Object::Array(inner) => self.expression_shows(&inner, left, depth + 1),
                _ => true,
            })
        });
        match operator.as_str() {
            "Not" => !values.next().unwrap_or(false),
            "Or" => values.any(|on| on),
            _ => values.all(|on| on),
        }
    }
}

fn groups<'a>(dict: &Dict<'a>, key: &[u8], xref: &'a XRef) -> Vec<ObjectIdentifier> {
    let Some(list) = dict.get::<Array<'a>>(key) else { return Vec::new() };
    dicts(&list, xref).take(MAX_GROUPS).filter_map(|g| g.obj_id()).collect()
}
