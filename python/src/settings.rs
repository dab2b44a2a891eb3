//! The keyword arguments of `Client`, turned into a configuration.

use crate::errors::{Failure, Result, config_invalid};
use crate::text::{ENDLESS, Number, Text, TextOrPath, Whole};
use clever_sso::{Config, ConfigBuilder, SettingNames};

pub(crate) struct Settings {
    pub(crate) client_id: Text,
    pub(crate) client_secret: Option<Text>,
    pub(crate) redirect_uris: Vec<Text>,
    pub(crate) issuer: Option<Text>,
    pub(crate) api_base: Option<Text>,
    pub(crate) base_url: Option<Text>,
    pub(crate) timeout: Number,
    pub(crate) leeway: Whole,
    pub(crate) pending_key: Option<Text>,
    pub(crate) old_pending_keys: Vec<Text>,
    pub(crate) return_to_origins: Vec<Text>,
    pub(crate) development: bool,
    pub(crate) network: Network,
    /// How errors name them.
    pub(crate) names: SettingNames,
}

/// Where the endpoints are, and how they are reached.
#[derive(Default)]
pub(crate) struct Network {
    pub(crate) authorization_endpoint: Option<Text>,
    pub(crate) token_endpoint: Option<Text>,
    pub(crate) tokeninfo_endpoint: Option<Text>,
    pub(crate) userinfo_endpoint: Option<Text>,
    pub(crate) jwks_uri: Option<Text>,
    pub(crate) ca_bundle: Option<TextOrPath>,
    pub(crate) proxy: Option<Text>,
}

type Setter = fn(ConfigBuilder, String) -> ConfigBuilder;

impl TryFrom<Settings> for ConfigBuilder {
    type Error = Failure;

    fn try_from(settings: Settings) -> Result<Self> {
        let (names, network) = (settings.names, settings.network);
        let mut builder = Config::builder(settings.client_id.setting(names, "client_id")?)
            .setting_names(names)
            .timeout_seconds(number(names, "timeout", settings.timeout.0)?)
            .leeway_seconds(number(names, "leeway", settings.leeway.0)?)
            .development(settings.development);
        let texts: [(&str, Option<Text>, Setter); 11] = [
            ("client_secret", settings.client_secret, Self::client_secret),
            ("base_url", settings.base_url, Self::base_url),
            ("issuer", settings.issuer, Self::issuer),
            ("api_base", settings.api_base, Self::api_base),
            ("pending_key", settings.pending_key, Self::pending_key),
            ("authorization_endpoint", network.authorization_endpoint, Self::authorization_endpoint),
            ("token_endpoint", network.token_endpoint, Self::token_endpoint),
            ("tokeninfo_endpoint", network.tokeninfo_endpoint, Self::tokeninfo_endpoint),
            ("userinfo_endpoint", network.userinfo_endpoint, Self::userinfo_endpoint),
            ("jwks_uri", network.jwks_uri, Self::jwks_uri),
            ("proxy", network.proxy, Self::proxy),
        ];
        for (name, text, set) in texts {
            if let Some(text) = text {
                builder = set(builder, text.setting(names, name)?);
            }
        }
        let lists: [(&str, Vec<Text>, Setter); 3] = [
            ("redirect_uri", settings.redirect_uris, Self::redirect_uri),
            ("old_pending_keys", settings.old_pending_keys, Self::old_pending_key),
            ("return_to_origins", settings.return_to_origins, Self::return_to_origin),
        ];
        for (name, texts, add) in lists {
            for text in texts {
                builder = add(builder, text.setting(names, name)?);
            }
        }
        if let Some(bundle) = network.ca_bundle {
            builder = builder.ca_bundle(bundle.setting(names, "ca_bundle")?);
        }
        Ok(builder)
    }
}

/// A number that Rust can hold; the core says whether it can be used.
fn number<T: Copy>(names: SettingNames, name: &str, given: Option<T>) -> Result<T> {
    given.ok_or_else(|| config_invalid(&format!("{} cannot be {ENDLESS}", names.of(name))))
}
