//! Clauses under a field, ranges and patterns.

use std::ops::Bound;

use super::{Compiler, Place, Span, Tree, join, phrase_of};
use crate::analysis;
use crate::corpus::ids;
use crate::query::{Field, Node};
use crate::schema::{kind_of, pack_lang};
use crate::search::SearchError;
use crate::search::leaf::Leaf;

impl Compiler<'_> {
    /// A word, or a phrase where `phrase` gives its slop, under a field.
    pub(super) fn field_words(
        &mut self,
        field: Field,
        text: &str,
        phrase: Option<Option<u32>>,
        span: &Span,
        place: Place,
    ) -> Result<Option<Tree>, SearchError> {
        let leaf = match field {
            Field::Title | Field::Section => {
                let words = phrase_of(text, phrase.flatten());
                if words.places.is_empty() {
                    return Ok(None);
                }
                match field {
                    Field::Title => Leaf::Title(words),
                    _ => Leaf::Section(words),
                }
            }
            Field::Author => Leaf::Names(self.schema.author, forms_of(text)),
            Field::Venue => Leaf::Names(self.schema.venue, forms_of(text)),
            Field::Key => Leaf::Terms(self.schema.key, vec![text.to_owned()]),
            Field::Arxiv => Leaf::PaperTerms(self.schema.arxiv, vec![arxiv_id(text)]),
            Field::Doi => Leaf::PaperTerms(self.schema.doi, vec![ids::plain_doi(text)]),
            Field::Topic => {
                let paths = self.lexicon.topics(text, Some(span))?;
                Leaf::Terms(self.schema.topic, paths)
            }
            Field::Year => {
                let year = year_of(text, span)?;
                Leaf::Year(Some(year), Some(year))
            }
            Field::Kind => {
                let kind = kind_of(&text.to_lowercase()).ok_or_else(|| {
                    SearchError::UnknownKind {
                        given: text.to_owned(),
                        span: Some(span.clone()),
                    }
                })?;
                Leaf::Kinds(vec![kind])
            }
            Field::Lang => Leaf::Langs(vec![pack_lang(text)]),
        };
        if place.ranks
            && !matches!(leaf, Leaf::Year(..) | Leaf::Kinds(_) | Leaf::Langs(_))
        {
            self.unit(leaf.clone(), place.boost, false, text, field.name());
        }
        Ok(Some(Tree::Leaf(leaf)))
    }

    pub(super) fn range(
        &mut self,
        field: Option<Field>,
        from: &Bound<String>,
        to: &Bound<String>,
        span: &Span,
    ) -> Result<Leaf, SearchError> {
        if field != Some(Field::Year) {
            return Err(SearchError::RangeWithoutYear { span: span.clone() });
        }
        let bound = |bound: &Bound<String>, inward: i32| match bound {
            Bound::Unbounded => Ok(None),
            Bound::Included(text) => year_of(text, span).map(Some),
            Bound::Excluded(text) => {
                year_of(text, span).map(|year| Some(year.saturating_add(inward)))
            }
        };
        Ok(Leaf::Year(bound(from, 1)?, bound(to, -1)?))
    }

    /// A prefix, a wildcard or a fuzzy word: all forms of the index that fit, up to a limit.
    pub(super) fn pattern(
        &mut self,
        node: &Node,
        span: &Span,
        place: Place,
    ) -> Result<Tree, SearchError> {
        let index_field = match place.field {
            None => self.schema.exact,
            Some(Field::Title) => self.schema.title,
            Some(Field::Section) => self.schema.section,
            Some(Field::Author) => self.schema.author,
            Some(Field::Venue) => self.schema.venue,
            Some(Field::Key) => self.schema.key,
            Some(Field::Arxiv) => self.schema.arxiv,
            Some(Field::Doi) => self.schema.doi,
            Some(field) => {
                let field = field.name();
                return Err(SearchError::PatternInField { field, span: span.clone() });
            }
        };
        let (forms, cut) = self.lexicon.expand(index_field, node)?;
        let label = pattern_label(node);
        if cut {
            self.note(format!(
                "`{label}` stands for more than {} words; the most frequent are used",
                forms.len()
            ));
        }
        if forms.is_empty() {
            return Ok(Tree::Leaf(Leaf::Nothing));
        }
        let leaves: Vec<Leaf> = match place.field {
            None => vec![Leaf::Exact(forms)],
            Some(Field::Title) => {
                vec![Leaf::AnyTitle(forms)]
            }
            Some(Field::Section) => {
                vec![Leaf::AnySection(forms)]
            }
            Some(Field::Author | Field::Venue | Field::Arxiv | Field::Doi) => {
                vec![Leaf::PaperTerms(index_field, forms)]
            }
            Some(_) => vec![Leaf::Terms(index_field, forms)],
        };
        if place.ranks {
            let field = place.field.map_or("text", Field::name);
            for leaf in &leaves {
                self.unit(leaf.clone(), place.boost, false, &label, field);
            }
        }
        Ok(join(leaves.into_iter().map(Tree::Leaf).collect(), Tree::Any))
    }
}

fn pattern_label(node: &Node) -> String {
    match node {
        Node::Prefix(word) => format!("{word}*"),
        Node::Wildcard(pattern) => pattern.clone(),
        Node::Fuzzy { word, distance } => format!("{word}~{distance}"),
        _ => String::new(),
    }
}

/// Folded forms of a name's words, as the author and venue fields hold them.
pub(in crate::search) fn forms_of(text: &str) -> Vec<String> {
    analysis::phrase(text).into_iter().map(|(_, form)| form.exact).collect()
}

/// An arXiv id as the index holds it; what is none, as it was typed.
pub(in crate::search) fn arxiv_id(text: &str) -> String {
    ids::arxiv_id(text).unwrap_or_else(|| text.trim().to_owned())
}

fn year_of(text: &str, span: &Span) -> Result<i32, SearchError> {
    text.trim()
        .parse()
        .map_err(|_| SearchError::BadYear { given: text.to_owned(), span: span.clone() })
}
