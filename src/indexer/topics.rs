//! Which topics a work and its passages have.
//!
//! In: the topic trees of all surveys. A work has the topics of all sections that cite it; a passage
//! of a survey has the topic of the section that it stands in; a page of a guide that claims a topic has that one.

use std::collections::BTreeMap;

use crate::corpus::identity::title_letters;
use crate::passage::Passage;
use crate::survey::TopicTree;

/// The topics of a corpus.
#[derive(Debug, Default)]
pub(crate) struct Topics {
    trees: Vec<TopicTree>,
    cited: BTreeMap<String, Vec<String>>,
}

impl Topics {
    /// Turns the trees round: from works to topics.
    pub(crate) fn new(trees: Vec<TopicTree>) -> Topics {
        let mut cited: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for topic in trees.iter().flat_map(|tree| &tree.topics) {
            for work in &topic.works {
                cited.entry(work.0.clone()).or_default().push(topic.path.clone());
            }
        }
        for paths in cited.values_mut() {
            paths.sort();
            paths.dedup();
        }
        Topics { trees, cited }
    }

    /// The trees, in the order given.
    pub(crate) fn trees(&self) -> &[TopicTree] {
        &self.trees
    }

    /// Paths of the sections that cite a work, sorted.
    pub(crate) fn citing(&self, key: &str) -> &[String] {
        self.cited.get(key).map_or(&[], Vec::as_slice)
    }

    /// Works that have topics, sorted.
    pub(crate) fn works(&self) -> impl Iterator<Item = &str> {
        self.cited.keys().map(String::as_str)
    }

    /// The tree of a survey.
    pub(crate) fn tree(&self, key: &str) -> Option<&TopicTree> {
        self.trees.iter().find(|tree| tree.key == key)
    }

    /// The path of the topic with a number in the tree of a survey.
    pub(crate) fn numbered(&self, survey: &str, number: &str) -> Option<&str> {
        let topics = &self.tree(survey)?.topics;
        topics.iter().find(|t| t.number == number).map(|t| t.path.as_str())
    }
}

/// Finds the topic of a survey's own passage: by the number of its section, then by the title of
/// the innermost section that the tree knows.
pub(crate) fn topic_of<'t>(tree: &'t TopicTree, passage: &Passage) -> Option<&'t str> {
    let by_title = |title: &String| {
        let wanted = title_letters(title);
        tree.topics.iter().find(|topic| {
            let label = title_letters(&topic.label);
            !label.is_empty()
                && (wanted == label
                    || wanted
                        == title_letters(&format!("{}{}", topic.number, topic.label)))
        })
    };
    let by_number = || {
        let number = passage.section_number.as_ref()?;
        tree.topics.iter().find(|topic| topic.number == *number)
    };
    let innermost = passage.section.last();
    let agreed = innermost.and_then(by_title);
    agreed
        .or_else(by_number)
        .or_else(|| passage.section.iter().rev().skip(1).find_map(by_title))
        .map(|topic| topic.path.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::WorkKey;
    use crate::passage::PassageKind;
    use crate::survey::Topic;

    fn tree() -> TopicTree {
        let topic = |number: &str, label: &str, works: &[&str]| Topic {
            path: format!("/s/{number}"),
            number: number.into(),
            label: label.into(),
            works: works.iter().map(|w| WorkKey((*w).into())).collect(),
            ..Topic::default()
        };
        TopicTree {
            key: "s".into(),
            title: "A survey".into(),
            topics: vec![
                topic("1", "Introduction", &["b", "a"]),
                topic("2", "Methods", &["a"]),
            ],
        }
    }

    fn passage(section: &[&str], number: Option<&str>) -> Passage {
        Passage {
            paper: WorkKey("s".into()),
            ordinal: 0,
            kind: PassageKind::Body,
            section: section.iter().map(|s| (*s).into()).collect(),
            section_number: number.map(Into::into),
            page: None,
            page_end: None,
            text: String::new(),
            cites: Vec::new(),
        }
    }

    #[test]
    fn works_have_the_topics_that_cite_them() {
        let topics = Topics::new(vec![tree()]);
        assert_eq!(topics.citing("a"), ["/s/1", "/s/2"]);
        assert_eq!(topics.citing("c"), [] as [&str; 0]);
        assert_eq!(topics.numbered("s", "2"), Some("/s/2"));
        assert_eq!(topics.works().collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn a_surveys_passages_have_the_topic_of_their_section() {
        let tree = tree();
        let topic = |section: &[&str], number| topic_of(&tree, &passage(section, number));
        assert_eq!(topic(&["2 Methods"], Some("2")), Some("/s/2"));
        // The document numbers its sections otherwise.
        assert_eq!(topic(&["II METHODS"], Some("II")), None);
        assert_eq!(topic(&["Methods"], Some("1")), Some("/s/2"));
        assert_eq!(topic(&["Methods", "Details"], Some("2.9")), Some("/s/2"));
        assert_eq!(topic(&["Elsewhere"], Some("1")), Some("/s/1"));
        assert_eq!(topic(&[], None), None);
    }
}
