//! Converts JSON values to the Python values that `json.loads` would return.

use pyo3::prelude::*;
use serde_json::{Map, Value};

use crate::guarded;
use crate::hints::{Dict, Tuple};
use crate::plain::ToPython as _;

/// A new dict each time, so that each caller may change its own.
pub(crate) fn to_dict<'py>(py: Python<'py>, members: &Map<String, Value>) -> PyResult<Dict<'py>> {
    let dict = guarded::dict(py)?;
    for (name, value) in members {
        dict.set_item(guarded::text(py, name)?, to_python(py, value)?)?;
    }
    Ok(dict.into())
}

/// Strings as a tuple.
pub(crate) fn strings<'py>(py: Python<'py>, texts: &[String]) -> PyResult<Tuple<'py, String>> {
    guarded::tuple(py, texts.iter().map(|text| text.to_python(py)).collect::<PyResult<Vec<_>>>()?)
        .map(Into::into)
}

/// The recursion is limited: the core refuses deeply nested JSON.
pub(crate) fn to_python<'py>(py: Python<'py>, value: &Value) -> PyResult<Bound<'py, PyAny>> {
    match value {
        Value::Null => Ok(py.None().into_bound(py)),
        Value::Bool(value) => value.to_python(py),
        Value::Number(number) => {
            if let Some(whole) = number.as_i64() {
                whole.to_python(py)
            } else if let Some(whole) = number.as_u64() {
                whole.to_python(py)
            } else {
                number.as_f64().to_python(py)
            }
        }
        Value::String(text) => text.to_python(py),
        Value::Array(items) => {
            let list = guarded::list(py)?;
            for item in items {
                list.append(to_python(py, item)?)?;
            }
            Ok(list.into_any())
        }
        Value::Object(members) => Ok(to_dict(py, members)?.value.into_any()),
    }
}
