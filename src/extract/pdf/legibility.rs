//! Whether the text of a page can be text at all.
//!
//! An engine may give U+FFFD, and then says so itself, or letters that are only the codes of a
//! font with an encoding of its own. The second kind is told by its pairs of letters: in every
//! language of Latin script a few dozen pairs make up almost half of all, in a substitution cipher
//! of it hardly a tenth.

use crate::extract::Glyph;

/// Glyphs below which a page says too little to be judged.
const MIN_GLYPHS: usize = 30;
/// Share of glyphs without Unicode from which a page is garbage.
const MAX_UNKNOWN: f32 = 0.3;
/// Share of frequent pairs among all pairs of letters below which Latin text is garbage.
const MIN_FREQUENT: f32 = 0.22;

/// Frequent pairs of letters in English, German, French, Spanish and Italian.
const FREQUENT: &str = "th he in er an re on at en nd ti es or te of ed is it al ar st to nt ng se \
    ha as ou io le ve co me de hi ri ro ic ne ea ra ce li ch ll be ma si om ur la el ge ei un ie qu";

/// What was counted on a page.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Legibility {
    /// Glyphs that are no spaces.
    pub(super) n: usize,
    /// Those of them without Unicode.
    pub(super) unknown: usize,
    latin: usize,
    /// Letters of scripts other than Latin.
    other: usize,
    accented: usize,
    pairs: usize,
    frequent: usize,
}

impl Legibility {
    /// Counts the glyphs of a page in their order.
    pub(super) fn of(glyphs: &[Glyph]) -> Legibility {
        let mut counts = Legibility::default();
        let mut last = None;
        for glyph in glyphs.iter().filter(|g| !g.ch.is_whitespace()) {
            counts.n += 1;
            let ch = glyph.ch;
            let letter = ch.is_ascii_alphabetic().then(|| ch.to_ascii_lowercase() as u8);
            match ch {
                char::REPLACEMENT_CHARACTER => counts.unknown += 1,
                _ if letter.is_some() => counts.latin += 1,
                '\u{80}'..='\u{24F}' => counts.accented += 1,
                _ if ch.is_alphabetic() => counts.other += 1,
                _ => {}
            }
            if let (Some(a), Some(b)) = (last, letter) {
                counts.pairs += 1;
                counts.frequent += usize::from(is_frequent(a, b));
            }
            last = letter;
        }
        counts
    }

    /// Tells whether too many glyphs have no Unicode.
    fn is_garbage(&self) -> bool {
        self.n >= MIN_GLYPHS && self.unknown as f32 > MAX_UNKNOWN * self.n as f32
    }

    /// Tells whether the letters make words.
    pub(super) fn is_plausible(&self) -> bool {
        if self.n == 0 || self.is_garbage() {
            return false;
        }
        if self.other > self.latin {
            // One script besides Latin; a wrong encoding gives accented letters in between.
            return self.accented * 5 < self.other;
        }
        self.pairs < MIN_GLYPHS || self.frequent as f32 > MIN_FREQUENT * self.pairs as f32
    }
}

/// Tells whether too many glyphs of a page have no Unicode; the same as counting all, but quick.
pub(super) fn is_garbage(glyphs: &[Glyph]) -> bool {
    let unknown = glyphs.iter().filter(|g| g.ch == char::REPLACEMENT_CHARACTER).count();
    unknown as f32 > MAX_UNKNOWN * MIN_GLYPHS as f32
        && Legibility::of(glyphs).is_garbage()
}

fn is_frequent(a: u8, b: u8) -> bool {
    FREQUENT.as_bytes().chunks(3).any(|pair| pair[0] == a && pair[1] == b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Legibility {
        let glyph = |ch| Glyph::small(ch, 0.0, 0.0);
        Legibility::of(&text.chars().map(glyph).collect::<Vec<_>>())
    }

    #[test]
    fn words_and_ciphers() {
        let english =
            "We measure the recall of the index on judged queries and find it sound";
        let german = "Wir messen die Ausbeute des Verzeichnisses an bewerteten Anfragen";
        let shifted: String = english
            .chars()
            .map(|c| match c {
                'a'..='z' => char::from((c as u8 - b'a' + 11) % 26 + b'a'),
                _ => c,
            })
            .collect();
        assert!(of(english).is_plausible());
        assert!(of(german).is_plausible());
        assert!(!of(&shifted).is_plausible());
        assert!(
            of(
                "これは日本語の文章であり、文字はすべて読むことができるものと思われます。"
            )
            .is_plausible()
        );
        assert!(!of("").is_plausible());
        assert!(of(&"\u{FFFD}".repeat(40)).is_garbage());
        assert!(!of("\u{FFFD}\u{FFFD} few glyphs").is_garbage());
    }
}
