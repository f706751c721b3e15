//! The list of authors at the start of a reference.
//!
//! In: text that begins with names. Out: the names as `First Last`, and where they end. Knows the
//! orders `First Last`, `F. Last`, `Last, F.`, `Last F` and `Last, First`, CJK names, and groups
//! (`OpenAI`); it decides by the form of the first name and keeps to it, so that a title in
//! capitals is not taken for one more author.

mod tokens;

pub use tokens::is_particle;

use tokens::{Kind, Token, tokens};

/// Names read from the start of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// `First Last`, in order.
    pub authors: Vec<String>,
    /// `et al.` or `and others` closed the list.
    pub more: bool,
    /// Bytes of the text that the list takes, without the mark that ends it.
    pub end: usize,
    /// The names are in a form that titles do not have (initials, CJK, `et al.`, a last `and`).
    pub certain: bool,
}

/// Reads the names at the start of the text; `None` if it does not begin with any.
pub fn leading_names(text: &str) -> Option<Names> {
    let tokens = tokens(text);
    let first = tokens.first()?;
    if first.kind == Kind::Cjk {
        return cjk_names(&tokens);
    }
    inverted(&tokens).or_else(|| vancouver(&tokens)).or_else(|| forward(&tokens))
}

/// Splits a text that is nothing but names, as metadata gives them, into `First Last` names.
pub fn split_names(text: &str) -> Vec<String> {
    let text = text.trim().trim_end_matches(['.', ',', ';']);
    match leading_names(text) {
        Some(names) if text[names.end..].trim_matches([' ', '.', ',']).is_empty() => {
            names.authors
        }
        _ => text
            .split([';', ','])
            .flat_map(|part| part.split(" and "))
            .map(|name| tidy(name.trim()))
            .filter(|name| !name.is_empty())
            .collect(),
    }
}

/// Turns `Last, First` into `First Last`; other forms stay.
pub fn upright(name: &str) -> String {
    match name.split_once(',') {
        Some((last, first)) if !first.contains(',') => {
            tidy(&format!("{} {}", first.trim(), last.trim()))
        }
        _ => tidy(name),
    }
}

/// Returns the family name of a `First Last` name, lower case, without accents, particles kept off.
pub fn family(name: &str) -> String {
    let name = name.trim_end_matches(['.', ',']);
    let mut words = name.split_whitespace().rev();
    let mut last = words.next().unwrap_or("");
    if matches!(last.trim_end_matches('.'), "Jr" | "Sr" | "II" | "III" | "IV") {
        last = words.next().unwrap_or(last);
    }
    fold(last)
}

/// Lower case, accents off, letters and digits alone.
pub fn fold(text: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    if text.is_ascii() {
        let letters = text.chars().filter(char::is_ascii_alphanumeric);
        return letters.map(|c| c.to_ascii_lowercase()).collect();
    }
    text.nfkd()
        .flat_map(|c| match c {
            'ø' | 'Ø' => 'o'.to_lowercase(),
            'ł' | 'Ł' => 'l'.to_lowercase(),
            'ı' => 'i'.to_lowercase(),
            'đ' | 'Đ' => 'd'.to_lowercase(),
            _ => c.to_lowercase(),
        })
        .filter(|c| c.is_alphanumeric())
        .collect()
}

/// True for characters of scripts that write names without blanks.
pub fn is_cjk(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{2FDF}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30FF}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3134F}')
}

fn tidy(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `Last, F. M.`, also `Last F. M.`; the form is told from the first name.
fn inverted(tokens: &[Token<'_>]) -> Option<Names> {
    let (first, mut at) = inverted_name(tokens, 0, true)?;
    let mut names = Names { authors: vec![first], certain: true, ..Names::default() };
    names.end = tokens[at - 1].end;
    let mut last = false;
    while let Some((after, and)) = separator(tokens, at) {
        if last && !tokens.get(at).is_some_and(|t| t.kind == Kind::Semicolon) {
            break;
        }
        last = and;
        if let Some(more) = closing(tokens, after) {
            names.more = true;
            names.end = tokens[more].end;
            break;
        }
        // Some styles turn only the first name round; a group may close the list.
        let next = inverted_name(tokens, after, true)
            .or_else(|| initials_first(tokens, after))
            .or_else(|| if and { forward_name(tokens, after) } else { None });
        let Some((name, end)) = next else { break };
        names.authors.push(name);
        names.end = tokens[end - 1].end;
        at = end;
    }
    if let Some(more) = closing(tokens, at)
        && !names.more
    {
        names.more = true;
        names.end = tokens[more].end;
    }
    Some(names)
}

/// `Last F`, `LAST F M`: initials without periods, last.
fn vancouver(tokens: &[Token<'_>]) -> Option<Names> {
    let (first, mut at) = vancouver_name(tokens, 0)?;
    let mut names = Names { authors: vec![first], certain: true, ..Names::default() };
    names.end = tokens[at - 1].end;
    while let Some((after, and)) = separator(tokens, at) {
        if let Some(more) = closing(tokens, after) {
            names.more = true;
            names.end = tokens[more].end;
            break;
        }
        let next = vancouver_name(tokens, after)
            .or_else(|| if and { forward_name(tokens, after) } else { None });
        let Some((name, end)) = next else { break };
        names.authors.push(name);
        names.end = tokens[end - 1].end;
        at = end;
    }
    // One name in this form may as well be a group's (`Mistral AI`).
    let lone = names.authors.len() == 1 && !names.more;
    let group = tokens.get(at - 1).is_some_and(|t| matches!(t.text, "AI" | "NLP" | "ML"));
    (!lone || !group && tokens[at - 1].stop).then_some(names)
}

/// `First Last`, `F. Last`, groups; also `Last, First` where the pattern shows it.
fn forward(tokens: &[Token<'_>]) -> Option<Names> {
    let (first, mut at) = forward_name(tokens, 0)?;
    let has_initial =
        |from: usize, to: usize| tokens[from..to].iter().any(|t| t.kind == Kind::Initial);
    // With `F. Last` in front, a chunk without initials is no name any more.
    let strict = tokens[0].kind == Kind::Initial;
    let mut chunks: Vec<(String, usize, usize, Kind)> = vec![(first, 0, at, Kind::Other)];
    let mut names = Names { end: tokens[at - 1].end, ..Names::default() };
    let mut last = false;
    while !tokens[at - 1].stop
        && let Some((after, and)) = separator(tokens, at)
    {
        if let Some(more) = closing(tokens, after) {
            names.more = true;
            names.end = tokens[more].end;
            break;
        }
        let Some((name, end)) = forward_name(tokens, after) else { break };
        let plain_comma = tokens[at].kind == Kind::Comma && !and;
        if plain_comma && strict && !has_initial(after, end) {
            break;
        }
        // After `and X`, a comma goes on only in `Chintala, Soumith.`
        let one_word = |from: usize, to: usize| to - from == 1;
        let begun = chunks.last().is_some_and(|c| one_word(c.1, c.2));
        if last && !(begun && one_word(after, end) && tokens[end - 1].stop) {
            break;
        }
        let mark = tokens[at].kind;
        last |= and;
        chunks.push((name, after, end, mark));
        names.end = tokens[end - 1].end;
        at = end;
    }
    if !names.more
        && let Some(more) = closing(tokens, at)
        && !tokens[at - 1].stop
    {
        names.more = true;
        names.end = tokens[more].end;
    }
    names.certain = strict || names.more || last || chunks.len() > 2;
    names.authors = pair_up(&chunks);
    Some(names)
}

/// Puts `Last, First` chunks together where the pattern of the list shows that order.
fn pair_up(chunks: &[(String, usize, usize, Kind)]) -> Vec<String> {
    let words = |c: &(String, usize, usize, Kind)| {
        c.0.split(' ')
            .filter(|w| w.chars().filter(|c| c.is_alphabetic()).count() > 1)
            .count()
    };
    let n = chunks.len();
    let initial = |c: &(String, usize, usize, Kind)| {
        c.0.split(' ').next().is_some_and(|w| w.contains('.') || w.chars().count() == 1)
    };
    if initial(&chunks[0]) {
        return chunks.iter().map(|c| c.0.clone()).collect();
    }
    if chunks.iter().any(|c| c.3 == Kind::Semicolon) {
        let mut authors: Vec<String> = Vec::new();
        for chunk in chunks {
            match (chunk.3, authors.last_mut()) {
                (Kind::Comma, Some(last)) if !last.contains('\u{1}') => {
                    *last = format!("{}\u{1}{last}", chunk.0);
                }
                _ => authors.push(chunk.0.clone()),
            }
        }
        return authors.into_iter().map(|a| a.replace('\u{1}', " ")).collect();
    }
    let short = chunks.iter().filter(|c| words(c) <= 1).count();
    if n >= 4 && n.is_multiple_of(2) && short * 5 >= n * 4
        || n == 2 && short == 2 && chunks[1].3 == Kind::Comma
    {
        return chunks.chunks(2).map(|p| format!("{} {}", p[1].0, p[0].0)).collect();
    }
    let rest_long = n > 2 && chunks[2..].iter().all(|c| c.0.contains(' '));
    if rest_long
        && words(&chunks[0]) == 1
        && words(&chunks[1]) == 1
        && !chunks[0].0.contains(' ')
    {
        let first = format!("{} {}", chunks[1].0, chunks[0].0);
        return std::iter::once(first)
            .chain(chunks[2..].iter().map(|c| c.0.clone()))
            .collect();
    }
    chunks.iter().map(|c| c.0.clone()).collect()
}

/// `张三, 李四, 等`
fn cjk_names(tokens: &[Token<'_>]) -> Option<Names> {
    let mut names = Names { certain: true, ..Names::default() };
    let mut at = 0;
    loop {
        let token = tokens.get(at)?;
        let n = token.text.chars().count();
        if token.kind != Kind::Cjk || !(2..=12).contains(&n) {
            break;
        }
        names.authors.push(token.text.to_owned());
        names.end = token.end;
        at += 1;
        if token.stop {
            break;
        }
        if let Some(more) = closing(tokens, at) {
            names.more = true;
            names.end = tokens[more].end;
            break;
        }
        match separator(tokens, at) {
            Some((after, _)) => at = after,
            None => break,
        }
        if let Some(more) = closing(tokens, at) {
            names.more = true;
            names.end = tokens[more].end;
            break;
        }
        if at >= tokens.len() {
            break;
        }
    }
    (!names.authors.is_empty()).then_some(names)
}

/// The token after a separator between names, and whether it says that the last name follows.
fn separator(tokens: &[Token<'_>], at: usize) -> Option<(usize, bool)> {
    let kind = |i: usize| tokens.get(i).map(|t| t.kind);
    match kind(at)? {
        Kind::Comma | Kind::Semicolon if kind(at + 1) == Some(Kind::And) => {
            Some((at + 2, true))
        }
        Kind::Comma | Kind::Semicolon => Some((at + 1, false)),
        Kind::And => Some((at + 1, true)),
        Kind::EtAl => Some((at, true)),
        _ => None,
    }
}

/// The index of an `et al.` that stands here.
fn closing(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    match tokens.get(at)?.kind {
        Kind::EtAl => Some(at),
        Kind::And if tokens.get(at + 1)?.kind == Kind::EtAl => Some(at + 1),
        _ => None,
    }
}

fn inverted_name(
    tokens: &[Token<'_>],
    at: usize,
    comma_may_lack: bool,
) -> Option<(String, usize)> {
    let mut i = at;
    // `sung Park, J.`: one small word, where the list has shown its form.
    if at > 0
        && tokens.get(i)?.kind == Kind::Lower
        && tokens.get(i + 1)?.kind == Kind::Capital
        && tokens.get(i + 2)?.kind == Kind::Comma
    {
        i += 1;
    }
    while matches!(
        tokens.get(i)?.kind,
        Kind::Capital | Kind::Capitals | Kind::Particle | Kind::Suffix
    ) && i - at < 5
    {
        if tokens[i].stop {
            return None;
        }
        i += 1;
    }
    let last = join(&tokens[at..i]);
    if i == at || last.chars().next()?.is_lowercase() && i - at == 1 {
        return None;
    }
    let comma = tokens.get(i)?.kind == Kind::Comma;
    if comma {
        i += 1;
    } else if !comma_may_lack {
        return None;
    }
    let mut suffix = String::new();
    if comma && tokens.get(i)?.kind == Kind::Suffix {
        suffix = format!(" {}", tokens[i].text);
        i += 1;
        if tokens.get(i).is_some_and(|t| t.kind == Kind::Comma) {
            i += 1;
        }
    }
    let from = i;
    while tokens.get(i).is_some_and(|t| match t.kind {
        // `Zhao, W. X. A survey`: behind initials with periods a lone `A` starts the title.
        Kind::Initial => {
            i == from || t.text.contains('.') || !tokens[i - 1].text.contains('.')
        }
        Kind::Particle => i > from,
        // `JF` without periods, between commas
        Kind::Capitals => comma && i == from,
        _ => false,
    }) && i - from < 5
    {
        i += 1;
    }
    if i == from {
        return None;
    }
    // A capital right after a lone `F` is the family name: `Andrew M Dai`.
    let periods = tokens[from..i].iter().any(|t| t.text.contains('.'));
    let next = tokens.get(i).map(|t| t.kind);
    let goes_on = matches!(next, Some(Kind::Capital | Kind::Particle | Kind::Lower));
    if goes_on && (!comma || !periods) {
        return None;
    }
    if !comma && !periods {
        return None;
    }
    Some((format!("{} {last}{suffix}", join(&tokens[from..i])), i))
}

fn initials_first(tokens: &[Token<'_>], at: usize) -> Option<(String, usize)> {
    if tokens.get(at)?.kind != Kind::Initial {
        return None;
    }
    forward_name(tokens, at)
}

fn vancouver_name(tokens: &[Token<'_>], at: usize) -> Option<(String, usize)> {
    let mut i = at;
    while matches!(tokens.get(i)?.kind, Kind::Capital | Kind::Particle) && i - at < 4 {
        if tokens[i].stop {
            return None;
        }
        i += 1;
    }
    // `LI X`: the family name in capitals is short.
    if i == at && tokens[i].kind == Kind::Capitals && !tokens[i].text.contains('-') {
        i += 1;
    }
    if i == at {
        return None;
    }
    let last = join(&tokens[at..i]);
    let from = i;
    while tokens.get(i).is_some_and(|t| match t.kind {
        Kind::Initial => {
            t.text.matches('.').count() <= 1
                && (i == from || !tokens[i - 1].text.contains('.'))
        }
        Kind::Capitals => i == from || !tokens[i - 1].text.contains('.'),
        _ => false,
    }) && i - from < 3
    {
        i += 1;
    }
    if i == from || tokens[from].text.matches('.').count() > 1 {
        return None;
    }
    let ended = tokens[i - 1].stop
        || tokens[i - 1].text.ends_with('.')
        || !matches!(
            tokens.get(i).map(|t| t.kind),
            Some(Kind::Capital | Kind::Particle | Kind::Lower | Kind::Capitals)
        );
    let given: String = join(&tokens[from..i]).trim_end_matches('.').to_owned();
    ended.then(|| (format!("{given} {}", title_case(&last)), i))
}

/// `VASWANI` becomes `Vaswani`; other words stay.
fn title_case(name: &str) -> String {
    let shouts = name.chars().count() > 1 && name.chars().all(|c| !c.is_lowercase());
    if !shouts {
        return name.to_owned();
    }
    capitalised(name)
}

/// Each word with its first letter as it stands and the rest in small letters.
pub fn capitalised(name: &str) -> String {
    let mut out = String::new();
    let mut start = true;
    for c in name.chars() {
        if start {
            out.push(c)
        } else {
            out.extend(c.to_lowercase())
        }
        start = !c.is_alphabetic();
    }
    out
}

fn forward_name(tokens: &[Token<'_>], at: usize) -> Option<(String, usize)> {
    let mut i = at;
    let mut capital = false;
    while let Some(token) = tokens.get(i) {
        match token.kind {
            Kind::Capital | Kind::Capitals => capital = true,
            Kind::Initial | Kind::Particle => {}
            Kind::Suffix if capital => {}
            _ => break,
        }
        i += 1;
        if token.stop && token.kind != Kind::Suffix {
            // `St. John`, `Md. Rahman`: a short word with a period before a name.
            let short =
                matches!(token.text, "St" | "Md" | "Mohd" | "Yu" | "Ch" | "Th" | "Dr");
            if !(short && tokens.get(i).is_some_and(|t| t.kind != Kind::Other)) {
                break;
            }
        }
        if i - at >= 8 {
            return None;
        }
    }
    let lower_follows = tokens.get(i).is_some_and(|t| t.kind == Kind::Lower);
    if !capital || lower_follows && !tokens[i - 1].stop {
        return None;
    }
    // `, Jr.` after the name
    let mut name = join(&tokens[at..i]);
    if tokens.get(i).is_some_and(|t| t.kind == Kind::Comma)
        && tokens.get(i + 1).is_some_and(|t| t.kind == Kind::Suffix)
    {
        name = format!("{name} {}", tokens[i + 1].text);
        i += 2;
    }
    Some((name, i))
}

fn join(tokens: &[Token<'_>]) -> String {
    let mut out = String::new();
    for token in tokens {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(token.text);
        if token.stop && matches!(token.text, "St" | "Md" | "Mohd") {
            out.push('.');
        }
    }
    out.replace(".- ", ".-")
}

#[cfg(test)]
mod tests;
