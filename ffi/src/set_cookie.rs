//! `clever_sso_set_cookie`: a cookie to set in the browser.

use std::ffi::{CString, c_char};

use clever_sso::SetCookie;

use crate::text::{borrowed, owned};

/// A cookie to set in the browser. Send `clever_sso_set_cookie_header` as a separate `Set-Cookie` header, or use the parts.
/// Each one also has `Path=/`, `HttpOnly` and `SameSite=Lax`.
pub struct clever_sso_set_cookie {
    header: CString,
    name: CString,
    value: CString,
    max_age: u32,
    secure: bool,
}

impl From<&SetCookie> for clever_sso_set_cookie {
    fn from(cookie: &SetCookie) -> Self {
        Self {
            header: owned(&cookie.header()),
            name: owned(cookie.name()),
            value: owned(cookie.value()),
            max_age: cookie.max_age(),
            secure: cookie.secure(),
        }
    }
}

pub(crate) fn all(cookies: &[SetCookie]) -> Vec<clever_sso_set_cookie> {
    cookies.iter().map(Into::into).collect()
}

/// The value of the `Set-Cookie` header. Borrowed from `cookie`; NULL when `cookie` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_set_cookie_header(cookie: Option<&clever_sso_set_cookie>) -> *const c_char {
    borrowed(cookie.map(|cookie| &cookie.header))
}

/// The name of the cookie. Borrowed from `cookie`; NULL when `cookie` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_set_cookie_name(cookie: Option<&clever_sso_set_cookie>) -> *const c_char {
    borrowed(cookie.map(|cookie| &cookie.name))
}

/// The value of the cookie; empty to delete it. Borrowed from `cookie`; NULL when `cookie` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_set_cookie_value(cookie: Option<&clever_sso_set_cookie>) -> *const c_char {
    borrowed(cookie.map(|cookie| &cookie.value))
}

/// How long the browser keeps the cookie, in seconds. 0 to delete it, and when `cookie` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_set_cookie_max_age(cookie: Option<&clever_sso_set_cookie>) -> u32 {
    cookie.map_or(0, |cookie| cookie.max_age)
}

/// Whether the browser sends the cookie over https only; false when `cookie` is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_set_cookie_secure(cookie: Option<&clever_sso_set_cookie>) -> bool {
    cookie.is_some_and(|cookie| cookie.secure)
}
