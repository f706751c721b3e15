//! The parser against facts: 100 works, printed in a dozen styles, each entry read back.

use super::names::{family, fold};
use super::parse;

struct Facts {
    authors: Vec<(String, String)>,
    more: bool,
    title: String,
    year: i32,
    venue: String,
    arxiv: String,
}

fn facts() -> Vec<Facts> {
    include_str!("judged.tsv")
        .lines()
        .filter(|l| !l.starts_with('#'))
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let names: Vec<&str> = fields[0].split("; ").filter(|n| *n != "+").collect();
            let split = |n: &&str| match n.rsplit_once(' ') {
                Some((given, last)) => (given.to_owned(), last.to_owned()),
                None => (String::new(), (*n).to_owned()),
            };
            Facts {
                authors: names.iter().map(split).collect(),
                more: fields[0].ends_with("; +"),
                title: fields[1].to_owned(),
                year: fields[2].parse().unwrap(),
                venue: fields[3].to_owned(),
                arxiv: fields[4].to_owned(),
            }
        })
        .collect()
}

/// `Jong Wook` as `J. W.`, with this between and behind the letters.
fn initials(given: &str, mark: &str, gap: &str) -> String {
    let given = given.replace(".-", "-").replace('.', " ");
    let parts = given.split_whitespace();
    let letters: Vec<String> = parts
        .map(|w| {
            w.split('-')
                .map(|p| {
                    format!("{}{mark}", &p[..p.chars().next().map_or(0, char::len_utf8)])
                })
                .collect::<Vec<_>>()
                .join("-")
        })
        .collect();
    letters.join(gap)
}

impl Facts {
    fn list(
        &self,
        name: impl Fn(&(String, String)) -> String,
        comma: &str,
        and: &str,
        et_al: &str,
    ) -> String {
        let names: Vec<String> =
            self.authors.iter().map(name).map(|n| n.trim().to_owned()).collect();
        match names.as_slice() {
            all if self.more => format!("{}{et_al}", all.join(comma)),
            [one] => one.clone(),
            [all @ .., last] => format!("{}{and}{last}", all.join(comma)),
            [] => String::new(),
        }
    }

    fn full(&self) -> String {
        let and = if self.authors.len() == 2 { " and " } else { ", and " };
        self.list(|(g, l)| format!("{g} {l}"), ", ", and, ", et al.")
    }

    fn preprint(&self) -> String {
        if self.arxiv.is_empty() {
            String::new()
        } else {
            format!("arXiv preprint arXiv:{}", self.arxiv)
        }
    }

    fn venue_or_preprint(&self) -> String {
        if self.venue.is_empty() || self.venue == "arXiv" {
            self.preprint()
        } else {
            self.venue.clone()
        }
    }

    /// The entry in a style.
    fn printed(&self, style: &str) -> String {
        let Self { title, year, .. } = self;
        let venue = self.venue_or_preprint();
        let stop = if title.ends_with(['?', '!']) { "" } else { "." };
        let dot = |s: String| if s.ends_with('.') { s } else { format!("{s}.") };
        let short = |(g, l): &(String, String)| {
            if g.is_empty() {
                l.clone()
            } else {
                format!("{l}, {}", initials(g, ".", " "))
            }
        };
        let ieee = |(g, l): &(String, String)| format!("{} {l}", initials(g, ".", " "));
        match style {
            "acl" => format!(
                "{} {year}a. {title}{stop} In {venue}, pages 12–2034.",
                dot(self.full())
            ),
            "plain" => format!("{} {title}{stop} {venue}, {year}.", dot(self.full())),
            "cvpr" => format!(
                "[12] {} {title}{stop} In {venue}, pages 1–9, {year}. 2, 3, 11",
                dot(self.full())
            ),
            "springer" => format!(
                "[3] {}: {title}{stop} In: {venue}, pp. 1998–2007 ({year})",
                self.list(short, ", ", ", ", ", et al.")
            ),
            "ieee" => format!(
                "[7] {}, “{title},” in {venue}, {year}, pp. 5–9.",
                self.list(ieee, ", ", ", and ", " et al.")
            ),
            "elsevier" => format!(
                "[8] {}, {title}, in: {venue}, {year}, pp. 1–2.",
                self.list(ieee, ", ", ", ", ", et al.")
            ),
            "apa" => format!(
                "{} ({year}). {title}{stop} {venue}, 33(2), 1877–1901.",
                self.list(short, ", ", ", & ", ", et al.")
            ),
            "nature" => format!(
                "{} {title}{stop} {venue} 521, 436–444 ({year}).",
                dot(self.list(short, ", ", " & ", " et al."))
            ),
            "vancouver" => format!(
                "5. {} {title}{stop} {venue}. {year};30:59–68.",
                dot(self.list(
                    |(g, l)| format!("{l} {}", initials(g, "", "")),
                    ", ",
                    ", ",
                    ", et al"
                ))
            ),
            "aaai" => format!(
                "{} {year}. {title}{stop} In {venue}, 1–8.",
                dot(self.list(short, "; ", "; and ", "; et al."))
            ),
            "icml" => format!(
                "{} {title}{stop} In {venue}, {year}.",
                dot(self.list(short, ", ", ", and ", ", et al."))
            ),
            "gbt" => format!(
                "[9] {}. {title}[J]. {venue}, {year}, 12(3): 1-5.",
                self.list(
                    |(g, l)| format!("{} {}", l.to_uppercase(), initials(g, "", " ")),
                    ", ",
                    ", ",
                    ", et al"
                )
            ),
            _ => unreachable!("a style of the list below"),
        }
    }
}

const STYLES: [&str; 12] = [
    "acl",
    "plain",
    "cvpr",
    "springer",
    "ieee",
    "elsevier",
    "apa",
    "nature",
    "vancouver",
    "aaai",
    "icml",
    "gbt",
];

#[test]
fn entries_of_every_style_are_read_back() {
    let facts = facts();
    assert_eq!(facts.len(), 100);
    let mut wrong = Vec::new();
    let mut poor = Vec::new();
    for style in STYLES {
        let before = wrong.len();
        for work in &facts {
            let printed = work.printed(style);
            let read = parse("k", &printed);
            let last = work.authors.first().map(|(_, l)| fold(l));
            let title = fold(&read.title) == fold(&work.title);
            let author = read.authors.first().map(|a| family(a)) == last;
            if !(title && author && read.year == Some(work.year)) {
                wrong.push(format!(
                    "{style}: {printed}\n   {:?} | {} | {:?}",
                    read.authors.first(),
                    read.title,
                    read.year
                ));
            }
        }
        if wrong.len() - before > 4 {
            poor.push(style);
        }
    }
    let n = facts.len() * STYLES.len();
    let share = 1.0 - wrong.len() as f64 / n as f64;
    assert!(
        poor.is_empty() && share >= 0.985,
        "{share:.4} {poor:?}\n{}",
        wrong.join("\n")
    );
}
