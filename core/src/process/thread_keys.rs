//! The keys for thread-specific data in C (`pthread_key_create`).
//!
//! All libraries of a process share 1,024 keys on Linux. Rust's standard library creates its keys when it first needs them, and
//! aborts the process when none is left. The crypto library aborts the process when it needs a random number and has no key. So
//! the first client or key set creates all keys, and fails when there are too few.

#[cfg(unix)]
pub use unix::make_thread_keys;

/// Does nothing: on Windows, these keys do not run out.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub const fn make_thread_keys() -> std::io::Result<()> {
    Ok(())
}

#[cfg(unix)]
mod unix {
    use std::io;
    use std::ptr;
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    use std::sync::{Mutex, PoisonError};
    use std::thread;

    use libc::pthread_key_t;

    use super::super::crypto;
    use super::super::gate::while_no_fork_is_made;
    use super::super::per_process::PerProcess;

    /// Creates the keys, once in a process and its children. Only the first call costs anything.
    ///
    /// # Errors
    /// `limit_reached` when the process has no key left. The next call tries again.
    pub fn make_thread_keys() -> io::Result<()> {
        static MADE: AtomicBool = AtomicBool::new(false);
        // Two threads at once would take the keys that the other one has just released.
        static ONE_AT_A_TIME: PerProcess<Mutex<()>> = PerProcess::new();
        if MADE.load(SeqCst) {
            return Ok(());
        }
        while_no_fork_is_made(|| {
            let one_at_a_time = ONE_AT_A_TIME.get(Mutex::default);
            let _alone = one_at_a_time.lock().unwrap_or_else(PoisonError::into_inner);
            if !MADE.load(SeqCst) {
                make()?;
                MADE.store(true, SeqCst);
            }
            Ok::<_, io::Error>(())
        })?;
        // The data that the crypto library created for this thread must also be freed behind the gate.
        crypto::prepare_thread();
        Ok(())
    }

    /// Releases each reserved key right before its library creates its own, because another thread of the host may want a key
    /// too.
    fn make() -> io::Result<()> {
        let [of_std, of_crypto, of_ours] = [Free::find()?, Free::find()?, Free::find()?];
        drop(of_std);
        // The handle of this thread is freed when the thread ends, which needs the key.
        let _ = thread::current();
        drop(of_crypto);
        // The crypto library tries to create its key only once: if that fails, it never gets one.
        let has_crypto = crypto::makes_its_key();
        drop(of_ours);
        if has_crypto && crypto::makes_our_key() { Ok(()) } else { Err(none_left()) }
    }

    fn none_left() -> io::Error {
        io::Error::from_raw_os_error(libc::EAGAIN)
    }

    /// A reserved key, which no other code gets while this value exists.
    struct Free(pthread_key_t);

    impl Free {
        fn find() -> io::Result<Self> {
            let mut key = 0;
            // SAFETY: the call writes the key, which has no value yet.
            match unsafe { libc::pthread_key_create(ptr::from_mut(&mut key), None) } {
                0 => Ok(Self(key)),
                _ => Err(none_left()),
            }
        }
    }

    impl Drop for Free {
        fn drop(&mut self) {
            // SAFETY: the key was created here, and no other code has it.
            unsafe { libc::pthread_key_delete(self.0) };
        }
    }
}
