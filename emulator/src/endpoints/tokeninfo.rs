//! Clever's tokeninfo: which app was this access token issued to, and what may it read?
//!
//! It says neither who the person is nor how long the token is valid. It is not an introspection endpoint (RFC 7662).

use axum::http::StatusCode;
use axum::http::header::VARY;
use serde_json::json;

use super::bearer::bearer;
use super::call::Call;
use crate::http::answer::Answer;
use crate::world::SCOPES;

const TOLD: &str = "the access token is valid, and its client_id was sent: compare it with the app's";

/// `GET /oauth/tokeninfo`
pub(crate) fn tokeninfo(call: &Call) -> Answer {
    let answer = bearer(call).map(|bearer| {
        let info = json!({ "client_id": bearer.client_id, "scopes": SCOPES });
        Answer::json(StatusCode::OK, &info, TOLD).not_stored()
    });
    answer.unwrap_or_else(|refusal| refusal).hardened().with_header(VARY, "Origin, Accept-Encoding")
}
