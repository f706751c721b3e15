//! Turns the filter options into filters: topics in any form, years, kinds.

use crate::cli::args::FilterArgs;
use crate::cli::error::CliError;
use crate::passage::PassageKind;
use crate::search::{Filters, Searcher};

/// The filters that the options ask for.
///
/// Errors for a topic, year or kind that does not exist, with what is near.
pub(super) fn filters_of(
    searcher: &Searcher,
    args: &FilterArgs,
) -> Result<Filters, CliError> {
    let mut topics = Vec::new();
    for given in args.topic.iter().chain(&args.chapter) {
        let found = searcher.resolve_topic(given);
        topics.extend(found.map_err(|error| CliError::search(error, given))?);
    }
    topics.sort();
    topics.dedup();
    let kinds = args.kind.iter().map(|name| {
        PassageKind::from_name(&name.to_lowercase()).ok_or_else(|| {
            CliError::user(format!("unknown kind `{name}`")).hint(kinds_hint())
        })
    });
    Ok(Filters {
        topics,
        years: args.year.as_deref().map(years_of).transpose()?,
        authors: args.author.clone(),
        venues: args.venue.clone(),
        kinds: kinds.collect::<Result<_, _>>()?,
        papers: args.paper.clone(),
        langs: args.lang.iter().map(|l| l.to_lowercase()).collect(),
    })
}

/// The kinds that exist.
pub(super) fn kinds_hint() -> String {
    let names: Vec<_> = PassageKind::ALL.iter().map(|k| k.name()).collect();
    format!("kinds are {}", names.join(", "))
}

/// `2023`, `2020..2022`, `2021..`, `..2019`
fn years_of(text: &str) -> Result<(Option<i32>, Option<i32>), CliError> {
    let bad = || {
        CliError::user(format!("`{text}` is not a year or a range of years"))
            .hint("write 2023, 2020..2022, 2021.. or ..2019")
    };
    let year = |part: &str| match part.trim() {
        "" => Ok(None),
        part => part.parse().map(Some).map_err(|_| bad()),
    };
    let (from, to) = match text.split_once("..") {
        Some((from, to)) => (year(from)?, year(to)?),
        None => (year(text)?, year(text)?),
    };
    match (from, to) {
        (None, None) => Err(bad()),
        (Some(a), Some(b)) if a > b => Err(bad()),
        years => Ok(years),
    }
}

#[cfg(test)]
mod tests {
    use super::years_of;

    #[test]
    fn years_in_every_form() {
        assert_eq!(years_of("2023").unwrap(), (Some(2023), Some(2023)));
        assert_eq!(years_of("2020..2022").unwrap(), (Some(2020), Some(2022)));
        assert_eq!(years_of("2021..").unwrap(), (Some(2021), None));
        assert_eq!(years_of("..2019").unwrap(), (None, Some(2019)));
        for wrong in ["..", "x", "2022..2020", "20 22"] {
            assert!(years_of(wrong).is_err(), "{wrong}");
        }
    }
}
