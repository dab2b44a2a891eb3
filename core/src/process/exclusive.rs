//! A value that one thread at a time uses, without a lock that could stay locked after a fork.

use std::cell::UnsafeCell;
use std::ptr;

use super::generation::generation;
use super::sync::{AtomicU64, Ordering::AcqRel, Ordering::Acquire, Ordering::Release, yield_now};

/// A value that one thread at a time uses, and that forked children inherit.
///
/// After a fork while a thread was using the value, the child may find it half changed, and creates a new one.
pub(crate) struct Exclusive<T> {
    /// The generation of the thread that is using the value; 0 when no thread is.
    busy: AtomicU64,
    value: UnsafeCell<T>,
}

// SAFETY: one thread at a time has access.
unsafe impl<T: Send> Sync for Exclusive<T> {}

impl<T> Exclusive<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self { busy: AtomicU64::new(0), value: UnsafeCell::new(value) }
    }

    /// Calls `work` with the value once no other thread of this process uses it. Only for work that takes microseconds.
    pub(crate) fn with<R>(&self, renew: impl FnOnce() -> T, work: impl FnOnce(&mut T) -> R) -> R {
        let now = generation();
        let mut expected = 0;
        while let Err(busy) = self.busy.compare_exchange(expected, now, AcqRel, Acquire) {
            if busy == now {
                yield_now();
            }
            expected = if busy == now { 0 } else { busy };
        }
        let _done = Done(&self.busy);
        if expected != 0 {
            // SAFETY: the thread that was using it is not in this process, and no other thread has access.
            unsafe { ptr::write(self.value.get(), renew()) };
        }
        // SAFETY: no other thread has access until `busy` is 0 again.
        work(unsafe { &mut *self.value.get() })
    }
}

struct Done<'a>(&'a AtomicU64);

impl Drop for Done<'_> {
    fn drop(&mut self) {
        self.0.store(0, Release);
    }
}

impl<T> std::fmt::Debug for Exclusive<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Exclusive(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::Ordering::SeqCst;

    #[test]
    fn threads_use_an_exclusive_value_one_at_a_time() {
        let (shared, never) = (Exclusive::new(0_u32), || panic!("there was no fork"));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    (0..if cfg!(miri) { 20 } else { 1000 })
                        .for_each(|_| shared.with(never, |value| *value += 1));
                });
            }
        });
        assert_eq!(shared.with(never, |value| *value), if cfg!(miri) { 160 } else { 8000 });
    }

    #[test]
    fn a_value_that_a_parent_thread_was_changing_is_created_again() {
        let shared = Exclusive::new(7);
        shared.busy.store(generation() + 1, SeqCst);
        assert_eq!(shared.with(|| 8, |value| *value), 8);
        assert_eq!(shared.with(|| 9, |value| *value), 8);
    }
}
