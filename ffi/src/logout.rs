//! `clever_sso_logout`: cookies to set at a logout, and when a request has a session.

use std::ffi::c_char;
use std::mem::MaybeUninit;

use crate::boundary::{give, handle};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::set_cookie::{self, clever_sso_set_cookie};
use crate::text::header;

/// The cookies to set at a logout, or when a request has a session.
pub struct clever_sso_logout {
    set_cookies: Vec<clever_sso_set_cookie>,
}

/// The cookies to set when a person logs out. End your own session too. `cookies` is the `Cookie` header of the request, or NULL.
/// No network.
///
/// Free it with `clever_sso_logout_free`. Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_log_out(
    client: Option<&clever_sso_client>,
    cookies: *const c_char,
    logout: Option<&mut MaybeUninit<Option<Box<clever_sso_logout>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(logout, error, || {
        let cookies = header(cookies);
        let set_cookies = handle(client, "client")?.client.log_out_cookies(&cookies);
        Ok(clever_sso_logout { set_cookies: set_cookie::all(&set_cookies) })
    })
}

/// The cookies to set when a request has a session of your application. They record that the session was kept. Call this function
/// for each request with a session; usually there is no cookie to set. `cookies` is the `Cookie` header of the request, or NULL.
/// No network.
///
/// If the `clever_sso_set_cookie_max_age` of a cookie is above 0, the cookie records that the person saw a page, and is not in a
/// loop. So send it only with a page (status 200), not with a redirect, an image or JSON. If it is 0, send it with any response.
///
/// Without this call, a person who logs out without `clever_sso_log_out` and signs in again four times in a minute gets
/// `session_not_kept`. Read the cookies with `clever_sso_logout_set_cookie`. Free them with `clever_sso_logout_free`. Fails
/// with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_session_kept(
    client: Option<&clever_sso_client>,
    cookies: *const c_char,
    kept: Option<&mut MaybeUninit<Option<Box<clever_sso_logout>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(kept, error, || {
        let set_cookies = handle(client, "client")?.client.session_kept_cookies(&header(cookies));
        Ok(clever_sso_logout { set_cookies: set_cookie::all(&set_cookies) })
    })
}

/// A cookie to set, counted from 0. Borrowed from `logout`; NULL after the last one.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_logout_set_cookie(
    logout: Option<&clever_sso_logout>,
    index: usize,
) -> Option<&clever_sso_set_cookie> {
    logout.and_then(|logout| logout.set_cookies.get(index))
}

/// Frees the cookies of a logout. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_logout_free(logout: Option<Box<clever_sso_logout>>) {
    drop(logout);
}
