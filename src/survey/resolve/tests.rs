//! Works are told by what agrees, and never merged by a title alone.

use expect_test::{Expect, expect};

use super::*;
use crate::paper::reference::parse;

fn work(
    key: &str,
    authors: &str,
    year: i32,
    title: &str,
    arxiv: Option<&str>,
) -> WorkFacts {
    WorkFacts {
        key: key.into(),
        title: title.into(),
        authors: authors.split(", ").map(str::to_owned).collect(),
        year: Some(year),
        arxiv: arxiv.map(str::to_owned),
        ..WorkFacts::default()
    }
}

fn works() -> Vec<WorkFacts> {
    vec![
        work(
            "he2016deep",
            "Kaiming He, Xiangyu Zhang",
            2016,
            "Deep Residual Learning for Image Recognition",
            Some("1512.03385"),
        ),
        work(
            "liu2021p",
            "Xiao Liu, Kaixuan Ji",
            2021,
            "P-Tuning v2: Prompt Tuning Can Be Comparable to Fine-tuning Universally Across Scales and Tasks",
            Some("2110.07602"),
        ),
        work(
            "devlin2019bert",
            "Jacob Devlin, Ming-Wei Chang",
            2019,
            "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding",
            None,
        ),
        work("doe2020deep", "Jane Doe", 2020, "Deep Learning", None),
        work(
            "li2023blip2",
            "Junnan Li, Dongxu Li",
            2023,
            "BLIP-2: Bootstrapping Language-Image Pre-training",
            Some("2301.12597"),
        ),
        work(
            "openai2023gpt4",
            "OpenAI",
            2023,
            "GPT-4 Technical Report",
            Some("2303.08774"),
        ),
    ]
}

fn check(text: &str, expected: Expect) {
    let resolver = Resolver::new(&works());
    let found = resolver.best(&WorkFacts::from(&parse("ref-1", text)));
    expected.assert_eq(&found.map_or("none".into(), |m| {
        let sure = if m.confidence >= MIN_CONFIDENCE { "is" } else { "may be" };
        format!("{sure} {} {:?}", m.work, m.evidence)
    }));
}

#[test]
fn ids_decide() {
    check(
        "K. He et al., “Residual nets,” arXiv:1512.03385, 2015.",
        expect![[r#"is he2016deep Arxiv("1512.03385")"#]],
    );
    // A wrong id under another title by others.
    check(
        "A. Other. Attention in cats and dogs. arXiv:1512.03385, 2015.",
        expect!["none"],
    );
}

#[test]
fn title_authors_and_year_agree() {
    check(
        "He, K., Zhang, X.: Deep residual learning for image recognition. In: CVPR (2016)",
        expect!["is he2016deep Fingerprint { title: 1.0, years: Some(0) }"],
    );
    check(
        "Devlin, J., Chang, M., et al.: BERT: pre-training of deep bidirectional transformers for language understanding (2018)",
        expect!["is devlin2019bert Fingerprint { title: 1.0, years: Some(1) }"],
    );
    check(
        "J. Devlin. Bert: Pretraining of deep bidirectional transformer for language understanding. 2019.",
        expect!["is devlin2019bert Fingerprint { title: 0.98571426, years: Some(0) }"],
    );
    check(
        "OpenAI. 2023. GPT-4 Technical Report.",
        expect!["is openai2023gpt4 Fingerprint { title: 1.0, years: Some(0) }"],
    );
}

#[test]
fn contradictions_keep_works_apart() {
    check("Ann Smith. 2020. Deep learning. In Nature.", expect!["none"]);
    check("Jane Doe. 2015. Deep learning. In Nature.", expect!["none"]);
    check(
        "Xiao Liu, Kaixuan Ji, and Jie Tang. 2022. P-tuning: Prompt tuning can be comparable to fine-tuning across scales and tasks. In ACL.",
        expect!["none"],
    );
    check(
        "Junnan Li and Dongxu Li. 2022. BLIP: Bootstrapping language-image pre-training. In ICML.",
        expect!["none"],
    );
    check(
        "Deep residual learning for image recognition. 2016.",
        expect!["is he2016deep Fingerprint { title: 1.0, years: Some(0) }"],
    );
}

#[test]
fn a_bibliography_is_settled() {
    let references: Vec<Reference> = [
        (
            "cite-a",
            "Kaiming He. 2016. Deep residual learning for image recognition. In CVPR.",
        ),
        (
            "bib2",
            "Vaswani, A., Shazeer, N.: Attention is all you need. In: NeurIPS (2017)",
        ),
        ("bib3", "A. Vaswani, N. Shazeer, “Attention is all you need,” 2017."),
        ("bib4", "Vaswani, A., Uszkoreit, J.: Attention for speech. In: X (2017)"),
        ("touvron2023llama", "Hugo Touvron. 2023. LLaMA: Open models. arXiv."),
        ("bib6", "ibid."),
        ("bib7", "Jane Doe. Deep learnings."),
    ]
    .iter()
    .map(|(k, t)| parse(k, t))
    .collect();
    let settled = settle(&references, &works());
    let mut out = String::new();
    for (key, work) in &settled.works {
        out.push_str(&format!("{key} = {work}\n"));
    }
    for open in &settled.unresolved {
        out.push_str(&format!("{} is open: {:?}\n", open.reference, open.nearest));
    }
    expect![[r#"
        bib2 = vaswani2017attention
        bib3 = vaswani2017attention
        bib4 = vaswani2017attentionb
        bib7 = doedeep
        cite-a = he2016deep
        touvron2023llama = touvron2023llama
        bib6 is open: None
    "#]]
    .assert_eq(&out);
}

#[test]
fn fifty_thousand_references_are_quick() {
    let title = |i: usize| {
        format!(
            "Study {i} of the frobnication of widget{} with gadget{}",
            i % 977,
            i % 1013
        )
    };
    let works: Vec<WorkFacts> = (0..20_000)
        .map(|i| {
            work(
                &format!("w{i}"),
                &format!("Ann Author{}", i % 500),
                2000 + (i % 20) as i32,
                &title(i),
                None,
            )
        })
        .collect();
    let resolver = Resolver::new(&works);
    for i in (0..20_000).step_by(97) {
        let reference = WorkFacts { key: "x".into(), ..works[i].clone() };
        assert_eq!(resolver.resolve(&reference).map(|m| m.work.0), Some(format!("w{i}")));
    }
}
