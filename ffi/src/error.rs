//! `clever_sso_status` and `clever_sso_error`.

use std::ffi::{CString, c_char};

use clever_sso::{Error, ErrorKind};

use crate::set_cookie::{self, clever_sso_set_cookie};
use crate::text::{borrowed, owned, owned_option};

/// How a call went. What exactly failed is in the `clever_sso_error`.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum clever_sso_status {
    /// Done.
    CLEVER_SSO_OK = 0,
    /// The configuration is wrong or lacks something.
    CLEVER_SSO_CONFIG = 1,
    /// A value handed to the call cannot be used: NULL, not UTF-8, or refused.
    CLEVER_SSO_ARGUMENT = 2,
    /// The browser came back with something that cannot finish a login.
    CLEVER_SSO_LOGIN = 3,
    /// A token is not what it must be.
    CLEVER_SSO_TOKEN = 4,
    /// Clever refused, or answered what cannot be understood.
    CLEVER_SSO_CLEVER = 5,
    /// Clever could not be reached.
    CLEVER_SSO_NETWORK = 6,
    /// A fault of this library or of the machine it runs on.
    CLEVER_SSO_INTERNAL = 7,
}

impl From<ErrorKind> for clever_sso_status {
    fn from(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::Config => Self::CLEVER_SSO_CONFIG,
            ErrorKind::Argument => Self::CLEVER_SSO_ARGUMENT,
            ErrorKind::Login => Self::CLEVER_SSO_LOGIN,
            ErrorKind::Token => Self::CLEVER_SSO_TOKEN,
            ErrorKind::Clever => Self::CLEVER_SSO_CLEVER,
            ErrorKind::Network => Self::CLEVER_SSO_NETWORK,
            _ => Self::CLEVER_SSO_INTERNAL,
        }
    }
}

/// What went wrong. It never holds a token, code, secret, email or response body, so all of it may be logged.
pub struct clever_sso_error {
    code: CString,
    message: CString,
    user_message: CString,
    actor: CString,
    http_status: u16,
    page_status: u16,
    retry_after: i64,
    retryable: bool,
    set_cookies: Vec<clever_sso_set_cookie>,
    ends_session: bool,
    return_to: Option<CString>,
    switch_user: bool,
}

impl From<&Error> for clever_sso_error {
    fn from(error: &Error) -> Self {
        Self {
            code: owned(error.code().as_str()),
            message: owned(&error.to_string()),
            user_message: owned(error.user_message()),
            actor: owned(error.code().actor().as_str()),
            http_status: error.http_status().unwrap_or_default(),
            page_status: error.page_status(),
            retry_after: error
                .retry_after()
                .map_or(-1, |pause| i64::try_from(pause.as_secs()).unwrap_or(i64::MAX)),
            retryable: error.retryable(),
            set_cookies: set_cookie::all(error.set_cookies()),
            ends_session: error.ends_session(),
            return_to: owned_option(error.return_to()),
            switch_user: error.switch_user(),
        }
    }
}

/// The stable code word, for example `id_token_expired`; docs/errors.md lists them all. Borrowed from `error`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_code(error: Option<&clever_sso_error>) -> *const c_char {
    borrowed(error.map(|error| &error.code))
}

/// One line for the log: the code word, what it means, what was expected and found. Borrowed
/// from `error`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_message(error: Option<&clever_sso_error>) -> *const c_char {
    borrowed(error.map(|error| &error.message))
}

/// A sentence that may be shown to the person who logs in. Borrowed from `error`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_user_message(error: Option<&clever_sso_error>) -> *const c_char {
    borrowed(error.map(|error| &error.user_message))
}

/// Who can put it right: `user`, `app`, `clever` or `network`. Borrowed from `error`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_actor(error: Option<&clever_sso_error>) -> *const c_char {
    borrowed(error.map(|error| &error.actor))
}

/// The HTTP status of the page that shows this error to the person: 400, 403, 500 or 503; 0 when `error` is NULL. With 503, send
/// `clever_sso_error_retry_after` along as `Retry-After` when it is not negative.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_page_status(error: Option<&clever_sso_error>) -> u16 {
    error.map_or(0, |error| error.page_status)
}

/// The HTTP status of Clever's answer that led to this error; 0 when there was none or `error` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_http_status(error: Option<&clever_sso_error>) -> u16 {
    error.map_or(0, |error| error.http_status)
}

/// How many seconds the server asks to wait before the next attempt (`Retry-After`, RFC 9110 10.2.3; `X-RateLimit-Reset`);
/// at most 86,400 (one day). -1 when it did not say, 0 when `error` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_retry_after(error: Option<&clever_sso_error>) -> i64 {
    error.map_or(0, |error| error.retry_after)
}

/// Whether the same call, or the same login begun again, may succeed later without anybody changing anything.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_retryable(error: Option<&clever_sso_error>) -> bool {
    error.is_some_and(|error| error.retryable)
}

/// A cookie to set with the answer to the browser, counted from 0, after `clever_sso_begin_login` or `clever_sso_finish_login`
/// failed. Borrowed from `error`; NULL behind the last one.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_set_cookie(
    error: Option<&clever_sso_error>,
    index: usize,
) -> Option<&clever_sso_set_cookie> {
    error.and_then(|error| error.set_cookies.get(index))
}

/// Whether the session that the browser had must end: a login that this browser began has failed. Devices are shared, so
/// nobody may go on as the person before. False when `error` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_ends_session(error: Option<&clever_sso_error>) -> bool {
    error.is_some_and(|error| error.ends_session)
}

/// Where the failed login wanted to go: begin the next one with it (`clever_sso_login_options_set_return_to`), so that "Try
/// again" leads to the same page. Borrowed from `error`; NULL when nothing is known.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_return_to(error: Option<&clever_sso_error>) -> *const c_char {
    borrowed(error.and_then(|error| error.return_to.as_ref()))
}

/// Whether the failed login was begun with `switch_user`: begin the next one with it (`clever_sso_login_options_set_switch_user`),
/// or "Try again" signs in the person who wanted to switch. False when nothing is known or `error` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_switch_user(error: Option<&clever_sso_error>) -> bool {
    error.is_some_and(|error| error.switch_user)
}

/// Frees an error. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_free(error: Option<Box<clever_sso_error>>) {
    drop(error);
}
