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
        let room = name_room(page);
        let name = padded(&fitted(&clean(&survey.label), room - 6), room - 6);
        let head = page.style.paint(Role::Heading, &name);
        let unit = page.style.paint(Role::Meta, "papers");
        writeln!(out, "Topics  {head}   {unit}")?;
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
    let room = name_room(page);
    let name = fitted(&format!("{mark}{}{name}", "  ".repeat(level)), room);
    write_row(out, page, &padded(&name, room), topic.count, most)?;
    if level + 1 < depth || topic.selected || topic.children.iter().any(selected_below) {
        for child in &topic.children {
            write_topic(out, page, child, level + 1, depth, most)?;
        }
    }
    Ok(())
}

/// Columns for the name of a topic or venue beside its number and bar.
fn name_room(page: &Page) -> usize {
    page.width.saturating_sub(BAR + 12).clamp(20, 64)
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

/// The values of a flat facet on wrapped lines, those that were chosen in brackets: `Kinds  body 120
/// papers · [caption] 14`. Long values have a line each.
fn write_values(out: &mut dyn Write, page: &Page, facet: &Facet) -> io::Result<()> {
    let (name, nothing) = match facet.name.as_str() {
        "year" => ("Years", "no year"),
        "kind" => ("Kinds", "no kind"),
        "author" => ("Authors", "no author"),
        "venue" => ("Venues", "no venue"),
        "lang" => ("Languages", "language unclear"),
        "source" => ("Sources", "no document"),
        "quality" => ("Text", "no document"),
        "survey" => ("Surveys", "in no survey"),
        other => (other, "none"),
    };
    let shown: Vec<(String, u64)> = facet
        .values
        .iter()
        .filter(|v| v.count > 0 || v.selected)
        .map(|v| match v.selected {
            true => (format!("[{}]", clean(&v.value)), v.count),
            false => (clean(&v.value).into_owned(), v.count),
        })
        .chain((facet.missing > 0).then(|| (nothing.to_owned(), facet.missing)))
        .collect();
    if facet.name == "venue" {
        return write_lines(out, page, name, &shown, facet.more);
    }
    let mut parts = Vec::new();
    if facet.name == "year" {
        parts.extend(sparkline(&facet.values));
    }
    for (i, (label, count)) in shown.iter().enumerate() {
        // The first number says what all count.
        let unit = match (i, count) {
            (0, 1) => "\u{a0}paper",
            (0, _) => "\u{a0}papers",
            _ => "",
        };
        let count = page.style.paint(Role::Count, &count.to_string());
        parts.push(format!("{}\u{a0}{count}{unit}", label.replace(' ', "\u{a0}")));
    }
    if facet.more > 0 {
        parts.push(format!("{}\u{a0}more", facet.more));
    }
    let head = padded(name, 8.max(name.width() + 1));
    let text = page.wrapped(&parts.join(" · "), &" ".repeat(head.width()));
    writeln!(out, "{head}{}", text.trim_start())
}

/// The values of a facet on a line each.
fn write_lines(
    out: &mut dyn Write,
    page: &Page,
    name: &str,
    values: &[(String, u64)],
    more: u64,
) -> io::Result<()> {
    let room = name_room(page);
    let unit = page.style.paint(Role::Meta, "papers");
    writeln!(out, "{}   {unit}", padded(name, room + 2))?;
    let most = values.iter().map(|(_, count)| *count).max().unwrap_or(1);
    for (label, count) in values {
        let label = padded(&fitted(&format!(" {label}"), room), room);
        write_row(out, page, &label, *count, most)?;
    }
    if more > 0 {
        writeln!(out, "   {more} more")?;
    }
    Ok(())
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
