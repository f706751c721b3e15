//! Markdown to elements: headings, paragraphs, lists, tables, code, mathematics, footnotes.
//!
//! Citations in Pandoc's form (`[@key]`, `[see @a; @b, p. 3]`, `@key2023` in running text) stay in
//! the text as written and are marked as citations. Raw HTML is dropped, its text kept.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::input::Limits;
use super::{
    Element, ElementKind, ExtractError, Fault, Info, Marked, Markup, charset,
    front_matter, prose,
};

/// Reads a Markdown document.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Marked, ExtractError> {
    let text = charset::decode(bytes, None);
    let mut out = Marked { markup: Markup::Elements, ..Marked::default() };
    let body = front_matter::take(&text, &mut out.info, &mut out.faults);
    let mut builder = Builder::new(limits);
    for event in Parser::new_ext(body, options()) {
        if builder.elements.len() >= limits.max_elements {
            let what =
                format!("only the first {} elements are read", limits.max_elements);
            out.faults.push(Fault { page: None, what });
            break;
        }
        builder.take(event);
    }
    builder.finish();
    out.elements = titled(builder.elements, &mut out.info);
    Ok(out)
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_MATH
}

/// Puts the title first: the front matter's, else the only heading of the first level at the head.
fn titled(mut elements: Vec<Element>, info: &mut Info) -> Vec<Element> {
    let tops =
        elements.iter().filter(|e| matches!(e.kind, ElementKind::Heading(1, _))).count();
    let leads = tops == 1 && matches!(elements[0].kind, ElementKind::Heading(1, _));
    let same = |e: &Element| info.title.as_deref().is_none_or(|t| t == e.text);
    if leads && same(&elements[0]) {
        info.title = Some(elements.remove(0).text);
    }
    let top = elements.iter().filter_map(|e| match e.kind {
        ElementKind::Heading(level, _) => Some(level),
        _ => None,
    });
    let above = top.min().unwrap_or(1) - 1;
    for element in &mut elements {
        if let ElementKind::Heading(level, _) = &mut element.kind {
            *level -= above;
        }
    }
    front_elements(info).into_iter().chain(elements).collect()
}

/// Title, authors and abstract of the document's own metadata as elements.
pub(super) fn front_elements(info: &Info) -> Vec<Element> {
    let element =
        |kind, text: &str| Element { kind, text: text.to_owned(), ..Element::default() };
    let title = info.title.as_deref().map(|t| element(ElementKind::Title, t));
    let authors = (!info.authors.is_empty())
        .then(|| element(ElementKind::Authors, &info.authors.join(", ")));
    let summary =
        info.abstract_text.as_deref().map(|t| element(ElementKind::Abstract, t));
    title.into_iter().chain(authors).chain(summary).collect()
}

/// Collects events into elements.
struct Builder<'a> {
    limits: &'a Limits,
    elements: Vec<Element>,
    /// Kinds of the open blocks whose text is being collected, innermost last.
    open: Vec<Open>,
    list_depth: usize,
    skipped: usize,
}

/// A block that is open.
struct Open {
    kind: ElementKind,
    text: String,
    /// Parts of the text in which `@` is no citation: code and addresses.
    verbatim: Vec<Range<usize>>,
    label: Option<String>,
}

impl<'a> Builder<'a> {
    fn new(limits: &'a Limits) -> Self {
        Builder {
            limits,
            elements: Vec::new(),
            open: Vec::new(),
            list_depth: 0,
            skipped: 0,
        }
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(end) => self.end(end),
            Event::Text(text) => self.push(&text),
            Event::Code(code) => {
                self.push_verbatim(&code);
            }
            Event::InlineMath(math) => self.push_verbatim(&format!("${math}$")),
            Event::DisplayMath(math) => {
                self.elements.push(Element {
                    kind: ElementKind::Equation,
                    text: prose::squeeze(&math),
                    ..Element::default()
                });
            }
            Event::Html(_) | Event::InlineHtml(_) => {}
            Event::FootnoteReference(_) => {}
            Event::SoftBreak | Event::HardBreak => self.push("\n"),
            Event::Rule => self.finish(),
            Event::TaskListMarker(_) => {}
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph => {
                // A paragraph of an item, quotation or footnote is a block of that kind.
                let kind = match self.open.last().map(|o| &o.kind) {
                    Some(kind @ (ElementKind::ListItem | ElementKind::Footnote)) => {
                        kind.clone()
                    }
                    _ => ElementKind::Paragraph,
                };
                self.open(kind);
            }
            Tag::Heading { level, id, .. } => {
                self.open(ElementKind::Heading(depth(level), None));
                self.last().label = id.map(|id| id.into_string());
            }
            Tag::Item => self.open(ElementKind::ListItem),
            Tag::FootnoteDefinition(label) => {
                self.open(ElementKind::Footnote);
                self.last().label = Some(label.into_string());
            }
            Tag::CodeBlock(kind) => {
                let math = matches!(&kind, CodeBlockKind::Fenced(l) if &**l == "math");
                self.open(if math { ElementKind::Equation } else { ElementKind::Code });
            }
            Tag::Table(_) => self.open(ElementKind::Table),
            Tag::Image { .. } => self.open(ElementKind::Caption),
            Tag::List(_) => self.list_depth += 1,
            _ => {}
        }
    }

    fn end(&mut self, end: TagEnd) {
        match end {
            TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::Item
            | TagEnd::FootnoteDefinition
            | TagEnd::CodeBlock
            | TagEnd::Table
            | TagEnd::Image => self.close(),
            TagEnd::TableCell => self.push("\t"),
            TagEnd::TableHead | TagEnd::TableRow => {
                let row = self.last();
                row.text.truncate(row.text.len() - usize::from(row.text.ends_with('\t')));
                row.text.push('\n');
            }
            TagEnd::List(_) => self.list_depth -= 1,
            _ => {}
        }
    }

    /// Opens a block; the text collected so far of the block around it becomes an element first,
    /// so that elements stand in reading order.
    fn open(&mut self, kind: ElementKind) {
        if self.open.len() >= self.limits.max_depth {
            self.skipped += 1;
            return;
        }
        if kind != ElementKind::Caption {
            self.flush();
        }
        self.open.push(Open {
            kind,
            text: String::new(),
            verbatim: Vec::new(),
            label: None,
        });
    }

    fn last(&mut self) -> &mut Open {
        if self.open.is_empty() {
            self.open.push(Open {
                kind: ElementKind::Paragraph,
                text: String::new(),
                verbatim: Vec::new(),
                label: None,
            });
        }
        self.open.last_mut().expect("pushed above when empty")
    }

    fn close(&mut self) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        self.flush();
        self.open.pop();
    }

    fn finish(&mut self) {
        while !self.open.is_empty() {
            self.flush();
            self.open.pop();
        }
    }

    fn push(&mut self, text: &str) {
        self.last().text.push_str(text);
    }

    fn push_verbatim(&mut self, text: &str) {
        let open = self.last();
        let start = open.text.len();
        open.text.push_str(text);
        open.verbatim.push(start..open.text.len());
    }

    fn flush(&mut self) {
        let Some(open) = self.open.last_mut() else { return };
        let text = std::mem::take(&mut open.text);
        let verbatim = std::mem::take(&mut open.verbatim);
        if text.trim().is_empty() {
            return;
        }
        let kind = open.kind.clone();
        let label = open.label.take();
        let mut element = Element { kind, text, label, ..Element::default() };
        match &mut element.kind {
            ElementKind::Heading(_, number) => {
                let (found, title) = prose::split_number(&element.text);
                *number = found;
                element.text = title.to_owned();
            }
            ElementKind::Code | ElementKind::Table => {}
            _ => element.cites = citations(&element.text, &verbatim),
        }
        self.elements.push(element);
    }
}

fn depth(level: HeadingLevel) -> u8 {
    level as u8
}

/// Finds the citations in `text` outside the `verbatim` parts: byte range of the mark, and key.
///
/// Keys of one bracket have the bracket as their mark.
pub(super) fn citations(
    text: &str,
    verbatim: &[Range<usize>],
) -> Vec<(Range<usize>, String)> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(found) = text[at..].find('@') {
        let sign = at + found;
        at = sign + 1;
        let before = verbatim.partition_point(|range| range.end <= sign);
        if verbatim.get(before).is_some_and(|range| range.start <= sign) {
            continue;
        }
        let Some((key, end)) = key_at(text, sign + 1) else { continue };
        let before = text[..sign].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || "._-/".contains(c) && c != '-') {
            continue;
        }
        match bracket_around(text, sign) {
            Some(range) => {
                at = end;
                out.push((range, key.to_owned()));
            }
            // In running text `@name` may be a person; a citation key has a digit.
            None if key.bytes().any(|b| b.is_ascii_digit()) => {
                at = end;
                out.push((sign..end, key.to_owned()));
            }
            None => {}
        }
    }
    out
}

/// Reads a key at `start`: letters, digits and single marks between them, or anything in braces.
fn key_at(text: &str, start: usize) -> Option<(&str, usize)> {
    let rest = &text[start..];
    if let Some(inner) = rest.strip_prefix('{') {
        let end = inner.find('}').filter(|&end| end > 0 && end < 200)?;
        return Some((&inner[..end], start + end + 2));
    }
    let end = rest
        .find(|c: char| !c.is_alphanumeric() && !"_:.#$%&-+?<>~/".contains(c))
        .unwrap_or(rest.len());
    let key = rest[..end].trim_end_matches(|c: char| !c.is_alphanumeric() && c != '_');
    key.starts_with(|c: char| c.is_alphanumeric() || c == '_')
        .then_some((key, start + key.len()))
}

/// Gives the range of the `[...]` that holds the byte at `at`, on the same line of thought.
fn bracket_around(text: &str, at: usize) -> Option<Range<usize>> {
    let near = text[..at].char_indices().rev().take(400);
    let open = near
        .map_while(|(i, c)| (c != ']').then_some((i, c)))
        .find_map(|(i, c)| (c == '[').then_some(i))?;
    let mut depth = 0;
    for (i, c) in text[open..].char_indices().take(1000) {
        match c {
            '[' => depth += 1,
            ']' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Some(open..open + i + 1);
        }
    }
    None
}
