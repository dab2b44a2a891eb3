//! The private parts of this crate that `fuzz/` uses. Compiled only with the feature `__fuzz`, which no product has.

use http::HeaderMap;
use serde_json::{Map, Value};

use crate::protocol::json::{self, Object};
use crate::protocol::pending::{ENTROPY_BYTES, SealingKeys};
use crate::transport::server_time::{add_date, skew};

/// A signed document: its text and its members, or the reason why it cannot be read. Members in `deciding` must not be repeated.
///
/// # Errors
/// The reason, as a sentence.
pub fn read_signed(bytes: &[u8], deciding: &[&'static str]) -> Result<(String, Map<String, Value>), String> {
    let object =
        Object::read(json::without_mark_owned(bytes.to_vec()), deciding).map_err(|why| why.to_string())?;
    Ok((object.as_text().to_owned(), object.to_map()))
}

/// A response that only describes, with its mistakes repaired.
pub fn read_lenient(bytes: &[u8]) -> Option<Value> {
    json::lenient(bytes).ok()
}

/// The server's clock minus ours, in seconds.
pub fn clock_skew(headers: &HeaderMap, now: u64) -> Option<i64> {
    skew(headers, now)
}

/// Adds a `Date` header if the response has none.
pub fn with_date(mut headers: HeaderMap, now: u64) -> HeaderMap {
    add_date(&mut headers, now);
    headers
}

/// Encrypts any bytes as a state, a pending login or a mark of this application.
pub fn sealed(
    keys: &SealingKeys,
    purpose: &str,
    plain: &[u8],
    entropy: &[u8; ENTROPY_BYTES],
) -> Option<String> {
    keys.sealed(purpose, plain, entropy).ok()
}

/// Decrypts a text.
pub fn opened(keys: &SealingKeys, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
    keys.opened(purpose, sealed)
}
