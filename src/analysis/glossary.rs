//! The bilingual glossary of a field: `corpus/glossary.toml`, which people extend.
//!
//! ```toml
//! [[term]]
//! zh = ["掩码图像建模"]
//! en = ["masked image modeling", "MIM"]
//! ```
//!
//! In: its text, and a query's words. Out: the other ways to say a term. Topic labels in several
//! languages are terms too.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Words of a term that are looked up together.
const MAX_UNITS: usize = 8;

/// Terms with their names in several languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Glossary {
    terms: Vec<Term>,
    /// Terms by their folded names.
    by_name: BTreeMap<String, Vec<usize>>,
    /// First letters of the keys.
    initials: BTreeSet<char>,
}

/// Names of one thing, by language code.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term(pub BTreeMap<String, Vec<String>>);

/// Why a glossary cannot be read.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GlossaryError {
    /// It is not TOML of the expected form.
    #[error("not a glossary")]
    Malformed(#[from] toml::de::Error),
    /// A later program wrote it.
    #[error("glossary of version {0}, this program reads version 1")]
    Version(u32),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Version of the form; there is one so far.
    version: Option<u32>,
    #[serde(default)]
    term: Vec<BTreeMap<String, Vec<String>>>,
}

impl Glossary {
    /// Reads a glossary from the text of its file.
    pub fn parse(text: &str) -> Result<Self, GlossaryError> {
        let file: File = toml::from_str(text)?;
        if let Some(version) = file.version.filter(|&version| version != 1) {
            return Err(GlossaryError::Version(version));
        }
        let mut glossary = Self::default();
        for names in file.term {
            glossary.add(names);
        }
        Ok(glossary)
    }

    /// Adds a term: names by language code.
    pub fn add(&mut self, names: BTreeMap<String, Vec<String>>) {
        let place = self.terms.len();
        for name in names.values().flatten() {
            let asked = key(name);
            self.initials.extend(asked.chars().next());
            let places = self.by_name.entry(asked).or_default();
            if places.last() != Some(&place) {
                places.push(place);
            }
        }
        self.terms.push(Term(names));
    }

    /// Returns the other names of what `text` as a whole names, in order of language, without repeats.
    pub fn others(&self, text: &str) -> Vec<&str> {
        let asked = key(text);
        let mut found: Vec<&str> = Vec::new();
        for &place in self.by_name.get(&asked).into_iter().flatten() {
            for name in self.terms[place].0.values().flatten() {
                if key(name) != asked && !found.contains(&name.as_str()) {
                    found.push(name);
                }
            }
        }
        found
    }

    /// Returns the terms named in `text`, each with its place and the other names, the longest first from the
    /// left; no two overlap.
    pub fn find<'a>(&'a self, text: &str) -> Vec<(std::ops::Range<usize>, Vec<&'a str>)> {
        let starts = starts(text);
        let mut found = Vec::new();
        let mut at = 0;
        while at + 1 < starts.len() {
            // A look at one letter spares most of a long text.
            let first = key(&text[starts[at]..starts[at + 1]]);
            if first.chars().next().is_none_or(|c| !self.initials.contains(&c)) {
                at += 1;
                continue;
            }
            let longest = (at + 1
                ..starts.len().min(at + 1 + longest_run(text, &starts, at)))
                .rev()
                .find_map(|end| {
                    let range = starts[at]..starts[end];
                    let trimmed = text[range.clone()].trim_end();
                    let others = self.others(trimmed);
                    let end_at = range.start + trimmed.len();
                    (!others.is_empty()).then_some((end, range.start..end_at, others))
                });
            match longest {
                Some((end, range, others)) => {
                    found.push((range, others));
                    at = end;
                }
                None => at += 1,
            }
        }
        found
    }

    /// Number of terms.
    pub fn len(&self) -> usize {
        self.terms.len()
    }

    /// Whether there is no term.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }
}

/// How many starts a term may span: words, or twice as many characters of a script without spaces.
fn longest_run(text: &str, starts: &[usize], at: usize) -> usize {
    let is_wide =
        text[starts[at]..].chars().next().is_some_and(|c| u32::from(c) > 0x2E80);
    if is_wide { 3 * MAX_UNITS } else { MAX_UNITS }
}

/// Where words and characters of scripts without spaces begin, and the end.
fn starts(text: &str) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    for token in super::tokens(text) {
        if matches!(token.kind, super::TokenKind::Part | super::TokenKind::Pair) {
            continue;
        }
        found.push(token.range.start);
    }
    found.push(text.len());
    found
}

/// The stems of a name, so that endings do not matter.
fn key(name: &str) -> String {
    let terms = super::phrase(name).into_iter().map(|(_, form)| form.stem);
    terms.collect::<Vec<_>>().join(" ")
}
