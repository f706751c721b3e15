//! Finds years in references and running text.
//!
//! In: text as printed, line breaks already blanks. Out: years of publication, never pages, ids
//! or parts of addresses.

/// Earliest and latest year that is taken for a year of publication.
const YEARS: std::ops::RangeInclusive<i32> = 1500..=2035;

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
