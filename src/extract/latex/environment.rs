//! The structure of a document: sections, environments, lists, captions, footnotes, inputs, labels.

use super::commands;
use super::reader::{Reader, Text};
use super::token::{Token, to_tex};
use crate::extract::{Element, ElementKind, prose};

/// An environment that is open.
#[derive(Clone, Debug)]
pub(super) struct Env {
    pub name: String,
    /// Kind of the text inside, where it differs from that around it.
    pub kind: Option<ElementKind>,
    /// What its captions count as: `Figure`, `Table`, `Algorithm`.
    pub float: Option<&'static str>,
    /// Items so far, of a numbered list.
    pub items: u32,
}

/// A kind of theorem.
#[derive(Clone, Debug)]
pub(super) struct Theorem {
    pub title: String,
    pub counter: String,
}

impl Reader<'_> {
    /// Obeys a command of structure; false if `name` is none.
    pub(super) fn structure(&mut self, name: &str) -> bool {
        match name {
            "begin" => self.begin(),
            "end" => {
                let name = to_tex(&self.stream.argument());
                self.end(&name);
            }
            "part" | "chapter" => self.section(0, name == "part"),
            "section" => self.section(1, false),
            "subsection" => self.section(2, false),
            "subsubsection" => self.section(3, false),
            "addchap" | "addsec" => self.section(usize::from(name == "addsec"), true),
            "paragraph" | "subparagraph" => self.run_in_heading(),
            "appendix" | "appendices" => self.numbering.start_appendix(),
            "item" | "bibitem@" => self.item(),
            "caption" | "captionof" | "subcaption" | "bicaption" | "tablecaption"
            | "topcaption" | "bottomcaption" | "subcaptionbox" | "tabcap"
            | "figcaption" => self.caption(name),
            "subfloat" | "subfigure" | "subtable" => {
                if let Some(caption) = self.stream.optional() {
                    let caption = self.text_of(caption);
                    if !caption.text.trim().is_empty() {
                        self.flush();
                        self.element(ElementKind::Caption, caption);
                    }
                }
                self.stream.optional();
            }
            "footnote" | "footnotetext" | "thanks" | "endnote" | "tablefootnote"
            | "blfootnote" => {
                self.footnote();
            }
            "label" => self.label(),
            "ref" | "eqref" | "autoref" | "cref" | "Cref" | "vref" | "Vref" | "fref"
            | "Fref" | "labelcref" | "namecref" | "sref" | "secref" | "figref"
            | "tabref" | "subref" => {
                self.reference(name);
            }
            "par" | "endgraf" | "newpage" | "clearpage" | "bigskip" | "medskip"
            | "smallskip" => {
                self.end_paragraph();
            }
            "input" | "include" | "subfile" | "subfileinclude" | "@input" => {
                self.input_command()
            }
            "import" | "subimport" | "includefrom" | "subincludefrom" => {
                self.stream.take_if(&Token::Char('*'));
                let folder = to_tex(&self.stream.argument());
                let file = to_tex(&self.stream.argument());
                self.input(&format!("{folder}/{file}"), &["", ".tex"]);
            }
            "documentclass" | "documentstyle" => {
                let options =
                    self.stream.optional().map(|o| to_tex(&o)).unwrap_or_default();
                let class = to_tex(&self.stream.argument());
                self.numbering.start(&class, &options);
            }
            "usepackage" | "RequirePackage" => self.use_packages(),
            "endinput" => self.stream.end_file(),
            _ => return false,
        }
        true
    }

    fn input_command(&mut self) {
        let name = if self.stream.peek() == Some(Token::Open) {
            to_tex(&self.stream.argument())
        } else {
            let mut name = String::new();
            while let Some(Token::Char(c)) = self.stream.peek() {
                name.push(c);
                self.stream.next();
            }
            name
        };
        if !self.input(&name, &["", ".tex", ".ltx"]) {
            self.fault(format!("input `{name}` is not there"));
        }
    }

    /// Reads the definitions of the author's own packages that lie beside the document.
    fn use_packages(&mut self) {
        self.stream.optional();
        let names = to_tex(&self.stream.argument());
        self.stream.optional();
        for name in names.split(',') {
            self.input(name.trim(), &[".sty"]);
        }
    }

    fn section(&mut self, level: usize, unnumbered: bool) {
        let starred = self.stream.take_if(&Token::Char('*'));
        self.stream.optional();
        let tokens = self.stream.argument();
        let title = self.text_of(tokens);
        self.flush();
        if !self.in_body {
            return;
        }
        let number =
            if starred || unnumbered { None } else { self.numbering.section(level) };
        if let Some(number) = &number {
            let what = if level == 0 { "Chapter" } else { "Section" };
            self.current = (what.to_owned(), number.clone());
        }
        let level = self.numbering.outline_level(level);
        if title.text.trim().is_empty() {
            return;
        }
        self.element(ElementKind::Heading(level, number), title);
    }

    /// `\paragraph{Data.} We ...`: the heading is the beginning of its paragraph.
    fn run_in_heading(&mut self) {
        self.stream.take_if(&Token::Char('*'));
        self.stream.optional();
        let tokens = self.stream.argument();
        let title = self.text_of(tokens);
        self.end_paragraph();
        let ended = title.text.trim_end().ends_with(['.', ':', '?', '!', '。', '：']);
        let empty = title.text.trim().is_empty();
        self.push_text(title);
        if !empty {
            self.push_str(if ended { " " } else { ". " });
        }
    }

    fn begin(&mut self) {
        let name = to_tex(&self.stream.argument());
        if self.begin_own(&name) {
            return;
        }
        if commands::is_hidden_environment(&name) {
            return self.skip_environment(&name);
        }
        if commands::is_verbatim(&name) {
            return self.verbatim(&name);
        }
        if let Some(numbered) = commands::math_environment(&name) {
            return self.display(&name, numbered);
        }
        match name.strip_suffix('*').unwrap_or(&name) {
            "document" if self.in_body && !self.envs.is_empty() => {}
            "document" => {
                self.in_body = true;
                self.text = Text::default();
                self.push_env(&name, None, None);
            }
            "tabular" | "tabularx" | "tabulary" | "tabu" | "longtable"
            | "supertabular" | "xtabular" | "array" | "deluxetable" | "NiceTabular"
            | "tblr" | "longtblr" | "longtabu" | "mpsupertabular" => self.table(&name),
            "thebibliography" => self.bibliography_environment(&name),
            "refsection" | "refsegment" => {}
            "abstract" | "cabstract" | "eabstract" | "abstracts" | "onecolabstract"
            | "resume" | "abstracteng" => {
                self.flush();
                self.push_env(&name, Some(ElementKind::Abstract), None);
                self.stream.optional();
            }
            "itemize" | "enumerate" | "description" | "compactitem" | "compactenum"
            | "inparaenum" | "list" | "asparaenum" | "asparaitem" | "inparaitem"
            | "compactdesc" | "trivlist" | "outline" | "tasks" | "itemize*" => {
                self.flush();
                self.drop_arguments(commands::environment_arguments(&name));
                self.push_env(&name, Some(ElementKind::ListItem), None);
            }
            "algorithmic" | "algorithmicx" | "codebox" => {
                self.flush();
                self.drop_arguments(commands::environment_arguments(&name));
                self.push_env(&name, Some(ElementKind::Code), None);
            }
            other => self.begin_other(&name, other),
        }
    }

    fn begin_other(&mut self, name: &str, bare: &str) {
        let float = match bare {
            "figure" | "wrapfigure" | "sidewaysfigure" | "SCfigure" | "marginfigure"
            | "floatingfigure" | "teaserfigure" => Some("Figure"),
            "table" | "wraptable" | "sidewaystable" | "margintable"
            | "threeparttable" => Some("Table"),
            "algorithm" | "algorithm2e" | "procedure" => Some("Algorithm"),
            "listing" => Some("Listing"),
            _ => None,
        };
        if float.is_some() || !self.is_inline_environment(bare) {
            self.flush();
        }
        self.drop_arguments(commands::environment_arguments(name));
        let kind = (float == Some("Algorithm")).then_some(ElementKind::Code);
        self.push_env(name, kind, float);
        match bare {
            "proof" => {
                let title = self.stream.optional().map(|t| self.text_of(t));
                self.push_text(title.unwrap_or_else(|| plain("Proof")));
                self.push_str(". ");
            }
            "acks" | "acknowledgments" | "acknowledgements" | "acknowledgement"
            | "ack" => {
                self.element(ElementKind::Heading(1, None), plain("Acknowledgments"));
            }
            "keywords" | "keyword" | "IEEEkeywords" => self.push_str("Keywords: "),
            "appendices" | "subappendices" => self.numbering.start_appendix(),
            _ => self.begin_theorem(bare),
        }
    }

    fn is_inline_environment(&self, name: &str) -> bool {
        ["small", "footnotesize", "scriptsize", "large", "color", "sloppypar", "spacing"]
            .contains(&name)
    }

    fn begin_theorem(&mut self, name: &str) {
        let theorem = self.theorems.get(name).cloned().or_else(|| builtin_theorem(name));
        let Some(theorem) = theorem else { return };
        let number = self.numbering.next(&theorem.counter);
        self.push_str(&format!("{} {number}", theorem.title));
        self.current = (theorem.title, number);
        if let Some(name) = self.stream.optional() {
            let name = self.text_of(name);
            self.push_str(" (");
            self.push_text(name);
            self.push_str(")");
        }
        self.push_str(". ");
    }

    /// Begins an environment of the author's; false if `name` is none.
    pub(super) fn begin_own(&mut self, name: &str) -> bool {
        let Some(own) = self.own_envs.get(name) else { return false };
        let begin = own.begin.clone();
        self.push_env(name, None, None);
        self.stream.expand(&begin);
        true
    }

    /// Ends an environment of the author's; false if `name` is none.
    pub(super) fn end_own(&mut self, name: &str) -> bool {
        let Some(own) = self.own_envs.get(name) else { return false };
        let end = own.end.clone();
        if let Some(at) = self.envs.iter().rposition(|env| env.name == name) {
            self.envs.remove(at);
        }
        self.stream.push(end);
        true
    }

    fn push_env(
        &mut self,
        name: &str,
        kind: Option<ElementKind>,
        float: Option<&'static str>,
    ) {
        if self.envs.len() >= self.limits.max_depth {
            return self.fault("environments nested too deep".into());
        }
        self.envs.push(Env { name: name.to_owned(), kind, float, items: 0 });
    }

    fn end(&mut self, name: &str) {
        if self.end_own(name) {
            return;
        }
        if name == "document" {
            self.flush();
            self.envs.clear();
            // What follows the end is no part of the document.
            while self.stream.open_files().next().is_some() {
                self.stream.end_file();
            }
            return;
        }
        let Some(at) = self.envs.iter().rposition(|env| env.name == name) else { return };
        let env = &self.envs[at];
        let ends_paragraph = env.kind.is_some()
            || env.float.is_some()
            || !self.is_inline_environment(name.strip_suffix('*').unwrap_or(name));
        if ends_paragraph {
            self.end_paragraph();
        }
        self.envs.truncate(at);
    }

    fn item(&mut self) {
        self.end_paragraph();
        let label = self.stream.optional();
        let label =
            label.map(|label| self.text_of(label)).filter(|l| !l.text.trim().is_empty());
        if let Some(env) =
            self.envs.iter_mut().rev().find(|e| e.kind == Some(ElementKind::ListItem))
        {
            env.items += 1;
            self.current = ("Item".to_owned(), env.items.to_string());
        }
        if let Some(label) = label {
            self.push_text(label);
            self.push_str(" ");
        }
    }

    fn caption(&mut self, name: &str) {
        let starred = self.stream.take_if(&Token::Char('*'));
        let named = match name {
            "captionof" => Some(to_tex(&self.stream.argument())),
            "figcaption" => Some("figure".to_owned()),
            "tabcap" => Some("table".to_owned()),
            _ => None,
        };
        self.stream.optional();
        let tokens = self.stream.argument();
        let labels = labels_in(&tokens);
        let float = match named.as_deref() {
            Some("table") => Some("Table"),
            Some(_) => Some("Figure"),
            None => self.envs.iter().rev().find_map(|env| env.float),
        };
        let inner = self.envs.iter().rev().take_while(|env| env.float.is_none());
        let part = name.starts_with("sub")
            || inner
                .into_iter()
                .any(|env| env.name.starts_with("sub") && env.name != "subequations");
        let mut text = Text::default();
        if let Some(float) = float.filter(|_| !starred && !part) {
            let number = self.numbering.next(&float.to_lowercase());
            text.text = format!("{float} {number}: ");
            self.current = (float.to_owned(), number);
        }
        let inner = self.text_of(tokens);
        if inner.text.trim().is_empty() {
            return;
        }
        let outer = std::mem::replace(&mut self.text, text);
        self.push_text(inner);
        let text = std::mem::replace(&mut self.text, outer);
        self.flush();
        self.element(ElementKind::Caption, text);
        for label in labels {
            self.set_label(label);
        }
    }

    fn footnote(&mut self) {
        self.stream.optional();
        let tokens = self.stream.argument();
        let text = self.text_of(tokens);
        if !text.text.trim().is_empty() && self.footnotes.len() < 10_000 {
            let Text { text, cites } = text;
            let kind = ElementKind::Footnote;
            self.footnotes.push(Element { kind, text, cites, ..Element::default() });
        }
    }

    fn label(&mut self) {
        let label = to_tex(&self.stream.argument());
        self.set_label(label);
    }

    pub(super) fn set_label(&mut self, label: String) {
        self.learnt.labels.entry(label.clone()).or_insert_with(|| self.current.clone());
        let empty = self.text.text.trim().is_empty();
        if let Some(last) = self.out.last_mut()
            && (empty || last.kind == ElementKind::Caption)
            && last.label.is_none()
            && matches!(last.kind, ElementKind::Heading(..) | ElementKind::Caption)
        {
            last.label = Some(label);
        }
    }

    fn reference(&mut self, how: &str) {
        self.stream.take_if(&Token::Char('*'));
        let labels = to_tex(&self.stream.argument());
        let named = matches!(
            how,
            "autoref" | "cref" | "Cref" | "vref" | "Vref" | "fref" | "Fref"
        );
        let mut parts = Vec::new();
        let mut last_what = None;
        for label in labels.split(',').map(str::trim) {
            let Some((what, number)) = self.known.labels.get(label) else { continue };
            let shown = match how {
                "eqref" => format!("({number})"),
                _ if named && !what.is_empty() && last_what != Some(what) => {
                    format!("{what} {number}")
                }
                _ => number.clone(),
            };
            last_what = Some(what);
            parts.push(shown);
        }
        self.push_str(&parts.join(", "));
    }
}

fn plain(text: &str) -> Text {
    Text { text: text.to_owned(), cites: Vec::new() }
}

/// Labels that stand in an argument.
pub(super) fn labels_in(tokens: &[Token]) -> Vec<String> {
    let mut out = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if token.is("label") && tokens.get(index + 1) == Some(&Token::Open) {
            let name = tokens[index + 2..].iter().take_while(|t| **t != Token::Close);
            out.push(to_tex(&name.cloned().collect::<Vec<_>>()));
        }
    }
    out
}

fn builtin_theorem(name: &str) -> Option<Theorem> {
    let title = match name {
        "theorem" | "thm" => "Theorem",
        "lemma" => "Lemma",
        "proposition" | "prop" => "Proposition",
        "corollary" => "Corollary",
        "definition" => "Definition",
        "remark" => "Remark",
        "example" => "Example",
        "conjecture" => "Conjecture",
        "assumption" => "Assumption",
        _ => return None,
    };
    let counter = prose::squeeze(name);
    Some(Theorem { title: title.to_owned(), counter })
}
