//! When and where a paper was published.
//!
//! In: the first page with its margins, the document's metadata, the references. Out: year and venue.
//! The year is that of the form at hand, as its readers cite it: of the venue that the page names,
//! else of the version that arXiv's stamp dates, else of the arXiv id, else of the newest reference.
//! Only the first of these is stated; the others give way to what citing papers say.

use super::Reference;
use super::reference::years;
use crate::corpus::ids;
use crate::extract::Info;
use crate::layout::{Block, BlockKind};

/// Conferences and journals that print their name and year on the first page.
const VENUES: [&str; 40] = [
    "NeurIPS",
    "NIPS",
    "ICML",
    "ICLR",
    "CVPR",
    "ICCV",
    "ECCV",
    "WACV",
    "BMVC",
    "ACL",
    "EMNLP",
    "NAACL",
    "EACL",
    "COLING",
    "TACL",
    "AAAI",
    "IJCAI",
    "AISTATS",
    "UAI",
    "COLT",
    "KDD",
    "WWW",
    "SIGIR",
    "SIGMOD",
    "VLDB",
    "ICDE",
    "CIKM",
    "WSDM",
    "RecSys",
    "SIGGRAPH",
    "CHI",
    "ICASSP",
    "INTERSPEECH",
    "ICRA",
    "IROS",
    "CoRL",
    "RSS",
    "MICCAI",
    "JMLR",
    "TMLR",
];

/// Longest text in bytes that may name a venue; more is prose.
const MAX_LINE: usize = 600;

/// A version that follows the first within so many months is a revision of the preprint: a venue
/// takes longer to accept a paper, and readers cite the year of the first.
const REVISION_MONTHS: i32 = 3;

/// When and where a paper was published.
#[derive(Debug, Default)]
pub(super) struct Published {
    /// The year.
    pub(super) year: Option<i32>,
    /// The document or its publisher's metadata state the year; else it is told from arXiv's
    /// dates or the references.
    pub(super) is_stated: bool,
    /// Conference or journal.
    pub(super) venue: Option<String>,
}

/// Year and venue: as stated, as printed on the first page, of arXiv's stamp, or the newest
/// reference's.
pub(super) fn year_and_venue(
    blocks: &[Block],
    info: &Info,
    margin: &[String],
    references: &[Reference],
) -> Published {
    let of_id = info.arxiv.as_deref().and_then(ids::arxiv_year);
    // What is printed may be about another paper: it must fit the id.
    let fits = |year: i32| of_id.is_none_or(|of_id| (of_id..=of_id + 3).contains(&year));
    let first_page = || blocks.iter().filter(|b| b.page <= 1).take(60);
    let small_print = first_page()
        .filter(|b| {
            matches!(
                b.kind,
                BlockKind::Footnote
                    | BlockKind::Authors
                    | BlockKind::Figure
                    | BlockKind::Paragraph
            )
        })
        .map(|b| b.text.as_str());
    let printed = margin
        .iter()
        .filter(|line| !line.trim_start().starts_with("arXiv:"))
        .find_map(|line| issue(line))
        .map(|year| (None, year))
        .into_iter()
        .chain(
            margin
                .iter()
                .map(String::as_str)
                .chain(small_print)
                .filter(|text| text.len() < MAX_LINE)
                .filter_map(venue_and_year),
        )
        .filter(|(_, year)| fits(*year))
        .collect::<Vec<_>>();
    let first_version = info.arxiv.as_deref().and_then(ids::arxiv_month);
    let is_revision = |version: (i32, i32)| {
        first_version
            .is_some_and(|first| months(version) - months(first) <= REVISION_MONTHS)
    };
    let of_version = margin
        .iter()
        .find_map(|line| stamp_month(line))
        .filter(|version| fits(version.0) && !is_revision(*version))
        .map(|(year, _)| year);
    let newest = references.iter().filter_map(|r| r.year).filter(|y| *y <= 2035).max();
    let venue = || printed.iter().find_map(|p| p.0.clone());
    let stated = info.year.or(printed.first().map(|p| p.1));
    let year = stated
        .or(of_version)
        .or(of_id)
        .or_else(|| first_page().find_map(date_line))
        .or(newest);
    Published {
        year,
        is_stated: stated.is_some(),
        venue: info.venue.clone().or_else(venue),
    }
}

/// Months since the year 0, so that two dates can be set against each other.
fn months((year, month): (i32, i32)) -> i32 {
    year * 12 + month
}

/// `NIPS 2017`, `ICLR 2021`, `© 2014`, `Copyright 2014 by`, `Published online: 3 May 2021`: venue,
/// if named, and year.
fn venue_and_year(text: &str) -> Option<(Option<String>, i32)> {
    let plain = text.replace(['(', ')', ',', '’', '\'', '/'], " ");
    let words: Vec<&str> = plain.split_whitespace().collect();
    let mut accepted = None;
    for (at, word) in words.iter().enumerate() {
        let name = word.trim_matches(['.', ':', ';']);
        let year_within =
            |n: usize| words[at + 1..].iter().take(n).find_map(|w| whole_year(w));
        if let Some(venue) = VENUES.iter().find(|v| v.eq_ignore_ascii_case(name))
            && let Some(year) = year_within(1)
        {
            return Some((Some((*venue).to_owned()), year));
        }
        let year = match name.to_lowercase().as_str() {
            "©" | "copyright" => year_within(3),
            // `Published online: 3 May 2021`; `published as` names a venue, which comes later.
            "published" | "publication" => year_within(4),
            "accepted" if accepted.is_none() => {
                accepted = year_within(3);
                None
            }
            _ => None,
        };
        if let Some(year) = year {
            return Some((None, year));
        }
    }
    accepted.map(|year| (None, year))
}

/// The year of a journal's or a conference's running line: `VOL. 39, NO. 6, JUNE 2017`,
/// `Neurocomputing 275 (2018) 1201-1213`, `Proceedings of the 32nd Conference on ..., 2015`.
fn issue(line: &str) -> Option<i32> {
    if line.len() >= MAX_LINE {
        return None;
    }
    let lower = line.to_lowercase();
    let words: Vec<&str> = line.split_whitespace().collect();
    let number = |w: &str| w.starts_with(|c: char| c.is_ascii_digit());
    for around in words.windows(3) {
        let braced = around[1]
            .strip_prefix('(')
            .and_then(|w| w.strip_suffix("),").or_else(|| w.strip_suffix(')')));
        if let Some(year) = braced.and_then(whole_year)
            && number(around[0])
            && number(around[2])
        {
            return Some(year);
        }
    }
    let names_issue = ["vol.", "volume ", "proceedings of", "conference on"];
    let named = names_issue.iter().any(|n| lower.contains(n));
    let last =
        || words.iter().rev().find_map(|w| whole_year(w.trim_matches(['(', ')', ','])));
    named.then(last).flatten()
}

/// Year and month of the version that arXiv's stamp names: `arXiv:1512.02325v5 [cs.CV] 29 Dec 2016`.
fn stamp_month(line: &str) -> Option<(i32, i32)> {
    let rest = line.trim().strip_prefix("arXiv:")?;
    let words: Vec<&str> = rest.split_whitespace().collect();
    let [.., day, month, year] = words.as_slice() else { return None };
    let dated = day.len() <= 2 && day.bytes().all(|b| b.is_ascii_digit());
    let month = month_of(month).filter(|_| dated)?;
    Some((whole_year(year)?, month))
}

/// The year of a block that is nothing but a date, as reports print below their title.
fn date_line(block: &Block) -> Option<i32> {
    let words: Vec<&str> =
        block.text.split([' ', ',']).filter(|w| !w.is_empty()).collect();
    let year = words.iter().find_map(|w| whole_year(w));
    (words.len() <= 4 && words.iter().any(|w| month_of(w).is_some()))
        .then_some(year)
        .flatten()
}

/// The number of a month, by its name or the beginning of it.
fn month_of(word: &str) -> Option<i32> {
    const MONTHS: [&str; 12] = [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ];
    let word = word.trim_matches('.').to_lowercase();
    let known = (1..).zip(MONTHS).find(|(_, name)| name.starts_with(&word));
    known.filter(|_| word.len() >= 3).map(|(number, _)| number)
}

fn whole_year(word: &str) -> Option<i32> {
    let word = word.trim_matches(['.', ':', ';']);
    let (year, len) = years::leading_year(word)?;
    ((1950..=2035).contains(&year) && len == word.len() && len == 4).then_some(year)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_printed_on_the_first_page() {
        let check = |text: &str, expected: Option<(Option<&str>, i32)>| {
            let expected = expected.map(|(v, y)| (v.map(str::to_owned), y));
            assert_eq!(venue_and_year(text), expected, "{text}");
        };
        let text = "31st Conference on Neural Information Processing Systems (NIPS 2017), Long Beach";
        check(text, Some((Some("NIPS"), 2017)));
        check("we use 2017 images", None);
        check("Received: 3 May 2019 / Accepted: 4 June 2020", Some((None, 2020)));
        check(
            "Received 2 May 2023, accepted 3 April 2024, date of publication 15 April 2024",
            Some((None, 2024)),
        );
        check("Published as a conference paper at ICLR 2021", Some((Some("ICLR"), 2021)));
    }

    #[test]
    fn years_of_running_lines() {
        for (line, year) in [
            ("IEEE TRANSACTIONS ON IMAGES, VOL. 39, NO. 6, JUNE 2017 1137", Some(2017)),
            ("Neurocomputing 275 (2018) 1201–1213", Some(2018)),
            ("Proceedings of the 32nd Conference on Learning, Lille, 2015.", Some(2015)),
            ("A survey of 2000 images", None),
        ] {
            assert_eq!(issue(line), year, "{line}");
        }
        assert_eq!(
            stamp_month("arXiv:1512.02325v5 [cs.CV] 29 Dec 2016"),
            Some((2016, 12))
        );
        assert_eq!(stamp_month("arXiv:hep-th/9901001v1 4 Jan 1999"), Some((1999, 1)));
        assert_eq!(stamp_month("arXiv:1512.02325v5 [cs.CV]"), None);
    }

    fn year(arxiv: &str, margin: &[&str], note: &str, newest: i32) -> Option<i32> {
        let info = Info {
            arxiv: (!arxiv.is_empty()).then(|| arxiv.to_owned()),
            ..Info::default()
        };
        let margin: Vec<String> = margin.iter().map(|l| (*l).to_owned()).collect();
        let blocks = [Block { text: note.into(), page: 1, ..Block::default() }];
        let references = [Reference { year: Some(newest), ..Reference::default() }];
        year_and_venue(&blocks, &info, &margin, &references).year
    }

    #[test]
    fn the_venue_goes_before_the_version_and_the_version_before_the_id() {
        let stamp = "arXiv:2010.00001v2 [cs.CV] 3 Jun 2021";
        assert_eq!(
            year("2010.00001", &[stamp, "Published at ICLR 2022"], "", 2020),
            Some(2022)
        );
        assert_eq!(year("2010.00001", &[stamp], "", 2020), Some(2021));
        assert_eq!(year("2010.00001", &[], "", 2019), Some(2020));
        // A revision over the turn of the year is still the preprint that was read.
        let revision = "arXiv:2012.00001v2 [cs.CV] 2 Mar 2021";
        assert_eq!(year("2012.00001", &[revision], "", 2020), Some(2020));
        let accepted = "arXiv:2012.00001v2 [cs.CV] 2 Apr 2021";
        assert_eq!(year("2012.00001", &[accepted], "", 2020), Some(2021));
        // A conference before the id is another paper's.
        assert_eq!(year("2010.00001", &["Talk at ICML 2015"], "", 2019), Some(2020));
        assert_eq!(year("", &[], "June 3, 2018", 2016), Some(2018));
        assert_eq!(year("", &[], "", 2016), Some(2016));
    }
}
