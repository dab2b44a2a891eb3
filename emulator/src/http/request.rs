//! A request as the endpoints see it: whole, and in memory.

use axum::body::Bytes;
use axum::extract::FromRequest;
use axum::extract::rejection::BytesRejection;
use axum::http::header::{AUTHORIZATION, HOST};
use axum::http::{HeaderMap, Method, Uri};

use crate::http::route::Route;
use crate::scenarios::Scenario;
use crate::shared::Shared;

/// Method, URI, headers and the body, whose size the server has limited; and the scenario, if it was sent below the base
/// URL of one. The URI is that below the base URL.
#[derive(Clone)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) scenario: Option<&'static Scenario>,
}

impl<S: Send + Sync> FromRequest<S> for Request {
    type Rejection = BytesRejection;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, BytesRejection> {
        let (method, uri, headers) =
            (request.method().clone(), request.uri().clone(), request.headers().clone());
        let scenario = request.extensions().get().copied();
        let body = Bytes::from_request(request, state).await?;
        Ok(Self { method, uri, headers, body, scenario })
    }
}

impl Request {
    /// The same request, as the server passes it on.
    pub(crate) fn passed_on(self) -> axum::extract::Request {
        let mut request = axum::extract::Request::new(self.body.into());
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.headers_mut() = self.headers;
        if let Some(scenario) = self.scenario {
            request.extensions_mut().insert(scenario);
        }
        request
    }

    /// What stands before the path: nothing, or the way to a scenario.
    pub(crate) fn prefix(&self) -> String {
        self.scenario.map(Scenario::prefix).unwrap_or_default()
    }

    /// The base URL of the Clever this request was sent to, which is its issuer.
    pub(crate) fn base_url(&self, shared: &Shared) -> String {
        format!("{}{}", self.emulator_url(shared), self.prefix())
    }

    /// The base URL of the emulator, without a scenario.
    pub(crate) fn emulator_url(&self, shared: &Shared) -> String {
        shared.address.base_url_for(self.host())
    }

    /// The one `Host` of the request. There is none if it is missing, there twice, or another one than the target names
    /// (RFC 9112 section 3.2).
    pub(crate) fn host(&self) -> Option<&str> {
        let mut hosts = self.headers.get_all(HOST).iter();
        let host = hosts.next().filter(|_| hosts.next().is_none())?.to_str().ok()?;
        let named = self.uri.authority().is_none_or(|named| named.as_str().eq_ignore_ascii_case(host));
        named.then_some(host)
    }

    /// The path, as it was sent.
    pub(crate) fn path(&self) -> &str {
        self.uri.path()
    }

    /// What it is about.
    pub(crate) fn route(&self) -> Route {
        Route::of(&self.method, self.path())
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
