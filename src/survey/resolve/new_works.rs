//! References that are no known work become new ones, each with a key of its own.

use std::collections::BTreeMap;

use super::{MIN_CONFIDENCE, Match, Resolver, WorkFacts};
use crate::corpus::WorkKey;
use crate::paper::Reference;
use crate::paper::reference::names::{family, fold, is_cjk};

/// What became of a bibliography.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Resolution {
    /// The work of each reference that was resolved, by the reference's key.
    pub works: BTreeMap<String, WorkKey>,
    /// Matches with works that were known, in the order of the references.
    pub matched: Vec<(String, Match)>,
    /// Works that were not known, in the order of the references.
    pub new_works: Vec<WorkFacts>,
    /// References that stay open, in order.
    pub unresolved: Vec<Unresolved>,
}

/// A reference that is no work yet.
#[derive(Clone, Debug, PartialEq)]
pub struct Unresolved {
    /// Key of the reference.
    pub reference: String,
    /// Its text as printed.
    pub text: String,
    /// The likeliest work, with a confidence below [`MIN_CONFIDENCE`]; none if the entry says too
    /// little to look for one.
    pub nearest: Option<Match>,
}

/// Resolves a bibliography against the works that are known.
///
/// A reference that is none of them becomes a new work if it has a title and an author, a year or
/// an id; one that is like a known work, but not enough, stays open.
pub fn settle(references: &[Reference], works: &[WorkFacts]) -> Resolution {
    let mut resolver = Resolver::new(works);
    let mut out = Resolution::default();
    for reference in references {
        let facts = WorkFacts::from(reference);
        let best = resolver.best(&facts);
        match best {
            Some(found) if found.confidence >= MIN_CONFIDENCE => {
                out.works.insert(reference.key.clone(), found.work.clone());
                out.matched.push((reference.key.clone(), found));
            }
            Some(nearest) => out.unresolved.push(open(reference, Some(nearest))),
            None if !says_enough(&facts) => out.unresolved.push(open(reference, None)),
            None => {
                let key = make_key(reference, |key| resolver.has_key(key));
                let work = WorkFacts { key: key.clone(), ..facts };
                resolver.add(&work);
                out.works.insert(reference.key.clone(), WorkKey(key));
                out.new_works.push(work);
            }
        }
    }
    out
}

fn open(reference: &Reference, nearest: Option<Match>) -> Unresolved {
    Unresolved { reference: reference.key.clone(), text: reference.text.clone(), nearest }
}

fn says_enough(facts: &WorkFacts) -> bool {
    let id = facts.arxiv.is_some() || facts.doi.is_some();
    let title = facts.title.chars().filter(|c| c.is_alphabetic()).count() >= 4;
    id || title && (!facts.authors.is_empty() || facts.year.is_some())
}

/// Makes a key: the survey's own where its file has one, else family name, year and the first
/// word of the title that says something (`li2022blip`); letters tell equal ones apart.
pub fn make_key(reference: &Reference, taken: impl Fn(&str) -> bool) -> String {
    let own = reference.key.rsplit_once('@').map_or(reference.key.as_str(), |(_, k)| k);
    let stem = if is_a_persons(own) { own.to_owned() } else { made(reference) };
    if !taken(&stem) {
        return stem;
    }
    (b'b'..=b'z')
        .map(|letter| format!("{stem}{}", char::from(letter)))
        .chain((2..).map(|n| format!("{stem}-{n}")))
        .find(|key| !taken(key))
        .expect("numbers do not end")
}

/// True if an anchor is a key that a person chose: `li2022blip`, not `bib12`, `cite.1` or `ref-3`.
fn is_a_persons(key: &str) -> bool {
    let plain = |c: char| !c.is_whitespace() && !"{}(),#%\"'\\~=[]<>|".contains(c);
    let letters = key.trim_end_matches(|c: char| c.is_ascii_digit() || ".-_".contains(c));
    let lower = letters.to_lowercase();
    let counted = letters.len() < key.len()
        && [
            "",
            "bib",
            "ref",
            "cr",
            "b",
            "cite",
            "item",
            "r",
            "s",
            "c",
            "bib.bib",
            "bibitem",
            "reference",
            "ref-cr",
            "bibref",
            "cit",
            "rf",
            "en",
        ]
        .contains(&lower.as_str());
    key.len() >= 3
        && key.len() <= 80
        && key.chars().all(plain)
        && key.chars().any(char::is_alphabetic)
        && !counted
}

const STOP: [&str; 22] = [
    "a", "an", "the", "on", "of", "in", "for", "to", "and", "is", "are", "what", "how",
    "do", "does", "can", "with", "from", "at", "by", "le", "la",
];

fn made(reference: &Reference) -> String {
    let ascii = |text: &str| -> String {
        fold(text).chars().filter(char::is_ascii_alphanumeric).collect()
    };
    let author = reference
        .authors
        .first()
        .map(|a| if a.chars().any(is_cjk) { String::new() } else { ascii(&family(a)) });
    let author = author.filter(|a| !a.is_empty()).unwrap_or_else(|| "anon".to_owned());
    let year = reference.year.map_or(String::new(), |y| y.to_string());
    let word = reference
        .title
        .split(|c: char| !c.is_alphanumeric())
        .map(ascii)
        .find(|w| w.len() > 1 && !STOP.contains(&w.as_str()))
        .unwrap_or_default();
    let key = format!("{author}{year}{word}");
    if key == "anon" {
        // Nothing that a key could be made of: the text itself tells it from others.
        let digest = blake3::hash(reference.text.as_bytes()).to_hex();
        return format!("anon{}", &digest[..8]);
    }
    key
}
