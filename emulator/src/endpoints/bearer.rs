//! Access tokens in the `Authorization` header (RFC 6750 section 2.1).
//!
//! Tokens in the query or in a form (sections 2.2 and 2.3) are not looked at. What Clever's 401 says is unknown;
//! here it is the RFC's error word and a message.

use axum::http::StatusCode;
use axum::http::header::WWW_AUTHENTICATE;
use axum::response::Response;
use serde_json::json;

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
        None => Err(unauthorized(token.is_some())),
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
