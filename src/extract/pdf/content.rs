//! Reads the instructions of a content stream, for text alone.
//!
//! In: the bytes of a content stream. Out: [`Op`]s, those that text needs with their operands,
//! all others as [`Op::Other`]; what is left of a path that clips nothing is passed over at once,
//! for drawings are two thirds of what the streams of papers hold. Plain instructions are read here without building objects; from
//! the first one on that is odd in any way (a malformed number, an escape in a name) the library's
//! own iterator reads the rest, so that damaged content means what it means to the library. Both
//! ways give the same instructions for the same bytes.

use std::borrow::Cow;

use hayro_syntax::content::ops::TypedInstruction;
use hayro_syntax::content::{TypedIter, UntypedIter};
use hayro_syntax::object::{Array, Dict, Number, Object};

use super::lexer::{
    Class, Operand, Operator, after_blank, after_comment, class, dictionary, hexadecimal,
    literal, name, number, operator,
};
use super::matrix::Matrix;
use super::skim::after_path;

/// Operands of one instruction that the library takes; one more ends the stream.
pub(super) const MAX_OPERANDS: usize = 33;
/// Bytes of one instruction that are read here, which bounds what is kept of it.
const MAX_INSTRUCTION: usize = 1 << 20;

/// One instruction, as far as it matters to text.
#[derive(Clone, Copy, Debug)]
pub(super) enum Op<'b> {
    Save,
    Restore,
    Transform(Matrix),
    GraphicsState(&'b [u8]),
    XObject(&'b [u8]),
    BeginMarked(&'b [u8]),
    BeginMarkedWith(&'b [u8], Properties<'b>),
    EndMarked,
    BeginText,
    Font(&'b [u8], f64),
    CharSpace(f64),
    WordSpace(f64),
    /// Horizontal scaling, per cent.
    Stretch(f64),
    Leading(f64),
    Rise(f64),
    Mode(f64),
    TextMatrix(Matrix),
    NextLine(f64, f64),
    NextLineSettingLeading(f64, f64),
    NextLineByLeading,
    Show(&'b [u8]),
    NextLineAndShow(&'b [u8]),
    /// Word space, character space and text.
    NextLineAndShowSpaced(f64, f64, &'b [u8]),
    ShowAll(Items<'b>),
    Point(f64, f64),
    /// The points of a curve; the last one twice if it has only two.
    Curve([f64; 6]),
    /// A corner, width and height.
    Rectangle([f64; 4]),
    Clip,
    /// Ends a path, painted or not.
    EndPath,
    /// The rest of a path that clips nothing, its end included: as many instructions.
    Painted(u64),
    /// Nothing to text.
    Other,
}

/// What `BDC` says about a marked-content sequence.
#[derive(Clone, Copy, Debug)]
pub(super) enum Properties<'b> {
    /// A dictionary with `/MCID` alone.
    Id(i32),
    Named(&'b [u8]),
    Dict(&'b Dict<'b>),
    Unknown,
}

/// The strings of `TJ` and the numbers between them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Items<'b> {
    Own { items: &'b [Operand<'b>], decoded: &'b [u8] },
    Library(&'b Array<'b>),
}

/// One of [`Items`].
pub(super) enum Item<'b> {
    Number(f64),
    Text(&'b [u8]),
}

impl Items<'_> {
    /// Calls `each` with every item, in order.
    pub(super) fn each(&self, mut each: impl FnMut(Item<'_>)) {
        match self {
            Items::Own { items, decoded } => {
                for item in *items {
                    match item {
                        Operand::Number(n) => each(Item::Number(*n)),
                        Operand::Text(text) => each(Item::Text(text.bytes(decoded))),
                        _ => {}
                    }
                }
            }
            Items::Library(array) => {
                for item in array.iter::<Object<'_>>() {
                    match item {
                        Object::Number(n) => each(Item::Number(n.as_f64())),
                        Object::String(text) => each(Item::Text(text.as_bytes())),
                        _ => {}
                    }
                }
            }
        }
    }
}

/// How far the path under construction is.
#[derive(Clone, Copy, PartialEq)]
enum Construction {
    None,
    Begun,
    /// It will clip, so that its points matter.
    Clipping,
}

/// What stands where an instruction should begin.
enum Next {
    Instruction(Operator),
    End,
    /// Something for the library.
    Odd,
}

/// A content stream being read.
pub(super) struct Content<'d> {
    data: &'d [u8],
    at: usize,
    operands: Vec<Operand<'d>>,
    /// Items of the arrays among the operands.
    items: Vec<Operand<'d>>,
    /// Strings whose bytes do not stand in the stream as they are.
    decoded: Vec<u8>,
    properties: Option<Dict<'d>>,
    path: Construction,
    /// Before this place it was tried to pass over a path.
    tried: usize,
    /// Reads on from the first odd instruction.
    library: Option<TypedIter<'d>>,
}

impl<'d> Content<'d> {
    pub(super) fn new(data: &'d [u8]) -> Self {
        Content {
            data,
            at: 0,
            operands: Vec::new(),
            items: Vec::new(),
            decoded: Vec::new(),
            properties: None,
            path: Construction::None,
            tried: 0,
            library: None,
        }
    }

    /// Reads the next instruction; none at the end, or where the rest makes no sense.
    pub(super) fn next(&mut self) -> Option<Op<'_>> {
        let next = if self.library.is_some() {
            Next::Odd
        } else if let Some(instructions) = self.painted() {
            return Some(Op::Painted(instructions));
        } else {
            self.instruction()
        };
        match next {
            Next::Instruction(operator) => self.op(operator),
            Next::End => None,
            Next::Odd => {
                let rest = &self.data[self.at..];
                let library = self.library.get_or_insert_with(|| TypedIter::new(rest));
                library.next().map(of_library)
            }
        }
    }

    /// Passes over what is left of a path that clips nothing; returns how many instructions.
    #[inline]
    fn painted(&mut self) -> Option<u64> {
        if self.path != Construction::Begun || self.at < self.tried {
            return None;
        }
        match after_path(self.data, self.at) {
            Ok((instructions, to)) => {
                (self.at, self.path) = (to, Construction::None);
                Some(instructions)
            }
            Err(at) => {
                self.tried = at;
                None
            }
        }
    }

    /// Reads operands up to the operator; at something odd `at` stays where it was.
    fn instruction(&mut self) -> Next {
        self.operands.clear();
        self.items.clear();
        self.decoded.clear();
        let start = after_blank(self.data, self.at);
        if start == self.data.len() {
            return Next::End;
        }
        self.at = start;
        let window = &self.data[..self.data.len().min(start + MAX_INSTRUCTION)];
        let mut at = start;
        while let Some(&byte) = window.get(at) {
            let read = match class(byte) {
                Class::Blank => {
                    at += 1;
                    continue;
                }
                Class::Numeric => {
                    number(window, at).map(|(n, to)| (Operand::Number(n), to))
                }
                Class::Regular => break,
                Class::Comment => {
                    at = after_comment(window, at);
                    continue;
                }
                Class::Delimiter => self.delimited(window, at),
            };
            let (Some((operand, to)), true) = (read, self.operands.len() < MAX_OPERANDS)
            else {
                return Next::Odd;
            };
            self.operands.push(operand);
            at = to;
        }
        let Some((operator, to)) = operator(window, at) else { return Next::Odd };
        if to == window.len() && to < self.data.len() {
            return Next::Odd;
        }
        if operator == *b"BI\0" {
            let Some(to) = after_image(self.data, start) else { return Next::Odd };
            self.at = to;
            return Next::Instruction(operator);
        }
        if operator == *b"BDC" && matches!(self.operands.last(), Some(Operand::Dict)) {
            let mut library = UntypedIter::new(&window[start..to]);
            let last = library.next().and_then(|read| read.operands().last());
            let Some(Object::Dict(dict)) = last else { return Next::Odd };
            self.properties = Some(dict.clone());
        }
        self.at = to;
        Next::Instruction(operator)
    }

    /// Reads an operand that begins with a delimiter.
    fn delimited(&mut self, data: &'d [u8], at: usize) -> Option<(Operand<'d>, usize)> {
        match data[at] {
            b'/' => name(data, at).map(|(name, to)| (Operand::Name(name), to)),
            b'[' => self.array(data, at),
            b'<' if data.get(at + 1) == Some(&b'<') => dictionary(data, at),
            _ => self.text_at(data, at),
        }
    }

    fn text_at(&mut self, data: &'d [u8], at: usize) -> Option<(Operand<'d>, usize)> {
        let (text, to) = match data[at] {
            b'(' => literal(data, at, &mut self.decoded)?,
            b'<' => hexadecimal(data, at, &mut self.decoded)?,
            _ => return None,
        };
        Some((Operand::Text(text), to))
    }

    /// Reads an array of numbers and strings.
    fn array(&mut self, data: &'d [u8], at: usize) -> Option<(Operand<'d>, usize)> {
        let first = self.items.len();
        let mut at = at + 1;
        loop {
            at = after_blank(data, at);
            let byte = *data.get(at)?;
            let (item, to) = match class(byte) {
                Class::Numeric => {
                    number(data, at).map(|(n, to)| (Operand::Number(n), to))?
                }
                _ if byte == b']' => break,
                _ => self.text_at(data, at)?,
            };
            self.items.push(item);
            at = to;
        }
        Some((Operand::Array(first, self.items.len()), at + 1))
    }

    /// Gives the instruction of an operator with the operands read.
    ///
    /// As in the library, the operands next to the operator count if there are too many; where
    /// they do not fit, a path ends the stream and any other operator is passed over.
    fn op(&mut self, operator: Operator) -> Option<Op<'_>> {
        let op = match &operator {
            b"m\0\0" | b"l\0\0" => {
                self.begin_path();
                return self.numbers().map(|[x, y]| Op::Point(x, y));
            }
            b"c\0\0" => return self.numbers().map(Op::Curve),
            b"v\0\0" | b"y\0\0" => return self.numbers().map(short_curve),
            b"re\0" => {
                self.begin_path();
                return self.numbers().map(Op::Rectangle);
            }
            b"q\0\0" => Some(Op::Save),
            b"Q\0\0" => Some(Op::Restore),
            b"cm\0" => self.numbers().map(Op::Transform),
            b"gs\0" => self.name().map(Op::GraphicsState),
            b"Do\0" => self.name().map(Op::XObject),
            b"BMC" => self.name().map(Op::BeginMarked),
            b"BDC" => self.begin_marked(),
            b"EMC" => Some(Op::EndMarked),
            b"BT\0" => Some(Op::BeginText),
            b"Tf\0" => match self.operands[..] {
                [.., Operand::Name(name), Operand::Number(size)] => {
                    Some(Op::Font(name, size))
                }
                _ => None,
            },
            b"Tc\0" => self.number().map(Op::CharSpace),
            b"Tw\0" => self.number().map(Op::WordSpace),
            b"Tz\0" => self.number().map(Op::Stretch),
            b"TL\0" => self.number().map(Op::Leading),
            b"Ts\0" => self.number().map(Op::Rise),
            b"Tr\0" => self.number().map(Op::Mode),
            b"Tm\0" => self.numbers().map(Op::TextMatrix),
            b"Td\0" => self.numbers().map(|[x, y]| Op::NextLine(x, y)),
            b"TD\0" => self.numbers().map(|[x, y]| Op::NextLineSettingLeading(x, y)),
            b"T*\0" => Some(Op::NextLineByLeading),
            b"Tj\0" => self.text().map(Op::Show),
            b"'\0\0" => self.text().map(Op::NextLineAndShow),
            b"\"\0\0" => match self.operands[..] {
                [
                    ..,
                    Operand::Number(word),
                    Operand::Number(char),
                    Operand::Text(text),
                ] => {
                    let text = text.bytes(&self.decoded);
                    Some(Op::NextLineAndShowSpaced(word, char, text))
                }
                _ => None,
            },
            b"TJ\0" => match self.operands.last() {
                Some(&Operand::Array(from, to)) => Some(Op::ShowAll(Items::Own {
                    items: &self.items[from..to],
                    decoded: &self.decoded,
                })),
                _ => None,
            },
            b"W\0\0" | b"W*\0" => {
                self.path = Construction::Clipping;
                Some(Op::Clip)
            }
            b"S\0\0" | b"s\0\0" | b"f\0\0" | b"F\0\0" | b"f*\0" | b"B\0\0" | b"B*\0"
            | b"b\0\0" | b"b*\0" | b"n\0\0" => {
                self.path = Construction::None;
                Some(Op::EndPath)
            }
            _ => None,
        };
        Some(op.unwrap_or(Op::Other))
    }

    fn begin_path(&mut self) {
        if self.path == Construction::None {
            self.path = Construction::Begun;
        }
    }

    fn begin_marked(&self) -> Option<Op<'_>> {
        let [.., Operand::Name(tag), last] = self.operands[..] else { return None };
        let properties = match (last, &self.properties) {
            (Operand::Name(name), _) => Properties::Named(name),
            (Operand::Id(id), _) => Properties::Id(id),
            (Operand::Dict, Some(dict)) => Properties::Dict(dict),
            _ => Properties::Unknown,
        };
        Some(Op::BeginMarkedWith(tag, properties))
    }

    fn numbers<const N: usize>(&self) -> Option<[f64; N]> {
        let mut numbers = [0.0; N];
        for (number, operand) in numbers.iter_mut().zip(self.operands.last_chunk::<N>()?)
        {
            let Operand::Number(read) = operand else { return None };
            *number = *read;
        }
        Some(numbers)
    }

    fn number(&self) -> Option<f64> {
        self.numbers().map(|[number]| number)
    }

    fn name(&self) -> Option<&[u8]> {
        match self.operands.last() {
            Some(Operand::Name(name)) => Some(name),
            _ => None,
        }
    }

    fn text(&self) -> Option<&[u8]> {
        match self.operands.last() {
            Some(Operand::Text(text)) => Some(text.bytes(&self.decoded)),
            _ => None,
        }
    }
}

/// Returns the place behind an inline image whose instruction begins at `start`.
fn after_image(data: &[u8], start: usize) -> Option<usize> {
    let mut library = UntypedIter::new(&data[start..]);
    let read = library.next()?;
    let Some(Object::Stream(image)) = read.operands().last() else { return None };
    let Cow::Borrowed(image) = image.raw_data() else { return None };
    // The library does not say where it stands: behind the data and `EI`.
    let end = image.as_ptr_range().end as usize;
    end.checked_sub(data.as_ptr() as usize).map(|length| length + 2)
}

fn short_curve([x1, y1, x2, y2]: [f64; 4]) -> Op<'static> {
    Op::Curve([x1, y1, x2, y2, x2, y2])
}

/// Gives what the library read.
fn of_library<'b>(read: TypedInstruction<'b, 'b>) -> Op<'b> {
    use TypedInstruction as T;
    let six = |numbers: [Number; 6]| numbers.map(|n| n.as_f64());
    match read {
        T::SaveState(_) => Op::Save,
        T::RestoreState(_) => Op::Restore,
        T::Transform(m) => Op::Transform(six([m.0, m.1, m.2, m.3, m.4, m.5])),
        T::SetGraphicsState(name) => Op::GraphicsState(name.0),
        T::XObject(name) => Op::XObject(name.0),
        T::BeginMarkedContent(tag) => Op::BeginMarked(tag.0),
        T::BeginMarkedContentWithProperties(tag) => {
            let properties = match tag.1 {
                Object::Dict(dict) => Properties::Dict(dict),
                Object::Name(name) => Properties::Named(name),
                _ => Properties::Unknown,
            };
            Op::BeginMarkedWith(tag.0, properties)
        }
        T::EndMarkedContent(_) => Op::EndMarked,
        T::BeginText(_) => Op::BeginText,
        T::TextFont(font) => Op::Font(font.0, font.1.as_f64()),
        T::CharacterSpacing(n) => Op::CharSpace(n.0.as_f64()),
        T::WordSpacing(n) => Op::WordSpace(n.0.as_f64()),
        T::HorizontalScaling(n) => Op::Stretch(n.0.as_f64()),
        T::TextLeading(n) => Op::Leading(n.0.as_f64()),
        T::TextRise(n) => Op::Rise(n.0.as_f64()),
        T::TextRenderingMode(n) => Op::Mode(n.0.as_f64()),
        T::SetTextMatrix(m) => Op::TextMatrix(six([m.0, m.1, m.2, m.3, m.4, m.5])),
        T::NextLine(by) => Op::NextLine(by.0.as_f64(), by.1.as_f64()),
        T::NextLineAndSetLeading(by) => {
            Op::NextLineSettingLeading(by.0.as_f64(), by.1.as_f64())
        }
        T::NextLineUsingLeading(_) => Op::NextLineByLeading,
        T::ShowText(text) => Op::Show(text.0.as_bytes()),
        T::NextLineAndShowText(text) => Op::NextLineAndShow(text.0.as_bytes()),
        T::ShowTextWithParameters(text) => {
            Op::NextLineAndShowSpaced(text.0.as_f64(), text.1.as_f64(), text.2.as_bytes())
        }
        T::ShowTexts(items) => Op::ShowAll(Items::Library(items.0)),
        T::MoveTo(p) => Op::Point(p.0.as_f64(), p.1.as_f64()),
        T::LineTo(p) => Op::Point(p.0.as_f64(), p.1.as_f64()),
        T::CubicTo(p) => Op::Curve(six([p.0, p.1, p.2, p.3, p.4, p.5])),
        T::CubicStartTo(p) => short_curve([p.0, p.1, p.2, p.3].map(|n| n.as_f64())),
        T::CubicEndTo(p) => short_curve([p.0, p.1, p.2, p.3].map(|n| n.as_f64())),
        T::RectPath(r) => Op::Rectangle([r.0, r.1, r.2, r.3].map(|n| n.as_f64())),
        T::ClipNonZero(_) | T::ClipEvenOdd(_) => Op::Clip,
        T::StrokePath(_)
        | T::CloseAndStrokePath(_)
        | T::FillPathNonZero(_)
        | T::FillPathNonZeroCompatibility(_)
        | T::FillPathEvenOdd(_)
        | T::FillAndStrokeNonZero(_)
        | T::FillAndStrokeEvenOdd(_)
        | T::CloseFillAndStrokeNonZero(_)
        | T::CloseFillAndStrokeEvenOdd(_)
        | T::EndPath(_) => Op::EndPath,
        _ => Op::Other,
    }
}

#[cfg(test)]
mod tests;
