//! What is set apart: mathematics, tables, verbatim text.

use super::environment::labels_in;
use super::math;
use super::reader::{Reader, Text};
use super::stream::Meaning;
use super::token::{Token, to_tex};
use crate::extract::{Element, ElementKind};

/// Tokens of a formula; a longer one has lost its end.
const MAX_FORMULA: usize = 50_000;

/// What ends a formula.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End<'a> {
    Dollar,
    Dollars,
    Command(&'a str),
    Environment(&'a str),
}

impl Reader<'_> {
    /// Reads the formula that a `$` begins.
    pub(super) fn dollar(&mut self) {
        if self.stream.peek() == Some(Token::Math) {
            self.stream.next();
            let tokens = self.formula(End::Dollars);
            return self.show(tokens, false, false);
        }
        let tokens = self.formula(End::Dollar);
        self.inline(&tokens);
    }

    fn inline(&mut self, tokens: &[Token]) {
        if !self.in_front {
            self.push_str(&math::readable(tokens));
        }
    }

    /// `\(` or `\[`
    pub(super) fn display_command(&mut self, name: &str) {
        if name == "(" {
            let tokens = self.formula(End::Command(")"));
            self.inline(&tokens);
        } else {
            let tokens = self.formula(End::Command("]"));
            self.show(tokens, false, false);
        }
    }

    /// Reads a mathematical environment.
    pub(super) fn display(&mut self, name: &str, numbered: bool) {
        if name.starts_with("alignat") || name.starts_with("IEEEeqnarray") {
            self.stream.argument();
        }
        let tokens = self.formula(End::Environment(name));
        if name == "math" {
            return self.inline(&tokens);
        }
        let by_row = !matches!(name, "equation" | "multline" | "dmath" | "subequation");
        self.show(tokens, numbered, by_row);
    }

    /// Takes a formula up to its end, with the author's macros expanded.
    fn formula(&mut self, end: End<'_>) -> Vec<Token> {
        let mut out = Vec::new();
        let mut depth = 0usize;
        while out.len() < MAX_FORMULA {
            let Some(token) = self.stream.next() else { break };
            match (&token, end) {
                (Token::Math, End::Dollar) => return out,
                (Token::Math, End::Dollars)
                    if self.stream.peek() == Some(Token::Math) =>
                {
                    self.stream.next();
                    return out;
                }
                // `$x \text{if $y$}$`: seldom; a formula in a text box of a display is kept.
                (Token::Par, End::Dollar | End::Command(")")) => {
                    self.fault("a formula has no end".into());
                    self.stream.put_back(token);
                    return out;
                }
                (Token::Control(name), End::Command(end)) if **name == *end => {
                    return out;
                }
                (Token::Control(name), _) if matches!(&**name, "begin" | "end") => {
                    let begins = &**name == "begin";
                    let inner = self.stream.argument();
                    let inner_name = to_tex(&inner);
                    let outermost = !begins && depth == 0;
                    if outermost && end == End::Environment(&inner_name) {
                        return out;
                    }
                    let own = if begins {
                        self.begin_own(&inner_name)
                    } else {
                        self.end_own(&inner_name)
                    };
                    if own {
                        continue;
                    }
                    let mut group = vec![token.clone(), Token::Open];
                    group.extend(inner);
                    group.push(Token::Close);
                    if outermost {
                        // What is around the formula ends before the formula has.
                        self.fault("a formula has no end".into());
                        self.stream.push(group);
                        return out;
                    }
                    depth = if begins { depth + 1 } else { depth - 1 };
                    out.extend(group);
                    continue;
                }
                (Token::Control(name), _) => {
                    if let Some(Meaning::Macro(definition)) =
                        self.stream.meanings.get(name)
                    {
                        let definition = definition.clone();
                        self.stream.expand(&definition);
                        continue;
                    }
                }
                _ => {}
            }
            out.push(token);
        }
        out
    }

    /// Appends a displayed formula: an element, or readable characters inside another text.
    fn show(&mut self, tokens: Vec<Token>, numbered: bool, by_row: bool) {
        if self.nesting > 0 || self.tables > 0 {
            self.push_blank();
            self.inline(&tokens);
            return self.push_blank();
        }
        self.flush();
        let rows = if by_row { rows(&tokens) } else { vec![tokens.as_slice()] };
        let mut label = None;
        for row in rows {
            let counts =
                numbered && !row.iter().any(|t| t.is("nonumber") || t.is("notag"));
            if counts && !row.is_empty() {
                self.current = ("Equation".to_owned(), self.numbering.next("equation"));
            }
            for name in labels_in(row) {
                self.learnt
                    .labels
                    .entry(name.clone())
                    .or_insert_with(|| self.current.clone());
                label = label.or(Some(name));
            }
        }
        let text = to_tex(&without_labels(&tokens));
        if self.in_body && !text.is_empty() {
            let kind = ElementKind::Equation;
            self.out.push(Element { kind, text, label, ..Element::default() });
        }
    }

    /// Reads a table: cells by tab, rows by line feed.
    pub(super) fn table(&mut self, name: &str) {
        self.drop_arguments(super::commands::environment_arguments(name));
        let tokens = self.until_end(name);
        // A caption inside a longtable is a caption.
        let tokens = self.take_captions(tokens);
        self.tables += 1;
        let mut table = self.text_of(tokens);
        self.tables -= 1;
        if self.nesting > 0 {
            self.push_blank();
            return self.push_text(table);
        }
        let end = table.text.trim_end().len();
        table.text.truncate(end);
        table.cites.retain(|(range, _)| range.end <= end);
        self.flush();
        if self.in_body && !table.text.trim().is_empty() {
            self.element(ElementKind::Table, table);
        }
    }

    fn take_captions(&mut self, tokens: Vec<Token>) -> Vec<Token> {
        let Some(at) = tokens.iter().position(|t| t.is("caption")) else { return tokens };
        let mut rest = tokens;
        let mut caption = rest.split_off(at);
        let mut depth = 0;
        let mut end = caption.len();
        for (index, token) in caption.iter().enumerate() {
            match token {
                Token::Open => depth += 1,
                Token::Close => depth -= 1,
                _ => continue,
            }
            if depth == 0 {
                end = index + 1;
                break;
            }
        }
        rest.extend(caption.split_off(end));
        // Run as a command of the document, so that it counts.
        let float = self.envs.iter().any(|env| env.float.is_some());
        if !float {
            let env = super::environment::Env {
                name: "longtable".into(),
                kind: None,
                float: Some("Table"),
                items: 0,
            };
            self.envs.push(env);
        }
        self.text_of(caption);
        if !float {
            self.envs.pop();
        }
        rest
    }

    /// Takes tokens up to the `\end` of the environment `name`.
    pub(super) fn until_end(&mut self, name: &str) -> Vec<Token> {
        let mut out = Vec::new();
        let mut depth = 0usize;
        while out.len() < 2_000_000 {
            let Some(token) = self.stream.next() else { break };
            let begins = token.is("begin");
            if !begins && !token.is("end") {
                out.push(token);
                continue;
            }
            let inner = self.stream.argument();
            let inner_name = to_tex(&inner);
            let own = inner_name != name
                && if begins {
                    self.begin_own(&inner_name)
                } else {
                    self.end_own(&inner_name)
                };
            if own {
                continue;
            }
            if inner_name == name {
                if !begins && depth == 0 {
                    return out;
                }
                depth = if begins { depth + 1 } else { depth - 1 };
            }
            out.extend([token, Token::Open]);
            out.extend(inner);
            out.push(Token::Close);
        }
        self.fault(format!("environment `{name}` has no end"));
        out
    }

    /// Skips an environment whose content is no text.
    pub(super) fn skip_environment(&mut self, name: &str) {
        let end = format!("\\end{{{name}}}");
        match self.stream.top_source() {
            Some(source) => {
                if source.take_until(&end).is_none() {
                    self.fault(format!("environment `{name}` has no end"));
                }
            }
            None => {
                self.until_end(name);
            }
        }
    }

    /// Reads an environment letter by letter.
    pub(super) fn verbatim(&mut self, name: &str) {
        let end = format!("\\end{{{name}}}");
        let raw = self.stream.top_source().map(|source| source.take_until(&end));
        let text = match raw {
            Some(Some(text)) => text,
            Some(None) => return self.fault(format!("environment `{name}` has no end")),
            None => to_tex(&self.until_end(name)),
        };
        let mut body = text.as_str();
        if matches!(name, "lstlisting" | "Verbatim" | "minted" | "BVerbatim") {
            for (open, close) in [('[', ']'), ('{', '}')] {
                if body.starts_with(open) && (open == '[' || name == "minted") {
                    body = body.split_once(close).map_or("", |(_, rest)| rest);
                }
            }
        }
        let body = body.trim_matches('\n').trim_end();
        if self.nesting > 0 {
            return self.push_str(body);
        }
        self.flush();
        if self.in_body && !body.trim().is_empty() {
            self.element(
                ElementKind::Code,
                Text { text: body.to_owned(), cites: Vec::new() },
            );
        }
    }

    /// `\verb|...|` and its like.
    pub(super) fn inline_verbatim(&mut self, name: &str) {
        let raw = self.stream.top_source().and_then(|source| source.take_delimited(name));
        match raw {
            Some(text) => self.push_str(&text),
            None => {
                self.stream.take_if(&Token::Char('*'));
                let Some(open) = self.stream.next() else { return };
                let close = if open == Token::Open { Token::Close } else { open };
                let mut tokens = Vec::new();
                while let Some(token) = self.stream.next().filter(|t| *t != close) {
                    if tokens.len() >= 2000 {
                        break;
                    }
                    tokens.push(token);
                }
                self.push_str(&to_tex(&tokens));
            }
        }
    }

    /// Takes an argument letter by letter, as addresses stand in files: with `%` and `#`.
    pub(super) fn raw_argument(&mut self) -> String {
        if self.stream.peek() != Some(Token::Open) {
            return to_tex(&self.stream.argument());
        }
        self.stream.next();
        let Some(source) = self.stream.top_source() else {
            return unescaped(&to_tex(&self.stream.group()));
        };
        let mut out = String::new();
        let mut depth = 0usize;
        while let Some(c) = source.take_char() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                _ => {}
            }
            out.push(c);
            if out.len() > 4000 {
                break;
            }
        }
        unescaped(out.trim())
    }
}

/// Takes the backslash from `\%`, `\_` and their like in an address.
fn unescaped(address: &str) -> String {
    let mut out = address.to_owned();
    for mark in ["%", "#", "_", "&", "~"] {
        out = out.replace(&format!("\\{mark}"), mark);
    }
    out
}

/// Splits a formula at its row ends that stand in no inner environment.
fn rows(tokens: &[Token]) -> Vec<&[Token]> {
    let (mut out, mut start, mut depth) = (Vec::new(), 0, 0i32);
    for (index, token) in tokens.iter().enumerate() {
        if token.is("begin") {
            depth += 1;
        } else if token.is("end") {
            depth -= 1;
        } else if depth == 0 && token.is("\\") {
            out.push(&tokens[start..index]);
            start = index + 1;
        }
    }
    let last = &tokens[start..];
    if last.iter().any(|t| !matches!(t, Token::Space | Token::Par)) {
        out.push(last);
    }
    out
}

/// Leaves out labels and what only says whether a row has a number.
fn without_labels(tokens: &[Token]) -> Vec<Token> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.iter();
    while let Some(token) = tokens.next() {
        if token.is("label") {
            for inner in tokens.by_ref() {
                if *inner == Token::Close {
                    break;
                }
            }
        } else if !token.is("nonumber") && !token.is("notag") {
            out.push(token.clone());
        }
    }
    out
}
