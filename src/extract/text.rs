//! Plain text to elements: paragraphs, and headings guessed from their look.
//!
//! Paragraphs are parted by blank lines or form feeds (which count pages). A heading is a short line of
//! its own with a number before it, underlined, in capitals, or of a well-known name. The guess is
//! soft: what is no clear heading stays a paragraph, and no word is dropped.

use super::input::Limits;
use super::{Element, ElementKind, ExtractError, Fault, Marked, MarkedReference, Markup};
use super::{charset, prose};

/// Names of sections that are a heading without a number.
const KNOWN: [&str; 24] = [
    "abstract",
    "introduction",
    "background",
    "related work",
    "method",
    "methods",
    "methodology",
    "experiments",
    "results",
    "evaluation",
    "discussion",
    "conclusion",
    "conclusions",
    "acknowledgments",
    "acknowledgements",
    "references",
    "bibliography",
    "appendix",
    "摘要",
    "引言",
    "结论",
    "参考文献",
    "致谢",
    "附录",
];

/// Reads a plain text.
pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Marked, ExtractError> {
    let text = charset::decode(bytes, None);
    let mut out = Marked { markup: Markup::Guessed, ..Marked::default() };
    let paged = text.contains('\u{C}');
    let mut reader = Reader { in_references: false, out: &mut out };
    for (index, page) in text.split('\u{C}').enumerate() {
        let page_no = paged.then_some(index as u32 + 1);
        for lines in paragraphs(page) {
            if reader.out.elements.len() >= limits.max_elements {
                let what =
                    format!("only the first {} paragraphs are read", limits.max_elements);
                out.faults.push(Fault { page: page_no, what });
                return Ok(out);
            }
            reader.paragraph(&lines, page_no);
        }
    }
    Ok(out)
}

/// Runs of lines between blank ones; an underlined line, and what looks like a numbered heading
/// before its text, stand apart.
fn paragraphs(page: &str) -> Vec<Vec<&str>> {
    let mut out = Vec::new();
    let mut run: Vec<&str> = Vec::new();
    for line in page.lines() {
        if line.trim().is_empty() {
            out.push(std::mem::take(&mut run));
        } else if run.len() == 1 && underline(line).is_some() {
            run.push(line);
            out.push(std::mem::take(&mut run));
        } else {
            run.push(line);
        }
    }
    out.push(run);
    out.retain(|lines| !lines.is_empty());
    out
}

fn underline(line: &str) -> Option<u8> {
    let line = line.trim();
    let is = |c: char| line.len() >= 3 && line.chars().all(|x| x == c);
    if is('=') {
        Some(1)
    } else if is('-') || is('~') {
        Some(2)
    } else {
        None
    }
}

struct Reader<'a> {
    in_references: bool,
    out: &'a mut Marked,
}

impl Reader<'_> {
    fn paragraph(&mut self, lines: &[&str], page: Option<u32>) {
        if let [line, below] = lines
            && let Some(level) = underline(below)
        {
            return self.heading(line, level, page);
        }
        let text = joined(lines);
        if self.out.elements.is_empty() && lines.len() <= 2 && is_title(&text) {
            self.out.info.title = Some(text.clone());
            return self.push(ElementKind::Title, text, page);
        }
        if let [line] = lines
            && let Some(level) = heading_level(line)
        {
            return self.heading(line, level, page);
        }
        if self.in_references {
            let key = format!("ref-{}", self.out.references.len() + 1);
            self.out.references.push(MarkedReference { key, text, fields: Vec::new() });
            return;
        }
        let abstracted = matches!(&self.out.elements[..], [.., Element { kind: ElementKind::Heading(..), text, .. }]
            if ["abstract", "摘要"].contains(&text.to_lowercase().as_str()));
        self.push(
            if abstracted { ElementKind::Abstract } else { ElementKind::Paragraph },
            text,
            page,
        );
    }

    fn heading(&mut self, line: &str, level: u8, page: Option<u32>) {
        let (number, title) = prose::split_number(line);
        let title = prose::squeeze(title);
        self.in_references = ["references", "bibliography", "参考文献"]
            .contains(&title.to_lowercase().as_str());
        self.push(ElementKind::Heading(level, number), title, page);
    }

    fn push(&mut self, kind: ElementKind, text: String, page: Option<u32>) {
        self.out.elements.push(Element { kind, text, page, ..Element::default() });
    }
}

/// Joins lines with blanks; a hyphen at a line's end keeps its word together.
fn joined(lines: &[&str]) -> String {
    let mut out = String::new();
    for line in lines {
        let line = line.trim();
        let hyphen = out.ends_with('-') && line.starts_with(char::is_lowercase);
        if !hyphen && !out.is_empty() {
            out.push('\n');
        }
        out.push_str(line);
    }
    prose::squeeze(&out)
}

fn is_title(text: &str) -> bool {
    let n_words = text.split_whitespace().count();
    let n_chars = text.chars().count();
    (3..=200).contains(&n_chars) && n_words <= 30 && !ends_like_a_sentence(text)
}

fn ends_like_a_sentence(text: &str) -> bool {
    text.ends_with(['.', ',', ';', ':', '。', '，', '；', '：'])
}

/// Tells whether a line alone in its paragraph is a heading, and how deep.
fn heading_level(line: &str) -> Option<u8> {
    let line = line.trim();
    if line.chars().count() > 90 || ends_like_a_sentence(line) {
        return None;
    }
    let (number, title) = prose::split_number(line);
    if KNOWN.contains(&title.to_lowercase().as_str()) {
        return Some(1);
    }
    let starts_high =
        title.starts_with(|c: char| c.is_uppercase() || prose::is_unspaced(c));
    if let Some(number) = number {
        let years = number.len() == 4;
        return (starts_high && !years).then_some(number.split('.').count().min(6) as u8);
    }
    let letters = title.chars().filter(|c| c.is_alphabetic()).count();
    let capitals = title.chars().filter(|c| c.is_uppercase()).count();
    (letters >= 4 && capitals == letters && title.split_whitespace().count() <= 10)
        .then_some(1)
}
