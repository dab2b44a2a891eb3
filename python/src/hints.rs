//! Type hints for the stub where a Rust type is too general: `tuple[Role, ...]` for a tuple.
//!
//! PyO3 reads these hints only when it is built with the feature `stubs`, which `python/stub.py` asks for.

use std::marker::PhantomData;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

#[cfg(feature = "stubs")]
use pyo3::{
    inspect::{PyStaticConstant, PyStaticExpr},
    type_hint_identifier, type_hint_subscript, type_hint_union,
};

/// A type of Python's.
pub(crate) trait Hint {
    #[cfg(feature = "stubs")]
    const TYPE: PyStaticExpr;
}

/// A value of the Rust type `T` and the Python type `H`.
pub(crate) struct Typed<T, H> {
    pub(crate) value: T,
    hint: PhantomData<fn() -> H>,
}

impl<T, H> From<T> for Typed<T, H> {
    fn from(value: T) -> Self {
        Self { value, hint: PhantomData }
    }
}

impl<'a, 'py, T: FromPyObject<'a, 'py>, H: Hint> FromPyObject<'a, 'py> for Typed<T, H> {
    type Error = T::Error;

    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = H::TYPE;

    fn extract(object: Borrowed<'a, 'py, PyAny>) -> Result<Self, T::Error> {
        T::extract(object).map(Into::into)
    }
}

impl<'py, T: IntoPyObject<'py>, H: Hint> IntoPyObject<'py> for Typed<T, H> {
    type Target = T::Target;
    type Output = T::Output;
    type Error = T::Error;

    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: PyStaticExpr = H::TYPE;

    fn into_pyobject(self, py: Python<'py>) -> Result<T::Output, T::Error> {
        self.value.into_pyobject(py)
    }
}

impl<'a, 'py, T, H: Hint> IntoPyObject<'py> for &'a Typed<T, H>
where
    &'a T: IntoPyObject<'py>,
{
    type Target = <&'a T as IntoPyObject<'py>>::Target;
    type Output = <&'a T as IntoPyObject<'py>>::Output;
    type Error = <&'a T as IntoPyObject<'py>>::Error;

    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: PyStaticExpr = H::TYPE;

    fn into_pyobject(self, py: Python<'py>) -> Result<Self::Output, Self::Error> {
        (&self.value).into_pyobject(py)
    }
}

/// `tuple[T, ...]`
pub(crate) type Tuple<'py, T> = Typed<Bound<'py, PyTuple>, TupleOf<T>>;

/// `dict[str, Any]`
pub(crate) type Dict<'py> = Typed<Bound<'py, PyDict>, Members>;

/// `dict[str, Any]`, of JSON that is an object.
pub(crate) type Object<'py> = Typed<Bound<'py, PyAny>, Members>;

/// `Future[T]`
pub(crate) type Future<'py, T> = Typed<Bound<'py, PyAny>, FutureOf<T>>;

pub(crate) struct SequenceOfTexts;

impl Hint for SequenceOfTexts {
    #[cfg(feature = "stubs")]
    const TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("collections.abc", "Sequence"),
        type_hint_identifier!("builtins", "str")
    );
}

/// `Sequence[T]`
pub(crate) struct SequenceOf<T>(PhantomData<T>);

impl<T: FromPyObject<'static, 'static>> Hint for SequenceOf<T> {
    #[cfg(feature = "stubs")]
    const TYPE: PyStaticExpr =
        type_hint_subscript!(type_hint_identifier!("collections.abc", "Sequence"), T::INPUT_TYPE);
}

pub(crate) struct TupleOf<T>(PhantomData<T>);

impl<T: IntoPyObject<'static>> Hint for TupleOf<T> {
    #[cfg(feature = "stubs")]
    const TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("builtins", "tuple"),
        T::OUTPUT_TYPE,
        PyStaticExpr::Constant { value: PyStaticConstant::Ellipsis }
    );
}

pub(crate) struct Members;

impl Hint for Members {
    #[cfg(feature = "stubs")]
    const TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("builtins", "dict"),
        type_hint_identifier!("builtins", "str"),
        ANY
    );
}

pub(crate) struct FutureOf<T>(PhantomData<T>);

impl<T: IntoPyObject<'static>> Hint for FutureOf<T> {
    #[cfg(feature = "stubs")]
    const TYPE: PyStaticExpr =
        type_hint_subscript!(type_hint_identifier!("asyncio", "Future"), T::OUTPUT_TYPE);
}

/// The headers of a request: a mapping or pairs, with the framework's own types.
pub(crate) struct Headers;

impl Hint for Headers {
    #[cfg(feature = "stubs")]
    const TYPE: PyStaticExpr = type_hint_union!(
        type_hint_subscript!(
            type_hint_identifier!("collections.abc", "Mapping"),
            type_hint_identifier!("builtins", "str"),
            ANY
        ),
        type_hint_subscript!(
            type_hint_identifier!("collections.abc", "Iterable"),
            type_hint_subscript!(type_hint_identifier!("builtins", "tuple"), ANY, ANY)
        )
    );
}

/// A class of `exceptions.py`.
pub(crate) struct ErrorClass;

impl Hint for ErrorClass {
    #[cfg(feature = "stubs")]
    const TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("builtins", "type"),
        type_hint_identifier!("clever_sso.exceptions", "Error")
    );
}

/// The return type of a function that never returns.
pub(crate) struct NoReturn;

impl Hint for NoReturn {
    #[cfg(feature = "stubs")]
    const TYPE: PyStaticExpr = type_hint_identifier!("typing", "NoReturn");
}

/// A bool that is always the same.
pub(crate) struct Always<const VALUE: bool>;

impl<const VALUE: bool> Hint for Always<VALUE> {
    #[cfg(feature = "stubs")]
    const TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("typing", "Literal"),
        PyStaticExpr::Constant { value: PyStaticConstant::Bool(VALUE) }
    );
}

#[cfg(feature = "stubs")]
const ANY: PyStaticExpr = type_hint_identifier!("typing", "Any");

/// Defines the hint for a text that must be one of a few words.
macro_rules! words {
    ($name:ident: $($word:expr),+) => {
        pub(crate) struct $name;

        impl $crate::hints::Hint for $name {
            #[cfg(feature = "stubs")]
            const TYPE: pyo3::inspect::PyStaticExpr = pyo3::type_hint_subscript!(
                pyo3::type_hint_identifier!("typing", "Literal"),
                $(pyo3::inspect::PyStaticExpr::Constant {
                    value: pyo3::inspect::PyStaticConstant::Str($word),
                }),+
            );
        }
    };
}
pub(crate) use words;
