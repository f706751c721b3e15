//! Definitions of the author's (`\newcommand`, `\def`, `\let`, environments) and conditionals.

use std::rc::Rc;

use super::environment::Theorem;
use super::reader::Reader;
use super::stream::{Macro, Meaning, Param, body_of};
use super::token::{Token, to_tex};
use super::{commands, symbols};
use crate::extract::prose;

/// An environment of the author's: what stands for its begin and its end.
#[derive(Clone, Debug)]
pub(super) struct OwnEnv {
    pub begin: Rc<Macro>,
    pub end: Vec<Token>,
}

impl Reader<'_> {
    /// Obeys a defining command; false if `name` is none.
    pub(super) fn define(&mut self, name: &str) -> bool {
        match name {
            "newcommand"
            | "renewcommand"
            | "providecommand"
            | "DeclareRobustCommand"
            | "newrobustcmd"
            | "renewrobustcmd"
            | "providerobustcmd" => self.new_command(name),
            "NewDocumentCommand"
            | "RenewDocumentCommand"
            | "ProvideDocumentCommand"
            | "DeclareDocumentCommand"
            | "NewExpandableDocumentCommand" => {
                let target = self.defined_name();
                let spec = self.stream.argument();
                let params = document_params(&spec);
                let body = body_of(self.stream.argument());
                self.set_macro(target, Macro { prefix: Vec::new(), params, body });
            }
            "def" | "gdef" | "edef" | "xdef" => self.def(),
            "let" | "futurelet" => self.make_alias(),
            "DeclareMathOperator" => {
                self.stream.take_if(&Token::Char('*'));
                let target = self.defined_name();
                let mut body = vec![Token::Control("operatorname".into()), Token::Open];
                body.extend(self.stream.argument());
                body.push(Token::Close);
                self.set_macro(
                    target,
                    Macro { prefix: Vec::new(), params: Vec::new(), body },
                );
            }
            "newenvironment"
            | "renewenvironment"
            | "NewDocumentEnvironment"
            | "RenewDocumentEnvironment"
            | "DeclareDocumentEnvironment" => {
                self.new_environment(name.contains("Document"));
            }
            "newtheorem" | "declaretheorem" | "spnewtheorem" | "newmdtheoremenv" => {
                self.new_theorem(name);
            }
            "newif" => {
                if let Some(Token::Control(switch)) = self.stream.next()
                    && let Some(switch) = switch.strip_prefix("if")
                {
                    self.switches.insert(switch.into(), false);
                }
            }
            "setcounter" => {
                let (counter, value) = (self.stream.argument(), self.stream.argument());
                if let Ok(value) = to_tex(&value).parse() {
                    self.numbering.set(&to_tex(&counter), value);
                }
            }
            "makeatletter" => self.stream.set_at_letter(true),
            "makeatother" => self.stream.set_at_letter(false),
            "catcode" | "lccode" | "uccode" | "mathcode" | "sfcode" => self.drop_code(),
            "csname" => self.csname(),
            _ => return self.set_switch(name),
        }
        true
    }

    fn set_switch(&mut self, name: &str) -> bool {
        let (switch, value) =
            match (name.strip_suffix("true"), name.strip_suffix("false")) {
                (Some(switch), _) => (switch, true),
                (_, Some(switch)) => (switch, false),
                _ => return false,
            };
        match self.switches.get_mut(switch) {
            Some(state) => *state = value,
            None => return false,
        }
        true
    }

    /// Takes the name that is being defined: `\name` or `{\name}`.
    fn defined_name(&mut self) -> Option<Rc<str>> {
        self.stream.argument().into_iter().find_map(|token| match token {
            Token::Control(name) => Some(name),
            _ => None,
        })
    }

    fn new_command(&mut self, how: &str) {
        self.stream.take_if(&Token::Char('*'));
        let target = self.defined_name();
        let params = self.classic_params();
        let body = body_of(self.stream.argument());
        let known = target.as_ref().is_some_and(|t| self.means_something(t));
        if !(how.starts_with("provide") && known) {
            self.set_macro(target, Macro { prefix: Vec::new(), params, body });
        }
    }

    /// `[n][default]`
    fn classic_params(&mut self) -> Vec<Param> {
        let count = self.stream.optional().map(|n| to_tex(&n).parse().unwrap_or(0usize));
        let default = self.stream.optional();
        let mut params = vec![Param::Mandatory; count.unwrap_or(0).min(9)];
        if let (Some(first), Some(default)) = (params.first_mut(), default) {
            *first = Param::Optional(default);
        }
        params
    }

    fn def(&mut self) {
        let Some(Token::Control(target)) = self.stream.next() else { return };
        let mut pattern = Vec::new();
        loop {
            match self.stream.next() {
                Some(Token::Open) => break,
                Some(token) if pattern.len() < 50 => pattern.push(token),
                _ => return,
            }
        }
        let body = body_of(self.stream.group());
        let mut pieces = body_of(pattern).into_iter().peekable();
        let mut prefix = Vec::new();
        while let Some(token) = pieces.next_if(|t| !matches!(t, Token::Param(_))) {
            prefix.push(token);
        }
        let mut params = Vec::new();
        while pieces.next().is_some() {
            let mut end = Vec::new();
            while let Some(token) = pieces.next_if(|t| !matches!(t, Token::Param(_))) {
                end.push(token);
            }
            params.push(if end.is_empty() {
                Param::Mandatory
            } else {
                Param::Until(end)
            });
        }
        self.set_macro(Some(target), Macro { prefix, params, body });
    }

    fn make_alias(&mut self) {
        let Some(Token::Control(target)) = self.stream.next() else { return };
        self.stream.take_if(&Token::Char('='));
        let Some(token) = self.stream.next() else { return };
        if commands::is_structure(&target) || self.in_style() {
            return;
        }
        let meaning = match token {
            Token::Control(other) => match self.stream.meanings.get(&other) {
                Some(meaning) => meaning.clone(),
                None if other == target => return,
                None => Meaning::Alias(other),
            },
            token => {
                let body = vec![token];
                Meaning::Macro(Rc::new(Macro {
                    prefix: Vec::new(),
                    params: Vec::new(),
                    body,
                }))
            }
        };
        self.stream.meanings.insert(target, meaning);
    }

    fn in_style(&self) -> bool {
        let innermost = self.stream.open_files().next_back();
        innermost.is_some_and(|name| name.ends_with(".sty") || name.ends_with(".cls"))
    }

    fn means_something(&self, name: &str) -> bool {
        self.stream.meanings.contains_key(name)
            || symbols::symbol(name).is_some()
            || symbols::accent(name).is_some()
            || commands::silent(name).is_some()
            || commands::is_structure(name)
    }

    /// Keeps a definition, unless it would change what the structure of a document is made of, or
    /// comes from a style file and is no plain text.
    fn set_macro(&mut self, target: Option<Rc<str>>, definition: Macro) {
        let Some(target) = target else { return };
        let internal = |t: &Token| matches!(t, Token::Control(n) if n.contains('@') || &**n == "csname");
        if commands::is_structure(&target)
            || self.in_style()
                && (self.means_something(&target) || definition.body.iter().any(internal))
        {
            return;
        }
        self.stream.meanings.insert(target, Meaning::Macro(Rc::new(definition)));
    }

    fn new_environment(&mut self, document: bool) {
        self.stream.take_if(&Token::Char('*'));
        let name = to_tex(&self.stream.argument());
        let params = if document {
            document_params(&self.stream.argument())
        } else {
            self.classic_params()
        };
        let body = body_of(self.stream.argument());
        let end = body_of(self.stream.argument());
        let fixed = commands::is_structure(&name)
            || commands::math_environment(&name).is_some()
            || commands::is_hidden_environment(&name)
            || commands::is_verbatim(&name)
            || self.in_style();
        if !fixed {
            let begin = Rc::new(Macro { prefix: Vec::new(), params, body });
            self.own_envs.insert(name, OwnEnv { begin, end });
        }
    }

    fn new_theorem(&mut self, how: &str) {
        self.stream.take_if(&Token::Char('*'));
        if how == "declaretheorem" {
            self.stream.optional();
        }
        let name = to_tex(&self.stream.argument());
        let shared = self.stream.optional().map(|t| to_tex(&t));
        let title = if how == "declaretheorem" {
            let mut chars = name.chars();
            let first =
                chars.next().map(|c| c.to_uppercase().to_string()).unwrap_or_default();
            first + chars.as_str()
        } else {
            self.plain_argument()
        };
        self.stream.optional();
        if how == "spnewtheorem" {
            self.stream.argument();
            self.stream.argument();
        }
        let counter = shared.unwrap_or_else(|| name.clone());
        self.theorems.insert(name, Theorem { title: prose::squeeze(&title), counter });
    }

    /// `\catcode`\@=11`
    fn drop_code(&mut self) {
        if self.stream.take_if(&Token::Char('‘'))
            || self.stream.take_if(&Token::Char('`'))
        {
            self.stream.next();
        }
        self.drop_dimension();
    }

    fn csname(&mut self) {
        let mut name = String::new();
        for _ in 0..200 {
            match self.stream.next() {
                Some(Token::Control(end)) if &*end == "endcsname" => break,
                Some(Token::Char(c)) => name.push(c),
                Some(_) => {}
                None => break,
            }
        }
        if !name.is_empty() && name != "csname" {
            self.stream.push(vec![Token::Control(name.as_str().into())]);
        }
    }

    /// Obeys a conditional; false if `name` is none.
    pub(super) fn conditional(&mut self, name: &str) -> bool {
        let branch = match name {
            "else" | "or" => {
                self.skip_branch(false);
                return true;
            }
            "fi" => return true,
            "ifthenelse" => {
                self.stream.argument();
                let _then = self.stream.argument();
                self.stream.argument()
            }
            "IfFileExists" | "InputIfFileExists" => {
                let file = to_tex(&self.stream.argument());
                let (then, other) = (self.stream.argument(), self.stream.argument());
                let from = self.project.main.clone();
                let found = self.project.find(&file, &from, &["", ".tex"]).is_some();
                if found { then } else { other }
            }
            "@ifundefined" | "ifundef" | "ifcsundef" => {
                let asked = to_tex(&self.stream.argument());
                let (then, other) = (self.stream.argument(), self.stream.argument());
                let known = self.means_something(asked.trim_start_matches('\\').trim());
                if known { other } else { then }
            }
            "IfNoValueTF" | "IfValueTF" | "IfBooleanTF" | "ifstrempty" | "ifblank" => {
                let given = !self.stream.argument().is_empty();
                let (then, other) = (self.stream.argument(), self.stream.argument());
                let wanted = matches!(name, "IfValueTF" | "IfBooleanTF");
                if given == wanted { then } else { other }
            }
            _ => return self.primitive_conditional(name),
        };
        self.stream.push(branch);
        true
    }

    fn primitive_conditional(&mut self, name: &str) -> bool {
        if !self.is_conditional(name) {
            return false;
        }
        let holds = match name {
            "iftrue" => true,
            "ifx" | "if" | "ifcat" => self.same_tokens(),
            "ifdefined" => {
                let asked = self.stream.next();
                matches!(asked, Some(Token::Control(n)) if self.means_something(&n))
            }
            "ifnum" | "ifdim" => self.comparison(),
            "ifodd" | "ifcase" => {
                self.drop_dimension();
                name == "ifcase"
            }
            "ifcsname" => {
                while self.stream.next().is_some_and(|t| !t.is("endcsname")) {}
                false
            }
            _ => name
                .strip_prefix("if")
                .and_then(|switch| self.switches.get(switch))
                .is_some_and(|state| *state),
        };
        if !holds {
            self.skip_branch(true);
        }
        true
    }

    fn is_conditional(&self, name: &str) -> bool {
        const PRIMITIVES: [&str; 27] = [
            "if",
            "ifcat",
            "ifx",
            "ifnum",
            "ifdim",
            "ifodd",
            "ifcase",
            "iftrue",
            "iffalse",
            "ifdefined",
            "ifcsname",
            "ifmmode",
            "ifhmode",
            "ifvmode",
            "ifinner",
            "ifvoid",
            "ifhbox",
            "ifvbox",
            "ifeof",
            "ifpdf",
            "ifxetex",
            "ifluatex",
            "ifPDFTeX",
            "ifXeTeX",
            "ifLuaTeX",
            "iftutex",
            "ifPDF",
        ];
        PRIMITIVES.contains(&name)
            || name
                .strip_prefix("if")
                .is_some_and(|switch| self.switches.contains_key(switch))
    }

    fn same_tokens(&mut self) -> bool {
        let (Some(left), Some(right)) = (self.stream.next(), self.stream.next()) else {
            return false;
        };
        let unknown = |reader: &Self, t: &Token| matches!(t, Token::Control(n) if !reader.means_something(n));
        left == right || unknown(self, &left) && unknown(self, &right)
    }

    /// `\ifnum 1<2`; what is no plain number compares false.
    fn comparison(&mut self) -> bool {
        let mut sides = [String::new(), String::new()];
        let mut relation = None;
        for _ in 0..60 {
            match self.stream.next() {
                Some(Token::Char(c @ ('<' | '=' | '>'))) if relation.is_none() => {
                    relation = Some(c);
                }
                Some(Token::Char(c)) if c.is_ascii_digit() || ".-".contains(c) => {
                    sides[usize::from(relation.is_some())].push(c);
                }
                Some(Token::Control(_)) if relation.is_none() => sides[0].push('?'),
                Some(Token::Char(c)) if c.is_ascii_alphabetic() => {}
                Some(Token::Space) if relation.is_none() || sides[1].is_empty() => {}
                Some(Token::Space | Token::Control(_)) => break,
                Some(token) => {
                    self.stream.put_back(token);
                    break;
                }
                None => break,
            }
        }
        match (sides[0].parse::<f64>(), relation, sides[1].parse::<f64>()) {
            (Ok(a), Some('<'), Ok(b)) => a < b,
            (Ok(a), Some('>'), Ok(b)) => a > b,
            (Ok(a), Some('='), Ok(b)) => a == b,
            _ => false,
        }
    }

    /// Skips to the `\fi` of the open conditional, or to its `\else`.
    fn skip_branch(&mut self, to_else: bool) {
        let mut depth = 0usize;
        while let Some(token) = self.stream.next() {
            let Token::Control(name) = token else { continue };
            match &*name {
                "fi" if depth == 0 => return,
                "fi" => depth -= 1,
                "else" if depth == 0 && to_else => return,
                // `\newif\ifdraft` names a conditional, it does not open one.
                "newif" => {
                    self.stream.next();
                }
                name if self.is_conditional(name) => depth += 1,
                _ => {}
            }
        }
    }
}

/// Reads the specification of `\NewDocumentCommand`.
fn document_params(spec: &[Token]) -> Vec<Param> {
    let mut out = Vec::new();
    let mut at = 0;
    let group_at = |at: &mut usize| {
        let mut depth = 0;
        let mut group = Vec::new();
        while let Some(token) = spec.get(*at) {
            *at += 1;
            match token {
                Token::Open => depth += 1,
                Token::Close => depth -= 1,
                Token::Space if depth == 0 => continue,
                _ => {}
            }
            if depth == 0 {
                return group;
            }
            if !(depth == 1 && *token == Token::Open) {
                group.push(token.clone());
            }
        }
        group
    };
    while let Some(token) = spec.get(at) {
        at += 1;
        match token {
            Token::Char('m' | 'v' | 'b') => out.push(Param::Mandatory),
            Token::Char('o' | 'd') => out.push(Param::Optional(Vec::new())),
            Token::Char('O') => out.push(Param::Optional(group_at(&mut at))),
            Token::Char('s') => out.push(Param::Star),
            Token::Char('>') => {
                group_at(&mut at);
            }
            _ => {}
        }
    }
    out.truncate(9);
    out
}
