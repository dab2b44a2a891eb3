//! The way from here to Clever: names, connections, the proxy, TLS.

use std::io;
use std::net::{IpAddr, SocketAddr};

use url::{Host, Url};

use super::asker::{Work, together};
use super::certificate::Certificate;
use super::report::Finding;
use crate::clock::{self, Instant};
use crate::config::Config;
use crate::error::{Error, ErrorCode, quote};
use crate::transport::{Witness, probe};

/// A certificate with fewer days left needs to be renewed.
const FEW_DAYS: i64 = 14;
/// Makers of boxes and programs that inspect TLS, as their certificates name them.
const INSPECTORS: &str = "\
    avast|barracuda|bitdefender|blocksi|bluecoat|check point|cisco umbrella|contentkeeper|deledao|\
    eset ssl|forcepoint|fortinet|iboss|kaspersky|lightspeed|linewize|mitmproxy|netskope|palo alto|\
    securly|smoothwall|sonicwall|sophos|untangle|watchguard|zscaler";

/// The first machine on the way to a host: the host itself, or the proxy.
#[derive(PartialEq, Eq)]
struct Hop {
    host: String,
    port: u16,
    /// The address, without secrets.
    proxy: Option<String>,
}

/// The issuer and the API, each with what went wrong there.
pub(super) type Failures<'a> = [(&'a str, Option<&'a Error>); 2];

/// What was found about a hop.
pub(super) struct Reached {
    hop: Hop,
    addresses: Result<Vec<SocketAddr>, String>,
    /// How connections went, by family of addresses.
    connections: Vec<(SocketAddr, io::Result<()>)>,
}

/// Takes the first step to each host.
pub(super) async fn of(config: &Config, deadline: Instant) -> Vec<Reached> {
    let mut hops: Vec<Hop> = Vec::new();
    for base in [&config.issuer, &config.api_base] {
        if let Some(hop) = Hop::to(base, config).filter(|hop| !hops.contains(hop)) {
            hops.push(hop);
        }
    }
    together(hops.into_iter().map(|hop| -> Work<'_, Reached> { Box::pin(hop.reach(deadline)) }).collect())
        .await
}

impl Hop {
    fn to(base: &str, config: &Config) -> Option<Self> {
        let url = Url::parse(base).ok()?;
        let proxy = config.proxies.choose(&url).ok()?;
        let first = proxy.map_or(&url, |proxy| proxy.url());
        let host = first.host_str()?.to_owned();
        let port = first.port_or_known_default().unwrap_or(1080);
        Some(Self { host, port, proxy: proxy.map(ToString::to_string) })
    }

    async fn reach(self, deadline: Instant) -> Reached {
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
        Reached { hop: self, connections: tried.into_iter().zip(results).collect(), addresses }
    }

    /// The address, where the host is one.
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

/// What the steps show, and what the failed requests add to that.
pub(super) fn judged(
    reached: &[Reached],
    failures: &Failures<'_>,
    witness: Option<&Witness>,
    config: &Config,
) -> Vec<Finding> {
    let named = reached.iter().filter(|reached| reached.hop.address().is_none());
    let mut findings: Vec<_> = named.map(name).collect();
    findings.extend(reached.iter().filter(|reached| reached.addresses.is_ok()).map(|reached| {
        let leads_to = |base: &str| Hop::to(base, config).is_some_and(|hop| hop == reached.hop);
        let failure = failures.iter().find_map(|(base, error)| error.filter(|_| leads_to(base)));
        connection(reached, failure)
    }));
    let mut hosts = Vec::new();
    for (base, failure) in failures {
        let host =
            base.strip_prefix("https://").and_then(|_| Url::parse(base).ok()?.host_str().map(str::to_owned));
        let Some(host) = host.filter(|host| !hosts.contains(host)) else { continue };
        let bare = host.trim_matches(['[', ']']);
        let hop = Hop::to(base, config).filter(|hop| hop.proxy.is_none());
        let is_reached =
            hop.is_some_and(|hop| reached.iter().any(|reached| reached.hop == hop && reached.is_open()));
        if is_reached && failure.is_some_and(|error| error.code() == ErrorCode::NetworkConnect) {
            findings.push(ended_in_the_handshake(bare));
        } else {
            let failure = failure.filter(|error| error.code() == ErrorCode::NetworkTls);
            findings.extend(tls(bare, failure, witness, config));
        }
        hosts.push(host);
    }
    findings
}

fn name(reached: &Reached) -> Finding {
    let host = &reached.hop.host;
    match &reached.addresses {
        Ok(addresses) => {
            let new = addresses.iter().filter(|address| address.is_ipv6()).count();
            Finding::ok(
                "name",
                &format_args!("{host}: {} addresses of IPv4, {new} of IPv6", addresses.len() - new),
            )
        }
        Err(why) => Finding::problem(
            "name",
            &format_args!("the name {host} cannot be resolved: {why}"),
            &"look at the spelling, and at the name server of this machine or container (/etc/resolv.conf)",
        ),
    }
}

impl Reached {
    fn is_open(&self) -> bool {
        self.connections.iter().any(|(_, connected)| connected.is_ok())
    }

    /// How the connections went, in words.
    fn told(&self) -> String {
        let told = self.connections.iter().map(|(address, connected)| {
            let family = if address.is_ipv6() { "IPv6" } else { "IPv4" };
            match connected {
                Ok(()) => format!("{family} answers"),
                Err(error) => format!("{family} ({}): {error}", address.ip()),
            }
        });
        told.collect::<Vec<_>>().join("; ")
    }
}

fn connection(reached: &Reached, failure: Option<&Error>) -> Finding {
    let (hop, told) = (&reached.hop, reached.told());
    let check = if hop.proxy.is_some() { "proxy" } else { "connect" };
    let found = format!("{}: {told}", hop.name());
    if !reached.is_open() {
        let advice = match &hop.proxy {
            Some(_) => {
                "check that the proxy runs, and that this setting names it; NO_PROXY exempts hosts from it"
            }
            None => {
                "look at firewalls and routes from here, and at the address; does this network demand a proxy?"
            }
        };
        return Finding::problem(check, &format_args!("no connection to {found}"), &advice);
    }
    match failure {
        // It takes connections, and nothing else.
        Some(error) if hop.proxy.is_some() && error.code() == ErrorCode::NetworkConnect => Finding::problem(
            check,
            &error.detail().unwrap_or_default(),
            &"correct the address or the credentials of the proxy, or exempt Clever's hosts from it (NO_PROXY)",
        ),
        _ if reached.connections.iter().all(|(_, connected)| is_open_or_without_route(connected)) => {
            Finding::ok(check, &found)
        }
        _ => Finding::warning(
            check,
            &found,
            &"repair that family of addresses, or remove it from the name: each new connection may try it first, and fail",
        ),
    }
}

/// A machine without IPv6 says so at once, and loses no time.
fn is_open_or_without_route(connected: &io::Result<()>) -> bool {
    use io::ErrorKind::{AddrNotAvailable, HostUnreachable, NetworkUnreachable};

    let without_route =
        |error: &io::Error| matches!(error.kind(), AddrNotAvailable | HostUnreachable | NetworkUnreachable);
    connected.as_ref().err().is_none_or(without_route)
}

/// What filters do to hosts that they forbid, once they have read the name of the host in the first message of TLS.
fn ended_in_the_handshake(host: &str) -> Finding {
    Finding::problem(
        "tls",
        &format_args!("{host} takes the connection, which then ends before TLS is set up"),
        &"a firewall or web filter probably forbids this host by its name: have clever.com and api.clever.com allowed for \
          this server",
    )
}

fn tls(host: &str, failure: Option<&Error>, witness: Option<&Witness>, config: &Config) -> Option<Finding> {
    let shown = witness.and_then(|witness| witness.shown_by(host));
    let read = shown.as_ref().and_then(|shown| Certificate::read(&shown.certificate));
    let mut issued = String::new();
    let mut inspector = None;
    if let Some(certificate) = &read {
        let by = &certificate.issuer;
        let lower = by.to_ascii_lowercase();
        inspector = INSPECTORS.split('|').find(|maker| lower.contains(maker));
        let itself = if certificate.is_self_signed { " (by itself)" } else { "" };
        issued =
            format!("its certificate was issued by {}{itself}, until {}", quote(by), certificate.last_day());
    }
    let box_here = inspector.map(|maker| format!("; {maker} inspects TLS here")).unwrap_or_default();
    if let Some(error) = failure {
        let bundle = config.names().of("ca_bundle");
        let issued = if issued.is_empty() { issued } else { format!("; {issued}") };
        return Some(Finding::problem(
            "tls",
            &format_args!("{}{issued}{box_here}", error.detail().unwrap_or_default()),
            &format_args!(
                "in a network that inspects TLS: have Clever's hosts exempted, or set {bundle} to the certificate of its \
                 authority; otherwise look at the clock, the address and the certificate"
            ),
        ));
    }
    let (shown, certificate) = (shown?, read?);
    let found = format!("{host}: {}, {issued}{box_here}", shown.version.unwrap_or("TLS"));
    let days = certificate.days_left(clock::unix_time());
    Some(if inspector.is_some() {
        Finding::warning(
            "tls",
            &found,
            &"have Clever's hosts exempted from inspection: the box reads every login",
        )
    } else if days < FEW_DAYS {
        Finding::warning(
            "tls",
            &found,
            &format_args!("this certificate must be renewed: {days} days are left"),
        )
    } else {
        Finding::ok("tls", &found)
    })
}
