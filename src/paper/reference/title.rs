//! Where the title of a bibliography entry ends, and what the rest says of its venue.
//!
//! In: an entry from its title on. Out: the title, the venue as printed. A title is ended by a
//! period or by a comma, as the marks behind the authors told; a quoted one by its quotation mark.

use super::names::is_cjk;
use super::years;

/// The mark that ends a title in this style.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// `Title. Venue`
    Period,
    /// `Title, venue`
    Comma,
}

/// Words with which a venue starts.
const VENUE_STARTS: [&str; 38] = [
    "in ",
    "in: ",
    "in:",
    "arxiv",
    "corr",
    "proc",
    "advances in",
    "journal",
    "j.",
    "ieee",
    "acm",
    "trans",
    "nature",
    "science",
    "pmlr",
    "neurips",
    "nips",
    "icml",
    "iclr",
    "cvpr",
    "eccv",
    "iccv",
    "acl",
    "emnlp",
    "naacl",
    "aaai",
    "ijcai",
    "tech",
    "technical report",
    "ph.d",
    "phd",
    "master",
    "international conference",
    "lecture notes",
    "preprint",
    "openai blog",
    "springer",
    "annals",
];

/// Abbreviations whose period ends no title.
const ABBREVIATIONS: [&str; 16] = [
    "vs", "v", "e.g", "i.e", "etc", "st", "no", "vol", "dr", "mr", "mrs", "u.s", "cf",
    "eq", "fig", "approx",
];

/// True for a mark that opens a quotation.
pub(super) fn opens_quote(c: char) -> bool {
    matches!(c, '“' | '"' | '„' | '«' | '‘' | '‟' | '”')
}

/// Splits a title off the text: the title without its marks, and what follows it.
pub(super) fn cut_title(text: &str, end: End) -> (String, &str) {
    if let Some((title, rest)) = quoted(text) {
        return (clean(title), rest);
    }
    if is_no_title(text) {
        return (String::new(), text);
    }
    let by_period = period_end(text);
    let (at, len) = match end {
        End::Period => by_period,
        End::Comma => match comma_end(text) {
            Some(0) => return (String::new(), text),
            Some(at) if at < by_period.0 => (at, 1),
            _ => by_period,
        },
    };
    (clean(&text[..at]), text[at + len..].trim_start())
}

/// True if the entry goes on with its venue, an address or a number: it names no title.
fn is_no_title(text: &str) -> bool {
    let lower: String = text.chars().take(12).flat_map(char::to_lowercase).collect();
    lower.starts_with("arxiv:")
        || lower.starts_with("arxiv preprint")
        || lower.starts_with("http")
        || lower.starts_with("www.")
        || lower.starts_with("doi:")
        || lower.starts_with("in: ")
        || abbreviated_venue(text)
        || !text.contains(|c: char| c.is_alphabetic())
}

/// `Phys. Rev. Lett. 12, 345 (1999)`: abbreviated words, then a volume.
fn abbreviated_venue(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let mut abbreviations = 0;
    for word in words.by_ref().take(6) {
        let plain = word.trim_end_matches(',');
        if plain.starts_with(|c: char| c.is_ascii_digit()) {
            return abbreviations > 0;
        }
        let short = plain.ends_with('.') && plain.len() <= 8;
        if !word.starts_with(char::is_uppercase) {
            return false;
        }
        abbreviations += usize::from(short);
        if !short && word.ends_with(',') {
            return false;
        }
    }
    false
}

/// A title in quotation marks that stands at the start: the title, and what follows.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let open = text.chars().next().filter(|c| opens_quote(*c))?;
    let inner = &text[open.len_utf8()..];
    let closes: &[char] = match open {
        '“' | '‟' | '”' | '"' => &['”', '"', '“'],
        '„' => &['“', '”'],
        '«' => &['»'],
        _ => &['’'],
    };
    let mut depth = 0;
    for (at, c) in inner.char_indices() {
        if c == '“' && open != '„' && at > 0 && inner[..at].ends_with([' ', '(']) {
            depth += 1;
            continue;
        }
        if !closes.contains(&c) {
            continue;
        }
        let after = &inner[at + c.len_utf8()..];
        if depth > 0 {
            depth -= 1;
            continue;
        }
        // An apostrophe closes nothing.
        if c == '’' && after.starts_with(char::is_alphanumeric) {
            continue;
        }
        let follows = after.trim_start();
        let complete = inner[..at].ends_with([',', '.', '?', '!'])
            || follows.is_empty()
            || follows.starts_with([',', '.', '(', '['])
            || follows.starts_with("in ")
            || follows.starts_with(|c: char| c.is_uppercase());
        // `“Cloze procedure”: A new tool`: the quotation is a part of the title.
        if !complete || follows.starts_with(':') {
            return None;
        }
        return Some((&inner[..at], follows.trim_start_matches([',', '.', ' '])));
    }
    None
}

/// Byte of the mark that ends a title before a new sentence, and the length of the mark.
fn period_end(text: &str) -> (usize, usize) {
    let mut brackets = 0_i32;
    for (at, c) in text.char_indices() {
        let after = &text[at + c.len_utf8()..];
        match c {
            '(' => brackets += 1,
            ')' => brackets -= 1,
            // `[J]`, `[C]//`, `[EB/OL]` of GB/T 7714
            '[' if kind_mark(after).is_some() => {
                return (at, 1 + kind_mark(after).unwrap_or(0));
            }
            '。' | '．' => return (at, c.len_utf8()),
            '.' if brackets <= 0 && period_ends(&text[..at], after) => return (at, 1),
            '?' | '!' | '？' | '！' if brackets <= 0 && venue_follows(after) => {
                return (at + c.len_utf8(), 0);
            }
            ',' if brackets <= 0 && ends_by_source(after) => return (at, 1),
            _ => {}
        }
    }
    (tail_start(text), 0)
}

/// Bytes of a kind mark and what belongs to it, behind its opening bracket.
fn kind_mark(after: &str) -> Option<usize> {
    let end = after.find(']').filter(|i| (1..=6).contains(i))?;
    let kind = after[..end].split('/').all(|part| {
        matches!(
            part.trim(),
            "J" | "C"
                | "M"
                | "D"
                | "R"
                | "S"
                | "P"
                | "N"
                | "A"
                | "Z"
                | "G"
                | "EB"
                | "DB"
                | "OL"
                | "CP"
        )
    });
    let slashes = after[end + 1..].len()
        - after[end + 1..].trim_start_matches(['/', '.', ',', ' ']).len();
    kind.then_some(end + 1 + slashes)
}

fn period_ends(before: &str, after: &str) -> bool {
    let gap = after.trim_start();
    if gap.is_empty() {
        return true;
    }
    // A period without a blank ends nothing, but pages lose blanks before `In` and digits.
    if gap.len() == after.len()
        && !after.starts_with("In ")
        && !after.starts_with("arXiv")
    {
        return before.ends_with(is_cjk);
    }
    let word = before.rsplit([' ', '(']).next().unwrap_or("").to_lowercase();
    if ABBREVIATIONS.contains(&word.as_str()) {
        return false;
    }
    let next = gap.chars().next().unwrap_or(' ');
    next.is_uppercase()
        || next.is_ascii_digit() && !word.ends_with(|c: char| c.is_ascii_digit())
        || next.is_ascii_digit() && years::leading_year(gap).is_some()
        || is_cjk(next)
        || opens_quote(next)
        || matches!(next, '(' | '[' | '/')
        || starts_venue(gap)
        || [
            "http",
            "url",
            "doi",
            "available",
            "pages",
            "pp.",
            "eprint",
            "e-print",
            "bioRxiv",
        ]
        .iter()
        .any(|w| gap.to_lowercase().starts_with(w))
}

/// True if what follows a question mark is a venue, or nothing.
fn venue_follows(after: &str) -> bool {
    let gap = after.trim_start_matches([' ', '.', ',', '”', '"']);
    if gap.is_empty()
        || starts_venue(gap)
        || gap.starts_with("http")
        || gap.starts_with('(')
    {
        return true;
    }
    // A short run up to a comma or number: `Neurocomputing 311, 291`
    let head: &str = gap.split([',', '.', ':']).next().unwrap_or("");
    let words = head.split_whitespace().count();
    let capitals = head
        .split_whitespace()
        .filter(|w| w.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit()))
        .count();
    gap.starts_with(char::is_uppercase)
        && words <= 7
        && capitals * 2 > words
        && gap.contains(|c: char| c.is_ascii_digit())
        && gap[head.len()..].starts_with(',')
}

fn starts_venue(text: &str) -> bool {
    let lower: String = text.chars().take(26).flat_map(char::to_lowercase).collect();
    VENUE_STARTS.iter().any(|v| lower.starts_with(v))
}

/// `, in: ...` and `, arXiv preprint ...` end a title in every style.
fn ends_by_source(after: &str) -> bool {
    let gap = after.trim_start();
    gap.starts_with("in: ")
        || gap.starts_with("In: ")
        || gap.starts_with("arXiv preprint")
        || gap.starts_with("arXiv:")
        || gap.starts_with("in Proc")
        || gap.starts_with("CoRR abs")
}

/// The comma behind which the venue stands; `Some(0)` if the text starts with the venue.
fn comma_end(text: &str) -> Option<usize> {
    let mut starts = vec![0];
    let mut brackets = 0_i32;
    for (at, c) in text.char_indices() {
        match c {
            '(' => brackets += 1,
            ')' => brackets -= 1,
            ',' if brackets <= 0 => starts.push(at + 1),
            _ => {}
        }
    }
    for (i, start) in starts.iter().enumerate() {
        let end = starts.get(i + 1).map_or(text.len(), |s| s - 1);
        let chunk = text[*start..end].trim();
        let next = starts.get(i + 1).map(|s| text[*s..].trim_start()).unwrap_or("");
        if is_venue_chunk(chunk, next, i == 0) {
            return Some(if i == 0 { 0 } else { start - 1 });
        }
    }
    None
}

fn is_venue_chunk(chunk: &str, next: &str, first: bool) -> bool {
    let words = chunk.split_whitespace().count();
    let numbered = chunk.rsplit(' ').next().is_some_and(|w| {
        w.starts_with(|c: char| c.is_ascii_digit()) || w.starts_with('(')
    });
    let number_next = next.starts_with(|c: char| c.is_ascii_digit())
        || next.starts_with("vol")
        || next.starts_with("pp");
    let capital = chunk.starts_with(char::is_uppercase);
    if first {
        // `ApJ, 800, 12` and `Phys. Rev. Lett. 12, 345`
        return capital
            && words <= 5
            && number_next
            && (words == 1 || chunk.contains('.'));
    }
    starts_venue(chunk)
        || years::leading_year(chunk).is_some_and(|(_, len)| len == chunk.len())
        || chunk.starts_with('(')
        || chunk.starts_with("http")
        || capital && words <= 12 && (numbered && words > 1 || number_next)
}

/// Where a title without an end mark stops: before the year, the pages or an address.
fn tail_start(text: &str) -> usize {
    let mut end = text.len();
    for sign in
        [" (19", " (20", " http", ", 19", ", 20", " URL", " doi:", " arXiv:", " [Online]"]
    {
        if let Some(at) = text.find(sign).filter(|at| *at > 0) {
            end = end.min(at);
        }
    }
    end
}

fn clean(title: &str) -> String {
    let mut title = title.trim().trim_end_matches([',', '.', ';', ' ']).trim();
    for (open, close) in [('“', '”'), ('"', '"'), ('{', '}')] {
        if let Some(inner) = title.strip_prefix(open).and_then(|t| t.strip_suffix(close))
            && !inner.contains([open, close])
        {
            title = inner;
        }
    }
    title.trim_end_matches([',', '.', ';', ' ']).to_owned()
}

/// Returns the venue named at the start of the text, as printed and without volume and pages.
pub(super) fn venue(rest: &str) -> Option<String> {
    let rest = rest.trim_start_matches([' ', '.', ',', ':', '/', '-', '–']);
    let rest = ["In: ", "In:", "In ", "in: ", "in:", "in "]
        .iter()
        .find_map(|p| rest.strip_prefix(p))
        .unwrap_or(rest)
        .trim_start();
    let lower = rest.to_lowercase();
    if lower.starts_with("arxiv") || lower.starts_with("corr") {
        return Some("arXiv".to_owned());
    }
    if rest.is_empty()
        || ["http", "url", "pages", "pp.", "doi", "available", "(", "["]
            .iter()
            .any(|p| lower.starts_with(p))
        || years::leading_year(rest).is_some_and(|(_, n)| rest[n..].trim().len() < 3)
    {
        return None;
    }
    let end = venue_end(rest);
    let venue = tidy_venue(&rest[..end]);
    let letters = venue.chars().filter(|c| c.is_alphabetic()).count();
    (letters >= 2 && venue.len() <= 220).then(|| venue.to_owned())
}

/// Who prints a conference's papers, behind its name.
const PUBLISHERS: [&str; 14] = [
    "Association for Computational Linguistics",
    "OpenReview",
    "AAAI Press",
    "AAAI",
    "ijcai.org",
    "IEEE",
    "ACM",
    "Association for Computing Machinery",
    "PMLR",
    "Springer",
    "Curran",
    "Elsevier",
    "MIT Press",
    "ISCA",
];

/// A venue without its editors, its publisher, and a bracket that was cut open.
fn tidy_venue(venue: &str) -> &str {
    const EDGES: [char; 7] = [' ', ',', '.', ':', ';', '-', '–'];
    let mut venue = venue.trim_matches(EDGES);
    if let Some(at) = [" (Eds.", " (Ed.", " (eds.", " (ed."]
        .iter()
        .find_map(|editors| venue.find(editors))
    {
        venue = without_names(&venue[..at]);
    }
    let publisher = |at: usize| PUBLISHERS.iter().any(|p| venue[at + 2..].starts_with(p));
    if let Some((at, _)) = venue.match_indices(". ").find(|(at, _)| publisher(*at)) {
        venue = &venue[..at];
    }
    if venue.matches('(').count() > venue.matches(')').count()
        && let Some(open) = venue.rfind('(').filter(|open| *open > 0)
    {
        venue = &venue[..open];
    }
    venue.trim_matches(EDGES)
}

/// Drops the names at the end of a venue: `Proceedings of X, Ann Bee, and Carl Dee`.
fn without_names(venue: &str) -> &str {
    let is_name = |part: &str| {
        let part = part.trim();
        let part = part.strip_prefix("and ").unwrap_or(part);
        let (mut n, mut names) = (0, 0);
        for word in part.split(' ').filter(|w| *w != "and") {
            n += 1;
            names += usize::from(
                word.starts_with(char::is_uppercase) && !word.contains(['(', ')', '/']),
            );
        }
        (2..=9).contains(&n)
            && names * 2 > n
            && !part.contains(|c: char| c.is_ascii_digit())
    };
    let mut end = venue.len();
    while let Some(at) = venue[..end].rfind(", ") {
        if !is_name(&venue[at + 2..end]) {
            break;
        }
        end = at;
    }
    &venue[..end]
}

fn venue_end(rest: &str) -> usize {
    for (at, c) in rest.char_indices() {
        let after = rest[at + c.len_utf8()..].trim_start();
        let goes_on = |words: &[&str]| {
            let lower: String =
                after.chars().take(8).flat_map(char::to_lowercase).collect();
            words.iter().any(|word| lower.starts_with(word))
        };
        let stop = match c {
            ',' | ';' | '，' => {
                after.starts_with(|c: char| c.is_ascii_digit())
                    || goes_on(&[
                        "pp", "pages", "vol", "no.", "p. ", "http", "series", "part ",
                        "ser.",
                    ])
            }
            ':' => after.starts_with(|c: char| c.is_ascii_digit()),
            '(' => years::leading_year(after).is_some() || goes_on(&["volume"]),
            '.' => {
                let word = rest[..at].rsplit(' ').next().unwrap_or("");
                let next = after.split(' ').next().unwrap_or("");
                word.chars().count() > 5
                    && after.starts_with(char::is_uppercase)
                    && !next.trim_end_matches(',').ends_with('.')
                    || after.is_empty()
                    || after.starts_with(|c: char| c.is_ascii_digit())
                        && years::leading_year(after).is_some()
                    || goes_on(&["http", "url", "doi"])
            }
            ' ' => {
                // A volume behind the name: `Nature 521`, but not the year of `ECCV 2020: 16th`.
                after.starts_with(|c: char| c.is_ascii_digit())
                    && years::leading_year(after).is_none()
                    && at > 2
                    && after
                        .trim_start_matches(|c: char| c.is_ascii_digit())
                        .starts_with(['(', ',', ':', ';', '.', ' '])
                    && !rest[..at].ends_with(" the")
            }
            _ => false,
        };
        if stop {
            return at;
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn venues_without_editors_and_publishers() {
        for (text, expected) in [
            ("EMNLP. Association for Computational Linguistics", "EMNLP"),
            ("ICLR. OpenReview.net", "ICLR"),
            (
                "Findings of the ACL (EMNLP’20) (Findings of ACL",
                "Findings of the ACL (EMNLP’20)",
            ),
            (
                "Proceedings of the 2018 Conference on Methods in Language, Ellen Riloff, David \
                 Chiang, and Marie-Catherine de Marneffe (Eds.)",
                "Proceedings of the 2018 Conference on Methods in Language",
            ),
            (
                "Artificial Intelligence, Satinder Singh and Shaul Markovitch (Eds.)",
                "Artificial Intelligence",
            ),
            ("J. Mach. Learn. Res.", "J. Mach. Learn. Res"),
        ] {
            assert_eq!(tidy_venue(text), expected, "{text}");
        }
    }
}
