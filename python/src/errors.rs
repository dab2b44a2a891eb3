//! The crossing from an error of the core to a Python exception.
//!
//! The classes are written in Python, in `exceptions.py`, where they can be read and type-checked. Here an error of the
//! core is given its class, by its kind, and the words of the catalogue.

use clever_sso::ErrorKind;
use pyo3::exceptions::PyBaseException;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};
use pyo3::{PyTypeInfo, import_exception};

use crate::repr::{Repr, match_args};
use crate::set_cookie;

/// The classes of `exceptions.py`.
mod classes {
    use super::import_exception;

    import_exception!(clever_sso.exceptions, Error);
    import_exception!(clever_sso.exceptions, ConfigError);
    import_exception!(clever_sso.exceptions, ArgumentError);
    import_exception!(clever_sso.exceptions, LoginError);
    import_exception!(clever_sso.exceptions, TokenError);
    import_exception!(clever_sso.exceptions, CleverError);
    import_exception!(clever_sso.exceptions, NetworkError);
    import_exception!(clever_sso.exceptions, InternalError);
}

/// A result that becomes a Python value or a Python exception.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// What went wrong: in the core, or in Python itself.
pub(crate) enum Failure {
    Core(clever_sso::Error),
    Python(PyErr),
}

impl From<clever_sso::Error> for Failure {
    fn from(error: clever_sso::Error) -> Self {
        Self::Core(error)
    }
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Core(error) => Python::attach(|py| exception(py, &error)),
            Failure::Python(error) => error,
        }
    }
}

/// A value that was handed to a call and cannot be used.
pub(crate) fn argument_invalid(detail: &str) -> Failure {
    clever_sso::Error::from_face(clever_sso::ErrorCode::ArgumentInvalid, detail).into()
}

/// A setting that cannot be used.
pub(crate) fn config_invalid(detail: &str) -> Failure {
    clever_sso::Error::from_face(clever_sso::ErrorCode::ConfigInvalid, detail).into()
}

fn exception(py: Python<'_>, error: &clever_sso::Error) -> PyErr {
    let code = error.code();
    let arguments = (
        code.as_str(),
        message(error),
        error.user_message(),
        error.retryable(),
        code.actor().as_str(),
        error.http_status(),
        error.retry_after().map(|pause| pause.as_secs()),
    );
    let raised = PyErr::from_type(class(py, error.kind()), arguments);
    match tell_of_browser(raised.value(py), error) {
        Ok(()) => raised,
        Err(failure) => failure,
    }
}

/// What the answer to the browser must do. Most errors leave it at the defaults of the class.
fn tell_of_browser(raised: &Bound<'_, PyBaseException>, error: &clever_sso::Error) -> PyResult<()> {
    if !error.set_cookies().is_empty() {
        let cookies = set_cookie::tuple(raised.py(), &set_cookie::all(error.set_cookies()))?;
        raised.setattr("set_cookies", cookies)?;
    }
    if error.ends_session() {
        raised.setattr("ends_session", true)?;
    }
    Ok(())
}

/// The sentence and its particulars, without the code word: that has an attribute of its own.
fn message(error: &clever_sso::Error) -> String {
    let shown = error.to_string();
    let prefix = format!("{}: ", error.code());
    shown.strip_prefix(&prefix).unwrap_or(&shown).to_owned()
}

fn class(py: Python<'_>, kind: ErrorKind) -> Bound<'_, PyType> {
    match kind {
        ErrorKind::Config => classes::ConfigError::type_object(py),
        ErrorKind::Argument => classes::ArgumentError::type_object(py),
        ErrorKind::Login => classes::LoginError::type_object(py),
        ErrorKind::Token => classes::TokenError::type_object(py),
        ErrorKind::Clever => classes::CleverError::type_object(py),
        ErrorKind::Network => classes::NetworkError::type_object(py),
        ErrorKind::Internal => classes::InternalError::type_object(py),
        _ => classes::Error::type_object(py),
    }
}

/// One entry of the catalogue of failures; see `error_codes()`.
#[pyclass(frozen, get_all, module = "clever_sso")]
pub(crate) struct ErrorCode {
    /// The code word, for example `id_token_expired`. It never changes its meaning.
    word: &'static str,
    /// The group: `config`, `argument`, `login`, `token`, `clever`, `network` or `internal`.
    kind: &'static str,
    /// The class of the exception that carries this code.
    exception: Py<PyType>,
    /// Whether the same call, or the same login begun again, may succeed later without anybody changing anything.
    retryable: bool,
    /// Who can put it right: `user`, `app`, `clever` or `network`.
    actor: &'static str,
    /// The sentence for the log, without the particulars of one failure.
    sentence: &'static str,
    /// A sentence that may be shown to the person who logs in.
    user_message: &'static str,
}

#[pymethods]
impl ErrorCode {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<pyo3::types::PyTuple>> {
        match_args(py, ["word", "kind", "exception", "retryable", "actor", "sentence", "user_message"])
    }

    fn __repr__(&self) -> String {
        Repr::of("ErrorCode").text("word", self.word).text("kind", self.kind).finish()
    }
}

/// The whole catalogue of failures, by code word.
#[pyfunction]
pub(crate) fn error_codes(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let catalogue = PyDict::new(py);
    for code in clever_sso::ErrorCode::ALL {
        let entry = ErrorCode {
            word: code.as_str(),
            kind: code.kind().as_str(),
            exception: class(py, code.kind()).unbind(),
            retryable: code.retryable(),
            actor: code.actor().as_str(),
            sentence: code.sentence(),
            user_message: code.user_message(),
        };
        catalogue.set_item(code.as_str(), Py::new(py, entry)?)?;
    }
    Ok(catalogue)
}
