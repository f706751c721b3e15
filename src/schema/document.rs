//! A passage as the engine takes it: its fields with their values, lent and never copied.

use std::iter::Empty;
use std::sync::Arc;

use tantivy::schema::Field;
use tantivy::schema::document::{ReferenceValue, ReferenceValueLeaf, Value};

/// A passage ready for the engine; made by [`super::IndexSchema::documents`] alone.
#[derive(Debug)]
pub struct IndexDoc {
    pub(crate) fields: Vec<(Field, Content)>,
}

/// A value of a field.
#[derive(Debug)]
pub(crate) enum Content {
    Text(String),
    Name(&'static str),
    /// Encoded tokens, which several fields share.
    Tokens(Arc<String>),
    Number(u64),
    Bytes(Vec<u8>),
}

impl IndexDoc {
    pub(super) fn new() -> IndexDoc {
        /// Most passages have fewer values.
        const ROOM: usize = 20;
        IndexDoc { fields: Vec::with_capacity(ROOM) }
    }

    pub(super) fn text(&mut self, field: Field, text: impl Into<String>) {
        self.fields.push((field, Content::Text(text.into())));
    }

    pub(super) fn name(&mut self, field: Field, name: &'static str) {
        self.fields.push((field, Content::Name(name)));
    }

    pub(super) fn tokens(&mut self, field: Field, tokens: &Arc<String>) {
        self.fields.push((field, Content::Tokens(tokens.clone())));
    }

    pub(super) fn number(&mut self, field: Field, number: u64) {
        self.fields.push((field, Content::Number(number)));
    }

    pub(super) fn bytes(&mut self, field: Field, bytes: Vec<u8>) {
        self.fields.push((field, Content::Bytes(bytes)));
    }

    /// Bytes of the texts, about.
    pub(crate) fn weight(&self) -> usize {
        let weight = |(_, content): &(Field, Content)| match content {
            Content::Text(text) => text.len(),
            Content::Name(name) => name.len(),
            Content::Tokens(tokens) => tokens.len(),
            Content::Number(_) => size_of::<u64>(),
            Content::Bytes(bytes) => bytes.len(),
        };
        self.fields.iter().map(weight).sum()
    }
}

impl<'a> Value<'a> for &'a Content {
    type ArrayIter = Empty<Self>;
    type ObjectIter = Empty<(&'a str, Self)>;

    fn as_value(&self) -> ReferenceValue<'a, Self> {
        ReferenceValue::Leaf(match self {
            Content::Text(text) => ReferenceValueLeaf::Str(text),
            Content::Name(name) => ReferenceValueLeaf::Str(name),
            Content::Tokens(tokens) => ReferenceValueLeaf::Str(tokens),
            Content::Number(number) => ReferenceValueLeaf::U64(*number),
            Content::Bytes(bytes) => ReferenceValueLeaf::Bytes(bytes),
        })
    }
}
