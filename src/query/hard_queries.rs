//! Forty queries as people type and paste them, with what is understood.
//!
//! The left side is typed, the right side is the parsed form, or the refusal with its hint.

use expect_test::{Expect, expect};

use super::parse;

fn check(cases: Vec<(&str, Expect)>) {
    for (text, expected) in cases {
        let shown = match parse(text) {
            Ok(query) => query.to_string(),
            Err(error) => format!(
                "{error} at {:?}; {}",
                error.span,
                error.hint().unwrap_or_default()
            ),
        };
        expected.assert_eq(&shown);
    }
}

#[test]
fn questions_of_people_who_know_no_syntax() {
    check(vec![
        ("What is CLIP? (in short)", expect!["What is CLIP (in short)"]),
        ("why does BERT's [CLS] token work?", expect!["why does BERT's CLS token work"]),
        ("C++ / CUDA: fast?", expect!["C++ CUDA fast"]),
        (
            "How do GPT-4, PaLM-2 & LLaMA compare (on MMLU)?",
            expect!["How do GPT-4 PaLM-2 LLaMA compare (on MMLU)"],
        ),
        (
            "is p(y|x) = softmax(QK^T/sqrt(d))V right?",
            expect!["is p y x softmax QK T/sqrt d V right"],
        ),
        (
            "Attention Is All You Need: a review",
            expect!["Attention Is All You Need a review"],
        ),
        ("Vaswani et al., 2017", expect!["Vaswani et al 2017"]),
        (
            "which models use >100B parameters and ~10^12 tokens?",
            expect!["which models use 100B parameters and 10 12 tokens"],
        ),
        ("does the ?slip? effect matter??", expect!["does the slip effect matter"]),
        ("1) what is RLHF 2) who made it", expect!["1 what is RLHF 2 who made it"]),
        ("don't vs. do not -- what's better?", expect!["don't vs do not what's better"]),
        ("image/text and/or video", expect!["image/text and/or video"]),
        (
            "state-of-the-art, e.g. on ImageNet-1k",
            expect!["state-of-the-art e.g on ImageNet-1k"],
        ),
        (
            "“curly quotes” and ‘single’ ones",
            expect![[r#""curly quotes" and single ones"#]],
        ),
        ("24\" screen", expect!["24 screen"]),
        ("5~10 examples", expect!["5 10 examples"]),
        ("50% of 1,000 :-)", expect!["50 of 1,000"]),
    ]);
}

#[test]
fn names_numbers_and_addresses() {
    check(vec![
        ("10.1145/3292500", expect!["10.1145/3292500"]),
        ("arXiv:1706.03762", expect!["arxiv:1706.03762"]),
        ("arXiv: 1706.03762v2", expect!["arXiv 1706.03762v2"]),
        ("https://arxiv.org/abs/1706.03762v5", expect!["arxiv:1706.03762v5"]),
        (
            "https://doi.org/10.1145/3292500.3330701",
            expect!["doi:10.1145/3292500.3330701"],
        ),
        ("std::vector torch.nn.Module", expect!["std vector torch.nn.Module"]),
        ("ViT-B/16 vs ViT-L/14@336px", expect!["ViT-B/16 vs ViT-L/14 336px"]),
        ("β-VAE, TNF-α, x²", expect!["β-VAE TNF-α x²"]),
        ("F1 score of k-NN in 3D", expect!["F1 score of k-NN in 3D"]),
        ("author:O'Brien title:U-Net", expect!["+author:O'Brien +title:U-Net"]),
        (
            "key:DBLP:conf/nips/VaswaniSPUJGKP17",
            expect!["key:DBLP:conf/nips/VaswaniSPUJGKP17"],
        ),
        (
            "topic:/zhao2023survey/2/2.4 topic:2.4.2",
            expect!["topic:/zhao2023survey/2/2.4 topic:2.4.2"],
        ),
        (
            "year:2019..2021 year:>=2020 year:{2018 TO *]",
            expect!["+year:[2019 TO 2021] +year:[2020 TO *] +year:{2018 TO *]"],
        ),
    ]);
}

#[test]
fn other_scripts() {
    check(vec![
        ("什么是掩码图像建模（MIM）？", expect!["什么是掩码图像建模 MIM"]),
        ("扩散模型 AND 图像生成", expect!["+扩散模型 +图像生成"]),
        ("Transformer模型的“注意力机制”", expect![[r#"Transformer模型的 "注意力机制""#]]),
        ("画像キャプション生成", expect!["画像キャプション生成"]),
        ("модель диффузии", expect!["модель диффузии"]),
        ("🤗 transformers 🚀", expect!["transformers"]),
    ]);
}

#[test]
fn operators_alone_and_out_of_place() {
    check(vec![
        (
            "AND",
            expect![
                "`AND` lacks a word to work on at 0..3; to search for the word itself, put it in quotes"
            ],
        ),
        (
            "-",
            expect![
                "there is no word in the query at 0..1; type a word, or `*` for everything"
            ],
        ),
        (
            "\"",
            expect![[
                r#"the quote is not closed at 0..1; close it with a second `"`, or leave it out"#
            ]],
        ),
        (
            "🤗",
            expect![
                "there is no word in the query at 0..4; type a word, or `*` for everything"
            ],
        ),
        ("", expect!["*"]),
        ("*", expect!["*"]),
        (
            "CLIP AND",
            expect![
                "`AND` lacks a word to work on at 5..8; to search for the word itself, put it in quotes"
            ],
        ),
        (
            "OR CLIP",
            expect![
                "`OR` lacks a word to work on at 0..2; to search for the word itself, put it in quotes"
            ],
        ),
        (
            "CLIP NOT",
            expect![
                "`NOT` lacks a word to work on at 5..8; to search for the word itself, put it in quotes"
            ],
        ),
        ("BERT - a survey", expect!["BERT a survey"]),
        (
            "a && b",
            expect!["`&&` is not part of the query language at 2..4; write `AND`"],
        ),
        (
            "!bert",
            expect!["`!` is not part of the query language at 0..1; write `-word`"],
        ),
        (
            "*former",
            expect![
                "a wildcard cannot begin a word at 0..1; give the beginning of the word: `word*`, `w?rd`"
            ],
        ),
        (
            "t* a?b",
            expect![
                "`t*` matches too many words at 0..2; put at least two letters or digits before the wildcard, or one before it and three behind"
            ],
        ),
        ("foo.*bar", expect!["foo.*bar"]),
        ("+title:bert^2 -(a OR b)", expect!["+title:bert^2 -(a b)"]),
        (
            "()",
            expect![
                "there is no word in the query at 0..2; type a word, or `*` for everything"
            ],
        ),
        (
            "word~ word~2^3 wo~2",
            expect![
                "`word` is too short for 2 edits at 6..12; one edit needs a word of three letters, two edits one of five"
            ],
        ),
        (
            "NEAR",
            expect![
                "`NEAR` lacks a word to work on at 0..4; to search for the word itself, put it in quotes"
            ],
        ),
        (
            "image NEAR/3 text NEAR video",
            expect![[
                r#"`NEAR` stands between two words or phrases at 18..22; write `a NEAR/5 b` or `"a b"~5`"#
            ]],
        ),
    ]);
}

#[test]
fn a_pasted_paragraph_is_a_query() {
    let paragraph = "The dominant sequence transduction models are based on complex recurrent or \
        convolutional neural networks (RNNs, CNNs) that include an encoder and a decoder: the best \
        performing models also connect the two through an attention mechanism [1, 2]. ";
    let query = parse(&paragraph.repeat(5)).unwrap();
    let super::Node::Group(clauses) = &query.root.node else { panic!("no group") };
    expect!["180"].assert_eq(&clauses.len().to_string());
}

#[test]
fn signs_that_are_read_as_text_are_named() {
    let aside = |text: &str| parse(text).unwrap().aside().unwrap_or_default();
    for (text, expected) in [
        ("vision^x", "`^` is read as text"),
        ("vision^ 2", "`^` is read as text"),
        ("vision~x^-1", "`~`, `^` are read as text"),
        ("title:vision^x", "`^` is read as text"),
        ("a) b (c", ""),
        ("a)", "`)` is read as text"),
        ("f(x)", "`(`, `)` are read as text"),
        ("~1", "`~` is read as text"),
        ("24\" screen", "`\"` is read as text"),
        ("“open", "`“` is read as text"),
        ("BERT - a survey", "`-` is read as text"),
        ("vision --audio", "`-` is read as text"),
        ("a | b", "`|` is read as text"),
        ("vision\\*x", ""),
        ("Foo:bar", "`:` is read as text"),
        ("vision NEAR/x language", "`NEAR` is read as text"),
        ("vision NEAR/ language", "`NEAR` is read as text"),
        ("transforme? model", "`?` is read as text"),
        ("lang:e?", "`?` is read as text"),
        // As people write.
        ("What is CLIP? (in short)", ""),
        ("5~10 examples, 10^6 tokens, 12:30", ""),
        ("state-of-the-art, e.g. [CLS]!", ""),
        ("vision--language -- no", "`-` is read as text"),
    ] {
        match parse(text) {
            Ok(_) => assert_eq!(aside(text), expected, "{text}"),
            Err(error) => assert_eq!(expected, "", "{text}: {error}"),
        }
    }
}

#[test]
fn signs_that_would_be_lost_are_refused() {
    check(vec![
        (
            "\"vision language\"^2~3",
            expect![[
                r#"`~` has nothing to work on here at 19..20; write `word~1`, `"near words"~5`; one `^2` may follow: `word~1^2`, `(a OR b)^2`"#
            ]],
        ),
        (
            "(a b)^2^3",
            expect![[
                r#"`^` has nothing to work on here at 7..8; write `word~1`, `"near words"~5`; one `^2` may follow: `word~1^2`, `(a OR b)^2`"#
            ]],
        ),
        (
            "vision NEAR/99999999999999999999 language",
            expect![
                "`99999999999999999999` is more than 100 at 7..32; take a smaller number"
            ],
        ),
        (
            "title::vision",
            expect![
                "field `title` has no value at 0..6; write the value directly after the colon: `title:value`"
            ],
        ),
        (
            "key:/x",
            expect![
                "field `key` has no value at 0..4; write the value directly after the colon: `key:value`"
            ],
        ),
        ("vision^.5", expect!["vision^0.5"]),
        ("v?sion m*dal", expect!["v?sion m*dal"]),
    ]);
}
