//! Runs the content of a page for its text alone: no paint, no images, no colours.
//!
//! In: the content streams and resources of a page. Out: [`Glyph`]s at their places. What a
//! viewer would not show is not given: hidden layers, text outside the page or outside the
//! rectangle around the clip. Every loop is bounded by a [`Budget`] of operators, glyphs and
//! inflated bytes, since a small file can ask for endless work.

use std::rc::Rc;

use hayro_syntax::object::{
    Array, Dict, Name, Number, ObjRef, Stream, String as PdfString,
};
use hayro_syntax::page::Resources;
use rustc_hash::{FxHashMap, FxHashSet};

use super::content::{Content, Item, Op, Properties};
use super::font::{Fonts, LoadedFont};
use super::layers::Layers;
use super::marked::MarkedContent;
use super::matrix::{Bounds, IDENTITY, Matrix, concat, translate};
use super::path::Path;
use super::run::{Run, adjust, advance_only, spacing};
use super::skim::up_to_last_text;
use super::state::{Pen, State};
use super::stream::Decoder;
use crate::extract::glyph::{ARTIFACT, Glyph, INVISIBLE, TYPE3, VERTICAL};

/// Nesting of forms that is followed.
const MAX_FORMS: u32 = 16;
/// Nesting of `q` that is followed.
const MAX_STATES: usize = 512;
/// Glyphs of one page.
const MAX_PAGE_GLYPHS: usize = 2_000_000;
/// Operators of one page.
const MAX_PAGE_OPERATORS: u64 = 5_000_000;

/// Glyphs of one page that room is made for before the first is there.
const MOST_AT_ONCE: usize = 8 << 10;

/// What a whole document may still use.
#[derive(Clone, Copy, Debug)]
pub(super) struct Budget {
    pub(super) operators: u64,
    pub(super) glyphs: usize,
    pub(super) inflated: u64,
}

impl Budget {
    /// Enough for some thousands of dense pages; bounds memory at about 300 MB.
    pub(super) const DOCUMENT: Budget =
        Budget { operators: 200_000_000, glyphs: 8_000_000, inflated: 2 << 30 };

    /// Tells whether anything is used up.
    pub(super) fn is_spent(&self) -> bool {
        self.operators == 0 || self.glyphs == 0 || self.inflated == 0
    }
}

/// The form XObjects of a document.
pub(super) struct Forms {
    /// Decodes their content, and that of pages.
    pub(super) decoder: Decoder,
    /// Those that show no text, whoever calls them, and images: a drawing may call one for each
    /// of its points.
    silent: FxHashSet<ObjRef>,
}

impl Forms {
    pub(super) fn new() -> Forms {
        Forms { decoder: Decoder::new(), silent: FxHashSet::default() }
    }
}

/// One page being run.
pub(super) struct Interpreter<'a, 'c> {
    fonts: &'c mut Fonts<'a>,
    forms: &'c mut Forms,
    layers: &'c Layers,
    budget: &'c mut Budget,
    operators: u64,
    /// Strings shown, and forms left out.
    shown: u64,
    out: Vec<Glyph>,
    marked: MarkedContent,
    /// Bytes of text shown in a font that could not be loaded.
    unset: usize,
    /// True once a limit cut the page short.
    cut: bool,
}

/// A font, which may be one that cannot be read, and its size.
type StateFont<'a> = (Option<Rc<LoadedFont<'a>>>, f64);

/// What running a page gave.
pub(super) struct PageText {
    pub(super) glyphs: Vec<Glyph>,
    /// Bytes of text shown in a font that could not be loaded.
    pub(super) unset: usize,
    /// True if a limit cut the page short.
    pub(super) cut: bool,
}

impl<'a, 'c> Interpreter<'a, 'c> {
    /// Prepares to run one page.
    pub(super) fn new(
        fonts: &'c mut Fonts<'a>,
        forms: &'c mut Forms,
        layers: &'c Layers,
        budget: &'c mut Budget,
    ) -> Self {
        Interpreter {
            fonts,
            forms,
            layers,
            budget,
            operators: 0,
            shown: 0,
            out: Vec::new(),
            marked: MarkedContent::default(),
            unset: 0,
            cut: false,
        }
    }

    /// Runs `content` under `ctm`, which maps to points from the top left of a page of `page`.
    pub(super) fn page(
        mut self,
        content: &[u8],
        resources: &Resources<'a>,
        ctm: Matrix,
        page: (f32, f32),
    ) -> PageText {
        let clip = Bounds::between(0.0, 0.0, f64::from(page.0), f64::from(page.1));
        let state = State {
            ctm,
            clip,
            font: None,
            size: 1.0,
            char_space: 0.0,
            word_space: 0.0,
            stretch: 1.0,
            leading: 0.0,
            rise: 0.0,
            mode: 0,
        };
        let content = up_to_last_text(content);
        // Text takes a few bytes a glyph; a drawing, for which this is too much, many.
        self.out.reserve((content.len() / 4).min(MOST_AT_ONCE));
        self.run(Content::new(content), resources, state, 0);
        self.out.shrink_to_fit();
        self.budget.operators = self.budget.operators.saturating_sub(self.operators);
        self.budget.glyphs = self.budget.glyphs.saturating_sub(self.out.len());
        PageText { glyphs: self.out, unset: self.unset, cut: self.cut }
    }

    /// Counts operators; tells whether they are more than may be.
    fn exhausted(&mut self, operators: u64) -> bool {
        let most = MAX_PAGE_OPERATORS.min(self.budget.operators);
        self.operators += operators.min(most.saturating_sub(self.operators) + 1);
        let over = self.operators > most
            || self.out.len() > MAX_PAGE_GLYPHS.min(self.budget.glyphs);
        self.cut |= over;
        over
    }

    fn run(
        &mut self,
        mut content: Content<'_>,
        resources: &Resources<'a>,
        start: State<'a>,
        depth: u32,
    ) {
        let mut state = start;
        let mut saved: Vec<State<'a>> = Vec::new();
        let mut pen = Pen { matrix: IDENTITY, line: IDENTITY };
        let mut path = Path::new();
        let outer = self.marked.depth();
        let mut names = FxHashMap::<Vec<u8>, Option<Rc<LoadedFont<'a>>>>::default();
        let mut states = FxHashMap::<Vec<u8>, Option<StateFont<'a>>>::default();
        while let Some(op) = content.next() {
            let operators = if let Op::Painted(n) = op { n } else { 1 };
            if self.exhausted(operators) {
                break;
            }
            match op {
                Op::Save if saved.len() < MAX_STATES => saved.push(state.clone()),
                Op::Restore => state = saved.pop().unwrap_or(state),
                Op::Transform(m) => state.ctm = concat(&state.ctm, &m),
                Op::Font(name, size) => {
                    let known = names.get(name).cloned();
                    state.font = known.unwrap_or_else(|| {
                        let loaded =
                            self.fonts.named(resources, &Name::new_unescaped(name));
                        names.insert(name.to_vec(), loaded.clone());
                        loaded
                    });
                    state.size = size;
                }
                Op::GraphicsState(name) => {
                    if !states.contains_key(name) {
                        states.insert(name.to_vec(), self.state_font(resources, name));
                    }
                    if let Some(Some((font, size))) = states.get(name) {
                        state.font = font.clone();
                        state.size = *size;
                    }
                }
                Op::BeginMarked(tag) => {
                    self.marked.begin(self.out.len(), tag, None, false)
                }
                Op::BeginMarkedWith(tag, properties) => {
                    self.begin_marked(tag, properties, resources);
                }
                Op::EndMarked if self.marked.depth() > outer => {
                    self.marked.end(&mut self.out);
                }
                Op::XObject(name) => self.x_object(name, resources, &state, depth),
                op => {
                    if !self.text_operator(&op, &mut state, &mut pen) {
                        path.operator(&op, &mut state);
                    }
                }
            }
        }
        while self.marked.depth() > outer {
            self.marked.end(&mut self.out);
        }
    }

    /// Runs an operator that sets text state, moves or shows; false if it is none of these.
    fn text_operator(
        &mut self,
        op: &Op<'_>,
        state: &mut State<'a>,
        pen: &mut Pen,
    ) -> bool {
        match *op {
            Op::BeginText => pen.set(IDENTITY),
            Op::TextMatrix(m) => pen.set(m),
            Op::NextLine(x, y) => pen.next_line(x, y),
            Op::NextLineSettingLeading(x, y) => {
                state.leading = -y;
                pen.next_line(x, y);
            }
            Op::NextLineByLeading => pen.next_line(0.0, -state.leading),
            Op::CharSpace(by) => state.char_space = by,
            Op::WordSpace(by) => state.word_space = by,
            Op::Stretch(percent) => state.stretch = percent / 100.0,
            Op::Leading(by) => state.leading = by,
            Op::Rise(by) => state.rise = by,
            Op::Mode(mode) => state.mode = mode as i64,
            Op::Show(text) => self.show_one(state, pen, text),
            Op::NextLineAndShow(text) => {
                pen.next_line(0.0, -state.leading);
                self.show_one(state, pen, text);
            }
            Op::NextLineAndShowSpaced(word_space, char_space, text) => {
                state.word_space = word_space;
                state.char_space = char_space;
                pen.next_line(0.0, -state.leading);
                self.show_one(state, pen, text);
            }
            Op::ShowAll(items) => {
                let run = self.run_of(state, pen);
                items.each(|item| match item {
                    Item::Number(n) => adjust(state, pen, n),
                    Item::Text(text) => self.show(run.as_ref(), state, pen, text),
                });
            }
            _ => return false,
        }
        true
    }

    /// Loads the font that an external graphics state sets, if it sets one.
    fn state_font(
        &mut self,
        resources: &Resources<'a>,
        name: &[u8],
    ) -> Option<StateFont<'a>> {
        let dict = resources.get_ext_g_state(&Name::new_unescaped(name))?;
        let mut items = dict.get::<Array<'_>>(b"Font")?.flex_iter();
        let (font, size) = (items.next::<Dict<'_>>()?, items.next::<Number>()?);
        Some((self.fonts.load(&font), size.as_f64()))
    }

    fn begin_marked(
        &mut self,
        tag: &[u8],
        properties: Properties<'_>,
        resources: &Resources<'a>,
    ) {
        let start = self.out.len();
        let dict = match properties {
            Properties::Id(id) => {
                self.marked.begin(start, tag, None, false);
                self.marked.id = id;
                return;
            }
            Properties::Dict(dict) => Some(dict.clone()),
            Properties::Named(name) => resources.properties.get::<Dict<'_>>(name),
            Properties::Unknown => None,
        };
        let Some(dict) = dict else {
            self.marked.begin(start, tag, None, false);
            return;
        };
        let hidden = tag == b"OC" && self.layers.hides(&dict);
        let actual = dict.get::<PdfString<'_>>(b"ActualText");
        self.marked.begin(start, tag, actual.as_ref().map(|s| s.as_bytes()), hidden);
        if let Some(id) = dict.get::<i32>(b"MCID") {
            self.marked.id = id;
        }
    }

    fn x_object(
        &mut self,
        name: &[u8],
        resources: &Resources<'a>,
        state: &State<'a>,
        depth: u32,
    ) {
        if depth == MAX_FORMS {
            self.shown += 1;
            return;
        }
        let reference = resources.x_objects.get_ref(name);
        if reference.is_some_and(|reference| self.forms.silent.contains(&reference)) {
            return;
        }
        let Some(form) = resources.get_x_object(&Name::new_unescaped(name)) else {
            return;
        };
        let shown = self.shown;
        let alone = self.form(&form, resources, state, depth);
        if alone && self.shown == shown {
            self.forms.silent.extend(reference);
        }
    }

    /// Runs a form; returns whether it means the same to whoever calls it.
    fn form(
        &mut self,
        form: &Stream<'a>,
        resources: &Resources<'a>,
        state: &State<'a>,
        depth: u32,
    ) -> bool {
        let dict = form.dict();
        let kind = dict.get::<Name<'_>>(b"Subtype");
        if kind.is_none_or(|k| k.as_str() != "Form") {
            return true;
        }
        if dict.get::<Dict<'_>>(b"OC").is_some_and(|layer| self.layers.hides(&layer)) {
            return true;
        }
        let Some(content) = self.forms.decoder.decoded(form) else { return true };
        let length = content.len() as u64;
        // Forms without operators cost their decoding; a bomb may call one again and again.
        self.operators += length / 64;
        self.budget.inflated = self.budget.inflated.saturating_sub(length);
        if self.budget.inflated == 0 {
            self.cut = true;
            return false;
        }
        let mut state = state.clone();
        if let Some(m) = dict.get::<[f64; 6]>(b"Matrix") {
            state.ctm = concat(&state.ctm, &m);
        }
        if let Some([x0, y0, x1, y1]) = dict.get::<[f64; 4]>(b"BBox") {
            let bounds = Bounds::between(x0, y0, x1, y1).under(&state.ctm);
            state.clip = state.clip.intersect(&bounds);
        }
        let content = up_to_last_text(&content);
        let own = dict.get::<Dict<'a>>(b"Resources").map(Resources::new);
        self.run(
            Content::new(content),
            own.as_ref().unwrap_or(resources),
            state,
            depth + 1,
        );
        (own.is_some() || content.is_empty()) && !self.cut
    }

    /// Prepares to show strings; none without a font.
    fn run_of(&self, state: &State<'a>, pen: &Pen) -> Option<Run> {
        let font = state.font.as_deref()?;
        let flags = self.flags(font, state);
        Some(Run::new(font, state, &pen.matrix, flags, self.marked.id))
    }

    fn show_one(&mut self, state: &State<'a>, pen: &mut Pen, text: &[u8]) {
        let run = self.run_of(state, pen);
        self.show(run.as_ref(), state, pen, text);
    }

    /// Shows a string: one glyph a character, the pen moved behind it.
    fn show(&mut self, run: Option<&Run>, state: &State<'a>, pen: &mut Pen, text: &[u8]) {
        self.shown += 1;
        let (Some(run), Some(font)) = (run, state.font.as_deref()) else {
            self.unset += text.len();
            return;
        };
        if self.marked.is_hidden() {
            // The pen still has to move: later text may follow on the same line.
            advance_only(font, state, pen, text);
            return;
        }
        let mut at = 0;
        while at < text.len() {
            let (number, length) = font.read_code(text, at);
            at += length;
            let code = font.code(number, length);
            let origin = run.origin(state, &pen.matrix);
            let along = f64::from(code.advance) * state.size;
            let (dx, dy, drawn) =
                run.step(font, state, along, spacing(state, number, length));
            if origin.0.is_finite()
                && origin.1.is_finite()
                && run.is_shown(state, origin, drawn)
            {
                if let [ch] = code.chars() {
                    self.out.push(run.glyph(*ch, origin, drawn, 0, 1));
                } else {
                    font.each_char(number, &code, |c, index, of| {
                        self.out.push(run.glyph(c, origin, drawn, index, of));
                    });
                }
            }
            translate(&mut pen.matrix, dx, dy);
        }
    }

    fn flags(&self, font: &LoadedFont<'_>, state: &State<'_>) -> u8 {
        let mut flags = 0;
        // ISO 32000-2, table 104: 3 paints nothing, 7 only clips.
        if matches!(state.mode, 3 | 7) {
            flags |= INVISIBLE;
        }
        if !font.horizontal {
            flags |= VERTICAL;
        }
        if self.marked.is_artifact() {
            flags |= ARTIFACT;
        }
        if font.type3 {
            flags |= TYPE3;
        }
        flags
    }
}
