//! Calls that wait: the GIL is released, and what Python has to say meanwhile is heard.
//!
//! Two kinds of Python code run while a call waits: handlers of signals, for Python only notes a signal and runs its
//! handler when somebody asks, and handlers of logging. What they raise takes the place of the result. They may use
//! the client themselves; the runtime of the call that waits would be in their way, so that theirs has another thread.

use std::cell::Cell;
use std::thread;

use clever_sso::ErrorCode;
use pyo3::prelude::*;

use crate::errors::{Failure, Result};

thread_local! {
    /// Whether a call waits on this thread.
    static WAITING: Cell<bool> = const { Cell::new(false) };
    /// Whether Python code runs on this thread while a call waits.
    static LISTENING: Cell<bool> = const { Cell::new(false) };
    /// What that code raised.
    static RAISED: Cell<Option<PyErr>> = const { Cell::new(None) };
}

/// Runs an operation with the GIL released.
pub(crate) fn wait<T: Send>(
    py: Python<'_>,
    operation: impl FnOnce() -> clever_sso::Result<T> + Send,
) -> Result<T> {
    if is_listening() {
        return py.detach(|| on_another_thread(operation));
    }
    let waiting = Flag::raise(&WAITING);
    let result = py.detach(operation);
    drop(waiting);
    match RAISED.take() {
        Some(error) => Err(error.into()),
        None => Ok(result?),
    }
}

/// For `with_watch`: runs the handlers of signals that have arrived. Has anything been raised? On other threads than the
/// main one no signal ever arrives.
pub(crate) fn is_given_up() -> bool {
    listen(ask_for_signals);
    let raised = RAISED.take();
    let is_given_up = raised.is_some();
    RAISED.set(raised);
    is_given_up
}

fn ask_for_signals(py: Python<'_>) -> PyResult<()> {
    py.check_signals()
}

/// Runs Python code on the thread of a call that waits, if one does: `false` on all other threads.
pub(crate) fn listen(code: impl FnOnce(Python<'_>) -> PyResult<()>) -> bool {
    if !WAITING.get() {
        return false;
    }
    let _listening = Flag::raise(&LISTENING);
    // At the end of the interpreter nobody is left to raise anything.
    if let Some(Err(error)) = Python::try_attach(code) {
        RAISED.set(Some(error));
    }
    true
}

/// Whether this thread runs Python code for a call that waits.
pub(crate) fn is_listening() -> bool {
    LISTENING.get()
}

/// Marks Python code that runs on a thread of our own, for which [`listen`] is not meant.
pub(crate) fn while_listening<R>(code: impl FnOnce() -> R) -> R {
    let _listening = Flag::raise(&LISTENING);
    code()
}

/// It counts as listening, too: what such a call has to log would make the handler call again, and so on.
fn on_another_thread<T: Send>(operation: impl FnOnce() -> clever_sso::Result<T> + Send) -> Result<T> {
    let internal = |detail| Failure::from(clever_sso::Error::from_face(ErrorCode::Internal, detail));
    thread::scope(|scope| {
        let run = || while_listening(operation);
        let started = thread::Builder::new().name("clever-sso-call".into()).spawn_scoped(scope, run);
        let ended = started.map_err(|_| internal("no thread could be made"))?.join();
        Ok(ended.map_err(|_| internal("a call from inside a handler panicked"))??)
    })
}

/// A mark that is taken away again, whatever happens.
struct Flag {
    mark: &'static thread::LocalKey<Cell<bool>>,
    before: bool,
}

impl Flag {
    fn raise(mark: &'static thread::LocalKey<Cell<bool>>) -> Self {
        Self { mark, before: mark.replace(true) }
    }
}

impl Drop for Flag {
    fn drop(&mut self) {
        self.mark.set(self.before);
    }
}
