//! What happens to every request before and after its endpoint: it is counted, and led to its scenario.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use serde_json::json;

use crate::request::Request;
use crate::responses;
use crate::scenarios::{self, Answer};
use crate::shared::Shared;

/// Answers a request.
pub(crate) async fn around(State(shared): State<Arc<Shared>>, mut request: Request, next: Next) -> Response {
    shared.count(request.path());
    match scenarios::find(&request.uri) {
        Ok(None) => {}
        Ok(Some((scenario, below))) => {
            request.scenario = Some(scenario);
            request.uri = below;
        }
        Err(scenarios::Unknown) => return unknown_scenario(),
    }
    let answer = Answer::of(next.run(request.clone().passed_on()).await).await;
    let answer = scenarios::deviating(answer, &shared, &request);
    answer.send().await
}

fn unknown_scenario() -> Response {
    let message = "There is no scenario of this name.";
    responses::json(StatusCode::NOT_FOUND, &json!({ "error": "unknown_scenario", "message": message }))
}
