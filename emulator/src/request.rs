//! A request as the endpoints see it: whole, and in memory.

use axum::body::Bytes;
use axum::extract::FromRequest;
use axum::extract::rejection::BytesRejection;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method, Uri};

/// Method, URI, headers and the body, whose size the server has limited.
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Request {
    type Rejection = BytesRejection;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, BytesRejection> {
        let (method, uri, headers) =
            (request.method().clone(), request.uri().clone(), request.headers().clone());
        let body = Bytes::from_request(request, state).await?;
        Ok(Self { method, uri, headers, body })
    }
}

impl Request {
    /// The path, as it was sent.
    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }

    /// The query, as it was sent, or nothing.
    pub(crate) fn query(&self) -> &[u8] {
        self.uri.query().unwrap_or_default().as_bytes()
    }

    /// The segment of the path with this number, the first being 0.
    pub(crate) fn segment(&self, number: usize) -> &str {
        self.path().split('/').skip(1).nth(number).unwrap_or_default()
    }

    /// What the `Authorization` header says after this scheme (RFC 9110 section 11.4).
    pub(crate) fn authorization(&self, scheme: &str) -> Option<&str> {
        let (own, credentials) = self.headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
        own.eq_ignore_ascii_case(scheme).then_some(credentials.trim())
    }
}
