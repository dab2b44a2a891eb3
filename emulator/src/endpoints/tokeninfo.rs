//! Clever's tokeninfo: to which app was this access token issued, and what may it read?
//!
//! It says neither who the person is nor how long the token lives. It is no introspection endpoint (RFC 7662).

use axum::http::StatusCode;
use axum::http::header::VARY;
use axum::response::Response;
use serde_json::json;

use super::bearer::bearer;
use crate::http::request::Request;
use crate::http::responses;
use crate::shared::Shared;
use crate::world::SCOPES;

/// `GET /oauth/tokeninfo`
pub(crate) fn tokeninfo(shared: &Shared, request: &Request) -> Response {
    let answer = bearer(shared, &shared.world(), request).map(|bearer| {
        let info = json!({ "client_id": bearer.client_id, "scopes": SCOPES });
        responses::not_stored(responses::json(StatusCode::OK, &info))
    });
    let response = answer.unwrap_or_else(|refusal| refusal);
    responses::with_header(responses::hardened(response), VARY, "Origin, Accept-Encoding")
}
