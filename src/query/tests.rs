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
        ("title:(a b) OR -x", expect!["title:(a b) (-x)"]),
    ] {
        check(text, expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn what_is_printed_means_the_same(
        text in r#"([abA-C0-9 ()"'+*?~^:&|!.,/<>=\[\]{}#_é扩“”-]|AND |OR |NOT |NEAR/2 |title:|year:|key:|topic:| TO |2020|word){0,16}"#
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
            Ok(query) => check_spans(&query.root, &text),
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
