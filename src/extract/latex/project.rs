//! The files of a LaTeX document: which one is the main one, and which one a name means.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::extract::{ExtractError, Looks, charset};

/// Files by path, and the main one.
#[derive(Debug)]
pub(super) struct Project {
    files: BTreeMap<String, Rc<str>>,
    /// Path of the main file.
    pub main: String,
}

impl Project {
    /// Finds the main file among `files`.
    pub(super) fn new(files: BTreeMap<String, Vec<u8>>) -> Result<Self, ExtractError> {
        let files: BTreeMap<String, Rc<str>> =
            files.into_iter().map(|(name, bytes)| (name, decode(&bytes))).collect();
        let main = main_file(&files)
            .ok_or_else(|| ExtractError::Lacks { expected: "TeX file".into() })?;
        Ok(Project { files, main })
    }

    /// Makes a document of one file.
    pub(super) fn single(bytes: &[u8]) -> Result<Self, ExtractError> {
        let text = decode(bytes);
        let found = Looks::of(bytes);
        let packed = matches!(
            found,
            Looks::Zip | Looks::Gzip | Looks::Image | Looks::Postscript | Looks::Zeros
        );
        let foreign = packed
            || bytes.starts_with(b"%PDF")
            || !text.contains('\\') && found != Looks::Text;
        if foreign {
            return Err(ExtractError::OtherKind { expected: "TeX file".into(), found });
        }
        let main = "main.tex".to_owned();
        Ok(Project { files: BTreeMap::from([(main.clone(), text)]), main })
    }

    /// Gives the file that `name` means in an `\input` in `from`, trying each of `endings`.
    pub(super) fn find(
        &self,
        name: &str,
        from: &str,
        endings: &[&str],
    ) -> Option<(Rc<str>, Rc<str>)> {
        let name = name.trim().trim_matches('"');
        let folders = [folder_of(&self.main), folder_of(from), ""];
        let tries = folders.iter().flat_map(|folder| {
            endings
                .iter()
                .filter_map(move |ending| normal(&format!("{folder}/{name}{ending}")))
        });
        for path in tries {
            let hit = self.files.get_key_value(&path).or_else(|| {
                self.files.iter().find(|(known, _)| known.eq_ignore_ascii_case(&path))
            });
            if let Some((path, text)) = hit {
                return Some((path.as_str().into(), Rc::clone(text)));
            }
        }
        None
    }

    /// Gives the text of the file at exactly that path.
    pub(super) fn text(&self, path: &str) -> Option<Rc<str>> {
        self.files.get(path).cloned()
    }

    /// Gives the bibliography that BibTeX made: the main file's, else the only one.
    pub(super) fn bbl(&self) -> Option<(Rc<str>, Rc<str>)> {
        let stem = self.main.strip_suffix(".tex").unwrap_or(&self.main);
        let own = format!("{stem}.bbl");
        let (path, text) = self.files.get_key_value(&own).or_else(|| {
            let mut all = self.files.iter().filter(|(path, _)| path.ends_with(".bbl"));
            all.next().filter(|_| all.next().is_none())
        })?;
        Some((path.as_str().into(), Rc::clone(text)))
    }
}

fn decode(bytes: &[u8]) -> Rc<str> {
    let text = charset::decode(bytes, declared_encoding(bytes));
    if text.contains('\r') {
        text.replace("\r\n", "\n").replace('\r', "\n").into()
    } else {
        text.into()
    }
}

/// What `\usepackage[...]{inputenc}` says.
fn declared_encoding(bytes: &[u8]) -> Option<&'static str> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(20_000)]);
    let before = &head[..head.find("{inputenc}")?];
    let option = &before[before.rfind('[')? + 1..];
    Some(match option.trim_end_matches(']').trim() {
        "latin1" | "ansinew" | "cp1252" => "windows-1252",
        "latin2" => "iso-8859-2",
        "latin9" => "iso-8859-15",
        "cp1251" => "windows-1251",
        "koi8-r" => "koi8-r",
        "applemac" => "macintosh",
        _ => return None,
    })
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// Resolves `.` and `..`; nothing if the path climbs out.
fn normal(path: &str) -> Option<String> {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn main_file(files: &BTreeMap<String, Rc<str>>) -> Option<String> {
    let tex = files.iter().filter(|(path, _)| {
        let lower = path.to_ascii_lowercase();
        lower.ends_with(".tex") || lower.ends_with(".ltx") || lower.ends_with(".latex")
    });
    let scored = tex.map(|(path, text)| (score(path, text, files), path));
    let best =
        scored.max_by(|(a, left), (b, right)| a.cmp(b).then_with(|| right.cmp(left)));
    best.map(|(_, path)| path.clone())
}

/// How much a file looks like the main one: what it declares, its name, its depth, its length.
fn score(path: &str, text: &str, files: &BTreeMap<String, Rc<str>>) -> (i32, usize) {
    let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
    let name = stem.rsplit('/').next().unwrap_or(stem).to_ascii_lowercase();
    let has = |mark: &str| {
        text.lines().any(|line| line.split('%').next().unwrap_or_default().contains(mark))
    };
    let readme = files.iter().any(|(path, text)| {
        path.to_ascii_lowercase().starts_with("00readme")
            && text.contains(&format!("{name}.tex"))
    });
    let mut score = 0;
    score += if has("\\documentclass") || has("\\documentstyle") { 20 } else { 0 };
    score += if has("\\begin{document}") { 20 } else { 0 };
    score += if has("\\title") || has("\\maketitle") { 6 } else { 0 };
    score += if has("{abstract}") || has("\\abstract") { 3 } else { 0 };
    score += if readme { 40 } else { 0 };
    score += match name.as_str() {
        "main" | "ms" | "paper" | "article" | "manuscript" | "root" => 8,
        _ => 0,
    };
    score += if files.contains_key(&format!("{stem}.bbl")) { 6 } else { 0 };
    let aside = ["standalone}", "{subfiles}", "{beamer}", "{letter}"];
    score -= if aside.iter().any(|class| has(class)) { 15 } else { 0 };
    let side = ["supp", "appendix", "response", "rebuttal", "cover", "template", "check"];
    score -= if side.iter().any(|word| name.contains(word)) { 4 } else { 0 };
    score -= 2 * path.matches('/').count() as i32;
    (score, text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project(files: &[(&str, &str)]) -> Project {
        let files =
            files.iter().map(|(n, t)| ((*n).to_owned(), t.as_bytes().to_vec())).collect();
        Project::new(files).unwrap()
    }

    #[test]
    fn the_main_file_is_the_one_with_a_document() {
        let whole = "\\documentclass{article}\\begin{document}x\\end{document}";
        let found = project(&[("a/intro.tex", "\\section{A}"), ("z.tex", whole)]);
        assert_eq!(found.main, "z.tex");
        let found = project(&[("response.tex", whole), ("ms.tex", whole)]);
        assert_eq!(found.main, "ms.tex");
    }

    #[test]
    fn names_are_found_beside_and_below_but_not_outside() {
        let found =
            project(&[("src/main.tex", "\\begin{document}"), ("src/s/One.tex", "1")]);
        let find = |name| {
            found.find(name, "src/s/x.tex", &["", ".tex"]).map(|(p, _)| p.to_string())
        };
        assert_eq!(find("s/one").as_deref(), Some("src/s/One.tex"));
        assert_eq!(find("./One").as_deref(), Some("src/s/One.tex"));
        assert_eq!(find("../../../etc/passwd"), None);
    }
}
