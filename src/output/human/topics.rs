//! The topic tree with numbers of papers and passages.

use std::io::{self, Write};

use super::{Page, fitted, padded};
use crate::output::sanitize::clean;
use crate::output::style::Role;
use crate::output::wire::TopicJson;

/// Writes a tree of topics. `lang` adds the label in that language behind the survey's own.
pub fn write_topics(
    out: &mut dyn Write,
    page: &Page,
    title: &str,
    topics: &[TopicJson],
) -> io::Result<()> {
    let head = fitted(&clean(title), page.width.saturating_sub(18));
    let room = page.width.saturating_sub(18).min(76);
    let head = page.style.paint(Role::Heading, &padded(&head, room));
    writeln!(out, "{head} papers passages")?;
    for topic in topics {
        write_topic(out, page, topic, 0, room)?;
    }
    Ok(())
}

fn write_topic(
    out: &mut dyn Write,
    page: &Page,
    topic: &TopicJson,
    level: usize,
    room: usize,
) -> io::Result<()> {
    let others: Vec<_> = topic.labels.values().map(|l| clean(l).into_owned()).collect();
    let mut name =
        format!("{}{} {}", "  ".repeat(level), clean(&topic.number), clean(&topic.label));
    if !others.is_empty() {
        name = format!("{name}  {}", others.join(" / "));
    }
    let name = padded(&fitted(&name, room), room);
    let count =
        |n: u64, width: usize| page.style.paint(Role::Count, &format!("{n:>width$}"));
    writeln!(out, "{name} {} {}", count(topic.papers, 6), count(topic.passages, 8))?;
    for child in &topic.children {
        write_topic(out, page, child, level + 1, room)?;
    }
    Ok(())
}
