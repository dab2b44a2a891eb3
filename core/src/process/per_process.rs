//! A value that belongs to one process: a forked child makes its own.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::ptr;

use super::generation::generation;
use super::sync::{AtomicPtr, Ordering::AcqRel, Ordering::Acquire};

/// A value that each process creates at first use; a forked child creates its own.
pub(crate) struct PerProcess<T> {
    slot: AtomicPtr<(u64, T)>,
    owns: PhantomData<T>,
}

impl<T: Send + Sync> PerProcess<T> {
    pub(crate) const fn new() -> Self {
        Self { slot: AtomicPtr::new(ptr::null_mut()), owns: PhantomData }
    }

    /// The value of this process. Calls `build` if there is none yet. Threads that race may each create one; only one is kept.
    pub(crate) fn get(&self, build: impl FnOnce() -> T) -> &T {
        let Ok(value) = self.try_get(|| Ok::<T, Infallible>(build()));
        value
    }

    /// Like [`get`](Self::get), with a `build` that can fail: then nothing is stored, and the next caller tries again.
    pub(crate) fn try_get<E>(&self, build: impl FnOnce() -> Result<T, E>) -> Result<&T, E> {
        self.try_replace(build, |_| true, |_| ())
    }

    /// Like [`try_get`](Self::try_get), and also replaces an unusable value of this process. The replaced value is never freed,
    /// because it may still be in use. One thread passes it to `retire` once. `retire` may only read data that never changes and
    /// has no lock.
    pub(crate) fn try_replace<E>(
        &self,
        build: impl FnOnce() -> Result<T, E>,
        is_usable: impl FnOnce(&T) -> bool,
        retire: impl FnOnce(&T),
    ) -> Result<&T, E> {
        let (now, seen) = (generation(), self.slot.load(Acquire));
        if let Some(value) = Self::of_generation(seen, now)
            && is_usable(value)
        {
            return Ok(value);
        }
        let made = Box::into_raw(Box::new((now, build()?)));
        Ok(match self.slot.compare_exchange(seen, made, AcqRel, Acquire) {
            Ok(_) => {
                // SAFETY: a slot is null or came from a box; a replaced value is never freed.
                if let Some((_, former)) = unsafe { seen.as_ref() } {
                    retire(former);
                }
                // SAFETY: `made` came from a box, has just been published, and is only freed by `drop`, which needs `&mut self`.
                unsafe { &(*made).1 }
            }
            Err(winner) => {
                // SAFETY: `made` came from a box and was never published.
                drop(unsafe { Box::from_raw(made) });
                // SAFETY: as above, for the value that another thread of this process published.
                unsafe { &(*winner).1 }
            }
        })
    }

    fn of_generation<'a>(slot: *mut (u64, T), generation: u64) -> Option<&'a T> {
        // SAFETY: a slot is null or came from a box that is only freed by `drop`, which no reader can outlive.
        unsafe { slot.as_ref() }.filter(|(made_in, _)| *made_in == generation).map(|(_, value)| value)
    }
}

impl<T> Drop for PerProcess<T> {
    fn drop(&mut self) {
        let slot = *self.slot.get_mut();
        // SAFETY: a slot is null or came from a box; `&mut self` guarantees that no other code is reading it.
        if unsafe { slot.as_ref() }.is_some_and(|(made_in, _)| *made_in == generation()) {
            // SAFETY: as above. A parent's value is left alone, because threads that do not exist here may have locked its locks.
            drop(unsafe { Box::from_raw(slot) });
        }
    }
}

impl<T> std::fmt::Debug for PerProcess<T> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("PerProcess(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

    #[test]
    fn the_next_caller_creates_a_value_after_a_failure() {
        let shared = PerProcess::new();
        assert_eq!(shared.try_get(|| Err("not yet")), Err("not yet"));
        assert_eq!(shared.try_get(|| Ok::<_, &str>(7)), Ok(&7));
        assert_eq!(shared.try_get(|| Err("too late")), Ok(&7));
    }

    #[test]
    fn one_thread_retires_a_value_of_another_process() {
        let shared = PerProcess::new();
        let retired = AtomicU64::new(0);
        let replace = |value| {
            let Ok(value) = shared.try_replace(
                || Ok::<u64, Infallible>(value),
                |_| true,
                |former| {
                    retired.fetch_add(*former, SeqCst);
                },
            );
            *value
        };
        assert_eq!((replace(1), replace(2), retired.load(SeqCst)), (1, 1, 0));
        // SAFETY: the slot came from a box, and no other thread has it.
        unsafe { (*shared.slot.load(SeqCst)).0 += 1_000_000 };
        let values: Vec<u64> = std::thread::scope(|scope| {
            let threads: Vec<_> = (10..18).map(|value| scope.spawn(move || replace(value))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(values.iter().all(|value| *value == values[0] && *value >= 10));
        assert_eq!(retired.load(SeqCst), 1);
    }

    #[test]
    fn racing_threads_get_one_value() {
        let shared = PerProcess::new();
        let addresses: Vec<usize> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|n| {
                    scope.spawn({
                        let shared = &shared;
                        move || ptr::from_ref(shared.get(|| n)) as usize
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert!(addresses.iter().all(|address| *address == addresses[0]));
    }
}
