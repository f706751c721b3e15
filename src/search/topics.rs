//! The topics of an index as numbers, so that counting needs no strings.

use std::collections::BTreeMap;

use tantivy::Searcher;
use tantivy::columnar::Column;

use crate::schema::column;
use crate::survey::TopicTree;

/// All topics of a view, and the topics of each segment's column.
pub(super) struct TopicTable {
    /// Paths, those above included, sorted: a topic stands behind the one above it.
    pub(super) paths: Vec<String>,
    /// The topic above each.
    parents: Vec<Option<u32>>,
    /// Of each segment: its column, and the topic of each ordinal.
    segments: Vec<Option<(Column<u64>, Vec<u32>)>>,
}

impl TopicTable {
    pub(super) fn new(
        searcher: &Searcher,
        trees: &[TopicTree],
    ) -> tantivy::Result<TopicTable> {
        let mut dictionaries: Vec<Option<(Column<u64>, Vec<String>)>> = Vec::new();
        for segment in searcher.segment_readers() {
            let column = segment.fast_fields().str(column::TOPIC)?;
            let Some(column) = column.filter(|column| column.num_terms() > 0) else {
                dictionaries.push(None);
                continue;
            };
            let mut terms = Vec::with_capacity(column.num_terms());
            let mut stream = column.dictionary().stream()?;
            while stream.advance() {
                terms.push(String::from_utf8_lossy(stream.key()).into_owned());
            }
            dictionaries.push(Some((column.ords().clone(), terms)));
        }
        let used = dictionaries.iter().flatten().flat_map(|(_, terms)| terms);
        let known = trees.iter().flat_map(|tree| tree.topics.iter().map(|t| &t.path));
        let mut numbers: BTreeMap<String, u32> = BTreeMap::new();
        for path in used.chain(known) {
            let slashes = path.char_indices().skip(1).filter(|(_, c)| *c == '/');
            for end in slashes.map(|(end, _)| end).chain([path.len()]) {
                numbers.insert(path[..end].to_owned(), 0);
            }
        }
        for (number, slot) in numbers.values_mut().enumerate() {
            *slot = number as u32;
        }
        let above = |path: &str| {
            let end = path.rfind('/').filter(|end| *end > 0)?;
            numbers.get(&path[..end]).copied()
        };
        let parents = numbers.keys().map(|path| above(path)).collect();
        let segments = dictionaries
            .into_iter()
            .map(|dictionary| {
                let (column, terms) = dictionary?;
                let map =
                    terms.iter().map(|term| numbers.get(term).copied().unwrap_or(0));
                let map = map.collect();
                Some((column, map))
            })
            .collect();
        Ok(TopicTable { paths: numbers.into_keys().collect(), parents, segments })
    }

    /// Appends the topics of a passage, without those above.
    pub(super) fn of(&self, segment: usize, doc: u32, out: &mut Vec<u32>) {
        let Some((column, map)) = &self.segments[segment] else { return };
        out.extend(column.values_for_doc(doc).filter_map(|ord| map.get(ord as usize)));
    }

    /// True if no passage of a segment has a topic.
    pub(super) fn is_empty(&self, segment: usize) -> bool {
        self.segments[segment].is_none()
    }

    /// A topic and all above it.
    pub(super) fn upward(&self, topic: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(topic), |topic| self.parents[*topic as usize])
    }
}
