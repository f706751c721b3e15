//! Answers requests against one view of an index.

use std::collections::{BTreeSet, HashMap};
use std::sync::OnceLock;

use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, TERMINATED, Term};

use super::bits::Bits;
use super::count::{Counts, Wanted};
use super::entries::Entries;
use super::expand::{Names, expand};
use super::finish::Finish;
use super::gather::{Choice, Gather};
use super::matching::{Sieve, filter_leaves};
use super::names::{NameCounts, NameTable};
use super::plan::{Compiler, Plan};
use super::ranking::{Priors, Ranking};
use super::reach::Lift;
use super::segment::SegmentView;
use super::terms::Lexicon;
use super::topics::TopicTable;
use super::window::{Scales, Window};
use super::{Answer, Request, SearchError, Sort};
use crate::analysis::Glossary;
use crate::index::{Store, View};
use crate::schema::{column, order_of};
use crate::snippet::Matcher;

/// Searches one view of an index. Opening costs little; what only some requests need is read when
/// the first one does.
pub struct Searcher {
    pub(super) view: View,
    pub(super) segments: Vec<SegmentView>,
    pub(super) scales: Scales,
    pub(super) ranking: Ranking,
    topics: OnceLock<TopicTable>,
    authors: OnceLock<NameTable>,
    venues: OnceLock<NameTable>,
    citations: OnceLock<HashMap<u64, u64>>,
    names: OnceLock<Names>,
    glossary: Glossary,
}

/// The passages of one segment that a request is about.
pub(super) struct Scope {
    /// `None`: what the window finds.
    pub(super) matching: Option<Bits>,
    pub(super) sieve: Sieve,
}

impl Searcher {
    /// Opens the last commit of an index.
    pub fn open(store: &Store) -> Result<Searcher, SearchError> {
        Searcher::with_ranking(store.view()?, Ranking::default())
    }

    /// Opens a view with other parameters of ranking.
    pub fn with_ranking(view: View, ranking: Ranking) -> Result<Searcher, SearchError> {
        let scales = Scales::new(&view.searcher, &view.schema, &ranking)?;
        let segments = view.searcher.segment_readers().iter().enumerate();
        let segments = segments
            .map(|(number, reader)| SegmentView::open(reader, number, &view.schema));
        let segments = segments.collect::<tantivy::Result<Vec<SegmentView>>>()?;
        Ok(Searcher {
            view,
            segments,
            scales,
            ranking,
            topics: OnceLock::new(),
            authors: OnceLock::new(),
            venues: OnceLock::new(),
            citations: OnceLock::new(),
            names: OnceLock::new(),
            glossary: Glossary::default(),
        })
    }

    /// Returns the view that is searched.
    pub fn view(&self) -> &View {
        &self.view
    }

    /// Adds a glossary: its names are searched along where a request allows expansion.
    pub fn with_glossary(self, glossary: Glossary) -> Searcher {
        Searcher { names: OnceLock::new(), glossary, ..self }
    }

    /// Answers a request.
    pub fn search(&self, request: &Request) -> Result<Answer, SearchError> {
        let (query, expansions) = match request.expand {
            true => {
                let names = self
                    .names
                    .get_or_init(|| Names::new(&self.view, self.glossary.clone()));
                expand(&request.query, names, &self.ranking)
            }
            false => (request.query.clone(), Vec::new()),
        };
        let lexicon = self.lexicon();
        let compiler = Compiler::new(&lexicon, &self.view.schema, &self.ranking);
        let plan = compiler.compile(&query)?;
        let plan = Plan { entries: lexicon.entries, ..plan };
        let answer = self.answer(&Request { query, ..request.clone() }, &plan)?;
        let lexicon = Lexicon { entries: plan.entries, ..self.lexicon() };
        let corrected = self.corrected(&lexicon, &request.query, answer.total_papers)?;
        let aside = request.query.aside().into_iter();
        let named = self.papers_named(&lexicon, &request.query)?;
        let notes = aside.chain(named).chain(answer.notes).collect();
        Ok(Answer { expansions, corrected, notes, ..answer })
    }

    /// Answers a request by a plan; its query is only shown and marked.
    pub(super) fn answer(
        &self,
        request: &Request,
        plan: &Plan,
    ) -> Result<Answer, SearchError> {
        let wanted = Wanted::new(request)?;
        let table = self.topic_table()?;
        let scopes = self.scopes(plan, request)?;
        let nothing = HashMap::new();
        let priors = Priors::of(&self.ranking, request);
        let lift = Lift::new(plan, &self.ranking, &self.scales, &priors);
        let choice = Choice {
            group: request.group,
            sort: request.sort,
            cited: match request.sort {
                Sort::Cited => self.citations()?,
                _ => &nothing,
            },
            n_wanted: request.limit.saturating_add(request.offset),
            lift: &lift,
            n_units: plan.units.len(),
            second: self.ranking.second,
            priors,
        };
        let names = |wanted: bool, slot, column| {
            let table = wanted.then(|| self.name_table(slot, column)).transpose()?;
            Ok::<_, SearchError>(table.map(NameCounts::new))
        };
        let authors = names(wanted.author, &self.authors, column::AUTHOR)?;
        let venues = names(wanted.venue, &self.venues, column::VENUE)?;
        let counts = Counts::new(wanted, table, authors, venues);
        let mut gather = Gather::new(counts, &choice);
        for (number, (view, scope)) in self.segments.iter().zip(&scopes).enumerate() {
            let mut window = Window::open(
                view,
                &self.scales,
                &self.ranking,
                &plan.entries,
                &plan.units,
                &plan.others,
            )?;
            gather.segment(
                number,
                view,
                &mut window,
                scope.matching.as_ref(),
                &scope.sieve,
            );
        }
        gather.drop_hopeless();
        let matcher = Matcher::new(&request.query, &[]);
        let finish =
            Finish { searcher: self, request, plan, table, priors, lift: &lift, matcher };
        let hits = finish.hits(&gather)?;
        Ok(Answer {
            hits,
            total_passages: gather.n_passages,
            total_papers: gather.n_papers,
            facets: gather.counts.facets(request, &self.view.tables.trees)?,
            parsed: request.query.to_string(),
            notes: plan.notes.clone(),
            ..Answer::default()
        })
    }

    /// Returns the paths of the topics that a path, a number or a label in any language means.
    pub fn resolve_topic(&self, given: &str) -> Result<Vec<String>, SearchError> {
        self.lexicon().topics(given, None)
    }

    pub(super) fn lexicon(&self) -> Lexicon<'_> {
        Lexicon {
            searcher: &self.view.searcher,
            schema: &self.view.schema,
            tables: &self.view.tables,
            segments: &self.segments,
            entries: Entries::default(),
        }
    }

    fn scopes(&self, plan: &Plan, request: &Request) -> Result<Vec<Scope>, SearchError> {
        let leaves = filter_leaves(&request.filters, &self.view.schema);
        let mut scopes = Vec::with_capacity(self.segments.len());
        for view in &self.segments {
            let matching = match &plan.tree {
                Some(tree) => Some(view.matching(&plan.entries, tree)?),
                None => None,
            };
            scopes.push(Scope {
                matching,
                sieve: Sieve::new(view, &plan.entries, &leaves)?,
            });
        }
        Ok(scopes)
    }

    pub(super) fn topic_table(&self) -> Result<&TopicTable, SearchError> {
        if let Some(table) = self.topics.get() {
            return Ok(table);
        }
        let table = TopicTable::new(&self.view.searcher, &self.view.tables.trees)?;
        Ok(self.topics.get_or_init(|| table))
    }

    fn name_table<'s>(
        &'s self,
        slot: &'s OnceLock<NameTable>,
        column: &str,
    ) -> Result<&'s NameTable, SearchError> {
        if let Some(table) = slot.get() {
            return Ok(table);
        }
        let mut table = NameTable::new(&self.segments, column)?;
        if column == crate::schema::column::VENUE {
            table = table.with_case_folded();
        }
        Ok(slot.get_or_init(|| table))
    }

    /// Number of papers that cite each paper, by its stable key.
    pub(super) fn citations(&self) -> Result<&HashMap<u64, u64>, SearchError> {
        if let Some(citations) = self.citations.get() {
            return Ok(citations);
        }
        let mut citations: HashMap<u64, u64> = HashMap::new();
        for view in &self.segments {
            let index = view.reader.inverted_index(view.schema.cites)?;
            let mut stream = index.terms().stream()?;
            while stream.advance() {
                let key = String::from_utf8_lossy(stream.key()).into_owned();
                let n = self.citing_papers(view, &key)?;
                if n > 0 {
                    *citations.entry(order_of(&key)).or_default() += n;
                }
            }
        }
        Ok(self.citations.get_or_init(|| citations))
    }

    /// Number of papers that cite a paper.
    pub(super) fn cited(&self, key: &str) -> Result<u64, SearchError> {
        if let Some(citations) = self.citations.get() {
            return Ok(citations.get(&order_of(key)).copied().unwrap_or(0));
        }
        let mut n = 0;
        for view in &self.segments {
            n += self.citing_papers(view, key)?;
        }
        Ok(n)
    }

    fn citing_papers(&self, view: &SegmentView, key: &str) -> Result<u64, SearchError> {
        let docs = self.docs_with(view, view.schema.cites, key)?;
        let leads: BTreeSet<u32> =
            docs.into_iter().map(|doc| view.lead_of(doc)).collect();
        Ok(leads.len() as u64)
    }

    /// Passages of a segment that have a term, deleted ones left out.
    pub(super) fn docs_with(
        &self,
        view: &SegmentView,
        field: tantivy::schema::Field,
        term: &str,
    ) -> Result<Vec<u32>, SearchError> {
        let index = view.reader.inverted_index(field)?;
        let term = Term::from_field_text(field, term);
        let Some(mut postings) = index.read_postings(&term, IndexRecordOption::Basic)?
        else {
            return Ok(Vec::new());
        };
        let mut docs = Vec::new();
        let mut doc = postings.doc();
        while doc != TERMINATED {
            if !view.reader.is_deleted(doc) {
                docs.push(doc);
            }
            doc = postings.advance();
        }
        Ok(docs)
    }
}
