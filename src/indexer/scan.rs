//! Reads the lines of a collection: which content it has, and which ids.
//!
//! In: the file of a collection and what the ledger knows of it. Out: its row and, where the content
//! is another one, its ids in the ledger. Makes no records: see [`super::record`].

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use rustc_hash::FxHashSet;

use super::crew::with_crew;
use super::ledger::{FileRow, Ids, Outcome};
use super::reader::Failure;
use super::record::{self, Batch};
use super::run::is_settled;
use super::session::{Session, threads};
use super::{Options, Report, RunError};
use crate::corpus::walk::FoundFile;
use crate::corpus::{Fingerprint, Format};
use crate::extract::jsonl;

/// Bytes of lines that are handed to a thread at once.
const BATCH: usize = 256 << 10;

/// The row of a collection, written to the ledger; none if the file is as `known` has it.
pub(super) fn look_at(
    name: &str,
    file: &FoundFile,
    known: Option<&FileRow>,
    session: &Session,
    options: &Options<'_>,
    report: &mut Report,
) -> Result<Option<FileRow>, RunError> {
    if is_known(known, file) {
        return Ok(None);
    }
    let Some(row) = same_content(known, file, options) else {
        report.read += 1;
        return scan_file(name, file, session, options).map(Some);
    };
    report.known += 1;
    session.ledger.put_files([(name, Some((&row, None)))])?;
    Ok(Some(row))
}

/// True if the file is as the ledger has it.
fn is_known(row: Option<&FileRow>, file: &FoundFile) -> bool {
    row.is_some_and(|row| {
        (row.size, row.mtime_ns) == (file.size, file.mtime_ns)
            && row.outcome == Outcome::Collection
            && is_settled(row.mtime_ns, row.seen)
    })
}

/// The row of a file of another time whose content is as the ledger has it; ids are not sought.
fn same_content(
    row: Option<&FileRow>,
    file: &FoundFile,
    options: &Options<'_>,
) -> Option<FileRow> {
    let row = row.filter(|row| {
        row.size == file.size && matches!(row.outcome, Outcome::Collection)
    })?;
    let now = fingerprint_at(&options.corpus.join(&file.path))?;
    let seen = FileRow { mtime_ns: file.mtime_ns, seen: options.now, ..row.clone() };
    (now == row.fingerprint).then_some(seen)
}

/// Hashes a collection and collects the ids of its lines.
fn scan_file(
    name: &str,
    file: &FoundFile,
    session: &Session,
    options: &Options<'_>,
) -> Result<FileRow, RunError> {
    let scanned = scan_lines(&options.corpus.join(&file.path), threads(options));
    let (fingerprint, ids, outcome) = match scanned {
        Ok((fingerprint, ids)) => (fingerprint, in_order(&ids), Outcome::Collection),
        Err(error) => {
            let failure = Failure::Unreadable { what: error.to_string() };
            (Fingerprint([0; 32]), Ids::default(), Outcome::Failed(failure))
        }
    };
    let row = FileRow {
        size: file.size,
        mtime_ns: file.mtime_ns,
        seen: options.now,
        format: Format::Jsonl,
        fingerprint,
        reader: u64::from(record::VERSION),
        outcome,
    };
    session.ledger.put_scanned(name, &row, &ids)?;
    Ok(row)
}

/// The fingerprint that a collection has now; none if it cannot be read.
pub(crate) fn fingerprint_at(path: &Path) -> Option<Fingerprint> {
    let mut file = BufReader::with_capacity(1 << 20, File::open(path).ok()?);
    let mut hash = blake3::Hasher::new();
    loop {
        match read_batch(&mut file, 0) {
            Ok((_, _, 0)) => return Some(Fingerprint(*hash.finalize().as_bytes())),
            Ok((batch, ..)) => hash.update(&batch.bytes),
            Err(_) => return None,
        };
    }
}

/// The file's fingerprint, and for each line the hash of its id, 0 where it has none.
fn scan_lines(path: &Path, n_threads: usize) -> io::Result<(Fingerprint, Vec<u64>)> {
    let mut file = BufReader::with_capacity(1 << 20, File::open(path)?);
    let mut hash = blake3::Hasher::new();
    let find = |batch: Batch| {
        let id = |line| jsonl::id_of(line).map_or(0, |id| hash_of(&id));
        (batch.first_line, batch.lines().map(id).collect::<Vec<u64>>())
    };
    // By the first line of each batch: batches end in any order.
    let mut found: BTreeMap<u64, Vec<u64>> = BTreeMap::new();
    with_crew(n_threads, &find, |crew| {
        let mut read = 0;
        loop {
            let (batch, _, lines) = read_batch(&mut file, read)?;
            if lines == 0 {
                break;
            }
            read += lines;
            hash.update(&batch.bytes);
            found.extend(crew.give(batch));
        }
        found.extend(std::iter::from_fn(|| crew.take()));
        Ok::<(), io::Error>(())
    })?;
    let ids: Vec<u64> = found.into_values().flatten().collect();
    Ok((Fingerprint(*hash.finalize().as_bytes()), ids))
}

/// Reads whole lines, about [`BATCH`] bytes of them: the batch, its bytes and lines in the file.
pub(super) fn read_batch(
    file: &mut impl BufRead,
    lines: u64,
) -> io::Result<(Batch, u64, u64)> {
    let mut bytes = Vec::with_capacity(BATCH + (16 << 10));
    let mut ends = Vec::with_capacity(BATCH >> 10);
    let mut n_bytes = 0;
    while bytes.len() < BATCH {
        let n = jsonl::read_line(file, &mut bytes)?;
        if n == 0 {
            break;
        }
        n_bytes += n;
        ends.push(bytes.len());
    }
    let n_lines = ends.len() as u64;
    Ok((Batch { first_line: lines + 1, bytes, ends }, n_bytes, n_lines))
}

/// The ids of lines, 0 where a line has none, in order, with the first lines of those that several
/// lines have.
fn in_order(ids: &[u64]) -> Ids {
    let mut sorted: Vec<u64> = ids.iter().copied().filter(|id| *id != 0).collect();
    sorted.sort_unstable();
    let several: FxHashSet<u64> = repeated(&sorted).collect();
    sorted.dedup();
    let mut firsts: BTreeMap<u64, u64> = BTreeMap::new();
    if !several.is_empty() {
        for (line, id) in (1..).zip(ids).filter(|(_, id)| several.contains(id)) {
            firsts.entry(*id).or_insert(line);
        }
    }
    Ids { sorted, repeated: firsts.into_iter().collect() }
}

/// What stands more than once in a row of sorted ids, once each.
pub(super) fn repeated(sorted: &[u64]) -> impl Iterator<Item = u64> {
    sorted.chunk_by(|a, b| a == b).filter(|same| same.len() > 1).map(|same| same[0])
}

/// The hash of an id; never 0.
pub(super) fn hash_of(id: &str) -> u64 {
    let mut first = [0; 8];
    first.copy_from_slice(&blake3::hash(id.as_bytes()).as_bytes()[..8]);
    u64::from_le_bytes(first).max(1)
}
