//! What is exported, read by other programs' parsers: biblatex and citationberg of Typst, biblib of
//! a tool for systematic reviews. Each must find what `--format jsonl` says of the same papers.

use std::path::Path;

use biblatex::{ChunksExt, PermissiveType};
use biblib::{BibParser, Citation, CitationParser, RisParser};
use citationberg::json::{DateValue, Item, NameItem, NameValue, Value as CslValue};
use serde_json::Value;

use super::Sandbox;

/// Entries with all that a name, a title or a field may hold.
const ODD: &str = r#"
@article{quine, title = {On {G{\"o}del} & 100\% of $x^2$ \_ "quoted"}, author = {Garc{\'\i}a M{\'a}rquez, Jos{\'e} and van den Berg, Jan},
  year = 1999, journal = {Journal of A \& B}, doi = {10.1000/ABC_(1)}, abstract = {First line.

  Second; with {braces} and a \textbackslash.}}
@inproceedings{many, title = {Many Hands}, author = {Lee, Ann and others}, year = {2021}, booktitle = {Proc. of {X}}}
@misc{team, title = {A Report}, author = {{The Gemini Team}}, eprint = {2312.11805}, year = 2023}
@misc{han, title = {视觉模型综述}, author = {张三 and 李四}, year = {2020}, url = {https://example.org/a?b=1&c=%20d#e}}
@book{bare, title = {No Author, No Year}}
@phdthesis{Thesis:2001_a, title = {A Thesis}, author = {Jr., Sam}, year = 2001}
"#;

/// What all forms have of a paper.
#[derive(Debug, PartialEq)]
struct Seen {
    title: String,
    /// Names with their families; what stands before and behind is each reader's own.
    names: Vec<String>,
    year: Option<i32>,
    doi: Option<String>,
}

fn export(sandbox: &Sandbox, corpus: &str, format: &str) -> String {
    let run = sandbox.run(&["export", "--corpus", corpus, "--format", format]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    run.stdout
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn of_bibtex(text: &str) -> Vec<Seen> {
    let bib = biblatex::Bibliography::parse(text).unwrap();
    let seen = bib.iter().map(|entry| Seen {
        title: plain(&entry.title().map(|t| t.format_verbatim()).unwrap_or_default()),
        names: entry
            .author()
            .unwrap_or_default()
            .iter()
            .map(|p| plain(&format!("{} {}", p.prefix, p.name)))
            .collect(),
        year: entry.date().ok().and_then(|date| match date {
            PermissiveType::Typed(date) => match date.value {
                biblatex::DateValue::At(day) => Some(day.year),
                _ => None,
            },
            PermissiveType::Chunks(_) => None,
        }),
        doi: entry.doi().ok(),
    });
    seen.collect()
}

fn of_csl(text: &str) -> Vec<Seen> {
    let items: Vec<Item> = serde_json::from_str(text).unwrap();
    let text = |item: &Item, name: &str| {
        item.0.get(name).and_then(|value| Some(plain(&value.to_str()?)))
    };
    let names = |item: &Item| match item.0.get("author") {
        Some(CslValue::Names(names)) => names
            .iter()
            .map(|name| match name {
                NameValue::Literal(name) => name.literal.clone(),
                NameValue::Item(NameItem { family, .. }) => family.clone(),
            })
            .collect(),
        _ => Vec::new(),
    };
    let year = |item: &Item| match item.0.get("issued") {
        Some(CslValue::Date(DateValue::DateParts { date_parts, .. })) => {
            date_parts.0.first()?.0.first().map(|y| i32::from(*y))
        }
        _ => None,
    };
    let seen = items.iter().map(|item| Seen {
        title: text(item, "title").unwrap_or_default(),
        names: names(item),
        year: year(item),
        doi: text(item, "DOI"),
    });
    seen.collect()
}

fn of_citations(citations: Vec<Citation>) -> Vec<Seen> {
    let seen = citations.into_iter().map(|c| Seen {
        title: plain(&c.title),
        names: c
            .authors
            .into_iter()
            .map(|a| {
                [a.given_name, a.middle_name, Some(a.name)].map(Option::unwrap_or_default)
            })
            .map(|parts| plain(&parts.join(" ")))
            .collect(),
        year: c.date.map(|d| d.year),
        doi: c.doi,
    });
    seen.collect()
}

/// Title, year and DOI of each paper as `jsonl` has them, and the last words of its authors' names.
fn of_jsonl(text: &str) -> Vec<(Value, Vec<String>)> {
    let last = |name: &str| name.rsplit(' ').next().unwrap_or_default().to_owned();
    let authors = |item: &Value| -> Vec<String> {
        let names = item["authors"].as_array().cloned().unwrap_or_default();
        names.iter().filter_map(Value::as_str).map(last).collect()
    };
    text.lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .map(|item| (item.clone(), authors(&item)))
        .collect()
}

fn agree(format: &str, seen: &[Seen], stated: &[(Value, Vec<String>)]) {
    assert_eq!(seen.len(), stated.len(), "{format}");
    for (seen, (item, lasts)) in seen.iter().zip(stated) {
        let said = |name: &str| item[name].as_str().map(plain);
        assert_eq!(Some(&seen.title), said("title").as_ref(), "{format}");
        assert_eq!(seen.year.map(i64::from), item["year"].as_i64(), "{format}: {seen:?}");
        let doi = seen.doi.as_ref().map(|doi| doi.to_lowercase());
        assert_eq!(doi, said("doi"), "{format}: {seen:?}");
        assert_eq!(seen.names.len(), lasts.len(), "{format}: {seen:?}");
        for (name, last) in seen.names.iter().zip(lasts) {
            assert!(name.contains(last.as_str()), "{format}: {seen:?}: {lasts:?}");
        }
    }
}

fn all_agree(sandbox: &Sandbox, corpus: &str) -> usize {
    let stated = of_jsonl(&export(sandbox, corpus, "jsonl"));
    let [bibtex, csl, ris] =
        ["bibtex", "csl-json", "ris"].map(|format| export(sandbox, corpus, format));
    agree("bibtex", &of_bibtex(&bibtex), &stated);
    agree("csl-json", &of_csl(&csl), &stated);
    agree("ris", &of_citations(RisParser::new().parse(&ris).unwrap()), &stated);
    let again = BibParser::new().parse(&bibtex).unwrap();
    assert_eq!(again.len(), stated.len(), "a second reader of BibTeX");
    stated.len()
}

#[test]
fn other_programs_read_what_is_exported() {
    let sandbox = Sandbox::new();
    sandbox.write("odd/papers.bib", ODD);
    assert_eq!(all_agree(&sandbox, "odd"), 6);
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let sandbox = Sandbox::new();
    let n = all_agree(&sandbox, &bundled.display().to_string());
    assert!(n > 400, "{n}");
}

#[test]
fn what_is_exported_can_be_added() {
    let bundled = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus");
    let bundled = bundled.display().to_string();
    let sandbox = Sandbox::new();
    for (format, name) in [("bibtex", "a.bib"), ("csl-json", "a.json"), ("ris", "a.ris")]
    {
        let text = export(&sandbox, &bundled, format);
        let n = export(&sandbox, &bundled, "jsonl").lines().count();
        let again = Sandbox::new();
        again.write(name, text);
        let added = again.run(&["add", name, "--offline"]);
        assert_eq!(added.status, 0, "{}", added.stderr);
        let all = format!("{n} works added");
        assert!(added.stderr.contains(&all), "{format}: {}", added.stderr);
    }
}
