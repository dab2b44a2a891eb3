//! Passes log events of the core to Python's `logging`.
//!
//! The core logs with `tracing`. Each event becomes a record of the Python logger for its module, such as
//! `clever_sso.keys` or `clever_sso.transport`. This file asks Python for the logger's level each time, which costs
//! almost nothing, because the core logs little on success.

use std::fmt::{self, Write};

use pyo3::prelude::*;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::{Interest, Subscriber, set_global_default};
use tracing::{Event, Level, Metadata};

use crate::guarded::{self, name};
use crate::plain::ToPython as _;
use crate::{threads, waiting};

const CRATE: &str = "clever_sso";

/// Runs once in a process. A second interpreter in the same process gets no log records.
pub(crate) fn install() {
    let _ = set_global_default(Logging);
}

struct Logging;

impl Subscriber for Logging {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enabled(metadata) { Interest::always() } else { Interest::never() }
    }

    /// Only this project's events are enabled. Other crates log for their own developers, and may log private data.
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && metadata.target().split("::").next() == Some(CRATE)
    }

    fn event(&self, event: &Event<'_>) {
        if waiting::is_listening() {
            // A logging handler runs on this thread, or made this call: logging again would recurse forever.
            return;
        }
        threads::visit(|py| {
            let told = waiting::while_listening(|| log(py, event));
            // On a thread of the engine, no call is waiting that could raise the exception.
            if let Some(error) = told.err().and_then(waiting::raise) {
                guarded::unraisable(py, error);
            }
        });
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        // No span is enabled, so this is never called.
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

fn log(py: Python<'_>, event: &Event<'_>) -> PyResult<()> {
    let metadata = event.metadata();
    let (name, level) = (logger(metadata.target()), number(*metadata.level()));
    threads::guard(py)?;
    // Until the program imports `logging`, Python shows nothing below a warning. The import alone takes longer than
    // everything else that a first login does here.
    if level < number(Level::WARN) && !guarded::is_imported(py, name!(py, "logging"))? {
        return Ok(());
    }
    let logging = guarded::import(py, c"logging")?;
    let (name, level) = (name.to_python(py)?, level.to_python(py)?);
    let logger = guarded::call_method(&logging, name!(py, "getLogger"), [name.clone()])?;
    let is_enabled = guarded::call_method(&logger, name!(py, "isEnabledFor"), [level.clone()])?;
    if !guarded::is_true(&is_enabled)? {
        return Ok(());
    }
    // Not `logger.log`, which would search the stack for the calling Python function.
    let file = metadata.file().unwrap_or_default().to_python(py)?;
    let line = metadata.line().unwrap_or_default().to_python(py)?;
    let message = Text::of(event).to_python(py)?;
    let (no_arguments, no_exception) = (guarded::tuple(py, [])?.into_any(), py.None().into_bound(py));
    let parts = [name, level, file, line, message, no_arguments, no_exception];
    let record = guarded::call_method(&logger, name!(py, "makeRecord"), parts)?;
    guarded::call_method(&logger, name!(py, "handle"), [record])?;
    Ok(())
}

/// `clever_sso::transport::retry` becomes `clever_sso.transport`: deeper modules may move.
fn logger(target: &str) -> String {
    target.split("::").take(2).collect::<Vec<_>>().join(".")
}

const fn number(level: Level) -> u8 {
    match level {
        Level::ERROR => 40,
        Level::WARN => 30,
        Level::INFO => 20,
        Level::DEBUG => 10,
        Level::TRACE => 5,
    }
}

/// The message, followed by its fields as `name=value`.
#[derive(Default)]
struct Text {
    message: String,
    fields: String,
}

impl Text {
    fn of(event: &Event<'_>) -> String {
        let mut text = Self::default();
        event.record(&mut text);
        text.message + &text.fields
    }

    /// Makes one line of any text.
    fn add(&mut self, field: &Field, shown: &str) {
        let target = if field.name() == "message" { &mut self.message } else { &mut self.fields };
        if field.name() != "message" {
            target.push_str(if target.is_empty() { ": " } else { " " });
            target.push_str(field.name());
            target.push('=');
        }
        target.extend(shown.chars().flat_map(|letter| {
            let escaped = letter.is_control().then(|| letter.escape_default());
            let plain = escaped.is_none().then_some(letter);
            escaped.into_iter().flatten().chain(plain)
        }));
    }
}

impl Visit for Text {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut shown = String::new();
        // Writing to a string does not fail.
        let _ = write!(shown, "{value:?}");
        self.add(field, &shown);
    }
}
