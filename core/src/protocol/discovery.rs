//! The provider's metadata (OpenID Connect Discovery 1.0, 4): where the keys are.

use http::{Method, StatusCode};
use serde::Deserialize;
use url::Url;

use super::{Request, Response, answer};
use crate::config::check_transport;
use crate::error::{Error, ErrorCode, Result, quote};

/// What is taken from the discovery document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Where the key set is.
    pub jwks_uri: String,
    /// Where the browser is sent.
    pub authorization_endpoint: Option<String>,
    /// Where codes are exchanged.
    pub token_endpoint: Option<String>,
    /// Where the claims of an access token's person are.
    pub userinfo_endpoint: Option<String>,
}

/// The request for the document of `issuer`.
///
/// # Errors
/// `internal` when the issuer cannot be put into a request.
pub fn request(issuer: &str) -> Result<Request> {
    answer::request(Method::GET, &format!("{issuer}/.well-known/openid-configuration"), &[], Vec::new())
}

/// Judges the answer: it must speak for exactly `issuer` (section 4.3), and name keys at an address that may be asked.
///
/// # Errors
/// `discovery_issuer`, `response_html`, `response_malformed`, or the word for the status.
pub fn response(response: &Response, issuer: &str) -> Result<Metadata> {
    #[derive(Deserialize)]
    struct Answer {
        issuer: String,
        jwks_uri: String,
        authorization_endpoint: Option<String>,
        token_endpoint: Option<String>,
        userinfo_endpoint: Option<String>,
    }
    if response.status() != StatusCode::OK {
        return Err(answer::refused(response));
    }
    let answer: Answer = answer::json(response)?;
    if answer.issuer != issuer {
        let detail = format!("expected {}, found {}", quote(issuer), quote(&answer.issuer));
        return Err(Error::with_detail(ErrorCode::DiscoveryIssuer, detail));
    }
    let usable = Url::parse(&answer.jwks_uri).is_ok_and(|url| check_transport(&url).is_ok());
    if !usable {
        let detail = format!("jwks_uri must be https, found {}", quote(&answer.jwks_uri));
        return Err(Error::with_detail(ErrorCode::ResponseMalformed, detail));
    }
    // The other endpoints are held to the same when they are put into a configuration.
    Ok(Metadata {
        jwks_uri: answer.jwks_uri,
        authorization_endpoint: answer.authorization_endpoint,
        token_endpoint: answer.token_endpoint,
        userinfo_endpoint: answer.userinfo_endpoint,
    })
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
        for uri in
            ["file:///etc/passwd", "http://clever.com/oauth/certs", "ftp://clever.com/k", "data:,x", "certs"]
        {
            let body = format!(r#"{{"issuer":"https://clever.com","jwks_uri":"{uri}"}}"#);
            assert_eq!(judge(&body).unwrap_err().code(), ErrorCode::ResponseMalformed, "{uri}");
        }
    }
}
