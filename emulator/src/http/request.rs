//! A request as endpoints see it: complete, and in memory.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::extract::FromRequest;
use axum::http::header::{AUTHORIZATION, CONNECTION, CONTENT_TYPE, HOST};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use tokio::time::timeout;
use url::form_urlencoded;

use super::address;
use super::connections::LIMIT;
use super::language::Language;
use super::route::Route;

/// Method, URI, headers and body. The server has limited the size of the body.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    /// The URI below `prefix`.
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The prefix of the path that selects a scenario, such as `/s/me-500`; otherwise empty.
    pub(crate) prefix: String,
}

impl<S: Send + Sync> FromRequest<S> for Request {
    type Rejection = NoBody;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, NoBody> {
        let (parts, body) = request.into_parts();
        let (method, uri, headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
        let body = Bytes::from_request(axum::extract::Request::from_parts(parts, body), state);
        let body = timeout(LIMIT, body).await.map_err(|_| NoBody(StatusCode::REQUEST_TIMEOUT))?;
        let body = body.map_err(|error| NoBody(error.status()))?;
        Ok(Self { method, uri, headers, body, prefix: String::new() })
    }
}

/// The body is too large or takes too long, or the connection ended before it arrived. Nothing else is known about such a
/// request.
pub(crate) struct NoBody(StatusCode);

impl IntoResponse for NoBody {
    fn into_response(self) -> Response {
        let message = match self.0 {
            StatusCode::PAYLOAD_TOO_LARGE => {
                "The body is larger than 64 KiB. No request of a login is that large."
            }
            StatusCode::REQUEST_TIMEOUT => "The body did not arrive within 60 seconds.",
            _ => "The body did not arrive completely.",
        };
        let body = json!({ "error": "invalid_request", "message": message }).to_string();
        let mut answer = (self.0, [(CONTENT_TYPE, "application/json; charset=utf-8")], body).into_response();
        if self.0 == StatusCode::REQUEST_TIMEOUT {
            answer.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
        }
        answer
    }
}

impl Request {
    /// The one `Host` of the request. There is none if the header is missing, repeated, or differs from the host in the request
    /// target (RFC 9112 section 3.2).
    pub(crate) fn host(&self) -> Option<&str> {
        let mut hosts = self.headers.get_all(HOST).iter();
        let host = hosts.next().filter(|_| hosts.next().is_none())?.to_str().ok()?;
        let named = self.uri.authority().is_none_or(|named| address::is_same(named.as_str(), host));
        named.then_some(host)
    }

    /// The path, as it was sent.
    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }

    /// Its route.
    pub(crate) fn route(&self) -> Route {
        Route::of(&self.method, self.path())
    }

    /// The query as it was sent, or nothing.
    pub(crate) fn query(&self) -> &[u8] {
        self.uri.query().unwrap_or_default().as_bytes()
    }

    /// The language of the pages for this person.
    pub(crate) fn language(&self) -> Language {
        Language::of(&self.headers)
    }

    /// The segment of the path with this number, counted from 0.
    pub(crate) fn segment(&self, number: usize) -> &str {
        self.path().split('/').skip(1).nth(number).unwrap_or_default()
    }

    /// The media type of the body in lower case, without parameters; empty if there is none.
    pub(crate) fn media_type(&self) -> String {
        let content_type = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default();
        media_type.trim().to_ascii_lowercase()
    }

    /// The value of the `Authorization` header after this scheme (RFC 9110 section 11.4).
    pub(crate) fn authorization(&self, scheme: &str) -> Option<&str> {
        let (own, credentials) = self.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        own.eq_ignore_ascii_case(scheme).then_some(credentials.trim())
    }

    /// The access token, valid or not: in the `Authorization` header (RFC 6750 section 2.1), and for `POST /userinfo` also in a
    /// form (section 2.2). Tokens in the query (section 2.3) are ignored.
    pub(crate) fn access_token(&self) -> Result<Option<Cow<'_, str>>, SentTwice> {
        let in_header = self.authorization("Bearer").map(Cow::Borrowed);
        let mut in_form = self.access_tokens_in_form();
        match (in_header, in_form.next(), in_form.next()) {
            (in_header, None, _) => Ok(in_header),
            (None, Some(token), None) => Ok(Some(token)),
            _ => Err(SentTwice),
        }
    }

    fn access_tokens_in_form(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let is_read = self.method == Method::POST
            && self.route() == Route::Userinfo
            && self.media_type() == "application/x-www-form-urlencoded";
        let body = if is_read { self.body.as_ref() } else { b"" };
        form_urlencoded::parse(body)
            .filter(|(name, token)| name == "access_token" && !token.is_empty())
            .map(|(_, token)| token)
    }
}

/// An access token was sent in two ways.
pub(crate) struct SentTwice;
