//! The environment variables: read only here, when a configuration is built.
//!
//! A host may change its environment while it runs, which races with every reader.

use std::ffi::OsString;

#[cfg(feature = "__face")]
use super::builder::ConfigBuilder;
#[cfg(feature = "__face")]
use super::names::SettingNames;
#[cfg(feature = "__face")]
use super::settings::Config;
#[cfg(feature = "__face")]
use super::table::{SETTINGS, Setting, SettingValue};

/// The network settings of the environment. An empty variable means unset.
#[cfg(feature = "client")]
#[derive(Debug, Default)]
pub(super) struct Environment {
    /// With the name of the variable.
    pub(super) https_proxy: Option<(&'static str, String)>,
    pub(super) http_proxy: Option<(&'static str, String)>,
    pub(super) all_proxy: Option<(&'static str, String)>,
    pub(super) no_proxy: String,
    pub(super) ssl_cert_file: Option<OsString>,
    pub(super) ssl_cert_dir: Option<OsString>,
}

#[cfg(feature = "client")]
impl Environment {
    pub(super) fn read() -> Self {
        // In a CGI program, HTTP_PROXY is the request's `Proxy` header: the sender of the request controls it.
        let http: &[&str] = if variable("REQUEST_METHOD").is_some() {
            &["http_proxy"]
        } else {
            &["HTTP_PROXY", "http_proxy"]
        };
        Self {
            https_proxy: first(&["HTTPS_PROXY", "https_proxy"]),
            http_proxy: first(http),
            all_proxy: first(&["ALL_PROXY", "all_proxy"]),
            no_proxy: first(&["NO_PROXY", "no_proxy"]).map(|(_, value)| value).unwrap_or_default(),
            ssl_cert_file: variable("SSL_CERT_FILE"),
            ssl_cert_dir: variable("SSL_CERT_DIR"),
        }
    }
}

/// A configuration from `CLEVER_CLIENT_ID` and the like, by the rules of every face: empty means unset, several values stand
/// apart by spaces.
#[cfg(feature = "__face")]
#[derive(Debug)]
pub(crate) struct OfVariables {
    pub(crate) builder: ConfigBuilder,
    /// Whether endpoints are taken from discovery.
    pub(crate) discovers: bool,
    /// Values that cannot be read, in sentences that name the variable.
    pub(crate) unreadable: Vec<String>,
    /// Variables that nothing reads, each with the one that it looks like, and whether that one is set.
    pub(crate) misspelt: Vec<(String, String, bool)>,
}

#[cfg(feature = "__face")]
impl OfVariables {
    pub(crate) fn read() -> Self {
        let text = |name: &str| variable(name).map(|value| value.to_string_lossy().into_owned());
        let client_id = text("CLEVER_CLIENT_ID").unwrap_or_default();
        let mut read = Self {
            builder: Config::builder(client_id).setting_names(SettingNames::Environment),
            discovers: false,
            unreadable: Vec::new(),
            misspelt: misspelt(),
        };
        for setting in &SETTINGS {
            let name = SettingNames::Environment.of(setting.rust);
            if let Some(value) = text(&name)
                && let Err(kind) = read.set(setting, &value)
            {
                read.unreadable.push(format!("{name} cannot be read as {kind}"));
            }
        }
        read
    }

    /// # Errors
    /// What the value must be.
    fn set(&mut self, setting: &Setting, value: &str) -> Result<(), &'static str> {
        let builder = self.builder.clone();
        let is_on = switch(value);
        let on_or_off = || is_on.ok_or("true or false");
        let each = |with: fn(ConfigBuilder, &str) -> ConfigBuilder| {
            value.split_whitespace().fold(builder.clone(), with)
        };
        self.builder = match (setting.rust, setting.value) {
            ("client_secret", _) => builder.client_secret(value),
            ("redirect_uri", _) => each(|builder, one| builder.redirect_uri(one)),
            ("issuer", _) => builder.issuer(value),
            ("api_base", _) => builder.api_base(value),
            ("base_url", _) => builder.base_url(value),
            ("pending_key", _) => builder.pending_key(value),
            ("old_pending_key", _) => each(|builder, one| builder.old_pending_key(one)),
            ("return_to_origin", _) => each(|builder, one| builder.return_to_origin(one)),
            ("authorization_endpoint", _) => builder.authorization_endpoint(value),
            ("token_endpoint", _) => builder.token_endpoint(value),
            ("tokeninfo_endpoint", _) => builder.tokeninfo_endpoint(value),
            ("userinfo_endpoint", _) => builder.userinfo_endpoint(value),
            ("jwks_uri", _) => builder.jwks_uri(value),
            ("ca_bundle", _) => builder.ca_bundle(value),
            ("proxy", _) => builder.proxy(value),
            (_, SettingValue::Seconds) => {
                builder.timeout_seconds(value.trim().parse().map_err(|_| "a number of seconds")?)
            }
            (_, SettingValue::WholeSeconds) => {
                builder.leeway_seconds(value.trim().parse().map_err(|_| "a whole number of seconds")?)
            }
            (_, SettingValue::Switch) => builder.development(on_or_off()?),
            (_, SettingValue::Action) => {
                self.discovers = on_or_off()?;
                builder
            }
            // The client id, with which the builder was made.
            _ => builder,
        };
        Ok(())
    }
}

#[cfg(feature = "__face")]
fn switch(value: &str) -> Option<bool> {
    match value.trim().to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Some(true),
        "0" | "false" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// Variables that look like a setting, and are none.
#[cfg(feature = "__face")]
#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
fn misspelt() -> Vec<(String, String, bool)> {
    /// What web applications read besides.
    const OTHERS: [&str; 7] = [
        "AFTER_LOGIN",
        "AFTER_LOGOUT",
        "CALLBACK_PATH",
        "SESSION_NAME",
        "SESSION_SECONDS",
        "URL_PREFIX",
        "WAITING_PAGE",
    ];
    const NEAR: f64 = 0.7;
    let known: Vec<_> = SETTINGS
        .iter()
        .map(|setting| setting.python.to_ascii_uppercase())
        .chain(OTHERS.map(str::to_owned))
        .collect();
    let like = |name: &str| {
        let near = |known: &&String| strsim::normalized_damerau_levenshtein(name, known);
        let nearest = known.iter().max_by(|one, other| near(one).total_cmp(&near(other)))?;
        let is_misspelt = name != nearest && near(&nearest) >= NEAR;
        is_misspelt.then(|| format!("CLEVER_{nearest}"))
    };
    let mut found: Vec<_> = std::env::vars_os()
        .filter_map(|(name, _)| {
            let name = name.into_string().ok()?;
            let meant = like(name.strip_prefix("CLEVER_")?)?;
            let is_set = variable(&meant).is_some();
            Some((name, meant, is_set))
        })
        .collect();
    found.sort();
    found
}

#[cfg(feature = "client")]
fn first(names: &[&'static str]) -> Option<(&'static str, String)> {
    names.iter().find_map(|name| {
        let value = variable(name)?.to_string_lossy().trim().to_owned();
        (!value.is_empty()).then_some((*name, value))
    })
}

#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
pub(super) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}
