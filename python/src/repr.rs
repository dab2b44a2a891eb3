//! What `repr()` shows: ids and types. Never a token, code, secret, name or email address.

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::guarded;
use crate::plain::{Plain, ToPython as _};

/// Writes `Class(field='value', other=[redacted])`.
#[must_use]
pub(crate) struct Repr {
    text: String,
    empty: bool,
}

impl Repr {
    pub(crate) fn of(class: &str) -> Self {
        Self { text: format!("{class}("), empty: true }
    }

    pub(crate) fn text(self, name: &str, value: &str) -> Self {
        let quoted = format!("'{}'", value.escape_debug());
        self.raw(name, &quoted)
    }

    pub(crate) fn maybe(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.text(name, value),
            None => self.raw(name, "None"),
        }
    }

    /// Shows that the field exists, but not its value.
    pub(crate) fn hidden(self, name: &str) -> Self {
        self.raw(name, "[redacted]")
    }

    /// `shown` is another repr, or a Python keyword such as `None`.
    pub(crate) fn raw(mut self, name: &str, shown: &str) -> Self {
        let between = if self.empty { "" } else { ", " };
        for part in [between, name, "=", shown] {
            self.text.push_str(part);
        }
        self.empty = false;
        self
    }

    pub(crate) fn finish(mut self) -> Plain<String> {
        self.text.push(')');
        Plain(self.text)
    }
}

/// The value of `__match_args__`: the fields by position, as a dataclass would name them.
pub(crate) fn match_args<const N: usize>(py: Python<'_>, names: [&str; N]) -> PyResult<Py<PyTuple>> {
    let names = names.into_iter().map(|name| name.to_python(py)).collect::<PyResult<Vec<_>>>()?;
    guarded::tuple(py, names).map(Bound::unbind)
}
