//! A fork waits for name lookups.
//!
//! The system's resolver has locks of its own. glibc reads `resolv.conf` under one that a fork does not release, so a child
//! of a fork in the middle of that could never look a name up again, not even by the host's own code. So a fork waits until
//! no lookup of ours runs, and lookups wait while a fork is made. A resolver that waits for a silent name server holds no
//! lock by then: a fork gives it a second, and goes on.

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
    use std::cell::Cell;
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
    use std::thread::sleep;
    use std::time::Duration;

    /// Between two looks at what the other threads do.
    const PAUSE: Duration = Duration::from_millis(1);
    /// Longer than any lock is held, also where many threads share one core.
    const PAUSES_OF_A_FORK: u32 = 1000;

    static GATE: Gate = Gate::new(PAUSES_OF_A_FORK);

    thread_local! {
        /// How many of the lookups in flight are this thread's own: a fork that interrupts one must not wait for it.
        static OF_THIS_THREAD: Cell<u64> = const { Cell::new(0) };
    }

    /// While it lives, a thread is asking the system's resolver.
    #[derive(Debug)]
    pub(crate) struct Lookup(());

    impl Lookup {
        /// Waits until no fork is being made.
        pub(crate) fn begin() -> Self {
            register();
            GATE.enter();
            OF_THIS_THREAD.set(OF_THIS_THREAD.get() + 1);
            Self(())
        }
    }

    impl Drop for Lookup {
        fn drop(&mut self) {
            OF_THIS_THREAD.set(OF_THIS_THREAD.get() - 1);
            GATE.leave();
        }
    }

    /// Tells the system what to do around each fork. Threads that race may each do so: the gate counts.
    fn register() {
        static DONE: AtomicBool = AtomicBool::new(false);
        if !DONE.load(SeqCst) {
            // SAFETY: the functions take nothing, return, and live as long as the library, which is never unloaded.
            let refused = unsafe { libc::pthread_atfork(Some(prepare), Some(parent), Some(child)) };
            DONE.store(refused == 0, SeqCst);
        }
    }

    extern "C" fn prepare() {
        GATE.close(OF_THIS_THREAD.get());
    }

    extern "C" fn parent() {
        GATE.open();
    }

    extern "C" fn child() {
        GATE.renew(OF_THIS_THREAD.get());
    }

    #[expect(clippy::disallowed_methods, reason = "there is no event: what could wait for one has a lock")]
    fn pause() {
        sleep(PAUSE);
    }

    /// How many forks are being made, and below that, how many lookups are in flight. It has no lock that a fork could
    /// leave held.
    struct Gate {
        state: AtomicU64,
        pauses_of_a_fork: u32,
    }

    impl Gate {
        const ONE_FORK: u64 = 1 << 32;

        const fn new(pauses_of_a_fork: u32) -> Self {
            Self { state: AtomicU64::new(0), pauses_of_a_fork }
        }

        fn enter(&self) {
            let open = |now: u64| (now < Self::ONE_FORK).then_some(now + 1);
            while self.state.fetch_update(SeqCst, SeqCst, open).is_err() {
                pause();
            }
        }

        fn leave(&self) {
            self.state.fetch_sub(1, SeqCst);
        }

        /// Lets no lookup in, and waits until only `own` are in flight; not for ever.
        fn close(&self, own: u64) {
            self.state.fetch_add(Self::ONE_FORK, SeqCst);
            for _ in 0..self.pauses_of_a_fork {
                if self.state.load(SeqCst) % Self::ONE_FORK <= own {
                    return;
                }
                pause();
            }
        }

        fn open(&self) {
            self.state.fetch_sub(Self::ONE_FORK, SeqCst);
        }

        /// In a child only the forking thread is left.
        fn renew(&self, own: u64) {
            self.state.store(own, SeqCst);
        }
    }

    #[cfg(test)]
    mod tests {
        use std::sync::mpsc::{Receiver, channel};
        use std::thread::{Scope, scope};

        use super::*;

        fn told_when_done<'scope>(
            scope: &'scope Scope<'scope, '_>,
            work: impl FnOnce() + Send + 'scope,
        ) -> Receiver<()> {
            let (done, told) = channel();
            scope.spawn(move || {
                work();
                done.send(())
            });
            told
        }

        fn wait_for_a_fork(gate: &Gate) {
            while gate.state.load(SeqCst) < Gate::ONE_FORK {
                pause();
            }
        }

        #[test]
        fn a_fork_waits_for_lookups_and_lookups_for_a_fork() {
            let gate = Gate::new(u32::MAX);
            gate.enter();
            scope(|scope| {
                let closed = told_when_done(scope, || gate.close(0));
                wait_for_a_fork(&gate);
                let entered = told_when_done(scope, || gate.enter());
                assert!(closed.try_recv().is_err());
                gate.leave();
                closed.recv().unwrap();
                assert!(entered.try_recv().is_err());
                gate.open();
                entered.recv().unwrap();
            });
            assert_eq!(gate.state.load(SeqCst), 1);
        }

        #[test]
        fn a_fork_does_not_wait_for_ever_nor_for_the_thread_that_makes_it() {
            let gate = Gate::new(3);
            gate.enter();
            gate.close(1);
            gate.open();
            gate.close(0);
            gate.open();
            assert_eq!(gate.state.load(SeqCst), 1);
        }

        #[test]
        fn a_child_has_only_the_lookups_of_the_thread_that_is_left() {
            let gate = Gate::new(3);
            (0..3).for_each(|_| gate.enter());
            gate.state.fetch_add(Gate::ONE_FORK, SeqCst);
            gate.renew(1);
            assert_eq!(gate.state.load(SeqCst), 1);
            gate.enter();
        }
    }
}
