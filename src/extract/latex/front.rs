//! Title, authors and abstract, in the commands of the common classes.

use super::reader::{Reader, Text};
use super::token::{Token, to_tex};
use crate::corpus::ids;
use crate::extract::authors::{GAP, LINE, NEXT, names_in};
use crate::extract::{Element, ElementKind, Info, prose};

/// What has been said of title and authors so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Front {
    title: Option<Vec<Token>>,
    authors: Vec<Vec<Token>>,
    date: Option<Vec<Token>>,
    doi: Option<String>,
    /// Affiliations and addresses given apart from the names.
    places: Vec<Vec<Token>>,
}

impl Reader<'_> {
    /// Obeys a command of the front matter; false if `name` is none.
    pub(super) fn front_command(&mut self, name: &str) -> bool {
        match name {
            "title" | "icmltitle" | "Title" | "ctitle" | "mathtitle" => {
                self.stream.take_if(&Token::Char('*'));
                self.stream.optional();
                let title = self.stream.argument();
                self.front.title.get_or_insert(title);
            }
            "author" | "Author" | "cauthor" | "jmlrauthors" => {
                self.stream.take_if(&Token::Char('*'));
                self.stream.optional();
                let author = self.stream.argument();
                self.front.authors.push(author);
            }
            "name" if !self.in_body => {
                let author = self.stream.argument();
                self.front.authors.push(author);
            }
            "icmlauthor" | "addauthor" => {
                let author = self.stream.argument();
                self.stream.argument();
                self.front.authors.push(author);
            }
            "affil" | "affiliation" | "address" | "institute" | "affiliations" => {
                self.stream.optional();
                let place = self.stream.argument();
                self.front.places.push(place);
            }
            "date" => {
                self.stream.optional();
                let date = self.stream.argument();
                self.front.date = Some(date);
            }
            "acmDOI" | "DOI" if !self.in_body => {
                self.front.doi = ids::doi(&to_tex(&self.stream.argument()));
            }
            "abstract" | "cabstract" | "eabstract" | "Abstract" => {
                self.abstract_command()
            }
            "acknowledgments" | "acknowledgements" | "acknowledgment"
            | "acknowledgement" | "acks" => {
                self.flush();
                let text = Text { text: "Acknowledgments".into(), cites: Vec::new() };
                if self.in_body {
                    self.element(ElementKind::Heading(1, None), text);
                }
            }
            "bibliography" | "addbibresource" | "addglobalbib" | "printbibliography" => {
                let name = if name == "addglobalbib" { "addbibresource" } else { name };
                self.bibliography_command(name);
            }
            "and" | "And" | "AND" if self.in_front => {
                self.push_str(NEXT.encode_utf8(&mut [0; 4]))
            }
            _ => return false,
        }
        true
    }

    fn abstract_command(&mut self) {
        let tokens = self.stream.argument();
        self.flush();
        // A long argument has paragraphs of its own.
        for piece in tokens.split(|t| *t == Token::Par || t.is("par")) {
            let text = self.text_of(piece.to_vec());
            if !text.trimmed().is_empty() {
                self.element(ElementKind::Abstract, text);
            }
        }
    }

    /// Makes title and authors, and puts them before all else.
    pub(super) fn finish_front(&mut self) -> Info {
        let front = std::mem::take(&mut self.front);
        self.in_front = true;
        let title = front
            .title
            .map(|tokens| prose::squeeze(&self.text_of(on_one_line(tokens)).text));
        let (mut authors, mut places) = (Vec::new(), Vec::new());
        for tokens in front.authors {
            let marked = self.text_of(with_separators(tokens)).text;
            authors.extend(names_in(&marked));
            let lines =
                marked.split([NEXT, LINE]).filter(|line| names_in(line).is_empty());
            places.extend(lines.map(|line| prose::squeeze(&line.replace(GAP, " "))));
        }
        for tokens in front.places {
            places.push(prose::squeeze(&self.text_of(tokens).text));
        }
        places.retain(|place| {
            place.chars().any(char::is_alphabetic) && !place.contains('@')
        });
        let year =
            front.date.and_then(|tokens| prose::year_in(&self.text_of(tokens).text));
        self.in_front = false;
        authors.truncate(5000);
        let mut seen = Vec::new();
        authors.retain(|name| {
            let new = !seen.contains(name);
            seen.push(name.clone());
            new
        });
        let abstracts = self.out.iter().filter(|e| e.kind == ElementKind::Abstract);
        let abstract_text =
            abstracts.map(|e| prose::squeeze(&e.text)).collect::<Vec<_>>().join("\n\n");
        let info = Info {
            title: title.filter(|t| !t.is_empty()),
            authors,
            abstract_text: Some(abstract_text).filter(|t| !t.is_empty()),
            year,
            doi: front.doi,
            ..Info::default()
        };
        let element = |kind, text: String| Element { kind, text, ..Element::default() };
        let mut head = Vec::new();
        head.extend(info.title.clone().map(|t| element(ElementKind::Title, t)));
        if !info.authors.is_empty() {
            head.push(element(ElementKind::Authors, info.authors.join(", ")));
        }
        head.extend(places.into_iter().map(|place| element(ElementKind::Authors, place)));
        head.append(&mut self.footnotes);
        self.out.splice(0..0, head);
        info
    }
}

/// Makes spaces of the line breaks in a title: `\\`, `\\[1ex]`, `\titlebreak`.
fn on_one_line(tokens: Vec<Token>) -> Vec<Token> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        let breaks =
            ["\\", "newline", "linebreak", "break", "titlebreak", "tabularnewline"];
        if !breaks.iter().any(|name| token.is(name)) {
            out.push(token);
            continue;
        }
        out.push(Token::Space);
        rest.next_if(|t| *t == Token::Char('*'));
        if rest.next_if(|t| *t == Token::Char('[')).is_some() {
            // The distance to the next line.
            let _ = rest.by_ref().take(12).find(|t| *t == Token::Char(']'));
        }
    }
    out
}

/// Replaces what parts authors by the separators, and leaves out what is no name.
fn with_separators(tokens: Vec<Token>) -> Vec<Token> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let Token::Control(name) = &token else {
            out.push(if token == Token::Align { Token::Char(GAP) } else { token });
            continue;
        };
        match &**name {
            "and" | "And" | "AND" | "IEEEauthorblockN" | "Name" | "name"
            | "nextauthor" => {
                out.push(Token::Char(NEXT));
            }
            "\\" | "newline" | "addr" | "par" | "tabularnewline" | "affaddr"
            | "IEEEauthorblockA" | "affil" | "affiliation" | "institute" | "address" => {
                out.push(Token::Char(LINE));
            }
            "quad" | "qquad" | "hfill" | "enspace" => out.push(Token::Char(GAP)),
            "hspace" => {
                skip_group(&mut tokens);
                out.push(Token::Char(GAP));
            }
            "email" | "Email" | "inst" | "textsuperscript" | "footnotemark"
            | "IEEEauthorrefmark" | "authornote" | "orcid" | "orcidID" | "orcidlink"
            | "thanksref" | "textsubscript" | "url" | "href" | "samethanks"
            | "altaffilmark" | "fnmsep" | "ead" | "includegraphics" | "email@"
            | "vspace" | "fontsize" | "authorrefmark" => {
                skip_group(&mut tokens);
            }
            _ => out.push(token),
        }
    }
    out
}

/// Skips `*`, `[...]` and one group.
fn skip_group(tokens: &mut std::iter::Peekable<std::vec::IntoIter<Token>>) {
    tokens.next_if(|t| *t == Token::Char('*'));
    if tokens.next_if(|t| *t == Token::Char('[')).is_some() {
        for token in tokens.by_ref() {
            if token == Token::Char(']') {
                break;
            }
        }
    }
    if tokens.next_if(|t| *t == Token::Open).is_none() {
        return;
    }
    let mut depth = 1;
    for token in tokens.by_ref() {
        match token {
            Token::Open => depth += 1,
            Token::Close => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return;
        }
    }
}
