//! Glyphs to chunks: pieces of text on one baseline without a wide gap.
//!
//! In: the glyphs of a page, in the order of the content stream. Out: [`Chunk`]s in the same order,
//! text of the page's main direction apart from text turned against it. Accents drawn as glyphs of
//! their own are composed, ligatures split, shadows drawn twice dropped, spaces made from gaps.

use std::borrow::Cow;

use unicode_normalization::char::compose;

use crate::extract::glyph::{ARTIFACT, INVISIBLE, VERTICAL, ligature};
use crate::extract::{FontInfo, Glyph, PageGlyphs};

use super::accent::{combining_form, dotted, is_combining};
use super::bidi;
use super::links::PageLinks;
use super::run::Run;
use super::shadow::{Drawn, Row};
use super::slanted::{self, SLANTED, Slanted};
use super::styles::Styles;

/// A gap wider than this share of the type size is a space.
pub(super) const SPACE_EM: f32 = 0.13;

/// Bytes that a line of a column has.
const LINE: usize = 64;

/// What stands for a font without a number.
static UNKNOWN: FontInfo = FontInfo {
    name: String::new(),
    bold: false,
    italic: false,
    mono: false,
    math: false,
};

/// A piece of text on one baseline.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    /// The text.
    pub run: Run,
    /// Left edge.
    pub x0: f32,
    /// Right edge.
    pub x1: f32,
    /// Baseline.
    pub y: f32,
    /// Size of its largest type.
    pub size: f32,
    /// Styles of its characters.
    pub styles: Styles,
    /// Characters that the file calls an artifact.
    pub artifact: u32,
    /// Bytes at the start of the text that are all bold or all italic.
    pub lead: usize,
    lead_open: bool,
}

impl Chunk {
    /// Top edge of its capitals.
    pub(super) fn top(&self) -> f32 {
        self.y - 0.72 * self.size
    }

    /// Bottom edge of its descenders.
    pub(super) fn bottom(&self) -> f32 {
        self.y + 0.22 * self.size
    }

    /// Its text without white space around it.
    pub(super) fn text(&self) -> &str {
        self.run.text.trim()
    }
}

/// The chunks of a page.
#[derive(Clone, Debug, Default)]
pub(super) struct PageChunks {
    /// Text in the page's main direction.
    pub main: Vec<Chunk>,
    /// Text turned against it: stamps, labels of axes.
    pub turned: Vec<Chunk>,
    /// Slanted text: watermarks, labels of axes.
    pub slanted: Vec<Slanted>,
    /// How the page was turned so that its lines run to the right and follow downwards.
    pub turn: Turn,
    /// Height after turning.
    pub height: f32,
}

/// How a page is turned before anything else looks at it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Turn {
    /// As it is.
    #[default]
    None,
    /// Lines run upwards.
    Up,
    /// Lines run to the left, upside down.
    Over,
    /// Lines run downwards, turned letters.
    Down,
    /// Vertical writing: upright letters in columns from right to left.
    Vertical,
}

impl Turn {
    /// Returns the turn that makes text of [`Glyph::dir`] read to the right.
    fn of(dir: u8) -> Turn {
        match dir {
            1 => Turn::Up,
            2 => Turn::Over,
            3 => Turn::Down,
            _ => Turn::None,
        }
    }

    /// Returns a point of the page after turning; `page` is the page's width and height.
    fn apply(self, (x, y): (f32, f32), page: (f32, f32)) -> (f32, f32) {
        match self {
            Turn::None => (x, y),
            Turn::Up => (page.1 - y, x),
            Turn::Over => (page.0 - x, page.1 - y),
            Turn::Down | Turn::Vertical => (y, page.0 - x),
        }
    }

    /// Returns where a point of the turned page lies on the page.
    pub(super) fn undo(self, (x, y): (f32, f32), page: (f32, f32)) -> (f32, f32) {
        match self {
            Turn::None => (x, y),
            Turn::Up => (y, page.1 - x),
            Turn::Over => (page.0 - x, page.1 - y),
            Turn::Down | Turn::Vertical => (page.0 - y, x),
        }
    }
}

/// Returns the chunks of one page.
pub(super) fn chunks(
    page: &PageGlyphs,
    fonts: &[FontInfo],
    links: &PageLinks,
) -> PageChunks {
    let mut per_direction = [0usize; 5];
    let (mut n_vertical, mut n_invisible) = (0, 0);
    for glyph in &page.glyphs {
        per_direction[usize::from(glyph.dir.min(4))] += 1;
        n_vertical += usize::from(glyph.flags & VERTICAL != 0);
        n_invisible += usize::from(glyph.flags & INVISIBLE != 0);
    }
    let size = (page.width, page.height);
    let turned_glyph = |glyph: &Glyph, turn: Turn| {
        let (x, y) = turn.apply((glyph.x, glyph.y), size);
        Glyph { x, y, ..*glyph }
    };
    if n_vertical * 2 > page.glyphs.len() {
        let glyphs = page.glyphs.iter().map(|glyph| {
            let across =
                if glyph.flags & VERTICAL != 0 { 0.35 * glyph.size } else { 0.0 };
            let turned = turned_glyph(glyph, Turn::Vertical);
            Glyph { y: turned.y + across, ..turned }
        });
        let glyphs: Vec<Glyph> = glyphs.collect();
        return PageChunks {
            main: Chunker::read(&glyphs, fonts, links, Turn::Vertical),
            turn: Turn::Vertical,
            height: page.width,
            ..PageChunks::default()
        };
    }
    // A few invisible words on a page of visible text are tricks; a page of them is an OCR layer.
    let n_visible = page.glyphs.len() - n_invisible;
    let drop_invisible = n_visible > 200 && (1..n_visible).contains(&n_invisible);
    let shown = |glyph: &&Glyph| !drop_invisible || glyph.flags & INVISIBLE == 0;

    let main_dir = main_direction(page, &per_direction);
    let turn = Turn::of(main_dir);
    // A page that is slanted as a whole was scanned so.
    let all_slanted = per_direction[4] * 2 > page.glyphs.len();
    let as_it_is = turn == Turn::None
        && !drop_invisible
        && per_direction[usize::from(main_dir)] == page.glyphs.len();
    let mut glyphs: Cow<'_, [Glyph]> = if as_it_is {
        Cow::Borrowed(&page.glyphs)
    } else {
        let is_main = |dir: u8| dir == main_dir || all_slanted && dir == SLANTED;
        let glyphs = page.glyphs.iter().filter(shown).filter(|glyph| is_main(glyph.dir));
        glyphs.map(|glyph| turned_glyph(glyph, turn)).collect()
    };
    if bidi::is_right_to_left(&page.glyphs) {
        glyphs = bidi::visual_order(glyphs.into_owned()).into();
    }
    let main = Chunker::read(&glyphs, fonts, links, turn);
    let mut turned = vec![];
    for dir in (0..4u8).filter(|d| *d != main_dir && per_direction[usize::from(*d)] > 0) {
        let turn = Turn::of(dir);
        let glyphs = page.glyphs.iter().filter(shown).filter(|glyph| glyph.dir == dir);
        let glyphs: Vec<Glyph> = glyphs.map(|glyph| turned_glyph(glyph, turn)).collect();
        turned.extend(Chunker::read(&glyphs, fonts, links, turn));
    }
    let slanted = match all_slanted || per_direction[4] == 0 {
        true => vec![],
        false => slanted::strings(page.glyphs.iter().filter(shown)),
    };
    let height = if main_dir % 2 == 1 { size.0 } else { size.1 };
    PageChunks { main, turned, slanted, turn, height }
}

/// Returns the direction of most of the page's lines; words that are set one by one, as labels of
/// a drawing are, count only where there is no line.
fn main_direction(page: &PageGlyphs, per_direction: &[usize; 5]) -> u8 {
    /// Fewer glyphs on one baseline are no line.
    const LEAST: usize = 16;
    let mut in_lines = [0usize; 5];
    let upright = per_direction[1..4].iter().all(|n| *n == 0);
    let on_one_line = |a: &Glyph, b: &Glyph| {
        let rise = if a.dir.is_multiple_of(2) { a.y - b.y } else { a.x - b.x };
        a.dir == b.dir && rise.abs() < 0.1 * a.size
    };
    let lines = page.glyphs.chunk_by(on_one_line).filter(|line| line.len() >= LEAST);
    for line in lines.take_while(|_| !upright) {
        in_lines[usize::from(line[0].dir.min(4))] += line.len();
    }
    let n = |dir: u8| (in_lines[usize::from(dir)], per_direction[usize::from(dir)]);
    (0..4u8).max_by_key(|dir| (n(*dir), 4 - *dir)).unwrap_or_default()
}

/// Grows chunks glyph by glyph.
struct Chunker<'a> {
    fonts: &'a [FontInfo],
    links: &'a PageLinks,
    /// Links lie where the page shows them, so only upright text meets them.
    with_links: bool,
    done: Vec<Chunk>,
    open: Option<Chunk>,
    /// Right end of the last glyph.
    end: f32,
    /// Where the pen stands, explicit spaces counted.
    pen: f32,
    last_size: f32,
    last_y: f32,
    space: bool,
    /// An accent that waits for its letter: combining form, middle.
    accent: Option<(char, f32)>,
    drawn: Drawn,
}

impl<'a> Chunker<'a> {
    /// Reads the chunks of a page, which is turned by `turn`, or of a part of it.
    fn read(
        glyphs: &[Glyph],
        fonts: &'a [FontInfo],
        links: &'a PageLinks,
        turn: Turn,
    ) -> Vec<Chunk> {
        let mut chunker = Chunker {
            fonts,
            links,
            with_links: turn == Turn::None && !links.is_empty(),
            done: vec![],
            open: None,
            end: 0.0,
            pen: 0.0,
            last_size: 0.0,
            last_y: 0.0,
            space: false,
            accent: None,
            drawn: Drawn::new(glyphs.len()),
        };
        let mut rest = glyphs;
        while let [glyph, after @ ..] = rest {
            chunker.take(glyph, after.first());
            rest = &after[chunker.take_plain(after)..];
        }
        chunker.done.extend(chunker.open.take());
        chunker.done
    }

    /// Takes the glyphs that go on in the open chunk without a gap, a rise or a change of font, as
    /// most do; returns how many. Does to each what [`Chunker::take`] does, as far as there is
    /// anything to do.
    fn take_plain(&mut self, glyphs: &[Glyph]) -> usize {
        let (Some(first), Some(open)) = (glyphs.first(), &mut self.open) else {
            return 0;
        };
        let Chunk { y, size, .. } = *open;
        if self.last_y != y
            || self.last_size != size
            || self.space
            || self.accent.is_some()
        {
            return 0;
        }
        let goes_on = |glyph: &Glyph, gap: f32| {
            // What ASCII prints, but for its accent.
            matches!(glyph.ch, '!'..='_' | 'a'..='~')
                && glyph.y == y
                && glyph.size == size
                && (glyph.font, glyph.flags) == (first.font, first.flags)
                && gap > -0.35 * size
                && gap <= SPACE_EM * size
                && glyph.w > 0.0
                && glyph.w < f32::MAX
        };
        let row = Row::of(y);
        let (mut n, mut n_new) = (0, 0);
        for glyph in glyphs {
            if !goes_on(glyph, glyph.x - self.end) {
                break;
            }
            n += 1;
            if !self.drawn.is_new(glyph, row) {
                continue;
            }
            n_new += 1;
            let middle = (glyph.x + glyph.w / 2.0, y - 0.3 * size);
            let link =
                if self.with_links { self.links.at(middle.0, middle.1) } else { None };
            open.run.push(glyph.ch, link, self.links.page);
            self.end = glyph.x + glyph.w;
            open.x1 = open.x1.max(self.end);
            open.x0 = open.x0.min(glyph.x);
        }
        if n_new > 0 {
            let font = self.fonts.get(usize::from(first.font)).unwrap_or(&UNKNOWN);
            open.styles.count(first.font, font, n_new);
            open.lead_open &= is_emphasized(font);
            if open.lead_open {
                open.lead = open.run.text.len();
            }
            open.artifact += u32::from(first.flags & ARTIFACT != 0) * n_new;
        }
        n
    }

    fn take(&mut self, glyph: &Glyph, next: Option<&Glyph>) {
        let placed = glyph.x.is_finite() && glyph.y.is_finite() && glyph.w.is_finite();
        if !placed || !glyph.size.is_finite() || glyph.size < 0.3 {
            return;
        }
        match glyph.ch {
            ' '
            | '\u{A0}'
            | '\t'
            | '\r'
            | '\n'
            | '\u{2000}'..='\u{200A}'
            | '\u{3000}' => {
                return self.note_space(glyph);
            }
            '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{FEFF}' => return,
            ch if ch.is_control() => return,
            _ => {}
        }
        if glyph.w > 0.0 && !self.drawn.is_new(glyph, Row::of(glyph.y)) {
            return; // Fake bold and shadows draw a glyph twice.
        }
        let font = self.fonts.get(usize::from(glyph.font)).unwrap_or(&UNKNOWN);
        if font.math || !self.takes_accent(glyph, next) {
            let ch = self.accented(glyph);
            self.add(glyph, ch, font);
        }
    }

    fn note_space(&mut self, glyph: &Glyph) {
        if let Some(open) = &self.open
            && (glyph.y - open.y).abs() < 0.5 * open.size
        {
            self.space = true;
            self.pen = glyph.x + glyph.w;
        }
    }

    /// Handles a glyph that is an accent alone, on the letter before or on `next`; returns whether
    /// it was one.
    fn takes_accent(&mut self, glyph: &Glyph, next: Option<&Glyph>) -> bool {
        let Some(combining) = combining_form(glyph.ch) else { return false };
        let middle = glyph.x + glyph.w / 2.0;
        if glyph.w <= 0.0 && !is_combining(glyph.ch) {
            return false;
        }
        if let Some(open) = &mut self.open {
            let over_last = (glyph.y - open.y).abs() < 0.6 * open.size
                && middle < self.end + 0.02 * open.size
                && middle > self.end - 0.9 * open.size
                && !self.space;
            if over_last && let Some(base) = open.run.text.chars().next_back() {
                if let Some(whole) = compose(dotted(base), combining) {
                    let marked = open
                        .run
                        .marks
                        .last()
                        .filter(|m| m.range.end == open.run.text.len());
                    let (link, page) = (marked.map(|m| m.link), self.links.page);
                    open.run.pop();
                    open.run.push(whole, link, page);
                    return true;
                }
                if is_combining(glyph.ch) {
                    open.run.text.push(glyph.ch);
                    return true;
                }
            }
        }
        // A quotation mark, unless a letter that takes a grave stands in its place.
        if (glyph.ch == '`' || is_combining(glyph.ch))
            && !next.is_some_and(|next| stands_under(next, glyph, combining))
        {
            return false;
        }
        if self.open.as_ref().is_none_or(|open| glyph.x - self.end > SPACE_EM * open.size)
        {
            self.space = true;
        }
        self.accent = Some((combining, middle));
        true
    }

    /// Returns the glyph's character with the accent that waits for it.
    fn accented(&mut self, glyph: &Glyph) -> char {
        let Some((combining, middle)) = self.accent.take() else { return glyph.ch };
        let slack = 0.05 * glyph.size;
        if middle < glyph.x - slack || middle > glyph.x + glyph.w + slack {
            return glyph.ch;
        }
        compose(dotted(glyph.ch), combining).unwrap_or(glyph.ch)
    }

    fn add(&mut self, glyph: &Glyph, ch: char, font: &FontInfo) {
        let gap = glyph.x - self.end;
        if self.joins(glyph, gap) {
            self.separate(glyph, ch, gap);
        } else {
            self.done.extend(self.open.take());
        }
        let open = self.open.get_or_insert_with(|| Chunk {
            run: Run { text: String::with_capacity(LINE), ..Run::default() },
            x0: glyph.x,
            x1: glyph.x + glyph.w,
            y: glyph.y,
            size: glyph.size,
            ..Chunk::default()
        });
        if glyph.size > 1.14 * open.size {
            open.y = glyph.y;
            open.size = glyph.size;
        }
        let middle = (glyph.x + glyph.w / 2.0, glyph.y - 0.3 * glyph.size);
        let link = if self.with_links { self.links.at(middle.0, middle.1) } else { None };
        match ligature(ch) {
            Some(letters) => {
                for letter in letters.chars() {
                    open.run.push(letter, link, self.links.page);
                }
            }
            None => open.run.push(ch, link, self.links.page),
        }
        open.styles.count(glyph.font, font, 1);
        open.lead_open =
            is_emphasized(font) && (open.lead_open || open.styles.chars == 1);
        if open.lead_open {
            open.lead = open.run.text.len();
        }
        open.artifact += u32::from(glyph.flags & ARTIFACT != 0);
        self.space = false;
        self.end = glyph.x + glyph.w;
        self.last_size = glyph.size;
        self.last_y = glyph.y;
        open.x1 = open.x1.max(self.end);
        open.x0 = open.x0.min(glyph.x);
    }

    /// Tells whether the glyph goes on with the open chunk.
    fn joins(&self, glyph: &Glyph, gap: f32) -> bool {
        let Some(open) = &self.open else { return false };
        let rise = (glyph.y - open.y).abs();
        let em = open.size.max(glyph.size);
        let same_line = rise < 0.12 * em;
        let smaller = glyph.size < 0.88 * open.size
            || self.last_size < 0.88 * open.size
            || glyph.size > 1.14 * open.size;
        let script = rise < 0.68 * em && smaller && gap < 0.5 * em;
        let near = rise < 0.35 * em && gap < 0.5 * em;
        if !(same_line || script || near) || gap <= -0.7 * em || gap >= 1.05 * em {
            return false;
        }
        if same_line && gap < -0.35 * em && glyph.x < open.x0 {
            return false;
        }
        // A number and then a wide gap: the number of a line or a heading.
        if gap > 0.55 * em && is_number(&open.run.text) {
            return false;
        }
        // Text with real spaces does not skip ahead: something drawn elsewhere fills the hole.
        let skips = self.space
            && glyph.x - self.pen > 0.4 * em
            && self.pen >= self.end - 0.05 * em;
        !skips
    }

    /// Puts a space before a glyph that joins, where the page shows one.
    fn separate(&mut self, glyph: &Glyph, ch: char, gap: f32) {
        let Some(open) = &mut self.open else { return };
        let em = glyph.size.min(self.last_size).max(0.6 * open.size);
        if self.space && gap > -0.1 * em || gap > SPACE_EM * em {
            open.run.space();
            return;
        }
        // "word" and a raised mark: apart, so that the word is found.
        let raised = glyph.size < 0.85 * self.last_size
            && glyph.y < self.last_y - 0.15 * self.last_size;
        let is_mark = ch.is_ascii_digit() || "∗†‡§¶*".contains(ch);
        if raised && is_mark {
            let mut before = open.run.text.chars().rev();
            let after_word = [before.next(), before.next()]
                .iter()
                .all(|c| c.is_some_and(char::is_alphabetic));
            if after_word {
                open.run.space();
            }
        }
    }
}

/// Tells whether `letter`, drawn after `accent`, stands in the same place and takes it.
fn stands_under(letter: &Glyph, accent: &Glyph, combining: char) -> bool {
    let middle = accent.x + accent.w / 2.0;
    (letter.y - accent.y).abs() < 0.6 * letter.size
        && letter.x < middle
        && middle < letter.x + letter.w
        && compose(dotted(letter.ch), combining).is_some()
}

fn is_emphasized(font: &FontInfo) -> bool {
    !font.math && (font.bold || font.italic)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit())
}
