//! `clever_sso_config`: your settings. A client copies them, so free the configuration right away.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use clever_sso::{Config, ConfigBuilder, Error, ErrorCode, Result, SettingNames};

use crate::boundary::{give, handle, run, set};
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::required;

mod endpoints;

/// Your settings. They are checked together when you make a client.
pub struct clever_sso_config {
    pub(crate) builder: ConfigBuilder,
}

impl clever_sso_config {
    fn change(&mut self, change: impl FnOnce(ConfigBuilder) -> ConfigBuilder) {
        self.builder = change(self.builder.clone());
    }
}

fn set_setting(
    config: Option<&mut clever_sso_config>,
    value: *const c_char,
    name: &str,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
    change: impl FnOnce(ConfigBuilder, String) -> ConfigBuilder,
) -> clever_sso_status {
    run(error, || -> Result<()> {
        let value = required(value, name)?.to_owned();
        handle(config, "config")?.change(|builder| change(builder, value));
        Ok(())
    })
}

/// Makes a configuration. `client_id` is the client id, as Clever's dashboard shows it.
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

/// The client secret. Without one, only the implicit grant and checks of tokens work.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_client_secret(
    config: Option<&mut clever_sso_config>,
    client_secret: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_setting(config, client_secret, "client_secret", error, ConfigBuilder::client_secret)
}

/// A redirect URI, exactly as registered with Clever. The first one is the primary one: logins from the Clever Portal and
/// from Instant Login links arrive there.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_add_redirect_uri(
    config: Option<&mut clever_sso_config>,
    redirect_uri: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_setting(config, redirect_uri, "redirect_uri", error, ConfigBuilder::redirect_uri)
}

/// The issuer: where the OAuth endpoints and the discovery document are. Default: `https://clever.com`.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_issuer(
    config: Option<&mut clever_sso_config>,
    issuer: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_setting(config, issuer, "issuer", error, ConfigBuilder::issuer)
}

/// Where Clever's API is. Default: `https://api.clever.com`.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_api_base(
    config: Option<&mut clever_sso_config>,
    api_base: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_setting(config, api_base, "api_base", error, ConfigBuilder::api_base)
}

/// Issuer and API at one address, such as a local emulator's.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_base_url(
    config: Option<&mut clever_sso_config>,
    base_url: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_setting(config, base_url, "base_url", error, ConfigBuilder::base_url)
}

/// The key that encrypts pending logins: at least 16 random bytes as text. Default: derived from the client secret, so that
/// every process that knows the secret can finish a login that another one began.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_pending_key(
    config: Option<&mut clever_sso_config>,
    pending_key: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_setting(config, pending_key, "pending_key", error, ConfigBuilder::pending_key)
}

/// An old key, or an old client secret. Pending logins that were encrypted with it stay valid until they expire.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_add_old_pending_key(
    config: Option<&mut clever_sso_config>,
    old_pending_key: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_setting(config, old_pending_key, "old_pending_key", error, ConfigBuilder::old_pending_key)
}

/// An origin, such as `https://www.example.org`, that `return_to` may lead to, in addition to paths of the application.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_add_return_to_origin(
    config: Option<&mut clever_sso_config>,
    return_to_origin: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_setting(config, return_to_origin, "return_to_origin", error, ConfigBuilder::return_to_origin)
}

/// The longest time a call may take, retries included, at most a day. In seconds, which may have a fraction. Default: 10.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_timeout(
    config: Option<&mut clever_sso_config>,
    seconds: f64,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(config, "config", error, |config| config.change(|builder| builder.timeout_seconds(seconds)))
}

/// The largest allowed difference between the clocks, in seconds, when the times in an ID token are checked. At most 600.
/// Default: 60.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_leeway(
    config: Option<&mut clever_sso_config>,
    seconds: i64,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(config, "config", error, |config| config.change(|builder| builder.leeway_seconds(seconds)))
}

/// Whether any address may be plain http, on any host. Clever allows that for redirect URIs of development apps, and
/// containers reach an emulator by its name, such as `http://clever:5999`. Default: false.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_development(
    config: Option<&mut clever_sso_config>,
    development: bool,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(config, "config", error, |config| config.change(|builder| builder.development(development)))
}

/// Certificates of more authorities, trusted in addition to the system's, such as those of a school network that inspects
/// TLS: PEM text, or the path of a PEM file. `clever_sso_client_new` reads the file. Default: only the system's.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_ca_bundle(
    config: Option<&mut clever_sso_config>,
    ca_bundle: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_setting(config, ca_bundle, "ca_bundle", error, ConfigBuilder::ca_bundle)
}

/// The proxy, with credentials if it needs them: `http://user:password@proxy.example:3128`, `https://` or `socks5h://`. It is
/// used for every address except this machine's. Default: the environment decides when a client is made (`HTTPS_PROXY`,
/// `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, each also in lower case).
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_proxy(
    config: Option<&mut clever_sso_config>,
    proxy: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_setting(config, proxy, "proxy", error, ConfigBuilder::proxy)
}

/// How error messages name settings.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum clever_sso_setting_names {
    /// As the functions here do: `base_url`.
    CLEVER_SSO_NAMES_C = 0,
    /// As environment variables: `CLEVER_BASE_URL`.
    CLEVER_SSO_NAMES_ENVIRONMENT = 1,
    /// As named arguments in PHP: `baseUrl`.
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

/// How error messages name settings. Use `CLEVER_SSO_NAMES_ENVIRONMENT` in a program that reads its settings from environment
/// variables. `names` is a `clever_sso_setting_names`. Default: `CLEVER_SSO_NAMES_C`.
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
            || Error::from_face(ErrorCode::ArgumentInvalid, "names is not a clever_sso_setting_names value");
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
