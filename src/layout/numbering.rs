//! Numbers in front of headings, captions and list items, told from the text alone.

/// A number at the start of a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Numbering {
    /// Depth from 1 that the number shows.
    pub level: u8,
    /// Bytes of the text before the title.
    pub prefix: usize,
    /// The number as printed, without a final period.
    pub number: String,
}

/// Returns the number that a heading starts with: `2.4.2 Title`, `IV. TITLE`, `A.1 Title`.
pub(super) fn numbering(text: &str) -> Option<Numbering> {
    arabic(text)
        .or_else(|| worded(text))
        .or_else(|| roman(text))
        .or_else(|| lettered(text))
}

/// Returns a heading's title without its number.
pub fn title_of(heading: &str) -> &str {
    numbering(heading).map_or(heading, |n| heading[n.prefix..].trim_start())
}

fn starts_title(text: &str) -> bool {
    let mut chars = text.trim_start_matches(['“', '"', '(', '‘', '\'']).chars();
    chars.next().is_some_and(|c| c.is_uppercase() || !c.is_ascii() && c.is_alphabetic())
}

/// `1 Title`, `1. Title`, `1.2.3 Title`, `2.1) Title`.
fn arabic(text: &str) -> Option<Numbering> {
    let bytes = text.as_bytes();
    let (mut end, mut parts) = (0, 0u8);
    while end < bytes.len() && bytes[end].is_ascii_digit() {
        let start = end;
        while end < bytes.len() && bytes[end].is_ascii_digit() {
            end += 1;
        }
        if end - start > 2 {
            return None;
        }
        parts = parts.saturating_add(1);
        if bytes.get(end) != Some(&b'.') {
            break;
        }
        end += 1;
    }
    if parts == 0 || parts > 6 {
        return None;
    }
    let number = text[..end].trim_end_matches('.').to_owned();
    let rest = &text[end..];
    let rest = if rest.starts_with(')') { &rest[1..] } else { rest };
    let set_off = rest.starts_with([' ', '\u{2003}', '|']) || bytes[end - 1] == b'.';
    let title = rest.trim_start_matches([' ', '\u{2003}', '|', '.']);
    if !set_off
        || !(starts_title(title) || parts > 1 && title.starts_with(char::is_alphabetic))
    {
        return None;
    }
    Some(Numbering { level: parts, prefix: text.len() - title.len(), number })
}

/// `Appendix A: Title`, `Chapter 3 Title`, `Part II`.
fn worded(text: &str) -> Option<Numbering> {
    let lower = text.get(..9.min(text.len()))?.to_lowercase();
    let word = ["appendix ", "chapter ", "part ", "section "]
        .into_iter()
        .find(|word| lower.starts_with(word))?;
    let rest = &text[word.len()..];
    let number: String =
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
    let is_number = number.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        || number.trim_end_matches('.').len() == 1
            && number.starts_with(char::is_uppercase)
        || number.len() <= 5 && number.bytes().all(|b| b"IVX.".contains(&b));
    if number.is_empty() || !is_number {
        return None;
    }
    let title = rest[number.len()..].trim_start_matches([' ', ':', '.', '-', '–', '—']);
    let number = number.trim_end_matches('.').to_owned();
    Some(Numbering { level: 1, prefix: text.len() - title.len(), number })
}

/// `IV. TITLE`.
fn roman(text: &str) -> Option<Numbering> {
    let digits = text.bytes().take_while(|b| b"IVX".contains(b)).count();
    if digits == 0 || digits > 5 {
        return None;
    }
    let title = text[digits..].strip_prefix(". ")?.trim_start();
    if !starts_title(title) {
        return None;
    }
    let number = text[..digits].to_owned();
    Some(Numbering { level: 1, prefix: text.len() - title.len(), number })
}

/// `A. Title`, `A.1 Title`, `A Title`.
fn lettered(text: &str) -> Option<Numbering> {
    let bytes = text.as_bytes();
    if bytes.len() < 4 || !bytes[0].is_ascii_uppercase() {
        return None;
    }
    if bytes[1] == b'.' && bytes[2] == b' ' && starts_title(&text[3..]) {
        let number = text[..1].to_owned();
        return Some(Numbering { level: 2, prefix: 3, number });
    }
    let dotted = bytes[1] == b'.' && bytes[2].is_ascii_digit();
    if dotted || bytes[1].is_ascii_digit() {
        let end = 1 + text[1..]
            .bytes()
            .take_while(|b| b.is_ascii_digit() || *b == b'.')
            .count();
        let number = text[..end].trim_end_matches('.').to_owned();
        let title = text[end..].trim_start();
        let level = 1 + number[1..].split('.').filter(|p| !p.is_empty()).count();
        if text[end..].starts_with(' ') && starts_title(title) && level < 6 {
            let prefix = text.len() - title.len();
            return Some(Numbering { level: level as u8, prefix, number });
        }
    }
    None
}

/// What a caption belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CaptionOf {
    /// A figure, scheme or plate.
    Figure,
    /// A table.
    Table,
    /// An algorithm or a listing.
    Code,
}

/// Words that open a caption.
const CAPTION_WORDS: [(&str, CaptionOf); 22] = [
    ("Figure ", CaptionOf::Figure),
    ("Figures ", CaptionOf::Figure),
    ("FIGURE ", CaptionOf::Figure),
    ("Fig. ", CaptionOf::Figure),
    ("Fig ", CaptionOf::Figure),
    ("FIG. ", CaptionOf::Figure),
    ("Fig.", CaptionOf::Figure),
    ("Scheme ", CaptionOf::Figure),
    ("Abbildung ", CaptionOf::Figure),
    ("Рис. ", CaptionOf::Figure),
    ("图 ", CaptionOf::Figure),
    ("图", CaptionOf::Figure),
    ("図", CaptionOf::Figure),
    ("Table ", CaptionOf::Table),
    ("TABLE ", CaptionOf::Table),
    ("Tab. ", CaptionOf::Table),
    ("Tableau ", CaptionOf::Table),
    ("Tabelle ", CaptionOf::Table),
    ("表", CaptionOf::Table),
    ("Algorithm ", CaptionOf::Code),
    ("Listing ", CaptionOf::Code),
    ("Box ", CaptionOf::Figure),
];

/// Tells whether a text is a caption, and of what: `Figure 3: ...`, `TABLE IV`, `Table A.1. ...`.
pub(super) fn caption(text: &str) -> Option<CaptionOf> {
    let text = text.trim_start();
    let (word, of) =
        CAPTION_WORDS.into_iter().find(|(word, _)| text.starts_with(word))?;
    let rest = text[word.len()..].trim_start();
    let number: &str = &rest[..rest
        .find(|c: char| !(c.is_ascii_alphanumeric() || c == '.' || c == '-'))
        .unwrap_or(rest.len())];
    let number = number.trim_end_matches(['.', '-']);
    if number.is_empty() || number.len() > 6 || !number.is_char_boundary(1) {
        return None;
    }
    let is_number = number.starts_with(|c: char| c.is_ascii_digit())
        || number.bytes().all(|b| b"IVXLS0123456789".contains(&b))
        || number.starts_with(|c: char| c.is_ascii_uppercase())
            && (number.len() == 1 || number[1..].contains(|c: char| c.is_ascii_digit()));
    let after = &rest[number.len()..];
    let sets_off = [":", ".", " |", " –", " —", " -", "："];
    let ends = after.is_empty() || sets_off.iter().any(|mark| after.starts_with(mark));
    let loose = word == "TABLE " || word == "Algorithm " || !word.is_ascii();
    (is_number && (ends || loose)).then_some(of)
}

/// Tells whether a text opens an item of a list: a bullet, `(a)`, `1)`, `i.`.
pub(super) fn is_list_item(text: &str) -> bool {
    let text = text.trim_start();
    let mut chars = text.chars();
    let Some(first) = chars.next() else { return false };
    if "•◦▪▸►‣·∙●○■□–✓✗➢❖⋆◆".contains(first) {
        return chars.next().is_none_or(char::is_whitespace);
    }
    let inner = text.strip_prefix('(').unwrap_or(text);
    let label =
        inner.len() - inner.trim_start_matches(|c: char| c.is_ascii_alphanumeric()).len();
    if label == 0 || label > 4 {
        return false;
    }
    let (label, rest) = inner.split_at(label);
    let is_label = label.bytes().all(|b| b.is_ascii_digit()) && label.len() <= 2
        || label.len() == 1
        || label.bytes().all(|b| b"ivx".contains(&b));
    let closed = rest.starts_with(") ");
    let dotted = rest.starts_with(". ")
        && inner.len() == text.len()
        && label.bytes().all(|b| b.is_ascii_digit());
    is_label && (closed || dotted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Option<(u8, String, &str)> {
        numbering(text).map(|n| (n.level, n.number, &text[n.prefix..]))
    }

    #[test]
    fn headings_show_their_depth() {
        assert_eq!(number("2.4.2 Basics"), Some((3, "2.4.2".into(), "Basics")));
        assert_eq!(number("1. Introduction"), Some((1, "1".into(), "Introduction")));
        assert_eq!(number("IV. METHOD"), Some((1, "IV".into(), "METHOD")));
        assert_eq!(number("B. Training"), Some((2, "B".into(), "Training")));
        assert_eq!(number("A.1 Proofs"), Some((2, "A.1".into(), "Proofs")));
        assert_eq!(number("Appendix C: Data"), Some((1, "C".into(), "Data")));
        assert_eq!(number("2020 was a year"), None);
        assert_eq!(number("3 apples"), None);
        assert_eq!(number("É"), None);
    }

    #[test]
    fn captions_are_told_from_mentions() {
        assert_eq!(caption("Figure 3: A cat"), Some(CaptionOf::Figure));
        assert_eq!(caption("TABLE IV"), Some(CaptionOf::Table));
        assert_eq!(caption("Table A.1. Data"), Some(CaptionOf::Table));
        assert_eq!(caption("Figure 3 shows a cat"), None);
        assert_eq!(caption("Figure É: x"), None);
        assert_eq!(caption("Tables are nice"), None);
    }

    #[test]
    fn list_items() {
        for item in ["• one", "(a) two", "1) three", "2. four", "iv) five"] {
            assert!(is_list_item(item), "{item}");
        }
        for other in ["word", "a. b", "2.5 x", "–", "(see) it"] {
            assert_eq!(is_list_item(other), other == "–", "{other}");
        }
    }
}
