//! `clever_sso_config`: what the operator knows. A client copies it, so it may be freed at once.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::time::Duration;

use clever_sso::{Config, ConfigBuilder, Result};

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
        Ok(clever_sso_config { builder: Config::builder(required(client_id, "client_id")?) })
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

/// Declares a development application: its redirect URIs may be plain http on any host, as Clever allows for those.
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

/// Certificates of further authorities, as PEM text, trusted in addition to the system's: those of a school network that
/// inspects TLS.
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

/// The http or https proxy, with credentials if it wants some. Without one, the environment decides (`HTTPS_PROXY`,
/// `NO_PROXY`).
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

/// Frees a configuration. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_free(config: Option<Box<clever_sso_config>>) {
    drop(config);
}
