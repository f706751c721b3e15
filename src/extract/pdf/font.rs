//! Fonts as the text interpreter needs them: from a character code to its advance and Unicode.
//!
//! The Unicode of a code is looked for in this order: what the library finds (ToUnicode, the
//! encoding, glyph names), numbers hidden in glyph names, the character collection of a CID font.
//! Where all fail the character is U+FFFD, and later stages count those.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use hayro_cmap::{BfString, CMap, CMapName, CidFamily};
use hayro_font::{
    CMapResolverFn, Font, FontCache, FontGlyph, FontQuery, FontResolverFn, GlyphId,
    StandardFont,
};
use hayro_syntax::object::{Array, Dict, FromBytes, Name, Object, String as PdfString};
use hayro_syntax::page::Resources;
use rustc_hash::FxHashMap;

use super::cid_font::CidFont;
use super::codes::{Code, Codes};
use super::font_name;
use super::glyph_name;
use super::simple_font::SimpleFont;
use crate::extract::FontInfo;
use crate::extract::glyph::ligature;

/// Characters that one code may stand for: a ligature such as U+FDFA has 18.
const MAX_CHARS: usize = 18;

/// A font in use.
pub(super) struct LoadedFont<'a> {
    dict: Dict<'a>,
    library: Rc<Library<'a>>,
    /// The font as the library reads it, its program with it; read when it is first needed, which
    /// for most fonts is never.
    font: OnceCell<Option<Font<'a>>>,
    plain: Option<Plain<'a>>,
    /// Number of the font in the document's list.
    pub(super) id: u16,
    pub(super) type3: bool,
    pub(super) horizontal: bool,
    /// All codes are one byte long.
    one_byte: bool,
    codes: Codes,
    /// The rare codes that stand for more characters than [`Code`] holds.
    long: RefCell<FxHashMap<u32, Vec<char>>>,
    /// Characters that synthetic glyph names number.
    named: FxHashMap<u32, char>,
    /// CID font without ToUnicode: code to CID (`None`: identity), and CID to Unicode.
    collection: Option<(Option<CMap>, CMap)>,
    /// Private-use codes of this font are its own pictures, not letters of a symbolic encoding.
    pictures: bool,
}

/// A font that is read without its program.
enum Plain<'a> {
    Simple(SimpleFont<'a>),
    Cid(CidFont),
}

impl<'a> LoadedFont<'a> {
    /// Reads the code at `at`: the code and its length in bytes, at least 1.
    pub(super) fn read_code(&self, bytes: &[u8], at: usize) -> (u32, usize) {
        if self.one_byte {
            return (u32::from(bytes[at]), 1);
        }
        if let Some(Plain::Cid(_)) = self.plain {
            return CidFont::read_code(bytes, at);
        }
        let (code, len) = self.font().map_or((0, 1), |font| font.read_code(bytes, at));
        (code, len.max(1))
    }

    fn font(&self) -> Option<&Font<'a>> {
        self.font.get_or_init(|| self.library.font(&self.dict)).as_ref()
    }

    /// Returns the meaning of a code that was `len` bytes long.
    pub(super) fn code(&self, code: u32, len: usize) -> Code {
        self.codes.get(code, || self.find(code, len))
    }

    fn find(&self, code: u32, len: usize) -> Code {
        let plain = match &self.plain {
            Some(Plain::Simple(font)) => font.meaning(code, &self.library),
            Some(Plain::Cid(font)) => Some(font.meaning(code)),
            None => None,
        };
        let (advance, found) = plain.unwrap_or_else(|| self.meaning(code));
        let advance = advance / 1000.0;
        let mut chars = self.unicode(code, len, found);
        if chars.len() > MAX_CHARS {
            chars.truncate(MAX_CHARS);
        }
        let mut meaning =
            Code { advance, chars: ['\0'; 4], len: chars.len().min(4) as u8 };
        for (slot, c) in meaning.chars.iter_mut().zip(&chars) {
            *slot = *c;
        }
        if chars.len() > 4 {
            meaning.len = u8::MAX;
            self.long.borrow_mut().insert(code, chars);
        }
        meaning
    }

    /// Calls `each` with the characters of a code, in order, with the number of them.
    pub(super) fn each_char(
        &self,
        number: u32,
        code: &Code,
        mut each: impl FnMut(char, usize, usize),
    ) {
        if code.len == u8::MAX {
            if let Some(chars) = self.long.borrow().get(&number) {
                for (i, &c) in chars.iter().enumerate() {
                    each(c, i, chars.len());
                }
            }
            return;
        }
        let chars = code.chars();
        for (i, &c) in chars.iter().enumerate() {
            each(c, i, chars.len());
        }
    }

    /// Returns what the library finds: the advance of a code, in thousandths, and its Unicode.
    fn meaning(&self, code: u32) -> (f32, Option<BfString>) {
        let Some(font) = self.font() else { return (0.0, None) };
        let advance = font.code_advance(code);
        let advance = if self.horizontal { advance.x } else { advance.y };
        (advance as f32, unicode_of(font, code))
    }

    fn unicode(&self, code: u32, len: usize, found: Option<BfString>) -> Vec<char> {
        let found = found
            .filter(is_text)
            .or_else(|| self.named.get(&code).copied().map(BfString::Char))
            .or_else(|| self.from_collection(code, len));
        let mut chars = Vec::new();
        match found {
            Some(BfString::Char(c)) => self.push(&mut chars, c),
            Some(BfString::String(s)) => s.chars().for_each(|c| self.push(&mut chars, c)),
            None => chars.push(char::REPLACEMENT_CHARACTER),
        }
        chars
    }

    fn from_collection(&self, code: u32, len: usize) -> Option<BfString> {
        let (encoding, unicode) = self.collection.as_ref()?;
        let cid = match encoding {
            Some(e) => e.lookup_cid_code(code, len as u8)?,
            None => code,
        };
        unicode.lookup_bf_string(cid)
    }

    /// Appends one character as text wants it: ligatures split, private use resolved.
    fn push(&self, out: &mut Vec<char>, c: char) {
        if let Some(letters) = ligature(c) {
            out.extend(letters.chars());
            return;
        }
        out.push(match c {
            // Symbolic TrueType fonts keep their 8-bit codes at U+F000.
            '\u{F0B7}' => '•',
            '\u{F0A7}' => '▪',
            '\u{F020}'..='\u{F07E}' if !self.pictures => {
                char::from((u32::from(c) & 0xFF) as u8)
            }
            '\u{E000}'..='\u{F8FF}' => char::REPLACEMENT_CHARACTER,
            '\t' | '\n' | '\r' => ' ',
            c if c.is_control() => char::REPLACEMENT_CHARACTER,
            c => c,
        });
    }
}

/// Returns the Unicode of a code; which glyph it shows has no part in that.
fn unicode_of(font: &Font<'_>, code: u32) -> Option<BfString> {
    match font.glyph(GlyphId::NOTDEF, code) {
        FontGlyph::Outline(o) => o.as_unicode(),
        FontGlyph::Type3(t) => t.as_unicode(),
    }
}

/// Tells whether a ToUnicode value says anything: many writers put U+0000 for "not known".
fn is_text(found: &BfString) -> bool {
    match found {
        BfString::Char(c) => *c != '\0' && *c != char::REPLACEMENT_CHARACTER,
        BfString::String(s) => {
            s.chars().any(|c| c != '\0' && c != char::REPLACEMENT_CHARACTER)
        }
    }
}

/// What the library knows of fonts, asked once for each thing.
pub(super) struct Library<'a> {
    cache: FontCache<'a>,
    font_resolver: FontResolverFn,
    cmap_resolver: CMapResolverFn,
    /// Unicode by glyph name, and by the name of an encoding and a code.
    by_name: RefCell<FxHashMap<(String, u8), Option<BfString>>>,
}

impl<'a> Library<'a> {
    fn new() -> Library<'a> {
        Library {
            cache: FontCache::new(),
            font_resolver: Arc::new(|query| match query {
                FontQuery::Standard(s) => Some(s.get_font_data()),
                FontQuery::Fallback(f) => Some(f.pick_standard_font().get_font_data()),
            }),
            cmap_resolver: Arc::new(hayro_cmap::load_embedded),
            by_name: RefCell::default(),
        }
    }

    fn font(&self, dict: &Dict<'a>) -> Option<Font<'a>> {
        self.cache.font(dict, &self.font_resolver, &self.cmap_resolver)
    }

    /// Returns the Unicode of a glyph name, if there is any; nothing for a name that is none of
    /// letters, digits, points and underscores.
    pub(super) fn of_glyph_name(&self, name: &str) -> Option<Option<BfString>> {
        if let [letter @ (b'A'..=b'Z' | b'a'..=b'z')] = name.as_bytes() {
            return Some(Some(BfString::Char(char::from(*letter))));
        }
        let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_');
        if name.is_empty() || !name.bytes().all(is_plain) {
            return None;
        }
        Some(self.of(name, 0, || format!("<</Differences[0/{name}]>>")))
    }

    /// Returns the Unicode of a code in a standard encoding.
    pub(super) fn of_encoding(&self, encoding: &str, code: u8) -> Option<BfString> {
        self.of(encoding, code, || format!("/{encoding}"))
    }

    /// Asks the library for a code of a font that is nothing but its `encoding`.
    fn of(
        &self,
        name: &str,
        code: u8,
        encoding: impl FnOnce() -> String,
    ) -> Option<BfString> {
        let find = || {
            let dict = format!("<</Subtype/Type3/Encoding{}>>", encoding());
            let dict = Dict::from_bytes(dict.as_bytes())?;
            let font = FontCache::new();
            let font = font.font(&dict, &self.font_resolver, &self.cmap_resolver)?;
            unicode_of(&font, code.into())
        };
        let mut by_name = self.by_name.borrow_mut();
        by_name.entry((name.to_owned(), code)).or_insert_with(find).clone()
    }
}

/// The fonts of a document, each loaded once.
pub(super) struct Fonts<'a> {
    library: Rc<Library<'a>>,
    by_reference: FxHashMap<(u32, i32), Option<Rc<LoadedFont<'a>>>>,
    fallback: Option<Rc<LoadedFont<'a>>>,
    /// What each font is called, by [`LoadedFont::id`].
    pub(super) infos: Vec<FontInfo>,
}

impl<'a> Fonts<'a> {
    pub(super) fn new() -> Self {
        Fonts {
            library: Rc::new(Library::new()),
            by_reference: FxHashMap::default(),
            fallback: None,
            infos: Vec::new(),
        }
    }

    /// Returns the font that `resources` call `name`; one that is missing reads as Helvetica.
    pub(super) fn named(
        &mut self,
        resources: &Resources<'a>,
        name: &Name<'_>,
    ) -> Option<Rc<LoadedFont<'a>>> {
        let key: &[u8] = name.as_ref();
        if !resources.fonts.contains_key(key) {
            return self.helvetica();
        }
        let reference = resources.fonts.get_ref(key);
        let id = reference.map(|r| (r.obj_number, r.gen_number));
        if let Some(known) = id.and_then(|id| self.by_reference.get(&id)) {
            return known.clone();
        }
        let font = match resources.get_font(name) {
            Some(dict) => self.load(&dict),
            None => self.helvetica(),
        };
        if let Some(id) = id {
            self.by_reference.insert(id, font.clone());
        }
        font
    }

    /// Viewers set text without a font in Helvetica.
    fn helvetica(&mut self) -> Option<Rc<LoadedFont<'a>>> {
        if self.fallback.is_none() {
            let library = &self.library;
            let font = library
                .cache
                .standard_font(StandardFont::Helvetica, &library.font_resolver)?;
            let id = self.number(font_name::from_name("Helvetica"));
            self.fallback = Some(Rc::new(LoadedFont {
                dict: Dict::empty(),
                library: Rc::clone(&self.library),
                font: OnceCell::from(Some(font)),
                plain: None,
                id,
                type3: false,
                horizontal: true,
                one_byte: true,
                codes: Codes::new(),
                long: RefCell::default(),
                named: FxHashMap::default(),
                collection: None,
                pictures: false,
            }));
        }
        self.fallback.clone()
    }

    fn number(&mut self, info: FontInfo) -> u16 {
        // A document with more fonts than fit has the rest share the last number.
        if self.infos.len() <= usize::from(u16::MAX) {
            self.infos.push(info);
        }
        (self.infos.len() - 1) as u16
    }

    /// Loads a font dictionary.
    pub(super) fn load(&mut self, dict: &Dict<'a>) -> Option<Rc<LoadedFont<'a>>> {
        if has_absurd_widths(dict) {
            return self.helvetica();
        }
        let cmaps = &self.library.cmap_resolver;
        let plain = SimpleFont::of(dict, cmaps)
            .map(Plain::Simple)
            .or_else(|| CidFont::of(dict, cmaps).map(Plain::Cid));
        let (font, horizontal) = match &plain {
            Some(_) => (OnceCell::new(), true),
            None => {
                let font = self.library.font(dict)?;
                let horizontal = font.is_horizontal();
                (OnceCell::from(Some(font)), horizontal)
            }
        };
        let info = font_name::describe(dict);
        let lower = info.name.to_ascii_lowercase();
        let pictures =
            ["symbol", "dings", "wasy", "awesome"].iter().any(|s| lower.contains(s));
        let kind = dict.get::<Name<'_>>(b"Subtype");
        let type3 = kind.as_ref().is_some_and(|kind| kind.as_str() == "Type3");
        let id = self.number(info);
        Some(Rc::new(LoadedFont {
            dict: dict.clone(),
            library: Rc::clone(&self.library),
            font,
            plain,
            id,
            type3,
            horizontal,
            one_byte: kind.is_some_and(|kind| kind.as_str() != "Type0"),
            codes: Codes::new(),
            long: RefCell::default(),
            named: glyph_name::numbered(dict, type3),
            collection: collection(dict),
            pictures,
        }))
    }
}

/// Returns the maps from code to CID and from CID to Unicode of a CID font in one of Adobe's
/// collections, where the font has no ToUnicode of its own.
fn collection(dict: &Dict<'_>) -> Option<(Option<CMap>, CMap)> {
    if dict.contains_key(b"ToUnicode") {
        return None;
    }
    let descendants = dict.get::<Array<'_>>(b"DescendantFonts")?;
    let info = descendants.iter::<Dict<'_>>().next()?.get::<Dict<'_>>(b"CIDSystemInfo");
    let entry = |key: &[u8]| {
        let value = info.as_ref().and_then(|i| i.get::<PdfString<'_>>(key));
        value.map(|s| s.as_bytes().to_vec()).unwrap_or_default()
    };
    let family =
        CidFamily::from_registry_ordering(&entry(b"Registry"), &entry(b"Ordering"));
    let load = |name: CMapName<'_>| {
        CMap::parse(hayro_cmap::load_embedded(name)?, hayro_cmap::load_embedded)
    };
    let unicode = load(family.ucs2_cmap()?)?;
    let encoding = dict
        .get::<Name<'_>>(b"Encoding")
        .filter(|n| !n.as_str().starts_with("Identity"))
        .and_then(|n| load(CMapName::from_bytes(n.as_ref())));
    Some((encoding, unicode))
}

/// Tells whether `/W` or `/W2` holds a number no CID can be.
///
/// The library expands every range of widths into a map; a hostile range is gigabytes.
fn has_absurd_widths(dict: &Dict<'_>) -> bool {
    let Some(descendants) = dict.get::<Array<'_>>(b"DescendantFonts") else {
        return false;
    };
    let Some(font) = descendants.iter::<Dict<'_>>().next() else { return false };
    [&b"W"[..], b"W2"].iter().any(|key| {
        font.get::<Array<'_>>(*key).is_some_and(|widths| {
            widths
                .iter::<Object<'_>>()
                .any(|o| matches!(o, Object::Number(n) if n.as_f64() > 70_000.0))
        })
    })
}
