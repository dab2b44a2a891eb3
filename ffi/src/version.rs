//! The library's version.

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

/// The version of the library that is running as one number, to compare with `CLEVER_SSO_VERSION_NUMBER`: 10,000 times the
/// major, 100 times the minor, and the patch version. 100 is version 0.1.0, 10203 is 1.2.3.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_version_number() -> u32 {
    NUMBER
}

const NUMBER: u32 = 10_000 * number(env!("CARGO_PKG_VERSION_MAJOR"))
    + 100 * number(env!("CARGO_PKG_VERSION_MINOR"))
    + number(env!("CARGO_PKG_VERSION_PATCH"));

/// Its decimal digits, at compile time.
const fn number(text: &str) -> u32 {
    let (digits, mut at, mut number) = (text.as_bytes(), 0, 0);
    while at < digits.len() {
        number = 10 * number + (digits[at] - b'0') as u32;
        at += 1;
    }
    number
}
