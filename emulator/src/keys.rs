//! The signing keys of one emulator: the current one, the first one, and the keys that scenarios created.
//!
//! - `signing`: one key; `id_token`: what an ID token says; `custom_claims`: claims a developer chose for one login;
//! - `district_token`: the tokens that apps read districts with.
//!
//! aws-lc needs 50 to several hundred milliseconds to create a key, so the start does not wait for the first one. The first
//! caller that needs it creates it, and every other caller waits.

use std::sync::{Arc, Mutex, OnceLock};

use aws_lc_rs::error::Unspecified;
use serde_json::Value;

use crate::memory::locked;
use signing::SigningKey;

pub(crate) mod custom_claims;
pub(crate) mod district_token;
pub(crate) mod id_token;
pub(crate) mod signing;

/// The most keys of scenarios that are published; older ones are forgotten, so that a long run does not fill the memory.
const SCENARIO_KEYS: usize = 32;

/// All keys.
#[derive(Default)]
pub(crate) struct Keys {
    seeded: bool,
    first: OnceLock<Result<Arc<SigningKey>, Unspecified>>,
    /// The key that replaced the first one, if it was replaced.
    rotated: Mutex<Option<Arc<SigningKey>>>,
    of_scenarios: Mutex<Vec<ScenarioKey>>,
}

/// A key that belongs to one scenario, and in it to one login or one client.
struct ScenarioKey {
    scenario: &'static str,
    owner: String,
    key: Arc<SigningKey>,
}

impl Keys {
    /// No key yet. The first is a new one, or in a repeatable run the built-in one.
    pub(crate) fn new(seeded: bool) -> Self {
        Self { seeded, ..Self::default() }
    }

    /// The first key. The first caller makes it; every other caller waits for it.
    pub(crate) fn first(&self) -> Result<Arc<SigningKey>, Unspecified> {
        self.first_by(if self.seeded { SigningKey::development } else { SigningKey::generate })
    }

    /// The first key, created by `make` if it does not exist yet.
    pub(crate) fn first_by(
        &self,
        make: impl FnOnce() -> Result<SigningKey, Unspecified>,
    ) -> Result<Arc<SigningKey>, Unspecified> {
        self.first.get_or_init(|| make().map(Arc::new)).clone()
    }

    /// Does the first key exist already?
    #[cfg(test)]
    pub(crate) fn has_first(&self) -> bool {
        self.first.get().is_some()
    }

    /// The key that signs.
    pub(crate) fn current(&self) -> Result<Arc<SigningKey>, Unspecified> {
        let rotated = locked(&self.rotated).clone();
        rotated.map_or_else(|| self.first(), Ok)
    }

    /// Replaces the key that signs with a new one. The old one is no longer published.
    pub(crate) fn rotate(&self) -> Result<Arc<SigningKey>, Unspecified> {
        let new = Arc::new(SigningKey::generate()?);
        *locked(&self.rotated) = Some(Arc::clone(&new));
        Ok(new)
    }

    /// Goes back to the first key.
    pub(crate) fn reset(&self) {
        *locked(&self.rotated) = None;
        locked(&self.of_scenarios).clear();
    }

    /// The key of this owner in this scenario, made when it is first asked for, and published from then on.
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

    /// The public keys of the signing key and of this scenario's keys.
    pub(crate) fn published(&self, scenario: Option<&str>) -> Result<Vec<Value>, Unspecified> {
        let mut published = vec![self.current()?.jwk()];
        let keys = locked(&self.of_scenarios);
        let own = keys.iter().filter(|known| scenario == Some(known.scenario));
        published.extend(own.map(|known| known.key.jwk()));
        Ok(published)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn concurrent_callers_get_the_same_first_key() {
        let keys = Keys::new(false);
        let ask = || keys.current().unwrap().key_id().to_owned();
        let ids: Vec<_> = thread::scope(|scope| {
            let asking: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
            asking.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]));
        assert_ne!(ids[0], Keys::new(true).current().unwrap().key_id(), "not the one that everyone can read");
    }

    #[test]
    fn a_reset_brings_the_first_key_back() {
        let keys = Keys::new(true);
        let rotated = keys.rotate().unwrap();
        assert_eq!(keys.current().unwrap().key_id(), rotated.key_id());
        keys.reset();
        assert_eq!(keys.current().unwrap().key_id(), SigningKey::development().unwrap().key_id());
    }
}
