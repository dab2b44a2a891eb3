//! Calls from Rust into Python that may run Python code.
//!
//! When the interpreter ends, Python ends each thread that tries to take the GIL again. Before Python 3.14 it calls
//! `pthread_exit`, which unwinds the thread's stack. Python code may release and take the GIL at any time, so this can
//! happen in any call that may run Python code: methods written in Python, signal and logging handlers, imports, and
//! finalizers, which creating any container may trigger (up to Python 3.11). If the unwinding reaches a Rust frame, the
//! process aborts. So every such call goes through this file: the unwinding reaches [`Park`] first, and the thread
//! sleeps until the process ends. Python 3.14 does the same itself.
//!
//! `clippy.toml` forbids PyO3's own ways to call Python. Functions of the interpreter that only read or make a plain value
//! need no guard.
#![expect(
    unsafe_code,
    reason = "functions of the interpreter, called so that a thread that ends may unwind through them"
)]
#![expect(clippy::disallowed_methods, reason = "this file guards the calls that are forbidden elsewhere")]

use std::array;
use std::ffi::{CStr, c_char, c_double, c_int, c_longlong, c_ulonglong};
use std::hint::black_box;
use std::mem::{forget, transmute};
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;
use std::thread;

use pyo3::ffi::{self, Py_ssize_t, PyGILState_STATE, PyObject};
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict, PyList, PyString, PyTuple, PyType};
use pyo3::{PyClass, PyClassInitializer, PyTypeInfo};

use crate::interpreter;

/// Puts the thread to sleep forever when it is dropped. Only the unwinding of an ended thread drops it.
struct Park;

impl Drop for Park {
    fn drop(&mut self) {
        park();
    }
}

/// Sleeps until the process is gone.
pub(crate) fn park() -> ! {
    loop {
        thread::park();
    }
}

/// Calls a function of the interpreter that may run Python code.
macro_rules! run {
    ($name:ident($($value:expr),*): ($($type:ty),*) -> $result:ty) => {{
        let function: unsafe extern "C" fn($($type),*) -> $result = ffi::$name;
        // The compiler must not see which function this is: PyO3 declares that it never unwinds, so the optimizer would
        // remove the guard.
        let function = black_box(function);
        // SAFETY: the two types differ only in whether the function may unwind.
        let function: unsafe extern "C-unwind" fn($($type),*) -> $result = unsafe { transmute(function) };
        let guard = Park;
        // SAFETY: the callers below have a Python token, and pass what the function requires.
        let result = unsafe { function($($value),*) };
        forget(guard);
        result
    }};
}

/// An interned name. Use it only where `?` may return a [`PyErr`].
///
/// PyO3's `intern!` releases the GIL while it creates its value. If another thread forks at that moment, the child
/// waits for the value forever.
macro_rules! name {
    ($py:expr, $text:expr) => {
        &$crate::guarded::interned($py, $text)?
    };
}
pub(crate) use name;

/// Takes a new reference, or the exception that was raised instead.
fn owned(py: Python<'_>, made: *mut PyObject) -> PyResult<Bound<'_, PyAny>> {
    // SAFETY: each caller got `made` from a function that gives a new reference, or NULL with an exception set.
    unsafe { Bound::from_owned_ptr_or_opt(py, made) }.ok_or_else(|| fetch(py))
}

fn succeeded(py: Python<'_>, status: c_int) -> PyResult<()> {
    if status == 0 { Ok(()) } else { Err(fetch(py)) }
}

/// Takes the exception that is set. Before Python 3.12 its object may not have been made yet.
fn fetch(py: Python<'_>) -> PyErr {
    let mut parts = [ptr::null_mut(); 3];
    let [class, value, traceback] = parts.each_mut().map(ptr::from_mut);
    // SAFETY: this thread has the GIL, and the three pointers may be written to.
    unsafe { ffi::PyErr_Fetch(class, value, traceback) };
    run!(PyErr_NormalizeException(class, value, traceback):
        (*mut *mut PyObject, *mut *mut PyObject, *mut *mut PyObject) -> ());
    let [class, value, traceback] = parts;
    // SAFETY: this thread has the GIL; the references are returned to Python.
    unsafe { ffi::PyErr_Restore(class, value, traceback) };
    PyErr::fetch(py)
}

/// A built-in exception of Python. PyO3 would create it later, without a guard.
pub(crate) fn error<E: PyTypeInfo>(py: Python<'_>, message: &str) -> PyErr {
    let made =
        text(py, message).and_then(|message| call(&py.get_type::<E>().into_any(), [message.into_any()]));
    made.map_or_else(|failure| failure, PyErr::from_value)
}

/// A new str.
///
/// PyO3's own function writes to stderr and panics if Python has no memory for the str.
pub(crate) fn text<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyString>> {
    let size = Py_ssize_t::try_from(text.len())?;
    let made = run!(PyUnicode_FromStringAndSize(text.as_ptr().cast(), size):
        (*const c_char, Py_ssize_t) -> *mut PyObject);
    Ok(owned(py, made)?.cast_into::<PyString>()?)
}

/// The interned str with this text.
pub(crate) fn interned<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyString>> {
    let mut kept = text(py, name)?.into_ptr();
    // SAFETY: the reference is to a str, and is replaced by one to the interned str; without memory it stays unchanged.
    unsafe { ffi::PyUnicode_InternInPlace(&raw mut kept) };
    Ok(owned(py, kept)?.cast_into::<PyString>()?)
}

/// A new int.
pub(crate) fn whole(py: Python<'_>, number: i64) -> PyResult<Bound<'_, PyAny>> {
    owned(py, run!(PyLong_FromLongLong(number): (c_longlong) -> *mut PyObject))
}

/// A new int, not negative.
pub(crate) fn unsigned(py: Python<'_>, number: u64) -> PyResult<Bound<'_, PyAny>> {
    owned(py, run!(PyLong_FromUnsignedLongLong(number): (c_ulonglong) -> *mut PyObject))
}

/// A new float.
pub(crate) fn real(py: Python<'_>, number: f64) -> PyResult<Bound<'_, PyAny>> {
    owned(py, run!(PyFloat_FromDouble(number): (c_double) -> *mut PyObject))
}

/// Drops an exception and everything that its traceback refers to.
pub(crate) fn give_up(py: Python<'_>, error: PyErr) {
    release(py, error.into_value(py));
}

/// `callable(*arguments)`.
pub(crate) fn call<'py, const N: usize>(
    callable: &Bound<'py, PyAny>,
    arguments: [Bound<'py, PyAny>; N],
) -> PyResult<Bound<'py, PyAny>> {
    let py = callable.py();
    let arguments = tuple(py, arguments)?;
    let result = call_with(callable, &arguments, None);
    release(py, arguments.unbind());
    result
}

/// `callable(*arguments, **keywords)`.
pub(crate) fn call_with<'py>(
    callable: &Bound<'py, PyAny>,
    arguments: &Bound<'py, PyTuple>,
    keywords: Option<&Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let keywords = keywords.map_or(ptr::null_mut(), Bound::as_ptr);
    let result = run!(PyObject_Call(callable.as_ptr(), arguments.as_ptr(), keywords):
        (*mut PyObject, *mut PyObject, *mut PyObject) -> *mut PyObject);
    owned(callable.py(), result)
}

/// `object.name(*arguments)`.
pub(crate) fn call_method<'py, const N: usize>(
    object: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
    arguments: [Bound<'py, PyAny>; N],
) -> PyResult<Bound<'py, PyAny>> {
    call(&get(object, name)?, arguments)
}

/// `object.name`.
pub(crate) fn get<'py>(
    object: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
) -> PyResult<Bound<'py, PyAny>> {
    let found = run!(PyObject_GetAttr(object.as_ptr(), name.as_ptr()):
        (*mut PyObject, *mut PyObject) -> *mut PyObject);
    owned(object.py(), found)
}

/// `object.name = value`.
pub(crate) fn set<'py>(
    object: &Bound<'py, PyAny>,
    name: &Bound<'py, PyString>,
    value: &Bound<'py, PyAny>,
) -> PyResult<()> {
    let status = run!(PyObject_SetAttr(object.as_ptr(), name.as_ptr(), value.as_ptr()):
        (*mut PyObject, *mut PyObject, *mut PyObject) -> c_int);
    succeeded(object.py(), status)
}

/// `bool(object)`.
pub(crate) fn is_true(object: &Bound<'_, PyAny>) -> PyResult<bool> {
    match run!(PyObject_IsTrue(object.as_ptr()): (*mut PyObject) -> c_int) {
        -1 => Err(fetch(object.py())),
        truth => Ok(truth != 0),
    }
}

/// `import name`.
pub(crate) fn import<'py>(py: Python<'py>, name: &CStr) -> PyResult<Bound<'py, PyAny>> {
    // For a name such as `package.module` this returns the module, not the package.
    owned(py, run!(PyImport_ImportModule(name.as_ptr()): (*const c_char) -> *mut PyObject))
}

/// Whether a module of this name has been imported.
pub(crate) fn is_imported(py: Python<'_>, name: &Bound<'_, PyString>) -> PyResult<bool> {
    let found = run!(PyImport_GetModule(name.as_ptr()): (*mut PyObject) -> *mut PyObject);
    if found.is_null() {
        return PyErr::take(py).map_or(Ok(false), Err);
    }
    owned(py, found).map(|_| true)
}

/// A new tuple.
pub(crate) fn tuple<'py>(
    py: Python<'py>,
    items: impl IntoIterator<Item = Bound<'py, PyAny>, IntoIter: ExactSizeIterator>,
) -> PyResult<Bound<'py, PyTuple>> {
    let items = items.into_iter();
    let size = Py_ssize_t::try_from(items.len())?;
    let made = owned(py, run!(PyTuple_New(size): (Py_ssize_t) -> *mut PyObject))?;
    for (index, item) in (0..size).zip(items) {
        // SAFETY: no other code has the new tuple. It has this index, and takes ownership of the reference.
        succeeded(py, unsafe { ffi::PyTuple_SetItem(made.as_ptr(), index, item.into_ptr()) })?;
    }
    Ok(made.cast_into::<PyTuple>()?)
}

/// A new, empty dict.
pub(crate) fn dict(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    Ok(owned(py, run!(PyDict_New(): () -> *mut PyObject))?.cast_into::<PyDict>()?)
}

/// A new, empty list.
pub(crate) fn list(py: Python<'_>) -> PyResult<Bound<'_, PyList>> {
    Ok(owned(py, run!(PyList_New(0): (Py_ssize_t) -> *mut PyObject))?.cast_into::<PyList>()?)
}

/// `list(object)`.
pub(crate) fn list_of<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyList>> {
    let made = run!(PySequence_List(object.as_ptr()): (*mut PyObject) -> *mut PyObject);
    Ok(owned(object.py(), made)?.cast_into::<PyList>()?)
}

/// Whether `object[0]` may mean something: `object` is not a dict, and its class has items.
pub(crate) fn is_sequence(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: this thread has the GIL. The function only reads the class.
    unsafe { ffi::PySequence_Check(object.as_ptr()) == 1 }
}

/// `float(object)`, but a str is not a number.
pub(crate) fn float(object: &Bound<'_, PyAny>) -> PyResult<f64> {
    let number = run!(PyFloat_AsDouble(object.as_ptr()): (*mut PyObject) -> f64);
    if number.to_bits() == (-1.0_f64).to_bits() && PyErr::occurred(object.py()) {
        return Err(fetch(object.py()));
    }
    Ok(number)
}

/// `operator.index(object)`.
pub(crate) fn index(object: &Bound<'_, PyAny>) -> PyResult<i64> {
    let py = object.py();
    let whole = owned(py, run!(PyNumber_Index(object.as_ptr()): (*mut PyObject) -> *mut PyObject))?;
    let number = run!(PyLong_AsLongLong(whole.as_ptr()): (*mut PyObject) -> c_longlong);
    let failed = number == -1 && PyErr::occurred(py);
    let result = if failed { Err(fetch(py)) } else { Ok(number) };
    release(py, whole.unbind());
    result
}

/// `os.fspath(object)`.
pub(crate) fn path<'py>(object: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyAny>> {
    owned(object.py(), run!(PyOS_FSPath(object.as_ptr()): (*mut PyObject) -> *mut PyObject))
}

/// The bytes of a str, in UTF-8. Python keeps them.
pub(crate) struct Utf8(PyBackedBytes);

impl Utf8 {
    /// An error when it has half of a surrogate pair.
    pub(crate) fn of(text: &Bound<'_, PyString>) -> PyResult<Self> {
        let made = run!(PyUnicode_AsUTF8String(text.as_ptr()): (*mut PyObject) -> *mut PyObject);
        Ok(Self(owned(text.py(), made)?.cast_into::<PyBytes>()?.into()))
    }
}

impl Deref for Utf8 {
    type Target = str;

    fn deref(&self) -> &str {
        // SAFETY: Python has made them of a str, and bytes do not change.
        unsafe { str::from_utf8_unchecked(&self.0) }
    }
}

/// A str. Halves of surrogate pairs become U+FFFD.
pub(crate) fn lossy(text: &Bound<'_, PyString>) -> PyResult<String> {
    let made = run!(PyUnicode_AsEncodedString(text.as_ptr(), c"utf-8".as_ptr(), c"surrogatepass".as_ptr()):
        (*mut PyObject, *const c_char, *const c_char) -> *mut PyObject);
    let bytes = owned(text.py(), made)?.cast_into::<PyBytes>()?;
    Ok(String::from_utf8_lossy(bytes.as_bytes()).into_owned())
}

/// A str, encoded as in a file name of this system.
pub(crate) fn file_name<'py>(text: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyBytes>> {
    let made = run!(PyUnicode_EncodeFSDefault(text.as_ptr()): (*mut PyObject) -> *mut PyObject);
    Ok(owned(text.py(), made)?.cast_into::<PyBytes>()?)
}

/// `type(object).__name__`, whatever its metaclass says.
pub(crate) fn type_name(object: &Bound<'_, PyAny>) -> PyResult<String> {
    let py = object.py();
    let members = get(&py.get_type::<PyType>().into_any(), name!(py, "__dict__"))?;
    let name = call_method(&members, name!(py, "get"), [name!(py, "__name__").clone().into_any()])?;
    let name = call_method(&name, name!(py, "__get__"), [object.get_type().into_any()])?;
    lossy(name.cast::<PyString>()?)
}

/// Runs the handlers of signals that have arrived: an error when one of them raised.
pub(crate) fn check_signals(py: Python<'_>) -> PyResult<()> {
    succeeded(py, run!(PyErr_CheckSignals(): () -> c_int))
}

/// Passes an exception that nothing can raise to `sys.unraisablehook`.
pub(crate) fn unraisable(py: Python<'_>, error: PyErr) {
    error.restore(py);
    run!(PyErr_WriteUnraisable(ptr::null_mut()): (*mut PyObject) -> ());
}

/// How many new objects [`collect_if_due`] makes.
const PROBES: usize = 8;

/// Runs a garbage collection now if one is due. Then the next object that PyO3 creates, without a guard, does not
/// trigger one.
pub(crate) fn collect_if_due(_py: Python<'_>) {
    // A collection runs finalizers. Meanwhile other threads create objects, and the next collection becomes due. So
    // this creates several probes and drops them together, which lowers the count of new objects by that number. The
    // probes are sets because Python keeps no freed sets for reuse, so each of them counts.
    let probes: [*mut PyObject; PROBES] =
        array::from_fn(|_| run!(PySet_New(ptr::null_mut()): (*mut PyObject) -> *mut PyObject));
    for probe in probes {
        if probe.is_null() {
            // SAFETY: this thread has the GIL.
            unsafe { ffi::PyErr_Clear() };
        } else {
            // SAFETY: the set is new, and no other code has it.
            unsafe { ffi::Py_DecRef(probe) };
        }
    }
}

/// A new object of one of our classes.
pub(crate) fn new<T>(py: Python<'_>, value: T) -> PyResult<Bound<'_, T>>
where
    T: PyClass + Into<PyClassInitializer<T>>,
{
    collect_if_due(py);
    Bound::new(py, value)
}

/// Drops an object whose finalizer may be written in Python.
pub(crate) fn release<T>(_py: Python<'_>, object: Py<T>) {
    run!(Py_DecRef(object.into_ptr()): (*mut PyObject) -> ());
}

/// Attaches this thread to the interpreter and runs `code`; `None` when the interpreter is gone.
pub(crate) fn attach<R>(code: impl FnOnce(Python<'_>) -> R) -> Option<R> {
    if is_over() {
        return None;
    }
    // PyO3 has a guard of its own inside. This outer guard is needed because dropping a thread's state runs the
    // finalizers of the thread's own data.
    let is_new = interpreter::make_thread_state();
    // SAFETY: there is an interpreter. If it ends in the meantime, the thread parks.
    let state = unsafe { ffi::PyGILState_Ensure() };
    // A panic must not keep the GIL, or every other thread would wait for it forever.
    let result = catch_unwind(AssertUnwindSafe(|| Python::try_attach(code)));
    if is_new {
        // The thread state that was created here counts as one attachment, and ends with the last one. The GIL is held
        // then, so no fork can happen in between.
        run!(PyGILState_Release(PyGILState_STATE::PyGILState_LOCKED): (PyGILState_STATE) -> ());
    }
    run!(PyGILState_Release(state): (PyGILState_STATE) -> ());
    result.unwrap_or_else(|panic| resume_unwind(panic))
}

/// Whether the interpreter is ending or gone. It may also end right after this call. A host may create a new
/// interpreter: threads of the old one must not enter it.
pub(crate) fn is_over() -> bool {
    if interpreter::has_ended() {
        return true;
    }
    // SAFETY: may be called at any time, with or without the GIL.
    let is_initialized = unsafe { ffi::Py_IsInitialized() };
    is_initialized == 0
}

/// Runs `work` with the GIL released. A thread that comes back too late, when the interpreter is ending or gone, parks.
pub(crate) fn detached<R: Send>(py: Python<'_>, work: impl FnOnce() -> R + Send) -> R {
    // Once the interpreter has begun to end, only the thread that ends it can get here, and it must return.
    let ends_it = is_over();
    py.detach(|| {
        let result = work();
        if is_over() && !ends_it {
            park();
        }
        result
    })
}
