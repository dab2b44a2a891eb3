//! ID tokens: verified with a client, which has Clever's keys.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::boundary::{give, handle};
use crate::claims::clever_sso_claims;
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{optional, required};

/// Verifies an ID token with Clever's keys. The client fetches the keys first if it does not have them yet.
///
/// `nonce` is the one that you sent; with NULL, the token must have none. `access_token` is the one that was sent with the ID
/// token, to check `at_hash`, or NULL.
///
/// Free the claims with `clever_sso_claims_free`. Fails with `CLEVER_SSO_TOKEN` and the error code of the broken rule, and
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
