//! Tables and drawings, and what must not be mixed with them.

use expect_test::expect;

use super::page::{BODY, BOLD, Page, document};
use super::{PROSE, check};

/// Cells of one size, each with its left edge and its baseline.
fn cells(page: &mut Page, size: f32, cells: &[(f32, f32, &str)]) {
    for (x, y, text) in cells {
        page.line(*x, *y, size, BODY, text);
    }
}

/// A page that opens with running text from edge to edge.
fn page_of_prose() -> Page {
    let mut page = Page::new();
    page.prose(50.0, 60.0, &PROSE);
    page
}

#[test]
fn rows_right_below_a_caption_are_not_its_text() {
    let mut page = page_of_prose();
    page.line(
        50.0,
        160.0,
        8.0,
        BODY,
        "Table 1. Shares of mud and sand, of the upper cores.",
    );
    let rows = [
        (60.0, 169.0, "Core"),
        (140.0, 169.0, "Mud"),
        (200.0, 169.0, "Sand"),
        (60.0, 178.0, "North"),
        (140.0, 178.0, "0.1"),
        (200.0, 178.0, "0.7"),
        (60.0, 187.0, "South"),
        (140.0, 187.0, "0.2"),
        (200.0, 187.0, "0.6"),
    ];
    cells(&mut page, 8.0, &rows);
    check(
        document([page]),
        expect![[r#"
        p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
        p1 caption: Table 1. Shares of mud and sand, of the upper cores.
        p1 table: Core	Mud	Sand
        North	0.1	0.7
        South	0.2	0.6
    "#]],
    );
}

#[test]
fn tables_side_by_side_are_read_one_after_the_other() {
    let mut page = Page::new();
    page.line(50.0, 100.0, 9.0, BODY, "Table 1: Shares of mud in cores.");
    page.line(250.0, 100.0, 9.0, BODY, "Table 2: Depth of the water.");
    let rows = [
        (50.0, 115.0, "Core"),
        (120.0, 115.0, "Mud"),
        (250.0, 115.0, "Core"),
        (320.0, 115.0, "Depth"),
        (50.0, 127.0, "North"),
        (120.0, 127.0, "0.1"),
        (250.0, 127.0, "North"),
        (320.0, 127.0, "40"),
        (50.0, 139.0, "South"),
        (120.0, 139.0, "0.2"),
        (250.0, 139.0, "South"),
        (320.0, 139.0, "55"),
    ];
    cells(&mut page, 9.0, &rows);
    check(
        document([page]),
        expect![[r#"
        p1 caption: Table 1: Shares of mud in cores.
        p1 caption: Table 2: Depth of the water.
        p1 table: Core	Mud
        North	0.1
        South	0.2
        p1 table: Core	Depth
        North	40
        South	55
    "#]],
    );
}

#[test]
fn lettered_tables_under_one_caption_are_kept_apart() {
    let mut page = page_of_prose();
    let rows = [
        (50.0, 160.0, "Core"),
        (110.0, 160.0, "Mud"),
        (180.0, 160.0, "Core"),
        (230.0, 160.0, "Depth"),
        (50.0, 172.0, "North"),
        (110.0, 172.0, "0.1"),
        (180.0, 172.0, "North"),
        (230.0, 172.0, "40"),
        (50.0, 184.0, "South"),
        (110.0, 184.0, "0.2"),
        (180.0, 184.0, "South"),
        (230.0, 184.0, "55"),
        (50.0, 198.0, "(a) Shares of mud"),
        (180.0, 198.0, "(b) Water"),
    ];
    cells(&mut page, 8.0, &rows);
    page.line(50.0, 214.0, 9.0, BODY, "Table 1: What was found in the cores.");
    check(
        document([page]),
        expect![[r#"
        p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
        p1 table: Core	Mud
        North	0.1
        South	0.2
        (a) Shares of mud
        p1 table: Core	Depth
        North	40
        South	55
        (b) Water
        p1 caption: Table 1: What was found in the cores.
    "#]],
    );
}

#[test]
fn labels_and_what_they_stand_for_are_rows() {
    let mut page = page_of_prose();
    let rows = [
        (60.0, 160.0, "Use"),
        (120.0, 160.0, "Example"),
        (60.0, 176.0, "rewrite"),
        (60.0, 204.0, "extract"),
        (60.0, 232.0, "chat"),
        (120.0, 176.0, "Say what stands below in"),
        (120.0, 188.0, "words that a child reads."),
        (120.0, 204.0, "Find all the names of the"),
        (120.0, 216.0, "places in the long story."),
        (120.0, 232.0, "You are a friend and you"),
        (120.0, 244.0, "answer what is asked now."),
        (170.0, 260.0, "Continued on next page"),
    ];
    cells(&mut page, 10.0, &rows);
    check(
        document([page]),
        expect![[r#"
        p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
        p1 table: Use	Example
        rewrite	Say what stands below in words that a child reads.
        extract	Find all the names of the places in the long story.
        chat	You are a friend and you
        answer what is asked now.
        p1 figure: Continued on next page
    "#]],
    );
}

#[test]
fn columns_of_a_drawing_are_not_mixed() {
    let mut page = page_of_prose();
    let rows = [
        (60.0, 160.0, "a small bird sits"),
        (60.0, 168.0, "on a branch that"),
        (60.0, 176.0, "hangs over water."),
        (160.0, 160.0, "the long boat with"),
        (160.0, 168.0, "a red sail is far"),
        (160.0, 176.0, "away on the lake."),
    ];
    cells(&mut page, 7.0, &rows);
    page.line(50.0, 200.0, 9.0, BODY, "Figure 1: What the model says of pictures.");
    check(
        document([page]),
        expect![[r#"
        p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
        p1 figure: a small bird sits on a branch that hangs over water.
        p1 figure: the long boat with a red sail is far away on the lake.
        p1 caption: Figure 1: What the model says of pictures.
    "#]],
    );
}

#[test]
fn an_equation_in_a_drawing_is_none_of_the_text() {
    let mut page = page_of_prose();
    page.line(90.0, 160.0, 10.0, BODY, "y = (2 + 3) / 4");
    page.line(70.0, 180.0, 8.0, BODY, "(a) Before");
    page.line(170.0, 180.0, 8.0, BODY, "(b) After");
    page.line(50.0, 200.0, 9.0, BODY, "Figure 1: What the model does with numbers.");
    check(
        document([page]),
        expect![[r#"
        p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
        p1 figure: y = (2 + 3) / 4
        p1 figure: (a) Before (b) After
        p1 caption: Figure 1: What the model does with numbers.
    "#]],
    );
}

#[test]
fn tall_brackets_are_no_cells() {
    let mut page = page_of_prose();
    page.line(50.0, 150.0, 9.0, BODY, "Table 1: Layers of both networks.");
    let rows = [
        (60.0, 165.0, "layer"),
        (130.0, 165.0, "first"),
        (200.0, 165.0, "second"),
        (120.0, 175.0, "["),
        (170.0, 175.0, "]"),
        (60.0, 181.0, "conv1"),
        (130.0, 181.0, "3x3, 64"),
        (200.0, 181.0, "1x1, 64"),
        (60.0, 193.0, "conv2"),
        (130.0, 193.0, "3x3, 128"),
        (200.0, 193.0, "1x1, 128"),
    ];
    cells(&mut page, 9.0, &rows);
    check(
        document([page]),
        expect![[r#"
        p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
        p1 caption: Table 1: Layers of both networks.
        p1 table: layer	first	second
        conv1	3x3, 64	1x1, 64
        conv2	3x3, 128	1x1, 128
    "#]],
    );
}

#[test]
fn small_text_that_fills_the_column_is_no_row() {
    let mut page = page_of_prose();
    for (i, line) in PROSE.iter().enumerate() {
        // The same edges, though the type is smaller.
        let line = format!("{line} so");
        page.line(50.0, 160.0 + 11.0 * i as f32, 9.3, BODY, &line);
    }
    let rows = [
        (60.0, 240.0, "Core"),
        (140.0, 240.0, "Mud"),
        (200.0, 240.0, "Sand"),
        (60.0, 252.0, "North"),
        (140.0, 252.0, "0.1"),
        (200.0, 252.0, "0.7"),
    ];
    cells(&mut page, 9.3, &rows);
    page.line(50.0, 270.0, 9.3, BODY, "Table 1: Shares of mud and sand.");
    check(
        document([page]),
        expect![[r#"
        p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
        p1 paragraph: The survey reads each of the papers that so it cites and finds for every sentence in so which section of the outline it belongs, so so that a reader who knows the topic but so not the words can still find the passage so that answers the question of the reader. so
        p1 table: Core	Mud	Sand
        North	0.1	0.7
        p1 caption: Table 1: Shares of mud and sand.
    "#]],
    );
}

#[test]
fn contents_go_on_over_the_page_without_leaders() {
    let mut first = Page::new();
    first.line(50.0, 60.0, 12.0, BODY, "Contents");
    first.line(50.0, 90.0, 10.0, BODY, "1  Introduction");
    first.line(240.0, 90.0, 10.0, BODY, "2");
    first.line(50.0, 110.0, 10.0, BODY, "2  How water moves");
    first.line(240.0, 110.0, 10.0, BODY, "3");
    let mut second = Page::new();
    second.line(50.0, 60.0, 10.0, BODY, "3  Using tools and acts");
    second.line(240.0, 60.0, 10.0, BODY, "9");
    second.line(60.0, 72.0, 10.0, BODY, "3.1 Calls . . . . . . . . . . . . 9");
    second.line(60.0, 84.0, 10.0, BODY, "3.2 Books . . . . . . . . . . . . 11");
    second.line(50.0, 104.0, 10.0, BODY, "4  Discussion");
    second.line(240.0, 104.0, 10.0, BODY, "19");
    for y in [140.0, 220.0, 300.0, 380.0] {
        second.prose(50.0, y, &PROSE);
    }
    check(
        document([first, second]),
        expect![[r#"
        p1 heading 1 -: Contents
        p1 figure: 1 Introduction 2
        p1 figure: 2 How water moves 3
        p2 figure: 3 Using tools and acts 9 3.1 Calls . . . . . . . . . . . . 9 3.2 Books . . . . . . . . . . . . 11
        p2 figure: 4 Discussion 19
        p2 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
        p2 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
        p2 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
        p2 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
    "#]],
    );
}

#[test]
fn an_equation_with_words_and_a_number_is_no_table() {
    let mut page = page_of_prose();
    page.line(60.0, 160.0, 10.0, BODY, "Pr(Class)");
    page.line(115.0, 160.0, 10.0, BODY, "IOU");
    page.line(150.0, 160.0, 10.0, BODY, "= Pr(Object)");
    page.line(230.0, 160.0, 10.0, BODY, "(1)");
    page.prose(50.0, 180.0, &PROSE);
    check(
        document([page]),
        expect![[r#"
        p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
        p1 equation: Pr(Class) IOU = Pr(Object) (1)
        p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
    "#]],
    );
}

#[test]
fn columns_of_text_are_no_labels() {
    let mut page = page_of_prose();
    let rows = [
        (60.0, 160.0, "Say what stands below in"),
        (60.0, 172.0, "words that a child reads"),
        (60.0, 188.0, "Where do the boats go in"),
        (60.0, 204.0, "Who told you of the lake"),
        (200.0, 160.0, "Find all the names of the"),
        (200.0, 172.0, "places in the long story."),
        (200.0, 188.0, "You are a friend and you"),
        (200.0, 204.0, "answer what is asked now."),
    ];
    cells(&mut page, 10.0, &rows);
    check(
        document([page]),
        expect![[r#"
        p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
        p1 paragraph: Say what stands below in words that a child reads
        p1 paragraph: Where do the boats go in
        p1 paragraph: Who told you of the lake
        p1 paragraph: Find all the names of the places in the long story.
        p1 paragraph: You are a friend and you
        p1 paragraph: answer what is asked now.
    "#]],
    );
}

#[test]
fn a_caption_that_a_formula_parts_is_whole() {
    let mut page = page_of_prose();
    page.line(50.0, 160.0, 9.0, BODY, "Figure 1: The shares of mud are drawn as f(x)");
    page.line(50.0, 176.0, 9.0, BODY, "over the depth of the water in all the cores.");
    page.prose(50.0, 210.0, &PROSE);
    check(
        document([page]),
        expect![[r#"
        p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
        p1 caption: Figure 1: The shares of mud are drawn as f(x) over the depth of the water in all the cores.
        p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
    "#]],
    );
}

#[test]
fn a_caption_may_begin_in_larger_type() {
    let mut page = page_of_prose();
    page.line(50.0, 160.0, 10.0, BOLD, "Table 1: Shares of mud in cores.");
    page.line(214.0, 160.0, 9.0, BODY, "These are");
    page.line(50.0, 171.0, 9.0, BODY, "the shares that were found in the upper cores");
    page.line(50.0, 182.0, 9.0, BODY, "of both seas.");
    page.prose(50.0, 220.0, &PROSE);
    check(
        document([page]),
        expect![[r#"
        p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
        p1 caption: Table 1: Shares of mud in cores. These are the shares that were found in the upper cores of both seas.
        p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
    "#]],
    );
}
