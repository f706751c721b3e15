//! Documents that were added as mere papers and look like surveys.

use super::Added;
use crate::cli::Context;
use crate::cli::commands::reading::read_settings;
use crate::cli::error::CliError;
use crate::corpus::{Format, walk};
use crate::indexer;
use crate::output::human::counted;
use crate::output::sanitize::clean;
use crate::survey::SurveyMap;

/// Says of documents that were added as mere papers when they look like surveys.
pub(super) fn point_out(context: &Context, added: &Added) -> Result<(), CliError> {
    /// A shelf of papers is not read twice for this.
    const FEW: usize = 3;
    /// References of a survey; a paper has some dozens.
    const MANY: usize = 100;
    if added.documents.is_empty() || added.documents.len() > FEW {
        return Ok(());
    }
    let reading = read_settings(context, None, None)?;
    for path in &added.documents {
        let full = context.corpus.join(path);
        let format =
            if full.is_dir() { Some(Format::Tex) } else { walk::format_of(path) };
        let Some(format) = format.filter(|f| *f != Format::Jsonl) else { continue };
        // What cannot be read is said by `index`.
        let Ok(doc) = indexer::read_file(&full, format, &reading) else { continue };
        let n = doc.references.len();
        let title = doc.title.to_lowercase();
        let says_so =
            ["survey", "review", "overview", "综述"].iter().any(|w| title.contains(w));
        let known = context.corpus.join("surveys");
        let has_map = std::fs::read_dir(&known).is_ok_and(|maps| {
            maps.flatten().any(|map| {
                SurveyMap::load(&map.path()).is_ok_and(|map| map.title == doc.title)
            })
        });
        if (n >= MANY || says_so && n >= MANY / 3) && doc.sections.len() >= 3 && !has_map
        {
            let shown = clean(&full.display().to_string()).into_owned();
            context.ui.note(&format!(
                "citemap: {shown}: looks like a survey ({}, {})\nhint: `citemap add --survey {shown}` makes its outline the topics; `citemap build {shown}` fetches what it cites as well",
                counted(n as u64, "reference"),
                counted(doc.sections.len() as u64, "section"),
            ));
        }
    }
    Ok(())
}
