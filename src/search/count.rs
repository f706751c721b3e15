//! Counts papers for facets while matches go by.

use super::matching::Dimension;
use super::names::NameCounts;
use super::segment::Code;
use super::topics::TopicTable;
use super::{Filters, Request, SearchError};
use crate::facets::{self, Facet, FacetValue, Order};
use crate::schema::{Facts, Grade, format_names, kind_name, unpack_lang};
use crate::survey::TopicTree;

/// Which facets are wanted.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) struct Wanted {
    pub(super) topic: bool,
    pub(super) year: bool,
    pub(super) kind: bool,
    pub(super) author: bool,
    pub(super) venue: bool,
    pub(super) lang: bool,
    pub(super) source: bool,
    pub(super) quality: bool,
    pub(super) survey: bool,
}

impl Wanted {
    /// Says whether a facet of this field is wanted.
    pub(super) fn asks(self, dimension: Dimension) -> bool {
        match dimension {
            Dimension::Topic => self.topic,
            Dimension::Year => self.year,
            Dimension::Author => self.author,
            Dimension::Venue => self.venue,
            Dimension::Kind => self.kind,
            Dimension::Lang => self.lang,
            Dimension::Paper => false,
        }
    }

    /// Says whether the facet of a code is wanted.
    pub(super) fn code(self, code: Code) -> bool {
        match code {
            Code::Kind => self.kind,
            Code::Lang => self.lang,
            Code::Format => self.source,
            Code::Grade => self.quality,
        }
    }

    pub(super) fn new(request: &Request) -> Result<Wanted, SearchError> {
        let mut wanted = Wanted::default();
        for (name, _) in &request.facets {
            match name.as_str() {
                "topic" => wanted.topic = true,
                "year" => wanted.year = true,
                "kind" => wanted.kind = true,
                "author" => wanted.author = true,
                "venue" => wanted.venue = true,
                "lang" => wanted.lang = true,
                "source" => wanted.source = true,
                "quality" => wanted.quality = true,
                "survey" => wanted.survey = true,
                _ => return Err(SearchError::UnknownFacet { given: name.clone() }),
            }
        }
        Ok(wanted)
    }
}

/// Years that have a place of their own; others share the last.
const YEARS: usize = 1 << 14;

/// Counts over all segments.
pub(super) struct Counts<'a> {
    pub(super) wanted: Wanted,
    pub(super) table: &'a TopicTable,
    pub(super) topics: Option<TopicCounts>,
    pub(super) surveys: Option<TopicCounts>,
    years: Vec<u32>,
    /// Papers of each value of each code, at zero those without one.
    pub(super) codes: [Vec<u64>; Code::ALL.len()],
    pub(super) authors: Option<NameCounts<'a>>,
    pub(super) venues: Option<NameCounts<'a>>,
}

impl<'a> Counts<'a> {
    /// Begins to count; `authors` and `venues` are there where they are wanted.
    pub(super) fn new(
        wanted: Wanted,
        table: &'a TopicTable,
        authors: Option<NameCounts<'a>>,
        venues: Option<NameCounts<'a>>,
    ) -> Counts<'a> {
        let n_topics = table.paths.len();
        let of_code = |code: Code| match wanted.code(code) {
            true => vec![0; code.limit()],
            false => Vec::new(),
        };
        Counts {
            wanted,
            table,
            topics: wanted.topic.then(|| TopicCounts::new(n_topics, false)),
            surveys: wanted.survey.then(|| TopicCounts::new(n_topics, true)),
            years: if wanted.year { vec![0; YEARS] } else { Vec::new() },
            codes: Code::ALL.map(of_code),
            authors,
            venues,
        }
    }

    /// Counts a paper for the year that its passages have in their facts.
    pub(super) fn add_year(&mut self, facts: u64) {
        self.years[(facts >> Facts::YEAR_SHIFT) as usize % YEARS] += 1;
    }

    /// Makes the facets, in the order asked.
    pub(super) fn facets(
        &self,
        request: &Request,
        trees: &[TopicTree],
    ) -> Result<Vec<Facet>, SearchError> {
        let facets = request.facets.iter();
        facets
            .map(|(name, limit)| self.facet(name, *limit, &request.filters, trees))
            .collect()
    }

    fn facet(
        &self,
        name: &str,
        limit: Option<usize>,
        filters: &Filters,
        trees: &[TopicTree],
    ) -> Result<Facet, SearchError> {
        let paths = &self.table.paths;
        let of_code = |code: Code| self.codes[code as usize].as_slice();
        let named = |counts, missing, order, selected: &dyn Fn(&str) -> bool| {
            facets::flat(name, counts, missing, limit, order, selected)
        };
        Ok(match name {
            "topic" => {
                let Some(topics) = &self.topics else { return Ok(Facet::default()) };
                let counts = paths.iter().cloned().zip(topics.counts.iter().copied());
                let counts = counts.collect();
                facets::topics(trees, &counts, topics.none, limit, &filters.topics)
            }
            "year" => {
                let years = self.years.iter().enumerate().skip(1);
                let years = years.filter(|(_, n)| **n > 0);
                let counts =
                    years.map(|(y, n)| (format!("{y:04}"), u64::from(*n))).collect();
                let missing = u64::from(self.years.first().copied().unwrap_or(0));
                let selected = |year: &str| {
                    let year = year.parse::<i32>().unwrap_or_default();
                    filters.years.is_some_and(|(from, to)| {
                        from.is_none_or(|from| from <= year)
                            && to.is_none_or(|to| year <= to)
                    })
                };
                let mut facet = named(counts, missing, Order::Newest, &selected);
                for value in &mut facet.values {
                    value.value = value.value.trim_start_matches('0').to_owned();
                    value.label.clone_from(&value.value);
                }
                facet
            }
            "kind" => {
                let kinds = crate::schema::kind_names().zip(&of_code(Code::Kind)[1..]);
                let counts = kinds.map(|(kind, n)| (kind.to_owned(), *n)).collect();
                let chosen =
                    |kind: &str| filters.kinds.iter().any(|k| kind_name(*k) == kind);
                named(counts, 0, Order::Count, &chosen)
            }
            "author" => named_most(name, self.authors.as_ref(), limit, &filters.authors),
            "venue" => named_most(name, self.venues.as_ref(), limit, &filters.venues),
            "lang" => {
                let langs = of_code(Code::Lang);
                let codes = (0u16..).zip(langs).skip(1).filter(|(_, n)| **n > 0);
                let counts = codes.map(|(code, n)| (unpack_lang(code - 1), *n)).collect();
                named(counts, langs[0], Order::Count, &|value| {
                    filters.langs.iter().any(|lang| lang.eq_ignore_ascii_case(value))
                })
            }
            "source" => {
                let sources = of_code(Code::Format);
                let counts = format_names().zip(&sources[1..]);
                let counts = counts.map(|(name, n)| (name.to_owned(), *n)).collect();
                named(counts, sources[0], Order::Count, &|_| false)
            }
            "quality" => {
                let grades = of_code(Code::Grade);
                let counts = Grade::ALL.iter().zip(&grades[1..]);
                let counts = counts.map(|(g, n)| (g.name().to_owned(), *n)).collect();
                named(counts, grades[0], Order::Count, &|_| false)
            }
            _ => {
                let Some(surveys) = &self.surveys else { return Ok(Facet::default()) };
                let roots = paths.iter().zip(&surveys.counts).filter(|(_, n)| **n > 0);
                let key = |path: &str| path.trim_start_matches('/').to_owned();
                let counts = roots.map(|(path, n)| (key(path), *n)).collect();
                let mut facet = named(counts, surveys.none, Order::Count, &|_| false);
                for value in &mut facet.values {
                    if let Some(tree) = trees.iter().find(|tree| tree.key == value.value)
                    {
                        value.label.clone_from(&tree.title);
                    }
                }
                facet
            }
        })
    }
}

/// Papers of each topic, or of each survey.
pub(super) struct TopicCounts {
    counts: Vec<u64>,
    /// Papers without one.
    pub(super) none: u64,
    /// Count only the topic at the top, which is the survey.
    top: bool,
    /// First passage of the paper that is being counted, how many were before, and whether it has any.
    lead: Option<u32>,
    n_papers: u32,
    some: bool,
    /// The last paper that was counted for each.
    stamps: Vec<u32>,
    own: Vec<u32>,
}

impl TopicCounts {
    fn new(n_topics: usize, top: bool) -> TopicCounts {
        TopicCounts {
            counts: vec![0; n_topics],
            none: 0,
            top,
            lead: None,
            n_papers: 0,
            some: false,
            stamps: vec![0; n_topics],
            own: Vec::new(),
        }
    }

    /// Counts a passage; they come in order.
    pub(super) fn add(
        &mut self,
        table: &TopicTable,
        segment: usize,
        doc: u32,
        facts: u64,
    ) {
        let lead = Facts::lead(facts, doc);
        let varied = facts >> Facts::VARIED_SHIFT & 1 == 1;
        if self.lead != Some(lead) {
            self.end_paper();
            self.lead = Some(lead);
            self.n_papers += 1;
        } else if !varied {
            return;
        }
        self.own.clear();
        table.of(segment, if varied { doc } else { lead }, &mut self.own);
        self.some |= !self.own.is_empty();
        for topic in &self.own {
            let skipped = if self.top { table.upward(*topic).count() - 1 } else { 0 };
            for topic in table.upward(*topic).skip(skipped) {
                let stamp = &mut self.stamps[topic as usize];
                if *stamp == self.n_papers {
                    break;
                }
                *stamp = self.n_papers;
                self.counts[topic as usize] += 1;
            }
        }
    }

    /// The last passage of a paper, or of a segment, has been counted.
    pub(super) fn end_paper(&mut self) {
        self.none += u64::from(self.lead.take().is_some() && !self.some);
        self.some = false;
    }
}

/// A facet of names; one is chosen if it has all words of a filter.
fn named_most(
    name: &str,
    counts: Option<&NameCounts>,
    limit: Option<usize>,
    chosen: &[String],
) -> Facet {
    let Some(counts) = counts else { return Facet::default() };
    let chosen: Vec<Vec<String>> =
        chosen.iter().map(|given| super::plan::forms_of(given)).collect();
    let is_chosen = |value: &str| {
        let words = super::plan::forms_of(value);
        let fits = |asked: &Vec<String>| {
            !asked.is_empty() && asked.iter().all(|word| words.contains(word))
        };
        chosen.iter().any(fits)
    };
    let keep: Option<&dyn Fn(&str) -> bool> = match chosen.is_empty() {
        true => None,
        false => Some(&is_chosen),
    };
    let (values, n_values) = counts.most(limit, keep);
    let n_shown = values.len();
    let values = values.into_iter().map(|(value, count)| FacetValue {
        selected: keep.is_some_and(|keep| keep(&value)),
        label: value.clone(),
        value,
        count,
        ..FacetValue::default()
    });
    Facet {
        name: name.to_owned(),
        values: values.collect(),
        more: (n_values - n_shown) as u64,
        missing: counts.none,
    }
}
