//! Where an emulator is, as its clients name it: what it listens on is not always what they see.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use url::Url;

use crate::options::StartError;

/// The base URLs under which the emulator knows itself, without a slash at the end.
pub(crate) struct Address {
    own: Vec<String>,
}

impl Address {
    /// Of an emulator that listens there, and that its clients perhaps know by another URL.
    pub(crate) fn new(socket: SocketAddr, public_url: Option<&str>) -> Result<Self, StartError> {
        let public = public_url.map(origin).transpose()?;
        let local = SocketAddr::new(reachable(socket.ip()), socket.port());
        let local = [format!("http://{local}"), format!("http://localhost:{}", socket.port())];
        Ok(Self { own: public.into_iter().chain(local).collect() })
    }

    /// The issuer, and the host of every endpoint.
    pub(crate) fn base_url(&self) -> &str {
        self.own.first().map_or("", String::as_str)
    }

    /// Is this the `Host` of a request that was meant for this emulator?
    pub(crate) fn is_host(&self, host: &[u8]) -> bool {
        self.hosts().any(|own| own.as_bytes() == host)
    }

    /// Is this the `Origin` of one of its own pages?
    pub(crate) fn is_origin(&self, origin: &[u8]) -> bool {
        self.own.iter().any(|own| own.as_bytes() == origin)
    }

    /// What may stand in `Host`.
    pub(crate) fn hosts(&self) -> impl Iterator<Item = &str> {
        self.own.iter().filter_map(|own| own.split_once("://").map(|(_, host)| host))
    }
}

/// The address itself, or one of this machine's where it stands for all of them.
fn reachable(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    }
}

/// A URL without a path, as browsers write an origin (RFC 6454 section 6.2).
fn origin(given: &str) -> Result<String, StartError> {
    let url = Url::parse(given).ok().filter(|url| {
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        let nobody = url.username().is_empty() && url.password().is_none();
        ["http", "https"].contains(&url.scheme()) && bare && nobody
    });
    url.map(|url| url.origin().ascii_serialization()).ok_or(StartError::PublicUrl)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(socket: &str, public_url: Option<&str>) -> Address {
        Address::new(socket.parse().unwrap(), public_url).unwrap()
    }

    #[test]
    fn the_base_url_can_be_reached_though_everything_is_listened_on() {
        for (socket, expected) in [
            ("127.0.0.1:5999", "http://127.0.0.1:5999"),
            ("127.0.0.2:5999", "http://127.0.0.2:5999"),
            ("0.0.0.0:5999", "http://127.0.0.1:5999"),
            ("[::]:5999", "http://[::1]:5999"),
        ] {
            assert_eq!(address(socket, None).base_url(), expected);
        }
    }

    #[test]
    fn the_public_url_is_the_base_url_and_one_more_host_of_its_own() {
        let address = address("0.0.0.0:5999", Some("https://Clever.example/"));
        assert_eq!(address.base_url(), "https://clever.example");
        assert!(address.is_host(b"clever.example") && address.is_host(b"localhost:5999"));
        assert!(address.is_origin(b"https://clever.example") && !address.is_origin(b"http://clever.example"));
        assert!(
            !address.is_host(b"clever.example:5999")
                && !address.is_host(b"")
                && !address.is_host(b"0.0.0.0:5999")
        );
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
            "http://a@clever",
        ] {
            assert!(matches!(Address::new(socket, Some(wrong)), Err(StartError::PublicUrl)), "{wrong}");
        }
    }
}
