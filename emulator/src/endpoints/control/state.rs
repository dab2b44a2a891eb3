//! The scenarios, the clock, the keys, the journal, and everything at once.

use std::time::Duration;

use serde_json::{Value, json};

use super::problem::{Problem, body_with};
use crate::endpoints::call::Call;
use crate::memory::locked;
use crate::scenarios::{self, Scenario};

/// No test needs more than ten years at once, in seconds.
const FARTHEST: u64 = 10 * 366 * 24 * 60 * 60;

/// `GET scenarios`
pub(super) fn scenarios(call: &Call) -> Value {
    let emulator_url = call.emulator_url();
    scenarios::scenarios().iter().map(|scenario| entry(&emulator_url, scenario)).collect()
}

fn entry(emulator_url: &str, scenario: &Scenario) -> Value {
    json!({
        "name": scenario.name(),
        "what": scenario.what(),
        "expect": scenario.client(),
        "outcome": scenario.outcome(),
        "call": scenario.call(),
        "base_url": format!("{emulator_url}{}", scenario.prefix()),
    })
}

/// `GET clock`
pub(super) fn clock(call: &Call) -> Value {
    json!({ "now": call.shared.clock.now(), "ahead": call.shared.clock.ahead() })
}

/// `POST clock`
pub(super) fn advance(call: &Call) -> Result<Value, Problem> {
    let body = body_with(&call.request, &["advance"])?;
    let seconds = body.get("advance").and_then(whole).filter(|seconds| *seconds <= FARTHEST);
    let seconds = seconds.ok_or_else(|| {
        Problem::request(format!("advance must be a whole number of seconds from 0 to {FARTHEST}."))
    })?;
    call.shared.clock.advance(Duration::from_secs(seconds));
    call.shared.changes.happened();
    Ok(clock(call))
}

/// A whole number of seconds in any form: in JSON, `60`, `60.0`, and `6e1` are the same number.
fn whole(value: &Value) -> Option<u64> {
    let whole = || value.as_f64().filter(|number| number.fract() == 0.0);
    value.as_u64().or_else(|| Some(Duration::try_from_secs_f64(whole()?).ok()?.as_secs()))
}

/// `POST keys/rotate`
pub(in crate::endpoints) fn rotate_keys(call: &Call) -> Result<Value, Problem> {
    Ok(json!({ "kid": call.shared.keys.rotate()?.key_id() }))
}

/// `GET journal`
pub(super) fn journal(call: &Call) -> Value {
    json!({ "journal": locked(&call.shared.journal).to_json() })
}

/// `DELETE journal`
pub(in crate::endpoints) fn clear_journal(call: &Call) -> Value {
    locked(&call.shared.journal).clear();
    call.shared.changes.happened();
    json!({ "done": true })
}

/// `POST reset`: resets everything, but the sequence of a seed continues, so that nothing old becomes valid again.
pub(in crate::endpoints) fn reset(call: &Call) -> Value {
    call.shared.reset();
    json!({ "done": true })
}
