//! One sentence about a request and its answer, as somebody would say it who looks over one's shoulder: what happened, and
//! what to do about it.
//!
//! An endpoint that refuses says why itself, for it alone knows. Here stands what can be seen from outside: what a scenario
//! did, what was granted, and what is not there at all.

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::http::answer::Answer;
use crate::http::request::Request;
use crate::http::route::Route;

mod elsewhere;

/// The sentence.
pub(super) fn of(request: &Request, answer: &Answer) -> String {
    let place = request.route();
    if let Some(scenario) = request.scenario.filter(|scenario| scenario.touches(place, answer)) {
        return format!("scenario {}: {}", scenario.name(), scenario.what());
    }
    match &answer.why {
        _ if answer.status == StatusCode::NOT_MODIFIED => NOT_MODIFIED.to_owned(),
        Some(why) => why.0.clone().into_owned(),
        None => sentence(place, request, answer),
    }
}

fn sentence(place: Route, request: &Request, answer: &Answer) -> String {
    let sentence = match (place, answer.status) {
        (Route::Tokens, StatusCode::OK) => tokens(answer),
        (Route::Tokens, StatusCode::NOT_FOUND) => {
            "the token endpoint takes POST, and GET for the list of district tokens"
        }
        (Route::DistrictTokens, StatusCode::OK) => {
            "the district tokens of the app were listed, one for each district that shares it"
        }
        (Route::Authorize, StatusCode::FOUND) => return way_back(request, answer),
        (Route::Authorize, StatusCode::BAD_REQUEST) => {
            "the request is wrong: the person sees a page that says why"
        }
        (Route::Authorize, StatusCode::NOT_FOUND) => {
            "Clever takes GET here: send the browser with a link or a redirect"
        }
        (Route::Tokeninfo, StatusCode::OK) => {
            "the access token is good, and its client_id was told: compare it with that of the app"
        }
        (Route::Metadata, StatusCode::OK) => {
            "the metadata was fetched (discovery), and may be kept for an hour"
        }
        (Route::KeySet, StatusCode::OK) => "the keys were fetched, and may be kept for an hour",
        (_, status) => elsewhere::sentence(request, status),
    };
    sentence.to_owned()
}

fn tokens(answer: &Answer) -> &'static str {
    let tokens: Map<String, Value> = serde_json::from_slice(&answer.body).unwrap_or_default();
    if tokens.contains_key("id_token") {
        return "the code was exchanged for an access token and an ID token";
    }
    "the code was exchanged for an access token; there is no ID token, because the app is not one of OpenID Connect, or \
     one of Clever Library: ask /me who it is"
}

/// Where the browser was sent, and with what.
fn way_back(request: &Request, answer: &Answer) -> String {
    let location = answer.location().unwrap_or_default();
    if location.starts_with('/') {
        let sentence = if leads_to_picker(location) { FIND_SCHOOL_FIRST } else { SIGN_IN_FIRST };
        return sentence.to_owned();
    }
    let sent = |name: &str| {
        form_urlencoded::parse(request.query()).any(|(own, value)| own == name && !value.is_empty())
    };
    let starts_at_clever = request.path().ends_with("/instant-login");
    let sentence = match location {
        _ if location.contains("error=unauthorized-user") => TOLD_OF_NO_ACCESS,
        _ if location.contains('#') => IMPLICIT,
        _ if starts_at_clever => INSTANT_LOGIN,
        _ if sent("state") => "the browser goes back to the app with a code and the state",
        _ => NO_STATE,
    };
    let no_redirect_uri = !sent("redirect_uri") && !starts_at_clever;
    let hints = [
        (no_redirect_uri, "; redirect_uri was left out, so it is the primary one"),
        (sent("code_challenge"), "; Clever is not known to look at code_challenge"),
    ];
    let hints: String = hints.into_iter().filter_map(|(there, hint)| there.then_some(hint)).collect();
    format!("{sentence}{hints}")
}

/// To the school picker, which may be that of a scenario?
fn leads_to_picker(location: &str) -> bool {
    location.split('?').next().is_some_and(|path| path.ends_with("/oauth/district-picker"))
}

const NOT_MODIFIED: &str = "the client has the newest answer already, for it sent its ETag: no body was sent";
const SIGN_IN_FIRST: &str =
    "nobody is signed in at the emulator yet: the browser goes to the login page, and on from there";
const FIND_SCHOOL_FIRST: &str = "nobody is signed in at the emulator yet: the browser goes to the school picker, and on from \
     there; district_id would skip it";
const TOLD_OF_NO_ACCESS: &str = "the person has no access to the app: it is told error=unauthorized-user, because \
     return_unshared=true was sent";
const IMPLICIT: &str = "the browser goes back to the app with an access token in the fragment: ask tokeninfo whether it \
     was made for the app";
const INSTANT_LOGIN: &str = "a login that started at Clever: the code goes to the primary redirect URI without a state; \
     a good app leaves it unused and begins a login of its own, which the person does not notice";
const NO_STATE: &str = "state missing: the browser goes back to the app with a code and no state, as in a login that \
     started at Clever; a good app leaves the code unused and begins a login of its own";

/// Is it a way to read?
fn reads(request: &Request) -> bool {
    request.method == Method::GET || request.method == Method::HEAD
}
