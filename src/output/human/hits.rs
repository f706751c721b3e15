//! Ranked passages, grouped by paper.

use std::io::{self, Write};
use std::ops::Range;

use super::{Page, author_line, counted, coverage_line, fitted, write_facets};
use crate::output::sanitize::clean;
use crate::output::style::Role;
use crate::output::wire::Coverage;
use crate::passage::PassageKind;
use crate::search::{Answer, Hit, PassageHit, Request};
use crate::snippet;

/// Bytes of a passage that are shown.
const SNIPPET_BYTES: usize = 320;

/// Writes an answer: hits, facets, what is missing.
pub fn write_answer(
    out: &mut dyn Write,
    page: &Page,
    request: &Request,
    answer: &Answer,
    took_ms: f64,
    coverage: Coverage,
) -> io::Result<()> {
    write_head(out, page, request, answer, took_ms)?;
    for (i, hit) in answer.hits.iter().enumerate() {
        writeln!(out)?;
        write_hit(out, page, request.offset + i + 1, hit)?;
    }
    write_rest(out, page, request, answer)?;
    if !answer.hits.is_empty() {
        write_facets(out, page, &answer.facets)?;
    }
    if let Some(line) = coverage_line(coverage) {
        writeln!(out)?;
        writeln!(out, "{}", page.wrapped(&page.style.paint(Role::Warning, &line), ""))?;
    }
    Ok(())
}

fn write_head(
    out: &mut dyn Write,
    page: &Page,
    request: &Request,
    answer: &Answer,
    took_ms: f64,
) -> io::Result<()> {
    let what = format!(
        "{}, {} ({took_ms:.0} ms)",
        counted(answer.total_papers, "paper"),
        counted(answer.total_passages, "passage"),
    );
    writeln!(out, "{}", page.style.paint(Role::Meta, &what))?;
    if request.explain {
        writeln!(
            out,
            "{}",
            page.wrapped(&format!("read as: {}", clean(&answer.parsed)), "")
        )?;
    }
    if !answer.expansions.is_empty() {
        let also: Vec<_> =
            answer.expansions.iter().map(|(a, b)| format!("{a} = {b}")).collect();
        let line = format!("also: {} (--no-expand: not)", also.join(", "));
        writeln!(
            out,
            "{}",
            page.wrapped(&page.style.paint(Role::Meta, &clean(&line)), "")
        )?;
    }
    for note in &answer.notes {
        let line = page.style.paint(Role::Warning, &clean(note));
        writeln!(out, "{}", page.wrapped(&line, ""))?;
    }
    if let Some(other) = &answer.corrected {
        let line = format!("did you mean: {}", clean(other));
        writeln!(out, "{}", page.style.paint(Role::Warning, &line))?;
    }
    Ok(())
}

fn write_hit(out: &mut dyn Write, page: &Page, rank: usize, hit: &Hit) -> io::Result<()> {
    let number = format!("{rank:>2}. ");
    let indent = " ".repeat(number.len());
    let first = hit.passages.first();
    let uri = page.uri(hit.paper.path.as_deref(), first.and_then(|p| p.page));
    let title = fitted(&clean(&hit.paper.title), page.width.saturating_sub(number.len()));
    let title = page.style.link(uri.as_deref(), &page.style.paint(Role::Title, &title));
    writeln!(out, "{}{title}", page.style.paint(Role::Meta, &number))?;
    let mut facts = Vec::new();
    let authors = author_line(&hit.paper.authors, 2);
    if !authors.is_empty() {
        facts.push(clean(&authors).into_owned());
    }
    facts.extend(hit.paper.year.map(|y| y.to_string()));
    facts.extend(hit.paper.venue.as_deref().map(|v| fitted(&clean(v), 30)));
    facts.push(clean(&hit.paper.key).into_owned());
    if hit.paper.path.is_none() {
        facts.push("no document yet".into());
    }
    let facts = fitted(&facts.join(" · "), page.width.saturating_sub(indent.len()));
    writeln!(out, "{indent}{}", page.style.paint(Role::Meta, &facts))?;
    for passage in &hit.passages {
        write_passage(out, page, &indent, hit.paper.path.as_deref(), passage)?;
    }
    Ok(())
}

/// Writes one passage: where it stands, then the words that match.
pub fn write_passage(
    out: &mut dyn Write,
    page: &Page,
    indent: &str,
    path: Option<&str>,
    passage: &PassageHit,
) -> io::Result<()> {
    let place = place_of(passage);
    let place = fitted(&place, page.width.saturating_sub(indent.len()));
    let uri = page.uri(path, passage.page);
    let place = page.style.link(uri.as_deref(), &page.style.paint(Role::Place, &place));
    writeln!(out, "{indent}{place}")?;
    let snippet = snippet::choose(&passage.text, &passage.highlights, SNIPPET_BYTES);
    let mut shown = String::new();
    for (i, fragment) in snippet.fragments.iter().enumerate() {
        if i > 0 || fragment.start > 0 {
            shown.push_str(if i > 0 { " … " } else { "… " });
        }
        shown.push_str(&marked(page, &passage.text, fragment, &passage.highlights));
    }
    if snippet.fragments.last().is_some_and(|f| f.end < passage.text.trim_end().len()) {
        shown.push_str(" …");
    }
    writeln!(out, "{}", page.wrapped(&shown, &format!("{indent}  ")))?;
    for (term, field, score) in &passage.why {
        writeln!(out, "{indent}    {score:8.3}  {} in {field}", clean(term))?;
    }
    Ok(())
}

/// Section path, page, and kind where it is not prose.
fn place_of(passage: &PassageHit) -> String {
    let mut parts = Vec::new();
    if !passage.section.is_empty() {
        let titles: Vec<_> = passage.section.iter().map(|s| clean(s)).collect();
        parts.push(titles.join(" › "));
    }
    match (passage.page, passage.page_end) {
        (Some(a), Some(b)) if b > a => parts.push(format!("pp. {a}-{b}")),
        (Some(a), _) => parts.push(format!("p. {a}")),
        _ => {}
    }
    if passage.kind != PassageKind::Body {
        parts.push(passage.kind.name().to_string());
    }
    parts.push(clean(&passage.id).into_owned());
    parts.join(" · ")
}

/// The fragment with its matches marked: by colour, else by asterisks.
fn marked(
    page: &Page,
    text: &str,
    fragment: &Range<usize>,
    matches: &[Range<usize>],
) -> String {
    let mut out = String::new();
    let mut at = fragment.start;
    for range in matches {
        if range.start < at || range.end > fragment.end {
            continue;
        }
        out.push_str(&clean(&text[at..range.start]));
        let word = clean(&text[range.clone()]);
        match page.style.color {
            true => out.push_str(&page.style.paint(Role::Match, &word)),
            false => out.push_str(&format!("*{word}*")),
        }
        at = range.end;
    }
    out.push_str(&clean(&text[at..fragment.end]));
    out
}

fn write_rest(
    out: &mut dyn Write,
    page: &Page,
    request: &Request,
    answer: &Answer,
) -> io::Result<()> {
    let shown = request.offset as u64 + answer.hits.len() as u64;
    if answer.hits.is_empty() || answer.total_papers <= shown {
        return Ok(());
    }
    let rest = answer.total_papers - shown;
    let more = format!("\n{} more: --offset {shown} or -n {}", rest, answer.total_papers);
    writeln!(out, "{}", page.style.paint(Role::Meta, &more))
}
