//! Access tokens in the `Authorization` header (RFC 6750 section 2.1), and at `POST /userinfo` also in a form (section
//! 2.2).
//!
//! Tokens in the query (section 2.3) are not looked at. What Clever's 401 says is unknown; here it is the RFC's error word
//! and a message.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, WWW_AUTHENTICATE};
use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::json;
use url::form_urlencoded;

use crate::http::request::Request;
use crate::http::responses;
use crate::http::route::Route;
use crate::keys::custom_claims::CustomClaims;
use crate::keys::district_token;
use crate::memory::lock::locked;
use crate::shared::Shared;
use crate::world::{Person, World};

/// A valid token and what it opens.
pub(super) struct Bearer<'a> {
    pub(super) token: Cow<'a, str>,
    /// The app it was issued to.
    pub(super) client_id: String,
    pub(super) holder: Holder,
    /// Claims that were chosen for the login.
    pub(super) claims: CustomClaims,
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
    let Ok(presented) = presented(request) else { return Err(presented_twice()) };
    let valid = |token: &Cow<'a, str>| {
        of_login(shared, world, token.clone()).or_else(|| of_district(world, token.clone()))
    };
    presented.as_ref().and_then(valid).ok_or_else(|| {
        let why = why(shared, request, presented.as_deref());
        responses::explained(unauthorized(presented.is_some()), why)
    })
}

/// The token of a request, good or not, as one text: what a scenario counts by.
pub(crate) fn shown(request: &Request) -> Option<Cow<'_, str>> {
    presented(request).ok().flatten()
}

/// A token came in two ways at once.
struct Twice;

fn presented(request: &Request) -> Result<Option<Cow<'_, str>>, Twice> {
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
    let content_type = request.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let media_type = content_type.and_then(|value| value.split(';').next()).unwrap_or_default().trim();
    let is_form = media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded");
    let looked_at = is_form && request.method == Method::POST && request.route() == Route::Userinfo;
    let body = if looked_at { request.body.as_ref() } else { b"" };
    form_urlencoded::parse(body)
        .filter(|(name, token)| name == "access_token" && !token.is_empty())
        .map(|(_, token)| token)
}

/// RFC 6750 section 2: a client uses one way only.
fn presented_twice() -> Response {
    let body = json!({
        "error": "invalid_request",
        "message": "the access token is there more than once",
    });
    let response = responses::json(StatusCode::BAD_REQUEST, &body);
    let challenge = r#"Bearer error="invalid_request""#;
    let response = responses::not_stored(responses::with_header(response, WWW_AUTHENTICATE, challenge));
    responses::explained(
        response,
        "the access token is in the header and in the form, or twice in the form: send it once",
    )
}

fn of_login<'a>(shared: &Shared, world: &World, token: Cow<'a, str>) -> Option<Bearer<'a>> {
    let access = locked(&shared.grants).access(shared.clock.now(), &token).cloned()?;
    // The person as of now: the world may have changed since the token was issued.
    let person = world.same_at(&access.person, &access.client_id)?;
    Some(Bearer { token, client_id: access.client_id, holder: Holder::Person(person), claims: access.claims })
}

fn of_district<'a>(world: &World, token: Cow<'a, str>) -> Option<Bearer<'a>> {
    let (app, district) = district_token::find(world, &token)?;
    let holder = Holder::District(district.id.clone());
    Some(Bearer { token, client_id: app.client_id().to_owned(), holder, claims: None })
}

/// Why there is no access, for the journal.
fn why(shared: &Shared, request: &Request, token: Option<&str>) -> Cow<'static, str> {
    let Some(token) = token else { return without_token(request).into() };
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
    } else if district_token::has_its_form(token) {
        "the token is unknown here; it looks like a district's, which ends when the district shares the app no longer or the \
         secret of the app changes"
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
