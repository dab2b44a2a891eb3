//! Which requests of a browser may begin a login, finish one or log out.

use clever_sso::{BrowserRequest, Endpoint};
use pyo3::exceptions::PyAttributeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString, PyTuple};

use crate::errors::{Result, argument_invalid};
use crate::guarded;
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

/// The headers of a request that decide.
#[derive(Default)]
pub(crate) struct Headers {
    sec_fetch_site: Option<String>,
    sec_fetch_mode: Option<String>,
    sec_purpose: Option<String>,
    purpose: Option<String>,
    origin: Option<String>,
}

impl Headers {
    /// Reads a mapping or pairs, of texts or bytes, whatever the case of the names, and WSGI's `environ`.
    pub(crate) fn read(headers: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut found = Self::default();
        let py = headers.py();
        let tuple = |items| guarded::call(py.get_type::<PyTuple>().as_any(), [items]);
        let pairs = match guarded::get(headers, intern!(py, "items")) {
            Ok(items) => guarded::call(&items, [])?,
            Err(error) if error.is_instance_of::<PyAttributeError>(py) => headers.clone(),
            Err(error) => return Err(error),
        };
        // From here on nothing runs Python code but the making of the pairs.
        for pair in tuple(pairs)?.cast_into::<PyTuple>()?.iter() {
            let pair = tuple(pair)?.cast_into::<PyTuple>()?;
            let (name, value) = (pair.get_item(0)?, pair.get_item(1)?);
            let Some(name) = text(&name) else { continue };
            let Some(field) = found.field(&name) else { continue };
            // One that came twice is none that a browser sends, and stays so.
            if let Some(value) = text(&value) {
                *field =
                    Some(field.take().map_or_else(|| value.clone(), |before| format!("{before}, {value}")));
            }
        }
        Ok(found)
    }

    fn field(&mut self, name: &str) -> Option<&mut Option<String>> {
        let name = name.to_ascii_lowercase().replace('_', "-");
        match name.strip_prefix("http-").unwrap_or(&name) {
            "sec-fetch-site" => Some(&mut self.sec_fetch_site),
            "sec-fetch-mode" => Some(&mut self.sec_fetch_mode),
            "sec-purpose" => Some(&mut self.sec_purpose),
            "purpose" => Some(&mut self.purpose),
            "origin" => Some(&mut self.origin),
            _ => None,
        }
    }

    pub(crate) fn request<'a>(&'a self, method: &'a str) -> BrowserRequest<'a> {
        BrowserRequest {
            method,
            sec_fetch_site: self.sec_fetch_site.as_deref(),
            sec_fetch_mode: self.sec_fetch_mode.as_deref(),
            sec_purpose: self.sec_purpose.as_deref().or(self.purpose.as_deref()),
            origin: self.origin.as_deref(),
        }
    }
}

fn text(value: &Bound<'_, PyAny>) -> Option<String> {
    if let Ok(text) = value.cast::<PyString>() {
        return Some(text.to_string_lossy().into_owned());
    }
    let bytes = value.cast::<PyBytes>().ok()?;
    Some(bytes.as_bytes().iter().copied().map(char::from).collect())
}

pub(crate) fn endpoint(word: &str) -> Result<Endpoint> {
    match word {
        "login" => Ok(Endpoint::Login),
        "callback" => Ok(Endpoint::Callback),
        "logout" => Ok(Endpoint::Logout),
        _ => Err(argument_invalid("endpoint must be \"login\", \"callback\" or \"logout\"")),
    }
}
