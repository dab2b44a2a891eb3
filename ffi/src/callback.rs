//! `clever_sso_callback`: the parameters that Clever sent through the browser.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::{Callback, Secret, parse_callback};

use crate::boundary::give;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{borrowed, owned, owned_option, required};

/// The parameters that Clever sent through the browser. They prove nothing yet.
pub struct clever_sso_callback {
    code: Option<CString>,
    access_token: Option<CString>,
    state: Option<CString>,
    scopes: Vec<CString>,
    denied_error: Option<CString>,
    denied_description: Option<CString>,
    issuer: Option<CString>,
    loginas_by_admin: bool,
}

impl From<&Callback> for clever_sso_callback {
    fn from(callback: &Callback) -> Self {
        let secret = |secret: &Option<Secret>| secret.as_ref().map(|secret| owned(secret.expose()));
        Self {
            code: secret(&callback.code),
            access_token: secret(&callback.access_token),
            state: secret(&callback.state),
            scopes: callback.scopes.iter().map(|scope| owned(scope)).collect(),
            denied_error: owned_option(callback.error.as_deref()),
            denied_description: owned_option(callback.error_description.as_deref()),
            issuer: owned_option(callback.issuer.as_deref()),
            loginas_by_admin: callback.loginas_by_admin,
        }
    }
}

/// Reads a callback: the whole URL that the browser came back with, or only its query or its fragment. No network.
///
/// The query begins after the first `?`. Another `?` is part of a name or a value: `?code=a?b` has the code `a?b`, and `??code=a`
/// has no code. Pass a query with the `?` in front of it. If you leave that out, a query that itself starts with `?` loses it.
///
/// Free the callback with `clever_sso_callback_free`. Fails with `CLEVER_SSO_LOGIN` when it is empty, repeats a
/// parameter, or contradicts itself.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_parse_callback(
    text: *const c_char,
    callback: Option<&mut MaybeUninit<Option<Box<clever_sso_callback>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(callback, error, || Ok((&parse_callback(required(text, "text")?)?).into()))
}

/// The authorization code, or NULL. Borrowed from `callback`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_callback_code(callback: Option<&clever_sso_callback>) -> *const c_char {
    borrowed(callback.and_then(|callback| callback.code.as_ref()))
}

/// The access token of the implicit grant, or NULL. Borrowed from `callback`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_callback_access_token(callback: Option<&clever_sso_callback>) -> *const c_char {
    borrowed(callback.and_then(|callback| callback.access_token.as_ref()))
}

/// The state, or NULL: a login that begins at Clever has none. Borrowed from `callback`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_callback_state(callback: Option<&clever_sso_callback>) -> *const c_char {
    borrowed(callback.and_then(|callback| callback.state.as_ref()))
}

/// Clever's error code that was sent instead of a code or token, for example `access_denied`, or NULL. Borrowed from `callback`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_callback_denied_error(callback: Option<&clever_sso_callback>) -> *const c_char {
    borrowed(callback.and_then(|callback| callback.denied_error.as_ref()))
}

/// Text that came with the error code, or NULL. Anyone can make such a URL, so do not show it as Clever's text. Borrowed from
/// `callback`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_callback_denied_description(
    callback: Option<&clever_sso_callback>,
) -> *const c_char {
    borrowed(callback.and_then(|callback| callback.denied_description.as_ref()))
}

/// The issuer (RFC 9207), or NULL. Borrowed from `callback`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_callback_issuer(callback: Option<&clever_sso_callback>) -> *const c_char {
    borrowed(callback.and_then(|callback| callback.issuer.as_ref()))
}

/// The number of scopes.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_callback_scope_count(callback: Option<&clever_sso_callback>) -> usize {
    callback.map_or(0, |callback| callback.scopes.len())
}

/// A scope, counted from 0; NULL after the last one. Borrowed from `callback`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_callback_scope(
    callback: Option<&clever_sso_callback>,
    index: usize,
) -> *const c_char {
    borrowed(callback.and_then(|callback| callback.scopes.get(index)))
}

/// Whether an administrator at Clever is logging in as this person. Not proven.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_callback_loginas_by_admin(callback: Option<&clever_sso_callback>) -> bool {
    callback.is_some_and(|callback| callback.loginas_by_admin)
}

/// Frees a callback. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_callback_free(callback: Option<Box<clever_sso_callback>>) {
    drop(callback);
}
