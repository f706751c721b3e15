//! What a person typed becomes a tree with spans, and the tree becomes text again.
//!
//! In: any string. Out: [`Query`], or a [`QueryError`] that points at the place. Nothing is dropped in
//! silence: what was understood is printed by `Display`, and parsing that gives the same tree.
//!
//! # The language
//!
//! | typed | means |
//! |---|---|
//! | `image captioning` | both words are ranked, neither is required |
//! | `"image captioning"` | the words side by side, as they stand |
//! | `"image captioning"~4` | near each other: up to four words between or out of place |
//! | `image NEAR/4 captioning` | the same |
//! | `+word` `-word` | required, excluded |
//! | `a b AND c` `a OR b` `NOT a` `( )` | capitals only; neighbours bind first, then AND, then OR |
//! | `title:word` `title:"a b"` `title:(a b)` | in a field, required beside other words: title, author, year, venue, section, topic, kind, key, arxiv, doi, lang |
//! | `year:[2019 TO 2021]` `{2019 TO *}` `year:>=2020` `year:2019..2021` | a range; `{ }` leave the ends out |
//! | `word*` `wor?d` | beginnings, wildcards |
//! | `word~1` | spelled like it, with one edit (or two) |
//! | `word^2` | counts twice |
//! | `*` | everything |
//!
//! A character is syntax only where it can be. `+` and `-` stand directly before a word, quote or group
//! and after a space. `?` is a wildcard between letters or digits, and punctuation elsewhere. `*`
//! follows a letter. A quote opens where no letter stands before it; so does a parenthesis (`f(x)` is two
//! words). `~` and `^` follow a word that has a letter (`10^6` and `5~10` are numbers). A colon makes a
//! field when a word in small letters stands directly before it and its value directly behind. All other
//! signs only separate words, except those that join them: `-`, `_`, `.`, `/`, `&`, `'`. A sign that could
//! have been meant and was read as text (`vision^x`, `a)`) is kept in [`Query::asides`].

mod aside;
mod error;
mod field;
mod operator;
mod parse;
mod print;
mod scan;
mod word;

#[cfg(test)]
mod hard_queries;
#[cfg(test)]
mod tests;

use std::ops::{Bound, Range};

pub use error::{Fault, QueryError, caret_lines};
pub use parse::parse;

/// A parsed query.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// As typed.
    pub text: String,
    /// The tree: always a [`Node::Group`] of what stands side by side at the top.
    pub root: Clause,
    /// Places of signs that mean something elsewhere in the language and were read as text here.
    pub asides: Vec<Range<usize>>,
}

/// A node with its role, weight and place.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// Its role beside its siblings.
    pub occur: Occur,
    /// What it asks for.
    pub node: Node,
    /// Weight from `^2`; 1.0 if none was given. That of `title:word^2` is here, not inside the field.
    pub boost: f32,
    /// Byte range in [`Query::text`].
    pub span: Range<usize>,
}

/// The role of a clause beside its siblings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occur {
    /// Ranks; not required.
    Should,
    /// Required (`+`, `AND`).
    Must,
    /// Excluded (`-`, `NOT`).
    MustNot,
}

/// What a clause asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// Clauses side by side, at least one. Without a `Must` among them, fields aside, one `Should` has to
    /// match; with `MustNot` alone, everything else matches.
    Group(Vec<Clause>),
    /// A word as typed; analysis may make several tokens of it.
    Word(String),
    /// Words in this order, exact forms first; with a slop, near each other in any order.
    Phrase {
        /// The text between the quotes.
        text: String,
        /// Allowed distance, if `~n` was given.
        slop: Option<u32>,
    },
    /// `word*`, without the star.
    Prefix(String),
    /// `wor?d`, `w*d`: the pattern as typed.
    Wildcard(String),
    /// `word~1`
    Fuzzy {
        /// The word.
        word: String,
        /// Edits allowed, 1 or 2.
        distance: u8,
    },
    /// `[a TO b]`, `{a TO b}`, `>=a`; only under a field.
    Range(Bound<String>, Bound<String>),
    /// `field:` before any of the above. The inner clause has no role and no weight of its own.
    Field(Field, Box<Clause>),
    /// `*` or an empty query: everything.
    All,
}

/// A field that the language knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Field {
    /// Title of the paper.
    Title,
    /// An author.
    Author,
    /// Year, as a number.
    Year,
    /// Journal or conference.
    Venue,
    /// Section titles around the passage.
    Section,
    /// Topic: path, number or label.
    Topic,
    /// Kind of passage.
    Kind,
    /// Key of the paper.
    Key,
    /// arXiv id.
    Arxiv,
    /// Digital object identifier.
    Doi,
    /// Language of the passage, as a two-letter code.
    Lang,
}

impl Field {
    /// All fields, in the order in which they are listed for people.
    pub const ALL: [Field; 11] = [
        Field::Title,
        Field::Author,
        Field::Year,
        Field::Venue,
        Field::Section,
        Field::Topic,
        Field::Kind,
        Field::Key,
        Field::Arxiv,
        Field::Doi,
        Field::Lang,
    ];

    /// Returns the name before the colon.
    pub fn name(self) -> &'static str {
        match self {
            Field::Title => "title",
            Field::Author => "author",
            Field::Year => "year",
            Field::Venue => "venue",
            Field::Section => "section",
            Field::Topic => "topic",
            Field::Kind => "kind",
            Field::Key => "key",
            Field::Arxiv => "arxiv",
            Field::Doi => "doi",
            Field::Lang => "lang",
        }
    }

    /// Returns the field of this name, in any case.
    pub fn from_name(name: &str) -> Option<Field> {
        Field::ALL.into_iter().find(|field| field.name().eq_ignore_ascii_case(name))
    }

    /// Whether its values are identifiers, taken to the next space, and not words.
    pub fn is_identifier(self) -> bool {
        match self {
            Field::Title | Field::Author | Field::Venue | Field::Section => false,
            Field::Year
            | Field::Topic
            | Field::Kind
            | Field::Key
            | Field::Arxiv
            | Field::Doi
            | Field::Lang => true,
        }
    }
}
