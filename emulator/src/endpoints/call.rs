//! What an endpoint is called with.

use std::sync::Arc;

use crate::http::request::Request;
use crate::scenarios::Scenario;
use crate::shared::Shared;
use crate::world::World;

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
    /// Makes the call of a request that was sent to no scenario.
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
