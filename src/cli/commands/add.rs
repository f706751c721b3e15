//! `citemap add`: documents, identifiers and bibliographies into the corpus.

mod entries;
mod files;
mod surveys;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde_json::json;

use super::reading::{given, stop_on_interrupt};
use super::survey;
use crate::cli::Context;
use crate::cli::args::AddArgs;
use crate::cli::error::{CliError, FOUND, TROUBLE, chain};
use crate::corpus::bib::{BibText, Bibliography};
use crate::corpus::identity::Known;
use crate::corpus::ids::{arxiv_id, arxiv_of_doi, arxiv_version, plain_doi};
use crate::corpus::import::BibForm;
use crate::output::human::counted;
use crate::output::wire::VERSION;

/// Adds, and with `--survey` derives the topic trees.
pub fn run(context: &Context, args: &AddArgs) -> Result<u8, CliError> {
    let added = add(context, &args.sources, args.offline)?;
    let mut faults = added.faults + added.lost;
    match args.survey {
        true => faults += survey::derive(context, &added, args.offline)?,
        false => surveys::point_out(context, &added)?,
    }
    if context.global.json {
        let object = json!({
            "version": VERSION, "entries": added.n_entries, "copied": added.n_copied,
            "there": added.n_there, "documents": added.documents, "works": added.works,
            "faults": faults,
        });
        let mut out = context.ui.out();
        writeln!(out, "{object}")?;
        out.flush()?;
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
    /// Entries that are new in papers.bib.
    pub n_entries: u64,
    /// Documents that were copied into the corpus.
    pub n_copied: u64,
    /// Sources that were there before.
    pub n_there: u64,
    /// Sources that could not be added.
    pub faults: usize,
    /// Entries and files that could not be read of sources whose rest was added.
    pub lost: usize,
}

/// Adds sources to the corpus; what is there already is not added again.
pub fn add(
    context: &Context,
    sources: &[String],
    offline: bool,
) -> Result<Added, CliError> {
    stop_on_interrupt();
    let is_new = !context.corpus.is_dir();
    std::fs::create_dir_all(&context.corpus)?;
    let text = BibText::load(&context.corpus).map_err(|e| CliError::user(chain(&e)))?;
    let mut adding = Adding {
        context,
        known: Known::default(),
        text,
        added: Added::default(),
        ids: Vec::new(),
        by_length: None,
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
    if is_new && adding.added.faults > 0 {
        // Nothing came into it: a typing error is not to leave a corpus behind.
        let _ = std::fs::remove_dir(&context.corpus);
    }
    Ok(adding.added)
}

struct Adding<'a> {
    context: &'a Context,
    text: BibText,
    known: Known,
    added: Added,
    /// arXiv ids to be looked up, with their versions.
    ids: Vec<(String, Option<u16>)>,
    /// Documents of the corpus by their length; read when one is to be copied.
    by_length: Option<BTreeMap<u64, Vec<PathBuf>>>,
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
                    self.added.n_there += 1;
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

    fn say(&self) {
        let mut parts = Vec::new();
        for (n, noun, what) in [
            (self.added.n_entries, "work", "added to papers.bib"),
            (self.added.n_copied, "document", "copied into the corpus"),
            (self.added.n_there, "source", "there already"),
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
