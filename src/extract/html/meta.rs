//! What a page states about itself: `<meta>` tags of libraries and search engines, JSON-LD, `<title>`.

use scraper::{Html, Selector};
use serde_json::Value;

use crate::corpus::ids;
use crate::extract::{Info, prose};

/// Reads the metadata of a page.
pub(super) fn info(page: &Html) -> Info {
    let mut out = Info::default();
    for element in page.select(&selector("meta[content]")) {
        let value = element.value();
        let name =
            value.attr("name").or_else(|| value.attr("property")).unwrap_or_default();
        let content = prose::squeeze(value.attr("content").unwrap_or_default());
        if !content.is_empty() {
            set(&mut out, &name.to_ascii_lowercase(), content);
        }
    }
    for script in page.select(&selector("script[type='application/ld+json']")) {
        let text: String = script.text().collect();
        if let Ok(value) = serde_json::from_str::<Value>(&text) {
            linked_data(&mut out, &value, 0);
        }
    }
    if out.lang.is_none() {
        let html = page.root_element().value();
        out.lang = html.attr("lang").or_else(|| html.attr("xml:lang")).map(str::to_owned);
    }
    if out.title.is_none()
        && let Some(title) = page.select(&selector("head > title")).next()
    {
        out.title = Some(prose::squeeze(&title.text().collect::<String>()));
    }
    out.title = out.title.filter(|t| !t.is_empty()).map(|t| without_stamp(&t));
    out
}

/// A selector of this module's own.
pub(super) fn selector(css: &str) -> Selector {
    Selector::parse(css).expect("a selector that is part of the program")
}

/// arXiv's pages begin their title with `[2309.10020] `.
fn without_stamp(title: &str) -> String {
    match title.strip_prefix('[').and_then(|t| t.split_once("] ")) {
        Some((id, rest)) if ids::arxiv_id(id).is_some() => rest.to_owned(),
        _ => title.to_owned(),
    }
}

fn set(out: &mut Info, name: &str, content: String) {
    match name {
        "citation_title" => out.title = Some(content),
        "dc.title" | "og:title" if out.title.is_none() => out.title = Some(content),
        "citation_author" | "dc.creator" if out.authors.len() < 5000 => {
            let name = prose::split_authors(&content);
            out.authors.extend(
                name.into_iter().filter(|n| !out.authors.contains(n)).collect::<Vec<_>>(),
            );
        }
        "citation_authors" if out.authors.is_empty() => {
            out.authors = prose::split_authors(&content);
        }
        "author" if out.authors.is_empty() => {
            out.authors = prose::split_authors(&content)
        }
        "citation_publication_date"
        | "citation_date"
        | "citation_year"
        | "dc.date"
        | "article:published_time"
        | "citation_online_date" => {
            out.year = out.year.or_else(|| prose::year_in(&content));
        }
        "citation_journal_title"
        | "citation_conference_title"
        | "citation_inbook_title" => {
            out.venue = Some(content);
        }
        "citation_doi" | "dc.identifier" => {
            out.doi = ids::doi(&content).or(out.doi.take())
        }
        "citation_arxiv_id" => out.arxiv = ids::arxiv_id(&content),
        "citation_abstract" | "dc.description" => out.abstract_text = Some(content),
        "citation_language" | "dc.language" => out.lang = Some(content),
        "dc.rights" | "citation_license" => out.licence = Some(content),
        _ => {}
    }
}

fn linked_data(out: &mut Info, value: &Value, depth: usize) {
    if depth > 4 {
        return;
    }
    if let Value::Array(list) = value {
        return list.iter().for_each(|v| linked_data(out, v, depth + 1));
    }
    let Value::Object(fields) = value else { return };
    if let Some(graph) = fields.get("@graph") {
        linked_data(out, graph, depth + 1);
    }
    let kind = fields.get("@type").map(Value::to_string).unwrap_or_default();
    if !["Article", "Posting", "Report", "Chapter", "Book"]
        .iter()
        .any(|k| kind.contains(k))
    {
        return;
    }
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(prose::squeeze);
    if out.title.is_none() {
        out.title = text("headline").or_else(|| text("name"));
    }
    if out.year.is_none() {
        out.year = text("datePublished").as_deref().and_then(prose::year_in);
    }
    if out.authors.is_empty() {
        let person = |v: &Value| v.get("name").unwrap_or(v).as_str().map(prose::squeeze);
        out.authors = match fields.get("author") {
            Some(Value::Array(list)) => list.iter().filter_map(person).collect(),
            Some(one) => person(one).into_iter().collect(),
            None => Vec::new(),
        };
    }
    if out.licence.is_none() {
        out.licence = text("license");
    }
}
