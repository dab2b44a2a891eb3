//! `clever_sso_request`: whether a request may begin a login, finish a login, or log out.

use std::borrow::Cow;
use std::ffi::{CStr, c_char};
use std::mem::MaybeUninit;
use std::ptr;

use clever_sso::Result;
use clever_sso::{BrowserRequest, Endpoint, Error, ErrorCode, is_switched_on, leads_to};

use crate::boundary::{give, handle, run};
use crate::client::clever_sso_client;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::{header, null};

/// One of your application's three login addresses.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum clever_sso_endpoint {
    /// Where a login begins.
    CLEVER_SSO_ENDPOINT_LOGIN = 1,
    /// Where a login finishes: the redirect URI.
    CLEVER_SSO_ENDPOINT_CALLBACK = 2,
    /// Where a session ends.
    CLEVER_SSO_ENDPOINT_LOGOUT = 3,
}

/// A browser's request: its method, and the headers that show what caused it.
pub struct clever_sso_request {
    seen: BrowserRequest,
}

/// `BrowserRequest::HEADERS` as C strings.
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

/// The name of a header that `clever_sso_request_refusal` reads, such as `Sec-Fetch-Site`, counted from 0; NULL after the last
/// one. It lives as long as the library.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_request_header_name(index: usize) -> *const c_char {
    HEADER_NAMES.get(index).map_or(ptr::null(), |name| name.as_ptr())
}

/// Adds a header of the request. Pass the headers that `clever_sso_request_header_name` lists, or all headers: others are
/// ignored. The case of `name` does not matter, and CGI names (`HTTP_SEC_FETCH_SITE`) work too. Bytes that are not UTF-8 are
/// fine: anyone can send them.
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

/// Whether to refuse a request: `*status` is 0 when it may begin or finish a login or log out. Otherwise respond with that HTTP
/// status (200 for `HEAD`, 403, 405 or 503) and no body. Call it before anything else. No network.
///
/// Without this check, prefetched links, and frames, images, scripts and forms on other sites, could use a code or log people
/// out. `endpoint` is a `clever_sso_endpoint`. With 405, send `clever_sso_endpoint_allow` as the `Allow` header. Fails with
/// `CLEVER_SSO_ARGUMENT`.
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
            Error::from_face(ErrorCode::ArgumentInvalid, "endpoint is not a clever_sso_endpoint value")
        })?;
        let refusal = handle(client, "client")?.client.refusal(endpoint, &request.seen);
        *status = refusal.map_or(0, |refusal| refusal.status);
        Ok(())
    })
}

/// The methods that an endpoint accepts, for the `Allow` header; NULL when `endpoint` is not a `clever_sso_endpoint`. It lives as
/// long as the library.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_endpoint_allow(endpoint: u32) -> *const c_char {
    match known(endpoint) {
        None => ptr::null(),
        Some(Endpoint::Logout) => c"POST".as_ptr(),
        Some(_) => c"GET, HEAD".as_ptr(),
    }
}

/// Reads a boolean query parameter, such as `switch_user=1`, by the same rule as the other languages. False when `value` is NULL,
/// empty, `0`, `false`, `no` or `off`, in any case; true otherwise.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_is_switched_on(value: *const c_char) -> bool {
    is_switched_on(Some(&header(value)))
}

/// Whether a path or URL leads to the page at `path`, even when either is percent-encoded (also more than once) or has dot
/// segments, double slashes or a trailing slash. Do not pass a `return_to` that leads to your login or logout, because each login
/// would start the next one. `clever_sso_begin_login` itself refuses one that leads to the callback. False when either is NULL.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_leads_to(target: *const c_char, path: *const c_char) -> bool {
    !target.is_null() && !path.is_null() && leads_to(&header(target), &header(path))
}

/// Frees a request. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_request_free(request: Option<Box<clever_sso_request>>) {
    drop(request);
}

/// A required string that a browser sent.
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
    fn header_names_are_the_same_as_in_the_core() {
        assert_eq!(HEADER_NAMES.map(|name| name.to_str().unwrap()), BrowserRequest::HEADERS);
    }
}
