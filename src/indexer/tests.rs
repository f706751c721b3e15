//! Runs over small corpora: what is read, put, taken out, and what a second run leaves alone.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use super::*;
use crate::analysis::AcronymTable;
use crate::corpus::WorkKey;
use crate::extract::ReadOptions;
use crate::index::{self, Root, Store, Tables};
use crate::passage::title_passage;
use crate::schema::{IndexPassage, Work};

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
            reading: ReadSettings {
                options: ReadOptions::default(),
                workers: None,
                ocr: None,
            },
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
        let mut options = self.options(&corpus, &index);
        change(&mut options);
        run(&options, &mut ())
    }

    fn options<'a>(&'a self, corpus: &'a Path, index: &'a Path) -> Options<'a> {
        options_for(corpus, index, &self.reading, &self.stop)
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

    fn acronyms(&self) -> AcronymTable {
        let view = index::open(&self.live()).unwrap().view().unwrap();
        AcronymTable::clone(&view.acronyms)
    }
}

fn options_for<'a>(
    corpus: &'a Path,
    index: &'a Path,
    reading: &'a ReadSettings,
    stop: &'a AtomicBool,
) -> Options<'a> {
    Options {
        corpus,
        index,
        jobs: 2,
        memory: 30_000_000,
        reading,
        rebuild: false,
        retry: false,
        wait: Duration::ZERO,
        commit_every: Duration::from_secs(20),
        tidy: true,
        // Long after any file was written, so that its time is trusted.
        now: 4_000_000_000,
        stop,
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
fn files_of_another_time_and_the_same_content_are_not_stale() {
    let desk = Desk::new();
    desk.write("papers.bib", BIB);
    desk.write("a.md", "# Paper a\n\nText of a.\n");
    desk.write("r.jsonl", "{\"_id\":\"r1\",\"text\":\"first record\"}\n");
    desk.write("surveys/s.toml", "version = 1\nkey = \"s\"\ntitle = \"A survey\"\n");
    desk.run();
    let files = ["a.md", "papers.bib", "r.jsonl", "surveys/s.toml"];
    // A checkout or a copy gives every file the time of the copy.
    let touch = |name: &str| {
        let file = fs::File::options().append(true).open(desk.corpus().join(name));
        let time = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000);
        file.unwrap().set_modified(time).unwrap();
    };
    files.iter().for_each(|name| touch(name));
    let stale = || staleness(&desk.corpus(), &desk.index()).unwrap();
    assert_eq!(stale().touched, files);
    assert!(stale().is_fresh() && stale().bytes == 0);
    // A run takes note of the time, and has nothing else to do.
    let report = desk.run();
    assert_eq!((report.read, report.known), (0, 2));
    assert_eq!((report.put, report.removed, report.records), (0, 0, 0));
    assert_eq!(stale(), Stale::default());
    // As long as before, but something else.
    desk.write("a.md", "# Paper a\n\nText of b.\n");
    touch("papers.bib");
    assert_eq!(stale().changed, ["a.md"]);
}

#[test]
fn acronyms_are_written_only_where_they_change() {
    let desk = Desk::new();
    let paper = |name: &str, says: &str| {
        desk.write(&format!("{name}.md"), &format!("# On {name}\n\n{says}\n"));
    };
    paper("first", "We use masked image modeling (MIM).");
    desk.write(
        "r.jsonl",
        "{\"_id\":\"r1\",\"text\":\"A vision transformer (ViT) sees.\"}\n",
    );
    desk.run();
    let files = || {
        let entries = fs::read_dir(desk.live()).unwrap().flatten();
        let names = entries.map(|entry| entry.file_name().into_string().unwrap());
        names.filter(|name| name.starts_with("acronyms-")).collect::<Vec<String>>()
    };
    let before = files();
    assert_eq!(before.len(), 1);
    paper("second", "It explains nothing.");
    assert_eq!(desk.run().put, 1);
    assert_eq!(files(), before);
    let long = |short: &str| desk.acronyms().long_forms(short).join("; ");
    assert_eq!(long("MIM") + &long("ViT"), "masked image modelingvision transformer");
    paper("second", "It explains a graph neural network (GNN).");
    desk.run();
    assert_eq!(long("GNN"), "graph neural network");
    desk.remove("first.md");
    desk.run();
    assert_eq!(long("MIM") + &long("GNN"), "graph neural network");
    desk.write("r.jsonl", "{\"_id\":\"r1\",\"text\":\"It sees.\"}\n");
    desk.run();
    assert_eq!(desk.acronyms().len(), 1);
}

#[test]
fn what_a_password_opened_stays_read_without_it() {
    const LOCKED: &[u8] = include_bytes!("../../fuzz/seeds/pdf/locked.pdf");
    let mut desk = Desk::new();
    fs::write(desk.corpus().join("locked.pdf"), LOCKED).unwrap();
    desk.write("a.md", "# Paper a\n\nText of a.\n");
    let mut run = |passwords: &[&str]| {
        desk.reading.options.pdf.passwords =
            passwords.iter().map(|p| (*p).to_owned()).collect();
        let report = desk.run();
        (report.read, report.failed.len(), report.summary.indexed)
    };
    assert_eq!(run(&[]), (2, 1, 1));
    // Nothing but the locked file is read again, and only where a password may open it.
    assert_eq!(run(&["wrong"]), (1, 1, 1));
    assert_eq!(run(&[]), (0, 1, 1));
    assert_eq!(run(&["wrong", "sesame"]), (1, 0, 2));
    desk.write("b.md", "# Paper b\n\nText of b.\n");
    let report = desk.run();
    assert_eq!((report.read, report.failed.len(), report.summary.indexed), (1, 0, 3));
    desk.reading.options.pdf.passwords.clear();
    let report = desk.run_with(|options| options.rebuild = true).unwrap();
    assert_eq!((report.failed.len(), report.summary.indexed), (0, 3));
    assert!(desk.content().values().any(|(text, _)| text.contains("stays open")));
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

#[test]
fn a_sound_index_is_found_sound_and_a_damaged_one_is_not() {
    let desk = Desk::new();
    let health = || examine(&desk.corpus(), &desk.index(), 5).unwrap();
    assert_eq!(health().findings[0].remedy, Remedy::Index);
    desk.write("papers.bib", BIB);
    desk.write("a.md", "# Paper a\n\nText of a.\n");
    desk.write("empty.md", "");
    desk.write("r.jsonl", "{\"_id\":\"1\",\"text\":\"first record\"}\nbroken\n");
    desk.run();
    let found: Vec<Remedy> = health().findings.iter().map(|f| f.remedy).collect();
    assert_eq!(found, [Remedy::Retry, Remedy::Edit, Remedy::Fetch]);
    assert!(health().is_sound());
    assert!(health().space.iter().take(3).all(|(_, bytes)| *bytes > 0));

    fs::write(desk.index().join("stray"), "x").unwrap();
    fs::create_dir(desk.index().join("engine-0099")).unwrap();
    desk.remove("a.md");
    desk.run();
    assert_eq!(health().findings.iter().filter(|f| f.remedy == Remedy::Prune).count(), 3);
    assert_eq!(prune(&desk.index(), 6).unwrap(), (2, 1));
    assert!(health().findings.iter().all(|f| f.remedy != Remedy::Prune));

    let mut files = fs::read_dir(desk.live()).unwrap().flatten().map(|e| e.path());
    let store = files.find(|p| p.extension().is_some_and(|e| e == "store")).unwrap();
    let mut bytes = fs::read(&store).unwrap();
    bytes[0] ^= 0xFF;
    fs::write(&store, bytes).unwrap();
    let damaged = health();
    assert!(!damaged.is_sound(), "{damaged:?}");
    desk.run_with(|options| options.rebuild = true).unwrap();
    assert!(health().is_sound());
    // What is lost is noticed by the next run.
    for lost in ["acronyms-", "tables-", ".idx", ".fast"] {
        let files = fs::read_dir(desk.live()).unwrap().flatten().map(|e| e.path());
        let is_lost = |path: &PathBuf| path.to_string_lossy().contains(lost);
        files.filter(is_lost).for_each(|path| fs::remove_file(path).unwrap());
        let report = desk.run();
        assert_eq!(report.notes[0], Note::Rebuilt { why: Rebuild::Damaged }, "{lost}");
        assert!(health().is_sound());
    }
}

#[test]
fn ids_of_several_collections_are_told_apart() {
    let desk = Desk::new();
    desk.write("papers.bib", BIB);
    desk.write("absent.md", "# The document\n\nIts text.\n");
    desk.write(
        "one.jsonl",
        "{\"_id\":\"1\",\"text\":\"one\"}\n{\"_id\":\"2\",\"text\":\"two\"}\n\
         {\"_id\":\"2\",\"text\":\"two again\"}\n{\"text\":\"nameless\"}\n",
    );
    desk.write(
        "two.jsonl",
        "{\"_id\":\"1\",\"text\":\"eins\"}\n{\"_id\":\"absent\",\"text\":\"covered\"}\n\
         {\"_id\":\"he2022masked\",\"text\":\"We mask patches\"}\n",
    );
    let report = desk.run();
    let content = desk.content();
    let found = ["2", "absent", "he2022masked", "one:1", "one:4", "two:1"];
    assert_eq!(keys(&content), found);
    assert_eq!(content["2#0"].0, "two");
    assert_eq!(content["absent#1"].0, "Its text.");
    assert_eq!((report.summary.papers, report.summary.indexed), (6, 6));
    // The other file goes, and with it the need to tell them apart.
    desk.remove("two.jsonl");
    let report = desk.run();
    assert_eq!(keys(&desk.content()), ["1", "2", "absent", "he2022masked", "one:4"]);
    assert_eq!((report.summary.papers, report.summary.missing), (5, 1));
}

#[test]
fn works_and_passages_have_their_topics() {
    let desk = Desk::new();
    desk.write("papers.bib", BIB);
    desk.write(
        "surveys/s.toml",
        "version = 1\nkey = \"s\"\ntitle = \"A survey\"\nsource = \"bookmarks\"\n\
         [[section]]\nnumber = \"1\"\nlevel = 1\ntitle = \"Masking\"\ncites = [\"he2022masked\"]\n\
         [[section]]\nnumber = \"2\"\nlevel = 1\ntitle = \"Other things\"\ncites = []\n",
    );
    desk.write(
        "s.md",
        "# A survey\n\n## Masking\n\nIt masks.\n\n## Other things\n\nElse.\n",
    );
    desk.write(
        "page.md",
        "---\nkey: page\ntitle: On masks\nsurvey: s\ntopic: \"1\"\n---\n\nMasks hide [@he2022masked].\n",
    );
    let report = desk.run();
    assert_eq!(report.notes, []);
    let content = desk.content();
    let topics = |id: &str| content[id].1.join(" ");
    assert_eq!(topics("he2022masked#0"), "/s/1");
    assert_eq!(topics("page#0"), "/s/1");
    assert_eq!((topics("s#1"), topics("s#2")), ("/s/1".into(), "/s/2".into()));
    assert_eq!(topics("absent#0"), "");
    let view = index::open(&desk.live()).unwrap().view().unwrap();
    let mut mentions = Vec::new();
    view.visit(|entry| {
        mentions.extend(entry.mentions.into_iter().map(|m| (m.work.0, m.sentence)))
    })
    .unwrap();
    assert_eq!(mentions.len(), 1);
    assert_eq!(mentions[0].0, "he2022masked");
    // A person moves the work to another section: nothing is read again.
    let map = fs::read_to_string(desk.corpus().join("surveys/s.toml")).unwrap();
    let cited = "cites = [\"he2022masked\"]";
    let (first, second) = map.split_once("title = \"Other things\"").unwrap();
    let moved = format!(
        "{}title = \"Other things\"{}",
        first.replace(cited, "cites = []"),
        second.replace("cites = []", cited)
    );
    desk.write("surveys/s.toml", &moved);
    let report = desk.run();
    assert_eq!(
        (report.read, report.put),
        (0, 2),
        "the work, and the survey of that tree"
    );
    assert_eq!(desk.content()["he2022masked#0"].1, ["/s/2"]);
    desk.write("surveys/s.toml", "broken");
    let report = desk.run();
    assert_eq!(report.notes.len(), 1, "{report:?}");
}

#[test]
fn an_index_that_may_not_be_written_can_be_searched() {
    let desk = Desk::new();
    desk.write("a.md", "# Paper a\n\nText of a.\n");
    desk.run();
    let content = desk.content();
    // Tests may run as one who may write everywhere; nobody can open a folder for writing.
    let lock = desk.live().join(".tantivy-meta.lock");
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    assert_eq!(desk.content(), content);
}

#[test]
fn works_put_by_several_threads_at_once_are_all_there() {
    const THREADS: usize = 4;
    let store = Store::in_memory().unwrap();
    let mut writer = store.writer(THREADS, 0).unwrap();
    let docs = |key: &str| {
        let work = Work { key: key.to_owned(), ..Work::default() };
        let passage = title_passage(&WorkKey(key.to_owned()), key, &[], None, None);
        let (topics, mentions) = (Vec::new(), Vec::new());
        let entry = IndexPassage { passage, lang: None, topics, mentions };
        store.schema().documents(&work, vec![entry])
    };
    let start = Barrier::new(THREADS);
    for round in 1..=100 {
        // Few works a commit: what can be lost are the last ones before it.
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                let (writer, docs, start) = (&writer, &docs, &start);
                let key = format!("{round}-{thread}");
                scope.spawn(move || {
                    let docs = docs(&key);
                    start.wait();
                    writer.put(&key, docs).unwrap();
                });
            }
        });
        writer.commit(&Tables::default()).unwrap();
        let there = store.view().unwrap().passages();
        assert_eq!(there, (THREADS * round) as u64, "round {round}");
    }
}

#[test]
fn a_run_that_is_stopped_goes_on_later() {
    let desk = Desk::new();
    desk.write("a.md", "# Paper a\n\nText of a.\n");
    let lines: String = (0..4000)
        .map(|n| {
            format!("{{\"_id\":\"r{n}\",\"text\":\"{}\"}}\n", "some words ".repeat(30))
        })
        .collect();
    desk.write("r.jsonl", &lines);
    let mut rounds = 0;
    loop {
        struct Stopper<'a>(&'a AtomicBool);
        impl Progress for Stopper<'_> {
            fn step(&mut self, stage: Stage, _: u64, _: u64, _: &str) {
                if stage == Stage::Records {
                    self.0.store(true, std::sync::atomic::Ordering::Relaxed);
                }
            }
        }
        let (corpus, index) = (desk.corpus(), desk.index());
        desk.stop.store(false, std::sync::atomic::Ordering::Relaxed);
        let options = desk.options(&corpus, &index);
        let report = run(&options, &mut Stopper(&desk.stop)).unwrap();
        assert!(report.records < 4000);
        rounds += 1;
        if !report.interrupted {
            assert_eq!(report.summary.papers, 4001);
            break;
        }
    }
    assert!(rounds > 2);
    assert_eq!(keys(&desk.content()).len(), 4001);
}

#[test]
fn the_same_content_whatever_the_threads_and_the_commits() {
    let make = |jobs, every| {
        let desk = Desk::new();
        fill(&desk, 5);
        desk.run_with(|options| {
            options.jobs = jobs;
            options.commit_every = Duration::from_millis(every);
        })
        .unwrap();
        desk.content()
    };
    let alone = make(1, 60_000);
    assert_eq!(make(4, 60_000), alone);
    assert_eq!(make(2, 0), alone);
}

/// Writes a corpus of every kind of file that is read in this process.
fn fill(desk: &Desk, n: usize) {
    desk.write("papers.bib", BIB);
    for i in 0..n {
        let text = format!(
            "# Paper number {i}\n\nText of {i} [@he2022masked]. See [@p{}]. It is a \
             {} neural network ({}NN).\n",
            i / 2,
            ["graph", "recurrent", "convolutional"][i % 3],
            ["G", "R", "C"][i % 3],
        );
        desk.write(&format!("p{i}.md"), &text);
    }
    for file in ["one", "two"] {
        let lines: String = (0..n * 40)
            .map(|i| format!("{{\"_id\":\"{file}-{i}\",\"title\":\"Title {i}\",\"text\":\"{}\"}}\n", "word ".repeat(i % 90)))
            .collect();
        desk.write(&format!("{file}.jsonl"), &lines);
    }
}

mod model {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Step {
        Write(u8, u8),
        Remove(u8),
        Rename(u8, u8),
        Entries(Vec<u8>),
        Records(u8, Vec<(u8, u8)>),
        Run,
    }

    /// What texts explain: nothing, or one short form in several ways.
    const EXPLAINED: [&str; 4] = [
        "",
        "We use masked image modeling (MIM).",
        "We use Masked image modelling (MIM) and graph neural networks (GNNs).",
        "We use mutual information maximization (MIM).",
    ];

    fn step() -> impl Strategy<Value = Step> {
        let file = 0..5u8;
        prop_oneof![
            4 => (file.clone(), 0..4u8).prop_map(|(f, t)| Step::Write(f, t)),
            1 => file.clone().prop_map(Step::Remove),
            2 => (file.clone(), file).prop_map(|(a, b)| Step::Rename(a, b)),
            1 => proptest::collection::vec(0..5u8, 0..4).prop_map(Step::Entries),
            2 => (0..2u8, proptest::collection::vec((0..8u8, 0..3u8), 0..6))
                .prop_map(|(f, r)| Step::Records(f, r)),
            3 => Just(Step::Run),
        ]
    }

    fn apply(desk: &Desk, step: &Step) {
        let path = |f: &u8| format!("w{f}.md");
        match step {
            Step::Write(f, t) => {
                desk.write(
                    &path(f),
                    &format!(
                        "# Title of text {t}\n\nCites [@w{t}], says {t}. {}\n",
                        EXPLAINED[usize::from(*t)]
                    ),
                );
            }
            Step::Remove(f) => drop(fs::remove_file(desk.corpus().join(path(f)))),
            Step::Rename(a, b) => {
                let at = |f| desk.corpus().join(path(f));
                drop(fs::rename(at(a), at(b)));
            }
            Step::Entries(keys) => {
                let entry =
                    |k: &u8| format!("@misc{{w{k}, title={{An entry called {k}}}}}\n");
                desk.write("papers.bib", &keys.iter().map(entry).collect::<String>());
            }
            Step::Records(f, records) => {
                let line = |(id, t): &(u8, u8)| {
                    let explained = EXPLAINED[usize::from(*t)];
                    format!("{{\"_id\":\"w{id}\",\"text\":\"record {t} {explained}\"}}\n")
                };
                let lines: String = records.iter().map(line).collect();
                desk.write(&format!("c{f}.jsonl"), &lines);
            }
            Step::Run => drop(
                desk.run_with(|options| {
                    options.tidy = false;
                    // Files may change within the time that the system's clock tells apart.
                    options.now = 1;
                })
                .unwrap(),
            ),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

        #[test]
        fn an_index_kept_up_to_date_is_one_made_anew(steps in proptest::collection::vec(step(), 1..14)) {
            let desk = Desk::new();
            steps.iter().for_each(|step| apply(&desk, step));
            apply(&desk, &Step::Run);
            let kept = (desk.content(), desk.acronyms());
            let health = examine(&desk.corpus(), &desk.index(), 1).unwrap();
            prop_assert!(health.is_sound(), "{:?}", health.findings);
            fs::remove_dir_all(desk.index()).unwrap();
            let report = desk.run_with(|options| options.jobs = 1).unwrap();
            prop_assert_eq!(kept, (desk.content(), desk.acronyms()));
            prop_assert_eq!(health.summary.papers, report.summary.papers);
            prop_assert_eq!(health.summary.indexed, report.summary.indexed);
            prop_assert_eq!(health.summary.missing, report.summary.missing);
        }
    }
}

mod killed {
    use std::process::{Command, Stdio};

    use super::*;

    /// Before the folder, in an argument that the test harness takes for a test to skip.
    const ORDER: &str = "index-in=";

    /// The child: indexes a corpus, committing as often as it can. As a test of its own it does
    /// nothing.
    #[test]
    fn child() {
        let Some(dir) =
            std::env::args().find_map(|a| a.strip_prefix(ORDER).map(PathBuf::from))
        else {
            return;
        };
        let reading =
            ReadSettings { options: ReadOptions::default(), workers: None, ocr: None };
        let (corpus, index) = (dir.join("corpus"), dir.join("index"));
        let stop = AtomicBool::new(false);
        let mut options = options_for(&corpus, &index, &reading, &stop);
        options.commit_every = Duration::ZERO;
        options.wait = Duration::from_secs(10);
        run(&options, &mut ()).unwrap();
    }

    fn index_and_kill(desk: &Desk, after: Duration) {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["indexer::tests::killed::child", "--exact", "--nocapture", "--skip"])
            .arg(format!("{ORDER}{}", desk.dir.path().display()))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(after);
        child.kill().unwrap();
        child.wait().unwrap();
    }

    #[test]
    fn at_any_moment_nothing_is_lost_or_doubled() {
        let desk = Desk::new();
        fill(&desk, 12);
        let undisturbed = Desk::new();
        fill(&undisturbed, 12);
        undisturbed.run();
        for round in 0..10u64 {
            index_and_kill(&desk, Duration::from_millis(40 + round * 37 % 400));
            let Ok(root) = Root::open(&desk.index()) else { continue };
            if let Some(live) = root.live().unwrap() {
                // Each passage once, and every work as the ledger says.
                content(&live);
            }
            let health = examine(&desk.corpus(), &desk.index(), 1).unwrap();
            assert!(health.is_sound(), "round {round}: {:?}", health.findings);
            if round == 5 {
                desk.write("p3.md", "# Paper number 3\n\nChanged between two kills.\n");
                undisturbed
                    .write("p3.md", "# Paper number 3\n\nChanged between two kills.\n");
            }
        }
        desk.run();
        undisturbed.run();
        assert_eq!(desk.content(), undisturbed.content());
        assert_eq!(desk.acronyms(), undisturbed.acronyms());
    }
}
