//! The emulator's own controls below `/_emulator/`: JSON over HTTP, so that tests in every language can use them.
//!
//! - `grants`: codes, tokens and sign-ins without a browser;
//! - `additions`: people and apps;
//! - `state`: the scenarios, the clock, the keys, the journal, everything at once;
//! - `problem`: what is wrong with a request, in a sentence.

use axum::http::{Method, StatusCode};
use serde_json::Value;

use super::call::Call;
use super::not_found::not_found;
use super::same_origin;
use crate::http::answer::Answer;
use crate::http::answer_kinds::NOT_IN_JOURNAL;
use crate::http::request::Request;
use problem::Problem;

mod additions;
pub(super) mod grants;
pub(super) mod problem;
pub(super) mod state;

/// Where the controls are.
pub(crate) const PREFIX: &str = "/_emulator/";

/// The function of a control: some cannot fail.
#[derive(Clone, Copy)]
enum Control {
    Sure(fn(&Call) -> Value),
    Tried(fn(&Call) -> Result<Value, Problem>),
}

/// Every control.
const CONTROLS: &[(Method, &str, Control)] = &[
    (Method::GET, "scenarios", Control::Sure(state::scenarios)),
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

/// Any request below `/_emulator/`. Only this function decides who may use the controls, so no control can skip the check.
pub(crate) fn control(call: &Call) -> Answer {
    if call.scenario.is_some() {
        return not_found(call);
    }
    let permitted = same_origin::check_control(call).and_then(|()| found(&call.request));
    let answer = permitted.and_then(|control| match control {
        Control::Sure(control) => Ok(control(call)),
        Control::Tried(control) => control(call),
    });
    let answer = answer.map(|value| Answer::json(StatusCode::OK, &value, NOT_IN_JOURNAL));
    answer.unwrap_or_else(Problem::into_answer).not_stored()
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
    control.ok_or_else(|| Problem::method("This control", &methods))
}
