//! arXiv's OAI-PMH service: the licence of a paper, which the search API does not state.
//!
//! In: an arXiv id. Out: the licence's address, where the record has one. One paper a request.

use quick_xml::Reader;
use quick_xml::events::Event as Xml;
use url::Url;

use super::arxiv::ApiError;
use super::client::{Ask, Client};

/// Asks for the licence of a paper, at the pace of all requests.
///
/// # Errors
/// If no answer came, or what came is no record.
pub fn licence(
    client: &mut Client<'_>,
    base: &str,
    id: &str,
) -> Result<Option<String>, ApiError> {
    let mut body = Vec::new();
    client.get(&question(base, id), &Ask::default(), &mut body)?;
    read(&body)
}

fn question(base: &str, id: &str) -> String {
    let Ok(mut url) = Url::parse(base) else { return base.to_owned() };
    url.query_pairs_mut()
        .append_pair("verb", "GetRecord")
        .append_pair("identifier", &format!("oai:arXiv.org:{id}"))
        .append_pair("metadataPrefix", "arXiv");
    url.into()
}

/// Reads the answer; an id that the service does not know has no licence.
fn read(body: &[u8]) -> Result<Option<String>, ApiError> {
    let form = |what: String| ApiError::Form { what };
    let body = String::from_utf8_lossy(body);
    let mut reader = Reader::from_str(&body);
    let (mut is_answer, mut within) = (false, false);
    let mut text = String::new();
    loop {
        match reader.read_event().map_err(|e| form(e.to_string()))? {
            Xml::Start(tag) => {
                is_answer |= tag.local_name().as_ref() == "OAI-PMH";
                within = tag.local_name().as_ref() == "license";
            }
            Xml::Text(piece) if within => text.push_str(&piece),
            Xml::End(_) => within = false,
            Xml::Eof if is_answer => {
                let text = text.trim();
                return Ok((!text.is_empty()).then(|| text.to_owned()));
            }
            Xml::Eof => return Err(form("it is no answer of OAI-PMH".into())),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_licence_of_a_record() {
        let record = br#"<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><GetRecord><record><metadata>
            <arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>2101.00100</id><title>On Licenses</title>
            <license>http://creativecommons.org/licenses/by/4.0/</license></arXiv></metadata></record></GetRecord></OAI-PMH>"#;
        let licence = read(record).unwrap();
        assert_eq!(
            licence.as_deref(),
            Some("http://creativecommons.org/licenses/by/4.0/")
        );
        let unknown =
            br#"<OAI-PMH><error code="idDoesNotExist">No such paper</error></OAI-PMH>"#;
        assert_eq!(read(unknown).unwrap(), None);
        assert!(read(b"<html><body>busy</body></html>").is_err());
        assert_eq!(
            question("https://oaipmh.arxiv.org/oai", "hep-th/9901001"),
            "https://oaipmh.arxiv.org/oai?verb=GetRecord&identifier=oai%3AarXiv.org%3Ahep-th%2F9901001&metadataPrefix=arXiv"
        );
    }
}
