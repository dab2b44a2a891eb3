//! The emulator's own controls below `/_emulator/`: JSON over HTTP, so that tests in every language can use them.
//!
//! - `guard`: who may not;
//! - `grants`: codes, tokens and sign-ins without a browser;
//! - `additions`: people and apps;
//! - `state`: the clock, the keys, the journal, everything at once;
//! - `listing`: the scenarios;
//! - `problem`: what is wrong with a request, in a sentence.

use axum::http::{Method, StatusCode};
use axum::response::Response;
use serde_json::{Map, Value};

use super::not_found;
use crate::http::request::Request;
use crate::http::responses;
use crate::shared::Shared;
use problem::Problem;

mod additions;
pub(super) mod grants;
pub(super) mod guard;
mod listing;
pub(super) mod problem;
pub(super) mod state;

/// Where the controls are.
pub(crate) const PREFIX: &str = "/_emulator/";

/// What a control is: some cannot fail.
#[derive(Clone, Copy)]
enum Control {
    Sure(fn(&Shared, &Request) -> Value),
    Tried(fn(&Shared, &Request) -> Result<Value, Problem>),
}

/// Every control.
const CONTROLS: &[(Method, &str, Control)] = &[
    (Method::GET, "scenarios", Control::Sure(listing::scenarios)),
    (Method::GET, "people", Control::Sure(additions::people)),
    (Method::POST, "people", Control::Tried(additions::add_person)),
    (Method::GET, "apps", Control::Sure(additions::apps)),
    (Method::POST, "apps", Control::Tried(additions::add_app)),
    (Method::GET, "clock", Control::Sure(state::clock)),
    (Method::POST, "clock", Control::Tried(state::advance)),
    (Method::POST, "keys/rotate", Control::Tried(state::rotate_keys)),
    (Method::POST, "codes", Control::Tried(grants::code)),
    (Method::POST, "tokens", Control::Tried(grants::tokens)),
    (Method::DELETE, "sessions", Control::Sure(grants::end_sessions)),
    (Method::GET, "journal", Control::Sure(state::journal)),
    (Method::DELETE, "journal", Control::Sure(state::clear_journal)),
    (Method::POST, "reset", Control::Sure(state::reset)),
];

/// Whatever is asked for below `/_emulator/`. Who asks is judged here and nowhere before, so no way leads around it.
pub(crate) fn control(shared: &Shared, request: &Request) -> Response {
    if request.scenario.is_some() {
        return not_found(shared, request);
    }
    let permitted = guard::check(shared, request).and_then(|()| found(request));
    let answer = permitted.and_then(|control| match control {
        Control::Sure(control) => Ok(control(shared, request)),
        Control::Tried(control) => control(shared, request),
    });
    let answer = answer.map(|value| responses::json(StatusCode::OK, &value));
    responses::not_stored(answer.unwrap_or_else(Problem::into_response))
}

fn found(request: &Request) -> Result<Control, Problem> {
    let name = request.path().strip_prefix(PREFIX).unwrap_or_default();
    let here = CONTROLS.iter().filter(|(_, own, _)| *own == name);
    let methods: Vec<_> = here.clone().map(|(method, ..)| method.as_str()).collect();
    if methods.is_empty() {
        let mut names: Vec<_> = CONTROLS.iter().map(|(_, name, _)| *name).collect();
        names.dedup();
        return Err(Problem::not_found(format!("There are only these controls: {}.", names.join(", "))));
    }
    let control = here.clone().find(|(method, ..)| *method == request.method).map(|(.., control)| *control);
    control.ok_or_else(|| Problem::method(format!("This control takes {}.", methods.join(" and "))))
}

/// The JSON object of a body, of whatever type it says it is, for curl calls every body a form.
fn body(request: &Request) -> Result<Map<String, Value>, Problem> {
    serde_json::from_slice(&request.body)
        .map_err(|_| Problem::request("The body must be one JSON object, for example {\"person\": \"ada\"}."))
}
