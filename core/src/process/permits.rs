//! A limit on simultaneous work in one process.

use super::generation::generation;
use super::sync::{AtomicU64, Ordering::SeqCst};

/// A fixed number of permits. No caller waits for one. In a forked child, all of them are free: the parent's threads hold the
/// taken ones.
#[derive(Debug)]
pub(crate) struct Permits {
    most: u64,
    /// The generation in the high bits, the number of taken permits in the low bits: a single number needs no lock.
    taken: AtomicU64,
}

/// A permit. It is taken until this value is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    permits: &'static Permits,
    generation: u64,
}

const BITS: u32 = 24;

impl Permits {
    /// `most` must be far below 2^24.
    pub(crate) const fn new(most: u64) -> Self {
        Self { most, taken: AtomicU64::new(0) }
    }

    /// The number of permits, taken or free.
    pub(crate) const fn most(&self) -> u64 {
        self.most
    }

    /// A permit; `None` when all are taken.
    pub(crate) fn take(&'static self) -> Option<Permit> {
        let generation = generation();
        let one_more = |now| {
            let taken = if now >> BITS == generation { now & ((1 << BITS) - 1) } else { 0 };
            (taken < self.most).then_some((generation << BITS) | (taken + 1))
        };
        self.taken.fetch_update(SeqCst, SeqCst, one_more).ok().map(|_| Permit { permits: self, generation })
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        // In a child, and in its children, this permit is not one of the taken ones.
        let one_less = |now: u64| (now >> BITS == self.generation).then_some(now - 1);
        let _ = self.permits.taken.fetch_update(SeqCst, SeqCst, one_less);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dropped_permit_is_free_again() {
        static PERMITS: Permits = Permits::new(2);
        let first = PERMITS.take().unwrap();
        let second = PERMITS.take().unwrap();
        assert!(PERMITS.take().is_none() && PERMITS.take().is_none());
        drop(first);
        let third = PERMITS.take().unwrap();
        assert!(PERMITS.take().is_none());
        drop((second, third));
        assert!([PERMITS.take(), PERMITS.take()].iter().all(Option::is_some));
    }

    #[test]
    fn racing_threads_never_take_too_many_permits() {
        static PERMITS: Permits = Permits::new(3);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..if cfg!(miri) { 20 } else { 1000 } {
                        let permit = PERMITS.take();
                        assert!(PERMITS.taken.load(SeqCst) & ((1 << BITS) - 1) <= 3);
                        drop(permit);
                    }
                });
            }
        });
        assert_eq!(PERMITS.taken.load(SeqCst) & ((1 << BITS) - 1), 0);
    }

    #[test]
    fn all_permits_are_free_in_a_child_and_a_parents_permit_frees_none_there() {
        static PERMITS: Permits = Permits::new(1);
        let mut of_the_parent = PERMITS.take().unwrap();
        of_the_parent.generation += 1;
        PERMITS.taken.fetch_add(1 << BITS, SeqCst);
        let own = PERMITS.take().unwrap();
        drop(of_the_parent);
        assert!(PERMITS.take().is_none());
        drop(own);
        assert!(PERMITS.take().is_some());
    }
}
