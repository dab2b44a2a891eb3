//! Collects a configuration, and checks it as a whole.

#[cfg(feature = "client")]
use std::sync::Arc;
use std::time::Duration;

use url::Url;

use super::checks::{Addresses, check_secret, invalid};
use super::endpoints::Endpoints;
#[cfg(feature = "client")]
use super::environment::Environment;
use super::names::SettingNames;
#[cfg(feature = "client")]
use super::proxies::Proxies;
use super::settings::Config;
#[cfg(feature = "client")]
use super::trust::Trust;
use crate::error::{Error, ErrorCode, Result};
use crate::protocol::discovery::Metadata;
use crate::protocol::id_token::LARGEST_LEEWAY;
use crate::protocol::text::LONGEST;
use crate::secret::Secret;

/// Clever's issuer, and the host of its OAuth endpoints.
const CLEVER_ISSUER: &str = "https://clever.com";
/// The host of Clever's API.
const CLEVER_API: &str = "https://api.clever.com";

const ISSUER: &str = "issuer";
const API_BASE: &str = "api_base";
const BASE_URL: &str = "base_url";

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
const DEFAULT_LEEWAY: u64 = 60;
/// A timeout of more than a day means that the unit is wrong.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);
const SHORTEST_PENDING_KEY: usize = 16;

/// Collects a [`Config`].
///
/// ```
/// use std::time::Duration;
///
/// use clever_sso::Config;
///
/// let config = Config::builder("client-id")
///     .client_secret("secret")
///     .redirect_uri("https://app.example/callback")
///     .timeout(Duration::from_secs(5))
///     .build()?;
/// assert_eq!(config.client_id(), "client-id");
/// # Ok::<(), clever_sso::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ConfigBuilder {
    pub(super) config: Config,
    #[cfg(feature = "client")]
    ca_bundle: Option<String>,
    #[cfg(feature = "client")]
    proxy: Option<Secret>,
    development: bool,
    /// Whether the environment requires a discovery document that has not been fetched yet.
    discover: bool,
    /// The value as the caller gave it, for error messages: the configuration stores it in another form.
    timeout_given: Option<f64>,
    leeway_given: Option<i64>,
    /// Whether `base_url` was called, and which settings the issuer and the API come from.
    base_url: bool,
    issuer_from: &'static str,
    api_base_from: &'static str,
}

/// The problems of a configuration, and the settings that can still be used.
#[cfg(feature = "client")]
pub(crate) struct Examined {
    pub(crate) errors: Vec<Error>,
    pub(crate) config: Option<Config>,
    /// Whether the client id and the secret passed their checks.
    pub(crate) credentials_are_usable: bool,
}

impl Config {
    /// Begins a configuration. `client_id` is the client id, as Clever's dashboard shows it.
    ///
    /// ```
    /// use clever_sso::Config;
    ///
    /// let builder = Config::builder("client-id").redirect_uri("https://app.example/callback").leeway(30);
    /// ```
    pub fn builder(client_id: impl Into<String>) -> ConfigBuilder {
        ConfigBuilder::new(client_id.into())
    }
}

impl ConfigBuilder {
    fn new(client_id: String) -> Self {
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
                names: SettingNames::default(),
                #[cfg(feature = "client")]
                trust: None,
                #[cfg(feature = "client")]
                proxies: Arc::default(),
            },
            #[cfg(feature = "client")]
            ca_bundle: None,
            #[cfg(feature = "client")]
            proxy: None,
            development: false,
            discover: false,
            timeout_given: None,
            leeway_given: None,
            base_url: false,
            issuer_from: ISSUER,
            api_base_from: API_BASE,
        }
    }

    /// The client secret. Without one, only the implicit grant and checks of tokens work.
    pub fn client_secret(mut self, secret: impl Into<Secret>) -> Self {
        self.config.client_secret = Some(secret.into());
        self
    }

    /// A redirect URI, exactly as registered with Clever. The first one is the primary one: logins from the Clever Portal
    /// and from Instant Login links arrive there.
    pub fn redirect_uri(mut self, uri: impl Into<String>) -> Self {
        self.config.redirect_uris.push(uri.into());
        self
    }

    /// The issuer: where the OAuth endpoints and the discovery document are. Default: `https://clever.com`.
    pub fn issuer(mut self, issuer: impl Into<String>) -> Self {
        self.config.issuer = issuer.into();
        self.issuer_from = ISSUER;
        self
    }

    /// Where Clever's API is. Default: `https://api.clever.com`.
    pub fn api_base(mut self, base: impl Into<String>) -> Self {
        self.config.api_base = base.into();
        self.api_base_from = API_BASE;
        self
    }

    /// Issuer and API at one address, such as a local emulator's.
    pub fn base_url(mut self, base: impl Into<String>) -> Self {
        self.config.issuer = base.into();
        self.config.api_base.clone_from(&self.config.issuer);
        self.base_url = true;
        (self.issuer_from, self.api_base_from) = (BASE_URL, BASE_URL);
        self
    }

    /// Where the browser is sent. Default: `/oauth/authorize` at the issuer.
    pub fn authorization_endpoint(mut self, url: impl Into<String>) -> Self {
        self.config.endpoints.authorization = Some(url.into());
        self
    }

    /// Where codes are exchanged. Default: `/oauth/tokens` at the issuer.
    pub fn token_endpoint(mut self, url: impl Into<String>) -> Self {
        self.config.endpoints.token = Some(url.into());
        self
    }

    /// Where access tokens are checked. Default: `/oauth/tokeninfo` at the issuer.
    pub fn tokeninfo_endpoint(mut self, url: impl Into<String>) -> Self {
        self.config.endpoints.tokeninfo = Some(url.into());
        self
    }

    /// Where to fetch the claims of the person that an access token belongs to. Default: `/userinfo` at the API.
    pub fn userinfo_endpoint(mut self, url: impl Into<String>) -> Self {
        self.config.endpoints.userinfo = Some(url.into());
        self
    }

    /// Where the keys are. Default: the address in the issuer's discovery document.
    pub fn jwks_uri(mut self, url: impl Into<String>) -> Self {
        self.config.endpoints.jwks_uri = Some(url.into());
        self
    }

    /// Takes the endpoints that you did not set from a discovery document.
    pub fn discovered(mut self, metadata: &Metadata) -> Self {
        self.config.endpoints.fill(metadata);
        self.with_discovery(false)
    }

    /// Whether `build` requires a discovery document first.
    pub(crate) const fn with_discovery(mut self, yes: bool) -> Self {
        self.discover = yes;
        self
    }

    #[cfg(feature = "client")]
    pub(crate) const fn discovers(&self) -> bool {
        self.discover
    }

    pub(super) fn with_client_id(mut self, client_id: &str) -> Self {
        client_id.clone_into(&mut self.config.client_id);
        self
    }

    /// The longest time a call may take, retries included, at most a day. Default: 10 seconds.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config.timeout = timeout;
        self.timeout_given = None;
        self
    }

    /// The timeout in seconds, for other languages: any number. If it is not valid, the error shows the number as given.
    #[cfg(any(feature = "__face", test))]
    #[doc(hidden)]
    pub fn timeout_seconds(self, seconds: f64) -> Self {
        self.with_timeout(seconds)
    }

    pub(super) fn with_timeout(mut self, seconds: f64) -> Self {
        // A number that is not a duration becomes a duration that `build` refuses.
        self.config.timeout = Duration::try_from_secs_f64(seconds).unwrap_or_default();
        self.timeout_given = Some(seconds);
        self
    }

    /// The largest allowed difference between the clocks, in seconds, when the times in an ID token are checked. At most 600.
    /// Default: 60.
    pub fn leeway(mut self, seconds: u64) -> Self {
        self.config.leeway = seconds;
        self.leeway_given = None;
        self
    }

    /// The leeway for other languages: any whole number. If it is not valid, the error shows the number as given.
    #[cfg(any(feature = "__face", test))]
    #[doc(hidden)]
    pub fn leeway_seconds(self, seconds: i64) -> Self {
        self.with_leeway(seconds)
    }

    pub(super) fn with_leeway(mut self, seconds: i64) -> Self {
        self.config.leeway = u64::try_from(seconds).unwrap_or(u64::MAX);
        self.leeway_given = Some(seconds);
        self
    }

    /// The key that encrypts pending logins: at least 16 random bytes as text. Default: derived from the client secret, so that
    /// every process that knows the secret can finish a login that another one began.
    ///
    /// An application without a client secret must set it. On a server, all processes share one key that no one else knows. A
    /// desktop app makes a new one each time it starts.
    pub fn pending_key(mut self, key: impl Into<Secret>) -> Self {
        self.config.pending_key = Some(key.into());
        self
    }

    /// An old key, or an old client secret. Pending logins that were encrypted with it stay valid until they expire.
    pub fn old_pending_key(mut self, key: impl Into<Secret>) -> Self {
        self.config.old_pending_keys.push(key.into());
        self
    }

    /// An origin, such as `https://www.example.org`, that `return_to` may lead to, in addition to paths of the application.
    pub fn return_to_origin(mut self, origin: impl Into<String>) -> Self {
        self.config.return_to_origins.push(origin.into());
        self
    }

    /// Certificates of more authorities, trusted in addition to the system's, such as those of a school network that
    /// inspects TLS: PEM text, or the path of a PEM file. [`build`](Self::build) reads the file.
    #[cfg(feature = "client")]
    pub fn ca_bundle(mut self, pem_or_path: impl Into<String>) -> Self {
        self.ca_bundle = Some(pem_or_path.into());
        self
    }

    /// The proxy, with credentials if it needs them: `http://user:password@proxy.example:3128`, `https://` or `socks5h://`. It
    /// is used for every address except this machine's. Default: the environment decides, see [`build`](Self::build).
    #[cfg(feature = "client")]
    pub fn proxy(mut self, url: impl Into<Secret>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Whether any address may be plain http, on any host. Clever allows that for redirect URIs of development apps, and
    /// containers reach an emulator by its name, such as `http://clever:5999`. Default: false.
    pub fn development(mut self, yes: bool) -> Self {
        self.development = yes;
        self
    }

    /// How error messages name settings.
    #[cfg(any(feature = "__face", test))]
    #[doc(hidden)]
    pub fn setting_names(mut self, names: SettingNames) -> Self {
        self.config.names = names;
        self
    }

    /// Checks all settings. The result cannot be changed.
    ///
    /// It reads these environment variables: `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, each also in lower case,
    /// and `SSL_CERT_FILE` and `SSL_CERT_DIR` on systems that store their authorities in files. It does not read the settings
    /// themselves from the environment: [`Config::from_env`] does.
    ///
    /// ```
    /// use clever_sso::{Config, ErrorCode};
    ///
    /// let error = Config::builder("client-id").redirect_uri("app.example/callback").build().unwrap_err();
    /// assert_eq!(error.code(), ErrorCode::ConfigInvalid);
    /// ```
    ///
    /// # Errors
    /// `config_invalid`, with the setting and what is wrong; `network_tls` when this system trusts no certificates.
    pub fn build(mut self) -> Result<Config> {
        self.check_credentials()?;
        self.check_numbers()?;
        let urls = self.check_addresses()?;
        if self.discover {
            let name = self.config.names.of("discovered");
            return Err(invalid(format!("{name} is on: make the client with Client::discover")));
        }
        self.read_network(&urls)?;
        Ok(self.config)
    }

    /// All errors, and a configuration without the wrong settings, which can still be checked. There is none when an address, the
    /// proxy or the trusted certificates are wrong.
    #[cfg(feature = "client")]
    pub(crate) fn examine(mut self) -> Examined {
        let mut errors = Vec::new();
        let credentials = self.check_credentials();
        let credentials_are_usable = credentials.is_ok();
        if let Err(error) = credentials {
            errors.push(error);
            "unusable".clone_into(&mut self.config.client_id);
            (self.config.client_secret, self.config.pending_key) = (None, None);
        }
        if let Err(error) = self.check_numbers() {
            errors.push(error);
            (self.config.timeout, self.config.leeway) = (DEFAULT_TIMEOUT, DEFAULT_LEEWAY);
        }
        let addresses = Addresses { names: self.config.names, development: self.development };
        let mut note = |checked: Result<()>| checked.map_err(|error| errors.push(error)).is_ok();
        self.config.redirect_uris.retain(|uri| note(addresses.check_redirect_uri(uri)));
        self.config.return_to_origins.retain(|origin| note(addresses.check_origin(origin).map(drop)));
        let config = self.build().map_err(|error| errors.push(error)).ok();
        Examined { errors, config, credentials_are_usable }
    }

    /// Reads how to reach `urls`.
    #[cfg(feature = "client")]
    fn read_network(&mut self, urls: &[Url]) -> Result<()> {
        let environment = Environment::read();
        let proxies = match &self.proxy {
            Some(url) => Proxies::configured(self.config.names.of("proxy"), url.expose())?,
            None => Proxies::of_environment(&environment),
        };
        for url in urls {
            proxies.choose(url)?;
        }
        let needed = urls.iter().any(|url| url.scheme() == "https");
        let bundle = self.config.names.of("ca_bundle");
        self.config.trust = Some(Trust::read(&bundle, self.ca_bundle.as_deref(), &environment, needed)?);
        self.config.proxies = Arc::new(proxies);
        Ok(())
    }

    #[cfg(not(feature = "client"))]
    #[expect(
        clippy::unnecessary_wraps,
        clippy::unused_self,
        reason = "the same signature as with the feature client"
    )]
    const fn read_network(&self, _: &[Url]) -> Result<()> {
        Ok(())
    }

    fn check_credentials(&self) -> Result<()> {
        let client_id = &self.config.client_id;
        let name = self.config.names.of("client_id");
        if client_id.is_empty() {
            let is_variable = self.config.names == SettingNames::Environment;
            let why = if is_variable { "is not set" } else { "must not be empty" };
            return Err(invalid(format!("{name} {why}")));
        }
        if !client_id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(invalid(format!("{name} must be visible ASCII without spaces")));
        }
        if client_id.len() > LONGEST {
            return Err(invalid(format!("{name} must have at most {LONGEST} bytes")));
        }
        check_secret(&self.config.names.of("client_secret"), self.config.client_secret.as_ref(), 1)?;
        check_secret(
            &self.config.names.of("pending_key"),
            self.config.pending_key.as_ref(),
            SHORTEST_PENDING_KEY,
        )
    }

    fn check_numbers(&self) -> Result<()> {
        let Config { timeout, leeway, .. } = &self.config;
        if timeout.is_zero() || *timeout > LONGEST_TIMEOUT {
            let longest = LONGEST_TIMEOUT.as_secs();
            let name = self.config.names.of("timeout");
            let found = self.timeout_given.map_or_else(|| format!("{timeout:?}"), number);
            return Err(invalid(format!(
                "{name} must be more than 0 s and at most {longest} s, found {found}"
            )));
        }
        if *leeway > LARGEST_LEEWAY {
            let name = self.config.names.of("leeway");
            let found = self.leeway_given.map_or_else(|| leeway.to_string(), |given| given.to_string());
            return Err(invalid(format!("{name} must be from 0 to {LARGEST_LEEWAY} s, found {found}")));
        }
        Ok(())
    }

    /// Puts the servers' addresses into canonical form, and returns them.
    fn check_addresses(&mut self) -> Result<Vec<Url>> {
        if self.base_url && self.issuer_from != BASE_URL && self.api_base_from != BASE_URL {
            let [base_url, issuer, api_base] =
                [BASE_URL, ISSUER, API_BASE].map(|name| self.config.names.of(name));
            return Err(invalid(format!(
                "{base_url} has no effect when both {issuer} and {api_base} are set: remove one of them"
            )));
        }
        let addresses = Addresses { names: self.config.names, development: self.development };
        let config = &mut self.config;
        for uri in &config.redirect_uris {
            addresses.check_redirect_uri(uri)?;
        }
        for origin in &mut config.return_to_origins {
            *origin = addresses.check_origin(origin)?;
        }
        config.issuer = addresses.check_base(self.issuer_from, &config.issuer)?;
        config.api_base = addresses.check_base(self.api_base_from, &config.api_base)?;
        let mut urls = config.endpoints.check(&addresses)?;
        for base in [&config.issuer, &config.api_base] {
            urls.push(Url::parse(base).map_err(|_| Error::new(ErrorCode::Internal))?);
        }
        Ok(urls)
    }
}

/// A number for a message, short even if it is very large or small.
fn number(value: f64) -> String {
    let plain = value == 0.0 || (1e-4..1e15).contains(&value.abs());
    if plain { value.to_string() } else { format!("{value:?}") }
}
