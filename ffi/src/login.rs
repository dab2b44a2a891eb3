//! `clever_sso_login_options`, `clever_sso_login`: the first leg.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::{Login, LoginOptions};

use crate::boundary::{give, handle, run};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{borrowed, owned, required};

/// What may be said when a login begins. Everything has a default.
#[derive(Default)]
pub struct clever_sso_login_options {
    redirect_uri: Option<String>,
    district_id: Option<String>,
    return_to: Option<String>,
}

/// A login that has begun.
pub struct clever_sso_login {
    url: CString,
    pending: CString,
}

impl From<&Login> for clever_sso_login {
    fn from(login: &Login) -> Self {
        Self { url: owned(&login.url), pending: owned(&login.pending) }
    }
}

/// Makes options, all at their defaults.
///
/// Free them with `clever_sso_login_options_free`. Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_new(
    options: Option<&mut MaybeUninit<Option<Box<clever_sso_login_options>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(options, error, || Ok(clever_sso_login_options::default()))
}

/// One of the configured redirect URIs; the primary one by default.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_set_redirect_uri(
    options: Option<&mut clever_sso_login_options>,
    redirect_uri: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(options, "options")?.redirect_uri = Some(required(redirect_uri, "redirect_uri")?.to_owned());
        Ok(())
    })
}

/// The district, if it is known: Clever then skips the school picker.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_set_district_id(
    options: Option<&mut clever_sso_login_options>,
    district_id: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(options, "options")?.district_id = Some(required(district_id, "district_id")?.to_owned());
        Ok(())
    })
}

/// Where to go after the login: a path of the application, or a URL on an allowed origin.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_set_return_to(
    options: Option<&mut clever_sso_login_options>,
    return_to: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(options, "options")?.return_to = Some(required(return_to, "return_to")?.to_owned());
        Ok(())
    })
}

/// Frees options. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_free(options: Option<Box<clever_sso_login_options>>) {
    drop(options);
}

/// Begins a login: send the browser to its URL, keep its pending login. No network. `options` may be NULL.
///
/// Free the login with `clever_sso_login_free`. Fails with `CLEVER_SSO_CONFIG` when the redirect URI is not a configured
/// one or the client secret is missing, with `CLEVER_SSO_ARGUMENT` when `return_to` would lead to another site.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_begin_login(
    client: Option<&clever_sso_client>,
    options: Option<&clever_sso_login_options>,
    login: Option<&mut MaybeUninit<Option<Box<clever_sso_login>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(login, error, || {
        let mut chosen = LoginOptions::default();
        if let Some(options) = options {
            chosen.redirect_uri.clone_from(&options.redirect_uri);
            chosen.district_id.clone_from(&options.district_id);
            chosen.return_to.clone_from(&options.return_to);
        }
        Ok((&handle(client, "client")?.client.begin_login(&chosen)?).into())
    })
}

/// Send the browser there. Borrowed from `login`; NULL when that is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_url(login: Option<&clever_sso_login>) -> *const c_char {
    borrowed(login.map(|login| &login.url))
}

/// Keep this with the browser, in a cookie or a session, until it comes back: at most 512 bytes, URL-safe. Borrowed from
/// `login`; NULL when that is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_pending(login: Option<&clever_sso_login>) -> *const c_char {
    borrowed(login.map(|login| &login.pending))
}

/// Frees a login that `clever_sso_begin_login` gave out. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_free(login: Option<Box<clever_sso_login>>) {
    drop(login);
}
