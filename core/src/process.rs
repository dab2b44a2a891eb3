//! Values that belong to one process, and the effects of forks and signals on them.
//!
//! A fork copies memory but only one thread. A runtime, a lock or a connection that the parent was using is useless in the child,
//! and over a shared connection, one process could get the response for the other. So these values are in a [`PerProcess`]: a
//! child has another generation, leaves the old value alone and builds its own. Only values without locks can be [`Inherited`].
//!
//! - `generation`: identifies the process;
//! - `per_process`, `exclusive`, `inherited`: values that a child replaces, remakes or inherits;
//! - `signals`: a call raises no SIGPIPE, and our threads handle none of the host's signals;
//! - `memory`: an allocator that clears memory when it frees it;
//! - `descriptors`: a child closes the descriptors of its parent's runtimes;
//! - `gate`: a fork waits until no thread is inside, but only for a short time;
//! - `lookups`: a fork waits for name lookups; `permits`: limits the number of lookups;
//! - `crypto`: a thread starts and stops using the crypto library only while no fork is in progress;
//! - `thread_keys`: reserves keys for thread-specific data in C, or fails with `limit_reached`;
//! - `sync`: the atomics of these files. core/tests/models runs most of the files with other atomics, in every order.
//!
//! All unsafe code of the crate is here.
#![expect(
    unsafe_code,
    reason = "a page that a fork wipes, a pointer that is replaced but never freed under a reader, signal masks, an \
              allocator, descriptors that are closed by their number, functions that run around a fork"
)]

mod crypto;
#[cfg(feature = "blocking")]
mod descriptors;
mod exclusive;
#[cfg(unix)]
mod gate;
mod generation;
mod inherited;
mod lookups;
mod memory;
mod per_process;
mod permits;
mod signals;
mod sync;
mod thread_keys;

use std::io;

pub(crate) use crypto::prepare_thread;
#[cfg(feature = "blocking")]
pub(crate) use descriptors::{Mark, Marked};
pub(crate) use exclusive::Exclusive;
#[cfg(unix)]
pub use gate::while_no_fork_is_made;
pub(crate) use generation::generation;
pub(crate) use inherited::Inherited;
pub(crate) use lookups::Lookup;
pub use memory::ClearingAllocator;
pub(crate) use per_process::PerProcess;
pub(crate) use permits::{Permit, Permits};
pub(crate) use signals::{HeldSigpipe, on_another_thread, spawn};
pub use thread_keys::make_thread_keys;

/// Runs `work`. This system has no fork.
#[cfg(not(unix))]
pub fn while_no_fork_is_made<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Whether `error` means that a temporary limit of the process or machine was reached: descriptors, threads, memory, ports.
pub(crate) fn is_limit(error: &io::Error) -> bool {
    #[cfg(unix)]
    const LIMITS: [i32; 6] =
        [libc::EMFILE, libc::ENFILE, libc::EAGAIN, libc::ENOMEM, libc::ENOBUFS, libc::EADDRNOTAVAIL];
    // Windows: WSAEMFILE, WSAENOBUFS, ERROR_TOO_MANY_OPEN_FILES, ERROR_NOT_ENOUGH_MEMORY, ERROR_MAX_THRDS_REACHED.
    #[cfg(not(unix))]
    const LIMITS: [i32; 5] = [10024, 10055, 4, 8, 164];
    error.raw_os_error().is_some_and(|number| LIMITS.contains(&number))
}
