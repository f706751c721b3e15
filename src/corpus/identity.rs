//! Tells which work a file is.
//!
//! In: the bibliography and what a file says about itself. Out: the key of a work and the evidence,
//! the strongest first: the entry's `file` field, the file's name, its arXiv stamp, its DOI, its
//! metadata's title, its printed title. A title alone never decides against authors or years.

use std::path::Path;

use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;

use super::bib::{Bibliography, Entry};
use super::ids::{arxiv_id, arxiv_of_doi, plain_doi};
use super::{Belongs, WorkKey, walk};

/// Titles shorter than this many letters need an author to agree.
const TELLING_TITLE: usize = 16;

/// Two titles are near when at most one letter in so many differs.
const NEAR_TITLE: f64 = 0.93;

/// What a file says about itself.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The file, relative to the corpus folder.
    pub path: &'a Path,
    /// A key that it claims (front matter `key`, JSONL `_id`).
    pub own_key: Option<&'a str>,
    /// arXiv id.
    pub arxiv: Option<&'a str>,
    /// DOI.
    pub doi: Option<&'a str>,
    /// Title in the file's metadata.
    pub info_title: Option<&'a str>,
    /// Title as printed; empty if none could be told.
    pub title: &'a str,
    /// Authors, `First Last`.
    pub authors: &'a [String],
    /// Year.
    pub year: Option<i32>,
}

impl<'a> Facts<'a> {
    /// A file of which only the path is known.
    pub fn of(path: &'a Path) -> Self {
        Self {
            path,
            own_key: None,
            arxiv: None,
            doi: None,
            info_title: None,
            title: "",
            authors: &[],
            year: None,
        }
    }
}

/// A bibliography made ready to be asked.
#[derive(Clone, Debug, Default)]
pub struct Known {
    works: Vec<KnownWork>,
    by_key: FxHashMap<String, usize>,
    by_stem: FxHashMap<String, usize>,
    by_file: FxHashMap<String, usize>,
    by_arxiv: FxHashMap<String, usize>,
    by_doi: FxHashMap<String, usize>,
    by_title: FxHashMap<String, Vec<usize>>,
    by_surname: FxHashMap<String, Vec<usize>>,
}

#[derive(Clone, Debug)]
struct KnownWork {
    key: String,
    title: String,
    surnames: Vec<String>,
    year: Option<i32>,
}

impl Known {
    /// Makes a bibliography ready. `corpus` resolves absolute paths in `file` fields.
    pub fn new(bibliography: &Bibliography, corpus: &Path) -> Self {
        let mut known = Self::default();
        for entry in &bibliography.entries {
            known.take(entry, corpus);
        }
        known
    }

    /// Adds a work under a key that may be another than its entry's.
    pub fn add(&mut self, entry: &Entry, key: &str, corpus: &Path) {
        self.take(&Entry { key: key.into(), ..entry.clone() }, corpus);
    }

    fn take(&mut self, entry: &Entry, corpus: &Path) {
        let n = self.works.len();
        let work = KnownWork {
            key: entry.key.clone(),
            title: title_letters(&entry.title),
            surnames: entry.authors.iter().map(|a| surname(a)).collect(),
            year: entry.year,
        };
        for file in &entry.files {
            self.by_file.entry(inside(file, corpus)).or_insert(n);
        }
        self.by_key.entry(entry.key.clone()).or_insert(n);
        self.by_stem.entry(title_letters(&entry.key)).or_insert(n);
        let doi = entry.doi.as_deref();
        if let Some(id) = entry.arxiv.clone().or_else(|| doi.and_then(arxiv_of_doi)) {
            self.by_arxiv.entry(id).or_insert(n);
        }
        if let Some(doi) = doi {
            self.by_doi.entry(plain_doi(doi)).or_insert(n);
            self.by_stem.entry(title_letters(&plain_doi(doi))).or_insert(n);
        }
        if !work.title.is_empty() {
            self.by_title.entry(work.title.clone()).or_default().push(n);
        }
        for name in &work.surnames {
            let list = self.by_surname.entry(name.clone()).or_default();
            if list.last() != Some(&n) {
                list.push(n);
            }
        }
        self.works.push(work);
    }

    /// The key of the work with that arXiv id, in any form.
    pub fn with_arxiv(&self, id: &str) -> Option<&str> {
        self.key_at(*self.by_arxiv.get(&arxiv_id(id)?)?)
    }

    /// The key of the work with that DOI.
    pub fn with_doi(&self, doi: &str) -> Option<&str> {
        if let Some(id) = arxiv_of_doi(doi).as_deref().and_then(|id| self.with_arxiv(id))
        {
            return Some(id);
        }
        self.key_at(*self.by_doi.get(&plain_doi(doi))?)
    }

    /// True if a work has that key.
    pub fn has_key(&self, key: &str) -> bool {
        self.by_key.contains_key(key)
    }

    /// The key of the work with that title, if neither authors nor year speak against it.
    pub fn with_title(
        &self,
        title: &str,
        authors: &[String],
        year: Option<i32>,
    ) -> Option<&str> {
        let letters = title_letters(title);
        if letters.is_empty() {
            return None;
        }
        let surnames: Vec<String> = authors.iter().map(|a| surname(a)).collect();
        let same = self.by_title.get(&letters).into_iter().flatten();
        let length = letters.chars().count();
        let fits = |n: &&usize| {
            let work = &self.works[**n];
            // Of lists of authors that run together any name will do, if the title is telling.
            let shared = || surnames.iter().any(|name| work.surnames.contains(name));
            agree(work, &surnames, year, length)
                || length >= TELLING_TITLE && shared() && may_be_one(work.year, year)
        };
        if let Some(n) = same.clone().find(fits) {
            return self.key_at(*n);
        }
        let n = self.near_title(&letters, &surnames, year)?;
        self.key_at(n)
    }

    /// A work with an author in common and nearly this title; a year must not speak against it.
    fn near_title(
        &self,
        letters: &str,
        surnames: &[String],
        year: Option<i32>,
    ) -> Option<usize> {
        let length = letters.chars().count();
        if length < TELLING_TITLE {
            return None;
        }
        let mut best: Option<(f64, usize)> = None;
        for name in surnames.iter().take(3) {
            for &n in self.by_surname.get(name).into_iter().flatten() {
                let work = &self.works[n];
                let theirs = work.title.chars().count();
                let apart = length.abs_diff(theirs) as f64 / length.max(theirs) as f64;
                let near = if apart <= 1.0 - NEAR_TITLE {
                    strsim::normalized_levenshtein(&work.title, letters)
                } else {
                    0.0
                };
                let better = best.is_none_or(|(score, _)| near > score);
                if near >= NEAR_TITLE && better && agree(work, surnames, year, length) {
                    best = Some((near, n));
                }
            }
        }
        best.map(|(_, n)| n)
    }

    fn key_at(&self, n: usize) -> Option<&str> {
        self.works.get(n).map(|w| w.key.as_str())
    }
}

/// Tells which work a file is, and by what evidence.
pub fn identify(known: &Known, facts: &Facts<'_>) -> (WorkKey, Belongs) {
    let of = |key: &str, why| (WorkKey(key.to_string()), why);
    let path = slashed(facts.path);
    if let Some(key) = facts.own_key {
        return of(key, Belongs::Itself);
    }
    if let Some(key) = known.by_file.get(&path).and_then(|n| known.key_at(*n)) {
        return of(key, Belongs::FileField);
    }
    let stem = stem(facts.path);
    // Another paper was saved under the name: what is printed on it is the truth.
    let named = arxiv_in_name(&stem).and_then(|id| arxiv_id(&id));
    let stamp = facts.arxiv.and_then(arxiv_id);
    let renamed = stamp.filter(|s| named.is_some_and(|n| n != *s));
    if renamed.is_none()
        && let Some(key) = by_stem(known, &stem)
    {
        return of(key, Belongs::Stem);
    }
    if let Some(key) = facts.arxiv.and_then(|id| known.with_arxiv(id)) {
        return of(key, Belongs::Stamp);
    }
    if let Some(key) = facts.doi.and_then(|doi| known.with_doi(doi)) {
        return of(key, Belongs::Doi);
    }
    let titled = |title: &str| known.with_title(title, facts.authors, facts.year);
    if let Some(key) = facts.info_title.and_then(titled) {
        return of(key, Belongs::Info);
    }
    if let Some(key) = titled(facts.title) {
        return of(key, Belongs::Title);
    }
    match renamed {
        Some(id) => of(&plain_key(&id.replace('/', "_")), Belongs::Own),
        None => of(&own_key(facts.path), Belongs::Own),
    }
}

/// A key for a file that belongs to no entry: its name, with the folder's before it where the name
/// says nothing (`main`, `paper`). Two such files in different folders may still share one.
pub fn own_key(path: &Path) -> String {
    const SAYS_NOTHING: [&str; 16] = [
        "article",
        "document",
        "download",
        "fulltext",
        "full-text",
        "index",
        "main",
        "manuscript",
        "ms",
        "paper",
        "pdf",
        "preprint",
        "readme",
        "source",
        "text",
        "thesis",
    ];
    let stem = stem(path);
    let folder = path.parent().and_then(Path::file_name).map(|f| f.to_string_lossy());
    match folder {
        Some(folder) if SAYS_NOTHING.contains(&stem.to_lowercase().as_str()) => {
            plain_key(&format!("{folder}-{stem}"))
        }
        _ => plain_key(&stem),
    }
}

/// Drops what a BibTeX key, a command line or a topic path cannot hold.
pub fn plain_key(text: &str) -> String {
    let mut key = String::new();
    for c in text.nfc() {
        let fits = c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '+');
        match fits {
            true => key.push(c),
            false if !key.ends_with('-') => key.push('-'),
            false => {}
        }
    }
    let key = key.trim_matches('-');
    if key.is_empty() { "unnamed".into() } else { key.into() }
}

fn by_stem<'k>(known: &'k Known, stem: &str) -> Option<&'k str> {
    if let Some(n) = known.by_key.get(stem) {
        return known.key_at(*n);
    }
    if let Some(key) = arxiv_in_name(stem).and_then(|id| known.with_arxiv(&id)) {
        return Some(key);
    }
    known.key_at(*known.by_stem.get(&title_letters(stem))?)
}

/// The arXiv id with which a file's name begins, in the forms people save: `2309.10020v2`,
/// `arXiv-2309.10020`, `hep-th9901001`, `hep-th_9901001`, `2306.17582-access`.
pub fn arxiv_in_name(stem: &str) -> Option<String> {
    let lower = stem.to_lowercase();
    let rest = lower
        .strip_prefix("arxiv")
        .map_or(lower.as_str(), |r| r.trim_start_matches(['-', '_', ':', '.', ' ']));
    let digits = |s: &str| s.bytes().take_while(u8::is_ascii_digit).count();
    if let Some((month, number)) = rest.split_once(['.', '_'])
        && digits(month) == 4
        && month.len() == 4
        && matches!(digits(number), 4 | 5)
    {
        return arxiv_id(&format!("{month}.{}", &number[..digits(number)]));
    }
    let at = rest.find(|c: char| c.is_ascii_digit())?;
    let archive = rest[..at].trim_end_matches(['_', '-', '/']);
    let old =
        digits(&rest[at..]) == 7 && matches!(rest[at + 2..at + 4].parse(), Ok(1..=12));
    old.then(|| arxiv_id(&format!("{archive}/{}", &rest[at..at + 7])))?
}

/// The name of a file or of a folder of TeX without the ending that tells its form.
pub fn stem(path: &Path) -> String {
    let name =
        path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    match walk::format_of(path) {
        Some(_) => {
            let cut = name.len() - walk::ending(path).len() - 1;
            name[..cut].to_string()
        }
        None => name,
    }
}

/// True if nothing that is known on both sides contradicts, and enough agrees.
fn agree(
    work: &KnownWork,
    surnames: &[String],
    year: Option<i32>,
    letters: usize,
) -> bool {
    if work.surnames.is_empty() || surnames.is_empty() {
        let near = apart(work.year, year).is_none_or(|years| years <= 1);
        return letters >= TELLING_TITLE && near;
    }
    let first = &work.surnames[0];
    let shared = surnames.contains(first)
        || surnames.first().is_some_and(|f| work.surnames.contains(f));
    shared && may_be_one(work.year, year)
}

/// A preprint and its journal form lie up to three years apart.
fn may_be_one(a: Option<i32>, b: Option<i32>) -> bool {
    apart(a, b).is_none_or(|years| years <= 3)
}

fn apart(a: Option<i32>, b: Option<i32>) -> Option<u32> {
    Some(a?.abs_diff(b?))
}

/// The letters and digits of a title, folded: what print, case and spaces cannot change.
pub fn title_letters(title: &str) -> String {
    title.nfkd().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The folded surname of `First Last`, `Last, First` or a name in Han characters.
pub fn surname(name: &str) -> String {
    let last = match name.split_once(',') {
        Some((last, _)) => last,
        None => {
            let suffix = |w: &&str| {
                !matches!(
                    w.trim_end_matches('.').to_lowercase().as_str(),
                    "jr" | "sr" | "ii" | "iii"
                )
            };
            name.split_whitespace().rfind(suffix).unwrap_or(name)
        }
    };
    // Particles (`van den`) are written or left out at will.
    title_letters(last.split_whitespace().next_back().unwrap_or(last))
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> =
        path.components().map(|c| c.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// A path of a `file` field, relative to the corpus if it lies there.
fn inside(file: &str, corpus: &Path) -> String {
    let path = Path::new(file);
    let name = corpus.file_name();
    let rest = path
        .strip_prefix(corpus)
        .or_else(|_| path.strip_prefix(corpus.canonicalize().unwrap_or_default()))
        .or_else(|_| path.strip_prefix(name.unwrap_or_default()))
        .unwrap_or(path);
    let text = rest.to_string_lossy().replace('\\', "/");
    text.trim_start_matches("./").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BIB: &str = r#"
@article{he2016deep, title = {Deep Residual Learning for Image Recognition},
  author = {He, Kaiming and Zhang, Xiangyu}, year = 2016, eprint = {1512.03385}}
@article{kept, title = {A Title Kept Apart by Its File}, file = {sub/any name.pdf}}
@article{shell2007, title = {Shell Models}, author = {Old, Ann}, eprint = {hep-th/0701001}, year = 2007}
@article{doi1, title = {On Reading Order}, author = {Lee, Bo}, doi = {10.1000/ABC-1}, year = 2010}
@article{intro, title = {Introduction}, author = {Short, Tim}, year = 2001}
"#;

    fn check(path: &str, change: impl Fn(&mut Facts), key: &str, why: Belongs) {
        let known = Known::new(&Bibliography::parse(BIB), Path::new("/c"));
        let mut facts = Facts::of(Path::new(path));
        change(&mut facts);
        assert_eq!(identify(&known, &facts), (WorkKey(key.into()), why), "{path}");
    }

    #[test]
    fn a_stamp_speaks_against_the_name() {
        let known = Known::new(&Bibliography::parse(BIB), Path::new("/c"));
        let facts = |stamp| Facts {
            arxiv: Some(stamp),
            ..Facts::of(Path::new("1512.03385.pdf"))
        };
        let of = |stamp| identify(&known, &facts(stamp)).0.0;
        assert_eq!(of("1512.03385"), "he2016deep");
        assert_eq!(of("1512.03385v2"), "he2016deep");
        assert_eq!(of("hep-th/0701001"), "shell2007");
        assert_eq!(of("1506.02640"), "1506.02640");
    }

    #[test]
    fn names_tell() {
        check("sub/any name.pdf", |_| {}, "kept", Belongs::FileField);
        check("he2016deep.pdf", |_| {}, "he2016deep", Belongs::Stem);
        check("p/1512.03385v1.pdf", |_| {}, "he2016deep", Belongs::Stem);
        check("arXiv-1512.03385v1.tar.gz", |_| {}, "he2016deep", Belongs::Stem);
        check("1512.03385", |_| {}, "he2016deep", Belongs::Stem);
        check("1512.03385-access.pdf", |_| {}, "he2016deep", Belongs::Stem);
        check("hep-th0701001.pdf", |_| {}, "shell2007", Belongs::Stem);
        check("hep-th_0701001v2.gz", |_| {}, "shell2007", Belongs::Stem);
        check("10.1000_abc-1.pdf", |_| {}, "doi1", Belongs::Stem);
        check("unknown.pdf", |_| {}, "unknown", Belongs::Own);
        check("2309.10020v1.pdf", |_| {}, "2309.10020v1", Belongs::Own);
        check("some where/paper.pdf", |_| {}, "some-where-paper", Belongs::Own);
    }

    #[test]
    fn what_the_file_says_tells() {
        check("x.pdf", |f| f.arxiv = Some("1512.03385"), "he2016deep", Belongs::Stamp);
        check(
            "x.pdf",
            |f| f.doi = Some("10.48550/arXiv.1512.03385"),
            "he2016deep",
            Belongs::Doi,
        );
        check("x.pdf", |f| f.doi = Some("10.1000/abc-1"), "doi1", Belongs::Doi);
        check("x.pdf", |f| f.own_key = Some("k"), "k", Belongs::Itself);
    }

    #[test]
    fn titles_tell_unless_contradicted() {
        let title = "Deep residual learning for image recog-nition";
        let he = ["Kaiming He".to_string()];
        let other = ["Ann Other".to_string()];
        check("x.pdf", |f| f.title = title, "he2016deep", Belongs::Title);
        check("x.pdf", |f| f.info_title = Some(title), "he2016deep", Belongs::Info);
        let with = |authors: &'static [String; 1], year| {
            move |f: &mut Facts| (f.title, f.authors, f.year) = (title, authors, year)
        };
        let he: &'static [String; 1] = Box::leak(Box::new(he));
        let other: &'static [String; 1] = Box::leak(Box::new(other));
        check("x.pdf", with(he, Some(2015)), "he2016deep", Belongs::Title);
        check("x.pdf", with(other, Some(2015)), "x", Belongs::Own);
        check("x.pdf", with(he, Some(1999)), "x", Belongs::Own);
        let near = "Deep Residual Learning for Image Recognitlon";
        check("x.pdf", |f| f.title = near, "x", Belongs::Own);
        check(
            "x.pdf",
            |f| (f.title, f.authors) = (near, he),
            "he2016deep",
            Belongs::Title,
        );
        check("x.pdf", |f| f.title = "Introduction", "x", Belongs::Own);
    }

    #[test]
    fn surnames_in_every_order() {
        for (name, folded) in [
            ("Piotr Dollár", "dollar"),
            ("Dollár, Piotr", "dollar"),
            ("Aaron van den Oord", "oord"),
            ("Martin L. King Jr.", "king"),
        ] {
            assert_eq!(surname(name), folded);
        }
    }
}
