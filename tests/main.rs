//! The one test binary: `cli` runs the program, `extract` reads small documents beside expected
//! text, `docs` runs the commands of the docs, `fuzz` runs the fuzz targets over their seeds, `net`
//! builds a corpus against a server of its own, `tidy` holds the rules of the code base.

#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod cli;
mod docs;
mod extract;
mod fuzz;
mod net;
mod tidy;
