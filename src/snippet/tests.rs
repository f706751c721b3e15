//! What is marked and what is shown.

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;
use crate::query::parse;

/// Shows `text` with `[ ]` around what the query marks.
fn check(query: &str, text: &str, expected: Expect) {
    let matcher = Matcher::new(&parse(query).unwrap(), &[]);
    expected.assert_eq(&marked(text, &highlight(text, &matcher)));
}

fn marked(text: &str, ranges: &[Range<usize>]) -> String {
    let mut shown = String::new();
    let mut at = 0;
    for range in ranges {
        shown += &format!("{}[{}]", &text[at..range.start], &text[range.clone()]);
        at = range.end;
    }
    shown + &text[at..]
}

#[test]
fn words_are_marked_by_stem() {
    check(
        "caption images",
        "Captioning an image; CAPTIONS of Images.",
        expect!["[Captioning] an [image]; [CAPTIONS] of [Images]."],
    );
    check(
        "what is the model",
        "What the models are is unclear.",
        expect!["What the [models] are is unclear."],
    );
    check("what is", "What it is.", expect!["[What] it [is]."]);
    check(
        "+image -caption title:model",
        "An image caption model.",
        expect!["An [image] caption model."],
    );
}

#[test]
fn phrases_are_marked_where_they_stand() {
    let text = "Latent diffusion uses diffusion in a latent space. Latent-Diffusion models; latent\ndiffusion.";
    check(
        "\"latent diffusion\"",
        text,
        expect![[r#"
        [Latent diffusion] uses diffusion in a latent space. [Latent-Diffusion] models; [latent
        diffusion]."#]],
    );
    check(
        "\"latent diffusion\" space",
        text,
        expect![[r#"
        [Latent diffusion] uses diffusion in a latent [space]. [Latent-Diffusion] models; [latent
        diffusion]."#]],
    );
    check(
        "\"diffusion latent\"~3",
        text,
        expect![[r#"
        [Latent] [diffusion] uses [diffusion] in a [latent] space. [Latent]-[Diffusion] models; [latent]
        [diffusion]."#]],
    );
    check(
        "\"diffusion models\"",
        "Diffusion Models, a diffusion model",
        expect!["[Diffusion Models], a diffusion model"],
    );
    check("\"diffusion models\"", "a diffusion model", expect!["a [diffusion model]"]);
    check(
        "latent NEAR/1 space",
        text,
        expect![[r#"
        Latent diffusion uses diffusion in a [latent] [space]. [Latent]-Diffusion models; latent
        diffusion."#]],
    );
}

#[test]
fn compounds_are_marked_however_typed() {
    let text = "GPT-4, GPT 4, GPT4 and GPT-3; U-Net and UNet; pre-training, pretraining; ViT-B/16 and 16 or B";
    check(
        "gpt4",
        text,
        expect![
            "[GPT-4], [GPT 4], [GPT4] and GPT-3; U-Net and UNet; pre-training, pretraining; ViT-B/16 and 16 or B"
        ],
    );
    check(
        "GPT-4",
        text,
        expect![
            "[GPT-4], [GPT 4], [GPT4] and GPT-3; U-Net and UNet; pre-training, pretraining; ViT-B/16 and 16 or B"
        ],
    );
    check(
        "u-net pretraining",
        text,
        expect![
            "GPT-4, GPT 4, GPT4 and GPT-3; [U-Net] and [UNet]; [pre-training], [pretraining]; ViT-B/16 and 16 or B"
        ],
    );
    check(
        "ViT-B/16",
        text,
        expect![
            "GPT-4, GPT 4, GPT4 and GPT-3; U-Net and UNet; pre-training, pretraining; [ViT-B/16] and 16 or B"
        ],
    );
    check("C++", "C, C++ and C#", expect!["C, [C++] and C#"]);
}

#[test]
fn patterns_mark_whole_words() {
    let text = "transformers transform pre-trained colour color colr";
    check(
        "transf*",
        text,
        expect!["[transformers] [transform] pre-trained colour color colr"],
    );
    check(
        "pretrain*",
        text,
        expect!["transformers transform [pre-trained] colour color colr"],
    );
    check(
        "colo?r col*r",
        text,
        expect!["transformers transform pre-trained [colour] [color] [colr]"],
    );
    check(
        "color~1",
        text,
        expect!["transformers transform pre-trained [colour] [color] [colr]"],
    );
}

#[test]
fn chinese_and_accents_are_marked() {
    check(
        "扩散模型",
        "我们使用扩散模型生成图像，扩散过程",
        expect!["我们使用[扩散模型]生成图像，[扩散]过程"],
    );
    check(
        "\"扩散模型\"",
        "我们使用扩散模型生成图像，扩散过程",
        expect!["我们使用[扩散模型]生成图像，扩散过程"],
    );
    check(
        "etude modele",
        "Une étude du mode\u{301}\u{300}le ﬁnal 🤗",
        expect!["Une [étude] du [modé̀le] ﬁnal 🤗"],
    );
    check(
        "final",
        "Une étude ﬁnale: eﬃcient ﬁnal",
        expect!["Une étude [ﬁnale]: eﬃcient [ﬁnal]"],
    );
}

/// Shows the fragments with ` … ` between them.
fn check_choice(query: &str, text: &str, budget: usize, expected: Expect) {
    let matcher = Matcher::new(&parse(query).unwrap(), &[]);
    let snippet = choose(text, &highlight(text, &matcher), budget);
    let shown: Vec<&str> =
        snippet.fragments.iter().map(|range| &text[range.clone()]).collect();
    expected.assert_eq(&shown.join(" … "));
}

#[test]
fn the_best_sentences_are_shown() {
    let text = "We study language. Diffusion models generate images (Ho et al. 2020). They are slow. \
                Many have tried. A latent space makes them fast. The end is near.";
    check_choice(
        "diffusion latent",
        text,
        90,
        expect![
            "Diffusion models generate images (Ho et al. 2020). … A latent space makes them fast."
        ],
    );
    check_choice(
        "diffusion latent",
        text,
        110,
        expect![
            "Diffusion models generate images (Ho et al. 2020). They are slow. … A latent space makes them fast."
        ],
    );
    check_choice("nothing", text, 40, expect!["We study language."]);
    check_choice(
        "latent",
        text,
        400,
        expect![
            "We study language. Diffusion models generate images (Ho et al. 2020). They are slow. Many have tried. A latent space makes them fast. The end is near."
        ],
    );
    check_choice("latent space makes", text, 20, expect!["A latent space makes"]);
    // A cut parts no sign from its word.
    let cited = "Masked images are predicted by an autoencoder [@he2022masked] and by others before.";
    for budget in [46, 47, 48, 50, 60] {
        check_choice(
            "masked",
            cited,
            budget,
            expect!["Masked images are predicted by an autoencoder"],
        );
    }
    let chinese = "我们研究语言。扩散模型生成图像。它们很慢。潜在空间使它们变快。";
    check_choice("扩散", chinese, 16, expect!["扩散模型生成图像。它们很慢。"]);
}

proptest! {
    #[test]
    fn tokens_that_are_passed_over_would_not_be_marked(
        text in "([a-d]{1,4}(s|ing|ed)?|dying|dies|C\\+\\+|扩散|[a-c]-[0-9])( ([a-d]{1,4}(s|ing|ed)?|die|扩散模|[a-c]-[0-9])){0,9}",
        query in "(\"?([a-d]{1,4}(s|ing)?|dying|die|扩散|[a-c]-?[0-9]|the|[a-d]{2}\\*|[a-d]{3}~1)( [a-d]{1,3})?\"?(~2)? ?){1,3}",
    ) {
        let Ok(query) = parse(&query) else { return Ok(()) };
        let matcher = Matcher::new(&query, &[]);
        let all = mark(&crate::analysis::tokens(&text), &matcher);
        prop_assert_eq!(highlight(&text, &matcher), all);
    }

    #[test]
    fn ranges_are_sound(text in "[a-cé扩散模 .!?\u{301}🤗-]{0,60}", query in "[a-cé扩散 \"*-]{0,12}") {
        let Ok(query) = parse(&query) else { return Ok(()) };
        let ranges = highlight(&text, &Matcher::new(&query, &[]));
        let mut end = None;
        for range in &ranges {
            prop_assert!(text.get(range.clone()).is_some_and(|part| !part.is_empty()));
            prop_assert!(end.is_none_or(|end| end < range.start));
            end = Some(range.end);
        }
        for budget in [0, 1, 7, 30] {
            let mut end = 0;
            let mut n_chars = 0;
            for fragment in choose(&text, &ranges, budget).fragments {
                prop_assert!(fragment.start >= end && fragment.start < fragment.end);
                n_chars += text[fragment.clone()].chars().count();
                end = fragment.end;
            }
            prop_assert!(n_chars <= budget, "{} of {}", n_chars, budget);
        }
    }
}
