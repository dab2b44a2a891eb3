//! What happens to every request before and after its endpoint: its host is checked, it is counted, sent to its scenario and
//! written to the journal; its answer gets an entity tag.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::json;

use super::answer::Answer;
use super::answer_kinds::EMULATOR_FAILED;
use super::request::Request;
use super::route::with_single_slashes;
use super::{cors, etag, host_guard};
use crate::endpoints::call::{Call, Shared};
use crate::endpoints::not_found::not_found;
use crate::endpoints::{control, desk, health, trace};
use crate::memory::journal::{Mask, Note};
use crate::memory::locked;
use crate::memory::logins::{Side, Trace};
use crate::scenarios::{self, Context, Scenario};
use crate::system::output::STANDARD_ERROR;

/// Answers a request.
pub(crate) async fn answer(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let mut call = Call::new(shared, request);
    let method = call.request.method.clone();
    if let Some(refusal) = host_guard::refusal(&call.shared.address, &call.request) {
        return noted(&call, &method, Trace::none(Side::Browser), refusal).send().await;
    }
    let as_sent = call.request.path().to_owned();
    call.request.uri = with_single_slashes(&call.request.uri);
    locked(&call.shared.counts).add(call.request.path());
    if call.request.path() == health::PATH {
        return health::answer(&call.request).send().await;
    }
    // The headers about the body must be right in the answer to a HEAD: the server removes the body at the end.
    if method == Method::HEAD {
        call.request.method = Method::GET;
    }
    if is_control(&as_sent) {
        // The controls and the desk are not part of Clever: they have no scenario and are not in the journal.
        if let Some(seen) = desk::seen(&call) {
            call.shared.changes.after(seen).await;
        }
        return routed(&Arc::new(call), next).await.send().await;
    }
    if is_control(call.request.path()) {
        return noted(&call, &method, Trace::none(Side::Browser), not_found(&call)).send().await;
    }
    match scenarios::find(&call.request.uri) {
        Ok(None) => {}
        Ok(Some((scenario, below))) => {
            call.scenario = Some(scenario);
            call.request.prefix = scenario.prefix();
            call.request.uri = below;
        }
        Err(scenarios::Unknown) => {
            return noted(&call, &method, Trace::none(Side::App), unknown_scenario()).send().await;
        }
    }
    let is_open = call.shared.cors && cors::is_open(&call.request);
    if let Some(permission) = cors::preflight(&call.request).filter(|_| is_open) {
        return noted(&call, &method, Trace::none(Side::Browser), cors::opened(permission)).send().await;
    }
    let call = Arc::new(call);
    let answer = routed(&call, next).await;
    let trace = trace::trace(&call, &answer);
    let answer = deviating(answer, &call);
    let answer = if is_open { cors::opened(answer) } else { answer };
    noted(&call, &method, trace, etag::tagged(answer, &call.request)).send().await
}

fn is_control(path: &str) -> bool {
    path.starts_with(control::PREFIX) || path == control::PREFIX.trim_end_matches('/')
}

/// The answer of the endpoint of this call.
async fn routed(call: &Arc<Call>, next: Next) -> Answer {
    let mut request = axum::extract::Request::new(Body::empty());
    *request.method_mut() = call.request.method.clone();
    *request.uri_mut() = call.request.uri.clone();
    request.extensions_mut().insert(Arc::clone(call));
    Answer::from_routed(next.run(request).await).unwrap_or_else(failed)
}

/// The answer, changed by the scenario of this call, if there is one.
fn deviating(answer: Answer, call: &Call) -> Answer {
    let Some(scenario) = call.scenario else { return answer };
    let context = Context {
        route: call.request.route(),
        path: call.request.path(),
        has_authorization: call.request.headers.contains_key(AUTHORIZATION),
        access_token: call.request.access_token().ok().flatten(),
        emulator_url: call.emulator_url(),
        now: call.shared.clock.now(),
        grants: &call.shared.grants,
        tally: &call.shared.tally,
    };
    scenario.answer(answer, &context)
}

/// The same answer, after it was written to the journal.
fn noted(call: &Call, method: &Method, trace: Trace, answer: Answer) -> Answer {
    let secrets = call.world.apps().iter().filter_map(|app| app.client_secret());
    let now = call.shared.clock.now();
    let outcome = trace::outcome(call, &answer);
    let mut note = Note::of(now, method, &call.request, (&answer, outcome), &Mask::new(secrets));
    note.scenario = call.scenario.filter(|_| answer.deviates).map(Scenario::name);
    if call.shared.log {
        STANDARD_ERROR.say(format!("{note}\n"));
    }
    locked(&call.shared.journal).add(note, trace);
    call.shared.changes.happened();
    answer
}

fn unknown_scenario() -> Answer {
    let message = "No scenario has this name; GET /_emulator/scenarios lists them.";
    let body = json!({ "error": "unknown_scenario", "message": message });
    let line = "no scenario has this name: the desk lists all of them";
    Answer::json(StatusCode::NOT_FOUND, &body, line)
}

/// Every endpoint gives an answer, so this one is never sent.
fn failed() -> Answer {
    Answer::json(StatusCode::INTERNAL_SERVER_ERROR, &json!({ "error": "server_error" }), EMULATOR_FAILED)
}
