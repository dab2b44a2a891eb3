//! Signals: a call raises no SIGPIPE, and our threads handle none of the host's signals.
//!
//! A write to a connection that the other end has closed raises SIGPIPE in the writing thread, which ends the process by default.
//! The library must not change how the host handles the signal. So a call blocks SIGPIPE while it runs, and removes one that the
//! call itself raised.

use std::thread::{self, Builder};
use std::{io, panic};

#[cfg(not(unix))]
pub(crate) use other::HeldSigpipe;
#[cfg(unix)]
pub(crate) use unix::HeldSigpipe;

/// The standard library's default. Setting it avoids reading another size from the environment.
const STACK_BYTES: usize = 2 * 1024 * 1024;

/// Starts a thread that handles no signals. Does not wait for it.
#[expect(clippy::disallowed_methods, reason = "the one place that starts threads")]
pub(crate) fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> io::Result<()> {
    #[cfg(unix)]
    let _held = unix::HeldSignals::all();
    Builder::new().name(name.to_owned()).stack_size(STACK_BYTES).spawn(work).map(drop)
}

/// Runs `work` on another thread, which handles no signals, and waits for it. A panic continues in the caller.
#[expect(clippy::disallowed_methods, reason = "the one place that starts threads")]
pub(crate) fn on_another_thread<T: Send>(work: impl FnOnce() -> T + Send) -> io::Result<T> {
    thread::scope(|scope| {
        let started = {
            #[cfg(unix)]
            let _held = unix::HeldSignals::all();
            Builder::new()
                .name("clever-sso-call".to_owned())
                .stack_size(STACK_BYTES)
                .spawn_scoped(scope, work)?
        };
        Ok(started.join().unwrap_or_else(|panicked| panic::resume_unwind(panicked)))
    })
}

#[cfg(not(unix))]
mod other {
    /// This system has no SIGPIPE.
    pub(crate) struct HeldSigpipe;

    impl HeldSigpipe {
        pub(crate) const fn new() -> Self {
            Self
        }
    }
}

#[cfg(unix)]
mod unix {
    use std::marker::PhantomData;
    use std::mem::MaybeUninit;
    use std::ptr;

    use libc::{SIGPIPE, c_int, sigset_t};

    /// While this value exists, SIGPIPE is blocked in this thread. A SIGPIPE that this thread raises in the meantime is removed.
    ///
    /// A SIGPIPE that was already pending stays pending, and one that was sent to the process is delivered to the process.
    pub(crate) struct HeldSigpipe {
        /// Dropped last, which restores the mask after the signal was removed.
        _mask: HeldSignals,
        /// Whether a SIGPIPE for this thread was already pending. Signals do not queue, so another one makes no difference.
        pending_before: bool,
    }

    impl HeldSigpipe {
        pub(crate) fn new() -> Self {
            let held = HeldSignals::one(SIGPIPE);
            // If SIGPIPE was not blocked before, a pending one would have been delivered.
            let pending_before = held.held_before(SIGPIPE) && raised_by_this_thread();
            Self { _mask: held, pending_before }
        }
    }

    impl Drop for HeldSigpipe {
        fn drop(&mut self) {
            if !self.pending_before && raised_by_this_thread() {
                take(SIGPIPE);
            }
        }
    }

    /// Signals that this thread does not receive while the value exists. The value belongs to the thread that created it.
    pub(super) struct HeldSignals {
        former: sigset_t,
        of_this_thread: PhantomData<*const ()>,
    }

    impl HeldSignals {
        /// All signals except those that an error of the thread itself raises.
        pub(super) fn all() -> Self {
            let mut all = MaybeUninit::uninit();
            // SAFETY: the call fills the set.
            unsafe { libc::sigfillset(all.as_mut_ptr()) };
            // SAFETY: the call filled it.
            let mut all = unsafe { all.assume_init() };
            for fault in
                [libc::SIGSEGV, libc::SIGBUS, libc::SIGILL, libc::SIGFPE, libc::SIGABRT, libc::SIGTRAP]
            {
                // SAFETY: the set is valid and the signal exists.
                unsafe { libc::sigdelset(&raw mut all, fault) };
            }
            Self::hold(&all)
        }

        fn one(signal: c_int) -> Self {
            Self::hold(&only(signal))
        }

        fn hold(signals: &sigset_t) -> Self {
            let mut former = empty();
            // SAFETY: both sets are valid during the call.
            unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, signals, &raw mut former) };
            Self { former, of_this_thread: PhantomData }
        }

        fn held_before(&self, signal: c_int) -> bool {
            has(&self.former, signal)
        }
    }

    impl Drop for HeldSignals {
        fn drop(&mut self) {
            // SAFETY: the set came from the kernel when the signals were blocked.
            unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &raw const self.former, ptr::null_mut()) };
        }
    }

    fn empty() -> sigset_t {
        let mut set = MaybeUninit::uninit();
        // SAFETY: the call fills the set.
        unsafe { libc::sigemptyset(set.as_mut_ptr()) };
        // SAFETY: the call filled it.
        unsafe { set.assume_init() }
    }

    fn only(signal: c_int) -> sigset_t {
        let mut set = empty();
        // SAFETY: the set is valid and the signal exists.
        unsafe { libc::sigaddset(&raw mut set, signal) };
        set
    }

    fn has(set: &sigset_t, signal: c_int) -> bool {
        // SAFETY: the set is valid and the signal exists.
        unsafe { libc::sigismember(set, signal) == 1 }
    }

    /// Whether a blocked SIGPIPE is pending for this thread, which only its own writes send. A SIGPIPE that was sent to the
    /// process is recognized if the kernel tells the difference.
    fn raised_by_this_thread() -> bool {
        let mut pending = empty();
        // SAFETY: the set is valid during the call.
        unsafe { libc::sigpending(&raw mut pending) };
        has(&pending, SIGPIPE) && for_this_thread(SIGPIPE).unwrap_or(true)
    }

    /// Whether the pending signal was sent to this thread, according to Linux; `None` where the kernel does not tell.
    fn for_this_thread(signal: c_int) -> Option<bool> {
        let status = std::fs::read_to_string("/proc/thread-self/status").ok()?;
        let pending = status.lines().find_map(|line| line.strip_prefix("SigPnd:"))?;
        let pending = u64::from_str_radix(pending.trim(), 16).ok()?;
        Some((pending >> (signal - 1)) & 1 == 1)
    }

    /// Removes a pending signal. One that was sent to this thread is removed before one that was sent to the process.
    fn take(signal: c_int) {
        let signals = only(signal);
        #[cfg(any(target_os = "linux", target_os = "android"))]
        {
            let at_once = libc::timespec { tv_sec: 0, tv_nsec: 0 };
            // SAFETY: the set and the time are valid during the call, and the call returns no information about the signal.
            unsafe { libc::sigtimedwait(&raw const signals, ptr::null_mut(), &raw const at_once) };
        }
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        {
            let mut taken = 0;
            // SAFETY: the set and the number are valid during the call, and the signal is pending.
            unsafe { libc::sigwait(&raw const signals, &raw mut taken) };
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn is_held() -> bool {
            let mut now = empty();
            // SAFETY: the set is valid during the call, and nothing changes.
            unsafe { libc::pthread_sigmask(libc::SIG_BLOCK, ptr::null(), &raw mut now) };
            has(&now, SIGPIPE)
        }

        fn is_pending() -> bool {
            let mut pending = empty();
            // SAFETY: the set is valid during the call.
            unsafe { libc::sigpending(&raw mut pending) };
            has(&pending, SIGPIPE)
        }

        fn raise() {
            // SAFETY: the signal is blocked in this thread.
            unsafe { libc::raise(SIGPIPE) };
        }

        /// Runs a test's work on its own thread, so that its signal setup ends with the thread.
        fn in_a_thread(work: impl FnOnce() + Send) {
            std::thread::scope(|scope| scope.spawn(work).join().unwrap());
        }

        #[test]
        fn a_sigpipe_raised_during_a_call_is_removed_and_the_mask_restored() {
            in_a_thread(|| {
                assert!(!is_held());
                let held = HeldSigpipe::new();
                assert!(is_held());
                raise();
                assert!(is_pending());
                drop(held);
                assert!(!is_held() && !is_pending());
            });
        }

        #[test]
        fn a_sigpipe_that_was_already_pending_stays_pending() {
            in_a_thread(|| {
                let hosts = HeldSignals::one(SIGPIPE);
                raise();
                let held = HeldSigpipe::new();
                raise();
                drop(held);
                assert!(is_held() && is_pending());
                take(SIGPIPE);
                drop(hosts);
            });
        }

        #[test]
        fn a_host_that_blocks_sigpipe_finds_it_blocked_and_not_pending() {
            in_a_thread(|| {
                let hosts = HeldSignals::one(SIGPIPE);
                let held = HeldSigpipe::new();
                raise();
                drop(held);
                assert!(is_held() && !is_pending());
                drop(hosts);
            });
        }
    }
}
