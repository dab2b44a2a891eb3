//! The runtimes that operations run on: those of blocking calls, which have no threads, and the caller's.
//!
//! tokio reads an environment variable when it starts to build a runtime, while the host may be changing its environment. So the
//! builder is made with the client and used for all later runtimes, also in forked children.

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

    /// No fork happens during this call: tokio may be creating values for the whole process, under a lock that would stay locked
    /// in a child forever.
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
    /// The mark of the reactor that this thread runs for other threads.
    static MARK: OnceCell<Arc<Mark>> = const { OnceCell::new() };
}

/// From now on, this thread stops once the host has closed `mark` and with it the descriptors of its runtime.
#[cfg(feature = "__face")]
pub(crate) fn end_with(mark: Arc<Mark>) {
    let _ = MARK.try_with(|known| known.set(mark));
}

/// Runs first when a reactor wakes. The host may have reused the descriptor numbers: dropping a connection would close a
/// descriptor of the host, and a reactor that continues, or ends, would panic.
#[cfg(feature = "__face")]
fn end_if_lost() {
    let is_lost = MARK.try_with(|known| known.get().is_some_and(|mark| !mark.is_open())).unwrap_or_default();
    if is_lost {
        loop {
            park();
        }
    }
}

/// The runtime that is polling the caller.
pub(crate) fn of_the_caller() -> Result<Handle> {
    Handle::try_current().map_err(|_| Error::new(ErrorCode::RuntimeMissing))
}

/// Runs work that needs thread-local variables, as a runtime does. They no longer exist in `atexit` handlers, in destructors of a
/// library or of a thread, and when a host shuts an interpreter down there. Then another thread runs the work.
pub(crate) fn with_variables<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    if has_no_variables() {
        let result = on_another_thread(work);
        return result.unwrap_or_else(|error| Err(Error::of_system(&error, "could not start a thread")));
    }
    work()
}

fn has_no_variables() -> bool {
    Handle::try_current().is_err_and(|error| error.is_thread_local_destroyed())
}

/// Whether this thread is polling async tasks, so it must not block. Threads of `spawn_blocking`, and those in
/// `block_in_place`, also have a runtime, but may block.
pub(crate) fn is_polling() -> bool {
    Handle::try_current().is_ok() && (has_budget() || has_scheduler())
}

/// Whether this thread has a task budget. tokio gives each task that it polls a budget, after which the task must yield. Code
/// that may block has no budget. The caller's budget does not change.
fn has_budget() -> bool {
    let context = &mut Context::from_waker(Waker::noop());
    // Restores the budget when it is dropped.
    let Poll::Ready(_whole) = coop::poll_proceed(context) else { return true };
    // A budget is a byte, so it ends within this number of steps.
    (0..=u8::MAX).any(|_| match coop::poll_proceed(context) {
        Poll::Ready(unit) => {
            unit.made_progress();
            false
        }
        Poll::Pending => true,
    })
}

/// Whether a scheduler runs this task, even if the task has no budget (`unconstrained`). A scheduler wakes a task that yields
/// later; without a scheduler, it is woken at once.
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
