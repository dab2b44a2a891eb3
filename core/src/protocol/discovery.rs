//! The provider's metadata (OpenID Connect Discovery 1.0, 4), which says where the keys are.

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::address::{is_loopback, parse_endpoint, parse_http_url};
use super::exchange;
use super::message::{Request, Response};
use crate::error::{Error, ErrorCode, Result, quote};

/// The path of the document, below the issuer.
pub(crate) const PATH: &str = "/.well-known/openid-configuration";

/// The parts of the discovery document that this crate reads.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Metadata {
    /// The address of the key set.
    pub jwks_uri: String,
    /// The address to send the browser to. This and the other endpoints are `None` when they are missing or unusable: not https,
    /// with credentials or a fragment, or longer than 2,048 bytes.
    pub authorization_endpoint: Option<String>,
    /// Where codes are exchanged.
    pub token_endpoint: Option<String>,
    /// Where to fetch the claims of the person that an access token belongs to.
    pub userinfo_endpoint: Option<String>,
}

/// The request for the document of `issuer`.
///
/// ```
/// let request = clever_sso::protocol::discovery_request("https://clever.com")?;
/// assert_eq!(request.uri(), "https://clever.com/.well-known/openid-configuration");
/// # Ok::<(), clever_sso::Error>(())
/// ```
///
/// # Errors
/// `internal` when the issuer cannot be put into a request.
pub fn request(issuer: &str) -> Result<Request> {
    exchange::request(Method::GET, &format!("{issuer}{PATH}"), &[], Vec::new())
}

/// Checks the response: it must name exactly `issuer` (section 4.3), and a valid address for the keys.
///
/// ```
/// use clever_sso::protocol::{Response, discovery_response};
///
/// let document = br#"{"issuer":"https://clever.com","jwks_uri":"https://clever.com/oauth/certs"}"#;
/// let metadata = discovery_response(&Response::new(document.to_vec()), "https://clever.com")?;
/// assert_eq!(metadata.jwks_uri, "https://clever.com/oauth/certs");
/// # Ok::<(), clever_sso::Error>(())
/// ```
///
/// # Errors
/// `discovery_issuer`, `response_html`, `response_malformed`, or the error code for the status.
pub fn response(response: &Response, issuer: &str) -> Result<Metadata> {
    let record = exchange::record(response)?;
    let text = |name| exchange::text(&record, name).unwrap_or_default();
    if text("issuer") != issuer {
        let detail = format!("expected {}, found {}", quote(issuer), quote(text("issuer")));
        return Err(Error::with_detail(ErrorCode::DiscoveryIssuer, detail));
    }
    let endpoint = |name| endpoint(&record, name, issuer);
    Ok(Metadata {
        jwks_uri: endpoint("jwks_uri")
            .ok_or_else(|| exchange::malformed(response, why_not_asked(text("jwks_uri"))))?,
        authorization_endpoint: endpoint("authorization_endpoint"),
        token_endpoint: endpoint("token_endpoint"),
        userinfo_endpoint: endpoint("userinfo_endpoint"),
    })
}

/// An address in the document, in canonical form, if it is valid.
fn endpoint(record: &Value, name: &str, issuer: &str) -> Option<String> {
    let url = parse_endpoint(exchange::text(record, name)?).ok()?;
    may_be_asked(&url, issuer).then(|| url.into())
}

/// Why the keys cannot be fetched from this address. It is shown without its password.
fn why_not_asked(jwks_uri: &str) -> String {
    let why = parse_endpoint(jwks_uri).err().unwrap_or("must start with https://");
    let shown = Url::parse(jwks_uri).ok().filter(Url::has_host).and_then(|mut url| {
        url.set_username("").and_then(|()| url.set_password(None)).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(format!(" ({})", quote(url.as_str())))
    });
    format!("jwks_uri{} {why}", shown.unwrap_or_default())
}

/// Whether an address is https, or plain http to this machine. Plain http is also fine if the issuer itself is plain http on
/// another machine, which a configuration allows only in development.
fn may_be_asked(url: &Url, issuer: &str) -> bool {
    let is_plain_elsewhere =
        |issuer| parse_http_url(issuer).is_ok_and(|url| url.scheme() == "http" && !is_loopback(&url));
    url.scheme() == "https" || is_loopback(url) || is_plain_elsewhere(issuer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(body: &str) -> Result<Metadata> {
        response(&http::Response::builder().body(body.as_bytes().to_vec()).unwrap(), "https://clever.com")
    }

    #[test]
    fn a_document_of_another_issuer_is_refused() {
        for issuer in ["https://clever.com/", "https://evil.example", "https://CLEVER.com"] {
            let body = format!(r#"{{"issuer":"{issuer}","jwks_uri":"https://clever.com/oauth/certs"}}"#);
            assert_eq!(judge(&body).unwrap_err().code(), ErrorCode::DiscoveryIssuer, "{issuer}");
        }
    }

    #[test]
    fn keys_are_fetched_by_https_only() {
        for uri in [
            "file:///etc/passwd",
            "http://clever.com/oauth/certs",
            "ftp://clever.com/k",
            "data:,x",
            "certs",
            "https://u:p@clever.com/certs",
            "http://127.0.0.1\\\\.evil.example/certs",
        ] {
            let body = format!(r#"{{"issuer":"https://clever.com","jwks_uri":"{uri}"}}"#);
            assert_eq!(judge(&body).unwrap_err().code(), ErrorCode::ResponseMalformed, "{uri}");
        }
    }

    #[test]
    fn an_error_shows_a_forbidden_address_of_keys_without_its_password() {
        for (uri, said) in [
            (
                "https://user:hunter2@clever.com/certs?k=hunter2",
                "jwks_uri (\"https://clever.com/certs\") must not contain a user name",
            ),
            ("https://hunter2@clever.com", "jwks_uri (\"https://clever.com/\") must not contain a user name"),
            ("https:user:hunter2@clever.com", "jwks_uri (\"https://clever.com/\") must start with https://"),
            ("foo://user:hunter2@host/x", "jwks_uri (\"foo://host/x\") must start with https://"),
            ("foo:user:hunter2@host/x", "jwks_uri must start with https://"),
            ("//user:hunter2@host/x", "jwks_uri must start with https://"),
            (
                "https://clever.com/certs#hunter2",
                "jwks_uri (\"https://clever.com/certs\") must have no fragment (#)",
            ),
            ("http://clever.com/certs", "jwks_uri (\"http://clever.com/certs\") must start with https://"),
            ("https://user:hunter2@clever.com:99999/", "jwks_uri must not contain a user name"),
        ] {
            let shown = judge(&format!(r#"{{"issuer":"https://clever.com","jwks_uri":"{uri}"}}"#))
                .unwrap_err()
                .to_string();
            assert!(shown.contains(said) && !shown.contains("hunter2"), "{shown}");
        }
    }

    #[test]
    fn keys_may_be_plain_http_if_the_issuer_is_plain_http() {
        for (issuer, uri, usable) in [
            ("http://clever:5999", "http://clever:5999/oauth/certs", true),
            ("http://127.0.0.1:5999", "http://127.0.0.1:5999/oauth/certs", true),
            ("http://127.0.0.1:5999", "http://clever:5999/oauth/certs", false),
            ("https://clever.com", "http://clever:5999/oauth/certs", false),
        ] {
            let body = format!(r#"{{"issuer":"{issuer}","jwks_uri":"{uri}"}}"#);
            let record = http::Response::builder().body(body.into_bytes()).unwrap();
            assert_eq!(response(&record, issuer).is_ok(), usable, "{issuer} {uri}");
        }
    }

    #[test]
    fn an_invalid_endpoint_is_left_out_and_the_others_stay_valid() {
        for link in [
            "null",
            "7",
            "{}",
            "\"\"",
            "\"http://clever.com/\"",
            "\"https://a:b@clever.com\"",
            "\"javascript:x\"",
            "\"https://clever.com/oauth#x\"",
            "\"https://clever.com/oauth#\"",
            &format!("\"https://clever.com/{}\"", "a".repeat(2048)),
            &format!("\"https://clever.com/{}\"", "é".repeat(400)),
        ] {
            let body = format!(
                r#"{{"issuer":"https://clever.com","jwks_uri":"https://Clever.com:443/certs?v=1",
                    "authorization_endpoint":{link},"token_endpoint":{link},"userinfo_endpoint":{link}}}"#
            );
            let metadata = judge(&body).unwrap();
            let links =
                [metadata.authorization_endpoint, metadata.token_endpoint, metadata.userinfo_endpoint];
            assert_eq!(links, [None, None, None], "{link}");
            assert_eq!(metadata.jwks_uri, "https://clever.com/certs?v=1");
        }
    }
}
