//! The walk over the article: blocks, the text in them, citations, references.

use std::collections::BTreeSet;
use std::ops::Range;

use scraper::node::Node;
use scraper::{ElementRef, Selector};

use super::meta::selector;
use super::region::is_furniture;
use crate::extract::authors::{LINE, NEXT, names_in};
use crate::extract::input::Limits;
use crate::extract::{Element, ElementKind, Fault, MarkedReference, latex, prose};

/// What the walk gives.
#[derive(Default)]
pub(super) struct Walked {
    pub elements: Vec<Element>,
    pub references: Vec<MarkedReference>,
    pub authors: Vec<String>,
    pub faults: Vec<Fault>,
}

/// Walks over the article below `root`.
pub(super) fn walk(root: ElementRef<'_>, limits: &Limits) -> Walked {
    let items = selector(
        ".ltx_bibitem, [role=doc-biblioentry], ol.references > li, .references li[id], \
         .ref-list li, .reference-list li, #references li, #bibliography li, .bibliography li, \
         .citation-list li, .csl-entry, #refs > div[id], li[id^=ref], li[id^=cite_note], \
         li[id^=CR], li[id^=bib]",
    );
    let bibliography = root.select(&items).filter_map(|item| item.value().id()).collect();
    let mut walker = Walker {
        limits,
        items,
        bibliography,
        out: Walked::default(),
        text: String::new(),
        cites: Vec::new(),
        kinds: Vec::new(),
        in_abstract: false,
        label: None,
    };
    walker.children(root, 0);
    walker.flush();
    walker.out
}

struct Walker<'a> {
    limits: &'a Limits,
    /// What an item of the bibliography is.
    items: Selector,
    /// Their ids.
    bibliography: BTreeSet<&'a str>,
    out: Walked,
    text: String,
    cites: Vec<(Range<usize>, String)>,
    kinds: Vec<ElementKind>,
    /// Under a heading `Abstract`.
    in_abstract: bool,
    label: Option<String>,
}

impl<'a> Walker<'a> {
    fn children(&mut self, parent: ElementRef<'a>, depth: usize) {
        if depth > self.limits.max_depth {
            self.fault("elements nested too deep are read as plain text");
            let text: String = parent.text().take(10_000).collect();
            return self.push(&text);
        }
        for child in parent.children() {
            if self.out.elements.len() >= self.limits.max_elements {
                return self.fault("too many elements: the rest is left out");
            }
            match child.value() {
                Node::Text(text) => self.push(text),
                Node::Element(_) => {
                    if let Some(element) = ElementRef::wrap(child) {
                        self.element(element, depth + 1);
                    }
                }
                _ => {}
            }
        }
    }

    fn fault(&mut self, what: &str) {
        if self.out.faults.iter().all(|f| f.what != what) {
            self.out.faults.push(Fault { page: None, what: what.to_owned() });
        }
    }

    fn push(&mut self, text: &str) {
        prose::push_squeezed(&mut self.text, text);
    }

    fn element(&mut self, element: ElementRef<'a>, depth: usize) {
        let value = element.value();
        if let Some(tex) = script_formula(element) {
            return self.push(&latex::readable(&tex));
        }
        if is_furniture(value) {
            return;
        }
        if self.items.matches(&element) {
            return self.bibliography_item(element, depth);
        }
        let class = |name: &str| value.classes().any(|c| c == name);
        if self.latexml(element, depth) {
            return;
        }
        match value.name() {
            "math" => self.push(&latex::readable(&formula(element))),
            "br" => self.push(" "),
            "a" => self.link(element, depth),
            "p" => self.block(None, element, depth),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                let level = value.name().as_bytes()[1] - b'0';
                self.heading(level, element, depth);
            }
            "li" | "dt" | "dd" => self.block(Some(ElementKind::ListItem), element, depth),
            "figcaption" | "caption" => {
                self.block(Some(ElementKind::Caption), element, depth)
            }
            "pre" => self.code(element),
            "table" => self.table(element, depth),
            "cite" if class("citation") => self.children(element, depth),
            "sup" if class("reference") => self.children(element, depth),
            "div" | "section" | "article" | "main" | "header" | "ul" | "ol" | "dl"
            | "figure" | "blockquote" | "center" | "address" | "details" | "summary"
            | "body" | "tr" | "td" | "th" | "tbody" | "thead" | "hr" => {
                let role = value.attr("role").unwrap_or_default();
                let named = ["abstract", "Abstract"].iter().any(|n| class(n))
                    || role == "doc-abstract"
                    || value.id().is_some_and(|id| id.eq_ignore_ascii_case("abstract"));
                let kind = match () {
                    () if named => Some(ElementKind::Abstract),
                    () if role == "doc-footnote" || class("footnote") => {
                        Some(ElementKind::Footnote)
                    }
                    () => None,
                };
                self.block(kind, element, depth);
            }
            _ => self.children(element, depth),
        }
    }

    /// Reads what LaTeXML marks by its classes; false if the element is no such.
    fn latexml(&mut self, element: ElementRef<'a>, depth: usize) -> bool {
        let value = element.value();
        let class = |name: &str| value.classes().any(|c| c == name);
        if !value.attr("class").is_some_and(|c| c.contains("ltx_")) {
            return false;
        }
        if class("ltx_title_document") {
            self.block(Some(ElementKind::Title), element, depth);
        } else if class("ltx_authors") {
            self.authors(element);
        } else if class("ltx_abstract") {
            self.block(Some(ElementKind::Abstract), element, depth);
        } else if class("ltx_title_abstract")
            || class("ltx_dates")
            || class("ltx_note_mark")
        {
            // The word "Abstract" is no part of it, and marks of notes are none of the text.
        } else if class("ltx_note") {
            self.note(element, depth);
        } else if class("ltx_tag_note") || class("ltx_note_type") {
        } else if class("ltx_title_paragraph") || class("ltx_title_subparagraph") {
            self.flush();
            self.children(element, depth);
            let ended = self.text.trim_end().ends_with(['.', ':', '?', '!']);
            self.push(if ended { " " } else { ". " });
        } else if class("ltx_bibblock") || class("ltx_role_refnum") {
            self.push(" ");
            self.children(element, depth);
        } else if class("ltx_caption") {
            self.block(Some(ElementKind::Caption), element, depth);
        } else if class("ltx_equation")
            || class("ltx_equationgroup")
            || class("ltx_eqn_table") && value.name() == "table"
        {
            self.equation(element);
        } else if class("ltx_listing") || class("ltx_lstlisting") {
            self.code(element);
        } else if class("ltx_para") && depth > 0 {
            // The paragraph inside comes by itself, and its text may go on after an equation.
            let run_in = self.text.trim().is_empty();
            if run_in {
                self.flush();
            }
            self.children(element, depth);
            self.flush();
        } else if class("ltx_p") && value.name() == "p" && !self.text.trim().is_empty() {
            // After a run-in heading.
            self.children(element, depth);
            self.flush();
        } else if class("ltx_ERROR") {
        } else {
            return false;
        }
        true
    }

    /// Reads a block of its own.
    fn block(
        &mut self,
        kind: Option<ElementKind>,
        element: ElementRef<'a>,
        depth: usize,
    ) {
        self.flush();
        let pushed = kind.is_some();
        self.kinds.extend(kind);
        if let Some(id) = element.value().id() {
            self.label = Some(id.to_owned());
        }
        self.children(element, depth);
        self.flush();
        if pushed {
            self.kinds.pop();
        }
    }

    fn heading(&mut self, level: u8, element: ElementRef<'a>, depth: usize) {
        self.block(Some(ElementKind::Heading(level, None)), element, depth);
        if let Some(Element { kind: ElementKind::Heading(..), text, .. }) =
            self.out.elements.last()
        {
            self.in_abstract =
                ["abstract", "摘要", "summary"].contains(&text.to_lowercase().as_str());
        }
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.text);
        let cites = std::mem::take(&mut self.cites);
        if text.trim().is_empty() {
            return;
        }
        let kind = self.kinds.last().cloned().unwrap_or_default();
        let kind = match kind {
            ElementKind::Paragraph if self.in_abstract => ElementKind::Abstract,
            kind => kind,
        };
        let mut element =
            Element { kind, text, cites, label: self.label.take(), page: None };
        if let ElementKind::Heading(_, number) = &mut element.kind {
            let (found, title) = prose::split_number(&element.text);
            *number = found;
            element.text = title.trim().to_owned();
            element.cites.clear();
        }
        self.out.elements.push(element);
    }

    /// A link to an item of the bibliography is a citation.
    fn link(&mut self, element: ElementRef<'a>, depth: usize) {
        let href = element.value().attr("href").unwrap_or_default();
        let target = href.rsplit_once('#').map(|(_, id)| id);
        let start = self.text.len();
        self.children(element, depth);
        let Some(key) = target.filter(|id| self.bibliography.contains(id)) else {
            return;
        };
        // White space may have been collapsed over the seam.
        let start = start.min(self.text.len());
        let mark = self.text[start..].trim();
        if !mark.is_empty() {
            let start =
                start + self.text[start..].len() - self.text[start..].trim_start().len();
            self.cites.push((start..start + mark.len(), key.to_owned()));
        }
    }

    fn bibliography_item(&mut self, element: ElementRef<'a>, depth: usize) {
        self.flush();
        let kinds = std::mem::take(&mut self.kinds);
        let n_before = self.out.elements.len();
        self.children(element, depth);
        self.flush();
        let parts = self.out.elements.split_off(n_before);
        self.kinds = kinds;
        let text = parts.iter().map(|e| e.text.as_str()).collect::<Vec<_>>().join(" ");
        let number = self.out.references.len() + 1;
        let key =
            element.value().id().map_or_else(|| format!("ref-{number}"), str::to_owned);
        let fields = Vec::new();
        if !text.trim().is_empty() {
            self.out.references.push(MarkedReference {
                key,
                text: prose::squeeze(&text),
                fields,
            });
        }
    }

    /// Names in LaTeXML's list of authors.
    fn authors(&mut self, element: ElementRef<'a>) {
        let mut line = String::new();
        for person in element.select(&selector(".ltx_personname")) {
            line.push(NEXT);
            for node in person.descendants() {
                match node.value() {
                    Node::Text(text) => {
                        let aside =
                            node.ancestors().filter_map(ElementRef::wrap).any(|e| {
                                e.value().classes().any(|c| c == "ltx_note")
                                    || matches!(e.value().name(), "sup" | "math")
                            });
                        if !aside {
                            line.push_str(&text.replace('\n', " "));
                        }
                    }
                    Node::Element(e) if e.name() == "br" => line.push(LINE),
                    _ => {}
                }
            }
        }
        self.out.authors = names_in(&line);
    }

    /// A footnote: kept apart from the paragraph that it interrupts.
    fn note(&mut self, element: ElementRef<'a>, depth: usize) {
        let outer = (std::mem::take(&mut self.text), std::mem::take(&mut self.cites));
        self.children(element, depth);
        let text = std::mem::replace(&mut self.text, outer.0);
        let cites = std::mem::replace(&mut self.cites, outer.1);
        if !text.trim().is_empty() {
            let kind = ElementKind::Footnote;
            self.out.elements.push(Element { kind, text, cites, ..Element::default() });
        }
    }

    fn equation(&mut self, element: ElementRef<'a>) {
        self.flush();
        let formulas: Vec<String> =
            element.select(&selector("math")).map(formula).collect();
        let text = formulas.join(" ");
        if !text.trim().is_empty() {
            let label = element.value().id().map(str::to_owned);
            let kind = ElementKind::Equation;
            self.out.elements.push(Element { kind, text, label, ..Element::default() });
        }
    }

    fn code(&mut self, element: ElementRef<'a>) {
        self.flush();
        let listed = selector(".ltx_listingline");
        let lines = element.select(&listed);
        let mut text: String =
            lines.map(|line| line.text().collect::<String>() + "\n").collect();
        if text.is_empty() {
            text = element.text().collect();
        }
        if !text.trim().is_empty() {
            let text = text.trim_matches('\n').to_owned();
            self.out.elements.push(Element {
                kind: ElementKind::Code,
                text,
                ..Element::default()
            });
        }
    }

    /// A table of data becomes one element; one that only arranges the page is walked through.
    fn table(&mut self, element: ElementRef<'a>, depth: usize) {
        let arranges = element.value().attr("role") == Some("presentation")
            || element.select(&selector("table, h1, h2, h3, figure")).next().is_some();
        if arranges {
            return self.block(None, element, depth);
        }
        self.flush();
        for caption in element.select(&selector("caption")) {
            self.block(Some(ElementKind::Caption), caption, depth + 1);
        }
        let (mut text, mut cites) = (String::new(), Vec::new());
        for row in element.select(&selector("tr")) {
            let cells: Vec<ElementRef<'a>> = row
                .child_elements()
                .filter(|e| matches!(e.value().name(), "td" | "th"))
                .collect();
            for (index, cell) in cells.into_iter().enumerate() {
                self.children(cell, depth + 2);
                let cell = std::mem::take(&mut self.text);
                let lead = cell.len() - cell.trim_start().len();
                text.push_str(if index > 0 { "\t" } else { "" });
                let start = text.len();
                text.push_str(cell.trim());
                for (range, key) in self.cites.drain(..) {
                    let moved =
                        |at: usize| (start + at.saturating_sub(lead)).min(text.len());
                    cites.push((moved(range.start)..moved(range.end), key));
                }
            }
            text.push('\n');
        }
        if !text.trim().is_empty() {
            let label = element.value().id().map(str::to_owned);
            let kind = ElementKind::Table;
            self.out.elements.push(Element { kind, text, cites, label, page: None });
        }
    }
}

/// TeX of a `<math>`: its `alttext`, its annotation, or its characters.
fn formula(math: ElementRef<'_>) -> String {
    if let Some(alt) = math.value().attr("alttext") {
        return alt.to_owned();
    }
    let annotation = selector("annotation[encoding='application/x-tex']");
    match math.select(&annotation).next() {
        Some(tex) => tex.text().collect(),
        None => math.text().map(str::trim).collect(),
    }
}

/// TeX in a script, as MathJax takes it.
fn script_formula(element: ElementRef<'_>) -> Option<String> {
    let value = element.value();
    let kind = (value.name() == "script").then(|| value.attr("type")).flatten()?;
    kind.starts_with("math/tex").then(|| element.text().collect())
}
