//! What every answer of the API says besides: that pages of any origin may read it, and that nobody may keep it.

use axum::http::HeaderValue;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL,
    HeaderName,
};
use axum::response::Response;

const HEADERS: [(HeaderName, &str); 5] = [
    (
        ACCESS_CONTROL_ALLOW_HEADERS,
        "Content-Type,Authorization,X-Requested-With,Accept,Origin,Referer,User-Agent",
    ),
    (ACCESS_CONTROL_ALLOW_METHODS, "GET,PATCH,POST,DELETE"),
    (ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
    (CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("x-powered-by"), "Express"),
];

/// The same answer with these headers.
pub(super) fn written(mut response: Response) -> Response {
    for (name, value) in HEADERS {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}
