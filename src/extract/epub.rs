//! EPUB: the chapters of its spine, read as HTML.

use super::input::Limits;
use super::xml::{self, Node};
use super::{
    ExtractError, Fault, Info, Marked, Markup, archive, charset, html, markdown, prose,
};
use crate::corpus::ids;

/// Reads a book.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Marked, ExtractError> {
    let wanted = |path: &std::path::Path| {
        let ending = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
        ["xml", "opf", "xhtml", "html", "htm"]
            .iter()
            .any(|e| ending.eq_ignore_ascii_case(e))
    };
    let unpacked = archive::unpack(bytes, limits, wanted)?;
    let lacks = |what: &str| ExtractError::Lacks { expected: what.to_owned() };
    let tree = |name: &str| {
        let bytes = unpacked.files.get(name)?;
        Some(xml::parse(&charset::decode(bytes, None), limits).0)
    };
    let container =
        tree("META-INF/container.xml").ok_or_else(|| lacks("META-INF/container.xml"))?;
    let mut roots = Vec::new();
    container.all("rootfile", &mut roots);
    let path = roots.first().and_then(|r| r.attribute("full-path")).unwrap_or_default();
    let package = tree(path).ok_or_else(|| lacks("package document"))?;
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut out = Marked {
        markup: Markup::Elements,
        info: info(&package),
        faults: unpacked.faults,
        ..Marked::default()
    };
    out.elements = markdown::front_elements(&out.info);
    for name in chapters(&package, folder) {
        let Some(bytes) = unpacked.files.get(&name) else {
            out.faults.push(Fault { page: None, what: format!("{name}: is not there") });
            continue;
        };
        let (mut elements, mut references) =
            html::read_part(&charset::decode(bytes, None), limits);
        out.elements.append(&mut elements);
        out.references.append(&mut references);
        if out.elements.len() > limits.max_elements {
            out.elements.truncate(limits.max_elements);
            break;
        }
    }
    Ok(out)
}

/// Paths of the chapters in the order of the spine.
fn chapters(package: &Node, folder: &str) -> Vec<String> {
    let (mut items, mut spine) = (Vec::new(), Vec::new());
    package.all("item", &mut items);
    package.all("itemref", &mut spine);
    let path = |id: &str| {
        let item = items.iter().find(|item| item.attribute("id") == Some(id))?;
        let navigates = item.attribute("properties").is_some_and(|p| p.contains("nav"));
        let href = item.attribute("href").filter(|_| !navigates)?.replace("%20", " ");
        Some(if folder.is_empty() { href } else { format!("{folder}/{href}") })
    };
    spine.into_iter().filter_map(|item| path(item.attribute("idref")?)).collect()
}

fn info(package: &Node) -> Info {
    let mut out = Info::default();
    let mut metadata = Vec::new();
    package.all("metadata", &mut metadata);
    for node in metadata.into_iter().flat_map(Node::nodes) {
        let text = prose::squeeze(&node.text());
        match node.name.as_str() {
            _ if text.is_empty() => {}
            "title" if out.title.is_none() => out.title = Some(text),
            "creator" => out.authors.push(text),
            "language" => out.lang = Some(text),
            "date" => out.year = prose::year_in(&text).or(out.year),
            "publisher" => out.venue = Some(text),
            "rights" => out.licence = Some(text),
            "description" => out.abstract_text = Some(text),
            "identifier" => out.doi = ids::doi(&text).or(out.doi.take()),
            _ => {}
        }
    }
    out
}
