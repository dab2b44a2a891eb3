//! The keys as text, for another process: a new worker does not need to fetch keys that another worker has.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock;
use crate::error::{Error, ErrorCode, Result};

use super::cached::{Cached, LONGEST_AGE};

/// `issuer` and `fresh_until` stay the first members: by them, PHP tells a key cache from another file, which it must not replace.
#[derive(Serialize, Deserialize)]
struct Exported {
    issuer: String,
    /// In Unix seconds, because another process cannot use this one's monotonic clock.
    fresh_until: u64,
    /// The text of the key set.
    jwks: String,
}

/// The keys of `issuer` as text.
pub(super) fn export(issuer: &str, cached: &Cached) -> Result<String> {
    let left = cached.fresh_until.saturating_duration_since(clock::now());
    let exported = Exported {
        issuer: issuer.to_owned(),
        fresh_until: clock::unix_time().saturating_add(left.as_secs()),
        jwks: cached.jwks.clone(),
    };
    serde_json::to_string(&exported).map_err(|_| Error::with_detail(ErrorCode::Internal, "keys as text"))
}

/// Reads keys that another process exported. They must pass the same checks as fetched keys, and are fresh for at most a day.
pub(super) fn import(issuer: &str, text: &str) -> Result<Cached> {
    let unusable =
        |why: &str| Error::with_detail(ErrorCode::ArgumentInvalid, format!("exported keys: {why}"));
    // serde would also accept an array of the members' values.
    let is_object = text.trim_ascii_start().starts_with('{');
    let exported: Exported = Some(text)
        .filter(|_| is_object)
        .and_then(|text| serde_json::from_str(text).ok())
        .ok_or_else(|| unusable("this is not an export of keys"))?;
    if exported.issuer != issuer {
        return Err(unusable("the keys belong to another issuer"));
    }
    let left = Duration::from_secs(exported.fresh_until.saturating_sub(clock::unix_time())).min(LONGEST_AGE);
    Cached::new(exported.jwks, left)
}
