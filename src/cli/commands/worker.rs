//! `citemap worker`: the hidden command that child processes run to read documents.

use crate::cli::error::{CliError, FOUND};
use crate::extract::worker;
use crate::indexer;

/// Reads documents from stdin until it closes.
pub fn run() -> Result<u8, CliError> {
    worker::serve(indexer::work)?;
    Ok(FOUND)
}
