//! Collects a configuration, and checks it as a whole.

use std::sync::Arc;
use std::time::Duration;

use super::Config;
use super::checks::{check_base, check_client_id, check_origin, check_redirect_uri, check_secret, invalid};
use super::endpoints::Endpoints;
use super::network::{self, CaBundle};
use crate::error::Result;
use crate::protocol::discovery::Metadata;
use crate::protocol::id_token::LARGEST_LEEWAY;
use crate::secret::Secret;

/// Clever's issuer, and the host of its OAuth endpoints.
const CLEVER_ISSUER: &str = "https://clever.com";
/// The host of Clever's API.
const CLEVER_API: &str = "https://api.clever.com";

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
const DEFAULT_LEEWAY: u64 = 60;
/// A longer timeout (a day) is a mistake of the unit.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);
const SHORTEST_PENDING_KEY: usize = 16;

/// Collects a [`Config`].
#[derive(Clone, Debug)]
#[must_use]
pub struct ConfigBuilder {
    config: Config,
    ca_bundle: Option<String>,
    development: bool,
}

impl ConfigBuilder {
    pub(super) fn new(client_id: String) -> Self {
        Self {
            config: Config {
                client_id,
                client_secret: None,
                redirect_uris: Vec::new(),
                issuer: CLEVER_ISSUER.to_owned(),
                api_base: CLEVER_API.to_owned(),
                endpoints: Endpoints::default(),
                timeout: DEFAULT_TIMEOUT,
                leeway: DEFAULT_LEEWAY,
                pending_key: None,
                old_pending_keys: Vec::new(),
                return_to_origins: Vec::new(),
                ca_bundle: None,
                proxy: None,
            },
            ca_bundle: None,
            development: false,
        }
    }

    /// The client secret. Without one only the implicit grant and the checks of tokens are possible.
    pub fn client_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.config.client_secret = Some(secret.into());
        self
    }

    /// A redirect URI, exactly as it is registered with Clever. The first one given is the primary one, where logins
    /// from the Clever Portal and from Instant Login links arrive.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.config.redirect_uris.push(uri.into());
        self
    }

    /// The issuer: where the OAuth endpoints and the discovery document are. Default `https://clever.com`.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.config.issuer = issuer.into();
        self
    }

    /// Where Clever's API is. Default `https://api.clever.com`.
    pub fn api_base(mut self, base: impl Into<String>) -> Self {
        self.config.api_base = base.into();
        self
    }

    /// Issuer and API at one address, as a local emulator has them.
    pub fn base_url(self, base: impl Into<String>) -> Self {
        let base = base.into();
        self.issuer(base.clone()).api_base(base)
    }

    /// Where the browser is sent. Default `/oauth/authorize` at the issuer.
    pub fn authorization_endpoint(mut self, url: impl Into<String>) -> Self {
        self.config.endpoints.authorization = Some(url.into());
        self
    }

    /// Where codes are exchanged. Default `/oauth/tokens` at the issuer.
    pub fn token_endpoint(mut self, url: impl Into<String>) -> Self {
        self.config.endpoints.token = Some(url.into());
        self
    }

    /// Where access tokens are asked about. Default `/oauth/tokeninfo` at the issuer.
    pub fn tokeninfo_endpoint(mut self, url: impl Into<String>) -> Self {
        self.config.endpoints.tokeninfo = Some(url.into());
        self
    }

    /// Where the claims of an access token's person are. Default `/userinfo` at the API.
    pub fn userinfo_endpoint(mut self, url: impl Into<String>) -> Self {
        self.config.endpoints.userinfo = Some(url.into());
        self
    }

    /// Where the keys are. By default the issuer's discovery document says it.
    pub fn jwks_uri(mut self, url: impl Into<String>) -> Self {
        self.config.endpoints.jwks_uri = Some(url.into());
        self
    }

    /// Takes from a discovery document the endpoints that were not set.
    pub fn discovered(mut self, metadata: &Metadata) -> Self {
        self.config.endpoints.fill(metadata);
        self
    }

    /// The deadline of a whole call, retries included. Default 10 seconds, at most a day.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config.timeout = timeout;
        self
    }

    /// How many seconds two clocks may differ when the times in an ID token are checked. Default 60, at most 600.
    pub fn leeway(mut self, seconds: u64) -> Self {
        self.config.leeway = seconds;
        self
    }

    /// The key that seals pending logins, at least 16 random bytes as text. By default it is derived from the client
    /// secret, so that every process that knows the secret can finish a login which another one began.
    pub fn pending_key(mut self, key: impl Into<Secret>) -> Self {
        self.config.pending_key = Some(key.into());
        self
    }

    /// A key, or a client secret, that sealed pending logins until now: they are accepted until they expire.
    pub fn old_pending_key(mut self, key: impl Into<Secret>) -> Self {
        self.config.old_pending_keys.push(key.into());
        self
    }

    /// An origin, such as `https://www.example.org`, to which `return_to` may lead besides paths of the application.
    pub fn return_to_origin(mut self, origin: impl Into<String>) -> Self {
        self.config.return_to_origins.push(origin.into());
        self
    }

    /// Certificates of further authorities, as PEM text, trusted in addition to the system's: those of a school network
    /// that inspects TLS.
    pub fn ca_bundle(mut self, pem: impl Into<String>) -> Self {
        self.ca_bundle = Some(pem.into());
        self
    }

    /// The http or https proxy, with credentials if it wants some: `http://user:password@proxy.example:3128`. It is used
    /// for every address but this machine's. Without one, the environment decides (`HTTPS_PROXY`, `NO_PROXY`).
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.config.proxy = Some(url.into());
        self
    }

    /// Declares a development application: its redirect URIs may be plain http on any host, as Clever allows for those.
    pub fn development(mut self, yes: bool) -> Self {
        self.development = yes;
        self
    }

    /// Checks everything and fixes it.
    ///
    /// # Errors
    /// `config_invalid`, and which value is wrong in what way.
    pub fn build(mut self) -> Result<Config> {
        check_client_id(&self.config.client_id)?;
        check_secret("client_secret", self.config.client_secret.as_ref(), 1)?;
        check_secret("pending_key", self.config.pending_key.as_ref(), SHORTEST_PENDING_KEY)?;
        for uri in &self.config.redirect_uris {
            check_redirect_uri(uri, self.development)?;
        }
        self.config.issuer = check_base("issuer", &self.config.issuer)?;
        self.config.api_base = check_base("api_base", &self.config.api_base)?;
        self.config.endpoints.check()?;
        for origin in &self.config.return_to_origins {
            check_origin(origin)?;
        }
        self.config.ca_bundle = self.ca_bundle.as_deref().map(CaBundle::parse).transpose()?.map(Arc::new);
        self.config.proxy = self.config.proxy.as_ref().map(|url| network::proxy(url.expose())).transpose()?;
        if self.config.timeout.is_zero() || self.config.timeout > LONGEST_TIMEOUT {
            return Err(invalid(format!(
                "timeout must be above 0 and at most a day, found {:?}",
                self.config.timeout
            )));
        }
        if self.config.leeway > LARGEST_LEEWAY {
            return Err(invalid(format!(
                "leeway must be at most {LARGEST_LEEWAY} s, found {}",
                self.config.leeway
            )));
        }
        Ok(self.config)
    }
}
