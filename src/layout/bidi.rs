//! Right-to-left text: from the order on the page to the order of reading.
//!
//! Producers draw Arabic and Hebrew either in reading order with the pen going left, or from left
//! to right. Both are brought into visual order first, glyph by glyph, and each finished line is
//! then turned into logical order.

use unicode_normalization::UnicodeNormalization;

use crate::extract::Glyph;

/// Tells whether a character belongs to a script that is read from right to left.
pub(super) fn is_rtl(ch: char) -> bool {
    matches!(ch, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}

/// Tells whether a good part of a page is read from right to left.
pub(super) fn is_right_to_left(glyphs: &[Glyph]) -> bool {
    let n_rtl = glyphs.iter().filter(|glyph| is_rtl(glyph.ch)).count();
    n_rtl > 10 && n_rtl * 20 > glyphs.len()
}

/// Returns the glyphs line by line, each line from left to right.
pub(super) fn visual_order(mut glyphs: Vec<Glyph>) -> Vec<Glyph> {
    glyphs.retain(|glyph| glyph.x.is_finite() && glyph.y.is_finite());
    glyphs.sort_by(|a, b| a.y.total_cmp(&b.y));
    let mut start = 0;
    while start < glyphs.len() {
        let (first, size) = (glyphs[start].y, glyphs[start].size.max(1.0));
        let end = start
            + glyphs[start..].iter().take_while(|g| g.y - first < 0.3 * size).count();
        glyphs[start..end].sort_by(|a, b| a.x.total_cmp(&b.x));
        start = end;
    }
    glyphs
}

/// Returns a line in logical order, presentation forms as plain letters; `None` if the line reads
/// from left to right.
pub(super) fn logical(visual: &str) -> Option<String> {
    if visual.is_ascii() {
        return None;
    }
    let n_rtl = visual.chars().filter(|ch| is_rtl(*ch)).count();
    if n_rtl == 0 {
        return None;
    }
    let n_letters = visual.chars().filter(|ch| ch.is_alphabetic()).count();
    let chars: Vec<char> = visual.chars().collect();
    let base_rtl = n_rtl * 2 > n_letters;
    // Direction of each character: strong ones their own, digits to the right, the rest between
    // two of a kind as these, else as the line.
    let mut rtl: Vec<Option<bool>> = chars
        .iter()
        .map(|ch| match ch {
            ch if is_rtl(*ch) => Some(true),
            ch if ch.is_alphanumeric() => Some(false),
            _ => None,
        })
        .collect();
    let mut i = 0;
    while i < rtl.len() {
        if rtl[i].is_some() {
            i += 1;
            continue;
        }
        let end = (i..rtl.len()).find(|k| rtl[*k].is_some()).unwrap_or(rtl.len());
        let before = if i > 0 { rtl[i - 1] } else { None };
        let after = rtl.get(end).copied().flatten();
        let direction = if before == after { before } else { None };
        rtl[i..end].fill(Some(direction.unwrap_or(base_rtl)));
        i = end;
    }
    let mut runs: Vec<(bool, String)> = vec![];
    for (ch, rtl) in chars.iter().zip(&rtl) {
        let rtl = rtl.unwrap_or(base_rtl);
        match runs.last_mut() {
            Some((last, text)) if *last == rtl => text.push(*ch),
            _ => runs.push((rtl, ch.to_string())),
        }
    }
    if base_rtl {
        runs.reverse();
    }
    let ordered: String = runs
        .into_iter()
        .map(
            |(rtl, text)| {
                if rtl { text.chars().rev().map(mirrored).collect() } else { text }
            },
        )
        .collect();
    let plain = ordered
        .chars()
        .flat_map(|ch| {
            let forms = if is_presentation_form(ch) { Some(ch) } else { None };
            let kept = if forms.is_none() { Some(ch) } else { None };
            forms.into_iter().nfkc().chain(kept)
        })
        .collect();
    Some(plain)
}

fn is_presentation_form(ch: char) -> bool {
    matches!(ch, '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}

fn mirrored(ch: char) -> char {
    match ch {
        '(' => ')',
        ')' => '(',
        '[' => ']',
        ']' => '[',
        '{' => '}',
        '}' => '{',
        '<' => '>',
        '>' => '<',
        '«' => '»',
        '»' => '«',
        _ => ch,
    }
}
