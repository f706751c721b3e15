//! `citemap fetch`: gets what papers.bib names and the corpus lacks.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::time::Duration;

use serde_json::json;

use super::licences;
use super::net::{self, Net};
use super::reading::{now, stop_on_interrupt};
use crate::cli::Context;
use crate::cli::args::{FetchArgs, FetchForm, FetchOptions};
use crate::cli::error::{CliError, FOUND, INTERRUPTED, TROUBLE, chain};
use crate::cli::progress::ProgressLine;
use crate::corpus::bib::{BibText, Bibliography};
use crate::corpus::identity::{Facts, Known, identify};
use crate::corpus::{Belongs, Format, walk};
use crate::fetch::plan::{Wish, Without};
use crate::fetch::run::{Failure, Stop};
use crate::fetch::{self, Form, Job, Ledger, Plan, Progress, Report};
use crate::index::Root;
use crate::indexer::{FileState, Snapshot};
use crate::output::human::counted;
use crate::output::sanitize::clean;

/// Fetches, or says what would be fetched.
pub fn run(context: &Context, args: &FetchArgs) -> Result<u8, CliError> {
    if !context.corpus.is_dir() {
        let message = format!("{}: no such corpus folder", context.corpus.display());
        return Err(CliError::user(message).hint("begin one: `citemap build 2309.10020`"));
    }
    let done = fetch_missing(context, &args.keys, &args.options)?;
    done.write(context, &args.options)?;
    Ok(done.status())
}

/// What a fetch did and what there was to do.
pub struct Done {
    plan: Plan,
    report: Report,
    /// Time that the jobs take at least.
    estimate: Duration,
    dry: bool,
}

/// Plans and fetches.
pub fn fetch_missing(
    context: &Context,
    keys: &[String],
    options: &FetchOptions,
) -> Result<Done, CliError> {
    let bibliography =
        Bibliography::load(&context.corpus).map_err(|e| CliError::user(chain(&e)))?;
    let form = match options.source {
        FetchForm::Pdf => Form::Pdf,
        FetchForm::Html => Form::Html,
        FetchForm::Tex => Form::Tex,
    };
    let net = Net::new(context);
    let mut ledger = net.ledger()?;
    let present = present(context, &bibliography, form)?;
    let wish =
        Wish { bibliography: &bibliography, present: &present, keys, form, now: now() };
    let mut plan = fetch::plan(&wish, &net.addresses, &net.policy, &ledger);
    if !plan.unknown.is_empty() {
        let names = plan.unknown.join("`, `");
        return Err(CliError::user(format!("papers.bib has no entry `{names}`"))
            .hint("keys are the words behind `@article{`; `citemap add` makes entries"));
    }
    plan.jobs.truncate(options.limit.unwrap_or(usize::MAX));
    let mut licences = licences::open_works(context, &bibliography, &ledger, keys);
    licences.truncate(options.limit.unwrap_or(usize::MAX));
    let requests = (plan.jobs.len() + licences.len()) as u32;
    let estimate = net.policy.interval.mul_f64(1.05) * requests;
    let dry = options.dry_run || options.offline;
    if !dry && !plan.unsettled.is_empty() {
        fetch::run::settle(&plan.unsettled, &mut ledger, &context.corpus, now())?;
    }
    let mut report = Report::default();
    if dry {
        return Ok(Done { plan, report, estimate, dry });
    }
    stop_on_interrupt();
    if !plan.jobs.is_empty() {
        report = fetch_jobs(context, &net, &plan, &mut ledger)?;
        name_files(context, &report)?;
    }
    if report.stop.is_none() {
        licences::ask(context, &net, &mut ledger, &licences)?;
    }
    Ok(Done { plan, report, estimate, dry })
}

fn fetch_jobs(
    context: &Context,
    net: &Net,
    plan: &Plan,
    ledger: &mut Ledger,
) -> Result<Report, CliError> {
    let clock = net::clock();
    let mut client = net.client(context, &clock)?;
    // Another process may have fetched while this one waited for its turn.
    *ledger = net.ledger()?;
    let came_meanwhile = |job: &&Job| {
        let arrived = ledger.arrival(&job.key, job.form.name());
        let path = arrived.and_then(|record| record.path.as_ref());
        let conditional = job.ask.etag.is_some() || job.ask.modified.is_some();
        !conditional && path.is_some_and(|path| context.corpus.join(path).is_file())
    };
    let jobs: Vec<Job> =
        plan.jobs.iter().filter(|job| !came_meanwhile(job)).cloned().collect();
    let total = jobs.len() as u64;
    let line = RefCell::new(ProgressLine::start(context.ui.progress, "fetching", total));
    let mut told = |progress: Progress<'_>| match progress {
        Progress::Job { n, total, job } => {
            line.borrow_mut().step(n as u64, total as u64, &job.title);
        }
        Progress::Waiting { time, status } => context.ui.note(&format!(
            "citemap: the server asks to slow down (HTTP {status}): waiting {}",
            lasting(time)
        )),
        Progress::Got { job, bytes } => context.ui.detail(&format!(
            "{}: {} kB from {}",
            clean(&job.key),
            bytes.div_ceil(1000),
            clean(&job.url)
        )),
        Progress::Failed { failure } => context.ui.note(&said(failure)),
    };
    let report =
        fetch::run(&jobs, &mut client, ledger, &context.corpus, &clock, &mut told)?;
    line.into_inner().end();
    Ok(report)
}

/// Works whose file is there: by name and `file` field, and by what the last index run found.
fn present(
    context: &Context,
    bibliography: &Bibliography,
    form: Form,
) -> Result<BTreeSet<String>, CliError> {
    let known = Known::new(bibliography, &context.corpus);
    let found = walk::walk(&context.corpus).map_err(|e| CliError::user(e.to_string()))?;
    let fits = |format: Format| match form {
        Form::Pdf => format != Format::Jsonl,
        Form::Html => format == Format::Html,
        Form::Tex => format == Format::Tex,
    };
    let mut states: BTreeMap<String, String> = BTreeMap::new();
    if let Ok(root) = Root::open(&context.index)
        && let Ok(Some(live)) = root.live()
        && let Some(snapshot) = Snapshot::load(&live)
    {
        for file in snapshot.files {
            if let FileState::Indexed { key, .. } | FileState::Spare { key, .. } =
                file.state
            {
                states.insert(file.path, key);
            }
        }
    }
    let mut present = BTreeSet::new();
    for file in found.files.iter().filter(|f| fits(f.format)) {
        let path = file.path.to_string_lossy();
        match identify(&known, &Facts::of(&file.path)) {
            (_, Belongs::Own) => present.extend(states.get(path.as_ref()).cloned()),
            (key, _) => {
                present.insert(key.0);
            }
        }
    }
    Ok(present)
}

/// A file whose name does not tell its work is named by the entry's `file` field.
fn name_files(context: &Context, report: &Report) -> Result<(), CliError> {
    let mut text =
        BibText::load(&context.corpus).map_err(|e| CliError::user(chain(&e)))?;
    let known = Known::new(&text.parse(), &context.corpus);
    for (key, path) in &report.got {
        let (told, _) = identify(&known, &Facts::of(path));
        if told.0 != *key {
            text.set_field(key, "file", &path.to_string_lossy());
        }
    }
    text.save(&context.corpus).map_err(|e| CliError::user(chain(&e)))
}

impl Done {
    /// The exit status: 2 if a paper did not come, now or before.
    pub fn status(&self) -> u8 {
        if self.report.stop == Some(Stop::Interrupted) {
            return INTERRUPTED;
        }
        let failed = !self.report.failed.is_empty() || self.report.stop.is_some();
        if !self.dry && (failed || self.earlier().next().is_some()) {
            return TROUBLE;
        }
        FOUND
    }

    /// True if the person stopped it.
    pub fn interrupted(&self) -> bool {
        self.report.stop == Some(Stop::Interrupted)
    }

    /// Papers that failed before and are not due yet, or whose id leads elsewhere.
    fn earlier(&self) -> impl Iterator<Item = (&str, String, Option<u64>)> {
        self.plan.without.iter().filter_map(|(key, why)| match why {
            Without::NotYet { reason, retry_at } => {
                Some((key.as_str(), reason.clone(), Some(*retry_at)))
            }
            Without::Mismatch { reason } => Some((key.as_str(), reason.clone(), None)),
            _ => None,
        })
    }

    /// Says what was done; as JSON if that was asked for.
    pub fn write(
        &self,
        context: &Context,
        options: &FetchOptions,
    ) -> Result<(), CliError> {
        if context.global.json {
            return self.write_json(context);
        }
        if self.dry {
            return self.write_plan(context, options);
        }
        self.say(context);
        Ok(())
    }

    /// Says what was done, for a person.
    pub fn say(&self, context: &Context) {
        let ui = &context.ui;
        for (key, reason, retry_at) in self.earlier() {
            let reason = clean(&reason);
            let when = retry_at.map(|at| format!("; {}", when(at))).unwrap_or_default();
            ui.note(&format!("citemap: {}: {reason}{when}", clean(key)));
        }
        match &self.report.stop {
            Some(Stop::Denied { host }) => ui.note(&format!(
                "citemap: {} denies access (HTTP 403): stopped at once, because going on would be taken for an attack\nhint: set your mail address (`contact` in [fetch] of citemap.toml), wait a day, then `citemap fetch` goes on",
                clean(host)
            )),
            Some(Stop::Busy { status, retry_at }) => ui.note(&format!(
                "citemap: the server is too busy (HTTP {status}): stopped; `citemap fetch` goes on where this stopped, {}",
                when(*retry_at)
            )),
            Some(Stop::Unreachable { reason }) => ui.note(&format!(
                "citemap: {}: stopped\nhint: {}; when it is, `citemap fetch` goes on; PDFs from elsewhere may lie anywhere below {}",
                clean(reason),
                net::ONLINE,
                clean(&context.corpus.to_string_lossy())
            )),
            Some(Stop::Interrupted) => {
                ui.note("citemap: interrupted: `citemap fetch` goes on where this stopped");
            }
            None => {}
        }
        let mut parts = vec![format!("{} fetched", self.report.got.len())];
        let failed = self.report.failed.len() + self.earlier().count();
        for (n, what) in [
            (self.plan.n_present, "there already"),
            (self.report.unchanged.len(), "unchanged"),
            (failed, "failed"),
            (self.report.left.len(), "left"),
            (self.n_sourceless(), "without an arXiv id or address that may be asked"),
        ] {
            if n > 0 {
                parts.push(format!("{n} {what}"));
            }
        }
        ui.note(&format!("fetch: {}", parts.join(", ")));
    }

    fn n_sourceless(&self) -> usize {
        let none = |(_, why): &&(String, Without)| {
            matches!(why, Without::NoSource | Without::Host { .. })
        };
        self.plan.without.iter().filter(none).count()
    }

    fn write_plan(
        &self,
        context: &Context,
        options: &FetchOptions,
    ) -> Result<(), CliError> {
        let mut out = context.ui.out();
        for job in &self.plan.jobs {
            writeln!(out, "{}\t{}", clean(&job.key), clean(&job.url))?;
        }
        out.flush()?;
        self.say_plan(context, options);
        Ok(())
    }

    /// Says how much there is to get and how long it takes at least.
    pub fn say_plan(&self, context: &Context, options: &FetchOptions) {
        let papers = counted(self.plan.jobs.len() as u64, "paper");
        let time = lasting(self.estimate);
        let offline = if options.offline { " (offline: nothing was asked)" } else { "" };
        context.ui.note(&format!("fetch: {papers} to get, at least {time}{offline}"));
        if self.n_sourceless() > 0 {
            let n = counted(self.n_sourceless() as u64, "entry");
            context.ui.note(
                &format!("fetch: {n} without an arXiv id or address that may be asked")
                    .replace("entrys", "entries"),
            );
        }
    }

    fn write_json(&self, context: &Context) -> Result<(), CliError> {
        let report = &self.report;
        let jobs: Vec<_> =
            self.plan.jobs.iter().map(|j| json!({"key": j.key, "url": j.url})).collect();
        let got: Vec<_> = report
            .got
            .iter()
            .map(|(key, path)| json!({"key": key, "path": path}))
            .collect();
        let mut failed: Vec<_> = report
            .failed
            .iter()
            .map(|f| json!({"key": f.key, "url": f.url, "reason": f.reason, "retry_at": f.retry_at}))
            .collect();
        failed.extend(self.earlier().map(
            |(key, reason, retry_at)| json!({"key": key, "reason": reason, "retry_at": retry_at}),
        ));
        let sourceless: Vec<_> = self
            .plan
            .without
            .iter()
            .filter_map(|(key, why)| match why {
                Without::NoSource => Some(json!({"key": key, "reason": "no arXiv id or address of a PDF"})),
                Without::Host { host } => Some(json!({"key": key, "reason": format!("`{host}` is not in allow_hosts")})),
                _ => None,
            })
            .collect();
        let object = json!({
            "version": 1, "dry_run": self.dry, "planned": jobs,
            "estimate_s": self.estimate.as_secs(), "present": self.plan.n_present,
            "fetched": got, "unchanged": report.unchanged, "failed": failed,
            "left": report.left, "without_source": sourceless,
        });
        let mut out = context.ui.out();
        writeln!(out, "{object}")?;
        out.flush()?;
        Ok(())
    }
}

fn said(failure: &Failure) -> String {
    format!(
        "citemap: {}: {}; {}",
        clean(&failure.key),
        clean(&failure.reason),
        when(failure.retry_at)
    )
}

/// When something may be tried again.
fn when(at: u64) -> String {
    match at.saturating_sub(now()) {
        0 => "may be tried again now".into(),
        seconds => {
            format!("may be tried again in {}", lasting(Duration::from_secs(seconds)))
        }
    }
}

/// A time in the unit that fits it.
fn lasting(time: Duration) -> String {
    match time.as_secs() {
        0 => "a moment".into(),
        s @ 1..=119 => format!("{s} s"),
        s @ 120..=7199 => format!("{} min", s.div_ceil(60)),
        s @ 7200..=172_799 => format!("{} hours", s.div_ceil(3600)),
        s => format!("{} days", s.div_ceil(86_400)),
    }
}
