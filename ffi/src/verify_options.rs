//! `clever_sso_verify_options`: verifies an ID token without a client and without the network.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use clever_sso::{Expected, unix_time, verify_id_token_with};

use crate::boundary::{give, handle, run, set};
use crate::claims::clever_sso_claims;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::key_set::clever_sso_key_set;
use crate::text::{filled, optional, required};

/// In seconds; the same default as a client's.
const DEFAULT_LEEWAY: u64 = 60;

/// The values that an ID token must match, for `clever_sso_verify_id_token_with`.
pub struct clever_sso_verify_options {
    issuer: String,
    client_id: String,
    nonce: Option<String>,
    access_token: Option<String>,
    now: Option<u64>,
    leeway: u64,
}

/// Makes options. `issuer` must be the token's `iss`, and `client_id` its audience. The other options have defaults.
///
/// Free them with `clever_sso_verify_options_free`. Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_verify_options_new(
    issuer: *const c_char,
    client_id: *const c_char,
    options: Option<&mut MaybeUninit<Option<Box<clever_sso_verify_options>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(options, error, || {
        Ok(clever_sso_verify_options {
            issuer: filled(issuer, "issuer")?.to_owned(),
            client_id: filled(client_id, "client_id")?.to_owned(),
            nonce: None,
            access_token: None,
            now: None,
            leeway: DEFAULT_LEEWAY,
        })
    })
}

/// The nonce that you sent. Default: none, and then the token must have none. NULL restores the default.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_verify_options_set_nonce(
    options: Option<&mut clever_sso_verify_options>,
    nonce: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(options, "options")?.nonce = optional(nonce, "nonce")?.map(str::to_owned);
        Ok(())
    })
}

/// The access token that was sent with the ID token, to check `at_hash` (OpenID Connect Core 3.1.3.8). Default: none, and then
/// `at_hash` is not checked. NULL restores the default.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_verify_options_set_access_token(
    options: Option<&mut clever_sso_verify_options>,
    access_token: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(options, "options")?.access_token = optional(access_token, "access_token")?.map(str::to_owned);
        Ok(())
    })
}

/// The time at which the token must be valid, in Unix seconds. Default: this machine's clock when the token is verified.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_verify_options_set_now(
    options: Option<&mut clever_sso_verify_options>,
    now: u64,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(options, "options", error, |options| options.now = Some(now))
}

/// The largest allowed difference between the clocks, in seconds. At most 600: a larger one is refused when a token is
/// verified. Default: 60.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_verify_options_set_leeway(
    options: Option<&mut clever_sso_verify_options>,
    leeway: u32,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(options, "options", error, |options| options.leeway = u64::from(leeway))
}

/// Frees options. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_verify_options_free(options: Option<Box<clever_sso_verify_options>>) {
    drop(options);
}

/// Verifies an ID token without a client. No network. You can use `keys` and `options` for many tokens, and on many threads at
/// once.
///
/// Free the claims with `clever_sso_claims_free`. Fails with `CLEVER_SSO_TOKEN` and the error code of the broken
/// rule, and with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_verify_id_token_with(
    id_token: *const c_char,
    keys: Option<&clever_sso_key_set>,
    options: Option<&clever_sso_verify_options>,
    claims: Option<&mut MaybeUninit<Option<Box<clever_sso_claims>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(claims, error, || {
        let id_token = required(id_token, "id_token")?;
        let (keys, options) = (handle(keys, "keys")?, handle(options, "options")?);
        let now = options.now.unwrap_or_else(unix_time);
        let mut expected = Expected::new(&options.issuer, &options.client_id, now).leeway(options.leeway);
        expected.nonce = options.nonce.as_deref();
        expected.access_token = options.access_token.as_deref();
        Ok((&verify_id_token_with(id_token, &keys.keys, &expected)?).into())
    })
}
