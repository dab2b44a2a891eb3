//! The version of the library that is running.

use std::ffi::{CStr, c_char};

const VERSION: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => c"",
};

/// The version of the library that is running, for example `0.1.0`. Never NULL; lives as long as the library.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_version() -> *const c_char {
    VERSION.as_ptr()
}
