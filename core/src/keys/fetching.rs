//! The addresses of the keys, and how the keys are fetched.

use crate::ahead::Ahead;
use crate::clock::Instant;
use crate::config::Config;
use crate::error::Result;
use crate::protocol::{Response, discovery, jwks};
use crate::stats::RequestTo;
use crate::transport::Transport;

use super::cached::{Cached, age};

/// The addresses of one issuer's keys.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) issuer: String,
    /// The configured address of the keys.
    jwks_uri: Option<String>,
    /// The most likely address of the keys, if it is not configured.
    expected_jwks_uri: Option<String>,
}

/// How to find the address of the keys when it is not configured. It is read from the discovery document at each fetch, because
/// it may change.
#[derive(Clone, Copy)]
pub(super) enum Discovery {
    /// First discovery, then the keys.
    First,
    /// Discovery and the keys at the same time, with the keys' expected address: two connections, but one round trip less.
    Beside,
}

impl Source {
    pub(super) fn new(config: &Config) -> Self {
        Self {
            issuer: config.issuer.clone(),
            jwks_uri: config.jwks_uri().map(str::to_owned),
            expected_jwks_uri: config.expected_jwks_uri(),
        }
    }

    /// Fetches the current keys. `found` is the address in the last discovery document: the keys are expected there again.
    pub(super) async fn fetch(
        &self,
        found: &mut Option<String>,
        discovery: Discovery,
        transport: &Transport,
        deadline: Instant,
    ) -> Result<Cached> {
        let expected = found.as_ref().or(self.expected_jwks_uri.as_ref()).cloned();
        let response = match (&self.jwks_uri, discovery, expected) {
            (Some(jwks_uri), _, _) => get(jwks_uri, transport, deadline).await?,
            (None, Discovery::Beside, Some(expected)) => {
                let mut early = Ahead::new(get(&expected, transport, deadline));
                let discovered = early.during(self.discover(transport, deadline)).await?;
                let discovered = found.insert(discovered);
                if *discovered == expected {
                    early.finish().await?
                } else {
                    get(discovered, transport, deadline).await?
                }
            }
            (None, _, _) => {
                let discovered = self.discover(transport, deadline).await?;
                get(found.insert(discovered), transport, deadline).await?
            }
        };
        Cached::new(jwks::response(&response)?, age(&response))
    }

    async fn discover(&self, transport: &Transport, deadline: Instant) -> Result<String> {
        let document =
            transport.send(RequestTo::Discovery, &discovery::request(&self.issuer)?, deadline).await?;
        Ok(discovery::response(&document, &self.issuer)?.jwks_uri)
    }
}

async fn get(jwks_uri: &str, transport: &Transport, deadline: Instant) -> Result<Response> {
    transport.send(RequestTo::Keys, &jwks::request(jwks_uri)?, deadline).await
}
