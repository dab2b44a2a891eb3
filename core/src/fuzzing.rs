//! What `fuzz/` reaches of this crate that is not public. Only the feature `__fuzz`, which no product has, compiles it.

use http::HeaderMap;
use serde_json::{Map, Value};

use crate::protocol::json::{self, Object};
use crate::protocol::pending::{ENTROPY_BYTES, SealingKeys};
use crate::transport::server_time::{add_date, skew};

/// A signed document: its text and its members, or the reason why it cannot be read. `deciding` must not be repeated in it.
///
/// # Errors
/// The reason, as a sentence.
pub fn read_signed(bytes: &[u8], deciding: &[&'static str]) -> Result<(String, Map<String, Value>), String> {
    let object =
        Object::read(json::without_mark_owned(bytes.to_vec()), deciding).map_err(|why| why.to_string())?;
    Ok((object.as_text().to_owned(), object.to_map()))
}

/// A response that only describes.
pub fn read_lenient(bytes: &[u8]) -> Option<Value> {
    json::lenient(bytes).ok()
}

/// The server's clock minus ours, in seconds.
pub fn clock_skew(headers: &HeaderMap, now: u64) -> Option<i64> {
    skew(headers, now)
}

/// Adds the `Date` that a response should have.
pub fn with_date(mut headers: HeaderMap, now: u64) -> HeaderMap {
    add_date(&mut headers, now);
    headers
}

/// Any bytes, sealed as a state, a pending login or a mark of this application.
pub fn sealed(
    keys: &SealingKeys,
    purpose: &str,
    plain: &[u8],
    entropy: &[u8; ENTROPY_BYTES],
) -> Option<String> {
    keys.sealed(purpose, plain, entropy).ok()
}

/// What is sealed in a text.
pub fn opened(keys: &SealingKeys, purpose: &str, sealed: &str) -> Option<Vec<u8>> {
    keys.opened(purpose, sealed)
}
