//! Other ways of saying what a query says: acronyms of the corpus, names in other languages.
//!
//! In: a query. Out: the query with what the corpus adds, each addition at a lower weight, behind what
//! it says otherwise and with the same span, and the additions as pairs for people. What a person required or excluded stays as it is, save that
//! a required word may be met by its other forms.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use super::ranking::Ranking;
use crate::analysis::{self, AcronymTable, Glossary, is_stop};
use crate::index::View;
use crate::query::{Clause, Node, Occur, Query};
use crate::survey::TopicTree;

/// Most additions to one query.
const MOST: usize = 8;
/// Long forms taken of one short form.
const MOST_LONG: usize = 2;
/// Words of a run that are looked up together.
const MOST_WORDS: usize = 6;

/// What a corpus and its owner know of other names.
pub(super) struct Names {
    acronyms: Arc<AcronymTable>,
    glossary: Glossary,
}

impl Names {
    /// Reads the tables of a view; labels of topics in several languages are names too.
    pub(super) fn new(view: &View, mut glossary: Glossary) -> Names {
        for names in view.tables.trees.iter().flat_map(label_names) {
            glossary.add(names);
        }
        Names { acronyms: view.acronyms.clone(), glossary }
    }
}

/// The labels of each topic, where it has them in several languages.
fn label_names(tree: &TopicTree) -> Vec<BTreeMap<String, Vec<String>>> {
    let several = tree.topics.iter().filter(|topic| !topic.labels.is_empty());
    several
        .map(|topic| {
            let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
            let own = analysis::language(&topic.label).unwrap_or("en");
            names.entry(own.to_owned()).or_default().push(topic.label.clone());
            for (lang, label) in &topic.labels {
                names.entry(lang.clone()).or_default().push(label.clone());
            }
            names
        })
        .collect()
}

fn stems(text: &str) -> Vec<String> {
    analysis::phrase(text).into_iter().map(|(_, form)| form.stem).collect()
}

/// Adds to a query what `names` knows; returns it with the additions, `MIM` also `masked image
/// modeling`.
pub(super) fn expand(
    query: &Query,
    names: &Names,
    ranking: &Ranking,
) -> (Query, Vec<(String, String)>) {
    let mut expanded = query.clone();
    let mut work = Expansion {
        query,
        names,
        ranking,
        text: OnceCell::new(),
        added: Vec::new(),
        in_stems: Vec::new(),
    };
    work.clause(&mut expanded.root);
    (expanded, work.added)
}

struct Expansion<'a> {
    query: &'a Query,
    names: &'a Names,
    ranking: &'a Ranking,
    /// Stems of the whole query: what it says already is not added.
    text: OnceCell<Vec<String>>,
    added: Vec<(String, String)>,
    /// The stems of what was added: no form twice, whatever its case.
    in_stems: Vec<Vec<String>>,
}

impl Expansion<'_> {
    fn clause(&mut self, clause: &mut Clause) {
        if clause.occur == Occur::MustNot {
            return;
        }
        if let Node::Group(clauses) = &mut clause.node {
            let mut extra = self.runs(clauses);
            for inner in clauses.iter_mut() {
                match (&inner.node, inner.occur) {
                    (_, Occur::MustNot) => {}
                    (Node::Group(_), _) => self.clause(inner),
                    (node, occur) => {
                        let others = self.others(node);
                        let made = others.iter().map(|other| self.made(inner, other));
                        let made: Vec<Clause> = made.collect();
                        match occur {
                            Occur::Must if !made.is_empty() => require_any(inner, made),
                            _ => extra.extend(made),
                        }
                    }
                }
            }
            // Where something is required, additions would only rank; that is what they are for.
            clauses.extend(extra);
        }
    }

    /// Other names of a word or a phrase.
    fn others(&mut self, node: &Node) -> Vec<String> {
        let acronyms = &self.names.acronyms;
        let owned = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        let (text, mut others): (&String, Vec<String>) = match node {
            Node::Word(word) if !is_stop(&word.to_lowercase()) => {
                let mut long = acronyms.long_forms(word);
                long.truncate(MOST_LONG);
                (word, owned(long))
            }
            // What stands in quotes is asked for as it stands; Chinese has quotes in prose, too.
            Node::Phrase { text, slop: None } if text.contains(is_unspaced) => {
                (text, owned(self.names.glossary.others(text)))
            }
            _ => return Vec::new(),
        };
        others.retain(|other| self.note(text, other));
        others
    }

    /// Short forms and other names of words that stand side by side.
    fn runs(&mut self, clauses: &[Clause]) -> Vec<Clause> {
        let mut extra = Vec::new();
        let bare =
            |c: &Clause| c.occur == Occur::Should && matches!(c.node, Node::Word(_));
        for run in clauses.chunk_by(|a, b| bare(a) && bare(b)) {
            let words: Vec<&str> = run
                .iter()
                .filter_map(|clause| match &clause.node {
                    Node::Word(word) if bare(clause) => Some(word.as_str()),
                    _ => None,
                })
                .collect();
            let Some(first) = run.first().filter(|_| !words.is_empty()) else { continue };
            let in_stems: Vec<Vec<String>> =
                words.iter().map(|word| stems(word)).collect();
            for size in (2..=MOST_WORDS.min(words.len())).rev() {
                for (at, clauses) in run.windows(size).enumerate() {
                    let long = in_stems[at..at + size].concat();
                    if let Some(short) = self.names.acronyms.short_form(&long)
                        && self.note(&words[at..at + size].join(" "), short)
                    {
                        let span = clauses[0].span.start..clauses[size - 1].span.end;
                        extra.push(Clause { span, ..self.made(first, short) });
                    }
                }
            }
            let text = words.join(" ");
            let names = self.names;
            for (range, others) in names.glossary.find(&text) {
                let said = &text[range.clone()];
                for other in others {
                    if self.note(said, other) {
                        let span = span_in(run, &words, &range);
                        extra.push(Clause { span, ..self.made(first, other) });
                    }
                }
            }
        }
        extra
    }

    /// Records an addition; false if the query says it already or has enough.
    fn note(&mut self, said: &str, other: &str) -> bool {
        let stems = stems(other);
        let text = self.text.get_or_init(|| self::stems(&self.query.text));
        let is_there = text.windows(stems.len().max(1)).any(|part| part == stems);
        if stems.is_empty()
            || is_there
            || self.added.len() >= MOST
            || self.in_stems.contains(&stems)
        {
            return false;
        }
        self.in_stems.push(stems);
        self.added.push((said.to_owned(), other.to_owned()));
        true
    }

    fn made(&self, from: &Clause, text: &str) -> Clause {
        let node = match analysis::phrase(text).len() {
            1 => Node::Word(text.to_owned()),
            _ => Node::Phrase { text: text.to_owned(), slop: None },
        };
        let boost = from.boost * self.ranking.expansion;
        Clause { occur: Occur::Should, node, boost, span: from.span.clone() }
    }
}

/// The place in the query of a range of `words` joined by spaces; each is a clause of `run`.
fn span_in(run: &[Clause], words: &[&str], range: &Range<usize>) -> Range<usize> {
    let (mut from, mut to) = (usize::MAX, 0);
    let mut start = 0;
    for (clause, word) in run.iter().zip(words) {
        let end = start + word.len();
        if start < range.end && range.start < end {
            // A word that was typed otherwise than it reads counts as a whole.
            let same = clause.span.len() == word.len();
            let before = if same { range.start.saturating_sub(start) } else { 0 };
            let after = if same { end.saturating_sub(range.end) } else { 0 };
            from = from.min(clause.span.start + before);
            to = to.max(clause.span.end.saturating_sub(after));
        }
        start = end + 1;
    }
    from..to
}

/// Whether `c` belongs to a script that is written without spaces, as Chinese.
fn is_unspaced(c: char) -> bool {
    c.is_alphabetic() && u32::from(c) >= 0x2E80
}

/// A required clause is met by itself or by one of `others`.
fn require_any(clause: &mut Clause, others: Vec<Clause>) {
    let own = Clause { occur: Occur::Should, boost: 1.0, ..clause.clone() };
    let mut group = vec![own];
    // The boost of the group applies to all of them.
    let boost = if clause.boost == 0.0 { 1.0 } else { clause.boost };
    group.extend(
        others.into_iter().map(|other| Clause { boost: other.boost / boost, ..other }),
    );
    clause.node = Node::Group(group);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let mut acronyms = AcronymTable::default();
        acronyms
            .add_paper(analysis::acronyms("We use masked image modeling (MIM) here."));
        let mut glossary = Glossary::default();
        glossary.add(BTreeMap::from([
            ("en".to_owned(), vec!["visual generation".to_owned()]),
            ("zh".to_owned(), vec!["视觉生成".to_owned()]),
        ]));
        Names { acronyms: Arc::new(acronyms), glossary }
    }

    fn check(text: &str, expanded: &str) {
        let query = crate::query::parse(text).unwrap();
        let (query, _) = expand(&query, &names(), &Ranking::default());
        assert_eq!(query.to_string(), expanded);
    }

    #[test]
    fn short_and_long_forms() {
        check("mim results", "mim results \"masked image modeling\"^0.5");
        check("masked image modelling", "masked image modelling MIM^0.5");
        check("\"masked image modeling\"", "\"masked image modeling\"");
        check("+MIM x", "+(MIM \"masked image modeling\"^0.5) x");
        check("-MIM x", "-MIM x");
        check("MIM masked image modeling", "MIM masked image modeling");
    }

    #[test]
    fn names_in_other_languages() {
        check("视觉生成", "视觉生成 \"visual generation\"^0.5");
        check("“视觉生成”", "\"视觉生成\" \"visual generation\"^0.5");
        check("\"visual generation\"", "\"visual generation\"");
    }
}
