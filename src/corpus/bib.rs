//! `papers.bib`: the works of a corpus.
//!
//! In: BibTeX as JabRef, Zotero and Better BibTeX write it. Out: [`Entry`]s in order. An entry that
//! cannot be read is a fault with its line, and the rest goes on.

mod attached;
mod edit;
mod parents;
mod tex;

use std::ops::Range;
use std::path::{Path, PathBuf};

use biblatex::{
    ChunksExt, ParseError, PermissiveType, Person, RawBibliography, RawChunk,
};
use rustc_hash::{FxHashMap, FxHashSet};

use super::ids::{arxiv_id, arxiv_version, plain_doi};
use parents::Parents;

pub use attached::candidates;
pub use edit::{BibText, EditError, NewEntry, escaped};

/// The name of the bibliography in a corpus folder.
pub const FILE_NAME: &str = "papers.bib";

/// A work as the bibliography states it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Key.
    pub key: String,
    /// Entry type, lower case: `article`, `inproceedings`.
    pub kind: String,
    /// Title, braces and TeX accents resolved.
    pub title: String,
    /// The name that people use for it (`shorttitle`): MAE, CLIP.
    pub short_title: Option<String>,
    /// Authors in order, `First Last`; `and others` left out.
    pub authors: Vec<String>,
    /// The list ends in `and others`.
    pub more_authors: bool,
    /// Year.
    pub year: Option<i32>,
    /// Journal, book title, or publisher.
    pub venue: Option<String>,
    /// arXiv id without version.
    pub arxiv: Option<String>,
    /// The version of the arXiv id, if the entry names one.
    pub arxiv_version: Option<u16>,
    /// DOI, lower case.
    pub doi: Option<String>,
    /// Address.
    pub url: Option<String>,
    /// Abstract.
    pub abstract_text: Option<String>,
    /// Licence, from a field `license` or `licence`.
    pub licence: Option<String>,
    /// Who says that it was retracted, from a field `x-retracted`.
    pub retracted: Option<String>,
    /// Where what it states comes from, from a field `x-evidence`.
    pub evidence: Option<String>,
    /// Files that the entry names.
    pub files: Vec<String>,
    /// Byte range of the entry in the source.
    pub span: Range<usize>,
}

/// An entry that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BibFault {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub what: String,
}

/// A bibliography.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bibliography {
    /// Entries in the order of the file; of two with one key the first.
    pub entries: Vec<Entry>,
    /// What could not be read.
    pub faults: Vec<BibFault>,
}

/// Why a bibliography could not be read at all.
#[derive(Debug, thiserror::Error)]
#[error("{}: cannot read the bibliography: {source}", path.display())]
pub struct BibError {
    path: PathBuf,
    source: std::io::Error,
}

impl Bibliography {
    /// Reads the bibliography of a corpus folder; an empty one if there is none.
    pub fn load(corpus: &Path) -> Result<Self, BibError> {
        let path = corpus.join(FILE_NAME);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Self::parse(&String::from_utf8_lossy(&bytes))),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(source) => Err(BibError { path, source }),
        }
    }

    /// Reads BibTeX.
    pub fn parse(source: &str) -> Self {
        let mut out = Self::default();
        let mut strings = String::new();
        let mut seen = FxHashSet::default();
        let mut parents = Parents::default();
        for raw in raw_entries(source) {
            let text = &source[raw.span.clone()];
            let line = 1 + source[..raw.span.start].matches('\n').count();
            match raw.kind.as_str() {
                "comment" | "preamble" => continue,
                "string" => {
                    strings.push_str(text);
                    strings.push('\n');
                    continue;
                }
                _ => {}
            }
            if !raw.closed {
                out.faults
                    .push(BibFault { line, what: "entry has no closing brace".into() });
                continue;
            }
            match parse_one(&format!("{strings}{}", tex::plain(text))) {
                Ok(parsed) => match parsed.iter().next() {
                    Some(entry) if entry.key.is_empty() => {
                        out.faults
                            .push(BibFault { line, what: "entry has no key".into() });
                    }
                    Some(entry) if !seen.insert(entry.key.clone()) => {
                        let what =
                            format!("key `{}` stands twice: the first counts", entry.key);
                        out.faults.push(BibFault { line, what });
                    }
                    Some(entry) => {
                        parents.note(entry);
                        out.entries.push(entry_of(entry, &raw, text));
                    }
                    None => {}
                },
                Err(error) => {
                    out.faults.push(BibFault { line, what: error.kind.to_string() });
                }
            }
        }
        parents.hand_down(&mut out.entries);
        out
    }

    /// The entry of that key.
    pub fn get(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|e| e.key == key)
    }
}

/// The `@string` pieces of a source.
pub fn strings(source: &str) -> Vec<String> {
    let pieces =
        raw_entries(source).into_iter().filter(|r| r.kind == "string" && r.closed);
    pieces.map(|r| source[r.span].to_string()).collect()
}

/// Parses one entry with the abbreviations before it. What would make the parser go in circles, or
/// grow without end, is kept from it: an abbreviation made of itself, an entry that inherits from itself.
fn parse_one(source: &str) -> Result<biblatex::Bibliography, ParseError> {
    /// Bytes that an abbreviation may stand for.
    const MOST: usize = 64 << 10;
    let mut raw = RawBibliography::parse(source)?;
    let all: FxHashSet<&str> = raw.abbreviations.iter().map(|pair| pair.key.v).collect();
    let mut sizes: FxHashMap<&str, usize> = FxHashMap::default();
    let mut used: FxHashSet<&str> = FxHashSet::default();
    raw.abbreviations.retain(|pair| {
        let size = pair.value.v.iter().try_fold(0usize, |size, chunk| {
            size.checked_add(match chunk.v {
                RawChunk::Normal(text) => text.len(),
                // A name that is never defined may be a month.
                RawChunk::Abbreviation(name) if !all.contains(name) => name.len(),
                RawChunk::Abbreviation(name) => *sizes.get(name)?,
            })
        });
        let names = pair.value.v.iter().filter_map(|chunk| match chunk.v {
            RawChunk::Abbreviation(name) => Some(name),
            RawChunk::Normal(_) => None,
        });
        used.extend(names);
        // Of two definitions the parser takes the last, also for what is made of the first.
        let is_new = !sizes.contains_key(pair.key.v);
        let kept = size.filter(|s| *s <= MOST && (is_new || !used.contains(pair.key.v)));
        sizes.extend(kept.map(|size| (pair.key.v, size)));
        kept.is_some()
    });
    for field in raw.entries.iter_mut().flat_map(|entry| &mut entry.v.fields) {
        field.key.v = parents::set_aside(field.key.v);
    }
    biblatex::Bibliography::from_raw(raw)
}

struct RawEntry {
    kind: String,
    span: Range<usize>,
    closed: bool,
}

/// Cuts a source into its `@kind{...}` pieces by counting braces; text between them is comment.
fn raw_entries(source: &str) -> Vec<RawEntry> {
    let bytes = source.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(found) = source[at..].find('@').map(|i| at + i) {
        let name_end = source[found + 1..]
            .find(|c: char| !c.is_ascii_alphanumeric())
            .map_or(source.len(), |i| found + 1 + i);
        // BibTeX would read an entry that stands behind a `%`; who writes it there means a comment.
        let line = source[..found].rfind('\n').map_or(0, |i| i + 1);
        if source[line.max(at)..found].trim_start().starts_with('%') {
            at = found + 1;
            continue;
        }
        let kind = source[found + 1..name_end].to_lowercase();
        let open =
            source[name_end..].find(|c: char| !c.is_whitespace()).map(|i| name_end + i);
        let Some(open) =
            open.filter(|o| matches!(bytes[*o], b'{' | b'(') && !kind.is_empty())
        else {
            at = found + 1;
            continue;
        };
        let close = closing(bytes, open);
        let end = close.unwrap_or_else(|| next_entry(source, open));
        out.push(RawEntry { kind, span: found..end, closed: close.is_some() });
        at = end;
    }
    out
}

/// The byte behind the brace that closes the one at `open`.
fn closing(bytes: &[u8], open: usize) -> Option<usize> {
    let round = bytes[open] == b'(';
    let (mut depth, mut quoted) = (0usize, false);
    // Where the fields stand: inside the entry, outside their values.
    let fields = usize::from(!round);
    let mut i = open;
    while i < bytes.len() {
        match bytes[i] {
            b'\\' => i += 1,
            b'"' if depth == fields => quoted = !quoted,
            // A comment between fields; braces in it do not count.
            b'%' if depth == fields && !quoted => {
                let Some(end) = bytes[i..].iter().position(|b| *b == b'\n') else {
                    break;
                };
                i += end;
            }
            b'{' => depth += 1,
            b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 && !round {
                    return Some(i + 1);
                }
            }
            b')' if round && depth == 0 => return Some(i + 1),
            _ => {}
        }
        i += 1;
    }
    None
}

/// Where the next entry begins, after one that never closes.
fn next_entry(source: &str, from: usize) -> usize {
    source[from..].find("\n@").map_or(source.len(), |i| from + i + 1)
}

/// Fields that hold no prose.
const VERBATIM: [&str; 4] = ["url", "file", "doi", "eprint"];

fn entry_of(entry: &biblatex::Entry, raw: &RawEntry, source: &str) -> Entry {
    let text = |name: &str| {
        let mut value = entry.get(name)?.format_verbatim();
        if !VERBATIM.contains(&name) {
            // A tie between words; `\~n` has become its letter before.
            value = value.replace('~', " ");
        }
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        (!value.is_empty()).then_some(value)
    };
    let year = entry.date().ok().and_then(|d| match d {
        PermissiveType::Typed(date) => match date.value {
            biblatex::DateValue::At(d)
            | biblatex::DateValue::After(d)
            | biblatex::DateValue::Before(d)
            | biblatex::DateValue::Between(d, _) => Some(d.year),
        },
        PermissiveType::Chunks(_) => None,
    });
    let year = year.or_else(|| first_year(&text("year")?));
    let venue =
        ["journal", "journaltitle", "booktitle", "venue", "school", "institution"];
    let eprint_is_arxiv = ["eprinttype", "archiveprefix"]
        .iter()
        .filter_map(|n| text(n))
        .any(|v| v.eq_ignore_ascii_case("arxiv"));
    let arxiv = text("eprint")
        .filter(|id| eprint_is_arxiv || arxiv_id(id).is_some())
        .or_else(|| text("arxiv"))
        .or_else(|| text("arxivid"))
        .or_else(|| text("url").filter(|u| u.contains("arxiv.org")))
        .or_else(|| text("journal").filter(|j| j.to_lowercase().contains("arxiv:")));
    Entry {
        key: entry.key.clone(),
        kind: raw.kind.clone(),
        title: text("title").unwrap_or_default(),
        short_title: text("shorttitle"),
        authors: authors_of(entry),
        more_authors: entry.author().is_ok_and(|people| people.iter().any(is_others)),
        year,
        venue: venue.iter().find_map(|n| text(n)),
        arxiv_version: arxiv.as_deref().and_then(arxiv_version),
        arxiv: arxiv.and_then(|id| arxiv_id(&id)),
        doi: text("doi").map(|d| plain_doi(&d)),
        url: text("url"),
        abstract_text: text("abstract"),
        licence: text("license").or_else(|| text("licence")),
        retracted: text("x-retracted"),
        evidence: text("x-evidence"),
        files: text("file")
            .map(|file| {
                attached::files_in(source).unwrap_or_else(|| attached::paths_of(&file))
            })
            .unwrap_or_default(),
        span: raw.span.clone(),
    }
}

fn authors_of(entry: &biblatex::Entry) -> Vec<String> {
    let Ok(people) = entry.author() else { return Vec::new() };
    let named = people.iter().filter(|p| !is_others(p)).map(full_name);
    named.filter(|n| !n.is_empty()).collect()
}

fn is_others(person: &Person) -> bool {
    full_name(person) == "others"
}

fn full_name(person: &Person) -> String {
    let parts = [&person.given_name, &person.prefix, &person.name, &person.suffix];
    let parts: Vec<&str> =
        parts.iter().map(|p| p.trim()).filter(|p| !p.is_empty()).collect();
    parts.join(" ").replace('~', " ")
}

fn first_year(text: &str) -> Option<i32> {
    let digits = text.split(|c: char| !c.is_ascii_digit()).find(|d| d.len() == 4)?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_goes_in_circles() {
        let mut source = String::from(
            "@string{a = b # \"x\"} @string{b = a} @string{c = c # \"x\"} @string{d = \"no\"} @string{d = \"D\"}
             @string{e = d # \" and \" # jan} @misc{self, title = {S}, crossref = {self}, xdata = {self}}
             @misc{one, title = a} @misc{two, title = c} @misc{three, title = e}",
        );
        source.push_str("@string{n0 = \"very long\"}");
        for i in 0..40 {
            source.push_str(&format!("@string{{n{} = n{i} # n{i}}}", i + 1));
        }
        source.push_str("@misc{four, title = n3} @misc{five, title = n40}");
        let bib = Bibliography::parse(&source);
        let titles: Vec<(&str, usize)> =
            bib.entries.iter().map(|e| (e.key.as_str(), e.title.len())).collect();
        assert_eq!(titles, [("self", 1), ("three", "D and January".len()), ("four", 72)]);
        let faults: Vec<&str> = bib.faults.iter().map(|f| f.what.as_str()).collect();
        assert_eq!(faults.len(), 3, "{faults:?}");
    }

    #[test]
    fn a_paper_has_from_its_volume_what_it_lacks() {
        let source = "
@string{ev = {EMNLP}}
@inproceedings{one, title = {One}, author = {Ada Byron}, crossref = {emnlp_2020}}
@InProceedings{two, title = {Two}, booktitle = {Findings}, year = 2021, CrossRef = \"emnlp_2020\"}
@proceedings{emnlp_2020, title = {Proceedings of } # ev, editor = {E. Ditor}, crossref = {series},
  doi = {10.1/all}, url = {http://x.org/all}, eprint = {2001.00001}, file = {all.pdf}, abstract = {All.}}
@book{series, title = {A Series}, year = 2020}
@book{monograph, title = {Learning}, author = {B. Ook and others}, date = {2016-03}}
@inbook{chapter, chapter = {4}, crossref = {monograph}}
@article{three, title = {Three}, xdata = {nothing, journal}}
@xdata{journal, journaltitle = {JMLR}, year = {2019}}
@misc{ring, title = {R}, crossref = {gnir}}
@misc{gnir, year = 1999, crossref = {ring}}
@misc{lost, title = {L}, crossref = {nowhere}}";
        let bib = Bibliography::parse(source);
        assert_eq!(bib.faults, []);
        let facts = |key: &str| {
            let e = bib.get(key).unwrap();
            let venue = e.venue.clone().unwrap_or_default();
            (e.title.clone(), e.authors.join(", "), venue, e.year.unwrap_or_default())
        };
        let facts_are = |key: &str, title: &str, authors: &str, venue: &str, year| {
            assert_eq!(facts(key), (title.into(), authors.into(), venue.into(), year));
        };
        facts_are("one", "One", "Ada Byron", "Proceedings of EMNLP", 2020);
        facts_are("two", "Two", "", "Findings", 2021);
        facts_are("emnlp_2020", "Proceedings of EMNLP", "", "", 2020);
        facts_are("chapter", "Learning", "B. Ook", "Learning", 2016);
        facts_are("three", "Three", "", "JMLR", 2019);
        facts_are("ring", "R", "", "", 1999);
        facts_are("lost", "L", "", "", 0);
        assert!(bib.get("chapter").unwrap().more_authors);
        // What names the volume is not the paper's.
        let one = bib.get("one").unwrap();
        assert_eq!((&one.doi, &one.url, &one.arxiv), (&None, &None, &None));
        assert_eq!((&one.files, &one.abstract_text), (&vec![], &None));
    }

    #[test]
    fn reads_what_reference_managers_write() {
        let source = r#"
% my papers
@string{cvpr = "CVPR"}
@inproceedings{he2022masked,
  title = {Masked {Autoencoders} Are Scalable},
  author = {He, Kaiming and Doll{\'a}r, Piotr and others},
  booktitle = cvpr, year = 2022,
  eprint = {2111.06377v3}, archivePrefix = {arXiv},
  file = {PDF:files/12/he.pdf:application/pdf},
}
@article{broken, title = {no end
@misc{b, title = "B", date = {2021-05-03}, doi = {https://doi.org/10.1000/ABC}}
"#;
        let bib = Bibliography::parse(source);
        assert_eq!(bib.entries.len(), 2);
        let he = &bib.entries[0];
        assert_eq!(he.title, "Masked Autoencoders Are Scalable");
        assert_eq!(he.authors, ["Kaiming He", "Piotr Dollár"]);
        assert_eq!(he.venue.as_deref(), Some("CVPR"));
        assert_eq!((he.year, he.arxiv.as_deref()), (Some(2022), Some("2111.06377")));
        assert_eq!(he.files, ["files/12/he.pdf"]);
        assert_eq!(he.arxiv_version, Some(3));
        assert_eq!(bib.entries[1].doi.as_deref(), Some("10.1000/abc"));
        assert_eq!(bib.entries[1].year, Some(2021));
        assert_eq!(
            bib.faults,
            [BibFault { line: 11, what: "entry has no closing brace".into() }]
        );
    }

    #[test]
    fn tex_as_people_write_it_is_read() {
        let source = r"@ARTICLE(g, title={In Parens (All)})
@misc{a, title={The \textit{odd} \emph{case}~of {\o{}}re, a \ b}, author={Garc{\'\i}a, Mar\'{\i}a and J{\o}rgen~S{\o{}}n and others},
  url={http://x.org/~me}}
@misc{, title={No Key}}
".replace("\\\\", "\\");
        let bib = Bibliography::parse(&source);
        let faults: Vec<_> =
            bib.faults.iter().map(|f| (f.line, f.what.as_str())).collect();
        assert_eq!(faults, [(4, "entry has no key")]);
        assert_eq!(bib.entries[0].title, "In Parens (All)");
        let a = &bib.entries[1];
        assert_eq!(a.title, "The odd case of øre, a b");
        assert_eq!(a.authors, ["María García", "Jørgen Søn"]);
        assert_eq!((a.more_authors, a.url.as_deref()), (true, Some("http://x.org/~me")));
    }

    #[test]
    fn what_is_commented_out_is_no_entry() {
        let source = "% @misc{old, title = {Old}}\n\
            @misc{a, % a } in a comment\n  title = \"50% of {A}\", % mine }\n  year = 2020\n}\n\
            %@misc{b,\n%  title = {B}\n%}\n@misc{c, title = {C}}\n";
        let bib = Bibliography::parse(source);
        assert_eq!(bib.faults, []);
        let keys: Vec<_> =
            bib.entries.iter().map(|e| (e.key.as_str(), e.title.as_str())).collect();
        assert_eq!(keys, [("a", "50% of A"), ("c", "C")]);
    }
}
