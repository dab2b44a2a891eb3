//! `clever_sso_login_options`, `clever_sso_login`: the first leg.

use std::ffi::{CString, c_char};
use std::mem::MaybeUninit;

use clever_sso::{Login, LoginOptions};

use crate::boundary::{give, handle, run};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::set_cookie::{self, clever_sso_set_cookie};
use crate::text::{borrowed, header, owned, required};

/// Options for `clever_sso_begin_login`. Everything has a default.
#[derive(Default)]
pub struct clever_sso_login_options {
    chosen: LoginOptions,
}

/// A login that has begun.
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
        handle(options, "options")?.chosen.redirect_uri =
            Some(required(redirect_uri, "redirect_uri")?.to_owned());
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
        handle(options, "options")?.chosen.district_id =
            Some(required(district_id, "district_id")?.to_owned());
        Ok(())
    })
}

/// Where to go after the login: a path of the application, or a URL on its own or an allowed origin, but not the callback. At most
/// 1,024 bytes, as a browser shows it: percent-encoded letters outside ASCII count as the letters that they are.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_set_return_to(
    options: Option<&mut clever_sso_login_options>,
    return_to: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(options, "options")?.chosen.return_to = Some(required(return_to, "return_to")?.to_owned());
        Ok(())
    })
}

/// The `Cookie` header of the request that begins the login; NULL when it has none. With it the browser keeps at most eight
/// logins in flight, and a session that is lost again and again ends with an error instead of a loop.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_set_cookies(
    options: Option<&mut clever_sso_login_options>,
    cookies: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(options, "options")?.chosen.cookies = Some(header(cookies).into_owned());
        Ok(())
    })
}

/// Whether Clever lets the person confirm who they are (`confirmed=false`). For "Not you?" links: without it, the same person
/// is signed in again. Default: false.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_set_switch_user(
    options: Option<&mut clever_sso_login_options>,
    switch_user: bool,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(options, "options")?.chosen.switch_user = switch_user;
        Ok(())
    })
}

/// Whether the browser has a session of the application. Call it with false when you looked and found none: sign-ins that
/// leave no session then end with `session_not_kept` instead of a loop. With true, pages that send somebody who is signed in back
/// to log in again and again end with `page_not_allowed`. Default: unknown.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_set_has_session(
    options: Option<&mut clever_sso_login_options>,
    has_session: bool,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(options, "options")?.chosen.has_session = Some(has_session);
        Ok(())
    })
}

/// Where people go after a login without `return_to`: a page of your own. With it, somebody who is signed in and sent back to log
/// in again and again goes there, and not to Clever each time.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_set_home(
    options: Option<&mut clever_sso_login_options>,
    home: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        handle(options, "options")?.chosen.home = Some(required(home, "home")?.to_owned());
        Ok(())
    })
}

/// Frees options. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_free(options: Option<Box<clever_sso_login_options>>) {
    drop(options);
}

/// Begins a login: send the browser to its URL with its cookies. No network. `options` may be NULL.
///
/// Free the login with `clever_sso_login_free`. Fails with `CLEVER_SSO_CONFIG` when the redirect URI is not a configured
/// one or the client secret is missing, with `CLEVER_SSO_ARGUMENT` when `return_to` would lead to another site or to the callback.
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

/// Send the browser there. It is Clever's, or a page of your own for somebody who is signed in and was sent back to log in
/// several times: then key and pending are empty. Borrowed from `login`; NULL when that is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_url(login: Option<&clever_sso_login>) -> *const c_char {
    borrowed(login.map(|login| &login.url))
}

/// Whether to answer with a page that leads to the URL by itself, such as one with `<meta http-equiv="refresh">`, and not with a
/// redirect: browsers give up after some twenty redirects in a row. Only with `clever_sso_login_options_set_has_session`. False
/// when `login` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_needs_page(login: Option<&clever_sso_login>) -> bool {
    login.is_some_and(|login| login.needs_page)
}

/// A cookie to set with the redirect, counted from 0. Borrowed from `login`; NULL behind the last one.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_set_cookie(
    login: Option<&clever_sso_login>,
    index: usize,
) -> Option<&clever_sso_set_cookie> {
    login.and_then(|login| login.set_cookies.get(index))
}

/// For applications that keep logins in a session of their own instead of cookies: the key to keep the pending login under.
/// `clever_sso_login_key_of_callback` finds it again. Borrowed from `login`; NULL when that is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_key(login: Option<&clever_sso_login>) -> *const c_char {
    borrowed(login.map(|login| &login.key))
}

/// For the same: what to keep for ten minutes, about 100 bytes, URL-safe. Borrowed from `login`; NULL when that is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_pending(login: Option<&clever_sso_login>) -> *const c_char {
    borrowed(login.map(|login| &login.pending))
}

/// Frees a login that `clever_sso_begin_login` gave out. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_free(login: Option<Box<clever_sso_login>>) {
    drop(login);
}
