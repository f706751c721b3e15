//! Who may import whom: the table of ARCHITECTURE.md held against the code.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Foreign crates that only some modules may name.
const GUARDED: [(&str, &[&str]); 8] = [
    (
        "tantivy",
        &["analysis", "schema", "index", "indexer", "search", "facets", "snippet"],
    ),
    ("clap", &["cli"]),
    ("biblatex", &["corpus", "extract", "output"]),
    ("ureq", &["fetch"]),
    ("hayro_syntax", &["extract"]),
    ("hayro_font", &["extract"]),
    ("pdf_extract", &["extract"]),
    ("redb", &["indexer"]),
];

/// The import table: what each module may name.
pub(crate) struct Table {
    rows: BTreeMap<String, BTreeSet<String>>,
}

impl Table {
    /// Reads the rows `| module | may import |` below the heading `## Imports`.
    pub(crate) fn parse(page: &str) -> Table {
        let section = page.split("\n## Imports").nth(1).expect("a section `## Imports`");
        let section = section.split("\n## ").next().unwrap_or_default();
        let mut rows = BTreeMap::new();
        for line in section.lines().filter(|l| l.starts_with("| `")) {
            let cells: Vec<&str> = line.split('|').map(str::trim).collect();
            let names = |cell: &str| {
                let parts =
                    cell.split([',', ' ']).map(|n| n.trim_matches('`').to_owned());
                parts.filter(|n| !n.is_empty() && n != "-").collect::<BTreeSet<_>>()
            };
            for module in names(cells[1]) {
                rows.insert(module, names(cells[2]));
            }
        }
        Table { rows }
    }

    /// The modules that have a row.
    pub(crate) fn modules(&self) -> BTreeSet<String> {
        self.rows.keys().cloned().collect()
    }
}

/// What a file names that its module may not. `place` is relative to `src`.
pub(crate) fn violations(table: &Table, place: &Path, source: &str) -> Vec<String> {
    let parts: Vec<String> = place
        .iter()
        .map(|p| p.to_string_lossy().trim_end_matches(".rs").to_owned())
        .collect();
    let module = parts[0].clone();
    // Tests build their input from whatever stages they need.
    let is_test = parts.last().is_some_and(|p| p == "tests");
    if matches!(module.as_str(), "lib" | "main") || is_test {
        return Vec::new();
    }
    // `super` of a module's own file is the crate's root.
    let is_top = parts.len() == 1 || parts[1] == "mod";
    let depth = parts.len() - usize::from(parts.last().is_some_and(|p| p == "mod"));
    let to_root = format!("{}::", vec!["super"; depth].join("::"));
    let code = without_comments_and_strings(source);
    let mut named = names_after(&code, "crate::");
    named.extend(names_after(&code, &to_root));
    if is_top {
        named.extend(names_after(&code, "use super::"));
    }
    let Some(allowed) = table.rows.get(&module) else {
        return vec![format!("{}: `{module}` has no row in the table", place.display())];
    };
    let modules = table.modules();
    let mut wrong = Vec::new();
    for name in named {
        let is_ours = modules.contains(&name);
        if is_ours
            && name != module
            && !allowed.contains(&name)
            && !allowed.contains("anything")
        {
            wrong
                .push(format!("{}: `{module}` may not import `{name}`", place.display()));
        }
    }
    for (foreign, users) in GUARDED {
        if names_crate(&code, foreign) && !users.contains(&module.as_str()) {
            wrong.push(format!(
                "{}: `{module}` may not name the crate `{foreign}`",
                place.display()
            ));
        }
    }
    wrong
}

/// The names that stand behind `prefix`, those of a group `{a::b, c}` each.
fn names_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':')) {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        match rest.strip_prefix('{') {
            Some(group) => out.extend(first_names(group)),
            None => out.extend(ident(rest)),
        }
    }
    out
}

/// The first name of each member of a group.
fn first_names(group: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut depth = 0;
    let mut at_start = true;
    for (i, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => at_start = true,
            c if at_start && (c.is_alphanumeric() || c == '_') => {
                out.extend(ident(&group[i..]));
                at_start = false;
            }
            _ => {}
        }
    }
    out
}

fn ident(text: &str) -> Option<String> {
    let end =
        text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    (end > 0).then(|| text[..end].to_owned())
}

fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = &code[at + name.len()..];
        !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '.'))
            && (after.starts_with("::") || after.starts_with(';'))
    })
}

fn without_comments_and_strings(source: &str) -> String {
    let mut out = String::with_capacity(source.len());
    let mut chars = source.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => {
                for c in chars.by_ref() {
                    if c == '\n' {
                        out.push('\n');
                        break;
                    }
                }
            }
            '"' => {
                while let Some(c) = chars.next() {
                    match c {
                        '\\' => {
                            chars.next();
                        }
                        '"' => break,
                        _ => {}
                    }
                }
                out.push_str("\"\"");
            }
            '\'' => {
                // A character literal; a lifetime has no closing quote.
                let ahead: Vec<char> = chars.clone().take(3).collect();
                if ahead.first() == Some(&'\\') {
                    chars.next();
                    chars.next();
                    for c in chars.by_ref() {
                        if c == '\'' {
                            break;
                        }
                    }
                } else if ahead.get(1) == Some(&'\'') {
                    chars.next();
                    chars.next();
                }
            }
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "\n## Imports\n\n| module | may import |\n|---|---|\n\
        | `corpus`, `query` | - |\n| `layout` | `corpus`, `extract` |\n| `extract` | `corpus` |\n\
        | `cli` | anything |\n";

    fn check(place: &str, source: &str) -> Vec<String> {
        violations(&Table::parse(PAGE), Path::new(place), source)
    }

    #[test]
    fn a_planted_import_is_found_in_every_form() {
        for source in [
            "use crate::layout::Block;",
            "use crate::{corpus::WorkKey, layout::{Block, Cite}};",
            "use crate::{\n    corpus,\n    layout as l,\n};",
            "fn f() { crate::layout::lay(x) }",
            "use super::super::layout::Block;",
        ] {
            let found = check("extract/pdf.rs", source);
            assert_eq!(
                found,
                ["extract/pdf.rs: `extract` may not import `layout`"],
                "{source}"
            );
        }
        assert_eq!(check("extract/mod.rs", "use super::layout;").len(), 1);
    }

    #[test]
    fn a_guarded_crate_is_found() {
        let wrong = ["layout/a.rs: `layout` may not name the crate `clap`"];
        assert_eq!(check("layout/a.rs", "use clap::Parser;"), wrong);
        assert_eq!(check("layout/a.rs", "fn f() { let x: clap::Arg; }"), wrong);
    }

    #[test]
    fn what_is_allowed_or_only_said_passes() {
        assert!(
            check("layout/a.rs", "use crate::extract::Glyph; // crate::query").is_empty()
        );
        assert!(
            check("extract/b/c.rs", "use super::super::pdf; use crate::corpus;")
                .is_empty()
        );
        assert!(
            check("cli/a.rs", "use crate::{layout, query}; use clap::Parser;").is_empty()
        );
        assert!(check("corpus/a.rs", "const A: &str = \"crate::layout\";").is_empty());
    }
}
