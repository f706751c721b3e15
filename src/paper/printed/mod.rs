//! Tells citations from the marks that are printed, for documents without links.
//!
//! In: blocks and references. Out: [`Cite`] marks in the blocks. Knows numbers in brackets
//! (`[3, 7-9]`), names and years (`(Radford et al., 2021; Li & Zhang, 2023b)`,
//! `Radford et al. (2021)`), labels (`[VSP+17]`) and raised numbers. One kind is taken for the
//! whole document: the one that reaches most references. A mark that fits no reference is no
//! citation.

mod labels;

use std::ops::Range;

use rustc_hash::FxHashSet;

use self::labels::Labels;
use super::Reference;
use super::reference::names::{fold, is_cjk};
use super::reference::years;
use crate::layout::{Block, BlockKind, Cite};

/// A mark in a block: its bytes, and the index of the reference.
type Mark = (Range<usize>, usize);

/// Least share of the references that a kind of mark must reach to be believed.
const MIN_REACH: f64 = 0.2;

/// Writes the printed marks into the blocks; true if any were found.
pub(super) fn mark(
    blocks: &mut [(Option<usize>, Block)],
    references: &[Reference],
) -> bool {
    let labels = Labels::new(references);
    let kinds: [&dyn Fn(&str) -> Vec<Mark>; 3] =
        [&|text| bracketed(text, &labels), &|text| named(text, &labels), &|text| {
            raised(text, &labels)
        }];
    let mut best: Option<(usize, Vec<Vec<Mark>>)> = None;
    for kind in kinds {
        let found: Vec<Vec<Mark>> = blocks
            .iter()
            .map(|(_, b)| if cites(b) { kind(&b.text) } else { Vec::new() })
            .collect();
        let reach: FxHashSet<usize> = found.iter().flatten().map(|m| m.1).collect();
        if best.as_ref().is_none_or(|(n, _)| reach.len() > *n) {
            best = Some((reach.len(), found));
        }
        // The first kind that reaches most is taken; raised numbers are the last resort.
        if best.as_ref().is_some_and(|(n, _)| *n * 2 > references.len()) {
            break;
        }
    }
    let Some((reach, found)) = best else { return false };
    if (reach as f64) < (references.len() as f64 * MIN_REACH).max(1.0) {
        return false;
    }
    for ((_, block), marks) in blocks.iter_mut().zip(found) {
        let page = block.page;
        block.cites.extend(marks.into_iter().map(|(range, at)| Cite {
            range,
            key: references[at].key.clone(),
            page,
        }));
    }
    true
}

/// Adds printed numbers where links were lost (turned tables, boxes), in a document whose links
/// lie on such numbers and lead where the numbers say.
pub(super) fn supplement(
    blocks: &mut [(Option<usize>, Block)],
    references: &[Reference],
) {
    let labels = Labels::new(references);
    let (mut agree, mut linked) = (0, 0);
    for (_, block) in blocks.iter().filter(|(_, b)| cites(b)) {
        for cite in &block.cites {
            let mark = block.text.get(cite.range.clone()).unwrap_or("");
            let said = labels.by_label.get(mark.trim_matches(['[', ']', ' ', ',']));
            linked += 1;
            agree += usize::from(said.is_some_and(|at| references[*at].key == cite.key));
        }
    }
    if linked < 10 || agree * 10 < linked * 9 {
        return;
    }
    for (_, block) in blocks.iter_mut().filter(|(_, b)| cites(b) && b.cites.is_empty()) {
        let page = block.page;
        let marks = bracketed(&block.text, &labels);
        block.cites = marks
            .into_iter()
            .map(|(range, at)| Cite { range, key: references[at].key.clone(), page })
            .collect();
    }
}

fn cites(block: &Block) -> bool {
    !matches!(
        block.kind,
        BlockKind::Reference
            | BlockKind::Authors
            | BlockKind::Title
            | BlockKind::Equation
    )
}

/// `[3, 7-9]`, `[VSP+17; BMR+20]`, also full-width brackets.
fn bracketed(text: &str, labels: &Labels) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (open, c) in text.char_indices() {
        let close = match c {
            '[' => ']',
            '［' => '］',
            '〔' => '〕',
            _ => continue,
        };
        let from = open + c.len_utf8();
        let Some(len) = text[from..].find(close).filter(|l| *l <= 120) else { continue };
        let mut inner = Vec::new();
        let mut all = true;
        for (start, part) in parts(&text[from..from + len], &[',', ';', '，', '；', '、'])
        {
            let range = from + start..from + start + part.len();
            let found = label_range(part, labels);
            all &= !found.is_empty();
            inner.extend(found.into_iter().map(|at| (range.clone(), at)));
        }
        // `[0, 1]` is an interval: every part must name a reference.
        if all {
            marks.extend(inner);
        }
    }
    marks
}

/// The references of `7`, `7-9` or a label; `3, Sec. 2` keeps its number.
fn label_range(part: &str, labels: &Labels) -> Vec<usize> {
    let part = part.trim();
    if let Some(at) = labels.by_label.get(part) {
        return vec![*at];
    }
    let ends: Vec<&str> = part.split(['-', '–', '—', '−', '~']).map(str::trim).collect();
    if let [first, last] = ends.as_slice()
        && let (Ok(first), Ok(last)) = (first.parse::<usize>(), last.parse::<usize>())
        && first < last
        && last - first <= 60
        && last <= labels.n.max(last.min(first + 1))
    {
        return (first..=last).filter_map(|n| labels.number(n)).collect();
    }
    Vec::new()
}

/// Parts of a text between separators: byte offset and trimmed text.
fn parts<'a>(text: &'a str, separators: &[char]) -> Vec<(usize, &'a str)> {
    let mut found = Vec::new();
    let mut start = 0;
    for piece in text.split(separators) {
        let lead = piece.len() - piece.trim_start().len();
        found.push((start + lead, piece.trim()));
        start += piece.len();
        start += text[start..].chars().next().map_or(0, char::len_utf8);
    }
    found
}

/// `(Radford et al., 2021; Li & Zhang, 2023b)` and `Radford et al. (2021, 2022a)`.
fn named(text: &str, labels: &Labels) -> Vec<Mark> {
    let mut marks = Vec::new();
    for (at, _) in text.char_indices().filter(|(_, c)| c.is_ascii_digit()) {
        if text[..at].ends_with(|c: char| c.is_alphanumeric()) {
            continue;
        }
        let Some((year, len)) = years::leading_year(&text[at..]) else { continue };
        let letter = text[at..at + len].chars().nth(4);
        let Some((start, name)) = name_before(&text[..at], year, labels) else {
            continue;
        };
        let found = labels.name(&name, year, letter).or_else(|| {
            // A preprint is often cited by its name with the year of the other version.
            letter.is_none().then(|| unique_by_name(&name, labels)).flatten()
        });
        if let Some(reference) = found {
            marks.push((start..at + len, reference));
            // `2023a,b`: letters that go on.
            let mut tail = at + len;
            while let Some(next) = next_letter(&text[tail..]) {
                if let Some(more) = labels.name(&name, year, Some(next.1)) {
                    marks.push((tail..tail + next.0, more));
                }
                tail += next.0;
            }
        }
    }
    marks
}

fn next_letter(text: &str) -> Option<(usize, char)> {
    let rest = text.strip_prefix(',')?;
    let gap = rest.len() - rest.trim_start_matches(' ').len();
    let mut chars = rest[gap..].chars();
    let letter = chars.next().filter(char::is_ascii_lowercase)?;
    chars.next().is_none_or(|c| !c.is_alphanumeric()).then_some((1 + gap + 1, letter))
}

fn unique_by_name(name: &str, labels: &Labels) -> Option<usize> {
    let name = fold(name);
    let mut found = None;
    for year in 1990..=2035 {
        for (_, at) in labels.by_name.get(&(name.clone(), year)).into_iter().flatten() {
            if found.is_some_and(|f| f != *at) {
                return None;
            }
            found = Some(*at);
        }
    }
    found
}

/// The first author's family name in front of a year, and where it starts.
fn name_before(before: &str, year: i32, labels: &Labels) -> Option<(usize, String)> {
    let window = tail(before, 160);
    let offset = before.len() - window.len();
    // Earlier years of the same author: `Li et al., 2019, 2021`.
    let mut cut = window.trim_end_matches([' ', ',', '(', '[', ';', '，', '（']);
    while let Some(shorter) = strip_year(cut) {
        if cut[shorter.len()..].contains(';') {
            break;
        }
        cut = shorter.trim_end_matches([' ', ',', '，']);
    }
    let from = cut
        .rfind([';', '(', '[', '；', '（'])
        .map_or(0, |i| i + cut[i..].chars().next().map_or(1, char::len_utf8));
    let group = &cut[from..];
    let body = ["et al.", "et al", "等人", "等"]
        .iter()
        .find_map(|e| group.trim_end_matches([',', ' ']).strip_suffix(e))
        .unwrap_or(group)
        .trim_end_matches([' ', ',']);
    let words: Vec<(usize, &str)> = words(body);
    // The last words before the year, from the longest run that is a known first author.
    let mut best: Option<(usize, String)> = None;
    for first in (0..words.len()).rev().take(12) {
        let (start, word) = words[first];
        let capital = word.starts_with(|c: char| c.is_uppercase() || is_cjk(c));
        if !capital && best.is_some() && !is_link(word) && word.len() > 3 {
            break;
        }
        if !capital {
            continue;
        }
        for last in first..words.len().min(first + 4) {
            let name = &body[start..words[last].0 + words[last].1.len()];
            if labels.by_name.contains_key(&(fold(name), year))
                && names_only(&words[last + 1..])
            {
                best = Some((offset + from + start, name.to_owned()));
            }
        }
    }
    best
}

/// True if only names and words that join names follow.
fn names_only(words: &[(usize, &str)]) -> bool {
    words.iter().all(|(_, w)| is_link(w) || w.starts_with(char::is_uppercase))
        && words.len() <= 8
}

fn is_link(word: &str) -> bool {
    matches!(
        word,
        "and"
            | "&"
            | "et"
            | "al"
            | "de"
            | "van"
            | "von"
            | "der"
            | "den"
            | "la"
            | "le"
            | "und"
    )
}

fn words(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for piece in text.split([' ', ',', '\u{a0}']) {
        let start = piece.as_ptr() as usize - text.as_ptr() as usize;
        let word = piece.trim_matches(['.', ':', '"', '“', '”', '\'', ')', '(']);
        if !word.is_empty() {
            let lead = piece.find(word).unwrap_or(0);
            found.push((start + lead, word));
        }
    }
    found
}

/// Drops a year with its letter at the end of the text.
fn strip_year(text: &str) -> Option<&str> {
    let trimmed = text.trim_end_matches(|c: char| c.is_ascii_lowercase() && c < 'n');
    let trimmed = if text.len() - trimmed.len() <= 1 { trimmed } else { text };
    let start = trimmed.len().checked_sub(4)?;
    let digits = trimmed.get(start..)?;
    (years::leading_year(digits).is_some()).then(|| &trimmed[..start])
}

fn tail(text: &str, bytes: usize) -> &str {
    let mut start = text.len().saturating_sub(bytes);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    &text[start..]
}

/// `learning3,4.` and `learning³`: numbers raised behind a word, or Unicode superscripts.
fn raised(text: &str, labels: &Labels) -> Vec<Mark> {
    let plain: String = text.chars().map(|c| lower_digit(c).unwrap_or(c)).collect();
    let has_superscripts = plain.len() != text.len();
    let mut marks = Vec::new();
    let mut at = 0;
    while let Some(step) =
        text[at..].find(|c: char| c.is_ascii_digit() || lower_digit(c).is_some())
    {
        let start = at + step;
        let run = text[start..]
            .find(|c: char| {
                !(c.is_ascii_digit() || lower_digit(c).is_some() || ",-–−⁻ ".contains(c))
            })
            .unwrap_or(text.len() - start);
        let number = text[start..start + run].trim_end_matches([',', '-', '–', ' ']);
        let end = start + number.len();
        at = start + run.max(1);
        let superscript =
            text[start..].chars().next().is_some_and(|c| lower_digit(c).is_some());
        if !superscript && (has_superscripts || !behind_word(&text[..start])) {
            continue;
        }
        if !superscript
            && (number.contains(' ') || text[end..].starts_with(char::is_alphanumeric))
        {
            continue;
        }
        let plain: String = number.chars().map(|c| lower_digit(c).unwrap_or(c)).collect();
        let mut found = Vec::new();
        let all = plain.split(',').all(|part| {
            let these = label_range(part, labels);
            found.extend(these.iter().map(|r| (start..end, *r)));
            !these.is_empty()
        });
        if all {
            marks.extend(found);
        }
    }
    marks
}

/// True behind a word of small letters, perhaps with its closing mark: not `CO2`, not `Fig1`.
fn behind_word(before: &str) -> bool {
    let word = before.trim_end_matches(['.', ',', ')', '”', '"']);
    let letters: Vec<char> = word.chars().rev().take(3).collect();
    letters.len() == 3 && letters.iter().all(|c| c.is_lowercase())
}

fn lower_digit(c: char) -> Option<char> {
    Some(match c {
        '⁰' => '0',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '⁴' => '4',
        '⁵' => '5',
        '⁶' => '6',
        '⁷' => '7',
        '⁸' => '8',
        '⁹' => '9',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::reference::parse;
    use super::*;

    fn check(entries: &[&str], text: &str, expected: &[(&str, &str)]) {
        let references: Vec<Reference> = entries
            .iter()
            .enumerate()
            .map(|(i, t)| parse(&format!("r{}", i + 1), t))
            .collect();
        let block = Block { text: text.to_owned(), ..Block::default() };
        let mut blocks = vec![(None, block)];
        mark(&mut blocks, &references);
        let got: Vec<(&str, &str)> = blocks[0]
            .1
            .cites
            .iter()
            .map(|c| (&text[c.range.clone()], c.key.as_str()))
            .collect();
        assert_eq!(got, expected, "{text}");
    }

    const NUMBERED: [&str; 4] = [
        "[1] A. Adams, “One,” 2001.",
        "[2] B. Brown, “Two,” 2002.",
        "[3] C. Clark, “Three,” 2003.",
        "[4] D. Davis, “Four,” 2004.",
    ];

    #[test]
    fn numbers_in_brackets() {
        check(
            &NUMBERED,
            "As in [1, 3–4] on [0, 1] and [2].",
            &[("1", "r1"), ("3–4", "r3"), ("3–4", "r4"), ("2", "r2")],
        );
    }

    #[test]
    fn numbers_stand_in_for_lost_links() {
        let references: Vec<Reference> =
            NUMBERED.iter().map(|t| parse(&t[..3], t)).collect();
        let cite = |at: usize| Cite { range: at..at + 1, key: "[1]".into(), page: 1 };
        let linked = Block {
            text: "[1] ".repeat(12),
            cites: (0..12).map(|i| cite(i * 4 + 1)).collect(),
            ..Block::default()
        };
        let lost = Block { text: "Model [2]\tOther [4]".into(), ..Block::default() };
        let mut blocks = vec![(None, linked), (None, lost)];
        supplement(&mut blocks, &references);
        let keys: Vec<&str> = blocks[1].1.cites.iter().map(|c| c.key.as_str()).collect();
        assert_eq!(keys, ["[2]", "[4]"]);
    }

    #[test]
    fn raised_numbers() {
        check(
            &NUMBERED,
            "We study learning1,2 with CO2. It works.3–4 Well.",
            &[("1,2", "r1"), ("1,2", "r2"), ("3–4", "r3"), ("3–4", "r4")],
        );
    }

    #[test]
    fn names_and_years() {
        let entries = [
            "Alec Radford, Jong Wook Kim, et al. 2021. Learning models. In ICML.",
            "Wei Li and Bo Zhang. 2023b. Some title. In ACL.",
            "Wei Li and Bo Zhang. 2023a. Other title. In ACL.",
            "OpenAI. 2023. GPT-4 technical report.",
            "Aaron van den Oord, Yazhe Li, and Oriol Vinyals. 2018. Coding. arXiv.",
        ];
        check(
            &entries,
            "CLIP (Radford et al., 2021; Li & Zhang, 2023b) is used. Radford et al. (2021) and \
             Li and Zhang (2023a,b) agree with van den Oord et al. (2018) and GPT-4 (OpenAI, 2023).",
            &[
                ("Radford et al., 2021", "r1"),
                ("Li & Zhang, 2023b", "r2"),
                ("Radford et al. (2021", "r1"),
                ("Li and Zhang (2023a", "r3"),
                (",b", "r2"),
                ("Oord et al. (2018", "r5"),
                ("OpenAI, 2023", "r4"),
            ],
        );
    }
}
