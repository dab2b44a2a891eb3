//! Strings: in, NUL-terminated UTF-8 that is copied; out, NUL-terminated and borrowed from a handle.

use std::borrow::Cow;
use std::ffi::{CStr, CString, c_char};
use std::mem::MaybeUninit;
use std::ptr;

use clever_sso::{Error, ErrorCode, Result};

use crate::boundary::{null, run};
use crate::error::{clever_sso_error, clever_sso_status};

/// A string that may be left out.
pub(crate) fn optional<'a>(text: *const c_char, name: &str) -> Result<Option<&'a str>> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: the header asks for a NUL-terminated string that stays as it is during the call.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str()
        .map(Some)
        .map_err(|_| Error::from_face(ErrorCode::ArgumentInvalid, &format!("{name} is not UTF-8")))
}

/// A string that must be there.
pub(crate) fn required<'a>(text: *const c_char, name: &str) -> Result<&'a str> {
    optional(text, name)?.ok_or_else(|| null(name))
}

/// A header that a browser sent, empty when it is NULL. What is not UTF-8 in it belongs to somebody else's cookies.
pub(crate) fn header<'a>(text: *const c_char) -> Cow<'a, str> {
    if text.is_null() {
        return Cow::Borrowed("");
    }
    // SAFETY: the header asks for a NUL-terminated string that stays as it is during the call.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_string_lossy()
}

/// For C. A NUL inside becomes U+FFFD: a text that ended there would be another text.
pub(crate) fn owned(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default()
}

/// For C, when there is one.
pub(crate) fn owned_option(text: Option<&str>) -> Option<CString> {
    text.map(owned)
}

/// A pointer into a handle, or NULL.
pub(crate) fn borrowed(text: Option<&CString>) -> *const c_char {
    text.map_or(ptr::null(), |text| text.as_ptr())
}

/// Gives the string that `body` makes to the caller, who frees it.
pub(crate) fn give_string(
    out: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
    body: impl FnOnce() -> Result<String>,
) -> clever_sso_status {
    give_string_option(out, error, || body().map(Some))
}

/// Gives the string that `body` makes, or NULL, to the caller, who frees it.
pub(crate) fn give_string_option(
    out: Option<&mut MaybeUninit<*mut c_char>>,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
    body: impl FnOnce() -> Result<Option<String>>,
) -> clever_sso_status {
    run(error, || {
        let place = out.ok_or_else(|| null("the output"))?.write(ptr::null_mut());
        *place = body()?.map_or(ptr::null_mut(), |text| owned(&text).into_raw());
        Ok(())
    })
}

/// Frees a string that a function of this library gave out through a `char **`. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_string_free(string: *mut c_char) {
    if !string.is_null() {
        // SAFETY: the header asks for a string that this library gave out and that was not freed yet.
        drop(unsafe { CString::from_raw(string) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_inside_never_shortens_a_text() {
        assert_eq!(owned("abc\0def").to_str(), Ok("abc\u{fffd}def"));
    }

    #[test]
    fn what_is_not_utf8_is_an_argument_error() {
        let bytes = c"\xff";
        assert_eq!(required(bytes.as_ptr(), "x").unwrap_err().code(), ErrorCode::ArgumentInvalid);
        assert_eq!(required(ptr::null(), "x").unwrap_err().code(), ErrorCode::ArgumentInvalid);
        assert_eq!(optional(ptr::null(), "x"), Ok(None));
    }
}
