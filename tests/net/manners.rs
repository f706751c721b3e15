//! A fetch beside servers that are busy, deny access, are slow, are not there, or may not be asked.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use super::server::{Fault, Server};
use super::{INTERVAL_S, Outcome, assert_pace, papers, run, start, tree};
use crate::cli::{Sandbox, command};

/// A corpus that names these works, and what a fetch of it gives.
fn fetch(
    n: usize,
    faults: &[(String, Fault, &str)],
    args: &[&str],
) -> (Outcome, Server, Sandbox) {
    let server = start(faults);
    let sandbox = Sandbox::new();
    let entry = |w: &papers::Work| {
        format!("@misc{{w{0}, title={{{1}}}, eprint={{{0}}}}}\n", w.id, w.title)
    };
    let bib: String = papers::works().iter().take(n).map(entry).collect();
    sandbox.write("corpus/papers.bib", bib);
    let args: Vec<&str> = ["fetch"].iter().chain(args).copied().collect();
    let outcome = run(sandbox.path(), &server, &args);
    (outcome, server, sandbox)
}

fn first(fault: Fault) -> Vec<(String, Fault, &'static str)> {
    vec![(papers::works()[0].id.clone(), fault, "")]
}

#[test]
fn a_busy_server_is_waited_for() {
    let started = Instant::now();
    let (done, server, _dir) = fetch(3, &first(Fault::Busy(1, Some(1))), &[]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    assert!(done.stderr.contains("3 fetched"), "{}", done.stderr);
    assert!(started.elapsed() >= Duration::from_secs(1));
    assert_eq!(server.seen().len(), 4);
    // Without a word of the server's: a wait of our own.
    let (done, server, _dir) = fetch(2, &first(Fault::Busy(1, None)), &[]);
    assert_eq!(done.status, 0, "{}", done.stderr);
    let seen = server.seen();
    assert!(seen[1].at - seen[0].at >= Duration::from_secs(1), "20 intervals");
}

#[test]
fn a_server_that_asks_for_an_hour_ends_the_run() {
    let (done, server, dir) = fetch(3, &first(Fault::Busy(1, Some(3600))), &[]);
    assert_eq!(done.status, 2);
    assert!(done.stderr.contains("too busy (HTTP 429)"), "{}", done.stderr);
    assert_eq!(server.seen().len(), 1);
    // The word holds for the next run as well.
    let child = command(dir.path(), &["fetch"]).envs(server.settings(INTERVAL_S)).spawn();
    let mut child = child.unwrap();
    std::thread::sleep(Duration::from_millis(1500));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_server_that_denies_access_is_left_alone_at_once() {
    let (done, server, _dir) = fetch(3, &first(Fault::Denied), &[]);
    assert_eq!(done.status, 2);
    assert!(
        done.stderr.contains("denies access (HTTP 403): stopped at once"),
        "{}",
        done.stderr
    );
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_slow_body_and_a_busy_paper_do_not_stop_the_rest() {
    let mut faults = first(Fault::Slow);
    faults.push((papers::works()[1].id.clone(), Fault::Unavailable, ""));
    let (done, _server, dir) = fetch(4, &faults, &[]);
    assert_eq!(done.status, 2);
    assert!(done.stderr.contains("no full answer within 2 s"), "{}", done.stderr);
    assert!(done.stderr.contains("slow down (HTTP 503)"), "{}", done.stderr);
    assert!(done.stderr.contains("2 fetched"), "{}", done.stderr);
    assert_eq!(tree(&dir.path().join("corpus/papers")).len(), 2, "no leftovers");
}

#[test]
fn dry_runs_and_offline_ask_nothing() {
    for option in ["--dry-run", "--offline"] {
        let (done, server, dir) = fetch(5, &[], &[option, "--limit", "3"]);
        assert_eq!(done.status, 0, "{}", done.stderr);
        assert_eq!(done.stdout.lines().count(), 3);
        assert!(done.stderr.contains("3 papers to get"), "{}", done.stderr);
        assert!(server.seen().is_empty());
        assert_eq!(tree(&dir.path().join("corpus")).len(), 1);
    }
}

#[test]
fn two_processes_keep_one_pace() {
    let (_, server, dir) = fetch(12, &[], &["--limit", "1"]);
    let mut children: Vec<_> = (0..2)
        .map(|_| {
            command(dir.path(), &["fetch"])
                .envs(server.settings(INTERVAL_S))
                .spawn()
                .unwrap()
        })
        .collect();
    for child in &mut children {
        assert!(child.wait().unwrap().success());
    }
    assert_pace(&server.seen());
    assert_eq!(server.seen().len(), 12, "each paper once");
}

#[test]
fn private_addresses_need_a_name_in_the_settings() {
    let server = Server::start(&[]);
    let sandbox = Sandbox::new();
    sandbox.write(
        "corpus/papers.bib",
        format!(
            "@misc{{a, title={{A}}, url={{http://127.0.0.1:{}/a.pdf}}}}",
            server.port
        ),
    );
    let output = command(sandbox.path(), &["fetch", "--json"]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("is not in allow_hosts"), "{text}");
    assert!(server.seen().is_empty());
}

#[test]
fn a_server_that_is_not_there_is_named_with_the_way_out() {
    // A port that was free a moment ago: nobody listens there.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let sandbox = Sandbox::new();
    let entry =
        |n: u8| format!("@misc{{w{n}, title={{Work {n}}}, eprint={{2101.0000{n}}}}}\n");
    sandbox.write("corpus/papers.bib", (1..4).map(entry).collect::<String>());
    sandbox.write(
        "citemap.toml",
        format!(
            "[fetch]\ninterval_s = 0.01\narxiv_pdf = \"http://127.0.0.1:{port}/{{id}}\"\narxiv_api = \"http://127.0.0.1:{port}/api\"\n"
        ),
    );
    let named = format!("`127.0.0.1:{port}` cannot be reached (");
    let fetched = sandbox.run(&["fetch"]);
    assert_eq!(fetched.status, 2);
    let (_, stop) = fetched.stderr.rsplit_once(&named).unwrap();
    assert!(stop.contains("): stopped\nhint: is this machine online?"), "{stop}");
    assert!(fetched.stderr.contains("1 left"), "{}", fetched.stderr);
    let added = sandbox.run(&["add", "2101.00009"]);
    assert!(added.stderr.contains(&named), "{}", added.stderr);
    assert!(added.stderr.contains("hint: is this machine online?"), "{}", added.stderr);
    for run in [fetched, added] {
        assert!(!run.stderr.contains("io: "), "{}", run.stderr);
    }
}

#[test]
fn only_the_web_and_only_named_hosts_are_asked() {
    let server = Server::start(&[]);
    let sandbox = Sandbox::new();
    let port = server.port;
    let urls = [
        "file:///etc/passwd".to_owned(),
        "data:application/pdf;base64,JVBERi0=".to_owned(),
        "ftp://127.0.0.1/a.pdf".to_owned(),
        format!("http://localhost:{port}/pdf/2101.00100.pdf"),
        "http://2130706433:9/pdf/2101.00100.pdf".to_owned(),
        format!("http://[::1]:{port}/pdf/2101.00100.pdf"),
        format!("http://127.0.0.1:{port}@evil.test/a.pdf"),
        "http://10.0.0.1/a.pdf".to_owned(),
    ];
    let mut bib = String::new();
    for (n, url) in urls.iter().enumerate() {
        bib.push_str(&format!("@misc{{w{n}, title={{Work {n}}}, url={{{url}}}}}\n"));
        let added = sandbox.run(&["add", url]);
        assert_eq!(added.status, 2, "{url}");
        assert!(added.stderr.contains("hint: "), "{url}: {}", added.stderr);
    }
    sandbox.write("corpus/papers.bib", &bib);
    let before = tree(sandbox.path()).len();
    let mut command = command(sandbox.path(), &["fetch", "--json"]);
    // The servers of arXiv's own settings are named by that; 2130706433 is 127.0.0.1 at another port.
    command.envs(server.settings(0.001)).env("CITEMAP_FETCH_ALLOW_HOSTS", "export.test");
    let done = command.output().unwrap();
    let said: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    assert_eq!(said["fetched"], serde_json::json!([]), "{said:#}");
    assert!(server.seen().is_empty());
    // A key that is a path stays inside the corpus.
    bib.push_str("@misc{../../out, title={Work out}, eprint={2101.00100}}\n");
    sandbox.write("corpus/papers.bib", bib);
    let fetched = run(sandbox.path(), &server, &["fetch", "../../out"]);
    assert!(fetched.stderr.contains("1 fetched"), "{}", fetched.stderr);
    let new: Vec<String> = tree(sandbox.path()).into_keys().collect();
    assert!(new.len() > before);
    assert!(
        new.iter().all(|f| f.starts_with("corpus/") || f.starts_with("index/")),
        "{new:?}"
    );
    assert!(!sandbox.path().parent().unwrap().join("out.pdf").try_exists().unwrap());
}
