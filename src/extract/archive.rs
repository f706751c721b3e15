//! Archives to files, in memory, within limits.
//!
//! In: the bytes of a tar, tar.gz, gz or zip. Out: the entries that are wanted, by path, and faults for
//! those that are left out: links, absolute paths, paths that climb out of the archive. What unpacks
//! to more than the limits, or to far more than its size, is refused. Nothing is written to disk.

use std::collections::BTreeMap;
use std::io::{self, Cursor, Read};
use std::path::{Component, Path};

use super::input::Limits;
use super::{ExtractError, Fault, Looks};

/// The wanted files of an archive.
#[derive(Debug, Default)]
pub(super) struct Unpacked {
    /// Contents by path, with `/` between parts.
    pub files: BTreeMap<String, Vec<u8>>,
    /// What was left out and why.
    pub faults: Vec<Fault>,
}

/// Unpacks the entries whose path is `wanted`.
pub(super) fn unpack(
    bytes: &[u8],
    limits: &Limits,
    wanted: impl Fn(&Path) -> bool,
) -> Result<Unpacked, ExtractError> {
    match Looks::of(bytes) {
        Looks::Zip => unzip(bytes, limits, &wanted),
        Looks::Gzip => {
            let mut inner = Vec::new();
            let mut meter =
                Meter::new(flate2::read::MultiGzDecoder::new(bytes), bytes, limits);
            let cut = meter.read_to_end(&mut inner).is_err();
            meter.verdict()?;
            let mut out = if is_tar(&inner) {
                untar(&inner, limits, &wanted)?
            } else {
                let files = BTreeMap::from([("main.tex".to_owned(), inner)]);
                Unpacked { files, faults: Vec::new() }
            };
            if cut {
                out.fault("the gzip stream is damaged or cut off".into());
            }
            Ok(out)
        }
        _ if is_tar(bytes) => untar(bytes, limits, &wanted),
        found => Err(ExtractError::OtherKind { expected: "archive".into(), found }),
    }
}

/// Tells whether bytes are an archive that [`unpack`] reads.
pub(super) fn is_archive(bytes: &[u8]) -> bool {
    matches!(Looks::of(bytes), Looks::Zip | Looks::Gzip) || is_tar(bytes)
}

/// A tar has a checksum of its first header, whether or not it has the magic word.
fn is_tar(bytes: &[u8]) -> bool {
    let Some(header) = bytes.get(..512) else { return false };
    let stored = std::str::from_utf8(&header[148..156]).unwrap_or_default();
    let stored = stored.trim_matches(['\0', ' ']);
    let sum: u64 = header
        .iter()
        .enumerate()
        .map(|(i, &b)| if (148..156).contains(&i) { 32 } else { u64::from(b) })
        .sum();
    u64::from_str_radix(stored, 8).is_ok_and(|s| s == sum)
}

impl Unpacked {
    fn fault(&mut self, what: String) {
        if self.faults.len() < 100 {
            self.faults.push(Fault { page: None, what });
        }
    }
}

/// Counts what comes out of a decompressor and stops it past the limits.
struct Meter<R> {
    inner: R,
    read: u64,
    limit: u64,
    over: bool,
}

impl<R: Read> Meter<R> {
    fn new(inner: R, packed: &[u8], limits: &Limits) -> Self {
        let by_ratio =
            (packed.len() as u64).saturating_mul(limits.max_ratio).max(1 << 20);
        Meter { inner, read: 0, limit: limits.max_bytes.min(by_ratio), over: false }
    }

    fn verdict(&self) -> Result<(), ExtractError> {
        if self.over { Err(too_large("unpacked bytes", self.limit)) } else { Ok(()) }
    }
}

impl<R: Read> Read for Meter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.read += n as u64;
        if self.read > self.limit {
            self.over = true;
            return Err(io::Error::other("past the limit"));
        }
        Ok(n)
    }
}

fn too_large(what: &str, limit: u64) -> ExtractError {
    ExtractError::TooLarge { what: what.to_owned(), limit }
}

/// Gives the path with `/` between parts, or nothing if it is absolute or climbs.
fn inside(path: &Path) -> Option<String> {
    let mut parts = Vec::new();
    for component in path.components() {
        match component {
            Component::Normal(part) => parts.push(part.to_str()?),
            Component::CurDir => {}
            _ => return None,
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

fn untar(
    bytes: &[u8],
    limits: &Limits,
    wanted: &impl Fn(&Path) -> bool,
) -> Result<Unpacked, ExtractError> {
    let mut out = Unpacked::default();
    let mut archive = tar::Archive::new(bytes);
    let entries = archive.entries().map_err(|_| damaged(bytes))?;
    for (index, entry) in entries.enumerate() {
        if index >= limits.max_entries {
            return Err(too_large("entries of the archive", limits.max_entries as u64));
        }
        let Ok(mut entry) = entry else {
            out.fault("the archive is damaged or cut off".into());
            break;
        };
        let kind = entry.header().entry_type();
        let path = entry.path().map(|path| path.into_owned()).unwrap_or_default();
        if kind.is_symlink() || kind.is_hard_link() {
            out.fault(format!("{}: a link, left out", path.display()));
            continue;
        }
        if !kind.is_file() {
            continue;
        }
        let Some(name) = inside(&path) else {
            out.fault(format!("{}: outside the archive, left out", path.display()));
            continue;
        };
        if !wanted(&path) {
            continue;
        }
        let mut content = Vec::new();
        if entry.read_to_end(&mut content).is_err() {
            out.fault(format!("{name}: cut off"));
        }
        out.files.insert(name, content);
    }
    Ok(out)
}

fn unzip(
    bytes: &[u8],
    limits: &Limits,
    wanted: &impl Fn(&Path) -> bool,
) -> Result<Unpacked, ExtractError> {
    let mut out = Unpacked::default();
    let mut archive =
        zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged(bytes))?;
    if archive.len() > limits.max_entries {
        return Err(too_large("entries of the archive", limits.max_entries as u64));
    }
    let mut left = Meter::new(io::empty(), bytes, limits).limit;
    let whole = left;
    for index in 0..archive.len() {
        let Ok(entry) = archive.by_index(index) else {
            out.fault(format!("entry {} cannot be read", index + 1));
            continue;
        };
        let Ok(path) = entry.name().map(|name| Path::new(&*name).to_owned()) else {
            out.fault(format!("entry {} has no readable name", index + 1));
            continue;
        };
        if entry.is_dir() || !wanted(&path) {
            continue;
        }
        let name = match inside(&path) {
            Some(name) if !entry.is_symlink() => name,
            _ => {
                out.fault(format!("{}: a link or outside, left out", path.display()));
                continue;
            }
        };
        let mut content = Vec::new();
        if entry.take(left + 1).read_to_end(&mut content).is_err() {
            out.fault(format!("{name}: damaged"));
        }
        if content.len() as u64 > left {
            return Err(too_large("unpacked bytes", whole));
        }
        left -= content.len() as u64;
        out.files.insert(name, content);
    }
    Ok(out)
}

fn damaged(bytes: &[u8]) -> ExtractError {
    ExtractError::Damaged { bytes: bytes.len() as u64 }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn tar_of(entries: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, content) in entries {
            let mut header = tar::Header::new_gnu();
            // Names as an attacker writes them: the builder itself would refuse.
            header.as_old_mut().name[..name.len()].copy_from_slice(name.as_bytes());
            header.set_size(content.len() as u64);
            header.set_entry_type(tar::EntryType::Regular);
            header.set_cksum();
            builder.append(&header, content.as_bytes()).unwrap();
        }
        builder.into_inner().unwrap()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder =
            flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn paths_that_climb_are_left_out_and_said() {
        let bytes =
            gzip(&tar_of(&[("a/b.tex", "x"), ("../evil.tex", "y"), ("/abs.tex", "z")]));
        let out = unpack(&bytes, &Limits::default(), |_| true).unwrap();
        assert_eq!(out.files.keys().collect::<Vec<_>>(), ["a/b.tex"]);
        assert_eq!(out.faults[0].what, "../evil.tex: outside the archive, left out");
        assert_eq!(out.faults.len(), 2);
    }

    #[test]
    fn links_are_left_out() {
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        builder.append_link(&mut header, "secret.tex", "/etc/passwd").unwrap();
        let out =
            unpack(&builder.into_inner().unwrap(), &Limits::default(), |_| true).unwrap();
        assert!(out.files.is_empty());
        assert_eq!(out.faults[0].what, "secret.tex: a link, left out");
    }

    #[test]
    fn bombs_are_refused() {
        let zeros = vec![0u8; 30 << 20];
        let error = unpack(&gzip(&zeros), &Limits::default(), |_| true).unwrap_err();
        assert!(error.to_string().starts_with("too large: unpacked bytes is more than"));
        let many = vec![("a.tex", ""); 50];
        let limits = Limits { max_entries: 20, ..Limits::default() };
        let error = unpack(&tar_of(&many), &limits, |_| true).unwrap_err();
        assert_eq!(
            error.to_string(),
            "too large: entries of the archive is more than 20"
        );
    }

    #[test]
    fn a_zip_bomb_is_refused_and_a_plain_gzip_is_one_file() {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("a.tex", zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(&vec![b'a'; 30 << 20]).unwrap();
        let bytes = zip.finish().unwrap().into_inner();
        assert!(unpack(&bytes, &Limits::default(), |_| true).is_err());
        let out = unpack(&gzip(b"\\section{A}"), &Limits::default(), |_| true).unwrap();
        assert_eq!(out.files["main.tex"], b"\\section{A}");
    }
}
