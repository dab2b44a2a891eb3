//! Where the provider's endpoints are: at the usual places of the issuer, or where they were said to be.

use super::checks::{check_transport, invalid, parse};
use crate::error::{Result, quote};
use crate::protocol::discovery::Metadata;

/// The endpoints that were set; the others are at Clever's usual places.
#[derive(Clone, Debug, Default)]
pub(crate) struct Endpoints {
    pub(super) authorization: Option<String>,
    pub(super) token: Option<String>,
    pub(super) tokeninfo: Option<String>,
    pub(super) userinfo: Option<String>,
    pub(super) jwks_uri: Option<String>,
    /// What discovery said about it when the configuration was made.
    pub(super) discovered_jwks_uri: Option<String>,
}

impl Endpoints {
    /// Each of them with its name.
    fn named(&self) -> [(&'static str, &Option<String>); 5] {
        [
            ("authorization_endpoint", &self.authorization),
            ("token_endpoint", &self.token),
            ("tokeninfo_endpoint", &self.tokeninfo),
            ("userinfo_endpoint", &self.userinfo),
            ("jwks_uri", &self.jwks_uri),
        ]
    }

    pub(super) fn check(&self) -> Result<()> {
        for (name, endpoint) in self.named() {
            let Some(endpoint) = endpoint else { continue };
            let url = parse(name, endpoint)?;
            check_transport(&url)
                .map_err(|why| invalid(format!("{name}: {why}, found {}", quote(endpoint))))?;
            if url.fragment().is_some() || !url.username().is_empty() {
                return Err(invalid(format!("{name} must have no fragment and no credentials")));
            }
        }
        Ok(())
    }

    /// Takes from the discovery document what was not set. `jwks_uri` is only remembered: it is read
    /// anew whenever keys are fetched.
    pub(super) fn fill(&mut self, metadata: &Metadata) {
        self.discovered_jwks_uri = Some(metadata.jwks_uri.clone());
        let found = [
            (&mut self.authorization, &metadata.authorization_endpoint),
            (&mut self.token, &metadata.token_endpoint),
            (&mut self.userinfo, &metadata.userinfo_endpoint),
        ];
        for (endpoint, found) in found {
            if endpoint.is_none() {
                endpoint.clone_from(found);
            }
        }
    }
}
