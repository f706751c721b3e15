use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::*;
use crate::extract::ReadOptions;
use crate::index::{self, Root};

/// A corpus and an index in a folder of their own.
struct Desk {
    dir: tempfile::TempDir,
    reading: ReadSettings,
    stop: AtomicBool,
}

impl Desk {
    fn new() -> Desk {
        let desk = Desk {
            dir: tempfile::tempdir().unwrap(),
            reading: ReadSettings { options: ReadOptions::default(), workers: None },
            stop: AtomicBool::new(false),
        };
        fs::create_dir(desk.corpus()).unwrap();
        desk
    }

    fn corpus(&self) -> PathBuf {
        self.dir.path().join("corpus")
    }

    fn index(&self) -> PathBuf {
        self.dir.path().join("index")
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.corpus().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.corpus().join(name)).unwrap();
    }

    fn run_with(
        &self,
        change: impl FnOnce(&mut Options<'_>),
    ) -> Result<Report, RunError> {
        let (corpus, index) = (self.corpus(), self.index());
        let mut options = Options {
            corpus: &corpus,
            index: &index,
            jobs: 2,
            memory: 30_000_000,
            reading: &self.reading,
            rebuild: false,
            retry: false,
            wait: Duration::ZERO,
            commit_every: Duration::from_secs(20),
            tidy: true,
            // Long after any file was written, so that its time is trusted.
            now: 4_000_000_000,
            stop: &self.stop,
        };
        change(&mut options);
        run(&options, &mut ())
    }

    fn run(&self) -> Report {
        self.run_with(|_| ()).unwrap()
    }

    fn live(&self) -> PathBuf {
        Root::open(&self.index()).unwrap().live().unwrap().unwrap()
    }

    /// Everything that can be found, by passage id.
    fn content(&self) -> BTreeMap<String, (String, Vec<String>)> {
        content(&self.live())
    }
}

fn content(folder: &Path) -> BTreeMap<String, (String, Vec<String>)> {
    let view = index::open(folder).unwrap().view().unwrap();
    let mut found = BTreeMap::new();
    let unreadable = view.visit(|entry| {
        let passage = entry.passage;
        let id = format!("{}#{}", passage.paper, passage.ordinal);
        let before = found.insert(id.clone(), (passage.text, entry.topics));
        assert_eq!(before, None, "{id} is there twice");
    });
    assert_eq!(unreadable.unwrap(), 0);
    found
}

fn keys(content: &BTreeMap<String, (String, Vec<String>)>) -> Vec<String> {
    let mut keys: Vec<String> =
        content.keys().map(|id| id.rsplit_once('#').unwrap().0.to_owned()).collect();
    keys.dedup();
    keys
}

const BIB: &str =
    "@article{he2022masked, title={Masked Autoencoders Are Scalable Vision Learners},
  author={He, Kaiming}, year=2022}
@article{absent, title={A paper that nobody has}, author={No, Body}, year=1999}
";

#[test]
fn a_corpus_becomes_searchable() {
    let desk = Desk::new();
    desk.write("papers.bib", BIB);
    desk.write(
        "he2022masked.md",
        "# Masked autoencoders\n\nWe mask patches of the image.\n",
    );
    desk.write("notes/own.md", "# My notes\n\nMasking is good [@he2022masked].\n");
    desk.write(
        "records.jsonl",
        "{\"_id\":\"r1\",\"title\":\"One\",\"text\":\"first record\"}\nbroken\n\
         {\"_id\":\"r2\",\"title\":\"Two\",\"text\":\"second record\"}\n",
    );
    let report = desk.run();
    assert_eq!(report.summary.papers, 5);
    assert_eq!((report.summary.indexed, report.summary.missing), (4, 1));
    assert_eq!((report.put, report.records), (3, 2));
    assert_eq!(report.line_faults.len(), 1);
    let content = desk.content();
    assert_eq!(keys(&content), ["absent", "he2022masked", "own", "r1", "r2"]);
    assert_eq!(report.passages, content.len() as u64);
    assert!(content["absent#0"].0.contains("Body"));

    let again = desk.run();
    assert_eq!((again.read, again.known, again.put, again.records), (0, 0, 0, 0));
    assert_eq!(again.summary, report.summary);
    assert!(staleness(&desk.corpus(), &desk.index()).unwrap().is_fresh());
}

#[test]
fn only_what_changed_is_done() {
    let desk = Desk::new();
    desk.write("papers.bib", BIB);
    for name in ["a", "b", "c"] {
        desk.write(
            &format!("{name}.md"),
            &format!("# Paper {name}\n\nText of {name}.\n"),
        );
    }
    desk.run();
    desk.write("b.md", "# Paper b\n\nAnother text.\n");
    desk.write("d.md", "# Paper d\n\nA new text.\n");
    desk.remove("c.md");
    let stale = staleness(&desk.corpus(), &desk.index()).unwrap();
    assert_eq!((stale.new, stale.changed, stale.gone).0, ["d.md"]);
    let report = desk.run();
    assert_eq!((report.read, report.put, report.removed, report.gone), (2, 2, 1, 1));
    // A file that moves is known by its content, and named by its new stem.
    fs::rename(desk.corpus().join("a.md"), desk.corpus().join("z.md")).unwrap();
    let report = desk.run();
    assert_eq!((report.read, report.known, report.put, report.removed), (0, 1, 1, 1));
    assert_eq!(keys(&desk.content()), ["absent", "b", "d", "he2022masked", "z"]);
    // An entry that learns its year is put again; nothing is read.
    desk.write("papers.bib", &BIB.replace("1999", "2001"));
    let report = desk.run();
    assert_eq!((report.read, report.put), (0, 1));
    assert!(desk.content()["absent#0"].0.contains("2001"));
}

#[test]
fn a_rebuild_reads_nothing_and_gives_the_same() {
    let desk = Desk::new();
    desk.write("papers.bib", BIB);
    desk.write("a.md", "# Paper a\n\nText of a [@he2022masked].\n");
    desk.write("r.jsonl", "{\"_id\":\"1\",\"text\":\"first record\"}\n");
    desk.run();
    let (before, live) = (desk.content(), desk.live());
    let report = desk.run_with(|options| options.rebuild = true).unwrap();
    assert_eq!((report.read, report.notes.len()), (1, 1), "{report:?}");
    assert_eq!(desk.content(), before);
    assert_ne!(desk.live(), live);
    assert!(!live.try_exists().unwrap());
}
