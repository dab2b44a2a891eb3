//! The signature keys of one emulator: the one in use, the one it began with, and those that scenarios made.

use std::sync::{Arc, Mutex};

use aws_lc_rs::error::Unspecified;
use serde_json::Value;

use crate::shared::locked;
use crate::signing::SigningKey;

/// So many keys of scenarios are published; older ones are forgotten, so that a long run does not fill the memory.
const SCENARIO_KEYS: usize = 32;

/// All keys.
pub(crate) struct Keys {
    first: Arc<SigningKey>,
    current: Mutex<Arc<SigningKey>>,
    of_scenarios: Mutex<Vec<ScenarioKey>>,
}

/// A key that belongs to one scenario, and in it to one login or one client.
struct ScenarioKey {
    scenario: &'static str,
    owner: String,
    key: Arc<SigningKey>,
}

impl Keys {
    /// A new key, or in a repeatable run the one built in.
    pub(crate) fn new(seeded: bool) -> Result<Self, Unspecified> {
        let first = if seeded { SigningKey::development()? } else { SigningKey::generate()? };
        let first = Arc::new(first);
        Ok(Self { current: Mutex::new(Arc::clone(&first)), first, of_scenarios: Mutex::default() })
    }

    /// The key that signs.
    pub(crate) fn current(&self) -> Arc<SigningKey> {
        Arc::clone(&locked(&self.current))
    }

    /// A new key in the place of the one that signed so far, which is not published any more.
    pub(crate) fn rotate(&self) -> Result<Arc<SigningKey>, Unspecified> {
        let new = Arc::new(SigningKey::generate()?);
        *locked(&self.current) = Arc::clone(&new);
        Ok(new)
    }

    /// Back to the key of the start.
    pub(crate) fn reset(&self) {
        *locked(&self.current) = Arc::clone(&self.first);
        locked(&self.of_scenarios).clear();
    }

    /// The key of this owner in this scenario, made when it is asked for the first time, and published from then on.
    pub(crate) fn of_scenario(
        &self,
        scenario: &'static str,
        owner: &str,
    ) -> Result<Arc<SigningKey>, Unspecified> {
        let mut keys = locked(&self.of_scenarios);
        if let Some(known) = keys.iter().find(|known| known.scenario == scenario && known.owner == owner) {
            return Ok(Arc::clone(&known.key));
        }
        let key = Arc::new(SigningKey::generate()?);
        if keys.len() >= SCENARIO_KEYS {
            keys.remove(0);
        }
        keys.push(ScenarioKey { scenario, owner: owner.to_owned(), key: Arc::clone(&key) });
        Ok(key)
    }

    /// The public halves of the key that signs and of those of this scenario.
    pub(crate) fn published(&self, scenario: Option<&str>) -> Vec<Value> {
        let mut published = vec![self.current().jwk()];
        let keys = locked(&self.of_scenarios);
        let own = keys.iter().filter(|known| scenario == Some(known.scenario));
        published.extend(own.map(|known| known.key.jwk()));
        published
    }
}
