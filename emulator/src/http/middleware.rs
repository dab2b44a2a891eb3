//! What happens to every request before and after its endpoint: its host is checked, it is counted, led to its scenario,
//! and noted; its answer gets an entity tag.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::json;

use crate::endpoints::health;
use crate::endpoints::{control, not_found};
use crate::http::answer::Answer;
use crate::http::etag;
use crate::http::request::Request;
use crate::http::responses;
use crate::http::{cors, host_guard, slashes};
use crate::memory::journal::log;
use crate::memory::journal::{self, Note};
use crate::memory::lock::locked;
use crate::scenarios;
use crate::shared::Shared;

/// Answers a request.
pub(crate) async fn answer(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    if let Some(refusal) = host_guard::refusal(&shared, &request) {
        return noted(&shared, &request, refusal).await;
    }
    let as_sent = request.path().to_owned();
    request.uri = slashes::merged(&request.uri);
    shared.count(request.path());
    if request.path() == health::PATH {
        return health::answer(&request);
    }
    if is_control(&as_sent) {
        // The controls and the desk are no part of Clever: they have no scenario and no place in the journal.
        return next.run(request.passed_on()).await;
    }
    if is_control(request.path()) {
        return noted(&shared, &request, not_found(&shared, &request)).await;
    }
    match scenarios::find(&request.uri) {
        Ok(None) => {}
        Ok(Some((scenario, below))) => {
            request.scenario = Some(scenario);
            request.uri = below;
        }
        Err(scenarios::Unknown) => return noted(&shared, &request, unknown_scenario()).await,
    }
    let answer = if let Some(permission) = cors::preflight(&shared, &request) {
        Answer::of(permission).await
    } else {
        let answer = Answer::of(next.run(whole(&request).passed_on()).await).await;
        scenarios::deviating(answer, &shared, &request)
    };
    let answer = etag::tagged(cors::opened(&shared, &request, answer), &request);
    note(&shared, &request, &answer);
    answer.send().await
}

fn is_control(path: &str) -> bool {
    path.starts_with(control::PREFIX) || path == control::PREFIX.trim_end_matches('/')
}

/// The same request, and a GET in the place of a HEAD: the body is left out at the end, but what is said of it must be right.
fn whole(request: &Request) -> Request {
    let mut request = request.clone();
    if request.method == Method::HEAD {
        request.method = Method::GET;
    }
    request
}

/// An answer that no endpoint gave.
async fn noted(shared: &Shared, request: &Request, response: Response) -> Response {
    let answer = Answer::of(response).await;
    note(shared, request, &answer);
    answer.send().await
}

fn note(shared: &Shared, request: &Request, answer: &Answer) {
    let now = shared.clock.now();
    let world = shared.world();
    let secrets = world.apps().iter().filter_map(|app| app.client_secret());
    let note = Note::of(now, request, answer, &journal::Mask::new(secrets));
    if shared.log {
        log::write(&note);
    }
    locked(&shared.journal).add(note);
}

fn unknown_scenario() -> Response {
    let message = "There is no scenario of this name; GET /_emulator/scenarios lists them.";
    let answer =
        responses::json(StatusCode::NOT_FOUND, &json!({ "error": "unknown_scenario", "message": message }));
    responses::explained(answer, "there is no scenario of this name: the desk lists those there are")
}
