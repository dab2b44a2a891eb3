//! Calls the hooks of an application.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

use super::browser_leg::Refused;

/// The decision of a hook. A hook that panics refuses the person: without a response, the browser would keep the session of the
/// previous person.
pub(crate) async fn decision<T, F>(call: impl FnOnce() -> Pin<Box<F>>) -> Result<T, Refused>
where
    F: Future<Output = Result<T, Refused>> + ?Sized,
{
    let panicked = || Refused::failed("a hook panicked");
    let mut hook = catch_unwind(AssertUnwindSafe(call)).map_err(|_| panicked())?;
    poll_fn(move |context| {
        let turn = catch_unwind(AssertUnwindSafe(|| hook.as_mut().poll(context)));
        turn.unwrap_or_else(|_| Poll::Ready(Err(panicked())))
    })
    .await
}
