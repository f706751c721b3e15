//! Embedded composite fonts, read without their programs.
//!
//! In: the dictionary of a Type 0 font with Identity-H and ToUnicode, as nearly all writers make
//! them. Out: advances and Unicode of its codes, which are those of the library. Any other is left
//! to the library.

use hayro_cmap::{BfString, CMap};
use hayro_font::CMapResolverFn;
use hayro_syntax::object::{Array, Dict, Name, Stream};
use rustc_hash::FxHashMap;

/// An embedded composite font; its codes are two bytes long and number its glyphs.
pub(super) struct CidFont {
    default_width: f32,
    widths: FxHashMap<u32, f32>,
    to_unicode: CMap,
}

impl CidFont {
    /// Reads a font's dictionary.
    pub(super) fn of(dict: &Dict<'_>, cmap_resolver: &CMapResolverFn) -> Option<CidFont> {
        let is = |key: &[u8], name: &str| {
            dict.get::<Name<'_>>(key).is_some_and(|n| n.as_str() == name)
        };
        if !is(b"Subtype", "Type0") || !is(b"Encoding", "Identity-H") {
            return None;
        }
        let font =
            dict.get::<Array<'_>>(b"DescendantFonts")?.iter::<Dict<'_>>().next()?;
        let descriptor = font.get::<Dict<'_>>(b"FontDescriptor")?;
        let files = [&b"FontFile2"[..], b"FontFile3", b"FontFile"];
        files.iter().find(|key| descriptor.get::<Stream<'_>>(**key).is_some())?;
        let data = dict.get::<Stream<'_>>(b"ToUnicode")?.decoded_data().ok()?;
        let widths = font.get::<Array<'_>>(b"W");
        Some(CidFont {
            default_width: font.get::<f32>(b"DW").unwrap_or(1000.0),
            widths: widths.and_then(|w| read_widths(&w)).unwrap_or_default(),
            to_unicode: CMap::parse(&data, |name| cmap_resolver(name))?,
        })
    }

    /// Reads the code at `at`, and how many bytes it takes; half a code at the end is 0.
    pub(super) fn read_code(bytes: &[u8], at: usize) -> (u32, usize) {
        match bytes.get(at..at + 2) {
            Some(code) => (u32::from(code[0]) << 8 | u32::from(code[1]), 2),
            None => (0, 1),
        }
    }

    /// Returns the advance of a code, in thousandths of the font size, and its Unicode.
    pub(super) fn meaning(&self, code: u32) -> (f32, Option<BfString>) {
        let advance = self.widths.get(&code).copied().unwrap_or(self.default_width);
        (advance, self.to_unicode.lookup_bf_string(code))
    }
}

/// Reads `/W`: a first code and its widths, or two codes and the width from one to the other.
fn read_widths(array: &Array<'_>) -> Option<FxHashMap<u32, f32>> {
    let mut widths = FxHashMap::default();
    let mut items = array.flex_iter();
    loop {
        if let Some((first, listed)) = items.next::<(u32, Array<'_>)>() {
            for (n, width) in (0..).zip(listed.iter::<f32>()) {
                widths.insert(first.checked_add(n)?, width);
            }
        } else if let Some((first, last, width)) = items.next::<(u32, u32, f32)>() {
            // Codes have two bytes: a longer range would only fill the memory.
            widths.extend((first..=last.min(0xFFFF)).map(|code| (code, width)));
        } else {
            return Some(widths);
        }
    }
}

#[cfg(test)]
mod tests {
    use hayro_syntax::object::FromBytes;

    use super::*;

    #[test]
    fn widths_of_more_codes_than_there_are_take_no_memory() {
        let array = Array::from_bytes(b"[3 [400] 7 2000000000 500]").unwrap();
        let widths = read_widths(&array).unwrap();
        assert_eq!((widths[&3], widths[&0xFFFF], widths.len()), (400.0, 500.0, 0xFFFA));
    }
}
