//! Which interpreter may load this module: the main one, once in a process.
//!
//! The classes of PyO3 belong to the interpreter that made them; a second one that used them would mix up its caches with
//! the first one's, and `except clever_sso.Error` would miss what is raised. So a sub-interpreter is refused, with a
//! sentence that says what to set.
#![expect(unsafe_code, reason = "functions of the interpreter that PyO3 has no safe names for")]

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use pyo3::exceptions::PyImportError;
use pyo3::ffi;
use pyo3::prelude::*;

/// The words are those of `__init__.py`, which says it when Python itself refuses.
const NOT_IN_A_SUB_INTERPRETER: &str = "clever_sso cannot be used in a Python sub-interpreter. Under Apache with mod_wsgi, \
    set `WSGIApplicationGroup %{GLOBAL}` for this site, and give each site a WSGIDaemonProcess of its own";
const NOT_AGAIN: &str = "clever_sso cannot be used again after Py_Finalize: load it in a new process";

static HAS_ENDED: AtomicBool = AtomicBool::new(false);
static IS_WATCHED: AtomicBool = AtomicBool::new(false);

/// An `ImportError` when this module may not be loaded here.
pub(crate) fn admit() -> PyResult<()> {
    if has_ended() {
        return Err(PyImportError::new_err(NOT_AGAIN));
    }
    // SAFETY: this thread runs Python code, so that there is an interpreter.
    let interpreter = unsafe { ffi::PyInterpreterState_Get() };
    // SAFETY: the interpreter that runs this code.
    let id = unsafe { ffi::PyInterpreterState_GetID(interpreter) };
    if id != 0 {
        return Err(PyImportError::new_err(NOT_IN_A_SUB_INTERPRETER));
    }
    if !IS_WATCHED.swap(true, SeqCst) {
        // There is room for 32 such functions; without it a host that makes a new interpreter is not noticed.
        // SAFETY: the function calls nothing of Python's.
        let _ = unsafe { ffi::Py_AtExit(Some(end)) };
    }
    Ok(())
}

/// Whether the interpreter that loaded this module is gone.
pub(crate) fn has_ended() -> bool {
    HAS_ENDED.load(SeqCst)
}

extern "C" fn end() {
    HAS_ENDED.store(true, SeqCst);
}
