//! The one test binary: `cli` runs the program, `extract` reads small documents beside expected
//! text, `tidy` holds the rules of the code base.

mod cli;
mod extract;
mod tidy;
