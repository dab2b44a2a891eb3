//! Events for your own log.
//!
//! A `tracing` subscriber for this library only. Until a callback is set, there is no subscriber, and an event only costs the
//! time to read one number.

use std::ffi::c_void;
use std::fmt::{self, Write as _};
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use clever_sso::{Error, ErrorCode};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};

use crate::boundary::run;
use crate::error::{clever_sso_error, clever_sso_status};
use crate::text::owned;

mod level;
mod listener;

use level::{clever_sso_log_callback, clever_sso_log_level};

/// Sets the callback that receives the log of this process. It replaces the previous callback. NULL turns the log off, which is
/// the default.
///
/// `level` is a `clever_sso_log_level`: less important events are dropped. `user_data` is passed to the callback unchanged. No
/// event contains a token, code, secret, email or response body.
///
/// The callback runs on the thread that calls this library, during that call. It may run on several threads at once, so lock the
/// data that these threads share. It must return: it must not throw a C++ exception, and must not call `longjmp` or
/// `pthread_exit`. While it runs, SIGPIPE is blocked and `pthread_cancel` waits, as in every call. If the callback calls this
/// library itself, those calls are not logged. If it forks, the child may only exec or `_exit`.
///
/// When this function succeeds, no thread is running the previous callback, and no thread will call it again: you may free its
/// `user_data`. To guarantee this, the function waits for a running callback, so do not hold a lock that the callback takes.
/// Each change uses a few dozen bytes that are never freed, so call it at the start of a program, not for each request. A
/// forked child has the callback too.
///
/// Fails with `CLEVER_SSO_ARGUMENT`, and changes nothing, when `level` is not a level, or when the callback itself makes this
/// call. Fails with the same status when the previous callback is still running after 5 seconds: the new callback is then set,
/// but don't free the `user_data` of the previous one, because it is still in use.
#[unsafe(no_mangle)]
pub extern "C" fn clever_sso_set_log_callback(
    level: u32,
    callback: clever_sso_log_callback,
    user_data: *mut c_void,
    error: Option<&mut MaybeUninit<Option<Box<clever_sso_error>>>>,
) -> clever_sso_status {
    run(error, || {
        let refused = |why| Error::from_face(ErrorCode::ArgumentInvalid, why);
        let level = clever_sso_log_level::numbered(level)
            .ok_or_else(|| refused("level is not a clever_sso_log_level value"))?;
        if listener::speaking() {
            return Err(refused("the log callback cannot set another one"));
        }
        subscribe();
        listener::set(level, callback, user_data);
        tracing::callsite::rebuild_interest_cache();
        let gone = listener::wait_for_the_former();
        gone.then_some(()).ok_or_else(|| {
            refused(
                "the previous log callback is still running: does it wait for a lock that this thread holds?",
            )
        })
    })
}

/// Installed once and never removed: with a second subscriber, each event would take a lock.
fn subscribe() {
    static DONE: AtomicBool = AtomicBool::new(false);
    if !DONE.swap(true, SeqCst) {
        // It fails if there is already a subscriber. No other code can set one: this library has its own copy of `tracing`.
        let _ = tracing::subscriber::set_global_default(ToC);
    }
}

/// Passes only this library's events on, because only these are known to contain no secret.
struct ToC;

impl Subscriber for ToC {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if ours(metadata) { Interest::sometimes() } else { Interest::never() }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(listener::level().map_or(LevelFilter::OFF, clever_sso_log_level::filter))
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        ours(metadata) && listener::level().is_some_and(|level| *metadata.level() <= level.filter())
    }

    fn event(&self, event: &Event<'_>) {
        let mut line = Line::default();
        event.record(&mut line);
        let metadata = event.metadata();
        let (target, message) = (owned(metadata.target()), owned(&line.text()));
        listener::tell(clever_sso_log_level::of(*metadata.level()), &target, &message);
    }

    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

fn ours(metadata: &Metadata<'_>) -> bool {
    let target = metadata.target();
    metadata.is_event() && (target == "clever_sso" || target.starts_with("clever_sso::"))
}

/// The message of an event, followed by its fields as `name=value`.
#[derive(Default)]
struct Line {
    message: String,
    fields: String,
}

impl Line {
    fn text(&self) -> String {
        format!("{}{}", self.message, self.fields)
    }
}

impl Visit for Line {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.record_debug(field, &format_args!("{value}"));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string cannot fail.
        let _ = match field.name() {
            "message" => write!(self.message, "{value:?}"),
            name => write!(self.fields, " {name}={value:?}"),
        };
    }
}
