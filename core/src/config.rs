//! What the operator knows: checked once, immutable after.

use std::sync::Arc;
use std::time::Duration;

use url::{Host, Url};

use crate::error::{Error, ErrorCode, Result, quote};
use crate::protocol::discovery::Metadata;
use crate::protocol::id_token::LARGEST_LEEWAY;
use crate::secret::Secret;
use endpoints::Endpoints;
use network::CaBundle;

mod endpoints;
mod network;

/// Clever's issuer, and the host of its OAuth endpoints.
const CLEVER_ISSUER: &str = "https://clever.com";
/// The host of Clever's API.
const CLEVER_API: &str = "https://api.clever.com";

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
const DEFAULT_LEEWAY: u64 = 60;
/// A longer timeout (a day) is a mistake of the unit.
const LONGEST_TIMEOUT: Duration = Duration::from_secs(24 * 60 * 60);
const SHORTEST_PENDING_KEY: usize = 16;

/// How an application is known at Clever, and how it talks to it.
///
/// ```
/// use clever_sso::Config;
///
/// let config = Config::builder("4c63c1cf623dce82caac")
///     .client_secret("95feddd6a1b1c5bb01a08c8a17dc4eff5d3e5b7e")
///     .redirect_uri("https://app.example/clever/callback")
///     .build()?;
/// # Ok::<(), clever_sso::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Config {
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<Secret>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) issuer: String,
    pub(crate) api_base: String,
    endpoints: Endpoints,
    pub(crate) timeout: Duration,
    pub(crate) leeway: u64,
    pub(crate) pending_key: Option<Secret>,
    pub(crate) old_pending_keys: Vec<Secret>,
    pub(crate) return_to_origins: Vec<String>,
    pub(crate) ca_bundle: Option<Arc<CaBundle>>,
    pub(crate) proxy: Option<Secret>,
}

impl Config {
    /// Begins a configuration for the application that Clever knows as `client_id`.
    pub fn builder(client_id: impl Into<String>) -> ConfigBuilder {
        ConfigBuilder {
            config: Self {
                client_id: client_id.into(),
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

    /// The client id.
    pub fn client_id(&self) -> &str {
        &self.client_id
    }

    /// The issuer whose ID tokens are accepted.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }

    pub(crate) fn client_secret(&self) -> Result<&Secret> {
        self.client_secret.as_ref().ok_or_else(|| Error::new(ErrorCode::ClientSecretMissing))
    }

    /// The configured redirect URI that is meant: the primary one, or exactly `wanted`.
    ///
    /// Clever compares redirect URIs byte by byte, and an application that builds one from a request's Host header can
    /// be led astray; so only configured ones leave this library.
    pub(crate) fn redirect_uri(&self, wanted: Option<&str>) -> Result<&str> {
        let found = match wanted {
            None => self.redirect_uris.first(),
            Some(wanted) => self.redirect_uris.iter().find(|known| *known == wanted),
        };
        found.map(String::as_str).ok_or_else(|| self.unknown_redirect_uri(wanted))
    }

    fn unknown_redirect_uri(&self, wanted: Option<&str>) -> Error {
        let Some(wanted) = wanted else {
            return Error::with_detail(ErrorCode::RedirectUriUnknown, "none is configured");
        };
        let hint = self.redirect_uris.iter().find_map(|known| difference(known, wanted)).unwrap_or_default();
        Error::with_detail(ErrorCode::RedirectUriUnknown, format!("found {}{hint}", quote(wanted)))
    }

    fn endpoint(&self, set: Option<&String>, path: &str) -> String {
        set.cloned().unwrap_or_else(|| format!("{}{path}", self.issuer))
    }

    pub(crate) fn authorization_endpoint(&self) -> String {
        self.endpoint(self.endpoints.authorization.as_ref(), "/oauth/authorize")
    }

    pub(crate) fn token_endpoint(&self) -> String {
        self.endpoint(self.endpoints.token.as_ref(), "/oauth/tokens")
    }

    pub(crate) fn tokeninfo_endpoint(&self) -> String {
        self.endpoint(self.endpoints.tokeninfo.as_ref(), "/oauth/tokeninfo")
    }

    pub(crate) fn instant_login_endpoint(&self) -> String {
        self.endpoint(None, "/oauth/instant-login")
    }

    /// Clever has it at its API's host.
    pub(crate) fn userinfo_endpoint(&self) -> String {
        self.endpoints.userinfo.clone().unwrap_or_else(|| format!("{}/userinfo", self.api_base))
    }

    /// Where the keys are, if that was said; otherwise discovery says it.
    pub(crate) fn jwks_uri(&self) -> Option<&str> {
        self.endpoints.jwks_uri.as_deref()
    }

    /// Whether everything is on this machine: then no proxy stands in between.
    pub(crate) fn is_loopback(&self) -> bool {
        [&self.issuer, &self.api_base]
            .into_iter()
            .all(|base| Url::parse(base).is_ok_and(|url| is_loopback(&url)))
    }
}

/// Collects a [`Config`].
#[derive(Clone, Debug)]
#[must_use]
pub struct ConfigBuilder {
    config: Config,
    ca_bundle: Option<String>,
    development: bool,
}

impl ConfigBuilder {
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

/// How `wanted` nearly is `known`: what people overlook.
fn difference(known: &str, wanted: &str) -> Option<&'static str> {
    let bare = |uri: &str| {
        uri.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/').to_ascii_lowercase()
    };
    if known.trim_end_matches('/') == wanted.trim_end_matches('/') {
        return Some(": it differs from a configured one by a slash at the end");
    }
    if known.eq_ignore_ascii_case(wanted) {
        return Some(": it differs from a configured one by capital letters");
    }
    (bare(known) == bare(wanted)).then_some(": it differs from a configured one by its query")
}

fn invalid(detail: impl Into<String>) -> Error {
    Error::with_detail(ErrorCode::ConfigInvalid, detail)
}

fn check_client_id(client_id: &str) -> Result<()> {
    if client_id.is_empty() {
        return Err(invalid("client_id must not be empty"));
    }
    if !client_id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(invalid("client_id must be visible ASCII without spaces"));
    }
    Ok(())
}

fn check_secret(name: &str, secret: Option<&Secret>, shortest: usize) -> Result<()> {
    let Some(secret) = secret.map(Secret::expose) else { return Ok(()) };
    if secret.len() < shortest {
        return Err(invalid(format!("{name} must have at least {shortest} bytes")));
    }
    if secret.trim() != secret {
        return Err(invalid(format!("{name} begins or ends with white space")));
    }
    Ok(())
}

fn check_redirect_uri(uri: &str, development: bool) -> Result<()> {
    let url = parse("redirect_uri", uri)?;
    if url.fragment().is_some() {
        return Err(invalid(format!("redirect_uri must have no fragment, found {}", quote(uri))));
    }
    let plain_allowed = development || is_loopback(&url);
    match url.scheme() {
        "https" => Ok(()),
        "http" if plain_allowed => Ok(()),
        _ => {
            Err(invalid(format!("redirect_uri must be https (http only on loopback), found {}", quote(uri))))
        }
    }
}

/// A base URL, without the slash at its end: endpoints are appended to it.
fn check_base(name: &str, base: &str) -> Result<String> {
    let url = parse(name, base)?;
    check_transport(&url).map_err(|why| invalid(format!("{name}: {why}, found {}", quote(base))))?;
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(invalid(format!("{name} must be scheme, host and path only")));
    }
    Ok(base.trim_end_matches('/').to_owned())
}

fn check_origin(origin: &str) -> Result<()> {
    let url = parse("return_to_origin", origin)?;
    if url.origin().ascii_serialization() == origin && matches!(url.scheme(), "https" | "http") {
        return Ok(());
    }
    Err(invalid(format!(
        "return_to_origin must be a bare origin like https://www.example.org, found {}",
        quote(origin)
    )))
}

fn parse(name: &str, text: &str) -> Result<Url> {
    let url = Url::parse(text).map_err(|error| invalid(format!("{name}: {error}, found {}", quote(text))))?;
    if url.host().is_none() {
        return Err(invalid(format!("{name} must be an absolute https URL, found {}", quote(text))));
    }
    Ok(url)
}

/// https, or plain http to this machine: what the transport will talk to.
pub(crate) fn check_transport(url: &Url) -> std::result::Result<(), &'static str> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        _ => Err("must be https (http only to loopback)"),
    }
}

/// Whether the host is this machine. `localhost` counts: browsers and resolvers keep it at home (RFC 6761 6.3).
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> ConfigBuilder {
        Config::builder("client").client_secret("secret").redirect_uri("https://app.example/cb")
    }

    fn detail(builder: ConfigBuilder) -> String {
        let error = builder.build().unwrap_err();
        assert_eq!(error.code(), ErrorCode::ConfigInvalid);
        error.to_string()
    }

    #[test]
    fn the_default_is_clever() {
        let config = builder().build().unwrap();
        assert_eq!(config.issuer(), "https://clever.com");
        assert_eq!(config.api_base, "https://api.clever.com");
    }

    #[test]
    fn a_redirect_uri_is_https_unless_loopback_or_a_development_app() {
        assert!(builder().redirect_uri("http://127.0.0.1:5000/cb").build().is_ok());
        assert!(builder().redirect_uri("http://localhost:5000/cb").build().is_ok());
        assert!(builder().redirect_uri("http://dev.example/cb").development(true).build().is_ok());
        assert!(detail(builder().redirect_uri("http://app.example/cb")).contains("must be https"));
        assert!(detail(builder().redirect_uri("http://127.0.0.1.evil.example/cb")).contains("must be https"));
        assert!(detail(builder().redirect_uri("app.example/cb")).contains("redirect_uri"));
        assert!(detail(builder().redirect_uri("javascript:alert(1)")).contains("redirect_uri"));
        assert!(detail(builder().redirect_uri("https://app.example/cb#x")).contains("fragment"));
    }

    #[test]
    fn clever_itself_is_reached_by_https_only() {
        assert!(detail(builder().issuer("http://clever.com")).contains("must be https"));
        assert!(detail(builder().api_base("file:///etc/passwd")).contains("api_base"));
        assert!(builder().base_url("http://[::1]:4000/").build().is_ok());
    }

    #[test]
    fn only_configured_redirect_uris_are_given_out() {
        let config = builder().redirect_uri("https://app.example/second").build().unwrap();
        assert_eq!(config.redirect_uri(None).unwrap(), "https://app.example/cb");
        assert_eq!(
            config.redirect_uri(Some("https://app.example/second")).unwrap(),
            "https://app.example/second"
        );
        let error = config.redirect_uri(Some("https://app.example/cb/")).unwrap_err();
        assert_eq!(error.code(), ErrorCode::RedirectUriUnknown);
        assert!(error.to_string().contains("slash at the end"));
        let detail = |uri| config.redirect_uri(Some(uri)).unwrap_err().to_string();
        assert!(detail("https://app.example/cb?x=1").contains("query"));
        assert!(detail("https://APP.example/cb").contains("capital letters"));
        assert!(!detail("https://app.example/other").contains("differs"));
    }

    #[test]
    fn a_timeout_is_above_nothing_and_below_a_day() {
        assert!(detail(builder().timeout(Duration::ZERO)).contains("timeout"));
        assert!(detail(builder().timeout(Duration::MAX)).contains("timeout"));
    }

    #[test]
    fn a_secret_copied_with_a_line_break_is_named() {
        assert!(detail(builder().client_secret("secret\n")).contains("white space"));
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!(
            "{:?}",
            builder().client_secret("hunter2").pending_key("0123456789abcdef").build().unwrap()
        );
        assert!(!shown.contains("hunter2") && !shown.contains("0123456789abcdef"), "{shown}");
    }
}
