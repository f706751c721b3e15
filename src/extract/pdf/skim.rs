//! Passes over paths that only paint, and over all that comes after the last text.
//!
//! In: the bytes of a content stream, whole or from an instruction within a path on. Out: the part
//! that may show text; the place behind the path, if it is plain and does not clip; its numbers are
//! checked, not read.

use memchr::{memrchr_iter, memrchr3_iter};

use super::content::MAX_OPERANDS;
use super::lexer::{Class, class, operator};

/// Bytes of one instruction, with the white space before it.
const MAX_INSTRUCTION: usize = 1024;

/// Returns the content up to the last place where the operators that show text (`Tj`, `TJ`, `'`,
/// `"`) or call a form (`Do`) may stand; behind it nothing is shown.
pub(super) fn up_to_last_text(content: &[u8]) -> &[u8] {
    let follows =
        |at: usize, next: &[u8]| content.get(at + 1).is_some_and(|b| next.contains(b));
    let text = memrchr3_iter(b'T', b'\'', b'"', content)
        .find(|at| content[*at] != b'T' || follows(*at, b"jJ"));
    let from = text.unwrap_or(0);
    let form = memrchr_iter(b'D', &content[from..])
        .map(|at| from + at)
        .find(|at| follows(*at, b"o"));
    match form.or(text) {
        // The operator and what ends it.
        Some(at) => &content[..content.len().min(at + 3)],
        None => &[],
    }
}

/// Returns how many instructions are left of the path and the place behind them; an error is the
/// place where something stands that a path which only paints does not have.
pub(super) fn after_path(data: &[u8], mut at: usize) -> Result<(u64, usize), usize> {
    let mut instructions = 0;
    loop {
        let start = at;
        let mut operands = 0;
        loop {
            match class(*data.get(at).ok_or(at)?) {
                Class::Numeric => {
                    at = after_number(data, at).ok_or(at)?;
                    operands += 1;
                    // Mostly there is one.
                    at += usize::from(class(data[at]) == Class::Blank);
                }
                Class::Blank => at += 1,
                Class::Regular => break,
                Class::Comment | Class::Delimiter => return Err(at),
            }
        }
        let (operator, to) = operator(data, at).ok_or(at)?;
        let (needed, ends) = match &operator {
            b"m\0\0" | b"l\0\0" => (2, false),
            b"c\0\0" => (6, false),
            b"v\0\0" | b"y\0\0" | b"re\0" => (4, false),
            b"h\0\0" => (0, false),
            b"S\0\0" | b"s\0\0" | b"f\0\0" | b"F\0\0" | b"f*\0" | b"B\0\0" | b"B*\0"
            | b"b\0\0" | b"b*\0" | b"n\0\0" => (0, true),
            _ => return Err(at),
        };
        let fits = (needed..=MAX_OPERANDS).contains(&operands);
        if !fits || to - start > MAX_INSTRUCTION || to == data.len() {
            return Err(at);
        }
        at = to;
        instructions += 1;
        if ends {
            return Ok((instructions, at));
        }
    }
}

/// Returns the place behind a number of up to 15 digits, where something stands that ends it.
#[inline]
fn after_number(data: &[u8], at: usize) -> Option<usize> {
    let first = at + usize::from(matches!(data[at], b'-' | b'+'));
    let (mut length, mut points) = of_number(data, first)?;
    if length == 8 {
        let (more, further) = of_number(data, first + 8)?;
        (length, points) = (8 + more, points + further);
    }
    let plain = length < 16 && points <= 1 && length > points;
    let next = class(*data.get(first + length)?);
    (plain && !matches!(next, Class::Regular | Class::Numeric)).then_some(first + length)
}

/// Returns how many of the eight bytes from `at` on are digits and points, up to the first that is
/// neither, and how many of these are points.
#[inline]
fn of_number(data: &[u8], at: usize) -> Option<(usize, usize)> {
    const UPPER: u64 = 0x8080_8080_8080_8080;
    let eight = u64::from_le_bytes(*data.get(at..)?.first_chunk::<8>()?);
    // The upper bit of each byte that is a point, and of each that is no digit; what is carried
    // out of a byte comes only from behind the first that is neither.
    let points = eight ^ 0x2E2E_2E2E_2E2E_2E2E;
    let points = !(((points & !UPPER) + !UPPER) | points) & UPPER;
    let values = eight ^ 0x3030_3030_3030_3030;
    let no_digits = (values.wrapping_add(0x7676_7676_7676_7676) | values) & UPPER;
    let length = (no_digits & !points).trailing_zeros() as usize / 8;
    let within = points & 1_u64.checked_shl(8 * length as u32).map_or(!0, |bit| bit - 1);
    Some((length, within.count_ones() as usize))
}

#[cfg(test)]
mod tests {
    use super::up_to_last_text;

    #[test]
    fn nothing_behind_the_last_text() {
        let check = |content: &str, kept: &str| {
            assert_eq!(up_to_last_text(content.as_bytes()), kept.as_bytes(), "{content}");
        };
        check("0 0 m 9 9 l S", "");
        check("BT (a) Tj ET 0 0 m 9 9 l S", "BT (a) Tj ");
        check("BT [(a)]TJ\nET q /F1 Do Q 0 0 m", "BT [(a)]TJ\nET q /F1 Do ");
        check("/F1 Do BT (a) ' 1 Tc ET", "/F1 Do BT (a) ' 1");
        check("BT 1 2 (a) \" ET", "BT 1 2 (a) \" E");
        check("BT (a) Tj", "BT (a) Tj");
    }
}
