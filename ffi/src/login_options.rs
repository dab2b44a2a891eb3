//! `clever_sso_login_options`: options for `clever_sso_begin_login` and `clever_sso_begin_implicit`.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use clever_sso::LoginOptions;

use crate::boundary::{give, set, set_text};
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::header;

/// Options for `clever_sso_begin_login` and `clever_sso_begin_implicit`. Each has a default.
#[derive(Default)]
pub struct clever_sso_login_options {
    pub(crate) chosen: LoginOptions,
}

/// Makes options with their defaults.
///
/// Free them with `clever_sso_login_options_free`. Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_new(
    options: Option<&mut MaybeUninit<Option<Box<clever_sso_login_options>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(options, error, || Ok(clever_sso_login_options::default()))
}

/// One of the configured redirect URIs. Default: the first one.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_set_redirect_uri(
    options: Option<&mut clever_sso_login_options>,
    redirect_uri: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_text(options, redirect_uri, "redirect_uri", error, |options, text| {
        options.chosen.redirect_uri = Some(text);
    })
}

/// The district, if you know it: Clever then skips the school picker.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_set_district_id(
    options: Option<&mut clever_sso_login_options>,
    district_id: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_text(options, district_id, "district_id", error, |options, text| {
        options.chosen.district_id = Some(text);
    })
}

/// Where to go after the login: a path of your application, or a URL on its own or an allowed origin, but not the callback.
/// At most 1,024 bytes, as a browser shows it: percent-encoded letters outside ASCII count as the letters they stand for.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_set_return_to(
    options: Option<&mut clever_sso_login_options>,
    return_to: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_text(options, return_to, "return_to", error, |options, text| options.chosen.return_to = Some(text))
}

/// The `Cookie` header of the request that begins the login; NULL when it has none. With it, the browser keeps at most eight
/// logins in progress, and repeatedly lost sessions end with an error instead of a loop.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_set_cookies(
    options: Option<&mut clever_sso_login_options>,
    cookies: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(options, "options", error, |options| options.chosen.cookies = Some(header(cookies).into_owned()))
}

/// Whether Clever asks people to confirm who they are (`confirmed=false`), for "Not you?" links. Without it, the same
/// person is signed in again. Default: false.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_set_switch_user(
    options: Option<&mut clever_sso_login_options>,
    switch_user: bool,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(options, "options", error, |options| options.chosen.switch_user = switch_user)
}

/// Whether the browser has a session of your application. Pass false when you looked and found none: sign-ins that leave no
/// session then end with `session_not_kept` instead of a loop. With true, a page that repeatedly sends a signed-in person back to
/// log in ends with `page_not_allowed`. Default: unknown.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_set_has_session(
    options: Option<&mut clever_sso_login_options>,
    has_session: bool,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set(options, "options", error, |options| options.chosen.has_session = Some(has_session))
}

/// Where people go after a login without `return_to`: a page of yours. A signed-in person who is repeatedly sent back to log in
/// goes there instead of to Clever each time.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_set_home(
    options: Option<&mut clever_sso_login_options>,
    home: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    set_text(options, home, "home", error, |options, text| options.chosen.home = Some(text))
}

/// Frees options. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_login_options_free(options: Option<Box<clever_sso_login_options>>) {
    drop(options);
}
