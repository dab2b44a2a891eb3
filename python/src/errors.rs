//! Converts errors of the core to Python exceptions.
//!
//! The classes are written in Python, in `exceptions.py`, where they can be read and type-checked. This file chooses the class
//! by the kind of the error, and sets the fields from the catalogue.

use std::sync::{Mutex, PoisonError};

use clever_sso::ErrorKind;
use pyo3::exceptions::{PyImportError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyType};
#[cfg(feature = "stubs")]
use pyo3::{PyTypeInfo, inspect::PyStaticExpr, type_hint_identifier, type_hint_subscript};

use crate::guarded::{self, name};
use crate::hints::{ErrorClass, Hint, Typed, words};
use crate::plain::{Plain, ToPython as _};
use crate::repr::{Repr, match_args};
use crate::set_cookie;

/// The classes of `exceptions.py`, as found when this module was first imported. Code takes the lock only with the GIL
/// and never keeps it while Python code runs, so a fork never finds it locked.
static CLASSES: Mutex<Option<Classes>> = Mutex::new(None);

struct Classes {
    module: Py<PyAny>,
    error: Py<PyType>,
    config: Py<PyType>,
    argument: Py<PyType>,
    login: Py<PyType>,
    token: Py<PyType>,
    clever: Py<PyType>,
    network: Py<PyType>,
    internal: Py<PyType>,
}

/// Finds the classes at import time, so that raising an error needs no import.
///
/// A process has one set of these classes. If the package was removed from `sys.modules` and is imported again, the
/// module with the classes goes back there, because code that imported the package before still uses them.
pub(crate) fn install(py: Python<'_>) -> PyResult<()> {
    let known = || CLASSES.lock().unwrap_or_else(PoisonError::into_inner);
    let module = known().as_ref().map(|classes| classes.module.bind(py).clone());
    if let Some(module) = module {
        let modules = guarded::get(&guarded::import(py, c"sys")?, name!(py, "modules"))?;
        return modules.cast_into::<PyDict>()?.set_item(name!(py, "clever_sso.exceptions"), module);
    }
    let module = guarded::import(py, c"clever_sso.exceptions")?;
    let find = |name: &Bound<'_, PyString>| {
        guarded::get(&module, name).and_then(|class| Ok(class.cast_into::<PyType>()?.unbind()))
    };
    let found = Classes {
        error: find(name!(py, "Error"))?,
        config: find(name!(py, "ConfigError"))?,
        argument: find(name!(py, "ArgumentError"))?,
        login: find(name!(py, "LoginError"))?,
        token: find(name!(py, "TokenError"))?,
        clever: find(name!(py, "CleverError"))?,
        network: find(name!(py, "NetworkError"))?,
        internal: find(name!(py, "InternalError"))?,
        module: module.unbind(),
    };
    let _ = known().get_or_insert(found);
    Ok(())
}

/// A result that becomes a Python value or a Python exception.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// What went wrong: in the core, or in Python itself.
pub(crate) enum Failure {
    Core(clever_sso::Error),
    /// The message of a `TypeError`.
    Type(String),
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
            Failure::Core(error) => attached(|py| exception(py, &error)),
            Failure::Type(message) => attached(|py| guarded::error::<PyTypeError>(py, &message)),
            Failure::Python(error) => error,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "this thread is attached: it only gives the token")]
fn attached<R>(work: impl FnOnce(Python<'_>) -> R) -> R {
    Python::attach(work)
}

/// An argument that cannot be used.
pub(crate) fn argument_invalid(detail: &str) -> Failure {
    clever_sso::Error::from_face(clever_sso::ErrorCode::ArgumentInvalid, detail).into()
}

/// A setting that cannot be used.
pub(crate) fn config_invalid(detail: &str) -> Failure {
    clever_sso::Error::from_face(clever_sso::ErrorCode::ConfigInvalid, detail).into()
}

/// Makes the exception without running its `__init__`, which is written in Python, and sets the same attributes.
fn exception(py: Python<'_>, error: &clever_sso::Error) -> PyErr {
    made(py, error).map_or_else(|failure| failure, PyErr::from_value)
}

fn made<'py>(py: Python<'py>, error: &clever_sso::Error) -> PyResult<Bound<'py, PyAny>> {
    let code = error.code();
    let fields = [
        (name!(py, "code"), code.as_str().to_python(py)?),
        (name!(py, "message"), message(error).to_python(py)?),
        (name!(py, "user_message"), error.user_message().to_python(py)?),
        (name!(py, "retryable"), error.retryable().to_python(py)?),
        (name!(py, "actor"), code.actor().as_str().to_python(py)?),
        (name!(py, "http_status"), error.http_status().to_python(py)?),
        (name!(py, "retry_after"), error.retry_after().map(|pause| pause.as_secs()).to_python(py)?),
    ];
    let class = class(py, error.kind())?.into_any();
    let new = guarded::get(&class, name!(py, "__new__"))?;
    let values = fields.iter().map(|(_, value)| value.clone());
    let arguments: Vec<_> = std::iter::once(class).chain(values).collect();
    let made = guarded::call_with(&new, &guarded::tuple(py, arguments)?, None)?;
    for (name, value) in &fields {
        guarded::set(&made, name, value)?;
    }
    describe_browser(&made, error)?;
    Ok(made)
}

/// Sets the attributes that tell what the response to the browser must do. Most errors keep the defaults of the class.
fn describe_browser(made: &Bound<'_, PyAny>, error: &clever_sso::Error) -> PyResult<()> {
    let py = made.py();
    if !error.set_cookies().is_empty() {
        let cookies = set_cookie::tuple(py, &set_cookie::all(error.set_cookies()))?;
        guarded::set(made, name!(py, "set_cookies"), cookies.value.as_any())?;
    }
    if error.ends_session() {
        guarded::set(made, name!(py, "ends_session"), &true.to_python(py)?)?;
    }
    if let Some(target) = error.return_to() {
        guarded::set(made, name!(py, "return_to"), &target.to_python(py)?)?;
    }
    if error.switch_user() {
        guarded::set(made, name!(py, "switch_user"), &true.to_python(py)?)?;
    }
    Ok(())
}

/// The sentence and its details, without the error code, which has its own attribute.
fn message(error: &clever_sso::Error) -> String {
    let shown = error.to_string();
    let prefix = format!("{}: ", error.code());
    shown.strip_prefix(&prefix).unwrap_or(&shown).to_owned()
}

fn class(py: Python<'_>, kind: ErrorKind) -> PyResult<Bound<'_, PyType>> {
    let classes = CLASSES.lock().unwrap_or_else(PoisonError::into_inner);
    let unfit = || guarded::error::<PyImportError>(py, "clever_sso was not imported whole");
    let classes = classes.as_ref().ok_or_else(unfit)?;
    let class = match kind {
        ErrorKind::Config => &classes.config,
        ErrorKind::Argument => &classes.argument,
        ErrorKind::Login => &classes.login,
        ErrorKind::Token => &classes.token,
        ErrorKind::Clever => &classes.clever,
        ErrorKind::Network => &classes.network,
        ErrorKind::Internal => &classes.internal,
        _ => &classes.error,
    };
    Ok(class.bind(py).clone())
}

words!(
    ActorWord: clever_sso::Actor::User.as_str(),
    clever_sso::Actor::App.as_str(),
    clever_sso::Actor::Clever.as_str(),
    clever_sso::Actor::Network.as_str()
);

/// One entry in the list of error codes; see `error_codes()`.
#[pyclass(frozen, get_all, module = "clever_sso")]
pub(crate) struct ErrorCode {
    /// The error code, for example `id_token_expired`. It never changes its meaning.
    word: Plain<&'static str>,
    /// The group: `config`, `argument`, `login`, `token`, `clever`, `network` or `internal`.
    kind: Plain<&'static str>,
    /// The class of the exception with this code.
    exception: Typed<Py<PyType>, ErrorClass>,
    /// Whether the same call, or a new try of the same login, may succeed later without a change.
    retryable: bool,
    /// Who can fix it: `user`, `app`, `clever` or `network`.
    actor: Typed<Plain<&'static str>, ActorWord>,
    /// The sentence for the log, without the details of a specific failure.
    sentence: Plain<&'static str>,
    /// A sentence in English that you can show to the person who logs in.
    user_message: Plain<&'static str>,
    /// The HTTP status for the page that shows this error.
    page_status: Plain<u16>,
}

#[pymethods]
impl ErrorCode {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<pyo3::types::PyTuple>> {
        match_args(
            py,
            ["word", "kind", "exception", "retryable", "actor", "sentence", "user_message", "page_status"],
        )
    }

    fn __repr__(&self) -> Plain<String> {
        Repr::of("ErrorCode").text("word", *self.word).text("kind", *self.kind).finish()
    }
}

/// `dict[str, ErrorCode]`
pub(crate) struct Catalogue;

impl Hint for Catalogue {
    #[cfg(feature = "stubs")]
    const TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("builtins", "dict"),
        type_hint_identifier!("builtins", "str"),
        ErrorCode::TYPE_HINT
    );
}

/// Returns all error codes: a dict from each code to its entry.
#[pyfunction]
pub(crate) fn error_codes(py: Python<'_>) -> PyResult<Typed<Bound<'_, PyDict>, Catalogue>> {
    let catalogue = guarded::dict(py)?;
    for code in clever_sso::ErrorCode::ALL {
        let entry = ErrorCode {
            word: code.as_str().into(),
            kind: code.kind().as_str().into(),
            exception: class(py, code.kind())?.unbind().into(),
            retryable: code.retryable(),
            actor: Plain(code.actor().as_str()).into(),
            sentence: code.sentence().into(),
            user_message: code.user_message().into(),
            page_status: code.page_status().into(),
        };
        catalogue.set_item(guarded::text(py, code.as_str())?, guarded::new(py, entry)?)?;
    }
    Ok(catalogue.into())
}
