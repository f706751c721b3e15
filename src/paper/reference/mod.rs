//! The text of a bibliography entry becomes a [`Reference`].
//!
//! In: an entry as printed, in any of the usual styles (ACL and natbib author-year, IEEE,
//! Springer, ACM, AAAI, APA, Nature, Vancouver, Elsevier, GB/T 7714). Out: authors, title, year,
//! venue, arXiv id, DOI; a part that cannot be told is left empty, never guessed from another
//! source.

pub mod names;
mod title;
pub mod years;

use super::Reference;
use crate::corpus::ids;
use names::{Names, leading_names};
use title::{End, cut_title, venue};

/// Longest entry that is parsed; what stands behind it is kept as text only.
const MAX_ENTRY: usize = 4_000;

/// Parses one entry; `key` and `text` are taken over as they are.
pub fn parse(key: &str, text: &str) -> Reference {
    let mut reference =
        Reference { key: key.to_owned(), text: text.to_owned(), ..Reference::default() };
    let flat = flatten(text);
    let (_, body) = split_label(&flat);
    reference.arxiv = ids::find_arxiv_id(body);
    reference.doi = ids::doi(body).filter(|d| !d.starts_with("10.48550/"));

    let front = front(body);
    reference.authors = front.names.authors;
    reference.more_authors = front.names.more;
    let (title, rest) = cut_title(front.rest, front.end);
    reference.title = title;
    reference.venue = venue(rest);
    reference.year = front
        .year
        .or_else(|| years::printed_year(rest))
        .or_else(|| years::printed_year(front.rest))
        .or_else(|| reference.arxiv.as_deref().and_then(ids::arxiv_year));
    reference
}

/// Makes a reference of the fields that markup gives (BibTeX names and values); what they do not
/// say is read from the text.
pub fn from_fields(key: &str, text: &str, fields: &[(String, String)]) -> Reference {
    let mut reference = parse(key, text);
    let field = |names: &[&str]| {
        names.iter().find_map(|name| {
            let value = fields.iter().find(|(n, _)| n.eq_ignore_ascii_case(name))?;
            let value = value.1.split_whitespace().collect::<Vec<_>>().join(" ");
            let value = value.replace(['{', '}'], "");
            (!value.is_empty()).then_some(value)
        })
    };
    if let Some(title) = field(&["title"]) {
        reference.title = title;
    }
    if let Some(authors) = field(&["author", "authors"]) {
        let mut names: Vec<String> = authors.split(" and ").map(names::upright).collect();
        reference.more_authors = names.last().is_some_and(|n| n == "others");
        names.retain(|n| !n.is_empty() && n != "others");
        reference.authors = names;
    }
    let year = field(&["year", "date"]);
    if let Some(year) = year.as_deref().and_then(|y| years::leading_year(y.get(..4)?)) {
        reference.year = Some(year.0);
    }
    if let Some(venue) = field(&["journal", "journaltitle", "booktitle"]) {
        let preprint =
            venue.to_lowercase().starts_with("arxiv") || venue.starts_with("CoRR");
        reference.venue = Some(if preprint { "arXiv".to_owned() } else { venue });
    }
    if let Some(doi) = field(&["doi"]).as_deref().and_then(ids::doi) {
        reference.arxiv = reference.arxiv.or_else(|| ids::find_arxiv_id(&doi));
        reference.doi = Some(doi).filter(|d| !d.starts_with("10.48550/"));
    }
    if let Some(id) = field(&["eprint", "arxiv", "arxivid"]) {
        reference.arxiv = ids::arxiv_id(&id).or(reference.arxiv);
    }
    reference
}

/// The letter behind the year of an entry: `k` of `2023k`.
pub fn year_letter(text: &str, year: i32) -> Option<char> {
    let digits = year.to_string();
    text.match_indices(&digits).find_map(|(at, _)| {
        let mut after = text[at + digits.len()..].chars();
        let letter = after.next().filter(char::is_ascii_lowercase)?;
        after.next().is_none_or(|c| !c.is_alphanumeric()).then_some(letter)
    })
}

/// What stands before the title, and how the title ends.
struct Front<'a> {
    names: Names,
    year: Option<i32>,
    rest: &'a str,
    end: End,
}

fn front(body: &str) -> Front<'_> {
    // `Authors. 2023k. Title` needs no grammar of names: the year between periods is the sign.
    if let Some((at, year, rest)) = year_between_periods(body) {
        // The period may be an initial's.
        let names = listed(&body[..=at]);
        return Front { names, year: Some(year), rest, end: End::Period };
    }
    if let Some(names) = leading_names(body)
        && let Some(front) = after_names(names, body)
    {
        return front;
    }
    // A group or an odd name before a bracketed year: `the vicuna team (2023). Title`
    if let Some(open) = body.find(" (")
        && open < 120
        && let Some((year, rest)) = bracketed_year(&body[open + 1..])
    {
        let names = listed(&body[..open]);
        return Front {
            names,
            year: Some(year),
            rest: after_mark(rest),
            end: End::Period,
        };
    }
    Front { names: Names::default(), year: None, rest: body, end: End::Period }
}

/// Names of a text that holds nothing else; a text that is no list of names is one group.
fn listed(text: &str) -> Names {
    let text = strip_editors(text.trim().trim_end_matches([',', ' ']));
    let all = |names: &Names| text[names.end..].trim_matches([' ', '.', ',']).is_empty();
    match leading_names(text) {
        Some(names) if all(&names) => names,
        _ => {
            let text = text.trim_end_matches(['.', ' ', ',']);
            let more = text.ends_with("et al");
            let authors = names::split_names(text.trim_end_matches("et al"));
            Names { authors, more, end: text.len(), certain: false }
        }
    }
}

fn strip_editors(text: &str) -> &str {
    ["(eds.)", "(Eds.)", "(ed.)", "(Ed.)", "eds", "editors", "editor"]
        .iter()
        .find_map(|e| text.strip_suffix(e))
        .map_or(text, |t| t.trim_end_matches([' ', ',']))
}

/// Decides by the marks behind the names where the title starts and what ends it.
fn after_names(names: Names, body: &str) -> Option<Front<'_>> {
    let rest = body[names.end..].trim_start();
    let rest = ["(eds.)", "(Eds.)", "(ed.)", "(Ed.)", ", eds.", ", editors", "(eds)"]
        .iter()
        .find_map(|e| rest.strip_prefix(e))
        .map_or(rest, str::trim_start);
    let front = |names: Names, year: Option<i32>, rest, end| {
        Some(Front { names, year, rest: after_mark(rest), end })
    };
    if let Some((year, rest)) = bracketed_year(rest.trim_start_matches([',', '.', ' '])) {
        // `Names (2017), Title, Journal` of some styles ends its title by a comma.
        let end = if rest.starts_with(',') { End::Comma } else { End::Period };
        return front(names, Some(year), rest, end);
    }
    let mark = rest.chars().next()?;
    let after = rest[mark.len_utf8()..].trim_start();
    match mark {
        ':' | '：' => front(names, None, after, End::Period),
        '.' | '．' | '。' => match years::leading_year(after) {
            Some((year, len)) => front(names, Some(year), &after[len..], End::Period),
            None => front(names, None, after, End::Period),
        },
        ',' | '，' => match years::leading_year(after) {
            // `Names, 2017. Title` and `Names, 2017, ApJ, 800, 12`
            Some((year, len)) => {
                let end =
                    if after[len..].starts_with(',') { End::Comma } else { End::Period };
                front(names, Some(year), &after[len..], end)
            }
            None => front(names, None, after, End::Comma),
        },
        c if title::opens_quote(c) => front(names, None, rest, End::Period),
        c if c.is_ascii_digit() => match years::leading_year(rest) {
            // `Names 2017, ApJ, 800` and `Names 2017. Title`
            Some((year, len)) => {
                let end =
                    if rest[len..].starts_with(',') { End::Comma } else { End::Period };
                front(names, Some(year), &rest[len..], end)
            }
            None if names.certain && body[..names.end].ends_with('.') => {
                front(names, None, rest, End::Period)
            }
            None => None,
        },
        // After `Hinton, G.` and `et al.` nothing more is needed.
        _ if body[..names.end].ends_with('.') || names.more => {
            front(names, None, rest, End::Period)
        }
        _ => None,
    }
}

/// Drops the marks between the year and the title.
fn after_mark(text: &str) -> &str {
    text.trim_start_matches([' ', '.', ',', ':', ';', '，', '：', '．', '。', ')'])
}

/// Finds `. 2023k. ` with letters behind it, before any quotation and within the list of authors.
fn year_between_periods(body: &str) -> Option<(usize, i32, &str)> {
    for (at, _) in body.match_indices(". ") {
        let after = body[at + 1..].trim_start();
        let Some((year, len)) = years::leading_year(after) else { continue };
        let rest = after[len..].trim_start_matches(' ');
        let Some(rest) = rest.strip_prefix('.') else { continue };
        if !rest.contains(char::is_alphabetic) || !rest.starts_with([' ', '\u{a0}']) {
            continue;
        }
        let before = &body[..at];
        // A venue or a title before it: the year is at the end of another style.
        let past = before.contains(['“', '"'])
            || [" In ", "In: ", "arXiv", "pages ", "Proceedings"]
                .iter()
                .any(|w| before.contains(w));
        let title_before = leading_names(before).is_some_and(|n| {
            n.certain && before[n.end..].trim_matches([' ', '.', ',']).len() > 25
        });
        return (!past && !title_before).then(|| (at, year, after_mark(rest)));
    }
    None
}

/// `(2017)`, `(2017a)`, `(2017, May 3)`, `[2017]` at the start: the year and what follows.
fn bracketed_year(text: &str) -> Option<(i32, &str)> {
    let inner = text.strip_prefix(['(', '[', '（'])?;
    let (year, len) = years::leading_year(inner)?;
    let close = inner[len..].find([')', ']', '）']).filter(|i| *i <= 20)?;
    let end = len + close;
    let bracket = inner[end..].chars().next().map_or(1, char::len_utf8);
    Some((year, &inner[end + bracket..]))
}

/// One line, single blanks, plain forms of a few marks.
fn flatten(text: &str) -> String {
    let mut limit = text.len().min(MAX_ENTRY);
    while !text.is_char_boundary(limit) {
        limit -= 1;
    }
    let mut flat = String::with_capacity(limit);
    for word in text[..limit].split_whitespace() {
        if !flat.is_empty() {
            flat.push(' ');
        }
        flat.push_str(word);
    }
    flat.replace("&amp;", "&").replace("``", "“").replace("''", "”").replace('\u{ad}', "")
}

/// Splits the printed label (`[12]`, `12.`, `[VSP+17]`) off an entry: the label without its
/// brackets, and the entry.
pub fn split_label(entry: &str) -> (Option<&str>, &str) {
    let entry = entry.trim_start_matches(['•', '*', '–', ' ', '\u{a0}']);
    for (open, close) in [('[', ']'), ('(', ')'), ('［', '］'), ('【', '】')] {
        let Some(inner) = entry.strip_prefix(open) else { continue };
        let Some(end) = inner.find(close).filter(|i| *i <= 80) else { continue };
        let label = inner[..end].trim();
        let digits = !label.is_empty() && label.chars().all(|c| c.is_ascii_digit());
        let rest = inner[end + close.len_utf8()..].trim_start();
        if digits || open == '[' && !rest.is_empty() {
            return (Some(label), rest);
        }
    }
    let n = entry.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=4).contains(&n) {
        let rest = &entry[n..];
        let marked = rest.starts_with(['.', ')', ']'])
            && rest[1..].starts_with([' ', '\u{a0}'])
            && rest[1..].trim_start().starts_with(|c: char| c.is_alphabetic());
        let bare = n <= 3
            && rest.starts_with(' ')
            && rest.trim_start().starts_with(|c: char| c.is_uppercase());
        if marked || bare {
            return (Some(&entry[..n]), rest[1..].trim_start());
        }
    }
    (None, entry)
}

#[cfg(test)]
mod judged;
#[cfg(test)]
mod tests;
