//! One document as JSON: `text`, `outline`, `show` and `cited`.

use serde::Serialize;
use serde_json::{Value, json};

use super::{PaperJson, PassageJson, VERSION};
use crate::layout::{BlockKind, HeadingSource};
use crate::paper::{Document, Reference, Section};
use crate::schema::Work;
use crate::search::{CitedAt, PaperInfo, PassageHit};

/// `text FILE --json`
#[derive(Debug, Serialize)]
pub struct TextJson {
    version: u32,
    title: String,
    authors: Vec<String>,
    #[serde(rename = "abstract")]
    abstract_text: String,
    pages: u32,
    pages_read: u32,
    engine: Option<&'static str>,
    quality: f32,
    faults: Vec<String>,
    blocks: Vec<BlockJson>,
}

#[derive(Debug, Serialize)]
struct BlockJson {
    kind: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    level: Option<u8>,
    text: String,
    section: Vec<String>,
    page: u32,
    bbox: Option<[f32; 4]>,
}

impl From<&Document> for TextJson {
    fn from(document: &Document) -> Self {
        let blocks = document.blocks.iter().map(|(section, block)| BlockJson {
            kind: kind_name(&block.kind),
            level: match &block.kind {
                BlockKind::Heading(heading) => Some(heading.level),
                _ => None,
            },
            text: block.text.clone(),
            section: document.section_path(*section),
            page: block.page,
            bbox: block.bbox,
        });
        Self {
            version: VERSION,
            title: document.title.clone(),
            authors: document.authors.clone(),
            abstract_text: document.abstract_text.clone(),
            pages: document.n_pages,
            pages_read: document.pages_read,
            engine: document.engine.map(|engine| engine.name()),
            quality: document.quality.score,
            faults: faults(document),
            blocks: blocks.collect(),
        }
    }
}

fn faults(document: &Document) -> Vec<String> {
    let said = document.faults.iter().map(|fault| match fault.page {
        Some(page) => format!("page {page}: {}", fault.what),
        None => fault.what.clone(),
    });
    said.collect()
}

fn kind_name(kind: &BlockKind) -> &'static str {
    match kind {
        BlockKind::Title => "title",
        BlockKind::Authors => "authors",
        BlockKind::Abstract => "abstract",
        BlockKind::Heading(_) => "heading",
        BlockKind::Paragraph => "paragraph",
        BlockKind::ListItem => "list",
        BlockKind::Caption => "caption",
        BlockKind::Table => "table",
        BlockKind::Equation => "equation",
        BlockKind::Footnote => "footnote",
        BlockKind::Reference => "reference",
        BlockKind::Code => "code",
        BlockKind::Figure => "figure",
    }
}

/// `outline FILE --json`
#[derive(Debug, Serialize)]
pub struct OutlineJson {
    version: u32,
    title: String,
    source: &'static str,
    faults: Vec<String>,
    sections: Vec<SectionJson>,
    references: Vec<ReferenceJson>,
    citations: Vec<CitationJson>,
}

#[derive(Debug, Serialize)]
struct SectionJson {
    number: String,
    title: String,
    level: u8,
    page: u32,
    children: Vec<SectionJson>,
}

#[derive(Debug, Serialize)]
struct ReferenceJson {
    key: String,
    text: String,
    title: String,
    authors: Vec<String>,
    year: Option<i32>,
    venue: Option<String>,
    arxiv: Option<String>,
    doi: Option<String>,
}

#[derive(Debug, Serialize)]
struct CitationJson {
    key: String,
    section: Option<String>,
    page: u32,
    sentence: String,
}

impl OutlineJson {
    /// What the sections were told from.
    pub fn source_name(document: &Document) -> &'static str {
        match document.outline_source {
            HeadingSource::Bookmarks => "bookmarks",
            HeadingSource::Headings => "headings",
            HeadingSource::Tex => "tex",
            HeadingSource::Html => "html",
        }
    }
}

impl From<&Document> for OutlineJson {
    fn from(document: &Document) -> Self {
        let citations = document.citations.iter().map(|c| CitationJson {
            key: c.key.clone(),
            section: c.section.map(|s| document.sections[s].number.clone()),
            page: c.page,
            sentence: c.sentence.clone(),
        });
        Self {
            version: VERSION,
            title: document.title.clone(),
            source: Self::source_name(document),
            faults: faults(document),
            sections: sections_below(&document.sections, None),
            references: document.references.iter().map(reference).collect(),
            citations: citations.collect(),
        }
    }
}

fn sections_below(sections: &[Section], parent: Option<usize>) -> Vec<SectionJson> {
    let children = sections.iter().enumerate().filter(|(_, s)| s.parent == parent);
    children
        .map(|(i, section)| SectionJson {
            number: section.number.clone(),
            title: section.title.clone(),
            level: section.level,
            page: section.page,
            children: sections_below(sections, Some(i)),
        })
        .collect()
}

fn reference(reference: &Reference) -> ReferenceJson {
    ReferenceJson {
        key: reference.key.clone(),
        text: reference.text.clone(),
        title: reference.title.clone(),
        authors: reference.authors.clone(),
        year: reference.year,
        venue: reference.venue.clone(),
        arxiv: reference.arxiv.clone(),
        doi: reference.doi.clone(),
    }
}

/// `cited PAPER --json`
#[derive(Debug, Serialize)]
pub struct CitedJson {
    version: u32,
    paper: PaperJson,
    mentions: Vec<MentionJson>,
}

#[derive(Debug, Serialize)]
struct MentionJson {
    by: String,
    section: Vec<String>,
    page: Option<u32>,
    sentence: String,
    passage: String,
}

impl CitedJson {
    /// A paper with the sentences that cite it.
    pub fn new(paper: &PaperInfo, cited: &[CitedAt]) -> Self {
        Self {
            version: VERSION,
            paper: PaperJson::from(paper),
            mentions: cited.iter().map(mention).collect(),
        }
    }
}

fn mention(cited: &CitedAt) -> MentionJson {
    MentionJson {
        by: cited.by.key.clone(),
        section: cited.passage.section.clone(),
        page: cited.page,
        sentence: cited.sentence.clone(),
        passage: cited.passage.id.clone(),
    }
}

/// `show PAPER --json`
#[derive(Debug, Serialize)]
pub struct ShowJson {
    version: u32,
    paper: PaperJson,
    facts: Value,
    topics: Vec<String>,
    passages: Vec<PassageJson>,
    mentions: Vec<MentionJson>,
}

impl ShowJson {
    /// A paper with its passages, its topics and who cites it. `facts` are name and value.
    pub fn new(
        paper: &PaperInfo,
        facts: &[(String, String)],
        passages: &[PassageHit],
        cited: &[CitedAt],
    ) -> Self {
        let mut topics: Vec<String> =
            passages.iter().flat_map(|p| p.topics.iter().cloned()).collect();
        topics.sort();
        topics.dedup();
        let facts = facts.iter().map(|(name, value)| (name.clone(), json!(value)));
        Self {
            version: VERSION,
            paper: PaperJson::from(paper),
            facts: Value::Object(facts.collect()),
            topics,
            passages: passages.iter().map(PassageJson::from).collect(),
            mentions: cited.iter().map(mention).collect(),
        }
    }
}

/// What the index knows of a work's document.
pub fn facts_of(work: &Work) -> Vec<(String, String)> {
    let mut facts = Vec::new();
    let mut add = |name: &str, value: String| facts.push((name.to_string(), value));
    if let Some(format) = work.format {
        add("source", format!("{format:?}").to_lowercase());
        add("quality", format!("{:.2}", work.quality));
    }
    if let Some(lang) = &work.lang {
        add("language", lang.clone());
    }
    if let Some(licence) = &work.licence {
        add("licence", licence.clone());
    }
    facts
}
