//! Documents: files, folders and archives, copied into the corpus unless they lie there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::{Path, PathBuf};

use super::Adding;
use crate::cli::error::{CliError, chain};
use crate::corpus::import::BibForm;
use crate::corpus::{Format, unpack, walk};
use crate::fetch::plan::FOLDER;
use crate::output::human::counted;
use crate::output::sanitize::clean;

impl Adding<'_> {
    pub(super) fn take_file(&mut self, path: &Path) -> Result<(), CliError> {
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
        let mut n_there = 0;
        let mut place = |name: &Path| {
            let take =
                if all { walk::format_of(name).is_some() } else { wanted.contains(name) };
            let file = name.file_name().filter(|_| take)?;
            let to = Path::new(FOLDER).join(if all { name } else { Path::new(file) });
            n_there += u64::from(self.context.corpus.join(&to).is_file());
            Some(to)
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
        self.added.n_copied += made.len() as u64 - n_there;
        self.added.n_there += n_there;
        self.added.documents.extend(made);
        Ok(())
    }

    pub(super) fn take_folder(&mut self, path: &Path) -> Result<(), CliError> {
        let found = walk::walk(path).map_err(|e| CliError::user(e.to_string()))?;
        if let Some(inside) = self.inside(path) {
            self.added.documents.extend(found.files.iter().map(|f| inside.join(&f.path)));
            self.added.n_there += found.files.len() as u64;
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
        self.added.lost += found.faults.len();
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
    pub(super) fn inside(&self, path: &Path) -> Option<PathBuf> {
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
        self.added.n_copied += 1;
        Ok(())
    }

    /// Copies a document into the corpus unless it lies there, under whatever name.
    pub(super) fn copy_in(&mut self, from: &Path, to: &Path) -> Result<(), CliError> {
        if let Some(inside) = self.inside(from) {
            self.added.n_there += 1;
            self.added.documents.push(inside);
            return Ok(());
        }
        if let Some(there) = self.same_document(from)? {
            if there.file_name() != to.file_name() {
                self.context.ui.note(&format!(
                    "citemap: {}: already there as {}",
                    clean(&from.display().to_string()),
                    clean(&there.display().to_string())
                ));
            }
            self.added.n_there += 1;
            self.added.documents.push(there);
            return Ok(());
        }
        let mut to = to.to_path_buf();
        let (stem, ending) = (crate::corpus::identity::stem(&to), walk::ending(&to));
        for n in 2.. {
            let full = self.context.corpus.join(&to);
            if !full.try_exists()? {
                self.copy(from, &to)?;
                self.added.n_copied += 1;
                let length = std::fs::metadata(&full)?.len();
                self.by_length
                    .get_or_insert_default()
                    .entry(length)
                    .or_default()
                    .push(to.clone());
                break;
            }
            to = to.with_file_name(format!("{stem}-{n}.{ending}"));
        }
        self.added.documents.push(to);
        Ok(())
    }

    /// The document of the corpus that has the same content.
    fn same_document(&mut self, file: &Path) -> Result<Option<PathBuf>, CliError> {
        let corpus = &self.context.corpus;
        let by_length = match &mut self.by_length {
            Some(known) => known,
            None => {
                let found =
                    walk::walk(corpus).map_err(|e| CliError::user(e.to_string()))?;
                let mut known = BTreeMap::<u64, Vec<PathBuf>>::new();
                for file in found.files {
                    known.entry(file.size).or_default().push(file.path);
                }
                self.by_length.insert(known)
            }
        };
        let length = std::fs::metadata(file)?.len();
        let alike = by_length.get(&length).into_iter().flatten();
        Ok(alike.into_iter().find(|p| same_content(&corpus.join(p), file)).cloned())
    }

    fn copy(&self, from: &Path, to: &Path) -> Result<(), CliError> {
        let said = |e| CliError::user(format!("{}: {e}", from.display()));
        let mut file = File::open(from).map_err(said)?;
        unpack::copy_whole(&mut file, &self.context.corpus.join(to)).map_err(said)
    }
}

fn same_content(a: &Path, b: &Path) -> bool {
    let length = |p: &Path| std::fs::metadata(p).map(|m| m.len()).ok();
    if length(a).is_none() || length(a) != length(b) {
        return false;
    }
    matches!((std::fs::read(a), std::fs::read(b)), (Ok(a), Ok(b)) if a == b)
}
