//! `/healthz`: whether the emulator is up, for containers and scripts that wait for it. It is not part of Clever, and is in
//! neither the journal nor the log.

use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};

use crate::http::answer::Answer;
use crate::http::answer_kinds::NOT_IN_JOURNAL;
use crate::http::request::Request;

/// Where it is.
pub(crate) const PATH: &str = "/healthz";

/// The answer.
pub(crate) fn answer(request: &Request) -> Answer {
    if [Method::GET, Method::HEAD].contains(&request.method) {
        let headers = [(CONTENT_TYPE, "text/plain; charset=utf-8")];
        return Answer::new(StatusCode::OK, &headers, "ok\n", NOT_IN_JOURNAL).not_stored();
    }
    Answer::cannot(request.method.as_str(), request.path(), NOT_IN_JOURNAL)
}
