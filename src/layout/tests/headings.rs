//! Headings told from their look alone.

use super::page::{BODY, BOLD, Page, document};
use super::{BlockKind, PROSE, lay};
use crate::extract::{Extracted, Positioned};

/// The headings of a document, each with its level.
fn headings(positioned: Positioned) -> Vec<String> {
    let laid = lay(Extracted::Positioned(positioned));
    let heading = |block: &crate::layout::Block| match &block.kind {
        BlockKind::Heading(h) => Some(format!("{} {}", h.level, block.text)),
        _ => None,
    };
    laid.blocks.iter().filter_map(heading).collect()
}

#[test]
fn bold_lines_that_recur_stand_below_the_numbered() {
    let mut page = Page::new();
    page.line(50.0, 60.0, 13.0, BOLD, "1 Reading").prose(50.0, 80.0, &PROSE[..3]);
    page.line(50.0, 140.0, 13.0, BOLD, "2 Cutting").prose(50.0, 160.0, &PROSE[..3]);
    page.line(50.0, 220.0, 13.0, BOLD, "3 Finding").prose(50.0, 240.0, &PROSE[..3]);
    for (i, title) in ["By words.", "By sections.", "By pages."].iter().enumerate() {
        let y = 300.0 + 70.0 * i as f32;
        page.line(50.0, y, 10.0, BOLD, title).prose(50.0, y + 13.0, &PROSE[..3]);
    }
    let found = headings(document([page]));
    let wanted = [
        "1 1 Reading",
        "1 2 Cutting",
        "1 3 Finding",
        "2 By words.",
        "2 By sections.",
        "2 By pages.",
    ];
    assert_eq!(found, wanted);
}

#[test]
fn a_bold_sentence_that_ends_in_plain_type_is_none() {
    let mut page = Page::new();
    page.line(50.0, 60.0, 13.0, BOLD, "1 Reading").prose(50.0, 80.0, &PROSE[..3]);
    page.line(50.0, 140.0, 13.0, BOLD, "2 Cutting").prose(50.0, 160.0, &PROSE[..3]);
    page.line(50.0, 220.0, 13.0, BOLD, "3 Finding").prose(50.0, 240.0, &PROSE[..3]);
    page.line(50.0, 300.0, 10.0, BOLD, "Passages of a few sentences are found in").prose(
        50.0,
        312.0,
        &[
            "no time at all, as every reader who has",
            "ever looked for one of them may confirm.",
        ],
    );
    assert_eq!(headings(document([page])).len(), 3);
}

#[test]
fn numbers_of_a_table_of_contents_are_no_line_numbers() {
    let mut contents = Page::new();
    contents.line(50.0, 60.0, 13.0, BOLD, "Contents");
    for n in 1..=12 {
        let y = 60.0 + 40.0 * n as f32;
        contents.line(50.0, y, 10.0, BODY, &n.to_string());
        contents.line(
            75.0,
            y,
            10.0,
            BODY,
            &format!("Part {n} of the matter . . . . . {n}"),
        );
    }
    let titles = ["Reading", "Cutting the text", "Finding", "Telling what was found"];
    let body = titles.iter().enumerate().map(|(i, title)| {
        let y = 180.0 + 40.0 * i as f32;
        let mut page = Page::new();
        page.prose(50.0, y - 90.0, &PROSE).prose(50.0, y + 20.0, &PROSE);
        page.line(50.0, y, 13.0, BOLD, &(i + 1).to_string());
        page.line(75.0, y, 13.0, BOLD, title);
        page
    });
    let found = headings(document(std::iter::once(contents).chain(body)));
    assert!(found.contains(&"1 3 Finding".to_owned()), "{found:?}");
}

#[test]
fn words_in_plain_type_behind_a_number_with_parts_and_notes_in_the_margin() {
    let mut page = Page::new();
    page.line(50.0, 60.0, 13.0, BOLD, "1. Reading");
    page.line(520.0, 60.0, 10.0, BODY, "New");
    page.prose(50.0, 80.0, &PROSE[..3]);
    page.prose(50.0, 140.0, &["1.1. Few words. And then the text goes on", PROSE[1]]);
    page.prose(50.0, 190.0, &["1.2. Other words. It goes on here as well", PROSE[1]]);
    page.line(50.0, 240.0, 13.0, BOLD, "2. Cutting").prose(50.0, 260.0, &PROSE[..3]);
    let found = headings(document([page]));
    let wanted =
        ["1 1. Reading", "2 1.1. Few words.", "2 1.2. Other words.", "1 2. Cutting"];
    assert_eq!(found, wanted);
}

/// A page with three numbered headings over text.
fn numbered() -> Page {
    let mut page = Page::new();
    for (i, title) in ["1 Reading", "2 Cutting", "3 Finding"].iter().enumerate() {
        let y = 60.0 + 80.0 * i as f32;
        page.line(50.0, y, 13.0, BOLD, title).prose(50.0, y + 20.0, &PROSE[..3]);
    }
    page
}

#[test]
fn citations_behind_a_bold_title_are_no_part_of_its_look() {
    let mut page = numbered();
    for (i, title) in
        ["Dialogue [89, 90]", "(1) Retrieval [81].", "Captioning (VC)"].iter().enumerate()
    {
        let y = 300.0 + 70.0 * i as f32;
        page.line(50.0, y, 10.0, BOLD, title).prose(50.0, y + 13.0, &PROSE[..3]);
    }
    let found = headings(document([page]));
    assert_eq!(
        found[3..],
        ["2 Dialogue [89, 90]", "2 (1) Retrieval [81].", "2 Captioning (VC)"]
    );
}

#[test]
fn a_known_word_over_a_column_of_a_table_is_none() {
    let mut page = numbered();
    page.line(60.0, 320.0, 8.0, BOLD, "Premise").line(
        190.0,
        320.0,
        8.0,
        BOLD,
        "Conclusion",
    );
    page.line(60.0, 332.0, 8.0, BODY, "A cat is an animal").line(
        190.0,
        332.0,
        8.0,
        BODY,
        "A cat can breathe",
    );
    page.prose(50.0, 370.0, &PROSE);
    page.line(50.0, 460.0, 13.0, BOLD, "Conclusion").prose(50.0, 480.0, &PROSE[..3]);
    assert_eq!(headings(document([page]))[3..], ["1 Conclusion"]);
}

#[test]
fn questions_of_a_form_and_labels_that_recur_are_none() {
    let mut page = numbered();
    for (i, title) in
        ["What is your age?", "Result", "Result", "Result"].iter().enumerate()
    {
        let y = 300.0 + 70.0 * i as f32;
        page.line(50.0, y, 13.0, BOLD, title).prose(50.0, y + 13.0, &PROSE[..3]);
    }
    assert_eq!(headings(document([page])).len(), 3);
}

#[test]
fn a_title_of_the_look_of_numbered_ones_stands_below_them() {
    let mut page = numbered();
    for (i, title) in ["3.1 Tasks", "Task two", "3.2 Tuning"].iter().enumerate() {
        let y = 300.0 + 70.0 * i as f32;
        page.line(50.0, y, 11.0, BOLD, title).prose(50.0, y + 13.0, &PROSE[..3]);
    }
    assert_eq!(
        headings(document([page]))[3..],
        ["2 3.1 Tasks", "3 Task two", "2 3.2 Tuning"]
    );
}
