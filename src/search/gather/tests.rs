//! What is left unscored must not change what is found: a few hits are the first of all hits.

use super::super::tests::{Paper, build, paper, request};
use super::super::{Answer, Group, Request, Searcher, Sort};
use crate::corpus::Format;
use crate::facets::{self, Facet};
use crate::index::Tables;
use crate::passage::PassageKind;
use crate::query;

/// Papers of one passage, of some, and one of more than a window holds; a word is the rarer the
/// higher its number.
fn papers() -> Vec<Paper> {
    let mut random = fastrand::Rng::with_seed(11);
    let word = |random: &mut fastrand::Rng| {
        let share = random.f32();
        format!("w{}", (share * share * share * 80.0) as u32)
    };
    let text = |random: &mut fastrand::Rng, n: usize| {
        (0..n).map(|_| word(random)).collect::<Vec<_>>().join(" ")
    };
    let mut papers = Vec::new();
    for number in 0..700 {
        let n_passages = match number {
            300 => 4500,
            n if n % 40 == 0 => random.usize(20..90),
            _ => random.usize(1..4),
        };
        let texts: Vec<String> = (0..n_passages)
            .map(|_| {
                let n_words = random.usize(1..14);
                text(&mut random, n_words)
            })
            .collect();
        let texts: Vec<(&str, &[&str])> =
            texts.iter().map(|text| (text.as_str(), &[][..])).collect();
        let title = text(&mut random, 3);
        let mut paper = paper(&format!("p{number}"), &title, 2000 + number % 20, &texts);
        paper.work.format =
            [None, Some(Format::Pdf), Some(Format::Tex)][random.usize(..3)];
        paper.work.authors =
            vec!["Ada Everyone".into(), format!("Number {}", number % 9)];
        for entry in &mut paper.passages {
            entry.lang =
                [None, Some("en"), Some("zh")][random.usize(..3)].map(String::from);
            entry.passage.kind =
                [PassageKind::Body, PassageKind::Table][random.usize(..2)];
        }
        papers.push(paper);
    }
    papers
}

fn hits(answer: &Answer) -> Vec<(String, f32, Vec<(String, f32)>)> {
    let hit = |hit: &super::super::Hit| {
        let passages = hit.passages.iter().map(|p| (p.id.clone(), p.score)).collect();
        (hit.paper.key.clone(), hit.score, passages)
    };
    answer.hits.iter().map(hit).collect()
}

fn check(searcher: &Searcher, asked: &Request) {
    let all = searcher.search(asked).unwrap();
    for limit in [0, 1, 4, 25] {
        let some = searcher.search(&Request { limit, ..asked.clone() }).unwrap();
        let n = limit.min(all.hits.len());
        let text = &asked.query.text;
        assert_eq!(hits(&some), hits(&all)[..n], "{limit} of `{text}`");
        assert_eq!(some.total_papers, all.total_papers, "`{text}`");
        assert_eq!(some.total_passages, all.total_passages, "`{text}`");
        assert_eq!(some.facets, all.facets, "`{text}`");
    }
    let bare = Request { facets: Vec::new(), limit: 1, ..asked.clone() };
    let bare = searcher.search(&bare).unwrap();
    assert_eq!(bare.total_papers, all.total_papers);
    assert_eq!(bare.total_passages, all.total_passages);
}

#[test]
fn a_few_hits_are_the_first_of_all() {
    let papers = papers();
    let searcher = build(&papers, papers.len(), &Tables::default());
    // More words than bits are kept of, and more pairs than are looked for.
    let long: Vec<String> =
        (0..300).map(|n| format!("w{}", n * n / 3 % 80 + n % 7 * 80)).collect();
    let long = long.join(" ");
    let texts = [
        "w70",
        "w1 w60",
        "w0 w3 w50 w79",
        "w79 w78 w77 w2 w1 w0",
        "w5 w5 w40 w11 w12 w13",
        "+w2 w60 w3",
        "w66 -w0 w1",
        "\"w0 w1\" w33",
        "\"w0 w0 w0\"~3 w71 w2",
        "title:w4 w64 w0",
        "w9^3 w2 w70^0.1",
        "w3 w1 w3 w2 w3 w0 w3 w50 w0 w3",
        &long,
        "w1 year:2003..2007 w55",
    ];
    for text in texts {
        let mut asked = Request { texts: true, ..request(query::parse(text).unwrap()) };
        asked.facets = facets::NAMES.iter().map(|name| ((*name).into(), None)).collect();
        check(&searcher, &asked);
        let plain = searcher.search(&asked).unwrap();
        let authors = plain.facets.iter().find(|facet| facet.name == "author").unwrap();
        if let Some(first) = authors.values.first() {
            let everyone = ("Ada Everyone", plain.total_papers);
            assert_eq!((first.value.as_str(), first.count), everyone, "`{text}`");
            let rest: u64 = authors.values[1..].iter().map(|name| name.count).sum();
            assert_eq!(rest, plain.total_papers, "`{text}`");
        }
        asked.filters.years = Some((Some(1000), None));
        let filtered = searcher.search(&asked).unwrap();
        for (plain, filtered) in plain.facets.iter().zip(&filtered.facets) {
            let counts = |facet: &Facet| -> Vec<(String, u64)> {
                facet.values.iter().map(|v| (v.value.clone(), v.count)).collect()
            };
            assert_eq!(counts(plain), counts(filtered), "{} of `{text}`", plain.name);
            assert_eq!(plain.missing, filtered.missing, "{} of `{text}`", plain.name);
        }
        asked.filters.years = Some((Some(2004), Some(2009)));
        check(&searcher, &asked);
        let asked = Request { texts: false, ..request(query::parse(text).unwrap()) };
        check(&searcher, &Request { group: Group::Passage, ..asked.clone() });
        check(&searcher, &Request { sort: Sort::Year, ..asked });
    }
}
