//! The settings by their environment variable names: `CLEVER_CLIENT_ID` is `client_id`, and so on for all of them.

use std::ffi::OsString;

use super::builder::ConfigBuilder;
use super::checks::invalid;
use super::environment;
use super::names::SettingNames;
use super::settings::Config;
use super::table::{SETTINGS, SettingValue};
use crate::error::{Error, Result};

const CLIENT_ID: &str = "client_id";

impl Config {
    /// Begins a configuration with the settings in the environment. The variables have the same names in every language:
    /// `CLEVER_CLIENT_ID`, `CLEVER_CLIENT_SECRET`, `CLEVER_REDIRECT_URI`, and so on, one for each setter of [`ConfigBuilder`].
    ///
    /// Empty means unset. A variable whose name looks misspelled is logged. `CLEVER_REDIRECT_URI`, `CLEVER_RETURN_TO_ORIGINS` and
    /// `CLEVER_OLD_PENDING_KEYS` take several values, separated by spaces. With `CLEVER_DISCOVER=true`, pass the builder to
    /// `Client::discover`, which fetches the discovery document. Errors name the variable.
    ///
    /// ```no_run
    /// use clever_sso::{Client, Config};
    ///
    /// let client = Client::new(Config::from_env()?.build()?)?;
    /// # Ok::<(), clever_sso::Error>(())
    /// ```
    ///
    /// # Errors
    /// `config_invalid`, when `CLEVER_CLIENT_ID` is missing or a value cannot be read.
    pub fn from_env() -> Result<ConfigBuilder> {
        for (name, meant, _) in misspelt() {
            tracing::warn!("nothing reads {name}: a similar setting is {meant}");
        }
        read(environment::variable)
    }
}

/// The options of the login pages: the setter in [`WebOptions`](crate::web::WebOptions), and the end of the variable's name.
pub(crate) const OF_PAGES: [(&str, &str); 8] = [
    ("prefix", "URL_PREFIX"),
    ("callback_path", "CALLBACK_PATH"),
    ("district_id", "DISTRICT_ID"),
    ("after_login", "AFTER_LOGIN"),
    ("after_log_out", "AFTER_LOGOUT"),
    ("waiting_page", "WAITING_PAGE"),
    ("language", "LANGUAGE"),
    ("session_lifetime", "SESSION_SECONDS"),
];

/// The settings in the environment, including those that are not valid.
#[cfg(feature = "__face")]
#[derive(Debug)]
pub(crate) struct OfVariables {
    pub(crate) builder: ConfigBuilder,
    /// Errors about values that cannot be read, as sentences that name the variable.
    pub(crate) unreadable: Vec<String>,
    /// Variables that are not settings: the name, the setting that it looks like, and whether that setting is set.
    pub(crate) misspelt: Vec<(String, String, bool)>,
}

#[cfg(feature = "__face")]
impl OfVariables {
    pub(crate) fn read() -> Self {
        Self { misspelt: misspelt(), ..Self::of(&environment::variable) }
    }

    /// Like [`read`](Self::read), for settings that are named like variables, as in Django and Flask, which find misspelled names
    /// themselves.
    pub(crate) fn of(variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let (builder, unreadable) = collect(variable);
        let unreadable = unreadable.iter().filter_map(|error| error.detail().map(str::to_owned)).collect();
        Self { builder, unreadable, misspelt: Vec::new() }
    }
}

/// The settings that `variable` returns.
pub(super) fn read(variable: impl Fn(&str) -> Option<OsString>) -> Result<ConfigBuilder> {
    let (builder, unreadable) = collect(variable);
    if let Some(error) = unreadable.into_iter().next() {
        return Err(error);
    }
    if builder.config.client_id.is_empty() {
        return Err(invalid(format!("{} is not set", SettingNames::Environment.of(CLIENT_ID))));
    }
    Ok(builder)
}

/// The readable settings, and the errors of the others.
fn collect(variable: impl Fn(&str) -> Option<OsString>) -> (ConfigBuilder, Vec<Error>) {
    let mut builder = Config::builder("");
    builder.config.names = SettingNames::Environment;
    let mut unreadable = Vec::new();
    let mut settings: Vec<_> = SETTINGS.iter().collect();
    // `base_url` first, so that one of the two addresses can still be set separately, as in Python and PHP.
    settings.sort_by_key(|setting| setting.rust != "base_url");
    for setting in settings {
        let name = SettingNames::Environment.of(setting.rust);
        let Some(value) = variable(&name).filter(|value| !value.is_empty()) else { continue };
        let text = value.into_string().ok();
        match text.and_then(|text| with(builder.clone(), setting.rust, &text)) {
            Some(more) => builder = more,
            None => unreadable.push(self::unreadable(setting.rust, setting.value)),
        }
    }
    (builder, unreadable)
}

/// Adds a setting to the builder; `None` when the value cannot be read.
fn with(builder: ConfigBuilder, setting: &str, value: &str) -> Option<ConfigBuilder> {
    let each = |add: fn(ConfigBuilder, &str) -> ConfigBuilder| {
        move |builder: ConfigBuilder| value.split_whitespace().fold(builder, add)
    };
    Some(match setting {
        CLIENT_ID => builder.with_client_id(value),
        "client_secret" => builder.client_secret(value),
        "redirect_uri" => each(|builder, uri| builder.redirect_uri(uri))(builder),
        "issuer" => builder.issuer(value),
        "api_base" => builder.api_base(value),
        "base_url" => builder.base_url(value),
        "timeout" => builder.with_timeout(value.trim().parse().ok()?),
        "leeway" => builder.with_leeway(value.trim().parse().ok()?),
        "pending_key" => builder.pending_key(value),
        "old_pending_key" => each(|builder, key| builder.old_pending_key(key))(builder),
        "return_to_origin" => each(|builder, origin| builder.return_to_origin(origin))(builder),
        "development" => builder.development(switch(value)?),
        "authorization_endpoint" => builder.authorization_endpoint(value),
        "token_endpoint" => builder.token_endpoint(value),
        "tokeninfo_endpoint" => builder.tokeninfo_endpoint(value),
        "userinfo_endpoint" => builder.userinfo_endpoint(value),
        "jwks_uri" => builder.jwks_uri(value),
        "discovered" => builder.with_discovery(switch(value)?),
        #[cfg(feature = "client")]
        "ca_bundle" => builder.ca_bundle(value),
        #[cfg(feature = "client")]
        "proxy" => builder.proxy(value),
        // Settings of the HTTP client, in a build without one.
        _ => builder,
    })
}

/// `true` or `false`; `None` for any other text.
pub(crate) fn switch(value: &str) -> Option<bool> {
    let is_one_of = |words: [&str; 4]| words.iter().any(|word| value.trim().eq_ignore_ascii_case(word));
    match (is_one_of(["1", "true", "yes", "on"]), is_one_of(["0", "false", "no", "off"])) {
        (true, _) => Some(true),
        (_, true) => Some(false),
        _ => None,
    }
}

/// The error for an unreadable value. The value is not shown, because it may be a secret in the wrong setting.
fn unreadable(setting: &str, kind: SettingValue) -> Error {
    let kind = match kind {
        SettingValue::Text => "text",
        SettingValue::Texts => "text, several separated by spaces",
        SettingValue::TextOrPath => "PEM text, or the path of a PEM file",
        SettingValue::Seconds => "a number of seconds",
        SettingValue::WholeSeconds => "a whole number of seconds",
        SettingValue::Switch | SettingValue::Action => "true or false",
    };
    invalid(format!("{} cannot be read as {kind}", SettingNames::Environment.of(setting)))
}

/// Variables with a misspelled name: each with the setting that it looks like, and whether that setting is set too.
fn misspelt() -> Vec<(String, String, bool)> {
    let mut found: Vec<_> = environment::names()
        .filter_map(|name| {
            let meant = meant_by(&name)?;
            let is_set = environment::variable(&meant).is_some();
            Some((name, meant, is_set))
        })
        .collect();
    found.sort();
    found
}

/// The setting that a misspelled variable name probably means; `None` if the name is a setting itself.
fn meant_by(name: &str) -> Option<String> {
    const NEAR: f64 = 0.7;
    // Names that people often use, and that the comparison below does not find, or takes for another setting.
    const OFTEN: [(&str, &str); 8] = [
        ("ID", "CLEVER_CLIENT_ID"),
        ("APP_ID", "CLEVER_CLIENT_ID"),
        ("SECRET", "CLEVER_CLIENT_SECRET"),
        ("APP_SECRET", "CLEVER_CLIENT_SECRET"),
        ("CLIENT_KEY", "CLEVER_CLIENT_SECRET"),
        ("CALLBACK", "CLEVER_REDIRECT_URI"),
        ("CALLBACK_URI", "CLEVER_REDIRECT_URI"),
        ("CALLBACK_URL", "CLEVER_REDIRECT_URI"),
    ];
    let capitals = name.to_ascii_uppercase();
    let own = capitals.strip_prefix("CLEVER_")?;
    if let Some((_, meant)) = OFTEN.iter().find(|(often, _)| *often == own) {
        return Some((*meant).to_owned());
    }
    let of_pages = OF_PAGES.map(|(_, variable)| variable.to_owned());
    // Variables that only PHP and C read.
    let others = of_pages.into_iter().chain(["SESSION_NAME".to_owned()]);
    let known: Vec<_> =
        SETTINGS.iter().map(|setting| setting.python.to_ascii_uppercase()).chain(others).collect();
    let near = |known: &String| strsim::normalized_damerau_levenshtein(own, known);
    let nearest = known.iter().max_by(|one, other| near(one).total_cmp(&near(other)))?;
    // Windows ignores the case of names.
    let is_setting = known.iter().any(|known| known == own) && (cfg!(windows) || capitals == name);
    (!is_setting && near(nearest) >= NEAR).then(|| format!("CLEVER_{nearest}"))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn of(variables: &[(&str, &str)]) -> Result<ConfigBuilder> {
        read(|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        })
    }

    fn built(variables: &[(&str, &str)]) -> Result<Config> {
        let known = [("CLEVER_CLIENT_ID", "id"), ("CLEVER_CLIENT_SECRET", "a secret")];
        of(&[variables, &known].concat())?.build()
    }

    #[test]
    fn a_misspelled_variable_name_is_found() {
        for (name, meant) in [
            ("CLEVER_CLIENT_SECRETS", Some("CLEVER_CLIENT_SECRET")),
            ("CLEVER_REDIRECT_URL", Some("CLEVER_REDIRECT_URI")),
            ("CLEVER_SESSION_SECOND", Some("CLEVER_SESSION_SECONDS")),
            ("CLEVER_LANGUAGES", Some("CLEVER_LANGUAGE")),
            ("CLEVER_SECRET", Some("CLEVER_CLIENT_SECRET")),
            ("CLEVER_ID", Some("CLEVER_CLIENT_ID")),
            ("CLEVER_CLIENT_KEY", Some("CLEVER_CLIENT_SECRET")),
            ("CLEVER_CALLBACK_URL", Some("CLEVER_REDIRECT_URI")),
            ("clever_client_ids", Some("CLEVER_CLIENT_ID")),
            #[cfg(not(windows))]
            ("clever_client_id", Some("CLEVER_CLIENT_ID")),
            ("CLEVER_HOUSE", None),
            ("CLEAVER_CLIENT_ID", None),
        ] {
            assert_eq!(meant_by(name).as_deref(), meant, "{name}");
        }
        for (_, variable) in OF_PAGES {
            assert_eq!(meant_by(&format!("CLEVER_{variable}")), None);
        }
        for setting in &SETTINGS {
            assert_eq!(meant_by(&SettingNames::Environment.of(setting.rust)), None);
        }
    }

    #[test]
    fn each_setting_is_read_from_its_variable() {
        let config = built(&[
            ("CLEVER_REDIRECT_URI", "https://a.example/cb  https://b.example/cb"),
            ("CLEVER_ISSUER", "https://issuer.example"),
            ("CLEVER_API_BASE", "https://api.example"),
            ("CLEVER_TIMEOUT", " 2.5 "),
            ("CLEVER_LEEWAY", "7"),
            ("CLEVER_PENDING_KEY", "sixteen bytes or more"),
            ("CLEVER_OLD_PENDING_KEYS", "an-old-key-of-ours another-old-key-of-ours"),
            ("CLEVER_RETURN_TO_ORIGINS", "https://www.example https://help.example"),
            ("CLEVER_AUTHORIZATION_ENDPOINT", "https://e.example/1"),
            ("CLEVER_TOKEN_ENDPOINT", "https://e.example/2"),
            ("CLEVER_TOKENINFO_ENDPOINT", "https://e.example/3"),
            ("CLEVER_USERINFO_ENDPOINT", "https://e.example/4"),
            ("CLEVER_JWKS_URI", "https://e.example/5"),
            ("CLEVER_DISCOVER", "off"),
        ])
        .unwrap();
        assert_eq!((config.client_id(), config.issuer()), ("id", "https://issuer.example"));
        assert!(config.client_secret().unwrap().matches("a secret"));
        assert_eq!(config.redirect_uris, ["https://a.example/cb", "https://b.example/cb"]);
        assert_eq!((config.api_base.as_str(), config.leeway), ("https://api.example", 7));
        assert_eq!(config.timeout, Duration::from_millis(2500));
        assert!(config.pending_key.as_ref().unwrap().matches("sixteen bytes or more"));
        assert_eq!(config.old_pending_keys.len(), 2);
        assert_eq!(config.return_to_origins, ["https://www.example", "https://help.example"]);
        let endpoints = [
            config.authorization_endpoint().unwrap(),
            config.token_endpoint().unwrap(),
            config.tokeninfo_endpoint(),
            config.userinfo_endpoint().unwrap(),
            config.jwks_uri().unwrap().to_owned(),
        ];
        assert_eq!(endpoints, [1, 2, 3, 4, 5].map(|number| format!("https://e.example/{number}")));
        let emulated = built(&[("CLEVER_BASE_URL", "http://clever:5999"), ("CLEVER_DEVELOPMENT", "Yes")]);
        assert_eq!(emulated.unwrap().issuer(), "http://clever:5999");
    }

    #[test]
    fn a_setting_for_one_address_overrides_the_base_url() {
        let both = ("CLEVER_BASE_URL", "https://both.example");
        let issuer = ("CLEVER_ISSUER", "https://issuer.example");
        let api = ("CLEVER_API_BASE", "https://api.example");
        let config = built(&[both, issuer]).unwrap();
        assert_eq!((config.issuer(), &*config.api_base), ("https://issuer.example", "https://both.example"));
        let config = built(&[both, api]).unwrap();
        assert_eq!((config.issuer(), &*config.api_base), ("https://both.example", "https://api.example"));
        let error = built(&[both, issuer, api]).unwrap_err().to_string();
        assert!(error.contains("CLEVER_BASE_URL has no effect"), "{error}");
    }

    #[test]
    fn an_error_names_the_variable_of_each_setting() {
        for setting in SETTINGS.iter().filter(|setting| setting.rust != CLIENT_ID) {
            let name = SettingNames::Environment.of(setting.rust);
            let wrong = match setting.rust {
                // Any text is a valid key or secret, but not with spaces around it.
                "client_secret" | "pending_key" => " sixteen bytes or more",
                "old_pending_key" => continue,
                "ca_bundle" | "proxy" if cfg!(not(feature = "client")) => continue,
                "proxy" | "issuer" | "api_base" | "base_url" => "ftp://e.example",
                "discovered" => "true",
                _ => "no such thing",
            };
            let error = built(&[(&name, wrong)]).unwrap_err().to_string();
            assert!(error.contains(&name), "{name}: {error}");
            // Empty means unset.
            assert!(built(&[(&name, "")]).is_ok(), "{name}");
        }
    }

    #[test]
    fn an_error_names_missing_and_unreadable_variables_without_their_values() {
        let missing = of(&[("CLEVER_CLIENT_ID", "")]).unwrap_err();
        assert!(missing.to_string().ends_with("CLEVER_CLIENT_ID is not set"), "{missing}");
        for (name, value, kind) in [
            ("CLEVER_TIMEOUT", "hunter2", "a number of seconds"),
            ("CLEVER_LEEWAY", "1.5", "a whole number of seconds"),
            ("CLEVER_DEVELOPMENT", "maybe", "true or false"),
        ] {
            let error = built(&[(name, value)]).unwrap_err().to_string();
            assert!(error.ends_with(&format!("{name} cannot be read as {kind}")), "{error}");
        }
        for value in ["-1", "0", "nan", "inf", "1e99"] {
            let error = built(&[("CLEVER_TIMEOUT", value)]).unwrap_err().to_string();
            assert!(error.contains("CLEVER_TIMEOUT must be more than 0 s"), "{error}");
        }
        let plain = built(&[("CLEVER_BASE_URL", "http://clever:5999")]).unwrap_err().to_string();
        assert!(plain.contains("CLEVER_BASE_URL") && plain.contains("CLEVER_DEVELOPMENT=true"), "{plain}");
    }

    #[cfg(unix)]
    #[test]
    fn an_error_names_a_variable_that_is_not_text() {
        use std::os::unix::ffi::OsStringExt as _;

        let bytes = |name: &str| (name == "CLEVER_CLIENT_ID").then(|| OsString::from_vec(vec![0xff]));
        let error = read(bytes).unwrap_err().to_string();
        assert!(error.ends_with("CLEVER_CLIENT_ID cannot be read as text"), "{error}");
    }
}
