//! Bad input: a clear error that names the file, the place and the way out; the rest goes on.

use super::Sandbox;

const PAGE: &str = "# A page\n\nContrastive learning compares pairs.\n";

fn corpus() -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("corpus/page.md", PAGE);
    sandbox
}

#[test]
fn a_pdf_that_is_html() {
    let sandbox = corpus();
    sandbox.write("corpus/a.pdf", "<!DOCTYPE html><html><body>Not found</body></html>");
    let run = sandbox.run(&["index"]);
    assert_eq!(run.status, 2, "{}", run.shown());
    assert!(
        run.stderr.contains("a.pdf") && run.stderr.contains("HTML"),
        "{}",
        run.stderr
    );
    assert_eq!(sandbox.run(&["search", "contrastive", "-c"]).stdout, "1\n");
}

#[test]
fn a_broken_line_of_a_collection() {
    let sandbox = corpus();
    sandbox.write(
        "corpus/c.jsonl",
        "{\"_id\":\"a\",\"title\":\"One\",\"text\":\"optical flow\"}\n{broken\n{\"_id\":\"b\",\"text\":\"optical character\"}\n",
    );
    let run = sandbox.run(&["index"]);
    assert_eq!(run.status, 2, "{}", run.shown());
    assert!(run.stderr.contains("c.jsonl:2:"), "{}", run.stderr);
    assert_eq!(sandbox.run(&["search", "optical", "-c"]).stdout, "2\n");
}

#[test]
fn an_open_quote_points_at_the_place() {
    let run = corpus().run(&["search", "contrastive \"learning"]);
    assert_eq!(run.status, 2, "{}", run.shown());
    assert!(run.stderr.contains('^'), "{}", run.stderr);
}

#[test]
fn an_unknown_field_is_answered_with_the_near_one() {
    let run = corpus().run(&["search", "autor:knuth"]);
    assert_eq!(run.status, 2, "{}", run.shown());
    assert!(run.stderr.contains("did you mean `author`?"), "{}", run.stderr);
    assert!(run.stderr.contains("^^^^^"), "{}", run.stderr);
}

#[test]
fn an_unknown_topic_is_answered() {
    let run = corpus().run(&["search", "learning", "--topic", "no such thing"]);
    assert_eq!(run.status, 2, "{}", run.shown());
    assert!(run.stderr.contains("unknown topic `no such thing`"), "{}", run.stderr);
}

#[test]
fn an_index_folder_that_is_something_else() {
    let sandbox = corpus();
    sandbox.write("index/letter.txt", "dear aunt");
    let run = sandbox.run(&["index"]);
    assert_eq!(run.status, 2, "{}", run.shown());
    assert!(run.stderr.contains("is not an index folder"), "{}", run.stderr);
    assert_eq!(
        std::fs::read(sandbox.path().join("index/letter.txt")).unwrap(),
        b"dear aunt"
    );
}

#[test]
fn a_folder_with_a_readme_becomes_the_index() {
    let sandbox = corpus();
    sandbox.write("index/README.md", "notes");
    assert_eq!(sandbox.run(&["search", "contrastive", "-c"]).stdout, "1\n");
}

#[cfg(unix)]
#[test]
fn a_file_name_with_a_line_feed_and_an_escape() {
    let sandbox = corpus();
    sandbox.write("corpus/evil\n\u{1b}[31mname.md", "# Evil\n\nOptical flow of evil.\n");
    let run = sandbox.run(&["index"]);
    assert_eq!(run.status, 0, "{}", run.shown());
    for args in
        [&["search", "optical"][..], &["status"], &["search", "optical", "--json"]]
    {
        let run = sandbox.run(args);
        assert!(!run.stdout.contains('\u{1b}'), "{}", run.stdout);
        assert!(!run.stderr.contains('\u{1b}'), "{}", run.stderr);
    }
}

#[test]
fn text_of_a_document_cannot_rewrite_the_terminal() {
    let sandbox = corpus();
    sandbox.write(
        "corpus/evil.md",
        "# T\u{1b}]0;owned\u{7}itle\n\nEntropy \u{202e}reversed\u{202c} \u{1b}[2J.\n",
    );
    let run = sandbox.run(&["search", "entropy"]);
    assert_eq!(run.status, 0, "{}", run.shown());
    assert!(!run.stdout.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{:?}", run.stdout);
}

#[test]
fn a_lost_map_or_entry_is_said_with_every_answer() {
    let sandbox = corpus();
    sandbox
        .write("corpus/papers.bib", "@misc{a, title = {One}}\n@misc{b, title = {Two\n");
    sandbox.write("corpus/surveys/s.toml", "version = 1\nkey = \"s\"\nlevel = two\n");
    let run = sandbox.run(&["index"]);
    assert_eq!(run.status, 2, "{}", run.shown());
    assert!(run.stderr.contains("surveys/s.toml"), "{}", run.stderr);
    let run = sandbox.run(&["search", "contrastive"]);
    assert!(run.stdout.contains("2 faults in papers.bib"), "{}", run.shown());
}

#[test]
fn a_batch_goes_on_and_says_which_query_each_line_answers() {
    let sandbox = corpus();
    sandbox.write(
        "q.jsonl",
        "{\"_id\":\"q1\",\"text\":\"pairs\"}\n{\"_id\":\"q2\",\"text\":\"topic:none\"}\n\
         {\"_id\":\"q3\",\"text\":\"contrastive\"}\n",
    );
    let run = sandbox.run(&["search", "--queries", "q.jsonl", "-c"]);
    assert_eq!(
        (run.status, run.stdout.as_str()),
        (2, "q1\t1\nq3\t1\n"),
        "{}",
        run.shown()
    );
    assert!(run.stderr.contains("q.jsonl:2:"), "{}", run.stderr);
}
