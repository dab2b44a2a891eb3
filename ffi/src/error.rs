//! `clever_sso_error`: why a call failed.

use std::ffi::{CString, c_char};
use std::ptr;

use clever_sso::{Error, ErrorCode, ErrorKind, Language, Sentence};

use crate::set_cookie::{self, clever_sso_set_cookie};
use crate::text::{borrowed, header, owned, owned_option};

/// The result of a call. The `clever_sso_error` says exactly what failed.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum clever_sso_status {
    /// Success.
    CLEVER_SSO_OK = 0,
    /// A setting is wrong or missing.
    CLEVER_SSO_CONFIG = 1,
    /// An argument is not valid: NULL, not UTF-8, or refused.
    CLEVER_SSO_ARGUMENT = 2,
    /// The callback cannot finish a login.
    CLEVER_SSO_LOGIN = 3,
    /// A token breaks a rule, or Clever does not accept it.
    CLEVER_SSO_TOKEN = 4,
    /// Clever refused the request, or its response cannot be read.
    CLEVER_SSO_CLEVER = 5,
    /// Clever could not be reached.
    CLEVER_SSO_NETWORK = 6,
    /// A problem of this library or of this machine.
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

/// Why a call failed. It never contains a token, code, secret, email or response body, so you may log all of it.
pub struct clever_sso_error {
    code: CString,
    message: CString,
    sentence: Sentence,
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
            sentence: error.code().user_sentence(),
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

/// The stable error code, for example `id_token_expired`. docs/errors.md lists all of them. Borrowed from `error`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_code(error: Option<&clever_sso_error>) -> *const c_char {
    borrowed(error.map(|error| &error.code))
}

/// One line for the log: the error code, its meaning, and what was expected and found. Borrowed from `error`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_message(error: Option<&clever_sso_error>) -> *const c_char {
    borrowed(error.map(|error| &error.message))
}

/// A sentence to show to the person who is logging in, in English. Borrowed from `error`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_user_message(error: Option<&clever_sso_error>) -> *const c_char {
    error.map_or(ptr::null(), |error| error.sentence.c_text(Language::English).as_ptr())
}

/// The sentence in the person's language: `language` is a tag such as `es` or `es-MX`, or the value of their `Accept-Language`
/// header. English and Spanish are available; all other languages, and NULL, get English. Borrowed from `error`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_user_message_in(
    error: Option<&clever_sso_error>,
    language: *const c_char,
) -> *const c_char {
    error.map_or(ptr::null(), |error| in_language(error.sentence, language))
}

/// The sentence for an error code that you stored, for example in the URL of your error page. Do not free it: it lives as long as
/// the library. NULL when `code` is NULL, or when this version does not know it.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_user_message(code: *const c_char, language: *const c_char) -> *const c_char {
    let code = header(code).parse::<ErrorCode>();
    code.map_or(ptr::null(), |code| in_language(code.user_sentence(), language))
}

fn in_language(sentence: Sentence, language: *const c_char) -> *const c_char {
    sentence.c_text(Language::wanted(&header(language))).as_ptr()
}

/// Who can fix it: `user`, `app`, `clever` or `network`. Borrowed from `error`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_actor(error: Option<&clever_sso_error>) -> *const c_char {
    borrowed(error.map(|error| &error.actor))
}

/// The HTTP status of your error page: 400, 403, 500 or 503; 0 when `error` is NULL. With 503, send
/// `clever_sso_error_retry_after` as `Retry-After` when it is not negative.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_page_status(error: Option<&clever_sso_error>) -> u16 {
    error.map_or(0, |error| error.page_status)
}

/// The HTTP status of Clever's response; 0 when there was no response or `error` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_http_status(error: Option<&clever_sso_error>) -> u16 {
    error.map_or(0, |error| error.http_status)
}

/// How many seconds Clever asks you to wait before the next attempt (`Retry-After`, RFC 9110 10.2.3; `X-RateLimit-Reset`);
/// at most 86,400 (one day). -1 when Clever did not say, 0 when `error` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_retry_after(error: Option<&clever_sso_error>) -> i64 {
    error.map_or(0, |error| error.retry_after)
}

/// Whether the same call, or a new login, may succeed later without a change. False when `error` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_retryable(error: Option<&clever_sso_error>) -> bool {
    error.is_some_and(|error| error.retryable)
}

/// A cookie to set, counted from 0, after `clever_sso_begin_login` or `clever_sso_finish_login` failed. Borrowed from
/// `error`; NULL after the last one.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_set_cookie(
    error: Option<&clever_sso_error>,
    index: usize,
) -> Option<&clever_sso_set_cookie> {
    error.and_then(|error| error.set_cookies.get(index))
}

/// Whether to end the browser's session. True when a login that this browser began has failed: devices are shared, so the next
/// person must not continue as the last one. False when `error` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_ends_session(error: Option<&clever_sso_error>) -> bool {
    error.is_some_and(|error| error.ends_session)
}

/// The `return_to` of the failed login: begin the next one with it (`clever_sso_login_options_set_return_to`), so that "Try
/// again" leads to the same page. Borrowed from `error`; NULL when it is unknown.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_return_to(error: Option<&clever_sso_error>) -> *const c_char {
    borrowed(error.and_then(|error| error.return_to.as_ref()))
}

/// Whether the failed login began with `switch_user`: begin the next one with it (`clever_sso_login_options_set_switch_user`);
/// otherwise "Try again" signs in the person who wanted to switch. False when it is unknown or `error` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_switch_user(error: Option<&clever_sso_error>) -> bool {
    error.is_some_and(|error| error.switch_user)
}

/// Frees an error. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_error_free(error: Option<Box<clever_sso_error>>) {
    drop(error);
}
