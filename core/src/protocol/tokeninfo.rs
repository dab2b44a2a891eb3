//! tokeninfo: was this access token issued by Clever, and to this application?
//!
//! The implicit grant has no other protection against a token that was issued to somebody else (RFC 9700 2.1.2): an
//! application that skips this check logs in whoever holds a token of any other application.

use http::StatusCode;
use serde::Deserialize;

use super::{Request, Response, answer};
use crate::error::{Error, ErrorCode, Result, quote};

/// What Clever says of a token that was issued to this application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenInfo {
    /// The client id: always this application's.
    pub client_id: String,
    /// The scopes.
    pub scopes: Vec<String>,
}

/// The request that asks about `access_token`.
///
/// # Errors
/// `argument_invalid` when the token cannot be a token.
pub fn request(endpoint: &str, access_token: &str) -> Result<Request> {
    answer::bearer_get(endpoint, access_token)
}

/// Judges the answer.
///
/// # Errors
/// `token_foreign`, `token_rejected`, `response_html`, `response_malformed`, or the word for the status.
pub fn response(response: &Response, client_id: &str) -> Result<TokenInfo> {
    #[derive(Deserialize)]
    struct Answer {
        client_id: String,
        #[serde(default)]
        scopes: Vec<String>,
    }
    if response.status() != StatusCode::OK {
        return Err(answer::refused(response));
    }
    let answer: Answer = answer::json(response)?;
    if answer.client_id != client_id {
        let detail = format!("expected {}, found {}", quote(client_id), quote(&answer.client_id));
        return Err(Error::with_detail(ErrorCode::TokenForeign, detail));
    }
    Ok(TokenInfo { client_id: answer.client_id, scopes: answer.scopes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(status: u16, body: &str) -> Result<TokenInfo> {
        response(&http::Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap(), "mine")
    }

    #[test]
    fn only_a_token_of_this_client_passes() {
        assert_eq!(
            judge(200, r#"{"client_id":"mine","scopes":["read:user_id"]}"#).unwrap().scopes,
            ["read:user_id"]
        );
        for other in ["mine2", "min", "MINE", ""] {
            let body = format!(r#"{{"client_id":"{other}","scopes":[]}}"#);
            assert_eq!(judge(200, &body).unwrap_err().code(), ErrorCode::TokenForeign, "{other}");
        }
        assert_eq!(judge(200, r#"{"scopes":[]}"#).unwrap_err().code(), ErrorCode::ResponseMalformed);
        assert_eq!(judge(401, "").unwrap_err().code(), ErrorCode::TokenRejected);
        assert_eq!(judge(503, "").unwrap_err().code(), ErrorCode::CleverUnavailable);
    }
}
