//! A person's edits of a survey map win over what is derived again.
//!
//! In: a newly derived map and the one on disk. Out: the map to write. Each derived section
//! carries digests of what was written; a field that no longer fits its digest was edited and
//! stays. A section taken out stays out, one that was added stays in. A map that was not derived
//! (general knowledge) gives way to the survey's own outline, but for its labels and for sections
//! without `evidence`, which a person wrote.

use rustc_hash::FxHashSet;

use super::map::{Digests, MapSection, SurveyMap};
use crate::paper::reference::names::fold;

/// Sources that a derivation writes.
const DERIVED: [&str; 4] = ["bookmarks", "headings", "tex", "html"];

impl SurveyMap {
    /// Returns this newly derived map with the edits of the one on disk.
    pub fn merge_edits(mut self, existing: &Self) -> Self {
        for section in &mut self.sections {
            section.derived = Some(section.digests());
        }
        self.derived_numbers = self.sections.iter().map(|s| s.number.clone()).collect();
        self.key.clone_from(&existing.key);
        let was_derived = DERIVED.contains(&existing.source.as_str());
        if was_derived && !existing.title.is_empty() {
            self.title.clone_from(&existing.title);
        }
        self.arxiv = self.arxiv.or_else(|| existing.arxiv.clone());
        self.language = self.language.or_else(|| existing.language.clone());

        let pairs = pair(&self.sections, &existing.sections, was_derived);
        let taken: FxHashSet<usize> = pairs.iter().flatten().copied().collect();
        let removed = |number: &String| existing.derived_numbers.contains(number);
        let mut merged: Vec<MapSection> = Vec::new();
        for (section, old) in self.sections.drain(..).zip(pairs) {
            match old {
                Some(at) => {
                    merged.push(with_edits(section, &existing.sections[at], was_derived))
                }
                None if was_derived && removed(&section.number) => {}
                None => merged.push(section),
            }
        }
        for (at, old) in existing.sections.iter().enumerate() {
            if !taken.contains(&at) && is_a_persons(old, was_derived) {
                let place = place_after(&merged, &existing.sections[..at]);
                merged.insert(place, old.clone());
            }
        }
        make_unique(&mut merged);
        self.sections = merged;
        self
    }
}

impl MapSection {
    fn digests(&self) -> Digests {
        let digest = |parts: &[&str]| {
            let mut hasher = blake3::Hasher::new();
            for part in parts {
                hasher.update(part.as_bytes());
                hasher.update(&[0]);
            }
            hasher.finalize().to_hex()[..8].to_owned()
        };
        let cites: Vec<&str> = self.cites.iter().map(String::as_str).collect();
        Digests {
            place: digest(&[&self.number, &self.level.to_string()]),
            title: digest(&[&self.title]),
            cites: digest(&cites),
        }
    }
}

/// The section of the existing map that each derived one is.
fn pair(new: &[MapSection], old: &[MapSection], was_derived: bool) -> Vec<Option<usize>> {
    let mut pairs: Vec<Option<usize>> = vec![None; new.len()];
    let mut free: Vec<bool> = vec![true; old.len()];
    let title = |s: &MapSection| fold(&s.title);
    // Digests of an edited section still tell what it was.
    let was = |o: &MapSection, n: &MapSection| {
        o.derived.as_ref().is_some_and(|d| {
            let now = n.digests();
            d.place == now.place && d.title == now.title
        })
    };
    let rules: [&dyn Fn(&MapSection, &MapSection) -> bool; 4] = [
        &|n, o| n.number == o.number && title(n) == title(o),
        &|n, o| was(o, n),
        &|n, o| title(n) == title(o),
        &|n, o| {
            n.number == o.number
                && (was_derived && o.derived.is_some()
                    || strsim::normalized_levenshtein(&title(n), &title(o)) >= 0.6)
        },
    ];
    for rule in rules {
        for (at, section) in new.iter().enumerate() {
            if pairs[at].is_some() {
                continue;
            }
            let fit =
                old.iter().enumerate().position(|(i, o)| free[i] && rule(section, o));
            if let Some(i) = fit {
                free[i] = false;
                pairs[at] = Some(i);
            }
        }
    }
    pairs
}

/// The derived section with the fields that were edited in the old one.
fn with_edits(new: MapSection, old: &MapSection, was_derived: bool) -> MapSection {
    let mut merged = new;
    for (code, label) in &old.labels {
        merged.labels.insert(code.clone(), label.clone());
    }
    if !was_derived {
        return merged;
    }
    let now = old.digests();
    // A section without digests is a person's through and through.
    let was = old.derived.clone().unwrap_or_default();
    if now.place != was.place {
        merged.number.clone_from(&old.number);
        merged.level = old.level;
    }
    if now.title != was.title {
        merged.title.clone_from(&old.title);
    }
    if now.cites != was.cites {
        merged.cites.clone_from(&old.cites);
    }
    if old.evidence.is_some() {
        merged.evidence.clone_from(&old.evidence);
    }
    merged
}

/// True if a section that is no longer derived must stay: a person wrote or edited it.
fn is_a_persons(old: &MapSection, was_derived: bool) -> bool {
    if !was_derived {
        return old.evidence.is_none();
    }
    old.derived.as_ref().is_none_or(|derived| *derived != old.digests())
}

/// Where a section goes that followed these in the old map.
fn place_after(merged: &[MapSection], before: &[MapSection]) -> usize {
    before
        .iter()
        .rev()
        .find_map(|b| merged.iter().position(|m| m.number == b.number))
        .map_or(0, |at| at + 1)
}

/// Gives a second section of one number another one.
fn make_unique(sections: &mut [MapSection]) {
    let mut used: FxHashSet<String> = FxHashSet::default();
    for section in sections {
        let stem = section.number.clone();
        let mut n = 2;
        while !used.insert(section.number.clone()) {
            section.number = format!("{stem}-{n}");
            n += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn section(number: &str, title: &str, cites: &[&str]) -> MapSection {
        MapSection {
            number: number.into(),
            level: 1,
            title: title.into(),
            cites: cites.iter().map(|c| (*c).to_owned()).collect(),
            ..Default::default()
        }
    }

    fn derived(sections: Vec<MapSection>) -> SurveyMap {
        SurveyMap {
            version: 1,
            key: "k".into(),
            title: "T".into(),
            source: "bookmarks".into(),
            sections,
            ..Default::default()
        }
    }

    fn first() -> SurveyMap {
        let new = derived(vec![
            section("1", "Introduction", &["a"]),
            section("2", "Methods", &["b", "c"]),
            section("3", "Results", &[]),
        ]);
        let empty =
            SurveyMap { key: "k".into(), source: "bookmarks".into(), ..new.clone() };
        new.merge_edits(&SurveyMap { sections: Vec::new(), ..empty })
    }

    fn numbers(map: &SurveyMap) -> String {
        map.sections.iter().map(|s| format!("{}:{} ", s.number, s.title)).collect()
    }

    #[test]
    fn edits_survive_and_new_citations_come() {
        let mut edited = first();
        edited.sections[0].title = "How it began".into();
        edited.sections[1].cites = vec!["c".into()];
        edited.sections[1].labels.insert("zh".into(), "方法".into());
        edited.sections.remove(2);
        edited.sections.push(section("9", "My own", &["z"]));
        let again = derived(vec![
            section("1", "Introduction", &["a", "d"]),
            section("2", "Methods", &["b", "c", "e"]),
            section("3", "Results", &[]),
            section("4", "New one", &[]),
        ])
        .merge_edits(&edited);
        assert_eq!(numbers(&again), "1:How it began 2:Methods 9:My own 4:New one ");
        assert_eq!(again.sections[0].cites, ["a", "d"]);
        assert_eq!(again.sections[1].cites, ["c"]);
        assert_eq!(again.sections[1].labels["zh"], "方法");
        // A second run changes nothing.
        let third = derived(vec![
            section("1", "Introduction", &["a", "d"]),
            section("2", "Methods", &["b", "c", "e"]),
            section("3", "Results", &[]),
            section("4", "New one", &[]),
        ])
        .merge_edits(&again);
        let path = Path::new("k.toml");
        let text = again.render(path, "").unwrap();
        assert_eq!(third.render(path, &text).unwrap(), text);
    }

    #[test]
    fn the_surveys_own_outline_replaces_general_knowledge() {
        let mut old = derived(vec![
            MapSection {
                evidence: Some("general-knowledge".into()),
                ..section("1", "Intro", &["x"])
            },
            MapSection {
                evidence: Some("read".into()),
                ..section("2", "Methods!", &["y"])
            },
            MapSection {
                evidence: Some("general-knowledge".into()),
                ..section("7", "Gone", &[])
            },
            section("8", "Mine", &[]),
        ]);
        old.source = "general-knowledge".into();
        for s in &mut old.sections {
            s.labels.insert("zh".into(), format!("zh {}", s.title));
        }
        let new = derived(vec![
            section("1", "Foreword", &[]),
            section("2", "Introduction", &["a"]),
            section("3", "Methods", &["b"]),
        ])
        .merge_edits(&old);
        assert_eq!(numbers(&new), "1:Foreword 2:Introduction 8:Mine 3:Methods ");
        assert_eq!(new.sections[3].labels["zh"], "zh Methods!");
        assert_eq!(new.sections[3].cites, ["b"]);
        assert!(new.sections[1].labels.is_empty());
    }
}
