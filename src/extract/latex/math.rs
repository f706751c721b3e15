//! Inline mathematics as a reader would type it: `$\alpha_i \leq x^{2}$` becomes `α_i ≤ x^2`.

use super::symbols;
use super::token::Token;

/// Writes mathematics in plain characters; what has no character keeps its name.
pub(super) fn readable(tokens: &[Token]) -> String {
    let mut writer = Writer { tokens, at: 0, out: String::new() };
    writer.run(0);
    writer.out.trim().to_owned()
}

struct Writer<'a> {
    tokens: &'a [Token],
    at: usize,
    out: String,
}

/// Nesting past which braces are no longer followed.
const MAX_DEPTH: usize = 60;

impl Writer<'_> {
    /// Writes up to the `}` that closes what the caller opened, or to the end.
    fn run(&mut self, depth: usize) {
        while let Some(token) = self.tokens.get(self.at) {
            self.at += 1;
            match token {
                Token::Close if depth > 0 => return,
                Token::Close | Token::Math | Token::Hash | Token::Param(_) => {}
                Token::Open if depth < MAX_DEPTH => self.run(depth + 1),
                Token::Open => {}
                Token::Align | Token::Space | Token::Par => self.blank(),
                Token::Char('^' | '_') => self.script(*token == Token::Char('^'), depth),
                Token::Char('\'') => self.out.push('′'),
                Token::Char(c) => self.out.push(*c),
                Token::Control(name) => self.control(name, depth),
            }
        }
    }

    /// Appends a blank, unless one or nothing is there.
    fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with(' ') {
            self.out.push(' ');
        }
    }

    /// Writes the next group or token apart, and gives what was written.
    fn piece(&mut self, depth: usize) -> String {
        while self.tokens.get(self.at) == Some(&Token::Space) {
            self.at += 1;
        }
        let outer = std::mem::take(&mut self.out);
        match self.tokens.get(self.at) {
            Some(Token::Open) if depth < MAX_DEPTH => {
                self.at += 1;
                self.run(depth + 1);
            }
            Some(Token::Control(name)) if depth < MAX_DEPTH => {
                self.at += 1;
                self.control(name, depth + 1);
            }
            Some(Token::Char(c)) => {
                self.at += 1;
                self.out.push(*c);
            }
            _ => {}
        }
        std::mem::replace(&mut self.out, outer).trim().to_owned()
    }

    fn script(&mut self, up: bool, depth: usize) {
        let script = self.piece(depth);
        self.out.truncate(self.out.trim_end().len());
        match script.as_str() {
            "" => return,
            "∘" if up => return self.out.push('°'),
            "′" | "∗" | "*" | "†" if up => return self.out.push_str(&script),
            _ => {}
        }
        // A script on nothing is a mark beside a word of the text: `10$^{th}$`.
        if self.out.is_empty() {
            return self.out.push_str(&script);
        }
        self.out.push(if up { '^' } else { '_' });
        if script.chars().all(char::is_alphanumeric) {
            self.out.push_str(&script);
        } else {
            self.out.push_str(&format!("({script})"));
        }
    }

    fn control(&mut self, name: &str, depth: usize) {
        match name {
            "frac" | "dfrac" | "tfrac" | "nicefrac" | "sfrac" | "cfrac" => {
                let (above, below) = (self.piece(depth), self.piece(depth));
                let part = |p: String| {
                    if p.chars().all(char::is_alphanumeric) {
                        p
                    } else {
                        format!("({p})")
                    }
                };
                self.out.push_str(&format!("{}/{}", part(above), part(below)));
            }
            "sqrt" => {
                let root = self.piece(depth);
                self.out.push_str(&format!("√({root})"));
            }
            "mathbb" | "mathds" | "Bbb" => {
                let letters = self.piece(depth);
                self.out.extend(letters.chars().map(symbols::double_struck));
            }
            "label" | "ref" | "eqref" | "cite" | "tag" | "vspace" | "hspace"
            | "color" | "phantom" | "hphantom" => {
                self.piece(depth);
            }
            "textcolor" => {
                self.piece(depth);
            }
            "begin" | "end" => {
                self.piece(depth);
                self.blank();
            }
            "left" | "right" | "big" | "Big" | "bigg" | "Bigg" | "bigl" | "bigr"
            | "Bigl" | "Bigr" | "biggl" | "biggr" | "displaystyle" | "textstyle"
            | "limits" | "nolimits" | "nonumber" | "notag" | "!" | "mathbf"
            | "mathrm" | "mathit" | "mathsf" | "mathtt" | "mathcal" | "mathscr"
            | "mathfrak" | "boldsymbol" | "bm" | "text" | "textrm" | "textbf"
            | "textit" | "mbox" | "hbox" | "operatorname" | "rm" | "bf" | "it"
            | "cal" | "mathop" | "mathrel" | "mathbin" | "mathord" | "ensuremath"
            | "hat" | "widehat" | "tilde" | "widetilde" | "bar" | "overline" | "vec"
            | "dot" | "ddot" | "underline" | "underbrace" | "overbrace" | "boxed"
            | "mathnormal" | "textsc" | "texttt" | "textsf" | "relax" | "/" | "-"
            | "pmb" | "scriptstyle" => {}
            "," | ";" | ":" | " " | ">" | "quad" | "qquad" | "\\" | "newline"
            | "space" => {
                self.blank();
            }
            _ => match symbols::symbol(name) {
                Some(symbol) if symbol.chars().all(is_relation) => {
                    self.blank();
                    self.out.push_str(symbol);
                    self.out.push(' ');
                }
                Some(symbol) => self.out.push_str(symbol),
                None => {
                    let joined = self.out.ends_with(char::is_alphanumeric);
                    if joined {
                        self.out.push(' ');
                    }
                    self.out.push_str(name);
                    if matches!(self.tokens.get(self.at), Some(Token::Char(c)) if c.is_alphanumeric())
                    {
                        self.out.push(' ');
                    }
                }
            },
        }
    }
}

/// Relations and arrows stand between blanks.
fn is_relation(c: char) -> bool {
    matches!(
        c,
        '≤' | '≥'
            | '≠'
            | '≈'
            | '∼'
            | '≡'
            | '∝'
            | '⊂'
            | '⊆'
            | '∈'
            | '∉'
            | '≪'
            | '≫'
            | '∪'
            | '∩'
            | '×'
            | '←'..='⇿'
    )
}

#[cfg(test)]
mod tests {
    use super::super::token::tokens_of;
    use super::*;

    #[test]
    fn formulas_as_one_would_type_them() {
        for (tex, expected) in [
            (r"\alpha_i \leq x^{2}", "α_i ≤ x^2"),
            (r"\frac{a+b}{2}", "(a+b)/2"),
            (r"x \in \mathbb{R}^{n\times m}", "x ∈ ℝ^(n × m)"),
            (r"^{th}", "th"),
            (r"\mathcal{L}_{\text{CLIP}}", "L_CLIP"),
            (r"90^\circ", "90°"),
            (r"\sqrt{x}, f'", "√(x), f′"),
        ] {
            assert_eq!(readable(&tokens_of(tex)), expected, "{tex}");
        }
    }
}
