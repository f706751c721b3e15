//! Names of authors, out of what stands below a title: names, marks, places, addresses.

use super::prose;

/// Stands between two authors' blocks. Like the other two a character of the private use area, which
/// never leaves the readers.
pub(super) const NEXT: char = '\u{F8F1}';
/// Stands at the end of a line.
pub(super) const LINE: char = '\u{F8F2}';
/// Stands for a wide gap.
pub(super) const GAP: char = '\u{F8F3}';

/// Finds names in blocks parted by [`NEXT`]: the first line of each author's block, and further lines as long
/// as they look like names.
pub(super) fn names_in(marked: &str) -> Vec<String> {
    let mut out = Vec::new();
    for block in marked.split(NEXT) {
        let mut any = false;
        for line in block.split(LINE) {
            let names = names_of_line(line);
            if names.is_empty() {
                if any {
                    break;
                }
                continue;
            }
            // A second line is names only if it holds several, or the first one ended in a comma.
            if any && names.len() < 2 && !line.trim().ends_with(',') {
                break;
            }
            any = true;
            out.extend(names);
        }
    }
    out
}

fn names_of_line(line: &str) -> Vec<String> {
    let line = line.replace(['∗', '*', '†', '‡', '§', '¶'], " ");
    let line = line.replace(" and ", ",").replace(" & ", ",").replace(['\u{A0}'], " ");
    let mut out = Vec::new();
    for piece in line.split([',', GAP, ';', '，', '、']).flat_map(|p| p.split("   ")) {
        let name = prose::squeeze(piece);
        let name = name.strip_prefix("and ").unwrap_or(&name);
        if name.is_empty()
            || ["Jr.", "Jr", "III", "Sr.", "Member", "IEEE"].contains(&name)
        {
            continue;
        }
        if !looks_like_a_name(name) {
            return Vec::new();
        }
        out.push(name.to_owned());
    }
    out
}

fn looks_like_a_name(name: &str) -> bool {
    const PLACES: [&str; 24] = [
        "univ",
        "institut",
        "department",
        "dept",
        "laborator",
        "school",
        "college",
        "center",
        "centre",
        "research",
        "academy",
        "inc.",
        "ltd",
        "corp",
        "google",
        "microsoft",
        "facebook",
        "e-mail",
        "email",
        "http",
        "street",
        "member",
        "faculty",
        "team",
    ];
    let lower = name.to_lowercase();
    let n_words = name.split_whitespace().count();
    let letters = name.chars().filter(|c| c.is_alphabetic()).count();
    letters >= 2
        && n_words <= 6
        && name.chars().count() <= 60
        && !name.contains(['@', ':', '/', '{'])
        && !name.contains(|c: char| c.is_ascii_digit())
        && name.chars().next().is_some_and(|c| c.is_alphabetic())
        && !PLACES.iter().any(|place| lower.contains(place))
}
