//! What the index knows of words: how rare they are, which fit a pattern, and which topic a name means.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use levenshtein_automata::{DFA, Distance, LevenshteinAutomatonBuilder, SINK_STATE};
use tantivy::Searcher;
use tantivy::schema::Field;
use tantivy_fst::Automaton;

use super::SearchError;
use super::entries::Entries;
use super::leaf::{Leaf, Words};
use super::plan::Span;
use super::segment::SegmentView;
use crate::analysis;
use crate::index::Tables;
use crate::query::Node;
use crate::schema::IndexSchema;
use crate::survey::{self, Lookup};

/// Most forms that a pattern stands for.
const MOST_FORMS: usize = 256;
/// Most terms that are looked at for a pattern.
const MOST_LOOKED_AT: usize = 2_000_000;

/// Words of one view of an index.
pub(super) struct Lexicon<'a> {
    pub(super) searcher: &'a Searcher,
    pub(super) schema: &'a IndexSchema,
    pub(super) tables: &'a Tables,
    pub(super) segments: &'a [SegmentView],
    pub(super) entries: Entries,
}

impl Lexicon<'_> {
    /// Passages, deleted ones that are still there included, as document frequencies count them.
    fn n_docs(&self) -> u64 {
        let segments = self.searcher.segment_readers().iter();
        segments.map(|segment| u64::from(segment.max_doc())).sum()
    }

    /// Rarity of a leaf in texts and in titles.
    pub(super) fn idf(&self, leaf: &Leaf) -> (f32, f32) {
        let sum = |words: &Words, field: Field| {
            let rarity = |word| self.rarity(field, std::slice::from_ref(word));
            words.places.iter().map(rarity).sum()
        };
        match leaf {
            Leaf::Text(words) => {
                (sum(words, self.schema.text), sum(words, self.schema.title))
            }
            Leaf::Compound(whole, parts) => {
                let rarity = |field| {
                    let whole = self.rarity(field, std::slice::from_ref(whole));
                    whole.min(sum(parts, field))
                };
                (rarity(self.schema.text), rarity(self.schema.title))
            }
            Leaf::Title(words) => (0.0, sum(words, self.schema.title)),
            Leaf::AnyTitle(forms) => (0.0, self.rarity(self.schema.title, forms)),
            Leaf::Exact(forms) => (self.rarity(self.schema.exact, forms), 0.0),
            Leaf::By(words, _) => {
                let rarity = |word: &String| {
                    self.rarity(self.schema.exact, std::slice::from_ref(word))
                };
                (words.iter().map(rarity).sum(), 0.0)
            }
            Leaf::First(field, terms) => (2.0 * self.rarity(*field, terms), 0.0),
            _ => (1.0, 0.0),
        }
    }

    /// Says whether a compound stands anywhere, joined or as its parts.
    pub(super) fn occurs(&self, whole: &str, parts: &Words) -> Result<bool, SearchError> {
        let fields = [self.schema.text, self.schema.title];
        if fields.iter().any(|field| self.has(*field, whole)) {
            return Ok(true);
        }
        for (view, field) in self.segments.iter().flat_map(|v| fields.map(|f| (v, f))) {
            if !view.count(&self.entries, parts, field)?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Number of passages that hold a term; deleted ones that are still there count.
    pub(super) fn doc_freq(&self, field: Field, term: &str) -> tantivy::Result<u64> {
        self.entries.doc_freq(self.segments, field, term)
    }

    /// Says whether a field has a term.
    pub(super) fn has(&self, field: Field, term: &str) -> bool {
        self.doc_freq(field, term).is_ok_and(|n| n > 0)
    }

    fn rarity(&self, field: Field, alternatives: &[String]) -> f32 {
        let freqs =
            alternatives.iter().map(|term| self.doc_freq(field, term).unwrap_or(0));
        idf(freqs.max().unwrap_or(0), self.n_docs())
    }

    /// Paths of the topics that a path, a number or a label means.
    pub(super) fn topics(
        &self,
        given: &str,
        span: Option<&Span>,
    ) -> Result<Vec<String>, SearchError> {
        let (given, span) = (given.to_owned(), span.cloned());
        let labels = |found: Vec<(String, String)>| {
            let named = |(path, label)| format!("`{}` {label}", self.topic_name(path));
            found.into_iter().map(named).collect()
        };
        match survey::find(&self.tables.trees, &given) {
            Lookup::Found(path) => Ok(vec![path]),
            Lookup::Several(found) => {
                Err(SearchError::AmbiguousTopic { given, span, fits: labels(found) })
            }
            Lookup::Unknown(near) => {
                Err(SearchError::UnknownTopic { given, span, near: labels(near) })
            }
        }
    }

    /// What a person types for a topic: its number where that is clear, else its path.
    fn topic_name(&self, path: String) -> String {
        let number = path.rsplit('/').next().unwrap_or_default();
        match survey::find(&self.tables.trees, number) {
            Lookup::Found(found) if found == path => number.to_owned(),
            _ => path,
        }
    }

    /// Terms of a field that fit a pattern, the most frequent; and whether some were left out.
    pub(super) fn expand(
        &self,
        field: Field,
        node: &Node,
    ) -> Result<(Vec<String>, bool), SearchError> {
        let mut found: Vec<(String, u64)> = Vec::new();
        let mut cut = false;
        for segment in self.searcher.segment_readers() {
            let index = segment.inverted_index(field)?;
            let mut keep = |term: &[u8], n: u32| {
                if let Ok(term) = std::str::from_utf8(term) {
                    found.push((term.to_owned(), u64::from(n)));
                }
            };
            match node {
                Node::Fuzzy { word, distance } => {
                    let near = Near::new(&analysis::fold_pattern(word), *distance);
                    let mut stream = index.terms().search(near).into_stream()?;
                    while stream.advance() {
                        keep(stream.key(), stream.value().doc_freq);
                    }
                }
                Node::Prefix(pattern) | Node::Wildcard(pattern) => {
                    let is_prefix = matches!(node, Node::Prefix(_));
                    let pattern = analysis::fold_pattern(pattern);
                    let head = match is_prefix {
                        true => pattern.as_str(),
                        false => pattern.split(['*', '?']).next().unwrap_or_default(),
                    };
                    let glob: Vec<char> = pattern.chars().collect();
                    let mut stream =
                        index.terms().range().ge(head.as_bytes()).into_stream()?;
                    let mut looked_at = 0;
                    while stream.advance() && stream.key().starts_with(head.as_bytes()) {
                        looked_at += 1;
                        if looked_at > MOST_LOOKED_AT {
                            cut = true;
                            break;
                        }
                        if is_prefix || fits(&glob, stream.key()) {
                            keep(stream.key(), stream.value().doc_freq);
                        }
                    }
                }
                _ => {}
            }
        }
        found.sort();
        found.dedup_by(|next, first| {
            let same = next.0 == first.0;
            if same {
                first.1 += next.1;
            }
            same
        });
        found.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        cut |= found.len() > MOST_FORMS;
        found.truncate(MOST_FORMS);
        let mut forms: Vec<String> = found.into_iter().map(|(term, _)| term).collect();
        forms.sort();
        Ok((forms, cut))
    }
}

/// Inverse document frequency, never negative.
pub(super) fn idf(doc_freq: u64, n_docs: u64) -> f32 {
    let (df, n) = (doc_freq as f32, n_docs as f32);
    (1.0 + (n - df + 0.5).max(0.0) / (df + 0.5)).ln()
}

/// Exact forms within some edits of a word, with the passages that have each.
pub(super) fn forms_near(
    lexicon: &Lexicon,
    word: &str,
    distance: u8,
) -> tantivy::Result<BTreeMap<String, u64>> {
    let mut found: BTreeMap<String, u64> = BTreeMap::new();
    for segment in lexicon.searcher.segment_readers() {
        let index = segment.inverted_index(lexicon.schema.exact)?;
        let mut stream = index.terms().search(Near::new(word, distance)).into_stream()?;
        while stream.advance() {
            let form = String::from_utf8_lossy(stream.key()).into_owned();
            *found.entry(form).or_default() += u64::from(stream.value().doc_freq);
        }
    }
    Ok(found)
}

/// Accepts the words within some edits of one.
struct Near(DFA);

impl Near {
    fn new(word: &str, distance: u8) -> Near {
        // The tables for two edits take longer to make than all else.
        static ONE: LazyLock<LevenshteinAutomatonBuilder> =
            LazyLock::new(|| LevenshteinAutomatonBuilder::new(1, true));
        static TWO: LazyLock<LevenshteinAutomatonBuilder> =
            LazyLock::new(|| LevenshteinAutomatonBuilder::new(2, true));
        Near(if distance > 1 { &TWO } else { &ONE }.build_dfa(word))
    }
}

impl Automaton for Near {
    type State = u32;

    fn start(&self) -> u32 {
        self.0.initial_state()
    }

    fn is_match(&self, state: &u32) -> bool {
        matches!(self.0.distance(*state), Distance::Exact(_))
    }

    fn can_match(&self, state: &u32) -> bool {
        *state != SINK_STATE
    }

    fn accept(&self, state: &u32, byte: u8) -> u32 {
        self.0.transition(*state, byte)
    }
}

/// Says whether a term fits a pattern of `*` (any run) and `?` (one character).
fn fits(glob: &[char], term: &[u8]) -> bool {
    if term.is_ascii() {
        return fits_chars(glob, term.len(), |at| char::from(term[at]));
    }
    let Ok(term) = std::str::from_utf8(term) else { return false };
    let term: Vec<char> = term.chars().collect();
    fits_chars(glob, term.len(), |at| term[at])
}

fn fits_chars(glob: &[char], length: usize, term: impl Fn(usize) -> char) -> bool {
    let (mut g, mut t) = (0, 0);
    // The last star, and where in the term its run ends.
    let mut star: Option<(usize, usize)> = None;
    while t < length {
        match glob.get(g) {
            Some('*') => {
                star = Some((g, t));
                g += 1;
            }
            Some(c) if *c == '?' || *c == term(t) => {
                g += 1;
                t += 1;
            }
            _ => {
                let Some((at, run)) = star else { return false };
                star = Some((at, run + 1));
                g = at + 1;
                t = run + 1;
            }
        }
    }
    glob[g..].iter().all(|c| *c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let fit = |glob: &str, term: &str| {
            fits(&glob.chars().collect::<Vec<_>>(), term.as_bytes())
        };
        assert!(fit("wor?d", "world") && fit("w*d", "word") && fit("*ing", "pinging"));
        assert!(!fit("wor?d", "words") && !fit("w*d", "words"));
        assert!(fit("模*", "模型"));
    }

    #[test]
    fn rarer_words_weigh_more() {
        assert!(idf(1, 100) > idf(50, 100));
        assert!(idf(100, 100) >= 0.0);
    }
}
