//! `citemap add`: documents, identifiers and bibliographies into the corpus.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::reading::{given, stop_on_interrupt};
use super::{net, survey};
use crate::cli::Context;
use crate::cli::args::AddArgs;
use crate::cli::error::{CliError, FOUND, TROUBLE, chain};
use crate::corpus::bib::{BibText, Bibliography, NewEntry};
use crate::corpus::identity::{Known, plain_key};
use crate::corpus::ids::{arxiv_id, arxiv_of_doi, arxiv_version, plain_doi};
use crate::corpus::import::{self, BibForm, ImportedEntry, made_key};
use crate::corpus::{Format, unpack, walk};
use crate::fetch::arxiv::{self, Cache, Paper};
use crate::fetch::plan::FOLDER;
use crate::output::human::counted;
use crate::output::sanitize::clean;

/// Adds, and with `--survey` derives the topic trees.
pub fn run(context: &Context, args: &AddArgs) -> Result<u8, CliError> {
    let added = add(context, &args.sources, args.offline)?;
    let mut faults = added.faults;
    if args.survey {
        faults += survey::derive(context, &added, args.offline)?;
    }
    Ok(if faults > 0 { TROUBLE } else { FOUND })
}

/// What was added, and what was there already, of the sources named.
#[derive(Debug, Default)]
pub struct Added {
    /// Documents, relative to the corpus folder.
    pub documents: Vec<PathBuf>,
    /// Keys of works named by identifier.
    pub works: Vec<String>,
    /// Sources that could not be added.
    pub faults: usize,
}

/// Adds sources to the corpus; what is there already is not added again.
pub fn add(
    context: &Context,
    sources: &[String],
    offline: bool,
) -> Result<Added, CliError> {
    stop_on_interrupt();
    std::fs::create_dir_all(&context.corpus)?;
    let text = BibText::load(&context.corpus).map_err(|e| CliError::user(chain(&e)))?;
    let mut adding = Adding {
        context,
        known: Known::default(),
        text,
        added: Added::default(),
        ids: Vec::new(),
        n_entries: 0,
        n_copied: 0,
        n_there: 0,
    };
    adding.look_again();
    for source in sources {
        if let Err(error) = adding.take(source) {
            adding.added.faults += 1;
            context.ui.note(error.render().trim_end());
        }
    }
    adding.take_ids(offline)?;
    adding.text.save(&context.corpus).map_err(|e| CliError::user(chain(&e)))?;
    adding.say();
    Ok(adding.added)
}

struct Adding<'a> {
    context: &'a Context,
    text: BibText,
    known: Known,
    added: Added,
    /// arXiv ids to be looked up, with their versions.
    ids: Vec<(String, Option<u16>)>,
    n_entries: u64,
    n_copied: u64,
    n_there: u64,
}

impl Adding<'_> {
    fn look_again(&mut self) -> Bibliography {
        let bibliography = self.text.parse();
        self.known = Known::new(&bibliography, &self.context.corpus);
        bibliography
    }

    fn take(&mut self, source: &str) -> Result<(), CliError> {
        if source == "-" {
            return self.take_stdin();
        }
        let path = given(self.context, Path::new(source));
        if let Ok(meta) = std::fs::metadata(&path) {
            return match meta.is_dir() {
                true => self.take_folder(&path),
                false => self.take_file(&path),
            };
        }
        self.take_identifier(source)
    }

    fn take_stdin(&mut self) -> Result<(), CliError> {
        /// A list or bibliography longer than this is none.
        const MOST: u64 = 256 << 20;
        let mut text = String::new();
        std::io::stdin().lock().take(MOST).read_to_string(&mut text)?;
        if let Some(form) = BibForm::of_text(&text) {
            return self.take_bibliography(form, &text, Path::new("."), "stdin");
        }
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') || line == "-" {
                continue;
            }
            if let Err(error) = self.take(line) {
                self.added.faults += 1;
                self.context.ui.note(error.render().trim_end());
            }
        }
        Ok(())
    }

    fn take_identifier(&mut self, source: &str) -> Result<(), CliError> {
        let lower = source.to_lowercase();
        let is_doi = lower.starts_with("10.") || lower.contains("doi.org/10.");
        let is_doi = is_doi || lower.starts_with("doi:");
        let id = match is_doi {
            true => arxiv_of_doi(source),
            false if lower.contains("://") && !lower.contains("arxiv.org/") => None,
            // A file that is not there, though its name holds an id.
            false if lower.ends_with(".pdf") && !lower.contains("arxiv.org/") => None,
            false => arxiv_id(source),
        };
        if let Some(id) = id {
            match self.known.with_arxiv(&id) {
                Some(key) => {
                    self.n_there += 1;
                    self.added.works.push(key.to_string());
                }
                None if !self.ids.iter().any(|(known, _)| *known == id) => {
                    self.ids.push((id, arxiv_version(source)));
                }
                None => {}
            }
            return Ok(());
        }
        if is_doi {
            self.take_doi(&plain_doi(source));
            return Ok(());
        }
        if lower.contains("://") || lower.starts_with("data:") {
            let message = format!("{source}: an address that citemap does not ask");
            return Err(CliError::user(message).hint(
                "it takes arXiv's addresses and DOIs; download other papers and add the file",
            ));
        }
        Err(CliError::user(format!("{source}: no such file, and no arXiv id or DOI"))
            .hint("write an id as 2309.10020 or hep-th/9901001, a DOI as 10.1000/xyz"))
    }

    fn take_doi(&mut self, doi: &str) {
        if let Some(key) = self.known.with_doi(doi) {
            self.n_there += 1;
            self.added.works.push(key.to_string());
            return;
        }
        let key = self.free_key(&plain_key(doi));
        let entry = NewEntry { kind: "misc".into(), key: key.clone(), fields: vec![] };
        self.text.append(None, &[entry.with("doi", doi)]);
        self.n_entries += 1;
        self.added.works.push(key);
        self.look_again();
    }

    fn free_key(&self, key: &str) -> String {
        let letters = ('b'..='z').map(|c| format!("{key}{c}"));
        let numbers = (2..).map(|n| format!("{key}-{n}"));
        let mut all = std::iter::once(key.to_string()).chain(letters).chain(numbers);
        all.find(|k| !self.known.has_key(k)).expect("numbers do not end")
    }

    /// Makes entries of the ids, with what arXiv says of them if it may be asked.
    fn take_ids(&mut self, offline: bool) -> Result<(), CliError> {
        let ids = std::mem::take(&mut self.ids);
        if ids.is_empty() {
            return Ok(());
        }
        let mut papers = Vec::new();
        if !offline {
            match look_up(self.context, &ids) {
                Ok(found) => papers = found,
                Err(error) => self.context.ui.note(&format!(
                    "citemap: arXiv's records could not be had: {}",
                    clean(&error.message)
                )),
            }
        }
        for (id, version) in ids {
            let paper = papers.iter().find(|p| p.id == id);
            if paper.is_none() && !papers.is_empty() {
                let message = format!("citemap: {id}: arXiv does not know this id");
                self.context.ui.note(&message);
                self.added.faults += 1;
                continue;
            }
            let entry = self.entry_of(&id, version, paper);
            self.added.works.push(entry.key.clone());
            self.text.append(None, &[entry]);
            self.n_entries += 1;
            self.look_again();
        }
        Ok(())
    }

    fn entry_of(
        &self,
        id: &str,
        version: Option<u16>,
        paper: Option<&Paper>,
    ) -> NewEntry {
        let full = version.map_or(id.to_string(), |v| format!("{id}v{v}"));
        let Some(paper) = paper else {
            let key = self.free_key(&plain_key(&id.replace('/', "_")));
            return NewEntry { kind: "misc".into(), key, fields: vec![] }
                .with("eprint", full)
                .with("archiveprefix", "arXiv");
        };
        let year = paper.year.map(|y| y.to_string());
        let first = paper.authors.first().map(String::as_str).unwrap_or_default();
        let key = self.free_key(&made_key(first, year.as_deref(), &paper.title));
        NewEntry { kind: "misc".into(), key, fields: vec![] }
            .with("title", paper.title.clone())
            .with("author", paper.authors.join(" and "))
            .with("year", year.unwrap_or_default())
            .with("eprint", full)
            .with("archiveprefix", "arXiv")
            .with("doi", paper.doi.clone().unwrap_or_default())
            .with("license", paper.licence.clone().unwrap_or_default())
            .with("x-retracted", paper.retracted.clone().unwrap_or_default())
            .with("abstract", paper.abstract_text.clone())
    }

    fn take_file(&mut self, path: &Path) -> Result<(), CliError> {
        if let Some(form) = BibForm::of_ending(&walk::ending(path)) {
            let text = std::fs::read(path)
                .map_err(|e| CliError::user(format!("{}: {e}", path.display())))?;
            let base = path.parent().unwrap_or(Path::new("."));
            let text = String::from_utf8_lossy(&text);
            return self.take_bibliography(
                form,
                &text,
                base,
                &path.display().to_string(),
            );
        }
        if walk::format_of(path).is_none() {
            return Err(CliError::user(format!(
                "{}: a form that citemap does not read",
                path.display()
            ))
            .hint("it reads pdf, tex, tar.gz or zip of TeX, html, xml, md, txt, jsonl, docx, epub, and bib, ris, json bibliographies"));
        }
        if unpack::is_archive(path) {
            let holds =
                unpack::look_through(path).map_err(|e| CliError::user(chain(&e)))?;
            match holds {
                unpack::Holds::OneDocument => {}
                unpack::Holds::Documents(names) => {
                    return self.take_archive(path, &names);
                }
                unpack::Holds::Nothing => {
                    let message = format!("{}: no document is in it", path.display());
                    return Err(CliError::user(message));
                }
            }
        }
        let name = path.file_name().map(PathBuf::from).unwrap_or_default();
        self.copy_in(path, &Path::new(FOLDER).join(name))
    }

    /// Takes from an archive what papers.bib names; everything if it names nothing of it.
    fn take_archive(&mut self, path: &Path, names: &[PathBuf]) -> Result<(), CliError> {
        let named = |name: &Path| {
            use crate::corpus::Belongs;
            use crate::corpus::identity::{Facts, identify};
            identify(&self.known, &Facts::of(name)).1 != Belongs::Own
        };
        let wanted: BTreeSet<&Path> =
            names.iter().map(PathBuf::as_path).filter(|n| named(n)).collect();
        // arXiv's monthly archives hold hundreds of papers of which a corpus wants a few.
        let is_monthly = walk::ending(path) == "tar"
            && path
                .file_name()
                .is_some_and(|n| n.to_string_lossy().starts_with("arXiv_"));
        let all = wanted.is_empty() && !is_monthly;
        let mut place = |name: &Path| {
            let take =
                if all { walk::format_of(name).is_some() } else { wanted.contains(name) };
            let file = name.file_name().filter(|_| take)?;
            let flat = Path::new(FOLDER).join(file);
            Some(if all { Path::new(FOLDER).join(name) } else { flat })
        };
        let made = unpack::unpack(path, &self.context.corpus, &mut place)
            .map_err(|e| CliError::user(chain(&e)))?;
        if made.is_empty() {
            self.context.ui.note(&format!(
                "citemap: {}: none of its {} is named by papers.bib",
                clean(&path.display().to_string()),
                counted(names.len() as u64, "document")
            ));
        }
        self.n_copied += made.len() as u64;
        self.added.documents.extend(made);
        Ok(())
    }

    fn take_folder(&mut self, path: &Path) -> Result<(), CliError> {
        let found = walk::walk(path).map_err(|e| CliError::user(e.to_string()))?;
        if let Some(inside) = self.inside(path) {
            self.added.documents.extend(found.files.iter().map(|f| inside.join(&f.path)));
            self.n_there += found.files.len() as u64;
            return Ok(());
        }
        let name =
            path.canonicalize()?.file_name().map(PathBuf::from).unwrap_or_default();
        if walk::is_tex_folder(path) {
            self.copy_tree(path, &name)?;
            self.added.documents.push(name);
            return Ok(());
        }
        let before = self.added.documents.len();
        for entry in std::fs::read_dir(path)?.flatten() {
            let file = entry.path();
            let ending = walk::ending(&file);
            if matches!(ending.as_str(), "bib" | "ris") {
                self.take_file(&file)?;
            }
        }
        let attached: BTreeSet<PathBuf> =
            self.added.documents[before..].iter().cloned().collect();
        for file in &found.files {
            let from = path.join(&file.path);
            let to = name.join(&file.path);
            if file.format == Format::Tex && from.is_dir() {
                self.copy_tree(&from, &to)?;
                self.added.documents.push(to);
            } else if !self.is_attached(&attached, &from) {
                self.copy_in(&from, &to)?;
            }
        }
        for (path, what) in &found.faults {
            self.context.ui.note(&format!(
                "citemap: {}: {}",
                clean(&path.display().to_string()),
                clean(what)
            ));
        }
        Ok(())
    }

    /// True if a bibliography of the same folder has brought that file in.
    fn is_attached(&self, attached: &BTreeSet<PathBuf>, file: &Path) -> bool {
        attached.iter().any(|to| same_content(&self.context.corpus.join(to), file))
    }

    /// The path inside the corpus, if it lies there.
    fn inside(&self, path: &Path) -> Option<PathBuf> {
        let corpus = self.context.corpus.canonicalize().ok()?;
        Some(path.canonicalize().ok()?.strip_prefix(corpus).ok()?.to_path_buf())
    }

    fn copy_tree(&mut self, from: &Path, to: &Path) -> Result<(), CliError> {
        for entry in walkdir::WalkDir::new(from).sort_by_file_name() {
            let entry = entry.map_err(|e| CliError::user(e.to_string()))?;
            // Links are not followed: they could lead anywhere.
            if !entry.file_type().is_file() {
                continue;
            }
            let rest = entry.path().strip_prefix(from).unwrap_or(entry.path());
            self.copy(entry.path(), &to.join(rest))?;
        }
        self.n_copied += 1;
        Ok(())
    }

    /// Copies a document into the corpus unless it lies there, or the same is there under its name.
    fn copy_in(&mut self, from: &Path, to: &Path) -> Result<(), CliError> {
        if let Some(inside) = self.inside(from) {
            self.n_there += 1;
            self.added.documents.push(inside);
            return Ok(());
        }
        let mut to = to.to_path_buf();
        let (stem, ending) = (crate::corpus::identity::stem(&to), walk::ending(&to));
        for n in 2.. {
            let full = self.context.corpus.join(&to);
            if !full.try_exists()? {
                self.copy(from, &to)?;
                self.n_copied += 1;
                break;
            }
            if same_content(&full, from) {
                self.n_there += 1;
                break;
            }
            to = to.with_file_name(format!("{stem}-{n}.{ending}"));
        }
        self.added.documents.push(to);
        Ok(())
    }

    fn copy(&self, from: &Path, to: &Path) -> Result<(), CliError> {
        let said = |e| CliError::user(format!("{}: {e}", from.display()));
        let mut file = File::open(from).map_err(said)?;
        unpack::copy_whole(&mut file, &self.context.corpus.join(to)).map_err(said)
    }

    fn take_bibliography(
        &mut self,
        form: BibForm,
        text: &str,
        base: &Path,
        name: &str,
    ) -> Result<(), CliError> {
        let read = import::read(form, text);
        for (line, what) in &read.faults {
            self.context.ui.note(&format!(
                "citemap: {}:{line}: {}",
                clean(name),
                clean(what)
            ));
        }
        if read.entries.is_empty() {
            return Err(CliError::user(format!("{name}: no entry could be read")));
        }
        for definition in read.strings {
            if !self.text.as_str().contains(definition.trim()) {
                self.text.append_source(&definition);
            }
        }
        let mut files = Vec::new();
        for imported in read.entries {
            let key = self.take_entry(&imported);
            files.extend(imported.entry.files.iter().map(|f| (key.clone(), f.clone())));
        }
        self.look_again();
        for (key, file) in files {
            self.attach(&key, &file, base)?;
        }
        self.look_again();
        Ok(())
    }

    /// Adds an entry unless the work is there; returns its key here.
    fn take_entry(&mut self, imported: &ImportedEntry) -> String {
        let entry = &imported.entry;
        let there = entry
            .arxiv
            .as_deref()
            .and_then(|id| self.known.with_arxiv(id))
            .or_else(|| entry.doi.as_deref().and_then(|doi| self.known.with_doi(doi)))
            .or_else(|| self.known.with_title(&entry.title, &entry.authors, entry.year));
        if let Some(key) = there {
            self.n_there += 1;
            return key.to_string();
        }
        let key = self.free_key(&entry.key);
        let source = match key == entry.key {
            true => imported.source.clone(),
            false => imported.source.replacen(&entry.key, &key, 1),
        };
        self.text.append_source(&source);
        self.known.add(entry, &key, &self.context.corpus);
        self.n_entries += 1;
        key
    }

    /// Copies the file that an entry names, and sets its `file` field to the copy.
    fn attach(&mut self, key: &str, file: &str, base: &Path) -> Result<(), CliError> {
        let from = base.join(file);
        if !from.is_file() || walk::format_of(&from).is_none() {
            self.context.ui.detail(&format!("{}: no file {}", clean(key), clean(file)));
            return Ok(());
        }
        if let Some(inside) = self.inside(&from) {
            self.added.documents.push(inside);
            return Ok(());
        }
        let name = from.file_name().map(PathBuf::from).unwrap_or_default();
        self.copy_in(&from, &Path::new(FOLDER).join(name))?;
        if let Some(to) = self.added.documents.last() {
            let to = to.to_string_lossy().replace(':', "\\:").replace(';', "\\;");
            self.text.set_field(key, "file", &to);
        }
        Ok(())
    }

    fn say(&self) {
        let mut parts = Vec::new();
        for (n, noun, what) in [
            (self.n_entries, "work", "added to papers.bib"),
            (self.n_copied, "document", "copied into the corpus"),
            (self.n_there, "source", "there already"),
        ] {
            if n > 0 {
                parts.push(format!("{} {what}", counted(n, noun)));
            }
        }
        if !parts.is_empty() {
            self.context.ui.note(&format!("add: {}", parts.join(", ")));
        }
    }
}

fn same_content(a: &Path, b: &Path) -> bool {
    let length = |p: &Path| std::fs::metadata(p).map(|m| m.len()).ok();
    if length(a).is_none() || length(a) != length(b) {
        return false;
    }
    matches!((std::fs::read(a), std::fs::read(b)), (Ok(a), Ok(b)) if a == b)
}

fn look_up(
    context: &Context,
    ids: &[(String, Option<u16>)],
) -> Result<Vec<Paper>, CliError> {
    let net = net::Net::new(context);
    let clock = net::clock();
    let mut client = net.client(context, &clock)?;
    let folder = net.folder.join("api");
    let cache = Cache { folder: &folder, now_ms: clock.now_ms };
    let ids: Vec<String> = ids.iter().map(|(id, _)| id.clone()).collect();
    let mut papers = Vec::new();
    for batch in ids.chunks(arxiv::BATCH) {
        let found = arxiv::by_ids(&mut client, &cache, &net.addresses.api, batch);
        papers.extend(found.map_err(|e| CliError::user(chain(&e)))?);
    }
    Ok(papers)
}
