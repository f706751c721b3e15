//! Facets as a compact tree with counts and bars.

use std::io::{self, Write};

use unicode_width::UnicodeWidthStr;

use super::{Page, fitted, padded};
use crate::facets::{Facet, FacetValue};
use crate::output::sanitize::clean;
use crate::output::style::Role;

/// Topic rows shown; below that, only the first level of each branch.
const MOST_TOPICS: usize = 24;
const BAR: usize = 16;

/// Writes the facets in the order given, those without values left out.
pub fn write_facets(
    out: &mut dyn Write,
    page: &Page,
    facets: &[Facet],
) -> io::Result<()> {
    for facet in facets.iter().filter(|f| !f.values.is_empty()) {
        writeln!(out)?;
        match facet.name.as_str() {
            "topic" => write_topic_tree(out, page, facet)?,
            _ => write_values(out, page, facet)?,
        }
    }
    Ok(())
}

fn write_topic_tree(out: &mut dyn Write, page: &Page, facet: &Facet) -> io::Result<()> {
    let depth =
        (1..=6).rev().find(|d| rows(&facet.values, *d) <= MOST_TOPICS).unwrap_or(1);
    for survey in &facet.values {
        if survey.count == 0 && !survey.selected {
            continue;
        }
        let name = fitted(&clean(&survey.label), page.width.saturating_sub(14));
        let head = page.style.paint(Role::Heading, &name);
        writeln!(out, "Topics  {head}")?;
        let most = survey.children.iter().map(|c| c.count).max().unwrap_or(1).max(1);
        for topic in &survey.children {
            write_topic(out, page, topic, 0, depth, most)?;
        }
    }
    Ok(())
}

/// Rows that a tree cut at `depth` takes.
fn rows(values: &[FacetValue], depth: usize) -> usize {
    let shown = values.iter().filter(|v| v.count > 0 || v.selected);
    shown.map(|v| 1 + if depth > 0 { rows(&v.children, depth - 1) } else { 0 }).sum()
}

fn write_topic(
    out: &mut dyn Write,
    page: &Page,
    topic: &FacetValue,
    level: usize,
    depth: usize,
    most: u64,
) -> io::Result<()> {
    if topic.count == 0 && !topic.selected {
        return Ok(());
    }
    let mark = if topic.selected { ">" } else { " " };
    let name = format!("{} {}", clean(&topic.number), clean(&topic.label));
    let room = page.width.saturating_sub(BAR + 12).min(64);
    let name = fitted(&format!("{mark}{}{name}", "  ".repeat(level)), room);
    write_row(out, page, &padded(&name, room), topic.count, most)?;
    if level + 1 < depth || topic.selected || topic.children.iter().any(selected_below) {
        for child in &topic.children {
            write_topic(out, page, child, level + 1, depth, most)?;
        }
    }
    Ok(())
}

fn selected_below(value: &FacetValue) -> bool {
    value.selected || value.children.iter().any(selected_below)
}

fn write_row(
    out: &mut dyn Write,
    page: &Page,
    name: &str,
    count: u64,
    most: u64,
) -> io::Result<()> {
    let eighths =
        ((count * BAR as u64 * 8).div_ceil(most.max(1))).min(BAR as u64 * 8) as usize;
    let mut bar = "█".repeat(eighths / 8);
    if !eighths.is_multiple_of(8) {
        bar.push(['▏', '▎', '▍', '▌', '▋', '▊', '▉'][eighths % 8 - 1]);
    }
    let count = page.style.paint(Role::Count, &format!("{count:>6}"));
    writeln!(out, "  {name} {count} {}", page.style.paint(Role::Bar, &bar))
}

/// The values of a flat facet on wrapped lines: `Kind  body 120 · caption 14`.
fn write_values(out: &mut dyn Write, page: &Page, facet: &Facet) -> io::Result<()> {
    let name = match facet.name.as_str() {
        "year" => "Years",
        "kind" => "Kinds",
        "author" => "Authors",
        "venue" => "Venues",
        "lang" => "Languages",
        "source" => "Sources",
        "survey" => "Surveys",
        other => other,
    };
    let mut parts = Vec::new();
    if facet.name == "year" {
        parts.extend(sparkline(&facet.values));
    }
    for value in facet.values.iter().filter(|v| v.count > 0 || v.selected) {
        let label = clean(&value.value);
        let mark = if value.selected { ">" } else { "" };
        let count = page.style.paint(Role::Count, &value.count.to_string());
        parts.push(format!("{mark}{label}\u{a0}{count}"));
    }
    if facet.missing > 0 {
        parts.push(format!("none\u{a0}{}", facet.missing));
    }
    if facet.more > 0 {
        parts.push(format!("{} more", facet.more));
    }
    let head = padded(name, 8);
    let text = page.wrapped(&parts.join(" · "), &" ".repeat(head.width()));
    writeln!(out, "{head}{}", text.trim_start())
}

/// A bar a year, from the first to the last.
fn sparkline(values: &[FacetValue]) -> Option<String> {
    let years: Vec<(i32, u64)> =
        values.iter().filter_map(|v| Some((v.value.parse().ok()?, v.count))).collect();
    let first = years.iter().map(|y| y.0).min()?;
    let last = years.iter().map(|y| y.0).max()?;
    let most = years.iter().map(|y| y.1).max()?.max(1);
    if last - first > 40 || first == last {
        return None;
    }
    let bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let line: String = (first..=last)
        .map(|year| {
            let count = years.iter().find(|y| y.0 == year).map_or(0, |y| y.1);
            match count {
                0 => ' ',
                _ => bars[((count * 8).div_ceil(most) as usize - 1).min(7)],
            }
        })
        .collect();
    Some(format!("{first} {line} {last}"))
}
