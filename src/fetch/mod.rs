//! Polite, resumable download of what the bibliography names and the corpus lacks.
//!
//! In: works with an identifier, the rules of a run, a folder for what must be kept between runs.
//! Out: files in the corpus, each written whole, and a ledger of what was asked, what came and what
//! failed. One connection, one request at a time; a run that was killed goes on where it stopped.

pub mod arxiv;
pub mod client;
pub mod content;
pub mod ledger;
pub mod oai;
pub mod pace;
pub mod plan;
pub mod policy;
pub mod resolve;
pub mod run;
pub mod second;

use std::fmt;

pub use client::{Client, GetError};
pub use ledger::{Event, Ledger, Record};
pub use pace::Clock;
pub use plan::{Addresses, Job, Plan, plan};
pub use policy::{Policy, Refusal};
pub use run::{Progress, Report, run};

/// The form in which a paper is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// PDF.
    Pdf,
    /// HTML.
    Html,
    /// TeX source.
    Tex,
}

impl Form {
    /// Its name in the ledger.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Html => "html",
            Self::Tex => "tex",
        }
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
