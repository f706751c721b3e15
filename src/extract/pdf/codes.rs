//! What the codes of a font mean, each looked up once.
//!
//! Text asks for the meaning of every glyph, so that the way to a known one is two steps in flat
//! tables: no hash, no lock.

use std::cell::{Cell, OnceCell, RefCell};

use rustc_hash::FxHashMap;

/// What one character code means in a font.
#[derive(Clone, Copy)]
pub(super) struct Code {
    /// Advance, in units of the font size.
    pub(super) advance: f32,
    pub(super) chars: [char; 4],
    pub(super) len: u8,
}

impl Code {
    /// Returns its characters; none if they are more than it holds.
    pub(super) fn chars(&self) -> &[char] {
        self.chars.get(..usize::from(self.len)).unwrap_or_default()
    }
}

type Block = Box<[Cell<Option<Code>>; 256]>;

/// The meanings of the codes of one font, as far as they were asked for.
pub(super) struct Codes {
    /// Codes of two bytes by the upper one; all codes of one byte are in the first.
    blocks: Box<[OnceCell<Block>; 256]>,
    /// Longer codes.
    far: RefCell<FxHashMap<u32, Code>>,
}

impl Codes {
    pub(super) fn new() -> Codes {
        Codes {
            blocks: Box::new([const { OnceCell::new() }; 256]),
            far: RefCell::default(),
        }
    }

    /// Returns the meaning of a code, found by `find` if it was not asked for before.
    pub(super) fn get(&self, code: u32, find: impl FnOnce() -> Code) -> Code {
        let Some(block) = self.blocks.get((code >> 8) as usize) else {
            return *self.far.borrow_mut().entry(code).or_insert_with(find);
        };
        let block = block.get_or_init(|| Box::new([const { Cell::new(None) }; 256]));
        let cell = &block[(code & 0xFF) as usize];
        cell.get().unwrap_or_else(|| {
            let found = find();
            cell.set(Some(found));
            found
        })
    }
}
