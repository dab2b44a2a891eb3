//! Clever's tokeninfo: to which app was this access token issued, and what may it read?
//!
//! It says neither who the person is nor how long the token lives. It is no introspection endpoint (RFC 7662).

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::bearer::bearer;
use crate::apps::SCOPES;
use crate::request::Request;
use crate::responses;
use crate::shared::Shared;

/// `GET /oauth/tokeninfo`
pub(crate) fn tokeninfo(shared: &Shared, request: &Request) -> Response {
    let answer = bearer(shared, request).map(|bearer| {
        let info = json!({ "client_id": bearer.access.client_id, "scopes": SCOPES });
        responses::not_stored(responses::json(StatusCode::OK, &info))
    });
    answer.unwrap_or_else(|refusal| refusal)
}
