//! The addresses of the provider's endpoints: the issuer's defaults, or the configured ones.

use url::Url;

use super::checks::{Addresses, invalid};
use super::names::SettingNames;
use crate::error::Result;
use crate::protocol::discovery::Metadata;

const AUTHORIZATION: &str = "authorization_endpoint";

/// The endpoints that were set; the others have Clever's default addresses.
#[derive(Clone, Debug, Default)]
pub(crate) struct Endpoints {
    pub(super) authorization: Option<String>,
    pub(super) token: Option<String>,
    pub(super) tokeninfo: Option<String>,
    pub(super) userinfo: Option<String>,
    pub(super) jwks_uri: Option<String>,
    /// The `jwks_uri` of the discovery document when the configuration was made.
    pub(super) discovered_jwks_uri: Option<String>,
    names: SettingNames,
}

impl Endpoints {
    /// The endpoints with their setting names.
    fn named(&mut self) -> [(&'static str, &mut Option<String>); 5] {
        [
            (AUTHORIZATION, &mut self.authorization),
            ("token_endpoint", &mut self.token),
            ("tokeninfo_endpoint", &mut self.tokeninfo),
            ("userinfo_endpoint", &mut self.userinfo),
            ("jwks_uri", &mut self.jwks_uri),
        ]
    }

    /// Puts the endpoints into canonical form, and returns them.
    pub(super) fn check(&mut self, addresses: &Addresses) -> Result<Vec<Url>> {
        self.names = addresses.names;
        let mut urls = Vec::new();
        for (name, endpoint) in self.named() {
            let Some(endpoint) = endpoint else { continue };
            let url = addresses.check_url(name, endpoint)?;
            if name == AUTHORIZATION {
                addresses.check_authorization_endpoint(name, endpoint, &url)?;
            }
            url.as_str().clone_into(endpoint);
            urls.push(url);
        }
        Ok(urls)
    }

    /// The endpoint that was set, or else Clever's default address, `usual`. A discovered provider has no defaults: it does not
    /// have an endpoint that its document does not name.
    pub(super) fn choose(&self, set: Option<&String>, name: &str, usual: String) -> Result<String> {
        match set {
            Some(set) => Ok(set.clone()),
            None if self.discovered_jwks_uri.is_none() => Ok(usual),
            None => Err(invalid(format!(
                "the discovery document has no {name} that can be used (https, without credentials and fragment): set {}",
                self.names.of(name)
            ))),
        }
    }

    /// Takes the endpoints that were not set from the discovery document. `jwks_uri` is only remembered, because it is read again
    /// whenever keys are fetched.
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
