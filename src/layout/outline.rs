//! Bookmarks and printed headings become one list of headings.
//!
//! In: the pieces with headings told from their look, and the bookmarks. Out: each bookmark is a
//! heading at its place, in the order and at the level of the bookmarks; a printed heading that no
//! bookmark names stays as it is. A bookmark that nothing printed answers to stands before the
//! text that it points to.

use crate::extract::Bookmark;

use super::kind::Piece;
use super::numbering::numbering;
use super::paragraph::Paragraph;
use super::places::{self, letters_of};
use super::{BlockKind, Heading};

/// Where a bookmark's heading goes.
#[derive(Clone, Copy, Debug)]
struct Spot {
    /// Index of the piece that is the heading, or before which it goes.
    piece: usize,
    /// End of the heading's text in the piece; `None` if nothing printed answers.
    printed: Option<usize>,
}

/// Merges bookmarks into the pieces.
pub(super) fn merge(mut pieces: Vec<Piece>, bookmarks: &[Bookmark]) -> Vec<Piece> {
    let titled: Vec<&Bookmark> =
        bookmarks.iter().filter(|b| !letters_of(&b.title).is_empty()).collect();
    let mut next = 0;
    let mut spots = vec![];
    let trusted = in_order(&titled);
    for (bookmark, trusted) in titled.iter().zip(trusted) {
        let spot = find(&pieces, bookmark, trusted, next);
        next = match spot.printed {
            // Two bookmarks may share a paragraph: the second looks at what is left of it.
            Some(end) => {
                split(&mut pieces, spot.piece, end);
                spot.piece + 1
            }
            None => spot.piece,
        };
        spots.push(spot);
    }
    insert(pieces, &titled, &spots)
}

/// Tells which bookmarks point to places in the order of the list.
fn in_order(bookmarks: &[&Bookmark]) -> Vec<bool> {
    // The longest run of pages that never goes back; the rest point astray.
    let pages: Vec<Option<usize>> =
        bookmarks.iter().map(|b| b.dest.map(|d| d.page)).collect();
    let mut best: Vec<(usize, Option<usize>)> = vec![];
    for (i, page) in pages.iter().enumerate() {
        let Some(page) = page else {
            best.push((0, None));
            continue;
        };
        let mut own = (1, None);
        for (j, (length, _)) in best.iter().enumerate().skip(i.saturating_sub(400)) {
            if pages[j].is_some_and(|p| p <= *page) && length + 1 > own.0 {
                own = (length + 1, Some(j));
            }
        }
        best.push(own);
    }
    let mut trusted = vec![false; bookmarks.len()];
    let mut at = (0..best.len()).max_by_key(|i| (best[*i].0, usize::MAX - i));
    while let Some(i) = at {
        trusted[i] = pages[i].is_some();
        at = best[i].1;
    }
    trusted
}

/// Finds the place of a bookmark among the pieces from `next` on.
fn find(pieces: &[Piece], bookmark: &Bookmark, trusted: bool, next: usize) -> Spot {
    let names = Names::of(&bookmark.title);
    let dest = bookmark.dest.filter(|_| trusted);
    let Some(dest) = dest else {
        let printed = pieces
            .iter()
            .enumerate()
            .skip(next)
            .filter(|(_, p)| matches!(p.kind, BlockKind::Heading(_)))
            .find_map(|(i, p)| Some((i, printed_end(p, &names)?)));
        return match printed {
            Some((piece, end)) => Spot { piece, printed: Some(end) },
            None => Spot { piece: next, printed: None },
        };
    };
    let mut best: Option<(f32, Spot)> = None;
    let mut at_place: Option<(f32, usize)> = None;
    for (index, piece) in pieces.iter().enumerate().skip(next) {
        let first_page = piece.paragraph.page as usize;
        if first_page > dest.page + 2 {
            break;
        }
        for line in piece.paragraph.lines.iter().take(400) {
            if let Some(below) = places::distance(line, &dest)
                && at_place.is_none_or(|(least, _)| below < least)
            {
                at_place = Some((below, index));
            }
        }
        if first_page != dest.page + 1 {
            continue;
        }
        let Some(end) = printed_end(piece, &names) else { continue };
        let y = piece.paragraph.lines.first().map_or(0.0, |line| line.y);
        let off = (y - dest.y.unwrap_or(y)).abs()
            + if matches!(piece.kind, BlockKind::Heading(_)) { 0.0 } else { 30.0 };
        if best.is_none_or(|(least, _)| off < least) {
            best = Some((off, Spot { piece: index, printed: Some(end) }));
        }
    }
    if let Some((_, spot)) = best {
        return spot;
    }
    let by_page = || {
        let on_page = |p: &Piece| p.paragraph.page as usize > dest.page;
        pieces.iter().skip(next).position(on_page).map_or(pieces.len(), |i| next + i)
    };
    Spot { piece: at_place.map_or_else(by_page, |(_, piece)| piece), printed: None }
}

/// The letters of a bookmark's title: of all of it, and of what follows its number.
struct Names {
    whole: String,
    bare: String,
}

impl Names {
    fn of(title: &str) -> Names {
        let bare = &title[numbering(title).map_or(0, |n| n.prefix)..];
        Names { whole: letters_of(title), bare: letters_of(bare) }
    }
}

/// Returns where in the piece's text the title ends, if the text starts with it.
fn printed_end(piece: &Piece, names: &Names) -> Option<usize> {
    if matches!(piece.kind, BlockKind::Title | BlockKind::Reference | BlockKind::Caption)
    {
        return None;
    }
    let text = piece.paragraph.text();
    let is_heading = matches!(piece.kind, BlockKind::Heading(_));
    let skip = numbering(text).map_or(0, |n| n.prefix);
    let Names { whole, bare } = names;
    for (start, wanted) in [(0, whole), (skip, whole), (skip, bare), (0, bare)] {
        let Some(end) = places::end_of_prefix(&text[start..], wanted) else { continue };
        let end = start + end;
        let rest = text[end..].trim_start_matches([' ', '.', ':', '—', '–']);
        // In running text only a title that is set off from what follows.
        let set_off = rest.is_empty()
            || text[end..].trim_start().starts_with(['.', ':', '—', '–'])
            || start > 0
            || is_heading;
        let whole_word = !text[end..].starts_with(char::is_alphanumeric);
        if set_off && whole_word && !wanted.is_empty() {
            return Some(text.len() - rest.len());
        }
    }
    None
}

/// Cuts a piece after its heading; the rest keeps its kind.
fn split(pieces: &mut Vec<Piece>, index: usize, end: usize) {
    let piece = &mut pieces[index];
    let run = &piece.paragraph.run;
    // A mark alone is no text of its own: `？` behind a title that the bookmark gives without it.
    if !run.text[end..].contains(char::is_alphanumeric) {
        return;
    }
    let rest_run = run.slice(end..run.text.len());
    let head_run = run.slice(0..end);
    let kind = match piece.kind {
        BlockKind::Heading(_) if rest_run.text.len() > 120 => BlockKind::Paragraph,
        ref kind => kind.clone(),
    };
    let rest = Piece {
        kind,
        paragraph: Paragraph { run: rest_run, ..piece.paragraph.clone() },
        anchor: None,
    };
    piece.paragraph.run = head_run;
    piece.paragraph.lines.truncate(1);
    piece.paragraph.page_end = piece.paragraph.page;
    pieces.insert(index + 1, rest);
}

/// Turns the pieces at the spots into headings and adds those that are not printed.
fn insert(pieces: Vec<Piece>, bookmarks: &[&Bookmark], spots: &[Spot]) -> Vec<Piece> {
    let mut out = Vec::with_capacity(pieces.len() + bookmarks.len());
    let mut pending = bookmarks.iter().zip(spots).peekable();
    for (index, mut piece) in pieces.into_iter().enumerate() {
        while let Some((bookmark, spot)) = pending.next_if(|(_, s)| s.piece <= index) {
            if spot.printed.is_none() || spot.piece < index {
                out.push(virtual_heading(bookmark, &piece.paragraph));
                continue;
            }
            let (heading, text) = heading(bookmark, Some(piece.paragraph.text()));
            piece.kind = BlockKind::Heading(heading);
            piece.paragraph.run.rewrite(text);
            piece.anchor.clone_from(&bookmark.name);
        }
        out.push(piece);
    }
    let last =
        out.last().map(|piece: &Piece| piece.paragraph.clone()).unwrap_or_default();
    for (bookmark, _) in pending {
        out.push(virtual_heading(bookmark, &last));
    }
    out
}

/// Returns a bookmark's heading and its text, the printed number in front where there is one.
fn heading(bookmark: &Bookmark, printed: Option<&str>) -> (Heading, String) {
    let title = bookmark.title.split_whitespace().collect::<Vec<_>>().join(" ");
    let own = numbering(&title).map(|n| n.number);
    let printed = printed.and_then(|text| {
        let numbering = numbering(text)?;
        Some((numbering.number, text[..numbering.prefix].trim_end().to_owned()))
    });
    let level = bookmark.level.saturating_add(1);
    let (number, text) = match (own, printed) {
        (Some(number), _) => (Some(number), title),
        (None, Some((number, prefix))) => (Some(number), format!("{prefix} {title}")),
        (None, None) => (None, title),
    };
    (Heading { level, number, outlined: true }, text)
}

/// Returns a heading that stands nowhere on the page.
fn virtual_heading(bookmark: &Bookmark, beside: &Paragraph) -> Piece {
    let (heading, text) = heading(bookmark, None);
    let mut paragraph = Paragraph::default();
    let page = bookmark.dest.map_or(beside.page, |dest| dest.page as u32 + 1);
    paragraph.page = page;
    paragraph.page_end = page;
    paragraph.run.text = text;
    Piece { kind: BlockKind::Heading(heading), paragraph, anchor: bookmark.name.clone() }
}
