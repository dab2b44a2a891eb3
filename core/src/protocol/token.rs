//! The code exchange (RFC 6749 4.1.3 and 4.1.4, OpenID Connect Core 3.1.3).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, StatusCode, header};
use serde_json::Value;
use url::form_urlencoded::{Serializer, byte_serialize};

use super::exchange;
use super::message::{Request, Response};
use crate::error::{Error, ErrorCode, Result};
use crate::secret::Secret;

/// The tokens from a code exchange.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tokens {
    /// Gives access to Clever's API for 24 hours.
    pub access_token: Secret,
    /// Proves who logged in. Only for applications with OpenID Connect, and not for Clever Library.
    pub id_token: Option<Secret>,
}

/// The request that exchanges a code. It sends the credentials with HTTP Basic (RFC 6749 2.3.1), which Clever requires.
///
/// ```
/// use clever_sso::Secret;
/// use clever_sso::protocol::token_request;
///
/// let (endpoint, secret) = ("https://clever.com/oauth/tokens", Secret::new("client secret"));
/// let request = token_request(endpoint, "client-id", &secret, "code", "https://app.example/callback")?;
/// assert_eq!(request.method(), "POST");
/// # Ok::<(), clever_sso::Error>(())
/// ```
///
/// # Errors
/// `argument_invalid`, `internal`.
pub fn request(
    endpoint: &str,
    client_id: &str,
    client_secret: &Secret,
    code: &str,
    redirect_uri: &str,
) -> Result<Request> {
    let body = Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("code", code)
        .append_pair("redirect_uri", redirect_uri)
        .finish();
    let headers = [
        (header::AUTHORIZATION, basic(client_id, client_secret)),
        (header::CONTENT_TYPE, "application/x-www-form-urlencoded".to_owned()),
    ];
    exchange::request(Method::POST, endpoint, &headers, body.into_bytes())
}

fn basic(client_id: &str, client_secret: &Secret) -> String {
    let encode = |text: &str| byte_serialize(text.as_bytes()).collect::<String>();
    format!("Basic {}", STANDARD.encode(format!("{}:{}", encode(client_id), encode(client_secret.expose()))))
}

/// Checks the response.
///
/// ```
/// use clever_sso::protocol::{Response, token_response};
///
/// let response = Response::new(br#"{"access_token":"il1234"}"#.to_vec());
/// let tokens = token_response(&response)?;
/// assert!(tokens.access_token.matches("il1234") && tokens.id_token.is_none());
/// # Ok::<(), clever_sso::Error>(())
/// ```
///
/// # Errors
/// `code_rejected`, `client_rejected`, `token_request_rejected`, `response_html`, `response_malformed`, or the error code for the
/// status.
pub fn response(response: &Response) -> Result<Tokens> {
    if !exchange::is_good(response) {
        return Err(refused(response));
    }
    let record = exchange::record(response)?;
    // RFC 6749 7.1: a token of an unknown type must not be used. The responses in Clever's documentation have no type.
    let bearer = exchange::text(&record, "token_type").is_none_or(|kind| kind.eq_ignore_ascii_case("bearer"));
    let access_token = exchange::text(&record, "access_token").filter(|token| is_token(token));
    let (true, Some(access_token)) = (bearer, access_token) else {
        return Err(exchange::malformed(response, "no bearer token in the response"));
    };
    // The ID token decides who logged in. Null means no ID token. Any other value that is not a string is an error.
    let id_token = match record.get("id_token") {
        None | Some(Value::Null) => None,
        Some(Value::String(token)) if token.is_empty() => None,
        Some(Value::String(token)) => Some(token.as_str().into()),
        Some(_) => return Err(exchange::malformed(response, "id_token is not a string")),
    };
    Ok(Tokens { access_token: access_token.into(), id_token })
}

/// Whether the response is a web page, which does not come from Clever: Clever sends JSON.
#[cfg(feature = "client")]
pub(crate) fn is_page(response: &Response) -> bool {
    exchange::is_html(response.headers(), response.body())
}

/// Whether `text` can be a token, which goes into a header (RFC 6750 2.1).
pub(super) fn is_token(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn refused(response: &Response) -> Error {
    let status = response.status();
    let word = exchange::error_word(response);
    let code = match word.as_deref() {
        Some("invalid_grant") => ErrorCode::CodeRejected,
        Some("invalid_client" | "unauthorized_client") => ErrorCode::ClientRejected,
        _ if status == StatusCode::UNAUTHORIZED => ErrorCode::ClientRejected,
        Some(word) if status.is_client_error() && status != StatusCode::TOO_MANY_REQUESTS => {
            return Error::with_detail(ErrorCode::TokenRequestRejected, word).with_status(status.as_u16());
        }
        _ => return exchange::refused(response),
    };
    Error::new(code).with_status(status.as_u16())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(status: u16, body: &str) -> Result<Tokens> {
        response(&http::Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap())
    }

    #[test]
    fn the_request_has_basic_credentials_and_the_code_in_the_body() {
        let request =
            request("https://clever.com/oauth/tokens", "a:b", &"c d/é".into(), "code&1", "https://app/cb?x")
                .unwrap();
        let basic =
            request.headers()[header::AUTHORIZATION].to_str().unwrap().strip_prefix("Basic ").unwrap();
        assert_eq!(STANDARD.decode(basic).unwrap(), b"a%3Ab:c+d%2F%C3%A9");
        assert_eq!(
            request.body(),
            b"grant_type=authorization_code&code=code%261&redirect_uri=https%3A%2F%2Fapp%2Fcb%3Fx"
        );
        assert_eq!(request.uri().query(), None);
    }

    #[test]
    fn token_responses_with_and_without_an_id_token_are_read() {
        let plain = judge(200, r#"{"access_token":"il1","token_type":"bearer"}"#).unwrap();
        assert!(plain.access_token.matches("il1") && plain.id_token.is_none());
        let oidc = judge(200, r#"{"access_token":"il1","id_token":"a.b.c","extra":[]}"#).unwrap();
        assert!(oidc.id_token.unwrap().matches("a.b.c"));
    }

    #[test]
    fn each_refusal_has_its_own_error_code() {
        for (status, body, code) in [
            (400, r#"{"error":"invalid_grant","error_description":"invalid code"}"#, ErrorCode::CodeRejected),
            (401, r#"{"error":"invalid_client"}"#, ErrorCode::ClientRejected),
            (401, "", ErrorCode::ClientRejected),
            (400, r#"{"error":"invalid_request"}"#, ErrorCode::TokenRequestRejected),
            (400, "<html>", ErrorCode::ResponseHtml),
            (429, "", ErrorCode::RateLimited),
            (500, "{}", ErrorCode::CleverUnavailable),
            (200, r#"{"access_token":""}"#, ErrorCode::ResponseMalformed),
            (200, r#"{"access_token":"x","token_type":"mac"}"#, ErrorCode::ResponseMalformed),
            (200, r#"{"id_token":"a.b.c"}"#, ErrorCode::ResponseMalformed),
        ] {
            assert_eq!(judge(status, body).unwrap_err().code(), code, "{status} {body}");
        }
    }

    #[test]
    fn debug_shows_no_token() {
        let shown =
            format!("{:?}", judge(200, r#"{"access_token":"hunter2","id_token":"hunter3"}"#).unwrap());
        assert!(!shown.contains("hunter"), "{shown}");
    }
}
