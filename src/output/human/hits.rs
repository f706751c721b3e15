//! Ranked passages, grouped by paper.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use super::{Page, author_line, counted, coverage_line, fitted, write_facets};
use crate::output::sanitize::clean;
use crate::output::style::Role;
use crate::output::wire::Coverage;
use crate::passage::PassageKind;
use crate::search::{Answer, Hit, PaperInfo, PassageHit, Request};
use crate::snippet;

/// Bytes of a passage that are shown.
const SNIPPET_BYTES: usize = 320;

/// Stands between the facts of a line.
const SEPARATOR: &str = " · ";

/// Columns under which a cut venue or section tells nothing.
const LEAST: usize = 8;

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
    if answer.total_papers > 0 {
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
        let line =
            also_line(&answer.expansions, (!request.explain).then_some(page.width));
        let line = page.style.paint(Role::Meta, &clean(&line));
        writeln!(out, "{}", page.wrapped(&line, ""))?;
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

/// What was searched along, the first and those of the rest that fit in `width` columns: `also: MIM = masked
/// image modeling, … 2 more (--no-expand: not)`.
fn also_line(expansions: &[(String, String)], width: Option<usize>) -> String {
    const END: &str = " (--no-expand: not)";
    let mut line = String::from("also: ");
    let mut said = "";
    for (i, (word, other)) in expansions.iter().enumerate() {
        let part = match (i, word == said) {
            (0, _) => format!("{word} = {other}"),
            (_, true) => format!(", {other}"),
            (_, false) => format!(", {word} = {other}"),
        };
        let rest = expansions.len() - i;
        let more = if rest > 1 { ", … 9 more".width() } else { 0 };
        let fits =
            |width: usize| line.width() + part.width() + more + END.width() <= width;
        if i > 0 && !width.is_none_or(fits) {
            line.push_str(&format!(", … {rest} more"));
            break;
        }
        line.push_str(&part);
        said = word;
    }
    match width {
        Some(width) if line.width() + END.width() > width => fitted(&line, width),
        _ => line + END,
    }
}

fn write_hit(out: &mut dyn Write, page: &Page, rank: usize, hit: &Hit) -> io::Result<()> {
    let number = format!("{rank:>2}. ");
    let indent = " ".repeat(number.len());
    let first = hit.passages.first();
    let uri = page.uri(hit.paper.path.as_deref(), first.and_then(|p| p.page));
    let title = fitted(&clean(&hit.paper.title), page.width.saturating_sub(number.len()));
    let title = page.style.link(uri.as_deref(), &page.style.paint(Role::Title, &title));
    writeln!(out, "{}{title}", page.style.paint(Role::Meta, &number))?;
    let facts = facts_of(&hit.paper, page.width.saturating_sub(indent.len()));
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
    let place = place_of(passage, page.width.saturating_sub(indent.len()));
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

/// Authors, year, venue, key: of all of them the venue alone is cut where the line is too short,
/// for the key is what a person types next.
fn facts_of(paper: &PaperInfo, width: usize) -> String {
    let authors = author_line(&paper.authors, 2);
    let mut before = Vec::new();
    if !authors.is_empty() {
        before.push(clean(&authors).into_owned());
    }
    before.extend(paper.year.map(|y| y.to_string()));
    let mut after = vec![clean(&paper.key).into_owned()];
    if paper.path.is_none() {
        after.push("no document yet".into());
    }
    let taken: usize =
        before.iter().chain(&after).map(|f| f.width() + SEPARATOR.width()).sum();
    let room = width.saturating_sub(taken);
    let venue = paper.venue.as_deref().map(clean);
    before.extend(venue.map(|v| fitted(&v, room)).filter(|v| v.width() >= LEAST));
    before.append(&mut after);
    fitted(&before.join(SEPARATOR), width)
}

/// Section path, page, and kind where it is not prose; of all of them the path alone is cut where
/// the line is too short.
fn place_of(passage: &PassageHit, width: usize) -> String {
    let mut parts = Vec::new();
    match (passage.page, passage.page_end) {
        (Some(a), Some(b)) if b > a => parts.push(format!("pp. {a}-{b}")),
        (Some(a), _) => parts.push(format!("p. {a}")),
        _ => {}
    }
    if passage.kind != PassageKind::Body {
        parts.push(passage.kind.name().to_string());
    }
    parts.push(clean(&passage.id).into_owned());
    place_line(&passage.section, parts, width)
}

/// A section path and what stands behind it in at most `width` columns; the path alone is cut.
pub fn place_line(section: &[String], mut parts: Vec<String>, width: usize) -> String {
    let titles: Vec<_> = section.iter().map(|s| clean(s)).collect();
    let taken: usize = parts.iter().map(|p| p.width() + SEPARATOR.width()).sum();
    let path = fitted_path(&titles, width.saturating_sub(taken));
    if path.width() >= LEAST || titles.len() == 1 && !path.is_empty() {
        parts.insert(0, path);
    }
    fitted(&parts.join(SEPARATOR), width)
}

/// A section path in at most `width` columns: whole, else without its middle, else its last title.
fn fitted_path(titles: &[Cow<'_, str>], width: usize) -> String {
    let (Some(first), Some(last)) = (titles.first(), titles.last()) else {
        return String::new();
    };
    let whole = titles.join(" › ");
    let ends = format!("{first} › … › {last}");
    let tail = format!("… › {last}");
    let forms = [
        Some(whole),
        (titles.len() > 2).then_some(ends),
        (titles.len() > 1).then_some(tail),
    ];
    let fits = forms.into_iter().flatten().find(|form| form.width() <= width);
    fits.unwrap_or_else(|| fitted(last, width))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_line_keeps_the_page_and_the_id() {
        let passage = PassageHit {
            id: "chen2023vlp#12".into(),
            page: Some(4),
            section: ["8 Conclusion", "8.1 Acoustic information", "8.1.2 Sounds"]
                .map(String::from)
                .to_vec(),
            score: 1.0,
            kind: PassageKind::Body,
            page_end: None,
            text: String::new(),
            highlights: vec![],
            topics: vec![],
            why: vec![],
        };
        for (width, place) in [
            (
                90,
                "8 Conclusion › 8.1 Acoustic information › 8.1.2 Sounds · p. 4 · chen2023vlp#12",
            ),
            (60, "8 Conclusion › … › 8.1.2 Sounds · p. 4 · chen2023vlp#12"),
            (45, "… › 8.1.2 Sounds · p. 4 · chen2023vlp#12"),
            (34, "8.1.2 Sou… · p. 4 · chen2023vlp#12"),
            (30, "p. 4 · chen2023vlp#12"),
        ] {
            assert_eq!(place_of(&passage, width), place);
        }
    }

    #[test]
    fn a_short_line_keeps_the_key() {
        let paper = PaperInfo {
            key: "chowdhery2023palm".into(),
            authors: vec!["A. Chowdhery".into()],
            year: Some(2023),
            venue: Some("Journal of Machine Learning Research".into()),
            path: Some("palm.pdf".into()),
            ..PaperInfo::default()
        };
        for (width, facts) in [
            (
                90,
                "A. Chowdhery · 2023 · Journal of Machine Learning Research · chowdhery2023palm",
            ),
            (60, "A. Chowdhery · 2023 · Journal of Machin… · chowdhery2023palm"),
            (45, "A. Chowdhery · 2023 · chowdhery2023palm"),
        ] {
            assert_eq!(facts_of(&paper, width), facts);
        }
    }
}
