//! Is what came what was asked for? An error page is no paper.
//!
//! In: the beginning and the end of a file, and the form that was asked. Out: the ending that its
//! name gets, or what it is instead.

use super::Form;

/// Bytes at the beginning that are looked at.
pub const HEAD: usize = 4096;
/// Bytes at the end that are looked at.
pub const TAIL: usize = 4096;

/// What came instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    /// Nothing.
    #[error("the answer is empty")]
    Empty,
    /// A page of HTML.
    #[error("a web page came instead{}", said(title))]
    Page {
        /// Its title.
        title: Option<String>,
    },
    /// Something else.
    #[error("no {wanted} came, but {}", came.as_deref().unwrap_or("something else"))]
    Other {
        /// What was asked for.
        wanted: &'static str,
        /// What the server calls it.
        came: Option<String>,
    },
    /// A PDF without an end.
    #[error("the file breaks off: a PDF without its end")]
    BreaksOff,
    /// arXiv's mark for a withdrawn paper.
    #[error("the paper was withdrawn")]
    Withdrawn,
}

fn said(title: &Option<String>) -> String {
    title.as_ref().map(|t| format!(": \"{t}\"")).unwrap_or_default()
}

/// Checks a file by its beginning, its end and what the server calls it.
pub fn check(
    form: Form,
    head: &[u8],
    tail: &[u8],
    called: Option<&str>,
) -> Result<&'static str, Wrong> {
    if head.is_empty() {
        return Err(Wrong::Empty);
    }
    let start = &head[..head.len().min(1024)];
    let is_pdf = find(start, b"%PDF-").is_some();
    let text = String::from_utf8_lossy(head).to_lowercase();
    let is_page = ["<html", "<!doctype html", "<head", "<body"]
        .iter()
        .any(|mark| text.contains(mark))
        && text.trim_start_matches('\u{feff}').trim_start().starts_with('<');
    let other = |wanted| Wrong::Other { wanted, came: called.map(str::to_string) };
    match form {
        Form::Pdf if is_pdf => {
            find(tail, b"%%EOF").map(|_| "pdf").ok_or(Wrong::BreaksOff)
        }
        Form::Pdf if is_page => Err(Wrong::Page { title: page_title(head) }),
        Form::Pdf => Err(other("PDF")),
        Form::Html if is_page => Ok("html"),
        Form::Html => Err(other("web page")),
        Form::Tex if is_page => Err(Wrong::Page { title: page_title(head) }),
        // Where no TeX was submitted, arXiv sends the PDF.
        Form::Tex if is_pdf => Ok("pdf"),
        Form::Tex if head.starts_with(&[0x1f, 0x8b]) => Ok("tar.gz"),
        Form::Tex if head.get(257..262) == Some(b"ustar") => Ok("tar"),
        Form::Tex if head.starts_with(b"PK\x03\x04") => Ok("zip"),
        Form::Tex if text.starts_with("%auto-ignore") => Err(Wrong::Withdrawn),
        Form::Tex if text.contains("\\document") || text.contains("\\input") => Ok("tex"),
        Form::Tex => Err(other("TeX source")),
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|w| w == what)
}

fn page_title(head: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    let lower = text.to_ascii_lowercase();
    let start = lower.find("<title")? + lower[lower.find("<title")?..].find('>')? + 1;
    let end = start + lower[start..].find('<')?;
    let title: Vec<&str> = text[start..end].split_whitespace().collect();
    let title: String = title.join(" ").chars().take(80).collect();
    (!title.is_empty()).then_some(title)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn papers_are_told_from_pages() {
        let page = b"<!DOCTYPE html><html><head><title>Slow\n down</title></head>";
        let title = Some("Slow down".to_string());
        for (form, head, verdict) in [
            (Form::Pdf, &b"%PDF-1.4 ... %%EOF"[..], Ok("pdf")),
            (Form::Pdf, b"%PDF-1.4 ...", Err(Wrong::BreaksOff)),
            (Form::Pdf, page, Err(Wrong::Page { title: title.clone() })),
            (Form::Pdf, b"", Err(Wrong::Empty)),
            (
                Form::Pdf,
                b"hello",
                Err(Wrong::Other { wanted: "PDF", came: Some("text/x".into()) }),
            ),
            (Form::Html, page, Ok("html")),
            (Form::Tex, page, Err(Wrong::Page { title })),
            (Form::Tex, b"\x1f\x8b123", Ok("tar.gz")),
            (Form::Tex, b"\\documentclass{a}", Ok("tex")),
            (Form::Tex, b"%auto-ignore\n", Err(Wrong::Withdrawn)),
        ] {
            assert_eq!(check(form, head, head, Some("text/x")), verdict);
        }
    }
}
