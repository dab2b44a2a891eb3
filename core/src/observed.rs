//! What happened during a call, for language bindings with their own tracer, such as OpenTelemetry in Python.
//!
//! Nothing is recorded unless a call is observed.

use std::cell::RefCell;
use std::time::Duration;

use crate::clock::{self, Instant};
use crate::error::ErrorCode;

tokio::task_local! {
    static SEEN: RefCell<Seen>;
}

/// What happened during a call.
#[derive(Debug)]
#[non_exhaustive]
pub struct Seen {
    /// The operation; `None` if it needed no network.
    pub call: Option<&'static str>,
    /// The outcome of a login, with its name in the stats.
    pub outcome: Option<&'static str>,
    /// The error code of a login that failed or restarts.
    pub code: Option<ErrorCode>,
    /// The duration of the call.
    pub took: Duration,
    /// The HTTP requests: one for each attempt.
    pub attempts: Vec<Attempt>,
    begun: Instant,
}

/// An HTTP request that was sent.
#[derive(Debug)]
#[non_exhaustive]
pub struct Attempt {
    /// GET or POST.
    pub method: String,
    /// The URL without the query, and with `{id}` for the id of a person or district.
    pub url: String,
    /// The host of the URL.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How often the request was sent before.
    pub resent: u32,
    /// The status of the response.
    pub status: Option<u16>,
    /// The status of an error response, or the error code when there is no response.
    pub error: Option<String>,
    /// When the request was sent, counted from the start of the call.
    pub begun: Duration,
    /// The duration of the request.
    pub took: Duration,
}

impl Seen {
    fn new() -> Self {
        let (call, outcome, code, attempts) = (None, None, None, Vec::new());
        Self { call, outcome, code, took: Duration::ZERO, attempts, begun: clock::now() }
    }

    /// The time since the start of the call.
    pub(crate) fn since(&self, then: Instant) -> Duration {
        then.saturating_duration_since(self.begun)
    }
}

/// Makes a blocking call. Returns its result and what happened during it.
pub fn observe<T>(call: impl FnOnce() -> T) -> (T, Seen) {
    SEEN.sync_scope(RefCell::new(Seen::new()), || (call(), taken()))
}

/// Awaits an operation. Returns its result and what happened during it.
pub async fn observe_async<T>(operation: impl Future<Output = T>) -> (T, Seen) {
    SEEN.scope(RefCell::new(Seen::new()), async { (operation.await, taken()) }).await
}

fn taken() -> Seen {
    let mut seen = SEEN.try_with(|seen| seen.replace(Seen::new())).unwrap_or_else(|_| Seen::new());
    seen.took = clock::now().saturating_duration_since(seen.begun);
    seen
}

/// Records an event of the observed call, if there is one.
pub(crate) fn note(what: impl FnOnce(&mut Seen)) {
    let _ = SEEN.try_with(|seen| seen.try_borrow_mut().map(|mut seen| what(&mut seen)));
}
