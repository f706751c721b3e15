//! What there is to fetch.
//!
//! In: the bibliography, what the corpus has, the ledger. Out: jobs in the order of the
//! bibliography, and the works for which there is none, with the reason.

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::ledger::{Event, Ledger};
use super::policy::Policy;
use super::{Form, client::Ask};
use crate::corpus::bib::{Bibliography, Entry};
use crate::corpus::identity::plain_key;
use crate::corpus::ids::arxiv_of_doi;

/// The folder of fetched papers in a corpus.
pub const FOLDER: &str = crate::corpus::walk::PAPERS;

/// Where the forms of a paper are; `{id}` stands for the arXiv id with its version, if any.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// arXiv's API.
    pub api: String,
    /// PDF.
    pub pdf: String,
    /// HTML.
    pub html: String,
    /// TeX source.
    pub tex: String,
}

impl Addresses {
    fn of(&self, form: Form) -> &str {
        match form {
            Form::Pdf => &self.pdf,
            Form::Html => &self.html,
            Form::Tex => &self.tex,
        }
    }
}

/// A paper to fetch.
#[derive(Clone, Debug)]
pub struct Job {
    /// Key of the work.
    pub key: String,
    /// Title, for the person.
    pub title: String,
    /// Form.
    pub form: Form,
    /// Address.
    pub url: String,
    /// Where the file goes, relative to the corpus folder, without the ending that its form has.
    pub stem: PathBuf,
    /// Conditional headers, where the file is there already and a newer one is asked for.
    pub ask: Ask,
}

/// Why there is no job for a work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Without {
    /// Neither an arXiv id nor an address of a PDF.
    NoSource,
    /// The host of its address is not among those that may be asked.
    Host {
        /// The host.
        host: String,
    },
    /// It failed, and the time to try again has not come.
    NotYet {
        /// Why it failed.
        reason: String,
        /// Seconds since 1970.
        retry_at: u64,
    },
    /// The id leads to another work.
    Mismatch {
        /// What was found instead.
        reason: String,
    },
}

/// What there is to do.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Papers to fetch, in the order of the bibliography.
    pub jobs: Vec<Job>,
    /// Works whose file is there, while the ledger only knows that it was asked for.
    pub unsettled: Vec<Job>,
    /// Works without a job, and why, in the same order.
    pub without: Vec<(String, Without)>,
    /// Works whose file is there.
    pub n_present: usize,
    /// Keys asked for that the bibliography does not have.
    pub unknown: Vec<String>,
}

/// What a plan is made from.
pub struct Wish<'a> {
    /// The works.
    pub bibliography: &'a Bibliography,
    /// Keys of works whose file is there in the form that is wanted.
    pub present: &'a BTreeSet<String>,
    /// Keys to fetch; all that are missing if none is named.
    pub keys: &'a [String],
    /// Form.
    pub form: Form,
    /// Seconds since 1970.
    pub now: u64,
}

/// Says what is to be fetched.
pub fn plan(
    wish: &Wish<'_>,
    addresses: &Addresses,
    policy: &Policy,
    ledger: &Ledger,
) -> Plan {
    let mut plan = Plan::default();
    let mut names = BTreeSet::new();
    for key in wish.keys {
        if wish.bibliography.get(key).is_none() {
            plan.unknown.push(key.clone());
        }
    }
    for entry in &wish.bibliography.entries {
        let name = file_name(entry, &names);
        names.insert(name.to_lowercase());
        let asked_for = wish.keys.contains(&entry.key);
        if !wish.keys.is_empty() && !asked_for {
            continue;
        }
        let present = wish.present.contains(&entry.key);
        let job = |url: String, ask: Ask, name: &str| Job {
            key: entry.key.clone(),
            title: entry.title.clone(),
            form: wish.form,
            url,
            stem: PathBuf::from(FOLDER).join(name),
            ask,
        };
        if present {
            plan.n_present += 1;
            if let Some(asked) = ledger.last(&entry.key, wish.form.name())
                && asked.event == Event::Asked
            {
                let url = asked.url.clone().unwrap_or_default();
                plan.unsettled.push(job(url, Ask::default(), &name));
            }
            // Named by key and fetched by us: is there a newer one?
            let ours = ledger.arrival(&entry.key, wish.form.name());
            if !asked_for || ours.is_none_or(|r| r.etag.is_none() && r.modified.is_none())
            {
                continue;
            }
        }
        match source(entry, wish, addresses, policy, ledger, asked_for) {
            Err(why) => plan.without.push((entry.key.clone(), why)),
            Ok(url) => {
                let had = ledger
                    .arrival(&entry.key, wish.form.name())
                    .filter(|_| present)
                    .cloned();
                let ask = had.map_or_else(Ask::default, |r| Ask {
                    etag: r.etag,
                    modified: r.modified,
                    secret: None,
                });
                plan.jobs.push(job(url, ask, &name));
            }
        }
    }
    plan
}

/// The arXiv id of an entry with the version that it names.
pub fn arxiv_of(entry: &Entry) -> Option<String> {
    let id =
        entry.arxiv.clone().or_else(|| entry.doi.as_deref().and_then(arxiv_of_doi))?;
    Some(match entry.arxiv_version {
        Some(version) => format!("{id}v{version}"),
        None => id,
    })
}

fn source(
    entry: &Entry,
    wish: &Wish<'_>,
    addresses: &Addresses,
    policy: &Policy,
    ledger: &Ledger,
    asked_for: bool,
) -> Result<String, Without> {
    let url = match arxiv_of(entry) {
        Some(id) => {
            if let Some(wrong) = ledger.last(&entry.key, "id")
                && wrong.event == Event::Mismatch
                && wrong.url.as_deref() == Some(&id)
            {
                let reason = wrong.reason.clone().unwrap_or_default();
                return Err(Without::Mismatch { reason });
            }
            addresses.of(wish.form).replace("{id}", &id)
        }
        None => {
            let url = entry.url.as_deref().ok_or(Without::NoSource)?;
            let path = url.split(['?', '#']).next().unwrap_or_default();
            if wish.form != Form::Pdf || !path.to_lowercase().ends_with(".pdf") {
                return Err(Without::NoSource);
            }
            match policy.check(url) {
                Ok(url) => url.to_string(),
                Err(super::Refusal::Host { host }) => {
                    return Err(Without::Host { host });
                }
                Err(_) => return Err(Without::NoSource),
            }
        }
    };
    if let Some(last) = ledger.last(&entry.key, wish.form.name())
        && last.event == Event::Failed
        && last.retry_at.is_some_and(|at| at > wish.now)
        && !asked_for
    {
        return Err(Without::NotYet {
            reason: last.reason.clone().unwrap_or_default(),
            retry_at: last.retry_at.unwrap_or_default(),
        });
    }
    Ok(url)
}

/// The key, where it makes a file name that is no other's; else the arXiv id, else the key with a
/// piece of its own hash.
fn file_name(entry: &Entry, taken: &BTreeSet<String>) -> String {
    let fits = |name: &str| {
        let odd = name.contains(':') || name.starts_with('.') || name.len() > 120;
        !odd && !taken.contains(&name.to_lowercase())
    };
    if plain_key(&entry.key) == entry.key && fits(&entry.key) {
        return entry.key.clone();
    }
    if let Some(id) = entry.arxiv.as_ref().map(|id| id.replace('/', "_"))
        && fits(&id)
    {
        return id;
    }
    let hash = blake3::hash(entry.key.as_bytes()).to_hex();
    let key: String = plain_key(&entry.key).replace(':', "-").chars().take(60).collect();
    format!("{key}-{}", &hash[..8])
}
