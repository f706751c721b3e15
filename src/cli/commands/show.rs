//! `citemap show`, `cited` and `open`: one paper, one passage, who cites it, and where to read it.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Command, Stdio};

use super::opening::{Opened, open};
use super::similar::{SUGGESTED, write_suggested};
use crate::cli::Context;
use crate::cli::args::{CitedArgs, OpenArgs, ShowArgs};
use crate::cli::error::{CliError, FOUND, NOTHING};
use crate::corpus::Format;
use crate::corpus::bib::Bibliography;
use crate::corpus::ids::{arxiv_id, plain_doi};
use crate::corpus::walk::format_of;
use crate::extract::Engine;
use crate::index::Root;
use crate::indexer::{FileState, Snapshot};
use crate::output::human::{Page, counted, fitted, place_line, write_passage};
use crate::output::sanitize::clean;
use crate::output::style::Role;
use crate::output::wire::{CitedJson, ShowJson, facts_of};
use crate::search::{PaperInfo, PassageHit};

/// Prints a paper with its outline and where surveys cite it, or one passage in context.
pub fn show(context: &Context, args: &ShowArgs) -> Result<u8, CliError> {
    let opened = open(context, false)?;
    let (key, ordinal) = split(&args.paper);
    let paper = find(&opened, key)?;
    let passages = opened.searcher.passages(&paper.key)?;
    let cited = opened.searcher.cited_at(&paper.key)?;
    let mut facts =
        opened.searcher.work(&paper.key)?.map(|w| facts_of(&w)).unwrap_or_default();
    let bibliography = Bibliography::load(&context.corpus).ok();
    if let Some(said) = bibliography.and_then(|b| b.get(&paper.key)?.retracted.clone()) {
        facts.insert(0, ("retracted".to_string(), said));
    }
    facts.extend(file_facts(context, &paper.key));
    let mut out = context.ui.out();
    if context.global.json {
        let chosen = match ordinal {
            Some(n) => around(&passages, &paper.key, n)?,
            None => &passages[..],
        };
        let object = ShowJson::new(&paper, &facts, chosen, &cited);
        serde_json::to_writer(&mut out, &object).map_err(std::io::Error::from)?;
        writeln!(out)?;
        out.flush()?;
        return Ok(FOUND);
    }
    let page = context.page();
    write_head(&mut out, &page, &paper)?;
    if let Some(n) = ordinal {
        for passage in around(&passages, &paper.key, n)? {
            writeln!(out)?;
            write_whole(&mut out, &page, paper.path.as_deref(), passage)?;
        }
        out.flush()?;
        return Ok(FOUND);
    }
    for (name, value) in &facts {
        writeln!(out, "{}", page.wrapped(&format!("{name}: {}", clean(value)), "  "))?;
    }
    write_outline(&mut out, &page, &passages)?;
    write_topics(&mut out, &page, &opened, &passages)?;
    if passages.iter().all(|passage| passage.topics.is_empty()) {
        let suggested = opened.searcher.suggest_topics(&paper.key, SUGGESTED)?;
        write_suggested(&mut out, &suggested, &opened.searcher.view().tables.trees)?;
    }
    if cited.is_empty() {
        writeln!(out, "\nNo document of the corpus cites it.")?;
    } else {
        writeln!(out, "\n{}", page.style.paint(Role::Heading, "Cited"))?;
        write_mentions(&mut out, &page, &cited[..cited.len().min(5)])?;
        if cited.len() > 5 {
            writeln!(
                out,
                "  {} more: citemap cited {}",
                cited.len() - 5,
                clean(&paper.key)
            )?;
        }
    }
    out.flush()?;
    Ok(FOUND)
}

/// Prints every sentence that cites a paper.
pub fn cited(context: &Context, args: &CitedArgs) -> Result<u8, CliError> {
    let opened = open(context, false)?;
    let paper = find(&opened, &args.paper)?;
    let cited = opened.searcher.cited_at(&paper.key)?;
    let mut out = context.ui.out();
    if context.global.json {
        let object = CitedJson::new(&paper, &cited);
        serde_json::to_writer(&mut out, &object).map_err(std::io::Error::from)?;
        writeln!(out)?;
        out.flush()?;
        return Ok(if cited.is_empty() { NOTHING } else { FOUND });
    }
    let page = context.page();
    write_head(&mut out, &page, &paper)?;
    writeln!(out)?;
    write_mentions(&mut out, &page, &cited)?;
    out.flush()?;
    if cited.is_empty() {
        context.ui.note("citemap: no document of the corpus cites it");
        return Ok(NOTHING);
    }
    Ok(FOUND)
}

/// Opens a document at a page, or prints where it is.
pub fn open_hit(context: &Context, args: &OpenArgs) -> Result<u8, CliError> {
    let opened = open(context, false)?;
    let (key, ordinal) = split(&args.hit);
    let paper = find(&opened, key)?;
    let Some(path) = &paper.path else {
        let mut error =
            CliError::user(format!("{}: the corpus has no document of it", paper.key))
                .hint(format!("get it with `citemap fetch {}`", paper.key));
        if let Some(id) = &paper.arxiv {
            error = error.hint(format!(
                "get it with `citemap fetch {}`, or read https://arxiv.org/abs/{id}",
                paper.key
            ));
        }
        return Err(error);
    };
    let passages = opened.searcher.passages(&paper.key)?;
    let number = match ordinal {
        Some(n) => around(&passages, &paper.key, n)?
            .iter()
            .find(|p| p.id.ends_with(&format!("#{n}")))
            .and_then(|p| p.page),
        None => None,
    };
    let printed = pages_from(context, &paper.key);
    let path = printed.as_ref().unwrap_or(path);
    let file = context.corpus.join(path);
    let file = std::path::absolute(&file).unwrap_or(file);
    if args.print {
        let mut out = context.ui.out();
        writeln!(out, "{}\t{}", clean(&file.display().to_string()), number.unwrap_or(1))?;
        out.flush()?;
        return Ok(FOUND);
    }
    let page = context.page();
    let uri = page.uri(Some(path), number).unwrap_or_default();
    let given = &context.config.settings.open.command;
    let system = [
        if cfg!(target_os = "macos") { "open" } else { "xdg-open" }.to_string(),
        "{uri}".into(),
    ];
    let template = if given.is_empty() { &system[..] } else { &given[..] };
    // Each argument is filled in and handed over as it is: no shell sees it.
    let fill = |part: &String| {
        part.replace("{path}", &file.to_string_lossy())
            .replace("{page}", &number.unwrap_or(1).to_string())
            .replace("{uri}", &uri)
    };
    let mut words = template.iter().map(fill);
    let program = words.next().unwrap_or_default();
    let started = Command::new(&program)
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    match started {
        Ok(_) => Ok(FOUND),
        Err(error) => {
            Err(CliError::user(format!("cannot start the viewer `{program}`: {error}"))
                .hint(
                    "set [open] command in citemap.toml, or print the place with --print",
                ))
        }
    }
}

/// Cuts `KEY#7` in two.
pub(super) fn split(given: &str) -> (&str, Option<u32>) {
    match given.rsplit_once('#') {
        Some((key, n)) => match n.parse() {
            Ok(n) => (key, Some(n)),
            Err(_) => (given, None),
        },
        None => (given, None),
    }
}

/// Finds a paper by key, arXiv id or DOI.
pub fn find(opened: &Opened, given: &str) -> Result<PaperInfo, CliError> {
    if let Some(paper) = opened.searcher.paper(given)? {
        return Ok(paper);
    }
    let by_id = match (arxiv_id(given), given.find("10.")) {
        (Some(id), _) => opened.searcher.key_of_arxiv(&id)?,
        (None, Some(_)) => opened.searcher.key_of_doi(&plain_doi(given))?,
        (None, None) => None,
    };
    if let Some(key) = by_id
        && let Some(paper) = opened.searcher.paper(&key)?
    {
        return Ok(paper);
    }
    let near = opened.searcher.keys_like(given)?;
    let error = CliError::user(format!("unknown paper `{given}`"));
    Err(match near.is_empty() {
        true => error.hint("papers go by key, arXiv id or DOI; `citemap search` prints the key with each hit"),
        false => error.hint(format!("did you mean {}?", near.iter().map(|k| format!("`{k}`")).collect::<Vec<_>>().join(", "))),
    })
}

/// The passage of that number with one on each side.
fn around<'a>(
    passages: &'a [PassageHit],
    key: &str,
    n: u32,
) -> Result<&'a [PassageHit], CliError> {
    let at = passages.iter().position(|p| p.id.ends_with(&format!("#{n}")));
    let Some(at) = at else {
        let last = passages.len().saturating_sub(1);
        return Err(CliError::user(format!("{key} has no passage {n}"))
            .hint(format!("its passages are {key}#0 to {key}#{last}")));
    };
    Ok(&passages[at.saturating_sub(1)..(at + 2).min(passages.len())])
}

fn write_head(
    out: &mut dyn Write,
    page: &Page,
    paper: &PaperInfo,
) -> std::io::Result<()> {
    let title = page.style.paint(Role::Title, &clean(&paper.title));
    writeln!(out, "{}", page.wrapped(&title, ""))?;
    if !paper.authors.is_empty() {
        writeln!(out, "{}", page.wrapped(&clean(&paper.authors.join(", ")), "  "))?;
    }
    let mut facts: Vec<String> = Vec::new();
    facts.extend(paper.year.map(|y| y.to_string()));
    facts.extend(paper.venue.as_deref().map(|v| clean(v).into_owned()));
    facts.push(clean(&paper.key).into_owned());
    facts.extend(paper.arxiv.as_deref().map(|a| format!("arXiv:{}", clean(a))));
    facts.extend(paper.doi.as_deref().map(|d| format!("doi:{}", clean(d))));
    match &paper.path {
        Some(path) => {
            let uri = page.uri(Some(path), None);
            facts.push(page.style.link(uri.as_deref(), &clean(path)));
        }
        None => facts.push("no document yet".into()),
    }
    let facts = page.style.paint(Role::Meta, &facts.join(" · "));
    writeln!(out, "{}", page.wrapped(&facts, "  "))
}

fn write_whole(
    out: &mut dyn Write,
    page: &Page,
    path: Option<&str>,
    passage: &PassageHit,
) -> std::io::Result<()> {
    let mut head = passage.clone();
    let text = std::mem::take(&mut head.text);
    head.highlights.clear();
    write_passage(out, page, "", path, &head)?;
    writeln!(out, "{}", page.wrapped(&clean(&text), "  "))
}

fn write_outline(
    out: &mut dyn Write,
    page: &Page,
    passages: &[PassageHit],
) -> std::io::Result<()> {
    writeln!(out, "\n{}", page.style.paint(Role::Heading, "Sections"))?;
    let mut written: BTreeSet<&[String]> = BTreeSet::new();
    for passage in passages {
        // A heading without a text of its own stands above the first section in it.
        for depth in 0..passage.section.len() {
            let path = &passage.section[..=depth];
            if !written.insert(path) {
                continue;
            }
            let title = clean(&path[depth]);
            let place = passage.page.map(|p| format!("  p. {p}")).unwrap_or_default();
            let indent = "  ".repeat(depth);
            let line = format!("  {indent}{title}{place}  {}", clean(&passage.id));
            writeln!(out, "{}", fitted(&line, page.width))?;
        }
    }
    if written.is_empty() {
        writeln!(out, "  none known: {}", counted(passages.len() as u64, "passage"))?;
    }
    Ok(())
}

fn write_topics(
    out: &mut dyn Write,
    page: &Page,
    opened: &Opened,
    passages: &[PassageHit],
) -> std::io::Result<()> {
    let mut paths: Vec<&String> = passages.iter().flat_map(|p| &p.topics).collect();
    paths.sort();
    paths.dedup();
    if paths.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", page.style.paint(Role::Heading, "Topics"))?;
    for tree in &opened.searcher.view().tables.trees {
        for topic in tree.topics.iter().filter(|t| paths.contains(&&t.path)) {
            let line = format!(
                "  {} {}  ({})",
                clean(&topic.number),
                clean(&topic.label),
                clean(&tree.key)
            );
            writeln!(out, "{}", fitted(&line, page.width))?;
        }
    }
    Ok(())
}

fn write_mentions(
    out: &mut dyn Write,
    page: &Page,
    mentions: &[crate::search::CitedAt],
) -> std::io::Result<()> {
    let mut last = "";
    for mention in mentions {
        if mention.by.key != last {
            last = &mention.by.key;
            let title = fitted(&clean(&mention.by.title), page.width.saturating_sub(2));
            writeln!(out, "{}", page.style.paint(Role::Title, &title))?;
        }
        let mut place: Vec<String> = Vec::new();
        place.extend(mention.page.map(|p| format!("p. {p}")));
        place.push(clean(&mention.passage.id).into_owned());
        let room = page.width.saturating_sub(2);
        let place = place_line(&mention.passage.section, place, room);
        writeln!(out, "  {}", page.style.paint(Role::Place, &place))?;
        writeln!(out, "{}", page.wrapped(&clean(&mention.sentence), "    "))?;
    }
    Ok(())
}

fn snapshot(context: &Context) -> Option<Snapshot> {
    let live = Root::open(&context.index).ok()?.live().ok()??;
    Snapshot::load(&live)
}

/// The PDF that gives a work its page numbers, where it is read from another file.
fn pages_from(context: &Context, key: &str) -> Option<String> {
    snapshot(context)?.files.into_iter().find_map(|file| match file.state {
        FileState::Indexed { key: k, pages_from, .. } if k == key => pages_from,
        _ => None,
    })
}

/// Which files are this work, and why.
fn file_facts(context: &Context, key: &str) -> Vec<(String, String)> {
    let Some(snapshot) = snapshot(context) else { return Vec::new() };
    let mut facts = Vec::new();
    for file in &snapshot.files {
        match &file.state {
            FileState::Indexed { key: k, belongs, pages, pages_from, engine, .. }
                if k == key =>
            {
                let mut pages = match pages {
                    (0, _) => String::new(),
                    (all, read) => format!("; {read} of {all} pages read"),
                };
                pages.push_str(match engine {
                    Some(Engine::Ocr) => " by OCR",
                    Some(Engine::Second) => " by the second engine",
                    _ => "",
                });
                facts
                    .push(("file".into(), format!("{} ({}{pages})", file.path, belongs)));
                if let Some(pdf) = pages_from {
                    facts.push(("pages from".into(), pdf.clone()));
                }
            }
            FileState::Spare { key: k, belongs, instead, same_content } if k == key => {
                let why = match same_content {
                    true => format!("the same as {instead}"),
                    false => {
                        format!("{instead} is read instead: {}", why_better(instead))
                    }
                };
                facts.push((
                    "spare file".into(),
                    format!("{} ({}; {why})", file.path, belongs),
                ));
            }
            FileState::Failed { key: k, reason } if k == key => {
                facts.push(("failed file".into(), format!("{}: {reason}", file.path)));
            }
            _ => {}
        }
    }
    facts
}

/// Why a file is read before the others of its work.
fn why_better(path: &str) -> &'static str {
    match format_of(std::path::Path::new(path)) {
        // A folder has no ending.
        None | Some(Format::Tex) => "TeX is what the authors wrote",
        Some(Format::Jats | Format::Html | Format::Epub | Format::Docx) => {
            "its markup says which text is which"
        }
        Some(Format::Markdown) => "it is text as a person wrote it",
        Some(Format::Pdf) => "it is the paper itself, with its pages",
        _ => "it comes first",
    }
}
