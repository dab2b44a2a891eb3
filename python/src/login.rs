//! A login in progress, and its outcomes.

use clever_sso::Outcome;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::guarded;
use crate::hints::{Always, Tuple, Typed};
use crate::identity::Identity;
use crate::plain::Plain;
use crate::repr::{Repr, match_args};
use crate::resources::Tokens;
use crate::set_cookie::{self, SetCookie};

/// A login in progress, from `begin_login`.
#[pyclass(frozen, module = "clever_sso")]
pub(crate) struct Login {
    /// The URL to send the browser to, usually Clever's.
    ///
    /// If a signed-in person was sent back to log in several times, it is your own page instead. Then `key` and
    /// `pending` are empty.
    #[pyo3(get)]
    url: Plain<String>,
    set_cookies: Vec<SetCookie>,
    /// For applications that keep logins in their own session: the key to store `pending` under.
    ///
    /// `login_key` returns the same key for the callback.
    #[pyo3(get)]
    key: Plain<String>,
    /// For logins in your own session: the text to store for ten minutes. URL-safe, about 100 bytes.
    #[pyo3(get)]
    pending: Plain<String>,
    /// Whether to respond with a page that continues to `url` by itself instead of a redirect.
    ///
    /// Browsers give up after about twenty redirects in a row. Always false if you don't pass `has_session`.
    #[pyo3(get)]
    needs_page: bool,
}

impl From<clever_sso::Login> for Login {
    fn from(login: clever_sso::Login) -> Self {
        Self {
            set_cookies: set_cookie::all(&login.set_cookies),
            url: login.url.into(),
            key: login.key.into(),
            pending: login.pending.into(),
            needs_page: login.needs_page,
        }
    }
}

#[pymethods]
impl Login {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["url", "set_cookies", "key", "pending"])
    }

    /// The cookies to set with the redirect.
    #[getter]
    fn set_cookies<'py>(&self, py: Python<'py>) -> PyResult<Tuple<'py, SetCookie>> {
        set_cookie::tuple(py, &self.set_cookies)
    }

    #[expect(clippy::unused_self, reason = "the fields are secrets of this login")]
    fn __repr__(&self) -> Plain<String> {
        Repr::of("Login").hidden("url").hidden("key").hidden("pending").finish()
    }
}

/// The person logged in.
#[pyclass(frozen, module = "clever_sso")]
pub(crate) struct SignedIn {
    /// Who logged in.
    #[pyo3(get)]
    identity: Py<Identity>,
    /// The tokens of this login.
    #[pyo3(get)]
    tokens: Py<Tokens>,
    /// The `return_to` of the login, as an ASCII path or URL.
    #[pyo3(get)]
    return_to: Plain<Option<String>>,
    /// Whether the login began with `switch_user`.
    ///
    /// If you refuse this person, pass `switch_user` again to the login behind your "Try again" link.
    #[pyo3(get)]
    switch_user: bool,
    set_cookies: Vec<SetCookie>,
}

#[pymethods]
impl SignedIn {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["identity", "tokens", "return_to"])
    }

    /// The cookies to set with the response to the browser.
    #[getter]
    fn set_cookies<'py>(&self, py: Python<'py>) -> PyResult<Tuple<'py, SetCookie>> {
        set_cookie::tuple(py, &self.set_cookies)
    }

    /// Whether to end the browser's old session: always true. The new session replaces it.
    #[getter]
    #[expect(clippy::unused_self, reason = "every outcome has it")]
    fn ends_session(&self) -> Typed<bool, Always<true>> {
        true.into()
    }

    fn __repr__(&self) -> Plain<String> {
        Repr::of("SignedIn")
            .raw("identity", &self.identity.get().__repr__())
            .raw("tokens", &self.tokens.get().__repr__())
            .finish()
    }
}

/// The login restarts: send the browser to `login.url`, with the cookies.
///
/// The person is already signed in at Clever and doesn't notice.
#[pyclass(frozen, get_all, module = "clever_sso")]
pub(crate) struct Restart {
    /// The new login.
    login: Py<Login>,
    /// The error code that says why.
    ///
    /// `state_missing` (every login from the Clever Portal and from Instant Login links), `state_mismatch`,
    /// `pending_missing`, `pending_invalid`, `pending_expired` or `code_rejected`.
    reason: Plain<&'static str>,
}

#[pymethods]
impl Restart {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["login", "reason"])
    }

    /// The cookies to set with the redirect: those of `login`.
    #[getter]
    fn set_cookies<'py>(&self, py: Python<'py>) -> PyResult<Tuple<'py, SetCookie>> {
        self.login.get().set_cookies(py)
    }

    /// Whether to end the browser's old session: always false. The login is still in progress.
    #[getter]
    #[expect(clippy::unused_self, reason = "every outcome has it")]
    fn ends_session(&self) -> Typed<bool, Always<false>> {
        false.into()
    }

    fn __repr__(&self) -> Plain<String> {
        Repr::of("Restart").hidden("login").text("reason", *self.reason).finish()
    }
}

/// Clever refused this person.
#[pyclass(frozen, eq, hash, module = "clever_sso")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Denied {
    /// Clever's error word, for example `access_denied` or `unauthorized-user`.
    #[pyo3(get)]
    error: Plain<String>,
    /// Text that came with the error. Anyone can make a URL with any text: don't show it as Clever's.
    #[pyo3(get)]
    description: Plain<Option<String>>,
    /// Whether to end the browser's old session: only if this browser began the login that was refused.
    #[pyo3(get)]
    ends_session: bool,
    /// The `return_to` of the login: pass it again to the login behind your "Try again" link.
    #[pyo3(get)]
    return_to: Plain<Option<String>>,
    /// Whether the login began with `switch_user`: pass it again to the login behind your "Try again" link.
    #[pyo3(get)]
    switch_user: bool,
    set_cookies: Vec<SetCookie>,
}

#[pymethods]
impl Denied {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["error", "description"])
    }

    /// The cookies to set with the response to the browser.
    #[getter]
    fn set_cookies<'py>(&self, py: Python<'py>) -> PyResult<Tuple<'py, SetCookie>> {
        set_cookie::tuple(py, &self.set_cookies)
    }

    fn __repr__(&self) -> Plain<String> {
        Repr::of("Denied").text("error", &self.error).finish()
    }
}

/// The outcome as an object of its class.
#[derive(IntoPyObject)]
pub(crate) enum Finished {
    SignedIn(Py<SignedIn>),
    Restart(Py<Restart>),
    Denied(Py<Denied>),
}

impl Finished {
    pub(crate) fn new(py: Python<'_>, outcome: Outcome) -> PyResult<Self> {
        match outcome {
            Outcome::SignedIn(signed_in) => {
                let clever_sso::SignedIn { identity, tokens, return_to, switch_user, set_cookies, .. } =
                    *signed_in;
                let (return_to, set_cookies) = (return_to.into(), set_cookie::all(&set_cookies));
                let identity = guarded::new(py, Identity(identity))?.unbind();
                let tokens = guarded::new(py, Tokens(tokens))?.unbind();
                let signed_in = SignedIn { identity, tokens, return_to, switch_user, set_cookies };
                guarded::new(py, signed_in).map(Bound::unbind).map(Self::SignedIn)
            }
            Outcome::Restart(restart) => {
                let login = guarded::new(py, Login::from(restart.login))?.unbind();
                let restart = Restart { login, reason: restart.reason.as_str().into() };
                guarded::new(py, restart).map(Bound::unbind).map(Self::Restart)
            }
            Outcome::Denied(denied) => {
                let clever_sso::Denied {
                    error,
                    description,
                    ends_session,
                    return_to,
                    switch_user,
                    set_cookies,
                    ..
                } = denied;
                let (error, description) = (error.into(), description.into());
                let (return_to, set_cookies) = (return_to.into(), set_cookie::all(&set_cookies));
                let denied = Denied { error, description, ends_session, return_to, switch_user, set_cookies };
                guarded::new(py, denied).map(Bound::unbind).map(Self::Denied)
            }
        }
    }
}
