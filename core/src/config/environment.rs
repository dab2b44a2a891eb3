//! The environment variables: read only in this file, when a configuration is built.
//!
//! A host may change its environment while it runs, which is a data race with every reader.

use std::ffi::OsString;

/// The network settings in the environment. An empty variable means unset.
#[cfg(feature = "client")]
#[derive(Debug, Default)]
pub(super) struct Environment {
    /// The proxy, and the name of its variable.
    pub(super) https_proxy: Option<(&'static str, String)>,
    pub(super) http_proxy: Option<(&'static str, String)>,
    pub(super) all_proxy: Option<(&'static str, String)>,
    pub(super) no_proxy: String,
    pub(super) ssl_cert_file: Option<OsString>,
    pub(super) ssl_cert_dir: Option<OsString>,
}

#[cfg(feature = "client")]
impl Environment {
    pub(super) fn read() -> Self {
        // In a CGI program, HTTP_PROXY is the request's `Proxy` header, which the sender of the request controls.
        let http: &[&str] = if variable("REQUEST_METHOD").is_some() {
            &["http_proxy"]
        } else {
            &["HTTP_PROXY", "http_proxy"]
        };
        Self {
            https_proxy: first(&["HTTPS_PROXY", "https_proxy"]),
            http_proxy: first(http),
            all_proxy: first(&["ALL_PROXY", "all_proxy"]),
            no_proxy: first(&["NO_PROXY", "no_proxy"]).map(|(_, value)| value).unwrap_or_default(),
            ssl_cert_file: variable("SSL_CERT_FILE"),
            ssl_cert_dir: variable("SSL_CERT_DIR"),
        }
    }
}

#[cfg(feature = "client")]
fn first(names: &[&'static str]) -> Option<(&'static str, String)> {
    names.iter().find_map(|name| {
        let value = variable(name)?.to_string_lossy().trim().to_owned();
        (!value.is_empty()).then_some((*name, value))
    })
}

#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
pub(crate) fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// The names of all variables that are set.
#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
pub(super) fn names() -> impl Iterator<Item = String> {
    std::env::vars_os().filter_map(|(name, _)| name.into_string().ok())
}
