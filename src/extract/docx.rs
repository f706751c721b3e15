//! Office Open XML text (DOCX): paragraphs by their styles, lists, tables, footnotes.
//!
//! Styles are known by name and outline level, whatever language their identifiers are in. Deleted text
//! and field codes are left out.

use std::collections::BTreeMap;

use super::input::Limits;
use super::xml::{self, Node};
use super::{
    Element, ElementKind, ExtractError, Fault, Info, Marked, Markup, archive, charset,
    prose,
};

/// Reads a document.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Marked, ExtractError> {
    let wanted = |path: &std::path::Path| path.extension().is_some_and(|e| e == "xml");
    let unpacked = archive::unpack(bytes, limits, wanted)?;
    let mut out =
        Marked { markup: Markup::Elements, faults: unpacked.faults, ..Marked::default() };
    let mut tree = |name: &str| {
        let bytes = unpacked.files.get(name)?;
        let (tree, fault) = xml::parse(&charset::decode(bytes, None), limits);
        out.faults.extend(
            fault.map(|what| Fault { page: None, what: format!("{name}: {what}") }),
        );
        Some(tree)
    };
    let document = tree("word/document.xml")
        .ok_or_else(|| ExtractError::Lacks { expected: "word/document.xml".into() })?;
    let styles =
        tree("word/styles.xml").map(|tree| style_names(&tree)).unwrap_or_default();
    let footnotes = tree("word/footnotes.xml");
    out.info = tree("docProps/core.xml").map(|tree| core_info(&tree)).unwrap_or_default();
    let mut reader = Reader { styles, elements: Vec::new(), limit: limits.max_elements };
    if let Some(body) = document.path(&["document", "body"]) {
        reader.blocks(body);
    }
    let mut notes = Vec::new();
    footnotes.iter().for_each(|tree| tree.all("footnote", &mut notes));
    for note in notes {
        let text = runs(note);
        reader.push(ElementKind::Footnote, &text);
    }
    out.elements = reader.elements;
    if let Some(title) = out.elements.iter().find(|e| e.kind == ElementKind::Title) {
        out.info.title = Some(title.text.clone());
    }
    Ok(out)
}

fn core_info(tree: &Node) -> Info {
    let mut out = Info::default();
    for node in tree.nodes().flat_map(Node::nodes) {
        let text = prose::squeeze(&node.text());
        match node.name.as_str() {
            _ if text.is_empty() => {}
            "title" => out.title = Some(text),
            "creator" => out.authors = prose::split_authors(&text),
            "language" => out.lang = Some(text),
            "created" => out.year = prose::year_in(&text),
            _ => {}
        }
    }
    out
}

/// Names of styles, lower case, by their identifiers; `heading 2` also for one of that outline level.
fn style_names(tree: &Node) -> BTreeMap<String, String> {
    let mut styles = Vec::new();
    tree.all("style", &mut styles);
    let name = |style: &Node| {
        let level = style.path(&["pPr", "outlineLvl"]).and_then(|l| l.attribute("val"));
        let level = level.and_then(|l| l.parse::<u8>().ok()).filter(|l| *l < 9);
        let name = style.child("name")?.attribute("val")?.to_lowercase();
        Some(level.map_or(name, |level| format!("heading {}", level + 1)))
    };
    let pairs = styles
        .into_iter()
        .filter_map(|s| Some((s.attribute("styleId")?.to_owned(), name(s)?)));
    pairs.collect()
}

struct Reader {
    styles: BTreeMap<String, String>,
    elements: Vec<Element>,
    limit: usize,
}

impl Reader {
    fn blocks(&mut self, parent: &Node) {
        for node in parent.nodes() {
            match node.name.as_str() {
                "p" => {
                    let kind = self.kind(node);
                    self.push(kind, &runs(node));
                }
                "tbl" => self.table(node),
                "sdt" | "sdtContent" | "ins" | "smartTag" | "customXml" => {
                    self.blocks(node)
                }
                _ => {}
            }
        }
    }

    fn kind(&self, paragraph: &Node) -> ElementKind {
        let properties = paragraph.child("pPr");
        let id =
            properties.and_then(|p| p.child("pStyle")).and_then(|s| s.attribute("val"));
        let name = id
            .map(|id| self.styles.get(id).cloned().unwrap_or_else(|| id.to_lowercase()));
        let name = name.unwrap_or_default();
        let level = name.strip_prefix("heading").and_then(|l| l.trim().parse().ok());
        match (level, name.as_str()) {
            (Some(level), _) => ElementKind::Heading(level, None),
            (_, "title") => ElementKind::Title,
            (_, "author" | "authors") => ElementKind::Authors,
            (_, "abstract") => ElementKind::Abstract,
            (_, "caption") => ElementKind::Caption,
            _ if properties.and_then(|p| p.child("numPr")).is_some() => {
                ElementKind::ListItem
            }
            (_, name) if name.starts_with("list") => ElementKind::ListItem,
            _ => ElementKind::Paragraph,
        }
    }

    fn table(&mut self, table: &Node) {
        let mut rows = Vec::new();
        table.all("tr", &mut rows);
        let rows: Vec<String> = rows
            .into_iter()
            .map(|row| {
                let cells = row.nodes().filter(|n| n.name == "tc");
                cells
                    .map(|cell| prose::squeeze(&runs(cell)))
                    .collect::<Vec<_>>()
                    .join("\t")
            })
            .collect();
        if self.elements.len() < self.limit {
            let text = rows.join("\n");
            self.elements.push(Element {
                kind: ElementKind::Table,
                text,
                ..Element::default()
            });
        }
    }

    fn push(&mut self, kind: ElementKind, text: &str) {
        let mut text = prose::squeeze(text);
        if text.is_empty() || self.elements.len() >= self.limit {
            return;
        }
        let kind = match kind {
            ElementKind::Heading(level, _) => {
                let (number, title) = prose::split_number(&text);
                let title = title.to_owned();
                text = title;
                ElementKind::Heading(level, number)
            }
            kind => kind,
        };
        self.elements.push(Element { kind, text, ..Element::default() });
    }
}

/// The text of the runs below an element.
fn runs(node: &Node) -> String {
    let mut out = String::new();
    push_runs(node, &mut out);
    out
}

fn push_runs(node: &Node, out: &mut String) {
    for child in node.nodes() {
        match child.name.as_str() {
            "t" => out.push_str(&child.text()),
            "tab" | "br" | "cr" => out.push(' '),
            "noBreakHyphen" => out.push('-'),
            "del" | "instrText" | "pPr" | "rPr" | "delText" | "moveFrom"
            | "AlternateContent" => {}
            "p" => {
                push_runs(child, out);
                out.push(' ');
            }
            _ => push_runs(child, out),
        }
    }
}
