//! The kinds of answers the emulator gives.

use std::borrow::Cow;

use axum::body::Body;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use serde_json::Value;

/// A JSON body, typed as Clever types it.
pub(crate) fn json(status: StatusCode, value: &Value) -> Response {
    (status, [(CONTENT_TYPE, "application/json; charset=utf-8")], value.to_string()).into_response()
}

/// A page of the emulator. It may show nothing but itself, and may not be shown in a frame. Forms are not limited
/// by the policy: browsers apply that to redirects too, and a login ends with a redirect to the app. Nobody else learns
/// the page's address; the emulator itself does, for without that browsers send `Origin: null` with a form.
pub(crate) fn page(status: StatusCode, markup: Markup) -> Response {
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "same-origin"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
        ),
    ];
    (status, headers, markup.into_string()).into_response()
}

/// The page Clever's servers show for what they do not have, with the path escaped.
pub(crate) fn cannot(method: &str, path: &str) -> Response {
    let what = html! { (method) " " (path) }.into_string();
    let body = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Error</title>\n</head>\n\
         <body>\n<pre>Cannot {what}</pre>\n</body>\n</html>\n"
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (StatusCode::NOT_FOUND, headers, body).into_response()
}

/// A redirect that nobody may keep, for there may be a code or a token in it.
pub(crate) fn redirect(status: StatusCode, location: &str) -> Response {
    let headers = [(LOCATION, location), (CACHE_CONTROL, "no-store"), (REFERRER_POLICY, "no-referrer")];
    (status, headers, Body::empty()).into_response()
}

/// The same answer with one more header. A value that cannot stand in a header is left out.
pub(crate) fn with_header(mut response: Response, name: HeaderName, value: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
    response
}

/// The same answer, with the headers that Clever puts on what concerns tokens, against browsers that guess.
pub(crate) fn hardened(response: Response) -> Response {
    [
        ("x-content-type-options", "nosniff"),
        ("x-dns-prefetch-control", "off"),
        ("x-download-options", "noopen"),
        ("x-xss-protection", "1; mode=block"),
    ]
    .into_iter()
    .fold(response, |response, (name, value)| with_header(response, HeaderName::from_static(name), value))
}

/// The same answer, not to be kept by anybody (RFC 6749 section 5.1).
pub(crate) fn not_stored(response: Response) -> Response {
    with_header(response, CACHE_CONTROL, "no-store")
}

/// Why an answer is as it is, for the journal. It is no part of what is sent, and nothing that came with a request stands
/// in it: only words of the emulator, and what is known of the apps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Why(pub(crate) Cow<'static, str>);

/// The same answer with the reason for it.
pub(crate) fn explained(mut response: Response, why: impl Into<Cow<'static, str>>) -> Response {
    response.extensions_mut().insert(Why(why.into()));
    response
}
