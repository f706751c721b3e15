//! Counts of papers by topic, year, kind and other fields beside the results.

/// A facet with its values, as shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facet {
    /// Name: `topic`, `year`, `kind`, `author`, `venue`, `lang`, `source`, `survey`.
    pub name: String,
    /// Values in display order; nested for topics.
    pub values: Vec<FacetValue>,
    /// Values that were not returned because of a limit.
    pub more: u64,
}

/// A value with its number of papers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FacetValue {
    /// The value; a path for topics. Empty for papers that lack one.
    pub value: String,
    /// Printed number of a topic.
    pub number: String,
    /// Label for people.
    pub label: String,
    /// Papers with at least one matching passage there.
    pub count: u64,
    /// Chosen by a filter.
    pub selected: bool,
    /// Topics below.
    pub children: Vec<FacetValue>,
}
