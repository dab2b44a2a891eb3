//! The checked settings of an application.

#[cfg(feature = "client")]
use std::sync::Arc;
use std::time::Duration;

use super::endpoints::Endpoints;
use super::names::SettingNames;
#[cfg(feature = "client")]
use super::proxies::Proxies;
#[cfg(feature = "client")]
use super::trust::Trust;
use crate::error::{Error, ErrorCode, Result, quote_setting};
use crate::secret::Secret;

/// An application's settings at Clever, and how it connects.
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
    pub(super) endpoints: Endpoints,
    pub(crate) timeout: Duration,
    pub(crate) leeway: u64,
    pub(crate) pending_key: Option<Secret>,
    pub(crate) old_pending_keys: Vec<Secret>,
    pub(crate) return_to_origins: Vec<String>,
    /// How errors name settings.
    pub(super) names: SettingNames,
    /// Set by `build`.
    #[cfg(feature = "client")]
    pub(super) trust: Option<Arc<Trust>>,
    #[cfg(feature = "client")]
    pub(crate) proxies: Arc<Proxies>,
}

impl Config {
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

    /// The error for a login when there is neither a client secret nor a pending key to encrypt it with.
    pub(crate) fn pending_key_missing(&self) -> Error {
        let [pending_key, secret] = ["pending_key", "client_secret"].map(|name| self.names.of(name));
        let detail = format!(
            "{pending_key} is missing: without {secret}, a login is sealed with it; set at least 16 random bytes as text, \
             the same until the login ends, and in every process that may finish it"
        );
        Error::with_detail(ErrorCode::ConfigInvalid, detail)
    }

    /// The configured redirect URI to use: the primary one, or exactly `wanted`.
    ///
    /// Clever compares redirect URIs byte by byte. And if an application built one from a request's Host header, an attacker
    /// could choose it. So this library only sends configured ones.
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
        let found = quote_setting(wanted).unwrap_or_else(|| "one that is not shown".to_owned());
        Error::with_detail(ErrorCode::RedirectUriUnknown, format!("found {found}{hint}"))
    }

    fn at_issuer(&self, path: &str) -> String {
        format!("{}{path}", self.issuer)
    }

    pub(crate) fn authorization_endpoint(&self) -> Result<String> {
        let set = self.endpoints.authorization.as_ref();
        self.endpoints.choose(set, "authorization_endpoint", self.at_issuer("/oauth/authorize"))
    }

    pub(crate) fn token_endpoint(&self) -> Result<String> {
        let set = self.endpoints.token.as_ref();
        self.endpoints.choose(set, "token_endpoint", self.at_issuer("/oauth/tokens"))
    }

    /// Not in discovery documents: only Clever has this endpoint.
    pub(crate) fn tokeninfo_endpoint(&self) -> String {
        self.endpoints.tokeninfo.clone().unwrap_or_else(|| self.at_issuer("/oauth/tokeninfo"))
    }

    pub(crate) fn instant_login_endpoint(&self) -> String {
        self.at_issuer("/oauth/instant-login")
    }

    /// Clever has this endpoint on its API's host.
    pub(crate) fn userinfo_endpoint(&self) -> Result<String> {
        let set = self.endpoints.userinfo.as_ref();
        self.endpoints.choose(set, "userinfo_endpoint", format!("{}/userinfo", self.api_base))
    }

    /// The configured address of the keys. `None` means that discovery decides.
    pub(crate) fn jwks_uri(&self) -> Option<&str> {
        self.endpoints.jwks_uri.as_deref()
    }

    /// Where the keys most likely are. Discovery decides in the end.
    pub(crate) fn expected_jwks_uri(&self) -> Option<String> {
        let Endpoints { discovered_jwks_uri, token, .. } = &self.endpoints;
        // Clever's default address is used only if codes are exchanged at Clever's default address too.
        discovered_jwks_uri.clone().or_else(|| token.is_none().then(|| self.at_issuer("/oauth/certs")))
    }

    /// How error messages name settings.
    pub(crate) const fn names(&self) -> SettingNames {
        self.names
    }

    #[cfg(feature = "client")]
    pub(crate) fn trust(&self) -> Result<&Trust> {
        self.trust.as_deref().ok_or_else(|| Error::new(ErrorCode::Internal))
    }
}

/// How `wanted` differs from `known`, if it is a detail that is easy to overlook.
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
