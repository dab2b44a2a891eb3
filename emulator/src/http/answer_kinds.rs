//! The kinds of answers that endpoints give.

use std::borrow::Cow;

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, REFERRER_POLICY,
    X_CONTENT_TYPE_OPTIONS,
};
use maud::{Markup, html};
use serde_json::Value;

use super::answer::Answer;
use super::verbatim;

/// The challenge to an app that must show who it is.
pub(crate) const BASIC_CHALLENGE: &str = r#"Basic realm="Clever emulator""#;
/// The line of answers that the journal does not list: those of the controls and the desk.
pub(crate) const NOT_IN_JOURNAL: &str = "";
/// For the journal, when random numbers or a key could not be made.
pub(crate) const EMULATOR_FAILED: &str = "the emulator itself failed: Clever does not send this";

impl Answer {
    /// A JSON body with Clever's content type.
    pub(crate) fn json(status: StatusCode, value: &Value, line: impl Into<Cow<'static, str>>) -> Self {
        let body = verbatim::written(&value.to_string());
        Self::new(status, &[(CONTENT_TYPE, "application/json; charset=utf-8")], body, line)
    }

    /// A page of the emulator. It may load nothing and may not be shown in a frame. The policy does not limit forms: browsers
    /// apply that to redirects too, and a login ends with a redirect to the app. Only the emulator itself learns the page's
    /// address as the referrer: without that, browsers send `Origin: null` with a form.
    pub(crate) fn page(status: StatusCode, markup: Markup, line: impl Into<Cow<'static, str>>) -> Self {
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
        Self::new(status, &headers, markup.into_string(), line)
    }

    /// The page of Clever's servers for an unknown path, with the path escaped.
    pub(crate) fn cannot(method: &str, path: &str, line: impl Into<Cow<'static, str>>) -> Self {
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
        Self::new(StatusCode::NOT_FOUND, &headers, body, line)
    }

    /// A redirect that must not be cached, because it may contain a code or a token.
    pub(crate) fn redirect(status: StatusCode, location: &str, line: impl Into<Cow<'static, str>>) -> Self {
        let headers = [(CACHE_CONTROL, "no-store"), (REFERRER_POLICY, "no-referrer")];
        Self::new(status, &headers, Bytes::new(), line).with_header(LOCATION, location)
    }

    /// The same answer with the headers that Clever sends with tokens, against content sniffing.
    pub(crate) fn hardened(self) -> Self {
        [
            ("x-content-type-options", "nosniff"),
            ("x-dns-prefetch-control", "off"),
            ("x-download-options", "noopen"),
            ("x-xss-protection", "1; mode=block"),
        ]
        .into_iter()
        .fold(self, |answer, (name, value)| answer.with_header(HeaderName::from_static(name), value))
    }

    /// The same answer, which must not be stored (RFC 6749 section 5.1).
    pub(crate) fn not_stored(self) -> Self {
        self.with_header(CACHE_CONTROL, "no-store")
    }
}
