//! The stream of tokens: files and expansions stacked on each other, arguments, macros.
//!
//! All work is counted: past the budget macros expand to nothing, so that no definition, however
//! it doubles itself, costs more than a fixed time.

use std::rc::Rc;

use rustc_hash::FxHashMap;

use super::token::{Source, Token};

/// Tokens handed out in all, expansions included.
const MAX_TOKENS: u64 = 30_000_000;
/// Frames on the stack; a recursion that ends in more is cut.
const MAX_FRAMES: usize = 4000;
/// Tokens of one argument.
const MAX_ARGUMENT: usize = 2_000_000;
/// Tokens of one argument, once an argument did not end before the file did.
const SHORT_ARGUMENT: usize = 2000;

/// A parameter of a macro.
#[derive(Clone, Debug)]
pub(super) enum Param {
    /// `{...}` or one token.
    Mandatory,
    /// `[...]`, with its default.
    Optional(Vec<Token>),
    /// `*` or nothing.
    Star,
    /// Up to these tokens.
    Until(Vec<Token>),
}

/// What a control sequence means.
#[derive(Clone, Debug)]
pub(super) enum Meaning {
    /// A macro.
    Macro(Rc<Macro>),
    /// The same as this built-in.
    Alias(Rc<str>),
}

/// A macro of the author's.
#[derive(Debug)]
pub(super) struct Macro {
    /// Tokens that must follow the name.
    pub prefix: Vec<Token>,
    /// Parameters in order.
    pub params: Vec<Param>,
    /// Replacement.
    pub body: Vec<Token>,
}

#[derive(Debug)]
enum Frame {
    Source(Source),
    List(Vec<Token>, usize),
}

/// Where tokens come from.
#[derive(Debug)]
pub(super) struct Stream {
    frames: Vec<Frame>,
    /// Frames below are out of reach.
    base: usize,
    /// Definitions.
    pub meanings: FxHashMap<Rc<str>, Meaning>,
    tokens: u64,
    expansions: usize,
    max_expansions: usize,
    /// True once a limit has cut something.
    pub exhausted: bool,
    /// True once an argument did not end.
    pub unclosed: bool,
}

impl Stream {
    pub(super) fn new(max_expansions: usize) -> Self {
        Stream {
            frames: Vec::new(),
            base: 0,
            meanings: FxHashMap::default(),
            tokens: 0,
            expansions: 0,
            max_expansions,
            exhausted: false,
            unclosed: false,
        }
    }

    /// Puts a file on top.
    pub(super) fn push_source(&mut self, source: Source) {
        if self.frames.len() < MAX_FRAMES {
            self.frames.push(Frame::Source(source));
        }
    }

    /// Puts tokens on top.
    pub(super) fn push(&mut self, tokens: Vec<Token>) {
        self.tokens += tokens.len() as u64 / 4;
        if self.frames.len() >= MAX_FRAMES {
            self.exhausted = true;
        } else if !tokens.is_empty() {
            self.frames.push(Frame::List(tokens, 0));
        }
    }

    /// Hides all that is on the stack until [`Stream::leave`] gets the value that this gives.
    pub(super) fn enter(&mut self) -> usize {
        std::mem::replace(&mut self.base, self.frames.len())
    }

    /// Drops what is left above the base, and makes the rest reachable again.
    pub(super) fn leave(&mut self, base: usize) {
        self.frames.truncate(self.base);
        self.base = base;
    }

    /// The innermost file in reach, for verbatim text: only while no expansion lies over it.
    pub(super) fn top_source(&mut self) -> Option<&mut Source> {
        while self.frames.len() > self.base
            && matches!(self.frames.last(), Some(Frame::List(list, at)) if *at >= list.len())
        {
            self.frames.pop();
        }
        if self.frames.len() <= self.base {
            return None;
        }
        match self.frames.last_mut() {
            Some(Frame::Source(source)) => Some(source),
            _ => None,
        }
    }

    /// Files that are being read, innermost last.
    pub(super) fn open_files(&self) -> impl DoubleEndedIterator<Item = &Rc<str>> {
        self.frames.iter().filter_map(|frame| match frame {
            Frame::Source(source) => Some(&source.name),
            Frame::List(..) => None,
        })
    }

    /// Ends the innermost file.
    pub(super) fn end_file(&mut self) {
        while self.frames.len() > self.base {
            match self.frames.pop() {
                Some(Frame::Source(mut source)) => {
                    source.finish();
                    return;
                }
                _ => continue,
            }
        }
    }

    /// Makes `@` a letter in the innermost file, or not.
    pub(super) fn set_at_letter(&mut self, at_letter: bool) {
        let sources = self.frames.iter_mut().rev();
        for frame in sources {
            if let Frame::Source(source) = frame {
                source.at_letter = at_letter;
                return;
            }
        }
    }

    /// Gives the next token in reach.
    pub(super) fn next(&mut self) -> Option<Token> {
        self.tokens += 1;
        if self.tokens > MAX_TOKENS {
            self.exhausted = true;
            self.frames.truncate(self.base);
        }
        while self.frames.len() > self.base {
            let token = match self.frames.last_mut() {
                Some(Frame::Source(source)) => source.next(),
                Some(Frame::List(list, at)) => {
                    *at += 1;
                    list.get(*at - 1).cloned()
                }
                None => None,
            };
            match token {
                Some(token) => return Some(token),
                None => {
                    self.frames.pop();
                }
            }
        }
        None
    }

    /// Puts a token back.
    pub(super) fn put_back(&mut self, token: Token) {
        let in_reach = self.frames.len() > self.base;
        if let Some(Frame::List(list, at)) = self.frames.last_mut()
            && in_reach
            && *at > 0
            && *at <= list.len()
            && list[*at - 1] == token
        {
            *at -= 1;
            return;
        }
        self.frames.push(Frame::List(vec![token], 0));
    }

    /// Shows the next token without taking it.
    pub(super) fn peek(&mut self) -> Option<Token> {
        let token = self.next()?;
        self.put_back(token.clone());
        Some(token)
    }

    /// Skips blanks, and takes the next token if it is `wanted`.
    pub(super) fn take_if(&mut self, wanted: &Token) -> bool {
        let mut blanks = 0;
        loop {
            match self.next() {
                Some(Token::Space) => blanks += 1,
                Some(token) if token == *wanted => return true,
                Some(token) => {
                    self.put_back(token);
                    if blanks > 0 {
                        self.put_back(Token::Space);
                    }
                    return false;
                }
                None => return false,
            }
        }
    }

    /// Takes an argument: a group without its braces, or one token.
    pub(super) fn argument(&mut self) -> Vec<Token> {
        let mut paragraphs = 0;
        loop {
            match self.next() {
                Some(Token::Space) => {}
                Some(Token::Par) if paragraphs == 0 => paragraphs += 1,
                Some(Token::Open) => return self.group(),
                Some(token @ (Token::Close | Token::Par)) => {
                    self.put_back(token);
                    return Vec::new();
                }
                Some(token) => return vec![token],
                None => return Vec::new(),
            }
        }
    }

    /// Takes tokens up to the `}` of a group whose `{` has been taken.
    pub(super) fn group(&mut self) -> Vec<Token> {
        let mut out = Vec::new();
        let mut depth = 0usize;
        let limit = if self.unclosed { SHORT_ARGUMENT } else { MAX_ARGUMENT };
        while out.len() < limit {
            match self.next() {
                Some(Token::Open) => {
                    depth += 1;
                    out.push(Token::Open);
                }
                Some(Token::Close) if depth == 0 => return out,
                Some(Token::Close) => {
                    depth -= 1;
                    out.push(Token::Close);
                }
                Some(token) => out.push(token),
                None => break,
            }
        }
        // The group has no end: what stands in it is text like any other.
        self.unclosed = true;
        self.push(out);
        Vec::new()
    }

    /// Takes `[...]` if it comes next.
    pub(super) fn optional(&mut self) -> Option<Vec<Token>> {
        if !self.take_if(&Token::Char('[')) {
            return None;
        }
        let mut out = Vec::new();
        let (mut depth, mut brackets) = (0usize, 0usize);
        while out.len() < SHORT_ARGUMENT {
            let token = self.next()?;
            match &token {
                Token::Open => depth += 1,
                Token::Close if depth == 0 => {
                    self.put_back(Token::Close);
                    break;
                }
                Token::Close => depth -= 1,
                Token::Char('[') if depth == 0 => brackets += 1,
                Token::Char(']') if depth == 0 && brackets == 0 => return Some(out),
                Token::Char(']') if depth == 0 => brackets -= 1,
                _ => {}
            }
            out.push(token);
        }
        self.push(out);
        self.put_back(Token::Char('['));
        None
    }

    /// Replaces a macro whose name has been taken by its body; past the budget by nothing.
    pub(super) fn expand(&mut self, definition: &Macro) {
        let mut arguments: Vec<Vec<Token>> = Vec::with_capacity(definition.params.len());
        for wanted in &definition.prefix {
            if self.peek().as_ref() == Some(wanted) {
                self.next();
            }
        }
        for param in &definition.params {
            arguments.push(match param {
                Param::Mandatory => self.argument(),
                Param::Optional(default) => {
                    self.optional().unwrap_or_else(|| default.clone())
                }
                Param::Star => {
                    let star = self.take_if(&Token::Char('*'));
                    if star { vec![Token::Char('*')] } else { Vec::new() }
                }
                Param::Until(end) => self.until(end),
            });
        }
        self.expansions += 1;
        if self.expansions > self.max_expansions {
            self.exhausted = true;
            return;
        }
        let mut out = Vec::with_capacity(definition.body.len());
        for token in &definition.body {
            match token {
                Token::Param(n) => {
                    out.extend(
                        arguments.get(usize::from(*n) - 1).into_iter().flatten().cloned(),
                    );
                }
                token => out.push(token.clone()),
            }
            if out.len() > MAX_ARGUMENT {
                self.exhausted = true;
                return;
            }
        }
        self.push(out);
    }

    /// Takes tokens up to `end`, which stands outside braces; a lone group loses its braces.
    fn until(&mut self, end: &[Token]) -> Vec<Token> {
        let mut out = Vec::new();
        let mut depth = 0usize;
        while out.len() < SHORT_ARGUMENT {
            let Some(token) = self.next() else { break };
            match token {
                Token::Open => depth += 1,
                Token::Close => depth = depth.saturating_sub(1),
                _ => {}
            }
            out.push(token);
            if depth == 0 && out.ends_with(end) {
                out.truncate(out.len() - end.len());
                let whole = out.first() == Some(&Token::Open)
                    && out.last() == Some(&Token::Close);
                if whole && out[1..out.len() - 1].iter().all(|t| *t != Token::Close) {
                    out = out[1..out.len() - 1].to_vec();
                }
                return out;
            }
        }
        self.push(out);
        Vec::new()
    }
}

/// Turns `#1` in the text of a definition into parameters, and `##` into `#`.
pub(super) fn body_of(tokens: Vec<Token>) -> Vec<Token> {
    let mut out = Vec::with_capacity(tokens.len());
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        if token != Token::Hash {
            out.push(token);
            continue;
        }
        match tokens.peek() {
            Some(Token::Char(c @ '1'..='9')) => {
                out.push(Token::Param(*c as u8 - b'0'));
                tokens.next();
            }
            Some(Token::Hash) => {
                out.push(Token::Hash);
                tokens.next();
            }
            _ => out.push(Token::Hash),
        }
    }
    out
}
