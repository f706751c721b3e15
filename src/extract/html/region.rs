//! Which part of a page is the article, and which parts of that are none of it.

use scraper::node::Element;
use scraper::{ElementRef, Html};

use super::meta::selector;

/// Words in a class or id that name furniture of a site.
const FURNITURE: [&str; 36] = [
    "cookie",
    "cookies",
    "consent",
    "gdpr",
    "navbar",
    "nav",
    "navigation",
    "breadcrumb",
    "breadcrumbs",
    "sidebar",
    "newsletter",
    "subscribe",
    "advert",
    "advertisement",
    "ads",
    "toc",
    "menu",
    "popup",
    "modal",
    "share",
    "sharing",
    "social",
    "skip",
    "masthead",
    "promo",
    "login",
    "signup",
    "paywall",
    "toolbar",
    "mwe",
    "editsection",
    "catlinks",
    "printfooter",
    "navbox",
    "metabox",
    "offscreen",
];

/// Finds the element that holds the article: LaTeXML's document, else the `article`, `main` or content
/// element that has most of the page's paragraphs, else the body.
pub(super) fn main_content(page: &Html) -> ElementRef<'_> {
    if let Some(document) =
        page.select(&selector("article.ltx_document, .ltx_document")).next()
    {
        return document;
    }
    let body =
        page.select(&selector("body")).next().unwrap_or_else(|| page.root_element());
    let whole = words_in_paragraphs(body);
    let candidates = "article, main, [role=main], [itemprop=articleBody], #content, #main, \
                      .article, .post, .entry-content, #mw-content-text";
    let best = page
        .select(&selector(candidates))
        .take(200)
        .map(|element| (words_in_paragraphs(element), element))
        .filter(|(words, _)| *words * 2 > whole)
        // The innermost of those that hold nearly all, so that less furniture comes with it.
        .min_by_key(|(words, element)| {
            let missing = whole.saturating_sub(*words) * 20 / whole.max(1);
            (missing, element.descendants().count())
        });
    best.map_or(body, |(_, element)| element)
}

fn words_in_paragraphs(element: ElementRef<'_>) -> usize {
    let paragraphs = selector("p");
    element
        .select(&paragraphs)
        .flat_map(|p| p.text())
        .map(|text| text.split_whitespace().count().max(text.chars().count() / 12))
        .sum()
}

/// Tells whether an element is no part of the text: script, navigation, banner, hidden.
pub(super) fn is_furniture(element: &Element) -> bool {
    let name = element.name();
    let hidden = [
        "script", "style", "noscript", "template", "nav", "form", "button", "iframe",
        "select", "dialog", "svg", "canvas", "object", "embed", "video", "audio",
        "input", "textarea", "head", "link", "meta",
    ];
    if hidden.contains(&name)
        || element.attr("hidden").is_some()
        || element.attr("aria-hidden") == Some("true")
    {
        return true;
    }
    let role = element.attr("role").unwrap_or_default();
    if [
        "navigation",
        "banner",
        "contentinfo",
        "search",
        "dialog",
        "complementary",
        "alertdialog",
        "menu",
        "menubar",
        "toolbar",
        "doc-toc",
    ]
    .contains(&role)
        || (name == "aside" || name == "footer") && !role.starts_with("doc-")
    {
        return true;
    }
    if let Some(style) = element.attr("style")
        && style.replace(' ', "").contains("display:none")
    {
        return true;
    }
    if element.classes().any(|c| {
        matches!(
            c,
            "ltx_page_navbar"
                | "ltx_page_header"
                | "ltx_page_footer"
                | "ltx_TOC"
                | "ltx_rule"
                | "ltx_pagination"
                | "package-alerts"
                | "katex-html"
                | "MathJax_Preview"
        )
    }) {
        return true;
    }
    if name == "body" || name == "article" || name == "main" {
        return false;
    }
    let names =
        [element.id().unwrap_or_default(), element.attr("class").unwrap_or_default()];
    let mut words = names
        .iter()
        .flat_map(|n| n.split(|c: char| !c.is_ascii_alphanumeric()))
        .map(str::to_ascii_lowercase);
    !element.classes().any(|c| c.starts_with("ltx_"))
        && words.any(|word| FURNITURE.contains(&word.as_str()))
}
