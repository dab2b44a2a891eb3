//! Gives the shared library its SONAME: the part of the version that promises compatibility.

fn main() {
    let linux = std::env::var("CARGO_CFG_TARGET_OS").is_ok_and(|os| os == "linux");
    if linux {
        let major = std::env::var("CARGO_PKG_VERSION_MAJOR").unwrap_or_default();
        println!("cargo::rustc-cdylib-link-arg=-Wl,-soname,libclever_sso.so.{major}");
    }
    println!("cargo::rerun-if-changed=build.rs");
}
