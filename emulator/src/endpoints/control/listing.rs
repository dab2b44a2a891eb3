//! The scenarios, for tests that run through all of them.

use serde_json::{Value, json};

use crate::request::Request;
use crate::scenarios::{Scenario, scenarios as all};
use crate::shared::Shared;

/// `GET scenarios`
pub(super) fn scenarios(shared: &Shared, _: &Request) -> Value {
    all().iter().map(|scenario| entry(shared, scenario)).collect()
}

fn entry(shared: &Shared, scenario: &Scenario) -> Value {
    json!({
        "name": scenario.name(),
        "what": scenario.what(),
        "expect": scenario.client(),
        "outcome": scenario.outcome(),
        "call": scenario.call(),
        "base_url": format!("{}{}", shared.address.base_url(), scenario.prefix()),
    })
}
