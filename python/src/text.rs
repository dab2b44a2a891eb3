//! Arguments from Python: texts and numbers that Rust can hold.
//!
//! A str may hold half of a surrogate pair, and an int may have any size. Neither is a wrong type, so it is an error of the
//! catalogue that names the argument, as every other value that cannot be used. A wrong type is a `TypeError` that names
//! it: `client_id must be str, not None`.

use std::path::PathBuf;

use clever_sso::SettingNames;
use pyo3::PyTypeInfo;
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyUnicodeEncodeError};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedStr;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyString};
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

/// What was given for an argument. Only its method knows its name, so errors wait until the value is asked for.
enum Given<T> {
    Value(T),
    /// A str that is no text.
    NoText,
    /// A value of another type, of which this is the name.
    Wrong(String),
}

impl<T> Given<T> {
    fn wrong(object: Borrowed<'_, '_, PyAny>) -> Self {
        Self::Wrong(kind_of(object))
    }
}

fn kind_of(object: Borrowed<'_, '_, PyAny>) -> String {
    if object.is_none() {
        return "None".to_owned();
    }
    object
        .get_type()
        .name()
        .map_or_else(|_| "another type".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn wrong_type(name: &str, expected: &str, found: &str) -> Failure {
    PyTypeError::new_err(format!("{name} must be {expected}, not {found}")).into()
}

/// A str. One that is no text, and a value of another type, are found out by their name.
pub(crate) struct Text {
    given: Given<PyBackedStr>,
    expected: &'static str,
}

impl<'py> FromPyObject<'_, 'py> for Text {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = PyString::TYPE_HINT;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let Ok(text) = object.cast::<PyString>() else { return Ok(Self::wrong(object, "str")) };
        let text = unless::<_, PyUnicodeEncodeError>(object, text.extract())?;
        Ok(Self { given: text.map_or(Given::NoText, Given::Value), expected: "str" })
    }
}

impl Text {
    fn wrong(object: Borrowed<'_, '_, PyAny>, expected: &'static str) -> Self {
        Self { given: Given::wrong(object), expected }
    }

    /// The text of the argument with this name.
    pub(crate) fn get(&self, name: &str) -> Result<&str> {
        self.text(name, || argument_invalid(&format!("{name} {NO_TEXT}")))
    }

    /// The text of a setting.
    pub(crate) fn setting(&self, names: SettingNames, name: &str) -> Result<String> {
        Ok(self.text(&names.of(name), || no_setting(names, name))?.to_owned())
    }

    fn text(&self, name: &str, no_text: impl FnOnce() -> Failure) -> Result<&str> {
        match &self.given {
            Given::Value(text) => Ok(text),
            Given::NoText => Err(no_text()),
            Given::Wrong(found) => Err(wrong_type(name, self.expected, found)),
        }
    }

    /// Whether this is the text `word`.
    pub(crate) fn is(&self, word: &str) -> bool {
        matches!(&self.given, Given::Value(text) if **text == *word)
    }
}

/// The text of an argument that may be left out.
pub(crate) fn optional<'a>(text: Option<&'a Text>, name: &str) -> Result<Option<&'a str>> {
    text.map(|text| text.get(name)).transpose()
}

/// A str that came from a browser. What is no text in it means nothing.
pub(crate) struct Sent(Given<String>);

impl<'py> FromPyObject<'_, 'py> for Sent {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = PyString::TYPE_HINT;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let text = object.cast::<PyString>().map(|text| text.to_string_lossy().into_owned());
        Ok(Self(text.map_or_else(|_| Given::wrong(object), Given::Value)))
    }
}

impl Sent {
    /// The text of the argument with this name.
    pub(crate) fn get(self, name: &str) -> Result<String> {
        match self.0 {
            Given::Value(text) => Ok(text),
            Given::NoText => Ok(String::new()),
            Given::Wrong(found) => Err(wrong_type(name, "str", &found)),
        }
    }
}

/// True or false.
pub(crate) struct Flag(pub(crate) std::result::Result<bool, String>);

impl<'py> FromPyObject<'_, 'py> for Flag {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = bool::INPUT_TYPE;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(object.extract().map_err(|_| kind_of(object))))
    }
}

impl Flag {
    /// The value of the argument with this name.
    pub(crate) fn get(self, name: &str) -> Result<bool> {
        self.0.map_err(|found| wrong_type(name, "bool", &found))
    }
}

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
        Ok(Self(several(object, "str or a sequence of str")))
    }
}

/// Several strings, as an argument.
pub(crate) type Texts = Typed<Several, SequenceOfTexts>;

/// Several strings, and not one.
pub(crate) struct Several(pub(crate) Vec<Text>);

impl<'py> FromPyObject<'_, 'py> for Several {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(several(object, "a sequence of str")))
    }
}

/// The strings of a sequence. Something else becomes one text of the wrong type, which is refused by its name.
fn several(object: Borrowed<'_, '_, PyAny>, expected: &'static str) -> Vec<Text> {
    let is_bytes = object.is_instance_of::<PyBytes>() || object.is_instance_of::<PyByteArray>();
    let texts = if is_bytes { None } else { object.extract::<Vec<Text>>().ok() };
    texts.unwrap_or_else(|| vec![Text::wrong(object, expected)])
}

/// Text, or the path of a file.
pub(crate) struct TextOrPath(Given<PathBuf>);

impl<'py> FromPyObject<'_, 'py> for TextOrPath {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = PathBuf::INPUT_TYPE;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(match object.extract() {
            Ok(path) => Given::Value(path),
            Err(error) if error.is_instance_of::<PyUnicodeEncodeError>(object.py()) => Given::NoText,
            Err(error) if error.is_instance_of::<PyTypeError>(object.py()) => Given::wrong(object),
            Err(error) => return Err(error),
        }))
    }
}

impl TextOrPath {
    /// The value of a setting.
    pub(crate) fn setting(&self, names: SettingNames, name: &str) -> Result<String> {
        match &self.0 {
            Given::Value(path) => Ok(path.to_string_lossy().into_owned()),
            Given::NoText => Err(no_setting(names, name)),
            Given::Wrong(found) => Err(wrong_type(&names.of(name), "str or a path", found)),
        }
    }
}

/// A whole number, larger ones than can be meant included. `True` is none.
pub(crate) struct Whole(Given<i64>);

impl Whole {
    pub(crate) const fn of(number: i64) -> Self {
        Self(Given::Value(number))
    }

    /// The value of the argument with this name; `None` when it is larger than any that can be meant.
    pub(crate) fn get(&self, name: &str) -> Result<Option<i64>> {
        match &self.0 {
            Given::Value(number) => Ok(Some(*number)),
            Given::NoText => Ok(None),
            Given::Wrong(found) => Err(wrong_type(name, "int", found)),
        }
    }
}

impl<'py> FromPyObject<'_, 'py> for Whole {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = PyInt::TYPE_HINT;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(number(object)))
    }
}

/// A number. `True` is none.
pub(crate) struct Number(Given<f64>);

impl Number {
    pub(crate) const fn of(number: f64) -> Self {
        Self(Given::Value(number))
    }

    /// The value of the argument with this name; `None` when it is larger than any that can be meant.
    pub(crate) fn get(&self, name: &str) -> Result<Option<f64>> {
        match &self.0 {
            Given::Value(number) => Ok(Some(*number)),
            Given::NoText => Ok(None),
            Given::Wrong(found) => Err(wrong_type(name, "a number", found)),
        }
    }
}

impl<'py> FromPyObject<'_, 'py> for Number {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = PyFloat::TYPE_HINT;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(number(object)))
    }
}

/// `Given::NoText` stands for a number that is too large.
fn number<'a, 'py, T: FromPyObject<'a, 'py>>(object: Borrowed<'a, 'py, PyAny>) -> Given<T> {
    if object.is_instance_of::<PyBool>() {
        return Given::wrong(object);
    }
    match object.extract::<T>().map_err(Into::into) {
        Ok(number) => Given::Value(number),
        Err(error) if error.is_instance_of::<PyOverflowError>(object.py()) => Given::NoText,
        Err(_) => Given::wrong(object),
    }
}

/// `None` in place of an error of the kind `E`.
fn unless<T, E: PyTypeInfo>(object: Borrowed<'_, '_, PyAny>, value: PyResult<T>) -> PyResult<Option<T>> {
    match value {
        Err(error) if error.is_instance_of::<E>(object.py()) => Ok(None),
        other => other.map(Some),
    }
}

fn no_setting(names: SettingNames, name: &str) -> Failure {
    config_invalid(&format!("{} {NO_TEXT}", names.of(name)))
}
