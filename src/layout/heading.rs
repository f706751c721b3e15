//! Headings told from their look.
//!
//! First the numbered ones: of all paragraphs that start with a number and stand out, the longest
//! chain in which each number may follow the one before. Their type then tells the headings
//! without a number from bold words of drawings, theorems and lists. A document without numbers is
//! judged by known words, size and weight.

use rustc_hash::{FxHashMap, FxHashSet};

use super::heading_candidate::{Candidate, Look, body_font, longest_chain};
use super::measure::Measure;
use super::numbering::{Scheme, caption, is_list_item, numbering};
use super::paragraph::Paragraph;

/// Headings that papers have without a number.
const KNOWN: [&str; 48] = [
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
    "table of contents",
    "conflict of interest",
    "supporting information",
    "remerciements",
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

/// First words of numbered statements that look like headings and are none.
const STATEMENTS: [&str; 24] = [
    "theorem",
    "lemma",
    "proposition",
    "corollary",
    "definition",
    "remark",
    "example",
    "proof",
    "claim",
    "conjecture",
    "assumption",
    "exercise",
    "note",
    "step",
    "question",
    "observation",
    "hypothesis",
    "case",
    "théorème",
    "remarque",
    "définition",
    "exemple",
    "avertissement",
    "satz",
];

/// A paragraph that is, or starts with, a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Depth from 1.
    pub level: u8,
    /// Printed number.
    pub number: Option<String>,
    /// Bytes of the paragraph that are the heading, if running text follows.
    pub end: Option<usize>,
}

/// Returns a heading's words in lower case, without number and final mark.
fn plain_title(text: &str) -> String {
    let title = match numbering(text) {
        Some(numbering) => &text[numbering.prefix..],
        None => text,
    };
    title.trim().trim_end_matches([':', '.', '—']).to_lowercase()
}

/// Tells whether a heading opens the bibliography.
pub fn opens_bibliography(text: &str) -> bool {
    let title = plain_title(text);
    let squeezed = title.chars().filter(|c| !c.is_whitespace());
    BIBLIOGRAPHY.contains(&title.as_str()) || squeezed.eq("references".chars())
}

/// Tells whether a heading inside the bibliography ends it.
pub(super) fn ends_bibliography(text: &str, level: u8) -> bool {
    level <= 1 || numbering(text).is_some() || KNOWN.contains(&plain_title(text).as_str())
}

/// Finds the headings of a document: for each paragraph of each page what it is, if any;
/// `in_contents` says which of them are entries of a table of contents.
pub(super) fn find(
    pages: &[Vec<Paragraph>],
    in_contents: &[Vec<bool>],
    measure: Measure,
) -> Vec<Vec<Option<Found>>> {
    let body_font = body_font(pages);
    let mut candidates = vec![];
    for (page, paragraphs) in pages.iter().enumerate() {
        for (index, paragraph) in paragraphs.iter().enumerate() {
            if in_contents[page][index] || caption(paragraph.text()).is_some() {
                continue;
            }
            let look = Look::of(paragraph, measure, body_font);
            candidates.extend(Candidate::of(paragraph, look, (page, index)));
        }
    }
    let chain = longest_chain(&candidates);
    let mut out: Vec<Vec<Option<Found>>> =
        pages.iter().map(|paragraphs| vec![None; paragraphs.len()]).collect();
    let has_roman = chain.iter().any(|i| candidates[*i].is_scheme(Scheme::Roman));
    let mut levels: FxHashMap<Look, u8> = FxHashMap::default();
    for index in &chain {
        let candidate = &candidates[*index];
        let Some(numbering) = &candidate.numbering else { continue };
        let below_roman = u8::from(has_roman && numbering.scheme == Scheme::Letter);
        let level = numbering.path.len() as u8 + below_roman;
        if candidate.end.is_none() {
            levels.entry(candidate.look).or_insert(level);
        }
        out[candidate.place.0][candidate.place.1] = Some(Found {
            level,
            number: Some(numbering.number.clone()),
            end: candidate.end,
        });
    }
    let numbered = chain.len() >= 3;
    let deepest = out.iter().flatten().flatten().map(|f| f.level).max().unwrap_or(0);
    let recurring = recurring(&candidates, pages, &out, measure);
    for candidate in &candidates {
        let (page, index) = candidate.place;
        let spot = &mut out[page][index];
        if spot.is_some() || candidate.end.is_some() || runs_on(&pages[page], index) {
            continue;
        }
        let paragraph = &pages[page][index];
        *spot = unnumbered(candidate, paragraph, measure, numbered, &levels);
        let stands_alone = recurring.contains(&candidate.look)
            && is_bold_line(candidate, &pages[page], index, measure);
        if spot.is_none() && numbered && stands_alone {
            *spot = Some(Found { level: deepest.min(5) + 1, number: None, end: None });
        }
    }
    drop_repeated(pages, &mut out);
    out
}

/// Takes back headings without a number whose words come again and again: heads of small tables,
/// labels of samples.
fn drop_repeated(pages: &[Vec<Paragraph>], found: &mut [Vec<Option<Found>>]) {
    /// From how many on they are none.
    const MANY: u32 = 3;
    let title = |page: usize, index: usize, found: &Found| {
        let plain = found.number.is_none() && found.end.is_none();
        let title = plain.then(|| plain_title(pages[page][index].text()));
        title.filter(|t| !KNOWN.contains(&t.as_str()))
    };
    let mut times: FxHashMap<String, u32> = FxHashMap::default();
    for (page, spots) in found.iter().enumerate() {
        for (index, spot) in spots.iter().enumerate() {
            if let Some(title) = spot.as_ref().and_then(|f| title(page, index, f)) {
                *times.entry(title).or_default() += 1;
            }
        }
    }
    for (page, spots) in found.iter_mut().enumerate() {
        for (index, spot) in spots.iter_mut().enumerate() {
            let title = spot.as_ref().and_then(|f| title(page, index, f));
            if title.is_some_and(|t| times[&t] >= MANY) {
                *spot = None;
            }
        }
    }
}

/// Tells whether the text of a paragraph goes on in the next one, so that it is no heading.
fn runs_on(paragraphs: &[Paragraph], index: usize) -> bool {
    let own = &paragraphs[index];
    let Some(next) = paragraphs.get(index + 1) else { return false };
    let (Some(last), Some(first)) = (own.lines.last(), next.lines.first()) else {
        return false;
    };
    next.text().starts_with(char::is_lowercase)
        && first.column == last.column
        && (first.y - last.y) < 1.6 * last.size.max(first.size)
        && (last.text().ends_with('-') || last.x1 > last.column_x1 - 2.0 * last.size)
}

/// Looks of bold lines that stand alone over running text, at three places or more: what a paper
/// sets so often is a heading below the numbered ones.
fn recurring(
    candidates: &[Candidate],
    pages: &[Vec<Paragraph>],
    found: &[Vec<Option<Found>>],
    measure: Measure,
) -> FxHashSet<Look> {
    let mut n: FxHashMap<Look, u32> = FxHashMap::default();
    for candidate in candidates {
        let (page, index) = candidate.place;
        if found[page][index].is_none()
            && is_bold_line(candidate, &pages[page], index, measure)
        {
            *n.entry(candidate.look).or_default() += 1;
        }
    }
    n.into_iter().filter(|(_, n)| *n >= 3).map(|(look, _)| look).collect()
}

/// Returns a title without the marks of citations at its end: `Visual Dialogue (VD) [89, 90].`
fn without_marks(title: &str) -> &str {
    let bare = title.trim_end_matches(['.', ' ']);
    let marks = bare.strip_suffix(']').and_then(|t| Some((t, t.rfind('[')?)));
    match marks {
        Some((t, open)) if !t[open + 1..].contains(char::is_alphabetic) => {
            bare[..open].trim_end()
        }
        _ => title,
    }
}

/// Tells whether a candidate is one bold title of its own at the left edge, with a paragraph of
/// running text below.
fn is_bold_line(
    candidate: &Candidate,
    paragraphs: &[Paragraph],
    index: usize,
    measure: Measure,
) -> bool {
    let paragraph = &paragraphs[index];
    let (Some(line), Some(last), Some(next)) =
        (paragraph.lines.first(), paragraph.lines.last(), paragraphs.get(index + 1))
    else {
        return false;
    };
    let Some(below) = next.lines.first() else { return false };
    let text = without_marks(paragraph.text());
    let text = text.trim_start_matches(|c: char| !c.is_alphabetic());
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let body = measure.body;
    let running = (next.size - body).abs() < 0.06 * body
        && !next.styles.is_bold()
        && next.lines.len() >= 2
        && next
            .text()
            .trim_start_matches(['.', ' '])
            .starts_with(|c: char| c.is_uppercase() || !c.is_ascii());
    candidate.look.bold
        && candidate.end.is_none()
        && paragraph.lines.len() <= 2
        && (paragraph.size - body).abs() < 0.12 * body
        && text.starts_with(char::is_uppercase)
        && letters >= 6
        && letters * 10 >= text.chars().filter(|c| !c.is_whitespace()).count() * 8
        && !text.ends_with([':', ',', ';'])
        && line.x0 <= line.column_x0 + 0.5 * body
        && last.x1 < last.column_x1 - 2.0 * body
        && line.cells.len() <= 2
        && running
        && below.column == line.column
        && below.y > last.y
        && below.y - last.y < 2.5 * measure.pitch
        && !STATEMENTS.contains(
            &text
                .split(|c: char| !c.is_alphabetic())
                .next()
                .unwrap_or("")
                .to_lowercase()
                .as_str(),
        )
}

/// Tells whether a text is one of the headings that papers have without a number.
fn is_known(text: &str, title: &str) -> bool {
    KNOWN.contains(&title) || opens_bibliography(text)
}

/// Tells whether a known word stands like a heading, not like the head of a table's column: in the
/// type of other headings, or not in small type and at the edge or the middle of its column.
fn may_be_known(
    candidate: &Candidate,
    paragraph: &Paragraph,
    measure: Measure,
    levels: &FxHashMap<Look, u8>,
) -> bool {
    let Look { bold, capital, .. } = candidate.look;
    let body = measure.body;
    let larger = paragraph.size > 1.05 * body;
    levels.contains_key(&candidate.look)
        || (bold || larger || capital || paragraph.lines.len() == 1)
            && paragraph.size > 0.94 * body
            && at_edge(paragraph, body)
}

/// Tells whether a paragraph starts at the left edge of its column, or stands in its middle.
fn at_edge(paragraph: &Paragraph, body: f32) -> bool {
    let first = &paragraph.lines[0];
    let (left, right) = (first.x0 - first.column_x0, first.column_x1 - first.x1);
    left <= 1.5 * body || (left - right).abs() < 2.0 * body
}

/// Judges a candidate that is not in the chain of numbers.
fn unnumbered(
    candidate: &Candidate,
    paragraph: &Paragraph,
    measure: Measure,
    numbered: bool,
    levels: &FxHashMap<Look, u8>,
) -> Option<Found> {
    let text = paragraph.text();
    let look = candidate.look;
    let title = plain_title(text);
    let body = measure.body;
    let number = candidate.numbering.as_ref().map(|n| n.number.clone());
    if is_known(text, &title) && may_be_known(candidate, paragraph, measure, levels) {
        let level = levels.get(&look).copied().unwrap_or(1);
        return Some(Found { level: level.min(2), number, end: None });
    }
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    let first_word = title.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    let is_statement =
        STATEMENTS.contains(&first_word) && text.contains(|c: char| c.is_ascii_digit());
    let first = &paragraph.lines[0];
    let starts = text.starts_with(|c: char| c.is_uppercase() || !c.is_ascii());
    // A question between numbered headings is one that was asked, in a form or an example.
    let asked = numbered && candidate.numbering.is_none() && text.ends_with('?');
    if text.ends_with('.')
        || asked
        || is_statement
        || is_list_item(text)
        || !starts
        || !at_edge(paragraph, body)
        || letters < 3
        || letters * 2 < text.chars().filter(|c| !c.is_whitespace()).count()
        || first.cells.len() > 2
        || candidate.numbering.is_some() && numbered
    {
        return None;
    }
    if let Some(level) = levels.get(&look) {
        // Where its like has numbers, one without stands below them.
        let below = u8::from(*level > 1 && number.is_none());
        return Some(Found { level: level + below, number, end: None });
    }
    if numbered {
        return None;
    }
    let by_weight =
        look.bold && paragraph.size >= 0.98 * body && paragraph.lines.len() <= 2;
    let by_size = paragraph.size > 1.14 * body && letters > 3;
    if !by_weight && !by_size {
        return None;
    }
    let level = if paragraph.size > 1.14 * body || look.capital { 1 } else { 3 };
    Some(Found { level, number, end: None })
}
