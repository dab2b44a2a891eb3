//! With `--cors`, pages of every origin may also read the discovery document, the keys, tokens and tokeninfo.
//!
//! Whether Clever allows that is not known, so it is off by default. The API has headers of its own, which are always
//! there.

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, HeaderName,
};
use axum::http::{HeaderValue, Method, StatusCode};

use super::answer::Answer;
use super::request::Request;
use super::route::Route;

const HEADERS: [(HeaderName, &str); 4] = [
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (ACCESS_CONTROL_ALLOW_METHODS, "GET,POST"),
    (ACCESS_CONTROL_ALLOW_HEADERS, "Authorization,Content-Type,Accept"),
    (ACCESS_CONTROL_EXPOSE_HEADERS, "WWW-Authenticate,ETag,Retry-After"),
];

const PREFLIGHT: &str = "a browser asked whether a page may send a request: it may, because of --cors";

/// Can pages of every origin read what this request is about, when the emulator was started with `--cors`?
pub(crate) fn is_open(request: &Request) -> bool {
    let open = [Route::Metadata, Route::KeySet, Route::Tokens, Route::DistrictTokens, Route::Tokeninfo];
    open.contains(&request.route())
}

/// The response to a preflight request, if this is one.
pub(crate) fn preflight(request: &Request) -> Option<Answer> {
    let asks = request.method == Method::OPTIONS;
    asks.then(|| Answer::new(StatusCode::NO_CONTENT, &[], "", PREFLIGHT))
}

/// The same answer with the headers that let every page read it.
pub(crate) fn opened(mut answer: Answer) -> Answer {
    for (name, value) in HEADERS {
        answer.headers.insert(name, HeaderValue::from_static(value));
    }
    answer
}
