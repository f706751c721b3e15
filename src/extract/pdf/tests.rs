//! Tests of the PDF reader on small documents, written object by object.

use std::fmt::Write as _;

use expect_test::{Expect, expect};

use super::*;
use crate::extract::{Destination, Engine, LinkTarget};

/// A PDF under construction: objects by number, 1 the catalog, 2 the page tree.
pub(super) struct Objects(Vec<(u32, Vec<u8>)>);

impl Objects {
    /// A catalog, a page tree and one page: object 3, content in 4, Helvetica in 5.
    pub(super) fn page(content: &str) -> Objects {
        Objects::page_with(content, "")
    }

    /// The same, with `resources` beside the font.
    pub(super) fn page_with(content: &str, resources: &str) -> Objects {
        let mut objects = Objects(Vec::new());
        objects.put(1, "<</Type/Catalog/Pages 2 0 R>>");
        objects.put(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
        objects.put(
            3,
            &format!(
                "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Contents 4 0 R\
                 /Resources<</Font<</F 5 0 R>>{resources}>>>>"
            ),
        );
        objects.stream(4, "", content.as_bytes());
        objects.put(5, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
        objects
    }

    /// Sets an object.
    pub(super) fn put(&mut self, number: u32, body: &str) -> &mut Self {
        self.set(number, body.as_bytes().to_vec())
    }

    /// Sets a stream with further entries of its dictionary.
    pub(super) fn stream(
        &mut self,
        number: u32,
        entries: &str,
        data: &[u8],
    ) -> &mut Self {
        let mut body =
            format!("<<{entries}/Length {}>>\nstream\n", data.len()).into_bytes();
        body.extend_from_slice(data);
        body.extend_from_slice(b"\nendstream");
        self.set(number, body)
    }

    fn set(&mut self, number: u32, body: Vec<u8>) -> &mut Self {
        self.0.retain(|(n, _)| *n != number);
        self.0.push((number, body));
        self
    }

    /// Writes the file, with a table of objects and `trailer` in its trailer.
    pub(super) fn file_with(&self, trailer: &str) -> Vec<u8> {
        let mut out = b"%PDF-1.7\n".to_vec();
        let last = self.0.iter().map(|(n, _)| *n).max().unwrap_or(0);
        let mut offsets = vec![None; last as usize + 1];
        for (number, body) in &self.0 {
            offsets[*number as usize] = Some(out.len());
            out.extend_from_slice(format!("{number} 0 obj\n").as_bytes());
            out.extend_from_slice(body);
            out.extend_from_slice(b"\nendobj\n");
        }
        let table = out.len();
        let mut end = format!("xref\n0 {}\n0000000000 65535 f \n", last + 1);
        for offset in &offsets[1..] {
            let _ = match offset {
                Some(at) => writeln!(end, "{at:010} 00000 n "),
                None => writeln!(end, "0000000000 65535 f "),
            };
        }
        let _ = write!(
            end,
            "trailer <</Size {}/Root 1 0 R{trailer}>>\nstartxref\n{table}\n%%EOF\n",
            last + 1
        );
        out.extend_from_slice(end.as_bytes());
        out
    }

    pub(super) fn file(&self) -> Vec<u8> {
        self.file_with("")
    }
}

fn options() -> PdfOptions {
    PdfOptions::default()
}

/// The text of each page in the order of its content, with `|` where a glyph starts a new line.
fn text(read: &Positioned) -> String {
    let mut out = String::new();
    for (i, page) in read.pages.iter().enumerate() {
        if i > 0 {
            out.push('\u{21A1}');
        }
        let mut last = None;
        for glyph in &page.glyphs {
            if last.is_some_and(|y: f32| (y - glyph.y).abs() > 0.1) {
                out.push('|');
            }
            last = Some(glyph.y);
            out.push(glyph.ch);
        }
    }
    out
}

fn check(file: &[u8], expect: Expect) {
    let out = match read(file, &options()) {
        Ok(found) => {
            let mut out = text(&found);
            for fault in &found.faults {
                let _ = write!(out, "\nfault: {}", fault.what);
            }
            out
        }
        Err(error) => format!("error: {error}"),
    };
    expect.assert_eq(&out);
}

fn check_page(content: &str, expect: Expect) {
    check(&Objects::page(content).file(), expect);
}

#[test]
fn operators_that_show() {
    check_page(
        "BT /F 10 Tf 20 300 Td (one) Tj 0 -12 TD (two) Tj T* (three) Tj \
         (four) ' 1 2 (five) \" [(s) -200 (ix)] TJ ET",
        expect!["one|two|three|four|fivesix"],
    );
}

#[test]
fn places_are_from_the_top_left() {
    let file = Objects::page("BT /F 10 Tf 20 300 Td (ab) Tj ET").file();
    let found = read(&file, &options()).unwrap();
    let [a, b] = found.pages[0].glyphs[..] else { panic!("two glyphs") };
    assert_eq!((a.x, a.y, a.size, a.dir), (20.0, 100.0, 10.0, 0));
    assert_eq!((b.x, b.y), (20.0 + a.w, 100.0));
    assert!((a.w - 5.56).abs() < 0.01, "Helvetica's a is 556 wide: {}", a.w);
    assert_eq!(found.fonts[a.font as usize].name, "Helvetica");
}

#[test]
fn rotation_of_text_and_page() {
    let up = Objects::page("BT /F 10 Tf 0 1 -1 0 50 50 Tm (up) Tj ET").file();
    assert_eq!(read(&up, &options()).unwrap().pages[0].glyphs[0].dir, 1);
    let mut turned = Objects::page("BT /F 10 Tf 0 1 -1 0 50 50 Tm (up) Tj ET");
    turned.put(
        3,
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Rotate 90/Contents 4 0 R\
         /Resources<</Font<</F 5 0 R>>>>>>",
    );
    let page = &read(&turned.file(), &options()).unwrap().pages[0];
    assert_eq!((page.width, page.height, page.glyphs[0].dir), (400.0, 300.0, 0));
}

#[test]
fn text_outside_the_page_or_the_clip_is_left_out() {
    check_page(
        "BT /F 10 Tf 20 300 Td (in) Tj 0 -900 Td (below) Tj ET \
         q 0 0 100 100 re W n BT /F 10 Tf 20 50 Td (clip) Tj 200 0 Td (away) Tj ET Q \
         BT /F 10 Tf 220 50 Td (back) Tj ET",
        expect!["in|clipback"],
    );
}

#[test]
fn marked_content() {
    check_page(
        "BT /F 10 Tf 20 300 Td /Span <</ActualText <FEFF00660069>>> BDC (x) Tj EMC (sh) Tj \
         /Span <</ActualText ()>> BDC (-) Tj EMC /Artifact BMC (7) Tj EMC ET",
        expect!["fish7"],
    );
}

#[test]
fn hidden_layers_are_left_out() {
    let mut objects = Objects::page_with(
        "BT /F 10 Tf 20 300 Td /OC /Off BDC (hidden) Tj EMC /OC /On BDC (shown) Tj EMC \
         /OC /Not BDC (unless) Tj EMC ET /X Do",
        "/Properties<</Off 6 0 R/On 7 0 R/Not 8 0 R>>/XObject<</X 9 0 R>>",
    );
    objects.put(
        1,
        "<</Type/Catalog/Pages 2 0 R/OCProperties<</OCGs[6 0 R 7 0 R]/D<</OFF[6 0 R]>>>>>>",
    );
    objects.put(6, "<</Type/OCG/Name(a)>>").put(7, "<</Type/OCG/Name(b)>>");
    objects.put(8, "<</Type/OCMD/VE[/And 7 0 R[/Not 6 0 R]]>>");
    objects.stream(
        9,
        "/Type/XObject/Subtype/Form/BBox[0 0 300 400]/OC 6 0 R",
        b"BT /F 10 Tf 20 200 Td (form) Tj ET",
    );
    check(&objects.file(), expect!["shownunless"]);
    let found = read(&objects.file(), &options()).unwrap();
    let shown = &found.pages[0].glyphs[0];
    assert!(shown.x > 50.0, "the pen moves over hidden text: {}", shown.x);
}

#[test]
fn forms_nest_but_not_for_ever() {
    let mut objects = Objects::page_with("/X Do", "/XObject<</X 6 0 R>>");
    objects.stream(
        6,
        "/Type/XObject/Subtype/Form/BBox[0 0 300 400]/Matrix[1 0 0 1 5 0]\
         /Resources<</Font<</F 5 0 R>>/XObject<</X 6 0 R>>>>",
        b"BT /F 10 Tf 20 300 Td (a) Tj ET /X Do",
    );
    check(&objects.file(), expect!["a"]);
}

#[test]
fn forms_are_called_again() {
    let mut objects = Objects::page_with(
        "/M Do /X Do 1 0 0 1 0 -20 cm /M Do /X Do",
        "/XObject<</X 6 0 R/M 7 0 R>>",
    );
    let form = "/Subtype/Form/BBox[0 0 300 400]/Resources<</Font<</F 5 0 R>>>>";
    objects.stream(6, form, b"BT /F 10 Tf 20 300 Td (text) Tj ET");
    objects.stream(7, "/Subtype/Form/BBox[0 0 9 9]", b"0 0 9 9 re f");
    check(&objects.file(), expect!["text|text"]);
}

#[test]
fn a_simple_font_is_read_without_its_program() {
    let mut objects = Objects::page("BT /F 10 Tf 20 300 Td <0102> Tj ET");
    objects.put(
        5,
        "<</Type/Font/Subtype/Type1/BaseFont/ABCDEF+CMMI10/FirstChar 1/LastChar 2\
         /Widths[400 600]/Encoding<</Differences[1/alpha/z]>>/FontDescriptor 6 0 R>>",
    );
    objects.put(6, "<</Type/FontDescriptor/FontName/ABCDEF+CMMI10/FontFile 7 0 R>>");
    objects.stream(7, "", b"%!PS-AdobeFont-1.0: damaged");
    check(&objects.file(), expect!["αz"]);
}

#[test]
fn bookmarks_and_links() {
    let mut objects = Objects::page("");
    objects
        .put(1, "<</Type/Catalog/Pages 2 0 R/Outlines 10 0 R/Names<</Dests 20 0 R>>>>");
    objects.put(
        3,
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 400]/Annots[\
         <</Subtype/Link/Rect[10 20 30 40]/A<</S/GoTo/D(cite.a)>>>>\
         <</Subtype/Link/Rect[30 40 10 20]/A<</S/URI/URI(https://doi.org/10.1/x)>>>>\
         <</Subtype/Text/Rect[0 0 1 1]>>]>>",
    );
    objects.put(10, "<</First 11 0 R/Last 12 0 R>>");
    objects.put(11, "<</Title(One)/Next 12 0 R/First 13 0 R/Dest[3 0 R/XYZ 50 350 0]>>");
    objects.put(12, "<</Title<FEFF4E2D>/Next 11 0 R/A<</S/GoTo/D(cite.a)>>>>");
    objects.put(13, "<</Title(One.One)/Dest[3 0 R/FitH 300]>>");
    objects.put(20, "<</Kids[20 0 R 21 0 R]>>");
    objects.put(21, "<</Names[(cite.a)<</D[3 0 R/XYZ 10 390 0]>>]>>");
    let found = read(&objects.file(), &options()).unwrap();
    let place = |x, y| Destination { page: 0, x, y };
    assert_eq!(found.destinations, [("cite.a".into(), place(Some(10.0), Some(10.0)))]);
    let titles: Vec<_> =
        found.bookmarks.iter().map(|b| (b.level, b.title.as_str(), b.dest)).collect();
    assert_eq!(
        titles,
        [
            (0, "One", Some(place(Some(50.0), Some(50.0)))),
            (1, "One.One", Some(place(None, Some(100.0)))),
            (0, "中", Some(place(Some(10.0), Some(10.0)))),
        ]
    );
    assert_eq!(found.links.len(), 2);
    assert_eq!(found.links[0].target, LinkTarget::Named("cite.a".into()));
    assert_eq!(found.links[0].rect, [10.0, 360.0, 30.0, 380.0]);
    assert_eq!(found.links[1].rect, found.links[0].rect);
}

#[test]
fn files_that_are_no_pdf() {
    check(b"", expect!["error: file is empty"]);
    check(
        b"<!DOCTYPE html><html><body>404</body></html>",
        expect!["error: not a PDF: the content is HTML"],
    );
    check(b"%PDF-1.7\n", expect!["error: file is cut off after 9 bytes"]);
    let none = {
        let mut objects = Objects::page("");
        objects.put(2, "<</Type/Pages/Kids[]/Count 0>>").put(3, "null");
        objects.file()
    };
    check(&none, expect!["error: has no pages"]);
}

#[test]
fn damaged_files_give_what_they_have() {
    let whole = Objects::page("BT /F 10 Tf 20 300 Td (text) Tj ET").file();
    let cut = &whole[..whole.len() - 250];
    check(
        cut,
        expect![[r#"
            text
            fault: file is cut off after 291 bytes"#]],
    );
    let mut claims = Objects::page("BT /F 10 Tf 20 300 Td (text) Tj ET");
    claims.put(2, "<</Type/Pages/Kids[3 0 R 99 0 R]/Count 2>>");
    check(
        &claims.file(),
        expect![[r#"
            text
            fault: 1 of 2 pages found: the file is damaged"#]],
    );
}

#[test]
fn the_second_engine_by_choice() {
    let file = Objects::page("BT /F 10 Tf 20 300 Td (two engines) Tj ET").file();
    let main = read(&file, &options()).unwrap();
    let second =
        read(&file, &PdfOptions { engine: EngineChoice::Second, ..options() }).unwrap();
    assert_eq!(
        (text(&main), main.engines.as_slice()),
        ("two engines".into(), &[Engine::Main][..])
    );
    assert_eq!(
        (text(&second), second.engines.as_slice()),
        ("two engines".into(), &[Engine::Second][..])
    );
    for (a, b) in main.pages[0].glyphs.iter().zip(&second.pages[0].glyphs) {
        assert!((a.x - b.x).abs() < 0.1 && a.y == b.y && a.size == b.size, "{a:?} {b:?}");
        assert!(usize::from(b.font) < second.fonts.len());
    }
}

#[test]
fn passwords() {
    for option in [None, Some("wrong".to_string())] {
        let mut objects = Objects::page("BT /F 10 Tf 20 300 Td (x) Tj ET");
        objects.put(
            9,
            &format!(
                "<</Filter/Standard/V 2/R 3/Length 128/P -4/O<{0}>/U<{0}>>>",
                "00".repeat(32)
            ),
        );
        let file = objects.file_with("/Encrypt 9 0 R/ID[<01><01>]");
        let given = option.is_some();
        let options = PdfOptions { passwords: option.into_iter().collect(), ..options() };
        let error = read(&file, &options).unwrap_err();
        assert_eq!(error, ExtractError::NeedsPassword { given });
    }
}

/// Damages every structure in turn, from a fixed seed: whatever comes out, nothing panics.
#[test]
fn random_damage_is_an_answer() {
    let mut rich = Objects::page_with(
        "BT /F 10 Tf 20 300 Td /Span <</ActualText (ab)>> BDC [(text) -200 (more)] TJ EMC ET \
         q 0 0 100 100 re W n /X Do Q",
        "/XObject<</X 6 0 R>>",
    );
    rich.put(1, "<</Type/Catalog/Pages 2 0 R/Outlines 10 0 R/Names<</Dests 12 0 R>>>>");
    rich.stream(6, "/Subtype/Form/BBox[0 0 9 9]", b"BT /F 10 Tf (form) Tj ET");
    rich.put(10, "<</First 11 0 R>>");
    rich.put(11, "<</Title(One)/Dest[3 0 R/XYZ 50 350 0]>>");
    rich.put(12, "<</Names[(cite.a)<</D[3 0 R/XYZ 10 390 0]>>]>>");
    let whole = rich.file();
    let options = PdfOptions { engine: EngineChoice::Main, ..options() };
    let mut state = 20_230_917_u64;
    let mut below = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % n
    };
    let mut read_all = 0;
    for _ in 0..2000 {
        let mut bytes = whole.clone();
        for _ in 0..=below(8) {
            let at = below(bytes.len());
            match below(4) {
                0 => bytes[at] ^= 1 << below(8),
                1 => bytes[at] = b"0123456789<>[]()/ "[below(18)],
                2 => drop(bytes.drain(at..(at + below(40)).min(whole.len() / 2).max(at))),
                _ => bytes.truncate(bytes.len() - below(20)),
            }
        }
        read_all += usize::from(read(&bytes, &options).is_ok());
    }
    assert!(read_all > 1000, "most of it can be read: {read_all} of 2000");
}
