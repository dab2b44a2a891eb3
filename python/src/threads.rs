//! Threads that Python did not make, in Python.
//!
//! The threads of an engine live on until the process is gone. One that is in Python while the interpreter ends would be
//! torn out of it with everything it holds. So the end of the interpreter closes the door and waits for those inside.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::thread::sleep;
use std::time::{Duration, Instant};

use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// Who is inside for longer waits for somebody else, and so would we.
const PATIENCE: Duration = Duration::from_secs(1);
const LOOK_EVERY: Duration = Duration::from_millis(1);

static IS_GUARDED: AtomicBool = AtomicBool::new(false);
static IS_CLOSED: AtomicBool = AtomicBool::new(false);
static INSIDE: AtomicUsize = AtomicUsize::new(0);

/// Goes into Python; `None` when it is ending.
pub(crate) fn visit<R>(code: impl FnOnce(Python<'_>) -> R) -> Option<R> {
    let _visit = Visit::begin();
    if IS_CLOSED.load(SeqCst) {
        return None;
    }
    Python::try_attach(code)
}

struct Visit;

impl Visit {
    fn begin() -> Self {
        INSIDE.fetch_add(1, SeqCst);
        Self
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        INSIDE.fetch_sub(1, SeqCst);
    }
}

/// Sees to it that the door is closed at the end, and that a forked child knows that nobody came along.
pub(crate) fn guard(py: Python<'_>) -> PyResult<()> {
    if IS_GUARDED.swap(true, SeqCst) {
        return Ok(());
    }
    py.import("atexit")?.call_method1("register", (wrap_pyfunction!(close, py)?,))?;
    let system = py.import("os")?;
    if system.hasattr("register_at_fork")? {
        let hooks = PyDict::new(py);
        hooks.set_item("after_in_child", wrap_pyfunction!(forget, py)?)?;
        system.call_method("register_at_fork", (), Some(&hooks))?;
    }
    Ok(())
}

/// An error when nothing can be delivered any more, instead of an answer that never comes. Threads besides the main one
/// are about to be stopped wherever they are, and had better be so in silence.
pub(crate) fn must_be_open(py: Python<'_>) -> PyResult<()> {
    if !IS_CLOSED.load(SeqCst) {
        return Ok(());
    }
    let threading = py.import("threading")?;
    if threading.call_method0("current_thread")?.is(&threading.call_method0("main_thread")?) {
        return Err(PyRuntimeError::new_err(
            "the interpreter is ending: no operation can be awaited any more",
        ));
    }
    Ok(())
}

#[pyfunction]
fn close(py: Python<'_>) {
    IS_CLOSED.store(true, SeqCst);
    py.detach(|| {
        let begun = Instant::now();
        while INSIDE.load(SeqCst) > 0 && begun.elapsed() < PATIENCE {
            sleep(LOOK_EVERY);
        }
    });
}

#[pyfunction]
fn forget() {
    INSIDE.store(0, SeqCst);
}

/// Something made of Python objects that gives them up inside Python, wherever it is dropped: otherwise PyO3 puts them
/// on a list with a lock, which a fork could leave locked in the child.
pub(crate) struct Held<T>(Option<T>);

impl<T> Held<T> {
    pub(crate) const fn new(objects: T) -> Self {
        Self(Some(objects))
    }

    /// `None` never, but for while it is dropped.
    pub(crate) const fn get(&self) -> Option<&T> {
        self.0.as_ref()
    }
}

impl<T> Drop for Held<T> {
    fn drop(&mut self) {
        let objects = self.0.take();
        visit(|_| drop(objects));
    }
}
