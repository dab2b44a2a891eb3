//! The keys for thread-specific data in C (`pthread_key_create`).
//!
//! All libraries of a process share 1,024 keys on Linux. Rust's standard library makes its keys when it first needs them, and
//! aborts the process when none is left. The crypto library aborts it when it needs a random number. So the first client or key
//! set makes all keys, and fails when there are too few.

#[cfg(unix)]
pub use unix::make_thread_keys;

/// On Windows, a thread always has what it needs.
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

    /// Makes the keys, once in a process and its children. Only the first call costs anything.
    ///
    /// # Errors
    /// A limit: the process has no key left. The next call tries again.
    pub fn make_thread_keys() -> io::Result<()> {
        static MADE: AtomicBool = AtomicBool::new(false);
        // Two threads at once would take the keys that the other one found free.
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
        // The data that the crypto library made for this thread must also be freed behind the gate.
        crypto::prepare_thread();
        Ok(())
    }

    /// Each free key is released right before its library makes its own: another thread of the host may want one too.
    fn make() -> io::Result<()> {
        let [of_std, of_crypto, of_ours] = [Free::find()?, Free::find()?, Free::find()?];
        drop(of_std);
        // The handle of this thread is freed at its end, which needs the key.
        let _ = thread::current();
        drop(of_crypto);
        // It asks for its key once: if that failed, it never gets one.
        let has_crypto = crypto::makes_its_key();
        drop(of_ours);
        if has_crypto && crypto::makes_our_key() { Ok(()) } else { Err(none_left()) }
    }

    fn none_left() -> io::Error {
        io::Error::from_raw_os_error(libc::EAGAIN)
    }

    /// A key that no other code gets while this value exists.
    struct Free(pthread_key_t);

    impl Free {
        fn find() -> io::Result<Self> {
            let mut key = 0;
            // SAFETY: the key is written; it has no value.
            match unsafe { libc::pthread_key_create(ptr::from_mut(&mut key), None) } {
                0 => Ok(Self(key)),
                _ => Err(none_left()),
            }
        }
    }

    impl Drop for Free {
        fn drop(&mut self) {
            // SAFETY: the key was made here, and no other code knows it.
            unsafe { libc::pthread_key_delete(self.0) };
        }
    }
}
