//! A server that speaks as arXiv does, over loopback, with faults that can be switched on.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::papers::{self, Work};

/// Ids under which the survey is served; the second is the one of the docs.
const SURVEYS: [&str; 2] = ["2201.00001", "2401.13601"];

/// What goes wrong with a paper.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    NotFound,
    Denied,
    /// 429 so many times, with so many seconds of Retry-After.
    Busy(usize, Option<u64>),
    /// 503 always.
    Unavailable,
    Truncated,
    Page,
    Reset,
    Slow,
    Endless,
    ForeignRedirect,
}

/// A request as the server saw it.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) at: Instant,
    pub(crate) path: String,
    pub(crate) agent: String,
}

#[derive(Default)]
struct State {
    faults: BTreeMap<String, Fault>,
    seen: Vec<Seen>,
}

/// A running server.
pub(crate) struct Server {
    pub(crate) port: u16,
    /// Its settings name the service that states licences.
    pub(crate) oai: bool,
    state: Arc<Mutex<State>>,
}

impl Server {
    /// Starts a server whose papers of these ids have these faults.
    pub(crate) fn start(faults: &[(&str, Fault)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let faults = faults.iter().map(|(id, f)| (id.to_string(), *f)).collect();
        let state = Arc::new(Mutex::new(State { faults, seen: Vec::new() }));
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                std::thread::spawn(move || answer(stream, &state));
            }
        });
        Self { port, oai: false, state }
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.state.lock().unwrap().seen.clone()
    }

    pub(crate) fn repair(&self) {
        self.state.lock().unwrap().faults.clear();
    }

    /// Settings that lead to this server.
    pub(crate) fn settings(&self, interval_s: f64) -> Vec<(String, String)> {
        let base = format!("http://127.0.0.1:{}", self.port);
        [
            ("ARXIV_API", format!("{base}/api/query")),
            ("ARXIV_PDF", format!("{base}/pdf/{{id}}")),
            ("ARXIV_HTML", format!("{base}/html/{{id}}")),
            ("ARXIV_OAI", if self.oai { format!("{base}/oai") } else { String::new() }),
            ("ARXIV_TEX", format!("{base}/e-print/{{id}}")),
            ("ALLOW_HOSTS", format!("127.0.0.1:{}", self.port)),
            ("INTERVAL_S", interval_s.to_string()),
            ("TIMEOUT_S", "2".into()),
            ("MAX_MB", "1".into()),
            ("CONTACT", "me@example.org".into()),
        ]
        .into_iter()
        .map(|(name, value)| (format!("CITEMAP_FETCH_{name}"), value))
        .collect()
    }
}

fn answer(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut stream = stream;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        let at = Instant::now();
        let path = line.split(' ').nth(1).unwrap_or_default().to_string();
        let mut agent = String::new();
        loop {
            let mut header = String::new();
            if reader.read_line(&mut header).unwrap_or(0) <= 2 {
                break;
            }
            if let Some(value) = header.to_lowercase().strip_prefix("user-agent: ") {
                agent = value.trim().to_string();
            }
        }
        let fault = {
            let mut state = state.lock().unwrap();
            state.seen.push(Seen { at, path: path.clone(), agent });
            let id = path.rsplit('/').next().unwrap_or_default().to_string();
            let fault = state.faults.get(&id).copied();
            match fault {
                Some(Fault::Busy(0, _)) => None,
                Some(Fault::Busy(n, after)) => {
                    state.faults.insert(id, Fault::Busy(n - 1, after));
                    fault
                }
                fault => fault,
            }
        };
        let done = match fault {
            Some(fault) => fail(&mut stream, fault),
            None => serve(&mut stream, &path),
        };
        if !matches!(done, Ok(true)) {
            return;
        }
    }
}

/// Writes an answer; true if the connection may stay.
fn send(stream: &mut TcpStream, head: &str, body: &[u8]) -> std::io::Result<bool> {
    let length = body.len();
    write!(stream, "HTTP/1.1 {head}\r\nContent-Length: {length}\r\n\r\n")?;
    stream.write_all(body)?;
    Ok(true)
}

fn serve(stream: &mut TcpStream, path: &str) -> std::io::Result<bool> {
    let works = papers::works();
    let url = url::Url::parse(&format!("http://x{path}")).unwrap();
    let id = path.rsplit('/').next().unwrap_or_default();
    if url.path() == "/api/query" {
        let feed = feed(&url, &works);
        return send(
            stream,
            "200 OK\r\nContent-Type: application/atom+xml",
            feed.as_bytes(),
        );
    }
    if url.path() == "/oai" {
        let asked: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
        let licence = match asked["identifier"].as_str() {
            "oai:arXiv.org:2103.00102" => "",
            _ => "<license>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</license>",
        };
        let record =
            format!("<OAI-PMH><GetRecord><arXiv>{licence}</arXiv></GetRecord></OAI-PMH>");
        return send(stream, "200 OK\r\nContent-Type: text/xml", record.as_bytes());
    }
    match works.iter().find(|w| w.id == id) {
        Some(work) => {
            let pdf = papers::paper(work);
            let head = "200 OK\r\nContent-Type: application/pdf\r\nETag: \"1\"";
            send(stream, head, &pdf)
        }
        None if SURVEYS.contains(&id.split('v').next().unwrap_or(id)) => {
            send(stream, "200 OK\r\nContent-Type: application/pdf", &papers::survey())
        }
        None => send(stream, "404 Not Found", b""),
    }
}

fn fail(stream: &mut TcpStream, fault: Fault) -> std::io::Result<bool> {
    match fault {
        Fault::NotFound => send(stream, "404 Not Found", b""),
        Fault::Denied => send(stream, "403 Forbidden", b""),
        Fault::Busy(_, Some(s)) => {
            send(stream, &format!("429 Slow\r\nRetry-After: {s}"), b"")
        }
        Fault::Busy(_, None) => send(stream, "429 Slow", b""),
        Fault::Unavailable => send(stream, "503 Busy", b""),
        Fault::Page => {
            let page =
                b"<!DOCTYPE html><html><head><title>Not today</title></head></html>";
            send(stream, "200 OK\r\nContent-Type: text/html", page)
        }
        Fault::ForeignRedirect => {
            send(stream, "302 Found\r\nLocation: http://example.org/x.pdf", b"")
        }
        Fault::Reset => Ok(false),
        Fault::Truncated => {
            write!(
                stream,
                "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n%PDF-1.4 abc"
            )?;
            Ok(false)
        }
        Fault::Slow => {
            write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n%PDF-1.4")?;
            for _ in 0..60 {
                std::thread::sleep(Duration::from_millis(100));
                stream.write_all(b" ")?;
            }
            Ok(false)
        }
        Fault::Endless => {
            write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n%PDF-1.4")?;
            loop {
                stream.write_all(&[b' '; 8192])?;
            }
        }
    }
}

fn feed(url: &url::Url, works: &[Work]) -> String {
    let question: BTreeMap<String, String> = url.query_pairs().into_owned().collect();
    let ids = question.get("id_list").cloned().unwrap_or_default();
    let words = question.get("search_query").cloned().unwrap_or_default().to_lowercase();
    let surveys = SURVEYS.map(|id| Work {
        id: id.into(),
        title: "A Survey of Models in Practice".into(),
        author: "Dora Quill".into(),
        year: 2022,
    });
    let mut out = String::from(
        "<?xml version=\"1.0\"?><feed xmlns=\"http://www.w3.org/2005/Atom\">",
    );
    for work in works.iter().chain(&surveys) {
        let named = ids.split(',').any(|id| id.split('v').next() == Some(&work.id));
        let found = !words.is_empty() && words.contains(&work.title.to_lowercase());
        if named || found {
            out.push_str(&format!(
                "<entry><id>http://arxiv.org/abs/{}v1</id><published>{}-01-01T00:00:00Z</published><title>{}</title><summary>S.</summary><author><name>{}</name></author>{}</entry>",
                work.id, work.year, work.title, work.author, stated(&work.id)
            ));
        }
    }
    out.push_str("</feed>");
    out
}

/// What the server states of two works beside what all have: that one is withdrawn, and a licence.
fn stated(id: &str) -> &'static str {
    match id {
        "2101.00100" => "<comment>This paper has been withdrawn by the author.</comment>",
        "2102.00101" => {
            "<link rel=\"license\" href=\"http://creativecommons.org/licenses/by/4.0/\"/>"
        }
        _ => "",
    }
}
