//! Embedded simple fonts, read without their programs.
//!
//! In: the dictionary of a Type 1 or TrueType font. Out: advances, and the Unicode of the codes for
//! which the dictionary, ToUnicode or the clear part of a Type 1 program says it. Inflating,
//! decrypting and parsing the outlines would be nine tenths of what such a font costs; what is not
//! said plainly is left to the library, which does that.

use std::cell::OnceCell;

use flate2::{Decompress, FlushDecompress, Status};
use hayro_cmap::{BfString, CMap};
use hayro_font::CMapResolverFn;
use hayro_syntax::Filter;
use hayro_syntax::object::{Array, Dict, Name, Object, Stream};
use rustc_hash::FxHashMap;

use super::font::Library;

/// Glyph names by code.
type Names = FxHashMap<u8, String>;

/// An embedded simple font.
pub(super) struct SimpleFont<'a> {
    true_type: bool,
    /// The first code of `widths`.
    first: usize,
    widths: Vec<f32>,
    to_unicode: Option<CMap>,
    differences: Names,
    /// The encoding for all other codes; none if it is the program's own.
    base: Option<&'static str>,
    /// A Type 1 program, and the names that it gives to codes, if they stand there plainly.
    program: Option<Stream<'a>>,
    own: OnceCell<Option<Names>>,
}

impl<'a> SimpleFont<'a> {
    /// Reads a font's dictionary; none if its program has to be looked at in any case.
    pub(super) fn of(
        dict: &Dict<'a>,
        cmap_resolver: &CMapResolverFn,
    ) -> Option<SimpleFont<'a>> {
        let true_type = match dict.get::<Name<'_>>(b"Subtype")?.as_str() {
            "Type1" | "MMType1" => false,
            "TrueType" => true,
            _ => return None,
        };
        // Names mean something else in Zapf Dingbats.
        let name = dict.get::<Name<'_>>(b"BaseFont")?.as_str().to_ascii_lowercase();
        if name.contains("dingbats") {
            return None;
        }
        let descriptor = dict.get::<Dict<'a>>(b"FontDescriptor")?;
        let file = |key: &[u8]| descriptor.get::<Stream<'a>>(key);
        let program = match true_type {
            true => file(b"FontFile2").map(|_| None)?,
            false if file(b"FontFile3").is_some() => None,
            false => Some(file(b"FontFile")?),
        };
        let to_unicode = match dict.get::<Stream<'_>>(b"ToUnicode") {
            Some(stream) => stream
                .decoded_data()
                .ok()
                .and_then(|data| CMap::parse(&data, |name| cmap_resolver(name))),
            None if dict.contains_key(b"ToUnicode") => return None,
            None => None,
        };
        let (first, widths) = widths(dict)?;
        let (base, differences) = encoding(dict);
        let own = OnceCell::new();
        Some(SimpleFont {
            true_type,
            first,
            widths,
            to_unicode,
            differences,
            base,
            program,
            own,
        })
    }

    /// Returns the advance of a code, in thousandths of the font size, and its Unicode, if it has
    /// any; nothing where only the program can tell.
    pub(super) fn meaning(
        &self,
        code: u32,
        library: &Library<'_>,
    ) -> Option<(f32, Option<BfString>)> {
        let code = u8::try_from(code).ok()?;
        let advance = self.widths.get(usize::from(code).checked_sub(self.first)?)?;
        let mapped =
            self.to_unicode.as_ref().and_then(|m| m.lookup_bf_string(code.into()));
        // Careless writers map to U+0000 what they do not know.
        if mapped.as_ref().is_some_and(|c| self.true_type || *c != BfString::Char('\0')) {
            return Some((*advance, mapped));
        }
        let unicode = match (self.differences.get(&code), self.base) {
            (Some(name), _) => library.of_glyph_name(name)?,
            (None, Some(base)) if !self.true_type => library.of_encoding(base, code),
            (None, base) if self.true_type => base
                .and_then(|base| library.of_encoding(base, code))
                .or_else(|| library.of_encoding("StandardEncoding", code)),
            _ => match self.own_names()?.get(&code) {
                Some(name) => library.of_glyph_name(name)?,
                None => None,
            },
        };
        Some((*advance, unicode))
    }

    /// The names that the program's own encoding gives.
    fn own_names(&self) -> Option<&Names> {
        self.own
            .get_or_init(|| self.program.as_ref().and_then(encoding_of_program))
            .as_ref()
    }
}

/// Returns the first code with a width, and the widths.
fn widths(dict: &Dict<'_>) -> Option<(usize, Vec<f32>)> {
    let first = dict.get::<usize>(b"FirstChar")?;
    let last = dict.get::<usize>(b"LastChar")?;
    let n = last.checked_sub(first)?.checked_add(1)?.min(256);
    let widths = dict.get::<Array<'_>>(b"Widths")?;
    Some((first, widths.iter::<f32>().take(n).collect()))
}

/// Reads the base encoding and what differs from it.
fn encoding(dict: &Dict<'_>) -> (Option<&'static str>, Names) {
    let encoding = dict.get::<Dict<'_>>(b"Encoding");
    let base = match &encoding {
        Some(encoding) => encoding.get::<Name<'_>>(b"BaseEncoding"),
        None => dict.get::<Name<'_>>(b"Encoding"),
    };
    let known =
        ["WinAnsiEncoding", "MacRomanEncoding", "MacExpertEncoding", "StandardEncoding"];
    let base = base.and_then(|base| known.into_iter().find(|e| *e == base.as_str()));
    let mut names = Names::default();
    let differences = encoding.and_then(|e| e.get::<Array<'_>>(b"Differences"));
    let mut code = 0_i64;
    for object in differences.iter().flat_map(|d| d.iter::<Object<'_>>()) {
        match object {
            Object::Number(n) => code = n.as_i64(),
            Object::Name(name) => {
                if let Ok(code) = u8::try_from(code) {
                    names.insert(code, name.as_str().to_owned());
                }
                code = code.saturating_add(1);
            }
            _ => {}
        }
    }
    (base, names)
}

/// Reads the encoding from the clear part of a Type 1 program.
fn encoding_of_program(program: &Stream<'_>) -> Option<Names> {
    /// Bytes inflated at a time; the encoding is mostly within the first of these parts.
    const PART: usize = 4 << 10;
    /// Parts after which it is given up.
    const PARTS: usize = 5;
    let inflated = program.filters().as_slice() == [Filter::FlateDecode]
        && !program.dict().contains_key(b"DecodeParms");
    if !inflated {
        return None;
    }
    let data = program.raw_data();
    let mut state = Decompress::new(true);
    let mut clear = Vec::new();
    for _ in 0..PARTS {
        clear.reserve_exact(PART);
        let rest = &data[state.total_in() as usize..];
        let status =
            state.decompress_vec(rest, &mut clear, FlushDecompress::None).ok()?;
        if let Some(names) = encoding_in(&clear) {
            return Some(names);
        }
        if status == Status::StreamEnd {
            break;
        }
    }
    None
}

/// Reads `/Encoding 256 array ... dup 65 /A put ... def`, as nearly all programs have it.
fn encoding_in(clear: &[u8]) -> Option<Names> {
    const KEY: &[u8] = b"/Encoding ";
    let at = clear.windows(KEY.len()).position(|window| window == KEY)?;
    let words = clear[at + KEY.len()..].split(u8::is_ascii_whitespace);
    let mut words = words.filter(|word| !word.is_empty());
    if words.next() != Some(b"256") || words.next() != Some(b"array") {
        return None;
    }
    let mut names = Names::default();
    loop {
        match words.next()? {
            b"def" => return Some(names),
            b"dup" => {
                let code = std::str::from_utf8(words.next()?).ok()?.parse().ok()?;
                let name = std::str::from_utf8(words.next()?).ok()?.strip_prefix('/')?;
                names.insert(code, name.to_owned());
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(clear: &str) -> Option<Vec<(u8, String)>> {
        let mut names: Vec<_> = encoding_in(clear.as_bytes())?.into_iter().collect();
        names.sort();
        Some(names)
    }

    #[test]
    fn encodings_of_programs() {
        let clear = "%!PS-AdobeFont-1.0: CMMI10\n/Encoding 256 array\n\
            0 1 255 {1 index exch /.notdef put} for\n\
            dup 11 /alpha put\ndup 97 /a put\nreadonly def\ncurrentfile eexec";
        let expected = vec![(11, "alpha".to_owned()), (97, "a".to_owned())];
        assert_eq!(names(clear), Some(expected));
        assert_eq!(names("/Encoding 256 array dup 97 /a put"), None, "cut off");
        assert_eq!(names("/Encoding 256 array dup 8#101 /A put def"), None);
        assert_eq!(names("/Encoding StandardEncoding def"), None);
        assert_eq!(names("/FontName /CMMI10 def"), None);
    }
}
