//! Text strings of PDF objects: titles, names, ActualText.

/// Reads a PDF text string: UTF-16 or UTF-8 by its mark, PDFDocEncoding otherwise.
///
/// Never fails: what cannot be read becomes U+FFFD. Language escapes (ESC ... ESC) are dropped.
pub(super) fn text_string(bytes: &[u8]) -> String {
    let text = if let Some(rest) = bytes.strip_prefix(&[0xFE, 0xFF]) {
        utf16(rest, u16::from_be_bytes)
    } else if let Some(rest) = bytes.strip_prefix(&[0xFF, 0xFE]) {
        utf16(rest, u16::from_le_bytes)
    } else if let Some(rest) = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]) {
        String::from_utf8_lossy(rest).into_owned()
    } else if !bytes.is_ascii() && std::str::from_utf8(bytes).is_ok() {
        // Against the letter of the standard, but what many writers do: UTF-8 without a mark is
        // hardly ever sensible PDFDocEncoding.
        String::from_utf8_lossy(bytes).into_owned()
    } else {
        bytes.iter().map(|&b| pdf_doc_char(b)).collect()
    };
    if text.contains('\u{1B}') { without_escapes(&text) } else { text }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> String {
    let units: Vec<u16> = bytes.chunks_exact(2).map(|c| unit([c[0], c[1]])).collect();
    String::from_utf16_lossy(&units)
}

/// Drops `ESC language ESC`, which tells the language of what follows.
fn without_escapes(text: &str) -> String {
    let parts: Vec<&str> = text.split('\u{1B}').collect();
    parts.iter().step_by(2).copied().collect()
}

/// PDFDocEncoding, ISO 32000-2, annex D.
fn pdf_doc_char(byte: u8) -> char {
    const ACCENTS: [char; 8] = ['˘', 'ˇ', 'ˆ', '˙', '˝', '˛', '˚', '˜'];
    const HIGH: [char; 32] = [
        '•', '†', '‡', '…', '—', '–', 'ƒ', '⁄', '‹', '›', '−', '‰', '„', '“', '”', '‘',
        '’', '‚', '™', 'ﬁ', 'ﬂ', 'Ł', 'Œ', 'Š', 'Ÿ', 'Ž', 'ı', 'ł', 'œ', 'š', 'ž',
        '\u{FFFD}',
    ];
    match byte {
        0x18..=0x1F => match byte {
            0x1B => '\u{1B}',
            _ => ACCENTS[usize::from(byte - 0x18)],
        },
        0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
        0xA0 => '€',
        _ => char::from(byte),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_encoding() {
        assert_eq!(text_string(b"Introduction"), "Introduction");
        assert_eq!(text_string(b"\xFE\xFF\x4E\x2D\x65\x87"), "中文");
        assert_eq!(text_string(b"\xFF\xFE\x2D\x4E"), "中");
        assert_eq!(text_string(b"\xEF\xBB\xBF\xC3\xA9"), "é");
        assert_eq!(text_string("Müller".as_bytes()), "Müller");
        assert_eq!(text_string(b"M\xFCller \x84 \xA0"), "Müller — €");
        assert_eq!(text_string(b"\xFE\xFF\0\x1B\0e\0n\0\x1B\0H\0i"), "Hi");
        assert_eq!(text_string(b"\xFE\xFF\xD8"), "");
    }
}
