//! HTML to elements: LaTeXML's (arXiv, ar5iv), journals' and plain articles.
//!
//! In: bytes of a page. Out: its main content; navigation, banners, scripts and forms are left out by
//! element, role and class. Mathematics is read from `alttext` or the TeX annotation. Links to items
//! of the bibliography are citations. Metadata comes from `<meta>` and JSON-LD.

mod meta;
mod region;
mod walk;

use scraper::Html;

use super::input::Limits;
use super::{
    Element, ElementKind, ExtractError, Looks, Marked, MarkedReference, Markup, charset,
    prose,
};

/// Reads a page.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Marked, ExtractError> {
    if bytes.starts_with(b"%PDF") || matches!(Looks::of(bytes), Looks::Zip | Looks::Gzip)
    {
        let found = Looks::of(bytes);
        return Err(ExtractError::OtherKind { expected: "HTML page".into(), found });
    }
    let text = charset::decode(bytes, declared_charset(bytes).as_deref());
    Ok(read_text(&text, limits))
}

/// Reads a page that is decoded already.
pub(super) fn read_text(text: &str, limits: &Limits) -> Marked {
    let page = Html::parse_document(text);
    let mut out = Marked { markup: Markup::Elements, ..Marked::default() };
    out.info = meta::info(&page);
    let root = region::main_content(&page);
    let walked = walk::walk(root, limits);
    out.elements = walked.elements;
    out.references = walked.references;
    out.faults = walked.faults;
    finish(&mut out, walked.authors);
    out
}

/// Reads a page that is a part of a document, such as a chapter of a book.
pub(super) fn read_part(
    text: &str,
    limits: &Limits,
) -> (Vec<Element>, Vec<MarkedReference>) {
    let page = Html::parse_document(text);
    let walked = walk::walk(region::main_content(&page), limits);
    (walked.elements, walked.references)
}

/// What `<meta charset>` or `http-equiv` says near the beginning.
fn declared_charset(bytes: &[u8]) -> Option<String> {
    let head =
        String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]).to_ascii_lowercase();
    let at = head.find("charset=").or_else(|| head.find("encoding="))?;
    let value = head[at..].split_once('=')?.1.trim_start_matches(['"', '\'', ' ']);
    let end = value.find(|c: char| !c.is_ascii_alphanumeric() && !"-_:".contains(c));
    Some(value[..end.unwrap_or(value.len())].to_owned())
}

/// Puts title and authors first, takes them from the page where the metadata lacks them, and lets the
/// headings begin at level one.
fn finish(out: &mut Marked, authors: Vec<String>) {
    let is_top = |e: &Element| matches!(e.kind, ElementKind::Heading(1, _));
    let shown =
        out.elements.iter().position(|e| e.kind == ElementKind::Title).or_else(|| {
            let first = out.elements.iter().position(is_top)?;
            let single = out.elements.iter().filter(|e| is_top(e)).count() == 1;
            let named = out.info.title.as_deref()
                == Some(&prose::squeeze(&out.elements[first].text));
            (single || named).then_some(first)
        });
    if let Some(at) = shown {
        let title = prose::squeeze(&out.elements.remove(at).text);
        out.info.title = Some(title);
    }
    if out.info.authors.is_empty() {
        out.info.authors = authors;
    }
    let of_abstract = out.elements.iter().filter(|e| e.kind == ElementKind::Abstract);
    let summary: Vec<String> = of_abstract.map(|e| prose::squeeze(&e.text)).collect();
    if !summary.is_empty() {
        out.info.abstract_text = Some(summary.join("\n\n"));
    }
    let levels = out.elements.iter().filter_map(|e| match e.kind {
        ElementKind::Heading(level, _) => Some(level),
        _ => None,
    });
    let above = levels.min().unwrap_or(1) - 1;
    for element in &mut out.elements {
        if let ElementKind::Heading(level, _) = &mut element.kind {
            *level -= above;
        }
    }
    let element = |kind, text: String| Element { kind, text, ..Element::default() };
    let title = out.info.title.clone().map(|t| element(ElementKind::Title, t));
    let authors = (!out.info.authors.is_empty())
        .then(|| element(ElementKind::Authors, out.info.authors.join(", ")));
    out.elements.splice(0..0, title.into_iter().chain(authors));
}
