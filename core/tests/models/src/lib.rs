//! The parts of core/src/process that share memory without locks, tested alone and with atomics that can stop a thread: a fork
//! happens after every single step. Miri and ThreadSanitizer run these tests too, and the tests in the files themselves.

#[path = "../../../src/process/exclusive.rs"]
mod exclusive;
#[path = "../../../src/process/gate.rs"]
mod gate;
#[path = "../../../src/process/inherited.rs"]
mod inherited;
#[path = "../../../src/process/per_process.rs"]
mod per_process;
#[path = "../../../src/process/permits.rs"]
mod permits;

#[cfg(test)]
mod forks;
mod sync;

mod generation {
    //! The process that a thread belongs to, set by the test.

    use std::cell::Cell;

    thread_local!(static PROCESS: Cell<u64> = const { Cell::new(1) });

    pub(crate) fn generation() -> u64 {
        PROCESS.get()
    }

    /// Moves this thread to another process.
    pub(crate) fn forked_into(process: u64) {
        PROCESS.set(process);
    }
}
