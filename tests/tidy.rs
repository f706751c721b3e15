//! Rules of the code base that a reader relies on, as tests. A rule that no test checks is advice.

mod imports;
mod reference;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

/// Names that say nothing of what a file is for.
const BANNED_NAMES: [&str; 9] =
    ["utils", "util", "common", "helpers", "types", "misc", "new", "v2", "models"];

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Files below `dir` with this ending, in order.
pub(crate) fn files(dir: &str, ending: &str) -> Vec<PathBuf> {
    let walk = WalkDir::new(root().join(dir)).sort_by_file_name();
    let hidden = |e: &walkdir::DirEntry| {
        e.depth() > 0
            && (e.file_name() == "target"
                || e.file_name().to_string_lossy().starts_with('.'))
    };
    walk.into_iter()
        .filter_entry(|e| !hidden(e))
        .flatten()
        .map(walkdir::DirEntry::into_path)
        .filter(|p| p.extension().is_some_and(|e| e == ending))
        .collect()
}

#[test]
fn imports_follow_the_table() {
    let table = imports::Table::parse(&read(&root().join("ARCHITECTURE.md")));
    let mut wrong = Vec::new();
    for file in files("src", "rs") {
        let place = file.strip_prefix(root().join("src")).unwrap();
        wrong.extend(imports::violations(&table, place, &read(&file)));
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn the_import_table_has_a_row_for_each_module() {
    let table = imports::Table::parse(&read(&root().join("ARCHITECTURE.md")));
    let lib = read(&root().join("src/lib.rs"));
    let modules: BTreeSet<String> = lib
        .lines()
        .filter_map(|l| l.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect();
    assert_eq!(table.modules(), modules);
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<_> = ["src", "tests", "benches"]
        .iter()
        .flat_map(|dir| files(dir, "rs"))
        .filter(|f| !f.components().any(|c| c.as_os_str() == "fixtures"))
        .filter(|f| !read(f).starts_with("//!"))
        .collect();
    assert!(silent.is_empty(), "no `//!` at the top of {silent:#?}");
}

#[test]
fn file_names_name_something() {
    let bad: Vec<_> = files("src", "rs")
        .into_iter()
        .filter(|f| BANNED_NAMES.contains(&f.file_stem().unwrap().to_str().unwrap()))
        .collect();
    assert!(bad.is_empty(), "{bad:#?}");
}

#[test]
fn every_test_file_is_declared() {
    let declared: String = files("tests", "rs").iter().map(|f| read(f)).collect();
    for file in files("tests", "rs") {
        let stem = file.file_stem().unwrap().to_str().unwrap();
        let name = match stem {
            "main" => continue,
            "mod" => file.parent().unwrap().file_name().unwrap().to_str().unwrap(),
            stem => stem,
        };
        let is_declared = declared.lines().any(|l| {
            l.trim_start_matches("pub ").trim_start_matches("pub(crate) ")
                == format!("mod {name};")
        });
        assert!(is_declared, "{} is declared nowhere, so it never runs", file.display());
    }
}

#[test]
fn links_in_documents_lead_somewhere() {
    let mut dead = Vec::new();
    for file in files(".", "md") {
        let name = file.to_string_lossy();
        if ["corpus/guide/", "tests/extract/cases/"].iter().any(|dir| name.contains(dir))
        {
            continue;
        }
        for target in link_targets(&read(&file)) {
            let path = target.split('#').next().unwrap_or_default();
            if path.is_empty() || target.contains("://") || target.starts_with("mailto:")
            {
                continue;
            }
            if !file.parent().unwrap().join(path).try_exists().unwrap() {
                dead.push(format!("{}: {target}", file.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

/// The targets of `[text](target)`.
fn link_targets(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, _) in text.match_indices("](") {
        let rest = &text[at + 2..];
        if let Some(end) = rest.find([')', ' ', '\n']) {
            out.push(rest[..end].to_owned());
        }
    }
    out
}

#[test]
fn the_glossary_matches_the_code() {
    let page = read(&root().join("ARCHITECTURE.md"));
    let glossary =
        page.split("## Glossary").nth(1).expect("ARCHITECTURE.md has a glossary");
    let glossary = glossary.split("\n## ").next().unwrap();
    let code: String = files("src", "rs").iter().map(|f| read(f)).collect();
    let types: Vec<&str> = glossary
        .lines()
        .filter_map(|l| l.strip_prefix("| `")?.split('`').next())
        .collect();
    assert!(types.len() >= 10, "the glossary has only {types:?}");
    for name in types {
        let last = name.rsplit("::").next().unwrap();
        let defined = ["struct ", "enum ", "type ", "trait ", "fn "]
            .iter()
            .any(|kind| code.contains(&format!("{kind}{last}")));
        assert!(defined, "the glossary names `{name}`, which the code does not have");
    }
}

#[test]
fn the_reference_of_commands_is_what_help_says() {
    // `UPDATE_EXPECT=1 cargo test` writes the page anew.
    expect_test::expect_file![root().join("docs/commands.md")]
        .assert_eq(&reference::page());
}
