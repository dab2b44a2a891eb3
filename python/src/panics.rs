//! Turns a panic into an `InternalError`, without output on stderr.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::panic::{self, AssertUnwindSafe, PanicHookInfo, catch_unwind};
use std::path::Path;
use std::pin::pin;
use std::task::Poll;

use clever_sso::{Error, ErrorCode, Result};

thread_local! {
    /// Where this thread panicked last: `file.rs:12`, or nothing.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps panics of this library off stderr. It has its own Rust runtime, so other panics are not affected.
pub(crate) fn silence() {
    panic::set_hook(Box::new(remember));
}

/// Stores where it happened. The message may contain private data, and the folders belong to the machine of the build.
fn remember(panic: &PanicHookInfo<'_>) {
    let Some(location) = panic.location() else { return };
    let file = Path::new(location.file()).file_name().unwrap_or_default().to_string_lossy();
    let place = format!("{file}:{}", location.line());
    // While a thread ends, its variables are gone.
    let _ = PLACE.try_with(|last| last.replace(place));
}

/// Runs `work` and returns a panic as an `InternalError`.
pub(crate) fn caught<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(internal()))
}

/// The same for work that is awaited.
pub(crate) async fn caught_while_awaited<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let mut work = pin!(work);
    poll_fn(|context| {
        let turn = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        turn.unwrap_or_else(|_| Poll::Ready(Err(internal())))
    })
    .await
}

fn internal() -> Error {
    let place = PLACE.try_with(RefCell::take).unwrap_or_default();
    Error::from_face(ErrorCode::Internal, &format!("a panic was caught at {place}"))
}
