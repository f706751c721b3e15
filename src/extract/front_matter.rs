//! The metadata block at the head of a Markdown file.
//!
//! Reads the part of YAML that people write there: a mapping of plain, quoted and block scalars
//! and of lists of them; of a list of mappings, each one's `name`. Anchors, tags and deeper
//! nesting are not read: their lines are faults. TOML between `+++` is read whole.

use super::{Fault, Info, prose};
use crate::corpus::ids;

/// Splits front matter from the text and reads it into `info`; gives the rest of the text.
pub(super) fn take<'a>(
    text: &'a str,
    info: &mut Info,
    faults: &mut Vec<Fault>,
) -> &'a str {
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let Some((block, rest, mark)) = ["---", "+++"].iter().find_map(|mark| {
        let (block, rest) = fenced(text, mark)?;
        Some((block, rest, *mark))
    }) else {
        return text;
    };
    let fields = if mark == "---" { yaml(block, faults) } else { toml(block, faults) };
    for (name, values) in fields {
        set(info, &name, values);
    }
    rest
}

/// Gives the lines between two `mark` lines at the very start of the text, and what follows.
fn fenced<'a>(text: &'a str, mark: &str) -> Option<(&'a str, &'a str)> {
    let first_end = text.find('\n')?;
    if text[..first_end].trim_end() != mark {
        return None;
    }
    let start = first_end + 1;
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        let bare = line.trim_end();
        if bare == mark || mark == "---" && bare == "..." {
            return Some((&text[start..at], &text[at + line.len()..]));
        }
        at += line.len();
    }
    None
}

type Fields = Vec<(String, Vec<String>)>;

fn set(info: &mut Info, name: &str, values: Vec<String>) {
    let values: Vec<String> =
        values.iter().map(|v| prose::squeeze(v)).filter(|v| !v.is_empty()).collect();
    let Some(first) = values.first().cloned() else { return };
    match name.to_ascii_lowercase().as_str() {
        "title" => info.title = Some(first),
        "author" | "authors" => {
            info.authors =
                if values.len() == 1 { prose::split_authors(&first) } else { values };
        }
        "abstract" | "description" | "summary" if info.abstract_text.is_none() => {
            info.abstract_text = Some(first);
        }
        "year" | "date" | "published" => info.year = prose::year_in(&first).or(info.year),
        "venue" | "journal" | "publisher" | "conference" => info.venue = Some(first),
        "arxiv" | "eprint" => info.arxiv = ids::arxiv_id(&first),
        "doi" => info.doi = ids::doi(&first),
        "lang" | "language" => info.lang = Some(first),
        "licence" | "license" => info.licence = Some(first),
        "key" | "id" | "citekey" => info.key = Some(first),
        "survey" => {
            let topic = info.topic.take().map_or_else(String::new, |(_, topic)| topic);
            info.topic = Some((first, topic));
        }
        "topic" => {
            let survey = info.topic.take().map_or_else(String::new, |(survey, _)| survey);
            info.topic = Some((survey, first));
        }
        "categories" | "topics" | "tags" | "keywords" => {
            let split = |v: &String| {
                v.split(',').map(|p| p.trim().to_owned()).collect::<Vec<_>>()
            };
            info.categories.extend(values.iter().flat_map(split));
        }
        _ => {}
    }
}

fn toml(block: &str, faults: &mut Vec<Fault>) -> Fields {
    let table: toml::Table = match block.parse() {
        Ok(table) => table,
        Err(_) => {
            faults.push(Fault {
                page: None,
                what: "front matter is not valid TOML".into(),
            });
            return Vec::new();
        }
    };
    let scalar = |value: &toml::Value| match value {
        toml::Value::String(s) => Some(s.clone()),
        toml::Value::Table(t) => {
            t.get("name").and_then(|n| n.as_str()).map(str::to_owned)
        }
        toml::Value::Array(_) => None,
        other => Some(other.to_string()),
    };
    table
        .iter()
        .map(|(name, value)| match value {
            toml::Value::Array(list) => {
                (name.clone(), list.iter().filter_map(scalar).collect())
            }
            other => (name.clone(), scalar(other).into_iter().collect()),
        })
        .collect()
}

fn yaml(block: &str, faults: &mut Vec<Fault>) -> Fields {
    let mut fields: Fields = Vec::new();
    let mut lines = block.lines().enumerate().peekable();
    while let Some((number, line)) = lines.next() {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let entry =
            (!line.starts_with([' ', '\t', '-'])).then(|| line.split_once(':')).flatten();
        let Some((name, value)) = entry else {
            let what = format!("front matter: line {} is not understood", number + 2);
            faults.push(Fault { page: None, what });
            continue;
        };
        let name = unquote(name.trim());
        let mut below = Vec::new();
        while let Some((_, next)) = lines.next_if(|(_, next)| is_below(next)) {
            below.push(next);
        }
        fields.push((name, yaml_value(value, &below)));
    }
    fields
}

fn is_below(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with([' ', '\t']) || line.starts_with("- ")
}

fn yaml_value(value: &str, below: &[&str]) -> Vec<String> {
    let value = uncomment(value).trim();
    let lines = || below.iter().map(|l| l.trim()).filter(|l| !l.is_empty());
    if let Some(style) = value.strip_prefix(['|', '>']).filter(|s| s.len() <= 2) {
        debug_assert!(style.len() <= 2);
        let glue = if value.starts_with('|') { "\n" } else { " " };
        return vec![lines().collect::<Vec<_>>().join(glue)];
    }
    if value.is_empty() && lines().next().is_some_and(|l| l.starts_with('-')) {
        return lines().filter_map(list_item).collect();
    }
    let mut whole = value.to_owned();
    for line in lines() {
        whole.push(' ');
        whole.push_str(uncomment(line));
    }
    let whole = whole.trim();
    match whole.strip_prefix('[').and_then(|w| w.strip_suffix(']')) {
        Some(list) => split_flow(list).iter().map(|item| unquote(item.trim())).collect(),
        None => vec![unquote(whole)],
    }
}

/// Reads `- value` and `- name: value`; other keys of a mapping are left out.
fn list_item(line: &str) -> Option<String> {
    let (dash, item) = match line.strip_prefix('-') {
        Some(item) => (true, item.trim()),
        None => (false, line),
    };
    if let Some(name) = item.strip_prefix("name:") {
        return Some(unquote(uncomment(name).trim()));
    }
    let quoted = item.starts_with(['"', '\'']);
    let mapping = !quoted && item.split_once(": ").is_some_and(|(k, _)| !k.contains(' '));
    (dash && !mapping).then(|| unquote(uncomment(item).trim()))
}

/// Cuts ` # comment` off, outside quotes.
fn uncomment(value: &str) -> &str {
    let mut quote = None;
    let mut before = ' ';
    for (at, c) in value.char_indices() {
        match quote {
            Some(q) if c == q => quote = None,
            None if (c == '"' || c == '\'') && (before == ' ' || before == '[') => {
                quote = Some(c);
            }
            None if c == '#' && before == ' ' => return &value[..at],
            _ => {}
        }
        before = c;
    }
    value
}

fn split_flow(list: &str) -> Vec<&str> {
    let (mut out, mut start, mut quote) = (Vec::new(), 0, None);
    for (at, c) in list.char_indices() {
        match quote {
            Some(q) if c == q => quote = None,
            Some(_) => {}
            None if c == ',' => {
                out.push(&list[start..at]);
                start = at + 1;
            }
            None if (c == '"' || c == '\'') && list[start..at].trim().is_empty() => {
                quote = Some(c);
            }
            None => {}
        }
    }
    out.push(&list[start..]);
    out
}

fn unquote(value: &str) -> String {
    if let Some(inner) = value.strip_prefix('\'').and_then(|v| v.strip_suffix('\'')) {
        return inner.replace("''", "'");
    }
    let Some(inner) = value.strip_prefix('"').and_then(|v| v.strip_suffix('"')) else {
        return value.to_owned();
    };
    let mut out = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match (c, if c == '\\' { chars.next() } else { None }) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('t')) => out.push('\t'),
            ('\\', Some(other)) => out.push(other),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: Expect) {
        let (mut info, mut faults) = (Info::default(), Vec::new());
        let rest = take(text, &mut info, &mut faults);
        expected.assert_debug_eq(&(info, faults, rest));
    }

    #[test]
    fn a_guide_page() {
        check(
            "---\nkey: guide-2.3\ntitle: \"CLIP: and after\"  # ours\nsurvey: li2023multimodal\n\
             topic: '2.3'\nauthors: [Ann Lee, \"Li, Bo\"]\ndate: 2026-01-02\nlang: en\n---\nText.\n",
            expect![[r#"
                (
                    Info {
                        title: Some(
                            "CLIP: and after",
                        ),
                        authors: [
                            "Ann Lee",
                            "Li, Bo",
                        ],
                        abstract_text: None,
                        year: Some(
                            2026,
                        ),
                        venue: None,
                        arxiv: None,
                        doi: None,
                        lang: Some(
                            "en",
                        ),
                        licence: None,
                        key: Some(
                            "guide-2.3",
                        ),
                        topic: Some(
                            (
                                "li2023multimodal",
                                "2.3",
                            ),
                        ),
                        categories: [],
                    },
                    [],
                    "Text.\n",
                )
            "#]],
        );
    }

    #[test]
    fn lists_and_blocks_and_what_is_not_understood() {
        check(
            "---\nauthor:\n  - name: Ann Lee\n    affiliation: A: b\n  - Bo Li\nabstract: >\n  One\n  \
             two.\n?\ntitle: Plain\n  and on\n---\n",
            expect![[r#"
                (
                    Info {
                        title: Some(
                            "Plain and on",
                        ),
                        authors: [
                            "Ann Lee",
                            "Bo Li",
                        ],
                        abstract_text: Some(
                            "One two.",
                        ),
                        year: None,
                        venue: None,
                        arxiv: None,
                        doi: None,
                        lang: None,
                        licence: None,
                        key: None,
                        topic: None,
                        categories: [],
                    },
                    [
                        Fault {
                            page: None,
                            what: "front matter: line 9 is not understood",
                        },
                    ],
                    "",
                )
            "#]],
        );
    }

    #[test]
    fn toml_and_a_rule_that_is_no_front_matter() {
        let (mut info, mut faults) = (Info::default(), Vec::new());
        let rest =
            take("+++\ntitle = \"T\"\ntags = [\"a\"]\n+++\nx", &mut info, &mut faults);
        assert_eq!((rest, info.title.as_deref()), ("x", Some("T")));
        assert_eq!(info.categories, ["a"]);
        assert_eq!(take("---\nno end", &mut info, &mut faults), "---\nno end");
    }
}
