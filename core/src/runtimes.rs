//! The runtimes that operations run on: those of blocking calls, without threads of their own, and the caller's.
//!
//! tokio reads an environment variable when it begins to build a runtime, and the host may be changing its environment by
//! then. So the builder is made with the client and used for every runtime after that, in forked children too.

#[cfg(feature = "__face")]
use std::cell::OnceCell;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::task::{Context, Poll, Wake, Waker};
#[cfg(feature = "__face")]
use std::thread::park;

use tokio::runtime::{Builder, Handle, Runtime};
use tokio::task::{coop, yield_now};

use crate::error::{Error, ErrorCode, Result};
#[cfg(feature = "__face")]
use crate::process::Mark;
use crate::process::{Exclusive, on_another_thread, while_no_fork_is_made};

/// Builds runtimes.
#[derive(Debug)]
pub(crate) struct Runtimes(Exclusive<Builder>);

impl Runtimes {
    pub(crate) fn new() -> Self {
        Self(Exclusive::new(builder()))
    }

    /// No fork comes in the middle of it: tokio may be making values for the whole process, under a lock that a child would
    /// find held for ever.
    pub(crate) fn build(&self) -> io::Result<Runtime> {
        while_no_fork_is_made(|| self.0.with(builder, Builder::build))
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that makes runtimes")]
fn builder() -> Builder {
    let mut builder = Builder::new_current_thread();
    builder.enable_io().enable_time();
    #[cfg(feature = "__face")]
    builder.on_thread_unpark(end_if_lost);
    builder
}

#[cfg(feature = "__face")]
thread_local! {
    /// On a thread that turns a reactor for others: by what it is known.
    static MARK: OnceCell<Arc<Mark>> = const { OnceCell::new() };
}

/// From now on this thread does nothing more once the host has closed `mark`, and with it the descriptors of its runtime.
#[cfg(feature = "__face")]
pub(crate) fn end_with(mark: Arc<Mark>) {
    let _ = MARK.try_with(|known| known.set(mark));
}

/// When a reactor wakes, before anything runs. Its numbers may be those of the host's own descriptors by now: a connection that is
/// dropped would close one, and a reactor that goes on, or ends, would panic.
#[cfg(feature = "__face")]
fn end_if_lost() {
    let is_lost = MARK.try_with(|known| known.get().is_some_and(|mark| !mark.is_open())).unwrap_or_default();
    if is_lost {
        loop {
            park();
        }
    }
}

/// The runtime that polls the caller.
pub(crate) fn of_the_caller() -> Result<Handle> {
    Handle::try_current().map_err(|_| Error::new(ErrorCode::RuntimeMissing))
}

/// Does work that needs the variables of its thread, as a runtime does. They are gone in `atexit`, in destructors of a library or
/// of a thread, and where a host ends an interpreter there; then another thread does it.
pub(crate) fn with_variables<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    if has_no_variables() {
        let result = on_another_thread(work);
        return result.unwrap_or_else(|error| Err(Error::of_system(&error, "no thread could be made")));
    }
    work()
}

fn has_no_variables() -> bool {
    Handle::try_current().is_err_and(|error| error.is_thread_local_destroyed())
}

/// Whether this thread polls async tasks at the moment, so that it must not wait. Threads of `spawn_blocking`, and those in
/// `block_in_place`, know a runtime too, but may wait.
pub(crate) fn is_polling() -> bool {
    Handle::try_current().is_ok() && (has_budget() || has_scheduler())
}

/// tokio gives each task that it polls a budget, after which the task must yield; code that may wait has none. The caller's
/// budget stays as it is.
fn has_budget() -> bool {
    let context = &mut Context::from_waker(Waker::noop());
    // Puts the budget back when it is dropped.
    let Poll::Ready(_whole) = coop::poll_proceed(context) else { return true };
    // A budget is a byte.
    (0..=u8::MAX).any(|_| match coop::poll_proceed(context) {
        Poll::Ready(unit) => {
            unit.made_progress();
            false
        }
        Poll::Pending => true,
    })
}

/// A task can give up its budget (`unconstrained`). One that yields is still woken by its scheduler, later; where none is, at once.
fn has_scheduler() -> bool {
    let woken = Arc::new(Woken(AtomicBool::new(false)));
    let waker = Waker::from(Arc::clone(&woken));
    let is_pending = pin!(yield_now()).poll(&mut Context::from_waker(&waker)).is_pending();
    is_pending && !woken.0.load(Relaxed)
}

struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Relaxed);
    }
}
