//! Access tokens in the `Authorization` header (RFC 6750 section 2.1).
//!
//! Tokens in the query or in a form (sections 2.2 and 2.3) are not looked at. What Clever's 401 says is unknown;
//! here it is the RFC's error word and a message.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header::WWW_AUTHENTICATE;
use axum::response::Response;
use serde_json::json;

use crate::district_token;
use crate::request::Request;
use crate::responses;
use crate::shared::{Shared, locked};
use crate::world::{Person, World};

/// A valid token and what it opens.
pub(super) struct Bearer<'a> {
    pub(super) token: &'a str,
    /// The app it was issued to.
    pub(super) client_id: String,
    pub(super) holder: Holder,
}

/// For whom a token speaks.
pub(super) enum Holder {
    /// Whoever logged in.
    Person(Arc<Person>),
    /// The district with this id.
    District(String),
}

/// The token of this request, or the 401 that answers it.
#[expect(clippy::result_large_err, reason = "the error is the answer itself, and is made once for a request")]
pub(super) fn bearer<'a>(
    shared: &Shared,
    world: &World,
    request: &'a Request,
) -> Result<Bearer<'a>, Response> {
    let presented = request.authorization("Bearer");
    let valid = |token| of_login(shared, world, token).or_else(|| of_district(world, token));
    presented.and_then(valid).ok_or_else(|| unauthorized(presented.is_some()))
}

fn of_login<'a>(shared: &Shared, world: &World, token: &'a str) -> Option<Bearer<'a>> {
    let access = locked(&shared.grants).access(shared.clock.now(), token).cloned()?;
    // The person as of now: the world may have changed since the token was issued.
    let person = world.same_at(&access.person, &access.client_id)?;
    Some(Bearer { token, client_id: access.client_id, holder: Holder::Person(person) })
}

fn of_district<'a>(world: &World, token: &'a str) -> Option<Bearer<'a>> {
    let (app, district) = district_token::find(world, token)?;
    let holder = Holder::District(district.id.clone());
    Some(Bearer { token, client_id: app.client_id().to_owned(), holder })
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
