//! Bytes to text, whatever encoding they are in.
//!
//! The order of trust: a byte order mark, zeros in every second byte, valid
//! UTF-8, what the document declares, a guess from the frequencies
//! of its bytes (chardetng).

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// Decodes `bytes`; what is no text in the encoding becomes U+FFFD.
pub(super) fn decode(bytes: &[u8], declared: Option<&str>) -> String {
    if let Some((encoding, _)) = Encoding::for_bom(bytes) {
        return encoding.decode(bytes).0.into_owned();
    }
    if let Some(encoding) = unmarked_utf16(bytes) {
        return encoding.decode_without_bom_handling(bytes).0.into_owned();
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return text.to_owned();
    }
    let declared = declared
        .and_then(|label| Encoding::for_label(label.trim().as_bytes()))
        .filter(|encoding| *encoding != UTF_8 && !encoding.decode(bytes).2);
    let encoding = declared.unwrap_or_else(|| guess(bytes));
    encoding.decode_without_bom_handling(bytes).0.into_owned()
}

/// A mostly ASCII text in UTF-16 has a zero in every second byte.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(4096) & !1];
    let zeros =
        |from: usize| head.iter().skip(from).step_by(2).filter(|&&b| b == 0).count();
    let half = head.len() / 2;
    let (even, odd) = (zeros(0), zeros(1));
    if half < 2 {
        None
    } else if odd * 10 > half * 7 && even == 0 {
        Some(UTF_16LE)
    } else if even * 10 > half * 7 && odd == 0 {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Damaged UTF-8 stays UTF-8: a few bad bytes must not turn every accent into two letters.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let (mut good, mut bad) = (0usize, 0usize);
    for chunk in bytes.utf8_chunks() {
        good += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        bad += usize::from(!chunk.invalid().is_empty());
    }
    if good >= 2 * bad && good > 0 {
        return UTF_8;
    }
    let mut detector =
        chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Allow);
    detector.feed(&bytes[..bytes.len().min(1 << 20)], true);
    detector.guess(None, chardetng::Utf8Detection::Allow)
}

#[cfg(test)]
mod tests {
    use encoding_rs::{BIG5, GB18030, KOI8_R, SHIFT_JIS, WINDOWS_1252};

    use super::*;

    #[test]
    fn encodings_are_told_from_their_bytes() {
        let chinese =
            "多模态基础模型：从专家到通用助手。我们综述了视觉理解与视觉生成的方法。";
        let japanese = "これは日本語の文章です。画像とテキストの対応を学習します。";
        let french = "Une étude des modèles de fondation, déjà très répandue à l'époque.";
        let russian = "Обзор мультимодальных моделей и их применения в задачах зрения.";
        for (encoding, text) in [
            (GB18030, chinese),
            (SHIFT_JIS, japanese),
            (WINDOWS_1252, french),
            (KOI8_R, russian),
            (UTF_8, chinese),
        ] {
            let bytes = encoding.encode(text).0;
            assert_eq!(decode(&bytes, None), text, "{}", encoding.name());
        }
        assert_eq!(decode(&BIG5.encode("模型").0, Some("big5")), "模型");
    }

    #[test]
    fn utf16_with_and_without_mark() {
        let le: Vec<u8> =
            "plain text".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let be: Vec<u8> =
            "\u{FEFF}文本 text".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(decode(&le, None), "plain text");
        assert_eq!(decode(&be, None), "文本 text");
    }

    #[test]
    fn one_bad_byte_does_not_turn_utf8_into_another_encoding() {
        let mut bytes = "naïve café, déjà vu".as_bytes().to_vec();
        bytes.push(0xFF);
        assert_eq!(decode(&bytes, None), "naïve café, déjà vu\u{FFFD}");
    }
}
