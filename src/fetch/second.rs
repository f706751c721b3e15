//! Second sources for works that arXiv does not have: Crossref and Semantic Scholar, if the settings name them.
//!
//! In: a title. Out: records in the form of arXiv's, with a DOI and, from Semantic Scholar, an
//! arXiv id where it knows one. Both are off unless their address is set; a key is the user's own.

use serde_json::Value;
use url::Url;

use super::arxiv::{ApiError, Cache, Paper};
use super::client::{Ask, Client, GetError};
use crate::corpus::ids::{arxiv_id, plain_doi};

/// A second source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Crossref's REST API.
    Crossref {
        /// Base address.
        api: String,
    },
    /// Semantic Scholar's Graph API.
    SemanticScholar {
        /// Base address.
        api: String,
        /// Key; empty: none.
        key: String,
    },
}

/// Asks a second source for works of that title.
pub fn by_title(
    client: &mut Client<'_>,
    cache: &Cache<'_>,
    source: &Source,
    title: &str,
) -> Result<Vec<Paper>, ApiError> {
    let (url, ask) = question(source, title);
    if let Some(body) = cache.get(&url) {
        return read(source, &body);
    }
    let mut body = Vec::new();
    match client.get(&url, &ask, &mut body) {
        Ok(_) => {}
        // Semantic Scholar says so where nothing matches.
        Err(GetError::Status { status: 404 }) => return Ok(Vec::new()),
        Err(error) => return Err(error.into()),
    }
    let papers = read(source, &body)?;
    cache.put(&url, &body).map_err(GetError::Disk)?;
    Ok(papers)
}

fn question(source: &Source, title: &str) -> (String, Ask) {
    let (base, path, query, secret) = match source {
        Source::Crossref { api } => {
            (api, "/works", vec![("query.bibliographic", title), ("rows", "3")], None)
        }
        Source::SemanticScholar { api, key } => {
            let fields = "title,authors,year,externalIds";
            let secret = (!key.is_empty()).then(|| ("x-api-key".into(), key.clone()));
            let query = vec![("query", title), ("fields", fields)];
            (api, "/paper/search/match", query, secret)
        }
    };
    let address = format!("{}{path}", base.trim_end_matches('/'));
    let url = Url::parse(&address).map(|mut url| {
        url.query_pairs_mut().extend_pairs(query);
        url.to_string()
    });
    (url.unwrap_or(address), Ask { secret, ..Ask::default() })
}

fn read(source: &Source, body: &[u8]) -> Result<Vec<Paper>, ApiError> {
    let value: Value = serde_json::from_slice(body)
        .map_err(|e| ApiError::Form { what: e.to_string() })?;
    let (items, paper): (_, fn(&Value) -> Paper) = match source {
        Source::Crossref { .. } => (value.pointer("/message/items"), of_crossref),
        Source::SemanticScholar { .. } => (value.get("data"), of_semantic_scholar),
    };
    Ok(items.and_then(Value::as_array).into_iter().flatten().map(paper).collect())
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_string()
}

fn of_crossref(item: &Value) -> Paper {
    let people = item.get("author").and_then(Value::as_array).into_iter().flatten();
    let name = |p: &Value| format!("{} {}", text(p.get("given")), text(p.get("family")));
    let title = text(item.pointer("/title/0"));
    // Publishers put the word before the title, too.
    let bare =
        ["RETRACTED: ", "RETRACTED ARTICLE: ", "Retracted: ", "Retracted Article: "]
            .iter()
            .find_map(|mark| title.strip_prefix(mark));
    let notices = item.get("updated-by").and_then(Value::as_array).into_iter().flatten();
    let notice = notices
        .filter_map(|n| n.get("type").and_then(Value::as_str))
        .find(|kind| ["retraction", "withdrawal", "removal"].contains(kind));
    let notice = notice.or(bare.map(|_| "retraction"));
    Paper {
        retracted: notice.map(|kind| format!("Crossref: {kind}")),
        title: bare.unwrap_or(&title).to_string(),
        authors: people.map(|p| name(p).trim().to_string()).collect(),
        year: item
            .pointer("/issued/date-parts/0/0")
            .and_then(Value::as_i64)
            .and_then(|y| i32::try_from(y).ok()),
        doi: item.get("DOI").and_then(Value::as_str).map(plain_doi),
        journal: item
            .pointer("/container-title/0")
            .and_then(Value::as_str)
            .map(Into::into),
        licence: item.pointer("/license/0/URL").and_then(Value::as_str).map(Into::into),
        ..Paper::default()
    }
}

fn of_semantic_scholar(item: &Value) -> Paper {
    let people = item.get("authors").and_then(Value::as_array).into_iter().flatten();
    let id = item.pointer("/externalIds/ArXiv").and_then(Value::as_str);
    Paper {
        id: id.and_then(arxiv_id).unwrap_or_default(),
        title: text(item.get("title")),
        authors: people.map(|p| text(p.get("name"))).collect(),
        year: item
            .get("year")
            .and_then(Value::as_i64)
            .and_then(|y| i32::try_from(y).ok()),
        doi: item.pointer("/externalIds/DOI").and_then(Value::as_str).map(plain_doi),
        ..Paper::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let crossref = Source::Crossref { api: "https://api.crossref.org".into() };
        let body = br#"{"message":{"items":[{"title":["On It"],"author":[{"given":"Ann","family":"Lee"}],
            "issued":{"date-parts":[[2010]]},"DOI":"10.1/AB","container-title":["J"]}]}}"#;
        let papers = read(&crossref, body).unwrap();
        assert_eq!(papers[0].authors, ["Ann Lee"]);
        assert_eq!(
            (papers[0].year, papers[0].doi.as_deref()),
            (Some(2010), Some("10.1/ab"))
        );
        let body = br#"{"message":{"items":[
            {"title":["On It"],"updated-by":[{"type":"correction"},{"type":"retraction","DOI":"10.1/R"}]},
            {"title":["RETRACTED: On That"]},{"title":["On Retractions"],"updated-by":[{"type":"erratum"}]}]}}"#;
        let papers = read(&crossref, body).unwrap();
        let told: Vec<_> =
            papers.iter().map(|p| (p.title.as_str(), p.retracted.as_deref())).collect();
        let retracted = Some("Crossref: retraction");
        assert_eq!(
            told,
            [("On It", retracted), ("On That", retracted), ("On Retractions", None)]
        );
        let scholar =
            Source::SemanticScholar { api: "https://x.org/v1/".into(), key: "k".into() };
        let body = br#"{"data":[{"title":"On It","authors":[{"name":"Ann Lee"}],"year":2010,"externalIds":{"ArXiv":"1001.00001"}}]}"#;
        assert_eq!(read(&scholar, body).unwrap()[0].id, "1001.00001");
        let (url, ask) = question(&scholar, "a b");
        assert_eq!(
            url,
            "https://x.org/v1/paper/search/match?query=a+b&fields=title%2Cauthors%2Cyear%2CexternalIds"
        );
        assert_eq!(ask.secret, Some(("x-api-key".into(), "k".into())));
    }
}
