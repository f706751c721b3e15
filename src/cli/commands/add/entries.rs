//! Entries of papers.bib: works named by arXiv id or DOI, and other bibliographies.

use std::path::{Path, PathBuf};

use super::Adding;
use crate::cli::Context;
use crate::cli::commands::net;
use crate::cli::error::{CliError, chain};
use crate::corpus::bib::{NewEntry, candidates};
use crate::corpus::identity::plain_key;
use crate::corpus::import::{self, BibForm, ImportedEntry, made_key};
use crate::corpus::{Format, walk};
use crate::fetch::arxiv::{self, ApiError, Cache, Paper};
use crate::fetch::plan::FOLDER;
use crate::output::human::counted;
use crate::output::sanitize::clean;

impl Adding<'_> {
    pub(super) fn take_doi(&mut self, doi: &str) {
        if let Some(key) = self.known.with_doi(doi) {
            self.added.n_there += 1;
            self.added.works.push(key.to_string());
            return;
        }
        let key = self.free_key(&plain_key(doi));
        let entry = NewEntry { kind: "misc".into(), key: key.clone(), fields: vec![] };
        self.text.append(None, &[entry.with("doi", doi)]);
        self.added.n_entries += 1;
        self.added.works.push(key);
        self.look_again();
    }

    pub(super) fn free_key(&self, key: &str) -> String {
        let letters = ('b'..='z').map(|c| format!("{key}{c}"));
        let numbers = (2..).map(|n| format!("{key}-{n}"));
        let mut all = std::iter::once(key.to_string()).chain(letters).chain(numbers);
        all.find(|k| !self.known.has_key(k)).expect("numbers do not end")
    }

    /// Makes entries of the ids, with what arXiv says of them if it may be asked.
    pub(super) fn take_ids(&mut self, offline: bool) -> Result<(), CliError> {
        let ids = std::mem::take(&mut self.ids);
        if ids.is_empty() {
            return Ok(());
        }
        let mut papers = Vec::new();
        if !offline {
            match look_up(self.context, &ids) {
                Ok(found) => papers = found,
                Err(error) => {
                    let online = error.hint.map(|hint| format!("{hint}; "));
                    self.context.ui.note(&format!(
                        "citemap: arXiv's records could not be had: {}\nhint: {}the ids go into papers.bib without title and authors; `citemap fetch` gets the papers, which state both",
                        clean(&error.message),
                        online.unwrap_or_default()
                    ));
                }
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
            self.added.n_entries += 1;
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

    pub(super) fn take_bibliography(
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
        self.added.lost += read.faults.len();
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
            files.push((key, imported.entry.files));
        }
        self.look_again();
        let mut n_lost = 0;
        for (key, files) in files.iter().filter(|(_, files)| !files.is_empty()) {
            n_lost += self.attach(key, files, base)?;
        }
        if n_lost > 0 {
            let what = counted(n_lost, "attachment");
            self.context.ui.note(&format!(
                "citemap: {}: {what} could not be found (-v names them)",
                clean(name)
            ));
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
            self.added.n_there += 1;
            return key.to_string();
        }
        let key = self.free_key(&entry.key);
        let source = match key == entry.key {
            true => imported.source.clone(),
            false => imported.source.replacen(&entry.key, &key, 1),
        };
        self.text.append_source(&source);
        self.known.add(entry, &key, &self.context.corpus);
        self.added.n_entries += 1;
        key
    }

    /// Copies the files that an entry names and has its `file` field name the copies; returns how
    /// many are not there.
    fn attach(
        &mut self,
        key: &str,
        files: &[String],
        base: &Path,
    ) -> Result<u64, CliError> {
        let mut found: Vec<PathBuf> = Vec::new();
        let mut n_lost = 0;
        for file in files {
            match candidates(base, file).into_iter().find(|place| place.is_file()) {
                Some(place) if walk::format_of(&place).is_some() => found.push(place),
                Some(_) => {}
                None => {
                    n_lost += 1;
                    let said = format!("{}: no file {}", clean(key), clean(file));
                    self.context.ui.detail(&said);
                }
            }
        }
        // Beside the paper a saved page is that of its abstract.
        let is_page = |place: &PathBuf| walk::format_of(place) == Some(Format::Html);
        if !found.iter().all(is_page) {
            found.retain(|place| !is_page(place));
        }
        let mut copies = Vec::new();
        for from in found {
            if let Some(inside) = self.inside(&from) {
                self.added.documents.push(inside);
                continue;
            }
            let name = from.file_name().map(PathBuf::from).unwrap_or_default();
            self.copy_in(&from, &Path::new(FOLDER).join(name))?;
            let to = self.added.documents.last().map(|to| to.to_string_lossy());
            let to = to.unwrap_or_default();
            let escaped = ['\\', ':', ';']
                .iter()
                .fold(to.into_owned(), |path, c| path.replace(*c, &format!("\\{c}")));
            copies.push((escaped, walk::ending(&from).to_uppercase()));
        }
        let field = match copies.as_slice() {
            [] => return Ok(n_lost),
            [(only, _)] => only.clone(),
            many => many
                .iter()
                .map(|(path, ending)| format!(":{path}:{ending}"))
                .collect::<Vec<_>>()
                .join(";"),
        };
        self.text.set_field(key, "file", &field);
        Ok(n_lost)
    }
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
        papers.extend(found.map_err(|error| match error {
            ApiError::Get(error) => net::get_error(error),
            error => CliError::user(chain(&error)),
        })?);
    }
    Ok(papers)
}
