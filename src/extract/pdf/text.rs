//! Runs the content of a page for its text alone: no paint, no images, no colours.
//!
//! In: the content streams and resources of a page. Out: [`Glyph`]s at their places. What a
//! viewer would not show is not given: hidden layers, text outside the page or outside the
//! rectangle around the clip. Every loop is bounded by a [`Budget`] of operators, glyphs and
//! inflated bytes, since a small file can ask for endless work.

use std::rc::Rc;

use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction as Op;
use hayro_syntax::object::{
    Array, Dict, Name, Number, Object, Stream, String as PdfString,
};
use hayro_syntax::page::Resources;
use rustc_hash::FxHashMap;

use super::font::{Fonts, LoadedFont};
use super::layers::Layers;
use super::marked::MarkedContent;
use super::matrix::{Bounds, IDENTITY, Matrix, apply, concat, direction, translate};
use super::stream;
use crate::extract::glyph::{ARTIFACT, Glyph, INVISIBLE, TYPE3, VERTICAL};

/// Nesting of forms that is followed.
const MAX_FORMS: u32 = 16;
/// Nesting of `q` that is followed.
const MAX_STATES: usize = 512;
/// Glyphs of one page.
const MAX_PAGE_GLYPHS: usize = 2_000_000;
/// Operators of one page.
const MAX_PAGE_OPERATORS: u64 = 5_000_000;

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

/// The part of the graphics state that text needs.
#[derive(Clone)]
struct State<'a> {
    ctm: Matrix,
    clip: Bounds,
    font: Option<Rc<LoadedFont<'a>>>,
    size: f64,
    char_space: f64,
    word_space: f64,
    /// Horizontal scaling, 1.0 for 100 %.
    stretch: f64,
    leading: f64,
    rise: f64,
    mode: i64,
}

/// The text matrices, alive from `BT` on.
struct Pen {
    matrix: Matrix,
    line: Matrix,
}

impl Pen {
    fn set(&mut self, m: Matrix) {
        self.matrix = m;
        self.line = m;
    }

    fn next_line(&mut self, x: f64, y: f64) {
        translate(&mut self.line, x, y);
        self.matrix = self.line;
    }
}

/// One page being run.
pub(super) struct Interpreter<'a, 'c> {
    fonts: &'c mut Fonts<'a>,
    layers: &'c Layers,
    budget: &'c mut Budget,
    operators: u64,
    out: Vec<Glyph>,
    marked: MarkedContent,
    /// Bytes of text shown in a font that could not be loaded.
    unset: usize,
    /// True once a limit cut the page short.
    cut: bool,
}

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
        layers: &'c Layers,
        budget: &'c mut Budget,
    ) -> Self {
        Interpreter {
            fonts,
            layers,
            budget,
            operators: 0,
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
        self.run(TypedIter::new(content), resources, state, 0);
        self.budget.operators = self.budget.operators.saturating_sub(self.operators);
        self.budget.glyphs = self.budget.glyphs.saturating_sub(self.out.len());
        PageText { glyphs: self.out, unset: self.unset, cut: self.cut }
    }

    fn exhausted(&mut self) -> bool {
        self.operators += 1;
        let over = self.operators > MAX_PAGE_OPERATORS.min(self.budget.operators)
            || self.out.len() > MAX_PAGE_GLYPHS.min(self.budget.glyphs);
        self.cut |= over;
        over
    }

    fn run(
        &mut self,
        mut content: TypedIter<'_>,
        resources: &Resources<'a>,
        start: State<'a>,
        depth: u32,
    ) {
        let mut state = start;
        let mut saved: Vec<State<'a>> = Vec::new();
        let mut pen = Pen { matrix: IDENTITY, line: IDENTITY };
        let mut path = Path::new();
        let outer = self.marked.depth();
        let mut names: FxHashMap<Vec<u8>, Option<Rc<LoadedFont<'a>>>> =
            FxHashMap::default();
        while let Some(op) = content.next() {
            if self.exhausted() {
                break;
            }
            match op {
                Op::SaveState(_) if saved.len() < MAX_STATES => saved.push(state.clone()),
                Op::RestoreState(_) => state = saved.pop().unwrap_or(state),
                Op::Transform(m) => {
                    let m = matrix([m.0, m.1, m.2, m.3, m.4, m.5]);
                    state.ctm = concat(&state.ctm, &m);
                }
                Op::TextFont(font) => {
                    let known = names.get(AsRef::<[u8]>::as_ref(font.0)).cloned();
                    state.font = known.unwrap_or_else(|| {
                        let loaded = self.fonts.named(resources, font.0);
                        names.insert(
                            AsRef::<[u8]>::as_ref(font.0).to_vec(),
                            loaded.clone(),
                        );
                        loaded
                    });
                    state.size = font.1.as_f64();
                }
                Op::SetGraphicsState(name) => {
                    self.graphics_state(&mut state, resources, name.0, &mut names);
                }
                Op::BeginMarkedContent(tag) => {
                    self.marked.begin(self.out.len(), tag.0.as_str(), None, false);
                }
                Op::BeginMarkedContentWithProperties(tag) => {
                    self.begin_marked(tag.0, tag.1, resources);
                }
                Op::EndMarkedContent(_) if self.marked.depth() > outer => {
                    self.marked.end(&mut self.out);
                }
                Op::XObject(name) if depth < MAX_FORMS => {
                    if let Some(form) = resources.get_x_object(name.0) {
                        self.form(&form, resources, &state, depth);
                    }
                }
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
        op: &Op<'_, '_>,
        state: &mut State<'a>,
        pen: &mut Pen,
    ) -> bool {
        match op {
            Op::BeginText(_) => pen.set(IDENTITY),
            Op::SetTextMatrix(m) => pen.set(matrix([m.0, m.1, m.2, m.3, m.4, m.5])),
            Op::NextLine(by) => pen.next_line(by.0.as_f64(), by.1.as_f64()),
            Op::NextLineAndSetLeading(by) => {
                state.leading = -by.1.as_f64();
                pen.next_line(by.0.as_f64(), by.1.as_f64());
            }
            Op::NextLineUsingLeading(_) => pen.next_line(0.0, -state.leading),
            Op::CharacterSpacing(n) => state.char_space = n.0.as_f64(),
            Op::WordSpacing(n) => state.word_space = n.0.as_f64(),
            Op::HorizontalScaling(n) => state.stretch = n.0.as_f64() / 100.0,
            Op::TextLeading(n) => state.leading = n.0.as_f64(),
            Op::TextRise(n) => state.rise = n.0.as_f64(),
            Op::TextRenderingMode(n) => state.mode = n.0.as_i64(),
            Op::ShowText(text) => self.show(state, pen, text.0.as_bytes()),
            Op::NextLineAndShowText(text) => {
                pen.next_line(0.0, -state.leading);
                self.show(state, pen, text.0.as_bytes());
            }
            Op::ShowTextWithParameters(text) => {
                state.word_space = text.0.as_f64();
                state.char_space = text.1.as_f64();
                pen.next_line(0.0, -state.leading);
                self.show(state, pen, text.2.as_bytes());
            }
            Op::ShowTexts(items) => {
                for item in items.0.iter::<Object<'_>>() {
                    match item {
                        Object::Number(n) => adjust(state, pen, n.as_f64()),
                        Object::String(s) => self.show(state, pen, s.as_bytes()),
                        _ => {}
                    }
                }
            }
            _ => return false,
        }
        true
    }

    /// Takes the font of an external graphics state, loaded once a content stream.
    fn graphics_state(
        &mut self,
        state: &mut State<'a>,
        resources: &Resources<'a>,
        name: &Name<'_>,
        names: &mut FxHashMap<Vec<u8>, Option<Rc<LoadedFont<'a>>>>,
    ) {
        let Some(dict) = resources.get_ext_g_state(name) else { return };
        let Some(font) = dict.get::<Array<'_>>(b"Font") else { return };
        let mut items = font.flex_iter();
        let (Some(font), Some(size)) = (items.next::<Dict<'_>>(), items.next::<Number>())
        else {
            return;
        };
        // A space cannot stand in a name, so this key is no font's.
        let key = [b"gs ", AsRef::<[u8]>::as_ref(name)].concat();
        state.font = match names.get(&key) {
            Some(known) => known.clone(),
            None => {
                let loaded = self.fonts.load(&font);
                names.insert(key, loaded.clone());
                loaded
            }
        };
        state.size = size.as_f64();
    }

    fn begin_marked(
        &mut self,
        tag: &Name<'_>,
        properties: &Object<'_>,
        resources: &Resources<'a>,
    ) {
        let start = self.out.len();
        let dict = match properties {
            Object::Dict(dict) => Some(dict.clone()),
            Object::Name(name) => resources.properties.get::<Dict<'_>>(name),
            _ => None,
        };
        let Some(dict) = dict else {
            self.marked.begin(start, tag.as_str(), None, false);
            return;
        };
        let hidden = tag.as_str() == "OC" && self.layers.hides(&dict);
        let actual = dict.get::<PdfString<'_>>(b"ActualText");
        self.marked.begin(
            start,
            tag.as_str(),
            actual.as_ref().map(|s| s.as_bytes()),
            hidden,
        );
        if let Some(id) = dict.get::<i32>(b"MCID") {
            self.marked.id = id;
        }
    }

    fn form(
        &mut self,
        form: &Stream<'a>,
        resources: &Resources<'a>,
        state: &State<'a>,
        depth: u32,
    ) {
        let dict = form.dict();
        let kind = dict.get::<Name<'_>>(b"Subtype");
        if kind.is_none_or(|k| k.as_str() != "Form") {
            return;
        }
        if dict.get::<Dict<'_>>(b"OC").is_some_and(|layer| self.layers.hides(&layer)) {
            return;
        }
        let Some(content) = stream::decoded(form) else { return };
        let length = content.len() as u64;
        // Forms without operators cost their decoding; a bomb may call one again and again.
        self.operators += length / 64;
        self.budget.inflated = self.budget.inflated.saturating_sub(length);
        if self.budget.inflated == 0 {
            self.cut = true;
            return;
        }
        let mut state = state.clone();
        if let Some(m) = dict.get::<[f64; 6]>(b"Matrix") {
            state.ctm = concat(&state.ctm, &m);
        }
        if let Some([x0, y0, x1, y1]) = dict.get::<[f64; 4]>(b"BBox") {
            let bounds = Bounds::between(x0, y0, x1, y1).under(&state.ctm);
            state.clip = state.clip.intersect(&bounds);
        }
        let own = dict.get::<Dict<'a>>(b"Resources").map(Resources::new);
        self.run(
            TypedIter::new(&content),
            own.as_ref().unwrap_or(resources),
            state,
            depth + 1,
        );
    }

    /// Shows a string: one glyph a character, the pen moved behind it.
    fn show(&mut self, state: &State<'a>, pen: &mut Pen, text: &[u8]) {
        let Some(font) = state.font.as_deref() else {
            self.unset += text.len();
            return;
        };
        if self.marked.is_hidden() {
            // The pen still has to move: later text may follow on the same line.
            advance_only(font, state, pen, text);
            return;
        }
        let run =
            Run::new(font, state, &pen.matrix, self.flags(font, state), self.marked.id);
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
                font.each_char(number, &code, |c, index, of| {
                    self.out.push(run.glyph(c, origin, drawn, index, of));
                });
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

/// What stays the same over one shown string.
struct Run {
    /// Text space to the page, without the translation of the pen.
    linear: Matrix,
    /// Scale of the two axes.
    scale: (f64, f64),
    size: f32,
    dir: u8,
    font: u16,
    flags: u8,
    mcid: i32,
}

impl Run {
    fn new(
        font: &LoadedFont<'_>,
        state: &State<'_>,
        pen: &Matrix,
        flags: u8,
        mcid: i32,
    ) -> Run {
        let linear = concat(&state.ctm, pen);
        let scale = (linear[0].hypot(linear[1]), linear[2].hypot(linear[3]));
        let dir = if font.horizontal {
            let sign = state.size.signum() * state.stretch.signum();
            direction(linear[0] * sign, linear[1] * sign)
        } else {
            direction(-linear[2], -linear[3])
        };
        let size = (state.size.abs() * scale.1) as f32;
        Run { linear, scale, size, dir, font: font.id, flags, mcid }
    }

    /// Returns where the next glyph starts, points on the page.
    fn origin(&self, state: &State<'_>, pen: &Matrix) -> (f64, f64) {
        let (x, y) = apply(&state.ctm, pen[4], pen[5]);
        (x + self.linear[2] * state.rise, y + self.linear[3] * state.rise)
    }

    /// Returns how far the pen moves in text space, and how wide the glyph is on the page.
    fn step(
        &self,
        font: &LoadedFont<'_>,
        state: &State<'_>,
        along: f64,
        spacing: f64,
    ) -> (f64, f64, f64) {
        if font.horizontal {
            let drawn = (along * state.stretch).abs() * self.scale.0;
            ((along + spacing) * state.stretch, 0.0, drawn)
        } else {
            (0.0, along + spacing, along.abs() * self.scale.1)
        }
    }

    fn unit(&self) -> (f64, f64) {
        match self.dir {
            0 => (1.0, 0.0),
            1 => (0.0, -1.0),
            2 => (-1.0, 0.0),
            3 => (0.0, 1.0),
            _ if self.scale.0 > 0.0 => {
                (self.linear[0] / self.scale.0, self.linear[1] / self.scale.0)
            }
            _ => (1.0, 0.0),
        }
    }

    /// Tells whether the middle of a glyph is inside the clip, with half an em of grace.
    fn is_shown(&self, state: &State<'_>, origin: (f64, f64), drawn: f64) -> bool {
        let (ux, uy) = self.unit();
        let size = f64::from(self.size);
        let middle = (origin.0 + ux * drawn / 2.0, origin.1 + uy * drawn / 2.0);
        state.clip.holds(middle.0, middle.1, size.mul_add(0.5, 1.0))
    }

    /// Makes the glyph of character `index` of `of` that share one code.
    fn glyph(
        &self,
        ch: char,
        origin: (f64, f64),
        drawn: f64,
        index: usize,
        of: usize,
    ) -> Glyph {
        let (ux, uy) = self.unit();
        let part = drawn / of as f64;
        let offset = part * index as f64;
        Glyph {
            ch,
            x: (origin.0 + ux * offset) as f32,
            y: (origin.1 + uy * offset) as f32,
            w: part as f32,
            size: self.size,
            font: self.font,
            dir: self.dir,
            flags: self.flags,
            mcid: self.mcid,
        }
    }
}

fn spacing(state: &State<'_>, code: u32, length: usize) -> f64 {
    // Word spacing counts for the single byte 32 only, whatever it stands for.
    let word = if length == 1 && code == 32 { state.word_space } else { 0.0 };
    state.char_space + word
}

fn advance_only(font: &LoadedFont<'_>, state: &State<'_>, pen: &mut Pen, text: &[u8]) {
    let mut at = 0;
    while at < text.len() {
        let (number, length) = font.read_code(text, at);
        at += length;
        let along = f64::from(font.code(number, length).advance) * state.size;
        let by = along + spacing(state, number, length);
        if font.horizontal {
            translate(&mut pen.matrix, by * state.stretch, 0.0);
        } else {
            translate(&mut pen.matrix, 0.0, by);
        }
    }
}

/// Moves the pen by a number between the strings of `TJ`, thousandths of the font size.
fn adjust(state: &State<'_>, pen: &mut Pen, thousandths: f64) {
    let by = -thousandths / 1000.0 * state.size;
    match &state.font {
        Some(font) if !font.horizontal => translate(&mut pen.matrix, 0.0, by),
        _ => translate(&mut pen.matrix, by * state.stretch, 0.0),
    }
}

fn matrix(numbers: [Number; 6]) -> Matrix {
    numbers.map(|n| n.as_f64())
}

/// The rectangle around the path under construction, for the clip.
struct Path {
    bounds: Bounds,
    clips: bool,
}

impl Path {
    fn new() -> Path {
        Path { bounds: Bounds::EMPTY, clips: false }
    }

    fn add(&mut self, x: &Number, y: &Number) {
        self.bounds.add(x.as_f64(), y.as_f64());
    }

    /// Runs a path operator; any other is nothing to text.
    fn operator(&mut self, op: &Op<'_, '_>, state: &mut State<'_>) {
        match op {
            Op::MoveTo(p) => self.add(&p.0, &p.1),
            Op::LineTo(p) => self.add(&p.0, &p.1),
            Op::CubicTo(p) => {
                self.add(&p.0, &p.1);
                self.add(&p.2, &p.3);
                self.add(&p.4, &p.5);
            }
            Op::CubicStartTo(p) => {
                self.add(&p.0, &p.1);
                self.add(&p.2, &p.3);
            }
            Op::CubicEndTo(p) => {
                self.add(&p.0, &p.1);
                self.add(&p.2, &p.3);
            }
            Op::RectPath(r) => {
                let (x, y) = (r.0.as_f64(), r.1.as_f64());
                self.bounds.add(x, y);
                self.bounds.add(x + r.2.as_f64(), y + r.3.as_f64());
            }
            Op::ClipNonZero(_) | Op::ClipEvenOdd(_) => self.clips = true,
            Op::StrokePath(_)
            | Op::CloseAndStrokePath(_)
            | Op::FillPathNonZero(_)
            | Op::FillPathNonZeroCompatibility(_)
            | Op::FillPathEvenOdd(_)
            | Op::FillAndStrokeNonZero(_)
            | Op::FillAndStrokeEvenOdd(_)
            | Op::CloseFillAndStrokeNonZero(_)
            | Op::CloseFillAndStrokeEvenOdd(_)
            | Op::EndPath(_) => {
                if self.clips && !self.bounds.is_empty() {
                    let bounds = self.bounds.under(&state.ctm);
                    state.clip = state.clip.intersect(&bounds);
                }
                *self = Path::new();
            }
            _ => {}
        }
    }
}
