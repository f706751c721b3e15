//! Words and marks of a list of names, each with what it can be in one.

use super::is_cjk;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `A.`, `J.-B.`, `R.R.`, or a lone capital.
    Initial,
    /// A word with a capital first.
    Capital,
    /// Two or three capitals without periods: initials in `Smith JA`, or a group's name.
    Capitals,
    /// `de`, `van`, ...
    Particle,
    /// `Jr.`, `III`.
    Suffix,
    /// Any other word.
    Lower,
    /// A run of Han, kana or hangul.
    Cjk,
    /// `and`, `&`.
    And,
    /// `et al`, `others`, `等`.
    EtAl,
    /// Comma.
    Comma,
    /// Semicolon.
    Semicolon,
    /// Digits, and any other mark.
    Other,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'a> {
    pub(super) kind: Kind,
    pub(super) text: &'a str,
    pub(super) start: usize,
    pub(super) end: usize,
    /// A period follows that is no part of the word.
    pub(super) stop: bool,
}

/// Words that belong to the family name behind them.
const PARTICLES: [&str; 34] = [
    "de", "da", "do", "dos", "das", "del", "della", "der", "den", "di", "du", "la", "le",
    "les", "van", "von", "vom", "zu", "zur", "ten", "ter", "te", "el", "al", "bin",
    "ibn", "ben", "y", "e", "af", "av", "op", "st", "'t",
];

/// True for a word that belongs to the family name behind it: `van`, `de`; small letters count.
pub fn is_particle(word: &str) -> bool {
    PARTICLES.contains(&word)
}

/// Most characters of a list of names; longer ones are cut there.
const MAX_TEXT: usize = 40_000;

/// Reads the words and marks of a text.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut limit = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(limit) {
        limit -= 1;
    }
    let text = &text[..limit];
    let mut found: Vec<Token<'_>> = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let mut token = if is_cjk(c) {
            cjk_token(text, at)
        } else if c.is_alphabetic() || "'’`ˇ´¸˘˜¨".contains(c) {
            word_token(text, at)
        } else {
            let kind = match c {
                ',' | '，' | '、' => Kind::Comma,
                ';' | '；' => Kind::Semicolon,
                '&' => Kind::And,
                _ => Kind::Other,
            };
            mark(text, at, kind)
        };
        if token.text == "al" && found.last().is_some_and(|t| t.text == "et") {
            let et = found.pop().map_or(token.start, |t| t.start);
            token = Token { kind: Kind::EtAl, text: "et al", start: et, ..token };
        }
        // `D. d. L. Casas`: a small letter among initials is one.
        if token.kind == Kind::Lower
            && token.stop
            && token.text.chars().count() == 1
            && found.last().is_some_and(|t| t.kind == Kind::Initial)
        {
            token.kind = Kind::Initial;
            token.end += 1;
            token.text = &text[token.start..token.end];
            token.stop = false;
        }
        if matches!(token.kind, Kind::EtAl | Kind::Suffix)
            && text[token.end..].starts_with('.')
        {
            token.end += 1;
            token.stop = false;
        }
        at = token.end;
        if token.kind == Kind::Other && !found.is_empty() && found.len() > 600 {
            break;
        }
        found.push(token);
    }
    found
}

fn mark(text: &str, start: usize, kind: Kind) -> Token<'_> {
    let end = start + text[start..].chars().next().map_or(1, char::len_utf8);
    Token { kind, text: &text[start..end], start, end, stop: false }
}

fn cjk_token(text: &str, start: usize) -> Token<'_> {
    let mut end =
        start + text[start..].find(|c: char| !is_cjk(c)).unwrap_or(text.len() - start);
    let mut kind = Kind::Cjk;
    // `等` closes a list; it may be glued to the last name.
    if let Some(before) = text[start..end].strip_suffix('等') {
        if before.is_empty() {
            kind = Kind::EtAl;
        } else {
            end = start + before.len();
        }
    }
    let stop = text[end..].starts_with(['.', '．', '。']);
    Token { kind, text: &text[start..end], start, end, stop }
}

fn word_token(text: &str, start: usize) -> Token<'_> {
    let letter =
        |c: char| c.is_alphabetic() && !is_cjk(c) || "'’`ˇ´¸˘˜¨\u{301}".contains(c);
    let mut end = start;
    let mut initials = false;
    loop {
        let run = text[end..].find(|c: char| !letter(c)).unwrap_or(text.len() - end);
        let part = &text[end..end + run];
        end += run;
        let rest = &text[end..];
        let single = part.chars().filter(|c| c.is_alphabetic()).count() == 1;
        if rest.starts_with('.')
            && single
            && (initials || part.starts_with(char::is_uppercase))
        {
            initials = true;
            end += 1;
            let rest = &text[end..];
            let hyphen = rest.starts_with(['-', '‐', '‑']);
            if hyphen {
                let h = rest.chars().next().map_or(1, char::len_utf8);
                let next = rest[h..].trim_start();
                // A page breaks `S.- F.` after the hyphen.
                if next.starts_with(char::is_alphabetic) {
                    end += rest.len() - next.len();
                    continue;
                }
            }
            // `R.R.` goes on, `A.Smith` ends here.
            let mut next = rest.chars();
            if next.next().is_some_and(letter) && next.next() == Some('.') {
                continue;
            }
            break;
        }
        if initials {
            break;
        }
        let mut next = rest.chars();
        let joined = next.next().is_some_and(|c| "-‐‑".contains(c))
            && next.next().is_some_and(letter);
        if !joined {
            break;
        }
        end += rest.chars().next().map_or(1, char::len_utf8);
    }
    let word = &text[start..end];
    let kind = if initials { Kind::Initial } else { word_kind(word) };
    let stop = kind != Kind::Initial && text[end..].starts_with('.');
    Token { kind, text: word, start, end, stop }
}

fn word_kind(word: &str) -> Kind {
    let n = word.chars().filter(|c| c.is_alphabetic()).count();
    let upper = word.chars().filter(|c| c.is_uppercase()).count();
    match word {
        "and" | "und" | "AND" => return Kind::And,
        "others" => return Kind::EtAl,
        "Jr" | "Sr" | "II" | "III" | "IV" => return Kind::Suffix,
        _ => {}
    }
    if n == 1 && upper == 1 {
        return Kind::Initial;
    }
    if word.starts_with(char::is_lowercase) {
        // `d’Aspremont`, `l’Hôpital`: a capital follows the mark.
        if word.contains(['\'', '’']) && upper > 0 {
            return Kind::Capital;
        }
        return if PARTICLES.contains(&word.to_lowercase().as_str()) {
            Kind::Particle
        } else {
            Kind::Lower
        };
    }
    if (2..=3).contains(&n) && upper == n { Kind::Capitals } else { Kind::Capital }
}
