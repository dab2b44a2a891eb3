//! The argument of an endpoint: one request, and the state that all requests share.

use std::sync::{Arc, Mutex};

use crate::http::address::Address;
use crate::http::request::Request;
use crate::keys::Keys;
use crate::memory::changes::Changes;
use crate::memory::counts::{RequestCounts, Tally};
use crate::memory::grants::Grants;
use crate::memory::journal::Journal;
use crate::memory::locked;
use crate::memory::rate_limit::RateLimits;
use crate::scenarios::Scenario;
use crate::system::clock::Clock;
use crate::system::random::Random;
use crate::world::{LiveWorld, World};

/// One request to this emulator. It is made once, so everything that answers the request sees the same world.
pub(crate) struct Call {
    pub(crate) shared: Arc<Shared>,
    /// The people, districts and apps at the time of the request.
    pub(crate) world: Arc<World>,
    pub(crate) request: Request,
    /// The scenario that the request was sent to, if it was sent to one.
    pub(crate) scenario: Option<&'static Scenario>,
}

impl Call {
    /// Makes the call of a request without a scenario.
    pub(crate) fn new(shared: Arc<Shared>, request: Request) -> Self {
        let world = shared.world();
        Self { shared, world, request, scenario: None }
    }

    /// The base URL of the Clever that the request was sent to, which is its issuer.
    pub(crate) fn base_url(&self) -> String {
        format!("{}{}", self.emulator_url(), self.request.prefix)
    }

    /// The base URL of the emulator, without a scenario.
    pub(crate) fn emulator_url(&self) -> String {
        self.shared.address.base_url_for(self.request.host())
    }
}

/// The state that all requests share: the settings of this emulator, its clock and its memory.
pub(crate) struct Shared {
    pub(crate) address: Address,
    pub(crate) live_world: LiveWorld,
    /// The person who logs in if a request names no other; none when people sign in on the pages.
    pub(crate) auto_login: Option<String>,
    pub(crate) session_cookie: String,
    pub(crate) school_cookie: String,
    /// Are the credentials of apps accepted only in the header?
    pub(crate) basic_only: bool,
    /// May pages of any origin read more than the API?
    pub(crate) cors: bool,
    /// Is each note of the journal written to standard error too?
    pub(crate) log: bool,
    pub(crate) keys: Keys,
    pub(crate) random: Random,
    pub(crate) clock: Clock,
    pub(crate) grants: Mutex<Grants>,
    pub(crate) rate_limits: Mutex<RateLimits>,
    pub(crate) counts: Mutex<RequestCounts>,
    pub(crate) tally: Mutex<Tally>,
    pub(crate) journal: Mutex<Journal>,
    pub(crate) changes: Changes,
}

impl Shared {
    /// The current people, districts and apps.
    pub(crate) fn world(&self) -> Arc<World> {
        self.live_world.current(&self.clock)
    }

    /// Resets everything, but the sequence of a seed continues, so that nothing old becomes valid again.
    pub(crate) fn reset(&self) {
        *locked(&self.grants) = Grants::default();
        *locked(&self.rate_limits) = RateLimits::default();
        *locked(&self.tally) = Tally::default();
        *locked(&self.journal) = Journal::default();
        *locked(&self.counts) = RequestCounts::default();
        self.live_world.reset();
        self.clock.reset();
        self.keys.reset();
        self.changes.happened();
    }
}
