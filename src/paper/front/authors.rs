//! The authors of a paper, told from the lines below its title.
//!
//! In: blocks and the document's own metadata. Out: names, `First Last`, in the order of the page.
//! Metadata is believed where the page says the same. Marks, places and addresses are no names.

use super::super::reference::names::{capitalised, fold, is_cjk, split_names, upright};
use super::places::{AFFILIATIONS, COUNTRIES, INSTITUTIONS, MORE_COUNTRIES};
use crate::extract::Info;
use crate::layout::{Block, BlockKind};

/// The authors, `First Last`.
pub(in crate::paper) fn authors(
    blocks: &[Block],
    info: &Info,
    paged: bool,
) -> Vec<String> {
    let stated: Vec<String> = info
        .authors
        .iter()
        .map(|a| a.trim_matches(['*', '∗', '†', '‡', '§', ' ']))
        .flat_map(|a| {
            if a.matches(',').count() > 1 || a.contains(" and ") || a.contains(';') {
                split_names(a)
            } else {
                vec![upright(a)]
            }
        })
        .filter(|a| is_name(a) || !paged)
        .collect();
    if !paged && !stated.is_empty() {
        return stated;
    }
    let shown_text = in_rows(blocks);
    let shown = read_authors(&shown_text);
    let folded = fold(&shown_text);
    let confirmed = stated.iter().filter(|a| folded.contains(&fold(a))).count();
    if !stated.is_empty()
        && (confirmed == stated.len() && confirmed >= shown.len().min(2))
        || shown.is_empty()
    {
        return stated;
    }
    shown
}

/// The lines below the title, from the top down and in each row from the left: names in columns
/// are meant to be read so.
fn in_rows(blocks: &[Block]) -> String {
    let mut shown: Vec<&Block> = blocks
        .iter()
        .filter(|b| b.kind == BlockKind::Authors)
        .filter(|b| !NOT_AUTHORS.iter().any(|start| b.text.starts_with(start)))
        .collect();
    if let Some(page) = shown.first().map(|b| b.page)
        && shown.iter().all(|b| b.page == page && b.bbox.is_some())
    {
        let place = |b: &Block| b.bbox.unwrap_or_default();
        shown.sort_by(|a, b| place(a)[1].total_cmp(&place(b)[1]));
        let mut from = 0;
        while from < shown.len() {
            let top = place(shown[from])[1];
            let n = shown[from..].iter().take_while(|b| place(b)[1] < top + 3.0).count();
            shown[from..from + n].sort_by(|a, b| place(a)[0].total_cmp(&place(b)[0]));
            from += n;
        }
    }
    shown.iter().map(|b| b.text.as_str()).collect::<Vec<_>>().join("\n")
}

/// What opens the small print below the authors of some publishers.
const NOT_AUTHORS: [&str; 5] = [
    "ACM Reference",
    "CCS Concepts",
    "Additional Key Words",
    "General Terms",
    "Categories and Subject",
];

/// Reads names out of the lines below a title: marks, places and addresses are left out, and all
/// that stands behind the first running text.
fn read_authors(text: &str) -> Vec<String> {
    let mut authors: Vec<String> = Vec::new();
    let plain = without_brackets(text);
    let marks = letter_marks(&plain);
    for line in whole_names(&plain).split(['\n', '\t']) {
        if is_prose(line) {
            if authors.is_empty() {
                continue;
            }
            break;
        }
        let pieces = pieces(line);
        if is_address(line, &pieces) {
            continue;
        }
        let listed = pieces.len() > 1;
        for piece in &pieces {
            for name in names_in(piece, listed) {
                let name = without_mark(name, &marks);
                if !authors.contains(&name) {
                    authors.push(name);
                }
            }
        }
    }
    authors.truncate(3_000);
    authors
}

/// Drops what brackets hold that is no part of a name: `Ann Bee[0000-0002-1825-0097]`,
/// `Ann Bee (ann@x.org)`.
fn without_brackets(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find(['[', '(']) {
        let close = if rest[open..].starts_with('[') { ']' } else { ')' };
        let Some(end) = rest[open..].find(close).map(|i| open + i) else { break };
        let inner = &rest[open + 1..end];
        let is_id = inner.chars().filter(char::is_ascii_digit).count() >= 8
            && !inner.contains(char::is_whitespace);
        out.push_str(&rest[..open]);
        if !is_id && !inner.contains('@') {
            out.push_str(&rest[open..=end]);
        }
        rest = &rest[end + 1..];
    }
    out.push_str(rest);
    out
}

/// Letters that mark affiliations: `aPhysics Department` and `bFaculty of Arts` open their lines.
fn letter_marks(text: &str) -> Vec<char> {
    let mark = |line: &str| {
        let mut chars = line.chars();
        let letter = chars.next().filter(char::is_ascii_lowercase)?;
        let place =
            chars.as_str().starts_with(char::is_uppercase) && line.contains([',', ' ']);
        place.then_some(letter)
    };
    let marks: Vec<char> = text.split(['\n', '\t']).filter_map(mark).collect();
    let in_order = marks.iter().zip('a'..='z').all(|(mark, letter)| *mark == letter);
    if marks.len() >= 2 && in_order { marks } else { Vec::new() }
}

/// A name without the letter that leads to its affiliation.
fn without_mark(mut name: String, marks: &[char]) -> String {
    if name.ends_with(|c| marks.contains(&c)) {
        name.pop();
    }
    name
}

/// Tells whether a line is running text, or opens it: nothing behind it names authors.
fn is_prose(line: &str) -> bool {
    let line = line.trim();
    let title = line.trim_end_matches([':', '.', '—']).to_lowercase();
    if matches!(title.as_str(), "abstract" | "contents" | "summary" | "table of contents")
        || line.contains('。')
    {
        return true;
    }
    let words = line.split(' ').count();
    let small = line.split(' ').filter(|w| w.starts_with(char::is_lowercase)).count();
    words >= 8 && small * 2 >= words && !line.contains('@')
}

/// Tells whether a line is a place alone: it holds a number of a street or a post code, or ends in
/// a country without naming an institution.
fn is_address(line: &str, pieces: &[String]) -> bool {
    let mut words = line.split([' ', ',']);
    let numbered = words.any(|w| w.len() >= 3 && w.bytes().all(|b| b.is_ascii_digit()));
    let lower = |piece: &String| piece.trim_end_matches('.').to_lowercase();
    let is_country =
        |name: &str| COUNTRIES.contains(&name) || MORE_COUNTRIES.contains(&name);
    let names_institution = pieces.iter().any(|piece| {
        piece.split(' ').any(|w| AFFILIATIONS.contains(&w.to_lowercase().as_str()))
    });
    numbered || !names_institution && pieces.last().is_some_and(|p| is_country(&lower(p)))
}

/// Joins the lines of a list of names where one of them wraps.
fn whole_names(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let before = out.rsplit(['\n', '\t']).next().unwrap_or("");
        let last = before.rsplit(',').next().unwrap_or("").trim();
        let first = line.split(['\t', ',']).next().unwrap_or("").trim();
        let one_word = |s: &str| !s.is_empty() && !s.contains(' ');
        let listed = before.contains(',')
            && line.contains(',')
            && !before.contains('@')
            && !line.starts_with('{')
            && !COUNTRIES.contains(&last.to_lowercase().as_str());
        let wraps = listed
            && (one_word(last)
                && last.chars().all(|c| c.is_alphabetic() || "-.".contains(c))
                || one_word(first) && !last.is_empty());
        if !out.is_empty() {
            out.push(if wraps { ' ' } else { '\n' });
        }
        out.push_str(line);
    }
    out
}

/// Cuts a line of authors at commas, `and` and footnote marks; stops where places begin.
fn pieces(line: &str) -> Vec<String> {
    let mut cut = String::with_capacity(line.len());
    let mut previous = ' ';
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        let mark = c.is_ascii_digit() || "*∗†‡§¶⋆♠♣♢♡♦⁎⊕¹²³⁴⁵⁶⁷⁸⁹⁰".contains(c);
        let next = chars.peek().copied().unwrap_or(' ');
        if mark {
            // `1Tencent AI Lab`, `†Everyday Robots`: a mark before a word starts the places.
            let opens = !previous.is_alphanumeric() && !",∗*†‡§¶".contains(previous);
            let spaced =
                previous == ' ' && !cut.trim_end().ends_with(char::is_alphabetic);
            if next.is_alphabetic()
                && (c.is_ascii_digit() && !previous.is_alphanumeric()
                    || opens && (spaced || cut.trim().is_empty()))
            {
                cut.push('\u{1}');
            } else {
                cut.push(',');
            }
        } else if ",;&·•|，；、".contains(c) {
            cut.push(',');
        } else {
            cut.push(c);
        }
        previous = c;
    }
    // Places behind the first number that opens one are no names.
    let names = cut.split('\u{1}').next().unwrap_or("");
    names
        .replace(" and ", ",")
        .replace(" AND ", ",")
        .split(',')
        .map(|p| p.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|p| !p.is_empty())
        .collect()
}

/// The names in a piece of a line; in a list with commas a piece is one name.
fn names_in(piece: &str, listed: bool) -> Vec<String> {
    let piece = piece.strip_prefix("and ").unwrap_or(piece);
    if piece.contains('@') || piece.contains("://") || piece.contains('{') {
        return Vec::new();
    }
    let plain = |w: &str| w.trim_matches(['.', ',', '(', ')', ':']).to_lowercase();
    // `and Benyou Wang.` ends a sentence, `Jr.` does not.
    let piece = match piece.strip_suffix('.') {
        Some(bare) if bare.rsplit(' ').next().is_some_and(|w| w.chars().count() > 2) => {
            bare
        }
        _ => piece,
    };
    let words: Vec<&str> =
        piece.split(' ').skip_while(|w| COUNTRIES.contains(&plain(w).as_str())).collect();
    let place = words.iter().position(|w| {
        let word = plain(w);
        AFFILIATIONS.contains(&word.as_str()) || COUNTRIES.contains(&word.as_str())
    });
    let words = match place {
        // `Jian Sun Microsoft Research`; `Peking University` is no name before a place.
        Some(at) if at >= 4 && !INSTITUTIONS.contains(&plain(words[at]).as_str()) => {
            &words[..at]
        }
        Some(_) => return Vec::new(),
        None => &words[..],
    };
    if words.len() <= 3 || words.iter().any(|w| w.chars().any(is_cjk)) {
        let name = words.join(" ");
        return if is_name(&name) { vec![unshout(&name)] } else { Vec::new() };
    }
    if words.len() > 60 || !is_name_words(words) {
        return Vec::new();
    }
    // Names side by side are apart by more than a blank, which reads as a tab: four words are one
    // name of a Portuguese or Spanish form.
    let initials = words.iter().any(|w| w.ends_with('.'));
    if listed && initials && words.len() <= 6 || words.len() == 4 && !initials {
        return vec![unshout(&words.join(" "))];
    }
    one_after_the_other(words).iter().map(|n| unshout(n)).filter(|n| is_name(n)).collect()
}

/// Names without marks between them: a given name, initials and particles, a family name.
fn one_after_the_other(words: &[&str]) -> Vec<String> {
    let between = |w: &str| {
        w.ends_with('.') || w.chars().count() == 1 || w.starts_with(char::is_lowercase)
    };
    let particles = words.iter().any(|w| w.starts_with(char::is_lowercase));
    if words.len() <= 5 && particles {
        return vec![words.join(" ")];
    }
    let mut names: Vec<Vec<&str>> = Vec::new();
    let mut open = false;
    for word in words {
        match names.last_mut() {
            Some(name) if open => {
                name.push(word);
                open = between(word);
            }
            _ => {
                names.push(vec![word]);
                open = true;
            }
        }
    }
    // One word left over belongs to the name before it.
    if names.len() > 1 && names.last().is_some_and(|n| n.len() == 1) {
        let rest = names.pop().unwrap_or_default();
        if let Some(last) = names.last_mut() {
            last.extend(rest);
        }
    }
    names.into_iter().map(|n| n.join(" ")).collect()
}

/// `FEI YU` becomes `Fei Yu`.
fn unshout(name: &str) -> String {
    match name.chars().any(|c| c.is_lowercase() || is_cjk(c)) {
        true => name.to_owned(),
        false => capitalised(name),
    }
}

fn is_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    if text.chars().all(|c| is_cjk(c) || c == '·' || c == ' ') {
        let n = text.chars().filter(|c| *c != ' ').count();
        let most = if text.contains('·') { 12 } else { 6 };
        return (2..=most).contains(&n) && !text.contains(['的', '了', '和', '与']);
    }
    (2..=5).contains(&words.len())
        && is_name_words(&words)
        && !words.iter().any(|w| {
            AFFILIATIONS.contains(&w.trim_end_matches('.').to_lowercase().as_str())
        })
        // `Runway ML`, `Naver AI`: what no family name is written like.
        && !words.iter().any(|w| matches!(*w, "AI" | "ML" | "NLP" | "LLC" | "GmbH" | "AG"))
        && text.chars().filter(|c| c.is_alphabetic()).count() >= 3
}

fn is_name_words(words: &[&str]) -> bool {
    words.iter().all(|w| {
        let w = w.trim_end_matches(',');
        let particle = w.len() <= 3 && w.chars().all(char::is_lowercase);
        let first = w.chars().next().unwrap_or(' ');
        (particle || first.is_uppercase() || "'’".contains(first))
            && w.chars().all(|c| c.is_alphabetic() || "-.'’‐´`\u{301}".contains(c))
    }) && words.iter().filter(|w| w.starts_with(char::is_uppercase)).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_below_a_title() {
        let check = |text: &str, expected: &str| {
            assert_eq!(read_authors(text).join("; "), expected, "{text}");
        };
        check(
            "Duzhen Zhang1∗, Yahan Yu2∗, Chenxing Li1† 1Tencent AI Lab, China 2Kyoto University",
            "Duzhen Zhang; Yahan Yu; Chenxing Li",
        );
        check(
            "Kaiming He Xiangyu Zhang Shaoqing Ren Jian Sun Microsoft Research\n{kahe}@microsoft.com",
            "Kaiming He; Xiangyu Zhang; Shaoqing Ren; Jian Sun",
        );
        check(
            "Ashish Vaswani∗ Google Brain avaswani@google.com Noam Shazeer",
            "Ashish Vaswani",
        );
        check("Peking University", "");
        check("Björn Ommer\tRunway ML", "Björn Ommer");
        // Gaps in a row are tabs.
        check(
            "Hyung Won Chung\tCharles Sutton\nSebastian Gehrmann\tParker Schuh\nGoogle Research",
            "Hyung Won Chung; Charles Sutton; Sebastian Gehrmann; Parker Schuh",
        );
        check(
            "Anjali Sridhar, Tianlu Wang, Luke Zettlemoyer\nMeta AI\n{susanz}@fb.com",
            "Anjali Sridhar; Tianlu Wang; Luke Zettlemoyer",
        );
        check("Ann Bee, Carl\nDee, Eva Fox", "Ann Bee; Carl Dee; Eva Fox");
        check("Saining Xie\nNew York University", "Saining Xie");
        check("Andy Zeng∗\n∗Robotics at Google, †Everyday Robots", "Andy Zeng");
        check("Prayag Tiwari, and Benyou Wang.", "Prayag Tiwari; Benyou Wang");
        check("张三, 李四", "张三; 李四");
        check("吴凌云 (aloft@ctex.org)\n本文的大部分内容，一共收录有。\n新增", "吴凌云");
        check(
            "Maksym Lysak[0000−0002−3723−6960], Ahmed Nassar[0000−0002−9468−0822]\nIBM Research",
            "Maksym Lysak; Ahmed Nassar",
        );
        check(
            "Sipaz Sharmaa, Frithjof Karschb and Peter Petreczkyc\naPhysik Department, X\n\
             bFakultät für Physik, Y\ncPhysics Department, Z",
            "Sipaz Sharma; Frithjof Karsch; Peter Petreczky",
        );
        check(
            "Silvio Jamil F. Guimarães † and Zenilton K. G. do Patrocínio Jr.†\n\
             Belo Horizonte, Minas Gerais, Brazil\n{reis, raquel}@pucminas.br",
            "Silvio Jamil F. Guimarães; Zenilton K. G. do Patrocínio Jr.",
        );
        check("Felipe Augusto Lima Reis", "Felipe Augusto Lima Reis");
        check("R. Walter Ianni 255 - Bloco L, MG", "");
        check("Rohsenow Kendall Heat Transfer Laboratory,", "");
        check(
            "Volker Kuhlmann\nChristchurch, New Zealand\nContents\nPaper Sizes",
            "Volker Kuhlmann",
        );
    }

    #[test]
    fn authors_in_columns_are_read_by_rows() {
        let block = |text: &str, x: f32, y: f32| Block {
            kind: BlockKind::Authors,
            text: text.to_owned(),
            page: 1,
            bbox: Some([x, y, x + 80.0, y + 10.0]),
            ..Block::default()
        };
        let blocks = [
            block("Ann Bee", 50.0, 100.0),
            block("Gus Hay", 50.0, 130.0),
            block("Carl Dee", 200.0, 101.0),
            block("Eva Fox", 350.0, 100.0),
            block("CCS Concepts: Computing", 50.0, 200.0),
        ];
        let found = authors(&blocks, &Info::default(), true);
        assert_eq!(found, ["Ann Bee", "Carl Dee", "Eva Fox", "Gus Hay"]);
    }
}
