//! Tests of the pool with workers that misbehave: this test binary is its own worker.

use std::time::{Duration, Instant};

use super::*;

/// An argument that the test harness takes for a test to skip, and the child for its orders.
const ORDER: &str = "as-a-worker";

/// The child: does what the name of the first file says. As a test of its own it does nothing.
#[test]
fn child() {
    if std::env::args().any(|a| a == ORDER) {
        serve(obey).unwrap();
    }
}

fn obey(job: Job) -> Result<Vec<u8>, ExtractError> {
    let file = &job.files[0];
    match file.path.as_str() {
        "echo" => Ok(file.bytes.clone()),
        "print" => {
            println!("libraries print what they like");
            Ok(b"printed".to_vec())
        }
        "fail" => Err(ExtractError::NoPages),
        "panic" => panic!("at   the\ndisco"),
        "hang" => loop {
            std::thread::sleep(Duration::from_secs(1));
        },
        "exit" => std::process::abort(),
        "long" => Ok(vec![b'x'; 3 << 20]),
        "deep" => Ok(vec![deep(&[0; 512])]),
        "greedy" => Ok(vec![1; 4 << 30]),
        "open" => {
            Ok(format!("{:?}", std::fs::read("/etc/passwd").map(|b| b.len())).into())
        }
        "connect" => {
            let to = std::net::UdpSocket::bind("127.0.0.1:0");
            Ok(format!("{}", to.is_ok()).into())
        }
        "spawn" => {
            let child = std::process::Command::new("/bin/true").spawn();
            Ok(format!("{}", child.is_ok()).into())
        }
        "thread" => Ok(std::thread::spawn(|| vec![7]).join().unwrap()),
        other => panic!("no order {other}"),
    }
}

#[allow(unconditional_recursion)]
fn deep(frame: &[u8; 512]) -> u8 {
    let mut next = *frame;
    next[usize::from(frame[0])] = frame[0].wrapping_add(1);
    deep(std::hint::black_box(&next)).wrapping_add(next[1])
}

fn pool(deadline: Duration) -> Pool {
    let args =
        ["extract::worker::tests::child", "--exact", "--nocapture", "--skip", ORDER];
    let mut config = PoolConfig::new(
        std::env::current_exe().unwrap(),
        args.iter().map(Into::into).collect(),
    );
    config.deadline = deadline;
    config.memory = 600 << 20;
    config.max_output = 2 << 20;
    Pool::new(config).unwrap()
}

fn job(order: &str, bytes: &[u8]) -> Job {
    let file = JobFile { path: order.to_string(), bytes: bytes.to_vec() };
    Job { format: Format::Pdf, files: vec![file], options: Vec::new() }
}

#[test]
fn one_worker_does_many_jobs() {
    let pool = pool(Duration::from_secs(20));
    for size in [0, 1, 100_000, 1 << 20] {
        let bytes: Vec<u8> = (0..size).map(|i| (i % 251) as u8).collect();
        assert_eq!(pool.run(&job("echo", &bytes)).unwrap(), bytes);
    }
    assert_eq!(pool.run(&job("print", b"")).unwrap(), b"printed");
    assert_eq!(pool.run(&job("fail", b"")), Err(ExtractError::NoPages.into()));
    let Err(WorkerFault::Panic { what }) = pool.run(&job("panic", b"")) else {
        panic!("a panic is told")
    };
    assert!(what.ends_with("at the disco"), "{what}");
    assert_eq!(pool.run(&job("thread", b"")).unwrap(), [7]);
    assert_eq!(pool.n_started(), 1);
}

#[test]
#[cfg(unix)]
fn what_kills_a_worker_is_told_and_the_next_job_runs() {
    let pool = pool(Duration::from_secs(2));
    let fault = |order| pool.run(&job(order, b"")).unwrap_err();
    assert_eq!(fault("exit"), WorkerFault::Crash { signal: Some(6) });
    assert_eq!(fault("deep"), WorkerFault::Depth);
    assert_eq!(fault("long"), WorkerFault::Output { limit: 2 << 20 });
    #[cfg(target_os = "linux")]
    assert_eq!(fault("greedy"), WorkerFault::Memory { limit: 600 << 20 });
    let start = Instant::now();
    assert_eq!(fault("hang"), WorkerFault::Timeout { limit: Duration::from_secs(2) });
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
    assert_eq!(pool.run(&job("echo", b"still here")).unwrap(), b"still here");
}

#[test]
#[cfg(target_os = "linux")]
fn workers_reach_neither_files_nor_network_nor_programs() {
    let pool = pool(Duration::from_secs(20));
    let say = |order| String::from_utf8(pool.run(&job(order, b"")).unwrap()).unwrap();
    let (open, connect, spawn) = (say("open"), say("connect"), say("spawn"));
    let held = pool.confinement().unwrap();
    assert!(held.memory, "every kernel limits memory");
    assert_eq!(open.contains("PermissionDenied"), held.files, "{open}");
    assert_eq!((connect == "false", spawn == "false"), (held.network, held.network));
}

#[test]
fn several_threads_share_a_pool() {
    let pool = pool(Duration::from_secs(20));
    std::thread::scope(|scope| {
        for n in 0..3_u8 {
            let pool = &pool;
            scope.spawn(move || {
                for i in 0..20 {
                    assert_eq!(pool.run(&job("echo", &[n, i])).unwrap(), [n, i]);
                }
            });
        }
    });
    assert!(pool.n_started() <= 3, "{}", pool.n_started());
}

#[test]
fn a_program_that_is_no_worker() {
    let start = |program: &str| {
        let config = PoolConfig::new(program, Vec::new());
        Pool::new(config).unwrap().run(&job("echo", b"")).unwrap_err()
    };
    assert!(matches!(start("/nonexistent/program"), WorkerFault::Start { .. }));
    #[cfg(unix)]
    assert!(matches!(start("/bin/true"), WorkerFault::Start { .. }));
}

#[test]
fn reasons_in_words() {
    let of = |f: WorkerFault| f.to_string();
    let limit = Duration::from_secs(10);
    assert_eq!(of(WorkerFault::Timeout { limit }), "gave up after 10 s");
    assert_eq!(
        of(WorkerFault::Memory { limit: 512 << 20 }),
        "needs more than 512 MB of memory"
    );
    assert_eq!(of(WorkerFault::Crash { signal: Some(11) }), "reader crashed (signal 11)");
    assert_eq!(of(ExtractError::Empty.into()), "file is empty");
    assert!(!WorkerFault::Crash { signal: Some(9) }.is_of_document());
    let half = Confinement { memory: true, files: false, network: true };
    assert_eq!(
        half.missing().as_deref(),
        Some("workers are not limited in access to files")
    );
}
