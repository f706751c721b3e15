//! Forty hard queries, what comes back, and why that is right: `docs/queries.md` is made of this and stays
//! true by it. `UPDATE_EXPECT=1 cargo test` writes it anew.
//!
//! The corpus is the bundled one and, for words that it has not, a few notes of the test's own.

use std::fmt::Write;
use std::path::Path;

use serde_json::Value;

use super::Sandbox;

/// What has to be true of an answer.
enum Right {
    /// This paper is among the first three.
    Finds(&'static str),
    /// Nothing is found, this is proposed.
    Means(&'static str),
    /// It is refused with this message.
    Refused(&'static str),
    /// A note says this.
    Notes(&'static str),
}
use Right::{Finds, Means, Notes, Refused};

const EXTRA: [(&str, &str); 6] = [
    (
        "note-vit",
        "# Patches of two sizes\n\nWe train ViT-B/16 and ViT-L/14 on ImageNet-1k. With ViT-B/16 the patches have 16 pixels.\n",
    ),
    (
        "note-code",
        "# Kernels for search\n\nThe code is C++ and CUDA; a k-NN graph answers in 0.5 ms. C alone is slower. GPUs with 80 GB are enough.\n",
    ),
    (
        "note-vae",
        "# Disentangled codes\n\nA β-VAE weighs the second term; a naïve posterior collapses. The final loss is in Fréchet distance.\n",
    ),
    (
        "note-carbon",
        "# What training costs\n\nOne run emits 30 t of CO2. State-of-the-art models cost more.\n",
    ),
    (
        "note-ja",
        "# 画像キャプション生成の手法\n\n本稿では画像キャプション生成の手法を述べる。大規模言語モデルを用いる。\n",
    ),
    (
        "note-ppo",
        "# Learning from rewards\n\nProximal policy optimization (PPO) updates the policy. PPO is stable.\n",
    ),
];

const QUESTION: &str = "I am a student who has just begun to read about vision-language models and I do not \
    understand why contrastive pre-training with pairs of image and text works so well without labels, what \
    its limits are when small objects or counting matter, and whether a model that reconstructs masked \
    patches would be the better choice for detection and segmentation; please tell me which works compare \
    the two and what they found";

#[rustfmt::skip]
const CASES: [(&str, Right, &str); 46] = [
    ("BLIP-2", Finds("li2023blip2"), "a compound is one word: neither *BLIP* nor *2* alone is found"),
    ("blip2", Finds("li2023blip2"), "the same however typed"),
    ("LAION-5B", Finds("schuhmann2022laion"), "found by its title, the document is not there"),
    ("gpt4", Finds("guide-5.1.3"), "finds *GPT-4*, and no *4* beside *GPT*"),
    ("ViT-B/16", Finds("note-vit"), "the slash joins; *ViT-L/14* is another word"),
    ("vit b/16", Finds("note-vit"), "typed apart it is words again, side by side they count more"),
    ("k-NN", Finds("note-code"), "one letter before a hyphen is no stop word"),
    ("C++", Finds("note-code"), "not *C*, not *C#*"),
    ("CO2", Finds("note-carbon"), "letters and digits are one word"),
    ("CO₂", Finds("note-carbon"), "signs of another form are folded"),
    ("3D", Finds("hong20233d"), "a digit may come first"),
    ("β-VAE", Finds("note-vae"), "Greek letters are letters"),
    ("beta-VAE", Finds("note-vae"), "and have their names"),
    ("naive posterior", Finds("note-vae"), "accents are folded: the text says *naïve*"),
    ("ﬁnal loss", Finds("note-vae"), "a ligature, as it is pasted from a PDF"),
    ("GPU", Finds("note-code"), "finds *GPUs*"),
    ("state-of-the-art", Finds("note-carbon"), "stop words inside a compound count"),
    ("Latent-Diffusion", Finds("rombach2022high"), "a compound that stands nowhere is its words"),
    ("latent diffusion", Finds("rombach2022high"), "two words and, side by side, their name"),
    ("MIM", Finds("guide-2.4.2"), "a short form that the corpus explains finds what it stands for"),
    ("PPO", Finds("note-ppo"), "*proximal policy optimization*: each letter begins a word"),
    ("\"segment anything\"", Finds("yang2023track"), "in quotes: these words, no short forms"),
    ("What is CLIP? (in short)", Finds("guide-2.3.1"), "a question is no syntax"),
    ("how do agents use tools", Finds("guide-6"), "stop words find nothing by themselves"),
    ("the", Finds("wang2023all"), "alone they are what is asked"),
    (QUESTION, Finds("guide-2.1"), "a long question is ranked by its rare words"),
    ("Kaiming He", Finds("he2017mask"), "authors are part of what is searched"),
    ("author:\"Kaiming He\" masked", Finds("he2022masked"), "a field beside words is a filter"),
    ("he2022masked", Notes("`he2022masked` is the key of a paper"), "finds who cites it, says how to see it"),
    ("arXiv 2111.06377", Notes("`2111.06377` is the arXiv id of a paper"), "an id in plain words is named"),
    ("https://arxiv.org/abs/2111.06377", Finds("he2022masked"), "an address is the paper"),
    ("transfomer atention", Means("transformer attention"), "spelled by the words of the corpus; shown, not done"),
    ("DreamBoth", Means("Dreambooth"), "a name, too"),
    ("chain-of-thougth", Means("chain-of-thought"), "inside a compound, too"),
    ("transfomer~1", Finds("liu2021swin"), "asked for, misspellings are found"),
    ("掩码图像建模", Finds("guide-2.4-zh"), "Chinese, and by the glossary English"),
    ("扩散模型 空间控制", Finds("guide-3.6-zh"), "two notions in Chinese"),
    ("CLIP 对比学习", Finds("guide-2.3-zh"), "two scripts in one query"),
    ("画像キャプション", Finds("note-ja"), "Japanese by pairs of characters"),
    ("m*dal NEAR/3 x", Refused("`NEAR` stands between two words or phrases"), "a pattern has no one place"),
    ("vision^x a)", Notes("`^`, `)` are read as text"), "signs that mean nothing here are named"),
    ("NOT", Refused("`NOT` lacks a word to work on"), "a lone operator"),
    ("\"", Refused("the quote is not closed"), "a lone quote"),
    ("-+audio", Refused("`-` does not stand directly before a word"), "the minus would be lost"),
    ("autor:he", Refused("unknown field `autor`"), "with what was meant"),
    ("year:[2022 TO 2020]", Refused("the range from `2022` to `2020` is empty"), "with the other way round"),
];

const HEAD: &str = "# Hard queries\n\nWhat comes back for queries of every shape on the bundled corpus and a few notes, the first two \
    papers of each, and why that is right. A test makes this page from the program's answers.\n\n\
    | query | comes back | because |\n|---|---|---|\n";

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "the variable by which expected texts are accepted"
)]
fn hard_queries_are_answered_as_the_page_says() {
    let sandbox = Sandbox::new();
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus"),
        &sandbox.path().join("corpus"),
    );
    for (name, text) in EXTRA {
        sandbox.write(&format!("corpus/notes/{name}.md"), text);
    }
    let run = sandbox.run(&["index"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
    let mut page = String::from(HEAD);
    for (query, right, because) in &CASES {
        let back = answer(&sandbox, query, right);
        let shown = match query.chars().count() {
            0..=60 => (*query).to_owned(),
            _ => format!("{}… ({} words)", &query[..57], query.split(' ').count()),
        };
        writeln!(page, "| `` {} `` | {} | {because} |", cell(&shown), cell(&back))
            .unwrap();
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/queries.md");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap();
    assert_eq!(frame(&kept), frame(&page), "`UPDATE_EXPECT=1 cargo test` writes it anew");
}

/// The page without the middle of its rows: which papers come first may change with the ranking, what is
/// right is checked by itself.
fn frame(page: &str) -> Vec<(&str, &str)> {
    let ends = |line: &'_ str| -> Option<(usize, usize)> {
        Some((line.find(" | ")?, line.rfind(" | ")?))
    };
    page.lines()
        .map(|line| match ends(line) {
            Some((first, last)) => (&line[..first], &line[last..]),
            None => (line, ""),
        })
        .collect()
}

/// What comes back, in a few words; checks that it is right.
fn answer(sandbox: &Sandbox, query: &str, right: &Right) -> String {
    let run = sandbox.run(&["search", "--no-update", "--json", "-n", "3", "--", query]);
    if let Refused(message) = right {
        assert_eq!(run.status, 2, "{query}: {}", run.stdout);
        assert!(run.stderr.contains(message), "{query}: {}", run.stderr);
        return format!("refused: {message}");
    }
    let object: Value = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|e| panic!("{query}: {e}: {}", run.stderr));
    let (asked, hits) = (&object["query"], object["hits"].as_array().unwrap());
    let keys: Vec<&str> =
        hits.iter().map(|h| h["paper"]["key"].as_str().unwrap()).collect();
    let corrected = asked["corrected"].as_str();
    let notes = asked["notes"].to_string();
    match right {
        Finds(key) => assert!(keys.contains(key), "{query}: {keys:?}"),
        Means(other) => assert_eq!(corrected, Some(*other), "{query}"),
        Notes(note) => assert!(notes.contains(note), "{query}: {notes}"),
        Refused(_) => {}
    }
    let mut back = Vec::new();
    for hit in hits.iter().take(2) {
        let title = hit["paper"]["title"].as_str().unwrap();
        let short: String = title.chars().take(48).collect();
        let cut = if short.len() < title.len() { "…" } else { "" };
        back.push(format!(
            "*{}{cut}* (`{}`)",
            short.trim(),
            hit["paper"]["key"].as_str().unwrap()
        ));
    }
    match object["total"]["papers"].as_u64().unwrap() {
        0 => back.push("nothing".to_owned()),
        n if n > back.len() as u64 => back.push(format!("{n} papers")),
        _ => {}
    }
    let mut said: Vec<String> =
        corrected.map(|other| format!("did you mean `{other}`")).into_iter().collect();
    if let Notes(note) = right {
        said.push(format!("says: {note}"));
    }
    [vec![back.join(", ")], said].concat().join("; ")
}

/// The text of a cell: a bar would end it.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &place),
            false => drop(std::fs::copy(entry.path(), place).unwrap()),
        }
    }
}
