//! Finds arXiv ids, DOIs and years in running text.
//!
//! In: text as printed, line breaks already blanks. Out: ids without version, DOIs in lower case.
//! A blank inside an id, left by a line break of the page, is forgiven after a label that
//! announces the id; a bare number is never taken for one.

/// Archives of arXiv's ids before April 2007 (`hep-th/9901001`).
const OLD_ARCHIVES: [&str; 35] = [
    "acc-phys", "adap-org", "alg-geom", "ao-sci", "astro-ph", "atom-ph", "bayes-an",
    "chao-dyn", "chem-ph", "cmp-lg", "comp-gas", "cond-mat", "cs", "dg-ga", "funct-an",
    "gr-qc", "hep-ex", "hep-lat", "hep-ph", "hep-th", "math", "math-ph", "mtrl-th",
    "nlin", "nucl-ex", "nucl-th", "patt-sol", "physics", "plasm-ph", "q-alg", "q-bio",
    "quant-ph", "solv-int", "stat", "supr-con",
];

/// Earliest and latest year that is taken for a year of publication.
const YEARS: std::ops::RangeInclusive<i32> = 1500..=2035;

/// Returns the first arXiv id of the text, without version.
///
/// Forms: `arXiv:2106.09685v2`, `arxiv.org/abs/...`, `arxiv.org/pdf/...`, `abs/...` of CoRR, the
/// DOI `10.48550/arXiv...`, and old ids with their archive.
pub fn arxiv_id(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    for (at, label) in labels(&lower) {
        let rest = &lower[at + label.len()..];
        let rest = rest.trim_start_matches([':', ' ', '.', '/', '[', '(']);
        let rest = ["abs/", "pdf/", "html/", "e-print/"]
            .iter()
            .find_map(|form| rest.strip_prefix(form))
            .unwrap_or(rest);
        if let Some(id) = new_id(rest.trim_start()).or_else(|| old_id(rest.trim_start()))
        {
            return Some(id);
        }
    }
    // An archive's name and seven digits is an id wherever it stands.
    let mut from = 0;
    while let Some(slash) = lower[from..].find('/').map(|i| i + from) {
        let start = lower[..slash]
            .rfind(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '.'))
            .map_or(0, |i| i + lower[i..].chars().next().map_or(1, char::len_utf8));
        if let Some(id) = old_id(&lower[start..]) {
            return Some(id);
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

/// `YYMM.NNNNN` at the start of the text, with at most one blank beside the period.
fn new_id(text: &str) -> Option<String> {
    let digits = text.get(..4)?;
    let month: u32 = digits.get(2..)?.parse().ok()?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) || !(1..=12).contains(&month) {
        return None;
    }
    let rest =
        text[4..].trim_start_matches(' ').strip_prefix('.')?.trim_start_matches(' ');
    let n = rest.bytes().take_while(u8::is_ascii_digit).count();
    // Four digits until 2014, five since.
    ((4..=5).contains(&n)).then(|| format!("{digits}.{}", &rest[..n]))
}

/// `archive/NNNNNNN` or `archive.XX/NNNNNNN` at the start of the text.
fn old_id(text: &str) -> Option<String> {
    let (archive, rest) = text.split_once('/')?;
    let name = archive.split('.').next()?;
    let n = rest.bytes().take_while(u8::is_ascii_digit).count();
    (OLD_ARCHIVES.contains(&name) && n == 7).then(|| format!("{name}/{}", &rest[..7]))
}

/// Returns the year in which an arXiv id was given out.
pub fn arxiv_year(id: &str) -> Option<i32> {
    let digits = id.rsplit('/').next()?;
    let two: i32 = digits.get(..2)?.parse().ok()?;
    Some(if two >= 90 { 1900 + two } else { 2000 + two })
}

/// Returns the first DOI of the text in lower case, without the punctuation that follows it.
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
        let suffix = trim_doi(&rest[..end]);
        if suffix.len() >= 2 {
            let prefix = &text[at..at + 3 + registrant];
            return Some(format!("{prefix}/{suffix}").to_lowercase());
        }
    }
    None
}

/// Drops closing punctuation, and a closing bracket that nothing in the suffix opened.
fn trim_doi(mut suffix: &str) -> &str {
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

/// Returns a year that stands at the start of the text, and the number of bytes with its letter.
///
/// `2023k` gives 2023 and 5.
pub fn leading_year(text: &str) -> Option<(i32, usize)> {
    let digits = text.get(..4)?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let year: i32 = digits.parse().ok()?;
    let mut rest = text[4..].chars();
    let mut len = 4;
    let mut next = rest.next();
    if next.is_some_and(|c| c.is_ascii_lowercase()) {
        len += 1;
        next = rest.next();
    }
    let ends = next.is_none_or(|c| !c.is_alphanumeric());
    (YEARS.contains(&year) && ends).then_some((year, len))
}

/// Returns the year of publication named in the tail of a reference: the last one in brackets,
/// else the last that is no part of an id, a range of pages or an address.
pub fn printed_year(text: &str) -> Option<i32> {
    let bytes = text.as_bytes();
    let (mut bracketed, mut plain) = (None, None);
    let mut i = 0;
    while i + 4 <= bytes.len() {
        if !bytes[i].is_ascii_digit() {
            i += 1;
            continue;
        }
        let run = bytes[i..].iter().take_while(|b| b.is_ascii_digit()).count();
        let end = i + run;
        if run == 4
            && let Some((year, _)) = leading_year(&text[i..])
            && (1800..=2035).contains(&year)
            && stands_alone(text, i, end)
        {
            if text[..i].ends_with('(') {
                bracketed = Some(year);
            }
            plain = Some(year);
        }
        i = end;
    }
    bracketed.or(plain)
}

/// True if the four digits are no part of something longer: an id, pages, an address.
fn stands_alone(text: &str, start: usize, end: usize) -> bool {
    let before = text[..start].trim_end_matches(' ');
    let after = &text[end..];
    let word = text[..start].rsplit(char::is_whitespace).next().unwrap_or("");
    let in_address = word.contains("//") || word.contains("www.") || word.contains("doi");
    const DASHES: [char; 4] = ['–', '-', '—', '−'];
    let digit = |c: char| c.is_ascii_digit();
    let of_pages = before.ends_with(DASHES)
        && before.trim_end_matches(DASHES).ends_with(digit)
        && !before.trim_end_matches(DASHES).ends_with(&text[start..end]);
    let tail = after.trim_start_matches(' ');
    let opens_pages = tail.starts_with(DASHES)
        && tail.trim_start_matches([' ', '–', '-', '—', '−']).starts_with(digit)
        && !tail.trim_start_matches(DASHES).starts_with(&text[start..end]);
    // `2004. 06165`, but not `2020. 2, 5` with the pages that cite it.
    let of_id = after.strip_prefix('.').is_some_and(|rest| {
        rest.trim_start().bytes().take_while(u8::is_ascii_digit).count() >= 4
    });
    let glued = text[..start].ends_with([':', '.', '/', '_']);
    let says_pages = ["pp.", "pages", "page", "p."].iter().any(|p| before.ends_with(p));
    !(in_address || of_pages || opens_pages || of_id || glued || says_pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arxiv_ids_in_every_form() {
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
            ("arXiv:2113.09685", None),
        ];
        for (text, id) in forms {
            assert_eq!(arxiv_id(text).as_deref(), id, "{text}");
        }
    }

    #[test]
    fn dois_without_what_follows() {
        assert_eq!(
            doi("doi:10.1109/CVPR.2016.90.").as_deref(),
            Some("10.1109/cvpr.2016.90")
        );
        assert_eq!(
            doi("(https://doi.org/10.1016/S0031-3203(98)00049-0)").as_deref(),
            Some("10.1016/s0031-3203(98)00049-0")
        );
        assert_eq!(doi("pages 10.5/2"), None);
    }

    #[test]
    fn years_are_not_pages() {
        let forms = [
            ("NeurIPS, 33:1877–1901, 2020.", Some(2020)),
            ("In CVPR, pages 1998–2007", None),
            ("In: 2009 IEEE Conference, pp. 248–255 (2009)", Some(2009)),
            ("Proc. ICASSP 2022-2022 IEEE", Some(2022)),
            ("arXiv:1908.03557 (2019)", Some(2019)),
            ("arXiv:1908.03557", None),
            ("In CVPR, 2020. 2, 5", Some(2020)),
            ("https://x.org/2017/a", None),
        ];
        for (text, year) in forms {
            assert_eq!(printed_year(text), year, "{text}");
        }
    }
}
