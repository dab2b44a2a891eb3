//! Strings: arguments are NUL-terminated UTF-8 and are copied; results are NUL-terminated and borrowed from a handle.

use std::borrow::Cow;
use std::ffi::{CStr, CString, c_char};
use std::ptr;

use clever_sso::{Error, ErrorCode, Result};

/// The bytes by which languages whose strings may contain a NUL write it for C (modified UTF-8). They are not UTF-8, so such a
/// string is refused anyway. This constant only makes the error mention the NUL.
const NUL: &[u8] = b"\xc0\x80";

/// The error for a NULL where a value is required.
pub(crate) fn null(name: &str) -> Error {
    Error::from_face(ErrorCode::ArgumentInvalid, &format!("{name} is NULL"))
}

/// An optional string.
pub(crate) fn optional<'a>(text: *const c_char, name: &str) -> Result<Option<&'a str>> {
    if text.is_null() {
        return Ok(None);
    }
    // SAFETY: the header requires a NUL-terminated string that does not change during the call.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().map(Some).map_err(|_| {
        let why =
            if text.to_bytes().windows(2).any(|two| two == NUL) { "has a NUL byte" } else { "is not UTF-8" };
        Error::from_face(ErrorCode::ArgumentInvalid, &format!("{name} {why}"))
    })
}

/// A required string.
pub(crate) fn required<'a>(text: *const c_char, name: &str) -> Result<&'a str> {
    optional(text, name)?.ok_or_else(|| null(name))
}

/// A required string that must not be empty.
pub(crate) fn filled<'a>(text: *const c_char, name: &str) -> Result<&'a str> {
    let text = required(text, name)?;
    if text.is_empty() {
        return Err(Error::from_face(ErrorCode::ArgumentInvalid, &format!("{name} is empty")));
    }
    Ok(text)
}

/// A header that a browser sent; empty when it is NULL. Bytes that are not UTF-8 belong to cookies of other applications.
pub(crate) fn header<'a>(text: *const c_char) -> Cow<'a, str> {
    if text.is_null() {
        return Cow::Borrowed("");
    }
    // SAFETY: the header requires a NUL-terminated string that does not change during the call.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_string_lossy()
}

/// A string for C. A NUL inside becomes U+FFFD, because a text that ended there would be a different text.
pub(crate) fn owned(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{fffd}")).unwrap_or_default()
}

/// A string for C, if there is a text.
pub(crate) fn owned_option(text: Option<&str>) -> Option<CString> {
    text.map(owned)
}

/// A pointer into a handle, or NULL.
pub(crate) fn borrowed(text: Option<&CString>) -> *const c_char {
    text.map_or(ptr::null(), |text| text.as_ptr())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nul_inside_does_not_cut_off_a_text() {
        assert_eq!(owned("abc\0def").to_str(), Ok("abc\u{fffd}def"));
    }

    #[test]
    fn text_that_is_not_utf_8_is_an_argument_error() {
        let bytes = c"\xff";
        assert_eq!(required(bytes.as_ptr(), "x").unwrap_err().code(), ErrorCode::ArgumentInvalid);
        assert_eq!(required(ptr::null(), "x").unwrap_err().code(), ErrorCode::ArgumentInvalid);
        assert_eq!(optional(ptr::null(), "x"), Ok(None));
        let detail = |text: &CStr| required(text.as_ptr(), "x").unwrap_err().to_string();
        assert!(detail(c"a\xff").ends_with("x is not UTF-8"), "{}", detail(c"a\xff"));
    }

    #[test]
    fn an_error_names_a_nul_from_another_language() {
        for text in [c"\xc0\x80", c"a\xc0\x80b"] {
            let error = required(text.as_ptr(), "x").unwrap_err();
            assert_eq!(error.code(), ErrorCode::ArgumentInvalid);
            assert!(error.to_string().ends_with("x has a NUL byte"), "{error}");
        }
    }
}
