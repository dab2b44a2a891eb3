//! What every request shares: the settings of this emulator, its clock and its memory.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use crate::http::address::Address;
use crate::keys::Keys;
use crate::memory::grants::Grants;
use crate::memory::journal::Journal;
use crate::memory::locked;
use crate::memory::rate_limit::RateLimits;
use crate::memory::tally::Tally;
use crate::system::clock::Clock;
use crate::system::random::Random;
use crate::world::{LiveWorld, World};

/// Counting stops at this many different paths, so that a scanner does not fill the memory.
const COUNTED_PATHS: usize = 1000;

/// One emulator.
pub(crate) struct Shared {
    pub(crate) address: Address,
    pub(crate) live_world: LiveWorld,
    /// The name of who logs in when a request names nobody else; none when people sign in on the pages.
    pub(crate) auto_login: Option<String>,
    pub(crate) session_cookie: String,
    pub(crate) school_cookie: String,
    /// Are the credentials of apps taken from the header only?
    pub(crate) basic_only: bool,
    /// May pages of every origin read what is not the API?
    pub(crate) cors: bool,
    /// Is each note of the journal written to standard error too?
    pub(crate) log: bool,
    pub(crate) keys: Keys,
    pub(crate) random: Random,
    pub(crate) clock: Clock,
    pub(crate) grants: Mutex<Grants>,
    pub(crate) rate_limits: Mutex<RateLimits>,
    pub(crate) counts: Mutex<HashMap<String, u64>>,
    pub(crate) tally: Mutex<Tally>,
    pub(crate) journal: Mutex<Journal>,
}

impl Shared {
    /// The people, districts and apps as of now.
    pub(crate) fn world(&self) -> Arc<World> {
        self.live_world.current(&self.clock)
    }

    /// Remembers that `path` was asked for.
    pub(crate) fn count(&self, path: &str) {
        let mut counts = locked(&self.counts);
        if let Some(count) = counts.get_mut(path) {
            *count = count.saturating_add(1);
        } else if counts.len() < COUNTED_PATHS {
            counts.insert(path.to_owned(), 1);
        }
    }
}
