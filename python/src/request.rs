//! Decides which requests of a browser may begin a login, finish a login, or log out.

use clever_sso::{BrowserRequest, Endpoint};
use pyo3::exceptions::{PyAttributeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString, PyTuple};

use crate::errors::{Result, argument_invalid};
use crate::guarded::{self, name};
use crate::hints::words;
use crate::plain::Plain;
use crate::repr::{Repr, match_args};

/// The response to send instead of acting on a request: this status and an empty body.
#[pyclass(frozen, eq, hash, get_all, module = "clever_sso")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Refusal {
    /// The HTTP status: 200 for `HEAD`, 403, 405 or 503.
    status: Plain<u16>,
    /// The `Allow` header, with a 405.
    allow: Plain<Option<&'static str>>,
}

#[pymethods]
impl Refusal {
    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["status", "allow"])
    }

    fn __repr__(&self) -> Plain<String> {
        Repr::of("Refusal").raw("status", &self.status.to_string()).finish()
    }
}

impl From<clever_sso::Refusal> for Refusal {
    fn from(refusal: clever_sso::Refusal) -> Self {
        Self { status: refusal.status.into(), allow: refusal.allow.into() }
    }
}

/// A request with its method and headers: a mapping or pairs, of texts or bytes, or WSGI's `environ`.
pub(crate) fn read(method: &str, headers: &Bound<'_, PyAny>) -> PyResult<BrowserRequest> {
    let py = headers.py();
    let pairs = pairs(headers).map_err(|error| {
        // An exception from the mapping's own code keeps its traceback and is not changed.
        if !error.is_instance_of::<PyTypeError>(py) || error.traceback(py).is_some() {
            return error;
        }
        let wrong = wrong(py, "expected a mapping or pairs");
        wrong.set_cause(py, Some(error));
        wrong
    })?;
    let request = request(method, &pairs);
    guarded::release(py, pairs.unbind());
    request
}

fn request(method: &str, pairs: &Bound<'_, PyList>) -> PyResult<BrowserRequest> {
    let py = pairs.py();
    let mut request = BrowserRequest::new(method);
    for pair in pairs.iter() {
        let (name, value) = name_and_value(&pair)?;
        let name = text(&name)?.ok_or_else(|| wrong(py, "expected names that are str or bytes"))?;
        // An `environ` also has values of other types, and none of those is a header.
        if !BrowserRequest::is_known_header(&name) || value.is_none() {
            continue;
        }
        let wrong = || wrong(py, &format!("expected a str or bytes as the value of {name}"));
        request.add_header(&name, &text(&value)?.ok_or_else(wrong)?);
    }
    Ok(request)
}

/// The pairs of a mapping, or of what gives pairs itself, as a list: a framework's own class may be written in Python.
fn pairs<'py>(headers: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    let py = headers.py();
    let items = match guarded::get(headers, name!(py, "items")) {
        Ok(items) => guarded::call(&items, [])?,
        Err(missing) if missing.is_instance_of::<PyAttributeError>(py) => {
            guarded::give_up(py, missing);
            headers.clone()
        }
        Err(failure) => return Err(failure),
    };
    let pairs = guarded::list_of(&items);
    guarded::release(py, items.unbind());
    pairs
}

/// The two items of a pair, which is a tuple or a list.
fn name_and_value<'py>(pair: &Bound<'py, PyAny>) -> PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)> {
    let items: Vec<_> = match (pair.cast::<PyTuple>(), pair.cast::<PyList>()) {
        (Ok(tuple), _) => tuple.iter().collect(),
        (_, Ok(list)) => list.iter().collect(),
        _ => return Err(wrong(pair.py(), "expected pairs of a name and a value, found something else")),
    };
    match <[_; 2]>::try_from(items) {
        Ok([name, value]) => Ok((name, value)),
        Err(items) => {
            let found = format!("expected pairs of a name and a value, found {} items", items.len());
            Err(wrong(pair.py(), &found))
        }
    }
}

/// In the words in which PyO3 names an argument.
fn wrong(py: Python<'_>, what: &str) -> PyErr {
    guarded::error::<PyTypeError>(py, &format!("argument 'headers': {what}"))
}

fn text(value: &Bound<'_, PyAny>) -> PyResult<Option<String>> {
    if let Ok(text) = value.cast::<PyString>() {
        return guarded::lossy(text).map(Some);
    }
    let bytes = value.cast::<PyBytes>().ok();
    Ok(bytes.map(|bytes| bytes.as_bytes().iter().copied().map(char::from).collect()))
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
