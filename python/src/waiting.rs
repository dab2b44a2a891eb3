//! Calls that wait for the network: they release the GIL, and Python's signal and logging handlers run in the meantime.
//!
//! Two kinds of Python code run while a call waits: signal handlers, because Python only notes a signal and runs its
//! handler later, and logging handlers. Right after the call, `clever_sso.opentelemetry` runs. An exception from any of
//! them replaces the result. They may use the client themselves. Then their calls run on another thread, because the
//! runtime of this thread is busy with the waiting call.

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use clever_sso::ErrorCode;
use clever_sso::observed::observe;
use pyo3::prelude::*;

use crate::errors::{Failure, Result};
use crate::guarded::{self, name};
use crate::observing;
use crate::panics::caught;

/// How often a call that waits for another thread checks for signals; the core checks as often.
const LISTEN_EVERY: Duration = Duration::from_millis(100);

/// The standard library's default. Set here because the standard library would also read a size from the environment.
const STACK_BYTES: usize = 2 * 1024 * 1024;

thread_local! {
    /// Whether a call is waiting on this thread.
    static WAITING: Cell<bool> = const { Cell::new(false) };
    /// Whether Python code runs on this thread while a call waits.
    static LISTENING: Cell<bool> = const { Cell::new(false) };
    /// What that code raised.
    static RAISED: Cell<Option<PyErr>> = const { Cell::new(None) };
    /// On a helper thread that makes a call for another thread: whether that thread has given up the call.
    static GIVEN_UP: RefCell<Option<Arc<AtomicBool>>> = const { RefCell::new(None) };
}

/// Runs an operation with the GIL released. If this blocks an event loop on this thread, warns once.
pub(crate) fn wait<T: Send>(
    py: Python<'_>,
    operation: impl FnOnce() -> clever_sso::Result<T> + Send,
) -> Result<T> {
    warn_in_event_loop(py)?;
    wait_at_start(py, operation)
}

/// Whether `warn_in_event_loop` has warned, or never will.
static WARNED: AtomicBool = AtomicBool::new(false);

fn warn_in_event_loop(py: Python<'_>) -> PyResult<()> {
    if WARNED.load(SeqCst) || is_listening() {
        return Ok(());
    }
    // When the interpreter ends, nothing can be imported, and no event loop runs.
    let Ok(module) = guarded::import(py, c"clever_sso._event_loop") else { return Ok(()) };
    let warned = guarded::call_method(&module, name!(py, "warn_if_one_runs"), [])?;
    WARNED.store(guarded::is_true(&warned)?, SeqCst);
    Ok(())
}

/// The same for an operation that runs once while a program starts. It does not warn: a server's event loop may already
/// run.
pub(crate) fn wait_at_start<T: Send>(
    py: Python<'_>,
    operation: impl FnOnce() -> clever_sso::Result<T> + Send,
) -> Result<T> {
    if !observing::is_on() {
        return waited(py, operation);
    }
    let mut seen = None;
    let result = waited(py, || {
        let (result, facts) = observe(|| caught(operation));
        let failed = result.as_ref().err().map(clever_sso::Error::code);
        seen = Some((facts, failed));
        result
    });
    if let Some((facts, failed)) = seen {
        observing::tell(py, &facts, failed.map(ErrorCode::as_str), None)?;
    }
    result
}

fn waited<T: Send>(py: Python<'_>, operation: impl FnOnce() -> clever_sso::Result<T> + Send) -> Result<T> {
    if is_listening() {
        let result = guarded::detached(py, || on_another_thread(operation));
        guarded::collect_if_due(py);
        return result;
    }
    let waiting = Flag::raise(&WAITING);
    let result = guarded::detached(py, || caught(operation));
    drop(waiting);
    // Most results become a Python object.
    guarded::collect_if_due(py);
    match take_raised() {
        Some(error) => Err(error.into()),
        None => Ok(result?),
    }
}

/// Returns nothing if the thread's variables are already gone: a host may end the interpreter that late.
fn take_raised() -> Option<PyErr> {
    RAISED.try_with(Cell::take).unwrap_or_default()
}

/// The same for work without the network that takes a while or waits for a lock. It needs no runtime.
pub(crate) fn compute<T: Send>(
    py: Python<'_>,
    work: impl FnOnce() -> clever_sso::Result<T> + Send,
) -> Result<T> {
    let result = guarded::detached(py, || caught(work));
    guarded::collect_if_due(py);
    Ok(result?)
}

/// For `with_watch`: runs the handlers of signals that have arrived. Returns whether anything was raised. Signals
/// arrive only on the main thread.
pub(crate) fn is_given_up() -> bool {
    let given_up = GIVEN_UP.try_with(|mark| mark.borrow().as_ref().map(|given_up| given_up.load(SeqCst)));
    if let Ok(Some(given_up)) = given_up {
        return given_up;
    }
    // When the interpreter ends, there is no caller left that could get an exception.
    guarded::attach(|py| {
        if let Err(error) = while_listening(|| guarded::check_signals(py)) {
            let _ = RAISED.try_with(|raised| raised.set(Some(error)));
        }
    });
    let raised = take_raised();
    let is_given_up = raised.is_some();
    let _ = RAISED.try_with(|kept| kept.set(raised));
    is_given_up
}

/// Makes the call that waits on this thread raise `error`. Returns `error` if none waits here.
pub(crate) fn raise(error: PyErr) -> Option<PyErr> {
    if !WAITING.get() {
        return Some(error);
    }
    let mut error = Some(error);
    let _ = RAISED.try_with(|raised| raised.set(error.take()));
    error
}

/// Whether this thread runs Python code for a call that waits.
pub(crate) fn is_listening() -> bool {
    LISTENING.get()
}

/// Marks Python code that runs in the middle of the core's code. The calls that it makes run on another thread.
pub(crate) fn while_listening<R>(code: impl FnOnce() -> R) -> R {
    let _listening = Flag::raise(&LISTENING);
    code()
}

/// The other thread is marked as listening, too. Otherwise, a log line of its call would make the handler call again,
/// and so on. This thread still handles signals, and an exception in a handler ends the call.
#[expect(clippy::disallowed_methods, reason = "the one place that starts a thread, which ends with the call")]
fn on_another_thread<T: Send>(operation: impl FnOnce() -> clever_sso::Result<T> + Send) -> Result<T> {
    thread::scope(|scope| {
        let given_up = Arc::new(AtomicBool::new(false));
        let (done, end) = mpsc::sync_channel(1);
        let mark = Arc::clone(&given_up);
        let run = move || {
            GIVEN_UP.set(Some(mark));
            let _ = done.send(while_listening(|| caught(operation)));
        };
        let thread = thread::Builder::new().name("clever-sso-call".into()).stack_size(STACK_BYTES);
        let started = thread.spawn_scoped(scope, run);
        started.map_err(|_| internal("could not start a thread"))?;
        hear_signals_until(&end, &given_up)
    })
}

fn hear_signals_until<T>(end: &Receiver<clever_sso::Result<T>>, given_up: &AtomicBool) -> Result<T> {
    let mut raised = None;
    loop {
        match end.recv_timeout(LISTEN_EVERY) {
            Ok(result) => return raised.map_or_else(|| Ok(result?), |error: PyErr| Err(error.into())),
            Err(RecvTimeoutError::Timeout) if raised.is_none() => {
                raised = guarded::attach(|py| guarded::check_signals(py).err()).flatten();
                given_up.store(raised.is_some(), SeqCst);
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(internal("a call ended without a result")),
        }
    }
}

fn internal(detail: &str) -> Failure {
    clever_sso::Error::from_face(ErrorCode::Internal, detail).into()
}

/// A flag that is reset when it is dropped, whatever happens.
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
