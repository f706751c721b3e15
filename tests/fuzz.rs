//! The fuzz targets over their seeds and a bounded number of mutations of them, without a fuzzer.
//!
//! The mutations are the same in every run. `fuzz/Cargo.toml` says how to run a fuzzer.

use std::path::{Path, PathBuf};

use fastrand::Rng;

#[path = "../fuzz/targets.rs"]
mod targets;

use targets::TARGETS;

/// Mutations of each seed.
const MUTATIONS: u64 = 150;
/// Bytes that a mutated input has at most.
const LONGEST: usize = 8 << 10;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

/// The seeds of a target in order of name.
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = folder().join("seeds").join(target);
    let mut seeds: Vec<(String, Vec<u8>)> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.display().to_string(), std::fs::read(&path).unwrap()))
        .collect();
    seeds.sort();
    seeds
}

/// A short stretch of `len` bytes.
fn range(random: &mut Rng, len: usize) -> std::ops::Range<usize> {
    let start = random.usize(..=len);
    start..start + random.usize(..=(len - start).min(64))
}

/// Changes a few places: bytes, numbers, pieces left out, doubled, moved, taken from `other`.
fn mutate(random: &mut Rng, bytes: &mut Vec<u8>, other: &[u8]) {
    const TELLING: &[u8] =
        b"\0\n\r\t \"#$%&'()*/<>[\\]^_`{|}~0189-:=@AEz\x80\xC3\xE4\xFF";
    for _ in 0..1 + random.usize(..6) {
        let at = range(random, bytes.len());
        match random.usize(..8) {
            0 | 1 if !at.is_empty() => bytes[at.start] ^= 1 << random.usize(..8),
            2 => bytes.insert(at.start, TELLING[random.usize(..TELLING.len())]),
            3 => drop(bytes.drain(at)),
            4 => {
                let piece = bytes[at.clone()].repeat(1 + random.usize(..12));
                bytes.splice(at, piece);
            }
            5 => {
                let piece = other[range(random, other.len())].to_vec();
                bytes.splice(at, piece);
            }
            6 => {
                let digits = bytes[at.start..].iter();
                let n = digits.take_while(|b| b.is_ascii_digit()).count();
                let number = ["0", "-1", "65536", "4294967295", "99999999999999999999"];
                let number = number[random.usize(..number.len())].bytes();
                bytes.splice(at.start..at.start + n, number);
            }
            _ => bytes.truncate(at.end),
        }
    }
    bytes.truncate(LONGEST);
}

/// Runs a target; what fails is named, with the input that did it.
fn drive(name: &str) {
    let (_, run) = TARGETS.iter().find(|(target, _)| *target == name).unwrap();
    let seeds = seeds(name);
    assert!(seeds.len() >= 2, "{name} has few seeds");
    for (at, (path, seed)) in seeds.iter().enumerate() {
        let attempt = |bytes: &[u8], what: &str| {
            let done = std::panic::catch_unwind(|| run(bytes));
            assert!(done.is_ok(), "{path}, {what}: {:?}", String::from_utf8_lossy(bytes));
        };
        attempt(seed, "as it is");
        for n in 0..MUTATIONS {
            let mut random = Rng::with_seed((at as u64) << 32 | n);
            let mut bytes = seed.clone();
            let other = &seeds[random.usize(..seeds.len())].1;
            mutate(&mut random, &mut bytes, other);
            attempt(&bytes, &format!("mutation {n}"));
        }
    }
}

#[test]
fn archives_are_read_or_refused() {
    drive("archive");
}

#[test]
fn bibliographies_are_read_and_edited() {
    drive("bib");
}

#[test]
fn html_is_read() {
    drive("html");
}

#[test]
fn records_are_read_line_by_line() {
    drive("jsonl");
}

#[test]
fn pdfs_are_read_or_refused() {
    drive("pdf");
}

#[test]
fn queries_are_understood_or_refused() {
    drive("query");
}

#[test]
fn survey_maps_are_read_and_written() {
    drive("survey");
}

#[test]
fn tex_is_read() {
    drive("tex");
}

#[test]
fn every_target_has_its_binary() {
    let manifest = std::fs::read_to_string(folder().join("Cargo.toml")).unwrap();
    for (name, _) in TARGETS {
        let path = format!("fuzz_targets/{name}.rs");
        assert!(manifest.contains(&format!("path = \"{path}\"")), "{name}");
        assert!(folder().join(path).is_file(), "{name}");
    }
}
