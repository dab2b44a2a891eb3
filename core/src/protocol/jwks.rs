//! The key set (RFC 7517 5): which of the published keys may verify an ID token.
//!
//! A key that is broken, of another type or for another purpose is ignored. It never makes the whole set unusable. The function
//! `usable` defines valid keys.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::Method;
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, KeyAlgorithm, KeyOperations, PublicKeyUse};
use serde_json::{Map, Value};

use super::jws::{KeySet, PublicKey};
use super::message::{Request, Response};
use super::{exchange, json};
use crate::error::{Error, ErrorCode, Result};
use crate::process::make_thread_keys;

/// The request for the key set at `jwks_uri`.
///
/// ```
/// let request = clever_sso::protocol::jwks_request("https://clever.com/oauth/certs")?;
/// assert_eq!(request.method(), "GET");
/// # Ok::<(), clever_sso::Error>(())
/// ```
///
/// # Errors
/// `internal` when the address cannot be put into a request.
pub fn request(jwks_uri: &str) -> Result<Request> {
    exchange::request(Method::GET, jwks_uri, &[], Vec::new())
}

/// Checks the response, and returns the text of a key set for [`KeySet::parse`].
///
/// ```
/// use clever_sso::KeySet;
/// use clever_sso::protocol::{Response, jwks_response};
///
/// fn keys(response: &Response) -> clever_sso::Result<KeySet> {
///     KeySet::parse(&jwks_response(response)?)
/// }
/// ```
///
/// # Errors
/// `response_html`, `response_malformed`, or the error code for the status.
pub fn response(response: &Response) -> Result<String> {
    if !exchange::is_good(response) {
        return Err(exchange::refused(response));
    }
    exchange::json(response)?;
    Ok(String::from_utf8_lossy(json::without_mark(response.body())).into_owned())
}

impl KeySet {
    /// Reads the text of a JWKS.
    ///
    /// ```
    /// use clever_sso::{ErrorCode, KeySet};
    ///
    /// let error = KeySet::parse(r#"{"keys":[]}"#).unwrap_err();
    /// assert_eq!(error.code(), ErrorCode::KeysUnusable);
    /// ```
    ///
    /// # Errors
    /// `response_malformed` when the text is not a JWKS, `keys_unusable` when no key in it may verify an ID token,
    /// `limit_reached`.
    pub fn parse(text: &str) -> Result<Self> {
        let value = json::lenient(text.as_bytes()).map_err(|_| Error::new(ErrorCode::ResponseMalformed))?;
        from_value(&value)
    }
}

/// The keys of a JWKS that may verify an ID token: their `kid` and their size in bits. For a report.
#[cfg(feature = "client")]
pub(crate) fn described(text: &str) -> Vec<(Option<String>, usize)> {
    let set = json::lenient(text.as_bytes()).unwrap_or_default();
    let entries = set.get("keys").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let bits = |entry: &Value| {
        let modulus = number(exchange::text(entry, "n")?)?;
        let zeros = modulus.iter().take_while(|byte| **byte == 0).count();
        Some((modulus.len() - zeros) * 8)
    };
    entries.iter().filter_map(|entry| Some((usable(entry)?.0, bits(entry)?))).collect()
}

fn from_value(set: &Value) -> Result<KeySet> {
    make_thread_keys().map_err(|error| Error::no_thread_key(&error))?;
    let Some(entries) = set.get("keys").and_then(Value::as_array) else {
        return Err(Error::with_detail(ErrorCode::ResponseMalformed, "the key set has no array \"keys\""));
    };
    // There is no limit on the number: a response of at most one mebibyte contains about two thousand keys.
    let keys: Vec<_> = entries.iter().filter_map(usable).collect();
    if keys.is_empty() {
        return Err(Error::with_detail(
            ErrorCode::KeysUnusable,
            format!("{} key{}, none usable", entries.len(), if entries.len() == 1 { "" } else { "s" }),
        ));
    }
    Ok(KeySet::new(keys))
}

/// A usable key: RSA, for signatures, for RS256 or without an algorithm, 2048 bits or more.
///
/// Other members are ignored: an invalid certificate does not make a key unusable. A member that is null counts as missing.
fn usable(entry: &Value) -> Option<(Option<String>, PublicKey)> {
    const LOOKED_AT: [&str; 6] = ["kty", "n", "e", "use", "key_ops", "alg"];
    let there = |name: &str| entry.get(name).filter(|value| !value.is_null()).cloned();
    let members: Map<_, _> =
        LOOKED_AT.into_iter().filter_map(|name| Some((name.to_owned(), there(name)?))).collect();
    let jwk: Jwk = serde_json::from_value(Value::Object(members)).ok()?;
    let AlgorithmParameters::RSA(rsa) = &jwk.algorithm else { return None };
    let common = &jwk.common;
    let signs = matches!(common.public_key_use, None | Some(PublicKeyUse::Signature));
    let verifies = common.key_operations.as_ref().is_none_or(|list| list.contains(&KeyOperations::Verify));
    let algorithm = matches!(common.key_algorithm, None | Some(KeyAlgorithm::RS256));
    if !(signs && verifies && algorithm) {
        return None;
    }
    let name = exchange::text(entry, "kid").filter(|name| !name.is_empty()).map(str::to_owned);
    Some((name, PublicKey::from_components(&number(&rsa.n)?, &number(&rsa.e)?)?))
}

/// RFC 7518 2, `Base64urlUInt`. Some providers add padding.
fn number(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_without_a_usable_key_is_refused() {
        for text in [
            r#"{"keys":[]}"#,
            r#"{"keys":[{"kty":"oct","k":"c2VjcmV0"},{"kty":"RSA","n":"AQAB","e":"AQAB"},7,{}]}"#,
        ] {
            assert_eq!(KeySet::parse(text).unwrap_err().code(), ErrorCode::KeysUnusable, "{text}");
        }
    }

    #[test]
    fn text_that_is_not_a_key_set_is_malformed() {
        for text in ["", "[]", "{}", r#"{"keys":{}}"#, "<html>"] {
            assert_eq!(KeySet::parse(text).unwrap_err().code(), ErrorCode::ResponseMalformed, "{text}");
        }
    }
}
