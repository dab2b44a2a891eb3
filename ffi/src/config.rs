//! `clever_sso_config`: what the operator knows. A client copies it, so it may be freed at once.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::time::Duration;

use clever_sso::{Config, ConfigBuilder, Error, ErrorCode, Result, SettingNames};

use crate::boundary::{give, handle, run};
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::required;

mod endpoints;

/// How an application is known at Clever. Checked as a whole when a client is made of it.
pub struct clever_sso_config {
    pub(crate) builder: ConfigBuilder,
}

impl clever_sso_config {
    fn change(&mut self, change: impl FnOnce(ConfigBuilder) -> ConfigBuilder) {
        self.builder = change(self.builder.clone());
    }
}

fn set(
    config: Option<&mut clever_sso_config>,
    value: *const c_char,
    name: &str,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
    change: impl FnOnce(ConfigBuilder, &str) -> ConfigBuilder,
) -> clever_sso_status {
    run(error, || -> Result<()> {
        let value = required(value, name)?;
        handle(config, "config")?.change(|builder| change(builder, value));
        Ok(())
    })
}

/// Begins a configuration for the application that Clever knows as `client_id`.
///
/// Free it with `clever_sso_config_free`. Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_new(
    client_id: *const c_char,
    config: Option<&mut MaybeUninit<Option<Box<clever_sso_config>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(config, error, || {
        let builder = Config::builder(required(client_id, "client_id")?);
        Ok(clever_sso_config { builder: builder.setting_names(SettingNames::C) })
    })
}

/// The client secret. Without one only the implicit grant and the checks of tokens are possible.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_client_secret(
    config: Option<&mut clever_sso_config>,
    secret: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(config, secret, "secret", error, |builder, value| builder.client_secret(value))
}

/// A redirect URI, exactly as it is registered with Clever. The first one is the primary one, where logins from the
/// Clever Portal and from Instant Login links arrive.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_add_redirect_uri(
    config: Option<&mut clever_sso_config>,
    uri: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(config, uri, "uri", error, |builder, value| builder.redirect_uri(value))
}

/// The issuer: where the OAuth endpoints and the discovery document are. Default `https://clever.com`.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_issuer(
    config: Option<&mut clever_sso_config>,
    issuer: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(config, issuer, "issuer", error, |builder, value| builder.issuer(value))
}

/// Where Clever's API is. Default `https://api.clever.com`.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_api_base(
    config: Option<&mut clever_sso_config>,
    base: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(config, base, "base", error, |builder, value| builder.api_base(value))
}

/// Issuer and API at one address, as a local emulator has them.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_base_url(
    config: Option<&mut clever_sso_config>,
    base: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(config, base, "base", error, |builder, value| builder.base_url(value))
}

/// The key that seals pending logins, at least 16 random bytes as text. By default it is derived from the client
/// secret, so that every process that knows the secret can finish a login which another one began.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_pending_key(
    config: Option<&mut clever_sso_config>,
    key: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(config, key, "key", error, |builder, value| builder.pending_key(value))
}

/// A key, or a client secret, that sealed pending logins until now: they are accepted until they expire.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_add_old_pending_key(
    config: Option<&mut clever_sso_config>,
    key: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(config, key, "key", error, |builder, value| builder.old_pending_key(value))
}

/// An origin, such as `https://www.example.org`, to which `return_to` may lead besides paths of the application.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_add_return_to_origin(
    config: Option<&mut clever_sso_config>,
    origin: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(config, origin, "origin", error, |builder, value| builder.return_to_origin(value))
}

/// The deadline of a whole call in milliseconds, retries included. Default 10,000.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_timeout_milliseconds(
    config: Option<&mut clever_sso_config>,
    milliseconds: u32,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(config, "config")?
            .change(|builder| builder.timeout(Duration::from_millis(u64::from(milliseconds))));
        Ok(())
    })
}

/// The same in seconds, which may have a fraction: for callers whose numbers are of this type. `clever_sso_client_new` names a
/// number that cannot be used as it was given, NaN and infinity too.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_timeout(
    config: Option<&mut clever_sso_config>,
    seconds: f64,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(config, "config")?.change(|builder| builder.timeout_seconds(seconds));
        Ok(())
    })
}

/// How many seconds two clocks may differ when the times in an ID token are checked. Default 60, at most 600.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_leeway_seconds(
    config: Option<&mut clever_sso_config>,
    seconds: u32,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(config, "config")?.change(|builder| builder.leeway(u64::from(seconds)));
        Ok(())
    })
}

/// The same with a sign: `clever_sso_client_new` names a number that cannot be used as it was given.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_leeway(
    config: Option<&mut clever_sso_config>,
    seconds: i64,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(config, "config")?.change(|builder| builder.leeway_seconds(seconds));
        Ok(())
    })
}

/// Declares development: every address may be plain http, on any host. Clever allows such redirect URIs for development
/// applications, and containers reach an emulator by its name, as `http://clever:5999`.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_development(
    config: Option<&mut clever_sso_config>,
    development: bool,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(config, "config")?.change(|builder| builder.development(development));
        Ok(())
    })
}

/// Certificates of further authorities, trusted in addition to the system's: those of a school network that inspects
/// TLS. PEM text, or the path of a PEM file, which `clever_sso_client_new` reads.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_ca_bundle(
    config: Option<&mut clever_sso_config>,
    ca_bundle: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(config, ca_bundle, "ca_bundle", error, |builder, value| builder.ca_bundle(value))
}

/// The proxy, with credentials if it needs them: `http://user:password@proxy.example:3128`, `https://` or `socks5h://`.
/// It is used for every address but this machine's. Without one, the environment decides when a client is made:
/// `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, each also in lower case.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_proxy(
    config: Option<&mut clever_sso_config>,
    proxy: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(config, proxy, "proxy", error, |builder, value| builder.proxy(value))
}

/// Whose names of settings errors use.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum clever_sso_setting_names {
    /// Those of the functions here: `base_url`.
    CLEVER_SSO_NAMES_C = 0,
    /// Environment variables: `CLEVER_BASE_URL`.
    CLEVER_SSO_NAMES_ENVIRONMENT = 1,
    /// Named arguments in PHP: `baseUrl`.
    CLEVER_SSO_NAMES_PHP = 2,
}

impl clever_sso_setting_names {
    const fn numbered(number: u32) -> Option<SettingNames> {
        const C: u32 = clever_sso_setting_names::CLEVER_SSO_NAMES_C as u32;
        const ENVIRONMENT: u32 = clever_sso_setting_names::CLEVER_SSO_NAMES_ENVIRONMENT as u32;
        const PHP: u32 = clever_sso_setting_names::CLEVER_SSO_NAMES_PHP as u32;
        match number {
            C => Some(SettingNames::C),
            ENVIRONMENT => Some(SettingNames::Environment),
            PHP => Some(SettingNames::Php),
            _ => None,
        }
    }
}

/// Lets errors name settings as the operator knows them: a program that takes its settings from environment variables
/// wants `CLEVER_SSO_NAMES_ENVIRONMENT`. `names` is a `clever_sso_setting_names`. Default `CLEVER_SSO_NAMES_C`.
///
/// Fails with `CLEVER_SSO_ARGUMENT`, also when `names` is another number.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_setting_names(
    config: Option<&mut clever_sso_config>,
    names: u32,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        let refused =
            || Error::from_face(ErrorCode::ArgumentInvalid, "names is none of clever_sso_setting_names");
        let names = clever_sso_setting_names::numbered(names).ok_or_else(refused)?;
        handle(config, "config")?.change(|builder| builder.setting_names(names));
        Ok(())
    })
}

/// Frees a configuration. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_free(config: Option<Box<clever_sso_config>>) {
    drop(config);
}
