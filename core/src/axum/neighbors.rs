//! Cookies planted by other hosts of the same domain.

use ::axum::extract::Request;
use ::axum::http::HeaderValue;
use ::axum::http::header::COOKIE;
use ::axum::middleware::Next;
use ::axum::response::Response;

use crate::web::plain_cookies;

/// Removes cookies that could be mistaken for others, before the session is read.
pub(super) async fn without_disguised_cookies(mut request: Request, next: Next) -> Response {
    let cookies = plain_cookies(request.headers().get_all(COOKIE).iter().map(HeaderValue::as_bytes));
    request.headers_mut().remove(COOKIE);
    if let Some(cookies) = cookies.and_then(|cookies| HeaderValue::try_from(cookies).ok()) {
        request.headers_mut().insert(COOKIE, cookies);
    }
    next.run(request).await
}
