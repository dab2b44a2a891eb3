//! What an access token gives access to, or why it gives none.
//!
//! The content of Clever's 401 is unknown. Here it is the RFC's error word and a message.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use serde_json::json;
use url::form_urlencoded;

use super::call::Call;
use crate::http::answer::Answer;
use crate::http::request::Request;
use crate::keys::custom_claims::CustomClaims;
use crate::keys::district_token;
use crate::memory::locked;
use crate::world::Person;

/// A valid token and what it gives access to.
pub(super) struct Bearer<'a> {
    pub(super) token: Cow<'a, str>,
    /// The app it was issued to.
    pub(super) client_id: String,
    pub(super) holder: Holder,
    /// Claims that were chosen for the login.
    pub(super) claims: CustomClaims,
}

/// Who a token belongs to.
pub(super) enum Holder {
    /// The person who logged in.
    Person(Arc<Person>),
    /// The district with this id.
    District(String),
}

/// The token of this request, or the 401 answer.
#[expect(clippy::result_large_err, reason = "the error is the answer itself, and is made once for a request")]
pub(super) fn bearer(call: &Call) -> Result<Bearer<'_>, Answer> {
    let Ok(presented) = call.request.access_token() else { return Err(presented_twice()) };
    let valid = |token: &Cow<'_, str>| login_access(call, token).or_else(|| district_access(call, token));
    match presented.as_ref().and_then(valid) {
        Some((client_id, holder, claims)) => {
            Ok(Bearer { token: presented.unwrap_or_default(), client_id, holder, claims })
        }
        None => Err(unauthorized(presented.is_some(), line(call, presented.as_deref()))),
    }
}

/// RFC 6750 section 2: a client sends the token in only one way.
fn presented_twice() -> Answer {
    let body = json!({
        "error": "invalid_request",
        "message": "the access token was sent more than once",
    });
    let line = "the access token is in the header and in the form, or twice in the form: send it once";
    let challenge = r#"Bearer error="invalid_request""#;
    Answer::json(StatusCode::BAD_REQUEST, &body, line).with_header(WWW_AUTHENTICATE, challenge).not_stored()
}

/// The app, the holder and the claims of a token.
type Opened = (String, Holder, CustomClaims);

fn login_access(call: &Call, token: &str) -> Option<Opened> {
    let access = locked(&call.shared.grants).access(call.shared.clock.now(), token).cloned()?;
    // The current data of the person: the world may have changed since the token was issued.
    let person = call.world.same_at(&access.person, &access.client_id)?;
    Some((access.client_id, Holder::Person(person), access.claims))
}

fn district_access(call: &Call, token: &str) -> Option<Opened> {
    let (app, district) = district_token::find(&call.world, token)?;
    Some((app.client_id().to_owned(), Holder::District(district.id.clone()), None))
}

/// Why there is no access, for the journal.
fn line(call: &Call, token: Option<&str>) -> Cow<'static, str> {
    let Some(token) = token else { return without_token(&call.request).into() };
    let (now, grants) = (call.shared.clock.now(), locked(&call.shared.grants));
    if let Some(ago) = grants.access_ended(now, token) {
        return format!(
            "the access token expired {ago} s ago, after a day: it cannot be refreshed, start a login"
        )
        .into();
    }
    let line = if grants.access(now, token).is_some() {
        "the person of this access token is no longer in the world"
    } else if grants.is_code(now, token) {
        "this is a code, not an access token: exchange it at /oauth/tokens first"
    } else if token.matches('.').count() == 2 {
        "this looks like an ID token: use the access_token that came with it for the API"
    } else if district_token::has_its_form(token) {
        "the token is unknown; it looks like a district token, which stops working when the district no longer shares the app, \
         or the app's secret changes"
    } else {
        "the access token is unknown: was it cut off, or is it from another emulator or from before a reset?"
    };
    line.into()
}

fn without_token(request: &Request) -> &'static str {
    let in_url = form_urlencoded::parse(request.query()).any(|(name, _)| name == "access_token");
    match request.headers.get(AUTHORIZATION) {
        Some(_) => "Authorization is set, but not to Bearer and the access token",
        None if in_url => {
            "the access token is in the URL, where it is ignored: send it as Authorization: Bearer"
        }
        None => "no access token: send Authorization: Bearer and the access token",
    }
}

/// RFC 6750 section 3.1: the error word is in the header only if a token was presented.
fn unauthorized(presented: bool, line: Cow<'static, str>) -> Answer {
    let body = json!({
        "error": "invalid_token",
        "message": "the access token is missing, expired or unknown",
    });
    let challenge = if presented { r#"Bearer error="invalid_token""# } else { "Bearer" };
    Answer::json(StatusCode::UNAUTHORIZED, &body, line).with_header(WWW_AUTHENTICATE, challenge).not_stored()
}
