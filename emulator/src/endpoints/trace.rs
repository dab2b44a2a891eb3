//! Finds out which requests belong to the same login, for the diagrams on the desk. The values read here are never shown.

use axum::http::StatusCode;
use serde_json::{Map, Value};
use url::{Url, form_urlencoded};

use super::call::Call;
use super::client_authentication::presented_id;
use crate::http::answer::Answer;
use crate::http::parameters::Parameters;
use crate::http::request::Request;
use crate::http::route::Route;
use crate::keys::district_token;
use crate::memory::locked;
use crate::memory::logins::{Loose, Outcome, Side, Tie, Trace};

/// The parameters that a sign-in adds to an authorize request on its way through the pages, or changes.
const OF_THE_PAGES: [&str; 2] = ["confirmed", "search"];

/// The trace of a request and its endpoint's response, before a scenario changed the response.
pub(crate) fn trace(call: &Call, answer: &Answer) -> Trace {
    let request = &call.request;
    match request.route() {
        Route::Authorize => of_authorize(call, answer),
        Route::Tokens => of_exchange(call, answer),
        Route::DistrictTokens => {
            Trace { app: presented(call, &Parameters::default()), ..Trace::none(Side::App) }
        }
        Route::Metadata | Route::KeySet => {
            Trace { loose: Loose::AfterCode, prefix: request.prefix.clone(), ..Trace::none(Side::App) }
        }
        route => match request.access_token() {
            Ok(Some(token)) => of_token(call, &token),
            _ if route == Route::Elsewhere && !is_api(request.path()) => of_page(call),
            _ => Trace { loose: Loose::AfterToken, prefix: request.prefix.clone(), ..Trace::none(Side::App) },
        },
    }
}

fn of_authorize(call: &Call, answer: &Answer) -> Trace {
    let request = &call.request;
    let target = tie_of_target(&request.prefix, request.path(), request.query());
    let location = answer.location().and_then(|location| Url::parse(location).ok());
    let code = location.as_ref().and_then(|url| parameter(url.query(), "code")).map(Tie::Code);
    let token = location.as_ref().and_then(|url| parameter(url.fragment(), "access_token"));
    let after = code.into_iter().chain(token.map(Tie::AccessToken)).collect();
    let client_id = parameter(request.uri.query(), "client_id");
    let (app, prefix) = (client_id.and_then(|id| known(call, &id)), request.prefix.clone());
    Trace { app, prefix, begins: true, before: vec![target], after, ..Trace::none(Side::Browser) }
}

fn of_exchange(call: &Call, answer: &Answer) -> Trace {
    let request = &call.request;
    let parameters = match request.media_type().as_str() {
        "application/json" => Parameters::from_json(&request.body),
        _ => Parameters::from_form(&request.body),
    };
    let parameters = parameters.unwrap_or_default();
    let app = presented(call, &parameters);
    let before = parameters.get("code").map(|code| Tie::Code(code.to_owned())).into_iter().collect();
    let tokens = serde_json::from_slice::<Map<String, Value>>(&answer.body).unwrap_or_default();
    let token =
        tokens.get("access_token").and_then(Value::as_str).map(|token| Tie::AccessToken(token.to_owned()));
    let prefix = request.prefix.clone();
    // A valid code that was never seen was created by a control: its login begins here.
    let (loose, begins) = if token.is_some() { (Loose::Never, true) } else { (Loose::AfterCode, false) };
    Trace { app, prefix, begins, loose, before, after: token.into_iter().collect(), ..Trace::none(Side::App) }
}

fn of_token(call: &Call, token: &str) -> Trace {
    let of_login = locked(&call.shared.grants)
        .access(call.shared.clock.now(), token)
        .map(|access| access.client_id.clone());
    let of_district = || district_token::find(&call.world, token).map(|(app, _)| app.client_id().to_owned());
    let app = of_login.or_else(of_district).and_then(|id| known(call, &id));
    let loose = if app.is_some() { Loose::Never } else { Loose::AfterToken };
    let (prefix, before) = (call.request.prefix.clone(), vec![Tie::AccessToken(token.to_owned())]);
    Trace { app, prefix, loose, before, ..Trace::none(Side::App) }
}

/// A page on the way to an app carries the authorize request as its own parameters, or as a target.
fn of_page(call: &Call) -> Trace {
    let request = &call.request;
    let is_picker = request.path() == "/oauth/district-picker" && !request.query().is_empty();
    let (target, client_id) = if is_picker {
        let tie = tie_of_target(&request.prefix, "/oauth/authorize", request.query());
        (Some(tie), parameter(request.uri.query(), "client_id"))
    } else {
        let own = parameter(request.uri.query(), "target").or_else(|| in_form(request, "target"));
        let parts = own.as_deref().and_then(|target| target.split_once('?'));
        let tie = parts.map(|(path, query)| tie_of_target("", path, query.as_bytes()));
        (tie, parts.and_then(|(_, query)| parameter(Some(query), "client_id")))
    };
    let app = client_id.and_then(|id| known(call, &id));
    Trace { app, before: target.into_iter().collect(), ..Trace::none(Side::Browser) }
}

/// The same for an authorize request and for a page that leads back to it, however each writes its parameters.
fn tie_of_target(prefix: &str, path: &str, query: &[u8]) -> Tie {
    let pairs = form_urlencoded::parse(query).filter(|(name, _)| !OF_THE_PAGES.contains(&&**name));
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    Tie::Target(format!("{prefix}{path}?{query}"))
}

/// The kind of response that was sent.
pub(crate) fn outcome(call: &Call, answer: &Answer) -> Outcome {
    let is_authorize = call.request.route() == Route::Authorize;
    match answer.status {
        StatusCode::FORBIDDEN if is_authorize => Outcome::NoAccess,
        StatusCode::NOT_MODIFIED => Outcome::Shown,
        status if status.is_client_error() || status.is_server_error() => Outcome::Refused,
        status if status.is_redirection() && is_authorize => to_app(answer.location().unwrap_or_default()),
        status if status.is_redirection() => Outcome::Onward,
        _ => Outcome::Shown,
    }
}

fn to_app(location: &str) -> Outcome {
    // The emulator's own pages are paths.
    let Ok(url) = Url::parse(location) else { return Outcome::Onward };
    let has = |part, name| parameter(part, name).is_some();
    let state = has(url.query(), "state") || has(url.fragment(), "state");
    match () {
        () if has(url.query(), "error") || has(url.fragment(), "error") => Outcome::Denied,
        () if has(url.fragment(), "access_token") => Outcome::Token { state },
        () if has(url.query(), "code") => Outcome::Code { state },
        () => Outcome::Denied,
    }
}

fn is_api(path: &str) -> bool {
    let first = path.split('/').nth(1).unwrap_or_default();
    first.strip_prefix('v').is_some_and(|version| version.starts_with(|digit: char| digit.is_ascii_digit()))
}

/// The app whose credentials these are, right or wrong.
fn presented(call: &Call, parameters: &Parameters) -> Option<String> {
    presented_id(&call.request, parameters).and_then(|id| known(call, &id))
}

/// The client id, if it belongs to an app: nothing else from a request is ever shown.
fn known(call: &Call, client_id: &str) -> Option<String> {
    call.world.app(client_id).map(|app| app.client_id().to_owned())
}

fn in_form(request: &Request, name: &str) -> Option<String> {
    let is_form = request.media_type() == "application/x-www-form-urlencoded";
    let body = std::str::from_utf8(&request.body).ok().filter(|_| is_form);
    parameter(body, name)
}

fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let mut pairs = form_urlencoded::parse(query?.as_bytes());
    pairs.find(|(own, value)| own == name && !value.is_empty()).map(|(_, value)| value.into_owned())
}
