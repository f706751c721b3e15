//! The grammar, its errors, and that nothing typed breaks it.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

/// Prints the tree with roles, and the error as a person would see it.
fn check(text: &str, expected: Expect) {
    let shown = match parse(text) {
        Ok(query) => {
            let again = parse(&query.to_string());
            let again = again.map(|query| shape(&query.root));
            assert_eq!(again, Ok(shape(&query.root)), "printed as {query}");
            query.to_string()
        }
        Err(error) => {
            let [line, carets] = error.lines();
            let hint = error.hint().unwrap_or_default();
            format!("{error}\n  {line}\n  {carets}\nhint: {hint}")
        }
    };
    expected.assert_eq(&shown);
}

/// The tree without places.
fn shape(clause: &Clause) -> String {
    let node = match &clause.node {
        Node::Group(clauses) => {
            let inside: Vec<String> = clauses.iter().map(shape).collect();
            format!("({})", inside.join(" "))
        }
        Node::Field(field, inner) => format!("{field}:{}", shape(inner)),
        node => format!("{node:?}"),
    };
    format!("{:?} {node} ^{}", clause.occur, clause.boost)
}

#[test]
fn operators_become_roles() {
    for (text, expected) in [
        ("image captioning", expect!["image captioning"]),
        ("+image -video captioning", expect!["+image -video captioning"]),
        ("a AND b", expect!["+a +b"]),
        ("diffusion models AND safety", expect!["+(diffusion models) +safety"]),
        ("a OR b AND c", expect!["a (+b +c)"]),
        ("(a OR b) AND NOT c", expect!["+(a b) -c"]),
        ("a NOT b", expect!["a -b"]),
        ("NOT NOT a", expect!["-(-a)"]),
        ("a OR NOT b", expect!["a (-b)"]),
        ("title:(a b) OR -x", expect!["title:(a b) OR (-x)"]),
        // No operator: a colon hangs on it.
        ("title:(a b) AND:\"c\"", expect![[r#"+title:(a b) and "c""#]]),
    ] {
        check(text, expected);
    }
}

#[test]
fn fields_beside_others_are_filters() {
    for (text, expected) in [
        ("clip year:2021", expect!["clip +year:2021"]),
        ("author:he year:>=2020", expect!["+author:he +year:[2020 TO *]"]),
        ("year:2020 year:2021", expect!["year:2020 year:2021"]),
        ("clip year:2020 year:2021", expect!["clip +(year:2020 year:2021)"]),
        ("year:>=2019 year:<=2021", expect!["+year:[2019 TO *] +year:[* TO 2021]"]),
        ("clip OR year:2021", expect!["clip OR year:2021"]),
        ("dino OR clip year:2021", expect!["dino (clip +year:2021)"]),
        ("title:clip^2 adapter", expect!["title:clip^2 adapter"]),
        ("-kind:caption clip", expect!["-kind:caption clip"]),
        ("year:2021", expect!["year:2021"]),
    ] {
        check(text, expected);
    }
}

#[test]
fn errors_point_at_the_place() {
    for (text, expected) in [
        (
            "autor:knuth",
            expect![[r#"
            unknown field `autor`
              autor:knuth
              ^^^^^
            hint: fields are title, author, year, venue, section, topic, kind, key, arxiv, doi, lang; did you mean `author`?"#]],
        ),
        (
            "zebra:knuth",
            expect![[r#"
            unknown field `zebra`
              zebra:knuth
              ^^^^^
            hint: fields are title, author, year, venue, section, topic, kind, key, arxiv, doi, lang; to search for `zebra` as a word, put a space after the colon"#]],
        ),
        (
            "title:",
            expect![[r#"
            field `title` has no value
              title:
              ^^^^^^
            hint: write the value directly after the colon: `title:value`"#]],
        ),
        (
            "title:(a author:b)",
            expect![[r#"
            field `author` inside field `title`
              title:(a author:b)
                       ^^^^^^
            hint: put the fields side by side"#]],
        ),
        (
            "images \"open quote",
            expect![[r#"
            the quote is not closed
              images "open quote
                     ^
            hint: close it with a second `"`, or leave it out"#]],
        ),
        (
            "\"...\"",
            expect![[r#"
            no word between the quotes
              "..."
              ^^^^^
            hint: put words between the quotes, or leave the quotes out"#]],
        ),
        (
            "(a OR (b c)",
            expect![[r#"
            the parenthesis is not closed
              (a OR (b c)
              ^
            hint: close it with `)`, or leave it out"#]],
        ),
        (
            "(a) b)",
            expect![[r#"
            the parenthesis was not opened
              (a) b)
                   ^
            hint: open it with `(`, or leave it out"#]],
        ),
        (
            "扩散 OR",
            expect![[r#"
            `OR` lacks a word to work on
              扩散 OR
                   ^^
            hint: to search for the word itself, put it in quotes"#]],
        ),
        (
            "year:[2019 2021]",
            expect![[r#"
            not a range
              year:[2019 2021]
                   ^^^^^^^^^^
            hint: write `[a TO b]`, with `{` or `}` to leave an end out and `*` for an open end"#]],
        ),
        (
            "[2019 TO 2021]",
            expect![[r#"
            a range needs a field
              [2019 TO 2021]
              ^^^^^^^^^^^^^^
            hint: write `year:[2019 TO 2021]`"#]],
        ),
        (
            "year:[2021 TO 2019]",
            expect![[r#"
            the range from `2021` to `2019` is empty
              year:[2021 TO 2019]
                   ^^^^^^^^^^^^^^
            hint: write `[2019 TO 2021]`"#]],
        ),
        (
            "year:soon",
            expect![[r#"
            `soon` is not a year
              year:soon
                   ^^^^
            hint: write `year:2020`, `year:[2019 TO 2021]` or `year:>=2020`"#]],
        ),
        (
            "year:201*",
            expect![[r#"
            `201*` is not a year
              year:201*
                   ^^^^
            hint: write `year:2020`, `year:[2019 TO 2021]` or `year:>=2020`"#]],
        ),
        (
            "a*",
            expect![[r#"
                `a*` matches too many words
                  a*
                  ^^
                hint: put at least two letters or digits before the wildcard, or one before it and three behind"#]],
        ),
        (
            "\"deep learn*\"",
            expect![[r#"
            no wildcards between quotes
              "deep learn*"
                         ^
            hint: take the word out of the quotes: `+"deep" +learn*`, or leave the `*` out"#]],
        ),
        (
            "word~3",
            expect![[r#"
                `3` is more than 2
                  word~3
                      ^^
                hint: take a smaller number"#]],
        ),
        (
            "word~0.8",
            expect![[r#"
            `~` needs a number behind it
              word~0.8
                  ^^^^
            hint: write `word~1` or `word~2` for edits, `"near words"~5` for distance"#]],
        ),
        (
            "\"a b\"~x",
            expect![[r#"
            `~` needs a number behind it
              "a b"~x
                   ^
            hint: write `word~1` or `word~2` for edits, `"near words"~5` for distance"#]],
        ),
        (
            "\"a b\"~5000",
            expect![[r#"
                `5000` is more than 100
                  "a b"~5000
                       ^^^^^
                hint: take a smaller number"#]],
        ),
        (
            "(a b)^",
            expect![[r#"
            `^` needs a number behind it
              (a b)^
                   ^
            hint: write `word^2` or `word^0.5`"#]],
        ),
        (
            "word^99999",
            expect![[r#"
            a weight of `99999` is out of range
              word^99999
                  ^^^^^^
            hint: take a weight between 0 and 1000"#]],
        ),
        (
            "(a b) NEAR c",
            expect![[r#"
            `NEAR` stands between two words or phrases
              (a b) NEAR c
                    ^^^^
            hint: write `a NEAR/5 b` or `"a b"~5`"#]],
        ),
    ] {
        check(text, expected);
    }
}

/// A sign that is lost turns the question into its opposite.
#[test]
fn no_sign_is_lost() {
    for text in [
        "vision NEAR -language",
        "vision NEAR/3 +language",
        "-+vision",
        "+-a",
        "-'lemur'",
        "(a OR b)~2",
        "word~1~2",
        "word^2^3",
        "year:202?",
        "year:(2020 202?)",
    ] {
        assert!(parse(text).is_err(), "{text}");
    }
    check(
        "vision NEAR -language",
        expect![[r#"
        `-` does not stand directly before a word
          vision NEAR -language
                      ^
        hint: write `-word` or `+word`, with one sign and nothing between; a word after `NEAR` takes none"#]],
    );
    assert_eq!(parse("clip --vision").unwrap().to_string(), "clip vision");
    check(
        "clip -+vision",
        expect![[r#"
        `-` does not stand directly before a word
          clip -+vision
               ^^
        hint: write `-word` or `+word`, with one sign and nothing between; a word after `NEAR` takes none"#]],
    );
    check(
        "word~1~2",
        expect![[r#"
        `~` has nothing to work on here
          word~1~2
                ^
        hint: write `word~1`, `"near words"~5`; one `^2` may follow: `word~1^2`, `(a OR b)^2`"#]],
    );
    check(
        "year:202?",
        expect![[r#"
        `202?` is not a year
          year:202?
               ^^^^
        hint: write `year:2020`, `year:[2019 TO 2021]` or `year:>=2020`"#]],
    );
    for (text, expected) in [
        ("+vision NEAR language", expect![[r#"+"vision language"~10"#]]),
        ("in year:2021?", expect!["in +year:2021"]),
        ("BERT -- a survey, x -> y :-)", expect!["BERT a survey x y"]),
        ("-title:clip -\"a b\" -(a b)", expect![[r#"-title:clip -"a b" -(a b)"#]]),
    ] {
        check(text, expected);
    }
}

#[test]
fn the_wide_colon_makes_a_field_of_known_names() {
    for (text, expected) in [
        ("title：视觉 模型", expect!["+title:视觉 模型"]),
        ("（author：何）", expect!["author:何"]),
        ("CLIP：一种 model：x", expect!["CLIP 一种 model x"]),
        ("topic：/zhao2023survey/2", expect!["topic:/zhao2023survey/2"]),
    ] {
        check(text, expected);
    }
}

#[test]
fn words_without_spaces_count() {
    let limit = |text: String| {
        matches!(parse(&text), Err(QueryError { fault: Fault::TooLong { .. }, .. }))
    };
    assert!(!limit("视".repeat(1000)));
    assert!(limit("视".repeat(1100)));
    assert!(limit(format!("\"{}\"", "视".repeat(1100))));
    assert!(limit(format!("\"{}\"", "aa ab ".repeat(600))));
    assert!(limit("a-b-".repeat(600) + "c"));
    assert!(!limit("a".repeat(1100)));
}

#[test]
fn a_long_query_is_shown_around_the_place() {
    let text = format!("{} autor:x {}", "扩散 words ".repeat(20), "more ".repeat(40));
    let error = parse(&text).unwrap_err();
    expect![[r#"
        …散 words 扩散 words 扩散 words 扩散 words  autor:x more more more more more mor…
                                                    ^^^^^"#]]
    .assert_eq(&error.lines().join("\n"));
}

/// The worst that can be typed in 64 kB is read or refused without a deep stack; how fast, `benches/ugly.rs`
/// measures.
#[test]
fn long_and_deep_texts_are_answered_or_refused() {
    let signs = [
        "(",
        "\"",
        "NOT ",
        "-",
        "*",
        "?",
        "a?",
        "a*",
        "title:",
        "year:[",
        "a NEAR ",
        "(a ",
        "~",
        "^",
        "f(",
        "a OR ",
        "\u{201C}",
        "[ TO ",
        "a AND (",
        "+(",
        "a,",
        "!",
        "title:a:",
        "a.*",
        "{",
        "扩",
        "a^1 ",
        "NOT(",
        "http://",
        "http://doi.org/-",
        ")",
    ];
    for sign in signs {
        for tail in ["", "a", ")", "\"", "]"] {
            let text = sign.repeat(64 * 1024 / sign.len() - 4) + tail;
            if let Ok(query) = parse(&text) {
                assert!(
                    parse(&query.to_string()).is_ok()
                        || query.to_string().len() > 64 * 1024
                );
            }
        }
    }
    assert!(matches!(
        parse(&"a".repeat(70_000)).unwrap_err().fault,
        Fault::TooLong { .. }
    ));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn what_is_printed_means_the_same(
        text in r#"([abA-C0-9 ()"'+*?~^:&|!.,/<>=\[\]{}#_é扩“”-]|AND |OR |NOT |NEAR/2 |https://arxiv.org/abs/1|title:|year:|key:|topic:| TO |2020|word){0,16}"#
    ) {
        if let Ok(query) = parse(&text) {
            let printed = query.to_string();
            let again = parse(&printed);
            prop_assert!(again.is_ok(), "{:?} printed as {:?}: {:?}", text, printed, again);
            let again = again.unwrap();
            prop_assert_eq!(shape(&again.root), shape(&query.root), "{:?} printed as {:?}", text, printed);
            prop_assert_eq!(again.to_string(), printed);
        }
    }

    #[test]
    fn any_text_is_answered_or_refused(text in "\\PC{0,80}") {
        match parse(&text) {
            Ok(query) => {
                check_spans(&query.root, &text);
                let _ = query.aside();
            }
            Err(error) => {
                prop_assert!(text.get(error.span.clone()).is_some(), "{:?}", error);
                prop_assert!(error.hint().is_some());
                let _ = error.lines();
            }
        }
    }
}

fn check_spans(clause: &Clause, text: &str) {
    assert!(text.get(clause.span.clone()).is_some(), "{clause:?}");
    match &clause.node {
        Node::Group(clauses) => {
            clauses.iter().for_each(|clause| check_spans(clause, text))
        }
        Node::Field(_, inner) => check_spans(inner, text),
        _ => {}
    }
}
