//! Endpoints of other OpenID Providers; Clever's are built in.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use clever_sso::ConfigBuilder;
use clever_sso::blocking::Client;

use super::{clever_sso_config, set_setting};
use crate::boundary::{handle, run};
use crate::error::{clever_sso_error, clever_sso_status};

/// Where the browser is sent. Default: `/oauth/authorize` at the issuer.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_authorization_endpoint(
    config: Option<&mut clever_sso_config>,
    authorization_endpoint: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_setting(
        config,
        authorization_endpoint,
        "authorization_endpoint",
        error,
        ConfigBuilder::authorization_endpoint,
    )
}

/// Where codes are exchanged. Default: `/oauth/tokens` at the issuer.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_token_endpoint(
    config: Option<&mut clever_sso_config>,
    token_endpoint: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_setting(config, token_endpoint, "token_endpoint", error, ConfigBuilder::token_endpoint)
}

/// Where access tokens are checked. Default: `/oauth/tokeninfo` at the issuer.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_tokeninfo_endpoint(
    config: Option<&mut clever_sso_config>,
    tokeninfo_endpoint: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_setting(config, tokeninfo_endpoint, "tokeninfo_endpoint", error, ConfigBuilder::tokeninfo_endpoint)
}

/// Where to fetch the claims of the person that an access token belongs to. Default: `/userinfo` at the API.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_userinfo_endpoint(
    config: Option<&mut clever_sso_config>,
    userinfo_endpoint: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_setting(config, userinfo_endpoint, "userinfo_endpoint", error, ConfigBuilder::userinfo_endpoint)
}

/// Where the keys are. Default: the address in the issuer's discovery document.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_set_jwks_uri(
    config: Option<&mut clever_sso_config>,
    jwks_uri: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_setting(config, jwks_uri, "jwks_uri", error, ConfigBuilder::jwks_uri)
}

/// Fetches the issuer's discovery document, and takes from it the endpoints that you did not set. Use it for OpenID Providers
/// other than Clever: Clever's endpoints are built in. If the document does not have an endpoint, or has an unusable one, the
/// call that needs this endpoint fails with `config_invalid`.
///
/// Fails with `CLEVER_SSO_CONFIG`, `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_config_discover(
    config: Option<&mut clever_sso_config>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        let config = handle(config, "config")?;
        let metadata = Client::new(config.builder.clone().build()?)?.metadata()?;
        config.change(|builder| builder.discovered(&metadata));
        Ok(())
    })
}
