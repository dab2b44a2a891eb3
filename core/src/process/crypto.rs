//! Makes a fork wait while a thread starts or stops using the crypto library.
//!
//! aws-lc stores its errors in thread-specific memory, which it allocates at a thread's first error and frees when the thread
//! ends. Both take one lock for the whole process. After a fork at that moment, the lock would stay locked in the child forever,
//! and the child would hang at its own first error. So both happen behind a gate that a fork closes: a thread allocates this
//! memory before it first uses the library, and takes the lock again only when it ends.

#[cfg(unix)]
pub(crate) use unix::prepare_thread;
#[cfg(unix)]
pub(super) use unix::{makes_its_key, makes_our_key};

/// Call before a thread uses the crypto library. Does nothing on systems without fork.
#[cfg(not(unix))]
pub(crate) const fn prepare_thread() {}

#[cfg(unix)]
mod unix {
    use std::ffi::c_void;
    use std::ptr;
    use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

    use aws_lc_sys::{ERR_clear_error, ERR_peek_error, ERR_put_error};
    use libc::pthread_key_t;

    use super::super::gate::{BRIEF, Round, while_no_fork_is_made};
    use super::super::generation::generation;

    thread_local!(static PREPARED: Prepared = Prepared::new());

    /// Call before a thread uses the crypto library. Only a thread's first call costs anything.
    pub(crate) fn prepare_thread() {
        // A thread that is ending has never needed the memory, or still has it.
        let _ = PREPARED.try_with(|_| ());
    }

    /// Whether the library has its key for thread-specific data. Creates the key now if needed. Call this only while no fork is
    /// in progress.
    pub(crate) fn makes_its_key() -> bool {
        // Without a key, the library stores no error.
        // SAFETY: the string ends with a NUL and never changes.
        unsafe { ERR_put_error(1, 0, 1, c"".as_ptr(), 0) };
        // SAFETY: reads only this thread's data.
        let has_error = unsafe { ERR_peek_error() } != 0;
        // SAFETY: removes the error again.
        unsafe { ERR_clear_error() };
        has_error
    }

    /// Whether the key that reports the end of a thread exists. Creates it now if needed.
    pub(crate) fn makes_our_key() -> bool {
        end_key().is_some()
    }

    struct Prepared {
        /// The key that reports when the thread has ended; `None` when this process has no more keys.
        end: Option<pthread_key_t>,
    }

    impl Prepared {
        fn new() -> Self {
            // SAFETY: allocates the memory of this thread if needed, and clears it.
            while_no_fork_is_made(|| unsafe { ERR_clear_error() });
            Self { end: end_key() }
        }
    }

    impl Drop for Prepared {
        /// Runs before C frees the data of the thread.
        fn drop(&mut self) {
            // The data of the first thread lasts as long as the process.
            let Some(end) = self.end.filter(|_| !is_first_thread()) else { return };
            let ending = Ending { round: BRIEF.enter(generation()), turns: 0 };
            ending.wait_for(end);
        }
    }

    /// A thread that is freeing its thread-specific data.
    struct Ending {
        round: Round,
        turns: u32,
    }

    impl Ending {
        /// Runs again in the next round in which the thread frees its data.
        fn wait_for(self, end: pthread_key_t) {
            let kept = Box::into_raw(Box::new(self));
            // SAFETY: the key is never deleted, and only its destructor takes the value back.
            if unsafe { libc::pthread_setspecific(end, kept.cast()) } != 0 {
                // SAFETY: it was created here, and no other code has it.
                unsafe { Box::from_raw(kept) }.over();
            }
        }

        fn over(self) {
            BRIEF.leave(self.round);
        }
    }

    /// The order of keys within a round is unknown. In the second round, the library's own key has been handled.
    extern "C" fn turn(kept: *mut c_void) {
        // SAFETY: this key has no other values, and the value is removed before its destructor is called.
        let ending = unsafe { Box::from_raw(kept.cast::<Ending>()) };
        match end_key() {
            Some(end) if ending.turns == 0 => Ending { turns: 1, ..*ending }.wait_for(end),
            _ => ending.over(),
        }
    }

    /// The key of this process. Threads that race may each create one, and only one is kept. There is no lock, because it could
    /// be locked during a fork.
    fn end_key() -> Option<pthread_key_t> {
        /// The key plus one; 0 while there is no key.
        static KEY: AtomicU64 = AtomicU64::new(0);
        let known = || pthread_key_t::try_from(KEY.load(SeqCst).checked_sub(1)?).ok();
        if known().is_none() {
            let mut made: pthread_key_t = 0;
            // SAFETY: the call writes the key; the destructor lives as long as the library, which is never unloaded.
            if unsafe { libc::pthread_key_create(ptr::from_mut(&mut made), Some(turn)) } != 0 {
                return None;
            }
            if KEY.compare_exchange(0, u64::from(made) + 1, SeqCst, SeqCst).is_err() {
                // SAFETY: the key never had a value.
                unsafe { libc::pthread_key_delete(made) };
            }
        }
        known()
    }

    #[cfg(target_os = "linux")]
    fn is_first_thread() -> bool {
        // SAFETY: the call takes no arguments and always succeeds. glibc has a function for it only since 2.30.
        let thread = unsafe { libc::syscall(libc::SYS_gettid) };
        u32::try_from(thread).is_ok_and(|thread| thread == std::process::id())
    }

    #[cfg(not(target_os = "linux"))]
    const fn is_first_thread() -> bool {
        false
    }

    #[cfg(test)]
    mod tests {
        use super::*;
        use std::thread::{scope, yield_now};

        #[test]
        fn finished_and_idle_threads_do_not_block_a_fork() {
            prepare_thread();
            for _ in 0..20 {
                scope(|scope| scope.spawn(|| (prepare_thread(), prepare_thread())).join().unwrap());
            }
            // Other tests' threads end too.
            while BRIEF.has_anyone_inside() {
                yield_now();
            }
        }
    }
}
