//! Access tokens in the `Authorization` header (RFC 6750 section 2.1).
//!
//! Tokens in the query or in a form (sections 2.2 and 2.3) are not looked at. What Clever's 401 says is unknown;
//! here it is the RFC's error word and a message.

use std::borrow::Cow;

use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::response::Response;
use serde_json::json;
use url::form_urlencoded;

use crate::grants::Access;
use crate::request::Request;
use crate::responses;
use crate::shared::{Shared, locked};

/// A valid token and what it opens.
pub(super) struct Bearer<'a> {
    pub(super) token: &'a str,
    pub(super) access: Access,
}

/// The token of this request, or the 401 that answers it.
#[expect(clippy::result_large_err, reason = "the error is the answer itself, and is made once for a request")]
pub(super) fn bearer<'a>(shared: &Shared, request: &'a Request) -> Result<Bearer<'a>, Response> {
    let token = request.authorization("Bearer");
    let access = |token| {
        let access = locked(&shared.grants).access(shared.clock.now(), token).cloned()?;
        // The person as of now: the world may have changed since the token was issued.
        let person = shared.world().same_at(&access.person, &access.client_id)?;
        Some(Access { person, ..access })
    };
    match token.and_then(|token| Some((token, access(token)?))) {
        Some((token, access)) => Ok(Bearer { token, access }),
        None => Err(responses::explained(unauthorized(token.is_some()), why(shared, request))),
    }
}

/// Why there is no access, for the journal.
fn why(shared: &Shared, request: &Request) -> Cow<'static, str> {
    let Some(token) = request.authorization("Bearer") else { return without_token(request).into() };
    let (now, grants) = (shared.clock.now(), locked(&shared.grants));
    if let Some(ago) = grants.access_ended(now, token) {
        return format!(
            "the access token expired {ago} s ago, after a day: there is no refreshing, begin a login"
        )
        .into();
    }
    let why = if grants.access(now, token).is_some() {
        "the person of this access token is not in the world any more"
    } else if grants.is_code(now, token) {
        "this is a code and no access token: exchange it at /oauth/tokens first"
    } else if token.matches('.').count() == 2 {
        "this looks like an ID token: what opens the API is the access_token beside it"
    } else {
        "the access token is unknown here: was it cut, or given by another emulator or before its reset?"
    };
    why.into()
}

fn without_token(request: &Request) -> &'static str {
    let in_url = form_urlencoded::parse(request.query()).any(|(name, _)| name == "access_token");
    match request.headers.get(AUTHORIZATION) {
        Some(_) => "Authorization is there, but not as Bearer and the access token behind it",
        None if in_url => {
            "the access token is in the URL, where nobody looks: send it as Authorization: Bearer"
        }
        None => "no access token: send Authorization: Bearer and the access token",
    }
}

/// RFC 6750 section 3.1: the error word is in the header only if a token was presented.
fn unauthorized(presented: bool) -> Response {
    let body = json!({
        "error": "invalid_token",
        "message": "the access token is missing, expired or unknown",
    });
    let challenge = if presented { r#"Bearer error="invalid_token""# } else { "Bearer" };
    let response = responses::json(StatusCode::UNAUTHORIZED, &body);
    responses::not_stored(responses::with_header(response, WWW_AUTHENTICATE, challenge))
}
