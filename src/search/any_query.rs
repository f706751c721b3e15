//! Any string whatever is answered or refused, and what an answer says of itself is sound.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::tests::{Paper, build, paper, request};
use super::*;
use crate::analysis::{AcronymTable, Glossary, acronyms};
use crate::index::Tables;
use crate::query;

/// A few papers in two languages, with a table of acronyms and a glossary.
fn searcher() -> Searcher {
    let english = "We study masked image modeling (MIM) with GPT-4 and ViT-B/16; naïve k-NN, the \
        ﬁrst C++ code, 3D and CO2. What is CLIP? See [@he2022masked].";
    let chinese =
        "我们研究掩码图像建模（MIM），扩散模型生成图像。画像キャプションを生成する。";
    let papers: Vec<Paper> = vec![
        paper("clip", "Learning from language: CLIP", 2021, &[(english, &["/s/2"])]),
        paper("mae", "Masked autoencoders", 2022, &[(chinese, &["/s/3"]), ("", &[])]),
        paper("e", "É", 0, &[("e\u{301}🤗\u{200D} a\u{AD}b", &[])]),
    ];
    let mut table = AcronymTable::default();
    table.add_paper(acronyms(english));
    let mut glossary = Glossary::default();
    glossary.add(BTreeMap::from([
        ("en".to_owned(), vec!["diffusion model".to_owned()]),
        ("zh".to_owned(), vec!["扩散模型".to_owned()]),
    ]));
    let mut searcher = build(&papers, 2, &Tables::default()).with_glossary(glossary);
    searcher.view.acronyms = Arc::new(table);
    searcher
}

fn check(searcher: &Searcher, text: &str) -> Result<(), TestCaseError> {
    let query = match query::parse(text) {
        Ok(query) => query,
        Err(error) => {
            prop_assert!(text.get(error.span.clone()).is_some(), "{text:?}");
            prop_assert!(error.hint().is_some(), "{text:?}");
            return Ok(());
        }
    };
    let asked =
        Request { explain: true, expand: true, per_paper: 5, ..request(query.clone()) };
    let answer = match searcher.search(&asked) {
        Ok(answer) => answer,
        Err(error) => {
            // What the index refuses is refused with its place and a way out.
            let place = error.span().and_then(|span| text.get(span));
            prop_assert!(place.is_some() && error.hint().is_some(), "{text:?}: {error}");
            return Ok(());
        }
    };
    prop_assert_eq!(answer.total_papers, answer.hits.len() as u64, "{:?}", text);
    prop_assert!(answer.total_passages >= answer.total_papers);
    prop_assert!(query::parse(&answer.parsed).is_ok(), "{text:?}: {}", answer.parsed);
    if let Some(other) = &answer.corrected {
        prop_assert!(query::parse(other).is_ok(), "{text:?}: {other}");
    }
    for passage in answer.hits.iter().flat_map(|hit| &hit.passages) {
        let mut end = None;
        for range in &passage.highlights {
            prop_assert!(passage.text.get(range.clone()).is_some_and(|t| !t.is_empty()));
            prop_assert!(end.is_none_or(|end| end < range.start), "{text:?}");
            end = Some(range.end);
        }
        let whys: f32 = passage.why.iter().map(|(.., score)| score).sum();
        let near = 1e-3 * passage.score.abs().max(1.0);
        prop_assert!(
            (whys - passage.score).abs() <= near,
            "{text:?}: {:?} is not {}",
            passage.why,
            passage.score
        );
    }
    Ok(())
}

#[test]
fn any_string_is_answered_or_refused() {
    let searcher = searcher();
    let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(1500)
    });
    let soup = r#"([a-eA-C0-9 ()"'+*?~^:&|!.,/<>=\[\]{}#_é扩散“”@\\-]| AND | OR | NOT | NEAR/2 |title:|year:|key:|topic:|kind:body|lang:|section:|author:| TO |2021|masked|image|MIM|GPT-4|扩散模型|~1|\^2){0,24}"#;
    let words = "((masked|imagee?|modeling|CLIP|gpt4|k-NN|naive|first|C\\+\\+|扩散|キャプション|e|the|of)[ ~^\"*()-]{1,2}){1,12}";
    check(&searcher, "masked2021title:2021").unwrap();
    let texts = prop_oneof!["\\PC{0,60}", ".{0,40}", soup, words];
    runner.run(&texts, |text| check(&searcher, &text)).unwrap();
}
