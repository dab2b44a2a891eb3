//! `clever_sso_key_set`, and the verifying of ID tokens: with a client, or with nothing but the arguments.

use std::ffi::c_char;
use std::mem::MaybeUninit;
use std::time::{SystemTime, UNIX_EPOCH};

use clever_sso::{Expected, KeySet, verify_id_token_with};

use crate::boundary::{give, handle};
use crate::claims::clever_sso_claims;
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{optional, required};

/// Verifies an ID token against Clever's keys, which are fetched when they are not known yet.
///
/// `nonce` is the one that was sent; with NULL the token must have none. `access_token` may be NULL.
///
/// Free the claims with `clever_sso_claims_free`. Fails with `CLEVER_SSO_TOKEN` and the word of the rule that is broken, and
/// with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK` when keys must be fetched.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_verify_id_token(
    client: Option<&clever_sso_client>,
    id_token: *const c_char,
    nonce: *const c_char,
    access_token: *const c_char,
    claims: Option<&mut MaybeUninit<Option<Box<clever_sso_claims>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(claims, error, || {
        let id_token = required(id_token, "id_token")?;
        let (nonce, access_token) = (optional(nonce, "nonce")?, optional(access_token, "access_token")?);
        Ok((&handle(client, "client")?.client.verify_id_token(id_token, nonce, access_token)?).into())
    })
}

/// Keys that may verify ID tokens, made once from a JWKS text. May be used from many threads at once.
pub struct clever_sso_key_set {
    keys: KeySet,
}

/// Reads a JWKS text (RFC 7517). Keys that are broken or meant for something else are left out.
///
/// Free the keys with `clever_sso_key_set_free`. Fails with `CLEVER_SSO_CLEVER` when it is no JWKS or no key in it may verify.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_key_set_new(
    jwks: *const c_char,
    keys: Option<&mut MaybeUninit<Option<Box<clever_sso_key_set>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(keys, error, || Ok(clever_sso_key_set { keys: KeySet::parse(required(jwks, "jwks")?)? }))
}

/// Frees keys. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_key_set_free(keys: Option<Box<clever_sso_key_set>>) {
    drop(keys);
}

/// Verifies an ID token with nothing but the arguments: no client, no network.
///
/// `nonce` is the one that was sent; with NULL the token must have none. `now` is in Unix seconds, a negative one means this
/// machine's clock. `leeway` is in seconds, at most 600. `access_token` may be NULL.
///
/// Free the claims with `clever_sso_claims_free`. Fails with `CLEVER_SSO_TOKEN` and the word of the rule that is broken.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_verify_id_token_with(
    id_token: *const c_char,
    keys: Option<&clever_sso_key_set>,
    issuer: *const c_char,
    client_id: *const c_char,
    nonce: *const c_char,
    now: i64,
    leeway: u32,
    access_token: *const c_char,
    claims: Option<&mut MaybeUninit<Option<Box<clever_sso_claims>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(claims, error, || {
        let expected = Expected {
            issuer: required(issuer, "issuer")?,
            client_id: required(client_id, "client_id")?,
            nonce: optional(nonce, "nonce")?,
            now: u64::try_from(now).unwrap_or_else(|_| clock()),
            leeway: u64::from(leeway),
            access_token: optional(access_token, "access_token")?,
        };
        let id_token = required(id_token, "id_token")?;
        Ok((&verify_id_token_with(id_token, &handle(keys, "keys")?.keys, &expected)?).into())
    })
}

fn clock() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
