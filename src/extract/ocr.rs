//! The way out for scans: a program of the user's choice that adds a text layer.
//!
//! In: an [`OcrCommand`] such as `ocrmypdf --skip-text {input} {output}` and a document. Out: the
//! PDF that the program wrote. No shell is involved, the program works in a folder of its
//! own that is removed afterwards, and it is ended at a deadline. Nothing is recognised here.

use std::fs::File;
use std::io;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Begins every fault that says a document needs recognition.
const NO_TEXT: &str = "no text layer: needs OCR";
/// Bytes of an answer that are read.
const MAX_OUTPUT: u64 = 1 << 30;
/// Bytes of a program's messages that are kept.
const MAX_MESSAGE: usize = 300;

/// Why a text layer could not be added.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum OcrFault {
    /// The template is not a command.
    #[error("`{template}` is no command: {why}")]
    Template {
        /// What was given.
        template: String,
        /// What is wrong with it.
        why: String,
    },
    /// The program could not be run, or its files not written.
    #[error("`{program}` cannot be run: {what}")]
    Run {
        /// The program.
        program: String,
        /// What the system said.
        what: String,
    },
    /// It ended with an error.
    #[error("`{program}` failed: {what}")]
    Failed {
        /// The program.
        program: String,
        /// Its last words.
        what: String,
    },
    /// It did not end in time.
    #[error("`{program}` was ended after {} s", .limit.as_secs())]
    Timeout {
        /// The program.
        program: String,
        /// The deadline.
        limit: Duration,
    },
}

/// A program with its arguments, in which the places of its files are named.
///
/// `{input}` is the document, `{output}` the PDF that the program shall write, `{output_base}`
/// the same without its extension: for programs that choose the extension themselves, and may
/// write `.txt`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OcrCommand(Vec<String>);

impl OcrCommand {
    /// Takes a command: a word each, or all in one line, where quotes keep spaces together.
    ///
    /// Errors where there is no program, or no place for its files.
    pub fn new(words: &[String]) -> Result<OcrCommand, OcrFault> {
        match words {
            [line] => split(line).map(OcrCommand),
            words => {
                check(&words.join(" "), words)?;
                Ok(OcrCommand(words.to_vec()))
            }
        }
    }

    /// The program.
    pub fn program(&self) -> &str {
        &self.0[0]
    }

    /// The program and its arguments.
    pub fn words(&self) -> &[String] {
        &self.0
    }
}

/// What recognition gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recognised {
    /// A PDF with a text layer.
    Pdf(Vec<u8>),
    /// Plain text, pages apart by form feeds.
    Text(Vec<u8>),
}

/// Returns the fault of a document with `n_pages` pages that hold `n` glyphs, `unknown` of them
/// without Unicode, if it needs recognition; `images` tells whether there is anything to recognise.
pub(crate) fn need(
    n_pages: usize,
    n: usize,
    unknown: usize,
    images: bool,
) -> Option<String> {
    if n_pages == 0 {
        None
    } else if n == 0 {
        Some(NO_TEXT.to_string())
    } else if unknown * 2 > n {
        Some(format!("{NO_TEXT}: {unknown} of {n} glyphs have no Unicode"))
    } else if images && n_pages > 1 && n < n_pages * 12 {
        // A stamp or a page number over each scan.
        Some(format!("{NO_TEXT}: {n} glyphs on {n_pages} pages"))
    } else {
        None
    }
}

/// Tells whether a fault says that its document needs recognition.
pub fn is_needed(fault: &super::Fault) -> bool {
    fault.what.starts_with(NO_TEXT)
}

/// Runs a command on a PDF, in a folder of its own, and ends it at the limit.
pub fn run(
    command: &OcrCommand,
    pdf: &[u8],
    limit: Duration,
) -> Result<Recognised, OcrFault> {
    let words = command.words();
    let program = command.program().to_string();
    let fault =
        |e: io::Error| OcrFault::Run { program: program.clone(), what: e.to_string() };
    let folder =
        tempfile::Builder::new().prefix("citemap-ocr-").tempdir().map_err(fault)?;
    let at = |name: &str| folder.path().join(name);
    std::fs::write(at("input.pdf"), pdf).map_err(fault)?;
    let place = |word: &String| {
        word.replace("{input}", &at("input.pdf").to_string_lossy())
            .replace("{output_base}", &at("output").to_string_lossy())
            .replace("{output}", &at("output.pdf").to_string_lossy())
    };
    let messages = File::create(at("messages")).map_err(fault)?;
    let mut command = Command::new(&program);
    command.args(words[1..].iter().map(place)).current_dir(folder.path());
    command.stdin(Stdio::null()).stdout(messages.try_clone().map_err(fault)?);
    command.stderr(messages);
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let mut child = command.spawn().map_err(fault)?;
    let Some(status) = wait(&mut child, limit).map_err(fault)? else {
        return Err(OcrFault::Timeout { program, limit });
    };
    if !status.success() {
        let what = last_words(&at("messages")).unwrap_or_else(|| status.to_string());
        return Err(OcrFault::Failed { program, what });
    }
    let read = |name: &str| match std::fs::metadata(at(name)) {
        Ok(found) if found.len() > 0 && found.len() <= MAX_OUTPUT => {
            std::fs::read(at(name)).ok()
        }
        _ => None,
    };
    if let Some(bytes) = read("output.pdf") {
        return Ok(Recognised::Pdf(bytes));
    }
    match read("output.txt") {
        Some(bytes) => Ok(Recognised::Text(bytes)),
        None => Err(OcrFault::Failed { program, what: "it wrote no output".to_string() }),
    }
}

/// Waits for a process, and ends it with all that it started at the limit.
fn wait(child: &mut Child, limit: Duration) -> io::Result<Option<ExitStatus>> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if start.elapsed() >= limit {
            end(child);
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(20));
    }
}

fn end(child: &mut Child) {
    // It leads a group of its own; what it started is in it.
    #[cfg(unix)]
    if let Some(group) = rustix::process::Pid::from_raw(child.id() as i32) {
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    // It may have ended by itself in this moment.
    let _ = child.kill();
    let _ = child.wait();
}

/// Returns the last line of a file that has letters in it.
fn last_words(path: &Path) -> Option<String> {
    let text = String::from_utf8_lossy(&std::fs::read(path).ok()?).into_owned();
    let line = text.lines().rev().find(|l| l.chars().any(char::is_alphabetic))?.trim();
    Some(line.chars().filter(|c| !c.is_control()).take(MAX_MESSAGE).collect())
}

/// Splits a line into words; quotes keep spaces.
fn split(line: &str) -> Result<Vec<String>, OcrFault> {
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    if quote.is_some() {
        return Err(OcrFault::Template {
            template: line.to_string(),
            why: "a quote is not closed".to_string(),
        });
    }
    check(line, &words)?;
    Ok(words)
}

fn check(template: &str, words: &[String]) -> Result<(), OcrFault> {
    let fault = |why: &str| {
        Err(OcrFault::Template { template: template.to_string(), why: why.to_string() })
    };
    if words.first().is_none_or(String::is_empty) {
        return fault("it is empty");
    }
    let names = |place: &str| words.iter().any(|word| word.contains(place));
    if !names("{input}") || !(names("{output}") || names("{output_base}")) {
        return fault("it must name {input} and {output}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(10);

    #[test]
    fn templates() {
        let words = |t: &str| split(t).unwrap();
        assert_eq!(
            words("a  -l 'x y' {input} {output}"),
            ["a", "-l", "x y", "{input}", "{output}"]
        );
        assert!(split("a {input}").is_err());
        assert!(split("a '{input} {output}").is_err());
        assert!(split("").is_err());
        let listed = |words: &[&str]| {
            OcrCommand::new(&words.iter().map(|w| w.to_string()).collect::<Vec<_>>())
        };
        let words = ["a", "-l", "x y", "{input}", "{output}"];
        assert_eq!(listed(&words).unwrap().words(), words);
        assert!(listed(&["a", "{input}"]).is_err());
        assert!(listed(&[]).is_err());
    }

    fn run(line: &str, pdf: &[u8], limit: Duration) -> Result<Recognised, OcrFault> {
        super::run(&OcrCommand::new(&[line.to_string()])?, pdf, limit)
    }

    #[test]
    #[cfg(unix)]
    fn programs() {
        let copied = run("cp {input} {output}", b"%PDF-1.7", SECOND);
        assert_eq!(copied, Ok(Recognised::Pdf(b"%PDF-1.7".to_vec())));
        let text = run("cp {input} {output_base}.txt", b"words", SECOND);
        assert_eq!(text, Ok(Recognised::Text(b"words".to_vec())));
        let none = run("true {input} {output}", b"", SECOND);
        assert!(matches!(none, Err(OcrFault::Failed { .. })), "{none:?}");
        let failed = run("cp {input} /nonexistent/{output}", b"", SECOND).unwrap_err();
        assert!(failed.to_string().starts_with("`cp` failed: cp:"), "{failed}");
        let missing = run("no-such-program {input} {output}", b"", SECOND);
        assert!(matches!(missing, Err(OcrFault::Run { .. })));
        // What a name holds is an argument, never a command.
        let quoted = run("cp {input} {output} '; rm -rf /'", b"", SECOND);
        assert!(quoted.is_err());
    }

    #[test]
    #[cfg(unix)]
    fn a_program_that_hangs_is_ended() {
        let limit = Duration::from_millis(200);
        let start = Instant::now();
        let hung = run("sh -c 'sleep 60 & sleep 60; true {input} {output}'", b"", limit);
        assert_eq!(hung, Err(OcrFault::Timeout { program: "sh".to_string(), limit }));
        assert!(start.elapsed() < SECOND);
    }

    #[test]
    fn who_needs_it() {
        assert_eq!(need(3, 0, 0, true).as_deref(), Some(NO_TEXT));
        assert!(need(10, 20, 0, true).is_some());
        assert_eq!(need(10, 20, 0, false), None);
        assert!(need(1, 100, 80, false).is_some());
        assert_eq!(need(1, 100, 10, false), None);
        assert_eq!(need(0, 0, 0, false), None);
    }
}
