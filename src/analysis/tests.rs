//! What words become, and that nothing shifts.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use tantivy::tokenizer::{TokenStream, Tokenizer};

use super::*;

/// Prints each token as `position:exact`, with the stem behind `/` where it differs.
fn check(text: &str, expected: Expect) {
    let mut lines = Vec::new();
    for token in tokens(text) {
        let stem = if token.stem == token.exact {
            String::new()
        } else {
            format!("/{}", token.stem)
        };
        lines.push(format!("{}:{}{}", token.position, token.exact, stem));
    }
    expected.assert_eq(&lines.join(" "));
}

#[test]
fn plain_words_are_folded_and_stemmed() {
    check(
        "The quick, Models are Running!",
        expect!["0:the 1:quick 2:models/model 3:are 4:running/run"],
    );
    check(
        "Généralisation naïve Łukasz Straße ÆON",
        expect![
            "0:generalisation/generalis 1:naive/naiv 2:lukasz 3:strasse/strass 4:aeon"
        ],
    );
    check(
        "eﬃcient ﬁne-tuning of ＬＬＭ and dif\u{AD}fusion",
        expect![
            "0:efficient/effici 1:finetuning/finetun 1:fine 2:tuning/tune 3:of 4:llm 5:and 6:diffusion/diffus"
        ],
    );
    check("e\u{301}tude co\u{308}operate", expect!["0:etude/etud 1:cooperate/cooper"]);
}

#[test]
fn compounds_give_parts_and_a_joined_form() {
    for (text, expected) in [
        ("GPT-4 GPT4 GPT 4", expect!["0:gpt4 0:gpt 1:4 2:gpt4 2:gpt 3:4 4:gpt 5:4"]),
        (
            "ViT-B/16 and/or I/O",
            expect!["0:vitb16 0:vit 1:b 2:16 3:and 4:or 5:io 5:i 6:o"],
        ),
        (
            "k-NN 3D CO2 CO₂ F1 x²",
            expect![
                "0:knn 0:k 1:nn 2:3d 2:3 3:d 4:co2 4:co 5:2 6:co2 6:co 7:2 8:f1 8:f 9:1 10:x2 10:x 11:2"
            ],
        ),
        (
            "Latent-Diffusion state-of-the-art pre-training",
            expect![
                "0:latentdiffusion/latentdiffus 0:latent 1:diffusion/diffus 2:stateoftheart 2:state 3:of 4:the 5:art 6:pretraining/pretrain 6:pre 7:training/train"
            ],
        ),
        (
            "BLIP-2 BLIP2 U-Net UNet",
            expect!["0:blip2 0:blip 1:2 2:blip2 2:blip 3:2 4:unet 4:u 5:net 6:unet"],
        ),
        (
            "C++ C# PointNet++ R&D et al.",
            expect!["0:c++ 0:c 1:c# 1:c 2:pointnet++ 2:pointnet 3:rd 3:r 4:d 5:et 6:al"],
        ),
        (
            "BERT's don't O'Brien l’image",
            expect!["0:bert 1:dont 2:obrien 2:o 3:brien 4:limage/limag 4:l 5:image/imag"],
        ),
        (
            "GPT-3.5 0.75 1,000,000 2019–2020 10.1145/3292500 v1.2.3",
            expect![
                "0:gpt3.5 0:gpt 1:3.5 2:0.75 3:1000000 3:1 4:000 5:000 6:2019 7:2020 8:10.1145 9:3292500 10:v1.2.3 10:v 11:1.2.3"
            ],
        ),
        (
            "node.js arXiv:1706.03762v2 end.Next U.S. e.g. snake_case",
            expect![
                "0:nodejs/nodej 0:node 1:js 2:arxiv 3:1706.03762v2 3:1706.03762 4:v 5:2 6:end 7:next 8:us 8:u 9:s 10:eg 10:e 11:g 12:snakecase/snakecas 12:snake 13:case"
            ],
        ),
        (
            "TNF-α TNFα β-VAE Ελλάδα",
            expect![
                "0:tnfalpha 0:tnf 1:alpha 2:tnfalpha 2:tnf 3:alpha 4:betavae/betava 4:beta 5:vae 6:ελλαδα"
            ],
        ),
        ("a1b2c3d4e5f6 H2SO4", expect!["0:a1b2c3d4e5f6 1:h2so4 1:h 2:2 3:so 4:4"]),
    ] {
        check(text, expected);
    }
}

#[test]
fn scripts_without_spaces_give_characters_and_pairs() {
    check("扩散模型", expect!["0:扩 0:扩散 1:散 1:散模 2:模 2:模型 3:型"]);
    check(
        "采用MRP方法，建立了",
        expect!["0:采 0:采用 1:用 2:mrp 3:方 3:方法 4:法 5:建 5:建立 6:立 6:立了 7:了"],
    );
    check("ﾃﾞｰﾀ 図", expect!["0:デ 0:デー 1:ー 1:ータ 2:タ 3:図"]);
    check("한국어 처리", expect!["0:한 0:한국 1:국 1:국어 2:어 3:처 3:처리 4:리"]);
}

#[test]
fn plurals_of_initialisms_are_the_initialism() {
    let stem = |text: &str| tokens(text)[0].stem.clone();
    for (plural, singular) in [
        ("CNNs", "CNN"),
        ("cnns", "CNN"),
        ("GPUs", "GPU"),
        ("gpus", "gpu"),
        ("LLMs", "LLM"),
        ("MLPs", "mlp"),
        ("LSTMs", "LSTM"),
        ("GANs", "GAN"),
        ("LMs", "LM"),
        ("16-GPUs", "16-GPUs"),
    ] {
        assert_eq!(stem(plural), stem(singular), "{plural}");
    }
    for word in ["this", "plus", "class", "gps", "RMS", "NMS", "loss"] {
        assert!(stem(word).ends_with('s'), "{word} became {}", stem(word));
    }
    check(
        "two 16-GPU nodes of GPUs",
        expect!["0:two 1:16gpu 1:16 2:gpu 3:nodes/node 4:of 5:gpus/gpu"],
    );
}

#[test]
fn a_citation_key_is_one_word() {
    for (text, expected) in [
        (
            "masked [@chen2020simple; -@he2022masked, p. 3].",
            expect!["0:masked/mask 1:chen2020simple 2:he2022masked 3:p 4:3"],
        ),
        (
            "@DBLP:conf/nips/VaswaniSPU17: (@li_blip-2.) 见@he2022masked所示",
            expect![
                "0:dblpconfnipsvaswanispu17 1:liblip2 2:见 3:he2022masked 4:所 4:所示 5:示"
            ],
        ),
        (
            "ann@example.org {ann,ben}@example.org R@k mAP@0.5 @ 5 @10k",
            expect![
                "0:ann 1:exampleorg 1:example/exampl 2:org 3:ann 4:ben 5:exampleorg 5:example/exampl 6:org 7:r 8:k 9:map 10:0.5 11:5 12:10k 12:10 13:k"
            ],
        ),
    ] {
        check(text, expected);
    }
    let key = &tokens("see [@He2022masked]")[1];
    assert_eq!((key.range.clone(), key.exact.as_str()), (6..18, "he2022masked"));
    let Unit::Compound { whole, .. } = &units("He2022masked")[0] else { panic!() };
    assert_eq!(whole.exact, key.exact);
}

/// Prints the pairs that a text defines.
fn check_acronyms(text: &str, expected: Expect) {
    let found = acronyms(text);
    let shown: Vec<String> =
        found.iter().map(|pair| format!("{} = {}", pair.short, pair.long)).collect();
    expected.assert_eq(&shown.join("; "));
}

#[test]
fn acronyms_are_learned_where_they_are_defined() {
    for (text, expected) in [
        (
            "We use masked image modeling (MIM) and k-nearest neighbours (k-NN).",
            expect!["MIM = masked image modeling; k-NN = k-nearest neighbours"],
        ),
        (
            "Large language models (LLMs) and Vision Transformers (ViT) are",
            expect!["LLM = Large language models; ViT = Vision Transformers"],
        ),
        (
            "CLIP (Contrastive Language-Image Pre-training) learns",
            expect!["CLIP = Contrastive Language-Image Pre-training"],
        ),
        (
            "Reinforcement Learning from Human Feedback (RLHF; Ouyang et al., 2022)",
            expect!["RLHF = Reinforcement Learning from Human Feedback"],
        ),
        (
            "Low-Rank Adaptation, or LoRA (Hu et al. 2021), and Bidirectional Encoder Representations from Transformers (BERT)",
            expect!["BERT = Bidirectional Encoder Representations from Transformers"],
        ),
        ("as shown in the figure (Fig. 2), by us (Ours), in 2019 (GPT)", expect![""]),
        (
            "the mean average precision (mAP, higher is better)",
            expect!["mAP = mean average precision"],
        ),
        (
            "Fréchet Inception Distance (FID) and Stable Diffusion (SD)",
            expect!["FID = Fréchet Inception Distance; SD = Stable Diffusion"],
        ),
        (
            "visual question answering (VQA) tasks",
            expect!["VQA = visual question answering"],
        ),
        // Every letter is accounted for: by a word's beginning, or behind one in its word.
        ("by policy optimization (PPO)", expect![""]),
        (
            "with Proximal Policy Optimization (PPO) and self-supervised learning (SSL)",
            expect!["PPO = Proximal Policy Optimization; SSL = self-supervised learning"],
        ),
        (
            "we view an efficient variational autoencoder (VAE), leading to our Low-Rank Adaptation (LoRA)",
            expect!["VAE = variational autoencoder; LoRA = Low-Rank Adaptation"],
        ),
        (
            "Common Objects in Context (COCO), Adaptive Moment Estimation (Adam), hypertext markup (HTML)",
            expect!["COCO = Common Objects in Context"],
        ),
        (
            "Diffusion Transformers (DiTs), feature-wise linear modulation (FiLM)",
            expect![
                "DiT = Diffusion Transformers; FiLM = feature-wise linear modulation"
            ],
        ),
        ("(((((A) (B", expect![""]),
    ] {
        check_acronyms(text, expected);
    }
}

#[test]
fn acronyms_of_a_corpus_are_counted_by_paper() {
    let mut table = AcronymTable::default();
    let pair =
        |short: &str, long: &str| Acronym { short: short.into(), long: long.into() };
    for _ in 0..5 {
        table.add_paper([
            pair("MIM", "masked image modeling"),
            pair("MIM", "Masked Image Models"),
        ]);
    }
    table.add_paper([pair("MIM", "minimal information map")]);
    assert_eq!(table.long_forms("mim"), ["masked image modeling"]);
    let long = ["mask", "imag", "model"].map(str::to_owned);
    assert_eq!(table.short_form(&long), Some("MIM"));
    let mut twice = table.clone();
    twice.merge(table.clone());
    assert_eq!(twice.long_forms("MIM"), table.long_forms("MIM"));
}

#[test]
fn a_glossary_names_things_in_other_languages() {
    let glossary = Glossary::parse(
        "version = 1\n[[term]]\nzh = [\"掩码图像建模\"]\nen = [\"masked image modeling\", \"MIM\"]\n\
         [[term]]\nzh = [\"图像\"]\nen = [\"image\"]\n",
    )
    .unwrap();
    assert_eq!(glossary.others("Masked image modelings"), ["MIM", "掩码图像建模"]);
    let found = glossary.find("什么是掩码图像建模 图像");
    let shown: Vec<String> =
        found.iter().map(|(range, names)| format!("{range:?} {names:?}")).collect();
    expect![[r#"
        9..27 ["masked image modeling", "MIM"]
        28..34 ["image"]"#]]
    .assert_eq(&shown.join("\n"));
    assert!(matches!(Glossary::parse("version = 2"), Err(GlossaryError::Version(2))));
    let broken = Glossary::parse("[[term]]\nzh = 3").unwrap_err();
    expect!["not a glossary"].assert_eq(&broken.to_string());
}

#[test]
fn spelling_is_learned_from_the_corpus() {
    let words =
        [("diffusion", 900), ("transformer", 800), ("transfer", 50), ("captioning", 70)];
    let fix = |word: &str| spelling::correct(word, 0, words);
    assert_eq!(fix("difusion").as_deref(), Some("diffusion"));
    assert_eq!(fix("trasnformer").as_deref(), Some("transformer"));
    assert_eq!(fix("captionning").as_deref(), Some("captioning"));
    assert_eq!(fix("zebra"), None);
    assert_eq!(spelling::correct("diffusion", 900, words), None);
    let frequency =
        |word: &str| words.iter().find(|(w, _)| *w == word).map_or(0, |(_, n)| *n);
    let halves = spelling::split("diffusiontransformer", frequency);
    assert_eq!(halves, Some(("diffusion".into(), "transformer".into())));
}

#[test]
fn the_language_is_guessed() {
    for (text, expected) in [
        ("We propose a new method for image captioning with transformers.", Some("en")),
        ("我们提出了一种新的图像描述方法 (Transformer)", Some("zh")),
        ("画像キャプション生成のための新しい手法を提案する", Some("ja")),
        (
            "Nous proposons une nouvelle méthode pour la génération de légendes d'images.",
            Some("fr"),
        ),
        ("Wir stellen eine neue Methode zur Beschreibung von Bildern vor.", Some("de")),
        ("이미지 캡션 생성을 위한 새로운 방법을 제안한다", Some("ko")),
        ("x = y", None),
    ] {
        assert_eq!(language(text), expected, "{text}");
    }
}

#[test]
fn queries_ask_for_words_once() {
    let shown: Vec<String> = units("GPT-4 models C++ 扩散模型")
        .iter()
        .map(|unit| format!("{unit:?}"))
        .collect();
    expect![[r#"
        Compound { whole: Form { exact: "gpt4", stem: "gpt4" }, parts: [Form { exact: "gpt", stem: "gpt" }, Form { exact: "4", stem: "4" }], range: 0..5 }
        Word { form: Form { exact: "models", stem: "model" }, range: 6..12 }
        Compound { whole: Form { exact: "c++", stem: "c++" }, parts: [Form { exact: "c", stem: "c" }], range: 13..16 }
        Run { terms: [Form { exact: "扩散", stem: "扩散" }, Form { exact: "散模", stem: "散模" }, Form { exact: "模型", stem: "模型" }], range: 17..29 }"#]].assert_eq(&shown.join("\n"));
    let terms: Vec<String> = phrase("the BLIP-2, C++ 扩散模型")
        .into_iter()
        .map(|(at, form)| format!("{at}:{}", form.exact))
        .collect();
    expect!["0:the 1:blip 2:2 3:c++ 4:扩散 5:散模 6:模型"].assert_eq(&terms.join(" "));
    assert_eq!(fold_pattern("Pré-train*"), "pretrain*");
}

#[test]
fn stop_words_are_sorted() {
    assert!(is_stop("the") && is_stop("的") && !is_stop("image") && !is_stop(""));
}

proptest! {
    #[test]
    fn any_text_is_read(text in "\\PC{0,80}") {
        for pair in acronyms(&text) {
            prop_assert!(text.contains(&pair.short) && text.contains(&pair.long));
        }
        let _ = language(&text);
        let _ = units(&text);
        let _ = phrase(&text);
        let _ = Glossary::default().find(&text);
    }

    #[test]
    fn ranges_are_sound_and_positions_rise(text in "\\PC{0,60}") {
        let mut last = 0;
        for token in tokens(&text) {
            prop_assert!(text.get(token.range.clone()).is_some_and(|word| !word.is_empty()));
            prop_assert!(!token.exact.is_empty());
            prop_assert!(token.position >= last || matches!(token.kind, TokenKind::Part));
            last = last.max(token.position);
        }
    }

    #[test]
    fn what_is_passed_over_is_only_what_is_not_wanted(
        text in "[a-dA-D0-9α .,;'/+#_@(é扩\n\u{301}\u{ad}-]{0,40}"
    ) {
        let may = |word: &str| matches!(word.as_bytes().first(), Some(b'b' | b'B' | b'd' | b'D'));
        let all = tokens(&text);
        let wanted: Vec<&Token> = all.iter().filter(|token| may(&token.exact)).collect();
        let found = tokens_where(&text, may, |_, _| true);
        prop_assert_eq!(wanted, found.iter().collect::<Vec<_>>());
    }

    #[test]
    fn the_engine_gets_the_same_tokens(text in "[a-cA-C0-9α .,'/+#_é扩散-]{0,40}") {
        let own = tokens(&text);
        let mut stems = StemTokenizer::default();
        let mut stream = stems.token_stream(&text);
        for token in &own {
            prop_assert!(stream.advance());
            let given = stream.token();
            prop_assert_eq!(&given.text, &token.stem);
            prop_assert_eq!(given.position, token.position as usize);
            prop_assert_eq!(given.offset_from..given.offset_to, token.range.clone());
        }
        prop_assert!(!stream.advance());
    }
}
