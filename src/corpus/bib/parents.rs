//! What an entry has from others: `crossref` and `xdata`.
//!
//! In: parsed entries, each read by itself. Out: the same entries, with authors, title, year and venue that
//! they lack from the entries that they name, the nearest first. Identifiers, addresses and files are never
//! handed down: they name the volume, not the paper in it.

use biblatex::ChunksExt;
use rustc_hash::FxHashMap;

use super::Entry;

/// The fields that name parents, and the names under which the parser, which would follow them round and
/// round, leaves them alone.
const FIELDS: [(&str, &str); 2] = [("crossref", "x-crossref"), ("xdata", "x-xdata")];

/// Entries above one that are asked; a volume in a series has two or three.
const MOST: usize = 8;

/// Kinds of entry whose title is the venue of what stands in them.
const VOLUMES: [&str; 8] = [
    "proceedings",
    "mvproceedings",
    "collection",
    "mvcollection",
    "book",
    "mvbook",
    "periodical",
    "reference",
];

/// The name under which a field is read.
pub(super) fn set_aside(name: &str) -> &str {
    let aside = FIELDS.iter().find(|(field, _)| name.eq_ignore_ascii_case(field));
    aside.map_or(name, |(_, aside)| aside)
}

/// The keys that each entry names as its parents.
#[derive(Default)]
pub(super) struct Parents {
    of: FxHashMap<String, Vec<String>>,
}

impl Parents {
    /// Notes the parents of an entry.
    pub(super) fn note(&mut self, entry: &biblatex::Entry) {
        let named = FIELDS.iter().filter_map(|(_, aside)| entry.get(aside));
        let keys: Vec<String> = named
            .flat_map(|value| {
                let value = value.format_verbatim();
                value.split(',').map(|key| key.trim().to_owned()).collect::<Vec<_>>()
            })
            .collect();
        if !keys.is_empty() {
            self.of.insert(entry.key.clone(), keys);
        }
    }

    /// Gives each entry what it lacks; parents may stand before or behind it, and in a circle.
    pub(super) fn hand_down(&self, entries: &mut [Entry]) {
        if self.of.is_empty() {
            return;
        }
        let places: FxHashMap<String, usize> =
            entries.iter().enumerate().map(|(i, e)| (e.key.clone(), i)).collect();
        for child in 0..entries.len() {
            let mut above = vec![child];
            let mut next = 0;
            while next < above.len() {
                let keys = self.of.get(&entries[above[next]].key);
                for place in keys.into_iter().flatten().filter_map(|k| places.get(k)) {
                    if above.len() <= MOST && !above.contains(place) {
                        above.push(*place);
                    }
                }
                next += 1;
            }
            for parent in &above[1..] {
                let parent = entries[*parent].clone();
                inherit(&mut entries[child], parent);
            }
        }
    }
}

fn inherit(child: &mut Entry, parent: Entry) {
    let is_volume = VOLUMES.contains(&parent.kind.as_str());
    let part = is_volume && !VOLUMES.contains(&child.kind.as_str());
    let title = (is_volume && !parent.title.is_empty()).then(|| parent.title.clone());
    if child.venue.is_none() {
        child.venue = parent.venue.or(title.filter(|_| part));
    }
    if child.title.is_empty() {
        child.title = parent.title;
    }
    if child.authors.is_empty() {
        (child.authors, child.more_authors) = (parent.authors, parent.more_authors);
    }
    child.year = child.year.or(parent.year);
}
