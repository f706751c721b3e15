//! What all readers of marked-up text do with words: white space, numbers of headings, identifiers.

/// Collapses white space to single blanks, and to none between two characters of a script that
/// is written without blanks.
pub(super) fn squeeze(text: &str) -> String {
    if is_squeezed(text.as_bytes()) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    push_squeezed(&mut out, text);
    out.truncate(out.trim_end().len());
    out
}

/// Tells whether a text is plain words with single blanks between them.
fn is_squeezed(text: &[u8]) -> bool {
    let [first, .., last] = text else { return false };
    let mut odd = *first == b' ' || *last == b' ';
    // Without a way out on the way, so that many bytes are looked at in one step. Of two bytes neither
    // of which is below a blank the larger is a blank where both are.
    for (byte, next) in text.iter().zip(&text[1..]) {
        odd |= (byte.wrapping_sub(b' ') > b'~' - b' ') | (*byte.max(next) == b' ');
    }
    !odd && *last < 0x7F && *last > b' '
}

/// Appends `text` to `out` with white space collapsed, also across the seam.
pub(super) fn push_squeezed(out: &mut String, text: &str) {
    let mut last = out.chars().next_back();
    let mut broken = false;
    let mut blank = false;
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        // The quick way through plain words.
        let plain = rest.bytes().take_while(u8::is_ascii_graphic).count();
        if plain > 0 {
            if blank && last.is_some_and(|l| l != ' ') {
                out.push(' ');
            }
            (blank, broken) = (false, false);
            out.push_str(&rest[..plain]);
            last = out.chars().next_back();
            rest = &rest[plain..];
            continue;
        }
        rest = &rest[c.len_utf8()..];
        if c.is_whitespace() && c != '\u{A0}' {
            blank = true;
            broken |= c == '\n';
            continue;
        }
        if blank {
            let glued = broken && last.is_some_and(is_unspaced) && is_unspaced(c);
            if !glued && last.is_some_and(|l| l != ' ') {
                out.push(' ');
            }
            (blank, broken) = (false, false);
        }
        let c = if c == '\u{A0}' { ' ' } else { c };
        if !(c.is_control() || matches!(c, '\u{AD}' | '\u{FEFF}' | '\u{200B}')) {
            out.push(c);
            last = Some(c);
        }
    }
    if blank && last.is_some_and(|l| l != ' ') {
        out.push(' ');
    }
}

/// Tells whether a character belongs to a script that sets no blanks between words.
pub(super) fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{2FFFF}')
}

/// Splits a heading into its printed number and its title: `2.3.1 Data`, `A.2 Proofs`,
/// `IV. Results`, `第3章 方法`.
pub(super) fn split_number(heading: &str) -> (Option<String>, &str) {
    let heading = heading.trim();
    let Some((first, rest)) = heading.split_once(char::is_whitespace) else {
        return (None, heading);
    };
    let rest = rest.trim_start();
    let (word, rest) = match first {
        "Chapter" | "Section" | "Appendix" | "Part" => {
            match rest.split_once([' ', ':', '.']) {
                Some((word, rest)) if !rest.trim().is_empty() => (word, rest),
                _ => return (None, heading),
            }
        }
        _ => (first, rest),
    };
    let number = word.trim_end_matches(['.', ')', ':', '、', '．']);
    let marked = number.len() < word.len() || first != word;
    if is_number(number, marked) && !rest.is_empty() {
        (Some(number.to_owned()), rest.trim_start_matches([':', '-', '–', '.', ' ']))
    } else {
        (None, heading)
    }
}

fn is_number(word: &str, marked: bool) -> bool {
    let parts: Vec<&str> = word.split('.').collect();
    let digits =
        |p: &str| !p.is_empty() && p.len() <= 3 && p.bytes().all(|b| b.is_ascii_digit());
    let first_letter = parts[0].len() == 1 && parts[0].as_bytes()[0].is_ascii_uppercase();
    if digits(parts[0]) || first_letter && parts.len() > 1 {
        return parts[1..].iter().all(|p| digits(p));
    }
    let roman =
        !word.is_empty() && word.len() <= 5 && word.bytes().all(|b| b"IVX".contains(&b));
    let ordinal = word.starts_with('第') && word.ends_with(['章', '节', '節', '部']);
    ordinal || marked && (roman || first_letter && parts.len() == 1)
}

/// Finds a year from 1500 to 2100 in a date or a line.
pub(super) fn year_in(text: &str) -> Option<i32> {
    text.split(|c: char| !c.is_ascii_digit())
        .filter(|run| run.len() == 4)
        .filter_map(|run| run.parse().ok())
        .find(|year| (1500..=2100).contains(year))
}

/// Splits a line of authors: at ` and `, `;`, and commas that do not part last from first name.
pub(super) fn split_authors(line: &str) -> Vec<String> {
    let line = squeeze(line);
    let by_and: Vec<&str> = if line.contains(';') {
        line.split(';').collect()
    } else {
        line.split(" and ").flat_map(|p| p.split(" & ")).collect()
    };
    let commas = |part: &str| part.matches(',').count();
    let reversed = line.contains(';') || by_and.iter().all(|part| commas(part) == 1);
    let mut out = Vec::new();
    for part in by_and {
        let pieces: Vec<&str> = part
            .split([',', '，', '、'])
            .map(str::trim)
            .filter(|p| !p.is_empty())
            .collect();
        match pieces[..] {
            [last, first]
                if commas(part) == 1
                    && (reversed || !last.contains(' ') && is_initials(first)) =>
            {
                out.push(format!("{first} {last}"));
            }
            _ => out.extend(pieces.iter().map(|p| (*p).to_owned())),
        }
    }
    out.iter_mut().for_each(|name| {
        *name = name.trim_start_matches("and ").trim().to_owned();
    });
    out.retain(|name| name.chars().any(char::is_alphabetic) && name != "et al.");
    out
}

fn is_initials(name: &str) -> bool {
    name.split(['.', ' ', '-']).all(|p| p.chars().count() <= 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_collapses_and_chinese_lines_join() {
        assert_eq!(squeeze("  a \n b\u{A0}c\t"), "a b c");
        assert_eq!(squeeze("视觉\n  生成 模型"), "视觉生成 模型");
        assert_eq!(squeeze("self\u{AD}-supervised\u{200B}"), "self-supervised");
    }

    proptest::proptest! {
        #[test]
        fn what_is_squeezed_stays(text in "[ a-c\u{7F}\u{A0}\n~!]{0,9}") {
            let mut slow = String::new();
            push_squeezed(&mut slow, &text);
            proptest::prop_assert_eq!(squeeze(&text), slow.trim_end());
        }
    }

    #[test]
    fn numbers_of_headings() {
        for (heading, number, title) in [
            ("2.3.1 Data", Some("2.3.1"), "Data"),
            ("2. Method", Some("2"), "Method"),
            ("A.2 Proofs", Some("A.2"), "Proofs"),
            ("A Survey of Models", None, "A Survey of Models"),
            ("IV. Results", Some("IV"), "Results"),
            ("I Am a Title", None, "I Am a Title"),
            ("Chapter 3: Generation", Some("3"), "Generation"),
            ("第3章 方法", Some("第3章"), "方法"),
            ("3D scenes", None, "3D scenes"),
            ("Introduction", None, "Introduction"),
        ] {
            assert_eq!(
                split_number(heading),
                (number.map(str::to_owned), title),
                "{heading}"
            );
        }
    }

    #[test]
    fn years() {
        assert_eq!(year_in("2023-09-18"), Some(2023));
        assert_eq!(year_in("v 12345"), None);
    }

    #[test]
    fn lines_of_authors() {
        assert_eq!(
            split_authors("Ann Lee, Bo Li and C. D. Xu"),
            ["Ann Lee", "Bo Li", "C. D. Xu"]
        );
        assert_eq!(split_authors("Lee, Ann; Li, Bo"), ["Ann Lee", "Bo Li"]);
        assert_eq!(
            split_authors("Knuth, D. E. and Lamport, L."),
            ["D. E. Knuth", "L. Lamport"]
        );
        assert_eq!(split_authors("李雷、韩梅梅"), ["李雷", "韩梅梅"]);
        assert_eq!(split_authors("citemap contributors"), ["citemap contributors"]);
    }
}
