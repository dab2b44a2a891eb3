//! The scenarios, for tests that run through all of them.

use serde_json::{Value, json};

use crate::endpoints::call::Call;
use crate::scenarios::{Scenario, scenarios as all};

/// `GET scenarios`
pub(super) fn scenarios(call: &Call) -> Value {
    let emulator_url = call.emulator_url();
    all().iter().map(|scenario| entry(&emulator_url, scenario)).collect()
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
