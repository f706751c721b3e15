//! What a run may ask, whom, and how often.
//!
//! In: settings as plain values. Out: answers to "may this address be asked?". Only http and https,
//! only hosts that the settings name, no address in a private range unless the settings name its
//! host themselves.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use url::{Host, Url};

/// arxiv.org's robots.txt asks for 15 seconds between requests; export.arxiv.org is the host for programs.
const ARXIV_MAIN_SITE: (&str, Duration) = ("arxiv.org", Duration::from_secs(15));

/// The rules of a run.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Mail address in the User-Agent; empty: none.
    pub contact: String,
    /// Time between two requests to one host.
    pub interval: Duration,
    /// Time for one request, body included.
    pub timeout: Duration,
    /// Largest body accepted.
    pub max_bytes: u64,
    /// Hosts that may be asked, `name` or `name:port`.
    pub allow_hosts: Vec<String>,
    /// Hosts among them that may lie in a private range.
    pub private_hosts: Vec<String>,
}

/// Why an address is not asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is no address.
    #[error("`{url}` is no address")]
    NoAddress {
        /// As given.
        url: String,
    },
    /// Neither http nor https.
    #[error("`{url}`: only http and https are asked")]
    Scheme {
        /// As given.
        url: String,
    },
    /// From https to http.
    #[error("`{url}`: a redirect from https to http")]
    Downgrade {
        /// Where to.
        url: String,
    },
    /// It carries a name or password.
    #[error("`{host}`: an address with a user name is not asked")]
    Credentials {
        /// The host.
        host: String,
    },
    /// The settings do not name the host.
    #[error("`{host}` is not among the hosts that may be asked")]
    Host {
        /// The host, with its port if it is not the usual one.
        host: String,
    },
    /// It lies in a private range.
    #[error("`{host}` leads to {address}, a private address")]
    Private {
        /// The host.
        host: String,
        /// What it resolves to.
        address: IpAddr,
    },
}

impl Policy {
    /// Reads an address and checks everything that can be told before the name is resolved.
    pub fn check(&self, text: &str) -> Result<Url, Refusal> {
        let url =
            Url::parse(text).map_err(|_| Refusal::NoAddress { url: text.to_string() })?;
        self.check_url(&url)?;
        Ok(url)
    }

    /// Checks everything that can be told before the name is resolved.
    pub fn check_url(&self, url: &Url) -> Result<(), Refusal> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Refusal::Scheme { url: url.to_string() });
        }
        let Some(host) = url.host() else {
            return Err(Refusal::NoAddress { url: url.to_string() });
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refusal::Credentials { host: host.to_string() });
        }
        let name = host_and_port(url);
        if !self.allow_hosts.iter().any(|h| h.eq_ignore_ascii_case(&name)) {
            return Err(Refusal::Host { host: name });
        }
        let literal = match host {
            Host::Ipv4(ip) => Some(IpAddr::V4(ip)),
            Host::Ipv6(ip) => Some(IpAddr::V6(ip)),
            Host::Domain(_) => None,
        };
        literal.map_or(Ok(()), |ip| self.check_address(&host.to_string(), ip))
    }

    /// Checks what a host resolved to.
    pub fn check_address(&self, host: &str, address: IpAddr) -> Result<(), Refusal> {
        let named = |h: &String| {
            let bare = h.rsplit_once(':').map_or(h.as_str(), |(bare, port)| {
                let is_port = port.bytes().all(|b| b.is_ascii_digit());
                if is_port { bare } else { h.as_str() }
            });
            bare.eq_ignore_ascii_case(host) || h.eq_ignore_ascii_case(host)
        };
        if is_private(address) && !self.private_hosts.iter().any(named) {
            return Err(Refusal::Private { host: host.into(), address });
        }
        Ok(())
    }

    /// The User-Agent header.
    pub fn user_agent(&self) -> String {
        let name = concat!("citemap/", env!("CARGO_PKG_VERSION"));
        let contact: String =
            self.contact.chars().filter(|c| c.is_ascii_graphic()).collect();
        match contact.is_empty() {
            true => name.into(),
            false => format!("{name} (mailto:{contact})"),
        }
    }

    /// Time between two requests to that host.
    pub fn interval_of(&self, host: &str) -> Duration {
        let (site, least) = ARXIV_MAIN_SITE;
        if host == site { self.interval.max(least) } else { self.interval }
    }
}

/// `name`, or `name:port` where the port is not the usual one.
pub fn host_and_port(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_string(),
    }
}

/// True for addresses that lead to this machine, its network, or nowhere on the open net.
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(ip) => is_private_v4(ip),
        IpAddr::V6(ip) => is_private_v6(ip),
    }
}

fn is_private_v4(ip: Ipv4Addr) -> bool {
    let [a, b, c, _] = ip.octets();
    ip.is_loopback()
        || ip.is_private()
        || ip.is_link_local()
        || ip.is_broadcast()
        || ip.is_documentation()
        || ip.is_multicast()
        || a == 0
        || a >= 240
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (18..20).contains(&b))
}

fn is_private_v6(ip: Ipv6Addr) -> bool {
    let s = ip.segments();
    let v4 = |hi: u16, lo: u16| {
        let ([a, b], [c, d]) = (hi.to_be_bytes(), lo.to_be_bytes());
        is_private_v4(Ipv4Addr::new(a, b, c, d))
    };
    if ip.is_loopback() || ip.is_unspecified() || ip.is_multicast() {
        return true;
    }
    match s {
        // IPv4 in IPv6: mapped, compatible, NAT64, 6to4.
        [0, 0, 0, 0, 0, 0xffff | 0, hi, lo] => v4(hi, lo),
        [0x64, 0xff9b, 0, 0, 0, 0, hi, lo] => v4(hi, lo),
        [0x2002, hi, lo, ..] => v4(hi, lo),
        // Unique local, link local, site local, documentation.
        [a, b, ..] => {
            a & 0xfe00 == 0xfc00
                || a & 0xffc0 == 0xfe80
                || a & 0xffc0 == 0xfec0
                || (a == 0x2001 && b == 0x0db8)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy {
            contact: "me@example.org".into(),
            interval: Duration::from_secs(3),
            timeout: Duration::from_secs(60),
            max_bytes: 1 << 20,
            allow_hosts: ["export.arxiv.org", "127.0.0.1:81", "10.0.0.1", "[::1]:82"]
                .map(String::from)
                .into(),
            private_hosts: ["127.0.0.1:81".into(), "[::1]:82".into()].into(),
        }
    }

    #[test]
    fn only_named_hosts_are_asked() {
        for (url, fine) in [
            ("https://export.arxiv.org/pdf/1", true),
            ("https://EXPORT.arXiv.org/pdf/1", true),
            ("https://export.arxiv.org:444/pdf/1", false),
            ("https://export.arxiv.org.evil.net/", false),
            ("https://me@export.arxiv.org/", false),
            ("https://export.arxiv.org@evil.net/", false),
            ("file:///etc/passwd", false),
            ("ftp://export.arxiv.org/", false),
            ("http://127.0.0.1:81/x", true),
            ("http://0x7f.1:81/x", true),
            ("http://127.0.0.1:82/x", false),
            ("http://127.0.0.1/x", false),
            ("http://10.0.0.1/", false),
            ("http://[::1]:82/", true),
            ("no address", false),
        ] {
            assert_eq!(policy().check(url).is_ok(), fine, "{url}");
        }
    }

    #[test]
    fn names_that_lead_inside_are_refused() {
        let host = "export.arxiv.org";
        for (ip, private) in [
            ("127.0.0.1", true),
            ("10.1.2.3", true),
            ("172.16.0.1", true),
            ("192.168.1.1", true),
            ("169.254.169.254", true),
            ("100.64.0.1", true),
            ("0.0.0.0", true),
            ("::1", true),
            ("fe80::1", true),
            ("fd00::1", true),
            ("::ffff:10.0.0.1", true),
            ("64:ff9b::7f00:1", true),
            ("2002:7f00:1::", true),
            ("128.84.21.199", false),
            ("2607:f8b0::1", false),
        ] {
            let verdict = policy().check_address(host, ip.parse().unwrap());
            assert_eq!(verdict.is_err(), private, "{ip}");
        }
    }

    #[test]
    fn it_says_who_asks() {
        let agent = policy().user_agent();
        assert!(
            agent.starts_with("citemap/") && agent.ends_with(" (mailto:me@example.org)")
        );
    }
}
