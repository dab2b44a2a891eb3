//! With `--cors`, pages of every origin may also read the discovery document, the keys, tokens and tokeninfo.
//!
//! Whether Clever allows that is not known, so it is off by default. The API has headers of its own, which are always
//! there.

use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, HeaderName,
};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse as _, Response};

use crate::http::answer::Answer;
use crate::http::request::Request;
use crate::http::responses;
use crate::http::route::Route;
use crate::shared::Shared;

const HEADERS: [(HeaderName, &str); 4] = [
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (ACCESS_CONTROL_ALLOW_METHODS, "GET,POST"),
    (ACCESS_CONTROL_ALLOW_HEADERS, "Authorization,Content-Type,Accept"),
    (ACCESS_CONTROL_EXPOSE_HEADERS, "WWW-Authenticate,ETag,Retry-After"),
];

/// The answer to a browser that asks before it sends the request itself, if it may.
pub(crate) fn preflight(shared: &Shared, request: &Request) -> Option<Response> {
    let asks = request.method == Method::OPTIONS && is_open(shared, request);
    let why = "a browser asked whether a page may send a request: it may, because of --cors";
    asks.then(|| responses::explained(StatusCode::NO_CONTENT.into_response(), why))
}

/// The same answer with the headers, if it may be read by pages of every origin.
pub(crate) fn opened(shared: &Shared, request: &Request, mut answer: Answer) -> Answer {
    if is_open(shared, request) {
        for (name, value) in HEADERS {
            answer.headers.insert(name, HeaderValue::from_static(value));
        }
    }
    answer
}

fn is_open(shared: &Shared, request: &Request) -> bool {
    let places = [Route::Metadata, Route::KeySet, Route::Tokens, Route::DistrictTokens, Route::Tokeninfo];
    shared.cors && places.contains(&request.route())
}
