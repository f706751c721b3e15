//! LaTeX sources to elements.
//!
//! In: one .tex file, a folder, or an archive of one (as arXiv serves it). Out: the text as its author
//! wrote it: sections numbered as LaTeX would, paragraphs, captions, tables, equations as LaTeX,
//! citations with their keys, the bibliography. Comments, preamble and drawings are never text.
//!
//! This is no TeX: no page is made. Files that the document inputs are followed, the author's own
//! macros are expanded, known commands are interpreted, and of unknown ones the groups that follow are
//! read as text. Whatever is broken gives what it has.

mod bibliography;
mod citation;
mod commands;
mod definition;
mod display;
mod environment;
mod front;
mod inline;
mod math;
mod numbering;
mod project;
mod reader;
mod stream;
mod symbols;
mod token;

use super::input::{Content, Input, Limits};
use super::{ExtractError, Marked, archive};

use self::project::Project;
use self::reader::{Known, Reader};

/// Reads a LaTeX document.
///
/// Errors if there is no TeX in the input, or its archive breaks a limit.
pub(super) fn read(input: &Input, limits: &Limits) -> Result<Marked, ExtractError> {
    let mut faults = Vec::new();
    let project = match &input.content {
        Content::Folder(files) => Project::new(files.clone())?,
        Content::File(bytes) if bytes.is_empty() => return Err(ExtractError::Empty),
        Content::File(bytes) if archive::is_archive(bytes) => {
            let unpacked = archive::unpack(bytes, limits, super::input::is_tex_text)?;
            faults = unpacked.faults;
            match unpacked.files.values().next() {
                // The one file that a gzip holds has no name that says what it is.
                Some(only) if unpacked.files.len() == 1 => Project::single(only)?,
                _ => Project::new(unpacked.files)?,
            }
        }
        Content::File(bytes) => Project::single(bytes)?,
    };
    // The first reading learns what labels and citations refer to, the second one writes them.
    let first = Reader::new(&project, limits, Known::default()).read();
    let mut marked = if first.known.is_needed() {
        Reader::new(&project, limits, first.known).read().marked
    } else {
        first.marked
    };
    faults.append(&mut marked.faults);
    marked.faults = faults;
    Ok(marked)
}

/// Writes a formula in TeX as a reader would type it.
pub(super) fn readable(tex: &str) -> String {
    math::readable(&token::tokens_of(tex))
}
