//! Web addresses from a configuration, a response or a request: http(s), no credentials, in canonical form.
//!
//! Browsers and parsers repair many mistakes: `https:host`, `https:\\host`, tabs and line breaks inside. One program may repair
//! an address that another program reads as a different host, so an address that needs repair is refused.

use url::{Host, Url};

/// Parses an `http://` or `https://` URL. The result is canonical: host in lower case and IDNA form, no default port, no dot
/// segments.
///
/// # Errors
/// What the text must be, to put after the name of the setting in a sentence.
pub(crate) fn parse_http_url(text: &str) -> Result<Url, &'static str> {
    let rest = ["https://", "http://"]
        .into_iter()
        .find_map(|scheme| {
            let (start, rest) = text.split_at_checked(scheme.len())?;
            start.eq_ignore_ascii_case(scheme).then_some(rest)
        })
        .ok_or("must start with https://")?;
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err("must not contain spaces, control characters or backslashes");
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("must not contain a user name or password");
    }
    // The parser would skip slashes before a host.
    if authority.is_empty() {
        return Err("must name a host after the scheme");
    }
    let url = Url::parse(text).map_err(|error| match error {
        url::ParseError::InvalidPort => "must have a port between 1 and 65535",
        _ => "must name a valid host",
    })?;
    if url.port() == Some(0) {
        return Err("must have a port between 1 and 65535");
    }
    Ok(url)
}

/// Longer addresses are refused, because servers in between often accept only 8 KiB for a whole URL.
pub(crate) const LONGEST_ADDRESS: usize = 2048;
/// From RFC 6749 3.1 and 3.2. Also, a request never contains a fragment.
pub(crate) const NO_FRAGMENT: &str = "must have no fragment (#)";

/// Parses the URL of an endpoint.
///
/// # Errors
/// As [`parse_http_url`], and when it has a fragment or, in canonical form, more than [`LONGEST_ADDRESS`] bytes.
pub(crate) fn parse_endpoint(text: &str) -> Result<Url, &'static str> {
    let url = parse_http_url(text)?;
    if url.fragment().is_some() {
        return Err(NO_FRAGMENT);
    }
    if url.as_str().len() > LONGEST_ADDRESS {
        return Err("is too long");
    }
    Ok(url)
}

/// An origin such as `https://www.example.org`, in canonical form.
///
/// # Errors
/// As [`parse_http_url`], and when the text has more than an origin.
pub(crate) fn parse_origin(text: &str) -> Result<String, &'static str> {
    if text.contains('*') {
        return Err("must name one host: wildcards are not supported");
    }
    let url = parse_http_url(text)?;
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err("must be a bare origin like https://www.example.org");
    }
    Ok(url.origin().ascii_serialization())
}

/// Whether the host is this machine. `localhost` counts: browsers and resolvers always resolve it to this machine (RFC 6761
/// 6.3).
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Adds `query` to an endpoint, which may already have a query (RFC 6749 3.1).
pub(crate) fn with_query(endpoint: &str, query: &str) -> String {
    let joint = match endpoint.split_once('?') {
        None => "?",
        Some((_, own)) if own.is_empty() || own.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{endpoint}{joint}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_only_some_parsers_would_repair_is_refused() {
        for text in [
            "",
            "https",
            "https:",
            "https://",
            "https:///",
            "https:///host",
            "https://?q",
            "https:host",
            "https:/host",
            "https:\\\\host",
            "//host",
            "/path",
            "host",
            "host:443",
            " https://host",
            "https://host ",
            "https://ho st",
            "https://host/a b",
            "ht\ttps://host",
            "https://host\n",
            "https://ho\tst",
            "https://host/\u{0}",
            "https://host/\u{a0}",
            "https://host\\@evil.example",
            "http://127.0.0.1\\.evil.example",
            "https://host/\\evil.example",
            "https://user@host",
            "https://user:password@host",
            "https://:password@host",
            "https://@host",
            "https://:@host",
            "https://good.example@evil.example/",
            "https://user@@host",
            "blob:https://host/1",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "ftp://host/",
            "ws://host/",
            "view-source:https://host",
            "https://host:0",
            "https://host:65536",
            "https://host:port",
            "https://host:-1",
            "https://ho<st",
            "https://%00",
            "https://[::1",
            "https://[v1.x]",
            "https://1.2.3.256",
            "https://xn--a",
            "é",
            "https:é",
        ] {
            assert!(parse_http_url(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_url_is_canonical() {
        for (text, canonical) in [
            ("https://clever.com", "https://clever.com/"),
            ("HTTPS://CLEVER.COM:443/x", "https://clever.com/x"),
            ("http://host:80", "http://host/"),
            ("https://host:80/", "https://host:80/"),
            ("https://host:", "https://host/"),
            ("https://host/a/../b", "https://host/b"),
            ("https://Écoles.example", "https://xn--coles-9ra.example/"),
            ("https://host/?q=a@b", "https://host/?q=a@b"),
            ("https://host/user@x", "https://host/user@x"),
            ("http://127.1:5999", "http://127.0.0.1:5999/"),
            ("http://[0:0::1]/", "http://[::1]/"),
            ("https://clever%2ecom", "https://clever.com/"),
        ] {
            assert_eq!(parse_http_url(text).map(String::from), Ok(canonical.to_owned()), "{text}");
        }
    }

    #[test]
    fn an_endpoint_with_a_fragment_or_too_long_in_canonical_form_is_refused() {
        let long = |letter: &str, count: usize| format!("https://host/{}", letter.repeat(count));
        for (text, verdict) in [
            ("https://host/a?b=c", Ok("https://host/a?b=c")),
            ("https://host/a#", Err(NO_FRAGMENT)),
            ("https://host/a#b", Err(NO_FRAGMENT)),
            ("https://user@host/a#b", Err("must not contain a user name or password")),
            (&long("a", 3000), Err("is too long")),
            // Each of these characters has six bytes in canonical form.
            (&long("é", 400), Err("is too long")),
        ] {
            assert_eq!(parse_endpoint(text).as_ref().map(Url::as_str), verdict.as_ref().copied(), "{text}");
        }
    }

    #[test]
    fn an_origin_with_a_path_or_query_is_refused() {
        for (text, origin) in [
            ("https://www.example.org", "https://www.example.org"),
            ("https://WWW.example.org:443/", "https://www.example.org"),
            ("http://localhost:8000", "http://localhost:8000"),
        ] {
            assert_eq!(parse_origin(text), Ok(origin.to_owned()));
        }
        for text in
            ["https://www.example.org/x", "https://x.org?", "https://x.org/#", "null", "*", "https://*"]
        {
            assert!(parse_origin(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        let is_loopback = |text| is_loopback(&parse_http_url(text).unwrap());
        for text in [
            "http://127.0.0.1",
            "http://127.8.9.1:5",
            "http://[::1]",
            "http://LOCALHOST",
            "http://2130706433",
        ] {
            assert!(is_loopback(text), "{text}");
        }
        for text in [
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example",
            "http://clever",
            "http://0.0.0.0",
        ] {
            assert!(!is_loopback(text), "{text}");
        }
    }

    #[test]
    fn a_query_is_appended_to_the_endpoints_own_query() {
        assert_eq!(with_query("https://op/authorize", "a=1"), "https://op/authorize?a=1");
        assert_eq!(with_query("https://op/authorize?policy=x", "a=1"), "https://op/authorize?policy=x&a=1");
        assert_eq!(with_query("https://op/authorize?", "a=1"), "https://op/authorize?a=1");
        assert_eq!(with_query("https://op/authorize?x&", "a=1"), "https://op/authorize?x&a=1");
    }
}
