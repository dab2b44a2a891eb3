//! The tracing span of an attempt, named by OpenTelemetry's semantic conventions for HTTP clients.
//!
//! It contains no header, query or body, and no id of a person or district: `{id}` replaces an id at the end of a path.

use http::Uri;
use tracing::Span;
use tracing::field::Empty;

#[cfg(feature = "__face")]
use crate::clock::{self, Instant};
use crate::error::Result;
#[cfg(feature = "__face")]
use crate::observed::{self, Attempt};
use crate::protocol::{Request, Response};
use crate::stats::RequestTo;

/// The span of this attempt. It starts now.
pub(super) fn of(to: RequestTo, request: &Request, attempt: u32) -> Span {
    let (method, uri) = (request.method().as_str(), request.uri());
    tracing::info_span!(
        "http_request",
        otel.name = method,
        otel.kind = "client",
        otel.status_code = Empty,
        "http.request.method" = method,
        "http.request.resend_count" = (attempt > 1).then(|| attempt - 1),
        "http.response.status_code" = Empty,
        "server.address" = uri.host(),
        "server.port" = port(uri),
        "url.full" = address(to, uri),
        "error.type" = Empty,
    )
}

fn port(uri: &Uri) -> u16 {
    uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 })
}

/// The URL without the query, and without a user and password before the host.
fn address(to: RequestTo, uri: &Uri) -> String {
    let (scheme, host) = (uri.scheme_str().unwrap_or_default(), uri.host().unwrap_or_default());
    let port = uri.port_u16().map(|port| format!(":{port}")).unwrap_or_default();
    let path = match uri.path().rsplit_once('/') {
        Some((folder, _)) if matches!(to, RequestTo::User | RequestTo::District) => {
            format!("{folder}/{{id}}")
        }
        _ => uri.path().to_owned(),
    };
    format!("{scheme}://{host}{port}{path}")
}

/// Records how the attempt ended.
pub(super) fn end(span: &Span, result: &Result<Response>) {
    if span.is_disabled() {
        return;
    }
    if let Some(status) = status(result) {
        span.record("http.response.status_code", status);
    }
    if let Some(error) = error_type(result) {
        span.record("error.type", error).record("otel.status_code", "ERROR");
    }
}

/// Records the attempt for a language binding that observes this call.
#[cfg(feature = "__face")]
pub(super) fn note(
    to: RequestTo,
    request: &Request,
    attempt: u32,
    begun: Instant,
    result: &Result<Response>,
) {
    observed::note(|seen| {
        let uri = request.uri();
        seen.attempts.push(Attempt {
            method: request.method().to_string(),
            url: address(to, uri),
            host: uri.host().unwrap_or_default().to_owned(),
            port: port(uri),
            resent: attempt.saturating_sub(1),
            status: status(result),
            error: error_type(result),
            begun: seen.since(begun),
            took: clock::now().saturating_duration_since(begun),
        });
    });
}

fn status(result: &Result<Response>) -> Option<u16> {
    match result {
        Ok(response) => Some(response.status().as_u16()),
        Err(error) => error.http_status(),
    }
}

/// The status of an error response, or the error code when there is no response.
fn error_type(result: &Result<Response>) -> Option<String> {
    match result {
        Ok(response) => {
            let status = response.status();
            (status.is_client_error() || status.is_server_error()).then(|| status.as_str().to_owned())
        }
        Err(error) => Some(error.code().as_str().to_owned()),
    }
}
