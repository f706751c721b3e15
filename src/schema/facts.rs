//! The small facts of a passage, packed into one column so that one read serves every facet.

use crate::corpus::Format;
use crate::passage::PassageKind;

/// What filters and facets need to know of each passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Passages of the same paper before this one.
    pub(crate) back: usize,
    /// Kind.
    pub(crate) kind: PassageKind,
    /// Form of the document; none if the corpus lacks it.
    pub(crate) format: Option<Format>,
    /// Language, packed.
    pub(crate) lang: Option<u16>,
    /// The paper's passages have different topics (a survey's own).
    pub(crate) varied: bool,
    /// How far the document's text can be trusted; none if the corpus lacks it.
    pub(crate) grade: Option<Grade>,
    /// Year; years outside 1..16384 count as missing.
    pub(crate) year: Option<i32>,
}

/// How far the text of a document can be trusted, in the steps of the `quality` facet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Hardly a glyph, word or page is missing.
    Sound,
    /// Parts of it are missing or garbled.
    Fair,
    /// Little of it can be trusted.
    Poor,
}

impl Grade {
    pub(crate) const ALL: [Grade; 3] = [Grade::Sound, Grade::Fair, Grade::Poor];

    /// The grade of a score from 0 (useless) to 1 (sound).
    pub fn of(score: f32) -> Grade {
        match score {
            s if s >= 0.9 => Grade::Sound,
            s if s >= 0.5 => Grade::Fair,
            _ => Grade::Poor,
        }
    }

    /// Its name, as the facet and `status` use it.
    pub fn name(self) -> &'static str {
        ["sound", "fair", "poor"][self as usize]
    }
}

const KINDS: [(PassageKind, &str); 9] = [
    (PassageKind::Title, "title"),
    (PassageKind::Abstract, "abstract"),
    (PassageKind::Body, "body"),
    (PassageKind::Caption, "caption"),
    (PassageKind::Table, "table"),
    (PassageKind::Equation, "equation"),
    (PassageKind::Footnote, "footnote"),
    (PassageKind::Code, "code"),
    (PassageKind::Reference, "reference"),
];

const FORMATS: [(Format, &str); 9] = [
    (Format::Pdf, "pdf"),
    (Format::Tex, "tex"),
    (Format::Html, "html"),
    (Format::Jats, "jats"),
    (Format::Markdown, "markdown"),
    (Format::Text, "text"),
    (Format::Jsonl, "jsonl"),
    (Format::Docx, "docx"),
    (Format::Epub, "epub"),
];

/// Returns the name of a kind of passage, as facets and options use it.
pub fn kind_name(kind: PassageKind) -> &'static str {
    KINDS[kind as usize].1
}

/// Returns the kind of passage with a name.
pub fn kind_of(name: &str) -> Option<PassageKind> {
    KINDS.iter().find(|(_, known)| *known == name).map(|(kind, _)| *kind)
}

/// Returns the names of all kinds of passage.
pub fn kind_names() -> impl Iterator<Item = &'static str> {
    KINDS.iter().map(|(_, name)| *name)
}

/// Returns the names of all forms of documents, as the `source` facet uses them.
pub(crate) fn format_names() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|(_, name)| *name)
}

/// Packs a two-letter code; any other becomes `zz`.
pub(crate) const fn pack_lang(code: &str) -> u16 {
    const fn letter(b: u8) -> u16 {
        (b.to_ascii_lowercase() - b'a') as u16
    }
    match code.as_bytes() {
        [a, b] | [a, b, b'-' | b'_', ..]
            if a.is_ascii_alphabetic() && b.is_ascii_alphabetic() =>
        {
            letter(*a) * 26 + letter(*b)
        }
        _ => 25 * 26 + 25,
    }
}

/// Returns the two-letter code.
pub(crate) fn unpack_lang(packed: u16) -> String {
    let letter = |n: u16| char::from(b'a' + (n % 26) as u8);
    [letter(packed / 26), letter(packed)].iter().collect()
}

impl Facts {
    /// Largest [`Facts::back`].
    pub(crate) const MAX_BACK: usize = (1 << 20) - 1;

    /// Where the kind begins; four bits.
    pub(crate) const KIND_SHIFT: u32 = 20;
    /// Where the form begins, one more than its number; four bits.
    const FORMAT_SHIFT: u32 = 24;
    /// Where the language begins, one more than its packed code; ten bits.
    pub(crate) const LANG_SHIFT: u32 = 28;
    /// Where the bit of [`Facts::varied`] is.
    pub(crate) const VARIED_SHIFT: u32 = 38;
    /// Where the grade begins, one more than its number; two bits.
    const GRADE_SHIFT: u32 = 39;
    /// Where the year begins; nothing stands above it.
    pub(crate) const YEAR_SHIFT: u32 = 41;

    /// Packs into a number.
    pub(crate) fn pack(self) -> u64 {
        let year = self.year.and_then(|y| u64::try_from(y).ok()).filter(|y| *y < 1 << 14);
        self.back as u64
            | (self.kind as u64) << Self::KIND_SHIFT
            | self.format.map_or(0, |f| f as u64 + 1) << Self::FORMAT_SHIFT
            | self.lang.map_or(0, |l| u64::from(l) + 1) << Self::LANG_SHIFT
            | u64::from(self.varied) << Self::VARIED_SHIFT
            | self.grade.map_or(0, |g| g as u64 + 1) << Self::GRADE_SHIFT
            | year.unwrap_or(0) << Self::YEAR_SHIFT
    }

    /// First passage of the paper, from the facts of its passage `doc`.
    pub(crate) fn lead(packed: u64, doc: u32) -> u32 {
        doc.saturating_sub((packed & Self::MAX_BACK as u64) as u32)
    }

    /// Code of the kind, below 16.
    pub(crate) fn kind_code(packed: u64) -> usize {
        (packed >> Self::KIND_SHIFT & 15) as usize
    }

    /// Code of the form, below 16; zero for none.
    pub(crate) fn format_code(packed: u64) -> usize {
        (packed >> Self::FORMAT_SHIFT & 15) as usize
    }

    /// Code of the language, below 1024; zero for none.
    pub(crate) fn lang_code(packed: u64) -> usize {
        (packed >> Self::LANG_SHIFT & 0x3FF) as usize
    }

    /// Code of the grade, below 4; zero for none.
    pub(crate) fn grade_code(packed: u64) -> usize {
        (packed >> Self::GRADE_SHIFT & 3) as usize
    }

    /// Unpacks; total on any number.
    pub(crate) fn unpack(packed: u64) -> Facts {
        let bits = |from: u32, n: u32| (packed >> from & ((1 << n) - 1)) as usize;
        Facts {
            back: bits(0, 20),
            kind: KINDS[Self::kind_code(packed).min(KINDS.len() - 1)].0,
            format: Self::format_code(packed)
                .checked_sub(1)
                .and_then(|i| FORMATS.get(i))
                .map(|f| f.0),
            lang: Self::lang_code(packed).checked_sub(1).map(|l| l as u16),
            varied: bits(Self::VARIED_SHIFT, 1) == 1,
            grade: Self::grade_code(packed).checked_sub(1).map(|i| Grade::ALL[i]),
            year: Some(bits(Self::YEAR_SHIFT, 14) as i32).filter(|y| *y > 0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_the_order_of_the_types() {
        for (i, (kind, _)) in KINDS.iter().enumerate() {
            assert_eq!(*kind as usize, i);
        }
        for (i, (format, _)) in FORMATS.iter().enumerate() {
            assert_eq!(*format as usize, i);
        }
    }

    #[test]
    fn packing_is_undone() {
        let facts = Facts {
            back: 77,
            kind: PassageKind::Reference,
            format: Some(Format::Epub),
            lang: Some(pack_lang("zh-Hans")),
            varied: true,
            grade: Some(Grade::Poor),
            year: Some(2024),
        };
        assert_eq!(Facts::unpack(facts.pack()), facts);
        assert_eq!(unpack_lang(pack_lang("zh")), "zh");
        let bare = Facts { format: None, lang: None, year: None, grade: None, ..facts };
        assert_eq!(Facts::unpack(bare.pack()), bare);
    }
}
