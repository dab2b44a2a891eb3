//! A fork waits for name lookups.
//!
//! The system's resolver has locks of its own. glibc reads `resolv.conf` under one that a fork does not release, so a child
//! of a fork in the middle of that could never look a name up again, not even by the host's own code. So a fork waits until
//! no lookup of ours runs, and lookups wait while a fork is made.
//!
//! A resolver that waits for a silent name server holds no lock by then: a lookup for which one fork has waited in vain
//! holds up no other.

#[cfg(unix)]
pub(crate) use unix::Lookup;

#[cfg(not(unix))]
mod other {
    /// There is no fork here.
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

    /// While it lives, a thread is asking the system's resolver.
    #[derive(Debug)]
    pub(crate) struct Lookup(Round);

    impl Lookup {
        /// Waits while a fork is made.
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
