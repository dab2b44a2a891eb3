//! A login that has begun, and what came of it.

use clever_sso::Outcome;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::guarded;
use crate::identity::Identity;
use crate::repr::{Repr, match_args};
use crate::resources::Tokens;

/// A login that has begun.
#[pyclass(frozen, get_all, module = "clever_sso")]
pub(crate) struct Login {
    /// Send the browser there.
    url: String,
    /// Keep this with the browser, in a cookie or a session, until it comes back: at most 512 bytes, URL-safe.
    pending: String,
}

impl From<clever_sso::Login> for Login {
    fn from(login: clever_sso::Login) -> Self {
        Self { url: login.url, pending: login.pending }
    }
}

#[pymethods]
impl Login {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["url", "pending"])
    }

    #[expect(clippy::unused_self, reason = "both fields are secrets of this login")]
    fn __repr__(&self) -> String {
        Repr::of("Login").hidden("url").hidden("pending").finish()
    }
}

/// Somebody logged in.
#[pyclass(frozen, get_all, module = "clever_sso")]
pub(crate) struct SignedIn {
    /// Who.
    identity: Py<Identity>,
    /// The tokens of this login.
    tokens: Py<Tokens>,
    /// Where the application wanted to go, as it was given to `begin_login`.
    return_to: Option<String>,
}

#[pymethods]
impl SignedIn {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["identity", "tokens", "return_to"])
    }

    fn __repr__(&self) -> String {
        Repr::of("SignedIn")
            .raw("identity", &self.identity.get().__repr__())
            .raw("tokens", &self.tokens.get().__repr__())
            .finish()
    }
}

/// The login was begun anew: keep `login.pending`, send the browser to `login.url`.
///
/// The person is signed in at Clever already and sees nothing of it.
#[pyclass(frozen, get_all, module = "clever_sso")]
pub(crate) struct Restart {
    /// The new login.
    login: Py<Login>,
    /// The code word of the cause.
    ///
    /// `state_missing` (every login from the Clever Portal and from Instant Login links), `state_mismatch`,
    /// `pending_missing`, `pending_invalid`, `pending_expired` or `code_rejected`.
    reason: &'static str,
}

#[pymethods]
impl Restart {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["login", "reason"])
    }

    fn __repr__(&self) -> String {
        Repr::of("Restart").hidden("login").text("reason", self.reason).finish()
    }
}

/// Clever refused this person.
#[pyclass(frozen, eq, hash, get_all, module = "clever_sso")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Denied {
    /// Clever's word, for example `access_denied` or `unauthorized-user`.
    error: String,
    /// Text that came with it. Whoever made the URL wrote it: do not show it as if it were Clever's.
    description: Option<String>,
}

#[pymethods]
impl Denied {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["error", "description"])
    }

    fn __repr__(&self) -> String {
        Repr::of("Denied").text("error", &self.error).finish()
    }
}

/// The outcome as an object of its class.
pub(crate) fn outcome(py: Python<'_>, outcome: Outcome) -> PyResult<Bound<'_, PyAny>> {
    match outcome {
        Outcome::SignedIn(signed_in) => {
            let clever_sso::SignedIn { identity, tokens, return_to, .. } = *signed_in;
            let identity = guarded::new(py, Identity(identity))?.unbind();
            let tokens = guarded::new(py, Tokens(tokens))?.unbind();
            guarded::new(py, SignedIn { identity, tokens, return_to }).map(Bound::into_any)
        }
        Outcome::Restart(restart) => {
            let login = guarded::new(py, Login::from(restart.login))?.unbind();
            let restart = Restart { login, reason: restart.reason.as_str() };
            guarded::new(py, restart).map(Bound::into_any)
        }
        Outcome::Denied(denied) => {
            let clever_sso::Denied { error, description, .. } = denied;
            guarded::new(py, Denied { error, description }).map(Bound::into_any)
        }
    }
}
