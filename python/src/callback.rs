//! `Callback`: what Clever sent through the browser.

use clever_sso::Secret;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::errors::Result;
use crate::guarded;
use crate::hints::Tuple;
use crate::json::strings;
use crate::panics::caught;
use crate::plain::Plain;
use crate::repr::{Repr, match_args};
use crate::text::{Sent, Text};

/// What Clever sent through the browser. None of it is proven yet.
///
/// Exactly one of `code`, `access_token` and `error` is set.
#[pyclass(frozen, module = "clever_sso")]
pub(crate) struct Callback(clever_sso::Callback);

#[pymethods]
impl Callback {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        let names = [
            "code",
            "access_token",
            "state",
            "scopes",
            "error",
            "error_description",
            "issuer",
            "loginas_by_admin",
        ];
        match_args(py, names)
    }

    /// The authorization code.
    #[getter]
    fn code(&self) -> Plain<Option<&str>> {
        Plain(self.0.code.as_ref().map(Secret::expose))
    }

    /// The access token of the implicit grant.
    #[getter]
    fn access_token(&self) -> Plain<Option<&str>> {
        Plain(self.0.access_token.as_ref().map(Secret::expose))
    }

    /// The state, if there is one: a login that begins at Clever has none. Compare it with `hmac.compare_digest`.
    #[getter]
    fn state(&self) -> Plain<Option<&str>> {
        Plain(self.0.state.as_ref().map(Secret::expose))
    }

    /// The scopes in the callback.
    #[getter]
    fn scopes<'py>(&self, py: Python<'py>) -> PyResult<Tuple<'py, String>> {
        strings(py, &self.0.scopes)
    }

    /// The error word instead of a code or token, for example `access_denied`.
    #[getter]
    fn error(&self) -> Plain<Option<&str>> {
        Plain(self.0.error.as_deref())
    }

    /// Text that came with the error. Anyone can make a URL with any text: don't show it as Clever's.
    #[getter]
    fn error_description(&self) -> Plain<Option<&str>> {
        Plain(self.0.error_description.as_deref())
    }

    /// The issuer (RFC 9207), if the callback contains it.
    #[getter]
    fn issuer(&self) -> Plain<Option<&str>> {
        Plain(self.0.issuer.as_deref())
    }

    /// Whether an administrator at Clever is logging in as this person. Not proven.
    #[getter]
    fn loginas_by_admin(&self) -> bool {
        self.0.loginas_by_admin
    }

    fn __repr__(&self) -> Plain<String> {
        let kind = match &self.0 {
            callback if callback.code.is_some() => "code",
            callback if callback.access_token.is_some() => "access_token",
            callback => return Repr::of("Callback").maybe("error", callback.error.as_deref()).finish(),
        };
        Repr::of("Callback").hidden(kind).finish()
    }
}

/// Parses a callback: a whole URL, its query, or the fragment of the implicit grant.
///
/// `Client.finish_login` does this itself; this function is for apps that drive the flow themselves. No network.
///
/// Args:
///     callback: The URL that the browser came back with, or its query or fragment.
///
/// Raises:
///     LoginError: `callback_malformed`, `callback_duplicate`, `callback_contradictory`.
#[pyfunction]
pub(crate) fn parse_callback(py: Python<'_>, callback: Text) -> Result<Bound<'_, Callback>> {
    let callback = callback.get("callback")?;
    let parsed = caught(|| clever_sso::parse_callback(callback))?;
    Ok(guarded::new(py, Callback(parsed))?)
}

/// Returns the key of this callback's pending login, for applications that store logins in their own session.
///
///     pending = session.pop(clever_sso.login_key(url), None)
///
/// Args:
///     callback: The URL that the browser came back with, or its query.
///
/// Returns:
///     The `key` of the login; `None` when the callback has no state or cannot be read.
#[pyfunction]
pub(crate) fn login_key(callback: Sent) -> Result<Plain<Option<String>>> {
    Ok(Plain(clever_sso::login_key_of_callback(&callback.get("callback")?)))
}

/// Returns whether a switch in a query, such as `switch_user=1`, is on.
///
/// It is off if it is missing, empty, `0`, `false`, `no` or `off`, in any case; otherwise on.
///
/// Args:
///     value: The value of the parameter; `None` when it is missing.
#[pyfunction]
pub(crate) fn is_switched_on(value: Option<Sent>) -> Result<bool> {
    let value = value.map(|value| value.get("value")).transpose()?;
    Ok(clever_sso::is_switched_on(value.as_deref()))
}

/// Returns whether a path or URL leads to the page at `path`, however it is encoded.
///
/// Either may be percent-encoded (also more than once) or have dot segments, double slashes or a slash at the end. The
/// query and fragment are ignored. Do not pass a `return_to` that leads to your login or logout, or each login would
/// start the next one. `begin_login` itself refuses a `return_to` that leads to the callback.
///
/// Args:
///     target: The path or URL, such as a `return_to`.
///     path: The path of your page.
#[pyfunction]
pub(crate) fn leads_to(target: Sent, path: Sent) -> Result<bool> {
    Ok(clever_sso::leads_to(&target.get("target")?, &path.get("path")?))
}
