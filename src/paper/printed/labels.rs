//! What printed marks can name: numbers, labels, and names with years of the references.

use rustc_hash::FxHashMap;

use super::super::Reference;
use super::super::reference::names::{family, fold};
use super::super::reference::{split_label, year_letter};

/// What marks can name: numbers, labels, names with years.
pub(super) struct Labels {
    pub(super) by_label: FxHashMap<String, usize>,
    pub(super) by_name: FxHashMap<(String, i32), Vec<(Option<char>, usize)>>,
    pub(super) n: usize,
}

impl Labels {
    pub(super) fn new(references: &[Reference]) -> Self {
        let mut by_label = FxHashMap::default();
        let mut by_name: FxHashMap<_, Vec<_>> = FxHashMap::default();
        for (at, reference) in references.iter().enumerate() {
            let (label, _) = split_label(&reference.text);
            let own = label.filter(|l| l.len() <= 24).map(str::to_owned);
            by_label.entry(own.unwrap_or_else(|| (at + 1).to_string())).or_insert(at);
            let (Some(first), Some(year)) = (reference.authors.first(), reference.year)
            else {
                continue;
            };
            let letter = year_letter(&reference.text, year);
            for name in [family(first), fold(first)] {
                let entry = by_name.entry((name, year)).or_default();
                if !entry.contains(&(letter, at)) {
                    entry.push((letter, at));
                }
            }
        }
        Self { by_label, by_name, n: references.len() }
    }

    pub(super) fn number(&self, n: usize) -> Option<usize> {
        self.by_label.get(n.to_string().as_str()).copied()
    }

    /// The reference of a name and year; a letter decides between several.
    pub(super) fn name(
        &self,
        name: &str,
        year: i32,
        letter: Option<char>,
    ) -> Option<usize> {
        let fits = self.by_name.get(&(fold(name), year))?;
        match letter {
            Some(_) => fits.iter().find(|f| f.0 == letter).map(|f| f.1),
            None => fits.iter().find(|f| f.0.is_none()).or(fits.first()).map(|f| f.1),
        }
    }
}
