//! Numbers in front of headings, captions and list items, told from the text alone.

/// In which signs a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scheme {
    /// `2.4.2`
    Arabic,
    /// `IV`
    Roman,
    /// `B`, `B.2`
    Letter,
}

/// A number at the start of a heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Numbering {
    /// How it is written.
    pub scheme: Scheme,
    /// Its parts.
    pub path: Vec<u16>,
    /// Bytes of the text before the title.
    pub prefix: usize,
    /// The number as printed, without a final period.
    pub number: String,
}

impl Numbering {
    /// Tells whether this number may be that of the heading after the one numbered `before`.
    pub(super) fn follows(&self, before: &Numbering) -> bool {
        use Scheme::{Arabic, Letter, Roman};
        let step = |a: u16, b: u16| b > a && b <= a + 2;
        match (before.scheme, self.scheme) {
            (Arabic, Arabic) | (Letter, Letter) => {
                let (a, b) = (&before.path, &self.path);
                let depth = b.len();
                if depth == a.len() + 1 {
                    return b.starts_with(a) && b[depth - 1] <= 2;
                }
                // The first part of a later section, whose own heading has lost its number.
                let opens = depth == 2 && b[1] == 1 && b[0] > a[0] && b[0] <= a[0] + 4;
                opens
                    || depth <= a.len()
                        && a[..depth - 1] == b[..depth - 1]
                        && step(a[depth - 1], b[depth - 1])
            }
            (Roman, Roman) => step(before.path[0], self.path[0]),
            (Arabic | Roman, Letter) => self.path[0] == 1 && self.path.len() == 1,
            (Letter, Roman) => self.path[0] > 1 && before.path.len() == 1,
            (Letter, Arabic) | (Roman, Arabic) | (Arabic, Roman) => false,
        }
    }

    /// Tells whether a document's headings may start with this number.
    pub(super) fn is_first(&self) -> bool {
        self.path.iter().all(|part| *part <= 2)
    }
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
    let mut end = 0;
    let mut path: Vec<u16> = vec![];
    while end < bytes.len() && bytes[end].is_ascii_digit() {
        let start = end;
        while end < bytes.len() && bytes[end].is_ascii_digit() {
            end += 1;
        }
        if end - start > 3 {
            return None;
        }
        path.push(text[start..end].parse().ok()?);
        if bytes.get(end) != Some(&b'.') {
            break;
        }
        end += 1;
    }
    if path.is_empty() || path.len() > 6 {
        return None;
    }
    let number = text[..end].trim_end_matches('.').to_owned();
    let rest = &text[end..];
    let rest = rest.strip_prefix(')').unwrap_or(rest);
    let set_off = rest.starts_with([' ', '\u{2003}', '|']) || bytes[end - 1] == b'.';
    let title = rest.trim_start_matches([' ', '\u{2003}', '|', '.']);
    let plain_start = path.len() > 1 && title.starts_with(char::is_alphabetic);
    if !set_off || !(starts_title(title) || plain_start) {
        return None;
    }
    let prefix = text.len() - title.len();
    Some(Numbering { scheme: Scheme::Arabic, path, prefix, number })
}

/// `Appendix A: Title`, `Chapter 3 Title`, `Part II`.
fn worded(text: &str) -> Option<Numbering> {
    let head = text.get(..9.min(text.len()))?;
    let opens = |word: &&str| {
        head.get(..word.len()).is_some_and(|start| start.eq_ignore_ascii_case(word))
    };
    let word = ["appendix ", "chapter ", "part ", "section "].into_iter().find(opens)?;
    let rest = &text[word.len()..];
    let number: String =
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
    let title = rest[number.len()..].trim_start_matches([' ', ':', '.', '-', '–', '—']);
    let number = number.trim_end_matches('.').to_owned();
    let (scheme, path) = if let Ok(n) = number.parse() {
        (Scheme::Arabic, vec![n])
    } else if number.len() == 1 && number.starts_with(char::is_uppercase) {
        (Scheme::Letter, vec![letter(&number)])
    } else {
        (Scheme::Roman, vec![roman_value(&number)?])
    };
    Some(Numbering { scheme, path, prefix: text.len() - title.len(), number })
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
    let path = vec![roman_value(&number)?];
    let prefix = text.len() - title.len();
    Some(Numbering { scheme: Scheme::Roman, path, prefix, number })
}

/// Returns the value of a roman number of one to five digits.
fn roman_value(number: &str) -> Option<u16> {
    let value = |b: u8| match b {
        b'I' => Some(1),
        b'V' => Some(5),
        b'X' => Some(10),
        _ => None,
    };
    let digits: Vec<u16> = number.bytes().map(value).collect::<Option<_>>()?;
    if digits.is_empty() || digits.len() > 5 {
        return None;
    }
    let mut sum = 0i32;
    for (i, digit) in digits.iter().enumerate() {
        let smaller = digits.get(i + 1).is_some_and(|next| next > digit);
        sum += if smaller { -i32::from(*digit) } else { i32::from(*digit) };
    }
    u16::try_from(sum).ok().filter(|n| *n > 0)
}

/// Returns the place of a capital in the alphabet, from 1.
fn letter(text: &str) -> u16 {
    u16::from(text.bytes().next().unwrap_or(b'A').saturating_sub(b'A')) + 1
}

/// `A. Title`, `A.1 Title`, `A Title`.
fn lettered(text: &str) -> Option<Numbering> {
    let bytes = text.as_bytes();
    if bytes.len() < 4 || !bytes[0].is_ascii_uppercase() {
        return None;
    }
    let end =
        1 + text[1..].bytes().take_while(|b| b.is_ascii_digit() || *b == b'.').count();
    let title = text[end..].trim_start();
    // Some classes set the period a little apart.
    let title = title.strip_prefix(". ").unwrap_or(title).trim_start();
    if !text[end..].starts_with(' ') || !starts_title(title) {
        return None;
    }
    let number = text[..end].trim_end_matches('.').to_owned();
    let mut path = vec![letter(text)];
    for part in number[1..].split('.').filter(|part| !part.is_empty()) {
        path.push(part.parse().ok().filter(|n| *n < 100)?);
    }
    let prefix = text.len() - title.len();
    (path.len() < 6).then_some(Numbering { scheme: Scheme::Letter, path, prefix, number })
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
    let first = text.bytes().next();
    let opens = |word: &str| word.bytes().next() == first && text.starts_with(word);
    let (word, of) = *CAPTION_WORDS.iter().find(|(word, _)| opens(word))?;
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
    // `Fig. 2 Illustration of`, as Springer has it; `Fig. 2 shows` is a sentence.
    let titled =
        after.strip_prefix(' ').is_some_and(|t| t.starts_with(char::is_uppercase));
    let ends = after.is_empty()
        || titled && word.is_ascii()
        || sets_off.iter().any(|mark| after.starts_with(mark));
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

    fn number(text: &str) -> Option<(usize, String, &str)> {
        numbering(text).map(|n| (n.path.len(), n.number, &text[n.prefix..]))
    }

    #[test]
    fn headings_show_their_depth() {
        assert_eq!(number("2.4.2 Basics"), Some((3, "2.4.2".into(), "Basics")));
        assert_eq!(number("1. Introduction"), Some((1, "1".into(), "Introduction")));
        assert_eq!(number("IV. METHOD"), Some((1, "IV".into(), "METHOD")));
        assert_eq!(number("B. Training"), Some((1, "B".into(), "Training")));
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
