//! What a person typed becomes a tree with spans, and the tree becomes text again.
//!
//! In: any string. Out: [`Query`], or an error that points at the place. Nothing is dropped in silence.

use std::ops::{Bound, Range};

/// A parsed query.
#[derive(Clone, Debug, PartialEq)]
pub struct Query {
    /// As typed.
    pub text: String,
    /// The tree.
    pub root: Clause,
}

/// A node with its role, weight and place.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// Its role beside its siblings.
    pub occur: Occur,
    /// What it asks for.
    pub node: Node,
    /// Weight from `^2`; 1.0 if none was given.
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
    /// Clauses side by side.
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
    /// `word*`
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
    /// `field:` before any of the above.
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
    /// Language of the passage, as a two-letter code.
    Lang,
}
