//! Gives the shared library its SONAME, which is the part of the version that promises compatibility, and keeps the library in
//! memory after it was loaded: a thread that made a call runs code of the library when it ends, which may be after `dlclose`.
//!
//! `packaging/shared.sh` links the library that people install, in the same way and with a version for each symbol.

#[expect(clippy::disallowed_methods, reason = "cargo passes values to a build script in the environment")]
fn main() {
    let linux = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux");
    if linux {
        let major = std::env::var("CARGO_PKG_VERSION_MAJOR").unwrap_or_default();
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libclever_sso.so.{major}");
        println!("cargo::rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
