//! Values that belong to one process, and how forks and signals affect them.
//!
//! A fork copies memory but only one thread. A runtime, a lock or a connection that the parent was using is useless in the
//! child, and a shared connection would give the response for one process to the other. So such things are in a [`PerProcess`]:
//! a child has a different generation, leaves the old value untouched and builds its own. Only values without locks can be
//! [`Inherited`].
//!
//! - `generation`: which process this is;
//! - `per_process`, `exclusive`, `inherited`: values that a child replaces, remakes or inherits;
//! - `signals`: no SIGPIPE leaves a call, and our threads handle none of the host's signals;
//! - `memory`: an allocator that clears memory when it frees it;
//! - `descriptors`: a child closes the descriptors of its parent's runtimes;
//! - `gate`: a fork waits until no thread is inside, but not for long;
//! - `lookups`: a fork waits for name lookups; `permits`: how many there may be;
//! - `crypto`: a thread enters and leaves the crypto library while no fork is in progress;
//! - `thread_keys`: reserves keys for thread-specific data in C, or fails with a limit;
//! - `sync`: the atomics of these files. core/tests/models runs most of them with other ones, in every order.
//!
//! The only unsafe code of the crate.
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

/// Does the work; there is no fork on this system.
#[cfg(not(unix))]
pub fn while_no_fork_is_made<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Whether `error` says that a temporary limit of the process or machine is reached: descriptors, threads, memory, ports.
pub(crate) fn is_limit(error: &io::Error) -> bool {
    #[cfg(unix)]
    const LIMITS: [i32; 6] =
        [libc::EMFILE, libc::ENFILE, libc::EAGAIN, libc::ENOMEM, libc::ENOBUFS, libc::EADDRNOTAVAIL];
    // Windows: WSAEMFILE, WSAENOBUFS, ERROR_TOO_MANY_OPEN_FILES, ERROR_NOT_ENOUGH_MEMORY, ERROR_MAX_THRDS_REACHED.
    #[cfg(not(unix))]
    const LIMITS: [i32; 5] = [10024, 10055, 4, 8, 164];
    error.raw_os_error().is_some_and(|number| LIMITS.contains(&number))
}
