//! The address of an emulator as its clients know it. This is not always the address it listens on.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::{Host, Url};

/// Which requests are meant for this emulator, and what its base URL is for each of them.
///
/// A web page cannot choose `Host`: with DNS rebinding, it contains the attacker's name. So names are checked: only loopback
/// names, the public URL and, if other machines may connect, IP addresses are accepted. The port is not checked: the port of a
/// container is often mapped to another one, and no attack changes it.
pub(crate) struct Address {
    /// The base URL, unless a request's own host decides.
    base_url: String,
    public: Option<String>,
    /// The address that is listened on.
    socket: SocketAddr,
    any_host: bool,
}

/// This public URL is not just scheme, host and port. A user name and password in it are not shown.
#[derive(Debug)]
pub(crate) struct NoOrigin(pub(crate) String);

impl Address {
    /// The address of an emulator that listens there, and that clients may know by another URL.
    pub(crate) fn new(
        socket: SocketAddr,
        public_url: Option<&str>,
        any_host: bool,
    ) -> Result<Self, NoOrigin> {
        let public = public_url.map(origin).transpose()?;
        let local = || {
            let host = SocketAddr::new(reachable(socket.ip()), socket.port()).to_string();
            origin_at("http", &host).unwrap_or_else(|| format!("http://{host}"))
        };
        let base_url = public.clone().unwrap_or_else(local);
        Ok(Self { base_url, public, socket, any_host })
    }

    /// The issuer, and the host of every endpoint.
    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }

    /// The base URL as the sender of a request with this `Host` knows it. It differs only if any host is accepted. It is
    /// in canonical form, as clients keep theirs: an issuer must match exactly.
    pub(crate) fn base_url_for(&self, host: Option<&str>) -> String {
        let own = host.filter(|host| self.any_host && !self.is_public(host));
        own.and_then(|host| origin_at("http", host)).unwrap_or_else(|| self.base_url.clone())
    }

    /// Was a request with this `Host` meant for this emulator?
    pub(crate) fn is_host(&self, host: &str) -> bool {
        let Some(name) = url_at("http", host).and_then(|url| url.host().map(|name| name.to_owned())) else {
            return false;
        };
        self.any_host || self.is_public(host) || self.is_own_name(&name)
    }

    /// Is this the `Origin` of one of the emulator's own pages, in a request with this `Host`?
    pub(crate) fn is_origin(&self, origin: &[u8], host: Option<&str>) -> bool {
        let Some(origin) = std::str::from_utf8(origin).ok().and_then(|text| self::origin(text).ok()) else {
            return false;
        };
        let local = [self.socket.to_string(), format!("localhost:{}", self.socket.port())];
        let own = local.iter().map(String::as_str).chain(host).filter_map(|host| origin_at("http", host));
        self.public.iter().cloned().chain(own).any(|own| own == origin)
    }

    /// The values of `Host` that are accepted, for a sentence.
    pub(crate) fn hosts(&self) -> String {
        let port = self.socket.port();
        let public =
            self.public.iter().filter_map(|url| url.split_once("://")).map(|(_, host)| host.to_owned());
        let own = SocketAddr::new(reachable(self.socket.ip()), port).to_string();
        let loopback = [own, format!("127.0.0.1:{port}"), format!("localhost:{port}")];
        let mut hosts: Vec<_> = public.chain(loopback).collect();
        hosts.dedup();
        hosts.join(" or ")
    }

    fn is_public(&self, host: &str) -> bool {
        let is_it = |public: &String| {
            public.split_once("://").and_then(|(scheme, _)| origin_at(scheme, host)).as_ref() == Some(public)
        };
        self.public.as_ref().is_some_and(is_it)
    }

    /// A name that no attacker can point elsewhere: a loopback name, or an address for connections from other machines.
    fn is_own_name(&self, name: &Host<String>) -> bool {
        let ip: IpAddr = match name {
            Host::Domain(name) => {
                // A trailing dot means that the name is complete (RFC 1034 section 3.1).
                let name = name.strip_suffix('.').unwrap_or(name);
                return name == "localhost" || name.ends_with(".localhost");
            }
            Host::Ipv4(ip) => (*ip).into(),
            Host::Ipv6(ip) => (*ip).into(),
        };
        let (ip, own) = (ip.to_canonical(), self.socket.ip().to_canonical());
        ip.is_loopback() || ip == own && !ip.is_unspecified() || !own.is_loopback() && !ip.is_unspecified()
    }
}

/// Whether a value of `Host` is a host and perhaps a port, of any emulator.
pub(crate) fn is_name(host: &str) -> bool {
    url_at("http", host).is_some()
}

/// Whether two values of `Host` mean the same place.
pub(crate) fn is_same(host: &str, other: &str) -> bool {
    origin_at("http", host).is_some_and(|place| origin_at("http", other) == Some(place))
}

/// The origin of what is at this `Host`, in canonical form: lower case, without the default port.
fn origin_at(scheme: &str, host: &str) -> Option<String> {
    Some(url_at(scheme, host)?.origin().ascii_serialization())
}

/// The URL of this `Host`, which is a name, maybe with a port (RFC 9110 section 7.2). Nothing listens on port 0.
fn url_at(scheme: &str, host: &str) -> Option<Url> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    if host.is_empty() || !host.bytes().all(plain) {
        return None;
    }
    Url::parse(&format!("{scheme}://{host}/")).ok().filter(|url| url.port() != Some(0))
}

/// The address itself, or a loopback one if it stands for every address of this machine.
fn reachable(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    }
}

/// A URL without a path, as browsers write an origin (RFC 6454 section 6.2).
fn origin(given: &str) -> Result<String, NoOrigin> {
    let url = Url::parse(given).ok().filter(|url| url.port() != Some(0)).filter(|url| {
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let no_credentials = url.username().is_empty() && url.password().is_none();
        ["http", "https"].contains(&url.scheme()) && bare && no_credentials
    });
    url.map(|url| url.origin().ascii_serialization()).ok_or_else(|| {
        let (before, after) =
            given.rsplit_once('@').map_or((None, given), |(before, after)| (Some(before), after));
        let scheme = before.map(|before| before.split_once("://").map_or("", |(scheme, _)| scheme));
        NoOrigin(scheme.map_or_else(|| after.to_owned(), |scheme| format!("{scheme}://...@{after}")))
    })
}

/// Whether an address is plain http on a host other than this machine: this project's libraries accept one only if the
/// configuration declares development. The command line uses this too.
pub fn needs_development(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else { return false };
    let is_here = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "http" && !is_here
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(socket: &str, public_url: Option<&str>) -> Address {
        Address::new(socket.parse().unwrap(), public_url, false).unwrap()
    }

    #[test]
    fn the_base_url_is_reachable_when_listening_on_all_addresses() {
        for (socket, expected) in [
            ("127.0.0.1:5999", "http://127.0.0.1:5999"),
            ("127.0.0.2:5999", "http://127.0.0.2:5999"),
            ("0.0.0.0:5999", "http://127.0.0.1:5999"),
            ("[::]:5999", "http://[::1]:5999"),
            ("127.0.0.1:80", "http://127.0.0.1"),
            ("[::]:80", "http://[::1]"),
        ] {
            assert_eq!(address(socket, None).base_url(), expected);
        }
    }

    #[test]
    fn only_loopback_names_are_accepted_and_with_every_port() {
        for socket in ["127.0.0.1:5999", "0.0.0.0:5999", "[::]:5999", "[::1]:5999"] {
            let address = address(socket, None);
            for own in [
                "127.0.0.1:5999",
                "127.0.0.1:6000",
                "127.0.0.1",
                "127.0.0.2:1",
                "localhost:5999",
                "LocalHost:6000",
                "clever.localhost",
                "localhost.:5999",
                "[::1]:5999",
                "[::ffff:127.0.0.1]:5999",
            ] {
                assert!(address.is_host(own), "{socket} {own}");
            }
            for foreign in [
                "",
                "evil.example",
                "evil.example:5999",
                "localhost.evil.example",
                "evillocalhost",
                "localhost..",
                "localhost.evil.example.",
                "127.0.0.1.evil.example",
                "0.0.0.0:5999",
                "[::]:5999",
                "evil@127.0.0.1",
                "127.0.0.1/evil",
                "127.0.0.1:x",
                "localhost,evil.example",
                "localhost:0",
                "localhost:65536",
                "localhost:-1",
                "evil.example#127.0.0.1",
            ] {
                assert!(!address.is_host(foreign), "{socket} {foreign}");
            }
        }
    }

    #[test]
    fn a_network_ip_address_is_accepted_only_if_other_machines_can_connect() {
        for (socket, taken) in [
            ("127.0.0.1:5999", false),
            ("[::1]:5999", false),
            ("0.0.0.0:5999", true),
            ("[::]:5999", true),
            ("192.0.2.7:5999", true),
        ] {
            assert_eq!(address(socket, None).is_host("192.0.2.7:6000"), taken, "{socket}");
        }
    }

    #[test]
    fn the_public_url_is_the_base_url_and_one_more_host() {
        let address = address("0.0.0.0:5999", Some("https://Clever.example/"));
        assert_eq!(address.base_url(), "https://clever.example");
        assert!(address.is_host("clever.example") && address.is_host("Clever.Example"));
        assert!(address.is_host("clever.example:443") && !address.is_host("clever.example:80"));
        assert!(!address.is_host("clever.example:5999"));
        assert!(address.is_origin(b"https://clever.example", Some("localhost:5999")));
        assert!(!address.is_origin(b"http://clever.example", Some("localhost:5999")));
    }

    #[test]
    fn own_pages_have_the_origin_of_the_request_host_or_of_the_socket() {
        let address = address("127.0.0.1:5999", None);
        assert!(address.is_origin(b"http://localhost:6000", Some("localhost:6000")));
        assert!(address.is_origin(b"http://localhost:5999", Some("127.0.0.1:5999")));
        assert!(address.is_origin(b"http://localhost", Some("LOCALHOST:80")), "browsers leave the port out");
        let on_port_80 = Address::new("127.0.0.1:80".parse().unwrap(), None, false).unwrap();
        assert!(on_port_80.is_origin(b"http://localhost", Some("127.0.0.1")));
        for (origin, host) in [
            (&b"http://localhost:6000"[..], Some("localhost:5999")),
            (b"http://127.0.0.1:6000", Some("localhost:6000")),
            (b"https://localhost:6000", Some("localhost:6000")),
            (b"null", Some("localhost:6000")),
            (b"http://", None),
        ] {
            assert!(!address.is_origin(origin, host));
        }
    }

    #[test]
    fn with_any_host_the_base_url_is_that_of_each_request() {
        let socket = "0.0.0.0:5999".parse().unwrap();
        let address = Address::new(socket, Some("https://clever.example"), true).unwrap();
        assert!(address.is_host("clever:5999") && !address.is_host("a b") && !address.is_host(""));
        for (host, expected) in [
            ("Clever:5999", "http://clever:5999"),
            ("EVIL.test:80", "http://evil.test"),
            ("evil.test:0080", "http://evil.test"),
            ("evil.test:443", "http://evil.test:443"),
            ("evil.test:05999", "http://evil.test:5999"),
            ("evil.test:", "http://evil.test"),
            ("my_emulator:5999", "http://my_emulator:5999"),
            ("[::1]:80", "http://[::1]"),
            ("[0:0:0:0:0:0:0:1]:5999", "http://[::1]:5999"),
            ("[FE80::A]", "http://[fe80::a]"),
            ("127.1:80", "http://127.0.0.1"),
            // This is a different name from the one without the dot: clients keep the dot when they compare the issuer.
            ("Evil.test.:80", "http://evil.test."),
        ] {
            assert_eq!(address.base_url_for(Some(host)), expected);
            let as_clients_keep_it = Url::parse(&format!("http://{host}")).unwrap().to_string();
            assert_eq!(format!("{expected}/"), as_clients_keep_it);
            assert!(address.is_host(host) && is_same(host, &host.to_ascii_uppercase()), "{host}");
        }
        assert_eq!(address.base_url_for(Some("CLEVER.example:443")), "https://clever.example");
        for none in ["evil.test:0", "evil.test:65536", "evil.test:x", "evil.test:80:80", "[::1", "::1"] {
            assert!(!address.is_host(none), "{none}");
        }
        assert_eq!(address.base_url_for(Some("clever.example")), "https://clever.example");
        assert_eq!(address.base_url_for(None), "https://clever.example");
        let strict = Address::new(socket, None, false).unwrap();
        assert_eq!(strict.base_url_for(Some("localhost:6000")), "http://127.0.0.1:5999");
    }

    #[test]
    fn a_public_url_is_scheme_host_and_port_only() {
        let socket = "127.0.0.1:5999".parse().unwrap();
        for wrong in [
            "",
            "clever",
            "ftp://clever",
            "http://clever/path",
            "http://clever/?a",
            "http://clever/#a",
            "http://a:hidden@clever",
            "hidden@clever",
            "http://clever:0",
            "http://clever:65536",
        ] {
            assert!(
                matches!(Address::new(socket, Some(wrong), false), Err(NoOrigin(url)) if !url.contains("hidden")),
                "{wrong}"
            );
        }
    }
}
