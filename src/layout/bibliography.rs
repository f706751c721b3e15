//! One block an entry of the bibliography.
//!
//! In: the pieces of the bibliography as paragraphs came. Out: the same lines cut where an entry
//! starts: at the destinations that citations lead to, else at printed numbers or labels, else by
//! the hanging indent, else by the white between entries. A section *about* references, where the
//! list itself stands elsewhere, is prose.

use crate::extract::Destination;

use super::BlockKind;
use super::hyphen::Vocabulary;
use super::kind::Piece;
use super::line::Line;
use super::paragraph::Paragraph;
use super::places;

/// A destination of citations: key and place.
pub(super) struct Target {
    /// Key of the reference.
    pub key: String,
    /// Where it stands.
    pub place: Destination,
}

/// Returns the key that the name of a citation's destination holds: `cite.KEY`, `cite.0@KEY`.
pub(super) fn key_of(name: &str) -> Option<&str> {
    let key = name.strip_prefix("cite.")?;
    let bare = key.trim_start_matches(|c: char| c.is_ascii_digit());
    Some(bare.strip_prefix('@').unwrap_or(key)).filter(|key| !key.is_empty())
}

/// Returns the destinations of citations.
pub(super) fn targets(destinations: &[(String, Destination)]) -> Vec<Target> {
    destinations
        .iter()
        .filter_map(|(name, place)| {
            let key = key_of(name)?.to_owned();
            Some(Target { key, place: *place })
        })
        .collect()
}

/// Cuts the bibliography into entries.
pub(super) fn split_entries(
    pieces: Vec<Piece>,
    targets: &[Target],
    words: &Vocabulary,
) -> Vec<Piece> {
    let pieces = balanced(prose_about_references(pieces, targets));
    let mut out = Vec::with_capacity(pieces.len());
    let mut open: Vec<Piece> = vec![];
    // Floats inside the bibliography stand behind it, so that they do not cut an entry.
    let mut aside: Vec<Piece> = vec![];
    for piece in pieces {
        match piece.kind {
            BlockKind::Reference => open.push(piece),
            BlockKind::Heading(_) | BlockKind::Paragraph | BlockKind::ListItem => {
                close(&mut open, &mut aside, targets, words, &mut out);
                out.push(piece);
            }
            _ if open.is_empty() => out.push(piece),
            _ => aside.push(piece),
        }
    }
    close(&mut open, &mut aside, targets, words, &mut out);
    out
}

/// Gives back as text what stands below a heading such as `References` and is no list of them:
/// none of the destinations leads there, or hardly a piece has a year or a label, while another
/// part of the document is the list.
fn prose_about_references(mut pieces: Vec<Piece>, targets: &[Target]) -> Vec<Piece> {
    let mut lists: Vec<Vec<usize>> = vec![vec![]];
    for (index, piece) in pieces.iter().enumerate() {
        match piece.kind {
            BlockKind::Reference => {
                lists.last_mut().expect("starts with one").push(index);
            }
            BlockKind::Heading(_) => lists.push(vec![]),
            _ => {}
        }
    }
    lists.retain(|list| !list.is_empty());
    if lists.len() < 2 {
        return pieces;
    }
    let is_linked = |list: &Vec<usize>| {
        list.iter().flat_map(|i| &pieces[*i].paragraph.lines).any(|line| {
            let leads = |t: &Target| places::distance(line, &t.place);
            targets.iter().filter_map(leads).any(|below| below < reach(line))
        })
    };
    let is_list = |list: &Vec<usize>| {
        let entry = |i: &&usize| {
            let text = pieces[**i].paragraph.text();
            has_label(text) || has_year(text)
        };
        list.iter().filter(entry).count() * 4 >= list.len()
    };
    let linked: Vec<bool> = lists.iter().map(is_linked).collect();
    let sound: Vec<bool> = match linked.contains(&true) {
        // A list that nothing cites, as of further reading, has labels or years all the same.
        true => {
            lists.iter().zip(linked).map(|(l, is)| is || all_dated(&pieces, l)).collect()
        }
        false => lists.iter().map(is_list).collect(),
    };
    if sound.contains(&true) {
        for (list, _) in lists.iter().zip(&sound).filter(|(_, sound)| !**sound) {
            list.iter().for_each(|i| pieces[*i].kind = BlockKind::Paragraph);
        }
    }
    pieces
}

/// Tells whether most pieces of a list have a year or a label.
fn all_dated(pieces: &[Piece], list: &[usize]) -> bool {
    let text = |i: &usize| pieces[*i].paragraph.text();
    let entries = list.iter().filter(|i| has_year(text(i)) || has_label(text(i)));
    entries.count() * 3 >= list.len() * 2
}

/// Takes the second column of a list that ends on a page where text over the whole width follows:
/// the heading of that text stands below both columns, and was read with the first.
fn balanced(mut pieces: Vec<Piece>) -> Vec<Piece> {
    let mut at = 1;
    while at + 1 < pieces.len() {
        let heads = matches!(pieces[at].kind, BlockKind::Heading(_));
        if heads && pieces[at - 1].kind == BlockKind::Reference {
            let head = &pieces[at].paragraph;
            let (page, [x0, top, ..]) = (head.page, head.bbox);
            let beside = |p: &Piece| {
                let [left, _, _, bottom] = p.paragraph.bbox;
                p.paragraph.page == page && bottom < top && left > x0 + 5.0 * head.size
            };
            let text = |p: &&Piece| p.kind == BlockKind::Paragraph && beside(p);
            let n = pieces[at + 1..].iter().take_while(text).count();
            let over_all = pieces.get(at + 1 + n).is_some_and(|p| {
                let [left, ..] = pieces[at + 1].paragraph.bbox;
                p.paragraph.page == page
                    && p.paragraph.bbox[0] < x0 + head.size
                    && p.paragraph.bbox[2] > left
            });
            if n > 0 && over_all {
                pieces[at..=at + n].rotate_left(1);
                pieces[at..at + n].iter_mut().for_each(|p| p.kind = BlockKind::Reference);
                at += n;
            }
        }
        at += 1;
    }
    pieces
}

/// Joins the lines whose words stand so far apart that they were read as columns: one or two lines
/// high, where the line before or behind reaches over the gap.
fn whole_rows(mut lines: Vec<Line>) -> Vec<Line> {
    /// Most pieces of such lines.
    const MAX_PIECES: usize = 8;
    let mut at = 1;
    while at < lines.len() {
        let (before, line) = (&lines[at - 1], &lines[at]);
        let slack = 0.3 * line.size;
        let (page, top, bottom) = (line.page, line.y - slack, before.y + slack);
        let inside = |l: &&Line| l.page == page && l.y >= top && l.y <= bottom;
        let first = at - lines[..at].iter().rev().take_while(inside).count();
        let end = at + lines[at..].iter().take_while(inside).count();
        let over = |l: Option<&Line>| {
            l.is_some_and(|l| l.page == page && l.x0 < before.x1 && l.x1 > line.x0)
        };
        let goes_back = before.page == page && line.y < bottom && line.x0 > before.x1;
        let flat = bottom - top < 2.0 * line.size && end - first <= MAX_PIECES;
        let enclosed =
            || over(first.checked_sub(1).map(|i| &lines[i])) || over(lines.get(end));
        if goes_back && flat && enclosed() {
            let joined = rows(lines.splice(first..end, []).collect(), slack);
            at = first + joined.len();
            lines.splice(first..first, joined);
        }
        at += 1;
    }
    lines
}

/// Makes one line of all that stand at one height.
fn rows(mut pieces: Vec<Line>, slack: f32) -> Vec<Line> {
    pieces.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut rows: Vec<Vec<Line>> = vec![];
    for piece in pieces {
        match rows.last_mut() {
            Some(row) if piece.y - row[0].y <= slack => row.push(piece),
            _ => rows.push(vec![piece]),
        }
    }
    let whole = |mut row: Vec<Line>| {
        row.sort_by(|a, b| a.x0.total_cmp(&b.x0));
        row.into_iter().reduce(|mut line, next| {
            line.run.space();
            line.run.append(&next.run);
            line.styles.add(&next.styles);
            line.x1 = line.x1.max(next.x1);
            line.column_x1 = line.column_x1.max(next.column_x1);
            line
        })
    };
    rows.into_iter().filter_map(whole).collect()
}

/// Takes what stands behind the last entry without being one off the end: text without a year is
/// none where every entry has one.
fn trailing(open: &mut Vec<Piece>) -> Vec<Piece> {
    if let Some(at) = open.iter().skip(1).position(|p| is_biography(p.paragraph.text())) {
        let later = open[at + 1..].iter();
        if later.filter(|p| has_label(p.paragraph.text())).count() == 0 {
            return as_text(open.split_off(at + 1));
        }
    }
    let dated = open.iter().filter(|p| has_year(p.paragraph.text())).count();
    if dated * 3 < open.len() {
        return vec![];
    }
    let last =
        open.iter().rposition(|p| has_year(p.paragraph.text())).map_or(0, |i| i + 1);
    let mut rest = open.split_off(last.min(open.len()));
    // The rest of an entry that runs over a page is not behind it.
    let kept = rest.iter().take(1).take_while(|p| p.paragraph.lines.len() <= 2).count();
    let behind = rest.split_off(if rest.len() == 1 { kept } else { 0 });
    open.extend(rest);
    as_text(behind)
}

fn as_text(pieces: Vec<Piece>) -> Vec<Piece> {
    let text = |piece| Piece { kind: BlockKind::Paragraph, ..piece };
    pieces.into_iter().map(text).collect()
}

/// Tells whether a text says who an author is: `Ada Lovelace is a professor`, `... received the`.
fn is_biography(text: &str) -> bool {
    let mut names = 0;
    for word in text.split_whitespace().take(7) {
        let named = word.starts_with(char::is_uppercase)
            && word.chars().all(|c| c.is_alphabetic() || ".-’'".contains(c));
        if named {
            names += 1;
            continue;
        }
        return (2..=5).contains(&names)
            && matches!(
                word,
                "is" | "was"
                    | "received"
                    | "obtained"
                    | "holds"
                    | "earned"
                    | "serves"
                    | "works"
                    | "joined"
                    | "graduated"
            );
    }
    false
}

/// Tells whether a year from 1800 to 2099 stands in a text.
fn has_year(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.windows(4).enumerate().any(|(at, digits)| {
        let year = digits.iter().all(u8::is_ascii_digit)
            && [b"18", b"19", b"20"].iter().any(|century| digits.starts_with(*century));
        let alone = !at.checked_sub(1).is_some_and(|i| bytes[i].is_ascii_digit())
            && !bytes.get(at + 4).is_some_and(u8::is_ascii_digit);
        year && alone
    })
}

/// Cuts the lines gathered so far.
fn close(
    open: &mut Vec<Piece>,
    aside: &mut Vec<Piece>,
    targets: &[Target],
    words: &Vocabulary,
    out: &mut Vec<Piece>,
) {
    let behind = trailing(open);
    let lines = std::mem::take(open).into_iter().flat_map(|p| p.paragraph.lines);
    let lines = whole_rows(lines.collect());
    let printed = printed_starts(&lines);
    let keys = keys_of_lines(&lines, targets, &printed);
    let starts = starts(&printed, &keys);
    let mut entry: Vec<Line> = vec![];
    let mut key = None;
    for (index, line) in lines.into_iter().enumerate() {
        if starts[index] && !entry.is_empty() {
            out.push(reference(std::mem::take(&mut entry), key.take(), words));
        }
        if key.is_none() {
            key.clone_from(&keys[index]);
        }
        entry.push(line);
    }
    if !entry.is_empty() {
        out.push(reference(entry, key, words));
    }
    out.append(aside);
    out.extend(behind);
}

fn reference(lines: Vec<Line>, key: Option<String>, words: &Vocabulary) -> Piece {
    let paragraph = Paragraph::of(lines, words);
    Piece { kind: BlockKind::Reference, paragraph, anchor: key }
}

/// Returns for each line the key of the entry that starts there, as destinations tell.
///
/// A column with as many destinations as entries has them in the same order: some programs write
/// the places in coarse steps, nearer to the entry above than to their own.
fn keys_of_lines(
    lines: &[Line],
    targets: &[Target],
    printed: &[bool],
) -> Vec<Option<String>> {
    let (mut keys, rest) = keys_in_order(lines, targets, printed);
    for target in rest {
        // Without a column, only a line that looks like a start can be meant.
        let may_be = |i: usize| target.place.x.is_some() || printed[i];
        let nearest = lines
            .iter()
            .enumerate()
            .filter(|(i, _)| may_be(*i))
            .filter_map(|(i, line)| Some((i, places::distance(line, &target.place)?)))
            .min_by(|a, b| a.1.total_cmp(&b.1));
        let Some((index, distance)) = nearest else { continue };
        let near = distance < reach(&lines[index]);
        if near && keys[index].as_ref().is_none_or(|(other, _)| distance < *other) {
            keys[index] = Some((distance, target.key.clone()));
        }
    }
    keys.into_iter().map(|key| key.map(|(_, key)| key)).collect()
}

/// A line's key and how far above the line its destination lies, in points.
type Placed = Option<(f32, String)>;

/// Pairs entries and destinations of the columns that have as many of the one as of the other;
/// returns the keys of the lines and the destinations of all other columns.
fn keys_in_order<'t>(
    lines: &[Line],
    targets: &'t [Target],
    printed: &[bool],
) -> (Vec<Placed>, Vec<&'t Target>) {
    let columns = columns(lines);
    let mut of_column: Vec<Vec<&Target>> = vec![vec![]; columns.len()];
    let mut rest = vec![];
    for target in targets {
        let here: Vec<usize> = (0..columns.len())
            .filter(|i| lines[columns[*i].start].page as usize == target.place.page + 1)
            .collect();
        let nearest = match (target.place.x, target.place.y, here.as_slice()) {
            (_, None, _) => None,
            // Without a left edge only a page of one column tells which is meant.
            (None, _, [only]) => Some(*only),
            (None, ..) => None,
            (Some(x), _, here) => {
                let aside = |i: &usize| (x - lines[columns[*i].start].column_x0).abs();
                here.iter().copied().min_by(|a, b| aside(a).total_cmp(&aside(b)))
            }
        };
        match nearest {
            Some(column) => of_column[column].push(target),
            None => rest.push(target),
        }
    }
    let mut keys = vec![None; lines.len()];
    for (range, mut targets) in columns.into_iter().zip(of_column) {
        let y = |target: &Target| target.place.y.unwrap_or_default();
        targets.sort_by(|a, b| y(a).total_cmp(&y(b)));
        let starts: Vec<usize> = range.filter(|i| printed[*i]).collect();
        let pairs =
            || starts.iter().zip(&targets).map(|(i, t)| (*i, lines[*i].y - y(t), t));
        let near = |i: usize, below: f32| {
            below > -0.5 * lines[i].size && below < reach(&lines[i])
        };
        if starts.len() == targets.len() && pairs().all(|(i, below, _)| near(i, below)) {
            for (index, below, target) in pairs() {
                keys[index] = Some((below, target.key.clone()));
            }
        } else {
            rest.extend(targets);
        }
    }
    (keys, rest)
}

/// Farthest that a destination lies above its entry, in points.
fn reach(line: &Line) -> f32 {
    2.5 * line.size.max(8.0)
}

/// Tells which lines start an entry: those with a key, and where print agrees with the keys also
/// those that only look like it (entries that nothing cites).
fn starts(printed: &[bool], keys: &[Option<String>]) -> Vec<bool> {
    let n_keys = keys.iter().filter(|key| key.is_some()).count();
    if n_keys * 8 < keys.len() && n_keys < 3 {
        return printed.to_vec();
    }
    let both = keys.iter().zip(printed).filter(|(key, is)| key.is_some() && **is).count();
    let agree = both * 10 >= n_keys * 9;
    keys.iter().zip(printed).map(|(key, is)| key.is_some() || agree && *is).collect()
}

/// Tells which lines look like the start of an entry.
fn printed_starts(lines: &[Line]) -> Vec<bool> {
    let labels: Vec<bool> = lines.iter().map(|line| has_label(line.text())).collect();
    let n_labels = labels.iter().filter(|is| **is).count();
    if n_labels >= 2 && n_labels * 8 >= lines.len() {
        return labels;
    }
    let numbers = numbered(lines);
    let n_numbers = numbers.iter().filter(|is| **is).count();
    if n_numbers >= 3 && n_numbers * 8 >= lines.len() {
        return numbers;
    }
    hanging(lines).unwrap_or_else(|| set_off(lines))
}

/// `[12] ...`, `[ABC+20] ...`.
fn has_label(text: &str) -> bool {
    let Some(rest) = text.strip_prefix('[') else { return false };
    rest.find(']').is_some_and(|end| end > 0 && end < 32)
}

/// Lines that start with numbers that grow by one: `1. ...`, `2 ...`, `(3) ...`.
fn numbered(lines: &[Line]) -> Vec<bool> {
    let mut expected = None;
    lines
        .iter()
        .map(|line| {
            let text = line.text().trim_start_matches('(');
            let digits = text.bytes().take_while(u8::is_ascii_digit).count();
            if digits == 0 || digits > 3 {
                return false;
            }
            let after = &text[digits..];
            let Ok(number) = text[..digits].parse::<u32>() else { return false };
            let marked = after.starts_with(['.', ')', ' ']);
            let follows = expected.is_none_or(|e| number >= e && number <= e + 2);
            let is_start = marked && follows && (expected.is_some() || number == 1);
            if is_start {
                expected = Some(number + 1);
            }
            is_start
        })
        .collect()
}

/// Entries whose first line stands out to the left.
fn hanging(lines: &[Line]) -> Option<Vec<bool>> {
    let mut starts = vec![false; lines.len()];
    let mut n_indented = 0;
    for group in columns(lines) {
        let left = lines[group.clone()].iter().map(|l| l.x0).fold(f32::MAX, f32::min);
        for index in group {
            let line = &lines[index];
            let indent = line.x0 - left;
            starts[index] = indent < 0.45 * line.size;
            n_indented +=
                usize::from(indent >= 0.45 * line.size && indent < 5.0 * line.size);
        }
    }
    (n_indented * 4 >= lines.len()).then_some(starts)
}

/// Entries with more white between them than between their lines.
fn set_off(lines: &[Line]) -> Vec<bool> {
    let mut steps: Vec<f32> = lines
        .windows(2)
        .filter(|pair| same_column(&pair[0], &pair[1]))
        .map(|pair| pair[1].y - pair[0].y)
        .collect();
    steps.sort_by(f32::total_cmp);
    let usual = steps.get(steps.len() / 4).copied().unwrap_or(12.0);
    (0..lines.len())
        .map(|index| {
            let Some(before) = index.checked_sub(1).map(|i| &lines[i]) else {
                return true;
            };
            let line = &lines[index];
            let ended = before.text().ends_with(['.', ')', ']'])
                || before.text().ends_with(|c: char| c.is_ascii_digit());
            let capital = line.text().starts_with(char::is_uppercase);
            if same_column(before, line) {
                line.y - before.y > 1.15 * usual && line.y > before.y
            } else {
                ended && capital
            }
        })
        .collect()
}

fn same_column(a: &Line, b: &Line) -> bool {
    a.page == b.page && a.column == b.column
}

/// Returns the ranges of lines of one column each; parts of one printed column are one.
fn columns(lines: &[Line]) -> Vec<std::ops::Range<usize>> {
    let mut out: Vec<std::ops::Range<usize>> = vec![];
    for index in 0..lines.len() {
        let joins = index > 0 && {
            let (a, b) = (&lines[index - 1], &lines[index]);
            a.page == b.page && b.y > a.y && b.x0 < a.x1 && a.x0 < b.x1
        };
        match out.last_mut() {
            Some(range) if joins => range.end = index + 1,
            _ => out.push(index..index + 1),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_that_present_themselves_are_no_references() {
        for text in [
            "Ada B. Lovelace is a professor of analysis in London.",
            "Alan Turing received the Ph.D. degree (1938) from Princeton.",
        ] {
            assert!(is_biography(text), "{text}");
        }
        for text in [
            "[1] Zhang, D., Zhang, T.: What is a reference? In: ICML (2021)",
            "Lovelace, A. Notes on the engine is what it was. 1843.",
            "Roads is a book.",
        ] {
            assert!(!is_biography(text), "{text}");
        }
        let piece = |text: &str, page: u32| {
            let line = Line { page, size: 10.0, y: 50.0, ..Line::default() };
            let mut paragraph = Paragraph::of(vec![line], &Vocabulary::default());
            paragraph.run.text = text.to_owned();
            Piece { kind: BlockKind::Reference, paragraph, anchor: None }
        };
        let mut open = vec![
            piece("[1] Lovelace, A.: Notes (1843)", 9),
            piece("[2] Turing, A.: Computers (1936)", 9),
            piece("Ada Lovelace is a professor since 1840.", 10),
            piece("E-mail: ada@london.example", 10),
        ];
        let behind = trailing(&mut open);
        assert_eq!((open.len(), behind.len()), (2, 2));
        assert!(behind.iter().all(|p| p.kind == BlockKind::Paragraph));
    }
}
