//! Licences of the papers of arXiv, asked for behind the papers themselves where the settings say so.

use super::net::{self, Net};
use super::reading::now;
use crate::cli::Context;
use crate::cli::error::{CliError, chain};
use crate::cli::progress::ProgressLine;
use crate::corpus::bib::{BibText, Bibliography};
use crate::fetch::arxiv::ApiError;
use crate::fetch::{Event, GetError, Ledger, Record, oai};
use crate::output::human::counted;
use crate::output::sanitize::clean;

/// What the ledger calls such a request.
const FORM: &str = "licence";
/// Stands for all works in the ledger, where the service wants to be left alone.
const SERVICE: &str = "";
/// A record without a licence is looked at again after so many seconds.
const AGAIN_S: u64 = 180 * 24 * 3600;

/// Works whose licence neither their entry nor an earlier answer told: key and arXiv id.
pub(super) fn open_works(
    context: &Context,
    bibliography: &Bibliography,
    ledger: &Ledger,
    keys: &[String],
) -> Vec<(String, String)> {
    if context.config.settings.fetch.arxiv_oai.is_empty() {
        return Vec::new();
    }
    let now = now();
    let rests = |record: &Record| record.retry_at.is_some_and(|at| at > now);
    if ledger.last(SERVICE, FORM).is_some_and(rests) {
        return Vec::new();
    }
    let is_open = |key: &str| {
        let last = ledger.last(key, FORM);
        last.is_none_or(|record| record.retry_at.is_some_and(|at| at <= now))
    };
    let entries = bibliography.entries.iter();
    let wanted = entries.filter(|e| keys.is_empty() || keys.contains(&e.key));
    wanted
        .filter(|e| e.licence.is_none() && is_open(&e.key))
        .filter_map(|e| Some((e.key.clone(), e.arxiv.clone()?)))
        .collect()
}

/// Asks for licences and writes them into papers.bib. What goes wrong ends it, and is no failure of
/// the fetch: the rest is asked for next time.
pub(super) fn ask(
    context: &Context,
    net: &Net,
    ledger: &mut Ledger,
    works: &[(String, String)],
) -> Result<(), CliError> {
    if works.is_empty() {
        return Ok(());
    }
    let clock = net::clock();
    let mut client = net.client(context, &clock)?;
    let base = &context.config.settings.fetch.arxiv_oai;
    let total = works.len() as u64;
    let mut line = ProgressLine::start(context.ui.progress, "licences", total);
    let mut n_stated = 0;
    for (n, (key, id)) in works.iter().enumerate() {
        line.step(n as u64, total, key);
        let licence = match oai::licence(&mut client, base, id) {
            Ok(licence) => licence,
            Err(error) => {
                let why = chain(&error);
                context.ui.note(&format!(
                    "citemap: licences: {}: the rest is asked for next time",
                    clean(&why)
                ));
                if let Some(pause) = pause_s(&error) {
                    let mut record = Record::new(now(), Event::Failed, SERVICE, FORM);
                    record.retry_at = Some(now() + pause);
                    ledger.add(record)?;
                }
                break;
            }
        };
        let told = if licence.is_some() { Event::Resolved } else { Event::Unresolved };
        let mut record = Record::new(now(), told, key, FORM);
        record.retry_at = licence.is_none().then(|| now() + AGAIN_S);
        if let Some(licence) = &licence {
            // Read anew each time: a person may be at work on the file meanwhile.
            let mut text =
                BibText::load(&context.corpus).map_err(|e| CliError::user(chain(&e)))?;
            text.set_field(key, "license", licence);
            text.save(&context.corpus).map_err(|e| CliError::user(chain(&e)))?;
            n_stated += 1;
        }
        record.url = licence;
        ledger.add(record)?;
    }
    line.end();
    context.ui.note(&format!("fetch: {} stated", counted(n_stated, "licence")));
    Ok(())
}

/// Seconds for which the service is left alone after such an error.
fn pause_s(error: &ApiError) -> Option<u64> {
    const HOUR: u64 = 3600;
    match error {
        ApiError::Get(GetError::Denied { .. }) => Some(24 * HOUR),
        ApiError::Get(GetError::Busy { retry_after, .. }) => {
            Some(retry_after.map_or(HOUR, |time| time.as_secs().max(60)))
        }
        _ => None,
    }
}
