//! Arguments from Python: texts and numbers that Rust can hold.
//!
//! A str may contain half of a surrogate pair, and an int may have any size. Neither is a wrong type, so the call
//! raises one of this library's errors and names the argument, as for every other invalid value. A wrong type raises a
//! `TypeError`: `client_id must be str, not None`.
//!
//! Reading a number, a path or a sequence may run Python code of the argument's own class. So methods read these
//! arguments through [`crate::guarded`]. If that code raises, the call raises the same exception.

use clever_sso::SettingNames;
use pyo3::exceptions::{PyOverflowError, PyTypeError, PyUnicodeEncodeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyString};
#[cfg(feature = "stubs")]
use pyo3::{
    PyTypeInfo,
    inspect::PyStaticExpr,
    type_hint_union,
    types::{PyFloat, PyInt},
};

use crate::errors::{Failure, Result, argument_invalid, config_invalid};
use crate::guarded::{self, Utf8};
#[cfg(feature = "stubs")]
use crate::hints::Hint;
use crate::hints::{SequenceOfTexts, Typed};

/// How errors describe an int with more digits than any useful number.
pub(crate) const ENDLESS: &str = "a number of too many digits";
const NO_TEXT: &str = "is not valid text: it has half of a surrogate pair";

/// The value of an argument. Only the method knows the argument's name, so errors wait until it reads the value.
enum Given<T> {
    Value(T),
    /// A str that is not valid text.
    NoText,
    /// A value of another type: the name of that type.
    Wrong(String),
}

impl<T> Given<T> {
    fn wrong(object: &Bound<'_, PyAny>) -> Self {
        Self::Wrong(kind_of(object))
    }
}

fn kind_of(object: &Bound<'_, PyAny>) -> String {
    if object.is_none() {
        return "None".to_owned();
    }
    guarded::type_name(object).unwrap_or_else(|_| "another type".to_owned())
}

fn wrong_type(name: &str, expected: &str, found: &str) -> Failure {
    Failure::Type(format!("{name} must be {expected}, not {found}"))
}

/// A str. Errors about invalid text, or a value of another type, name the argument.
pub(crate) struct Text {
    given: Given<Utf8>,
    expected: &'static str,
}

impl<'py> FromPyObject<'_, 'py> for Text {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = PyString::TYPE_HINT;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Self::of(&object, "str")
    }
}

impl Text {
    /// Stands for a required argument that is missing.
    pub(crate) fn left_out() -> Self {
        Self { given: Given::Wrong("nothing".to_owned()), expected: "str" }
    }

    fn of(object: &Bound<'_, PyAny>, expected: &'static str) -> PyResult<Self> {
        let Ok(text) = object.cast::<PyString>() else {
            return Ok(Self { given: Given::wrong(object), expected });
        };
        let given = match Utf8::of(text) {
            Ok(text) => Given::Value(text),
            Err(error) if is_not_text(object.py(), &error) => {
                guarded::give_up(object.py(), error);
                Given::NoText
            }
            Err(error) => return Err(error),
        };
        Ok(Self { given, expected })
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

/// A str that came from a browser. Parts that are not valid text are ignored.
pub(crate) struct Sent(Given<String>);

impl<'py> FromPyObject<'_, 'py> for Sent {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = PyString::TYPE_HINT;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let Ok(text) = object.cast::<PyString>() else { return Ok(Self(Given::wrong(&object))) };
        Ok(Self(Given::Value(guarded::lossy(&text)?)))
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

/// A bool. Truthy and falsy values of other types are not accepted.
pub(crate) struct Flag(pub(crate) std::result::Result<bool, String>);

impl<'py> FromPyObject<'_, 'py> for Flag {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = bool::INPUT_TYPE;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(object.cast::<PyBool>().map(|flag| flag.is_true()).map_err(|_| kind_of(&object))))
    }
}

impl Flag {
    /// The value of the argument with this name.
    pub(crate) fn get(self, name: &str) -> Result<bool> {
        self.0.map_err(|found| wrong_type(name, "bool", &found))
    }
}

/// One string, or a sequence of strings. A string is not read as a sequence of its characters.
pub(crate) struct OneOrMore<'py>(Bound<'py, PyAny>);

impl<'py> FromPyObject<'_, 'py> for OneOrMore<'py> {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_union!(Text::INPUT_TYPE, SequenceOfTexts::TYPE);

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(object.to_owned()))
    }
}

impl OneOrMore<'_> {
    pub(crate) fn read(&self) -> Result<Vec<Text>> {
        if self.0.is_instance_of::<PyString>() {
            return Ok(vec![Text::of(&self.0, "str")?]);
        }
        several(&self.0, "str or a sequence of str")
    }
}

/// Several strings, as an argument.
pub(crate) type Texts<'py> = Typed<Several<'py>, SequenceOfTexts>;

/// Several strings, not a single one. Default: none.
#[derive(Default)]
pub(crate) struct Several<'py>(Option<Bound<'py, PyAny>>);

impl<'py> FromPyObject<'_, 'py> for Several<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(Some(object.to_owned())))
    }
}

impl Several<'_> {
    pub(crate) fn read(&self) -> Result<Vec<Text>> {
        self.0.as_ref().map_or_else(|| Ok(Vec::new()), |object| several(object, "a sequence of str"))
    }
}

/// The strings of a sequence. Any other object becomes one text of the wrong type, and its error names the argument.
fn several(object: &Bound<'_, PyAny>, expected: &'static str) -> Result<Vec<Text>> {
    let wrong = || Ok(vec![Text { given: Given::wrong(object), expected }]);
    let is_one = object.is_instance_of::<PyString>()
        || object.is_instance_of::<PyBytes>()
        || object.is_instance_of::<PyByteArray>();
    if is_one || !guarded::is_sequence(object) {
        return wrong();
    }
    let Some(items) = unless_unfit(object, guarded::list_of(object))? else { return wrong() };
    let texts = items.iter().map(|item| Text::of(&item, "str")).collect::<PyResult<Vec<_>>>();
    guarded::release(object.py(), items.unbind());
    Ok(texts?)
}

/// Text, or the path of a file.
pub(crate) struct TextOrPath<'py>(Bound<'py, PyAny>);

impl<'py> FromPyObject<'_, 'py> for TextOrPath<'py> {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = std::path::PathBuf::INPUT_TYPE;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(object.to_owned()))
    }
}

impl TextOrPath<'_> {
    /// The value of a setting.
    pub(crate) fn setting(&self, names: SettingNames, name: &str) -> Result<String> {
        let object = &self.0;
        let wrong = || wrong_type(&names.of(name), "str or a path", &kind_of(object));
        let path = unless_unfit(object, guarded::path(object))?.ok_or_else(wrong)?;
        let bytes = match guarded::file_name(path.cast::<PyString>().map_err(|_| wrong())?) {
            Ok(bytes) => bytes,
            Err(error) if is_not_text(object.py(), &error) => {
                guarded::give_up(object.py(), error);
                return Err(no_setting(names, name));
            }
            Err(error) => return Err(error.into()),
        };
        Ok(String::from_utf8_lossy(bytes.as_bytes()).into_owned())
    }
}

/// A number: an argument, or its default.
enum Numeric<'py, T> {
    Argument(Bound<'py, PyAny>),
    Default(T),
}

impl<T: Copy> Numeric<'_, T> {
    /// The value of the argument with this name; `None` when it is too large for any argument. `True` is no
    /// number.
    fn get(
        &self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&Bound<'_, PyAny>) -> PyResult<T>,
    ) -> Result<Option<T>> {
        let object = match self {
            Self::Argument(object) => object,
            Self::Default(number) => return Ok(Some(*number)),
        };
        let wrong = || wrong_type(name, expected, &kind_of(object));
        if object.is_instance_of::<PyBool>() {
            return Err(wrong());
        }
        match read(object) {
            Err(error) if error.is_instance_of::<PyOverflowError>(object.py()) => {
                guarded::give_up(object.py(), error);
                Ok(None)
            }
            number => unless_unfit(object, number)?.map(Some).ok_or_else(wrong),
        }
    }
}

/// A whole number, even one that is too large. `True` is not a number.
pub(crate) struct Whole<'py>(Numeric<'py, i64>);

impl Whole<'_> {
    pub(crate) const fn of(number: i64) -> Self {
        Self(Numeric::Default(number))
    }

    /// The value of the argument with this name; `None` when it is too large for any argument.
    pub(crate) fn get(&self, name: &str) -> Result<Option<i64>> {
        self.0.get(name, "int", guarded::index)
    }
}

impl<'py> FromPyObject<'_, 'py> for Whole<'py> {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = PyInt::TYPE_HINT;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(Numeric::Argument(object.to_owned())))
    }
}

/// A number. `True` is not a number.
pub(crate) struct Number<'py>(Numeric<'py, f64>);

impl Number<'_> {
    pub(crate) const fn of(number: f64) -> Self {
        Self(Numeric::Default(number))
    }

    /// The value of the argument with this name; `None` when it is too large for any argument.
    pub(crate) fn get(&self, name: &str) -> Result<Option<f64>> {
        self.0.get(name, "a number", guarded::float)
    }
}

impl<'py> FromPyObject<'_, 'py> for Number<'py> {
    type Error = PyErr;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = PyFloat::TYPE_HINT;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(Numeric::Argument(object.to_owned())))
    }
}

/// Returns `None` if Python itself says that `object` has the wrong type. Exceptions from the object's own code have a
/// traceback, and are returned.
fn unless_unfit<T>(object: &Bound<'_, PyAny>, read: PyResult<T>) -> PyResult<Option<T>> {
    let py = object.py();
    match read {
        Err(error)
            if error.traceback(py).is_none()
                && (error.is_instance_of::<PyTypeError>(py) || error.is_instance_of::<PyValueError>(py)) =>
        {
            guarded::give_up(py, error);
            Ok(None)
        }
        other => other.map(Some),
    }
}

fn is_not_text(py: Python<'_>, error: &PyErr) -> bool {
    error.is_instance_of::<PyUnicodeEncodeError>(py)
}

fn no_setting(names: SettingNames, name: &str) -> Failure {
    config_invalid(&format!("{} {NO_TEXT}", names.of(name)))
}
