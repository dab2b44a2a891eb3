//! `clever_sso_request`: which requests of a browser may begin a login, finish one or log out.

use std::borrow::Cow;
use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;
use std::ptr;

use clever_sso::Result;
use clever_sso::{BrowserRequest, Endpoint, Error, ErrorCode, is_switched_on, leads_to};

use crate::boundary::{give, handle, run};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::set_cookie::{self, clever_sso_set_cookie};
use crate::text::{header, null};

/// One of the three addresses that an application has for its logins.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum clever_sso_endpoint {
    /// Begins a login.
    CLEVER_SSO_ENDPOINT_LOGIN = 1,
    /// Finishes a login: the redirect URI.
    CLEVER_SSO_ENDPOINT_CALLBACK = 2,
    /// Ends the session.
    CLEVER_SSO_ENDPOINT_LOGOUT = 3,
}

/// A request of a browser: its method, and the headers that say who caused it.
pub struct clever_sso_request {
    seen: BrowserRequest,
}

/// `BrowserRequest::HEADERS` for C.
static HEADER_NAMES: [&CStr; BrowserRequest::HEADERS.len()] = [
    c"Sec-Fetch-Site",
    c"Sec-Fetch-Mode",
    c"Sec-Fetch-Dest",
    c"Sec-Purpose",
    c"Purpose",
    c"X-Purpose",
    c"X-Moz",
    c"Origin",
];

/// What a log out, or a session that was kept, does to the cookies of the browser.
pub struct clever_sso_logout {
    set_cookies: Vec<clever_sso_set_cookie>,
}

/// Makes a request with its method, such as `GET`, and no headers yet.
///
/// Free it with `clever_sso_request_free`. Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_request_new(
    method: *const c_char,
    request: Option<&mut MaybeUninit<Option<Box<clever_sso_request>>>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    give(request, error, || Ok(clever_sso_request { seen: BrowserRequest::new(sent(method, "method")?) }))
}

/// The name of a header that decides, such as `Sec-Fetch-Site`, counted from 0; NULL behind the last one. For applications
/// that look headers up one by one. It lives as long as the library.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_request_header_name(index: usize) -> *const c_char {
    HEADER_NAMES.get(index).map_or(ptr::null(), |name| name.as_ptr())
}

/// Adds a header of the request. Hand over those that `clever_sso_request_header_name` lists, or all: the others are ignored.
/// Capital letters in `name` do not matter, and CGI's names (`HTTP_SEC_FETCH_SITE`) are known as well. Bytes that are not UTF-8 are
/// fine: anybody can send them.
///
/// Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_request_set_header(
    request: Option<&mut clever_sso_request>,
    name: *const c_char,
    value: *const c_char,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        let request = handle(request, "request")?;
        let name = sent(name, "name")?;
        if BrowserRequest::is_known_header(&name) {
            request.seen.add_header(&name, &sent(value, "value")?);
        }
        Ok(())
    })
}

/// Whether a request must not act: `*status` becomes 0 when it may, else the HTTP status to answer with and no body (200 for
/// `HEAD`, 403, 405 or 503). Ask before you begin or finish a login or log out. No network.
///
/// Links that are fetched in advance, frames, images, scripts and forms of other sites thus neither spend a code nor log
/// anybody out. With 405, send `clever_sso_endpoint_allow` as the `Allow` header. Fails with `CLEVER_SSO_ARGUMENT`.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_request_refusal(
    client: Option<&clever_sso_client>,
    endpoint: u32,
    request: Option<&clever_sso_request>,
    status: Option<&mut MaybeUninit<u16>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        let status = status.ok_or_else(|| null("status"))?.write(403);
        let request = handle(request, "request")?;
        let endpoint = known(endpoint).ok_or_else(|| {
            Error::from_face(ErrorCode::ArgumentInvalid, "endpoint is none of clever_sso_endpoint")
        })?;
        let refusal = handle(client, "client")?.client.refusal(endpoint, &request.seen);
        *status = refusal.map_or(0, |refusal| refusal.status);
        Ok(())
    })
}

/// The methods that an endpoint takes, for the `Allow` header. NULL for a number that is no endpoint; else it lives as long as
/// the library.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_endpoint_allow(endpoint: u32) -> *const c_char {
    match known(endpoint) {
        None => ptr::null(),
        Some(Endpoint::Logout) => c"POST".as_ptr(),
        Some(_) => c"GET, HEAD".as_ptr(),
    }
}

/// What a switch in a query says, such as `switch_user=1`: every language reads one by this rule. False when `value` is NULL,
/// empty, `0`, `false`, `no` or `off`, in any case; else true.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_is_switched_on(value: *const c_char) -> bool {
    is_switched_on(Some(&header(value)))
}

/// Whether a path or URL leads to the page at `path`, however either is written: percent-encoded, also more than once, with dot
/// segments, with slashes doubled or at the end. Leave out a `return_to` that leads to a page of yours that begins a login or logs
/// out, or each login would be the start of the next one; `clever_sso_begin_login` itself refuses one that leads to the callback.
/// False when either is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_leads_to(target: *const c_char, path: *const c_char) -> bool {
    !target.is_null() && !path.is_null() && leads_to(&header(target), &header(path))
}

/// Frees a request. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_request_free(request: Option<Box<clever_sso_request>>) {
    drop(request);
}

/// What to tell the browser when somebody logs out. End your own session as well. `cookies` is the `Cookie` header of the
/// request, or NULL. No network.
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

/// What to tell the browser when a request comes with a session of your application: the last sign-in was kept. Call it
/// wherever you find a session; mostly there is no cookie to set. `cookies` is the `Cookie` header of the request, or NULL.
/// No network.
///
/// Without it, people who log out by your own means and sign in again four times in a minute are told that their session does
/// not stick. Read the cookies with `clever_sso_logout_set_cookie`. Free them with `clever_sso_logout_free`. Fails with
/// `CLEVER_SSO_ARGUMENT`.
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

/// A cookie to set with the answer, counted from 0. Borrowed from `logout`; NULL behind the last one.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_logout_set_cookie(
    logout: Option<&clever_sso_logout>,
    index: usize,
) -> Option<&clever_sso_set_cookie> {
    logout.and_then(|logout| logout.set_cookies.get(index))
}

/// Frees a log out and its cookies. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_logout_free(logout: Option<Box<clever_sso_logout>>) {
    drop(logout);
}

/// What a browser sent, which must be there.
fn sent<'a>(text: *const c_char, name: &str) -> Result<Cow<'a, str>> {
    if text.is_null() { Err(null(name)) } else { Ok(header(text)) }
}

const fn known(endpoint: u32) -> Option<Endpoint> {
    const LOGIN: u32 = clever_sso_endpoint::CLEVER_SSO_ENDPOINT_LOGIN as u32;
    const CALLBACK: u32 = clever_sso_endpoint::CLEVER_SSO_ENDPOINT_CALLBACK as u32;
    const LOGOUT: u32 = clever_sso_endpoint::CLEVER_SSO_ENDPOINT_LOGOUT as u32;
    match endpoint {
        LOGIN => Some(Endpoint::Login),
        CALLBACK => Some(Endpoint::Callback),
        LOGOUT => Some(Endpoint::Logout),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_headers_are_those_of_the_core() {
        assert_eq!(HEADER_NAMES.map(|name| name.to_str().unwrap()), BrowserRequest::HEADERS);
    }
}
