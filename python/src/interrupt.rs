//! Ctrl-C while a call waits.
//!
//! Python only notes a signal; its handler runs when somebody asks for it. A call that waits in Rust asks, and what the
//! handler raised takes the place of the error with which the call ends.

use std::cell::Cell;

use pyo3::prelude::*;

thread_local! {
    /// What the handler raised. A call waits on the thread of its caller, so it is found again there.
    static RAISED: Cell<Option<PyErr>> = const { Cell::new(None) };
}

/// Runs the handlers of signals that have arrived: has one of them raised? On other threads than the main one nothing
/// ever arrives.
pub(crate) fn is_wanted() -> bool {
    // At the end of the interpreter nobody is left to raise anything.
    let Some(result) = Python::try_attach(ask) else { return false };
    let raised = result.err();
    let is_wanted = raised.is_some();
    RAISED.set(raised);
    is_wanted
}

fn ask(py: Python<'_>) -> PyResult<()> {
    py.check_signals()
}

/// What the handler raised, once.
pub(crate) fn take() -> Option<PyErr> {
    RAISED.take()
}
