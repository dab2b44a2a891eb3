//! What happens to every request before and after its endpoint: it is counted, led to its scenario, and noted; its answer
//! gets an entity tag.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use serde_json::json;

use crate::endpoints::control;
use crate::etag;
use crate::journal::{self, Note};
use crate::request::Request;
use crate::responses;
use crate::scenarios::{self, Answer};
use crate::shared::{Shared, locked};

/// Answers a request.
pub(crate) async fn around(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    shared.count(request.path());
    if request.path().starts_with(control::PREFIX) || request.path() == control::PREFIX.trim_end_matches('/')
    {
        // The controls and the desk are no part of Clever: they have no scenario and no place in the journal.
        return next.run(request.passed_on()).await;
    }
    match scenarios::find(&request.uri) {
        Ok(None) => {}
        Ok(Some((scenario, below))) => {
            request.scenario = Some(scenario);
            request.uri = below;
        }
        Err(scenarios::Unknown) => {
            let answer = Answer::of(unknown_scenario()).await;
            note(&shared, &request, &answer);
            return answer.send().await;
        }
    }
    let answer = Answer::of(next.run(whole(&request).passed_on()).await).await;
    let answer = etag::tagged(scenarios::deviating(answer, &shared, &request), &request);
    note(&shared, &request, &answer);
    answer.send().await
}

/// The same request, and a GET in the place of a HEAD: the body is left out at the end, but what is said of it must be right.
fn whole(request: &Request) -> Request {
    let mut request = request.clone();
    if request.method == Method::HEAD {
        request.method = Method::GET;
    }
    request
}

fn note(shared: &Shared, request: &Request, answer: &Answer) {
    let now = shared.clock.now();
    let world = shared.world();
    let secrets = world.apps().iter().filter_map(|app| app.client_secret());
    let note = Note::of(now, request, answer, &journal::Mask::new(secrets));
    locked(&shared.journal).add(note);
}

fn unknown_scenario() -> Response {
    let message = "There is no scenario of this name; GET /_emulator/scenarios lists them.";
    let answer =
        responses::json(StatusCode::NOT_FOUND, &json!({ "error": "unknown_scenario", "message": message }));
    responses::explained(answer, "there is no scenario of this name: the desk lists those there are")
}
