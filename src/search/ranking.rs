//! The parameters of ranking. `benches/ranking.rs` measures and sweeps them.

use super::Request;
use crate::paper::reference::names::is_cjk;
use crate::passage::PassageKind;
use crate::query::{Field, Node};
use crate::schema::{Facts, pack_lang};

/// How passages are scored and papers are made of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranking {
    /// BM25: how soon a repeated word stops to count more.
    pub k1: f32,
    /// BM25: how much a long passage must hold to score like a short one, 0 to 1.
    pub b: f32,
    /// Passages shorter than this share of the average count as that long.
    pub shortest: f32,
    /// A word in the paper's title counts as so many in the passage.
    pub title_words: f32,
    /// Share of the title's own score that is added.
    pub title: f32,
    /// Share of the score of neighbouring query words that also stand side by side.
    pub pairs: f32,
    /// Weight of the whole query in order, stop words included, beside its words.
    pub whole: f32,
    /// Weight of the whole query as a title, for the abstract of the paper.
    pub titled: f32,
    /// Share of a word's score for standing in the form that was typed.
    pub typed: f32,
    /// Weight of a stop word beside words that matter.
    pub stop: f32,
    /// Weight of a compound as a whole, beside its parts.
    pub compound: f32,
    /// Weight of each part of a compound (`diffusion` of `latent-diffusion`), beside the whole.
    pub parts: f32,
    /// Weight of the exact form of a quoted word, beside its stem.
    pub exact: f32,
    /// Share of the second-best passage's score that a paper gets.
    pub second: f32,
    /// Weight of a form that an acronym or the glossary adds.
    pub expansion: f32,
    /// Such a form weighs at most so many times what it stands for.
    pub most_added: f32,
    /// How little a run of Chinese weighs for its length: 0 as much as all its pairs of characters, 1 as one
    /// of them.
    pub run: f32,
    /// Weight of an entry of a bibliography: it names what the query asks for and says nothing of it.
    pub reference: f32,
    /// Weight of a table: its cells hold words, hardly an answer.
    pub table: f32,
    /// Weight of a passage in Chinese, Japanese or Korean under a query without such a character:
    /// names and added forms lead to both, and the person reads the language that they typed.
    pub foreign: f32,
}

impl Default for Ranking {
    fn default() -> Self {
        Ranking {
            k1: 1.2,
            b: 0.75,
            shortest: 0.5,
            title_words: 1.0,
            title: 0.2,
            pairs: 0.1,
            whole: 0.5,
            titled: 0.5,
            typed: 0.05,
            stop: 0.0,
            compound: 0.5,
            parts: 0.6,
            exact: 0.5,
            second: 0.0,
            expansion: 0.5,
            most_added: 1.0,
            run: 0.5,
            reference: 0.4,
            table: 0.7,
            foreign: 0.7,
        }
    }
}

impl Ranking {
    /// Weight of each pair of characters of a run of `n_pairs`.
    pub(super) fn run_share(&self, n_pairs: usize) -> f32 {
        (n_pairs.max(1) as f32).powf(-self.run)
    }
}

/// Weights of passages by their kind and language; all alike where a person chose among them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Priors {
    kinds: [f32; 16],
    foreign: f32,
}

impl Priors {
    /// The weights for one request.
    pub(super) fn of(ranking: &Ranking, request: &Request) -> Priors {
        let Request { query, filters, .. } = request;
        let mut priors = Priors { kinds: [1.0; 16], foreign: 1.0 };
        if filters.kinds.is_empty() && !names(&query.root.node, Field::Kind) {
            priors.kinds[PassageKind::Reference as usize] = ranking.reference;
            priors.kinds[PassageKind::Table as usize] = ranking.table;
        }
        let by_lang = !filters.langs.is_empty() || names(&query.root.node, Field::Lang);
        if !by_lang && !query.text.contains(is_cjk) {
            priors.foreign = ranking.foreign;
        }
        priors
    }

    /// The largest weight of a passage.
    pub(super) fn most(&self) -> f32 {
        self.kinds.iter().copied().fold(0.0, f32::max) * self.foreign.max(1.0)
    }

    /// The weight of a passage with these packed facts.
    #[inline]
    pub(super) fn of_passage(&self, facts: u64) -> f32 {
        let weight = self.kinds[Facts::kind_code(facts)];
        match CJK.contains(&Facts::lang_code(facts)) {
            true => weight * self.foreign,
            false => weight,
        }
    }
}

/// Chinese, Japanese and Korean as packed facts hold them.
const CJK: [usize; 3] = [
    pack_lang("zh") as usize + 1,
    pack_lang("ja") as usize + 1,
    pack_lang("ko") as usize + 1,
];

/// Whether a field stands anywhere in a query.
fn names(node: &Node, wanted: Field) -> bool {
    match node {
        Node::Group(clauses) => clauses.iter().any(|clause| names(&clause.node, wanted)),
        Node::Field(field, _) => *field == wanted,
        _ => false,
    }
}
