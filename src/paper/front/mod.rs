//! What a paper says of itself before its first section: title, authors, abstract.
//!
//! In: laid-out blocks and the document's own metadata. Out: facts. Metadata of a PDF is believed
//! only where it looks like what it claims to be; most of it was written by a program.

mod authors;
mod places;

pub(super) use self::authors::authors;
use super::reference::names::{fold, is_cjk};
use crate::extract::Info;
use crate::layout::{Block, BlockKind};

/// The title: what the page shows, mended by metadata that says the same.
pub(super) fn title(blocks: &[Block], info: &Info) -> String {
    let mut shown = String::new();
    for block in blocks.iter().filter(|b| b.kind == BlockKind::Title) {
        if !shown.is_empty() {
            shown.push(' ');
        }
        shown.push_str(block.text.trim());
    }
    let shown = strip_mark(&shown);
    let stated = info.title.as_deref().map(str::trim).filter(|t| plausible_title(t));
    match stated {
        Some(stated) if shown.is_empty() => stated.to_owned(),
        Some(stated) if same_title(&shown, stated) => stated.to_owned(),
        _ if !shown.is_empty() => shown,
        _ => blocks
            .first()
            .filter(|b| matches!(b.kind, BlockKind::Heading(_)))
            .map_or(String::new(), |b| b.text.trim().to_owned()),
    }
}

/// Drops footnote marks behind a title.
fn strip_mark(title: &str) -> String {
    title.trim_end_matches(['*', '∗', '†', '‡', '§', ' ', '⋆']).to_owned()
}

/// True if the metadata's title is the shown one, or a clean part of what was taken for it.
fn same_title(shown: &str, stated: &str) -> bool {
    let (shown_folded, stated_folded) = (fold(shown), fold(stated));
    if shown_folded == stated_folded {
        // Keep what is printed unless it shouts or lost its blanks.
        let shouts = !shown.chars().any(char::is_lowercase);
        return shouts
            || stated.split_whitespace().count() > shown.split_whitespace().count();
    }
    // The page's running line or a journal's name was glued to it.
    stated_folded.chars().count() >= 20 && shown_folded.contains(&stated_folded)
}

/// True if metadata's title is one, not a file name or a program's default.
fn plausible_title(title: &str) -> bool {
    let lower = title.to_lowercase();
    let words = title.split_whitespace().count();
    let letters = title.chars().filter(|c| c.is_alphabetic()).count();
    let cjk = title.chars().filter(|c| is_cjk(*c)).count() >= 4;
    let file =
        [".dvi", ".tex", ".doc", ".docx", ".pdf", ".indd", ".ps", ".qxd", ".eps", ".rtf"]
            .iter()
            .any(|e| lower.ends_with(e));
    let default =
        ["microsoft word", "untitled", "powerpoint", "latex", "arxiv:", "title", "doi:"]
            .iter()
            .any(|d| lower.starts_with(d));
    !file
        && !default
        && !lower.contains("pii:")
        && letters * 2 > title.chars().count()
        && (words >= 2 || cjk || letters >= 4)
        && !title.contains(['\\', '_', '\u{fffd}'])
        && title.chars().count() <= 400
}

/// Gives the paragraphs under a heading that says so the kind they have: the abstract.
pub(super) fn find_abstract(blocks: &mut [Block]) {
    if blocks.iter().any(|b| b.kind == BlockKind::Abstract) {
        return;
    }
    let Some(at) = blocks.iter().take(40).position(|b| {
        matches!(b.kind, BlockKind::Heading(_)) && is_abstract_word(&fold(&b.text))
    }) else {
        return;
    };
    for block in &mut blocks[at + 1..] {
        match block.kind {
            BlockKind::Heading(_) => break,
            BlockKind::Paragraph => block.kind = BlockKind::Abstract,
            _ => {}
        }
    }
}

fn is_abstract_word(word: &str) -> bool {
    matches!(
        word,
        "abstract"
            | "summary"
            | "摘要"
            | "概要"
            | "要旨"
            | "resume"
            | "zusammenfassung"
            | "resumen"
    )
}

/// The abstract's text without its own heading.
pub(super) fn abstract_text(blocks: &[Block], info: &Info) -> String {
    let parts: Vec<&str> = blocks
        .iter()
        .filter(|b| b.kind == BlockKind::Abstract)
        .map(|b| strip_abstract_word(&b.text))
        .filter(|t| !t.is_empty())
        .collect();
    if parts.is_empty() {
        return info.abstract_text.clone().unwrap_or_default();
    }
    parts.join(" ")
}

fn strip_abstract_word(text: &str) -> &str {
    let text = text.trim();
    for word in ["Abstract", "ABSTRACT", "Summary", "摘要", "摘 要", "Résumé"] {
        if let Some(rest) = text.strip_prefix(word) {
            let bare =
                rest.trim_start_matches([' ', '.', ':', '—', '–', '-', '：', '\u{3000}']);
            // `Abstract concepts are ...` keeps its first word.
            let marked = rest.len() - bare.len() > 1 || !rest.starts_with(' ');
            if marked || bare.starts_with(char::is_uppercase) {
                return bare;
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_is_doubted() {
        for (title, yes) in [
            ("Microsoft Word - paper.doc", false),
            ("main.dvi", false),
            ("untitled", false),
            ("Attention Is All You Need", true),
            ("视觉语言模型综述", true),
        ] {
            assert_eq!(plausible_title(title), yes, "{title}");
        }
    }
}
