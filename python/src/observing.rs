//! Reports each call to `clever_sso.opentelemetry`.
//!
//! This is off until that module turns it on; until then a call only reads one flag. A call is reported when it has
//! ended, on the thread that made it, or in the context of the task that awaits it.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use clever_sso::observed::{Attempt, Seen};
use pyo3::exceptions::PyException;
use pyo3::prelude::*;

use crate::guarded::{self, name};
use crate::plain::ToPython as _;
use crate::text::Flag;

static ON: AtomicBool = AtomicBool::new(false);

/// Turns reports of calls to `clever_sso.opentelemetry` on or off. For that module only.
#[pyfunction]
pub(crate) fn observe_calls(on: Flag) -> crate::errors::Result<()> {
    ON.store(on.get("on")?, SeqCst);
    Ok(())
}

pub(crate) fn is_on() -> bool {
    ON.load(SeqCst)
}

/// The context of the caller, for a call that ends on another thread.
pub(crate) fn context(py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
    guarded::call_method(&guarded::import(py, c"contextvars")?, name!(py, "copy_context"), [])
}

/// Reports a call that ended, with this code when it failed. An error in the observer does not change the call.
///
/// # Errors
/// Exceptions that end the program, such as `KeyboardInterrupt`: the caller must raise them.
pub(crate) fn tell(
    py: Python<'_>,
    seen: &Seen,
    failed: Option<&str>,
    context: Option<&Bound<'_, PyAny>>,
) -> PyResult<()> {
    let Some(call) = seen.call else { return Ok(()) };
    let told = || -> PyResult<()> {
        let module = guarded::import(py, c"clever_sso.opentelemetry")?;
        let listener = guarded::get(&module, name!(py, "_call_ended"))?;
        let attempts =
            seen.attempts.iter().map(|attempt| facts(py, attempt)).collect::<PyResult<Vec<_>>>()?;
        let arguments = [
            call.to_python(py)?,
            seen.outcome.to_python(py)?,
            seen.code.map(clever_sso::ErrorCode::as_str).to_python(py)?,
            failed.to_python(py)?,
            seen.took.as_secs_f64().to_python(py)?,
            guarded::tuple(py, attempts)?.into_any(),
        ];
        match context {
            None => guarded::call(&listener, arguments)?,
            Some(context) => {
                let [call, outcome, code, failed, took, attempts] = arguments;
                let arguments = [listener, call, outcome, code, failed, took, attempts];
                guarded::call_method(context, name!(py, "run"), arguments)?
            }
        };
        Ok(())
    };
    match told() {
        Err(error) if error.is_instance_of::<PyException>(py) => {
            guarded::unraisable(py, error);
            Ok(())
        }
        told => told,
    }
}

fn facts<'py>(py: Python<'py>, attempt: &Attempt) -> PyResult<Bound<'py, PyAny>> {
    let facts = [
        attempt.method.as_str().to_python(py)?,
        attempt.url.as_str().to_python(py)?,
        attempt.host.as_str().to_python(py)?,
        attempt.port.to_python(py)?,
        attempt.resent.to_python(py)?,
        attempt.status.to_python(py)?,
        attempt.error.as_deref().to_python(py)?,
        attempt.begun.as_secs_f64().to_python(py)?,
        attempt.took.as_secs_f64().to_python(py)?,
    ];
    Ok(guarded::tuple(py, facts)?.into_any())
}
