//! Searching indexes in memory: held against a naive scan, and against itself in other layouts.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;
use crate::analysis::{self, is_stop};
use crate::corpus::WorkKey;
use crate::index::{Store, Tables};
use crate::passage::Passage;
use crate::query::{Clause, Field, Node, Occur};
use crate::schema::{IndexPassage, Mention, Work, with_ancestors};
use crate::survey::{Topic, TopicTree};

/// A paper of a test corpus.
#[derive(Clone, Debug)]
pub(super) struct Paper {
    pub(super) work: Work,
    pub(super) passages: Vec<IndexPassage>,
}

/// Makes a paper; each text is a passage with its topics.
pub(super) fn paper(
    key: &str,
    title: &str,
    year: i32,
    texts: &[(&str, &[&str])],
) -> Paper {
    let work = Work {
        key: key.to_owned(),
        title: title.to_owned(),
        year: Some(year),
        authors: vec![format!("Ada {key}"), "Grace Hopper".to_owned()],
        ..Work::default()
    };
    let passages = texts
        .iter()
        .enumerate()
        .map(|(i, (text, topics))| IndexPassage {
            passage: Passage {
                paper: WorkKey(key.to_owned()),
                ordinal: i as u32,
                kind: if i == 0 { PassageKind::Abstract } else { PassageKind::Body },
                section: vec!["1 Introduction".to_owned()],
                section_number: None,
                page: Some(1),
                page_end: Some(1),
                text: (*text).to_owned(),
                cites: Vec::new(),
            },
            lang: Some("en".to_owned()),
            topics: topics.iter().map(|t| (*t).to_owned()).collect(),
            mentions: Vec::new(),
        })
        .collect();
    Paper { work, passages }
}

/// Builds an index in memory, committing after every `every` papers.
pub(super) fn build(papers: &[Paper], every: usize, tables: &Tables) -> Searcher {
    let store = Store::in_memory().unwrap();
    let mut writer = store.writer(1, 0).unwrap();
    writer.keep_segments();
    for chunk in papers.chunks(every) {
        for paper in chunk {
            let docs = store.schema().documents(&paper.work, paper.passages.clone());
            writer.put(&paper.work.key, docs).unwrap();
        }
        writer.commit(tables).unwrap();
    }
    Searcher::open(&store).unwrap()
}

pub(super) fn clause(occur: Occur, node: Node) -> Clause {
    Clause { occur, node, boost: 1.0, span: 0..0 }
}

pub(super) fn should(word: &str) -> Clause {
    clause(Occur::Should, Node::Word(word.to_owned()))
}

pub(super) fn group(clauses: Vec<Clause>) -> Query {
    Query {
        text: String::new(),
        root: clause(Occur::Should, Node::Group(clauses)),
        asides: vec![],
    }
}

pub(super) fn words(text: &str) -> Query {
    group(text.split_whitespace().map(should).collect())
}

pub(super) fn request(query: Query) -> Request {
    Request {
        query,
        filters: Filters::default(),
        facets: vec![("topic".to_owned(), None), ("year".to_owned(), None)],
        limit: 10_000,
        offset: 0,
        per_paper: 3,
        group: Group::Paper,
        sort: Sort::Score,
        explain: false,
        expand: false,
        texts: true,
    }
}

fn keys(answer: &Answer) -> Vec<&str> {
    answer.hits.iter().map(|hit| hit.paper.key.as_str()).collect()
}

fn small() -> Searcher {
    let papers = [
        paper(
            "clip",
            "Learning from language",
            2021,
            &[
                ("contrastive training of image and text encoders", &["/s/2/2.3"]),
                ("zero shot transfer of the encoders", &["/s/2/2.3"]),
            ],
        ),
        paper(
            "mae",
            "Masked autoencoders",
            2022,
            &[("masked image modeling with an autoencoder", &["/s/2/2.4", "/s/3"])],
        ),
        paper(
            "s",
            "A survey",
            2023,
            &[
                ("masked image modeling is one of many methods", &["/s/2/2.4"]),
                ("chapters on text", &["/s/1"]),
            ],
        ),
    ];
    let topic = |path: &str, label: &str, parent| Topic {
        path: path.to_owned(),
        number: path.rsplit('/').next().unwrap_or_default().to_owned(),
        label: label.to_owned(),
        labels: vec![("zh".to_owned(), format!("{label}中"))],
        parent,
        works: Vec::new(),
    };
    let trees = vec![TopicTree {
        key: "s".to_owned(),
        title: "A survey".to_owned(),
        topics: vec![
            topic("/s/1", "Introduction", None),
            topic("/s/2", "Understanding", None),
            topic("/s/2/2.3", "Contrastive", Some(1)),
            topic("/s/2/2.4", "Masked modeling", Some(1)),
            topic("/s/3", "Generation", None),
        ],
    }];
    build(&papers, 2, &Tables { trees, ..Tables::default() })
}

#[test]
fn finds_ranks_and_counts() {
    let searcher = small();
    let answer = searcher.search(&request(words("masked image modeling"))).unwrap();
    assert_eq!(keys(&answer)[0], "mae");
    assert_eq!((answer.total_papers, answer.total_passages), (3, 3));
    let topics = &answer.facets[0].values[0];
    assert_eq!((topics.value.as_str(), topics.count), ("/s", 3));
    let two = &topics.children[0];
    assert_eq!((two.value.as_str(), two.count, two.children.len()), ("/s/2", 3, 2));
    assert_eq!(answer.hits[0].topics, ["/s/2/2.4", "/s/3"]);
}

#[test]
fn a_title_finds_the_first_passage_only() {
    let searcher = small();
    let answer = searcher.search(&request(words("language"))).unwrap();
    assert_eq!((keys(&answer), answer.total_passages), (vec!["clip"], 1));
    assert_eq!(answer.hits[0].passages[0].id, "clip#0");
}

#[test]
fn a_compound_finds_a_title_and_ranks_by_how_often_it_stands() {
    let long = "BLIP-2 once among many other words that say nothing of it at all";
    let papers = [
        paper("once", "Models", 2023, &[(long, &[])]),
        paper("often", "More", 2023, &[("BLIP2, then BLIP-2, and BLIP 2 again", &[])]),
        paper("title", "BLIP-2: Bootstrapping", 2023, &[("the work itself", &[])]),
    ];
    let searcher = build(&papers, 3, &Tables::default());
    let answer = searcher.search(&request(words("BLIP-2"))).unwrap();
    assert_eq!(answer.total_papers, 3);
    let rank = |key: &str| keys(&answer).iter().position(|k| *k == key);
    assert!(rank("often") < rank("once"), "{:?}", keys(&answer));
}

#[test]
fn a_compound_that_stands_nowhere_is_its_parts() {
    let papers = [
        paper("vae", "Autoencoders", 2013, &[("a VAE learns its latents", &[])]),
        paper("three", "Numbers", 2013, &[("3 and 7 are numbers", &[])]),
    ];
    let searcher = build(&papers, 2, &Tables::default());
    let answer = searcher.search(&request(words("β-VAE"))).unwrap();
    assert_eq!((keys(&answer), answer.notes.len()), (vec!["vae"], 1), "{answer:?}");
    let answer = searcher.search(&request(words("VAE-7"))).unwrap();
    assert_eq!(keys(&answer), ["vae"]);
    let required = clause(Occur::Must, Node::Word("β-VAE".to_owned()));
    assert_eq!(searcher.search(&request(group(vec![required]))).unwrap().total_papers, 0);
}

#[test]
fn a_word_counts_more_as_it_was_typed() {
    let papers = [
        paper("other", "A", 2020, &[("adaptation of layers and more words", &[])]),
        paper("typed", "B", 2020, &[("adapter of layers and more words", &[])]),
    ];
    let searcher = build(&papers, 2, &Tables::default());
    let answer = searcher.search(&request(words("adapter"))).unwrap();
    assert_eq!(keys(&answer)[0], "typed");
}

#[test]
fn passages_in_the_language_of_the_query_come_first() {
    let mut chinese = paper("zh", "A", 2023, &[("CLIP CLIP CLIP 对比", &[])]);
    chinese.passages[0].lang = Some("zh".to_owned());
    let papers = [chinese, paper("en", "B", 2023, &[("CLIP compares CLIP pairs", &[])])];
    let searcher = build(&papers, 2, &Tables::default());
    let mut request = request(words("CLIP"));
    assert_eq!(keys(&searcher.search(&request).unwrap()), ["en", "zh"]);
    request.filters.langs = vec!["zh".to_owned(), "en".to_owned()];
    assert_eq!(keys(&searcher.search(&request).unwrap())[0], "zh");
}

#[test]
fn the_words_of_an_author_are_those_of_one_person() {
    let text: &[(&str, &[&str])] = &[("text", &[])];
    let mut both = paper("both", "A", 2023, text);
    both.work.authors = vec!["Jiazheng Xu".to_owned(), "Yuxuan Tong".to_owned()];
    let mut one = paper("one", "B", 2023, text);
    one.work.authors = vec!["Tong Xu".to_owned()];
    let searcher = build(&[both, one], 2, &Tables::default());
    let mut request = request(words("text"));
    request.filters.authors = vec!["Tong Xu".to_owned()];
    assert_eq!(keys(&searcher.search(&request).unwrap()), ["one"]);
    request.filters.authors = vec!["xu".to_owned()];
    assert_eq!(searcher.search(&request).unwrap().total_papers, 2);
}

#[test]
fn what_a_bibliography_names_stands_behind_what_a_text_says() {
    let mut entry = paper("entry", "A", 2023, &[("optical flow by deep networks", &[])]);
    entry.passages[0].passage.kind = PassageKind::Reference;
    let said =
        "optical flow is the motion that every pixel seems to make from one image on";
    let papers = [entry, paper("said", "B", 2023, &[(said, &[])])];
    let searcher = build(&papers, 2, &Tables::default());
    let mut request = request(words("optical flow"));
    assert_eq!(keys(&searcher.search(&request).unwrap()), ["said", "entry"]);
    request.filters.kinds = vec![PassageKind::Reference, PassageKind::Abstract];
    assert_eq!(keys(&searcher.search(&request).unwrap()), ["entry", "said"]);
}

#[test]
fn stop_words_do_not_find_beside_others() {
    let searcher = small();
    let answer = searcher.search(&request(words("what is the autoencoder"))).unwrap();
    assert_eq!(keys(&answer), ["mae"]);
    let answer = searcher.search(&request(words("of the"))).unwrap();
    assert_eq!(answer.total_papers, 2);
}

#[test]
fn siblings_stay_under_a_choice() {
    let searcher = small();
    let free = searcher.search(&request(words("image text"))).unwrap();
    let mut chosen = request(words("image text"));
    chosen.filters.topics = searcher.resolve_topic("masked MODELING").unwrap();
    let answer = searcher.search(&chosen).unwrap();
    assert_eq!(answer.total_papers, 2);
    let count = |a: &Answer| format!("{:?}", a.facets[0].values).replace("true", "false");
    assert_eq!(count(&free), count(&answer));
    assert!(answer.facets[1].values.iter().all(|year| year.value != "2021"));
    assert_eq!(searcher.resolve_topic("Generation中").unwrap(), ["/s/3"]);
    assert!(matches!(
        searcher.resolve_topic("Generatoin"),
        Err(SearchError::UnknownTopic { near, .. }) if near[0] == "`3` Generation"
    ));
}

#[test]
fn a_venue_is_one_whatever_the_case_of_its_letters() {
    let venues =
        ["Advances in Vision", "advances in vision", "Advances in Vision", "ICML"];
    let papers: Vec<Paper> = (0..4)
        .map(|i| {
            let mut paper = paper(&format!("p{i}"), "A title", 2020, &[("image", &[])]);
            paper.work.venue = Some(venues[i].to_owned());
            paper
        })
        .collect();
    for every in [1, 4] {
        let searcher = build(&papers, every, &Tables::default());
        let mut request = request(words("image"));
        request.facets = vec![("venue".to_owned(), None)];
        let answer = searcher.search(&request).unwrap();
        let values = answer.facets[0].values.iter();
        let shown: Vec<_> = values.map(|v| (v.value.as_str(), v.count)).collect();
        assert_eq!(shown, [("Advances in Vision", 3), ("ICML", 1)]);
        request.filters.venues = vec!["Advances in Vision".to_owned()];
        assert_eq!(searcher.search(&request).unwrap().total_papers, 3);
    }
}

#[test]
fn authors_are_counted_over_segments() {
    let papers: Vec<Paper> = (0..7)
        .map(|i| {
            let mut paper = paper(&format!("p{i}"), "A title", 2020, &[("image", &[])]);
            paper.work.authors = match i {
                0 => Vec::new(),
                _ => vec![format!("Zoë {}", i % 3), format!("Ann {i}")],
            };
            paper.work.venue = (i < 2).then(|| "CVPR".to_owned());
            paper
        })
        .collect();
    for every in [1, 2, 7] {
        let searcher = build(&papers, every, &Tables::default());
        let mut request = request(words("image"));
        request.facets = vec![("author".to_owned(), Some(2)), ("venue".to_owned(), None)];
        request.filters.authors = vec!["ann".to_owned(), "zoe 1".to_owned()];
        let answer = searcher.search(&request).unwrap();
        let shown: Vec<String> = answer.facets[0]
            .values
            .iter()
            .map(|v| format!("{} {} {}", v.value, v.count, v.selected))
            .collect();
        let chosen = "Ann 1 1 true|Ann 2 1 true|Ann 3 1 true|Ann 4 1 true|Ann 5 1 true|Ann 6 1 true";
        assert_eq!(shown.join("|"), format!("Zoë 0 2 false|Zoë 1 2 true|{chosen}"));
        assert_eq!((answer.facets[0].more, answer.facets[0].missing), (1, 1));
        let venues = &answer.facets[1];
        assert_eq!((venues.values[0].count, venues.values.len()), (1, 1));
        assert_eq!(venues.missing, 5);
        request.filters = Filters::default();
        let answer = searcher.search(&request).unwrap();
        assert_eq!(answer.facets[0].values.len(), 2);
        assert_eq!(answer.facets[0].more, 7);
    }
}

#[test]
fn without_texts_the_order_is_the_same() {
    let searcher = small();
    let with = request(words("image text encoder"));
    let without = Request { texts: false, ..with.clone() };
    let (with, without) = (searcher.search(&with), searcher.search(&without));
    let (with, without) = (with.unwrap(), without.unwrap());
    assert_eq!(keys(&with), keys(&without));
    let scores = |a: &Answer| a.hits.iter().map(|h| h.score).collect::<Vec<f32>>();
    assert_eq!(scores(&with), scores(&without));
    assert!(without.hits.iter().all(|hit| hit.passages.is_empty()));
    assert!(with.hits.iter().all(|hit| !hit.passages.is_empty()));
}

#[test]
fn phrases_fields_and_patterns() {
    let searcher = small();
    let one = |node: Node| {
        let answer = searcher.search(&request(group(vec![clause(Occur::Should, node)])));
        let mut found: Vec<String> =
            answer.unwrap().hits.iter().map(|hit| hit.paper.key.clone()).collect();
        found.sort();
        found
    };
    let phrase = |text: &str, slop| Node::Phrase { text: text.to_owned(), slop };
    let field = |field, node| Node::Field(field, Box::new(clause(Occur::Should, node)));
    assert_eq!(one(phrase("image modeling", None)), ["mae", "s"]);
    assert!(one(phrase("modeling image", None)).is_empty());
    assert_eq!(one(phrase("modeling image", Some(0))), ["mae", "s"]);
    assert_eq!(one(field(Field::Title, Node::Word("masked".into()))), ["mae"]);
    assert_eq!(one(field(Field::Author, phrase("hopper grace", None))).len(), 3);
    assert_eq!(one(field(Field::Year, Node::Word("2022".into()))), ["mae"]);
    assert_eq!(one(field(Field::Topic, Node::Word("3".into()))), ["mae"]);
    assert_eq!(one(Node::Prefix("autoenc".into())), ["mae"]);
    assert_eq!(one(Node::Wildcard("enc*ers".into())), ["clip"]);
    assert_eq!(one(Node::Fuzzy { word: "chaptres".into(), distance: 1 }), ["s"]);
    assert_eq!(one(Node::All).len(), 3);
}

#[test]
fn keys_are_found_whole_and_compounds_are_put_right() {
    let text = "chain-of-thought prompts on two CNNs [@he2022masked]";
    let papers: Vec<Paper> =
        ["a", "b2"].map(|key| paper(key, "A title", 2020, &[(text, &[])])).into();
    let searcher = build(&papers, 1, &Tables::default());
    let ask = |text: &str| {
        searcher.search(&request(crate::query::parse(text).unwrap())).unwrap()
    };
    for (text, n) in [
        ("he2022masked", 2),
        ("@he2022masked", 2),
        ("\"he2022masked\"", 2),
        ("masked", 0),
        ("he 2022", 0),
        ("CNN", 2),
        ("\"two cnns\"", 2),
    ] {
        assert_eq!(ask(text).hits.len(), n, "{text}");
    }
    let corrected = ask("chain-of-thougth").corrected;
    assert_eq!(corrected.as_deref(), Some("chain-of-thought"));
    assert_eq!(ask("chain-of-thought").corrected, None);
    assert_eq!(ask("promptt").corrected.as_deref(), Some("prompts"));
    assert_eq!(ask("Prompst").corrected.as_deref(), Some("Prompts"));
    let notes = ask("a thing like b2").notes;
    assert_eq!(notes[0], "`b2` is the key of a paper: `key:b2`, `citemap show b2`");
}

#[test]
fn fields_beside_words_only_filter() {
    let searcher = small();
    let found = |text: &str| {
        let query = crate::query::parse(text).unwrap();
        let answer = searcher.search(&request(query)).unwrap();
        let mut found: Vec<String> =
            answer.hits.iter().map(|hit| hit.paper.key.clone()).collect();
        found.sort();
        found.join(" ")
    };
    assert_eq!(found("image"), "clip mae s");
    assert_eq!(found("image year:2022"), "mae");
    assert_eq!(found("encoders year:2022"), "");
    assert_eq!(found("image year:2021 year:2022"), "clip mae");
    assert_eq!(found("image year:>=2022 year:<2023"), "mae");
    assert_eq!(found("encoders OR year:2022"), "clip mae");
    assert_eq!(found("title:masked author:hopper"), "mae");
    assert_eq!(found("the year:2022"), "mae");
}

#[test]
fn who_cites_whom() {
    let mut papers = [
        paper("a", "A", 2020, &[("first", &[])]),
        paper("b", "B", 2021, &[("as a says", &[]), ("a again", &[])]),
    ];
    for passage in &mut papers[1].passages {
        passage.mentions.push(Mention {
            work: WorkKey("a".to_owned()),
            page: 3,
            sentence: format!("It is {}.", passage.passage.text),
        });
    }
    let searcher = build(&papers, 1, &Tables::default());
    let cited = searcher.cited_at("a").unwrap();
    let sentences: Vec<&str> = cited.iter().map(|c| c.sentence.as_str()).collect();
    assert_eq!(sentences, ["It is as a says.", "It is a again."]);
    let mut by_citations = request(group(vec![clause(Occur::Should, Node::All)]));
    by_citations.sort = Sort::Cited;
    let answer = searcher.search(&by_citations).unwrap();
    assert_eq!((keys(&answer), answer.hits[0].paper.cited), (vec!["a", "b"], 1));
}

#[test]
fn a_paper_outside_the_survey_gets_suggestions_that_nothing_counts() {
    let topic = |number: &str, label: &str| Topic {
        path: format!("/s/{number}"),
        number: number.to_owned(),
        label: label.to_owned(),
        labels: Vec::new(),
        parent: None,
        works: Vec::new(),
    };
    let topics = vec![topic("1", "Pixels"), topic("2", "Contrast")];
    let trees = vec![TopicTree { key: "s".to_owned(), title: "S".to_owned(), topics }];
    let papers = [
        paper(
            "a",
            "Masked",
            2021,
            &[("reconstruct masked pixels of patches", &["/s/1"])],
        ),
        paper(
            "b",
            "Pairs",
            2021,
            &[("contrast captions with images in pairs", &["/s/2"])],
        ),
        paper("c", "More pairs", 2022, &[("pairs of captions to contrast", &["/s/2"])]),
        paper("new", "Later", 2024, &[("masked patches whose pixels return", &[])]),
    ];
    let searcher = build(&papers, 2, &Tables { trees, ..Tables::default() });
    let suggested = searcher.suggest_topics("new", 3).unwrap();
    assert_eq!((suggested[0].path.as_str(), suggested[0].score), ("/s/1", 1.0));
    assert_eq!(suggested[0].papers, ["a"]);
    // A paper is no reason for its own topic.
    let own = searcher.suggest_topics("b", 1).unwrap();
    assert_eq!(own[0].papers, ["c"]);
    let answer = searcher.search(&request(words("masked pixels"))).unwrap();
    assert_eq!((answer.total_papers, answer.facets[0].values[0].count), (2, 1));
    assert_eq!(searcher.topic_counts().unwrap()["/s/1"].papers, 1);
}

#[test]
fn a_work_is_replaced_whole() {
    let store = Store::in_memory().unwrap();
    let mut writer = store.writer(2, 0).unwrap();
    let old = paper("k", "Old", 2020, &[("one", &[]), ("two", &[])]);
    let new = paper("k", "New", 2020, &[("three", &[])]);
    for version in [&old, &new, &new] {
        let docs = store.schema().documents(&version.work, version.passages.clone());
        writer.put("k", docs).unwrap();
        writer.commit(&Tables::default()).unwrap();
    }
    let searcher = Searcher::open(&store).unwrap();
    assert_eq!(searcher.view().passages(), 1);
    assert_eq!(searcher.passages("k").unwrap()[0].text, "three");
    assert_eq!(searcher.search(&request(words("two"))).unwrap().total_papers, 0);
}

// The naive scan.

const VOCABULARY: [&str; 10] =
    ["ant", "bee", "cat", "dog", "the", "of", "eel", "fox", "GNU-2", "gnu"];

/// Stems of a text, compounds as their parts.
fn stems(text: &str) -> Vec<String> {
    analysis::phrase(text).into_iter().map(|(_, form)| form.stem).collect()
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(&VOCABULARY[..]), 0..12)
        .prop_map(|words| words.join(" "))
}

fn a_paper() -> impl Strategy<Value = (String, i32, Vec<(String, Vec<String>)>, bool)> {
    let topic =
        prop::sample::select(vec!["/s/1", "/s/2", "/s/2/2.1", "/s/2/2.2", "/t/1"]);
    let topics = prop::collection::btree_set(topic.prop_map(str::to_owned), 0..3)
        .prop_map(|set| set.into_iter().collect::<Vec<String>>());
    let passages = prop::collection::vec((text(), topics), 1..5);
    (text(), 2018..2023, passages, any::<bool>())
}

fn a_node() -> impl Strategy<Value = Node> {
    let word = prop::sample::select(&VOCABULARY[..]).prop_map(str::to_owned);
    let words =
        prop::collection::vec(word.clone(), 2..4).prop_map(|words| words.join(" "));
    let leaf = prop_oneof![
        6 => word.clone().prop_map(Node::Word),
        1 => words.prop_map(|text| Node::Phrase { text, slop: None }),
        1 => word.prop_map(|w| Node::Field(
            Field::Title,
            Box::new(clause(Occur::Should, Node::Word(w))),
        )),
    ];
    let occur = prop_oneof![
        6 => Just(Occur::Should), 1 => Just(Occur::Must), 1 => Just(Occur::MustNot)
    ];
    leaf.prop_recursive(2, 8, 4, move |inner| {
        prop::collection::vec((occur.clone(), inner), 1..5).prop_map(|clauses| {
            Node::Group(clauses.into_iter().map(|(o, n)| clause(o, n)).collect())
        })
    })
}

fn within(text: &[String], wanted: &[String]) -> bool {
    text.windows(wanted.len()).any(|words| words == wanted)
}

fn only_fields(clause: &Clause) -> bool {
    match &clause.node {
        Node::Field(..) => true,
        Node::Group(clauses) => clauses.iter().all(only_fields),
        _ => false,
    }
}

struct Naive<'a> {
    title: Vec<String>,
    own: Vec<Vec<String>>,
    paper: &'a Paper,
}

impl Naive<'_> {
    fn has(&self, passage: usize, wanted: &[String]) -> bool {
        within(&self.own[passage], wanted)
            || (passage == 0 && within(&self.title, wanted))
    }

    /// `None`: the clause takes no part in matching.
    fn matches(&self, passage: usize, node: &Node) -> Option<bool> {
        match node {
            Node::Word(word) => Some(self.has(passage, &stems(word))),
            Node::Phrase { text, .. } => Some(self.has(passage, &stems(text))),
            Node::Field(_, inner) => match &inner.node {
                Node::Word(word) => Some(within(&self.title, &stems(word))),
                _ => None,
            },
            Node::Group(clauses) => {
                let stop = |c: &Clause| matches!(&c.node, Node::Word(w) if is_stop(w));
                let positive = |c: &&Clause| c.occur != Occur::MustNot;
                let all_stop = clauses.iter().filter(positive).all(stop);
                let (mut musts, mut shoulds, mut nots) = (vec![], vec![], vec![]);
                for c in clauses {
                    if c.occur == Occur::Should && stop(c) && !all_stop {
                        continue;
                    }
                    let Some(found) = self.matches(passage, &c.node) else { continue };
                    match c.occur {
                        Occur::Must => musts.push(found),
                        Occur::Should => shoulds.push(found),
                        Occur::MustNot => nots.push(found),
                    }
                }
                let base = match (musts.is_empty(), shoulds.is_empty()) {
                    // Fields only filter: what stands beside them has to be found.
                    (false, false)
                        if clauses
                            .iter()
                            .filter(|c| c.occur == Occur::Must)
                            .all(only_fields) =>
                    {
                        musts.iter().all(|m| *m) && shoulds.iter().any(|s| *s)
                    }
                    (false, _) => musts.iter().all(|m| *m),
                    (true, false) => shoulds.iter().any(|s| *s),
                    (true, true) if nots.is_empty() => return None,
                    (true, true) => true,
                };
                Some(base && !nots.iter().any(|n| *n))
            }
            _ => None,
        }
    }
}

fn naive(
    papers: &[Paper],
    query: &Query,
    filters: &Filters,
) -> (u64, BTreeSet<String>, BTreeMap<String, u64>) {
    let (mut passages, mut found, mut counts) = (0, BTreeSet::new(), BTreeMap::new());
    for paper in papers {
        let naive = Naive {
            title: stems(&paper.work.title),
            own: paper.passages.iter().map(|p| stems(&p.passage.text)).collect(),
            paper,
        };
        let mut topics: BTreeSet<&str> = BTreeSet::new();
        for (i, entry) in naive.paper.passages.iter().enumerate() {
            let year = filters.years.is_none_or(|(from, _)| from <= paper.work.year);
            if !naive.matches(i, &query.root.node).unwrap_or(false) || !year {
                continue;
            }
            let above = with_ancestors(&entry.topics);
            let chosen = filters.topics.is_empty()
                || filters.topics.iter().any(|t| above.contains(&t.as_str()));
            topics.extend(above);
            if chosen {
                passages += 1;
                found.insert(paper.work.key.clone());
            }
        }
        for topic in topics {
            *counts.entry(topic.to_owned()).or_default() += 1;
        }
    }
    (passages, found, counts)
}

fn flat_counts(values: &[crate::facets::FacetValue], out: &mut BTreeMap<String, u64>) {
    for value in values.iter() {
        if value.count > 0 {
            out.insert(value.value.clone(), value.count);
        }
        flat_counts(&value.children, out);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn agrees_with_a_naive_scan(
        made in prop::collection::vec(a_paper(), 1..12),
        clauses in prop::collection::vec(a_node(), 1..6),
        topic in prop::option::of(prop::sample::select(vec!["/s", "/s/2", "/s/2/2.1"])),
        from in prop::option::of(2018..2023),
    ) {
        let mut papers: Vec<Paper> = made
            .iter()
            .enumerate()
            .map(|(i, (title, year, passages, same))| {
                let texts: Vec<(&str, Vec<&str>)> = passages
                    .iter()
                    .map(|(text, topics)| {
                        // Most papers have the same topics throughout; surveys do not.
                        let topics = if *same { &passages[0].1 } else { topics };
                        (text.as_str(), topics.iter().map(String::as_str).collect())
                    })
                    .collect();
                let texts: Vec<(&str, &[&str])> =
                    texts.iter().map(|(text, topics)| (*text, topics.as_slice())).collect();
                paper(&format!("p{i}"), title, *year, &texts)
            })
            .collect();
        // A compound that stands nowhere would be searched by its parts.
        papers.push(paper("compound", "", 2020, &[("GNU-2", &[])]));
        let clauses = clauses.into_iter().map(|node| clause(Occur::Should, node)).collect();
        let mut request = request(group(clauses));
        request.filters.topics = topic.into_iter().map(str::to_owned).collect();
        request.filters.years = from.map(|from| (Some(from), None));
        let (passages, found, counts) = naive(&papers, &request.query, &request.filters);

        let whole = build(&papers, 100, &Tables::default());
        let answer = whole.search(&request).unwrap();
        prop_assert_eq!(answer.total_passages, passages);
        let got: BTreeSet<String> =
            answer.hits.iter().map(|hit| hit.paper.key.clone()).collect();
        prop_assert_eq!(&got, &found);
        let mut flat = BTreeMap::new();
        flat_counts(&answer.facets[0].values, &mut flat);
        prop_assert_eq!(flat, counts);

        // The best few are the first of all, and another layout of segments changes nothing.
        let pieces = build(&papers, 2, &Tables::default());
        let same = pieces.search(&request).unwrap();
        prop_assert_eq!(keys(&same), keys(&answer));
        for (limit, offset) in [(1, 0), (2, 0), (2, 1)] {
            request.limit = limit;
            request.offset = offset;
            let few = pieces.search(&request).unwrap();
            let all = keys(&answer);
            let expected: Vec<&str> = all.into_iter().skip(offset).take(limit).collect();
            prop_assert_eq!(keys(&few), expected);
        }
    }
}
