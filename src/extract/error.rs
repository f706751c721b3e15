//! Why a file gave nothing at all.
//!
//! Each variant is a reason that a person can act on. A part that could not be read is a
//! [`super::Fault`] instead. The reasons cross the worker's pipe, so they are plain data.

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Why nothing could be read from a file.
#[derive(Clone, Debug, PartialEq, Eq, Error, Serialize, Deserialize)]
pub enum ExtractError {
    /// The file has no bytes.
    #[error("file is empty")]
    Empty,
    /// The content is of another kind than the name says.
    #[error("not a {expected}: the content is {found}")]
    OtherKind {
        /// What was expected, such as `PDF`.
        expected: String,
        /// What the first bytes look like.
        found: Looks,
    },
    /// A PDF that opens only with a password, and none or a wrong one was given.
    #[error("{}", if *.given { "the password is wrong" } else { "needs a password" })]
    NeedsPassword {
        /// True if a password was tried.
        given: bool,
    },
    /// Encryption that no engine knows, or that is broken.
    #[error("encrypted in a way that cannot be read")]
    Encryption,
    /// The file ends before its table of objects, and no page could be found in the rest.
    #[error("file is cut off after {bytes} bytes")]
    Truncated {
        /// Length of what is there.
        bytes: u64,
    },
    /// It has the shape of its format, but holds no page.
    #[error("has no pages")]
    NoPages,
    /// No structure could be found in it.
    #[error("damaged: {bytes} bytes without readable structure")]
    Damaged {
        /// Length of the file.
        bytes: u64,
    },
    /// A limit on size or number that no sound document passes.
    #[error("too large: {what} is more than {limit}")]
    TooLarge {
        /// What there is too much of, such as `unpacked bytes`.
        what: String,
        /// The limit.
        limit: u64,
    },
    /// The archive holds, or the folder is, nothing of this form.
    #[error("holds no {expected}")]
    Lacks {
        /// What was looked for, such as `TeX file`.
        expected: String,
    },
    /// The reader itself failed; the file is at fault only in part.
    #[error("reader failed: {what}")]
    Reader {
        /// What it said.
        what: String,
    },
}

/// What the first bytes of a file look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Looks {
    /// HTML or XHTML, such as an error page saved in place of a paper.
    Html,
    /// XML of another kind.
    Xml,
    /// Plain text.
    Text,
    /// A zip archive (DOCX and EPUB too).
    Zip,
    /// A gzip stream.
    Gzip,
    /// An image.
    Image,
    /// PostScript.
    Postscript,
    /// Only zero bytes.
    Zeros,
    /// Bytes of no known kind.
    Unknown,
}

impl std::fmt::Display for Looks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Looks::Html => "HTML",
            Looks::Xml => "XML",
            Looks::Text => "plain text",
            Looks::Zip => "a zip archive",
            Looks::Gzip => "a gzip file",
            Looks::Image => "an image",
            Looks::Postscript => "PostScript",
            Looks::Zeros => "only zero bytes",
            Looks::Unknown => "of no known kind",
        })
    }
}

impl Looks {
    /// Tells what `bytes` look like from their beginning.
    pub fn of(bytes: &[u8]) -> Looks {
        let head = &bytes[..bytes.len().min(1024)];
        let text = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
        let start = text.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0);
        let lower = text[start..].to_ascii_lowercase();
        let holds = |s: &[u8]| lower.windows(s.len()).any(|w| w == s);
        if head.starts_with(b"PK\x03\x04") {
            Looks::Zip
        } else if head.starts_with(b"\x1F\x8B") {
            Looks::Gzip
        } else if [&b"\x89PNG"[..], b"\xFF\xD8\xFF", b"GIF8", b"II*\0", b"MM\0*"]
            .iter()
            .any(|m| head.starts_with(m))
        {
            Looks::Image
        } else if head.starts_with(b"%!PS") {
            Looks::Postscript
        } else if lower.starts_with(b"<")
            && [&b"<!doctype html"[..], b"<html", b"<head", b"<body"]
                .iter()
                .any(|t| holds(t))
        {
            Looks::Html
        } else if lower.starts_with(b"<?xml") {
            Looks::Xml
        } else if !head.is_empty() && head.iter().all(|&b| b == 0) {
            Looks::Zeros
        } else if !head.is_empty()
            && head.iter().all(|&b| b >= 0x20 || b"\t\r\n\x0C".contains(&b))
            && std::str::from_utf8(&head[..head.len().min(900)])
                .map_or_else(|e| e.error_len().is_none(), |_| true)
        {
            Looks::Text
        } else {
            Looks::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_by_their_first_bytes() {
        for (bytes, kind) in [
            (&b"  <!DOCTYPE html><html>"[..], Looks::Html),
            (b"\xEF\xBB\xBF<html><head>", Looks::Html),
            (b"<?xml version='1.0'?><article>", Looks::Xml),
            (b"PK\x03\x04....", Looks::Zip),
            (b"%!PS-Adobe-3.0", Looks::Postscript),
            (b"Dear reader,\n", Looks::Text),
            (b"\0\0\0\0", Looks::Zeros),
            (b"\x01\x02\xFF\xFE\x00", Looks::Unknown),
            (b"", Looks::Unknown),
        ] {
            assert_eq!(Looks::of(bytes), kind, "{bytes:?}");
        }
    }
}
