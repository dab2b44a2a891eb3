//! `clever_sso_login`: a login that has begun.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::{Login, LoginOptions};

use crate::boundary::{give, handle};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::login_options::clever_sso_login_options;
use crate::set_cookie::{self, clever_sso_set_cookie};
use crate::text::{borrowed, owned};

/// A login that has begun: where to send the browser, and the cookies to set.
pub struct clever_sso_login {
    url: CString,
    pending: CString,
    key: CString,
    needs_page: bool,
    set_cookies: Vec<clever_sso_set_cookie>,
}

impl From<&Login> for clever_sso_login {
    fn from(login: &Login) -> Self {
        Self {
            url: owned(&login.url),
            pending: owned(&login.pending),
            key: owned(&login.key),
            needs_page: login.needs_page,
            set_cookies: set_cookie::all(&login.set_cookies),
        }
    }
}

/// Begins a login: redirect the browser to its URL, and set its cookies. `options` may be NULL. No network.
///
/// Free the login with `clever_sso_login_free`. Fails with `CLEVER_SSO_CONFIG` when the redirect URI is not a configured
/// one or the client secret is missing, with `CLEVER_SSO_ARGUMENT` when `return_to` would lead to another site or to the
/// callback.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_begin_login(
    client: Option<&clever_sso_client>,
    options: Option<&clever_sso_login_options>,
    login: Option<&mut MaybeUninit<Option<Box<clever_sso_login>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(login, error, || {
        let defaults = LoginOptions::default();
        let chosen = options.map_or(&defaults, |options| &options.chosen);
        Ok((&handle(client, "client")?.client.begin_login(chosen)?).into())
    })
}

/// Begins a login with the implicit grant, for an application without a client secret: the browser comes back with an access
/// token in the fragment. Clever must allow your application to use this grant. `options` may be NULL. No network.
///
/// Free the login with `clever_sso_login_free`. Fails with `CLEVER_SSO_CONFIG` when the redirect URI is not a configured one, or
/// there is neither a client secret nor a pending key (`clever_sso_config_set_pending_key`), with `CLEVER_SSO_ARGUMENT` when
/// `return_to` would lead to another site or to the callback.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_begin_implicit(
    client: Option<&clever_sso_client>,
    options: Option<&clever_sso_login_options>,
    login: Option<&mut MaybeUninit<Option<Box<clever_sso_login>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(login, error, || {
        let defaults = LoginOptions::default();
        let chosen = options.map_or(&defaults, |options| &options.chosen);
        Ok((&handle(client, "client")?.client.begin_implicit(chosen)?).into())
    })
}

/// The URL to redirect the browser to: Clever's, or your own page if a signed-in person was sent back to log in several times. In
/// that case, key and pending are empty. Borrowed from `login`; NULL when `login` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_url(login: Option<&clever_sso_login>) -> *const c_char {
    borrowed(login.map(|login| &login.url))
}

/// Whether to respond with a page that continues to the URL by itself (for example with `<meta http-equiv="refresh">`) instead of
/// a redirect, because browsers give up after about twenty redirects in a row. It can be true only if you call
/// `clever_sso_login_options_set_has_session`. False when `login` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_needs_page(login: Option<&clever_sso_login>) -> bool {
    login.is_some_and(|login| login.needs_page)
}

/// A cookie to set with the redirect, counted from 0. Borrowed from `login`; NULL after the last one.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_set_cookie(
    login: Option<&clever_sso_login>,
    index: usize,
) -> Option<&clever_sso_set_cookie> {
    login.and_then(|login| login.set_cookies.get(index))
}

/// If you store pending logins in your own session instead of cookies: the key to store this one under.
/// `clever_sso_login_key_of_callback` returns it again. Borrowed from `login`; NULL when `login` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_key(login: Option<&clever_sso_login>) -> *const c_char {
    borrowed(login.map(|login| &login.key))
}

/// If you store pending logins in your own session: the text to store for ten minutes, about 100 bytes, URL-safe. Borrowed from
/// `login`; NULL when `login` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_pending(login: Option<&clever_sso_login>) -> *const c_char {
    borrowed(login.map(|login| &login.pending))
}

/// Frees a login from `clever_sso_begin_login` or `clever_sso_begin_implicit`. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_free(login: Option<Box<clever_sso_login>>) {
    drop(login);
}
