//! Claims that a developer chose for one login. They replace the claims of the person in the ID token and in `/userinfo`.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::http::verbatim;

/// The chosen claims, if there are any.
pub(crate) type CustomClaims = Option<Arc<Map<String, Value>>>;

/// These are about an ID token and do not belong in `/userinfo`.
const ABOUT_THE_TOKEN: [&str; 10] =
    ["iss", "aud", "exp", "iat", "nbf", "nonce", "azp", "at_hash", "auth_time", "jti"];

/// The error for a text that is not an object of claims.
pub(crate) const WRONG: &str =
    "The claims must be one JSON object, for example {\"user_type\": \"teacher\"}.";

/// The claims in a text, each exactly as written; an empty text has none.
pub(crate) fn read(text: &str) -> Result<CustomClaims, String> {
    if text.trim_start_matches('\u{FEFF}').trim().is_empty() {
        return Ok(None);
    }
    let claims = verbatim::object(text).map_err(|wrong| format!("{WRONG} ({wrong}.)"))?;
    Ok(Some(Arc::new(claims)))
}

/// The claims of an ID token, with these instead of its own.
pub(crate) fn in_id_token(own: &CustomClaims, mut claims: Value) -> Value {
    overlay(own, &mut claims, |_| true);
    claims
}

/// The members of `/userinfo`, with these instead of its own.
pub(crate) fn in_userinfo(own: &CustomClaims, mut info: Value) -> Value {
    overlay(own, &mut info, |name| !ABOUT_THE_TOKEN.contains(&name));
    info
}

fn overlay(own: &CustomClaims, onto: &mut Value, belongs: impl Fn(&str) -> bool) {
    if let (Some(own), Some(members)) = (own, onto.as_object_mut()) {
        let belonging = own.iter().filter(|(name, _)| belongs(name));
        members.extend(belonging.map(|(name, value)| (name.clone(), value.clone())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_a_json_object_is_accepted_as_claims() {
        assert_eq!(read(" \n"), Ok(None));
        assert_eq!(read(r#"{"a":null}"#).unwrap().unwrap().get("a"), Some(&Value::Null));
        for wrong in ["[]", "7", "{", "null", "a=b"] {
            assert!(read(wrong).unwrap_err().starts_with(WRONG), "{wrong}");
        }
        assert!(read("{\n1").unwrap_err().ends_with(" (line 2, column 1: key must be a string.)"));
    }

    #[test]
    fn claims_about_the_token_are_not_in_userinfo() {
        let own = read(r#"{"iss":"x","email":null,"new":1}"#).unwrap();
        let claims = json!({ "iss": "y", "email": "e", "sub": "s" });
        assert_eq!(
            in_id_token(&own, claims.clone()),
            json!({ "iss": "x", "email": null, "sub": "s", "new": 1 })
        );
        assert_eq!(in_userinfo(&own, claims), json!({ "iss": "y", "email": null, "sub": "s", "new": 1 }));
    }
}
