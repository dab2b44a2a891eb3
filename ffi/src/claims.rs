//! `clever_sso_claims`: an ID token that passed every rule.

use std::collections::BTreeMap;
use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::Claims;

use crate::boundary::{give, handle};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{borrowed, optional, owned, required};

/// The claims of an ID token that passed every rule.
pub struct clever_sso_claims {
    texts: BTreeMap<String, CString>,
    json: CString,
}

impl From<&Claims> for clever_sso_claims {
    fn from(claims: &Claims) -> Self {
        let all = claims.to_map();
        let texts = all.iter().filter_map(|(name, value)| Some((name.clone(), owned(value.as_str()?))));
        Self { texts: texts.collect(), json: owned(&serde_json::to_string(&all).unwrap_or_default()) }
    }
}

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

/// A claim that is a string, by its name, for example `sub`; NULL when there is none. Borrowed from `claims`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_claims_text(
    claims: Option<&clever_sso_claims>,
    name: *const c_char,
) -> *const c_char {
    let name = required(name, "name").ok();
    borrowed(claims.zip(name).and_then(|(claims, name)| claims.texts.get(name)))
}

/// All claims, as one JSON object. Borrowed from `claims`; NULL when that is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_claims_json(claims: Option<&clever_sso_claims>) -> *const c_char {
    borrowed(claims.map(|claims| &claims.json))
}

/// Frees claims. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_claims_free(claims: Option<Box<clever_sso_claims>>) {
    drop(claims);
}
