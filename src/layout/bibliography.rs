//! One block an entry of the bibliography.
//!
//! In: the pieces of the bibliography as paragraphs came. Out: the same lines cut where an entry
//! starts: at the destinations that citations lead to, else at printed numbers or labels, else by
//! the hanging indent, else by the white between entries. A section *about* references, where the
//! list itself stands elsewhere, is prose.

use crate::extract::Destination;

use super::BlockKind;
use super::entry_starts::{has_label, keys_of_lines, printed_starts, reach, starts};
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
