//! The keyword arguments of `Client`, turned into a configuration.

use std::time::Duration;

use clever_sso::{Config, ConfigBuilder, SettingNames};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::errors::{Failure, Result, config_invalid};

/// A longer deadline is a mistake, such as milliseconds.
const LONGEST_TIMEOUT: f64 = 24.0 * 3600.0;

pub(crate) struct Settings {
    pub(crate) client_id: String,
    pub(crate) client_secret: Option<String>,
    pub(crate) redirect_uris: Vec<String>,
    pub(crate) issuer: Option<String>,
    pub(crate) api_base: Option<String>,
    pub(crate) base_url: Option<String>,
    pub(crate) timeout: f64,
    pub(crate) leeway: i64,
    pub(crate) pending_key: Option<String>,
    pub(crate) old_pending_keys: Vec<String>,
    pub(crate) return_to_origins: Vec<String>,
    pub(crate) development: bool,
    pub(crate) network: Network,
    /// How errors name them.
    pub(crate) names: SettingNames,
}

/// Where the endpoints are, and how they are reached.
#[derive(Default)]
pub(crate) struct Network {
    pub(crate) authorization_endpoint: Option<String>,
    pub(crate) token_endpoint: Option<String>,
    pub(crate) tokeninfo_endpoint: Option<String>,
    pub(crate) userinfo_endpoint: Option<String>,
    pub(crate) jwks_uri: Option<String>,
    pub(crate) ca_bundle: Option<String>,
    pub(crate) proxy: Option<String>,
}

impl Network {
    fn apply(self, mut builder: ConfigBuilder) -> ConfigBuilder {
        type Setter = fn(ConfigBuilder, String) -> ConfigBuilder;
        let settings: [(Option<String>, Setter); 7] = [
            (self.authorization_endpoint, ConfigBuilder::authorization_endpoint),
            (self.token_endpoint, ConfigBuilder::token_endpoint),
            (self.tokeninfo_endpoint, ConfigBuilder::tokeninfo_endpoint),
            (self.userinfo_endpoint, ConfigBuilder::userinfo_endpoint),
            (self.jwks_uri, ConfigBuilder::jwks_uri),
            (self.ca_bundle, ConfigBuilder::ca_bundle),
            (self.proxy, ConfigBuilder::proxy),
        ];
        for (value, set) in settings {
            if let Some(value) = value {
                builder = set(builder, value);
            }
        }
        builder
    }
}

impl TryFrom<Settings> for ConfigBuilder {
    type Error = Failure;

    fn try_from(settings: Settings) -> Result<Self> {
        let mut builder = Config::builder(settings.client_id)
            .setting_names(settings.names)
            .timeout(timeout(settings.names, settings.timeout)?)
            .leeway(leeway(settings.names, settings.leeway)?)
            .development(settings.development);
        if let Some(secret) = settings.client_secret {
            builder = builder.client_secret(secret);
        }
        if let Some(base) = settings.base_url {
            builder = builder.base_url(base);
        }
        if let Some(issuer) = settings.issuer {
            builder = builder.issuer(issuer);
        }
        if let Some(base) = settings.api_base {
            builder = builder.api_base(base);
        }
        if let Some(key) = settings.pending_key {
            builder = builder.pending_key(key);
        }
        for uri in settings.redirect_uris {
            builder = builder.redirect_uri(uri);
        }
        for key in settings.old_pending_keys {
            builder = builder.old_pending_key(key);
        }
        for origin in settings.return_to_origins {
            builder = builder.return_to_origin(origin);
        }
        Ok(settings.network.apply(builder))
    }
}

fn timeout(names: SettingNames, seconds: f64) -> Result<Duration> {
    if seconds > 0.0 && seconds <= LONGEST_TIMEOUT {
        return Ok(Duration::from_secs_f64(seconds));
    }
    let name = names.of("timeout");
    Err(config_invalid(&format!(
        "{name} must be more than 0 s and at most {LONGEST_TIMEOUT} s, found {seconds}"
    )))
}

fn leeway(names: SettingNames, seconds: i64) -> Result<u64> {
    let name = names.of("leeway");
    u64::try_from(seconds)
        .map_err(|_| config_invalid(&format!("{name} must be at least 0 s, found {seconds}")))
}

/// One string, or several: a string is not taken for a sequence of its letters.
pub(crate) struct OneOrMore(pub(crate) Vec<String>);

impl<'py> FromPyObject<'_, 'py> for OneOrMore {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(one) = object.cast::<PyString>() {
            return Ok(Self(vec![one.extract()?]));
        }
        let more = object.extract::<Vec<String>>();
        more.map(Self).map_err(|_| PyTypeError::new_err("expected a str or a sequence of str"))
    }
}
