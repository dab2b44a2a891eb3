//! The `Host` of each request is checked, on every route.
//!
//! Other machines cannot reach a loopback address, but the browser of this one can. A page of another site whose name is
//! pointed at 127.0.0.1 (DNS rebinding) would be of the same origin as the emulator and could read everything: the people,
//! codes of an automatic login, the controls. Its requests carry its own name in `Host`.

use axum::http::StatusCode;
use axum::http::header::HOST;
use axum::response::Response;
use serde_json::json;

use crate::http::request::Request;
use crate::http::responses;
use crate::shared::Shared;

/// The answer to a request that was meant for somebody else, if it was.
pub(crate) fn refusal(shared: &Shared, request: &Request) -> Option<Response> {
    let Some(host) = request.host() else {
        let message = match request.headers.get_all(HOST).iter().count() {
            0 => "The request has no Host header; HTTP/1.1 requires exactly one.",
            1 => "The Host header cannot be read, or the request target names another host.",
            _ => "The request has more than one Host header; HTTP/1.1 requires exactly one.",
        };
        return Some(refused(StatusCode::BAD_REQUEST, "invalid_request", message));
    };
    if shared.address.is_host(host) {
        return None;
    }
    let message = format!(
        "The emulator does not answer to the name in this request's Host header. It answers to {}. If clients know it by \
         another name, start it with --public-url http://NAME:PORT, or with --any-host to accept every name.",
        shared.address.hosts()
    );
    Some(refused(StatusCode::FORBIDDEN, "forbidden", &message))
}

fn refused(status: StatusCode, error: &str, message: &str) -> Response {
    let answer = responses::json(status, &json!({ "error": error, "message": message }));
    responses::explained(responses::not_stored(answer), message.to_owned())
}
