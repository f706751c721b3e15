//! What names a work and does not speak of its matter: its author, its identifiers, its title.
//!
//! A person who types a name means the works of that name; passages that mention it come after.

use super::{Compiler, Place, Tree, forms_of, phrase_of};
use crate::analysis::is_stop;
use crate::corpus::ids;
use crate::paper::reference::names::is_cjk;
use crate::query::{Clause, Node, Occur};
use crate::search::leaf::Leaf;

/// Fewest words of a title that is looked for as a whole.
const FEWEST: usize = 3;
/// Fewest words of a remembered row: pairs of words tell shorter ones, and cost less.
const FEWEST_OF_ROW: usize = 5;
/// Most of them: no passage holds a longer row that a person remembers.
const MOST: usize = 40;

impl Compiler<'_> {
    /// Finds the works that words side by side name, each by its first passage.
    pub(super) fn works(&mut self, clauses: &[Clause], place: Place) -> Vec<Tree> {
        if !place.ranks || place.field.is_some() {
            return Vec::new();
        }
        let words = bare_words(clauses);
        let mut leaves = Vec::new();
        for (at, word) in words.iter().enumerate() {
            leaves.extend(self.identified(word, words.len() == 1 && clauses.len() == 1));
            let year = words[at + 1..]
                .iter()
                .find(|w| !matches!(w.as_str(), "et" | "al" | "al."));
            let year = year.and_then(|word| year_of(word));
            let names = match words.get(at + 1) {
                Some(next) if year.is_none() => self.author(&[word, next], None),
                None if words.len() == 1 && is_capital(word) => {
                    self.author(&[word], None)
                }
                _ if year.is_some() => self.author(&[word], year),
                _ => None,
            };
            leaves.extend(names);
        }
        let mut trees = Vec::with_capacity(leaves.len());
        for leaf in leaves {
            let label = words.join(" ");
            self.unit(leaf.clone(), place.boost, place.finds, &label, "work");
            trees.push(Tree::Leaf(leaf));
        }
        trees
    }

    /// A passage that holds the whole query in order, and the abstract of a work of this title.
    pub(super) fn whole(&mut self, clauses: &[Clause], place: Place) {
        let words = bare_words(clauses);
        let text = words.join(" ");
        let phrase = phrase_of(&text, None);
        if words.is_empty() || !(FEWEST..=MOST).contains(&phrase.places.len()) {
            return;
        }
        let share = match text.chars().all(|c| c == ' ' || is_cjk(c)) {
            true => self.ranking.run_share(phrase.places.len()),
            false => 1.0,
        };
        let row = match phrase.places.len() >= FEWEST_OF_ROW {
            true => self.ranking.whole,
            false => 0.0,
        };
        for (leaf, weight) in [
            (Leaf::Text(phrase.clone()), row),
            (Leaf::Titled(phrase), self.ranking.titled),
        ] {
            if weight > 0.0 {
                self.unit(
                    leaf,
                    place.boost * weight * share,
                    false,
                    &text,
                    "whole query",
                );
            }
        }
    }

    /// The work with this arXiv id, DOI or key; a word that might be any other is a key only where it
    /// stands `alone`.
    fn identified(&self, word: &str, alone: bool) -> Option<Leaf> {
        let key = word.trim_start_matches('@');
        let digits = key.bytes().filter(u8::is_ascii_digit).count();
        let is_key =
            key.bytes().any(|b| b.is_ascii_alphabetic()) && (alone || digits >= 4);
        let known = |field, term: String| {
            self.lexicon.has(field, &term).then(|| Leaf::First(field, vec![term]))
        };
        let arxiv = ids::arxiv_id(word).and_then(|id| known(self.schema.arxiv, id));
        let doi = || known(self.schema.doi, ids::plain_doi(ids::doi(word)?.as_str()));
        let key = || known(self.schema.key, key.to_owned()).filter(|_| is_key);
        arxiv.or_else(doi).or_else(key)
    }

    /// Works of an author who has all these words in the name.
    fn author(&self, words: &[&String], year: Option<i32>) -> Option<Leaf> {
        let forms: Vec<String> = words.iter().flat_map(|word| forms_of(word)).collect();
        // *He* and *So* are names where another word of the name stands beside them, or a year.
        let is_name = |word: &String, form: &String| !is_stop(form) || is_capital(word);
        let fits = words.iter().all(|word| {
            word.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '.' | '\'' | ','))
        });
        let named = words.iter().zip(&forms).all(|(word, form)| is_name(word, form));
        let known = |form: &String| self.lexicon.has(self.schema.author, form);
        (fits && named && !forms.is_empty() && forms.iter().all(known))
            .then_some(Leaf::By(forms, year))
    }
}

/// The words of a group in which nothing else stands, without what is added to them.
fn bare_words(clauses: &[Clause]) -> Vec<String> {
    let mut words = Vec::new();
    let mut said_to = 0;
    for clause in clauses {
        match &clause.node {
            _ if clause.span.start < said_to => {}
            Node::Word(word) if clause.occur == Occur::Should => words.push(word.clone()),
            _ => return Vec::new(),
        }
        said_to = said_to.max(clause.span.end);
    }
    words
}

fn year_of(word: &str) -> Option<i32> {
    let year: i32 = word.trim_end_matches([',', '.', ')']).parse().ok()?;
    (1900..2100).contains(&year).then_some(year)
}

/// Typed as a name is: `Vaswani`, not `GAN` and not `gan`.
fn is_capital(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(char::is_uppercase) && chars.any(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use crate::index::Tables;
    use crate::passage::PassageKind;
    use crate::query;
    use crate::search::Searcher;
    use crate::search::tests::{Paper, build, paper, request};

    fn by(key: &str, title: &str, authors: &[&str], text: &str) -> Paper {
        let mut paper = paper(key, title, 2016, &[(text, &[])]);
        paper.work.authors = authors.iter().map(|name| (*name).to_owned()).collect();
        paper
    }

    fn corpus() -> Searcher {
        let mention = "Kaiming He and others: as Kaiming He showed, he who wrote it";
        let mut residual = by(
            "he2016deep",
            "Deep residual learning for image recognition",
            &["Kaiming He", "Jian Sun"],
            "deeper networks are more difficult to train",
        );
        residual.work.arxiv = Some("1512.03385".to_owned());
        residual.work.doi = Some("10.1109/cvpr.2016.90".to_owned());
        let mut caption = residual.passages[0].clone();
        caption.passage.kind = PassageKind::Caption;
        caption.passage.ordinal = 1;
        caption.passage.text = "Residual learning for image recognition".to_owned();
        residual.passages.push(caption);
        let mut mention = by("mention", "Notes", &["Ada Kaiming", "Lily He"], mention);
        mention.work.year = Some(2020);
        let papers = [
            mention,
            residual,
            by("gan", "Networks", &["Zhe Gan"], "of generators"),
            by("gans", "GAN", &["Ian Good"], "a GAN has two networks"),
            by(
                "row",
                "Rows",
                &["Ada L"],
                "the way we move on is to walk and to see more",
            ),
            by("bag", "Bags", &["Ada L"], "walk, see; see more, walk more, see and walk"),
        ];
        build(&papers, papers.len(), &Tables::default())
    }

    fn first(text: &str) -> String {
        let answer = corpus().search(&request(query::parse(text).unwrap())).unwrap();
        answer.hits.first().map(|hit| hit.passages[0].id.clone()).unwrap_or_default()
    }

    #[test]
    fn a_name_leads_to_the_works_of_its_bearer() {
        for name in ["Kaiming He", "He, Kaiming", "He 2016", "He et al. 2016"] {
            assert_eq!(first(name), "he2016deep#0", "{name}");
        }
        assert_eq!(first("GAN"), "gans#0");
        assert_eq!(first("Gan"), "gan#0");
    }

    #[test]
    fn an_identifier_leads_to_its_work() {
        for id in [
            "1512.03385",
            "arXiv 1512.03385",
            "1512.03385v2",
            "10.1109/CVPR.2016.90",
            "he2016deep",
            "@he2016deep",
        ] {
            assert_eq!(first(id), "he2016deep#0", "{id}");
        }
    }

    #[test]
    fn the_whole_query_in_order_comes_first() {
        assert_eq!(first("is to walk and to see more"), "row#0");
        assert_eq!(first("see more walk"), "bag#0");
    }

    #[test]
    fn a_title_shows_the_abstract() {
        assert_eq!(first("deep residual learning for image recognition"), "he2016deep#0");
    }
}
