//! Decides which interpreter may load this module: only the main one, once in a process.
//!
//! PyO3's classes belong to the interpreter that created them. If a second interpreter used them, the caches of both
//! would mix, and `except clever_sso.Error` would not catch the errors. So a sub-interpreter gets an error that says
//! what to set.
#![expect(unsafe_code, reason = "functions of the interpreter that PyO3 has no safe names for")]

use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering::SeqCst};

use pyo3::ffi;
use pyo3::prelude::*;

/// The same sentence as in `__init__.py`, which uses it when Python itself refuses the module.
const NOT_IN_A_SUB_INTERPRETER: &str = "clever_sso cannot be used in a Python sub-interpreter. Under Apache with mod_wsgi, \
    set `WSGIApplicationGroup %{GLOBAL}` for this site, and give each site a WSGIDaemonProcess of its own";
const NOT_AGAIN: &str = "clever_sso cannot be used again after Py_Finalize: load it in a new process";

static HAS_ENDED: AtomicBool = AtomicBool::new(false);
/// The interpreter that loaded this module, before Python 3.12: there a fork may find its list of threads locked.
static UNGUARDED: AtomicPtr<ffi::PyInterpreterState> = AtomicPtr::new(ptr::null_mut());
static IS_WATCHED: AtomicBool = AtomicBool::new(false);

/// Returns the message of the `ImportError` if this module may not be loaded here.
pub(crate) fn admit(py: Python<'_>) -> Result<(), &'static str> {
    if has_ended() {
        return Err(NOT_AGAIN);
    }
    // SAFETY: this thread runs Python code, so there is an interpreter.
    let interpreter = unsafe { ffi::PyInterpreterState_Get() };
    // SAFETY: the interpreter that runs this code.
    let id = unsafe { ffi::PyInterpreterState_GetID(interpreter) };
    if id != 0 {
        return Err(NOT_IN_A_SUB_INTERPRETER);
    }
    if py.version_info() < (3, 12) {
        UNGUARDED.store(interpreter, SeqCst);
    }
    if !IS_WATCHED.swap(true, SeqCst) {
        // Python has room for 32 such functions. If none is left, we do not notice that a host creates a new
        // interpreter.
        // SAFETY: the function does not call Python.
        let _ = unsafe { ffi::Py_AtExit(Some(end)) };
    }
    Ok(())
}

/// Creates the thread state of this thread if it has none yet. Returns whether it did.
///
/// Before Python 3.12, this takes a lock that a fork does not wait for, so the child could wait for the lock forever.
/// The GIL does not help: a thread gets it only afterwards.
pub(crate) fn make_thread_state() -> bool {
    let interpreter = UNGUARDED.load(SeqCst);
    // SAFETY: may be called at any time while there is an interpreter.
    if interpreter.is_null() || !unsafe { ffi::PyGILState_GetThisThreadState() }.is_null() {
        return false;
    }
    // SAFETY: this is the interpreter of this process, and the call needs no GIL.
    let made = clever_sso::while_no_fork_is_made(|| unsafe { ffi::PyThreadState_New(interpreter) });
    !made.is_null()
}

/// Whether the interpreter that loaded this module is gone.
pub(crate) fn has_ended() -> bool {
    HAS_ENDED.load(SeqCst)
}

extern "C" fn end() {
    HAS_ENDED.store(true, SeqCst);
}
