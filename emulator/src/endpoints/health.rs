//! `/healthz`: whether the emulator is up, for containers and scripts that wait for it. It is no part of Clever, and is
//! neither in the journal nor in the log.

use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};

use crate::http::request::Request;
use crate::http::responses;

/// Where it is.
pub(crate) const PATH: &str = "/healthz";

/// The answer.
pub(crate) fn answer(request: &Request) -> Response {
    if [Method::GET, Method::HEAD].contains(&request.method) {
        let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
        return responses::not_stored((StatusCode::OK, headers, "ok\n").into_response());
    }
    responses::cannot(request.method.as_str(), request.path())
}
