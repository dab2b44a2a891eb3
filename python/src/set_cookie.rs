//! A cookie that the response to the browser must set.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt, PyString, PyTuple};

use crate::guarded;
use crate::hints::Tuple;
use crate::plain::Plain;
use crate::repr::{Repr, match_args};

/// A cookie that the response to the browser must set.
///
/// Send `header` as a separate `Set-Cookie` header, or pass the parts to your framework.
#[pyclass(frozen, eq, hash, get_all, module = "clever_sso")]
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct SetCookie {
    /// The name.
    name: Plain<String>,
    /// The value; empty to delete the cookie.
    value: Plain<String>,
    /// How long the browser keeps the cookie, in seconds; 0 deletes it.
    max_age: Plain<u32>,
    /// Whether the browser sends the cookie over https only.
    secure: bool,
    /// The value of the `Set-Cookie` header.
    header: Plain<String>,
}

#[pymethods]
impl SetCookie {
    /// The path of every cookie of this library. A name that starts with `__Host-` allows no other.
    #[classattr]
    const fn path() -> &'static str {
        clever_sso::SetCookie::PATH
    }

    /// JavaScript cannot read a cookie of this library.
    #[classattr]
    const fn http_only() -> bool {
        true
    }

    /// The cookie must not be `Strict`: the browser would not send it when it comes back from Clever.
    #[classattr]
    const fn same_site() -> &'static str {
        clever_sso::SetCookie::SAME_SITE
    }

    #[new]
    fn new(
        name: &Bound<'_, PyString>,
        value: &Bound<'_, PyString>,
        max_age: &Bound<'_, PyInt>,
        secure: &Bound<'_, PyBool>,
        header: &Bound<'_, PyString>,
    ) -> PyResult<Self> {
        Ok(Self {
            name: text(name, "name")?.into(),
            value: text(value, "value")?.into(),
            max_age: guarded::index(max_age)
                .ok()
                .and_then(|age| u32::try_from(age).ok())
                .ok_or_else(|| {
                    guarded::error::<PyValueError>(max_age.py(), "max_age must be from 0 to 4294967295 s")
                })?
                .into(),
            secure: secure.is_true(),
            header: text(header, "header")?.into(),
        })
    }

    /// Lets you pickle an error with cookies, for example to send it from a worker process.
    fn __getnewargs__(&self) -> (&Plain<String>, &Plain<String>, &Plain<u32>, bool, &Plain<String>) {
        (&self.name, &self.value, &self.max_age, self.secure, &self.header)
    }

    #[classattr]
    fn __match_args__(py: Python<'_>) -> PyResult<Py<PyTuple>> {
        match_args(py, ["name", "value", "max_age", "secure", "header"])
    }

    fn __repr__(&self) -> Plain<String> {
        let max_age = self.max_age.to_string();
        Repr::of("SetCookie").text("name", &self.name).hidden("value").raw("max_age", &max_age).finish()
    }
}

impl From<&clever_sso::SetCookie> for SetCookie {
    fn from(cookie: &clever_sso::SetCookie) -> Self {
        Self {
            name: cookie.name().to_owned().into(),
            value: cookie.value().to_owned().into(),
            max_age: cookie.max_age().into(),
            secure: cookie.secure(),
            header: cookie.header().into(),
        }
    }
}

pub(crate) fn all(cookies: &[clever_sso::SetCookie]) -> Vec<SetCookie> {
    cookies.iter().map(Into::into).collect()
}

pub(crate) fn tuple<'py>(py: Python<'py>, cookies: &[SetCookie]) -> PyResult<Tuple<'py, SetCookie>> {
    let made = |cookie: &SetCookie| guarded::new(py, cookie.clone()).map(Bound::into_any);
    guarded::tuple(py, cookies.iter().map(made).collect::<PyResult<Vec<_>>>()?).map(Into::into)
}

/// The text of an argument. The errors of the catalogue have cookies themselves, so this is one of Python's own.
fn text(argument: &Bound<'_, PyString>, name: &str) -> PyResult<String> {
    let no_text = format!("{name} is not valid text: it has half of a surrogate pair");
    match guarded::Utf8::of(argument) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            guarded::give_up(argument.py(), error);
            Err(guarded::error::<PyValueError>(argument.py(), &no_text))
        }
    }
}
