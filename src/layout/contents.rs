//! Tables of contents: which paragraphs only repeat the headings.

use super::line::Line;
use super::paragraph::Paragraph;

/// Titles of a table of contents.
const TITLES: [&str; 12] = [
    "contents",
    "table of contents",
    "table of content",
    "table des matières",
    "inhalt",
    "inhaltsverzeichnis",
    "sommaire",
    "índice",
    "оглавление",
    "содержание",
    "目录",
    "目次",
];

/// So many lines tell whether a page goes on with a table of contents.
const OPENING: usize = 6;

/// Tells for each paragraph of each page whether it belongs to a table of contents; its title does
/// not.
pub(super) fn contents(pages: &[Vec<Paragraph>]) -> Vec<Vec<bool>> {
    let mut inside = false;
    let mut out = vec![];
    for page in pages {
        // A page of entries, or one that opens with some, goes on with the table that the page
        // before began.
        let mostly = |most: usize| {
            let lines = || page.iter().flat_map(|p| &p.lines).take(most);
            lines().filter(|l| is_entry(l)).count() * 2 >= lines().count()
        };
        inside = inside && (mostly(OPENING) || mostly(usize::MAX));
        let mut flags = vec![];
        for paragraph in page {
            if is_title(paragraph.text()) {
                inside = true;
                flags.push(false);
                continue;
            }
            let lines = &paragraph.lines;
            let n_entries = lines.iter().filter(|line| is_entry(line)).count();
            let n_leaders = lines.iter().filter(|line| has_leader(line.text())).count();
            let prose = lines.len() >= 3 && n_entries * 3 < lines.len();
            inside = inside && !prose;
            flags.push(
                inside && n_entries * 2 >= lines.len()
                    || n_leaders * 3 >= lines.len() * 2,
            );
        }
        out.push(flags);
    }
    out
}

/// Tells whether a text is the title of a table of contents.
pub fn is_title(text: &str) -> bool {
    text.len() < 60 && TITLES.contains(&text.trim().to_lowercase().as_str())
}

/// An entry ends in a page number.
fn is_entry(line: &Line) -> bool {
    let text = line.text().trim_end();
    let number = text.len() - text.trim_end_matches(|c: char| c.is_ascii_digit()).len();
    (1..=4).contains(&number)
        && text[..text.len() - number].ends_with([' ', '.', '…', '·'])
        && text.chars().any(char::is_alphabetic)
        || has_leader(text)
}

/// Dots that lead to a page number.
fn has_leader(text: &str) -> bool {
    let dots = |pattern: &str| text.contains(pattern);
    let ends_in_number = text.trim_end().ends_with(|c: char| c.is_ascii_digit());
    ends_in_number && (dots(". . . .") || dots(".....") || dots("....") || dots("……"))
}
