//! Commands inside a text: characters, accents, words in some form, line breaks.

use super::reader::Reader;
use super::token::{Token, to_tex};
use super::{math, symbols};
use crate::extract::ElementKind;

impl Reader<'_> {
    /// Obeys a command that is a character, or text in some form; false if `name` is none.
    pub(super) fn text_command(&mut self, name: &str) -> bool {
        match name {
            "%" | "#" | "$" | "_" | "{" | "}" | "&" => self.push_str(name),
            "," | ";" | ":" | ">" | " " | "newline" | "tabularnewline" | "space" => {
                self.push_blank()
            }
            "!" | "/" | "-" | "@" | "*" => {}
            "\\" | "cr" => self.line_break(),
            "(" | "[" => self.display_command(name),
            ")" | "]" => {}
            "ensuremath" => {
                let tokens = self.stream.argument();
                self.push_str(&math::readable(&tokens));
            }
            "xspace" => {
                if let Some(Token::Char(c)) = self.stream.peek()
                    && (c.is_alphanumeric() || "([".contains(c))
                {
                    self.push_blank();
                }
            }
            "verb" | "lstinline" | "mintinline" | "Verb" | "cverb" => {
                self.inline_verbatim(name)
            }
            "url" | "nolinkurl" | "path" | "doi" | "burl" => {
                let address = self.raw_argument();
                self.push_str(&address);
            }
            "href" => {
                self.raw_argument();
            }
            "enquote" | "textquote" => {
                self.stream.take_if(&Token::Char('*'));
                let tokens = self.stream.argument();
                let text = self.text_of(tokens);
                self.push_str("“");
                self.push_text(text);
                self.push_str("”");
            }
            "string" | "cmd" | "cs" | "meta" | "marg" | "oarg" => {
                self.shown_command(name)
            }
            "keywords" | "keyword" | "kwd" | "IEEEkeywords" => {
                self.flush();
                let tokens = self.stream.argument();
                let text = self.text_of(tokens);
                self.push_str("Keywords: ");
                self.push_text(text);
                let in_body = std::mem::replace(&mut self.in_body, true);
                self.flush();
                self.in_body = in_body;
            }
            "text" | "mbox" | "textbf" | "textit" | "emph" | "textrm" | "textsf"
            | "texttt" | "textsc" | "textsl" | "textup" | "textmd" | "textnormal"
            | "underline" | "uline" => {}
            "textsuperscript" | "textsubscript" if self.in_front => {
                self.stream.argument();
            }
            "State" | "STATE" | "Require" | "Ensure" | "Statex" | "RETURN" => {
                self.line_break();
                if name.len() > 5 && name != "Statex" {
                    let mut chars = name.chars();
                    let first: String = chars.next().into_iter().collect();
                    self.push_str(&(first + &chars.as_str().to_lowercase() + " "));
                }
            }
            "uppercase" | "MakeUppercase" | "lowercase" | "MakeLowercase" | "textlf" => {}
            "ruby" | "ltjruby" => self.ruby(),
            _ => return self.accent(name),
        }
        true
    }

    fn accent(&mut self, name: &str) -> bool {
        let Some(mark) = symbols::accent(name) else { return false };
        let tokens = self.stream.argument();
        let base = self.text_of(tokens).text;
        if base.trim().is_empty() {
            // An accent on nothing is the sign itself: `\~{}` in an address.
            if matches!(name, "~" | "^" | "\"" | "'" | "`") {
                self.push_str(name);
            }
        } else {
            self.push_str(&symbols::accented(&base, mark));
        }
        true
    }

    /// `\ruby{base}{reading}`: the base is the text.
    fn ruby(&mut self) {
        self.stream.optional();
        let tokens = self.stream.argument();
        let base = self.text_of(tokens);
        let reading = self.stream.argument();
        let reading = self.text_of(reading).text;
        self.push_text(base);
        self.push_str(&format!("({})", reading.replace('|', "")));
    }

    fn shown_command(&mut self, name: &str) {
        let tokens = if name == "string" {
            self.stream.next().into_iter().collect()
        } else {
            self.stream.argument()
        };
        let shown = to_tex(&tokens);
        match name {
            "cs" => self.push_str(&format!("\\{shown}")),
            "meta" => self.push_str(&format!("⟨{shown}⟩")),
            "marg" => self.push_str(&format!("{{⟨{shown}⟩}}")),
            "oarg" => self.push_str(&format!("[⟨{shown}⟩]")),
            _ => self.push_str(&shown),
        }
    }

    fn line_break(&mut self) {
        self.stream.take_if(&Token::Char('*'));
        if self.stream.peek() == Some(Token::Char('[')) {
            self.stream.optional();
        }
        let in_code = self.envs.iter().rev().find_map(|e| e.kind.as_ref())
            == Some(&ElementKind::Code);
        if self.tables == 1 || in_code && self.nesting == 0 {
            self.end_cell('\n');
        } else {
            self.push_blank();
        }
    }
}
