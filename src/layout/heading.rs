//! Headings told from their look: size, weight, numbering and known words.

use super::measure::Measure;
use super::numbering::numbering;
use super::paragraph::Paragraph;

/// Headings that papers have without a number.
const KNOWN: [&str; 44] = [
    "abstract",
    "introduction",
    "references",
    "bibliography",
    "acknowledgments",
    "acknowledgements",
    "acknowledgment",
    "acknowledgement",
    "conclusion",
    "conclusions",
    "discussion",
    "results",
    "methods",
    "materials and methods",
    "related work",
    "appendix",
    "background",
    "evaluation",
    "experiments",
    "limitations",
    "future work",
    "literature cited",
    "supplementary material",
    "supplementary materials",
    "ethics statement",
    "broader impact",
    "method",
    "methodology",
    "preliminaries",
    "author contributions",
    "data availability",
    "funding",
    "competing interests",
    "summary",
    "keywords",
    "index terms",
    "works cited",
    "notes",
    "appendices",
    "contents",
    "reproducibility statement",
    "ethical considerations",
    "broader impacts",
    "conclusion and future work",
];

/// Titles of the bibliography.
const BIBLIOGRAPHY: [&str; 14] = [
    "references",
    "bibliography",
    "literature cited",
    "works cited",
    "literature",
    "reference",
    "references and notes",
    "参考文献",
    "références",
    "literatur",
    "literaturverzeichnis",
    "список литературы",
    "литература",
    "bibliographie",
];

/// Returns a heading's words in lower case, without number and final mark.
fn plain_title(text: &str) -> String {
    let title = match numbering(text) {
        Some(numbering) => &text[numbering.prefix..],
        None => text,
    };
    title.trim().trim_end_matches([':', '.', '—']).to_lowercase()
}

/// Tells whether a heading opens the bibliography.
pub(super) fn opens_bibliography(text: &str) -> bool {
    let title = plain_title(text);
    let squeezed: String = title.chars().filter(|c| !c.is_whitespace()).collect();
    BIBLIOGRAPHY.contains(&title.as_str()) || squeezed == "references"
}

/// Where in the document a paragraph stands, as far as it matters for headings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// On the first page.
    pub first_page: bool,
    /// A heading stood before.
    pub after_heading: bool,
    /// Inside the bibliography.
    pub in_bibliography: bool,
}

/// Returns the depth of a paragraph that looks like a heading.
pub(super) fn look(paragraph: &Paragraph, measure: Measure, place: Place) -> Option<u8> {
    let text = paragraph.text().trim();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let n_lines = paragraph.lines.len();
    if n_lines > 3 || text.len() > 140 || letters < 3 || text.ends_with(',') {
        return None;
    }
    let styles = &paragraph.styles;
    if styles.math * 3 >= styles.chars {
        return None;
    }
    let body = measure.body;
    let size = paragraph.size;
    let is_bold = styles.is_bold();
    let is_capital = is_all_capital(text);
    let numbering = numbering(text);
    let known = KNOWN.contains(&plain_title(text).as_str());
    let first = &paragraph.lines[0];

    let known_alone = n_lines == 1
        && text.len() < 32
        && (numbering.is_some()
            || !place.first_page
            || text.to_lowercase().starts_with("introd"));
    let by_word = known && (is_bold || size > 1.05 * body || is_capital || known_alone);
    let by_number = numbering.is_some()
        && (is_bold
            || size > 1.06 * body
            || is_capital
            || styles.is_italic() && n_lines == 1)
        && !text.ends_with('.')
        && first.cells.len() <= 4;
    let by_weight = is_bold
        && size >= 0.98 * body
        && !text.ends_with(['.', ',', ';'])
        && n_lines <= 2
        && text.len() < 90
        && place.after_heading
        && text.starts_with(char::is_uppercase)
        && (size > 1.06 * body || !place.in_bibliography)
        && first.cells.len() <= 2
        && first.x0 <= first.column_x0 + 1.5 * body;
    let by_size = size > 1.14 * body
        && place.after_heading
        && letters * 2 > text.chars().count()
        && !text.ends_with('.')
        && text.len() > 3;
    if !(by_word || by_number || by_weight || by_size) {
        return None;
    }
    Some(match numbering {
        Some(numbering) => numbering.level,
        None if known || size > 1.14 * body || is_capital => 1,
        None => 3,
    })
}

fn is_all_capital(text: &str) -> bool {
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = text.chars().filter(|c| c.is_uppercase()).count();
    letters >= 3 && capitals * 10 >= letters * 9
}

/// Tells whether a heading inside the bibliography ends it.
pub(super) fn ends_bibliography(text: &str, level: u8) -> bool {
    level <= 1 || numbering(text).is_some() || KNOWN.contains(&plain_title(text).as_str())
}
