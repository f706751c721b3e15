//! The program as a person runs it: stdout, stderr and exit status, with a cleared environment.

mod adding;
mod archives;
mod bundled;
mod exports;
mod first_contact;
mod hard_queries;
mod hostile_input;
mod picture;
mod scans;
mod sources;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A sound PDF of objects that each open a line with `N 0 obj`, 1 being the catalog.
pub(crate) fn with_table(objects: &str) -> String {
    let mut out = format!("%PDF-1.4\n{objects}");
    let start = |n: usize| out.find(&format!("\n{n} 0 obj")).map(|at| at + 1);
    let starts: Vec<usize> = (1..).map_while(start).collect();
    let table = out.len();
    let rows: String = starts.iter().map(|at| format!("{at:010} 00000 n \n")).collect();
    let size = starts.len() + 1;
    out.push_str(&format!(
        "xref\n0 {size}\n0000000000 65535 f \n{rows}trailer << /Root 1 0 R /Size {size} >>\n\
         startxref\n{table}\n%%EOF\n"
    ));
    out
}

/// A folder to run the program in.
pub(crate) struct Sandbox {
    dir: TempDir,
}

/// What a run gave.
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) status: i32,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().unwrap() }
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// Runs `citemap ARGS` in the sandbox.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        let output = command(self.path(), args).output().unwrap();
        Run::of(output, self.path())
    }
}

impl Run {
    fn of(output: Output, dir: &Path) -> Self {
        let text = |bytes: Vec<u8>| {
            let text = String::from_utf8(bytes).expect("output is UTF-8");
            text.replace(&dir.display().to_string(), "[DIR]")
        };
        Self {
            stdout: text(output.stdout),
            stderr: text(output.stderr),
            status: output.status.code().unwrap_or(-1),
        }
    }

    /// Everything as one text for a snapshot.
    pub(crate) fn shown(&self) -> String {
        format!("{}--- stderr\n{}--- exit {}\n", self.stdout, self.stderr, self.status)
    }
}

/// The program with these arguments, its environment cleared.
pub(crate) fn command(dir: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_citemap"));
    command.args(args).current_dir(dir).env_clear().env("COLUMNS", "80");
    command
}
