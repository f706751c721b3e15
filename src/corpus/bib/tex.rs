//! Small TeX in entries, as people write it, made into what the parser reads.
//!
//! In: one entry. Out: the same entry with dotless letters under accents, empty groups behind
//! letters, type styles and round brackets written in the one way that BibLaTeX's reader knows.

use std::borrow::Cow;

/// Commands whose argument is text in another type.
const STYLES: [&str; 9] = [
    "textit", "emph", "textbf", "textsc", "texttt", "textrm", "textsf", "textsl", "mbox",
];

/// Rewrites an entry for the parser; most have nothing to rewrite.
pub(super) fn plain(entry: &str) -> Cow<'_, str> {
    let round = entry.find(['{', '(']).filter(|at| entry.as_bytes()[*at] == b'(');
    let braced = match round {
        Some(at) if entry.ends_with(')') => {
            let inner = &entry[at + 1..entry.len() - 1];
            Cow::Owned(format!("{}{{{inner}}}", &entry[..at]))
        }
        _ => Cow::Borrowed(entry),
    };
    if !braced.contains('\\') {
        return braced;
    }
    let mut out = String::with_capacity(braced.len());
    let mut rest = braced.as_ref();
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let command = &rest[at + 1..];
        let (text, length) = rewritten(command);
        out.push_str(&text);
        rest = &command[length..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What a command becomes, the backslash before it included, and how many bytes of it that takes.
fn rewritten(command: &str) -> (Cow<'_, str>, usize) {
    let Some(first) = command.chars().next() else { return ("\\".into(), 0) };
    if first == ' ' {
        return (" ".into(), 1);
    }
    if "'`^\"~=".contains(first) {
        // `\'\i`: the dot goes where the accent comes.
        for letter in ["i", "j"] {
            let dotless =
                command[1..].strip_prefix('\\').and_then(|c| c.strip_prefix(letter));
            if let Some(behind) = dotless.filter(|b| !b.starts_with(char::is_alphabetic))
            {
                let gap = behind.starts_with("{}").then_some(2);
                let gap = gap.unwrap_or(usize::from(behind.starts_with(' ')));
                return (format!("\\{first}{{{letter}}}").into(), 3 + gap);
            }
        }
        return (format!("\\{first}").into(), 1);
    }
    let name = command.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(command.len());
    let (name, behind) = command.split_at(name);
    if matches!(name, "o" | "O") && behind.starts_with("{}") {
        // With an empty argument the parser takes it for a stroke over nothing.
        return (format!("{{\\{name}}}").into(), 3);
    }
    if STYLES.contains(&name) && behind.starts_with('{') {
        return ("".into(), name.len());
    }
    match name.is_empty() {
        true => (format!("\\{first}").into(), first.len_utf8()),
        false => (format!("\\{name}").into(), name.len()),
    }
}
