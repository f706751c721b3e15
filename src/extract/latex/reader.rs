//! The interpreter: takes tokens, writes elements.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::bibliography::Mark;
use super::environment::{Env, Theorem};
use super::front::Front;
use super::numbering::Numbering;
use super::project::Project;
use super::stream::{Meaning, Stream};
use super::token::{Source, Token};
use super::{commands, symbols};
use crate::extract::input::Limits;
use crate::extract::{
    Element, ElementKind, Fault, Marked, MarkedReference, Markup, prose,
};

/// Depth of text inside text: footnotes in captions, groups in arguments.
const MAX_NESTING: usize = 60;
/// Files that a document may input, each counted as often as it is.
const MAX_INPUTS: usize = 2000;

/// Text with the citations in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Text {
    pub text: String,
    pub cites: Vec<(Range<usize>, String)>,
}

/// What the first reading learns for the second.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// What a label names, and its number.
    pub labels: BTreeMap<String, (String, String)>,
    /// How a reference is cited.
    pub marks: BTreeMap<String, Mark>,
}

impl Known {
    pub(super) fn is_needed(&self) -> bool {
        !self.labels.is_empty() || !self.marks.is_empty()
    }
}

/// The outcome of one reading.
pub(super) struct Read {
    pub marked: Marked,
    pub known: Known,
}

/// The state of the interpreter.
pub(super) struct Reader<'a> {
    pub(super) stream: Stream,
    pub(super) project: &'a Project,
    pub(super) limits: &'a Limits,
    /// From the reading before.
    pub(super) known: Known,
    /// Learnt in this one.
    pub(super) learnt: Known,
    pub(super) out: Vec<Element>,
    pub(super) text: Text,
    pub(super) faults: Vec<Fault>,
    pub(super) in_body: bool,
    /// How many texts are being made inside a text.
    pub(super) nesting: usize,
    /// How many tables: cells are kept apart only in the outermost.
    pub(super) tables: usize,
    pub(super) envs: Vec<Env>,
    pub(super) numbering: Numbering,
    /// What the next `\label` names.
    pub(super) current: (String, String),
    pub(super) references: Vec<MarkedReference>,
    pub(super) bib_files: Vec<String>,
    pub(super) cited: Vec<String>,
    pub(super) front: Front,
    /// Set while title and authors are made: footnotes and addresses are left out.
    pub(super) in_front: bool,
    /// Footnotes of the paragraph that is being made.
    pub(super) footnotes: Vec<Element>,
    pub(super) switches: FxHashMap<Rc<str>, bool>,
    pub(super) theorems: FxHashMap<String, Theorem>,
    pub(super) own_envs: FxHashMap<String, super::definition::OwnEnv>,
    inputs: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(project: &'a Project, limits: &'a Limits, known: Known) -> Self {
        Reader {
            stream: Stream::new(limits.max_expansions),
            project,
            limits,
            known,
            learnt: Known::default(),
            out: Vec::new(),
            text: Text::default(),
            faults: Vec::new(),
            in_body: false,
            nesting: 0,
            tables: 0,
            envs: Vec::new(),
            numbering: Numbering::default(),
            current: Default::default(),
            references: Vec::new(),
            bib_files: Vec::new(),
            cited: Vec::new(),
            front: Front::default(),
            in_front: false,
            footnotes: Vec::new(),
            switches: FxHashMap::default(),
            theorems: FxHashMap::default(),
            own_envs: FxHashMap::default(),
            inputs: 0,
        }
    }

    /// Reads the main file and all that it inputs.
    pub(super) fn read(mut self) -> Read {
        let main = self.project.text(&self.project.main).unwrap_or_else(|| "".into());
        // A part of a document, without a frame around it, is all body.
        self.in_body = !main.contains("\\begin{document}");
        self.numbering.has_chapters = main.contains("\\chapter{");
        self.numbering.start("article", "");
        self.stream.push_source(Source::new(self.project.main.as_str().into(), main));
        while let Some(token) = self.stream.next() {
            self.token(token);
            if self.out.len() >= self.limits.max_elements {
                self.fault(format!(
                    "only the first {} elements are read",
                    self.out.len()
                ));
                break;
            }
        }
        self.flush();
        self.finish_bibliography();
        let info = self.finish_front();
        if self.stream.unclosed {
            self.fault("a group has no end".into());
        }
        if self.stream.exhausted {
            self.fault(
                "cut short: its macros ask for more work than the limits allow".into(),
            );
        }
        if let Some(env) = self.envs.iter().find(|env| env.name != "document") {
            let what = format!("environment `{}` has no end", env.name);
            self.faults.push(Fault { page: None, what });
        }
        let marked = Marked {
            markup: Markup::Tex,
            elements: self.out,
            references: self.references,
            info,
            faults: self.faults,
        };
        Read { marked, known: self.learnt }
    }

    pub(super) fn fault(&mut self, what: String) {
        if self.faults.len() < 50 && self.faults.iter().all(|f| f.what != what) {
            self.faults.push(Fault { page: None, what });
        }
    }

    /// Interprets one token.
    pub(super) fn token(&mut self, token: Token) {
        match token {
            Token::Char(c) => self.push_char(c),
            Token::Space => self.push_blank(),
            Token::Par => self.end_paragraph(),
            Token::Math => self.dollar(),
            Token::Align if self.tables == 1 => self.end_cell('\t'),
            Token::Align => self.push_blank(),
            Token::Open | Token::Close | Token::Hash | Token::Param(_) => {}
            Token::Control(name) => self.control(name),
        }
    }

    fn control(&mut self, name: Rc<str>) {
        let mut name = name;
        match self.stream.meanings.get(&name) {
            Some(Meaning::Macro(definition)) => {
                let definition = Rc::clone(definition);
                return self.stream.expand(&definition);
            }
            Some(Meaning::Alias(other)) => name = Rc::clone(other),
            None => {}
        }
        let done = self.text_command(&name)
            || self.structure(&name)
            || self.define(&name)
            || self.conditional(&name)
            || self.citation(&name)
            || self.front_command(&name);
        if done {
            return;
        }
        if let Some(symbol) = symbols::symbol(&name) {
            return self.push_str(symbol);
        }
        match commands::silent(&name) {
            Some(arguments) => self.drop_arguments(arguments),
            None => self.unknown(&name),
        }
    }

    /// An unknown command prints nothing; the groups after it are text, unless it is internal.
    fn unknown(&mut self, name: &str) {
        if name.contains('@') {
            self.stream.take_if(&Token::Char('*'));
            while let Some(Token::Open | Token::Char('[')) = self.stream.peek() {
                match self.stream.optional() {
                    Some(_) => {}
                    None if self.stream.peek() == Some(Token::Open) => {
                        self.stream.argument();
                    }
                    None => break,
                }
            }
            return;
        }
        match self.stream.peek() {
            Some(Token::Char('=')) => self.drop_dimension(),
            Some(Token::Char('[')) => {
                self.stream.optional();
            }
            _ => {}
        }
    }

    /// Drops arguments as the lists of [`commands`] write them.
    pub(super) fn drop_arguments(&mut self, arguments: &str) {
        for argument in arguments.chars() {
            match argument {
                's' => {
                    self.stream.take_if(&Token::Char('*'));
                }
                'o' => {
                    self.stream.optional();
                }
                'm' => {
                    self.stream.argument();
                }
                'p' if self.stream.take_if(&Token::Char('(')) => {
                    let mut left = 200;
                    while left > 0
                        && self.stream.next().is_some_and(|t| t != Token::Char(')'))
                    {
                        left -= 1;
                    }
                }
                'd' => self.drop_dimension(),
                _ => {}
            }
        }
        if arguments.is_empty() {
            // `\parindent=0pt`, `\parindent 0pt`
            match self.stream.peek() {
                Some(Token::Char('=')) => self.drop_dimension(),
                Some(Token::Char(c)) if c.is_ascii_digit() && !self.in_body => {
                    self.drop_dimension();
                }
                _ => {}
            }
        }
    }

    /// Drops `=`, a number with its unit or a control sequence, and `plus` and `minus` parts.
    pub(super) fn drop_dimension(&mut self) {
        self.stream.take_if(&Token::Char('='));
        loop {
            match self.stream.next() {
                Some(Token::Space) => {}
                Some(Token::Char(c)) if "-+.,0123456789".contains(c) => {}
                Some(Token::Char(c)) if c.is_ascii_alphabetic() => {
                    let mut word = String::from(c);
                    while let Some(Token::Char(next)) = self.stream.peek() {
                        if !next.is_ascii_alphabetic() || word.len() > 5 {
                            break;
                        }
                        word.push(next);
                        self.stream.next();
                    }
                    if !["plus", "minus", "true"].contains(&word.as_str()) {
                        break;
                    }
                }
                Some(Token::Control(_)) => break,
                Some(token) => {
                    self.stream.put_back(token);
                    break;
                }
                None => break,
            }
        }
        // Another part of the same glue.
        if let Some(Token::Space) = self.stream.peek() {
            self.stream.next();
        }
        if self.word_ahead("plus") || self.word_ahead("minus") {
            self.drop_dimension();
        }
    }

    fn word_ahead(&mut self, word: &str) -> bool {
        let mut taken = Vec::new();
        for wanted in word.chars() {
            match self.stream.next() {
                Some(token) if token == Token::Char(wanted) => taken.push(token),
                other => {
                    taken.extend(other);
                    self.stream.push(taken);
                    return false;
                }
            }
        }
        true
    }

    /// Makes a text of tokens, apart from the text around it.
    pub(super) fn text_of(&mut self, tokens: Vec<Token>) -> Text {
        if self.nesting >= MAX_NESTING {
            self.fault("text nested too deep is left out".into());
            return Text::default();
        }
        let outer = std::mem::take(&mut self.text);
        let n_envs = self.envs.len();
        let base = self.stream.enter();
        self.nesting += 1;
        self.stream.push(tokens);
        while let Some(token) = self.stream.next() {
            self.token(token);
        }
        self.nesting -= 1;
        self.stream.leave(base);
        self.envs.truncate(n_envs);
        std::mem::replace(&mut self.text, outer)
    }

    /// Makes a text of the next argument, white space collapsed, citations forgotten.
    pub(super) fn plain_argument(&mut self) -> String {
        let tokens = self.stream.argument();
        prose::squeeze(&self.text_of(tokens).text)
    }

    pub(super) fn push_text(&mut self, text: Text) {
        let start = self.text.text.len();
        self.text.text.push_str(&text.text);
        let moved =
            text.cites.into_iter().map(|(r, key)| (r.start + start..r.end + start, key));
        self.text.cites.extend(moved);
    }

    pub(super) fn push_str(&mut self, text: &str) {
        self.text.text.push_str(text);
    }

    /// Appends a character; dashes and quotes join as TeX's ligatures do.
    fn push_char(&mut self, c: char) {
        let text = &mut self.text.text;
        let joined = match (text.chars().next_back(), c) {
            (Some('-'), '-') => Some('–'),
            (Some('–'), '-') => Some('—'),
            (Some('‘'), '`') => Some('“'),
            (Some('\''), '\'') => Some('”'),
            _ => None,
        };
        if let Some(joined) = joined {
            text.pop();
            text.push(joined);
            return;
        }
        if prose::is_unspaced(c) && text.ends_with(' ') {
            let before = text[..text.len() - 1].chars().next_back();
            if before.is_some_and(prose::is_unspaced) {
                text.pop();
            }
        }
        text.push(if c == '`' { '‘' } else { c });
    }

    pub(super) fn push_blank(&mut self) {
        if !self.text.text.is_empty() && !self.text.text.ends_with([' ', '\t', '\n']) {
            self.text.text.push(' ');
        }
    }

    /// Ends a cell or row of a table.
    pub(super) fn end_cell(&mut self, mark: char) {
        let text = &mut self.text.text;
        if mark == '\n' {
            text.truncate(text.trim_end().len());
            if text.is_empty() {
                return;
            }
        } else {
            text.truncate(text.trim_end_matches(' ').len());
        }
        let end = text.len();
        for (range, _) in &mut self.text.cites {
            range.end = range.end.min(end);
            range.start = range.start.min(range.end);
        }
        text.push(mark);
    }

    /// Ends a paragraph; inside another text it is a blank.
    pub(super) fn end_paragraph(&mut self) {
        if self.nesting > 0 {
            self.push_blank();
        } else {
            self.flush();
        }
    }

    /// Makes the text so far an element of the kind that the environments around it ask for.
    pub(super) fn flush(&mut self) {
        if self.nesting > 0 {
            return;
        }
        let kind =
            self.envs.iter().rev().find_map(|env| env.kind.clone()).unwrap_or_default();
        let text = std::mem::take(&mut self.text);
        let outside = !self.in_body && kind == ElementKind::Paragraph;
        if !outside && !text.text.trim().is_empty() {
            self.element(kind, text);
        }
        if !outside {
            self.out.append(&mut self.footnotes);
        }
    }

    /// Appends an element.
    pub(super) fn element(&mut self, kind: ElementKind, text: Text) {
        self.out.push(Element {
            kind,
            text: text.text,
            cites: text.cites,
            ..Element::default()
        });
    }

    /// Reads a file into the stream; false if there is none of that name.
    pub(super) fn input(&mut self, name: &str, endings: &[&str]) -> bool {
        let from = self.stream.open_files().next_back().cloned().unwrap_or_default();
        let Some((path, text)) = self.project.find(name, &from, endings) else {
            return false;
        };
        self.inputs += 1;
        if self.stream.open_files().any(|open| *open == path) {
            self.fault(format!("{path}: inputs itself, left out"));
        } else if self.inputs > MAX_INPUTS {
            self.fault(format!("only {MAX_INPUTS} inputs are followed"));
        } else {
            self.stream.push_source(Source::new(path, text));
        }
        true
    }
}
