//! A laid-out document becomes a paper: title, authors, year, identifiers, sections, references, citations.

mod citations;
mod front;
mod mentions;
mod pages;
mod printed;
mod published;
pub mod reference;
mod sections;
pub mod sentences;

use serde::{Deserialize, Serialize};

use crate::extract::{Engine, Fault};
use crate::layout::{Block, BlockKind, HeadingSource, Laid, Quality};
pub use mentions::{Mention, mentions};
pub use pages::take_pages;

/// Makes a paper of a laid-out document.
///
/// Never fails: what cannot be told is left empty, and what was told in a weaker way than the
/// document could have offered (citations from print instead of links) is said in `faults`.
pub fn understand(laid: Laid) -> Document {
    let Laid {
        mut blocks,
        headings,
        info,
        margin,
        n_pages,
        pages_read,
        engines,
        quality,
        mut faults,
    } = laid;
    front::find_abstract(&mut blocks);
    recut(&mut blocks);
    let references = references(&blocks);
    let title = front::title(&blocks, &info);
    let authors = front::authors(&blocks, &info, n_pages > 0);
    let abstract_text = front::abstract_text(&blocks, &info);
    let published = published::year_and_venue(&blocks, &info, &margin, &references);
    let lang =
        info.lang.as_deref().and_then(two_letters).or_else(|| language(&blocks, &info));

    let (sections, within) = sections::build(&blocks);
    let mut blocks: Vec<(Option<usize>, Block)> =
        within.into_iter().zip(blocks).collect();
    let (citations, from_print) = citations::find(&mut blocks, &references);
    if from_print {
        faults.push(Fault {
            page: None,
            what: "citations told from the printed marks: no links".to_owned(),
        });
    }
    if n_pages > 0 && headings == HeadingSource::Headings && !sections.is_empty() {
        faults.push(Fault {
            page: None,
            what: "sections told from the look of the headings: no bookmarks".to_owned(),
        });
    }
    Document {
        title,
        authors,
        abstract_text,
        year: published.year,
        year_is_stated: published.is_stated,
        venue: published.venue,
        arxiv: info.arxiv,
        doi: info.doi.map(|d| d.to_lowercase()),
        licence: info.licence,
        lang,
        own_key: info.key,
        own_topic: info.topic,
        categories: info.categories,
        sections,
        outline_source: headings,
        blocks,
        references,
        citations,
        n_pages,
        pages_read,
        engine: most(&engines),
        quality,
        faults,
    }
}

/// The engine that read most pages; the main one where two read as many.
fn most(engines: &[Engine]) -> Option<Engine> {
    let count = |engine: Engine| engines.iter().filter(|e| **e == engine).count();
    [Engine::Neither, Engine::Second, Engine::Main]
        .into_iter()
        .max_by_key(|engine| count(*engine))
        .filter(|_| !engines.is_empty())
}

/// Cuts a numbered bibliography at its printed labels, where the links point beside them.
///
/// Some files lead their links a line too high, and entries cut there end in the next one's text.
/// Nothing is changed unless every label from the first to the last is found in order.
fn recut(blocks: &mut [Block]) {
    let entries: Vec<usize> = (0..blocks.len())
        .filter(|i| {
            blocks[*i].kind == BlockKind::Reference && blocks[*i].fields.is_empty()
        })
        .collect();
    let label = |n: usize| format!("[{n}]");
    let sound = |(n, at): (usize, &usize)| blocks[*at].text.starts_with(&label(n + 1));
    let is_labelled = || entries.iter().any(|at| blocks[*at].text.contains(&label(1)));
    if entries.len() < 3 || entries.iter().enumerate().all(sound) || !is_labelled() {
        return;
    }
    let whole = joined(blocks, &entries);
    let mut starts = Vec::with_capacity(entries.len() + 1);
    let mut from = 0;
    for n in 1..=entries.len() {
        let mark = format!("{} ", label(n));
        let Some(at) = whole[from..].find(&mark) else { return };
        starts.push(from + at);
        from += at + mark.len();
    }
    // What stands before the first label would be lost.
    if starts[0] > 0 || whole[from..].contains(&format!(" {} ", label(entries.len() + 1)))
    {
        return;
    }
    starts.push(whole.len());
    for (at, cut) in entries.into_iter().zip(starts.windows(2)) {
        blocks[at].text = whole[cut[0]..cut[1]].trim_end().to_owned();
        blocks[at].cites.clear();
        blocks[at].turns.clear();
    }
}

/// The text of entries as one; a word that is cut between two of them is made whole.
fn joined(blocks: &[Block], entries: &[usize]) -> String {
    let folded = |w: &str| w.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    let mut times: rustc_hash::FxHashMap<String, u32> = Default::default();
    for block in blocks {
        for word in block.text.split([' ', '-', '\n', '\t']) {
            *times.entry(folded(word)).or_default() += 1;
        }
    }
    let times = |word: &str| times.get(word).copied().unwrap_or(0);
    let mut whole = String::new();
    for at in entries {
        let next = blocks[*at].text.as_str();
        let cut = whole.strip_suffix('-').filter(|w| w.ends_with(char::is_alphabetic));
        let goes_on = next.starts_with(char::is_alphabetic);
        if let Some(head) = cut.filter(|_| goes_on) {
            let first = folded(head.rsplit([' ', '-']).next().unwrap_or(""));
            let second = folded(next.split([' ', '-']).next().unwrap_or(""));
            // The halves stand in the text themselves, once each. `self-` and `supervised` are words
            // oftener than `selfsupervised` is one; `under` and `standing` are not.
            let halves = times(&first).min(times(&second));
            if halves < 2 || times(&format!("{first}{second}")) > halves {
                whole.pop();
            }
        } else if !whole.is_empty() {
            whole.push(' ');
        }
        whole.push_str(next);
    }
    whole
}

/// Parses the bibliography; every key is made unique.
fn references(blocks: &[Block]) -> Vec<Reference> {
    let mut keys = rustc_hash::FxHashSet::default();
    let mut found = Vec::new();
    for block in blocks.iter().filter(|b| b.kind == BlockKind::Reference) {
        let n = found.len() + 1;
        let key = block
            .anchor
            .clone()
            .filter(|a| !a.is_empty() && !keys.contains(a))
            .unwrap_or_else(|| format!("ref-{n}"));
        keys.insert(key.clone());
        found.push(if block.fields.is_empty() {
            reference::parse(&key, &block.text)
        } else {
            reference::from_fields(&key, &block.text, &block.fields)
        });
    }
    found
}

/// The two-letter code of a BCP-47 tag.
fn two_letters(tag: &str) -> Option<String> {
    let code: String = tag.split(['-', '_']).next()?.to_ascii_lowercase();
    (code.len() == 2 && code.bytes().all(|b| b.is_ascii_lowercase())).then_some(code)
}

/// Tells the language from the prose.
fn language(blocks: &[Block], info: &crate::extract::Info) -> Option<String> {
    let mut sample = String::new();
    let prose = |b: &&Block| matches!(b.kind, BlockKind::Abstract | BlockKind::Paragraph);
    for block in blocks.iter().filter(prose).take(40) {
        sample.push_str(&block.text);
        sample.push(' ');
        if sample.len() > 4_000 {
            break;
        }
    }
    if sample.len() < 40 {
        sample.push_str(info.title.as_deref().unwrap_or(""));
        sample.push_str(info.abstract_text.as_deref().unwrap_or(""));
    }
    let told = whatlang::detect(&sample).filter(|i| i.is_reliable())?;
    let code = match told.lang().code() {
        "cmn" => "zh",
        "jpn" => "ja",
        "kor" => "ko",
        "eng" => "en",
        "deu" => "de",
        "fra" => "fr",
        "spa" => "es",
        "por" => "pt",
        "ita" => "it",
        "rus" => "ru",
        "ukr" => "uk",
        "nld" => "nl",
        "pol" => "pl",
        "ces" => "cs",
        "swe" => "sv",
        "tur" => "tr",
        "vie" => "vi",
        "ara" => "ar",
        "pes" => "fa",
        "heb" => "he",
        "ell" => "el",
        "hin" => "hi",
        "ind" => "id",
        "fin" => "fi",
        "dan" => "da",
        "nob" => "no",
        "hun" => "hu",
        "ron" => "ro",
        _ => return None,
    };
    Some(code.to_owned())
}

/// A paper as its document states it. The bibliography may know better; `indexer` joins the two.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Title; empty if none could be told.
    pub title: String,
    /// Authors in order, `First Last`.
    pub authors: Vec<String>,
    /// The abstract; empty if none.
    pub abstract_text: String,
    /// Year of publication.
    pub year: Option<i32>,
    /// The document states that year; else it is told from arXiv's dates or the references.
    pub year_is_stated: bool,
    /// Journal or conference.
    pub venue: Option<String>,
    /// arXiv id without version.
    pub arxiv: Option<String>,
    /// DOI, lower case.
    pub doi: Option<String>,
    /// Licence, if the document states one.
    pub licence: Option<String>,
    /// Language, as a two-letter code.
    pub lang: Option<String>,
    /// Key that the document claims for itself.
    pub own_key: Option<String>,
    /// Survey key and topic number that a guide page claims.
    pub own_topic: Option<(String, String)>,
    /// Categories that the document states.
    pub categories: Vec<String>,
    /// Sections in reading order; a parent stands before its children.
    pub sections: Vec<Section>,
    /// Where the sections come from.
    pub outline_source: HeadingSource,
    /// Blocks in reading order, each with the index of its innermost section.
    pub blocks: Vec<(Option<usize>, Block)>,
    /// The bibliography in order.
    pub references: Vec<Reference>,
    /// Every citation in reading order.
    pub citations: Vec<Citation>,
    /// Pages; 0 where the form has none.
    pub n_pages: u32,
    /// Pages that were read.
    pub pages_read: u32,
    /// What read most of its pages, if it is a PDF.
    pub engine: Option<Engine>,
    /// How far the text can be trusted.
    pub quality: Quality,
    /// What went wrong, also in this stage (for instance: citations told from print alone).
    pub faults: Vec<Fault>,
}

impl Document {
    /// Titles of the section and those above it, from the outermost, each with its number if it
    /// has one of its own.
    pub fn section_path(&self, section: Option<usize>) -> Vec<String> {
        let mut path = Vec::new();
        let mut at = section;
        while let Some(i) = at {
            let section = &self.sections[i];
            path.push(self.section_label(section));
            at = section.parent;
        }
        path.reverse();
        path
    }

    /// A section's number, if the document itself gives it one, and its title.
    pub fn section_label(&self, section: &Section) -> String {
        let title = self.shown_title(section);
        match section.numbered {
            true => format!("{} {title}", section.number),
            false => title.to_owned(),
        }
    }

    /// A section's title without the raw citation keys that some bookmarks have at their end:
    /// `Visual Entailment (VE) xie2019visual,song2022clip`.
    pub fn shown_title<'a>(&self, section: &'a Section) -> &'a str {
        let title = section.title.trim_end();
        let Some((head, last)) = title.rsplit_once(' ') else { return title };
        if !last.contains(|c: char| c.is_ascii_digit()) {
            return title;
        }
        let mut keys = last.trim_end_matches('.').split(',');
        let known = |key: &str| self.references.iter().any(|r| r.key == key);
        if keys.all(known) { head.trim_end() } else { title }
    }
}

/// A section of a paper.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    /// Number, unique in the document: the printed one, else made from its place (`2.1`).
    pub number: String,
    /// Whether the document itself gives that number.
    pub numbered: bool,
    /// Title without its number.
    pub title: String,
    /// Depth from 1.
    pub level: u8,
    /// Page from 1; 0 where the form has none.
    pub page: u32,
    /// Index of the section above.
    pub parent: Option<usize>,
}

/// An entry of a bibliography.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// Key: the anchor of the links that lead to it, else made (`ref-12`).
    pub key: String,
    /// Its text as printed.
    pub text: String,
    /// Title; empty if none could be told.
    pub title: String,
    /// Authors, `First Last`.
    pub authors: Vec<String>,
    /// `et al.` stood in the text.
    pub more_authors: bool,
    /// Year.
    pub year: Option<i32>,
    /// Journal or conference.
    pub venue: Option<String>,
    /// arXiv id without version.
    pub arxiv: Option<String>,
    /// DOI, lower case.
    pub doi: Option<String>,
}

/// One place where a paper cites a reference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// Key of the [`Reference`].
    pub key: String,
    /// Index of the innermost section.
    pub section: Option<usize>,
    /// Page from 1; 0 where the form has none.
    pub page: u32,
    /// The sentence it stands in.
    pub sentence: String,
    /// Index of the block.
    pub block: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Block {
        Block { kind: BlockKind::Reference, text: text.to_owned(), ..Block::default() }
    }

    #[test]
    fn entries_cut_beside_their_labels_are_cut_again() {
        let blocks = vec![
            entry("[1] Ann, A.: One self-"),
            entry("aware thing. In: X, pp. 17–19 (2001) [2] Bob, B.: Two things under-"),
            entry("stood by self and aware. In: Y (2002)"),
            entry("[3] Cid, C.: Three. Z (2003) [4] Dee, D.: Four. W (2004)"),
        ];
        let doc = understand(Laid { blocks, ..Laid::default() });
        let read: Vec<(String, Option<i32>)> =
            doc.references.iter().map(|r| (r.title.clone(), r.year)).collect();
        let expected = [
            ("One self-aware thing", 2001),
            ("Two things understood by self and aware", 2002),
            ("Three", 2003),
            ("Four", 2004),
        ];
        assert_eq!(read, expected.map(|(t, y)| (t.to_owned(), Some(y))));
    }
}
