//! Paths that Clever does not have.

use super::call::Call;
use crate::http::answer::Answer;

/// Any path that Clever does not have, and any method that it does not accept there: the 404 of its servers.
pub(crate) fn not_found(call: &Call) -> Answer {
    let (method, path) = (call.request.method.as_str(), call.request.path());
    Answer::cannot(method, path, line(path))
}

/// Paths of other providers that have other names at Clever.
fn line(path: &str) -> &'static str {
    match path {
        "/oauth/tokens" => return "the token endpoint accepts POST, and GET for the list of district tokens",
        "/oauth/authorize" | "/oauth/instant-login" => {
            return "Clever accepts GET here: send the browser with a link or a redirect";
        }
        _ => {}
    }
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
            "Clever has no such path: its keys are at /oauth/certs, as the discovery document says"
        }
        "/oauth/revoke" | "/oauth/introspect" | "/oauth/logout" | "/oauth/register" => {
            "Clever does not support this: it has no revocation, no introspection, no logout, no registration"
        }
        "/oauth/certs" | "/.well-known/openid-configuration" | "/oauth/tokeninfo" | "/userinfo" | "/me" => {
            "Clever does not accept this method here, or the path has an extra trailing slash"
        }
        _ => "Clever has no such path, or does not accept this method there",
    }
}
