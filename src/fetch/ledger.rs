//! What was asked, what came, what failed: one JSON object a line, added and never changed.
//!
//! Each line carries a checksum of itself; a line that a kill has torn is passed over. Deleting
//! the file loses where papers came from, never a paper.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

const FILE: &str = "ledger.jsonl";
const SUM: &str = ",\"sum\":\"";

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// A request was about to be sent.
    Asked,
    /// The file is in the corpus.
    Arrived,
    /// The server says that the file we have is the newest.
    Unchanged,
    /// It did not come.
    Failed,
    /// A search for the work's identifier found it.
    Resolved,
    /// A search found nothing that is surely the work.
    Unresolved,
    /// The identifier leads to another work.
    Mismatch,
}

/// A line of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Seconds since 1970.
    pub at: u64,
    /// What happened.
    pub event: Event,
    /// Key of the work.
    pub key: String,
    /// `pdf`, `html`, `tex`, `id` for a search, or `licence`.
    pub form: String,
    /// Address that was asked; after redirects the one that answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The file, relative to the corpus folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// HTTP status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Length of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Checksum of the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blake3: Option<String>,
    /// The server's tag, for a conditional request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    /// The server's date of the file, for a conditional request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub modified: Option<String>,
    /// Licence, where the source states one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// Why it failed, or the evidence of a match.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Not to be asked again before, seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<u64>,
}

impl Record {
    /// A record with nothing but what every one has.
    pub fn new(at: u64, event: Event, key: &str, form: &str) -> Self {
        Self {
            at,
            event,
            key: key.into(),
            form: form.into(),
            url: None,
            path: None,
            status: None,
            bytes: None,
            blake3: None,
            etag: None,
            modified: None,
            licence: None,
            reason: None,
            retry_at: None,
        }
    }
}

/// The ledger of an index folder.
#[derive(Debug)]
pub struct Ledger {
    path: PathBuf,
    /// The last record of each work and form, and the last arrival.
    last: BTreeMap<(String, String), Record>,
    arrived: BTreeMap<(String, String), Record>,
    torn: usize,
}

impl Ledger {
    /// Reads the ledger in `folder`; an empty one if there is none.
    pub fn load(folder: &Path) -> io::Result<Self> {
        let path = folder.join(FILE);
        let mut ledger =
            Self { path, last: BTreeMap::new(), arrived: BTreeMap::new(), torn: 0 };
        let bytes = match std::fs::read(&ledger.path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == io::ErrorKind::NotFound => Vec::new(),
            Err(e) => return Err(e),
        };
        for line in bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
            match std::str::from_utf8(line).ok().and_then(read_line) {
                Some(record) => ledger.take(record),
                None => ledger.torn += 1,
            }
        }
        Ok(ledger)
    }

    /// Lines that could not be read.
    pub fn torn(&self) -> usize {
        self.torn
    }

    /// The last that happened to a work in a form.
    pub fn last(&self, key: &str, form: &str) -> Option<&Record> {
        self.last.get(&(key.to_string(), form.to_string()))
    }

    /// The last arrival of a work in a form.
    pub fn arrival(&self, key: &str, form: &str) -> Option<&Record> {
        self.arrived.get(&(key.to_string(), form.to_string()))
    }

    /// The last record of each work and form, in order of key.
    pub fn all(&self) -> impl Iterator<Item = &Record> {
        self.last.values()
    }

    /// Adds a record; it is on disk when this returns.
    pub fn add(&mut self, record: Record) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let mut file =
            File::options().create(true).read(true).append(true).open(&self.path)?;
        let mut line = write_line(&record)?;
        if !ends_with_line_break(&mut file)? {
            line.insert(0, '\n');
        }
        file.write_all(line.as_bytes())?;
        file.sync_data()?;
        self.take(record);
        Ok(())
    }

    fn take(&mut self, record: Record) {
        let place = (record.key.clone(), record.form.clone());
        if record.event == Event::Arrived {
            self.arrived.insert(place.clone(), record.clone());
        }
        self.last.insert(place, record);
    }
}

/// A kill may have torn the last line: the next must not be glued to it.
fn ends_with_line_break(file: &mut File) -> io::Result<bool> {
    let length = file.metadata()?.len();
    if length == 0 {
        return Ok(true);
    }
    file.seek(io::SeekFrom::Start(length - 1))?;
    let mut last = [0u8];
    file.read_exact(&mut last)?;
    Ok(last[0] == b'\n')
}

fn write_line(record: &Record) -> io::Result<String> {
    let text = serde_json::to_string(record).map_err(io::Error::other)?;
    let body = text.strip_suffix('}').unwrap_or(&text);
    Ok(format!("{body}{SUM}{}\"}}\n", sum(body)))
}

fn read_line(line: &str) -> Option<Record> {
    let (body, rest) = line.rsplit_once(SUM)?;
    if rest.strip_suffix("\"}")? != sum(body) {
        return None;
    }
    serde_json::from_str(line).ok()
}

fn sum(body: &str) -> String {
    blake3::hash(body.as_bytes()).to_hex()[..16].to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn torn_lines_are_passed_over_and_what_follows_is_read() {
        let dir = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::load(dir.path()).unwrap();
        ledger.add(Record::new(1, Event::Asked, "a", "pdf")).unwrap();
        ledger.add(Record::new(2, Event::Arrived, "a", "pdf")).unwrap();
        ledger.add(Record::new(3, Event::Failed, "b", "pdf")).unwrap();
        let path = dir.path().join(FILE);
        let whole = std::fs::read(&path).unwrap();
        for cut in 0..whole.len() {
            std::fs::write(&path, &whole[..cut]).unwrap();
            let mut ledger = Ledger::load(dir.path()).unwrap();
            ledger.add(Record::new(9, Event::Failed, "c", "pdf")).unwrap();
            let again = Ledger::load(dir.path()).unwrap();
            assert_eq!(again.last("c", "pdf").map(|r| r.at), Some(9), "cut at {cut}");
        }
        std::fs::write(&path, &whole).unwrap();
        let ledger = Ledger::load(dir.path()).unwrap();
        assert_eq!((ledger.torn(), ledger.all().count()), (0, 2));
        let mut flipped = whole.clone();
        flipped[10] ^= 1;
        std::fs::write(&path, &flipped).unwrap();
        assert_eq!(Ledger::load(dir.path()).unwrap().torn(), 1);
    }
}
