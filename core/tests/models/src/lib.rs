//! The parts of core/src/process that share memory without locks, alone and with atomics that can stop: a fork is made after
//! each single step of a thread. Miri and ThreadSanitizer run these tests too, and those of the files themselves.

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
    //! The process of a thread, as a test says.

    use std::cell::Cell;

    thread_local!(static PROCESS: Cell<u64> = const { Cell::new(1) });

    pub(crate) fn generation() -> u64 {
        PROCESS.get()
    }

    /// From now on, this thread is in another process.
    pub(crate) fn forked_into(process: u64) {
        PROCESS.set(process);
    }
}
