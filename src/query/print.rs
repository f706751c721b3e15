//! Prints a tree in the query language. Parsing what is printed gives the same tree.

use std::fmt::{self, Display, Formatter};
use std::ops::Bound;

use super::operator::as_filters;
use super::scan::is_bare_bound;
use super::{Clause, Field, Node, Occur, Query};

impl Display for Query {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.root.node {
            Node::Group(clauses) => write_clauses(f, clauses),
            _ => self.root.fmt(f),
        }
    }
}

impl Display for Clause {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self.occur {
            Occur::Should => "",
            Occur::Must => "+",
            Occur::MustNot => "-",
        })?;
        self.node.fmt(f)?;
        if self.boost != 1.0 {
            write!(f, "^{}", self.boost)?;
        }
        Ok(())
    }
}

impl Display for Node {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Node::Group(clauses) => {
                f.write_str("(")?;
                write_clauses(f, clauses)?;
                f.write_str(")")
            }
            Node::Word(word) | Node::Wildcard(word) => f.write_str(word),
            Node::Phrase { text, slop: None } => write!(f, "\"{text}\""),
            Node::Phrase { text, slop: Some(slop) } => write!(f, "\"{text}\"~{slop}"),
            Node::Prefix(word) => write!(f, "{word}*"),
            Node::Fuzzy { word, distance } => write!(f, "{word}~{distance}"),
            Node::Range(from, to) => write_range(f, from, to),
            Node::Field(field, inner) => write!(f, "{field}:{}", inner.node),
            Node::All => f.write_str("*"),
        }
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn write_clauses(f: &mut Formatter<'_>, clauses: &[Clause]) -> fmt::Result {
    let between = if is_choice(clauses) { " OR " } else { " " };
    for (i, clause) in clauses.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        clause.fmt(f)?;
    }
    Ok(())
}

/// Whether side by side the clauses would be something else than a choice: fields would be filters.
fn is_choice(clauses: &[Clause]) -> bool {
    clauses.len() > 1
        && clauses.iter().all(|clause| clause.occur == Occur::Should)
        && as_filters(clauses.to_vec()) != clauses
}

fn write_range(
    f: &mut Formatter<'_>,
    from: &Bound<String>,
    to: &Bound<String>,
) -> fmt::Result {
    f.write_str(if matches!(from, Bound::Excluded(_)) { "{" } else { "[" })?;
    write_bound(f, from)?;
    f.write_str(" TO ")?;
    write_bound(f, to)?;
    f.write_str(if matches!(to, Bound::Excluded(_)) { "}" } else { "]" })
}

fn write_bound(f: &mut Formatter<'_>, bound: &Bound<String>) -> fmt::Result {
    match bound {
        Bound::Unbounded => f.write_str("*"),
        Bound::Included(text) | Bound::Excluded(text) if is_bare_bound(text) => {
            f.write_str(text)
        }
        Bound::Included(text) | Bound::Excluded(text) => write!(f, "\"{text}\""),
    }
}
