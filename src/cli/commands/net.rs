//! What the commands that ask the net share: the rules from the settings, the clock, the ledger.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use url::Url;

use super::reading::STOP;
use crate::cli::Context;
use crate::cli::config::Origin;
use crate::cli::error::{CliError, chain};
use crate::fetch::policy::host_and_port;
use crate::fetch::second::Source;
use crate::fetch::{Addresses, Client, Clock, GetError, Ledger, Policy};
use crate::index::Root;
use crate::output::sanitize::clean;

/// Public services: their names never lead into a private range, whatever a resolver says.
const PUBLIC: [&str; 3] = ["arxiv.org", "semanticscholar.org", "crossref.org"];

/// The rules and places of this program's requests.
pub(super) struct Net {
    /// The rules.
    pub(super) policy: Policy,
    /// Where papers are.
    pub(super) addresses: Addresses,
    /// Second sources that the settings name.
    pub(super) second: Vec<Source>,
    /// Where times, ledger and answers are kept.
    pub(super) folder: PathBuf,
}

impl Net {
    /// Reads the settings.
    pub(super) fn new(context: &Context) -> Self {
        let settings = &context.config.settings.fetch;
        let bases = [
            ("arxiv_api", &settings.arxiv_api),
            ("arxiv_pdf", &settings.arxiv_pdf),
            ("arxiv_html", &settings.arxiv_html),
            ("arxiv_tex", &settings.arxiv_tex),
            ("arxiv_oai", &settings.arxiv_oai),
            ("semantic_scholar_api", &settings.semantic_scholar_api),
            ("crossref_api", &settings.crossref_api),
        ];
        let mut allow_hosts = settings.allow_hosts.clone();
        let mut private_hosts = Vec::new();
        let is_set = |name: &str| {
            let origin = context.config.origins.get(&format!("fetch.{name}"));
            origin.is_some_and(|(_, origin)| *origin != Origin::Default)
        };
        if is_set("allow_hosts") {
            private_hosts.extend(settings.allow_hosts.iter().cloned());
        }
        for (name, base) in bases {
            let Ok(url) = Url::parse(&base.replace("{id}", "id")) else { continue };
            let host = host_and_port(&url);
            allow_hosts.push(host.clone());
            if is_set(name) {
                private_hosts.push(host);
            }
        }
        private_hosts.retain(|host| !PUBLIC.iter().any(|site| host.ends_with(site)));
        let policy = Policy {
            contact: settings.contact.clone(),
            interval: Duration::from_secs_f64(settings.interval_s.clamp(0.0, 86_400.0)),
            timeout: Duration::from_secs(settings.timeout_s.max(1)),
            max_bytes: settings.max_mb.max(1).saturating_mul(1_000_000),
            allow_hosts,
            private_hosts,
        };
        let addresses = Addresses {
            api: settings.arxiv_api.clone(),
            pdf: settings.arxiv_pdf.clone(),
            html: settings.arxiv_html.clone(),
            tex: settings.arxiv_tex.clone(),
        };
        let mut second = Vec::new();
        if !settings.semantic_scholar_api.is_empty() {
            let key = settings.semantic_scholar_key.clone();
            let api = settings.semantic_scholar_api.clone();
            second.push(Source::SemanticScholar { api, key });
        }
        if !settings.crossref_api.is_empty() {
            second.push(Source::Crossref { api: settings.crossref_api.clone() });
        }
        Self { policy, addresses, second, folder: context.index.join("fetch") }
    }

    /// What was asked and what came, so far.
    pub(super) fn ledger(&self) -> Result<Ledger, CliError> {
        Ledger::load(&self.folder)
            .map_err(|e| CliError::user(format!("{}: {e}", self.folder.display())))
    }

    /// A client; waits while another process has one.
    pub(super) fn client<'a>(
        &self,
        context: &Context,
        clock: &'a Clock<'a>,
    ) -> Result<Client<'a>, CliError> {
        Root::open_or_create(&context.index)?;
        if self.policy.contact.is_empty() && context.ui.verbose {
            context.ui.note("hint: set your mail address (`contact` in [fetch] of citemap.toml): servers write instead of blocking");
        }
        let waiting = || {
            context.ui.note("citemap: another process is fetching: waiting for its end")
        };
        Client::open(self.policy.clone(), &self.folder, clock, waiting).map_err(get_error)
    }
}

/// What a person may look to where no server can be reached.
pub(super) const ONLINE: &str = "is this machine online? citemap uses no proxy";

/// An error of a request that the whole command rests on.
pub(super) fn get_error(error: GetError) -> CliError {
    let unreachable = matches!(error, GetError::Unreachable { .. });
    let told = CliError::user(clean(&chain(&error)).into_owned());
    if unreachable { told.hint(ONLINE) } else { told }
}

/// The clock, the pause and the wish to stop, of this process.
pub(super) fn clock() -> Clock<'static> {
    Clock { now_ms: &now_ms, wait: &wait, stopped: &stopped }
}

#[expect(clippy::disallowed_methods, reason = "the clock is read here and passed down")]
fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

fn stopped() -> bool {
    STOP.load(Ordering::Relaxed)
}

fn wait(time: Duration) -> bool {
    let until = Instant::now() + time;
    while !stopped() {
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return true;
        }
        std::thread::sleep(left.min(Duration::from_millis(50)));
    }
    false
}
