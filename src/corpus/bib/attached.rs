//! The `file` field of an entry, as JabRef, Zotero, Better BibTeX and Mendeley write it.
//!
//! In: the field's own bytes. Out: paths. Attachments stand side by side between `;`, each plain or
//! as `description:path:type`; a backslash before `:`, `;` or a backslash takes its meaning away.

use std::path::{Path, PathBuf};

use biblatex::{RawBibliography, RawChunk};

/// The paths that the `file` field of an entry names; `source` is the entry as it stands.
pub(super) fn files_in(source: &str) -> Option<Vec<String>> {
    let raw = RawBibliography::parse(source).ok()?;
    let fields = &raw.entries.first()?.v.fields;
    let field = fields.iter().find(|f| f.key.v.eq_ignore_ascii_case("file"))?;
    let mut text = String::new();
    for chunk in &field.value.v {
        let RawChunk::Normal(piece) = chunk.v else { return None };
        text.push_str(piece);
    }
    Some(paths_of(&text))
}

/// Cuts a field's value into paths.
pub(super) fn paths_of(field: &str) -> Vec<String> {
    // Mendeley writes a backslash as TeX shows one.
    let field = field.replace("$\\backslash$", "\\");
    let mut paths = Vec::new();
    let mut pieces = vec![String::new()];
    let mut chars = field.trim_matches(['{', '}', ' ']).chars().peekable();
    while let Some(c) = chars.next() {
        let piece = pieces.last_mut().expect("one is always there");
        match c {
            '\\' => match chars.next_if(|next| matches!(next, '\\' | ':' | ';')) {
                Some(next) => piece.push(next),
                None => piece.push('\\'),
            },
            ';' => paths
                .extend(path_of(&std::mem::replace(&mut pieces, vec![String::new()]))),
            ':' => {
                let slash = chars.peek().is_some_and(|next| matches!(next, '\\' | '/'));
                let is_drive = piece.len() == 1
                    && piece.starts_with(|c: char| c.is_ascii_alphabetic());
                match slash && is_drive {
                    true => piece.push(':'),
                    false => pieces.push(String::new()),
                }
            }
            _ => piece.push(c),
        }
    }
    paths.extend(path_of(&pieces));
    paths
}

fn path_of(pieces: &[String]) -> Option<String> {
    let path = match pieces {
        [_, path, _] if !path.is_empty() => path.clone(),
        // A colon in a name that nobody escaped.
        pieces => pieces.join(":"),
    };
    let path = path.trim();
    let path = path.strip_prefix("file://").unwrap_or(path);
    (!path.is_empty()).then(|| path.to_owned())
}

/// Where a file named by a bibliography in the folder `base` may lie: as named, and, where a whole
/// library was moved or came from another machine, below `base` by the end of its path.
pub fn candidates(base: &Path, file: &str) -> Vec<PathBuf> {
    let slashed = file.replace('\\', "/");
    let mut places = vec![base.join(file), base.join(&slashed)];
    let parts: Vec<&str> = slashed.split('/').filter(|p| !p.is_empty()).collect();
    if !parts.contains(&"..") {
        places.extend((1..parts.len()).map(|i| base.join(parts[i..].join("/"))));
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_as_programs_write_them() {
        for (field, paths) in [
            ("papers/he.pdf", &["papers/he.pdf"][..]),
            ("PDF:files/12/he.pdf:application/pdf", &["files/12/he.pdf"]),
            (
                "Full Text:files/1/a.pdf:application/pdf;Snapshot:files/2/s.html:text/html",
                &["files/1/a.pdf", "files/2/s.html"],
            ),
            (":a.pdf:PDF;:b.pdf:PDF", &["a.pdf", "b.pdf"]),
            (r"My Papers/LoRA\; v2.pdf", &["My Papers/LoRA; v2.pdf"]),
            (
                r"x.pdf:C\:\\Users\\me\\Zotero\\storage\\AB\\x.pdf:application/pdf",
                &[r"C:\Users\me\Zotero\storage\AB\x.pdf"],
            ),
            (r"C:\Users\me\x.pdf", &[r"C:\Users\me\x.pdf"]),
            (r"PDF:C:\Users\me\x.pdf:application/pdf", &[r"C:\Users\me\x.pdf"]),
            (r":C$\backslash$:/Users/me/x.pdf:pdf", &["C:/Users/me/x.pdf"]),
            (r"a\:b.pdf", &["a:b.pdf"]),
            ("file:///home/me/x.pdf", &["/home/me/x.pdf"]),
            ("{braced.pdf}", &["braced.pdf"]),
            ("", &[]),
        ] {
            assert_eq!(paths_of(field), paths, "{field}");
        }
        let entry = r"@misc{a, title={T}, file = {T:C\:\\x\\y.pdf:application/pdf}}";
        assert_eq!(files_in(entry), Some(vec![r"C:\x\y.pdf".to_owned()]));
    }

    #[test]
    fn a_moved_library_is_found_by_the_end_of_its_paths() {
        let places = candidates(Path::new("lib"), r"C:\Zotero\storage\AB\x.pdf");
        assert!(places.contains(&PathBuf::from("lib/storage/AB/x.pdf")), "{places:?}");
        assert!(places.contains(&PathBuf::from("lib/x.pdf")));
        assert_eq!(candidates(Path::new("lib"), "../x.pdf").len(), 2);
    }
}
