//! What stands on a page and is none of its text.

use expect_test::expect;

use super::page::{BODY, Page, document};
use super::{PROSE, check, lay};
use crate::extract::Extracted;

#[test]
fn running_heads_page_numbers_and_line_numbers_are_dropped() {
    let pages = (1..=4).map(|number| {
        let mut page = Page::new();
        page.line(50.0, 30.0, 8.0, BODY, "Journal of Finding Things");
        page.line(300.0, 770.0, 8.0, BODY, &number.to_string());
        for row in 0..40 {
            let y = 100.0 + 12.0 * row as f32;
            let printed = format!("{}", (number - 1) * 40 + row + 1);
            page.line(30.0, y, 6.0, BODY, &printed);
            page.line(60.0, y, 10.0, BODY, PROSE[row as usize % 6]);
        }
        page
    });
    let laid = lay(Extracted::Positioned(document(pages)));
    for block in &laid.blocks {
        assert!(!block.text.contains("Journal"), "{}", block.text);
        assert!(!block.text.contains(|c: char| c.is_ascii_digit()), "{}", block.text);
    }
    assert_eq!(laid.blocks.len(), 1, "one paragraph over four pages");
}

#[test]
fn a_page_number_beside_text_is_dropped_where_others_stand() {
    let pages = (1..=5).map(|number| {
        let mut page = Page::new();
        page.prose(50.0, 100.0, &PROSE);
        page.line(300.0, 740.0, 10.0, BODY, &number.to_string());
        if number == 3 {
            page.line(50.0, 740.0, 10.0, BODY, "of the size 40 by 40.");
        }
        page
    });
    let laid = lay(Extracted::Positioned(document(pages)));
    let beside: Vec<_> = laid.blocks.iter().filter(|b| b.text.contains("40")).collect();
    assert!(beside[0].text.ends_with("of the size 40 by 40."), "{beside:?}");
}

#[test]
fn the_foot_of_the_first_page_may_stand_at_another_height() {
    let pages = (1..=5).map(|number| {
        let mut page = Page::new();
        page.prose(50.0, 100.0, &PROSE);
        let y = if number == 1 { 720.0 } else { 750.0 };
        let foot =
            format!("Mud Surv., Vol. 56, Article {number}. Publication date: May.");
        page.line(50.0, y, 8.0, BODY, &foot);
        page
    });
    let laid = lay(Extracted::Positioned(document(pages)));
    assert!(laid.blocks.iter().all(|b| !b.text.contains("Vol.")), "{:?}", laid.blocks);
}

#[test]
fn numbers_of_every_fifth_line_are_dropped() {
    let mut page = Page::new();
    for i in 0..6 {
        let y = 100.0 + 100.0 * i as f32;
        page.prose(80.0, y, &PROSE[i % 3..i % 3 + 3]);
        page.line(56.0, y + 12.0, 5.0, BODY, &(5 * (i + 1)).to_string());
    }
    let laid = lay(Extracted::Positioned(document([page])));
    let digits: Vec<&str> = laid.blocks.iter().map(|b| b.text.as_str()).collect();
    assert!(!digits.concat().contains(|c: char| c.is_ascii_digit()), "{digits:?}");
}

#[test]
fn a_slanted_watermark_is_in_no_line() {
    let mut page = Page::new();
    page.prose(50.0, 100.0, &PROSE[..3]);
    page.slanted(60.0, 160.0, 36.0, "Draft");
    page.prose(50.0, 136.0, &PROSE[3..]).slanted(300.0, 300.0, 9.0, "not a watermark");
    check(
        document([page]),
        expect![[r#"
        p1 paragraph: The survey reads each of the papers that it cites and finds for every sentence in which section of the outline it belongs, so that a reader who knows the topic but not the words can still find the passage that answers the question of the reader.
        p1 figure: not a watermark
    "#]],
    );
}
