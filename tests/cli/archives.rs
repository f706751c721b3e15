//! Archives that are not to be trusted: each is refused with its reason, and nothing is written.

use std::io::Write;
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{EntryType, Header};

use super::Sandbox;

const TEN_MB: usize = 10 << 20;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut out = GzEncoder::new(Vec::new(), Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// An entry whose name is written as it is: `tar` itself would refuse most of these.
fn entry(tar: &mut tar::Builder<Vec<u8>>, name: &str, kind: EntryType, link: &str) {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(0o644);
    let body: &[u8] = if kind == EntryType::Regular { b"%PDF-1.4" } else { b"" };
    header.set_size(body.len() as u64);
    let old = header.as_old_mut();
    old.name[..name.len()].copy_from_slice(name.as_bytes());
    old.linkname[..link.len()].copy_from_slice(link.as_bytes());
    header.set_cksum();
    tar.append(&header, body).unwrap();
}

/// A sound paper before the entry in question: it must not come in either.
fn tar_with(name: &str, kind: EntryType, link: &str) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    entry(&mut tar, "sound.pdf", EntryType::Regular, "");
    entry(&mut tar, name, kind, link);
    tar.into_inner().unwrap()
}

fn zip_with(name: &str, link: Option<&str>) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("sound.pdf", options).unwrap();
    zip.write_all(b"%PDF-1.4").unwrap();
    match link {
        Some(to) => zip.add_symlink(name, to, options).unwrap(),
        None => {
            zip.start_file(name, options).unwrap();
            zip.write_all(b"%PDF-1.4").unwrap();
        }
    }
    zip.finish().unwrap().into_inner()
}

/// A tar that says its path in a record of POSIX's extended form.
fn tar_with_long_path(path: &str) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    tar.append_pax_extensions([("path", path.as_bytes())]).unwrap();
    entry(&mut tar, "short.pdf", EntryType::Regular, "");
    tar.into_inner().unwrap()
}

/// Every file below a folder.
fn files(dir: &Path) -> Vec<String> {
    let all = walkdir::WalkDir::new(dir).into_iter().flatten();
    let mut names: Vec<String> = all
        .filter(|e| !e.file_type().is_dir())
        .map(|e| e.path().strip_prefix(dir).unwrap().display().to_string())
        .collect();
    names.sort();
    names
}

/// The archive is refused for this reason, also from stdin's list, and leaves no trace.
fn refused(name: &str, bytes: &[u8], reason: &str) {
    let outer = Sandbox::new();
    // A folder within, so that a path that climbs has somewhere to go.
    outer.write("in/side/corpus/papers.bib", "");
    outer.write(&format!("in/side/{name}"), bytes);
    let before = files(outer.path());
    let run = outer.run(&["-C", "in/side", "add", name]);
    assert_eq!(run.status, 2, "{name}: {}", run.shown());
    assert!(run.stderr.contains(&format!("{name}: ")), "{}", run.shown());
    assert!(run.stderr.contains(reason), "{reason}: {}", run.shown());
    assert_eq!(files(outer.path()), before, "{name}");
}

#[test]
fn paths_that_lead_out() {
    for path in [
        "../a.pdf",
        "x/../../a.pdf",
        "/tmp/citemap-escape.pdf",
        "..\\a.pdf",
        "C:\\a.pdf",
        "\\\\host\\share\\a.pdf",
    ] {
        let said = "leads out of the archive";
        let tar = tar_with(path, EntryType::Regular, "");
        refused("a.tar", &tar, said);
        refused("a.tar.gz", &gzip(&tar), said);
        refused("a.zip", &zip_with(path, None), said);
    }
    refused("a.tar", &tar_with_long_path("../../a.pdf"), "leads out of the archive");
}

#[test]
fn links() {
    for to in ["/etc/passwd", "../../secret.pdf", "sound.pdf"] {
        for kind in [EntryType::Symlink, EntryType::Link] {
            refused("a.tar", &tar_with("a.pdf", kind, to), "refused: `a.pdf` is a link");
        }
        refused("a.zip", &zip_with("a.pdf", Some(to)), "refused: `a.pdf` is a link");
    }
}

#[test]
fn devices_are_no_documents() {
    let sandbox = Sandbox::new();
    for kind in [EntryType::Fifo, EntryType::Char, EntryType::Block] {
        sandbox.write("a.tar", tar_with("a.pdf", kind, ""));
        let run = sandbox.run(&["add", "a.tar"]);
        assert_eq!(run.status, 0, "{}", run.shown());
        assert_eq!(files(&sandbox.path().join("corpus/papers")), ["sound.pdf"]);
    }
}

/// A zip all of whose entries point to the same packed bytes, as in bombs of overlapping files.
fn overlapping(packed_once: &[u8], unpacked: usize, n: u16) -> Vec<u8> {
    let mut out = Vec::new();
    let crc = {
        let mut crc = flate2::Crc::new();
        crc.update(&vec![0; unpacked]);
        crc.sum().to_le_bytes()
    };
    let sizes =
        [packed_once.len() as u32, unpacked as u32].map(u32::to_le_bytes).concat();
    out.extend(b"PK\x03\x04\x14\0\0\0\x08\0\0\0\0\0");
    out.extend(crc);
    out.extend(&sizes);
    out.extend(b"\x05\0\0\0a.pdf");
    out.extend(packed_once);
    let directory = out.len() as u32;
    for i in 0..n {
        out.extend(b"PK\x01\x02\x14\0\x14\0\0\0\x08\0\0\0\0\0");
        out.extend(crc);
        out.extend(&sizes);
        out.extend(b"\x09\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
        out.extend(format!("{i:05}.pdf").as_bytes());
    }
    let length = out.len() as u32 - directory;
    out.extend(b"PK\x05\x06\0\0\0\0");
    out.extend(n.to_le_bytes());
    out.extend(n.to_le_bytes());
    out.extend(length.to_le_bytes());
    out.extend(directory.to_le_bytes());
    out.extend([0, 0]);
    out
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut out = flate2::write::DeflateEncoder::new(Vec::new(), Compression::best());
    out.write_all(bytes).unwrap();
    out.finish().unwrap()
}

/// Ten kilobytes that are ten gigabytes: a thousand members of ten megabytes each, packed again.
fn ten_gigabytes() -> (Vec<u8>, Vec<u8>) {
    let inner = gzip(&vec![0; TEN_MB]).repeat(1000);
    let outer = gzip(&gzip(&inner));
    assert!(inner.len() > 9 << 20 && outer.len() < 20_000, "{}", outer.len());
    (inner, outer)
}

#[test]
fn bombs() {
    let said = "refused: it unpacks to more than";
    let (inner, _) = ten_gigabytes();
    refused("a.gz", &inner, said);
    refused("a.tar.gz", &inner, said);
    // Ten gigabytes in one entry of a tar.
    let mut header = Header::new_gnu();
    header.set_path("a.pdf").unwrap();
    header.set_size(1000 * TEN_MB as u64);
    header.set_cksum();
    let mut bomb = gzip(header.as_bytes());
    bomb.extend(&inner);
    refused("a.tar.gz", &bomb, said);
    let packed = deflated(&vec![0; TEN_MB]);
    let zip = overlapping(&packed, TEN_MB, 1000);
    assert!(packed.len() < 11_000 && zip.len() < 100_000, "{}", zip.len());
    refused("a.zip", &zip, "refused: it unpacks to more than");
}

/// Layers of packing are not opened one in the other: a bomb within is a file that says nothing.
#[test]
fn bombs_in_archives_in_archives() {
    let (_, outer) = ten_gigabytes();
    let mut tar = tar::Builder::new(Vec::new());
    let mut header = Header::new_gnu();
    header.set_size(outer.len() as u64);
    header.set_mode(0o644);
    tar.append_data(&mut header, "2301/2301.00001.gz", &outer[..]).unwrap();
    let tar = tar.into_inner().unwrap();
    let sandbox = Sandbox::new();
    sandbox.write("bulk.tar", tar);
    sandbox.write("corpus/page.md", "# A page\n\nContrastive learning compares pairs.\n");
    let added = sandbox.run(&["add", "bulk.tar"]);
    assert_eq!(added.status, 0, "{}", added.shown());
    let indexed = sandbox.run(&["index"]);
    assert_eq!(indexed.status, 2, "{}", indexed.shown());
    assert!(indexed.stderr.contains("2301.00001.gz"), "{}", indexed.shown());
    assert_eq!(sandbox.run(&["search", "contrastive", "-c"]).stdout, "1\n");
    let large = files(&sandbox.path().join("corpus")).iter().any(|f| {
        sandbox.path().join("corpus").join(f).metadata().unwrap().len() > 1 << 20
    });
    assert!(!large, "nothing was unpacked on the way");
}

#[test]
fn a_hundred_thousand_entries() {
    let mut tar = tar::Builder::new(Vec::new());
    for i in 0..100_000 {
        let mut header = Header::new_gnu();
        header.set_size(0);
        tar.append_data(&mut header, format!("{i}.pdf"), &b""[..]).unwrap();
    }
    let tar = tar.into_inner().unwrap();
    refused("a.tar", &tar, "refused: it unpacks to more than 20000 entries");
    refused("a.tar.gz", &gzip(&tar), "refused: it unpacks to more than");
    let zip = overlapping(&deflated(b""), 0, 65_000);
    refused("a.zip", &zip, "refused: it unpacks to more than 20000 entries");
}
