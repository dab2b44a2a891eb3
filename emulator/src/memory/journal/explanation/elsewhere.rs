//! What is said of the pages and of paths that Clever does not have.

use axum::http::StatusCode;

use super::reads;
use crate::http::request::Request;

/// The sentence.
pub(super) fn sentence(request: &Request, status: StatusCode) -> &'static str {
    match status {
        StatusCode::TOO_MANY_REQUESTS => {
            "this access token has made more than 1200 requests in a minute: wait until X-RateLimit-Reset"
        }
        StatusCode::NOT_FOUND => not_clevers(request.path()),
        status if status.is_server_error() => "the emulator itself failed: this is no answer of Clever's",
        status if status.is_success() || status.is_redirection() => answered(request),
        _ => "refused",
    }
}

fn answered(request: &Request) -> &'static str {
    match (request.path(), reads(request)) {
        ("/", _) => "the front door: the browser goes to the login page",
        ("/login", true) => "somebody is signed in already, and goes on",
        ("/login", false) => "somebody signed in on the login page",
        ("/login/badge", false) => "somebody signed in with a badge",
        ("/login/provider", false) => "somebody signed in at the identity provider of the district",
        ("/oauth/district-picker", true) => "the district is known already: the browser goes on to sign in",
        ("/oauth/district-picker", false) => "a school was chosen, and this browser remembers it",
        ("/logout", _) => "somebody signed out at the emulator, and stays signed in at the app",
        _ => "answered as asked",
    }
}

/// Paths that other providers have, and Clever calls otherwise.
fn not_clevers(path: &str) -> &'static str {
    match path.trim_end_matches('/') {
        "/oauth/token" | "/oauth2/token" | "/token" => {
            "Clever has no such path: its token endpoint is /oauth/tokens, with an s"
        }
        "/oauth2/authorize" | "/authorize" => {
            "Clever has no such path: its authorization endpoint is /oauth/authorize"
        }
        "/oauth/userinfo" | "/oauth2/userinfo" => {
            "Clever has no such path: it is /userinfo, on the host of the API"
        }
        "/oauth/jwks" | "/jwks" | "/jwks.json" | "/.well-known/jwks.json" | "/oauth/discovery/keys" => {
            "Clever has no such path: its keys are at /oauth/certs, as the metadata says"
        }
        "/oauth/revoke" | "/oauth/introspect" | "/oauth/logout" | "/oauth/register" => {
            "Clever has nothing of this kind: no revocation, no introspection, no logout, no registration"
        }
        "/oauth/certs" | "/.well-known/openid-configuration" | "/oauth/tokeninfo" | "/userinfo" | "/me" => {
            "Clever does not take this method here, or not this slash at the end"
        }
        _ => "Clever has no such path, or does not take this method there",
    }
}
