//! Tables whose cells hold text, and what stands beside tables.

use expect_test::{Expect, expect};

use super::page::{BODY, BOLD, Page, document};
use super::{PROSE, lay};
use crate::extract::Extracted;
use crate::layout::BlockKind;

/// Lays out a page that ends with running text and compares what is no paragraph of it.
fn check(mut page: Page, expected: Expect) {
    page.prose(50.0, 500.0, &PROSE);
    let laid = lay(Extracted::Positioned(document([page])));
    let mut out = String::new();
    for block in laid.blocks.iter().filter(|b| !b.text.starts_with(PROSE[0])) {
        out.push_str(&format!("{:?}: {}\n", block.kind, block.text));
    }
    expected.assert_eq(&out);
}

/// Sets columns of lines of 8 points that begin at their left edge and at a height.
fn columns(page: &mut Page, columns: &[(f32, f32, &[&str])]) {
    for (x, y, lines) in columns {
        for (i, line) in lines.iter().enumerate() {
            page.line(*x, y + 10.0 * i as f32, 8.0, BODY, line);
        }
    }
}

#[test]
fn a_cell_ends_where_another_row_begins() {
    let mut page = Page::new();
    page.line(50.0, 60.0, 9.0, BODY, "Table 1: What was asked of the three of them.");
    let says =
        ["say what is found in it", "tell of all the boats", "name the old towns there"];
    columns(&mut page, &[(60.0, 80.0, &says), (180.0, 80.0, &["0.1", "0.4", "0.3"])]);
    page.line(215.0, 80.0, 8.0, BODY, "0.2").line(215.0, 90.0, 8.0, BODY, "0.5");
    page.line(215.0, 100.0, 8.0, BODY, "0.6");
    check(
        page,
        expect![[r#"
            Caption: Table 1: What was asked of the three of them.
            Table: say what is found in it	0.1	0.2
            tell of all the boats	0.4	0.5
            name the old towns there	0.3	0.6
        "#]],
    );
}

#[test]
fn lines_of_a_cell_that_fill_it_are_one() {
    let mut page = Page::new();
    page.line(50.0, 60.0, 9.0, BODY, "Table 1: What was asked, and what they said.");
    let asks = ["the boats go north when", "it rains on the old lake"];
    let says = ["they stay where they are", "until the water is warm."];
    columns(&mut page, &[(60.0, 80.0, &asks), (180.0, 80.0, &says)]);
    columns(&mut page, &[(60.0, 108.0, &asks), (180.0, 108.0, &says)]);
    check(
        page,
        expect![[r#"
            Caption: Table 1: What was asked, and what they said.
            Table: the boats go north when it rains on the old lake	they stay where they are until the water is warm.
            the boats go north when it rains on the old lake	they stay where they are until the water is warm.
        "#]],
    );
}

#[test]
fn labels_tell_the_rows_of_the_text_beside_them() {
    let mut page = Page::new();
    page.line(
        50.0,
        60.0,
        9.0,
        BODY,
        "Table 1: What can be done, and what it does, by what they all have said.",
    );
    let labels =
        ["open the <name>", "ask for it", "read on to <name or page of it>", "end"];
    let says = [
        "shows the page that is called so",
        "looks for all that is said of it",
        "goes on with what is found below",
        "tells that nothing more is asked",
    ];
    columns(&mut page, &[(60.0, 80.0, &labels), (200.0, 80.0, &says)]);
    check(
        page,
        expect![[r#"
            Caption: Table 1: What can be done, and what it does, by what they all have said.
            Table: open the <name>	shows the page that is called so
            ask for it	looks for all that is said of it
            read on to <name or page of it>	goes on with what is found below
            end	tells that nothing more is asked
        "#]],
    );
}

#[test]
fn a_caption_without_a_period_ends_where_cells_begin() {
    let mut page = Page::new();
    page.line(100.0, 60.0, 9.0, BODY, "Table 1: Shares by the core");
    for (i, row) in [["Core", "Sea", "Mud"], ["North", "A", "0.1"]].iter().enumerate() {
        for (x, cell) in [100.0, 150.0, 190.0].iter().zip(row) {
            page.line(*x, 71.0 + 11.0 * i as f32, 9.0, BODY, cell);
        }
    }
    check(
        page,
        expect![[r#"
            Caption: Table 1: Shares by the core
            Table: Core	Sea	Mud
            North	A	0.1
        "#]],
    );
}

#[test]
fn a_table_among_references_is_none_of_them() {
    let mut page = Page::new();
    page.line(50.0, 60.0, 14.0, BOLD, "References");
    page.line(50.0, 84.0, 10.0, BODY, "[1] A. Author. A title. In Some Journal, 2011.");
    for i in 0..3 {
        for (x, cell) in [50.0, 110.0, 160.0].iter().zip(["ViT", "0.5", "300"]) {
            page.line(*x, 200.0 + 11.0 * i as f32, 9.0, BODY, cell);
        }
    }
    page.line(50.0, 238.0, 9.0, BODY, "Table 1: What was set for each of the models.");
    let laid = lay(Extracted::Positioned(document([page])));
    let kinds: Vec<&BlockKind> = laid.blocks[1..].iter().map(|b| &b.kind).collect();
    use BlockKind::{Caption, Reference, Table};
    assert_eq!(kinds, [&Reference, &Table, &Caption]);
}

#[test]
fn a_stretched_caption_is_no_pair_of_columns() {
    let mut page = Page::new();
    for (i, line) in PROSE.iter().enumerate() {
        let line = format!("{line} and {line}");
        page.line(50.0, 60.0 + 12.0 * i as f32, 10.0, BODY, &line);
    }
    let cells = ["words that tell of it", "more that tell of it all"];
    columns(&mut page, &[(50.0, 160.0, &cells), (330.0, 160.0, &cells)]);
    page.line(
        50.0,
        190.0,
        8.0,
        BODY,
        "Table 1: The words that they have said of it all, and then.",
    )
    .line(296.0, 190.0, 8.0, BODY, "The other words of them all.")
    .line(50.0, 200.0, 8.0, BODY, "In the order of time.");
    let laid = lay(Extracted::Positioned(document([page])));
    let caption = laid.blocks.iter().find(|b| b.kind == BlockKind::Caption);
    let text = caption.map(|b| b.text.as_str()).unwrap_or_default();
    assert!(
        text.ends_with("The other words of them all. In the order of time."),
        "{text}"
    );
}

#[test]
fn numbered_steps_are_code() {
    let mut page = Page::new();
    page.line(50.0, 60.0, 9.0, BODY, "Algorithm 1 How the boats are asked.");
    let steps = [
        "1: Input: the boats x, all of the towns t,",
        "and the number of the days",
        "2: for each day do",
    ];
    columns(&mut page, &[(50.0, 80.0, &steps)]);
    for (i, step) in
        ["ask all boats", "ask the towns", "add what is said"].iter().enumerate()
    {
        let y = 110.0 + 10.0 * i as f32;
        page.line(50.0, y, 8.0, BODY, &format!("{}:", i + 3))
            .line(74.0, y, 8.0, BODY, step);
    }
    let laid = lay(Extracted::Positioned(document([page])));
    let codes = laid.blocks[1..].iter().filter(|b| b.kind == BlockKind::Code).count();
    assert_eq!(codes, laid.blocks.len() - 1, "{:?}", laid.blocks);
}

#[test]
fn where_a_paper_is_published_is_none_of_its_text() {
    let mut page = Page::new();
    page.prose(50.0, 400.0, &PROSE);
    page.line(
        50.0,
        700.0,
        9.0,
        BODY,
        "Proceedings of the Meeting on Mud, Nowhere, 2015.",
    );
    let laid = lay(Extracted::Positioned(document([page])));
    assert_eq!(laid.blocks.last().map(|b| &b.kind), Some(&BlockKind::Footnote));
}

#[test]
fn text_in_a_box_between_rows_is_of_the_table() {
    let mut page = Page::new();
    page.prose(50.0, 60.0, &PROSE);
    page.line(60.0, 160.0, 10.0, BODY, "Start").line(120.0, 160.0, 10.0, BODY, "Chance");
    page.line(60.0, 180.0, 10.0, BODY, "what is it used for by us").line(
        60.0,
        192.0,
        10.0,
        BODY,
        "and by all who read of it",
    );
    page.line(60.0, 212.0, 10.0, BODY, "Rows").line(120.0, 212.0, 10.0, BODY, "40");
    page.line(60.0, 224.0, 10.0, BODY, "Words").line(120.0, 224.0, 10.0, BODY, "55");
    page.line(50.0, 246.0, 9.0, BODY, "Table 1: The card.");
    check(
        page,
        expect![[r#"
            Table: Start	Chance
            what is it used for by us and by all who read of it
            Rows	40
            Words	55
            Caption: Table 1: The card.
        "#]],
    );
}

#[test]
fn words_of_a_drawing_in_the_next_column_are_no_cells() {
    let mut page = Page::new();
    for x in [50.0, 310.0] {
        page.prose(x, 300.0, &PROSE).prose(x, 400.0, &PROSE[..4]);
    }
    columns(
        &mut page,
        &[
            (60.0, 100.0, &["Core", "North", "South"]),
            (140.0, 100.0, &["Mud", "0.1", "0.2"]),
        ],
    );
    page.line(50.0, 140.0, 9.0, BODY, "Table 1: Shares of mud in all the cores.");
    page.line(370.0, 100.0, 6.0, BODY, "0.5").line(480.0, 110.0, 6.0, BODY, "north");
    page.line(310.0, 140.0, 9.0, BODY, "Figure 1: Shares of mud, drawn by depth.");
    check(
        page,
        expect![[r#"
            Table: Core	Mud
            North	0.1
            South	0.2
            Caption: Table 1: Shares of mud in all the cores.
            Figure: 0.5
            Figure: north
            Caption: Figure 1: Shares of mud, drawn by depth.
        "#]],
    );
}

#[test]
fn a_drawing_may_be_wider_than_its_caption() {
    let mut page = Page::new();
    page.prose(50.0, 60.0, &PROSE);
    page.line(55.0, 160.0, 7.0, BODY, "What is the speed of light in the air?");
    page.line(112.0, 180.0, 9.0, BODY, "Figure 1: A sample.");
    check(
        page,
        expect![[r#"
            Figure: What is the speed of light in the air?
            Caption: Figure 1: A sample.
        "#]],
    );
}

#[test]
fn a_caption_may_stand_above_its_drawing() {
    let mut page = Page::new();
    page.prose(50.0, 60.0, &PROSE);
    page.line(50.0, 200.0, 9.0, BODY, "Figure 1: How the words are found in the lake.");
    columns(
        &mut page,
        &[
            (55.0, 225.0, &["1. Input", "Image"]),
            (110.0, 225.0, &["2. Network", "of layers"]),
            (170.0, 225.0, &["3. Word by", "word"]),
        ],
    );
    check(
        page,
        expect![[r#"
            Caption: Figure 1: How the words are found in the lake.
            Figure: 1. Input	2. Network	3. Word by
            Image	of layers	word
        "#]],
    );
}

#[test]
fn a_bold_line_in_the_middle_is_no_part_of_a_sentence() {
    let mut page = Page::new();
    page.prose(50.0, 60.0, &PROSE[..2]);
    page.line(110.0, 84.0, 10.0, BOLD, "Small model");
    page.prose(50.0, 96.0, &PROSE[2..]);
    let laid = lay(Extracted::Positioned(document([page])));
    let bold: Vec<_> = laid.blocks.iter().filter(|b| b.text.contains("Small")).collect();
    assert_eq!(bold[0].text, "Small model");
}

#[test]
fn a_list_goes_on_at_the_foot() {
    let mut page = Page::new();
    page.prose(50.0, 300.0, &PROSE);
    let items = [
        "1. Make a copy of all the files.",
        "2. Ask who has read them.",
        "3. Put all of the files back.",
    ];
    columns(&mut page, &[(50.0, 418.0, &items)]);
    let laid = lay(Extracted::Positioned(document([page])));
    let kinds: Vec<&BlockKind> = laid.blocks[1..].iter().map(|b| &b.kind).collect();
    assert_eq!(kinds, [&BlockKind::ListItem; 3]);
}
