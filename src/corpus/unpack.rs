//! Archives of documents: looked through with limits, unpacked with guards.
//!
//! In: a tar, tar.gz or zip. Out: what it holds, and the documents in it as files of the corpus. An
//! archive of TeX is one document and stays as it is. Links, absolute paths and paths that climb
//! out are refused, and so is what unpacks to more than any sound archive.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::{Component, Path, PathBuf};

use super::{Format, disk, walk};

/// Entries of an archive; arXiv's monthly ones have some hundreds.
const MAX_ENTRIES: usize = 20_000;
/// Bytes of one file in it.
const MAX_FILE: u64 = 512 << 20;
/// Bytes of all files in it.
const MAX_TOTAL: u64 = 8 << 30;
/// How many times its size an archive may unpack to, once past a megabyte.
const MAX_RATIO: u64 = 200;

/// Why an archive is not taken.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// It cannot be read, or written to the corpus.
    #[error("{}: {source}", path.display())]
    Io {
        /// The archive, or the file.
        path: PathBuf,
        /// The cause.
        source: io::Error,
    },
    /// It is damaged.
    #[error("{}: the archive cannot be read: {what}", path.display())]
    Damaged {
        /// The archive.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A path leads out of where it is unpacked to.
    #[error("{}: refused: `{entry}` leads out of the archive", path.display())]
    Climbs {
        /// The archive.
        path: PathBuf,
        /// The entry.
        entry: String,
    },
    /// A link.
    #[error("{}: refused: `{entry}` is a link", path.display())]
    Link {
        /// The archive.
        path: PathBuf,
        /// The entry.
        entry: String,
    },
    /// It unpacks to too much.
    #[error("{}: refused: it unpacks to more than {limit} {what}", path.display())]
    Bomb {
        /// The archive.
        path: PathBuf,
        /// Of what there is too much.
        what: &'static str,
        /// The limit.
        limit: u64,
    },
}

/// What an archive is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Holds {
    /// One document: TeX and what belongs to it.
    OneDocument,
    /// Documents, by their paths in it, in order.
    Documents(Vec<PathBuf>),
    /// Nothing that citemap reads.
    Nothing,
}

/// Looks through an archive without writing anything.
///
/// # Errors
/// If it is damaged, or breaks one of the guards.
pub fn look_through(path: &Path) -> Result<Holds, UnpackError> {
    let mut documents = Vec::new();
    let mut has_tex = false;
    let mut n_files = 0;
    each_file(path, &mut |name, reader| {
        n_files += 1;
        has_tex |= walk::ending(name) == "tex";
        if walk::format_of(name).is_some() {
            documents.push(name.to_path_buf());
        }
        io::copy(reader, &mut io::sink()).map(|_| ())
    })?;
    documents.sort();
    Ok(match () {
        () if has_tex => Holds::OneDocument,
        // An e-print that is one file without an ending.
        () if n_files == 1 && documents.is_empty() => Holds::OneDocument,
        () if documents.is_empty() => Holds::Nothing,
        () => Holds::Documents(documents),
    })
}

/// Unpacks the files that `place` gives a path in the corpus; returns those paths in order.
///
/// # Errors
/// As [`look_through`], which is to be called first: nothing is written if it refuses.
pub fn unpack(
    path: &Path,
    corpus: &Path,
    place: &mut dyn FnMut(&Path) -> Option<PathBuf>,
) -> Result<Vec<PathBuf>, UnpackError> {
    let mut made = Vec::new();
    each_file(path, &mut |name, reader| {
        let Some(to) = place(name) else {
            return io::copy(reader, &mut io::sink()).map(|_| ());
        };
        let full = corpus.join(&to);
        if !full.try_exists()? {
            copy_whole(reader, &full)?;
        }
        made.push(to);
        Ok(())
    })?;
    made.sort();
    Ok(made)
}

/// Copies a stream to `path`, whole or not at all.
pub fn copy_whole(reader: &mut dyn Read, path: &Path) -> io::Result<()> {
    let part = disk::part_of(path);
    if let Some(folder) = part.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = File::create(&part)?;
    match io::copy(reader, &mut file) {
        Ok(_) => disk::settle(file, &part, path),
        Err(error) => {
            let _ = std::fs::remove_file(&part);
            Err(error)
        }
    }
}

type OnFile<'a> = dyn FnMut(&Path, &mut dyn Read) -> io::Result<()> + 'a;

fn each_file(path: &Path, on_file: &mut OnFile<'_>) -> Result<(), UnpackError> {
    let io = |source| UnpackError::Io { path: path.to_path_buf(), source };
    let mut file = File::open(path).map_err(io)?;
    let mut magic = [0u8; 4];
    let n = file.read(&mut magic).map_err(io)?;
    io::Seek::rewind(&mut file).map_err(io)?;
    let packed = file.metadata().map_err(io)?.len();
    let mut guard = Guard { path, packed, entries: 0, total: 0 };
    match &magic[..n] {
        b"PK\x03\x04" | b"PK\x05\x06" => each_of_zip(file, &mut guard, on_file),
        [0x1f, 0x8b, ..] => {
            let unzipped = flate2::read::MultiGzDecoder::new(BufReader::new(file));
            each_of_gzip(unzipped, &mut guard, on_file)
        }
        _ => each_of_tar(BufReader::new(file), &mut guard, on_file),
    }
}

struct Guard<'a> {
    path: &'a Path,
    packed: u64,
    entries: usize,
    total: u64,
}

impl Guard<'_> {
    fn bomb(&self, what: &'static str, limit: u64) -> UnpackError {
        UnpackError::Bomb { path: self.path.into(), what, limit }
    }

    fn damaged(&self, what: impl ToString) -> UnpackError {
        UnpackError::Damaged { path: self.path.into(), what: what.to_string() }
    }

    fn enter(&mut self) -> Result<(), UnpackError> {
        self.entries += 1;
        match self.entries > MAX_ENTRIES {
            true => Err(self.bomb("entries", MAX_ENTRIES as u64)),
            false => Ok(()),
        }
    }

    /// Bytes that may still be unpacked.
    fn left(&self) -> u64 {
        let by_ratio = self.packed.saturating_mul(MAX_RATIO).max(1 << 20);
        MAX_TOTAL.min(by_ratio).saturating_sub(self.total)
    }

    /// The name of an entry below where it is unpacked to.
    fn name(&self, name: &str) -> Result<PathBuf, UnpackError> {
        let climbs =
            || UnpackError::Climbs { path: self.path.into(), entry: name.into() };
        let plain = name.replace('\\', "/");
        let mut out = PathBuf::new();
        for part in Path::new(&plain).components() {
            match part {
                Component::Normal(part) => out.push(part),
                Component::CurDir => {}
                _ => return Err(climbs()),
            }
        }
        let drive = plain.as_bytes().get(1) == Some(&b':');
        if drive || plain.contains('\0') || out.as_os_str().is_empty() {
            return Err(climbs());
        }
        Ok(out)
    }

    fn take(
        &mut self,
        name: &Path,
        reader: &mut dyn Read,
        on_file: &mut OnFile<'_>,
    ) -> Result<(), UnpackError> {
        let left = self.left().min(MAX_FILE);
        let mut counted = Counted { inner: reader, left, over: false };
        let done = on_file(name, &mut counted);
        let (over, used) = (counted.over, left - counted.left);
        self.total += used;
        let stream_over =
            done.as_ref().is_err_and(|e| e.get_ref().is_some_and(|e| e.is::<TooLarge>()));
        if over || stream_over {
            return Err(self.bomb("bytes", self.total));
        }
        done.map_err(|e| self.damaged(e))
    }
}

#[derive(Debug, thiserror::Error)]
#[error("too large")]
struct TooLarge;

/// A reader that ends with an error past a limit.
struct Counted<'r> {
    inner: &'r mut dyn Read,
    left: u64,
    over: bool,
}

impl Read for Counted<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            let mut one = [0u8];
            self.over = self.inner.read(&mut one)? > 0;
            return match self.over {
                true => Err(io::Error::other(TooLarge)),
                false => Ok(0),
            };
        }
        let n = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let n = self.inner.read(&mut buffer[..n])?;
        self.left -= n as u64;
        Ok(n)
    }
}

fn each_of_zip(
    file: File,
    guard: &mut Guard<'_>,
    on_file: &mut OnFile<'_>,
) -> Result<(), UnpackError> {
    let mut zip =
        zip::ZipArchive::new(BufReader::new(file)).map_err(|e| guard.damaged(e))?;
    if zip.len() > MAX_ENTRIES {
        return Err(guard.bomb("entries", MAX_ENTRIES as u64));
    }
    for i in 0..zip.len() {
        guard.enter()?;
        let mut entry = zip.by_index(i).map_err(|e| guard.damaged(e))?;
        let name = entry.name().map_err(|e| guard.damaged(e))?.into_owned();
        if entry.is_symlink() {
            return Err(UnpackError::Link { path: guard.path.into(), entry: name });
        }
        let path = guard.name(&name)?;
        if entry.is_file() {
            guard.take(&path, &mut entry, on_file)?;
        }
    }
    Ok(())
}

/// A gzip of a tar, or of one file.
fn each_of_gzip(
    mut reader: impl Read,
    guard: &mut Guard<'_>,
    on_file: &mut OnFile<'_>,
) -> Result<(), UnpackError> {
    let mut head = Vec::new();
    (&mut reader).take(512).read_to_end(&mut head).map_err(|e| guard.damaged(e))?;
    let is_tar = head.get(257..262) == Some(b"ustar");
    let mut whole = io::Cursor::new(head).chain(reader);
    if is_tar {
        return each_of_tar(whole, guard, on_file);
    }
    guard.enter()?;
    let name = guard.path.file_stem().map(PathBuf::from).unwrap_or_default();
    guard.take(&name, &mut whole, on_file)
}

fn each_of_tar(
    reader: impl Read,
    guard: &mut Guard<'_>,
    on_file: &mut OnFile<'_>,
) -> Result<(), UnpackError> {
    // The stream itself is bounded too: what stands between the files counts as well.
    let left = guard.left();
    let mut reader = reader;
    let mut bounded = Counted { inner: &mut reader, left, over: false };
    let mut tar = tar::Archive::new(&mut bounded);
    let entries = tar.entries().map_err(|e| guard.damaged(e))?;
    let mut fault = None;
    for entry in entries {
        guard.enter()?;
        let mut entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                fault = Some(error);
                break;
            }
        };
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let kind = entry.header().entry_type();
        if kind.is_symlink() || kind.is_hard_link() {
            return Err(UnpackError::Link { path: guard.path.into(), entry: name });
        }
        if kind.is_dir() && Path::new(&name).components().all(|c| c == Component::CurDir)
        {
            continue;
        }
        let path = guard.name(&name)?;
        if kind.is_file() {
            guard.take(&path, &mut entry, on_file)?;
        }
    }
    match fault {
        Some(_) if bounded.over => Err(guard.bomb("bytes", left)),
        Some(error) => Err(guard.damaged(error)),
        None => Ok(()),
    }
}

/// True if a file's name is that of an archive.
pub fn is_archive(path: &Path) -> bool {
    let packed = ["tar.gz", "tgz", "tar", "zip", "gz"];
    walk::format_of(path) == Some(Format::Tex)
        && packed.contains(&walk::ending(path).as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (name, bytes) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            // `set_path` refuses what the guard is to refuse.
            let field = &mut header.as_old_mut().name;
            field[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            builder.append(&header, *bytes).unwrap();
        }
        builder.into_inner().unwrap()
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        use std::io::Write;
        let mut out =
            flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        out.write_all(bytes).unwrap();
        out.finish().unwrap()
    }

    fn look(name: &str, bytes: &[u8]) -> Result<Holds, String> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        look_through(&path).map_err(|e| {
            e.to_string().rsplit_once(&format!("{name}: ")).unwrap().1.to_string()
        })
    }

    #[test]
    fn one_document_or_many() {
        let tex = tar_of(&[("main.tex", b"\\documentclass{a}"), ("f.pdf", b"x")]);
        assert_eq!(look("a.tar", &tex), Ok(Holds::OneDocument));
        assert_eq!(look("a.tar.gz", &gzip(&tex)), Ok(Holds::OneDocument));
        assert_eq!(
            look("2309.10020.gz", &gzip(b"\\documentclass{a}")),
            Ok(Holds::OneDocument)
        );
        let many = tar_of(&[("2309/b.pdf", b"x"), ("2309/a.pdf", b"y"), ("n.xyz", b"")]);
        let documents = Holds::Documents(vec!["2309/a.pdf".into(), "2309/b.pdf".into()]);
        assert_eq!(look("a.tar", &many), Ok(documents));
    }

    #[test]
    fn what_is_hostile_is_refused() {
        let climbs = "refused: `../a.pdf` leads out of the archive";
        assert_eq!(look("a.tar", &tar_of(&[("../a.pdf", b"x")])), Err(climbs.into()));
        assert!(look("a.tar", &tar_of(&[("/etc/a.pdf", b"x")])).is_err());
        let bomb = gzip(&tar_of(&[("a.pdf", &vec![0; 40 << 20])]));
        assert!(bomb.len() < 100_000, "{}", bomb.len());
        assert!(look("a.tar.gz", &bomb).unwrap_err().contains("unpacks to more than"));
        let bomb = gzip(&vec![0; 40 << 20]);
        assert!(look("a.gz", &bomb).unwrap_err().contains("unpacks to more than"));
        let names: Vec<String> =
            (0..MAX_ENTRIES + 1).map(|i| format!("{i}.pdf")).collect();
        let files: Vec<(&str, &[u8])> =
            names.iter().map(|n| (n.as_str(), &b""[..])).collect();
        assert_eq!(
            look("a.tar", &tar_of(&files)),
            Err("refused: it unpacks to more than 20000 entries".into())
        );
        let mut builder = tar::Builder::new(Vec::new());
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        builder.append_link(&mut header, "a.pdf", "/etc/passwd").unwrap();
        let link = builder.into_inner().unwrap();
        assert_eq!(look("a.tar", &link), Err("refused: `a.pdf` is a link".into()));
    }

    #[test]
    fn documents_are_unpacked_where_they_are_told() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.tar");
        std::fs::write(&path, tar_of(&[("d/a.pdf", b"x"), ("d/b.pdf", b"y")])).unwrap();
        let made = unpack(&path, dir.path(), &mut |name| {
            (name == Path::new("d/b.pdf")).then(|| "papers/b.pdf".into())
        });
        assert_eq!(made.unwrap(), [PathBuf::from("papers/b.pdf")]);
        assert_eq!(std::fs::read(dir.path().join("papers/b.pdf")).unwrap(), b"y");
        assert!(!dir.path().join("papers/a.pdf").is_file());
    }
}
