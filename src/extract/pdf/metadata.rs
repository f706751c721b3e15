//! What a PDF says about itself: the document information dictionary and the XMP packet.
//!
//! XMP wins where both speak, for it keeps authors apart; a title that is only a file name of a
//! word processor is left out. What is said here is a claim, not the truth: later stages compare.

use hayro_syntax::Pdf;
use hayro_syntax::object::{Dict, Stream, String as PdfString};
use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::Event;

use super::stream::Decoder;
use super::string::text_string;
use crate::corpus::ids;
use crate::extract::Info;
use crate::extract::prose::{squeeze, year_in};

/// Bytes of an XMP packet that are read.
const MAX_PACKET: usize = 4 << 20;

/// Reads the metadata of a document.
pub(super) fn info(pdf: &Pdf) -> Info {
    let mut info = Info::default();
    let xref = pdf.xref();
    let catalog = xref.get::<Dict<'_>>(xref.root_id());
    if let Some(catalog) = &catalog {
        let packet = catalog
            .get::<Stream<'_>>(b"Metadata")
            .and_then(|s| Decoder::new().decoded(&s));
        if let Some(packet) = packet {
            read_packet(&packet[..packet.len().min(MAX_PACKET)], &mut info);
        }
        let lang =
            catalog.get::<PdfString<'_>>(b"Lang").map(|l| text_string(l.as_bytes()));
        info.lang = lang.filter(|l| !l.trim().is_empty()).or(info.lang);
    }
    let stated = pdf.metadata();
    if info.title.is_none() {
        info.title = stated.title.as_ref().and_then(|t| sensible_title(&text_string(t)));
    }
    if info.authors.is_empty()
        && let Some(author) = &stated.author
    {
        info.authors = split_authors(&text_string(author));
    }
    for field in [&stated.subject, &stated.keywords, &stated.title].into_iter().flatten()
    {
        if info.doi.is_none() {
            info.doi = ids::doi(&text_string(field));
        }
    }
    if info.year.is_none()
        && let Some(subject) = &stated.subject
    {
        let made = stated.creation_date.map(|d| i32::from(d.year));
        info.year = year_of_venue(&text_string(subject), made);
    }
    info
}

/// The year in a subject that names a venue (`2016 IEEE Conference on ...`), as publishers write it.
/// Authors write it too, by the template of the year before: a document made in a later year is
/// not believed.
fn year_of_venue(subject: &str, made: Option<i32>) -> Option<i32> {
    let lower = subject.to_lowercase();
    let names =
        ["conference", "proceedings", "symposium", "workshop", "transactions", "journal"];
    if !names.iter().any(|n| lower.contains(n)) {
        return None;
    }
    year_in(subject)
        .filter(|year| made.is_none_or(|made| (made..=made + 1).contains(year)))
}

/// Reads the Dublin Core and PRISM properties of an XMP packet as far as it is well-formed.
fn read_packet(packet: &[u8], info: &mut Info) {
    let text = text_of(packet);
    let mut reader = Reader::from_str(&text);
    let mut path: Vec<String> = Vec::new();
    let mut value = String::new();
    while let Ok(event) = reader.read_event() {
        match event {
            Event::Start(start) => {
                path.push(start.name().as_ref().to_string());
                value.clear();
            }
            Event::Text(part) => value.push_str(&part.xml10_content()),
            Event::GeneralRef(entity) => match entity.resolve_char_ref() {
                Ok(Some(c)) => value.push(c),
                _ => value.push_str(resolve_xml_entity(&entity).unwrap_or_default()),
            },
            Event::End(_) => {
                property(&path, &squeeze(&value), info);
                value.clear();
                path.pop();
            }
            Event::Eof => break,
            _ => {}
        }
        if path.len() > 64 {
            break;
        }
    }
}

fn text_of(packet: &[u8]) -> String {
    match packet {
        [0xFE, 0xFF, ..] | [0xFF, 0xFE, ..] => text_string(packet),
        _ => String::from_utf8_lossy(packet).into_owned(),
    }
}

/// Takes one property: the value of the element at `path`.
fn property(path: &[String], value: &str, info: &mut Info) {
    if value.is_empty() {
        return;
    }
    // `dc:title/rdf:Alt/rdf:li`, or the plain `dc:title`.
    let name =
        path.iter().rev().find(|p| !p.starts_with("rdf:")).map_or("", String::as_str);
    match name {
        "dc:title" if info.title.is_none() => info.title = sensible_title(value),
        "dc:creator" => info.authors.extend(split_authors(value)),
        "dc:language" => info.lang = Some(value.to_string()),
        "dc:rights" | "xmpRights:WebStatement" | "cc:license"
            if info.licence.is_none() =>
        {
            info.licence = Some(value.to_string());
        }
        "prism:publicationName" => info.venue = Some(value.to_string()),
        "prism:doi" | "pdfx:doi" | "crossmark:DOI" | "dc:identifier"
        | "dc:description"
            if info.doi.is_none() =>
        {
            info.doi = ids::doi(value);
        }
        "prism:coverDate" | "prism:publicationDate" | "prism:coverDisplayDate" => {
            info.year = info.year.or_else(|| year_in(value));
        }
        _ => {}
    }
}

/// Returns a title unless it is the name of a file or of a program's window.
fn sensible_title(title: &str) -> Option<String> {
    let title = squeeze(title);
    let lower = title.to_lowercase();
    let file =
        [".dvi", ".doc", ".docx", ".tex", ".pdf", ".ps", ".indd", ".qxd", ".rtf", ".p65"]
            .iter()
            .any(|e| lower.ends_with(e));
    let window = lower.starts_with("microsoft word") || lower.starts_with("untitled");
    let letters = title.chars().filter(|c| c.is_alphabetic()).count();
    (!file && !window && letters >= 3).then_some(title)
}

/// Splits `A. Author, B. Author and C. Author` or `A; B`.
fn split_authors(text: &str) -> Vec<String> {
    let text = squeeze(text);
    let parts: Vec<&str> = if text.contains(';') {
        text.split(';').collect()
    } else if text.contains(" and ") || text.matches(',').count() != 1 {
        text.split(',').flat_map(|p| p.split(" and ")).collect()
    } else {
        // One comma and no `and`: `Family, Given`, or two people of two names each.
        let halves: Vec<&str> = text.split(',').collect();
        match halves.iter().all(|h| h.trim().contains(' ')) {
            true => halves,
            false => vec![&text],
        }
    };
    parts
        .iter()
        .map(|p| p.trim().trim_start_matches("and ").to_string())
        .filter(|p| p.chars().any(char::is_alphabetic))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_that_names_a_venue_tells_the_year() {
        let subject = "2016 IEEE Conference on Computer Vision";
        assert_eq!(year_of_venue(subject, None), Some(2016));
        assert_eq!(year_of_venue(subject, Some(2015)), Some(2016));
        assert_eq!(year_of_venue(subject, Some(2017)), None, "a template left over");
        assert_eq!(year_of_venue("results of 2016", None), None);
    }

    #[test]
    fn packet_of_a_journal() {
        let mut info = Info::default();
        read_packet(
            b"<?xpacket?><x:xmpmeta><rdf:RDF><rdf:Description><dc:title><rdf:Alt>\
              <rdf:li xml:lang='x-default'>Cats &amp; Dogs</rdf:li></rdf:Alt></dc:title>\
              <dc:creator><rdf:Seq><rdf:li>Ada Byron</rdf:li><rdf:li>Kurt G&#246;del</rdf:li>\
              </rdf:Seq></dc:creator><prism:doi>10.1109/ACCESS.2024.1</prism:doi>\
              <prism:coverDisplayDate>  2024</prism:coverDisplayDate></rdf:Description>",
            &mut info,
        );
        assert_eq!(info.title.as_deref(), Some("Cats & Dogs"));
        assert_eq!(info.authors, ["Ada Byron", "Kurt Gödel"]);
        assert_eq!(info.doi.as_deref(), Some("10.1109/access.2024.1"));
        assert_eq!(info.year, Some(2024));
    }

    #[test]
    fn authors_apart() {
        let two = ["Ada Byron", "Kurt Gödel"];
        assert_eq!(split_authors("Ada Byron; Kurt Gödel"), two);
        assert_eq!(split_authors("Ada Byron and Kurt Gödel"), two);
        assert_eq!(split_authors("Ada Byron, Kurt Gödel"), two);
        assert_eq!(split_authors("Byron, Ada"), ["Byron, Ada"]);
        assert_eq!(split_authors(" - "), [""; 0]);
    }

    #[test]
    fn titles_that_are_none() {
        assert_eq!(sensible_title("paper_final.dvi"), None);
        assert_eq!(sensible_title("Microsoft Word - x"), None);
        assert_eq!(sensible_title(" On  Cats "), Some("On Cats".into()));
    }
}
