//! Which work is a reference? References are matched to works, or become new ones.
//!
//! In: references as parsed, and what is known of the works. Out: matches, each with a confidence
//! and its evidence; new works for references that are none of the known; and a list of those that
//! stay open. An identifier decides; without one, title, authors and years must all agree. A title
//! alone never merges two works, and different arXiv ids never do.

mod likeness;
mod new_works;

use rustc_hash::FxHashMap;

use crate::corpus::WorkKey;
use crate::paper::Reference;
use likeness::{Authors, Title, authors_agree, years_agree};
pub use new_works::{Resolution, Unresolved, make_key, settle};

/// A match below this confidence is none: the reference stays unresolved.
pub const MIN_CONFIDENCE: f32 = 0.8;

/// What is known of a work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkFacts {
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its authors, `First Last`; may be cut short.
    pub authors: Vec<String>,
    /// The list of authors is known to be cut short (`et al.`).
    pub more_authors: bool,
    /// Its year.
    pub year: Option<i32>,
    /// arXiv id without version.
    pub arxiv: Option<String>,
    /// DOI, lower case.
    pub doi: Option<String>,
    /// Journal or conference.
    pub venue: Option<String>,
}

impl From<&Reference> for WorkFacts {
    fn from(r: &Reference) -> Self {
        Self {
            key: r.key.clone(),
            title: r.title.clone(),
            authors: r.authors.clone(),
            more_authors: r.more_authors,
            year: r.year,
            arxiv: r.arxiv.clone(),
            doi: r.doi.clone(),
            venue: r.venue.clone(),
        }
    }
}

/// Why a reference is held to be a work.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// Both have this arXiv id.
    Arxiv(String),
    /// Both have this DOI.
    Doi(String),
    /// Title, authors and year agree.
    Fingerprint {
        /// Likeness of the titles, 0 to 1.
        title: f32,
        /// Difference of the years, if both are known.
        years: Option<i32>,
    },
    /// The survey's own key is the work's, and the titles are alike.
    Key,
}

/// A reference with the work it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Match {
    /// The work.
    pub work: WorkKey,
    /// 0 to 1; at least [`MIN_CONFIDENCE`] when returned by [`Resolver::resolve`].
    pub confidence: f32,
    /// What speaks for it.
    pub evidence: Evidence,
}

/// Works, ready to be looked up by id and by title.
pub struct Resolver {
    works: Vec<Known>,
    by_arxiv: FxHashMap<String, u32>,
    by_doi: FxHashMap<String, u32>,
    by_key: FxHashMap<String, u32>,
    by_title: FxHashMap<String, Vec<u32>>,
    by_word: FxHashMap<String, Vec<u32>>,
}

struct Known {
    key: WorkKey,
    title: Title,
    authors: Authors,
    year: Option<i32>,
    arxiv: Option<String>,
}

/// A word of more works than this leads to none.
const COMMON: usize = 300;

impl Resolver {
    /// Indexes works by id, title and the words of their titles.
    pub fn new(works: &[WorkFacts]) -> Self {
        let mut resolver = Self {
            works: Vec::with_capacity(works.len()),
            by_arxiv: FxHashMap::default(),
            by_doi: FxHashMap::default(),
            by_key: FxHashMap::default(),
            by_title: FxHashMap::default(),
            by_word: FxHashMap::default(),
        };
        for work in works {
            resolver.add(work);
        }
        resolver
    }

    /// Adds a work.
    pub fn add(&mut self, work: &WorkFacts) {
        let at = u32::try_from(self.works.len()).expect("fewer works than u32 counts");
        let known = Known {
            key: WorkKey(work.key.clone()),
            title: Title::new(&work.title),
            authors: Authors::new(&work.authors),
            year: work.year,
            arxiv: work.arxiv.clone(),
        };
        if let Some(id) = &work.arxiv {
            self.by_arxiv.entry(id.to_lowercase()).or_insert(at);
        }
        if let Some(doi) = &work.doi {
            self.by_doi.entry(doi.to_lowercase()).or_insert(at);
        }
        self.by_key.entry(work.key.clone()).or_insert(at);
        if !known.title.folded.is_empty() {
            self.by_title.entry(known.title.folded.clone()).or_default().push(at);
            for word in known.title.rare_words() {
                let works = self.by_word.entry(word.to_owned()).or_default();
                // The list of a common word is of no use; one more shows that it is common.
                if works.len() <= COMMON && works.last() != Some(&at) {
                    works.push(at);
                }
            }
        }
        self.works.push(known);
    }

    /// True if a work has this key.
    pub fn has_key(&self, key: &str) -> bool {
        self.by_key.contains_key(key)
    }

    /// The work that a reference is, if the evidence is enough.
    pub fn resolve(&self, reference: &WorkFacts) -> Option<Match> {
        self.best(reference).filter(|m| m.confidence >= MIN_CONFIDENCE)
    }

    /// The likeliest work, also where the evidence is not enough.
    pub fn best(&self, reference: &WorkFacts) -> Option<Match> {
        let title = Title::new(&reference.title);
        if let Some(found) = self.by_id(reference, &title) {
            return Some(found);
        }
        let mut candidates = self.candidates(&title);
        candidates.extend(self.by_key.get(&reference.key));
        candidates.sort_unstable();
        candidates.dedup();
        if candidates.is_empty() {
            return None;
        }
        let authors = Authors::new(&reference.authors);
        let mut best: Option<Match> = None;
        let mut tied = false;
        for at in candidates {
            let Some(found) = self.compare(reference, &title, &authors, at) else {
                continue;
            };
            let better =
                best.as_ref().map_or(f32::INFINITY, |b| found.confidence - b.confidence);
            tied = better == 0.0 || tied && better < 0.0;
            if better > 0.0 {
                best = Some(found);
            }
        }
        // Two works fit alike: neither is told.
        best.map(|mut m| {
            if tied {
                m.confidence = m.confidence.min(MIN_CONFIDENCE - 0.05);
            }
            m
        })
    }

    /// Works with this very title; without any, those that share its rare words.
    fn candidates(&self, title: &Title) -> Vec<u32> {
        if title.folded.is_empty() {
            return Vec::new();
        }
        if let Some(same) = self.by_title.get(&title.folded) {
            return same.clone();
        }
        let words = title.rare_words();
        let mut shared: Vec<u32> = Vec::new();
        for word in &words {
            match self.by_word.get(*word) {
                Some(works) if works.len() <= COMMON => shared.extend(works),
                _ => {}
            }
        }
        shared.sort_unstable();
        // One shared word of many is chance.
        let needed = if words.len() >= 4 { 2 } else { 1 };
        shared
            .chunk_by(|a, b| a == b)
            .filter(|c| c.len() >= needed)
            .map(|c| c[0])
            .collect()
    }

    fn by_id(&self, reference: &WorkFacts, title: &Title) -> Option<Match> {
        let arxiv = reference.arxiv.as_ref().and_then(|id| {
            let at = *self.by_arxiv.get(&id.to_lowercase())?;
            Some((at, Evidence::Arxiv(id.clone())))
        });
        let doi = reference.doi.as_ref().and_then(|doi| {
            let at = *self.by_doi.get(&doi.to_lowercase())?;
            Some((at, Evidence::Doi(doi.clone())))
        });
        let (at, evidence) = arxiv.or(doi)?;
        let work = &self.works[at as usize];
        // A wrong id is sometimes printed: another title by other authors is another work.
        let known = !title.folded.is_empty() && !work.title.folded.is_empty();
        let another = known
            && title.likeness(&work.title) < 0.5
            && authors_agree(&Authors::new(&reference.authors), &work.authors)
                == Some(false);
        (!another).then(|| Match { work: work.key.clone(), confidence: 0.99, evidence })
    }

    fn compare(
        &self,
        reference: &WorkFacts,
        title: &Title,
        authors: &Authors,
        at: u32,
    ) -> Option<Match> {
        let work = &self.works[at as usize];
        if let (Some(a), Some(b)) = (&reference.arxiv, &work.arxiv)
            && a != b
        {
            return None;
        }
        let authors = authors_agree(authors, &work.authors);
        let years = years_agree(reference.year, work.year);
        if authors == Some(false) || years == Some(false) {
            return None;
        }
        let same_key = reference.key == work.key.0;
        let gap = reference.year.zip(work.year).map(|(a, b)| (a - b).abs());
        if title.same_work(&work.title) {
            let alike = title.likeness(&work.title);
            let mut confidence = 0.55 + 0.2 * alike;
            confidence += if authors == Some(true) { 0.18 } else { 0.0 };
            confidence += match gap {
                Some(0 | 1) => 0.06,
                _ => 0.0,
            };
            // A long title with its year is rarely two works'; a short one may be.
            confidence += if title.n_words() >= 5 { 0.0 } else { -0.05 };
            confidence += if same_key { 0.1 } else { 0.0 };
            let evidence = Evidence::Fingerprint { title: alike, years: gap };
            return Some(Match {
                work: work.key.clone(),
                confidence: confidence.min(0.98),
                evidence,
            });
        }
        let nothing_known = title.folded.is_empty() || work.title.folded.is_empty();
        let by_key = same_key
            && (title.likeness(&work.title) >= 0.8
                || nothing_known && authors == Some(true) && gap == Some(0));
        by_key.then(|| Match {
            work: work.key.clone(),
            confidence: 0.85,
            evidence: Evidence::Key,
        })
    }
}

#[cfg(test)]
mod tests;
