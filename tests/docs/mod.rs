//! The commands of README and docs, run as they stand, each page in the folder that it speaks of.
//!
//! What would need the net asks a server of our own; `cargo`, `fzf` and viewers are stood in for.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::net::papers;
use crate::net::server::Server;

/// Where a block of commands is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// A clone of the repository, with the bundled corpus; every command finds something.
    Checkout,
    /// Where the person went by the blocks before; a question may find nothing in our small papers.
    Person,
}

use Place::{Checkout, Person};

/// The blocks of each page, in order; other pages have none.
const PAGES: [(&str, &[Place]); 4] = [
    ("README.md", &[Checkout, Person, Checkout, Checkout, Checkout, Checkout, Checkout]),
    ("docs/json.md", &[Checkout]),
    ("docs/ranking.md", &[Checkout]),
    ("docs/tutorial.md", &[Person; 6]),
];

/// `fzf` and viewers wait for a person; `cargo` would build the program that is tested.
const STANDINS: [(&str, &str); 4] = [
    ("fzf", "exec cat"),
    ("xdg-open", "test -e \"$1\" || case \"$1\" in *://*) ;; *) exit 3;; esac"),
    ("open", "exec xdg-open \"$@\""),
    (
        "cargo",
        "case \"$1\" in test) exit 0;; run) ;; *) exit 3;; esac\n\
         while [ \"$1\" != -- ]; do shift; done; shift; exec citemap \"$@\"",
    ),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The `sh` blocks of a page, line by line.
fn blocks(text: &str) -> Vec<Vec<&str>> {
    let mut out: Vec<Vec<&str>> = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        match (inside, line.trim()) {
            (false, "```sh") => {
                inside = true;
                out.push(Vec::new());
            }
            (true, "```") => inside = false,
            (true, "") => {}
            (true, command) => out.last_mut().unwrap().push(command),
            _ => {}
        }
    }
    out
}

/// A person's home with a clone, some downloads and an empty folder to begin in.
struct Home {
    dir: tempfile::TempDir,
    server: Server,
}

impl Home {
    fn new() -> Self {
        let home = Self { dir: tempfile::tempdir().unwrap(), server: Server::start(&[]) };
        for folder in ["corpus", "index"] {
            let files = walkdir::WalkDir::new(root().join(folder)).into_iter().flatten();
            for file in files.filter(|f| f.file_type().is_file()) {
                let name = file.path().strip_prefix(root()).unwrap();
                // An index that lies in this clone is no part of a fresh one.
                if folder == "corpus" || name == Path::new("index/README.md") {
                    home.write(
                        Path::new("clone").join(name),
                        &std::fs::read(file.path()).unwrap(),
                    );
                }
            }
        }
        home.write("Downloads/one.pdf", &papers::paper(&papers::works()[5]));
        home.write("work/.keep", b"");
        for (name, script) in STANDINS {
            home.program(name, script);
        }
        // Where a tool of the examples is not installed, what it reads is still made.
        let there = |dir: &str| Path::new(dir).join("jq").is_file();
        if !["/usr/bin", "/bin", "/usr/local/bin"].into_iter().any(there) {
            home.program("jq", "exec cat");
        }
        let bin = home.path("bin/citemap");
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_citemap"), bin).unwrap();
        home
    }

    fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(name)
    }

    fn write(&self, name: impl AsRef<Path>, bytes: &[u8]) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }

    fn program(&self, name: &str, script: &str) {
        let path = Path::new("bin").join(name);
        self.write(&path, format!("#!/bin/sh\n{script}\n").as_bytes());
        let mode = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(self.path(path), mode).unwrap();
    }

    /// Runs a line in a folder; also returns where it led.
    fn run(&self, line: &str, at: &Path) -> (Output, PathBuf) {
        let note = self.path("where");
        let script = format!("{line}\nstatus=$?\npwd > \"$HOME/where\"\nexit $status");
        let output = Command::new("sh")
            .args(["-c", &script])
            .current_dir(at)
            .env_clear()
            .env("HOME", self.dir.path())
            .env(
                "PATH",
                format!("{}:/usr/local/bin:/usr/bin:/bin", self.path("bin").display()),
            )
            .envs(self.server.settings(0.002))
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        let led = std::fs::read_to_string(note).unwrap();
        (output, PathBuf::from(led.trim()))
    }

    /// Lays a survey where a line names one, and an entry for the key that a page speaks of.
    fn lay_ready(&self, line: &str, at: &Path) {
        let survey = at.join("my-survey.pdf");
        if line.contains("my-survey.pdf") && !survey.try_exists().unwrap() {
            std::fs::write(survey, papers::survey()).unwrap();
            let papers::Work { id, title, author, year } = &papers::works()[0];
            let entry = format!(
                "@misc{{wei2022chain, title={{{title}}}, author={{{author}}}, year={year}, eprint={{{id}}}}}\n"
            );
            std::fs::create_dir_all(at.join("corpus")).unwrap();
            std::fs::write(at.join("corpus/papers.bib"), entry).unwrap();
        }
    }
}

#[test]
fn every_command_of_the_docs_runs() {
    let home = Home::new();
    for (page, places) in PAGES {
        let text = std::fs::read_to_string(root().join(page)).unwrap();
        let blocks = blocks(&text);
        assert_eq!(
            blocks.len(),
            places.len(),
            "{page}: name the place of each block above"
        );
        let mut here = home.path("work");
        for (block, place) in blocks.iter().zip(places) {
            for line in block {
                let at =
                    if *place == Checkout { home.path("clone") } else { here.clone() };
                home.lay_ready(line, &at);
                let (output, led) = home.run(line, &at);
                let status = output.status.code();
                let asks = ["citemap search", "citemap export"]
                    .iter()
                    .any(|command| line.starts_with(command));
                let fine =
                    status == Some(0) || *place == Person && asks && status == Some(1);
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(fine, "{page}: {line}\nended with {status:?}\n{said}");
                if *place == Person {
                    here = led;
                }
            }
        }
    }
    let made = |name: &str| std::fs::metadata(home.path(name)).unwrap().len();
    assert!(made(".local/share/bash-completion/completions/citemap") > 1_000);
    assert!(made(".local/share/man/man1/citemap.1") > 1_000);
    assert!(made("clone/editing.bib") > 100);
}

#[test]
fn no_page_has_commands_that_are_not_run() {
    for entry in std::fs::read_dir(root().join("docs")).unwrap().flatten() {
        let name = format!("docs/{}", entry.file_name().display());
        if name.ends_with(".md") && !PAGES.iter().any(|(page, _)| *page == name) {
            let text = std::fs::read_to_string(entry.path()).unwrap();
            assert!(blocks(&text).is_empty(), "{name} has commands: name it in PAGES");
        }
    }
}
