//! The tokens of a content stream, as far as they are plain.
//!
//! In: bytes and a place in them. Out: a token and the place behind it, or nothing where the
//! token is odd: malformed, or of a form that the library reads in a way of its own. What is read
//! is what the library reads; the caller hands odd places over to it.

use hayro_syntax::object::{FromBytes, Number};

/// Nesting of dictionaries and arrays that counts as plain.
const MAX_DEPTH: u32 = 8;
/// Digits of a number that an `i64` surely holds; the library has its own way beyond.
const MAX_DIGITS: usize = 18;

/// An operand as it stands in the stream.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operand<'d> {
    Number(f64),
    Name(&'d [u8]),
    Text(Text<'d>),
    /// The range of an array's items among those of all arrays.
    Array(usize, usize),
    /// A dictionary with `/MCID` alone.
    Id(i32),
    Dict,
}

/// A string: its bytes in the stream, or their range among the decoded ones.
#[derive(Clone, Copy, Debug)]
pub(super) enum Text<'d> {
    Plain(&'d [u8]),
    Decoded(usize, usize),
}

impl<'b> Text<'b> {
    pub(super) fn bytes(self, decoded: &'b [u8]) -> &'b [u8] {
        match self {
            Text::Plain(bytes) => bytes,
            Text::Decoded(from, to) => &decoded[from..to],
        }
    }
}

/// An operator, filled up with zeros, which stand in none; all zeros if it is longer than any.
pub(super) type Operator = [u8; 3];

/// What a byte begins, or goes on with.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Class {
    Regular,
    /// Regular, and the start of a number.
    Numeric,
    Blank,
    Comment,
    Delimiter,
}

/// ISO 32000-2, 7.2.3.
const CLASSES: [Class; 256] = {
    let mut classes = [Class::Regular; 256];
    let sets: [(&[u8], Class); 4] = [
        (b"0123456789.+-", Class::Numeric),
        (b"\0\t\n\x0C\r ", Class::Blank),
        (b"%", Class::Comment),
        (b"()<>[]{}/", Class::Delimiter),
    ];
    let mut i = 0;
    while i < sets.len() {
        let (bytes, class) = sets[i];
        let mut j = 0;
        while j < bytes.len() {
            classes[bytes[j] as usize] = class;
            j += 1;
        }
        i += 1;
    }
    classes
};

const POWERS_OF_10: [f64; MAX_DIGITS + 1] = [
    1.0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
    1e16, 1e17, 1e18,
];

pub(super) fn class(byte: u8) -> Class {
    CLASSES[usize::from(byte)]
}

fn is_regular(byte: u8) -> bool {
    matches!(class(byte), Class::Regular | Class::Numeric)
}

/// Returns the place behind the regular characters from `at` on.
fn after_regular(data: &[u8], mut at: usize) -> usize {
    while data.get(at).is_some_and(|&b| is_regular(b)) {
        at += 1;
    }
    at
}

/// Returns the place behind white space and comments.
pub(super) fn after_blank(data: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = data.get(at) {
        match class(byte) {
            Class::Blank => at += 1,
            Class::Comment => at = after_comment(data, at),
            _ => break,
        }
    }
    at
}

/// Returns the end of the line.
pub(super) fn after_comment(data: &[u8], mut at: usize) -> usize {
    while data.get(at).is_some_and(|b| !matches!(b, b'\n' | b'\r')) {
        at += 1;
    }
    at
}

/// Reads an operator without escapes.
pub(super) fn operator(data: &[u8], at: usize) -> Option<(Operator, usize)> {
    let mut operator = Operator::default();
    let mut to = at;
    while let Some(&byte) = data.get(to).filter(|b| is_regular(**b)) {
        if byte == b'#' {
            return None;
        }
        match operator.get_mut(to - at) {
            Some(slot) => *slot = byte,
            None => operator = Operator::default(),
        }
        to += 1;
    }
    (to > at).then_some((operator, to))
}

/// Reads a name without escapes, from its solidus on.
pub(super) fn name(data: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let to = after_regular(data, at + 1);
    let name = &data[at + 1..to];
    (data[at] == b'/' && !name.contains(&b'#')).then_some((name, to))
}

/// Reads a number: a sign, digits, a point among them.
#[inline]
pub(super) fn number(data: &[u8], at: usize) -> Option<(f64, usize)> {
    let negative = data[at] == b'-';
    let first = at + usize::from(negative || data[at] == b'+');
    let (mut mantissa, mut to) = digits(data, first);
    let mut places = None;
    if data.get(to) == Some(&b'.') {
        let (fraction, end) = digits(data, to + 1);
        let n = end - to - 1;
        let power = POWERS_OF_10.get(n).map_or(0, |power| *power as i64);
        mantissa = mantissa.wrapping_mul(power).wrapping_add(fraction);
        places = Some(n);
        to = end;
    }
    let n_digits = to - first - usize::from(places.is_some());
    if n_digits == 0 || data.get(to).is_some_and(|&b| is_regular(b)) {
        return None;
    }
    if n_digits > MAX_DIGITS {
        return Number::from_bytes(&data[at..to]).map(|number| (number.as_f64(), to));
    }
    let number = match places {
        // An integer has no negative zero.
        None if negative => -mantissa as f64,
        None => mantissa as f64,
        Some(n) => {
            let number = mantissa as f64 / POWERS_OF_10[n];
            if negative { -number } else { number }
        }
    };
    Some((number, to))
}

/// Reads digits, if there are any: their value, which is wrong beyond [`MAX_DIGITS`], and the
/// place behind them.
#[inline]
fn digits(data: &[u8], at: usize) -> (i64, usize) {
    let eight = data.get(at..).and_then(<[u8]>::first_chunk::<8>);
    let Some(eight) = eight.map(|bytes| u64::from_le_bytes(*bytes)) else {
        return digits_one_by_one(data, at);
    };
    // Digits become their values, and the upper bit of the first byte that is none is set.
    let values = eight ^ 0x3030_3030_3030_3030;
    let others =
        (values.wrapping_add(0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080;
    let bits = others.trailing_zeros() & !7;
    match bits {
        0 => (0, at),
        64 => digits_one_by_one(data, at),
        _ => {
            // Zeros in front; then pairs, fours and all eight digits become one number.
            let padded = values << (64 - bits);
            let pairs = (padded * 10 + (padded >> 8)) & 0x00FF_00FF_00FF_00FF;
            let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_FFFF_0000_FFFF;
            let all = (fours * 10_000 + (fours >> 32)) & 0xFFFF_FFFF;
            (all as i64, at + bits as usize / 8)
        }
    }
}

#[cold]
fn digits_one_by_one(data: &[u8], mut at: usize) -> (i64, usize) {
    let mut value = 0_i64;
    while let Some(byte @ b'0'..=b'9') = data.get(at) {
        value = value.wrapping_mul(10).wrapping_add(i64::from(byte - b'0'));
        at += 1;
    }
    (value, at)
}

/// Reads a string in parentheses.
pub(super) fn literal<'d>(
    data: &'d [u8],
    at: usize,
    decoded: &mut Vec<u8>,
) -> Option<(Text<'d>, usize)> {
    let (to, plain) = after_literal(data, at)?;
    let inner = &data[at + 1..to - 1];
    if plain {
        return Some((Text::Plain(inner), to));
    }
    let from = decoded.len();
    unescape(inner, decoded);
    Some((Text::Decoded(from, decoded.len()), to))
}

/// Returns the place behind a string, and whether its bytes stand for themselves.
fn after_literal(data: &[u8], mut at: usize) -> Option<(usize, bool)> {
    let mut open = 0;
    let mut plain = true;
    loop {
        match data.get(at)? {
            b'(' => open += 1,
            b')' => open -= 1,
            b'\\' => {
                plain = false;
                at += 1;
            }
            b'\n' | b'\r' => plain = false,
            _ => {}
        }
        at += 1;
        if open == 0 {
            return Some((at, plain));
        }
    }
}

/// Appends what the inside of a string stands for, ISO 32000-2, table 3.
fn unescape(inner: &[u8], out: &mut Vec<u8>) {
    let mut bytes = inner.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte == b'\r' {
            bytes.next_if_eq(&b'\n');
            out.push(b'\n');
            continue;
        }
        if byte != b'\\' {
            out.push(byte);
            continue;
        }
        match bytes.next() {
            Some(b'\r') => _ = bytes.next_if_eq(&b'\n'),
            Some(b'\n') | None => {}
            Some(b'n') => out.push(b'\n'),
            Some(b'r') => out.push(b'\r'),
            Some(b't') => out.push(b'\t'),
            Some(b'b') => out.push(0x08),
            Some(b'f') => out.push(0x0C),
            Some(first @ b'0'..=b'7') => {
                let mut code = u32::from(first - b'0');
                for _ in 0..2 {
                    let Some(digit) = bytes.next_if(|b| matches!(b, b'0'..=b'7')) else {
                        break;
                    };
                    code = code * 8 + u32::from(digit - b'0');
                }
                // Against the letter of the standard, the library drops what passes a byte.
                out.extend(u8::try_from(code));
            }
            Some(other) => out.push(other),
        }
    }
}

/// Reads a string of hexadecimal digits; a last one alone is the upper half of a byte.
pub(super) fn hexadecimal<'d>(
    data: &'d [u8],
    mut at: usize,
    decoded: &mut Vec<u8>,
) -> Option<(Text<'d>, usize)> {
    let from = decoded.len();
    let mut upper = None;
    loop {
        at += 1;
        let byte = *data.get(at)?;
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'A'..=b'F' => byte - b'A' + 10,
            b'a'..=b'f' => byte - b'a' + 10,
            b'>' => break,
            _ if class(byte) == Class::Blank => continue,
            _ => return None,
        };
        match upper.take() {
            None => upper = Some(digit << 4),
            Some(half) => decoded.push(half | digit),
        }
    }
    decoded.extend(upper);
    Some((Text::Decoded(from, decoded.len()), at + 1))
}

/// Reads a dictionary, from its `<<` on.
pub(super) fn dictionary(data: &[u8], at: usize) -> Option<(Operand<'_>, usize)> {
    let (operand, to) = match marked_id(data, at) {
        Some((id, to)) => (Operand::Id(id), to),
        None => (Operand::Dict, after_dictionary(data, at, MAX_DEPTH)?),
    };
    let next = after_blank(data, to);
    (!data[next..].starts_with(b"stream")).then_some((operand, to))
}

/// Reads `<</MCID 1>>`, which tagged files have at every piece of text.
fn marked_id(data: &[u8], at: usize) -> Option<(i32, usize)> {
    let (name, at) = name(data, entry(data, at + 2)?)?;
    let at = after_blank(data, at);
    let to = at + data[at..].iter().take_while(|b| b.is_ascii_digit()).count();
    let digits = std::str::from_utf8(&data[at..to]).ok()?;
    let end = after_blank(data, to);
    let alone = name == b"MCID" && data[end..].starts_with(b">>");
    alone.then(|| digits.parse().ok()).flatten().map(|id| (id, end + 2))
}

/// Returns where the next entry of a dictionary begins, if there is one.
fn entry(data: &[u8], at: usize) -> Option<usize> {
    let at = after_blank(data, at);
    (data.get(at) == Some(&b'/')).then_some(at)
}

fn after_dictionary(data: &[u8], at: usize, depth: u32) -> Option<usize> {
    let mut at = at + 2;
    while let Some(key) = entry(data, at) {
        let (_, to) = name(data, key)?;
        at = after_value(data, after_blank(data, to), depth.checked_sub(1)?)?;
    }
    let at = after_blank(data, at);
    data[at..].starts_with(b">>").then_some(at + 2)
}

fn after_value(data: &[u8], at: usize, depth: u32) -> Option<usize> {
    match data.get(at)? {
        b'/' => name(data, at).map(|(_, to)| to),
        b'(' => after_literal(data, at).map(|(to, _)| to),
        b'<' if data.get(at + 1) == Some(&b'<') => after_dictionary(data, at, depth),
        b'<' => hexadecimal(data, at, &mut Vec::new()).map(|(_, to)| to),
        b'0'..=b'9' | b'.' | b'+' | b'-' => number(data, at).map(|(_, to)| to),
        b'[' => {
            let mut at = after_blank(data, at + 1);
            while *data.get(at)? != b']' {
                at = after_blank(data, after_value(data, at, depth.checked_sub(1)?)?);
            }
            Some(at + 1)
        }
        b't' | b'f' | b'n' => {
            let to = after_regular(data, at);
            matches!(&data[at..to], b"true" | b"false" | b"null").then_some(to)
        }
        _ => None,
    }
}
