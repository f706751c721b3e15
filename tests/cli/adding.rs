//! What `add`, `index` and `export` say of documents that are there already, that are surveys, that
//! other programs name, and of what is lost.

use super::{Sandbox, command};
use crate::net::{papers, server::Server};

fn pdf(n: usize) -> Vec<u8> {
    papers::paper(&papers::works()[n])
}

fn documents(sandbox: &Sandbox) -> Vec<String> {
    let folder = std::fs::read_dir(sandbox.path().join("corpus/papers")).unwrap();
    let mut names: Vec<String> =
        folder.map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_document_under_another_name_is_there_already() {
    let sandbox = Sandbox::new();
    sandbox.write("one.pdf", pdf(0));
    sandbox.write("shelf/copy.pdf", pdf(0));
    sandbox.write("shelf/other.pdf", pdf(1));
    sandbox.run(&["add", "one.pdf"]);
    let again = sandbox.run(&["add", "shelf/copy.pdf"]);
    let said = "shelf/copy.pdf: already there as papers/one.pdf";
    assert!(again.stderr.contains(said), "{}", again.shown());
    let folder = sandbox.run(&["add", "shelf", "--json"]);
    assert!(folder.stderr.contains(said), "{}", folder.shown());
    let json: serde_json::Value = serde_json::from_str(&folder.stdout).unwrap();
    assert_eq!((json["copied"].as_u64(), json["there"].as_u64()), (Some(1), Some(1)));
    assert_eq!(documents(&sandbox), ["one.pdf"]);
    // Once more changes nothing and says nothing of names.
    let quiet = sandbox.run(&["add", "one.pdf"]);
    assert_eq!(quiet.stderr, "add: 1 source there already\n");
}

#[test]
fn a_survey_that_is_added_as_a_paper_is_pointed_out() {
    let sandbox = Sandbox::new();
    sandbox.write("mine.pdf", papers::survey());
    sandbox.write("paper.pdf", pdf(0));
    let added = sandbox.run(&["add", "mine.pdf", "paper.pdf"]);
    assert_eq!(
        added.stderr.matches("looks like a survey").count(),
        1,
        "{}",
        added.shown()
    );
    assert!(added.stderr.contains("citemap add --survey"), "{}", added.shown());
    let survey = ["add", "--survey", "--offline", "mine.pdf"];
    assert_eq!(sandbox.run(&survey).status, 0);
    let known = sandbox.run(&["add", "mine.pdf"]);
    assert!(!known.stderr.contains("looks like"), "{}", known.shown());
}

#[test]
fn a_corpus_that_is_gone_is_not_answered_for() {
    let sandbox = Sandbox::new();
    sandbox.write("corpus/page.md", "# A page\n\nContrastive learning compares pairs.\n");
    assert_eq!(sandbox.run(&["search", "contrastive", "-c"]).stdout, "1\n");
    let gone = sandbox.run(&["--corpus", "corpsu", "search", "contrastive"]);
    assert_eq!((gone.status, gone.stdout.as_str()), (2, ""), "{}", gone.shown());
    assert!(gone.stderr.contains("corpsu: no such corpus folder"), "{}", gone.shown());
    let index_alone = sandbox.run(&[
        "--corpus",
        "corpsu",
        "search",
        "contrastive",
        "-c",
        "--no-update",
    ]);
    assert_eq!(index_alone.stdout, "1\n", "{}", index_alone.shown());
}

#[test]
fn entries_that_are_lost_are_missed_in_the_surveys_map() {
    let sandbox = Sandbox::new();
    sandbox.write("mine.pdf", papers::survey());
    sandbox.run(&["add", "--survey", "--offline", "mine.pdf"]);
    assert_eq!(sandbox.run(&["index"]).status, 0);
    std::fs::remove_file(sandbox.path().join("corpus/papers.bib")).unwrap();
    let run = sandbox.run(&["index", "--json"]);
    assert_eq!(run.status, 2, "{}", run.shown());
    assert!(
        run.stderr.contains("that neither papers.bib nor a document has"),
        "{}",
        run.shown()
    );
    let json: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(json["notes"].as_array().unwrap().len(), 1, "{json:#}");
    let found = sandbox.run(&["search", "models"]);
    assert!(found.stdout.contains("1 fault"), "{}", found.shown());
}

#[test]
fn attachments_come_along_from_wherever_they_lie() {
    let sandbox = Sandbox::new();
    for (n, name) in
        [(0, "files/1/A, B.pdf"), (1, "files/1/extra.pdf"), (2, "storage/XY/win.pdf")]
    {
        sandbox.write(&format!("lib/{name}"), pdf(n));
    }
    sandbox.write("lib/My; Papers/odd.pdf", pdf(3));
    sandbox
        .write("lib/files/1/page.html", "<html><body>The abstract alone.</body></html>");
    sandbox.write(
        "lib/zotero.bib",
        r"@article{two, title={Two Files of One Work}, author={Lee, Ann}, year=2020,
  file = {Full Text:files/1/A, B.pdf:application/pdf;Snapshot:files/1/page.html:text/html;More:files/1/extra.pdf:application/pdf}}
@article{windows, title={Saved on Another Machine}, author={Lee, Ann}, year=2021,
  file = {win.pdf:C\:\\Users\\me\\Zotero\\storage\\XY\\win.pdf:application/pdf}}
@article{odd, title={A Semicolon in a Path}, author={Lee, Ann}, year=2022, file = {My\; Papers/odd.pdf}}
@article{lost, title={Nowhere to Be Found}, author={Lee, Ann}, year=2023, file = {/gone/x.pdf}}
",
    );
    let added = sandbox.run(&["add", "lib/zotero.bib"]);
    assert_eq!(added.status, 0, "{}", added.shown());
    assert!(
        added.stderr.contains("1 attachment could not be found"),
        "{}",
        added.shown()
    );
    assert_eq!(documents(&sandbox), ["A, B.pdf", "extra.pdf", "odd.pdf", "win.pdf"]);
    sandbox.run(&["index"]);
    for (key, file) in [("two", "A, B.pdf"), ("windows", "win.pdf"), ("odd", "odd.pdf")] {
        let shown = sandbox.run(&["show", key]).stdout;
        let said = format!("file: papers/{file} (the entry's file field names it");
        let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(shown.contains(&said), "{key}: {shown}");
    }
    let two = sandbox.run(&["show", "two"]).stdout;
    assert!(two.contains("extra.pdf"), "{two}");
}

#[test]
fn papers_without_an_entry_are_exported_too() {
    let sandbox = Sandbox::new();
    sandbox.write("corpus/a.pdf", pdf(0));
    sandbox.write("corpus/note.md", "# A note\n\nNot a paper.\n");
    sandbox.write("corpus/papers.bib", "@misc{b, title = {In the Bibliography}}\n");
    let all = sandbox.run(&["export", "--format", "jsonl"]);
    assert_eq!(all.stdout.lines().count(), 2, "{}", all.shown());
    let none = sandbox.run(&["export", "nothingatall"]);
    assert_eq!((none.status, none.stdout.as_str()), (1, ""));
    assert!(none.stderr.contains("nothing found"), "{}", none.shown());
}

#[test]
fn a_dry_run_asks_nothing_and_leaves_nothing() {
    let server = Server::start(&[]);
    let sandbox = Sandbox::new();
    let args = ["build", "2201.00001", "--dry-run"];
    let run =
        command(sandbox.path(), &args).envs(server.settings(0.001)).output().unwrap();
    assert_eq!(run.status.code(), Some(0), "{run:?}");
    assert!(server.seen().is_empty());
    assert_eq!(std::fs::read_dir(sandbox.path()).unwrap().count(), 0);
    sandbox.write("mine.pdf", papers::survey());
    let args = ["build", "mine.pdf", "--dry-run"];
    let run =
        command(sandbox.path(), &args).envs(server.settings(0.001)).output().unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(said.contains("60 papers to get, at least"), "{said}");
    assert!(server.seen().is_empty());
}

#[test]
fn of_a_monthly_archive_comes_what_is_wanted_and_once() {
    let sandbox = Sandbox::new();
    let mut tar = tar::Builder::new(Vec::new());
    for (n, name) in [(0, "2309/2309.00001.pdf"), (1, "2309/2309.00002.pdf")] {
        let bytes = pdf(n);
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o644);
        tar.append_data(&mut header, name, &bytes[..]).unwrap();
    }
    sandbox.write("arXiv_pdf_2309_001.tar", tar.into_inner().unwrap());
    let args = ["add", "arXiv_pdf_2309_001.tar"];
    let none = sandbox.run(&args);
    assert!(none.stderr.contains("none of its 2 documents is named"), "{}", none.shown());
    sandbox.write("corpus/papers.bib", "@misc{one, title={X}, eprint={2309.00002}}\n");
    let first = sandbox.run(&args);
    assert_eq!(first.stderr, "add: 1 document copied into the corpus\n");
    assert_eq!(documents(&sandbox), ["2309.00002.pdf"]);
    assert_eq!(sandbox.run(&args).stderr, "add: 1 source there already\n");
}
