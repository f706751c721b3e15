//! Citations of the finished blocks, from the link annotations that lie over their text.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::extract::{Destination, Link, LinkTarget};

use super::kind::Piece;
use super::run::Run;
use super::{BlockKind, Cite, bibliography, places};

/// Knows which reference each link of a document leads to.
pub(super) struct Resolver {
    /// Key by link index.
    keys: FxHashMap<u32, String>,
}

impl Resolver {
    /// Resolves all links. Names `cite.KEY` say the key themselves. In a document without such
    /// names every link into the bibliography is a citation, and the entry gets an anchor.
    pub(super) fn new(
        links: &[Link],
        destinations: &[(String, Destination)],
        pieces: &mut [Piece],
    ) -> Resolver {
        let mut keys = FxHashMap::default();
        for (index, link) in links.iter().enumerate() {
            if let LinkTarget::Named(name) = &link.target
                && let Some(key) = bibliography::key_of(name)
            {
                keys.insert(index as u32, key.to_owned());
            }
        }
        if keys.is_empty() {
            resolve_by_place(links, destinations, pieces, &mut keys);
        }
        Resolver { keys }
    }

    /// Returns the citations of a text: marks of one key with nothing but white space or an opening
    /// bracket between them are one.
    pub(super) fn cites(&self, run: &Run) -> Vec<Cite> {
        let mut cites: Vec<Cite> = vec![];
        let mut marks: Vec<_> = run.marks.iter().collect();
        marks.sort_by_key(|mark| mark.range.start);
        for mark in marks {
            let Some(key) = self.keys.get(&mark.link) else { continue };
            if let Some(last) = cites.last_mut()
                && last.key == *key
                && mark.range.start >= last.range.end
            {
                let between = &run.text[last.range.end..mark.range.start];
                if between.chars().all(|c| c.is_whitespace() || "([,-".contains(c)) {
                    last.range.end = mark.range.end;
                    continue;
                }
            }
            let (range, page) = (mark.range.clone(), mark.page + 1);
            cites.push(Cite { range, key: key.clone(), page });
        }
        cites
    }
}

/// Resolves links by the entry of the bibliography that stands where they lead.
fn resolve_by_place(
    links: &[Link],
    destinations: &[(String, Destination)],
    pieces: &mut [Piece],
    keys: &mut FxHashMap<u32, String>,
) {
    let mut entries: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (index, piece) in pieces.iter().enumerate() {
        if piece.kind == BlockKind::Reference {
            entries.entry(piece.paragraph.page).or_default().push(index);
        }
    }
    if entries.is_empty() {
        return;
    }
    for (index, link) in links.iter().enumerate() {
        let (name, place) = match &link.target {
            LinkTarget::Place(place) => (None, *place),
            LinkTarget::Named(name) => {
                let found = destinations.binary_search_by(|(n, _)| n.as_str().cmp(name));
                let Ok(at) = found else { continue };
                (Some(name.as_str()), destinations[at].1)
            }
            LinkTarget::Uri(_) => continue,
        };
        if place.y.is_none() {
            continue;
        }
        let Some(on_page) = entries.get(&(place.page as u32 + 1)) else { continue };
        let nearest = on_page
            .iter()
            .filter_map(|entry| {
                let line = pieces[*entry].paragraph.lines.first()?;
                Some((*entry, places::distance(line, &place)?))
            })
            .min_by(|a, b| a.1.total_cmp(&b.1));
        let Some((entry, distance)) = nearest else { continue };
        if distance > 40.0 {
            continue;
        }
        let anchor = pieces[entry].anchor.get_or_insert_with(|| match name {
            Some(name) => name.to_owned(),
            None => format!("ref-p{}-{:.0}", place.page + 1, place.y.unwrap_or(0.0)),
        });
        keys.insert(index as u32, anchor.clone());
    }
}
