//! Writes files whole or not at all.
//!
//! A file is written beside its place under a hidden name, synced, then renamed. The hidden name is
//! always the same for one place, so that a run that was killed leaves at most one leftover, which
//! the next write takes over and [`sweep`] removes.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// What the hidden names end in.
const PART: &str = ".part";

/// The hidden name beside `path` under which it is written first.
pub fn part_of(path: &Path) -> PathBuf {
    let name = path.file_name().map(|n| n.to_string_lossy()).unwrap_or_default();
    path.with_file_name(format!(".{name}{PART}"))
}

/// Puts `bytes` at `path`, whole or not at all; folders above are made.
pub fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let part = part_of(path);
    if let Some(folder) = part.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let mut file = File::create(&part)?;
    file.write_all(bytes)?;
    settle(file, &part, path)
}

/// Syncs a finished part and renames it into place.
pub fn settle(file: File, part: &Path, path: &Path) -> io::Result<()> {
    if let Ok(old) = std::fs::metadata(path) {
        // A bibliography keeps the rights its owner gave it.
        let _ = std::fs::set_permissions(part, old.permissions());
    }
    file.sync_all()?;
    drop(file);
    std::fs::rename(part, path)?;
    if let Some(folder) = path.parent()
        && let Ok(folder) = File::open(folder)
    {
        // The rename itself must survive a power cut; not every file system can say so.
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Removes what killed runs left in `folder`.
pub fn sweep(folder: &Path) -> io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(e),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with('.') && name.ends_with(PART) && entry.file_type()?.is_file() {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_whole_and_leftovers_go() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sub/a.bib");
        write_whole(&path, b"one").unwrap();
        std::fs::write(part_of(&path), b"hal").unwrap();
        write_whole(&path, b"two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        std::fs::write(part_of(&path), b"hal").unwrap();
        std::fs::write(path.with_file_name(".mine"), b"x").unwrap();
        sweep(path.parent().unwrap()).unwrap();
        let mut left: Vec<_> = std::fs::read_dir(path.parent().unwrap())
            .unwrap()
            .map(|e| e.unwrap().file_name())
            .collect();
        left.sort();
        assert_eq!(left, [".mine", "a.bib"]);
    }
}
