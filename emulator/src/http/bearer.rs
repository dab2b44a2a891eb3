//! Access tokens in a request: in the `Authorization` header (RFC 6750 section 2.1), and for `POST /userinfo` also in a form
//! (section 2.2). Tokens in the query (section 2.3) are ignored.

use std::borrow::Cow;

use axum::http::Method;
use url::form_urlencoded;

use super::request::Request;
use super::route::Route;

/// A token was sent in two ways at once.
pub(crate) struct Twice;

/// The token of this request, valid or not.
pub(crate) fn presented(request: &Request) -> Result<Option<Cow<'_, str>>, Twice> {
    let in_header = request.authorization("Bearer").map(Cow::Borrowed);
    let mut in_form = in_form(request);
    match (in_header, in_form.next(), in_form.next()) {
        (in_header, None, _) => Ok(in_header),
        (None, Some(token), None) => Ok(Some(token)),
        _ => Err(Twice),
    }
}

/// The tokens in the form of a `POST /userinfo`.
fn in_form(request: &Request) -> impl Iterator<Item = Cow<'_, str>> {
    let is_read = request.method == Method::POST
        && request.route() == Route::Userinfo
        && request.media_type() == "application/x-www-form-urlencoded";
    let body = if is_read { request.body.as_ref() } else { b"" };
    form_urlencoded::parse(body)
        .filter(|(name, token)| name == "access_token" && !token.is_empty())
        .map(|(_, token)| token)
}
