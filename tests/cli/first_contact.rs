//! The first five minutes: each mistake is answered with what to do next.

use expect_test::expect;

use super::Sandbox;

#[test]
fn no_arguments_print_help() {
    let run = Sandbox::new().run(&[]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("citemap build 2309.10020"), "{}", run.stderr);
}

#[test]
fn help_is_no_error() {
    let run = Sandbox::new().run(&["--help"]);
    assert_eq!(run.status, 0);
    assert!(run.stdout.contains("Exit status: 0"), "{}", run.stdout);
}

#[test]
fn a_typo_in_a_command_is_answered() {
    let run = Sandbox::new().run(&["serach", "x"]);
    assert_eq!(run.status, 2);
    assert!(run.stderr.contains("'search'"), "{}", run.stderr);
}

#[test]
fn a_wrong_folder() {
    let run = Sandbox::new().run(&["search", "x"]);
    expect![[r#"
        --- stderr
        citemap: ./corpus: no such corpus folder
        hint: start in the folder that holds your corpus, name it with --corpus DIR, or begin one: `citemap build 2309.10020`
        --- exit 2
    "#]]
    .assert_eq(&run.shown());
}

#[test]
fn an_empty_corpus() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path().join("corpus")).unwrap();
    let run = sandbox.run(&["search", "x"]);
    assert_eq!(run.status, 1, "{}", run.shown());
    assert!(run.stderr.contains("the corpus is empty\nhint: put PDFs"), "{}", run.stderr);
    // As after a first run that was interrupted.
    sandbox.write("corpus/a.md", "# A\n\nText.\n");
    let run = sandbox.run(&["search", "x", "--no-update"]);
    assert!(
        run.stderr.contains("nothing is indexed yet: 1 file to read"),
        "{}",
        run.stderr
    );
    let doctor = Sandbox::new().run(&["doctor"]).shown();
    assert!(!doctor.contains("sound"), "{doctor}");
}

#[test]
fn a_typing_error_leaves_no_corpus_behind() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.run(&["build", "nothing.pdf"]).status, 2);
    assert!(!sandbox.path().join("corpus").try_exists().unwrap());
}

#[test]
fn a_lost_entry_is_an_error_and_the_rest_is_added() {
    let sandbox = Sandbox::new();
    sandbox.write("a.bib", "@misc{a, title={One}}\n@misc{, title={Two}}\n");
    let run = sandbox.run(&["add", "a.bib"]);
    assert_eq!(run.status, 2, "{}", run.shown());
    assert!(run.stderr.contains("1 work added"), "{}", run.stderr);
}

#[test]
fn completions_and_the_manual_are_made() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish"] {
        let run = sandbox.run(&["completions", shell]);
        assert!(run.status == 0 && run.stdout.contains("citemap"), "{shell}");
    }
    let run = sandbox.run(&["man"]);
    assert!(run.status == 0 && run.stdout.contains(".TH"), "{}", run.stdout);
}

#[test]
fn settings_tell_where_they_come_from() {
    let sandbox = Sandbox::new();
    sandbox.write("citemap.toml", "[search]\nlimit = 5\n");
    std::fs::create_dir(sandbox.path().join("below")).unwrap();
    let run =
        super::command(&sandbox.path().join("below"), &["config"]).output().unwrap();
    let text = String::from_utf8(run.stdout).unwrap();
    let line = text.lines().find(|l| l.starts_with("limit = ")).unwrap();
    assert!(line.contains("limit = 5") && line.contains("citemap.toml"), "{line}");
}

#[test]
fn an_unknown_setting_is_refused() {
    let sandbox = Sandbox::new();
    sandbox.write("citemap.toml", "[search]\nlimt = 5\n");
    let run = sandbox.run(&["config"]);
    expect![[r#"
        --- stderr
        citemap: [DIR]/citemap.toml: unknown setting `search.limt`
        hint: did you mean `search.limit`? `citemap config` lists every setting
        --- exit 2
    "#]]
    .assert_eq(&run.shown());
}

#[test]
fn a_search_makes_an_older_index_anew() {
    let sandbox = Sandbox::new();
    sandbox.write("corpus/walks.md", "# Walks\n\nWe count the steps of a walk.\n");
    assert_eq!(sandbox.run(&["-q", "index"]).status, 0);
    let path = sandbox.path().join("index/current");
    let text = std::fs::read_to_string(&path).unwrap();
    let (head, generation) = text.split_once('\n').unwrap();
    let magic = head.trim_end_matches(|c: char| c.is_ascii_digit());
    sandbox.write("index/current", format!("{magic}1\n{generation}"));
    let refused = sandbox.run(&["search", "--no-update", "steps"]);
    assert!(
        refused.status == 2 && refused.stderr.contains("citemap index"),
        "{}",
        refused.shown()
    );
    let run = sandbox.run(&["search", "steps"]);
    assert!(
        run.status == 0 && run.stdout.contains("*steps* of a walk"),
        "{}",
        run.shown()
    );
    assert!(run.stderr.contains("made anew"), "{}", run.shown());
    assert!(!run.stderr.contains("first time"), "{}", run.shown());
}
