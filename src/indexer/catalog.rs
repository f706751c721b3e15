//! The works of a corpus: entries of the bibliography joined with the documents that were found.
//!
//! In: the bibliography and what is known of each file. Out: [`Catalog`]: each work with its
//! sources, the best first. Content that lies there twice, files of one work in several forms, and
//! files without an entry that are plainly one work become one work. The same files make the same
//! catalogue in whatever order they came.

use std::collections::BTreeMap;
use std::path::Path;

use super::ledger::{FileRow, Outcome};
use super::reader::Facts;
use crate::corpus::bib::{Bibliography, Entry};
use crate::corpus::identity::{
    self, Known, arxiv_in_name, identify, plain_key, stem, surname, title_letters,
};
use crate::corpus::ids::arxiv_year;
use crate::corpus::{Belongs, Fingerprint, Format, WorkKey};
use crate::schema::Work;
use crate::survey::resolve::{Resolver, WorkFacts};

/// Letters that a title must have to tell that two documents are one work.
pub(crate) const TELLING_TITLE: usize = 16;

/// A file that belongs to a work.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct WorkSource {
    pub(crate) path: String,
    pub(crate) format: Format,
    pub(crate) fingerprint: Fingerprint,
    pub(crate) belongs: Belongs,
    /// True if a document came of it.
    pub(crate) read: bool,
}

/// A work with its sources.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct CatalogWork {
    /// Place of its entry in the bibliography.
    pub(crate) entry: Option<usize>,
    /// Its files, the one that is indexed first; those that could not be read last.
    pub(crate) sources: Vec<WorkSource>,
}

impl CatalogWork {
    /// The file whose text is indexed.
    pub(crate) fn best(&self) -> Option<&WorkSource> {
        self.sources.first().filter(|source| source.read)
    }

    /// The PDF that gives the pages of a text which has none itself.
    pub(crate) fn pages_from(&self) -> Option<&WorkSource> {
        self.best().filter(|best| best.format != Format::Pdf)?;
        self.sources.iter().find(|s| s.read && s.format == Format::Pdf)
    }

    /// The arXiv id in the name of one of its files: how a paper is saved by hand.
    fn arxiv_of_name(&self) -> Option<String> {
        self.sources.iter().find_map(|s| arxiv_in_path(&s.path))
    }

    /// True if it has files, and none could be read.
    pub(crate) fn failed(&self) -> bool {
        !self.sources.is_empty() && self.best().is_none()
    }
}

/// All works but those of collections, by key.
#[derive(Debug, Default)]
pub(crate) struct Catalog<'a> {
    pub(crate) works: BTreeMap<String, CatalogWork>,
    /// Years by which the corpus cites works of which none is stated.
    pub(crate) cited_years: BTreeMap<String, i32>,
    bibliography: &'a [Entry],
    files: Option<&'a BTreeMap<String, FileRow>>,
    known: Known,
}

impl<'a> Catalog<'a> {
    /// Joins the bibliography with the files.
    pub(crate) fn join(
        bibliography: &'a Bibliography,
        corpus: &Path,
        files: &'a BTreeMap<String, FileRow>,
    ) -> Catalog<'a> {
        let entries = &bibliography.entries;
        let mut catalog = Catalog {
            bibliography: entries,
            files: Some(files),
            known: Known::new(bibliography, corpus),
            ..Catalog::default()
        };
        for (i, entry) in entries.iter().enumerate() {
            catalog.works.entry(entry.key.clone()).or_default().entry = Some(i);
        }
        for (key, sources) in catalog.place(files) {
            catalog.works.entry(key).or_default().sources = sources;
        }
        catalog
    }

    /// The entry of a work in the bibliography.
    pub(crate) fn entry(&self, work: &CatalogWork) -> Option<&'a Entry> {
        self.bibliography.get(work.entry?)
    }

    /// What the document of a work says of itself.
    pub(crate) fn facts(&self, work: &CatalogWork) -> Option<&'a Facts> {
        match &self.files?.get(&work.best()?.path)?.outcome {
            Outcome::Read(facts) => Some(facts),
            _ => None,
        }
    }

    /// The work as the index holds it: the bibliography's word first, then the document's.
    pub(crate) fn describe(&self, key: &str, work: &CatalogWork) -> Work {
        let none = Entry::default();
        let entry = self.entry(work).unwrap_or(&none);
        let no_facts = Facts::default();
        let facts = self.facts(work).unwrap_or(&no_facts);
        let either = |a: &Option<String>, b: &Option<String>| a.clone().or(b.clone());
        let first = |a: &str, b: &str| if a.is_empty() { b } else { a }.to_owned();
        let stated = either(&entry.arxiv, &facts.arxiv);
        let named = stated.is_none().then(|| work.arxiv_of_name()).flatten();
        Work {
            key: key.to_owned(),
            title: first(&entry.title, &facts.title),
            authors: match entry.authors.is_empty() || knows_more(facts, entry) {
                true => facts.authors.clone(),
                false => entry.authors.clone(),
            },
            year: entry
                .year
                .or_else(|| self.cited_years.get(key).copied())
                .or_else(|| year_with_id(facts.year, named.as_deref())),
            venue: either(&entry.venue, &facts.venue),
            arxiv: stated.or(named),
            doi: either(&entry.doi, &facts.doi),
            path: work.best().map(|source| source.path.clone()),
            lang: facts.lang.clone(),
            format: work.best().map(|source| source.format),
            licence: either(&entry.licence, &facts.licence),
            quality: work.best().map_or(0.0, |_| facts.quality),
        }
    }

    /// All works, ready to be told by what a reference says.
    pub(crate) fn resolver(&self) -> Resolver {
        let mut resolver = Resolver::new(&[]);
        for (key, work) in &self.works {
            let Work { key, title, authors, year, arxiv, doi, venue, .. } =
                self.describe(key, work);
            let more_authors = false;
            resolver.add(&WorkFacts {
                key,
                title,
                authors,
                more_authors,
                year,
                arxiv,
                doi,
                venue,
            });
        }
        resolver
    }

    /// Groups the files by the work that they belong to, the best source of each first.
    fn place(
        &self,
        files: &BTreeMap<String, FileRow>,
    ) -> BTreeMap<String, Vec<WorkSource>> {
        let mut groups: BTreeMap<String, Vec<WorkSource>> = BTreeMap::new();
        let mut contents: BTreeMap<Fingerprint, (WorkKey, Belongs)> = BTreeMap::new();
        let mut placed: Vec<(&str, &FileRow, WorkKey, Belongs)> = Vec::new();
        for (path, row) in files {
            if row.outcome == Outcome::Collection {
                continue;
            }
            let (key, belongs) = identify(&self.known, &row.says(Path::new(path)));
            let read = matches!(row.outcome, Outcome::Read(_));
            // One content is one work, whichever of its names says most.
            match contents.get_mut(&row.fingerprint) {
                Some(known) if read && trust(&belongs) < trust(&known.1) => {
                    *known = (key.clone(), belongs.clone());
                }
                None if read => {
                    contents.insert(row.fingerprint, (key.clone(), belongs.clone()));
                }
                _ => {}
            }
            placed.push((path, row, key, belongs));
        }
        let mut own = OwnKeys::default();
        for (path, row, key, belongs) in placed {
            let (key, belongs) = match contents.get(&row.fingerprint) {
                Some((known, why)) if *known != key => (known.clone(), why.clone()),
                _ => (key, belongs),
            };
            let key = match belongs {
                Belongs::Own | Belongs::Itself => own.settle(path, row, key, &self.works),
                _ => key,
            };
            groups.entry(key.0).or_default().push(WorkSource {
                path: path.to_owned(),
                format: row.format,
                fingerprint: row.fingerprint,
                belongs,
                read: matches!(row.outcome, Outcome::Read(_)),
            });
        }
        for sources in groups.values_mut() {
            sources.sort_by_key(|s| {
                (!s.read, worth(s.format), trust(&s.belongs), s.path.clone())
            });
        }
        groups
    }
}

/// True if the entry's list of authors is cut short (`and others`), and the document's is whole.
fn knows_more(facts: &Facts, entry: &Entry) -> bool {
    let first = |names: &[String]| names.first().map(|name| surname(name));
    entry.more_authors
        && facts.authors.len() > entry.authors.len()
        && first(&facts.authors) == first(&entry.authors)
}

/// The year that a document tells, unless the arXiv id is of another time: it was guessed then.
fn year_with_id(told: Option<i32>, arxiv: Option<&str>) -> Option<i32> {
    let Some(of_id) = arxiv.and_then(arxiv_year) else { return told };
    // A venue lies up to three years behind the preprint.
    told.filter(|year| (of_id..=of_id + 3).contains(year)).or(Some(of_id))
}

fn arxiv_in_path(path: &str) -> Option<String> {
    arxiv_in_name(&stem(Path::new(path)))
}

impl FileRow {
    /// What the file says of itself.
    fn says<'r>(&'r self, path: &'r Path) -> identity::Facts<'r> {
        match &self.outcome {
            Outcome::Read(facts) => identity::Facts {
                path,
                own_key: facts.own_key.as_deref(),
                arxiv: facts.arxiv.as_deref(),
                doi: facts.doi.as_deref(),
                info_title: None,
                title: &facts.title,
                authors: &facts.authors,
                year: facts.year,
            },
            _ => identity::Facts::of(path),
        }
    }
}

/// Keys of files without an entry: one work may lie there in several forms, and two works may
/// have files of one name.
#[derive(Default)]
struct OwnKeys {
    /// What is known of each work: see [`marks`].
    by_mark: BTreeMap<String, WorkKey>,
    /// Folder, content and stem of the first file of each key.
    taken: BTreeMap<String, (String, Fingerprint)>,
}

impl OwnKeys {
    fn settle(
        &mut self,
        path: &str,
        row: &FileRow,
        key: WorkKey,
        entries: &BTreeMap<String, CatalogWork>,
    ) -> WorkKey {
        if entries.contains_key(&key.0) {
            return key;
        }
        let marks = marks(path, &row.outcome);
        let known = marks.iter().find_map(|mark| self.by_mark.get(mark)).cloned();
        let key = known.unwrap_or_else(|| self.free(path, row, key));
        for mark in marks {
            self.by_mark.entry(mark).or_insert_with(|| key.clone());
        }
        key
    }

    /// `smith.tex` beside `smith.pdf` is the same work; `other/smith.pdf` is not.
    fn free(&mut self, path: &str, row: &FileRow, key: WorkKey) -> WorkKey {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mine = (folder.to_owned(), row.fingerprint);
        let longer = plain_key(&format!("{folder}-{}", key.0));
        for name in [key.0.clone(), longer, plain_key(path)] {
            let holder = self.taken.entry(name.clone()).or_insert_with(|| mine.clone());
            if holder.0 == mine.0 || holder.1 == mine.1 {
                return WorkKey(name);
            }
        }
        let hash = blake3::hash(path.as_bytes()).to_hex();
        WorkKey(format!("{}-{}", key.0, &hash[..8]))
    }
}

/// What tells that two documents without an entry are one work: an identifier, or a title that is
/// long enough with its first author.
fn marks(path: &str, outcome: &Outcome) -> Vec<String> {
    let Outcome::Read(facts) = outcome else { return Vec::new() };
    let mut marks = Vec::new();
    if let Some(arxiv) = facts.arxiv.clone().or_else(|| arxiv_in_path(path)) {
        marks.push(format!("arxiv {}", arxiv.to_lowercase()));
    }
    if let Some(doi) = &facts.doi {
        marks.push(format!("doi {}", doi.to_lowercase()));
    }
    let title = title_letters(&facts.title);
    if title.chars().count() >= TELLING_TITLE && facts.own_key.is_none() {
        let by = facts.authors.first().map(|name| surname(name)).unwrap_or_default();
        marks.push(format!("title {title} by {by}"));
    }
    marks
}

fn trust(belongs: &Belongs) -> u8 {
    match belongs {
        Belongs::FileField => 0,
        Belongs::Stem => 1,
        Belongs::Stamp => 2,
        Belongs::Doi => 3,
        Belongs::Info => 4,
        Belongs::Itself => 5,
        Belongs::Title => 6,
        Belongs::Own => 7,
    }
}

/// Rank of a form as a source of text: what the author wrote before what a printer made of it.
/// Markdown and plain text beside a paper are mostly notes on it, which must not hide it.
fn worth(format: Format) -> u8 {
    match format {
        Format::Tex => 0,
        Format::Jats => 1,
        Format::Html => 2,
        Format::Epub => 3,
        Format::Docx => 4,
        Format::Pdf => 5,
        Format::Markdown => 6,
        Format::Text => 7,
        Format::Jsonl => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::ExtractError;
    use crate::indexer::reader::Failure;

    fn row(content: u8, format: Format, facts: Facts) -> FileRow {
        FileRow {
            size: 1,
            mtime_ns: 1,
            seen: 1,
            format,
            fingerprint: Fingerprint([content; 32]),
            reader: 1,
            outcome: Outcome::Read(Box::new(facts)),
        }
    }

    fn titled(title: &str) -> Facts {
        Facts { title: title.into(), ..Facts::default() }
    }

    fn works(files: Vec<(&str, FileRow)>) -> Vec<(String, Vec<String>)> {
        let bib = Bibliography::parse(
            "@misc{a, title={A paper that is in the bibliography}, eprint={2001.00001}}
             @misc{b, title={A paper that nobody has on disk}}",
        );
        let files = files.into_iter().map(|(p, r)| (p.to_owned(), r)).collect();
        let catalog = Catalog::join(&bib, Path::new("corpus"), &files);
        let paths = |w: CatalogWork| w.sources.into_iter().map(|s| s.path).collect();
        catalog.works.into_iter().map(|(k, w)| (k, paths(w))).collect()
    }

    fn expect(found: Vec<(String, Vec<String>)>, wanted: &[(&str, &[&str])]) {
        let found: Vec<(&str, Vec<&str>)> = found
            .iter()
            .map(|(k, p)| (k.as_str(), p.iter().map(String::as_str).collect()))
            .collect();
        let wanted: Vec<(&str, Vec<&str>)> =
            wanted.iter().map(|(k, p)| (*k, p.to_vec())).collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn files_join_their_entries_and_the_best_source_wins() {
        let found = works(vec![
            ("2001.00001.pdf", row(1, Format::Pdf, Facts::default())),
            ("tex/2001.00001v2.tar.gz", row(2, Format::Tex, Facts::default())),
            (
                "x.html",
                row(3, Format::Html, titled("A paper that is in the bibliography")),
            ),
        ]);
        let a: &[&str] = &["tex/2001.00001v2.tar.gz", "x.html", "2001.00001.pdf"];
        expect(found, &[("a", a), ("b", &[])]);
    }

    #[test]
    fn one_content_under_two_names_is_one_work() {
        let found = works(vec![
            ("copy.pdf", row(1, Format::Pdf, Facts::default())),
            ("2001.00001.pdf", row(1, Format::Pdf, Facts::default())),
            ("m.md", row(2, Format::Markdown, Facts::default())),
            ("n.md", row(2, Format::Markdown, Facts::default())),
        ]);
        let a: &[&str] = &["2001.00001.pdf", "copy.pdf"];
        expect(found, &[("a", a), ("b", &[]), ("m", &["m.md", "n.md"])]);
    }

    #[test]
    fn own_works_are_told_apart_and_joined() {
        let long = "On the joining of documents without entries";
        let found = works(vec![
            ("one/smith.pdf", row(1, Format::Pdf, Facts::default())),
            ("one/smith.tex", row(2, Format::Tex, Facts::default())),
            ("two/smith.pdf", row(3, Format::Pdf, Facts::default())),
            ("u.pdf", row(4, Format::Pdf, titled(long))),
            ("v.html", row(5, Format::Html, titled(long))),
        ]);
        expect(
            found,
            &[
                ("a", &[]),
                ("b", &[]),
                ("smith", &["one/smith.tex", "one/smith.pdf"]),
                ("two-smith", &["two/smith.pdf"]),
                ("u", &["v.html", "u.pdf"]),
            ],
        );
    }

    #[test]
    fn the_name_of_a_file_tells_its_arxiv_id() {
        let guessed = |year| Facts { year: Some(year), ..Facts::default() };
        let files = [
            ("2304.08485v2.pdf".to_owned(), row(1, Format::Pdf, guessed(2020))),
            ("old/arXiv-2304.08485.html".to_owned(), row(2, Format::Html, guessed(2023))),
            ("2304.00001.pdf".to_owned(), row(3, Format::Pdf, guessed(2024))),
        ];
        let files = files.into_iter().collect();
        let bib = Bibliography::default();
        let catalog = Catalog::join(&bib, Path::new("corpus"), &files);
        let works: Vec<_> = catalog
            .works
            .iter()
            .map(|(key, work)| catalog.describe(key, work))
            .map(|work| (work.arxiv.unwrap(), work.year))
            .collect();
        // A year of the id's time is kept: a venue's may lie behind it.
        let expected = [("2304.00001", Some(2024)), ("2304.08485", Some(2023))];
        assert_eq!(works, expected.map(|(id, year)| (id.to_owned(), year)));
    }

    #[test]
    fn a_failed_file_does_not_stand_for_its_work() {
        let bib = Bibliography::parse("@misc{a, title={X}}");
        let mut failed = row(1, Format::Tex, Facts::default());
        failed.outcome = Outcome::Failed(Failure::Extract(ExtractError::Empty));
        let good = row(2, Format::Pdf, Facts::default());
        let files = [("a.tex".to_owned(), failed.clone()), ("a.pdf".to_owned(), good)];
        let files = files.into_iter().collect();
        let catalog = Catalog::join(&bib, Path::new("corpus"), &files);
        assert_eq!(catalog.works["a"].best().unwrap().path, "a.pdf");
        let files = [("a.tex".to_owned(), failed)].into_iter().collect();
        let catalog = Catalog::join(&bib, Path::new("corpus"), &files);
        assert!(catalog.works["a"].failed());
        assert_eq!(catalog.describe("a", &catalog.works["a"]).path, None);
    }
}
