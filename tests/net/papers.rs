//! Papers made by the tests: a survey with bookmarks and cite links, and small cited papers.

use pdf_writer::types::{ActionType, AnnotationType};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

/// Works that the survey cites.
pub(crate) const N_WORKS: usize = 60;

const ADJECTIVES: [&str; 10] = [
    "Sparse",
    "Contrastive",
    "Recurrent",
    "Hierarchical",
    "Generative",
    "Adversarial",
    "Causal",
    "Quantized",
    "Federated",
    "Curriculum",
];
const NOUNS: [&str; 6] =
    ["Attention", "Embeddings", "Transformers", "Retrieval", "Segmentation", "Planning"];
const AUTHORS: [&str; 12] = [
    "Abbott", "Baker", "Carver", "Dalton", "Ellis", "Fowler", "Garner", "Hobbs",
    "Ingram", "Jarvis", "Keller", "Lowell",
];

/// A work that the survey cites.
#[derive(Clone, Debug)]
pub(crate) struct Work {
    /// arXiv id.
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) author: String,
    pub(crate) year: i32,
}

/// The works, in the order of the survey's references.
pub(crate) fn works() -> Vec<Work> {
    let work = |n: usize| {
        let (adjective, noun) = (ADJECTIVES[n % 10], NOUNS[n / 10]);
        Work {
            id: format!("21{:02}.{:05}", 1 + n % 12, 100 + n),
            title: format!("{adjective} {noun} in Practice"),
            author: format!("{} {}", ["Ann", "Bert", "Cleo"][n % 3], AUTHORS[n % 12]),
            year: 2021,
        }
    };
    (0..N_WORKS).map(work).collect()
}

/// A small paper of that work.
pub(crate) fn paper(work: &Work) -> Vec<u8> {
    let mut page = Page::default();
    page.line(16.0, &work.title);
    page.line(11.0, &work.author);
    page.line(12.0, "Abstract");
    page.line(10.0, &format!("We study {} with care.", work.title.to_lowercase()));
    page.line(
        10.0,
        "The method is simple, and the measurements are repeated three times.",
    );
    page.line(13.0, "1 Introduction");
    page.line(
        10.0,
        "Earlier work left open how such models behave outside the laboratory.",
    );
    page.line(10.0, "This paper closes that gap with a small and honest experiment.");
    write(&[page], &[])
}

/// The survey: one section for each ten works, cited one a sentence.
pub(crate) fn survey() -> Vec<u8> {
    let works = works();
    let mut pages = Vec::new();
    let mut bookmarks = Vec::new();
    let mut first = Page::default();
    first.line(18.0, "A Survey of Models in Practice");
    first.line(11.0, "Dora Quill");
    first.line(12.0, "Abstract");
    first.line(
        10.0,
        "This survey orders sixty works by the kind of model that they study.",
    );
    for (s, noun) in NOUNS.iter().enumerate() {
        let mut page = if s == 0 { std::mem::take(&mut first) } else { Page::default() };
        let title = format!("{noun} Models");
        page.y -= 6.0;
        bookmarks.push((title.clone(), s, page.y));
        page.line(13.0, &format!("{} {title}", s + 1));
        for (n, work) in works.iter().enumerate().skip(s * 10).take(10) {
            let words = work.title.to_lowercase();
            page.cite(n, &format!("reports results on {words} for real users."));
        }
        pages.push(page);
    }
    for (p, chunk) in works.chunks(30).enumerate() {
        let mut page = Page::default();
        if p == 0 {
            bookmarks.push(("References".into(), pages.len(), page.y));
            page.line(13.0, "References");
        }
        for (i, work) in chunk.iter().enumerate() {
            let n = p * 30 + i;
            page.targets.push((format!("cite.work{}", n + 1), page.y + 2.0));
            let Work { id, title, author, year } = work;
            page.line(9.0, &format!("[{}] {author}. {title}.", n + 1));
            page.line(9.0, &format!("arXiv preprint arXiv:{id}, {year}."));
        }
        pages.push(page);
    }
    write(&pages, &bookmarks)
}

struct Page {
    y: f32,
    /// Size, x, y, text.
    lines: Vec<(f32, f32, f32, String)>,
    /// Links to works: y and the work's number.
    links: Vec<(f32, usize)>,
    /// Named places: name and y.
    targets: Vec<(String, f32)>,
}

impl Default for Page {
    fn default() -> Self {
        Self { y: 780.0, lines: Vec::new(), links: Vec::new(), targets: Vec::new() }
    }
}

impl Page {
    fn line(&mut self, size: f32, text: &str) {
        self.y -= size * 1.25;
        self.lines.push((size, 72.0, self.y, text.into()));
        self.y -= if size > 10.0 { 6.0 } else { 0.0 };
    }

    /// `[n] text`, the mark a link.
    fn cite(&mut self, n: usize, text: &str) {
        self.y -= 12.5;
        self.lines.push((10.0, 72.0, self.y, format!("Work [{}] {text}", n + 1)));
        self.links.push((self.y, n));
    }
}

fn write(pages: &[Page], bookmarks: &[(String, usize, f32)]) -> Vec<u8> {
    let mut pdf = Pdf::new();
    let mut next = 1;
    let mut id = || {
        next += 1;
        Ref::new(next - 1)
    };
    let (catalog, tree, font, outline, dests) = (id(), id(), id(), id(), id());
    let page_ids: Vec<Ref> = pages.iter().map(|_| id()).collect();
    let item_ids: Vec<Ref> = bookmarks.iter().map(|_| id()).collect();
    for (page, page_id) in pages.iter().zip(&page_ids) {
        let content_id = id();
        let link_ids: Vec<Ref> = page.links.iter().map(|_| id()).collect();
        let mut writer = pdf.page(*page_id);
        writer.media_box(Rect::new(0.0, 0.0, 595.0, 842.0)).parent(tree);
        writer.contents(content_id).annotations(link_ids.iter().copied());
        writer.resources().fonts().pair(Name(b"F"), font);
        writer.finish();
        for ((y, n), link_id) in page.links.iter().zip(&link_ids) {
            let mut link = pdf.annotation(*link_id);
            link.subtype(AnnotationType::Link).rect(Rect::new(
                99.0,
                y - 2.0,
                116.0,
                y + 9.0,
            ));
            let name = format!("cite.work{}", n + 1);
            let mut action = link.action();
            action.action_type(ActionType::GoTo).destination_named(Name(name.as_bytes()));
        }
        let mut content = Content::new();
        for (size, x, y, text) in &page.lines {
            content.begin_text().set_font(Name(b"F"), *size).next_line(*x, *y);
            content.show(Str(text.as_bytes())).end_text();
        }
        pdf.stream(content_id, &content.finish());
    }
    pdf.type1_font(font).base_font(Name(b"Helvetica"));
    pdf.pages(tree).kids(page_ids.iter().copied()).count(pages.len() as i32);
    let mut places = pdf.destinations(dests);
    for (page, page_id) in pages.iter().zip(&page_ids) {
        for (name, y) in &page.targets {
            places.insert(Name(name.as_bytes())).page(*page_id).xyz(72.0, *y, None);
        }
    }
    places.finish();
    if let (Some(first), Some(last)) = (item_ids.first(), item_ids.last()) {
        pdf.outline(outline).first(*first).last(*last).count(item_ids.len() as i32);
        for (i, (title, page, y)) in bookmarks.iter().enumerate() {
            let mut item = pdf.outline_item(item_ids[i]);
            item.title(TextStr(title)).parent(outline);
            if i > 0 {
                item.prev(item_ids[i - 1]);
            }
            if let Some(next) = item_ids.get(i + 1) {
                item.next(*next);
            }
            item.dest().page(page_ids[*page]).xyz(72.0, *y, None);
        }
    }
    let mut root = pdf.catalog(catalog);
    root.pages(tree).destinations(dests);
    if !bookmarks.is_empty() {
        root.outlines(outline);
    }
    root.finish();
    pdf.finish()
}
