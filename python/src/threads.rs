//! Threads that go into Python while the interpreter may be ending.
//!
//! A thread that still runs Python code when the interpreter ends sleeps from then on (see [`crate::guarded`]), and
//! keeps its locks: of a logging handler or of stderr, which the ending interpreter needs too. So threads write log
//! records only behind a gate. An exit handler closes the gate and waits for the threads inside.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread::{self, ThreadId, sleep};
use std::time::{Duration, Instant};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::wrap_pyfunction;

use crate::guarded::{self, name};

/// How long the exit handler waits. A thread that is inside for longer waits for another thread, and the exit handler
/// would wait forever.
const PATIENCE: Duration = Duration::from_secs(1);
const LOOK_EVERY: Duration = Duration::from_millis(1);

static IS_GUARDED: AtomicBool = AtomicBool::new(false);
/// The thread that ends the interpreter, once it has begun. Only this thread may still pass the gate.
static CLOSED_BY: OnceLock<ThreadId> = OnceLock::new();
static INSIDE: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// How many times this thread is inside (nested).
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Runs Python code behind the gate; `None` when the gate is closed.
pub(crate) fn visit<R>(code: impl FnOnce(Python<'_>) -> R) -> Option<R> {
    let _visit = Visit::begin();
    if CLOSED_BY.get().is_some_and(|closer| *closer != thread::current().id()) {
        return None;
    }
    guarded::attach(code)
}

struct Visit;

impl Visit {
    fn begin() -> Self {
        INSIDE.fetch_add(1, SeqCst);
        DEPTH.set(DEPTH.get() + 1);
        Self
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get() - 1);
        INSIDE.fetch_sub(1, SeqCst);
    }
}

/// Makes sure that the gate closes when the interpreter ends, and that a forked child knows that it has no other
/// threads.
pub(crate) fn guard(py: Python<'_>) -> PyResult<()> {
    if IS_GUARDED.swap(true, SeqCst) {
        return Ok(());
    }
    let close = wrap_pyfunction!(close, py)?.into_any();
    guarded::call_method(&guarded::import(py, c"atexit")?, name!(py, "register"), [close])?;
    let system = guarded::import(py, c"os")?;
    if system.hasattr(name!(py, "register_at_fork"))? {
        let hooks = guarded::dict(py)?;
        hooks.set_item(name!(py, "after_in_child"), wrap_pyfunction!(forget, py)?)?;
        let register = guarded::get(&system, name!(py, "register_at_fork"))?;
        guarded::call_with(&register, &guarded::tuple(py, [])?, Some(&hooks))?;
    }
    Ok(())
}

/// Returns an error if no result can be delivered anymore, so that no caller waits forever.
pub(crate) fn must_be_open(py: Python<'_>) -> PyResult<()> {
    if guarded::is_over() {
        return Err(guarded::error::<PyRuntimeError>(
            py,
            "the interpreter is ending: no operation can be awaited anymore",
        ));
    }
    Ok(())
}

#[pyfunction]
#[expect(clippy::disallowed_methods, reason = "it waits for other threads, while the interpreter ends")]
fn close(py: Python<'_>) {
    let _ = CLOSED_BY.set(thread::current().id());
    guarded::detached(py, || {
        let begun = Instant::now();
        while INSIDE.load(SeqCst) > DEPTH.get() && begun.elapsed() < PATIENCE {
            sleep(LOOK_EVERY);
        }
    });
}

#[pyfunction]
fn forget() {
    // A logging handler may have forked: then its thread is inside in the child, too.
    INSIDE.store(DEPTH.get(), SeqCst);
}

/// Python objects that are released while attached to Python, wherever this value is dropped. Otherwise PyO3 puts them
/// on a list with a lock, which a fork could leave locked in the child. When the interpreter ends, they are not
/// released.
pub(crate) struct Held<const N: usize>(Option<[Py<PyAny>; N]>);

impl<const N: usize> Held<N> {
    pub(crate) const fn new(objects: [Py<PyAny>; N]) -> Self {
        Self(Some(objects))
    }

    /// `None` only while this value is dropped.
    pub(crate) const fn get(&self) -> Option<&[Py<PyAny>; N]> {
        self.0.as_ref()
    }
}

impl<const N: usize> Drop for Held<N> {
    fn drop(&mut self) {
        let mut objects = self.0.take();
        guarded::attach(|py| {
            for object in objects.take().into_iter().flatten() {
                guarded::release(py, object);
            }
        });
        std::mem::forget(objects);
    }
}
