//! The provider's metadata (OIDC Discovery 1.0 section 4) and its key set (RFC 7517 section 5).
//!
//! Only what Clever is known to have is announced: no PKCE, no registration, no logout, no revocation.

use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use axum::response::Response;
use serde_json::{Value, json};

use crate::http::request::Request;
use crate::http::responses;
use crate::scenarios::Scenario;
use crate::shared::Shared;
use crate::world::SCOPES;

/// `GET /.well-known/openid-configuration`
pub(crate) fn metadata(shared: &Shared, request: &Request) -> Response {
    let base_url = request.base_url(shared);
    let at = |path: &str| format!("{base_url}{path}");
    let scopes = [&["openid"], &SCOPES[..]].concat();
    let methods = ["client_secret_basic", "client_secret_post"];
    let authentication = if shared.basic_only { &methods[..1] } else { &methods };
    cacheable(&json!({
        "issuer": base_url,
        "authorization_endpoint": at("/oauth/authorize"),
        "token_endpoint": at("/oauth/tokens"),
        "userinfo_endpoint": at("/userinfo"),
        "jwks_uri": at("/oauth/certs"),
        "response_types_supported": ["code", "token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": scopes,
        "token_endpoint_auth_methods_supported": authentication,
        "claims_supported": [
            "iss", "sub", "aud", "iat", "exp", "nonce", "user_id", "multi_role_user_id", "user_type", "district",
            "email", "email_verified", "given_name", "family_name",
        ],
    }))
}

/// `GET /oauth/certs`
pub(crate) fn key_set(shared: &Shared, request: &Request) -> Response {
    let scenario = request.scenario.map(Scenario::name);
    let Ok(keys) = shared.keys.published(scenario) else {
        let body = json!({ "error": "server_error", "message": "The emulator could not make a key." });
        return responses::not_stored(responses::json(StatusCode::INTERNAL_SERVER_ERROR, &body));
    };
    cacheable(&json!({ "keys": keys }))
}

fn cacheable(value: &Value) -> Response {
    responses::with_header(responses::json(StatusCode::OK, value), CACHE_CONTROL, "max-age=3600")
}
