//! No bytes make a reader panic, hang or grow: every case, mutated.

use std::collections::BTreeMap;
use std::path::Path;

use citemap::corpus::Format;
use citemap::extract::{self, Content, Extracted, Input, Limits, ReadOptions};
use citemap::layout::marked::lay_marked;
use proptest::prelude::*;

use super::{format_of, inputs};

/// Bytes of every case, files of folders one by one.
fn seeds() -> Vec<(Format, Vec<u8>)> {
    let mut out = Vec::new();
    for path in inputs() {
        let format = format_of(path.file_name().unwrap().to_str().unwrap());
        match extract::collect(&path, format, &Limits::default()).unwrap().content {
            Content::File(bytes) => out.push((format, bytes.to_vec())),
            Content::Folder(files) => {
                out.extend(files.into_values().map(|b| (format, b)))
            }
        }
    }
    out
}

fn read(format: Format, bytes: Vec<u8>) {
    let input = Input {
        format,
        path: Path::new("x").into(),
        content: Content::File(bytes.into()),
    };
    if let Ok(Extracted::Marked(marked)) = extract::read(&input, &ReadOptions::default())
    {
        for element in &marked.elements {
            for (range, key) in &element.cites {
                assert!(
                    element.text.get(range.clone()).is_some(),
                    "{key} in {:?}",
                    element.text
                );
            }
        }
        for block in lay_marked(marked).blocks {
            assert!(
                block.cites.iter().all(|c| block.text.get(c.range.clone()).is_some())
            );
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn mutated_documents_are_read_or_refused(
        pick in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..12),
    ) {
        let seeds = seeds();
        let (format, mut bytes) = seeds[pick.index(seeds.len())].clone();
        for (place, byte, how) in edits {
            if bytes.is_empty() { break; }
            let at = place.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => { bytes.remove(at); }
                2 => bytes.insert(at, b"{}\\[]<>$@&%#\"'\n"[usize::from(byte) % 15]),
                _ => bytes.truncate(at),
            }
        }
        read(format, bytes);
    }

    #[test]
    fn arbitrary_text_is_read_as_any_form(text in "\\PC{0,400}") {
        for format in [Format::Markdown, Format::Text, Format::Jsonl, Format::Html, Format::Jats, Format::Tex] {
            read(format, text.clone().into_bytes());
        }
    }
}

#[test]
fn nothing_deep_or_endless_is_followed() {
    let n = 20_000;
    for (format, text) in [
        (Format::Markdown, "> ".repeat(n)),
        (Format::Markdown, "[".repeat(n)),
        (Format::Markdown, "- ".repeat(n)),
        (Format::Markdown, "[@a".repeat(n)),
        (Format::Text, "1. A\n\n".repeat(n)),
        (Format::Jsonl, "[".repeat(n)),
        (Format::Jsonl, format!("{{\"title\": {}", "[".repeat(n))),
        (Format::Html, "<div>".repeat(n)),
        (Format::Html, "<li class=ltx_bibitem id=a>".repeat(n / 10)),
        (Format::Html, "<table><tr><td>".repeat(n / 20)),
        (Format::Jats, format!("<article><body>{}", "<sec><p>".repeat(n))),
        (Format::Tex, "{".repeat(n)),
        (Format::Tex, "\\footnote{".repeat(n / 10)),
        (Format::Tex, format!("{}x{}", "\\footnote{".repeat(n), "}".repeat(n))),
        (Format::Tex, "\\begin{itemize}".repeat(n)),
        (Format::Tex, "\\begin{tabular}{l}".repeat(n / 10)),
        (Format::Tex, "$x $$ \\[".repeat(n)),
        (Format::Tex, "\\iftrue".repeat(n)),
        (Format::Tex, "\\newcommand{\\a}{\\a\\a}\\a".into()),
        (Format::Tex, "\\def\\a#1{\\b{#1#1}}\\def\\b#1{\\a{#1#1}}\\a{xxxx}".into()),
    ] {
        read(format, text.into_bytes());
    }
    let folder = Content::Folder(BTreeMap::new());
    let input =
        Input { format: Format::Markdown, path: Path::new("x").into(), content: folder };
    assert_eq!(
        extract::read(&input, &ReadOptions::default()).unwrap_err().to_string(),
        "holds no file"
    );
}
