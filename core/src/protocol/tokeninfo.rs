//! tokeninfo: did Clever issue this access token, and to this application?
//!
//! With the implicit grant, this is the only protection against a token that was issued to another application (RFC 9700 2.1.2):
//! an application without this check logs in anyone who has a token of any other application.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::message::{Request, Response};
use super::{exchange, text};
use crate::error::{Error, ErrorCode, Result, quote};

/// What Clever says about a token of this application.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub struct TokenInfo {
    /// The client id, which is always this application's.
    pub client_id: String,
    /// The scopes.
    pub scopes: Vec<String>,
}

/// The request that asks about `access_token`.
///
/// ```
/// let request = clever_sso::protocol::tokeninfo_request("https://clever.com/oauth/tokeninfo", "il1234")?;
/// assert_eq!(request.headers()["authorization"], "Bearer il1234");
/// # Ok::<(), clever_sso::Error>(())
/// ```
///
/// # Errors
/// `argument_invalid` when the token is not a valid token.
pub fn request(endpoint: &str, access_token: &str) -> Result<Request> {
    exchange::bearer_get(endpoint, access_token)
}

/// Checks the response.
///
/// ```
/// use clever_sso::ErrorCode;
/// use clever_sso::protocol::{Response, tokeninfo_response};
///
/// let response = Response::new(br#"{"client_id":"another-client","scopes":[]}"#.to_vec());
/// let error = tokeninfo_response(&response, "client-id").unwrap_err();
/// assert_eq!(error.code(), ErrorCode::TokenForeign);
/// ```
///
/// # Errors
/// `token_foreign`, `token_rejected`, `response_html`, `response_malformed`, or the error code for the status.
pub fn response(response: &Response, client_id: &str) -> Result<TokenInfo> {
    let record = exchange::record(response)?;
    let found = exchange::text(&record, "client_id")
        .ok_or_else(|| exchange::malformed(response, "client_id is missing"))?;
    if found != client_id {
        let detail = format!("expected {}, found {}", quote(client_id), quote(found));
        return Err(Error::with_detail(ErrorCode::TokenForeign, detail));
    }
    Ok(TokenInfo { client_id: client_id.to_owned(), scopes: scopes(&record) })
}

/// The scopes: a list of strings, each one word (RFC 6749 3.3). Anything else gives no access.
fn scopes(record: &Value) -> Vec<String> {
    let list = record.get("scopes").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).filter_map(text::identifier).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(status: u16, body: &str) -> Result<TokenInfo> {
        response(&http::Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap(), "mine")
    }

    #[test]
    fn only_a_token_of_this_client_is_accepted() {
        assert_eq!(
            judge(200, r#"{"client_id":"mine","scopes":["read:user_id"]}"#).unwrap().scopes,
            ["read:user_id"]
        );
        for other in ["mine2", "min", "MINE", " mine", "mine\\u0000"] {
            let body = format!(r#"{{"client_id":"{other}","scopes":[]}}"#);
            assert_eq!(judge(200, &body).unwrap_err().code(), ErrorCode::TokenForeign, "{other}");
        }
        for body in [r#"{"scopes":[]}"#, r#"{"client_id":""}"#, r#"["mine"]"#, r#"[{"client_id":"mine"}]"#] {
            assert_eq!(judge(200, body).unwrap_err().code(), ErrorCode::ResponseMalformed, "{body}");
        }
        assert_eq!(judge(401, "").unwrap_err().code(), ErrorCode::TokenRejected);
        assert_eq!(judge(503, "").unwrap_err().code(), ErrorCode::CleverUnavailable);
    }

    #[test]
    fn a_scope_counts_only_as_a_word_in_a_list() {
        let scopes = |scopes: &str| {
            judge(200, &format!(r#"{{"client_id":"mine","scopes":{scopes}}}"#)).unwrap().scopes
        };
        for none in
            ["null", "true", "0", "\"read:user_id\"", "{\"read:user_id\":true}", "[null,1,[\"a\"],{},\"\"]"]
        {
            assert_eq!(scopes(none), [""; 0], "{none}");
        }
        assert_eq!(scopes(r#"["a b","c\u0000","d\n",7,"read:user_id"]"#), ["read:user_id"]);
    }
}
