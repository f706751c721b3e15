//! arXiv ids and DOIs: the one place that knows how they are written.
//!
//! In: a value (a field, an address, a file's name, a word of a query) or running text. Out: arXiv
//! ids in the form by which works are compared (`2309.10020`, `hep-th/9901001`: no label, version
//! or subject class), DOIs in lower case without their resolver.
//! A blank inside an id, left by a line break of the page, is forgiven after a label that
//! announces the id; in running text a bare number is never taken for one.
//! Forms after <https://info.arxiv.org/help/arxiv_identifier.html>.

/// Archives of arXiv's ids before April 2007 (`hep-th/9901001`).
const OLD_ARCHIVES: [&str; 35] = [
    "acc-phys", "adap-org", "alg-geom", "ao-sci", "astro-ph", "atom-ph", "bayes-an",
    "chao-dyn", "chem-ph", "cmp-lg", "comp-gas", "cond-mat", "cs", "dg-ga", "funct-an",
    "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math", "math-ph", "mtrl-th",
    "nlin", "nucl-ex", "nucl-th", "patt-sol", "physics", "plasm-ph", "q-alg", "q-bio",
    "quant-ph", "solv-int", "stat", "supr-con",
];

/// An id at the start of a text, and the version behind it.
struct Arxiv {
    id: String,
    version: Option<u16>,
}

/// Returns the arXiv id that a value holds: bare, with its label or in an address.
pub fn arxiv_id(value: &str) -> Option<String> {
    of_value(value).map(|arxiv| arxiv.id)
}

/// Returns the version (from 1) that stands behind the arXiv id of a value.
pub fn arxiv_version(value: &str) -> Option<u16> {
    of_value(value)?.version
}

/// Returns the first arXiv id of running text.
///
/// Forms: `arXiv:2106.09685v2`, `arxiv.org/abs/...`, `arxiv.org/pdf/...`, `abs/...` of CoRR, the
/// DOI `10.48550/arXiv...`, and old ids with their archive.
pub fn find_arxiv_id(text: &str) -> Option<String> {
    in_text(&text.to_ascii_lowercase()).map(|arxiv| arxiv.id)
}

/// Returns the year in which an arXiv id was given out.
pub fn arxiv_year(id: &str) -> Option<i32> {
    let digits = id.rsplit('/').next()?;
    let two: i32 = digits.get(..2)?.parse().ok()?;
    Some(if two >= 90 { 1900 + two } else { 2000 + two })
}

/// Returns year and month in which an arXiv id was given out.
pub fn arxiv_month(id: &str) -> Option<(i32, i32)> {
    let month = id.rsplit('/').next()?.get(2..4)?.parse().ok()?;
    Some((arxiv_year(id)?, month))
}

/// Returns the arXiv id in a DOI of arXiv's own.
pub fn arxiv_of_doi(value: &str) -> Option<String> {
    doi(value)?.strip_prefix("10.48550/arxiv.").and_then(arxiv_id)
}

/// Returns the first DOI of a value or of running text in lower case, without the punctuation
/// that follows it.
pub fn doi(text: &str) -> Option<String> {
    for (at, _) in text.match_indices("10.") {
        let before = text[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '.') {
            continue;
        }
        let registrant = text[at + 3..]
            .bytes()
            .take_while(|b| b.is_ascii_digit() || *b == b'.')
            .count();
        let Some(rest) = text[at + 3 + registrant..].strip_prefix('/') else { continue };
        if !(4..=9).contains(&registrant) {
            continue;
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || "\"<>{}|\\^`”“，。；".contains(c))
            .unwrap_or(rest.len());
        let suffix = without_punctuation(&rest[..end]);
        if suffix.len() >= 2 {
            let prefix = &text[at..at + 3 + registrant];
            return Some(format!("{prefix}/{suffix}").to_lowercase());
        }
    }
    None
}

/// Returns the DOI of a value, or the value itself in lower case if it has none: a DOI that
/// somebody wrote wrong still finds its like.
pub fn plain_doi(value: &str) -> String {
    doi(value).unwrap_or_else(|| value.trim().to_lowercase())
}

fn of_value(value: &str) -> Option<Arxiv> {
    let lower = value.trim().to_ascii_lowercase();
    at_start(&lower).or_else(|| in_text(&lower))
}

fn at_start(lower: &str) -> Option<Arxiv> {
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_alphanumeric());
    [new_id(lower), old_id(lower)].into_iter().flatten().find_map(|(id, rest)| {
        let (version, rest) = split_version(rest);
        ends(rest).then_some(Arxiv { id, version })
    })
}

fn in_text(lower: &str) -> Option<Arxiv> {
    let take = |(id, rest)| Arxiv { id, version: split_version(rest).0 };
    for (at, label) in labels(lower) {
        let rest = &lower[at + label.len()..];
        let rest = rest.trim_start_matches([':', ' ', '.', '/', '[', '(']);
        let rest = ["abs/", "pdf/", "html/", "e-print/", "src/", "format/", "bibtex/"]
            .iter()
            .find_map(|form| rest.strip_prefix(form))
            .unwrap_or(rest)
            .trim_start();
        if let Some(found) = new_id(rest).or_else(|| old_id(rest)) {
            return Some(take(found));
        }
    }
    // An archive's name and seven digits is an id wherever it stands.
    let mut from = 0;
    while let Some(slash) = lower[from..].find('/').map(|i| i + from) {
        let start = lower[..slash]
            .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '.'))
            .map_or(0, |i| i + lower[i..].chars().next().map_or(1, char::len_utf8));
        if let Some(found) = old_id(&lower[start..]) {
            return Some(take(found));
        }
        from = slash + 1;
    }
    None
}

/// Places where an id is announced, in order.
fn labels(lower: &str) -> Vec<(usize, &'static str)> {
    let mut found: Vec<(usize, &str)> = Vec::new();
    for label in ["arxiv.org", "arxiv", "abs/"] {
        found.extend(lower.match_indices(label).map(|(at, _)| (at, label)));
    }
    found.sort_unstable_by_key(|(at, label)| (*at, std::cmp::Reverse(label.len())));
    found
}

/// `YYMM.NNNNN` at the start of the text, with at most one blank beside the period, and what
/// follows.
fn new_id(lower: &str) -> Option<(String, &str)> {
    let digits = lower.get(..4)?;
    let month: u32 = digits.get(2..)?.parse().ok()?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) || !(1..=12).contains(&month) {
        return None;
    }
    let rest =
        lower[4..].trim_start_matches(' ').strip_prefix('.')?.trim_start_matches(' ');
    let n = rest.bytes().take_while(u8::is_ascii_digit).count();
    // Four digits until 2014, five since.
    (4..=5).contains(&n).then(|| (format!("{digits}.{}", &rest[..n]), &rest[n..]))
}

/// `archive/NNNNNNN` or `archive.XX/NNNNNNN` at the start of the text, and what follows.
fn old_id(lower: &str) -> Option<(String, &str)> {
    let (archive, rest) = lower.split_once('/')?;
    let name = archive.split('.').next()?;
    let n = rest.bytes().take_while(u8::is_ascii_digit).count();
    let sound = OLD_ARCHIVES.contains(&name) && n == 7;
    sound.then(|| (format!("{name}/{}", &rest[..7]), &rest[7..]))
}

fn split_version(rest: &str) -> (Option<u16>, &str) {
    let Some(digits) = rest.strip_prefix('v') else { return (None, rest) };
    let n = digits.bytes().take_while(u8::is_ascii_digit).count();
    match digits[..n].parse() {
        Ok(version) if version > 0 => (Some(version), &digits[n..]),
        _ => (None, rest),
    }
}

/// Drops closing punctuation, and a closing bracket that nothing in the suffix opened.
fn without_punctuation(mut suffix: &str) -> &str {
    loop {
        let Some(last) = suffix.chars().next_back() else { return suffix };
        let opens = match last {
            ')' => suffix.matches('(').count() >= suffix.matches(')').count(),
            ']' => suffix.matches('[').count() >= suffix.matches(']').count(),
            '.' | ',' | ';' | ':' | '\'' => false,
            _ => return suffix,
        };
        if opens {
            return suffix;
        }
        suffix = &suffix[..suffix.len() - last.len_utf8()];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_every_form() {
        let forms = [
            ("2309.10020", Some(("2309.10020", None))),
            ("1812.06145v12", Some(("1812.06145", Some(12)))),
            ("arXiv:2309.10020v2 [cs.CV]", Some(("2309.10020", Some(2)))),
            ("https://arxiv.org/pdf/2309.10020v1.pdf", Some(("2309.10020", Some(1)))),
            ("http://arxiv.org/abs/hep-th/9901001v1", Some(("hep-th/9901001", Some(1)))),
            ("https://arxiv.org/src/2309.10020v1", Some(("2309.10020", Some(1)))),
            ("https://arxiv.org/bibtex/hep-th/9901001", Some(("hep-th/9901001", None))),
            ("math.CA/0611800v3", Some(("math/0611800", Some(3)))),
            ("arXiv.2303.08774", Some(("2303.08774", None))),
            ("10.1145/3292500", None),
            ("2309", None),
            ("2313.10020", None),
            ("2309.100201", None),
            ("2309.10020and more", None),
            ("", None),
        ];
        for (value, id) in forms {
            let found = arxiv_id(value).map(|id| (id, arxiv_version(value)));
            assert_eq!(found, id.map(|(id, v)| (id.to_owned(), v)), "{value}");
        }
    }

    #[test]
    fn running_text_in_every_form() {
        let forms = [
            ("arXiv preprint arXiv:2106.09685v2, 2021", Some("2106.09685")),
            ("https://arxiv.org/pdf/2004. 06165", Some("2004.06165")),
            ("https://arxiv.org/abs/ 2111.02358 [cs.CV]", Some("2111.02358")),
            ("CoRR, abs/1409.1556", Some("1409.1556")),
            ("arXiv:hep-th/9901001v3", Some("hep-th/9901001")),
            ("[math.GT/0309136]", Some("math/0309136")),
            ("doi 10.48550/arXiv.2303.08774", Some("2303.08774")),
            ("arXiv (2021)", None),
            ("pages 1234.5678", None),
            ("1206.5538", None),
            ("arXiv:2113.09685", None),
        ];
        for (text, id) in forms {
            assert_eq!(find_arxiv_id(text).as_deref(), id, "{text}");
        }
    }

    #[test]
    fn dois_without_what_follows() {
        let forms = [
            ("doi:10.1109/CVPR.2016.90.", Some("10.1109/cvpr.2016.90")),
            (
                "(https://doi.org/10.1016/S0031-3203(98)00049-0)",
                Some("10.1016/s0031-3203(98)00049-0"),
            ),
            ("https://doi.org/10.1145/3292500.3330701.", Some("10.1145/3292500.3330701")),
            ("pages 10.5/2", None),
            ("10.5", None),
        ];
        for (text, id) in forms {
            assert_eq!(doi(text).as_deref(), id, "{text}");
        }
        assert_eq!(
            arxiv_of_doi("10.48550/arXiv.2303.08774").as_deref(),
            Some("2303.08774")
        );
        assert_eq!(plain_doi(" Not-a-DOI "), "not-a-doi");
    }
}
