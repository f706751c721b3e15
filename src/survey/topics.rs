//! A survey's map as a tree of topics, and how a person's words find a topic.
//!
//! In: a [`SurveyMap`]; a path, a number, or a label in any language. Out: [`TopicTree`]; the path
//! of the one topic that is meant, or the candidates. Never picks between topics that fit alike.

use super::map::SurveyMap;
use super::{Topic, TopicTree};
use crate::corpus::WorkKey;
use crate::paper::reference::names::fold;

/// What a person's words lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The path of one topic, or `/SURVEY-KEY` for a whole survey.
    Found(String),
    /// Several topics fit: their paths and labels.
    Several(Vec<(String, String)>),
    /// None fits: paths and labels of the nearest, best first, at most five.
    Unknown(Vec<(String, String)>),
}

impl From<&SurveyMap> for TopicTree {
    fn from(map: &SurveyMap) -> Self {
        let mut tree =
            Self { key: map.key.clone(), title: map.title.clone(), topics: Vec::new() };
        let mut open: Vec<(u8, usize)> = Vec::new();
        for section in &map.sections {
            while open.last().is_some_and(|(level, _)| *level >= section.level) {
                open.pop();
            }
            let parent = open.last().map(|(_, at)| *at);
            let above = parent
                .map_or_else(|| format!("/{}", map.key), |p| tree.topics[p].path.clone());
            open.push((section.level, tree.topics.len()));
            tree.topics.push(Topic {
                path: format!("{above}/{}", section.number),
                number: section.number.clone(),
                label: section.title.clone(),
                labels: section
                    .labels
                    .iter()
                    .map(|(k, v)| (k.clone(), v.clone()))
                    .collect(),
                parent,
                works: section.cites.iter().map(|c| WorkKey(c.clone())).collect(),
            });
        }
        tree
    }
}

impl TopicTree {
    /// Topics whose own section cites the work, in outline order.
    pub fn topics_of(&self, work: &WorkKey) -> Vec<&Topic> {
        self.topics.iter().filter(|t| t.works.contains(work)).collect()
    }

    /// The topic of a section number.
    pub fn topic(&self, number: &str) -> Option<&Topic> {
        self.topics.iter().find(|t| t.number == number)
    }
}

/// Finds the topic that a path, a number, a label or a clear part of a label means; also a path or
/// number with its label behind it, as the topics are printed.
pub fn find(trees: &[TopicTree], words: &str) -> Lookup {
    let words = words.trim();
    if let Some(path) = by_path(trees, words) {
        return Lookup::Found(path);
    }
    if let Some(found) = decide(&with_label(trees, words)) {
        return found;
    }
    let wanted = fold(words);
    let all = || trees.iter().flat_map(|t| t.topics.iter());
    let numbered: Vec<&Topic> = all()
        .filter(|t| t.number.eq_ignore_ascii_case(words.trim_end_matches('.')))
        .collect();
    let rules: [&dyn Fn(&str) -> bool; 3] = [
        &|label| fold(label) == wanted,
        &|label| fold(label).starts_with(&wanted),
        &|label| fold(label).contains(&wanted),
    ];
    if let Some(found) = decide(&numbered) {
        return found;
    }
    if wanted.is_empty() {
        return Lookup::Unknown(Vec::new());
    }
    for rule in rules {
        let fits: Vec<&Topic> = all()
            .filter(|t| rule(&t.label) || t.labels.iter().any(|(_, l)| rule(l)))
            .collect();
        if let Some(found) = decide(&fits) {
            return found;
        }
    }
    Lookup::Unknown(nearest(trees, &wanted))
}

fn by_path(trees: &[TopicTree], words: &str) -> Option<String> {
    let path = format!("/{}", words.trim_matches('/'));
    for tree in trees {
        let Some(rest) = path.strip_prefix(&format!("/{}", tree.key)) else { continue };
        if rest.is_empty() {
            return Some(path);
        }
        // The key of another survey may begin with this one's.
        let Some(below) = rest.strip_prefix('/') else { continue };
        // `/KEY/2.4` means the topic as `/KEY/2/2.4` does.
        let number = below.rsplit('/').next()?;
        let topic = tree.topics.iter().find(|t| t.path == path);
        if let Some(topic) = topic.or_else(|| tree.topic(number)) {
            return Some(topic.path.clone());
        }
    }
    None
}

/// Topics that the end of a path (`2/2.4`), or a path or number with the label behind it, names.
fn with_label<'t>(trees: &'t [TopicTree], words: &str) -> Vec<&'t Topic> {
    let (place, label) = match words.split_once(char::is_whitespace) {
        Some((place, label)) => (place, fold(label)),
        None if words.contains('/') => (words, String::new()),
        None => return Vec::new(),
    };
    let tail = format!("/{}", place.trim_matches('/'));
    let labels = |t: &Topic| {
        let own = std::iter::once(&t.label).chain(t.labels.iter().map(|(_, l)| l));
        label.is_empty() || own.into_iter().any(|l| fold(l) == label)
    };
    let topics = trees.iter().flat_map(|t| &t.topics);
    topics.filter(|t| t.path.ends_with(&tail) && labels(t)).collect()
}

/// One topic, or the one that is above all the others.
fn decide(fits: &[&Topic]) -> Option<Lookup> {
    fits.first()?;
    let below = |t: &Topic, top: &Topic| {
        t.path == top.path || t.path.starts_with(&format!("{}/", top.path))
    };
    if let Some(top) = fits.iter().find(|top| fits.iter().all(|t| below(t, top))) {
        return Some(Lookup::Found(top.path.clone()));
    }
    Some(Lookup::Several(
        fits.iter().map(|t| (t.path.clone(), t.label.clone())).collect(),
    ))
}

fn nearest(trees: &[TopicTree], wanted: &str) -> Vec<(String, String)> {
    let mut scored: Vec<(f64, String, String)> = Vec::new();
    for topic in trees.iter().flat_map(|t| t.topics.iter()) {
        let likeness = |label: &str| {
            let label = fold(label);
            strsim::normalized_damerau_levenshtein(&label, wanted)
                .max(0.9 * strsim::jaro_winkler(&label, wanted))
                .max(0.95 * best_part(&label, wanted))
        };
        let best = std::iter::once((&topic.label, likeness(&topic.label)))
            .chain(topic.labels.iter().map(|(_, l)| (l, likeness(l))))
            .max_by(|a, b| a.1.total_cmp(&b.1));
        if let Some((label, score)) = best
            && score >= 0.6
        {
            scored.push((score, topic.path.clone(), label.clone()));
        }
    }
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    scored.into_iter().take(5).map(|(_, path, label)| (path, label)).collect()
}

/// The likeness of the words to the part of a label that is most like them.
fn best_part(label: &str, wanted: &str) -> f64 {
    let label: Vec<char> = label.chars().collect();
    let n = wanted.chars().count();
    if n < 4 || label.len() <= n {
        return 0.0;
    }
    label
        .windows(n)
        .map(|w| {
            let part: String = w.iter().collect();
            strsim::normalized_damerau_levenshtein(&part, wanted)
        })
        .fold(0.0, f64::max)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::super::map::MapSection;
    use super::*;

    fn trees() -> Vec<TopicTree> {
        let section = |number: &str, level, title: &str, zh: &str| MapSection {
            number: number.into(),
            level,
            title: title.into(),
            labels: [("zh".to_owned(), zh.to_owned())].into(),
            cites: vec![format!("work{number}")],
            ..Default::default()
        };
        let one = SurveyMap {
            key: "li2023".into(),
            sections: vec![
                section("2", 1, "Visual Understanding", "视觉理解"),
                section("2.4", 2, "Image-only Self-supervised Learning", "自监督学习"),
                section("2.4.2", 3, "Masked Image Modeling", "掩码图像建模"),
                section("3", 1, "Visual Generation", "视觉生成"),
                section("3.1", 2, "Overview", "概述"),
                section("3.1.1", 3, "Overview", "概述"),
            ],
            ..Default::default()
        };
        let two = SurveyMap {
            key: "other".into(),
            sections: vec![section("2", 1, "Generation of Speech", "语音")],
            ..Default::default()
        };
        vec![TopicTree::from(&one), TopicTree::from(&two)]
    }

    fn check(words: &str, expected: Expect) {
        expected.assert_eq(&format!("{:?}", find(&trees(), words)));
    }

    #[test]
    fn paths_follow_the_levels() {
        let trees = trees();
        assert_eq!(trees[0].topics[2].path, "/li2023/2/2.4/2.4.2");
        assert_eq!(trees[0].topics_of(&WorkKey("work2.4".into()))[0].number, "2.4");
    }

    #[test]
    fn topics_are_found_by_any_part_that_is_clear() {
        check("/li2023/2/2.4", expect![[r#"Found("/li2023/2/2.4")"#]]);
        check("li2023/2.4", expect![[r#"Found("/li2023/2/2.4")"#]]);
        check("2/2.4", expect![[r#"Found("/li2023/2/2.4")"#]]);
        check(
            "2.4.2 Masked Image Modeling",
            expect![[r#"Found("/li2023/2/2.4/2.4.2")"#]],
        );
        check("/li2023/3 视觉生成", expect![[r#"Found("/li2023/3")"#]]);
        check("/other", expect![[r#"Found("/other")"#]]);
        check("2.4.2", expect![[r#"Found("/li2023/2/2.4/2.4.2")"#]]);
        check(
            "2",
            expect![[
                r#"Several([("/li2023/2", "Visual Understanding"), ("/other/2", "Generation of Speech")])"#
            ]],
        );
        check("视觉生成", expect![[r#"Found("/li2023/3")"#]]);
        check("masked image", expect![[r#"Found("/li2023/2/2.4/2.4.2")"#]]);
        check("overview", expect![[r#"Found("/li2023/3/3.1")"#]]);
        check(
            "visual",
            expect![[
                r#"Several([("/li2023/2", "Visual Understanding"), ("/li2023/3", "Visual Generation")])"#
            ]],
        );
        check(
            "maskd image modelling",
            expect![[r#"Unknown([("/li2023/2/2.4/2.4.2", "Masked Image Modeling")])"#]],
        );
        check("zzzz", expect!["Unknown([])"]);
    }

    #[test]
    fn a_key_may_begin_with_another() {
        let map = |key: &str| SurveyMap {
            key: key.into(),
            sections: vec![MapSection {
                number: "1".into(),
                level: 1,
                ..Default::default()
            }],
            ..Default::default()
        };
        let trees = ["s", "s2"].map(|key| TopicTree::from(&map(key)));
        assert_eq!(find(&trees, "/s2/1"), Lookup::Found("/s2/1".into()));
    }
}
