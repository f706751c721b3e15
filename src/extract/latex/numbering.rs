//! Numbers as LaTeX would print them: of sections, floats, equations, theorems.

use std::collections::BTreeMap;

/// How a class prints the numbers of sections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Style {
    /// `2.4.1`
    #[default]
    Arabic,
    /// `II-A1`, as IEEEtran.
    Ieee,
    /// `II.A.1`, as REVTeX.
    Revtex,
}

/// The counters of a document.
#[derive(Clone, Debug, Default)]
pub(super) struct Numbering {
    style: Style,
    /// True if chapters stand above sections.
    pub has_chapters: bool,
    /// Deepest level that has a number: 1 a section, 2 a subsection.
    depth: i32,
    /// Counters of chapter, section, subsection, subsubsection, paragraph.
    sections: [u32; 5],
    appendix: bool,
    counters: BTreeMap<String, u32>,
}

impl Numbering {
    /// Starts the count for a class and its options.
    pub(super) fn start(&mut self, class: &str, options: &str) {
        const BOOKS: [&str; 12] = [
            "book",
            "report",
            "memoir",
            "scrbook",
            "scrreprt",
            "ctexbook",
            "ctexrep",
            "amsbook",
            "extbook",
            "extreport",
            "ltjsbook",
            "svmono",
        ];
        self.has_chapters |= BOOKS.contains(&class);
        self.depth = if self.has_chapters { 2 } else { 3 };
        self.style = match class {
            "IEEEtran" if !options.contains("compsoc") => Style::Ieee,
            "revtex4" | "revtex4-1" | "revtex4-2" => Style::Revtex,
            _ => Style::Arabic,
        };
    }

    /// Sets the counter `name`, or the depth of numbers.
    pub(super) fn set(&mut self, name: &str, value: i32) {
        let count = u32::try_from(value).unwrap_or(0);
        match name {
            "secnumdepth" => self.depth = value,
            "chapter" => self.sections[0] = count,
            "section" => self.sections[1] = count,
            "subsection" => self.sections[2] = count,
            "subsubsection" => self.sections[3] = count,
            _ => {
                self.counters.insert(name.to_owned(), count);
            }
        }
    }

    /// From here on the top level counts in letters.
    pub(super) fn start_appendix(&mut self) {
        if !self.appendix {
            self.appendix = true;
            self.sections = [0; 5];
        }
    }

    /// Depth in the outline, from 1, of a level (0 a chapter, 1 a section).
    pub(super) fn outline_level(&self, level: usize) -> u8 {
        let level = if self.has_chapters { level + 1 } else { level.max(1) };
        level as u8
    }

    /// Counts a section and gives its number, if that level has numbers.
    pub(super) fn section(&mut self, level: usize) -> Option<String> {
        if level as i32 > self.depth {
            return None;
        }
        self.sections[level] += 1;
        self.sections[level + 1..].fill(0);
        if level == 0 || !self.has_chapters && level == 1 {
            let within =
                if level == 0 { ["figure", "table", "equation"].as_slice() } else { &[] };
            for name in within {
                self.counters.remove(*name);
            }
        }
        Some(self.section_number(level))
    }

    fn section_number(&self, level: usize) -> String {
        let top = usize::from(!self.has_chapters);
        let parts: Vec<u32> = self.sections[top.min(level)..=level].to_vec();
        let first = match (self.appendix, self.style) {
            (true, _) => letter(parts[0]),
            (false, Style::Arabic) => parts[0].to_string(),
            (false, _) => roman(parts[0]),
        };
        let mut out = first;
        for (index, &part) in parts.iter().enumerate().skip(1) {
            match (self.style, index) {
                (Style::Arabic, _) => out.push_str(&format!(".{part}")),
                (Style::Ieee, 1) => out.push_str(&format!("-{}", letter(part))),
                (Style::Ieee, _) => out.push_str(&part.to_string()),
                (Style::Revtex, 1) => out.push_str(&format!(".{}", letter(part))),
                (Style::Revtex, _) => out.push_str(&format!(".{part}")),
            }
        }
        out
    }

    /// Counts one more of `name` (figure, table, equation, a theorem) and gives its number.
    pub(super) fn next(&mut self, name: &str) -> String {
        let count = self.counters.entry(name.to_owned()).or_default();
        *count += 1;
        let count = *count;
        let by_chapter =
            self.has_chapters && ["figure", "table", "equation"].contains(&name);
        if by_chapter && self.sections[0] > 0 {
            format!("{}.{count}", self.section_number(0))
        } else {
            count.to_string()
        }
    }
}

fn letter(n: u32) -> String {
    match n {
        1..=26 => char::from(b'A' + (n - 1) as u8).to_string(),
        n => n.to_string(),
    }
}

fn roman(mut n: u32) -> String {
    const DIGITS: [(u32, &str); 9] = [
        (100, "C"),
        (90, "XC"),
        (50, "L"),
        (40, "XL"),
        (10, "X"),
        (9, "IX"),
        (5, "V"),
        (4, "IV"),
        (1, "I"),
    ];
    if n == 0 || n > 399 {
        return n.to_string();
    }
    let mut out = String::new();
    for (value, digit) in DIGITS {
        while n >= value {
            out.push_str(digit);
            n -= value;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_as_each_class_prints_them() {
        for (class, options, expected) in [
            ("article", "", "1 1.1 1.1.1 2 A A.1"),
            ("IEEEtran", "conference", "I I-A I-A1 II A A-A"),
            ("IEEEtran", "journal,compsoc", "1 1.1 1.1.1 2 A A.1"),
            ("revtex4-2", "", "I I.A I.A.1 II A A.A"),
        ] {
            let mut numbers = Numbering::default();
            numbers.start(class, options);
            let mut out: Vec<String> =
                [1, 2, 3, 1].iter().filter_map(|&l| numbers.section(l)).collect();
            numbers.start_appendix();
            out.extend([1, 2].iter().filter_map(|&l| numbers.section(l)));
            assert_eq!(out.join(" "), expected, "{class} {options}");
        }
    }

    #[test]
    fn chapters_number_their_floats() {
        let mut numbers = Numbering::default();
        numbers.start("book", "");
        assert_eq!(numbers.section(0).as_deref(), Some("1"));
        assert_eq!(numbers.next("figure"), "1.1");
        assert_eq!(numbers.section(1).as_deref(), Some("1.1"));
        assert_eq!(numbers.section(3), None);
        assert_eq!((numbers.outline_level(0), numbers.outline_level(1)), (1, 2));
    }
}
