//! Finds the identifiers of works that a survey's references name, and proves those they carry.
//!
//! In: works as a reference states them. Out: a verdict for each, with confidence and evidence.
//! A title alone is never enough: an author must agree and the year must not contradict. What stays
//! below [`MIN_CONFIDENCE`] is unresolved, and listed.

use super::arxiv::Paper;
use crate::corpus::identity::{surname, title_letters};

/// Matches below are not believed.
pub const MIN_CONFIDENCE: f64 = 0.85;

/// A work as a reference states it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Key of the work.
    pub key: String,
    /// Title; empty if none could be told.
    pub title: String,
    /// Authors, `First Last`.
    pub authors: Vec<String>,
    /// Year.
    pub year: Option<i32>,
    /// arXiv id that the reference carries.
    pub arxiv: Option<String>,
}

/// A match and why it is believed or not.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// From 0 to 1.
    pub confidence: f64,
    /// In words.
    pub evidence: String,
}

/// Compares a work with a record.
pub fn compare(wanted: &Wanted, found: &Paper) -> Match {
    let (a, b) = (title_letters(&wanted.title), title_letters(&found.title));
    let title = match (a.is_empty(), b.is_empty()) {
        (false, false) if a == b => 1.0,
        (false, false) => strsim::normalized_levenshtein(&a, &b),
        _ => 0.0,
    };
    let theirs: Vec<String> = found.authors.iter().map(|n| surname(n)).collect();
    let ours: Vec<String> = wanted.authors.iter().map(|n| surname(n)).collect();
    let author = match (ours.first(), theirs.first()) {
        (Some(ours), Some(first)) if ours == first => Some(true),
        (Some(first), Some(other)) => {
            Some(theirs.contains(first) && ours.contains(other))
        }
        _ => None,
    };
    let apart = match (wanted.year, found.year) {
        (Some(a), Some(b)) => Some(a.abs_diff(b)),
        _ => None,
    };
    let mut confidence = match author {
        Some(true) => 0.25 + 0.75 * title,
        Some(false) => 0.4 * title,
        None => 0.8 * title,
    };
    if apart.is_some_and(|years| years > 3) {
        confidence *= 0.5;
    }
    let author = match author {
        Some(true) => "first author agrees",
        Some(false) => "first author differs",
        None => "no author to compare",
    };
    let year = match apart {
        Some(0) => "same year".to_string(),
        Some(n) => format!("{n} years apart"),
        None => "no year to compare".to_string(),
    };
    Match { confidence, evidence: format!("title {title:.2}, {author}, {year}") }
}

/// True if the record at the id that a reference carries can be the work: the id counts for much,
/// so either the title or the author may be told badly, not both.
pub fn proves(wanted: &Wanted, found: &Paper) -> bool {
    let (a, b) = (title_letters(&wanted.title), title_letters(&found.title));
    let near = strsim::normalized_levenshtein(&a, &b);
    let held = a.len().min(b.len()) >= 12 && (a.contains(&b) || b.contains(&a));
    let ours: Vec<String> = wanted.authors.iter().map(|n| surname(n)).collect();
    let theirs: Vec<String> = found.authors.iter().map(|n| surname(n)).collect();
    let author = ours.first().is_some_and(|first| theirs.contains(first))
        || theirs.first().is_some_and(|first| ours.contains(first));
    near >= 0.8 || held || (author && (near >= 0.3 || a.is_empty()))
}

/// The best record for a title, if it is surely the work.
pub fn best<'p>(wanted: &Wanted, found: &'p [Paper]) -> (Option<&'p Paper>, Match) {
    let nothing = Match { confidence: 0.0, evidence: "nothing found".into() };
    let scored = found.iter().map(|p| (compare(wanted, p), p));
    let best = scored.reduce(|a, b| if b.0.confidence > a.0.confidence { b } else { a });
    match best {
        Some((m, paper)) if m.confidence >= MIN_CONFIDENCE => (Some(paper), m),
        Some((m, paper)) => {
            let evidence = format!("nearest is \"{}\": {}", paper.title, m.evidence);
            (None, Match { evidence, ..m })
        }
        None => (None, nothing),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(title: &str, author: &str, year: i32) -> Wanted {
        Wanted {
            key: "k".into(),
            title: title.into(),
            authors: vec![author.into()],
            year: Some(year),
            arxiv: None,
        }
    }

    fn found(title: &str, authors: &[&str], year: i32) -> Paper {
        Paper {
            id: "1".into(),
            title: title.into(),
            authors: authors.iter().map(|a| a.to_string()).collect(),
            year: Some(year),
            ..Paper::default()
        }
    }

    #[test]
    fn a_title_alone_is_not_enough() {
        let he = found("Deep Residual Learning", &["Kaiming He", "Xiangyu Zhang"], 2015);
        for (title, author, year, fine) in [
            ("Deep residual learning", "K. He", 2016, true),
            ("Deep residual leaming", "K. He", 2016, true),
            ("Deep residual learning", "A. Other", 2016, false),
            ("Deep residual learning", "K. He", 2004, false),
            ("Wide residual networks", "K. He", 2015, false),
        ] {
            let (hit, m) = best(&wanted(title, author, year), std::slice::from_ref(&he));
            assert_eq!(hit.is_some(), fine, "{title} {author} {year}: {m:?}");
        }
    }

    #[test]
    fn an_id_that_leads_elsewhere_is_seen() {
        let he = found("Deep Residual Learning", &["Kaiming He"], 2015);
        assert!(proves(&wanted("", "Kaiming He", 2015), &he));
        assert!(proves(&wanted("Deep residual", "Kaiming He", 2015), &he));
        assert!(proves(&wanted("Deep Residual Learning", "", 2015), &he));
        assert!(!proves(&wanted("Attention is all you need", "A. Vaswani", 2017), &he));
    }
}
