//! One polite HTTP client: one connection, the pace of [`Pace`], redirects followed by hand.
//!
//! In: an address. Out: its body in a writer, or why not. Every address, the first and each
//! redirect's, is checked against [`Policy`], and so is what its name resolves to: the connection
//! goes to the very addresses that were checked.

use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ureq::http::{HeaderMap, Response, Uri};
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};
use ureq::{Agent, Body};
use url::Url;

use super::pace::{Clock, Pace};
use super::policy::{Policy, Refusal, host_and_port};

/// Redirects followed for one paper.
const MAX_REDIRECTS: usize = 5;

/// What a request gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The address that answered.
    pub url: String,
    /// HTTP status: 200, or 304 where the file that we have is the newest.
    pub status: u16,
    /// Content type, without parameters.
    pub content_type: Option<String>,
    /// The server's tag.
    pub etag: Option<String>,
    /// The server's date of the file.
    pub modified: Option<String>,
    /// Bytes written.
    pub bytes: u64,
    /// The server said how long it would be.
    pub announced: bool,
}

/// Why a request gave nothing.
#[derive(Debug, thiserror::Error)]
pub enum GetError {
    /// The address may not be asked.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A redirect leads where we may not go.
    #[error("redirected to `{to}`: {refusal}")]
    Redirected {
        /// Where to.
        to: String,
        /// Why not.
        refusal: Refusal,
    },
    /// Round and round.
    #[error("more than {MAX_REDIRECTS} redirects")]
    TooManyRedirects,
    /// 429 or 503.
    #[error("the server asks to slow down (HTTP {status})")]
    Busy {
        /// 429 or 503.
        status: u16,
        /// When to come back, if it said so.
        retry_after: Option<Duration>,
    },
    /// 403: to go on would be taken for an attack.
    #[error("the server denies access (HTTP 403)")]
    Denied {
        /// The host.
        host: String,
    },
    /// Another status.
    #[error("HTTP {status}{}", if *.status == 404 { " (not found)" } else { "" })]
    Status {
        /// HTTP status.
        status: u16,
    },
    /// The body ended early.
    #[error("the connection broke off after {got} of {wanted} bytes")]
    BrokeOff {
        /// Bytes that came.
        got: u64,
        /// Bytes announced.
        wanted: u64,
    },
    /// The body is larger than the settings allow.
    #[error("larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: u64,
    },
    /// It took too long.
    #[error("no full answer within {} s", .limit.as_secs_f32())]
    TooSlow {
        /// The limit.
        limit: Duration,
    },
    /// No server was spoken to.
    #[error("`{host}` cannot be reached ({})", plain(.why))]
    Unreachable {
        /// Host, and port if the address has one.
        host: String,
        /// Why.
        why: Box<ureq::Error>,
    },
    /// The net failed.
    #[error("{}", plain(.0))]
    Net(Box<ureq::Error>),
    /// The file cannot be written.
    #[error("cannot write: {0}")]
    Disk(#[source] io::Error),
    /// The person wants to stop.
    #[error("interrupted")]
    Interrupted,
}

/// What to send along.
#[derive(Clone, Debug, Default)]
pub struct Ask {
    /// The tag of the file that we have.
    pub etag: Option<String>,
    /// Its date.
    pub modified: Option<String>,
    /// A key, as header name and value.
    pub secret: Option<(String, String)>,
}

/// The client.
pub struct Client<'a> {
    policy: Arc<Policy>,
    agent: Agent,
    pace: Pace,
    clock: &'a Clock<'a>,
}

impl<'a> Client<'a> {
    /// Opens the client on the pace kept in `folder`, waiting while another process has it.
    ///
    /// # Errors
    /// If the folder cannot be used, or the person stops.
    pub fn open(
        policy: Policy,
        folder: &Path,
        clock: &'a Clock<'a>,
        mut waiting: impl FnMut(),
    ) -> Result<Self, GetError> {
        let mut said = false;
        let pace = loop {
            if let Some(pace) = Pace::try_open(folder).map_err(GetError::Disk)? {
                break pace;
            }
            if !said {
                waiting();
                said = true;
            }
            if !(clock.wait)(Duration::from_millis(100)) {
                return Err(GetError::Interrupted);
            }
        };
        let policy = Arc::new(policy);
        let config = Agent::config_builder()
            .timeout_global(Some(policy.timeout))
            .timeout_connect(Some(policy.timeout.min(Duration::from_secs(20))))
            .max_redirects(0)
            .max_redirects_will_error(false)
            .http_status_as_error(false)
            .max_idle_connections(1)
            .max_idle_connections_per_host(1)
            .max_idle_age(Duration::from_secs(30))
            // A proxy would resolve names itself, unchecked.
            .proxy(None)
            .user_agent(policy.user_agent())
            // Sizes are those of the net; nothing unpacks on the way.
            .accept_encoding("identity")
            .build();
        let resolver =
            Guarded { policy: policy.clone(), inner: DefaultResolver::default() };
        let agent = Agent::with_parts(config, DefaultConnector::default(), resolver);
        Ok(Self { policy, agent, pace, clock })
    }

    /// The rules.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// How long until `url` may be asked.
    pub fn wait_for(&self, url: &str) -> Duration {
        let Ok(url) = self.policy.check(url) else { return Duration::ZERO };
        let host = url.host_str().unwrap_or_default();
        self.pace.wait_for(host, self.policy.interval_of(host), (self.clock.now_ms)())
    }

    /// Notes that the host of `url` wants to be left alone.
    pub fn rest(&mut self, url: &str, time: Duration) -> io::Result<()> {
        let Ok(url) = self.policy.check(url) else { return Ok(()) };
        self.pace.rest(url.host_str().unwrap_or_default(), (self.clock.now_ms)(), time)
    }

    /// Gets `url` into `sink`, after the wait that its host's pace asks for.
    ///
    /// # Errors
    /// Every way in which no full body with status 200 came, and no 304.
    pub fn get(
        &mut self,
        url: &str,
        ask: &Ask,
        sink: &mut dyn Write,
    ) -> Result<Answer, GetError> {
        let mut url = self.policy.check(url)?;
        for _ in 0..=MAX_REDIRECTS {
            let response = self.send(&url, ask)?;
            let status = response.status().as_u16();
            if matches!(status, 301 | 302 | 303 | 307 | 308) {
                url = self.next_url(&url, response.headers())?;
                continue;
            }
            return self.take(&url, response, sink);
        }
        Err(GetError::TooManyRedirects)
    }

    fn send(&mut self, url: &Url, ask: &Ask) -> Result<Response<Body>, GetError> {
        let host = url.host_str().unwrap_or_default().to_string();
        let interval = self.policy.interval_of(&host);
        let wait = self.pace.wait_for(&host, interval, (self.clock.now_ms)());
        if !wait.is_zero() && !(self.clock.wait)(wait) || (self.clock.stopped)() {
            return Err(GetError::Interrupted);
        }
        self.pace.mark(&host, (self.clock.now_ms)()).map_err(GetError::Disk)?;
        let mut request = self.agent.get(url.as_str());
        if let Some(tag) = &ask.etag {
            request = request.header("if-none-match", tag);
        }
        if let Some(date) = &ask.modified {
            request = request.header("if-modified-since", date);
        }
        if let Some((name, value)) = &ask.secret {
            request = request.header(name.as_str(), value.as_str());
        }
        let answer = request.call();
        self.pace.mark(&host, (self.clock.now_ms)()).map_err(GetError::Disk)?;
        answer.map_err(|e| match self.fault(e) {
            GetError::Net(why) if nobody_answered(&why) => {
                GetError::Unreachable { host: host_and_port(url), why }
            }
            fault => fault,
        })
    }

    fn next_url(&self, from: &Url, headers: &HeaderMap) -> Result<Url, GetError> {
        let to = text(headers, "location").unwrap_or_default();
        let refused = |to: String, refusal| GetError::Redirected { to, refusal };
        let Ok(url) = from.join(&to) else {
            return Err(refused(to.clone(), Refusal::NoAddress { url: to }));
        };
        if from.scheme() == "https" && url.scheme() == "http" {
            let to = url.to_string();
            return Err(refused(to.clone(), Refusal::Downgrade { url: to }));
        }
        match self.policy.check_url(&url) {
            Ok(()) => Ok(url),
            Err(refusal) => Err(refused(url.to_string(), refusal)),
        }
    }

    fn take(
        &mut self,
        url: &Url,
        response: Response<Body>,
        sink: &mut dyn Write,
    ) -> Result<Answer, GetError> {
        let status = response.status().as_u16();
        let (head, body) = response.into_parts();
        let headers = head.headers;
        match status {
            200 | 304 => {}
            403 => {
                let host = url.host_str().unwrap_or_default().to_string();
                return Err(GetError::Denied { host });
            }
            429 | 503 => {
                let after = text(&headers, "retry-after");
                let now = (self.clock.now_ms)() / 1000;
                let retry_after = after.and_then(|text| retry_after(&text, now));
                return Err(GetError::Busy { status, retry_after });
            }
            status => return Err(GetError::Status { status }),
        }
        let encoded = headers.contains_key("content-encoding");
        let announced: Option<u64> =
            text(&headers, "content-length").and_then(|t| t.trim().parse().ok());
        let limit = self.policy.max_bytes;
        if announced.is_some_and(|n| n > limit) {
            return Err(GetError::TooLarge { limit });
        }
        let wanted = announced.filter(|_| !encoded && status == 200);
        let bytes = if status == 304 { 0 } else { self.copy(body, wanted, limit, sink)? };
        let host = url.host_str().unwrap_or_default().to_string();
        self.pace.mark(&host, (self.clock.now_ms)()).map_err(GetError::Disk)?;
        let content_type = text(&headers, "content-type")
            .map(|t| t.split(';').next().unwrap_or_default().trim().to_lowercase());
        Ok(Answer {
            url: url.to_string(),
            status,
            content_type,
            etag: text(&headers, "etag"),
            modified: text(&headers, "last-modified"),
            bytes,
            announced: wanted.is_some(),
        })
    }

    fn copy(
        &self,
        body: Body,
        wanted: Option<u64>,
        limit: u64,
        sink: &mut dyn Write,
    ) -> Result<u64, GetError> {
        let mut reader = body.into_reader();
        let mut buffer = vec![0; 64 * 1024];
        let mut got = 0u64;
        loop {
            if (self.clock.stopped)() {
                return Err(GetError::Interrupted);
            }
            let n = match reader.read(&mut buffer) {
                Ok(0) => break,
                Ok(n) => n,
                Err(e) if e.kind() == io::ErrorKind::Interrupted => continue,
                Err(e) => {
                    return Err(match (self.fault(ureq::Error::from(e)), wanted) {
                        (GetError::Net(_), Some(wanted)) => {
                            GetError::BrokeOff { got, wanted }
                        }
                        (fault, _) => fault,
                    });
                }
            };
            got += n as u64;
            if got > limit {
                return Err(GetError::TooLarge { limit });
            }
            sink.write_all(&buffer[..n]).map_err(GetError::Disk)?;
        }
        match wanted {
            Some(wanted) if got != wanted => Err(GetError::BrokeOff { got, wanted }),
            _ => Ok(got),
        }
    }

    fn fault(&self, error: ureq::Error) -> GetError {
        let limit = self.policy.timeout;
        match error {
            ureq::Error::Timeout(_) => GetError::TooSlow { limit },
            ureq::Error::Io(e) if e.kind() == io::ErrorKind::TimedOut => {
                GetError::TooSlow { limit }
            }
            ureq::Error::Other(inner) => match inner.downcast::<Refusal>() {
                Ok(refusal) => GetError::Refused(*refusal),
                Err(inner) => GetError::Net(Box::new(ureq::Error::Other(inner))),
            },
            error => GetError::Net(Box::new(error)),
        }
    }
}

/// What went wrong, in the words of the system where they are its own.
fn plain(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Io(e) => e.to_string(),
        error => error.to_string(),
    }
}

/// True if the name has no address, or no connection came about.
fn nobody_answered(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed => true,
        ureq::Error::Io(e) => !matches!(
            e.kind(),
            io::ErrorKind::ConnectionReset
                | io::ErrorKind::ConnectionAborted
                | io::ErrorKind::BrokenPipe
                | io::ErrorKind::UnexpectedEof
        ),
        _ => false,
    }
}

/// Resolves names and lets no connection be made to what the policy refuses.
#[derive(Debug)]
struct Guarded {
    policy: Arc<Policy>,
    inner: DefaultResolver,
}

impl Resolver for Guarded {
    fn resolve(
        &self,
        uri: &Uri,
        config: &ureq::config::Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let found = self.inner.resolve(uri, config, timeout)?;
        let host = uri.host().unwrap_or_default();
        for address in &found {
            self.policy
                .check_address(host, address.ip())
                .map_err(|refusal| ureq::Error::Other(Box::new(refusal)))?;
        }
        Ok(found)
    }
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_string)
}

/// Reads `Retry-After`: seconds, or a date as HTTP writes it.
pub fn retry_after(text: &str, now_s: u64) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds.min(7 * 24 * 3600)));
    }
    let at = http_date(text)?;
    Some(Duration::from_secs(at.saturating_sub(now_s).min(7 * 24 * 3600)))
}

/// Seconds since 1970 of `Sun, 06 Nov 1994 08:49:37 GMT`.
fn http_date(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov",
        "Dec",
    ];
    let parts: Vec<&str> = text.split_whitespace().collect();
    let [_, day, month, year, time, "GMT"] = parts.as_slice() else { return None };
    let month = MONTHS.iter().position(|m| m == month)? as i64 + 1;
    let (day, year): (i64, i64) = (day.parse().ok()?, year.parse().ok()?);
    let time: Vec<i64> = time.split(':').filter_map(|t| t.parse().ok()).collect();
    let [hour, minute, second] = time.as_slice() else { return None };
    // Days from civil, Howard Hinnant's algorithm.
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let of_era = y - era * 400;
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let days =
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    u64::try_from(days * 86_400 + hour * 3600 + minute * 60 + second).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_in_both_forms() {
        assert_eq!(retry_after("120", 0), Some(Duration::from_secs(120)));
        let date = "Sun, 06 Nov 1994 08:49:37 GMT";
        assert_eq!(retry_after(date, 784_111_777 - 60), Some(Duration::from_secs(60)));
        assert_eq!(retry_after(date, 800_000_000), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", 0), None);
    }
}
