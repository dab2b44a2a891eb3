//! The `Host` of each request is checked, on every route.
//!
//! Other machines cannot reach a loopback address, but the browser of this machine can. A page of another site whose name points
//! to 127.0.0.1 (DNS rebinding) would have the same origin as the emulator and could read everything: the people, the codes of
//! an automatic login, the controls. Its requests have its own name in `Host`.

use axum::http::StatusCode;
use axum::http::header::HOST;
use serde_json::json;

use super::address::{Address, is_name};
use super::answer::Answer;
use super::request::Request;

/// The answer to a request that was meant for another host, if it was.
pub(crate) fn refusal(address: &Address, request: &Request) -> Option<Answer> {
    let Some(host) = request.host() else {
        let message = match request.headers.get_all(HOST).iter().count() {
            0 => "The request has no Host header; HTTP/1.1 requires exactly one.",
            1 => "The Host header cannot be read, or the request target names another host.",
            _ => "The request has more than one Host header; HTTP/1.1 requires exactly one.",
        };
        return Some(refused(StatusCode::BAD_REQUEST, "invalid_request", message));
    };
    if address.is_host(host) {
        return None;
    }
    if !is_name(host) {
        let message = "The Host header must be a host and, if needed, a port from 1 to 65535.";
        return Some(refused(StatusCode::BAD_REQUEST, "invalid_request", message));
    }
    let message = format!(
        "The emulator does not accept the name in this request's Host header. It accepts {}. If clients know it by \
         another name, start it with --public-url http://NAME:PORT, or with --any-host to accept every name.",
        address.hosts()
    );
    Some(refused(StatusCode::FORBIDDEN, "forbidden", &message))
}

fn refused(status: StatusCode, error: &str, message: &str) -> Answer {
    Answer::json(status, &json!({ "error": error, "message": message }), message.to_owned()).not_stored()
}
