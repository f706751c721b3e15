//! Layout of small pages set by hand, glyph by glyph.

mod cells;
mod furniture;
mod headings;
mod page;
mod properties;
mod tables;

use expect_test::{Expect, expect};

use super::{BlockKind, lay};
use crate::extract::{Bookmark, Destination, Extracted, Link, LinkTarget, Positioned};
use page::{BODY, BOLD, Page, document};

/// Lays out a document and compares its blocks, one a line, with what is expected.
fn check(positioned: Positioned, expected: Expect) {
    let laid = lay(Extracted::Positioned(positioned));
    let mut out = String::new();
    for block in &laid.blocks {
        let kind = match &block.kind {
            BlockKind::Heading(heading) => {
                let number = heading.number.as_deref().unwrap_or("-");
                let outlined = if heading.outlined { " outlined" } else { "" };
                format!("heading {} {number}{outlined}", heading.level)
            }
            kind => format!("{kind:?}").to_lowercase(),
        };
        let anchor = block.anchor.as_ref().map(|a| format!(" #{a}")).unwrap_or_default();
        out.push_str(&format!("p{} {kind}{anchor}: {}\n", block.page, block.text));
        for cite in &block.cites {
            out.push_str(&format!(
                "   -> {} `{}`\n",
                cite.key,
                &block.text[cite.range.clone()]
            ));
        }
    }
    expected.assert_eq(&out);
}

/// Lines of running text that fill a column of 40 characters.
const PROSE: [&str; 6] = [
    "The survey reads each of the papers that",
    "it cites and finds for every sentence in",
    "which section of the outline it belongs,",
    "so that a reader who knows the topic but",
    "not the words can still find the passage",
    "that answers the question of the reader.",
];

#[test]
fn two_columns_are_read_one_after_the_other() {
    let mut page = Page::new();
    page.prose(50.0, 100.0, &PROSE[..5]).prose(310.0, 100.0, &PROSE[..5]);
    page.prose(50.0, 160.0, &PROSE).prose(310.0, 160.0, &PROSE);
    check(
        document([page]),
        expect![[r#"
            p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
            p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
        "#]],
    );
}

#[test]
fn a_float_stays_apart_from_the_text_around_it() {
    let mut page = Page::new();
    page.prose(50.0, 100.0, &PROSE);
    for (i, line) in PROSE.iter().enumerate() {
        page.line(50.0, 172.0 + 12.0 * i as f32, 10.0, BODY, &line[..26]);
    }
    page.line(200.0, 184.0, 7.0, BODY, "encoder")
        .line(200.0, 208.0, 7.0, BODY, "decoder");
    page.prose(50.0, 244.0, &PROSE);
    let laid = lay(Extracted::Positioned(document([page])));
    let prose: Vec<&str> = laid
        .blocks
        .iter()
        .filter(|b| b.kind == BlockKind::Paragraph)
        .map(|b| b.text.as_str())
        .collect();
    assert!(!prose.iter().any(|text| text.contains("coder")), "{prose:?}");
}

#[test]
fn words_that_are_turned_one_by_one_do_not_turn_the_page() {
    let mut page = Page::new();
    for i in 0..12 {
        page.upwards(50.0 + 12.0 * i as f32, 200.0, 10.0, "words");
    }
    page.line(50.0, 300.0, 10.0, BODY, "Figure 1: The words that a head sees.");
    let laid = lay(Extracted::Positioned(document([page])));
    let kinds: Vec<&BlockKind> = laid.blocks.iter().map(|b| &b.kind).collect();
    assert_eq!(kinds, [&BlockKind::Caption, &BlockKind::Figure]);
}

#[test]
fn a_footnote_goes_on_at_the_foot_of_the_next_column() {
    let mut page = Page::new();
    for x in [50.0, 310.0] {
        page.prose(x, 500.0, &PROSE).prose(x, 572.0, &PROSE);
    }
    page.line(50.0, 660.0, 9.0, BODY, "1 We have seen that what they say of the");
    page.line(310.0, 660.0, 9.0, BODY, "lake is what all of the others have said.");
    let laid = lay(Extracted::Positioned(document([page])));
    let note = laid.blocks.iter().find(|b| b.kind == BlockKind::Footnote);
    let text = note.map(|b| b.text.as_str()).unwrap_or_default();
    assert!(text.ends_with("of the lake is what all of the others have said."), "{text}");
}

#[test]
fn hyphens_stay_where_the_word_has_one() {
    let mut page = Page::new();
    let lines = [
        "We study self-supervised learning of the",
        "many models; information is used by self-",
        "supervised models, and a lot of the infor-",
        "mation is shared by state-of-the-art mod-",
        "els. The results are as good as the state-",
        "of-the-art results that were known so far.",
    ];
    page.prose(50.0, 100.0, &lines);
    check(
        document([page]),
        expect![[r#"
            p1 paragraph: We study self-supervised learning of the many models; information is used by self-supervised models, and a lot of the information is shared by state-of-the-art models. The results are as good as the state-of-the-art results that were known so far.
        "#]],
    );
}

#[test]
fn ligatures_accents_and_raised_marks() {
    let mut page = Page::new();
    page.prose(50.0, 100.0, &PROSE);
    page.line(
        50.0,
        200.0,
        10.0,
        BODY,
        "The \u{FB01}rst e\u{FB00}ect was seen by K\u{F6}nig",
    );
    // An accent that the font draws as a glyph of its own, over the letter before it.
    let x = page.end();
    page.line(x + 5.0, 200.0, 10.0, BODY, "e").line(x + 5.0, 200.0, 10.0, BODY, "\u{B4}");
    page.line(x + 10.0, 200.0, 10.0, BODY, "cole");
    let x = page.end();
    page.line(x, 196.0, 6.0, BODY, "3");
    check(
        document([page]),
        expect![[r#"
            p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
            p1 paragraph: The first effect was seen by König école 3
        "#]],
    );
}

#[test]
fn an_accent_drawn_before_its_letter() {
    let mut page = Page::new();
    page.prose(50.0, 100.0, &PROSE).line(50.0, 200.0, 10.0, BODY, "le th\u{E9}or");
    let x = page.end();
    page.line(x, 200.0, 10.0, BODY, "`").line(x + 0.3, 200.0, 10.0, BODY, "eme");
    // Two quotation marks stay what they are.
    let x = page.end();
    page.line(x + 5.0, 200.0, 10.0, BODY, "``integral''");
    check(
        document([page]),
        expect![[r#"
        p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
        p1 paragraph: le théorème ``integral''
    "#]],
    );
}

#[test]
fn front_matter_and_headings() {
    let mut page = Page::new();
    page.line(120.0, 60.0, 18.0, BOLD, "Finding Things in Surveys");
    page.line(180.0, 90.0, 10.0, BODY, "Ada Lovelace, Alan Turing");
    page.line(180.0, 120.0, 10.0, BOLD, "Abstract");
    page.prose(50.0, 140.0, &PROSE);
    page.line(50.0, 240.0, 12.0, BOLD, "1 Introduction").prose(50.0, 260.0, &PROSE);
    page.line(50.0, 360.0, 12.0, BOLD, "2 Method").prose(50.0, 380.0, &PROSE);
    page.line(50.0, 480.0, 10.0, BOLD, "2.1 Reading").prose(50.0, 500.0, &PROSE[..2]);
    page.line(50.0, 560.0, 12.0, BOLD, "Acknowledgments").prose(50.0, 580.0, &PROSE[..2]);
    let prose = PROSE.join(" ");
    let laid = lay(Extracted::Positioned(document([page])));
    let kinds: Vec<_> = laid.blocks.iter().map(|b| (&b.kind, b.text.as_str())).collect();
    assert_eq!(kinds[0], (&BlockKind::Title, "Finding Things in Surveys"));
    assert_eq!(kinds[1], (&BlockKind::Authors, "Ada Lovelace, Alan Turing"));
    assert_eq!(kinds[2], (&BlockKind::Abstract, prose.as_str()));
    let headings: Vec<String> = laid
        .blocks
        .iter()
        .filter_map(|b| match &b.kind {
            BlockKind::Heading(h) => Some(format!("{} {}", h.level, b.text)),
            _ => None,
        })
        .collect();
    assert_eq!(
        headings,
        ["1 1 Introduction", "1 2 Method", "2 2.1 Reading", "1 Acknowledgments"]
    );
}

fn bookmark(level: u8, title: &str, y: f32) -> Bookmark {
    let dest = Some(Destination { page: 0, x: Some(50.0), y: Some(y) });
    Bookmark { level, title: title.into(), dest, name: Some(format!("at.{y}")) }
}

#[test]
fn bookmarks_become_headings_in_their_order() {
    let mut page = Page::new();
    page.line(50.0, 100.0, 12.0, BOLD, "1 Introduction").prose(50.0, 120.0, &PROSE);
    page.line(50.0, 220.0, 12.0, BOLD, "2 Method").prose(50.0, 240.0, &PROSE);
    page.line(50.0, 340.0, 12.0, BOLD, "3 Results").prose(50.0, 360.0, &PROSE[..2]);
    let mut positioned = document([page]);
    positioned.bookmarks = vec![
        bookmark(0, "Introduction", 90.0),
        bookmark(1, "Not printed anywhere", 235.0),
        bookmark(0, "Results", 330.0),
    ];
    check(
        positioned,
        expect![[r#"
            p1 heading 1 1 outlined #at.90: 1 Introduction
            p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
            p1 heading 1 2: 2 Method
            p1 heading 2 - outlined #at.235: Not printed anywhere
            p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
            p1 heading 1 3 outlined #at.330: 3 Results
            p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in
        "#]],
    );
}

#[test]
fn a_citation_that_wraps_is_one_and_references_get_anchors() {
    let mut page = Page::new();
    page.prose(50.0, 100.0, &PROSE);
    page.line(50.0, 172.0, 10.0, BODY, "This was shown long ago (Lovelace and");
    page.line(50.0, 184.0, 10.0, BODY, "Turing, 1950; Hopper, 1952) and again.");
    page.line(50.0, 220.0, 12.0, BOLD, "References");
    page.line(50.0, 240.0, 10.0, BODY, "Grace Hopper. The education of a computer");
    page.line(60.0, 252.0, 10.0, BODY, "In Proceedings of the ACM, 1952.");
    page.line(50.0, 270.0, 10.0, BODY, "Ada Lovelace and Alan Turing. On what can");
    page.line(60.0, 282.0, 10.0, BODY, "be computed. In Nature, 1950.");
    let mut positioned = document([page]);
    let link = |rect: [f32; 4], key: &str| Link {
        page: 0,
        rect,
        target: LinkTarget::Named(format!("cite.{key}")),
    };
    // 5 points a character.
    positioned.links = vec![
        link([175.0, 164.0, 240.0, 174.0], "lovelace"),
        link([50.0, 176.0, 110.0, 186.0], "lovelace"),
        link([120.0, 176.0, 179.0, 186.0], "hopper"),
    ];
    let place = |y: f32| Destination { page: 0, x: Some(45.0), y: Some(y) };
    positioned.destinations = vec![
        ("cite.hopper".into(), place(232.0)),
        ("cite.lovelace".into(), place(262.0)),
    ];
    check(
        positioned,
        expect![[r#"
            p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader. This was shown long ago (Lovelace and Turing, 1950; Hopper, 1952) and again.
               -> lovelace `Lovelace and Turing, 1950`
               -> hopper `Hopper, 1952`
            p1 heading 1 -: References
            p1 reference #hopper: Grace Hopper. The education of a computer In Proceedings of the ACM, 1952.
            p1 reference #lovelace: Ada Lovelace and Alan Turing. On what can be computed. In Nature, 1950.
        "#]],
    );
}

#[test]
fn destinations_in_coarse_steps_belong_to_entries_in_their_order() {
    let mut page = Page::new();
    page.prose(50.0, 100.0, &PROSE);
    page.line(50.0, 220.0, 12.0, BOLD, "References");
    let entries =
        ["Ada. Engines. 1843.", "Grace. Compilers. 1952.", "Alan. Machines. 1950."];
    for (entry, y) in entries.into_iter().zip([240.0, 252.0, 264.0]) {
        page.line(50.0, y, 10.0, BODY, &format!("[{}] {entry}", (y as u32 - 228) / 12));
    }
    let mut positioned = document([page]);
    let place = |y: f32| Destination { page: 0, x: None, y: Some(y) };
    // Each lies nearer to the line above than to its own.
    positioned.destinations = vec![
        ("cite.ada".into(), place(228.0)),
        ("cite.grace".into(), place(241.0)),
        ("cite.alan".into(), place(253.0)),
    ];
    let laid = lay(Extracted::Positioned(positioned));
    let keys: Vec<_> = laid.blocks.iter().filter_map(|b| b.anchor.as_deref()).collect();
    assert_eq!(keys, ["ada", "grace", "alan"]);
}

#[test]
fn footnotes_stand_apart_and_captions_too() {
    let mut page = Page::new();
    page.prose(50.0, 300.0, &PROSE).prose(50.0, 372.0, &PROSE);
    page.line(50.0, 460.0, 9.0, BODY, "Figure 1: What the survey finds.");
    page.prose(50.0, 500.0, &PROSE);
    page.line(50.0, 700.0, 8.0, BODY, "1 This was written before the other one.");
    let laid = lay(Extracted::Positioned(document([page])));
    let kinds: Vec<_> = laid.blocks.iter().map(|b| &b.kind).collect();
    assert!(kinds.contains(&&BlockKind::Caption), "{kinds:?}");
    assert_eq!(kinds.last(), Some(&&BlockKind::Footnote));
}

#[test]
fn authors_at_the_right_come_before_the_abstract_at_the_left() {
    let mut page = Page::new();
    page.line(120.0, 60.0, 18.0, BOLD, "Finding Things in Surveys");
    page.line(100.0, 100.0, 11.0, BODY, "Ada Lovelace");
    page.line(360.0, 100.0, 11.0, BODY, "Alan Turing");
    page.line(130.0, 140.0, 11.0, BOLD, "Abstract").prose(50.0, 160.0, &PROSE);
    page.line(50.0, 250.0, 12.0, BOLD, "1 Introduction").prose(50.0, 270.0, &PROSE);
    for i in 0..3 {
        page.prose(310.0, 150.0 + 72.0 * i as f32, &PROSE);
    }
    let laid = lay(Extracted::Positioned(document([page])));
    let authors = laid.blocks.iter().filter(|b| b.kind == BlockKind::Authors);
    let authors: Vec<&str> = authors.flat_map(|b| b.text.split('\t')).collect();
    assert_eq!(authors, ["Ada Lovelace", "Alan Turing"]);
}

#[test]
fn right_to_left_lines_come_in_logical_order() {
    let mut page = Page::new();
    // Drawn from left to right, as most producers do: the last letter comes first.
    let word = "שלום עולם טוב לכולם היום";
    let visual: String = word.chars().rev().collect();
    page.line(50.0, 100.0, 10.0, BODY, &visual);
    let laid = lay(Extracted::Positioned(document([page])));
    assert_eq!(laid.blocks[0].text, word);
}

#[test]
fn vertical_columns_are_read_from_the_right() {
    let mut page = Page::new();
    page.vertical(300.0, 100.0, 10.0, "吾輩は猫であ").vertical(
        285.0,
        100.0,
        10.0,
        "る名前はまだ",
    );
    let laid = lay(Extracted::Positioned(document([page])));
    assert_eq!(laid.blocks[0].text, "吾輩は猫である名前はまだ");
}

#[test]
fn the_stamp_of_arxiv_is_metadata() {
    let mut page = Page::new();
    page.prose(50.0, 100.0, &PROSE);
    page.upwards(20.0, 500.0, 20.0, "arXiv:2401.01234v2 [cs.CL] 3 Jan 2024");
    let laid = lay(Extracted::Positioned(document([page])));
    assert_eq!(laid.info.arxiv.as_deref(), Some("2401.01234"));
    assert_eq!(laid.blocks.len(), 1);
}

#[test]
fn text_without_unicode_is_of_no_quality() {
    let mut page = Page::new();
    page.line(50.0, 100.0, 10.0, BODY, &"\u{FFFD}".repeat(80));
    let mut empty = document([page, Page::new()]);
    empty.n_pages = 2;
    let quality = lay(Extracted::Positioned(empty)).quality;
    assert_eq!((quality.no_unicode, quality.empty_pages), (1.0, 0.5));
    assert_eq!(quality.score, 0.0);
}

#[test]
fn a_stretched_line_of_an_entry_is_one_line() {
    let mut page = Page::new();
    page.prose(50.0, 60.0, &PROSE);
    page.line(50.0, 150.0, 13.0, BOLD, "References");
    let entry = |page: &mut Page, y: f32, name: &str| {
        page.line(
            50.0,
            y,
            10.0,
            BODY,
            &format!("{name} and Babbage. On the engine and its sums, of"),
        );
        page.line(60.0, y + 12.0, 10.0, BODY, "which there are many. London, 1843.");
    };
    entry(&mut page, 175.0, "Ada");
    // Three pieces a blank of two ems apart, and the rest below.
    page.line(50.0, 205.0, 10.0, BODY, "Bob and Cid.")
        .line(135.0, 205.0, 10.0, BODY, "Weights decay.")
        .line(230.0, 205.0, 10.0, BODY, "A preprint");
    page.line(60.0, 217.0, 10.0, BODY, "of 1999.");
    entry(&mut page, 235.0, "Dee");
    entry(&mut page, 265.0, "Eve");
    let laid = lay(Extracted::Positioned(document([page])));
    let entries: Vec<&str> = laid
        .blocks
        .iter()
        .filter(|b| b.kind == BlockKind::Reference)
        .map(|b| b.text.as_str())
        .collect();
    assert_eq!(entries.len(), 4, "{entries:?}");
    assert_eq!(entries[1], "Bob and Cid. Weights decay. A preprint of 1999.");
}

#[test]
fn a_section_about_references_is_prose() {
    let mut page = Page::new();
    page.line(50.0, 60.0, 13.0, BOLD, "References").prose(50.0, 80.0, &PROSE);
    page.prose(50.0, 170.0, &PROSE);
    page.line(50.0, 260.0, 13.0, BOLD, "References");
    for i in 0..4 {
        let entry = format!("[{}] Ada Lovelace. Notes. London, 184{i}.", i + 1);
        page.line(50.0, 280.0 + 14.0 * i as f32, 10.0, BODY, &entry);
    }
    let laid = lay(Extracted::Positioned(document([page])));
    let n = |kind| laid.blocks.iter().filter(|b| b.kind == kind).count();
    assert_eq!((n(BlockKind::Reference), n(BlockKind::Paragraph)), (4, 2));
}
