//! JATS XML, as PubMed Central and many publishers give it.
//!
//! In: the bytes of an article. Out: its sections, paragraphs, captions, tables, formulas, footnotes; its
//! references with their fields; its metadata from the front.

use super::input::Limits;
use super::xml::{self, Child, Node};
use super::{
    Element, ElementKind, ExtractError, Fault, Info, Looks, Marked, MarkedReference,
    Markup, charset, latex, markdown, prose,
};
use crate::corpus::ids;

/// Reads an article.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Marked, ExtractError> {
    let text = charset::decode(bytes, None);
    let (tree, fault) = xml::parse(&text, limits);
    let mut articles = Vec::new();
    tree.all("article", &mut articles);
    let Some(article) = articles.first() else {
        let found = Looks::of(bytes);
        return Err(ExtractError::OtherKind { expected: "JATS article".into(), found });
    };
    let mut reader = Reader::default();
    reader.out.markup = Markup::Elements;
    reader.out.faults.extend(fault.map(|what| Fault { page: None, what }));
    reader.out.info = info(article);
    reader.out.elements = markdown::front_elements(&Info {
        abstract_text: None,
        ..reader.out.info.clone()
    });
    if let Some(meta) = article.path(&["front", "article-meta"]) {
        for part in meta.nodes().filter(|node| node.name == "abstract") {
            reader.kind = Some(ElementKind::Abstract);
            reader.blocks(part, 1);
            reader.kind = None;
        }
    }
    for part in article.nodes().filter(|n| matches!(n.name.as_str(), "body" | "back")) {
        reader.blocks(part, 1);
    }
    if reader.out.elements.len() > limits.max_elements {
        reader.out.elements.truncate(limits.max_elements);
        let what = format!("only the first {} elements are read", limits.max_elements);
        reader.out.faults.push(Fault { page: None, what });
    }
    Ok(reader.out)
}

fn squeezed(node: &Node) -> String {
    prose::squeeze(&node.text())
}

fn info(article: &Node) -> Info {
    let mut out =
        Info { lang: article.attribute("lang").map(str::to_owned), ..Info::default() };
    let Some(front) = article.child("front") else { return out };
    let journal = front.child("journal-meta");
    let mut titles = Vec::new();
    journal.into_iter().for_each(|journal| journal.all("journal-title", &mut titles));
    out.venue = titles.first().map(|t| squeezed(t));
    let Some(meta) = front.child("article-meta") else { return out };
    out.title = meta.path(&["title-group", "article-title"]).map(squeezed);
    let mut people = Vec::new();
    meta.all("contrib", &mut people);
    let authors = people
        .into_iter()
        .filter(|p| p.attribute("contrib-type").is_none_or(|kind| kind == "author"));
    out.authors = authors.filter_map(person).collect();
    let summaries = meta.nodes().filter(|n| n.name == "abstract");
    let summary: Vec<String> = summaries
        .take(1)
        .flat_map(|a| {
            let mut paragraphs = Vec::new();
            a.all("p", &mut paragraphs);
            paragraphs
        })
        .map(squeezed)
        .collect();
    out.abstract_text = (!summary.is_empty()).then(|| summary.join("\n\n"));
    let years =
        meta.nodes().filter(|n| n.name == "pub-date").filter_map(|d| d.child("year"));
    out.year = years.filter_map(|y| prose::year_in(&y.text())).min();
    for id in meta.nodes().filter(|n| n.name == "article-id") {
        match id.attribute("pub-id-type") {
            Some("doi") => out.doi = ids::doi(&id.text()),
            Some("arxiv") => out.arxiv = ids::arxiv_id(&id.text()),
            _ => {}
        }
    }
    if let Some(licence) = meta.path(&["permissions", "license"]) {
        out.licence =
            licence.attribute("href").map(str::to_owned).or(Some(squeezed(licence)));
    }
    out
}

fn person(node: &Node) -> Option<String> {
    let name = node.child("name").or_else(|| node.path(&["name-alternatives", "name"]));
    if let Some(name) = name {
        return Some(given_and_family(name));
    }
    node.child("string-name").or_else(|| node.child("collab")).map(squeezed)
}

fn given_and_family(name: &Node) -> String {
    let part = |part: &str| name.child(part).map(squeezed).unwrap_or_default();
    format!("{} {}", part("given-names"), part("surname")).trim().to_owned()
}

#[derive(Default)]
struct Reader {
    out: Marked,
    /// Kind of paragraphs, where it is another one.
    kind: Option<ElementKind>,
    text: String,
    cites: Vec<(std::ops::Range<usize>, String)>,
}

impl Reader {
    /// Reads the blocks below `parent`, sections in it at outline depth `level`.
    fn blocks(&mut self, parent: &Node, level: u8) {
        for node in parent.nodes() {
            match node.name.as_str() {
                "sec"
                | "app"
                | "ack"
                | "glossary"
                | "notes"
                | "app-group"
                | "boxed-text"
                | "fn-group"
                | "statement"
                | "disp-quote"
                | "supplementary-material" => {
                    self.section(node, level);
                }
                "title" | "label" => {}
                "p" => self.paragraph(node, self.kind.clone().unwrap_or_default()),
                "list" | "def-list" => self.list(node),
                "fig" | "table-wrap" | "fig-group" | "table-wrap-group" => {
                    self.float(node)
                }
                "disp-formula" | "disp-formula-group" => self.formula(node),
                "fn" => self.paragraph(node, ElementKind::Footnote),
                "code" | "preformat" => {
                    self.push_element(ElementKind::Code, node.text(), None)
                }
                "ref-list" => self.references(node, level),
                "table" => self.table(node),
                "back" | "body" | "verse-group" | "disp-quote-group" => {
                    self.blocks(node, level)
                }
                _ => {}
            }
        }
    }

    fn section(&mut self, node: &Node, level: u8) {
        let title = node.child("title").map(squeezed);
        let label = node.child("label").map(squeezed);
        let fallback = (node.name == "ack").then(|| "Acknowledgments".to_owned());
        let titled = title.filter(|t| !t.is_empty()).or(fallback);
        if self.kind.is_some() {
            // Parts of a structured abstract: their titles lead their paragraphs.
            if let Some(title) = titled {
                self.push_element(ElementKind::Abstract, title, None);
            }
            return self.blocks(node, level);
        }
        let deeper = match titled {
            Some(title) => {
                let (found, bare) = prose::split_number(&title);
                let number = label.map(|l| l.trim_end_matches('.').to_owned()).or(found);
                let id = node.attribute("id").map(str::to_owned);
                let kind = ElementKind::Heading(level, number);
                self.push_element(kind, bare.to_owned(), id);
                level.saturating_add(1)
            }
            None => level,
        };
        self.blocks(node, deeper);
    }

    fn push_element(&mut self, kind: ElementKind, text: String, label: Option<String>) {
        if !text.trim().is_empty() {
            self.out.elements.push(Element { kind, text, label, ..Element::default() });
        }
    }

    /// Reads a paragraph; blocks inside it part it.
    fn paragraph(&mut self, node: &Node, kind: ElementKind) {
        self.inline(node, &kind);
        self.flush(kind);
    }

    fn flush(&mut self, kind: ElementKind) {
        let text = std::mem::take(&mut self.text);
        let cites = std::mem::take(&mut self.cites);
        if !text.trim().is_empty() {
            self.out.elements.push(Element { kind, text, cites, ..Element::default() });
        }
    }

    fn inline(&mut self, parent: &Node, kind: &ElementKind) {
        for child in &parent.children {
            let node = match child {
                Child::Text(text) => {
                    prose::push_squeezed(&mut self.text, text);
                    continue;
                }
                Child::Node(node) => node,
            };
            match node.name.as_str() {
                "xref" if node.attribute("ref-type") == Some("bibr") => {
                    self.citation(node)
                }
                "disp-formula" | "fig" | "table-wrap" | "list" | "def-list"
                | "disp-quote" | "boxed-text" | "code" | "preformat" => {
                    self.flush(kind.clone());
                    let holder = Node {
                        children: vec![Child::Node(node.clone())],
                        ..Node::default()
                    };
                    self.blocks(&holder, 6);
                }
                "inline-formula" => self.text.push_str(&latex::readable(&tex_of(node))),
                "fn" => {
                    let outer =
                        (std::mem::take(&mut self.text), std::mem::take(&mut self.cites));
                    self.paragraph(node, ElementKind::Footnote);
                    (self.text, self.cites) = outer;
                }
                "break" => self.text.push(' '),
                "label" if *kind == ElementKind::Footnote => {}
                "p" | "title" => {
                    self.inline(node, kind);
                    self.text.push(' ');
                }
                _ => self.inline(node, kind),
            }
        }
    }

    fn citation(&mut self, node: &Node) {
        let start = self.text.len();
        prose::push_squeezed(&mut self.text, &node.text());
        let mark = self.text.get(start..).unwrap_or_default().trim_end().len();
        for key in node.attribute("rid").unwrap_or_default().split_whitespace() {
            self.cites.push((start.min(self.text.len())..start + mark, key.to_owned()));
        }
    }

    fn list(&mut self, list: &Node) {
        for item in list.nodes() {
            match item.name.as_str() {
                "list-item" | "def-item" => {
                    for part in item.nodes().filter(|n| n.name != "label") {
                        match part.name.as_str() {
                            "list" | "def-list" => self.list(part),
                            _ => self.paragraph(part, ElementKind::ListItem),
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn float(&mut self, float: &Node) {
        if let Some(label) = float.child("label") {
            let label = squeezed(label);
            self.text.push_str(label.trim_end_matches(['.', ':']));
            self.text.push_str(": ");
        }
        if let Some(caption) = float.child("caption") {
            self.inline(caption, &ElementKind::Caption);
        }
        if !self.text.trim_end_matches([' ', ':']).is_empty() {
            self.flush(ElementKind::Caption);
            if let Some(last) = self.out.elements.last_mut() {
                last.label = float.attribute("id").map(str::to_owned);
            }
        }
        let mut tables = Vec::new();
        float.all("table", &mut tables);
        tables.into_iter().for_each(|table| self.table(table));
        let mut notes = Vec::new();
        float.all("table-wrap-foot", &mut notes);
        notes.into_iter().for_each(|note| self.paragraph(note, ElementKind::Footnote));
        for inner in
            float.nodes().filter(|n| matches!(n.name.as_str(), "fig" | "table-wrap"))
        {
            self.float(inner);
        }
    }

    fn table(&mut self, table: &Node) {
        let mut rows = Vec::new();
        table.all("tr", &mut rows);
        let rows: Vec<String> = rows
            .into_iter()
            .map(|row| {
                let cells =
                    row.nodes().filter(|n| matches!(n.name.as_str(), "td" | "th"));
                cells.map(squeezed).collect::<Vec<_>>().join("\t")
            })
            .collect();
        self.push_element(ElementKind::Table, rows.join("\n"), None);
    }

    fn formula(&mut self, node: &Node) {
        let label = node.attribute("id").map(str::to_owned);
        self.push_element(ElementKind::Equation, tex_of(node), label);
    }

    fn references(&mut self, list: &Node, level: u8) {
        let title = list.child("title").map_or_else(|| "References".to_owned(), squeezed);
        self.push_element(ElementKind::Heading(level, None), title, None);
        let mut items = Vec::new();
        list.all("ref", &mut items);
        for item in items {
            let number = self.out.references.len() + 1;
            let key = item
                .attribute("id")
                .map_or_else(|| format!("ref-{number}"), str::to_owned);
            let inner =
                ["mixed-citation", "element-citation", "citation", "nlm-citation"]
                    .iter()
                    .find_map(|name| {
                        item.child(name)
                            .or_else(|| item.path(&["citation-alternatives", name]))
                    })
                    .unwrap_or(item);
            let fields = fields(inner);
            let text = if inner.name == "element-citation" || inner.name == "nlm-citation"
            {
                composed(inner)
            } else {
                let mut text = String::new();
                push_spaced(inner, &mut text);
                prose::squeeze(&text)
            };
            if !text.is_empty() {
                self.out.references.push(MarkedReference { key, text, fields });
            }
        }
    }
}

/// TeX of a formula, else its characters.
fn tex_of(node: &Node) -> String {
    let mut found = Vec::new();
    node.all("tex-math", &mut found);
    let Some(tex) = found.first().map(|t| t.text()) else { return squeezed(node) };
    // Some publishers put a whole document around each formula.
    let body = tex.split_once("\\begin{document}").map_or(tex.as_str(), |(_, body)| body);
    let body = body.split("\\end{document}").next().unwrap_or(body);
    prose::squeeze(body).trim_matches('$').trim().to_owned()
}

fn fields(citation: &Node) -> Vec<(String, String)> {
    let mut out = Vec::new();
    let mut names = Vec::new();
    citation.all("name", &mut names);
    let mut authors: Vec<String> = names.into_iter().map(given_and_family).collect();
    if authors.is_empty() {
        let mut names = Vec::new();
        citation.all("string-name", &mut names);
        authors = names.into_iter().map(given_and_family).collect();
    }
    authors.retain(|name| !name.is_empty());
    if !authors.is_empty() {
        out.push(("author".to_owned(), authors.join(" and ")));
    }
    for (theirs, ours) in [
        ("article-title", "title"),
        ("chapter-title", "title"),
        ("source", "venue"),
        ("year", "year"),
    ] {
        let mut found = Vec::new();
        citation.all(theirs, &mut found);
        if let Some(node) = found.first().filter(|_| out.iter().all(|(n, _)| n != ours)) {
            out.push((ours.to_owned(), squeezed(node)));
        }
    }
    let mut ids = Vec::new();
    citation.all("pub-id", &mut ids);
    for id in ids {
        match id.attribute("pub-id-type") {
            Some("doi") => {
                out.extend(ids::doi(&id.text()).map(|d| ("doi".to_owned(), d)))
            }
            Some("arxiv") => {
                out.extend(ids::arxiv_id(&id.text()).map(|a| ("eprint".to_owned(), a)));
            }
            _ => {}
        }
    }
    out
}

/// The text of a citation, a blank between the parts of a name.
fn push_spaced(node: &Node, out: &mut String) {
    for child in &node.children {
        match child {
            Child::Text(text) => out.push_str(text),
            Child::Node(part) => {
                push_spaced(part, out);
                if matches!(part.name.as_str(), "surname" | "given-names")
                    && node.name == "name"
                {
                    out.push(' ');
                }
            }
        }
    }
    if node.name == "name" {
        out.truncate(out.trim_end().len());
    }
}

/// Writes an element citation, which has no punctuation of its own.
fn composed(citation: &Node) -> String {
    let mut names = Vec::new();
    citation.all("name", &mut names);
    let authors = names.into_iter().map(given_and_family).collect::<Vec<_>>().join(", ");
    let rest = citation.nodes().filter(|n| {
        !matches!(
            n.name.as_str(),
            "person-group" | "name" | "pub-id" | "fpage" | "lpage" | "etal"
        )
    });
    let parts = std::iter::once(authors).chain(rest.map(squeezed));
    parts.filter(|p| !p.is_empty()).collect::<Vec<_>>().join(". ")
}
