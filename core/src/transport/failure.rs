//! Turns what went wrong with a request into an error of the catalogue.

use std::error::Error as _;
use std::io;

use http::uri::Authority;
use http::{HeaderMap, StatusCode};
use rustls::AlertDescription;
use url::Url;

use super::resolver::TooMany;
use crate::config::proxies::{Proxies, Proxy};
use crate::error::{Error, ErrorCode, Result, quote};
use crate::process;
use crate::protocol::Request;

/// What is said about a certificate whose dates don't fit.
pub(crate) const OR_THE_CLOCK: &str = "or the clock is wrong";
/// What is said about the certificate of another server.
pub(crate) const ANOTHER_HOST: &str = "the certificate is for another host";
/// What is said about a certificate that no server may use.
pub(crate) const NOT_VALID: &str = "the certificate is not valid";

/// The error for a failed connection to `request`'s address, or to its proxy.
pub(super) fn network(request: &Request, proxy: Option<&Proxy>, error: &reqwest::Error) -> Error {
    let judged = judge(request, proxy, error);
    let by_the_system = |cause: &&io::Error| cause.raw_os_error().is_some();
    match causes(error).filter_map(|cause| cause.downcast_ref()).find(by_the_system) {
        Some(cause) => judged.with_cause(cause),
        None => judged,
    }
}

fn judge(request: &Request, proxy: Option<&Proxy>, error: &reqwest::Error) -> Error {
    if let Some(tls) = cause::<rustls::Error>(error) {
        let detail = format!("{}{}: {}", method_and_address(request), through(proxy), tls_cause(tls));
        return Error::with_detail(ErrorCode::NetworkTls, detail);
    }
    if let Some(too_many) = cause::<TooMany>(error) {
        return Error::with_detail(
            ErrorCode::LimitReached,
            format!("{}: {too_many}", method_and_address(request)),
        );
    }
    let http = cause::<hyper::Error>(error);
    let code = if error.is_connect() && causes(error).any(is_limit) {
        ErrorCode::LimitReached
    } else if error.is_dns() {
        ErrorCode::NetworkName
    } else if error.is_connect() {
        ErrorCode::NetworkConnect
    } else if http.is_some_and(hyper::Error::is_parse) {
        ErrorCode::ResponseMalformed
    } else {
        ErrorCode::NetworkInterrupted
    };
    match proxy {
        Some(proxy) if matches!(code, ErrorCode::NetworkName | ErrorCode::NetworkConnect) => {
            let said: Vec<String> =
                causes(error).map(|cause| cause.to_string().to_ascii_lowercase()).collect();
            let refusal =
                (code == ErrorCode::NetworkConnect).then(|| refused_credentials(proxy, &said)).flatten();
            let cause = refusal.clone().unwrap_or_else(|| proxy_cause(proxy, code, &said));
            let detail = format!("{}: {cause}{}", method_and_address(request), reason(error));
            let error = Error::with_detail(code, detail);
            if refusal.is_some() { error.lasting() } else { error }
        }
        _ => {
            let detail = format!("{}{}{}", method_and_address(request), through(proxy), reason(error));
            Error::with_detail(code, detail)
        }
    }
}

/// The error of the operating system, because firewalls, sandboxes and `SELinux` refuse with other errors than a closed port.
fn reason(error: &reqwest::Error) -> String {
    causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .find(|error| error.raw_os_error().is_some())
        .map(|error| format!(": {error}"))
        .unwrap_or_default()
}

/// Detects a response that the proxy sent instead of Clever. A proxy only sees whole requests with plain http.
pub(super) fn of_proxy(request: &Request, proxy: &Proxy, response: &reqwest::Response) -> Result<()> {
    let status = response.status();
    let is_plain = request.uri().scheme() == Some(&http::uri::Scheme::HTTP);
    let is_html = response
        .headers()
        .get(http::header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().to_ascii_lowercase().starts_with(b"text/html"));
    let (code, detail) = if status == StatusCode::PROXY_AUTHENTICATION_REQUIRED {
        (ErrorCode::NetworkConnect, wants_credentials(proxy, &offered(response.headers())))
    } else if is_plain && is_html && !status.is_success() {
        let how = proxy.how_to_avoid();
        let detail = format!("it came through the proxy {proxy}; to connect without it, {how}");
        (ErrorCode::ResponseHtml, detail)
    } else {
        return Ok(());
    };
    let error = Error::with_detail(code, format!("{}: {detail}", method_and_address(request)));
    let error = if code == ErrorCode::NetworkConnect { error.lasting() } else { error };
    Err(error.with_status(status.as_u16()))
}

pub(super) fn timeout(request: &Request, proxies: &Proxies) -> Error {
    let url = Url::parse(&request.uri().to_string()).ok();
    let proxy = url.and_then(|url| proxies.choose(&url).ok().flatten());
    Error::with_detail(
        ErrorCode::NetworkTimeout,
        format!("{}{}", method_and_address(request), through(proxy)),
    )
}

fn through(proxy: Option<&Proxy>) -> String {
    proxy.map(|proxy| format!(" through the proxy {proxy}")).unwrap_or_default()
}

/// The authentication schemes that a proxy offers (RFC 9110 11.7.1), without their parameters.
pub(crate) fn offered(headers: &HeaderMap) -> Vec<String> {
    let values = headers.get_all(http::header::PROXY_AUTHENTICATE).iter();
    let mut kinds = Vec::new();
    for part in values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')) {
        let kind = part.split_whitespace().next().unwrap_or_default();
        let is_kind =
            !kind.is_empty() && kind.len() < 32 && kind.bytes().all(|byte| byte.is_ascii_alphabetic());
        if is_kind && !kinds.iter().any(|known: &String| known.eq_ignore_ascii_case(kind)) {
            kinds.push(kind.to_owned());
        }
    }
    kinds
}

/// Whether a proxy offers only authentication schemes that this library does not support.
pub(crate) fn cannot_be_used(offered: &[String]) -> bool {
    !offered.is_empty() && !offered.iter().any(|kind| kind.eq_ignore_ascii_case("basic"))
}

/// Why a proxy requires credentials. `offered` is empty if the schemes are not known.
pub(crate) fn wants_credentials(proxy: &Proxy, offered: &[String]) -> String {
    if cannot_be_used(offered) {
        format!(
            "the proxy {proxy} accepts only {} credentials, which this library does not support: it supports Basic",
            offered.join(" or ")
        )
    } else if proxy.has_credentials() {
        format!("the proxy {proxy} does not accept the credentials in its URL")
    } else {
        let scheme = proxy.url().scheme();
        format!(
            "the proxy {proxy} requires credentials: put them into its URL, {scheme}://user:password@host:port"
        )
    }
}

/// Why a proxy rejects the credentials in its URL, or that it requires some, from the errors in `said`.
fn refused_credentials(proxy: &Proxy, said: &[String]) -> Option<String> {
    let says = |words| said.iter().any(|text| text.contains(words));
    // The client only offers a SOCKS proxy the credentials in its URL, or none.
    if proxy.has_credentials() && says("authentication") {
        return Some(format!(
            "the proxy {proxy} accepts no user name and password: remove them from its URL"
        ));
    }
    ["authorization required", "authentication", "credentials not accepted"]
        .into_iter()
        .any(says)
        .then(|| wants_credentials(proxy, &[]))
}

/// Why a connection through a proxy failed. The errors have no public types, so they are recognized by their text. If no text
/// matches, the message still names the proxy.
fn proxy_cause(proxy: &Proxy, code: ErrorCode, said: &[String]) -> String {
    let says = |words| said.iter().any(|text| text.contains(words));
    if says("error resolving for socks proxy") {
        return format!(
            "before the proxy {proxy} is used: with socks5h:// and socks4a://, the proxy resolves names"
        );
    }
    if code == ErrorCode::NetworkName {
        return format!("the proxy {proxy} has a name that cannot be resolved");
    }
    if says("underlying connection") || says("tcp connect") {
        return format!("the proxy {proxy} cannot be reached");
    }
    let hint = if proxy.has_credentials() && proxy.url().scheme().starts_with("socks4") {
        "; SOCKS 4 sends no user name and password: socks5h:// does"
    } else {
        ""
    };
    format!(
        "the proxy {proxy} does not lead there: it refused, closed the connection, or is another kind of proxy{hint}"
    )
}

/// The error of type `E` among the causes of `error`.
fn cause<E: std::error::Error + 'static>(error: &reqwest::Error) -> Option<&E> {
    causes(error).find_map(|here| here.downcast_ref())
}

/// All causes of `error`.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |here| below(*here))
}

fn is_limit(cause: &(dyn std::error::Error + 'static)) -> bool {
    cause.downcast_ref::<io::Error>().is_some_and(process::is_limit)
}

/// The cause of `error`. An I/O error that wraps another error does not name that error as its source, but the one below it; a
/// TLS failure is inside two of those.
fn below<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a (dyn std::error::Error + 'static)> {
    match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

fn tls_cause(error: &rustls::Error) -> String {
    use rustls::CertificateError::{
        Expired, ExpiredContext, NotValidForName, NotValidForNameContext, NotValidYet, NotValidYetContext,
        UnknownIssuer,
    };
    let known = match error {
        rustls::Error::InvalidCertificate(UnknownIssuer) => {
            "the certificate comes from an authority that this machine does not trust: the network may inspect TLS"
        }
        rustls::Error::InvalidCertificate(Expired | ExpiredContext { .. }) => {
            "the certificate has expired, or the clock is wrong"
        }
        rustls::Error::InvalidCertificate(NotValidYet | NotValidYetContext { .. }) => {
            "the certificate is not valid yet, or the clock is wrong"
        }
        rustls::Error::InvalidCertificate(NotValidForName) => ANOTHER_HOST,
        rustls::Error::InvalidCertificate(NotValidForNameContext { presented, .. }) => {
            return format!("{ANOTHER_HOST}{}", listed(presented));
        }
        rustls::Error::InvalidCertificate(reason) => {
            let reason = format!("{reason:?}");
            // An error of rustls's own verifier, whose type is not public.
            let hint = if reason.contains("CaUsedAsEndEntity") {
                ": it belongs to an authority (CA:TRUE), and a server needs a server certificate"
            } else {
                ""
            };
            return format!("{NOT_VALID}{hint} ({reason})");
        }
        rustls::Error::InvalidMessage(_) => {
            "the TLS handshake failed: the server there does not speak TLS, for example because it speaks plain http"
        }
        rustls::Error::PeerIncompatible(reason) => {
            return format!(
                "the server supports no version or cipher of TLS that this library supports ({reason:?}): it may be an old one"
            );
        }
        rustls::Error::AlertReceived(alert) => return alert_cause(*alert),
        _ => return format!("the TLS handshake failed ({error})"),
    };
    known.to_owned()
}

/// The names in a certificate that is for another host: the end of a sentence. Each is in the debug format of its type, such as
/// `DnsName("example.org")`.
fn listed(presented: &[String]) -> String {
    const SHOWN: usize = 3;

    let names = presented.iter().filter_map(|name| name.strip_prefix("DnsName(\"")?.strip_suffix("\")"));
    let names: Vec<_> = names.take(SHOWN).map(quote).collect();
    if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) }
}

/// The meaning of a TLS alert from the server (RFC 8446 6.2), with the alert's name.
fn alert_cause(alert: AlertDescription) -> String {
    let (name, meaning) = match alert {
        AlertDescription::HandshakeFailure => (
            "handshake_failure",
            "the server accepts no TLS settings of this library: it is an old one, or requires a client certificate",
        ),
        AlertDescription::ProtocolVersion => {
            ("protocol_version", "the server speaks neither TLS 1.2 nor TLS 1.3: it is an old one")
        }
        AlertDescription::InsufficientSecurity => {
            ("insufficient_security", "the server requires stronger TLS settings than this library offers")
        }
        AlertDescription::UnknownCA => (
            "unknown_ca",
            "the server, or a firewall in between, does not trust the authority of a certificate",
        ),
        AlertDescription::CertificateRequired => {
            ("certificate_required", "the server requires a client certificate")
        }
        AlertDescription::BadCertificate => {
            ("bad_certificate", "the server, or a firewall in between, refuses a certificate")
        }
        AlertDescription::CertificateUnknown => {
            ("certificate_unknown", "the server, or a firewall in between, refuses a certificate")
        }
        AlertDescription::UnrecognisedName => {
            ("unrecognized_name", "the server there does not serve this host")
        }
        AlertDescription::AccessDenied => {
            ("access_denied", "the server, or a filter in between, forbids this connection")
        }
        AlertDescription::InternalError => ("internal_error", "the server there has an internal error"),
        other => return format!("the server there ends the TLS handshake (TLS alert {other:?})"),
    };
    format!("{meaning} (TLS alert {name})")
}

pub(super) fn about(request: &Request, code: ErrorCode) -> Error {
    Error::with_detail(code, method_and_address(request))
}

/// The address of the request, with the port and without the query. It comes from this library, and never contains a secret.
fn method_and_address(request: &Request) -> String {
    let uri = request.uri();
    format!(
        "{} {}://{}{}",
        request.method(),
        uri.scheme_str().unwrap_or_default(),
        uri.authority().map(Authority::as_str).unwrap_or_default(),
        uri.path()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    #[test]
    fn authentication_schemes_of_a_proxy_are_read_without_their_parameters() {
        let of = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(http::header::PROXY_AUTHENTICATE, HeaderValue::from_static(value));
            }
            let offered = offered(&headers);
            (offered.join(" "), cannot_be_used(&offered))
        };
        for (values, kinds, is_unusable) in [
            (&[][..], "", false),
            (&["Basic realm=\"a, b\""], "Basic", false),
            (&["NTLM"], "NTLM", true),
            (&["Negotiate", "NTLM", "ntlm"], "Negotiate NTLM", true),
            (&["Negotiate, basic realm=x"], "Negotiate basic", false),
            (&["Digest realm=\"x\", nonce=\"5ec4\", qop=auth"], "Digest", true),
            (&["", "<script>"], "", false),
        ] {
            assert_eq!(of(values), (kinds.to_owned(), is_unusable), "{values:?}");
        }
    }

    #[test]
    fn an_alert_is_explained_with_its_name() {
        for (alert, name) in [
            (AlertDescription::HandshakeFailure, "(TLS alert handshake_failure)"),
            (AlertDescription::UnrecognisedName, "(TLS alert unrecognized_name)"),
            (AlertDescription::NoApplicationProtocol, "(TLS alert NoApplicationProtocol)"),
        ] {
            assert!(tls_cause(&rustls::Error::AlertReceived(alert)).ends_with(name));
        }
    }

    #[test]
    fn a_certificate_of_another_host_is_described_with_its_names() {
        let of = |presented: &[&str]| {
            tls_cause(&rustls::Error::InvalidCertificate(rustls::CertificateError::NotValidForNameContext {
                expected: rustls::pki_types::ServerName::try_from("clever.com").unwrap(),
                presented: presented.iter().map(|name| (*name).to_owned()).collect(),
            }))
        };
        assert_eq!(of(&[]), ANOTHER_HOST);
        assert_eq!(
            of(&["DnsName(\"block.example\")", "IpAddress(10.0.0.1)", "DnsName(\"a\u{1b}[31m\")"]),
            format!("{ANOTHER_HOST} (\"block.example\", {})", quote("a\u{1b}[31m"))
        );
        assert_eq!(of(&["DnsName(\"a\")"; 9]), format!("{ANOTHER_HOST} (\"a\", \"a\", \"a\")"));
    }

    #[test]
    fn a_certificate_whose_dates_do_not_fit_may_be_the_fault_of_the_clock() {
        use rustls::CertificateError::{Expired, NotValidYet, UnknownIssuer};

        for (reason, is_about_dates) in [(Expired, true), (NotValidYet, true), (UnknownIssuer, false)] {
            let told = tls_cause(&rustls::Error::InvalidCertificate(reason));
            assert_eq!(told.contains(OR_THE_CLOCK), is_about_dates, "{told}");
        }
    }
}
