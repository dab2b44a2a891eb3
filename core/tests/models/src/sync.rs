//! Atomics that can stop a thread before any of its steps, the way a fork stops all threads but one.

use std::cell::Cell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic;
use std::time::Duration;

pub(crate) use std::sync::atomic::Ordering;
pub(crate) use std::thread::yield_now;

thread_local! {
    /// How many more steps this thread may make; `None` means no limit.
    static LEFT: Cell<Option<u64>> = const { Cell::new(None) };
    /// Whether this thread may wait for others.
    static MAY_WAIT: Cell<bool> = const { Cell::new(true) };
}

/// The panic payload of a thread that was stopped.
struct Stopped;

/// Runs `work` on a thread that stops after `steps` steps. Returns whether `work` finished first.
pub(crate) fn stopped_after(steps: u64, work: impl FnOnce()) -> bool {
    LEFT.set(Some(steps));
    let ended = catch_unwind(AssertUnwindSafe(work));
    LEFT.set(None);
    match ended {
        Ok(()) => true,
        Err(why) if why.is::<Stopped>() => false,
        Err(why) => resume_unwind(why),
    }
}

/// Runs `work` as the only thread of a process, which must not wait.
pub(crate) fn alone<T>(work: impl FnOnce() -> T) -> T {
    MAY_WAIT.set(false);
    let result = work();
    MAY_WAIT.set(true);
    result
}

pub(crate) fn sleep(pause: Duration) {
    assert!(MAY_WAIT.get(), "the only thread of its process must not wait");
    std::thread::sleep(pause);
}

/// Whether the next step takes effect. Steps that a stopped thread makes while it unwinds do not.
fn steps() -> bool {
    match LEFT.get() {
        None => true,
        Some(0) if std::thread::panicking() => false,
        Some(0) => resume_unwind(Box::new(Stopped)),
        Some(left) => {
            LEFT.set(Some(left - 1));
            true
        }
    }
}

macro_rules! stoppable {
    ($name:ident $(<$parameter:ident>)?, $value:ty) => {
        #[derive(Debug)]
        pub(crate) struct $name $(<$parameter>)? (atomic::$name $(<$parameter>)?);

        impl $(<$parameter>)? $name $(<$parameter>)? {
            pub(crate) const fn new(value: $value) -> Self {
                Self(atomic::$name::new(value))
            }

            pub(crate) fn load(&self, order: Ordering) -> $value {
                steps();
                self.0.load(order)
            }

            pub(crate) fn store(&self, value: $value, order: Ordering) {
                if steps() {
                    self.0.store(value, order);
                }
            }

            pub(crate) fn swap(&self, value: $value, order: Ordering) -> $value {
                if steps() { self.0.swap(value, order) } else { self.0.load(Ordering::SeqCst) }
            }

            pub(crate) fn compare_exchange(
                &self,
                current: $value,
                new: $value,
                success: Ordering,
                failure: Ordering,
            ) -> Result<$value, $value> {
                if steps() { self.0.compare_exchange(current, new, success, failure) } else { Err(current) }
            }

            pub(crate) fn fetch_update(
                &self,
                success: Ordering,
                failure: Ordering,
                change: impl FnMut($value) -> Option<$value>,
            ) -> Result<$value, $value> {
                if steps() { self.0.fetch_update(success, failure, change) } else { Err(self.0.load(Ordering::SeqCst)) }
            }

            pub(crate) fn get_mut(&mut self) -> &mut $value {
                self.0.get_mut()
            }
        }
    };
}

stoppable!(AtomicBool, bool);
stoppable!(AtomicU64, u64);
stoppable!(AtomicPtr<T>, *mut T);

impl AtomicU64 {
    pub(crate) fn fetch_add(&self, value: u64, order: Ordering) -> u64 {
        if steps() { self.0.fetch_add(value, order) } else { 0 }
    }

    pub(crate) fn fetch_sub(&self, value: u64, order: Ordering) -> u64 {
        if steps() { self.0.fetch_sub(value, order) } else { 0 }
    }
}

impl<T> Default for AtomicPtr<T> {
    fn default() -> Self {
        Self::new(std::ptr::null_mut())
    }
}
