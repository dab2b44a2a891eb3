//! The proxy between this machine and Clever: which one to use, and for which addresses.

use std::fmt;
use std::net::IpAddr;

use ipnet::IpNet;
use percent_encoding::percent_decode_str;
use url::{Host, Url};

use super::checks::invalid;
use super::environment::Environment;
use crate::error::{Result, may_be_secret};
use crate::protocol::address::is_loopback;

const SCHEMES: &str = "http://, https://, socks5h://, socks5://, socks4a:// or socks4://";

const LONGEST_SOCKS_CREDENTIAL: usize = 255;

/// The proxies of a client. This machine itself is always reached without a proxy.
#[derive(Debug, Default)]
pub(crate) struct Proxies {
    /// For https addresses. An unusable proxy is an error only when it is needed.
    https: Option<Result<Proxy>>,
    /// For plain http addresses.
    http: Option<Result<Proxy>>,
    exempt: Vec<Exempt>,
}

/// One proxy.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Proxy {
    /// Never shown, because it may contain a password.
    url: Url,
    setting: String,
}

impl Proxies {
    /// The proxy of the configuration, for every address.
    pub(super) fn configured(setting: String, text: &str) -> Result<Self> {
        let proxy = Proxy::parse(setting, text)?;
        Ok(Self { https: Some(Ok(proxy.clone())), http: Some(Ok(proxy)), exempt: Vec::new() })
    }

    /// The proxies in the environment variables.
    pub(super) fn of_environment(environment: &Environment) -> Self {
        let chosen = |specific: &Option<(&'static str, String)>| {
            let (name, value) = specific.as_ref().or(environment.all_proxy.as_ref())?;
            Some(Proxy::of_variable(name, value))
        };
        Self {
            https: chosen(&environment.https_proxy),
            http: chosen(&environment.http_proxy),
            exempt: Exempt::parse_all(&environment.no_proxy),
        }
    }

    /// The proxy for `url`, if there is one.
    ///
    /// # Errors
    /// `config_invalid` when the proxy is unusable.
    pub(crate) fn choose(&self, url: &Url) -> Result<Option<&Proxy>> {
        if is_loopback(url) || self.exempt.iter().any(|entry| entry.covers(url)) {
            return Ok(None);
        }
        let chosen = if url.scheme() == "https" { &self.https } else { &self.http };
        chosen.as_ref().map(|proxy| proxy.as_ref().map_err(Clone::clone)).transpose()
    }
}

impl Proxies {
    /// Why `url` has no proxy although one is set, as a sentence without its end.
    pub(crate) fn why_unused(&self, url: &Url) -> Option<String> {
        let is_https = url.scheme() == "https";
        let (own, other) = if is_https { (&self.https, &self.http) } else { (&self.http, &self.https) };
        match (own, other) {
            (Some(Ok(proxy)), _) if self.exempt.iter().any(|entry| entry.covers(url)) => {
                Some(format!("NO_PROXY exempts {} from the proxy {proxy}", url.host_str()?))
            }
            (None, Some(Ok(proxy))) => {
                let scheme = if is_https { "http" } else { "https" };
                Some(format!("The proxy {proxy} is only for {scheme}:// addresses"))
            }
            _ => None,
        }
    }
}

impl Proxy {
    /// Reads a variable as other programs do: the scheme is optional, and a path is ignored.
    fn of_variable(name: &str, text: &str) -> Result<Self> {
        if !text.contains([':', '.']) && may_be_secret(text) {
            return Err(invalid(format!(
                "{name} must name a host and a port, as in http://proxy.example:3128"
            )));
        }
        let with_scheme = if text.contains("://") { text.to_owned() } else { format!("http://{text}") };
        // An `@` after a slash belongs to a password that is not percent-encoded.
        let end = with_scheme.match_indices('/').nth(2).map(|(at, _)| at);
        let end = end.filter(|end| !with_scheme[*end..].contains('@')).unwrap_or(with_scheme.len());
        Self::parse(name.to_owned(), &with_scheme[..end])
    }

    /// No message quotes the text: it may contain a password.
    fn parse(setting: String, text: &str) -> Result<Self> {
        let refuse = |why: &str| Err(invalid(format!("{setting} {why}")));
        if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
            return refuse("must not contain spaces, control characters or backslashes");
        }
        let Some((scheme, rest)) = text.split_once("://") else {
            return refuse(&format!("must start with {SCHEMES}, for example http://proxy.example:3128"));
        };
        let scheme = scheme.to_ascii_lowercase();
        let example = match scheme.as_str() {
            "http" | "https" => "http://proxy.example:3128".to_owned(),
            "socks5h" | "socks5" | "socks4a" | "socks4" => format!("{scheme}://proxy.example:1080"),
            "socks" => return refuse("must say which SOCKS it is: socks5h:// or socks4a://"),
            _ => return refuse(&format!("must start with {SCHEMES}")),
        };
        let hint = if rest.contains('@') {
            " (in a user name or password, write / as %2F, # as %23, ? as %3F)"
        } else {
            ""
        };
        let url = match Url::parse(text) {
            Ok(url) if url.host_str().is_some_and(|host| !host.is_empty()) && url.port() != Some(0) => url,
            _ => {
                return refuse(&format!("must name a host and a port, as in {example}{hint}"));
            }
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return refuse(&format!("must be scheme, credentials, host and port only{hint}"));
        }
        if url.as_str().parse::<http::Uri>().is_err() {
            return refuse("cannot be used as an address");
        }
        // RFC 1929 2.
        let length = |text: &str| percent_decode_str(text).count();
        let longest = length(url.username()).max(url.password().map_or(0, length));
        if scheme.starts_with("socks5") && longest > LONGEST_SOCKS_CREDENTIAL {
            return refuse(
                "must have a user name and a password of at most 255 bytes each: SOCKS allows no more",
            );
        }
        Ok(Self { url, setting })
    }

    pub(crate) const fn url(&self) -> &Url {
        &self.url
    }

    /// What to change to connect without this proxy. `NO_PROXY` has no effect on a proxy of the configuration.
    pub(crate) fn how_to_avoid(&self) -> String {
        let variable = self.setting.to_ascii_uppercase();
        if matches!(&*variable, "HTTPS_PROXY" | "HTTP_PROXY" | "ALL_PROXY") {
            "add Clever's hosts to NO_PROXY".to_owned()
        } else {
            format!("remove {}", self.setting)
        }
    }

    pub(crate) fn has_credentials(&self) -> bool {
        !self.url.username().is_empty() || self.url.password().is_some()
    }
}

/// Address and setting, for messages: without credentials.
impl fmt::Display for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let port = self.url.port_or_known_default().unwrap_or(1080);
        let (scheme, host) = (self.url.scheme(), self.url.host_str().unwrap_or_default());
        write!(formatter, "{scheme}://{host}:{port} ({})", self.setting)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Proxy({self})")
    }
}

/// An entry of `NO_PROXY`.
#[derive(Debug)]
enum Exempt {
    Everything,
    Network(IpNet),
    Address(IpAddr, Option<u16>),
    /// A host and all its subdomains.
    Name(String, Option<u16>),
}

impl Exempt {
    fn parse_all(text: &str) -> Vec<Self> {
        text.split([',', ' ', '\t', ';']).filter(|entry| !entry.is_empty()).map(Self::parse).collect()
    }

    /// An unreadable entry matches no host: every program has its own syntax here.
    fn parse(entry: &str) -> Self {
        let entry = entry.split_once("://").map_or(entry, |(_, rest)| rest).trim_end_matches('/');
        if entry == "*" {
            return Self::Everything;
        }
        if let Ok(network) = entry.replace(['[', ']'], "").parse() {
            return Self::Network(network);
        }
        if let Ok(address) = entry.parse() {
            return Self::Address(address, None);
        }
        let with_port =
            entry.rsplit_once(':').and_then(|(host, port)| Some((host, Some(port.parse().ok()?))));
        let (host, port) = with_port.unwrap_or((entry, None));
        if let Ok(address) = host.trim_start_matches('[').trim_end_matches(']').parse() {
            return Self::Address(address, port);
        }
        let name = host.strip_prefix('*').unwrap_or(host).trim_matches('.');
        // In the URL parser's form: lower case, IDNA.
        let name = Host::parse(name).map_or_else(|_| name.to_ascii_lowercase(), |host| host.to_string());
        Self::Name(name, port)
    }

    fn covers(&self, url: &Url) -> bool {
        let has_port = |port: Option<u16>| port.is_none() || port == url.port_or_known_default();
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
            _ => None,
        };
        match self {
            Self::Everything => true,
            // An IPv4 address may be written as an IPv4-mapped IPv6 address.
            Self::Network(network) => address
                .is_some_and(|address| [address, address.to_canonical()].iter().any(|a| network.contains(a))),
            Self::Address(exempt, port) => {
                address.is_some_and(|address| address.to_canonical() == exempt.to_canonical())
                    && has_port(*port)
            }
            Self::Name(exempt, port) => {
                let host = url.host_str().unwrap_or_default().trim_end_matches('.');
                let below = host.strip_suffix(exempt.as_str());
                !exempt.is_empty()
                    && below.is_some_and(|below| below.is_empty() || below.ends_with('.'))
                    && has_port(*port)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, ConfigBuilder};
    use crate::error::ErrorCode;

    fn builder() -> ConfigBuilder {
        Config::builder("client")
    }

    fn exempts(no_proxy: &str, url: &str) -> bool {
        let proxies = Proxies {
            exempt: Exempt::parse_all(no_proxy),
            ..Proxies::configured("proxy".into(), "http://proxy.example").unwrap()
        };
        proxies.choose(&Url::parse(url).unwrap()).unwrap().is_none()
    }

    #[test]
    fn no_proxy_takes_names_ports_addresses_and_networks() {
        for (no_proxy, url) in [
            ("clever.com", "https://clever.com/x"),
            ("clever.com", "https://api.clever.com"),
            ("CLEVER.com", "https://clever.com"),
            (".clever.com", "https://api.clever.com"),
            (".clever.com", "https://clever.com"),
            ("*.clever.com", "https://api.clever.com"),
            ("clever.com.", "https://clever.com"),
            ("clever.com:443", "https://clever.com"),
            ("clever:5999", "http://clever:5999"),
            ("a.example , clever:5999", "http://clever:5999"),
            ("a.example clever", "http://clever:5999"),
            ("http://clever:5999/", "http://clever:5999"),
            ("écoles.example", "https://écoles.example"),
            ("10.0.0.0/8", "http://10.1.2.3:5999"),
            ("10.9.9.9/8", "http://10.1.2.3:5999"),
            ("10.1.2.3", "http://10.1.2.3:5999"),
            ("10.1.2.3:5999", "http://10.1.2.3:5999"),
            ("10.0.0.0/8", "http://[::ffff:10.1.2.3]:5999"),
            ("::ffff:10.0.0.0/104", "http://[::ffff:10.1.2.3]:5999"),
            ("10.1.2.3", "http://[::ffff:a01:203]:5999"),
            ("fd00::/8", "http://[fd00::1]:5999"),
            ("[fd00::]/8", "http://[fd00::1]:5999"),
            ("fd00::1", "http://[fd00::1]:5999"),
            ("[fd00::1]", "http://[fd00::1]:5999"),
            ("[fd00::1]:5999", "http://[fd00::1]:5999"),
            ("*", "https://clever.com"),
            ("", "http://localhost:5999"),
            ("", "http://127.0.0.1:5999"),
        ] {
            assert!(exempts(no_proxy, url), "{no_proxy:?} {url}");
        }
        for (no_proxy, url) in [
            ("", "https://clever.com"),
            (",", "https://clever.com"),
            (".", "https://clever.com"),
            ("clever.com", "https://notclever.com"),
            ("clever.com", "https://clever.com.evil.example"),
            ("api.clever.com", "https://clever.com"),
            ("clever.com:8443", "https://clever.com"),
            ("clever:5998", "http://clever:5999"),
            ("10.0.0.0/8", "http://11.1.2.3"),
            ("10.0.0.0/33", "http://10.0.0.0"),
            ("10.1.2.3:80", "http://10.1.2.3:5999"),
            ("[fd00::1]:80", "http://[fd00::1]:5999"),
            ("10.0.0.0/8", "https://clever.com"),
            ("com:65536", "https://clever.com"),
        ] {
            assert!(!exempts(no_proxy, url), "{no_proxy:?} {url}");
        }
    }

    #[test]
    fn a_proxy_with_anything_but_an_address_is_refused() {
        for url in [
            "http://proxy.example:3128",
            "https://proxy.example/",
            "HTTP://proxy.example",
            "http://me:pass@[::1]:3128",
            "http://me:p%40ss@proxy.example",
            "socks5://me:hunter2@proxy.example",
            "socks5h://proxy.example:1080/",
            "socks4a://proxy.example",
        ] {
            assert!(builder().proxy(url).build().is_ok(), "{url}");
        }
        for url in [
            "",
            "proxy.example:3128",
            "socks://me:hunter2@proxy.example",
            "ftp://me:hunter2@proxy.example",
            "http://me:hunter2@",
            "socks5://",
            "socks5://me:hunter2@/x",
            "http://p/x",
            "http://p?x",
            "http://p:0",
            "http://p:99999",
            "http://me:hunter2#@proxy.example:3128",
            "http://me:hunter2/x@proxy.example:3128",
            "http://me:hunter2 @proxy.example:3128",
            "http:proxy.example:3128",
        ] {
            let error = builder().proxy(url).build().unwrap_err();
            assert_eq!(error.code(), ErrorCode::ConfigInvalid, "{url}");
            assert!(error.to_string().contains("proxy "), "{error}");
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn an_error_about_a_proxy_has_an_example_with_its_own_scheme() {
        let long = |bytes: usize| "%61".repeat(bytes);
        for (url, said) in [
            ("http://p:0", "as in http://proxy.example:3128"),
            ("SOCKS5H://p:0", "as in socks5h://proxy.example:1080"),
            (
                "socks4a://me:hunter2/x@p",
                "as in socks4a://proxy.example:1080 (in a user name or password, write / as",
            ),
            (&format!("socks5://{}:hunter2@p", long(256)), "at most 255 bytes each"),
            (&format!("socks5h://me:{}@p", long(256)), "at most 255 bytes each"),
        ] {
            let shown = builder().proxy(url).build().unwrap_err().to_string();
            assert!(shown.contains(said) && !shown.contains("hunter2"), "{shown}");
        }
        for url in [format!("socks5://{0}:{0}@p", long(255)), format!("http://{0}:{0}@p", long(256))] {
            assert!(builder().proxy(url).build().is_ok());
        }
    }

    #[test]
    fn the_scheme_in_a_proxy_variable_is_optional_and_the_specific_variable_wins() {
        let environment = Environment {
            https_proxy: Some(("https_proxy", "me:hunter2@proxy.example:3128".into())),
            all_proxy: Some(("ALL_PROXY", "socks5h://other.example/path".into())),
            ..Environment::default()
        };
        let proxies = Proxies::of_environment(&environment);
        let shown =
            |url| proxies.choose(&Url::parse(url).unwrap()).unwrap().map(ToString::to_string).unwrap();
        assert_eq!(shown("https://clever.com"), "http://proxy.example:3128 (https_proxy)");
        assert_eq!(shown("http://clever:5999"), "socks5h://other.example:1080 (ALL_PROXY)");
        assert!(!format!("{proxies:?}").contains("hunter2"));
    }

    #[test]
    fn a_proxy_of_the_environment_can_be_avoided_for_some_hosts() {
        let environment =
            Environment { all_proxy: Some(("all_proxy", "proxy.example".into())), ..Environment::default() };
        let configured = |name: &str| Proxies::configured(name.into(), "http://proxy.example").unwrap();
        for (proxies, how) in [
            (Proxies::of_environment(&environment), "add Clever's hosts to NO_PROXY"),
            (configured("CLEVER_PROXY"), "remove CLEVER_PROXY"),
            (configured("proxy"), "remove proxy"),
        ] {
            let url = Url::parse("https://clever.com").unwrap();
            assert_eq!(proxies.choose(&url).unwrap().unwrap().how_to_avoid(), how);
        }
    }

    #[test]
    fn a_proxy_that_is_set_but_not_used_is_named_with_the_reason() {
        let proxy = |name| Some((name, "me:hunter2@proxy.example:3128".to_owned()));
        let of = |environment: &Environment, url: &str| {
            Proxies::of_environment(environment).why_unused(&Url::parse(url).unwrap())
        };
        let exempt = Environment {
            https_proxy: proxy("HTTPS_PROXY"),
            no_proxy: "clever.com".into(),
            ..Environment::default()
        };
        let plain = Environment { http_proxy: proxy("http_proxy"), ..Environment::default() };
        assert_eq!(
            of(&exempt, "https://api.clever.com").as_deref(),
            Some("NO_PROXY exempts api.clever.com from the proxy http://proxy.example:3128 (HTTPS_PROXY)")
        );
        assert_eq!(
            of(&plain, "https://clever.com").as_deref(),
            Some("The proxy http://proxy.example:3128 (http_proxy) is only for http:// addresses")
        );
        assert_eq!(
            of(&Environment { no_proxy: String::new(), ..exempt }, "http://clever:5999").as_deref(),
            Some("The proxy http://proxy.example:3128 (HTTPS_PROXY) is only for https:// addresses")
        );
        assert_eq!(of(&plain, "http://clever:5999"), None);
        assert_eq!(of(&Environment::default(), "https://clever.com"), None);
    }

    #[test]
    fn an_unusable_proxy_variable_is_an_error_only_for_addresses_that_need_it() {
        let environment = Environment {
            https_proxy: Some(("HTTPS_PROXY", "gopher://proxy.example".into())),
            no_proxy: "clever.com".into(),
            ..Environment::default()
        };
        let proxies = Proxies::of_environment(&environment);
        let choose = |url| proxies.choose(&Url::parse(url).unwrap());
        assert!(choose("https://clever.com").unwrap().is_none());
        assert!(choose("http://elsewhere.example").unwrap().is_none());
        let error = choose("https://elsewhere.example").unwrap_err();
        assert!(error.to_string().contains("HTTPS_PROXY must start with http://"), "{error}");
    }

    #[test]
    fn debug_shows_no_credentials_of_a_proxy() {
        let builder = builder().proxy("http://me:hunter2@proxy.example:3128");
        assert!(!format!("{builder:?}").contains("hunter2"));
        assert!(!format!("{:?}", builder.build().unwrap()).contains("hunter2"));
    }
}
