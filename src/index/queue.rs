//! Documents on their way to the engine, and how many of them there may be.
//!
//! The engine's own queue takes ten thousand batches, however large. What waits there for long is
//! memory that neither a cache nor the next document gets, so those who bring documents wait here.

use std::iter::Map;
use std::slice::Iter;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use tantivy::schema::Field;
use tantivy::schema::document::Document;

use crate::schema::{Content, IndexDoc};

/// How much is under way to the engine.
#[derive(Default)]
pub(super) struct Gate {
    /// Bytes of texts.
    held: Mutex<usize>,
    freed: Condvar,
}

/// A batch under way; it makes room when the engine has dropped the last of its documents.
struct Load {
    gate: Arc<Gate>,
    weight: usize,
}

/// A document of a batch under way.
pub(super) struct Queued {
    doc: IndexDoc,
    _load: Arc<Load>,
}

impl Gate {
    /// Bytes that may be under way; a larger batch goes alone.
    const MOST: usize = 4 << 20;
    /// The engine drops its documents also where it fails; should it not, nobody waits for ever.
    const PATIENCE: Duration = Duration::from_secs(10);

    /// Waits until there is room for `docs`.
    pub(super) fn enter(
        self: &Arc<Self>,
        docs: Vec<IndexDoc>,
    ) -> impl Iterator<Item = Queued> + use<> {
        let weight = docs.iter().map(IndexDoc::weight).sum();
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let is_full = |held: &mut usize| *held > 0 && *held + weight > Self::MOST;
        let waited = self.freed.wait_timeout_while(held, Self::PATIENCE, is_full);
        *waited.unwrap_or_else(PoisonError::into_inner).0 += weight;
        let load = Arc::new(Load { gate: self.clone(), weight });
        docs.into_iter().map(move |doc| Queued { doc, _load: load.clone() })
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        *self.gate.held.lock().unwrap_or_else(PoisonError::into_inner) -= self.weight;
        self.gate.freed.notify_all();
    }
}

/// A field with its value.
type Entry = (Field, Content);

impl Document for Queued {
    type Value<'a> = &'a Content;
    type FieldsValuesIter<'a> =
        Map<Iter<'a, Entry>, fn(&'a Entry) -> (Field, &'a Content)>;

    fn iter_fields_and_values(&self) -> Self::FieldsValuesIter<'_> {
        self.doc.fields.iter().map(|(field, content)| (*field, content))
    }
}
