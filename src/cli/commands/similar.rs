//! `citemap similar`: the nearest papers, and why they are near.

use std::io::Write;

use serde::Serialize;

use super::opening::open;
use super::show::{find, split};
use crate::cli::Context;
use crate::cli::args::SimilarArgs;
use crate::cli::error::{CliError, FOUND, NOTHING};
use crate::output::human::{author_line, fitted};
use crate::output::sanitize::clean;
use crate::output::style::Role;
use crate::output::wire::{PaperJson, VERSION};
use crate::search::{Similar, SuggestedTopic};
use crate::survey::TopicTree;

/// Topics suggested to a paper that no survey cites.
pub(super) const SUGGESTED: usize = 3;

/// Prints the papers nearest to a paper or a passage.
pub fn run(context: &Context, args: &SimilarArgs) -> Result<u8, CliError> {
    let opened = open(context, false)?;
    let (key, ordinal) = split(&args.paper);
    let paper = find(&opened, key)?;
    let near = opened.searcher.similar(&paper.key, ordinal, args.limit)?;
    let has_topic =
        opened.searcher.passages(&paper.key)?.iter().any(|p| !p.topics.is_empty());
    let suggested = match has_topic {
        true => Vec::new(),
        false => opened.searcher.suggest_topics(&paper.key, SUGGESTED)?,
    };
    let mut out = context.ui.out();
    if context.global.json {
        let object = SimilarJson {
            version: VERSION,
            paper: PaperJson::from(&paper),
            similar: near.iter().map(NearJson::from).collect(),
            suggested_topics: suggested
                .iter()
                .map(|t| (t.path.clone(), t.score))
                .collect(),
        };
        serde_json::to_writer(&mut out, &object).map_err(std::io::Error::from)?;
        writeln!(out)?;
    } else {
        let trees = &opened.searcher.view().tables.trees;
        write_human(&mut out, context, &near, &suggested, trees)?;
    }
    out.flush()?;
    if near.is_empty() {
        context.ui.note("citemap: nothing near it");
        return Ok(NOTHING);
    }
    Ok(FOUND)
}

fn write_human(
    out: &mut dyn Write,
    context: &Context,
    near: &[Similar],
    suggested: &[SuggestedTopic],
    trees: &[TopicTree],
) -> std::io::Result<()> {
    let page = context.page();
    for (i, similar) in near.iter().enumerate() {
        let title = fitted(&clean(&similar.paper.title), page.width.saturating_sub(4));
        writeln!(out, "{:>2}. {}", i + 1, page.style.paint(Role::Title, &title))?;
        let mut facts = vec![clean(&author_line(&similar.paper.authors, 2)).into_owned()];
        facts.retain(|f| !f.is_empty());
        facts.extend(similar.paper.year.map(|y| y.to_string()));
        facts.push(clean(&similar.paper.key).into_owned());
        let facts = fitted(&facts.join(" · "), page.width.saturating_sub(4));
        writeln!(out, "    {}", page.style.paint(Role::Meta, &facts))?;
        let topics: Vec<String> =
            similar.topics.iter().map(|path| topic_name(trees, path)).collect();
        for (what, items) in [
            ("both speak of", &similar.words),
            ("both cite", &similar.both_cite),
            ("cited together by", &similar.cited_together),
            ("both stand in", &topics),
        ] {
            if !items.is_empty() {
                let line = format!("{what}: {}", clean(&items.join(", ")));
                writeln!(out, "{}", page.wrapped(&line, "    "))?;
            }
        }
    }
    write_suggested(out, suggested, trees)
}

/// Writes the topics suggested to a paper that has none of its own; nothing if there are none.
pub(super) fn write_suggested(
    out: &mut dyn Write,
    suggested: &[SuggestedTopic],
    trees: &[TopicTree],
) -> std::io::Result<()> {
    if suggested.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nNo survey cites it; suggested topics, by its neighbours:")?;
    for topic in suggested {
        let near = clean(&topic.papers.join(", ")).into_owned();
        let name = topic_name(trees, &topic.path);
        writeln!(out, "  {} ({:.2}; {near})", clean(&name), topic.score)?;
    }
    Ok(())
}

/// A topic as people know it: `2.3 Language-image pre-training`, with its survey where there are several.
fn topic_name(trees: &[TopicTree], path: &str) -> String {
    let found = trees.iter().find_map(|tree| {
        let topic = tree.topics.iter().find(|topic| topic.path == path)?;
        let name = format!("{} {}", topic.number, topic.label);
        Some(match trees.len() {
            1 => name,
            _ => format!("{name} ({})", tree.key),
        })
    });
    found.unwrap_or_else(|| path.to_owned())
}

/// `similar PAPER --json`
#[derive(Debug, Serialize)]
struct SimilarJson {
    version: u32,
    paper: PaperJson,
    similar: Vec<NearJson>,
    suggested_topics: Vec<(String, f32)>,
}

#[derive(Debug, Serialize)]
struct NearJson {
    paper: PaperJson,
    score: f32,
    by_words: f32,
    by_citations: f32,
    by_topics: f32,
    words: Vec<String>,
    both_cite: Vec<String>,
    cited_together: Vec<String>,
    topics: Vec<String>,
}

impl From<&Similar> for NearJson {
    fn from(similar: &Similar) -> Self {
        Self {
            paper: PaperJson::from(&similar.paper),
            score: similar.score,
            by_words: similar.by_words,
            by_citations: similar.by_citations,
            by_topics: similar.by_topics,
            words: similar.words.clone(),
            both_cite: similar.both_cite.clone(),
            cited_together: similar.cited_together.clone(),
            topics: similar.topics.clone(),
        }
    }
}
