//! The instructions of a stream are those that the library reads.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

/// Writes an instruction so that two ways of reading it can be compared to the bit.
fn written(op: Op<'_>) -> String {
    match op {
        Op::ShowAll(items) => {
            let mut out = "ShowAll".to_string();
            items.each(|item| match item {
                Item::Number(n) => out += &format!(" {n:?}"),
                Item::Text(text) => {
                    out += &format!(" {:?}", text.escape_ascii().to_string())
                }
            });
            out
        }
        Op::BeginMarkedWith(tag, Properties::Id(id)) => {
            format!("BeginMarkedWith {} << /MCID {id} >>", tag.escape_ascii())
        }
        Op::BeginMarkedWith(tag, Properties::Dict(dict)) => {
            format!("BeginMarkedWith {} {dict}", tag.escape_ascii())
        }
        other => format!("{other:?}"),
    }
}

/// Returns the instructions of a stream, and how many of them were read without the library.
fn read(mut content: Content<'_>) -> (Vec<String>, usize) {
    let (mut ops, mut own) = (Vec::new(), 0);
    while let Some(op) = content.next().map(written) {
        ops.push(op);
        own += usize::from(content.library.is_none());
    }
    (ops, own)
}

/// Counts the instructions of a stream, and leaves out those without a meaning to text: what a
/// path is made of matters if it clips or never ends.
fn meant(ops: &[String]) -> (u64, Vec<&str>) {
    let (mut count, mut meant, mut path, mut clips) = (0, vec![], vec![], false);
    for op in ops {
        count += 1;
        match op.split(['(', ' ']).next().unwrap_or_default() {
            "Point" | "Curve" | "Rectangle" => path.push(op.as_str()),
            "Clip" => clips = true,
            "Painted" => {
                count += op["Painted(".len()..op.len() - 1].parse::<u64>().unwrap() - 1;
                assert!(!clips);
                path.clear();
            }
            "EndPath" => {
                meant.extend(path.drain(..).filter(|_| clips));
                meant.extend(std::mem::take(&mut clips).then_some("Clip"));
            }
            "Other" => {}
            _ => meant.push(op),
        }
    }
    meant.append(&mut path);
    (count, meant)
}

fn same(stream: &[u8]) -> bool {
    meant(&read(Content::new(stream)).0) == meant(&by_library(stream))
}

fn by_library(data: &[u8]) -> Vec<String> {
    read(Content { library: Some(TypedIter::new(data)), ..Content::new(data) }).0
}

fn check(stream: &str, expect: Expect) {
    let (ops, own) = read(Content::new(stream.as_bytes()));
    assert_eq!(meant(&ops), meant(&by_library(stream.as_bytes())));
    expect.assert_eq(&format!("{own} of {}: {}", ops.len(), ops.join(", ")));
}

#[test]
fn plain_instructions() {
    check(
        "q 1 0 0 -1 .5 +2. cm/F1 12 Tf BT%comment\n-0 -0.0 Td[(a)-20<4 1>]TJ(\\050\\n) Tj ET Q",
        expect![[
            r#"9 of 9: Save, Transform([1.0, 0.0, 0.0, -1.0, 0.5, 2.0]), Font([70, 49], 12.0), BeginText, NextLine(0.0, -0.0), ShowAll "a" -20.0 "A", Show([40, 10]), Other, Restore"#
        ]],
    );
}

#[test]
fn operands_too_many_or_too_few() {
    check(
        "1 2 3 Td 1 Td (a) 2 Tj (b) Tj 1 (c) TJ Tf /F Tf",
        expect![
            "7 of 7: NextLine(2.0, 3.0), Other, Other, Show([98]), Other, Other, Other"
        ],
    );
    check("1 2 m 3 l 4 5 l", expect!["1 of 1: Point(1.0, 2.0)"]);
    check(
        &format!("{}Tc 1 Tc", "1 ".repeat(33)),
        expect!["2 of 2: CharSpace(1.0), CharSpace(1.0)"],
    );
    check(&format!("{}Tc 1 Tc", "1 ".repeat(34)), expect!["0 of 0: "]);
}

#[test]
fn the_rest_of_a_path_that_only_paints_is_passed_over() {
    check(
        "0 0 m 1 -2.5 l 1 2 3 4 5 6 c 7 8 9 10 v h 123456.1234567 .5 l S 1 Tc 0 0 1 1 re f* q Q",
        expect![
            "7 of 7: Point(0.0, 0.0), Painted(6), CharSpace(1.0), Rectangle([0.0, 0.0, 1.0, 1.0]), Painted(1), Save, Restore"
        ],
    );
    check(
        "0 0 m 1 2 l W n 0 0 1 1 re W* 3 4 l n 0 0 m 5 6 l 1 w 7 8 l f",
        expect![
            "13 of 13: Point(0.0, 0.0), Point(1.0, 2.0), Clip, EndPath, Rectangle([0.0, 0.0, 1.0, 1.0]), Clip, Point(3.0, 4.0), EndPath, Point(0.0, 0.0), Point(5.0, 6.0), Other, Point(7.0, 8.0), EndPath"
        ],
    );
    check("0 0 m 1 2 l", expect!["2 of 2: Point(0.0, 0.0), Point(1.0, 2.0)"]);
    for odd in ["1 2 3 l", "1 l", "1 --2 l", "1 1.2.3 l", "1 . l", "1 2e l", "1 2% l\nl"]
    {
        assert!(same(format!("0 0 m {odd} 3 4 l S 1 Tc 2 Tc          ").as_bytes()));
    }
    let many = format!("0 0 m {}l S 2 Tc", "1 ".repeat(MAX_OPERANDS + 1));
    assert!(same(many.as_bytes()));
}

#[test]
fn odd_instructions_are_the_librarys() {
    check(
        "1 Tc BI /W 1 /H 1 ID x EI 2 Tc",
        expect!["3 of 3: CharSpace(1.0), Other, CharSpace(2.0)"],
    );
    check(
        "1 Tc 2-3 Tc 4 Tc",
        expect!["1 of 3: CharSpace(1.0), CharSpace(2.0), CharSpace(4.0)"],
    );
    check(
        "1 Tc /A#42 gs 4 Tc",
        expect!["1 of 3: CharSpace(1.0), GraphicsState([65, 66]), CharSpace(4.0)"],
    );
    check("1 Tc ) 4 Tc", expect!["1 of 1: CharSpace(1.0)"]);
    check(
        "[(a) 1 0 R (b)] TJ [(a)Tj(b)] TJ",
        expect![[r#"0 of 2: ShowAll "a", ShowAll "a" "b""#]],
    );
}

#[test]
fn marked_content() {
    check(
        "/P <</MCID 7>> BDC /P<< /MCID 007 >>BDC /OC /L BDC /Span<</ActualText(a)/K[1<</B true>>]>> \
         BDC /P 1 BDC BDC /P <</MCID 1>> stream BDC",
        expect![[
            r#"6 of 6: BeginMarkedWith P << /MCID 7 >>, BeginMarkedWith P << /MCID 7 >>, BeginMarkedWith([79, 67], Named([76])), BeginMarkedWith Span << /ActualText "a" /K [1 << /B true >>] >>, BeginMarkedWith([80], Unknown), Other"#
        ]],
    );
}

#[test]
fn a_long_instruction_is_the_librarys() {
    let long = format!("1 Tc [{}] TJ 2 Tc", "(a)".repeat(MAX_INSTRUCTION / 3));
    let (ops, own) = read(Content::new(long.as_bytes()));
    assert_eq!((ops.len(), own), (3, 1));
    assert_eq!(ops, by_library(long.as_bytes()));
    for end in 0..9 {
        let cut = format!("1 Tc 2{}Tc 3 Tc", " ".repeat(MAX_INSTRUCTION - end));
        assert_eq!(read(Content::new(cut.as_bytes())).0, by_library(cut.as_bytes()));
    }
}

const OPERATORS: [&str; 50] = [
    "q", "Q", "cm", "gs", "Do", "BMC", "BDC", "EMC", "BT", "ET", "Tf", "Tc", "Tw", "Tz",
    "TL", "Ts", "Tr", "Tm", "Td", "TD", "T*", "Tj", "TJ", "'", "\"", "m", "l", "c", "v",
    "y", "h", "re", "W", "W*", "n", "f", "f*", "S", "B*", "rg", "scn", "sc", "d", "DP",
    "xyzzy", "T#6a", "BI", "ID", "EI", "true",
];

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => "[-+]?[0-9]{1,4}",
        8 => "[-+]?[0-9]{0,3}\\.[0-9]{0,4}",
        4 => "[-+]?[0-9]{0,10}(\\.[0-9]{5,12})?",
        1 => "[-+]?[0-9]{17,21}(\\.[0-9]{0,3})?",
        1 => "[-+.0-9e]{1,5}",
    ]
}

fn string() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "\\([ -'*-\\[\\]-~]{0,6}\\)",
        3 => "\\(([a-z]|\\\\[0-9]{1,4}|\\\\[nrtbfx()\\\\]|\\\\?\r?\n|\r|\\([a-z]\\)){0,5}\\)",
        3 => "<[0-9a-fA-F \n]{0,9}>",
        1 => "[<(][a-g()\\\\ ]{0,5}[>)]?",
    ]
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![9 => "/[A-Za-z0-9.*_-]{0,5}", 1 => "/[A-C]#[0-9A-G]{2}"]
}

fn object() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        4 => number(),
        2 => string(),
        2 => name(),
        1 => "true|false|null|R|0 R|nul|stream",
    ];
    leaf.prop_recursive(3, 12, 5, |inner| {
        let entry =
            (name(), inner.clone()).prop_map(|(key, value)| format!("{key} {value}"));
        prop_oneof![
            prop::collection::vec(prop_oneof![number(), string()], 0..5)
                .prop_map(|items| format!("[{}]", items.join(" "))),
            prop::collection::vec(inner.clone(), 0..4)
                .prop_map(|items| format!("[{}]", items.join(" "))),
            "<< ?/MCID [0-9]{1,12} ?>>",
            prop::collection::vec(entry, 0..3)
                .prop_map(|entries| format!("<<{}>>", entries.join(" "))),
            prop::collection::vec(inner, 0..3)
                .prop_map(|entries| format!("<<{}>>", entries.join(" "))),
        ]
    })
}

/// An instruction whose operands mostly fit.
fn instruction() -> impl Strategy<Value = String> {
    let some =
        prop::collection::vec(object(), 0..4).prop_map(|operands| operands.join(" "));
    let numbers = prop::collection::vec(number(), 1..7).prop_map(|n| n.join(" "));
    let array = prop::collection::vec(prop_oneof![number(), string()], 0..6)
        .prop_map(|items| format!("[{}]", items.join("")));
    let operator = prop::sample::select(&OPERATORS[..]);
    let point = (number(), number()).prop_map(|(x, y)| format!("{x} {y}"));
    let path = (
        prop::collection::vec(point, 1..7),
        prop::sample::select(&["l", "l", "c", "re", "h\n0 0 m"][..]),
        prop::sample::select(&["S", "f*", "b", "n", "W n", "h f", "Q"][..]),
    )
        .prop_map(|(points, step, end)| {
            format!("0 0 m {} {step} {end}", points.join(&format!(" {step} ")))
        });
    prop_oneof![
        3 => path,
        3 => (some, operator.clone()).prop_map(|(o, op)| format!("{o} {op}")),
        4 => (numbers, operator).prop_map(|(o, op)| format!("{o} {op}")),
        2 => array.prop_map(|array| format!("{array}TJ")),
        2 => string().prop_map(|text| format!("{text}Tj")),
        1 => (name(), number()).prop_map(|(name, size)| format!("{name} {size} Tf")),
        2 => (name(), object()).prop_map(|(tag, what)| format!("{tag} {what} BDC")),
        1 => "BI /W 1 /H 1 ?(/F /AHx )?ID [a-z<>()\\x00 ]{0,6}( EI|EIEI|BI)? ?EI[ x]",
        1 => "%[a-z()]{0,5}\n",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn same_as_the_library(
        instructions in prop::collection::vec(instruction(), 0..12),
        blank in "[ \n\r\t\0]{1,2}",
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3),
    ) {
        let mut stream = instructions.join(&blank).into_bytes();
        for (place, byte) in changes {
            if !stream.is_empty() {
                let at = place.index(stream.len());
                stream[at] = byte;
            }
        }
        prop_assert!(same(&stream));
    }

    #[test]
    fn same_as_the_library_on_any_bytes(
        stream in prop::collection::vec(
            prop::sample::select(&b" \n()<>[]{}/%#\\.+-0123456789abnftTjJdDMCIER'\"*\xFF"[..]),
            0..60,
        ),
    ) {
        prop_assert!(same(&stream));
    }
}
