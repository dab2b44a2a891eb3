//! Strings that you own: functions return them through a `char **`.

use std::ffi::{CString, c_char};

/// Frees a string that you got through a `char **`. NULL is fine.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_string_free(string: *mut c_char) {
    if !string.is_null() {
        // SAFETY: the header requires a string from this library that was not freed yet.
        drop(unsafe { CString::from_raw(string) });
    }
}
