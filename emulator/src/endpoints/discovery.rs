//! The provider's metadata (OIDC Discovery 1.0 section 4) and its key set (RFC 7517 section 5).
//!
//! It only announces what Clever is known to support: no PKCE, no registration, no logout, no revocation.

use axum::http::StatusCode;
use axum::http::header::CACHE_CONTROL;
use serde_json::{Value, json};

use super::call::Call;
use crate::http::answer::Answer;
use crate::http::answer_kinds::EMULATOR_FAILED;
use crate::scenarios::Scenario;
use crate::world::SCOPES;

const METADATA: &str = "the discovery document was fetched, and may be kept for an hour";
const KEYS: &str = "the keys were fetched, and may be kept for an hour";

/// `GET /.well-known/openid-configuration`
pub(crate) fn metadata(call: &Call) -> Answer {
    let base_url = call.base_url();
    let at = |path: &str| format!("{base_url}{path}");
    let scopes = [&["openid"], &SCOPES[..]].concat();
    let methods = ["client_secret_basic", "client_secret_post"];
    let authentication = if call.shared.basic_only { &methods[..1] } else { &methods };
    let metadata = json!({
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
    });
    cacheable(&metadata, METADATA)
}

/// `GET /oauth/certs`
pub(crate) fn key_set(call: &Call) -> Answer {
    let scenario = call.scenario.map(Scenario::name);
    let Ok(keys) = call.shared.keys.published(scenario) else {
        let body = json!({ "error": "server_error", "message": "The emulator could not make a key." });
        return Answer::json(StatusCode::INTERNAL_SERVER_ERROR, &body, EMULATOR_FAILED).not_stored();
    };
    cacheable(&json!({ "keys": keys }), KEYS)
}

fn cacheable(value: &Value, line: &'static str) -> Answer {
    Answer::json(StatusCode::OK, value, line).with_header(CACHE_CONTROL, "max-age=3600")
}
