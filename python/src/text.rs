//! Arguments from Python: texts and numbers that Rust can hold.
//!
//! A str may hold half of a surrogate pair, and an int may have any size. Neither is a wrong type, so it is an error of the
//! catalogue that names the argument, as every other value that cannot be used.

use std::path::PathBuf;

use clever_sso::SettingNames;
use pyo3::PyTypeInfo;
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyUnicodeEncodeError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBool, PyString};
#[cfg(feature = "stubs")]
use pyo3::{
    inspect::PyStaticExpr,
    type_hint_union,
    types::{PyFloat, PyInt},
};

use crate::errors::{Failure, Result, argument_invalid, config_invalid};
#[cfg(feature = "stubs")]
use crate::hints::Hint;
use crate::hints::{SequenceOfTexts, Typed};

/// What was found where an int has more digits than any number that can be meant.
pub(crate) const ENDLESS: &str = "a number of too many digits";
const NO_TEXT: &str = "is no text: it has half of a surrogate pair";

/// A str. One that is no text is found out by its name.
pub(crate) struct Text(Option<PyBackedStr>);

impl<'py> FromPyObject<'_, 'py> for Text {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = PyString::TYPE_HINT;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        unless::<_, PyUnicodeEncodeError>(object, object.cast::<PyString>()?.extract()).map(Self)
    }
}

impl Text {
    /// The text of the argument with this name.
    pub(crate) fn get(&self, name: &str) -> Result<&str> {
        self.0.as_deref().ok_or_else(|| argument_invalid(&format!("{name} {NO_TEXT}")))
    }

    /// The text of a setting.
    pub(crate) fn setting(&self, names: SettingNames, name: &str) -> Result<String> {
        let text = self.0.as_deref().ok_or_else(|| no_setting(names, name))?;
        Ok(text.to_owned())
    }

    /// Whether this is the text `word`.
    pub(crate) fn is(&self, word: &str) -> bool {
        self.0.as_deref() == Some(word)
    }
}

/// The text of an argument that may be left out.
pub(crate) fn optional<'a>(text: Option<&'a Text>, name: &str) -> Result<Option<&'a str>> {
    text.map(|text| text.get(name)).transpose()
}

/// Several strings.
pub(crate) type Texts = Typed<Vec<Text>, SequenceOfTexts>;

/// One string, or several: a string is not taken for a sequence of its letters.
pub(crate) struct OneOrMore(pub(crate) Vec<Text>);

impl<'py> FromPyObject<'_, 'py> for OneOrMore {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_union!(Text::INPUT_TYPE, SequenceOfTexts::TYPE);

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyString>() {
            return Ok(Self(vec![object.extract()?]));
        }
        let more = object.extract::<Vec<Text>>();
        more.map(Self).map_err(|_| PyTypeError::new_err("expected a str or a sequence of str"))
    }
}

/// Text, or the path of a file.
pub(crate) struct TextOrPath(Option<PathBuf>);

impl<'py> FromPyObject<'_, 'py> for TextOrPath {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = PathBuf::INPUT_TYPE;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        unless::<_, PyUnicodeEncodeError>(object, object.extract()).map(Self)
    }
}

impl TextOrPath {
    /// The value of a setting.
    pub(crate) fn setting(&self, names: SettingNames, name: &str) -> Result<String> {
        let path = self.0.as_ref().ok_or_else(|| no_setting(names, name))?;
        Ok(path.to_string_lossy().into_owned())
    }
}

/// A whole number; `None` when it is larger than any that can be meant. `True` is none.
pub(crate) struct Whole(pub(crate) Option<i64>);

impl<'py> FromPyObject<'_, 'py> for Whole {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = PyInt::TYPE_HINT;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        refuse_bool(object, "an int")?;
        unless::<_, PyOverflowError>(object, object.extract()).map(Self)
    }
}

/// A number; `None` when it is larger than any that can be meant. `True` is none.
pub(crate) struct Number(pub(crate) Option<f64>);

impl<'py> FromPyObject<'_, 'py> for Number {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = PyFloat::TYPE_HINT;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        refuse_bool(object, "a number")?;
        unless::<_, PyOverflowError>(object, object.extract()).map(Self)
    }
}

/// `None` in place of an error of the kind `E`.
fn unless<T, E: PyTypeInfo>(object: Borrowed<'_, '_, PyAny>, value: PyResult<T>) -> PyResult<Option<T>> {
    match value {
        Err(error) if error.is_instance_of::<E>(object.py()) => Ok(None),
        other => other.map(Some),
    }
}

fn refuse_bool(object: Borrowed<'_, '_, PyAny>, expected: &str) -> PyResult<()> {
    if object.is_instance_of::<PyBool>() {
        return Err(PyTypeError::new_err(format!("expected {expected}, found a bool")));
    }
    Ok(())
}

fn no_setting(names: SettingNames, name: &str) -> Failure {
    config_invalid(&format!("{} {NO_TEXT}", names.of(name)))
}
