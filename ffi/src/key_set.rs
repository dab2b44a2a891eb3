//! `clever_sso_key_set`: keys from JWKS text.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use clever_sso::KeySet;

use crate::boundary::give;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::required;

/// Keys that verify ID tokens, read once from JWKS text. Many threads may use them at once.
pub struct clever_sso_key_set {
    pub(crate) keys: KeySet,
}

/// Reads JWKS text (RFC 7517). Broken keys and keys for other purposes are ignored.
///
/// Free the keys with `clever_sso_key_set_free`. Fails with `CLEVER_SSO_CLEVER` when the text is not a JWKS or has no key that
/// can verify ID tokens, and with `CLEVER_SSO_INTERNAL` (`limit_reached`) for the same reason as `clever_sso_client_new`.
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
