//! Counts of papers by topic, year, kind and other fields beside the results.
//!
//! In: numbers counted by `search` for every match. Out: [`Facet`]s as they are shown: topics as a
//! tree in outline order, years newest first, all else most frequent first.

use std::collections::{BTreeMap, BTreeSet};

use crate::survey::{Topic, TopicTree};

/// The facets that there are.
pub const NAMES: [&str; 9] =
    ["topic", "year", "kind", "author", "venue", "lang", "source", "quality", "survey"];

/// A facet with its values, as shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facet {
    /// Name: `topic`, `year`, `kind`, `author`, `venue`, `lang`, `source`, `quality`,
    /// `survey`.
    pub name: String,
    /// Values in display order; nested for topics.
    pub values: Vec<FacetValue>,
    /// Values that were not returned because of a limit.
    pub more: u64,
    /// Papers that have no value at all.
    pub missing: u64,
}

/// A value with its number of papers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FacetValue {
    /// The value; a path for topics.
    pub value: String,
    /// Printed number of a topic.
    pub number: String,
    /// Label for people.
    pub label: String,
    /// Papers with at least one matching passage there.
    pub count: u64,
    /// Chosen by a filter.
    pub selected: bool,
    /// Topics below.
    pub children: Vec<FacetValue>,
}

/// The order of a flat facet's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    /// Most papers first, equal ones by value.
    Count,
    /// Largest value first.
    Newest,
}

/// Makes a flat facet; chosen values stay, whatever the limit.
pub(crate) fn flat(
    name: &str,
    counts: BTreeMap<String, u64>,
    missing: u64,
    limit: Option<usize>,
    order: Order,
    is_selected: impl Fn(&str) -> bool,
) -> Facet {
    let mut values: Vec<FacetValue> = counts
        .into_iter()
        .map(|(value, count)| FacetValue {
            selected: is_selected(&value),
            label: value.clone(),
            value,
            count,
            ..FacetValue::default()
        })
        .filter(|value| value.count > 0 || value.selected)
        .collect();
    match order {
        Order::Count => values.sort_by_key(|value| std::cmp::Reverse(value.count)),
        Order::Newest => values.reverse(),
    }
    let all = values.len();
    if let Some(limit) = limit {
        let mut kept = 0;
        values.retain(|value| {
            kept += 1;
            kept <= limit || value.selected
        });
    }
    Facet { name: name.to_owned(), more: (all - values.len()) as u64, values, missing }
}

/// Makes the topic facet from the number of papers of each path, ancestors included.
///
/// Topics without papers are left out unless chosen. With a limit, the topics with most papers
/// stay, and those above them.
pub(crate) fn topics(
    trees: &[TopicTree],
    counts: &BTreeMap<String, u64>,
    missing: u64,
    limit: Option<usize>,
    selected: &[String],
) -> Facet {
    let count_of = |path: &str| counts.get(path).copied().unwrap_or(0);
    let is_selected =
        |path: &str| selected.iter().any(|s| s.trim_end_matches('/') == path);
    let keep = kept_paths(counts, limit, selected);
    let mut values = Vec::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for tree in trees {
        let mut root = FacetValue {
            value: format!("/{}", tree.key),
            label: tree.title.clone(),
            ..FacetValue::default()
        };
        let mut nodes: Vec<FacetValue> = tree.topics.iter().map(value_of).collect();
        // Children stand behind their parent, so going backward each is complete when it moves.
        for i in (0..nodes.len()).rev() {
            known.insert(&tree.topics[i].path);
            let mut node = std::mem::take(&mut nodes[i]);
            node.children.reverse();
            node.count = count_of(&node.value);
            node.selected = is_selected(&node.value);
            if !keep.contains(node.value.as_str()) {
                continue;
            }
            match tree.topics[i].parent.filter(|parent| *parent < i) {
                Some(parent) => nodes[parent].children.push(node),
                None => root.children.push(node),
            }
        }
        root.children.reverse();
        root.count = count_of(&root.value);
        root.selected = is_selected(&root.value);
        if keep.contains(root.value.as_str()) {
            values.push(root);
        }
    }
    // Paths that no tree has (an index made before its map was edited) are still counted.
    let roots: BTreeSet<String> =
        trees.iter().map(|tree| format!("/{}", tree.key)).collect();
    let strays = counts.iter().filter(|(path, count)| {
        **count > 0 && !known.contains(path.as_str()) && !roots.contains(*path)
    });
    for (path, count) in strays {
        let number = path.rsplit('/').next().unwrap_or_default().to_owned();
        values.push(FacetValue {
            selected: is_selected(path),
            label: path.clone(),
            value: path.clone(),
            number,
            count: *count,
            children: Vec::new(),
        });
    }
    let all = counts.values().filter(|count| **count > 0).count();
    let shown = keep.iter().filter(|path| count_of(path) > 0).count();
    Facet {
        name: "topic".to_owned(),
        values,
        more: all.saturating_sub(shown) as u64,
        missing,
    }
}

fn value_of(topic: &Topic) -> FacetValue {
    FacetValue {
        value: topic.path.clone(),
        number: topic.number.clone(),
        label: topic.label.clone(),
        ..FacetValue::default()
    }
}

fn kept_paths<'a>(
    counts: &'a BTreeMap<String, u64>,
    limit: Option<usize>,
    selected: &'a [String],
) -> BTreeSet<&'a str> {
    let mut best: Vec<(&str, u64)> = counts
        .iter()
        .filter(|(_, count)| **count > 0)
        .map(|(path, count)| (path.as_str(), *count))
        .collect();
    best.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    best.truncate(limit.unwrap_or(usize::MAX));
    let chosen = selected.iter().map(|path| path.trim_end_matches('/'));
    let mut keep = BTreeSet::new();
    for path in best.into_iter().map(|(path, _)| path).chain(chosen) {
        let slashes = path.char_indices().skip(1).filter(|(_, c)| *c == '/');
        keep.extend(slashes.map(|(end, _)| &path[..end]));
        keep.insert(path);
    }
    keep
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree() -> TopicTree {
        let topic = |path: &str, parent| Topic {
            path: path.to_owned(),
            number: path.rsplit('/').next().unwrap_or_default().to_owned(),
            label: format!("about {path}"),
            parent,
            ..Topic::default()
        };
        TopicTree {
            key: "s".into(),
            title: "Survey".into(),
            topics: vec![
                topic("/s/1", None),
                topic("/s/2", None),
                topic("/s/2/2.1", Some(1)),
                topic("/s/2/2.2", Some(1)),
            ],
        }
    }

    fn shape(values: &[FacetValue]) -> String {
        let one = |v: &FacetValue| match v.children.is_empty() {
            true => format!("{}:{}", v.value, v.count),
            false => format!("{}:{}({})", v.value, v.count, shape(&v.children)),
        };
        values.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn topics_are_a_tree_in_outline_order() {
        let counts =
            [("/s", 4), ("/s/1", 1), ("/s/2", 3), ("/s/2/2.2", 2), ("/s/2/2.1", 1)];
        let counts = counts.map(|(path, n)| (path.to_owned(), n)).into_iter().collect();
        let facet = topics(&[tree()], &counts, 0, None, &[]);
        assert_eq!(shape(&facet.values), "/s:4(/s/1:1 /s/2:3(/s/2/2.1:1 /s/2/2.2:2))");
        let facet = topics(&[tree()], &counts, 0, Some(1), &["/s/2/2.1".into()]);
        assert_eq!(shape(&facet.values), "/s:4(/s/2:3(/s/2/2.1:1))");
        assert_eq!(facet.more, 2);
    }

    #[test]
    fn a_limit_keeps_what_is_chosen() {
        let counts = [("a", 1), ("b", 3), ("c", 2)].map(|(v, n)| (v.to_owned(), n));
        let counts = counts.into_iter().collect();
        let facet = flat("author", counts, 5, Some(1), Order::Count, |v| v == "a");
        assert_eq!(shape(&facet.values), "b:3 a:1");
        assert_eq!((facet.more, facet.missing), (1, 5));
    }
}
