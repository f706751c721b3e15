//! Passages hold every text once, inside one section, in whole sentences.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::layout::{Cite, Heading, Laid};
use crate::paper::understand;

fn block(kind: BlockKind, text: &str) -> Block {
    Block { kind, text: text.to_owned(), page: 1, page_end: 1, ..Block::default() }
}

fn heading(number: &str, text: &str) -> Block {
    let number = Some(number.to_owned());
    block(BlockKind::Heading(Heading { level: 1, number, outlined: true }), text)
}

fn words(n: usize, word: &str) -> String {
    let mut text = String::new();
    for i in 0..n {
        text.push_str(if i % 10 == 0 { "Ten " } else { word });
        text.push_str(if i % 10 == 9 { ". " } else { " " });
    }
    text.trim_end().to_owned()
}

fn passages(blocks: Vec<Block>) -> Vec<Passage> {
    let doc = understand(Laid { blocks, n_pages: 1, pages_read: 1, ..Laid::default() });
    cut(&WorkKey("k".into()), &doc)
}

fn check(blocks: Vec<Block>, expected: Expect) {
    let mut out = String::new();
    for p in passages(blocks) {
        let n = p.text.split_whitespace().count();
        let head: String = p.text.chars().take(40).collect();
        out.push_str(&format!(
            "{} {:?} {:?} {n} words: {head:?} {:?}\n",
            p.ordinal, p.kind, p.section, p.cites
        ));
    }
    expected.assert_eq(&out);
}

#[test]
fn prose_stays_inside_its_section() {
    let mut cited = block(BlockKind::Paragraph, "Small one [1]. Another.");
    cited.cites = vec![Cite { range: 10..13, key: "a".into(), page: 1 }];
    check(
        vec![
            block(BlockKind::Title, "A title"),
            block(BlockKind::Abstract, &words(200, "abs")),
            heading("1", "1 First"),
            cited,
            block(BlockKind::Caption, "Figure 1: A drawing."),
            block(BlockKind::Paragraph, &words(400, "long")),
            heading("2", "2 Second"),
            block(BlockKind::Paragraph, "Short text."),
            block(BlockKind::Figure, "x axis"),
            block(BlockKind::Footnote, "A note."),
        ],
        expect![[r#"
            0 Title [] 2 words: "A title" []
            1 Abstract [] 200 words: "Ten  abs abs abs abs abs abs abs abs abs" []
            2 Body ["1 First"] 194 words: "Small one [1]. Another.\nTen  long long l" ["a"]
            3 Caption ["1 First"] 4 words: "Figure 1: A drawing." []
            4 Body ["1 First"] 210 words: "Ten  long long long long long long long " []
            5 Body ["2 Second"] 2 words: "Short text." []
            6 Footnote ["2 Second"] 2 words: "A note." []
        "#]],
    );
}

#[test]
fn sentences_of_a_drawing_go_with_its_caption() {
    let drawn = "Ask the model how many apples are left in the box.";
    check(
        vec![
            block(BlockKind::Paragraph, "The prompt is drawn below."),
            block(BlockKind::Figure, drawn),
            block(BlockKind::Figure, "Model input"),
            block(BlockKind::Caption, "Figure 1: A prompt."),
            block(BlockKind::Figure, drawn),
        ],
        expect![[r#"
            0 Title [] 0 words: "" []
            1 Body [] 5 words: "The prompt is drawn below." []
            2 Caption [] 15 words: "Figure 1: A prompt.\nAsk the model how ma" []
            3 Caption [] 11 words: "Ask the model how many apples are left i" []
        "#]],
    );
}

#[test]
fn short_pieces_of_code_and_of_a_drawing_are_one_passage() {
    let says = |n: usize| format!("{n} = the text says so in all of its words.");
    let mut blocks = vec![
        block(BlockKind::Code, "1: x = 2"),
        block(BlockKind::Code, "2: end"),
        block(BlockKind::Paragraph, "Some text."),
        block(BlockKind::Code, &words(200, "code")),
        block(BlockKind::Code, &words(20, "code")),
    ];
    blocks.extend((1..4).map(|n| block(BlockKind::Figure, &says(n))));
    check(
        blocks,
        expect![[r#"
            0 Title [] 0 words: "" []
            1 Code [] 6 words: "1: x = 2\n2: end" []
            2 Body [] 2 words: "Some text." []
            3 Code [] 200 words: "Ten  code code code code code code code " []
            4 Code [] 20 words: "Ten  code code code code code code code " []
            5 Caption [] 33 words: "1 = the text says so in all of its words" []
        "#]],
    );
}

#[test]
fn parts_of_sentences_and_labels_of_a_drawing_are_in_no_passage() {
    let labels = "a cat sits on the mat of the cat, a cat sits on the mat of the cat.";
    check(
        vec![
            block(BlockKind::Figure, "flying over the lake at the end of the day."),
            block(BlockKind::Figure, "It shows a large building with a lot of"),
            block(BlockKind::Figure, &format!("A {labels} A {labels}")),
            block(BlockKind::Figure, "Say what it shows. Some of the words to use:"),
            block(BlockKind::Caption, "Figure 1: A prompt."),
        ],
        expect![[r#"
            0 Title [] 0 words: "" []
            1 Caption [] 14 words: "Figure 1: A prompt.\nSay what it shows. S" []
        "#]],
    );
}

#[test]
fn equations_keep_the_words_around_them() {
    check(
        vec![
            block(BlockKind::Paragraph, &format!("{} The loss is", words(100, "pre"))),
            block(BlockKind::Equation, "L = x + y (1)"),
            block(BlockKind::Paragraph, "where x is one. The model is trained."),
        ],
        expect![[r#"
            0 Title [] 0 words: "" []
            1 Body [] 100 words: "Ten  pre pre pre pre pre pre pre pre pre" []
            2 Equation [] 17 words: "The loss is\nL = x + y (1)\nwhere x is one" []
        "#]],
    );
}

#[test]
fn a_record_is_one_passage() {
    let laid = Laid {
        blocks: vec![
            block(BlockKind::Title, "A record"),
            block(BlockKind::Paragraph, &words(300, "rec")),
        ],
        info: crate::extract::Info { key: Some("d1".into()), ..Default::default() },
        ..Laid::default()
    };
    let cut = cut(&WorkKey("d1".into()), &understand(laid));
    let kinds: Vec<PassageKind> = cut.iter().map(|p| p.kind).collect();
    assert_eq!(kinds, [PassageKind::Title, PassageKind::Abstract]);
}

#[test]
fn a_sentence_finds_its_passage() {
    let cut =
        passages(vec![block(BlockKind::Paragraph, "One here. Two there [1]. Three.")]);
    assert_eq!(holding(&cut, "Two there [1].").map(|p| p.ordinal), Some(1));
    assert_eq!(holding(&cut, "Not here."), None);
}

fn kinds() -> impl Strategy<Value = BlockKind> {
    let heading =
        |outlined| BlockKind::Heading(Heading { level: 1, number: None, outlined });
    prop_oneof![
        4 => Just(BlockKind::Paragraph),
        1 => Just(BlockKind::ListItem),
        1 => Just(BlockKind::Abstract),
        1 => Just(BlockKind::Caption),
        1 => Just(BlockKind::Table),
        2 => Just(BlockKind::Equation),
        1 => Just(BlockKind::Footnote),
        1 => Just(BlockKind::Code),
        1 => Just(BlockKind::Reference),
        1 => Just(heading(true)),
        1 => Just(heading(false)),
    ]
}

proptest! {
    #[test]
    fn what_fits_weighs_no_more(text in "([ab]{1,3} |[ab] |视觉|é | ){0,40}", most in 0.0..30_f32) {
        prop_assert_eq!(stream::fits(&text, most), weight(&text) <= most);
    }

    #[test]
    fn every_text_stands_in_one_passage(
        blocks in prop::collection::vec((kinds(), "([a-zé]{1,9}[ .!?\n。]{0,2}|视觉。?|[0-9]+ ){0,300}"), 0..12),
    ) {
        let blocks: Vec<Block> = blocks.into_iter().map(|(k, t)| block(k, &t)).collect();
        let doc = understand(Laid { blocks, n_pages: 1, pages_read: 1, ..Laid::default() });
        let plan = Plan::of(&doc);
        let strip = |s: &str| s.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        let mut want: Vec<String> = Vec::new();
        for (_, b) in &doc.blocks {
            if !matches!(plan.route(b), Route::Elsewhere) {
                want.push(strip(&b.text));
            }
        }
        let cut = cut(&WorkKey("k".into()), &doc);
        let mut left: Vec<char> = want.concat().chars().collect();
        let mut got: Vec<char> = cut[1..].iter().flat_map(|p| strip(&p.text).chars().collect::<Vec<_>>()).collect();
        left.sort_unstable();
        got.sort_unstable();
        prop_assert_eq!(left, got);
        for (i, p) in cut.iter().enumerate() {
            prop_assert_eq!(p.ordinal as usize, i);
            prop_assert!(weight(&p.text) <= LONGEST * 1.2 + ABSTRACT);
            prop_assert!(i == 0 || !p.text.trim().is_empty());
        }
    }
}
