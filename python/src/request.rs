//! Which requests of a browser may begin a login, finish one or log out.

use clever_sso::{BrowserRequest, Endpoint};
use pyo3::exceptions::PyAttributeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};

use crate::errors::{Result, argument_invalid};
use crate::guarded;
use crate::hints::words;
use crate::repr::{Repr, match_args};

/// How to answer a request that must not act: with this status and no body.
#[pyclass(frozen, eq, hash, get_all, module = "clever_sso")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Refusal {
    /// The HTTP status: 200 for `HEAD`, 403, 405 or 503.
    status: u16,
    /// The `Allow` header, with a 405.
    allow: Option<&'static str>,
}

#[pymethods]
impl Refusal {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["status", "allow"])
    }

    fn __repr__(&self) -> String {
        Repr::of("Refusal").raw("status", &self.status.to_string()).finish()
    }
}

impl From<clever_sso::Refusal> for Refusal {
    fn from(refusal: clever_sso::Refusal) -> Self {
        Self { status: refusal.status, allow: refusal.allow }
    }
}

/// A request with its method and headers: a mapping or pairs, of texts or bytes, or WSGI's `environ`.
pub(crate) fn read(method: &str, headers: &Bound<'_, PyAny>) -> PyResult<BrowserRequest> {
    let mut request = BrowserRequest::new(method);
    for pair in pairs(headers)?.iter() {
        let (name, value): (Bound<'_, PyAny>, Bound<'_, PyAny>) = pair.extract()?;
        if let (Some(name), Some(value)) = (text(&name), text(&value)) {
            request.add_header(&name, &value);
        }
    }
    Ok(request)
}

/// The pairs of a mapping, or of what gives pairs itself, as a list: a framework's own class may be written in Python.
fn pairs<'py>(headers: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    let py = headers.py();
    let items = match guarded::get(headers, intern!(py, "items")) {
        Ok(items) => guarded::call(&items, [])?,
        Err(missing) if missing.is_instance_of::<PyAttributeError>(py) => headers.clone(),
        Err(failure) => return Err(failure),
    };
    Ok(guarded::call(py.get_type::<PyList>().as_any(), [items])?.cast_into::<PyList>()?)
}

fn text(value: &Bound<'_, PyAny>) -> Option<String> {
    if let Ok(text) = value.cast::<PyString>() {
        return Some(text.to_string_lossy().into_owned());
    }
    let bytes = value.cast::<PyBytes>().ok()?;
    Some(bytes.as_bytes().iter().copied().map(char::from).collect())
}

words!(EndpointWord: "login", "callback", "logout");

pub(crate) fn endpoint(word: &str) -> Result<Endpoint> {
    match word {
        "login" => Ok(Endpoint::Login),
        "callback" => Ok(Endpoint::Callback),
        "logout" => Ok(Endpoint::Logout),
        _ => Err(argument_invalid("endpoint must be \"login\", \"callback\" or \"logout\"")),
    }
}
