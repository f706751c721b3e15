//! Cuts a text into words and compounds: the one loop that indexing, queries and highlights share.
//!
//! A *compound* is what people write in several ways: `GPT-4`, `GPT4`, `GPT 4`. It is cut into parts at
//! consecutive positions, so that phrases need not care how it is written, and its joined form
//! (`gpt4`) stands at the position of the first part. Parts meet at
//!
//! - a change between letters and digits (`BLIP2`), or Latin and Greek (`TNFα`);
//! - a hyphen, unless digits stand on both sides (`2019-2020` are two words), and `_`;
//! - `/` beside a single letter or a digit (`ViT-B/16`, `I/O`), else it separates (`and/or`);
//! - `'` between letters (`O'Brien`; `BERT's` is `BERT`, `don't` is one word), `&` (`R&D`);
//! - `.` before a small letter or between single letters (`node.js`, `U.S.`), `,` in `1,000`.
//!
//! `++` and `#` count where they end a name (`C++`, `C#`). A decimal number is one part. Scripts
//! without spaces become characters and pairs of characters. More than [`MAX_PARTS`] parts in one
//! unbroken run are a code, kept whole (`a1b2c3d4e5`). So is the key of a citation directly behind an `@`
//! that stands by itself (`[@he2022masked; @DBLP:conf/nips/VaswaniSPU17]`), other than in an address.

use std::ops::Range;

use super::fold::{Class, classify, fold_into, greek_name, is_apostrophe, is_hyphen};

/// Parts of a compound; what is longer becomes two compounds.
const MAX_PARTS: usize = 6;
/// Changes between letters and digits in an unbroken run after which it is a code.
const MAX_CHANGES: usize = 4;
/// Bytes of a word that count; what is longer is known by its beginning.
const MAX_WORD: usize = 96;

/// Number of plain letters that a text begins with, looked at eight bytes at a time, and whether all of
/// them are small ones.
fn letters_of(bytes: &[u8]) -> (usize, bool) {
    let each = |byte: u8| u64::from_le_bytes([byte; 8]);
    let (eights, rest) = bytes.as_chunks();
    let mut n = 0;
    // Of letters the small ones alone have this bit.
    let mut bits = each(SMALL);
    for eight in eights {
        let eight = u64::from_le_bytes(*eight);
        // The sums reach the highest bit of a byte from `a` on, and behind `z`.
        let small = (eight | each(SMALL)) & each(0x7f);
        let from_a = small + each(0x80 - b'a');
        let behind_z = small + each(0x7f - b'z');
        let others = !(from_a & !behind_z & !eight) & each(0x80);
        if others != 0 {
            let n_before = others.trailing_zeros() as usize / 8;
            bits &= eight | !0 << (8 * n_before);
            return (n + n_before, bits == each(SMALL));
        }
        bits &= eight;
        n += 8;
    }
    let more = rest.iter().take_while(|b| b.is_ascii_alphabetic());
    let (more, small) = more.fold((0, SMALL), |(n, bits), letter| (n + 1, bits & letter));
    (n + more, bits == each(SMALL) && small == SMALL)
}

/// The bit by which a small letter differs from a capital.
const SMALL: u8 = b'a' ^ b'A';

/// Whether a byte is a sign of ASCII: no letter, no digit, and no part of another character.
fn is_plain_sign(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric()
}

/// A part of a compound, a word of its own, or a character of a script without spaces.
#[derive(Clone, Debug)]
pub(super) struct Piece {
    /// Byte range in the text.
    pub range: Range<usize>,
    /// Byte range of the folded form in the buffer.
    pub folded: Range<usize>,
    /// Its class.
    pub class: Class,
}

/// Reads one compound after another.
pub(super) struct Cutter<'a> {
    text: &'a str,
    at: usize,
    /// Folded pieces of the present compound, back to back, then a suffix such as `++`.
    pub buffer: String,
    /// Pieces of the present compound.
    pub pieces: Vec<Piece>,
}

impl<'a> Cutter<'a> {
    /// Starts at the beginning of `text`.
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, buffer: String::with_capacity(MAX_WORD), pieces: Vec::new() }
    }

    /// Reads the next compound; false at the end of the text.
    pub(super) fn advance(&mut self) -> bool {
        self.pieces.clear();
        self.buffer.clear();
        let Some(mut class) = self.skip_to_word() else { return false };
        if class == Class::Letter && self.is_behind_at() {
            self.read_key();
            return true;
        }
        let mut run_start = 0;
        loop {
            if class == Class::Cjk {
                self.read_characters();
                return true;
            }
            if self.pieces.len() - run_start == MAX_CHANGES {
                self.merge_code(run_start);
            } else {
                self.read_piece(class);
            }
            if self.pieces.len() == MAX_PARTS {
                return true;
            }
            match self.next_link() {
                Link::Direct(next) => class = next,
                Link::Joiner(next, bytes) => {
                    self.at += bytes;
                    class = next;
                    run_start = self.pieces.len();
                }
                Link::None => return true,
            }
        }
    }

    /// Reads the word that comes next, if it is plain; returns where it stands, and whether its letters
    /// are small.
    pub(super) fn plain_word(&mut self) -> Option<(Range<usize>, bool)> {
        let (range, is_small) = self.find_plain()?;
        self.at = range.end;
        Some((range, is_small))
    }

    /// Passes over the words that come next, up to one that `may` wants as it stands or that may be
    /// more than plain letters; returns their number. Each would have been one piece.
    pub(super) fn pass_over(&mut self, may: impl Fn(&str) -> bool) -> u32 {
        let mut n_words = 0;
        while let Some((range, _)) = self.find_plain() {
            if may(&self.text[range.clone()]) {
                break;
            }
            self.at = range.end;
            n_words += 1;
        }
        n_words
    }

    /// Where the next word stands, if it is plain: letters of ASCII that nothing joins to what comes
    /// behind them. Nearly all words are; each is one piece.
    fn find_plain(&self) -> Option<(Range<usize>, bool)> {
        let bytes = self.text.as_bytes();
        let signs = bytes[self.at..].iter().take_while(|b| is_plain_sign(**b));
        let start = self.at + signs.count();
        let (length, is_small) = letters_of(&bytes[start..]);
        let end = start + length;
        // What joins words stands between them without a space.
        let goes_on = match bytes.get(end) {
            None | Some(b' ' | b',') => false,
            Some(b'.') => bytes.get(end + 1).is_some_and(|b| !is_plain_sign(*b)),
            Some(b'\'' | b'+' | b'#' | b'_' | b'/' | b'&' | b'-') => true,
            Some(b) => !is_plain_sign(*b),
        };
        let behind_at = start > 0 && bytes[start - 1] == b'@';
        let is_plain = (1..=MAX_WORD).contains(&length) && !goes_on && !behind_at;
        is_plain.then_some((start..end, is_small))
    }

    /// Whether the compound is written in a script without spaces.
    pub(super) fn is_cjk(&self) -> bool {
        self.pieces.first().is_some_and(|piece| piece.class == Class::Cjk)
    }

    /// Whether the compound has a joined form beside its parts.
    pub(super) fn has_whole(&self) -> bool {
        let ends = self.pieces.last().map_or(0, |piece| piece.folded.end);
        (self.pieces.len() > 1 || ends < self.buffer.len())
            && self.buffer.len() <= MAX_WORD
            && !self.is_cjk()
    }

    /// Byte range of the whole compound in the text.
    pub(super) fn range(&self) -> Range<usize> {
        match (self.pieces.first(), self.pieces.last()) {
            (Some(first), Some(_)) if self.has_suffix() => first.range.start..self.at,
            (Some(first), Some(last)) => first.range.start..last.range.end,
            _ => self.at..self.at,
        }
    }

    /// The text in a range of it.
    pub(super) fn typed(&self, range: &Range<usize>) -> &'a str {
        &self.text[range.clone()]
    }

    /// A word in small letters.
    pub(super) fn lower(&mut self, word: &str) -> &str {
        self.buffer.clear();
        self.buffer.push_str(word);
        self.buffer.make_ascii_lowercase();
        &self.buffer
    }

    /// Whether an `@` stands directly before, and no address (`ann@example.org`, `{ann,ben}@example.org`)
    /// or measure (`R@k`) before that.
    fn is_behind_at(&self) -> bool {
        let Some(before) = self.text[..self.at].strip_suffix('@') else { return false };
        before.chars().next_back().is_none_or(|c| match classify(c) {
            Class::Letter | Class::Greek | Class::Digit | Class::Mark => false,
            Class::Cjk | Class::Ignorable => true,
            Class::Break => !matches!(c, '}' | ')' | ']' | '>' | '.' | '+' | '%' | '@'),
        })
    }

    /// Reads the key of a citation as one piece: letters and digits, and single signs between them. Its
    /// folded form is that of a compound's joined form.
    fn read_key(&mut self) {
        let start = self.at;
        let mut end = start;
        while let Some(c) = self.char_at(self.at) {
            let next = self.at + c.len_utf8();
            match classify(c) {
                Class::Letter | Class::Greek | Class::Digit | Class::Mark => {
                    self.push_folded(c, 0);
                    end = next;
                }
                Class::Ignorable => {}
                Class::Break if is_key_sign(c) && self.at == end => {}
                Class::Cjk | Class::Break => break,
            }
            self.at = next;
        }
        self.at = end;
        let folded = 0..self.buffer.len();
        self.pieces.push(Piece { range: start..end, folded, class: Class::Letter });
    }

    fn has_suffix(&self) -> bool {
        self.pieces.last().is_some_and(|piece| piece.folded.end < self.buffer.len())
    }

    fn char_at(&self, at: usize) -> Option<char> {
        match self.text.as_bytes().get(at) {
            Some(&byte) if byte < 128 => Some(char::from(byte)),
            Some(_) => self.text[at..].chars().next(),
            None => None,
        }
    }

    fn class_at(&self, at: usize) -> Class {
        self.char_at(at).map_or(Class::Break, classify)
    }

    fn skip_to_word(&mut self) -> Option<Class> {
        while let Some(c) = self.char_at(self.at) {
            match classify(c) {
                Class::Break | Class::Mark | Class::Ignorable => self.at += c.len_utf8(),
                class => return Some(class),
            }
        }
        None
    }

    /// Reads letters or digits of one class. Marks and invisible characters go with them.
    fn read_piece(&mut self, class: Class) {
        let (start, folded_start) = (self.at, self.buffer.len());
        let mut end = start;
        loop {
            if class == Class::Letter || class == Class::Digit {
                self.read_ascii(class, folded_start);
                end = end.max(self.at);
            }
            let Some(c) = self.char_at(self.at) else { break };
            match classify(c) {
                found if found == class || found == Class::Mark => {
                    self.push_folded(c, folded_start);
                    self.at += c.len_utf8();
                    end = self.at;
                }
                Class::Ignorable => self.at += c.len_utf8() + self.line_break_after(c),
                _ if class == Class::Digit && self.is_decimal_point(c) => {
                    self.buffer.push('.');
                    self.at += 1;
                }
                _ => break,
            }
        }
        if class == Class::Greek
            && let Some(name) = greek_name(&self.buffer[folded_start..])
        {
            self.buffer.truncate(folded_start);
            self.buffer.push_str(name);
        }
        let folded = folded_start..self.buffer.len();
        if !folded.is_empty() {
            self.pieces.push(Piece { range: start..end, folded, class });
        }
    }

    /// The quick way through plain English.
    fn read_ascii(&mut self, class: Class, folded_start: usize) {
        let bytes = &self.text.as_bytes()[self.at..];
        let is_member = |byte: &u8| match class {
            Class::Letter => byte.is_ascii_alphabetic(),
            _ => byte.is_ascii_digit(),
        };
        let length = bytes.iter().take_while(|byte| is_member(byte)).count();
        let room = MAX_WORD.saturating_sub(self.buffer.len() - folded_start);
        let kept = &self.text[self.at..self.at + length.min(room)];
        let lower_start = self.buffer.len();
        self.buffer.push_str(kept);
        self.buffer[lower_start..].make_ascii_lowercase();
        self.at += length;
    }

    fn push_folded(&mut self, c: char, folded_start: usize) {
        if self.buffer.len() - folded_start < MAX_WORD {
            fold_into(c, folded_start, &mut self.buffer);
        }
    }

    /// A soft hyphen at the end of a line hides the line break too.
    fn line_break_after(&self, c: char) -> usize {
        let next = self.at + c.len_utf8();
        let is_break = c == '\u{AD}' && self.char_at(next) == Some('\n');
        usize::from(is_break && self.class_at(next + 1) == Class::Letter)
    }

    fn is_decimal_point(&self, c: char) -> bool {
        c == '.' && self.class_at(self.at + 1) == Class::Digit
    }

    /// Makes one part of all that remains of an unbroken run of letters and digits.
    fn merge_code(&mut self, run_start: usize) {
        let (start, folded_start) =
            (self.pieces[run_start].range.start, self.pieces[run_start].folded.start);
        while let Some(c) = self.char_at(self.at) {
            match classify(c) {
                Class::Letter | Class::Greek | Class::Digit | Class::Mark => {
                    self.push_folded(c, folded_start);
                }
                Class::Ignorable => {}
                Class::Cjk | Class::Break => break,
            }
            self.at += c.len_utf8();
        }
        let folded = folded_start..self.buffer.len();
        self.pieces.truncate(run_start);
        self.pieces.push(Piece { range: start..self.at, folded, class: Class::Letter });
    }

    /// Reads characters of a script without spaces, a piece each.
    fn read_characters(&mut self) {
        while let Some(c) = self.char_at(self.at) {
            let next = self.at + c.len_utf8();
            match (classify(c), self.pieces.last_mut()) {
                (Class::Cjk, _) => {
                    let folded_start = self.buffer.len();
                    fold_into(c, folded_start, &mut self.buffer);
                    let folded = folded_start..self.buffer.len();
                    let range = self.at..next;
                    self.pieces.push(Piece { range, folded, class: Class::Cjk });
                }
                (Class::Mark, Some(last)) => {
                    fold_into(c, last.folded.start, &mut self.buffer);
                    last.folded.end = self.buffer.len();
                    last.range.end = next;
                }
                (Class::Ignorable, _) => {}
                _ => break,
            }
            self.at = next;
        }
        self.pieces.retain(|piece| !piece.folded.is_empty());
    }
}

/// Signs that may stand inside the key of a citation.
fn is_key_sign(c: char) -> bool {
    matches!(
        c,
        ':' | '.' | '#' | '$' | '%' | '&' | '-' | '+' | '?' | '<' | '>' | '~' | '/' | '_'
    )
}

/// How a compound goes on.
enum Link {
    /// The next character is a letter or digit of this other class.
    Direct(Class),
    /// After a joiner of so many bytes.
    Joiner(Class, usize),
    /// Not at all.
    None,
}

impl Cutter<'_> {
    fn next_link(&mut self) -> Link {
        let Some(c) = self.char_at(self.at) else { return Link::None };
        if c == ' ' {
            return Link::None;
        }
        match classify(c) {
            Class::Letter | Class::Greek | Class::Digit => {
                return Link::Direct(classify(c));
            }
            Class::Cjk | Class::Mark | Class::Ignorable => return Link::None,
            Class::Break => {}
        }
        if is_apostrophe(c) {
            return self.link_apostrophe(c);
        }
        let after = self.at + c.len_utf8();
        let next = self.class_at(after);
        if c == '+' || c == '#' {
            self.read_suffix(c);
            return Link::None;
        }
        let joins = matches!(next, Class::Letter | Class::Greek | Class::Digit)
            && match c {
                '_' => true,
                '/' => !self.between_digits(next) && self.beside_short(after, next),
                '.' => self.is_inner_period(after, next),
                ',' => self.is_thousands(after),
                '&' => self.last_class() == Class::Letter && next == Class::Letter,
                _ => is_hyphen(c) && !self.between_digits(next),
            };
        if joins { Link::Joiner(next, c.len_utf8()) } else { Link::None }
    }

    fn last_class(&self) -> Class {
        self.pieces.last().map_or(Class::Break, |piece| piece.class)
    }

    fn last_is_single(&self) -> bool {
        self.pieces.last().is_some_and(|piece| piece.range.len() == 1)
    }

    fn between_digits(&self, next: Class) -> bool {
        self.last_class() == Class::Digit && next == Class::Digit
    }

    /// Whether a digit or a single letter stands on either side.
    fn beside_short(&self, after: usize, next: Class) -> bool {
        let next_is_single = || {
            let width = self.char_at(after).map_or(0, char::len_utf8);
            self.class_at(after + width) == Class::Break
        };
        self.last_class() == Class::Digit
            || next == Class::Digit
            || self.last_is_single()
            || next_is_single()
    }

    fn is_inner_period(&self, after: usize, next: Class) -> bool {
        let is_small = self.char_at(after).is_some_and(char::is_lowercase);
        self.last_class() == Class::Letter
            && next == Class::Letter
            && (is_small || self.last_is_single())
    }

    fn is_thousands(&self, after: usize) -> bool {
        let bytes = self.text.as_bytes();
        let is_digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
        let three = (after..after + 3).all(is_digit);
        self.last_class() == Class::Digit
            && self.pieces.last().is_some_and(|piece| piece.range.len() <= 3)
            && three
            && !is_digit(after + 3)
    }

    /// `BERT's` ends before the apostrophe, `don't` loses it, `O'Brien` is a compound.
    fn link_apostrophe(&mut self, c: char) -> Link {
        let after = self.at + c.len_utf8();
        if self.last_class() != Class::Letter || self.class_at(after) != Class::Letter {
            return Link::None;
        }
        let rest = &self.text[after..];
        let letters = rest.bytes().take(3).take_while(u8::is_ascii_alphabetic).count();
        let ends = self.class_at(after + letters) == Class::Break;
        let tail = rest[..letters].to_ascii_lowercase();
        match tail.as_str() {
            "s" if ends => {
                self.at = after + 1;
                Link::None
            }
            "t" | "d" | "m" | "re" | "ve" | "ll" if ends => {
                self.buffer.push_str(&tail);
                self.at = after + letters;
                if let Some(last) = self.pieces.last_mut() {
                    last.folded.end = self.buffer.len();
                    last.range.end = self.at;
                }
                Link::None
            }
            _ => Link::Joiner(Class::Letter, c.len_utf8()),
        }
    }

    fn read_suffix(&mut self, c: char) {
        let rest = &self.text.as_bytes()[self.at..];
        if c == '+' && rest.starts_with(b"++") {
            self.buffer.push_str("++");
            self.at += 2;
        } else if c == '#'
            && self.pieces.len() == 1
            && self.last_is_single()
            && self.last_class() == Class::Letter
            && self.class_at(self.at + 1) == Class::Break
        {
            self.buffer.push('#');
            self.at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_word_is_one_piece() {
        let mut random = fastrand::Rng::with_seed(7);
        let signs =
            "a The model GPT S s t re x 4 16 . , - _ / ' ’ & + ++ # @ ( ) ; ~ é α 模 – $";
        let mut parts: Vec<&str> = signs.split(' ').collect();
        let long = "w".repeat(97);
        parts.extend([" ", " ", " ", "\n", "\"", "\\", "\u{301}", "\u{AD}", &long]);
        for _ in 0..20_000 {
            let text: String = (0..random.usize(1..9))
                .map(|_| parts[random.usize(..parts.len())])
                .collect();
            let mut plain = Cutter::new(&text);
            let mut any = Cutter::new(&text);
            loop {
                let Some((range, is_small)) = plain.plain_word() else {
                    if !plain.advance() {
                        break;
                    }
                    any.at = plain.at;
                    continue;
                };
                assert!(any.advance(), "{text:?}");
                let [piece] = &any.pieces[..] else { panic!("{text:?}") };
                let typed = plain.typed(&range);
                let exact = plain.lower(typed);
                assert_eq!(is_small, exact == typed, "{text:?}");
                assert_eq!(piece.range, range, "{text:?}");
                assert_eq!(any.buffer[piece.folded.clone()], *exact, "{text:?}");
                assert_eq!((piece.class, any.has_whole()), (Class::Letter, false));
                assert_eq!(any.at, plain.at, "{text:?}");
            }
        }
    }

    #[test]
    fn letters_end_at_any_other_byte() {
        for other in (0..=u8::MAX).filter(|b| !b.is_ascii_alphabetic()) {
            for at in 0..20 {
                let mut text = *b"abcxyzklmnopmnMNopqr";
                text[at] = other;
                let small = (0..at).all(|at| text[at].is_ascii_lowercase());
                assert_eq!(letters_of(&text), (at, small), "{other} at {at}");
            }
        }
        assert_eq!(letters_of(b"everyletter"), (11, true));
        assert_eq!(letters_of(b"everyletteR"), (11, false));
        assert_eq!(letters_of(b"everYlet"), (8, false));
    }
}
