//! Stream data under a hard limit on what it may inflate to.
//!
//! A few kilobytes of deflate can stand for gigabytes. The library inflates without a limit, so
//! plain deflate is done here; other filters are left to it after a look at how much comes out.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::ZlibDecoder;
use flate2::{Decompress, FlushDecompress, Status};
use hayro_syntax::Filter;
use hayro_syntax::object::{Array, Stream};
use hayro_syntax::page::Page;

use super::array::objects;

/// Bytes that one stream may inflate to.
pub(super) const MAX_STREAM: u64 = 128 << 20;

/// Decodes streams one after the other, in tables and a window that are made once.
pub(super) struct Decoder(Decompress);

impl Decoder {
    pub(super) fn new() -> Decoder {
        Decoder(Decompress::new(true))
    }

    /// Returns the decoded data of a stream that is no image, at most [`MAX_STREAM`] of it.
    pub(super) fn decoded<'a>(&mut self, stream: &Stream<'a>) -> Option<Cow<'a, [u8]>> {
        let filters = stream.filters();
        let plain = filters.iter().all(|f| *f == Filter::FlateDecode)
            && !stream.dict().contains_key(b"DecodeParms")
            && !stream.dict().contains_key(b"DP");
        if filters.is_empty() {
            return stream.decoded_data().ok();
        }
        if !plain {
            let decoded = || stream.decoded_data().ok();
            return if inflates_too_far(stream) { None } else { decoded() };
        }
        let mut data = stream.raw_data();
        for _ in 0..filters.len() {
            if let Some(out) = self.inflated(&data) {
                data = Cow::Owned(out);
                continue;
            }
            let mut out = Vec::with_capacity((data.len() * 4).min(1 << 20));
            let read = ZlibDecoder::new(&data[..]).take(MAX_STREAM).read_to_end(&mut out);
            if read.is_err() && out.is_empty() {
                // A damaged header; the library has its own recovery.
                return stream.decoded_data().ok();
            }
            data = Cow::Owned(out);
        }
        Some(data)
    }

    /// Inflates a sound stream of at most [`MAX_STREAM`] bytes.
    ///
    /// All at once: each part that is asked for by itself has the window copied behind it.
    fn inflated(&mut self, data: &[u8]) -> Option<Vec<u8>> {
        let state = &mut self.0;
        state.reset(true);
        let mut out = Vec::with_capacity((data.len() * 4).clamp(1 << 10, 1 << 20));
        loop {
            let rest = &data[state.total_in() as usize..];
            let status =
                state.decompress_vec(rest, &mut out, FlushDecompress::Finish).ok()?;
            if status == Status::StreamEnd {
                return (out.len() as u64 <= MAX_STREAM).then_some(out);
            }
            if out.len() < out.capacity() || out.len() as u64 >= MAX_STREAM {
                return None;
            }
            out.reserve(out.len());
        }
    }

    /// Returns the content of a page: its streams one after the other, at most [`MAX_STREAM`].
    ///
    /// The second value is false if a part of the content could not be decoded.
    pub(super) fn page_content(&mut self, page: &Page<'_>) -> (Vec<u8>, bool) {
        let raw = page.raw();
        if let Some(stream) = raw.get::<Stream<'_>>(b"Contents") {
            return match self.decoded(&stream) {
                Some(data) => (data.into_owned(), true),
                None => (Vec::new(), false),
            };
        }
        let mut content = Vec::new();
        let mut whole = true;
        let Some(array) = raw.get::<Array<'_>>(b"Contents") else {
            return (content, whole);
        };
        for object in objects(&array, page.xref()) {
            let Some(stream) = object.into_stream() else { continue };
            match self.decoded(&stream) {
                Some(data) => {
                    content.extend_from_slice(&data);
                    // An operator may not run over from one stream into the next.
                    content.push(b' ');
                }
                None => whole = false,
            }
            if content.len() as u64 > MAX_STREAM {
                return (content, false);
            }
        }
        (content, whole)
    }
}

/// Tells whether the deflate layers of a chain with other filters or predictors pass the limit.
fn inflates_too_far(stream: &Stream<'_>) -> bool {
    let filters = stream.filters();
    let raw = stream.raw_data();
    match filters.first() {
        Some(Filter::FlateDecode) => {
            let once = ZlibDecoder::new(&raw[..]).take(MAX_STREAM + 1);
            let nested = filters.iter().filter(|f| **f == Filter::FlateDecode).count();
            let n = match nested {
                1 => std::io::copy(&mut { once }, &mut std::io::sink()),
                _ => std::io::copy(
                    &mut ZlibDecoder::new(once).take(MAX_STREAM + 1),
                    &mut std::io::sink(),
                ),
            };
            // A decoding error comes before the limit, so what came out is small.
            n.is_ok_and(|n| n > MAX_STREAM)
        }
        // LZW expands up to some 1500 times, run lengths 64 times; two layers of either multiply.
        Some(_) => filters.len() > 3 || raw.len() as u64 > MAX_STREAM / 2,
        None => false,
    }
}
