//! The clock, the keys, the journal, and everything at once.

use std::time::Duration;

use serde_json::{Value, json};

use super::body;
use super::problem::Problem;
use crate::http::request::Request;
use crate::memory::grants::Grants;
use crate::memory::journal::Journal;
use crate::memory::lock::locked;
use crate::memory::rate_limit::RateLimits;
use crate::memory::tally::Tally;
use crate::shared::Shared;

/// No test needs more than ten years at once, in seconds.
const FARTHEST: u64 = 10 * 366 * 24 * 60 * 60;

/// `GET clock`
pub(super) fn clock(shared: &Shared, _: &Request) -> Value {
    json!({ "now": shared.clock.now(), "ahead": shared.clock.ahead() })
}

/// `POST clock`
pub(super) fn advance(shared: &Shared, request: &Request) -> Result<Value, Problem> {
    let seconds =
        body(request)?.get("advance").and_then(Value::as_u64).filter(|seconds| *seconds <= FARTHEST);
    let seconds = seconds.ok_or_else(|| {
        Problem::request(format!("advance must be a whole number of seconds from 0 to {FARTHEST}."))
    })?;
    shared.clock.advance(Duration::from_secs(seconds));
    Ok(clock(shared, request))
}

/// `POST keys/rotate`
pub(in crate::endpoints) fn rotate_keys(shared: &Shared, _: &Request) -> Result<Value, Problem> {
    Ok(json!({ "kid": shared.keys.rotate()?.key_id() }))
}

/// `GET journal`
pub(super) fn journal(shared: &Shared, _: &Request) -> Value {
    json!({ "journal": locked(&shared.journal).to_json() })
}

/// `DELETE journal`
pub(in crate::endpoints) fn clear_journal(shared: &Shared, _: &Request) -> Value {
    locked(&shared.journal).clear();
    json!({ "done": true })
}

/// `POST reset`: as after the start, but that a seed's row of values goes on, so that nothing old becomes valid again.
pub(in crate::endpoints) fn reset(shared: &Shared, _: &Request) -> Value {
    *locked(&shared.grants) = Grants::default();
    *locked(&shared.rate_limits) = RateLimits::default();
    *locked(&shared.tally) = Tally::default();
    *locked(&shared.journal) = Journal::default();
    locked(&shared.counts).clear();
    shared.live_world.reset();
    shared.clock.reset();
    shared.keys.reset();
    json!({ "done": true })
}
