//! The map of a survey as a file: `corpus/surveys/KEY.toml`.
//!
//! In: a file that a person may have written or edited. Out: a [`SurveyMap`], or an error that
//! names file and line. Writing changes only what differs, so that comments, order and layout of
//! the file survive. What an edit is, and whose word wins, is decided in [`super::edits`].

mod write;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rustc_hash::FxHashSet;
use serde::Deserialize;

/// Version of the form that this program reads and writes.
pub const MAP_VERSION: i64 = 1;

/// The outline of a survey, and which works each section cites.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SurveyMap {
    /// Version of the form.
    pub version: i64,
    /// Key of the survey.
    pub key: String,
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// arXiv id without version.
    pub arxiv: Option<String>,
    /// Where the outline comes from: `bookmarks`, `headings`, `tex`, `html`, or a person's word.
    #[serde(default)]
    pub source: String,
    /// Language of the titles, as a two-letter code.
    pub language: Option<String>,
    /// What the citations rest on, for a person to read.
    pub evidence: Option<String>,
    /// Numbers of the sections that the last derivation made: one that is here and not in
    /// `sections` was taken out by a person.
    #[serde(default)]
    pub derived_numbers: Vec<String>,
    /// Sections in outline order; a parent stands before its children.
    #[serde(default, rename = "section")]
    pub sections: Vec<MapSection>,
}

/// A section of a survey.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapSection {
    /// Number, unique in the map.
    pub number: String,
    /// Depth from 1; told from the number if absent.
    #[serde(default)]
    pub level: u8,
    /// Title.
    pub title: String,
    /// Titles in other languages, by code.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Page from 1.
    pub page: Option<u32>,
    /// What the section rests on.
    pub evidence: Option<String>,
    /// Keys of the works that it cites, in order of their first citation.
    #[serde(default)]
    pub cites: Vec<String>,
    /// Digests of what the derivation wrote, by which an edit is known.
    pub derived: Option<Digests>,
}

/// Digests of the fields of a section as they were derived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digests {
    /// Of number and level.
    pub place: String,
    /// Of the title.
    pub title: String,
    /// Of the cited keys.
    pub cites: String,
}

/// Why a survey map cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum MapError {
    /// The file cannot be read.
    #[error("{}: cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file cannot be written.
    #[error("{}: cannot be written", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is no TOML, or a field is missing, unknown or of the wrong kind.
    #[error("{}:{line}: {message}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// Line from 1.
        line: usize,
        /// What the parser says.
        message: String,
    },
    /// It was written in another version of the form.
    #[error("{}: version {found} of the survey map is not known", path.display())]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
    /// Two sections have one number.
    #[error("{}:{line}: section `{number}` stands here a second time", path.display())]
    Twice {
        /// The file.
        path: PathBuf,
        /// Line of the second, from 1.
        line: usize,
        /// The number.
        number: String,
    },
    /// A field may not be as it is.
    #[error("{}:{line}: `{field}` may not be `{found}`", path.display())]
    Value {
        /// The file.
        path: PathBuf,
        /// Line of the section, from 1.
        line: usize,
        /// The field.
        field: &'static str,
        /// What it holds.
        found: String,
    },
}

impl MapError {
    /// What the person can do about it.
    pub fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Read { .. } | Self::Write { .. } => return None,
            Self::Form { .. } => "a section has number, level, title, labels, page, evidence \
                                  and cites; take the file away to have it derived anew"
                .to_owned(),
            Self::Version { .. } => format!("this program knows version {MAP_VERSION}"),
            Self::Twice { .. } => "give one of the two another number".to_owned(),
            Self::Value { .. } => {
                "a number is made of letters, digits, periods and hyphens, a key has no blanks \
                 and no slash, a level is 1 to 9"
                    .to_owned()
            }
        })
    }
}

impl SurveyMap {
    /// Reads a map from its file.
    ///
    /// # Errors
    /// If the file cannot be read, is no TOML, or breaks a rule of the form.
    pub fn load(path: &Path) -> Result<Self, MapError> {
        let text = std::fs::read_to_string(path)
            .map_err(|source| MapError::Read { path: path.to_owned(), source })?;
        Self::parse(path, &text)
    }

    /// Reads a map from the text of a file; the path is for errors.
    ///
    /// # Errors
    /// If the text is no TOML or breaks a rule of the form.
    pub fn parse(path: &Path, text: &str) -> Result<Self, MapError> {
        let mut map: Self = toml::from_str(text).map_err(|e| MapError::Form {
            path: path.to_owned(),
            line: line_of(text, e.span().map_or(0, |s| s.start)),
            message: e.message().to_owned(),
        })?;
        if map.version != MAP_VERSION {
            return Err(MapError::Version { path: path.to_owned(), found: map.version });
        }
        map.check(path, text)?;
        for section in &mut map.sections {
            if section.level == 0 {
                let dots = section.number.matches('.').count();
                section.level = u8::try_from(dots + 1).unwrap_or(9).min(9);
            }
        }
        Ok(map)
    }

    fn check(&self, path: &Path, text: &str) -> Result<(), MapError> {
        let wrong = |line: usize, field: &'static str, found: &str| MapError::Value {
            path: path.to_owned(),
            line,
            field,
            found: found.to_owned(),
        };
        if self.key.is_empty()
            || self.key.contains(|c: char| c.is_whitespace() || c == '/')
        {
            return Err(wrong(1, "key", &self.key));
        }
        let mut seen = FxHashSet::default();
        for (at, section) in self.sections.iter().enumerate() {
            let line = section_line(text, at);
            let plain = |c: char| c.is_alphanumeric() || "._-()+".contains(c);
            if section.number.is_empty() || !section.number.chars().all(plain) {
                return Err(wrong(line, "number", &section.number));
            }
            if section.level > 9 {
                return Err(wrong(line, "level", &section.level.to_string()));
            }
            if !seen.insert(section.number.as_str()) {
                return Err(MapError::Twice {
                    path: path.to_owned(),
                    line,
                    number: section.number.clone(),
                });
            }
        }
        Ok(())
    }
}

fn line_of(text: &str, byte: usize) -> usize {
    text.bytes().take(byte).filter(|b| *b == b'\n').count() + 1
}

/// The line of the section with this index.
fn section_line(text: &str, index: usize) -> usize {
    text.lines()
        .enumerate()
        .filter(|(_, line)| line.trim_start().starts_with("[[section]]"))
        .nth(index)
        .map_or(1, |(at, _)| at + 1)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    const SMALL: &str = r#"# Ours.
version = 1
key = "s2023"   # the key
title = "A survey"
source = "by hand"

# The start.
[[section]]
number = "1"
title = "Introduction"
labels = { zh = "引言" }
cites = ["a", "b"]  # two

[[section]]
number = "1.1"
title = "Scope"
"#;

    fn check_error(text: &str, expected: Expect) {
        let error = SurveyMap::parse(Path::new("s.toml"), text).unwrap_err();
        expected.assert_eq(&format!("{error}\n{}", error.hint().unwrap_or_default()));
    }

    #[test]
    fn a_file_that_says_the_same_stays() {
        let path = Path::new("s.toml");
        let map = SurveyMap::parse(path, SMALL).unwrap();
        assert_eq!(map.sections[1].level, 2);
        let again = map.render(path, SMALL).unwrap();
        let added = "level = 1\n";
        assert_eq!(
            again
                .replace(added, "")
                .replace("level = 2\n", "")
                .replace("cites = []\n", ""),
            SMALL
        );
    }

    #[test]
    fn comments_survive_a_change() {
        let path = Path::new("s.toml");
        let mut map = SurveyMap::parse(path, SMALL).unwrap();
        map.sections[0].cites.push("c".into());
        map.sections
            .insert(1, MapSection { number: "0".into(), level: 1, ..Default::default() });
        expect![[r##"
            # Ours.
            version = 1
            key = "s2023"   # the key
            title = "A survey"
            source = "by hand"

            # The start.
            [[section]]
            number = "1"
            title = "Introduction"
            labels = { zh = "引言" }
            cites = [
                "a", "b", "c",
            ]  # two
            level = 1

            [[section]]
            number = "0"
            level = 1
            title = ""
            cites = []

            [[section]]
            number = "1.1"
            title = "Scope"
            level = 2
            cites = []
        "##]]
        .assert_eq(&map.render(path, SMALL).unwrap());
    }

    #[test]
    fn errors_name_the_line() {
        check_error(
            "version = 1\nkey = \n",
            expect![[r#"
            s.toml:2: string values must be quoted, expected literal string
            a section has number, level, title, labels, page, evidence and cites; take the file away to have it derived anew"#]],
        );
        check_error(
            "version = 9\nkey = \"k\"\n",
            expect![[r#"
            s.toml: version 9 of the survey map is not known
            this program knows version 1"#]],
        );
        check_error(
            &SMALL.replace("title = \"Scope\"", "titel = \"Scope\""),
            expect![[r#"
            s.toml:16: unknown field `titel`, expected one of `number`, `level`, `title`, `labels`, `page`, `evidence`, `cites`, `derived`
            a section has number, level, title, labels, page, evidence and cites; take the file away to have it derived anew"#]],
        );
        check_error(
            &SMALL.replace("\"1.1\"", "\"1\""),
            expect![[r#"
            s.toml:14: section `1` stands here a second time
            give one of the two another number"#]],
        );
        check_error(
            &SMALL.replace("\"1.1\"", "\"1/1\""),
            expect![[r#"
            s.toml:14: `number` may not be `1/1`
            a number is made of letters, digits, periods and hyphens, a key has no blanks and no slash, a level is 1 to 9"#]],
        );
    }

    #[test]
    fn a_new_file_is_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("surveys/k.toml");
        let map = SurveyMap {
            version: 1,
            key: "k".into(),
            title: "T “q” \\ x".into(),
            source: "bookmarks".into(),
            derived_numbers: vec!["1".into()],
            sections: vec![MapSection {
                number: "1".into(),
                level: 1,
                title: "One".into(),
                page: Some(3),
                cites: (0..40).map(|i| format!("author{i}word")).collect(),
                derived: Some(Digests::default()),
                ..Default::default()
            }],
            ..Default::default()
        };
        map.save(&path).unwrap();
        assert_eq!(SurveyMap::load(&path).unwrap(), map);
    }
}
