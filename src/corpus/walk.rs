//! Finds the documents of a corpus folder.
//!
//! In: the folder. Out: [`FoundFile`]s in order of path, with format, size and time. Files that
//! `.citemapignore` (gitignore syntax, in any folder of the corpus) names are passed over, so are
//! hidden ones, links that lead out of the corpus, and formats that citemap does not read: the last
//! are counted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use walkdir::{DirEntry, WalkDir};

use super::Format;

/// The name of the files that say what is no document.
pub const IGNORE_FILE: &str = ".citemapignore";

/// Folders nested deeper than this are not entered.
const MAX_DEPTH: usize = 32;

/// A document file, or a folder of TeX that is one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundFile {
    /// Relative to the corpus folder, with `/` between parts.
    pub path: PathBuf,
    /// Its form, by its name.
    pub format: Format,
    /// Bytes.
    pub size: u64,
    /// Time of the last change, nanoseconds since 1970; 0 if the system does not tell.
    pub mtime_ns: i64,
}

/// What a walk found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Documents in order of path.
    pub files: Vec<FoundFile>,
    /// Files of forms that citemap does not read, by ending.
    pub unread: BTreeMap<String, u64>,
    /// Folders and files that could not be looked at, and why.
    pub faults: Vec<(PathBuf, String)>,
}

/// Why a corpus folder could not be walked at all.
#[derive(Debug, thiserror::Error)]
pub enum WalkError {
    /// It does not exist.
    #[error("{}: no such corpus folder", path.display())]
    Missing {
        /// The folder.
        path: PathBuf,
    },
    /// It is not a folder.
    #[error("{}: the corpus is not a folder", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
}

/// The folder in a corpus where documents are laid that came from elsewhere, side by side.
pub const PAPERS: &str = "papers";

/// Finds the documents below `corpus`. `papers.bib` and `surveys/` are not documents.
pub fn walk(corpus: &Path) -> Result<Found, WalkError> {
    match std::fs::metadata(corpus) {
        Err(_) => return Err(WalkError::Missing { path: corpus.into() }),
        Ok(meta) if !meta.is_dir() => {
            return Err(WalkError::NotAFolder { path: corpus.into() });
        }
        Ok(_) => {}
    }
    let mut found = Found::default();
    let mut ignores: Vec<(PathBuf, Gitignore)> = Vec::new();
    let mut entries =
        WalkDir::new(corpus).max_depth(MAX_DEPTH).sort_by_file_name().into_iter();
    while let Some(entry) = entries.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let path = error.path().unwrap_or(corpus).to_path_buf();
                found.faults.push((path, error.to_string()));
                continue;
            }
        };
        ignores.retain(|(dir, _)| entry.path().starts_with(dir));
        let is_dir = entry.file_type().is_dir();
        let hidden = entry.depth() > 0 && is_hidden(&entry);
        let ignored = ignores
            .iter()
            .rev()
            .map(|(_, rules)| rules.matched(entry.path(), is_dir))
            .find(|verdict| !verdict.is_none())
            .is_some_and(|verdict| verdict.is_ignore());
        if hidden || ignored || is_ours(corpus, entry.path()) {
            if is_dir {
                entries.skip_current_dir();
            }
            continue;
        }
        if is_dir {
            read_ignores(entry.path(), &mut ignores, &mut found);
            let is_shelf =
                entry.depth() == 0 || entry.path() == corpus.join(PAPERS).as_path();
            if !is_shelf && is_tex_folder(entry.path()) {
                entries.skip_current_dir();
                found.files.extend(tex_folder(corpus, entry.path()));
            }
            continue;
        }
        take_file(corpus, &entry, &mut found);
    }
    Ok(found)
}

fn is_hidden(entry: &DirEntry) -> bool {
    entry.file_name().to_str().is_some_and(|n| n.starts_with('.'))
}

/// The bibliography and the survey maps stand beside the documents.
fn is_ours(corpus: &Path, path: &Path) -> bool {
    let Ok(rest) = path.strip_prefix(corpus) else { return false };
    rest == Path::new("papers.bib") || rest == Path::new("surveys")
}

fn read_ignores(dir: &Path, ignores: &mut Vec<(PathBuf, Gitignore)>, found: &mut Found) {
    let file = dir.join(IGNORE_FILE);
    if !file.is_file() {
        return;
    }
    let mut builder = GitignoreBuilder::new(dir);
    if let Some(error) = builder.add(&file) {
        found.faults.push((file.clone(), error.to_string()));
    }
    match builder.build() {
        Ok(rules) => ignores.push((dir.to_path_buf(), rules)),
        Err(error) => found.faults.push((file, error.to_string())),
    }
}

fn take_file(corpus: &Path, entry: &DirEntry, found: &mut Found) {
    let path = entry.path();
    if entry.path_is_symlink() && !leads_inside(corpus, path) {
        found.faults.push((path.into(), "a link that leads out of the corpus".into()));
        return;
    }
    let Ok(meta) = std::fs::metadata(path) else {
        found.faults.push((path.into(), "cannot be looked at".into()));
        return;
    };
    if !meta.is_file() {
        return;
    }
    match format_of(path) {
        Some(format) => found.files.push(FoundFile {
            path: relative(corpus, path),
            format,
            size: meta.len(),
            mtime_ns: mtime_ns(&meta),
        }),
        None => *found.unread.entry(ending(path)).or_default() += 1,
    }
}

fn leads_inside(corpus: &Path, path: &Path) -> bool {
    match (corpus.canonicalize(), path.canonicalize()) {
        (Ok(corpus), Ok(path)) => path.starts_with(corpus),
        _ => false,
    }
}

/// A folder is one TeX document if a .tex file in it has `\documentclass`, and the PDFs beside that
/// file are its figures.
pub fn is_tex_folder(dir: &Path) -> bool {
    let Ok(entries) = std::fs::read_dir(dir) else { return false };
    let files: Vec<PathBuf> = entries.flatten().map(|e| e.path()).collect();
    let is = |path: &Path, what| path.extension().is_some_and(|x| x == what);
    let mut of_tex = files.iter().filter(|f| is(f, "tex"));
    if !of_tex.any(|f| has_document_class(f)) {
        return false;
    }
    let pdfs: Vec<&PathBuf> = files.iter().filter(|f| is(f, "pdf")).collect();
    pdfs.len() < FEW_PDFS || are_figures(dir, &pdfs)
}

/// So many PDFs beside a .tex file may be left over; more must be named by it.
const FEW_PDFS: usize = 3;

/// True if at least half of the PDFs are named in the TeX below a folder, or made of it.
///
/// A shelf of papers with one .tex file on it would else be taken for that document, and its papers
/// for figures.
fn are_figures(dir: &Path, pdfs: &[&PathBuf]) -> bool {
    /// Bytes of TeX that are looked through.
    const MOST: u64 = 8 << 20;
    let mut text = Vec::new();
    let below = WalkDir::new(dir).max_depth(4).sort_by_file_name().into_iter().flatten();
    for entry in below.filter(|e| e.path().extension().is_some_and(|x| x == "tex")) {
        use std::io::Read;
        let Ok(file) = std::fs::File::open(entry.path()) else { continue };
        text.push(b'\n');
        let left = MOST.saturating_sub(text.len() as u64);
        let _ = file.take(left).read_to_end(&mut text);
    }
    let text = String::from_utf8_lossy(&text);
    let named = pdfs.iter().filter(|pdf| {
        let stem = pdf.file_stem().map(|s| s.to_string_lossy()).unwrap_or_default();
        pdf.with_extension("tex").is_file() || text.contains(stem.as_ref())
    });
    named.count() * 2 >= pdfs.len()
}

fn has_document_class(path: &Path) -> bool {
    use std::io::Read;
    let mut head = Vec::new();
    let Ok(file) = std::fs::File::open(path) else { return false };
    let _ = file.take(64 * 1024).read_to_end(&mut head);
    let has = |what: &[u8]| head.windows(what.len()).any(|w| w == what);
    has(b"\\documentclass") || has(b"\\documentstyle")
}

fn tex_folder(corpus: &Path, dir: &Path) -> Option<FoundFile> {
    let (mut size, mut mtime) = (0, 0);
    for entry in WalkDir::new(dir).max_depth(MAX_DEPTH).into_iter().flatten() {
        let Ok(meta) = entry.metadata() else { continue };
        if meta.is_file() {
            size += meta.len();
            mtime = mtime.max(mtime_ns(&meta));
        }
    }
    Some(FoundFile {
        path: relative(corpus, dir),
        format: Format::Tex,
        size,
        mtime_ns: mtime,
    })
}

fn relative(corpus: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(corpus).unwrap_or(path).to_path_buf()
}

fn mtime_ns(meta: &std::fs::Metadata) -> i64 {
    let since = meta.modified().ok().and_then(|t| t.duration_since(UNIX_EPOCH).ok());
    since.map_or(0, |d| i64::try_from(d.as_nanos()).unwrap_or(0))
}

/// The lower-case ending of a name, `tar.gz` in one; empty if it has none.
pub fn ending(path: &Path) -> String {
    let name =
        path.file_name().map(|n| n.to_string_lossy().to_lowercase()).unwrap_or_default();
    match name.rsplit_once('.') {
        Some((stem, "gz")) if stem.ends_with(".tar") => "tar.gz".into(),
        Some((_, ending)) => ending.into(),
        None => String::new(),
    }
}

/// The form that a file's name tells.
pub fn format_of(path: &Path) -> Option<Format> {
    match ending(path).as_str() {
        "pdf" => Some(Format::Pdf),
        "tex" | "tar.gz" | "tgz" | "tar" | "zip" | "gz" => Some(Format::Tex),
        "html" | "htm" | "xhtml" => Some(Format::Html),
        "xml" | "nxml" => Some(Format::Jats),
        "md" | "markdown" => Some(Format::Markdown),
        "txt" | "text" => Some(Format::Text),
        "jsonl" | "ndjson" => Some(Format::Jsonl),
        "docx" => Some(Format::Docx),
        "epub" => Some(Format::Epub),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(dir: &Path, name: &str, text: &str) {
        let path = dir.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn names(dir: &Path) -> Vec<String> {
        walk(dir).unwrap().files.iter().map(|f| f.path.display().to_string()).collect()
    }

    #[test]
    fn finds_documents_in_order_and_counts_the_rest() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["b.pdf", "a/z.md", "a/b.html", "c.jsonl", "notes.xyz", "papers.bib"]
        {
            touch(dir.path(), name, "x");
        }
        touch(dir.path(), "surveys/k.toml", "x");
        touch(dir.path(), ".hidden/a.pdf", "x");
        assert_eq!(names(dir.path()), ["a/b.html", "a/z.md", "b.pdf", "c.jsonl"]);
        assert_eq!(walk(dir.path()).unwrap().unread["xyz"], 1);
    }

    #[test]
    fn ignore_files_are_heeded() {
        let dir = tempfile::tempdir().unwrap();
        touch(dir.path(), ".citemapignore", "judged/\n*.txt\n");
        touch(dir.path(), "judged/queries.jsonl", "x");
        touch(dir.path(), "a.txt", "x");
        touch(dir.path(), "b.md", "x");
        assert_eq!(names(dir.path()), ["b.md"]);
    }

    #[test]
    fn a_folder_of_tex_is_one_document() {
        let dir = tempfile::tempdir().unwrap();
        touch(dir.path(), "paper/main.tex", "\\documentclass{article}");
        touch(dir.path(), "paper/intro.tex", "text");
        touch(dir.path(), "paper/fig/a.pdf", "x");
        touch(dir.path(), "loose.tex", "\\documentclass{article}");
        assert_eq!(names(dir.path()), ["loose.tex", "paper"]);
    }

    #[test]
    fn a_shelf_with_a_tex_file_on_it_is_no_document() {
        let dir = tempfile::tempdir().unwrap();
        let class = "\\documentclass{article} \\includegraphics{fig/one} \\input{more/a}";
        for shelf in ["papers", "mine"] {
            touch(dir.path(), &format!("{shelf}/notes.tex"), class);
            for name in ["he2016", "li2022", "wei2022"] {
                touch(dir.path(), &format!("{shelf}/{name}.pdf"), "x");
            }
        }
        touch(dir.path(), "papers/b/main.tex", class);
        // Named in the document or in what it takes in, or the document itself.
        touch(dir.path(), "paper/main.tex", class);
        touch(dir.path(), "paper/more/a.tex", "\\includegraphics{two.pdf}");
        for name in ["main", "one", "two", "left-over"] {
            touch(dir.path(), &format!("paper/{name}.pdf"), "x");
        }
        let found = names(dir.path());
        let shelf = |name: &str| {
            ["he2016.pdf", "li2022.pdf", "notes.tex", "wei2022.pdf"]
                .map(|f| format!("{name}/{f}"))
        };
        let mut expected: Vec<String> = shelf("mine").into();
        expected.push("paper".into());
        expected.extend(["papers/b".into()]);
        expected.extend(shelf("papers"));
        expected.sort();
        let mut found: Vec<String> = found.into_iter().collect();
        found.sort();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_missing_folder_is_said() {
        let error = walk(Path::new("/no/such/place")).unwrap_err();
        assert_eq!(error.to_string(), "/no/such/place: no such corpus folder");
    }
}
