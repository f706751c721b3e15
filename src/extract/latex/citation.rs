//! Citations: the commands of BibTeX, natbib, biblatex and the classes, shown as a reader sees them.

use super::reader::{Reader, Text};
use super::token::to_tex;
use crate::extract::latex::token::Token;

/// How a command shows what it cites.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Manner {
    /// `[3]`, `(Lee et al., 2020)`
    Parenthesis,
    /// `Lee et al. [3]`, `Lee et al. (2020)`
    Running,
    /// `Lee et al., 2020`
    Bare,
    /// `Lee et al.`
    Author,
    /// `2020`
    Year,
}

impl Reader<'_> {
    /// Obeys a citing command; false if `name` is none.
    pub(super) fn citation(&mut self, name: &str) -> bool {
        let lower = name.to_ascii_lowercase();
        let manner = match lower.as_str() {
            "cite" | "citep" | "parencite" | "autocite" | "shortcite" | "citeasnoun@"
            | "footcite" | "supercite" | "onlinecite" | "smartcite" | "citem"
            | "citeg" | "shortciteA" | "upcite" | "footfullcite" | "fullcite"
            | "autocites" | "parencites" | "cites" | "citealtp" | "footcitetext" => {
                Manner::Parenthesis
            }
            "citet" | "textcite" | "newcite" | "citeasnoun" | "textcites"
            | "shortciteN" | "shortciten" | "citen@" => Manner::Running,
            "citealp" | "citealt" | "citenum" | "citen" | "citenp" | "citeyearnp" => {
                Manner::Bare
            }
            "citeauthor" | "citename" | "fullciteauthor" => Manner::Author,
            "citeyear" | "citeyearpar" | "citedate" => Manner::Year,
            "bibentry" => Manner::Bare,
            _ => return false,
        };
        self.stream.take_if(&Token::Char('*'));
        let first = self.stream.optional();
        let second = self.stream.optional();
        let (before, after) = match (first, second) {
            (Some(before), Some(after)) => (before, after),
            (Some(after), None) => (Vec::new(), after),
            _ => (Vec::new(), Vec::new()),
        };
        let before = self.text_of(before).text.trim().to_owned();
        let after = self.text_of(after).text.trim().to_owned();
        let mut keys = split_keys(&to_tex(&self.stream.argument()));
        // `\cites{a}{b}` of biblatex.
        while lower.ends_with('s') && self.stream.peek() == Some(Token::Open) {
            keys.extend(split_keys(&to_tex(&self.stream.argument())));
        }
        if !keys.is_empty() && !self.in_front {
            self.cite(manner, &keys, &before, &after);
        }
        true
    }

    fn cite(&mut self, manner: Manner, keys: &[String], before: &str, after: &str) {
        let text = self.shown(manner, keys, before, after);
        // Words and mark stand apart, whatever the source has between them.
        let glued =
            self.text.text.ends_with(|c: char| c.is_alphanumeric() || ",;.)".contains(c));
        if glued {
            self.push_str(" ");
        }
        let start = self.text.text.len();
        let range = start..start + text.len();
        self.push_str(&text);
        for key in keys {
            self.text.cites.push((range.clone(), key.clone()));
            self.cited.push(key.clone());
        }
    }

    fn shown(
        &self,
        manner: Manner,
        keys: &[String],
        before: &str,
        after: &str,
    ) -> String {
        let named = keys.iter().any(|k| {
            self.known.marks.get(k).is_some_and(|mark| mark.author_year.is_some())
        });
        let parts: Vec<String> =
            keys.iter().map(|key| self.part(manner, key, named)).collect();
        let joined = parts.join(if named { "; " } else { ", " });
        let mut inner = String::new();
        if !before.is_empty() {
            inner.push_str(before);
            inner.push(' ');
        }
        inner.push_str(&joined);
        if !after.is_empty() {
            inner.push_str(", ");
            inner.push_str(after);
        }
        match manner {
            Manner::Parenthesis if named => format!("({inner})"),
            Manner::Parenthesis => format!("[{inner}]"),
            _ => inner,
        }
    }

    fn part(&self, manner: Manner, key: &str, named: bool) -> String {
        let Some(mark) = self.known.marks.get(key) else {
            let bare = named || manner == Manner::Parenthesis;
            return if bare { key.to_owned() } else { format!("[{key}]") };
        };
        let label = mark.label.as_str();
        match (&mark.author_year, manner) {
            (Some((authors, year)), Manner::Parenthesis | Manner::Bare) => {
                format!("{authors}, {year}")
            }
            (Some((authors, year)), Manner::Running) => format!("{authors} ({year})"),
            (Some((authors, _)), Manner::Author) => authors.clone(),
            (Some((_, year)), Manner::Year) => year.clone(),
            (None, Manner::Parenthesis) => label.to_owned(),
            (None, _) => match &mark.authors {
                Some(authors) if manner == Manner::Author => authors.clone(),
                Some(authors) if manner == Manner::Running => {
                    format!("{authors} [{label}]")
                }
                _ => format!("[{label}]"),
            },
        }
    }
}

fn split_keys(keys: &str) -> Vec<String> {
    let keys = keys.split(',').map(|k| k.split_whitespace().collect::<String>());
    keys.filter(|k| !k.is_empty()).collect()
}

impl Text {
    /// Gives the text with white space at both ends left out, and without its citations.
    pub(super) fn trimmed(&self) -> &str {
        self.text.trim()
    }
}
