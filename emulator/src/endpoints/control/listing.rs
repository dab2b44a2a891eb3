//! The scenarios, for tests that run through all of them.

use serde_json::{Value, json};

use crate::http::request::Request;
use crate::scenarios::{Scenario, scenarios as all};
use crate::shared::Shared;

/// `GET scenarios`
pub(super) fn scenarios(shared: &Shared, request: &Request) -> Value {
    let emulator_url = request.emulator_url(shared);
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
