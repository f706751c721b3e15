//! Counts papers for facets while matches go by.

use super::matching::Dimension;
use super::names::NameCounts;
use super::topics::TopicTable;
use super::{Filters, Request, SearchError};
use crate::facets::{self, Facet, FacetValue, Order};
use crate::schema::{Facts, Grade, format_names, kind_name, unpack_lang};
use crate::survey::TopicTree;

/// What the matching passages of one paper have, as far as facets ask.
#[derive(Default)]
pub(super) struct PaperSeen {
    /// First passage.
    pub(super) lead: u32,
    /// Facts of one of its passages.
    pub(super) facts: u64,
    /// Some passage matches all filters.
    pub(super) whole: bool,
    /// Bit `d`: some passage fails no filter but that of dimension `d`.
    pub(super) but: u8,
    /// Kinds of the passages that fail no filter but that of kind.
    pub(super) kinds: u16,
    /// Languages, likewise, as facts hold them.
    pub(super) langs: Vec<u16>,
    /// Topics of the passages that fail no filter but that of topic.
    pub(super) topics: Vec<u32>,
    /// Topics of the passages that match all filters.
    pub(super) whole_topics: Vec<u32>,
}

impl PaperSeen {
    /// Makes it ready for the next paper; the lists keep their room.
    pub(super) fn clear(&mut self) {
        self.langs.clear();
        self.topics.clear();
        self.whole_topics.clear();
        (self.lead, self.facts, self.whole) = (0, 0, false);
        (self.but, self.kinds) = (0, 0);
    }
}

/// The paper that is being counted where there are neither filters nor topics.
#[derive(Default)]
pub(super) struct Plain {
    lead: Option<u32>,
    kinds: u16,
    langs: Vec<u16>,
    /// Papers with a language so far.
    n_with_lang: u64,
}

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
    /// Some facet is wanted.
    pub(super) any: bool,
    topics: Vec<u64>,
    /// The last paper that was counted for a topic.
    stamps: Vec<u32>,
    surveys: Vec<u64>,
    survey_stamps: Vec<u32>,
    paper: u32,
    no_topic: u64,
    no_survey: u64,
    years: Vec<u32>,
    // By the codes of packed facts, zero for none.
    kinds: [u64; 16],
    langs: Vec<u64>,
    sources: [u64; 16],
    grades: [u64; 4],
    authors: Option<NameCounts<'a>>,
    venues: Option<NameCounts<'a>>,
}

impl<'a> Counts<'a> {
    /// Begins to count; `authors` and `venues` are there where they are wanted.
    pub(super) fn new(
        wanted: Wanted,
        table: &TopicTable,
        authors: Option<NameCounts<'a>>,
        venues: Option<NameCounts<'a>>,
    ) -> Counts<'a> {
        let n_topics = table.paths.len();
        Counts {
            wanted,
            any: wanted != Wanted::default(),
            topics: vec![0; n_topics],
            stamps: vec![0; n_topics],
            surveys: vec![0; n_topics],
            survey_stamps: vec![0; n_topics],
            paper: 0,
            no_topic: 0,
            no_survey: 0,
            years: if wanted.year { vec![0; YEARS] } else { Vec::new() },
            kinds: [0; 16],
            langs: vec![0; if wanted.lang { 1 << 10 } else { 0 }],
            sources: [0; 16],
            grades: [0; 4],
            authors,
            venues,
        }
    }

    /// Counts a matching passage where there are neither filters nor topics. Passages come in order,
    /// and a paper counts with the first one that has what is counted.
    #[inline]
    pub(super) fn add_plain(
        &mut self,
        plain: &mut Plain,
        segment: usize,
        doc: u32,
        facts: u64,
    ) {
        let lead = Facts::lead(facts, doc);
        let is_first = plain.lead != Some(lead);
        let first = u32::from(is_first);
        plain.lead = Some(lead);
        let kind = Facts::kind_code(facts);
        let kinds = if is_first { 0 } else { plain.kinds };
        self.kinds[kind] += u64::from(kinds >> kind & 1 == 0);
        plain.kinds = kinds | 1 << kind;
        if self.wanted.year {
            self.years[(facts >> Facts::YEAR_SHIFT) as usize % YEARS] += first;
        }
        self.sources[Facts::format_code(facts)] += u64::from(first);
        self.grades[Facts::grade_code(facts)] += u64::from(first);
        if is_first {
            for names in [&mut self.authors, &mut self.venues].into_iter().flatten() {
                names.add(segment, lead);
            }
        }
        if self.wanted.lang {
            if is_first {
                plain.langs.clear();
            }
            let lang = Facts::lang_code(facts) as u16;
            if lang != 0 && !plain.langs.contains(&lang) {
                plain.n_with_lang += u64::from(plain.langs.is_empty());
                plain.langs.push(lang);
                self.langs[usize::from(lang)] += 1;
            }
        }
    }

    /// Counts what the papers of a segment lacked that were counted so.
    pub(super) fn end_plain(&mut self, plain: &Plain, n_papers: u64) {
        self.no_topic += n_papers;
        self.no_survey += n_papers;
        if let Some(none) = self.langs.first_mut() {
            *none += n_papers - plain.n_with_lang;
        }
    }

    /// Counts a paper.
    pub(super) fn add(&mut self, segment: usize, paper: &PaperSeen, table: &TopicTable) {
        let but = |dimension: Dimension| paper.but >> dimension as u8 & 1 == 1;
        if self.wanted.year && but(Dimension::Year) {
            self.years[(paper.facts >> Facts::YEAR_SHIFT) as usize % YEARS] += 1;
        }
        for kind in super::bits::ones(u64::from(paper.kinds), 0) {
            self.kinds[kind as usize] += 1;
        }
        if self.wanted.topic || self.wanted.survey {
            self.paper += 1;
            self.add_topics(paper, but(Dimension::Topic), table);
        }
        if let Some(authors) = &mut self.authors
            && but(Dimension::Author)
        {
            authors.add(segment, paper.lead);
        }
        if let Some(venues) = &mut self.venues
            && but(Dimension::Venue)
        {
            venues.add(segment, paper.lead);
        }
        if self.wanted.lang && but(Dimension::Lang) {
            for lang in &paper.langs {
                self.langs[usize::from(*lang)] += 1;
            }
            self.langs[0] += u64::from(paper.langs.is_empty());
        }
        if paper.whole {
            self.sources[Facts::format_code(paper.facts)] += 1;
            self.grades[Facts::grade_code(paper.facts)] += 1;
        }
    }

    fn add_topics(&mut self, paper: &PaperSeen, counts: bool, table: &TopicTable) {
        for topic in &paper.topics {
            for above in table.upward(*topic) {
                let stamp = &mut self.stamps[above as usize];
                if *stamp == self.paper {
                    break;
                }
                *stamp = self.paper;
                self.topics[above as usize] += 1;
            }
        }
        self.no_topic += u64::from(counts && paper.topics.is_empty());
        if !self.wanted.survey || !paper.whole {
            return;
        }
        for topic in &paper.whole_topics {
            let Some(root) = table.upward(*topic).last() else { continue };
            let stamp = &mut self.survey_stamps[root as usize];
            if *stamp != self.paper {
                *stamp = self.paper;
                self.surveys[root as usize] += 1;
            }
        }
        self.no_survey += u64::from(paper.whole_topics.is_empty());
    }

    /// Makes the facets, in the order asked.
    pub(super) fn facets(
        &self,
        request: &Request,
        trees: &[TopicTree],
        table: &TopicTable,
    ) -> Result<Vec<Facet>, SearchError> {
        request
            .facets
            .iter()
            .map(|(name, limit)| self.facet(name, *limit, &request.filters, trees, table))
            .collect()
    }

    fn facet(
        &self,
        name: &str,
        limit: Option<usize>,
        filters: &Filters,
        trees: &[TopicTree],
        table: &TopicTable,
    ) -> Result<Facet, SearchError> {
        let named = |counts, missing, order, selected: &dyn Fn(&str) -> bool| {
            facets::flat(name, counts, missing, limit, order, selected)
        };
        Ok(match name {
            "topic" => {
                let counts = table.paths.iter().cloned().zip(self.topics.iter().copied());
                let counts = counts.collect();
                facets::topics(trees, &counts, self.no_topic, limit, &filters.topics)
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
                let kinds = crate::schema::kind_names().zip(self.kinds);
                let counts = kinds.map(|(kind, n)| (kind.to_owned(), n)).collect();
                let chosen =
                    |kind: &str| filters.kinds.iter().any(|k| kind_name(*k) == kind);
                named(counts, 0, Order::Count, &chosen)
            }
            "author" => named_most(name, self.authors.as_ref(), limit, &filters.authors)?,
            "venue" => named_most(name, self.venues.as_ref(), limit, &filters.venues)?,
            "lang" => {
                let codes = (0u16..).zip(&self.langs).skip(1).filter(|(_, n)| **n > 0);
                let counts = codes.map(|(code, n)| (unpack_lang(code - 1), *n)).collect();
                named(counts, self.langs[0], Order::Count, &|value| {
                    filters.langs.iter().any(|lang| lang.eq_ignore_ascii_case(value))
                })
            }
            "source" => {
                let counts = format_names().zip(self.sources[1..].iter().copied());
                let counts = counts.map(|(name, n)| (name.to_owned(), n)).collect();
                named(counts, self.sources[0], Order::Count, &|_| false)
            }
            "quality" => {
                let counts = Grade::ALL.iter().zip(self.grades[1..].iter().copied());
                let counts = counts.map(|(g, n)| (g.name().to_owned(), n)).collect();
                named(counts, self.grades[0], Order::Count, &|_| false)
            }
            _ => {
                let roots =
                    table.paths.iter().zip(&self.surveys).filter(|(_, n)| **n > 0);
                let key = |path: &str| path.trim_start_matches('/').to_owned();
                let counts = roots.map(|(path, n)| (key(path), *n)).collect();
                let mut facet = named(counts, self.no_survey, Order::Count, &|_| false);
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

/// A facet of names; one is chosen if it has all words of a filter.
fn named_most(
    name: &str,
    counts: Option<&NameCounts>,
    limit: Option<usize>,
    chosen: &[String],
) -> Result<Facet, SearchError> {
    let Some(counts) = counts else { return Ok(Facet::default()) };
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
    let (values, n_values) = counts.most(limit, keep)?;
    let n_shown = values.len();
    let values = values.into_iter().map(|(value, count)| FacetValue {
        selected: keep.is_some_and(|keep| keep(&value)),
        label: value.clone(),
        value,
        count,
        ..FacetValue::default()
    });
    Ok(Facet {
        name: name.to_owned(),
        values: values.collect(),
        more: (n_values - n_shown) as u64,
        missing: counts.none,
    })
}
