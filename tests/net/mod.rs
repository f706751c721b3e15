//! Building a corpus against a server of our own: what comes, what fails, what a kill leaves.

mod manners;
pub(crate) mod papers;
pub(crate) mod server;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use crate::cli::{Sandbox, command};
use server::{Fault, Seen, Server};

const INTERVAL_S: f64 = 0.05;

struct Outcome {
    stdout: String,
    stderr: String,
    status: i32,
}

fn run(dir: &Path, server: &Server, args: &[&str]) -> Outcome {
    let output = command(dir, args).envs(server.settings(INTERVAL_S)).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Outcome {
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
        status: output.status.code().unwrap_or(-1),
    }
}

/// Every file below a folder, by path.
fn tree(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in walkdir::WalkDir::new(dir).into_iter().flatten() {
        if entry.file_type().is_file() {
            let name = entry.path().strip_prefix(dir).unwrap().display().to_string();
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
    files
}

/// No two requests came within the interval.
fn assert_pace(seen: &[Seen]) {
    for pair in seen.windows(2) {
        let apart = pair[1].at - pair[0].at;
        assert!(
            apart >= Duration::from_secs_f64(INTERVAL_S),
            "{} came {apart:?} after {}",
            pair[1].path,
            pair[0].path
        );
    }
}

fn six_faults() -> Vec<(String, Fault, &'static str)> {
    let works = papers::works();
    [
        (3, Fault::NotFound, "HTTP 404 (not found)"),
        (11, Fault::Truncated, "the connection broke off after 12 of 5000 bytes"),
        (22, Fault::Page, "a web page came instead: \"Not today\""),
        (35, Fault::Reset, ""),
        (41, Fault::Endless, "larger than 1000000 bytes"),
        (58, Fault::ForeignRedirect, "`example.org` is not among the hosts"),
    ]
    .map(|(n, fault, said): (usize, _, _)| (works[n].id.clone(), fault, said))
    .into()
}

fn start(faults: &[(String, Fault, &str)]) -> Server {
    let faults: Vec<(&str, Fault)> =
        faults.iter().map(|(id, f, _)| (id.as_str(), *f)).collect();
    Server::start(&faults)
}

#[test]
fn a_survey_becomes_a_corpus_and_what_failed_is_listed() {
    let faults = six_faults();
    let server = start(&faults);
    let sandbox = Sandbox::new();
    sandbox.write("survey.pdf", papers::survey());
    let built = run(sandbox.path(), &server, &["build", "survey.pdf"]);
    assert_eq!(built.status, 2, "{}", built.stderr);
    assert!(
        built.stderr.contains("fetch: 54 fetched, 1 there already, 6 failed"),
        "{}",
        built.stderr
    );
    for (_, fault, said) in &faults {
        assert!(built.stderr.contains(said), "{fault:?}: {}", built.stderr);
    }
    let seen = server.seen();
    assert_pace(&seen);
    assert!(seen.iter().all(|s| s.agent.starts_with("citemap/")
        && s.agent.ends_with("(mailto:me@example.org)")));

    let found = run(
        sandbox.path(),
        &server,
        &["search", "--topic", "3", "-l", "sparse transformers in practice"],
    );
    assert_eq!(found.status, 0, "{}", found.stderr);
    assert!(!found.stdout.trim().is_empty());

    // What failed is not asked again before its time, unless it is named; what came never is.
    let before = server.seen().len();
    let again = run(sandbox.path(), &server, &["fetch"]);
    assert_eq!(again.status, 2);
    assert!(again.stderr.contains("6 failed"), "{}", again.stderr);
    assert_eq!(server.seen().len(), before);
    server.repair();
    let bib = std::fs::read_to_string(sandbox.path().join("corpus/papers.bib")).unwrap();
    let id = &faults[0].0;
    let at = bib.find(id.as_str()).unwrap();
    let entry = &bib[bib[..at].rfind('@').unwrap()..at];
    let key = entry[entry.find('{').unwrap() + 1..].split(',').next().unwrap();
    let one = run(sandbox.path(), &server, &["fetch", key]);
    assert!(one.stderr.contains("1 fetched"), "{}", one.stderr);
}

#[test]
fn a_build_without_the_net_says_what_is_missing_in_few_lines() {
    let server = Server::start(&[]);
    let sandbox = Sandbox::new();
    sandbox.write("survey.pdf", papers::survey());
    let built = run(sandbox.path(), &server, &["build", "survey.pdf", "--offline"]);
    assert!(built.stderr.contains("papers to get, at least"), "{}", built.stderr);
    assert_eq!(built.stdout, "", "a list is what --dry-run is for");
    assert!(server.seen().is_empty());
}

#[test]
fn a_killed_build_goes_on_and_ends_the_same() {
    let faults = six_faults();
    let (whole_server, server) = (start(&faults), start(&faults));
    let (whole, sandbox) = (Sandbox::new(), Sandbox::new());
    for place in [&whole, &sandbox] {
        place.write("survey.pdf", papers::survey());
    }
    let args = ["build", "survey.pdf"];
    run(whole.path(), &whole_server, &args);

    let mut arrived: BTreeMap<String, Instant> = BTreeMap::new();
    let mut seed = 12_345u64;
    for _ in 0..20 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let pause = Duration::from_millis(80 + (seed >> 33) % 900);
        let mut child = command(sandbox.path(), &args)
            .envs(server.settings(INTERVAL_S))
            .stderr(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(pause);
        let _ = child.kill();
        let _ = child.wait();
        for name in tree(&sandbox.path().join("corpus/papers")).into_keys() {
            if !name.starts_with('.') {
                arrived.entry(name).or_insert_with(Instant::now);
            }
        }
    }
    let last = run(sandbox.path(), &server, &args);
    assert_eq!(last.status, 2, "{}", last.stderr);
    assert!(last.stderr.contains("6 failed"), "{}", last.stderr);
    let (a, b) =
        (tree(&whole.path().join("corpus")), tree(&sandbox.path().join("corpus")));
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
    for (name, bytes) in &a {
        let lines = |bytes: &[u8]| -> Vec<String> {
            String::from_utf8_lossy(bytes).lines().map(str::to_owned).collect()
        };
        let (left, right) = (lines(bytes), lines(&b[name]));
        let apart = left.iter().zip(&right).find(|(a, b)| a != b);
        assert!(b[name] == *bytes, "{name} differs: {apart:?}");
    }
    let seen = server.seen();
    assert_pace(&seen);
    let bib = String::from_utf8_lossy(&b["papers.bib"]).into_owned();
    for (name, at) in &arrived {
        let key = name.trim_end_matches(".pdf");
        let Some(entry) = bib.find(&format!("{{{key},")).map(|i| &bib[i..]) else {
            continue;
        };
        let id = entry.split("eprint").nth(1).and_then(|t| t.split(['{', '}']).nth(1));
        let path = format!("/pdf/{}", id.unwrap_or_default());
        let again = seen.iter().filter(|s| s.path == path && s.at > *at).count();
        assert_eq!(again, 0, "{path} was asked for again");
    }
}

/// The bundled bibliography as a person would have worked on it.
fn edited_by_hand() -> String {
    let bib = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus/papers.bib"),
    )
    .unwrap();
    let entry = bib.find("\n@").map(|i| i + 1).unwrap();
    format!(
        "% my library, since 2019\n@string{{lab = \"Our Lab\"}}\n{}% @misc{{dropped, title = {{Gone}}}}\n{}\n\
         @comment{{jabref-meta: x}}\n@Article{{Odd1,\n\tTITLE = \"Odd\" # \" One\",\n  my-field={{a {{b}}}},\n  \
         publisher = lab, % why\n  note = {{50\\% of $x$}}\n}}\nloose text\n\
         @misc{{last, title = {{Curriculum Planning in Practice}}, eprint={{2112.00159}}}}",
        &bib[..entry],
        &bib[entry..],
    )
}

#[test]
fn a_hand_edited_bibliography_keeps_every_byte() {
    let unix = edited_by_hand();
    let works = papers::works();
    for mine in [unix.clone(), unix.replace('\n', "\r\n")] {
        let server = Server::start(&[]);
        let sandbox = Sandbox::new();
        sandbox.write("corpus/papers.bib", &mine);
        let read =
            || std::fs::read_to_string(sandbox.path().join("corpus/papers.bib")).unwrap();
        let added = run(sandbox.path(), &server, &["add", &works[0].id, "10.1000/xyz"]);
        assert_eq!(added.status, 0, "{}", added.stderr);
        let after_add = read();
        assert!(after_add.starts_with(&mine), "only additions, at the end");
        let addition = &after_add[mine.len()..];
        assert!(addition.contains("Sparse Attention in Practice"), "{addition}");
        let ends =
            |text: &str| text.matches('\n').count() == text.matches("\r\n").count();
        assert!(!mine.contains('\r') || ends(addition), "line ends as in the file");
        let entry =
            addition.find("Sparse").and_then(|i| addition[..i].rfind('{')).unwrap();
        let entry = addition[..entry].rfind('{').map(|i| &addition[i + 1..]).unwrap();
        let key = entry.split(',').next().unwrap();
        let fetched = run(sandbox.path(), &server, &["fetch", key, "last"]);
        assert!(fetched.stderr.contains("2 fetched"), "{}", fetched.stderr);
        let indexed = run(sandbox.path(), &server, &["index"]);
        assert!(!indexed.stderr.contains("papers.bib:"), "{}", indexed.stderr);
        assert_eq!(read(), after_add, "neither fetch nor index has anything to write");
        let odd = run(sandbox.path(), &server, &["show", "Odd1"]);
        assert!(odd.stdout.starts_with("Odd One"), "{}", odd.stdout);
        assert_eq!(run(sandbox.path(), &server, &["show", "dropped"]).status, 2);
    }
}

#[test]
fn build_takes_a_survey_in_every_form() {
    let tex = "\\documentclass{article}\\title{A Small Survey}\\author{Dora Quill}\\begin{document}\\maketitle\
        \\section{Sparse Models}\\label{s} The first result came early~\\cite{one}.\
        \\section{Dense Models} Another followed~\\cite{one,two}.\
        \\begin{thebibliography}{9}\\bibitem{one} Ann Abbott. Sparse Attention in Practice. arXiv preprint arXiv:2101.00100, 2021.\
        \\bibitem{two} Bert Baker. Contrastive Attention in Practice. arXiv preprint arXiv:2102.00101, 2021.\
        \\end{thebibliography}\\end{document}";
    let bib = "@misc{one, title={Sparse Attention in Practice}, eprint={2101.00100}}\n\
        @misc{two, title={Contrastive Attention in Practice}, eprint={2102.00101}}\n";
    let mut tarball = tar::Builder::new(Vec::new());
    let mut header = tar::Header::new_gnu();
    header.set_size(tex.len() as u64);
    header.set_mode(0o644);
    tarball.append_data(&mut header, "main.tex", tex.as_bytes()).unwrap();
    let tarball = tarball.into_inner().unwrap();
    for (source, fetched) in [
        ("https://arxiv.org/pdf/2201.00001v1.pdf", "60 fetched"),
        ("survey.pdf", "60 fetched"),
        ("folder", "2 fetched"),
        ("folder/main.tex", "2 fetched"),
        ("source.tar", "2 fetched"),
        ("list.bib", "2 fetched"),
    ] {
        let server = Server::start(&[]);
        let sandbox = Sandbox::new();
        sandbox.write("survey.pdf", papers::survey());
        sandbox.write("folder/main.tex", tex);
        sandbox.write("source.tar", &tarball);
        sandbox.write("list.bib", bib);
        let args = ["build", source];
        let built =
            command(sandbox.path(), &args).envs(server.settings(0.001)).output().unwrap();
        let said = String::from_utf8_lossy(&built.stderr);
        assert_eq!(built.status.code(), Some(0), "{source}: {said}");
        assert!(said.contains(fetched), "{source}: {said}");
        let found = run(sandbox.path(), &server, &["search", "-c", "honest experiment"]);
        let papers = if fetched.starts_with("60") { "60" } else { "2" };
        assert_eq!(found.stdout.trim(), papers, "{source}: {}", found.stderr);
        if source != "list.bib" {
            let topics = run(sandbox.path(), &server, &["topics", "2"]);
            assert_eq!(topics.status, 0, "{source}: {}", topics.stderr);
        }
    }
}

#[test]
fn licences_and_retractions_are_kept_where_a_source_states_them() {
    let server = Server::start(&[]);
    let sandbox = Sandbox::new();
    sandbox.write("survey.pdf", papers::survey());
    let built = run(sandbox.path(), &server, &["build", "survey.pdf", "--limit", "1"]);
    assert_eq!(built.status, 0, "{}", built.stderr);
    let bib = std::fs::read_to_string(sandbox.path().join("corpus/papers.bib")).unwrap();
    let bib = biblatex::Bibliography::parse(&bib).unwrap();
    let with = |field: &str| -> Vec<String> {
        let has = bib.iter().filter(|e| e.get(field).is_some());
        has.map(|e| e.key.clone()).collect()
    };
    let (retracted, licensed) = (with("x-retracted"), with("license"));
    assert_eq!((retracted.len(), licensed.len()), (1, 1), "{retracted:?} {licensed:?}");
    let shown = run(sandbox.path(), &server, &["show", &retracted[0]]).stdout;
    assert!(shown.contains("retracted: arXiv: withdrawn"), "{shown}");
    let shown = run(sandbox.path(), &server, &["show", &licensed[0]]).stdout;
    assert!(shown.contains("licence: http://creativecommons.org"), "{shown}");
}

#[test]
fn licences_come_behind_the_papers_and_once() {
    let mut server = Server::start(&[]);
    server.oai = true;
    let sandbox = Sandbox::new();
    let entry = |w: &papers::Work| {
        format!("@misc{{w{0}, title={{{1}}}, eprint={{{0}}}}}\n", w.id, w.title)
    };
    let bib: String = papers::works().iter().take(4).map(entry).collect();
    let known = format!(
        "@misc{{known, license={{mine}}, eprint={{{}}}}}\n",
        papers::works()[5].id
    );
    sandbox.write("corpus/papers.bib", bib + &known);
    let done = run(
        sandbox.path(),
        &server,
        &["fetch", "w2101.00100", "w2102.00101", "w2103.00102", "known"],
    );
    assert!(done.stderr.contains("2 licences stated"), "{}", done.stderr);
    let seen = server.seen();
    assert_pace(&seen);
    let first = seen.iter().position(|s| s.path.starts_with("/oai")).unwrap();
    assert!(seen[first..].iter().all(|s| s.path.starts_with("/oai")), "papers first");
    assert_eq!(seen.len() - first, 3, "what an entry says is not asked for");
    let again = run(sandbox.path(), &server, &["fetch"]);
    assert!(again.stderr.contains("1 licence stated"), "{}", again.stderr);
    let asked = server.seen().iter().filter(|s| s.path.starts_with("/oai")).count();
    assert_eq!(asked, 4, "each once");
    let shown = run(sandbox.path(), &server, &["show", "w2101.00100"]).stdout;
    assert!(shown.contains("licence: http://arxiv.org/licenses/nonexclusive"), "{shown}");
}

#[test]
fn two_surveys_are_two_trees_and_a_work_of_both_has_both() {
    let sandbox = Sandbox::new();
    let survey = |title: &str, section: &str, cite: &str, entry: &str| {
        format!(
            "\\documentclass{{article}}\\title{{{title}}}\\author{{Dora Quill}}\\begin{{document}}\\maketitle\
             \\section{{{section}}} Results came early~\\cite{{shared}} and late~\\cite{{{cite}}}.\
             \\begin{{thebibliography}}{{9}}{entry}\\end{{thebibliography}}\\end{{document}}"
        )
    };
    // The same work as preprint and as a paper of a meeting, a year later.
    sandbox.write("a/main.tex", survey("On Sparse Models", "Sparse Attention", "mine",
        "\\bibitem{shared} Ann Abbott and Bo Lee. Sparse Attention in Everyday Practice. arXiv preprint arXiv:2101.00100, 2021.\
         \\bibitem{mine} Cleo Carver. Recurrent Planning for the Home. In ICML, 2019."));
    sandbox.write("b/main.tex", survey("On Efficient Models", "Cheap Attention", "theirs",
        "\\bibitem{shared} A. Abbott and B. Lee. Sparse attention in everyday practice. In ICML, 2022.\
         \\bibitem{theirs} Cleo Carver. Recurrent Planning for the Street. In ICML, 2019."));
    let added = sandbox.run(&["add", "--survey", "--offline", "a", "b"]);
    assert_eq!(added.status, 0, "{}", added.stderr);
    assert!(added.stderr.contains("1 in papers.bib before, 1 new"), "{}", added.stderr);
    let topics = sandbox.run(&["topics", "--json"]).stdout;
    let topics: serde_json::Value = serde_json::from_str(&topics).unwrap();
    let counts: Vec<(&str, i64)> = topics["surveys"]
        .as_array()
        .unwrap()
        .iter()
        .map(|s| (s["topics"][0]["label"].as_str().unwrap(), &s["topics"][0]["papers"]))
        .map(|(label, n)| (label, n.as_i64().unwrap()))
        .collect();
    // Each tree counts the survey itself and the two works that it cites.
    assert_eq!(counts.len(), 2, "{topics:#}");
    assert_eq!(counts[0].1, counts[1].1, "{counts:?}");
    let found = sandbox.run(&["search", "title:everyday", "--format", "json"]).stdout;
    let found: serde_json::Value = serde_json::from_str(&found).unwrap();
    let hits = found["hits"].as_array().unwrap();
    assert_eq!(hits.len(), 1, "one work, whatever its forms: {hits:#?}");
    let paths: Vec<&str> = hits[0]["topics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t.as_str().unwrap())
        .collect();
    assert_eq!(paths.len(), 2, "{paths:?}");
    let survey_of = |path: &str| path.split('/').nth(1).unwrap().to_owned();
    assert_ne!(survey_of(paths[0]), survey_of(paths[1]), "{paths:?}");
    let label = ["--topic", "Sparse Attention", "--topic", "Cheap Attention"];
    let either =
        sandbox.run(&[&["search", "-c", "recurrent planning"][..], &label].concat());
    assert_eq!(either.stdout, "2\n", "{}", either.stderr);
}
