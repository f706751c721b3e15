//! `citemap topics`: the topic trees with numbers of papers and passages.

use std::collections::BTreeMap;
use std::io::Write;

use super::opening::open;
use crate::cli::Context;
use crate::cli::args::TopicsArgs;
use crate::cli::error::{CliError, FOUND, NOTHING};
use crate::output::human::write_topics;
use crate::output::wire::{SurveyJson, TopicJson, TopicsJson, VERSION};
use crate::search::TopicCount;
use crate::survey::TopicTree;

/// Prints every tree, or what one topic holds.
pub fn run(context: &Context, args: &TopicsArgs) -> Result<u8, CliError> {
    let opened = open(context, false)?;
    let counts = opened.searcher.topic_counts()?;
    let trees = &opened.searcher.view().tables.trees;
    let chosen = match &args.topic {
        Some(given) => {
            let found = opened.searcher.resolve_topic(given);
            Some(found.map_err(|error| CliError::search(error, given))?)
        }
        None => None,
    };
    let mut surveys: Vec<SurveyJson> = trees
        .iter()
        .map(|tree| SurveyJson {
            key: tree.key.clone(),
            title: tree.title.clone(),
            topics: below(tree, None, &counts),
        })
        .collect();
    if let Some(paths) = &chosen {
        for survey in &mut surveys {
            let topics = std::mem::take(&mut survey.topics);
            survey.topics = pick(topics, paths);
        }
        surveys.retain(|s| !s.topics.is_empty());
    }
    let mut out = context.ui.out();
    if context.global.json {
        let none = surveys.is_empty();
        let object = TopicsJson { version: VERSION, surveys };
        serde_json::to_writer(&mut out, &object).map_err(std::io::Error::from)?;
        writeln!(out)?;
        out.flush()?;
        return Ok(if none { NOTHING } else { FOUND });
    }
    let page = context.page();
    for (i, survey) in surveys.iter().enumerate() {
        if i > 0 {
            writeln!(out)?;
        }
        write_topics(&mut out, &page, &survey.title, &survey.topics)?;
    }
    out.flush()?;
    if surveys.is_empty() {
        context.ui.note("citemap: the corpus has no survey yet\nhint: add one with `citemap add --survey FILE`, or build from one with `citemap build 2309.10020`");
        return Ok(NOTHING);
    }
    Ok(FOUND)
}

/// The topics right below `parent`.
fn below(
    tree: &TopicTree,
    parent: Option<usize>,
    counts: &BTreeMap<String, TopicCount>,
) -> Vec<TopicJson> {
    let children = tree.topics.iter().enumerate().filter(|(_, t)| t.parent == parent);
    children
        .map(|(i, topic)| {
            let count = counts.get(&topic.path).copied().unwrap_or_default();
            TopicJson {
                path: topic.path.clone(),
                number: topic.number.clone(),
                label: topic.label.clone(),
                labels: topic.labels.iter().cloned().collect(),
                papers: count.papers,
                passages: count.passages,
                children: below(tree, Some(i), counts),
            }
        })
        .collect()
}

/// The chosen topics, wherever in the tree they stand.
fn pick(topics: Vec<TopicJson>, paths: &[String]) -> Vec<TopicJson> {
    let mut out = Vec::new();
    for mut topic in topics {
        if paths.contains(&topic.path) {
            out.push(topic);
        } else {
            out.extend(pick(std::mem::take(&mut topic.children), paths));
        }
    }
    out
}
