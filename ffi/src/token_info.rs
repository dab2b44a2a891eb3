//! `clever_sso_token_info`: whether an access token was issued to your application.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::TokenInfo;

use crate::boundary::{give, handle};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{borrowed, owned, required};

/// What Clever says about a token that was issued to your application.
pub struct clever_sso_token_info {
    client_id: CString,
    scopes: Vec<CString>,
}

impl From<&TokenInfo> for clever_sso_token_info {
    fn from(info: &TokenInfo) -> Self {
        Self {
            client_id: owned(&info.client_id),
            scopes: info.scopes.iter().map(|scope| owned(scope)).collect(),
        }
    }
}

/// Asks Clever whether an access token was issued to your application. With the implicit grant, this is the only protection
/// against tokens of other applications.
///
/// Free it with `clever_sso_token_info_free`. Fails with `CLEVER_SSO_TOKEN` when the token was issued to another
/// application (`token_foreign`) or is not valid (`token_rejected`), with `CLEVER_SSO_CLEVER` and `CLEVER_SSO_NETWORK`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_check_token(
    client: Option<&clever_sso_client>,
    access_token: *const c_char,
    token_info: Option<&mut MaybeUninit<Option<Box<clever_sso_token_info>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(token_info, error, || {
        let access_token = required(access_token, "access_token")?;
        Ok((&handle(client, "client")?.client.check_token(access_token)?).into())
    })
}

/// The client id, which is always your application's. Borrowed from `token_info`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_token_info_client_id(
    token_info: Option<&clever_sso_token_info>,
) -> *const c_char {
    borrowed(token_info.map(|token_info| &token_info.client_id))
}

/// The number of scopes.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_token_info_scope_count(token_info: Option<&clever_sso_token_info>) -> usize {
    token_info.map_or(0, |token_info| token_info.scopes.len())
}

/// A scope, counted from 0; NULL after the last one. Borrowed from `token_info`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_token_info_scope(
    token_info: Option<&clever_sso_token_info>,
    index: usize,
) -> *const c_char {
    borrowed(token_info.and_then(|token_info| token_info.scopes.get(index)))
}

/// Frees a token info from `clever_sso_check_token`. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_token_info_free(token_info: Option<Box<clever_sso_token_info>>) {
    drop(token_info);
}
