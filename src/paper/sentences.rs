//! Splits running text into sentences.
//!
//! In: the text of a block. Out: byte ranges of its sentences, in order, without the blanks
//! between them; together they hold every character that is no blank. A period after an
//! abbreviation, an initial or within a number ends nothing. CJK sentences end at `。！？`.

use std::ops::Range;

use super::reference::names::is_cjk;

/// Abbreviations after which a sentence goes on, whatever follows.
const ALWAYS: [&str; 44] = [
    "e.g", "i.e", "cf", "vs", "fig", "figs", "eq", "eqs", "eqn", "sec", "sect", "secs",
    "ch", "chap", "tab", "ref", "refs", "no", "nos", "vol", "pp", "p", "dr", "mr", "mrs",
    "ms", "prof", "st", "viz", "resp", "approx", "app", "thm", "lem", "prop", "def",
    "cor", "ex", "dept", "univ", "ed", "eds", "al", "ca",
];

/// Abbreviations after which a sentence goes on unless a capital follows.
const SOMETIMES: [&str; 14] = [
    "etc", "inc", "ltd", "co", "corp", "jr", "sr", "u.s", "u.k", "ph.d", "m.sc", "b.sc",
    "a.m", "p.m",
];

/// Marks that may stand behind the end of a sentence and belong to it.
const CLOSERS: [char; 10] = [')', ']', '}', '"', '\'', '”', '’', '»', '」', '』'];

/// The first bytes of what may end a sentence; no other part of a character has them.
const MAY_END: [bool; 256] = {
    // The last three begin `…`, `。` and `！？．`.
    let first = *b".!?\n\xe2\xe3\xef";
    let mut table = [false; 256];
    let mut i = 0;
    while i < first.len() {
        table[first[i] as usize] = true;
        i += 1;
    }
    table
};

/// Returns the byte range of each sentence.
pub fn sentences(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let (mut start, mut at) = (0, 0);
    let may_end = |byte: &u8| MAY_END[usize::from(*byte)];
    while let Some(letters) = text.as_bytes()[at..].iter().position(may_end) {
        at += letters;
        let c = text[at..].chars().next().expect("the byte begins a character");
        let mut end = at + c.len_utf8();
        let ends = match c {
            '。' | '！' | '？' | '．' => true,
            '.' | '!' | '?' | '…' => {
                end += closers(&text[end..]);
                ends_here(text, at, end, c)
            }
            // Tables and code keep their lines; a line feed ends what stands on it.
            '\n' => true,
            _ => false,
        };
        if !ends {
            at += c.len_utf8();
            continue;
        }
        if matches!(c, '。' | '！' | '？' | '．') {
            end += closers(&text[end..]);
        }
        push(text, start..end, &mut found);
        (start, at) = (end, end);
    }
    push(text, start..text.len(), &mut found);
    found
}

/// Returns the sentence that holds the byte.
pub fn sentence_at(text: &str, byte: usize) -> Range<usize> {
    let all = sentences(text);
    all.iter().find(|s| byte < s.end).or(all.last()).cloned().unwrap_or(0..text.len())
}

fn push(text: &str, range: Range<usize>, found: &mut Vec<Range<usize>>) {
    let part = &text[range.clone()];
    let start = range.start + part.len() - part.trim_start().len();
    let end = range.start + part.trim_end().len();
    if start < end {
        found.push(start..end);
    }
}

fn closers(after: &str) -> usize {
    after.len() - after.trim_start_matches(CLOSERS).len()
}

/// True if the mark at `at` ends a sentence; `end` is behind the marks that close it.
fn ends_here(text: &str, at: usize, end: usize, mark: char) -> bool {
    let after = &text[end..];
    let gap = after.trim_start();
    if gap.is_empty() {
        return true;
    }
    if gap.len() == after.len() {
        // No blank: `3.14`, `arXiv:2106.1`, `e.g.`; only CJK goes on without one.
        return gap.starts_with(is_cjk) && text[..at].ends_with(is_cjk);
    }
    let next = gap.chars().next().unwrap_or(' ');
    if next.is_lowercase() {
        // `mPLUG-Owl`, `iPhone`: a capital within the word.
        let word = gap.split_whitespace().next().unwrap_or("");
        let named = word.chars().skip(1).any(char::is_uppercase);
        return named && mark != '…' && !abbreviated(text, at);
    }
    if mark != '.' {
        return true;
    }
    if end > at + 1 && !text[at + 1..end].starts_with([')', ']']) {
        // A quotation that ends with its period.
        return true;
    }
    let numbers = next.is_ascii_digit() && heads_number(text, at);
    !numbers && !abbreviated(text, at)
}

/// True if the word before the period is an abbreviation or an initial.
fn abbreviated(text: &str, at: usize) -> bool {
    let word = text[..at]
        .rsplit(|c: char| c.is_whitespace() || "([{“\"'‘".contains(c))
        .next()
        .unwrap_or("");
    let lower = word.to_lowercase();
    if ALWAYS.contains(&lower.as_str()) {
        let ends = match lower.as_str() {
            "no" => word == "no" && !followed_by_digit(text, at),
            "al" => {
                !text[..at].trim_end_matches("al").ends_with("et ")
                    || capital_sentence_follows(text, at)
            }
            _ => false,
        };
        return !ends;
    }
    let capital_next = text[at + 1..]
        .trim_start_matches([' ', ')', ']'])
        .starts_with(char::is_uppercase);
    if SOMETIMES.contains(&lower.as_str()) {
        return !capital_next;
    }
    // `J. Smith`, `J.-B. Alayrac`, `U. S.`; `Appendix A.` and `type I.` end.
    let mut letters = word.chars();
    let single =
        matches!((letters.next(), letters.next()), (Some(c), None) if c.is_uppercase());
    let initials = word.contains('.')
        && word.split(['.', '-']).all(|p| p.chars().count() <= 1)
        && word.chars().all(|c| c.is_uppercase() || c == '.' || c == '-');
    if !(single || initials) {
        return false;
    }
    let before = text[..at - word.len()].trim_end().rsplit(' ').next().unwrap_or("");
    let labels = [
        "appendix", "type", "class", "section", "figure", "table", "theorem", "part",
        "vitamin", "model", "case", "step", "stage", "panel", "set", "column", "matrix",
    ];
    !labels.contains(&before.to_lowercase().as_str())
}

fn followed_by_digit(text: &str, at: usize) -> bool {
    text[at + 1..].trim_start().starts_with(|c: char| c.is_ascii_digit())
}

/// `... by Li et al. The model`: after `et al.` an article or pronoun opens a new sentence.
fn capital_sentence_follows(text: &str, at: usize) -> bool {
    let next = text[at + 1..].split_whitespace().next().unwrap_or("");
    matches!(
        next.trim_end_matches(','),
        "The"
            | "This"
            | "These"
            | "They"
            | "It"
            | "In"
            | "We"
            | "Our"
            | "However"
            | "For"
            | "Moreover"
            | "Furthermore"
            | "Finally"
            | "While"
            | "To"
            | "As"
            | "When"
            | "There"
    )
}

/// True if the period belongs to a numbered thing: `1. First`, `Fig. 3`, `No. 5`.
fn heads_number(text: &str, at: usize) -> bool {
    let word = text[..at].rsplit(char::is_whitespace).next().unwrap_or("");
    !word.is_empty() && word.chars().all(|c| c.is_ascii_digit()) && at == word.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &[&str]) {
        let got: Vec<&str> = sentences(text).into_iter().map(|r| &text[r]).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn abbreviations_end_nothing() {
        check(
            "As shown by Li et al. (2021), see Fig. 3 and Eq. 4, e.g. CLIP. It works.",
            &[
                "As shown by Li et al. (2021), see Fig. 3 and Eq. 4, e.g. CLIP.",
                "It works.",
            ],
        );
        check(
            "We follow J. Smith and A. B. Jones. Others, i.e., Kim et al., do not.",
            &["We follow J. Smith and A. B. Jones.", "Others, i.e., Kim et al., do not."],
        );
        check(
            "It reaches 3.5 points vs. 2.1 before. Good.",
            &["It reaches 3.5 points vs. 2.1 before.", "Good."],
        );
        check(
            "This extends Li et al. The model is new.",
            &["This extends Li et al.", "The model is new."],
        );
    }

    #[test]
    fn marks_stay_with_their_sentence() {
        check(
            "“Is it so?” He asked [3]. Yes (see above.) Then mPLUG-Owl. mPLUG-Owl2 came.",
            &[
                "“Is it so?”",
                "He asked [3].",
                "Yes (see above.)",
                "Then mPLUG-Owl.",
                "mPLUG-Owl2 came.",
            ],
        );
        check("See Appendix A. Next.", &["See Appendix A.", "Next."]);
    }

    #[test]
    fn cjk_ends_without_blanks() {
        check(
            "视觉模型很好。它能看图！“真的吗？”是的。CLIP 也行",
            &["视觉模型很好。", "它能看图！", "“真的吗？”", "是的。", "CLIP 也行"],
        );
    }

    #[test]
    fn sentences_hold_every_character() {
        proptest::proptest!(|(text in "[A-Za-z .?!()\"0-9。！é\n]{0,200}")| {
            let all: String = sentences(&text).into_iter().map(|r| &text[r]).collect();
            let strip = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            assert_eq!(strip(&all), strip(&text));
        });
    }
}
