//! One sentence about a request and its answer, as somebody would say it who looks over one's shoulder.

use axum::http::StatusCode;
use serde_json::Value;

use crate::place::Place;
use crate::request::Request;
use crate::scenarios::Answer;

/// The sentence; `again` tells that the code of this request came to the token endpoint before.
pub(super) fn of(request: &Request, answer: &Answer, again: bool) -> String {
    let place = Place::of(request.path());
    if let Some(scenario) = request.scenario.filter(|scenario| scenario.touches(place, answer)) {
        return format!("scenario {}: {}", scenario.name(), scenario.what());
    }
    sentence(place, answer, again).to_owned()
}

fn sentence(place: Place, answer: &Answer, again: bool) -> &'static str {
    match place {
        Place::Tokens => tokens(answer, again),
        Place::Authorize => authorize(answer),
        Place::Tokeninfo | Place::Me => bearer(answer.status),
        Place::Metadata | Place::KeySet => "a public document was fetched",
        Place::Elsewhere => elsewhere(answer.status),
    }
}

fn tokens(answer: &Answer, again: bool) -> &'static str {
    match (word(answer).as_deref(), answer.status) {
        (Some("invalid_grant"), _) if again => {
            "the code was exchanged a second time: Clever answers invalid_grant"
        }
        (Some("invalid_grant"), _) if description(answer).as_deref() == Some("redirect_uri mismatch") => {
            "the redirect_uri is not exactly the one of the login: Clever answers invalid_grant"
        }
        (Some("invalid_grant"), _) => {
            "the code is unknown, older than a minute or another app's: Clever answers invalid_grant"
        }
        (Some("invalid_client"), _) => "the client id or secret is missing or wrong; the code is not spent",
        (Some("unsupported_grant_type"), _) => "the grant_type is not authorization_code",
        (Some("invalid_request"), _) => "the content type, the body or a parameter is wrong",
        (_, StatusCode::OK) => "the code was exchanged for tokens",
        (_, StatusCode::NOT_FOUND) => "the token endpoint takes POST only",
        _ => "no tokens were given",
    }
}

fn authorize(answer: &Answer) -> &'static str {
    match (answer.status, answer.location()) {
        (StatusCode::FOUND, Some(location)) if location.starts_with("/login?") => {
            "nobody is signed in at the emulator yet: the browser is sent to the login page"
        }
        (StatusCode::FOUND, Some(location)) if is_picker(location) => {
            "nobody is signed in at the emulator yet: the browser is sent to the school picker"
        }
        (StatusCode::OK, _) => "the student is asked whether they are still the one who signed in",
        (StatusCode::FOUND, _) => "the browser is sent back to the app with an answer",
        (StatusCode::BAD_REQUEST, _) => "the request is wrong: the person sees a page that says why",
        (StatusCode::FORBIDDEN, _) => "the person has no access to the app, and sees a page that says so",
        _ => elsewhere(answer.status),
    }
}

/// The school picker, which may be that of a scenario.
fn is_picker(location: &str) -> bool {
    let path = location.split('?').next().unwrap_or_default();
    location.starts_with('/') && path.ends_with("/oauth/district-picker")
}

fn bearer(status: StatusCode) -> &'static str {
    match status {
        StatusCode::OK => "the access token is good",
        StatusCode::UNAUTHORIZED => "the access token is missing, unknown or older than a day",
        StatusCode::TOO_MANY_REQUESTS => "the access token has made more than 1200 requests in a minute",
        _ => elsewhere(status),
    }
}

fn elsewhere(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "Clever has no such resource for this request",
        StatusCode::UNAUTHORIZED => "the credentials are missing or wrong",
        status if status.is_success() || status.is_redirection() => "answered as asked",
        _ => "refused",
    }
}

fn word(answer: &Answer) -> Option<String> {
    member(answer, "error")
}

fn description(answer: &Answer) -> Option<String> {
    member(answer, "error_description")
}

fn member(answer: &Answer, name: &str) -> Option<String> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    body.get(name)?.as_str().map(str::to_owned)
}
