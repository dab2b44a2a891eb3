//! The connection to Clever: names, connections, the proxy, TLS.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use http::HeaderMap;
use url::{Host, Url};

use super::asker::{Work, together};
use super::certificate::Certificate;
use super::report::{Finding, Level};
use crate::clock::{self, Instant};
use crate::config::Config;
use crate::config::proxies::Proxy;
use crate::error::{Error, ErrorCode, quote};
use crate::protocol::address::is_loopback;
use crate::transport::{Shown, Witness, failure, probe};

/// The time for a proxy to respond. The response only adds details about a failure, so slower ones are not waited for.
const OF_A_TUNNEL: Duration = Duration::from_secs(3);
/// A certificate with fewer days left needs renewal.
const FEW_DAYS: i64 = 14;
/// Vendors of products that inspect TLS, as their certificates name them.
const INSPECTORS: &str = "\
    avast|barracuda|bitdefender|blocksi|bluecoat|check point|cisco umbrella|contentkeeper|deledao|\
    eset ssl|forcepoint|fortinet|iboss|kaspersky|lightspeed|linewize|mitmproxy|netskope|palo alto|\
    securly|smoothwall|sonicwall|sophos|untangle|watchguard|zscaler";

/// The first machine on the way to a host: the host itself, or the proxy.
#[derive(PartialEq, Eq)]
struct Hop {
    host: String,
    port: u16,
    proxy: Option<Proxy>,
}

/// The issuer and the API, each with the error that happened there.
pub(super) type Failures<'a> = [(&'a str, Option<&'a Error>); 2];

/// The results for a hop.
pub(super) struct Reached {
    hop: Hop,
    addresses: Result<Vec<SocketAddr>, String>,
    /// The result of each connection, by address.
    connections: Vec<(SocketAddr, io::Result<()>)>,
    /// The response of an HTTP proxy to the request for a tunnel.
    tunnel: Option<Tunnel>,
}

struct Tunnel {
    to: String,
    status: u16,
    headers: HeaderMap,
}

/// Looks up and connects to each host.
pub(super) async fn of(config: &Config, deadline: Instant) -> Vec<Reached> {
    let mut hops: Vec<(Hop, &str)> = Vec::new();
    for base in [&config.issuer, &config.api_base] {
        if let Some(hop) = Hop::to(base, config).filter(|hop| hops.iter().all(|(known, _)| known != hop)) {
            hops.push((hop, base));
        }
    }
    let works = hops.into_iter();
    together(works.map(|(hop, base)| -> Work<'_, Reached> { Box::pin(hop.reach(base, deadline)) }).collect())
        .await
}

impl Hop {
    fn to(base: &str, config: &Config) -> Option<Self> {
        let url = Url::parse(base).ok()?;
        let proxy = config.proxies.choose(&url).ok()?;
        let first = proxy.map_or(&url, Proxy::url);
        let host = first.host_str()?.to_owned();
        let port = first.port_or_known_default().unwrap_or(1080);
        Some(Self { host, port, proxy: proxy.cloned() })
    }

    /// Looks up and connects to the hop for `base`.
    async fn reach(self, base: &str, deadline: Instant) -> Reached {
        let addresses = match self.address() {
            Some(address) => Ok(vec![(address, self.port).into()]),
            None => probe::addresses(&self.host, self.port, deadline).await,
        };
        let known = addresses.as_deref().unwrap_or_default();
        let of_family = |is_new: bool| known.iter().find(|address| address.is_ipv6() == is_new).copied();
        let tried: Vec<_> = [false, true].into_iter().filter_map(of_family).collect();
        let results = tried
            .iter()
            .map(|address| -> Work<'_, io::Result<()>> { Box::pin(probe::connect(*address, deadline)) });
        let results = together(results.collect()).await;
        let connections: Vec<_> = tried.into_iter().zip(results).collect();
        let open = connections.iter().find(|(_, connected)| connected.is_ok()).map(|(address, _)| *address);
        let tunnel = match (self.tunnel_to(base), open) {
            (Some(to), Some(address)) => {
                probe::tunnel(address, &to, deadline.min(clock::now() + OF_A_TUNNEL))
                    .await
                    .map(|(status, headers)| Tunnel { to, status, headers })
            }
            _ => None,
        };
        Reached { hop: self, addresses, connections, tunnel }
    }

    /// The target of an HTTP proxy's tunnel for `base`, as host and port.
    fn tunnel_to(&self, base: &str) -> Option<String> {
        self.proxy.as_ref().filter(|proxy| proxy.url().scheme() == "http")?;
        let url = Url::parse(base).ok().filter(|url| url.scheme() == "https")?;
        Some(format!("{}:{}", url.host_str()?, url.port_or_known_default()?))
    }

    /// The host, if it is an IP address.
    fn address(&self) -> Option<IpAddr> {
        match Host::parse(&self.host).ok()? {
            Host::Ipv4(address) => Some(address.into()),
            Host::Ipv6(address) => Some(address.into()),
            Host::Domain(_) => None,
        }
    }

    fn name(&self) -> String {
        match &self.proxy {
            Some(proxy) => format!("the proxy {proxy}"),
            None => format!("{}:{}", self.host, self.port),
        }
    }
}

/// The findings, from these results and the failed requests.
pub(super) fn judged(
    reached: &[Reached],
    failures: &Failures<'_>,
    witness: Option<&Witness>,
    config: &Config,
) -> Vec<Finding> {
    let named = reached.iter().filter(|reached| reached.hop.address().is_none());
    let mut findings: Vec<_> = named.map(|reached| name(reached, config)).collect();
    findings.extend(reached.iter().filter(|reached| reached.addresses.is_ok()).map(|reached| {
        let leads_to = |base: &str| Hop::to(base, config).is_some_and(|hop| hop == reached.hop);
        let failed =
            failures.iter().find_map(|(base, error)| Some((*base, error.filter(|_| leads_to(base))?)));
        let failure = failed.map(|(_, failure)| failure);
        // No certificate came from behind the proxy, so the error is about the proxy's own TLS.
        let is_about_it = |base: &str| shown_at(base, witness).is_none();
        match (&reached.hop.proxy, failed) {
            (Some(proxy), Some((base, error)))
                if reached.is_open()
                    && error.code() == ErrorCode::NetworkTls
                    && proxy.url().scheme() == "https"
                    && is_about_it(base) =>
            {
                own_tls(error)
            }
            _ => connection(reached, failure, config),
        }
    }));
    let proxy_fails =
        findings.iter().any(|finding| finding.check == "proxy" && finding.level == Level::Problem);
    let mut hosts = Vec::new();
    for (base, failure) in failures {
        let host =
            base.strip_prefix("https://").and_then(|_| Url::parse(base).ok()?.host_str().map(str::to_owned));
        let Some(host) = host.filter(|host| !hosts.contains(host)) else { continue };
        let bare = host.trim_matches(['[', ']']);
        let hop = Hop::to(base, config).filter(|hop| hop.proxy.is_none());
        let is_reached =
            hop.is_some_and(|hop| reached.iter().any(|reached| reached.hop == hop && reached.is_open()));
        let code = failure.filter(|_| is_reached).map(Error::code);
        let is_silent = witness.is_some_and(|witness| witness.shown_by(bare).is_none());
        if code == Some(ErrorCode::NetworkConnect) {
            findings.push(ended_in_the_handshake(bare));
        } else if code == Some(ErrorCode::NetworkTimeout) && is_silent {
            findings.push(silent_in_the_handshake(bare));
        } else {
            let failure = failure.filter(|error| error.code() == ErrorCode::NetworkTls && !proxy_fails);
            findings.extend(tls(bare, failure, witness, config));
        }
        hosts.push(host);
    }
    findings
}

fn name(reached: &Reached, config: &Config) -> Finding {
    let host = &reached.hop.host;
    let count = |count: usize, family: &str| {
        format!("{count} {family} {}", if count == 1 { "address" } else { "addresses" })
    };
    match &reached.addresses {
        Ok(addresses) if !reached.is_open() && reached.leads_here() => Finding::problem(
            "name",
            &format_args!(
                "the name {host} leads to this machine itself ({}), and nothing responds there",
                addresses.iter().map(|address| address.ip().to_string()).collect::<Vec<_>>().join(", ")
            ),
            &"a web filter may block this name in the name server: ask its administrator to allow clever.com and \
              api.clever.com. If there is no filter, correct /etc/hosts",
        ),
        Ok(addresses) => {
            let new = addresses.iter().filter(|address| address.is_ipv6()).count();
            Finding::ok(
                "name",
                &format_args!("{host}: {}, {}", count(addresses.len() - new, "IPv4"), count(new, "IPv6")),
            )
        }
        Err(why) => {
            let of =
                reached.hop.proxy.as_ref().map(|proxy| format!(" of the proxy {proxy}")).unwrap_or_default();
            Finding::problem(
                "name",
                &format_args!("the name {host}{of} cannot be resolved: {why}"),
                &format_args!(
                    "check the spelling, and the name server of this machine or container (/etc/resolv.conf){}",
                    without_proxy(&reached.hop, config)
                ),
            )
        }
    }
}

/// The end of the advice about a connection without a proxy: the network may require one.
fn without_proxy(hop: &Hop, config: &Config) -> String {
    let mut bases = [&config.issuer, &config.api_base].into_iter();
    let base = bases.find(|base| hop.proxy.is_none() && Hop::to(base, config).is_some_and(|own| own == *hop));
    let url = base.and_then(|base| Url::parse(base).ok()).filter(|url| !is_loopback(url));
    let Some(url) = url else { return String::new() };
    let variable = if url.scheme() == "https" { "HTTPS_PROXY" } else { "HTTP_PROXY" };
    let why = config.proxies.why_unused(&url);
    why.map_or_else(
        || format!(". If your network requires a proxy, set {variable}"),
        |why| format!(". {why}: change this if your network requires a proxy"),
    )
}

impl Reached {
    fn is_open(&self) -> bool {
        self.connections.iter().any(|(_, connected)| connected.is_ok())
    }

    /// Whether the name of another machine leads to this one, as filters make it for names that they forbid.
    fn leads_here(&self) -> bool {
        let host = self.hop.host.trim_end_matches('.');
        let is_here = |ip: IpAddr| ip.is_loopback() || ip.is_unspecified();
        let found = self.addresses.as_deref().unwrap_or_default();
        host != "localhost"
            && !host.ends_with(".localhost")
            && !found.is_empty()
            && found.iter().all(|address| is_here(address.ip().to_canonical()))
    }

    /// Whether this system forbids the connection.
    fn is_forbidden(&self) -> bool {
        let is_denied = |error: &io::Error| error.kind() == io::ErrorKind::PermissionDenied;
        self.connections.iter().any(|(_, connected)| connected.as_ref().err().is_some_and(is_denied))
    }

    /// The results of the connections, in words.
    fn told(&self) -> String {
        let told = self.connections.iter().map(|(address, connected)| {
            let family = if address.is_ipv6() { "IPv6" } else { "IPv4" };
            match connected {
                Ok(()) => format!("{family} works"),
                Err(error) => format!("{family} ({}): {error}", address.ip()),
            }
        });
        told.collect::<Vec<_>>().join("; ")
    }
}

fn connection(reached: &Reached, failure: Option<&Error>, config: &Config) -> Finding {
    let (hop, told) = (&reached.hop, reached.told());
    let check = if hop.proxy.is_some() { "proxy" } else { "connect" };
    let found = format!("{}: {told}", hop.name());
    if !reached.is_open() {
        let advice = match &hop.proxy {
            _ if reached.is_forbidden() => {
                "this system forbids the connection: check SELinux (for a web server: setsebool -P httpd_can_network_connect 1), \
                 AppArmor, the sandbox of the service, and the firewall of this machine"
                    .to_owned()
            }
            Some(proxy) => format!(
                "check that the proxy runs, and that this setting has its address. To connect without it, {}",
                proxy.how_to_avoid()
            ),
            None => format!(
                "check the address, and the firewalls and routes between this machine and that one{}",
                without_proxy(hop, config)
            ),
        };
        return Finding::problem(check, &format_args!("no connection to {found}"), &advice);
    }
    match (&hop.proxy, failure) {
        // It accepts connections, but does not forward them.
        (Some(proxy), Some(error)) if error.code() == ErrorCode::NetworkConnect => {
            leads_nowhere(proxy, error, reached.tunnel.as_ref())
        }
        (Some(_), Some(error)) if error.code() == ErrorCode::NetworkTimeout => Finding::problem(
            check,
            &format_args!("{} accepts connections, but no response comes through it in time", hop.name()),
            &"check the kind of the proxy (http://, https:// or socks5h://), and whether it lets this server reach Clever's hosts",
        ),
        _ if reached.connections.iter().all(|(_, connected)| is_open_or_without_route(connected)) => {
            Finding::ok(check, &found)
        }
        _ => Finding::warning(
            check,
            &found,
            &"repair the network for these addresses, or remove them from the name: each new connection may try them first, and fail",
        ),
    }
}

/// The finding for a proxy that accepts connections but does not lead to Clever, with its response if that is known.
fn leads_nowhere(proxy: &Proxy, error: &Error, tunnel: Option<&Tunnel>) -> Finding {
    let said = error.detail().unwrap_or_default();
    let offered = tunnel.map(|tunnel| failure::offered(&tunnel.headers)).unwrap_or_default();
    if failure::cannot_be_used(&offered) && !error.retryable() {
        return Finding::problem(
            "proxy",
            &failure::wants_credentials(proxy, &offered),
            &"ask its administrator to allow Basic, or to let this server reach clever.com and api.clever.com without credentials",
        );
    }
    // Without credentials, the proxy responds with 407 to every request.
    match tunnel.filter(|tunnel| !matches!(tunnel.status, 200..=299 | 407)) {
        Some(Tunnel { to, status, .. }) => Finding::problem(
            "proxy",
            &format_args!("the proxy {proxy} responds with HTTP {status} instead of connecting to {to}"),
            &format_args!(
                "{}. If this server can connect without the proxy, {}",
                match status {
                    // A captive portal (RFC 6585 6), or a redirect to one.
                    300..=399 | 511 =>
                        "the network or the proxy requires a login: sign in to its page, or ask its administrator to let this server \
                         reach clever.com and api.clever.com without it",
                    500.. =>
                        "the proxy cannot connect to that host: ask its administrator to check its name server and its firewall",
                    _ => "ask the administrator of the proxy to allow that host for this server",
                },
                proxy.how_to_avoid()
            ),
        ),
        None => Finding::problem(
            "proxy",
            &said,
            &format_args!(
                "correct the address or the credentials of the proxy. If this server can connect without it, {}",
                proxy.how_to_avoid()
            ),
        ),
    }
}

/// The finding for a proxy whose own TLS does not work.
fn own_tls(error: &Error) -> Finding {
    Finding::problem(
        "proxy",
        &error.detail().unwrap_or_default(),
        &"this is about TLS between this machine and the proxy: most proxies need http:// here. The connection to Clever is encrypted \
          with it too",
    )
}

/// Whether the connection opened, or failed at once for lack of a route: a machine without IPv6 loses no time.
fn is_open_or_without_route(connected: &io::Result<()>) -> bool {
    use io::ErrorKind::{AddrNotAvailable, HostUnreachable, NetworkUnreachable};

    let without_route =
        |error: &io::Error| matches!(error.kind(), AddrNotAvailable | HostUnreachable | NetworkUnreachable);
    connected.as_ref().err().is_none_or(without_route)
}

/// The finding for filters, which end connections to forbidden hosts once they have read the host name in the first TLS message.
fn ended_in_the_handshake(host: &str) -> Finding {
    Finding::problem(
        "tls",
        &format_args!("{host} accepts the connection, which then ends before TLS is set up"),
        &"a firewall or web filter probably blocks this host by its name: ask its administrator to allow clever.com and \
          api.clever.com for this server",
    )
}

/// What filters do that drop what they forbid, and networks that lose large packets, such as a certificate.
fn silent_in_the_handshake(host: &str) -> Finding {
    Finding::problem(
        "tls",
        &format_args!("{host} accepts the connection, but does not respond to the TLS handshake in time"),
        &"ask the administrator of the firewall or web filter to allow clever.com and api.clever.com for this server. If they are \
          allowed, check the port, and the MTU of the VPN or container: the network may lose large packets",
    )
}

fn shown_at(base: &str, witness: Option<&Witness>) -> Option<Shown> {
    let url = Url::parse(base).ok()?;
    witness?.shown_by(url.host_str()?.trim_matches(['[', ']']))
}

fn tls(host: &str, failure: Option<&Error>, witness: Option<&Witness>, config: &Config) -> Option<Finding> {
    let shown = witness.and_then(|witness| witness.shown_by(host));
    let read = shown.as_ref().and_then(|shown| Certificate::read(&shown.certificate));
    let mut issued = String::new();
    let mut inspector: Option<&str> = None;
    if let Some(certificate) = &read {
        let by = &certificate.issuer;
        let lower = by.to_ascii_lowercase();
        // As the certificate writes it: lowercase ASCII has the same length.
        inspector = INSPECTORS.split('|').find_map(|maker| {
            let start = lower.find(maker)?;
            by.get(start..start + maker.len())
        });
        let itself = if certificate.is_self_signed { " (by itself)" } else { "" };
        issued =
            format!("its certificate was issued by {}{itself}, until {}", quote(by), certificate.last_day());
    }
    let box_here = inspector.map(|maker| format!("; {maker} inspects TLS here")).unwrap_or_default();
    if let Some(error) = failure {
        let bundle = config.names().of("ca_bundle");
        let issued = if issued.is_empty() { issued } else { format!("; {issued}") };
        let found = format!("{}{issued}{box_here}", error.detail().unwrap_or_default());
        // The certificate was good, or the server sent none.
        if shown.is_none_or(|shown| shown.version.is_some()) {
            return Some(Finding::problem(
                "tls",
                &found,
                &"Clever itself supports TLS 1.2 and 1.3, and requires no client certificate: check the address and the port, and \
                  the gateways, filters and firewalls of your network",
            ));
        }
        if found.contains(failure::OR_THE_CLOCK) {
            return Some(Finding::problem(
                "tls",
                &found,
                &"if this machine's clock is wrong, set it with NTP. If it is right, that server, or the firewall that inspects TLS, \
                  needs a new certificate",
            ));
        }
        if found.contains(failure::ANOTHER_HOST) {
            return Some(Finding::problem(
                "tls",
                &found,
                &"another server responds at this address: check the address, the name server and /etc/hosts. If it is a filter of \
                  your network, ask its administrator to let this server reach clever.com and api.clever.com",
            ));
        }
        if found.contains(failure::NOT_VALID) {
            return Some(Finding::problem(
                "tls",
                &found,
                &"that server, or the firewall that inspects TLS, needs another certificate: ask its administrator",
            ));
        }
        return Some(Finding::problem(
            "tls",
            &found,
            &format_args!(
                "if your network inspects TLS, ask its administrator to exempt Clever's hosts, or set {bundle} to the certificate \
                 of its authority. If {bundle}, SSL_CERT_FILE or SSL_CERT_DIR is set, add the missing authority there. Otherwise \
                 check the address: that server may not send its intermediate certificates"
            ),
        ));
    }
    let (shown, certificate) = (shown?, read.as_ref()?);
    let found = format!("{host}: {}, {issued}{box_here}", shown.version.unwrap_or("TLS"));
    let days = certificate.days_left(clock::unix_time());
    Some(if inspector.is_some() {
        Finding::warning(
            "tls",
            &found,
            &"ask the administrator of your network to exempt Clever's hosts from inspection: now it can read every login",
        )
    } else if days < FEW_DAYS {
        Finding::warning(
            "tls",
            &found,
            &format_args!(
                "the administrator of that server must renew this certificate: {days} days are left"
            ),
        )
    } else {
        Finding::ok("tls", &found)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config::builder("client").build().unwrap()
    }

    fn reached(host: &str, addresses: &[&str], error: io::ErrorKind) -> Reached {
        let addresses: Vec<SocketAddr> =
            addresses.iter().map(|ip| (ip.parse::<IpAddr>().unwrap(), 443).into()).collect();
        Reached {
            hop: Hop { host: host.to_owned(), port: 443, proxy: None },
            connections: addresses.iter().map(|address| (*address, Err(error.into()))).collect(),
            addresses: Ok(addresses),
            tunnel: None,
        }
    }

    #[test]
    fn a_name_that_a_filter_leads_to_this_machine_is_a_problem() {
        for (host, addresses, level) in [
            ("clever.com", &["0.0.0.0", "::"][..], Level::Problem),
            ("clever.com", &["127.0.0.1", "::1"], Level::Problem),
            ("clever.com", &["::ffff:127.0.0.1"], Level::Problem),
            ("clever.com", &["192.0.2.1", "::1"], Level::Ok),
            ("localhost", &["127.0.0.1"], Level::Ok),
            ("clever.localhost.", &["127.0.0.1"], Level::Ok),
        ] {
            let mut reached = reached(host, addresses, io::ErrorKind::ConnectionRefused);
            let found = name(&reached, &config());
            assert_eq!(found.level, level, "{found:?}");
            assert_eq!(found.found.contains(addresses[0]), level == Level::Problem);
            reached.connections[0].1 = Ok(());
            assert_eq!(name(&reached, &config()).level, Level::Ok);
        }
    }

    #[test]
    fn a_connection_that_the_system_forbids_says_so() {
        for (error, says) in [(io::ErrorKind::PermissionDenied, true), (io::ErrorKind::TimedOut, false)] {
            let found = connection(&reached("clever.com", &["192.0.2.1"], error), None, &config());
            assert_eq!((found.level, &*found.check), (Level::Problem, "connect"));
            assert_eq!(found.advice.unwrap().contains("SELinux"), says);
        }
    }
}
