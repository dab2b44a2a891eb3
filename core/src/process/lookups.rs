//! Makes a fork wait for name lookups.
//!
//! The system's resolver has its own locks. glibc reads `resolv.conf` under a lock that a fork does not release. After a fork at
//! that moment, the child could never look up a name again, not even in the host's own code. So a fork waits until none of our
//! lookups is running, and lookups wait while a fork is in progress.
//!
//! A resolver that waits for a silent name server holds no lock: if a fork has waited for a lookup without success, later forks
//! do not wait for it.

#[cfg(unix)]
pub(crate) use unix::Lookup;

#[cfg(not(unix))]
mod other {
    /// This system has no fork.
    #[derive(Debug)]
    pub(crate) struct Lookup;

    impl Lookup {
        pub(crate) const fn begin() -> Self {
            Self
        }
    }
}
#[cfg(not(unix))]
pub(crate) use other::Lookup;

#[cfg(unix)]
mod unix {
    use super::super::gate::{LOOKUPS, LOOKUPS_OF_THIS_THREAD, Round, register};
    use super::super::generation::generation;

    /// While this value exists, a thread is in the system's resolver.
    #[derive(Debug)]
    pub(crate) struct Lookup(Round);

    impl Lookup {
        /// Waits while a fork is in progress.
        pub(crate) fn begin() -> Self {
            register();
            LOOKUPS_OF_THIS_THREAD.set(LOOKUPS_OF_THIS_THREAD.get() + 1);
            Self(LOOKUPS.enter(generation()))
        }
    }

    impl Drop for Lookup {
        fn drop(&mut self) {
            LOOKUPS.leave(self.0);
            LOOKUPS_OF_THIS_THREAD.set(LOOKUPS_OF_THIS_THREAD.get() - 1);
        }
    }
}
