//! `clever_sso_tokens`: exchanges a code yourself.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::{Secret, Tokens};

use crate::boundary::{give, handle};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{borrowed, optional, owned, owned_option, required};

/// The tokens of a login.
pub struct clever_sso_tokens {
    access_token: CString,
    id_token: Option<CString>,
}

impl From<&Tokens> for clever_sso_tokens {
    fn from(tokens: &Tokens) -> Self {
        Self {
            access_token: owned(tokens.access_token.expose()),
            id_token: owned_option(tokens.id_token.as_ref().map(Secret::expose)),
        }
    }
}

/// Exchanges a code for tokens. A code works once, within a minute. `redirect_uri` is the one that the code arrived at, or
/// NULL for the first one.
///
/// Free the tokens with `clever_sso_tokens_free`. Fails with `CLEVER_SSO_CLEVER` when Clever does not accept the code or the
/// client, with `CLEVER_SSO_CONFIG` when the redirect URI is not a configured one, and with `CLEVER_SSO_NETWORK`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_exchange_code(
    client: Option<&clever_sso_client>,
    code: *const c_char,
    redirect_uri: *const c_char,
    tokens: Option<&mut MaybeUninit<Option<Box<clever_sso_tokens>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(tokens, error, || {
        let (code, redirect_uri) = (required(code, "code")?, optional(redirect_uri, "redirect_uri")?);
        Ok((&handle(client, "client")?.client.exchange_code(code, redirect_uri)?).into())
    })
}

/// The access token, which works at Clever's API for 24 hours. Borrowed from `tokens`; NULL when `tokens` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_tokens_access_token(tokens: Option<&clever_sso_tokens>) -> *const c_char {
    borrowed(tokens.map(|tokens| &tokens.access_token))
}

/// The ID token, which says who logged in. Borrowed from `tokens`; NULL for applications without OpenID Connect and for
/// Clever Library.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_tokens_id_token(tokens: Option<&clever_sso_tokens>) -> *const c_char {
    borrowed(tokens.and_then(|tokens| tokens.id_token.as_ref()))
}

/// Frees tokens from `clever_sso_exchange_code`. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_tokens_free(tokens: Option<Box<clever_sso_tokens>>) {
    drop(tokens);
}
